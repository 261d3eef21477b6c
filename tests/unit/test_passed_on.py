"""What a middleman passes on: against a plain loop, and against every way goods can have gone."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import entrepot as ep
from entrepot.errors import RequestError

pytestmark = pytest.mark.slow

AREAS = ("MID", "SUB", "BUY", "ORI", "ORJ", "OTH")


def trade(seed: int, count: int = 300) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    return [
        {
            "exporter": draw.choice(AREAS),
            "importer": draw.choice(AREAS),
            "product": f"{draw.randrange(8):06d}",
            "value_usd": draw.choices((None, 0.0, draw.uniform(1, 100)), (3, 20, 60))[0],
        }
        for _ in range(count)
    ]


def plain(rows: list[dict[str, Any]]) -> tuple[float, float | None, float, float, int]:
    """Return the columns; a product of which a value is missing is left out, and counted."""
    shipped, drawn, bought = (defaultdict[str, float](float) for _ in range(3))
    sold, unknown, unsure = (set[str]() for _ in range(3))
    for row in rows:
        seller, buyer, product = row["exporter"], row["importer"], row["product"]
        amount = row["value_usd"]
        ships = seller in ("MID", "SUB") and buyer == "BUY"
        buys = buyer in ("MID", "SUB") and seller not in ("MID", "SUB")
        draws = buys and seller in ("ORI", "ORJ")
        if amount is None:
            unknown |= {product} if ships or draws else set()
            unsure |= {product} if buys else set()
        if ships and amount != 0:
            sold.add(product)
        shipped[product] += (amount or 0.0) * ships
        bought[product] += (amount or 0.0) * buys
        drawn[product] += (amount or 0.0) * draws
    left_out = unknown & sold
    goods = (set(shipped) | set(bought)) - left_out
    most = sum(min(shipped[k], drawn[k]) for k in goods)
    even = sum(min(shipped[k] * drawn[k] / bought[k], drawn[k]) for k in goods if bought[k])
    whole = sum(shipped[k] for k in goods)
    is_sure = not (unsure & sold & goods)
    part = even / whole if is_sure else None
    return most / whole, part, whole, sum(drawn[k] for k in goods), len(left_out)


@pytest.mark.parametrize("seed", range(5))
def test_a_plain_loop_finds_the_same(seed: int) -> None:
    rows = trade(seed)
    found = ep.measures.pass_through(
        pa.Table.from_pylist(rows), middleman="MID+SUB", importer="BUY", origins="ORI+ORJ"
    ).to_pylist()[0]
    names = ("at_most", "in_proportion", "shipped", "drawn", "unknown_products")
    for name, cell in zip(names, plain(rows), strict=True):
        assert found[name] == (None if cell is None else pytest.approx(cell, rel=1e-12)), name


def test_some_seeds_have_products_that_are_not_known() -> None:
    found = [plain(trade(seed)) for seed in range(5)]
    assert any(one[-1] for one in found)
    assert {one[1] is None for one in found} == {True, False}


@pytest.mark.parametrize("missing", ["ORI", "MID", "OTH"])
def test_what_is_bought_without_a_value_is_not_nothing(missing: str) -> None:
    """Of two products one lacks a value: what can have been passed on of it is not zero."""
    known = [
        ("ORI", "MID", "000001", 9.0),
        ("OTH", "MID", "000001", 5.0),
        ("MID", "BUY", "000001", 9.0),
        ("ORI", "MID", "000002", 5.5),
        ("MID", "BUY", "000002", 11.0),
    ]
    rows = [
        (seller, buyer, code, None if (seller, code) == (missing, "000001") else value)
        for seller, buyer, code, value in known
    ]
    names = ("exporter", "importer", "product", "value_usd")
    table = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])
    [found] = ep.measures.pass_through(
        table, middleman="MID", importer="BUY", origins="ORI"
    ).to_pylist()
    is_out = missing != "OTH"
    assert found["at_most"] == pytest.approx(0.5 if is_out else 14.5 / 20)
    assert found["unknown_products"] == is_out
    assert found["in_proportion"] == (pytest.approx(0.5) if is_out else None)


@settings(max_examples=60, deadline=None)
@given(
    goods=st.lists(
        st.tuples(
            st.integers(0, 30),  # of its own
            st.integers(0, 30),  # bought from the origin
            st.integers(0, 30),  # bought elsewhere
            st.data(),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_no_way_of_passing_on_is_beyond_the_bound(
    goods: list[tuple[int, int, int, st.DataObject]],
) -> None:
    """Each product is shipped out of a store that is filled in three ways; the store is drawn from
    at will, and what came from the origin is counted."""
    rows, passed, shipped = [], 0, 0
    for number, (own, ours, others, data) in enumerate(goods):
        take = [data.draw(st.integers(0, have)) for have in (own, ours, others)]
        passed += take[1]
        shipped += sum(take)
        for seller, buyer, amount in (
            ("ORI", "MID", ours),
            ("OTH", "MID", others),
            ("MID", "BUY", sum(take)),
        ):
            rows.append((seller, buyer, f"{number:06d}", float(amount)))
    names = ("exporter", "importer", "product", "value_usd")
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    found = ep.measures.pass_through(
        table, middleman="MID", importer="BUY", origins="ORI"
    ).to_pylist()[0]
    if not shipped:
        assert found["at_most"] is None
        assert found["in_proportion"] is None
        return
    assert passed / shipped <= found["at_most"] + 1e-12 <= 1 + 1e-12
    assert found["in_proportion"] <= found["at_most"] + 1e-12


def test_what_it_buys_of_another_product_passes_nothing_on() -> None:
    table = pa.table(
        {
            "exporter": ["ORI", "MID"],
            "importer": ["MID", "BUY"],
            "product": ["000001", "000002"],
            "value_usd": [10.0, 10.0],
        }
    )
    apart = ep.measures.pass_through(table, middleman="MID", importer="BUY", origins="ORI")
    assert apart["at_most"].to_pylist() == [0.0]


@pytest.mark.parametrize("side", ["middleman", "importer"])
def test_an_area_on_two_sides_is_refused(side: str) -> None:
    sides = {"middleman": "MID", "importer": "BUY", "origins": "ORI"} | {side: "ORI"}
    with pytest.raises(RequestError, match="ORI is on two sides"):
        ep.measures.pass_through(pa.Table.from_pylist(trade(1)), **sides)
