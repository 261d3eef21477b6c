"""Which territories can be told apart: no part of the other side, held, and not silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.insufficient_data import silent
from entrepot.figures.sides import SIDES, members_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from entrepot.figures.curve.time_windows import Timed
    from entrepot.figures.definition import Definition
    from entrepot.figures.sides import Side

__all__ = ["Left", "Places", "apart", "at", "known"]

Left = list[tuple[str, str]]
Places = list[tuple[str, "Definition"]]


def at(asked: Definition, place: Definition) -> Definition:
    """Return a question with the areas of another."""
    return asked.but(importer=place.importer, exporter=place.exporter)


def apart(places: Places, name: str, left: Left) -> Places:
    """Return the territories that have no area in common with the other side."""
    found = []
    for words, one in places:
        if members_of(one, "importer") & members_of(one, "exporter"):
            left.append((f"{name}: {words}", "the other side is a part of it"))
        else:
            found.append((words, one))
    return found


def known(
    places: Places, timed: Sequence[Timed], there: Mapping[Side, Set[str]], left: Left
) -> tuple[Places, set[tuple[str, str]]]:
    """Return the territories that rows tell apart, and those silent at some of the times.

    `there` has the areas that stand on each side in some row. The first territory is the one asked
    about, and is kept whether it is there or not.
    """
    found, mute = places[:1], set()
    for words, one in places[1:]:
        absent = {
            name
            for side in SIDES
            for name in members_of(one, side) - members_of(places[0][1], side) - there[side]
        }
        if absent:
            left.append((f"{timed[0].name}: {words}", f"nothing of {', '.join(sorted(absent))}"))
            continue
        found.append((words, one))
        for time in timed:
            if refused := silent(time.cells, at(time.span.asked, one)):
                left.append((f"{time.name}: {words}, {time.span.words}", refused.reason))
                mute.add((time.span.words, words))
    return found, mute
