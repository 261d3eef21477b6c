"""A span of time beside its two parts, and numbers of two directions that changed places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.published_checks.comparability import gap
from entrepot.claims.published_checks.derived_values import Span, spans
from entrepot.claims.published_checks.discrepancy import Discrepancy, Side
from entrepot.claims.published_checks.intervals import size
from entrepot.claims.result import LikelyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.claims.published_checks.intervals import PublishedInterval

__all__ = ["series"]


def series(numbers: Sequence[PublishedInterval]) -> Iterator[Discrepancy]:
    """Yield spans that their parts do not add up to.

    Within the reach of later releases the parts and the whole are of different releases. Beyond
    it, the number that is likeliest off is the one that fits when it changes places with that of
    the other direction; failing that, the whole.
    """
    for span in spans(numbers):
        off = gap(span.total, span.whole.interval)
        if off <= span.reach:
            yield _finding(span, span.whole, release=True)
            continue
        swaps = list(_swaps(span, numbers))
        if len(swaps) == 1:
            wrong, other, mended = swaps[0]
            yield _finding(span, wrong, slip=_slip(span, wrong, other, mended))
        else:
            yield _finding(span, span.whole)


def _finding(
    span: Span, wrong: PublishedInterval, *, release: bool = False, slip: LikelyError | None = None
) -> Discrepancy:
    whole = span.whole.row
    others = [one.row for one in (span.first, span.second, span.whole) if one is not wrong]
    rows = (span.first.row, span.second.row, whole)
    total = size(span.total.middle, whole.unit, rows)
    rest = total if wrong is span.whole else size(_rest(span, wrong), whole.unit, rows)
    return Discrepancy(
        kind="other_definition" if release else "conflict",
        what=wrong.what,
        one=Side(wrong.row.printed, (wrong.row,)),
        other=Side(rest, tuple(others)),
        because=(
            f"{span.first.row.printed} ({span.first.row.period}) + {span.second.row.printed} "
            f"({span.second.row.period}) = {total}, not {whole.printed} ({whole.period})"
        ),
        definition="release: earlier months may have been revised since" if release else "",
        likely_errors=(slip,) if slip else (),
    )


def _rest(span: Span, wrong: PublishedInterval) -> float:
    part = span.first if wrong is span.second else span.second
    return span.whole.interval.middle - part.interval.middle


def _swaps(
    span: Span, numbers: Iterable[PublishedInterval]
) -> Iterator[tuple[PublishedInterval, PublishedInterval, Span]]:
    """Yield numbers of the span that fit when exchanged with those of the other direction."""
    for wrong in (span.first, span.second, span.whole):
        for other in numbers:
            if not _is_turned(wrong, other):
                continue
            parts = [
                other if one is wrong else one for one in (span.first, span.second, span.whole)
            ]
            mended = Span(*parts)
            if gap(mended.total, mended.whole.interval) <= span.reach:
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


def _slip(
    span: Span, wrong: PublishedInterval, other: PublishedInterval, mended: Span
) -> LikelyError:
    first, second = (
        f"{one.row.printed} ({one.row.period})" for one in (mended.first, mended.second)
    )
    total = size(mended.total.middle, other.row.unit, (mended.first.row, mended.second.row))
    text = (
        f"{wrong.row.publisher} prints {wrong.row.printed} for {wrong.what} and "
        f"{other.row.printed} for {other.what}; exchanged, {first} + {second} = {total}, within "
        f"{gap(mended.total, mended.whole.interval) * 100:.1f}\u00a0% of "
        f"{mended.whole.row.printed} ({mended.whole.row.period})."
    )
    return LikelyError("swapped", other.row.id, other.row.printed, text)
