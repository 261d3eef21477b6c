"""A buyer's premium: the awkward cases by hand."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest

import entrepot as ep
from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.measures.prices.contrasts import bootstrapped, interval_of
from entrepot.measures.prices.premium import premiums_under
from entrepot.measures.student import degrees_of_freedom, half_width, student_quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

pytestmark = pytest.mark.slow

CONNECTION = duckdb.connect()
KINDS: dict[str, Callable[[pa.Table], Any]] = {
    "duckdb": CONNECTION.from_arrow,
    "polars lazy": lambda table: pl.LazyFrame(pl.from_arrow(table)),
    "pandas": lambda table: table.to_pandas(),
    "pyarrow": lambda table: table,
}
OPTIONS: dict[str, Any] = {"buyer": "RUS", "period": 2024, "base": 2021, "replicates": 200}


def trade(*cells: tuple[str, str, int, float | None, float | None]) -> pa.Table:
    """Rows of importer, product, year, value, quantity."""
    names = ("importer", "product", "period", "value_usd", "mass_kg")
    columns = [list(column) for column in zip(*cells, strict=True)]
    kinds = (pa.string(), pa.string(), pa.int64(), pa.float64(), pa.float64())
    return pa.table(
        {
            name: pa.array(column, kind)
            for name, column, kind in zip(names, columns, kinds, strict=True)
        }
    )


def product(code: str, buyer: float, others: float, bill: float = 100.0) -> list[Any]:
    """Four cells in which the buyer's price and the others' change to these ratios."""
    return [
        ("RUS", code, 2021, 50.0, 50.0),
        ("RUS", code, 2024, bill, bill / buyer),
        ("KAZ", code, 2021, 30.0, 10.0),
        ("IND", code, 2021, 30.0, 10.0),
        ("KAZ", code, 2024, 40.0, 40 / 3 / others),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_median_of_three(kind: str) -> None:
    cells = [*product("850110", 2, 1), *product("850120", 3, 1.5), *product("860100", 1.2, 1.2)]
    found = ep.measures.price_premium(KINDS[kind](trade(*cells)), **OPTIONS)
    assert found.premium == pytest.approx(1)
    assert (found.buyer_change, found.others_change) == (pytest.approx(1), pytest.approx(0.2))
    assert (found.products, found.clusters, found.bill_usd) == (3, 2, 300)
    assert found.overpaid_share == pytest.approx(0.5)
    assert found.overpaid_usd == pytest.approx(150)
    assert found.premium_low == pytest.approx(0)
    assert found.premium_high == pytest.approx(1)


def test_what_cannot_be_compared_is_counted() -> None:
    cells = [
        *product("850110", 2, 1),
        *product("860100", 2, 1),
        *product("870100", 6, 1, bill=7.0),
        ("RUS", "880100", 2024, 11.0, 1.0),
        ("RUS", "880200", 2024, 13.0, None),
        ("KAZ", "890100", 2024, 11.0, 1.0),
        (None, "850110", 2024, 1e9, 1.0),
    ]
    found = ep.measures.price_premium(trade(*cells), **OPTIONS)
    assert {(part.reason, part.products, part.usd) for part in found.left_out} == {
        ("relative", 1, 7.0),
        ("not_in_all_four", 3, 24.0),
    }
    assert found.premium == pytest.approx(1)
    assert found.to_dict()["left_out"][0].keys() == {"reason", "products", "usd"}
    everything = ep.measures.price_premium(trade(*cells), trim=None, **OPTIONS)
    assert everything.products == 3
    with pytest.raises(NoEvidenceError, match="no controlled product") as caught:
        ep.measures.price_premium(trade(*cells), min_rows=2, **OPTIONS)
    assert "too_few_rows: 3" in str(caught.value)


def test_one_cluster_has_no_interval() -> None:
    cells = [*product("850110", 2, 1), *product("850120", 3, 1)]
    for estimator in ("median", "did"):
        found = ep.measures.price_premium(trade(*cells), estimator=estimator, **OPTIONS)
        assert found.premium == pytest.approx(math.sqrt(6) - 1)
        missing = (found.beta_error, found.premium_low, found.premium_high, found.overpaid_usd_low)
        assert missing == (None, None, None, None)


def test_a_general_premium_is_taken_off() -> None:
    cells = [
        *product("850110", 2.2, 1),
        *product("860100", 2.2, 1),
        *product("870100", 1.1, 1),
        *product("880100", 1.1, 1),
    ]
    controlled = {"850110", "860100"}
    for estimator in ("median", "did"):
        found = ep.measures.price_premium(
            trade(*cells), estimator=estimator, controlled=controlled, **OPTIONS
        )
        assert found.premium == pytest.approx(1)
        assert (found.products, found.bill_usd, found.clusters) == (2, 200, 4)
        assert found.buyer_change == pytest.approx(1.2)
    for wrong in ({"850110", "860100", "870100", "880100"}, {"999999"}):
        with pytest.raises(NoEvidenceError):
            ep.measures.price_premium(trade(*cells), controlled=wrong, **OPTIONS)


def test_a_group_that_goes_with_one_heading_has_no_error() -> None:
    cells = [*product("850110", 2.2, 1), *product("870100", 1.1, 1), *product("880100", 1.1, 1)]
    found = ep.measures.price_premium(
        trade(*cells), estimator="did", controlled={"850110"}, **OPTIONS
    )
    assert found.premium == pytest.approx(1)
    assert found.beta_error is None


def test_a_discount_is_a_negative_cost() -> None:
    found = ep.measures.price_premium(
        trade(*product("850110", 0.5, 1), *product("860100", 0.5, 1)), estimator="did", **OPTIONS
    )
    assert (found.premium, found.overpaid_share) == (pytest.approx(-0.5), pytest.approx(-1))


def test_headings_need_codes_that_are_text() -> None:
    table = trade(*product("850110", 2, 1), *product("860100", 2, 1))
    place = table.column_names.index("product")
    numbers = table.set_column(place, "product", table["product"].cast(pa.int64()))
    with pytest.raises(RequestError, match="not text"):
        ep.measures.price_premium(numbers, **OPTIONS)
    grouped = numbers.append_column("group", pa.array(["x"] * 5 + ["y"] * 5))
    assert ep.measures.price_premium(grouped, cluster="group", **OPTIONS).clusters == 2


def test_the_seed_decides_and_the_order_of_rows_does_not() -> None:
    cells = [
        cell
        for place in range(12)
        for cell in product(f"{8401 + place // 2}{place % 2:02d}", 1 + place / 10, 1)
    ]
    first = ep.measures.price_premium(trade(*cells), **OPTIONS)
    assert ep.measures.price_premium(trade(*reversed(cells)), **OPTIONS) == first
    other = ep.measures.price_premium(trade(*cells), seed=2, **OPTIONS)
    assert (other.premium, other.beta_error) != (first.premium, first.beta_error)
    assert other.premium == first.premium


def test_refusals() -> None:
    table = trade(*product("850110", 2, 1))
    with pytest.raises(UnknownNameError, match="estimator"):
        ep.measures.price_premium(table, estimator="mean", **OPTIONS)
    with pytest.raises(UnknownNameError, match="interval"):
        ep.measures.price_premium(table, interval="bca", **OPTIONS)
    for wrong in ({"confidence": 95.0}, {"replicates": 10}):
        with pytest.raises(RequestError, match="no interval"):
            ep.measures.price_premium(table, **OPTIONS | wrong)
    with pytest.raises(NoEvidenceError):
        ep.measures.price_premium(table, **OPTIONS | {"buyer": "USA"})
    for freedom, confidence in ((0, 0.95), (3, 1.0)):
        with pytest.raises(RequestError, match="Student"):
            student_quantile(confidence, freedom)


def test_a_bootstrap_draws_whole_clusters() -> None:
    items, clusters = [1.0, 2.0, 30.0, 40.0], ["a", "a", "b", "b"]

    def drawn(sample: Sequence[float]) -> float:
        return math.fsum(sample)

    found = bootstrapped(items, clusters, drawn, replicates=500, seed=1)
    assert set(found) == {6.0, 73.0, 140.0}
    assert found == sorted(found)
    assert 90 < found.count(6.0) < 160


def test_a_sample_without_an_answer_is_drawn_again() -> None:
    def some(sample: Sequence[int]) -> float | None:
        return None if set(sample) == {0} else float(median(sample))

    found = bootstrapped([0, 1], ["a", "b"], some, replicates=200, seed=1)
    assert (len(found), set(found)) == (200, {0.5, 1.0})


def test_kinds_of_intervals() -> None:
    draws = [float(number) for number in range(1, 200)]
    many = 10**6  # clusters: the 5th and the 195th of 199
    assert interval_of(90.0, draws, 0.95, "percentile", clusters=many) == pytest.approx(
        (5, 195), abs=1e-3
    )
    assert interval_of(90.0, draws, 0.95, "basic", clusters=many) == pytest.approx(
        (-15, 175), abs=1e-3
    )
    assert interval_of(1.0, [1.0, 2.0], 0.95, "percentile", clusters=9) == (1.0, 2.0)
    # Ten clusters: t is 2.262 instead of 1.960, and the normal tail of 2.262 x √(10 / 9) 0.0086.
    low, high = interval_of(90.0, draws, 0.95, "percentile", clusters=10)
    assert (low, high) == pytest.approx((200 * 0.00857, 200 * (1 - 0.00857)), abs=0.01)


def test_many_premiums_at_once_are_those_asked_alone() -> None:
    """Groups share headings and products, so that neither can stand for a group."""
    cells = {
        "a": [*product("850110", 2, 1), *product("850120", 3, 1.5, 900), *product("860100", 9, 1)],
        "b": [*product("850110", 1.1, 1), *product("850120", 1, 1.7, 300)],
        "none": [("RUS", "850110", 2021, 50.0, 50.0)],
    }
    rows = trade(*(cell for some in cells.values() for cell in some))
    groups = [name for name, some in cells.items() for _ in some]
    asked = {"buyer": "RUS", "period": 2024, "base": 2021}
    found = {
        (group, trim, estimator): premium
        for group, trim, estimator, premium in premiums_under(
            rows.append_column("group", pa.array(groups)), group="group", trims=[5.0, None], **asked
        )
    }
    expected = {
        (name, trim, estimator): ep.measures.price_premium(
            trade(*cells[name]),
            trim=trim,
            estimator="median" if estimator == "median" else "did",
            weighted=estimator == "did, weighted",
            **asked,
        ).premium
        for name in ("a", "b")
        for trim in (5.0, None)
        for estimator in ("median", "did", "did, weighted")
    }
    assert found == pytest.approx(expected, rel=1e-12)
    assert found["a", 5.0, "did"] != pytest.approx(found["a", None, "did"])


@pytest.mark.parametrize(
    ("adds", "degrees"),
    [([1.0] * 10, 9), ([1.0, 1.0, 0.0, 0.0], 1), ([1.0, 0.0, 0.0], 0), ([0.0, 0.0], 0)],
)
def test_degrees_of_freedom_count_clusters_by_what_they_add(
    adds: list[float], degrees: float
) -> None:
    assert degrees_of_freedom(adds) == pytest.approx(degrees)
    half = half_width(2.0, degrees, 0.95)
    assert half == (2 * student_quantile(0.95, degrees) if degrees >= 1 else None)
