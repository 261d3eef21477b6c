"""Rows that are read once in a block of reading, and dropped after it or when they are many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
from tests.made_comtrade import CHINA, RUSSIA, row, text_of

from entrepot.lake import Lake, fetch, own_table, stored
from entrepot.lake.reads import RowCache

if TYPE_CHECKING:
    from pathlib import Path


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {name for (name,) in connection.execute("SHOW TABLES").fetchall()}


def _query(connection: duckdb.DuckDBPyConnection, rows: int) -> duckdb.DuckDBPyRelation:
    return connection.sql(f"SELECT * FROM range({rows})", alias="held")


def test_the_same_query_is_run_once() -> None:
    connection = duckdb.connect()
    kept = RowCache(connection)
    with kept.of(_query(connection, 3)) as first:
        assert first.fetchall() == [(0,), (1,), (2,)]
    names = _tables(connection)
    with kept.of(_query(connection, 3)) as again, kept.of(_query(connection, 4)) as other:
        assert (len(again.fetchall()), len(other.fetchall())) == (3, 4)
    assert len(names) == 1
    assert names < _tables(connection)
    kept.clear()
    assert not _tables(connection)


def test_of_more_rows_than_may_stay_the_oldest_that_nobody_uses_are_dropped() -> None:
    connection = duckdb.connect()
    kept = RowCache(connection, most=5)
    with kept.of(_query(connection, 3)):
        first = _tables(connection)
    with kept.of(_query(connection, 4)) as second:
        kept.clear()
        assert len(second.fetchall()) == 4  # what is used is there
    with kept.of(_query(connection, 2)):
        assert first.isdisjoint(_tables(connection))
    assert len(_tables(connection)) == 1


def test_a_lake_keeps_them_while_one_state_is_read(tmp_path: Path) -> None:
    file = tmp_path / "comtrade.csv"
    file.write_text(text_of([row(1000.0, reporter=RUSSIA, partner=CHINA, flow="M")]))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [file])

    def read() -> set[str]:
        rows = lake.flows("comtrade").filter(nw.col("importer") == "RUS").select("exporter")
        with stored(rows, lake) as found:
            assert fetch(found) == [("CHN",)]
            return _tables(lake.connection)

    with lake.reading():
        assert read() == read()
        assert len(_tables(lake.connection)) == 1
    assert not _tables(lake.connection)
    assert len(read()) == 1
    assert not _tables(lake.connection)


def test_rows_of_our_own_are_a_table_as_long_as_the_block_runs(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    columns: dict[str, tuple[str, list[Any]]] = {
        "number": ("INTEGER", [1, 2, 2]),
        "word": ("VARCHAR", ["a", "b", None]),
    }
    with own_table(lake, columns) as rows:
        assert fetch(rows) == [(1, "a"), (2, "b"), (2, None)]
        assert fetch(rows.filter(nw.col("number") == 1)) == [(1, "a")]
        assert len(_tables(lake.connection)) == 1
    assert not _tables(lake.connection)
