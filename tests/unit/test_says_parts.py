"""Signs for fractions, numbers in two parts, ranges with a sign at both ends: found whole."""

from __future__ import annotations

import pytest

from entrepot.claims.numbers import number_spans


def found(text: str, language: str) -> list[tuple[str, float, str]]:
    spans = number_spans(text, language)
    return [(text[one.start : one.end], one.says.value, one.says.unit) for one in spans]


@pytest.mark.parametrize(
    ("language", "text", "value", "unit"),
    [
        ("en", "rose twelvefold", 12, "ratio"),
        ("en", "$1.2bn-$1.5bn", 1.35e9, "USD"),
        ("en", "$500m-$1bn", 7.5e8, "USD"),
        ("en", "a quarter of a billion dollars", 2.5e8, "USD"),
        ("en", "three quarters of a million tonnes", 7.5e5, "t"),
        ("en", "2¾ times", 2.75, "ratio"),
        ("en", "0.5 of a percentage point", 0.5, "points"),
        ("en", "a quarter of a percentage point", 0.25, "points"),
        ("en", "two quarters", 0.5, "share"),
        ("ru", "около 1 млн 200 тыс. тонн", 1.2e6, "t"),
        ("ru", "2 млрд 300 млн долларов", 2.3e9, "USD"),
        ("ru", "две четверти", 0.5, "share"),
        ("ru", "полпроцента", 0.5, "percent"),
        ("de", "1 Milliarde 200 Millionen Euro", 1.2e9, "EUR"),
        ("de", "2½ Milliarden Euro", 2.5e9, "EUR"),
        ("en", "fell by two quarters", -0.5, "share"),
        ("en", "three tenths of a percent", 0.3, "percent"),
        ("en", "two thirds of a percentage point", 2 / 3, "points"),
        ("en", "twelve and three tenths percent", 12.3, "percent"),
        ("ru", "двенадцать и три десятых процента", 12.3, "percent"),
        ("ru", "двенадцать целых три десятых процента", 12.3, "percent"),
        ("de", "drei Zehntel", 0.3, "share"),
        ("de", "drei Zehntel eines Prozents", 0.3, "percent"),
        ("zh", "近七成五", 75, "percent"),
        ("zh", "一成半", 15, "percent"),
        ("zh", "万分之三", 0.0003, "share"),
        ("zh", "十分之一", 0.1, "share"),
        ("zh", "半个百分点", 0.5, "points"),
        ("zh", "3万亿5000亿元", 3.5e12, "CNY"),
    ],
)
def test_the_parts_of_one_number_are_one(language: str, text: str, value: float, unit: str) -> None:
    assert found(text, language) == [(text, pytest.approx(value), unit)]


def test_a_sign_for_a_part_stands_alone_too() -> None:
    assert found("⅔ of exports and ¾ of imports", "en") == [
        ("⅔", pytest.approx(2 / 3), "share"),
        ("¾", 0.75, "share"),
    ]


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("ru", "на 2 млрд, 300 млн ушло", 2),  # a comma parts them
        ("ru", "2,5 млрд 300 млн", 2),  # the first is no whole number
        ("ru", "300 млн 2 млрд", 2),  # the second is larger
        ("zh", "十分重要", 0),  # "very important"
        ("zh", "成半", 0),
        ("en", "a quarter of a century", 1),
    ],
)
def test_numbers_that_are_two_stay_two(language: str, text: str, count: int) -> None:
    assert len(found(text, language)) == count


@pytest.mark.parametrize(
    ("language", "text", "low", "high"),
    [
        ("en", "between 2 and 3 billion 200 million dollars", 1.5e9, 3.2005e9),
        ("en", "2-3 billion 200 million dollars", 1.5e9, 3.2005e9),
        ("ru", "от 2 до 3 млрд 200 млн долларов", 1.5e9, 3.2005e9),
        ("en", "2 to 3 trillion 5 billion dollars", 1.5e12, 3.0055e12),
    ],
)
def test_a_range_shares_the_larger_scale_of_its_end(
    language: str, text: str, low: float, high: float
) -> None:
    [span] = number_spans(text, language)
    assert (span.says.low, span.says.high) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(
    "text",
    [
        "fell for two quarters in 2023",
        "fell two quarters in a row",
        "in one quarter of 2023 exports rose",
        "after two quarters of growth",
        "rose in three quarters of the year",
        "fell by two and three quarters percent",
        "between two and three quarters of imports",
        "Two quarters later, exports rose",
        "It lasted two quarters.",
        "Exports fell nearly two quarters, we read",
        "Exports fell, two quarters in a row",
        "For two quarters, nothing came.",
    ],
)
def test_quarters_that_are_a_time_or_unclear_are_no_part(text: str) -> None:
    assert found(text, "en") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("as customs said on 14 January 2026, one quarter again.", 0.25),
        ("in the 19th package [3], two quarters, we read.", 0.5),
        ("do not matter: three quarters (see page 12), while", 0.75),
        ("It was one quarter.", 0.25),
        ("It is about three quarters, they say", 0.75),
        ("Three quarters went to China.", 0.75),
    ],
)
def test_quarters_where_a_clause_gives_a_value_are_one(text: str, value: float) -> None:
    assert [number[1:] for number in found(text, "en")] == [(value, "share")]


@pytest.mark.parametrize(
    "text", ["Three quarters of Russia's imports", "to three quarters of its exports"]
)
def test_quarters_of_a_thing_are_a_part_of_it(text: str) -> None:
    assert [number[1:] for number in found(text, "en")] == [(0.75, "share")]
