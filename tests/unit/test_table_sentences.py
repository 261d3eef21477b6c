"""What an answer from a table says of its numbers is true of the rows that it is computed from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.errors import BadFileError
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


def table(
    folder: Path, *, valuation: str = "CIF", world: str = "", years: range = range(2022, 2023)
) -> Lake:
    rows = [
        f"{year},{partner},850511,{at + 10}"
        for year in years
        for at, partner in enumerate(PARTNERS)
    ]
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
    assert "records no CIF values of " in str(figure.reason)


def test_who_only_sells_is_not_said_to_have_no_trade() -> None:
    """North Korea's sales of three of the goods are bundled, and none of its purchases."""
    keys = {"goods": "850511", "period": 2022, "source": "minerals"}
    figure = ep.ask("value", importer="PRK", exporter="CHN", **keys)
    assert "records no imports by North Korea in 2022" in str(figure.reason)
    sold = ep.ask("value", importer="NLD", exporter="PRK", **keys | {"goods": "750210"})
    assert sold.value == 4_449_738
    group = ep.ask("value", importer="PRK+SSD", exporter="CHN", **keys)
    [text] = [one.text for one in group.caveats if one.id == "not-recorded"]
    assert "no imports by North Korea in 2022, so that part is not counted." in text


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


def test_the_title_of_a_series_of_growth_names_every_period_and_base(tmp_path: Path) -> None:
    lake = table(tmp_path, years=range(2019, 2023))
    keys = ASKED | {"period": "2020..2022", "source": "table.made", "lake": lake, "each": "year"}
    assert ep.ask("growth", **keys).title.endswith(", 2020 to 2022 against 2019 to 2021")
    assert ep.ask("growth", **keys, base=2019).title.endswith(", 2020 to 2022 against 2019")
    assert ep.ask("value", **keys).title.endswith(", 2020 to 2022")


def test_the_title_of_a_series_of_bundled_data_names_their_year_once() -> None:
    series = ep.ask("value", **ASKED, source="minerals", each="year")
    assert series.title.endswith("one year (2022)")


def test_values_that_rounding_to_the_cent_changes_are_told_of(tmp_path: Path) -> None:
    (tmp_path / "made.csv").write_text(
        "year,partner,hs,usd\n2022,CHN,850511,0.001\n2022,USA,850511,0.014\n"
        "2022,JPN,850511,0\n2022,KOR,850511,12.345\n"
    )
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [tmp_path / "made.csv"], mapping=MAPPING.format(valuation="CIF"))
    found = [one for item in lake.holdings() for one in item.findings if one.rule == "rounded"]
    assert [(one.level, one.count) for one in found] == [("warning", 2)]


@pytest.mark.parametrize("rest", [b"\0" * 1000, b"\0" * 4000 + b"2022,USA,850511,5\n"])
def test_a_small_file_that_was_filled_is_not_called_a_text_in_utf_16(
    tmp_path: Path, rest: bytes
) -> None:
    path = tmp_path / "made.csv"
    path.write_bytes(b"year,partner,hs,usd\n2022,CHN,850511,10\n" + rest)
    lake = Lake.open(tmp_path / "lake")
    with pytest.raises(BadFileError, match="a zero byte") as caught:
        lake.add("table", [path], mapping=MAPPING.format(valuation="CIF"))
    assert caught.value.where.endswith("made.csv, row 3")
