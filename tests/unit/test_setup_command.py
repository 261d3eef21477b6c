"""`entrepot setup`: from answers to a lake and a brief, against a publisher on this machine."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
import typer
from get_server import Server, ranged, serve, status, whole
from test_get_command import ZIP

from entrepot.cli.doctor import setup
from entrepot.errors import BadFileError, OutsideError, RequestError, UnknownNameError
from entrepot.lake import Lake
from entrepot.sources import source_info

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]

ANSWERS = """\
format: 1
data:
  baci: {period: 2022}
brief: {importer: RUS, supplier: CHN, out: FILE}
"""
# What a process of its own does first: the publisher of BACI is the one on this machine.
PATCHED = """
import sys
from entrepot.sources import source_info
info = source_info("baci")
[way] = info.download.ways
here = way.model_copy(update={"address": sys.argv.pop(1) + "/BACI_{edition}_{release}.zip"})
changed = info.model_copy(
    update={"download": info.download.model_copy(update={"ways": (here,)})}
)
import entrepot.sources.get.plan as plan
plan.source_info = lambda name: changed if name == 'baci' else source_info(name)
from entrepot.cli.main import run
run()
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy", "ENTREPOT_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ENTREPOT_CONFIG", str(tmp_path / "settings" / "config.toml"))
    monkeypatch.chdir(tmp_path)
    state, stop = serve()
    info = source_info("baci")
    assert info.download is not None
    [way] = info.download.ways
    here = way.model_copy(update={"address": f"{state.url}/BACI_{{edition}}_{{release}}.zip"})
    download = info.download.model_copy(update={"ways": (here,)})
    changed = info.model_copy(update={"download": download})
    monkeypatch.setattr(
        "entrepot.sources.get.plan.source_info",
        lambda name: changed if name == "baci" else source_info(name),
    )
    yield state
    stop()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command: exit code, standard output, standard error."""
    app = typer.Typer()
    app.command()(setup)

    def invoke(*words: str) -> tuple[int, str, str]:
        code = app([*words, "--lake", str(tmp_path / "lake")], standalone_mode=False)
        printed = capsys.readouterr()
        return int(code or 0), printed.out, printed.err

    return invoke


def answers(folder: Path, text: str = ANSWERS) -> str:
    path = folder / "setup.yaml"
    path.write_text(text.replace("FILE", str(folder / "first.json")))
    return str(path)


def test_from_answers_to_a_first_brief(server: Server, run: Run, tmp_path: Path) -> None:
    server.answers(ranged(ZIP, '"one"'))
    code, out, plan = run("--answers", answers(tmp_path))
    assert code == 0
    assert "baci" in plan
    assert f"{len(ZIP)} B" in plan  # the size was stated before the download
    [held] = Lake.open(tmp_path / "lake").holdings()
    assert (held.source, held.rows) == ("baci", 2)
    assert "First brief" in out
    assert "RUS" in (tmp_path / "first.json").read_text()


NO_BRIEF = "format: 1\ndata: {baci: {period: 2022}}\n"


def test_once_more_fetches_and_loads_nothing(server: Server, run: Run, tmp_path: Path) -> None:
    server.answers(ranged(ZIP, '"one"'))
    run("--answers", answers(tmp_path, NO_BRIEF))
    code, out, _ = run("--answers", answers(tmp_path, NO_BRIEF), "--json")
    [data] = json.loads(out)["data"]
    assert code == 0
    assert data["files"][0]["state"] == "unchanged"
    assert data["load"]["added"] == []


def test_a_killed_setup_continues_where_it_was(server: Server, run: Run, tmp_path: Path) -> None:
    half = len(ZIP) // 2
    sent, over = threading.Event(), threading.Event()

    def stalls(handler: BaseHTTPRequestHandler) -> None:
        whole(b"", Content_Length=str(len(ZIP)), ETag='"one"')(handler)
        handler.wfile.write(ZIP[:half])
        handler.wfile.flush()
        sent.set()
        over.wait(600)

    # The first request asks for the size, the second for the file.
    server.answers(ranged(ZIP, '"one"'), stalls)
    words = ["setup", "--answers", answers(tmp_path, NO_BRIEF), "--lake", str(tmp_path / "lake")]
    command = [sys.executable, "-c", PATCHED, server.url, *words]
    with subprocess.Popen(command, env=os.environ, stderr=subprocess.DEVNULL) as child:
        assert sent.wait(600)
        part = tmp_path / "cache" / "downloads" / "baci"
        ends = time.monotonic() + 600
        while not any(file.stat().st_size == half for file in part.glob("*")):
            assert time.monotonic() < ends
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
        over.set()
    assert not (tmp_path / "lake" / "catalog.json").exists()
    server.answers(ranged(ZIP, '"one"'))
    code, _, _ = run("--answers", answers(tmp_path, NO_BRIEF))
    assert code == 0
    assert server.seen[-1].headers["range"] == f"bytes={half}-"
    assert [one.rows for one in Lake.open(tmp_path / "lake").holdings()] == [2]


def test_on_a_terminal_it_asks_and_asks_again(
    server: Server, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers(ranged(ZIP, '"one"'))

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    # Years, first mistyped; no months, no tables, no lists; a brief, first of nowhere; start.
    said = "20222\n2022\n\nn\n\nAtlantis\nРоссия\n\ny\n"
    mine = tmp_path / "settings" / "setup.yaml"
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("# mine\n")
    monkeypatch.setattr("sys.stdin", Terminal(said))
    code, out, _ = run()
    assert code == 0
    assert "20222" in out
    assert "Atlantis" in out
    assert (tmp_path / "brief-RUS.html").is_file()
    # A file of the user's own is not written over, and the answers of an earlier run are.
    assert mine.read_text() == "# mine\n"
    kept = mine.with_name("setup-2.yaml")
    assert f"--answers {kept}" in out
    kept_before = kept.read_text()
    monkeypatch.setattr("sys.stdin", Terminal(said))
    assert run()[0] == 0
    assert kept.read_text() == kept_before
    assert {one.name for one in mine.parent.glob("setup*")} == {mine.name, kept.name}
    # The answers that were kept are a file of answers, and give the same.
    code, out, _ = run("--answers", str(kept), "--json")
    assert json.loads(out)["data"][0]["files"][0]["state"] == "unchanged"


def test_a_no_at_the_end_fetches_nothing(
    server: Server, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers(ranged(ZIP, '"one"'))
    monkeypatch.setattr("sys.stdin", io.StringIO("2022\n\nn\n\n\nn\n"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    code, out, _ = run()
    assert (code, "Nothing was fetched" in out) == (0, True)
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("format: 1\ndata: {bacci: {period: 2022}}\n", UnknownNameError),
        ("format: 1\ndata: {baci: {year: 2022}}\n", BadFileError),
        ("format: 1\ndata: {baci: {partner: CHN, period: 2022}}\n", RequestError),
        ("format: 1\ndata: {baci: {period: 2022}}\nbrief: {importer: XYZ}\n", RequestError),
        (
            "format: 1\ndata: {baci: {period: 2022}}\nbrief: {importer: RUS, out: a.odt}\n",
            RequestError,
        ),
        (
            "format: 1\ndata: {baci: {period: 2022}}\nbrief: {importer: RUS, goods: nolist}\n",
            RequestError,
        ),
        # One country on both sides, by code and by name, and a file that is no edition of lists.
        (
            "format: 1\ndata: {baci: {period: 2022}}\nbrief: {importer: RUS, supplier: Russia}\n",
            RequestError,
        ),
        ("format: 1\ndata: {baci: {period: 2022}}\nlists: /dev/null\n", BadFileError),
        ("data: {}\n", BadFileError),
    ],
)
def test_wrong_answers_are_refused_before_anything_is_fetched(
    server: Server, run: Run, tmp_path: Path, text: str, error: type[Exception]
) -> None:
    server.answers(status(500))
    with pytest.raises(error):
        run("--answers", answers(tmp_path, text))
    assert server.seen == []


def test_without_terminal_and_answers_it_says_how(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(RequestError, match="file of answers"):
        run()
    _, example, _ = run("--dry-run")
    _, out, _ = run("--answers", answers(tmp_path, example), "--dry-run", "--json")
    assert [one["source"] for one in json.loads(out)["parts"]] == ["baci", "comext", "concordance"]


def test_what_does_not_fit_on_the_disk_is_refused(
    server: Server, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers(ranged(ZIP, '"one"'))
    free = type("Usage", (), {"free": len(ZIP) + 1})
    monkeypatch.setattr("shutil.disk_usage", lambda _: free)
    with pytest.raises(OutsideError, match="needed for the lake"):
        run("--answers", answers(tmp_path))
    assert not (tmp_path / "lake").exists()


def test_a_lake_that_is_no_folder_is_refused_before_anything_is_fetched(
    server: Server, run: Run, tmp_path: Path
) -> None:
    server.answers(ranged(ZIP, '"one"'))
    (tmp_path / "lake").write_text("mine")
    with pytest.raises(RequestError, match="a lake is a folder"):
        run("--answers", answers(tmp_path))
    assert server.seen == []


def test_answers_that_cannot_be_used_are_asked_for_again(
    server: Server, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers(ranged(ZIP, '"one"'))
    (tmp_path / "lists.zip").write_text("no zip")
    # Lists that are none, then none; a brief of Russia from Russia, then none; no start.
    said = "2022\n\nn\nlists.zip\n\nRussia\nRUS\n\nn\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    code, out, _ = run()
    assert code == 0
    assert "not an edition of lists" in out
    assert "RUS on both sides" in out


def test_where_nothing_is_wanted_there_is_nothing_to_start(
    server: Server, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\nn\n\n\n"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    code, out, _ = run()
    assert (code, "Nothing was chosen" in out, "Start now" in out) == (0, True, False)
    assert not (tmp_path / "settings").exists()
