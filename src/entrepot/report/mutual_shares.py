"""Both weights of one flow in a year, as one question: a ratio is of the books of its parts."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from entrepot.model.display import number
from entrepot.report import phrasing
from entrepot.report.attribution import is_computed, origin_name, row_of
from entrepot.report.bars import errors_of
from entrepot.report.cards import source_on_card
from entrepot.report.chart_data import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from entrepot.figures import Figure
    from entrepot.report.brief_context import BriefContext
    from entrepot.report.parts import Carrier
    from entrepot.sources.published.read import Published

__all__ = ["Weighed", "of_one_source", "weighed"]

T = TypeVar("T")
SHARES = ("import_share", "export_share")


@dataclass(frozen=True, slots=True)
class Weighed:
    """The supplier's weight in imports and the importer's in exports, in one year of one flow.

    Attributes
    ----------
    imports, exports
        Both weights; None where nothing is held.
    whose
        Whose number each is.
    ratio
        The first over the second, where it is made of these two; else None.
    carried
        What carries both weights.
    """

    imports: Side | None
    exports: Side | None
    whose: tuple[str, str]
    ratio: Figure | None
    carried: tuple[Carrier, ...]


def weighed(
    book: BriefContext, importer: str, exporter: str, year: int, *, ranged: bool = True
) -> Weighed:
    """Return both weights of the flow from one to the other, those that their ratio is made of."""
    pair = {"importer": importer, "exporter": exporter, "period": year}
    ratio = book.value("asymmetry", **pair)
    shares = [(book.ask if ranged else book.value)(measure, **pair) for measure in SHARES]
    parts = _parts(ratio)
    if not parts:
        known = tuple(one for one in shares if one.value is not None)
        first, second = (_alone(one) for one in shares)
        return Weighed(first, second, (_whose(shares[0]), _whose(shares[1])), None, known)
    first, second = (_ranged(one, share) for (one, _), share in zip(parts, shares, strict=True))
    whose = (parts[0][1], parts[1][1])
    return Weighed(first, second, whose, ratio, (ratio, *_rows(ratio)))


def of_one_source(years: Mapping[int, T], whose: Callable[[T], Hashable]) -> dict[int, T]:
    """Return the years that are of one source: that of most years, the newest of several.

    A rise from one source to another may be nothing but their difference.
    """
    counts: dict[Hashable, tuple[int, int]] = {}
    for year, one in years.items():
        count, newest = counts.get(whose(one), (0, 0))
        counts[whose(one)] = (count + 1, max(newest, year))
    most = max(counts, key=lambda name: counts[name], default=None)
    return {year: one for year, one in years.items() if whose(one) == most}


def _whose(figure: Figure) -> str:
    return source_on_card(figure).removeprefix("from published: ")


def _parts(ratio: Figure) -> list[tuple[Side, str]]:
    """Return the two shares that a ratio is made of, without ranges, each with whose it is.

    Empty where it has none.
    """
    if ratio.value is None:
        return []
    held = [ratio.details.get(measure) for measure in SHARES]
    if all(isinstance(one, float) for one in held):
        return [(_computed(float(one)), _whose(ratio)) for one in held if one is not None]
    found = [(_of_rows(rows, ratio), origin_name(rows[0].origin)) for rows in _shares(ratio)]
    if len(found) != len(SHARES):
        return []
    return found if math.isclose(found[0][0].value / found[1][0].value, ratio.value) else []


def _shares(ratio: Figure) -> Iterator[tuple[Published, ...]]:
    """Yield the rows of each share in print: the share itself, or a flow and the total of it."""
    rows = iter(_rows(ratio))
    for row in rows:
        told = (row,) if row.unit == "share" else (row, *itertools.islice(rows, 1))
        if any(not one.value for one in told) or (row.unit != "share" and len(told) < 2):
            return
        yield told


def _rows(ratio: Figure) -> tuple[Published, ...]:
    found = (row_of(item) for item in ratio.evidence)
    return tuple(row for row in found if row is not None)


def _computed(value: float) -> Side:
    return Side(100 * value, number(100 * value))


def _of_rows(rows: tuple[Published, ...], ratio: Figure) -> Side:
    """Return a share as it was printed, or in three digits if it is our own result."""
    row, *total = rows
    value = float(row.value or 0.0)
    if total:
        return _computed(value / float(total[0].value or math.nan))
    if ratio.evidence[0].source != "published":
        return _computed(value)
    found = re.search(r"\d+(?:[.,](\d+))?", row.printed)
    decimals = len(found[1]) if found and found[1] else 0
    return Side(100 * value, f"{100 * value:.{decimals}f}", printed=True)


def _alone(share: Figure) -> Side | None:
    """Return a share that is known by itself, with its range."""
    if share.value is None:
        return None
    return _ranged(
        Side(100 * share.value, phrasing.bounded(share), printed=not is_computed(share)), share
    )


def _ranged(side: Side, share: Figure) -> Side:
    """Return a side with the range over all definitions of its share, where that holds it."""
    spread = phrasing.span_like(share) if share.specifications or errors_of(share) else ""
    if not spread or share.low is None or share.high is None:
        return side
    ends = [float(end.replace(",", "")) for end in spread.split(" to ")]
    shown = re.search(r"[\d.]+", side.text)
    if shown is None or not ends[0] <= float(shown[0]) <= ends[1]:
        return side
    return Side(
        side.value, side.text, 100 * share.low, 100 * share.high, spread, printed=side.printed
    )
