"""A cut-off of goods: a case by hand, limits, plain Python on made-up trade, what is refused."""

from __future__ import annotations

import math
import random
from typing import Any

import pyarrow as pa
import pytest
from cutoff_plain import bought_after, worth

import entrepot as ep
from entrepot.errors import RequestError, UnknownNameError

# made-up suppliers that sell nothing are meant here
pytestmark = pytest.mark.filterwarnings("ignore::entrepot.errors.AbsentAreaWarning")

Row = tuple[str, str, str, float]
HAND: list[Row] = [
    ("CHN", "RUS", "1", 600.0),
    ("DEU", "RUS", "1", 300.0),
    ("TUR", "RUS", "1", 100.0),
    ("DEU", "USA", "1", 5000.0),
    ("TUR", "USA", "1", 50.0),
    ("CHN", "RUS", "2", 50.0),
    ("DEU", "RUS", "2", 50.0),
    ("CHN", "USA", "2", 50.0),
]


def rows_of(rows: list[Row]) -> pa.Table:
    names = ("exporter", "importer", "product", "value_usd")
    return pa.table({name: [row[n] for row in rows] for n, name in enumerate(names)})


def asked(rows: list[Row], **keys: Any) -> list[dict[str, Any]]:
    given: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "sigma": 2.0, "divert": 0.1}
    found: list[dict[str, Any]] = ep.measures.cutoff(rows_of(rows), **given | keys).to_pylist()
    return found


def test_by_hand() -> None:
    """Of product 1, Turkey can send 5 more and Germany 500, so that 95 of 600 stay unmet."""
    first, second = sorted(asked(HAND, detail="product"), key=lambda row: row["product"])
    assert (first["stopped"], first["replaced"], first["unmet"]) == pytest.approx((600, 505, 95))
    # σ = 2: the square of Σ ω √(after / before).
    left = (0.3 * math.sqrt(800 / 300) + 0.1 * math.sqrt(105 / 100)) ** 2
    assert first["loss"] == pytest.approx(1 - left)
    assert first["shadow_price"] == pytest.approx(1 / left)
    assert first["cost_pct"] == pytest.approx(100 * (1 / left - 1))
    assert second["loss"] == pytest.approx(1 - 0.25)  # nobody has more of product 2
    [total] = asked(HAND)
    assert total["loss"] == pytest.approx((1000 * first["loss"] + 100 * second["loss"]) / 1100)
    assert total["unmet_share"] == pytest.approx(145 / 1100)
    assert (total["known_share"], total["essential_share"]) == (1, 0)
    more = {row["exporter"]: row["more"] for row in asked(HAND, detail="supplier")}
    assert more == pytest.approx({"CHN": -650, "DEU": 500, "TUR": 5})


def test_without_limits_it_is_the_price_index_that_lacks_a_variety() -> None:
    """With nobody at a limit, the loss is that of Feenstra's index, `supplier_loss`."""
    for sigma in (1.5, 3.0, 8.0):
        [free] = asked(HAND[:3], sigma=sigma, divert=None)
        frame = rows_of(HAND[:3])
        other = ep.measures.supplier_loss(frame, exporter="CHN", sigma=sigma, by=[])
        multiple = other["price_multiple"][0].as_py()
        assert free["shadow_price"] == pytest.approx(multiple, rel=1e-12)


def test_limits_of_the_elasticity() -> None:
    for divert in (0.0, 0.1, None):
        alike = asked(HAND, sigma=math.inf, divert=divert)[0]
        assert alike["loss"] == pytest.approx(alike["unmet_share"])
        for sigma in (0.0, 0.5, 1.0):
            essential = asked(HAND, sigma=sigma, divert=divert)[0]
            assert essential["loss"] == 1
            assert essential["shadow_price"] is None
            assert essential["essential_share"] == 1
    # A cut in part has no such cliff, and one is the limit from both sides.
    exact = asked(HAND, sigma=1.0, cut=0.5)[0]["loss"]
    for near in (1 - 1e-6, 1 + 1e-6, 1 - 1e-9, 1 + 1e-9):
        assert asked(HAND, sigma=near, cut=0.5)[0]["loss"] == pytest.approx(exact, abs=1e-6)
    leontief = asked(HAND[:3], sigma=0.0, cut=0.5, divert=0.0)[0]
    assert leontief["loss"] == pytest.approx(0.5)


def test_nothing_cut_and_everything_cut() -> None:
    [nothing] = asked(HAND, cut=0.0)
    assert (nothing["loss"], nothing["unmet"], nothing["replaced"]) == pytest.approx((0, 0, 0))
    everybody = ["CHN", "DEU", "TUR"]
    [everything] = asked(HAND, exporter=everybody)
    assert (everything["loss"], everything["unmet_share"]) == (1, 1)
    [none] = asked(HAND, exporter="FRA")
    assert (none["stopped"], none["loss"]) == pytest.approx((0, 0))


@pytest.mark.parametrize("seed", range(8))
def test_as_in_plain_python(seed: int) -> None:
    draw = random.Random(seed)
    areas = [f"A{n}" for n in range(9)]
    rows = [
        (seller, buyer, code, draw.lognormvariate(3, 2))
        for seller in areas
        for buyer in areas
        for code in ("1", "2", "3")
        if seller != buyer and draw.random() < 0.7
    ]
    buys, stops, still = {"A0", "A1"}, {"A2", "A3"}, {"A4"}
    sigma = draw.choice([0.0, 0.6, 1.0, 1.4, 4.0, math.inf])
    cut, divert = draw.choice([0.4, 0.9, 1.0]), draw.choice([0.0, 0.05, 0.4])
    found = asked(
        rows,
        importer=buys,
        exporter=stops,
        fixed_supply=still,
        sigma=sigma,
        cut=cut,
        divert=divert,
        detail="product",
    )
    assert len(found) == 3
    for row in found:
        mine = [one for one in rows if one[2] == row["product"] and one[0] not in buys]
        before: dict[str, float] = {}
        for seller, buyer, _, value in mine:
            if buyer in buys:
                before[seller] = before.get(seller, 0) + value
        most = {}
        for seller, value in before.items():
            elsewhere = sum(one[3] for one in mine if one[0] == seller and one[1] not in buys)
            more = 0.0 if seller in still else divert * elsewhere
            most[seller] = (1 - cut) * value if seller in stops else value + more
        after = bought_after(before, most)
        bill = sum(before.values())
        assert row["bill"] == pytest.approx(bill)
        assert row["unmet"] == pytest.approx(bill - sum(after.values()), abs=1e-9 * bill)
        assert 1 - row["loss"] == pytest.approx(worth(before, after, sigma), abs=1e-9)


def test_an_elasticity_that_is_not_known() -> None:
    frame = rows_of(HAND)
    sigma = pa.array([2.0 if row[2] == "1" else None for row in HAND], pa.float64())
    keys: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "divert": 0.1}
    [total] = ep.measures.cutoff(frame.append_column("s", sigma), sigma="s", **keys).to_pylist()
    assert total["known_share"] == pytest.approx(1000 / 1100)
    assert total["loss"] == pytest.approx(asked(HAND[:5])[0]["loss"])
    assert total["unmet"] == pytest.approx(145)  # amounts need no elasticity
    none = pa.array([None] * len(HAND), pa.float64())
    [dark] = ep.measures.cutoff(frame.append_column("s", none), sigma="s", **keys).to_pylist()
    assert (dark["loss"], dark["shadow_price"]) == (None, None)


@pytest.mark.parametrize("wrong", [None, math.nan, -0.5, 1.5])
def test_what_others_can_divert_is_not_known(wrong: float | None) -> None:
    """A part that is missing is neither none nor any amount: that product alone has no answer."""
    cells = [wrong if row[2] == "1" and row[0] == "TUR" else 0.1 for row in HAND]
    frame = rows_of(HAND).append_column("d", pa.array(cells, pa.float64()))
    keys: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "sigma": 2.0, "divert": "d"}

    def told(**more: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ep.measures.cutoff(frame, **keys | more).to_pylist()
        return found

    rows = {row["product"]: row for row in told(detail="product")}
    names = ("loss", "unmet", "unmet_share", "replaced", "shadow_price", "cost_pct")
    assert {rows["1"][name] for name in names} == {None}
    assert (rows["1"]["bill"], rows["1"]["stopped"]) == (1000, 600)
    assert rows["2"]["loss"] == pytest.approx(0.75)
    [total] = told()
    assert (total["unmet"], total["replaced"], total["unmet_share"]) == (None, None, None)
    assert total["loss"] == pytest.approx(rows["2"]["loss"])
    assert total["known_share"] == pytest.approx(100 / 1100)
    assert {row["more"] for row in told(detail="supplier")} == {None}
    # Of who sends no more anyway, or where nothing stops, it does not matter.
    [still] = told(fixed_supply=["TUR"])
    assert still["unmet"] == pytest.approx(asked(HAND, fixed_supply=["TUR"])[0]["unmet"])
    assert told(exporter="FRA")[0]["loss"] == 0


@pytest.mark.parametrize("sigma", [0.001, 0.003, 0.01])
def test_nearly_no_substitution_loses_the_cut(sigma: float) -> None:
    """Of the least of suppliers a tenth is left; the mean is that, to a power that is too large."""
    [found] = asked(HAND[:3], sigma=sigma, cut=0.9, divert=0.0)
    # All others stay as they were: 0.1 (0.6 + 0.4 * 10^-(1/σ - 1))^(-1 / (1/σ - 1)).
    power = 1 / sigma - 1
    left = 0.1 * (0.6 + 0.4 * 0.1**power) ** (-1 / power)
    assert found["loss"] == pytest.approx(1 - left, rel=1e-12)
    assert found["loss"] == pytest.approx(asked(HAND[:3], sigma=0.0, cut=0.9)[0]["loss"], abs=1e-3)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"divert": 1.5}, "divert is 1.5"),
        ({"cut": -0.1}, "cut is -0.1"),
        ({"short_run": 0.0}, "short_run is 0.0"),
        ({"sigma": -1.0}, "sigma is -1.0"),
        ({"sigma": math.nan}, "sigma is nan"),
        ({"exporter": "RUS+CHN"}, "RUS on both sides"),
        ({"exporter": ()}, "exporter names no area"),
        ({"importer": ""}, "importer names no area"),
        ({"detail": "area"}, "unknown detail"),
        ({"sigma": "elasticity"}, "unknown column"),
    ],
)
def test_what_is_refused(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        asked(HAND, **keys)
    assert issubclass(UnknownNameError, RequestError)
