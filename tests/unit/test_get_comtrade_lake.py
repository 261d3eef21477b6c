"""Answers that one request was split into add up in the lake, as one answer would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path


def row(flow: str, code: str, value: float) -> dict[str, Any]:
    return {
        "typeCode": "C",
        "freqCode": "A",
        "refPeriodId": 20220101,
        "refYear": 2022,
        "refMonth": 52,
        "period": "2022",
        "reporterCode": 398,
        "flowCode": flow,
        "partnerCode": 643,
        "partner2Code": 0,
        "classificationCode": "H6",
        "classificationSearchCode": "HS",
        "isOriginalClassification": True,
        "cmdCode": code,
        "aggrLevel": 6,
        "isLeaf": True,
        "customsCode": "C00",
        "mosCode": "0",
        "motCode": 0,
        "qtyUnitCode": 8,
        "qty": None,
        "isQtyEstimated": False,
        "netWgt": 10.0,
        "isNetWgtEstimated": False,
        "cifvalue": value if flow == "M" else None,
        "fobvalue": value if flow == "X" else None,
        "primaryValue": value,
        "legacyEstimationFlag": 0,
        "isReported": True,
        "isAggregate": False,
    }


def test_split_answers_add_up(tmp_path: Path) -> None:
    rows = [row("M", "854231", 1000.5), row("M", "854232", 200.0), row("X", "854231", 3.0)]
    paths = []
    for place, one in enumerate(rows):
        path = tmp_path / f"comtrade_full_A_2022_398_{place}.json"
        path.write_text(json.dumps({"count": 1, "data": [one], "error": ""}))
        paths.append(path)
    lake = Lake.open(tmp_path / "lake")
    report = lake.add("comtrade", paths)
    assert len(report.added) == 3
    held = lake.flows("comtrade").collect().to_arrow()
    assert held.num_rows == 3
    assert sum(held["value_usd"].to_pylist()) == 1203.5
    assert sorted(held["reported_by"].to_pylist()) == ["exporter", "importer", "importer"]
