"""A number that is printed and read back lies in its own interval, at its own precision."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from entrepot.claims import read_says

SCALES = {
    "": 0,
    "thousand ": 3,
    "million ": 6,
    "m ": 6,
    "mn ": 6,
    "billion ": 9,
    "bn ": 9,
    "trillion ": 12,
    "tn ": 12,
}
UNITS = {
    "%": "percent",
    "per cent": "percent",
    "percent": "percent",
    "pp": "points",
    "percentage points": "points",
    "yuan": "CNY",
    "RMB": "CNY",
    "USD": "USD",
    "dollars": "USD",
    "€": "EUR",
    "roubles": "RUB",
    "times": "ratio",
}
MINUSES = st.sampled_from(["-", "−", "– "])
SPACES = st.sampled_from([" ", "\u00a0", "\u202f", ""])
SMALL = st.integers(1, 99_999)
PLACES = st.integers(0, 3)


def printed(digits: Decimal, separator: str) -> str:
    """Print the digits with a thousands separator, independent of the reader."""
    whole, dot, rest = f"{abs(digits):f}".partition(".")
    groups = []
    while len(whole) > 3:
        groups.insert(0, whole[-3:])
        whole = whole[:-3]
    return separator.join([whole, *groups]) + dot + rest


@given(
    SMALL,
    PLACES,
    st.booleans(),
    MINUSES,
    SPACES,
    st.sampled_from(list(SCALES)),
    st.sampled_from(list(UNITS)),
    st.sampled_from(["", ",", "\u00a0"]),
)
def test_read_back(
    number: int,
    places: int,
    negative: bool,
    minus: str,
    space: str,
    scale: str,
    unit: str,
    separator: str,
) -> None:
    digits = Decimal(number).scaleb(-places)
    gap = space or (" " if unit[0].isalpha() and scale else "")
    text = f"{minus if negative else ''}{printed(digits, separator)}{gap or ' '}{scale}{unit}"
    says = read_says(text)
    exact = float(digits.scaleb(SCALES[scale])) * (-1 if negative else 1)
    step = float(Decimal(1).scaleb(SCALES[scale] - places))
    tiny = 1e-9 * abs(exact)
    assert says.unit == UNITS[unit]
    assert abs(says.value - exact) <= tiny
    assert abs(says.step - step) <= 1e-9 * step
    assert abs(says.low - (exact - step / 2)) <= tiny + 1e-9
    assert abs(says.high - (exact + step / 2)) <= tiny + 1e-9


@given(SMALL, SMALL, PLACES, st.sampled_from([" to ", "–", " - ", "-"]))
def test_a_range_holds_its_ends(first: int, second: int, places: int, dash: str) -> None:
    low, high = sorted(Decimal(n).scaleb(-places) for n in (first, second))
    says = read_says(f"{low:f}{dash}{high:f} %")
    assert says.relation == "between"
    assert says.low < float(low) <= float(high) < says.high


@given(SMALL, PLACES)
def test_words_only_widen_or_turn(number: int, places: int) -> None:
    digits = f"{Decimal(number).scaleb(-places):f}"
    exact = read_says(f"{digits} %")
    about = read_says(f"about {digits} %")
    assert about.low <= exact.low
    assert exact.high <= about.high
    for phrase in ("more than", "less than", "nearly", "at least", "up to", "just over"):
        says = read_says(f"{phrase} {digits} %")
        assert exact.value in (says.low, says.high)
