"""The time of a question: as asked, or an average over a longer time that ends with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from entrepot.model.period import Period

if TYPE_CHECKING:
    from entrepot.figures.cells import Cells
    from entrepot.figures.definition import Definition

__all__ = ["AS_ASKED", "Span", "Timed", "longer"]

AS_ASKED = "as asked"
YEARS, MONTHS = "three-year average", "twelve-month average"


@dataclass(frozen=True, slots=True)
class Span:
    """The time that is added up, and what an average takes of the sum.

    Attributes
    ----------
    words
        What it is called among the choices.
    asked
        The question about all of that time.
    part
        The length of the period asked about over the length of this one.
    """

    words: str
    asked: Definition
    part: float = 1.0

    @property
    def times(self) -> list[tuple[bool, Period]]:
        """Return period and base, with whether it is the period."""
        found = [(True, self.asked.period)]
        return [*found, (False, self.asked.base)] if self.asked.base else found


@dataclass(frozen=True, slots=True)
class Timed:
    """A time, and what one side's reports have of it."""

    span: Span
    cells: Cells

    @property
    def name(self) -> str:
        """Return whose reports of which source they are, in words."""
        source, voice = self.cells.held.source, self.cells.voice
        return source if voice is None else f"{source}, {voice}'s reports"

    @property
    def report(self) -> dict[str, str]:
        """Return whose reports of which source they are, as choices of a specification."""
        voice = self.cells.voice
        return {
            "source": self.cells.held.source,
            "report": f"{voice}'s" if voice else "reconciled",
        }


def longer(definition: Definition) -> Span | tuple[str, str]:
    """Return the average over three years or twelve months, or what it is and why there is none.

    A year is averaged with the two before it, a shorter time over the twelve months that end with
    it, and a base in the same way.
    """
    period = definition.period
    if not period.split(1):
        return ("a longer time", f"{period} is not made of months")
    if period.months > 12:
        return ("a longer time", f"{period} is more than a year already")
    words, months = (YEARS, 36) if period.months == 12 else (MONTHS, 12)
    wide = _ending_with(period, months)
    base = definition.base and _ending_with(definition.base, months)
    if base and base.end >= wide.start:
        return (words, f"{wide} and {base} overlap")
    return Span(words, definition.but(period=wide, base=base), period.months / months)


def _ending_with(period: Period, months: int) -> Period:
    first = period.end.year * 12 + period.end.month - months
    return Period(date(first // 12, first % 12 + 1, 1), period.end)
