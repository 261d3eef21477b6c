"""Declared corrections: rows that a source has wrong, changed while they wait to be written.

A correction is guarded: it holds for the releases it names, and only while the mistake is there.
Once the publisher has corrected the row, or the row has gone, the load fails until the correction
is taken out. A file that does not hold the period, the report or the edition is not concerned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError
from entrepot.lake import staged
from entrepot.model.columns import Finding, schema
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import duckdb

    from entrepot.model.columns import Table
    from entrepot.model.period import Period
    from entrepot.sources.info import Cell, Repair
    from entrepot.sources.parser import FileTable, ParsedRows

_RULE = "repaired"
_NEAR = 1e-9
_SCOPE = ("nomenclature", "from_nomenclature", "to_nomenclature", "kind")


def repair(
    connection: duckdb.DuckDBPyConnection,
    rows: ParsedRows,
    table: FileTable,
    declared: Sequence[Repair],
    *,
    one_delivery: bool,
) -> list[Finding]:
    """Put rows into the table where they wait, corrected.

    Parameters
    ----------
    rows, table
        What a parser returned, and of which table.
    declared
        Corrections of the source.
    one_delivery
        Whether a period of the source is one delivery, whoever reports.

    Returns
    -------
    list of Finding
        One for each correction that was made.

    Raises
    ------
    BadFileError
        If a row to be corrected is not there, or not as the correction says.
    """
    mine = [one for one in declared if table.vintage in one.vintages]
    # A column with one value in all rows is not stored; one that is to be corrected must be.
    staged.hold(connection, rows, own={one.column for one in mine})
    return [
        _corrected(connection, rows, table, one)
        for one in mine
        if _is_concerned(connection, rows, one, one_delivery=one_delivery)
    ]


def shown(one: Repair) -> str:
    """Return the row that a correction is about, in words."""
    return " ".join(one.row.values())


def about(declared: Sequence[Repair], vintage: str, period: Period | None) -> Iterator[Repair]:
    """Yield the corrections of one period of a release."""
    yield from (one for one in declared if vintage in one.vintages and one.period == period)


def is_wrong(one: Repair, table: Table) -> str:
    """Return SQL that stored rows fulfil while they are wrong."""
    tests = _tests(one, table, one.row, str)
    return " AND ".join((*tests, _is(one.column, schema(table)[one.column], one.was)))


def _corrected(
    connection: duckdb.DuckDBPyConnection, rows: ParsedRows, table: FileTable, one: Repair
) -> Finding:
    kind = schema(rows.table)[one.column]
    is_row = " AND ".join(_tests(one, rows.table, one.row, _cells(connection, rows)))
    mistaken = f"{is_row} AND {_is(one.column, kind, one.was)}"
    [(wrong,)] = connection.execute(
        f"SELECT count(*) FROM {staged.STAGED} WHERE {mistaken}"
    ).fetchall()
    if wrong != 1:
        there = connection.sql(f"SELECT {one.column} FROM {staged.STAGED} WHERE {is_row} LIMIT 2")
        raise _refused(one, table, _found(one, wrong, [value for (value,) in there.fetchall()]))
    value = "NULL" if one.becomes is None else f"{literal(one.becomes)}::{kind}"
    staged.correct(connection, mistaken, "" if one.drop else f"{one.column} = {value}")
    became = "left out" if one.drop else f"became {_words(one.becomes)}"
    example = f"{one.column} {_words(one.was)} {became}"
    return Finding(_RULE, "note", shown(one), 1, example, f"{one.why} ({one.id}; {one.url})")


def _found(one: Repair, wrong: int, there: list[Any]) -> str:
    if wrong > 1:
        return f"{wrong} rows fit it"
    if not there:
        return "there is no such row"
    values = " or ".join(_words(value) for value in there)
    return f"{one.column} is {values}, not {_words(one.was)}"


def _refused(one: Repair, table: FileTable, found: str) -> BadFileError:
    return BadFileError(
        f"the declared correction {one.id!r} does not fit: {found}",
        where=f"{table.name}, row {shown(one)}, column {one.column}",
        why="the publisher may have corrected the row, and what is right would be made wrong",
        hint=f"compare the row with {one.url}; if it is right now, take the correction out of "
        "the description of the source. An extract may lack the row: load the whole file",
    )


def _is_concerned(
    connection: duckdb.DuckDBPyConnection, rows: ParsedRows, one: Repair, *, one_delivery: bool
) -> bool:
    """Whether a table has the period, the edition and the report that a correction is about."""
    cell = _cells(connection, rows)
    scope = {name: text for name, text in one.row.items() if name in ("period", *_SCOPE)}
    tests = [*_tests(one, rows.table, scope, cell)]
    if rows.table == "flows" and not one_delivery:
        tests.append(f"({' OR '.join(_reports(one, cell))})")
    there = connection.sql(f"SELECT 1 FROM {staged.STAGED} WHERE {' AND '.join(tests)} LIMIT 1")
    return bool(there.fetchall())


def _cells(connection: duckdb.DuckDBPyConnection, rows: ParsedRows) -> Callable[[str], str]:
    """Return what gives SQL for a column of the rows that wait."""
    there = staged.waiting(connection)
    return lambda name: staged.cell(name, there, rows.same)


def _reports(one: Repair, cell: Callable[[str], str]) -> Iterator[str]:
    """Yield SQL that rows of the same report fulfil: its teller's; everybody's where both tell."""
    sides = {"exporter": ("exporter",), "importer": ("importer",), "both": ()}
    for reported, side in sides.items():
        if one.row.get("reported_by", reported) == reported:
            names = {name: one.row[name] for name in side if name in one.row}
            yield " AND ".join(_tests(one, "flows", {"reported_by": reported, **names}, cell))


def _tests(
    one: Repair, table: Table, row: dict[str, str], cell: Callable[[str], str]
) -> Iterator[str]:
    """Yield SQL that rows with these texts fulfil."""
    kinds = schema(table)
    # So that there is always something to join with AND.
    yield "true"
    for name, text in row.items():
        if name == "period" and kinds[name] == "DATE" and one.period:
            yield f"{cell(name)}::DATE = {literal(one.period.start)}::DATE"
            if "freq" in kinds:
                yield f"{cell('freq')} = {literal(one.period.freq)}"
        else:
            yield _is(cell(name), kinds[name], text)


def _is(cell: str, kind: str, value: Cell) -> str:
    """Return SQL for a cell that holds a value, within a part in a billion."""
    if value is None:
        return f"{cell} IS NULL"
    if kind == "DOUBLE" and not isinstance(value, str):
        return f"abs({cell}::DOUBLE - {value!r}) <= {abs(value) * _NEAR!r}"
    return f"{cell}::{kind} = {literal(value)}::{kind}"


def _words(value: Cell) -> str:
    if value is None:
        return "empty"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
