"""Measures: the awkward cases, each decided once and the same on every engine."""

from __future__ import annotations

import doctest
import math
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, get_args

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import entrepot as ep
from entrepot.errors import RequestError, UnknownNameError
from entrepot.measures import all_metadata, measure_metadata
from entrepot.measures.metadata import Unit

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

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


def one(frame: Any) -> dict[str, Any]:
    rows = nw.from_native(frame)
    if isinstance(rows, nw.LazyFrame):
        rows = rows.collect("pyarrow")
    (row,) = rows.to_arrow().to_pylist()
    found: dict[str, Any] = row
    return found


def trade(values: list[float | None], exporters: list[str | None] | None = None) -> Rows:
    names = exporters or [f"S{place}" for place in range(len(values))]
    return {"exporter": list(names), "importer": ["RUS"] * len(values), "value_usd": list(values)}


def test_the_kind_that_came_in_comes_out() -> None:
    rows = trade([5.0, 3.0, 2.0])
    table = pa.table(rows)
    for frame, kind in (
        (table, pa.Table),
        (table.to_pandas(), pd.DataFrame),
        (pl.DataFrame(rows), pl.DataFrame),
        (pl.LazyFrame(rows), pl.LazyFrame),
        (CONNECTION.from_arrow(table), duckdb.DuckDBPyRelation),
        (nw.from_native(table, eager_only=True), nw.DataFrame),
        (nw.from_native(pl.LazyFrame(rows)), nw.LazyFrame),
    ):
        assert isinstance(ep.measures.hhi(frame, by="importer"), kind)
        assert isinstance(ep.measures.without_own_trade(frame), kind)


def test_an_eager_result_is_sorted_by_its_keys() -> None:
    rows = {
        "year": [2023, 2021, 2022] * 50,
        "exporter": ["A", "B", "C"] * 50,
        "value_usd": [1] * 150,
    }
    for frame in (pd.DataFrame(rows), pl.DataFrame(rows), pa.table(rows)):
        years = ep.measures.value(frame, by=["year"])["year"]
        assert list(pa.array(years).to_pylist()) == [2021, 2022, 2023]


def test_zero_total_has_no_share(make: Callable[[Rows], Any]) -> None:
    frame = make(trade([0.0, 0.0]))
    assert one(ep.measures.hhi(frame, by=[])) == {
        "hhi": None,
        "hhi_normalised": None,
        "effective_suppliers": None,
        "suppliers": 0,
    }
    assert one(ep.measures.concentration_ratio(frame, by=[], k=1))["cr"] is None
    assert one(ep.measures.import_share(frame, exporter="S0", by=[]))["share"] is None
    assert one(ep.measures.value(frame, by=[]))["value_usd"] == 0


def test_one_supplier(make: Callable[[Rows], Any]) -> None:
    found = one(ep.measures.hhi(make(trade([7.0])), by=[]))
    assert (found["hhi"], found["effective_suppliers"], found["suppliers"]) == (1, 1, 1)
    assert found["hhi_normalised"] is None


def test_suppliers_without_value_do_not_count(make: Callable[[Rows], Any]) -> None:
    found = one(ep.measures.hhi(make(trade([5.0, 5.0, 0.0, None])), by=[]))
    assert (found["hhi"], found["suppliers"]) == (0.5, 2)
    assert found["hhi_normalised"] == pytest.approx(0)


def test_missing_values_are_left_out(make: Callable[[Rows], Any]) -> None:
    frame = make(trade([6.0, None, 2.0, None], ["A", "A", "B", "C"]))
    assert one(ep.measures.value(frame, by=[]))["value_usd"] == 8
    assert one(ep.measures.hhi(frame, by=[]))["hhi"] == 0.625
    assert one(ep.measures.import_share(frame, exporter="A", by=[]))["share"] == 0.75


def test_nothing_known_is_not_zero(make: Callable[[Rows], Any]) -> None:
    rows = trade([None, None, 1.0]) | {"importer": ["RUS", "RUS", "KAZ"]}
    frame = make(rows)
    found = ep.measures.value(frame, by=["importer"])
    values = {row["importer"]: row["value_usd"] for row in many(found)}
    assert values == {"RUS": None, "KAZ": 1}


def many(frame: Any) -> list[dict[str, Any]]:
    rows = nw.from_native(frame)
    if isinstance(rows, nw.LazyFrame):
        rows = rows.collect("pyarrow")
    found: list[dict[str, Any]] = rows.to_arrow().to_pylist()
    return found


@pytest.mark.filterwarnings("ignore::entrepot.errors.AbsentAreaWarning")
def test_an_absent_supplier_has_zero_where_it_sells_elsewhere_and_an_unknown_one_has_nothing(
    make: Callable[[Rows], Any],
) -> None:
    frame = make(trade([8.0, None], ["A", "B"]))
    assert one(ep.measures.import_share(frame, exporter="C", by=[]))["share"] is None
    apart = make(trade([8.0, 1.0], ["A", "B"]) | {"importer": ["RUS", "KAZ"]})
    shares = many(ep.measures.import_share(apart, exporter="B", by=["importer"]))
    assert {row["importer"]: row["share"] for row in shares} == {"RUS": 0, "KAZ": 1}
    assert one(ep.measures.import_share(frame, exporter="B", by=[]))["share"] is None
    assert one(ep.measures.import_share(frame, exporter="A", by=[]))["share"] == 1


def test_nan_is_missing(make: Callable[[Rows], Any]) -> None:
    frame = make(trade([6.0, math.nan, 2.0]))
    assert one(ep.measures.hhi(frame, by=[]))["hhi"] == 0.625
    assert one(ep.measures.value(frame, by=[]))["value_usd"] == 8
    assert one(ep.measures.concentration_ratio(frame, by=[], k=1))["cr"] == 0.75


@pytest.mark.parametrize("bad", [-1.0, math.inf, -math.inf])
def test_negative_or_infinite_totals_have_no_concentration(
    make: Callable[[Rows], Any], bad: float
) -> None:
    frame = make(trade([6.0, bad, 2.0]))
    assert one(ep.measures.hhi(frame, by=[]))["hhi"] is None
    assert one(ep.measures.hhi(frame, by=[], unique_suppliers=True))["hhi"] is None
    assert one(ep.measures.concentration_ratio(frame, by=[], k=1))["cr"] is None
    assert one(ep.measures.import_share(frame, exporter="S1", by=[]))["share"] is None


def test_corrections_count_within_a_supplier(make: Callable[[Rows], Any]) -> None:
    frame = make(trade([6.0, -2.0, 4.0], ["A", "A", "B"]))
    assert one(ep.measures.hhi(frame, by=[]))["hhi"] == 0.5
    assert one(ep.measures.value(frame, by=[]))["value_usd"] == 8


def test_rows_of_one_supplier_are_added_up_first(make: Callable[[Rows], Any]) -> None:
    frame = make(trade([3.0, 3.0, 2.0, 2.0], ["A", "A", "B", "C"]))
    assert one(ep.measures.hhi(frame, by=[]))["hhi"] == pytest.approx(0.44)
    assert one(ep.measures.hhi(frame, by=[]))["suppliers"] == 3
    assert one(ep.measures.concentration_ratio(frame, by=[], k=1))["cr"] == 0.6
    assert one(ep.measures.hhi(frame, by=[], unique_suppliers=True))["hhi"] == pytest.approx(0.26)


def test_rows_without_supplier_count_as_one(make: Callable[[Rows], Any]) -> None:
    frame = make(trade([3.0, 3.0, 6.0], [None, None, "A"]))
    assert one(ep.measures.hhi(frame, by=[]))["hhi"] == 0.5
    assert one(ep.measures.import_share(frame, exporter="A", by=[]))["share"] == 0.5


def test_rows_without_key_are_a_group(make: Callable[[Rows], Any]) -> None:
    rows = trade([1.0, 2.0, 4.0]) | {"importer": ["RUS", None, None]}
    found = {
        row["importer"]: row["value_usd"]
        for row in many(ep.measures.value(make(rows), by="importer"))
    }
    assert found == {"RUS": 1, None: 6}


def test_own_trade_is_kept_unless_taken_out(make: Callable[[Rows], Any]) -> None:
    frame = make(trade([6.0, 2.0], ["CHN", "RUS"]))
    assert one(ep.measures.import_share(frame, exporter="CHN", by="importer"))["share"] == 0.75
    without = ep.measures.without_own_trade(frame)
    assert one(ep.measures.import_share(without, exporter="CHN", by="importer"))["share"] == 1


def test_several_suppliers_count_as_one(make: Callable[[Rows], Any]) -> None:
    frame = make(trade([5.0, 2.0, 3.0], ["CHN", "HKG", "DEU"]))
    for both in ("CHN+HKG", ["HKG", "CHN"], frozenset({"CHN", "HKG"})):
        assert one(ep.measures.import_share(frame, exporter=both, by=[]))["share"] == 0.7


def test_ties_and_few_suppliers(make: Callable[[Rows], Any]) -> None:
    frame = make(trade([1.0, 1.0, 1.0, 1.0]))
    for k, expected in ((1, 0.25), (2, 0.5), (4, 1), (9, 1)):
        assert one(ep.measures.concentration_ratio(frame, by=[], k=k))["cr"] == expected


def over_time(values: dict[Any, float | None]) -> Rows:
    return {"period": list(values), "value_usd": list(values.values())}


def grown(frame: Any, **keys: Any) -> float | None:
    found: float | None = one(ep.measures.growth(frame, by=[], **keys)).popitem()[1]
    return found


def test_growth(make: Callable[[Rows], Any]) -> None:
    frame = make(
        over_time({date(2021, 1, 1): 80.0, date(2022, 1, 1): 0.0, date(2023, 1, 1): 100.0})
    )
    assert grown(frame, period=2023, base=2021) == pytest.approx(25)
    assert grown(frame, period=2023, base=2021, log=True) == pytest.approx(100 * math.log(1.25))
    assert grown(frame, period=2022, base=2021) == -100
    assert grown(frame, period=2022, base=2021, log=True) is None
    assert grown(frame, period=2023, base=2022) is None
    assert grown(frame, period=2023, base=2020) is None
    assert grown(frame, period=2024, base=2023) is None
    assert grown(frame, period="2022..2023", base=2021) == pytest.approx(25)


@pytest.mark.parametrize("kind", ["duckdb", "polars", "polars lazy", "pyarrow", "pandas"])
def test_growth_over_months(kind: str) -> None:
    months = [datetime(year, month, 1) for year in (2022, 2023) for month in range(1, 13)]
    values = [float(moment.month + 100 * (moment.year - 2022)) for moment in months]
    frame = KINDS[kind]({"period": months, "value_usd": values})
    assert grown(frame, period="2023-12", base="2022-12") == pytest.approx(100 * 100 / 12)
    assert grown(frame, period="2023Q4", base="2022Q4") == pytest.approx(100 * 300 / 33)
    assert grown(frame, period=2023, base=2022) == pytest.approx(100 * 1200 / 78)


def test_growth_over_years_as_numbers_and_text(make: Callable[[Rows], Any]) -> None:
    numbers = make(over_time({2021: 80.0, 2023: 100.0}))
    assert grown(numbers, period=2023, base=2021) == pytest.approx(25)
    with pytest.raises(RequestError, match="not whole years"):
        grown(numbers, period="2023-06", base="2021-06")
    gaps = make({"period": [2021.0, None, 2023.0], "value_usd": [80.0, 1.0, 100.0]})
    assert grown(gaps, period=2023, base=2021) == pytest.approx(25)
    text = make(over_time({"2021-06": 80.0, "2023-06": 100.0}))
    assert grown(text, period="2023-06", base="2021-06") == pytest.approx(25)


def test_growth_refuses_overlap_and_odd_time() -> None:
    with pytest.raises(RequestError, match="overlap"):
        grown(pa.table(over_time({2023: 1.0})), period=2023, base="2022-06..2023-02")
    with pytest.raises(RequestError, match="not a time"):
        grown(pa.table(over_time({True: 1.0})), period=2023, base=2022)


def test_a_missing_column_is_named_with_its_nearest() -> None:
    frame = pa.table(trade([1.0]))
    with pytest.raises(UnknownNameError) as caught:
        ep.measures.hhi(frame, by=["importr"])
    assert caught.value.suggestions[0] == "importer"
    with pytest.raises(UnknownNameError) as caught:
        ep.measures.value(frame, by=[], value="value")
    assert caught.value.suggestions == ["value_usd"]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: ep.measures.hhi([1, 2], by=[]), "not a frame"),
        (lambda: ep.measures.hhi(pa.table(trade([1.0])), by=["exporter"]), "two parts to play"),
        (lambda: ep.measures.value(pa.table(trade([1.0])), by=["value_usd"]), "two parts to play"),
        (lambda: ep.measures.value(pa.table(trade([1.0])), by=[], value="importer"), "not numbers"),
        (
            lambda: ep.measures.hhi(pa.table(trade([1.0]) | {"suppliers": [1]}), by=["suppliers"]),
            "column of its own",
        ),
        (lambda: ep.measures.concentration_ratio(pa.table(trade([1.0])), by=[], k=0), "k is 0"),
    ],
)
def test_refused(act: Callable[[], Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        act()


def test_only_the_columns_needed_pass_the_door() -> None:
    frame = pd.DataFrame(trade([5.0, 5.0]) | {"odd": [object(), object()]})
    assert one(ep.measures.hhi(frame, by=["importer"]))["hhi"] == 0.5


def test_whole_and_decimal_values(make: Callable[[Rows], Any]) -> None:
    assert one(ep.measures.hhi(make(trade([5, 3, 2])), by=[]))["hhi"] == pytest.approx(0.38)
    big = 3_000_000_000_000
    assert one(ep.measures.hhi(make(trade([big, big])), by=[]))["hhi"] == 0.5


def test_an_empty_frame_has_no_groups() -> None:
    empty = pa.table(trade([1.0])).slice(0, 0)
    assert ep.measures.hhi(empty, by=["importer"]).num_rows == 0
    assert one(ep.measures.value(empty, by=[]))["value_usd"] is None


def test_the_users_frame_stays_as_it_was() -> None:
    frame = pd.DataFrame(trade([5.0, math.nan]))
    before = frame.copy(deep=True)
    ep.measures.hhi(frame, by=["importer"])
    pd.testing.assert_frame_equal(frame, before)


def test_sheets_are_complete() -> None:
    ids = [item.id for item in all_metadata()]
    assert len(set(ids)) == len(ids)
    for item in all_metadata():
        plain = item.to_dict()
        assert all(plain[name] for name in plain if name != "frames_only"), item.id
        assert callable(getattr(ep.measures, item.function))
        assert item.unit in get_args(Unit)
    with pytest.raises(UnknownNameError) as caught:
        measure_metadata("import_shar")
    assert caught.value.suggestions[0] == "import_share"


def test_sheets_name_the_columns_that_come_out() -> None:
    rows = trade([5.0, 5.0]) | {"period": [2022, 2023]}
    frame = pa.table(rows)
    results = {
        "value": ep.measures.value(frame, by=[]),
        "import_share": ep.measures.import_share(frame, exporter="S0", by=[]),
        "export_share": ep.measures.export_share(frame, importer="RUS", by=[]),
        "hhi": ep.measures.hhi(frame, by=[]),
        "cr": ep.measures.concentration_ratio(frame, by=[], k=1),
        "asymmetry": ep.measures.asymmetry(frame, importer="RUS", exporter="S0", by=[]),
    }
    for name, found in results.items():
        assert found.column_names == [column for column, _ in measure_metadata(name).columns]
    both = [
        ep.measures.growth(frame, by=[], period=2023, base=2022, log=log).column_names[0]
        for log in (False, True)
    ]
    assert both == [column for column, _ in measure_metadata("growth").columns]


def test_examples_in_docstrings() -> None:
    result = doctest.testmod(ep.measures)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize("column", ["value", "trade_value"])
def test_a_column_of_values_with_another_name_is_told_how_to_pass(column: str) -> None:
    """It only asked "did you mean value?", which a reader took for a name to give the column."""
    frame = pd.DataFrame({"importer": ["DEU"], "exporter": ["CHN"], column: [1.0]})
    with pytest.raises(UnknownNameError) as caught:
        ep.measures.hhi(frame, by="importer")
    assert f'pass value="{column}"' in caught.value.hint
    assert ep.measures.hhi(frame, by="importer", value=column)["hhi"].tolist() == [1.0]


def test_a_missing_key_is_no_column_of_values() -> None:
    frame = pd.DataFrame({"exporter": ["CHN"], "value_usd": [1.0]})
    with pytest.raises(UnknownNameError) as caught:
        ep.measures.hhi(frame, by="importer")
    assert "pass value" not in caught.value.hint
