"""A monthly series from each source that has months: made-up deliveries, plain sums."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.lake import Lake
from made_comext import bulk
from made_comtrade import GERMANY, RUSSIA, row, text_of
from made_gacc import gacc

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MONTHS = [(2023, month) for month in range(1, 13)] + [(2024, 1), (2024, 2)]
VALUES = {month: 100.0 * (place + 3) for place, month in enumerate(MONTHS)}


def comtrade(folder: Path, lake: Lake) -> dict[str, Any]:
    rows = [
        row(value, flow="X", reporter=GERMANY, partner=RUSSIA, freqCode="M")
        | {"period": f"{year}{month:02d}", "refYear": year, "refMonth": month}
        for (year, month), value in VALUES.items()
    ]
    (folder / "months.csv").write_text(text_of(rows))
    lake.add("comtrade", [folder / "months.csv"])
    return {"exporter": "DEU", "importer": "RUS", "goods": "854231"}


def comext(folder: Path, lake: Lake) -> dict[str, Any]:
    for (year, month), value in VALUES.items():
        line = f"DE RU E 85423190 2 1 _ {year}{month:02d} {value} 10 0".replace("_", "XX")
        file = folder / f"full{year}{month:02d}.dat"
        file.write_text(bulk(line))
        lake.add("comext", [file])
    return {"exporter": "DEU", "importer": "RUS", "goods": "854231", "currency": "EUR"}


def customs(folder: Path, lake: Lake) -> dict[str, Any]:
    for (year, month), value in VALUES.items():
        file = folder / f"gacc{year}{month:02d}.csv"
        file.write_bytes(gacc(f"85423190 344 10 11 5 NO _ _ {value:.0f}").encode("gb18030"))
        lake.add("gacc", [file], mapping=f"format: 1\nflow: export\nperiod: '{year}-{month:02d}'\n")
    return {"exporter": "CHN", "importer": "RUS", "goods": "854231"}


@pytest.mark.parametrize("brought", [comtrade, comext, customs], ids=lambda item: item.__name__)
def test_every_source_with_months_answers(
    brought: Callable[[Path, Lake], dict[str, Any]], tmp_path: Path
) -> None:
    lake = Lake.open(tmp_path / "lake")
    keys = brought(tmp_path, lake)
    figure = ep.ask("monthly", lake=lake, period="2024-02", **keys)
    assert figure.value == pytest.approx(100 * (VALUES[2024, 2] / VALUES[2023, 2] - 1))
    unit = keys.get("currency", "USD").lower()
    assert figure.details[f"value_{unit}"] == VALUES[2024, 2]
    assert figure.details[f"year_to_date_{unit}"] == VALUES[2024, 1] + VALUES[2024, 2]
    assert figure.details[f"rolling12_{unit}"] == sum(list(VALUES.values())[-12:])
    assert str(figure.definition.base) == "2023-02..2024-01"


def test_months_of_minerals_as_china_reports_them(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "china_minerals_monthly" / "deep_dive_hs6_monthly.csv"
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [path], mapping=MINERALS)
    with path.open(encoding="utf-8") as file:
        told = {
            cell["period_dt"][:7]: float(cell["val"])
            for cell in csv.DictReader(file)
            if (cell["partner_name"], cell["hs6"]) == ("Japan", "380110")
        }
    figure = ep.ask(
        "monthly", lake=lake, exporter="CHN", importer="JPN", goods="380110", period="2024-06"
    )
    assert figure.value == pytest.approx(100 * (told["2024-06"] / told["2023-06"] - 1))
    twelve = sorted(month for month in told if "2023-06" < month <= "2024-06")
    assert len(twelve) == 12
    assert figure.details["rolling12_usd"] == pytest.approx(sum(told[month] for month in twelve))
    assert {row["period"]: row["value_usd"] for row in figure.table} == pytest.approx(
        {month: value for month, value in told.items() if "2022-07" <= month <= "2024-06"}
    )


MINERALS = """
format: 1
id: minerals
reporter: CHN
flow: export
nomenclature: HS2017
columns:
  period_dt: {role: period}
  partner_name: {role: partner, codes: names}
  hs6: {role: product}
  val: {role: value, currency: USD, scale: 1}
  qty: {role: mass, unit: kg}
ignore: [uv]
"""
