"""Every bad file is refused with what, where and what to do, and nothing is written."""

from __future__ import annotations

import gzip
import io
import math
import os
import random
import zipfile
from typing import TYPE_CHECKING

import pytest
from lake_files import HEAD, MAPPING, NAME, ROWS, Put, Write, tree

from entrepot.errors import BadFileError, EntrepotError, RequestError, UnknownNameError
from entrepot.lake import Lake
from entrepot.sources import strict, text

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("each_engine")
GOOD = "2022,156,643,850110,10.5,2"


@pytest.fixture
def lake(each_engine: str, tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake")


def refuse(lake: Lake, path: Path, *words: str, **options: str) -> EntrepotError:
    before = tree(lake.path)
    with pytest.raises(BadFileError) as caught:
        lake.add("baci", [path], **options)
    message = str(caught.value)
    for word in words:
        assert word in message
    assert path.name in message
    assert caught.value.exit_code == 2
    assert tree(lake.path) == before
    return caught.value


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2022,156,643,850110,ten,2", ("not a value", "'ten'", "row 3, column v")),
        ("2022,156,643,850110,-1,2", ("not a value", "'-1'", "row 3, column v")),
        ("2022,156,643,850110,,2", ("not a value", "''", "row 3, column v")),
        ("2022,156,643,850110,nan,2", ("not a value", "row 3, column v")),
        ("2022,156,643,850110,1_000,2", ("not a value", "row 3, column v")),
        ('2022,156,643,850110,"1,5",2', ("not a value", "'1,5'", "row 3, column v")),
        ("2022,156,643,850110,10,-2", ("not a quantity", "row 3, column q")),
        ("2022,156,643,850110,10,n/a", ("not a quantity", "row 3, column q")),
        ("2016,156,643,850110,10,2", ("year out of bounds", "'2016'", "row 3, column t")),
        ("2022.6,156,643,850110,10,2", ("year out of bounds", "row 3, column t")),
        (",156,643,850110,10,2", ("year out of bounds", "row 3, column t")),
        ("2022,998,643,850110,10,2", ("unknown BACI area code", "'998'", "row 3, column i")),
        ("2022,156,0,850110,10,2", ("unknown BACI area code", "'0'", "row 3, column j")),
        ("2022,CHN,643,850110,10,2", ("unknown BACI area code", "'CHN'", "row 3, column i")),
        ("2022,156,643,8501101,10,2", ("not a product code", "row 3, column k")),
        ("2022,156,643,85011A,10,2", ("not a product code", "row 3, column k")),
        ("2022,156,643,0,10,2", ("not a product code", "'0'", "row 3, column k")),
        ("2022,156,643,000000,10,2", ("not a product code", "row 3, column k")),
        ("2022,156,643,009999,10,2", ("not a product code", "row 3, column k")),
        ("2022,156,643,9999,10,2 ", ("not a product code", "'9999'", "row 3, column k")),
        ("2022,156,643,850110,10", ("5 cells in a row instead of 6", "row 3")),
        ("2022,156,643,850110,10,2,9", ("7 cells in a row instead of 6", "row 3")),
        ('2022,156,643,"850110,10,2', ("row 3",)),
        (GOOD, ("two rows for one cell", "CHN RUS 850110", "rows 2 and 3")),
    ],
)
def test_bad_row(lake: Lake, write: Write, row: str, words: tuple[str, ...]) -> None:
    refuse(lake, write([GOOD, row]), *words)


def test_lost_zero_does_not_hide_a_duplicate(lake: Lake, write: Write) -> None:
    path = write(["2022,156,643,010121,1,1", "2022,156,643,850110,1,1", "2022,156,643,10121,2,2"])
    refuse(lake, path, "two rows for one cell", "010121", "rows 2 and 4")


def test_two_codes_of_one_area_do_not_hide_a_duplicate(lake: Lake, write: Write) -> None:
    path = write(["2022,251,643,850110,1,1", "2022,250,643,850110,1,1"])
    refuse(lake, path, "two rows for one cell", "FRA RUS 850110", "rows 2 and 3")


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("t,i,j,k,v", ("missing q", "row 1")),
        ("t,i,j,k,v,q,w", ("not known w", "row 1")),
        ("t,i,j,k,v,v,q", ("twice v", "row 1")),
        ("period,reporter,partner,cmd,value,qty", ("missing i, j, k, q, t, v", "BACI has t,i")),
        ("t;i;j;k;v;q", ("semicolons", "row 1")),
        ("t\ti\tj\tk\tv\tq", ("tabs", "row 1")),
    ],
)
def test_bad_head(lake: Lake, write: Write, head: str, words: tuple[str, ...]) -> None:
    refuse(lake, write([GOOD], head=head), *words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ("empty",)),
        (b"t,i,j,k,v,q\n", ("a header and no rows",)),
        (b"\nt,i,j,k,v,q\n", ("first line is empty",)),
        ("\n".join([HEAD, *ROWS]).encode("utf-16"), ("UTF-16",)),
        (b"\x00\x01\x02\x03", ("not a text file",)),
        (b"t,i,j,k,v,\xe9\n", ("UTF-8", "row 1")),
        (b"t,i,j,k,v,q\n2022,156,643,850110,1,1\n2022,156,643,85\xe910,1,1\n", ("UTF-8",)),
        (b"<html>404 Not Found</html>\n", ("a web page or XML, not a table",)),
    ],
)
def test_bad_content(lake: Lake, write: Write, content: bytes, words: tuple[str, ...]) -> None:
    path = write()
    path.write_bytes(content)
    refuse(lake, path, *words)


def test_a_last_line_without_an_end_is_reported(lake: Lake, write: Write) -> None:
    path = write()
    lake.add("baci", [path])
    whole = path.read_bytes()
    again = path.with_name(NAME.replace("Y2022", "Y2023"))
    again.write_bytes(whole.replace(b"2022", b"2023").removesuffix(b"NA\n") + b"1")
    lake.add("baci", [again])
    found = lake.findings().collect().to_arrow().to_pylist()
    cut = [one for one in found if one["rule"] == "unfinished-line"]
    assert [one["example"] for one in cut] == ["2023,156,398,10121,1,1"]


@pytest.mark.parametrize("fill", [b"\0", b" ", b"1"], ids=["zeros", "blanks", "digits"])
@pytest.mark.parametrize("each_engine", ["duckdb"], indirect=True)
def test_a_file_that_is_filled_to_its_size_is_refused(
    lake: Lake, write: Write, monkeypatch: pytest.MonkeyPatch, fill: bytes
) -> None:
    """The reader drops a last line that fills its buffer; a small one shows it on a small file."""
    path = write()
    path.write_bytes(path.read_bytes() + fill * 2**19)
    monkeypatch.setattr(strict, "BUFFER", 2**17)
    for longest in (text.MAX_RECORD, 2**40):  # by the length of its line; by the count of rows
        monkeypatch.setattr(text, "MAX_RECORD", longest)
        with pytest.raises(BadFileError):
            lake.add("baci", [path])
    assert not lake.holdings()


@pytest.mark.parametrize("size", [1000, 300_000])
@pytest.mark.parametrize("fill", [b" ", b"\n", b"\r\n", b" \t\n"], ids=ascii)
@pytest.mark.parametrize("note", [b"", b"Source: mine\n", b"Source: mi"], ids=["", "note", "cut"])
def test_blanks_in_place_of_the_rest_are_no_note(
    lake: Lake, tmp_path: Path, fill: bytes, size: int, note: bytes
) -> None:
    """Of a table of one's own they were taken for a note, and half of it was loaded."""
    path = tmp_path / "mine.csv"
    whole = b"year,from,code,usd\n2022,CHN,850110,1\n2022,DEU,850110,2\n" + note
    path.write_bytes(whole + fill * (size // len(fill)))
    with pytest.raises(BadFileError, match="the end is filled with blanks") as caught:
        lake.add("table", [path], mapping=f"{MAPPING}last_row: 3\n")
    assert caught.value.where.startswith("mine.csv, row ")
    assert not lake.holdings()
    path.write_bytes(whole + b" \n\n\n")  # as editors and people leave them
    lake.add("table", [path], mapping=f"{MAPPING}last_row: 3\n")
    assert lake.holdings()[0].rows == 2


@pytest.mark.parametrize(
    "sign",
    [b"\x1a", b"-", b"1", "ÿ".encode(), "█".encode()],
    ids=ascii,  # ÿ: 0xFF in cp1252
)
def test_one_sign_in_place_of_the_rest_is_no_note(lake: Lake, tmp_path: Path, sign: bytes) -> None:
    path = tmp_path / "mine.csv"
    whole = b"year,from,code,usd\n2022,CHN,850110,1\n2022,DEU,850110,2\n"
    path.write_bytes(whole + sign * 1000)
    with pytest.raises(BadFileError, match="the end is filled with one sign"):
        lake.add("table", [path], mapping=f"{MAPPING}last_row: 3\n")
    path.write_bytes(whole + sign * 60 + b"\nSource: mine\n")
    lake.add("table", [path], mapping=f"{MAPPING}last_row: 3\n")
    assert lake.holdings()[0].rows == 2


def test_rows_below_a_sheet_that_are_empty_are_no_filling(lake: Lake, tmp_path: Path) -> None:
    rows = [("year", "from", "code", "usd"), ("2022", "CHN", "850110", "1"), *[("",) * 4] * 999]
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    path = tmp_path / "mine.html"
    path.write_text(f"<html><table><tr>{'</tr><tr>'.join(cells)}</tr></table></html>")
    lake.add("table", [path], mapping=MAPPING)
    assert lake.holdings()[0].rows == 1


@pytest.mark.parametrize(
    ("ends", "row", "words"),
    [
        ((b"\n", b"\n", b"\r\n", b"\r\n"), 3, "row 1 in LF, row 3 in CR LF"),
        ((b"\r\n", b"\n", b"\n", b"\n"), 2, "row 1 in CR LF, row 2 in LF"),
        ((b"\n", b"\n", b"\r", b"\n"), 3, "row 1 in LF, row 3 in CR"),
        ((b"\n", b"\n", b"\r", b"\r"), 3, "row 1 in LF, row 3 in CR"),
        ((b"\r\r\n",) * 4, 1, "row 1 in several CR"),
        ((b"\r",) * 4, 1, "CR"),
    ],
)
@pytest.mark.parametrize("source", ["baci", "table"])
def test_ends_of_lines_that_differ_are_named(
    lake: Lake, tmp_path: Path, source: str, ends: tuple[bytes, ...], row: int, words: str
) -> None:
    """The engine says of them that its parser reached an invalid state."""
    lines = {
        "baci": (HEAD, *ROWS),
        "table": (
            "year,from,code,usd",
            *(f"2022,{area},850110,1" for area in ("CHN", "DEU", "KAZ")),
        ),
    }[source]
    path = tmp_path / (NAME if source == "baci" else "mine.csv")
    pairs = zip(lines, ends, strict=True)
    path.write_bytes(b"".join(line.encode() + end for line, end in pairs))
    mapping = MAPPING if source == "table" else None
    if mapping and words == "CR":  # a table of one's own may be written so
        lake.add(source, [path], mapping=mapping)
        assert lake.holdings()[0].rows == 3
        return
    with pytest.raises(BadFileError, match=words) as caught:
        lake.add(source, [path], mapping=mapping)
    assert caught.value.where == f"{path.name}, row {row}"


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
@pytest.mark.parametrize("sign", ["[", "*", "?"])
@pytest.mark.parametrize("each_engine", ["duckdb"], indirect=True)
def test_a_neighbour_that_no_pattern_can_be_compared_with_is_named(
    write: Write, tmp_path: Path, sign: str
) -> None:
    held = Lake.open(tmp_path / f"a{sign}b")
    held.add("baci", [write()])
    (tmp_path / os.fsdecode(b"a\xff")).mkdir()
    with pytest.raises(EntrepotError, match="no text in UTF-8") as caught, held.reading():
        held.flows("baci").collect()
    assert str(caught.value).encode()
    assert f"a{sign}b and " in caught.value.where
    assert "rename" in caught.value.hint


@pytest.mark.parametrize("value", [1.0000001e18, -2e18, 1e308, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("column", ["value_usd", "mass_kg", "quantity"])
@pytest.mark.parametrize("each_engine", ["duckdb"], indirect=True)
def test_no_number_beyond_the_bound_is_stored(
    lake: Lake, put: Put, column: str, value: float
) -> None:
    """Sums had more digits than decimals keep, or were infinite."""
    with pytest.raises(BadFileError, match="too large to store, or not finite"):
        put("comtrade", {}, {column: f"{value}", "importer": "KAZ"})
    assert not lake.holdings()
    put("comtrade", {column: 1e18})
    assert lake.holdings()


def test_year_that_the_name_does_not_promise(lake: Lake, write: Write) -> None:
    path = write(["2021,156,643,850110,1,1"])
    refuse(lake, path, "year out of bounds", "row 2", "the name says another")


def test_year_after_the_release(lake: Lake, write: Write) -> None:
    path = write(["2025,156,643,850110,1,1"], name="BACI_HS17_all_V202501.csv")
    refuse(lake, path, "year out of bounds", "2017 to 2024")


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("mine.csv", {}, ("edition of the product codes is not known", "nomenclature")),
        ("mine.csv", {"nomenclature": "HS2018"}, ("no edition", "HS2018")),
        ("BACI_HS18_Y2022_V202501.csv", {}, ("no edition", "HS18")),
        (NAME, {"nomenclature": "HS2022"}, ("HS2022", "HS2017")),
        (NAME, {"vintage": "V202601"}, ("V202601", "V202501")),
        ("BACI_HS17.csv", {"vintage": "2025"}, ("not a release of BACI: '2025'", "V202501")),
        ("BACI_HS22.csv", {"vintage": "V202201"}, ("V202201 is older", "nomenclature")),
    ],
)
def test_name_and_options(
    lake: Lake, write: Write, name: str, options: dict[str, str], words: tuple[str, ...]
) -> None:
    refuse(lake, write(name=name), *words, **options)


def _zip(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def _many_rows() -> str:
    draw = random.Random(1)
    codes = draw.sample(range(10000, 999999), 2000)
    return "\n".join([HEAD, *(f"2022,156,643,{code},{draw.random():.3f},1" for code in codes), ""])


def test_not_a_zip(lake: Lake, write: Write) -> None:
    refuse(lake, write(name="BACI_HS17_V202501.zip"), "not a zip archive", "download it again")


def test_not_a_gzip(lake: Lake, write: Write) -> None:
    refuse(lake, write(name=f"{NAME}.gz"), "not a gzip file")


@pytest.mark.parametrize("left", [0.3, 0.9, 0.999])
def test_truncated_zip(lake: Lake, tmp_path: Path, left: float) -> None:
    path = _zip(tmp_path / "BACI_HS17_V202501.zip", {NAME: _many_rows()})
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * left)])
    refuse(lake, path, "truncated or damaged")


def test_damaged_member(lake: Lake, tmp_path: Path) -> None:
    path = _zip(tmp_path / "BACI_HS17_V202501.zip", {NAME: _many_rows()})
    content = bytearray(path.read_bytes())
    content[2000:2010] = bytes(10)
    path.write_bytes(content)
    refuse(lake, path, "truncated or damaged")


@pytest.mark.parametrize("left", [0.5, 0.999])
def test_truncated_gzip(lake: Lake, tmp_path: Path, left: float) -> None:
    content = io.BytesIO()
    with gzip.open(content, "wb") as opened:
        opened.write(_many_rows().encode())
    path = tmp_path / f"{NAME}.gz"
    path.write_bytes(content.getvalue()[: int(len(content.getvalue()) * left)])
    refuse(lake, path, "truncated or damaged")


def test_zip_without_a_year(lake: Lake, tmp_path: Path) -> None:
    path = _zip(tmp_path / "BACI_HS17_V202501.zip", {"country_codes_V202501.csv": "a,b\n"})
    refuse(lake, path, "no year file")
    refuse(lake, _zip(tmp_path / "empty.zip", {}), "no year file")


def test_zip_with_something_else(lake: Lake, tmp_path: Path) -> None:
    text = "\n".join([HEAD, GOOD, ""])
    path = _zip(tmp_path / "BACI_HS17_V202501.zip", {NAME: text, "mine.csv": text})
    refuse(lake, path, "not a file of BACI", "mine.csv")


def test_zip_with_two_editions(lake: Lake, tmp_path: Path) -> None:
    other = "BACI_HS12_Y2021_V202501.csv"
    members = {NAME: "\n".join([HEAD, GOOD, ""]), other: f"{HEAD}\n2021,156,643,850110,1,1\n"}
    refuse(lake, _zip(tmp_path / "both.zip", members), "two editions", other)


def test_bad_row_inside_a_zip_names_the_member(lake: Lake, tmp_path: Path) -> None:
    path = _zip(
        tmp_path / "BACI.zip", {f"data/{NAME}": f"{HEAD}\n{GOOD}\n2022,156,643,10121,x,1\n"}
    )
    refuse(lake, path, f"BACI.zip: data/{NAME}, row 3, column v")


def test_no_such_file(lake: Lake, tmp_path: Path) -> None:
    refuse(lake, tmp_path / "absent.csv", "no such file")
    refuse(lake, tmp_path, "folder")
    assert not lake.path.exists()


def test_unknown_source(lake: Lake, write: Write) -> None:
    with pytest.raises(UnknownNameError, match="did you mean baci"):
        lake.add("bacci", [write()])


def test_one_bad_file_keeps_the_good_one_out(lake: Lake, write: Write) -> None:
    good = write(["2021,156,643,850110,1,1"], name="BACI_HS17_Y2021_V202501.csv")
    with pytest.raises(BadFileError, match="not a value"):
        lake.add("baci", [good, write(["2022,156,643,850110,x,1"])])
    assert lake.holdings() == ()
    assert tree(lake.path) == {}


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
def test_names_that_are_no_text_are_refused(lake: Lake, write: Write, tmp_path: Path) -> None:
    """Bytes of another encoding, as old archives bring them."""
    odd = write(name=os.fsdecode(b"ch\xe9.csv"))
    with pytest.raises(BadFileError, match="no text in UTF-8") as caught:
        lake.add("baci", [odd], nomenclature="HS2017", vintage="V202501")
    assert str(caught.value).encode()
    assert not lake.holdings()
    with pytest.raises(EntrepotError, match="no text in UTF-8") as caught:
        Lake.open(tmp_path / os.fsdecode(b"\xe9")).add("baci", [write()])
    assert str(caught.value).encode()


@pytest.mark.skipif(os.name == "nt", reason="no such devices on Windows")
@pytest.mark.parametrize("each_engine", ["duckdb"], indirect=True)
def test_a_device_is_no_empty_lake() -> None:
    with pytest.raises(EntrepotError, match="a lake is a folder"):
        Lake.open("/dev/null").holdings()


def test_the_path_of_a_mapping_is_read_and_one_in_a_text_is_refused(
    lake: Lake, tmp_path: Path
) -> None:
    """The path itself was read as YAML: "not keys with values"."""
    table, mapping = tmp_path / "mine.csv", tmp_path / "map.yaml"
    table.write_text("year,from,code,usd\n2022,CHN,850110,1\n")
    mapping.write_text(MAPPING)
    with pytest.raises(RequestError, match="the mapping is a path in a text") as refused:
        lake.add("table", [table], mapping=str(mapping))
    assert refused.value.hint == f"give the path as a path: mapping=Path({str(mapping)!r})"
    with pytest.raises(BadFileError, match="no such file"):
        lake.add("table", [table], mapping=tmp_path / "none.yaml")
    lake.add("table", [table], mapping=mapping)
    assert lake.holdings()[0].rows == 1
    with pytest.raises(BadFileError):  # JSON without blanks is a mapping, and no path
        lake.add("table", [table], mapping='{"format":1,"columns":{"a/b":1}}')
