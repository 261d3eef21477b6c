"""The largest supplier, the bounds of the index, and net import reliance: the awkward cases."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import entrepot as ep
from entrepot.errors import RequestError, UnknownNameError
from entrepot.measures import measure_metadata

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECTION = duckdb.connect()
Rows = dict[str, list[Any]]
KINDS: dict[str, Callable[[Rows], Any]] = {
    "duckdb": lambda rows: CONNECTION.from_arrow(pa.table(rows)),
    "polars": pl.DataFrame,
    "polars lazy": pl.LazyFrame,
    "pandas": pd.DataFrame,
    "pyarrow": pa.table,
}


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest) -> Callable[[Rows], Any]:
    return KINDS[request.param]


def many(frame: Any) -> list[dict[str, Any]]:
    rows = nw.from_native(frame)
    if isinstance(rows, nw.LazyFrame):
        rows = rows.collect("pyarrow")
    found: list[dict[str, Any]] = rows.to_arrow().to_pylist()
    return found


def one(frame: Any) -> dict[str, Any]:
    (row,) = many(frame)
    return row


def trade(values: list[Any], exporters: list[str | None]) -> Rows:
    return {"exporter": list(exporters), "value_usd": values}


def top(make: Callable[[Rows], Any], values: list[Any], names: list[str | None]) -> dict[str, Any]:
    return one(ep.measures.top_supplier(make(trade(values, names)), by=[]))


def test_top_supplier_and_its_lead(make: Callable[[Rows], Any]) -> None:
    found = top(make, [2.0, 3.0, 1.0, 4.0], ["DEU", "CHN", "USA", "CHN"])
    assert found == {
        "share": 0.7,
        "top_supplier": "CHN",
        "second_share": 0.2,
        "second_supplier": "DEU",
        "lead": 0.5,
    }


def test_of_equal_suppliers_the_first_by_name(make: Callable[[Rows], Any]) -> None:
    for names in (["USA", "CHN", "DEU"], ["DEU", "USA", "CHN"]):
        found = top(make, [5.0, 5.0, 5.0], names)
        assert (found["top_supplier"], found["second_supplier"]) == ("CHN", "DEU")
        assert (found["lead"], found["share"]) == (0, pytest.approx(1 / 3))


def test_one_supplier_leads_by_everything(make: Callable[[Rows], Any]) -> None:
    found = top(make, [5.0, 0.0, None], ["CHN", "DEU", "USA"])
    assert (found["share"], found["second_share"], found["lead"]) == (1, 0, 1)
    assert (found["top_supplier"], found["second_supplier"]) == ("CHN", None)


def test_the_largest_may_have_no_name(make: Callable[[Rows], Any]) -> None:
    found = top(make, [3.0, 3.0, 2.0], [None, None, "CHN"])
    assert (found["share"], found["top_supplier"]) == (0.75, None)
    assert found["second_supplier"] == "CHN"


@pytest.mark.parametrize("values", [[0.0, 0.0], [None, 0.0], [3.0, -1.0], [3.0, math.inf]])
def test_no_total_no_top_supplier(make: Callable[[Rows], Any], values: list[Any]) -> None:
    assert set(top(make, values, ["CHN", "DEU"]).values()) == {None}


def test_markets_are_kept_apart(make: Callable[[Rows], Any]) -> None:
    rows = trade([1.0, 9.0, 8.0, 2.0], ["A", "B", "A", "B"]) | {"year": [2021, 2021, 2022, 2022]}
    found = many(ep.measures.top_supplier(make(rows), by="year"))
    assert {row["year"]: row["top_supplier"] for row in found} == {2021: "B", 2022: "A"}


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    [
        (0.8, None, 0.64, 0.68),
        (0.9, None, 0.81, 0.82),
        (0.5, None, 0.25, 0.5),
        (0.3, None, 0.09, 0.28),  # three of 0.3 and one of 0.1: not (0.7)^2 more
        (1, None, 1, 1),
        (0.8, 2, 0.68, 0.68),
        (0.8, 3, 0.66, 0.68),
        (0.25, 4, 0.25, 0.25),
        ([0.5, 0.3], None, 0.34, 0.38),
        ([0.3, 0.5], 3, 0.38, 0.38),
        ([0.4, 0.2], None, 0.20, 0.28),
    ],
)
def test_bounds_by_hand(share: Any, n: int | None, low: float, high: float) -> None:
    found = ep.measures.hhi_bounds(share, n)
    assert found == pytest.approx((low, high))
    assert found.low <= found.high


def test_bounds_of_rounded_thirds() -> None:
    low, high = ep.measures.hhi_bounds([1 / 3, 1 / 3, 1 / 3], 3)
    assert low == pytest.approx(1 / 3)
    assert high == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("share", "n", "words"),
    [
        (45, None, "at most 1"),
        (0, None, "at most 1"),
        ([], None, "none given"),
        (math.nan, None, "at most 1"),
        ([0.7, 0.4], None, "add up to 1.1"),
        (0.2, 4, "4 suppliers cannot"),
        (0.8, 1, "1 suppliers cannot"),
        ([0.5, 0.4], 1, "1 suppliers cannot"),
    ],
)
def test_bounds_refuse_what_no_market_has(share: Any, n: int | None, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        ep.measures.hhi_bounds(share, n)


def test_bounds_of_a_frame(make: Callable[[Rows], Any]) -> None:
    frame = make(
        {
            "market": ["one", "two", "two", "few", "much", "gap", "gap"],
            "share": [0.8, 0.5, 0.3, 0.2, 1.1, 0.6, None],
            "n": [3, 4, 4, 4, 1, 3, 3],
        }
    )
    free = {row["market"]: row for row in many(ep.measures.hhi_bounds_of(frame, by="market"))}
    assert free["one"]["hhi_low"] == pytest.approx(0.64)
    assert free["one"]["hhi_high"] == pytest.approx(0.68)
    assert free["few"]["hhi_high"] == pytest.approx(0.2)
    assert (free["two"]["known_share"], free["two"]["known_suppliers"]) == (0.8, 2)
    assert free["much"]["hhi_low"] is None
    assert free["gap"]["hhi_high"] is None
    counted = {
        row["market"]: row
        for row in many(ep.measures.hhi_bounds_of(frame, by="market", suppliers="n"))
    }
    assert counted["one"]["hhi_low"] == pytest.approx(0.66)
    assert counted["two"]["hhi_low"] == pytest.approx(0.36)
    assert counted["few"]["hhi_low"] is None  # four of at most a fifth do not make a whole


@pytest.mark.parametrize("n", [None, 2, 3, 5, 12])
def test_the_frame_and_the_numbers_agree(make: Callable[[Rows], Any], n: int | None) -> None:
    tops = [[0.9], [0.5, 0.2], [0.34], [0.21, 0.2, 0.19], [1.0], [0.25, 0.25, 0.25, 0.25]]
    rows: Rows = {"market": [], "share": [], "n": []}
    for market, shares in enumerate(tops):
        for share in shares:
            rows["market"].append(market)
            rows["share"].append(share)
            rows["n"].append(n or 0)
    found = many(ep.measures.hhi_bounds_of(make(rows), by="market", suppliers=n and "n"))
    for row in found:
        try:
            expected: Any = ep.measures.hhi_bounds(tops[row["market"]], n)
        except RequestError:
            expected = (None, None)
        assert (row["hhi_low"], row["hhi_high"]) == pytest.approx(expected), tops[row["market"]]


def test_bounds_of_a_frame_refuse_words() -> None:
    frame = pa.table({"market": [1], "share": [0.5], "n": ["three"]})
    with pytest.raises(RequestError, match="no numbers"):
        ep.measures.hhi_bounds_of(frame, by="market", suppliers="n")
    with pytest.raises(UnknownNameError):
        ep.measures.hhi_bounds_of(frame, by="market", suppliers="m")


def reliance(make: Callable[[Rows], Any], **columns: Any) -> dict[str, Any]:
    rows = {name: value if isinstance(value, list) else [value] for name, value in columns.items()}
    stocks = "stocks" if "stocks" in rows else None
    return one(ep.measures.net_import_reliance(make(rows), by=[], stocks=stocks))


def test_reliance_with_and_without_stocks(make: Callable[[Rows], Any]) -> None:
    found = reliance(make, production=40.0, imports=70.0, exports=10.0)
    assert found == {"net_import_reliance": 0.6, "apparent_consumption": 100}
    drawn = reliance(make, production=40.0, imports=70.0, exports=10.0, stocks=60.0)
    assert drawn == {"net_import_reliance": 0.75, "apparent_consumption": 160}
    filled = reliance(make, production=40.0, imports=70.0, exports=10.0, stocks=-60.0)
    assert filled == {"net_import_reliance": 0, "apparent_consumption": 40}


def test_a_net_exporter_has_negative_reliance(make: Callable[[Rows], Any]) -> None:
    """Where the Geological Survey prints E."""
    found = reliance(make, production=83, imports=7, exports=50)
    assert found["apparent_consumption"] == 40
    assert found["net_import_reliance"] == -43 / 40


def test_reliance_without_production_is_whole(make: Callable[[Rows], Any]) -> None:
    """Printed for tantalum (2025): no mine production, apparent consumption 770 t, 100 per cent."""
    found = reliance(make, production=0, imports=1_000, exports=230)
    assert found == {"net_import_reliance": 1, "apparent_consumption": 770}


@pytest.mark.parametrize(
    "columns",
    [
        {"production": None, "imports": 7.0, "exports": 1.0},
        {"production": math.nan, "imports": 7.0, "exports": 1.0},
        {"production": 5.0, "imports": None, "exports": 1.0},
        {"production": 5.0, "imports": 7.0, "exports": None},
        {"production": 5.0, "imports": 7.0, "exports": 1.0, "stocks": None},
        {"production": -5.0, "imports": 7.0, "exports": 1.0},
        {"production": 5.0, "imports": math.inf, "exports": 1.0},
        {"production": [5.0, None], "imports": [7.0, 7.0], "exports": [1.0, 1.0]},
    ],
)
def test_a_gap_is_no_zero(make: Callable[[Rows], Any], columns: dict[str, Any]) -> None:
    rows = {
        name: pa.array(value if isinstance(value, list) else [value], pa.float64()).to_pylist()
        for name, value in columns.items()
    }
    if make in (KINDS["duckdb"], KINDS["pyarrow"]):
        table = pa.table({name: pa.array(value, pa.float64()) for name, value in rows.items()})
        frame = CONNECTION.from_arrow(table) if make is KINDS["duckdb"] else table
    elif make is KINDS["pandas"]:
        frame = pd.DataFrame(rows, dtype="float64")
    else:
        frame = make(rows)
        frame = frame.with_columns(pl.all().cast(pl.Float64))
    stocks = "stocks" if "stocks" in columns else None
    found = one(ep.measures.net_import_reliance(frame, by=[], stocks=stocks))
    assert set(found.values()) == {None}


def test_more_sold_than_there_was_has_no_reliance(make: Callable[[Rows], Any]) -> None:
    """Exports of what was imported before: consumption is not above zero, and still shown."""
    found = reliance(make, production=5.0, imports=7.0, exports=12.0)
    assert found == {"net_import_reliance": None, "apparent_consumption": 0}
    found = reliance(make, production=5.0, imports=7.0, exports=20.0)
    assert found == {"net_import_reliance": None, "apparent_consumption": -8}


def test_months_add_up(make: Callable[[Rows], Any]) -> None:
    found = reliance(make, production=[1.0, 3.0], imports=[6.0, 1.0], exports=[0.0, 1.0])
    assert found == {"net_import_reliance": 0.6, "apparent_consumption": 10}


def test_reliance_refuses_words() -> None:
    frame = pa.table({"production": [1.0], "imports": ["W"], "exports": [1.0]})
    with pytest.raises(RequestError, match="not numbers"):
        ep.measures.net_import_reliance(frame, by=[])


def test_passports_name_the_columns_that_come_out() -> None:
    rows = pa.table(trade([1.0], ["A"]))
    parts = pa.table({"production": [1.0], "imports": [1.0], "exports": [1.0]})
    results = {
        "top_supplier": ep.measures.top_supplier(rows, by=[]),
        "hhi_bounds": ep.measures.hhi_bounds_of(pa.table({"share": [0.5]}), by=[]),
        "net_import_reliance": ep.measures.net_import_reliance(parts, by=[]),
    }
    for name, found in results.items():
        assert found.column_names == [column for column, _ in measure_metadata(name).columns]
