"""Lists of areas: which belong together, and members that are no area known here."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from entrepot.claims.draft.lexicon import NOWHERE, cue_words
from entrepot.claims.draft.mark import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COMMAS", "goes_on_to_and", "others_in"]

COMMAS = (",", "、")
_SOME = (
    "other|its|their|the|several|some|many|most|all|various|neighbou?ring|elsewhere|beyond|a|an|one"
)
_LANDS = "countries|states|nations|economies|markets|partners|neighbou?rs|republics|members|places"
_OTHERS = {
    "en": re.compile(
        rf",? (?:and|or|as well as) ((?:(?:{_SOME}|\w+)\s+){{0,3}}(?:{_LANDS})|elsewhere|others"
        r"|(?:the )?rest of)"
    ),
    "ru": re.compile(
        r",? (?:и|или|а также) ((?:[а-яё]+ ){0,3}(?:стран[а-я]*|государств[а-я]*|партн[её]р[а-я]*"
        r"|республик[а-я]*|рынк[а-я]+|сосед[а-я]+)|друг(?:ие|их|ими))(?!\w)"
    ),
    "de": re.compile(
        r",? (?:und|oder|sowie) ((?:[\wäöüß]+ ){0,3}(?:Länder[n]?|Staaten|Märkte[n]?|Nachbar[a-z]*"
        r"|Republiken|Partner[n]?)|anderswo|andere[n]?)\b"
    ),
    "zh": re.compile("(等(?:国|地|多国|国家|地区|经济体|[一二三四五六七八九十]国))"),
}
_MONTHS = r"(?:January|February|March|April|June|July|August|September|October|November|December)\b"
_STRANGER = {
    "en": re.compile(rf"(?:,|,? and|,? or) ((?!{_MONTHS})[A-Z][a-zé]{{3,}})(?=,| and\b| or\b)"),
    "ru": re.compile(r"(?:,|,? и) ([А-ЯЁ][а-яё]{3,})(?=,| и )"),
}
"""A name in the middle of a list."""
_LAST = {
    "en": re.compile(rf",? and ((?!{_MONTHS})[A-Z][a-zé]{{3,}})"),
    "ru": re.compile(r",? и ([А-ЯЁ][а-яё]{3,})"),
    "de": re.compile(r" und ([A-ZÄÖÜ][a-zäöüß]+(?:land|ien|stan|reich|ei))\b"),
}
"""The name at the end of one."""


def goes_on_to_and(marks: Sequence[Mark], text: str, language: str) -> bool:
    """Whether only commas part the first mark from an "and" between two marks.

    In Chinese the comma of a list (、) needs none.
    """
    words = cue_words(language)[("and", "")]
    first = marks[0]
    if language == "zh" and text[: first.start].endswith("、"):
        return True
    for one, other in pairwise(marks):
        gap = text[one.end : other.start].strip().removesuffix(" the")
        if words.fullmatch(gap.removeprefix(",").strip()):
            return True
        if gap not in COMMAS:
            return False
    return False


def others_in(text: str, language: str, areas: Sequence[Mark]) -> list[Mark]:
    """Return what stands in a list behind an area and is none: "Russia and other countries"."""
    found: list[Mark] = []
    known = [(area.start, area.end) for area in areas]
    patterns = [_OTHERS[language], *(by[language] for by in (_STRANGER, _LAST) if language in by)]
    for area in areas:
        for pattern in patterns:
            match = pattern.match(text, area.end)
            if match and not any(s < match.end(1) and match.start(1) < e for s, e in known):
                found.append(Mark("area", NOWHERE, "noun", match.start(1), match.end(1)))
    return found
