"""Sentence rules: how a Figure's number may be put into words.

A direction word follows the sign, "most" needs more than half, a rounded number says "about", a
printed number keeps its own digits, and a comparison needs one year on both sides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.figures.citation import source_name
from entrepot.model.display import (
    NBSP,
    figure_value,
    joined,
    number,
    range_ends,
    split_unit,
    with_unit,
)
from entrepot.report.attribution import printed_row

if TYPE_CHECKING:
    from entrepot.figures import Figure

_SCALED = {"share": 100.0}
_RELATIONS = {
    "about": "about ",
    "more_than": "more than ",
    "at_least": "at least ",
    "less_than": "less than ",
    "at_most": "at most ",
}
_SHORT = {"more_than": "over ", "less_than": "under ", "at_least": "from ", "at_most": "up to "}
# Only these lose their capital behind a colon: any other first word may be a name.
_BEGINNINGS = ("A", "An", "It", "Neither", "No", "None", "Not", "Nothing", "Only", "The", "What")
_ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def shown(figure: Figure) -> tuple[str, str]:
    """Return digits and unit apart: as published, else three digits, a share with one decimal.

    Examples
    --------
    A share published as 39 % stays 39; one computed as 0.38588 becomes 38.6.
    """
    if figure.value is None:
        return "\u2013", ""
    row = printed_row(figure)
    digits, unit = split_unit(figure.value, figure.unit)
    # 39 % printed is 39 and not 39.0: more digits would claim what nobody published.
    if row is not None and figure.unit in ("share", "percent"):
        scaled = figure.value * _SCALED.get(figure.unit, 1.0)
        return _fixed(scaled, _decimals(row.printed)), unit
    return digits, unit


def bounded(figure: Figure) -> str:
    """Return the digits with what a printed relation says: "over 36" for "more than 36 %"."""
    row = printed_row(figure)
    digits = shown(figure)[0]
    word = _SHORT.get(row.relation, "") if row else ""
    return f"{word}{digits}"


def _decimals(printed: str) -> int:
    # Both marks, for German and Russian sources print a comma.
    found = re.search(r"\d+(?:[.,](\d+))?", printed)
    return len(found[1]) if found and found[1] else 0


def _fixed(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}".replace("-", "\u2212")


def about(figure: Figure) -> str:
    """Return the value for prose: two significant digits with "about" if that rounds it.

    A printed relation ("more than a third") is kept, and a bound is "at most" or "at least".
    """
    if figure.value is None:
        raise ValueError("a Figure without a value has no words")
    row = printed_row(figure)
    exact = with_unit(*shown(figure))
    if figure.open_end:
        return f"at {'most' if figure.open_end == 'low' else 'least'} {exact}"
    if row is not None and row.relation in _RELATIONS:
        return f"{_RELATIONS[row.relation]}{exact}"
    short = figure_value(figure.value, figure.unit, digits=2).removeprefix("+")
    value, _ = split_unit(figure.value, figure.unit, digits=2)
    # Compared with what the table has: "about" is said where these are fewer digits.
    digits = shown(figure)[0]
    if _number(value) == _number(digits) or not _is_in_range(figure, value):
        return exact
    return f"about {short}"


def _is_in_range(figure: Figure, digits: str) -> bool:
    """Whether fewer digits lie in the range as it is printed: 82 beside 82.5 to 82.6 does not."""
    if figure.low is None or figure.high is None or figure.value is None:
        return True
    ends = range_ends(figure.low, figure.high, figure.unit, value=figure.value)
    if {word for _, word in ends} != {split_unit(figure.value, figure.unit)[1]}:
        return True
    return _number(ends[0][0]) <= _number(digits) <= _number(ends[1][0])


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("\u2212", "-"))


def span(figure: Figure) -> str:
    """Return the range in words, or an empty text where none can be given.

    A range whose ends round to the same digits is no range for a reader.
    """
    if figure.low is None or figure.high is None:
        return ""
    low, high = (split_unit(end, figure.unit) for end in (figure.low, figure.high))
    return "" if low == high else figure.range_text


def partial_goods(figure: Figure) -> str:
    """Say of which codes a Figure is, where its source has only some of those that were asked for.

    Empty where all of them are loaded.
    """
    scope = figure.scope.get("goods")
    if not scope:
        return ""
    sources = sorted({source_name(one.source) for one in figure.evidence if not one.origin})
    cover = "covers" if len(sources) == 1 else "cover"
    return f"{joined(sources)} {cover} only some of these goods: the figure is {scope}"


def partial_partners(figure: Figure) -> str:
    """Say of which partners a share is, where its source has few of them; else empty text."""
    scope = figure.scope.get("partners")
    if not scope:
        return ""
    sources = sorted({source_name(one.source) for one in figure.evidence if not one.origin})
    return f"{joined(sources)} may lack partners: the share is {scope}"


def span_like(share: Figure) -> str:
    """Return the range of a share in per cent without its unit: "38 to 53", "27 to 36 or more".

    Empty where no range can be given, or where both ends read the same.
    """
    return span(share).replace(f"{NBSP}%", "")


def direction(change: float, *, up: str = "rose", down: str = "fell", level: str = "held") -> str:
    """Return the word for the sign of a change; what rounds to nothing did not move.

    Examples
    --------
    >>> direction(3.0), direction(-0.2), direction(0.04)
    ('rose', 'fell', 'held')
    """
    # Below this one decimal reads 0.0.
    if abs(change) < 0.05:
        return level
    return up if change > 0 else down


def times_of(growth: float) -> float:
    """Return a growth in per cent as a multiple: +266 % is 3.66 times as much."""
    return 1.0 + growth / 100.0


def multiple(growth: float) -> str:
    """Return a growth of 100 % or more in words: "rose by 266 %, to 3.7 times as much"."""
    times = number(times_of(growth), 2)
    return f"rose by {number(growth)}{NBSP}%, to {times} times as much"


def changed(growth: Figure) -> str:
    """Return what a growth did, in words: "rose by 39 %", "rose by 266 %, to 3.7 times as much".

    Raises
    ------
    ValueError
        If the Figure is not a growth or has no value.
    """
    if growth.value is None or growth.definition.measure != "growth":
        raise ValueError("not a growth with a value")
    # Of months without reports a change says nothing: how many are compared stands beside it.
    steps = f" ({growth.scope['steps']})" if "steps" in growth.scope else ""
    return f"{_moved(growth, growth.value)}{steps}"


def _moved(growth: Figure, value: float) -> str:
    # "Rose by 266 %" alone is easily read as 2.66 times.
    if value >= 100:
        return multiple(value)
    word = direction(value)
    if word == "held":
        return "did not change"
    printed = printed_row(growth) is not None
    size = shown(growth)[0].lstrip("\u2212") if printed else number(abs(value), 2)
    return f"{word} by {size}{NBSP}%"


def half(share: Figure) -> str:
    """Say where a share lies against one half, over its whole range.

    "Most" needs the lower end above half; where the ends lie on both sides, the words say so.
    """
    if share.value is None:
        raise ValueError("a Figure without a value has no words")
    low = share.value if share.low is None else share.low
    high = share.value if share.high is None else share.high
    if low > 0.5:
        return "The share is more than half under every available definition"
    if high < 0.5:
        return "The share is less than half under every available definition"
    return "The share is less than half under some definitions, more under others"


def ratio_words(value: float) -> str:
    """Return "14 times" for a ratio, with two significant digits."""
    return f"{number(value, 2)}{NBSP}times"


def by_quantity(quantity: str) -> str:
    """Say behind "of all suppliers" by what they are counted, unless by value, as is usual.

    >>> by_quantity("mass"), by_quantity("value")
    (' by mass', '')
    """
    return "" if quantity == "value" else f" by {quantity}"


def capital(text: str) -> str:
    """Return a text with its first letter large; the rest stays: "HS 8542", "United States".

    Examples
    --------
    >>> capital("the EU27"), capital("")
    ('The EU27', '')
    """
    return f"{text[:1].upper()}{text[1:]}"


def inside(text: str) -> str:
    """Return a sentence as it stands behind a colon: a name at its beginning keeps its letter.

    Examples
    --------
    >>> inside("The lake is empty"), inside("Armenia did not report")
    ('the lake is empty', 'Armenia did not report')
    """
    first = text.partition(" ")[0]
    return f"{text[:1].lower()}{text[1:]}" if first in _BEGINNINGS else text


def cardinal(count: int) -> str:
    """Return a number as a word up to ten.

    Examples
    --------
    >>> cardinal(3), cardinal(14)
    ('three', '14')
    """
    return _COUNTS[count] if count < len(_COUNTS) else str(count)


def ordinal(place: int) -> str:
    """Return a place as a word up to ten.

    Examples
    --------
    >>> [ordinal(place) for place in (1, 2, 10, 11, 22, 113)]
    ['first', 'second', 'tenth', '11th', '22nd', '113th']
    """
    if place == 1:
        return "first"
    if place - 2 < len(_ORDINALS):
        return _ORDINALS[place - 2]
    # 11th and 111th, but 21st.
    teen = place % 100 in (11, 12, 13)
    return f"{place}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th')}"


def count_word(count: int, noun: str) -> str:
    """Return "three codes", "one code", "14 codes".

    Examples
    --------
    >>> count_word(1, "code"), count_word(3, "code"), count_word(14, "code")
    ('one code', 'three codes', '14 codes')
    """
    return f"{cardinal(count)} {noun if count == 1 else f'{noun}s'}"


_LEAST_END = 10
"""Letters that the last line of a paragraph has at least."""


def unbroken(text: str) -> str:
    """Return a text whose last words stay on one line, so that none stands alone on the last.

    Examples
    --------
    >>> unbroken("a share of the imports").replace(NBSP, "_")
    'a share of the_imports'
    >>> unbroken("Magnets (HS 8505 11) in 2022").replace(NBSP, "_")
    'Magnets (HS_8505 11)_in_2022'
    """
    # The digits of a code stay beside what says that they are one.
    words = text.replace("(HS ", f"(HS{NBSP}").split(" ")
    if len(words) < 4:
        return text
    end = words.pop()
    # Two words at least stay free, or a short text could not be broken at all.
    while len(end) < _LEAST_END and len(words) > 2:
        end = f"{words.pop()}{NBSP}{end}"
    return " ".join([*words, end])
