"""All correlation tables in one text: columns `code.after, code.before, Relationship, adjustment`.

A copy of the UN's workbooks that several projects hand on. The first digit of a code is lost where
it was a zero.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.model.product import EDITIONS
from entrepot.sources.parser import Rows
from entrepot.sources.strict import Rule, find_rows, quoted, read_text, verify

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.parser import Delivery, Key

__all__ = ["COLUMNS", "consolidated_rows"]

COLUMNS = frozenset({"code.after", "code.before", "Relationship", "adjustment"})

_YEARS = [str(one.year) for one in EDITIONS]
_STEPS = {f"{new} to {old}" for new in _YEARS for old in _YEARS if new != old}
_SITC = {"1992 to 1988", "1988 to 1976", "1976 to 1962"}  # revisions 3, 2 and 1
_CODE = "[0-9]{5,6}"
_SIDES = ("after", "before")


def consolidated_rows(connection: duckdb.DuckDBPyConnection, table: Delivery) -> Rows:
    """Check every row and return the links between editions of the Harmonized System.

    Raises
    ------
    BadFileError
        Naming the row and column of a cell that is not what it should be.
    """
    columns: list[str] = table.detail
    step = "correlation of another kind, or of an edition that does not exist"
    verify(
        connection,
        table.path,
        table.name,
        columns,
        (
            Rule("adjustment", step, allowed=frozenset(_STEPS | _SITC)),
            Rule("Relationship", "not a relation", "'?[1n]:[1n]"),
            *(Rule(f"code.{side}", "not a code", "[0-9A-Za-z.]{1,8}") for side in _SIDES),
        ),
    )
    after, before = quoted("code.after"), quoted("code.before")
    steps = ", ".join(f"'{one}'" for one in sorted(_STEPS))
    links = f"""
        SELECT 'HS' || trim(adjustment)[:4] AS from_nomenclature, trim({after}) AS after,
               'HS' || trim(adjustment)[-4:] AS to_nomenclature, trim({before}) AS before,
               ltrim(trim(Relationship), '''') AS relation
        FROM {read_text(table.path, columns)} WHERE trim(adjustment) IN ({steps})"""
    [(count, good)] = connection.execute(f"""
        SELECT count(*), count(*) FILTER (WHERE regexp_full_match(after, '{_CODE}')
                                            AND regexp_full_match(before, '{_CODE}'))
        FROM ({links})""").fetchall()
    if good < count:
        raise _bad_code(table, columns)
    relation = connection.sql(
        "SELECT from_nomenclature, lpad(after, 6, '0') AS from_code, to_nomenclature, "
        f"lpad(before, 6, '0') AS to_code, relation FROM ({links})"
    )
    return Rows(
        relation,
        {"kind": "correlation"},
        lambda key: _locate(table, columns, key),
        "correlations",
        _left_out(connection, table, columns),
    )


def _left_out(
    connection: duckdb.DuckDBPyConnection, table: Delivery, columns: list[str]
) -> tuple[Finding, ...]:
    sitc = ", ".join(f"'{one}'" for one in sorted(_SITC))
    [(count, example)] = connection.execute(
        f"SELECT count(*), min(trim(adjustment)) FROM {read_text(table.path, columns)} "
        f"WHERE trim(adjustment) IN ({sitc})"
    ).fetchall()
    text = "Links to revisions of SITC were left out: nothing here is classified by it."
    return (Finding("sitc", "note", table.name, count, example, text),) if count else ()


def _bad_code(table: Delivery, columns: list[str]) -> BadFileError:
    step, codes = columns.index("adjustment"), [columns.index(f"code.{c}") for c in _SIDES]
    row = find_rows(
        table.path,
        table.name,
        lambda row: (
            row[step].strip() in _STEPS
            and not all(re.fullmatch(_CODE, row[place].strip()) for place in codes)
        ),
    )
    return BadFileError(
        "not a code of the Harmonized System: five digits (a zero was lost) or six",
        where=f"{table.name}, row {row[0]}, column code.after or code.before",
        why="a code that is lost takes its trade with it when data are converted",
    )


def _locate(table: Delivery, columns: list[str], key: Key) -> str:
    newer, from_code, older, to_code, _ = key
    step = columns.index("adjustment")
    after, before = (columns.index(f"code.{side}") for side in _SIDES)
    found = find_rows(
        table.path,
        table.name,
        lambda row: (
            row[step].strip() == f"{newer[2:]} to {older[2:]}"
            and row[after].strip().zfill(6) == from_code
            and row[before].strip().zfill(6) == to_code
        ),
    )
    return f"{table.name}, rows {' and '.join(map(str, found))}"
