"""What each measure asks of the rows of a source, and the measure put to them.

A module for each kind of measure has both: how its measures are asked, and the functions that put
them to the rows. Here are also the years and months that a measure looks at beside the period, as
the base of a definition.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.figures.questions import (
    counterfactual,
    cutoff,
    event,
    flows,
    hubs,
    prices,
    rerouted,
    suppliers,
)
from entrepot.figures.questions.question import Question
from entrepot.measures import measure_metadata
from entrepot.model.period import Period

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

__all__ = [
    "QUESTIONS",
    "Question",
    "is_window",
    "of",
    "shorter",
    "unit_of",
    "with_months",
    "with_years",
]

QUESTIONS: dict[str, Question] = {
    **flows.QUESTIONS,
    **suppliers.QUESTIONS,
    **prices.QUESTIONS,
    **cutoff.QUESTIONS,
    **counterfactual.QUESTIONS,
    **rerouted.QUESTIONS,
    **hubs.QUESTIONS,
    **event.QUESTIONS,
}


def of(measure: str) -> Question:
    """Return how a measure is asked; its name was checked before."""
    return QUESTIONS[measure]


def unit_of(asked: Definition) -> str:
    """Return the unit of the answer: a currency, ``kg`` or ``items``, else the measure's."""
    how = QUESTIONS.get(asked.measure)
    return how.unit_of(asked) if how else measure_metadata(asked.measure).unit


def is_window(definition: Definition) -> bool:
    """Whether the base is what a measure looks at by itself, and not what somebody asked for."""
    how, base = of(definition.measure), definition.base
    if base is None or not (how.years or how.months):
        return False
    return _compares_within(definition, base) or base in (
        _years(definition, definition.period),
        *_spans(definition),
    )


def with_years(definition: Definition) -> Definition:
    """Return the definition with the years before the period that a measure looks at, too.

    A measure that compares two such years gets all from the first it looks at.

    Raises
    ------
    RequestError
        For a period that is no year, or a base that is none before it.
    """
    how, period = of(definition.measure), definition.period
    _require_year(definition, period)
    if not how.has_base:
        return definition.but(base=_years(definition, period))
    base = definition.base or Period.parse(period.start.year - 1)
    if _compares_within(definition, base):
        return definition
    _require_year(definition, base)
    if base.end >= period.start:
        raise RequestError(
            f"the base {base} does not end before {period} begins", hint="name an earlier year"
        )
    first = base.start.year - how.years + 1
    return definition.but(base=_span(first, period.start.year - 1))


def _compares_within(definition: Definition, base: Period) -> bool:
    """Whether a base has all years of two that are compared, up to the period."""
    how, start = of(definition.measure), definition.period.start
    # Long enough for the window of the earlier year, and ending right before the period: then the
    # base was completed before (a Figure's definition asked again).
    long = bool(how.years) and base.start.year + how.years <= start.year
    return how.has_base and long and base.end == start - timedelta(days=1)


def _require_year(definition: Definition, span: Period) -> None:
    year = span.start.year
    if span != Period.parse(year):
        raise RequestError(
            f"{definition.measure} is judged by years, and {span} is none",
            hint=f"ask --period {year}",
        )


def _years(definition: Definition, period: Period) -> Period | None:
    count, year = of(definition.measure).years, period.start.year
    return _span(year - count + 1, year - 1) if count > 1 else None


def _span(first: int, last: int) -> Period:
    return Period.parse(f"{first}..{last}" if last > first else first)


def with_months(definition: Definition) -> Definition:
    """Return the definition with the months before the period that a series looks at.

    Raises
    ------
    RequestError
        For days.
    """
    if definition.period.freq == "D":
        raise RequestError(
            f"{definition.measure} is a series of months, and {definition.period} is none",
            hint=f"ask --period {definition.period.start:%Y-%m}",
        )
    return definition.but(base=_spans(definition)[0])


def shorter(definition: Definition) -> list[Definition]:
    """Return a monthly question with all the months it can use, with those of a year, with one.

    Twelve months ahead of the period give the change against a year ago and the sum of a year;
    one month, if only that is held, gives the change alone.
    """
    if not of(definition.measure).months:
        return [definition]
    return [definition.but(base=base) for base in _spans(definition)]


def _spans(definition: Definition) -> list[Period]:
    start, count = definition.period.start, of(definition.measure).months
    if not count:
        return []
    last = start - timedelta(days=1)
    # count months in all, the period's own included, so count - 1 before it; or a year.
    firsts = [_back(start.year, start.month, months) for months in (count - 1, 12)]
    spans = [Period.parse(f"{first}..{last:%Y-%m}") for first in firsts]
    ago = Period.parse(firsts[1])
    return [*spans, ago] if definition.period.months == 1 else spans


def _back(year: int, month: int, months: int) -> str:
    # Months since year 0, from zero, so that // and % give year and month back.
    place = year * 12 + month - 1 - months
    return f"{place // 12:04d}-{place % 12 + 1:02d}"
