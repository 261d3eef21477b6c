"""The one place that starts Apache Spark.

Spark is an optional second engine: pyspark and Java are looked for when a session is asked for,
and never at import.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
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
_TOO_OLD, _TOO_NEW = 16, 24
"""The last Java that lacks what Spark's classes need, and the first that lacks what its Hadoop
asks: who the user is."""
_JAVA_SECONDS = 15
_SAYS = ("-XshowSettings:properties", "-version")
_MASTERS = re.compile(
    r"local(\[([1-9]\d*|\*)( *, *\d+)?\])?|local-cluster\[ *\d+ *, *\d+ *, *\d+ *\]"
    r"|spark://[^/,]+:\d+(,[^/,]+:\d+)*|k8s://.+|yarn"
)
_NO_SUCH_STREAM = b"\0\0\0\0\0\0\0\x18\x06\0\0\0\x0b/files/none"
"""A request that Spark's own protocol has, for a file that no master has: it says so at once."""
_HELLO = {"spark": _NO_SUCH_STREAM, "k8s": b"GET /version HTTP/1.0\r\n\r\n"}
"""By kind of cluster what whoever listens there answers, if only by closing the connection."""
_CHECK = {
    "spark": "check host and port (the usual port is 7077), or start one: "
    "spark-class org.apache.spark.deploy.master.Master",
    "k8s": "check the address (kubectl cluster-info) and your rights, and that "
    "spark-defaults.conf names an image: spark.kubernetes.container.image",
    "yarn": "check the resource manager in yarn-site.xml, in the folder that HADOOP_CONF_DIR names",
}
_ASKS = "appclient-register-master"
"""In the name of the threads with which Spark asks a master to take a program on."""
_REFUSED = "Failed to connect to master"
"""In Spark's log, once for each master that does not understand; it asks again 20 seconds later."""
_BEFORE_NAME = r'^(Caused by|Exception in thread "[^"]*")?:? '
_LOOKS = 1
"""Seconds between two looks at them."""
# With what it takes to start, half a minute: then a cluster that is not there, or gives nothing,
# is named.
_MASTER_SECONDS = 8
_EXECUTOR_SECONDS = 20
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
    said = 0
    try:
        # Started here: SparkContext would give Java our own output for its log.
        gateway = SparkContext._gateway
        if gateway is None:  # kept by pyspark when a session is stopped
            with log.open("wb") as opened:
                gateway = launch_gateway(conf, {"stdout": opened, "stderr": opened})
        said = log.stat().st_size if log.exists() else 0
        with _taken_on(gateway, master, log, said):
            started = SparkContext(conf=conf, gateway=gateway)
    except OutsideError:
        SparkContext._gateway = SparkContext._jvm = None  # its Java has ended
        raise
    except Exception as error:  # whatever Java throws, by whatever road
        raise OutsideError(
            f"Spark does not start on {master}",
            where=str(log),
            why=_last_words(log, said) or str(error).partition("\n")[0],
            hint=_CHECK.get(
                _kind(master), "the log says more; entrepot doctor looks at Java and at Spark"
            ),
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


def _kind(master: str) -> str:
    return master.partition(":")[0]


def _require_master(master: str) -> None:
    """Ask whether a cluster is there: Spark itself would try for a minute or more."""
    if not _MASTERS.fullmatch(master):
        raise RequestError(
            f"not a master of Spark: {master!r}",
            where="--master",
            hint="write local[4] for four threads here, spark://HOST:7077, yarn, or "
            "k8s://https://HOST:PORT",
        )
    if master == "yarn" and not {"HADOOP_CONF_DIR", "YARN_CONF_DIR"} & {*os.environ}:
        raise OutsideError(
            "nothing says where YARN is",
            where="--master yarn",
            why="Spark reads the addresses of the cluster from its configuration",
            hint="set HADOOP_CONF_DIR to the folder with the cluster's yarn-site.xml",
        )
    if (kind := _kind(master)) not in _HELLO:
        return
    reasons = []
    for place in master.partition("://")[2].split(","):
        host, port = _place(place)
        try:
            answer = _answer(host, port, _HELLO[kind])
        except (OSError, ValueError) as error:
            reasons.append(f"{host}:{port}: {error}")
            continue
        if kind == "k8s" or not answer.startswith(b"HTTP/"):
            return
        reasons.append(f"{host}:{port} is a web page; a master's own page is at another port")
    raise OutsideError(
        "no Spark master answers" if kind == "spark" else "no Kubernetes answers",
        where=f"--master {master}",
        why="; ".join(reasons),
        hint=_CHECK[kind],
    )


def _place(place: str) -> tuple[str, str]:
    """Return host and port of a place, which may be written as an address."""
    address = place.rpartition("://")[2].partition("/")[0]
    host, colon, port = address.rpartition(":")
    if not colon or port.endswith("]"):  # of IPv6, without a port
        host, port = address, "80" if place.startswith("http://") else "443"
    return host.strip("[]"), port


def _answer(host: str, port: str, words: bytes) -> bytes:
    """Return the beginning of what is said there; nothing where the connection is closed.

    Raises
    ------
    OSError
        If nobody listens, or who listens is silent.
    ValueError
        If that is no port.
    """
    with socket.create_connection((host, int(port)), timeout=_MASTER_SECONDS) as opened:
        opened.sendall(words)
        try:
            return opened.recv(len(words))
        except TimeoutError:
            raise TimeoutError(
                f"something listens there, and said nothing within {_MASTER_SECONDS} seconds"
            ) from None
        except ConnectionError:  # refused, as by a master that wants encryption
            return b""


@contextmanager
def _taken_on(gateway: JavaGateway, master: str, log: Path, said: int) -> Iterator[None]:
    """Give up while Spark starts where a cluster does not take the program on.

    Spark itself would ask for a minute, and YARN for many. What counts with a master of Spark's
    own is the time from its first request on.
    """
    if master.startswith("local"):
        yield
        return
    started, seconds = threading.Event(), _patience(gateway.jvm)
    reasons: list[str] = []

    def watch() -> None:
        until = None
        while not reasons and not started.wait(_LOOKS):
            if until is None and _asks(gateway, master):
                until = time.monotonic() + seconds
            if _text(log, said).count(_REFUSED) >= len(master.split(",")):
                reasons.append(_last_words(log, said) or "it does not understand Spark")
            elif until is not None and time.monotonic() > until:
                reasons.append(f"it did not take this program on within {seconds} seconds")
        if reasons:
            gateway.proc.kill()

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    except Exception as error:
        if not reasons:
            raise
        raise _no_answer(master, reasons[0]) from error
    finally:
        started.set()
        watching.join()


def _asks(gateway: JavaGateway, master: str) -> bool:
    """Tell whether Spark has asked the cluster to take the program on."""
    from py4j.protocol import Py4JError

    if not master.startswith("spark://"):
        return True
    with suppress(Py4JError):
        return _ASKS in gateway.jvm.java.lang.Thread.getAllStackTraces().keySet().toString()
    return False


def _no_answer(master: str, why: str) -> OutsideError:
    if "InvalidClassException" in why:
        return OutsideError(
            "the master has another version of Spark",
            where=f"--master {master}",
            why=why,
            hint=f"use a cluster of Spark {_version()}, which pyspark is here",
        )
    kind = _kind(master)
    return OutsideError(
        "no Spark master answers" if kind == "spark" else "the cluster does not answer",
        where=f"--master {master}",
        why=f"something listens there: {why}" if kind == "spark" else why,
        hint=f"{_CHECK[kind]}; wait longer with {_WAITING}",
    )


def _version() -> str:
    import pyspark

    return str(pyspark.__version__)


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
        if running.getConf().get("spark.dynamicAllocation.enabled") == "true":
            running._jsc.sc().requestExecutors(1)  # else the first would come with a question
        while (is_alone := _executors(running) < 1) and time.monotonic() < until:
            time.sleep(0.1)
    except Py4JError as error:  # Spark gave up by itself, and said so nowhere but in its log
        with suppress(Py4JError):
            running.stop()
        raise _no_answer(running.master, "it did not take this program on") from error
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
    """Refuse a Java that is not there, does not run, or on which Spark answers no question."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home, "bin")) if home else None)
    if java is None:
        raise OutsideError(
            "Java is not installed",
            where=f"JAVA_HOME={home}" if home else "",
            why="Apache Spark runs on it",
            hint=_JAVA,
        )
    try:
        done = subprocess.run(
            [java, *_SAYS],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_JAVA_SECONDS,
            check=False,
        )
        said = done.stderr
    except (OSError, subprocess.TimeoutExpired) as error:
        is_silent = isinstance(error, subprocess.TimeoutExpired)
        why = f"it did not say its version in {_JAVA_SECONDS} seconds" if is_silent else str(error)
        raise OutsideError("Java does not run", where=java, why=why, hint=_JAVA) from error
    found = re.search(r"java\.specification\.version = (?:1\.)?(\d+)", said)
    if found is None:
        why = said.strip().partition("\n")[0] or f"it ended with {done.returncode}"
        raise OutsideError("Java does not run", where=java, why=why, hint=_JAVA)
    if not _TOO_OLD < int(found[1]) < _TOO_NEW:
        is_new = int(found[1]) >= _TOO_NEW
        raise OutsideError(
            f"Java {found[1]} is too {'new' if is_new else 'old'} for Spark",
            where=java,
            why="Spark asks Java who the user is in a way that Java 24 took away"
            if is_new
            else "Spark is made for Java 17 and later",
            hint=_JAVA,
        )


def _require_home() -> None:
    """Refuse a Spark that is not there, or another than this pyspark speaks to."""
    home, mine = os.environ.get("SPARK_HOME"), _version()
    if not home:
        return
    if not Path(home, "bin", "spark-submit").is_file():
        raise OutsideError(
            "there is no Spark where SPARK_HOME says",
            where=f"SPARK_HOME={home}",
            why="there is no bin/spark-submit in it",
            hint="unset SPARK_HOME: pyspark brings its own Spark; or name the folder of the same "
            "version",
        )
    for jar in Path(home, "jars").glob("spark-core_*.jar"):
        other = jar.stem.partition("-core_")[2].partition("-")[2]
        if other.split(".")[:2] != mine.split(".")[:2]:
            raise OutsideError(
                "SPARK_HOME has another version of Spark than pyspark",
                where=f"SPARK_HOME={home}",
                why=f"{other} is there, pyspark is {mine}, and they do not understand each other",
                hint="unset SPARK_HOME: pyspark brings its own Spark; or name the folder of "
                f"Spark {mine}",
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
    named = _named(text)
    inner = [line for line in named if not line.startswith(("org.apache.", "py4j.", "java."))]
    return next(iter([*inner[-1:], *named[-1:], *text.strip().splitlines()]), "")


def _named(text: str) -> list[str]:
    """Return the lines that name an error."""
    bare = (re.sub(_BEFORE_NAME, "", line.strip()) for line in text.splitlines())
    return [one for one in bare if one.partition(":")[0].endswith(("Error", "Exception"))]


def _text(log: Path, start: int = 0) -> str:
    """Return what Spark wrote from a place on."""
    try:
        return log.read_bytes()[start:].decode(errors="replace")
    except OSError:
        return ""


def _last_words(log: Path, start: int = 0) -> str:
    """Return what Spark said before it gave up."""
    return "; ".join([*dict.fromkeys(_named(_text(log, start)))][:2])
