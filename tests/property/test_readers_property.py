"""Whatever a reader of others answers, a draft comes of it, and only of what the text has."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from entrepot.claims import parse_document
from entrepot.claims.accepted import accepted
from entrepot.claims.draft import article_of, as_yaml

SENTENCE = "What Germany bought from Brazil was worth 9.1 billion euros in 2024."
ARTICLE = article_of(f"{SENTENCE} Peru's exports to China rose by 3.3 % in 2023.")
KEYS = ("quote", "says", "value", "growth", "change", "ratio", "sum", "rank", "attributed_to", "id")
INNER = ("exporter", "importer", "period", "base", "goods", "of", "to", "currency", "flow")
WORDS = st.sampled_from(
    (SENTENCE, "9.1 billion euros", "3.3 %", "DEU", "BRA", "PER", "CHN", "2024", "2023", "all", "")
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER), inner, max_size=5)
    ),
    max_leaves=8,
)
ITEMS: st.SearchStrategy[Any] = VALUES | st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6)


@given(st.lists(ITEMS, max_size=4))
def test_any_answer_makes_a_draft_that_a_claims_file_takes(answer: list[Any]) -> None:
    found = accepted(ARTICLE, answer)
    for one in found.claims:
        assert one.quote in ARTICLE.text
        assert ARTICLE.text[slice(*one.place)] in one.quote
    assert len(parse_document(as_yaml(found)).claims) == len(found.claims)
