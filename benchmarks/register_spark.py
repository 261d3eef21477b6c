"""A made-up customs register on a Spark cluster of this machine, and on DuckDB.

The lines of `register.py`, in twelve files of a quarter each. The cluster is Spark's own: a master
and one or two workers of a core each, in processes apart from the driver.

    python benchmarks/register_spark.py [LINES] [WORKERS]     0 workers: DuckDB, two threads

| column | what it is |
|---|---|
| s, CPU s | wall time; processor time of driver, workers and their children, seen every 0.2 s |
| jobs | Spark's jobs |
| read | bytes that Spark's tasks read of Parquet; DuckDB: all bytes that the process read |
| shuffled, spilled | bytes between tasks; bytes that did not fit into a task's memory, on disk |
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import harness
import register

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOOL = str(Path(sys.executable).with_name("entrepot"))
ASKED = {
    "source": "shipments.made", "basis": "origin", "importer": "KAZ", "exporter": "CHN",
    "goods": "854231", "period": "2022",
}  # fmt: skip
# Ranges of a file that are read side by side are not counted by Spark.
DEFAULTS = """\
spark.hadoop.parquet.hadoop.vectored.io.enabled false
spark.eventLog.enabled true
spark.eventLog.rolling.enabled false
spark.eventLog.compress false
spark.eventLog.dir {log}
spark.executor.memory 2g
spark.scheduler.maxRegisteredResourcesWaitingTime 600s
"""


def files(root: Path, lines: int) -> list[Path]:
    """Return twelve files of a quarter each, made if they are not there."""
    folder = root / "quarters"
    if not folder.exists():
        from entrepot.engine import connect

        draft = root / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        connection = connect(threads=1)  # else each thread writes files of its own
        day = "strptime(\"day\", '%d.%m.%Y')"
        connection.execute(f"""
            COPY (SELECT *, year({day}) || 'Q' || quarter({day}) AS part
                  FROM ({register.query(lines)}) WHERE year({day}) < 2024)
            TO '{draft}' (FORMAT csv, HEADER, PARTITION_BY (part))""")
        folder.mkdir()
        for made in draft.rglob("*.csv"):
            made.replace(folder / f"{made.parent.name.partition('=')[2]}.csv")
        shutil.rmtree(draft)
    return sorted(folder.iterdir())


@contextmanager
def cluster(workers: int, folder: Path) -> Iterator[tuple[str, list[int]]]:
    """Start a master and workers of a core each; yield the address and the workers' sessions."""
    import pyspark

    home = Path(pyspark.__file__).parent
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    master = f"spark://127.0.0.1:{port}"
    environment = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    running: list[subprocess.Popen[bytes]] = []

    def start(role: str, *words: str) -> None:
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{role}"]
        command += ["--host", "127.0.0.1", "--webui-port", "0", *words]
        with (folder / f"{role}{len(running)}.log").open("wb") as log:
            running.append(
                subprocess.Popen(
                    command, stdout=log, stderr=log, env=environment, start_new_session=True
                )
            )

    try:
        start("master.Master", "--port", str(port))
        for number in range(workers):
            scratch = str(folder / f"scratch{number}")
            start("worker.Worker", "-c", "1", "-m", "3G", "-d", scratch, master)
        log = folder / "master.Master0.log"
        while log.read_text(errors="replace").count("Registering worker") < workers:
            time.sleep(0.5)
        yield master, [one.pid for one in running[1:]]
    finally:
        for one in reversed(running):
            one.terminate()
            one.wait()


def processes(sessions: Sequence[int]) -> dict[int, tuple[float, int]]:
    """Return the CPU seconds and the bytes read of each process of some sessions."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            cells = stat.read_text().rpartition(")")[2].split()
            if int(cells[3]) not in sessions:
                continue
            read = (stat.parent / "io").read_text().partition("rchar: ")[2].partition("\n")[0]
        except (OSError, ValueError):
            continue  # ended meanwhile
        ticks = int(cells[11]) + int(cells[12])
        found[int(stat.parent.name)] = ticks / os.sysconf("SC_CLK_TCK"), int(read)
    return found


def timed(
    command: Sequence[str], logs: Path, sessions: Sequence[int] = (), **more: str
) -> dict[str, Any]:
    """Run a command, and return what it and the workers took; 1 is said of what is listed."""
    before = processes(sessions)
    seen: dict[int, tuple[float, int]] = {}
    known = set(logs.iterdir())
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            command, stdout=said, stderr=said, env=os.environ | more, start_new_session=True
        )
        while child.poll() is None:
            seen |= processes([*sessions, child.pid])
            time.sleep(0.2)
        took = time.perf_counter() - start
        seen |= processes(sessions)
        said.seek(0)
        text = said.read().decode(errors="replace")
    if child.returncode not in (0, "screen" in command):
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}:\n{text[-3000:]}")
    used = [
        [now - was for now, was in zip(numbers, before.get(pid, (0, 0)), strict=True)]
        for pid, numbers in seen.items()
    ]
    found = {"s": took, "cpu": sum(cpu for cpu, _ in used), "said": text}
    found["read"] = sum(read for _, read in used)
    for log in set(logs.iterdir()) - known:
        found |= of_events(log)
    return found


def of_events(log: Path) -> dict[str, Any]:
    """Return jobs and bytes of an event log of Spark's."""
    sums = dict.fromkeys(("jobs", "tasks", "read", "shuffled", "spilled"), 0)
    with log.open(encoding="utf-8") as opened:
        for event in map(json.loads, opened):
            if event["Event"] == "SparkListenerJobStart":
                sums["jobs"] += 1
            if event["Event"] == "SparkListenerTaskEnd" and (task := event.get("Task Metrics")):
                sums["tasks"] += 1
                sums["read"] += task["Input Metrics"]["Bytes Read"]
                sums["shuffled"] += task["Shuffle Write Metrics"]["Shuffle Bytes Written"]
                sums["spilled"] += task["Disk Bytes Spilled"]
    return sums


def panel(lake: str, master: str) -> dict[str, Any]:
    """Concentration by tariff line and month, as `register.hhi`, on Spark."""
    import narwhals as nw

    import entrepot as ep
    from entrepot.lake.on_spark import SparkLake

    rows = SparkLake.open(lake, master=master).flows("shipments.made")
    rows = rows.filter(nw.col("partner_basis") == "origin")
    [found] = (
        ep.measures.hhi(rows, by=["tariff_line", "period"])
        .to_native()
        .selectExpr("count(*)", "sum(hhi)")
        .collect()
    )
    return {"cells": found[0], "sum": found[1]}


def on_cluster(lines: int, workers: int, root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Load and ask on a cluster."""
    lake, listed = str(root / f"lake-{workers}"), register.list_of(100_000)
    logs = root / "events"
    shutil.rmtree(lake, ignore_errors=True)
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir()
    (root / "spark-defaults.conf").write_text(DEFAULTS.format(log=logs.as_uri()), "utf-8")
    (root / "layout.yaml").write_text(register.LAYOUT, "utf-8")
    with tempfile.TemporaryDirectory() as scratch, cluster(workers, Path(scratch)) as started:
        master, sessions = started
        there = ["--engine", "spark", "--master", master, "--lake", lake]
        loaded = [TOOL, "data", "add", "shipments", *map(str, files(root, lines))]
        asked = [word for name, text in ASKED.items() for word in (f"--{name}", text)]
        jobs = {
            "load": [*loaded, "--map", str(root / "layout.yaml"), *there],
            "ask": [TOOL, "ask", "import_share", *asked, *there, "--json"],
            "HHI panel": [sys.executable, __file__, "--job", "panel", lake, master],
            "screening": [TOOL, "screen", str(listed), "--edition", "CN", *there],
        }
        for name, command in jobs.items():
            yield name, timed(command, logs, sessions, SPARK_CONF_DIR=str(root))


def on_duckdb(lines: int, workers: int, root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Ask the lake that the largest cluster loaded; `register.py` measures the load."""
    logs = root / "events"
    lake = next(str(path) for path in sorted(root.glob("lake-*"), reverse=True))
    asked = [word for name, text in ASKED.items() for word in (f"--{name}", text)]
    listed = str(register.list_of(100_000))
    jobs = {
        "ask": [TOOL, "ask", "import_share", *asked, "--json", "--lake", lake],
        "HHI panel": [sys.executable, register.__file__, "--job", "hhi", lake],
        "screening": [TOOL, "screen", listed, "--edition", "CN", "--lake", lake],
    }
    for name, command in jobs.items():
        yield name, timed(command, logs)


def size(folder: Path) -> int:
    """Return the bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def report(lines: int, workers: int) -> None:
    """Print a row for each job, as soon as it is done; with one, two and no workers if negative."""
    root = Path(os.environ.get("ENTREPOT_BENCH_DIR") or "entrepot-bench", "spark", str(lines))
    root.mkdir(parents=True, exist_ok=True)
    print(f"{lines:,} lines, {size(files(root, lines).pop(0).parent) / 1e9:.2f} GB of CSV")
    print("| job | s | CPU s | jobs | tasks | MB read | shuffled | spilled | load of machine |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    for count in (1, 2, 0) if workers < 0 else (workers,):
        for name, run in (on_cluster if count else on_duckdb)(lines, count, root):
            where = f"Spark, {count} workers" if count else "DuckDB"
            cells = [f"{name}, {where}", f"{run['s']:.1f}", f"{run['cpu']:.1f}"]
            cells += [str(run.get(key, "")) for key in ("jobs", "tasks")]
            cells += [
                f"{run[key] / 1e6:.2f}" if key in run else ""
                for key in ("read", "shuffled", "spilled")
            ]
            print(f"| {' | '.join([*cells, f'{os.getloadavg()[0]:.1f}'])} |", flush=True)
        if count:
            lake = root / f"lake-{count}"
            for part in ("raw", "shipments"):
                print(f"{part}: {size(lake / part) / 1e6:.1f} MB")


if __name__ == "__main__":
    harness.main({"panel": panel}, report, lines=1_000_000, workers=-1)
