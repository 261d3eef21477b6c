"""Number phrases of four languages: each expectation is written from the rule, not from a run."""

from __future__ import annotations

import math

import pytest

from entrepot.claims.numbers import read_says
from entrepot.errors import RequestError

INF = math.inf

READ = [
    # text, value, relation, unit, low, high
    ("1,63 трлн юаней", 1.63e12, "=", "CNY", 1.625e12, 1.635e12),
    ("на 6,5 %", 6.5, "=", "percent", 6.45, 6.55),
    ("снизился на 6,5 %", -6.5, "=", "percent", -6.55, -6.45),
    ("почти на 10 % вырос", 10, "nearly", "percent", 9, 10),
    ("1 630,5 млрд руб.", 1630.5e9, "=", "RUB", 1630.45e9, 1630.55e9),
    ("более 300 млн долларов", 300e6, "more_than", "USD", 300e6, INF),
    ("не менее 40 тыс. тонн", 40e3, "at_least", "t", 40e3, INF),
    ("менее 1 %", 1, "less_than", "percent", -INF, 1),
    ("до 90 %", 90, "at_most", "percent", -INF, 90),
    ("от 25 до 55 %", 40, "between", "percent", 24.5, 55.5),
    ("в 2,3 раза", 2.3, "=", "ratio", 2.25, 2.35),
    ("вдвое", 2, "=", "ratio", 1.8, 2.2),
    ("более чем вдвое", 2, "more_than", "ratio", 2, INF),
    ("на треть", 1 / 3, "=", "share", 0.3, 0.3667),
    ("чуть более половины", 0.5, "just_over", "share", 0.5, 0.55),
    ("две трети", 2 / 3, "=", "share", 0.6, 0.7333),
    ("каждый пятый", 0.2, "=", "share", 0.18, 0.22),
    ("один из десяти", 0.1, "=", "share", 0.09, 0.11),
    ("на 1,2 процентного пункта", 1.2, "=", "points", 1.15, 1.25),
    ("двести сорок пять миллиардов долларов", 245e9, "=", "USD", 244.5e9, 245.5e9),
    ("миллиард долларов", 1e9, "=", "USD", 0.9e9, 1.1e9),
    ("полтора раза", 1.5, "=", "ratio", 1.25, 1.75),
    ("половина процента", 0.5, "=", "percent", 0.45, 0.55),
    ("um 6,5 Prozent", 6.5, "=", "percent", 6.45, 6.55),
    ("um 6,5 Prozent gesunken", -6.5, "=", "percent", -6.55, -6.45),
    ("1,63 Billionen Yuan", 1.63e12, "=", "CNY", 1.625e12, 1.635e12),
    ("228,1 Mrd. US-Dollar", 228.1e9, "=", "USD", 228.05e9, 228.15e9),
    ("1.234,5 Mio. Euro", 1234.5e6, "=", "EUR", 1234.45e6, 1234.55e6),
    ("mindestens 300 Mio. Euro", 300e6, "at_least", "EUR", 300e6, INF),
    ("fast 40 Prozent", 40, "nearly", "percent", 36, 40),
    ("knapp ein Drittel", 1 / 3, "nearly", "share", 0.3, 0.3334),
    ("25 bis 55 Prozent", 40, "between", "percent", 24.5, 55.5),
    ("zwischen 25 und 55 Prozent", 40, "between", "percent", 24.5, 55.5),
    ("bis zu 90 Prozent", 90, "at_most", "percent", -INF, 90),
    ("ein Drittel", 1 / 3, "=", "share", 0.3, 0.3667),
    ("neun von zehn", 0.9, "=", "share", 0.81, 0.99),
    ("verdoppelt", 2, "=", "ratio", 1.8, 2.2),
    ("das Fünffache", 5, "=", "ratio", 4.5, 5.5),
    ("das 2,5-Fache", 2.5, "=", "ratio", 2.45, 2.55),
    ("mehr als halbiert", 0.5, "more_than", "ratio", 0, 0.5),
    ("fünfundzwanzig Prozent", 25, "=", "percent", 24.5, 25.5),
    ("eine halbe Milliarde Euro", 0.5e9, "=", "EUR", 0.45e9, 0.55e9),
    ("ein Minus von 6,5 Prozent", -6.5, "=", "percent", -6.55, -6.45),
    ("1.63万亿元", 1.63e12, "=", "CNY", 1.625e12, 1.635e12),
    ("2284亿美元", 228.4e9, "=", "USD", 228.35e9, 228.45e9),
    ("二千二百八十四亿美元", 228.4e9, "=", "USD", 228.35e9, 228.45e9),
    ("一万五千亿元", 1.5e12, "=", "CNY", 1.49995e12, 1.50005e12),
    ("3亿5000万美元", 350e6, "=", "USD", 349.995e6, 350.005e6),
    ("200多亿美元", 20e9, "more_than", "USD", 20e9, INF),
    ("增长了6.5%", 6.5, "=", "percent", 6.45, 6.55),
    ("下降6.5%", -6.5, "=", "percent", -6.55, -6.45),
    ("百分之六点五", 6.5, "=", "percent", 6.45, 6.55),
    ("近九成", 90, "nearly", "percent", 81, 90),
    ("三分之一", 1 / 3, "=", "share", 0.3, 0.3667),
    ("一半", 0.5, "=", "share", 0.45, 0.55),
    ("逾五倍", 5, "more_than", "ratio", 5, INF),
    ("翻了一番", 2, "=", "ratio", 1.8, 2.2),
    # what grows by one and a half times is two and a half times as much
    ("增长1.5倍", 2.5, "=", "ratio", 2.45, 2.55),
    ("0.8个百分点", 0.8, "=", "points", 0.75, 0.85),
    ("25%至55%", 40, "between", "percent", 24.5, 55.5),
    ("不到1%", 1, "less_than", "percent", -INF, 1),
    ("one in ten", 0.1, "=", "share", 0.09, 0.11),
    ("every fifth", 0.2, "=", "share", 0.18, 0.22),
    ("between a quarter and a third", 0.2917, "between", "share", 0.225, 0.3667),
    ("two hundred and fifty million dollars", 250e6, "=", "USD", 249.5e6, 250.5e6),
    ("a quarter of a percentage point", 0.25, "=", "points", 0.225, 0.275),
    ("27 % more than", 27, "=", "percent", 26.5, 27.5),
    ("6.5% less than", -6.5, "=", "percent", -6.55, -6.45),
]


@pytest.mark.parametrize(("text", "value", "relation", "unit", "low", "high"), READ)
def test_reads(text: str, value: float, relation: str, unit: str, low: float, high: float) -> None:
    says = read_says(text)
    assert (says.relation, says.unit, says.text) == (relation, unit, text)
    assert says.value == pytest.approx(value, rel=1e-3)
    assert says.low == pytest.approx(low, rel=1e-3, abs=1e-9)
    assert says.high == pytest.approx(high, rel=1e-3, abs=1e-9)
    assert says.other is None


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("300 млн долларов в месяц", "month"),
        ("300 Mio. Euro pro Monat", "month"),
        ("每月3亿美元", "month"),
        ("3亿美元", ""),
        ("300 Mio. Euro pro Jahr", "year"),
    ],
)
def test_reads_how_often(text: str, per: str) -> None:
    assert read_says(text).per == per


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("снизился вдвое", 2),
        ("сократился в 2,3 раза", 2.3),
        ("вдвое меньше", 2),
        ("в пять раз меньше", 5),
        ("fünfmal weniger", 5),
    ],
)
def test_what_fell_by_a_multiple_is_that_many_times_smaller(text: str, value: float) -> None:
    says = read_says(text)
    assert (says.value, says.smaller, says.unit) == (value, True, "ratio")


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("rose 5 %", 1),
        ("fell by 5 %", -1),
        ("5 %", 0),
        ("doubled", 1),
        ("halved", -1),
        ("вырос на 5 %", 1),
        ("um 5 Prozent gestiegen", 1),
        ("下降5%", -1),
        ("minus 5 %", 0),
    ],
)
def test_keeps_whether_the_words_tell_a_direction(text: str, moved: int) -> None:
    assert read_says(text).moved == moved


@pytest.mark.parametrize(
    ("text", "language", "readings"),
    [
        ("1,234", None, [1234, 1.234]),
        ("1.234", None, [1.234, 1234]),
        ("1,234 %", None, [1234, 1.234]),
        ("$1,234", None, [1234, 1.234]),
        # one thing decides: the language, a word of it, a second group, the shape of the digits
        ("1,234", "en", [1234]),
        ("1,234", "de", [1.234]),
        ("1.234", "de", [1234]),
        ("1,234", "ru", [1.234]),
        ("1,234", "zh", [1234]),
        ("1,234 percent", None, [1234]),
        ("1,234 Prozent", None, [1.234]),
        ("1,234 million", None, [1234e6]),
        ("1.234 Mio. Euro", None, [1234e6]),
        ("1,234 млн", None, [1.234e6]),
        ("1,234,567", None, [1234567]),
        ("1.234.567", None, [1234567]),
        ("1,234.5", None, [1234.5]),
        ("1.234,5", None, [1234.5]),
        ("1 234,5", None, [1234.5]),
        ("2,7", None, [2.7]),
        ("2.7", None, [2.7]),
        ("0,125", None, [0.125]),
        ("12,34", None, [12.34]),
        ("1234,567", None, [1234.567]),
        ("1'234", None, [1234]),
        # a Billion is not a billion; German writes it with a capital letter
        ("1.5 billion yuan", None, [1.5e9]),
        ("1 Billion Yuan", None, [1e9, 1e12]),
    ],
)
def test_keeps_both_readings_where_nothing_decides(
    text: str, language: str | None, readings: list[float]
) -> None:
    found = read_says(text, language).readings
    assert [says.value for says in found] == pytest.approx(readings)


def test_the_other_reading_has_its_own_interval() -> None:
    says = read_says("~1,230 %")
    assert says.other is not None
    assert (says.low, says.high) == (1225, 1235)
    assert says.other.high - says.other.low < 0.1


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("12 вумпусов", "вумпусов"),
        ("12 Wumpus", "wumpus"),
        ("12只怪", "只"),
        ("5 % и 3 долл.", "two units"),
        ("упал до трети", "до"),
        ("fell below 5 %", "below"),
        ("多", "no number"),
        ("14.01.2026", "14.01.2026"),
        ("9" * 50, "9" * 50),
    ],
)
def test_refuses_and_names_the_part(text: str, part: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_says(text)
    assert part in caught.value.what
