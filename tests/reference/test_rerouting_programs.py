"""The linear program and the maximum flow against enumeration, SciPy, and each other."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow as scipy_flow

from entrepot.measures.rerouting.bounds import through_chains
from entrepot.measures.rerouting.cells import IMPORTER, ORIGIN, maximum_flow
from entrepot.measures.rerouting.program import FlowLimits, matched

NAMES = "sabct"


def edges(draw: random.Random, *, whole: bool) -> dict[tuple[str, str], float]:
    found = {}
    for one, other in itertools.permutations(NAMES, 2):
        if draw.random() < 0.6 and one != "t" and other != "s":
            found[one, other] = draw.randint(0, 9) if whole else draw.uniform(0, 1e9)
    return found


def least_cut(capacity: dict[tuple[str, str], float]) -> float:
    """Every way to part the source from the sink."""
    between = [name for name in NAMES if name not in "st"]
    sides = itertools.chain.from_iterable(
        itertools.combinations(between, count) for count in range(len(between) + 1)
    )
    return min(
        sum(
            amount
            for (one, other), amount in capacity.items()
            if one in {"s", *side} and other not in {"s", *side}
        )
        for side in sides
    )


@pytest.mark.parametrize("seed", range(60))
def test_flow_is_the_least_cut(seed: int) -> None:
    capacity = edges(random.Random(seed), whole=False)
    found = maximum_flow(capacity, "s", "t")
    size = max(capacity.values(), default=1.0)
    assert found.value == pytest.approx(least_cut(capacity), abs=1e-9 * size)
    assert sum(found.cut.values()) == pytest.approx(found.value, abs=1e-9 * size)
    for name in "abc":
        balance = sum(
            amount * ((edge[1] == name) - (edge[0] == name)) for edge, amount in found.flow.items()
        )
        assert balance == pytest.approx(0, abs=1e-9 * size)
    assert all(amount <= capacity[edge] * (1 + 1e-12) for edge, amount in found.flow.items())
    out = sum(amount for edge, amount in found.flow.items() if edge[0] == "s")
    back = sum(amount for edge, amount in found.flow.items() if edge[1] == "s")
    assert out - back == pytest.approx(found.value, abs=1e-9 * size)


@pytest.mark.parametrize("seed", range(30))
def test_flow_of_whole_numbers_is_that_of_scipy(seed: int) -> None:
    capacity = edges(random.Random(seed), whole=True)
    matrix = np.zeros((5, 5), np.int32)
    for (one, other), amount in capacity.items():
        matrix[NAMES.index(one), NAMES.index(other)] = amount
    theirs = scipy_flow(csr_array(matrix), 0, 4).flow_value
    assert maximum_flow(capacity, "s", "t").value == theirs


def test_a_network_without_a_way_lets_nothing_pass() -> None:
    assert maximum_flow({}, "s", "t").value == 0
    found = maximum_flow({("s", "a"): 3.0, ("b", "t"): 2.0}, "s", "t")
    assert (found.value, found.cut, found.flow) == (0, {}, {})


def test_chains_of_three_hubs_and_the_edge_that_limits_them() -> None:
    way = {("s", "a"): 9.0, ("a", "b"): 7.0, ("b", "c"): 2.0, ("c", "t"): 8.0, ("a", "t"): 1.0}
    found = maximum_flow(way, "s", "t")
    assert found.value == 3
    assert found.cut == {("b", "c"): 2.0, ("a", "t"): 1.0}


HUBS, GOODS, STEPS = ("A", "B"), ("x", "y"), 3


def limits(seed: int, *, strict: bool) -> FlowLimits:
    draw = random.Random(seed)

    def some(keys: list) -> dict:
        return {key: round(draw.uniform(0, 9), 2) for key in keys if draw.random() < 0.8}

    cells = list(itertools.product(HUBS, GOODS, range(STEPS)))
    shared = list(itertools.product(GOODS, range(STEPS)))
    if not strict:
        return FlowLimits(some(cells), some(cells), sold=some(shared), bought=some(shared))
    pairs = list(itertools.product(HUBS, GOODS))
    return FlowLimits(
        some(cells), some(cells), some(pairs), some(list(HUBS)), some(shared), some(shared)
    )


def by_scipy(one: FlowLimits) -> float:
    """The program written down as a dense matrix over every hub, good and pair of steps."""
    ways = [
        (hub, good, step, after)
        for hub, good, step in itertools.product(HUBS, GOODS, range(STEPS))
        for after in (step, step + 1)
    ]
    rows, sizes = [], []

    def limit(amount: float, inside: list[bool]) -> None:
        rows.append([float(mark) for mark in inside])
        sizes.append(amount)

    for hub, good, step in itertools.product(HUBS, GOODS, range(STEPS + 1)):
        key = (hub, good, step)
        limit(one.came.get(key, 0.0), [way[:3] == key for way in ways])
        limit(one.went.get(key, 0.0), [(way[0], way[1], way[3]) == key for way in ways])
    for key, amount in one.of_product.items():
        limit(amount, [way[:2] == key for way in ways])
    for hub, amount in one.of_hub.items():
        limit(amount, [way[0] == hub for way in ways])
    for (good, step), amount in one.sold.items():
        limit(amount, [(way[1], way[2]) == (good, step) for way in ways])
    for (good, step), amount in one.bought.items():
        limit(amount, [(way[1], way[3]) == (good, step) for way in ways])
    return -linprog(-np.ones(len(ways)), A_ub=np.array(rows), b_ub=sizes).fun


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_the_program_is_that_of_scipy(seed: int, strict: bool) -> None:
    one = limits(seed, strict=strict)
    found = matched(one)
    assert found.value == pytest.approx(by_scipy(one), abs=1e-6)
    assert sum(found.by_hub.values()) == pytest.approx(found.value)
    assert sum(found.by_product.values()) == pytest.approx(found.value)


@pytest.mark.parametrize("seed", range(25))
def test_without_limits_of_hubs_it_is_a_maximum_flow(seed: int) -> None:
    one = limits(seed, strict=False)
    capacity: dict[tuple[str, str], float] = {}
    for (hub, good, step), amount in one.came.items():
        capacity[f"sold {good} {step}", f"in {hub} {good} {step}"] = amount
        capacity["s", f"sold {good} {step}"] = one.sold.get((good, step), 1e6)
        for after in (step, step + 1):
            capacity[f"in {hub} {good} {step}", f"out {hub} {good} {after}"] = 1e6
    for (hub, good, step), amount in one.went.items():
        capacity[f"out {hub} {good} {step}", f"bought {good} {step}"] = amount
        capacity[f"bought {good} {step}", "t"] = one.bought.get((good, step), 1e6)
    assert matched(one).value == pytest.approx(maximum_flow(capacity, "s", "t").value, abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_no_whole_number_of_dollars_does_better(seed: int) -> None:
    """Every way to send up to two dollars over each of six ways."""
    draw = random.Random(seed)
    cells = [(hub, "x", step) for hub in HUBS for step in range(2)]
    came, went = ({cell: draw.randint(0, 2) for cell in cells} for _ in range(2))
    sold, bought = ({("x", step): draw.randint(0, 3) for step in range(2)} for _ in range(2))
    ways = [(hub, step, after) for hub in HUBS for step, after in ((0, 0), (0, 1), (1, 1))]

    def fits(sent: tuple[int, ...]) -> bool:
        sums: dict[object, int] = {}
        for (hub, step, after), amount in zip(ways, sent, strict=True):
            for key in (("c", hub, step), ("w", hub, after), ("s", step), ("b", after)):
                sums[key] = sums.get(key, 0) + amount
        known = {("c", hub, step): amount for (hub, _, step), amount in came.items()}
        known |= {("w", hub, step): amount for (hub, _, step), amount in went.items()}
        known |= {("s", step): amount for (_, step), amount in sold.items()}
        known |= {("b", step): amount for (_, step), amount in bought.items()}
        return all(amount <= known[key] for key, amount in sums.items())

    best = max(sum(sent) for sent in itertools.product(range(3), repeat=6) if fits(sent))
    assert matched(FlowLimits(came, went, sold=sold, bought=bought)).value == pytest.approx(best)


def test_nothing_to_match_is_nothing() -> None:
    assert matched(FlowLimits({}, {})).value == 0
    assert matched(FlowLimits({("A", "x", 0): 5.0}, {("A", "y", 0): 5.0})).value == 0
    assert matched(FlowLimits({("A", "x", 1): 5.0}, {("A", "x", 0): 5.0})).value == 0


BETWEEN = "abcd"
"""Hubs of networks in which chains are told apart."""


def hub_network(draw: random.Random) -> dict[tuple[str, str], float]:
    places = [(ORIGIN, hub) for hub in BETWEEN] + [(hub, IMPORTER) for hub in BETWEEN]
    places += list(itertools.permutations(BETWEEN, 2))
    return {edge: draw.uniform(0, 1e6) for edge in places if draw.random() < 0.7}


def through(capacity: dict[tuple[str, str], float], hubs: str, length: int) -> float:
    most = maximum_flow(capacity, ORIGIN, IMPORTER).value
    return through_chains(capacity, hubs, length, most)


@pytest.mark.parametrize("seed", range(30))
def test_chains_of_two_hubs_are_a_flow_through_two_layers(seed: int) -> None:
    """Each edge has one place in such a chain, so that a maximum flow can say it."""
    capacity = hub_network(random.Random(seed))
    layers = {(one, f"{hub}1"): amount for (one, hub), amount in capacity.items() if one == ORIGIN}
    for (one, other), amount in capacity.items():
        if other == IMPORTER:
            layers[f"{one}2", other] = amount
        elif one != ORIGIN:
            layers[f"{one}1", f"{other}2"] = amount
    flow = maximum_flow(layers, ORIGIN, IMPORTER).value
    assert through(capacity, BETWEEN, 2) == pytest.approx(flow, rel=1e-6, abs=1)


@pytest.mark.parametrize("seed", range(30))
def test_chains_of_three_hubs_are_those_of_scipy(seed: int) -> None:
    capacity = hub_network(random.Random(100 + seed))
    chains = [(ORIGIN, *between, IMPORTER) for between in itertools.permutations(BETWEEN, 3)]
    edges_ = sorted({edge for chain in chains for edge in itertools.pairwise(chain)})
    uses = np.array([[edge in itertools.pairwise(one) for one in chains] for edge in edges_], float)
    sizes = [capacity.get(edge, 0.0) for edge in edges_]
    best = linprog(-np.ones(len(chains)), A_ub=uses, b_ub=sizes)
    found = through(capacity, BETWEEN, 3)
    assert found == pytest.approx(-best.fun, rel=1e-6, abs=1)
    every = maximum_flow(capacity, ORIGIN, IMPORTER).value
    assert found <= every * (1 + 1e-9)


def test_chains_of_one_hub_are_the_smaller_side_and_no_hub_is_passed_twice() -> None:
    back = {(ORIGIN, "a"): 5.0, ("a", "b"): 9.0, ("b", "a"): 9.0, ("a", IMPORTER): 7.0}
    assert [through(back, "ab", length) for length in (1, 2, 3)] == [pytest.approx(5), 0, 0]


def test_chains_never_pass_more_than_everything_does() -> None:
    """One dollar in the way of a hundred billion is one dollar, and none of the solver's."""
    wide = 1e11
    capacity = {(ORIGIN, "a"): wide, ("a", "b"): 1.0, ("b", IMPORTER): wide}
    capacity |= {(ORIGIN, "b"): 1.0, ("a", IMPORTER): 1.0}
    for length in (1, 2):
        found = through(capacity, "ab", length)
        assert found <= maximum_flow(capacity, ORIGIN, IMPORTER).value
        assert found == pytest.approx({1: 2.0, 2: 1.0}[length], rel=1e-6)
