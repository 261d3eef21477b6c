"""A table that breaks no word: columns that do not fit are left out, and named below it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

__all__ = ["FittedTable", "fitted"]

BETWEEN, EDGES = 3, 2
"""Cells of a terminal between two columns, and at both ends of a line."""
WORDS = (40, 16)
"""Cells up to which a word is kept whole, and up to which where a column would go otherwise: an
address may be longer than any screen."""


def fitted(lines: Sequence[Sequence[str]], width: int, *, by_rank: bool = False) -> dict[int, int]:
    """Return the columns that fit without breaking a word of usual length, and their widths.

    What needs most room goes first, of several the last; the first column stays. With `by_rank`
    the columns stand in the order of their weight, and the last goes first.

    Parameters
    ----------
    lines
        Cells by row, the head among them.
    width
        Cells of a terminal.
    by_rank
        Whether the last column is the one that matters least.

    Returns
    -------
    dict
        Place and width of each column that fits.
    """
    from rich.cells import cell_len

    columns = list(zip(*lines, strict=True))
    most = [max(cell_len(part) for cell in one for part in cell.split("\n")) for one in columns]
    places = list(range(len(columns)))
    for longest in WORDS:
        least = [max(min(cell_len(word), longest) for word in _words(one)) for one in columns]
        if _needed(least) <= width:
            break
    while len(places) > 1 and _needed([least[place] for place in places]) > width:
        places.remove(max(places[1:], key=lambda place: (0 if by_rank else least[place], place)))
    found = {place: least[place] for place in places}
    room = width - _needed(list(found.values()))
    # Those that want little get all of it, the others what is left, alike.
    wants = sorted((max(most[place] - least[place], 0), place) for place in places)
    for number, (want, place) in enumerate(wants):
        more = max(min(want, room // (len(wants) - number)), 0)
        found[place] += more
        room -= more
    return found


def _needed(widths: Sequence[int]) -> int:
    return sum(widths) + BETWEEN * (len(widths) - 1) + EDGES


def _words(column: Sequence[str]) -> Iterator[str]:
    for cell in column:
        yield from re.split(r"[ \n]+", cell)


def _folded(cell: str, width: int) -> str:
    """Return a cell in lines of a width, broken at plain spaces only: "12.3\u00a0%" stays whole."""
    from rich.cells import cell_len, chop_cells

    lines: list[str] = []
    for line in cell.split("\n"):
        held = ""
        for word in line.split(" "):
            tried = f"{held} {word}" if held else word
            if held and cell_len(tried) > width:
                lines.append(held)
                tried = word
            *whole, held = chop_cells(tried, width) if cell_len(tried) > width else [tried]
            lines += whole
        lines.append(held)
    return "\n".join(lines)


@dataclass(frozen=True)
class FittedTable:
    """A table in the look of the project: no lines but one under the head.

    Attributes
    ----------
    title, columns, rows
        Words above it, its head, and its cells.
    right
        Places of the columns that stand on the right.
    by_rank
        Whether the last column is the one that matters least.
    """

    title: str
    columns: list[str]
    rows: list[list[str]]
    right: tuple[int, ...] = ()
    by_rank: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it as wide as the screen allows."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        widths = fitted([self.columns, *self.rows], options.max_width, by_rank=self.by_rank)
        found = Table(
            title=self.title or None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False
        )
        for place, width in widths.items():
            side = "right" if place in self.right else "left"
            found.add_column(
                _folded(self.columns[place], width),
                justify=side,  # type: ignore[arg-type]
                overflow="fold",
                width=width,
            )
        for row in self.rows:
            found.add_row(*(Text(_folded(row[place], width)) for place, width in widths.items()))
        yield found
        if gone := [name for place, name in enumerate(self.columns) if place not in widths]:
            words = f"too narrow for {', '.join(gone)}: widen the terminal, or add --json"
            yield Text(words, style="dim")
