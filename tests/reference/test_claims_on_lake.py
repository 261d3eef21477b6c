"""Claims against rows of a lake: what BACI says of Chinese exports to Russia."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.claims import CheckedClaim, check, parse_document
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, baci_csv: Path) -> Lake:
    held = Lake.open(tmp_path_factory.mktemp("lake"))
    held.add("baci", [baci_csv])
    return held


def one(says: str, goods: str, year: int, lake: Lake | None, importer: str = "RUS") -> CheckedClaim:
    keys = f'exporter: CHN, importer: {importer}, goods: "{goods}", period: {year}'
    claim = f"{{id: a, value: {{{keys}}}, says: {says}}}"
    text = f"format: 1\nsource: {{title: A}}\nclaims: [{claim}]"
    return check(parse_document(text), lake).claims[0]


@pytest.mark.parametrize(
    ("says", "goods", "year", "verdict"),
    [
        ("$180 m", "8542", 2022, "supported"),  # 179.8 in BACI; 179 was printed
        ("$48 m", "848210", 2022, "supported"),  # 48.1 in BACI; nobody printed it
        ("$813 m", "chpl:4.B", 2023, "supported"),
        # A reconciled value may lie a tenth from either report, so 5 % off is not wrong ...
        ("$50.5 m", "848210", 2022, "not_enough_evidence"),
        ("$90 m", "848210", 2022, "differs"),  # ... but nine tenths are
    ],
)
def test_verdicts_from_rows(lake: Lake, says: str, goods: str, year: int, verdict: str) -> None:
    assert one(says, goods, year, lake).verdict == verdict


def test_missing_rows_are_no_zero(lake: Lake) -> None:
    assert one("$1 m", "848210", 2022, lake, importer="KAZ").verdict == "not_enough_evidence"


def test_the_lake_is_named_as_source(lake: Lake) -> None:
    found = one("$48 m", "848210", 2022, lake)
    assert found.against[0].source == "baci"
    assert found.against[0].value == pytest.approx(48_148_953)
    assert not one("$48 m", "848210", 2022, None).against
