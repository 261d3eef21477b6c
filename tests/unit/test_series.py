"""Monthly series, contributions, volume and price, currencies: worked by hand."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

import entrepot as ep
from entrepot.errors import RequestError
from frame_kinds import MAKE, Row, one, rows_of, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@pytest.fixture(params=["duckdb", "polars lazy", "pandas"])
def make(request: pytest.FixtureRequest) -> Callable[[pa.Table], Any]:
    return MAKE[request.param]


MONTHS = [(year, month) for year in (2021, 2022, 2023) for month in range(1, 13)]
VALUES = {(year, month): 100.0 * (year - 2020) + month for year, month in MONTHS[:-3]}


def months(values: dict[tuple[int, int], float | None]) -> pa.Table:
    rows = [(date(year, month, 1), value) for (year, month), value in values.items()]
    return table("period value_usd", rows)


def monthly(rows: Any, **more: Any) -> dict[tuple[int, int], Row]:
    found = rows_of(ep.measures.monthly(rows, **more))
    return {(row["period"].year, row["period"].month): row for row in found}


def test_a_whole_series(make: Callable[[pa.Table], Any]) -> None:
    found = monthly(make(months(VALUES)))
    assert found.keys() == VALUES.keys()
    september = found[2023, 9]
    assert september["value"] == 309
    assert september["year_ago_pct"] == pytest.approx(100 * (309 / 209 - 1))
    to_date, before = 9 * 300 + 45, 9 * 200 + 45
    assert september["year_to_date"] == to_date
    assert september["year_to_date_pct"] == pytest.approx(100 * (to_date / before - 1))
    year, earlier = to_date + 3 * 200 + 33, before + 3 * 100 + 33
    assert september["rolling12"] == year
    assert september["rolling12_pct"] == pytest.approx(100 * (year / earlier - 1))
    assert found[2021, 11]["rolling12"] is None
    assert found[2021, 12]["rolling12"] == found[2021, 12]["year_to_date"] == 1200 + 78
    assert found[2021, 5]["year_ago_pct"] is found[2021, 5]["year_to_date_pct"] is None
    assert found[2022, 11]["rolling12_pct"] is None
    assert found[2022, 12]["rolling12_pct"] == pytest.approx(100 * 1200 / 1278)


@pytest.mark.parametrize("how", ["no row", "no value", "NaN"])
def test_a_missing_month_is_never_a_partial_sum(make: Callable[[pa.Table], Any], how: str) -> None:
    values: dict[tuple[int, int], float | None] = dict(VALUES)
    if how == "no row":
        del values[2022, 3]
    else:
        values[2022, 3] = None if how == "no value" else math.nan
    found = monthly(make(months(values)))
    assert ((2022, 3) in found) == (how != "no row")
    assert found[2022, 2]["year_to_date"] == 403
    assert [month for month in range(4, 13) if found[2022, month]["year_to_date"]] == []
    assert {key for key, row in found.items() if row["rolling12"]} == {
        *[(2021, 12), (2022, 1), (2022, 2)],
        *[(2023, month) for month in range(3, 10)],
    }
    assert found[2023, 3]["year_ago_pct"] is None
    assert found[2023, 4]["year_ago_pct"] == pytest.approx(100 * (304 / 204 - 1))
    assert found[2023, 2]["year_to_date_pct"] == pytest.approx(100 * (603 / 403 - 1))
    assert found[2023, 3]["year_to_date_pct"] is None
    assert found[2023, 9]["year_to_date"] == 2745


def test_rows_of_one_month_are_added_up_by_series(make: Callable[[pa.Table], Any]) -> None:
    rows = table(
        "period product value_usd",
        [
            (datetime(2022, 1, 1), "a", 1.0),
            (datetime(2022, 1, 31), "a", 2.0),
            (datetime(2023, 1, 5), "a", 6.0),
            (datetime(2023, 1, 5), None, 5.0),
            (datetime(2022, 1, 5), None, 0.0),
        ],
    )
    found = rows_of(ep.measures.monthly(make(rows), by=["product"]))
    by = {(row["product"], str(row["period"])[:7]): row for row in found}
    assert by["a", "2022-01"]["value"] == 3
    assert by["a", "2023-01"]["year_ago_pct"] == pytest.approx(100)
    assert by[None, "2023-01"]["value"] == 5
    assert by[None, "2023-01"]["year_ago_pct"] is None  # from zero


def test_text_months(make: Callable[[pa.Table], Any]) -> None:
    rows = [(f"{year}-{month:02d}", value) for (year, month), value in VALUES.items()]
    found = rows_of(ep.measures.monthly(make(table("period value_usd", rows))))
    last = next(row for row in found if row["period"] == "2023-09")
    assert last["rolling12"] == 2745 + 633


@pytest.mark.parametrize("text", ["2023Q2", "2023", "2023-13"])
def test_what_is_no_month_stops(text: str) -> None:
    with pytest.raises(Exception, match=r"(?i)could not parse|conversion|convert"):
        rows_of(ep.measures.monthly(table("period value_usd", [(text, 1.0)])))


def test_years_as_numbers_are_refused() -> None:
    with pytest.raises(RequestError, match="not a month"):
        ep.measures.monthly(table("period value_usd", [(2023, 1.0)]))


def goods(*rows: Sequence[Any]) -> pa.Table:
    return table("period product value_usd", rows)


def contribution(rows: Any, **more: Any) -> dict[Any, Row]:
    asked = {"of": "product", "period": 2023, "base": 2021, **more}
    return {row["product"]: row for row in rows_of(ep.measures.growth_contribution(rows, **asked))}


def test_contributions(make: Callable[[pa.Table], Any]) -> None:
    """From 200 to 250: machines add 40 points, new cars 15, dead toys take 30."""
    rows = goods(
        (2021, "machines", 140), (2021, "toys", 60), (2022, "gold", 9),
        (2023, "machines", 220), (2023, "cars", 20), (2023, "cars", 10),
    )  # fmt: skip
    found = contribution(make(rows))
    assert {name: row["contribution"] for name, row in found.items()} == {
        "machines": pytest.approx(40),
        "cars": pytest.approx(15),
        "toys": pytest.approx(-30),
    }
    assert all(row["growth_pct"] == pytest.approx(25) for row in found.values())
    assert (found["toys"]["value_base"], found["toys"]["value"]) == (60, 0)


@pytest.mark.parametrize(
    "rows",
    [
        [(2021, "a", 5.0), (2023, "a", 5.0), (2023, "b", None)],
        [(2021, "a", 5.0), (2021, "b", None), (2023, "a", 5.0), (2023, "b", 1.0)],
        [(2021, "a", 0.0), (2023, "a", 5.0)],
        [(2023, "a", 5.0)],
        [(2021, "a", math.inf), (2023, "a", 5.0)],
    ],
)
def test_no_contributions(make: Callable[[pa.Table], Any], rows: list[Sequence[Any]]) -> None:
    for row in contribution(make(goods(*rows))).values():
        assert row["contribution"] is row["growth_pct"] is None


def real(rows: Any, **more: Any) -> Row:
    asked = {"deflator": "index", "period": 2023, "base": 2021, **more}
    return one(ep.measures.real_growth(rows, **asked))


def test_twice_the_value_at_higher_prices(make: Callable[[pa.Table], Any]) -> None:
    """100 at 1.00 and 60 at 1.20 are 150 of volume; 300 at 1.25 are 240: 60 % more."""
    rows = table(
        "period value_usd index",
        [(2021, 100, 1.0), (2021, 60, 1.2), (2023, 300, 1.25), (2022, 5, 0.0)],
    )
    found = real(make(rows))
    assert found["nominal_pct"] == pytest.approx(87.5)
    assert found["real_pct"] == pytest.approx(60)
    assert found["price_pct"] == pytest.approx(100 * (1.875 / 1.6 - 1))


@pytest.mark.parametrize("index", [None, 0.0, -1.0, math.nan, math.inf])
def test_a_value_without_price_is_no_volume(index: float | None) -> None:
    rows = [(2021, 100.0, 1.0), (2023, 300.0, 1.25), (2023, 1.0, index)]
    found = real(table("period value_usd index", rows))
    assert set(found.values()) == {None}
    unknown = [(2021, 100.0, 1.0), (2023, 300.0, 1.25), (2023, None, index)]
    assert real(table("period value_usd index", unknown))["real_pct"] == pytest.approx(140)


@pytest.mark.parametrize("rows", [[(2021, 1.0, 1.0)], [(2021, 0.0, 1.0), (2023, 1.0, 1.0)]])
def test_no_real_growth(rows: list[Sequence[Any]]) -> None:
    assert set(real(table("period value_usd index", rows)).values()) == {None}


def convert(rows: Any, **more: Any) -> Row:
    return one(ep.measures.conversions(rows, **({"spot": 7.0} | more)))


def test_three_dollars_for_one_yuan(make: Callable[[pa.Table], Any]) -> None:
    rows = table("value_cny value_usd rate", [(650, 100, 6.4), (750, 100, 7.5)])
    found = convert(make(rows))
    assert found["value_cny"] == 1400
    assert found["customs_usd"] == 200
    assert found["implied_rate"] == pytest.approx(7)
    assert found["average_usd"] == pytest.approx(650 / 6.4 + 100)
    assert found["spot_usd"] == pytest.approx(200)
    assert found["mixed_rate_usd"] == pytest.approx(0)
    late = convert(make(rows), spot=6.0)
    assert late["mixed_rate_usd"] == pytest.approx(1400 / 6 - 200)
    assert late["spot_off_pct"] == pytest.approx(100 * (1400 / 6 / 200 - 1))
    assert found["average_off_pct"] == pytest.approx(100 * (650 / 6.4 - 100) / 200)


def test_a_conversion_covers_all_rows_or_none() -> None:
    rows = [(650.0, 100.0, None), (750.0, None, 7.5), (None, None, None)]
    found = convert(table("value_cny value_usd rate", rows))
    assert found["value_cny"] == 1400
    assert found["spot_usd"] == pytest.approx(200)
    names = ("customs_usd", "average_usd", "implied_rate", "spot_off_pct", "mixed_rate_usd")
    assert all(found[name] is None for name in names)
    empty = convert(table("value_cny value_usd rate", [(None, None, 7.0)]).cast(
        pa.schema([(name, pa.float64()) for name in ("value_cny", "value_usd", "rate")])
    ))  # fmt: skip
    assert set(empty.values()) == {None}


def test_rates_are_above_zero() -> None:
    rows = table("value_cny value_usd rate", [(650, 100, 0.0)])
    assert convert(rows)["average_usd"] is None
    for rate in (0, -1, math.nan, math.inf):
        with pytest.raises(RequestError, match="spot is"):
            convert(rows, spot=rate)
