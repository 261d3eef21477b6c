"""What the parser of Comext refuses, and how it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError
from entrepot.sources.comext import parse
from entrepot.sources.parser import FileOptions
from made_comext import BULK, bulk, table
from read_flows import Read, read_flows

if TYPE_CHECKING:
    from pathlib import Path

CELL = "M DE CN {} 1 VALUE_EUR 2024-02 5 "
LINE = "AT AD E 35069190 2 1 NO_SU 202402 65 3 0"


@pytest.fixture
def read(tmp_path: Path):
    def reading(text: str | bytes, **said: str) -> Read:
        path = tmp_path / "made.dat"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_flows(parse, path, tmp_path / "scratch", FileOptions(**said))

    return reading


def test_seven_zip(read) -> None:
    with pytest.raises(BadFileError, match="damaged 7z archive"):
        read(b"7z\xbc\xaf\x27\x1c\0\4 and more")


@pytest.mark.parametrize("said", [{"nomenclature": "HS2017"}, {"mapping": "format: 1"}])
def test_what_the_file_says_itself(read, said: dict[str, str]) -> None:
    with pytest.raises(BadFileError, match="say themselves"):
        read(bulk(LINE), **said)


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("t,i,j,k,v,q\n2017,4,8,010110,1,2\n", "not the columns of Comext", "row 1"),
        (bulk(LINE).replace("_SITC", "_CUSTOMS"), "not known PRODUCT_CUSTOMS", "row 1"),
        (bulk(LINE).replace("_SITC", "_BEC"), "twice PRODUCT_BEC", "row 1"),
        (
            bulk(LINE, LINE.replace(" 65 ", " -65 ")),
            "neither a number.*'-65'",
            ", column VALUE_EUR",
        ),
        (bulk(LINE, LINE.replace("02402", "02413")), "not a period: '202413'", "row 3"),
        (bulk(LINE, LINE.replace(" 2 1 ", " 3 1 ")), "not a flow: '3'", "row 3, column FLOW"),
        (bulk(LINE, LINE.replace(" 2 1 ", " 2 8 ")), "statistical procedure: '8'", "row 3"),
        (bulk(LINE, LINE.replace("35069190", "350691901")), "not a product code", "row 3"),
        (bulk(LINE, LINE.replace(" AD ", " ZZ ")), "country code of Eurostat: 'ZZ'", "row 3"),
        (bulk(LINE, LINE.replace(" AD ", " G9 ")), "country code of Eurostat: 'G9'", "row 3"),
        (bulk(LINE, LINE.replace(" AD ", " AND ")), "country code of Eurostat: 'AND'", "row 3"),
        (bulk(LINE)[:-9], "cells in a row instead of 18", "row 2"),
        (BULK + "\n", "a header and no rows", "made.dat"),
        (table(CELL.format("752"), data="DS-059331"), "neither DS-045409", "row 2"),
        (
            table(CELL.format("854231").replace("VALUE_EUR", "PRICE_INDEX")),
            "unknown indicator",
            "row 2",
        ),
        (table(CELL.format("854231").replace("M ", "Q ", 1)), "not a frequency", "row 2"),
        (table(CELL.format("8542")), "no line of six or eight digits", "made.dat"),
        (table(CELL.format("854231").replace("DE", "EU")), "two single countries", "made"),
    ],
)
def test_cells_and_columns(read, text: str, what: str, where: str) -> None:
    with pytest.raises(BadFileError, match=what) as error:
        read(text)
    assert where in error.value.where
    assert error.value.hint


def test_a_line_that_stands_twice(read) -> None:
    other = LINE.replace("AT", "DE")
    with pytest.raises(BadFileError, match=r"1 line is there twice.* AT AD 35069190") as error:
        read(bulk(LINE, other, LINE.replace(" 65 ", " 66 ")))
    assert error.value.where == "made.dat, among rows 2, 4"


def test_a_total_of_procedures_beside_its_parts(read) -> None:
    total = LINE.replace(" 2 1 ", " 2 4 ")
    got = read(
        bulk(
            LINE.replace(" 65 ", " 40 "),
            LINE.replace(" 2 1 ", " 2 3 ").replace(" 65 ", " 5 "),
            total,
        )
    )
    assert got.only("value_reported", "mass_kg") == [(65.0, 3.0)]
    assert got.found["procedures-with-total"].level == "note"
    with pytest.raises(BadFileError, match=r"do not agree \(2024-02-01 AT AND 35069190"):
        read(bulk(LINE.replace(" 65 ", " 400 "), total))
    with pytest.raises(BadFileError, match="1 parts have no total"):
        read(bulk(LINE, total, LINE.replace("35069190", "35069100")))


def test_the_parts_of_the_united_kingdom(read) -> None:
    line = "M DE {} 85423190 1 VALUE_IN_EUROS {} {} "
    north, great = line.format("XI", "2024-02", 3), line.format("XU", "2024-02", 7)
    whole = line.format("GB", "2024-02", 10)
    earlier = line.format("GB", "2019-02", 50)
    apart = read(table(north, great, earlier))
    assert apart.only("exporter", "partner_basis", "value_reported") == [
        ("GBR", "consignment", 3.0),
        ("GBR", "consignment", 50.0),
        ("GBR", "origin", 7.0),
    ]
    assert read(table(north, great, whole)).only("partner_basis", "value_reported") == [
        (None, 10.0)
    ]
    with pytest.raises(BadFileError, match="partner GB with XI and XU: they do not agree"):
        read(table(north, great, line.format("GB", "2024-02", 30)))
    with pytest.raises(BadFileError, match="1 parts have no total"):
        read(table(north, great, whole, line.format("XI", "2024-03", 4)))


def test_what_is_not_utf_8_is_refused_in_a_column_that_nobody_reads(read) -> None:
    spoiled = bulk(LINE, LINE).encode().replace(b",1,2,3,", b",1,\xff,3,")
    with pytest.raises(BadFileError, match="not a text in UTF-8") as caught:
        read(spoiled)
    assert "row 2" in str(caught.value)
