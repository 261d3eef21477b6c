"""A reporter's own total on another basis or valuation than its partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import entrepot as ep
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

MAP = """format: 1
id: own
title: Trade of Kazakhstan
publisher: made up
reporter: KAZ
flow: import
period: '2022'
product: '848210'
nomenclature: HS2022
columns:
  partner: {role: partner, codes: ISO3, own: {World: WLD}}
  basis: {role: partner_basis}
  valued: {role: valuation}
  value: {role: value, currency: USD, scale: 1}
ignore: []
"""
BUYER = {"importer": "KAZ", "goods": "848210", "period": 2022}


def _asked(folder: Path, measure: str, *rows: str, **keys: str) -> ep.Figure:
    file = folder / "own.csv"
    file.write_text("\n".join(["partner,basis,valued,value", *rows]))
    lake = Lake.open(folder / "lake")
    lake.add("table", [file], mapping=MAP)
    return ep.ask(measure, lake=lake, **BUYER, **keys)


def _note(figure: ep.Figure) -> str:
    return " ".join(one.text for one in figure.caveats if one.id == "reported-total")


def test_a_total_on_another_basis_is_that_of_the_partners(tmp_path: Path) -> None:
    """It counted as trade beside theirs: 40 of 160 in place of 40 of 100."""
    rows = ("CHN,origin,CIF,40", "DEU,origin,CIF,20", "World,consignment,FOB,100")
    figure = _asked(tmp_path, "import_share", *rows, exporter="CHN")
    assert figure.value == pytest.approx(0.4)
    assert "by country of consignment and valued FOB, which the partners are not" in _note(figure)


def test_one_basis_of_two_with_totals_of_their_own_stays_apart(tmp_path: Path) -> None:
    rows = ("CHN,origin,CIF,40", "World,origin,CIF,100", "DEU,consignment,CIF,30")
    figure = _asked(tmp_path, "import_share", *rows, exporter="CHN")
    assert figure.value == pytest.approx(40 / 130)


@pytest.mark.parametrize(
    ("measure", "value", "over"),
    [("import_share", 6 / 7, "120\xa0%"), ("top_supplier", 6 / 7, "120\xa0%"),
     ("hhi", (36 + 1) / 49, "1.48")],
)  # fmt: skip
def test_a_part_above_its_total_names_both_numbers(
    tmp_path: Path, measure: str, value: float, over: str
) -> None:
    rows = ("CHN,origin,CIF,120", "DEU,origin,CIF,20", "World,consignment,CIF,100")
    keys = {"exporter": "CHN"} if measure == "import_share" else {}
    figure = _asked(tmp_path, measure, *rows, **keys)
    assert figure.value == pytest.approx(value)
    assert figure.high is None or figure.high <= 1
    for words in ("USD\xa0140", "own total of imports, USD\xa0100", over, "cannot be"):
        assert words in _note(figure)


def test_partners_that_exceed_their_total_are_not_proved_to_be_all(tmp_path: Path) -> None:
    figure = _asked(
        tmp_path, "import_share", "CHN,origin,CIF,120", "World,origin,FOB,100", exporter="CHN"
    )
    assert figure.value == 1
    assert figure.scope["partners"] == "of the 1 partner loaded"
    assert "valued FOB, which the partners are not" in _note(figure)
