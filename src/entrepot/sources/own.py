"""Tables of the user's own: each becomes a source by the name that its mapping or file gives it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.sources import is_own, is_register

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MAPPED", "named_source", "own_source"]

_PACKED = re.compile(r"(?<=.)(\.[A-Za-z]+)?\.(gz|zip|bz2|xz|zst|7z)$|(?<=.)\.[^.]*$", re.IGNORECASE)
"""How the name of a file ends: what packs it, and the form inside; else the form."""

MAPPED = ("gacc", "icio", "table", "shipments", "reconciled")
"""Sources whose files are read with a mapping, or kept with what they were made from."""


def named_source(source: str, file: Path, mapping: str | None) -> tuple[str, str]:
    """Return the id under which a file of any source is kept, and the title of an own table.

    Raises
    ------
    RequestError
        If a mapping is given where none is read; and what `own_source` raises.
    """
    if source == "table" or is_own(source):
        return own_source(source, _PACKED.sub("", file.name) or file.stem, mapping)
    if source == "shipments" or is_register(source):
        return register(source, mapping)
    if mapping and source not in MAPPED:
        raise RequestError(
            f"{source} takes no mapping",
            why="its columns are known",
            hint="leave it out, or add the file as a table of your own: data add table FILE",
        )
    return source, ""


def own_source(source: str, file: str, mapping: str | None) -> tuple[str, str]:
    """Return the id under which a table is kept, and its title.

    Parameters
    ----------
    source
        ``table``, or ``table.<id>`` to name it.
    file
        Name of the file without its suffix, for a table that nobody named.
    mapping
        Text of the mapping.

    Raises
    ------
    RequestError
        If there is no mapping, or mapping and source name the table differently.
    BadFileError
        If the mapping is none.
    """
    # Imported here: other sources need no model of mappings.
    from entrepot.sources.table.mapping import read_mapping

    if mapping is None:
        raise RequestError(
            "a table of your own needs a mapping, which says what its columns are",
            hint="draft one: entrepot data map FILE > map.yaml; then add --map map.yaml",
        )
    read = read_mapping(mapping)
    named = source.partition(".")[2]
    if named and read.id and named != read.id:
        raise RequestError(
            f"the table is called {named} here and {read.id} in its mapping",
            hint="leave one of the two out",
        )
    # An id becomes a folder of the lake: no signs that a file system or a shell reads.
    plain = re.sub(r"[^a-z0-9_-]+", "-", file.lower()).strip("-_")[:40] or "mine"
    return f"table.{named or read.id or plain}", read.title or ""


def register(source: str, mapping: str | None) -> tuple[str, str]:
    """Return the id under which a register of customs declarations is kept, and its title.

    Parameters
    ----------
    source
        ``shipments.<register>``; or ``shipments`` with a layout that names the register.
    mapping
        Text of a layout; None for a register whose layout comes with the program.

    Raises
    ------
    RequestError
        If the register is not named, or named twice.
    UnknownNameError
        If no layout of it comes with the program and none is given.
    """
    from entrepot.sources.shipments.layout import known_registers, read_layout

    named = source.partition(".")[2]
    if mapping is None:
        if not named:
            raise RequestError(
                "which register the file is of is not said",
                hint="name it, such as: entrepot data add shipments.peru FILE",
            )
        return source, known_registers(named)[0].title
    read = read_layout(mapping)
    if named and named != read.register_:
        raise RequestError(
            f"the register is called {named} here and {read.register_} in its layout",
            hint="use one name in both",
        )
    return f"shipments.{read.register_}", read.title
