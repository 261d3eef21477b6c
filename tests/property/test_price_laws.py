"""Laws of price indices: identity, reversal, transitivity, proportion, adding up, order, scale."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import entrepot as ep
from entrepot.measures.prices.indices import effects_of_periods

YEARS = (2021, 2022, 2023)
NAMES = ("laspeyres", "paasche", "fisher", "tornqvist", "jevons")
METHODS = ("geks_tornqvist", "geks_fisher", "tpd", "tpd_unweighted")
Cell = tuple[str, int, float, float]
positive = st.floats(0.01, 1e6)


@st.composite
def panels(draw: st.DrawFn) -> list[Cell]:
    """Product, year, price, quantity: the first product in all years, others with holes."""
    count = draw(st.integers(1, 5))
    return [
        (f"g{good}", year, draw(positive), draw(positive))
        for good in range(count)
        for year in YEARS
        if good == 0 or draw(st.booleans())
    ]


def table(cells: list[Cell]) -> pl.LazyFrame:
    columns = [list(column) for column in zip(*cells, strict=True)]
    return pl.LazyFrame(
        {
            "product": columns[0],
            "period": columns[1],
            "value_usd": [p * q for p, q in zip(columns[2], columns[3], strict=True)],
            "mass_kg": columns[3],
        }
    )


def indices(cells: list[Cell], now: int, then: int) -> dict[str, float]:
    found = (
        ep.measures.price_index(table(cells), period=now, base=then).collect().row(0, named=True)
    )
    return {name: found[name] for name in NAMES}


def series(cells: list[Cell], base: int, method: Any) -> dict[int, float]:
    rows = ep.measures.price_series(table(cells), base=base, method=method).collect()
    return {row["period"]: row["price_index"] for row in rows.to_dicts()}


def close(left: Any, right: Any) -> bool:
    return bool(left == pytest.approx(right, rel=1e-7))


@settings(max_examples=15, deadline=None)
@given(panels())
def test_bilateral_laws(cells: list[Cell]) -> None:
    there, back = indices(cells, 2022, 2021), indices(cells, 2021, 2022)
    for name in ("fisher", "tornqvist", "jevons"):
        assert close(there[name] * back[name], 1)
    assert close(there["laspeyres"] * back["paasche"], 1)
    bounds = sorted((there["laspeyres"], there["paasche"]))
    assert bounds[0] * (1 - 1e-9) <= there["fisher"] <= bounds[1] * (1 + 1e-9)
    tripled = [(g, t, p * 3 if t == 2022 else p, q) for g, t, p, q in cells]
    assert close(indices(tripled, 2022, 2021), {name: 3 * there[name] for name in NAMES})
    # Kilograms or tonnes, good by good: only the ratios of prices count.
    scaled = [(g, t, p / (1 + len(g)), q * (1 + len(g))) for g, t, p, q in reversed(cells)]
    assert close(indices(scaled, 2022, 2021), there)


@settings(max_examples=10, deadline=None)
@given(panels())
def test_identity(cells: list[Cell]) -> None:
    first = {g: p for g, t, p, _ in cells if t == 2021}
    same = [(g, t, first.get(g, p), q) for g, t, p, q in cells]
    assert close(indices(same, 2022, 2021), dict.fromkeys(NAMES, 1.0))


# One good in all years, next to nothing of the first: its prices are the index, 1, 3 and 7.
HARDLY_SOLD = [
    ("g0", 2021, 1.0, 0.01),
    ("g0", 2022, 3.0, 1.0),
    ("g0", 2023, 7.0, 1.0),
    ("g1", 2021, 1e5, 1e5),
]


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=8, deadline=None)
@example(cells=HARDLY_SOLD)  # was 6.9987 from the base 2021, and 7 from the base 2023
@given(cells=panels())
def test_series_do_not_depend_on_the_base(method: str, cells: list[Cell]) -> None:
    first, last = series(cells, 2021, method), series(cells, 2023, method)
    assert first[2021] == last[2023] == 1
    for year in YEARS:
        assert close(first[year] / first[2023], last[year])
    doubled = [(g, t, p * 2 if t == 2023 else p, q) for g, t, p, q in cells]
    assert close(series(doubled, 2021, method)[2023], 2 * first[2023])


weights = st.floats(-18, 0).map(lambda digits: 10**digits)  # shares of a dollar in trillions
dummies = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 4), st.floats(-14, 14), weights),
    min_size=1,
    max_size=12,
    unique_by=lambda cell: cell[:2],
)


def exact_effects(cells: list[tuple[int, int, float, float]]) -> dict[int, float]:
    """Solve the normal equations of products and periods in fractions; 0 for the first period."""
    places: dict[Any, int] = {}
    for good, period, _, _ in cells:
        places.setdefault(("good", good), len(places))
        places.setdefault(period, len(places))
    size = len(places)
    rows = [[Fraction(0)] * (size + 1) for _ in range(size)]
    for good, period, y, weight in cells:
        ends = (places["good", good], places[period])
        for one in ends:
            rows[one][size] += Fraction(weight) * Fraction(y)
            for other in ends:
                rows[one][other] += Fraction(weight)
    rows.append([Fraction(number == places[0]) for number in range(size)] + [Fraction(0)])
    for column in range(size):  # Gauss and Jordan
        top = next(number for number in range(column, size + 1) if rows[number][column])
        rows[column], rows[top] = rows[top], rows[column]
        rows[column] = [cell / rows[column][column] for cell in rows[column]]
        for number, row in enumerate(rows):
            if number != column and row[column]:
                rows[number] = [a - row[column] * b for a, b in zip(row, rows[column], strict=True)]
    return {name: float(rows[n][size]) for name, n in places.items() if not isinstance(name, tuple)}


@settings(max_examples=40, deadline=None)
@given(dummies)
def test_dummies_are_exact_however_unequal_the_weights(cells) -> None:
    whole = [(0, 0, 1.0, 1.0), *(cell for cell in cells if cell[:2] != (0, 0))]
    found = effects_of_periods(whole, {0})
    linked = [cell for cell in whole if cell[1] in found]
    assert found == pytest.approx(exact_effects(linked), rel=1e-12, abs=1e-11)


@pytest.mark.parametrize("method", ["lmdi", "fisher", "tornqvist"])
@settings(max_examples=10, deadline=None)
@given(cells=panels())
def test_parts_add_up(method: Any, cells: list[Cell]) -> None:
    found = (
        ep.measures.value_change(table(cells), period=2022, base=2021, method=method)
        .collect()
        .row(0, named=True)
    )
    names = ("price_usd", "quantity_usd", "new_usd", "gone_usd", "unsplit_usd")
    size = found["value_usd"] + found["value_base_usd"]
    parts = math.fsum(found[name] for name in names)
    assert parts == pytest.approx(found["change_usd"], abs=1e-9 * size)
    mix = (
        ep.measures.unit_value_change(table(cells), period=2022, base=2021)
        .collect()
        .row(0, named=True)
    )
    parts = math.fsum(mix[name] for name in ("within", "between", "new", "gone"))
    size = mix["unit_value"] + mix["unit_value_base"]
    assert parts == pytest.approx(mix["change"], abs=1e-7 * size)


@settings(max_examples=10, deadline=None)
@given(panels())
def test_one_cell_in_two_rows(cells: list[Cell]) -> None:
    halves = [(g, t, p, q * part) for g, t, p, q in cells for part in (0.25, 0.75)]
    assert close(indices(halves, 2022, 2021), indices(cells, 2022, 2021))
