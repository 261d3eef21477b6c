"""What a set of specifications says: sums that differ by rounding, and choices in words."""

from __future__ import annotations

import itertools

import pytest

from entrepot.figures.evidence import (
    Estimate,
    FoundSpecification,
    Specification,
    alone,
    ends_of,
    specifications,
    spread_of,
)
from entrepot.report.charts.curve import option_words

PARTS = (0.1, 0.2, 0.3, 1e9 / 7, 1e-3)


def _sums() -> list[float]:
    """Return the same amounts added up in every order."""
    return sorted({sum(one) for one in itertools.permutations(PARTS)})


def test_one_sum_in_two_orders_is_no_range() -> None:
    low, *_, high = _sums()
    assert low < high  # the machine's rounding differs
    head = Specification({"source": "a", "report": "x"}, low)
    assert alone(head, [head, Specification({"source": "a", "report": "y"}, high)]) == {}
    estimates = [Estimate(value, "USD", {"source": "a"}) for value in (low, high)]
    assert ends_of(estimates, None) is None
    found = specifications(estimates)
    assert spread_of(estimates, found) == {}
    both = [
        Estimate(value, "USD", {"source": "a", "report": side})
        for value, side in ((low, "x"), (high, "y"))
    ]
    assert specifications(both).most_influential is None
    assert set(specifications(both).explained.values()) == {0.0}


def test_growth_of_nothing_is_no_range() -> None:
    """0.1 + 0.2 is not 0.3 to the machine, and 100 (0.3 / 0.3 - 1) not zero."""
    moved = 100 * ((0.1 + 0.2) / 0.3 - 1)
    assert moved > 0
    estimates = [Estimate(value, "percent", {"source": "a"}) for value in (0.0, moved)]
    assert ends_of(estimates, None) is None


def test_what_differs_by_more_is_a_range() -> None:
    estimates = [Estimate(value, "share", {"source": "a"}) for value in (0.5, 0.5 + 1e-6)]
    assert ends_of(estimates, None) == (0.5, 0.5 + 1e-6)


@pytest.mark.parametrize(
    ("name", "option", "words"),
    [
        ("territory", "as asked", "as asked"),
        ("territory", "", "not stated"),
        ("territory", "CHN+HKG", "China and Hong Kong"),
        ("territory", "CHN to RUS", "China to Russia"),
        ("territory", "coalition", "sanctioning coalition"),
    ],
)
def test_every_option_of_a_territory_has_words(name: str, option: str, words: str) -> None:
    assert option_words(name, option) == words


def test_the_other_sides_report_with_the_headlines_value_does_not_take_its_place() -> None:
    """Two reports may give one rank; by mass the exporter's gives 3, the importer's 6."""
    head = Estimate(1.0, "count", {"source": "a", "report": "exporter's"})
    curve = [
        FoundSpecification(
            Specification({"source": "a", "report": report, "quantity": quantity}, value),
            is_asked=quantity == "value",
        )
        for report, quantity, value in (
            ("exporter's", "value", 1.0),
            ("exporter's", "mass", 3.0),
            ("importer's", "value", 1.0),
            ("importer's", "mass", 6.0),
        )
    ]
    found = specifications([head], curve)
    assert len(found.items) == len(curve)
    assert found.alone == {"quantity": (1.0, 3.0)}
