"""Measures against plain Python, on every kind of frame, on real and on generated rows."""

from __future__ import annotations

import csv
import math
import random
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import pandas as pd
import plain
import polars as pl
import pyarrow as pa
import pytest

import entrepot as ep

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Row = dict[str, Any]
CONNECTION = duckdb.connect()

KINDS: dict[str, Callable[[pa.Table], Any]] = {
    "duckdb": CONNECTION.from_arrow,
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.LazyFrame(pl.from_arrow(table)),
    "pandas": lambda table: table.to_pandas(),
    "pandas with Arrow types": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "pyarrow": lambda table: table,
    "pyarrow in chunks": lambda table: pa.concat_tables([table[:700], table[700:]]),
    "narwhals": lambda table: nw.from_native(table, eager_only=True),
}


def rows_of(frame: Any) -> list[Row]:
    rows = nw.from_native(frame)
    if isinstance(rows, nw.LazyFrame):
        rows = rows.collect("pyarrow")
    found: list[Row] = rows.to_arrow().to_pylist()
    return found


def by_keys(frame: Any, by: list[str], column: str) -> dict[tuple[Any, ...], float | None]:
    return {tuple(row[name] for name in by): row[column] for row in rows_of(frame)}


def alike(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)


def agree(found: Any, by: list[str], column: str, expected: dict[Any, float | None]) -> None:
    got = by_keys(found, by, column)
    assert got.keys() == expected.keys()
    differ = {
        key: (got[key], value) for key, value in expected.items() if not alike(got[key], value)
    }
    assert differ == {}
    assert any(value is not None for value in expected.values())


def generated(seed: int, count: int = 2_000) -> list[Row]:
    """Rows with what real ones have: repeats, gaps, zeros, own trade, one supplier, six decades."""
    draw = random.Random(seed)
    areas = ["CHN", "RUS", "DEU", "HKG", "TUR", "KGZ", None]

    def value(product: str) -> float | None:
        chance = draw.random()
        if product == "000000" or chance < 0.1:
            return None
        if product == "000001" or chance < 0.2:
            return 0.0
        return round(10 ** (6 * draw.random()), 3)

    rows = []
    for _ in range(count):
        product = f"{draw.randrange(12):06d}"
        rows.append(
            {
                "year": draw.choice([2021, 2022, 2023]),
                "exporter": "CHN" if product == "000002" else draw.choice(areas),
                "importer": draw.choice(areas[:-1]),
                "product": product,
                "value_usd": value(product),
            }
        )
    return rows


@pytest.fixture(scope="module")
def real(baci_csv: Path) -> list[Row]:
    names = {"156": "CHN", "643": "RUS"}
    with baci_csv.open(encoding="utf-8") as file:
        return [
            {
                "year": int(row["t"]),
                "exporter": names[row["i"]],
                "importer": names[row["j"]],
                "product": row["k"].zfill(6),
                "value_usd": float(row["v"]) * 1000,
            }
            for row in csv.DictReader(file)
        ]


@pytest.fixture(scope="module")
def made() -> list[Row]:
    return generated(seed=1)


def check_all(rows: list[Row], kind: str, by: list[str], supplier: str) -> None:
    frame = KINDS[kind](pa.Table.from_pylist(rows))
    column = "value_usd"
    panel = ep.measures.hhi(frame, by=by, supplier=supplier)
    agree(panel, by, "hhi", plain.by_group(rows, by, lambda r: plain.hhi(r, supplier, column)))
    for k in (1, 3):
        agree(
            ep.measures.concentration_ratio(frame, by=by, k=k, supplier=supplier),
            by,
            "cr",
            plain.by_group(rows, by, lambda r, k=k: plain.cr(r, supplier, column, k)),
        )
    agree(
        ep.measures.value(frame, by=by),
        by,
        column,
        plain.by_group(rows, by, lambda r: plain.value(r, column)),
    )


def check_shares(rows: list[Row], kind: str, by: list[str]) -> None:
    frame = KINDS[kind](pa.Table.from_pylist(rows))
    for codes in ({"CHN"}, {"CHN", "HKG"}):
        agree(
            ep.measures.import_share(frame, exporter="+".join(codes), by=by),
            by,
            "share",
            plain.by_group(rows, by, lambda r: plain.share(r, "exporter", codes, "value_usd")),  # noqa: B023
        )
        agree(
            ep.measures.export_share(frame, importer=codes, by=by),
            by,
            "share",
            plain.by_group(rows, by, lambda r: plain.share(r, "importer", codes, "value_usd")),  # noqa: B023
        )


def check_growth(rows: list[Row], kind: str, by: list[str]) -> None:
    frame = KINDS[kind](pa.Table.from_pylist(rows))
    for log, column in ((False, "growth_pct"), (True, "growth_log_pct")):
        agree(
            ep.measures.growth(frame, by=by, period=2023, base=2021, time="year", log=log),
            by,
            column,
            plain.by_group(
                rows,
                by,
                lambda r: plain.growth(r, "year", 2023, 2021, "value_usd", log=log),  # noqa: B023
            ),
        )


@pytest.mark.parametrize("kind", KINDS)
def test_generated_rows(made: list[Row], kind: str) -> None:
    check_all(made, kind, ["importer", "product", "year"], "exporter")
    check_all(made, kind, ["year"], "exporter")
    check_shares(made, kind, ["product", "year"])
    check_growth(made, kind, ["product", "importer"])


@pytest.mark.parametrize("kind", ["duckdb", "pandas"])
def test_real_rows(real: list[Row], kind: str) -> None:
    check_all(real, kind, ["importer", "year"], "product")
    check_shares(real, kind, ["product", "year"])
    check_growth(real, kind, ["product", "exporter"])


def test_normalised_index_and_effective_suppliers(made: list[Row]) -> None:
    by = ["importer", "product", "year"]
    for row in rows_of(ep.measures.hhi(pa.Table.from_pylist(made), by=by)):
        index, count = row["hhi"], row["suppliers"]
        if index is None:
            assert (row["hhi_normalised"], row["effective_suppliers"], count) == (None, None, 0)
            continue
        assert row["effective_suppliers"] == pytest.approx(1 / index)
        if count == 1:
            assert index == 1
            assert row["hhi_normalised"] is None
        else:
            assert row["hhi_normalised"] * (1 - 1 / count) + 1 / count == pytest.approx(index)
            assert row["hhi_normalised"] + 1e-12 >= 0


def test_merger_guidelines_example() -> None:
    """Printed by the US agencies: shares of 30, 30, 20 and 20 per cent give 2,600 points."""
    rows = pa.table({"exporter": list("ABCD"), "value_usd": [30, 30, 20, 20]})
    (found,) = rows_of(ep.measures.hhi(rows, by=[]))
    assert found["hhi"] * 10_000 == pytest.approx(2_600)
    assert found["suppliers"] == 4


@pytest.mark.parametrize(
    ("shares", "hhi", "normalised", "effective", "cr2"),
    [
        ([0.5, 0.3, 0.2], 0.38, 0.07, 2.6316, 0.8),
        ([0.25, 0.25, 0.25, 0.25], 0.25, 0.0, 4.0, 0.5),
        ([0.9, 0.1], 0.82, 0.64, 1.2195, 1.0),
        ([0.8, 0.1, 0.1], 0.66, 0.49, 1.5152, 0.9),
    ],
)
def test_by_hand(
    shares: list[float], hhi: float, normalised: float, effective: float, cr2: float
) -> None:
    names = [f"S{place}" for place in range(len(shares))]
    rows = pa.table({"exporter": names, "value_usd": [share * 1e9 for share in shares]})
    (found,) = rows_of(ep.measures.hhi(rows, by=[]))
    assert found["hhi"] == pytest.approx(hhi)
    assert found["hhi_normalised"] == pytest.approx(normalised, abs=1e-12)
    assert found["effective_suppliers"] == pytest.approx(effective, rel=1e-4)
    (ratio,) = rows_of(ep.measures.concentration_ratio(rows, by=[], k=2))
    assert ratio["cr"] == pytest.approx(cr2)


def test_asymmetry_by_hand() -> None:
    """The importer buys 36 of 100 from the exporter, for which that is 36 of 1,333: 13.3 times."""
    rows = pa.table(
        {
            "period": [2025] * 4,
            "exporter": ["CHN", "DEU", "CHN", "DEU"],
            "importer": ["RUS", "RUS", "USA", "USA"],
            "value_usd": [36.0, 64.0, 1297.0, 5000.0],
        }
    )
    (found,) = rows_of(ep.measures.asymmetry(rows, importer="RUS", exporter="CHN"))
    assert found["import_share"] == pytest.approx(0.36)
    assert found["export_share"] == pytest.approx(36 / 1333)
    assert found["asymmetry"] == pytest.approx(13.33)


def test_asymmetry_is_the_ratio_of_the_shares(made: list[Row]) -> None:
    frame = pa.Table.from_pylist(made)
    by = ["product", "year"]
    found = {
        (row["product"], row["year"]): row
        for row in rows_of(ep.measures.asymmetry(frame, importer="RUS", exporter="CHN", by=by))
    }
    checked = 0
    for key, rows in plain.groups(made, by).items():
        bought = [row for row in rows if row["importer"] == "RUS"]
        sold = [row for row in rows if row["exporter"] == "CHN"]
        leans = plain.share(bought, "exporter", {"CHN"}, "value_usd")
        leant = plain.share(sold, "importer", {"RUS"}, "value_usd")
        if not leans or not leant:
            assert found[key]["asymmetry"] is None
            continue
        checked += 1
        assert found[key]["import_share"] == pytest.approx(leans)
        assert found[key]["export_share"] == pytest.approx(leant)
        assert found[key]["asymmetry"] == pytest.approx(leans / leant)
    assert checked > 10
