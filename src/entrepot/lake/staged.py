"""The only DDL: rows of one table of a file, waiting to be written, and their declared corrections.

A correction is guarded: it holds for the releases it names, and only while the mistake is there.
Once the publisher has corrected the row, or the row has gone, the load fails until the correction
is taken out. A file that does not hold the period, the report or the edition is not concerned.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError
from entrepot.lake.catalog import SLICE
from entrepot.model.columns import PARTNER_BASES, Finding, columns, key_columns, schema
from entrepot.model.period import Period
from entrepot.sources.strict import area_enum, literal, sorted_enum

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence
    from datetime import date

    import duckdb

    from entrepot.model.columns import Table
    from entrepot.sources.info import Cell, Repair
    from entrepot.sources.parser import FileTable, ParsedRows

STAGED = "staged"
"""Temporary table in which the rows wait."""
TOTALS = "staged_totals"
"""Temporary table in which what the reporters added up themselves waits."""
_AREA = "staged_area"  # named once: to read three hundred texts takes longer than small files
MOST = 1e18
"""The largest number stored, in any unit: 40,000 times the world's trade in a year, in USD.

So a sum over a thousand million rows has fewer than 28 digits, as many as decimals keep here.
"""
_MANY = 1_000_000
_LISTED = 60_000  # what two bytes can count
_CHOICES = {
    "reported_by": ("exporter", "importer", "both"),
    "freq": ("A", "F", "Q", "M"),
    "valuation": ("FOB", "CIF"),
    "partner_basis": ("destination", "origin", "consignment"),
}


@dataclass(frozen=True, slots=True)
class Staged:
    """Rows of one period that wait in the temporary table.

    Attributes
    ----------
    period
        None for a table without periods.
    rows, exporters, importers
        How many there are.
    slices, nomenclatures, products, digits, totals, bases
        As in a partition of the catalog.
    sums
        How many rows of the table ``totals`` wait.
    """

    period: Period | None
    rows: int
    exporters: int = 0
    importers: int = 0
    slices: tuple[str, ...] = ("*",)
    nomenclatures: tuple[str, ...] = ()
    products: int = 0
    digits: int = 0
    totals: int = 0
    bases: tuple[str, ...] = ()
    sums: int = 0


def hold(connection: duckdb.DuckDBPyConnection, rows: ParsedRows, own: Iterable[str] = ()) -> None:
    """Put rows into the temporary table, in few bytes a row.

    Only columns that differ from row to row are stored: a year of BACI has eleven million rows,
    and the two sorts carry every byte along.

    Parameters
    ----------
    rows
        What a parser returned.
    own
        Columns that are about to differ.
    """
    import duckdb

    _hold_totals(connection, rows)
    kinds = schema(rows.table)
    returned = rows.relation.columns  # each look asks the engine what the parser's query gives
    unknown = sorted({*returned, *rows.same} - set(kinds))
    if unknown:
        raise AssertionError(f"a parser returned unknown columns: {unknown}")
    if rows.kept:
        _take_over(connection, rows, own)
        return
    compact = dict(kinds)
    if kinds.get("period") == "DATE":
        compact |= {name: sorted_enum(values) for name, values in _CHOICES.items()}
        connection.execute(f"CREATE TEMP TYPE IF NOT EXISTS {_AREA} AS {area_enum()}")
        named = [one.name for one in columns(rows.table) if one.unit == "area"]
        compact |= dict.fromkeys(named, _AREA)
    parts = {name: name for name in returned}
    parts |= {
        name: literal(rows.same[name]) if name in rows.same else "NULL"
        for name in own
        if name not in parts
    }
    cast = ", ".join(f"{value}::{compact[name]} AS {name}" for name, value in parts.items())
    # No quick way: every cell is tested already.
    if rows.again is None:
        _create(connection, rows.relation.project(cast))
        return
    try:
        made = _create(connection, rows.relation.project(cast))
        # Otherwise the quick way passed rows over, without an error.
        if made and rows.count in (None, made):
            return
    except (
        duckdb.ConversionException,
        duckdb.InvalidInputException,
        duckdb.NotImplementedException,
    ):
        pass  # a cell that the quick way cannot take: it is bad, or needs a closer look
    _create(connection, rows.again().project(cast))


def _take_over(connection: duckdb.DuckDBPyConnection, rows: ParsedRows, own: Iterable[str]) -> None:
    """Have a table that a parser kept be the one where rows wait."""
    connection.execute(f"DROP TABLE IF EXISTS {STAGED}")
    connection.execute(f"ALTER TABLE {rows.kept} RENAME TO {STAGED}")
    kinds, there = schema(rows.table), waiting(connection)
    for name in own:
        if name not in there:
            value = literal(rows.same[name]) if name in rows.same else "NULL"
            connection.execute(
                f"ALTER TABLE {STAGED} ADD COLUMN {name} {kinds[name]} DEFAULT {value}"
            )


def _hold_totals(connection: duckdb.DuckDBPyConnection, rows: ParsedRows) -> None:
    """Put what the reporters added up themselves into a table of its own, one row a cell."""
    key = key_columns("totals")
    kinds = {name: kind for name, kind in schema("totals").items() if name not in _ADDED}
    connection.execute(f"DROP TABLE IF EXISTS {TOTALS}")
    if rows.totals is None:
        return
    there = rows.totals.columns
    cast = ", ".join(
        f"{name if name in there else 'NULL'}::{kind} AS {name}" for name, kind in kinds.items()
    )
    # By size, for of two rows for one cell the smaller is a part of the other.
    size = "coalesce(value_usd, value_reported)"
    cells = ", ".join(key)
    connection.execute(f"""
        CREATE TEMP TABLE {TOTALS} AS
        SELECT * FROM (SELECT {cast} FROM ({rows.totals.sql_query()}))
        QUALIFY row_number() OVER (PARTITION BY {cells} ORDER BY {size} DESC NULLS LAST) = 1""")


_ADDED = ("source", "snapshot")


def _create(connection: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation) -> int:
    """Make the temporary table and return how many rows it has."""
    connection.execute(f"DROP TABLE IF EXISTS {STAGED}")
    made = connection.execute(f"CREATE TEMP TABLE {STAGED} AS {rows.sql_query()}")
    return int(made.fetchall()[0][0])


def waiting(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return name and type of the columns that wait.

    Ask once for a table: the engine answers in a millisecond, and a file of months has twenty
    columns in hundreds of periods.
    """
    staged = connection.table(STAGED)
    return dict(zip(staged.columns, map(str, staged.types), strict=True))


def correct(connection: duckdb.DuckDBPyConnection, where: str, change: str = "") -> None:
    """Change rows that wait (``column = value``), or take them out if no change is given."""
    what = f"UPDATE {STAGED} SET {change}" if change else f"DELETE FROM {STAGED}"
    connection.execute(f"{what} WHERE {where}")


def contents(
    connection: duckdb.DuckDBPyConnection,
    rows: ParsedRows,
    where: str,
    *,
    one_delivery: bool = False,
) -> list[Staged]:
    """Return what waits, by period.

    Parameters
    ----------
    rows, where
        What a parser returned, and the name of its table for messages.
    one_delivery
        Whether the source is replaced as a whole, so that nobody needs to know who reports.

    Raises
    ------
    BadFileError
        If there is no row, or a number that is not finite or beyond `MOST`.
    """
    _require_bounded(connection, rows, where)
    _shorten(connection)
    found = list(_contents(connection, rows, one_delivery=one_delivery))
    if rows.totals is not None:
        found = _with_totals(connection, found)
    if not found:
        raise BadFileError("no row is left to load", where=where, hint="look at its findings")
    return found


def _require_bounded(connection: duckdb.DuckDBPyConnection, rows: ParsedRows, where: str) -> None:
    numbers = [name for name, kind in waiting(connection).items() if kind == "DOUBLE"]
    if not numbers:
        return
    beyond = [f"NOT (abs({name}) <= {MOST})" for name in numbers]  # true of NaN as well
    counts = ", ".join(f"count(*) FILTER (WHERE {test})" for test in beyond)
    [found] = connection.execute(f"SELECT {counts} FROM {STAGED}").fetchall()
    for name, test, count in zip(numbers, beyond, found, strict=True):
        if not count:
            continue
        keys = ", ".join(
            name if name in waiting(connection) else literal(rows.same.get(name, ""))
            for name in key_columns(rows.table)
        )
        first = connection.execute(
            f"SELECT {name}, {keys} FROM {STAGED} WHERE {test} LIMIT 1"
        ).fetchall()[0]
        raise BadFileError(
            f"too large to store, or not finite: {name} {first[0]:g} (rows: {count:,})",
            where=f"{where}: {', '.join(str(part) for part in first[1:] if part)}",
            why=f"every number stored is finite and at most {MOST:g}, so that sums can be computed",
            hint="look at the row, and at scale in the mapping if there is one",
        )


def _shorten(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep product codes as numbers of a list: a third less to sort, and quicker to write."""
    import duckdb

    [(count,)] = connection.execute(f"SELECT count(*) FROM {STAGED}").fetchall()
    if count < _MANY or waiting(connection).get("product") != "VARCHAR":
        return
    [(codes,)] = connection.execute(f"SELECT list(DISTINCT product) FROM {STAGED}").fetchall()
    if len(codes) <= _LISTED and None not in codes:
        kind = sorted_enum(codes)
        with suppress(duckdb.ConversionException):  # rows that were corrected away count here too
            connection.execute(f"ALTER TABLE {STAGED} ALTER COLUMN product TYPE {kind}")


def _contents(
    connection: duckdb.DuckDBPyConnection, rows: ParsedRows, *, one_delivery: bool
) -> Iterator[Staged]:
    kinds = schema(rows.table)
    there = waiting(connection)
    out = ", ".join(f"{cell(name, there, rows.same)} AS {name}" for name in kinds)
    slices = "'*'" if one_delivery else SLICE.get(rows.table, "'*'")
    flows = "count(DISTINCT exporter), count(DISTINCT importer)" if "importer" in kinds else "0, 0"
    digits = "coalesce(max(length(product)) FILTER (WHERE product <> 'TOTAL'), 0)"
    totals = "count(*) FILTER (WHERE product = 'TOTAL')"
    codes = f"count(DISTINCT product), {digits}, {totals}"
    basis = "list(DISTINCT partner_basis)" if "partner_basis" in kinds else bases_there(kinds)
    edition = "nomenclature" if "nomenclature" in kinds else "NULL"
    periods = kinds.get("period") == "DATE"
    when = f"{'freq' if 'freq' in kinds else literal('A')}, period" if periods else "NULL, NULL"
    found = connection.execute(f"""
        SELECT {when}, count(*), {flows}, list(DISTINCT {slices}), list(DISTINCT {edition}),
               {codes if "product" in kinds else "0, 0, 0"}, {basis}
        FROM (SELECT {out} FROM {STAGED}) GROUP BY 1, 2 ORDER BY 2, 1""").fetchall()
    for (
        freq,
        start,
        count,
        sellers,
        buyers,
        reported,
        editions,
        products,
        size,
        sums,
        bases,
    ) in found:
        yield Staged(
            period=_period(freq, start) if start else None,
            rows=count,
            exporters=sellers,
            importers=buyers,
            slices=_texts(reported),
            nomenclatures=_texts(editions),
            products=products,
            digits=size,
            totals=sums,
            bases=_texts(bases),
        )


def _with_totals(connection: duckdb.DuckDBPyConnection, found: list[Staged]) -> list[Staged]:
    """Return what waits with the totals of each period; of some there may be nothing else."""
    by_period = {one.period: one for one in found if one.period}
    # A heading whose finer lines are there as well would count one good twice.
    summed = connection.execute(f"""
        SELECT freq, period, count(*), list(DISTINCT {SLICE["totals"]}),
               list(DISTINCT nomenclature),
               count(DISTINCT product) FILTER (NOT has_finer AND product <> 'TOTAL'),
               coalesce(max(length(product)) FILTER (WHERE product <> 'TOTAL'), 0),
               list(DISTINCT partner_basis)
        FROM {TOTALS} GROUP BY 1, 2""").fetchall()
    for freq, start, count, reported, editions, products, digits, bases in summed:
        period = _period(freq, start)
        one = by_period.get(period)
        if one is None:
            # Only totals were delivered: no row by product and partner.
            one = Staged(period, 0, slices=(), products=products, digits=digits)
        by_period[period] = replace(
            one,
            sums=count,
            slices=_texts([*one.slices, *reported]),
            nomenclatures=_texts([*one.nomenclatures, *editions])
            if not one.rows
            else one.nomenclatures,
            bases=_texts([*one.bases, *bases]),
        )
    return [by_period[when] for when in sorted(by_period, key=lambda one: (one.start, one.months))]


def _texts(found: list[str | None]) -> tuple[str, ...]:
    return tuple(sorted({text for text in found if text}))


def _period(freq: str, start: date) -> Period:
    """Return the period that starts on a day: a year, fiscal or not, a quarter or a month."""
    if freq == "F":
        return Period.fiscal(start)
    text = {"A": "{0.year}", "Q": "{0.year}Q{1}", "M": "{0:%Y-%m}"}[freq]
    return Period.parse(text.format(start, (start.month + 2) // 3))


def cell(name: str, there: Container[str], same: dict[str, str]) -> str:
    """Return SQL for a canonical column of the staged rows; `there` are the columns that wait."""
    if name in there:
        return name
    return literal(same[name]) if name in same else "NULL"


def of_period(there: Container[str], period: Period | None) -> str:
    """Return SQL that the waiting rows of a period fulfil; `there` are the columns that wait."""
    if period is None:
        return "true"
    test = f"period = DATE {literal(period.start)}"
    return f"{test} AND freq = {literal(period.freq)}" if "freq" in there else test


def bases_there(names: Container[str]) -> str:
    """Return SQL for the bases of which any of some lines has a country."""
    found = (
        f"CASE WHEN count({name}) > 0 THEN '{name}' END" for name in PARTNER_BASES if name in names
    )
    return f"[{', '.join(found)}]"


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
    hold(connection, rows, own={one.column for one in mine})
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
    [(wrong,)] = connection.execute(f"SELECT count(*) FROM {STAGED} WHERE {mistaken}").fetchall()
    if wrong != 1:
        there = connection.sql(f"SELECT {one.column} FROM {STAGED} WHERE {is_row} LIMIT 2")
        raise _refused(one, table, _found(one, wrong, [value for (value,) in there.fetchall()]))
    value = "NULL" if one.becomes is None else f"{literal(one.becomes)}::{kind}"
    correct(connection, mistaken, "" if one.drop else f"{one.column} = {value}")
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
    there = connection.sql(f"SELECT 1 FROM {STAGED} WHERE {' AND '.join(tests)} LIMIT 1")
    return bool(there.fetchall())


def _cells(connection: duckdb.DuckDBPyConnection, rows: ParsedRows) -> Callable[[str], str]:
    """Return what gives SQL for a column of the rows that wait."""
    there = waiting(connection)
    return lambda name: cell(name, there, rows.same)


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
