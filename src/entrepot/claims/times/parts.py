"""Rules for parts of years and years: "the first eleven months", "Q1", "last year", "FY24"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from entrepot.claims.draft.sentences import Time
from entrepot.claims.numbers.text import Atom, atoms, plain
from entrepot.claims.numbers.tokens import lexicon
from entrepot.model.columns import read_table
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

_FEW = 3


@dataclass(frozen=True, slots=True)
class Part:
    """Months of a year, or a day; and the place behind."""

    first: int
    last: int
    after: int
    day: int = 0
    bare_month: bool = False


@dataclass(frozen=True, slots=True)
class Year:
    """A year, said (2025) or told from the day of publication (-1: last year)."""

    number: int
    said: bool
    after: int


def kind(words: Sequence[Word], at: int) -> str:
    """Return the kind of a word, empty beyond the end."""
    return words[at].kind if at < len(words) else ""


def skipped(words: Sequence[Word], at: int, *kinds: str) -> int:
    """Return the place behind a few words of these kinds."""
    last = at + _FEW
    while at < last and kind(words, at) in kinds:
        at += 1
    return at


def year(words: Sequence[Word], at: int) -> Year | None:
    """Read a year that starts at a place."""
    if kind(words, at) == "year_number":
        return Year(words[at].value, said=True, after=skipped(words, at + 1, "year_word"))
    if kind(words, at) == "year":
        return Year(words[at].value, said=False, after=at + 1)
    return None


def part(words: Sequence[Word], at: int) -> Part | None:
    """Read a part of a year that starts at a place: the longest there is."""
    rules = (_day, _months, _months_until, _first_months, _quarter, _half, _short)
    found = [result for rule in rules if (result := rule(words, at)) is not None]
    return max(found, key=lambda result: result.after, default=None)


def _months(words: Sequence[Word], at: int) -> Part | None:
    """Read "November", "January-November", "from January to November", "1至11月"."""
    here = skipped(words, at, "from")
    # 1至11月: the first number has no month sign of its own.
    numbered = kind(words, here) == "n" and kind(words, here + 2) == "month"
    if kind(words, here) != "month" and not (numbered and kind(words, here + 1) == "to"):
        return None
    first = words[here].value
    if kind(words, here + 1) == "to" and kind(words, here + 2) == "month":
        last = words[here + 2].value
        return Part(first, last, here + 3) if first <= last else None
    return None if here > at else Part(first, first, here + 1, bare_month=True)


_JOINING = ("and", "und", "и", "和", "/")
"""Words that may stand for a link, but not behind how many months: "in two months and March"."""


def months_until(words: Sequence[Word], at: int) -> tuple[int, int, int] | None:
    """Read "six months to June", "quarter to June": how many months, the last, the place behind."""
    here = at + 1 if kind(words, at) == "over" else at
    if kind(words, here) == "n" and kind(words, here + 1) == "months":
        count, link = words[here].value, here + 2
    elif kind(words, here) == "quarter" and here == at:
        count, link = 3, here + 1
    else:
        return None
    # "To March 5": up to a day.
    of_day = kind(words, link + 2) in ("n", "nth")
    until = kind(words, link) == "ending" or (
        kind(words, link) == "to" and words[link].text not in _JOINING
    )
    if not until or kind(words, link + 1) != "month" or of_day:
        return None
    return (count, words[link + 1].value, link + 2) if 2 <= count <= 12 else None


def _months_until(words: Sequence[Word], at: int) -> Part | None:
    """Read "the six months to June", where it is of one year."""
    count, last, after = months_until(words, at) or (0, 0, 0)
    return Part(last - count + 1, last, after) if 0 < count <= last else None


def _day(words: Sequence[Word], at: int) -> Part | None:
    """Read "January 14", "14 January", "14. Januar", "1月14日"."""
    here = at + 1
    if kind(words, at) == "month" and kind(words, here) in ("n", "nth"):
        day = words[here].value
        # "March 5 to 12", "January 2 to March": spans of days are not read here.
        if kind(words, here + 1) == "to" and kind(words, here + 2) in ("n", "month"):
            return None
        after = skipped(words, here + 1, "day_word")
        return Part(words[at].value, words[at].value, after, day)
    if kind(words, at) in ("n", "nth"):
        if kind(words, here) == "other" and words[here].text in (".", "st", "nd", "rd", "th"):
            here += 1
        if kind(words, here) == "month" and words[at].text[:1].isdecimal():
            return Part(words[here].value, words[here].value, here + 1, words[at].value)
    return None


_CHINESE_FIRST = ("前", "头", "首")
"""In front of a month they count: 前9月 is January to September."""
_BEFORE = ("此", "战", "之", "以", "目")
"""With 前 they are another word: 此前9月 is September, before that."""


def _first_months(words: Sequence[Word], at: int) -> Part | None:
    """Read "the first eleven months", "за 11 месяцев", "前11个月"; quarters the same way."""
    here = at
    if kind(words, here) == "over":
        here += 1
    first = kind(words, here) == "first" or (kind(words, here) == "nth" and words[here].value == 1)
    here = here + 1 if first else here
    if first and kind(words, here) == "month" and words[here - 1].text in _CHINESE_FIRST:
        if at and words[at - 1].end == words[at].start and words[at - 1].text.endswith(_BEFORE):
            return None
        return Part(1, words[here].value, here + 1) if words[here].value > 1 else None
    if here == at or kind(words, here) != "n":
        return None
    number, each = words[here].value, kind(words, here + 1)
    size = {"months": 1, "quarter": 3}.get(each, 0)
    if each == "quarter" and not first:
        return None
    # One month alone ("за 1 месяц") is any month, not January.
    if not size or not 1 <= number * size <= 12 or (number == 1 and each == "months"):
        return None
    return Part(1, number * size, here + 2)


def _quarter(words: Sequence[Word], at: int) -> Part | None:
    """Read "the first quarter", "1-й квартал", "第一季度"."""
    here = skipped(words, at, "rank")
    if kind(words, here) not in ("nth", "n") or kind(words, here + 1) != "quarter":
        return None
    number = words[here].value
    if words[here].kind == "n" and words[here].text.isalpha() and words[here].text < "\u3000":
        return None  # "three quarters" of something
    return Part(3 * number - 2, 3 * number, here + 2) if 1 <= number <= 4 else None


def _half(words: Sequence[Word], at: int) -> Part | None:
    if kind(words, at) not in ("nth", "n") or kind(words, at + 1) != "half":
        return None
    number = words[at].value
    return Part(6 * number - 5, 6 * number, at + 2) if number in (1, 2) else None


def _short(words: Sequence[Word], at: int) -> Part | None:
    """Read "Q1", "H1", and from one quarter to another."""
    size = {"q": 3, "h": 6}.get(kind(words, at), 0)
    if not size:
        return None
    first = last = words[at].value
    after = at + 1
    if kind(words, at + 1) == "to" and kind(words, at + 2) == words[at].kind:
        last, after = words[at + 2].value, at + 3
    return Part(size * (first - 1) + 1, size * last, after) if first <= last else None


# Text cut into words for times.


_PACKAGE = "entrepot.claims.times"
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_MEASURES = ("scale", "unit", "currency", "large")


@dataclass(frozen=True, slots=True)
class Word:
    """A word or numeral: its kind, its number, its place.

    Kinds beyond those of the lexicon: ``year_number``, ``n`` a whole number to 31, ``two_digits``,
    ``dotted`` a day written 14.01.2026, ``other``.
    """

    kind: str
    value: int
    text: str
    start: int
    end: int


def words_of(text: str, language: str) -> list[Word]:
    """Return the words of a text, as far as they matter for times."""
    found = atoms(plain(text))
    known = lexicon(language, _PACKAGE)
    kept: list[Word] = []
    at = 0
    while at < len(found):
        hit = known.longest(found, at)
        if hit is None:
            kept.append(_alone(found, at, language))
            at += 1
            continue
        ((kind, value), *_), size = hit
        number = int(value) if isinstance(value, float) else 0
        last = found[at + size - 1]
        kept.append(Word(kind, number, found[at].text, found[at].start, last.end))
        at += size
    return kept


def _alone(found: list[Atom], at: int, language: str) -> Word:
    atom = found[at]
    kind, value = "other", 0
    if atom.numeral and atom.text.isdecimal() and len(atom.text) <= 4:
        value = int(atom.text)
        if _FIRST_YEAR <= value <= _LAST_YEAR and not _measured(found, at, language):
            kind = "year_number"
        elif 0 < value <= 31:
            kind = "n"
        elif len(atom.text) == 2:
            kind = "two_digits"
    elif _DOTTED.fullmatch(atom.text):
        kind = "dotted"
    return Word(kind, value, atom.text, atom.start, atom.end)


def _measured(found: list[Atom], at: int, language: str) -> bool:
    """Whether a numeral that looks like a year counts something: $2025, 2,025 tonnes."""
    numbers = lexicon(language)
    ahead = numbers.longest(found, at + 1)
    if ahead is not None and ahead[0][0][0] in _MEASURES:
        ((word, _), *_), size = ahead
        return not (word == "currency" and _leads_a_number(found, at + size))
    before = numbers.longest(found[at - 1 : at], 0) if at else None
    # "$2025" without a gap is an amount; "in US$ 2025" is left as a year.
    touches = bool(at) and found[at - 1].end == found[at].start
    return touches and before is not None and before[0][0][0] == "currency"


def _leads_a_number(found: list[Atom], at: int) -> bool:
    """Whether a sign of money stands right before another numeral: "2023 $111 billion"."""
    following = found[at + 1 : at + 2]
    return bool(following) and following[0].numeral and following[0].start == found[at].end


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COLUMNS = ("area", "begins", "called_by", "note")
_COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")
_RANKS = ("first", "second", "third", "fourth")
_MONTH = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b"
)
_SPAN = rf"(?P<m1>{_MONTH})(?:\s?[-–—/]\s?| to | through )(?P<m2>{_MONTH})"
_CALLED = r"(?:fiscal|financial)(?: year)?"
_TWO_YEARS = r"(?P<from{0}>(?:19|20)\d\d)\s?[-–—/]\s?(?:20)?(?P<to{0}>\d\d)(?![\d-])"
_YEAR = re.compile(
    rf"(?:\bFY\s?|\b{_CALLED} ){_TWO_YEARS.format(1)}"
    rf"|\b{_TWO_YEARS.format(2)}(?P<called> {_CALLED}\b)?"
    rf"|(?:\bFY\s?|\b{_CALLED} )(?P<year>20\d\d|\d\d)(?![\d%-]|[.,]\d)"
    rf"|\b(?P<now>current|this|ongoing|present|running) {_CALLED}\b"
    rf"|\b(?P<past>last|previous|preceding|past|prior) {_CALLED}\b",
    re.IGNORECASE,
)
_NAMED_TWICE = re.compile(
    r"\s?\(?(?:FY\s?)?(?:20\d\d[-–—/])?(?:20)?\d\d\)|\s?\(?(?:FY\s?\d\d|20\d\d)\b\)?", re.IGNORECASE
)
"""The year again in another form: "the last fiscal (FY23)"."""
_PART = re.compile(
    rf"\b(?:(?:from )?{_SPAN}|(?P<one>first) month"
    rf"|(?:first )?(?P<n>\d\d?|{'|'.join(_COUNTS)})(?:th)?[- ]months?"
    rf"|(?P<rank>{'|'.join(_RANKS)}) (?P<unit>quarter|half)|(?P<m>{_MONTH}))"
    r"(?:[- ]period)?,?(?: (?:of|in|during))?(?: the| its)?\s$",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"\b(?:same|corresponding|similar|comparable) (?:\w+[- ])?(?:period|months?|quarter|half)"
    r"(?: of| in| a year ago in)?(?: the)?\s$",
    re.IGNORECASE,
)
_OVER_THE_YEAR = re.compile(rf"\b(?P<this>(?:this|the) )?{_SPAN}(?:[- ]period)?", re.IGNORECASE)


class _Years(NamedTuple):
    """How a country counts: the first month, and whether FY24 is called by its last year."""

    begins: int
    by_last: bool


@cache
def _years() -> dict[str, _Years]:
    rows = read_table(Path(__file__).with_name("fiscal_years.csv"), _COLUMNS)
    return {row["area"]: _Years(int(row["begins"]), row["called_by"] == "last") for row in rows}


def fiscal_times(
    text: str, published: Period | None, home: str
) -> tuple[list[Time], list[tuple[int, int]]]:
    """Return times of fiscal years, and where the same part of the one before is named.

    Parameters
    ----------
    text
        A sentence in English.
    published
        When the text was published, which "the current fiscal year" is told from.
    home
        The country whose trade the text is about: its calendar says when a year begins. Where
        none is known, months are needed: "July-January" can only begin one in July.

    Examples
    --------
    >>> of = Period.parse("2024-02-10")
    >>> times, _ = fiscal_times("rose in July-January of the current fiscal year", of, "BGD")
    >>> str(times[0].period)
    '2023-07..2024-01'
    >>> times, _ = fiscal_times("exports in fiscal year 2022-23", of, "IND")
    >>> str(times[0].period)
    '2022-04..2023-03'
    """
    times: list[Time] = []
    same: list[tuple[int, int]] = []
    end, part = 0, None
    for found in _YEAR.finditer(text):
        if found.start() < end:
            continue
        lead = text[max(found.start() - 60, 0) : found.start()]
        behind = _NAMED_TWICE.match(text, found.end())
        end = behind.end() if behind else found.end()
        start = found.start()
        if repeated := _SAME.search(lead):
            # "In the same period of FY23": the months that were named last.
            start += repeated.start() - len(lead)
            if found["past"] or part is None:
                same.append((start, end))
                continue
        elif part := _PART.search(lead):
            start += part.start() - len(lead)
        period = _period(found, part, published, _years().get(home))
        if period is not None and not (published and period.end > published.end):
            times.append(Time(period, start, end))
    for found in _OVER_THE_YEAR.finditer(text):
        first, last = (_month(found[key]) for key in ("m1", "m2"))
        taken = any(time.start < found.end() and found.start() < time.end for time in times)
        counts = _years().get(home)
        # Months over New Year that begin with a fiscal year, and no year named: the latest.
        if taken or last >= first or counts is None or counts.begins != first or published is None:
            continue
        if re.match(r"[,\s]*(?:of |in )?(?:19|20)\d\d", text[found.end() :]):
            continue
        year = published.end.year - 1 - (last > published.end.month)
        times.append(Time(_fiscal_months(year, first, last), *found.span()))
    return times, same


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _fiscal_months(year: int, first: int, last: int) -> Period:
    """Return months from `first` in `year`, to `last` there or in the next year."""
    until = year + (last < first)
    return Period(date(year, first, 1), date(until, last, calendar.monthrange(until, last)[1]))


def _period(
    found: re.Match[str],
    part: re.Match[str] | None,
    published: Period | None,
    counts: _Years | None,
) -> Period | None:
    begins = counts.begins if counts else _month(part["m1"]) if part and part["m1"] else 0
    if not begins:
        return None
    number = next((found[key] for key in ("from1", "from2") if found[key]), "")
    if number:
        next_one = int(found["to1"] or found["to2"])
        if (int(number) + 1) % 100 != next_one:
            return None
        # "2022-23" alone may be two calendar years, in India as elsewhere.
        if found["from2"] and not (part or found["called"]):
            return None
        year = int(number)
    elif found["year"]:
        # Only Japan calls a year by its first: "FY23" of nobody named is one by its last.
        by_last = counts.by_last if counts else len(found["year"]) == 2
        if counts is None and not by_last:
            return None
        year = int(found["year"]) % 100 + 2000 - by_last
    elif published is None:
        return None
    else:
        year = published.end.year - (published.end.month < begins) - bool(found["past"])
    span = _of_year(begins, part)
    if span is None:
        return None
    first, last = span
    period = _fiscal_months(year + (first < begins), first, last)
    over = published is None or period.end <= published.end
    # In the first weeks of a year "the current one" may still be that before.
    return (
        period
        if over or not found["now"]
        else _fiscal_months(year - 1 + (first < begins), first, last)
    )


def _of_year(begins: int, part: re.Match[str] | None) -> tuple[int, int] | None:
    """Return the first and last month of a part of a year; of the whole if no part is said."""
    if part is None:
        offset, length = 0, 12
    elif part["m1"] or part["m"]:
        first, last = _month(part["m1"] or part["m"]), _month(part["m2"] or part["m"])
        # A span that runs over the end of the year is none of it.
        inside = (first - begins) % 12 <= (last - begins) % 12
        return (first, last) if inside else None
    elif part["n"] or part["one"]:
        count = (part["n"] or "one").lower()
        offset, length = 0, _COUNTS.index(count) + 1 if count in _COUNTS else int(count)
    else:
        length = 3 if part["unit"].lower() == "quarter" else 6
        offset = length * _RANKS.index(part["rank"].lower())
    if not 0 < length <= 12 or offset + length > 12:
        return None
    first = (begins + offset - 1) % 12 + 1
    return first, (begins + offset + length - 2) % 12 + 1
