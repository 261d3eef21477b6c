"""Names, goods, cue words and speakers of four languages, compiled once a language.

What names a speaker, who is said to have said it, names no side of trade.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.model.areas import areas
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LANGUAGES = ("en", "ru", "de", "zh")
NOWHERE = "?"
"""Stands for a region or a set of countries that is no area of ours: Europe, the West."""

_FOLDER = Path(__file__).parent
_NAMES = (
    *("code", "en", "en_adjective", "ru", "ru_adjective", "de", "de_adjective", "zh"),
    "zh_short",
)
# Longer endings are tried by backtracking, as each pattern must end at the end of a word.
_NOUN_ENDING = {
    "ru": r"(?:а|я|и|ы|е|у|ю|ой|ей|ею|ом|ем|ём|й|ью|ь|ами|ам|ах|ями|ях|ям)?",
    "de": "s?",
    "en": "",
    "zh": "",
}
_ADJECTIVE_ENDING = {
    "ru": (
        r"(?:ий|ый|ой|ая|яя|ое|ее|ие|ые|ого|его|ому|ему|ую|юю|ими|им|ым|ыми|их|ых|ом|ем|ей"
        r"|о(?=[-–]))"
    ),
    "de": "(?:e[nrsm]?)?",
    "en": "",
}
_PLAIN_NAME = re.compile(r"[^\W\d_][\w' -]{3,}")


@dataclass(frozen=True)
class Entry:
    """What a pattern stands for: a code or cue, its form or certainty, and a title.

    `written` is the pattern with its flags, `starts` are the letters that each of its words begins
    with; empty where any may.
    """

    value: str
    form: str
    written: tuple[str, re.RegexFlag]
    title: str = ""
    starts: frozenset[str] = frozenset()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern, compiled where a text may have it: few of hundreds."""
        return re.compile(*self.written)


def bounded(pattern: str, language: str, *, exact: bool = False) -> re.Pattern[str]:
    """Compile a pattern that begins and ends with a word; Chinese has no spaces between words."""
    return re.compile(*_bounded(pattern, language, exact=exact))


def _bounded(pattern: str, language: str, *, exact: bool = False) -> tuple[str, re.RegexFlag]:
    flags = re.NOFLAG if exact else re.IGNORECASE
    if language == "zh":
        return f"(?:{pattern})", flags
    # Not \b: that needs a letter or digit at both ends, and patterns may end in a sign.
    return rf"(?<![\w])(?:{pattern})(?!\w)", flags


@cache
def area_words(language: str) -> tuple[Entry, ...]:
    """Return the patterns of names (form ``noun``) and adjectives (``adj``) of areas."""
    found: list[Entry] = []
    for row in read_table(_FOLDER / "names.csv", _NAMES):
        noun, adjective = row[language], row.get(f"{language}_adjective", "")
        for form, words, endings in (
            ("noun", noun, _NOUN_ENDING),
            ("adj", adjective, _ADJECTIVE_ENDING),
        ):
            if words:
                pattern = _alternatives(words, "" if language == "zh" else endings[language])
                starts = _starts(words.split(";"), language)
                found.append(
                    Entry(row["code"], form, _name(pattern, language, form), starts=starts)
                )
    if language == "en":
        found += _other_areas({entry.value for entry in found})
    return tuple(found)


def areas_begun_in(text: str, language: str) -> list[Entry]:
    """Return the areas of which a word of a text has the first letters: few of all."""
    begun = {word[: _LETTERS[language]].lower() for word in _words(text, language)}
    return [
        entry
        for entry in area_words(language)
        if not entry.starts or not begun.isdisjoint(entry.starts)
    ]


_LETTERS = {"en": 2, "ru": 2, "de": 2, "zh": 1}


def _words(text: str, language: str) -> Iterable[str]:
    # Chinese has no spaces: a name may begin with any sign.
    return text if language == "zh" else re.findall(r"\w+", text)


def _starts(names: Sequence[str], language: str) -> frozenset[str]:
    found = {name[: _LETTERS[language]].lower() for name in names}
    # "(?:" and the like begin a pattern, and no word.
    return frozenset(found) if all(one.isalpha() for one in found) else frozenset()


@cache
def short_names() -> dict[str, str]:
    """Return the areas of Chinese one-character abbreviations."""
    rows = read_table(_FOLDER / "names.csv", _NAMES)
    return {row["zh_short"]: row["code"] for row in rows if row["zh_short"]}


@cache
def goods_words(language: str) -> tuple[Entry, ...]:
    """Return the patterns of goods; the form is the certainty, ``sure`` or ``likely``."""
    columns = ("goods", "certainty", "title", *LANGUAGES)
    return tuple(
        Entry(
            row["goods"],
            row["certainty"],
            _goods(row[language], language),
            row["title"],
        )
        for row in read_table(_FOLDER / "goods.csv", columns)
        if row[language]
    )


@cache
def cue_words(language: str) -> dict[tuple[str, str], re.Pattern[str]]:
    """Return the patterns of cues by kind and value."""
    return {
        (row["kind"], row["value"]): bounded(row[language], language)
        for row in read_table(_FOLDER / "cues.csv", ("kind", "value", *LANGUAGES))
        if row[language]
    }


def _alternatives(words: str, ending: str) -> str:
    """Join alternatives; abbreviations and phrases with a wild part take no ending."""
    parts = [
        part if part.isupper() or part.startswith("(?:") else part + ending
        for part in words.split(";")
    ]
    # Longest first: Chinese patterns have no end of a word that would force the longer one.
    return "|".join(sorted(parts, key=len, reverse=True))


def _name(pattern: str, language: str, form: str) -> tuple[str, re.RegexFlag]:
    """Names keep their capital, so that "us" is not the United States; adjectives need none."""
    exact = form == "noun" or language == "en"
    if language == "de":  # "US-Exporte", "deutsch-russischer"
        flags = re.NOFLAG if exact else re.IGNORECASE
        return rf"(?<![\w])(?:{pattern})(?![A-Za-zäöüß])", flags
    return _bounded(pattern, language, exact=exact)


def _goods(words: str, language: str) -> tuple[str, re.RegexFlag]:
    """Goods may be the first part of a German word: Chipexporte."""
    pattern = "|".join(words.split(";"))
    if language != "de":  # "non-oil exports" are no exports of oil
        apart = pattern if language == "zh" else rf"(?<!-)(?:{pattern})"
        return _bounded(apart, language)
    joined = r"(?=-?(?:export|import|ausfuhr|einfuhr|liefer|handel))"
    return rf"(?<!\w)(?:{pattern})(?:(?!\w)|{joined})", re.IGNORECASE


def _other_areas(known: set[str]) -> list[Entry]:
    """Return the names and adjectives of the areas that names.csv leaves out."""
    adjectives: dict[str, set[str]] = {}
    found: list[Entry] = []
    for area in areas():
        if area.code in known or area.kind not in ("country", "territory"):
            continue
        # Not "Bonaire, Sint Eustatius and Saba": its parts would be read one by one.
        if _PLAIN_NAME.fullmatch(area.name):
            name = _bounded(re.escape(area.name), "en", exact=True)
            found.append(Entry(area.code, "noun", name, starts=_starts([area.name], "en")))
        if area.adjective:
            adjectives.setdefault(area.adjective, set()).add(area.code)
    for word, codes in adjectives.items():
        if len(codes) == 1:  # "Congolese" is of two countries
            name = _bounded(re.escape(word), "en", exact=True)
            found.append(Entry(codes.pop(), "adj", name, starts=_starts([word], "en")))
    return found


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
    # The points of "U.S." end no name.
    "{name}": r"(?P<who>(?:[^,;:.«»\"“”]|(?<=\b[A-Z])\.(?=[A-Z]\.| [A-Z])){2,90}?)",
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
    names = (entry for entry in areas_begun_in(who, language) if entry.form == "noun")
    return text[match.end() :].lstrip().startswith(("its ", "it ")) and any(
        entry.pattern.fullmatch(who) for entry in names
    )
