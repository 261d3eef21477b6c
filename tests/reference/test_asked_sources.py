"""A monthly series from each source that has months: made-up deliveries, plain sums."""

from __future__ import annotations

import csv
import statistics
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


def test_rerouting_in_what_eurostat_tells(shared_data: Path, tmp_path: Path) -> None:
    """Set hubs against Russia line by line, as in plain Python over the same file."""
    import pyarrow.parquet as pq

    path = (
        shared_data / "eurostat_eu_to_rus_neighbours" / "eu_exports_sanctioned_cn8_monthly.parquet"
    )
    lake = Lake.open(tmp_path / "lake")
    lake.add("comext", [path])
    sides = {"Russian Federation": "target", "Georgia": "calm", "Uzbekistan": "calm"}
    sides |= dict.fromkeys(("Armenia", "Kazakhstan", "Kyrgyzstan"), "hub")
    sums: dict[tuple[str, str, str], float] = {}
    names = ("code", "partner", "month", "value_eur")
    for code, partner, month, value in zip(
        *(pq.read_table(path, columns=list(names))[name].to_pylist() for name in names), strict=True
    ):
        if len(code) == 8 and code[:4] in ("8413", "8482") and partner in sides and value:
            year, number = month[:4], int(month[5:7])
            if year in ("2021", "2022") and 3 <= number <= 11:
                key = code, sides[partner], year
                sums[key] = sums.get(key, 0.0) + value
    added = lost = 0.0
    each = []
    for code in {code for code, *_ in sums}:
        cell = {key[1:]: value for key, value in sums.items() if key[0] == code}
        if (before := cell.get(("calm", "2021"), 0.0)) < 1e5:
            continue
        by = cell.get(("calm", "2022"), 0.0) / before
        less = cell.get(("target", "2021"), 0.0) * by - cell.get(("target", "2022"), 0.0)
        more = cell.get(("hub", "2022"), 0.0) - cell.get(("hub", "2021"), 0.0) * by
        if less > 0:
            added, lost = added + more, lost + less
            each.append(more / less)
    assert len(each) > 5
    asked: dict[str, Any] = {
        "importer": "RUS",
        "exporter": "EU27",
        "hubs": "ARM+KAZ+KGZ",
        "controls": "GEO+UZB",
        "goods": "8413,8482",
        "period": "2022-03..2022-11",
        "base": "2021-03..2021-11",
    }
    figure = ep.ask("rerouting_ratio", lake=lake, least=1e5, **asked)
    assert figure.value == pytest.approx(added / lost)
    assert figure.details["products"] == len(each)
    assert figure.details["median"] == pytest.approx(statistics.median(each))
    refused = str(ep.ask("rerouting_ratio", lake=lake, least=1e12, **asked))
    assert "of a product of it in 2021-03 to 2021-11, less than least, EUR" in " ".join(
        refused.split()
    )
    assert "did not report" not in refused  # Georgia never does, and the EU's reports are enough
