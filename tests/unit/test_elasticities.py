from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.sources.elasticities.parse import rows, tables
from entrepot.sources.parser import FileOptions, FileTable, ParsedRows, RawFile

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "HS6,zero,positive,sigma"


def read(
    tmp_path: Path, *lines: str, said: FileOptions | None = None
) -> tuple[FileTable, ParsedRows, list[Any]]:
    path = tmp_path / "ProTEE_0_1.csv"
    path.write_text("\n".join((HEAD, *lines)) + "\n")
    [table] = tables(RawFile(path, path.name), tmp_path, said or FileOptions())
    held = rows(connect(threads=1), table)
    return table, held, held.relation.order("product").fetchall()


def test_own_estimates_and_what_stands_in_for_them_are_two_columns(tmp_path: Path) -> None:
    table, held, found = read(
        tmp_path,
        "10210,0,0,-12",  # the zero is lost
        "010290,0,0,-8",
        "010291,1,0,-10",
        "010292,0,1,-10.0005",
        "020110,1,0,",
        "020120,0,0,",
    )
    assert (table.nomenclature, table.vintage, held.table) == ("HS2007", "0.1", "elasticities")
    assert found == [
        ("010210", -12.0, None, "estimated"),
        ("010290", -8.0, None, "estimated"),
        ("010291", None, -10.0, "not_significant"),
        ("010292", None, -10.0005, "wrong_sign"),
        ("020110", None, None, "not_significant"),
        ("020120", None, None, "not_estimated"),
    ]
    assert [(one.rule, one.count) for one in held.findings] == [
        ("heading-average", 2),
        ("no-elasticity", 2),
    ]


def test_a_stand_in_that_is_no_average_is_pointed_out(tmp_path: Path) -> None:
    _, held, _ = read(tmp_path, "010210,0,0,-12", "010290,1,0,-11", "020110,1,0,-3")
    assert [(one.rule, one.count, one.level) for one in held.findings if one.level != "note"] == [
        ("not-the-average", 2, "warning")
    ]


@pytest.mark.parametrize(
    ("line", "words", "column"),
    [
        ("0102,0,0,-1", "not a product code", "HS6"),
        ("010210,2,0,-1", "neither 0 nor 1: '2'", "zero"),
        ("010210,0,,-1", "neither 0 nor 1: ''", "positive"),
        ("010210,0,0,5.7", "not a negative elasticity: '5.7'", "sigma"),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, line: str, words: str, column: str) -> None:
    with pytest.raises(BadFileError) as caught:
        read(tmp_path, "010290,0,0,-8", line)
    assert words in caught.value.what
    assert caught.value.where == f"ProTEE_0_1.csv, row 3, column {column}"


def test_flags_that_exclude_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="both not significant and") as caught:
        read(tmp_path, "010290,0,0,-8", "010210,1,1,-8")
    assert caught.value.where == "ProTEE_0_1.csv, row 3"


def test_another_edition_and_another_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="ProTEE is in HS2007"):
        read(tmp_path, "010290,0,0,-8", said=FileOptions(nomenclature="HS2017"))
    path = tmp_path / "other.csv"
    path.write_text("HS6,sigma\n010290,-8\n")
    with pytest.raises(BadFileError, match="not the columns of ProTEE: HS6, sigma"):
        list(tables(RawFile(path, path.name), tmp_path, FileOptions()))


def test_codes_that_stand_twice_are_found_again(tmp_path: Path) -> None:
    _, held, _ = read(tmp_path, "010290,0,0,-8", "10290,0,0,-7")
    assert held.locate(("HS2007", "010290")) == "ProTEE_0_1.csv, rows 2 and 3"
