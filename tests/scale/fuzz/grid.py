"""A table of texts, and the ways to write it down that change nothing about it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


@dataclass
class Grid:
    """Names of columns and rows of cells; rows may have too many or too few."""

    header: list[str]
    rows: list[list[str]]

    def copy(self) -> Grid:
        return Grid(list(self.header), [list(row) for row in self.rows])

    def column(self, name: str) -> int:
        return self.header.index(name)


_SIGNS = frozenset('"\n\r')


@dataclass(frozen=True)
class Style:
    """How a table is written as text."""

    delim: str = ","
    newline: str = "\n"
    encoding: str = "utf-8"
    mark: bool = False
    quoted: bool = False
    ends: bool = True
    blanks: frozenset[int] = field(default_factory=frozenset)
    above: str = ""
    below: str = ""

    def write(self, grid: Grid) -> bytes:
        lines = []
        for number, row in enumerate([grid.header, *grid.rows]):
            lines.append(self.delim.join(self._cell(cell) for cell in row))
            if number in self.blanks:
                lines.append("")
        text = self.above + self.newline.join(lines) + (self.newline if self.ends else "")
        mark = "\ufeff" if self.mark else ""
        return (mark + text + self.below).encode(self.encoding, "replace")

    def _cell(self, cell: str) -> str:
        if self.quoted or self.delim in cell or not _SIGNS.isdisjoint(cell):
            return '"' + cell.replace('"', '""') + '"'
        return cell


def same_table(draw: Random, style: Style, rows: int) -> tuple[Style, list[str]]:
    """Return another way to write a table that must make no difference, and what it is."""
    changed, did = style, []
    if draw.random() < 0.3:
        changed, did = replace(changed, newline="\r\n"), [*did, "CR LF"]
    if draw.random() < 0.3:
        changed, did = replace(changed, quoted=True), [*did, "all quoted"]
    if draw.random() < 0.3:
        changed, did = replace(changed, ends=False), [*did, "no newline at the end"]
    if draw.random() < 0.3:
        some = frozenset(draw.choices(range(1, rows + 1), k=draw.randint(1, 3))) if rows else ()
        changed, did = replace(changed, blanks=frozenset(some)), [*did, "blank lines"]
    if draw.random() < 0.3 and style.encoding == "utf-8":
        changed, did = replace(changed, mark=True), [*did, "byte order mark"]
    return changed, did


OTHER_ENCODINGS = (
    "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "cp1251", "gb18030",
    "utf-7", "cp037", "shift_jis", "utf-8-sig",
)  # fmt: skip


def other_style(draw: Random, style: Style) -> tuple[Style, str]:
    """Return a way to write a table that the parser may refuse."""
    kind = draw.randrange(6)
    if kind == 0:
        delim = draw.choice([";", "\t", "|", " ", ":", "\x1f", ",", "a", "0"])
        return replace(style, delim=delim), f"separator {delim!r}"
    if kind == 1:
        newline = draw.choice(["\r", "\n\r", "\n\n", "\x0b", "\x85", "\u2028", "\r\r\n"])
        return replace(style, newline=newline), f"newline {newline!r}"
    if kind == 2:
        encoding = draw.choice(OTHER_ENCODINGS)
        return replace(style, encoding=encoding), f"encoding {encoding}"
    if kind == 3:
        above = draw.choice(
            ["\n", "Title of the table\n", " \n", "\r\n", "sep=,\n", "\ufeff", "#\n", '"', "\0"]
        )
        return replace(style, above=above), f"above {above!r}"
    if kind == 4:
        below = draw.choice(
            ["Source: us\n", "\x1a", "\n\n\n", "\0" * 9, '"', " \n", ",\n", "\r", "\ufeff", "\\"]
        )
        return replace(style, below=below), f"below {below!r}"
    return replace(style, mark=True, encoding=style.encoding), "byte order mark"
