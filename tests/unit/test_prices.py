"""Unit values, price indices and splits: the awkward cases, the same on every engine."""

from __future__ import annotations

import doctest
import math
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import entrepot as ep
from entrepot.errors import RequestError, UnknownNameError
from entrepot.measures import PriceFilters, measure_metadata
from entrepot.measures.prices import premium

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

CONNECTION = duckdb.connect()
Rows = list[tuple[Any, ...]]
KINDS: dict[str, Callable[[pa.Table], Any]] = {
    "duckdb": CONNECTION.from_arrow,
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.LazyFrame(pl.from_arrow(table)),
    "pandas": lambda table: table.to_pandas(),
    "pyarrow": lambda table: table,
}
NAN, INF = float("nan"), float("inf")


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest) -> Callable[[pa.Table], Any]:
    return KINDS[request.param]


def goods(*rows: tuple[Any, ...]) -> pa.Table:
    """Rows of product, year, value, quantity."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return pa.table(
        {
            "product": pa.array(columns[0], pa.string()),
            "period": pa.array(columns[1], pa.int64()),
            "value_usd": pa.array(columns[2], pa.float64()),
            "mass_kg": pa.array(columns[3], pa.float64()),
        }
    )


def sold(*rows: tuple[Any, ...]) -> pa.Table:
    """Rows of importer, product, year, value, quantity."""
    table = goods(*(row[1:] for row in rows))
    return table.append_column("importer", pa.array([row[0] for row in rows]))


def many(frame: Any) -> list[dict[str, Any]]:
    rows = nw.from_native(frame)
    if isinstance(rows, nw.LazyFrame):
        rows = rows.collect("pyarrow")
    found: list[dict[str, Any]] = rows.to_arrow().to_pylist()
    return found


def one(frame: Any) -> dict[str, Any]:
    (row,) = many(frame)
    return row


def index(frame: Any, **options: Any) -> dict[str, Any]:
    return one(ep.measures.price_index(frame, period=2024, base=2021, **options))


# --- price_index -----------------------------------------------------------------------------


def test_only_rows_with_both_numbers_have_a_price(make: Callable[[pa.Table], Any]) -> None:
    frame = make(
        goods(
            ("a", 2021, 10.0, 10.0),
            ("a", 2021, 500.0, None),  # without it the base would cost 51
            ("a", 2024, 20.0, 10.0),
            ("a", 2024, None, 90.0),
            ("a", 2024, NAN, 90.0),
            ("a", 2024, 5.0, NAN),
            ("a", 2024, 5.0, INF),
            ("a", 2024, 5.0, 0.0),
            ("a", 2024, -5.0, 3.0),
        )
    )
    found = index(frame)
    for name in ("fisher", "tornqvist", "laspeyres", "paasche", "jevons"):
        assert found[name] == pytest.approx(2)
    assert found["matched_share_base"] == pytest.approx(10 / 510)
    assert found["matched_share"] == pytest.approx(20 / 30)


def test_new_and_gone_products_are_not_compared(make: Callable[[pa.Table], Any]) -> None:
    frame = make(
        goods(
            ("a", 2021, 10.0, 10.0),
            ("a", 2024, 30.0, 10.0),
            ("gone", 2021, 30.0, 1.0),
            ("new", 2024, 70.0, 1.0),
            ("zero", 2021, 0.0, 0.0),
        )
    )
    found = index(frame)
    assert found["fisher"] == pytest.approx(3)
    assert (found["matched_products"], found["products"]) == (1, 3)
    assert found["matched_share_base"] == pytest.approx(0.25)
    assert found["matched_share"] == pytest.approx(0.3)


def test_nothing_in_common_has_no_index(make: Callable[[pa.Table], Any]) -> None:
    found = index(make(goods(("a", 2021, 10.0, 1.0), ("b", 2024, 10.0, 1.0))))
    assert [found[name] for name in ("fisher", "tornqvist", "laspeyres", "paasche", "jevons")] == (
        [None] * 5
    )
    assert (found["matched_products"], found["matched_share"]) == (0, 0)
    found = index(make(goods(("a", 2019, 10.0, 1.0))))
    assert (found["fisher"], found["matched_share"], found["products"]) == (None, None, 0)


def test_extreme_relatives_are_trimmed_and_counted(make: Callable[[pa.Table], Any]) -> None:
    frame = make(
        goods(
            ("a", 2021, 10.0, 10.0),
            ("a", 2024, 20.0, 10.0),
            ("kit", 2021, 10.0, 10.0),
            ("kit", 2024, 60.0, 10.0),
            ("edge", 2021, 10.0, 10.0),
            ("edge", 2024, 50.0, 10.0),
        )
    )
    found = index(frame, trim=5)
    assert found["jevons"] == pytest.approx(math.sqrt(10))
    assert (found["matched_products"], found["trimmed_products"]) == (2, 1)
    assert found["trimmed_usd"] == 60
    assert index(frame)["trimmed_products"] == 0


def test_another_unit_is_another_good() -> None:
    table = goods(
        ("a", 2021, 10.0, 10.0),
        ("a", 2024, 10.0, 5.0),
        ("a", 2021, 10.0, 2.0),
        ("a", 2024, 10.0, 2.0),
    ).append_column("unit", pa.array(["kg", "kg", "u", "u"]))
    assert index(table)["jevons"] == pytest.approx(12 / 7)  # of nothing: pieces and kilograms
    assert index(table, product=["product", "unit"])["jevons"] == pytest.approx(math.sqrt(2))


def test_keys_and_months() -> None:
    table = goods(("a", 1, 10.0, 10.0), ("a", 2, 30.0, 10.0), ("a", 3, 80.0, 10.0))
    months = [date(2021, 1, 1), date(2024, 1, 1), date(2024, 2, 1)]
    dated = table.set_column(1, "period", pa.array(months)).append_column(
        "exporter", pa.array(["X", "X", "Y"])
    )
    found = many(ep.measures.price_index(dated, by="exporter", period="2024", base="2021-01"))
    assert [(row["exporter"], row["fisher"]) for row in found] == [
        ("X", pytest.approx(3)),
        ("Y", None),
    ]


# --- price_series ----------------------------------------------------------------------------

CHAIN = goods(
    ("a", 2021, 1.0, 1.0),
    ("a", 2022, 2.0, 1.0),
    ("b", 2022, 5.0, 1.0),
    ("b", 2023, 15.0, 1.0),
    ("lonely", 2024, 9.0, 1.0),
    ("a", 2025, None, 1.0),
)


def test_what_no_product_links(make: Callable[[pa.Table], Any]) -> None:
    frame = make(CHAIN)
    for method in ("tpd", "tpd_unweighted"):
        rows = many(ep.measures.price_series(frame, base=2021, method=method))
        found = {row["period"]: row["price_index"] for row in rows}
        # The lonely year has a price that nothing compares with; 2025 has none.
        assert found == {
            2021: 1,
            2022: pytest.approx(2),
            2023: pytest.approx(6),
            2024: None,
            2025: None,
        }
    rows = many(ep.measures.price_series(frame, base=2021))
    assert {row["period"]: row["price_index"] for row in rows} == dict.fromkeys(range(2021, 2026))


def test_base_that_is_not_there(make: Callable[[pa.Table], Any]) -> None:
    frame = make(goods(("a", 2021, 1.0, 1.0), ("a", 2022, 2.0, 1.0)))
    for method in ("geks_tornqvist", "geks_fisher", "tpd"):
        rows = many(ep.measures.price_series(frame, base=2030, method=method))
        assert [row["price_index"] for row in rows] == [None, None]


def test_groups_of_a_series_do_not_touch(make: Callable[[pa.Table], Any]) -> None:
    table = goods(
        ("a", 2021, 1.0, 1.0), ("a", 2022, 2.0, 1.0), ("a", 2021, 1.0, 1.0), ("a", 2022, 7.0, 1.0)
    ).append_column("exporter", pa.array(["X", "X", "Y", "Y"]))
    for method in ("geks_tornqvist", "geks_fisher", "tpd"):
        rows = many(ep.measures.price_series(make(table), by="exporter", base=2021, method=method))
        found = {(row["exporter"], row["period"]): row["price_index"] for row in rows}
        assert found[("X", 2022)] == pytest.approx(2)
        assert found[("Y", 2022)] == pytest.approx(7)


def test_the_kind_that_came_in_comes_out() -> None:
    for method in ("geks_tornqvist", "tpd"):
        for frame, kind in (
            (CHAIN, pa.Table),
            (CHAIN.to_pandas(), pd.DataFrame),
            (pl.DataFrame(pl.from_arrow(CHAIN)), pl.DataFrame),
            (pl.LazyFrame(pl.from_arrow(CHAIN)), pl.LazyFrame),
            (CONNECTION.from_arrow(CHAIN), duckdb.DuckDBPyRelation),
            (nw.from_native(CHAIN, eager_only=True), nw.DataFrame),
        ):
            assert isinstance(ep.measures.price_series(frame, base=2021, method=method), kind)
    found = ep.measures.unit_values(CHAIN.to_pandas(), by=["product", "period"], partner=None)
    assert all(isinstance(part, pd.DataFrame) for part in (found.rows, found.left_out, found.log))


# --- value_change and unit_value_change ------------------------------------------------------


def test_every_part_of_a_change(make: Callable[[pa.Table], Any]) -> None:
    frame = make(
        goods(
            ("a", 2021, 100.0, 100.0),
            ("a", 2024, 176.0, 87.0),
            ("new", 2024, 7.0, 1.0),
            ("gone", 2021, 9.0, 1.0),
            ("unweighed", 2021, 3.0, None),
            ("unweighed", 2024, 5.0, 0.0),
            ("half", 2024, 4.0, None),
            ("half", 2024, INF, 1.0),
            ("half", 2021, NAN, 1.0),
            ("half", 2021, 2.0, 2.0),
        )
    )
    for method in ("lmdi", "fisher", "tornqvist"):
        found = one(ep.measures.value_change(frame, period=2024, base=2021, method=method))
        assert found["price_pct"] == pytest.approx(100 * (1.76 / 0.87 - 1))
        assert found["quantity_pct"] == pytest.approx(-13)
        mean = 76 / math.log(1.76)
        assert found["price_usd"] == pytest.approx(mean * math.log(1.76 / 0.87))
        assert found["quantity_usd"] == pytest.approx(mean * math.log(0.87))
        assert (found["new_usd"], found["gone_usd"], found["unsplit_usd"]) == (7, -9, 4)
        assert (found["value_base_usd"], found["value_usd"], found["change_usd"]) == (114, 192, 78)


def test_no_change_is_zero_and_no_split_is_null(make: Callable[[pa.Table], Any]) -> None:
    frame = make(goods(("a", 2021, 5.0, 2.0), ("a", 2024, 5.0, 2.0)))
    found = one(ep.measures.value_change(frame, period=2024, base=2021))
    assert (found["price_usd"], found["quantity_usd"], found["change_usd"]) == (0, 0, 0)
    steady = [(code, 10.0 * k, 3.0 * k) for k, code in enumerate("abcdefg", start=1)]
    rows = [
        (code, year, v * (1.1 if year == 2024 else 1), q)
        for code, v, q in steady
        for year in (2021, 2024)
    ]
    found = one(ep.measures.value_change(make(goods(*rows)), period=2024, base=2021))
    assert found["quantity_usd"] == 0  # not what rounding leaves
    assert found["price_usd"] == pytest.approx(28)
    frame = make(goods(("a", 2021, 5.0, None), ("b", 2024, 8.0, 2.0)))
    found = one(ep.measures.value_change(frame, period=2024, base=2021))
    assert (found["price_usd"], found["price_pct"], found["quantity_pct"]) == (None, None, None)
    assert (found["new_usd"], found["gone_usd"], found["unsplit_usd"]) == (8, -5, 0)


@pytest.mark.parametrize("missing", [None, NAN, INF])
@pytest.mark.parametrize(("silent", "told"), [(2021, 2024), (2024, 2021)])
def test_a_value_that_is_unknown_makes_no_product_new_or_gone(
    make: Callable[[pa.Table], Any], missing: float | None, silent: int, told: int
) -> None:
    frame = make(
        sold(
            ("RUS", "a", 2021, 100.0, 100.0),
            ("RUS", "a", 2024, 176.0, 87.0),
            ("RUS", "b", silent, missing, 3.0),
            ("RUS", "b", told, 100.0, 3.0),
            ("KAZ", "a", 2024, 7.0, 1.0),
            ("KAZ", "b", 2021, 5.0, 2.0),
            ("KAZ", "b", 2021, missing, 2.0),
        )
    )
    kazakh, russian = many(
        nw.from_native(ep.measures.value_change(frame, by="importer", period=2024, base=2021))
        .lazy()
        .sort("importer")
    )
    parts = ("change_usd", "new_usd", "gone_usd", "unsplit_usd")
    assert [russian[name] for name in parts] == [None] * 4
    assert russian["price_pct"] == pytest.approx(100 * (1.76 / 0.87 - 1))
    assert [kazakh[name] for name in parts] == [2, 7, -5, 0]


def test_a_mix_that_no_price_moved(make: Callable[[pa.Table], Any]) -> None:
    frame = make(
        goods(
            ("cheap", 2021, 9.0, 9.0),
            ("dear", 2021, 10.0, 1.0),
            ("cheap", 2024, 1.0, 1.0),
            ("dear", 2024, 90.0, 9.0),
            ("dear", 2024, 1000.0, None),
        )
    )
    found = one(ep.measures.unit_value_change(frame, period=2024, base=2021))
    assert (found["unit_value_base"], found["unit_value"]) == pytest.approx((1.9, 9.1))
    assert found["within"] == pytest.approx(0)
    assert found["between"] == pytest.approx(7.2)
    assert (found["new"], found["gone"]) == (0, 0)
    assert found["covered_share"] == pytest.approx(91 / 1091)
    empty = one(ep.measures.unit_value_change(frame, period=2025, base=2021))
    assert [empty[name] for name in ("change", "within", "between", "new", "gone")] == [None] * 5


@pytest.mark.parametrize(
    "hole", [(700.0, None), (700.0, 0.0), (700.0, INF), (None, 10.0), (None, None), (-3.0, 1.0)]
)
@pytest.mark.parametrize(("silent", "told"), [(2021, 2024), (2024, 2021)])
def test_a_product_without_a_price_in_one_period_is_neither_new_nor_gone(
    make: Callable[[pa.Table], Any],
    hole: tuple[float | None, float | None],
    silent: int,
    told: int,
) -> None:
    rows = [("a", 2021, 10.0, 10.0), ("a", 2024, 30.0, 10.0), ("zero", 2021, 0.0, None)]
    rows += [("zero", 2024, 60.0, 5.0), ("b", told, 900.0, 10.0)]
    found = one(
        ep.measures.unit_value_change(
            make(goods(*rows, ("b", silent, *hole))), period=2024, base=2021
        )
    )
    alone = one(ep.measures.unit_value_change(goods(*rows[:4]), period=2024, base=2021))
    parts = ("change", "within", "between", "new", "gone", "unit_value_base", "unit_value")
    assert [found[name] for name in parts] == pytest.approx([alone[name] for name in parts])
    assert (found["unit_value_base"], found["unit_value"]) == pytest.approx((1, 6))
    assert found["new"] == pytest.approx(5 / 15 * (12 - 3.5))
    shares = [found["covered_share_base"], found["covered_share"]]
    whole = {2021: 10.0, 2024: 90.0}
    for share, year in zip(shares, whole, strict=True):
        beside = 900.0 if year == told else hole[0] or 0.0
        assert share == pytest.approx(whole[year] / (whole[year] + beside))


# --- unit_values -----------------------------------------------------------------------------


def reasons(found: ep.measures.UnitValues[Any]) -> dict[str, int]:
    return {row["reason"]: row["rows"] for row in many(found.log)}


def test_each_rule_with_its_reason(make: Callable[[pa.Table], Any]) -> None:
    usual = [(f"P{place}", "a", 2021, 100.0 + place, 10.0) for place in range(9)]
    table = sold(
        *usual,
        ("Q0", "a", 2021, None, 1.0),
        ("Q1", "a", 2021, 50.0, 0.0),
        ("Q2", "a", 2021, 900.0, 1.0),
        ("Q3", "a", 2021, 1.0, 0.1),
        ("Q4", "a", 2021, 30.0, 3.0),
        ("Q5", "a", 2021, 77.0, 7.0),
    )
    flags = [name == "Q4" for name in table["importer"].to_pylist()]
    units = ["u" if name == "Q5" else "kg" for name in table["importer"].to_pylist()]
    frame = make(
        table.append_column("is_estimated", pa.array(flags)).append_column("unit", pa.array(units))
    )
    found = ep.measures.unit_values(
        frame,
        by=["importer", "product", "period"],
        unit="unit",
        estimated="is_estimated",
        filters=PriceFilters(min_value=2.0, mad=3.0),
    )
    assert reasons(found) == {
        "kept": 9,
        "no_value": 1,
        "no_quantity": 1,
        "outlier": 1,
        "below_value": 1,
        "estimated": 1,
        "other_unit": 1,
    }
    left = {row["importer"]: row["left_out"] for row in many(found.left_out)}
    assert left["Q2"] == "outlier"
    assert left["Q3"] == "below_value"
    values = {row["reason"]: row["value_usd"] for row in many(found.log)}
    assert values["outlier"] == 900
    assert values["kept"] == sum(100.0 + place for place in range(9))
    shares = [row["share"] for row in many(found.log) if row["share"] is not None]
    assert math.fsum(shares) == pytest.approx(1)
    unit_values = sorted(row["unit_value"] for row in many(found.rows))
    assert unit_values == pytest.approx([10 + place / 10 for place in range(9)])


def test_shared_unit_values_are_estimates(make: Callable[[pa.Table], Any]) -> None:
    shared = [(f"P{place}", "a", 2021, 7.0 * place, 5.0 * place) for place in range(1, 5)]
    rows = [*shared, ("Q", "a", 2021, 3.0, 2.0), ("P1", "a", 2022, 7.0, 5.0)]
    options: dict[str, Any] = {"by": ["importer", "product", "period"]}
    found = ep.measures.unit_values(make(sold(*rows)), **options)
    assert reasons(found) == {"kept": 2, "same_unit_value": 4}
    off = PriceFilters(same_partners=5)
    assert reasons(ep.measures.unit_values(make(sold(*rows)), filters=off, **options)) == {
        "kept": 6
    }


def test_rows_of_one_partner_share_nothing(make: Callable[[pa.Table], Any]) -> None:
    alone = [("P", "a", 2021, 7.0 * place, 5.0 * place) for place in range(1, 8)]
    options: dict[str, Any] = {"by": ["importer", "product", "period"]}
    assert reasons(ep.measures.unit_values(make(sold(*alone)), **options)) == {"kept": 7}
    three = [(f"Q{place}", "a", 2021, 7.0, 5.0) for place in range(3) for _ in range(3)]
    four = ep.measures.unit_values(make(sold(*alone, *three)), **options)
    assert reasons(four) == {"same_unit_value": 16}
    fewer = ep.measures.unit_values(make(sold(*alone, *three[:6])), **options)
    assert reasons(fewer) == {"kept": 13}


def test_relatives_against_a_base(make: Callable[[pa.Table], Any]) -> None:
    frame = make(
        sold(
            ("P", "a", 2021, 10.0, 10.0),
            ("P", "a", 2024, 49.0, 10.0),
            ("Q", "a", 2021, 10.0, 10.0),
            ("Q", "a", 2024, 51.0, 10.0),
            ("R", "a", 2024, 400.0, 10.0),
        )
    )
    found = ep.measures.unit_values(
        frame, by=["importer", "product", "period"], base=2021, filters=PriceFilters(mad=None)
    )
    assert reasons(found) == {"kept": 4, "relative": 1}  # R has no base to be far from
    assert one(found.left_out)["importer"] == "Q"


def test_a_group_without_spread_has_no_outliers(make: Callable[[pa.Table], Any]) -> None:
    rows = [(f"P{place}", "a", 2021, 3.0 * 1.1**place, 1.1**place) for place in range(5)]
    frame = make(sold(*rows, ("Q", "a", 2021, 4.0, 1.0)))
    found = ep.measures.unit_values(
        frame,
        by=["importer", "product", "period"],
        filters=PriceFilters(same_partners=None),
    )
    assert reasons(found) == {"kept": 6}


def test_a_small_group_has_no_outliers() -> None:
    rows = [(f"P{place}", "a", 2021, 100.0 + place, 10.0) for place in range(8)]
    frame = sold(*rows, ("Q", "a", 2021, 900.0, 1.0))
    options: dict[str, Any] = {"by": ["importer", "product", "period"]}
    assert reasons(ep.measures.unit_values(frame, **options)) == {"kept": 9}
    nine = PriceFilters(mad_rows=9)
    assert reasons(ep.measures.unit_values(frame, filters=nine, **options)) == {
        "kept": 8,
        "outlier": 1,
    }


def test_rows_of_a_cell_are_added_up() -> None:
    table = sold(("P", "a", 2021, 10.0, 10.0), ("P", "a", 2021, 30.0, 10.0))
    found = ep.measures.unit_values(table, by=["importer", "product", "period"])
    assert one(found.rows) == {
        "importer": "P",
        "product": "a",
        "period": 2021,
        "unit_value": 2.0,
        "value_usd": 40.0,
        "mass_kg": 20.0,
        "rows": 2,
    }


# --- refusals and small helpers --------------------------------------------------------------


def test_refusals() -> None:
    table = sold(("P", "a", 2021, 10.0, 10.0))
    words = table.set_column(table.column_names.index("mass_kg"), "mass_kg", pa.array(["ten"]))
    options: dict[str, Any] = {"period": 2024, "base": 2021}
    for measure in ("price_index", "value_change", "unit_value_change"):
        function = getattr(ep.measures, measure)
        with pytest.raises(UnknownNameError, match="mass"):
            function(table, quantity="mass", **options)
        with pytest.raises(RequestError, match="not numbers"):
            function(words, **options)
        with pytest.raises(RequestError, match="overlap"):
            function(table, period=2021, base="2021-03")
        with pytest.raises(RequestError, match="not a frame"):
            function([1, 2], **options)
    with pytest.raises(RequestError, match="trimmed"):
        ep.measures.price_index(table, trim=0.2, **options)
    with pytest.raises(UnknownNameError, match="geks_t"):
        ep.measures.price_series(table, base=2021, method="geks_t")
    with pytest.raises(UnknownNameError, match="bennet"):
        ep.measures.value_change(table, method="bennet", **options)
    with pytest.raises(RequestError, match="not among"):
        ep.measures.unit_values(table, by=["importer", "period"])
    for filters in (PriceFilters(same_partners=1), PriceFilters(mad=0), PriceFilters(trim=1)):
        with pytest.raises(RequestError):
            ep.measures.unit_values(table, by=["importer", "product", "period"], filters=filters)


def test_triples() -> None:
    found = ep.measures.change_triple(value_pct=76, quantity_pct=-13, rounded_to=1)
    assert found.price_pct == pytest.approx(100 * (1.76 / 0.87 - 1))
    assert (found.low_pct, found.high_pct) == pytest.approx(
        (100 * (1.755 / 0.875 - 1), 100 * (1.765 / 0.865 - 1))
    )
    back = ep.measures.change_triple(value_pct=76, price_pct=found.price_pct)
    assert back.quantity_pct == pytest.approx(-13)
    whole = ep.measures.change_triple(quantity_pct=-13, price_pct=found.price_pct)
    assert (whole.value_pct, whole.implied) == (pytest.approx(76), "value")
    assert whole.low_pct == whole.high_pct == whole.value_pct
    for wrong in (
        {"value_pct": 1.0},
        {"value_pct": 1.0, "quantity_pct": 1.0, "price_pct": 1.0},
        {"value_pct": 1.0, "quantity_pct": -100.0},
        {"value_pct": 1.0, "quantity_pct": 1.0, "rounded_to": -1.0},
    ):
        with pytest.raises(RequestError, match="third"):
            ep.measures.change_triple(**wrong)


def test_overpayment() -> None:
    assert ep.measures.overpayment(0.0, 10.0) == ep.measures.Overpayment(0.0, 0.0)
    assert ep.measures.overpayment(1.0, 10.0) == ep.measures.Overpayment(0.5, 5.0)
    assert ep.measures.overpayment(-0.5).share == -1
    assert ep.measures.overpayment(0.75).usd is None
    for wrong in (-1.0, NAN):
        with pytest.raises(RequestError):
            ep.measures.overpayment(wrong)
    with pytest.raises(RequestError):
        ep.measures.relative_premium(-100, 9)


def test_examples_in_docstrings() -> None:
    result = doctest.testmod(premium)
    assert result.attempted
    assert not result.failed


def test_passports_name_the_columns_that_come_out() -> None:
    table = sold(("P", "a", 2021, 10.0, 10.0), ("P", "a", 2024, 10.0, 10.0))
    options: dict[str, Any] = {"period": 2024, "base": 2021}
    results = {
        "price_index": (ep.measures.price_index(table, **options), 0),
        "price_series": (ep.measures.price_series(table, base=2021), 1),
        "value_change": (ep.measures.value_change(table, **options), 0),
        "unit_value_change": (ep.measures.unit_value_change(table, **options), 0),
        "unit_values": (
            ep.measures.unit_values(table, by=["importer", "product", "period"]).rows,
            3,
        ),
    }
    for name, (found, keys) in results.items():
        assert found.column_names[keys:] == [column for column, _ in measure_metadata(name).columns]
