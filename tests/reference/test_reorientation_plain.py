"""Who took whose place, against plain Python, on generated rows and on Russia's suppliers."""

from __future__ import annotations

import csv
import math
import random
import statistics
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest

from entrepot.measures.reorientation import allocated_flows, reorientation, supplier_changes
from entrepot.measures.rerouting import rerouting_ratio
from entrepot.measures.substitution import (
    import_substitution_proxy,
    substitution_ratio,
    substitution_summary,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Row = dict[str, Any]
CONNECTION = duckdb.connect()
KINDS: dict[str, Callable[[pa.Table], Any]] = {
    "duckdb": CONNECTION.from_arrow,
    "polars lazy": lambda table: pl.LazyFrame(pl.from_arrow(table)),
    "pandas": lambda table: table.to_pandas(),
}
SPAN = {"before": 2021, "after": 2023}
WEST, EAST, CALM = ("DEU", "USA"), ("CHN", "TUR"), ("BRA", "IND")


def generated(seed: int, count: int = 3_000) -> list[Row]:
    draw = random.Random(seed)
    areas = ["DEU", "USA", "CHN", "TUR", "KGZ", "RUS", "BRA", "IND", None]
    return [
        {
            "period": draw.choice([2021, 2021, 2022, 2023, 2023]),
            "exporter": draw.choice(areas),
            "importer": draw.choice(areas[4:-1]),
            "product": f"{draw.randrange(40):06d}",
            "value_usd": None if draw.random() < 0.1 else round(10 ** (5 * draw.random()), 2),
        }
        for _ in range(count)
    ]


def rows_of(frame: Any) -> list[Row]:
    rows = nw.from_native(frame)
    if isinstance(rows, nw.LazyFrame):
        rows = rows.collect("pyarrow")
    found: list[Row] = rows.to_arrow().to_pylist()
    return found


def agree(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-6)


def total(rows: list[Row], year: int, seen: bool) -> float | None:
    """Sum of a year; zero without rows if the year was seen, None if no value is known."""
    inside = [row["value_usd"] for row in rows if row["period"] == year]
    known = [value for value in inside if value is not None]
    if not known:
        return 0.0 if seen and not inside else None
    return math.fsum(known)


def markets(rows: list[Row]) -> dict[tuple[str, str], dict[Any, tuple[float, float]] | None]:
    """Suppliers before and after in each market, None where there is no answer."""
    found: dict[tuple[str, str], dict[Any, tuple[float, float]] | None] = {}
    grouped = defaultdict(list)
    for row in rows:
        grouped[row["importer"], row["product"]].append(row)
    for key, some in grouped.items():
        years = {row["period"] for row in some}
        ends: dict[Any, tuple[float, float]] = {}
        sound = {2021, 2023} <= years
        for who in {row["exporter"] for row in some}:
            own = [row for row in some if row["exporter"] == who]
            then, now = total(own, 2021, True), total(own, 2023, True)
            if then is None or now is None:
                sound = False
            else:
                ends[who] = (then, now)
        found[key] = ends if sound else None
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_changes_sums_and_flows(kind: str) -> None:
    rows = generated(seed=3)
    frame = KINDS[kind](pa.Table.from_pylist(rows))
    expected = markets(rows)
    sums = {(row["importer"], row["product"]): row for row in rows_of(reorientation(frame, **SPAN))}
    assert sums.keys() == expected.keys()
    flows: dict[Any, dict[Any, float]] = defaultdict(dict)
    for row in rows_of(allocated_flows(frame, **SPAN)):
        flows[row["importer"], row["product"]][row["loser"], row["gainer"]] = row["allocated"]
    answered = 0
    for key, ends in expected.items():
        if ends is None:
            assert sums[key]["replaced"] is None
            assert key not in flows
            continue
        answered += 1
        lost = {who: then - now for who, (then, now) in ends.items() if now < then}
        gained = {who: now - then for who, (then, now) in ends.items() if now > then}
        all_lost, all_gained = math.fsum(lost.values()), math.fsum(gained.values())
        before = math.fsum(then for then, _ in ends.values())
        after = math.fsum(now for _, now in ends.values())
        assert agree(sums[key]["lost"], all_lost)
        assert agree(sums[key]["replaced"], min(all_lost, all_gained))
        assert agree(sums[key]["net"], after - before)
        assert agree(
            sums[key]["gained_by_entrants"],
            math.fsum(ends[who][1] for who in gained if ends[who][0] == 0),
        )
        moved = math.fsum(abs(now / after - then / before) for then, now in ends.values()) / 2
        assert agree(sums[key]["share_moved"], moved)
        replaced = min(all_lost, all_gained)
        assert dict.fromkeys(flows.get(key, {}), True) == {
            (one, other): True for one in lost for other in gained
        }
        for (one, other), value in flows.get(key, {}).items():
            assert agree(value, replaced * lost[one] / all_lost * gained[other] / all_gained)
    assert answered > 20
    assert None in expected.values()


def ratio_by_hand(
    rows: list[Row], lost: Callable[[Row], bool], new: Callable[[Row], bool], calm: Any
) -> float | None:
    parts = [[row for row in rows if is_in(row)] for is_in in (lost, new, *calm)]
    seen = {year: any(r["period"] == year for part in parts for r in part) for year in (2021, 2023)}
    then = [total(part, 2021, seen[2021]) for part in parts]
    now = [total(part, 2023, seen[2023]) for part in parts]
    if None in then or None in now:
        return None
    first, last = 2, len(parts) - 1
    if not then[first] or not then[last]:
        return None
    path_lost = then[0] * now[first] / then[first]
    path_new = then[1] * now[last] / then[last]
    gone = path_lost - now[0]
    return (now[1] - path_new) / gone if gone > 0 else None


@pytest.mark.parametrize("kind", KINDS)
def test_ratios(kind: str) -> None:
    rows = generated(seed=4, count=9_000)
    frame = KINDS[kind](pa.Table.from_pylist(rows))
    by_product: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_product[row["product"]].append(row)

    ratios = substitution_ratio(
        frame, importer="RUS", losers=WEST, others=EAST, controls=CALM, **SPAN
    )
    rerouted = rerouting_ratio(
        frame, target="RUS", coalition=WEST, hubs="KGZ", controls=CALM, **SPAN
    )
    found, through = (
        {row["product"]: row["ratio"] for row in rows_of(some)} for some in (ratios, rerouted)
    )
    for product, some in by_product.items():
        by_hand = ratio_by_hand(
            some,
            lambda r: r["importer"] == "RUS" and r["exporter"] in WEST,
            lambda r: r["importer"] == "RUS" and r["exporter"] in EAST,
            (
                lambda r: r["importer"] in CALM and r["exporter"] in WEST,
                lambda r: r["importer"] in CALM and r["exporter"] in EAST,
            ),
        )
        assert agree(found[product], by_hand), product
        hubs = ratio_by_hand(
            some,
            lambda r: r["importer"] == "RUS" and r["exporter"] in WEST,
            lambda r: r["importer"] == "KGZ" and r["exporter"] in WEST,
            (lambda r: r["importer"] in CALM and r["exporter"] in WEST,),
        )
        assert agree(through[product], hubs), product
    for some in (found, through):
        assert 5 < sum(value is not None for value in some.values()) < len(some)
    known = [value for value in found.values() if value is not None]
    (summed,) = rows_of(substitution_summary(ratios))
    assert summed["median"] == pytest.approx(statistics.median(known))
    assert summed["above_half"] == pytest.approx(sum(v > 0.5 for v in known) / len(known))
    parts = [row for row in rows_of(ratios) if row["ratio"] is not None]
    weighted = math.fsum(r["ratio"] * r["lost"] for r in parts) / math.fsum(
        r["lost"] for r in parts
    )
    assert summed["weighted_mean"] == pytest.approx(weighted)


@pytest.mark.parametrize("kind", KINDS)
def test_imports_from_nobody(kind: str) -> None:
    rows = generated(seed=5)
    frame = KINDS[kind](pa.Table.from_pylist(rows))
    sets = {"brazil": "BRA", "india": "IND", "flat": ()}
    found = {
        row["product"]: row
        for row in rows_of(import_substitution_proxy(frame, importer="RUS", controls=sets, **SPAN))
    }
    answered = 0
    for product in found:
        some = [row for row in rows if row["product"] == product]
        seen = {
            year: any(r["period"] == year and r["importer"] in ("RUS", *CALM) for r in some)
            for year in (2021, 2023)
        }
        ends = {
            who: [
                total([r for r in some if r["importer"] == who], year, seen[year])
                for year in (2021, 2023)
            ]
            for who in ("RUS", *CALM)
        }
        had, has = ends["RUS"]
        growth = [now / then if then and now is not None else None for then, now in ends.values()]
        paths = [had * g if had and has is not None and g is not None else None for g in growth[1:]]
        paths.append(had if had and has is not None else None)
        missing = [None if path is None else max(0.0, path - has) for path in paths]
        known = [value for value in missing if value is not None]
        row = found[product]
        assert agree(row["not_returned"], missing[0])
        assert agree(row["not_returned_low"], min(known, default=None))
        assert agree(row["not_returned_high"], max(known, default=None))
        assert row["sets"] == len(known)
        answered += bool(known)
    assert answered > 10


def test_who_replaced_whom_in_russia(shared_data: Path) -> None:
    """IMF, all goods, 2021 to 2023: the euro area's fall and China's rise, added up by hand."""
    path = shared_data / "imf_imts_russia" / "RU_trade.csv"
    values: dict[str, dict[int, float]] = {}
    with path.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            partner = row["COUNTERPART_COUNTRY.ID"]
            if row["TRADE_FLOW.ID"] != "MG" or not partner.isalpha() or len(partner) != 3:
                continue
            values[partner] = {
                year: float(row[str(year)]) for year in (2021, 2023) if row[str(year)]
            }
    table = pa.table(
        {
            "exporter": [who for who, cells in values.items() for _ in cells],
            "period": [year for cells in values.values() for year in cells],
            "value_usd": [value for cells in values.values() for value in cells.values()],
        }
    )
    (found,) = rows_of(reorientation(table, by=[], **SPAN))
    changes = {
        who: cells.get(2023, 0.0) - cells.get(2021, 0.0) for who, cells in values.items() if cells
    }
    lost = -math.fsum(value for value in changes.values() if value < 0)
    gained = math.fsum(value for value in changes.values() if value > 0)
    assert found["lost"] == pytest.approx(lost)
    assert found["gained"] == pytest.approx(gained)
    rows = {row["exporter"]: row for row in rows_of(supplier_changes(table, by=[], **SPAN))}
    largest = max(rows, key=lambda who: rows[who]["value_gained"])
    assert largest == "CHN"
    assert max(rows, key=lambda who: rows[who]["value_lost"]) == "DEU"
