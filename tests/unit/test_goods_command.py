"""`entrepot goods` and `entrepot measure` on the command line."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from entrepot.cli import goods, measure
from entrepot.errors import BadFileError, EntrepotError, RequestError, UnknownNameError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

RUN = CliRunner()
TABLE = (
    "date,hs\n2023-01-01,8542.31\n2024-06-01,ex 8541\n2024-06-01,8541-8543\n2024-06-01,01012100\n"
)


def shown(app: Any, *words: str) -> str:
    result = RUN.invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def told(*words: str) -> Any:
    return json.loads(shown(goods.app, *words, "--json"))


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "lists"
    monkeypatch.setenv("ENTREPOT_LISTS", str(folder))
    return folder


def test_a_day_after_the_last_text_is_told() -> None:
    for words in (
        ("show", "gb-3i", "--on", "2030-01-01"),
        ("diff", "gb-3i@2025-04-24", "gb-3i@2030-01-01"),
    ):
        assert "Read until: gb-3i (2025-04-24)" in shown(goods.app, *words)
    assert "Read until: gb" not in shown(goods.app, "show", "gb-3i", "--on", "2025-04-24")
    assert "Fragments only: us-supp-2" in shown(goods.app, "history", "854231")


def test_lists() -> None:
    assert "Common High Priority List" in shown(goods.app, "list")
    held = {one["id"]: one for one in told("list")}
    assert held["chpl"]["codes"] == 50
    assert held["chpl"]["parts"] == ["1", "2", "3.A", "3.B", "4.A", "4.B"]
    assert held["chpl"]["begins"] == "2023-05-19"
    assert {one["jurisdiction"] for one in held.values()} >= {"EU", "GB", "US", "CN", "CA"}


def test_what_is_missing_is_listed() -> None:
    gaps = told("list", "--missing")
    assert any(gap["act"] == "chpl" and "38 codes" in gap["known"] for gap in gaps)
    assert "not established" in shown(goods.app, "list", "--missing")


def test_show_a_tier() -> None:
    text = shown(goods.app, "show", "chpl:2")
    assert "854890" in text
    assert "854231" not in text
    data = told("show", "chpl:2")
    assert len(data["entries"]) == 5
    (new,) = [entry for entry in data["entries"] if entry["code"] == "854800"]
    (before,) = new["HS2017"]
    assert (before["kind"], before["codes"]) == ("renumbered", ["854890"])
    assert (new["status"], new["nomenclature"]) == ("listed", "HS2022")


def test_show_says_why_a_code_is_missing() -> None:
    text = " ".join(shown(goods.app, "show", "chpl").split())
    assert "854151: HS2017 has no code that is mostly this one" in text
    assert "not a classification" in text


def test_show_on_a_day() -> None:
    data = told("show", "chpl", "--on", "2024-01-01")
    status = [entry["status"] for entry in data["entries"]]
    assert (status.count("listed"), status.count("possible")) == (45, 5)
    text = " ".join(shown(goods.app, "show", "chpl:4.B", "--on", "2024-01-01").split())
    assert "Left out, because no text that was read settles them: 5 codes (845710," in text


def test_show_follows_into_the_edition_asked_for() -> None:
    (entry, *_) = told("show", "chpl:1", "--to", "HS2022")["entries"]
    assert entry["HS2022"][0]["codes"] == [entry["code"]]
    older = told("show", "chpl:1", "--to", "HS2012")["entries"][0]["HS2012"]
    assert older[0]["kind"] == "not established"  # no table is held


def test_show_follows_what_it_can_of_a_list_in_several_editions(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "code,nomenclature\n854231,HS2022\n852580,HS2017\n854140,HS2012\n", encoding="utf-8"
    )
    found = {one["code"]: one["HS2017"][0] for one in told("show", str(path))["entries"]}
    assert (found["854231"]["kind"], found["852580"]["kind"]) == ("same", "same")
    assert found["854140"]["kind"] == "not established"
    assert "concordance" in found["854140"]["reason"]
    assert "not established" in shown(goods.app, "show", str(path))


def test_a_lake_that_cannot_be_read_is_an_error_and_not_a_gap(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    folder.mkdir()
    (folder / "catalog.json").write_text("{}", encoding="utf-8")
    with pytest.raises(EntrepotError):
        shown(goods.app, "show", "chpl", "--lake", str(folder))


def test_diff() -> None:
    data = told("diff", "chpl@2023-12-31", "chpl@2024-02-23")
    assert [entry["code"] for entry in data["added"]] == [
        "845710", "845811", "845891", "845961", "846693",
    ]  # fmt: skip
    assert (data["removed"], data["changed"]) == ([], [])
    assert "5 added, 0 removed, 0 changed" in shown(
        goods.app, "diff", "chpl@2023-12-31", "chpl@2024-02-23"
    )
    same = told("diff", "chpl", "eu-xl")
    assert (same["added"], same["removed"], same["changed"]) == ([], [], [])


def test_history_names_each_text_and_each_list_on_a_usual_terminal() -> None:
    drawn = " ".join(shown(goods.app, "history", "854231").split())
    assert "2022/1904" in drawn
    assert "eu-vii-b: EU, Annex VII" in drawn
    assert "still on the list when it was last read" in drawn


def test_history_has_the_last_day_of_contracts_from_before() -> None:
    first = next(
        line
        for line in shown(goods.app, "history", "848210").splitlines()
        if "eu-xxiii" in line and "2023-02-26" in line
    )
    drawn = " ".join(shown(goods.app, "history", "848210").split())
    assert "(contracts" in first
    assert "2023-03-27)" in drawn
    assert "still on the list when it was last read" in drawn


def test_history() -> None:
    found = told("history", "854231")
    days = [one["applies"] or one["adopted"] or one["seen_from"] for one in found]
    assert days == sorted(days)
    assert {"chpl", "eu-xl"} <= {one["list"] for one in found}
    assert "0501 is on none of the lists, as far as these were read." in shown(
        goods.app, "history", "0501"
    )


def test_match_a_list() -> None:
    data = told("match", "chpl", "--to", "HS2017")
    assert len(data["codes"]) == 50
    kinds = [one["in"]["HS2017"]["kind"] for one in data["codes"]]
    assert kinds.count("same") == 42
    by_code = {one["code"]: one["in"]["HS2017"] for one in data["codes"]}
    assert by_code["854151"]["codes"] == []
    assert by_code["854159"]["codes"] == []
    assert by_code["852589"]["codes"] == ["852580"]
    assert (by_code["852589"]["share_low"], by_code["852589"]["share_high"]) == (0, 1)
    assert (by_code["854231"]["share_low"], by_code["854231"]["share_high"]) == (1, 1)
    text = shown(goods.app, "match", "chpl", "--to", "HS2017")
    assert "42 of 50 codes are the same in HS2017." in text
    assert "mostly 852580" in text


def test_match_a_list_into_a_file(tmp_path: Path) -> None:
    out = tmp_path / "matched.csv"
    shown(goods.app, "match", "chpl", "--to", "HS2017", "--out", str(out))
    with out.open(encoding="utf-8") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    assert len(rows) == 50
    assert rows["880730"]["HS2017_codes"] == "880330"
    assert rows["854149"]["HS2017_codes"] == ""
    assert rows["854149"]["HS2017_kind"] == "no_safe_predecessor"


def test_match_a_table(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(TABLE, encoding="utf-8")
    words = ("match", str(path), "--column", "hs", "--against", "chpl", "--day", "date")
    data = told(*words)
    assert (data["rows"], data["on_a_list"]) == (4, 2)
    by_row: dict[int, set[tuple[str, str]]] = {}
    for one in data["matches"]:
        by_row.setdefault(one["row"], set()).add((one["list_code"], one["certainty"]))
    assert by_row[2] == {("", "")}  # nothing was on the list yet in January 2023
    assert len(by_row[3]) == 9 - 1  # heading 8541: what the list has of it
    assert {kind for _, kind in by_row[3]} == {"part"}
    assert {kind for _, kind in by_row[4]} == {"part"}
    assert by_row[5] == {("", "")}
    text = shown(goods.app, *words)
    assert "2 of 4 rows match a list." in text
    assert "candidate" in text


def test_match_a_table_into_a_file(tmp_path: Path) -> None:
    path, out = tmp_path / "mine.csv", tmp_path / "out.csv"
    path.write_text("code\n854231\n010121\n", encoding="utf-8")
    data = told("match", str(path), "--column", "code", "--against", "chpl", "--out", str(out))
    assert data["matches"] == []
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["list"], row["certainty"]) for row in rows] == [
        ("2", "chpl", "whole"),
        ("3", "", ""),
    ]


def test_no_cell_of_a_file_of_matches_is_a_formula(tmp_path: Path) -> None:
    """The list, and so the name of its parts, may be from anybody."""
    path, bad, out = tmp_path / "mine.csv", tmp_path / "bad.csv", tmp_path / "out.csv"
    path.write_text("code\n854231\n", encoding="utf-8")
    bad.write_text("code,nomenclature,part\n854231,HS2022,=1+1\n", encoding="utf-8")
    told("match", str(path), "--column", "code", "--against", str(bad), "--out", str(out))
    with out.open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["row"], row["code"], row["part"]) == ("2", "854231", "'=1+1")


@pytest.mark.parametrize(
    ("content", "words", "where"),
    [
        ("code\n854299\n", "unknown code 854299 in HS2022", "row 2"),
        ("code\n852580\n", "852580 is not a code of HS2022", "row 2"),
        ("code\n10121\n", "odd number of digits", "row 2"),
        ("code\n\n\nchips\n", "not a code: 'chips'", "row 4"),
        ("code\n8543-8541\n", "not a range", "row 2"),
        ("code\n8541-854310\n", "not a range", "row 2"),
        ('code,note\nchips,"two\nlines"\n999,x\n', "not a code", "row 3, and 1 more"),
        ("code\n854299\n854298\n10121\n", "unknown code", "row 2, and 2 more"),
        ('code,note\n854231,"open\n854299,\n', "cannot be read: unexpected end", "row 2"),
        ("hs\n854231\n", "unknown column: 'code'", "mine.csv"),
        ("", "the file is empty", "mine.csv"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_row(
    tmp_path: Path, content: str, words: str, where: str
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RequestError) as caught:
        shown(goods.app, "match", str(path), "--column", "code", "--against", "chpl")
    assert words in caught.value.what
    assert where in caught.value.where


def test_rows_that_cannot_be_read_do_not_stop_the_others(tmp_path: Path) -> None:
    path, out = tmp_path / "mine.csv", tmp_path / "out.csv"
    path.write_text('code,note\n854231,"two\nlines"\n999,x\nchips,\n', encoding="utf-8")
    words = ("match", str(path), "--column", "code", "--against", "chpl")
    data = told(*words)
    assert (data["rows"], data["on_a_list"]) == (3, 1)
    assert [one["row"] for one in data["not_readable"]] == [4, 5]
    text = shown(goods.app, *words)
    assert "Not readable: 2 rows." in text
    assert "row 4: 999 has an odd number of digits" in text
    told(*words, "--out", str(out))
    with out.open(encoding="utf-8") as file:
        rows = [(row["row"], row["status"]) for row in csv.DictReader(file)]
    assert rows == [("3", "listed"), ("4", "not readable"), ("5", "not readable")]


def test_an_unknown_code_comes_with_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("code\n854238\n", encoding="utf-8")
    with pytest.raises(RequestError) as caught:
        shown(goods.app, "match", str(path), "--column", "code")
    assert "854233" in caught.value.hint
    path.write_text("code\n854140\n", encoding="utf-8")
    with pytest.raises(RequestError) as caught:
        shown(goods.app, "match", str(path), "--column", "code")
    assert "HS2017" in caught.value.why


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("mine.xlsx", b"PK", "not an Excel workbook"),
        ("mine.parquet", b"PAR1", "too small to be a Parquet file"),
        ("mine.csv", b"code\n\xff\n", "not text in UTF-8"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RequestError) as caught:
        shown(goods.app, "match", str(path), "--column", "code")
    assert words in caught.value.what


def test_lists_of_other_editions_are_named_and_not_compared_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("code\n854231\n", encoding="utf-8")
    data = told("match", str(path), "--column", "code", "--edition", "HS2012")
    assert "chpl" in data["lists_left_out"]
    text = shown(goods.app, "match", str(path), "--column", "code", "--edition", "HS2012")
    assert "Not compared" in text
    with pytest.raises(RequestError, match="not followed into HS2012"):
        shown(
            goods.app, "match", str(path), "--column", "code", "--edition", "HS2012",
            "--against", "chpl",
        )  # fmt: skip


def test_add_and_remove(tmp_path: Path, own_folder: Path) -> None:
    path = tmp_path / "my-list.csv"
    path.write_text("code,nomenclature\n854231,HS2022\n010121,HS2022\n", encoding="utf-8")
    assert told("add", str(path)) == {"id": "my-list", "codes": 2, "nomenclatures": ["HS2022"]}
    assert [one["id"] for one in told("list")][-1] == "my-list"
    assert len(told("show", "my-list")["entries"]) == 2
    assert len(told("show", str(path))["entries"]) == 2
    assert "my-list was removed" in shown(goods.app, "remove", "my-list")
    assert list(own_folder.iterdir()) == []
    with pytest.raises(RequestError, match="no list of your own"):
        shown(goods.app, "remove", "my-list")


def test_a_refused_list_leaves_nothing_behind(tmp_path: Path, own_folder: Path) -> None:
    path = tmp_path / "my-list.csv"
    path.write_text("code,nomenclature\n854231,HS2022\n854299,HS2022\n", encoding="utf-8")
    with pytest.raises(BadFileError) as caught:
        shown(goods.app, "add", str(path))
    assert caught.value.where == "my-list.csv, row 3, column code"
    assert not own_folder.exists()


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("show", "chlp"), UnknownNameError),
        (("show", "chpl:9"), UnknownNameError),
        (("show", "chpl,eu-xl"), RequestError),
        (("show", "8542"), RequestError),
        (("show", "chpl", "--on", "yesterday"), RequestError),
        (("show", "chpl", "--on", "2023-06-01"), EntrepotError),
        (("show", "chpl", "--on", "2001-01-01"), EntrepotError),
        (("show", "chpl", "--to", "HS2018"), UnknownNameError),
        (("diff", "chpl", "8542"), RequestError),
        (("diff", "chpl@2024-13-01", "chpl"), RequestError),
        (("history", "chips"), RequestError),
        (("match", "8542", "--to", "HS2017"), RequestError),
        (("match", "chpl", "--to", "HS2012"), RequestError),
        (("match", "nothing.csv", "--column", "code"), RequestError),
        (("remove", "chpl"), RequestError),
        (("add", "nothing.csv"), BadFileError),
    ],
)
def test_refused(words: tuple[str, ...], error: type[EntrepotError]) -> None:
    with pytest.raises(error):
        shown(goods.app, *words)


def test_measures() -> None:
    text = shown(measure.app, "list")
    for name in ("value", "import_share", "export_share", "growth", "hhi", "cr", "asymmetry"):
        assert name in text
    data = json.loads(shown(measure.app, "show", "hhi", "--json"))
    assert data["unit"] == "index"
    assert "1/hhi" in data["columns"]["effective_suppliers"]
    assert "Hirschman" in shown(measure.app, "show", "hhi")
    with pytest.raises(UnknownNameError) as caught:
        shown(measure.app, "show", "hii")
    assert caught.value.suggestions == ["hhi"]


def test_a_list_whose_last_line_has_no_end_is_stored_with_a_note(
    tmp_path: Path, own_folder: Path
) -> None:
    path = tmp_path / "mine.csv"
    for text, said in (("HS2022,854231\n", False), ("HS2022,8542", True)):
        path.write_text(f"nomenclature,code\n{text}", encoding="utf-8")
        result = RUN.invoke(goods.app, ["add", str(path)], catch_exceptions=False)
        assert ("no line end" in result.stderr) == said
        shown(goods.app, "remove", "mine")


@pytest.mark.parametrize("code", ["85423190", "8542.31", "854231"])
def test_one_code_to_match_names_what_answers(code: str) -> None:
    with pytest.raises(RequestError, match="is one code") as caught:
        shown(goods.app, "match", code)
    assert f"goods history {code.replace('.', '')}" in caught.value.hint


@pytest.mark.parametrize("codes", ["854231+845710", "854231,845710", "854231, 845710"])
def test_the_history_of_several_codes_is_that_of_each(codes: str) -> None:
    each = {
        one: json.loads(shown(goods.app, "history", one, "--json")) for one in ("854231", "845710")
    }
    found = json.loads(shown(goods.app, "history", codes, "--json"))
    assert found == [row | {"asked": one} for one, rows in each.items() for row in rows]
    text = shown(goods.app, "history", codes)
    assert text.index("\n854231\n") < text.index("\n845710\n")
    with pytest.raises(RequestError, match="and neither a list nor a table") as caught:
        shown(goods.app, "match", codes)
    assert "goods history 854231,845710" in caught.value.hint


def test_a_parquet_whose_column_has_a_name_of_no_text_is_refused(tmp_path: Path) -> None:
    """It was a UnicodeDecodeError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from entrepot.figures.screening.read import read_file

    path = tmp_path / "odd.parquet"
    pq.write_table(pa.table({"codes": ["854231"]}), path, store_schema=False)
    path.write_bytes(path.read_bytes().replace(b"codes", b"cod\x80s"))
    with pytest.raises(BadFileError, match="not a Parquet file"):
        read_file(path)
