"""A chart as a file: a picture, or the table behind it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.report.csv_text import csv_text
from entrepot.report.output import typeset, write_whole
from entrepot.report.standalone.frame import drawn

if TYPE_CHECKING:
    from entrepot.report.standalone.parts import Alone

__all__ = ["SUFFIXES", "raster", "require_suffix", "table_text", "write"]

SUFFIXES = (".svg", ".png", ".csv")
PAGE = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.drawing), format: "svg")
"""


def write(chart: Alone, path: Path | str, *, narrow: bool = False) -> Path:
    """Write a chart as ``.svg`` or ``.png``, or its table as ``.csv``, whole or not at all.

    Raises
    ------
    RequestError
        For another suffix.
    MissingExtraError
        For a picture without Typst.
    OutsideError
        If the disk refuses.
    """
    target = Path(path)
    require_suffix(target)
    return write_whole(target, _content(chart, target.suffix.lower(), narrow=narrow))


def _content(chart: Alone, suffix: str, *, narrow: bool) -> bytes:
    if suffix == ".csv":
        return table_text(chart.rows).encode()
    if suffix == ".png":
        return raster(drawn(chart, plain=True, narrow=narrow))
    return drawn(chart, narrow=narrow).encode()


def raster(drawing: str) -> bytes:
    """Return a drawing as PNG with two pixels a unit, by the typesetter of briefs.

    Raises
    ------
    MissingExtraError
        Without Typst.
    """
    return typeset(PAGE, {"drawing": drawing}, format="png", ppi=2 * 96)


def table_text(rows: tuple[dict[str, Any], ...]) -> str:
    """Return rows as CSV with all digits; formulas are made harmless."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return csv_text(names, ([row.get(name) for name in names] for row in rows))


def require_suffix(path: Path) -> None:
    """Refuse a file name that no chart is written to, before anything is computed.

    Raises
    ------
    RequestError
        For another suffix than those of `SUFFIXES`.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise RequestError(
            f"no chart is written as {path.suffix or 'a file without suffix'}",
            where=str(path),
            hint=f"end the name in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}",
        )
