from __future__ import annotations

import pytest

from entrepot.model.display import figure_value, number, range_text, split_unit


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.563, "0.563"),
        (9.996, "10.0"),
        (99.96, "100"),
        (-3.4, "−3.40"),
        (1234.5, "1,235"),
        (285_100, "285,100"),
        (0.00012345, "0.000123"),
        (2.5, "2.50"),
    ],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.534, "share", "53.4 %"),
        (5_242_751_142, "USD", "5.24 bn USD"),
        (999_700_000, "USD", "1.00 bn USD"),
        (1.63e12, "CNY", "1.63 tn CNY"),
        (-9.9, "percent", "−9.90 %"),
        (266.4, "percent", "+266 %"),
        (14.44, "ratio", "14.4 times"),
        (0.38, "index", "0.380"),
        (None, "share", "–"),
    ],
)
def test_values_carry_their_unit(value: float | None, unit: str, text: str) -> None:
    assert figure_value(value, unit).replace("\u00a0", " ") == text


def test_space_before_a_unit_never_breaks() -> None:
    assert " " not in figure_value(5.2e9, "USD")


def test_ranges_share_the_unit_and_tell_their_ends_apart() -> None:
    assert range_text(0.384, 0.756, "share").replace("\u00a0", " ") == "38.4 to 75.6 %"
    assert range_text(9e8, 1.1e9, "USD").replace("\u00a0", " ") == "900 m USD to 1.10 bn USD"
    assert range_text(None, 1.0, "share") == ""
    assert range_text(228.1045e9, 228.1055e9, "USD").startswith("228.10 to 228.11")


def test_card_parts() -> None:
    assert split_unit(0.563, "share") == ("56.3", "%")
