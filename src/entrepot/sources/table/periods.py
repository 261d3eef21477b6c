"""Periods as tables write them: years, quarters and months in many spellings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# 2022-23, 2022/2023, FY 2022-23: the second year may leave its century out.
_FISCAL = re.compile(r"(?:FY ?)?([12][0-9]{3}) ?[-/–] ?([12][0-9])?([0-9]{2})")
_QUARTERS = {"I": 1, "II": 2, "III": 3, "IV": 4}


@dataclass(frozen=True, slots=True)
class DatedPeriod:
    """A year, quarter or month.

    Attributes
    ----------
    start
        First day, ``2024-08-01``.
    freq
        ``A``, ``F`` (a fiscal year), ``Q`` or ``M``; empty where a text gives a day and not how
        long it covers.
    """

    start: str
    freq: str


_STATUS = re.compile(
    r"(?<=[0-9]) ?(?:\*{1,2}|\((?:[a-z]|prov(?:isional|\.)?|final|revised|prelim(?:inary|\.)?|"
    r"est(?:imate|\.)?)\))$",
    re.IGNORECASE,
)
"""What a publisher writes behind a time of numbers that are final, provisional or revised."""


def status_of(text: str) -> str:
    """Return the mark behind a time: of numbers that are provisional, say; empty if it has none.

    Examples
    --------
    >>> status_of("2023 (p)"), status_of("Apr 2019*"), status_of("2023")
    ('(p)', '*', '')
    """
    found = _STATUS.search(text.strip())
    return found[0].strip() if found else ""


def read_span(text: str) -> DatedPeriod | None:
    """Return the period that a text names, or None if it names none.

    Examples
    --------
    >>> read_span("Aug. 2024"), read_span("202401-Jan. 2024")
    (DatedPeriod(start='2024-08-01', freq='M'), DatedPeriod(start='2024-01-01', freq='M'))
    >>> read_span("01.08.2024").start, read_span("01/08/2024")  # the second may be in January
    ('2024-08-01', None)
    >>> read_span("2024Q2").start, read_span("Jan.-Dec. 2018").freq, read_span("2024-05-01").freq
    ('2024-04-01', 'A', '')
    >>> read_span("Apr 2019 (F)").start, read_span("2023*").freq, read_span("2023 (1)")
    ('2019-04-01', 'A', None)
    """
    words = " ".join(text.replace("\u00a0", " ").split())
    if found := re.fullmatch(r"[12][0-9]{5}-(.*[^0-9].*)", words):  # the code before the name
        words = found[1]
    words = _STATUS.sub("", words)
    # The first pattern that matches decides, also with None: 202413 is no month, and no day either.
    for pattern, make in _SPELLINGS:
        if found := pattern.fullmatch(words):
            return make(found)
    return _from_to(words) if ".." in words else None


def _from_to(words: str) -> DatedPeriod | None:
    """Return the period from one day or month to another: 2022-04..2023-03."""
    try:
        period = Period.parse(words)
    except RequestError:
        return None
    is_standard = period.freq in ("A", "F", "Q", "M")
    return DatedPeriod(period.start.isoformat(), period.freq) if is_standard else None


def fiscal_years(texts: Iterable[str]) -> list[str]:
    """Return the texts if each is a year that runs into the next: 2010-11, 2012-2013.

    By itself 2010-11 may be November of 2010; beside 2012-13 it is not, and where all could be
    months, it is still years that follow each other as no months would.

    Examples
    --------
    >>> fiscal_years(["2010-11", "2011-12"]), fiscal_years(["2010-11", "2010-12"])
    (['2010-11', '2011-12'], [])
    """
    listed = list(texts)
    found = [_FISCAL.fullmatch(t) for t in listed]
    years = [
        # The missing century is that of the next year, so that 1999-00 is one, too.
        int(one[1]) + 1 == int((one[2] or str(int(one[1]) + 1)[:2]) + one[3])
        for one in found
        if one
    ]
    return listed if listed and len(years) == len(listed) and all(years) else []


def is_far_off(text: str) -> bool:
    """Whether a text names a time later than next year: its years may be of another calendar.

    Nepal's year 2081 began in April 2024.

    Examples
    --------
    >>> is_far_off("2999"), is_far_off("2998-99"), is_far_off("2024"), is_far_off("total")
    (True, True, False, False)
    """
    span = read_span(text)
    year = span.start[:4] if span else text.removeprefix("FY").strip()[:4]
    return (span is not None or bool(fiscal_years([text]))) and int(year) > date.today().year + 1


def not_calendar(text: str) -> RequestError:
    """Return the error for a year that begins in one calendar year and ends in the next."""
    return RequestError(
        "a year that runs into the next (a fiscal year, such as April to March)",
        where=text,
        why="it is no calendar year, and would count in the wrong one, or as a month",
        hint="say in the mapping in which month these years begin, such as year_starts: 4 (April); "
        "freq: M if it is a month after all",
    )


SLASHED = re.compile(r"([0-3]?[0-9])[/.-]([0-3]?[0-9])[/.-]([12][0-9]{3})(?: 0?0:00(?::00)?)?")
"""A day whose month may stand first or second."""


def in_order(text: str, order: str | None) -> str:
    """Return a day that is written in a known order as year, month, day; anything else as it is.

    Examples
    --------
    >>> in_order("11/1/2009", "MDY"), in_order("2009", "MDY")
    ('2009-11-01', '2009')
    """
    found = SLASHED.fullmatch(text) if order else None
    if not found:
        return text
    first, second, year = found.groups()
    day, month = (first, second) if order == "DMY" else (second, first)
    return f"{year}-{int(month):02}-{int(day):02}"


def _fiscal(text: str, year_starts: int) -> DatedPeriod | None:
    """Return the fiscal year that a text names by the two calendar years it lies in.

    Raises
    ------
    RequestError
        For a single year, which may be that of the first month or of the last.
    """
    if fiscal_years([text]):
        found = _FISCAL.fullmatch(text)
        return DatedPeriod(f"{found[1]}-{year_starts:02}-01", "F") if found else None
    span = read_span(re.sub(r"(?i)^FY ?", "", text))
    if span and span.freq == "A":
        year = int(span.start[:4])
        before, after = (Period.fiscal(date(one, year_starts, 1)) for one in (year - 1, year))
        raise RequestError(
            "a single year, where years begin in another month than January",
            where=text,
            why="it may be the year of the first month or of the last",
            hint=f"say which: own: {{{text!r}: {after!s}}} or own: {{{text!r}: {before!s}}}; for a "
            "calendar year leave year_starts out",
        )
    return None


def spans(
    texts: Iterable[str], freq: str | None, year_starts: int | None = None
) -> dict[str, DatedPeriod]:
    """Return the period of each text of one column.

    A day (``2024-05-01``) says where a period begins and not how long it is. It is a month if
    some of the days begin no quarter; else the mapping has to say so.

    Parameters
    ----------
    texts
        The different cells of the column.
    freq
        What the mapping says.
    year_starts
        Month in which years begin that run into the next, such as 2022-23; None where no such
        years are read.

    Raises
    ------
    RequestError
        With the text as ``where``, if one is no period, or if its length is not known or another.
    """
    found = {}
    texts = list(texts)
    if freq != "M" and year_starts is None and (fiscal := fiscal_years(texts)):
        raise not_calendar(fiscal[0])
    for text in texts:
        span = (_fiscal(text, year_starts) if year_starts else None) or read_span(text)
        if span is None:
            raise RequestError(
                "not a year, quarter or month",
                where=text,
                hint="known spellings: 2024, 202408, 2024-08, 2024M08, 2024Q3, Aug. 2024",
            )
        found[text] = span
    days = [span for span in found.values() if not span.freq]
    # A day in February begins no quarter and no year; days that all could are asked for.
    length = freq or ("M" if any(span.start[5:7] not in _FIRST for span in days) else "")
    for text, span in found.items():
        if not (span.freq or length):
            raise RequestError(
                "a day, and not how long the period is that begins with it",
                where=text,
                hint="add freq: M (or Q, or A) to the mapping",
            )
        found[text] = _of_length(text, span, length, freq)
    return found


_FIRST = ("01", "04", "07", "10")


def _of_length(text: str, span: DatedPeriod, length: str, said: str | None) -> DatedPeriod:
    if span.freq == "F" and said in (None, "A"):
        return span
    if span.freq and said and span.freq != said:
        raise RequestError(
            f"a period of the length {span.freq}, where the mapping says freq: {said}",
            where=text,
            hint="leave freq out, or leave these rows out with select",
        )
    use = span.freq or length
    if use not in ("A", "Q", "M"):
        raise RequestError(
            f"a period of the length {use!r}",
            where=text,
            why="years, quarters and months are read",
            hint="leave other rows out with select, or add them up to months before",
        )
    year, month = span.start[:4], int(span.start[5:7])
    # The first month of the year, quarter or month in which the day lies.
    first = {"A": 1, "Q": (month - 1) // 3 * 3 + 1, "M": month}[use]
    return DatedPeriod(f"{year}-{first:02}-01", use)


def _month(year: str, month: int | None) -> DatedPeriod | None:
    return DatedPeriod(f"{year}-{month:02}-01", "M") if month and 1 <= month <= 12 else None


def _quarter(year: str, quarter: str) -> DatedPeriod:
    number = _QUARTERS.get(quarter.upper()) or int(quarter)
    return DatedPeriod(f"{year}-{3 * number - 2:02}-01", "Q")


def _between(year: str, first: str, last: str) -> DatedPeriod | None:
    """Return the year or quarter from one month to another; nothing else is a period of its own."""
    start, end = (int(m) if m.isdigit() else month_number(m) for m in (first, last))
    if (start, end) == (1, 12):
        return DatedPeriod(f"{year}-01-01", "A")
    # January to March is a quarter; February to April is none.
    if start and end == start + 2 and start % 3 == 1:
        return DatedPeriod(f"{year}-{start:02}-01", "Q")
    return None


def _day(year: str, month: str, day: str) -> DatedPeriod | None:
    try:
        # Only the month is kept: files date a month by its first, its last or any other day.
        return DatedPeriod(f"{date(int(year), int(month), int(day)):%Y-%m}-01", "")
    except ValueError:  # the thirtieth of February
        return None


_Y = r"([12][0-9]{3})"
_WORD = r"([^\W\d_]{3,})\.?"
# Each matches the entire text: 2024.0 is a year that a spreadsheet wrote, 2024.05 a month.
_SPELLINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], DatedPeriod | None]], ...] = (
    tuple(
        (re.compile(pattern, re.IGNORECASE), make)
        for pattern, make in (
            (rf"{_Y}(?:\.0)?(?: ?г\.?| ?год|年)?", lambda m: DatedPeriod(f"{m[1]}-01-01", "A")),
            (
                rf"{_Y}52",
                lambda m: DatedPeriod(f"{m[1]}-01-01", "A"),
            ),  # how Eurostat writes a whole year
            (rf"{_Y}([01][0-9])", lambda m: _month(m[1], int(m[2]))),
            (rf"{_Y}-?M([0-9]{{1,2}})", lambda m: _month(m[1], int(m[2]))),
            (rf"{_Y}[-/]([0-9]{{1,2}})", lambda m: _month(m[1], int(m[2]))),
            (rf"{_Y}\.([0-9]{{2}})", lambda m: _month(m[1], int(m[2]))),  # 2024.1 may be October
            (rf"([0-9]{{1,2}})[-/.]{_Y}", lambda m: _month(m[2], int(m[1]))),
            (rf"{_Y}年 ?([0-9]{{1,2}})月", lambda m: _month(m[1], int(m[2]))),
            (rf"{_Y}[-/ ]?Q([1-4])", lambda m: _quarter(m[1], m[2])),
            (rf"Q([1-4])[-/ ]?{_Y}", lambda m: _quarter(m[2], m[1])),
            (
                rf"(I|II|III|IV|[1-4]) ?(?:кв\.?|квартал) ?{_Y}.{{0,3}}",
                lambda m: _quarter(m[2], m[1]),
            ),
            (rf"{_Y}([01][0-9])([0-3][0-9])", lambda m: _day(m[1], m[2], m[3])),
            (
                rf"{_Y}[-/.]([01][0-9])[-/.]([0-3][0-9])(?:[ T]00:00(?::00(?:\.0+)?)?)?",
                lambda m: _day(m[1], m[2], m[3]),
            ),
            (rf"([0-3]?[0-9])\.([01]?[0-9])\.{_Y}", lambda m: _day(m[3], m[2], m[1])),
            (rf"{_WORD}[-, ]*{_Y}(?: ?г\.?)?", lambda m: _month(m[2], month_number(m[1]))),
            (rf"{_Y}[-, ]*{_WORD}", lambda m: _month(m[1], month_number(m[2]))),
            (rf"{_WORD} ?[-–] ?{_WORD} {_Y}", lambda m: _between(m[3], m[1], m[2])),
            (
                rf"{_Y}年 ?([0-9]{{1,2}})[-–至]([0-9]{{1,2}})月",
                lambda m: _between(m[1], m[2], m[3]),
            ),
        )
    )
)


_NAMES = (
    "january janvier januar enero январь января",
    "february février fevrier februar febrero февраль февраля",
    "march mars märz marzo март марта",
    "april avril abril апрель апреля",
    "may mai mayo май мая",
    "june juin juni junio июнь июня",
    "july juillet juli julio июль июля",
    "august août aout agosto август августа",
    "september septembre septiembre sept сентябрь сентября",
    "october octobre oktober octubre октябрь октября",
    "november novembre noviembre ноябрь ноября",
    "december décembre decembre dezember diciembre декабрь декабря",
)
_SHORTEST = 3


def month_number(text: str) -> int | None:
    """Return 1 to 12 for a number or name of a month, cut after three letters or more, or None.

    Examples
    --------
    >>> month_number("Aug."), month_number("июль"), month_number("07"), month_number("13")
    (8, 7, 7, None)
    """
    word = text.strip().rstrip(".").casefold()
    if word.isascii() and word.isdigit():
        return int(word) if len(word) < 3 and 1 <= int(word) <= 12 else None
    # de, no and se are words before they are months.
    if len(word) < _SHORTEST:
        return None
    fits = [
        number
        for number, names in enumerate(_NAMES, 1)
        if any(name.startswith(word) for name in names.split())
    ]
    # "jui" is June and July in French: no guess.
    return fits[0] if len(fits) == 1 else None
