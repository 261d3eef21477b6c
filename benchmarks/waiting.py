"""What people wait for, each as a process of its own: briefs, pages, scenarios, checks, loads.

| floor | what it is |
|---|---|
| interpreter | Python starts and ends |
| rows | Python starts, and DuckDB adds up by hand who buys and who sells, by year and partner |
| start of the server | the server starts, until it does nothing any more |
| raw load | DuckDB reads the same months with the types given, and writes them once, sorted |

A floor does a part of the job and no more, so no job can reach it; the ratio shows what changes
from release to release. The cache of what is worked out of input-output tables is warm, as it is
from the second time on; the line `first time` has it empty. Modules are compiled, as they are where
the package was installed. The goal is of processor time on a quiet machine, on BACI with 11 m rows
a year where it is of ten years; `others beside` has a year of Comtrade, months of Comext and totals
of the IMF as well. A page is asked of a server that has started and does nothing any more, cold:
what its start takes has a line of its own. `make check` and `make quick` run once, and are waited
for: their goals are seconds. Before is what the same took on 26 November 2026.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from http.client import HTTPConnection
from importlib import metadata
from itertools import cycle, permutations
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

import baci_files
import comtrade_files
import harness
import load_years
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parents[1]
SENTENCES = ROOT / "tests" / "cases" / "drafting" / "development.yaml"
CLAIMS = ROOT / "examples" / "russia-china-dependence.yaml"
SCENARIO = ROOT / "examples" / "cut-off.yaml"
LAST = baci_files.FIRST_YEAR + baci_files.YEARS - 1
PAGE, SECOND_PAGE = "/country/DEU/from/CHN", "/country/USA/from/TWN"
QUIET, SETTLING = 0.6, 60.0
"""Seconds in which a server that has started takes no processor time, and the most to wait."""
TURNS = 3
MONTHS = 60
WORDS = 3000
IMTS = (
    "DATASET,SERIES_CODE,OBS_MEASURE,COUNTRY.ID,COUNTRY,INDICATOR.ID,COUNTERPART_COUNTRY.ID,"
    "FREQUENCY.ID,SCALE.ID,SCALE"
)
PROSE = (
    "Officials declined to comment, and traders said that orders, prices and routes had changed "
    "again since the talks began, with more goods on their way by rail than by sea."
)
GOALS = {
    "entrepot --help": "0.1",
    "brief RUS from CHN with claims, bundled": "1.5, 300 MiB",
    "brief DEU from CHN with inputs and cut-off, bundled": "2",
    "the same as PDF": "1 more",
    "brief RUS from CHN with claims, ten years": "4, 400 MiB",
    "brief RUS from CHN with claims, ten years, others beside": "6",
    "brief DEU from CHN of 8542, ten years": "3",
    "page of DEU from CHN, bundled": "1.5",
    "page of USA from TWN, bundled": "1.5",
    "page of DEU from CHN, ten years": "3, 400 MiB",
    "scenario": "1.5",
    "watch 50 Figures, ten years": "3",
    "check 40 claims": "0.7",
    f"check an article of {WORDS:,} words": "1",
    f"data add of {MONTHS} months": f"{0.2 * MONTHS:g}",
    "make check": "6 to wait",
    "make quick": "60 to wait",
}
"""What is to be reached, in seconds of processor time and peak memory, by job."""
BEFORE = {
    "entrepot --help": "0.1",
    "brief RUS from CHN with claims, bundled": "5.3 to 7.2, 790 MB",
    "brief DEU from CHN with inputs and cut-off, bundled": "5.7",
    "brief RUS from CHN with claims, ten years": "31, 960 MB",
    "brief DEU from CHN of 8542, ten years": "15",
    "page of DEU from CHN, bundled": "5.6",
    "page of USA from TWN, bundled": "2.8",
    "page of DEU from CHN, ten years": "26, 860 MB",
    "scenario": "7.9",
    "check 40 claims": "1.1",
    f"check an article of {WORDS:,} words": "1.3",
    f"data add of {MONTHS} months": f"{0.9 * MONTHS:g}",
    "make check": "17.5",
}


def report(turns: int = TURNS) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        where = Path(scratch)
        nothing, ten = where / "nothing", load_years.ten_years()
        nothing.mkdir()
        # As an installer does: what is measured is not to compile the same modules each time.
        subprocess.run(
            [sys.executable, "-m", "compileall", "-q", str(ROOT / "src" / "entrepot")], check=True
        )
        months, watched, claims = _months(where), _watched(where), _claims(where)
        beside = _with_others(where, Path(ten), months)
        article = _article(where)
        out = str(where / "brief.html")
        china = ("--supplier", "CHN", "--out", out)
        jobs: dict[str, tuple[Callable[[], harness.Run], str]] = {
            "entrepot --help": (_told("--help"), "interpreter"),
            "brief RUS from CHN with claims, bundled": (
                _told("brief", "RUS", *china, "--claims", str(CLAIMS), lake=nothing),
                "interpreter",
            ),
            "brief DEU from CHN with inputs and cut-off, bundled": (
                _told("brief", "DEU", *china, lake=nothing),
                "interpreter",
            ),
            "the same, first time": (
                _told("brief", "DEU", *china, lake=nothing, cache=where / "empty"),
                "interpreter",
            ),
            "the same as PDF": (
                _told(
                    *("brief", "DEU", "--supplier", "CHN", "--out", str(where / "brief.pdf")),
                    lake=nothing,
                ),
                "interpreter",
            ),
            "brief RUS from CHN with claims, ten years": (
                _told("brief", "RUS", *china, "--claims", str(CLAIMS), lake=ten),
                "rows",
            ),
            "brief RUS from CHN with claims, ten years, others beside": (
                _told("brief", "RUS", *china, "--claims", str(CLAIMS), lake=beside),
                "rows",
            ),
            "brief DEU from CHN of 8542, ten years": (
                _told("brief", "DEU", *china, "--goods", "8542", lake=ten),
                "rows",
            ),
            "start of the server": (lambda: _page(nothing, ""), "interpreter"),
            "page of DEU from CHN, bundled": (lambda: _page(nothing, PAGE), "start of the server"),
            "page of USA from TWN, bundled": (
                lambda: _page(nothing, SECOND_PAGE),
                "start of the server",
            ),
            "page of DEU from CHN, ten years": (lambda: _page(ten, PAGE), "start of the server"),
            "scenario": (_told("scenario", str(SCENARIO), lake=nothing), "interpreter"),
            "watch 50 Figures, ten years": (_told("watch", str(watched), lake=ten), "rows"),
            "panel of 192 Figures, ten years": (
                lambda: harness.command([sys.executable, "-c", _panel(ten)]),
                "rows",
            ),
            "check 40 claims": (
                _told("check", str(claims), lake=nothing, any_end=True),
                "interpreter",
            ),
            f"check an article of {WORDS:,} words": (
                _told("check", str(article), "--date", "2026-02-10", lake=nothing, any_end=True),
                "interpreter",
            ),
            f"data add of {MONTHS} months": (lambda: _added(where, months), "raw load"),
        }
        floors: dict[str, Callable[[], harness.Run]] = {
            "interpreter": lambda: harness.command([sys.executable, "-c", "pass"]),
            "rows": lambda: harness.command([sys.executable, "-c", _rows(ten)]),
            "raw load": lambda: harness.command([sys.executable, "-c", _raw(where, months)]),
        }
        found = harness.in_turns({name: run for name, (run, _) in jobs.items()} | floors, turns)
    once = ("make check", "make quick")
    found |= {name: [_made(name)] for name in once}
    jobs |= {name: (partial(_made, name), "interpreter") for name in once}
    lines = [
        "| job | s | CPU s | peak MiB | before | goal, CPU s | floor | its CPU s | ours / floor |",
        "|---|---:|---:|---:|---|---|---|---:|---:|",
    ]
    for name, (_, floor) in jobs.items():
        ours, theirs = found[name], found[floor][: len(found[name])]
        ratio = harness.ratio(ours, theirs, "cpu")
        harness.RATIOS.append((name, ratio))
        peak = max(run.peak_mib for run in ours)
        lines.append(
            f"| {name} | {harness.median(ours):.2f} | {harness.median(ours, 'cpu'):.2f} | "
            f"{peak:,.0f} | {BEFORE.get(name, '')} | {GOALS.get(name, '')} | {floor} | "
            f"{harness.median(theirs, 'cpu'):.2f} | {ratio:.1f} |"
        )
    pages = (name for name in jobs if name.startswith("page"))
    firsts = [f"{found[name][0].facts['first']:.2f} s for the {name}" for name in pages]
    first = f"The first part of a page, with its headline, came after {', '.join(firsts)}."
    size = (
        f"The core with what it needs takes {_installed():,.0f} MiB on disk, compiled modules "
        "included (goal: 250)."
    )
    return harness.section("What people wait for", __doc__, "\n".join(lines), first, size)


def _told(
    *words: str, lake: Path | str | None = None, cache: Path | None = None, any_end: bool = False
) -> Callable[[], harness.Run]:
    """Return what runs the command in a fresh process, with a lake, and a cache that is empty."""
    program = str(Path(sys.executable).with_name("entrepot"))
    given = ["--lake", str(lake)] if lake else []

    def run() -> harness.Run:
        if cache is not None:
            subprocess.run(["rm", "-rf", str(cache)], check=True)
        held = [f"ENTREPOT_CACHE={cache}"] if cache else []
        line = ["env", *held, program, *words, *given]
        # A check that finds errors ends with another code, which is no failure of ours.
        return harness.command(
            ["sh", "-c", '"$@" || [ $? -lt 2 ]', "sh", *line] if any_end else line
        )

    return run


def _page(lake: Path | str, path: str) -> harness.Run:
    """Start a server, wait until it does nothing, read one page and then its rest, and end it.

    Without a page the start itself is what is measured.
    """
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = str(Path(sys.executable).with_name("entrepot"))
    command = [program, "serve", "--timeout", "600", "--port", str(port), "--lake", str(lake)]
    start, cpu, first = time.perf_counter(), 0.0, 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            took = time.perf_counter() - start
            _settle(server.pid)
            if path:
                start, cpu = time.perf_counter(), _cpu(server.pid)
                _read(port, path)
                first = time.perf_counter() - start
                _read(port, f"{path}/whole")
                took = time.perf_counter() - start
            used, peak = _cpu(server.pid) - cpu, _peak(server.pid)
        finally:
            server.terminate()
    return harness.Run(took, max(used, 0.01), peak, {"first": first})


def _settle(pid: int) -> None:
    """Wait until a server that has started takes no processor time any more."""
    until, known = time.perf_counter() + SETTLING, -1.0
    while (now := _cpu(pid)) > known:
        if time.perf_counter() > until:
            raise SystemExit("the server does not come to rest")
        known = now
        time.sleep(QUIET)


def _made(target: str) -> harness.Run:
    """Run a target of the Makefile."""
    return harness.command(["make", "--no-print-directory", "-C", str(ROOT), target.split()[-1]])


def _read(port: int, path: str) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            HTTPConnection("127.0.0.1", port, timeout=5).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def _tree(pid: int) -> list[int]:
    """Return a process and those that it started."""
    found = [pid]
    for one in found:
        path = Path(f"/proc/{one}/task/{one}/children")
        if path.exists():
            found += map(int, path.read_text(encoding="ascii").split())
    return found


def _cpu(pid: int) -> float:
    ticks = 0
    for one in _tree(pid):
        cells = Path(f"/proc/{one}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(cells[11]) + int(cells[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _peak(pid: int) -> float:
    texts = (Path(f"/proc/{one}/status").read_text(encoding="ascii") for one in _tree(pid))
    peaks = (re.search(r"VmHWM:\s+(\d+)", text) for text in texts)
    return sum(int(one[1]) for one in peaks if one) / 1024


def _rows(lake: str) -> str:
    flows = f"{lake}/flows/by-{{side}}er/**/*.parquet"
    asked = [
        f"select period, {other}, sum(value_usd) from read_parquet('{flows.format(side=side)}') "
        f"where {mine} = '{who}' group by all"
        for side, mine, other, who in (
            ("import", "importer", "exporter", "RUS"),
            ("export", "exporter", "importer", "CHN"),
            ("import", "importer", "exporter", "CHN"),
            ("export", "exporter", "importer", "RUS"),
        )
    ]
    return "import duckdb\n" + "\n".join(f'duckdb.sql("{one}").fetchall()' for one in asked)


def _watched(folder: Path) -> Path:
    """Write a file that watches 50 Figures: five suppliers of ten countries."""
    lines = ["format: 1", "title: Fifty", "figures:"]
    for buyer in ("RUS", "DEU", "FRA", "ITA", "POL", "USA", "JPN", "KOR", "IND", "TUR"):
        for seller in ("CHN", "VNM", "TWN", "GBR", "NLD"):
            lines += [
                f"  - id: {buyer.lower()}-{seller.lower()}",
                "    measure: import_share",
                f"    importer: {buyer}",
                f"    exporter: {seller}",
                "    goods: chpl",
                f"    period: {LAST}",
                "    source: baci",
            ]
    path = folder / "watch.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _panel(lake: str) -> str:
    """Return a program that asks for two suppliers of six countries, two goods and eight years."""
    return (
        "import entrepot as ep\n"
        "panel = ep.ask_many('import_share', importer=['RUS', 'DEU', 'USA', 'TUR', 'JPN', 'KOR'], "
        "exporter=['CHN', 'VNM'], goods=['chpl', '8542'], "
        f"period='{LAST - 7}..{LAST}', each='year', source='baci', lake={lake!r})\n"
        "assert len(panel) == 192"
    )


def _claims(folder: Path) -> Path:
    """Write 40 claims: those of the example, twice over, under other names."""
    text = CLAIMS.read_text(encoding="utf-8")
    head, _, body = text.partition("\nclaims:\n")
    ids = re.findall(r"^  - id: (\S+)", body, re.M)
    more = re.sub(r"\b(" + "|".join(map(re.escape, ids)) + r")\b", r"\1-again", body)
    path = folder / "claims.yaml"
    path.write_text(f"{head}\nclaims:\n{body.rstrip()}\n{more}", encoding="utf-8")
    return path


def _article(folder: Path) -> Path:
    """Write an article: the English sentences that the drafter was worked out on, over again.

    Between them is prose without a number, for an article is no table.
    """
    cases = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    found: list[str] = []
    for one in cycle(case["text"] for case in cases if case["language"] == "en"):
        if len(" ".join(found).split()) >= WORDS:
            break
        found += [one, PROSE]
    path = folder / "article.txt"
    path.write_text("\n\n".join(found) + "\n", encoding="utf-8")
    return path


def _installed() -> float:
    """Return how many MiB the package takes on disk, with all that its core requires."""
    wanted, seen, size = ["entrepot"], set[str](), 0
    while wanted:
        name = re.sub(r"[-_.]+", "-", wanted.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # of another system or version
        if name != "entrepot":  # installed by a link to its source
            paths = (Path(str(one.locate())) for one in found.files or ())
            size += sum(path.stat().st_size for path in paths if path.is_file())
        needs = (one for one in found.requires or () if "extra ==" not in one)
        wanted += [re.split(r"[\s\[<>=!~;(]", one, maxsplit=1)[0] for one in needs]
    source = ROOT / "src" / "entrepot"
    size += sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
    return size / 2**20


def _months(folder: Path) -> list[Path]:
    """Write months of Comext: 600 lines each."""
    sys.path.insert(0, str(ROOT / "tests"))
    from made_comext import bulk

    chance, found = random.Random(1), []
    codes = ("85423190", "85423290", "84713000", "85171300", "87032110", "90132000")
    places = [
        (a, b)
        for a in ("DE", "FR", "IT", "NL", "PL")
        for b in ["CN", "US", "RU", "TR", "KZ", "VN", "IN", "JP", "KR", "TW"]
    ]
    for number in range(MONTHS):
        when = f"{2018 + number // 12}{number % 12 + 1:02}"
        lines = [
            f"{one} {other} E {code} {flow} 1 NO {when} {chance.randrange(1000, 10**7)} "
            f"{chance.randrange(1, 10**5)} {chance.randrange(1, 1000)}"
            for one, other in places
            for code in codes
            for flow in "12"
        ]
        path = folder / f"full{when}.dat"
        path.write_text(bulk(*lines), encoding="utf-8")
        found.append(path)
    return found


def _with_others(folder: Path, ten: Path, months: Sequence[Path]) -> Path:
    """Return the lake of ten years with what other publishers tell beside it."""
    lake = folder / "beside"
    # Files of a lake are never changed: hard links do.
    copied = subprocess.run(["cp", "-al", str(ten), str(lake)], check=False)
    if copied.returncode:  # another disk
        shutil.copytree(ten, lake, dirs_exist_ok=True)
    annual = comtrade_files.annual(harness.folder(), harness.rows_a_year() // 4)
    totals = folder / "totals.csv"
    years = range(baci_files.FIRST_YEAR, LAST + 1)
    lines = [f"{IMTS},{','.join(map(str, years))}"]
    for number, (who, other) in enumerate(permutations(("RUS", "CHN", "DEU", "USA", "TUR"), 2)):
        for flow in ("MG_CIF_USD", "XG_FOB_USD"):
            values = ",".join(str(1000 * (number + 1) + year) for year in years)
            series = f"{who}.{flow}.{other}.A"
            lines.append(
                f"IMF.STA:IMTS(1.0.0),{series},OBS_VALUE,{who},{who},{flow},{other},A,6,Millions,"
                f"{values}"
            )
    totals.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    for source, *paths in (("comtrade", annual), ("comext", *months), ("imts", totals)):
        _told("data", "add", source, *map(str, paths), lake=lake)()
    return lake


def _added(folder: Path, months: Sequence[Path]) -> harness.Run:
    lake = folder / "months"
    subprocess.run(["rm", "-rf", str(lake)], check=True)
    return _told("data", "add", "comext", *map(str, months), lake=lake)()


def _raw(folder: Path, months: Sequence[Path]) -> str:
    target = folder / "raw.parquet"
    return (
        "import duckdb\n"
        f"for path in {[str(path) for path in months]}:\n"
        "    duckdb.sql(f\"copy (from read_csv('{path}', all_varchar=true) order by REPORTER, "
        f"PRODUCT_NC) to '{target}' (format parquet)\")"
    )


if __name__ == "__main__":
    harness.main({}, report)
