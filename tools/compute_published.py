"""Compute our own results from BACI and write them as ``computed.csv``.

Usage: ``python tools/compute_published.py BACI_FILE [--out FILE]``

BACI_FILE is CEPII BACI V202501 in HS2017, whole or an extract with China and Russia. The result
is the same to the byte on every machine: values are whole dollars, and shares name the rows of
``published.csv`` that they are divided by.
"""

from __future__ import annotations

import argparse
import csv
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw

from entrepot import goods, measures
from entrepot.lake import Lake
from entrepot.model.interval import Interval
from entrepot.sources import source_info
from entrepot.sources.published.parse import published
from entrepot.sources.published.row import COLUMNS

OUT = Path(__file__).parent.parent / "src/entrepot/sources/published/computed.csv"
VINTAGE = "BACI V202501, HS2017"
RELEASED = "2025-01"
SILENT_SINCE = 2022  # Russia's last year in BACI is 2021; from here on only China reports
VARIANTS = {
    "": "47 codes: 44 with the same number in HS2017 and 3 clean predecessors",
    "same_code": "44 codes with the same number in HS2017",
    "without_changed": "45 codes: without 901380 and 852990, whose content changed in HS2022",
}
TIERS = ("1", "2", "3.A", "3.B", "4.A", "4.B")
PAIRS = (("CHN", "RUS"), ("RUS", "CHN"))
ROWS = {row.id: row for row in published()}
YUAN_RATES = {2020: ("CW-045", "CW-048"), 2021: ("CW-043", "CW-042"), 2022: ("CW-038", "CW-037")}
SHARES = (
    ("import_share", "chpl", PAIRS[0], 2023, ("HP-001",)),
    ("import_share", "all", PAIRS[0], 2022, ("RT-004",)),
    ("import_share", "all", PAIRS[0], 2023, ("RT-002",)),
    ("export_share", "all", PAIRS[1], 2022, ("RT-003",)),
    ("export_share", "all", PAIRS[1], 2023, ("RT-001",)),
    ("export_share", "all", PAIRS[0], 2019, ("CW-049",)),
    ("export_share", "all", PAIRS[0], 2020, ("CW-046", *YUAN_RATES[2020])),
    ("export_share", "all", PAIRS[0], 2021, ("CW-040", *YUAN_RATES[2021])),
    ("export_share", "all", PAIRS[0], 2022, ("CW-035", *YUAN_RATES[2022])),
    ("export_share", "all", PAIRS[0], 2023, ("CW-025",)),
    ("import_share", "all", PAIRS[1], 2019, ("CW-050",)),
    ("import_share", "all", PAIRS[1], 2020, ("CW-047", *YUAN_RATES[2020])),
    ("import_share", "all", PAIRS[1], 2021, ("CW-041", *YUAN_RATES[2021])),
    ("import_share", "all", PAIRS[1], 2022, ("CW-036", *YUAN_RATES[2022])),
    ("import_share", "all", PAIRS[1], 2023, ("CW-026",)),
)
"""Measure, goods, exporter and importer, year, and the published rows to divide by."""

Values = dict[int, float]


@dataclass(frozen=True)
class Level:
    """One computed value: its row, and what a share needs of it."""

    id: str
    value: float
    year: int
    keys: dict[str, str]


def compute(baci: Path) -> str:
    """Return the text of ``computed.csv``."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake.open(folder)
        lake.add("baci", [baci], vintage="V202501")
        frame: Any = lake.flows("baci")
        levels = [*_totals(frame), *_high_priority(frame)]
    rows = [_level_row(level) for level in levels] + list(_shares(levels))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row["id"]))
    return text.getvalue()


def _values(frame: Any, pair: tuple[str, str], key: str, variant: str = "family") -> Values:
    """Add up one direction by year, in whole USD."""
    exporter, importer = pair
    one_way = frame.filter(nw.col("exporter") == exporter, nw.col("importer") == importer)
    selection = goods.goods_selection(key, nomenclature="HS2017", variant=variant)
    sums = measures.value(goods.select(one_way, selection), by=["period"]).collect("pyarrow")
    return {row["period"].year: round(row["value_usd"]) for row in sums.rows(named=True)}


def _levels(values: Values, method: str, **keys: str) -> list[Level]:
    both = "both" if keys["flow"] == "both" else ""
    words = (keys["goods"].replace(":", "."), keys["exporter"], keys["importer"], both)
    name = "-".join(("CO-value", *filter(None, words)))
    tail = f"-{keys['variant']}" if keys.get("variant") else ""
    return [
        Level(f"{name}-{year}{tail}", value, year, {**keys, "note": method})
        for year, value in values.items()
    ]


def _totals(frame: Any) -> list[Level]:
    found = []
    by_pair = {pair: _values(frame, pair, "all") for pair in PAIRS}
    for (exporter, importer), values in by_pair.items():
        sides = {"exporter": exporter, "importer": importer}
        found += _levels(values, "Sum of all products.", goods="all", flow="one_way", **sides)
    there, back = by_pair.values()
    return found + _levels(
        {year: there[year] + back[year] for year in there},
        "Sum of all products, both directions.",
        goods="all",
        exporter="CHN",
        importer="RUS",
        flow="both",
    )


def _high_priority(frame: Any) -> list[Level]:
    found = []
    sides = {"exporter": "CHN", "importer": "RUS", "flow": "one_way"}
    for variant, meaning in VARIANTS.items():
        values = _values(frame, PAIRS[0], "chpl", variant or "family")
        method = f"Sum over the high-priority list of February 2024: {meaning}."
        found += _levels(values, method, goods="chpl", variant=variant, **sides)
    for tier in TIERS:
        values = _values(frame, PAIRS[0], f"chpl:{tier}")
        method = f"Sum over tier {tier} of the list of February 2024, followed into HS2017."
        found += _levels(values, method, goods=f"chpl:{tier}", **sides)
    return found


def _level_row(level: Level) -> dict[str, str]:
    return _common(level) | {
        "id": level.id,
        "measure": "value",
        "value": f"{level.value:.0f}",
        "low": f"{level.value - 0.5:.1f}",
        "high": f"{level.value + 0.5:.1f}",
        "printed": f"{level.value:.0f} USD",
        "unit": "USD",
        "currency": "USD",
        "valuation": "FOB",
        "title": VINTAGE,
    }


def _common(level: Level) -> dict[str, str]:
    return level.keys | {
        "reporter": "CHN" if level.year >= SILENT_SINCE else "",
        "period": str(level.year),
        "relation": "=",
        "publisher": "Entrepôt",
        "origin": "BACI",
        "origin_words": f"CEPII {VINTAGE}, added up by Entrepôt",
        "url": source_info("baci").url,
        "published_on": RELEASED,
        "confidence": "high" if level.keys["goods"] == "all" else "medium",
    }


def _shares(levels: list[Level]) -> list[dict[str, str]]:
    """Divide computed values by published totals."""
    found = []
    for measure, goods_key, (exporter, importer), year, ids in SHARES:
        asked = {"exporter": exporter, "importer": importer, "goods": goods_key, "flow": "one_way"}
        for level in levels:
            if level.year == year and asked.items() <= level.keys.items():
                found.append(_share_row(level, measure, ids))
    return found


def _share_row(level: Level, measure: str, ids: tuple[str, ...]) -> dict[str, str]:
    whole, formula = _whole(ids)
    share = Interval(level.value - 0.5, level.value + 0.5) / whole
    value = level.value / _middle(ids)
    return _common(level) | {
        "id": level.id.replace("CO-value", f"CO-{measure}"),
        "measure": measure,
        "value": f"{value:.6f}",
        "low": f"{share.low:.6f}",
        "high": f"{share.high:.6f}",
        "printed": f"{value:.2%}".replace("%", " %"),
        "unit": "share",
        "title": f"{VINTAGE}, over published totals",
        "confidence": "medium",
        "note": f"{level.id} (FOB) over {formula}. {level.keys['note']}",
    }


def _whole(ids: tuple[str, ...]) -> tuple[Interval, str]:
    """Return the denominator in USD with its rounding, and how it is made of published rows.

    Three ids are a value in yuan, and the dollar and yuan totals of the same release, whose
    quotient is the rate that customs used.
    """
    rows = [ROWS[id_] for id_ in ids]
    spans = [Interval(row.low or 0.0, row.high or 0.0) for row in rows]
    valuation = f" ({rows[0].valuation})" if rows[0].valuation else ""
    if len(ids) == 1:
        return spans[0], f"{ids[0]}{valuation}"
    yuan, dollars, yuan_total = spans
    return yuan * dollars / yuan_total, f"{ids[0]}{valuation} x {ids[1]} / {ids[2]}"


def _middle(ids: tuple[str, ...]) -> float:
    values = [ROWS[id_].value or 0.0 for id_ in ids]
    return values[0] if len(ids) == 1 else values[0] * values[1] / values[2]


def main() -> None:
    """Read the command line, compute, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("baci", type=Path, help="CEPII BACI V202501, HS2017: CSV or ZIP")
    parser.add_argument("--out", type=Path, default=OUT, help=f"default: {OUT.name} of the package")
    given = parser.parse_args()
    given.out.write_text(compute(given.baci), encoding="utf-8", newline="\n")
    print(f"wrote {given.out}")


if __name__ == "__main__":
    main()
