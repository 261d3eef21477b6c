"""A disk that is read-only or full, a folder without rights: said by every command that writes."""

from __future__ import annotations

import errno
import io
import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa
import pytest
from typer.testing import CliRunner

import entrepot.goods
from entrepot import files
from entrepot.cli.main import app
from entrepot.errors import EntrepotError, OutsideError
from entrepot.files import cannot_write, in_words
from entrepot.goods.library import lists_made
from entrepot.goods.update import pack, read_edition
from entrepot.lake import Lake
from made_comtrade import CHINA, GERMANY, row, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(not Path("/sys").is_dir(), reason="/sys is Linux's")

SHIPPED = Path(entrepot.goods.__file__).parent / "lists"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
BACI = "t,i,j,k,v,q\n2022,156,643,854231,1.5,2\n2022,156,643,850440,7,3\n"
SHIPMENTS = "date,code,goods,from,to,consignee,value\n2023-05-01,854231,chips,CHN,KAZ,ABC,1000\n"
NUMBERS = {errno.EROFS: "read-only", errno.EACCES: "no permission", errno.ENOSPC: "full"}
ASK = ["--importer", "RUS", "--exporter", "CHN"]
TARGETS = {
    "brief --out": ["brief", "RUS", "--goods", "854231", "--period", "2022", "--out", "{}.json"],
    "check --out": ["check", "{article}", "--out", "{}.html"],
    "check --note": ["check", "{article}", "--note", "{}.txt"],
    "draft --desk": ["draft", "{article}", "--desk", "{}.html"],
    "ask --out": ["ask", "value", *ASK, "--goods", "854231", "--period", "2022", "--out", "{}.csv"],
    "chart --out": ["chart", "import_share", "--importer", "CHN", "--exporter", "DEU",
                    "--since", "2021", "--period", "2022", "--goods", "854231", "--out", "{}.csv"],
    "reconcile --out": ["reconcile", "--source", "comtrade", "--period", "2022", "--out", "{}.csv"],
    "goods match --out": ["goods", "match", "chpl", "--to", "HS2017", "--out", "{}.csv"],
    "data export": ["data", "export", "baci", "{}.csv"],
    "data export, Parquet": ["data", "export", "baci", "{}.parquet"],
    "data export, workbook": ["data", "export", "baci", "{}.xlsx"],
    "data backup": ["data", "backup", "{}.tar"],
    "data copy": ["data", "copy", "{}"],
    "data export, Stata": ["data", "export", "baci", "{}.dta"],
    "screen --out": ["screen", "{shipments}", "--edition", "HS2017", "--out", "{}.csv"],
    "screen --out, workbook": ["screen", "{shipments}", "--edition", "HS2017", "--out", "{}.xlsx"],
}  # fmt: skip
"""What is written elsewhere than in the lake."""
CHANGES = {
    "data add": ["data", "add", "baci", "{data}", "--replace"],
    "data remove": ["data", "remove", "baci", "--yes"],
    "data erase": ["data", "erase", "Somebody", "--yes"],
    "data rebuild": ["data", "rebuild"],
    "data publish": ["data", "publish"],
    "data move": ["data", "move", "{new}"],
}
"""What is written in the lake."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("room")
    data = folder / "BACI_HS17_Y2022_V202501.csv"
    data.write_text(BACI, encoding="utf-8")
    (folder / "shipments.csv").write_text(SHIPMENTS)
    (folder / "article.txt").write_text("China's exports to Russia fell by 3.4 % in 2025.\n")
    Lake.open(folder / "lake").add("baci", data)
    both = [row(5e8), row(9e8, partner=0), row(4.5e8, reporter=GERMANY, partner=CHINA, flow="X")]
    (folder / "comtrade.csv").write_text(text_of(both), encoding="utf-8")
    Lake.open(folder / "lake").add("comtrade", folder / "comtrade.csv")
    return folder / "lake"


def run(words: list[str], lake: Path, named: str = "") -> str:
    places = {
        "data": lake.parent / "BACI_HS17_Y2022_V202501.csv",
        "article": lake.parent / "article.txt",
        "shipments": lake.parent / "shipments.csv",
        "new": lake.parent / "new",
    }
    more = ["--lake", str(lake)] if words[0] != "goods" else []
    filled = [word.format(named, **places) for word in words]
    done = CliRunner().invoke(app, [*filled, *more])
    assert isinstance(done.exception, EntrepotError), (done.exception, done.output)
    assert done.exception.exit_code == 4, done.exception
    return str(done.exception)


def _refuse(monkeypatch: pytest.MonkeyPatch, folder: Path, number: int) -> None:
    """Let the system refuse whatever would be written below a folder."""

    def refused(path: object) -> bool:
        if not isinstance(path, str | os.PathLike):
            return False
        # A folder that is made under another name beside its place is made there.
        return Path(path).is_relative_to(folder) or f"/.{folder.name}." in f"{path}"

    def guard(module: Any, name: str, writes: Callable[..., bool]) -> None:
        real = getattr(module, name)

        def checked(*args: Any, **keys: Any) -> Any:
            if refused(args[0]) and writes(*args[1:], **keys):
                raise OSError(number, os.strerror(number), str(args[0]))
            return real(*args, **keys)

        monkeypatch.setattr(module, name, checked)

    def text_mode(mode: str = "r", *_: object, **__: object) -> bool:
        return bool(set(mode) & set("wax+"))

    def flags(flag: int, *_: object, **__: object) -> bool:
        return bool(flag & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))

    guard(io, "open", text_mode)
    monkeypatch.setattr("builtins.open", io.open)
    guard(os, "open", flags)
    for name in ("mkdir", "rename", "replace", "link", "unlink", "utime"):
        guard(os, name, lambda *_, **__: True)


def _is_whole(text: str, lake: Path | str) -> None:
    assert "Errno" not in text
    assert str(lake) in text
    assert "\n  why:   " in text
    assert "\n  do:    " in text


@pytest.mark.parametrize("words", TARGETS.values(), ids=TARGETS)
def test_a_place_that_takes_no_file_is_said(words: list[str], lake: Path) -> None:
    """Nothing is put in place of the system: in /sys nobody may make a file."""
    text = run(words, lake, "/sys/entrepot-none")
    _is_whole(text, "/sys")
    assert any(one in text for one in ("read-only", "no permission")), text


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("words", CHANGES.values(), ids=CHANGES)
def test_a_lake_that_takes_no_file_is_said(
    words: list[str], number: int, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if words[1] == "publish":
        pytest.importorskip("pyiceberg")
    before = Lake.open(lake).holdings()
    _refuse(monkeypatch, lake, number)
    text = run(words, lake)
    _is_whole(text, lake)
    assert NUMBERS[number] in text
    assert ("free some space" in text) == (number == errno.ENOSPC)
    monkeypatch.undo()
    assert Lake.open(lake).holdings() == before


@pytest.mark.parametrize("number", NUMBERS)
def test_a_new_lake_where_nothing_can_be_written_is_said(
    number: int, lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = tmp_path / "lake.tar"
    Lake.open(lake).backup(backup)
    for words in (["data", "add", "baci", "{data}"], ["data", "restore", str(backup)]):
        with monkeypatch.context() as patch:
            _refuse(patch, tmp_path / "new", number)
            done = CliRunner().invoke(app, [
                *(word.format(data=lake.parent / "BACI_HS17_Y2022_V202501.csv") for word in words),
                *("--lake", str(tmp_path / "new")),
            ])  # fmt: skip
        _is_whole(str(done.exception), tmp_path / "new")
        assert isinstance(done.exception, OutsideError)
        assert not (tmp_path / "new").exists()


def test_a_copy_without_room_is_advised_another_folder(
    lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lake that is copied lies well where it is."""
    _refuse(monkeypatch, tmp_path / "copy", errno.ENOSPC)
    text = run(["data", "copy", str(tmp_path / "copy")], lake)
    assert "free some space, or name a folder on another disk" in text


@pytest.mark.parametrize("number", NUMBERS)
def test_lists_settings_and_downloads(
    number: int, lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTREPOT_LISTS", str(tmp_path / "lists"))
    monkeypatch.setenv("ENTREPOT_CONFIG", str(tmp_path / "config.toml"))
    _refuse(monkeypatch, tmp_path, number)
    for words in (["goods", "add", str(EXAMPLES / "my-list.csv")], ["config", "lake", str(lake)]):
        done = CliRunner().invoke(app, words)
        _is_whole(str(done.exception), tmp_path)
        assert isinstance(done.exception, OutsideError)
        assert NUMBERS[number] in str(done.exception)


@pytest.mark.parametrize("number", NUMBERS)
def test_weights_and_editions_of_the_lists(
    number: int, lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = lake.parent / f"lists-{number}.zip"
    shutil.copytree(SHIPPED / "chpl", tmp_path / "acts" / "chpl")
    pack(tmp_path / "acts", edition, lists_made() + timedelta(days=30))
    digest = read_edition(edition).digest
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.setenv("ENTREPOT_LISTS", str(folder / "lists"))
    made = pa.table({"old": ["854231"], "new": ["854231"], "weight": [1.0]})
    monkeypatch.setattr("entrepot.figures.weights_between", lambda *_: nw.from_native(made))
    monkeypatch.setattr("entrepot.cli.goods_match._links", lambda _: {})
    monkeypatch.setattr("entrepot.cli.goods_match._required", lambda links: links)
    weights = ["goods", "weights", "--from", "HS2017", "--to", "HS2022", "--lake", str(lake)]
    _refuse(monkeypatch, folder, number)
    for words in (
        [*weights, "--out", str(folder / "weights.csv")],
        ["goods", "update", str(edition), "--take", digest],
    ):
        done = CliRunner().invoke(app, words)
        assert isinstance(done.exception, OutsideError), (done.exception, done.output)
        _is_whole(str(done.exception), folder)
        assert NUMBERS[number] in str(done.exception)
    assert list(folder.iterdir()) == []


def test_what_nobody_expected_has_no_number_either() -> None:
    program = "import os, sys\nfrom entrepot.cli import main\n"
    program += "def refuse(*_, **__):\n    raise OSError(30, 'Read-only file system', '/x/y')\n"
    program += "main._asked_for = lambda _: refuse\nmain.run()\n"
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 4
    _is_whole(done.stderr, "/x/y")


def test_the_words_of_the_system() -> None:
    assert in_words(OSError(errno.EROFS, "Read-only file system", "x")) == "the disk is read-only"
    assert in_words(OSError(errno.ELOOP, "Too many links", "x")) == "Too many links"
    assert in_words(OSError("no number")) == "no number"
    assert cannot_write("x", OSError(errno.ENOSPC, ""), "go on").hint == "free some space, or go on"
    assert set(files.FULL) & set(files.READ_ONLY) == set()
