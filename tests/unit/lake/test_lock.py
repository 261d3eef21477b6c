"""The lock says who has it, ends with its holder, and a disk that cannot lock is said so."""

from __future__ import annotations

import errno
import json
import os
import platform
import subprocess
import sys
import types
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import OutsideError
from entrepot.lake import lock
from entrepot.lake import lock as readers
from entrepot.lake.lock import Holder, writing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime.now().astimezone()
BEFORE = NOW - timedelta(days=400)
ME = Holder(4711, platform.node(), Holder.here("").user, NOW.isoformat(), "adding baci")


@pytest.mark.parametrize(
    ("holder", "words"),
    [
        (ME, f"process 4711 on this machine since {NOW:%H:%M}, adding baci"),
        (replace(ME, doing=""), f"process 4711 on this machine since {NOW:%H:%M}"),
        (
            replace(ME, host="other", user="anna"),
            f"process 4711 of anna on other since {NOW:%H:%M}, adding baci",
        ),
        (
            replace(ME, since=BEFORE.isoformat()),
            f"process 4711 on this machine since {BEFORE:%Y-%m-%d %H:%M}, adding baci",
        ),
    ],
)
def test_a_holder_in_words(holder: Holder, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Today(datetime):
        """The day on which the tests began, also after midnight."""

        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return NOW

    monkeypatch.setattr("entrepot.lake.lock.datetime", Today)
    assert str(holder) == words


def test_the_lock_names_its_holder_while_it_is_held(tmp_path: Path) -> None:
    with writing(tmp_path, "adding baci"):
        held = Holder(**json.loads((tmp_path / "lock").read_text()))
        assert (held.pid, held.doing) == (os.getpid(), "adding baci")
        assert not held.is_gone
        with pytest.raises(OutsideError) as caught, writing(tmp_path, "removing baci"):
            pass
    assert f"process {os.getpid()} on this machine since" in caught.value.what
    assert caught.value.what.endswith(", adding baci")
    assert caught.value.where == str(tmp_path)
    assert (tmp_path / "lock").read_text() == ""
    with writing(tmp_path):
        pass


@pytest.mark.parametrize(
    "text", ["", "{", '{"pid": 1}', "[1]", "not json", json.dumps(asdict(replace(ME, pid=1)))]
)
def test_what_a_killed_holder_left_confuses_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "lock").write_text(text)
    with writing(tmp_path, "adding baci"):
        assert json.loads((tmp_path / "lock").read_text())["pid"] == os.getpid()


def test_the_text_of_a_dead_process_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    dead = replace(ME, pid=int(done.stdout))
    assert dead.is_gone
    assert not replace(dead, host="other").is_gone  # its processes cannot be seen from here
    monkeypatch.setattr(lock, "_PAUSE", 0)
    with writing(tmp_path):
        (tmp_path / "lock").write_text(json.dumps(asdict(dead)))
        with pytest.raises(OutsideError) as caught, writing(tmp_path):
            pass
    assert caught.value.what == "another load is writing to this lake"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_lock_on_a_full_disk(tmp_path: Path) -> None:
    """What could not be written must not come up again when the file is closed."""
    (tmp_path / "lock").symlink_to("/dev/full")
    with writing(tmp_path, "removing baci"):
        pass


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_disk_that_cannot_lock_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def cannot(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(lock, "take", cannot)
    monkeypatch.setattr(readers, "take", cannot)
    with pytest.raises(OutsideError, match="cannot be locked") as caught, writing(tmp_path):
        pass
    assert "--lake" in caught.value.hint
    (tmp_path / "readers").touch()
    with readers.reading(tmp_path):
        assert readers.unread(tmp_path)  # nobody can be seen there


def test_an_error_in_a_lake_without_readers_has_no_error_of_their_file_before_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(ValueError, match="of the block") as caught, lock.reading(tmp_path):
        raise ValueError("of the block")
    assert caught.value.__context__ is None


def test_readers_do_not_shut_each_other_out(tmp_path: Path) -> None:
    with readers.reading(tmp_path):
        assert readers.unread(tmp_path)  # nothing was ever deleted, so nothing is to be kept
    with readers.reading(tmp_path), readers.reading(tmp_path):
        assert not readers.unread(tmp_path)
    assert readers.unread(tmp_path)


def test_a_reader_waits_no_longer_than_a_look_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "_PAUSE", 0)
    (tmp_path / "readers").touch()
    with (tmp_path / "readers").open("ab") as opened:
        lock.take(opened)
        with readers.reading(tmp_path):
            pass


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Load the module as Windows would, with a lock that says where it is put."""
    calls: list[tuple[int, int]] = []

    def locking(number: int, _: int, count: int) -> None:
        calls.append((os.lseek(number, 0, os.SEEK_CUR), count))

    fake = types.SimpleNamespace(locking=locking, LK_NBLCK=2)
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    monkeypatch.setattr(sys, "platform", "win32")
    return calls


def test_on_windows_the_text_can_be_read_beside_the_lock(
    tmp_path: Path, windows: list[tuple[int, int]], fresh: Callable[[], types.ModuleType]
) -> None:
    with fresh().writing(tmp_path, "adding baci"):
        text = (tmp_path / "lock").read_text()
    [(place, count)] = windows
    assert json.loads(text)["doing"] == "adding baci"
    assert (place > 10**6, count) == (True, 1)
    with pytest.raises(OSError, match="no shared locks"):
        fresh().take(None, shared=True)


@pytest.fixture
def fresh() -> Callable[[], types.ModuleType]:
    """Return what reads the module anew, beside the one in use."""
    from importlib.util import module_from_spec, spec_from_file_location

    def read() -> types.ModuleType:
        spec = spec_from_file_location("lock_anew", lock.__file__)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.modules["lock_anew"] = module
        try:
            spec.loader.exec_module(module)
        finally:
            del sys.modules["lock_anew"]
        return module

    return read
