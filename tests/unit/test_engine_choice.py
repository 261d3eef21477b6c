"""Which engine a question is asked on, and what is said where it cannot be."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING
from unittest.mock import MagicMock

import pytest
from typer.testing import CliRunner

from entrepot import spark
from entrepot.cli.common import chosen_engine, open_on_engine
from entrepot.cli.main import app
from entrepot.errors import MissingExtraError, OutsideError, RequestError, UnknownNameError
from entrepot.lake import Lake
from entrepot.settings import Settings
from entrepot.spark import _in_mebibytes, _require_fitting, _taken_on, session

if TYPE_CHECKING:
    from pathlib import Path


def test_duckdb_unless_said_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen_engine(None) == "duckdb"
    monkeypatch.setenv("ENTREPOT_ENGINE", "Spark")
    assert chosen_engine(None) == "spark"
    assert chosen_engine("duckdb") == "duckdb"


def test_an_unknown_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError, match="sprak") as caught:
        chosen_engine("sprak")
    assert "did you mean spark?" in caught.value.hint
    monkeypatch.setenv("ENTREPOT_ENGINE", "sprak")
    with pytest.raises(UnknownNameError) as caught:
        Settings.read()
    assert caught.value.where == "environment variable ENTREPOT_ENGINE"


def test_a_master_without_spark_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="master is for Spark"):
        open_on_engine("duckdb", str(tmp_path), "local[2]")
    assert type(open_on_engine("duckdb", str(tmp_path), None)) is Lake


@pytest.mark.parametrize("command", [["watch"], ["serve"]])
def test_an_empty_master_is_not_this_machine(command: list[str], tmp_path: Path) -> None:
    """An unset variable of a shell: the work would have been done here, without a word."""
    words = ["--engine", "spark", "--master", "", "--lake", str(tmp_path)]
    done = CliRunner().invoke(app, [*command, *words])
    assert isinstance(done.exception, RequestError)
    assert "master is empty" in str(done.exception)


def test_a_folder_without_spark_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = pytest.importorskip("pyspark").SparkContext
    monkeypatch.setattr(context, "_active_spark_context", None)
    monkeypatch.setattr("entrepot.spark._require_java", lambda: None)
    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    with pytest.raises(OutsideError, match="where SPARK_HOME says") as caught:
        session("local[1]")
    assert "unset SPARK_HOME" in caught.value.hint


@pytest.mark.parametrize(("version", "fits"), [("17", True), ("21", True), ("25", False)])
def test_a_java_that_answers_no_question(version: str, *, fits: bool) -> None:
    gateway = MagicMock()
    gateway.jvm.java.lang.System.getProperty.return_value = version
    if fits:
        _require_fitting(gateway)
    else:
        with pytest.raises(OutsideError, match="Java 25 is too new") as caught:
            _require_fitting(gateway)
        assert "17 or 21" in caught.value.hint
    assert gateway.proc.kill.called is not fits


@pytest.mark.parametrize("place", ["s3a://bucket/lake", "file:///data/lake", "s3a:/bucket/lake"])
def test_only_spark_reads_an_address(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RequestError, match="at an address"):
        open_on_engine("duckdb", place, None)
    monkeypatch.setenv("ENTREPOT_LAKE", place)
    with pytest.raises(RequestError, match="at an address"):
        Lake.open()
    assert Settings.read(anywhere=True).address == place


@pytest.mark.parametrize("place", ["lake", "/data/lake", "C:/data/lake", "C:\\data", "a:b"])
def test_a_folder_is_no_address(place: str) -> None:
    assert Settings.read(place).address is None


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(MissingExtraError) as caught:
        session()
    assert caught.value.hint == "pip install 'entrepot[spark]'"


def test_without_java_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    context = pytest.importorskip("pyspark").SparkContext
    monkeypatch.setattr(context, "_active_spark_context", None)
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    with pytest.raises(OutsideError, match="Java is not installed") as caught:
        session()
    assert caught.value.why == "Apache Spark runs on it"
    assert "17 or 21" in caught.value.hint


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--engine", "spark"], "Java is not installed"),
        (["--engine", "sprak"], "unknown engine: 'sprak'"),
        (["--master", "local[1]"], "master is for Spark"),
        (["--engine", "spark", "--master", "spark://127.0.0.1:1"], "no Spark master answers"),
    ],
)
def test_a_load_that_cannot_begin_makes_nothing(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = pytest.importorskip("pyspark").SparkContext
    monkeypatch.setattr(context, "_active_spark_context", None)
    if "Java" in said:
        monkeypatch.setenv("JAVA_HOME", "/nowhere")
    else:
        monkeypatch.setattr("entrepot.spark._require_java", lambda: None)
    file = tmp_path / "BACI_HS17_Y2022_V202501.csv"
    file.write_text("t,i,j,k,v,q\n2022,156,643,850110,1,1\n", encoding="utf-8")
    lake = tmp_path / "lake"
    done = CliRunner().invoke(app, ["data", "add", "baci", str(file), "--lake", str(lake), *words])
    assert said in str(done.exception)
    assert not lake.exists()


@pytest.mark.parametrize(
    ("given", "expected"),
    [("4GB", "4096m"), ("800MB", "800m"), ("1.5 GiB", "1536m"), ("2tb", "2097152m"), ("1KB", "1m")],
)
def test_memory_in_the_notation_of_spark(given: str, expected: str) -> None:
    assert _in_mebibytes(given) == expected


def test_no_amount_of_memory() -> None:
    with pytest.raises(RequestError, match="lots") as caught:
        _in_mebibytes("lots")
    assert caught.value.where == "environment variable ENTREPOT_MEMORY"


@pytest.mark.parametrize("text", ["0", "-1", "1000", "99999999", "²", "٣", "1e3", " 4"])
def test_a_number_of_threads_that_would_stop_the_machine(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine started a hundred million threads; and ² ended in an internal error."""
    monkeypatch.setenv("ENTREPOT_THREADS", text)
    with pytest.raises(RequestError, match="not a number of threads"):
        Settings.read()
    monkeypatch.setenv("ENTREPOT_THREADS", "999")
    assert Settings.read().threads == 999


@pytest.mark.parametrize("asks", [True, False])
def test_java_is_ended_where_a_master_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, *, asks: bool
) -> None:
    """Counted from Spark's first request on, so that a slow start is no reason."""
    killed, looked = threading.Event(), threading.Event()
    gateway = MagicMock()
    gateway.jvm.org.apache.spark.network.util.JavaUtils.timeStringAsSec.return_value = 0
    gateway.proc.kill.side_effect = killed.set

    def threads() -> str:
        looked.set()
        return "appclient-register-master-threadpool-0" if asks else "main"

    all_threads = gateway.jvm.java.lang.Thread.getAllStackTraces.return_value
    all_threads.keySet.return_value.toString.side_effect = threads
    monkeypatch.setattr(spark, "_LOOKS", 0.001)

    def start() -> None:
        with _taken_on(gateway, "spark://here:7077"):
            assert (killed if asks else looked).wait(60)
            raise ConnectionError("Java has ended")

    with pytest.raises(OutsideError if asks else ConnectionError) as caught:
        start()
    assert killed.is_set() is asks
    if asks:
        assert "did not take this program on" in str(caught.value)
