"""Columns of one meaning of which a row has one: British exports beside dispatches to the Union."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError
from entrepot.figures import ask
from entrepot.lake import Lake
from entrepot.sources.table.draft.draft import draft_mapping

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

HEAD = "Value (£),,,,\n,Export,,Dispatch,\nCountry,2022,2023,2022,2023\n"
ROWS = {
    "France": ("..", "..", "11", "21"),
    "Germany": ("..", "..", "12", "22"),
    "Spain": ("..", "..", "13", "23"),
    "Japan": ("31", "41", "..", ".."),
    "Kenya": ("32", "42", "..", ".."),
    "Peru": ("33", "43", "..", ".."),
}
TOTALS = ",96,126,36,66\n"


def written(folder: Path, rows: dict[str, tuple[str, ...]], *, after: str = TOTALS) -> Path:
    path = folder / "pivot.csv"
    text = HEAD + "".join(f"{name},{','.join(cells)}\n" for name, cells in rows.items()) + after
    path.write_text(text, encoding="utf-8")
    return path


def answered(path: Path) -> str:
    """Return the draft with its questions answered as a reader of the table would."""
    text = draft_mapping(path).text
    for key, answer in (("reporter", "GBR"), ("product", "TOTAL"), ("scale", "1")):
        text = text.replace(f"\n{key}: TODO", f"\n{key}: {answer}")
    return text.replace("codes: names}", "codes: names, leave_out: ['']}")


def test_a_draft_reads_both_and_asks_once(tmp_path: Path) -> None:
    draft = draft_mapping(written(tmp_path, ROWS))
    assert [question.key for question in draft.questions] == ["reporter", "product", "scale"]
    assert draft.mapping["currency"] == "GBP"
    assert draft.mapping["columns"]["Dispatch 2023"] == {
        "role": "value",
        "period": "2023",
        "flow": "export",
    }


def test_a_row_has_the_column_that_says_something(tmp_path: Path) -> None:
    path = written(tmp_path, ROWS)
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [path], mapping=answered(path))
    about = {"lake": lake, "source": "table.pivot", "goods": "all", "exporter": "GBR"}
    for buyer, year, value in (("FRA", 2022, 11), ("ESP", 2023, 23), ("PER", 2023, 43)):
        assert ask("value", importer=buyer, period=year, **about).value == value
    share = ask("export_share", importer="JPN", period=2022, **about)
    assert share.value == pytest.approx(31 / (11 + 12 + 13 + 31 + 32 + 33))


def test_a_row_with_both_is_refused_by_its_number(tmp_path: Path) -> None:
    text = answered(written(tmp_path, ROWS))
    path = written(tmp_path, ROWS | {"Peru": ("33", "43", "1", "..")})
    lake = Lake.open(tmp_path / "lake")
    with pytest.raises(BadFileError, match="two columns of one meaning") as caught:
        lake.add("table", [path], mapping=text)
    assert caught.value.where == "pivot.csv, row 9"


def test_columns_that_share_rows_are_asked_about(tmp_path: Path) -> None:
    """Of imports for consumption beside all imports, both are there for every country."""
    rows = dict.fromkeys(ROWS, ("5", "6", "3", "4"))
    draft = draft_mapping(written(tmp_path, rows))
    assert "columns.Dispatch 2023.role" in {question.key for question in draft.questions}


def test_others_of_a_region_are_no_total(tmp_path: Path) -> None:
    """Argentina's exports name forty partners and "Resto ..." for the others in each region."""
    path = tmp_path / "expo.csv"
    path.write_text("Pais,2020,2021,2022\nBrasil,30,1,1\nChina,10,1,1\nResto Asia,60,1,1\n")
    [*_, question] = [q for q in draft_mapping(path).questions if q.key == "columns.Pais.own"]
    assert "no rest such as 'Resto Asia'" in question.text
    says = (
        "format: 1\nreporter: ARG\nflow: export\nproduct: TOTAL\ncolumns:\n"
        "  Pais: {role: partner, codes: names, NAMED}\n"
        "wide: {role: value, currency: USD, scale: 1}\nid: ID\n"
    )
    lake = Lake.open(tmp_path / "lake")
    left = says.replace("NAMED", "leave_out: ['Resto Asia']").replace("ID", "left")
    report = lake.add("table", [path], mapping=left)
    assert "rests-left-out" in {finding.rule for finding in report.findings}
    kept = says.replace("NAMED", "own: {'Resto Asia': XASIA}").replace("ID", "kept")
    assert "rests-left-out" not in {
        finding.rule for finding in lake.add("table", [path], mapping=kept).findings
    }
    about = {"exporter": "ARG", "importer": "CHN", "goods": "all", "period": 2020, "lake": lake}
    assert ask("export_share", source="table.kept", **about).value == pytest.approx(0.1)
