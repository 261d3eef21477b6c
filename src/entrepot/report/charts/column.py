"""A column of names right of the plot, each with a leader to its mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.report.charts.drawing import labels, lines
from entrepot.report.charts.place import cut, spread, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.report.charts.drawing import Marks

__all__ = ["Entry", "draw", "wrapped"]

LINE = 16.0
LEADER = 22.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One name: its text, the place of its mark (right end and height), and its style."""

    text: str
    x: float
    y: float
    style: str = "label"


def draw(
    entries: Sequence[Entry], *, head: str, x: float, room: float, height: float
) -> list[Marks]:
    """Return head, names and leaders, moved apart where they would overlap.

    Parameters
    ----------
    entries
        What to name, in any order.
    head
        A line above the column.
    x
        Right end of the plot.
    room, height
        Width right of the plot, and height that the column may use.
    """
    if not entries:
        return []
    ordered = sorted(entries, key=lambda entry: (entry.y, entry.text))
    texts = [wrapped(entry.text, room - LEADER) for entry in ordered]
    sizes = [LINE, *(LINE * len(parts) + 3 for parts in texts)]
    centres = spread([ordered[0].y - LINE, *(entry.y for entry in ordered)], sizes, 0, height)
    start = x + LEADER
    layers = labels([{"x": start, "y": centres[0] + 4.5, "text": head}], style="note")
    leaders = []
    for entry, parts, centre in zip(ordered, texts, centres[1:], strict=True):
        first = centre - LINE * (len(parts) - 1) / 2
        leaders.append({"x": entry.x + 2, "y": entry.y, "x2": start - 4, "y2": first})
        rows = [
            {"x": start, "y": first + 4.5 + LINE * place, "text": part}
            for place, part in enumerate(parts)
        ]
        layers += labels(rows, style=entry.style)
    return [*lines(leaders, style="leader"), *layers]


def wrapped(text: str, room: float, most: int = 3) -> list[str]:
    """Break a text into lines that fit; what does not fit in `most` lines ends in an ellipsis.

    So does a word that is too long for a line.
    """
    parts = [""]
    for word in text.split(" "):
        longer = f"{parts[-1]} {word}".strip()
        if text_width(longer) <= room or not parts[-1]:
            parts[-1] = longer
        else:
            parts.append(word)
    if len(parts) > most:
        parts = [*parts[: most - 1], parts[most - 1].rstrip(",;") + "\u2026"]
    return [part if "**" in part else cut(part, room) for part in parts]
