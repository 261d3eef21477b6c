"""The chart of one Figure, for whoever has a Figure already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.report.standalone import (
    SUFFIXES,
    drawn,
    framed,
    of_figure,
    require_suffix,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.figures import Figure
    from entrepot.report.chart_data import Picture

__all__ = ["SUFFIXES", "framed", "picture_of", "require_suffix", "svg_of", "write_chart"]


def picture_of(figure: Figure) -> Picture:
    """Return what a chart of the Figure shows.

    Raises
    ------
    NoEvidenceError
        If the Figure has no value.
    RequestError
        If nothing about it can be drawn.
    """
    return of_figure(figure).picture


def svg_of(figure: Figure, *, plain: bool = False, narrow: bool = False) -> str:
    """Return the chart with its title and where it comes from, as one SVG.

    Parameters
    ----------
    plain, narrow
        As in `entrepot.report.standalone.framed`.
    """
    return drawn(of_figure(figure), plain=plain, narrow=narrow)


def write_chart(figure: Figure, path: Path | str) -> Path:
    """Draw the Figure and write it whole or not at all; errors as in `picture_of` and `write`."""
    return write(of_figure(figure), path)
