"""What lies in what: goods of two editions, and groups on a day before they were founded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from entrepot.claims.draft.areas import areas_in
from entrepot.claims.levels import is_part
from entrepot.claims.quantity import Level
from entrepot.claims.read import parse_document
from entrepot.claims.verdict import check
from entrepot.cli.main import app
from entrepot.errors import BadFileError
from entrepot.model.period import Period

if TYPE_CHECKING:
    from pathlib import Path


def level(goods: str = "all", importer: str = "RUS", year: int = 2022) -> Level:
    return Level("CHN", importer, goods, Period.parse(year), "USD")


@pytest.mark.parametrize(
    ("part", "total", "is_one"),
    [
        ("854231", "8542", True),
        ("8542", "85", True),
        ("chpl:1", "8542", True),
        ("chpl", "8542", False),
        # Codes of earlier editions: smartphones, solar cells, buildings.
        ("851712", "8517", True),
        ("851712", "8542", False),
        ("854140", "01", False),
        ("940690", "5105", False),
        ("940390", "5105", False),
        ("854140,854231", "8542", False),
        ("854231,854140", "chpl", False),
        # Which codes of 2022 this list of 2012 has, is not known.
        ("eu-ii", "84", False),
        ("84", "eu-ii", False),
        ("eu-ii", "all", True),
    ],
)
def test_goods_lie_in_goods_that_have_all_of_their_codes(
    part: str, total: str, is_one: bool
) -> None:
    assert is_part(level(part), level(total)) == is_one


@pytest.mark.parametrize("other", ["DEU", "ASEAN", "BRICS"])
def test_a_group_before_its_foundation_is_no_part(other: str) -> None:
    assert not is_part(level(importer="CPTPP", year=2005), level(importer=other, year=2005))
    assert not is_part(level(importer=other, year=2005), level(importer="CPTPP", year=2005))


def test_goods_of_different_headings_do_not_contradict_each_other() -> None:
    flow = "exporter: CHN, importer: CHL, period: 2021"
    found = check(
        parse_document(
            "format: 1\nsource: {title: A text}\nclaims:\n"
            f"- {{id: phones, value: {{{flow}, goods: '851712'}}, says: $5 billion}}\n"
            f"- {{id: chips, value: {{{flow}, goods: '8542'}}, says: $0.2 billion}}\n"
        )
    )
    assert {claim.verdict for claim in found.claims} == {"not_enough_evidence"}


def test_one_number_of_a_group_before_its_foundation_leaves_the_others_checked(
    tmp_path: Path,
) -> None:
    article = tmp_path / "article.txt"
    article.write_text(
        "In 2005 the BRICS imported goods worth 5 billion dollars from Russia. "
        "In 2005 the world imported goods worth 7 billion dollars from Russia. "
        "In 2023 China supplied goods worth 110 billion dollars to Russia."
    )
    verdicts = {claim.id: claim.verdict for claim in check(article).claims}
    assert verdicts["value-rus-brics-2005"] == "not_enough_evidence"
    assert verdicts["value-chn-rus-2023"] == "supported"


def test_a_list_before_its_beginning_is_refused_at_its_line() -> None:
    with pytest.raises(BadFileError, match="nothing is known to have been on chpl") as refused:
        parse_document(
            "format: 1\nsource: {title: A text}\nclaims:\n"
            "- id: a\n"
            "  value: {exporter: CHN, importer: RUS, period: 2022, goods: chpl@2023-01-01}\n"
            "  says: $5 billion\n"
        )
    assert "line 5" in refused.value.where


def test_what_published_figures_imply_is_not_called_the_texts(tmp_path: Path) -> None:
    claims = tmp_path / "claims.yaml"
    claims.write_text(
        "format: 1\nsource: {title: A text}\nclaims:\n"
        "- id: only\n"
        "  value: {exporter: CHN, importer: RUS, period: 2023}\n"
        "  says: 50.1 billion dollars\n"
    )
    shown = " ".join(CliRunner().invoke(app, ["check", str(claims)]).stdout.split())
    assert "Implied by all other figures, published ones included: USD 104 to 118 bn." in shown
    assert "Implied by the text" not in shown


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("car parts of Chinese origin", "CHN"),
        ("a large part of Germany's imports", "DEU"),
        ("part of China’s exports", "CHN"),
        ("parts of China", "?"),
        ("South China", "?"),
    ],
)
def test_a_part_of_what_an_area_owns_or_made_is_no_part_of_the_area(text: str, code: str) -> None:
    assert [mark.value for mark in areas_in(text, "en", [], [])] == [code]
