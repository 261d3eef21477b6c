"""A disk that is full, or may not be written to: said so, and the lake is as it was.

Tests run as root in many places, and root may write where the rights forbid it: the disks are
mounted, in a name space of their own that ends with the child process.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from made_lake import TIMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.lake import Lake

ROOM = (0, 4, 20, 60, 100, 140, 200)
"""Room that is left, in KiB; a load needs some 250."""
HERE = os.path.dirname(__file__)  # noqa: PTH120  a text for another process
FULL = f"""
import json, os, sys
sys.path.insert(0, {HERE!r})
from entrepot.lake import Lake
from made_lake import OLD, left_over, state_of
from entrepot.errors import OutsideError
from pathlib import Path

folder, rooms, *files = sys.argv[1:]
lake = Lake.open(folder)
half = len(files) // 2
lake.add("baci", files[:half])

def fill(room):
    filler = Path(folder, "filler")
    with filler.open("wb", buffering=0) as opened:
        try:
            while True:
                opened.write(bytes(4096))
        except OSError:
            pass
    os.truncate(filler, max(0, filler.stat().st_size - room * 1024))
    return filler

said = []
for room in json.loads(rooms):
    filler = fill(room)
    try:
        lake.add("baci", files[half:])
        said.append("done")
        lake.remove("baci@V202501")
    except OutsideError as error:
        said.append([error.exit_code, error.what, error.hint])
    assert state_of(Lake.open(folder)) == OLD.state, (room, said)
    assert not left_over(lake), room
    filler.unlink()
lake.add("baci", files[half:])
fill(0)
lake.remove("baci@V202501")
assert state_of(Lake.open(folder)) == OLD.state
assert not [one for one in lake.check() if one.level == "error"]
print(json.dumps(said))
"""
READ_ONLY = f"""
import json, sys
sys.path.insert(0, {HERE!r})
import entrepot as ep
from entrepot.lake import Lake
from made_lake import OLD, state_of
from entrepot.errors import OutsideError

folder, *files = sys.argv[1:]
lake = Lake.open(folder)
assert state_of(lake) == OLD.state
assert ep.ask("value", lake=lake, period=2022, source="baci", exporter="CHN", importer="RUS").value
assert lake.reporting_calendars("baci")
assert not [one for one in lake.check() if one.level == "error"]
said = []
for change in (lambda: lake.add("baci", files), lambda: lake.remove("baci")):
    try:
        change()
    except OutsideError as error:
        said.append([error.exit_code, error.what, error.hint])
assert state_of(lake) == OLD.state
print(json.dumps(said))
"""

WRITERS = {
    "aggregate": ["data", "aggregate", "shipments.made-up", "{}.csv"],
    "aggregate, Parquet": ["data", "aggregate", "shipments.made-up", "{}.parquet"],
    "companies": ["data", "companies", "shipments.made-up", "{}.csv"],
    "backup": ["data", "backup", "{}.tar", "--replace"],
    **{
        f"export, {form}": ["data", "export", "baci", f"{{}}.{form}"]
        for form in ("csv", "parquet", "xlsx", "dta", "sdmx.csv", "zip")
    },
    **{
        f"screen, {form}": ["screen", "{shipments}", "--edition", "HS2017", "--out", f"{{}}.{form}"]
        for form in ("xlsx", "csv", "parquet", "json")
    },
    "desk": ["draft", "{article}", "--desk", "{}.html"],
    "check": ["check", "{article}", "--out", "{}.html"],
    **{
        f"brief, {form}": ["brief", "RUS", "--period", "2022", "--goods", "all",
                           "--out", f"{{}}.{form}"]
        for form in ("html", "md", "json", "xlsx", "pptx")
    },
    "note": ["brief", "RUS", "--supplier", "CHN", "--period", "2022", "--form", "note",
             "--out", "{}.docx"],
    **{
        f"scenario, {form}": ["scenario", "{scenario}", "--out", f"{{}}.{form}"]
        for form in ("html", "md", "json")
    },
    **{
        f"chart, {form}": ["chart", "import_share", "--importer", "RUS", "--exporter", "CHN",
                           "--since", "2021", "--period", "2022", "--out", f"{{}}.{form}"]
        for form in ("svg", "png", "csv")
    },
}  # fmt: skip
"""Commands that write a file of their own; with ENTREPOT_TORTURE=10 all are tried."""
SOME = ("aggregate", "companies", "backup", "export, csv", "screen, xlsx", "screen, csv", "desk")
FULL_FILES = """
import importlib, json, os, sys
from datetime import date
from pathlib import Path
from typer.testing import CliRunner
from entrepot.cli.main import app
from entrepot.errors import EntrepotError

def once(module, name, words):
    # What it finds is written anew each time, which is tried here.
    module, kept = importlib.import_module(module), {}
    work = getattr(module, name)
    def found(*given, **more):
        key = repr([words(one) for one in given] + sorted(more))
        if key not in kept:
            kept[key] = work(*given, **more)
        return kept[key]
    setattr(module, name, found)

def plain(one):
    return one if isinstance(one, (str, type(None))) else str(one) if isinstance(one, date) else ""

once("entrepot.report", "brief", plain)
once("entrepot.figures.scenario", "evaluate_scenario", lambda one: "")
once("entrepot.report.standalone", "chart", plain)

small, lake, commands = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
found = {}
for name, words in commands.items():
    target = Path(next(word for word in words if word.startswith(str(small))))
    said = []
    for room in (0, 4096):
        for one in small.iterdir():
            one.unlink()
        target.write_bytes(b"as it was before")
        filler = small / "filler"
        with filler.open("wb", buffering=0) as opened:
            try:
                while True:
                    opened.write(bytes(4096))
            except OSError:
                pass
        if room:
            os.truncate(filler, filler.stat().st_size - room)
        done = CliRunner().invoke(app, [*words, "--lake", lake])
        error = done.exception
        filler.unlink()
        kept = target.read_bytes() == b"as it was before"
        left = sorted(one.name for one in small.iterdir())
        said.append([
            error.exit_code if isinstance(error, EntrepotError) else repr(error) if error else "",
            str(error), kept, left == [target.name],
        ])
    found[name] = said
print(json.dumps(found))
"""


def mounted(mounts: str, code: str, *words: object) -> str:
    """Run a script where something is mounted, and return what it prints."""
    unshare = shutil.which("unshare")
    if sys.platform != "linux" or unshare is None:
        pytest.skip("needs Linux and unshare, to mount a disk for one process")
    shell = [unshare, "--mount", "--propagation", "private", "sh", "-c"]
    if os.geteuid():
        shell[1:1] = ["--map-root-user"]
    trial = subprocess.run([*shell, mounts], capture_output=True, text=True, check=False)
    if trial.returncode:
        pytest.skip(f"may not mount a disk here: {trial.stderr.strip()}")
    command = [*shell, f'{mounts} && exec "$@"', "sh", sys.executable, "-c", code]
    done = subprocess.run(
        [*command, *map(str, words)], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk(tmp_path: Path, old: list[Path], new: list[Path]) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    out = mounted(
        f"mount -t tmpfs -o size=1m none '{folder}'",
        FULL,
        folder / "lake",
        json.dumps(ROOM),
        *old,
        *new,
    )
    loads = json.loads(out)
    assert loads[0] != "done" != loads[3]
    for code, what, hint in (said for said in loads if said != "done"):
        assert code == 4, what
        assert "free some space" in hint, what


def test_a_disk_that_may_only_be_read(
    lake_with_old: Callable[[str], Lake], new: list[Path]
) -> None:
    lake = lake_with_old("lake")
    bind = f"mount --bind '{lake.path}' '{lake.path}'"
    out = mounted(f"{bind} && mount -o remount,bind,ro '{lake.path}'", READ_ONLY, lake.path, *new)
    for code, what, hint in json.loads(out):
        assert code == 4
        assert what == "the disk is read-only"
        assert "get the right to write" in hint


def test_a_full_disk_leaves_the_file_that_was_there(with_register: Path, tmp_path: Path) -> None:
    """By every command that writes one: said, the old file kept, and no part of the new one."""
    small = tmp_path / "small"
    small.mkdir()
    places = {
        "article": tmp_path / "article.txt",
        "shipments": tmp_path / "ship.csv",
        "scenario": Path(__file__).resolve().parents[2] / "examples" / "cut-off.yaml",
    }
    places["article"].write_text("China's exports to Russia fell by 3.4 % in 2025.\n")
    places["shipments"].write_text(
        "date,code,goods,from,to,consignee,value,currency\n"
        + "2023-05-01,854231,chips,CHN,KAZ,ABC,1000,USD\n" * 300
    )
    commands = {
        name: [word.format(small / "out", **places) for word in words]
        for name, words in WRITERS.items()
        if name in SOME or TIMES >= 10
    }
    out = mounted(
        f"mount -t tmpfs -o size=1m none '{small}'",
        FULL_FILES,
        small,
        with_register,
        json.dumps(commands),
    )
    for name, said in json.loads(out).items():
        assert said[0][0] == 4, (name, said)
        for code, text, kept, alone in said:
            assert code in ("", 4), (name, code, text)
            assert kept == (code == 4), name
            assert alone, name
            if code == 4:
                assert "full" in text or "free some space" in text, (name, text)
