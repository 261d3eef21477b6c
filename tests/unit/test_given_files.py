"""What a command line names is looked at before it is opened: pipes, devices, endless files."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from entrepot import files
from entrepot.cli.main import app
from entrepot.errors import BadFileError, OutsideError
from entrepot.files import read_bytes, read_text, require_file, require_target

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices are POSIX's")

READS = {
    "files to add": ["data", "add", "baci", "{}"],
    "a mapping": ["data", "add", "table", "{data}", "--map", "{}"],
    "a table to map": ["data", "map", "{}"],
    "a list to add": ["goods", "add", "{}"],
    "a list in a question": ["ask", "value", "--exporter", "CHN", "--importer", "RUS",
                             "--goods", "{}", "--period", "2022"],
    "a table of codes": ["goods", "match", "{}", "--to", "HS2022"],
    "a watch file": ["watch", "{}"],
    "claims": ["check", "{}"],
    "an article": ["draft", "{}"],
    "a scenario": ["scenario", "{}"],
}  # fmt: skip


REAL = require_file


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    return path


def run(words: list[str], named: Path, tmp_path: Path) -> tuple[int, str]:
    data = tmp_path / "data.csv"
    data.write_text("a,b\n1,2\n", encoding="utf-8")
    lake = ["--lake", str(tmp_path / "lake")] if words[0] in ("data", "ask") else []
    if words[:2] == ["data", "map"]:
        lake = []
    (tmp_path / "lake").mkdir(exist_ok=True)
    filled = [word.format(named, data=data) for word in words]
    done = CliRunner().invoke(app, [*filled, *lake])
    return done.exit_code, done.output + str(done.exception or "")


@pytest.mark.parametrize("words", READS.values(), ids=READS)
def test_a_pipe_or_device_is_refused_at_once(words: list[str], tmp_path: Path, pipe: Path) -> None:
    started = time.monotonic()
    for named, what in ((pipe, "a pipe"), (Path("/dev/zero"), "a device"), (tmp_path, "a folder")):
        code, text = run(words, named, tmp_path)
        assert code not in (0, 70), (named, text)
        if words[:2] == READS["a table of codes"][:2] or words[0] == "ask":
            if named == pipe:
                assert "this is a pipe" in text
            continue  # what does not end in .csv names no file
        assert f"this is {what}" in " ".join(text.split()), text
    assert time.monotonic() - started < 20


def test_a_socket_and_a_name_that_is_none(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as opened:
        opened.bind(f"{short}/s")
        with pytest.raises(BadFileError, match="a socket"):
            require_file(Path(short, "s"))
        with pytest.raises(OutsideError, match="cannot write"):
            require_target(Path(short, "s"))
    for name in ("no", "a\0b", "x" * 300):
        with pytest.raises(BadFileError):
            require_file(tmp_path / name)


def test_sizes_are_limited_before_and_while_a_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb\n")
    assert read_text(path) == "a\nb\n"
    assert read_bytes(path, most=8) == path.read_bytes()
    with pytest.raises(BadFileError, match="too large"):
        read_bytes(path, most=7)
    monkeypatch.setattr(files, "require_file", lambda *_, **__: 0)  # it grew after the look
    with pytest.raises(BadFileError, match="too large"):
        read_bytes(path, most=7)
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as opened:
        opened.truncate(files.LARGEST + 1)  # a hole: it takes no room
    with pytest.raises(BadFileError, match="too large"):
        require_file.__wrapped__(huge) if hasattr(require_file, "__wrapped__") else require_file(
            huge
        )


def test_a_pipe_that_takes_the_place_of_a_file_does_not_wait(
    pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "require_file", lambda *_, **__: 0)
    with pytest.raises(BadFileError, match="a pipe"):
        read_bytes(pipe)


def test_nothing_but_a_file_is_written_over(pipe: Path, tmp_path: Path) -> None:
    require_target(tmp_path / "new.html")
    for odd in (pipe, Path("/dev/null"), tmp_path):
        with pytest.raises(OutsideError):
            require_target(odd)
    (tmp_path / "link.html").symlink_to("/dev/null")
    with pytest.raises(OutsideError):
        require_target(tmp_path / "link.html")


def test_a_substituted_process_is_a_pipe_too(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from entrepot.files import read_text; "
    program += "read_text(Path('/dev/stdin'))"
    done = subprocess.run(
        [sys.executable, "-c", program], input=b"a", capture_output=True, check=False, timeout=60
    )
    assert b"this is a pipe" in done.stderr
