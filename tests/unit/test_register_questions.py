"""A question that only a loaded register answers names the register and the command."""

from __future__ import annotations

import shlex
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from test_shipments import LAYOUT, _file, _lake
from typer.testing import CliRunner

import entrepot as ep
from entrepot.cli.main import app
from entrepot.figures import row_facts
from entrepot.lake import Lake
from entrepot.model.period import Period
from entrepot.report import brief
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.missing_value import missing_value
from entrepot.report.note import note
from entrepot.report.sections.inputs import inputs_title

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.report.parts import Card

KEYS: dict[str, Any] = {
    "importer": "KAZ",
    "exporter": "DEU",
    "goods": "854231",
    "period": "2023-01",
}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return _lake(tmp_path, {}, {}, {"Sent from": "China"})


@pytest.mark.parametrize("basis", [None, "origin"])
def test_the_command_that_is_named_answers(lake: Lake, basis: str | None) -> None:
    """Nothing but the register is loaded; it is asked by name only."""
    keys = KEYS | ({"basis": basis, "exporter": "CHN"} if basis else {})
    figure = ep.ask("import_share", lake=lake, **keys)
    assert figure.value is None
    [line] = [one for one in str(figure.reason).splitlines() if "shipments.made-up" in one]
    assert f"answers by {basis or 'dispatch'}: entrepot ask import_share " in line
    _, *command = shlex.split(line.partition("answers by ")[2].partition(": ")[2])
    done = CliRunner().invoke(app, [*command, "--lake", str(lake.path)])
    assert done.exit_code == 0, done.output
    lacks = missing_value(BriefContext(lake), figure)
    assert "shipments.made-up, a customs register" in lacks.why
    assert "No trade data are loaded" not in lacks.why
    assert shlex.split(lacks.command)[1:] == command


def test_that_a_partner_trades_is_known_from_the_partners(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All rows of the year were read once more for it, and those of three years for the range."""
    asked: list[str] = []
    names = row_facts._names

    def counted(cells: Any, what: Any, *rest: Any) -> frozenset[tuple[str, ...]]:
        asked.append(str(what))
        return names(cells, what, *rest)

    monkeypatch.setattr(row_facts, "_names", counted)
    there = {"source": "shipments.made-up", "basis": "origin", "lake": lake}
    figure = ep.ask("import_share", **KEYS | {"exporter": "CHN"}, **there)
    assert figure.value == 1
    assert "partners exporter" in asked
    assert "known exporter" not in asked
    # One that is none of them is looked for.
    assert ep.ask("import_share", **KEYS | {"exporter": "FRA"}, **there).value is None
    assert "known exporter" in asked


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"importer": "DEU", "exporter": "CHN"}, "No statistics are loaded"),
        ({"period": "2021-01"}, "shipments.made-up, a customs register, of 2023, without 2021"),
    ],
)
def test_a_register_of_other_importers_or_times_does_not_answer(
    lake: Lake, keys: dict[str, Any], why: str
) -> None:
    """It was said that no trade data are loaded."""
    figure = ep.ask("import_share", lake=lake, **KEYS | keys)
    assert "shipments.made-up" not in str(figure.reason)
    lacks = missing_value(BriefContext(lake), figure)
    assert why in lacks.why
    assert "shipments.made-up" not in lacks.command
    assert ("register" in lacks.why) is ("period" in keys)


def test_each_register_says_what_it_lacks(lake: Lake, tmp_path: Path) -> None:
    """Where another one lacked the year, that this one lacks the trade was not said."""
    (tmp_path / "b").mkdir()
    lines = _file(tmp_path / "b", {"Day": "05.01.2021"})
    lake.add("shipments", [lines], mapping=LAYOUT.replace("made-up", "second"))
    keys = KEYS | {"exporter": "FRA", "period": "2021-01"}
    why = missing_value(BriefContext(lake), ep.ask("import_share", lake=lake, **keys)).why
    assert why.startswith("The data loaded of Kazakhstan’s imports are ")
    assert "shipments.made-up, a customs register, of 2023, without 2021" in why
    assert "; shipments.second, asked by name only, does not have this. No statistics are" in why


def test_what_only_a_register_has_names_its_years(shared_data: Path, tmp_path: Path) -> None:
    """A year in between was not said to be missing, and the year of the register not named."""
    lake = Lake.open(tmp_path / "lake")
    for file in sorted((shared_data / "shipments" / "ethiopia").glob("*_201[35]_*.csv")):
        lake.add("shipments.ethiopia", [file])
    page = brief("ETH", "CHN", "8517", lake=lake)
    growth = next(one for one in page.cards if one.figure.definition.measure == "growth")
    assert "shipments.ethiopia, a customs register, of 2013 and 2015, without 2014" in (
        growth.definition
    )
    assert "imported in 2015 cannot be computed" in page.answer[0].text
    found = note("ETH", "CHN", "8517", lake=lake)
    assert "in 2015 is known from a customs register" in found.title.replace("\u00a0", " ")
    # Of 1,207 m USD by country of consignment 464.6 m are from China, by a query of the file.
    assert "by country of consignment is **about 38\u00a0%**" in found.answer[0].text
    assert [one.card.value for one in found.numbers] == ["–", "38.5", "465"]
    texts = [*found.sources, *(f"{one.card.name} {one.counted}" for one in found.numbers)]
    texts += [one.text for one in found.answer]
    assert not any("shipments." in one for one in texts)


def test_a_value_of_a_register_is_no_share_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share was said to be known from a register, and the value compared with one half."""
    page = import_module("entrepot.report.note")
    usual = page._in_register

    def value_alone(*given: Any) -> list[Card]:
        cards: list[Card] = usual(*given)
        assert [card.figure.definition.measure for card in cards] == ["import_share", "value"]
        return cards[1:]

    months = [{"Day": f"05.{month:02}.2023"} for month in range(1, 13)]
    lake = _lake(tmp_path, *months, *(one | {"Sent from": "China"} for one in months))
    asked = ("KAZ", "DEU", "854231", 2023, lake)
    assert "is known from a customs register" in note(*asked).title
    monkeypatch.setattr(page, "_in_register", value_alone)
    made = note(*asked)
    assert "cannot be measured" in made.title
    assert not any("half" in one.text for one in made.means)


def test_a_heading_does_not_say_that_there_are_no_data() -> None:
    subject = Subject("PER", "TWN", "310430", Period.parse(2022), fixed=True)
    assert inputs_title(subject).startswith("No data on Peru")
    assert inputs_title(subject, in_register=True).startswith("No statistics on Peru")
