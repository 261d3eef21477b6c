"""Times in a text: the period that each means is written out by hand."""

from __future__ import annotations

import pytest

from entrepot.claims.times import when
from entrepot.model.period import Period

PUBLISHED = Period.parse("2026-01-14")

MEANT = [
    # text, what is found: phrase and period
    ("In 2025 it fell", [("2025", "2025")]),
    ("Jan-Nov 2025", [("Jan-Nov 2025", "2025-01..2025-11")]),
    ("from January to November 2025", [("from January to November 2025", "2025-01..2025-11")]),
    ("the first eleven months of 2025", [("the first eleven months of 2025", "2025-01..2025-11")]),
    ("Q1 2025", [("Q1 2025", "2025Q1")]),
    ("2025 Q1", [("2025 Q1", "2025Q1")]),
    ("the third quarter of last year", [("the third quarter of last year", "2025Q3")]),
    ("the first half of 2024", [("the first half of 2024", "2024-01..2024-06")]),
    ("H2 2024", [("H2 2024", "2024-07..2024-12")]),
    (
        "the first three quarters of 2024",
        [("the first three quarters of 2024", "2024-01..2024-09")],
    ),
    ("on January 14, 2026", [("January 14, 2026", "2026-01-14")]),
    ("on 14 January 2026", [("14 January 2026", "2026-01-14")]),
    ("2026-01-14", [("2026-01-14", "2026-01-14")]),
    ("14.01.2026", [("14.01.2026", "2026-01-14")]),
    ("last year", [("last year", "2025")]),
    ("this year", [("this year", "2026")]),
    ("last month", [("last month", "2025-12")]),
    (
        "in December 2023 on the previous month",
        [("December 2023", "2023-12"), ("the previous month", "2023-11")],
    ),
    ("im Januar 2024 zum Vormonat", [("Januar 2024", "2024-01"), ("zum Vormonat", "2023-12")]),
    (
        "в декабре 2023 года к предыдущему месяцу",
        [("декабре 2023 года", "2023-12"), ("предыдущему месяцу", "2023-11")],
    ),
    (
        "the first quarter of 2024 from a quarter earlier",
        [("the first quarter of 2024", "2024Q1"), ("a quarter earlier", "2023Q4")],
    ),
    ("2024年1-2月，3月", [("2024年1-2月", "2024-01..2024-02"), ("3月", "2024-03")]),
    ("2021-2024", [("2021-2024", "2021..2024")]),
    ("2023/24", [("2023/24", "None")]),
    ("in 2022-23", [("2022-23", "None")]),
    ("2022/2023", [("2022/2023", "None")]),
    ("2022-2023", [("2022-2023", "2022..2023")]),
    ("January 2024 to March 2025", [("January 2024 to March 2025", "2024-01..2025-03")]),
    (
        "in November 2025, more than a year earlier",
        [("November 2025", "2025-11"), ("a year earlier", "2024-11")],
    ),
    (
        "in the first half of 2025, after the same period of 2023",
        [
            ("the first half of 2025", "2025-01..2025-06"),
            ("the same period of 2023", "2023-01..2023-06"),
        ],
    ),
    ("January-to-November 2025", [("January-to-November 2025", "2025-01..2025-11")]),
    ("fourth-quarter 2024", [("fourth-quarter 2024", "2024Q4")]),
    ("the year to June 2025", [("the year to June 2025", "2024-07..2025-06")]),
    (
        "the first two months of this year",
        [("the first two months of this year", "2026-01..2026-02")],
    ),
    ("в III квартале прошлого года", [("III квартале прошлого года", "2025Q3")]),
    (
        "zwischen Januar und November 2025",
        [("zwischen Januar und November 2025", "2025-01..2025-11")],
    ),
    ("2024年1月至2025年3月", [("2024年1月至2025年3月", "2024-01..2025-03")]),
    ("去年前11个月", [("去年前11个月", "2025-01..2025-11")]),
    # without a year: the latest that was over on the day of publication
    ("in December", [("December", "2025-12")]),
    ("in the first quarter", [("the first quarter", "2025Q1")]),
    # years that are none, a month that is none
    ("2025 tonnes for $2024; it may fall by 2,025 units", []),
    ("в первом квартале 2025 года", [("первом квартале 2025 года", "2025Q1")]),
    ("I квартал 2025 года", [("I квартал 2025 года", "2025Q1")]),
    ("за 11 месяцев 2025 года", [("за 11 месяцев 2025 года", "2025-01..2025-11")]),
    ("в январе–ноябре 2025 года", [("январе–ноябре 2025 года", "2025-01..2025-11")]),
    ("с января по ноябрь 2025 г.", [("с января по ноябрь 2025 г.", "2025-01..2025-11")]),
    ("14 января 2026 года", [("14 января 2026 года", "2026-01-14")]),
    ("в прошлом году", [("прошлом году", "2025")]),
    ("в 2025 году против годом ранее", [("2025 году", "2025"), ("годом ранее", "2024")]),
    ("первое полугодие 2025 года", [("первое полугодие 2025 года", "2025-01..2025-06")]),
    ("im ersten Halbjahr 2025", [("ersten Halbjahr 2025", "2025-01..2025-06")]),
    ("im 1. Quartal 2025", [("1. Quartal 2025", "2025Q1")]),
    (
        "in den ersten elf Monaten des Jahres 2025",
        [("ersten elf Monaten des Jahres 2025", "2025-01..2025-11")],
    ),
    ("von Januar bis November 2025", [("von Januar bis November 2025", "2025-01..2025-11")]),
    ("am 14. Januar 2026", [("14. Januar 2026", "2026-01-14")]),
    ("im vergangenen Jahr", [("vergangenen Jahr", "2025")]),
    ("im Mai 2025, im Vorjahresmonat", [("Mai 2025", "2025-05"), ("im Vorjahresmonat", "2024-05")]),
    ("2025年前11个月", [("2025年前11个月", "2025-01..2025-11")]),
    ("2025年1-11月", [("2025年1-11月", "2025-01..2025-11")]),
    ("2025年第一季度", [("2025年第一季度", "2025Q1")]),
    ("2025年上半年", [("2025年上半年", "2025-01..2025-06")]),
    ("前三季度", [("前三季度", "2025-01..2025-09")]),
    ("去年", [("去年", "2025")]),
    ("2025年1月，去年同期", [("2025年1月", "2025-01"), ("去年同期", "2024-01")]),
    (
        "2025年上半年，2023年同期",
        [("2025年上半年", "2025-01..2025-06"), ("2023年同期", "2023-01..2023-06")],
    ),
]


@pytest.mark.parametrize(("text", "meant"), MEANT)
def test_means(text: str, meant: list[tuple[str, str]]) -> None:
    found = when(text, PUBLISHED)
    assert [(text[span.start : span.end], str(span.period)) for span in found] == meant


@pytest.mark.parametrize(
    "text", ["last year", "in December", "a year earlier", "去年", "в прошлом году", "last month"]
)
def test_without_a_day_of_publication_nothing_is_guessed(text: str) -> None:
    (span,) = when(text)
    assert span.period is None


def test_how_far_a_year_has_run_is_not_guessed() -> None:
    (span,) = when("so far this year", PUBLISHED)
    assert (span.period, span.kind) == (None, "to_date")


@pytest.mark.parametrize(
    "text",
    [
        *("late 2024", "mid-2025", "Ende 2025", "к концу 2025 года", "2025年底"),
        *("the last quarter of 2023", "the first half of March 2025", "summer 2023"),
        *("im letzten Quartal 2023", "в первой половине марта 2024 года", "2024年3月上旬"),
    ],
)
def test_some_of_a_year_is_not_the_year(text: str) -> None:
    (span,) = when(text, PUBLISHED)
    assert (span.period, span.kind) == (None, "part_of_year")


def test_from_one_year_to_another_keeps_both_ends() -> None:
    (span,) = when("rose from 2021 to 2024")
    assert [str(end) for end in span.ends] == ["2021", "2024"]
    assert when("in 2021-2024")[0].ends == ()


def test_a_day_that_does_not_exist_is_no_period() -> None:
    (span,) = when("on 31 February 2025")
    assert span.period is None


@pytest.mark.parametrize(
    "text", ["", "no time", "\0\xff" * 9, "<script>2025</script>", "2025-" * 900]
)
def test_strange_text_is_read_without_a_crash(text: str) -> None:
    for span in when(text, PUBLISHED):
        assert text[span.start : span.end]
