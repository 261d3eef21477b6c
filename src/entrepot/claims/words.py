"""Words and signs of English number phrases, as patterns; what they mean is in `says`.

Patterns are tried longest match first, on text in lower case with one kind of space and one kind
of minus.
"""

from __future__ import annotations

import re

__all__ = ["CURRENCIES", "NUMBER_WORDS", "NUMERAL", "PATTERNS", "normalised"]

CURRENCIES = ("USD", "CNY", "EUR", "RUB")

_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2008\u2009\u200a\u202f\t\n"), " ")
_MINUSES = dict.fromkeys(map(ord, "\u2212\u2012\u2013\u2014\u2010\u2011\ufe63\uff0d"), "-")

# 1,630.5 · 1 630 · 1630.5 · 1,63 (a comma that cannot group thousands is a decimal comma)
NUMERAL = r"\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?(?!\d)|\d+\.\d+|\d+,\d{1,2}(?!\d)|\d+|\.\d+"

_COUNTED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBER_WORDS = {word: float(number) for number, word in enumerate((*_COUNTED, "eleven", "twelve"))}

_FELL = (
    r"fell|falls?|down|dropp?(?:ed|s)?|declin(?:ed|es|e)|decreas(?:ed|es|e)|minus|lost|shrank|"
    r"contract(?:ed|ion)|reduction"
)
_ROSE = r"rose|rises?|up|gr(?:ew|owth)|increas(?:ed|es|e)|gain(?:ed|s)?|plus|jumped|climbed"
_SIZE = (
    r"as (?:much|many|large|big|high|small|low)(?: as)?|"
    r"(?:larger|bigger|higher|greater|more|smaller|lower|less|fewer)(?: than)?"
)
_ALIKE = (
    r"comparable(?: (?:to|with))?|similar(?: to)?|on a par(?: with)?|"
    r"about the same(?: as)?|the same(?: as)?|equal(?: to)?"
)
_POINTS = r"percentage points?|per ?cent points?|pct points?|%-points?|p\.p\.|pp|points?"

# (pattern, what it stands for: kind and value); the kinds are read by `says`
PATTERNS: tuple[tuple[str, tuple[str, object]], ...] = (
    (r"not more than|no more than|at most|up to|as much as|<=|≤", ("relation", "at_most")),
    (r"not less than|no less than|no fewer than|at least|>=|≥", ("relation", "at_least")),
    (r"just over|slightly (?:more than|over|above)", ("relation", "just_over")),
    (
        r"just under|slightly (?:less than|under|below)|nearly|almost|close to|approaching",
        ("relation", "nearly"),
    ),
    (
        r"more than|greater than|in excess of|exceed(?:s|ed|ing)?|upwards? of|above|over|>",
        ("relation", "more_than"),
    ),
    (r"less than|fewer than|below|under|<", ("relation", "less_than")),
    (
        r"about|around|roughly|approximately|approx\.?|some|circa|ca\.?|c\.|or so|~|≈",
        ("relation", "about"),
    ),
    (rf"(?:roughly |broadly |about |largely )?(?:{_ALIKE})", ("comparable", None)),
    (r"between|from", ("opens", None)),
    (r"to|and|-", ("range", None)),
    (rf"(?:a |an )?(?:{_FELL})(?: (?:by|of))?", ("sign", -1)),
    (rf"(?:a |an )?(?:{_ROSE})(?: (?:by|of))?", ("sign", 1)),
    (r"thousand|k", ("scale", 1e3)),
    (r"millions?|mln|mn|m", ("scale", 1e6)),
    (r"billions?|bln|bn|b", ("scale", 1e9)),
    (r"trillions?|trln|trn|tn", ("scale", 1e12)),
    (r"us\$|u\.s\. dollars?|us dollars?|dollars?|usd|\$", ("currency", "USD")),
    (r"cn¥|chinese yuan|yuan|renminbi|rmb|cny", ("currency", "CNY")),
    (r"euros?|eur|€", ("currency", "EUR")),
    (r"russian rou?bles?|rou?bles?|rub|₽", ("currency", "RUB")),
    (_POINTS, ("unit", "points")),
    (r"per ?cent|pct\.?|%", ("unit", "percent")),
    (rf"(?:times|-?fold|x)(?: (?:{_SIZE}))?", ("unit", "ratio")),
    (r"metric tons?|tonnes?|tons?|t", ("unit", "t")),
    (r"(?:a|per|every|each) month|monthly|/ ?month", ("per", "month")),
    (r"(?:a|per|every|each) year|yearly|annually|annual|/ ?year", ("per", "year")),
    (r"two[- ]thirds", ("fraction", 2 / 3)),
    (r"three[- ]quarters", ("fraction", 0.75)),
    (r"(?:a |one )?half", ("fraction", 0.5)),
    (r"(?:a |one )third", ("fraction", 1 / 3)),
    (r"(?:a |one )quarter", ("fraction", 0.25)),
    (r"(?:a |one )fifth", ("fraction", 0.2)),
    (r"(?:a |one )tenth", ("fraction", 0.1)),
    (r"doubled?|twice", ("multiple", 2.0)),
    (r"tripled?|trebled?", ("multiple", 3.0)),
    (r"quadrupled?", ("multiple", 4.0)),
    (r"quintupled?", ("multiple", 5.0)),
    (r"halved", ("multiple", 0.5)),
    (r"the|of|by|in|a total|total|worth|value", ("filler", None)),
)


def normalised(text: str) -> str:
    """Return the text in lower case with plain spaces and plain minuses."""
    plain = text.translate(_SPACES).translate(_MINUSES).lower()
    return re.sub(r" +", " ", plain).strip().rstrip(".")
