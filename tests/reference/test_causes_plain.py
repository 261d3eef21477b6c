"""Why a share changed: against sixty decimal digits with nothing in place of zero."""

from __future__ import annotations

import random
from typing import Any, Literal

import causes_plain
import pyarrow as pa
import pytest

import entrepot as ep
from frame_kinds import MAKE, rows_of

CAUSES = ("from_supplier", "from_others", "from_exits", "from_entries", "from_basket")
METHODS: tuple[Literal["shift_share", "divisia"], ...] = ("shift_share", "divisia")


def market(seed: int) -> tuple[dict[Any, int], dict[Any, int]]:
    """A market with gaps: new and dead products, suppliers that come and go, equal values."""
    draw = random.Random(seed)
    cells = [(product, name) for product in "abc" for name in ("CHN", "DEU", "JPN", "TUR")]

    def value() -> int:
        return draw.choice([0, 0, 1, 5, 5, draw.randrange(1, 1000), draw.randrange(1, 10**6)])

    then = {cell: value() for cell in cells}
    now = {cell: then[cell] if draw.random() < 0.2 else value() for cell in cells}
    for some in (then, now):
        if draw.random() < 0.3:
            name = draw.choice(["DEU", "JPN", "TUR"])
            some |= {cell: 0 for cell in cells if cell[1] == name}
        if draw.random() < 0.3:
            product = draw.choice("abc")
            some |= {cell: 0 for cell in cells if cell[0] == product}
        some["a", "TUR"] = some["a", "TUR"] or 3
    return then, now


MARKETS = {seed: market(seed) for seed in range(150)}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", MAKE)
def test_markets_with_zeros(kind: str, method: Literal["shift_share", "divisia"]) -> None:
    rows = [
        {"importer": f"{seed:03d}"} | row
        for seed, (then, now) in MARKETS.items()
        for row in causes_plain.rows(then, now)
    ]
    found = ep.measures.change_of_share(
        MAKE[kind](pa.Table.from_pylist(rows)),
        exporter="CHN",
        period=2023,
        base=2021,
        product="product",
        method=method,
        per_product=True,
    )
    got = {(row["importer"], row["product"]): row for row in rows_of(found)}
    seen = 0
    for seed, (then, now) in MARKETS.items():
        expected = causes_plain.causes(then, now, "CHN", divisia=method == "divisia")
        for product, parts in expected.items():
            row = got.pop((f"{seed:03d}", product))
            for cause in CAUSES:
                assert row[cause] == pytest.approx(parts.get(cause, 0.0), abs=1e-10), (seed, cause)
                seen += abs(row[cause]) > 1e-6
    assert got == {}
    assert seen > 800


def test_the_reference_itself_adds_up() -> None:
    for then, now in MARKETS.values():
        for divisia in (False, True):
            parts = causes_plain.causes(then, now, "CHN", divisia=divisia)
            change = sum(value for some in parts.values() for value in some.values())
            shares = [
                sum(value for (_, name), value in some.items() if name == "CHN")
                / sum(some.values())
                for some in (then, now)
            ]
            assert change == pytest.approx(shares[1] - shares[0], abs=1e-9)
