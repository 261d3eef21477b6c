"""Questions in words, written by hand: each is read as it means, or asked back, never guessed."""

from __future__ import annotations

import csv
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from entrepot.claims.questions import LONGEST, OpenQuestionError, read_question
from entrepot.cli.main import run
from entrepot.errors import RequestError
from entrepot.figures import Definition

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., tuple[int, str, str]]

TODAY = date(2026, 11, 29)
_FILE = Path(__file__).with_name("questions.csv")
ROWS = list(csv.DictReader(_FILE.read_text(encoding="utf-8").splitlines()))
CASES = [(row["question"], row["read_as"], row["open"]) for row in ROWS]


def test_there_are_questions_of_every_language_and_measure() -> None:
    assert len(CASES) >= 150
    assert {row["language"] for row in ROWS} == {"en", "de", "ru", "zh"}
    asked = {row["read_as"].partition(",")[0] for row in ROWS}
    assert asked >= {"import_share", "export_share", "value", "hhi", "top_supplier", "growth"}


@pytest.mark.parametrize(("question", "read_as", "open_"), CASES)
def test_it_is_read_as_it_means(question: str, read_as: str, open_: str) -> None:
    read = read_question(question, today=TODAY)
    assert (read.read_as, ";".join(one.key for one in read.unsaid)) == (read_as, open_)
    if not open_:
        definition = Definition.build(read.measure, **read.keys)
        assert definition.measure in read.command
        read.require()


def test_every_open_name_has_candidates_and_the_command_says_what_is_open() -> None:
    read = read_question("How much of Korea's coal came from Russia in 2022?")
    assert [value for value, _ in read.unsaid[0].candidates] == ["KOR", "PRK"]
    read = read_question("How much of Germany's magnets came from China?", years=["2021..2023"])
    assert read.unsaid[0].candidates == (("2021..2023", ""),)
    assert read.command.endswith("--period PERIOD")
    with pytest.raises(OpenQuestionError, match="names no period") as raised:
        read.require()
    assert "import_share, DEU, CHN, 850511" in raised.value.where


@pytest.mark.parametrize("text", ["", " \n ", "why " * LONGEST, "\x00?", "(" * 200, "▮▮▮ ¦ ▮"])
def test_what_is_no_question_is_refused_or_left_open(text: str) -> None:
    try:
        read = read_question(text)
    except RequestError:
        return
    assert read.unsaid


def test_a_year_counted_from_today_is_shown_as_a_year() -> None:
    read = read_question("How much of Germany's magnets came from China last year?", today=TODAY)
    assert read.read_as == "import_share, DEU, CHN, 850511, 2025"


@pytest.fixture
def entrepot(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def invoke(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["entrepot", *words])
        with pytest.raises(SystemExit) as ended:
            run()
        return int(ended.value.code or 0), *capsys.readouterr()

    return invoke


def test_the_answer_is_that_of_the_command_it_prints(entrepot: Run) -> None:
    question = "How much of Germany's magnets came from China in 2022?"
    code, printed, said = entrepot("ask", question, "--json")
    found = json.loads(printed)
    assert code == 0
    assert "read as: import_share, DEU, CHN, 850511, 2022" in said
    command = found["question"]["command"].split()[1:]
    _, printed, _ = entrepot(*command, "--json")
    assert json.loads(printed)["id"] == found["id"]
    code, _, said = entrepot("ask", "How much of Germany's magnets came from China?")
    assert (code, "names no period" in said) == (2, True)
    code, _, said = entrepot("ask", question, "--goods", "all")
    assert (code, "--goods" in said) == (2, True)
    code, printed, _ = entrepot("ask", question, "--format", "csv")
    assert printed.startswith("measure,importer")


def test_a_series_has_a_row_for_each_year(entrepot: Run) -> None:
    question = "How did Germany's dependence on Chinese magnets develop from 2021 to 2022?"
    code, printed, _ = entrepot("ask", question, "--format", "csv")
    rows = list(csv.reader(printed.splitlines(keepends=True)))
    assert (code, [row[0] for row in rows]) == (0, ["period", "2021", "2022"])


def test_a_question_about_a_list_names_the_command_that_answers_it() -> None:
    with pytest.raises(OpenQuestionError, match="not a figure of trade") as raised:
        read_question("When was HS 854231 put on the EU sanctions list?", today=TODAY).require()
    assert str(raised.value.hint).startswith("run: entrepot goods history 854231")


def test_growth_in_one_year_is_over_the_year_before() -> None:
    read = read_question("How much did US imports of Chinese batteries rise in 2022?", today=TODAY)
    assert (read.keys["period"], read.keys["base"]) == ("2022", "2021")
    assert "base 2021" in read.read_as
    assert "--base 2021" in read.command
