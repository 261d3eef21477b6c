"""The parsers that are fuzzed, each with its kinds of files."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fuzz.subject import Subject

MODULES = (
    *("baci", "comtrade", "comext", "gacc", "imts", "table", "icio", "concordance", "hs"),
    *("elasticities", "geodist", "published", "shipments"),
)


def subjects() -> dict[str, Subject]:
    """Return every subject by its id."""
    found = [import_module(f"fuzz.subjects.{name}").SUBJECTS for name in MODULES]
    return {one.id: one for some in found for one in some}
