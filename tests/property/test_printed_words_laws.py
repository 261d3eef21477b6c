"""Fractions in words, "N out of M", multiples, ranges with a sign at both ends, two-part numbers.

Printed by a printer that knows nothing of the reader, read back alone and inside a sentence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st
from printed_numbers import AROUND, LANGUAGES, digits_of, spelled

from entrepot.claims.numbers import Says, number_spans, read_says

PARTS = {
    "en": ["half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"],
    "de": [
        *("", "Drittel", "Viertel", "Fünftel", "Sechstel", "Siebtel", "Achtel", "Neuntel"),
        "Zehntel",
    ],
    "ru": ["", "трет", "четверт", "пят", "шест", "седьм", "восьм", "девят", "десят"],
}
WORDS = {
    "en": ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "de": ["ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
    "ru": ["одна", "две", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"],
}


@dataclass(frozen=True)
class Meant:
    """A phrase, and what it says."""

    text: str
    language: str
    value: float
    unit: str
    moved: int = 0
    low: float = math.nan
    high: float = math.nan


def fraction(language: str, part: int, whole: int) -> str:
    """Write two thirds, zwei Drittel, две трети, 三分之二."""
    if language == "zh":
        return f"{chinese(whole)}分之{chinese(part)}"
    word, of = WORDS[language][part - 1], PARTS[language][whole - 2]
    if language == "de":
        return f"{word} {of}"
    if language == "en":
        plural = {"half": "halves"}.get(of, f"{of}s")
        return f"{word} {of if part == 1 else plural}"
    if whole in (3, 4):
        return f"{word} {of}{'ь' if part == 1 else 'и' if part < 5 else 'ей'}"
    endings = {7: "ая", 8: "ая"} if part == 1 else {}
    return f"{word} {of}{endings.get(whole, 'ая' if part == 1 else 'ых')}"


def chinese(number: int) -> str:
    """Write a whole number below a thousand in Chinese signs."""
    if number < 10:
        return "一二三四五六七八九"[number - 1]
    if number < 20:
        return "十" + ("一二三四五六七八九"[number - 11] if number > 10 else "")
    return spelled(number, "zh")


@st.composite
def fractions(draw: st.DrawFn) -> Meant:
    """Print a part of a whole in words."""
    language = draw(st.sampled_from(LANGUAGES))
    whole = draw(st.integers(3, 10))
    part = draw(st.integers(1, whole - 1))
    return Meant(fraction(language, part, whole), language, part / whole, "share")


@st.composite
def out_of(draw: st.DrawFn) -> Meant:
    """Print "3 out of 10"."""
    language = draw(st.sampled_from(LANGUAGES))
    whole = draw(st.integers(2, 100))
    part = draw(st.integers(1, whole - 1))
    forms = {
        "en": ["{} out of {}", "{} in {}", "{} in every {}"],
        "ru": ["{} из {}", "{} из каждых {}"],
        "de": ["{} von {}"],
    }
    if language == "zh":
        text = f"{whole}分之{part}"
    else:
        text = draw(st.sampled_from(forms[language])).format(part, whole)
    return Meant(text, language, part / whole, "share")


@st.composite
def multiples(draw: st.DrawFn) -> Meant:
    """Print how many times something is, or became."""
    language = draw(st.sampled_from(LANGUAGES))
    number = Decimal(draw(st.integers(11, 999))).scaleb(-1)
    forms = {
        "en": [("{}-fold", 0), ("{} times", 0), ("rose {}-fold", 1), ("{} times as much", 0)],
        "ru": [("{} раза", 0), ("вырос в {} раза", 1), ("увеличился в {} раза", 1)],
        "de": [("das {}-Fache", 0), ("{}-mal so viel", 0)],
        "zh": [("{}倍", 0), ("增长{}倍", 1)],
    }
    form, moved = draw(st.sampled_from(forms[language]))
    more = language == "zh" and moved  # 增长1.5倍: one and a half times more
    value = float(number) + (1.0 if more else 0.0)
    low, high = value - 0.05, value + 0.05
    text = form.format(digits_of(number, language, ""))
    return Meant(text, language, value, "ratio", moved, low, high)


@st.composite
def signed_ranges(draw: st.DrawFn) -> Meant:
    """Print a range whose ends both have their sign, unit or scale, with any dash."""
    language = draw(st.sampled_from(LANGUAGES))
    first = Decimal(draw(st.integers(1, 9_999))).scaleb(-1)
    last = first + Decimal(draw(st.integers(1, 999))).scaleb(-1)
    ends = [digits_of(end, language, "") for end in (first, last)]
    forms = {
        "en": [("${}bn{}${}bn", 9, "USD"), ("€{}m{}€{}m", 6, "EUR"), ("{}%{}{}%", 0, "percent")],
        "ru": [("{} %{}{} %", 0, "percent"), ("${} млрд{}${} млрд", 9, "USD")],
        "de": [("{} %{}{} %", 0, "percent"), ("{} Mrd. Euro{}{} Mrd. Euro", 9, "EUR")],
        "zh": [("{}%{}{}%", 0, "percent"), ("{}亿{}{}亿美元", 8, "USD")],
    }
    form, power, unit = draw(st.sampled_from(forms[language]))
    dash = draw(st.sampled_from(["-", "–", "—", " – "]))
    text = form.format(ends[0], dash, ends[1])
    scale = 10.0**power
    low, high = float(first) * scale - 0.05 * scale, float(last) * scale + 0.05 * scale
    return Meant(text, language, (low + high) / 2, unit, 0, low, high)


@st.composite
def two_parts(draw: st.DrawFn) -> Meant:
    """Print "2 млрд 300 млн долларов", 3亿5000万元, 1.63万亿元."""
    large, small = draw(st.integers(1, 99)), draw(st.integers(1, 999))
    forms = {
        "ru": ("{} млрд {} млн долларов", 1e9, 1e6, "USD"),
        "de": ("{} Milliarden {} Millionen Euro", 1e9, 1e6, "EUR"),
        "zh": ("{}亿{}万元", 1e8, 1e4, "CNY"),
    }
    language = draw(st.sampled_from(sorted(forms)))
    form, above, below, unit = forms[language]
    value = large * above + small * below
    half = below / 2
    text = form.format(large, small)
    return Meant(text, language, value, unit, 0, value - half, value + half)


@st.composite
def chinese_scales(draw: st.DrawFn) -> Meant:
    """Print Chinese large units behind a decimal number."""
    places = draw(st.integers(0, 3))
    number = Decimal(draw(st.integers(1, 99_999))).scaleb(-places)
    scale = draw(st.sampled_from([("万", 4), ("亿", 8), ("万亿", 12), ("千万", 7), ("百亿", 10)]))
    money = draw(st.sampled_from([("元", "CNY"), ("美元", "USD"), ("吨", "t"), ("欧元", "EUR")]))
    power = 10.0 ** scale[1]
    value, half = float(number) * power, power * 10.0**-places / 2
    text = f"{number}{scale[0]}{money[0]}"
    return Meant(text, "zh", value, money[1], 0, value - half, value + half)


ALL = st.one_of(fractions(), out_of(), multiples(), signed_ranges(), two_parts(), chinese_scales())


def same(says: Says, meant: Meant) -> None:
    assert (says.unit, says.moved) == (meant.unit, meant.moved)
    assert math.isclose(says.value, meant.value, rel_tol=1e-9)
    assert says.low <= meant.value <= says.high
    if not math.isnan(meant.low):
        assert math.isclose(says.low, meant.low, rel_tol=1e-6, abs_tol=1e-6 * abs(meant.value))
        assert math.isclose(says.high, meant.high, rel_tol=1e-6)


@settings(max_examples=600, deadline=None)
@given(ALL)
def test_what_is_printed_in_words_and_parts_is_read_back(meant: Meant) -> None:
    same(read_says(meant.text, meant.language), meant)


@st.composite
def sentences(draw: st.DrawFn) -> tuple[str, Meant]:
    """Put a phrase into a sentence of its language."""
    meant = draw(ALL)
    around = [one for one in AROUND[meant.language] if "1." not in one]  # that is an item of a list
    return draw(st.sampled_from(around)), meant


@settings(max_examples=400, deadline=None)
@given(sentences())
@example((AROUND["en"][0], Meant("one quarter", "en", 0.25, "share")))
def test_it_is_found_whole_in_a_sentence(drawn: tuple[str, Meant]) -> None:
    sentence, meant = drawn
    place = sentence.index("{}")
    text = sentence.replace("{}", meant.text)
    found = number_spans(text, meant.language)
    held = [one for one in found if one.start < place + len(meant.text) and one.end > place]
    assert len(held) == 1, [text[one.start : one.end] for one in found]
    same(held[0].says, meant)
