"""The one place that starts Apache Spark.

Spark is an optional second engine: pyspark and Java are looked for when a session is asked for,
and never at import.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.errors import MissingExtraError, OutsideError, RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from py4j.java_gateway import JavaGateway, JVMView
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

LOCAL = "local[*]"
"""Where Spark runs if nobody says: on all cores, in a process beside this one."""
_STARTS = threading.Lock()
"""Held while Spark starts: a server's threads all ask for the one session."""
_JAVA = "install Java 17 or 21 (Debian: openjdk-17-jre-headless), or set JAVA_HOME"
_TOO_NEW = 24
"""The first Java without what Spark's Hadoop asks it who the user is: every question would fail."""
_LAST_WORDS = 3
_ASKS = "appclient-register-master"
"""In the name of the threads with which Spark asks a master to take a program on."""
_LOOKS = 1
"""Seconds between two looks at them."""
# Together half a minute, after which a cluster that is not there, or gives nothing, is named.
_MASTER_SECONDS = 5
_EXECUTOR_SECONDS = 25
_WAITING = "spark.scheduler.maxRegisteredResourcesWaitingTime"
"""Spark's own name for how long a cluster may take to start what computes."""

_PARTITIONS = "spark.sql.shuffle.partitions"
_OUR_PARTITIONS = "spark.entrepot.partitions"
"""Our own note of the parts that were set here; a session of the user's own has none."""
_ADAPTIVE = "spark.sql.adaptive.enabled"
"""Planning anew after each exchange, which makes every one of them a job of its own."""
_PART = 64 * 2**20
"""Bytes of files for which an exchange has a part: read and unpacked, they fit into a task."""


def session(master: str | None = None, *, memory: str | None = None) -> SparkSession:
    """Start a Spark session, or return the one that runs in this process.

    Nothing of Spark's own log reaches the screen; it goes to a file in the temporary folder.

    Parameters
    ----------
    master
        Where to run, in Spark's notation: ``local[4]``, ``spark://host:7077``, ``yarn``. By
        default the session that runs already, else `LOCAL`.
    memory
        Memory of the driver, such as ``"4GB"``; in local mode all work is done there.

    Returns
    -------
    pyspark.sql.SparkSession
        One a process: Spark allows no second.

    Raises
    ------
    MissingExtraError
        Without pyspark.
    OutsideError
        Without Java, or if Spark does not start.
    RequestError
        If Spark runs in this process already, elsewhere than on `master`.
    """
    try:
        from pyspark import SparkContext
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingExtraError("pyspark", "spark") from error
    with _STARTS:
        # There is no public way to ask for it without starting one.
        running = SparkContext._active_spark_context
        is_new = running is None
        if running is None:
            running = _started(master or LOCAL, memory)
    if not is_new and master not in (None, running.master):
        raise RequestError(
            f"Spark runs in this process already, on {running.master}",
            where=f"master {master}",
            why="a process can have one Spark only",
            hint="stop that session first, or leave the master out to use it",
        )
    return SparkSession(running)


def _started(master: str, memory: str | None) -> SparkContext:
    from pyspark import SparkContext
    from pyspark.java_gateway import launch_gateway

    _require_java()
    _require_home()
    _require_master(master)
    conf = _conf(master, memory)
    log = Path(tempfile.gettempdir(), f"entrepot-spark-{os.getpid()}.log")
    try:
        # Started here: SparkContext would give Java our own output for its log.
        gateway = SparkContext._gateway
        if gateway is None:  # kept by pyspark when a session is stopped
            with log.open("wb") as opened:
                gateway = launch_gateway(conf, {"stdout": opened, "stderr": opened})
            _require_fitting(gateway)
        with _taken_on(gateway, master):
            started = SparkContext(conf=conf, gateway=gateway)
    except OutsideError:
        SparkContext._gateway = SparkContext._jvm = None  # its Java has ended
        raise
    except Exception as error:  # whatever Java throws, by whatever road
        raise OutsideError(
            f"Spark does not start on {master}",
            where=str(log),
            why=_last_words(log) or str(error).partition("\n")[0],
            hint=f"check the master; {_JAVA}",
        ) from error
    # Which Python the workers start: the one of this environment, not whichever is on the path.
    started.pythonExec = os.environ.get("PYSPARK_PYTHON", sys.executable)
    _require_executor(started)
    _plan_once(started)
    return started


def _plan_once(started: SparkContext) -> None:
    """Have Spark run each question as one job, where its settings do not say otherwise."""
    from pyspark.sql import SparkSession

    said, settings = started.getConf(), SparkSession(started).conf
    if not said.contains(_ADAPTIVE):
        settings.set(_ADAPTIVE, "false")
    if not said.contains(_PARTITIONS):
        settings.set(_OUR_PARTITIONS, settings.get(_PARTITIONS) or "")


def plan_for(running: SparkSession, size: int) -> None:
    """Have Spark exchange in as many parts as the bytes of a lake need.

    Of two hundred parts, as is usual, nearly all would be empty. A session that was not started
    here keeps its settings, and so does one whose number of parts the user has set.
    """
    settings = running.conf
    if settings.get(_PARTITIONS) == settings.get(_OUR_PARTITIONS, ""):
        parts = max(2 * running.sparkContext.defaultParallelism, size // _PART)
        for name in (_PARTITIONS, _OUR_PARTITIONS):
            settings.set(name, str(parts))


def _require_master(master: str) -> None:
    """Ask whether a master of Spark's own is there: Spark itself would try for a minute."""
    places = [place.rpartition(":") for place in master.removeprefix("spark://").split(",")]
    if not master.startswith("spark://"):
        return
    reasons = []
    for host, _, port in places:
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=_MASTER_SECONDS):
                return
        except (OSError, ValueError) as error:
            reasons.append(f"{host}:{port}: {error}")
    raise OutsideError(
        "no Spark master answers",
        where=f"--master {master}",
        why="; ".join(reasons),
        hint="check host and port (the usual port is 7077), or start one: "
        "spark-class org.apache.spark.deploy.master.Master",
    )


@contextmanager
def _taken_on(gateway: JavaGateway, master: str) -> Iterator[None]:
    """Give up while Spark starts where a master listens and does not answer.

    Spark itself would ask for a minute. What counts is the time from its first request on.
    """
    if not master.startswith("spark://"):
        yield
        return
    started, is_late, seconds = threading.Event(), threading.Event(), _patience(gateway.jvm)

    def watch() -> None:
        from py4j.protocol import Py4JError

        until = None
        while not started.wait(_LOOKS):
            with suppress(Py4JError):
                threads = gateway.jvm.java.lang.Thread.getAllStackTraces().keySet().toString()
                if until is None and _ASKS in threads:
                    until = time.monotonic() + seconds
            if until is not None and time.monotonic() > until:
                is_late.set()
                gateway.proc.kill()
                return

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    except Exception as error:
        if not is_late.is_set():
            raise
        raise _no_answer(master, seconds) from error
    finally:
        started.set()
        watching.join()


def _no_answer(master: str, seconds: int) -> OutsideError:
    return OutsideError(
        "no Spark master answers",
        where=f"--master {master}",
        why=f"something listens there, and did not take this program on within {seconds} seconds",
        hint="check host and port (the usual port is 7077), and that the master has the same "
        f"version of Spark; wait longer, up to a minute, with {_WAITING}",
    )


def _patience(java: JVMView) -> int:
    """Return the seconds that a cluster has to answer, by Spark's settings or our own."""
    said = java.java.lang.System.getProperty(_WAITING) or f"{_EXECUTOR_SECONDS}s"
    return int(java.org.apache.spark.network.util.JavaUtils.timeStringAsSec(said))


def _require_executor(running: SparkContext) -> None:
    """Wait for a first executor of a cluster of Spark's own; without one every question hangs."""
    if not running.master.startswith("spark://"):
        return
    from py4j.protocol import Py4JError

    seconds = _patience(running._jvm)
    until = time.monotonic() + seconds
    try:
        while (is_alone := _executors(running) < 1) and time.monotonic() < until:
            time.sleep(0.1)
    except Py4JError as error:  # Spark gave up by itself, and said so nowhere but in its log
        with suppress(Py4JError):
            running.stop()
        raise _no_answer(running.master, 60) from error
    if is_alone:
        running.stop()
        raise OutsideError(
            "the cluster gives no executor",
            where=f"--master {running.master}",
            why=f"in {seconds} seconds no worker took the work: none is there, all cores are "
            "taken, none has the memory that is asked, a firewall keeps executors from this "
            "machine, or the workers are slow",
            hint="look at the master's page; ask for less with spark.executor.memory in "
            "spark-defaults.conf; set SPARK_LOCAL_IP to an address that the workers reach; wait "
            f"longer with {_WAITING}",
        )


def _executors(running: SparkContext) -> int:
    """Return how many executors there are; the driver, which Spark counts, is none."""
    return int(running._jsc.sc().getExecutorMemoryStatus().size()) - 1


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=str(Path(home, "bin")) if home else None) is None:
        raise OutsideError(
            "Java is not installed",
            where=f"JAVA_HOME={home}" if home else "",
            why="Apache Spark runs on it",
            hint=_JAVA,
        )


def _require_home() -> None:
    home = os.environ.get("SPARK_HOME")
    if home and not Path(home, "bin", "spark-submit").is_file():
        raise OutsideError(
            "there is no Spark where SPARK_HOME says",
            where=f"SPARK_HOME={home}",
            why="there is no bin/spark-submit in it",
            hint="unset SPARK_HOME: pyspark brings its own Spark; or name the folder of the same "
            "version",
        )


def _require_fitting(gateway: JavaGateway) -> None:
    """Refuse a Java on which Spark starts and answers no question."""
    java = str(gateway.jvm.java.lang.System.getProperty("java.specification.version"))
    if java.isdecimal() and int(java) >= _TOO_NEW:
        gateway.proc.kill()
        raise OutsideError(
            f"Java {java} is too new for Spark",
            where=f"JAVA_HOME={home}" if (home := os.environ.get("JAVA_HOME")) else "",
            why="Spark asks Java who the user is in a way that Java 24 took away",
            hint=_JAVA,
        )


def _conf(master: str, memory: str | None) -> SparkConf:
    from pyspark import SparkConf

    settings: dict[str, Any] = {
        "spark.app.name": "entrepot",
        "spark.master": master,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # Whatever the machine's own zone, so that a day is the same day everywhere.
        "spark.sql.session.timeZone": "UTC",
        # Explicit files of a lake are looked at by the driver; from 33 on Spark would start a job.
        "spark.sql.sources.parallelPartitionDiscovery.threshold": "1000",
        # Else a folder spark-warehouse appears in the working directory.
        "spark.sql.warehouse.dir": Path(tempfile.gettempdir(), "entrepot-spark").as_uri(),
    }
    if memory:
        settings["spark.driver.memory"] = _in_mebibytes(memory)
    if master.startswith("local"):
        settings |= {
            "spark.driver.host": "localhost",
            # Nobody on the network reaches the driver of a local session.
            "spark.driver.bindAddress": "127.0.0.1",
            _PARTITIONS: "4",  # 200, the usual number, is for clusters
            _ADAPTIVE: "false",
        }
    return SparkConf().setAll(list(settings.items()))


def _in_mebibytes(memory: str) -> str:
    """Return an amount of memory in Spark's notation, given in DuckDB's."""
    units = {"K": 2**-10, "M": 1, "G": 2**10, "T": 2**20}
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT])i?B?\s*", memory, re.IGNORECASE)
    if found is None:
        raise RequestError(
            f"not an amount of memory for Spark: {memory!r}",
            where="environment variable ENTREPOT_MEMORY",
            hint="write it as 4GB or 800MB, or unset it",
        )
    return f"{max(1, int(float(found[1]) * units[found[2].upper()]))}m"


def cause(text: str) -> str:
    """Return the line that names what went wrong, of all that Spark says of an error.

    That of a worker's Python, if it was there; else the last cause that Java gives.
    """
    lines = [re.sub(r"^(Caused by)?: ", "", line.strip()) for line in text.strip().splitlines()]
    named = [line for line in lines if line.partition(":")[0].endswith(("Error", "Exception"))]
    inner = [line for line in named if not line.startswith(("org.apache.", "py4j.", "java."))]
    return next(iter([*inner[-1:], *named[-1:], *lines]), "")


def _last_words(log: Path) -> str:
    """Return what Spark said before it gave up."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    errors = [line.strip() for line in lines if re.search(r"(Exception|Error|error)\b", line)]
    return "; ".join(errors[:_LAST_WORDS])
