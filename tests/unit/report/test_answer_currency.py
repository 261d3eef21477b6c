"""Sentences and tables of a page name the currency that their figures have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.lake import Lake
from entrepot.report import brief
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
