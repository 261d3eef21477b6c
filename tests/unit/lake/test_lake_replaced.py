"""A lake that is replaced, moved, not yet whole or not readable is not called damaged."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from tests.made_comtrade import CHINA, GERMANY, row, text_of

from entrepot.errors import BadFileError, OutsideError
from entrepot.lake import Lake, unchanged
from entrepot.lake.lock import writing
from entrepot.lake.on_spark import SparkLake
from entrepot.lake.state import State
from entrepot.lake.system_errors import guarded, readable
from entrepot.lake.unchanged import ChangedError

if TYPE_CHECKING:
    from collections.abc import Callable


def _loaded(place: Path, value: float) -> Path:
    place.mkdir()
    line = row(value, period=2022, flow="M", reporter=GERMANY, partner=CHINA)
    (place / "made.csv").write_text(text_of([line]), encoding="utf-8")
    Lake.open(place / "lake").add("comtrade", [place / "made.csv"])
    return place / "lake"


def _total(lake: Lake) -> float:
    return float(lake.flows("comtrade").collect().to_arrow()["value_usd"].to_pylist()[0])


def _restored(folder: Path, other: Path) -> None:
    """Away with the lake, and a backup of another one in its place."""
    backup = folder.parent / "other.tar"
    Lake.open(other).backup(backup)
    shutil.rmtree(folder)
    Lake.open(folder).restore(backup)


def _emptied(folder: Path, other: Path) -> None:
    """The folder stays, and all in it is of another lake."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(other, folder, dirs_exist_ok=True)


def _moved(folder: Path, _: Path) -> None:
    folder.rename(folder.with_name("away"))


def _half_written(folder: Path, other: Path) -> None:
    """A restore that goes on: its files are there, and no catalog yet."""
    _emptied(folder, other)
    (folder / "catalog.json").unlink()


@pytest.mark.parametrize("change", [_restored, _emptied, _moved, _half_written])
@pytest.mark.parametrize("read", ["before", "behind"])
def test_a_lake_that_is_replaced_while_it_is_read_is_not_called_damaged(
    change: Callable[[Path, Path], None], read: str, tmp_path: Path
) -> None:
    folder, other = _loaded(tmp_path / "one", 3.21e8), _loaded(tmp_path / "two", 1.234e8)
    lake = Lake.open(folder)

    def ask() -> None:
        with lake.reading():
            if read == "before":
                assert _total(lake) == pytest.approx(3.21e8)
            change(folder, other)
            if read == "behind":
                _total(lake)

    with pytest.raises(OutsideError, match="replaced, moved or deleted") as caught:
        ask()
    assert caught.value.hint == "ask again"
    if change in (_restored, _emptied):
        with lake.reading():
            assert _total(lake) == pytest.approx(1.234e8)


def test_a_damaged_file_is_still_called_damaged(tmp_path: Path) -> None:
    """Though the catalog changes meanwhile: a load adds to it, and takes nothing away."""
    folder = _loaded(tmp_path / "one", 3.21e8)
    lake = Lake.open(folder)
    stored = next(folder.glob("flows/by-importer/**/*.parquet"))
    line = row(5e8, period=2021, flow="M", reporter=GERMANY, partner=CHINA)
    (tmp_path / "more.csv").write_text(text_of([line]), encoding="utf-8")

    def ask() -> None:
        with lake.reading():
            _total(lake)
            Lake.open(folder).add("comtrade", [tmp_path / "more.csv"])
            raw = bytearray(stored.read_bytes())
            raw[len(raw) // 2] ^= 1
            stored.write_bytes(raw)

    with pytest.raises(OutsideError, match="not what was written"):
        ask()


def test_a_lake_without_a_catalog_that_is_being_written_lost_none(tmp_path: Path) -> None:
    """A first load and a restore put files in place, then the catalog."""
    folder = _loaded(tmp_path / "one", 3.21e8)
    (folder / "catalog.json").unlink()
    (folder / "catalog.previous.json").unlink(missing_ok=True)

    def ask() -> None:
        with Lake.open(folder).reading():
            pass

    with (
        writing(folder, "restoring a backup"),
        pytest.raises(OutsideError, match=r"being written by .*restoring a backup"),
    ):
        ask()
    with pytest.raises(BadFileError, match="catalog of this lake is gone"):
        ask()


def _refused(*_: object, **__: object) -> int:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def test_a_file_that_may_not_be_read_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has no right to read is not told to remove the source, or to load it again."""
    folder = _loaded(tmp_path / "one", 3.21e8)
    lake = Lake.open(folder)

    def ask() -> None:
        with lake.reading():
            _total(lake)
            monkeypatch.setattr(unchanged.os, "open", _refused)

    with pytest.raises(OutsideError, match="no permission") as caught:
        ask()
    assert not isinstance(caught.value, ChangedError)
    assert caught.value.where.endswith(".parquet")
    assert caught.value.hint == "get the right to read it"
    with pytest.raises(OutsideError, match="cannot be read") as caught, readable():
        raise duckdb.IOException('IO Error: Cannot open file "a.parquet": Permission denied')
    assert caught.value.hint == "get the right to read it"


@pytest.mark.parametrize("readable_", [False, True])
def test_what_may_not_be_read_is_named(
    readable_: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said to get the right to write in the folder, where one file could not be read."""
    file = tmp_path / "raw" / "a"
    file.parent.mkdir()
    file.touch()
    monkeypatch.setattr(os, "access", lambda path, _: readable_ or Path(path) != file)
    with pytest.raises(OutsideError, match="no permission") as caught, guarded(tmp_path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))
    assert caught.value.where == str(tmp_path if readable_ else file)
    assert ("right to read" in caught.value.hint) is not readable_


def test_a_folder_that_may_not_be_entered_is_not_called_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine finds no file in it, and the advice was to remove the source."""
    folder = _loaded(tmp_path / "one", 3.21e8)
    monkeypatch.setattr(unchanged, "_stamp", lambda _: None)
    monkeypatch.setattr(Path, "lstat", _refused)
    lake = Lake.open(folder)

    def ask() -> None:
        with lake.reading():
            assert lake.connection
            raise OutsideError("a file of the lake cannot be read", hint="remove its source")

    for look in (ask, lake.require_files):
        with pytest.raises(OutsideError, match="no permission") as caught:
            look()
        assert not isinstance(caught.value, ChangedError)
        assert caught.value.hint == "get the right to read it"


def test_a_catalog_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _loaded(tmp_path / "one", 3.21e8)
    monkeypatch.setattr(Path, "read_bytes", _refused)
    with pytest.raises(OutsideError, match="lake cannot be read: no permission") as caught:
        Lake.open(folder).holdings()
    assert caught.value.where == str(folder / "catalog.json")


def test_what_fails_at_an_address_is_not_called_a_replaced_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files are not on this machine, where their sizes were looked at."""
    folder = _loaded(tmp_path / "one", 3.21e8)
    lake = SparkLake.open(folder.as_uri())
    monkeypatch.setattr(lake, "_state", lambda: State.read(folder))

    def ask() -> None:
        with lake.reading():
            assert lake.connection
            raise OutsideError("the disk of a worker is full")

    with pytest.raises(OutsideError, match="of a worker is full"):
        ask()
