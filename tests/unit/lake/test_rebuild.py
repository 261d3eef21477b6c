"""A lake that lost its catalog or is in an older format is made again from what lies there."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
from typing import IO, TYPE_CHECKING

import pytest
from lake_files import MAPPING, Write, rows_of, tree

from entrepot.errors import BadFileError, EntrepotError, OutsideError, RequestError
from entrepot.files import drafted
from entrepot.lake import Lake, backup, lock, prepare, publish
from entrepot.lake.catalog import UNFINISHED, Catalog
from made_comtrade import USA, WORLD, row, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def held(lake: Lake, write: Write) -> Lake:
    """Three loads: a year, the same year replaced, a newer release without a name that says so."""
    lake.add(
        "baci",
        [
            write(["2022,156,643,850110,1,1"]),
            write(["2021,156,643,10121,1,1"], "BACI_HS17_Y2021_V202501.csv"),
        ],
    )
    lake.add("baci", [write()], replace=True)
    plain = write(["2022,156,643,850110,5,1"], "plain.csv")
    lake.add("baci", [plain], nomenclature="HS2017", vintage="V202601")
    return lake


def _held(lake: Lake) -> tuple[object, ...]:
    return (
        lake.holdings(),
        rows_of(lake, "period", "product", "value_usd"),
        lake.flows("baci@V202501").to_native().order("ALL").fetchall(),
    )


def _lose(lake: Lake) -> None:
    (lake.path / "catalog.json").unlink()


def _without_previous(lake: Lake) -> None:
    _lose(lake)
    (lake.path / "catalog.previous.json").unlink()


def _flip_in_catalog(lake: Lake) -> None:
    path = lake.path / "catalog.json"
    text = path.read_bytes()
    at = text.index(b'"rows": ') + 8
    path.write_bytes(text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :])


@pytest.mark.parametrize("harm", [_lose, _without_previous, _flip_in_catalog])
def test_nothing_is_lost_with_the_catalog(
    held: Lake, write: Write, harm: Callable[[Lake], None]
) -> None:
    before = _held(held)
    harm(held)
    there = tree(held.path)
    more = write(["2023,156,643,850110,1,1"], "BACI_HS17_Y2023_V202501.csv")
    for use in (
        lambda: held.add("baci", [more]),
        lambda: held.remove("baci"),
        held.holdings,
        lambda: held.flows("baci"),
    ):
        with pytest.raises(BadFileError, match="catalog") as caught:
            use()
        assert f"entrepot data rebuild --lake {held.path}" in caught.value.hint
    assert tree(held.path) == there
    held.rebuild()
    assert _held(held) == before
    assert not [one for one in held.check() if one.level == "error" or one.rule == "left-over"]


def test_the_number_of_what_is_there_is_said(held: Lake) -> None:
    _lose(held)
    with pytest.raises(BadFileError, match="3 delivered files and 6 Parquet files are there"):
        held.holdings()


@pytest.mark.parametrize("catalog", ["there", "gone"])
def test_rows_come_from_parquet_where_bytes_are_gone(held: Lake, catalog: str) -> None:
    before = _held(held)
    digests = {item.raw.sha256 for item in Catalog.read(held.path).snapshots}
    if catalog == "gone":
        _lose(held)
        shutil.rmtree(held.path / "raw")  # all that was said with it
    else:
        for digest in digests:
            (held.path / "raw" / digest).write_bytes(b"other bytes")
    found = held.rebuild()
    assert len(found.from_rows) == len(before[0])
    assert _held(held) == before


@pytest.mark.parametrize("lost", ["all that was said", "delivered bytes"])
def test_totals_of_reporters_come_from_parquet_too(lake: Lake, tmp_path: Path, lost: str) -> None:
    """Totals over all partners lie in files of their own; without them a share has no total."""
    path = tmp_path / "made.csv"
    path.write_text(text_of([row(600.0), row(400.0, partner=USA), row(1250.0, partner=WORLD)]))
    lake.add("comtrade", [path])

    def held() -> tuple[object, ...]:
        totals = lake.totals("comtrade")
        assert totals is not None
        rows = totals.to_native().order("ALL").fetchall()
        return rows, lake.flows("comtrade").to_native().order("ALL").fetchall(), lake.holdings()

    before = held()
    assert 1250.0 in before[0][0]
    if lost == "delivered bytes":
        for raw in lake.path.glob("raw/*"):
            if raw.suffix != ".json":
                raw.write_bytes(b"other bytes")
    else:
        _without_previous(lake)
        shutil.rmtree(lake.path / "raw")
    assert lake.rebuild().from_rows == ("made.csv",)
    assert held() == before
    [sums] = lake.path.glob("totals/**/*.parquet")
    sums.write_bytes(sums.read_bytes()[:-1] + b"?")
    for raw in lake.path.glob("raw/*"):
        raw.unlink()
    with pytest.raises(BadFileError, match="cannot be read again"):  # flows without their totals
        lake.rebuild()


def test_what_cannot_be_read_at_all_stops_it_and_can_be_left_out(held: Lake) -> None:
    first = held.holdings()[0]
    catalog = Catalog.read(held.path)
    [item] = [one for one in catalog.snapshots if one.id == first.snapshot]
    (held.path / "raw" / item.raw.sha256).write_bytes(b"harm")
    (held.path / next(iter(Catalog((item,)).files()))).write_bytes(b"harm")
    there = tree(held.path)
    with pytest.raises(BadFileError, match="cannot be read again") as caught:
        held.rebuild()
    assert caught.value.hint.endswith(f"--leave-out {item.raw.sha256[:12]}")
    assert tree(held.path) == there
    found = held.rebuild(leave_out=[item.raw.sha256[:12]])
    assert found.left == (f"raw/{item.raw.sha256}",)
    assert {one.snapshot for one in held.holdings()} == {
        one.id for one in catalog.snapshots if one != item
    }
    assert there.keys() - tree(held.path).keys() == set()  # what is left out stays


def test_a_lake_of_an_older_format(held: Lake) -> None:
    """As format 3 was: no checksums, no hash, nothing said, one manifest without what was said."""
    before = _held(held)
    catalog = held.path / "catalog.json"
    data = json.loads(catalog.read_text())
    for item in data["snapshots"]:
        for key in ("given_vintage", "given_nomenclature"):
            del item[key]
        for part in item["partitions"]:
            for stored in part["files"].values():
                del stored["checksums"]
        raw = item["raw"]
        (held.path / f"raw/{raw['sha256']}.{item['load']}.json").unlink()
        manifest = {"source": "baci", "added_on": item["added_on"], "name": raw["name"]}
        text = json.dumps(manifest | {"bytes": raw["bytes"], "sha256": raw["sha256"]})
        (held.path / f"raw/{raw['sha256']}.json").write_text(text)
    catalog.write_text(json.dumps({"format": 3, "snapshots": data["snapshots"]}))
    (held.path / "catalog.previous.json").unlink()
    with pytest.raises(BadFileError, match="format 3") as caught:
        held.holdings()
    assert "entrepot data rebuild" in caught.value.hint
    held.rebuild()
    assert _held(held) == before
    assert not [one for one in held.check() if one.level == "error" or one.rule == "left-over"]
    names = [name for name in tree(held.path) if name.endswith(".json") and "raw/" in name]
    assert all(name.count(".") == 2 for name in names)  # old manifests went with the old catalog


def test_a_table_of_ones_own_keeps_its_mapping(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "trade.csv"
    path.write_text("year,from,code,usd\n2022,CHN,850110,10\n")
    lake.add("table", [path], mapping=MAPPING)
    before = lake.holdings()
    _without_previous(lake)
    lake.rebuild()
    assert lake.holdings() == before
    assert before[0].title == "A table of mine"


def test_a_catalog_from_yesterday_deletes_nothing(held: Lake, write: Write) -> None:
    """Somebody puts an older catalog back: what it does not know stays, and can be taken in."""
    yesterday = (held.path / "catalog.json").read_bytes()
    held.add("baci", [write(["2023,156,643,10121,1,1"], "BACI_HS17_Y2023_V202501.csv")])
    there = tree(held.path)
    (held.path / "catalog.json").write_bytes(yesterday)
    held.add("baci", [write(["2020,156,643,10121,1,1"], "BACI_HS17_Y2020_V202501.csv")])
    held.remove("baci", snapshot=held.holdings()[-1].snapshot)
    left = {name: text for name, text in there.items() if not name.startswith("catalog")}
    assert left.items() <= tree(held.path).items()


@pytest.mark.parametrize("linked", ["raw", "flows", "flows/by-importer"])
def test_nothing_behind_a_link_is_deleted(
    held: Lake, tmp_path: Path, write: Write, linked: str
) -> None:
    away = tmp_path / "away"
    shutil.move(held.path / linked, away)
    (held.path / linked).symlink_to(away, target_is_directory=True)
    there = tree(away)
    held.add("baci", [write(["2022,156,643,850110,3,1"])], replace=True)
    held.remove("baci")
    assert not held.holdings()
    assert there.items() <= tree(away).items()


def test_a_staging_folder_of_others_stays(held: Lake, write: Write) -> None:
    mine = held.path / ".staging-mine"
    (mine / "deep").mkdir(parents=True)
    (mine / "deep" / "notes.txt").write_text("mine")
    held.add("baci", [write(["2020,156,643,10121,1,1"], "BACI_HS17_Y2020_V202501.csv")])
    assert (mine / "deep" / "notes.txt").read_text() == "mine"


def test_a_load_killed_before_all_was_there_is_not_taken_in(
    lake: Lake, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.add("baci", [write()])
    before = lake.holdings()
    moves: list[Path] = []
    real = publish.move_file

    def dies(path: Path, target: Path) -> None:
        if len(moves) == 3:
            raise KeyboardInterrupt
        moves.append(target)
        real(path, target)

    more = [
        write([f"{year},156,643,10121,1,1"], f"BACI_HS17_Y{year}_V202501.csv")
        for year in (2020, 2021)
    ]
    with monkeypatch.context() as patch:  # what SIGKILL leaves: nobody clears anything away
        patch.setattr(publish, "move_file", dies)
        patch.setattr(publish, "_delete", lambda *_: None)
        patch.setattr(publish, "_clear", lambda _: None)
        with pytest.raises(KeyboardInterrupt):
            lake.add("baci", more)
    assert list(lake.path.glob(".staging-*"))
    _lose(lake)
    lake.rebuild()
    assert [one.snapshot for one in lake.holdings()] == [one.snapshot for one in before]
    assert not list(lake.path.glob(".staging-*"))
    assert len([name for name in tree(lake.path) if name.startswith("raw/")]) == 2


# Backups


def test_a_backup_is_the_lake(held: Lake, tmp_path: Path) -> None:
    (held.path / "watched").mkdir()
    (held.path / "watched" / "w.json").write_text("{}")
    size = held.backup(tmp_path / "lake.tar")
    assert size == (tmp_path / "lake.tar").stat().st_size
    with pytest.raises(RequestError, match="exists"):
        held.backup(tmp_path / "lake.tar")
    held.backup(tmp_path / "lake.tar", replace=True)
    other = Lake.open(tmp_path / "other")
    other.restore(tmp_path / "lake.tar")
    assert _held(other) == _held(held)
    mine, theirs = tree(held.path), tree(other.path)
    for files in (mine, theirs):
        files.pop("catalog.json", None)
        files.pop("catalog.previous.json", None)
    assert mine == theirs
    assert not [one for one in other.check() if one.level == "error" or one.rule == "left-over"]


def test_two_backups_to_one_name_do_not_mix(held: Lake, tmp_path: Path) -> None:
    """They wrote to one draft, and the file that got the name was of both."""
    target, again = tmp_path / "lake.tar", tmp_path / "again"
    done: list[int] = []

    def other(_: str) -> None:
        if not done:
            done.append(0)
            done[0] = Lake.open(held.path).backup(target)

    with pytest.raises(RequestError, match="exists"):
        held.backup(target, progress=other)
    assert target.stat().st_size == done[0]
    Lake.open(again).restore(target)
    assert _held(Lake.open(again)) == _held(held)
    assert held.backup(target, replace=True, progress=lambda _: target.unlink(missing_ok=True))
    assert sorted(path.name for path in tmp_path.iterdir() if "tar" in path.name) == ["lake.tar"]


def test_drafts_of_the_killed_are_deleted_and_no_others(held: Lake, tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with drafted(tmp_path / "lake.tar") as mine:
        mine.touch()
        other = mine.with_name(mine.name.replace(f"-{os.getpid()}-", f"-{os.getppid()}-"))
        killed = mine.with_name(mine.name.replace(f"-{os.getpid()}-", f"-{gone.pid}-"))
        foreign = killed.with_name(".lake.tar.00000000" + killed.name[18:])
        for path in (other, killed, foreign):
            path.touch()
        held.backup(tmp_path / "lake.tar")
        assert [path.exists() for path in (mine, other, killed, foreign)] == [1, 1, 0, 1]
    assert not mine.exists()
    long = tmp_path / f"{'ä' * 123}.tar"  # 250 bytes, of 255
    assert held.backup(long) == long.stat().st_size


def test_a_backup_of_a_damaged_lake_is_refused(held: Lake, tmp_path: Path) -> None:
    [path, *_] = held.path.glob("flows/by-importer/**/*.parquet")
    whole = bytearray(path.read_bytes())
    whole[100] ^= 1
    path.write_bytes(whole)
    with pytest.raises(OutsideError, match="not what was written") as caught:
        held.backup(tmp_path / "lake.tar")
    assert caught.value.where == str(path)
    assert not list(tmp_path.glob("*lake.tar*"))


def test_a_backup_while_the_lake_is_changed(
    held: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is removed in the middle of it: it is the lake as it was when it began."""
    from entrepot.lake import backup

    before = _held(held)
    real = backup._put_file
    done: list[str] = []

    def put(*args: object) -> None:
        if not done:
            done.append("removed")
            Lake.open(held.path).remove("baci")
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "_put_file", put)
    held.backup(tmp_path / "lake.tar")
    assert not held.holdings()
    other = Lake.open(tmp_path / "other")
    other.restore(tmp_path / "lake.tar")
    assert _held(other) == before


def _members(path: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(path) as archive:
        return [(one, archive.extractfile(one).read()) for one in archive]  # type: ignore[union-attr]


def _packed(path: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    import io

    with tarfile.open(path, "w") as archive:
        for one, content in members:
            one.size = len(content)
            archive.addfile(one, io.BytesIO(content))


@pytest.mark.parametrize(
    "harm", ["cut", "bit", "missing", "more", "outside", "link", "text", "empty", "catalog"]
)
def test_what_is_no_whole_backup_restores_nothing(held: Lake, tmp_path: Path, harm: str) -> None:
    path = tmp_path / "lake.tar"
    held.backup(path)
    members = _members(path)
    last = members[-1][0]
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:-30_000])
    elif harm == "bit":
        members[-1] = last, members[-1][1][:-1] + b"?"
    elif harm == "missing":
        members.pop()
    elif harm == "more":
        members.append((tarfile.TarInfo("flows/mine.parquet"), b"x"))
    elif harm == "outside":
        members.append((tarfile.TarInfo("../outside"), b"x"))
    elif harm == "link":
        last.type, last.linkname = tarfile.SYMTYPE, "/etc/passwd"
    elif harm == "catalog":
        text = members[0][1].replace(b"flows/by-importer", b"../../../../../tmp", 1)
        members[0] = members[0][0], text
    if harm in ("text", "empty"):
        path.write_bytes(b"mine" * 1000 if harm == "text" else b"")
    elif harm != "cut":
        _packed(path, members)
    folder = tmp_path / "inner" / "other"
    with pytest.raises(BadFileError, match="no whole backup"):
        Lake.open(folder).restore(path)
    assert not (tmp_path / "inner").exists()


@pytest.mark.parametrize("empty", [True, False], ids=["an empty folder", "no folder"])
@pytest.mark.parametrize("step", ["publish", "move_file"])
@pytest.mark.parametrize("what", ["restore", "add"])
def test_a_lake_that_did_not_come_about_leaves_nothing(
    what: str,
    step: str,
    empty: bool,
    held: Lake,
    tmp_path: Path,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Restored or loaded on a disk that fills up at the last step, and what was watched with it."""
    (held.path / "watched").mkdir()
    (held.path / "watched" / "mine.json").write_text("{}")
    held.backup(tmp_path / "lake.tar")
    path = write()
    folder = tmp_path / "inner" / "other"
    if empty:
        folder.mkdir(parents=True)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    # The empty catalog, which stands in a new lake before its first file is moved, goes as well.
    entered = publish if step == "move_file" else backup if what == "restore" else prepare
    monkeypatch.setattr(entered, step, full)
    new = Lake.open(folder)
    with pytest.raises(OutsideError, match="the disk is full"):
        new.restore(tmp_path / "lake.tar") if what == "restore" else new.add("baci", path)
    assert folder.exists() == (tmp_path / "inner").exists() == empty
    assert not empty or list(folder.iterdir()) == []
    monkeypatch.undo()
    new.restore(tmp_path / "lake.tar") if what == "restore" else new.add("baci", path)
    assert new.holdings()


def test_a_lock_of_a_lake_that_was_unmade_locks_nothing(tmp_path: Path) -> None:
    """Who opened it just before would else write at the same time as the next one."""
    (tmp_path / "lock").touch()

    def unmade(opened: IO[bytes]) -> None:
        (tmp_path / "lock").unlink()
        (tmp_path / "lock").touch()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, "take", unmade)
        with pytest.raises(OutsideError, match="just failed"), lock.writing(tmp_path):
            raise AssertionError("it was held")


def test_a_backup_is_not_mixed_with_a_lake(held: Lake, tmp_path: Path, write: Write) -> None:
    held.backup(tmp_path / "lake.tar")
    there = tree(held.path)
    whole = held.path / next(name for name in there if name.endswith(".parquet"))
    for harm in (bytes(len(there[str(whole.relative_to(held.path))])), b""):
        whole.write_bytes(harm)
        with pytest.raises(RequestError, match="not empty: it contains the rows of a lake"):
            held.restore(tmp_path / "lake.tar")
    whole.write_bytes(there[str(whole.relative_to(held.path))])
    assert held.restore(tmp_path / "lake.tar") == held.holdings(), "it is what the backup holds"
    assert tree(held.path) == there
    _lose(held)
    with pytest.raises(RequestError, match="not empty: it contains 3 delivered files"):
        held.restore(tmp_path / "lake.tar")
    there.pop("catalog.json")
    assert tree(held.path) == there
    thesis = tmp_path / "thesis"
    thesis.mkdir()
    (thesis / "chapter.txt").write_text("mine")
    with pytest.raises(RequestError, match="not a lake"):
        Lake.open(thesis).restore(tmp_path / "lake.tar")


@pytest.mark.skipif(os.name == "nt", reason="no such pipes on Windows")
def test_a_backup_takes_the_place_of_no_pipe_or_device(held: Lake, tmp_path: Path) -> None:
    pipe, device = tmp_path / "pipe", tmp_path / "device"
    os.mkfifo(pipe)
    device.symlink_to("/dev/null")
    for target in (pipe, device):
        with pytest.raises(EntrepotError, match="cannot write"):
            held.backup(target, replace=True)
    assert pipe.is_fifo()
    assert device.is_symlink()


def test_a_backup_is_not_put_into_the_lake(held: Lake) -> None:
    with pytest.raises(RequestError, match="inside the lake"):
        held.backup(held.path / "lake.tar")


def test_a_copy_is_the_only_thing_that_copying_puts_on_the_disk(
    held: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup stood beside the copy until it was whole, and stayed when copying was killed."""
    place = tmp_path / "new" / "copy"
    place.parent.mkdir()
    seen: set[str] = set()
    copied = held.copy(
        place, progress=lambda _: seen.update(one.name for one in place.parent.iterdir())
    )
    assert seen == {"copy"}
    assert copied == held.holdings()
    stored = [one for one in held.path.rglob("*.parquet") if "flows" in one.parts]
    assert stored
    for one in stored:
        assert (place / one.relative_to(held.path)).read_bytes() == one.read_bytes()
    with pytest.raises(RequestError, match="inside the lake"):
        held.copy(held.path / "copy")


@pytest.mark.parametrize("harm", ["gone", "cut", "changed"])
def test_a_damaged_lake_has_no_copy(held: Lake, tmp_path: Path, harm: str) -> None:
    path = next(one for one in held.path.glob("raw/*") if not one.suffix)
    whole = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(whole[:-1] if harm == "cut" else whole[:-1] + b"x")
    with pytest.raises(EntrepotError, match="a file of the lake"):
        held.copy(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    path.write_bytes(whole)
    assert held.copy(tmp_path / "copy") == held.holdings()


def test_nothing_makes_no_lake(tmp_path: Path) -> None:
    for use in (Lake.open(tmp_path / "a").rebuild, lambda: Lake.open(tmp_path).backup("x.tar")):
        with pytest.raises(EntrepotError) as caught:
            use()
        assert caught.value.exit_code == 3
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="has no pipes of this kind")
def test_a_pipe_is_no_backup_and_is_named_as_one(tmp_path: Path) -> None:
    path = tmp_path / "lake.tar"
    for make, said in ((lambda: None, "no such file"), (lambda: os.mkfifo(path), "a pipe")):
        make()
        with pytest.raises(BadFileError, match=said):
            Lake.open(tmp_path / "new").restore(path)
    assert not (tmp_path / "new").exists()


def test_a_copy_that_was_killed_once_it_was_whole_is_a_lake(held: Lake) -> None:
    """The mark of the unfinished copy may stay: it says nothing where there are rows."""
    (held.path / UNFINISHED).write_text("run it again: entrepot data copy")
    assert held.holdings()
    held.remove("baci")
    assert Lake.open(held.path).holdings() == ()


@pytest.mark.parametrize("command", ["restore", "copy"])
def test_what_was_killed_at_its_last_step_is_completed_by_the_same_command(
    held: Lake, tmp_path: Path, command: str
) -> None:
    """The catalog was there and the mark stayed: the same command called the folder not empty."""
    held.backup(tmp_path / "lake.tar")
    place = tmp_path / "new"

    def run() -> object:
        if command == "copy":
            return held.copy(place)
        return Lake.open(place).restore(tmp_path / "lake.tar")

    run()
    (place / UNFINISHED).write_text("run it again")
    (place / ".staging-killed").mkdir()
    (place / ".staging-killed" / "moves.json").write_text("[]")
    assert run() == held.holdings()
    assert not (place / UNFINISHED).exists()
    assert not list(place.glob(".staging-*"))
    # Rows of another state are another lake, whatever the mark says.
    (place / UNFINISHED).write_text("run it again")
    Lake.open(place).remove("baci", snapshot=held.holdings()[0].snapshot)
    (place / UNFINISHED).write_text("run it again")
    with pytest.raises(RequestError, match="not empty"):
        run()


@pytest.mark.skipif(os.name == "nt", reason="signals are a matter of POSIX")
def test_a_restore_that_was_stopped_at_its_end_is_said_to_be_done(
    held: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All was in its place and the mark gone: the same command called the folder not empty."""
    held.backup(tmp_path / "lake.tar")
    new = Lake.open(tmp_path / "new")
    with monkeypatch.context() as stopped:
        stopped.setattr(
            "entrepot.lake.publish._tidy", lambda *_, **__: os.kill(os.getpid(), signal.SIGINT)
        )
        with pytest.raises(KeyboardInterrupt, match="was complete"):
            new.restore(tmp_path / "lake.tar")
    there = tree(new.path)
    assert Lake.open(new.path).restore(tmp_path / "lake.tar") == held.holdings()
    assert tree(new.path) == there


def test_a_lake_with_a_name_that_no_folder_can_have_is_made_again(
    held: Lake, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older program took any name for a table, and then could not read its own catalog."""
    mine = write(["2020,DEU,010121,5"], "mine.csv", head="year,from,code,usd")
    with monkeypatch.context() as older:
        older.setattr("entrepot.sources._FOLDER", re.compile(".*"))
        older.setattr("entrepot.lake.catalog._require_ours", lambda paths: None)
        held.add("table.my trade", [mine], mapping=MAPPING.replace("id: mine\n", ""))
    with pytest.raises(BadFileError, match="damaged"):
        Lake.open(held.path).holdings()
    Lake.open(held.path).rebuild()
    again = Lake.open(held.path)
    assert {one.source for one in again.holdings()} == {"baci", "table.my-trade"}
    assert not [one for one in again.check() if one.level == "error"]
    assert not [one for one in held.path.rglob("*my trade*") if one.is_file()]
    _without_previous(again)
    Lake.open(held.path).rebuild()
    assert not [one for one in Lake.open(held.path).check() if one.level == "error"]
