"""Sentences and tables of a page name the currency that their figures have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.figures import Definition
from entrepot.figures.definition import command_for
from entrepot.lake import Lake
from entrepot.report import brief
from entrepot.report.brief_context import BriefContext
from entrepot.report.missing_value import in_its_currency, missing_value
from entrepot.report.note import note
from entrepot.report.parts import plain

if TYPE_CHECKING:
    from pathlib import Path

PARTNERS = ("CHN", "JPN", "USA", "FRA", "ITA", "POL", "ESP", "NLD", "BEL", "KOR", "VNM")
MAPPING = """format: 1
id: trade
nomenclature: HS2022
flow: import
columns:
  year: {{role: period}}
  reporter: {{role: reporter, codes: ISO3}}
  partner: {{role: partner, codes: ISO3}}
  hs6: {{role: product}}
  value: {{role: value, currency: {money}, scale: 1}}
"""


@pytest.mark.parametrize(("money", "word"), [("EUR", "in EUR"), ("USD", "in dollars")])
def test_a_growth_is_in_the_currency_of_its_value(tmp_path: Path, money: str, word: str) -> None:
    rows = [
        f"{year},DEU,{partner},854231,{1e7 * (11 - place) * times}"
        for year, times in ((2021, 1), (2022, 2))
        for place, partner in enumerate(PARTNERS)
    ]
    file = tmp_path / "trade.csv"
    file.write_text("\n".join(["year,reporter,partner,hs6,value", *rows]) + "\n")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [file], mapping=MAPPING.format(money=money))
    said = plain(brief("DEU", "CHN", "854231", lake=lake).answer[1].text)
    assert f"{word} from 2021 to 2022" in said
    assert f"{money} 220 m" in said.replace("\u00a0", " ")


def test_what_only_a_source_in_euros_has_is_given_in_euros(tmp_path: Path) -> None:
    """It could not be computed, although the source has the number."""
    sold = MAPPING.replace("flow: import", "flow: export")
    rows = [f"{year},DEU,RUS,854231,{1e7 * (2023 - year)}" for year in (2021, 2022)]
    file = tmp_path / "trade.csv"
    file.write_text("\n".join(["year,reporter,partner,hs6,value", *rows]) + "\n")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [file], mapping=sold.format(money="EUR"))
    page = brief("RUS", "DEU", "854231", lake=lake)
    said = plain(" ".join(one.text for one in page.answer)).replace("\u00a0", " ")
    assert "worth EUR 10.0 m to Russia" in said
    assert "fell by 50 % in EUR from 2021 to 2022" in said
    assert [(one.value, one.unit) for one in page.cards[1:3]] == [("10.0", "EUR m"), ("−50.0", "%")]


def test_a_share_of_few_partners_says_so(tmp_path: Path) -> None:
    """`ask` said of how many partners a share is, and a brief did not."""
    rows = [f"2022,DEU,{partner},854231,{size}" for partner, size in (("CHN", 5e7), ("USA", 5e7))]
    file = tmp_path / "trade.csv"
    file.write_text("\n".join(["year,reporter,partner,hs6,value", *rows]) + "\n")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [file], mapping=MAPPING.format(money="USD"))
    page = brief("DEU", "CHN", "854231", 2022, lake)
    assert "of the 2 partners loaded" in page.cards[0].figure.scope["partners"]
    assert page.answer[0].text.endswith("may lack partners: the share is of the 2 partners loaded.")
    assert page.cards[0].name.endswith(", of the 2 partners loaded, 2022")
    assert note("DEU", "CHN", "854231", 2022, lake).title.endswith("2 partners\u00a0loaded")


def test_a_brief_of_several_years_says_which_are_missing(tmp_path: Path) -> None:
    """It was refused for a base of one year that nobody had asked for."""
    rows = [f"{year},DEU,CHN,854231,{1e7}" for year in (2020, 2022)]
    file = tmp_path / "trade.csv"
    file.write_text("\n".join(["year,reporter,partner,hs6,value", *rows]) + "\n")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [file], mapping=MAPPING.format(money="USD"))
    page = brief("DEU", "CHN", "854231", "2020..2022", lake)
    said = " ".join(one.text for one in page.answer)
    assert "cannot be computed with the data loaded" in said
    gaps = [gap.why for section in page.sections for gap in section.gaps]
    assert [why for why in gaps if "table.trade of 2020 and 2022, without 2021" in why]


def test_a_note_without_a_share_says_what_else_went_between_the_two(
    baci_csv: Path, tmp_path: Path
) -> None:
    """By a query of the file: 110,014 m USD of all goods, 8.93 m of these the other way."""
    lake = Lake.open(tmp_path / "lake")
    lake.add("baci", [baci_csv])
    means = [
        one.text.replace("\u00a0", " ") for one in note("RUS", "CHN", "8542", 2023, lake).means
    ]
    assert "All goods that went from China to Russia in 2023 were worth USD 110 bn." in means
    assert any("from Russia to China, such goods worth about USD 8.9 m" in one for one in means)


def test_what_is_asked_in_another_currency_keeps_its_other_keys(tmp_path: Path) -> None:
    """A base, a source and a quantity were dropped, so that another question was answered."""
    rows = [
        f"{year},DEU,{partner},854231,{1e7 * times}"
        for year, times in ((2020, 1), (2021, 2), (2022, 6))
        for partner in PARTNERS
    ]
    file = tmp_path / "trade.csv"
    file.write_text("\n".join(["year,reporter,partner,hs6,value", *rows]) + "\n")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [file], mapping=MAPPING.format(money="EUR"))
    keys = {"importer": "DEU", "exporter": "CHN", "goods": "854231", "period": 2022}
    with lake.reading():
        context = BriefContext(lake)
        asked = context.ask("growth", **keys, base=2020, source="table.trade", currency="USD")
        assert asked.status == "insufficient_data"
        found = in_its_currency(context, asked)
        advised = missing_value(context, asked).command
    assert found.value == pytest.approx(500)
    assert str(found.definition.base) == "2020"
    assert advised == (
        "entrepot ask growth --importer DEU --exporter CHN --goods 854231 --period 2022 "
        "--base 2020 --source table.trade --currency EUR"
    )


def test_a_command_has_every_key_that_was_given() -> None:
    asked = Definition.build(
        "value", importer="DEU", exporter="CHN", goods="85", period=2023, source="comext",
        quantity="mass", reported_by="exporter", currency="EUR",
    )  # fmt: skip
    line = "entrepot ask value --importer DEU --exporter CHN --goods 85 --period 2023"
    more = " --quantity mass --currency EUR --reported-by exporter"
    assert command_for(asked) == f"{line} --source comext{more}"
    assert command_for(asked, ("source",)) == line + more
