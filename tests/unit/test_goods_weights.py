"""Weights between editions: against brute force, on simulated switchers, and applied to frames."""

from __future__ import annotations

import itertools
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy.optimize import minimize

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.goods import Links
from entrepot.goods.weights import CodeSplit, ConversionWeights, convert, estimate_weights

NEW, OLD = "HS2022", "HS2017"
Rows = list[tuple[str, str, float]]


def frame(rows: Rows) -> pa.Table:
    names = ("reporter", "product", "value")
    return pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})


def tables(links: list[tuple[str, str]], newer: str = NEW, older: str = OLD) -> Links:
    return Links((newer, new, older, old) for new, old in links)


def weight_of(found: ConversionWeights) -> dict[tuple[str, str], float]:
    return {(one.code, one.other_code): one.weight for one in found.splits}


def shares(values: np.ndarray) -> np.ndarray:
    return values / values.sum(axis=1, keepdims=True)


def rows_of(codes: list[str], values: np.ndarray) -> Rows:
    return [
        (f"R{who}", code, float(values[who, place]))
        for who in range(len(values))
        for place, code in enumerate(codes)
    ]


CASES = [
    # old and new codes by number, and the links between them
    (2, 2, [(0, 0), (0, 1), (1, 0), (1, 1)]),
    (1, 3, [(0, 0), (0, 1), (0, 2)]),
    (3, 1, [(0, 0), (1, 0), (2, 0)]),
    (2, 3, [(0, 0), (0, 1), (1, 1), (1, 2)]),
    (3, 3, [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2)]),
    (3, 2, [(0, 0), (0, 1), (1, 1), (2, 0), (2, 1)]),
]


def squared(x: np.ndarray, y: np.ndarray, pairs: list[tuple[int, int]], b: np.ndarray) -> float:
    matrix = np.zeros((x.shape[1], y.shape[1]))
    for (k, m), weight in zip(pairs, b, strict=True):
        matrix[k, m] = weight
    return float(((y - x @ matrix) ** 2).sum())


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("old_count", "new_count", "pairs"), CASES)
def test_as_good_as_a_general_solver(
    old_count: int, new_count: int, pairs: list[tuple[int, int]], seed: int, backward: bool
) -> None:
    """The least squares of the paper by SLSQP, from several starts, on trade without a pattern."""
    chance = np.random.default_rng(seed)
    old_codes = [f"1000{k:02}" for k in range(old_count)]
    new_codes = [f"2000{m:02}" for m in range(new_count)]
    x = chance.lognormal(size=(7, old_count)) * chance.integers(0, 2, size=(7, old_count))
    y = chance.lognormal(size=(7, new_count))
    x[:, 0] += 0.1
    links = tables([(new_codes[m], old_codes[k]) for k, m in pairs])
    ends = (NEW, OLD) if backward else (OLD, NEW)
    before, after = frame(rows_of(old_codes, x)), frame(rows_of(new_codes, y))
    found = weight_of(estimate_weights(before, after, links, *ends))
    if backward:
        x, y, old_codes, new_codes = y, x, new_codes, old_codes
        pairs = sorted((m, k) for k, m in pairs)
    ours = np.array([found.get((old_codes[k], new_codes[m]), 0.0) for k, m in pairs])
    for k in range(len(old_codes)):
        there = [w for (one, _), w in zip(pairs, ours, strict=True) if one == k]
        assert sum(there) == pytest.approx(1)

    def loss(b: np.ndarray) -> float:
        return squared(shares(x), shares(y), pairs, b)

    rows = [
        {"type": "eq", "fun": lambda b, k=k: sum(
            w for (one, _), w in zip(pairs, b, strict=True) if one == k) - 1}
        for k in range(len(old_codes))
    ]  # fmt: skip
    tries = [
        minimize(loss, chance.random(len(pairs)), method="SLSQP", bounds=[(0, 1)] * len(pairs),
                 constraints=rows, options={"ftol": 1e-14, "maxiter": 500})
        for _ in range(3)
    ]  # fmt: skip
    best = min(tries, key=lambda one: one.fun)
    assert loss(ours) <= best.fun + 1e-7
    traded = [k for k, _ in pairs if (x[:, k] > 0).any()]
    if len(set(traded)) == len(old_codes):  # else the problem has many solutions
        assert ours == pytest.approx(np.clip(best.x, 0, 1), abs=2e-3)


@pytest.mark.parametrize("seed", range(3))
def test_as_good_as_every_point_of_a_grid(seed: int) -> None:
    chance = np.random.default_rng(100 + seed)
    x, y = chance.random((5, 2)), chance.random((5, 2))
    links = tables(list(itertools.product(("200000", "200001"), ("100000", "100001"))))
    before = frame(rows_of(["100000", "100001"], x))
    after = frame(rows_of(["200000", "200001"], y))
    found = weight_of(estimate_weights(before, after, links, OLD, NEW))
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1)]
    ours = np.array([found.get((f"10000{k}", f"20000{m}"), 0.0) for k, m in pairs])
    steps = np.linspace(0, 1, 201)
    best = min(
        squared(shares(x), shares(y), pairs, np.array([a, 1 - a, b, 1 - b]))
        for a in steps for b in steps
    )  # fmt: skip
    reached = squared(shares(x), shares(y), pairs, ours)
    assert best - 1e-4 <= reached <= best + 1e-9


def switched(
    weights: np.ndarray, *, reporters: int, noise: float, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Imports before and after, of reporters whose goods go over by the same weights."""
    chance = np.random.default_rng(seed)
    x = chance.lognormal(sigma=2, size=(reporters, len(weights)))
    grown = x * chance.lognormal(sigma=0.5, size=(reporters, 1))
    return x, grown @ weights * chance.lognormal(sigma=noise, size=(reporters, weights.shape[1]))


KNOWN = np.array([[0.7, 0.3, 0.0], [0.0, 0.25, 0.75], [0.0, 0.0, 1.0]])
KNOWN_LINKS = [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2)]


@pytest.mark.parametrize(("noise", "tolerance"), [(0.0, 1e-6), (0.1, 0.03), (0.3, 0.1)])
def test_known_weights_are_found_again(noise: float, tolerance: float) -> None:
    x, y = switched(KNOWN, reporters=60, noise=noise)
    old_codes, new_codes = ["100000", "100001", "100002"], ["200000", "200001", "200002"]
    links = tables([(new_codes[m], old_codes[k]) for k, m in KNOWN_LINKS])
    found = estimate_weights(
        frame(rows_of(old_codes, x)), frame(rows_of(new_codes, y)), links, OLD, NEW
    )
    weights = weight_of(found)
    for k, m in KNOWN_LINKS:
        assert weights[old_codes[k], new_codes[m]] == pytest.approx(KNOWN[k, m], abs=tolerance)
    behind = {(one.code, one.other_code): one.switchers for one in found.splits}
    assert behind[old_codes[0], new_codes[0]] == 60
    assert behind[old_codes[2], new_codes[2]] == 0  # one link: nothing was estimated


def test_backward_is_not_the_transpose_of_forward() -> None:
    """Half of a small code joins a large one: of the large one hardly anything goes back."""
    x = np.array([[1.0, 20.0], [2.0, 10.0], [1.0, 60.0], [3.0, 30.0], [5.0, 40.0]])
    forward = np.array([[0.5, 0.5], [0.0, 1.0]])
    y = x @ forward
    old_codes, new_codes = ["100000", "100001"], ["200000", "200001"]
    links = tables([("200000", "100000"), ("200001", "100000"), ("200001", "100001")])
    before, after = frame(rows_of(old_codes, x)), frame(rows_of(new_codes, y))
    there = weight_of(estimate_weights(before, after, links, OLD, NEW))
    back = weight_of(estimate_weights(before, after, links, NEW, OLD))
    assert there["100000", "200001"] == pytest.approx(0.5, abs=1e-6)
    assert back["200001", "100000"] < 0.1
    assert back["200001", "100000"] + back["200001", "100001"] == pytest.approx(1)
    assert back["200000", "100000"] == 1
    transposed = {(new, old): weight for (old, new), weight in there.items()}
    assert back.keys() == transposed.keys()
    assert back["200001", "100000"] != pytest.approx(transposed["200001", "100000"], abs=0.2)


def test_only_who_changed_on_time_counts() -> None:
    """A reporter that is in one year only says nothing, however large."""
    links = tables([("200000", "100000"), ("200001", "100000")])
    before = [("A", "100000", 1.0), ("B", "100000", 2.0), ("LATE", "100000", 1e9)]
    after = [("A", "200000", 0.2), ("A", "200001", 0.8), ("B", "200000", 0.4), ("B", "200001", 1.6),
             ("EARLY", "200000", 1e9)]  # fmt: skip
    found = weight_of(estimate_weights(frame(before), frame(after), links, OLD, NEW))
    assert found["100000", "200000"] == pytest.approx(0.2, abs=1e-6)


def test_a_large_reporter_counts_as_much_as_a_small_one_and_rows_add_up() -> None:
    links = tables([("200000", "100000"), ("200001", "100000")])
    before = [("A", "100000", 1.0), ("B", "100000", 1e6)]
    after = [("A", "200000", 0.5), ("A", "200000", 0.5), ("B", "200001", 5e5), ("B", "200001", 1.0),
             ("B", "999999", 1.0)]  # fmt: skip
    found = weight_of(estimate_weights(frame(before), frame(after), links, OLD, NEW))
    assert found["100000", "200000"] == pytest.approx(0.5, abs=1e-6)
    again = weight_of(estimate_weights(frame(before[::-1]), frame(after[::-1]), links, OLD, NEW))
    assert again == pytest.approx(found)


def test_what_nobody_traded_is_split_equally_and_says_that_it_is_a_guess() -> None:
    links = tables([("200000", "100000"), ("200001", "100000"), ("200002", "100002"),
                    ("200003", "100002")])  # fmt: skip
    before = [("A", "100000", 1.0), ("B", "100000", 1.0)]
    after = [("A", "200000", 1.0), ("B", "200000", 3.0), ("B", "200001", 1.0)]
    found = estimate_weights(frame(before), frame(after), links, OLD, NEW)
    guessed = {one.code: one.guessed for one in found.splits if one.code.startswith("10")}
    assert guessed == {"100000": False, "100002": True}
    assert found.of("100002") == pytest.approx({"200002": 0.5, "200003": 0.5})
    assert {one.switchers for one in found.splits if one.code == "100002"} == {0}


def test_nulls_and_values_below_zero_are_no_trade() -> None:
    links = tables([("200000", "100000"), ("200001", "100000")])
    before = frame([("A", "100000", 1.0), ("B", "100000", 1.0)])
    after = pa.table(
        {"reporter": ["A", "A", "B", "B"], "product": ["200000", "200001"] * 2,
         "value": [1.0, None, 1.0, -5.0]}
    )  # fmt: skip
    found = estimate_weights(before, after, links, OLD, NEW)
    assert found.of("100000") == pytest.approx({"200000": 1.0}, abs=1e-6)


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.Table, "duckdb"])
def test_reports_may_come_in_any_frame(kind: Any) -> None:
    links = tables([("200000", "100000"), ("200001", "100000")])
    before = frame([("A", "100000", 1.0), ("B", "100000", 1.0)])
    after = frame([("A", "200000", 1.0), ("B", "200000", 1.0), ("B", "200001", 1.0)])
    connection = duckdb.connect()
    given = [as_kind(one, kind, connection) for one in (before, after)]
    found = weight_of(estimate_weights(given[0], given[1], links, OLD, NEW))
    assert found["100000", "200000"] == pytest.approx(0.75, abs=1e-6)


def as_kind(rows: pa.Table, kind: Any, connection: duckdb.DuckDBPyConnection) -> Any:
    if kind is pd.DataFrame:
        return rows.to_pandas()
    if kind is pl.DataFrame:
        return pl.from_arrow(rows)
    if kind is pl.LazyFrame:
        return pl.LazyFrame(pl.from_arrow(rows))
    return connection.from_arrow(rows) if kind == "duckdb" else rows


def test_refusals() -> None:
    links = tables([("200000", "100000"), ("200001", "100000")])
    one, other = frame([("A", "100000", 1.0)]), frame([("B", "200000", 1.0)])
    with pytest.raises(NoEvidenceError, match="no reporter reported its imports in HS2017"):
        estimate_weights(one, other, links, OLD, NEW)
    with pytest.raises(RequestError, match="between HS2022 and HS2012 is not loaded"):
        estimate_weights(one, one, links, "HS2012", NEW)
    with pytest.raises(RequestError, match="cannot be followed by weights from HS2012"):
        ConversionWeights(OLD, NEW, ()).then(ConversionWeights("HS2012", "HS2007", ()))


def test_only_the_families_asked_for() -> None:
    links = tables([("200000", "100000"), ("200001", "100000"), ("300000", "300000")])
    before = frame([("A", "100000", 1.0), ("A", "300000", 1.0)])
    after = frame([("A", "200000", 1.0), ("A", "300000", 1.0)])
    found = estimate_weights(before, after, links, OLD, NEW, codes=["300000"])
    assert found.splits == (CodeSplit("300000", "300000", 1.0, 0),)
    assert found.nowhere == ()
    lost = estimate_weights(before, after, links, OLD, NEW, codes=["300000", "400000"])
    assert lost.nowhere == ("400000",)


def test_pooled_petroleum_oils_stay_where_they_are() -> None:
    """BACI has them under 271000 in every edition, where the tables have other codes."""
    before, after = frame([("A", "100000", 1.0)]), frame([("A", "200000", 1.0)])
    found = estimate_weights(before, after, tables([("200000", "100000")]), OLD, NEW)
    assert found.of("271000") == {"271000": 1.0}
    older = tables([("271011", "271000"), ("271019", "271000")], "HS2002", "HS1996")
    before, after = frame([("A", "271000", 1.0)]), frame([("A", "271011", 1.0)])
    found = estimate_weights(before, after, older, "HS1996", "HS2002")
    assert found.of("271000") == pytest.approx({"271011": 1.0}, abs=1e-6)


# Chains


def test_two_steps_are_the_product_of_both() -> None:
    first = ConversionWeights(
        "HS2012",
        OLD,
        (CodeSplit("a", "b", 0.25, 9), CodeSplit("a", "c", 0.75, 9), CodeSplit("d", "d", 1.0, 0)),
    )
    second = ConversionWeights(
        OLD, NEW,
        (CodeSplit("b", "x", 0.5, 4), CodeSplit("b", "y", 0.5, 4), CodeSplit("c", "y", 1.0, 0),
         CodeSplit("d", "z", 0.5, 0, guessed=True), CodeSplit("d", "y", 0.5, 0, guessed=True)),
    )  # fmt: skip
    both = first.then(second)
    assert (both.nomenclature, both.other) == ("HS2012", NEW)
    assert weight_of(both) == pytest.approx(
        {("a", "x"): 0.125, ("a", "y"): 0.875, ("d", "z"): 0.5, ("d", "y"): 0.5}
    )
    behind = {(one.code, one.other_code): one.switchers for one in both.splits}
    assert behind["a", "x"] == 4
    assert {one.code for one in both.splits if one.guessed} == {"d"}


def test_every_code_of_a_chain_adds_up_to_one() -> None:
    chance = np.random.default_rng(5)
    codes = [f"{n:06}" for n in range(8)]

    def random_weights(one: str, other: str) -> ConversionWeights:
        raw = chance.random((8, 8)) * (chance.random((8, 8)) < 0.4) + np.eye(8) * 0.1
        raw /= raw.sum(axis=1, keepdims=True)
        return ConversionWeights(one, other, tuple(
            CodeSplit(codes[k], codes[m], float(raw[k, m]), 3)
            for k in range(8) for m in range(8) if raw[k, m] > 0
        ))  # fmt: skip

    found = random_weights("HS2007", "HS2012").then(random_weights("HS2012", OLD))
    found = found.then(random_weights(OLD, NEW))
    for code in codes:
        assert sum(found.of(code).values()) == pytest.approx(1)


def test_what_is_left_of_a_code_in_a_chain_adds_up_to_one() -> None:
    first = ConversionWeights(
        "HS2012", OLD, (CodeSplit("a", "b", 0.5, 1), CodeSplit("a", "c", 0.5, 1))
    )
    second = ConversionWeights(
        OLD, NEW, (CodeSplit("b", "x", 0.2, 1), CodeSplit("b", "y", 0.8, 1)), ("c",)
    )
    assert first.then(second).of("a") == pytest.approx({"x": 0.2, "y": 0.8})


def test_what_a_chain_loses_is_named() -> None:
    first = ConversionWeights(
        "HS2012", OLD, (CodeSplit("a", "b", 1.0, 0), CodeSplit("c", "d", 1.0, 0)), ("e",)
    )
    found = first.then(ConversionWeights(OLD, NEW, (CodeSplit("b", "b", 1.0, 0),), ("d",)))
    assert found.nowhere == ("c", "e")
    assert weight_of(found) == {("a", "b"): 1.0}


# Frames

TRADE = pa.table(
    {
        "year": [2017, 2017, 2018, 2018, 2018],
        "product": ["a", "d", "a", "d", "unknown"],
        "value_usd": [100.0, 50.0, 10.0, 3.0, 7.0],
        "mass_kg": [20.0, 5.0, None, 1.0, 1.0],
    }
)
SPLITS = ConversionWeights(
    OLD,
    NEW,
    (CodeSplit("a", "x", 0.25, 5), CodeSplit("a", "y", 0.75, 5), CodeSplit("d", "y", 1.0, 0)),
)


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.Table, "duckdb"])
def test_convert_keeps_totals_and_unit_values(kind: Any) -> None:
    connection = duckdb.connect()
    given = as_kind(TRADE, kind, connection)
    found = convert(given, as_kind(SPLITS.to_arrow(), kind, connection))
    assert type(found) is type(given)
    table = as_arrow(found)
    assert table.column_names == TRADE.column_names
    rows = sorted(
        table.to_pylist(), key=lambda row: (row["year"], row["product"], row["value_usd"])
    )
    assert [(row["year"], row["product"], row["value_usd"]) for row in rows] == [
        (2017, "x", 25.0), (2017, "y", 50.0), (2017, "y", 75.0),
        (2018, "x", 2.5), (2018, "y", 3.0), (2018, "y", 7.5),
    ]  # fmt: skip
    assert sum(row["value_usd"] for row in rows) == 100 + 50 + 10 + 3  # less the unknown code
    for row in rows:
        if row["year"] == 2017 and row["value_usd"] != 50.0:
            assert row["value_usd"] / row["mass_kg"] == pytest.approx(5)
    none = [row["mass_kg"] for row in rows if row["year"] == 2018 and row["value_usd"] != 3.0]
    assert all(cell is None or cell != cell for cell in none)


def as_arrow(found: Any) -> pa.Table:
    if isinstance(found, duckdb.DuckDBPyRelation):
        return found.to_arrow_table()
    if isinstance(found, pl.LazyFrame):
        return found.collect().to_arrow()
    if isinstance(found, pl.DataFrame):
        return found.to_arrow()
    return (
        found if isinstance(found, pa.Table) else pa.Table.from_pandas(found, preserve_index=False)
    )


def test_convert_takes_other_columns_and_refuses_missing_ones() -> None:
    rows = TRADE.rename_columns(["year", "hs", "value", "mass_kg"])
    found = convert(rows, SPLITS.to_arrow(), columns=("value",), product="hs")
    assert sum(found["value"].to_pylist()) == 163
    with pytest.raises(RequestError, match="no column value_usd") as caught:
        convert(rows, SPLITS.to_arrow(), product="hs")
    assert "value" in caught.value.hint


def test_weights_as_a_table() -> None:
    table = SPLITS.to_arrow()
    assert table.column_names == ["code", "other_code", "weight", "switchers", "guessed"]
    assert table.num_rows == 3
    assert SPLITS.of("a") == {"x": 0.25, "y": 0.75}
    assert SPLITS.of("nothing") == {}
