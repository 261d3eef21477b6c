"""Every measure, a brief and a reconciliation are the same, whichever way the lake is read."""

from __future__ import annotations

import json
import logging
import os
import random
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pytest
from test_engines_ask import MAP, alike, write

import entrepot as ep
from entrepot.errors import EntrepotError
from entrepot.figures.questions import QUESTIONS
from entrepot.figures.reconcile import reconcile_lake
from entrepot.lake import Lake
from entrepot.lake.iceberg import publish_tables
from entrepot.lake.on_spark import SparkLake
from entrepot.lake.state import forget_state
from entrepot.report.render_json import as_dict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
    pytest.mark.skipif(not os.environ.get("ENTREPOT_TORTURE"), reason="minutes each"),
]
LAYOUT = """\
format: 1
register: made
title: A made-up register
reporter: RUS
direction: import
valuation: CIF
columns:
  day: {role: date, form: "%d.%m.%Y"}
  code: {role: tariff_code}
  made in: {role: origin}
  sent from: {role: dispatch}
  value: {role: value}
  net: {role: mass_kg}
"""
SCRIPT = """
    import json, sys
    from entrepot.lake.on_spark import SparkLake

    path, folder, master = sys.argv[1:]
    sys.path[:0] = json.loads(path)
    from test_ways_to_read import everything

    print(json.dumps(everything(SparkLake.open(folder, master=master))), flush=True)
"""


class IcebergLake(Lake):
    """A lake that reads the files that its published table names, as a stranger would."""

    def flows(self, source: str, *, deliveries: Any = (), **options: Any) -> nw.LazyFrame[Any]:
        from pyiceberg.catalog import load_catalog

        if source.startswith("shipments"):  # of a table of its own, as flows on each basis
            return super().flows(source, deliveries=deliveries, **options)
        root = self.path / "iceberg"
        opened = load_catalog(
            "entrepot", type="sql", uri=f"sqlite:///{root}/catalog.db", warehouse=f"file://{root}"
        )
        planned = opened.load_table("entrepot.flows").scan(f"source = '{source}'").plan_files()
        files = [task.file.file_path.removeprefix("file://") for task in planned]
        columns = ", ".join(super().flows(source, **options).collect_schema().names())
        rows = self.connection.sql(
            f"SELECT {columns} FROM read_parquet({files}, hive_partitioning = true)"
        )
        found = nw.from_native(rows).lazy()
        return found.filter(nw.col("snapshot").is_in(deliveries)) if deliveries else found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with two releases of flows, one of which takes a year of the other, and reports."""
    place = tmp_path_factory.mktemp("ways")
    held = Lake.open(place / "lake")
    held.add("baci", write(place / "old", "V202401", 1, (2021, 2022)))
    held.add("baci", write(place / "new", "V202501", 2, (2022,)))
    draw, told = random.Random(5), ["period,reporter,partner,flow,product,value"]
    lines = ["day,code,made in,sent from,value,net"]
    for seller in (names := ("CHN", "DEU", "TUR")):
        for buyer in (other for other in names if other != seller):
            for code in (854231, 854232, 854239, 852691):
                value = draw.uniform(50, 9e4)
                told.append(f"2022,{seller},{buyer},X,{code},{value:.2f}")
                told.append(f"2022,{buyer},{seller},M,{code},{value * draw.uniform(0.9, 1.3):.2f}")
    for _ in range(1000):
        cells = (draw.choice(("8542310000", "8526910000")), *draw.choices(("China", "Turkey"), k=2))
        day = f"{draw.randint(1, 28):02}.{draw.randint(1, 12):02}.{draw.choice((2021, 2022))}"
        lines.append(",".join((day, *cells, f"{draw.uniform(1, 9e4):.2f}", draw.choice("123"))))
    for name, rows in (("told", told), ("lines", lines)):
        (place / f"{name}.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")
    held.add("table", [place / "told.csv"], mapping=MAP)
    held.add("shipments", [place / "lines.csv"], mapping=LAYOUT)
    publish_tables(held.path)
    return held.path


def everything(lake: Lake) -> dict[str, Any]:
    """Return every Figure, on flows and on shipments, a brief and a reconciliation, as JSON.

    A process remembers what it found out about a lake, so that another way would not read it.
    """
    forget_state()
    found: dict[str, Any] = {}
    words: dict[str, Any] = {
        "importer": "RUS", "exporter": "CHN", "goods": "8542", "period": 2022, "base": 2021,
        "by": "product", "hubs": "KAZ+USA", "controls": "DEU+IND", "production": 1e6, "sigma": 3,
        "spot": "7.1", "listed": "chpl", "k": 2,
    }  # fmt: skip
    for measure, how in QUESTIONS.items():
        keys = {
            name: one
            for name, one in words.items()
            if name in {"importer", "goods", "period", *how.reads}
        }
        # `listed` is a list of goods with days; all of its codes are asked about, and others.
        keys |= {"goods": "854231,852691"} if "listed" in keys else {}
        for source in ({"source": "baci"}, {"source": "shipments.made", "basis": "origin"}):
            try:
                one: Any = ep.ask(measure, lake=lake, **keys, **source).to_dict()
            except EntrepotError as error:
                one = str(error)
            found[f"{measure}, {source['source']}"] = one
    found["brief"] = as_dict(ep.brief("RUS", "CHN", "8542", lake=lake))
    reports = reconcile_lake(lake, source="table.reports", keep=False)
    found["reconciliation"] = reports.to_dict()
    as_json: dict[str, Any] = json.loads(json.dumps(found, default=str))
    return as_json


@pytest.fixture(scope="module")
def expected(folder: Path) -> dict[str, Any]:
    found = everything(Lake.open(folder))
    valued = [one for one in found.values() if isinstance(one, dict) and one.get("value")]
    assert len(valued) > len(QUESTIONS)  # of two for each, most have a number to compare
    return found


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    moto = pytest.importorskip("moto.server", reason="moto is not installed")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    for name, value in (
        ("AWS_ENDPOINT_URL", f"http://{host}:{port}"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "a-secret"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ALLOW_HTTP", "true"),
        ("ENTREPOT_CACHE", str(tmp_path / "cache")),
    ):
        monkeypatch.setenv(name, value)
    import boto3

    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1")
    client.create_bucket(Bucket="lakes")
    yield "s3://lakes/here"
    running.stop()


def differing(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    assert found.keys() == expected.keys()
    return [name for name, one in expected.items() if not alike(one, found[name])]


def test_the_files_of_iceberg_tables(folder: Path, expected: dict[str, Any]) -> None:
    pytest.importorskip("pyiceberg", reason="pyiceberg is not installed")
    assert differing(everything(IcebergLake.open(folder)), expected) == []


def test_an_object_store(folder: Path, expected: dict[str, Any], store: str) -> None:
    import obstore
    from obstore.store import from_url

    for path in folder.rglob("*"):
        if path.is_file():
            obstore.put(from_url(store), path.relative_to(folder).as_posix(), path)
    assert differing(everything(Lake.open(store)), expected) == []


@pytest.mark.spark
def test_spark_in_one_process(folder: Path, expected: dict[str, Any], spark: object) -> None:
    assert differing(everything(SparkLake.open(folder)), expected) == []


@pytest.mark.spark
@pytest.mark.skipif(
    float(os.environ.get("ENTREPOT_TORTURE") or 1) < 10,
    reason="what Spark in one process does, in three: ENTREPOT_TORTURE=10",
)
def test_a_cluster_of_spark(folder: Path, expected: dict[str, Any]) -> None:
    """Two executors in processes of their own; in one of ours, as a process has one Spark."""
    pytest.importorskip("pyspark", reason="needs pyspark: make spark")
    words = [json.dumps(sys.path), str(folder), "local-cluster[2,1,1024]"]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert differing(json.loads(done.stdout), expected) == []
