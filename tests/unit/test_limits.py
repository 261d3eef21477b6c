"""What work may do: files that words name, and time; whatever else runs in the process."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError
from entrepot.goods import goods_list, goods_selection
from entrepot.lake import Lake
from entrepot.limits import FilesRefusedError, Limits, TimeUp, left, step, under

if TYPE_CHECKING:
    from pathlib import Path

NO_FILES = Limits(files=False)


def test_words_open_files_unless_the_work_may_not(tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("code,nomenclature\n854231,HS2017\n", encoding="utf-8")
    assert goods_list(str(mine)).id == "mine"
    with under(NO_FILES):
        for name in (mine, tmp_path / "missing.csv", "/dev/zero.csv"):
            with pytest.raises(FilesRefusedError):
                goods_list(str(name))
            with pytest.raises(FilesRefusedError):
                goods_selection(f"854231,{name}:1@2024-01-01")
    with pytest.raises(BadFileError):
        goods_list(str(tmp_path / "missing.csv"))
    assert goods_list(str(mine)).id == "mine"


def test_a_thread_that_knows_nothing_is_held_to_the_limits_of_the_process(tmp_path: Path) -> None:
    found: list[type[BaseException]] = []

    def opened() -> None:
        try:
            goods_list(str(tmp_path / "missing.csv"))
        except BadFileError as error:
            found.append(type(error))
        except FilesRefusedError as error:
            found.append(type(error))

    for everywhere in (False, True, False):
        with under(NO_FILES, everywhere=everywhere):
            beside = threading.Thread(target=opened)
            beside.start()
            beside.join()
    assert found == [BadFileError, FilesRefusedError, BadFileError]


def test_time_ends_whatever_catches_errors(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    with under(Limits(ends=time.monotonic() + 600)):
        step()
        assert 500 < (left() or 0) <= 600
    with under(Limits(ends=time.monotonic() - 1)):
        for work in (step, lambda: lake.connection, lambda: goods_selection("chpl")):
            with pytest.raises(TimeUp):
                work()
    assert not issubclass(TimeUp, Exception), "what goes on after an error would go on"
    step()
    assert left() is None
