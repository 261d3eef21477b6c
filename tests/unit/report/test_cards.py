"""Cards: value, range and scale as a reader meets them."""

from __future__ import annotations

import pytest
from by_hand import figure

from entrepot.report.amounts import bar_of, round_up, spans_of
from entrepot.report.cards import range_on_card, value_on_card


def text(words: str) -> str:
    return words.replace("\u00a0", " ")


def test_growth_is_in_per_cent_with_its_sign() -> None:
    assert value_on_card(figure("growth", 265.7, "percent", base=2022)) == ("+266", "%")
    assert value_on_card(figure("growth", 39.3, "percent", base=2022)) == ("+39.3", "%")
    assert value_on_card(figure("growth", -9.9, "percent", base=2022)) == ("−9.9", "%")


def test_computed_and_printed_ranges_stay_apart() -> None:
    share = figure(
        "import_share",
        0.563,
        low=0.38,
        high=0.9,
        specifications=[
            ("baci", 0.38),
            ("computed", 0.42),
            ("published", 0.56),
            ("published", 0.9),
        ],
    )
    assert spans_of(share) == ((0.38, 0.42), (0.56, 0.9))
    assert text(range_on_card(share)) == "38 to 42 % computed, 56 to 90 % published"


def test_no_range_is_said_and_not_left_out() -> None:
    assert "no range" in range_on_card(figure("import_share", 0.5))
    digits = figure("import_share", 0.39, low=0.385, high=0.395, row="RS-005")
    assert text(range_on_card(digits)) == "38.5 to 39.5 %, by rounding"
    uneven = figure("import_share", 0.0298, low=0.0297, high=0.02982, row="RS-005")
    assert text(range_on_card(uneven)) == "2.970 to 2.982 %, by rounding"


def test_a_share_always_has_the_scale_of_0_to_100() -> None:
    bar = bar_of(figure("import_share", 0.05))
    assert bar is not None
    assert bar.ends == ("0", "100 %")
    assert bar.value == pytest.approx(0.05)


def test_other_scales_end_in_a_round_number() -> None:
    bar = bar_of(figure("value", 5.24e9, "USD", low=4.8e9, high=5.24e9))
    assert bar is not None
    assert bar.ends == ("0", "10 bn")
    assert bar.computed == pytest.approx((0.48, 0.524))
    growth = bar_of(figure("growth", 265.7, "percent", base=2022))
    assert growth is not None
    assert growth.ends == ("0", "500 %")
    assert growth.value == pytest.approx(2.657 / 5)


def test_a_fall_has_no_bar_that_starts_at_zero() -> None:
    assert bar_of(figure("growth", -9.9, "percent", base=2022)) is None
    assert bar_of(figure("value", None, "USD")) is None


@pytest.mark.parametrize(("value", "end"), [(1, 1), (1.01, 2), (3.7, 5), (14, 20), (99, 100)])
def test_round_ends(value: float, end: float) -> None:
    assert round_up(value) == end
