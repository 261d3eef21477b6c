"""Laws of drafting: names are recognised wherever they stand, and no text breaks it."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.claims import parse_document
from entrepot.claims.draft import article_of, as_document, as_yaml, draft
from entrepot.model.areas import areas

pytestmark = pytest.mark.property

NAMES = {area.code: area.name for area in areas() if area.kind == "country"}
ARTICLES = {area.code: area.article for area in areas()}
# In German and Chinese a few names each, as the tables of the project have English names only.
GERMAN = {"RUS": "Russland", "POL": "Polen", "DNK": "Dänemark", "KAZ": "Kasachstan", "JPN": "Japan"}
CHINESE = {"RUS": "俄罗斯", "POL": "波兰", "DNK": "丹麦", "KAZ": "哈萨克斯坦", "JPN": "日本"}
PIECES = (
    *("China", "Russia's", "Russian", "exports", "imports", "trade", "share of", "from", "to"),
    *(
        "and",
        ",",
        ".",
        ";",
        "5 %",
        "$3.2 billion",
        "2,7",
        "in 2024",
        "last year",
        "rose",
        "fell by",
    ),
    *("России", "экспорт", "на 6,5 %", "в 2023 году", "доля", "из", "Exporte", "nach", "Prozent"),
    *(
        "中国",
        "对",
        "俄罗斯",
        "出口",
        "占",
        "36%",
        "2284亿美元",
        "2025年",
        "chips",
        "станки",
        "<b>",
        '"',
    ),
    *("which", "it", "said", "according to", "—", "\n\n", "🚢", "1.234", "doubled", "respectively"),
)


def only(text: str) -> dict[str, Any]:
    [claim] = draft(article_of(text, date="2026-01-20")).claims
    return {"kind": claim.kind, **claim.keys}


@pytest.mark.parametrize("code", sorted(NAMES))
def test_every_country_is_recognised_by_its_english_name(code: str) -> None:
    other = "PER" if code != "PER" else "CHL"
    name = f"{ARTICLES[code]} {NAMES[code]}".strip()
    said = only(f"Exports from {name} to {NAMES[other]} rose 5% in 2024.")
    assert said == {"kind": "growth", "exporter": code, "importer": other, "period": "2024"}


TEMPLATES = {
    "en": (NAMES, "In {year}, {buyer} imported goods worth ${number} billion from {seller}."),
    "de": (GERMAN, "Die Exporte von {seller} nach {buyer} lagen {year} bei {number} Mrd. Dollar."),
    "zh": (CHINESE, "{year}年{seller}对{buyer}出口{number}亿美元。"),
}


@given(
    language=st.sampled_from(sorted(TEMPLATES)),
    pair=st.permutations(sorted(GERMAN)).map(lambda codes: codes[:2]),
    year=st.integers(1996, 2025),
    number=st.integers(1, 999),
)
@settings(deadline=None)
def test_a_flow_that_is_printed_is_read_back(
    language: str, pair: list[str], year: int, number: int
) -> None:
    names, template = TEMPLATES[language]
    seller, buyer = pair
    text = template.format(seller=names[seller], buyer=names[buyer], year=year, number=number)
    said = only(text)
    assert said == {"kind": "value", "exporter": seller, "importer": buyer, "period": str(year)}


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=40))
@settings(max_examples=150, deadline=None)
def test_no_order_of_words_breaks_it(pieces: list[str]) -> None:
    found = draft(article_of(" ".join([*pieces, "end"]), date="2026-01-20"))
    assert parse_document(as_yaml(found)) == as_document(found)
    for claim in found.claims:
        start, end = claim.place
        printed = " ".join(found.article.text[start:end].split())
        assert claim.says.endswith(printed)


@given(st.text(max_size=300))
@settings(deadline=None)
def test_no_characters_break_it(text: str) -> None:
    found = draft(article_of(f"x {text}"))
    assert parse_document(as_yaml(found)) == as_document(found)


def test_the_order_of_paragraphs_that_name_everything_does_not_matter() -> None:
    paragraphs = [
        f"Exports from {NAMES[code]} to Peru rose {place}% in 2024."
        for place, code in enumerate(sorted(GERMAN), start=2)
    ]
    shuffled = random.Random(1).sample(paragraphs, len(paragraphs))
    both = [draft(article_of("\n\n".join(order))).claims for order in (paragraphs, shuffled)]
    by_says = [{claim.says: claim.keys for claim in claims} for claims in both]
    assert by_says[0] == by_says[1]
