"""`entrepot data map`: what is printed, and that it can go on into `data add table`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from entrepot.cli.data import MAP_EXAMPLE, map_
from entrepot.lake import Lake
from entrepot.sources.table.mapping import read_mapping

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

WITS = """\
Reporter,Partner,Product Code,Trade Flow,Trade Value 1000USD,NetWeight in KGM,Year,Nomenclature
Kazakhstan,China,854231,Import,12.5,30,2022,H5
Kazakhstan,Russian Federation,854231,Export,2.5,3,2022,H5
"""


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command(epilog=MAP_EXAMPLE)(map_)
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def wits(tmp_path: Path) -> Path:
    path = tmp_path / "wits kaz.csv"
    path.write_text(WITS)
    return path


def test_a_draft_without_a_question_is_added_at_once(wits: Path, tmp_path: Path) -> None:
    done = run(str(wits))
    assert done.exit_code == 0
    assert done.stdout.startswith("# Drafted from wits kaz.csv")
    assert "no open questions: the draft reads 2 rows" in done.stderr
    lake = Lake.open(tmp_path / "lake")
    report = lake.add("table", [wits], mapping=done.stdout)
    assert [(item.source, item.rows) for item in report.added] == [("table.wits-kaz", 2)]


@pytest.mark.parametrize("name", ["obs_flag", "OBS_STATUS", "Confidentiality"])
def test_a_column_of_marks_is_not_ignored_in_silence(wits: Path, name: str) -> None:
    lines = zip(WITS.splitlines(), [name, "e", "c"], strict=True)
    wits.write_text("".join(f"{line},{mark}\n" for line, mark in lines))
    done = run(str(wits))
    assert f"# {name} (c, e) is ignored" in done.stdout.replace("(e, c)", "(c, e)")
    assert read_mapping(done.stdout)
    wits.write_text(WITS)
    assert "is ignored" not in run(str(wits)).stdout


def test_a_question_is_shown_and_long_lines_are_not_broken(wits: Path) -> None:
    wits.write_text(
        WITS.replace("Trade Value 1000USD", "A rather long name of a column: Value" * 4)
    )
    done = run(str(wits))
    assert done.exit_code == 0
    assert "TODO" in done.stdout
    assert max(map(len, done.stdout.splitlines())) > 120
    with pytest.raises(ValueError, match="still open"):
        read_mapping(done.stdout)


def test_json_has_text_mapping_and_questions(wits: Path) -> None:
    wits.write_text(WITS.replace("Trade Value 1000USD", "Value"))
    data = json.loads(run(str(wits), "--json").stdout)
    assert data["file"] == "wits kaz.csv"
    assert [question["key"] for question in data["questions"]] == [
        "columns.Value.currency",
        "columns.Value.scale",
    ]
    assert data["mapping"]["columns"]["Partner"] == {"role": "partner", "codes": "names"}
    assert "TODO" in data["text"]
    assert data["rows"] is None


def test_two_questions_on_one_line_are_counted_with_their_lines(tmp_path: Path) -> None:
    """Its reader counted lines, and missed a question that stands behind another one."""
    path = tmp_path / "mine.csv"
    path.write_text("year,reporter,partner,flow,hs6,value\n2022,KAZ,CHN,import,854231,10\n")
    done = run(str(path))
    assert done.stdout.count("TODO") == 3
    assert "3 open questions on 2 lines: replace every TODO" in done.stderr


@pytest.mark.parametrize(
    ("codes", "keys"),
    [
        (("8505.11", "8542.31", "0101.21"), "{role: product}"),
        (("8505.11.00", "8542.31.00", "8703.23.01"), "{role: product}"),
        (("8505.11.0010", "8542.31.0001"), "{role: product, cut: 6}"),
        (("8505 11", "8542 31"), "{role: product}"),
    ],
)
def test_codes_in_groups_of_digits_are_product_codes(
    tmp_path: Path, codes: tuple[str, ...], keys: str
) -> None:
    rows = [
        f"2022,{who},{code},{at + 10}" for who in ("CHN", "USA") for at, code in enumerate(codes)
    ]
    path = tmp_path / "customs.csv"
    path.write_text("\n".join(["year,partner,HTS Number,usd", *rows, ""]))
    found = run(str(path))
    assert f"'HTS Number': {keys}" in found.output
    assert "ignore: []" in found.output
