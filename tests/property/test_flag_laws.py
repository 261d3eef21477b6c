"""Laws that dependence flags, bounds and churn obey on any rows."""

from __future__ import annotations

import itertools
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import entrepot as ep

quick = settings(max_examples=15, deadline=None)
Flow = tuple[str, str, int, int]  # product, supplier, year, value

flow = st.tuples(
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from(["CHN", "DEU", "USA", "JPN"]),
    st.sampled_from([2020, 2021, 2022]),
    st.integers(min_value=0, max_value=10**9),
)
some = st.lists(flow, min_size=1, max_size=25)
shares = st.lists(st.integers(min_value=1, max_value=10**6), min_size=1, max_size=12)
flags = st.dictionaries(
    st.tuples(st.sampled_from("ABCDEF"), st.sampled_from([2018, 2019, 2020])),
    st.sampled_from([True, False, None]),
    min_size=1,
)


def frame(rows: list[Flow], scale: float = 1.0) -> pl.LazyFrame:
    return pl.LazyFrame(
        {
            "product": [row[0] for row in rows],
            "exporter": [row[1] for row in rows],
            "period": [row[2] for row in rows],
            "value_usd": [row[3] * scale for row in rows],
        }
    )


def geodep(*sides: list[Flow], scale: float = 1.0, **keys: Any) -> dict[tuple[str, int], Any]:
    found = ep.measures.geodep(*(frame(side, scale) for side in sides), **keys)
    return {(row["product"], row["period"]): row for row in found.collect().to_dicts()}


def verdicts(found: dict[tuple[str, int], Any]) -> dict[tuple[str, int], Any]:
    names = ("c1", "c2", "c3", "met", "dependent", "years_met", "years_known", "near_miss")
    return {key: tuple(row[name] for name in names) for key, row in found.items()}


@quick
@given(imports=some, exports=some, world=some, data=st.data())
def test_neither_order_nor_unit_turns_a_verdict(
    imports: list[Flow], exports: list[Flow], world: list[Flow], data: st.DataObject
) -> None:
    first = verdicts(geodep(imports, exports, world))
    assert first == verdicts(geodep(data.draw(st.permutations(imports)), exports, world))
    for scale in (1e-3, 1 / 7, 1e3):
        assert first == verdicts(geodep(imports, exports, world, scale=scale))


@quick
@given(imports=some, exports=some, world=some)
def test_margins_say_what_verdicts_say(
    imports: list[Flow], exports: list[Flow], world: list[Flow]
) -> None:
    for row in geodep(imports, exports, world).values():
        for name in ("c1", "c2", "c3"):
            margin, verdict = row[f"{name}_margin"], row[name]
            assert (margin is None) is (verdict is None)
            assert margin is None or abs(margin) < 1e-9 or (margin > 0) is verdict
        parts = [row["c1"], row["c2"], row["c3"]]
        assert row["met"] is (False if False in parts else (None if None in parts else True))
        assert not (row["met"] and row["near_miss"])
        assert row["near_miss"] is not True or parts.count(False) == 1
        assert 0 <= row["years_met"] <= row["years_known"] <= 3


@quick
@given(imports=some, exports=some, world=some)
def test_higher_thresholds_flag_no_more(
    imports: list[Flow], exports: list[Flow], world: list[Flow]
) -> None:
    low = geodep(imports, exports, world, thresholds=(0.3, 0.3, 0.5))
    high = geodep(imports, exports, world, thresholds=(0.6, 0.6, 2))
    assert low.keys() == high.keys()
    for key, row in high.items():
        assert low[key]["met"] or not row["met"]
        assert low[key]["years_met"] >= row["years_met"]


@quick
@given(imports=some, exports=some, world=some)
def test_a_wider_tolerance_misses_no_near_miss(
    imports: list[Flow], exports: list[Flow], world: list[Flow]
) -> None:
    narrow = geodep(imports, exports, world, tolerance=0.05)
    wide = geodep(imports, exports, world, tolerance=0.5)
    assert all(wide[key]["near_miss"] for key, row in narrow.items() if row["near_miss"])


@quick
@given(imports=some, exports=some)
@example(imports=[("A", "CHN", 2020, 0)], exports=[("A", "CHN", 2020, 0)])
def test_cdi_without_members_trade_is_geodeps_ratio(
    imports: list[Flow], exports: list[Flow]
) -> None:
    """Where nothing comes from members, the first and third are GeoDep's."""
    found = ep.measures.cdi(frame(imports), frame(exports), members="EST").collect().to_dicts()
    other = geodep(imports, exports, imports)
    assert len(found) == len(other)
    for row in found:
        twin = other[row["product"], row["period"]]
        for name, other_name in (("cdi1", "import_hhi"), ("cdi3", "import_export_ratio")):
            mine, theirs = row[name], twin[other_name]
            assert (mine is None) is (theirs is None)
            # Sums in parallel differ in their last digit from run to run.
            assert mine is None or mine == pytest.approx(theirs, rel=1e-12)
        assert row["cdi2"] is None


@quick
@given(values=shares, k=st.integers(min_value=1, max_value=12))
def test_the_index_lies_within_its_bounds(values: list[int], k: int) -> None:
    whole = sum(values)
    parts = sorted((value / whole for value in values), reverse=True)
    index = sum(part * part for part in parts)
    free = ep.measures.hhi_bounds(parts[:k])
    counted = ep.measures.hhi_bounds(parts[:k], len(parts))
    for low, high in (free, counted):
        assert low - 1e-12 <= index <= high + 1e-12
    assert counted.low >= free.low - 1e-12
    assert counted.high <= free.high + 1e-12
    if k >= len(parts):
        assert counted.high - counted.low < 1e-9


@quick
@given(values=shares)
def test_more_known_shares_narrow_the_bounds(values: list[int]) -> None:
    whole = sum(values)
    parts = sorted((value / whole for value in values), reverse=True)
    found = [ep.measures.hhi_bounds(parts[:k]) for k in range(1, len(parts) + 1)]
    for wide, narrow in itertools.pairwise(found):
        assert wide.low <= narrow.low + 1e-12
        assert narrow.high <= wide.high + 1e-12


@quick
@given(rows=some)
def test_the_top_supplier_agrees_with_the_ratio_of_one(rows: list[Flow]) -> None:
    by = ["product", "period"]
    top = ep.measures.top_supplier(frame(rows), by=by).collect().sort(by).to_dicts()
    one = ep.measures.concentration_ratio(frame(rows), by=by, k=1).collect().sort(by).to_dicts()
    two = ep.measures.concentration_ratio(frame(rows), by=by, k=2).collect().sort(by).to_dicts()
    for found, first, both in zip(top, one, two, strict=True):
        if first["cr"] is None:
            assert found["share"] is None
            continue
        assert abs(found["share"] - first["cr"]) < 1e-12
        assert abs(found["share"] + found["second_share"] - both["cr"]) < 1e-12
        assert abs(found["lead"] - (found["share"] - found["second_share"])) < 1e-12


@quick
@given(states=flags, lag=st.integers(min_value=1, max_value=2))
def test_churn_counts_every_flag_once(states: dict[tuple[str, int], bool | None], lag: int) -> None:
    rows = pl.LazyFrame(
        {
            "product": [product for product, _ in states],
            "period": [year for _, year in states],
            "dependent": pl.Series(list(states.values()), dtype=pl.Boolean),
        }
    )
    found = ep.measures.churn_rate(rows, lag=lag).collect().to_dicts()
    for row in found:
        after = sum(1 for (_, year), flag in states.items() if year == row["period"] and flag)
        before = sum(
            1 for (_, year), flag in states.items() if year == row["period"] - lag and flag
        )
        open_ = row["unknown"]
        assert row["entered"] + row["stayed"] <= after <= row["entered"] + row["stayed"] + open_
        assert row["left"] + row["stayed"] <= before <= row["left"] + row["stayed"] + open_
        assert before + after == row["left"] + row["entered"] + 2 * row["stayed"] + open_
