"""Laws of value-added origin on made-up worlds: sums, extraction, borders, parts, order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.measures.origin import economy, origin_matrix, solved, value_added_origin

if TYPE_CHECKING:
    from entrepot.measures.origin import Economy
    from entrepot.measures.origin.origin import Perimeter

Block = np.ndarray[Any, np.dtype[np.float64]]
AREAS = ("A", "B", "C", "D")
SECTORS = ("x", "y", "z")
LABELS = [(area, sector) for area in AREAS for sector in SECTORS]
SEEDS = st.integers(0, 10**9)
BORDERS = st.sampled_from(["flow", "bilateral", "exporter"])


def table(seed: int) -> tuple[Block, Block]:
    """Return inputs and final use with heavy tails and zeros; somebody makes nothing."""
    draw = np.random.default_rng(seed)
    inputs = draw.pareto(1.2, (12, 12)) * (draw.random((12, 12)) < 0.7)
    final = draw.pareto(1.1, (12, 4)) * 20
    idle = draw.integers(12)
    inputs[idle], inputs[:, idle], final[idle] = 0, 0, 0
    # Inputs are at most nine tenths of output, so that there is value added.
    for _ in range(200):
        output = inputs.sum(axis=1) + final.sum(axis=1)
        bought = inputs.sum(axis=0)
        over = np.divide(bought, 0.9 * output, out=np.zeros(12), where=output > 0)
        inputs /= np.maximum(over, 1)
    output = inputs.sum(axis=1) + final.sum(axis=1)
    inputs[:, output > 0] /= np.maximum(
        1, (inputs.sum(axis=0)[output > 0] / (0.95 * output[output > 0]))
    )
    final[:, 0] += output - inputs.sum(axis=1) - final.sum(axis=1)
    return inputs, final


def world(seed: int) -> Economy:
    inputs, final = table(seed)
    return economy(inputs, inputs.sum(axis=1) + final.sum(axis=1), LABELS, final=final)


@settings(max_examples=60, deadline=None)
@given(SEEDS, BORDERS, st.sampled_from([None, ["x"], ["y", "z"]]))
def test_four_parts_add_up_to_the_flow(seed: int, border: Perimeter, made: Any) -> None:
    held = solved(world(seed))
    for importers in (["B"], ["B", "D"], None):
        found = value_added_origin(held, ["A"], importers, made=made, perimeter=border)
        total = found.dva + found.ddc + found.fva + found.fdc
        assert total == pytest.approx(found.gross, rel=1e-12, abs=1e-12)
        assert (found.once + found.again).sum() == pytest.approx(found.gross, rel=1e-12, abs=1e-12)
        assert min(found.once.min(), found.again.min()) > -1e-10 * max(found.gross, 1)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from([None, ["x"]]))
def test_counted_once_is_what_an_extraction_takes(seed: int, made: list[str] | None) -> None:
    """The flow is cut out of inputs and final use, and the world computed anew without it."""
    inputs, final = table(seed)
    made_now = inputs.sum(axis=1) + final.sum(axis=1)
    rates = np.divide(inputs, made_now, out=np.zeros((12, 12)), where=made_now > 0)
    added = 1 - rates.sum(axis=0)
    sellers = [
        n for n, (area, sector) in enumerate(LABELS) if area == "A" and sector in (made or SECTORS)
    ]
    buyers = [n for n, (area, _) in enumerate(LABELS) if area in ("B", "D")]
    cut, used = rates.copy(), final.copy()
    cut[np.ix_(sellers, buyers)] = 0
    used[np.ix_(sellers, [1, 3])] = 0
    lost = made_now - np.linalg.inv(np.eye(12) - cut) @ used.sum(axis=1)
    held = solved(economy(inputs, made_now, LABELS, final=final))
    found = value_added_origin(held, ["A"], ["B", "D"], made=made)
    scale = float(made_now.sum())
    for place, area in enumerate(AREAS):
        own = [n for n, label in enumerate(LABELS) if label[0] == area]
        assert found.lost[place] == pytest.approx(lost[own].sum(), abs=1e-11 * scale)
        assert found.once[place] == pytest.approx((added * lost)[own].sum(), abs=1e-11 * scale)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from(["bilateral", "exporter"]))
def test_the_matrix_has_every_flow(seed: int, border: Any) -> None:
    held = solved(world(seed))
    every = origin_matrix(held, border)
    assert (every.once + every.again).sum(axis=0) == pytest.approx(every.gross, rel=1e-12, abs=1e-9)
    for i, seller in enumerate(AREAS):
        for j, buyer in enumerate(AREAS):
            if i == j:
                assert not every.once[:, i, j].any()
                continue
            one = value_added_origin(held, [seller], [buyer], perimeter=border)
            assert every.gross[i, j] == pytest.approx(one.gross, rel=1e-12)
            assert every.once[:, i, j] == pytest.approx(one.once, rel=1e-9, abs=1e-9)
            assert every.again[:, i, j] == pytest.approx(one.again, rel=1e-9, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_borders_are_ordered_and_importers_add_up(seed: int) -> None:
    """The wider the border, the more is counted again; at the exporter's, importers add up."""
    held = solved(world(seed))
    once = [
        value_added_origin(held, ["A"], ["B"], made=["x"], perimeter=border).once
        for border in ("flow", "bilateral", "exporter")
    ]
    slack = 1e-9 * max(1.0, float(once[0].sum()))
    assert (once[0] >= once[1] - slack).all()
    assert (once[1] >= once[2] - slack).all()
    whole = value_added_origin(held, ["A"], perimeter="exporter")
    each = [value_added_origin(held, ["A"], [to], perimeter="exporter") for to in ("B", "C", "D")]
    assert whole.once == pytest.approx(sum(one.once for one in each), rel=1e-9, abs=slack)
    assert whole.gross == pytest.approx(sum(one.gross for one in each), rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(SEEDS, BORDERS, st.floats(0.05, 0.95))
def test_parts_of_one_recipe_are_as_good_as_the_whole(
    seed: int, border: Perimeter, part: float
) -> None:
    """A is written as A1 and A2, which buy, make and sell everything in one proportion."""
    inputs, final = table(seed)
    output = inputs.sum(axis=1) + final.sum(axis=1)
    index = [0, 1, 2, *range(12)]
    weight = np.array([part] * 3 + [1 - part] * 3 + [1.0] * 9)
    split = inputs[np.ix_(index, index)] * weight[:, None] * weight
    labels = [("A1", s) for s in SECTORS] + [("A2", s) for s in SECTORS] + LABELS[3:]
    parts = {"A1": "A", "A2": "A"}
    apart = economy(
        split, output[index] * weight, labels, final=final[index] * weight[:, None],
        areas=AREAS, parts=parts,
    )  # fmt: skip
    assert apart.names == AREAS
    for exporter, importer in (("A", "B"), ("B", "A"), ("C", "D")):
        one = value_added_origin(solved(world(seed)), [exporter], [importer], perimeter=border)
        other = value_added_origin(solved(apart), [exporter], [importer], perimeter=border)
        assert other.names == one.names
        assert other.gross == pytest.approx(one.gross, rel=1e-12)
        assert other.once == pytest.approx(one.once, rel=1e-9, abs=1e-9)
        assert other.again == pytest.approx(one.again, rel=1e-9, abs=1e-9)
    both = origin_matrix(solved(apart)).once
    assert both == pytest.approx(origin_matrix(solved(world(seed))).once, rel=1e-9, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.permutations(range(12)))
def test_order_means_nothing(seed: int, order: list[int]) -> None:
    inputs, final = table(seed)
    output = inputs.sum(axis=1) + final.sum(axis=1)
    mixed = economy(
        inputs[np.ix_(order, order)], output[order], [LABELS[n] for n in order],
        final=final[order], areas=AREAS,
    )  # fmt: skip
    one = value_added_origin(solved(world(seed)), ["B"], ["A"], made=["y"])
    other = value_added_origin(solved(mixed), ["B"], ["A"], made=["y"])
    assert dict(zip(other.names, other.once, strict=True)) == pytest.approx(
        dict(zip(one.names, one.once, strict=True)), rel=1e-9, abs=1e-9
    )


def test_parts_of_two_recipes_are_not_the_whole() -> None:
    """Processing for export buys abroad, what is made for home does not: merging first hides it."""
    labels = [("A1", "x"), ("A2", "x"), ("B", "x")]
    inputs = np.array([[10.0, 5.0, 0.0], [0.0, 0.0, 40.0], [0.0, 60.0, 20.0]])
    output = np.array([100.0, 80.0, 200.0])
    apart = solved(economy(inputs, output, labels, parts={"A1": "A", "A2": "A"}))
    found = value_added_origin(apart, ["A"], ["B"])
    merged = np.array([[15.0, 40.0], [60.0, 20.0]])
    first = solved(economy(merged, np.array([180.0, 200.0]), [("A", "x"), ("B", "x")]))
    wrong = value_added_origin(first, ["A"], ["B"])
    assert found.gross == wrong.gross == 40
    # A2 buys 60 of 80 abroad, where a tenth is bought from B itself.
    assert found.foreign_share == pytest.approx((60 / 80) * (1 - 0.3) / (1 - 0.1), rel=1e-12)
    assert wrong.foreign_share == pytest.approx((60 / 180) * 0.7 / 0.9 / (1 - 15 / 180), rel=1e-12)
