"""What an answer from a table says of its numbers is true of the rows that it is computed from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import entrepot as ep
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

MAPPING = """\
format: 1
reporter: AUS
flow: import
nomenclature: HS2022
valuation: {valuation}
columns:
  year: {{role: year}}
  partner: {{role: partner, codes: ISO3}}
  hs: {{role: product}}
  usd: {{role: value, currency: USD, scale: 1}}
ignore: []
"""
PARTNERS = ["CHN", "USA", "JPN", "KOR", "VNM", "GBR", "ITA", "TUR", "IND", "BRA", "MEX", "CAN"]
ASKED: dict[str, Any] = {"importer": "AUS", "exporter": "CHN", "goods": "850511", "period": 2022}


def table(folder: Path, *, valuation: str = "CIF", world: str = "") -> Lake:
    rows = [f"2022,{partner},850511,{at + 10}" for at, partner in enumerate(PARTNERS)]
    rows += [f"2022,WLD,850511,{world}"] if world else []
    (folder / "made.csv").write_text("\n".join(["year,partner,hs,usd", *rows, ""]))
    lake = Lake.open(folder / "lake")
    lake.add("table", [folder / "made.csv"], mapping=MAPPING.format(valuation=valuation))
    return lake


def said(figure: ep.Figure, of: str) -> str:
    return " ".join(one.text for one in figure.caveats if one.id == of)


def test_imports_that_are_all_fob_are_not_called_cif(tmp_path: Path) -> None:
    figure = ep.ask("value", **ASKED, source="table.made", lake=table(tmp_path, valuation="FOB"))
    assert "Australia, FOB." in said(figure, "one-report")
    assert "CIF" not in said(figure, "one-report")


def test_imports_that_are_all_cif_are_told_as_before(tmp_path: Path) -> None:
    figure = ep.ask("value", **ASKED, source="table.made", lake=table(tmp_path))
    assert "Australia, as a rule CIF." in said(figure, "one-report")


def test_who_reports_other_values_is_not_said_to_be_silent(tmp_path: Path) -> None:
    lake = table(tmp_path, valuation="FOB")
    figure = ep.ask("value", **ASKED, source="table.made", valuation="cif", lake=lake)
    assert figure.value is None
    assert "report CIF values" in str(figure.reason)


def test_bundled_values_of_another_valuation_are_not_no_trade() -> None:
    figure = ep.ask("value", **ASKED, source="minerals", valuation="cif")
    assert "records no CIF values of AUS, CHN" in str(figure.reason)


def test_items_are_not_said_to_be_missing_where_masses_are_missing_as_well() -> None:
    figure = ep.ask("value", **ASKED, source="minerals", quantity="items")
    assert "minerals can be asked for value and mass, not for items" in str(figure.reason)


def test_a_reported_total_of_zero_beside_partners_is_no_denominator(tmp_path: Path) -> None:
    lake = table(tmp_path, world="0")
    figure = ep.ask("import_share", **ASKED, source="table.made", lake=lake)
    assert figure.value == 10 / sum(range(10, 22))
    assert figure.denominator is not None
    assert "the sum of the partners, which exceeds" in figure.denominator["text"]
    assert "own total of imports is zero" in said(figure, "reported-total")
