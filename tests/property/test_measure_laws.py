"""Laws that measures obey on any rows."""

from __future__ import annotations

import itertools
import math
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import entrepot as ep

CONNECTION = duckdb.connect()
RELATIVE = 1e-9

# Whole dollars from nothing to a hundred trillion: what a customs table can hold.
money = st.integers(min_value=0, max_value=10**14)
some = st.integers(min_value=10**3, max_value=10**9)
suppliers = st.sampled_from(["CHN", "HKG", "DEU", "TUR", "KGZ", "USA"])
flows = st.lists(st.tuples(suppliers, money), min_size=1, max_size=15)
traded = flows.filter(lambda rows: sum(value for _, value in rows) > 0)

quick = settings(max_examples=30, deadline=None)


def frame(rows: list[tuple[str, Any]], engine: str = "polars") -> Any:
    columns = {
        "exporter": [name for name, _ in rows],
        "value_usd": [float(value) for _, value in rows],
    }
    return pl.LazyFrame(columns) if engine == "polars" else CONNECTION.from_arrow(pa.table(columns))


def number(found: Any, column: str) -> Any:
    if isinstance(found, pl.LazyFrame):
        return found.collect()[column][0]
    return found.select(column).fetchall()[0][0]


def hhi(rows: list[tuple[str, Any]], column: str = "hhi", engine: str = "polars") -> Any:
    return number(ep.measures.hhi(frame(rows, engine), by=[]), column)


def cr(rows: list[tuple[str, Any]], k: int) -> Any:
    return number(ep.measures.concentration_ratio(frame(rows), by=[], k=k), "cr")


def share(rows: list[tuple[str, Any]], name: str, engine: str = "polars") -> Any:
    return number(ep.measures.import_share(frame(rows, engine), exporter=name, by=[]), "share")


def close(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:  # who is in no row has no share
        return found is expected
    return math.isclose(found, expected, rel_tol=RELATIVE, abs_tol=1e-12)


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@quick
@given(rows=traded)
def test_shares_add_to_one(engine: str, rows: list[tuple[str, int]]) -> None:
    shares = [share(rows, name, engine) for name in {name for name, _ in rows}]
    assert all(0 <= part <= 1 for part in shares)
    assert close(sum(shares), 1)


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@quick
@given(rows=traded)
def test_index_lies_between_equal_parts_and_one(engine: str, rows: list[tuple[str, int]]) -> None:
    index, count = hhi(rows, engine=engine), hhi(rows, "suppliers", engine)
    assert 1 / count * (1 - RELATIVE) <= index <= 1 + RELATIVE
    assert close(hhi(rows, "effective_suppliers", engine) * index, 1)


@quick
@given(rows=traded)
def test_index_is_the_sum_of_squared_shares(rows: list[tuple[str, int]]) -> None:
    names = {name for name, _ in rows}
    assert close(hhi(rows), sum(share(rows, name) ** 2 for name in names))


@quick
@given(rows=traded, data=st.data())
def test_order_does_not_matter(rows: list[tuple[str, int]], data: st.DataObject) -> None:
    other = data.draw(st.permutations(rows))
    assert close(hhi(rows), hhi(other))
    assert close(cr(rows, 2), cr(other, 2))
    assert close(share(rows, "CHN"), share(other, "CHN"))


@quick
@given(rows=traded, scale=st.floats(min_value=1e-6, max_value=1e6))
def test_scale_does_not_matter(rows: list[tuple[str, int]], scale: float) -> None:
    other = [(name, value * scale) for name, value in rows]
    assert close(hhi(rows), hhi(other))
    assert close(cr(rows, 1), cr(other, 1))
    assert close(share(rows, "CHN"), share(other, "CHN"))


@quick
@given(rows=traded, parts=st.integers(min_value=2, max_value=5))
def test_splitting_rows_changes_nothing(rows: list[tuple[str, int]], parts: int) -> None:
    split = [(name, value / parts) for name, value in rows for _ in range(parts)]
    assert close(hhi(rows), hhi(split))
    assert hhi(rows, "suppliers") == hhi(split, "suppliers")
    assert close(cr(rows, 2), cr(split, 2))


@quick
@given(rows=traded)
def test_suppliers_with_one_row_each_need_no_adding_up(rows: list[tuple[str, int]]) -> None:
    added: dict[str, int] = {}
    for name, value in rows:
        added[name] = added.get(name, 0) + value
    once = list(added.items())
    promised = ep.measures.hhi(frame(once), by=[], unique_suppliers=True)
    assert close(number(promised, "hhi"), hhi(rows))
    assert number(promised, "suppliers") == hhi(rows, "suppliers")


@quick
@given(rows=traded)
def test_merged_suppliers_are_more_concentrated(rows: list[tuple[str, int]]) -> None:
    merged = [("CHN" if name == "HKG" else name, value) for name, value in rows]
    assert hhi(merged) >= hhi(rows) * (1 - RELATIVE)
    both = number(ep.measures.import_share(frame(rows), exporter="CHN+HKG", by=[]), "share")
    assert close(both, share(merged, "CHN"))


@quick
@given(rows=traded)
def test_ratio_rises_with_k_to_one(rows: list[tuple[str, int]]) -> None:
    count = hhi(rows, "suppliers")
    ratios = [cr(rows, k) for k in range(1, count + 1)]
    assert all(low <= high + 1e-12 for low, high in itertools.pairwise(ratios))
    assert ratios[-1] == 1
    # What the largest share alone says about the index: w^2 <= H <= w.
    assert ratios[0] ** 2 <= hhi(rows) * (1 + RELATIVE)
    assert hhi(rows) <= ratios[0] * (1 + RELATIVE)


@quick
@given(first=some, second=some, third=some)
def test_growth_chains(first: int, second: int, third: int) -> None:
    rows = pl.LazyFrame({"year": [2021, 2022, 2023], "value_usd": [first, second, third]})

    def grown(period: int, base: int, *, log: bool) -> float:
        found = ep.measures.growth(rows, by=[], period=period, base=base, time="year", log=log)
        return float(number(found, found.collect_schema().names()[0]))

    steps = grown(2022, 2021, log=True) + grown(2023, 2022, log=True)
    assert math.isclose(steps, grown(2023, 2021, log=True), rel_tol=RELATIVE, abs_tol=1e-9)
    factors = (1 + grown(2022, 2021, log=False) / 100) * (1 + grown(2023, 2022, log=False) / 100)
    whole = 1 + grown(2023, 2021, log=False) / 100
    # -99.9999 % has lost six digits of what is left, hence the wider margin.
    assert math.isclose(factors, whole, rel_tol=1e-6)
    assert close(100 * math.log(third / first), grown(2023, 2021, log=True))


@quick
@given(rows=flows, other=flows)
def test_values_add_up(rows: list[tuple[str, int]], other: list[tuple[str, int]]) -> None:
    def total(some: list[tuple[str, int]]) -> float:
        return float(number(ep.measures.value(frame(some), by=[]), "value_usd"))

    assert close(total(rows) + total(other), total(rows + other))
    by_supplier = ep.measures.value(frame(rows), by="exporter").collect()["value_usd"].sum()
    assert close(by_supplier, total(rows))
