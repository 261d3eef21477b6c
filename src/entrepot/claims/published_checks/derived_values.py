"""Printed numbers beside what follows from other printed ones of the same books."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from entrepot.claims.published_checks.comparability import gap
from entrepot.claims.published_checks.discrepancy import Discrepancy, Kind, Side
from entrepot.claims.published_checks.intervals import size
from entrepot.claims.quantity import SHARES
from entrepot.claims.reference_levels import MIXED_SLACK, REVISION, ReferenceLevel, ReferenceLevels
from entrepot.model.display import MINUS, figure_value
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.published_checks.intervals import PublishedInterval
    from entrepot.claims.statements import Statement

__all__ = ["Span", "spans", "sums"]


def sums(numbers: Iterable[PublishedInterval], facts: ReferenceLevels) -> Iterator[Discrepancy]:
    """Yield numbers that do not meet the sum, difference or quotient of other printed ones.

    Parts count only where they say whose books they are of, and those are the number's own. A
    quotient is given the room that later releases of its parts have taken; inside it, the two are
    of different releases.
    """
    for number in numbers:
        statement = number.statement
        if statement is None or not _home(number) or not statement.quantity.is_linear:
            continue
        if statement.quantity.to:
            yield from _quotient(number, statement, facts)
        else:
            yield from _total(number, statement, facts)


def _home(number: PublishedInterval) -> str:
    """Return whose books a number is of; of a share that does not say, those of its whole."""
    sides = {"import_share": number.row.importer, "export_share": number.row.exporter}
    return number.books or sides.get(number.row.measure, "")


def _usable(known: ReferenceLevel, number: PublishedInterval) -> bool:
    rows = [statement.row for statement in known.statements]
    return (
        all(row.reporter == _home(number) for row in rows)
        and number.row.id not in {row.id for row in rows}
        and not any(statement.is_ours for statement in known.statements)
    )


def _total(
    number: PublishedInterval, statement: Statement, facts: ReferenceLevels
) -> Iterator[Discrepancy]:
    parts = _parts(number, statement, facts)
    if len(parts) < 2:
        return
    total, signs = Interval.point(0.0), []
    for known, weight in parts:
        total = total + known.interval.scaled(weight)
        signs.append("+" if weight > 0 else MINUS)
    rows = tuple(known.statements[0].row for known, _ in parts)
    pages = {(row.publisher, row.published_on) for row in (number.row, *rows)}
    if gap(number.interval, total) <= (0.0 if len(pages) == 1 else MIXED_SLACK):
        return
    shown = size(total.middle, number.row.unit, rows)
    words = " ".join(f"{sign} {row.printed}" for sign, row in zip(signs, rows, strict=True))
    yield Discrepancy(
        kind="conflict",
        what=number.what,
        one=Side(number.row.printed, (number.row,)),
        other=Side(shown, rows),
        because=f"{words.removeprefix('+ ')} = {shown}, not {number.row.printed}",
    )


def _parts(
    number: PublishedInterval, statement: Statement, facts: ReferenceLevels
) -> tuple[tuple[ReferenceLevel, float], ...]:
    """Return the printed parts of a sum, of as few origins as can be; none if one is missing."""
    terms = statement.quantity.of
    held = [[k for k in facts.printed(level) if _usable(k, number)] for level, _ in terms]
    choices = [tuple(chosen) for chosen in itertools.product(*held)]
    if not choices:
        return ()
    best = min(choices, key=lambda chosen: len({o for known in chosen for o in known.origins}))
    return tuple(zip(best, (weight for _, weight in terms), strict=True))


def _quotient(
    number: PublishedInterval, statement: Statement, facts: ReferenceLevels
) -> Iterator[Discrepancy]:
    quantity = statement.quantity
    for top, bottom in itertools.product(facts.totals(quantity.of), facts.totals(quantity.to)):
        if not (_usable(top, number) and _usable(bottom, number)) or bottom.interval.low <= 0:
            continue
        if top.how or bottom.how:
            continue
        value = quantity.stated(top.interval / bottom.interval)
        if number.interval.meets(value):
            continue
        kind, words = _release(quantity.quotient(number.interval), top, bottom, quantity.measure)
        if kind == "conflict" and not number.books:
            kind, words = "unstated", "not said by both: total"
        rows = tuple(part.row for known in (top, bottom) for part in known.statements)
        text = figure_value(value.middle, number.row.unit)
        yield Discrepancy(
            kind=kind,
            what=number.what,
            one=Side(number.row.printed, (number.row,)),
            other=Side(text, rows),
            because=(
                f"{top.statements[0].row.printed} / {bottom.statements[0].row.printed} is "
                f"{text}, not {number.row.printed}"
            ),
            definition=words,
        )
        return


def _release(
    factor: Interval, top: ReferenceLevel, bottom: ReferenceLevel, measure: str
) -> tuple[Kind, str]:
    """Return whether later releases of the parts could close the gap."""
    reach = top.revision if measure in SHARES else bottom.revision
    if gap(factor, top.interval / bottom.interval) <= reach:
        what = "its parts" if measure in SHARES else "its base"
        return "other_definition", f"release: {what} may have been revised since"
    return "conflict", ""


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time with its two parts, all printed: the first part, the second, the whole."""

    first: PublishedInterval
    second: PublishedInterval
    whole: PublishedInterval

    @property
    def total(self) -> Interval:
        """What the parts add up to."""
        return self.first.interval + self.second.interval

    @property
    def reach(self) -> float:
        """How far later releases may have moved them."""
        return max(REVISION[one.row.confidence] for one in (self.first, self.second, self.whole))


def spans(numbers: Iterable[PublishedInterval]) -> Iterator[Span]:
    """Yield spans whose parts do not add up to them."""
    series: defaultdict[object, list[PublishedInterval]] = defaultdict(list)
    for number in numbers:
        row = number.row
        if row.measure == "value" and row.reporter and number.interval.width < float("inf"):
            key = number.key()
            series[(*key[:6], row.reporter, row.unit, row.valuation)].append(number)
    for held in series.values():
        for first, second in itertools.permutations(held, 2):
            if first.row.period.end + timedelta(days=1) != second.row.period.start:
                continue
            ends = (first.row.period.start, second.row.period.end)
            for whole in held:
                found = Span(first, second, whole)
                both = (whole.row.period.start, whole.row.period.end)
                if both == ends and not found.total.meets(whole.interval):
                    yield found
