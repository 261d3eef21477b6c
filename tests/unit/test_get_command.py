"""`entrepot data get`, from the words of the user to the lake."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
import typer
from get_server import Server, ranged, serve, status

from entrepot.cli.data_get import get
from entrepot.errors import MissingExtraError, OutsideError, RequestError
from entrepot.lake import Lake
from entrepot.settings import Settings
from entrepot.sources import source_info

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]


def baci(rows: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("BACI_HS22_Y2022_V202601.csv", f"t,i,j,k,v,q\n{rows}")
    return held.getvalue()


ZIP = baci("2022,156,643,854231,12.5,1.5\n2022,643,156,270900,800.0,1000.0\n")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """The publisher of BACI, on this machine."""
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy", "ENTREPOT_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path / "cache"))
    state, stop = serve()
    info = source_info("baci")
    assert info.download is not None
    [way] = info.download.ways
    here = way.model_copy(update={"address": f"{state.url}/BACI_{{edition}}_{{release}}.zip"})
    download = info.download.model_copy(update={"ways": (here,)})
    changed = info.model_copy(update={"download": download})
    monkeypatch.setattr("entrepot.sources.get.plan.source_info", lambda _: changed)
    yield state
    stop()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command: exit code, standard output, standard error."""
    app = typer.Typer()
    app.command()(get)

    def invoke(*words: str) -> tuple[int, str, str]:
        code = app([*words, "--lake", str(tmp_path / "lake")], standalone_mode=False)
        printed = capsys.readouterr()
        return int(code or 0), printed.out, printed.err

    return invoke


def test_fetch_and_add(server: Server, run: Run, tmp_path: Path) -> None:
    server.answers(ranged(ZIP, '"one"'))
    code, out, err = run("baci", "--period", "2022")
    assert code == 0
    assert "fetched" in out
    assert err == ""  # progress is for terminals
    [held] = Lake.open(tmp_path / "lake").holdings()
    assert (held.source, held.rows, held.vintage) == ("baci", 2, "V202601")
    assert (tmp_path / "cache" / "downloads" / "baci" / "BACI_HS22_V202601.zip").is_file()


def test_a_damaged_file_is_fetched_anew_by_the_next_run(
    server: Server, run: Run, tmp_path: Path
) -> None:
    # A list of members that fits, and members that do not: as after a rest of another file.
    damaged = ZIP[:80] + bytes(8) + ZIP[88:]
    server.answers(ranged(damaged, '"one"'))
    with pytest.raises(OutsideError, match="cannot be read") as raised:
        run("baci", "--period", "2022")
    assert "downloads this file anew" in raised.value.hint
    assert raised.value.where.startswith("BACI_HS22_V202601.zip")
    assert server.url in raised.value.where
    assert not [one for one in (tmp_path / "cache").rglob("*") if one.is_file()]  # it was kept
    # The publisher's file has the same mark as ever, and is whole.
    server.answers(ranged(ZIP, '"one"'))
    assert run("baci", "--period", "2022")[0] == 0
    assert [one.rows for one in Lake.open(tmp_path / "lake").holdings()] == [2]


def test_once_more_does_nothing(server: Server, run: Run, tmp_path: Path) -> None:
    server.answers(ranged(ZIP, '"one"'))
    run("baci", "--period", "2022")
    code, out, _ = run("baci", "--period", "2022", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["files"][0]["state"] == "unchanged"
    assert told["load"]["unchanged"] == ["BACI_HS22_V202601.zip"]
    assert len(Lake.open(tmp_path / "lake").holdings()) == 1


def test_only_download_as_data(server: Server, run: Run, tmp_path: Path) -> None:
    server.answers(ranged(ZIP, '"one"'))
    folder = tmp_path / "here"
    words = ("--nomenclature", "HS2022", "--only-download", "--to", str(folder), "--json")
    _, out, _ = run("baci", *words)
    told = json.loads(out)
    assert told["load"] is None
    [file] = told["files"]
    assert file["path"] == str(folder / "BACI_HS22_V202601.zip")
    assert (file["bytes"], len(file["sha256"])) == (len(ZIP), 64)
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize("offline", ["--offline", ""])
def test_dry_run_lists_addresses_and_asks_nothing(server: Server, run: Run, offline: str) -> None:
    words = ["baci", "--period", "2022", "--dry-run", "--json", *offline.split()]
    _, out, _ = run(*words)
    told = json.loads(out)
    [file] = told["files"]
    assert file["address"] == f"{server.url}/BACI_HS22_V202601.zip"
    assert file["bytes"] is None
    assert server.seen == []


def test_offline_by_option_or_environment(
    server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OutsideError, match="offline"):
        run("baci", "--period", "2022", "--offline")
    monkeypatch.setenv("ENTREPOT_OFFLINE", "1")
    with pytest.raises(OutsideError, match="offline"):
        run("baci", "--period", "2022")
    monkeypatch.setenv("ENTREPOT_OFFLINE", "perhaps")
    with pytest.raises(RequestError, match="ENTREPOT_OFFLINE"):
        Settings.read()
    assert server.seen == []


def test_nothing_at_the_publisher_is_exit_code_3(server: Server, run: Run) -> None:
    server.answers(status(204))
    code, out, _ = run("baci", "--period", "2022")
    assert code == 3
    assert "has no data for" in out


def test_what_is_no_data_never_reaches_the_lake(server: Server, run: Run, tmp_path: Path) -> None:
    server.answers(status(200, b"<html><body>Service unavailable</body></html>"))
    with pytest.raises(OutsideError, match="Service unavailable"):
        run("baci", "--period", "2022")
    assert not (tmp_path / "lake").exists()


def test_ctrl_c_says_how_to_go_on(
    server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*args: object, **keys: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("entrepot.sources.get.get", stop)
    with pytest.raises(OutsideError, match="stopped") as caught:
        run("baci", "--period", "2022")
    assert "continues where it stopped" in caught.value.hint


def test_what_is_installed_is_found_without_a_socket(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    table = tmp_path / "table.npz"
    table.write_bytes(b"numbers")
    monkeypatch.setattr("entrepot.sources.icio.get.installed_file", lambda: table)
    _, out, _ = run("icio", "--only-download", "--offline", "--json")
    [file] = json.loads(out)["files"]
    assert (file["state"], file["path"], file["bytes"]) == ("installed", str(table), 7)
    monkeypatch.setattr("entrepot.sources.icio.get.installed_file", lambda: None)
    with pytest.raises(MissingExtraError, match="sanction-simulator"):
        run("icio", "--only-download")


def test_the_cache_is_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path))
    assert Settings.read().cache == tmp_path
    monkeypatch.delenv("ENTREPOT_CACHE")
    assert "entrepot" in str(Settings.read().cache)
    assert Settings.read().cache != Settings.read().lake
