"""A printer of number phrases in four languages, which knows nothing of the reader."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import assume
from hypothesis import strategies as st

__all__ = ["LANGUAGES", "Printed", "fill", "printed", "spelled"]

INF = math.inf
LANGUAGES = ("en", "ru", "de", "zh")
POINT = {"en": ".", "ru": ",", "de": ",", "zh": "."}
GROUPS = {
    "en": ["", ",", "\u202f"],
    "ru": ["", " ", "\u00a0", "\u2009"],
    "de": ["", ".", "\u202f"],
    "zh": ["", ","],
}
SCALES = {
    "en": {
        " thousand": 3,
        " million": 6,
        "m": 6,
        "bn": 9,
        " billion": 9,
        " trillion": 12,
        "tn": 12,
    },
    "ru": {" тыс.": 3, " млн": 6, " миллионов": 6, " млрд": 9, " миллиарда": 9, " трлн": 12},
    "de": {" Tsd.": 3, " Mio.": 6, " Millionen": 6, " Mrd.": 9, " Milliarden": 9, " Billionen": 12},
    "zh": {"万": 4, "亿": 8, "万亿": 12, "千万": 7, "百亿": 10, "千亿": 11},
}
MONEY = {
    "en": {" dollars": "USD", " yuan": "CNY", " euros": "EUR", " roubles": "RUB", " yen": "JPY"},
    "ru": {" долларов": "USD", " юаней": "CNY", " евро": "EUR", " руб.": "RUB", " долл.": "USD"},
    "de": {" US-Dollar": "USD", " Yuan": "CNY", " Euro": "EUR", " Rubel": "RUB", " Dollar": "USD"},
    "zh": {"美元": "USD", "元": "CNY", "欧元": "EUR", "卢布": "RUB", "元人民币": "CNY"},
}
OTHER = {
    "en": {"%": "percent", " percent": "percent", " percentage points": "points", " tonnes": "t"},
    "ru": {
        " %": "percent",
        "%": "percent",
        " процента": "percent",
        " п.п.": "points",
        " тонн": "t",
    },
    "de": {" %": "percent", " Prozent": "percent", " Prozentpunkte": "points", " Tonnen": "t"},
    "zh": {"%": "percent", "个百分点": "points", "吨": "t"},
}
RELATIONS = {
    "en": {
        "more than ": "more_than",
        "over ": "more_than",
        "at least ": "at_least",
        "less than ": "less_than",
        "up to ": "at_most",
        "nearly ": "nearly",
        "about ": "about",
        "just over ": "just_over",
        "": "=",
    },
    "ru": {
        "более ": "more_than",
        "свыше ": "more_than",
        "не менее ": "at_least",
        "менее ": "less_than",
        "не более ": "at_most",
        "почти ": "nearly",
        "около ": "about",
        "чуть более ": "just_over",
        "": "=",
    },
    "de": {
        "mehr als ": "more_than",
        "mindestens ": "at_least",
        "weniger als ": "less_than",
        "bis zu ": "at_most",
        "fast ": "nearly",
        "rund ": "about",
        "gut ": "just_over",
        "": "=",
    },
    "zh": {
        "超过": "more_than",
        "逾": "more_than",
        "至少": "at_least",
        "不到": "less_than",
        "不超过": "at_most",
        "近": "nearly",
        "约": "about",
        "略高于": "just_over",
        "": "=",
    },
}
VERBS = {
    "en": {"rose by ": 1, "fell by ": -1, "dropped ": -1, "grew ": 1, "up ": 1, "down ": -1},
    "ru": {"вырос на ": 1, "снизился на ": -1, "упал на ": -1, "рост на ": 1, "сокращение на ": -1},
    "de": {"Plus von ": 1, "Rückgang um ": -1, "Minus von ": -1, "stieg um ": 1, "sank um ": -1},
    "zh": {"增长": 1, "下降": -1, "增长了": 1, "下跌了": -1, "增幅为": 1},
}
BETWEEN = {
    "en": [("", " to "), ("between ", " and "), ("", "–"), ("from ", " to ")],
    "ru": [("от ", " до "), ("между ", " и "), ("", "–"), ("", "-")],
    "de": [("", " bis "), ("zwischen ", " und "), ("", "–"), ("von ", " bis ")],
    "zh": [("", "至"), ("", "—"), ("", "到"), ("", "-")],
}
# what stands around a phrase: numerals that are none, and other words
AROUND = {
    "en": [
        "In 2025 the trade of the two countries, as customs said on 14 January 2026, {} again.",
        "Under HS 8542, in the first 11 months of 2024 and the 19th package [3], {}, we read.",
        "The G7 and Article 5 do not matter: {} (see page 12), while imports halved.",
        "1. Exports of Il-76 parts\n{}\n2. Imports in Q1",
    ],
    "ru": [
        "В 2025 году торговля двух стран, как сообщила таможня 14 января 2026 года, {} снова.",
        "По коду ТН ВЭД 8542 за 11 месяцев 2024 года и 19-й пакет [3]: {}, следует из данных.",
        "Статья 5 и Ил-76 тут ни при чем: {} (см. стр. 12), а импорт удвоился.",
    ],
    "de": [
        "Im Jahr 2025 war der Handel der beiden Länder, so der Zoll am 14. Januar 2026, {} erneut.",
        "Unter HS 8542 in den ersten 11 Monaten 2024 und mit Paket 19 [3]: {}, heißt es.",
        "Artikel 5 und Il-76 sind nicht gemeint: {} (siehe Seite 12); der Import halbierte sich.",
    ],
    "zh": [
        "海关2026年1月14日公布，2025年两国贸易：{}，为第一批数据。",
        "税号8542，前11个月，{}；三家公司与一个月无关。",
    ],
}


@dataclass(frozen=True)
class Printed:
    """A phrase and what it says."""

    text: str
    language: str
    value: float
    step: float
    low: float
    high: float
    unit: str
    relation: str
    moved: int = 0


def digits_of(number: Decimal, language: str, group: str) -> str:
    """Print digits with the marks of a language."""
    whole, _, rest = f"{number:f}".partition(".")
    groups = []
    while len(whole) > 3 and group:
        groups.insert(0, whole[-3:])
        whole = whole[:-3]
    return group.join([whole, *groups]) + (POINT[language] + rest if rest else "")


def bounds(value: float, step: float, relation: str, moved: int) -> tuple[float, float]:
    """Return what a relation leaves open, before its verb turns it."""
    low, high = value - step / 2, value + step / 2
    match relation:
        case "more_than" | "at_least":
            low, high = value, INF
        case "less_than" | "at_most":
            low, high = (0.0 if moved else -INF), value
        case "nearly":
            low, high = 0.9 * value, value
        case "just_over":
            low, high = value, 1.1 * value
    return (-high, -low) if moved < 0 else (low, high)


def fill(language: str) -> st.SearchStrategy[str]:
    """Return sentences with a place for a phrase."""
    return st.sampled_from(AROUND[language])


@st.composite
def printed(draw: st.DrawFn) -> Printed:
    """Print a number in a language, with words in front, behind and between."""
    language = draw(st.sampled_from(LANGUAGES))
    places = draw(st.integers(0, 2))
    number = Decimal(draw(st.integers(1, 99_999))).scaleb(-places)
    group = draw(st.sampled_from(GROUPS[language]))
    scale, power = draw(st.sampled_from([("", 0), *SCALES[language].items()]))
    money = bool(scale) or draw(st.booleans())
    unit_word, unit = draw(st.sampled_from(list((MONEY if money else OTHER)[language].items())))
    exact, step = float(number.scaleb(power)), float(Decimal(1).scaleb(power - places))
    ranged = draw(st.booleans())
    if ranged:
        before, link = draw(st.sampled_from(BETWEEN[language]))
        other = number + Decimal(draw(st.integers(0, 9999))).scaleb(-places)
        # "in 2024 to 3500 tonnes" looks like "2024 to 3500 tonnes": a year and a level
        assume(group or places or not 1800 <= number <= 2100 or other <= 2100)
        ends = [digits_of(end, language, group) for end in (number, other)]
        text = f"{before}{ends[0]}{link}{ends[1]}{scale}{unit_word}"
        top = float(other.scaleb(power))
        middle, low, high = (exact + top) / 2, exact - step / 2, top + step / 2
        return Printed(text, language, middle, step, low, high, unit, "between")
    words, relation = draw(st.sampled_from(list(RELATIONS[language].items())))
    verb, moved = "", 0
    if relation in ("=", "about", "nearly", "more_than", "less_than") and unit == "percent":
        verb, moved = draw(st.sampled_from([("", 0), *VERBS[language].items()]))
    text = f"{verb}{words}{digits_of(number, language, group)}{scale}{unit_word}"
    low, high = bounds(exact, step, relation, moved)
    value = -exact if moved < 0 else exact
    return Printed(text, language, value, step, low, high, unit, relation, moved)


_ONES = {
    "en": ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "ru": ["один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"],
    "de": ["ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
    "zh": list("一二三四五六七八九"),
}
_TENS = {
    "en": ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
    "ru": [
        "двадцать",
        "тридцать",
        "сорок",
        "пятьдесят",
        "шестьдесят",
        "семьдесят",
        "восемьдесят",
        "девяносто",
    ],
    "de": ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"],
}
_HUNDREDS_RU = [
    "сто",
    "двести",
    "триста",
    "четыреста",
    "пятьсот",
    "шестьсот",
    "семьсот",
    "восемьсот",
    "девятьсот",
]


def spelled(number: int, language: str) -> str:
    """Write a number from 21 to 999 (no teens) in words."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    one = _ONES[language][ones - 1] if ones else ""
    if language == "zh":
        zero = "零" if hundreds and not tens and ones else ""
        head = f"{_ONES['zh'][hundreds - 1]}百" if hundreds else ""
        return head + (f"{_ONES['zh'][tens - 1]}十" if tens else zero) + one
    ten = _TENS[language][tens - 2] if tens else ""
    if language == "de":
        below = f"{one}und{ten}" if one and ten else ten or one
        return (f"{_ONES['de'][hundreds - 1]}hundert" if hundreds else "") + below
    if language == "ru":
        head = _HUNDREDS_RU[hundreds - 1] if hundreds else ""
        return " ".join(part for part in (head, ten, one) if part)
    below = "-".join(part for part in (ten, one) if part)
    head = f"{_ONES['en'][hundreds - 1]} hundred" if hundreds else ""
    return " and ".join(part for part in (head, below) if part)
