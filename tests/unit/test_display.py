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
        (5_242_751_142, "USD", "USD 5.24 bn"),
        (999_700_000, "USD", "USD 1.00 bn"),
        (1.63e12, "CNY", "CNY 1.63 tn"),
        (-9.9, "percent", "−9.9 %"),
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
    assert range_text(0.384, 0.756, "share").replace("\u00a0", " ") == "38 to 76 %"
    assert range_text(9e8, 1.1e9, "USD").replace("\u00a0", " ") == "USD 0.9 to 1.1 bn"
    assert range_text(None, 1.0, "share") == ""
    assert range_text(228.1045e9, 228.1055e9, "USD") == "USD\u00a0228.10 to 228.11\u00a0bn"


@pytest.mark.parametrize(
    ("low", "high", "unit", "value", "text"),
    [
        (0.00014, 0.00116, "share", None, "0.01 to 0.1 %"),
        (0.00014, 0.00116, "share", 0.00116, "0.01 to 0.12 %"),
        (0.384, 0.904, "share", 0.904, "38.4 to 90.4 %"),
        (0.027, 0.03, "share", None, "2.7 to 3.0 %"),
        (-0.0035, 4.13, "percent", 0.0, "0 to 4.1 %"),
        (-0.0, 4.13, "percent", None, "0 to 4.1 %"),
        (-50.0, -3.0, "percent", None, "−50 to −3 %"),
        (5e6, 2.34e9, "USD", None, "USD 5 m to USD 2 bn"),
        (15, 17, "count", None, "15 to 17"),
        (0.31, 0.31, "share", None, "31.0 %"),
    ],
)
def test_digits_of_a_range(
    low: float, high: float, unit: str, value: float | None, text: str
) -> None:
    assert range_text(low, high, unit, value=value).replace("\u00a0", " ") == text


def test_card_parts() -> None:
    assert split_unit(0.563, "share") == ("56.3", "%")


@pytest.mark.parametrize("value", [1e28, -1e28, 1e300, 1.7e306, 5e-324])
@pytest.mark.parametrize("unit", ["USD", "share", "ratio", "count", "kg"])
def test_no_finite_number_is_too_large_to_print(value: float, unit: str) -> None:
    assert figure_value(value, unit)
    assert number(value)
