"""Cells that a parser should look at twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

NOTHING = (
    "", " ", "NA", "N/A", "nan", "NaN", "NULL", "null", "None", "-", ":", "..", "?", "\\N", "#N/A",
    "n.d.", "...", "—", "0", "(null)", "TRUE",
)  # fmt: skip
NUMBERS = (
    "-1", "-0", "+5", "0.0", "00012", "1e3", "1E+2", "1e309", "1e-400", "1e22", "1e15", "1e15+1",
    " 12 ", "1,5", "1.5", "1.234,5", "1 234", "1'234", "1,234", "1,234,567.8", "1.2.3", ".5", "5.",
    ".", "0x10", "1_000", "inf", "-inf", "Infinity", "１２３", "١٢٣", "१२३", "²", "½", "−5", "1e",
    "e5", "1d5", "1f", "5%", "$5", "5 USD", "1e99", "9e99", "123456789012345", "1234567890123456",
    "9" * 40, "0" * 50 + "1", "1/2", "true", "12.0", "2022-01-01", "1\u00a0000", "1\u202f000",
    "0.1", "0.0005", "1e-9", "2.675", "999999999999999.9", "00", "1.0e1", "5L", "0b1", "1,000,00",
)  # fmt: skip
SIGNS = (
    "\u200e5", "\u202e5", "5\0", "\0", "5\t", "\t5", "5\n", "5\r", "5\r\n6", '"5"', '5"', "'5",
    "5;6", "5|6", "5,6", "\ufeff5", "5\ufeff", "é", "\x1f", "\x7f", "\\", '\\"', '""', '"', "'",
    ",", ";", "<script>alert(1)</script>", "😀", "a\u0301", "ﬁ", "\u2028", "\x85", "\x0b", "\x1a",
    "'; DROP TABLE x; --", "%s%n", "${x}", "../../etc/passwd", "\ud7ff", "\U0010ffff", "İ", "ß",
)  # fmt: skip
FORMULAS = (
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-1+1", '=HYPERLINK("http://x","y")',
    "=A1", "=5", "+5", "{=1}", "=-5",
)  # fmt: skip


def hostile(draw: Random) -> str:
    """Return a cell that stands for nothing good."""
    kind = draw.randrange(11)
    if kind == 10:
        return draw.choice('a1 ,"=é') * draw.choice((300, 5000))
    lists = (NOTHING, NUMBERS, NUMBERS, NUMBERS, SIGNS, SIGNS, FORMULAS)
    return draw.choice(lists[kind % len(lists)])


def bent(draw: Random, cell: str) -> str:
    """Return a cell that is nearly the one it was."""
    ways = (
        lambda: cell + str(draw.randrange(10)),
        lambda: cell[1:],
        lambda: cell[:-1],
        lambda: cell.lstrip("0"),
        lambda: "0" + cell,
        lambda: cell + ".0",
        lambda: f" {cell} ",
        lambda: cell.swapcase(),
        lambda: f'"{cell}"',
        lambda: cell + " ",
        lambda: "\u00a0" + cell,
        lambda: cell.replace(".", ","),
        lambda: cell + "\0",
        lambda: cell[::-1],
        lambda: cell + "e0",
        lambda: cell + "e1",
        lambda: "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isdigit() else c for c in cell),
    )
    return draw.choice(ways)()
