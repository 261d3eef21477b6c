"""What must hold of a lake: files as they were written, rows as the columns and sources promise.

Findings of level ``error`` mean that a result could be wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake import store
from entrepot.lake.holding import spans
from entrepot.lake.snapshot import hash_file
from entrepot.model.columns import columns, key_columns
from entrepot.model.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.lake.catalog import Catalog, Partition, Snapshot
    from entrepot.model.columns import Table
    from entrepot.sources.info import Range, SourceInfo

__all__ = ["check_lake", "coverage"]

NOTHING: frozenset[str] = frozenset()


def coverage(info: SourceInfo, parts: Sequence[Partition]) -> tuple[Finding, ...]:
    """Say whether a delivery is an extract: too few areas, or too few rows, in some period."""
    found: list[Finding] = []
    for name, expected in (
        ("exporters", info.bounds.exporters),
        ("importers", info.bounds.importers),
        ("rows", info.bounds.rows),
    ):
        numbers = [(getattr(part, name), part.period) for part in parts if part.period]
        few = [(n, period) for n, period in numbers if n < (expected.least or 0)]
        many = [(n, period) for n, period in numbers if expected.most and n > expected.most]
        if few and not found:
            least, period = min(few)
            found.append(
                Finding(
                    "partial-source",
                    "warning",
                    spans([period for _, period in few]),
                    len(few),
                    f"{_count(least, name)} in {period}",
                    f"This is an extract of {info.title.partition(',')[0]}: {_count(least, name)}, "
                    f"where a whole year has at least {expected.least:,.0f}. A share of a total "
                    "cannot be taken from it, only flows between the areas it holds.",
                )
            )
        if many:
            most, period = max(many)
            text = f"More {name} than {expected.most:,.0f}: is this the file it seems to be?"
            place = spans([period for _, period in many])
            example = f"{_count(most, name)} in {period}"
            found.append(Finding("too-many", "warning", place, len(many), example, text))
    return tuple(found)


def _count(number: int, plural: str) -> str:
    return f"{number:,} {plural.removesuffix('s') if number == 1 else plural}"


def check_lake(
    folder: Path, catalog: Catalog, connection: duckdb.DuckDBPyConnection
) -> Iterator[Finding]:
    """Yield what is wrong with the files and rows of a lake, and the findings kept from loads."""
    from entrepot.sources import source_info

    for item in catalog.snapshots:
        yield from item.findings
        yield from _raw(folder, item)
        info = source_info(item.source)
        for part in item.partitions:
            broken = list(_files(folder, part))
            yield from broken
            if not broken:
                yield from _rows(folder, item, part, connection, info)
    yield from _mixed(catalog)


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


def _mixed(catalog: Catalog) -> Iterator[Finding]:
    """Warn where one source is held in several releases or editions: changes mix with revisions."""
    for source in dict.fromkeys(item.source for item in catalog.snapshots):
        for name, word in (("vintage", "releases"), ("nomenclature", "editions")):
            values = sorted({getattr(item, name) for item in catalog.of(source)})
            if len(values) > 1:
                yield Finding(
                    f"mixed-{name}",
                    "warning",
                    source,
                    len(values),
                    ", ".join(values),
                    f"Periods come from different {word}: a change between them may be a revision.",
                )


def _error(rule: str, place: str, count: int, example: str, text: str) -> Finding:
    return Finding(rule, "error", place, count, example, text)
