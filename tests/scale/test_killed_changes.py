"""Kill what changes a lake or the lists at any moment: all is as it was, or as it should be.

A process that has everything imported forks for each trial. An audit hook counts what the trial
does to files (open for writing, rename, make, delete) and ends it with SIGKILL just before the n-th
of these. A fixed sample of moments is tried, the last ones among them, in which things become
visible; with ENTREPOT_TORTURE=10 every moment.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from made_lake import OLD, TIMES, left_over, named_files_are_there, python, state_of
from tests.made_comtrade import CHINA, GERMANY, row, text_of

import entrepot.goods
from entrepot.errors import EntrepotError
from entrepot.figures.reconcile import reconcile_lake
from entrepot.goods.library import lists_made
from entrepot.goods.update import pack, read_edition, take
from entrepot.lake import Lake
from entrepot.lake.catalog import NAME, PREVIOUS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHIPPED = Path(entrepot.goods.__file__).parent / "lists"
TRIALS = 5
"""Moments of each change that are tried."""
# What changes is named by the test; `root` is all that it may touch.
NURSERY = """
import os, signal, sys
import duckdb
from pathlib import Path
from entrepot.figures.reconcile import reconcile_lake
from entrepot.goods.update import go_back, read_edition, take
from entrepot.lake import Lake, checks, prepare, store
from entrepot.sources.baci import parse
from entrepot.sources.reconciled import parse

CHANGES = {
    "reconcile": lambda root, _: reconcile_lake(root / "lake", weights="variances"),
    "rebuild": lambda root, _: Lake.open(root / "lake").rebuild(),
    "restore": lambda root, file: Lake.open(root / "lake").restore(file),
    "remove": lambda root, _: Lake.open(root / "lake").remove("baci"),
    "take": lambda root, file: take(read_edition(Path(file)), read_edition(Path(file)).digest),
    "go back": lambda root, _: go_back(),
}

for line in sys.stdin:
    change, root, file, stop = line.rstrip().split("|")
    events = []

    def hook(event, args):
        if event == "open":
            path, mode, _ = args
            changes = isinstance(mode, str) and mode[:1] in "wax"
        elif event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link"):
            path, changes = (args[1] if event == "os.rename" else args[0]), True
        else:
            return
        if changes and root in str(path):
            events.append(event)
            if str(len(events)) == stop:
                os.kill(os.getpid(), signal.SIGKILL)

    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.environ["ENTREPOT_LISTS"] = root + "/lists"
        sys.addaudithook(hook)
        try:
            CHANGES[change](Path(root), file)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os.write(write, str(len(events)).encode())
        os._exit(0)
    os.close(write)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), os.read(read, 20).decode() or 0, flush=True)
    os.close(read)
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork are POSIX's")


class Nursery(NamedTuple):
    """The process that forks trials."""

    process: subprocess.Popen[str]

    def run(self, change: str, root: Path, file: Path | str, stop: int) -> int:
        """Run a change up to a moment; return how many moments it had, -1 if it was killed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{change}|{root}|{file}|{stop}\n")
        self.process.stdin.flush()
        code, moments = self.process.stdout.readline().split()
        assert code in ("0", "-9")
        return int(moments) if code == "0" else -1


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with subprocess.Popen(
        python(NURSERY), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()


def moments_of(count: int) -> list[int]:
    """Return when to kill: the last moments, in which things become visible, and some others."""
    if count <= TRIALS * TIMES:
        return list(range(1, count + 1))
    draw = random.Random(count)
    some = draw.sample(range(2, count - 2), max(1, int(TRIALS * TIMES) - 4))
    return sorted({1, *some, count - 2, count - 1, count})


def tried(
    nursery: Nursery, change: str, made: Callable[[Path], Path], tmp_path: Path
) -> Iterator[tuple[str, Path]]:
    """Yield what is there after the change was killed at each of the moments."""
    whole = tmp_path / "whole"
    file = made(whole)
    count = nursery.run(change, whole, file, 0)
    assert count > 2
    every = moments_of(count)
    for stop in every:
        root = tmp_path / f"killed-{stop}"
        file = made(root)
        assert nursery.run(change, root, file, stop) == -1
        yield f"{change}, killed before change {stop} of {count}", root
        if stop in every[1::2]:
            assert nursery.run(change, root, file, 0) >= 0, "it can be done after that"
            assert not left_over(Lake.open(root / "lake"))


def sound(lake: Lake) -> bool:
    """Whether a lake has all that it names, and nothing else."""
    found = [one for one in lake.check() if one.level == "error"]
    return named_files_are_there(lake) and not found


@pytest.mark.parametrize("lost", [False, True])
def test_rebuilding(
    nursery: Nursery, lake_with_old: Callable[[str], Lake], tmp_path: Path, lost: bool
) -> None:
    held = lake_with_old("held")

    def made(root: Path) -> str:
        shutil.copytree(held.path, root / "lake")
        for name in (NAME, PREVIOUS) if lost else ():
            (root / "lake" / name).unlink(missing_ok=True)
        return ""

    ends = set()
    for words, root in tried(nursery, "rebuild", made, tmp_path):
        lake = Lake.open(root / "lake")
        try:
            found = state_of(lake)
        except EntrepotError as error:
            found = [] if lost and "rebuild" in error.hint else [error]
        assert found == OLD.state or (lost and not found), words
        ends.add(bool(found))
        if found:
            assert sound(lake), words
    assert not lost or ends == {True, False}


def test_restoring_and_removing(
    nursery: Nursery, lake_with_old: Callable[[str], Lake], tmp_path: Path
) -> None:
    held = lake_with_old("held")
    copy = tmp_path / "lake.tar"
    held.backup(copy)

    def empty(root: Path) -> Path:
        root.mkdir()
        return copy

    ends = set()
    whole = tmp_path / "whole"
    count = nursery.run("restore", whole, empty(whole), 0)
    for stop in moments_of(count):
        root = tmp_path / f"restored-{stop}"
        assert nursery.run("restore", root, empty(root), stop) == -1
        lake = Lake.open(root / "lake")
        found = state_of(lake)
        assert found in ([], OLD.state)
        ends.add(bool(found))
        if not found:
            assert nursery.run("restore", root, copy, 0) >= 0, "it can be done after that"
            assert not left_over(lake)
        assert state_of(lake) == OLD.state
        assert sound(lake)
    assert ends == {True, False}

    def full(root: Path) -> str:
        shutil.copytree(held.path, root / "lake")
        return ""

    for stop in moments_of(nursery.run("remove", tmp_path / "all", full(tmp_path / "all"), 0)):
        root = tmp_path / f"removed-{stop}"
        assert nursery.run("remove", root, full(root), stop) == -1
        lake = Lake.open(root / "lake")
        found = state_of(lake)
        assert found in ([], OLD.state)
        assert sound(lake)


def test_reconciling(nursery: Nursery, tmp_path: Path) -> None:
    rows = [
        one
        for code in ("854231", "854232", "850110")
        for one in (
            row(110_000.0, product=code),
            row(100_000.0, product=code, flow="X", reporter=GERMANY, partner=CHINA),
        )
    ]
    (tmp_path / "made.csv").write_text(text_of(rows), encoding="utf-8")
    held = Lake.open(tmp_path / "held")
    held.add("comtrade", [tmp_path / "made.csv"])
    reports = held.flows("comtrade").to_native().fetchall()

    def made(root: Path) -> str:
        shutil.copytree(held.path, root / "lake")
        return ""

    wanted = tmp_path / "wanted"
    made(wanted)
    reconcile_lake(wanted / "lake", weights="variances")
    after = sorted(Lake.open(wanted / "lake").flows("reconciled").to_native().fetchall())
    ends = set()
    for words, root in tried(nursery, "reconcile", made, tmp_path):
        lake = Lake.open(root / "lake")
        assert lake.flows("comtrade").to_native().fetchall() == reports
        found = lake.holds("reconciled")
        assert not found or sorted(lake.flows("reconciled").to_native().fetchall()) == after, words
        assert sound(lake), words
        ends.add(found)
    assert ends == {True, False}


def test_taking_an_edition_of_the_lists(
    nursery: Nursery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was deleted before the newer one was in its place: questions then had what ships."""
    shipped = lists_made()
    files = []
    for months in (1, 2):
        files.append(tmp_path / f"lists-{months}.zip")
        acts = tmp_path / f"acts-{months}"
        shutil.copytree(SHIPPED / "chpl", acts / "chpl")
        pack(acts, files[-1], shipped + timedelta(days=30 * months))
    first, second = (shipped + timedelta(days=30 * months) for months in (1, 2))

    def made(root: Path) -> Path:
        monkeypatch.setenv("ENTREPOT_LISTS", str(root / "lists"))
        take(read_edition(files[0]), read_edition(files[0]).digest)
        return files[1]

    ends = set()
    for change, other in (("take", second), ("go back", shipped)):
        whole = tmp_path / f"whole {change}"
        count = nursery.run(change, whole, made(whole), 0)
        for stop in range(1, count + 1):
            root = tmp_path / f"{change}-{stop}"
            assert nursery.run(change, root, made(root), stop) == -1
            assert lists_made() in (first, other), f"{change} {stop} of {count}"
            entrepot.goods.goods_list("chpl")
            ends.add((change, lists_made()))
            if lists_made() != second:
                take(read_edition(files[1]), read_edition(files[1]).digest)
                assert [path.name for path in (root / "lists").iterdir()] == ["edition"]
            assert lists_made() == second
    assert len(ends) == 4
