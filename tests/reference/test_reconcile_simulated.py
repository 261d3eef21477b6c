"""Reconciliation against made-up trade whose truth is known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from entrepot.engine import connect
from entrepot.reconciliation import fixed_point, gaps, implied, pair, reconcile, variances

if TYPE_CHECKING:
    import duckdb

COUNTRIES = 40
PRODUCTS = 60


class World:
    """Flows with known values, reports with known error variances, freight and silent sides."""

    def __init__(self, seed: int, *, freight: float = 0.0, outliers: float = 0.0) -> None:
        draw = np.random.default_rng(seed)
        self.names = [f"X{n:02d}" for n in range(COUNTRIES)]
        self.of_exporter = draw.uniform(0.03, 0.7, COUNTRIES) ** 2
        self.of_importer = draw.uniform(0.03, 0.7, COUNTRIES) ** 2
        # The level between the sides is fixed by their best reporters.
        self.of_exporter[:4] = self.of_importer[:4] = 0.03**2
        self.place = draw.uniform(0, 10_000, (COUNTRIES, 2))
        grid = np.array(
            [
                (i, j, k)
                for i in range(COUNTRIES)
                for j in range(COUNTRIES)
                for k in range(PRODUCTS)
                if i != j
            ]
        )
        grid = grid[draw.random(len(grid)) < 0.4]
        self.i, self.j, self.k = grid.T
        size = len(grid)
        self.truth = np.exp(draw.normal(14, 2, size))
        self.km = np.maximum(np.linalg.norm(self.place[self.i] - self.place[self.j], axis=1), 100)
        self.mass = self.truth / np.exp(draw.normal(1, 0.5, PRODUCTS))[self.k]
        self.log_freight = freight * np.log(self.km / 100)
        error = [
            draw.normal(0, np.sqrt(side[who]))
            for side, who in ((self.of_exporter, self.i), (self.of_importer, self.j))
        ]
        if outliers:
            wild = draw.random(size) < outliers
            error[1] = error[1] + wild * draw.choice([-6.0, 6.0], size)
        self.exporter = self.truth * np.exp(error[0])
        self.importer = self.truth * np.exp(error[1] + self.log_freight)
        told = draw.random(size)
        self.exporter_tells = told > 0.15
        self.importer_tells = told < 0.85

    def rows(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """Return canonical flows, each told by one side."""
        names = np.array(self.names)
        parts: list[dict[str, Any]] = []
        for side, value, tells in (
            ("exporter", self.exporter, self.exporter_tells),
            ("importer", self.importer, self.importer_tells),
        ):
            count = int(tells.sum())
            parts.append(
                {
                    "exporter": names[self.i[tells]].tolist(),
                    "importer": names[self.j[tells]].tolist(),
                    "product": [f"{code:06d}" for code in self.k[tells]],
                    "value_usd": value[tells],
                    "mass_kg": self.mass[tells],
                    "reported_by": [side] * count,
                    "valuation": ["FOB" if side == "exporter" else "CIF"] * count,
                }
            )
        table = pa.concat_tables([pa.table(part) for part in parts])
        connection.register("made", table)
        return connection.sql("""
            SELECT DATE '2022-01-01' AS period, 'A' AS freq, *, 'HS2022' AS nomenclature,
                   'origin' AS partner_basis, NULL::BOOLEAN AS is_reexport,
                   NULL::BOOLEAN AS is_estimated FROM made""")

    def distances(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        pairs = [
            (one, other, float(max(np.linalg.norm(self.place[a] - self.place[b]), 100.0)))
            for a, one in enumerate(self.names)
            for b, other in enumerate(self.names)
        ]
        connection.register(
            "far",
            pa.table(
                {
                    "exporter": [pair[0] for pair in pairs],
                    "importer": [pair[1] for pair in pairs],
                    "weighted_distance_km": [pair[2] for pair in pairs],
                    "is_contiguous": [False] * len(pairs),
                }
            ),
        )
        return connection.table("far")

    def truth_of(self) -> dict[tuple[str, str, str], float]:
        return {
            (self.names[i], self.names[j], f"{k:06d}"): float(value)
            for i, j, k, value in zip(self.i, self.j, self.k, self.truth, strict=True)
        }


def relative(variance: np.ndarray) -> np.ndarray:
    """Variance of a lognormal report relative to the truth, from the textbook."""
    return (np.exp(variance) - 1) * np.exp(variance)


@pytest.fixture(scope="module")
def world() -> World:
    return World(1)


def test_variances_are_recovered(world: World) -> None:
    found = variances(gaps(pair(world.rows(connect()))))
    for side, truth in (("exporter", world.of_exporter), ("importer", world.of_importer)):
        got = np.array([getattr(found, side)[name] for name in world.names])
        assert np.corrcoef(got, truth)[0, 1] > 0.99
        off = np.abs(got - truth) / np.maximum(truth, 0.02)
        assert np.median(off) < 0.12
        errors = np.array([found.errors[side, name] for name in world.names])
        assert (np.abs(got - truth) < 4 * errors + 0.01).mean() > 0.9


def test_weights_are_recovered(world: World) -> None:
    odds = variances(gaps(pair(world.rows(connect())))).odds()
    one, other = relative(world.of_exporter), relative(world.of_importer)
    off = [
        abs(odds.weight(a, b) - other[j] / (one[i] + other[j]))
        for i, a in enumerate(world.names)
        for j, b in enumerate(world.names)
        if i != j
    ]
    assert np.mean(off) < 0.05


def test_intervals_hold_the_truth_nine_times_in_ten(world: World) -> None:
    connection = connect()
    found = reconcile(connection, world.rows(connection))
    truth = world.truth_of()
    inside: dict[str, list[bool]] = {}
    for exporter, importer, product, low, high, told in found.rows.project(
        "exporter, importer, product, low_usd, high_usd, reported_by"
    ).fetchall():
        held = low <= truth[exporter, importer, product] <= high
        inside.setdefault(told, []).append(held)
        inside.setdefault("all", []).append(held)
    assert set(inside) == {"both", "exporter", "importer", "all"}
    assert 0.88 <= np.mean(inside["all"]) <= 0.92
    for held in inside.values():
        assert 0.86 <= np.mean(held) <= 0.94


def test_normal_errors_need_no_more_than_the_normal_band() -> None:
    """1.645, give or take what chance does to the quantile of nine thousand gaps."""
    for seed in (1, 5, 7):
        connection = connect()
        with reconcile(connection, World(seed).rows(connection)) as found:
            assert 1.644 < found.level < 1.68


@pytest.mark.parametrize("by", ["all", "chapter"])
def test_intervals_hold_where_some_errors_are_ten_times_as_large(by: Any) -> None:
    """One error in six is of another kind, as in real reports: a normal band holds too little."""
    wild = World(8)
    wild.k = wild.k + 10_000 * (1 + wild.k % 2)
    draw = np.random.default_rng(11)
    for name in ("exporter", "importer"):
        error = np.log(getattr(wild, name) / wild.truth)
        large = np.where(draw.random(len(error)) < 1 / 6, 10.0, 1.0)
        setattr(wild, name, wild.truth * np.exp(large * error))
    truth = wild.truth_of()
    connection = connect()
    with reconcile(connection, wild.rows(connection), by=by) as found:
        rows = found.rows.project(
            "exporter, importer, product, value_usd, high_usd, value_exporter_usd, "
            "value_importer_usd, reported_by, low_usd"
        ).fetchall()
        level = found.level
    assert level > 1.8
    inside = np.array([row[8] <= truth[row[:3]] <= row[4] for row in rows])
    off = np.array([abs(math.log(truth[row[:3]] / row[3])) for row in rows])
    band = np.array([math.log(row[4] / row[3]) for row in rows])
    # One report in six is wild for itself, so that both share nothing: that is held a little
    # too often. Not so where the two share their variance, see test_tails.
    assert 0.88 <= np.mean(inside) <= 0.95
    assert np.mean(off <= band * 1.6448536 / level) < 0.88
    both = np.array([row[7] == "both" for row in rows])
    gap = np.array([abs(math.log(row[6] / row[5])) if row[7] == "both" else 0.0 for row in rows])
    for low, high in ((0, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 1)):  # and also where they differ far
        ends = np.quantile(gap[both], (low, high))
        some = both & (gap >= ends[0]) & (gap <= ends[1])
        assert 0.88 <= np.mean(inside[some]) <= 0.98


def test_a_reconciled_value_is_nearer_the_truth_than_either_report(world: World) -> None:
    connection = connect()
    truth = world.truth_of()
    rows = reconcile(connection, world.rows(connection)).rows.filter("reported_by = 'both'")
    found = rows.project(
        "exporter, importer, product, value_usd, value_exporter_usd, value_importer_usd"
    ).fetchall()
    off = np.array([[abs(math.log(v / truth[row[:3]])) for v in row[3:]] for row in found])
    assert np.mean(off[:, 0] ** 2) < 0.6 * np.mean(off[:, 1:] ** 2, axis=0).min()


def test_freight_is_recovered_and_taken_off() -> None:
    world = World(2, freight=0.02)
    connection = connect()
    found = reconcile(
        connection,
        world.rows(connection),
        distances=world.distances(connection),
        remove_freight=True,
    )
    assert found.freight is not None
    for km in (500.0, 2_000.0, 8_000.0):
        expected = (km / 100) ** 0.02 - 1
        assert found.freight.rate(km, unit_value=math.e) == pytest.approx(expected, abs=0.012)
    assert found.freight.rate(1.0, unit_value=1e9) >= 0.0
    truth = world.truth_of()
    logs = [
        math.log(value / truth[exporter, importer, product])
        for exporter, importer, product, value in found.rows.filter("reported_by = 'importer'")
        .project("exporter, importer, product, value_usd")
        .fetchall()
    ]
    assert abs(np.mean(logs)) < 0.02


def test_outliers_move_little() -> None:
    calm = variances(gaps(pair(World(3).rows(connect()))))
    wild = variances(gaps(pair(World(3, outliers=0.01).rows(connect()))))
    names = World(3).names
    for side in ("exporter", "importer"):
        one, other = (np.array([getattr(v, side)[n] for n in names]) for v in (calm, wild))
        assert np.corrcoef(one, other)[0, 1] > 0.97


def test_a_perfect_reporter_gets_all_the_weight() -> None:
    world = World(4)
    world.exporter = world.truth.copy()
    odds = variances(gaps(pair(world.rows(connect())))).odds()
    weights = [odds.weight(a, b) for a in world.names for b in world.names[4:] if a != b]
    assert np.median(weights) > 0.97


@pytest.mark.parametrize("way", ["variances", "fixed_point"])
def test_scaling_both_sides_changes_no_weight(world: World, way: str) -> None:
    def odds(connection: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation) -> Any:
        found = gaps(pair(rows))
        return variances(found).odds() if way == "variances" else fixed_point(found)

    connection = connect()
    plain = odds(connection, world.rows(connection))
    larger = odds(
        connection, world.rows(connection).project("* REPLACE (value_usd * 1000 AS value_usd)")
    )
    for a, b in zip(world.names[:10], world.names[10:20], strict=True):
        assert larger.weight(a, b) == pytest.approx(plain.weight(a, b), abs=0.02)


def test_products_add_up_to_totals(world: World) -> None:
    """A pair has one weight, so what is made of its products is what is made of their sum."""
    connection = connect()
    odds = variances(gaps(pair(world.rows(connection)))).odds()
    both = world.exporter_tells & world.importer_tells
    world_rows = World(1)
    world_rows.exporter_tells = world_rows.importer_tells = both
    rows = world_rows.rows(connection)
    total = rows.aggregate(
        """period, freq, exporter, importer, 'TOTAL' AS product, nomenclature, reported_by,
        valuation, partner_basis, is_reexport, is_estimated, sum(value_usd) AS value_usd,
        sum(mass_kg) AS mass_kg""",
        "period, freq, exporter, importer, nomenclature, reported_by, valuation, partner_basis, "
        "is_reexport, is_estimated",
    )

    def by_pair(given: duckdb.DuckDBPyRelation) -> dict[tuple[str, str], float]:
        made = reconcile(connection, given, odds=odds).rows
        found = made.aggregate("exporter, importer, sum(value_usd)", "exporter, importer")
        return {row[:2]: row[2] for row in found.fetchall()}

    parts, wholes = by_pair(rows), by_pair(total)
    assert parts.keys() == wholes.keys()
    assert all(value == pytest.approx(wholes[cell]) for cell, value in parts.items())


def test_swapping_the_sides_swaps_the_weights(world: World) -> None:
    connection = connect()
    plain = variances(gaps(pair(world.rows(connection)))).odds()
    swapped = variances(
        gaps(
            pair(
                world.rows(connection).project("""
                    * REPLACE (importer AS exporter, exporter AS importer,
                    CASE reported_by WHEN 'exporter' THEN 'importer' ELSE 'exporter' END
                    AS reported_by)""")
            )
        )
    ).odds()
    for a, b in zip(world.names[:10], world.names[10:20], strict=True):
        assert swapped.weight(b, a) == pytest.approx(1 - plain.weight(a, b), abs=1e-6)


def test_a_pair_far_away_changes_nothing(world: World) -> None:
    """Two countries that trade with each other only say nothing about the others."""
    connection = connect()
    plain = variances(gaps(pair(world.rows(connection))))
    found = list(gaps(pair(world.rows(connection))))
    from entrepot.reconciliation import PairGap

    more = variances([*found, PairGap("Q01", "Q02", 50, 0.3, 0.15)])
    for name in world.names[:10]:
        assert more.exporter[name] == pytest.approx(plain.exporter[name], rel=0.05, abs=0.003)


def test_implied_odds_are_those_that_were_used(world: World) -> None:
    draw = np.random.default_rng(9)
    one = dict(zip(world.names, draw.normal(0, 1.5, COUNTRIES), strict=True))
    other = dict(zip(world.names, draw.normal(0, 1.5, COUNTRIES), strict=True))
    cells = []
    for n in range(len(world.i)):
        a, b = world.names[world.i[n]], world.names[world.j[n]]
        weight = 1 / (1 + math.exp(-(0.4 + one[a] + other[b])))
        x, m = float(world.exporter[n]), float(world.importer[n])
        official = weight * x + (1 - weight) * m
        if n % 12 == 0:
            official = m  # some follow one report alone
        cells.append((a, b, x, m, official))
    found = implied(cells)
    for a in world.names[:12]:
        for b in world.names[12:20]:
            weight = 1 / (1 + math.exp(-(0.4 + one[a] + other[b])))
            assert found.weight(a, b) == pytest.approx(weight, abs=0.01)


def test_chapters_have_variances_of_their_own(world: World) -> None:
    """In one chapter errors are three times as large; intervals hold there and elsewhere."""
    wild = World(6)
    wild.k = wild.k + 10_000 * (1 + wild.k % 2)  # chapters 01 and 02
    for name in ("exporter", "importer"):
        error = np.log(getattr(wild, name) / wild.truth)
        setattr(wild, name, wild.truth * np.exp(np.where(wild.k >= 20_000, 3, 1) * error))
    connection = connect()
    found = reconcile(connection, wild.rows(connection), by="chapter")
    assert set(found.parts) == {"01", "02"}
    ratio = [found.parts["02"].exporter[n] / found.parts["01"].exporter[n] for n in wild.names[4:]]
    assert np.median(ratio) == pytest.approx(9, rel=0.25)
    truth = wild.truth_of()
    inside: dict[str, list[bool]] = {}
    rows = found.rows.project("exporter, importer, product, low_usd, high_usd").fetchall()
    for exporter, importer, product, low, high in rows:
        held = low <= truth[exporter, importer, product] <= high
        inside.setdefault(product[:2], []).append(held)
    assert all(0.86 <= np.mean(held) <= 0.94 for held in inside.values())


def test_what_one_side_tells_says_nothing_of_freight_or_reporters(world: World) -> None:
    """A gap is of two reports; flows with one must not count as agreeing."""
    connection = connect()
    rows = world.rows(connection)
    twice = rows.query(
        "r",
        """SELECT * FROM r SEMI JOIN (
            SELECT exporter, importer, product FROM r GROUP BY ALL HAVING count(*) = 2
        ) USING (exporter, importer, product)""",
    )
    for gap, same in zip(gaps(pair(rows)), gaps(pair(twice)), strict=True):
        assert (gap.exporter, gap.importer, gap.cells) == (same.exporter, same.importer, same.cells)
        assert gap.log_gap == pytest.approx(same.log_gap)
    distances = world.distances(connection)
    one, other = (
        reconcile(connection, some, distances=distances, remove_freight=True).freight
        for some in (rows, twice)
    )
    assert one is not None
    assert other is not None
    assert one.cells == other.cells
    # The product's unit value is a median over what all exporters tell, so it may move a little.
    assert one.rate(3_000) == pytest.approx(other.rate(3_000), abs=0.003)


def test_freight_is_one_plus_a_rate_and_not_one_minus_it() -> None:
    from entrepot.reconciliation import Freight

    freight = Freight((math.log(1.25), 0.0, 0.0, 0.0, 0.0), (0.0,) * 5, 1_000, 0.1, 0.25)
    assert freight.rate(1_000) == pytest.approx(0.25)
    cell = "SELECT 7.0 AS log_km, false AS border, 1.0 AS log_unit_value"
    [(log,)] = connect().sql(f"SELECT {freight.sql()} FROM ({cell})").fetchall()
    assert 125 * math.exp(-log) == pytest.approx(100)
    cheap = Freight((-0.4, 0.0, 0.0, 0.0, 0.0), (0.0,) * 5, 1_000, 0.1, 0.0)
    assert cheap.rate(1_000) == 0.0


def test_scores_of_exporters_are_of_what_they_export() -> None:
    """A bad exporter that imports well is a bad exporter and a good importer."""
    from entrepot.reconciliation import PairGap

    names = [f"C{n}" for n in range(12)]
    found = [
        PairGap(a, b, 50, 0.5 if a == "C0" else 0.05, 0.25 if a == "C0" else 0.025)
        for a in names
        for b in names
        if a != b
    ]
    for odds in (fixed_point(found), variances(found).odds()):
        assert odds.weight("C0", "C1") < odds.weight("C2", "C1") - 0.2
        assert odds.weight("C1", "C0") == pytest.approx(odds.weight("C1", "C2"), abs=0.05)


def test_weights_of_products_are_no_switches(world: World) -> None:
    connection = connect()
    rows = reconcile(connection, world.rows(connection)).rows.filter("reported_by = 'both'")
    weights = np.array([w for (w,) in rows.project("weight_exporter").distinct().fetchall()])
    assert ((weights > 0.05) & (weights < 0.95)).mean() > 0.5
