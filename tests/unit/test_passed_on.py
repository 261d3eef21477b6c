"""What a middleman passes on: against a plain loop, and against every way goods can have gone."""

from __future__ import annotations

import random
from collections import defaultdict

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import entrepot as ep
from entrepot.errors import RequestError

AREAS = ("MID", "SUB", "BUY", "ORI", "ORJ", "OTH")


def trade(seed: int, count: int = 300) -> list[dict[str, object]]:
    draw = random.Random(seed)
    return [
        {
            "exporter": draw.choice(AREAS),
            "importer": draw.choice(AREAS),
            "product": f"{draw.randrange(8):06d}",
            "value_usd": draw.choice((None, 0.0, draw.uniform(1, 100), draw.uniform(1, 5))),
        }
        for _ in range(count)
    ]


def plain(rows: list[dict[str, object]]) -> tuple[float, float, float, float]:
    shipped, drawn, bought = (defaultdict(float) for _ in range(3))
    for row in rows:
        seller, buyer, product = row["exporter"], row["importer"], row["product"]
        amount = row["value_usd"] or 0.0
        if seller in ("MID", "SUB") and buyer == "BUY":
            shipped[product] += amount
        if buyer in ("MID", "SUB") and seller not in ("MID", "SUB"):
            bought[product] += amount
            if seller in ("ORI", "ORJ"):
                drawn[product] += amount
    goods = set(shipped) | set(bought)
    most = sum(min(shipped[k], drawn[k]) for k in goods)
    even = sum(min(shipped[k] * drawn[k] / bought[k], drawn[k]) for k in goods if bought[k])
    whole = sum(shipped.values())
    return most / whole, even / whole, whole, sum(drawn.values())


@pytest.mark.parametrize("seed", range(5))
def test_a_plain_loop_finds_the_same(seed: int) -> None:
    rows = trade(seed)
    found = ep.measures.passed_on(
        pa.Table.from_pylist(rows), middleman="MID+SUB", importer="BUY", origins="ORI+ORJ"
    ).to_pylist()[0]
    names = ("at_most", "in_proportion", "shipped", "drawn")
    assert [found[name] for name in names] == pytest.approx(plain(rows), rel=1e-12)


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
    found = ep.measures.passed_on(
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
    apart = ep.measures.passed_on(table, middleman="MID", importer="BUY", origins="ORI")
    assert apart["at_most"].to_pylist() == [0.0]


@pytest.mark.parametrize("side", ["middleman", "importer"])
def test_an_area_on_two_sides_is_refused(side: str) -> None:
    sides = {"middleman": "MID", "importer": "BUY", "origins": "ORI"} | {side: "ORI"}
    with pytest.raises(RequestError, match="ORI is on two sides"):
        ep.measures.passed_on(pa.Table.from_pylist(trade(1)), **sides)
