"""Laws of decompositions: they leave no rest, and do not care how things are called."""

from __future__ import annotations

import math
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import entrepot as ep
from frame_kinds import MAKE, Row, rows_of

CAUSES = (
    "from_supplier",
    "from_others",
    "from_exits",
    "from_entries",
    "from_basket",
    "from_edition",
)
METHODS: tuple[Literal["shift_share", "divisia"], ...] = ("shift_share", "divisia")

# Zeros, ones, and whole dollars to a hundred trillion; equal values are common.
money = st.one_of(st.just(0), st.integers(1, 9), st.integers(1, 10**14))
cells = st.tuples(
    st.sampled_from(["m1", "m2", "m3"]),
    st.sampled_from([2021, 2023]),
    st.sampled_from(["a", "b", "c", "d"]),
    st.sampled_from(["CHN", "HKG", "DEU", "TUR"]),
    money,
    st.booleans(),
)
trades = st.lists(cells, min_size=6, max_size=80)
quick = settings(max_examples=12, deadline=None)


def frame(trade: list[Any], scale: float = 1.0) -> pl.DataFrame:
    names = ["importer", "period", "product", "exporter", "value_usd", "split"]
    rows = pl.DataFrame(trade, schema=names, orient="row")
    return rows.with_columns(pl.col("value_usd").cast(pl.Float64) * scale)


def split(rows: Any, **more: Any) -> list[Row]:
    asked = {"exporter": "CHN", "product": "product", **more}
    found = ep.measures.change_of_share(rows, period=2023, base=2021, **asked)
    return rows_of(found)


@pytest.mark.parametrize("method", METHODS)
@quick
@given(trade=trades)
def test_causes_add_up(method: str, trade: list[Any]) -> None:
    rows = frame(trade)
    whole = {row["importer"]: row for row in split(rows.lazy(), method=method)}
    products = split(rows.lazy(), method=method, per_product=True)
    for name, row in whole.items():
        if row["change"] is None:
            assert all(row[cause] is None for cause in CAUSES)
            continue
        assert math.fsum(row[cause] for cause in CAUSES) == pytest.approx(row["change"], abs=1e-12)
        assert row["share"] - row["share_base"] == pytest.approx(row["change"], abs=1e-12)
        parts = [part for part in products if part["importer"] == name]
        assert math.fsum(p["change"] for p in parts) == pytest.approx(row["change"], abs=1e-12)
        for cause in CAUSES:
            total = math.fsum(part[cause] for part in parts)
            assert total == pytest.approx(row[cause], abs=1e-12)


@settings(quick, max_examples=5)
@given(trade=trades)
def test_causes_do_not_care_about_scale_order_and_engine(trade: list[Any]) -> None:
    first = split(frame(trade).lazy())
    other = split(MAKE["duckdb"](frame(trade[::-1], scale=0.001).to_arrow()))
    first, other = (sorted(some, key=lambda row: row["importer"]) for some in (first, other))
    for one, two in zip(first, other, strict=True):
        assert one.keys() == two.keys()
        for name, value in one.items():
            assert value == two[name] or value == pytest.approx(two[name], abs=1e-11)


@quick
@given(trade=trades)
def test_the_others_see_the_same_with_the_sign_turned(trade: list[Any]) -> None:
    """What the supplier did, as seen by all others as one, is what the others did to it."""
    rows = frame(trade).lazy()
    ours = {row["importer"]: row for row in split(rows, exporter="CHN+HKG")}
    for theirs in split(rows, exporter="DEU+TUR"):
        row = ours[theirs["importer"]]
        if row["change"] is None:
            assert theirs["change"] is None
            continue
        assert row["change"] == pytest.approx(-theirs["change"], abs=1e-12)
        assert row["from_basket"] == pytest.approx(-theirs["from_basket"], abs=1e-12)
        done = row["from_others"] + row["from_exits"] + row["from_entries"]
        assert done == pytest.approx(-theirs["from_supplier"], abs=1e-12)


@quick
@given(trade=trades)
def test_marks_only_move_contributions(trade: list[Any]) -> None:
    rows = frame(trade).lazy()
    plain = {(r["importer"], r["product"]): r for r in split(rows, per_product=True)}
    split_products = {(row[0], row[2]) for row in trade if row[5]}
    for row in split(rows, per_product=True, mark="split"):
        key = row["importer"], row["product"]
        if row["change"] is None:
            continue
        assert row["change"] == plain[key]["change"]
        if key in split_products:
            assert row["from_edition"] == row["change"]
            assert all(row[cause] == 0 for cause in CAUSES[:5])
        else:
            assert row == plain[key]


@quick
@given(trade=trades)
def test_contributions_add_up_to_growth(trade: list[Any]) -> None:
    rows = frame(trade).lazy()
    grown = {
        row["importer"]: row["growth_pct"]
        for row in rows_of(ep.measures.growth(rows, by="importer", period=2023, base=2021))
    }
    for of in ("product", ["product", "exporter"]):
        found = rows_of(
            ep.measures.growth_contribution(rows, of=of, by="importer", period=2023, base=2021)
        )
        for name, growth in grown.items():
            parts = [row for row in found if row["importer"] == name]
            base = sum(row["value_base"] for row in parts)
            if base <= 0:
                assert all(row["contribution"] is None for row in parts)
                continue
            total = math.fsum(row["contribution"] for row in parts)
            gross = sum(abs(row["contribution"]) for row in parts)
            assert abs(total - parts[0]["growth_pct"]) <= 1e-12 * max(100, gross)
            if growth is not None:
                assert parts[0]["growth_pct"] == pytest.approx(growth, rel=1e-12, abs=1e-10)


@quick
@given(trade=trades)
def test_volume_times_price_is_value(trade: list[Any]) -> None:
    index = {"a": 1.0, "b": 1.2, "c": 80.0, "d": 0.3}
    rows = frame(trade).with_columns(
        pl.col("product").replace_strict(index).alias("index") * (pl.col("period") - 2020)
    )
    found = ep.measures.real_growth(
        rows.lazy(), deflator="index", by="importer", period=2023, base=2021
    )
    for row in rows_of(found):
        if row["price_pct"] is not None:
            value = (1 + row["real_pct"] / 100) * (1 + row["price_pct"] / 100)
            assert value == pytest.approx(1 + row["nominal_pct"] / 100, rel=1e-9, abs=1e-12)


@quick
@given(
    values=st.lists(st.integers(0, 50), min_size=2, max_size=8),
    widths=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=8, max_size=8),
)
def test_rank_lies_within_its_interval(values: list[int], widths: list[tuple[int, int]]) -> None:
    names = [f"P{place}" for place in range(len(values))]
    ends = widths[: len(values)]
    rows = pl.LazyFrame(
        {
            "importer": names,
            "value_usd": values,
            "low": [value - below for value, (below, _) in zip(values, ends, strict=True)],
            "high": [value + above for value, (_, above) in zip(values, ends, strict=True)],
        }
    )
    ranks = []
    for name in names:
        asked = {"partner": name, "by": [], "low": "low", "high": "high"}
        (row,) = rows_of(ep.measures.rank_and_multiple(rows, **asked))
        assert 1 <= row["rank_best"] <= row["rank"] <= row["rank_worst"] <= len(names)
        ranks.append(row["rank"])
    # Competition ranking: as many places as are shared are left out after them.
    assert sorted(ranks) == [
        1 + sum(other > value for other in values) for value in sorted(values, reverse=True)
    ]
