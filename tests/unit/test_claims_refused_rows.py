"""A table of the user's own in which a member of a group told nothing: why it gives no value."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from entrepot.claims import check, parse_document
from entrepot.lake import Lake
from entrepot.model.areas import by_group_code

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.claims.result import CheckedClaim

pytestmark = pytest.mark.slow

MAP = """
format: 1
id: sold
nomenclature: HS2017
level: 2
flow: export
columns:
  period: {role: period}
  reporter: {role: reporter, codes: ISO3}
  partner: {role: partner, codes: ISO3}
  product: {role: product}
  value: {role: value, currency: EUR}
"""
CLAIM = """
format: 1
source: {title: A text}
claims:
  - id: sold
    value: {exporter: EU27, importer: KGZ, period: 2023}
    says: 22680 euros
"""
CHAPTERS = [f"{chapter:02d}" for chapter in range(1, 71)]
MEMBERS = sorted(by_group_code()["EU27"].members(date(2023, 12, 31)))


def checked(folder: Path, *silent: str) -> CheckedClaim:
    rows = [
        f"2023-{month:02d},{member},KGZ,{chapter},1"
        for month in range(1, 13)
        for member in MEMBERS
        for chapter in CHAPTERS
        if month > 1 or member not in silent
    ]
    path = folder / "sold.csv"
    path.write_text("\n".join(["period,reporter,partner,product,value", *rows]) + "\n")
    lake = Lake.open(folder / "lake")
    lake.add("table", [path], mapping=MAP)
    return check(parse_document(CLAIM), lake).claims[0]


def test_a_member_without_a_row_in_a_month_is_named(tmp_path: Path) -> None:
    found = checked(tmp_path, "MLT")
    assert found.verdict == "not_enough_evidence"
    assert "Malta did not report to table.sold in 2023-01" in found.reason
    assert "No value held" not in found.reason


@pytest.mark.parametrize("silent", [(), ("MLT",)])
def test_euros_of_a_table_in_euros_test_a_claim_in_euros(
    tmp_path: Path, silent: tuple[str, ...]
) -> None:
    assert len(MEMBERS) * len(CHAPTERS) * 12 == 22680
    found = checked(tmp_path, *silent)
    assert found.verdict == ("not_enough_evidence" if silent else "supported"), found.reason
