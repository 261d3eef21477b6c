"""Opening DuckDB: what is switched off, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from entrepot.engine import UNSAFE, connect

if TYPE_CHECKING:
    from pathlib import Path

QUERY = """
WITH rows AS (FROM read_parquet('{path}', hive_partitioning = true) WHERE period = 2022),
     sums AS (SELECT name, 1 AS whole, sum(v) AS v FROM rows GROUP BY name)
SELECT name, v, max(CASE WHEN name = 'a' THEN v END) OVER (PARTITION BY whole) AS of_a FROM sums
ORDER BY name
"""


@pytest.fixture
def partitions(tmp_path: Path) -> str:
    values = "(2021, 'a', 1), (2021, 'b', 10), (2022, 'a', 2), (2022, 'b', 20)"
    rows = f"SELECT * FROM (VALUES {values}) AS t(period, name, v)"
    duckdb.sql(f"COPY ({rows}) TO '{tmp_path}/rows' (FORMAT parquet, PARTITION_BY period)")
    return f"{tmp_path}/rows/*/*.parquet"


def test_a_window_over_partitions_reads_those_asked_for(partitions: str) -> None:
    found = connect().execute(QUERY.format(path=partitions)).fetchall()
    assert found == [("a", 2, 2), ("b", 20, 2)]


def test_what_is_switched_off_exists() -> None:
    """An optimizer of another name would be refused, or do its work unseen."""
    connection = connect()
    names = {name for (name,) in connection.execute("FROM duckdb_optimizers()").fetchall()}
    assert UNSAFE in names
    [(off,)] = connection.execute("SELECT current_setting('disabled_optimizers')").fetchall()
    assert off == UNSAFE
