"""Graphite, gallium and germanium from China: estimated weights, and the premium of Russia.

The expected numbers are worked out from the file in plain Python, beside the program's.
"""

from __future__ import annotations

import csv
import math
import statistics
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import entrepot as ep

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, Any]
NAMES = {
    "partner_name": "importer",
    "hs6": "product",
    "period_dt": "period",
    "val": "value_usd",
    "qty": "mass_kg",
}


@pytest.fixture(scope="module")
def minerals(shared_data: Path) -> pl.DataFrame:
    path = shared_data / "china_minerals_monthly" / "deep_dive_hs6_monthly.csv"
    read = pl.read_csv(path, try_parse_dates=True, schema_overrides={"hs6": pl.String})
    return read.rename(NAMES).select(NAMES.values())


@pytest.fixture(scope="module")
def plain(shared_data: Path) -> list[Row]:
    path = shared_data / "china_minerals_monthly" / "deep_dive_hs6_monthly.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sound(minerals: pl.DataFrame) -> ep.measures.UnitValues[pl.DataFrame]:
    return ep.measures.unit_values(minerals, by=["importer", "product", "period"])


def test_the_log_accounts_for_every_row_and_dollar(
    minerals: pl.DataFrame, sound: ep.measures.UnitValues[pl.DataFrame]
) -> None:
    assert sound.log["rows"].sum() == minerals.height == 6442
    assert sound.log["value_usd"].sum() == pytest.approx(minerals["value_usd"].sum())
    assert sound.log["share"].sum() == pytest.approx(1)
    counted = dict(sound.left_out.group_by("left_out").len().iter_rows())
    logged = dict(zip(sound.log["reason"], sound.log["rows"], strict=True))
    assert counted == {reason: rows for reason, rows in logged.items() if reason != "kept"}
    assert sound.rows["rows"].sum() == logged["kept"]


def test_weights_of_2017_were_estimated_and_no_others(
    plain: list[Row], sound: ep.measures.UnitValues[pl.DataFrame]
) -> None:
    ratios: dict[tuple[str, str], list[float]] = defaultdict(list)
    without = 0
    for row in plain:
        if float(row["qty"]) > 0:
            ratios[row["hs6"], row["period_dt"]].append(float(row["val"]) / float(row["qty"]))
        else:
            without += 1
    expected: Counter[str] = Counter()
    for (_, month), found in ratios.items():
        middle = statistics.median(found)
        alike = sum(abs(ratio / middle - 1) < 5e-5 for ratio in found)
        if alike >= 4:
            expected[month[:4]] += alike
    years = sound.left_out.filter(pl.col("left_out") == "same_unit_value")["period"].dt.year()
    assert dict(expected) == {"2017": len(years)} == {"2017": 581}
    assert set(years) == {2017}
    logged = dict(zip(sound.log["reason"], sound.log["rows"], strict=True))
    assert logged["no_quantity"] == without == 146
    assert logged["outlier"] == 244  # as documented in prices.md


def gaps(rows: list[Row], now: str, then: str) -> list[float]:
    """Log change of Russia's unit values less that of all others', product by calendar month."""
    cells: dict[Any, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in rows:
        side = row["importer"] == "Russia"
        cell = cells[row["product"], row["period"].month, side, str(row["period"].year)]
        cell[0] += row["value_usd"]
        cell[1] += row["mass_kg"]
    found = []
    for product, month in {(key[0], key[1]) for key in cells}:
        names = [(product, month, side, year) for side in (True, False) for year in (now, then)]
        if all(name in cells for name in names):
            price = [math.log(cells[name][0] / cells[name][1]) for name in names]
            moves = price[0] - price[1], price[2] - price[3]
            if max(map(abs, moves)) <= math.log(5):
                found.append(moves[0] - moves[1])
    return found


@pytest.mark.parametrize(
    ("year", "seen"),
    [(2022, (-0.01, -0.44, 0.12)), (2023, (0.25, 0.05, 0.59)), (2024, (0.02, -0.33, 0.42))],
)
def test_russia_against_others(
    sound: ep.measures.UnitValues[pl.DataFrame], year: int, seen: tuple[float, ...]
) -> None:
    """A premium in 2023 that is gone in 2024, with wide intervals."""
    months = sound.rows.with_columns(month=pl.col("period").dt.month().cast(pl.String))
    found = ep.measures.price_premium(
        months, buyer="Russia", period=year, base=2021, by="month", cluster="month"
    )
    expected = gaps(sound.rows.to_dicts(), str(year), "2021")
    assert found.products == len(expected)
    assert found.premium == pytest.approx(math.expm1(statistics.median(expected)))
    bounds = found.premium, found.premium_low, found.premium_high
    assert tuple(round(part or 0, 2) for part in bounds) == seen  # as documented in prices.md


def test_a_clustered_error_of_one_buyer_is_no_error(
    sound: ep.measures.UnitValues[pl.DataFrame],
) -> None:
    """Of 39 buyers taken for Russia in turn many have a larger effect than Russia itself."""
    pytest.importorskip("pyfixest", reason="needs the extra stats")
    betas = {}
    for name in ("Russia", "India", "Austria"):
        found = ep.measures.premium_regression(
            sound.rows,
            buyer=name,
            period="2022-03..2024-12",
            base="2018-01..2022-02",
            exporter=None,
            cluster="importer",
        )
        betas[name] = found.beta
    assert betas["Russia"] == pytest.approx(-0.111, abs=5e-4)
    assert all(
        abs(beta) > 3 * abs(betas["Russia"]) for name, beta in betas.items() if name != "Russia"
    )
