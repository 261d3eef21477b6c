"""Read ProTEE: how strongly imports of a product answer to duties, and where that is not known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.sources.parser import FileTable, ParsedRows
from entrepot.sources.strict import NUMBER, Rule, find_rows, read_text, verify
from entrepot.sources.text import header
from entrepot.sources.unpack import members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import FileOptions, Key, RawFile

COLUMNS = {"HS6", "zero", "positive", "sigma"}
EDITION = "HS2007"  # CEPII's page says so; all codes of the file are codes of that edition

_NAME = re.compile(r"ProTEE_(\d+)_(\d+)", re.IGNORECASE)
_CLOSE = 1e-4
"""How far an average may be from the one written in the file, relative to it."""


def tables(file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
    """Yield the table in a file."""
    if options.nomenclature not in (None, EDITION):
        raise BadFileError(
            f"the edition asked for is {options.nomenclature}, ProTEE is in {EDITION}",
            where=file.name,
            hint="leave the option out",
        )
    for _, label, path in members(file, scratch):
        columns = header(path, label)
        if set(columns) != COLUMNS or len(columns) != len(COLUMNS):
            raise BadFileError(
                f"not the columns of ProTEE: {', '.join(columns[:8])}",
                where=f"{label}, row 1",
                why="ProTEE has HS6, zero, positive and sigma",
                hint="give ProTEE_0_1.csv as CEPII ships it",
            )
        named = _NAME.search(label)
        vintage = options.vintage or (".".join(named.groups()) if named else "unknown")
        yield FileTable(path, label, EDITION, vintage, detail=columns)
        if path != file.path:
            path.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row and return own estimates apart from what stands in for a missing one."""
    columns: list[str] = table.detail
    flag = "neither 0 nor 1"
    rules = (
        Rule("HS6", "not a product code of up to six digits", "[0-9]{5,6}"),
        Rule("zero", flag, allowed=frozenset("01")),
        Rule("positive", flag, allowed=frozenset("01")),
        Rule(
            "sigma",
            "not a negative elasticity",
            f"(-{NUMBER})?",
            why="a higher price cannot raise imports; CEPII replaces such estimates",
        ),
    )
    verify(connection, table.path, table.name, columns, rules)
    # After the test of single cells, which knows nothing of two columns together.
    _refuse_both(connection, table, columns)
    # `value` in the CASE is the alias above it, which DuckDB permits.
    codes = f"""
        SELECT lpad(trim(HS6), 6, '0') AS product, nullif(trim(sigma), '')::DOUBLE AS value,
               CASE WHEN trim(zero) = '1' THEN 'not_significant'
                    WHEN trim(positive) = '1' THEN 'wrong_sign'
                    WHEN value IS NULL THEN 'not_estimated' ELSE 'estimated' END AS status
        FROM {read_text(table.path, columns)}"""
    relation = connection.sql(f"""
        SELECT product, CASE WHEN status = 'estimated' THEN value END AS elasticity,
               CASE WHEN status <> 'estimated' THEN value END AS heading_elasticity, status
        FROM ({codes})""")
    place = columns.index("HS6")

    def locate(key: Key) -> str:
        code = str(key[1])
        found = find_rows(table.path, table.name, lambda row: row[place].strip().zfill(6) == code)
        return f"{table.name}, rows {' and '.join(map(str, found))}"

    same = {"nomenclature": EDITION}
    findings = tuple(_stand_ins(connection, codes, table.name))
    return ParsedRows(relation, same, locate, "elasticities", findings)


def _refuse_both(
    connection: duckdb.DuckDBPyConnection, table: FileTable, columns: list[str]
) -> None:
    source = read_text(table.path, columns)
    both = "trim(zero) = '1' AND trim(positive) = '1'"
    if connection.execute(f"SELECT 1 FROM {source} WHERE {both} LIMIT 1").fetchall():
        zero, positive = columns.index("zero"), columns.index("positive")
        found = find_rows(
            table.path,
            table.name,
            lambda row: (row[zero].strip(), row[positive].strip()) == ("1", "1"),
        )
        raise BadFileError(
            "an estimate cannot be both not significant and significantly positive",
            where=f"{table.name}, row {found[0]}",
            hint="compare the row with the file as CEPII ships it",
        )


def _stand_ins(connection: duckdb.DuckDBPyConnection, codes: str, name: str) -> Iterator[Finding]:
    """Say how many values stand in for a missing one, and whether they are averages."""
    # CEPII fills gaps with the average of own estimates in the heading. A value where the heading
    # has no own estimate cannot be one: coalesce makes it count as apart.
    [(averages, example, none, empty, wrong, other)] = connection.execute(f"""
        WITH code AS ({codes}),
        heading AS (SELECT product[:4] AS heading, avg(value) AS average
                    FROM code WHERE status = 'estimated' GROUP BY ALL),
        held AS (SELECT code.*, average FROM code LEFT JOIN heading ON heading = product[:4]
                 WHERE status <> 'estimated')
        SELECT count(value), min(product) FILTER (WHERE value IS NOT NULL),
               count(*) FILTER (WHERE value IS NULL), min(product) FILTER (WHERE value IS NULL),
               count(*) FILTER (WHERE apart), min(product) FILTER (WHERE apart)
        FROM (SELECT *, value IS NOT NULL
                        AND coalesce(abs(value - average) > {_CLOSE} * abs(average), true) AS apart
              FROM held)""").fetchall()
    if averages:
        text = f"Codes with the average of their heading in place of an estimate: {averages:,}."
        yield Finding("heading-average", "note", name, averages, example, text)
    if none:
        text = f"Codes without an elasticity, as all of their heading: {none:,}."
        yield Finding("no-elasticity", "note", name, none, empty, text)
    if wrong:
        text = "A value in place of a missing one is not the average of the heading."
        yield Finding("not-the-average", "warning", name, wrong, other, text)
