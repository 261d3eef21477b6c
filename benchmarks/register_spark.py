"""A made-up customs register on a Spark cluster of this machine, and on DuckDB.

The lines of `register.py`, so many a year, in files of a quarter each. The cluster is Spark's own:
a master and one or two workers of a core each, in processes apart from the driver.

    python benchmarks/register_spark.py [LINES [WORKERS [FIRST [LAST [OF]]]]]

0 workers are DuckDB, with two threads; -1 is Spark in one process, with two threads. The years from
FIRST to LAST are made, loaded into the lake beside those that are there, and asked; none if LAST is
less. A lake is kept for each number of workers; OF asks that of another number. The brief is of ten
years of flows, `ENTREPOT_BENCH_ROWS` a year, for it is about flows and not about a register.

| column | what it is |
|---|---|
| s, CPU s | wall time; processor time of driver, workers and their children, seen every 0.2 s |
| jobs | Spark's jobs |
| read | bytes that Spark's tasks read of Parquet; DuckDB: all bytes that the process read |
| shuffled, spilled | bytes between tasks; bytes that did not fit into a task's memory, on disk |
| peak | most memory of a process that is not Java, in MB |
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
import load_years
import register

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOOL = str(Path(sys.executable).with_name("entrepot"))
ASKED = {
    "source": "shipments.made", "basis": "origin", "importer": "KAZ", "exporter": "CHN",
    "goods": "854231", "period": "2015",
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


def files(root: Path, lines: int, year: int) -> list[Path]:
    """Return the four quarters of the year of that number, made if they are not there.

    All are the lines of one quarter with other days: a customs office counts anew every year, too.
    """
    folder, first = root / f"year-{year}", root / "quarter.csv"
    if not first.exists():
        from entrepot.engine import connect

        made = register.query(lines // 4, 0, "2015-01-01", 89)
        connect().execute(f"COPY ({made}) TO '{root / 'draft'}' (FORMAT csv, HEADER)")
        (root / "draft").replace(first)
    folder.mkdir(exist_ok=True)
    for part in range(4):
        target, draft = folder / f"{2014 + year}Q{part + 1}.csv", folder / "draft"
        if target.exists():
            continue
        days = [
            (f".{month:02}.2015,", f".{3 * part + month:02}.{2014 + year},") for month in (1, 2, 3)
        ]
        short = {1: (1, 3), 2: (3,)}.get(part, ())  # April, June and September have no 31st
        days = [(f",31.0{month}.2015,", f",30.0{month}.2015,") for month in short] + days
        with first.open("rb") as source, draft.open("wb") as written:
            while text := b"".join(source.readlines(1 << 24)):
                for was, becomes in days:
                    text = text.replace(was.encode(), becomes.encode())
                written.write(text)
        draft.replace(target)
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
    if workers < 0:
        yield "local[2]", []
        return

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


def processes(sessions: Sequence[int]) -> dict[int, tuple[float, int, int]]:
    """Return CPU seconds, bytes read and memory (of Java none) of each process of some sessions."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(")")
            cells = rest.split()
            if int(cells[3]) not in sessions:
                continue
            read = (stat.parent / "io").read_text().partition("rchar: ")[2].partition("\n")[0]
        except (OSError, ValueError):
            continue  # ended meanwhile
        ticks = int(cells[11]) + int(cells[12])
        held = 0 if name.endswith("(java") else int(cells[21]) * os.sysconf("SC_PAGE_SIZE")
        found[int(stat.parent.name)] = ticks / os.sysconf("SC_CLK_TCK"), int(read), held
    return found


def timed(
    command: Sequence[str], logs: Path, sessions: Sequence[int] = (), **more: str
) -> dict[str, Any]:
    """Run a command, and return what it and the workers took; 1 is said of what is listed."""
    before = processes(sessions)
    seen: dict[int, tuple[float, int, int]] = {}
    peak = 0
    known = {_name(log) for log in logs.iterdir()}
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            command, stdout=said, stderr=said, env=os.environ | more, start_new_session=True
        )
        while child.poll() is None:
            seen |= (now := processes([*sessions, child.pid]))
            peak = max(peak, *(held for _, _, held in now.values()))
            time.sleep(0.2)
        took = time.perf_counter() - start
        seen |= processes(sessions)
        said.seek(0)
        text = said.read().decode(errors="replace")
    if child.returncode not in (0, "screen" in command):
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}:\n{text[-3000:]}")
    used = [
        [now - was for now, was in zip(numbers, before.get(pid, (0, 0, 0)), strict=True)]
        for pid, numbers in seen.items()
    ]
    found = {"s": took, "cpu": sum(cpu for cpu, _, _ in used), "said": text, "peak": peak}
    found["read"] = sum(read for _, read, _ in used)
    for log in logs.iterdir():
        if _name(log) not in known:
            found |= of_events(log)
    return found


def _name(log: Path) -> str:
    """Return the name that a log has at last: Spark writes it under another one."""
    return log.name.removesuffix(".inprogress")


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


def stretch(lake: str, target: str, quarters: str) -> dict[str, Any]:
    """Make a lake of so many quarters, each with the files of the first one of another lake.

    Nothing is loaded or copied: links with the names of other months, in a catalog of their own.
    The last day of 2025 is not passed: of more than eleven years, the first are before 2015.
    """
    from dataclasses import replace

    from entrepot.lake.catalog import Catalog
    from entrepot.model.period import Period

    held, folder = Catalog.read(Path(lake)), Path(target)
    snapshot, *_ = held.snapshots
    months = sorted(snapshot.partitions, key=lambda one: str(one.period))[:3]
    start = min(2015, 2026 - int(quarters) // 4)
    made = []
    for number in range(3 * int(quarters)):
        of = months[number % 3]
        when = Period.parse(f"{start + number // 12}-{number % 12 + 1:02}")
        files = {}
        for order, file in of.files.items():
            path = file.path.replace(str(of.period), str(when)[:7])
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            os.link(Path(lake, file.path), folder / path)
            files[order] = replace(file, path=path)
        made.append(replace(of, period=when, files=files))
    Catalog((replace(snapshot, partitions=tuple(made)),)).write(folder)
    return {"rows": sum(one.rows for one in made)}


def commands(lake: str, loaded: Sequence[Path], root: Path, *there: str) -> dict[str, list[str]]:
    """Return what is run in turn: the load of some files, if any, and three questions."""
    asked = [word for name, text in ASKED.items() for word in (f"--{name}", text)]
    add = [TOOL, "data", "add", "shipments", *map(str, loaded), "--map", str(root / "layout.yaml")]
    add += ["--lake", lake, *there]
    listed = str(register.list_of(100_000))
    jobs = {"load": add} if loaded else {}
    brief = [TOOL, "brief", "RUS", "--supplier", "CHN", "--goods", "chpl"]
    brief += ["--lake", load_years.ten_years()]
    return jobs | {
        "ask": [TOOL, "ask", "import_share", *asked, "--lake", lake, *there, "--json"],
        "screening": [TOOL, "screen", listed, "--edition", "CN", "--lake", lake, *there],
        "brief": [*brief, "--out", str(root / "brief.html"), *there],
    }


def on_cluster(
    workers: int, lake: str, loaded: Sequence[Path], root: Path
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Load and ask on a cluster."""
    logs = root / "events"
    (root / "spark-defaults.conf").write_text(DEFAULTS.format(log=logs.as_uri()), "utf-8")
    with tempfile.TemporaryDirectory() as scratch, cluster(workers, Path(scratch)) as started:
        master, sessions = started
        jobs = commands(lake, loaded, root, "--engine", "spark", "--master", master)
        jobs["HHI panel"] = [sys.executable, __file__, "--job", "panel", lake, master]
        for name, command in jobs.items():
            yield name, timed(command, logs, sessions, SPARK_CONF_DIR=str(root))


def on_duckdb(
    lake: str, loaded: Sequence[Path], root: Path
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Load and ask on DuckDB, beside the same by DuckDB alone."""
    jobs = commands(lake, loaded, root)
    for name in ("hhi", "raw_hhi"):
        jobs[name] = [sys.executable, register.__file__, "--job", name, lake]
    if loaded:
        raw, text = root / "raw", f"{loaded[0].parent}/*.csv"
        shutil.rmtree(raw, ignore_errors=True)
        jobs["raw load"] = [sys.executable, register.__file__, "--job", "raw_load", text, str(raw)]
    for name, command in jobs.items():
        yield name, timed(command, root / "events")


def size(*paths: Path) -> int:
    """Return the bytes of those of some paths that are files."""
    return sum(path.stat().st_size for path in paths if path.is_file())


def report(lines: int, workers: int, first: int, last: int, of: int) -> None:
    """Print a row for each job, as soon as it is done."""
    root = Path(os.environ.get("ENTREPOT_BENCH_DIR") or "entrepot-bench", "spark", str(lines))
    (root / "events").mkdir(parents=True, exist_ok=True)
    (root / "layout.yaml").write_text(register.LAYOUT, "utf-8")
    loaded = [file for year in range(first, last + 1) for file in files(root, lines, year)]
    lake = str(root / f"lake-{of if of >= 0 else workers}")
    where = f"Spark, {workers} workers" if workers > 0 else "Spark in one process"
    where = where if workers else "DuckDB"
    print(
        f"{where}: years {first} to {last} of {lines:,} lines, {size(*loaded) / 1e9:.2f} GB of CSV"
    )
    print(
        "| job | s | CPU s | jobs | tasks | MB read | shuffled | spilled | peak | machine's load |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    jobs = on_cluster(workers, lake, loaded, root) if workers else on_duckdb(lake, loaded, root)
    for name, run in jobs:
        cells = [name, f"{run['s']:.1f}", f"{run['cpu']:.1f}"]
        cells += [str(run.get(key, "")) for key in ("jobs", "tasks")]
        cells += [
            f"{run[key] / 1e6:.2f}" if key in run else ""
            for key in ("read", "shuffled", "spilled", "peak")
        ]
        print(f"| {' | '.join([*cells, f'{os.getloadavg()[0]:.1f}'])} |", flush=True)
    for part in ("raw", "shipments"):
        print(f"{part}: {size(*Path(lake, part).rglob('*')) / 1e6:.1f} MB")


if __name__ == "__main__":
    jobs = {"panel": panel, "stretch": stretch}
    harness.main(jobs, report, lines=1_000_000, workers=2, first=1, last=1, of=-1)
