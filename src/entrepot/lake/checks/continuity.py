"""What does not go on from one period to the next: releases, reporters, numbers of rows, values."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from entrepot.lake.checks.totals import REPORTER, SIDE
from entrepot.lake.current_vintage import current_partitions
from entrepot.lake.inventory import spans
from entrepot.model.columns import Finding
from entrepot.model.display import figure_value
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.lake.catalog import Catalog
    from entrepot.lake.checks.totals import Totals
    from entrepot.model.period import Period

__all__ = ["FEW", "JUMP", "LARGE", "check", "releases"]

FEW = 0.5
"""Fewer rows than this part of either neighbour are too few."""
JUMP = 10.0
"""A reporter's total that grows or falls by more than this factor may be in other units."""
LARGE = 100e6
"""Totals below this, in whole units of their currency, may jump."""


class _Series(NamedTuple):
    """Sums of one teller, by period."""

    reporter: str
    side: str
    currency: str
    rows: dict[Period, int]
    values: dict[Period, float]


def releases(catalog: Catalog) -> Iterator[Finding]:
    """Warn where rows of several releases or editions count: a change may be a revision.

    A table without periods, such as descriptions of products, is made of editions.
    """
    dated = (item.source for item in catalog.snapshots if item.table in ("flows", "inputs"))
    for source in dict.fromkeys(dated):
        parts = [part for part in current_partitions(catalog.of(source)) if part.counts]
        for name, word in (("vintage", "releases"), ("nomenclature", "editions")):
            times: dict[str, set[Period]] = {}
            for part in parts:
                period = part.partition.period
                times.setdefault(getattr(part.snapshot, name), set()).update(
                    {period} if period else ()
                )
            if len(times) > 1:
                yield Finding(
                    f"mixed-{name}",
                    "warning",
                    source,
                    len(times),
                    "; ".join(
                        f"{value} {spans(sorted(held))}".strip()
                        for value, held in sorted(times.items())
                    ),
                    f"Periods come from different {word}: a change between them may be a revision.",
                )


def check(counted: Totals, source: str) -> Iterator[Finding]:
    """Warn where a source does not go on from one period to the next."""
    by_freq: dict[str, list[Period]] = {}
    for period in counted.periods(source):
        by_freq.setdefault(period.freq, []).append(period)
    for freq, periods in by_freq.items():
        series = _series(counted, source, freq, periods)
        place = f"{source} {spans(periods)}"
        yield from _silent(place, series, periods)
        yield from _gaps(place, series, periods)
        yield from _few_rows(place, series, periods)
        yield from _jumps(place, series, periods)


def _series(counted: Totals, source: str, freq: str, periods: Sequence[Period]) -> list[_Series]:
    starts = {period.start: period for period in periods}
    found: dict[tuple[str, str, str], _Series] = {}
    where = f"source = {literal(source)} AND freq = {literal(freq)}"
    both = counted.fetch(f"SELECT 1 FROM sums WHERE {where} AND reported_by = 'both' LIMIT 1")
    # What reconciles two reports may take one of them alone where the other is missing: there a
    # seller is not silent because its report is.
    reporter, side = ("exporter", "''") if both else (REPORTER, SIDE)
    for name, flow, currency, start, rows, value in counted.fetch(f"""
        SELECT {reporter} AS reporter, {side} AS side, currency, period, sum(n), sum(value)
        FROM sums WHERE {where} GROUP BY ALL ORDER BY ALL"""):
        key = (name, flow, currency)
        one = found.setdefault(key, _Series(name, flow, currency, {}, {}))
        one.rows[starts[start]] = int(rows)
        one.values[starts[start]] = value or 0.0
    return list(found.values())


def _name(one: _Series) -> str:
    return f"{one.reporter} ({one.side})" if one.side else one.reporter


def _largest(series: Sequence[_Series]) -> _Series:
    return max(series, key=lambda one: max(one.values.values()))


def _silent(place: str, series: list[_Series], periods: Sequence[Period]) -> Iterator[Finding]:
    gone = [one for one in series if max(one.rows) < periods[-1]]
    if gone:
        one = _largest(gone)
        text = (
            "Reporters are silent at the end of what is held: a total over all of them falls "
            "without any trade having fallen, and a growth across their end compares two things."
        )
        example = f"{_name(one)}, the last is {max(one.rows)}"
        yield Finding("fell-silent", "warning", place, len(gone), example, text)


def _gaps(place: str, series: list[_Series], periods: Sequence[Period]) -> Iterator[Finding]:
    with_gap = [one for one in series if _holes(one, periods)]
    if with_gap:
        one = _largest(with_gap)
        text = "Reporters are missing in between: their trade there is not zero, it is not held."
        example = f"{_name(one)}, not in {spans(_holes(one, periods))}"
        yield Finding("gap", "warning", place, len(with_gap), example, text)


def _holes(one: _Series, periods: Sequence[Period]) -> list[Period]:
    first, last = min(one.rows), max(one.rows)
    return [period for period in periods if first < period < last and period not in one.rows]


def _few_rows(place: str, series: list[_Series], periods: Sequence[Period]) -> Iterator[Finding]:
    rows = [sum(one.rows.get(period, 0) for one in series) for period in periods]
    few: list[tuple[float, int, int]] = []
    for at, count in enumerate(rows):
        beside = min([*rows[max(0, at - 1) : at], *rows[at + 1 : at + 2]], default=0)
        if count < FEW * beside:
            few.append((count / beside, at, beside))
    if few:
        _, at, beside = min(few)
        text = f"Far fewer rows than before and after (less than {FEW:.0%} of either)."
        example = f"{rows[at]:,} rows in {periods[at]}, {beside:,} beside it"
        yield Finding("few-rows", "warning", place, len(few), example, text)


def _jumps(place: str, series: list[_Series], periods: Sequence[Period]) -> Iterator[Finding]:
    found: list[tuple[float, str]] = []
    for one in series:
        for old, new in pairwise(periods):
            before, after = one.values.get(old, 0.0), one.values.get(new, 0.0)
            low, high = sorted((before, after))
            if low > 0 and high >= LARGE and high > JUMP * low:
                amounts = (figure_value(v, one.currency) for v in (before, after))
                words = f"{_name(one)} {old} to {new}: {' to '.join(amounts)}"
                found.append((high / low, words))
    if found:
        text = (
            f"The total of a reporter changes by more than a factor of {JUMP:g} from one period to "
            "the next: are both in the same unit, and is neither an extract?"
        )
        yield Finding("jump", "warning", place, len(found), max(found)[1], text)
