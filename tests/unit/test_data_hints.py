"""What `entrepot data` says where something cannot be done, and what to do instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from entrepot.cli.data import app
from entrepot.errors import BadFileError, EntrepotError, RequestError, UnknownNameError
from entrepot.figures import ask
from entrepot.lake import Lake
from entrepot.lake.state import own_loaded
from entrepot.sources.concordance.parse import read_sheet
from entrepot.sources.get.plan import DataRequest, installed, pieces
from entrepot.sources.icio import wheel
from entrepot.sources.published.row import COLUMNS, parse_rows

if TYPE_CHECKING:
    from pathlib import Path

MAP = """
format: 1
id: kyrgyz
nomenclature: HS2017
reporter: KGZ
flow: import
columns:
  period: {role: period}
  partner: {role: partner, codes: ISO3}
  product: {role: product}
  value: {role: value, currency: USD}
"""


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    path = tmp_path / "mine.csv"
    path.write_text("period,partner,product,value\n2023,CHN,854231,5\n")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [path], mapping=MAP)
    return lake


def error_of(*words: str) -> EntrepotError:
    error = CliRunner().invoke(app, list(words)).exception
    assert isinstance(error, EntrepotError), error
    return error


@pytest.mark.parametrize(
    ("source", "what", "hint"),
    [
        ("published", "comes with the program", "a collection of your own is added with"),
        ("table", "a file that you have", "entrepot data map FILE"),
        ("table.kyrgyz", "a file that you have", "entrepot data add table.kyrgyz FILE --map"),
        ("gacc", "no address", "entrepot data add gacc FILE"),
    ],
)
def test_what_is_not_fetched_says_where_it_comes_from(source: str, what: str, hint: str) -> None:
    assert installed(source, DataRequest()) is None
    with pytest.raises(RequestError, match=what) as caught:
        pieces(source, DataRequest())
    assert hint in caught.value.hint


def test_a_table_that_is_not_held_is_one_of_those_that_are(lake: Lake) -> None:
    error = error_of("remove", "table.kyrgiz", "--lake", str(lake.path))
    assert error.what == "table.kyrgiz is not loaded"
    assert error.hint.startswith("did you mean table.kyrgyz? your own loaded tables:")


def test_what_is_loaded_of_a_kind_is_named_whatever_the_kind_is() -> None:
    """Another kind than tables and registers ended in a KeyError."""
    said = own_loaded("reconciled", ["reconciled.mine"])
    assert said.endswith("loaded of this kind: reconciled.mine")
    assert own_loaded("baci", ["table.mine"]) == ""


def test_a_question_to_a_table_without_its_name_names_those_loaded(lake: Lake) -> None:
    keys = {"importer": "KGZ", "exporter": "CHN", "period": 2023, "source": "table"}
    reason = str(ask("value", lake=lake, **keys).reason)
    assert "loaded tables: table.kyrgyz" in reason
    assert "data add" not in reason


def test_a_release_that_nobody_said_is_not_called_unknown(lake: Lake) -> None:
    with pytest.raises(UnknownNameError, match="unknown release: 'V1'") as caught:
        lake.flows("table.kyrgyz@V1")
    assert "the loaded release is not recorded" in caught.value.hint
    keys = {"importer": "KGZ", "exporter": "CHN", "period": 2023, "source": "table.kyrgyz@V1"}
    assert "the loaded release is not recorded" in str(ask("value", lake=lake, **keys).reason)
    keys["source"] = "table.other"
    with pytest.raises(UnknownNameError, match=r"table\.other"):
        ask("value", lake=lake, **keys)


def test_a_source_that_an_installed_package_answers_is_not_missing(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    where = ("--lake", str(lake.path))
    file = tmp_path / "bench.npz"
    for found, says in (
        (file, "available from an installed package"),
        (None, "not loaded: entrepot data"),
    ):
        monkeypatch.setattr(wheel, "installed_file", lambda found=found: found)
        shown = CliRunner().invoke(app, ["show", "icio", *where]).stdout
        listed = CliRunner().invoke(app, ["sources", "--json", *where]).stdout
        assert says in " ".join(shown.split())
        assert says in listed
    error = error_of("add", "icio", *where)
    assert error.what == "no file to add"
    assert "installed package" in error.why
    assert error.hint == "entrepot data get icio"
    assert error_of("add", "baci", *where).hint == "entrepot data add baci FILE"


def test_a_file_where_the_source_should_stand_is_said_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trade.csv").write_text("year,usd\n2022,1\n")
    error = error_of("add", "trade.csv", "--lake", "lake")
    assert error.what == "trade.csv is a file: which source it is of is not said"
    assert "entrepot data add table trade.csv --map map.yaml" in error.hint
    # A sign that a release of a source begins with, and a blank that ends a word of a shell.
    (tmp_path / "my trade@home.csv").write_text("year,usd\n2022,1\n")
    error = error_of("add", "my trade@home.csv", "--lake", "lake")
    assert error.what == "my trade@home.csv is a file: which source it is of is not said"
    assert "entrepot data map 'my trade@home.csv' > map.yaml" in error.hint
    error = error_of("add", "trade.csv", "my trade@home.csv", "--lake", "lake")
    assert error.what == "trade.csv is a file: which source it is of is not said"
    assert "entrepot data add SOURCE trade.csv 'my trade@home.csv'" in error.hint
    assert error_of("add", "nonsense", "--lake", "lake").what == "unknown source: 'nonsense'"


def test_a_release_that_is_not_known_can_be_recorded_as_the_note_says(tmp_path: Path) -> None:
    path = tmp_path / "BACI_HS17_CHN_RUS.csv"
    path.write_text("t,i,j,k,v,q\n2022,156,643,850110,10.5,2\n")
    lake = Lake.open(tmp_path / "lake")
    report = lake.add("baci", [path])
    [note] = [one.text for one in report.findings if one.rule == "unknown-vintage"]
    assert "--vintage V202501 (and --replace," in note
    with pytest.raises(BadFileError, match="loaded already"):
        lake.add("baci", [path], vintage="V202501")
    lake.add("baci", [path], vintage="V202501", replace=True)
    assert [one.vintage for one in lake.holdings() if one.counts] == ["V202501"]


def test_columns_of_published_statements_are_refused_at_once() -> None:
    names = [name for name in COLUMNS if name not in ("publisher", "origin")]
    text = ",".join([*names, "publishr", "whose", "url"]) + "\n"
    with pytest.raises(BadFileError, match="unknown: 'publishr', 'whose'") as caught:
        parse_rows(text, "mine.csv")
    absent = ", ".join(name for name in COLUMNS if name in ("publisher", "origin"))
    assert f"missing: {absent};" in caught.value.what
    assert "twice there: url" in caught.value.what
    assert "'publishr' may be publisher" in caught.value.hint
    assert "docs/reference/columns.md" in caught.value.hint


def test_cells_of_a_published_row_are_refused_at_once() -> None:
    cells = dict.fromkeys(COLUMNS, "")
    cells |= {"id": "MY-1", "measure": "valu", "flow": "sideways", "period": "2023", "url": "here"}
    text = ",".join(COLUMNS) + "\n" + ",".join(cells.values()) + "\n"
    with pytest.raises(BadFileError, match="'valu', 'sideways'") as caught:
        parse_rows(text, "mine.csv")
    named = caught.value.where.partition(": ")[2].split(", ")
    assert {"measure", "flow", "relation", "printed", "publisher", "url"} <= {*named}
    assert "period" not in named
    assert "measure: did you mean value?" in caught.value.hint
    assert "docs/reference/columns.md" in caught.value.hint


def test_a_workbook_of_another_classification_is_to_be_left_out() -> None:
    rows = [["HS 1992", "S. Rev. 3", "Relationship"], ["010111", "00150", "1:1"]]
    with pytest.raises(BadFileError, match="another classification") as caught:
        read_sheet(rows, "HS 1992 to SITC3.xls, sheet 'one'")
    assert "HS 1992 to SITC3.xls" in caught.value.where
    assert "leave this file out" in caught.value.hint
