"""Amounts in tables: every known amount keeps digits that are no zeros."""

from __future__ import annotations

import random

import pytest

from entrepot.report.amounts import amounts_of
from entrepot.report.render_xlsx import read


@pytest.mark.parametrize("unit", ["USD", "EUR", "t"])
def test_no_known_amount_is_printed_as_zero(unit: str) -> None:
    made = random.Random(7)
    for _ in range(200):
        values = [10 ** made.uniform(0, 12) * made.choice((1, -1)) for _ in range(8)]
        shown = amounts_of(unit, values)
        for value in values:
            cell = read(shown.text(value))
            assert isinstance(cell, tuple)
            back = cell[0] * (1e6 if shown.unit.endswith(" m") else 1)
            assert back == pytest.approx(value, rel=0.06)


def test_the_unit_follows_the_largest_amount() -> None:
    small, large = amounts_of("USD", [510_000.0, None]), amounts_of("USD", [5.1e9, -2_000.0])
    assert (small.unit, small.text(510_000.0)) == ("USD", "510,000")
    assert (large.unit, large.text(5.1e9)) == ("USD m", "5,100.0")
    assert large.text(-2_000.0, sign=True) == "\u22120.0020"
    assert large.text(2_000.0, sign=True) == "+0.0020"


def test_nothing_is_a_zero_and_what_is_not_known_is_empty() -> None:
    shown = amounts_of("USD", [0.0, 16_000.000000000002])
    assert (shown.text(0.0), shown.text(2e-12), shown.text(None)) == ("0", "0", "")
