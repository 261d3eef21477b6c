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

# "Congo" alone may be two states; see the test of it.
NAMES = {area.code: area.name for area in areas() if area.kind == "country" and area.code != "COG"}
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


def test_congo_alone_may_be_two_states() -> None:
    text = "Exports from Congo to Peru rose 5% in 2024."
    assert not draft(article_of(text, date="2026-01-20")).claims
    assert only(text.replace("Congo", "Congo-Brazzaville"))["exporter"] == "COG"


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


ROWS = {
    "en": (
        " and ",
        "China's exports to Russia in {years} were ${one} billion{and_}${two} billion.",
    ),
    "de": (
        " und ",
        "Chinas Exporte nach Russland betrugen {years} {one} Mrd. Dollar{and_}{two} Mrd. Dollar.",
    ),
    "ru": (
        " и ",
        "В {years} годах поставки Китая в Россию: {one} млрд долларов{and_}{two} млрд долларов.",
    ),
    "zh": ("年和", "{years}年中国对俄罗斯出口{one}亿美元{and_}{two}亿美元。"),
}
TAILS = {
    "en": "China's exports to Russia rose {one} %{and_}{two} % {years}.",
    "de": "Chinas Exporte nach Russland stiegen {years} um {one} Prozent{and_}{two} Prozent.",
    "ru": "Экспорт Китая в Россию вырос на {one} %{and_}{two} % в {years} годах.",
    "zh": "{years}年中国对俄罗斯出口增长{one}%{and_}{two}%。",
}


@given(
    language=st.sampled_from(sorted(ROWS)),
    tail=st.booleans(),
    years=st.lists(st.integers(2001, 2025), min_size=2, max_size=3, unique=True),
    numbers=st.lists(st.integers(10, 899), min_size=2, max_size=2, unique=True),
)
@settings(deadline=None)
def test_two_numbers_and_joined_years_never_give_one_definition_two_values(
    language: str, tail: bool, years: list[int], numbers: list[int]
) -> None:
    and_, text = ROWS[language]
    text = TAILS[language] if tail else text
    joined = f"{years[0]}{and_}{years[1]}"
    if len(years) == 3:
        joined = f"{years[0]}{'年、' if language == 'zh' else ', '}{years[1]}{and_}{years[2]}"
    link = "和" if language == "zh" else and_
    said = text.format(years=joined, one=numbers[0], two=numbers[1], and_=link)
    claims = draft(article_of(said, date="2026-01-20")).claims
    defined = [(claim.kind, repr(claim.keys)) for claim in claims]
    assert len(set(defined)) == len(defined)
    if len(years) == 3:  # three years and two numbers: nobody knows which
        assert claims == ()
    for claim in claims:
        worth = numbers.index(int("".join(sign for sign in claim.says if sign.isdigit())))
        assert claim.keys["period"] == str(years[worth])


@pytest.mark.parametrize(
    ("language", "level"), [("en", "to"), ("de", "auf"), ("ru", "до"), ("zh", "到")]
)
@given(number=st.integers(2, 99))
@settings(deadline=None, max_examples=20)
def test_what_it_fell_to_is_no_growth(language: str, level: str, number: int) -> None:
    texts = {
        "en": f"China's exports to Russia fell {level} {number} % in 2024.",
        "de": f"Chinas Exporte nach Russland sanken 2024 {level} {number} Prozent.",
        "ru": f"Экспорт Китая в Россию упал {level} {number} % в 2024 году.",
        "zh": f"2024年中国对俄罗斯出口下降{level}{number}%。",
    }
    assert draft(article_of(texts[language], date="2026-01-20")).claims == ()


@given(
    codes=st.permutations(sorted(set(GERMAN) - {"JPN"})).map(lambda codes: codes[:3]),
    last=st.sampled_from(("and", "and Freedonia and", "and other countries and")),
)
@settings(deadline=None)
def test_a_list_of_countries_loses_no_member(codes: list[str], last: str) -> None:
    names = [NAMES[code] for code in codes]
    text = (
        f"Exports from Japan to {names[0]}, {names[1]} {last} {names[2]} were $5 billion in 2024."
    )
    claims = draft(article_of(text, date="2026-01-20")).claims
    if last == "and":
        assert [claim.keys["importer"] for claim in claims] == ["+".join(codes)]
    else:
        assert claims == ()
