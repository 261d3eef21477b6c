"""Periods: a year, quarter, month, day or span of months, as one type."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from entrepot.errors import RequestError

_YEAR = re.compile(r"([1-9]\d{3})")
_QUARTER = re.compile(r"([1-9]\d{3})-?Q([1-4])", re.IGNORECASE)
_HALF = re.compile(r"([1-9]\d{3})-?H([12])", re.IGNORECASE)
_MONTH = re.compile(r"([1-9]\d{3})-(\d{2})")
_BETWEEN = re.compile(r"\s+to\s+|\s*–\s*")
_DAY = re.compile(r"([1-9]\d{3})-(\d{2})-(\d{2})")


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A span of time with first and last day, both included.

    Examples
    --------
    >>> str(Period.parse("2023")), Period.parse("2023Q2").months
    ('2023', 3)
    >>> str(Period.parse("2022-03..2022-12"))
    '2022-03..2022-12'
    >>> Period.parse(2023).contains(Period.parse("2023-06"))
    True
    """

    start: date
    end: date

    @classmethod
    def parse(cls, text: str | int | Period) -> Period:
        """Read ``2023``, ``2023-06``, ``2023Q2``, ``2023H1``, ``2023-06-30`` or ``A..B``.

        ``A to B`` is read too, as texts for people have it.

        Raises
        ------
        RequestError
            If the text is none of these, names a day or month that does not exist, or ends
            before it starts.
        """
        if isinstance(text, Period):
            return text
        words = str(text).strip()
        first, dots, last = _BETWEEN.sub("..", words).partition("..")
        if not dots:
            return _single(words)
        start, end = _single(first.strip()), _single(last.strip())
        if end.end < start.start:
            raise RequestError(
                f"period ends before it starts: {words!r}",
                hint="write the earlier one first: 2022-03..2022-12",
            )
        return cls(start.start, end.end)

    @classmethod
    def fiscal(cls, start: date) -> Period:
        """Return the year that begins on a day."""
        return cls(start, _shift_year(start, 1) - timedelta(days=1))

    @property
    def year(self) -> int:
        """Year in which the period starts."""
        return self.start.year

    @property
    def months(self) -> int:
        """Number of calendar months touched."""
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

    @property
    def is_year(self) -> bool:
        """Whether this is exactly one calendar year."""
        first, last = self.start, self.end
        is_whole = (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
        return is_whole and first.year == last.year

    @property
    def is_whole_years(self) -> bool:
        """Whether this is one or more calendar years, from a first day to a last day of a year."""
        first, last = self.start, self.end
        return (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)

    @property
    def freq(self) -> str:
        """``A``, ``Q``, ``M``, ``D``, ``F`` for a fiscal year, or ``span`` for anything else.

        A fiscal year has the length of a year and does not begin in January, as from April to
        March.
        """
        if self.is_year:
            return "A"
        if self.end + timedelta(days=1) == _shift_year(self.start, 1):
            return "F"
        full_months = self.start.day == 1 and self.end == _months_end(self.end.year, self.end.month)
        if full_months and self.months == 1:
            return "M"
        if full_months and self.months == 3 and self.start.month % 3 == 1:
            return "Q"
        return "D" if self.start == self.end else "span"

    def contains(self, other: Period) -> bool:
        """Whether `other` lies wholly inside this period."""
        return self.start <= other.start and other.end <= self.end

    def before(self) -> Period:
        """Return the same span one year earlier, or more years if it is longer than one.

        It is what a change is measured against when nothing is said. Whole months stay whole
        (leap years).

        Raises
        ------
        RequestError
            If that is before the first year of the calendar.

        Examples
        --------
        >>> str(Period.parse("2025-02").before()), str(Period.parse("2021..2023").before())
        ('2024-02', '2018..2020')
        """
        # Rounded up to years: three months go back one, thirty months three.
        years = -(-self.months // 12)
        if self.start.year <= years:
            raise RequestError(
                f"nothing is before {self} to measure a change against", hint="ask for later years"
            )
        start, end = _shift_year(self.start, -years), _shift_year(self.end, -years)
        if self.end == _months_end(self.end.year, self.end.month):
            end = _months_end(end.year, end.month)
        return Period(start, end)

    def split(self, months: int) -> list[Period]:
        """Return the years (12), quarters (3) or months (1) that make it up, oldest first.

        Empty if it is not made of such.

        Examples
        --------
        >>> [str(part) for part in Period.parse("2023H1").split(3)]
        ['2023Q1', '2023Q2']
        >>> Period.parse("2023H1").split(12)
        []
        """
        first, last = self.start, self.end
        full_months = first.day == 1 and last == _months_end(last.year, last.month)
        if not full_months or (first.month - 1) % months or self.months % months:
            return []
        starts = range(0, self.months, months)
        counts = (first.year * 12 + first.month - 1 + start for start in starts)
        return [_months(n // 12, n % 12 + 1, n % 12 + months) for n in counts]

    def parts(self, freq: str) -> list[Period]:
        """Return the periods of one frequency that make it up, oldest first; see `freq`.

        Fiscal years are counted from its own first day, for nothing says where they begin
        otherwise. Empty if it is not made of such.

        Examples
        --------
        >>> [str(part) for part in Period.parse("2021-04..2023-03").parts("F")]
        ['2021-04..2022-03', '2022-04..2023-03']
        >>> Period.parse("2023").parts("F"), len(Period.parse("2023").parts("M"))
        ([], 12)
        """
        if freq != "F":
            return self.split({"A": 12, "Q": 3, "M": 1}[freq])
        if (self.start.month, self.start.day) == (1, 1):
            return []
        starts = [self.start]
        while starts[-1] <= self.end:
            # From the first day each time: year by year 29 February would become the 28th for good.
            starts.append(_shift_year(self.start, len(starts)))
        day = timedelta(days=1)
        is_complete = starts[-1] == self.end + day
        return [Period(a, b - day) for a, b in pairwise(starts)] if is_complete else []

    def years(self) -> list[Period]:
        """Return the calendar years touched, oldest first."""
        return [_months(year, 1, 12) for year in range(self.start.year, self.end.year + 1)]

    def __format__(self, between: str) -> str:
        """Return it as texts for people have it; `str` is what keys, files and addresses have.

        Parameters
        ----------
        between
            What stands between first and last; empty for the word, ``–`` where the span is itself
            one end: ``from 2013–2017 to 2018–2022``.

        Examples
        --------
        >>> f"{Period.parse('2013..2022')}, {Period.parse('2013..2022'):–}, {Period.parse(2023)}"
        '2013 to 2022, 2013–2022, 2023'
        """
        return str(self).replace("..", between or " to ")

    def __str__(self) -> str:
        match self.freq:
            case "A":
                return f"{self.start.year}"
            case "Q":
                return f"{self.start.year}Q{(self.start.month + 2) // 3}"
            case "M":
                return f"{self.start:%Y-%m}"
            case "D":
                return self.start.isoformat()
        if self.is_whole_years:
            return f"{self.start.year}..{self.end.year}"
        if self.start.day == 1 and self.end == _months_end(self.end.year, self.end.month):
            return f"{self.start:%Y-%m}..{self.end:%Y-%m}"
        return f"{self.start.isoformat()}..{self.end.isoformat()}"


LATEST = 9000
"""Years from here on are no time of trade, and the last ones have no year behind them."""


def _single(words: str) -> Period:
    found = _read(words)
    if found.end.year >= LATEST:
        raise RequestError(
            f"no such time: {words!r}", why="it is too far away", hint="write a year such as 2023"
        )
    return found


def _read(words: str) -> Period:
    try:
        if found := _YEAR.fullmatch(words):
            return _months(int(found[1]), 1, 12)
        if found := _QUARTER.fullmatch(words):
            last = 3 * int(found[2])
            return _months(int(found[1]), last - 2, last)
        if found := _HALF.fullmatch(words):
            last = 6 * int(found[2])
            return _months(int(found[1]), last - 5, last)
        if found := _MONTH.fullmatch(words):
            return _months(int(found[1]), int(found[2]), int(found[2]))
        if found := _DAY.fullmatch(words):
            day = date(int(found[1]), int(found[2]), int(found[3]))
            return Period(day, day)
    except ValueError as error:
        raise RequestError(
            f"no such date: {words!r} ({error})",
            hint="write a year 2023, a month 2023-06 or a day 2023-06-30",
        ) from error
    raise RequestError(
        f"not a period: {words!r}",
        hint="write a year 2023, a month 2023-06, a quarter 2023Q2 or a span 2022-03..2022-12",
    )


# A page of ten years asks for the same few thousands of times.
@lru_cache(maxsize=4096)
def _months(year: int, first: int, last: int) -> Period:
    return Period(date(year, first, 1), _months_end(year, last))


@lru_cache(maxsize=4096)
def _months_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _shift_year(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        # 29 February in a year that has none.
        return (day - timedelta(days=1)).replace(year=day.year + years)
