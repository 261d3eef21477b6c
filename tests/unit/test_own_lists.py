"""Lists of the user: what is read, what is refused and with which row, and what is kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from entrepot.cli import goods
from entrepot.errors import BadFileError, NoEvidenceError, OutsideError, RequestError
from entrepot.figures import Definition, ask
from entrepot.figures.caveats import no_codes
from entrepot.goods import goods_list, goods_lists, goods_selection, goods_title, own
from entrepot.goods.history import goods_diff, goods_history
from entrepot.goods.library import add_own, is_list
from entrepot.goods.own import is_own, own_list, remove_list
from entrepot.goods.parse import nameless, written_codes

HEAD = "code,nomenclature\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "lists"
    monkeypatch.setenv("ENTREPOT_LISTS", str(found))
    return found


def written(folder: Path, text: str | bytes, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_two_columns_are_enough(tmp_path: Path) -> None:
    held = own_list(written(tmp_path, f"{HEAD}854231,HS2022\n010121,HS2017\n"))
    assert [(one.code, one.edition) for one in held.entries] == [
        ("854231", "HS2022"), ("010121", "HS2017"),
    ]  # fmt: skip
    assert held.nomenclatures == ("HS2017", "HS2022")
    assert not any(one.is_partial for one in held.entries)
    assert len(held.on(date(1990, 1, 1)).listed) == 2  # without days it holds at any time


def test_everything_that_a_list_can_say(tmp_path: Path) -> None:
    text = (
        "code,nomenclature,ex,part,wording,adopted,applies,valid_to,wind_down,act,article,"
        "certainty,note\n"
        '85423190,CN2023,yes,A,"chips,\nfast ones",2023-02-25,2023-02-26,2023-12-31,2024-03-01,'
        "2023/427,Annex VII,inferred,typed\n"
        "8541,CN2023,no,B,,,,,,,,,\n"
    )
    held = own_list(written(tmp_path, text.replace("\n8541", "\r\n8541")))
    (chip, _) = held.history
    assert (chip.edition, chip.ex, chip.is_partial) == ("HS2022", True, True)
    assert chip.wording == "chips,\nfast ones"
    assert chip.starts == date(2023, 2, 26)
    assert chip.wind_down == date(2024, 3, 1)
    assert chip.certainty == "inferred"
    assert [part.id for part in held.parts] == ["A", "B"]
    assert [one.code for one in held.on(date(2023, 6, 1)).listed] == ["85423190", "8541"]
    assert [one.code for one in held.on(date(2023, 2, 25)).listed] == ["8541"]
    assert [one.code for one in held.on(date(2024, 1, 1)).listed] == ["8541"]
    assert [one.code for one in held.entries] == ["8541"]


def test_a_code_may_come_back(tmp_path: Path) -> None:
    text = (
        "code,nomenclature,applies,valid_to\n"
        "854231,HS2022,2022-01-01,2022-12-31\n854231,HS2022,2023-06-01,\n"
    )
    held = own_list(written(tmp_path, text))
    listed = [bool(held.on(date(2022, 6, 1)).listed), bool(held.on(date(2023, 6, 1)).listed)]
    assert listed == [True, True]
    with pytest.raises(NoEvidenceError):
        held.on(date(2023, 3, 1))


def test_bytes_and_line_ends_of_a_spreadsheet(tmp_path: Path) -> None:
    text = f"\ufeff{HEAD}854231,HS2022\n".replace("\n", "\r\n")
    assert len(own_list(written(tmp_path, text)).entries) == 1
    text = 'code,nomenclature,wording\n854231,HS2022,"one\u2028two\x85three"\n'
    (entry,) = own_list(written(tmp_path, text)).entries
    assert entry.wording == "one\u2028two\x85three"


DAYS = "code,nomenclature,applies,valid_to\n"


@pytest.mark.parametrize(
    ("text", "words", "where", "more"),
    [
        # codes
        (f"{HEAD}854231,HS2022\n854299,HS2022\n", "unknown code 854299 in HS2022",
         "row 3, column code", "did you mean"),
        (f"{HEAD}854140,HS2022\n", "854140 is not a code of HS2022", "row 2, column code",
         "HS2017"),
        (f"{HEAD}85414010,CN2022\n", "854140 is not a code of HS2022", "row 2", "HS2017"),
        (f"{HEAD}854149,HS2017\n", "854149 is not a code of HS2017", "row 2", "HS2022"),
        (f"{HEAD}10121,HS2022\n", "10121 has 5 digits", "row 2", "did you mean 010121"),
        (f"{HEAD}709,HS2022\n", "709 has 3 digits", "row 2", "did you mean 0709"),
        (f"{HEAD}1012100,CN2024\n", "1012100 has 7 digits", "row 2", "did you mean 01012100"),
        (f"{HEAD}854231000,CN2024\n", "854231000 has 9 digits", "row 2", "as text"),
        (f"{HEAD}85423100,HS2022\n", "85423100 has 8 digits, and HS2022 has six", "row 2",
         "CN2024"),
        (f"{HEAD}8542.31,HS2022\n", "not a code: '8542.31'", "row 2", "without points"),
        (f"{HEAD}ex 854231,HS2022\n", "not a code: 'ex 854231'", "row 2", "column ex"),
        (f"{HEAD}8.54E+05,HS2022\n", "not a code", "row 2", "digits"),
        (f"{HEAD},HS2022\n", "not a code: ''", "row 2", ""),
        (f"{HEAD}8,HS2022\n", "not a code: '8'", "row 2", ""),
        (f"{HEAD}85423100001,CN2024\n", "not a code", "row 2", "2 to 10"),
        (f"{HEAD}８５４２,HS2022\n", "not a code", "row 2", ""),
        (f"{HEAD}84570000,CN2024\n", "unknown code 845700", "row 2", "did you mean 8457, all of"),
        (f"{HEAD}77,HS2022\n", "unknown code 77", "row 2", ""),
        # editions
        (f"{HEAD}854231,\n", "no edition", "row 2, column nomenclature", "other goods in another"),
        (f"{HEAD}854231,HS2021\n", "unknown edition 'HS2021'", "row 2", "HS2022"),
        (f"{HEAD}854231,XX2022\n", "unknown edition", "row 2", "CN2024"),
        (f"{HEAD}854231,CN\n", "unknown edition", "row 2", "another year"),
        ("code\n854231\n", "no column nomenclature", "row 1", "other goods in another"),
        ("nomenclature\nHS2022\n", "no column code", "row 1", "code, nomenclature"),
        # columns, rows, text
        ("code,nomenclature,tier\n854231,HS2022,1\n", "unknown column 'tier'", "row 1", "part"),
        ("code,nomenclatur\n854231,HS2022\n", "unknown column 'nomenclatur'", "row 1",
         "did you mean nomenclature"),
        ("code,code,nomenclature\n1,2,3\n", "column code twice", "row 1", ""),
        (f"{HEAD}854231\n", "too few or too many cells", "row 2", ""),
        (f"{HEAD}854231,HS2022,x\n", "too few or too many cells", "row 2", ""),
        (HEAD, "has no row", "mine.csv", "one code a row"),
        ("", "no column code", "row 1", ""),
        (b"code,nomenclature\n\xff,HS2022\n", "UTF-8", "byte 18", "save it"),
        (b"PK\x03\x04\x14\x00", "is a workbook", "mine.csv", "save the sheet as CSV"),
        ("code;nomenclature\n854231;HS2022\n", "unknown column 'code;nomenclature'", "row 1", ""),
        ('code,nomenclature,wording\n854231,HS2022,"open\n', "unexpected end", "row 2", ""),
        # days
        (f"{DAYS}854231,HS2022,23.2.2024,\n", "not a day: '23.2.2024'", "row 2, column applies",
         "2024-02-23"),
        (f"{DAYS}854231,HS2022,2024-02-30,\n", "not a day", "row 2, column applies", ""),
        ("code,nomenclature,applies,wind_down\n854231,HS2022,2024-02-23,2024-02-22\n",
         "earlier contracts end on 2024-02-22 (wind_down), before it is on the list (2024-02-23)",
         "row 2, column wind_down", "check the days"),
        (f"{DAYS}854231,HS2022,2024-02-23,2024-02-22\n", "leaves the list on 2024-02-22",
         "row 2, column valid_to", ""),
        (f"{DAYS}854231,HS2022,2022-01-01,2023-01-01\n854231,HS2022,2023-01-01,\n",
         "on the list already (row 2)", "row 3", "valid_to"),
        (f"{DAYS}854231,HS2022,2023-01-01,\n854231,HS2022,2022-01-01,2023-06-01\n",
         "on the list already (row 2)", "row 3", "valid_to"),
        (f"{HEAD}854231,HS2022\n010121,HS2022\n854231,HS2022\n", "on the list already (row 2)",
         "row 4", "count it twice"),
        # the rest
        ("code,nomenclature,ex\n854231,HS2022,maybe\n", "ex is 'maybe'", "row 2, column ex",
         "yes or no"),
        ("code,nomenclature,certainty\n854231,HS2022,sure\n", "unknown certainty 'sure'",
         "row 2, column certainty", "primary"),
    ],
)  # fmt: skip
def test_refused_with_the_row(
    tmp_path: Path, folder: Path, text: str | bytes, words: str, where: str, more: str
) -> None:
    path = written(tmp_path, text)
    for read in (own_list, add_own, lambda one: goods_selection(str(one))):
        with pytest.raises(BadFileError) as caught:
            read(path)
        assert words in caught.value.what
        assert where in caught.value.where
        assert "mine.csv" in caught.value.where
        assert more in caught.value.hint + caught.value.why
    assert not folder.exists()


def test_tariffs_with_an_odd_number_of_digits(tmp_path: Path) -> None:
    text = f"{HEAD}854231010,JPT2022\n85423101000,TWT2022\n"
    assert len(own_list(written(tmp_path, text)).entries) == 2


def test_days_and_parts_may_differ_for_one_code(tmp_path: Path) -> None:
    text = "code,nomenclature,part\n854231,HS2022,A\n854231,HS2022,B\n"
    held = own_list(written(tmp_path, text))
    assert len(held.part("A")) == len(held.part("b")) == 1
    path = str(tmp_path / "mine.csv")
    assert goods_selection(path).codes == {"854231"}
    assert goods_selection(f"{path}:A").key == f"{path}:A"


def test_a_file_is_asked_for_by_its_path(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEAD}854231,HS2022\n8457,HS2022\n")
    chosen = goods_selection(f"{path},010121")
    assert (chosen.codes, chosen.prefixes) == ({"854231", "010121"}, {"8457"})
    assert "mine.csv" in goods_title(str(path))
    (held,) = chosen.lists
    assert "sha256" in held.title


def test_a_list_whose_entries_have_all_left_it_is_not_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, f"{DAYS}854231,HS2022,2022-01-01,2022-12-31\n")
    with pytest.raises(NoEvidenceError, match=r"nothing is known to have been on .* today") as said:
        goods_selection(str(path))
    assert said.value.hint.startswith(f"ask for another day, such as {path}@2022-12-31; ")
    assert goods_selection(f"{path}@2022-12-31").codes == {"854231"}
    assert goods_selection(f"{path}@2022-06-01").codes == {"854231"}
    with pytest.raises(NoEvidenceError):
        goods_selection(f"{path}@2023-06-01")


def test_a_last_day_that_is_still_to_come_ends_nothing(tmp_path: Path) -> None:
    """A code that is on the list today was left out of every figure that named no day."""
    lines = "854231,HS2022,,2999-12-31\n854232,HS2022,,2024-06-30\n854233,HS2022,2999-01-01,\n"
    path = written(tmp_path, f"{DAYS}{lines}")
    assert goods_selection(str(path)).codes == {"854231"}


def test_what_is_added_is_counted_with_what_is_no_longer_on_it(
    folder: Path, tmp_path: Path
) -> None:
    lines = "854231,HS2022,2022-01-01,2023-12-31\n854232,HS2022,2022-01-01,\n"
    path = written(tmp_path, f"{DAYS}{lines}")
    shown = CliRunner().invoke(goods.app, ["add", str(path)])
    assert shown.output.startswith("mine: 2 entries, 1 of them on it today; ask with --goods mine")


def test_an_older_list_is_not_read_as_the_newest_edition(tmp_path: Path) -> None:
    """852580 held drones and other cameras: nothing says that it is 852589 and nothing else."""
    path = written(tmp_path, f"{HEAD}852580,HS2017\n854231,HS2017\n")
    assert goods_selection(str(path), nomenclature="HS2017").codes == {"852580", "854231"}
    with pytest.raises(RequestError, match="not followed into HS2022") as caught:
        goods_selection(str(path), nomenclature="HS2022")
    assert "concordance" in caught.value.hint


def test_codes_on_a_list_answer_as_the_same_codes_typed(tmp_path: Path) -> None:
    """A list of two bundled codes was told that these two codes are bundled."""
    path = written(tmp_path, f"{HEAD}850511,HS2022\n811292,HS2022\n")
    keys = {"importer": "FRA", "exporter": "CHN", "period": 2022, "lake": tmp_path / "lake"}
    typed = ask("import_share", goods="850511,811292", **keys)
    listed = ask("import_share", goods=str(path), **keys)
    assert typed.value is not None
    assert (listed.value, listed.low, listed.high) == (typed.value, typed.low, typed.high)
    assert "bundled-minerals" in {one.id for one in listed.caveats}
    named = ask("import_share", goods=str(path), source="minerals", **keys)
    assert named.value == typed.value
    # Neither a part of a code nor a list that law keeps is read in an edition that is not named.
    part = written(tmp_path, "code,nomenclature,ex\n850511,HS2022,yes\n", "part.csv")
    assert written_codes(str(part)) == written_codes("chpl") == frozenset()
    assert ask("import_share", goods=str(part), **keys).status != "ok"


@pytest.mark.parametrize("rows", ["811292,HS2002", "811292,HS2002\n850511,HS2022"])
def test_an_older_edition_is_not_read_in_data_that_name_none(tmp_path: Path, rows: str) -> None:
    """811292 of HS2002 is other goods; it answered 3.18 %, as 811292 of HS2022 does."""
    path = written(tmp_path, f"{HEAD}{rows}\n")
    keys = {"importer": "FRA", "exporter": "CHN", "period": 2022, "lake": tmp_path / "lake"}
    asked = ask("import_share", goods=str(path), **keys)
    assert (asked.value, asked.status) == (None, "insufficient_data")
    assert "the list names HS2002, in which a number can be other goods" in str(asked.reason)
    assert written_codes(str(path)) == frozenset()
    typed = ask("import_share", goods="811292", **keys)
    assert typed.value is not None


def test_what_is_doubted_on_a_list_is_said_of_data_that_name_no_edition(tmp_path: Path) -> None:
    head = "code,nomenclature,applies,certainty\n"
    text = f"{head}811292,HS2022,2020-01-01,secondary\n850511,HS2022,2020-01-01,primary\n"
    path = written(tmp_path, text)
    for nomenclature in ("HS2022", "HS"):
        chosen = goods_selection(str(path), nomenclature=nomenclature)
        assert chosen.uncertain == {"811292"}
        assert chosen.codes == {"811292", "850511"}
    unsure = written(tmp_path, f"{head}811292,HS2022,,\n850511,HS2022,2020-01-01,\n", "day.csv")
    by_edition = [
        goods_selection(f"{unsure}@2021-01-01", nomenclature=name) for name in ("HS2022", "HS")
    ]
    assert by_edition[0].possible == by_edition[1].possible


def test_kept_and_asked_for_by_its_name(tmp_path: Path, folder: Path) -> None:
    path = written(tmp_path, f"{HEAD}854231,HS2022\n", "My-List.csv")
    assert add_own(path).id == "my-list"
    assert [one.name for one in folder.iterdir()] == ["my-list.csv"]
    path.unlink()
    assert goods_list("my-list").entries[0].code == "854231"
    assert goods_lists()[-1].id == "my-list"
    assert goods_selection("my-list,01").codes == {"854231"}
    assert goods_selection("My-List").key == "my-list"
    assert is_own("MY-LIST")
    assert is_list("MY-LIST")
    assert is_list("ChPL")
    assert not is_list("no-list")
    assert "my-list" in {seen.of.id for seen in goods_history("854231")}
    found = goods_diff("my-list", "chpl:1")
    assert {entry.code for entry in found.added} == {"854232", "854233", "854239"}
    add_own(written(tmp_path, f"{HEAD}854232,HS2022\n", "my-list.csv"))
    assert [entry.code for entry in goods_list("my-list").entries] == ["854232"]
    remove_list("my-list")
    assert not is_list("my-list")
    with pytest.raises(RequestError):
        goods_list("my-list")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("chpl.csv", "there is a list called chpl"),
        ("EU-XL.csv", "there is a list called eu-xl"),
        ("all.csv", "there is a list called all"),
        ("inputs.csv", "there is a list called inputs"),
        ("named.csv", "there is a list called named"),
        ("8542.csv", "cannot be the name"),
        ("my list.csv", "cannot be the name"),
        ("a@2024-01-01.csv", "cannot be the name"),
        ("a.b.csv", "cannot be the name"),
    ],
)
def test_names_that_mean_something_else(
    tmp_path: Path, folder: Path, name: str, words: str
) -> None:
    with pytest.raises(RequestError, match=words):
        add_own(written(tmp_path, f"{HEAD}854231,HS2022\n", name))
    assert not folder.exists()


def test_a_list_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_own(written(tmp_path, f"{HEAD}854231,HS2022\n"))
    path = written(tmp_path, f"{HEAD}854232,HS2022\n")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for step in ("replace", "write_bytes"):
        with monkeypatch.context() as patched:
            patched.setattr(Path, step, full)
            with pytest.raises(OutsideError, match="cannot write the list"):
                add_own(path)
        assert [one.name for one in folder.iterdir()] == ["mine.csv"]
        assert [entry.code for entry in goods_list("mine").entries] == ["854231"]


def test_only_what_was_added_can_be_removed(tmp_path: Path, folder: Path) -> None:
    folder.mkdir()
    outside = written(tmp_path, "precious")
    for name in ("../mine", "chpl", str(outside.with_suffix("")), "nothing", ""):
        with pytest.raises(RequestError, match="no list of your own"):
            remove_list(name)
    assert outside.read_text(encoding="utf-8") == "precious"


def test_a_kept_list_that_was_spoilt_by_hand_is_named_and_can_be_removed(
    tmp_path: Path, folder: Path
) -> None:
    add_own(written(tmp_path, f"{HEAD}854231,HS2022\n"))
    (folder / "mine.csv").write_text(f"{HEAD}854299,HS2022\n", encoding="utf-8")
    with pytest.raises(BadFileError, match="854299"):
        goods_lists()
    remove_list("mine")
    assert "chpl" in {one.id for one in goods_lists()}


def test_the_hint_names_every_column() -> None:
    with pytest.raises(BadFileError) as caught:
        list(own.checked("mine.csv", b"codes\n1\n"))
    for column in ("code", "nomenclature", "valid_to", "wind_down", "certainty"):
        assert column in caught.value.hint


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEAD}854231,HS2022\n")
    assert goods_selection(str(path)).codes == {"854231"}
    written(tmp_path, f"{HEAD}854232,HS2022\n")
    assert goods_selection(str(path)).codes == {"854232"}
    written(tmp_path, f"{HEAD}854299,HS2022\n")
    with pytest.raises(BadFileError):
        goods_selection(str(path))


def test_a_code_that_names_no_goods_is_named(tmp_path: Path, folder: Path) -> None:
    """999999 is what countries do not specify or keep secret, and no goods of a list."""
    path = written(tmp_path, "code,nomenclature\n999999,HS2022\n854231,HS2022\n")
    assert nameless(str(path)) == ["999999"]
    assert nameless(str(written(tmp_path, "code,nomenclature\n854231,HS2022\n", "b.csv"))) == []
    assert nameless("999999,854231") == ["999999"]
    assert nameless("named:drones") == []
    asked = Definition.build("value", importer="RUS", goods=str(path), period=2023)
    [told] = no_codes(asked)
    assert told.id == "missing-codes"
    assert told.text.startswith("999999: no HS code")


def test_a_list_that_does_not_say_how_it_is_known_says_nothing(
    tmp_path: Path, folder: Path
) -> None:
    """It was "primary": read in the official text, which nobody had said."""
    add_own(written(tmp_path, "code,nomenclature\n850511,HS2022\n"))
    [found] = [one for one in goods_lists() if is_own(one.id)]
    assert [entry.certainty for entry in found.entries] == [""]
    shown = CliRunner().invoke(goods.app, ["history", "850511"]).stdout
    shown = next(line for line in shown.splitlines() if line.strip().startswith(found.id))
    assert "850511" in shown
    assert "primary" not in shown
    assert "()" not in shown
