"""Dependence flags on real trade: thirty ores and metals of BACI in 2022, and the page about them.

BACI's extract is of one year, so GeoDep's fourth criterion is open throughout. No list or count
that is printed anywhere covers these thirty goods alone: what is checked is
plain Python on the same file.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import entrepot as ep
from entrepot.model.areas import area_set

Row = dict[str, Any]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "dependence-flags.md"
EU = area_set("EU27", date(2022, 1, 1))


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    found = shared_data / "comtrade_baci_2022_31hs6"
    if not (found / "baci_2022.csv").is_file():
        pytest.skip("needs the extract of BACI 2022 in ../shared/data")
    return found


@pytest.fixture(scope="module")
def trade(folder: Path) -> list[Row]:
    with (folder / "baci_2022.csv").open(encoding="utf-8") as file:
        return [
            {
                "exporter": row["i"],
                "importer": row["j"],
                "product": row["cmd"],
                "period": 2022,
                "value_usd": float(row["value"]),
            }
            for row in csv.DictReader(file)
        ]


def concentration(rows: list[Row]) -> float:
    sums: dict[str, float] = defaultdict(float)
    for row in rows:
        sums[row["exporter"]] += row["value_usd"]
    whole = sum(sums.values())
    return sum((one / whole) ** 2 for one in sums.values())


def value(rows: list[Row]) -> float:
    return sum(row["value_usd"] for row in rows)


def of(rows: list[Row], *, out: bool | None = None, into: bool | None = None) -> list[Row]:
    """Rows by whether the exporter and the importer are members of the EU."""
    return [
        row
        for row in rows
        if out in (None, row["exporter"] in EU) and into in (None, row["importer"] in EU)
    ]


def by_product(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["product"]].append(row)
    return found


def judged(frame: Any) -> dict[str, Row]:
    return {row["product"]: row for row in frame.to_pylist()}


@pytest.mark.parametrize(("as_one", "met"), [(False, 7), (True, 8)])
def test_geodep_of_the_union(trade: list[Row], as_one: bool, met: int) -> None:
    world = trade
    if as_one:
        world = [
            row | {"exporter": "EU" if row["exporter"] in EU else row["exporter"]}
            for row in trade
            if not (row["exporter"] in EU and row["importer"] in EU)
        ]
    bought, sold = of(trade, out=False, into=True), of(trade, out=True, into=False)
    found = judged(ep.measures.geodep(*map(pa.Table.from_pylist, (bought, sold, world))))
    exports, sales = by_product(sold), by_product(world)
    expected = set()
    for product, rows in by_product(bought).items():
        one = found[product]
        values = (
            concentration(rows),
            concentration(sales[product]),
            value(rows) / value(exports[product]),
        )
        got = (one["import_hhi"], one["world_hhi"], one["import_export_ratio"])
        assert got == pytest.approx(values, rel=1e-12)
        if values[0] > 0.4 and values[1] > 0.4 and values[2] > 1:
            expected.add(product)
    assert len(found) == 30
    assert {product for product, one in found.items() if one["met"]} == expected
    assert len(expected) == met
    near = {product for product, one in found.items() if one["near_miss"]}
    assert near == (set() if as_one else {"850511"})
    # One year of three: nothing can be said of the fourth criterion.
    assert {one["dependent"] for one in found.values()} == {None}
    assert {one["years_known"] for one in found.values()} == {1}


@pytest.mark.parametrize(("into", "met"), [(None, 8), (False, 9)])
def test_cdi_of_the_union(trade: list[Row], into: bool | None, met: int) -> None:
    bought, sold = of(trade, into=True), of(trade, out=True, into=into)
    tables = map(pa.Table.from_pylist, (bought, sold))
    found = judged(ep.measures.cdi(*tables, members=EU))
    exports = by_product(sold)
    expected = set()
    for product, rows in by_product(bought).items():
        outside = of(rows, out=False)
        one = found[product]
        values = (
            concentration(outside),
            value(outside) / value(rows),
            value(outside) / value(exports[product]),
        )
        assert (one["cdi1"], one["cdi2"], one["cdi3"]) == pytest.approx(values, rel=1e-12)
        if values[0] > 0.4 and values[1] > 0.5 and values[2] > 1:
            expected.add(product)
    assert {product for product, one in found.items() if one["dependent"]} == expected
    assert (len(found), len(expected)) == (30, met)


def test_every_country_at_once_is_each_country_by_itself(trade: list[Row]) -> None:
    bought = [row | {"country": row["importer"]} for row in trade]
    sold = [row | {"country": row["exporter"]} for row in trade]
    frames = list(map(pa.Table.from_pylist, (bought, sold, trade)))
    found = ep.measures.geodep(*frames, country="country").to_pylist()
    russia = {row["product"] for row in found if row["country"] == "RUS" and row["met"]}
    assert russia == {"252800", "260600", "720293", "810411", "811212"}
    assert len({row["country"] for row in found}) == 207
    for country in ("RUS", "CHN", "DEU", "TUV"):
        own = [frame.filter(pc.field("country") == country) for frame in frames[:2]]
        alone = judged(ep.measures.geodep(*own, frames[2]))
        together = {row["product"]: row for row in found if row["country"] == country}
        assert alone.keys() == together.keys()
        for product, row in together.items():
            expected = {name: near(one) for name, one in row.items() if name != "country"}
            assert alone[product] == expected


def near(value: Any) -> Any:
    """Return a number with room for the order of a sum, anything else as it is."""
    return pytest.approx(value, rel=1e-12) if isinstance(value, float) else value


def test_the_example_of_the_page_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = PAGE.read_text(encoding="utf-8")
    ((code, printed),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(folder)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, str(PAGE), "exec"), {})
    assert out.getvalue() == printed
