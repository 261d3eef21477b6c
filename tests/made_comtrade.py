"""Made-up rows of Comtrade, written in each form that it comes in, and what is read from them."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.engine import connect
from entrepot.sources.comtrade.parse import rows, tables
from entrepot.sources.parser import FileOptions, RawFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from entrepot.model.columns import Finding

V1 = [
    "typeCode",
    "freqCode",
    "refPeriodId",
    "refYear",
    "refMonth",
    "period",
    "reporterCode",
    "reporterISO",
    "reporterDesc",
    "flowCode",
    "flowDesc",
    "partnerCode",
    "partnerISO",
    "partnerDesc",
    "partner2Code",
    "partner2ISO",
    "partner2Desc",
    "classificationCode",
    "classificationSearchCode",
    "isOriginalClassification",
    "cmdCode",
    "cmdDesc",
    "aggrLevel",
    "isLeaf",
    "customsCode",
    "customsDesc",
    "mosCode",
    "motCode",
    "motDesc",
    "qtyUnitCode",
    "qtyUnitAbbr",
    "qty",
    "isQtyEstimated",
    "altQtyUnitCode",
    "altQtyUnitAbbr",
    "altQty",
    "isAltQtyEstimated",
    "netWgt",
    "isNetWgtEstimated",
    "grossWgt",
    "isGrossWgtEstimated",
    "cifvalue",
    "fobvalue",
    "primaryValue",
    "legacyEstimationFlag",
    "isReported",
    "isAggregate",
]
LEGACY = [
    "Classification",
    "Year",
    "Period",
    "Period Desc.",
    "Aggregate Level",
    "Is Leaf Code",
    "Trade Flow Code",
    "Trade Flow",
    "Reporter Code",
    "Reporter",
    "Reporter ISO",
    "Partner Code",
    "Partner",
    "Partner ISO",
    "2nd Partner Code",
    "2nd Partner",
    "2nd Partner ISO",
    "Customs Proc. Code",
    "Customs",
    "Mode of Transport Code",
    "Mode of Transport",
    "Commodity Code",
    "Commodity",
    "Qty Unit Code",
    "Qty Unit",
    "Qty",
    "Alt Qty Unit Code",
    "Alt Qty Unit",
    "Alt Qty",
    "Netweight (kg)",
    "Gross weight (kg)",
    "Trade Value (US$)",
    "CIF Trade Value (US$)",
    "FOB Trade Value (US$)",
    "Flag",
]
NARROW = ["year", "reporter", "partner", "cmd", "flow", "value", "netwgt", "qty", "qtyunit"]
CHINA, RUSSIA, GERMANY, USA, WORLD = 156, 643, 276, 842, 0

Row = dict[str, Any]


def row(value: float, **changes: Any) -> Row:
    """Return the total row of China's imports of 854231 from Germany in 2022, with changes."""
    names = {"flow": "flowCode", "reporter": "reporterCode", "partner": "partnerCode"} | {
        "product": "cmdCode", "customs": "customsCode", "mot": "motCode", "second": "partner2Code",
        "mass": "netWgt", "edition": "classificationCode",
    }  # fmt: skip
    flow = changes.get("flow", "M")
    usual: Row = dict.fromkeys(V1, "") | {
        "typeCode": "C", "freqCode": "A", "period": 2022, "reporterCode": CHINA, "flowCode": flow,
        "partnerCode": GERMANY, "partner2Code": 0, "classificationCode": "H6", "cmdCode": "854231",
        "classificationSearchCode": "HS", "isOriginalClassification": True, "customsCode": "C00",
        "mosCode": "0 ", "motCode": 0, "qtyUnitCode": 5, "qty": value / 10,
        "isQtyEstimated": False, "netWgt": value / 100, "isNetWgtEstimated": False,
        "cifvalue": value if flow.startswith(("M", "R")) and flow != "RX" else "",
        "fobvalue": "" if flow.startswith("M") else value, "primaryValue": value,
        "legacyEstimationFlag": 0, "isReported": False, "isAggregate": True,
    }  # fmt: skip
    return usual | {names.get(name, name): cell for name, cell in changes.items()}


def narrow(value: float, **changes: Any) -> Row:
    """Return a row of nine columns."""
    usual = {
        "year": 2022, "reporter": CHINA, "partner": GERMANY, "cmd": "854231", "flow": "M",
        "value": value, "netwgt": value / 100, "qty": value / 10, "qtyunit": 5,
    }  # fmt: skip
    return usual | changes


def legacy(value: float, **changes: Any) -> Row:
    """Return a row of 35 columns."""
    usual: Row = dict.fromkeys(LEGACY, "") | {
        "Classification": "H5", "Year": 2018, "Period": 2018, "Period Desc.": 2018,
        "Aggregate Level": 6, "Is Leaf Code": 1, "Trade Flow Code": 1, "Trade Flow": "Import",
        "Reporter Code": CHINA, "Partner Code": GERMANY, "Commodity Code": "854231",
        "Qty Unit Code": 5, "Qty": value / 10, "Netweight (kg)": value / 100,
        "Trade Value (US$)": value, "Flag": 0,
    }  # fmt: skip
    return usual | changes


def text_of(rows: Sequence[Row], *, delim: str = ",", columns: Iterable[str] = ()) -> str:
    """Return rows as delimited text."""
    names = list(columns) or list(rows[0])
    text = io.StringIO()
    writer = csv.DictWriter(text, names, delimiter=delim, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def json_of(rows: Sequence[Row], **more: Any) -> str:
    """Return rows as the interface answers."""
    data = [{k: None if v == "" else v for k, v in one.items()} for one in rows]
    return json.dumps(
        {"elapsedTime": "0.1 secs", "count": len(rows), "data": data, "error": ""} | more
    )


def parquet_of(rows: Sequence[Row], path: Path) -> None:
    """Write rows as Parquet with the types that Comtrade's own package gives them."""
    csv_path = path.with_suffix(".src.csv")
    csv_path.write_text(text_of(rows))
    codes = ("cmdCode", "customsCode", "mosCode", "flowCode", "period", "classificationCode")
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in codes if name in rows[0])
    _opened().cursor().execute(
        f"COPY (FROM read_csv('{csv_path}', types={{{types}}}, sample_size=-1, nullstr='')) "
        f"TO '{path}' (FORMAT parquet)"
    )


def read(
    content: str | bytes | Path, name: str = "made.csv", said: FileOptions | None = None
) -> tuple[list[Row], tuple[Finding, ...]]:
    """Return canonical rows, sorted by what tells them apart, and findings."""
    found, findings, _ = read_all(content, name, said, places=False)
    return found, findings


def read_all(
    content: str | bytes | Path,
    name: str = "made.csv",
    said: FileOptions | None = None,
    *,
    places: bool = True,
) -> tuple[list[Row], tuple[Finding, ...], list[str]]:
    """Return canonical rows, findings and where each row stands in the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "raw"
        scratch = Path(folder) / "scratch"
        scratch.mkdir()
        if isinstance(content, Path):
            path = content
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        found: list[Row] = []
        findings: tuple[Finding, ...] = ()
        connection = _opened().cursor()
        stand: list[str] = []
        for table in tables(RawFile(path, name), scratch, said or FileOptions()):
            got = rows(connection, table)
            names = got.relation.columns
            for cells in got.relation.fetchall():
                found.append(dict(zip(names, cells, strict=True)) | got.same)
                key = [found[-1][k] for k in _KEY]
                stand.append(got.locate(tuple(key)) if places else "")
            findings += (*table.findings, *got.findings)
    order = sorted(range(len(found)), key=lambda n: [str(found[n][k]) for k in _KEY])
    return [found[n] for n in order], findings, stand


_KEY = [
    "period",
    "freq",
    "exporter",
    "importer",
    "product",
    "reported_by",
    "partner_basis",
    "is_reexport",
]


@cache
def _opened() -> duckdb.DuckDBPyConnection:
    return connect(threads=1)


def rules_of(findings: Sequence[Finding]) -> dict[str, int]:
    """Return how many rows each rule found."""
    return {one.rule: one.count for one in findings}
