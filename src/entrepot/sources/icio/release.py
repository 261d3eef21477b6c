"""Read a table as the OECD ships it: a row for each seller, a column for each buyer, m USD.

The extended tables have two rows and two columns for each sector of China and of Mexico, without
and with export processing. They are added up; a file that also fills rows of the whole country
would count it twice and is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, MissingExtraError
from entrepot.model.areas import known_areas
from entrepot.model.columns import Finding
from entrepot.sources.icio.sectors import Grid, batches, cells, together
from entrepot.sources.text import header

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from entrepot.sources.icio.sectors import Cells, Numbers

_CORNER = ("", "V1", "Unnamed: 0")  # above the labels of the rows, as R and pandas write it
_HALF = 5e-5  # m USD, half the last of the four decimals that the OECD prints
_ASTRAY = 1e-3  # of all output; where rows miss it by more, that is no rounding


@dataclass(slots=True)
class _Reading:
    """One table while it is read.

    Attributes
    ----------
    columns
        What each column stands for; those of final demand and totals are left aside.
    split
        Areas that the file has in parts.
    deferred
        Rows of areas in parts, added up, by their place in the grid.
    astray
        By how much a row misses its output, the output, and its label.
    spent, primary
        By column: inputs, value added and taxes so far; whether rows of the last two occur.
    output, summed
        Output by label, from the column and from the row of that name.
    """

    name: str
    names: list[str]
    columns: dict[int, Node]
    total: int
    grid: Grid
    place: dict[tuple[str, str], int]
    split: frozenset[str]
    found: list[Cells] = field(default_factory=list)
    deferred: dict[int, Numbers] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    astray: list[tuple[float, float, str]] = field(default_factory=list)
    spent: Numbers | float = 0.0
    output: dict[str, float] = field(default_factory=dict)
    summed: dict[str, float] | None = None
    primary: bool = False
    negative: list[str] = field(default_factory=list)


def is_release(names: list[str]) -> bool:
    """Whether the names in a header are those of such a table."""
    return names[0] in _CORNER and total_of(names) is not None


def read_release(path: Path, name: str) -> tuple[Grid, Cells, tuple[Finding, ...]]:
    """Return the inputs in a file, parts of China and of Mexico added up, and what was noticed.

    Raises
    ------
    BadFileError
        If a label is unknown, a cell is no number, rows and columns are not the same sectors, a
        country stands beside its parts, or rows do not add up to output.
    MissingExtraError
        If NumPy is not installed.
    """
    names = header(path, name)
    reading = _begin(name, names[1:])
    for labels, values in batches(path, name, names):
        _take(reading, labels, values)
    _require_square(reading)
    findings = tuple(_findings(reading))
    # Rows of parts are complete only after the last batch, so they are written after all others.
    if reading.deferred:
        import numpy as np

        block = np.stack(list(reading.deferred.values()))
        everybody = np.arange(len(reading.place))
        reading.found.append(
            cells(reading.grid, block, np.array(list(reading.deferred)), everybody)
        )
    return reading.grid, together(reading.found), findings


def _begin(name: str, labels: list[str]) -> _Reading:
    try:
        import numpy as np
    except ImportError as error:
        raise MissingExtraError("numpy", "icio") from error
    columns = industries(labels, name, "column")
    # CN1_C26 and CN2_C26 are one node of CHN: columns of parts come together here.
    nodes = list(dict.fromkeys((node.area, node.sector) for node in columns.values()))
    areas, sectors = (tuple(dict.fromkeys(node[k] for node in nodes)) for k in (0, 1))
    grid = Grid(
        areas,
        sectors,
        np.array([areas.index(area) for area, _ in nodes], dtype=np.int16),
        np.array([sectors.index(sector) for _, sector in nodes], dtype=np.int16),
    )
    split = frozenset(node.area for node in columns.values() if node.part)
    place = {node: number for number, node in enumerate(nodes)}
    return _Reading(name, labels, columns, labels.index(total_of(labels) or ""), grid, place, split)


def _take(reading: _Reading, labels: list[str], values: Numbers) -> None:
    """Add some rows of the file; they lie along the second axis of `values`."""
    import numpy as np

    reading.labels += labels
    _add_columns(reading, labels, values)
    named = {row: node for row, label in enumerate(labels) if (node := node_of(label))}
    # Whole dollars, so that later sums do not depend on their order.
    usd = np.rint(values[:, list(named)] * 1e6)
    added = np.zeros((len(reading.place), len(named)))
    for column, node in reading.columns.items():
        _require_parts_alone(reading, node, usd[column])
        added[reading.place[node.area, node.sector]] += usd[column]
    # Rows of the table along the first axis again, for quick reading of one after the other.
    inputs = np.ascontiguousarray(added.T)
    alone: dict[int, int] = {}
    for number, (row, node) in enumerate(named.items()):
        _require_parts_alone(reading, node, usd[:, number])
        _note(reading, labels[row], values[:, row], inputs[number])
        place = reading.place.get((node.area, node.sector))
        if place is None:
            continue  # a row without a column, which is refused at the end
        if node.area in reading.split:
            reading.deferred[place] = reading.deferred.get(place, 0) + inputs[number]
        else:
            alone[number] = place
    sellers = np.array(list(alone.values()), dtype=np.intp)
    everybody = np.arange(len(reading.place))
    reading.found.append(cells(reading.grid, inputs[list(alone)], sellers, everybody))


def _add_columns(reading: _Reading, labels: list[str], values: Numbers) -> None:
    """Remember what the columns add up to, which is output with value added and taxes."""
    here = [n for n, label in enumerate(labels) if is_primary(label) or node_of(label)]
    reading.primary |= any(map(is_primary, labels))
    # Summed in millions as printed; rows of totals are not among `here`, which would double it.
    reading.spent = reading.spent + values[list(reading.columns)][:, here].sum(axis=1)
    for number, label in enumerate(labels):
        if node_of(label):
            reading.output[label] = float(values[reading.total, number])
        elif label in TOTALS:
            reading.summed = {reading.names[n]: float(values[n, number]) for n in reading.columns}


def _note(reading: _Reading, label: str, values: Numbers, inputs: Numbers) -> None:
    """Remember what is odd about a row."""
    output = float(values[reading.total])
    # The row has all sales and output itself, which is their sum: twice output in all.
    astray = float(values.sum()) - 2 * output
    reading.astray.append((abs(astray), abs(output), label))
    if (inputs < 0).any():
        reading.negative.append(label)


def _require_parts_alone(reading: _Reading, node: Node, usd: Numbers) -> None:
    # Earlier releases kept rows of zeros for CHN and MEX in addition to their parts; they do no
    # harm.
    if node.area in reading.split and not node.part and usd.any():
        raise BadFileError(
            f"{node.area} is listed together with its parts, and both have values",
            where=f"{reading.name}, {node.area}_{node.sector}",
            why="its inputs would count twice",
            hint="use the file as the OECD ships it",
        )


def _require_square(reading: _Reading) -> None:
    rows = industries(reading.labels, reading.name, "row")
    # Also finds a file whose last rows were cut off.
    odd = set(reading.columns.values()) ^ set(rows.values())
    if odd:
        node = min(odd, key=str)
        raise BadFileError(
            f"{node.part or node.area}_{node.sector} is a row or a column, not both",
            where=reading.name,
            why="rows and columns of inputs are the same sectors; the file may be cut off",
            hint="download the file again",
        )


def _require_columns(reading: _Reading) -> None:
    """Refuse a table whose columns do not add up to output, where it says value added."""
    total = sum(map(abs, reading.output.values()))
    ways: list[tuple[str, dict[str, float]]] = []
    if reading.primary:
        import numpy as np

        labels = [reading.names[column] for column in reading.columns]
        spent = dict(zip(labels, np.atleast_1d(reading.spent).tolist(), strict=True))
        ways.append(("inputs, taxes and value added", spent))
    if reading.summed is not None:
        ways.append(("the row of output", reading.summed))
    for what, found in ways:
        missed = {
            label: abs(found.get(label, 0.0) - value) for label, value in reading.output.items()
        }
        # Of all output together: single small sectors may miss theirs by more.
        if sum(missed.values()) > _ASTRAY * total:
            worst = max(missed, key=lambda label: missed[label])
            raise BadFileError(
                f"{what} differ from output by {sum(missed.values()) / total:.1%}",
                where=f"{reading.name}, most of all column {worst}: "
                f"USD {found.get(worst, 0.0):,.4g} m where output is USD "
                f"{reading.output[worst]:,.4g} m",
                why="inputs, taxes less subsidies and value added are the output of a sector, to "
                f"{_ASTRAY:.1%} of all output; rows may be missing or in another unit",
                hint="give the whole table: every row of value added (VA, VALU) and of taxes (TLS)",
            )


def _findings(reading: _Reading) -> Iterator[Finding]:
    place = reading.name
    missed = sum(one[0] for one in reading.astray)
    output = sum(one[1] for one in reading.astray)
    if missed > _ASTRAY * output:
        worst, _, label = max(reading.astray)
        raise BadFileError(
            f"rows miss their output by {missed / output:.1%}" if output else "no output at all",
            where=f"{place}, most of all {label} by USD {worst:,.0f} m",
            why="what a sector sells is its output; columns may be missing or in another unit",
            hint="use the file as the OECD ships it",
        )
    _require_columns(reading)
    rounding = _HALF * (len(reading.labels) + 1)  # every cell off by half its last decimal
    off = [one for one in reading.astray if one[0] > rounding]
    if off:
        worst, row_output, label = max(off)
        text = "Rows that miss their output by more than rounding; they are taken as they stand."
        yield Finding(
            "rows-astray",
            "note",
            place,
            len(off),
            f"{label} by {worst:,.4g} of {row_output:,.0f}",
            text,
        )
    if reading.negative:
        text = "Inputs below zero are kept; shares of which they are a part have no meaning."
        example = reading.negative[0]
        yield Finding("negative-inputs", "warning", place, len(reading.negative), example, text)
    if reading.split:
        names = " and ".join(sorted(reading.split))
        text = f"The file has {names} in parts, without and with export processing: added up."
        yield Finding("parts-added", "note", place, len(reading.deferred), names, text)


# A table as the OECD ships it, whole: parts apart, with final use and output, as arrays.


@dataclass(frozen=True, slots=True, eq=False)
class InputOutputTable:
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


def read_whole(path: Path, name: str) -> InputOutputTable:
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
    # Of CHN and its parts only the parts: export processing has inputs of its own.
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
        # `values` lies column by column, as `batches` gives it.
        inputs[there] = values[list(kept)][:, here].T
        output[there] = values[total, here]
        for column, area in asked.items():
            final[there, areas.index(area)] += values[column, here]
        seen[there] = True
    if not seen.all():
        label = " ".join(labels[int(np.flatnonzero(~seen)[0])])
        raise BadFileError(f"{label} is a column and no row", where=name)
    parts = {node.part: node.area for node in kept.values() if node.part}
    return InputOutputTable(labels, inputs, final, areas, output, parts)


def _label(node: Node) -> tuple[str, str]:
    return node.part or node.area, node.sector


def _final_columns(names: list[str]) -> dict[int, str]:
    """Return the area of each column of final demand; of a part, the area it is a part of."""
    found = {}
    for number, name in enumerate(names):
        code, _, kind = name.partition("_")
        if kind in FINAL:
            # Final use is not split: what households of China buy is not bought by one of its
            # parts.
            found[number] = PARTS.get(code, "XROW" if code == "ROW" else code)
    return found


# Labels of rows and columns in the OECD's own files: `AUS_A01`, `CN2_C26`, `DEU_HFCE`, `OUT`.


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
# Wide, for tables of the user's own; the first sign keeps out labels such as AUS__.
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
    # DEU_HFCE and AUS_TLS look like an area and a sector.
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
