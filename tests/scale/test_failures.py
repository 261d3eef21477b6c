"""The system fails at the n-th call of a change, for every n: what is said of the lake is true.

Calls that write, rename, delete, make folders or ask the disk to confirm are counted, and one of
them fails. What the error says is then compared with what is on the disk. By default a few calls of
each change fail, other ones in each case; ENTREPOT_TORTURE=10 has every one of them fail.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from made_lake import NEW, OLD, TIMES, named_files_are_there, state_of

from entrepot.errors import NoEvidenceError, OutsideError, RequestError
from entrepot.lake import Lake, publish
from entrepot.lake.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CALLS = ("fsync", "replace", "rename", "mkdir", "unlink", "rmdir", "link", "open", "remove")


class _Failing:
    """Makes the n-th call fail, and those after it too if it is to `stay`."""

    def __init__(self, at: int, code: int, *, stay: bool) -> None:
        self.at, self.code, self.stay = at, code, stay
        self.count = 0

    def reached(self) -> bool:
        return self.count >= self.at

    def call(self, *what: object) -> None:
        self.count += 1
        if self.count == self.at or (self.stay and self.count > self.at):
            raise OSError(self.code, f"{os.strerror(self.code)}: {what}")


@contextmanager
def _failing(folder: Path, at: int, code: int, *, stay: bool) -> Iterator[_Failing]:
    """Fail within the block at what is done in a folder."""
    failing = _Failing(at, code, stay=stay)
    real = {name: getattr(os, name) for name in CALLS}
    opener = io.open

    def wrapped(name: str) -> Callable[..., Any]:
        def call(*args: Any, **keys: Any) -> Any:
            mine = str(folder) in str(args[:2]) or name == "fsync"
            reads = name == "open" and not args[1] & (os.O_WRONLY | os.O_RDWR | os.O_DIRECTORY)
            if mine and not reads:
                failing.call(name, *args[:2])
            return real[name](*args, **keys)

        return call

    def opened(file: Any, mode: str = "r", *args: Any, **keys: Any) -> Any:
        if set(mode) & set("wax+") and str(folder) in str(file) and "readers" not in str(file):
            failing.call("open", file)
        return opener(file, mode, *args, **keys)

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, wrapped(name))
        patch.setattr(io, "open", opened)
        patch.setattr(builtins, "open", opened)
        yield failing


def _kept(lake: Lake) -> dict[str, bytes]:
    """Return what nobody may lose: the catalog and all that it names."""
    if not lake.path.is_dir():
        return {}
    # Of a copy that could not be cleared away either, nothing is there, and it says so.
    catalog = Catalog.read(lake.path, or_unfinished=True)
    names = {"catalog.json", *catalog.owned()}
    found = {name: (lake.path / name).read_bytes() for name in names if (lake.path / name).exists()}
    return {} if not catalog.snapshots else found


CHANGES: dict[str, Callable[[Lake, list[Path], Path], object]] = {
    "add": lambda lake, new, _: lake.add("baci", new),
    "replace": lambda lake, new, _: lake.add("baci", new, vintage=None, replace=True),
    "remove": lambda lake, *_: lake.remove("baci"),
    "rebuild": lambda lake, *_: lake.rebuild(),
    "restore": lambda lake, _, file: lake.restore(file),
}


@pytest.mark.parametrize("change", list(CHANGES))
@pytest.mark.parametrize(("code", "stay"), [(errno.EIO, False), (errno.ENOSPC, True)])
def test_what_is_said_is_true(
    lake_with_old: Callable[[str], Lake],
    new: list[Path],
    tmp_path: Path,
    change: str,
    code: int,
    stay: bool,
) -> None:
    said: dict[str, int] = {}
    backup = tmp_path / "backup.tar"
    lake_with_old("first").backup(backup)
    step = 1 if TIMES >= 10 else 5 if change == "remove" else 37  # a removal costs little
    first = 1 + (list(CHANGES).index(change) + 4 * stay) % step
    for at in range(first, 400, step):
        name = f"lake-{at}"
        lake = Lake.open(tmp_path / name) if change == "restore" else lake_with_old(name)
        if change == "rebuild":
            lake_text = (lake.path / "catalog.json").read_text()
            (lake.path / "catalog.json").write_text(lake_text.replace('"rows": 1', '"rows": 2', 1))
            before: Any = lake_text.replace('"rows": 1', '"rows": 2', 1)
        else:
            before = _kept(lake)
        words = "done"
        with _failing(lake.path, at, code, stay=stay) as failing:
            try:
                CHANGES[change](lake, new, backup)
            except OutsideError as error:
                words = error.why
        if not failing.reached():
            break
        unchanged = "nothing was changed" in words
        made = words == "done" or "the change was made" in words
        spent = "these delivered files were deleted" in words
        assert unchanged + made + spent == 1, words
        said[words.partition(":")[0]] = said.get(words.partition(":")[0], 0) + 1
        if change == "rebuild" and unchanged:
            assert (lake.path / "catalog.json").read_text() == before
        elif unchanged:
            assert _kept(lake) == before, (at, words)
        elif made:
            wanted = {"remove": [], "add": NEW.state, "replace": NEW.state}.get(change, OLD.state)
            assert state_of(lake) == wanted, (at, words)
        if spent:
            gone = before.keys() - _kept(lake).keys()
            assert gone
            assert all(name.startswith("raw/") for name in gone)
        if change != "rebuild" or made:
            assert named_files_are_there(lake)
        _again(lake, change, new, backup)
        shutil.rmtree(lake.path)
    else:
        raise AssertionError("it never came to an end")
    print(change, said)
    assert said.get("nothing was changed")
    assert sum(said.values()) > 1


def _again(lake: Lake, change: str, new: list[Path], backup: Path) -> None:
    """Do it once more, undisturbed: whatever happened before is no obstacle."""
    done = (RequestError, NoEvidenceError) if change in ("remove", "restore") else ()
    with suppress(*done):  # it was done the first time
        CHANGES[change](lake, new, backup)
    wanted = {"remove": [], "add": NEW.state, "replace": NEW.state}.get(change, OLD.state)
    assert state_of(lake) == wanted


def test_what_is_remembered_of_a_watched_file(tmp_path: Path) -> None:
    content = {"figures": {}, "path": "", "text": "", "verdicts": {}}
    for at in range(1, 40):
        folder = tmp_path / str(at)
        publish.keep(folder, "a", content | {"text": "old"})
        words = "done"
        with _failing(folder, at, errno.EIO, stay=False) as failing:
            try:
                publish.keep(folder, "a", content | {"text": "new"})
            except OutsideError as error:
                words = error.why
        if not failing.reached():
            return
        text = publish.kept(folder)["a"]["text"]
        assert (text == "old") == ("nothing was changed" in words), (at, words)
    raise AssertionError("it never came to an end")
