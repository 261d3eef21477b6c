"""What a question cost: files and bytes as the file system has them, queries as they ran."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pytest
from lake_files import ROWS
from typer.testing import CliRunner

import entrepot as ep
from entrepot.cli.main import app
from entrepot.engine import connect
from entrepot.goods import goods_selection
from entrepot.goods.selection import wanted
from entrepot.lake.explain import too_large_here

if TYPE_CHECKING:
    from pathlib import Path

    from lake_files import Write

    from entrepot.lake import Lake

ASKED = {"importer": "RUS", "exporter": "CHN", "goods": "850110"}


def fill(lake: Lake, write: Write) -> None:
    lake.add("baci", [write(ROWS, "BACI_HS17_Y2022_V202501.csv")])
    years = [f"{year},156,643,850110,{year},1" for year in range(2012, 2022)]
    lake.add("baci", [write(years, "BACI_HS12_V202501.csv")])


def test_few_files_are_read_and_each_byte_is_on_the_disk(lake: Lake, write: Write) -> None:
    fill(lake, write)
    stored = list(lake.path.rglob("*.parquet"))
    with lake.explaining() as cost:
        figure = ep.ask("value", lake=lake, source="baci", period=2015, **ASKED)
    assert figure.value == 2015e3
    assert cost.stored_files == len(stored) == 22  # eleven years in two orders
    assert cost.stored_bytes == sum(path.stat().st_size for path in stored)
    assert all("period=2015-01-01" in name for name in cost.read)
    for name, size in cost.read.items():
        assert 0 < size <= (lake.path / name).stat().st_size
    assert cost.queries
    assert all(query.seconds > 0 and "PARQUET" in query.plan.upper() for query in cost.queries[:1])


@pytest.mark.parametrize("goods", ["854231", "8542", "854231+8542", "chpl"])
def test_row_groups_of_other_goods_are_skipped(goods: str, tmp_path: Path) -> None:
    path = tmp_path / "sorted.parquet"
    connection = connect()
    connection.execute(f"""
        COPY (SELECT (100000 + i)::VARCHAR AS product, 'HS2017' AS nomenclature, 1 AS value
              FROM range(900000) AS t(i) ORDER BY product)
        TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 20480)""")
    rows = nw.from_native(connection.read_parquet(str(path))).lazy()
    selection = goods_selection(goods, nomenclature="HS2017")
    test = wanted((selection,))
    assert test is not None
    query = rows.filter(test).select(nw.col("value").sum()).to_native().sql_query()
    [(_, text)] = connection.execute(f"EXPLAIN (ANALYZE, FORMAT json) {query}").fetchall()
    found = re.search(r'"row_groups_scanned": *([0-9]+)', text)
    assert found is not None, text
    # Of 44. Codes of the list lie in several chapters, those of a heading beside each other.
    assert 0 < int(found[1]) <= (30 if goods == "chpl" else 4)


def test_rows_beyond_a_list_are_left_out_before_their_other_columns_are_read(
    lake: Lake, write: Write
) -> None:
    """The engine tests a list only when all columns of a row are there, and a range before."""
    fill(lake, write)
    test = wanted((goods_selection("854231+850110", nomenclature="HS2012"),))
    assert test is not None
    query = lake.flows("baci").filter(test).select("value_usd").to_native().sql_query()
    [(_, plan)] = lake.connection.execute(f"EXPLAIN (FORMAT json) {query}").fetchall()
    [scan] = re.findall(
        r'"Filters": *(\[.*?\]|".*?")', plan[plan.index("READ_PARQUET") :], re.DOTALL
    )
    assert "product >= '850110'" in scan
    assert "product <= '854231'" in scan


def test_nothing_is_recorded_outside_of_the_block(lake: Lake, write: Write) -> None:
    fill(lake, write)
    with lake.explaining() as cost:
        pass
    ep.ask("value", lake=lake, source="baci", period=2015, **ASKED)
    assert not cost.queries
    assert not cost.read


def test_the_command_shows_it_below_the_same_figure(lake: Lake, write: Write) -> None:
    fill(lake, write)
    words = [f"--{key}={value}" for key, value in ASKED.items()]
    command = ["ask", "value", *words, "--source=baci", "--period=2015", "--lake", str(lake.path)]
    plain = _without_last_digits(CliRunner().invoke(app, [*command, "--json"]).stdout)
    found = _without_last_digits(CliRunner().invoke(app, [*command, "--json", "--explain"]).stdout)
    cost = found.pop("explain")
    assert found == plain
    assert cost["engine"].startswith("DuckDB ")
    assert cost["queries"] >= 1
    assert cost["bytes_read"] > 0
    text = CliRunner().invoke(app, [*command, "--explain"]).stdout
    assert f"{len(cost['files_read'])} of 22 in the lake" in text
    plan = text.partition("Plan of the slowest query\n")[2].rstrip().splitlines()
    assert len(plan) > 1
    assert all(line.strip() and len(line) <= 100 for line in plan)


@pytest.mark.parametrize(
    ("rows", "by", "is_said"),
    [
        (300_000_000, "sender", True),
        (300_000_000, "product", False),  # 24 codes of 250 countries on four bases in a month
        (300_000_000, None, False),
        (30_000_000, "sender", False),
    ],
)
def test_a_question_that_may_not_fit_is_said_before_it_runs(
    lake: Lake, write: Write, rows: int, by: str | None, *, is_said: bool
) -> None:
    lake.add("baci", [write(ROWS, "BACI_HS17_Y2022_V202501.csv")])
    [loaded] = lake.holdings("baci")
    register = replace(
        loaded, rows=rows, table="shipments", most_products=24, reporters=1, bases=("",) * 4
    )
    said = too_large_here([register], lambda: "13.4 GiB", None, None, by)
    assert bool(said) is is_said
    if said:
        assert said.startswith("baci has 300,000,000 rows in this period")
        assert "27 GB of memory, and the limit is 13.4 GiB" in said
        assert "--engine spark" in said


def test_rows_of_all_countries_and_goods_are_not_made_fewer(lake: Lake, write: Write) -> None:
    lake.add("baci", [write(ROWS, "BACI_HS17_Y2022_V202501.csv")])
    [loaded] = lake.holdings("baci")
    world = replace(loaded, rows=300_000_000, most_products=5000, reporters=0)
    assert too_large_here([world], lambda: "4.0 GiB", "baci", None) is not None
    assert too_large_here([world], lambda: "4.0 GiB", "comtrade", None) is None


def _without_last_digits(text: str) -> dict[str, Any]:
    """Threads add in no fixed order, so that the last digit of a sum may differ between runs."""
    return dict(json.loads(text, parse_float=lambda digits: float(f"{float(digits):.12g}")))
