"""A collection of published statements of the user's own stands beside the bundled one."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

import entrepot as ep
from entrepot.claims import check, parse_document
from entrepot.errors import BadFileError
from entrepot.lake import Lake
from entrepot.sources.published.parse import published
from entrepot.sources.published.row import COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

ROW = {
    **dict.fromkeys(COLUMNS, ""),
    "id": "MY-001",
    "measure": "value",
    "reporter": "BRA",
    "exporter": "BRA",
    "importer": "ARG",
    "flow": "one_way",
    "goods": "all",
    "period": "2024",
    "relation": "=",
    "value": "13780000000",
    "low": "13775000000",
    "high": "13785000000",
    "printed": "USD 13.78 bn",
    "unit": "USD",
    "currency": "USD",
    "publisher": "A ministry",
    "origin": "SECEX",
    "confidence": "high",
}
CLAIM = """
format: 1
source: {title: A sentence}
claims:
  - id: sold
    value: {exporter: BRA, importer: ARG, period: 2024}
    says: 20 billion dollars
"""


def _write(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "mine.csv"
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_own_statements_answer_and_test_claims(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    keys = {"lake": lake, "exporter": "BRA", "importer": "ARG", "period": 2024}
    assert ep.ask("value", **keys).status == "insufficient_data"
    assert check(parse_document(CLAIM), lake=lake).claims[0].verdict == "not_enough_evidence"
    [held] = lake.add(
        "published", [_write(tmp_path, ROW, ROW | {"id": "MY-002", "period": "2023"})]
    ).added
    assert (held.rows, held.table) == (2, "published")
    figure = ep.ask("value", **keys)
    assert (figure.value, figure.evidence[0].id) == (13_780_000_000, "MY-001")
    assert figure.evidence[0].snapshot == held.snapshot
    assert check(parse_document(CLAIM), lake=lake).claims[0].verdict == "differs"
    assert not [one for one in lake.check() if one.level == "error"]
    page = ep.brief("ARG", supplier="BRA", goods="all", period=2024, lake=lake)
    assert "A ministry" in str(page) or "SECEX" in str(page) or "13.8" in str(page)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unit": "tonnes"}, "mine.csv, line 2: unit"),
        ({"id": published()[0].id}, "comes with the program"),
        ({"value": "1,5"}, "not a number"),
        ({"relation": "roughly"}, "relation"),
    ],
)
def test_bad_statements(tmp_path: Path, change: dict[str, str], words: str) -> None:
    lake = Lake.open(tmp_path / "lake")
    with pytest.raises(BadFileError) as caught:
        lake.add("published", [_write(tmp_path, ROW | change)])
    assert words in str(caught.value)
    assert not lake.holds("published")


def test_one_id_twice_over_two_files(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    lake.add("published", [_write(tmp_path, ROW)])
    with pytest.raises(BadFileError, match=r"loaded already.*MY-001"):
        lake.add("published", [_write(tmp_path, ROW | {"note": "again"})])
    lake.add("published", [_write(tmp_path, ROW | {"id": "MY-003"})])
    assert sum(item.rows for item in lake.holdings()) == 2
