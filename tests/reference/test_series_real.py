"""Growth on real data: China's exports of three minerals by month, and customs' own dollars."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

import entrepot as ep
from frame_kinds import MAKE, Row, one, rows_of, table

if TYPE_CHECKING:
    from pathlib import Path

Month = tuple[int, int]


@pytest.fixture(scope="module")
def minerals(shared_data: Path) -> list[Row]:
    path = shared_data / "china_minerals_monthly" / "deep_dive_hs6_monthly.csv"
    with path.open(encoding="utf-8") as file:
        return [
            {
                "period": date.fromisoformat(row["period_dt"][:10]),
                "importer": row["partner_name"],
                "product": row["hs6"],
                "value_usd": float(row["val"]) if row["val"] else None,
            }
            for row in csv.DictReader(file)
        ]


def series(rows: list[Row]) -> dict[Any, dict[Month, float]]:
    found: dict[Any, dict[Month, float]] = defaultdict(dict)
    for row in rows:
        if row["value_usd"] is not None:
            some = found[row["product"], row["importer"]]
            month = (row["period"].year, row["period"].month)
            some[month] = some.get(month, 0.0) + row["value_usd"]
    return found


def back(month: Month, steps: int) -> Month:
    at = month[0] * 12 + month[1] - 1 - steps
    return at // 12, at % 12 + 1


def summed(values: dict[Month, float], month: Month, count: int) -> float | None:
    months = [back(month, step) for step in range(count)]
    if any(one not in values for one in months):
        return None
    return math.fsum(values[one] for one in months)


def change(now: float | None, then: float | None) -> float | None:
    return None if now is None or not then else 100 * (now - then) / then


@pytest.mark.parametrize("kind", ["duckdb", "polars lazy"])
def test_monthly_series(minerals: list[Row], kind: str) -> None:
    found = rows_of(
        ep.measures.monthly(MAKE[kind](pa.Table.from_pylist(minerals)), by=["product", "importer"])
    )
    expected = series(minerals)
    assert len(found) == sum(len(values) for values in expected.values())
    whole = gaps = 0
    for row in found:
        values = expected[row["product"], row["importer"]]
        month = (row["period"].year, row["period"].month)
        rolling = summed(values, month, 12)
        to_date = summed(values, month, month[1])
        parts = {
            "value": values[month],
            "year_ago_pct": change(values[month], values.get(back(month, 12))),
            "year_to_date": to_date,
            "year_to_date_pct": change(to_date, summed(values, back(month, 12), month[1])),
            "rolling12": rolling,
            "rolling12_pct": change(rolling, summed(values, back(month, 12), 12)),
        }
        for name, value in parts.items():
            assert row[name] == (None if value is None else pytest.approx(value, rel=1e-10)), name
        whole += rolling is not None
        gaps += rolling is None
    assert whole > 1000
    assert gaps > 1000


def test_contributions_of_partners_to_graphite(minerals: list[Row]) -> None:
    rows = pa.Table.from_pylist([row for row in minerals if row["product"] == "250410"])
    found = rows_of(ep.measures.growth_contribution(rows, of="importer", period=2023, base=2022))
    total = one(ep.measures.growth(rows, by=[], period=2023, base=2022))["growth_pct"]
    assert math.fsum(row["contribution"] for row in found) == pytest.approx(total, abs=1e-11)
    sums: dict[int, float] = defaultdict(float)
    for row in minerals:
        if row["product"] == "250410":
            sums[row["period"].year] += row["value_usd"]
    assert total == pytest.approx(100 * (sums[2023] / sums[2022] - 1))


def test_the_dollars_that_a_newsroom_made_of_yuan() -> None:
    """Published for 2025: 1.63 trillion yuan; USD 228.1 bn by customs, USD 234 bn by a newsroom.

    The rate is the Federal Reserve's average of January 2026. Each printed number is rounded.
    """
    rows = table("value_cny value_usd rate", [(1.63e12, 228.1e9, 1.63e12 / 228.1e9)])
    found = one(ep.measures.conversions(rows, spot=6.9692))
    assert found["spot_usd"] / 1e9 == pytest.approx(234, abs=0.75)
    assert found["spot_off_pct"] == pytest.approx(2.6, abs=0.1)
    assert found["mixed_rate_usd"] / 1e9 == pytest.approx(5.8, abs=0.1)
    assert found["implied_rate"] == pytest.approx(7.146, abs=0.001)
