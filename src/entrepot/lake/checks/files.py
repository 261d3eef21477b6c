"""Files as they were written and delivered, and nothing beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.lake.checks import rows
from entrepot.lake.publish import unnamed
from entrepot.lake.unchanged import changed
from entrepot.model.columns import Finding
from entrepot.sources.digest import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.lake.catalog import Catalog, Partition, Snapshot

__all__ = ["check"]


def check(
    folder: Path,
    catalog: Catalog,
    connection: duckdb.DuckDBPyConnection,
    broken: set[str],
) -> Iterator[Finding]:
    """Yield what is wrong with the files and rows of a lake, and the findings kept from loads.

    Paths of files with a mistake are added to `broken`: what they add up to means nothing.
    """
    from entrepot.sources import source_info

    for item in catalog.snapshots:
        info = source_info(item.source)
        for one in item.findings:  # its place is one in the file
            yield replace(one, place=f"{item.source} {item.id}: {one.place}")
        yield from _raw(folder, item)
        whole = []
        for part in item.partitions:
            bad = list(_files(folder, part))
            yield from bad
            whole += [] if bad else [part]
            broken.update(_paths(part) if bad else ())
        for part, finding in rows.check(folder, item, whole, connection, info):
            yield finding
            broken.update(_paths(part))
    yield from _left_over(folder, catalog)


def _paths(part: Partition) -> list[str]:
    return [stored.path for stored in part.stored]


def _left_over(folder: Path, catalog: Catalog) -> Iterator[Finding]:
    """Say what lies there that nothing names: somebody read it, or a load was killed."""
    left = unnamed(folder, catalog)
    if left:
        text = "Files that are no longer used; the next change to the lake deletes them."
        example = left[0].relative_to(folder).as_posix()
        yield Finding("left-over", "note", str(folder), len(left), example, text)


def _raw(folder: Path, item: Snapshot) -> Iterator[Finding]:
    path = folder / "raw" / item.raw.sha256
    if not path.is_file():
        yield _error("raw-missing", item.raw.name, 1, path.name, "The delivered file is gone.")
    elif sha256_of(path) != item.raw.sha256:
        text = "The delivered file is no longer what was delivered."
        yield _error("raw-changed", item.raw.name, 1, path.name, text)


def _files(folder: Path, part: Partition) -> Iterator[Finding]:
    for stored in part.stored:
        path = folder / stored.path
        if not path.is_file():
            text = "A file that the catalog names is gone: entrepot data rebuild writes it again."
            yield _error("file-missing", stored.path, 1, path.name, text)
        elif changed(folder, stored):
            text = "A file is not what was written: entrepot data rebuild writes it again."
            yield _error("file-changed", stored.path, 1, path.name, text)


def _error(rule: str, place: str, count: int, example: str, text: str) -> Finding:
    return Finding(rule, "error", place, count, example, text)
