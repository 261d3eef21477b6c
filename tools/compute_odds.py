"""Recover the weights that BACI of 2022 implies, and write them for `reconcile.bundled_odds`.

Usage: ``python tools/compute_odds.py FOLDER``, the folder with `comtrade_2022.csv.gz` (reports) and
`baci_2022.csv` (i exporter, j importer, cmd, value in USD) of the same products.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import Counter
from pathlib import Path

from entrepot.lake import Lake
from entrepot.reconciliation import implied, pair

OUT = Path(__file__).resolve().parent.parent / "src/entrepot/reconciliation/odds_baci_2022.csv"


def main(folder: Path) -> None:
    """Read both, learn, write."""
    with tempfile.TemporaryDirectory() as scratch:
        lake = Lake.open(scratch)
        lake.add("comtrade", [folder / "comtrade_2022.csv.gz"], nomenclature="HS2022")
        rows = pair(lake.flows("comtrade").to_native()).project(
            "exporter, importer, product, value_exporter_usd, value_importer_usd"
        )
        reports = {row[:3]: row[3:] for row in rows.fetchall() if None not in row}
    with (folder / "baci_2022.csv").open(encoding="utf-8", newline="") as file:
        official = {
            (row["i"], row["j"], row["cmd"].zfill(6)): float(row["value"])
            for row in csv.DictReader(file)
        }
    cells = [
        (*key[:2], *reports[key], value)
        for key, value in official.items()
        if key in reports and value >= 20_000
    ]
    odds = implied(cells)
    counts = {
        "exporter": Counter(cell[0] for cell in cells),
        "importer": Counter(cell[1] for cell in cells),
    }
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["side", "area", "effect", "cells"])
        writer.writerow(["exporter", "", f"{odds.usual:.4f}", len(cells)])
        for side in ("exporter", "importer"):
            for area, effect in sorted(getattr(odds, side).items()):
                writer.writerow([side, area, f"{effect:.4f}", counts[side][area]])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
