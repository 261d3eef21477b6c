"""Laws of printed numbers: a range has its value, one unit, like digits, and no negative zero."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from entrepot.model.display import MINUS, figure_value, number, per_cent, range_ends, split_unit

UNITS = ("share", "percent", "relative", "share_points", "ratio", "index", "count", "USD", "t")
SIZES = {"tn": 12, "bn": 9, "m": 6}
NUMBERS = st.floats(-1e13, 1e13).filter(lambda value: value == 0 or abs(value) > 1e-8)
SMALL = st.floats(-3.0, 3.0).filter(lambda value: value == 0 or abs(value) > 1e-8)


def worth(text: str, word: str = "") -> Decimal:
    """Read a printed number as a reader does."""
    return Decimal(text.replace(",", "").replace(MINUS, "-")).scaleb(
        SIZES.get(word.split()[-1], 0) if word else 0
    )


def places(text: str) -> int:
    return len(text.partition(".")[2])


def step(text: str, word: str) -> Decimal:
    """Return the last digit that a text has, in what it counts."""
    return Decimal(1).scaleb(
        SIZES.get(word.split()[-1], 0) - places(text) if word else -places(text)
    )


@given(low=NUMBERS | SMALL, high=NUMBERS | SMALL, part=st.floats(0, 1), unit=st.sampled_from(UNITS))
@example(low=-5629499534213.734, high=0.0, part=0.0, unit="share")
def test_a_printed_range_has_the_printed_value_to_its_digits(
    low: float, high: float, part: float, unit: str
) -> None:
    assume(low < high)
    value = min(high, max(low, low + part * (high - low)))
    assume(value == 0 or abs(value) > 1e-8)
    (first, first_word), (last, last_word) = range_ends(low, high, unit, value=value)
    said, said_word = split_unit(value, unit)
    size = step(said, said_word)
    assert worth(first, first_word) - size / 2 <= worth(said, said_word)
    assert worth(said, said_word) <= worth(last, last_word) + size / 2


@given(low=NUMBERS | SMALL, high=NUMBERS | SMALL, unit=st.sampled_from(UNITS))
@example(low=-0.0078125, high=1.0, unit="USD")
def test_ends_of_a_range_are_in_order_apart_and_alike_in_digits(
    low: float, high: float, unit: str
) -> None:
    assume(low < high and (high - low) > 1e-9 * max(abs(low), abs(high)))
    (first, first_word), (last, last_word) = range_ends(low, high, unit)
    assert worth(first, first_word) < worth(last, last_word)
    if first_word == last_word:  # the same decimals, but for the one digit of a far smaller end
        digits = [len(text.replace(".", "").strip(f"{MINUS}0,")) for text in (first, last)]
        same = "0" in (first, last) or places(first) == places(last)
        assert same or digits[0 if abs(low) < abs(high) else 1] <= 1


@given(value=NUMBERS | SMALL, unit=st.sampled_from(UNITS))
def test_no_number_is_a_negative_zero_or_a_row_of_zeros(value: float, unit: str) -> None:
    for text in (split_unit(value, unit)[0], number(value), per_cent(value)):
        assert text == "0" or text.strip(f"{MINUS}0.,")
    assert figure_value(-0.0, unit).removeprefix("USD\N{NO-BREAK SPACE}").startswith("0")


@given(low=SMALL, high=NUMBERS | SMALL, unit=st.sampled_from(UNITS))
def test_an_end_that_rounds_to_nothing_has_no_sign(low: float, high: float, unit: str) -> None:
    assume(low < high)
    for text, _ in range_ends(low, high, unit):
        assert text == "0" or text.strip(f"{MINUS}0.,")


@given(low=NUMBERS | SMALL, high=NUMBERS | SMALL, unit=st.sampled_from(UNITS))
def test_a_larger_number_never_prints_smaller(low: float, high: float, unit: str) -> None:
    assume(low < high)
    small, large = (worth(*split_unit(value, unit)) for value in (low, high))
    assert small <= large


@given(value=NUMBERS | SMALL, unit=st.sampled_from(UNITS))
def test_a_printed_number_is_near_to_the_number(value: float, unit: str) -> None:
    factor = 100 if unit in ("share", "relative", "share_points") else 1
    said = float(worth(*split_unit(value, unit)))
    # Two digits: half of the last of ten is a twentieth.
    assert said == pytest.approx(value * factor, rel=0.0501, abs=2e-9)
