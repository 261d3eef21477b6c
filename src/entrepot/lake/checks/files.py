"""Files as they were written, and rows as the columns and the source promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake import repairs, store
from entrepot.lake.publish import unnamed
from entrepot.lake.snapshot import hash_file
from entrepot.model.columns import columns, key_columns
from entrepot.model.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.lake.catalog import Catalog, Partition, Snapshot
    from entrepot.model.columns import Table
    from entrepot.sources.info import Range, SourceInfo

__all__ = ["check"]

NOTHING: frozenset[str] = frozenset()


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
        yield from item.findings
        yield from _raw(folder, item)
        for part in item.partitions:
            bad = [*_files(folder, part)] or [*_rows(folder, item, part, connection, info)]
            yield from bad
            if bad:
                broken.update(stored.path for stored in part.files.values())
    yield from _left_over(folder, catalog)


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
    elif hash_file(path)[1] != item.raw.sha256:
        text = "The delivered file is no longer what was delivered."
        yield _error("raw-changed", item.raw.name, 1, path.name, text)


def _files(folder: Path, part: Partition) -> Iterator[Finding]:
    for stored in part.files.values():
        path = folder / stored.path
        if not path.is_file():
            text = "A file that the catalog names is gone; remove the source and add it again."
            yield _error("file-missing", stored.path, 1, path.name, text)
        elif hash_file(path) != (stored.bytes, stored.sha256):
            text = "A file is not what was written; remove the source and add it again."
            yield _error("file-changed", stored.path, 1, path.name, text)


def _rows(
    folder: Path,
    item: Snapshot,
    part: Partition,
    connection: duckdb.DuckDBPyConnection,
    info: SourceInfo,
) -> Iterator[Finding]:
    """Check the rows of one period: numbers, one row a cell, null rules, bounds."""
    place = " ".join(str(x) for x in (item.source, part.period, f"({item.id})") if x)
    for order, stored in part.files.items():
        count = len(store.scan(connection, item.table, [(folder / stored.path, NOTHING)]))
        if count != part.rows:
            text = f"The copy by {order} has {count} rows, the catalog says {part.rows}."
            yield _error("row-count", place, abs(count - part.rows), stored.path, text)
    rows = store.scan(connection, item.table, [(folder / _first(part), NOTHING)])
    key = ", ".join(key_columns(item.table))
    twice = rows.aggregate(f"{key}, count(*) AS n", key).filter("n > 1")
    if found := twice.order("ALL").fetchall():
        text = "Two rows for one cell: the same trade could be counted twice."
        cell = ", ".join(str(one) for one in found[0][:-1] if one is not None)
        yield _error("duplicate-cell", place, len(found), cell, text)
    for repair in repairs.about(info.repairs, item.vintage, part.period):
        if wrong := len(rows.filter(repairs.is_wrong(repair, item.table))):
            text = (
                "A row is still wrong: its correction was declared after it was loaded. Remove the "
                "snapshot and add its file again."
            )
            yield _error("not-repaired", place, wrong, repairs.shown(repair), text)
    for rule, test, text in _row_rules(item.table, info):
        example = f"min(concat_ws(' ', {key}))"
        [(count, one)] = rows.filter(test).aggregate(f"count(*), {example}").fetchall()
        if count:
            yield _error(rule, place, count, one, text)


def _first(part: Partition) -> str:
    return next(iter(part.files.values())).path


def _row_rules(table: Table, info: SourceInfo) -> Iterator[tuple[str, str, str]]:
    """Yield rule, SQL that a bad row fulfils, and what it means."""
    for column in columns():
        if column.table == table and column.null_rule == "never":
            yield (
                f"null-{column.name}",
                f"{column.name} IS NULL",
                f"{column.name} may not be empty.",
            )
    for column in columns(table):
        if column.type == "DOUBLE":
            bad = f"NOT isfinite({column.name})"
            yield f"not-a-number-{column.name}", bad, f"{column.name} is not a number."
    if table != "flows":
        return
    yield "no-value", "value_usd IS NULL AND value_reported IS NULL", "A row has no value."
    shape = (
        "CASE WHEN starts_with(nomenclature, 'HS') THEN '[0-9]{2}|[0-9]{4}|[0-9]{6}' "
        "WHEN starts_with(nomenclature, 'CN') THEN '[0-9A-Z]{8}' "
        "WHEN nomenclature = 'NONE' THEN 'TOTAL' ELSE '.+' END"
    )
    bad = f"product <> 'TOTAL' AND NOT regexp_full_match(product, {shape})"
    yield "product-code", bad, "A product code has not the digits of its nomenclature."
    for name, test, expected in (
        ("value", "value_usd", info.bounds.value_usd),
        ("year", "year(period)", info.bounds.years),
    ):
        if bad := _outside(test, expected):
            yield f"{name}-out-of-bounds", bad, f"A {name} is outside what the source can hold."


def _outside(value: str, expected: Range) -> str:
    ends = ((expected.least, "<"), (expected.most, ">"))
    return " OR ".join(f"{value} {sign} {end!r}" for end, sign in ends if end is not None)


def _error(rule: str, place: str, count: int, example: str, text: str) -> Finding:
    return Finding(rule, "error", place, count, example, text)
