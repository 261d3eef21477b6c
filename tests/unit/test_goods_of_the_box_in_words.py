"""Words for the bundled codes of critical minerals and for high-priority goods."""

from __future__ import annotations

import pytest

import entrepot as ep
from entrepot.claims.draft import article_of, draft


@pytest.mark.parametrize(
    ("sentence", "goods"),
    [
        ("In 2023, Germany imported permanent magnets worth $1.2 billion from China.", "850511"),
        ("China's exports of rare earth magnets to Japan were $0.5 billion in 2022.", "850511"),
        ("China's exports of rare earths to Japan were $0.5 billion in 2022.", "named:rare earths"),
        ("Deutschland importierte 2023 aus China Permanentmagnete für 1,2 Milliarden Dollar.",
         "850511"),
        ("В 2023 году Германия импортировала из Китая постоянные магниты на 1,2 млрд долларов.",
         "850511"),
        ("2023年中国对德国出口永磁体12亿美元。", "850511"),
        ("Chile's exports of lithium carbonate to China were $6 billion in 2022.", "283691"),
        ("South Korea exported memory chips worth $30 billion to China in 2023.", "854232"),
        ("China exported machining centers worth $345 million to Russia in 2023.", "845710"),
        ("China exported gallium worth $34 million to Germany in 2023.", "named:gallium"),
    ],
)  # fmt: skip
def test_an_article_names_them(sentence: str, goods: str) -> None:
    [claim] = draft(article_of(sentence, date="2024-06-05")).claims
    assert claim.keys["goods"] == goods
    # What is more or less than its word says so.
    assert bool(claim.notes) == (goods not in ("283691", "845710"))


@pytest.mark.parametrize(
    ("words", "goods"),
    [
        ("permanent magnets", "850511"),
        ("ball bearings", "848210"),
        ("bearings", "8482"),
        ("machining centres", "845710"),
        ("lithium carbonate", "283691"),
        ("gallium", "811292"),
        ("memory chips", "854232"),
    ],
)
def test_a_question_names_them(words: str, goods: str) -> None:
    read = ep.read_question(f"What was China's share of Germany's imports of {words} in 2022?")
    assert (read.keys["goods"], read.unsaid) == (goods, ())


@pytest.mark.parametrize("time", ["2022-23", "2022/23", "FY2022-23", "fiscal year 2022/23"])
def test_a_split_year_is_asked_back(time: str) -> None:
    read = ep.read_question(f"What was China's share of India's imports in {time}?")
    [open_] = read.unsaid
    assert open_.key == "period"
    assert [one for one, _ in open_.candidates][:2] == ["2022..2023", "2022-04..2023-03"]
    assert "period" not in read.keys


def test_two_calendar_years_are_read() -> None:
    read = ep.read_question("What was China's share of India's imports in 2022-2023?")
    assert (read.keys["period"], read.unsaid) == ("2022..2023", ())


@pytest.mark.parametrize("time", ["2022-23", "2022/23"])
@pytest.mark.parametrize("before", ["", "In 2021, India's imports from China were $87 billion. "])
def test_a_split_year_of_an_article_is_no_time_of_a_claim(time: str, before: str) -> None:
    text = f"{before}India's imports from China were $100 billion in {time}."
    found = draft(article_of(text, date="2024-06-05"))
    assert "$100 billion" not in [one.says for one in found.claims]
    [left] = [one for one in found.left if one.says == "$100 billion"]
    assert "may be a fiscal year or two calendar years" in left.why


@pytest.mark.parametrize(
    "sentence",
    [
        "In 2023, China exported goods worth $3.2 billion to Wakanda.",
        "In 2023, Germany imported goods worth $3.2 billion from Transnistria.",
    ],
)
def test_an_unknown_name_behind_an_amount_is_not_the_world(sentence: str) -> None:
    found = draft(article_of(sentence, date="2024-06-05"))
    assert not found.claims
    assert "is not known here as a country or group" in found.left[0].why
