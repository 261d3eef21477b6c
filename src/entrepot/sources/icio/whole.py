"""A table as the OECD ships it, whole: parts apart, with final use and output, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, MissingExtraError
from entrepot.sources.icio.labels import FINAL, PARTS, industries, total_of
from entrepot.sources.icio.text_table import batches
from entrepot.sources.text import header

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.sources.icio.grid import Numbers
    from entrepot.sources.icio.labels import Node

__all__ = ["Whole", "read_whole"]


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """A table of n sectors.

    Attributes
    ----------
    labels
        n pairs of area, parts under their own name, and sector.
    inputs
        n x n: what the column buys of the row, m USD.
    final
        n x areas: what final use in an area buys of the row, m USD.
    areas
        Areas of the columns of `final`.
    output
        n, m USD.
    parts
        Area of each part that occurs.
    """

    labels: list[tuple[str, str]]
    inputs: Numbers
    final: Numbers
    areas: list[str]
    output: Numbers
    parts: dict[str, str]


def read_whole(path: Path, name: str) -> Whole:
    """Return a table whose labels and sums were checked when it was loaded.

    A country that stands beside its parts, with zeros, is left out.

    Raises
    ------
    BadFileError
        If a label is unknown, rows and columns are not the same, or a cell is no number.
    MissingExtraError
        If NumPy is not installed.
    """
    try:
        import numpy as np
    except ImportError as error:
        raise MissingExtraError("numpy", "icio") from error
    names = header(path, name)
    found = industries(names[1:], name, "column")
    split = {node.area for node in found.values() if node.part}
    kept = {n: node for n, node in found.items() if node.part or node.area not in split}
    labels = [_label(node) for node in kept.values()]
    asked = _final_columns(names[1:])
    areas = list(dict.fromkeys(asked.values()))
    count = len(labels)
    inputs, final = np.zeros((count, count)), np.zeros((count, len(areas)))
    output, seen = np.zeros(count), np.zeros(count, dtype=bool)
    total = names.index(total_of(names) or "") - 1
    place = {names[1 + column]: number for number, column in enumerate(kept)}
    for rows, values in batches(path, name, names):
        here = [number for number, row in enumerate(rows) if row in place]
        there = [place[rows[number]] for number in here]
        inputs[there] = values[list(kept)][:, here].T
        output[there] = values[total, here]
        for column, area in asked.items():
            final[there, areas.index(area)] += values[column, here]
        seen[there] = True
    if not seen.all():
        label = " ".join(labels[int(np.flatnonzero(~seen)[0])])
        raise BadFileError(f"{label} is a column and no row", where=name)
    parts = {node.part: node.area for node in kept.values() if node.part}
    return Whole(labels, inputs, final, areas, output, parts)


def _label(node: Node) -> tuple[str, str]:
    return node.part or node.area, node.sector


def _final_columns(names: list[str]) -> dict[int, str]:
    """Return the area of each column of final demand; of a part, the area it is a part of."""
    found = {}
    for number, name in enumerate(names):
        code, _, kind = name.partition("_")
        if kind in FINAL:
            found[number] = PARTS.get(code, "XROW" if code == "ROW" else code)
    return found
