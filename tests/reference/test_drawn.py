"""Intervals of ranks, powers and changes of a share: errors with known truth, and by hand."""

from __future__ import annotations

import math
import random
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from entrepot.figures.definition import Definition
from entrepot.figures.intervals import drawn

Z = 1.6448536269514722
SELLERS = {"CHN": 900.0, "DEU": 400.0, "TUR": 350.0, "USA": 60.0}
BUYERS = {"RUS": 500.0, "DEU": 520.0, "TUR": 450.0, "USA": 900.0, "ARM": 20.0}
GOODS = ("848210", "854231")
KEYS: dict[str, dict[str, Any]] = {
    "rank": {},
    "elastic_power": {},
    "nested_power": {},
    "change_of_share": {"base": 2021},
}


def truth(measure: str) -> list[tuple[str, str, str, int, float]]:
    """Return the trade that a measure is made of, as it is."""
    if measure == "rank":
        return [("CHN", buyer, GOODS[0], 2023, value) for buyer, value in BUYERS.items()]
    years = (2021, 2023) if measure == "change_of_share" else (2023,)
    found = []
    for year in years:
        for place, product in enumerate(GOODS):
            for seller, value in SELLERS.items():
                grown = 1.6 if (seller, year) == ("CHN", 2023) else 1.0
                found.append((seller, "RUS", product, year, value * grown * (1 + place)))
                if seller != "CHN" and len(years) == 1:
                    found.append((seller, "CHN", product, year, 700 + 90 * place))
            if len(years) == 1:
                found.append(("RUS", "CHN", product, year, 130.0 + 40 * place))
    return found


def frame(rows: list[tuple[str, str, str, int, float]], sigma: dict[Any, float]) -> Any:
    from datetime import date

    wide = [math.exp(Z * sigma[seller, buyer, year]) for seller, buyer, _, year, _ in rows]
    return nw.from_native(
        pl.DataFrame(
            {
                "exporter": [row[0] for row in rows],
                "importer": [row[1] for row in rows],
                "product": [row[2] for row in rows],
                "period": [date(row[3], 1, 1) for row in rows],
                "value_usd": [row[4] for row in rows],
                "elasticity": [4.0 if row[2] == GOODS[0] else 7.0 for row in rows],
                "__low": [1 / one for one in wide],
                "__high": wide,
            }
        ).lazy()
    )


def asked(measure: str) -> Definition:
    return Definition.build(
        measure,
        importer="RUS",
        exporter="CHN",
        goods=",".join(GOODS),
        period=2023,
        **KEYS[measure],
    )


def measured(measure: str, rows: list[tuple[str, str, str, int, float]]) -> dict[str, float]:
    """Return the measures in plain Python."""
    sums: dict[Any, float] = {}
    for seller, buyer, product, year, value in rows:
        sums[seller, buyer, product, year] = value

    def share(seller: str, buyer: str, product: str, year: int) -> float:
        return sums[seller, buyer, product, year] / total(buyer, product, year)

    def total(buyer: str, product: str | None, year: int) -> float:
        return sum(
            value
            for (_, to, code, when), value in sums.items()
            if to == buyer and product in (None, code) and when == year
        )

    if measure == "rank":
        mine = sums["CHN", "RUS", GOODS[0], 2023]
        return {"rank": 1.0 + sum(value > mine for value in sums.values())}
    if measure == "change_of_share":
        parts = [
            sum(sums["CHN", "RUS", code, year] for code in GOODS) / total("RUS", None, year)
            for year in (2023, 2021)
        ]
        return {"change": parts[0] - parts[1]}
    theta = dict(zip(GOODS, (4.0, 7.0), strict=True))

    def over(seller: str, buyer: str) -> float:
        whole = total(buyer, None, 2023)
        if measure == "elastic_power":
            return sum(sums[seller, buyer, code, 2023] / theta[code] for code in GOODS) / whole
        return sum(
            total(buyer, code, 2023)
            / whole
            / (theta[code] - 1)
            * -math.log(1 - share(seller, buyer, code, 2023))
            for code in GOODS
        )

    here, back = over("CHN", "RUS"), over("RUS", "CHN")
    return {"power": here - back if measure == "elastic_power" else here}


def errors(
    rows: list[tuple[str, str, str, int, float]], sigma: dict[Any, float], draw: random.Random
) -> list[tuple[str, str, str, int, float]]:
    """Return rows as reports would have them: one error for each pair of areas and year."""
    off = {pair: draw.gauss(0, one) for pair, one in sigma.items()}
    return [
        (seller, buyer, product, year, value * math.exp(off[seller, buyer, year]))
        for seller, buyer, product, year, value in rows
    ]


def spread(rows: list[tuple[str, str, str, int, float]], seed: int) -> dict[Any, float]:
    draw = random.Random(seed)
    pairs = dict.fromkeys((row[0], row[1], row[3]) for row in rows)
    return {pair: draw.uniform(0.02, 0.2) for pair in pairs}


@pytest.mark.parametrize("measure", ["elastic_power", "nested_power", "change_of_share"])
def test_ends_are_quantiles_of_errors_by_hand(measure: str) -> None:
    rows = truth(measure)
    sigma = spread(rows, 2)
    draw = random.Random(3)
    every = [measured(measure, errors(rows, sigma, draw)) for _ in range(20_000)]
    found = drawn(frame(rows, sigma), asked(measure))
    for name, value in measured(measure, rows).items():
        each = sorted(one[name] for one in every)
        low, high = found[name]
        assert low < value < high
        # A quantile of 400 draws is known to a tenth of the interval, three errors of its own.
        slack = 0.1 * (each[19_000] - each[1_000])
        assert low == pytest.approx(each[1_000], abs=slack)
        assert high == pytest.approx(each[19_000], abs=slack)


def test_ranks_that_could_be() -> None:
    """Germany and Turkey are within a tenth of Russia and may change places; others may not."""
    rows = truth("rank")
    found = drawn(frame(rows, {(one[0], one[1], one[3]): 0.1 for one in rows}), asked("rank"))
    assert found["rank"] == (2.0, 4.0)
    sure = drawn(frame(rows, {(one[0], one[1], one[3]): 0.001 for one in rows}), asked("rank"))
    assert sure["rank"] == (3.0, 3.0)


@pytest.mark.parametrize("measure", list(KEYS))
def test_intervals_hold_the_truth(measure: str) -> None:
    """Nine in ten of 60 made-up sets of reports, within three errors; a rank at least so often."""
    rows, runs = truth(measure), 60
    true = measured(measure, rows)
    sigma = spread(rows, 5)
    draw = random.Random(6)
    inside = dict.fromkeys(true, 0)
    for _ in range(runs):
        found = drawn(frame(errors(rows, sigma, draw), sigma), asked(measure))
        for name, value in true.items():
            inside[name] += found[name][0] <= value <= found[name][1]
    slack = 3 * math.sqrt(0.9 * 0.1 / runs)
    for name, count in inside.items():
        assert count / runs > 0.9 - slack, name
        if measure != "rank":
            assert count / runs < 0.9 + slack, name


def test_causes_have_intervals_and_add_up_in_the_middle() -> None:
    rows = truth("change_of_share")
    found = drawn(frame(rows, spread(rows, 2)), asked("change_of_share"))
    causes = [name for name in found if name not in ("change", "share", "share_base")]
    assert len(causes) >= 4
    assert all(low <= high for low, high in found.values())
    assert any(low < high for low, high in (found[name] for name in causes))
