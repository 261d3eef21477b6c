"""Who is said to have said it; what names a speaker names no side of trade."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.claims.draft.lexicon import area_words, cue_words
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

MASK = "▮"
"""Stands in a sentence for what must not be read again, sign by sign."""

_SAID = (
    "said|says|say|reported|reports|report|estimates|estimated|calculated|calculates|wrote|writes|"
    "announced|found|finds|noted|showed|shows|show|puts|put"
)
_GERMAN_VERB = (
    "sank|sanken|stieg|stiegen|fiel|fielen|betrug|betrugen|erreicht|erreichte|erreichten|lieferte|"
    "lieferten|importierte|exportierte|wuchs|wuchsen|ging|gingen|lag|lagen|kam|kamen|entfiel|"
    "entfielen|belief|machte|machten|bezog|kaufte|hat|haben|ist|sind|wurde|wurden|nahm|nahmen|war|"
    "waren|summierte|beliefen|stammt|stammte|stammten|verkaufte|führte|schrumpfte|schrumpften|legte"
)
_PARTS = {
    "{said}": _SAID,
    "{verb}": _GERMAN_VERB,
    "{name}": r"(?P<who>[^,;:.«»\"“”]{2,90}?)",
    "{capital}": r"(?P<who>(?:the (?=\w))?(?:(?<=the )\w|[A-ZÄÖÜА-ЯЁ])[^,;:«»\"“”]{1,80}?)",
    "{end}": r"(?=\s*(?:[,;:]|[.!?]?$|\s[—–]\s))",
}
_ARTICLE = re.compile(r"^(?:the|der|des|die|dem|das) ", re.IGNORECASE)
_WHEN = re.compile(r"^(?:на|за|в|в начале)\s+(?:\d|январ|феврал|март|апрел|ма[йя]|июн|июл|август)")


def attributed(text: str, language: str) -> tuple[str, str]:
    """Return who is quoted, as printed, and the sentence with the speaker masked.

    Examples
    --------
    >>> attributed("Exports fell by 3 %, according to Chinese customs.", "en")[0]
    'Chinese customs'
    """
    names = list(_names(text, language))
    for match in names:
        # "China said its exports rose": the speaker is a side as well, and stays readable.
        if not _is_subject(match, text, language):
            text = masked(text, match.start(), match.end())
    speakers = dict.fromkeys(_ARTICLE.sub("", match["who"].strip()) for match in names)
    return " and ".join(speakers), text


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    rows = read_table(Path(__file__).with_name("speakers.csv"), ("language", "pattern"))
    found = []
    for row in rows:
        pattern = row["pattern"]
        for name, part in _PARTS.items():
            # Not str.format: the patterns are full of braces.
            pattern = pattern.replace(name, part)
        if row["language"] == language:
            found.append(re.compile(pattern))
    return tuple(found)


def masked(text: str, start: int, end: int) -> str:
    """Return the text with a part of it made unreadable, of the same length."""
    return text[:start] + MASK * (end - start) + text[end:]


def _names(text: str, language: str) -> Iterator[re.Match[str]]:
    end = -1
    for pattern in _patterns(language):
        for match in pattern.finditer(text):
            # Patterns overlap: the first of the table wins. "По данным на март" has no speaker.
            if match.start() >= end and not _WHEN.match(match["who"]):
                if any(char.isdigit() for char in match["who"]):
                    continue  # a clause with a number of its own is no name
                if _has_flow(match["who"], language):
                    continue  # "Die Exporte stiegen den Ergebnissen zufolge"
                end = max(end, match.end())
                yield match


def _has_flow(words: str, language: str) -> bool:
    """Whether words are more than a name: exports that rise, fall or "show a jump"."""
    if language == "en":
        return _ENGLISH_FLOW.search(words) is not None
    cues = cue_words(language)
    return language == "de" and any(
        cues[("flow", kind)].search(words) for kind in ("export", "import")
    )


_ENGLISH_FLOW = re.compile(r"\b(?:exports|imports|shipments|deliveries)\b", re.IGNORECASE)
"""No part of the name of an office, unlike "export" or "trade"."""


def _is_subject(match: re.Match[str], text: str, language: str) -> bool:
    """Whether the speaker is a country that the rest of the sentence is about."""
    who = _ARTICLE.sub("", match["who"].strip())
    names = (entry for entry in area_words(language) if entry.form == "noun")
    return text[match.end() :].lstrip().startswith(("its ", "it ")) and any(
        entry.pattern.fullmatch(who) for entry in names
    )
