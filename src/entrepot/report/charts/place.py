"""Where labels go: text width, boxes, and a search for a free place.

Widths are those of a wide font (DejaVu Sans), so that a label that fits here fits in the
narrower fonts most readers have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Hundredths of the font size, by character.
# Letters of about the same width share an entry.
_WIDTHS = {
    32: "'ijlIJ ,.\u2019\u00a0",
    38: "/:;\\|f-()[]t",
    46: '!r"',
    52: "*_`\u2013sz?c",
    60: "LFkvxyTYaoPe",
    68: "ESbdghnpquKAVC0123456789$",
    74: "BRXZUHN",
    80: "DG&OQ",
    86: "w#+<=>^~\u2212\u2260\u00d7",
    100: "M%mW@\u2026",
}
_BY_CHARACTER = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
BOLD = 1.1
"""How much wider bold letters are."""
ASCENT, DESCENT, LINE = 0.8, 0.25, 16.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in drawing units; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box, gap: float = 0.0) -> bool:
        """Whether the two overlap or come nearer than `gap`."""
        return (
            self.left < other.right + gap
            and other.left < self.right + gap
            and self.top < other.bottom + gap
            and other.top < self.bottom + gap
        )

    def inside(self, other: Box) -> bool:
        """Whether this box lies wholly inside the other."""
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )


def text_width(text: str, size: float = 13.0, *, bold: bool = False) -> float:
    """Return the width of a text in drawing units, on the safe side.

    Parts between double asterisks count as bold.
    """
    total, strong = 0.0, bold
    for part in text.split("**"):
        # Letters that are not listed, such as those with accents, are taken as wide as "b".
        total += sum(_BY_CHARACTER.get(letter, 68) for letter in part) * (BOLD if strong else 1)
        strong = not strong
    return total * size / 100


def cut(text: str, room: float, size: float = 13.0, *, bold: bool = False) -> str:
    """Return a text that fits into `room`, with an ellipsis where it had to be cut."""
    if text_width(text, size, bold=bold) <= room:
        return text
    kept = text
    while kept and text_width(f"{kept}\u2026", size, bold=bold) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}\u2026"


def text_box(text: str, x: float, y: float, align: str = "left", size: float = 13.0) -> Box:
    """Return the box of a text whose baseline starts, centres or ends at (x, y).

    A text of several lines has its first baseline there.
    """
    parts = text.split("\n")
    width = max(text_width(part, size) for part in parts)
    left = {"left": x, "center": x - width / 2, "right": x - width}[align]
    bottom = y + LINE * (len(parts) - 1) + DESCENT * size
    return Box(left, y - ASCENT * size, left + width, bottom)


@dataclass(frozen=True, slots=True)
class LabelSpot:
    """A candidate place of a label, and the corridor to its mark that must be free too."""

    text: str
    box: Box
    align: str
    corridor: Box | None = None

    @property
    def rows(self) -> list[tuple[float, float, str]]:
        """Where each line starts, centres or ends: x, baseline, text."""
        middle = (self.box.left + self.box.right) / 2
        x = {"left": self.box.left, "center": middle, "right": self.box.right}[self.align]
        first = self.box.top + ASCENT * 13
        return [(x, first + LINE * n, part) for n, part in enumerate(self.text.split("\n"))]


def spots(text: str, mark: Box, *, bold: bool = False, steps: int = 4) -> Iterator[LabelSpot]:
    """Yield places for a label near a mark, the nearest first; lines are parted by newlines."""
    more = LINE * text.count("\n")

    def at(x: float, y: float, align: str, corridor: Box | None = None) -> LabelSpot:
        wide = f"**{text}**" if bold else text
        return LabelSpot(text, text_box(wide, x, y, align), align, corridor)

    middle, level = (mark.left + mark.right) / 2, (mark.top + mark.bottom - more) / 2 + 4.5
    for step in range(steps):
        above, below = mark.top - 6.5 - step * LINE, mark.bottom + 14 + step * LINE
        up = Box(middle - 2, above + 5, middle + 2, mark.top - 1) if step else None
        down = Box(middle - 2, mark.bottom + 1, middle + 2, below - 10) if step else None
        yield at(middle, above - more, "center", up)
        yield at(middle, below, "center", down)
        if step == 0:
            yield at(mark.right + 5, level, "left")
            yield at(mark.left - 5, level, "right")
        yield at(mark.left, above - more, "left", up)
        yield at(mark.right, above - more, "right", up)
        yield at(mark.left, below, "left", down)
        yield at(mark.right, below, "right", down)


_GAP = 2.0


def first_free(
    candidates: Iterable[LabelSpot],
    mark: Box,
    occupied: Sequence[Box],
    within: Box,
) -> LabelSpot | None:
    """Return the first candidate inside `within` that meets nothing occupied.

    The corridor to the mark may touch what the mark itself touches, and nothing else.
    """
    others = [box for box in occupied if not box.meets(mark)]
    for spot in candidates:
        if not spot.box.inside(within) or any(spot.box.meets(other, _GAP) for other in occupied):
            continue
        if spot.corridor and any(spot.corridor.meets(other) for other in others):
            continue
        return spot
    return None


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Move centres apart so that boxes of the given sizes do not overlap, as little as possible.

    Parameters
    ----------
    wanted
        Centres that the boxes would like to have, ascending.
    sizes
        Height of each box.
    low, high
        Room for all of them; a crowd that does not fit is packed from `low` on.
    """
    groups: list[tuple[list[float], list[float]]] = []
    for centre, size in zip(wanted, sizes, strict=True):
        groups.append(([centre], [size]))
        # Pool adjacent violators: neighbours that overlap
        # become one group, which may meet the one before.
        while len(groups) > 1 and _start(groups[-1], low, high) < _end(groups[-2], low, high):
            centres, heights = groups.pop()
            groups[-1] = (groups[-1][0] + centres, groups[-1][1] + heights)
    placed: list[float] = []
    for group in groups:
        top = _start(group, low, high)
        for size in group[1]:
            placed.append(top + size / 2)
            top += size
    return placed


def _start(group: tuple[list[float], list[float]], low: float, high: float) -> float:
    centres, sizes = group
    offset = 0.0
    ideal = 0.0
    for centre, size in zip(centres, sizes, strict=True):
        # Where the group would have to start for this box to
        # be in place; the mean of these is least squares.
        ideal += centre - (offset + size / 2)
        offset += size
    # `low` wins: a crowd that is taller than the room runs over its lower end.
    return max(low, min(ideal / len(centres), high - sum(sizes)))


def _end(group: tuple[list[float], list[float]], low: float, high: float) -> float:
    return _start(group, low, high) + sum(group[1])
