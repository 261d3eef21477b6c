"""What a text says about itself: its day."""

from __future__ import annotations

import pytest

from entrepot.claims.draft import article_of, draft

DATED = [
    "BEIJING, July 14, 2025. Exports rose.",
    "BEIJING, July 14, 2025 (Xinhua) -- Exports rose.",
    "Moscow (Reuters), 14 July 2025 - Exports rose.",
    "Washington, D.C., July 14, 2025 — Exports rose.",
    "МОСКВА, 14 июля 2025 г. /ТАСС/. Экспорт вырос.",
    "Berlin, 14. Juli 2025 (dpa) - Die Ausfuhren stiegen.",
    "新华社北京2025年7月14日电 出口增长。",
    "Exports rise\n\n14.07.2025 10:15\n\nThey rose.",
    "Exports rise\nBy Jo Doe | July 14, 2025\n\nThey rose.",
    "海关：出口增长\n2025年7月14日 10:23 来源：新华网\n\n出口增长。",
    "Exports rise\n\nMon, 14 Jul 2025\n\nThey rose.",
    "Exports rise\nNew Delhi, 14 July 2025\n\nThey rose.",
    "Updated: 14 July 2025 10:00\n\nExports rose.",
]
UNDATED = [
    "On July 14, 2025, exports rose.",
    "Since February 24, 2022: exports fell.",
    "As of 14 July 2025: exports fell.",
    "Exports to Russia, 24 February 2022. They fell.",
    "Sanctions of 24 February 2022\n\nThey came.",
    "Packages\nFirst package, 23 February 2022\nSecond package, 25 February 2022",
    "BEIJING, July 14 (Xinhua) -- Exports rose.",
]


@pytest.mark.parametrize("text", DATED)
def test_a_dateline_and_a_day_that_stands_alone_date_a_text(text: str) -> None:
    assert article_of(text).date == "2025-07-14"


@pytest.mark.parametrize("text", UNDATED)
def test_a_day_that_a_text_is_about_is_not_its_own(text: str) -> None:
    assert article_of(text).date == ""


def test_published_goes_before_a_dateline_and_a_given_date_before_both() -> None:
    text = "Title\nPublished 12 March 2025\n\nMoscow, 11 March 2025 - Exports rose."
    assert article_of(text).date == "2025-03-12"
    assert article_of(text, date="2025-04-01").date == "2025-04-01"


def test_what_a_report_says_of_a_month_is_read_by_its_dateline() -> None:
    """The year of June is that before the day in the dateline; without it nothing was read."""
    text = (
        "{} China's exports rose 5.8 per cent year on year in June to $325.2 billion, while "
        "imports increased 1.1 per cent to $210.4 billion, the General Administration of Customs "
        "said on Monday. Shipments to the United States fell 16.1 per cent from a year earlier to "
        "$38.2 billion."
    )
    dated = draft(article_of(text.format("BEIJING, July 14, 2025.")))
    assert [(one.kind, one.says) for one in dated.claims] == [
        ("growth", "rose 5.8 per cent"),
        ("value", "$325.2 billion"),
        ("growth", "increased 1.1 per cent"),
        ("value", "$210.4 billion"),
        ("growth", "fell 16.1 per cent"),
        ("value", "$38.2 billion"),
    ]
    assert not draft(article_of(text.format("BEIJING."))).claims


@pytest.mark.parametrize(
    ("text", "date"),
    [
        (
            (
                "BEIJING, July 14 (Xinhua) -- China's exports to Russia rose 5 % in June. In the "
                "first half of 2025 they were $50 billion."
            ),
            "2025-07-14",
        ),
        (
            (
                "BEIJING, July 14. /TASS/. Trade between Russia and China fell by 5.6% in the "
                "January-June period of 2020."
            ),
            "2020-07-14",
        ),
        (
            "МОСКВА, 14 июля. /ТАСС/. Экспорт вырос в июне. За январь-июнь 2025 года он вырос.",
            "2025-07-14",
        ),
        ("新华社北京7月14日电 2025年上半年，中国对俄罗斯出口500亿美元。", "2025-07-14"),
        ("WIESBADEN, 14. Juli (dpa) - Die Exporte sanken im Mai 2025 um 5 Prozent.", "2025-07-14"),
        ("BEIJING, Jan. 14 (Xinhua) -- Exports rose 5 % in December 2024.", "2025-01-14"),
        # Of a year later, perhaps: June 2024 is what June is compared with.
        ("BEIJING, July 14 (Xinhua) -- Exports rose 5 % in June compared with June 2024.", ""),
        ("BEIJING, July 14 (Xinhua) -- Exports rose 5 % in June, after 3 % in June 2024.", ""),
        # Seven months late, or a whole year: which year's day it is, is not said.
        ("BEIJING, Feb. 10 (Xinhua) -- Exports were $5 billion in the first half of 2024.", ""),
        ("BEIJING, Jan. 14 (Xinhua) -- Exports rose 5 % in 2024.", ""),
    ],
)
def test_a_dateline_without_a_year_has_that_of_what_it_reports(text: str, date: str) -> None:
    assert article_of(text).date == date
