"""Where data come from: one folder a source, with `<id>.yml` and, if files are read, `parse.py`.

The modules behind these names are imported when asked for: opening a lake needs none of them.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from entrepot.errors import RequestError, UnknownNameError

if TYPE_CHECKING:
    from entrepot.sources.info import SourceInfo
    from entrepot.sources.parser import FileOptions, Parser

__all__ = [
    "SourceInfo",
    "bring_in",
    "in_a_folder",
    "is_own",
    "is_register",
    "named_source",
    "said_by_name",
    "source_ids",
    "source_info",
    "source_parser",
    "split_address",
]


# An id becomes a folder of the lake: no signs that a file system or a shell reads.
_FOLDER = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}")
_OWN = "table."  # tables of the user's own are sources by name: table.kyrgyz
_REGISTER = "shipments."  # and so are registers of customs: shipments.peru
_ALSO = {"eurostat": "comext"}  # another name by which a source is asked for


@cache
def source_ids() -> tuple[str, ...]:
    """Return the id of every source the program knows, in order of the alphabet."""
    root = Path(str(files("entrepot.sources")))
    return tuple(sorted(p.parent.name for p in root.glob("*/*.yml") if p.stem == p.parent.name))


@cache
def source_info(source: str) -> SourceInfo:
    """Return what `<id>.yml` says about a source.

    Raises
    ------
    UnknownNameError
        If there is no such source.
    """
    from entrepot.model.closed_yaml import read_closed
    from entrepot.sources.info import SourceInfo

    # All tables of the user's own share one description, `table.yml`.
    kind = source.partition(".")[0] if is_own(source) or is_register(source) else source
    if kind not in source_ids():
        raise UnknownNameError(
            "source", source, source_ids(), hint=f"known sources: {', '.join(source_ids())}"
        )
    folder = Path(str(files("entrepot.sources"))) / kind
    info = read_closed(folder / f"{kind}.yml", SourceInfo)
    return info if kind == source else info.model_copy(update={"id": source})


def is_own(source: str) -> bool:
    """Whether a source is a table of the user's own: ``table.kyrgyz``."""
    return source.startswith(_OWN)


def is_register(source: str) -> bool:
    """Whether a source is a register of customs declarations: ``shipments.peru``."""
    return source.startswith(_REGISTER)


_BY_NAME = ("concordance", "elasticities", "geodist", "icio")
"""Sources of which all files come by name, whatever is wanted of them."""


def bring_in(source: str) -> str:
    """Return the command that brings a source into the lake.

    Examples
    --------
    >>> bring_in("baci"), bring_in("table.kyrgyz")
    ('entrepot data add baci FILE', 'entrepot data add table.kyrgyz FILE --map MAP.yaml')
    """
    if source in _BY_NAME:
        return f"entrepot data get {source}"
    if source == "minerals":  # an extract, which ships with the program
        return "entrepot data add baci FILE"
    if source == "reconciled":
        return "entrepot reconcile"
    mapped = source == "table" or is_own(source)
    return f"entrepot data add {source} FILE" + (" --map MAP.yaml" if mapped else "")


def split_address(source: str) -> tuple[str, str | None]:
    """Return the id of a source and the release asked for: ``baci@V202501``.

    Examples
    --------
    >>> split_address("baci@V202501"), split_address("eurostat")
    (('baci', 'V202501'), ('comext', None))
    """
    name, _, vintage = source.strip().partition("@")
    return _ALSO.get(name, name), vintage or None


def source_parser(source: str) -> Parser:
    """Return the module that reads files of a source.

    Raises
    ------
    UnknownNameError
        If there is no such source.
    """
    source_info(source)  # an unknown one is said to be one
    kind = source.partition(".")[0]
    return cast("Parser", import_module(f"entrepot.sources.{kind}.parse"))


def said_by_name(source: str, name: str) -> FileOptions:
    """Return what the name of a file of a source says of it: edition and release, where it does."""
    from entrepot.sources.parser import FileOptions

    read = getattr(source_parser(source), "said_by_name", None)
    return cast("FileOptions", read(name)) if read else FileOptions()


# Tables of the user's own: each becomes a source by the name that its mapping or file gives it.

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
        If there is no mapping, if mapping and source name the table differently, or for a name
        that no folder can have.
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
    if not _FOLDER.fullmatch(named or "-"):
        plain = _plain(named)
        raise RequestError(
            f"not a name for a table: {named!r}",
            why="it becomes the name of a folder: letters without accents, digits, - and _",
            hint=f"write table.{plain}",
        )
    if named and read.id and named != read.id:
        raise RequestError(
            f"the table is called {named} here and {read.id} in its mapping",
            hint="leave one of the two out",
        )
    return f"table.{named or read.id or _plain(file)}", read.title or ""


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")[:40] or "mine"


def in_a_folder(source: str) -> str:
    """Return the id of a source, of an own table one that a folder of the lake can have.

    Examples
    --------
    >>> in_a_folder("baci"), in_a_folder("table.kyrgyz"), in_a_folder("table.my trade/2022")
    ('baci', 'table.kyrgyz', 'table.my-trade-2022')
    """
    kind, _, named = source.partition(".")
    return source if _FOLDER.fullmatch(named or kind) else f"{kind}.{_plain(named)}"


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


# PEP 562: importing SourceInfo takes pydantic and all of `info`, which opening a lake does not
# need.
def __getattr__(name: str) -> Any:
    if name == "SourceInfo":
        return import_module("entrepot.sources.info").SourceInfo
    raise AttributeError(f"module 'entrepot.sources' has no attribute {name!r}")
