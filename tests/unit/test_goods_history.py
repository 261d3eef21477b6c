"""Lists over time: differences between days and lists, and the history of a code."""

from __future__ import annotations

import doctest
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from entrepot.cli.goods import draw_diff
from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.goods import goods_list, goods_selection
from entrepot.goods import history as module
from entrepot.goods.history import Diff, goods_diff, goods_history
from entrepot.goods.own import own_list

HEAD = "code,nomenclature,ex,part,applies,valid_to\n"
MINE = """\
854231,HS2022,no,A,2022-01-01,
854232,HS2022,no,A,2022-01-01,2022-12-31
854233,HS2022,no,A,2022-01-01,2022-12-31
854233,HS2022,no,B,2023-01-01,
854239,HS2022,yes,A,2022-01-01,2022-12-31
854239,HS2022,no,A,2023-01-01,
854110,HS2022,no,A,2022-01-01,
854110,HS2022,no,B,2022-01-01,2022-12-31
854121,HS2022,no,A,2022-01-01,
854121,HS2022,no,B,2023-01-01,
8457,HS2022,no,A,2023-01-01,
"""


@pytest.fixture
def mine(tmp_path: Path) -> str:
    path = tmp_path / "mine.csv"
    path.write_text(HEAD + MINE, encoding="utf-8")
    return str(path)


def told(found: Diff) -> tuple[list[str], list[str], list[str]]:
    def one(entry: object) -> str:
        return f"{entry.code}{' ex' * entry.ex} {entry.part}"

    return (
        [one(entry) for entry in found.added],
        [one(entry) for entry in found.removed],
        [f"{one(before)} > {one(after)}" for before, after in found.changed],
    )


def test_what_came_left_and_changed(mine: str) -> None:
    found = goods_diff(f"{mine}@2022-06-01", f"{mine}@2023-06-01")
    assert told(found) == (
        ["8457 A", "854121 B"],
        ["854110 B", "854232 A"],
        ["854233 A > 854233 B", "854239 ex A > 854239 A"],
    )
    assert found.unsettled == ()
    back = goods_diff(f"{mine}@2023-06-01", f"{mine}@2022-06-01")
    assert told(back) == (
        ["854110 B", "854232 A"],
        ["8457 A", "854121 B"],
        ["854233 B > 854233 A", "854239 A > 854239 ex A"],
    )
    plain = found.to_dict()
    assert plain["before"].endswith("mine.csv@2022-06-01")
    assert plain["changed"][0]["after"]["part"] == "B"
    assert plain["added"][1]["applies"] == "2023-01-01"


def test_the_last_day_is_on_the_list_and_the_next_is_not(mine: str) -> None:
    assert told(goods_diff(f"{mine}@2022-01-01", f"{mine}@2022-12-31")) == ([], [], [])
    assert goods_diff(f"{mine}@2022-12-31", f"{mine}@2023-01-01").added
    # A list of one's own is whole: before its first day nothing was on it.
    began = goods_diff(f"{mine}@2021-12-31", f"{mine}@2022-01-01")
    assert (len(began.added), began.removed, began.is_backwards) == (7, (), False)
    assert goods_diff(f"{mine}@2022-01-01", f"{mine}@2021-12-31").is_backwards
    with pytest.raises(NoEvidenceError):
        goods_selection(f"{mine}@2021-12-31", nomenclature="HS2022")


def test_a_code_that_is_shown_as_added_is_not_called_excluded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    draw_diff(goods_diff("chpl@2023-12-31", "chpl@2024-02-23"), Console(width=300))
    told = capsys.readouterr().out
    assert "5 added, 0 removed" in told
    assert "5 codes may be on the list on both dates" in told
    assert "excluded" not in told


def test_a_part_of_a_list(mine: str) -> None:
    found = goods_diff(f"{mine}:B@2022-06-01", f"{mine}:B@2023-06-01")
    assert told(found) == (["854121 B", "854233 B"], ["854110 B"], [])


def test_the_parts_of_two_lists_are_not_compared(mine: str, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text(
        "code,nomenclature,ex,part\n854231,HS2022,no,Z\n854239,HS2022,yes,Z\n", encoding="utf-8"
    )
    added, removed, changed = told(goods_diff(f"{mine}:A@2023-06-01", str(other)))
    assert added == []
    assert removed == ["8457 A", "854110 A", "854121 A"]
    assert changed == ["854239 A > 854239 ex Z"]


def test_what_no_text_settles_is_named() -> None:
    found = goods_diff("chpl@2024-01-15", "chpl@2024-02-23")
    assert len(found.added) == 5
    assert found.unsettled == tuple(entry.code for entry in found.added)


def test_two_texts_of_one_list_agree() -> None:
    """The annex of the Union of December 2023 is the list without its machine tools."""
    assert told(goods_diff("eu-xl@2023-12-20", "chpl@2023-12-20")) == ([], [], [])


def test_history_says_what_is_covered(mine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "goods_lists", lambda: (own_list(Path(mine)),))

    def seen(code: str) -> list[str]:
        return [f"{one.entry.code} {one.entry.starts} {one.match}" for one in goods_history(code)]

    assert seen("854239") == ["854239 2022-01-01 ex", "854239 2023-01-01 whole"]
    assert seen("85.42.39") == seen("854239")
    assert seen("8542390000") == seen("854239")
    assert seen("845710") == ["8457 2023-01-01 whole"]
    assert seen("84571010") == ["8457 2023-01-01 whole"]
    assert seen("84") == ["8457 2023-01-01 part"]
    assert [one.partition(" ")[0] for one in seen("8541")] == [
        "854110",
        "854110",
        "854121",
        "854121",
    ]
    assert {one.match for one in goods_history("8541")} == {"part"}
    assert seen("0101") == []


def test_a_heading_that_is_filled_up_with_zeros_is_found_by_its_codes() -> None:
    """Annex XVIII prints 42020000 for all of heading 4202, "ex"."""
    for code in ("4202", "420221", "42022100"):
        held = {one.of.id: one for one in goods_history(code) if one.entry.code == "42020000"}
        assert held["eu-xviii"].match == "ex"
    assert "42020000" not in {one.entry.code for one in goods_history("4203")}


@pytest.mark.parametrize("code", ["", "8", "chips", "854231000011", "8542-8543", "８５４２"])
def test_what_is_no_code(code: str) -> None:
    with pytest.raises(RequestError, match="not a code"):
        goods_history(code)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("chlp@2024-01-01", UnknownNameError),
        ("chpl,eu-xl", RequestError),
        ("854231", RequestError),
        ("all", RequestError),
        ("chpl@soon", RequestError),
        ("chpl@2023-06-01", NoEvidenceError),
    ],
)
def test_states_that_cannot_be_compared(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        goods_diff(text, "chpl")
    with pytest.raises(error):
        goods_diff("chpl", text)


def test_examples_in_docstrings() -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize(
    ("name", "code", "day", "listed"),
    [  # Days and codes of packages 10 to 19, as the acts print them; the day before each is none.
        ("eu-xxi", "2803", "2023-02-26", True),
        ("eu-xxi", "4002", "2023-02-25", False),
        ("eu-xxi", "270112", "2023-06-24", True),
        ("eu-xxii", "270112", "2023-06-23", True),
        ("eu-xxi", "270112", "2023-06-23", False),
        ("eu-xxi", "7201", "2023-12-19", True),
        ("eu-xxi", "27111900", "2023-12-19", True),
        ("eu-xxi", "7408", "2023-12-18", False),
        ("eu-xxi", "28042910", "2024-06-25", True),
        ("eu-xxi", "284540", "2024-06-24", False),
        ("eu-xxi", "760110", "2025-02-25", True),
        ("eu-xxi", "760110", "2025-02-24", False),
        ("eu-xxi", "29011000", "2025-10-24", True),
        ("eu-xvii", "7318", "2025-10-24", True),
        ("eu-xxxviiia", "710231", "2024-01-01", True),
        ("eu-xxxviiia", "71042100", "2024-06-01", True),
        ("eu-xxxviiia", "710221", "2025-01-01", False),  # diamonds for industry
    ],
)
def test_the_eu_s_import_bans_after_2022(name: str, code: str, day: str, listed: bool) -> None:
    state = goods_list(name)
    assert date.fromisoformat(day) <= state.known_until
    on = [
        one
        for one in goods_history(code)
        if one.of.id == name and state.status(one.entry, date.fromisoformat(day)) == "listed"
    ]
    assert bool(on) == listed


def test_what_is_covered_in_part_and_what_in_whole() -> None:
    def covers(code: str, name: str, day: str) -> set[str]:
        at = date.fromisoformat(day)
        found = [one for one in goods_history(code) if one.of.id == name]
        return {one.match for one in found if goods_list(name).status(one.entry, at) == "listed"}

    assert covers("29011000", "eu-xxi", "2025-10-23") == {"ex"}
    assert "whole" in covers("29011000", "eu-xxi", "2025-10-24")
    assert covers("711319", "eu-xxxviiia", "2024-02-01") == {"ex"}
    assert covers("270900", "eu-xxv", "2022-12-16") == {"whole"}
    assert covers("270900", "eu-xxv", "2022-12-17") == {"ex"}
