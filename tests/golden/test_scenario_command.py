"""`entrepot scenario` on a made-up table: what it prints and writes, side by side, refusals."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.figures.scenario import evaluate_scenario, parse_scenario
from entrepot.lake import Lake
from entrepot.sources.icio import wheel
from entrepot.sources.icio import wheel as arrays
from made_icio import MadeUp, arrays_of, installed, made_up, text_of, written

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.usefixtures("own_cache")

AREAS = ("CHN", "DEU", "HKG", "RUS", "USA")
FILE = """\
format: 1
title: Two <stop> selling
note: Made up.
period: 2022
cut:
  imposes: DEU+USA
  target: RUS
  instrument: export_ban
  sectors: [C26, C29]
retaliation: {instrument: export_ban, sectors: [A01]}
economy:
  leak: {take: 0.1, also: [0.3]}
  friction: {take: 0.3, also: [0.6]}
  inputs: 0.5
  outer: {take: 0.5, also: [1]}
extraction:
  replaced: {others: 0.5, CHN: 0.2, not_replaced: 0.3}
"""


@pytest.fixture(scope="module")
def table() -> MadeUp:
    found = made_up(5, AREAS)
    for node in found.nodes:
        bought = sum(found.inputs.get((seller, node), 0.0) for seller in found.nodes)
        found.final[node] = round(found.final[node] + 1.5 * bought, 4)
    return found


@pytest.fixture
def files(tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Two scenarios, beside an installed package with a made-up table."""
    held = installed(arrays.benchmark(arrays_of(table), "made up"))
    monkeypatch.setattr(wheel, "installed", lambda: held)
    monkeypatch.setattr(wheel, "installed_file", lambda: tmp_path)
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text(FILE)
    other.write_text(FILE.replace("export_ban\n", "embargo\n").replace("Two <stop>", "All stop"))
    return one, other


def told(found: dict[str, Any], who: str) -> dict[str, Any]:
    return next(one for one in found["economy"]["sides"] if one["who"] == who)


def test_one_scenario_as_data(entrepot: Run, files: tuple[Path, Path], table: MadeUp) -> None:
    code, out, _ = entrepot("scenario", str(files[0]), "--json")
    assert code == 0
    found = json.loads(out)
    assert found["scenario"]["economy"]["friction"] == {"take": 0.3, "also": [0.6]}
    stopped = sum(
        value
        for ((seller, sector), (buyer, _)), value in table.inputs.items()
        if (seller in ("DEU", "USA") and buyer == "RUS" and sector in ("C26", "C29"))
        or (seller == "RUS" and buyer in ("DEU", "USA") and sector == "A01")
    )
    assert found["economy"]["stopped_usd"] == pytest.approx(0.9e6 * stopped)
    assert found["extraction"]["unmet_usd"] == pytest.approx(0.3e6 * stopped)
    target, world = told(found, "target"), told(found, "world")
    for one in (target["lost_usd"], target["lost_share"], world["lost_usd"]):
        assert one["low"] < one["value"] < one["high"]
    parts = sum(told(found, who)["lost_usd"]["value"] for who in ("target", "imposes", "others"))
    assert parts == pytest.approx(world["lost_usd"]["value"])
    areas = found["economy"]["areas"]
    assert sum(one["lost_usd"]["value"] for one in areas) == pytest.approx(parts)
    sectors = [one for one in found["economy"]["sectors"] if one["who"] == "target"]
    lost = sum(one["lost_usd"]["value"] for one in sectors)
    assert lost == pytest.approx(target["lost_usd"]["value"])
    # Value, three alone, and both ends at three leaks, of which one each is there already.
    assert found["economy"]["solutions"] == 1 + 3 + 2 + 2
    assert set(found["economy"]["alone"]) == {"leak", "friction", "outer"}
    assert found["economy"]["checks"]["miss"] < 1e-9
    assert [one["id"] for one in found["caveats"]] == ["scenario", "scenario"]


def test_a_country_in_parts(tmp_path: Path, table: MadeUp) -> None:
    """The OECD gives China in two parts: cut, and told, as the whole that they are."""
    found = {}
    for name, split in (("whole", {}), ("parts", {"CHN": ("CN1", "CN2")})):
        folder = tmp_path / name
        folder.mkdir()
        lake = Lake.open(folder / "lake")
        lake.add("icio", [written(folder, text_of(table, split, digits=9))])
        file = parse_scenario(FILE.replace("DEU+USA", "CHN").replace("CHN: 0.2", "USA: 0.2"))
        found[name] = evaluate_scenario(file, lake).to_dict()
    for one, other in zip(
        found["whole"]["economy"]["areas"], found["parts"]["economy"]["areas"], strict=True
    ):
        assert other["code"] == one["code"]
        assert other["lost_usd"]["value"] == pytest.approx(one["lost_usd"]["value"], rel=1e-5)
        assert other["lost_usd"]["high"] == pytest.approx(one["lost_usd"]["high"], rel=1e-5)
    whole, parts = (one["extraction"]["sides"][0]["lost_usd"]["value"] for one in found.values())
    assert parts == pytest.approx(whole, rel=1e-5)


def test_the_answer_comes_first_and_detail_when_asked(
    entrepot: Run, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = entrepot("scenario", str(files[0]))
    assert code == 0
    lines = out.splitlines()
    assert lines[1].startswith("In a model, for lack of inputs Russia would lose ")
    assert len(lines) < 60
    assert max(map(len, lines)) <= 80
    assert "Sectors of the target" not in out
    whole = entrepot("scenario", str(files[0]), "--all")[1]
    assert "Sectors of the target that lose most" in whole
    assert whole.splitlines()[1] == lines[1]
    said = json.loads(entrepot("scenario", str(files[0]), "--json")[1])["answer"]
    assert " ".join(out.split()).count(" ".join(said.split()[:12])) == 1


def test_several_side_by_side(
    entrepot: Run, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "220")
    code, out, _ = entrepot("scenario", *map(str, files))
    assert code == 0
    text = " ".join(out.split())
    for words in (
        "Two <stop> selling",
        "All stop selling",
        "target, of output",
        "imposes the cut, of output",
        "displaced trade not rebuilt (friction)",
        "others 50.0 %, China 20.0 %, not replaced 30.0 %",
    ):
        assert words in text
    code, out, _ = entrepot("scenario", *map(str, files), "--json")
    one, other = json.loads(out)["scenarios"]
    # A both-way cut of the same goods costs both sides more.
    for who in ("target", "imposes"):
        assert told(other, who)["lost_usd"]["value"] > told(one, who)["lost_usd"]["value"]


def test_files(entrepot: Run, files: tuple[Path, Path], tmp_path: Path) -> None:
    written = [tmp_path / f"found{suffix}" for suffix in (".html", ".md", ".json", ".svg")]
    named = [word for out in written for word in ("--out", str(out))]
    assert entrepot("scenario", str(files[0]), *named)[0] == 0
    for out in written:
        assert "Two <stop>" not in out.read_text() or out.suffix == ".json"
    page = (tmp_path / "found.html").read_text()
    assert "Two &lt;stop&gt; selling" in page
    assert page.count("<svg") >= 4  # ladder and map, wide and narrow
    assert not re.search(r"""(src|href)=["']https?:""", page)
    assert "Output lost for lack of sales" in page
    assert "Largest losses of other economies" in page
    assert page.count(">Germany (imposes)</text>") == 2  # wide and narrow
    assert page.count(">Russia (target)</text>") == 2  # a side by itself stands there once
    ladder = ET.fromstring((tmp_path / "found.svg").read_text())
    assert "Russia" in ladder.attrib["aria-label"]
    table = (tmp_path / "found.md").read_text()
    assert "# Two \\<stop\\> selling" in table
    assert "| Russia | target |" in table


def test_a_cut_too_small_to_tell_is_zero(
    entrepot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two small economies beside a large one: what they lose is less than it is off by."""
    table = made_up(5, AREAS)
    small = {node for node in table.nodes if node[0] in ("HKG", "RUS")}
    for pair in table.inputs:
        if small & set(pair):
            table.inputs[pair] *= 1e-7
    for node in table.nodes:
        if node in small:
            table.final[node] *= 1e-7
        bought = sum(table.inputs.get((seller, node), 0.0) for seller in table.nodes)
        table.final[node] += 1.5 * bought
    held = installed(arrays.benchmark(arrays_of(table), "made up"))
    monkeypatch.setattr(wheel, "installed", lambda: held)
    monkeypatch.setattr(wheel, "installed_file", lambda: tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    file = tmp_path / "small.yaml"
    file.write_text(
        "format: 1\ntitle: Little\nperiod: 2022\n"
        "cut: {imposes: HKG, target: RUS, instrument: export_ban, sectors: [A01]}\n"
        "economy: {outer: {take: 0.5, also: [0.2]}, leak: 0.1, friction: 0.3, inputs: 0.5}\n"
        "extraction: {replaced: {others: 1}}\n"
    )
    page = tmp_path / "small.html"
    code, out, _ = entrepot("scenario", str(file), "--all", "--out", str(page))
    assert code == 0
    assert "Russia would lose no amount distinguishable from zero" in out
    assert "the largest losses: none." in page.read_text()
    assert "Largest losses of other economies" not in page.read_text()
    assert "none within the accuracy of the solution" in out
    assert "not at all" in out
    lost = [line for line in out.splitlines() if "% " in line and "USD" in line]
    assert lost
    assert not [line for line in lost if re.search(r"0\.000000", line)]


def test_the_file_that_ships_reads() -> None:
    from entrepot.figures.scenario import read_scenario

    example = Path(__file__).resolve().parents[2] / "examples" / "cut-off.yaml"
    found = read_scenario(example)
    assert found.economy is not None
    assert found.extraction is not None
    page = example.parents[1] / "docs" / "how-to" / "estimate-a-cut-off.md"
    [block] = re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)
    from entrepot.figures.scenario import parse_scenario

    assert parse_scenario(block).cut.target == "RUS"


@pytest.mark.skipif(
    wheel.installed_file() is None, reason="needs the package sanction-simulator (extra icio)"
)
def test_the_file_that_ships_runs(entrepot: Run, tmp_path: Path) -> None:
    example = Path(__file__).resolve().parents[2] / "examples" / "cut-off.yaml"
    text = example.read_text()
    for also in re.findall(r"\{take: (\S+), also: \[.*?\]\}", text):
        text = re.sub(r"\{take: \S+, also: \[.*?\]\}", also, text, count=1)
    once = tmp_path / "once.yaml"  # one set of assumptions: seconds instead of a minute
    once.write_text(text)
    code, out, _ = entrepot("scenario", str(once), "--json")
    assert code == 0
    found = json.loads(out)
    target = told(found, "target")
    assert target["lost_share"]["low"] is None  # one value alone has no ends
    assert 0.005 < target["lost_share"]["value"] < 0.05
    assert found["economy"]["solutions"] == 1


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("RUS", "GEO", 2, "icio has no entry of its own for Georgia"),
        ("CHN: 0.2", "GEO: 0.2", 2, "icio has no entry of its own for Georgia"),
        ("2022", "2019", 3, "2019"),
        ("[C26, C29]", "[C20]", 2, "sector of the economy"),
        ("format: 1", "format: 2", 2, "format"),
        ("friction: {take: 0.3, also: [0.6]}", "frcition: 1", 2, "did you mean friction"),
    ],
)
def test_what_is_refused(
    entrepot: Run, files: tuple[Path, Path], old: str, new: str, code: int, words: str
) -> None:
    files[0].write_text(FILE.replace(old, new))
    found, out, said = entrepot("scenario", str(files[0]), "--json")
    assert found == code
    assert words in said
    assert json.loads(out)["exit_code"] == code


def test_goods_that_are_not_held(entrepot: Run, files: tuple[Path, Path]) -> None:
    cut = FILE.partition("  sectors")[0]
    files[0].write_text(f"{cut}goods: {{goods: '854231', sigma: 3}}\n")
    code, out, _ = entrepot("scenario", str(files[0]))
    assert code == 3
    said = " ".join(out.split())
    assert "the loss to Russia without Germany and the United States cannot be computed" in said
    assert "Russia not known" in said  # its line in the table
    assert json.loads(entrepot("scenario", str(files[0]), "--json")[1])["economy"] is None


def test_names_of_files_that_are_refused(entrepot: Run, files: tuple[Path, Path]) -> None:
    assert entrepot("scenario", str(files[0]), "--out", "found.pdf")[0] == 2
    code, _, said = entrepot("scenario", str(files[0]), "--out", str(files[0]))
    assert code == 2
    assert "cannot write a scenario as .yaml" in said
    assert entrepot("scenario", "nowhere.yaml")[0] == 2
