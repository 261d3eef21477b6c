"""What Spark's workers load is what one process loads: rows, findings, kept files, catalog."""

from __future__ import annotations

import gzip
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from test_shipments_real import FILES

from entrepot.errors import BadFileError, OutsideError
from entrepot.lake import Lake, on_spark
from entrepot.lake.catalog import Catalog
from entrepot.lake.on_spark import SparkLake, readable_on_spark
from entrepot.lake.registers import FILE, Secret, write_secret
from entrepot.spark import cause
from table_reading import one_map

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # py4j's sockets
]
TABLES = {
    "baci_2022": "comtrade_baci_2022_31hs6/baci_2022.csv",
    "deep_dive_hs6_monthly": "china_minerals_monthly/deep_dive_hs6_monthly.csv",
    "vehicle_trade_armenia": "armenia_georgia_vehicles/vehicle_trade_armenia.csv",
}
HEAD = "t,i,j,k,v,q"
MAPPING = """format: 1
id: mine
reporter: RUS
flow: import
nomenclature: HS2017
columns:
  year: {role: period}
  from: {role: partner, codes: ISO3}
  code: {role: product}
  usd: {role: value, currency: USD, scale: 1}
"""


def two_lakes(folder: Path, spark: SparkSession) -> tuple[Lake, Lake]:
    """Return a lake of each engine, with one secret, so that pseudonyms are alike."""
    for name in ("here", "there"):
        (folder / name).mkdir()
        write_secret(folder / name, Secret("0" * 64))
    return Lake.open(folder / "here"), SparkLake.open(folder / "there")


def require_alike(here: Lake, there: Lake) -> None:
    """Compare all that a lake has, cell by cell, and files of rows in their order."""
    mine, theirs = Catalog.read(here.path), Catalog.read(there.path)
    for one, other in zip(mine.snapshots, theirs.snapshots, strict=True):
        assert one.findings == other.findings
        assert (one.id, one.raw, one.manifest) == (other.id, other.raw, other.manifest)
        assert (here.path / one.manifest).read_bytes() == (there.path / one.manifest).read_bytes()
        for part, copy in zip(one.partitions, other.partitions, strict=True):
            assert (part.period, part.rows, part.slices) == (copy.period, copy.rows, copy.slices)
            for file, again in zip(part.stored, copy.stored, strict=True):
                rows = [
                    pq.ParquetFile(lake.path / stored.path).read()
                    for lake, stored in ((here, file), (there, again))
                ]
                assert rows[0].equals(rows[1]), file.path
        sent, received = (lake.path / "raw" / one.raw.sha256 for lake in (here, there))
        assert sent.read_bytes() == received.read_bytes()
    assert not list(there.path.glob(".staging-*"))


def test_every_register(shared_data: Path, tmp_path: Path, spark: SparkSession) -> None:
    here, there = two_lakes(tmp_path, spark)
    for register, names in FILES.items():
        for lake in (here, there):
            lake.add(f"shipments.{register}", [shared_data / "shipments" / name for name in names])
    require_alike(here, there)
    assert sum(item.rows for item in there.holdings()) > 30_000


@pytest.mark.parametrize("name", TABLES)
def test_a_table(name: str, shared_data: Path, tmp_path: Path, spark: SparkSession) -> None:
    here, there = two_lakes(tmp_path, spark)
    for lake in (here, there):
        lake.add("table", [shared_data / TABLES[name]], mapping=one_map(name))
    require_alike(here, there)


def baci(folder: Path, year: int, *rows: str) -> Path:
    path = folder / f"BACI_HS17_Y{year}_V202501.csv"
    path.write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    return path


def test_many_files_packed_in_several_ways(tmp_path: Path, spark: SparkSession) -> None:
    plain = [baci(tmp_path, year, f"{year},156,643,850110,{year},1") for year in range(2017, 2023)]
    packed = tmp_path / f"{plain[0].name}.gz"
    packed.write_bytes(gzip.compress(plain[0].read_bytes(), mtime=0))
    with zipfile.ZipFile(tmp_path / "BACI_HS17_V202501.zip", "w") as archive:
        for path in plain[1:3]:
            archive.write(path, path.name)
    files = [packed, tmp_path / "BACI_HS17_V202501.zip", *plain[3:]]
    here, there = two_lakes(tmp_path, spark)
    for lake in (here, there):
        lake.add("baci", files)
    require_alike(here, there)
    assert there.add("baci", files).unchanged == tuple(path.name for path in files)
    assert there.remove("baci") == here.remove("baci")
    assert not there.holdings()


def test_either_engine_goes_on_where_the_other_stopped(tmp_path: Path, spark: SparkSession) -> None:
    there = two_lakes(tmp_path, spark)[1]
    first, second = (baci(tmp_path, y, f"{y},156,643,850110,1,1") for y in (2021, 2022))
    there.add("baci", [first])
    Lake.open(there.path).add("baci", [second])
    assert not [one for one in there.check() if one.level == "error"]
    assert there.add("baci", [first, second]).unchanged == (first.name, second.name)
    before = Catalog.read(there.path).files()
    for lake in (there, Lake.open(there.path)):
        lake.rebuild()
        assert Catalog.read(there.path).files() == before


@pytest.mark.parametrize("mapping", [MAPPING, None], ids=["table", "baci"])
def test_files_of_one_load_are_compared_with_each_other(
    tmp_path: Path, spark: SparkSession, mapping: str | None
) -> None:
    """Each is read by itself; what two have would count twice."""
    if mapping:
        files = [tmp_path / f"{area}.csv" for area in ("DEU", "KAZ", "CHN")]
        for at, path in enumerate(files):
            lines = ["year,from,code,usd", f"2022,{path.stem},850110,{at}"]
            lines += ["2022,JPN,850110,5"] if path.stem != "KAZ" else []
            path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    else:
        (tmp_path / "again").mkdir()
        files = [baci(tmp_path, 2022, "2022,156,643,850110,1,1")]
        files.append(baci(tmp_path / "again", 2022, "2022,156,643,850110,2,1"))
    said = []
    for lake in two_lakes(tmp_path, spark):
        with pytest.raises(BadFileError, match="comes twice in one load") as caught:
            lake.add("table" if mapping else "baci", files, mapping=mapping)
        assert not lake.holdings()
        assert {path.name for path in lake.path.iterdir()} <= {"lock", "readers", FILE}
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_the_first_bad_file_in_the_order_given_is_named(
    tmp_path: Path, spark: SparkSession
) -> None:
    good = [baci(tmp_path, year, f"{year},156,643,850110,1,1") for year in (2018, 2019)]
    bad = [baci(tmp_path, year, f"{year},156,643,850110,x,1") for year in (2020, 2021)]
    lake = SparkLake.open(tmp_path / "lake")
    with pytest.raises(BadFileError, match=r"not a value .*'x'") as caught:
        lake.add("baci", [good[0], bad[1], good[1], bad[0]])
    assert caught.value.where == f"{bad[1].name}, row 2, column v"
    assert not lake.path.exists()


def test_a_worker_that_cannot_write_is_said(
    tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the words of a load in one process."""
    lake = SparkLake.open(tmp_path / "lake")
    lake.add("baci", [baci(tmp_path, 2021, "2021,156,643,850110,1,1")])
    before = (lake.path / "catalog.json").read_bytes()
    asked = on_spark._run
    no_folder = tmp_path / "file"
    no_folder.touch()

    def blocked(context: Any, work: Any, paths: Any) -> Any:
        return asked(context, replace(work, staging=no_folder), paths)

    monkeypatch.setattr(on_spark, "_run", blocked)
    with pytest.raises(OutsideError, match="is a file, and no folder") as caught:
        lake.add("baci", [baci(tmp_path, 2022, "2022,156,643,850110,1,1")])
    assert "nothing was changed" in caught.value.why
    assert (lake.path / "catalog.json").read_bytes() == before
    assert not list(lake.path.glob(".staging-*"))


def test_a_worker_that_does_not_see_a_file_is_named(
    tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = SparkLake.open(tmp_path / "lake")
    file = baci(tmp_path, 2022, "2022,156,643,850110,1,1")
    asked = on_spark._run

    def gone(*words: Any) -> Any:
        file.unlink()
        return asked(*words)

    monkeypatch.setattr(on_spark, "_run", gone)
    with pytest.raises(OutsideError, match="a worker does not see the file") as caught:
        lake.add("baci", [file])
    assert str(file) in caught.value.where
    assert not lake.path.exists()


def test_a_worker_with_other_versions_is_named(
    tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_spark, "_versions", lambda: "entrepot 99")
    lake = SparkLake.open(tmp_path / "lake")
    with pytest.raises(OutsideError, match="a worker has other versions") as caught:
        lake.add("baci", [baci(tmp_path, 2022, "2022,156,643,850110,1,1")])
    assert "entrepot 99" in caught.value.why
    assert not lake.path.exists()


def test_what_ended_a_worker_is_said_in_a_line() -> None:
    text = """An error occurred while calling z:org.apache.spark.api.python.PythonRDD.collect.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 0.0 failed
Traceback (most recent call last):
  File "worker.py", line 1, in main
ModuleNotFoundError: No module named 'entrepot'

\tat org.apache.spark.api.python.BasePythonRunner.handlePythonException(PythonRunner.scala:1)"""
    assert cause(text) == "ModuleNotFoundError: No module named 'entrepot'"
    assert cause("org.apache.spark.SparkException: lost\nmore").endswith("SparkException: lost")
    java = """An error occurred while calling o92.collectToPython.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 failed 4 times
\tat org.apache.spark.scheduler.DAGScheduler.failJobAndIndependentStages(DAGScheduler.scala:2)
Caused by: java.io.IOException: No space left on device
\t... 9 more"""
    assert cause(java) == "java.io.IOException: No space left on device"
    assert cause("something") == "something"
    assert cause("") == ""


@pytest.mark.parametrize(
    "said",
    [
        "java.lang.ClassNotFoundException: Class org.apache.hadoop.fs.s3a.S3AFileSystem not found",
        'org.apache.hadoop.fs.UnsupportedFileSystemException: No FileSystem for scheme "s3"',
    ],
)
def test_a_store_that_spark_has_no_library_for(said: str) -> None:
    from pyspark.errors import PySparkException

    with (
        pytest.raises(OutsideError, match="cannot read from this store") as caught,
        readable_on_spark(),
    ):
        raise PySparkException(f"An error occurred while calling o1.text.\n: {said}")
    assert caught.value.why == said
    assert "hadoop-aws" in caught.value.hint


@pytest.mark.parametrize(
    ("said", "what", "hint"),
    [
        (
            "java.io.FileNotFoundException: /lake/a (Permission denied)",
            "no right",
            "spark-defaults",
        ),
        ("java.nio.file.AccessDeniedException: s3a://b/a: 403 Forbidden", "no right", "keys"),
        ("java.io.FileNotFoundException: File file:/a does not exist", "a worker", "same path"),
    ],
)
def test_what_spark_may_not_or_cannot_see(said: str, what: str, hint: str) -> None:
    from pyspark.errors import PySparkException

    with pytest.raises(OutsideError, match=what) as caught, readable_on_spark():
        raise PySparkException(f"An error occurred while calling o1.collect.\n: {said}")
    assert caught.value.why == said
    assert hint in caught.value.hint
