"""Which periods a text speaks of."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from entrepot.claims.numbers.text import blanked, language_of
from entrepot.claims.times.parts import (
    Part,
    Year,
    kind,
    months_until,
    part,
    skipped,
    words_of,
    year,
)
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.times.parts import Word


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
        ``last_month``; ``split_year`` ("2023/24": of which months the text does not tell);
        ``to_date`` and ``part_of_year`` ("late 2024") of unknown length.
    ends
        First and last period of "from 2021 to 2024", which may be a change between the two; else
        empty.
    """

    start: int
    end: int
    period: Period | None
    kind: str
    ends: tuple[Period, ...] = ()


@lru_cache(maxsize=1024)  # rules and structure ask for the same sentences
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
    # The last period with a year: "a year earlier" and a bare month are counted from it.
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
    # Months counted from year 0, so that a step over New Year needs no case of its own.
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
    for guess in (published.end.year, published.end.year - 1):
        period = _period(guess, part)
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
    if period is None:
        return None
    apart = period.start > anchor.end or period.end < anchor.start
    to_date = (
        # "In June … from January to June": two spans that end together are one story.
        period.end == anchor.end and period != anchor and min(period.months, anchor.months) == 1
    )
    return period if apart or to_date else None


def _shifted(anchor: Period | None, year: int | None) -> Period | None:
    """Return the months of a period in another year."""
    if anchor is None or year is None or anchor.start.year != anchor.end.year:
        return None
    return _period(year, Part(anchor.start.month, anchor.end.month, 0))


def _month_before(published: Period | None) -> Period | None:
    if published is None:
        return None
    # −1 for counting from 0, −1 for the month before.
    months = published.end.year * 12 + published.end.month - 2
    return Period.parse(f"{months // 12}-{months % 12 + 1:02d}")


# Rules for whole time expressions: a part of a year with its year, years, "a year earlier".


_TIES = ("of", "in", "over")
_LONE = {
    "before": "year_earlier",
    "month_before": "month_earlier",
    "quarter_before": "quarter_earlier",
    "last_month": "last_month",
    "to_date": "to_date",
    "unsure": "to_date",
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A time expression as said, before it is made a period.

    `until` is the second year of a span; `open_span` whether it is said "from one to the other".
    """

    kind: str
    after: int
    part: Part | None = None
    year: Year | None = None
    until: Year | None = None
    until_part: Part | None = None
    open_span: bool = False


def expression(words: Sequence[Word], at: int) -> Expression | None:
    """Read the longest time expression that starts at a place."""
    # Most words of a text begin none, and trying each rule on them took most of the time.
    if kind(words, at) == "other":
        return None
    # The longest wins; of equals the rule named first.
    rules = (_date, _years, _part_and_year, _spanning, _year_to, _across_years, _vague, _lone)
    found = [result for rule in rules if (result := rule(words, at)) is not None]
    return max(found, key=lambda result: result.after, default=None)


def _lone(words: Sequence[Word], at: int) -> Expression | None:
    word = kind(words, at)
    led = year(words, at)
    if led is not None and led.said and kind(words, led.after) == "same":  # 2024年同期
        return Expression("same_period", led.after + 1, year=led)
    if word == "same":
        given = year(words, skipped(words, at + 1, "of"))
        if given is not None:
            return Expression("same_period", given.after, year=given)
        return Expression("same_period", at + 1)
    return Expression(_LONE[word], at + 1) if word in _LONE else None


def _date(words: Sequence[Word], at: int) -> Expression | None:
    """Read 14.01.2026 and 2026-01-14."""
    if kind(words, at) == "dotted":
        day, month, number = (int(piece) for piece in words[at].text.split("."))
        return Expression("said", at + 1, Part(month, month, at + 1, day), Year(number, True, at))
    text = "".join(word.text for word in words[at : at + 5])
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    if found is None or kind(words, at) != "year_number":
        return None
    number, month, day = (int(group) for group in found.groups())
    return Expression("said", at + 5, Part(month, month, at + 5, day), Year(number, True, at))


def _years(words: Sequence[Word], at: int) -> Expression | None:
    """Read "2025", "2021-2024", "2021-24", "from 2021 to 2024" and "2023/24"."""
    here = skipped(words, at, "from")
    first = year(words, here)
    if first is None:
        return None
    alone = None if here > at else Expression("said", first.after, year=first)
    if kind(words, first.after) != "to":
        return alone
    link = words[first.after]
    here = skipped(words, first.after + 1, "of", "in")
    last = year(words, here)
    if last is not None and first.said and last.said and first.number < last.number:
        opened = kind(words, at) == "from"
        if link.text == "/" and last.number == first.number + 1:
            return Expression("split_year", last.after)
        joined = opened or link.text in ("-", "/") or link.text in ("to", "bis", "至", "到", "по")
        if joined:
            return Expression("said", last.after, year=first, until=last, open_span=opened)
    if link.text in ("-", "/") and kind(words, first.after + 1) in ("n", "two_digits"):
        short = words[first.after + 1]
        number = first.number // 100 * 100 + short.value
        # 2023/24 is a year that begins in one and ends in the next, or both; 2023/12 is a month.
        if len(short.text) == 2 and number == first.number + 1:
            return Expression("split_year", first.after + 2)
        # 2019-23 is a span: no month has a number above twelve. In "2022 — 68 bn" they stand apart.
        tied = words[first.after - 1].end == link.start and link.end == short.start
        later = len(short.text) == 2 and short.value > 12 and number > first.number
        if link.text == "-" and tied and later:
            until = Year(number, True, first.after + 2)
            return Expression("said", until.after, year=first, until=until)
    return alone


def _part_and_year(words: Sequence[Word], at: int) -> Expression | None:
    """Read a part of a year with its year before it, behind it or not said."""
    led = year(words, at)
    if led is not None:
        following = part(words, led.after)
        if following is not None and _touches(words, led):
            return Expression("said", following.after, following, led)
        return None
    found = part(words, at)
    if found is None:
        return None
    behind = skipped(words, found.after, *_TIES)
    given = year(words, behind)
    if given is not None:
        # "March 2023-24" is of a year that begins in one and ends in the next.
        whole = _years(words, behind)
        split = whole is not None and whole.kind == "split_year"
        return whole if split else Expression("said", given.after, found, given)
    if found.bare_month and not _introduced(words, at):
        return None
    return Expression("no_year", found.after, found)


def _touches(words: Sequence[Word], led: Year) -> bool:
    """Whether a part of a year right behind a year belongs to it: 2025年前11个月, 2025 Q1."""
    return words[led.after].start - words[led.after - 1].end <= 1


def _introduced(words: Sequence[Word], at: int) -> bool:
    """Whether a month alone is one: "in May", not "may"."""
    # 5月 and 五月 can be nothing else; the ideographic space is the first sign of that block.
    is_numbered = words[at].text[:1].isdecimal() or words[at].text > "\u3000"
    led = at > 0 and words[at - 1].text != ","
    return is_numbered or (led and words[at - 1].kind in ("from", *_TIES))


def _spanning(words: Sequence[Word], at: int) -> Expression | None:
    """Read "January 2024 to March 2025", "2024年1月至2025年3月"."""
    here = skipped(words, at, "from")
    began = _dated(words, here)
    if began is None or kind(words, began.after) != "to":
        return None
    ended = _dated(words, began.after + 1)
    if ended is None:
        return None
    return Expression(
        "said", ended.after, began.part, began.year, ended.year, ended.part, open_span=here > at
    )


def _dated(words: Sequence[Word], at: int) -> Expression | None:
    """Read a part of a year with its year, on either side."""
    found = _part_and_year(words, at)
    return found if found is not None and found.kind == "said" else None


def _year_to(words: Sequence[Word], at: int) -> Expression | None:
    """Read "the year to June 2025": the twelve months that end then."""
    ended = _dated(words, at + 1) if kind(words, at) == "year_to" else None
    if ended is None or ended.part is None or ended.year is None or not ended.year.said:
        return None
    month, number = ended.part.last, ended.year.number
    if month == 12:
        return Expression("said", ended.after, year=ended.year)
    start = Part(month + 1, month + 1, ended.after)
    before = Year(number - 1, said=True, after=ended.after)
    return Expression("said", ended.after, start, before, ended.year, ended.part)


def _across_years(words: Sequence[Word], at: int) -> Expression | None:
    """Read "the nine months to March 2025", which began in the year before."""
    count, last, after = months_until(words, at) or (0, 0, 0)
    if count <= last:
        return None
    given = year(words, skipped(words, after, *_TIES))
    if given is None or not given.said:
        return Expression("to_date", after)
    first = 12 + last - count + 1
    start, end = Part(first, first, given.after), Part(last, last, given.after)
    before = Year(given.number - 1, said=True, after=given.after)
    return Expression("said", given.after, start, before, given, end)


def _vague(words: Sequence[Word], at: int) -> Expression | None:
    """Read "late 2024", "2025年底", "the first half of March": nobody says which days."""
    led = year(words, at)
    if led is None and (after := _some_of(words, at)):
        behind = skipped(words, after, *_TIES)
        dated = _dated(words, behind)
        if dated is not None:
            return Expression("part_of_year", dated.after)
        within = part(words, behind) if kind(words, behind) == "month" else None
        given = year(words, behind)
        ends = [one.after for one in (within, given) if one is not None]
        is_half = kind(words, at) not in ("vague", "unsure")
        if ends and not (is_half and within is None):
            return Expression("part_of_year", max(ends))
        return None
    dated = _dated(words, at)
    if dated is not None and kind(words, dated.after) in ("vague", "unsure"):  # 3月上旬
        return Expression("part_of_year", dated.after + 1)
    alone = part(words, at)  # 3月前20天
    if alone is not None and alone.bare_month and kind(words, alone.after) in ("vague", "unsure"):
        return Expression("part_of_year", alone.after + 1)
    is_before = kind(words, at) == "year_number" and kind(words, at + 1) in ("vague", "unsure")
    return Expression("part_of_year", at + 2) if is_before else None


def _some_of(words: Sequence[Word], at: int) -> int:
    """Return the place behind a word for some of a time: "late", "the last quarter", "half"."""
    if kind(words, at) in ("vague", "unsure"):
        return at + 1
    if kind(words, at) in ("h", "nth") and (found := part(words, at)) is not None:
        return found.after
    return 0
