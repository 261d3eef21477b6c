"""Codes of any length against lists: what is whole, what is a candidate, and why."""

from __future__ import annotations

import doctest
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import RequestError, UnknownNameError
from entrepot.goods import GoodsList, Links, goods_list
from entrepot.goods import match as module
from entrepot.goods.match import Matcher, code_range
from entrepot.goods.own import own_list

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "code,nomenclature,ex,part,applies,valid_to\n"
MINE = """\
8541,CN2023,no,,,
854231,CN2023,no,,,
85423911,CN2023,no,,,
85423990,CN2023,yes,,,
854320,HS2022,yes,,,
85444210,HTS2023,no,,,
010121,HS2022,no,,,
"""


@pytest.fixture
def mine(tmp_path: Path) -> GoodsList:
    """A list of the user, and an entry as official texts print a heading, filled up with zeros."""
    path = tmp_path / "mine.csv"
    path.write_text(HEAD + MINE, encoding="utf-8")
    held = own_list(path)
    entries = (*held.history, replace(held.history[0], code="84570000"))
    return replace(held, read=lambda: entries)


def found(held: GoodsList, nomenclature: str, code: str, day: date | None = None) -> set[str]:
    matches = Matcher([held], nomenclature).match(code, day)
    return {f"{one.entry.code} {one.certainty}" for one in matches}


@pytest.mark.parametrize(
    ("nomenclature", "code", "expected"),
    [
        # the list covers it
        ("HS2022", "854110", {"8541 whole"}),
        ("HS2022", "8541", {"8541 whole"}),
        ("CN2024", "85411000", {"8541 whole"}),
        ("HTS2024", "8541100040", {"8541 whole"}),
        ("HS2022", "854231", {"854231 whole"}),
        ("HTS2024", "8542.31.00.01", {"854231 whole"}),
        ("CN2024", "8542 39 11", {"85423911 whole"}),
        ("CN2024", "8542391100", {"85423911 whole"}),
        ("HTS2023", "8544421000", {"85444210 whole"}),
        # a part of it, by its text
        ("CN2024", "85423990", {"85423990 ex"}),
        ("HS2022", "854320", {"854320 ex"}),
        ("HTS2024", "8543200000", {"854320 ex"}),
        # something narrower
        ("HS2022", "85", {"8541 part", "854231 part", "85423911 part", "85423990 part",
                          "854320 part", "85444210 part"}),
        ("HS2022", "8542", {"854231 part", "85423911 part", "85423990 part"}),
        ("HS2022", "854239", {"85423911 part", "85423990 part"}),
        ("CN2024", "854239", {"85423911 part", "85423990 part"}),
        ("HS2022", "8541-8543", {"8541 part", "854231 part", "85423911 part", "85423990 part",
                                 "854320 part"}),
        ("HS2022", "854231 - 854233", {"854231 part"}),
        # two tariffs agree in six digits only
        ("HTS2024", "8542391100", {"85423911 subheading", "85423990 subheading"}),
        ("CN2024", "85444210", {"85444210 subheading"}),
        ("HS2022", "85423911", {"85423911 subheading", "85423990 subheading"}),
        # another line of the same tariff
        ("CN2024", "85423919", set()),
        # zeros that fill a heading up
        ("HS2022", "8457", {"84570000 whole"}),
        ("HS2022", "845710", {"84570000 whole"}),
        ("CN2024", "84571010", {"84570000 whole"}),
        ("CN2024", "85410000", {"8541 whole"}),
        ("CN2024", "85420000", {"854231 part", "85423911 part", "85423990 part"}),
        # leading zeros, chapters of countries, no match
        ("HS2022", "010121", {"010121 whole"}),
        ("HS2022", "0101.21", {"010121 whole"}),
        ("HS2022", "010129", set()),
        ("HTS2024", "9801001010", set()),
        ("HTS2024", "9903", set()),
    ],
)  # fmt: skip
def test_certainty(mine: GoodsList, nomenclature: str, code: str, expected: set[str]) -> None:
    assert found(mine, nomenclature, code) == expected


@pytest.mark.parametrize("text", ["ex 8541", "ex8541", "Ex. 8541 10", "EX 854231", "ex 84571010"])
def test_a_code_that_a_table_marks_ex_is_never_whole(mine: GoodsList, text: str) -> None:
    matches = Matcher([mine], "CN2024").match(text)
    assert [one.certainty for one in matches] == ["ex"]
    assert "the table means a part" in matches[0].reason


def test_every_candidate_says_why(mine: GoodsList) -> None:
    for code in ("85", "8542", "854239", "85423990", "854320", "8541-8543", "85444210"):
        for one in Matcher([mine], "CN2024").match(code):
            assert bool(one.reason) == (one.certainty != "whole")
            assert one.to_dict()["code"] == code


def test_on_a_day(tmp_path: Path) -> None:
    path = tmp_path / "dated.csv"
    path.write_text(
        "code,nomenclature,applies,seen_from,not_before,valid_to\n"
        "854231,HS2022,2023-01-10,,,2023-06-30\n"
        "854232,HS2022,,2023-03-01,2023-02-01,\n",
        encoding="utf-8",
    )
    matcher = Matcher([own_list(path)], "HS2022")

    def status(code: str, day: str | None) -> list[str]:
        return [one.status for one in matcher.match(code, date.fromisoformat(day) if day else None)]

    assert [status("854231", day) for day in ("2023-01-09", "2023-01-10", "2023-06-30")] == [
        [], ["listed"], ["listed"],
    ]  # fmt: skip
    assert status("854231", "2023-07-01") == []
    assert status("854231", None) == ["listed"]
    assert status("854232", "2023-02-01") == []
    assert status("854232", "2023-02-15") == ["possible"]
    assert status("854232", "2023-03-01") == ["listed"]


def test_codes_of_an_older_edition_are_candidates_where_goods_moved() -> None:
    """Without tables, what was judged of the priority list is all that is known."""
    matcher = Matcher([goods_list("chpl")], "HS2017")
    assert [one.certainty for one in matcher.match("854231")] == ["whole"]
    for code, listed in (("852580", "852589"), ("854140", "854149"), ("901380", "901380")):
        (one,) = matcher.match(code)
        assert (one.entry.code, one.certainty) == (listed, "edition")
        assert one.reason
    assert {one.entry.code for one in matcher.match("854150")} == {"854151", "854159"}
    (renumbered,) = matcher.match("854890")
    assert (renumbered.entry.code, renumbered.certainty) == ("854800", "whole")
    for phones in ("851712", "8517.12", "851711"):
        assert matcher.match(phones) == ()


def test_with_tables_a_code_that_lost_goods_to_a_listed_one_is_a_candidate(tmp_path: Path) -> None:
    """843840 keeps its number and takes something over from 843880."""
    links = Links(
        [
            ("HS2022", "843840", "HS2017", "843840"),
            ("HS2022", "843840", "HS2017", "843880"),
            ("HS2022", "843880", "HS2017", "843880"),
            ("HS2022", "854231", "HS2017", "854231"),
        ]
    )
    path = tmp_path / "mine.csv"
    path.write_text("code,nomenclature\n843840,HS2022\n854231,HS2022\n", encoding="utf-8")
    matcher = Matcher([own_list(path)], "HS2017", links)
    assert [one.certainty for one in matcher.match("843840")] == ["edition"]
    assert [one.certainty for one in matcher.match("843880")] == ["edition"]
    assert [one.certainty for one in matcher.match("854231")] == ["whole"]


def test_a_heading_that_is_not_divided_is_its_one_subheading(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(HEAD + "382600,HS2022,no,,,\n010121,HS2022,no,,,\n", encoding="utf-8")
    held = own_list(path)
    assert found(held, "HS2022", "3826") == {"382600 whole"}
    assert found(held, "HS2022", "0101") == {"010121 part"}


def test_a_list_that_cannot_be_followed_is_an_error_or_named() -> None:
    with pytest.raises(RequestError, match="not followed into HS2012"):
        Matcher([goods_list("chpl")], "HS2012")
    matcher = Matcher([goods_list("chpl")], "HS2012", all_of_them=False)
    assert matcher.not_compared == ("chpl",)
    assert matcher.match("854231") == ()
    assert Matcher([goods_list("chpl")], "HS2022").not_compared == ()


def test_of_a_list_of_two_editions_the_codes_that_are_not_followed_are_named(
    tmp_path: Path,
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(HEAD + "851712,HS2017,no,,,\n854231,HS2022,no,,,\n", encoding="utf-8")
    matcher = Matcher([own_list(path)], "HS2022", all_of_them=False)
    assert [one.certainty for one in matcher.match("854231")] == ["whole"]
    assert matcher.match("851713") == ()
    assert matcher.not_compared == ("mine (its codes of HS2017)",)


@pytest.mark.parametrize(
    ("code", "words", "hint"),
    [
        ("854299", "unknown code 854299 in HS2022", "did you mean"),
        ("8542990000", "unknown code 854299 in HS2022", "did you mean"),
        ("8599", "unknown code 8599 in HS2022", "did you mean"),
        ("7701", "unknown code 7701 in HS2022", "did you mean"),
        ("852580", "852580 is not a code of HS2022", "the edition it belongs to"),
        ("852580-852583", "", ""),
        ("859910-859990", "no code of HS2022 is in 859910-859990", "check"),
        ("10121", "odd number of digits", "as text"),
        ("854", "odd number of digits", "as text"),
        ("8", "not a code", "2 to 10 digits"),
        ("", "not a code", "2 to 10 digits"),
        ("ex", "not a code", "2 to 10 digits"),
        ("85423100001", "not a code", "2 to 10 digits"),
        ("8542-31", "not a range", "8541-8543"),
        ("8543-8541", "not a range", "the smaller first"),
        ("854a", "not a code", "2 to 10 digits"),
        ("８５４２", "not a code", "2 to 10 digits"),
        ("854231.0", "odd number of digits", "as text"),
    ],
)
def test_what_is_no_code_is_refused(mine: GoodsList, code: str, words: str, hint: str) -> None:
    if not words:
        assert Matcher([mine], "HS2022").match(code) == ()
        return
    with pytest.raises(RequestError) as caught:
        Matcher([mine], "HS2022").match(code)
    assert words in caught.value.what
    assert hint in caught.value.hint


def test_a_code_of_another_edition_names_the_edition(mine: GoodsList) -> None:
    with pytest.raises(RequestError) as caught:
        Matcher([mine], "HS2022").match("854140")
    assert "HS2017" in caught.value.why
    with pytest.raises(UnknownNameError):
        Matcher([mine], "HS2018")


def test_ranges() -> None:
    assert code_range("8541.10 - 8541.29") == ("854110", "854129")
    assert code_range("8541\u20138543") == ("8541", "8543")
    assert code_range("8541 to 8543") == ("8541", "8543")
    assert code_range("8541..8543") == ("8541", "8543")
    assert code_range("85423100-85423990") == ("85423100", "85423990")


def test_examples_in_docstrings() -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize("name", ["eu-xxiii", "gb-3i", "cn-controls", "us-supp-5", "chpl"])
def test_spans_say_what_a_match_on_each_day_says(name: str) -> None:
    """The two ways to ask, one for a day and one for many codes at once, agree."""
    held = goods_list(name)
    codes = list(dict.fromkeys(entry.code for entry in held.history))[::29][:12]
    matcher = Matcher([held], held.history[0].nomenclature)
    codes = [code for code in (*codes, "854231", "2504", "ex 840991") if _accepted(matcher, code)]
    first, last = date(2022, 1, 1), date(2026, 12, 31)
    spans = list(matcher.spans(codes, first, last))
    days = [first, last, held.known_until, date(2023, 6, 24), date(2025, 4, 24), date(2024, 2, 3)]
    for day in days:
        for code in codes:
            now = {
                (one.entry.code, one.entry.part, one.certainty, one.status)
                for one in matcher.match(code, day)
            }
            said = {
                (one.match.entry.code, one.match.entry.part, one.match.certainty, one.match.status)
                for one in spans
                if one.match.code == code and one.first <= day <= one.last
            }
            assert said == now, (code, day)


def _accepted(matcher: Matcher, code: str) -> bool:
    try:
        matcher.match(code)
    except RequestError:
        return False
    return True


def test_what_is_announced_for_later_is_not_known_then() -> None:
    held = goods_list("cn-controls")
    [late, *_] = [one for one in held.history if one.starts > held.known_until]
    assert held.status(late, held.known_until) == "no"
    assert held.status(late, late.starts) == "not known"
