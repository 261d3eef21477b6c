"""Dependence flags against exact fractions, on every kind of frame, on generated rows."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import duckdb
import flags_plain as plain
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import entrepot as ep

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, Any]
CONNECTION = duckdb.connect()
KINDS: dict[str, Callable[[pa.Table], Any]] = {
    "duckdb": CONNECTION.from_arrow,
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.LazyFrame(pl.from_arrow(table)),
    "pandas": lambda table: table.to_pandas(),
    "pandas with Arrow types": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "pyarrow": lambda table: table,
    "narwhals": lambda table: nw.from_native(table, eager_only=True),
}
SCHEMA = pa.schema(
    [
        ("country", pa.string()),
        ("exporter", pa.string()),
        ("product", pa.string()),
        ("year", pa.int64()),
        ("value_usd", pa.int64()),
    ]
)
NAMES = ("c1", "c2", "c3")


def rows_of(frame: Any) -> list[Row]:
    rows = nw.from_native(frame)
    if isinstance(rows, nw.LazyFrame):
        rows = rows.collect("pyarrow")
    found: list[Row] = rows.to_arrow().to_pylist()
    return found


def table(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def made(seed: int) -> tuple[list[Row], list[Row], list[Row]]:
    """Imports, exports and world exports with what decides: ties, gaps, years without a report.

    Values are few and small, so that indices fall on their thresholds (6, 1, 1, 1, 1 gives 0.4),
    and products reach every verdict. Country B has no exports in 2021 and no imports in 2020.
    """
    draw = random.Random(seed)
    imports: list[Row] = []
    exports: list[Row] = []
    world: list[Row] = []
    for year, place in itertools.product((2019, 2020, 2021, 2022, 2023), range(30)):
        product = f"{place:06d}"
        exporters = 1 if draw.random() < 0.6 else 6
        world += [row("", f"E{one}", product, year, drawn(draw, 0.03)) for one in range(exporters)]
        for country in "AB":
            if (country, year) != ("B", 2020):
                imports += bought(draw, country, product, year)
            if draw.random() < 0.7 and (country, year) != ("B", 2021):
                exports.append(row(country, "E9", product, year, drawn(draw, 0.1)))
    draw.shuffle(imports)
    return imports, exports, world


def bought(draw: random.Random, country: str, product: str, year: int) -> list[Row]:
    if (country, year) == ("A", 2022) and product < "000006":  # on the threshold of criterion 1
        return [
            row(country, party, product, year, value)
            for party, value in zip("VWXYZ", (6, 1, 1, 1, 1), strict=True)
        ]
    parties = ["E0", "E0", "E1", "E2", "M1", None]
    return [
        row(country, draw.choice(parties), product, year, drawn(draw, 0.05))
        for _ in range(draw.choice([0, 1, 1, 2, 5]))
    ]


def drawn(draw: random.Random, bad: float) -> int | None:
    if draw.random() < bad:
        return draw.choice([None, 0, None, -3])
    return draw.choice([1, 1, 2, 5, 6, 40, 90])


def row(country: str, exporter: str | None, product: str, year: int, value: int | None) -> Row:
    return {
        "country": country,
        "exporter": exporter,
        "product": product,
        "year": year,
        "value_usd": value,
    }


def agree(found: Row, expected: Row, values: tuple[str, str, str]) -> None:
    for name, value in zip(values, expected["values"], strict=True):
        close(found[name], value)
    for name, verdict, margin in zip(NAMES, expected["verdicts"], expected["margins"], strict=True):
        assert found[name] is verdict
        close(found[f"{name}_margin"], margin)
    assert found["near_miss"] is expected["near_miss"]


def close(found: float | None, expected: Fraction | None) -> None:
    if expected is None:
        assert found is None
    else:
        assert found == pytest.approx(float(expected), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_geodep(kind: str) -> None:
    frames = made(seed=3)
    expected = plain.geodep(*frames)
    result = ep.measures.geodep(
        *(KINDS[kind](table(rows)) for rows in frames), year="year", country="country"
    )
    found = {(one["country"], one["product"], one["year"]): one for one in rows_of(result)}
    assert found.keys() == expected.keys()
    for key, one in expected.items():
        got = found[key]
        agree(got, one, ("import_hhi", "world_hhi", "import_export_ratio"))
        assert got["met"] is one["met"], key
        assert got["dependent"] is one["dependent"], key
        assert (got["years_met"], got["years_known"]) == (one["years_met"], one["years_known"])
    reached = [
        {one[name] for one in expected.values()} for name in ("dependent", "met", "near_miss")
    ]
    assert reached == [{True, False, None}] * 3
    assert {one["years_met"] for one in expected.values()} == {0, 1, 2, 3}
    edges = [one for one in expected.values() if one["values"][0] == Fraction(2, 5)]
    assert len(edges) >= 6
    assert not any(one["verdicts"][0] for one in edges)


@pytest.mark.parametrize("kind", KINDS)
def test_cdi(kind: str) -> None:
    imports, exports, _ = made(seed=4)
    expected = plain.cdi(imports, exports, {"M1", "E1"})
    result = ep.measures.cdi(
        *(KINDS[kind](table(rows)) for rows in (imports, exports)),
        members=["M1", "E1"],
        year="year",
    )
    found = {(one["product"], one["year"]): one for one in rows_of(result)}
    assert found.keys() == expected.keys()
    for key, one in expected.items():
        agree(found[key], one, ("cdi1", "cdi2", "cdi3"))
        assert found[key]["dependent"] is one["met"], key
    assert {one["met"] for one in expected.values()} == {True, False, None}
    assert {one["near_miss"] for one in expected.values()} >= {True, False}


@pytest.mark.parametrize("thresholds", [(0.3, 0.5, 2.0), (0.6, 0.2, 0.5)])
def test_other_thresholds(thresholds: tuple[float, float, float]) -> None:
    frames = made(seed=5)
    limits = tuple(Fraction(str(one)) for one in thresholds)
    expected = plain.geodep(*frames, limits)
    result = ep.measures.geodep(
        *map(table, frames), year="year", country="country", thresholds=thresholds
    )
    got = {(one["country"], one["product"], one["year"]): one for one in rows_of(result)}
    assert {key: one["dependent"] for key, one in got.items()} == {
        key: one["dependent"] for key, one in expected.items()
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lag", [1, 2, 4])
def test_churn(kind: str, lag: int) -> None:
    draw = random.Random(lag)
    flags = {
        (f"{place:06d}", year): draw.choice([True, True, False, None])
        for place in range(60)
        for year in (2015, 2016, 2017, 2019, 2020)
        if draw.random() < 0.9
    }
    frame = KINDS[kind](
        pa.table(
            {
                "product": [product for product, _ in flags],
                "period": [year for _, year in flags],
                "dependent": pa.array(list(flags.values()), pa.bool_()),
            }
        )
    )
    expected = plain.churn(flags, lag)
    assert {one[0] for one in expected.values()} == {"stayed", "left", "entered", None}
    found = {
        (one["product"], one["period"]): (one["status"], one["before"], one["after"])
        for one in rows_of(ep.measures.churn(frame, lag=lag))
    }
    assert found == expected
    for one in rows_of(ep.measures.churn_rate(frame, lag=lag)):
        statuses = [
            status for (_, year), (status, _, _) in expected.items() if year == one["period"]
        ]
        left, stayed = statuses.count("left"), statuses.count("stayed")
        entered = statuses.count("entered")
        counts = (one["left"], one["stayed"], one["entered"], one["unknown"])
        assert counts == (left, stayed, entered, statuses.count(None))
        close(one["left_rate"], Fraction(left, left + stayed))
        close(one["entered_rate"], Fraction(entered, entered + stayed))


def test_a_flag_that_geodep_gives_is_followed() -> None:
    frames = made(seed=6)
    flags = ep.measures.geodep(*map(table, frames), year="year", country="country")
    expected = plain.geodep(*frames)
    for country in "AB":
        of_one = {
            (key[1], key[2]): one["dependent"] for key, one in expected.items() if key[0] == country
        }
        found = {
            (one["product"], one["year"]): one["status"]
            for one in rows_of(ep.measures.churn(flags, by="country", year="year"))
            if one["country"] == country
        }
        assert found == {key: status for key, (status, _, _) in plain.churn(of_one, 1).items()}
        # Country B has two years that are not known, which leaves little to follow.
        assert country == "B" or {"entered", "left", "stayed"} <= set(found.values())
