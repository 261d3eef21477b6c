from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import RequestError
from entrepot.model.period import Period


@pytest.mark.parametrize(
    ("text", "start", "end", "freq"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31), "A"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "M"),
        ("2023Q2", date(2023, 4, 1), date(2023, 6, 30), "Q"),
        ("2025H1", date(2025, 1, 1), date(2025, 6, 30), "span"),
        ("2022-03..2022-12", date(2022, 3, 1), date(2022, 12, 31), "span"),
        ("2017..2023", date(2017, 1, 1), date(2023, 12, 31), "span"),
        ("2026-01-12", date(2026, 1, 12), date(2026, 1, 12), "D"),
    ],
)
def test_reads_every_form(text: str, start: date, end: date, freq: str) -> None:
    period = Period.parse(text)
    assert (period.start, period.end, period.freq) == (start, end, freq)


@pytest.mark.parametrize("text", ["", "23", "2023-13", "2023-02-30", "2023Q5", "2023..2022", "May"])
def test_refuses_what_is_no_period(text: str) -> None:
    with pytest.raises(RequestError):
        Period.parse(text)


@given(st.integers(1962, 2030), st.integers(1, 12), st.integers(0, 40))
def test_text_reads_back(year: int, month: int, more: int) -> None:
    last = year * 12 + month - 1 + more
    text = f"{year}-{month:02d}..{last // 12}-{last % 12 + 1:02d}"
    period = Period.parse(text)
    assert Period.parse(str(period)) == period
    assert period.months == more + 1


def test_before_keeps_the_span() -> None:
    assert str(Period.parse("2024-01..2024-08").before()) == "2023-01..2023-08"
    assert Period.parse("2024-02-29").before().start == date(2023, 2, 28)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2024-02", "2023-02"),
        ("2025-02", "2024-02"),
        ("2025-01..2025-02", "2024-01..2024-02"),
        ("2025-02-27", "2024-02-27"),
        ("2022..2023", "2020..2021"),
    ],
)
def test_months_stay_whole_around_a_leap_day(text: str, before: str) -> None:
    assert Period.parse(text).before() == Period.parse(before)


@pytest.mark.parametrize(
    ("text", "whole"),
    [("2023", True), ("2021..2023", True), ("2023-01..2023-11", False), ("2022-07..2023-06", False),
     ("2023-01-01..2023-12-30", False)],
)  # fmt: skip
def test_whole_years_begin_and_end_with_a_year(text: str, whole: bool) -> None:
    assert Period.parse(text).is_whole_years is whole


def test_contains() -> None:
    assert Period.parse("2023").contains(Period.parse("2023Q1"))
    assert Period.parse("2023").contains(Period.parse("2023Q4"))
    assert not Period.parse("2023Q4").contains(Period.parse("2023"))


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("2013..2022", "2013 to 2022"),
        ("2021-04..2022-03", "2021-04 to 2022-03"),
        ("2022-03-05..2022-03-09", "2022-03-05 to 2022-03-09"),
        ("2022", "2022"),
    ],
)
def test_texts_have_words_and_keys_have_dots(key: str, words: str) -> None:
    span = Period.parse(key)
    assert (str(span), f"{span}", f"{span!s}") == (key, words, key)
    assert f"{span:–}" == words.replace(" to ", "–")
    assert Period.parse(words) == Period.parse(f"{span:–}") == span


@pytest.mark.parametrize("text", ["9999", "9999-12", "9999Q4", "9999-12-31", "2023..9999-01"])
def test_a_time_behind_which_no_year_can_follow_is_refused(text: str) -> None:
    with pytest.raises(RequestError, match="no such time"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("text", "freq"),
    [
        ("2023-05-01..2023-05-01", "D"),
        ("2023-01-15..2023-01-31", "span"),
        ("2023-01-01..2023-01-30", "span"),
        ("2023-01-15..2023-03-31", "span"),
    ],
)
def test_days_that_make_no_whole_month_stay_days(text: str, freq: str) -> None:
    period = Period.parse(text)
    assert period.freq == freq
    assert Period.parse(str(period)) == period
    assert period.split(1) == []


def test_days_of_several_months_are_written_as_days() -> None:
    for text in ("2023-01-15..2023-02-28", "2023-01-01..2023-02-27"):
        assert str(Period.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "freq", "parts"),
    [
        ("2021..2022", "A", ["2021", "2022"]),
        ("2023-04..2023-09", "Q", ["2023Q2", "2023Q3"]),
        ("2023-05..2023-07", "Q", []),
        ("2023-11..2024-01", "M", ["2023-11", "2023-12", "2024-01"]),
        ("2021-04-01..2022-04-01", "F", []),
    ],
)
def test_parts_of_a_frequency(text: str, freq: str, parts: list[str]) -> None:
    assert [str(one) for one in Period.parse(text).parts(freq)] == parts


def test_years_touched() -> None:
    assert [str(one) for one in Period.parse("2022-05..2024-02").years()] == [
        "2022",
        "2023",
        "2024",
    ]


def test_more_than_two_years_go_back_three() -> None:
    assert str(Period.parse("2021-01..2023-01").before()) == "2018-01..2020-01"
    with pytest.raises(RequestError, match="nothing is before 1000 to 1999"):
        Period.parse("1000..1999").before()


def test_the_last_year_that_is_a_time_of_trade() -> None:
    assert Period.parse("8999").year == 8999
    with pytest.raises(RequestError, match="too far away"):
        Period.parse("9000")
