"""Fifty readers at once over country pages of ten years of BACI, while a year more is loaded.

The server is the real one, `entrepot serve`, in a process of its own; the readers are threads of
another. Each asks for one page after the other without a pause, in an order of its own, and the
load, a third process, begins after a third of the time: it makes every answer so far one of an
older state, so that all are worked out again. `first` are the answers that had to be worked out,
`again` those that were kept. Readers, server and load share the processors of one machine.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import baci_files
import harness
import load_years

READERS = 50
SECONDS = float(os.environ.get("ENTREPOT_BENCH_SECONDS", "60"))
BUYERS = ("RUS", "DEU", "FRA", "IND", "TUR", "KAZ", "BRA", "VNM", "POL", "MEX")
PAGES = [f"/country/{one}" for one in BUYERS] + [f"/country/{one}/from/CHN" for one in BUYERS]
KEPT = ("catalog.json", "lock", "readers")


@dataclass(frozen=True)
class Read:
    """One page as a reader got it."""

    path: str
    began: float
    seconds: float
    status: int
    tag: str
    bytes: int


def report() -> str:
    with tempfile.TemporaryDirectory(prefix="entrepot-load-") as scratch:
        lake = Path(scratch, "lake")
        shutil.copytree(load_years.ten_years(), lake, copy_function=_linked)
        year = baci_files.FIRST_YEAR + baci_files.YEARS
        more = baci_files.csv_of_year(Path(scratch), year, max(harness.rows_a_year() // 10, 10_000))
        reads, memory, loaded = _served(lake, more)
    return harness.section("Readers under load", __doc__, _told(reads, memory, loaded))


def _linked(source: str, target: str) -> str:
    """Link a file; what is written in place is copied, so that the lake it is from stays as is."""
    place = shutil.copy2 if Path(source).name in KEPT else os.link
    place(source, target)
    return target


def _served(lake: Path, more: Path) -> tuple[list[Read], list[float], tuple[float, float]]:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = str(Path(sys.executable).with_name("entrepot"))
    command = [program, "serve", "--port", str(port), "--lake", str(lake)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            memory = [_memory(server.pid)]
            end = time.perf_counter() + SECONDS
            loaded: list[float] = []
            loading = threading.Thread(target=_load, args=(program, lake, more, loaded))
            later = threading.Timer(SECONDS / 3, loading.start)
            later.start()
            with ThreadPoolExecutor(READERS) as pool:
                found = pool.map(lambda number: _reader(number, port, end), range(READERS))
                reads = [read for one in found for read in one]
            later.join()
            loading.join()
            memory.append(_memory(server.pid))
        finally:
            server.terminate()
    return reads, memory, (loaded[0], loaded[1])


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/style/page.css")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def _reader(number: int, port: int, end: float) -> list[Read]:
    chance = random.Random(number)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    found = []
    while time.perf_counter() < end:
        path = chance.choice(PAGES)
        began = time.perf_counter()
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            size = len(answer.read())
            status, tag = answer.status, answer.headers.get("ETag", "")
        except (OSError, http.client.HTTPException):
            connection.close()
            status, tag, size = 0, "", 0
        found.append(Read(path, began, time.perf_counter() - began, status, tag, size))
    return found


def _load(program: str, lake: Path, more: Path, when: list[float]) -> None:
    when.append(time.perf_counter())
    command = [program, "data", "add", "baci", str(more), "--lake", str(lake), "--json"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(done.stdout)
    when.append(time.perf_counter())


def _memory(process: int) -> float:
    """Return the resident memory of a process in MiB."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("no memory of the server is known")


def _told(reads: list[Read], memory: list[float], loaded: tuple[float, float]) -> str:
    wrong = [read for read in reads if read.status != 200]
    ends: dict[tuple[str, str], float] = {}
    for read in reads:  # whoever waited for the first to end was not answered from memory
        end = read.began + read.seconds
        key = (read.path, read.tag)
        ends[key] = min(end, ends.get(key, end))
    first = [read for read in reads if read.began < ends[read.path, read.tag]]
    again = [read for read in reads if read.began >= ends[read.path, read.tag]]
    during = [read for read in reads if loaded[0] <= read.began <= loaded[1]]
    lines = ["| answers | number | p50 s | p95 s | slowest s |", "|---|---:|---:|---:|---:|"]
    for name, some in (("all", reads), ("first", first), ("again", again), ("in load", during)):
        times = sorted(read.seconds for read in some) or [float("nan")]
        p95 = times[int(0.95 * (len(times) - 1))]
        lines.append(
            f"| {name} | {len(some):,} | {statistics.median(times):.3f} | {p95:.3f} | "
            f"{times[-1]:.2f} |"
        )
    states = len({read.tag for read in reads if read.path == PAGES[0]})
    size = harness.rows_a_year() * baci_files.YEARS / 1e6
    before, after = memory
    head = (
        f"{READERS} readers, {SECONDS:g} s, {len(PAGES)} pages, {size:.0f} m rows: "
        f"**{len(wrong)} errors** in {len(reads):,} answers. The load took "
        f"{loaded[1] - loaded[0]:.1f} s; readers saw {states} states. Memory of the server: "
        f"{before:,.0f} MiB at the start, {after:,.0f} MiB at the end."
    )
    return head + "\n\n" + "\n".join(lines)


if __name__ == "__main__":
    harness.main({}, report)
