from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.sources.hs.parse import rows, tables
from entrepot.sources.parser import FileOptions, FileTable, ParsedRows, RawFile

if TYPE_CHECKING:
    from pathlib import Path

TREE = "section,hscode,description,parent,level"
TOTAL = "TOTAL,TOTAL,Total of all HS2022 commodities,TOTAL,5"
BACI = "product_codes_HS17_V202501.csv"


def read(
    tmp_path: Path, name: str, *lines: str, said: FileOptions | None = None
) -> tuple[FileTable, ParsedRows, list[Any]]:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    [table] = tables(RawFile(path, name), tmp_path, said or FileOptions())
    held = rows(connect(threads=1), table)
    return table, held, held.relation.order("product").fetchall()


def test_a_tree_names_its_edition_in_its_total(tmp_path: Path) -> None:
    table, held, found = read(
        tmp_path,
        "tree.csv",
        TREE,
        "I,01,Animals; live,TOTAL,2",
        'I,0101,"Horses, asses; live",01,4',
        "I,010121,Horses,0101,6",
        "TOTAL,99,Not specified,TOTAL,2",
        TOTAL,
    )
    assert (table.nomenclature, held.table) == ("HS2022", "products")
    assert held.same == {"nomenclature": "HS2022"}
    assert held.relation.columns == ["product", "parent", "section", "description"]
    assert found == [
        ("01", None, "I", "Animals; live"),
        ("0101", "01", "I", "Horses, asses; live"),
        ("010121", "0101", "I", "Horses"),
        ("99", None, None, "Not specified"),
    ]
    assert [(one.rule, one.count, one.example) for one in held.findings] == [("total", 1, "row 6")]


def test_the_list_of_baci_names_edition_and_release_in_its_name(tmp_path: Path) -> None:
    table, _, found = read(tmp_path, BACI, '"code","description"', '"10121","Horses: live"')
    assert (table.nomenclature, table.vintage) == ("HS2017", "V202501")
    assert found == [("010121", "0101", None, "Horses: live")]


def test_what_the_file_does_not_say_the_user_has_to(tmp_path: Path) -> None:
    lines = ("code,description", "010121,Horses")
    with pytest.raises(BadFileError, match="edition of the codes is not known"):
        read(tmp_path, "list.csv", *lines)
    table, _, _ = read(tmp_path, "list.csv", *lines, said=FileOptions(nomenclature="HS2012"))
    assert table.nomenclature == "HS2012"
    with pytest.raises(BadFileError, match="no edition of the Harmonized System: HS2015"):
        read(tmp_path, "list.csv", *lines, said=FileOptions(nomenclature="HS2015"))


@pytest.mark.parametrize("member", [" ", "."])
def test_a_list_in_an_archive_that_hides_its_name_has_a_place(tmp_path: Path, member: str) -> None:
    path = tmp_path / "list.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "code,description\n010121,Horses\n")
    with pytest.raises(BadFileError, match="edition of the codes is not known") as error:
        list(tables(RawFile(path, path.name), tmp_path, FileOptions()))
    assert (error.value.where or "").startswith("list.zip")


@pytest.mark.parametrize("name", ["tree", "list"])
def test_file_and_user_may_not_disagree(tmp_path: Path, name: str) -> None:
    lines = (TREE, TOTAL) if name == "tree" else ("code,description", "010121,Horses")
    with pytest.raises(BadFileError, match="asked for is HS1996, the file is of HS20"):
        read(tmp_path, BACI, *lines, said=FileOptions(nomenclature="HS1996"))


@pytest.mark.parametrize(
    ("line", "words", "column"),
    [
        ("I,101,Horses,01,4", "not a code of two, four or six digits: '101'", "hscode"),
        ("I,0101,Horses,1,4", "not a code: '1'", "parent"),
        ("I,0102,Cattle,02,4", "the parent is not the code without", "parent"),
        ("I,0102,Cattle,TOTAL,4", "the parent is not the code without", "parent"),
        ("1,0102,Cattle,01,4", "not a Roman numeral: '1'", "section"),
        ("I,0102, ,01,4", "no description: ''", "description"),
    ],
)
def test_a_bad_row_of_a_tree_is_named(tmp_path: Path, line: str, words: str, column: str) -> None:
    with pytest.raises(BadFileError) as caught:
        read(tmp_path, "tree.csv", TREE, TOTAL, line)
    assert words in caught.value.what
    assert caught.value.where == f"tree.csv, row 3, column {column}"


def test_a_code_of_a_list_may_have_lost_one_zero_and_no_more(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="not a code of six digits: '1012'"):
        read(tmp_path, BACI, "code,description", "1012,Horses")


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("section,name", "names of sections, no products"),
        ("code,description,code", "not a table of descriptions"),
        ("country_code,country_name", "not a table of descriptions: country_code"),
    ],
)
def test_other_tables_are_refused(tmp_path: Path, head: str, words: str) -> None:
    with pytest.raises(BadFileError, match=words):
        read(tmp_path, "sections.csv", head, "I,live animals")


def test_codes_that_stand_twice_are_found_again(tmp_path: Path) -> None:
    _, held, _ = read(tmp_path, BACI, "code,description", "10121,Horses", "010121,Horses")
    assert held.locate(("HS2017", "010121")) == f"{BACI}, rows 2 and 3"
