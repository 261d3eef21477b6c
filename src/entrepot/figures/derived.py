"""Numbers that nobody printed and that follow from two that one origin did."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.model.areas import WORLD
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.figures.definition import Definition
    from entrepot.sources.published.read import Published

__all__ = ["Quotient", "pairs", "quotient_of", "sums"]


@dataclass(frozen=True, slots=True)
class Quotient:
    """A measure as one level over another.

    Attributes
    ----------
    top, bottom
        Definitions of the two levels.
    unit
        ``share`` (top / bottom) or ``percent`` (100 (top / bottom - 1)).
    """

    top: Definition
    bottom: Definition
    unit: str

    def of(self, top: float, bottom: float) -> float:
        """Return the measure for two levels."""
        return (top / bottom - 1) * 100 if self.unit == "percent" else top / bottom

    def interval(self, top: Interval, bottom: Interval) -> Interval:
        """Return what the rounding of both levels leaves open."""
        return Interval(self.of(top.low, bottom.high), self.of(top.high, bottom.low))


def quotient_of(definition: Definition) -> Quotient | None:
    """Return the two levels that the measure is made of; None if it is not a quotient."""
    level = definition.but(measure="value", base=None)
    match definition.measure:
        case "growth" if definition.base is not None:
            return Quotient(level, level.but(period=definition.base), "percent")
        case "import_share":
            return Quotient(level, level.but(exporter=WORLD), "share")
        case "export_share":
            return Quotient(level, level.but(importer=WORLD), "share")
    return None


def sums(parts: Sequence[Iterable[Published]]) -> Iterator[tuple[Published, ...]]:
    """Yield one row of each part, where one origin, as one reporter, values them all alike."""
    if not parts:
        return
    by_voice = []
    for rows in parts:
        found: dict[tuple[str, ...], Published] = {}
        for row in filter(_is_number, rows):
            found.setdefault((row.origin, row.variant, row.reporter, row.valuation), row)
        by_voice.append(found)
    for voice in by_voice[0]:
        if all(voice in found for found in by_voice):
            yield tuple(found[voice] for found in by_voice)


def pairs(
    top: Iterable[Published], bottom: Iterable[Published], *, across_reporters: bool = False
) -> Iterator[tuple[Published, Published]]:
    """Yield pairs that may be divided: one origin, one variant, one reporter, one valuation.

    A bound or a range is no number to compute with: "more than" over "up to" says nothing. The
    first pair of each origin and variant is taken, so rows have to come best first. A data set
    that blends reports is one origin with several reporters: `across_reporters` lets it be.
    """
    seen: set[tuple[str, str]] = set()
    for one, other in itertools.product(filter(_is_number, top), filter(_is_number, bottom)):
        voice = (one.origin, one.variant)
        alike = (*voice, one.valuation) == (other.origin, other.variant, other.valuation)
        if alike and voice not in seen and (across_reporters or one.reporter == other.reporter):
            seen.add(voice)
            yield one, other


def _is_number(row: Published) -> bool:
    """Whether one number is stated, with what its digits leave open; zero divides nothing."""
    return bool(row.value) and row.low is not None and row.high is not None
