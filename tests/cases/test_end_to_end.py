"""Journeys of a user at a shell: what is printed where, and which exit code is left."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from entrepot.cli.main import run
from entrepot.figures import ask
from entrepot.report import brief

ENTREPOT = (sys.executable, "-c", "from entrepot.cli.main import run; run()")
ASK = ("--importer", "RUS", "--exporter", "CHN", "--period", "2023")

# Made-up trade of 2023 in BACI's columns: year, exporter, importer, product, thousand USD, tons.
# Processors (854231, tier 1) and apples (080810, whose leading zero is lost) to Russia (643).
MADE_UP = """\
t,i,j,k,v,q
2022,156,643,854231,10,1
2023,156,643,854231,30,2
2023,344,643,854231,50,NA
2023,276,643,854231,20,1
2023,156,276,854231,70,4
2023,276,643,80810,100,9
"""


def entrepot(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in this process, which is quick, and return what it left."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        mock.patch.dict(os.environ, environment),
        mock.patch.object(sys, "argv", ["entrepot", *map(str, words)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            run()
        except SystemExit as stop:
            code = int(stop.code or 0)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a lake with the made-up trade, loaded by the command itself."""
    folder = tmp_path_factory.mktemp("journey")
    file = folder / "BACI_HS17_V202501.csv"
    file.write_text(MADE_UP, encoding="utf-8")
    done = entrepot("data", "add", "baci", file, "--lake", folder / "lake", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["added"][0]["rows"] == 6
    return folder / "lake"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("value", *ASK, "--goods", "chpl:1"), 30_000),
        (("value", *ASK, "--goods", "chpl:1", "--quantity", "mass"), 2_000),
        (("value", "--importer", "RUS", "--exporter", "CHN+HKG", "--period", "2023"), 80_000),
        (("growth", *ASK, "--base", "2022"), 200.0),
        (("import_share", *ASK, "--goods", "8542"), 0.3),
        (("hhi", "--importer", "RUS", "--period", "2023", "--goods", "854231"), 0.38),
        (("cr", "--importer", "RUS", "--period", "2023", "--k", "2"), 0.85),
    ],
)
def test_a_number_can_be_redone_by_hand(
    lake: Path, words: tuple[str, ...], expected: float
) -> None:
    told = entrepot("ask", *words, "--source", "baci", "--json", ENTREPOT_LAKE=str(lake))
    figure = json.loads(told.stdout)
    assert (told.returncode, figure["status"]) == (0, "ok")
    assert figure["value"] == pytest.approx(expected)
    assert figure["evidence"][0]["source"] == "baci"


def test_a_reader_that_has_seen_enough_does_not_change_the_exit_code() -> None:
    for words, code in ((("area", "list"), 0), (("ask", "hhi", "--importer", "RUS"), 3)):
        period = ("--period", "1950") if code else ()
        with subprocess.Popen(
            [*ENTREPOT, *words, *period, "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            running.stdout.close()
            told = running.stderr.read()
        assert (running.returncode, told) == (code, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_full_disk_behind_the_output_is_outside_the_program(form: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*ENTREPOT, "area", "list", *form],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 4
    assert done.stderr.startswith("error: the result cannot be written to standard output")


def test_the_width_that_is_asked_for_is_kept_in_a_pipe() -> None:
    narrow = entrepot("ask", "value", *ASK, COLUMNS="60")
    assert narrow.returncode == 0
    assert max(map(len, narrow.stdout.splitlines()[1:])) <= 60


def test_a_narrow_screen_still_shows_why_a_claim_differs(tmp_path: Path) -> None:
    file = tmp_path / "claims.yaml"
    file.write_text(
        "format: 1\nsource: {title: Made up}\nclaims:\n  - id: sent\n"
        "    value: {exporter: CHN, importer: RUS, period: 2023}\n    says: $1 billion\n",
        encoding="utf-8",
    )
    told = {wide: entrepot("check", file, COLUMNS=wide) for wide in ("60", "120")}
    assert {done.returncode for done in told.values()} == {1}
    reason = json.loads(entrepot("check", file, "--json").stdout)["claims"][0]["reason"]
    assert all(word in told["60"].stdout for word in reason.split())
    assert max(map(len, told["60"].stdout.splitlines())) <= 60


def test_trade_of_a_country_with_itself_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    page = tmp_path / "brief.md"
    refused = entrepot("brief", "RUS", "--supplier", "RUS", "--out", page)
    assert (refused.returncode, refused.stdout, page.exists()) == (2, "", False)
    assert "error: RUS on both sides" in refused.stderr


def test_what_is_missing_names_the_key_that_narrows_the_question() -> None:
    figure = ask("value", exporter="CHN", importer="RUS", period=2023, valuation="cif")
    assert figure.reason is not None
    assert "for 2023, CIF" in figure.reason


def test_the_largest_supplier_is_not_the_1_largest() -> None:
    one, three = (ask("cr", importer="RUS", period=2023, k=k) for k in (1, 3))
    assert str(one).startswith("Share of the largest of Russia’s suppliers")
    assert str(three).startswith("Share of the 3 largest of Russia’s suppliers")


def test_a_folder_that_does_not_exist_is_refused_before_the_work(lake: Path) -> None:
    path = lake.parent / "none" / "x.csv"
    done = entrepot("data", "export", "baci", path, ENTREPOT_LAKE=str(lake))
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: no such folder" in done.stderr


def test_an_unknown_snapshot_names_those_held(lake: Path) -> None:
    done = entrepot("data", "remove", "baci", "--snapshot", "zz", ENTREPOT_LAKE=str(lake))
    [held] = json.loads(entrepot("data", "list", "--json", ENTREPOT_LAKE=str(lake)).stdout)
    assert done.returncode == 2
    assert held["snapshot"] in done.stderr


def test_a_brief_in_python_takes_the_folder_of_a_lake_as_ask_does(lake: Path) -> None:
    page = brief("RUS", supplier="CHN", goods="8542", period=2023, lake=str(lake))
    shares = [item for item in page.figures if item.definition.measure == "import_share"]
    assert 0.3 in [pytest.approx(item.value) for item in shares if item.value is not None]
