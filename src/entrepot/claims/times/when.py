"""Which periods a text speaks of."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from entrepot.claims.numbers.language import language_of
from entrepot.claims.numbers.markup import blanked
from entrepot.claims.times.expressions import Expression, expression
from entrepot.claims.times.parts import Part
from entrepot.claims.times.words import words_of
from entrepot.model.period import Period

if TYPE_CHECKING:
    from entrepot.claims.times.parts import Year

__all__ = ["TimeSpan", "stepped", "when"]


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A time expression in a text.

    Attributes
    ----------
    start, end
        Its place in the text.
    period
        What it means; None where the text alone does not tell ("last year" of a text without a
        date, "so far this year").
    kind
        ``said`` with its year, or with one told from the day of publication ("last year");
        ``no_year`` a part of a year, taken to be the latest that was over when it was published;
        ``year_earlier``, ``month_earlier``, ``quarter_earlier`` and ``same_period`` told from the
        period before it in the text;
        ``last_month``; ``to_date`` and ``part_of_year`` ("late 2024") of unknown length.
    ends
        First and last period of "from 2021 to 2024", which may be a change between the two; else
        empty.
    """

    start: int
    end: int
    period: Period | None
    kind: str
    ends: tuple[Period, ...] = ()


def when(
    text: str, published: Period | None = None, language: str | None = None
) -> tuple[TimeSpan, ...]:
    """Find the time expressions of a text and the periods they mean.

    Parameters
    ----------
    text
        A sentence or an article.
    published
        When it was published: what "last year" and a quarter without a year are told from.
    language
        ``en``, ``ru``, ``de`` or ``zh``; found out if not given.

    Returns
    -------
    tuple of TimeSpan
        In the order of the text, none overlapping.

    Examples
    --------
    >>> said = when("fell in the first eleven months of 2025", Period.parse("2026-01"))
    >>> str(said[0].period)
    '2025-01..2025-11'
    >>> [str(span.period) for span in when("last year", Period.parse("2026-01-14"))]
    ['2025']
    """
    body = blanked(text)
    words = words_of(body, language or language_of(body) or "en")
    found: list[TimeSpan] = []
    anchor: Period | None = None
    at = 0
    while at < len(words):
        hit = expression(words, at)
        if hit is None:
            at += 1
            continue
        period, ends = _meant(hit, published, anchor)
        found.append(TimeSpan(words[at].start, words[hit.after - 1].end, period, hit.kind, ends))
        if hit.kind in ("said", "no_year") and period is not None:
            anchor = period
        at = hit.after
    return tuple(found)


def _meant(
    said: Expression, published: Period | None, anchor: Period | None
) -> tuple[Period | None, tuple[Period, ...]]:
    match said.kind:
        case "said" if said.until is not None:
            first = _period(_number(said.year, published), said.part)
            last = _period(_number(said.until, published), said.until_part)
            if first is None or last is None or last.end < first.start:
                return None, ()
            return Period(first.start, last.end), (first, last) if said.open_span else ()
        case "said":
            return _period(_number(said.year, published), said.part), ()
        case "no_year":
            return _without_year(said.part, published, anchor), ()
        case "year_earlier" | "month_earlier" | "quarter_earlier":
            return (stepped(anchor, said.kind) if anchor else None), ()
        case "same_period" if said.year is not None:
            return _shifted(anchor, _number(said.year, published)), ()
        case "last_month":
            return _month_before(published), ()
    return None, ()


def stepped(period: Period, kind: str) -> Period | None:
    """Return the period a year, month or quarter before one that is as long; None if it is not.

    Examples
    --------
    >>> str(stepped(Period.parse("2024-01"), "month_earlier"))
    '2023-12'
    >>> str(stepped(Period.parse("2024Q1"), "quarter_earlier"))
    '2023Q4'
    >>> stepped(Period.parse("2024"), "month_earlier") is None
    True
    """
    if kind == "year_earlier":
        return period.before()
    months = {"month_earlier": ("M", 1), "quarter_earlier": ("Q", 3)}.get(kind)
    if months is None or period.freq != months[0]:
        return None
    first = period.start.year * 12 + period.start.month - 1 - months[1]
    part = Part(first % 12 + 1, first % 12 + months[1], 0)
    return _period(first // 12, part)


def _number(year: Year | None, published: Period | None) -> int | None:
    if year is None:
        return None
    if year.said:
        return year.number
    return published.end.year + year.number if published else None


def _period(year: int | None, part: Part | None) -> Period | None:
    if year is None:
        return None
    if part is None:
        return Period.parse(year)
    try:
        if part.day:
            day = date(year, part.first, part.day)
            return Period(day, day)
        days = calendar.monthrange(year, part.last)[1]
        return Period(date(year, part.first, 1), date(year, part.last, days))
    except ValueError:  # the 31st of February: no day
        return None


def _latest(part: Part | None, published: Period | None) -> Period | None:
    """Return the latest such part of a year that was over when the text was published."""
    if published is None:
        return None
    for year in (published.end.year, published.end.year - 1):
        period = _period(year, part)
        if period is not None and period.end <= published.end:
            return period
    return None


def _without_year(
    part: Part | None, published: Period | None, anchor: Period | None
) -> Period | None:
    """Return a part of a year: of the year named before it in the text, else the latest over."""
    if anchor is None:
        return _latest(part, published)
    period = _period(anchor.end.year, part)
    apart = period is not None and (period.start > anchor.end or period.end < anchor.start)
    return period if apart else None


def _shifted(anchor: Period | None, year: int | None) -> Period | None:
    """Return the months of a period in another year."""
    if anchor is None or year is None or anchor.start.year != anchor.end.year:
        return None
    return _period(year, Part(anchor.start.month, anchor.end.month, 0))


def _month_before(published: Period | None) -> Period | None:
    if published is None:
        return None
    months = published.end.year * 12 + published.end.month - 2
    return Period.parse(f"{months // 12}-{months % 12 + 1:02d}")
