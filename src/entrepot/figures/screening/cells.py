"""What cells of a list of shipments mean: codes, days, countries, amounts, as people write them.

Each function takes the different texts of a column once. What cannot be read is a reason, never a
guess: a code is not completed unless only one code fits, a day that could be two asks.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Literal

from entrepot.model.area_names import completed_name, named_area
from entrepot.model.areas import known_areas
from entrepot.model.product import EDITIONS, NATIONAL, known_codes, known_prefixes
from entrepot.sources.table.fields import known_code
from entrepot.sources.table.periods import month_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DayOrder = Literal["DMY", "MDY", "YMD"]
_LONGEST = 10
_SHORTEST = 2
_HEAD = 6  # digits that all tariffs share
_MONTHS = 12


# Codes


@dataclass(frozen=True, slots=True)
class ReadCode:
    """What a cell with a code means.

    Attributes
    ----------
    digits
        The code, empty where it cannot be read.
    is_partial
        Whether the cell says ``ex``: a part of the code.
    problem
        Why it cannot be read.
    mended
        What was put right: a leading zero that a spreadsheet lost.
    doubt
        Why it is not certain that the cell means this code: a final zero that a spreadsheet lost.
    is_cut
        Whether only its first six digits are kept: a tariff of 9 or more than 10 digits has them.
    """

    digits: str = ""
    is_partial: bool = False
    problem: str = ""
    mended: str = ""
    doubt: str = ""
    is_cut: bool = False


# 8542-31-90, 85/42: pairs of digits behind the first two to four.
_SEPARATED = re.compile(r"\d{2,4}(?:[-/]\d{2}){1,4}")
# A code that a spreadsheet kept as a number and wrote with decimals: 854231.0, 8542,00.
_AS_NUMBER = re.compile(r"(\d+)[.,]0+")
# A code in points that a spreadsheet kept as a number: 8482.10 became 8482.1, and 0810.10 810.1.
_POINTED = re.compile(r"(\d{3,4})\.(\d|\d{3})")
_SINGLE = re.compile(r"(?:^|\.)\d(?:\.|$)")
# "HS 8542", "HTS code: 8542.31"; only before a digit, so that CN as a country stays.
_TARIFF = re.compile(r"(?:hs|hts|hsn|cn|kn|nc|taric)(?:\s+code)?[\s.:#]*(?=\d)", re.IGNORECASE)
_CUT = 9  # digits from which a code may be one of a tariff that is longer than those known here
_LONGEST_ANYWHERE = 14
_EX = re.compile(r"ex[\s.:]*(?=\d)", re.IGNORECASE)


def read_code(text: str, longest: int = _LONGEST) -> ReadCode:
    """Return what a cell with a code means.

    Parameters
    ----------
    longest
        Digits of the longest codes of its tariff.

    Examples
    --------
    >>> read_code("8542.31.90").digits, read_code("030285.0").digits, read_code("'85 42").digits
    ('85423190', '030285', '8542')
    >>> read_code("30285").digits, read_code("30285").mended
    ('030285', '30285 had lost its leading zero')
    >>> read_code("8.54E+07").problem, read_code("85.42 x").problem
    ('code in scientific notation: 8.54E+07', 'code has letters: “85.42 x”')
    >>> read_code("8482.1").digits, read_code("8482.1").doubt
    ('848210', '8482.1 may have lost its final zero')
    """
    # NFKC makes full-width digits and no-break blanks plain;
    # an apostrophe in front is how a spreadsheet marks a text.
    plain = unicodedata.normalize("NFKC", text).strip().strip("'’`\"").strip()
    if not plain:
        return ReadCode(problem="code missing")
    plain = _TARIFF.sub("", plain, count=1) if _TARIFF.match(plain) else plain
    marked = _EX.match(plain)
    if marked:
        plain = plain[marked.end() :]
    # Its last digits are lost, and no rule brings them back.
    if re.fullmatch(r"\d+([.,]\d+)?[eE][+-]?\d+", plain):
        return ReadCode(problem=f"code in scientific notation: {_short(text)}")
    if found := _AS_NUMBER.fullmatch(plain):  # 854231.00 is a code in points, 854231.0 a number
        is_number = "," in plain or len(plain.partition(".")[2]) == 1 or len(found[1]) > _HEAD
        plain = found[1] if is_number else plain
    if _SEPARATED.fullmatch(plain):
        plain = re.sub(r"[-/]", "", plain)
    if (pointed := _POINTED.fullmatch(plain)) and (
        one := _refilled(pointed, is_partial=bool(marked))
    ):
        return one
    digits = re.sub(r"[.\s\u00a0]", "", plain)
    if len(digits) % 2 == 0 and _SINGLE.search(plain):
        return ReadCode(problem=f"code has a single digit between points: {_short(text)}")
    if not (digits.isascii() and digits.isdigit()):
        letters = any(sign.isalpha() for sign in digits)
        return ReadCode(
            problem=f"code has {'letters' if letters else 'other signs'}: “{_short(text)}”"
        )
    return _completed(digits, longest, is_partial=bool(marked))


def _refilled(pointed: re.Match[str], *, is_partial: bool) -> ReadCode | None:
    """Return a code in points with the final zero that a number loses, if there is such a code."""
    head, tail = pointed[1].zfill(4), f"{pointed[2]}0"
    if head[:2] == "00" or not _stands(head + tail):
        return None
    # 810.199 is also how a million is written: both readings are codes.
    plain = pointed[1] + pointed[2]
    if len(pointed[2]) == 3 and len(plain) % 2 == 0 and _stands(plain):
        return ReadCode(problem=f"code could be two: {plain} or {head}{tail}")
    doubt = f"{pointed[0]} may have lost its final zero"
    return ReadCode(head + tail, is_partial=is_partial, doubt=doubt)


def _completed(digits: str, longest: int, *, is_partial: bool) -> ReadCode:
    """Return a code with the zero that a number loses, if there is such a code."""
    head = digits[:_HEAD]
    # Longer than this tariff, or odd and shorter: Japan has 9 digits, others up to 14. But 9 digits
    # can also be 10 without the zero of chapters 01 to 09, so both readings are tried.
    of_another = len(digits) > longest or (len(digits) % 2 == 1 and len(digits) < longest)
    if _CUT <= len(digits) <= _LONGEST_ANYWHERE and of_another and head in known_codes():
        with_zero = f"0{digits}"
        if len(digits) % 2 and with_zero[:_HEAD] in known_codes():
            return ReadCode(problem=f"code could be two: {digits} or {with_zero}")
        return ReadCode(head, is_partial=is_partial, is_cut=True)
    if len(digits) % 2 and len(digits) < longest:
        with_zero = f"0{digits}"
        # A single digit could be any chapter's; from three on the code itself shows that it exists.
        if len(digits) >= 3 and _stands(with_zero):
            mended = f"{digits} had lost its leading zero"
            return ReadCode(with_zero, is_partial=is_partial, mended=mended)
        return ReadCode(problem=f"code has {len(digits)} digits: {digits}")
    if not _SHORTEST <= len(digits) <= longest:
        return ReadCode(problem=f"code has {len(digits)} digits: {_short(digits)}")
    if not _stands(digits):
        return ReadCode(problem=f"not a code of any HS edition: {digits}")
    return ReadCode(digits, is_partial=is_partial)


def _stands(digits: str) -> bool:
    """Whether any edition has a code; a heading filled up with zeros is one."""
    if digits.startswith(NATIONAL):
        return True
    if digits[:_HEAD] in known_prefixes(min(len(digits), _HEAD)):
        return True
    return any(
        # 854200 is no code of any edition; it is heading 8542, filled up to six digits.
        digits[:short] in known_prefixes(short) and not digits[short:].strip("0")
        for short in (2, 4)
    )


@cache
def editions_of(digits: str) -> tuple[str, ...]:
    """Return the editions that a code stands in, oldest first; none for a national chapter."""
    for length in (6, 4, 2):
        head = digits[:length]
        known = known_codes() if length == _HEAD else known_prefixes(length)
        if (
            len(digits) >= length
            and head in known
            and (length == _HEAD or len(digits) == length or not digits[length:].strip("0"))
        ):
            return tuple(one.id for one in EDITIONS if one.id in known[head])
    return ()


# Days


@dataclass(frozen=True, slots=True)
class ReadDays:
    """What the cells of a column of days mean.

    Attributes
    ----------
    days
        Day by text; None where it cannot be read.
    problems
        Why, by text.
    order
        In which order slashed days are read; None if there are none, or if nothing shows it.
    because
        The text that decides the order, or that it was given; of two orders a text of each.
    as_numbers
        Texts that are numbers of days, as spreadsheets keep them.
    ambiguous
        Texts that can be two days.
    """

    days: Mapping[str, date | None]
    problems: Mapping[str, str]
    order: DayOrder | None
    because: str
    as_numbers: int = 0
    ambiguous: tuple[str, ...] = ()


# A time at the end, with seconds, am/pm and zone or without.
_TIME = re.compile(
    r"[T\s]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|[+-]\d{2}:?\d{2}|UTC)?$"
)
# ISO and its variants with points or slashes, and Chinese dates.
_YMD = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_SLASHED = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4}|\d{2})")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
# 5 Jan 2024, 5th January 24, 5. Januar 2024, 5 de enero de 2024, Fri, 5-Jan-24.
_NAMED = re.compile(
    r"(?:\w+,\s+)?(\d{1,2})(?:st|nd|rd|th|\.|º)?[\s-]+(?:de\s+)?([^\W\d_]+)\.?[\s,-]+(?:de\s+)?(\d{4}|\d{2})"
)
_NAMED_FIRST = re.compile(r"([^\W\d_]+)\.?[\s-]+(\d{1,2})(?:st|nd|rd|th)?,?[\s-]+(\d{4})")
TWO_DAYS = "date could be two days"
# Days since 1900 of the years 1954 to 2091; other numbers of five digits are no dates of trade.
_SERIAL = re.compile(r"([2-6]\d{4})(?:\.\d+)?")
_EPOCH = date(1899, 12, 30)  # of spreadsheets, which have a 29 February 1900


def read_days(texts: Iterable[str], order: DayOrder | None = None) -> ReadDays:
    """Return the day of each text of a column.

    Slashed days that fit both orders cannot be read if no other one shows the order, or if some
    show one and some the other.

    Parameters
    ----------
    texts
        The different cells, empty ones left out.
    order
        In which order slashed days are written; None to find out.

    Examples
    --------
    >>> read_days(["31/12/2024", "03/04/2025"]).days["03/04/2025"]
    datetime.date(2025, 4, 3)
    >>> read_days(["11 Jan 2025", "03/04/2025"]).problems
    {'03/04/2025': 'date could be two days: 03/04/2025'}
    >>> read_days(["11 Jan 2025"]).days["11 Jan 2025"], read_days(["45668"]).days["45668"]
    (datetime.date(2025, 1, 11), datetime.date(2025, 1, 11))
    """
    listed = list(texts)
    because = "as given" if order else ""
    # Slashes and hyphens: day or month first, which only the column as a whole can show.
    slashed = [
        (text, (int(found[1]), int(found[2])))
        for text in listed
        if (found := _SLASHED.fullmatch(_bare(text)))
    ]
    if slashed and order is None:
        order, because = _order_of(slashed)
    days: dict[str, date | None] = {}
    problems: dict[str, str] = {}
    both: tuple[str, ...] = ()
    if order is None:
        both = tuple(text for text, ends in slashed if ends[0] != ends[1] and max(ends) <= _MONTHS)
        problems = {text: f"{TWO_DAYS}: {_short(text)}" for text in both}
        days = dict.fromkeys(both)
    numbers = 0
    for text in listed:
        if text in problems:
            continue
        plain = _bare(text)
        numbers += bool(_SERIAL.fullmatch(plain))
        parts = _parts(plain, order)
        try:
            days[text] = date(*parts) if parts else None
        except ValueError:
            days[text] = None
            problems[text] = f"date not in the calendar: {_short(text)}"
            continue
        if parts is None:
            problems[text] = f"not a date: {_short(text)}"
        # The Harmonized System began in 1988: before, no code here means anything.
        elif not 1988 <= parts[0] <= 2100:
            days[text] = None
            problems[text] = f"date out of range: {_short(text)}"
    return ReadDays(days, problems, order if slashed else None, because, numbers, both)


def _order_of(slashed: list[tuple[str, tuple[int, int]]]) -> tuple[DayOrder | None, str]:
    """Return the order that days show, and a day that does; None if none or both are shown."""
    day_first = next((text for text, (one, two) in slashed if two <= _MONTHS < one), "")
    month_first = next((text for text, (one, two) in slashed if one <= _MONTHS < two), "")
    if day_first and month_first:
        return None, f"{day_first} and {month_first}"
    if not (day_first or month_first):
        return None, ""
    return ("DMY", day_first) if day_first else ("MDY", month_first)


def _bare(text: str) -> str:
    return _TIME.sub("", unicodedata.normalize("NFKC", text).strip().lstrip("'")).strip()


def _parts(text: str, order: DayOrder | None) -> tuple[int, int, int] | None:
    """Return year, month and day; None for what is no date."""
    if found := _YMD.fullmatch(text) or _COMPACT.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    # With points the day always comes first: 31.12.2024.
    if found := _DOTTED.fullmatch(text):
        return _year(found[3]), int(found[2]), int(found[1])
    if found := _SLASHED.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), _year(found[3])
        if order == "YMD":
            return _year(found[1]), second, int(found[3])
        is_day_first = order == "DMY" or (order is None and first > _MONTHS)
        return (year, second, first) if is_day_first else (year, first, second)
    if found := _SERIAL.fullmatch(text):
        day = _EPOCH + timedelta(days=int(found[1]))
        return day.year, day.month, day.day
    if (found := _NAMED.fullmatch(text)) and (month := month_number(found[2])):
        return _year(found[3]), month, int(found[1])
    if (found := _NAMED_FIRST.fullmatch(text)) and (month := month_number(found[1])):
        return int(found[3]), month, int(found[2])
    return None


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


# Countries


# Codes of customs forms that ISO does not have: EL and XI (Northern Ireland) are the Union's.
# ISO keeps IC (Canary Islands) and EA (Ceuta and Melilla) for Spain; Eurostat has XB, XC and XL.
_ALIASES = {"UK": "GBR", "EL": "GRC", "XI": "GBR", "XK": "XKX"} | dict.fromkeys(
    ("IC", "XB", "XC", "XL", "EA"), "ESP"
)
_SHORT_NAMES = {
    "ENGLAND": "GBR", "SCOTLAND": "GBR", "WALES": "GBR", "РФ": "RUS", "ФРГ": "DEU", "КНР": "CHN",
    "ОАЭ": "ARE", "РБ": "BLR", "РК": "KAZ", "香港": "HKG", "澳门": "MAC", "澳門": "MAC",
}  # fmt: skip
_CODE_AND_NAME = re.compile(r"([A-Za-z]{2,3})\s*[-–:/]\s*(.{4,})")
# A hyphen only between blanks: Guinea-Bissau is one country.
_BETWEEN = re.compile(r"[;,/|>→+]|\bvia\b|\s[-–]\s|->|、|经由?|取道", re.IGNORECASE)
_DIRECT = re.compile(
    r"(?:by )?(?:direct(?:ly)?|direkt|direct[ao]|diret[ao]|diretto|прямо[йе]?|прямая|напрямую|"
    r"直[达達接运]|no transit|non-?stop)(?: (?:air|sea|road|rail|flight|shipment|route|transport|"
    r"delivery|Versand|рейс|доставка))?\.?",
    re.IGNORECASE,
)
"""A route that has no country on the way, and says nothing else."""
# "No" and the like not in capitals, which are codes of countries (NO), and no more than a word
# before the next: "no. 7" and "except; Russia" deny nothing.
_NOT = re.compile(
    r"(?:\b(?:(?i:not|never|without|avoid(?:s|ing)?|bypass(?:ing|es)?|excluding|except|nicht|"
    r"kein(?:e[nr]?)?|ohne|sans|senza|без|не|минуя|кроме|в обход)|[Nn]o|NO(?=\s+[A-Z]{4})|[Nn]on|"
    r"[Ss]in|[Ss]em|[Pp]as)(?=\s+\w)|不|绕过|避开)"
)
"""Words that deny what is behind them."""
_ON_THE_WAY = re.compile(
    r"\s*(?:(?:via|through|by|over|crossing|transit(?:ing)?|in|from|de|über|durch|par|por|pelo|через|по)\s+)*"
    r"(?:经过?|通过)?(?:the\s+|la\s+|el\s+)?",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s*(?:[/、和或及]|,?\s*\b(?:and|or|nor|und|oder|noch|et|ou|ni|y|o|e|и|или|ни)\b)\s*"
    r"(?:(?:via|through|über|через)\s+)?"
)
"""Between the names of several countries that a route avoids."""
_LEADS = re.compile(
    r"(?:\b(?:via|through|über|durch|через|par|por)|经由?|取道)\s*(?:the\s+)?$", re.I
)
_WORDS_OF_A_NAME = 4
_CASES = (("ии", "ия"), ("ию", "ия"), ("ией", "ия"), ("ю", "я"), ("у", "а"), ("ы", "а"), ("а", ""))
"""Endings of Russian names behind a preposition, and in the nominative."""


@cache
def country_of(text: str) -> str | None:
    """Return our code for a country as codes or names have it, or None.

    Examples
    --------
    >>> country_of("DE"), country_of("TUR"), country_of("Российская Федерация"), country_of("Yug.")
    ('DEU', 'TUR', 'RUS', None)
    >>> country_of("ABD"), country_of("BAE"), country_of("Federacion Rusa"), country_of("阿联酋")
    ('USA', 'ARE', 'RUS', 'ARE')
    """
    plain = unicodedata.normalize("NFKC", text).strip().strip(".")
    code = _area_code(plain)
    if not code and (both := _CODE_AND_NAME.fullmatch(plain)):
        code = _area_code(both[1])
        # "CH - China" contradicts itself: neither half is believed.
        code = code if code == _area_code(both[2]) else None
    return code if code and known_areas()[code].kind in ("country", "territory") else None


def _area_code(plain: str) -> str | None:
    upper = plain.upper()
    if len(upper) <= 3 and upper.isascii() and upper.isalpha():
        if upper in _ALIASES and known_code(_ALIASES[upper], "iso3"):
            return _ALIASES[upper]
        # Of so few letters names are known as well: ABD are the United States in Turkish.
        return known_code(upper, "iso2") or known_code(upper, "iso3") or named_area(plain)
    if re.fullmatch(r"\d{1,3}(\.0)?", upper):
        return known_code(upper, "m49")
    if code := known_code(_SHORT_NAMES.get(upper, ""), "iso3"):
        return code
    return named_area(plain) or completed_name(plain)


@cache
def countries_in(text: str) -> frozenset[str] | None:
    """Return the countries that a route names (``via Turkey - Georgia``); None if it is not clear.

    A route without a country says that there is none on the way if it is direct, or if it says that
    it avoids Russia. What else is denied in it leaves open what it means.

    Examples
    --------
    >>> sorted(countries_in("DE > RU > KZ")), countries_in("direct"), countries_in("by lorry")
    (['DEU', 'KAZ', 'RUS'], frozenset(), None)
    >>> sorted(countries_in("via Poland, not Russia")), countries_in("минуя Россию и Беларусь")
    (['POL'], frozenset())
    """
    if _DIRECT.fullmatch(text.strip()):
        return frozenset()
    rest, avoided = _without_avoided(text)
    found = _named(rest)
    if denial := _NOT.search(rest):
        # "not direct but via Russia", "DE > RU, no stops", but not "not passing Russia".
        before = _named(rest[: denial.start()])
        return before | frozenset(code for code in found if _is_led_to(rest, code)) or None
    return found if found or "RUS" in avoided else None


def _named(text: str) -> frozenset[str]:
    # The text in one piece as well: “Korea, Republic of” has a separator in its name.
    pieces = [piece.strip() for piece in _BETWEEN.split(text)] + [text.strip()]
    # 俄罗斯和哈萨克斯坦, where the sign is in no name.
    pieces += [one for piece in pieces for one in re.split("[和及与]", piece) if one != piece]
    # Longer words alone: “sent to Oman” must not find Tonga, whose code is TO.
    pieces += [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3]
    # DE-RU-KZ: codes in capitals throughout, so that no word is taken for one.
    if re.fullmatch(r"(?:[A-Z]{2,3}[\s\-–]+)+[A-Z]{2,3}", text.strip()):
        pieces += re.findall(r"[A-Z]{2,3}", text)
    return frozenset(code for piece in pieces if piece and (code := _country_on_the_way(piece)))


def _is_led_to(text: str, code: str) -> bool:
    """Whether a word for the way stands right before a country."""
    words = list(re.finditer(r"[^\W\d_]+", text))
    return any(
        _LEADS.search(text[: word.start()]) is not None
        and any(
            _country_on_the_way(text[word.start() : last.end()]) == code
            for last in words[place : place + _WORDS_OF_A_NAME]
        )
        for place, word in enumerate(words)
    )


def _without_avoided(text: str) -> tuple[str, frozenset[str]]:
    """Return a route without the countries that it says are not on it, and these."""
    avoided: set[str] = set()
    for found in reversed(list(_NOT.finditer(text))):
        start = end = found.end()
        while (one := _country_at(text, start)) is not None:
            code, end = one
            avoided.add(code)
            more = _AND.match(text, end)
            if more is None:
                break
            start = more.end()
        if end > found.end():
            text = f"{text[: found.start()]}; {text[end:]}"
    return text, frozenset(avoided)


def _country_at(text: str, start: int) -> tuple[str, int] | None:
    """Return the country whose name begins behind words for a way, and where it ends."""
    led = _ON_THE_WAY.match(text, start)
    begins = led.end() if led else start
    words = list(re.finditer(r"[^\W\d_]+", text[begins:]))[:_WORDS_OF_A_NAME]
    if not words or words[0].start():
        return None
    for last in reversed(words):
        if _AND.fullmatch(f" {last[0]} "):
            continue  # "Russia and" begins no name
        end = begins + last.end()
        # A name and nothing else: “not direct but via Russia” names a country on the way.
        if code := _country_on_the_way(text[begins:end]):
            return code, end
    return None


def _country_on_the_way(text: str) -> str | None:
    """Return a country as `country_of` does, and by its Russian name in any case."""
    if code := country_of(text):
        return code
    nominatives = (text[: -len(end)] + own for end, own in _CASES if text.lower().endswith(end))
    return next((code for one in nominatives if (code := country_of(one))), None)


# Amounts


@dataclass(frozen=True, slots=True)
class ReadAmounts:
    """What the cells of a column of amounts mean: by text, None for what is no number."""

    numbers: Mapping[str, float | None]


# 1.5E5 as spreadsheets write it; letters are those of a currency before or after, nothing else:
# "12 t" is not 12 kg, and "1.2 mio" not 1.2.
_POWER = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d{1,2}")
_MONEY_SIGN = re.compile(r"^\s*(?:[A-Z]{3}|US\$|[€$£¥])\s*|\s*(?:[A-Z]{3}|US\$|[€$£¥])\s*$")
_AMOUNT = re.compile(r"[+-]?\d[\d.,'’\s\u00a0]*")


def read_amounts(texts: Iterable[str]) -> ReadAmounts:
    """Return the amount of each text of a column; its own digits show the sign of decimals.

    Where no cell shows it, such as a column of ``1.234`` and ``5.678``, the amounts are missing.

    Examples
    --------
    >>> read_amounts(["1.234,50", "2.000"]).numbers
    {'1.234,50': 1234.5, '2.000': 2000.0}
    >>> read_amounts(["1,234"]).numbers
    {'1,234': None}
    """
    amounts = {text: _amount(text) for text in texts}
    known = {sign for _, sign in amounts.values() if sign}
    # Cells that show different signs leave it open for those that show none.
    decimal = known.pop() if len(known) == 1 else None
    return ReadAmounts({text: _number(plain, decimal) for text, (plain, _) in amounts.items()})


def _amount(text: str) -> tuple[str, str]:
    """Return the digits and signs of an amount, and its decimal sign if they show it."""
    if _POWER.fullmatch(text.strip()):
        plain = f"{Decimal(text.strip()):f}"
        return plain, "." if "." in plain else ""
    plain = _MONEY_SIGN.sub("", text).strip()
    if not _AMOUNT.fullmatch(plain):
        return "", ""
    plain = re.sub(r"['’\s\u00a0]", "", plain)
    point, comma = plain.count("."), plain.count(",")
    if point and comma:
        return plain, "," if plain.rindex(",") > plain.rindex(".") else "."
    if point + comma == 0:
        return plain, ""
    sign = "." if point else ","
    other = "," if point else "."
    # A sign that occurs twice separates thousands: the other one is that of decimals.
    if point + comma > 1:
        return plain, other
    before, _, after = plain.partition(sign)
    # 1,234 can be both; 0,234 and 1234,567 and 1,23 can only be decimals.
    grouped = len(after) == 3 and 1 <= len(before.lstrip("+-")) <= 3 and before.lstrip("+-") != "0"
    return plain, "" if grouped else sign


def _number(plain: str, decimal: str | None) -> float | None:
    if not plain:
        return None
    if decimal is None and ("." in plain or "," in plain):
        return None
    other = {".": ",", ",": "."}.get(decimal or ".", ",")
    text = plain.replace(other, "").replace(decimal or ".", ".")
    try:
        return float(text)
    except ValueError:
        return None


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 30 else f"{plain[:29]}…"
