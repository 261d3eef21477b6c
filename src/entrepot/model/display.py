"""Numbers, ranges and columns as every surface prints them, in one way; lists.

Command line, pages, briefs, notes, workbooks, charts and checks call these functions, so one
Figure has the same digits everywhere. Two or three significant digits, a true minus, no-break
spaces. Columns beside a value have names in words, units, and ends in one.
"""

from __future__ import annotations

import math
import re
import textwrap
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

NBSP = "\u00a0"
MINUS = "\u2212"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"))
_CURRENCIES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BYR
BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EEK EGP ERN ETB EUR FJD FKP GBP GEL GHS
GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
KWD KYD KZT LAK LBP LKR LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRO MRU MUR MVR MWK MXN MYR
MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
SGD SHP SLE SLL SOS SRD SSP STD STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU
UZS VED VEF VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL
"""
MONEY = frozenset(_CURRENCIES.split())
"""Currencies of ISO 4217, and those withdrawn since 2010, in which older statistics are."""


def number(value: float, digits: int = 3) -> str:
    """Return `value` with `digits` significant digits, commas and a true minus.

    Digits before the point are never dropped: 1234 stays 1,234.

    Examples
    --------
    >>> number(0.5634), number(110.04), number(-9.9), number(1234.5)
    ('0.563', '110', '−9.90', '1,235')
    >>> number(0)
    '0'
    """
    return _fixed(value, _places(value, digits))


def per_cent(value: float) -> str:
    """Return digits of per cent: one decimal from one on, two significant digits below.

    Examples
    --------
    >>> per_cent(5.8), per_cent(46.34), per_cent(100), per_cent(0.0614), per_cent(0.5), per_cent(0)
    ('5.8', '46.3', '100', '0.061', '0.50', '0')
    """
    return _fixed(value, decimals(value, "percent"))


def small_part(value: float, text: str) -> str:
    """Return what a table of many rows says of a number: below a hundredth, that it is below.

    Two reports of one flow differ by more than that, so that further digits would say nothing.

    Parameters
    ----------
    value
        In per cent or in millions, as it is printed.
    text
        Its digits.

    Examples
    --------
    >>> small_part(0.000012, "0.000012"), small_part(0.014, "0.014"), small_part(0, "0")
    ('<0.01', '0.014', '0')
    """
    return "<0.01" if 0 < value < _HUNDREDTH else text


# 0.97 is 0.97, and 0.996 is 1.0: what rounds to one is one.
_ONE = 0.995
_HUNDREDTH = 0.01
_PER_CENT = {"share": 100.0, "relative": 100.0, "share_points": 100.0, "percent": 1.0}
"""Units that are printed as per cents or points, and what their values are multiplied by."""
_NOISE = 1e-9
"""Per cents below which a number is what sums in floating point left of nothing."""


def _exact(value: float) -> Decimal:
    # From the shortest digits that are this number: those of the binary value round 2.675 down.
    return Decimal(repr(float(value)))


# The default context has 28 digits, and refuses to round what has more before the point.
_EVERY_FLOAT = Context(prec=700, rounding=ROUND_HALF_UP)


def _rounded(exact: Decimal, places: int) -> Decimal:
    return exact.quantize(Decimal(1).scaleb(-places), context=_EVERY_FLOAT)


def _fixed(value: float, places: int) -> str:
    """Return a number with so many decimals; what rounds to nothing is 0, without a sign."""
    rounded = _rounded(_exact(value), places)
    return f"{rounded:,f}".replace("-", MINUS) if rounded else "0"


def _places(value: float, digits: int) -> int:
    """Return the decimals that leave so many significant digits of a number."""
    if value == 0:
        return 0
    exact = _exact(value)
    # `adjusted` is the power of ten of the first digit: -1 of 0.563.
    places = max(0, digits - 1 - exact.adjusted())
    rounded = _rounded(exact, places)
    # 9.996 became 10.00.
    return places - 1 if places and rounded.adjusted() > exact.adjusted() else places


def decimals(value: float, unit: str, digits: int = 3) -> int:
    """Return how many decimals a number has where it is printed, in the unit that is printed.

    Parameters
    ----------
    value
        As it is printed: 56.3 for a share of 0.563.
    unit
        Per cents and points have one decimal, and two significant digits below one.
    """
    if unit == "count" and float(value).is_integer():
        return 0
    if unit not in _PER_CENT and unit != "points":
        return _places(value, digits)
    if abs(value) < _ONE:
        return _places(value, min(digits, 2))
    return min(_places(value, digits), max(1, digits - 2))


def _scale(largest: float, unit: str) -> tuple[float, str]:
    """Return the size of what is counted, and the word for it."""
    if unit in _PER_CENT:
        return 1 / _PER_CENT[unit], "points" if unit == "share_points" else "%"
    if unit in MONEY:
        # A scale is used from 0.9995 of it on: 999,600,000 rounds to 1.00 bn, and not to 1,000 m.
        fits = ((size, f"{unit} {word}") for size, word in SCALES if abs(largest) >= size * 0.9995)
        return next(fits, (1.0, unit))
    return 1.0, {"index": "", "count": "", "ratio": "times"}.get(unit, unit)


def _in_unit(value: float, unit: str, size: float) -> float:
    """Return a value in the unit that is printed, in one way for a value and for its range."""
    # Times 100 and divided by 0.01 differ in the last bit, and so may the digit that is printed.
    return value * _PER_CENT[unit] if unit in _PER_CENT else value / size


def split_unit(
    value: float, unit: str, digits: int = 3, *, like: float | None = None
) -> tuple[str, str]:
    """Return the digits and the unit apart, as a card prints them.

    Parameters
    ----------
    value
        In the units of the data: a share is 0 to 1, growth in per cent, money in whole units.
    unit
        ``share``, ``percent``, ``relative`` (a ratio less one),
        ``share_points`` (a difference of shares), ``points``, ``ratio``, ``index``,
        ``count``, a currency, ``t`` or
        anything else, which is printed as it is.
    digits
        Significant digits at most; see `decimals` for per cents.
    like
        The number beside which this one stands, whose millions or billions it takes over.

    Examples
    --------
    >>> split_unit(0.563, "share"), split_unit(5.243e9, "USD"), split_unit(13.9, "ratio")
    (('56.3', '%'), ('5.24', 'USD bn'), ('13.9', 'times'))
    >>> split_unit(1.06e9, "USD", like=8.43e8)
    ('1,060', 'USD m')
    """
    if unit == "count" and value == int(value):
        return _fixed(value, 0), ""
    # Nothing is in no scale: USD 0, and not USD 0 m.
    size, word = _scale(like if like is not None and value else value, unit)
    shown = _in_unit(value, unit, size)
    if unit in _PER_CENT and abs(shown) < _NOISE:
        return "0", word
    if unit in _PER_CENT and digits == 3:
        return per_cent(shown), word
    return _fixed(shown, decimals(shown, unit, digits)), word


def split_between(
    value: float, unit: str, low: float | None, high: float | None
) -> tuple[str, str]:
    """Return digits and unit of a value beside its range, inside it also as both are printed.

    Examples
    --------
    >>> split_between(0.0202, "share", 0.0202, 0.0203), split_between(0.0202, "share", 0.01, 0.03)
    (('2.02', '%'), ('2.0', '%'))
    """
    digits, word = split_unit(value, unit)
    if low is None or high is None or not low <= value <= high:
        return digits, word
    ends = range_ends(low, high, unit, value=value)
    if {one for _, one in ends} != {word}:
        return digits, word
    first, last = (_printed(text) for text, _ in ends)
    if first <= _printed(digits) <= last:
        return digits, word
    places = max(len(text.partition(".")[2]) for text, _ in ends)
    return _fixed(_in_unit(value, unit, _scale(value, unit)[0]), places), word


def value_between(value: float | None, unit: str, low: float | None, high: float | None) -> str:
    """Return a value as `figure_value` does, inside its range also as both are printed."""
    if value is None:
        return figure_value(value, unit)
    text, word = split_between(value, unit, low, high)
    return with_unit(signed(text, value, unit), word)


def signed(text: str, value: float, unit: str) -> str:
    """Return the digits of a value, those of a rise with its sign.

    Examples
    --------
    >>> signed("46.0", 46.0, "percent"), signed("46.0", 0.46, "share")
    ('+46.0', '46.0')
    """
    is_change = unit in ("percent", "relative", "share_points")
    return f"+{text}" if is_change and value > 0 and text != "0" else text


def _printed(text: str) -> float:
    return float(text.replace(",", "").replace(MINUS, "-"))


def agreed(count: float, one: str, many: str) -> str:
    """Return a count with the words that agree with it.

    Examples
    --------
    >>> agreed(1, "line is", "lines are"), agreed(2000, "line is", "lines are")
    ('1 line is', '2,000 lines are')
    """
    return f"{count:,.0f} {one if count == 1 else many}"


def figure_value(
    value: float | None, unit: str, digits: int = 3, *, like: float | None = None
) -> str:
    """Return value and unit as one text; an en dash when there is no value; see `split_unit`.

    Examples
    --------
    >>> figure_value(None, "share")
    '–'
    """
    if value is None:
        return "–"
    text, word = split_unit(value, unit, digits, like=like)
    return with_unit(signed(text, value, unit), word)


def range_text(
    low: float | None,
    high: float | None,
    unit: str,
    digits: int = 0,
    *,
    value: float | None = None,
    between: str = " to ",
    open_ends: tuple[bool, bool] = (False, False),
) -> str:
    """Return ``38 to 76 %``, or an empty text when either end is unknown.

    Both ends have one unit, that of the value beside them, and the same decimals, as many as their
    distance allows: three significant digits of the larger one where they differ by less than a
    twentieth, two where they differ by more, one where one is eight times the other. The smaller
    one keeps one digit. Of amounts where one is eight times the other, two digits are told before
    the point: the others are zeros.
    Ends that would print alike get as many digits more as it takes to tell them apart, and so do
    ends that would leave out the value that is printed beside them.

    Parameters
    ----------
    low, high
        In the units of the data, as for `split_unit`.
    digits
        Significant digits of the larger end, for ends that are exact; 0 for as many as fit.
    value
        What the range is of, as `split_unit` prints it; it may lie outside.
    between
        What stands between the ends.
    open_ends
        Whether the lower end is an upper bound ("less than"), the upper one a lower bound. A range
        that is open below alone has one end: nothing in it is more than the upper one.

    Examples
    --------
    >>> range_text(0.35, 0.38, "share", open_ends=(True, False)).replace(NBSP, " ")
    'at most 38 %'
    >>> range_text(0.27, 0.36, "share", open_ends=(False, True)).replace(NBSP, " ")
    '27 to 36 % or more'
    >>> ends = [(0.384, 0.9), (0.0268, 0.0301), (0.00014, 0.00116)]
    >>> [range_text(low, high, "share").replace(NBSP, " ") for low, high in ends]
    ['38 to 90 %', '2.7 to 3.0 %', '0.01 to 0.1 %']
    >>> range_text(228_104_500_000, 228_105_500_000, "USD").replace(NBSP, " ")
    'USD 228.10 to 228.11 bn'
    >>> range_text(0.8e9, 1.06e9, "USD", value=0.843e9).replace(NBSP, " ")
    'USD 800 to 1,060 m'
    >>> range_text(0.241e9, 3.128e9, "USD", value=0.992e9).replace(NBSP, " ")
    'USD 240 to 3,100 m'
    """
    if low is None or high is None:
        return ""
    (first, first_word), (last, last_word) = range_ends(low, high, unit, digits, value=value)
    less, more = (word if is_open else "" for word, is_open in zip(_OPEN, open_ends, strict=True))
    if low == high:
        return with_unit(first, first_word) + (more or less)
    if less and not more:
        return f"at most {with_unit(last, last_word)}"
    if first_word == last_word and not less:
        return with_unit(f"{first}{between}{last}", last_word) + more
    return f"{with_unit(first, first_word)}{less}{between}{with_unit(last, last_word)}{more}"


_OPEN = (" or less", " or more")


def range_ends(
    low: float, high: float, unit: str, digits: int = 0, *, value: float | None = None
) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return digits and unit of both ends of a range; for what they are see `range_text`."""
    if low == high:
        one = split_unit(low, unit, like=value)
        return one, one
    larger = max(low, high, key=abs)
    fitting = _digits_of_range(low, high)
    # "USD 5 m to USD 2 bn" is read more easily than "USD 0.005 to 2 bn".
    is_far = unit in MONEY and 0 < min(abs(low), abs(high)) * _FAR <= abs(larger)
    # "0.8 to 1.1 bn" round a value of 843 m would be two units for one number.
    is_near = value is not None and abs(value) * _FAR > abs(larger)
    of_both = value if value is not None and is_near else larger
    scales = [_scale(end if is_far else of_both, unit) for end in (low, high)]
    # Far apart and yet of one scale, as cents and dollars are: like any other ends.
    is_far = is_far and scales[0] != scales[1]
    inside = value if value is not None and low <= value <= high else None
    texts: list[str] = []
    for more in range(_MOST_DIGITS):
        texts = []
        for end, (size, _) in zip((low, high), scales, strict=True):
            largest = _in_unit(end if is_far else larger, unit, size)
            places = _places(largest, digits) if digits else decimals(largest, unit, fitting)
            places = min(places, _coarse(largest, fitting, unit)) + more
            # With ends on both sides of zero, the smaller one may be nothing beside the other.
            shown = _in_unit(end, unit, size)
            kept = min(_places(shown, 1), _coarse(shown, fitting, unit)) if low * high > 0 else 0
            texts.append(_fixed(shown, max(places, kept)))
        is_one = texts[0] == texts[1] and scales[0] == scales[1]
        if not is_one and (inside is None or _takes_in(texts, scales, inside, unit)):
            break
    return (texts[0], scales[0][1]), (texts[1], scales[1][1])


_FAR = 100
_MOST_DIGITS = 12


def _coarse(value: float, fitting: int, unit: str) -> int:
    """Return the decimals at most: below none where "241 to 3,128 m" would claim four digits."""
    return 1 - _exact(value).adjusted() if unit in MONEY and fitting == 1 else _MOST_DIGITS


def _digits_of_range(low: float, high: float) -> int:
    """Return how many significant digits the distance between two ends allows the larger one."""
    small, large = sorted((abs(low), abs(high)))
    if low * high <= 0 or large < 8 * small:
        return 3 if low * high > 0 and large < 1.05 * small else 2
    return 1


def _takes_in(
    ends: Sequence[str], scales: Sequence[tuple[float, str]], value: float, unit: str
) -> bool:
    """Return whether a printed value lies between printed ends, to the digits that it has."""
    text = split_unit(value, unit)[0]
    # Ends with more digits than the value are compared as if they had as many.
    step = _scale(value, unit)[0] / 10 ** len(text.partition(".")[2])
    steps = [_printed(end) * size / step for end, (size, _) in zip(ends, scales, strict=True)]
    said = value / step
    low, high = (math.floor(end + 0.5 + 1e-9) for end in steps)
    return bool(low <= math.floor(said + 0.5 + 1e-9) <= high)


def day_text(day: date) -> str:
    """Return a day as tables and charts print it.

    Examples
    --------
    >>> from datetime import date
    >>> day_text(date(2025, 10, 24))
    '24 Oct 2025'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def joined(words: Sequence[str]) -> str:
    """Return a list as it stands in a sentence.

    Examples
    --------
    >>> joined(["China", "Hong Kong", "Macao"]), joined(["China"])
    ('China, Hong Kong and Macao', 'China')
    """
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last


def first_of(words: Sequence[str], most: int = 5) -> str:
    """Return the first words of a list, and how many more there are.

    Examples
    --------
    >>> first_of(["01", "02", "03"], 2), first_of(["01"])
    ('01, 02 and 1 more', '01')
    """
    more = f" and {len(words) - most:,} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def with_unit(text: str, unit: str) -> str:
    """Return digits with their unit as `split_unit` returns it: a currency before, others behind.

    Examples
    --------
    >>> said = [("5.24", "USD bn"), ("16", "USD a kg"), ("38 to 76", "%"), ("0.42", "")]
    >>> [with_unit(*one).replace(NBSP, " ") for one in said]
    ['USD 5.24 bn', 'USD 16 a kg', '38 to 76 %', '0.42']
    """
    before, behind = around(unit)
    # A range keeps its spaces, where a line may break; a unit of two words does not.
    return NBSP.join(filter(None, (before, text, behind.replace(" ", NBSP))))


def around(unit: str) -> tuple[str, str]:
    """Return what of a unit stands before the digits, and what behind.

    Examples
    --------
    >>> around("USD bn"), around("EUR"), around("%"), around("CNY per USD")
    (('USD', 'bn'), ('EUR', ''), ('', '%'), ('CNY', 'per USD'))
    """
    first, _, rest = unit.partition(" ")
    return (first, rest) if first in MONEY else ("", unit)


def printable(text: str) -> str:
    r"""Return a text in which each sign that commands a terminal is a replacement character.

    Such a sign moves the cursor, rings the bell, or turns round the order of what follows.

    Examples
    --------
    >>> printable("a\x1b[2Jb\u202ec")
    'a�[2Jb�c'
    """
    return _COMMANDS.sub("\N{REPLACEMENT CHARACTER}", text)


# All control characters but tab and line end, and those that turn the order of writing.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def in_markdown(text: str) -> str:
    r"""Return a text on one line in which Markdown finds no table, link, code or HTML.

    Stars stay: ours make words strong, those of others do no harm.

    Examples
    --------
    >>> print(in_markdown("a|b [c](d) <script> R&D &lt;"))
    a\|b \[c\](d) \<script> R&D \&lt;
    """
    # In one pass, backslashes among them: one before a sign would undo its own.
    line = re.sub(r"\s*[\r\n]+\s*", " ", text)
    return re.sub(r"[\\|<`\[\]]|&(?=#?\w+;)", lambda found: f"\\{found[0]}", line)


def folded(lines: Iterable[str], width: int = 100) -> str:
    """Return lines as text for a terminal: longer ones go on below where they began.

    Examples
    --------
    >>> print(folded(["  a note of several words"], 16))
      a note of
      several words
    """
    found = []
    for line in lines:
        start = " " * (len(line) - len(line.lstrip()))
        # Cells of a table are set apart by blanks, which textwrap keeps within a line.
        found += textwrap.wrap(
            line, width, subsequent_indent=start, break_long_words=False, break_on_hyphens=False
        ) or [line]
    return "\n".join(found)


def split_address(text: str) -> SplitResult | None:
    """Return the parts of a web address that somebody wrote; None for what is none.

    Examples
    --------
    >>> split_address("https://example.org/a").netloc, split_address("https://[::1/a")
    ('example.org', None)
    """
    try:
        return urlsplit(text)
    except ValueError:  # a bracket that is not closed, or something else than an address in it
        return None


@cache
def column_words() -> dict[str, tuple[str, str]]:
    """Return name in words, and unit, of columns whose own name says less."""
    rows = read_table(Path(__file__).with_name("column_words.csv"), ("name", "words", "unit"))
    return {row["name"]: (row["words"], row["unit"]) for row in rows}


Detail = tuple[str, "float | str", "tuple[float, float] | None"]


# At the end, or before the end of an interval: "usd" elsewhere in a name stays.
_DOLLARS = re.compile(r"_usd(?=(_low|_high)?$)")


def in_currency(name: str, currency: str) -> str:
    """Return the name of a column of money, which is named for dollars, in another currency.

    Examples
    --------
    >>> in_currency("price_usd_low", "EUR"), in_currency("products", "EUR")
    ('price_eur_low', 'products')
    """
    return _DOLLARS.sub(f"_{currency.lower()}", name) if currency else name


def as_dollars(name: str, currency: str) -> str:
    """Return the name that a column of money of a currency has in dollars.

    Examples
    --------
    >>> as_dollars("price_eur", "EUR")
    'price_usd'
    """
    end = f"_{currency.lower()}"
    return f"{name.removesuffix(end)}_usd" if currency and name.endswith(end) else name


def with_ends(details: Mapping[str, float | str]) -> Iterator[Detail]:
    """Yield each column with its ends, which stand in columns of their own.

    Examples
    --------
    >>> list(with_ends({"share": 0.4, "share_low": 0.3, "share_high": 0.5, "products": 9.0}))
    [('share', 0.4, (0.3, 0.5)), ('products', 9.0, None)]
    >>> list(with_ends({"paid_usd": 5.0, "paid_usd_low": 4.0, "paid_usd_high": 7.0}))
    [('paid_usd', 5.0, (4.0, 7.0))]
    """
    for name, value in details.items():
        base_name = name.removesuffix("_low").removesuffix("_high")
        # share_low belongs to share; a column that merely ends so, with no such other, stays.
        if base_name != name and base_name in details:
            continue
        low, high = details.get(f"{name}_low"), details.get(f"{name}_high")
        if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low < high:
            yield name, value, (low, high)
        else:
            yield name, value, None
