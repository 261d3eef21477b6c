"""Cells follow their rules in text and in Parquet alike, or the row is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.sources.parquet import (
    find_parquet_rows,
    is_parquet,
    parquet_types,
    read_parquet,
    verify_parquet,
)
from entrepot.sources.strict import NUMBER, Rule, find_rows, quoted, read_text, verify

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("the code", "value", "mass", "flow")
RULES = (
    Rule("the code", "not a code", "[0-9]{1,6}"),
    Rule("value", "not a value", NUMBER, least=0),
    Rule("mass", "not a mass", f"({NUMBER})?", least=0),
    Rule("flow", "not a flow", allowed=frozenset({"1", "2"})),
)
GOOD = (("0101", 1.5, None, 1), ("854231", 2e20, 0.25, 2), ("2", 7.0, 3.0, 1))


def write_text(path: Path, rows, delim: str = "\t") -> None:
    lines = [COLUMNS, *rows]
    path.write_text(
        "\n".join(delim.join("" if c is None else str(c) for c in row) for row in lines) + "\n"
    )


def write_parquet(path: Path, rows, flow: str) -> None:
    cells = ", ".join(
        "(" + ", ".join("NULL" if c is None else f"'{c}'" for c in row) + ")" for row in rows
    )
    names = ", ".join(map(quoted, COLUMNS))
    kinds = dict(zip(COLUMNS, ("VARCHAR", "DOUBLE", "DOUBLE", flow), strict=True))
    typed = ", ".join(f"{quoted(n)}::{k} AS {quoted(n)}" for n, k in kinds.items())
    connect().execute(
        f"COPY (SELECT {typed} FROM (VALUES {cells}) t({names})) TO '{path}' (FORMAT parquet)"
    )


def change(row: int, column: str, cell: object) -> list[tuple[object, ...]]:
    rows = [list(one) for one in GOOD]
    rows[row][COLUMNS.index(column)] = cell
    return [tuple(one) for one in rows]


def test_text_with_tabs_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, GOOD)
    connection = connect()
    verify(connection, path, "a.txt", COLUMNS, RULES, "\t")
    found = connection.sql(f"SELECT sum(value::DOUBLE) FROM {read_text(path, COLUMNS, chr(9))}")
    assert found.fetchall() == [(pytest.approx(2e20 + 8.5),)]
    assert find_rows(path, "a.txt", lambda row: row[3] == "1", "\t") == [2, 4]


@pytest.mark.parametrize("flow", ["VARCHAR", "INTEGER", "DOUBLE"])
def test_parquet_is_read_whatever_its_types(tmp_path: Path, flow: str) -> None:
    path = tmp_path / "a.parquet"
    write_parquet(path, GOOD, flow)
    connection = connect()
    assert is_parquet(path)
    types = parquet_types(connection, path, "a.parquet")
    verify_parquet(connection, path, "a.parquet", types, RULES)
    assert find_parquet_rows(connection, path, "a.parquet", "value > 5") == [2, 3]


@pytest.mark.parametrize(
    ("row", "column", "cell"),
    [
        (2, "value", -1),
        (1, "value", "nan"),
        (0, "value", "inf"),
        (2, "value", None),
        (1, "mass", -0.5),
        (1, "flow", 3),
        (2, "flow", None),
        (0, "the code", "=1+1"),
        (2, "the code", None),
    ],
)
@pytest.mark.parametrize("flow", ["VARCHAR", "INTEGER"])
def test_the_same_cell_is_refused_in_text_and_parquet(tmp_path, row, column, cell, flow) -> None:
    path, rows = tmp_path / "a", change(row, column, cell)
    connection = connect()
    write_text(path, rows)
    with pytest.raises(BadFileError) as caught:
        verify(connection, path, "a", COLUMNS, RULES, "\t")
    assert caught.value.where == f"a, row {row + 2}, column {column}"
    write_parquet(path, rows, flow)
    types = parquet_types(connection, path, "a")
    with pytest.raises(BadFileError) as again:
        verify_parquet(connection, path, "a", types, RULES)
    assert again.value.where == f"a, row {row + 1}, column {column}"
    assert again.value.what.partition(":")[0] == caught.value.what.partition(":")[0]


@pytest.mark.parametrize("kind", ["BIGINT", "UBIGINT", "DECIMAL(25, 2)"])
def test_whole_numbers_with_more_than_fifteen_digits_are_refused(tmp_path: Path, kind: str) -> None:
    text, typed = tmp_path / "a.csv", tmp_path / "a.parquet"
    rules = (Rule("value", "not a value", NUMBER, least=0.0),)
    connection = connect()
    for number, good in ((10**15 - 1, True), (10**15, False)):
        text.write_text(f"value,b\n1,1\n{number},1\n")
        connection.execute(
            f"COPY (SELECT unnest([1, {number}])::{kind} AS value) TO '{typed}' (FORMAT parquet)"
        )
        types = parquet_types(connection, typed, "a")
        if good:
            verify(connection, text, "a", ("value", "b"), rules)
            verify_parquet(connection, typed, "a", types, rules)
            continue
        with pytest.raises(BadFileError, match="not a value"):
            verify(connection, text, "a", ("value", "b"), rules)
        with pytest.raises(BadFileError, match="not a value") as caught:
            verify_parquet(connection, typed, "a", types, rules)
        assert caught.value.where == "a, row 2, column value"


def test_a_name_of_a_column_is_never_sql(tmp_path: Path) -> None:
    name = 'x" FROM range(3)) --'
    path = tmp_path / "a.csv"
    path.write_text('"x"" FROM range(3)) --",b\n1,2\n')
    rules = (Rule(name, "odd", "[0-9]"), Rule("b", "odd", allowed=frozenset("2")))
    verify(connect(), path, "a.csv", (name, "b"), rules)


def test_damaged_parquet_is_our_error(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_parquet(path, GOOD * 200, "VARCHAR")
    whole = path.read_bytes()
    connection = connect()
    for cut in (6, len(whole) // 2, len(whole) - 3):
        path.write_bytes(whole[:cut])
        with pytest.raises(BadFileError, match="damaged"):
            parquet_types(connection, path, "a.parquet")


def test_parquet_with_lists_or_no_rows_is_refused(tmp_path: Path) -> None:
    connection = connect()
    path = tmp_path / "a.parquet"
    connection.execute(f"COPY (SELECT [1, 2] AS a) TO '{path}' (FORMAT parquet)")
    with pytest.raises(BadFileError, match="type INTEGER"):
        parquet_types(connection, path, "a.parquet")
    connection.execute(f"COPY (SELECT 1 AS a LIMIT 0) TO '{path}' (FORMAT parquet)")
    types = parquet_types(connection, path, "a.parquet")
    with pytest.raises(BadFileError, match="no rows"):
        verify_parquet(connection, path, "a.parquet", types, (Rule("a", "odd"),))
    assert "hive_partitioning=false" in read_parquet(path)


@pytest.mark.parametrize("cell", ["\u00a01", "1\u2003", "1" * 16, "1" * 400, "0" * 51, "\t1"])
@pytest.mark.parametrize("column", ["value", "mass"])
def test_a_number_has_fifteen_digits_and_blanks_around_it(tmp_path, cell: str, column: str) -> None:
    path = tmp_path / "a"
    write_text(path, change(1, column, cell), ",")
    with pytest.raises(BadFileError, match="not a"):
        verify(connect(), path, "a", COLUMNS, RULES)
    write_text(path, change(1, column, "  1.5 "), ",")
    verify(connect(), path, "a", COLUMNS, RULES)
