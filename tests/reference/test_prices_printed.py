"""Price indices against printed tables, other packages, and plain Python."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import numpy as np
import plain_prices
import polars as pl
import pyarrow as pa
import pytest

import entrepot as ep

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECTION = duckdb.connect()
KINDS: dict[str, Callable[[pa.Table], Any]] = {
    "duckdb": CONNECTION.from_arrow,
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.LazyFrame(pl.from_arrow(table)),
    "pandas": lambda table: table.to_pandas(),
    "pyarrow": lambda table: table,
}

# Producer Price Index Manual (2004), tables 19.1 and 19.2, as in Balk (2008), tables 3.1 and 3.2.
PRICES = {
    "1": (1.0, 1.2, 1.0, 0.8, 1.0),
    "2": (1.0, 3.0, 1.0, 0.5, 1.0),
    "3": (1.0, 1.3, 1.5, 1.6, 1.6),
    "4": (1.0, 0.7, 0.5, 0.3, 0.1),
    "5": (1.0, 1.4, 1.7, 1.9, 2.0),
    "6": (1.0, 0.8, 0.6, 0.4, 0.2),
}
QUANTITIES = {
    "1": (1.0, 0.8, 1.0, 1.2, 0.9),
    "2": (1.0, 0.9, 1.1, 1.2, 1.2),
    "3": (2.0, 1.9, 1.8, 1.9, 2.0),
    "4": (1.0, 1.3, 3.0, 6.0, 12.0),
    "5": (4.5, 4.7, 5.0, 5.6, 6.5),
    "6": (0.5, 0.6, 0.8, 1.3, 2.5),
}
# Balk (2008), tables 3.4 and 3.6: what the R package gpindex prints for the same data.
PRINTED = {
    2: (1.42, 1.3824, 1.4011, 1.4052),
    3: (1.345, 1.2031, 1.2721, 1.2890),
    4: (1.355, 1.0209, 1.1762, 1.2268),
    5: (1.44, 0.7968, 1.0712, 1.2477),
}

# Diewert and Fox (2017), Discussion Paper 17-02: made-up prices and expenditure of four products,
# with shares of CES preferences (σ = 2).
DF_PRICES = (
    (2, 1.75, 1.6, 1.5, 1.45, 1.4, 1.35, 1.3, 1.25, 1.2, 1.15, 1.1),
    (1, 0.5, 1.05, 1.1, 1.12, 1.15, 1.18, 0.6, 1.2, 1.25, 1.28, 1.3),
    (1, 0.95, 0.9, 0.85, 0.4, 0.8, 0.75, 0.72, 0.7, 0.4, 0.7, 0.65),
    (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.7, 0.65, 0.7, 0.75, 0.75, 0.8),
)
DF_SPENT = (10, 13, 11, 12, 15, 13, 14, 17, 15, 18, 16, 17)
DF_ALPHA = (0.2, 0.2, 0.2, 0.4)
# What the R package IndexNumR (WTPDIndex) gives for them, from its tests.
DF_TPD = (
    1,
    0.880339868502394,
    1.11310561070234,
    1.15879006335178,
    0.944228876424154,
    1.23413422819567,
    1.17381864977063,
    0.96466253410287,
    1.14473361053433,
    0.955804858341343,
    1.17418844896016,
    1.17377193225844,
)


def manual() -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "product": good,
                "period": 1 + time,
                "value_usd": PRICES[good][time] * QUANTITIES[good][time],
                "mass_kg": QUANTITIES[good][time],
            }
            for good in PRICES
            for time in range(5)
        ]
    )


def years(table: pa.Table) -> pa.Table:
    """Move periods 1, 2, ... to years, as periods are years."""
    moved = [year + 2000 for year in table["period"].to_pylist()]
    return table.set_column(table.column_names.index("period"), "period", pa.array(moved))


def diewert_fox() -> pa.Table:
    rows = []
    for time, spent in enumerate(DF_SPENT):
        whole = sum(a / p[time] for a, p in zip(DF_ALPHA, DF_PRICES, strict=True))
        for good, (a, p) in enumerate(zip(DF_ALPHA, DF_PRICES, strict=True)):
            value = spent * a / p[time] / whole
            rows.append(
                {
                    "product": str(good),
                    "period": 1 + time,
                    "value_usd": value,
                    "mass_kg": value / p[time],
                }
            )
    return years(pa.Table.from_pylist(rows))


def rows_of(frame: Any) -> list[dict[str, Any]]:
    rows = nw.from_native(frame)
    if isinstance(rows, nw.LazyFrame):
        rows = rows.collect("pyarrow")
    found: list[dict[str, Any]] = rows.to_arrow().to_pylist()
    return found


def levels(frame: Any, **options: Any) -> dict[Any, float | None]:
    return {
        row["period"]: row["price_index"]
        for row in rows_of(ep.measures.price_series(frame, **options))
    }


def generated(seed: int, holes: float = 0.25) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    rows = []
    for good in range(12):
        level = draw.uniform(0, 5)
        for year in range(2001, 2007):
            if draw.random() > holes:
                quantity = math.exp(draw.gauss(3, 2))
                price = math.exp(level + draw.gauss(0, 0.4))
                parts = draw.randint(1, 3)
                rows += [
                    {
                        "product": f"g{good}",
                        "period": year,
                        "value_usd": price * quantity / parts,
                        "mass_kg": quantity / parts,
                    }
                ] * parts
    for value, quantity in ((None, 1.0), (5.0, None), (0.0, 3.0), (7.0, 0.0), (-2.0, 1.0)):
        rows.append({"product": "g1", "period": 2001, "value_usd": value, "mass_kg": quantity})
        rows.append({"product": "g2", "period": 2004, "value_usd": value, "mass_kg": quantity})
    return rows


@pytest.mark.parametrize("year", PRINTED)
def test_the_manual_s_example(year: int) -> None:
    (found,) = rows_of(ep.measures.price_index(years(manual()), period=2000 + year, base=2001))
    names = ("laspeyres", "paasche", "fisher", "tornqvist")
    assert [round(found[name], 4) for name in names] == list(PRINTED[year])
    assert (found["matched_products"], found["products"]) == (6, 6)
    assert (found["matched_share"], found["matched_share_base"]) == (1, 1)


def test_weighted_time_product_dummies_as_indexnumr_has_them() -> None:
    found = levels(diewert_fox(), base=2001, method="tpd")
    assert list(found.values()) == pytest.approx(DF_TPD, rel=1e-12)


def test_geks_as_gpindex_prints_it() -> None:
    cells = [("a", 1, 6), ("a", 2, 5), ("a", 3, 4), ("b", 4, 3), ("b", 5, 2), ("b", 6, 1)]
    table = pa.table(
        {
            "product": [good for good, _, _ in cells],
            "period": [2001, 2002, 2003] * 2,
            "value_usd": [float(price * quantity) for _, price, quantity in cells],
            "mass_kg": [float(quantity) for _, _, quantity in cells],
        }
    )
    found = list(levels(table, base=2001).values())
    steps = [round(later / before, 6) for before, later in pairwise(found)]
    assert steps == [1.530869, 1.376227]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_indices_of_two_years_in_plain_python(kind: str, seed: int) -> None:
    rows = generated(seed)
    expected = plain_prices.bilateral(rows, 2004, 2001)
    (found,) = rows_of(
        ep.measures.price_index(KINDS[kind](pa.Table.from_pylist(rows)), period=2004, base=2001)
    )
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("method", "formula"), [("geks_tornqvist", "tornqvist"), ("geks_fisher", "fisher")]
)
def test_geks_in_plain_python(kind: str, method: str, formula: str) -> None:
    rows = generated(3)
    expected = plain_prices.geks(rows, 2002, formula)
    found = levels(KINDS[kind](pa.Table.from_pylist(rows)), base=2002, method=method)
    assert found == pytest.approx(expected, rel=1e-10)
    assert None not in expected.values()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weighted", [True, False])
def test_dummies_are_least_squares_of_a_full_design(kind: str, weighted: bool) -> None:
    rows = generated(4, holes=0.5)
    cells = [
        (good, year, math.log(v / q), v)
        for good, spells in plain_prices.cells(rows).items()
        for year, (v, q) in spells.items()
    ]
    goods, times = sorted({cell[0] for cell in cells}), sorted({cell[1] for cell in cells})
    totals = {time: sum(cell[3] for cell in cells if cell[1] == time) for time in times}
    design = np.zeros((len(cells), len(goods) + len(times) - 1))
    y = np.array([cell[2] for cell in cells])
    root = np.array([math.sqrt(cell[3] / totals[cell[1]]) if weighted else 1.0 for cell in cells])
    for place, (good, year, _, _) in enumerate(cells):
        design[place, goods.index(good)] = 1
        if year != times[0]:
            design[place, len(goods) + times.index(year) - 1] = 1
    solved = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0][len(goods) :]
    found = levels(
        KINDS[kind](pa.Table.from_pylist(rows)),
        base=times[0],
        method="tpd" if weighted else "tpd_unweighted",
    )
    assert list(found.values())[1:] == pytest.approx(np.exp(solved), rel=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_mix_in_plain_python(kind: str) -> None:
    rows = generated(5)
    expected = plain_prices.parts_of_mean(rows, 2005, 2002)
    (found,) = rows_of(
        ep.measures.unit_value_change(
            KINDS[kind](pa.Table.from_pylist(rows)), period=2005, base=2002
        )
    )
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_split_of_a_value_product_by_product(kind: str) -> None:
    rows = generated(6)
    (found,) = rows_of(
        ep.measures.value_change(KINDS[kind](pa.Table.from_pylist(rows)), period=2005, base=2002)
    )
    price = quantity = 0.0
    for spells in plain_prices.cells(rows).values():
        if 2002 in spells and 2005 in spells:
            (v0, q0), (v1, q1) = spells[2002], spells[2005]
            mean = (v1 - v0) / math.log(v1 / v0)
            price += mean * math.log(v1 / q1 / (v0 / q0))
            quantity += mean * math.log(q1 / q0)
    assert found["price_usd"] == pytest.approx(price, rel=1e-9)
    assert found["quantity_usd"] == pytest.approx(quantity, rel=1e-9)
    parts = ("price_usd", "quantity_usd", "new_usd", "gone_usd", "unsplit_usd")
    assert math.fsum(found[name] for name in parts) == pytest.approx(found["change_usd"])
    assert found["change_usd"] == pytest.approx(found["value_usd"] - found["value_base_usd"])
