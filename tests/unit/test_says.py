"""Reading number phrases: each expectation is written out from the rule, not from a run."""

from __future__ import annotations

import math

import pytest

from entrepot.claims import read_says
from entrepot.errors import RequestError

INF = math.inf

READ = [
    # text, value, relation, unit, low, high
    ("1.63 trillion yuan", 1.63e12, "=", "CNY", 1.625e12, 1.635e12),
    ("27 %", 27, "=", "percent", 26.5, 27.5),
    ("27", 27, "=", "", 26.5, 27.5),
    ("−3.4 %", -3.4, "=", "percent", -3.45, -3.35),
    ("-3.4%", -3.4, "=", "percent", -3.45, -3.35),
    ("3.40 percent", 3.4, "=", "percent", 3.395, 3.405),
    ("$234 billion", 234e9, "=", "USD", 233.5e9, 234.5e9),
    ("US$ 1 630 bn", 1630e9, "=", "USD", 1629.5e9, 1630.5e9),
    ("1,630.5 mln euros", 1630.5e6, "=", "EUR", 1630.45e6, 1630.55e6),
    ("1,63 tn RMB", 1.63e12, "=", "CNY", 1.625e12, 1.635e12),
    ("€4.5bn", 4.5e9, "=", "EUR", 4.45e9, 4.55e9),
    ("NOK 17.9bn", 17.9e9, "=", "NOK", 17.85e9, 17.95e9),
    ("17.9 billion Norwegian kroner", 17.9e9, "=", "NOK", 17.85e9, 17.95e9),
    ("17,9 Milliarden norwegische Kronen", 17.9e9, "=", "NOK", 17.85e9, 17.95e9),
    ("17,9 млрд норвежских крон", 17.9e9, "=", "NOK", 17.85e9, 17.95e9),
    ("179亿挪威克朗", 17.9e9, "=", "NOK", 17.85e9, 17.95e9),
    ("5 billion New Zealand dollars", 5e9, "=", "NZD", 4.5e9, 5.5e9),
    ("5,2 млрд тенге", 5.2e9, "=", "KZT", 5.15e9, 5.25e9),
    ("52亿兹罗提", 5.2e9, "=", "PLN", 5.15e9, 5.25e9),
    ("₦5.2 trillion", 5.2e12, "=", "NGN", 5.15e12, 5.25e12),
    ("5 billion ringgit", 5e9, "=", "MYR", 4.5e9, 5.5e9),
    ("5 Milliarden Baht", 5e9, "=", "THB", 4.5e9, 5.5e9),
    ("50亿越南盾", 5e9, "=", "VND", 4.95e9, 5.05e9),
    ("5 billion taka", 5e9, "=", "BDT", 4.5e9, 5.5e9),
    ("5 trillion rupiah", 5e12, "=", "IDR", 4.5e12, 5.5e12),
    ("5 billion Pakistani rupees", 5e9, "=", "PKR", 4.5e9, 5.5e9),
    ("5 billion Indian rupees", 5e9, "=", "INR", 4.5e9, 5.5e9),
    ("5 billion shekels", 5e9, "=", "ILS", 4.5e9, 5.5e9),
    ("5 billion reais", 5e9, "=", "BRL", 4.5e9, 5.5e9),
    ("5 billion Chilean pesos", 5e9, "=", "CLP", 4.5e9, 5.5e9),
    # Whose they are, only a country says: no currency of a claims file.
    ("5 billion dinars", 5e9, "=", "dinar", 4.5e9, 5.5e9),
    ("5 billion rupees", 5e9, "=", "rupee", 4.5e9, 5.5e9),
    ("12 bn roubles", 12e9, "=", "RUB", 11.5e9, 12.5e9),
    ("more than five times", 5, "more_than", "ratio", 5, INF),
    ("more than five times smaller", 5, "more_than", "ratio", 5, INF),
    ("fivefold", 5, "=", "ratio", 4.5, 5.5),
    ("5x", 5, "=", "ratio", 4.5, 5.5),
    ("about 80 %", 80, "about", "percent", 75, 85),
    ("around 27 %", 27, "about", "percent", 26, 28),
    ("about 30 %", 30, "about", "percent", 27, 33),
    ("25 to 55 %", 40, "between", "percent", 24.5, 55.5),
    ("25–55 %", 40, "between", "percent", 24.5, 55.5),
    ("between 25 and 55 percent", 40, "between", "percent", 24.5, 55.5),
    ("from −3.4 to −2.0 %", -2.7, "between", "percent", -3.45, -1.95),
    ("$1.2-1.5 bn", 1.35e9, "between", "USD", 1.15e9, 1.55e9),
    ("comparable", 1, "comparable", "ratio", 0.8, 1.25),
    ("roughly comparable to", 1, "comparable", "ratio", 0.8, 1.25),
    ("a third", 1 / 3, "=", "share", 0.3, 0.3667),
    ("half", 0.5, "=", "share", 0.45, 0.55),
    ("more than half", 0.5, "more_than", "share", 0.5, INF),
    ("doubled", 2, "=", "ratio", 1.8, 2.2),
    ("halved", 0.5, "=", "ratio", 0.45, 0.55),
    ("nearly quadrupled", 4, "nearly", "ratio", 3.6, 4),
    ("nearly $4 billion", 4e9, "nearly", "USD", 3.6e9, 4e9),
    ("just over 10 %", 10, "just_over", "percent", 10, 11),
    ("at least 33%", 33, "at_least", "percent", 33, INF),
    ("up to 10 %", 10, "at_most", "percent", -INF, 10),
    ("less than 10 %", 10, "less_than", "percent", -INF, 10),
    ("fell by 6.5 %", -6.5, "=", "percent", -6.55, -6.45),
    ("fell more than 10 %", -10, "more_than", "percent", -INF, -10),
    ("fell by half", -0.5, "=", "share", -0.55, -0.45),
    # a verb or noun turns the number wherever it stands, and both ends of a range
    ("fell by 5 to 10 %", -7.5, "between", "percent", -10.5, -4.5),
    ("down 5-10 %", -7.5, "between", "percent", -10.5, -4.5),
    ("rose 5 to 10 %", 7.5, "between", "percent", 4.5, 10.5),
    ("a 20 % drop", -20, "=", "percent", -20.5, -19.5),
    ("6.5% lower", -6.5, "=", "percent", -6.55, -6.45),
    ("6.5% higher", 6.5, "=", "percent", 6.45, 6.55),
    ("a decline of 20 per cent", -20, "=", "percent", -20.5, -19.5),
    ("fell by −3.4 %", -3.4, "=", "percent", -3.45, -3.35),
    ("a deficit of $359.8 billion", -359.8e9, "=", "USD", -359.85e9, -359.75e9),
    ("minus 9.9 %", -9.9, "=", "percent", -9.95, -9.85),
    # what fell by less than a tenth did not rise
    ("fell by less than 10 %", -10, "less_than", "percent", -10, 0),
    ("rose by up to 10 %", 10, "at_most", "percent", 0, 10),
    # more than halved leaves less than half
    ("more than halved", 0.5, "more_than", "ratio", 0, 0.5),
    ("nearly halved", 0.5, "nearly", "ratio", 0.5, 0.55),
    ("cut in half", 0.5, "=", "ratio", 0.45, 0.55),
    ("more than doubled", 2, "more_than", "ratio", 2, INF),
    ("surged 35.8 % year on year", 35.8, "=", "percent", 35.75, 35.85),
    ("slipped 0.5 %", -0.5, "=", "percent", -0.55, -0.45),
    ("a little over a fifth", 0.2, "just_over", "share", 0.2, 0.22),
    ("just under two-fifths", 0.4, "nearly", "share", 0.36, 0.4),
    ("well over half", 0.5, "more_than", "share", 0.5, INF),
    ("27 % or more", 27, "at_least", "percent", 27, INF),
    ("a trillion dollars", 1e12, "=", "USD", 0.9e12, 1.1e12),
    ("half a trillion yuan", 0.5e12, "=", "CNY", 0.45e12, 0.55e12),
    ("half a percentage point", 0.5, "=", "points", 0.45, 0.55),
    ("four and a half times", 4.5, "=", "ratio", 4.25, 4.75),
    ("a tenfold increase", 10, "=", "ratio", 9.5, 10.5),
    ("a factor of five", 5, "=", "ratio", 4.5, 5.5),
    ("twenty per cent", 20, "=", "percent", 19.5, 20.5),
    ("an average of 20 billion dollars a month", 20e9, "=", "USD", 19.5e9, 20.5e9),
    ("rose 5 %", 5, "=", "percent", 4.5, 5.5),
    ("−0.52 percentage points", -0.52, "=", "points", -0.525, -0.515),
    ("6,000 tonnes", 6000, "=", "t", 5999.5, 6000.5),
]


@pytest.mark.parametrize(("text", "value", "relation", "unit", "low", "high"), READ)
def test_reads(text: str, value: float, relation: str, unit: str, low: float, high: float) -> None:
    says = read_says(text)
    assert (says.relation, says.unit, says.text) == (relation, unit, text)
    assert says.value == pytest.approx(value)
    assert says.low == pytest.approx(low, rel=1e-3, abs=1e-9)
    assert says.high == pytest.approx(high, rel=1e-3, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "per"),
    [
        (">300 million a month", "month"),
        ("over $300 million every month", "month"),
        ("12 bn USD per year", "year"),
        ("12 bn USD", ""),
    ],
)
def test_reads_how_often(text: str, per: str) -> None:
    assert read_says(text).per == per


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("ca 12 wumpus", "wumpus"),
        ("", "no number"),
        ("very little", "very"),
        ("5 % and $3", "two units"),
        ("12 13", "2 number"),
        ("1 2 3 %", "3 number"),
        ("from 12 %", "1 number"),
        ("more than 5 to 6 %", "more than"),
        ("comparable to 5", "next to a number"),
        ("half of 5 %", "half"),
        ("fell to a third", "to"),
        ("up 5 % or down 6 %", "or"),
    ],
)
def test_refuses_and_names_the_part(text: str, part: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_says(text)
    assert part in caught.value.what


def test_two_numbers_going_down_are_two_claims() -> None:
    with pytest.raises(RequestError) as caught:
        read_says("3.2 % to 2.7 %")
    assert "two claims" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "smaller"),
    [
        ("more than five times smaller", True),
        ("five times lower than", True),
        ("5x less", True),
        ("five times larger", False),
        ("five times", False),
        ("fell threefold", True),
        ("less than five times", False),
    ],
)
def test_tells_smaller_from_larger(text: str, smaller: bool) -> None:
    assert read_says(text).smaller is smaller
