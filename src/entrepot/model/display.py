"""Numbers as people read them: three significant digits, true minus, no-break spaces; lists."""

from __future__ import annotations

import re
import textwrap
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

__all__ = [
    "MINUS",
    "MONEY",
    "NBSP",
    "SCALES",
    "day_text",
    "figure_value",
    "first_of",
    "folded",
    "joined",
    "number",
    "per_cent",
    "printable",
    "range_text",
    "split_unit",
]

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
    if value == 0:
        return "0"
    # From the shortest digits that are this number: those of the binary value round 2.675 down.
    exact = Decimal(repr(float(value)))
    # `adjusted` is the power of ten of the first digit: -1 of 0.563.
    places = max(0, digits - 1 - exact.adjusted())
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if rounded.adjusted() > exact.adjusted() and places:  # 9.996 became 10.00
        rounded = rounded.quantize(Decimal(1).scaleb(1 - places), rounding=ROUND_HALF_UP)
    return f"{rounded:,f}".replace("-", MINUS)


def per_cent(value: float) -> str:
    """Return digits of per cent as a column or a chart has them: one decimal, never a row of zeros.

    Below one they are two significant digits.

    Examples
    --------
    >>> per_cent(5.8), per_cent(46.34), per_cent(100), per_cent(0.0614), per_cent(0)
    ('5.8', '46.3', '100', '0.061', '0')
    """
    # 0.97 is 0.97, and 0.996 is 1.0: what rounds to one is one.
    if abs(value) < 0.995:
        text = number(value, 2)
        return text.rstrip("0") if "." in text else text
    rounded = Decimal(repr(float(value))).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return number(value) if abs(rounded) >= 100 else f"{rounded:f}".replace("-", MINUS)


def split_unit(value: float, unit: str, digits: int = 3) -> tuple[str, str]:
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

    Examples
    --------
    >>> split_unit(0.563, "share"), split_unit(5.243e9, "USD"), split_unit(13.9, "ratio")
    (('56.3', '%'), ('5.24', 'bn USD'), ('13.9', 'times'))
    """
    if unit == "share":
        return number(value * 100, digits), "%"
    if unit == "percent":
        return number(value, digits), "%"
    if unit == "relative":
        return number(value * 100, digits), "%"
    if unit == "share_points":
        return number(value * 100, digits), "points"
    if unit == "ratio":
        return number(value, digits), "times"
    if unit in MONEY:
        # A scale is used from 0.9995 of it on: 999,600,000 rounds to 1.00 bn, and not to 1,000 m.
        factor, word = next(
            ((size, name) for size, name in SCALES if abs(value) >= size * 0.9995), (1.0, "")
        )
        return number(value / factor, digits), f"{word} {unit}".strip()
    if unit == "count" and value == int(value):
        return f"{int(value):,}", ""
    return number(value, digits), "" if unit in ("index", "count") else unit


def figure_value(value: float | None, unit: str, digits: int = 3) -> str:
    """Return value and unit as one text; an en dash when there is no value.

    Examples
    --------
    >>> figure_value(None, "share")
    '–'
    """
    if value is None:
        return "–"
    text, word = split_unit(value, unit, digits)
    if unit in ("percent", "relative", "share_points") and value > 0:
        text = f"+{text}"
    return _glued(text, word)


def range_text(low: float | None, high: float | None, unit: str, digits: int = 3) -> str:
    """Return ``38.4 to 75.6 %``, or an empty text when either end is unknown.

    Ends that would print alike get as many digits more as it takes to tell them apart.

    Examples
    --------
    >>> range_text(228_104_500_000, 228_105_500_000, "USD").replace(NBSP, " ")
    '228.10 to 228.11 bn USD'
    """
    if low is None or high is None:
        return ""
    alike = split_unit(low, unit, digits) == split_unit(high, unit, digits)
    if alike and low != high and digits < 9:
        return range_text(low, high, unit, digits + 1)
    (first, first_unit), (last, last_unit) = (split_unit(end, unit, digits) for end in (low, high))
    if first_unit == last_unit:
        return _glued(f"{first} to {last}", last_unit)
    return f"{_glued(first, first_unit)} to {_glued(last, last_unit)}"


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
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def _glued(text: str, unit: str) -> str:
    return f"{text}{NBSP}{unit.replace(' ', NBSP)}" if unit else text


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
