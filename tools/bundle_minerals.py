"""Write the trade in 30 codes of critical minerals that ships as the source ``minerals``.

Usage: ``python tools/bundle_minerals.py baci_2022.csv``

The file has the official values of CEPII BACI V202601 for 2022, one row a flow: ``i`` (exporter),
``j`` (importer), ``cmd`` (code), ``value`` (USD). It does not say in which edition of the
Harmonized System the codes are, so none is written (``docs/explanation/bundled-minerals.md`` shows
that it is HS2012 or HS2017).
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from entrepot.lake.unchanged import fingerprint
from entrepot.model.areas import area, by_code
from entrepot.model.columns import schema
from entrepot.model.product import UNNAMED
from entrepot.sources import source_info

OUT = Path(__file__).resolve().parent.parent / "src/entrepot/sources/minerals"
YEAR = 2022
TAIWAN = {"S19": by_code("baci")["490"]}
"""BACI counts "Other Asia, not elsewhere specified", which the file writes S19, as Taiwan."""
KINDS = {"VARCHAR": pa.string(), "DOUBLE": pa.float64(), "BOOLEAN": pa.bool_()}
IN_FOLDER = ("source", "freq", "period")


def main(path: Path) -> None:
    """Read, check every cell, write the rows and what the catalog has to know of them."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with path.open(encoding="utf-8", newline="") as opened:
        rows = [_row(row, digest[:12]) for row in csv.DictReader(opened)]
    rows.sort(key=lambda row: (row["importer"], row["product"], row["exporter"]))
    flows = {(row["exporter"], row["importer"], row["product"]) for row in rows}
    if len(flows) < len(rows):
        raise SystemExit("a flow stands twice in this file")
    kinds = pa.schema(
        [(name, KINDS[kind]) for name, kind in schema("flows").items() if name not in IN_FOLDER]
    )
    target = OUT / f"flows/source=minerals/freq=A/period={YEAR}-01-01/{digest[:12]}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, kinds), target, compression="zstd")
    about = {
        "rows": len(rows),
        "exporters": len({row["exporter"] for row in rows}),
        "importers": len({row["importer"] for row in rows}),
        "codes": sorted({row["product"] for row in rows}),
        "file": target.relative_to(OUT).as_posix(),
        "bytes": target.stat().st_size,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        "checksums": fingerprint(target, "").checksums,
        "read_from": digest,
    }
    (OUT / "minerals.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {about['rows']:,} rows, {about['bytes']:,} bytes")


def _row(row: dict[str, str], snapshot: str) -> dict[str, Any]:
    exporter, importer = (TAIWAN.get(row[side], row[side]) for side in ("i", "j"))
    if "aggregate" in (area(exporter).kind, area(importer).kind) or exporter == importer:
        raise SystemExit(f"not two areas: {row}")
    value = round(float(row["value"]))  # the file has 1018.9999999999999 for 1.019 thousand
    if value <= 0 or abs(value - float(row["value"])) > 1e-6 or len(row["cmd"]) != 6:
        raise SystemExit(f"not a value of six digits in whole dollars: {row}")
    return {
        "exporter": exporter,
        "importer": importer,
        "product": row["cmd"],
        "nomenclature": UNNAMED,
        "valuation": "FOB",
        "reported_by": _told_by(exporter, importer),
        "snapshot": snapshot,
        "value_usd": float(value),
    }


def _told_by(exporter: str, importer: str) -> str:
    """Return whose report BACI had to go by, as for all of BACI."""
    for quirk in source_info("baci").quirks:
        if (
            quirk.non_reporting
            and (quirk.since or 0) <= YEAR
            and quirk.non_reporting in (exporter, importer)
        ):
            return "importer" if exporter == quirk.non_reporting else "exporter"
    return "both"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
