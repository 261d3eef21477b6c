"""Beside the share chart: what is read out, the table, the notes and the source line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from entrepot.model.display import NBSP
from entrepot.report import phrasing
from entrepot.report.attribution import origin_name, source_name
from entrepot.report.parts import Link, Note, Remark, Sentence, Table

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.model.period import Period
    from entrepot.report.chart_data import Break
    from entrepot.sources.published.read import Published

__all__ = ["notes", "source", "spoken", "table"]

SHOWN_LINKS = 4


def spoken(title: str, what: str, rows: list[Published], series: list[Figure]) -> str:
    """Return finding and values for somebody who cannot see the chart."""
    parts = [f"{title}. {what}, per cent."]
    if series:
        values = ", ".join(
            f"{f.definition.period}: {NBSP.join(phrasing.shown(f))}" for f in series if f.value
        )
        parts.append(f"Computed: {values}.")
    if rows:
        values = ", ".join(
            f"{r.period}: {r.printed} ({origin_name(r.origin)})" for r in _ordered(rows)
        )
        parts.append(f"In print: {values}.")
    return " ".join(parts)


def table(what: str, rows: list[Published], series: list[Figure]) -> Table:
    """Return every computed and printed value by period."""
    lines = []
    for figure in series:
        value = phrasing.shown(figure)[0]
        lines.append((str(figure.definition.period), value, phrasing.span_like(figure), "computed"))
    for row in _ordered(rows):
        ends = [f"{end * 100:.4g}" if end is not None else "open" for end in (row.low, row.high)]
        spread = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
        lines.append(
            (str(row.period), row.printed.replace(" %", ""), spread, origin_name(row.origin))
        )
    return Table(
        caption=f"{what}, all goods, per cent",
        head=("Period", "Share", "Left open by digits or definitions", "Whose number"),
        numeric=(False, True, True, False),
        units=("", "per cent", "per cent", ""),
        rows=tuple(sorted(lines, key=lambda line: line[0])),
    )


def places(rows: list[Published], series: list[Figure]) -> dict[int, int]:
    """Return the row of the table, from 0 on, of each computed and printed value, by identity."""
    periods = [(str(one.definition.period), id(one)) for one in series]
    periods += [(str(row.period), id(row)) for row in _ordered(rows)]
    ordered = sorted(periods, key=lambda pair: pair[0])
    return {which: place for place, (_, which) in enumerate(ordered)}


def notes(rows: list[Published], broken: Break | None) -> tuple[Note, ...]:
    """Say how to read the boxes, and which numbers are farthest apart."""
    how = []
    if rows:
        how.append(Remark("Each box is a printed number, as tall as its digits leave open."))
    if broken:
        line = "The dotted line is where the reporters change: a change across it needs both named."
        how.append(Remark(line, ("reporter-break",)))
    notes = [Note("How to read it", tuple(how))] if how else []
    crowded = _most_disputed(rows)
    if len(crowded) > 1:
        year = crowded[0].period.year
        said = ", ".join(
            f"{origin_name(row.origin)} {row.printed.replace(' ', NBSP)}" for row in crowded
        )
        text = f"For {year} the numbers in print are these: {said}."
        notes.append(
            Note(
                "Why the spread",
                (
                    Sentence(text, tuple(crowded), ("denominator-system",)),
                    Remark(
                        "They divide by different totals, and some count freight.", ("valuation",)
                    ),
                ),
            )
        )
    return tuple(notes)


def _most_disputed(rows: list[Published]) -> list[Published]:
    """Return the printed shares of the whole year whose numbers are farthest apart."""
    by_year: dict[Period, dict[str, Published]] = {}
    for row in rows:
        if row.period.is_year:
            by_year.setdefault(row.period, {}).setdefault(row.origin, row)

    def width(found: dict[str, Published]) -> float:
        values = [row.middle for row in found.values() if row.middle is not None]
        return max(values) - min(values) if values else 0.0

    best = max(by_year.values(), key=width, default={})
    return sorted(best.values(), key=_size)


def source(rows: list[Published], series: list[Figure]) -> tuple[str | Link, ...]:
    """Return where the values stand, the newest printed ones as links."""
    found: list[str | Link] = []
    if series:
        names = dict.fromkeys(
            f"{origin_name(item.origin)} over published totals"
            if item.origin
            else f"rows of {source_name(item.source)}"
            for figure in series
            for item in figure.evidence
        )
        found.append(f"Computed: {', '.join(names)}. ")
    if rows:
        found.append("In print: ")
        latest = sorted(rows, key=lambda row: (row.period.end, row.id), reverse=True)
        named = list({row.origin: row for row in reversed(latest)}.values())[::-1][:SHOWN_LINKS]
        for place, row in enumerate(named):
            found += [
                *(["; "] if place else []),
                Link(f"{origin_name(row.origin)} ({row.period})", row.url),
            ]
        rest = len({row.origin for row in rows}) - len(named)
        found.append(
            f"; {phrasing.count_word(rest, 'other')} in the table below." if rest > 0 else "."
        )
    return tuple(found)


def _ordered(rows: list[Published]) -> list[Published]:
    return sorted(rows, key=lambda row: (row.period.start, row.period.end, _size(row), row.id))


def _size(row: Published) -> float:
    """Return what to sort a printed share by; words without a number come last."""
    return math.inf if row.middle is None else row.middle
