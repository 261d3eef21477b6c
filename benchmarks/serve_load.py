"""Fifty readers at once over country pages of ten years of BACI, while a year more is loaded.

The server is the real one, `entrepot serve`, in a process of its own; the readers are threads of
another. First one reader opens each page once and alone: those answers are cold. Then fifty ask for
one page after the other without a pause, each in an order of its own. The load, a third process,
begins in the middle and makes every page so far one of an older state. The server says of each
answer (`Cache-Status`) whether it was kept, kept but of the state before, or worked out while the
reader waited. Readers, server and load share the processors of one machine.
"""

from __future__ import annotations

import http.client
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

import baci_files
import harness
import load_years

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

READERS = 50
SECONDS = float(os.environ.get("ENTREPOT_BENCH_SECONDS", "60"))
BUYERS = (
    *("RUS", "DEU", "FRA", "IND", "TUR", "KAZ", "BRA", "VNM", "POL", "MEX"),
    *("USA", "CHN", "JPN", "KOR", "GBR", "ITA", "ESP", "NLD", "CAN", "AUS"),
    *("IDN", "THA", "MYS", "SAU", "ARE", "EGY", "ZAF", "NGA", "ARG", "UKR"),
)
PAGES = [f"/country/{one}" for one in BUYERS]
KEPT = ("catalog.json", "lock", "readers")
KINDS = {
    "entrepot; hit": "kept",
    "entrepot; hit; detail=before": "kept, of the state before",
    "entrepot; fwd=miss": "worked out",
}


@dataclass(frozen=True)
class Read:
    """One page as a reader got it; status 0 is a connection that broke."""

    path: str
    began: float
    seconds: float
    status: int
    tag: str
    kind: str


@dataclass
class Seen:
    """What the server did: answers, its memory in MiB at some moments, and when the load ran."""

    cold: list[Read] = field(default_factory=list)
    warm: list[Read] = field(default_factory=list)
    memory: dict[str, float] = field(default_factory=dict)
    loaded: list[float] = field(default_factory=list)


def report() -> str:
    with tempfile.TemporaryDirectory(prefix="entrepot-load-") as scratch:
        lake = Path(scratch, "lake")
        shutil.copytree(load_years.ten_years(), lake, copy_function=_linked)
        year = baci_files.FIRST_YEAR + baci_files.YEARS
        more = baci_files.csv_of_year(Path(scratch), year, max(harness.rows_a_year() // 10, 10_000))
        seen = _served(lake, more)
    return harness.section("Readers under load", __doc__, _told(seen))


def _linked(source: str, target: str) -> str:
    """Link a file; what is written in place is copied, so that the lake it is from stays as is."""
    place = shutil.copy2 if Path(source).name in KEPT else os.link
    place(source, target)
    return target


def _served(lake: Path, more: Path) -> Seen:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = str(Path(sys.executable).with_name("entrepot"))
    command = [program, "serve", "--port", str(port), "--lake", str(lake)]
    seen = Seen()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            seen.memory["before the first page"] = _memory(server.pid)
            seen.cold = _Reader(port).read(PAGES)
            seen.memory["start"] = _memory(server.pid)
            _loaded_meanwhile(
                seen, server.pid, port, [program, "data", "add", "baci", str(more)], lake
            )
            seen.memory["end"] = _memory(server.pid)
        finally:
            server.terminate()
    return seen


def _loaded_meanwhile(seen: Seen, server: int, port: int, add: list[str], lake: Path) -> None:
    """Let all readers read, and load in the middle."""

    def load() -> None:
        seen.memory["middle"] = _memory(server)
        seen.loaded.append(time.perf_counter())
        done = subprocess.run(
            [*add, "--lake", str(lake), "--json"], capture_output=True, check=True
        )
        seen.loaded.append(time.perf_counter())
        assert json.loads(done.stdout)

    end = time.perf_counter() + SECONDS
    later = threading.Timer(SECONDS / 2, load)
    later.start()
    with ThreadPoolExecutor(READERS) as pool:
        orders = [_until(end, random.Random(number)) for number in range(READERS)]
        found = pool.map(lambda order: _Reader(port).read(order), orders)
        seen.warm = [read for one in found for read in one]
    later.join()


def _until(end: float, chance: random.Random) -> Iterator[str]:
    while time.perf_counter() < end:
        yield chance.choice(PAGES)


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


class _Reader:
    """Asks for one page after the other on a connection of its own."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=150)

    def read(self, pages: Iterable[str]) -> list[Read]:
        return [self._one(path) for path in pages]

    def _one(self, path: str) -> Read:
        began = time.perf_counter()
        try:
            self._connection.request("GET", path)
            answer = self._connection.getresponse()
            answer.read()
            said = [answer.headers.get(name, "") for name in ("ETag", "Cache-Status")]
            status = answer.status
        except (OSError, http.client.HTTPException):
            self._connection.close()
            status, said = 0, ["", ""]
        return Read(path, began, time.perf_counter() - began, status, *said)


def _memory(process: int) -> float:
    """Return the resident memory of a process in MiB."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("no memory of the server is known")


def _told(seen: Seen) -> str:
    size = harness.rows_a_year() * baci_files.YEARS / 1e6
    begun, ended = seen.loaded
    wrong = Counter(read.status for read in [*seen.cold, *seen.warm] if read.status != 200)
    errors = ", ".join(f"{count} of status {status}" for status, count in wrong.items())
    kept = sum(read.kind.startswith("entrepot; hit") for read in seen.warm) / len(seen.warm)
    states = len({read.tag for read in seen.warm if read.path == PAGES[0]})
    memory = ", ".join(f"{held:,.0f} MiB {when}" for when, held in seen.memory.items())
    head = (
        f"{READERS} readers, {SECONDS:g} s, {len(PAGES)} pages, {size:.0f} m rows: "
        f"**{errors or 'no'} errors** in {len(seen.cold)} cold answers and {len(seen.warm):,} to "
        f"all readers, {kept:.1%} from kept pages. The load took {ended - begun:.1f} s; the "
        f"first page was read in {states} versions. Memory of the server: {memory}."
    )
    kinds = {name: [one for one in seen.warm if one.kind == kind] for kind, name in KINDS.items()}
    during = [read for read in seen.warm if begun <= read.began <= ended]
    rows = {"one reader, cold": seen.cold, "all readers": seen.warm, "during the load": during}
    lines = [
        "| answers | number | p50 s | p95 s | p99 s | slowest s |",
        "|---|---:|---:|---:|---:|---:|",
        *(_row(name, some) for name, some in (rows | kinds).items()),
    ]
    return head + "\n\n" + "\n".join(lines)


def _row(name: str, some: list[Read]) -> str:
    if not some:
        return f"| {name} | 0 | | | | |"
    times = sorted(read.seconds for read in some)
    ranks = [math.ceil(share * len(times)) - 1 for share in (0.5, 0.95, 0.99, 1)]
    return f"| {name} | {len(some):,} | " + " | ".join(f"{times[at]:.3f}" for at in ranks) + " |"


if __name__ == "__main__":
    harness.main({}, report)
