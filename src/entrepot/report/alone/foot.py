"""What stands below a chart: value and range, sources, and what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.display import figure_value, range_text
from entrepot.report.origins import origin_name, source_name
from entrepot.report.words import capital

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.figures import Figure

__all__ = ["foot", "sources", "spread_line", "told_caveats"]

NEEDED = ("missing-codes", "partial-source", "one-report", "edition-break", "prices")
"""Caveats that a reader of a picture needs: what is not in it."""


def foot(figure: Figure) -> tuple[str, ...]:
    """Return the lines below the chart of one Figure."""
    return (spread_line(figure), sources([figure]), *told_caveats([figure]))


def spread_line(figure: Figure) -> str:
    """Return the value, with its range and what spans it."""
    value = figure_value(figure.value, figure.unit)
    ends = range_text(figure.low, figure.high, figure.unit)
    return f"{value}; {ends}: {figure.range}." if ends else f"{value}; no range can be given."


def sources(figures: Iterable[Figure], printed: Sequence[str] = ()) -> str:
    """Return where the numbers are from: source and delivery, and whose numbers are in print."""
    found: dict[str, None] = {}
    for figure in figures:
        for one in figure.evidence:
            if one.origin:
                found[origin_name(one.origin)] = None
            else:
                found[f"{source_name(one.source)} {one.snapshot}".strip()] = None
    told = f"Source: {', '.join(found)}." if found else ""
    shown = f"In print: {', '.join(dict.fromkeys(printed))}." if printed else ""
    return " ".join(text for text in (told, shown) if text)


def told_caveats(figures: Iterable[Figure]) -> tuple[str, ...]:
    """Return the caveats about what a picture leaves out, each kind once, the newest wording."""
    found = {one.id: one.text for figure in figures for one in figure.caveats}
    return tuple(capital(found[name]) for name in NEEDED if name in found)
