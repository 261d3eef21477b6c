"""What a scenario says first: who loses how much, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.errors import BadFileError, NoEvidenceError
from entrepot.figures.scenario import evaluate, evaluate_scenario, parse_scenario
from entrepot.figures.scenario.result import Between
from entrepot.lake import Lake
from entrepot.limits import Limits, under
from entrepot.model.areas import area_phrase
from entrepot.model.display import NBSP, range_text
from entrepot.report.scenario_tables import answer, in_lines, short_tables, stops
from made_icio import made_up, text_of, written

if TYPE_CHECKING:
    from entrepot.figures.scenario import Scenario

FILE = """\
format: 1
title: Two stop
period: 2022
cut: {imposes: DEU+USA, target: RUS, instrument: export_ban}
economy: {leak: 0.1, friction: {take: 0.3, also: [0.6]}, inputs: 0.5, outer: 0.5}
extraction: {replaced: {others: 1}}
"""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("answers")
    table = made_up(5, ("CHN", "DEU", "HKG", "RUS", "USA"))
    for node in table.nodes:
        bought = sum(table.inputs.get((seller, node), 0.0) for seller in table.nodes)
        table.final[node] = round(table.final[node] + 1.5 * bought, 4)
    found = Lake.open(folder / "lake")
    found.add("icio", [written(folder, text_of(table))])
    return found


@pytest.fixture(scope="module")
def found(lake: Lake) -> Scenario:
    return evaluate_scenario(parse_scenario(FILE), lake)


def test_both_sides_with_their_ranges_and_who_else(found: Scenario) -> None:
    said = answer(found)
    assert found.economy is not None
    for loss in found.economy.sides[:2]:
        ends = range_text(loss.lost_share.low, loss.lost_share.high, "share")
        assert f"lose {ends} of output" in said
    assert said.startswith("In a model, for lack of inputs Russia would lose ")
    assert "Germany and the United States, imposing the cut, would lose" in said
    assert "under the one set" not in said
    hardest = said.partition("part of output would be lost in ")[2].partition(". For lack")[0]
    most = max(
        (one for one in found.economy.areas if one.code != "RUS"),
        key=lambda one: one.lost_share.value,
    )
    assert hardest.startswith(area_phrase(most.code))
    assert "Russia" not in hardest  # a side of its own, told already
    assert "For lack of sales Russia would " in said
    assert stops(found.file) == "Germany and the United States stop selling inputs to Russia"


def test_one_set_of_assumptions_is_called_one(lake: Lake) -> None:
    text = FILE.replace("{take: 0.3, also: [0.6]}", "0.3").partition("extraction")[0]
    assert "under the single set of assumptions" in answer(
        evaluate_scenario(parse_scenario(text), lake)
    )


def test_gains_and_nothing_are_called_so(found: Scenario) -> None:
    assert found.economy is not None
    target, *rest = found.economy.sides

    def said(value: float, low: float | None, high: float | None) -> str:
        changed = replace(target, lost_share=Between(value, low, high))
        economy = replace(found.economy, sides=(changed, *rest))
        return answer(replace(found, economy=economy))

    assert "Russia would lose no amount distinguishable from zero" in said(0, None, None)
    gain = said(-0.02, -0.03, -0.01).replace(NBSP, " ")
    assert "Russia would gain 1.0 to 3.0 % of output" in gain
    both = said(0.0, -0.01, 0.02).replace(NBSP, " ")
    assert "from gaining 1.0 % of output to losing 2.0 %" in both


def test_the_screen_has_the_ladder_with_ranges_first(found: Scenario) -> None:
    ladder, sales = short_tables(found)
    assert ladder.columns[:3] == ("who", "of output", "value")
    assert ladder.rows[0][0] == "Russia (target)"
    assert " to " in ladder.rows[0][1]
    assert len(sales.rows) == 4
    lines = list(in_lines(found))
    assert "(friction) 0.3 (0.3 to 0.6)" in lines[0]
    assert "displaced trade not rebuilt (friction)" in lines[1]


def test_a_year_without_a_table_says_which_are_loaded_and_how_to_load_one(lake: Lake) -> None:
    [year] = [line for line in FILE.splitlines() if line.startswith("period:")]
    with pytest.raises(NoEvidenceError) as said:
        evaluate_scenario(parse_scenario(FILE.replace(year, "period: 1999")), lake)
    assert "not for 1999" in str(said.value)
    assert "entrepot data add icio FILE" in str(said.value)
    assert "pip install" not in str(said.value)


def test_everybody_else_is_a_side(lake: Lake) -> None:
    text = FILE.replace("DEU+USA", "others").partition("extraction")[0]
    whole = evaluate_scenario(parse_scenario(text), lake)
    named = evaluate_scenario(parse_scenario(text.replace("others", "CHN+DEU+HKG+USA")), lake)
    assert whole.economy is not None
    assert named.economy is not None
    assert whole.economy.areas == named.economy.areas
    assert [one.who for one in whole.economy.sides] == ["target", "imposes", "world"]
    assert stops(whole.file) == "All other countries stop selling inputs to Russia"
    assert [note.id for note in whole.caveats] == ["scenario"]  # no list of who is not held


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("target: RUS", "target: others", "no area is named"),
        ("extraction: {replaced: {others: 1}}", "goods: {goods: '854231'}", "goods and others"),
        ("{others: 1}}", "{CHN: 1}}", "CHN sells instead, and is on a side"),
    ],
)
def test_what_everybody_else_cannot_be(old: str, new: str, words: str) -> None:
    text = FILE.replace("DEU+USA", "others").replace(old, new)
    with pytest.raises(BadFileError, match=words):
        parse_scenario(text)


def test_sides_alone_are_those_of_all_assumptions(lake: Lake) -> None:
    """Their ends are at three of the sets, so that a brief need not work out the others."""
    file = parse_scenario(FILE.partition("economy")[0] + "economy: {}\n")
    every, short = (evaluate_scenario(file, lake, sides_only=one) for one in (False, True))
    assert every.economy is not None
    assert short.economy is not None
    for whole, alone in zip(every.economy.sides, short.economy.sides, strict=True):
        for end in ("value", "low", "high"):
            wanted = getattr(whole.lost_share, end)
            assert getattr(alone.lost_share, end) == pytest.approx(wanted, rel=1e-9)
    assert (short.economy.areas, short.economy.sectors, short.economy.solutions) == ((), (), 3)
    assert short.caveats == every.caveats
    assert answer(short).startswith("In a model, for lack of inputs Russia would lose ")


@pytest.mark.usefixtures("own_cache")
def test_a_cut_off_is_worked_out_once(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is what was worked out; another assumption, cut or code has another name."""
    text = FILE.replace("also: [0.6]", "also: [0.6, 0.0]").partition("extraction")[0]
    first = evaluate_scenario(parse_scenario(text), lake).economy
    times = 0

    def counted(*asked: Any, **more: Any) -> Any:
        nonlocal times
        times += 1
        return worked(*asked, **more)

    worked = evaluate.worked
    monkeypatch.setattr(evaluate, "worked", counted)
    assert evaluate_scenario(parse_scenario(text), lake).economy == first
    assert times == 0
    for other in (
        text.replace("leak: 0.1", "leak: 0.2"),
        text.replace("leak", "cap: 0.2, leak"),
        text.replace("RUS", "HKG"),
        text.replace("instrument: export_ban", "instrument: export_ban, sectors: [C26]"),
    ):
        assert evaluate_scenario(parse_scenario(other), lake).economy != first
    assert times == 4
    evaluate_scenario(parse_scenario(text), lake, sides_only=True)
    monkeypatch.setattr(evaluate, "_code", lambda: "other code")
    assert evaluate_scenario(parse_scenario(text), lake).economy == first
    assert times == 6
    with under(Limits(files=False)):  # a server opens nothing but its lake
        assert evaluate_scenario(parse_scenario(text), lake).economy == first
    assert times == 7


@pytest.mark.usefixtures("own_cache")
def test_what_has_no_solution_is_kept_with_its_reason(lake: Lake) -> None:
    # All other trade with Russia stops whole: nobody is left who would rebuild it.
    text = FILE.replace("leak: 0.1", "leak: {take: 0.3, also: [0.0]}").replace("DEU+USA", "others")
    text = text.partition("extraction")[0].replace("inputs: 0.5", "inputs: {take: 5, also: [0]}")
    first, again = (evaluate_scenario(parse_scenario(text), lake).economy for _ in range(2))
    assert first is not None
    assert first == again
    assert first.left_out
    assert all(one["why"] for one in first.left_out)
