"""Published figures, compared with what follows from others of the same statistics."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from entrepot.claims.published_checks.discrepancy import (
    Discrepancy,
    Kind,
    Side,
    difference,
    gap,
    size,
)
from entrepot.claims.quantity import SHARES
from entrepot.claims.result import LikelyError
from entrepot.claims.statements import MIXED_SLACK, REVISION, ReferenceLevel, ReferenceLevels
from entrepot.model.areas import WORLD, area_set
from entrepot.model.display import MINUS, figure_value, joined
from entrepot.model.interval import Interval
from entrepot.sources.published.parse import ranked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.claims.published_checks.discrepancy import PublishedInterval
    from entrepot.claims.quantity import Level
    from entrepot.claims.statements import Statement


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
    """Return the reporter of a number; of a share that does not say, that of its total."""
    sides = {"import_share": number.row.importer, "export_share": number.row.exporter}
    return number.reporter or sides.get(number.row.measure, "")


def _usable(known: ReferenceLevel, number: PublishedInterval) -> bool:
    rows = [statement.row for statement in known.statements]
    return (
        all(row.reporter == _home(number) for row in rows)
        and number.row.id not in {row.id for row in rows}
        and not any(statement.is_own_result for statement in known.statements)
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
    # One page must add up exactly; across pages later releases move the parts.
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
    candidates = [[k for k in facts.printed(level) if _usable(k, number)] for level, _ in terms]
    choices = [tuple(chosen) for chosen in itertools.product(*candidates)]
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
        # Derived levels may come from the very number that is tested.
        if top.how or bottom.how:
            continue
        value = quantity.stated(top.interval / bottom.interval)
        if number.interval.meets(value):
            continue
        kind, words = _release(quantity.quotient(number.interval), top, bottom, quantity.measure)
        # A share that does not say whose total it is of can always be of another.
        if kind == "conflict" and not number.reporter:
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
    # Of a growth the base is the older number, and has had time to be revised.
    reach = top.revision if measure in SHARES else bottom.revision
    if gap(factor, top.interval / bottom.interval) <= reach:
        what = "its parts" if measure in SHARES else "its base"
        return "other_definition", f"release: {what} may have been revised since"
    return "conflict", ""


@dataclass(frozen=True, slots=True)
class PartedSpan:
    """A span of time with its two parts, all printed: the first part, the second, the full span."""

    first: PublishedInterval
    second: PublishedInterval
    full: PublishedInterval

    @property
    def total(self) -> Interval:
        """What the parts add up to."""
        return self.first.interval + self.second.interval

    @property
    def reach(self) -> float:
        """How far later releases may have moved them."""
        return max(REVISION[one.row.confidence] for one in (self.first, self.second, self.full))


def spans(numbers: Iterable[PublishedInterval]) -> Iterator[PartedSpan]:
    """Yield spans whose parts do not add up to them."""
    series: defaultdict[object, list[PublishedInterval]] = defaultdict(list)
    for number in numbers:
        row = number.row
        if row.measure == "value" and row.reporter and number.interval.width < float("inf"):
            key = number.key()
            # The key without period and base: spans of all lengths of one flow come together.
            series[(*key[:6], row.reporter, row.unit, row.valuation)].append(number)
    for group in series.values():
        for first, second in itertools.permutations(group, 2):
            if first.row.period.end + timedelta(days=1) != second.row.period.start:
                continue
            ends = (first.row.period.start, second.row.period.end)
            for full in group:
                found = PartedSpan(first, second, full)
                both = (full.row.period.start, full.row.period.end)
                if both == ends and not found.total.meets(full.interval):
                    yield found


# A span of time with its two parts, and numbers of two directions that changed places.


def series(numbers: Sequence[PublishedInterval]) -> Iterator[Discrepancy]:
    """Yield spans that their parts do not add up to.

    Within the reach of later releases the parts and the full span are of different releases. Beyond
    it, the number that is likeliest off is the one that fits when it changes places with that of
    the other direction; failing that, the full span.
    """
    for span in spans(numbers):
        off = gap(span.total, span.full.interval)
        if off <= span.reach:
            yield _finding(span, span.full, release=True)
            continue
        swaps = list(_swaps(span, numbers))
        # With several exchanges that fit, none is the likelier.
        if len(swaps) == 1:
            wrong, other, mended = swaps[0]
            yield _finding(span, wrong, likely_error=_exchanged(wrong, other, mended))
        else:
            yield _finding(span, span.full)


def _finding(
    span: PartedSpan,
    wrong: PublishedInterval,
    *,
    release: bool = False,
    likely_error: LikelyError | None = None,
) -> Discrepancy:
    full_row = span.full.row
    others = [one.row for one in (span.first, span.second, span.full) if one is not wrong]
    rows = (span.first.row, span.second.row, full_row)
    total = size(span.total.middle, full_row.unit, rows)
    rest = total if wrong is span.full else size(_rest(span, wrong), full_row.unit, rows)
    return Discrepancy(
        kind="other_definition" if release else "conflict",
        what=wrong.what,
        one=Side(wrong.row.printed, (wrong.row,)),
        other=Side(rest, tuple(others)),
        because=(
            f"{span.first.row.printed} ({span.first.row.period}) + {span.second.row.printed} "
            f"({span.second.row.period}) = {total}, not {full_row.printed} ({full_row.period})"
        ),
        definition="release: earlier months may have been revised since" if release else "",
        likely_errors=(likely_error,) if likely_error else (),
    )


def _rest(span: PartedSpan, wrong: PublishedInterval) -> float:
    part = span.first if wrong is span.second else span.second
    return span.full.interval.middle - part.interval.middle


def _swaps(
    span: PartedSpan, numbers: Iterable[PublishedInterval]
) -> Iterator[tuple[PublishedInterval, PublishedInterval, PartedSpan]]:
    """Yield numbers of the span that fit when exchanged with those of the other direction."""
    for wrong in (span.first, span.second, span.full):
        for other in numbers:
            if not _is_turned(wrong, other):
                continue
            parts = [other if one is wrong else one for one in (span.first, span.second, span.full)]
            mended = PartedSpan(*parts)
            if gap(mended.total, mended.full.interval) <= span.reach:
                yield wrong, other, mended


def _is_turned(one: PublishedInterval, other: PublishedInterval) -> bool:
    """Whether one page prints both, for one period, in opposite directions."""
    first, second = one.row, other.row
    return (
        first.flow == second.flow == "one_way"
        and (first.exporter, first.importer) == (second.importer, second.exporter)
        and (first.measure, first.goods, first.period)
        == (
            second.measure,
            second.goods,
            second.period,
        )
        and (first.unit, first.origin, first.publisher)
        == (
            second.unit,
            second.origin,
            second.publisher,
        )
    )


def _exchanged(
    wrong: PublishedInterval, other: PublishedInterval, mended: PartedSpan
) -> LikelyError:
    first, second = (
        f"{one.row.printed} ({one.row.period})" for one in (mended.first, mended.second)
    )
    total = size(mended.total.middle, other.row.unit, (mended.first.row, mended.second.row))
    text = (
        f"{wrong.row.publisher} prints {wrong.row.printed} for {wrong.what} and "
        f"{other.row.printed} for {other.what}; exchanged, {first} + {second} = {total}, within "
        f"{gap(mended.total, mended.full.interval) * 100:.1f}\u00a0% of "
        f"{mended.full.row.printed} ({mended.full.row.period})."
    )
    return LikelyError("swapped", other.row.id, other.row.printed, text)


def parts(numbers: Iterable[PublishedInterval]) -> Iterator[Discrepancy]:
    """Yield values that are larger than one they are a part of, by goods, partner or time.

    Both are of one flow's books, currency and valuation. A list is no part of another list.
    """
    alike: defaultdict[tuple[str, ...], list[tuple[Level, PublishedInterval]]] = defaultdict(list)
    for number in numbers:
        row, statement = number.row, number.statement
        if statement is None or row.measure != "value" or len(statement.quantity.of) > 1:
            continue
        if row.reporter and not row.variant:
            key = (row.reporter, row.unit, row.valuation, row.basis)
            alike[key].append((statement.quantity.of[0][0], number))
    for group in alike.values():
        for (part, small), (total, large) in itertools.permutations(group, 2):
            if part != total and _is_part(part, total):
                yield from _larger(small, large)


def _is_part(part: Level, total: Level) -> bool:
    return (
        total.period.contains(part.period)
        and all(
            getattr(part, side) == getattr(total, side) or getattr(total, side) == WORLD
            for side in ("exporter", "importer")
        )
        # chpl:4.B is a part of chpl, but lists of different names may overlap in any way.
        and (total.goods in ("all", part.goods) or part.goods.split(":")[0] == total.goods)
    )


def _larger(small: PublishedInterval, large: PublishedInterval) -> Iterator[Discrepancy]:
    over = small.interval.low > large.interval.high
    if over and gap(small.interval, large.interval) > MIXED_SLACK:
        yield Discrepancy(
            kind="conflict",
            what=small.what,
            one=Side(small.row.printed, (small.row,)),
            other=Side(large.row.printed, (large.row,)),
            because=(
                f"{small.row.printed} is more than {large.row.printed} of {large.what}, of which "
                "it is a part"
            ),
        )


# Shares of one total: those of different partners are at most all of it.


_EXACT = 4
"""Digits of a sum of shares: rounded to fewer, it would be more or less than it is."""


def shares(numbers: Iterable[PublishedInterval]) -> Iterator[Discrepancy]:
    """Yield shares that with those of other partners come to more than the total.

    A share is compared with those that one origin printed of the same total, and only with
    those that do not say that they count otherwise. Partners that share a country are not added.
    Where the origins differ, the two totals may differ as totals of two statistics do.
    """
    by_total: defaultdict[object, list[PublishedInterval]] = defaultdict(list)
    for number in numbers:
        row = number.row
        if row.measure in SHARES and row.exporter and row.importer and number.interval.low > 0:
            goods = row.goods or row.goods_words.casefold()
            by_total[row.measure, _owner(number), goods, row.period].append(number)
    for group in by_total.values():
        yield from _of_one_total(group)


def _of_one_total(group: Sequence[PublishedInterval]) -> Iterator[Discrepancy]:
    """Yield one finding for two origins, of the weaker; its further rows are named in it."""
    by_id = {number.row.id: number for number in group}
    order = [by_id[row.id] for row in ranked(number.row for number in group)]
    by_source: defaultdict[object, list[PublishedInterval]] = defaultdict(list)
    for number in order:
        by_source[number.row.origin, _partner(number)].append(number)
    reported: set[frozenset[str]] = set()
    # From the weakest: the finding is filed under the number that is likelier wrong.
    for printer in reversed(list(by_source.values())):
        for origin in dict.fromkeys(number.row.origin for number in order):
            both = frozenset((printer[0].row.origin, origin))
            found = _over(printer, [number for number in order if number.row.origin == origin])
            if found is not None and both not in reported:
                reported.add(both)
                yield found


def _over(
    printer: Sequence[PublishedInterval], others: Sequence[PublishedInterval]
) -> Discrepancy | None:
    """Return what comes of a share and as few others of one origin as make more than the total."""
    number = printer[0]
    added: list[PublishedInterval] = []
    unsaid: dict[str, None] = {}
    mixed = any(other.row.origin != number.row.origin for other in others)
    limit = 1.0 + (MIXED_SLACK if mixed else 0.0)
    # Largest first, so that the sum passes one with as few as can be.
    for other in sorted(others, key=lambda one: -one.interval.low):
        apart = difference(number, other)
        if apart.stated or any(_overlap(other, one) for one in (number, *added)):
            continue
        added.append(other)
        unsaid |= dict.fromkeys(apart.unsaid)
        # Lower ends: even the least that their digits allow is too much.
        if math.fsum(one.interval.low for one in (number, *added)) > limit:
            return _shares_finding(printer, added, list(unsaid))
    return None


def _shares_finding(
    printer: Sequence[PublishedInterval], added: Sequence[PublishedInterval], unsaid: list[str]
) -> Discrepancy:
    number = printer[0]
    rows = tuple(other.row for other in added)
    kind: Kind = "unstated" if unsaid else "conflict"
    least = math.fsum(one.interval.low for one in (number, *added))
    terms = " + ".join(one.row.printed for one in (number, *added))
    rest = max(0.0, 1.0 - math.fsum(one.interval.low for one in added))
    left = figure_value(rest, "share", _EXACT)
    return Discrepancy(
        kind=kind,
        what=number.what,
        one=Side(number.row.printed, (number.row,)),
        other=Side(f"at most {left}", rows),
        because=(
            f"{terms} is at least {figure_value(least, 'share', _EXACT)} of one whole; "
            f"the others leave at most {left}"
        ),
        definition=f"not said by both: {joined(unsaid)}" if unsaid else "",
        also=tuple(other.row.id for other in printer[1:]),
    )


def _owner(number: PublishedInterval) -> str:
    """Return whose imports, exports or trade the total is."""
    row = number.row
    sides = {"import_share": row.importer, "export_share": row.exporter}
    return sides.get(row.measure, row.reporter)


def _partner(number: PublishedInterval) -> str:
    row = number.row
    return row.importer if row.exporter == _owner(number) else row.exporter


def _overlap(one: PublishedInterval, other: PublishedInterval) -> bool:
    """Whether two partners have a country in common."""
    day = one.row.period.start
    return bool(area_set(_partner(one), day) & area_set(_partner(other), day))
