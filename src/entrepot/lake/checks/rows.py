"""Rows as the columns and the source promise: every copy whole, one row a cell, nulls, bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake import repairs, store
from entrepot.lake.checks.batches import batches
from entrepot.model.columns import Finding, columns, key_columns, schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    import duckdb

    from entrepot.lake.catalog import Partition, Snapshot
    from entrepot.model.columns import Table
    from entrepot.sources.info import Range, SourceInfo

    Fault = tuple[Partition, Finding]
    Times = dict[tuple[str | None, date | None], Partition]

__all__ = ["check"]

_NOTHING: frozenset[str] = frozenset()


def check(
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
        for repair in repairs.about(info.repairs, item.vintage, part.period):
            if wrong := len(rows.filter(repairs.is_wrong(repair, item.table))):
                text = (
                    "A row is still wrong: its correction was declared after it was loaded. "
                    "Remove the snapshot and add its file again."
                )
                row = repairs.shown(repair)
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
