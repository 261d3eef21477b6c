"""The jobs of the benchmarks run, at a size that says nothing about speed, and agree with raw."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
ROWS = 2_000  # asked for; the list that questions are about makes it 87,000


@pytest.fixture(scope="module")
def script() -> Iterator[Any]:
    """Import a script of the benchmarks, whose helpers lie beside it."""
    before = set(sys.modules)
    sys.path.insert(0, str(FOLDER))
    yield import_module
    sys.path.remove(str(FOLDER))
    for name in set(sys.modules) - before:
        if FOLDER in Path(getattr(sys.modules[name], "__file__", None) or "/").parents:
            del sys.modules[name]


def test_a_year_of_baci_and_its_panel(script: Any, tmp_path: Path) -> None:
    files, load, panel = script("baci_files"), script("load_baci"), script("hhi_panel")
    zipped = files.release(tmp_path, 1, ROWS)
    text = files.csv_of_year(tmp_path, files.FIRST_YEAR, ROWS)
    lake = str(tmp_path / "lake")
    assert load.ours(str(zipped), lake)["rows"] == text.read_text().count("\n") - 1
    for job in (load.raw_once, load.raw_twice, load.raw_canonical):
        job(str(text), str(tmp_path))
    found = [
        panel.by_hand(lake, "", "1"),
        panel.by_hand(lake, "1", "1"),
        panel.measure(lake, "", "1"),
        panel.measure(lake, "1", "1"),
        panel.with_pandas(lake, "1"),
    ]
    assert len({one["cells"] for one in found}) == 1
    assert all(math.isclose(one["sum"], found[0]["sum"], rel_tol=1e-9) for one in found)


@pytest.mark.parametrize("sums", [False, True])
def test_a_year_of_comtrade(script: Any, tmp_path: Path, sums: bool) -> None:
    path = script("comtrade_files").annual(tmp_path, ROWS, sums=sums)
    load = script("load_comtrade")
    ours = load.ours(str(path), str(tmp_path / "lake"))
    assert ours == load.raw(str(path), str(tmp_path))


def test_goods_over_editions(script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPOT_BENCH_DIR", str(tmp_path))
    match, convert = script("goods_match"), script("goods_convert")
    monkeypatch.setattr(match, "ROWS", 500)
    ours = match.match()
    assert ours["families"] == match.scipy()["families"]
    assert ours["codes"] == match.CODES * len(match.EDITIONS)
    assert match.table()["matches"] > 0
    zipped = script("baci_files").release(tmp_path, 1, ROWS)
    script("load_baci").ours(str(zipped), str(tmp_path / "lake"))
    found, by_hand = convert.ours(str(tmp_path / "lake")), convert.by_hand(str(tmp_path / "lake"))
    assert found["rows"] == by_hand["rows"]
    for key in ("value", "mass"):
        assert math.isclose(found[key], by_hand[key], rel_tol=1e-9)
    monkeypatch.setattr(convert, "REPORTERS", 4)
    assert convert.estimate()["splits"] > 5_000


def test_coverage_of_a_premium(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    coverage = script("premium_coverage")
    monkeypatch.setattr(coverage, "REPLICATES", 100)
    for split in (False, True):
        found = coverage.measured(20, split=split, runs=5)
        assert set(found) == {"median", "did", "did, weighted"}
        assert all(0 <= cover <= 1 and error > 0 for cover, _, error in found.values())


def test_results_are_a_table(script: Any) -> None:
    harness = script("harness")
    found = harness.in_turns(
        {"ours": lambda: harness.Run(2, 3, 4), "raw": lambda: harness.Run(1, 1, 9)}, 3
    )
    assert harness.compared(found, "ours", {"raw": "3 at most"}).splitlines()[2:] == [
        "| ours | 2.00 | 3.00 | 4 |  |  |  |",
        "| raw | 1.00 | 1.00 | 9 | 2.00 | 3.00 | 3 at most |",
    ]


def test_what_got_slower_by_more_than_a_fifth_is_named(
    script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = script("run")
    monkeypatch.setattr(run, "RATIOS", tmp_path / "ratios.json")
    monkeypatch.setenv("ENTREPOT_BENCH_ROWS", "2000")
    assert run._compared({"a": 2.0}) == "No ratios of 2,000 rows a year were written before."
    written = {"2000": {"a": 10.0, "b": 10.0, "gone": 1.0}, "500000": {"b": 1.0}}
    run.RATIOS.write_text(json.dumps(written))
    assert run._compared({"a": 12.5, "b": 11.9, "new": 3.0}) == "slower: a: 10 before, 12.5 now"
    assert run._compared({"b": 11.9}) == "None of 1 ratios got worse by more than a fifth."


SCRIPTS = sorted(
    path
    for path in [*FOLDER.glob("*.py"), *FOLDER.glob("*/__main__.py")]
    if '"__main__"' in path.read_text()
)


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_a_command_line_is_read_before_any_work(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert any(word in text for word in ("harness.main(", "arguments(", "ArgumentParser("))
    assert "sys.argv" not in text or path.stem == "harness"


@pytest.mark.parametrize("words", [["-m", "benchmarks.claims"], ["benchmarks/load_baci.py"]])
def test_help_is_printed_and_a_slip_refused(words: list[str]) -> None:
    def run(word: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *words, word]
        return subprocess.run(
            command, cwd=FOLDER.parent, capture_output=True, text=True, check=False, timeout=600
        )

    asked = run("--help")
    assert (asked.returncode, asked.stdout[:6]) == (0, "usage:")
    assert run("--hlep").returncode == 2


def test_texts_of_the_checkers_benchmark_are_possible_until_an_error_is_put_in() -> None:
    from benchmarks.claims.errors import spoil, wanted
    from benchmarks.claims.levels import make
    from benchmarks.claims.seen import contradicts
    from benchmarks.claims.texts import write

    chance = random.Random(3)
    found = set()
    for kind in ("unit_scale", "sign", "stale", "direction"):
        for _ in range(8):
            world = make("invented", chance)
            assert world is not None
            claims = write(world, "en", chance, wanted(world, kind, chance))
            assert not contradicts(world, claims)
            error = spoil(kind, world, claims, "en", chance)
            if error is not None and contradicts(world, list(error.claims)):
                assert [one for one in error.claims if one not in claims]
                found.add(kind)
                break
    assert len(found) == 4


def test_what_got_slower_is_named(
    script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, harness = script("run"), script("harness")
    monkeypatch.setattr(run, "RATIOS", tmp_path / "ratios.json")
    monkeypatch.setenv("ENTREPOT_BENCH_ROWS", "1000")
    raw = [harness.Run(1.0, 1.0, 10.0)] * 3
    harness.RATIOS.clear()
    for cpu in (2.0, 3.0):
        harness.compared({"ours": [harness.Run(9.0, cpu, 10.0)] * 3, "raw": raw}, "ours", {})
    found = run._named("load")
    assert found == {"load: ours / raw": 2.0, "load: ours / raw (2)": 3.0}
    assert "No ratios" in run._compared(found)
    (tmp_path / "ratios.json").write_text(
        '{"1000": {"load: ours / raw": 1.9, "load: ours / raw (2)": 2.4}, "5": {}}', "utf-8"
    )
    assert run._compared(found) == "slower: load: ours / raw (2): 2.4 before, 3 now"
    assert "None of 2" in run._compared(found | {"load: ours / raw (2)": 2.5})


def test_files_of_what_people_wait_for_are_read(script: Any, tmp_path: Path) -> None:
    from entrepot.claims import read_document
    from entrepot.lake import Lake
    from entrepot.watching.run import parse_asked

    waiting = script("waiting")
    text = waiting._watched(tmp_path).read_text(encoding="utf-8")
    assert len(parse_asked(text, "watch.yaml").items) == 50
    assert len(read_document(waiting._claims(tmp_path)).claims) >= 36
    lake = Lake.open(tmp_path / "lake")
    report = lake.add("comext", waiting._months(tmp_path)[:2])
    assert [held.rows for held in report.added] == [600, 600]
    assert waiting.SCENARIO.is_file()
