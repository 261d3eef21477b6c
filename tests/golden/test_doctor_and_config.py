"""What this machine has, what is missing for what, and the settings of the user."""

from __future__ import annotations

import json
import os
import tomllib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from entrepot.cli import doctor
from entrepot.errors import RequestError, UnknownNameError
from entrepot.lake import Lake
from entrepot.settings import Settings, config_file, write_config
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., tuple[int, str, str]]

SHARE = ("ask", "import_share", "--importer", "DEU", "--period", "2022", "--json")


def _checks(entrepot: Run, *words: str) -> dict[str, dict[str, str]]:
    _, printed, _ = entrepot("doctor", "--json", *words)
    return {one["what"]: one for one in json.loads(printed)["checks"]}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    path = tmp_path / "reports.csv"
    path.write_text(text_of([row(1e9, reporter=643, partner=156)]))
    held = Lake.open(tmp_path / "lake")
    held.add("comtrade", [path])
    return held


def test_every_extra_of_the_package_is_looked_at() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    extras = tomllib.loads(text)["project"]["optional-dependencies"]
    assert set(doctor.EXTRAS) == set(extras) - {"all", "dev"}


def test_what_is_not_installed_is_missing_for_something(
    entrepot: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = metadata.version

    def version(name: str) -> str:
        if name.lower() == "xlsxwriter":
            raise metadata.PackageNotFoundError(name)
        return usual(name)

    assert _checks(entrepot)["extra excel"]["state"] == "ok"
    monkeypatch.setattr(metadata, "version", version)
    found = _checks(entrepot)["extra excel"]
    assert found["state"] == "missing"
    assert "workbooks" in found["found"]
    assert found["command"].endswith("pip install 'entrepot[excel]'")


def test_java_is_asked_for_its_version(
    entrepot: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    program = tmp_path / "java"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert _checks(entrepot)["Java"]["state"] == "missing"
    for number, state in (("17.0.2", "ok"), ("11.0.1", "missing")):
        program.write_text(f"#!/bin/sh\necho 'openjdk version \"{number}\"' >&2\n")
        program.chmod(0o755)
        assert _checks(entrepot)["Java"]["state"] == state


def test_a_lake_is_described_and_a_broken_one_is_wrong(entrepot: Run, lake: Lake) -> None:
    found = _checks(entrepot, "--lake", str(lake.path))
    assert "1 rows of comtrade" in found["lake"]["found"]
    assert "free" in found["disk"]["found"]
    (lake.path / "catalog.json").write_text("{")
    code, printed, _ = entrepot("doctor", "--lake", str(lake.path))
    assert code == 1
    assert "1 wrong" in printed


def test_an_option_wins_over_the_environment_and_that_over_the_file(
    entrepot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENTREPOT_LAKE")
    assert entrepot("config", "lake", str(tmp_path / "one"))[0] == 0
    assert Settings.read().lake == tmp_path / "one"
    monkeypatch.setenv("ENTREPOT_LAKE", str(tmp_path / "two"))
    assert Settings.read().lake == tmp_path / "two"
    assert Settings.read(tmp_path / "three").lake == tmp_path / "three"
    entrepot("config", "lake", "--unset")
    assert not config_file().exists()


def test_default_goods_and_supplier_are_taken_where_they_are_needed_and_said(
    entrepot: Run,
) -> None:
    entrepot("config", "supplier", "China")
    entrepot("config", "goods", "850511")
    _, printed, said = entrepot(*SHARE)
    definition = json.loads(printed)["definition"]
    assert (definition["exporter"], definition["goods"]) == ("CHN", "850511")
    assert "exporter CHN" in said
    _, printed, said = entrepot(*SHARE, "--exporter", "PHL", "--goods", "280461")
    assert json.loads(printed)["definition"]["exporter"] == "PHL"
    assert "settings" not in said
    code, printed, _ = entrepot("ask", "hhi", *SHARE[2:])
    assert (code, json.loads(printed)["definition"]["goods"]) == (0, "850511")


@pytest.mark.parametrize(
    ("key", "value"),
    [("threads", "many"), ("engine", "abacus"), ("supplier", "Atlantis"), ("goods", "99999")],
)
def test_a_setting_that_no_command_takes_is_refused(entrepot: Run, key: str, value: str) -> None:
    entrepot("config")  # what every command sets is set
    usual = dict(os.environ)
    assert entrepot("config", key, value)[0] == 2
    assert not config_file().exists()
    assert dict(os.environ) == usual


@pytest.mark.parametrize(
    "words", [("set", "language", "de"), ("language=de",), ("set", "language=de")], ids=" ".join
)
def test_a_setting_is_set_as_other_programs_have_it(entrepot: Run, words: tuple[str, ...]) -> None:
    assert entrepot("config", *words)[0] == 0
    _, printed, _ = entrepot("config", "show", "--json")
    assert json.loads(printed)["settings"] == {"language": "de"}


def test_a_value_of_several_words_is_to_be_quoted(entrepot: Run) -> None:
    code, _, said = entrepot("config", "lake", "/data/my", "lake")
    assert (code, config_file().exists()) == (2, False)
    assert "entrepot config lake '/data/my lake'" in said


def test_a_file_that_is_no_settings_is_refused() -> None:
    path = write_config({"lake": "x"})
    path.write_text("lake = [1]\n")
    with pytest.raises(RequestError, match="neither a text nor a number"):
        Settings.read()
    path.write_text("lake =\n# changed")
    with pytest.raises(RequestError, match="cannot be read"):
        Settings.read()
    path.write_text("laek = 'x'\n# changed again")
    with pytest.raises(UnknownNameError, match="laek"):
        Settings.read()


@pytest.mark.parametrize("text", ["a = " + "[" * 5000 + "]" * 5000, "supplier = " + "9" * 5000])
def test_settings_that_no_parser_could_take_are_no_defect(entrepot: Run, text: str) -> None:
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_text(text)
    code, _, said = entrepot("config")
    assert (code, "the settings cannot be read" in said, "Traceback" in said) == (2, True, False)


def test_a_mark_that_editors_of_windows_write_is_no_setting(entrepot: Run) -> None:
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_text('\ufeffsupplier = "DEU"\n', encoding="utf-8")
    code, told, _ = entrepot("config", "--json")
    assert (code, "DEU" in told) == (0, True)


def test_every_step_is_in_the_log(
    entrepot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lake: Lake
) -> None:
    log = tmp_path / "logs" / "entrepot.log"
    monkeypatch.setenv("ENTREPOT_LOG", str(log))
    code, _, said = entrepot("data", "check", "--lake", str(lake.path), "--verbose")
    assert code == 0
    for words in ("data check --lake", "checking the lake", "done: checking the lake"):
        assert words in said
        assert words in log.read_text()
    entrepot("data", "show", "bacci", "--verbose")
    assert "ended with exit code 2: unknown source: 'bacci'" in log.read_text()
    size = log.stat().st_size
    assert entrepot("data", "list", "--quiet")[2] == ""
    assert log.stat().st_size == size


def test_no_secret_and_no_erased_name_is_in_the_log(
    entrepot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lake: Lake
) -> None:
    log = tmp_path / "entrepot.log"
    monkeypatch.setenv("ENTREPOT_LOG", str(log))
    where = ("--lake", str(lake.path), "--verbose")
    said = entrepot("data", "erase", "Jane Doe", "--yes", *where)[2]
    # Refused before anything is served.
    port = ("--allow-embed", "no origin")
    said += entrepot("serve", "--token", "sixteen-letters-1", *port, *where)[2]
    said += entrepot("serve", "--token=sixteen-letters-2", *port, *where)[2]
    kept = log.read_text()
    assert "entrepot data erase" in kept
    assert "entrepot serve --token" in kept
    for secret in ("Jane", "Doe", "sixteen-letters"):
        assert secret not in kept + said


def test_what_is_not_found_is_not_offered_to_be_erased(entrepot: Run, lake: Lake) -> None:
    _, printed, _ = entrepot("data", "erase", "Jane Doe", "--lake", str(lake.path))
    assert "No line of a register has this name." in printed
    assert "to erase it" not in printed
    assert "Add --yes to keep it out of files that are loaded later." in printed


def test_disk_use_is_by_source_and_a_superseded_file_counts_apart(
    entrepot: Run, lake: Lake, tmp_path: Path
) -> None:
    _, printed, _ = entrepot("data", "status", "--lake", str(lake.path), "--json")
    (one,) = json.loads(printed)["sources"]
    stored = list(lake.path.rglob("*.parquet"))
    least = sum(path.stat().st_size for path in stored)
    assert one["source"] == "comtrade"
    assert least <= one["bytes"] <= least + 10_000
    assert one["superseded_bytes"] == 0


def test_a_lake_is_copied_and_moved(entrepot: Run, lake: Lake, tmp_path: Path) -> None:
    place = ("--lake", str(lake.path))
    assert entrepot("data", "copy", str(tmp_path / "copy"), *place)[0] == 0
    assert Lake.open(tmp_path / "copy").holdings() == lake.holdings()
    assert [one.name for one in tmp_path.glob(".*")] == []
    assert entrepot("data", "copy", str(tmp_path / "copy"), *place)[0] == 2
    held = lake.holdings()
    with lake.reading():
        code, _, said = entrepot("data", "move", str(tmp_path / "moved"), *place)
    assert (code, "another process reads" in said) == (4, True)
    assert entrepot("data", "move", str(tmp_path / "moved"), *place)[0] == 0
    assert not lake.path.exists()
    assert Lake.open(tmp_path / "moved").holdings() == held
    (tmp_path / "moved" / "raw").rename(tmp_path / "raw")
    (tmp_path / "moved" / "raw").symlink_to(tmp_path / "raw")
    code, _, said = entrepot(
        "data", "move", str(tmp_path / "again"), "--lake", str(tmp_path / "moved")
    )
    assert (code, "link" in said) == (2, True)


@pytest.mark.parametrize("kind", ["pipe", "large", "folder"])
def test_what_is_no_file_of_settings_is_neither_read_nor_replaced(
    entrepot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / "mine"
    if kind == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("Windows has no named pipes in folders")
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_text("#" * 70_000 + '\ngoods = "850511"\n')
    before = path.lstat()
    monkeypatch.setenv("ENTREPOT_CONFIG", str(path))
    for words in (["config"], ["config", "supplier", "CHN"]):
        code, _, said = entrepot(*words)
        assert code == 2
        assert "ENTREPOT_CONFIG" in said
    assert path.lstat().st_ino == before.st_ino


def test_no_device_is_replaced_by_settings(entrepot: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # Refused before anything is written, so that the test cannot harm the machine.
    monkeypatch.setattr(doctor, "write_config", lambda _: pytest.fail("written"))
    monkeypatch.setenv("ENTREPOT_CONFIG", os.devnull)
    assert entrepot("config")[0] == 0
    code, _, said = entrepot("config", "supplier", "CHN")
    assert code == 4
    assert "a device" in said


def test_settings_behind_a_link_are_written_there(
    entrepot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, link = tmp_path / "kept.toml", tmp_path / "link.toml"
    kept.write_text('supplier = "CHN"\n')
    link.symlink_to(kept)
    monkeypatch.setenv("ENTREPOT_CONFIG", str(link))
    assert entrepot("config", "threads", "2")[0] == 0
    assert link.is_symlink()
    assert tomllib.loads(kept.read_text()) == {"supplier": "CHN", "threads": "2"}


@pytest.mark.parametrize(
    ("key", "value"), [("memory", "4 parsecs"), ("lake", " "), ("threads", "0")]
)
def test_a_value_is_judged_at_the_door_and_no_variable_is_blamed(
    entrepot: Run, key: str, value: str
) -> None:
    code, _, said = entrepot("config", key, value)
    assert code == 2
    assert "where:" not in said
    assert not config_file().exists()


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("flows/**/*.parquet", "a file of the lake is not what was written"),
        ("raw/" + "[0-9a-f]" * 64, "the kept bytes of reports.csv"),
    ],
)
@pytest.mark.parametrize("is_cut", [False, True])
def test_a_lake_with_files_gone_is_wrong(
    entrepot: Run, lake: Lake, pattern: str, said: str, is_cut: bool
) -> None:
    assert _checks(entrepot, "--lake", str(lake.path))["lake"]["state"] == "ok"
    path = next(lake.path.glob(pattern))
    if is_cut:
        os.truncate(path, path.stat().st_size - 1)
    else:
        path.unlink()
    found = _checks(entrepot, "--lake", str(lake.path))["lake"]
    assert found["state"] == "wrong"
    assert said in found["found"]


def test_what_the_user_wrote_beside_the_settings_stays(entrepot: Run, tmp_path: Path) -> None:
    """The file was written anew, and comments were lost."""
    file = config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('# mine\n\nlake = "/x"  # the "small" one\nthreads = 2\n# end\n')
    assert entrepot("config", "lake", str(tmp_path / "new"))[0] == 0
    assert entrepot("config", "supplier", "CHN")[0] == 0
    assert file.read_text() == (
        f'# mine\n\nlake = "{tmp_path / "new"}"  # the "small" one\nthreads = "2"\n# end\n'
        'supplier = "CHN"\n'
    )
    for key in ("lake", "threads", "supplier"):
        assert entrepot("config", key, "--unset")[0] == 0
    assert file.read_text() == "# mine\n\n# end\n"
    # A value over several lines is one of the few that lose them; no setting is ever lost.
    file.write_text("# mine\nsupplier = '''\nCHN'''\nthreads = 1\n")
    assert entrepot("config", "memory", "1GB")[0] == 0
    assert tomllib.loads(file.read_text()) == {"supplier": "CHN", "threads": "1", "memory": "1GB"}
    assert [one.name for one in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("http://example.org/lake", "no lake can be at this address"),
        ("s3://", "no lake can be at this address"),
        ("~nobody-of-that-name/lake", "no user of this machine"),
        ("FILE", "the setting lake names a folder"),
    ],
)
def test_a_lake_that_no_command_could_open_is_refused(
    entrepot: Run, tmp_path: Path, value: str, words: str
) -> None:
    (tmp_path / "FILE").write_text("x")
    value = str(tmp_path / "FILE") if value == "FILE" else value
    code, _, said = entrepot("config", "lake", value)
    assert (code, words in said) == (2, True)
    assert not config_file().exists()
    if "FILE" not in value:
        code, _, said = entrepot("data", "list", "--lake", value)
        assert (code, words in said) == (2, True)


@pytest.mark.parametrize(
    ("address", "words"),
    [("s3://bucket/lake", "need a folder"), ("s3a://bucket/lake", "Only Spark reads")],
)
def test_what_a_lake_at_an_address_can_do_is_said(
    entrepot: Run, monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    monkeypatch.delenv("ENTREPOT_LAKE")
    code, _, said = entrepot("config", "lake", address)
    assert (code, words in " ".join(said.split())) == (0, True)
    assert Settings.read(anywhere=True).address == address


@pytest.mark.parametrize("memory", ["lots", "0", "-1GB", "1 banana"])
def test_an_amount_of_memory_that_is_none_stops_a_question(
    entrepot: Run, lake: Lake, monkeypatch: pytest.MonkeyPatch, memory: str
) -> None:
    """It was taken for a lack of data, and the answer said that a reporter was missing."""
    monkeypatch.setenv("ENTREPOT_MEMORY", memory)
    words = ("--exporter", "CHN", "--importer", "RUS", "--period", "2022", "--lake", str(lake.path))
    code, printed, said = entrepot("ask", "value", *words)
    assert (code, printed) == (2, "")
    assert f"not an amount of memory: '{memory}'" in said
    assert "ENTREPOT_MEMORY" in said
