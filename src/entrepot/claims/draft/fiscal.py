"""Fiscal years in English texts: "July-January of FY24", "fiscal year 2022-23"."""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from entrepot.claims.draft.sentences import Time
from entrepot.model.columns import read_table
from entrepot.model.period import Period

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
        times.append(Time(_months(year, first, last), *found.span()))
    return times, same


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _months(year: int, first: int, last: int) -> Period:
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
    period = _months(year + (first < begins), first, last)
    over = published is None or period.end <= published.end
    # In the first weeks of a year "the current one" may still be that before.
    return period if over or not found["now"] else _months(year - 1 + (first < begins), first, last)


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
