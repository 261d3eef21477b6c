"""Iceberg tables of a lake: other engines read exactly the rows that count, now and before."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars
import pytest
from lake_files import NAME, ROWS
from typer.testing import CliRunner

from entrepot.cli.main import app
from entrepot.errors import MissingExtraError, OutsideError, RequestError
from entrepot.lake import Lake
from entrepot.lake.iceberg import behind, publish_tables

catalogs = pytest.importorskip("pyiceberg.catalog", reason="pyiceberg is not installed")

if TYPE_CHECKING:
    from lake_files import Put, Write

OLD = "BACI_HS17_Y2022_V202401.csv"
ROW = "2022,156,643,850110,{},1"
COLUMNS = ("source", "freq", "period", "exporter", "importer", "product", "value_usd", "snapshot")


def table(lake: Lake, name: str = "flows") -> Any:
    """Open a table as a stranger does: with pyiceberg alone."""
    root = lake.path / "iceberg"
    opened = catalogs.load_catalog(
        "entrepot", type="sql", uri=f"sqlite:///{root}/catalog.db", warehouse=f"file://{root}"
    )
    return opened.load_table(f"entrepot.{name}")


def read(lake: Lake, tag: str | None = None) -> list[tuple[object, ...]]:
    held = table(lake)
    scan = held.scan(selected_fields=COLUMNS)
    if tag:
        scan = scan.use_ref(tag)
    return sorted(tuple(row[name] for name in COLUMNS) for row in scan.to_arrow().to_pylist())


def counted(lake: Lake, *sources: str) -> list[tuple[object, ...]]:
    rows = []
    for source in sources:
        rows += lake.flows(source).select(*COLUMNS).to_native().fetchall()
    return sorted(rows)


def flow(exporter: str, importer: str, value: float, by: str) -> dict[str, object]:
    return {
        "exporter": exporter,
        "importer": importer,
        "value_usd": value,
        "reported_by": by,
    }


def test_three_engines_read_the_rows_of_the_lake(
    lake: Lake, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLARS_ICEBERG_PLANNER", "pyiceberg")
    lake.add("baci", [write(ROWS)])
    [found] = publish_tables(lake.path)
    expected = counted(lake, "baci")
    assert (found.name, found.rows, found.copied) == ("entrepot.flows", len(expected), 0)
    assert read(lake) == expected
    by_polars = polars.scan_iceberg(table(lake)).select(COLUMNS).collect()
    assert sorted(by_polars.rows()) == expected
    named = [
        task.file.file_path.removeprefix("file://") for task in table(lake).scan().plan_files()
    ]
    rows = duckdb.execute(
        f"SELECT {', '.join(COLUMNS)} FROM read_parquet(?, hive_partitioning = true)", [named]
    )
    assert sorted(rows.fetchall()) == expected
    assert not list((lake.path / "iceberg").rglob("*.parquet"))  # nothing was copied


def test_columns_carry_their_meaning_and_partitions_are_pruned(lake: Lake, write: Write) -> None:
    lake.add("baci", [write([ROW.format(1), "2021,156,643,850110,3,1"], "BACI_HS17_V202501.csv")])
    publish_tables(lake.path)
    fields = {field.name: field for field in table(lake).schema().fields}
    assert "US dollar" in fields["value_usd"].doc or "USD" in fields["value_usd"].doc
    planned = list(table(lake).scan("period = '2021-01-01'").plan_files())
    assert len(planned) == 1
    assert "period=2021-01-01" in planned[0].file.file_path


def test_a_later_load_follows_and_the_earlier_vintage_stays_readable(
    lake: Lake, write: Write
) -> None:
    lake.add("baci", [write([ROW.format(1)], OLD)])
    publish_tables(lake.path)
    before = read(lake)
    lake.add("baci", [write([ROW.format(7)])])
    assert read(lake) == counted(lake, "baci") != before
    assert read(lake, "baci-V202401") == read(lake, "load-1") == before
    assert read(lake, "baci-V202501") == read(lake)
    assert behind(lake.path) is None


def test_history_is_told_from_the_first_load_on_whenever_it_is_published(
    lake: Lake, write: Write
) -> None:
    lake.add("baci", [write([ROW.format(1)], OLD)])
    before = counted(lake, "baci")
    lake.add("baci", [write([ROW.format(7)])])
    publish_tables(lake.path)
    assert read(lake, "load-1") == before


def test_a_file_superseded_in_part_gives_the_rows_that_still_count(lake: Lake, put: Put) -> None:
    first = (flow("CHN", "RUS", 1, "exporter"), flow("DEU", "CHN", 2, "importer"))
    put("comtrade", *first, vintage="2025")
    publish_tables(lake.path)
    put("comtrade", flow("DEU", "CHN", 5, "importer"), vintage="2026")
    [found] = publish_tables(lake.path)
    assert read(lake) == counted(lake, "comtrade")
    assert sorted(row[6] for row in read(lake)) == [1.0, 5.0]
    assert found.copied == 1


def test_removing_makes_the_tables_anew_without_names_of_deleted_files(
    lake: Lake, write: Write
) -> None:
    lake.add("baci", [write([ROW.format(1)], OLD)])
    [new] = lake.add("baci", [write([ROW.format(7)])]).added
    publish_tables(lake.path)
    lake.remove("baci", snapshot=new.snapshot)
    assert read(lake) == counted(lake, "baci")
    for tag in set(table(lake).refs()) - {"main"}:
        read(lake, tag)  # every file is there
    assert "baci-V202501" not in table(lake).refs()


def test_a_publication_that_was_killed_is_brought_to_its_end(lake: Lake, write: Write) -> None:
    lake.add("baci", [write([ROW.format(1)], OLD)])
    publish_tables(lake.path)
    record = lake.path / "iceberg" / "published.json"
    text = record.read_text()
    lake.add("baci", [write([ROW.format(7)])])
    record.write_text(text)  # as if it had ended between the tables and its record
    publish_tables(lake.path)
    assert read(lake) == counted(lake, "baci")
    record.write_text("{}")  # as if it had ended before its first record
    publish_tables(lake.path)
    assert read(lake) == counted(lake, "baci")


@pytest.mark.parametrize("lost", ["catalog", "metadata", "rows"])
def test_tables_that_are_not_as_they_were_left_are_made_anew(
    lake: Lake, write: Write, lost: str
) -> None:
    """Without the catalog no table came back, and no word said so; rows stayed deleted."""
    lake.add("baci", [write(ROWS, OLD)])
    lake.add("baci", [write(ROWS)])
    publish_tables(lake.path)
    before, refs = read(lake), table(lake).refs().keys()
    if lost == "catalog":
        (lake.path / "iceberg/catalog.db").unlink()
    elif lost == "metadata":
        for path in (lake.path / "iceberg").rglob("*.metadata.json"):
            path.unlink()
    else:
        table(lake).delete("importer = 'RUS'")
    publish_tables(lake.path)
    assert read(lake) == before
    assert table(lake).refs().keys() == refs


def test_a_catalog_of_ours_that_is_damaged_comes_with_what_mends_it(
    lake: Lake, write: Write
) -> None:
    lake.add("baci", [write(ROWS)])
    publish_tables(lake.path)
    (lake.path / "iceberg/catalog.db").write_bytes(b"\xff" * 3000)
    with pytest.raises(OutsideError) as caught:
        publish_tables(lake.path)
    assert f"rm -r {lake.path}/iceberg" in caught.value.hint
    shutil.rmtree(lake.path / "iceberg")
    publish_tables(lake.path)
    assert read(lake) == counted(lake, "baci")


def test_a_link_to_nothing_is_a_folder_of_somebody_else(lake: Lake, write: Write) -> None:
    lake.add("baci", [write(ROWS)])
    (lake.path / "iceberg").symlink_to("nowhere")
    with pytest.raises(RequestError, match="is there already"):
        publish_tables(lake.path)


def test_a_lake_that_was_moved_is_published_anew(lake: Lake, write: Write, tmp_path: Path) -> None:
    lake.add("baci", [write([ROW.format(1)])])
    publish_tables(lake.path)
    lake.path.rename(tmp_path / "moved")
    moved = Lake.open(tmp_path / "moved")
    publish_tables(moved.path)
    assert read(moved) == counted(moved, "baci")
    assert str(tmp_path / "moved") in table(moved).location()


@pytest.mark.parametrize("name", ["with space", "ümlaut", "a+b"])
def test_odd_names_of_folders(tmp_path: Path, write: Write, name: str) -> None:
    lake = Lake.open(tmp_path / name)
    lake.add("baci", [write([ROW.format(1)])])
    publish_tables(lake.path)
    assert read(lake) == counted(lake, "baci")


@pytest.mark.parametrize("name", ["a%20b", "hash#tag", "what?"])
def test_names_that_no_address_can_hold_are_refused(
    tmp_path: Path, write: Write, name: str
) -> None:
    lake = Lake.open(tmp_path / name)
    lake.add("baci", [write([ROW.format(1)])])
    with pytest.raises(RequestError, match="cannot have"):
        publish_tables(lake.path)
    assert not (lake.path / "iceberg").exists()


def test_a_load_stands_although_its_tables_cannot_follow(
    lake: Lake, write: Write, tmp_path: Path
) -> None:
    lake.add("baci", [write([ROW.format(1)], OLD)])
    publish_tables(lake.path)
    catalog = lake.path / "iceberg" / "catalog.db"
    kept = tmp_path / "catalog.db"
    shutil.move(catalog, kept)
    catalog.mkdir()
    command = ["data", "add", "baci", str(write([ROW.format(7)])), "--lake", str(lake.path)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0
    assert "published tables are not up to date" in done.stderr
    assert "entrepot data publish" in done.stderr
    assert [row[6] for row in counted(lake, "baci")] == [7000.0]
    with pytest.raises(OutsideError, match="did not take the tables"):
        publish_tables(lake.path)
    catalog.rmdir()
    shutil.move(kept, catalog)
    publish_tables(lake.path)
    assert read(lake) == counted(lake, "baci")
    assert behind(lake.path) is None


def test_a_folder_of_somebody_else_is_left_alone(lake: Lake, write: Write) -> None:
    lake.add("baci", [write([ROW.format(1)])])
    (lake.path / "iceberg").mkdir()
    (lake.path / "iceberg" / "mine.txt").write_text("mine")
    with pytest.raises(RequestError, match="is there already"):
        publish_tables(lake.path)
    lake.remove("baci")
    assert [path.name for path in (lake.path / "iceberg").iterdir()] == ["mine.txt"]


def test_what_cannot_be_published_is_said(
    lake: Lake, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.path.mkdir()
    with pytest.raises(RequestError, match="empty"):
        publish_tables(lake.path)
    lake.add("baci", [write([ROW.format(1)])])
    with pytest.raises(OutsideError, match="nowhere"):
        publish_tables(lake.path, "nowhere")
    monkeypatch.setitem(sys.modules, "pyiceberg.catalog", None)
    with pytest.raises(MissingExtraError, match=r"entrepot\[iceberg\]"):
        publish_tables(lake.path)


def test_the_command_names_tables_and_their_metadata(lake: Lake, write: Write) -> None:
    lake.add("baci", [write(ROWS, NAME)])
    done = CliRunner().invoke(app, ["data", "publish", "--json", "--lake", str(lake.path)])
    assert done.exit_code == 0
    [found] = json.loads(done.stdout)["tables"]
    assert found["name"] == "entrepot.flows"
    assert found["tags"] == ["baci-V202501", "load-1"]
    assert found["metadata"].endswith(".metadata.json")
    shown = CliRunner().invoke(app, ["data", "publish", "--lake", str(lake.path)]).stdout
    named = [line for line in shown.splitlines() if line.startswith("entrepot.flows: ")]
    assert [line.endswith(".metadata.json") for line in named] == [True]  # to be copied as it is


def test_the_blocks_of_the_how_to_page_run(lake: Lake, write: Write) -> None:
    page = Path(__file__).resolve().parents[3] / "docs/how-to/read-the-lake-with-other-engines.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lake.add("baci", [write([*ROWS, "2022,156,643,850120,7,1"])])
    publish_tables(lake.path)
    names: dict[str, Any] = {}
    for block in blocks:
        exec(block.replace("/data/lake", str(lake.path)), names)
    assert names["rows"].num_rows == 2
    assert names["before"].num_rows == 4
    assert names["total"].fetchall() == [(17500.0,)]


@pytest.mark.parametrize("left", [(), ("published.json.new",)])
def test_a_publication_that_was_ended_at_its_first_step_goes_on(
    lake: Lake, write: Write, left: tuple[str, ...]
) -> None:
    lake.add("baci", [write(ROWS)])
    root = lake.path / "iceberg"
    root.mkdir()
    for name in left:
        (root / name).write_text("{")
    assert [one.name for one in publish_tables(lake.path)] == ["entrepot.flows"]
    assert not behind(lake.path)
