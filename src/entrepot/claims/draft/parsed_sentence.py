"""A sentence taken apart: its speaker, numbers, areas, goods, flows and times."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from entrepot.claims.draft.areas import areas_in, shortened
from entrepot.claims.draft.flows import BALANCES, Context, Flow, completed, flows_of
from entrepot.claims.draft.lexicon import MASK, areas_begun_in, attributed, cue_words, masked
from entrepot.claims.draft.marks import Marks, codes_in, marks
from entrepot.claims.draft.times import Timing, timing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.draft.sentences import Mark, Sentence
    from entrepot.claims.numbers import Span
    from entrepot.model.period import Period

_BEFORE = {"en": r"\s*(?:annual |nominal )?", "ru": r"\s+", "de": r"\s*", "zh": "的?"}
_BEHIND = {
    "en": r"\s+of\s+(?:the\s+)?",
    "ru": r"\s+",
    "de": r"\s+(?:(?:von|der|des)\s+)?",
    "zh": r"(?!)",
}
_OF = {
    "en": r"\s+of\s+(?:the\s+)?(?:annual |nominal )?",
    "ru": r"\s*(?:от\s+)?(?:его |её |ее |их )?",
    "de": r"\s*(?:des|der|vom|von)?\s*",
    "zh": r"(?!)",
}
_SIDED = ("of", "adj")


@dataclass(frozen=True, slots=True)
class GdpMention:
    """Words for gross domestic product, and whose it is: a code, ``its``, or empty if not said.

    Attributes
    ----------
    start, end
        With the name of the owner.
    whose
        Place of that name.
    """

    start: int
    end: int
    owner: str
    whose: tuple[int, int]


def gdp_mentions(text: str, language: str) -> tuple[GdpMention, ...]:
    """Return what a sentence says of gross domestic product."""
    words = list(cue_words(language)[("gdp", "")].finditer(text))
    if not words:
        return ()
    areas = areas_in(text, language, [], [])
    return tuple(_product(word, areas, text, language) for word in words)


def _product(word: re.Match[str], areas: Sequence[Mark], text: str, language: str) -> GdpMention:
    for area in areas:
        ahead = area.end <= word.start() and (language == "zh" or area.form in _SIDED)
        if ahead and re.fullmatch(_BEFORE[language], text[area.end : word.start()]):
            return GdpMention(area.start, word.end(), area.value, (area.start, area.end))
        behind = area.start >= word.end()
        if behind and re.fullmatch(_BEHIND[language], text[word.end() : area.start]):
            return GdpMention(word.start(), area.end, area.value, (area.start, area.end))
    for its in cue_words(language)[("its", "")].finditer(text, 0, word.start()):
        if not text[its.end() : word.start()].strip():
            return GdpMention(its.start(), word.end(), "its", (its.start(), its.start()))
    return GdpMention(word.start(), word.end(), "", (word.start(), word.start()))


def without_owners(text: str, products: tuple[GdpMention, ...]) -> str:
    """Return a sentence in which whose product it is cannot be taken for a side of trade."""
    for product in products:
        text = masked(text, *product.whose)
    return text


@dataclass(frozen=True)
class ParsedSentence:
    """A sentence taken apart, as its numbers are read from it.

    Attributes
    ----------
    text
        The sentence; speakers and numbers are masked.
    flows
        In the order of the sentence, sides filled in where that is sure.
    products
        What it says of gross domestic product.
    unnamed
        The sentence with its numbers and without Chinese names: what its times are read from.
    """

    sentence: Sentence
    text: str
    attributed_to: str
    numbers: tuple[Span, ...]
    found: Marks
    flows: tuple[Flow, ...]
    timing: Timing
    context: Context
    products: tuple[GdpMention, ...] = ()
    unnamed: str = ""

    @property
    def language(self) -> str:
        """Language of the sentence."""
        return self.sentence.language

    def between(self, start: int, end: int) -> str:
        """Return the words between two places."""
        return self.text[start:end]


def parse_sentence(
    sentence: Sentence, spans: Sequence[Span], context: Context, published: Period | None
) -> ParsedSentence:
    """Return a sentence with its marks, flows and times."""
    apart = _marked(sentence, tuple(spans))
    when = timing(apart.unnamed, sentence.language, published, context.period)
    flows = completed(apart.flows, context, apart.found)
    return replace(apart, flows=tuple(flows), timing=when, context=context)


@lru_cache(maxsize=512)
def _marked(sentence: Sentence, spans: tuple[Span, ...]) -> ParsedSentence:
    """Return a sentence with what its own words say; both ways of reading begin with it."""
    # Masked in turn: speakers, numbers, owners of GDP. None of them may be read as a side or goods.
    speaker, text = attributed(sentence.plain, sentence.language)
    numbers = tuple(span for span in spans if MASK not in text[span.start : span.end])
    # Before numbers are masked: times are made of digits.
    unnamed = _without_names(text, sentence.language)
    for code in codes_in(text):  # "HS 2009" is no year
        unnamed = masked(unnamed, code.start, code.end)
    for span in numbers:
        text = masked(text, _after_balance(text, span, sentence.language), span.end)
    products = gdp_mentions(text, sentence.language)
    text = without_owners(text, products)
    found = marks(text, sentence.language)
    flows = tuple(flows_of(text, sentence.language, found))
    none = Timing(text, (), (), ())
    return ParsedSentence(
        sentence, text, speaker, numbers, found, flows, none, Context(), products, unnamed
    )


def _without_names(text: str, language: str) -> str:
    """Return the text without Chinese names: 2024年中国 and 2024年中俄贸易 are not its middle."""
    if language != "zh":
        return text
    # Found before full names are masked, since it looks at the words around.
    short = shortened(text)
    for entry in areas_begun_in(text, language):
        text = entry.pattern.sub(lambda match: MASK * len(match[0]), text)
    for mark in short:
        text = masked(text, mark.start, mark.end)
    return text


def _after_balance(text: str, span: Span, language: str) -> int:
    """Return where a number begins behind "a deficit of", which is a flow that has to be read."""
    words = [cue_words(language)[("flow", kind)] for kind in BALANCES]
    ends = [match.end() for word in words for match in word.finditer(text, span.start, span.end)]
    return max(ends, default=span.start)
