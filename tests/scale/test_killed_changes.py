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
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from fuzz.subjects.shipments import LAYOUT, NAMES
from made_lake import NEW, OLD, TIMES, left_over, named_files_are_there, python, state_of
from tests.made_comtrade import CHINA, GERMANY, row, text_of

import entrepot.goods
from entrepot.errors import BadFileError, EntrepotError
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
import os, signal, sys, time
import duckdb
from contextlib import suppress
from pathlib import Path
from entrepot.figures.reconcile import reconcile_lake
from entrepot.goods.update import go_back, read_edition, take
from entrepot.lake import Lake, checks, erase, prepare, store
from entrepot.cli.main import app
from entrepot.lake.iceberg import publish_tables
from entrepot.sources.baci import parse
from entrepot.sources.reconciled import parse
from entrepot.sources.shipments import parse
with suppress(ImportError):
    import pyiceberg.catalog.sql, pyiceberg.io.pyarrow

CHANGES = {
    "reconcile": lambda root, _: reconcile_lake(root / "lake", weights="variances"),
    "rebuild": lambda root, _: Lake.open(root / "lake").rebuild(),
    "restore": lambda root, file: Lake.open(root / "lake").restore(file),
    "copy": lambda root, held: Lake.open(held).copy(root / "lake"),
    "remove": lambda root, _: Lake.open(root / "lake").remove("baci"),
    "take": lambda root, file: take(read_edition(Path(file)), read_edition(Path(file)).digest),
    "go back": lambda root, _: go_back(),
    "publish": lambda root, _: publish_tables(root / "lake"),
    "command": lambda root, words: app(words.split("\\t"), standalone_mode=False),
    "register": lambda root, file: Lake.open(root / "lake").add(
        "shipments", [Path(file)], mapping=Path(file).with_suffix(".yaml").read_text()),
    "erase": lambda root, _: Lake.open(root / "lake").erase("ALMATY CHIPS TOO"),
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
        os.dup2(2, 1)  # what a command prints is no answer to a test
        sys.addaudithook(hook)
        try:
            CHANGES[change](Path(root), file)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os.write(write, str(len(events)).encode())
        os._exit(0)
    os.close(write)
    begun = time.monotonic()
    if stop.startswith("after "):
        # What libraries write below Python is seen by no hook: killed after so many seconds.
        while time.monotonic() < begun + float(stop[6:]):
            time.sleep(0.0005)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    done = os.read(read, 20).decode() or 0
    print(os.waitstatus_to_exitcode(status), done, time.monotonic() - begun, flush=True)
    os.close(read)
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork are POSIX's")


class Nursery(NamedTuple):
    """The process that forks trials."""

    process: subprocess.Popen[str]

    def run(self, change: str, root: Path, file: Path | str, stop: int | str) -> int:
        """Run a change up to a moment; return how many moments it had, -1 if it was killed."""
        return self.timed(change, root, file, stop)[0]

    def timed(
        self, change: str, root: Path, file: Path | str, stop: int | str
    ) -> tuple[int, float]:
        """Run a change up to a moment, or ``after`` so many seconds; return the time, too."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{change}|{root}|{file}|{stop}\n")
        self.process.stdin.flush()
        code, moments, took = self.process.stdout.readline().split()
        assert code in ("0", "-9")
        return (int(moments) if code == "0" else -1), float(took)


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


@pytest.mark.parametrize("change", ["restore", "copy"])
def test_restoring_and_copying(
    change: str, nursery: Nursery, lake_with_old: Callable[[str], Lake], tmp_path: Path
) -> None:
    """What is not whole is absent, or says what it is: it looked like an empty lake."""
    held = lake_with_old("held")
    backup = tmp_path / "lake.tar"
    held.backup(backup)
    given = backup if change == "restore" else held.path
    ends = set()
    whole = tmp_path / "whole"
    whole.mkdir()
    count = nursery.run(change, whole, given, 0)
    for stop in moments_of(count):
        root = tmp_path / f"killed-{stop}"
        root.mkdir()
        assert nursery.run(change, root, given, stop) == -1
        lake = Lake.open(root / "lake")
        found: object = None
        if lake.path.exists():
            try:
                found = state_of(lake)
            except BadFileError as error:
                found = error
        if isinstance(found, BadFileError):
            assert found.what == "an unfinished copy of a lake"
            assert f"entrepot data {change} " in found.hint
            found = None
        assert found in (None, OLD.state)
        ends.add(bool(found))
        if not found:
            assert nursery.run(change, root, given, 0) >= 0, "it can be done after that"
            assert not left_over(lake)
        assert state_of(lake) == OLD.state
        assert sound(lake)
    assert ends == {True, False}


def test_removing(nursery: Nursery, lake_with_old: Callable[[str], Lake], tmp_path: Path) -> None:
    held = lake_with_old("held")

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


def test_loading_and_erasing_in_a_register(nursery: Nursery, tmp_path: Path) -> None:
    """All lines or none, a name on all lines or on none, and no person's name at any time."""
    file = tmp_path / "made.csv"
    lines = [
        f"A{at},05.{at:02}.2023,8542310000,China,Taiwan,{who},{at}00,2,Aigul Serikova"
        for at, who in enumerate(("ALMATY CHIPS TOO", "Dana Akhmetova", "ASTANA PARTS TOO") * 3, 1)
    ]
    file.write_text("\n".join([",".join(NAMES), *lines]) + "\n", encoding="utf-8")
    file.with_suffix(".yaml").write_text(LAYOUT, encoding="utf-8")

    def empty(root: Path) -> Path:
        root.mkdir()
        return file

    def names(lake: Lake) -> Counter[str]:
        rows = lake.table("shipments").to_native().project("receiver, value_usd").fetchall()
        assert sum(value for _, value in rows) == 4_500
        return Counter("person" if name.startswith("NP-") else name for name, _ in rows)

    def has_person(root: Path) -> bool:
        every = b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())
        return b"Akhmetova" in every or b"Serikova" in every

    ends = set()
    for words, root in tried(nursery, "register", empty, tmp_path):
        lake = Lake.open(root / "lake")
        assert not has_person(root), words
        if found := lake.holds("shipments.fuzzed"):
            assert names(lake) == {"ALMATY CHIPS TOO": 3, "person": 3, "ASTANA PARTS TOO": 3}
            assert sound(lake), words
        ends.add(found)
    assert False in ends
    held = Lake.open(tmp_path / "held" / "lake")
    held.add("shipments", [file], mapping=LAYOUT)

    def full(root: Path) -> str:
        shutil.copytree(tmp_path / "held", root)
        return ""

    for words, root in tried(nursery, "erase", full, tmp_path / "erased"):
        there = names(Lake.open(root / "lake"))
        assert there["ALMATY CHIPS TOO"] in (0, 3), words
        assert there["person"] == there["ASTANA PARTS TOO"] == 3, words
        assert sound(Lake.open(root / "lake")), words


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


COMMANDS = {
    "companies": ("data", "companies", "shipments.made-up", "out.csv"),
    "aggregate": ("data", "aggregate", "shipments.made-up", "out.parquet"),
    "export": ("data", "export", "baci", "out.csv"),
    "workbook": ("data", "export", "shipments.made-up", "out.xlsx"),
    "backup": ("data", "backup", "out.tar", "--replace"),
}


@pytest.mark.parametrize("name", COMMANDS if TIMES >= 10 else ("companies", "export", "backup"))
def test_what_a_command_writes_is_the_old_file_or_the_new_one(
    nursery: Nursery, with_register: Path, tmp_path: Path, name: str
) -> None:
    *words, out = [one for one in COMMANDS[name] if one != "--replace"]

    def command(root: Path) -> str:
        more = ["--replace"] if "--replace" in COMMANDS[name] else []
        return "\t".join([*words, str(root / out), *more, "--lake", str(root / "lake")])

    def made(root: Path) -> Path:
        shutil.copytree(with_register, root / "lake")
        (root / out).write_bytes(b"as it was before")
        return root / out

    def whole(file: Path) -> object:
        """What is in a file, as far as it is the same in each run."""
        if file.suffix != ".tar":
            return file.read_bytes() if file.suffix != ".xlsx" else _cells(file)
        lake = Lake.open(file.with_name(f"restored-{file.parent.name}"))
        lake.restore(file)
        found = state_of(lake)
        shutil.rmtree(lake.path)
        return found

    before = made(tmp_path / "whole")
    count, took = nursery.timed("command", tmp_path / "whole", command(tmp_path / "whole"), 0)
    assert count > 1
    wanted = whole(before)
    draw = random.Random(name)
    later = [f"after {draw.uniform(0, took):.4f}" for _ in range(int(2 * TIMES))]
    ends = set()
    for place, stop in enumerate([*moments_of(count), *later]):
        root = tmp_path / f"killed-{place}"
        file = made(root)
        nursery.run("command", root, command(root), stop)
        old = file.read_bytes() == b"as it was before"
        assert old or whole(file) == wanted, f"{name}, killed at {stop} of {count}"
        ends.add(old)
        assert sound(Lake.open(root / "lake"))
        if place % 2 and TIMES <= 1:
            shutil.rmtree(root)
            continue
        assert nursery.run("command", root, command(root), 0) >= 0, "it can be done after that"
        assert whole(file) == wanted
        assert sorted(one.name for one in root.iterdir()) == sorted(["lake", out])
        shutil.rmtree(root)
    assert any(ends), "no kill came before the file was replaced"


def _cells(file: Path) -> list[list[object]]:
    from entrepot.sources.workbook import sheet_rows, sheets

    return [list(row) for one in sheets(file, "made")[:1] for row in sheet_rows(file, one, "made")]


def test_publishing_for_other_engines(
    nursery: Nursery,
    lake_with_old: Callable[[str], Lake],
    new: list[Path],
    tmp_path: Path,
) -> None:
    """Its metadata is written by a library and a database: killed after random times."""
    catalogs = pytest.importorskip("pyiceberg.catalog", reason="pyiceberg is not installed")

    def published(lake: Lake) -> float | None:
        """Read the table as a stranger does; None without one."""
        root = lake.path / "iceberg"
        if not (root / "catalog.db").is_file():
            return None
        opened = catalogs.load_catalog(
            "entrepot", type="sql", uri=f"sqlite:///{root}/catalog.db", warehouse=f"file://{root}"
        )
        if not opened.table_exists("entrepot.flows"):
            return None
        rows = opened.load_table("entrepot.flows").scan(selected_fields=("value_usd",)).to_arrow()
        return float(sum(rows["value_usd"].to_pylist())) if rows.num_rows else None

    def total(release: list[tuple[int, int, float]]) -> float:
        return sum(value for _, _, value in release)

    held = lake_with_old("usual/lake")
    _, took = nursery.timed("publish", held.path.parent, "", 0)
    assert published(held) == total(OLD.state)
    draw = random.Random(1)
    for at in range(int(3 * TIMES)):
        lake = lake_with_old(f"killed-{at}/lake")
        stop = f"after {draw.uniform(0, 1.1 * took):.4f}"
        nursery.run("publish", lake.path.parent, "", stop)
        assert published(lake) in (None, total(OLD.state)), stop
        assert state_of(lake) == OLD.state
        # The next load publishes, or the next command does, whatever was left behind.
        assert nursery.run("publish", lake.path.parent, "", 0) >= 0, stop
        assert published(lake) == total(OLD.state), stop
        if at == 0:
            lake.add("baci", new)
            assert published(lake) == total(NEW.state)
