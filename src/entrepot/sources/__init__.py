"""Where data come from: one folder a source, with `<id>.yml` and, if files are read, `parse.py`.

The modules behind these names are imported when asked for: opening a lake needs none of them.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from entrepot.errors import UnknownNameError

if TYPE_CHECKING:
    from entrepot.sources.info import SourceInfo
    from entrepot.sources.parser import FileOptions, Parser

__all__ = [
    "SourceInfo",
    "bring_in",
    "is_own",
    "is_register",
    "said_by_name",
    "source_ids",
    "source_info",
    "source_parser",
    "split_address",
]

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


# PEP 562: importing SourceInfo takes pydantic and all of `info`, which opening a lake does not
# need.
def __getattr__(name: str) -> Any:
    if name == "SourceInfo":
        return import_module("entrepot.sources.info").SourceInfo
    raise AttributeError(f"module 'entrepot.sources' has no attribute {name!r}")
