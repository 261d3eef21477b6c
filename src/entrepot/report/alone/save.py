"""A chart as a file: a picture, or the table behind it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.report.alone.frame import drawn
from entrepot.report.csv_text import csv_text
from entrepot.report.written import write_whole

if TYPE_CHECKING:
    from entrepot.report.alone.parts import Alone

__all__ = ["SUFFIXES", "require_suffix", "table_text", "write"]

SUFFIXES = (".svg", ".png", ".csv")


def write(chart: Alone, path: Path | str, *, narrow: bool = False) -> Path:
    """Write a chart as ``.svg`` or ``.png``, or its table as ``.csv``, whole or not at all.

    Raises
    ------
    RequestError
        For another suffix.
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
        import vl_convert

        picture: bytes = vl_convert.svg_to_png(drawn(chart, plain=True, narrow=narrow), scale=2)
        return picture
    return drawn(chart, narrow=narrow).encode()


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
