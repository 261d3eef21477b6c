"""Every table that the command line prints, in the forms that other programs read."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
import python_calamine
import typer.main
from markdown_it import MarkdownIt

from entrepot.cli import output
from entrepot.cli.main import app
from entrepot.model.table_files import markdown_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]

ASK = ("ask", "hhi", "--importer", "DEU", "--goods", "850511", "--period", "2022")
LISTS = [
    ("measure", "list"),
    ("measure", "show", "hhi"),
    ("area", "list", "--kind", "group"),
    ("area", "show", "TWN"),
    ("data", "sources"),
    ("goods", "list"),
    ("goods", "show", "chpl:1"),
    ("goods", "history", "854231"),
    ("goods", "diff", "chpl@2023-12-31", "chpl@2024-02-23"),
]


def _csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_csv_and_markdown_have_every_row_of_the_table(
    entrepot: Run, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[output.FittedTable] = []
    usual = output._plain_cells
    monkeypatch.setattr(output, "_plain_cells", lambda one: (drawn.append(one), usual(one))[1])
    code, printed, _ = entrepot(*words, "--format", "csv")
    rows = _csv(printed)
    assert code == 0
    # One head, as readers of such files take it: the longest table.
    longest = max(drawn, key=lambda one: len(one.rows))
    assert len(rows) == 1 + len(longest.rows)
    assert {len(row) for row in rows} == {len(longest.columns)}
    assert all(rows[0])
    count = len(drawn)
    _, marked, _ = entrepot(*words, "--format", "md")
    assert sum(line.startswith(("| ---", "| ---:")) for line in marked.splitlines()) == count


def test_rows_keep_their_digits_where_the_result_has_them(entrepot: Run) -> None:
    _, printed, _ = entrepot(*ASK, "--format", "json")
    figure = json.loads(printed)
    _, printed, said = entrepot(*ASK, "--format", "csv")
    head, row = _csv(printed)
    assert float(row[head.index("value")]) == figure["value"]
    assert "caveats" in said


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        (("published", "list"), {"id", "printed", "url", "low", "high"}),
        (("published", "conflicts"), {"kind", "one", "other", "because", "other_url"}),
    ],
    ids=["list", "conflicts"],
)
def test_what_is_drawn_as_text_or_in_part_has_its_rows(
    entrepot: Run, words: tuple[str, ...], fields: set[str]
) -> None:
    _, printed, _ = entrepot(*words, "--format", "json")
    data = json.loads(printed)
    if isinstance(data, dict):
        data = [*data["conflicts"], *data["unstated"], *data["other_definition"]]
    _, printed, _ = entrepot(*words, "--format", "csv")
    head, *rows = _csv(printed)
    assert fields <= set(head)
    assert len(rows) == len(data) > 50
    assert not any("{" in cell for row in rows for cell in row)


@pytest.mark.parametrize(
    ("measure", "keys"),
    [("rank", ("--importer", "DEU")), ("buyer_hhi", ()), ("top_supplier", ("--importer", "DEU"))],
)
def test_amounts_in_rows_have_their_unit(
    entrepot: Run, measure: str, keys: tuple[str, ...]
) -> None:
    of = ("--exporter", "CHN") if measure != "top_supplier" else ()
    words = ("ask", measure, *keys, *of, "--goods", "850511", "--period", "2022")
    head, *rows = _csv(entrepot(*words, "--format", "csv")[1])
    assert {row[head.index("unit")] for row in rows} == {"USD"}
    assert "value, USD" in entrepot(*words)[1]


def test_numbers_are_numbers_and_codes_are_not(entrepot: Run) -> None:
    shown = output.FittedTable(
        "t", ["code", "value", "share"], [["0101", "1,234.5", "12.5\u00a0%"], ["02", "–", "−3 %"]]
    )
    plain = output._plain_cells(output.FittedTable(*list(vars(shown).values())[:3], (1, 2)))
    assert plain == (["code", "value", "share, %"], [["0101", 1234.5, 12.5], ["02", None, -3]])


def test_a_workbook_goes_to_a_file(entrepot: Run, tmp_path: Path) -> None:
    target = tmp_path / "figure.xlsx"
    code, _, said = entrepot(*ASK, "--out", str(target))
    assert code == 0
    assert "figure.xlsx" in said
    head, row = python_calamine.CalamineWorkbook.from_path(target).get_sheet_by_index(0).to_python()
    assert dict(zip(head, row, strict=True))["importer"] == "DEU"


def test_another_form_is_refused(entrepot: Run) -> None:
    code, printed, said = entrepot("measure", "list", "--format", "pdf")
    assert (code, printed) == (2, "")
    assert "no such format: pdf" in said


def test_an_error_is_data_where_json_is_asked_for(entrepot: Run) -> None:
    code, printed, _ = entrepot("data", "show", "bacci", "--format", "json")
    assert json.loads(printed)["exit_code"] == code == 2


def test_every_command_takes_a_format() -> None:
    def leaves(command: Any) -> list[Any]:
        inner = getattr(command, "commands", None)
        return [command] if inner is None else [x for one in inner.values() for x in leaves(one)]

    for one in leaves(typer.main.get_command(app)):
        assert [param.name for param in one.params].count("format") == 1, one.name


def test_an_empty_lake_is_a_head_without_rows(entrepot: Run) -> None:
    """Programs find the same head as in a full one."""
    code, printed, said = entrepot("data", "list", "--format", "csv")
    assert code == 0
    [head] = _csv(printed)
    assert head[:2] == ["source", "vintage"]
    assert "is empty" in said
    _, marked, _ = entrepot("data", "list", "--format", "md")
    assert len(marked.splitlines()) == 2


def test_cells_of_markdown_are_no_markup() -> None:
    text = markdown_text(["<b>"], [["<script>"], ["a\\|b"], ["[x](y)"], ["two\nlines"]])
    read = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    inner = [part for token in read for part in (token.children or ())]
    assert not [one for one in inner if one.type.startswith(("html", "link"))]
    shown = ["".join(part.content for part in one.children) for one in read if one.children]
    assert shown == ["<b>", "<script>", "a\\|b", "[x](y)", "two lines"]
