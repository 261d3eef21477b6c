"""A cut-off in economies: by hand, against plain rounds, limits, exact against second order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from cutoff_plain import cut_off

from entrepot.errors import RequestError, UnknownNameError
from entrepot.figures.scenario.evaluate import worked
from entrepot.figures.scenario.schema import EconomyKeys
from entrepot.measures.cutoff import (
    Cut,
    Network,
    extraction,
    mean_of,
    network,
    rebuilt,
    shortage,
    stopped,
)
from entrepot.measures.origin import economy, solved

Block = np.ndarray[Any, np.dtype[np.float64]]


def cut(seller: str, buyer: str, *sectors: str) -> Cut:
    return Cut(frozenset(seller), frozenset(buyer), frozenset(sectors) or None)


def made(inputs: Block, output: Block, labels: list[tuple[str, str]]) -> Network:
    return network(solved(economy(inputs, output, labels)))


@pytest.fixture
def three() -> Network:
    """Three countries with one sector each; output 100, inputs of rows by columns."""
    inputs = np.array([[20.0, 10.0, 0.0], [10.0, 20.0, 10.0], [0.0, 10.0, 30.0]])
    return made(inputs, np.full(3, 100.0), [("A", "all"), ("B", "all"), ("C", "all")])


def test_three_countries_by_hand(three: Network) -> None:
    """B stops selling to A, nothing is rebuilt, inputs and value added are perfect substitutes.

    Deliveries are then linear in each other: h = 1 - part + what arrives over output. A gets 20
    from itself; B 10 from A, 20 from itself, 10 from C; C 10 from B and 30 from itself:
    h_A = 0.7 + 0.2 h_A, so 0.875; h_C = 0.6 + 0.1 h_B + 0.3 h_C; h_B = 0.6 + 0.1 h_A + 0.2 h_B +
    0.1 h_C. So 0.8 h_B = 0.6875 + 0.1 (0.6 + 0.1 h_B) / 0.7.
    """
    h_a = 0.7 / 0.8
    h_b = (0.6875 + 0.06 / 0.7) / (0.8 - 0.01 / 0.7)
    h_c = (0.6 + 0.1 * h_b) / 0.7
    what = stopped(three, [cut("B", "A")])
    assert what.total == pytest.approx(10)
    found = shortage(rebuilt(what, 1.0), inputs=math.inf, outer=1e12)
    np.testing.assert_allclose(found.delivered, [h_a, h_b, h_c], rtol=1e-9)
    # x = h (z + D x), with D = what is still sold per unit of running; final sales are 70, 60, 60.
    sold = np.array([[20.0, 10.0, 0.0], [0.0, 20.0, 10.0], [0.0, 10.0, 30.0]]) / 100
    h = np.array([h_a, h_b, h_c])
    by_hand = np.linalg.solve(np.eye(3) - h[:, None] * sold, h * np.array([70.0, 60.0, 60.0]))
    np.testing.assert_allclose(found.output, by_hand, rtol=1e-9)


def test_one_bundle_by_hand() -> None:
    """A country that buys half its output at home and a tenth abroad, which stops.

    With elasticity 1/2: h = 1 / (0.4 + 0.6 / κ), κ = (5/6) h, hence 0.4 h = 1 - 0.72.
    """
    inputs = np.array([[50.0, 0.0], [10.0, 0.0]])
    held = made(inputs, np.array([100.0, 100.0]), [("A", "all"), ("B", "all")])
    found = shortage(rebuilt(stopped(held, [cut("B", "A")]), 1.0), inputs=0.5, outer=0.5)
    assert found.delivered[0] == pytest.approx(0.28 / 0.4)
    assert found.cushion == pytest.approx(5 / 6 - 0.6)
    assert found.output[1] == pytest.approx(90)  # what it sells to others goes on


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("elasticity", [0.5, 1.0, 2.5])
def test_round_after_round(seed: int, elasticity: float) -> None:
    draw = np.random.default_rng(seed)
    areas, sectors = ("A", "B", "C", "D"), ("x", "y")
    labels = [(area, sector) for area in areas for sector in sectors]  # not the package's order
    count = len(labels)
    inputs = draw.pareto(1.3, (count, count)) + 0.1
    output = np.maximum(inputs.sum(axis=1), inputs.sum(axis=0)) * (1.5 + draw.random(count))
    held = made(inputs, output, labels)
    leak, friction = 0.15, 0.4
    what = stopped(held, [cut("AB", "C"), cut("C", "AB", "x")], leak=leak)
    gone = np.zeros((count, count))
    for n, (seller, sector) in enumerate(labels):
        for m, (buyer, _) in enumerate(labels):
            if (seller in "AB" and buyer == "C") or (
                seller == "C" and buyer in "AB" and sector == "x"
            ):
                gone[n, m] = (1 - leak) * inputs[n, m]
    power = 1 - 1 / elasticity
    plain, _ = cut_off(
        inputs, output, [sectors.index(s) for _, s in labels], gone, friction, (power, power), 1500
    )
    found = shortage(rebuilt(what, friction), inputs=elasticity, outer=elasticity)
    np.testing.assert_allclose(found.output, plain, rtol=1e-8)
    assert found.over <= 1e-9  # the plain rounds have a limit to capacity; it never binds


def test_nothing_stops_or_all_of_it_is_rebuilt(three: Network) -> None:
    for leak, friction in ((1.0, 0.5), (0.1, 0.0)):
        trade = rebuilt(stopped(three, [cut("B", "A")], leak=leak), friction)
        found = shortage(trade, inputs=0.5, outer=0.5)
        np.testing.assert_allclose(found.output, three.output, rtol=1e-9)


def test_everything_stops(three: Network) -> None:
    """Countries cut off from all others live on what they buy at home, each by itself."""
    cuts = [cut("A", "BC"), cut("B", "AC"), cut("C", "AB")]
    found = shortage(rebuilt(stopped(three, cuts), 1.0), inputs=0.5, outer=0.5)
    for place, (home, bought) in enumerate(((20, 30), (20, 40), (30, 40))):
        part = bought / 100
        # h = 1 / (1 - part + part / (home / bought * h))
        h = (1 - part * bought / home) / (1 - part)
        assert found.delivered[place] == pytest.approx(h, rel=1e-9)
    # A sells more to B than B to A: cut off, what each sells at home cannot be what each buys.
    held = made(np.array([[20.0, 10.0], [5.0, 20.0]]), np.full(2, 100.0), [("A", "x"), ("B", "x")])
    with pytest.raises(RequestError, match="cannot be rebuilt"):
        rebuilt(stopped(held, [cut("A", "B"), cut("B", "A")]), 0.5)


def test_too_little_to_replace_inputs_pulls_output_to_zero(three: Network) -> None:
    """Each round takes more than the one before, so that nothing is left: the exact limit."""
    trade = rebuilt(stopped(three, [cut("B", "A"), cut("A", "B")]), 1.0)
    found = shortage(trade, inputs=0.1, outer=0.05)
    assert found.cushion < 0
    assert (found.output == 0).all()
    with pytest.raises(RequestError, match="elasticity of 0"):
        shortage(trade, inputs=0.5, outer=0.0)


def test_the_exact_form_and_not_the_second_order() -> None:
    """Energy of 4 % of cost, elasticity 0.04, falls by 30 %: minus 22 % in logs, not minus 7 %.

    Output is that of Bachmann and others (2022), two inputs of constant elasticity.
    """
    for part, elasticity, fall, lost in (
        (0.04, 0.04, 0.10, 0.016),
        (0.01, 0.10, 0.30, 0.023),
        (0.04, 0.04, 0.30, 0.22),
    ):
        weights, amounts = np.array([[1 - part], [part]]), np.array([[1.0], [1 - fall]])
        exact = -math.log(mean_of(weights, amounts, elasticity)[0])
        assert exact == pytest.approx(lost, rel=0.04)
        step = math.log(1 - fall)
        second = part * step + part * (1 - part) * (1 - 1 / elasticity) * step**2 / 2
        if fall == 0.30 and part == 0.04:
            assert -second == pytest.approx(0.073, rel=0.02)
            assert exact > 2.5 * -second


def test_lost_sales_by_hand(three: Network) -> None:
    """A no longer buys 10 from B. x = (I - A*)^-1 f, A* less 0.1 in row B and column A."""
    rates = np.array([[0.2, 0.1, 0.0], [0.0, 0.2, 0.1], [0.0, 0.1, 0.3]])
    found = extraction(stopped(three, [cut("B", "A")]), {})
    direct = np.linalg.solve(np.eye(3) - rates, [70.0, 60.0, 60.0])
    np.testing.assert_allclose(found.output, direct, rtol=1e-10)
    assert found.unmet == pytest.approx(10)
    whole = extraction(stopped(three, [cut("B", "A")]), {"C": 1.0})
    rates[2, 0] = 0.1
    np.testing.assert_allclose(
        whole.output, np.linalg.solve(np.eye(3) - rates, [70.0, 60.0, 60.0]), rtol=1e-10
    )
    assert whole.lost[2] < 0  # C gains
    assert whole.unmet == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("leak", "lost"), [(0.0, 45.0), (0.5, 22.5), (0.9, 4.5)])
def test_a_seller_that_leaks_does_not_replace_itself(leak: float, lost: float) -> None:
    """A buys 45 of B and of C each and 10 at home: with a leak, C and A replace B as named ones."""
    inputs = np.array([[10.0, 0.0, 0.0], [45.0, 0.0, 0.0], [45.0, 0.0, 0.0]])
    held = made(inputs, np.array([200.0, 100.0, 100.0]), [(one, "all") for one in "ABC"])
    what = stopped(held, [cut("B", "A")], leak=leak)
    named = extraction(what, {"C": 45 / 55, "A": 10 / 55})
    others = extraction(what, {"others": 1.0})
    np.testing.assert_allclose(others.output, named.output, rtol=1e-10)
    only = np.array([[0.0, 0.0, 0.0], [45.0, 0.0, 0.0], [45.0, 0.0, 0.0]])
    held = made(only, np.array([200.0, 100.0, 100.0]), [(one, "all") for one in "ABC"])
    what = stopped(held, [cut("B", "A")], leak=leak)
    for replaced in ({"C": 1.0}, {"others": 1.0}):
        assert extraction(what, replaced).lost == pytest.approx([0, lost, -lost], abs=1e-9)


@pytest.mark.parametrize("friction", [0.0, 0.25, 0.5])
def test_an_economy_that_a_cut_splits_is_refused_in_words(friction: float) -> None:
    """Two groups without a link, which lose unlike: slopes are singular, the answer is no."""
    held = made(np.array([[8.0, 4.0], [2.0, 8.0]]), np.full(2, 32.0), [("A", "s"), ("B", "s")])
    apart = [cut("B", "A"), cut("A", "B")]
    with pytest.raises(RequestError, match="cannot be rebuilt"):
        rebuilt(stopped(held, apart), friction)
    keys = EconomyKeys(leak={"take": 0.1, "also": [0.0]}, friction={"take": 0.3, "also": [0.25]})
    left_out = worked(held, apart, keys).left_out
    assert left_out
    assert all(point.leak == 0 and "cannot be rebuilt" in why for point, why in left_out)


@pytest.mark.parametrize("friction", [0.0, 0.3])
def test_an_input_of_which_all_stops_is_rebuilt_by_nobody(friction: float) -> None:
    held = made(np.array([[0.0, 4.0], [4.0, 0.0]]), np.full(2, 32.0), [("A", "s"), ("B", "s")])
    what = stopped(held, [cut("B", "A"), cut("A", "B")])
    found = shortage(rebuilt(what, friction), inputs=0.5, outer=2.0)
    none = shortage(rebuilt(what, 1.0), inputs=0.5, outer=2.0)
    np.testing.assert_allclose(found.output, none.output, rtol=1e-12)
    # Without its input each makes (28 / 32)^2, final use of 28 is all that is sold.
    np.testing.assert_allclose(found.output, (28 / 32) ** 2 * 28, rtol=1e-9)


def test_inputs_above_the_cap_count_as_bought_outside() -> None:
    inputs = np.array([[99.5, 0.0], [0.0, 10.0]])
    held = solved(economy(inputs, np.array([100.0, 100.0]), [("A", "all"), ("B", "all")]))
    assert network(held).part[0] == pytest.approx(0.995)
    capped = network(held, cap=0.98)
    assert capped.part[0] == pytest.approx(0.98)
    assert capped.final[0] == pytest.approx(100 - 98)
    assert capped.part[1] == pytest.approx(0.1)


def test_who_sold_out_of_stocks_loses_no_more_than_it_makes() -> None:
    """A/y sells 100 to A/x and makes 80 of it; A/x buys 60 of B/x, which stops."""
    inputs = np.array([[0, 0, 0, 0], [100.0, 0, 0, 0], [60.0, 0, 0, 0], [0, 0, 5.0, 0]])
    labels = [(area, sector) for area in "AB" for sector in "xy"]
    held = made(inputs, np.array([200.0, 80.0, 100.0, 50.0]), labels)
    what = stopped(held, [cut("B", "A")])
    found = shortage(rebuilt(what, 1.0), inputs=0.5, outer=0.2)
    np.testing.assert_allclose(found.output, [0, 0, 40, 45 + 5 * 0.4], atol=1e-6)
    less = np.array([[0, 0, 0, 0], [20.0, 0, 0, 0], [60.0, 0, 0, 0], [0, 0, 5.0, 0]])
    less[1, 2] = 70.0  # B/x takes most of what A/y sells, and itself sells little to others
    held = made(less, np.array([200.0, 60.0, 100.0, 50.0]), labels)
    assert held.final[1] == -30
    sold = extraction(stopped(held, [cut("A", "B")]), {})
    assert sold.output[1] == 0  # orders of 20 are met by stocks of 30
    np.testing.assert_allclose(sold.output[[0, 2, 3]], [200, 100, 50])


def test_an_economy_that_makes_nothing_loses_nothing() -> None:
    held = made(np.zeros((2, 2)), np.zeros(2), [("A", "all"), ("B", "all")])
    what = stopped(held, [cut("B", "A")])
    assert extraction(what, {"others": 1.0}).lost.tolist() == [0, 0]
    found = shortage(rebuilt(what, 0.3), inputs=0.5, outer=0.5)
    assert (found.lost.tolist(), found.miss) == ([0, 0], 0)


def test_what_is_refused(three: Network) -> None:
    with pytest.raises(UnknownNameError, match="area of the economy"):
        stopped(three, [cut("Z", "A")])
    with pytest.raises(UnknownNameError, match="sector of the economy"):
        stopped(three, [cut("B", "A", "C26")])
    with pytest.raises(RequestError, match="A on both sides"):
        stopped(three, [cut("AB", "A")])
    with pytest.raises(RequestError, match="leak is 2"):
        stopped(three, [cut("B", "A")], leak=2)
    what = stopped(three, [cut("B", "A")])
    with pytest.raises(RequestError, match="friction is -1"):
        rebuilt(what, -1)
    with pytest.raises(RequestError, match=r"come to 1\.2"):
        extraction(what, {"others": 0.7, "C": 0.5})
    with pytest.raises(RequestError, match="B sells instead of what it no longer sells"):
        extraction(what, {"B": 0.5})
    with pytest.raises(RequestError, match=r"C replaces -0\.1"):
        extraction(what, {"C": -0.1})
    with pytest.raises(RequestError, match="an elasticity of -1"):
        shortage(rebuilt(what, 0.5), inputs=-1, outer=0.5)
