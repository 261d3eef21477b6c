"""Whose statistics a number is of, by the name that is quoted or by the words of a sentence."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.model.areas import WORLD, areas, stopped_in
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from entrepot.model.period import Period
    from entrepot.sources.published.row import Published

# Words that many names share, by their first four letters: institute, economic, policy ...
_GENERIC = frozenset(
    (
        *("inst", "econ", "poli", "cent", "rese", "univ", "inte", "trad", "labo", "stud"),
        *("foun", "repo", "bank", "mini", "nati", "stat", "offi", "agen", "serv", "fede"),
        *("bure", "comm", "worl", "fund", "deve", "asso", "depa", "grou", "coun"),
    )
)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    rows = read_table(Path(__file__).with_suffix(".csv"), ("what", "pattern"))
    return {row["what"]: re.compile(row["pattern"], re.IGNORECASE) for row in rows}


def publisher_of(name: str) -> str:
    """Return the area whose statistics an office that is quoted keeps; empty if it is not known.

    Examples
    --------
    >>> publisher_of("Eurostat"), publisher_of("a newspaper")
    ('EU27', '')
    """
    found = {office.partition(".")[0] for office in _offices(name)}
    return found.pop() if len(found) == 1 else ""


def _offices(name: str) -> list[str]:
    """Return the offices that a name in any language names: an area, and which of several."""
    found = [what for what, pattern in _patterns().items() if name and pattern.search(name)]
    found = [what for what in found if what not in ("bought", "sold")]
    if not _CUSTOMS.search(name):
        return found
    # Several countries have a "General Administration of Customs": the country tells which.
    named = _areas_in(name)
    if not named:
        return found
    others = [what for what in found if what not in _OF_CUSTOMS or what in named]
    return list(dict.fromkeys([*others, *named]))


_OF_CUSTOMS = ("CHN", "RUS")
"""Whose customs have a name of their own in the table."""
_CUSTOMS = re.compile(r"\bcustoms\b|таможен|таможн|\bzoll|海关|海關", re.IGNORECASE)


def _areas_in(name: str) -> dict[str, None]:
    """Return the areas that a name in any language has, by adjective too."""
    from entrepot.claims.draft.lexicon import LANGUAGES, areas_begun_in

    return {
        entry.value: None
        for language in LANGUAGES
        for entry in areas_begun_in(name, language)
        if entry.pattern.search(name)
    }


def by_words(quote: str, says: str, exporter: str, importer: str, period: Period) -> str:
    """Return the side whose statistics a sentence means, empty where its words do not tell.

    What is imported is counted by the importer, what is exported by the exporter. Of several words
    the one nearest before the number counts. Once a side has stopped to publish, a number can only
    be of the other's.

    Examples
    --------
    >>> from entrepot.model.period import Period
    >>> text = "A's imports from B were $438.9 billion."
    >>> by_words(text, "$438.9 billion", "B", "A", Period.parse("2024"))
    'A'
    """
    patterns = _patterns()
    place = quote.find(says) if says else -1
    words = [(m.start(), importer) for m in patterns["bought"].finditer(quote)]
    words += [(m.start(), exporter) for m in patterns["sold"].finditer(quote)]
    if not words or WORLD in (exporter, importer):
        return ""
    before = [word for word in words if word[0] < place]
    side = max(before)[1] if before else min(words)[1]
    if stopped_in(side.split("+"), period):
        return importer if side == exporter else exporter
    return side


def is_own(names: str, row: Published) -> bool:
    """Whether a published figure is of the source named, to whichever detail either is named."""
    return bool(names) and _same_source(names, row.origin, row.origin_words)


@cache
def _same_source(names: str, origin: str, words: str) -> bool:
    if re.search(rf"\b{re.escape(origin)}\b", names, re.IGNORECASE):
        return True
    offices = _offices(names)
    return (len(offices) == 1 and offices == _offices(origin)) or _same_name(names, words)


def _same_name(one: str, other: str) -> bool:
    """Whether the words of one name stand in the other: all, or those that tell names apart."""
    first, second = _stems(one), _stems(other)
    if not first - _GENERIC or not second - _GENERIC:  # "World Bank" has no word of its own
        words = [" ".join(re.findall(r"\w{3,}", text.lower())) for text in (one, other)]
        return any(a.removeprefix("the ") in b for a, b in (words, words[::-1]) if a)
    if first <= second or second <= first:
        return True
    first, second = first - _GENERIC, second - _GENERIC
    shared = (first & second) - _of_areas()
    # One must contain the other: "Kiel Institute" and "Kiel Institute for the World Economy".
    return bool(shared) and (first <= second or second <= first)


def _stems(text: str) -> frozenset[str]:
    words = re.findall(r"\w{3,}", text.lower())
    # Four letters stand in for a stem: "Statistics" and "Statistical" are one.
    return frozenset(word[:4] for word in words if word not in ("the", "and", "for"))


@cache
def _of_areas() -> frozenset[str]:
    """Return how names of areas begin: two offices of one country are two sources."""
    return frozenset().union(*(_stems(area.name) for area in areas()))
