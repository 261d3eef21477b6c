"""What the parser of the Chinese customs export refuses, and how it says so."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError
from entrepot.lake import Lake
from entrepot.sources.gacc import parse
from entrepot.sources.parser import FileOptions
from made_gacc import ENGLISH, gacc
from read_flows import Read, read_flows

if TYPE_CHECKING:
    from pathlib import Path

MARCH = "format: 1\nflow: export\nperiod: '2024-03'\n"
LINE = "07032010 141 10 37 1500 Kilogram 0 ? 1,693"
OTHER = LINE.replace("141", "110")


@pytest.fixture
def read(tmp_path: Path):
    def reading(text: str | bytes, mapping: str | None = MARCH, **said: str) -> Read:
        path = tmp_path / "import_202403.csv"
        path.write_bytes(text.encode("gb18030") if isinstance(text, str) else text)
        return read_flows(parse, path, tmp_path / "scratch", FileOptions(mapping=mapping, **said))

    return reading


def test_what_the_file_does_not_say(read) -> None:
    with pytest.raises(BadFileError, match="imports or exports, and when") as error:
        read(gacc(LINE), None)
    shown = error.value.hint.partition(":\n")[2]
    assert [line.strip() for line in shown.splitlines()] == [
        "format: 1",
        "flow: export        # or import",
        "period: '2024-03'   # or '2024Q1', '2024'",
    ]
    assert read(gacc(LINE), "\n".join(line.strip() for line in shown.splitlines())).rows
    with pytest.raises(BadFileError, match="does not say when these goods were traded"):
        read(gacc(LINE), "format: 1\nflow: export\n")


@pytest.mark.parametrize(
    ("mapping", "what"),
    [
        (MARCH + "province: '44'\n", "province"),
        (MARCH.replace("export", "both"), "flow"),
        (MARCH.replace("format: 1", "format: 2"), "format"),
        (MARCH.replace("2024-03", "2024-01..2024-02"), "not one month, quarter or year"),
        (MARCH.replace("2024-03", "2024-13"), "no such date"),
        (MARCH.replace("2024-03", "2024-03-05"), "not one month, quarter or year"),
    ],
)
def test_the_mapping_is_closed(read, mapping: str, what: str) -> None:
    with pytest.raises(BadFileError, match=what):
        read(gacc(LINE), mapping)


def test_the_edition_follows_from_the_year(read) -> None:
    with pytest.raises(BadFileError, match="follows from the year"):
        read(gacc(LINE), nomenclature="HS2017")


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("t,i,j,k,v,q\n2017,4,8,010110,1,2\n", "missing Commodity code", "row 1"),
        (gacc(LINE, header=ENGLISH.replace("US d", "Euro, d")), "US dollar or Renminbi", "row 1"),
        (gacc(LINE, header=ENGLISH.replace("Commodity,", "US dollar,")), "two columns", "row 1"),
        (gacc(LINE, header=ENGLISH.replace("Commodity,", "人民币,")), "side by side", "row 1"),
        (gacc(LINE, header=ENGLISH.replace("Regime,", "Port,")), "not known Customs Port", "row 1"),
        (gacc(LINE, OTHER).replace("1,693", "1,69"), "not an amount.*'1,69'", "row 2, column US"),
        (gacc(LINE, OTHER.replace("1,693", "?")), "not an amount.*'[?]'", "row 3, column US"),
        (gacc(LINE, OTHER.replace("1500", "-1")), "quantity.*'-1'", "row 3, column Quantity"),
        (gacc(LINE, OTHER.replace("110", "777")), "partner: '777'", "row 3, column Trading"),
        (gacc(LINE, OTHER.replace("07032010", "0703")), "not a code of eight or six", "row 3"),
        (gacc(LINE, OTHER.replace("07032010", "070320")), "eight digits and of six", ".csv"),
        (gacc(LINE, OTHER).rstrip("\n") + '"x"\n', "behind the last comma: 'x'", "row 3"),
        (gacc(LINE, OTHER)[:-9], "cells in a row instead of 14|quotation", "row 3"),
        (gacc(LINE, OTHER, LINE.replace("1,693", "7")), "1 line.*07032010 141", "rows 2 and 4"),
        (b"\xff\xfe\x00", "UTF-16", ".csv"),
        (gacc(LINE).encode("gb18030") + b"\xff\xff\n", "not a text in UTF-8 or GB", "row 2"),
    ],
)
def test_cells_and_columns(read, text: str | bytes, what: str, where: str) -> None:
    with pytest.raises(BadFileError, match=what) as error:
        read(text)
    assert where in error.value.where
    assert error.value.hint


def test_dollars_and_yuan_in_one_archive(tmp_path: Path) -> None:
    """The lake counts a delivery in one currency; the other half would be passed over."""
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("usd.csv", gacc(LINE))
        archive.writestr(
            "cny.csv", gacc(OTHER, header=ENGLISH.replace("US dollar", "Renminbi Yuan"))
        )
    lake = Lake.open(tmp_path / "lake")
    with pytest.raises(BadFileError, match="USD and CNY in one file"):
        lake.add("gacc", [path], mapping=MARCH)
    assert lake.holdings() == ()


def test_a_line_whose_code_lost_its_zero_is_the_same_line(read) -> None:
    with pytest.raises(BadFileError, match="1 line is there more than once") as error:
        read(gacc(LINE, OTHER, LINE.replace("07032010", "7032010").replace("1,693", "5")))
    assert "rows 2 and 4" in error.value.where
