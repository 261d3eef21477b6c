"""Opening DuckDB: what is switched off, and why."""

from __future__ import annotations

import multiprocessing
import sys
from typing import TYPE_CHECKING

import duckdb
import pytest

from entrepot.engine import UNSAFE, connect, cursor

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


def test_what_is_kept_has_the_settings_and_nothing_of_its_users() -> None:
    names = ("disabled_optimizers", "enable_progress_bar", "preserve_insertion_order", "threads")
    asked = "SELECT " + ", ".join(f"current_setting('{name}')" for name in names)
    with cursor() as one:
        one.execute("CREATE TEMP TABLE mine AS SELECT 1 AS a")
        assert one.execute(asked).fetchall() == connect().execute(asked).fetchall()
        with cursor() as two, pytest.raises(duckdb.CatalogException):
            two.execute("FROM mine")
        assert one.execute("FROM mine").fetchall() == [(1,)]  # the other one is closed, this is not


def _asked_in_a_child(answers: multiprocessing.SimpleQueue[int]) -> None:
    with cursor() as connection:
        [(found,)] = connection.execute("SELECT sum(range)::BIGINT FROM range(1000000)").fetchall()
    answers.put(found % 1000)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_process_that_was_forked_has_its_own() -> None:
    """Threads of the parent's database do not exist in the child, which would wait for them."""
    with cursor() as connection:
        connection.execute("SELECT sum(range) FROM range(1000000)").fetchall()
    forked = multiprocessing.get_context("fork")
    answers = forked.SimpleQueue()
    child = forked.Process(target=_asked_in_a_child, args=(answers,))
    child.start()
    child.join(30)
    code = child.exitcode  # None while it waits
    child.kill()
    assert code == 0
    assert answers.get() == sum(range(1_000_000)) % 1000
