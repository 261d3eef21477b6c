"""What a command line names is looked at before it is opened: pipes, devices, endless files."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from entrepot import files
from entrepot.cli.main import app
from entrepot.errors import BadFileError, OutsideError
from entrepot.files import read_bytes, read_text, require_file, require_target
from entrepot.model.table_files import write_whole
from entrepot.sources.table.draft.draft import draft_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices are POSIX's")

READS = {
    "data add FILE": ["data", "add", "baci", "{}"],
    "data add --map": ["data", "add", "table", "{data}", "--map", "{}"],
    "data map FILE": ["data", "map", "{}"],
    "data map --areas": ["data", "map", "{data}", "--areas", "{}"],
    "data restore FILE": ["data", "restore", "{}"],
    "goods add FILE": ["goods", "add", "{}"],
    "goods update FILE": ["goods", "update", "{}"],
    "ask --goods": ["ask", "value", "--exporter", "CHN", "--importer", "RUS",
                    "--goods", "{}", "--period", "2022"],
    "goods match CODES": ["goods", "match", "{}", "--to", "HS2022"],
    "watch FILE": ["watch", "{}"],
    "check FILE": ["check", "{}"],
    "draft FILE": ["draft", "{}"],
    "scenario FILE": ["scenario", "{}"],
    "screen FILE": ["screen", "{}"],
    "data names --companies": ["data", "names", "shipments.peru", "--companies", "{}"],
    "brief --claims": ["brief", "RUS", "--claims", "{}"],
    "setup --answers": ["setup", "--answers", "{}"],
}  # fmt: skip
WORDS_TOO = ("goods match CODES", "ask --goods")
"""A path or something else: what does not end in .csv names no file."""
WRITES = {
    "ask --out": ["ask", "value", "--exporter", "CHN", "--importer", "RUS", "--period", "2022",
                  "--out", "{}.csv"],
    "brief --out": ["brief", "RUS", "--out", "{}.html"],
    "chart --out": ["chart", "import_share", "--out", "{}.svg"],
    "check --out": ["check", "{article}", "--out", "{}.html"],
    "check --note": ["check", "{article}", "--note", "{}.txt"],
    "draft --desk": ["draft", "{article}", "--desk", "{}.html"],
    "scenario --out": ["scenario", "{scenario}", "--out", "{}.html"],
    "screen --out": ["screen", "{data}", "--out", "{}.csv"],
    "reconcile --out": ["reconcile", "--period", "2022", "--goods", "8542", "--out", "{}.csv"],
    "data aggregate FILE": ["data", "aggregate", "shipments.peru", "{}.csv"],
    "data companies FILE": ["data", "companies", "shipments.peru", "{}.csv"],
    "data backup FILE": ["data", "backup", "{}.tar", "--replace"],
    "data export FILE": ["data", "export", "baci", "{}.csv"],
    "goods match --out": ["goods", "match", "chpl", "--to", "HS2017", "--out", "{}.csv"],
    "goods weights --out": ["goods", "weights", "--out", "{}.csv"],
}  # fmt: skip
FOLDERS = {"data get --to", "setup --to", "data copy FILE", "data move FILE"}


REAL = require_file


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    return path


def run(words: list[str], named: Path | str, tmp_path: Path) -> tuple[int, str]:
    data = tmp_path / "data.csv"
    data.write_text("a,b\n1,2\n", encoding="utf-8")
    article = tmp_path / "article.txt"
    article.write_text("China's exports to Russia fell by 3.4 % in 2025.", encoding="utf-8")
    lake = ["--lake", str(tmp_path / "lake")] if words[0] in ("data", "ask") else []
    if words[:2] == ["data", "map"]:
        lake = []
    (tmp_path / "lake").mkdir(exist_ok=True)
    places = {"data": data, "article": article, "scenario": EXAMPLES / "cut-off.yaml"}
    filled = [word.format(named, **places) for word in words]
    done = CliRunner().invoke(app, [*filled, *lake])
    return done.exit_code, done.output + str(done.exception or "")


def test_every_path_of_the_command_line_is_here() -> None:
    known = {*READS, *WRITES, *FOLDERS}
    missing = [one for one in _paths(typer.main.get_command(app), "") if one not in known]
    assert missing == []


def _paths(command: Any, name: str) -> Iterator[str]:
    """Yield each parameter that is a path, but for the lake, which `require_lake` looks at."""
    for word, inner in getattr(command, "commands", {}).items():
        yield from _paths(inner, f"{name} {word}".strip())
    for one in [] if hasattr(command, "commands") else command.params:
        if one.type.name == "path" and "--lake" not in one.opts:
            is_option = one.opts[0].startswith("-")
            yield f"{name} {one.opts[0] if is_option else 'FILE'}"


@pytest.mark.parametrize("words", READS.values(), ids=READS)
def test_a_pipe_or_device_is_refused_at_once(words: list[str], tmp_path: Path, pipe: Path) -> None:
    started = time.monotonic()
    refused = [(pipe, "a pipe"), (Path("/dev/zero"), "a device"), (tmp_path, "a folder")]
    for name in ("/proc/self/mem", "/proc/cpuinfo"):
        if Path(name).exists():
            refused.append((Path(name), "a file of the system"))
    for named, what in refused:
        code, text = run(words, named, tmp_path)
        assert code not in (0, 70), (named, text)
        if words in [READS[name] for name in WORDS_TOO]:
            if named == pipe:
                assert "this is a pipe" in text
            continue
        assert f"this is {what}" in " ".join(text.split()), text
    assert time.monotonic() - started < 100


@pytest.mark.parametrize("words", WRITES.values(), ids=WRITES)
def test_a_target_that_is_no_file_is_refused_before_any_work(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("work was done")

    monkeypatch.setattr("entrepot.lake.Lake.open", work)
    monkeypatch.setattr("entrepot.cli.draft.drafted", work)
    for suffix in (".html", ".txt", ".csv", ".svg", ".tar"):
        os.mkfifo(tmp_path / f"pipe{suffix}")
        (tmp_path / f"folder{suffix}").mkdir()
    for name in ("pipe", "folder"):
        code, text = run(words, str(tmp_path / name), tmp_path)
        assert f"cannot write {tmp_path}" in " ".join(text.split()), text
        assert code not in (0, 70)


def test_a_missing_example_is_copied_from_the_program(tmp_path: Path) -> None:
    """Who installed the wheel reads pages that name files of a checkout."""
    missing = tmp_path / "examples" / "cut-off.yaml"
    with pytest.raises(BadFileError, match="no such file") as caught:
        require_file(missing)
    said, _, command = caught.value.hint.partition(": ")
    assert said == "it comes with the program"
    subprocess.run(["sh", "-c", command], check=True)
    assert require_file(missing) > 0
    for other in (tmp_path / "cut-off.yaml", tmp_path / "examples" / "no.yaml"):
        with pytest.raises(BadFileError) as caught:
            require_file(other)
        assert caught.value.hint == "check the spelling"


def test_files_are_fetched_into_a_folder_only(tmp_path: Path, pipe: Path) -> None:
    for place in (pipe, Path("/dev/null")):
        words = ["data", "get", "baci", "--period", "2022", "--to", "{}", "--dry-run"]
        code, text = run(words, place, tmp_path)
        assert (code != 0, "this is no folder" in text) == (True, True)


def test_a_table_of_areas_that_explains_nothing_is_said(tmp_path: Path) -> None:
    path, areas = tmp_path / "mine.csv", tmp_path / "areas.csv"
    path.write_text("year,buyer,seller,hs,value\n2022,RUS,CHN,854231,5\n", encoding="utf-8")
    areas.write_text("code,iso3\n1,CHN\n", encoding="utf-8")
    assert "areas.csv was not used" in draft_mapping(path, areas=areas).text
    assert "not used" not in draft_mapping(path).text


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


@pytest.mark.parametrize("what", ["goods match --out", "screen --out", "ask --out"])
def test_what_is_behind_a_link_is_written_and_the_link_stays(what: str, tmp_path: Path) -> None:
    real, link = tmp_path / "kept" / "real.txt", tmp_path / "link.csv"
    real.parent.mkdir()
    real.write_text("before")
    data = tmp_path / "shipments.csv"
    data.write_text("date,code,from,to\n2023-05-05,854231,DEU,RUS\n")
    link.symlink_to(real)
    words = {
        "goods match --out": ["goods", "match", "chpl", "--to", "HS2017", "--out", str(link)],
        "screen --out": ["screen", str(data), "--out", str(link)],
        "ask --out": ["ask", "import_share", "--importer", "DEU", "--exporter", "CHN", "--goods",
                      "850511", "--period", "2022", "--out", str(link)],
    }[what]  # fmt: skip
    done = CliRunner().invoke(app, words)
    assert done.exit_code in (0, 1), done.output  # 1: a shipment is listed
    assert link.is_symlink()
    assert real.read_text() not in ("", "before")
    assert [path.name for path in real.parent.iterdir()] == ["real.txt"]


def test_a_link_in_a_circle_is_refused_and_one_to_nothing_makes_its_file(tmp_path: Path) -> None:
    link = tmp_path / "link.html"
    link.symlink_to(tmp_path / "new.html")
    write_whole(link, "made")
    assert link.is_symlink()
    assert (tmp_path / "new.html").read_text() == "made"
    circle = tmp_path / "circle.html"
    circle.symlink_to(circle)
    with pytest.raises(OutsideError, match="cannot write"):
        write_whole(circle, "made")
    assert circle.is_symlink()


def test_a_substituted_process_is_a_pipe_too(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from entrepot.files import read_text; "
    program += "read_text(Path('/dev/stdin'))"
    done = subprocess.run(
        [sys.executable, "-c", program], input=b"a", capture_output=True, check=False, timeout=600
    )
    assert b"this is a pipe" in done.stderr


def test_a_small_file_takes_no_more_memory_than_it_has_bytes(tmp_path: Path) -> None:
    """Room for all that is allowed, four gigabytes, was taken before the first byte was read."""
    path = tmp_path / "small.csv"
    path.write_bytes(b"code\n854231\n")
    tracemalloc.start()
    try:
        assert read_bytes(path, most=2**32) == b"code\n854231\n"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**20


SENTENCE = "Russia's imports from China rose 12 % to 111 billion dollars in 2023."


def piped(tmp_path: Path, sent: str | bytes, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*words, "--lake", str(tmp_path)], input=sent)
    return done.exit_code, done.output


def test_a_text_on_standard_input_is_checked_like_a_file(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text(SENTENCE)
    code, shown = piped(tmp_path, SENTENCE, "check", "-")
    by_file = piped(tmp_path, "", "check", str(tmp_path / "t.txt"))
    assert code == 1
    assert (code, shown.replace("(standard input)", "(t.txt)")) == by_file


def test_drafted_claims_are_piped_into_a_check(tmp_path: Path) -> None:
    code, claims = piped(tmp_path, SENTENCE, "draft", "-", "--quiet")
    assert code == 0
    code, shown = piped(tmp_path, claims, "check", "-")
    assert code == 1
    assert "2 claims, 1 inconsistent, 1 supported" in shown


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ("", "the text is empty"),
        (b"\xff\xfe1", "not a text in UTF-8"),
        (b"%PDF-1.7", "this is no plain text"),
        ("claims:\n  - id: one\n", "source"),
    ],
)
def test_what_is_no_text_on_standard_input_is_refused(
    tmp_path: Path, sent: str | bytes, says: str
) -> None:
    done = CliRunner().invoke(app, ["check", "-", "--lake", str(tmp_path)], input=sent)
    assert isinstance(done.exception, BadFileError)
    assert says in str(done.exception)
    assert "standard input" in str(done.exception)
