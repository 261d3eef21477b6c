"""Files as they were written and delivered, and nothing beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from entrepot.lake import staged, store
from entrepot.lake.publish import unnamed
from entrepot.lake.unchanged import changed
from entrepot.model.columns import Finding, columns, key_columns, schema
from entrepot.sources.unpack import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    import duckdb

    from entrepot.lake.catalog import Catalog, Partition, Snapshot
    from entrepot.model.columns import Table
    from entrepot.sources.info import Range, SourceInfo

    Fault = tuple[Partition, Finding]
    Times = dict[tuple[str | None, date | None], Partition]


def check_files(
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
        intact = []
        for part in item.partitions:
            bad = list(_files(folder, part))
            yield from bad
            intact += [] if bad else [part]
            broken.update(_paths(part) if bad else ())
        for part, finding in check_rows(folder, item, intact, connection, info):
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


# Rows as the columns and the source promise: every copy whole, one row a cell, nulls, bounds.


_NOTHING: frozenset[str] = frozenset()


def check_rows(
    folder: Path,
    item: Snapshot,
    parts: Sequence[Partition],
    connection: duckdb.DuckDBPyConnection,
    info: SourceInfo,
) -> Iterator[Fault]:
    """Yield what is wrong with the rows of a snapshot, each with the partition it is in."""
    timed = [part for part in parts if part.period]
    for batch in batches(timed, [part.rows for part in timed]):
        yield from _batch(folder, item, batch, connection, info)
    for part in parts:  # without a period nothing in its rows tells a partition from another
        if not part.period:
            yield from _batch(folder, item, [part], connection, info)


def _batch(
    folder: Path,
    item: Snapshot,
    batch: list[Partition],
    connection: duckdb.DuckDBPyConnection,
    info: SourceInfo,
) -> Iterator[Fault]:
    times: Times = {(p.period.freq, p.period.start) if p.period else (None, None): p for p in batch}
    copies = {
        order: store.scan(
            connection, item.table, [(folder / p.files[order].path, _NOTHING) for p in batch]
        )
        for order in batch[0].files
    }
    for order, rows in copies.items():
        yield from _counted(item, times, rows, order)
    rows = next(iter(copies.values()))
    yield from _twice(item, times, rows)
    yield from _ruled(item, times, rows, info)
    yield from _unrepaired(item, batch, rows, info)


def _when(table: Table) -> str:
    """Return SQL for frequency and period of a row."""
    kinds = schema(table)
    if kinds.get("period") != "DATE":
        return "NULL, NULL"
    return "freq, period" if "freq" in kinds else "'A', period"


def _fault(
    item: Snapshot, part: Partition, rule: str, count: int, example: str, text: str
) -> Fault:
    place = " ".join(str(x) for x in (item.source, part.period, f"({item.id})") if x)
    return part, Finding(rule, "error", place, count, example, text)


def _counted(
    item: Snapshot, times: Times, rows: duckdb.DuckDBPyRelation, order: str
) -> Iterator[Fault]:
    found = rows.aggregate(f"{_when(item.table)}, count(*)").fetchall()
    counts = {(freq, start): count for freq, start, count in found}
    for when, part in times.items():
        count = counts.get(when, 0)
        if count != part.rows:
            text = f"The copy by {order} has {count} rows, the catalog says {part.rows}."
            off = abs(count - part.rows)
            yield _fault(item, part, "row-count", off, part.files[order].path, text)


def _twice(item: Snapshot, times: Times, rows: duckdb.DuckDBPyRelation) -> Iterator[Fault]:
    key = ", ".join(key_columns(item.table))
    twice = rows.aggregate(f"{key}, count(*) AS n", key).filter("n > 1")
    found = twice.aggregate(f"{_when(item.table)}, count(*) AS cells, min(concat_ws(', ', {key}))")
    # A sum over nothing is a row of its own where there is no period to group by.
    for freq, start, count, cell in found.filter("cells > 0").fetchall():
        text = "Two rows for one cell: the same trade could be counted twice."
        yield _fault(item, times[freq, start], "duplicate-cell", count, cell, text)


def _ruled(
    item: Snapshot, times: Times, rows: duckdb.DuckDBPyRelation, info: SourceInfo
) -> Iterator[Fault]:
    rules = list(_rules(item.table, info))
    counts = ", ".join(f"count(*) FILTER ({test})" for _, test, _ in rules)
    for freq, start, *found in rows.aggregate(f"{_when(item.table)}, {counts}").fetchall():
        for (rule, test, text), count in zip(rules, found, strict=True):
            if count:
                example = _example(rows.filter(test), item.table, freq, start)
                yield _fault(item, times[freq, start], rule, count, example, text)


def _example(
    rows: duckdb.DuckDBPyRelation, table: Table, freq: str | None, start: date | None
) -> str:
    """Return the key of the first of some rows, in words."""
    row = f"concat_ws(' ', {', '.join(key_columns(table))})"
    found = rows.aggregate(f"{_when(table)}, min({row})").fetchall()
    return next(str(words) for *when, words in found if when == [freq, start])


def _unrepaired(
    item: Snapshot, batch: list[Partition], rows: duckdb.DuckDBPyRelation, info: SourceInfo
) -> Iterator[Fault]:
    for part in batch:
        for repair in staged.about(info.repairs, item.vintage, part.period):
            if wrong := len(rows.filter(staged.is_wrong(repair, item.table))):
                text = (
                    "A row is still wrong: its correction was declared after it was loaded. "
                    "Remove the snapshot and add its file again."
                )
                row = staged.shown(repair)
                yield _fault(item, part, "not-repaired", wrong, row, text)


def _rules(table: Table, info: SourceInfo) -> Iterator[tuple[str, str, str]]:
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
    empty = "coalesce(value_usd, value_reported, mass_kg, quantity) IS NULL"
    yield "no-value", empty, "A row has neither a value nor a mass or quantity."
    unvalued = "valuation IS NULL AND reported_by <> 'both'"
    yield "no-valuation", unvalued, "valuation may be empty in values of both reports only."
    # Patterns stand by themselves: one that differs from row to row is read anew for each.
    fits = (
        "CASE WHEN starts_with(nomenclature, 'HS') "
        "THEN regexp_full_match(product, '[0-9]{2}|[0-9]{4}|[0-9]{6}') "
        "WHEN starts_with(nomenclature, 'CN') THEN regexp_full_match(product, '[0-9A-Z]{8}') "
        "ELSE nomenclature <> 'NONE' END"
    )
    bad = f"product <> 'TOTAL' AND NOT {fits}"
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


T = TypeVar("T")

TOGETHER = 5_000_000
"""Rows of one query, unless one item has more: what has to be told apart must fit in memory."""


def batches(items: Sequence[T], rows: Sequence[int], most: int = TOGETHER) -> Iterator[list[T]]:
    """Yield items in their order, so many together as have up to `most` rows.

    Examples
    --------
    >>> list(batches("abcd", [1, 2, 9, 1], most=4))
    [['a', 'b'], ['c'], ['d']]
    """
    batch: list[T] = []
    total = 0
    for item, count in zip(items, rows, strict=True):
        if batch and total + count > most:
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += count
    if batch:
        yield batch
