"""Which engine a question is asked on, and what is said where it cannot be."""

from __future__ import annotations

import socket
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
from entrepot.spark import _in_mebibytes, _taken_on, session

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


@pytest.mark.parametrize(
    ("version", "says"), [("4.1.9", None), ("3.5.5", "another version"), ("4.10.1", "another")]
)
def test_a_spark_that_pyspark_does_not_speak_to(
    version: str, says: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question ended in an internal error, as a Java class was not there."""
    for name in ("bin/spark-submit", f"jars/spark-core_2.13-{version}.jar"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    monkeypatch.setattr(spark, "_version", lambda: "4.1.4")
    if says is None:
        spark._require_home()
    else:
        with pytest.raises(OutsideError, match=says) as caught:
            spark._require_home()
        assert "4.1.4" in caught.value.why
        assert version in caught.value.why


@pytest.mark.skipif(sys.platform == "win32", reason="the made-up java is a script of a shell")
@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("echo '    java.specification.version = 17' >&2", None),
        ("echo '    java.specification.version = 21' >&2", None),
        ("echo '    java.specification.version = 25' >&2", "Java 25 is too new"),
        ("echo '    java.specification.version = 11' >&2", "Java 11 is too old"),
        ("echo '    java.specification.version = 1.8' >&2", "Java 8 is too old"),
        ("echo 'libjvm.so is missing' >&2; exit 1", "libjvm.so is missing"),
        ("exit 3", "it ended with 3"),
        ("exec sleep 600", "did not say its version in 1 seconds"),
    ],
)
def test_a_java_that_answers_no_question(
    does: str, says: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that hangs was waited for without an end."""
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr(spark, "_JAVA_SECONDS", 1 if "sleep" in does else 60)
    if says is None:
        spark._require_java()
    else:
        with pytest.raises(OutsideError) as caught:
            spark._require_java()
        assert says in str(caught.value)
        assert "17 or 21" in caught.value.hint


@pytest.mark.parametrize(
    "master",
    [
        "foo",
        "local[abc]",
        "local[0]",
        "Local",
        "spark://host",
        "spark://",
        "mesos://h:5050",
        "yarn:",
    ],
)
def test_what_is_no_master_is_said_before_java_starts(master: str) -> None:
    with pytest.raises(RequestError, match="not a master of Spark") as caught:
        spark._require_master(master)
    assert "spark://HOST:7077, yarn" in caught.value.hint


@pytest.mark.parametrize("master", ["local", "local[*]", "local[4, 2]", "local-cluster[2,1,1024]"])
def test_a_master_in_this_process_is_asked_nothing(master: str) -> None:
    spark._require_master(master)


def test_yarn_without_its_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HADOOP_CONF_DIR", "YARN_CONF_DIR"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(OutsideError, match="nothing says where YARN is") as caught:
        spark._require_master("yarn")
    assert "set HADOOP_CONF_DIR" in caught.value.hint
    monkeypatch.setenv("YARN_CONF_DIR", "/etc/hadoop")
    spark._require_master("yarn")


NO_STREAM = b"\0\0\0\0\0\0\0?\x08\0\0\0\x0b/files/none\0\0\0#Stream '/files/none' was not found."
"""What a master of Spark 3.5.5 and of 4.1.4 say."""


@pytest.mark.parametrize(
    ("master", "answer", "says"),
    [
        ("spark://127.0.0.1:{}", None, "said nothing within 0.2 seconds"),
        ("spark://127.0.0.1:1,127.0.0.1:{}", None, "Connection refused; 127.0.0.1:"),
        ("spark://127.0.0.1:{}", b"HTTP/1.1 400 Bad Request", "is a web page"),
        ("spark://127.0.0.1:{}", NO_STREAM, None),
        ("spark://127.0.0.1:{}", b"", None),
        ("spark://127.0.0.1:1,127.0.0.1:{}", NO_STREAM, None),
        ("k8s://https://127.0.0.1:{}", None, "no Kubernetes answers"),
        ("k8s://127.0.0.1:{}/path", None, "no Kubernetes answers"),
        ("k8s://https://127.0.0.1:{}", b"HTTP/1.0 400 Bad Request", None),
    ],
)
def test_what_listens_and_says_nothing_is_no_cluster(
    master: str, answer: bytes | None, says: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spark was started first, and asked for half a minute."""
    monkeypatch.setattr(spark, "_MASTER_SECONDS", 0.2 if answer is None else 60)
    with socket.create_server(("127.0.0.1", 0)) as listens:

        def serve() -> None:
            opened, _ = listens.accept()
            with opened:
                opened.recv(100)
                opened.sendall(answer or b"")

        serving = threading.Thread(target=serve, daemon=True)
        if answer is not None:
            serving.start()
        where = master.format(listens.getsockname()[1])
        if says is None:
            spark._require_master(where)
            serving.join(60)
            return
        with pytest.raises(OutsideError, match="answers") as caught:
            spark._require_master(where)
        assert says in str(caught.value)
        assert caught.value.hint.startswith("check ")


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


REFUSAL = """\
26/12/03 WARN StandaloneAppClient$ClientEndpoint: Failed to connect to master 127.0.0.1:7077
org.apache.spark.SparkException: Exception thrown in awaitResult:
\tat org.apache.spark.util.SparkThreadUtils$.awaitResult(SparkThreadUtils.scala:53)
Caused by: java.lang.RuntimeException: java.io.InvalidClassException: local class incompatible
"""


@pytest.mark.parametrize(
    ("master", "asks", "logged", "says"),
    [
        ("spark://here:7077", True, "", "did not take this program on"),
        ("yarn", False, "", "did not take this program on"),
        ("spark://here:7077", False, REFUSAL, "the master has another version of Spark"),
        ("spark://here:7077", False, REFUSAL.replace("InvalidClass", "X"), "java.io.XException"),
        ("spark://here:7077,there:7077", False, REFUSAL, None),
        ("spark://here:7077", False, "", None),
    ],
)
def test_java_is_ended_where_a_cluster_does_not_answer(
    master: str,
    logged: str,
    says: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    asks: bool,
) -> None:
    """Counted from Spark's first request on, so that a slow start is no reason."""
    killed, looked = threading.Event(), threading.Event()
    gateway = MagicMock()
    gateway.jvm.org.apache.spark.network.util.JavaUtils.timeStringAsSec.return_value = 0
    gateway.proc.kill.side_effect = killed.set
    log = tmp_path / "log"
    log.write_text(before := f"of an earlier start: {spark._REFUSED}\n", encoding="utf-8")

    def threads() -> str:
        looked.set()
        return "appclient-register-master-threadpool-0" if asks else "main"

    all_threads = gateway.jvm.java.lang.Thread.getAllStackTraces.return_value
    all_threads.keySet.return_value.toString.side_effect = threads
    monkeypatch.setattr(spark, "_LOOKS", 0.001)

    def start() -> None:
        with _taken_on(gateway, master, log, len(before)):
            log.write_text(before + logged, encoding="utf-8")
            assert (looked if says is None else killed).wait(60)
            raise ConnectionError("Java has ended")

    with pytest.raises(ConnectionError if says is None else OutsideError) as caught:
        start()
    assert killed.is_set() is (says is not None)
    assert says is None or says in str(caught.value)
