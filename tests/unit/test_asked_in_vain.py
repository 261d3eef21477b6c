"""Questions that would be answered by something else than was asked, or not at all."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.made_hubs import lake as made
from typer.testing import CliRunner

import entrepot as ep
from entrepot.cli.main import app
from entrepot.errors import RequestError, UnknownNameError
from entrepot.figures import Definition, caveats
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.no_value import in_lines
from entrepot.figures.sides import ended
from entrepot.lake import Lake
from entrepot.report.charts.curve import definitions_title

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.figures.evidence import Caveat

pytestmark = pytest.mark.slow


def definition(measure: str = "import_share", **keys: Any) -> Definition:
    asked = {"importer": "DEU", "exporter": "CHN", "goods": "8542", "period": 2022} | keys
    return Definition.build(measure, **asked)


def test_value_added_of_a_code_is_asked_of_inputs() -> None:
    asked = definition(basis="value_added")
    found = {name: NoAnswer(f"{name} has no goods by value_added") for name in ("baci", "imts")}
    lines = in_lines(found | {"computed": NoAnswer("computed holds nothing")}, asked).splitlines()
    assert len(lines) == 2
    assert "--goods inputs" in lines[0]
    assert lines[1] == "computed holds nothing"


def test_the_sources_themselves_say_it(tmp_path: Path) -> None:
    found = ep.ask(
        "import_share",
        lake=made(tmp_path),
        importer="RUS",
        exporter="DEU",
        goods="8542",
        period=2022,
        basis="value_added",
    )
    assert (found.reason or "").count("value added") == 1
    assert "has no goods by" not in (found.reason or "")


@pytest.mark.parametrize(
    ("fixed_supply", "words"),
    [("WLD", "supply of all countries is fixed"), ("RUS", "as the buyer")],
)
def test_neither_everybody_nor_the_buyer_has_fixed_supply(
    tmp_path: Path, fixed_supply: str, words: str
) -> None:
    """It was read as nobody: others sent as much more as if no supply were fixed."""
    keys: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "goods": "854231"}
    with pytest.raises(RequestError, match=words):
        ep.ask(
            "cutoff",
            lake=Lake.open(tmp_path),
            period=2022,
            sigma=3,
            fixed_supply=fixed_supply,
            **keys,
        )


@pytest.mark.parametrize("fixed_supply", ["CHN", "HKG+CHN"])
def test_only_others_than_the_seller_can_have_fixed_supply(
    tmp_path: Path, fixed_supply: str
) -> None:
    keys: dict[str, Any] = {"importer": "DEU", "goods": "854231", "period": 2022}
    with pytest.raises(RequestError, match="given as fixed_supply and as the seller"):
        ep.ask(
            "cutoff",
            lake=Lake.open(tmp_path),
            exporter="CHN+HKG",
            fixed_supply=fixed_supply,
            **keys,
        )
    found = ep.ask(
        "cutoff",
        lake=Lake.open(tmp_path),
        exporter="CHN",
        fixed_supply=f"{fixed_supply}+JPN",
        **keys,
    )
    assert found.status == "insufficient_data"


@pytest.mark.parametrize(
    ("goods", "status", "said"),
    [
        ("854231,999999", "ok", ["999999: no HS code"]),
        ("999999", "insufficient_data", ["999999: no HS code"]),
        ("854231", "ok", []),
    ],
)
def test_numbers_that_are_left_to_countries_are_named(
    tmp_path: Path, goods: str, status: str, said: list[str]
) -> None:
    found = ep.ask(
        "value", lake=made(tmp_path), importer="RUS", exporter="DEU", goods=goods, period=2022
    )
    assert found.status == status
    texts = [note.text for note in found.caveats if note.id == "missing-codes"]
    assert [text[: len("999999: no HS code")] for text in texts] == said


def test_rows_without_masses_say_so(tmp_path: Path) -> None:
    """The reason was the rule for missing values, which says nothing about tonnes."""
    keys = {"importer": "USA", "exporter": "CHN", "goods": "850511", "period": 2022}
    found = ep.ask("value", lake=tmp_path, quantity="mass", **keys)
    assert "its rows have no tonnes; ask for the value" in str(found.reason)
    assert "null" not in str(found.reason)


def test_a_question_in_words_is_sent_to_what_reads_it(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError) as caught:
        ep.ask("Who supplied Italy with magnets in 2022?", lake=tmp_path)
    assert "entrepot.read_question" in caught.value.hint
    with pytest.raises(UnknownNameError) as caught:
        ep.ask("import_shares", lake=tmp_path)
    assert "read_question" not in caught.value.hint


def test_definitions_whose_values_read_alike_have_no_range_in_a_title(tmp_path: Path) -> None:
    keys = {"importer": "JPN", "exporter": "CHN", "goods": "850511", "period": 2022}
    found = ep.ask("import_share", lake=tmp_path, **keys)
    assert found.low != found.high
    title = definitions_title(found, 2).text.replace("\xa0", " ")
    assert title == "Two definitions of one share all give 27.8 %"


def test_an_unanswered_question_has_no_value_to_be_careful_with() -> None:
    asked = definition("cutoff", importer="RUS", period=2023)
    assert {note.id for note in caveats.for_definition(asked)} >= {"cutoff", "reporter-break"}
    [note] = caveats.for_definition(asked, answered=False)
    assert note.id == "reporter-break"
    assert "number" not in note.text


def test_a_table_of_ones_own_reports_has_no_second_side() -> None:
    asked = definition("growth", importer="RUS", period=2022, base=2021)
    [one] = [note.text for note in caveats.for_definition(asked, reporter="RUS") if _breaks(note)]
    [two] = [note.text for note in caveats.for_definition(asked) if _breaks(note)]
    assert "its own reports" in one
    assert "both sides" not in one
    assert "both sides" in two


def _breaks(note: Caveat) -> bool:
    return note.id == "reporter-break"


@pytest.mark.parametrize(
    ("period", "is_part"),
    [("2021-04..2022-03", False), ("2022-04..2022-12", True), ("2022", False)],
)
def test_twelve_months_are_a_whole_year(period: str, is_part: bool) -> None:
    found = {one.id for one in caveats.for_definition(definition("value", period=period))}
    assert ("partial-period" in found) is is_part


def test_a_union_that_goes_on_only_reported_as_one() -> None:
    """The Southern African Customs Union was said to have ended."""
    said = ended(["XSACU"], date(2022, 1, 1))
    assert said.startswith("The Southern African Customs Union reported as one until 31 Dec 1999")
    assert ended(["DDR"], date(2022, 1, 1)).startswith("East Germany ended on 2 Oct 1990")


@pytest.mark.parametrize(("sides", "after"), [(("SUN", "CHN"), "RUS"), (("CHN", "DDR"), "DEU")])
def test_a_state_that_ended_has_successors_and_no_file_to_load(
    tmp_path: Path, sides: tuple[str, str], after: str
) -> None:
    importer, exporter = sides
    empty = Lake.open(tmp_path / "lake")
    found = ep.ask("value", lake=empty, importer=importer, exporter=exporter, period=2022)
    assert " ended on " in (found.reason or "")
    assert f"({after})" in (found.reason or "")
    assert "data add" not in (found.reason or "")
    brief = " ".join(str(ep.brief(importer=importer, supplier=exporter, lake=empty)).split())
    assert " ended on " in brief
    assert "Load data" not in brief
    # While it was there, only data are missing.
    before = ep.ask("value", lake=empty, importer=importer, exporter=exporter, period=1985)
    assert " ended on " not in (before.reason or "")


def test_a_series_without_a_value_has_no_line_for_each_member(tmp_path: Path) -> None:
    """All 27 members were listed, each with a dash, above the reason."""
    runner = CliRunner()
    keys = ["--importer", "RUS", "--exporter", "EU27", "--goods", "811292", "--each", "exporter"]
    (tmp_path / "lake").mkdir()
    lake = ["--lake", str(tmp_path / "lake")]
    done = runner.invoke(app, ["ask", "import_share", *keys, "--period", "2021", *lake])
    assert done.exit_code == 3
    assert "No value: " in done.stdout
    assert len(done.stdout.splitlines()) < 12
    there = runner.invoke(app, ["ask", "import_share", *keys, "--period", "2022", *lake])
    assert there.exit_code == 0
    assert "DEU" in there.stdout
