"""Words and signs of English number phrases, as patterns; what they mean is in `says`.

Patterns are tried longest match first, on text in lower case with one kind of space and one kind
of minus.
"""

from __future__ import annotations

import re

__all__ = ["CURRENCIES", "NUMBER_WORDS", "NUMERAL", "PATTERNS", "ROUND_WORDS", "normalised"]

ROUND_WORDS = 0.1
"""How far a word such as "half", "nearly" or "about" may be off, as a part of the number."""

CURRENCIES = ("USD", "CNY", "EUR", "RUB")

_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2008\u2009\u200a\u202f\t\n"), " ")
_MINUSES = dict.fromkeys(map(ord, "\u2212\u2012\u2013\u2014\u2010\u2011\ufe63\uff0d"), "-")

# 1,630.5 · 1 630 · 1630.5 · 1,63 (a comma that cannot group thousands is a decimal comma)
NUMERAL = r"\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?(?!\d)|\d+\.\d+|\d+,\d{1,2}(?!\d)|\d+|\.\d+"

_COUNTED = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBER_WORDS = {word: float(number) for number, word in enumerate(_COUNTED)} | {
    word: 10.0 * tens for tens, word in enumerate(_TENS, start=2)
}

_FELL = (
    r"fell|falls?|fallen|down|lower|less|fewer|dropp?(?:ed|s)?|declin(?:ed|es|e)|"
    r"decreas(?:ed|es|e)|lost|loss|shrank|contract(?:ed|ion)|reduction|slipped|slid|slump(?:ed)?|"
    r"plung(?:ed|e)|plummeted|tumbled|sank|dipped|edged down|deficit"
)
_ROSE = (
    r"rose|rises?|risen|up|higher|more|gr(?:ew|own|owth)|increas(?:ed|es|e)|gain(?:ed|s)?|"
    r"jump(?:ed)?|climbed|surg(?:ed|e)|soared|leapt|leaped|expanded|edged up|surplus"
)
_LARGER = r"as (?:much|many|large|big|high)(?: as)?|(?:larger|bigger|higher|greater|more)(?: than)?"
_SMALLER = r"as (?:small|low|few|little)(?: as)?|(?:smaller|lower|less|fewer)(?: than)?"
_ALIKE = (
    r"comparable(?: (?:to|with))?|similar(?: to)?|on a par(?: with)?|"
    r"about the same(?: as)?|the same(?: as)?|equal(?: to)?"
)
_SLIGHTLY = r"slightly|a (?:little|bit|shade)|marginally"
_FAR = r"(?:well |far )?"
_OVER = (
    rf"{_FAR}(?:more than|greater than|above|over)|in excess of|exceed(?:s|ed|ing)?|"
    r"upwards? of|>"
)
_ABOUT = (
    r"about|around|in the region of|roughly|approximately|approx\.?|some|circa|ca\.?|c\.|"
    r"or so|~|≈"
)
_LARGE = r"thousand|million|billion|trillion"
_POINTS = r"percentage points?|per ?cent points?|pct points?|%-points?|p\.p\.?|pp|points?"

# (pattern, what it stands for: kind and value); the kinds are read by `says`
PATTERNS: tuple[tuple[str, tuple[str, object]], ...] = (
    (r"not more than|no more than|at most|up to|as much as|<=|≤", ("relation", "at_most")),
    (r"not less than|no less than|no fewer than|at least|>=|≥", ("relation", "at_least")),
    (r"or less|or fewer", ("relation", "at_most")),
    (r"or more", ("relation", "at_least")),
    (rf"(?:just|{_SLIGHTLY}) (?:more than|over|above)", ("relation", "just_over")),
    (
        rf"(?:just|{_SLIGHTLY}) (?:less than|under|below)|nearly|almost|close to|approaching",
        ("relation", "nearly"),
    ),
    (_OVER, ("relation", "more_than")),
    (rf"{_FAR}(?:less than|fewer than|below|under)|<", ("relation", "less_than")),
    (_ABOUT, ("relation", "about")),
    (rf"(?:roughly |broadly |about |largely )?(?:{_ALIKE})", ("comparable", None)),
    (r"between|from", ("opens", None)),
    (r"to|and|-", ("range", None)),
    (r"minus", ("sign", -1)),
    (r"plus", ("sign", 1)),
    (rf"(?:a |an )?(?:{_FELL})(?: (?:by|of))?", ("moved", -1)),
    (rf"(?:a |an )?(?:{_ROSE})(?: (?:by|of))?", ("moved", 1)),
    # "a trillion" and "half a trillion" are round by nature, as "half" is
    (rf"an? (?={_LARGE})", ("round", 1.0)),
    (rf"half an? (?={_LARGE})", ("round", 0.5)),
    (r"half a (?=percentage point)", ("round", 0.5)),
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
    (rf"(?:times|-?fold|x)(?: (?:{_LARGER}))?|a factor of", ("unit", "ratio")),
    (rf"(?:times|-?fold|x) (?:{_SMALLER})", ("unit", "inverse")),
    (r"metric tons?|tonnes?|tons?|t", ("unit", "t")),
    (r"(?:a|per|every|each) month|monthly|/ ?month", ("per", "month")),
    (r"(?:a|per|every|each) year|yearly|annually|annual|/ ?year", ("per", "year")),
    (r"two[- ]thirds", ("fraction", 2 / 3)),
    (r"three[- ]quarters", ("fraction", 0.75)),
    (r"(?:a |one )?half", ("fraction", 0.5)),
    (r"(?:a |one[- ])third", ("fraction", 1 / 3)),
    (r"(?:a |one[- ])quarter", ("fraction", 0.25)),
    (r"(?:a |one[- ])fifth", ("fraction", 0.2)),
    (r"two[- ]fifths", ("fraction", 0.4)),
    (r"three[- ]fifths", ("fraction", 0.6)),
    (r"four[- ]fifths", ("fraction", 0.8)),
    (r"(?:a |one[- ])sixth", ("fraction", 1 / 6)),
    (r"(?:an |one[- ])eighth", ("fraction", 0.125)),
    (r"(?:a |one[- ])tenth", ("fraction", 0.1)),
    (r"doubled?|twice", ("multiple", 2.0)),
    (r"tripled?|trebled?", ("multiple", 3.0)),
    (r"quadrupled?", ("multiple", 4.0)),
    (r"quintupled?", ("multiple", 5.0)),
    (r"(?:was |were )?(?:halved|cut in half)", ("multiple", 0.5)),
    (r"year[- ]on[- ]year|y/y|yoy|than a year (?:earlier|before)", ("filler", None)),
    (r"in the range of|exactly|a record|record|an average of", ("filler", None)),
    (r"an?|the|of|by|in|total|worth|value", ("filler", None)),
)


def normalised(text: str) -> str:
    """Return the text in lower case with plain spaces and plain minuses."""
    plain = text.translate(_SPACES).translate(_MINUSES).lower()
    return re.sub(r" +", " ", plain).strip().rstrip(".")
