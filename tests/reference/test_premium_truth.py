"""A buyer's premium against full regressions, a known truth, published numbers and real data."""

from __future__ import annotations

import csv
import math
import random
import statistics
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from scipy import stats

import entrepot as ep
from entrepot.errors import MissingExtraError
from entrepot.measures.prices.contrasts import Contrast, difference_in_differences, median_gap
from entrepot.measures.student import student_quantile

if TYPE_CHECKING:
    from pathlib import Path

TRUE = math.log(1.716)
Row = dict[str, Any]


def panel(seed: int, *, exporters: int = 2, destinations: int = 2) -> tuple[list[Row], set[str]]:
    """Made-up trade with a premium of e^0.5 - 1 on controlled goods to RUS, and 10 % on all."""
    draw, rows, controlled = random.Random(seed), [], set()
    names = ["RUS", "KAZ", "TUR", "IND", "BRA"][:destinations]
    for heading in range(8):
        shock = draw.gauss(0, 0.15)
        for line in range(draw.randint(1, 3)):
            code = f"{8401 + heading}{line:02d}"
            if (heading + line) % 2:
                controlled.add(code)
            for exporter in range(exporters):
                level, trend = draw.gauss(2, 1), draw.gauss(0.05, 0.1)
                for name in names:
                    usual = draw.gauss(0, 0.3)
                    for year in (2021, 2024):
                        late = year == 2024
                        log = level + usual + trend * late + draw.gauss(0, 0.2)
                        if name == "RUS" and late:
                            log += shock + math.log(1.1) + 0.5 * (code in controlled)
                        value = math.exp(draw.gauss(10, 1.5))
                        rows.append(
                            {
                                "exporter": f"X{exporter}",
                                "importer": name,
                                "product": code,
                                "period": year,
                                "value_usd": value,
                                "mass_kg": value / math.exp(log),
                            }
                        )
    return rows, controlled


def full_design(rows: list[Row], controlled: set[str] | None, weighted: bool) -> float:
    """β by least squares with a dummy for each fixed effect."""
    alpha = sorted({(r["exporter"], r["product"], r["importer"]) for r in rows})
    lam = sorted({(r["exporter"], r["product"], r["period"]) for r in rows})
    theta = sorted({(r["importer"], r["period"]) for r in rows}) if controlled else []
    places = {effect: place for place, effect in enumerate([*alpha, *lam, *theta])}
    design = np.zeros((len(rows), len(places) + 1))
    y, root = np.zeros(len(rows)), np.ones(len(rows))
    for place, row in enumerate(rows):
        late, here = row["period"] == 2024, row["importer"] == "RUS"
        chosen = controlled is None or row["product"] in controlled
        design[place, -1] = late and here and chosen
        design[place, places[row["exporter"], row["product"], row["importer"]]] = 1
        design[place, places[row["exporter"], row["product"], row["period"]]] = 1
        if controlled:
            design[place, places[row["importer"], row["period"]]] = 1
        y[place] = math.log(row["value_usd"] / row["mass_kg"])
        root[place] = math.sqrt(row["value_usd"]) if weighted else 1.0
    solved = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
    return float(solved[-1])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("split", [False, True])
def test_closed_form_is_the_regression_with_every_dummy(weighted: bool, split: bool) -> None:
    rows, controlled = panel(1)
    chosen = controlled if split else None
    found = ep.measures.price_premium(
        pa.Table.from_pylist(rows),
        buyer="RUS",
        period=2024,
        base=2021,
        estimator="did",
        controlled=chosen,
        by="exporter",
        weighted=weighted,
        trim=None,
    )
    assert found.beta == pytest.approx(full_design(rows, chosen, weighted), abs=1e-7)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("split", [False, True])
def test_regression_with_many_destinations(weighted: bool, split: bool) -> None:
    pytest.importorskip("pyfixest", reason="needs the extra stats")
    rows, controlled = panel(2, destinations=5)
    draw = random.Random(9)
    rows = [row for row in rows if draw.random() > 0.1]
    chosen = controlled if split else None
    found = ep.measures.premium_regression(
        pa.Table.from_pylist(rows),
        buyer="RUS",
        period=2024,
        base=2021,
        controlled=chosen,
        weighted=weighted,
    )
    assert found.beta == pytest.approx(full_design(rows, chosen, weighted), abs=1e-6)
    assert found.premium_low is not None
    assert found.premium_high is not None
    assert found.premium_low < found.premium < found.premium_high


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("split", [False, True])
def test_both_ways_to_a_jackknife_agree(weighted: bool, split: bool) -> None:
    """In closed form from contrasts, and by the residuals of the regression with all effects."""
    pytest.importorskip("pyfixest", reason="needs the extra stats")
    rows, controlled = panel(3, exporters=1)
    table = pa.Table.from_pylist(rows)
    options: dict[str, Any] = {"buyer": "RUS", "period": 2024, "base": 2021, "weighted": weighted}
    options["controlled"] = controlled if split else None
    ours = ep.measures.price_premium(table, estimator="did", trim=None, **options)
    other = ep.measures.premium_regression(table, **options)
    assert ours.beta == pytest.approx(other.beta, abs=1e-7)
    assert ours.beta_error is not None
    assert other.beta_error == pytest.approx(ours.beta_error, rel=1e-4)
    assert other.premium_low == pytest.approx(ours.premium_low, rel=1e-3)
    assert other.premium_high == pytest.approx(ours.premium_high, rel=1e-3)


def test_jackknife_by_leaving_out_each_heading() -> None:
    rows, controlled = panel(4)
    table = pl.DataFrame(rows)
    options: dict[str, Any] = {
        "buyer": "RUS",
        "period": 2024,
        "base": 2021,
        "estimator": "did",
        "controlled": controlled,
        "by": "exporter",
        "trim": None,
    }
    found = ep.measures.price_premium(table, **options)
    headings = sorted({row["product"][:4] for row in rows})
    left = [
        full_design([row for row in rows if row["product"][:4] != heading], controlled, False)
        for heading in headings
    ]
    count = len(headings)
    squares = sum((beta - found.beta) ** 2 for beta in left)
    error = math.sqrt((count - 1) / count * squares)
    assert found.beta_error == pytest.approx(error, rel=1e-6)
    sides = [
        [
            sum(
                (row["product"] in controlled) is inside
                for row in rows
                if row["product"][:4] == one
            )
            for one in headings
        ]
        for inside in (True, False)
    ]
    adds = [a / sum(sides[0]) ** 2 + b / sum(sides[1]) ** 2 for a, b in zip(*sides, strict=True)]
    effective = sum(adds) ** 2 / sum(add**2 for add in adds)
    assert effective < count - 0.1
    t = float(stats.t.ppf(0.975, effective - 1))
    assert found.premium_high == pytest.approx(math.expm1(found.beta + t * error), rel=1e-6)


def test_a_regression_says_what_it_left_out() -> None:
    pytest.importorskip("pyfixest", reason="needs the extra stats")
    rows, _ = panel(5, exporters=1, destinations=3)
    full = ep.measures.premium_regression(
        pa.Table.from_pylist(rows), buyer="RUS", period=2024, base=2021
    )
    late = {"exporter": "X0", "importer": "RUS", "period": 2024}
    more = [
        late | {"product": "990100", "value_usd": 5.0, "mass_kg": None},
        late | {"product": "990200", "value_usd": 7.0, "mass_kg": 2.0},
        late | {"product": "990300", "value_usd": 11.0, "mass_kg": 2.0},
        late | {"product": "990300", "value_usd": 11.0, "mass_kg": 2.0, "period": 2021},
        late | {"product": "990400", "value_usd": 90.0, "mass_kg": 2.0, "importer": None},
    ]
    found = ep.measures.premium_regression(
        pa.Table.from_pylist(rows + more), buyer="RUS", period=2024, base=2021
    )
    assert {(part.reason, part.products, part.usd) for part in found.left_out} == {
        ("no_price", 1, 5.0),
        ("no_price_in_base", 1, 7.0),
        ("no_others", 1, 11.0),
    }
    assert full.left_out == ()
    assert found.beta == pytest.approx(full.beta, abs=1e-9)
    assert (found.products, found.bill_usd) == (full.products, pytest.approx(full.bill_usd))
    bill = sum(r["value_usd"] for r in rows if r["importer"] == "RUS" and r["period"] == 2024)
    assert full.bill_usd == pytest.approx(bill)


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyfixest.estimation", None)
    rows, _ = panel(1)
    with pytest.raises(MissingExtraError, match="stats"):
        ep.measures.premium_regression(
            pa.Table.from_pylist(rows), buyer="RUS", period=2024, base=2021
        )


@pytest.mark.parametrize("freedom", [1, 1.3, 2, 3, 3.8, 4, 9, 30, 101.5, 1000, 5001, 10**6])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_quantiles_of_student(freedom: float, confidence: float) -> None:
    expected = float(stats.t.ppf((1 + confidence) / 2, freedom))
    assert student_quantile(confidence, freedom) == pytest.approx(
        expected, rel=1e-9 if freedom < 5000 else 1e-6
    )


@pytest.mark.parametrize(
    ("freedom", "confidence"),
    [(1, 1 - 1e-7), (1, 1 - 1e-10), (1, 1 - 1e-15), (3, 1 - 1e-15), (0.5, 0.95), (0.01, 0.95)],
)
def test_quantiles_of_student_far_out(freedom: float, confidence: float) -> None:
    """Where 1 - P has no digits left, an error of 2 % or of the logarithm of zero came out."""
    expected = float(stats.t.isf((1 - confidence) / 2, freedom))
    assert student_quantile(confidence, freedom) == pytest.approx(expected, rel=1e-9)


def test_no_float_is_as_large_as_the_quantile_of_a_thousandth_of_a_degree() -> None:
    assert student_quantile(0.95, 0.001) == math.inf


def made(draw: random.Random, headings: int, beta: float) -> list[Contrast]:
    """Products in headings that move together, with one error in ten three times as large."""
    found = []
    for heading in range(headings):
        together = draw.gauss(0, 0.15)
        for line in range(draw.randint(1, 4)):
            error = draw.gauss(0, 0.35) * (3 if draw.random() < 0.1 else 1)
            others = draw.gauss(0.05, 0.1)
            weight = math.exp(draw.gauss(0, 1.5))
            gap = beta + together + error
            found.append(Contrast(f"{heading}-{line}", heading, gap + others, others, weight, 1.0))
    return found


def test_a_known_premium_is_found_and_its_intervals_cover_it() -> None:
    """A short run: bounds of three standard errors about 95 %; see benchmarks for a long one."""
    draw, runs = random.Random(11), 250
    inside = {"median": 0, "did": 0, "weighted": 0}
    betas: dict[str, list[float]] = {name: [] for name in inside}
    for run in range(runs):
        items = made(draw, 40, TRUE)
        estimates = {
            "median": median_gap(
                items, None, confidence=0.95, interval="percentile", replicates=199, seed=run
            ),
            "did": difference_in_differences(items, None, weighted=False, confidence=0.95),
            "weighted": difference_in_differences(items, None, weighted=True, confidence=0.95),
        }
        for name, found in estimates.items():
            assert found.low is not None
            assert found.high is not None
            inside[name] += found.low <= TRUE <= found.high
            betas[name].append(found.beta)
    slack = 3 * math.sqrt(0.95 * 0.05 / runs)
    for name, count in inside.items():
        assert 0.95 - slack < count / runs < 0.95 + slack, name
        spread = statistics.stdev(betas[name])
        # The mean of 250 is known to 0.06 of the spread: a bias of 0.25 would be seen.
        assert abs(statistics.fmean(betas[name]) - TRUE) < 0.25 * spread, name


def test_a_premium_that_is_not_there_is_not_found() -> None:
    draw, runs = random.Random(12), 200
    false = 0
    for _ in range(runs):
        found = difference_in_differences(
            made(draw, 30, 0.0), None, weighted=False, confidence=0.95
        )
        assert found.low is not None
        assert found.high is not None
        false += not found.low <= 0 <= found.high
    assert false / runs < 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)


def test_the_whole_way_from_rows_to_a_premium() -> None:
    """Unit values of 60 products with a premium of 71.6 % and no noise at all."""
    rows = []
    for place in range(60):
        code = f"{8401 + place // 3}{place % 3:02d}"
        for name, change in (("RUS", 1.87), ("KAZ", 1.09)):
            for year in (2021, 2024):
                price = (2 + place) * (change if year == 2024 else 1)
                value = 1000.0 + 10 * place
                rows.append((name, code, year, value, value / price))
    names = ("importer", "product", "period", "value_usd", "mass_kg")
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    for estimator in ("median", "did"):
        found = ep.measures.price_premium(
            table, buyer="RUS", period=2024, base=2021, estimator=estimator
        )
        assert found.premium == pytest.approx(1.87 / 1.09 - 1)
        assert (found.buyer_change, found.others_change) == pytest.approx((0.87, 0.09))
        assert found.premium_low == pytest.approx(found.premium_high)
        assert found.overpaid_share == pytest.approx(1 - 1.09 / 1.87)
        assert found.bill_usd == sum(1000.0 + 10 * place for place in range(60))
        assert found.overpaid_usd == pytest.approx(found.bill_usd * (1 - 1.09 / 1.87))
        assert (found.products, found.clusters, found.left_out) == (60, 20, ())


def test_published_numbers(shared_data: Path) -> None:
    """BOFIT (November 2025) as the press has it: rows of the collection of published figures."""
    with (shared_data / "published" / "figures.csv").open(encoding="utf-8", newline="") as file:
        pct = {
            row["id"]: float(row["value"])
            for row in csv.DictReader(file)
            if row["id"] in ("BF-001", "BF-002", "BF-003", "BF-004")
        }
    assert pct == {"BF-001": 87, "BF-002": 9, "BF-003": 76, "BF-004": -13}
    premium = ep.measures.relative_premium(pct["BF-001"], pct["BF-002"])
    assert round(100 * premium, 1) == 71.6
    assert round(100 * ep.measures.overpayment(premium).share, 1) == 41.7
    bearings = ep.measures.change_triple(value_pct=pct["BF-003"], quantity_pct=pct["BF-004"])
    assert round(bearings.price_pct) == 102


def test_all_fourteen_exporters() -> None:
    assert round(100 * ep.measures.overpayment(0.75).share, 1) == 42.9
