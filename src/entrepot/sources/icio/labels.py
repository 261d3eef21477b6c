"""Labels of rows and columns in the OECD's own files: `AUS_A01`, `CN2_C26`, `DEU_HFCE`, `OUT`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import known_areas

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FINAL", "PARTS", "TOTALS", "Node", "industries", "is_primary", "node_of", "total_of"]

PARTS = {"CN1": "CHN", "CN2": "CHN", "MX1": "MEX", "MX2": "MEX"}
"""Of the extended tables: China and Mexico without and with their export processing."""
REST = {"ROW": "XROW"}
FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
"""Ends of columns of final demand: households, charities, government, investment, inventories,
purchases abroad. They are no inputs."""
TOTALS = ("OUT", "OUTPUT", "TOTAL")
"""Output, a row and a column, as releases call it."""
TAXES = ("TLS", "TAXSUB")
"""Ends of rows of taxes less subsidies, with or without an area before them."""
VALUE_ADDED = ("VA", "VALU")
_SECTOR = re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,40}")


@dataclass(frozen=True, slots=True)
class Node:
    """A sector of an area; `part` is how the file calls a part of the area, else empty."""

    area: str
    sector: str
    part: str = ""


def node_of(label: str) -> Node | None:
    """Return what the label of a row or column of inputs stands for; None if it is no such label.

    Examples
    --------
    >>> node_of("CN2_C26"), node_of("DEU_HFCE")
    (Node(area='CHN', sector='C26', part='CN2'), None)
    """
    code, _, sector = label.partition("_")
    area = PARTS.get(code) or REST.get(code, code)
    aside = sector in FINAL or sector in TAXES
    if aside or not _SECTOR.fullmatch(sector) or area not in known_areas():
        return None
    return Node(area, sector, code if code in PARTS else "")


def industries(labels: Sequence[str], place: str, kind: str) -> dict[int, Node]:
    """Return the labels that stand for a sector, by their place; the others are left aside by name.

    Parameters
    ----------
    labels
        Rows or columns in their order.
    place, kind
        Name of the file; ``row`` or ``column``.

    Raises
    ------
    BadFileError
        For a label that is unknown or comes twice.
    """
    found: dict[int, Node] = {}
    seen: set[str] = set()
    for number, label in enumerate(labels):
        where = f"{place}, {kind} {number + 2}"  # both begin with a row or column of labels
        if label in seen:
            raise BadFileError(f"{kind} {label} comes twice", where=where)
        seen.add(label)
        node = node_of(label)
        if node:
            found[number] = node
        elif not is_aside(label) and not (kind == "column" and _is_final(label)):
            raise BadFileError(
                f"unknown {kind}: {label!r}",
                where=where,
                why="rows and columns are an area and a sector, such as AUS_A01; besides them come "
                f"columns of final demand ({', '.join(FINAL)}), TLS, VA and OUT",
                hint="write areas as three letters of ISO 3166 (or ROW), "
                "sectors in capitals after a _",
            )
    return found


def is_primary(label: str) -> bool:
    """Whether a row is value added or taxes: with inputs, it makes up the output of a column."""
    code, _, end = label.partition("_")
    known = code in known_areas() or code in PARTS or code in REST
    return label in (*VALUE_ADDED, *TAXES) or (known and end in TAXES)


def is_aside(label: str) -> bool:
    """Whether a row or column is neither a sector nor final demand."""
    return label in TOTALS or is_primary(label)


def total_of(names: Sequence[str]) -> str | None:
    """Return the label of output in a header; None where there is none."""
    return next((name for name in TOTALS if name in names), None)


def _is_final(label: str) -> bool:
    return label.partition("_")[2] in FINAL
