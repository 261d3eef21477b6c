"""A Spark cluster of its own: a master and two workers as processes, apart from the driver."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.lake import Lake
from entrepot.lake.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(
        not os.environ.get("ENTREPOT_TORTURE"), reason="starts a cluster: make spark-cluster"
    ),
]
QUESTIONS: dict[str, dict[str, Any]] = {
    "value": {"importer": "RUS", "exporter": "CHN", "period": 2022},
    "import_share": {"importer": "RUS", "exporter": "CHN", "goods": "854231", "period": 2022},
    "hhi": {"importer": "RUS", "period": 2022},
    "growth": {"importer": "RUS", "exporter": "CHN", "period": 2022, "base": 2021},
}
ASKING = """
    import json, sys, time
    import entrepot as ep
    from entrepot.lake.on_spark import SparkLake

    folder, master, questions, pause = sys.argv[1:]
    held = SparkLake.open(folder, master=master)
    for measure, words in json.loads(questions).items():
        figure = ep.ask(measure, lake=held, source="baci", **words)
        print(json.dumps(figure.to_dict(), default=str), flush=True)
        time.sleep(float(pause))
"""


LOADING = """
    import sys
    from entrepot.lake.on_spark import SparkLake

    folder, master, *files = sys.argv[1:]
    print(len(SparkLake.open(folder, master=master).add("baci", files).added), flush=True)
"""


class Cluster:
    """A master and two workers of a core each, which end with the block."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self.home = Path(pyspark.__file__).parent
        self.folder = folder
        self.environment = os.environ | {
            "SPARK_HOME": str(self.home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "ENTREPOT_MEMORY": "1GB",
            "SPARK_CONF_DIR": str(folder),
        }
        # A busy machine takes its time to start an executor.
        waiting = "spark.scheduler.maxRegisteredResourcesWaitingTime 600s\n"
        (folder / "spark-defaults.conf").write_text(waiting, encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.master = f"spark://127.0.0.1:{port}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start("master.Master", "--port", str(port))
        self.wait("master.log", "I have been elected leader")

    def start(
        self, role: str, *words: str, inside: Sequence[str] = (), **more: str
    ) -> subprocess.Popen[bytes]:
        name = role.partition(".")[0]
        number = sum(1 for _ in self.folder.glob(f"{name}*.log")) or ""
        command = [*inside, str(self.home / "bin" / "spark-class")]
        command += [
            f"org.apache.spark.deploy.{role}",
            "--host",
            "127.0.0.1",
            "--webui-port",
            "0",
            *words,
        ]
        with (self.folder / f"{name}{number}.log").open("wb") as log:
            self.processes.append(
                subprocess.Popen(
                    command,
                    stdout=log,
                    stderr=log,
                    env=self.environment | more,
                    start_new_session=True,
                )
            )
        return self.processes[-1]

    def worker(self, inside: Sequence[str] = (), **more: str) -> subprocess.Popen[bytes]:
        scratch = self.folder / f"scratch{len(self.processes)}"
        words = ("-c", "1", "-m", "1G", "-d", str(scratch), self.master)
        return self.start("worker.Worker", *words, inside=inside, **more)

    def worker_with_a_small_disk(self, kibibytes: int) -> None:
        """Start a worker that has so much room for what tasks hand on."""
        unshare = shutil.which("unshare")
        if sys.platform != "linux" or unshare is None:
            pytest.skip("needs Linux and unshare, to mount a disk for one process")
        place = self.folder / f"small{len(self.processes)}"
        place.mkdir()
        shell = [unshare, "--mount", "--propagation", "private", "sh", "-c"]
        if os.geteuid():
            shell[1:1] = ["--map-root-user"]
        mount = f"mount -t tmpfs -o size={kibibytes}k none '{place}'"
        trial = subprocess.run([*shell, mount], capture_output=True, text=True, check=False)
        if trial.returncode:
            pytest.skip(f"may not mount a disk here: {trial.stderr.strip()}")
        inside = [*shell, f'{mount} && exec "$@"', "sh"]
        self.worker(inside, SPARK_LOCAL_DIRS=str(place))

    def wait(self, log: str, words: str, count: int = 1) -> None:
        until = time.monotonic() + 600
        while self.text(log).count(words) < count:
            assert time.monotonic() < until, self.text(log)[-2000:]
            time.sleep(0.2)

    def text(self, log: str) -> str:
        return (self.folder / log).read_text(errors="replace")

    def ask(
        self, lake: Path, before: str = "", pause: float = 0, count: int = 4, master: str = ""
    ) -> subprocess.Popen[str]:
        """Ask the first questions in a process of its own: a process has one Spark for good."""
        script = f"{before}\n{textwrap.dedent(ASKING)}"
        questions = json.dumps(dict(list(QUESTIONS.items())[:count]))
        return self.run(script, str(lake), master or self.master, questions, str(pause))

    def run(self, script: str, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )

    def executors(self) -> list[int]:
        """Return the processes that compute, of the two workers."""
        found = subprocess.run(
            ["pgrep", "-f", "CoarseGrainedExecutorBackend"],
            capture_output=True,
            text=True,
            check=False,
        )
        mine = {one.pid for one in self.processes}
        return [pid for pid in map(int, found.stdout.split()) if _parent(pid) in mine]

    def stop(self) -> None:
        for process in reversed(self.processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A master without workers, for one test."""
    pytest.importorskip("pyspark", reason="needs pyspark: make spark")
    started = Cluster(tmp_path)
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture
def two(cluster: Cluster) -> Cluster:
    """The same with two workers."""
    cluster.worker()
    cluster.worker()
    cluster.wait("master.log", "Registering worker", 2)
    return cluster


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster")
    held = Lake.open(folder / "lake")
    for year in (2021, 2022):
        rows = [
            f"{year},{i},{j},{code},{(i * j * code) % 9973 / 7:.3f},1"
            for i in (156, 398, 842)
            for j in (643, 398, 276)
            for code in range(854211, 854299)
            if i != j
        ]
        path = folder / f"BACI_HS17_Y{year}_V202501.csv"
        path.write_text("\n".join(["t,i,j,k,v,q", *rows, ""]), encoding="utf-8")
        held.add("baci", [path])
    return held.path


def answers(asked: subprocess.Popen[str]) -> list[dict[str, Any]]:
    out, err = asked.communicate(timeout=900)
    assert asked.returncode == 0, err[-3000:]
    return [json.loads(line) for line in out.splitlines()]


def expected(lake: Path) -> list[float]:
    found = [ep.ask(name, lake=lake, source="baci", **words) for name, words in QUESTIONS.items()]
    assert all(figure.status == "ok" for figure in found)
    return [figure.value for figure in found]


@pytest.mark.parametrize(
    ("pause", "count"), [(1, 4), (0, 2)], ids=["between two", "in the middle of one"]
)
def test_two_workers_answer_as_one_machine_does_though_an_executor_dies(
    two: Cluster, lake: Path, pause: float, count: int
) -> None:
    """One is killed after the first answer: the others are those of what is left."""
    asked = two.ask(lake, pause=pause, count=count)
    assert asked.stdout is not None
    first = json.loads(asked.stdout.readline())
    running = two.executors()
    assert running
    if not pause:
        time.sleep(0.3)
    os.kill(running[0], signal.SIGKILL)
    found = [first, *answers(asked)]
    assert [one["value"] for one in found] == pytest.approx(
        expected(lake)[:count], rel=1e-12, abs=0
    )


@pytest.mark.parametrize("small", [1, 2])
def test_a_full_disk_of_a_worker_is_said_or_another_one_answers(
    cluster: Cluster, lake: Path, small: int
) -> None:
    for number in range(2):
        if number < small:
            cluster.worker_with_a_small_disk(48)
        else:
            cluster.worker()
    cluster.wait("master.log", "Registering worker", 2)
    asked = cluster.ask(lake)
    out, err = asked.communicate(timeout=900)
    found = [json.loads(line)["value"] for line in out.splitlines()]
    assert found == pytest.approx(expected(lake)[: len(found)], rel=1e-12, abs=0)
    if asked.returncode or small == 2:
        assert asked.returncode
        assert "the disk of a worker is full" in err[err.rindex("OutsideError") :]


def test_a_cluster_without_a_worker_says_so(cluster: Cluster, lake: Path) -> None:
    (cluster.folder / "spark-defaults.conf").unlink()
    start = time.monotonic()
    asked = cluster.ask(lake, "from entrepot import spark; spark._EXECUTOR_SECONDS = 5")
    _, err = asked.communicate(timeout=900)
    assert asked.returncode != 0
    assert "the cluster gives no executor" in err
    assert time.monotonic() - start < 600


def test_a_master_that_is_not_there_is_named_at_once(cluster: Cluster, lake: Path) -> None:
    cluster.stop()
    command = ["-c", "from entrepot.cli.main import run; run()", "ask", "value", "--importer=RUS"]
    command += ["--exporter=CHN", "--period=2022", "--source=baci", "--engine=spark"]
    command += ["--master", cluster.master, "--lake", str(lake)]
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 4, done.stderr
    assert "no Spark master answers" in done.stderr
    assert cluster.master in done.stderr


def test_two_workers_load_what_one_machine_loads_though_an_executor_dies(
    two: Cluster, tmp_path: Path
) -> None:
    """A file whose task dies is read by another one; what the first wrote is not used."""
    files = []
    for year in range(2017, 2025):
        rows = [f"{year},156,643,{code},{code % 997},1" for code in range(100_000, 160_000)]
        files.append(tmp_path / f"BACI_HS17_Y{year}_V202501.csv")
        files[-1].write_text("\n".join(["t,i,j,k,v,q", *rows, ""]), encoding="utf-8")
    there = tmp_path / "there"
    loading = two.run(LOADING, str(there), two.master, *map(str, files))
    until = time.monotonic() + 600
    while not any(there.glob(".staging-*/part-*")):
        assert time.monotonic() < until
        time.sleep(0.05)
    os.kill(two.executors()[0], signal.SIGKILL)
    out, err = loading.communicate(timeout=900)
    assert (loading.returncode, out.strip()) == (0, "8"), err[-3000:]
    here = Lake.open(tmp_path / "here")
    here.add("baci", files)
    found = [
        [(one.id, part.rows) for one in Catalog.read(folder).snapshots for part in one.partitions]
        for folder in (here.path, there)
    ]
    assert found[0] == found[1]
    sums = [
        lake.flows("baci").to_native().aggregate("sum(value_usd)").fetchall()
        for lake in (here, Lake.open(there))
    ]
    assert sums[0] == sums[1]
    assert not [one for one in Lake.open(there).check() if one.level == "error"]
    assert not list(there.glob(".staging-*"))


def test_what_speaks_as_spark_and_is_no_master_is_named(two: Cluster, lake: Path) -> None:
    """A worker: it listens, and takes no program on. Spark would ask it for a minute."""
    found = re.search(r"Registering worker 127.0.0.1:(\d+)", two.text("master.log"))
    assert found is not None
    asked = two.ask(lake, master=f"spark://127.0.0.1:{found[1]}")
    _, err = asked.communicate(timeout=300)
    assert "no Spark master answers" in err
    assert "Cannot find endpoint" in err


def test_executors_that_come_with_the_work_are_asked_for(two: Cluster, lake: Path) -> None:
    """By Spark's own setting: without a question there was none, and the question was refused."""
    settings = two.folder / "spark-defaults.conf"
    dynamic = ("enabled true", "shuffleTracking.enabled true")
    more = "".join(f"spark.dynamicAllocation.{one}\n" for one in dynamic)
    settings.write_text(settings.read_text(encoding="utf-8") + more, encoding="utf-8")
    found = answers(two.ask(lake, count=1))
    assert [one["value"] for one in found] == pytest.approx(expected(lake)[:1], rel=1e-12, abs=0)
