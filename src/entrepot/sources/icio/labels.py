"""Labels of rows and columns in the OECD's own files: `AUS_A01`, `CN2_C26`, `DEU_HFCE`, `OUT`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.area_table import known_areas
from entrepot.sources.icio.sectors import sectors

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ASIDE", "FINAL", "PARTS", "TOTAL", "Node", "industries", "node_of"]

PARTS = {"CN1": "CHN", "CN2": "CHN", "MX1": "MEX", "MX2": "MEX"}
"""Of the extended tables: China and Mexico without and with their export processing."""
REST = {"ROW": "XROW"}
FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
"""Ends of columns of final demand: households, charities, government, investment, inventories,
purchases abroad. They are no inputs."""
TOTAL = "OUT"
ASIDE = ("TLS", "VA", "VALU", TOTAL)
"""Rows of taxes less subsidies, value added and output; the last is a column too."""


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
    if sector not in sectors() or area not in known_areas():
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
        elif label not in ASIDE and not (kind == "column" and _is_final(label)):
            raise BadFileError(
                f"unknown {kind}: {label!r}",
                where=where,
                why="rows and columns are an area and a sector of the release of 2025, such as "
                "AUS_A01, with final demand and totals beside them",
                hint="an area that is missing has to be added to model/areas.csv; "
                "earlier releases have other sectors and cannot be read",
            )
    return found


def _is_final(label: str) -> bool:
    return label.partition("_")[2] in FINAL
