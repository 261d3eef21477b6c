"""Comext: order, columns, shape and packing of a file change nothing, and no euro is lost."""

from __future__ import annotations

import itertools
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engine import connect
from entrepot.model.areas import by_code
from entrepot.sources.comext import parse
from made_comext import bulk, old, table
from read_flows import Read, read_flows

Line = tuple[str, ...]
COLUMNS = ("exporter", "importer", "product", "period", "freq", "reported_by", "partner_basis")
NUMBERS = ("value_reported", "mass_kg", "quantity", "quantity_unit")

keys = st.tuples(
    st.sampled_from(["AT", "DE", "FR", "GR", "NL"]),
    st.sampled_from(["CN", "US", "RU", "XC", "XL", "QW", "NL", "DE"]),
    st.sampled_from(["01012100", "85423190", "85423190", "99XXXXXX"]),
    st.sampled_from("12"),
    st.sampled_from("1239"),
    st.sampled_from(["202401", "202402", "202452"]),
)
numbers = st.tuples(st.integers(0, 10**12), st.integers(0, 10**9), st.integers(0, 10**6))
files = st.dictionaries(keys, numbers, min_size=1, max_size=30)


def lines_of(cells: dict[Any, Any]) -> list[str]:
    found = []
    for (reporter, partner, product, flow, procedure, period), (eur, kg, count) in cells.items():
        trade = "I" if partner in ("NL", "DE") else "E"
        unit = "PST" if product == "85423190" else "NO_SU"
        key = f"{reporter} {partner} {trade} {product} {flow} {procedure} {unit} {period}"
        found.append(f"{key} {eur} {kg} {count}")
    return found


def read(text: str, name: str = "made.dat") -> Read:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_text(text)
        return read_flows(parse, path, Path(folder, "scratch"))


def brute(cells: dict[Any, Any]) -> dict[tuple[Any, ...], tuple[float, float | None]]:
    """Add up in plain Python: EUR and kg by flow."""
    iso = by_code("eurostat")
    euro: dict[tuple[Any, ...], int] = defaultdict(int)
    mass: dict[tuple[Any, ...], int] = defaultdict(int)
    for (reporter, partner, product, flow, _, period), (eur, kg, _) in cells.items():
        sides = (iso[partner], iso[reporter]) if flow == "1" else (iso[reporter], iso[partner])
        key = (*sides, product, period, flow)
        euro[key] += eur
        mass[key] += kg
    return {key: (euro[key], mass[key] if mass[key] or not euro[key] else None) for key in euro}


def keyed(got: Read) -> dict[tuple[Any, ...], tuple[float, float | None]]:
    found = {}
    for row in got.rows:
        month = "52" if row["freq"] == "A" else f"{row['period'].month:02}"
        period = f"{row['period'].year}{month}"
        flow = "1" if row["reported_by"] == "importer" else "2"
        key = (row["exporter"], row["importer"], row["product"], period, flow)
        found[key] = (row["value_reported"], row["mass_kg"])
    return found


@settings(max_examples=10, deadline=None)
@given(cells=files, draw=st.randoms(use_true_random=False))
def test_plain_python_adds_up_the_same_in_any_order_and_header(cells, draw) -> None:
    lines = lines_of(cells)
    got = read(bulk(*lines))
    assert keyed(got) == brute(cells)
    draw.shuffle(lines)
    everything = (*COLUMNS, *NUMBERS)
    assert read(bulk(*lines)).only(*everything) == got.only(*everything)
    assert read(old(*lines)).only(*everything) == got.only(*everything)


@settings(max_examples=6, deadline=None)
@given(cells=files, draw=st.randoms(use_true_random=False))
def test_the_order_of_columns_and_parquet_change_nothing(cells, draw) -> None:
    text = bulk(*lines_of(cells))
    got = read(text).only(*COLUMNS, *NUMBERS)
    rows = [line.split(",") for line in text.splitlines()]
    places = list(range(len(rows[0])))
    draw.shuffle(places)
    moved = "\n".join(",".join(row[place] for place in places) for row in rows)
    assert read(moved).only(*COLUMNS, *NUMBERS) == got
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "made.csv").write_text(text)
        target = Path(folder, "made.parquet")
        types = "{'PRODUCT_NC': 'VARCHAR', 'VALUE_EUR': 'DOUBLE'}"
        connect().sql(f"FROM read_csv('{folder}/made.csv', types={types})").write_parquet(
            str(target)
        )
        packed = read_flows(parse, target, Path(folder, "scratch"))
    assert packed.only(*COLUMNS, *NUMBERS) == got


@settings(max_examples=6, deadline=None)
@given(cells=files)
def test_parts_of_a_file_by_reporter_are_the_file(cells) -> None:
    whole = read(bulk(*lines_of(cells))).only(*COLUMNS, *NUMBERS)
    parts = [
        read(bulk(*lines_of(dict(part)))).only(*COLUMNS, *NUMBERS)
        for _, part in itertools.groupby(sorted(cells.items()), key=lambda item: item[0][0])
    ]
    assert sorted(itertools.chain(*parts), key=repr) == whole


@settings(max_examples=6, deadline=None)
@given(cells=files)
def test_values_below_each_other_are_values_side_by_side(cells) -> None:
    cells = {(*key[:4], "1", "202401"): value for key, value in cells.items()}
    below = [
        f"M {reporter} {partner} {product} {flow} {indicator} 2024-01 {number} "
        for (reporter, partner, product, flow, *_), (eur, kg, _) in cells.items()
        for indicator, number in (("VALUE_IN_EUROS", eur), ("QUANTITY_IN_100KG", kg / 100))
    ]
    assert keyed(read(table(*below))) == brute(cells)


@settings(max_examples=8, deadline=None)
@given(cells=files, more=numbers)
def test_totals_beside_the_lines_change_nothing(cells, more) -> None:
    lines = lines_of(cells)
    got = read(bulk(*lines))
    total = " ".join(map(str, more))
    (reporter, partner, product, flow, procedure, period), _ = next(iter(cells.items()))
    end = f"{flow} {procedure} NO_SU {period} {total}"
    extra = [
        f"{reporter} WORLD E {product} {end}",
        f"EU27_2020 {partner} E {product} {end}",
        f"{reporter} {partner} E TOTAL {end}",
        f"{reporter} {partner} E {product[:4]} {end}",
    ]
    with_totals = read(bulk(*lines, *extra))
    assert with_totals.only(*COLUMNS, *NUMBERS) == got.only(*COLUMNS, *NUMBERS)
    assert {"groups-with-members", "levels-with-lines"} <= set(with_totals.found)
