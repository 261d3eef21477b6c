"""What a load did with several rows of one flow is said by every figure made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import entrepot as ep
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

MAP = """
format: 1
id: own
nomenclature: HS2022
reported_by: importer
repeated: {how}
columns:
  year: {{role: period}}
  seller: {{role: exporter, codes: ISO3}}
  buyer: {{role: importer, codes: ISO3}}
  code: {{role: product}}
  value: {{role: value, currency: USD}}
"""
ROWS = ["2022,CHN,DEU,854231,60", "2022,CHN,DEU,854231,40", "2022,USA,DEU,854231,50"]


@pytest.mark.parametrize(
    ("rows", "how", "value", "words"),
    [
        (ROWS, "sum", 100.0, "added up"),
        ([ROWS[0], ROWS[0], ROWS[2]], "once", 60.0, "one of each was kept"),
        ([ROWS[0], ROWS[2]], "sum", 60.0, ""),
    ],
)
def test_a_figure_says_what_was_done_with_repeated_rows(
    tmp_path: Path, rows: list[str], how: str, value: float, words: str
) -> None:
    file = tmp_path / "own.csv"
    file.write_text("\n".join(["year,seller,buyer,code,value", *rows]) + "\n")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [file], mapping=MAP.format(how=how))
    figure = ep.ask(
        "value", lake=lake, importer="DEU", exporter="CHN", goods="854231", period=2022
    )  # fmt: skip
    assert figure.value == value
    said = [one for one in figure.caveats if one.id == "repeated-rows"]
    assert bool(said) == bool(words)
    for one in said:
        assert "Several rows say one flow" in one.text
        assert words in one.text


def _baci(folder: Path, lake: Lake, year: int, release: str, value: float) -> None:
    name = f"BACI_HS17_Y{year}_{release}.csv" if release else f"{year}.csv"
    file = folder / name
    file.write_text(f"t,i,j,k,v,q\n{year},156,643,850110,{value},1\n{year},276,643,850110,5,1\n")
    lake.add("baci", [file], nomenclature="HS2017")


def test_a_change_between_two_releases_says_so(tmp_path: Path) -> None:
    """A growth of 1,465 % between two releases said nothing of them."""
    lake = Lake.open(tmp_path / "lake")
    for year in (2021, 2022):
        _baci(tmp_path, lake, year, "V202501", 10)
    asked = {"importer": "RUS", "exporter": "CHN", "goods": "850110", "base": 2021, "period": 2022}

    def said(**more: str) -> list[str]:
        figure = ep.ask("growth", lake=lake, **{"source": "baci"} | asked | more)
        return [one.text for one in figure.caveats if one.id == "mixed-vintage"]

    assert said() == []
    _baci(tmp_path, lake, 2022, "V202601", 90)
    [text] = said()
    assert "several releases: 2021 of V202501 and 2022 of V202601" in text
    assert said(source="baci@V202501") == []
    series = {"importer": "RUS", "exporter": "CHN", "goods": "850110", "period": "2021..2022"}
    panel = ep.ask("value", lake=lake, source="baci", each="year", **series)
    # A series said nothing of them: each year alone is of one release.
    assert [one.text for one in panel.caveats if one.id == "mixed-vintage"] == [text]


def test_a_release_that_is_not_recorded_is_never_the_newest(tmp_path: Path) -> None:
    """--source baci@unknown was proposed."""
    lake = Lake.open(tmp_path / "lake")
    for year, release in ((2020, ""), (2021, "V202501")):
        _baci(tmp_path, lake, year, release, 10)
    asked = {"importer": "RUS", "exporter": "CHN", "goods": "850110", "base": 2020, "period": 2021}
    figure = ep.ask("growth", lake=lake, source="baci", **asked)
    [text] = [one.text for one in figure.caveats if one.id == "mixed-vintage"]
    assert "2021 of V202501 and 2020 of a release that is not recorded" in text
    assert text.endswith("--source baci@V202501.")
