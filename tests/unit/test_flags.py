"""Dependence flags: each criterion above, below and on its threshold, and what is open."""

from __future__ import annotations

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
from entrepot.measures import measure_metadata

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

CONNECTION = duckdb.connect()
Row = dict[str, Any]
Flow = tuple[str, str | None, Any, Any]  # product, supplier, year, value
KINDS: dict[str, Callable[[pa.Table], Any]] = {
    "duckdb": CONNECTION.from_arrow,
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.LazyFrame(pl.from_arrow(table)),
    "pandas": lambda table: table.to_pandas(),
    "pyarrow": lambda table: table,
}


@pytest.fixture(params=["duckdb", "polars lazy"])
def make(request: pytest.FixtureRequest) -> Callable[[pa.Table], Any]:
    """Lay a table out as the two kinds that compute; the others are moved to the first."""
    return KINDS[request.param]


@pytest.fixture(params=KINDS)
def make_any(request: pytest.FixtureRequest) -> Callable[[pa.Table], Any]:
    return KINDS[request.param]


def many(frame: Any) -> list[Row]:
    rows = nw.from_native(frame)
    if isinstance(rows, nw.LazyFrame):
        rows = rows.collect("pyarrow")
    found: list[Row] = rows.to_arrow().to_pylist()
    return found


def flows(rows: list[Flow]) -> pa.Table:
    return pa.table(
        {
            "product": pa.array([row[0] for row in rows], pa.string()),
            "exporter": pa.array([row[1] for row in rows], pa.string()),
            "period": pa.array([row[2] for row in rows], pa.int64()),
            "value_usd": pa.array([row[3] for row in rows], pa.float64()),
        }
    )


def split(values: dict[str, float], year: int = 2022, product: str = "A") -> list[Flow]:
    return [(product, name, year, value) for name, value in values.items()]


ONE = {"CHN": 100.0}
# On the threshold: 36 + 4 of 100; just above it and just below.
ON = {"CHN": 6.0, "DEU": 1.0, "USA": 1.0, "JPN": 1.0, "KOR": 1.0}
OVER = ON | {"CHN": 6.01}
UNDER = ON | {"CHN": 5.99}
FAR = {"CHN": 1.0, "DEU": 1.0, "USA": 1.0}
OTHER: list[Flow] = [("Z", "EST", 2022, 1.0)]  # so that the year has exports


def geodep(
    make: Callable[[pa.Table], Any],
    imports: list[Flow],
    exports: list[Flow],
    world: list[Flow],
    **keys: Any,
) -> Row:
    found = many(ep.measures.geodep(*(make(flows(r)) for r in (imports, exports, world)), **keys))
    return max((row for row in found if row["product"] == "A"), key=lambda row: row["period"])


@pytest.mark.parametrize(("values", "holds"), [(OVER, True), (ON, False), (UNDER, False)])
def test_criterion_1_is_higher_than_its_threshold(
    make: Callable[[pa.Table], Any], values: dict[str, float], holds: bool
) -> None:
    found = geodep(make, split(values), OTHER, split(ONE))
    assert (found["c1"], found["c2"], found["c3"]) == (holds, True, True)
    assert found["met"] is holds
    assert found["near_miss"] is not holds
    assert (found["c1_margin"] > 0) is holds
    assert found["c1_margin"] == pytest.approx(found["import_hhi"] / 0.4 - 1)


@pytest.mark.parametrize(("values", "holds"), [(OVER, True), (ON, False), (UNDER, False)])
def test_criterion_2_is_of_the_world(
    make: Callable[[pa.Table], Any], values: dict[str, float], holds: bool
) -> None:
    found = geodep(make, split(ONE), OTHER, split(values))
    assert (found["c1"], found["c2"], found["c3"]) == (True, holds, True)
    assert (found["met"], found["near_miss"]) == (holds, not holds)
    assert found["world_hhi"] == pytest.approx(0.4, abs=0.001)


@pytest.mark.parametrize(
    ("sold", "ratio", "holds"), [(99.9, 1.001, True), (100.0, 1, False), (100.1, 0.999, False)]
)
def test_criterion_3_is_more_imports_than_exports(
    make: Callable[[pa.Table], Any], sold: float, ratio: float, holds: bool
) -> None:
    found = geodep(make, split(ONE), split({"EST": sold}), split(ONE))
    assert (found["c1"], found["c2"], found["c3"]) == (True, True, holds)
    assert found["import_export_ratio"] == pytest.approx(ratio, rel=1e-4)
    assert (found["met"], found["near_miss"]) == (holds, not holds)


@pytest.mark.parametrize("exports", [OTHER, [*OTHER, ("A", "EST", 2022, 0.0)]])
def test_without_exports_the_ratio_is_9999(
    make: Callable[[pa.Table], Any], exports: list[Flow]
) -> None:
    found = geodep(make, split(ONE), exports, split(ONE))
    assert (found["import_export_ratio"], found["c3"]) == (9999, True)


@pytest.mark.parametrize(
    "exports",
    [
        [],
        [("A", "EST", 2021, 1.0), ("Z", "EST", 2021, 1.0)],
        [*OTHER, ("A", "EST", 2022, None)],
        [*OTHER, ("A", "EST", 2022, math.nan)],
        [*OTHER, ("A", "EST", 2022, -5.0)],
        [*OTHER, ("A", "EST", 2022, math.inf)],
    ],
)
def test_exports_that_are_not_known_are_not_zero(
    make: Callable[[pa.Table], Any], exports: list[Flow]
) -> None:
    found = geodep(make, split(ONE), exports, split(ONE))
    assert (found["import_export_ratio"], found["c3"], found["met"]) == (None, None, None)
    assert found["near_miss"] is None


def test_what_surely_fails_decides_whatever_is_open(make: Callable[[pa.Table], Any]) -> None:
    found = geodep(make, split(FAR), [], split(ONE))
    assert (found["c1"], found["c3"], found["met"]) == (False, None, False)
    assert found["near_miss"] is False  # 0.333 lacks more than a tenth, whatever exports are
    found = geodep(make, split(UNDER), [], split(ONE))
    assert (found["met"], found["near_miss"]) == (False, None)


def test_two_that_fail_narrowly_are_no_near_miss(make: Callable[[pa.Table], Any]) -> None:
    found = geodep(make, split(UNDER), OTHER, split(UNDER))
    assert (found["c1"], found["c2"], found["near_miss"]) == (False, False, False)


@pytest.mark.parametrize(("tolerance", "near"), [(0.1, False), (0.2, True)])
def test_the_tolerance_is_a_part_of_the_threshold(
    make: Callable[[pa.Table], Any], tolerance: float, near: bool
) -> None:
    found = geodep(make, split(FAR), OTHER, split(ONE), tolerance=tolerance)
    assert found["c1_margin"] == pytest.approx(-1 / 6)
    assert found["near_miss"] is near


def test_no_near_miss_where_all_hold(make: Callable[[pa.Table], Any]) -> None:
    found = geodep(make, split(ONE), OTHER, split(ONE))
    assert (found["met"], found["near_miss"]) == (True, False)


def test_own_thresholds(make: Callable[[pa.Table], Any]) -> None:
    found = geodep(make, split(FAR), OTHER, split(ONE), thresholds=(0.3, 0.9, 2))
    assert found["met"] is True
    assert found["c1_margin"] == pytest.approx(1 / 9)
    assert found["c3_margin"] == pytest.approx(9999 / 2 - 1)


@pytest.mark.parametrize("scale", [1e-3, 0.1, 1 / 3, 7.0, 1e9])
def test_units_do_not_turn_a_verdict_on_the_threshold(
    make: Callable[[pa.Table], Any], scale: float
) -> None:
    scaled = {name: value * scale for name, value in ON.items()}
    found = geodep(make, split(scaled), split({"EST": 10 * scale}), split(scaled))
    assert (found["c1"], found["c2"], found["c3"]) == (False, False, False)


def over_years(states: dict[int, bool | None], base: tuple[int, ...] = ()) -> list[Row]:
    """Product A meets all criteria, fails, or has imports of unknown value; Z keeps years alive."""
    imports: list[Flow] = []
    exports: list[Flow] = []
    world: list[Flow] = []
    for year, state in states.items():
        imports += split({True: ONE, False: FAR, None: {"CHN": math.nan}}[state], year)
    for year in {*states, *base}:
        imports.append(("Z", "CHN", year, 1.0))
        exports.append(("Z", "EST", year, 1.0))
        world += split(ONE, year)
    found = many(ep.measures.geodep(flows(imports), flows(exports), flows(world)))
    return sorted((row for row in found if row["product"] == "A"), key=lambda row: row["period"])


@pytest.mark.parametrize(
    ("states", "base", "dependent", "met", "known"),
    [
        ({2020: True, 2021: True, 2022: True}, (), True, 3, 3),
        ({2020: True, 2021: False, 2022: True}, (), True, 2, 3),
        ({2020: True, 2021: True, 2022: False}, (), True, 2, 3),
        ({2020: False, 2021: False, 2022: True}, (), False, 1, 3),
        ({2020: False, 2021: False, 2022: False}, (), False, 0, 3),
        # Years that are not there are not known; two that are known may decide.
        ({2022: True}, (), None, 1, 1),
        ({2022: False}, (), None, 0, 1),
        ({2021: True, 2022: True}, (), True, 2, 2),
        ({2021: False, 2022: False}, (), False, 0, 2),
        ({2021: False, 2022: True}, (), None, 1, 2),
        # 2019 is no part of the window of 2022, and does not slip in where 2020 is missing.
        ({2019: True, 2021: False, 2022: True}, (), None, 1, 2),
        ({2019: True, 2022: True}, (), None, 1, 1),
        # A product without imports in a year that has others did not meet the criteria.
        ({2022: True}, (2020, 2021), False, 1, 3),
        ({2020: True, 2022: True}, (2021,), True, 2, 3),
        ({2019: True, 2022: True}, (2020, 2021), False, 1, 3),
        # A value that is not known may turn the flag, or not.
        ({2020: True, 2021: None, 2022: True}, (), True, 2, 2),
        ({2020: False, 2021: None, 2022: True}, (), None, 1, 2),
        ({2020: False, 2021: None, 2022: False}, (), False, 0, 2),
    ],
)
def test_criterion_4_takes_two_of_three_years(
    states: dict[int, bool | None],
    base: tuple[int, ...],
    dependent: bool | None,
    met: int,
    known: int,
) -> None:
    found = over_years(states, base)[-1]
    assert found["period"] == 2022
    assert (found["dependent"], found["years_met"], found["years_known"]) == (dependent, met, known)


def test_a_year_with_exports_only_is_not_known(make: Callable[[pa.Table], Any]) -> None:
    exports: list[Flow] = [("Z", "EST", year, 1.0) for year in (2020, 2021, 2022)]
    found = geodep(make, split(ONE), exports, split(ONE))
    assert (found["years_known"], found["dependent"]) == (1, None)


def test_new_and_dead_products(make_any: Callable[[pa.Table], Any]) -> None:
    imports: list[Flow] = [("Z", "CHN", year, 1.0) for year in (2020, 2021, 2022)]
    imports += [("OLD", "CHN", 2020, 1.0), ("OLD", "CHN", 2021, 1.0), ("NEW", "CHN", 2022, 1.0)]
    exports: list[Flow] = [("Z", "EST", year, 1.0) for year in (2020, 2021, 2022)]
    frames = (make_any(flows(rows)) for rows in (imports, exports, imports))
    found = {(row["product"], row["period"]): row for row in many(ep.measures.geodep(*frames))}
    assert found["OLD", 2021]["dependent"] is True
    assert ("OLD", 2022) not in found
    assert (found["NEW", 2022]["met"], found["NEW", 2022]["dependent"]) == (True, False)


def test_nothing_imported_is_no_dependence(make: Callable[[pa.Table], Any]) -> None:
    found = geodep(make, split({"CHN": 0.0}), OTHER, split(ONE))
    assert (found["import_hhi"], found["import_export_ratio"], found["met"]) == (None, 0, False)


def test_a_negative_supplier_leaves_the_index_open(make: Callable[[pa.Table], Any]) -> None:
    found = geodep(make, split({"CHN": 9.0, "DEU": -1.0}), OTHER, split({"CHN": 1, "DEU": -1}))
    assert (found["c1"], found["c2"], found["met"]) == (None, None, None)
    assert found["import_export_ratio"] == 9999


def test_world_exports_that_are_missing_leave_criterion_2_open(
    make: Callable[[pa.Table], Any],
) -> None:
    found = geodep(make, split(ONE), OTHER, split(ONE, product="B"))
    assert (found["world_hhi"], found["c2"], found["met"]) == (None, None, None)


def test_rows_of_a_supplier_add_up_and_rows_without_product_or_year_are_left_out(
    make_any: Callable[[pa.Table], Any],
) -> None:
    imports = [
        ("A", "CHN", 2022, 3.0),
        ("A", "CHN", 2022, 3.0),
        ("A", None, 2022, 2.0),
        ("A", None, 2022, 2.0),
        (None, "DEU", 2022, 99.0),
        ("A", "DEU", None, 99.0),
    ]
    found = geodep(make_any, imports, OTHER, imports)
    assert found["import_hhi"] == pytest.approx(0.52)
    assert found["world_hhi"] == pytest.approx(0.52)


@pytest.mark.parametrize(
    ("years", "dtype"),
    [
        ([2022, 2022, 2022], pa.int32()),
        ([2022.0, 2022.0, 2022.0], pa.float64()),
        ([date(2022, 1, 1), date(2022, 5, 1), date(2022, 12, 1)], pa.date32()),
        ([date(2022, 1, 1), date(2022, 5, 1), date(2022, 12, 1)], pa.timestamp("us")),
        (["2022", "2022-05", "2022Q3"], pa.string()),
    ],
)
@pytest.mark.parametrize("kind", ["duckdb", "polars lazy", "pyarrow"])
def test_months_of_a_year_add_up(kind: str, years: list[Any], dtype: Any) -> None:
    imports = [("A", name, 2022, 1.0) for name in "CCD"]
    rows = flows(imports)
    table = KINDS[kind](rows.set_column(2, "period", pa.array(years).cast(dtype)))
    (found,) = many(ep.measures.geodep(table, table, table))
    assert found["import_hhi"] == pytest.approx(5 / 9)
    assert (found["period"], found["import_export_ratio"]) == (2022, 1)


def test_frames_keep_apart_by_country(make_any: Callable[[pa.Table], Any]) -> None:
    both = pa.table(
        {
            "country": ["EST", "EST", "LVA", "LVA"],
            "product": ["A"] * 4,
            "exporter": ["CHN", "CHN", "CHN", "DEU"],
            "year": [2022] * 4,
            "value_usd": [1.0, 1.0, 1.0, 1.0],
        }
    )
    sold = pa.table(
        {
            "country": ["EST"],
            "product": ["A"],
            "exporter": ["EST"],
            "year": [2022],
            "value_usd": [9.0],
        }
    )
    result = ep.measures.geodep(
        make_any(both), make_any(sold), make_any(both), year="year", country="country"
    )
    found = {row["country"]: row for row in many(result)}
    assert (found["EST"]["import_hhi"], found["EST"]["c3"]) == (1, False)
    assert (found["LVA"]["import_hhi"], found["LVA"]["c3"]) == (0.5, None)
    assert found["EST"]["world_hhi"] == found["LVA"]["world_hhi"] == pytest.approx(0.625)


def test_the_kind_that_came_in_comes_out() -> None:
    table = flows(split(ONE))
    for frame, kind in (
        (table, pa.Table),
        (table.to_pandas(), pd.DataFrame),
        (pl.from_arrow(table), pl.DataFrame),
        (pl.LazyFrame(pl.from_arrow(table)), pl.LazyFrame),
        (CONNECTION.from_arrow(table), duckdb.DuckDBPyRelation),
        (nw.from_native(table, eager_only=True), nw.DataFrame),
    ):
        flags = ep.measures.geodep(frame, frame, frame)
        assert isinstance(flags, kind)
        assert isinstance(ep.measures.cdi(frame, frame, members="EST"), kind)
        assert isinstance(ep.measures.churn(flags), kind)
        assert isinstance(ep.measures.churn_rate(flags), kind)


def test_an_empty_frame_has_no_flags(make_any: Callable[[pa.Table], Any]) -> None:
    some, none = make_any(flows(split(ONE))), make_any(flows([]))
    assert many(ep.measures.geodep(none, none, none)) == []
    assert many(ep.measures.geodep(none, some, some)) == []
    assert many(ep.measures.cdi(none, none, members="DEU")) == []


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda t: ep.measures.geodep(t, t, t.to_pandas()), "different kinds"),
        (lambda t: ep.measures.geodep(t, [1], t), "not a frame"),
        (lambda t: ep.measures.geodep(t, t, t, thresholds=(0.4, 0.4)), "thresholds are"),
        (lambda t: ep.measures.geodep(t, t, t, thresholds=(0.4, 0, 1)), "thresholds are"),
        (lambda t: ep.measures.geodep(t, t, t, tolerance=10), "tolerance is 10"),
        (lambda t: ep.measures.geodep(t, t, t, value="product"), "not numbers"),
        (lambda t: ep.measures.geodep(t, t, t, product="value_usd"), "neither text nor whole"),
        (
            lambda t: ep.measures.geodep(t, t.set_column(0, "product", pa.array([1])), t),
            "in another frame",
        ),
        (lambda t: ep.measures.cdi(t, t, members=[]), "no members"),
        (lambda t: ep.measures.cdi(t, t, members=""), "no members"),
    ],
)
def test_refused(act: Callable[[pa.Table], Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        act(flows(split(ONE)))


def test_a_missing_column_says_of_which_frame() -> None:
    table = flows(split(ONE))
    with pytest.raises(UnknownNameError, match="frame of exports") as caught:
        ep.measures.geodep(table, table.drop_columns("period"), table)
    assert "period" in str(caught.value)


EU = {"DEU", "FRA"}


def cdi(
    make: Callable[[pa.Table], Any], imports: list[Flow], exports: list[Flow], **keys: Any
) -> Row:
    result = ep.measures.cdi(make(flows(imports)), make(flows(exports)), members=EU, **keys)
    (row,) = [row for row in many(result) if row["product"] == "A"]
    return row


WITHIN: list[Flow] = [("Z", "DEU", 2022, 1.0)]  # so that the year has imports from each other


@pytest.mark.parametrize(("values", "holds"), [(OVER, True), (ON, False), (UNDER, False)])
def test_cdi1_is_over_suppliers_outside(
    make: Callable[[pa.Table], Any], values: dict[str, float], holds: bool
) -> None:
    outside = {name.replace("DEU", "GBR"): value for name, value in values.items()}
    inside = split({"DEU": 2.0, "FRA": 1.0})
    found = cdi(make, [*split(outside), *inside, *WITHIN], OTHER)
    assert (found["c1"], found["c2"], found["c3"]) == (holds, True, True)
    assert (found["dependent"], found["near_miss"]) == (holds, not holds)
    assert found["cdi1"] == pytest.approx(0.4, abs=0.001)


@pytest.mark.parametrize(("inside", "holds"), [(99.9, True), (100.0, False), (100.1, False)])
def test_cdi2_is_more_than_half_from_outside(
    make: Callable[[pa.Table], Any], inside: float, holds: bool
) -> None:
    found = cdi(make, split(ONE | {"DEU": inside}), OTHER)
    assert (found["c1"], found["c2"], found["c3"]) == (True, holds, True)
    assert found["cdi2"] == pytest.approx(100 / (100 + inside))
    assert (found["dependent"], found["near_miss"]) == (holds, not holds)


@pytest.mark.parametrize(("sold", "holds"), [(99.9, True), (100.0, False), (100.1, False)])
def test_cdi3_is_more_from_outside_than_is_exported(
    make: Callable[[pa.Table], Any], sold: float, holds: bool
) -> None:
    exports = split({"DEU": sold - 1, "FRA": 1.0})
    found = cdi(make, [*split(ONE | {"DEU": 50.0}), *WITHIN], exports)
    assert found["cdi3"] == pytest.approx(100 / sold)
    assert (found["dependent"], found["near_miss"]) == (holds, not holds)


def test_a_year_without_trade_of_members_leaves_cdi2_open(
    make: Callable[[pa.Table], Any],
) -> None:
    """Of the EU as one reporter everything comes from outside: that would flag every product."""
    found = cdi(make, split(ONE), OTHER)
    assert (found["cdi1"], found["cdi2"], found["dependent"]) == (1, None, None)
    found = cdi(make, [*split(ONE), *WITHIN], OTHER)
    assert (found["cdi2"], found["dependent"]) == (1, True)


def test_all_from_each_other_is_no_dependence(make: Callable[[pa.Table], Any]) -> None:
    found = cdi(make, split({"DEU": 5.0}), OTHER)
    assert (found["cdi1"], found["cdi2"], found["cdi3"]) == (None, 0, 0)
    assert (found["dependent"], found["near_miss"]) == (False, False)


def test_cdi_without_exports_and_without_reports(make: Callable[[pa.Table], Any]) -> None:
    found = cdi(make, [*split(ONE), *WITHIN], OTHER)
    assert (found["cdi3"], found["c3"]) == (9999, True)
    found = cdi(make, [*split(ONE), *WITHIN], [])
    assert (found["cdi3"], found["dependent"]) == (None, None)
    found = cdi(make, [*split(ONE), *WITHIN], [*OTHER, ("A", "DEU", 2022, None)])
    assert found["cdi3"] is None


def test_an_unnamed_supplier_is_one_outside(make: Callable[[pa.Table], Any]) -> None:
    found = cdi(make, [("A", None, 2022, 1.0), *split({"CHN": 1.0, "DEU": 1.0})], OTHER)
    assert found["cdi1"] == 0.5
    assert found["cdi2"] == pytest.approx(2 / 3)


def flags(rows: list[tuple[str, int, bool | None]], kind: Any = None) -> pa.Table:
    states = pa.array([row[2] for row in rows], pa.bool_())
    return pa.table(
        {
            "product": pa.array([row[0] for row in rows], pa.string()),
            "period": [row[1] for row in rows],
            "dependent": states.cast(kind or pa.bool_()),
        }
    )


TWO_YEARS: list[tuple[str, int, bool | None]] = [
    ("STAYS", 2018, True),
    ("STAYS", 2019, True),
    ("LEAVES", 2018, True),
    ("LEAVES", 2019, False),
    ("ENTERS", 2018, False),
    ("ENTERS", 2019, True),
    ("NEW", 2019, True),
    ("DEAD", 2018, True),
    ("OPEN", 2018, True),
    ("OPEN", 2019, None),
    ("NEVER", 2018, False),
    ("NEVER", 2019, None),
]


@pytest.mark.parametrize("kind", [pa.bool_(), pa.int8(), pa.float64()])
def test_churn_by_hand(make_any: Callable[[pa.Table], Any], kind: Any) -> None:
    frame = make_any(flags(TWO_YEARS, kind))
    found = {row["product"]: row["status"] for row in many(ep.measures.churn(frame))}
    assert found == {
        "STAYS": "stayed",
        "LEAVES": "left",
        "DEAD": "left",
        "ENTERS": "entered",
        "NEW": "entered",
        "OPEN": None,
    }
    (rates,) = many(ep.measures.churn_rate(frame))
    assert rates == {
        "period": 2019,
        "left_rate": pytest.approx(2 / 3),
        "entered_rate": pytest.approx(2 / 3),
        "entered": 2,
        "left": 2,
        "stayed": 1,
        "unknown": 1,
    }


def test_churn_compares_only_years_that_are_there(make: Callable[[pa.Table], Any]) -> None:
    rows = [("A", 2014, True), ("B", 2014, True), ("A", 2019, True), ("B", 2020, True)]
    frame = make(flags(rows))
    (found,) = many(ep.measures.churn_rate(frame, lag=5))
    assert (found["period"], found["left"], found["stayed"]) == (2019, 1, 1)
    (found,) = many(ep.measures.churn_rate(frame))
    assert (found["period"], found["left"], found["entered"]) == (2020, 1, 1)
    assert many(ep.measures.churn_rate(frame, lag=3)) == []


def test_churn_of_an_empty_list_has_no_rate(make: Callable[[pa.Table], Any]) -> None:
    rows = [("A", 2018, False), ("A", 2019, True), ("A", 2020, False), ("A", 2021, False)]
    found = {row["period"]: row for row in many(ep.measures.churn_rate(make(flags(rows))))}
    assert (found[2019]["left_rate"], found[2019]["entered_rate"]) == (None, 1)
    assert (found[2020]["left_rate"], found[2020]["entered_rate"]) == (1, None)
    assert 2021 not in found


def test_churn_by_country(make_any: Callable[[pa.Table], Any]) -> None:
    table = flags([("A", 2018, True), ("A", 2019, True), ("A", 2018, True), ("B", 2019, True)])
    frame = make_any(table.append_column("country", pa.array(["EST", "EST", "LVA", "LVA"])))
    found = {
        (row["country"], row["product"]): row["status"]
        for row in many(ep.measures.churn(frame, by="country"))
    }
    assert found == {("EST", "A"): "stayed", ("LVA", "A"): "left", ("LVA", "B"): "entered"}
    rates = many(ep.measures.churn_rate(frame, by=["country"]))
    assert {row["country"]: row["left_rate"] for row in rates} == {"EST": 0, "LVA": 1}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"lag": 0}, "lag is 0"),
        ({"flag": "product"}, "neither true and false"),
        ({"year": "product"}, "not a year"),
        ({"flag": "dependnt"}, "dependnt"),
        ({"product": "produkt"}, "produkt"),
        ({"by": "country"}, "country"),
    ],
)
def test_churn_refused(keys: dict[str, Any], words: str) -> None:
    for act in (ep.measures.churn, ep.measures.churn_rate):
        with pytest.raises(RequestError, match=words):
            act(flags(TWO_YEARS), **keys)
    with pytest.raises(RequestError, match="not a frame"):
        ep.measures.churn([1, 2])


def test_passports_name_the_columns_that_come_out() -> None:
    table = flows(split(ONE))
    judged = ep.measures.geodep(table, table, table)
    results = {
        "geodep": (judged, ["product", "period"]),
        "cdi": (ep.measures.cdi(table, table, members="DEU"), ["product", "period"]),
        "churn": (ep.measures.churn(judged), ["product", "period"]),
        "churn_rate": (ep.measures.churn_rate(judged), ["period"]),
    }
    for name, (found, keys) in results.items():
        assert found.column_names == [
            *keys,
            *(column for column, _ in measure_metadata(name).columns),
        ]
