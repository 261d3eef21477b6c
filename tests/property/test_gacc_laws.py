"""The Chinese customs export: order, columns and language change nothing; parts add up."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.errors import BadFileError
from entrepot.model.areas import by_code
from entrepot.sources.gacc import parse
from entrepot.sources.parser import FileOptions
from made_gacc import CHINESE, gacc
from read_flows import Read, read_flows

MAPPING = "format: 1\nflow: import\nperiod: '2024'\n"
COLUMNS = ("exporter", "product", "value_usd", "mass_kg", "quantity", "quantity_unit")

keys = st.tuples(
    st.sampled_from(["01012900", "01012990", "85423111", "85423119"]),
    st.sampled_from(["110", "344", "502", "142"]),
    st.sampled_from(["10", "14", "39"]),
    st.sampled_from(["11", "44"]),
)
numbers = st.tuples(
    st.integers(0, 10**9), st.sampled_from(["Kilogram", "Set"]), st.integers(0, 10**13)
)
files = st.dictionaries(keys, numbers, min_size=1, max_size=30)


def lines_of(cells: dict[Any, Any]) -> list[str]:
    return [
        f"{' '.join(key)} {count} {unit} 0 ? {value:,}"
        for key, (count, unit, value) in cells.items()
    ]


def read(text: str, encoding: str = "gb18030") -> Read:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made.csv")
        path.write_text(text, encoding=encoding)
        return read_flows(parse, path, Path(folder, "scratch"), FileOptions(mapping=MAPPING))


@settings(max_examples=8, deadline=None)
@given(cells=files, draw=st.randoms(use_true_random=False))
def test_any_order_language_and_encoding_is_the_same_table(cells, draw) -> None:
    lines = lines_of(cells)
    got = read(gacc(*lines))
    expected: dict[tuple[str, str], int] = defaultdict(int)
    for (product, partner, *_), (_, _, value) in cells.items():
        expected[by_code("gacc")[partner], product[:6]] += value
    assert {(row["exporter"], row["product"]): row["value_usd"] for row in got.rows} == expected
    draw.shuffle(lines)
    chinese = gacc(*lines, header=CHINESE).replace("Kilogram", "千克")
    assert read(chinese, "utf-8").only(*COLUMNS) == got.only(*COLUMNS)
    rows = [line.split('","') for line in gacc(*lines).splitlines()[1:]]
    names = gacc(*lines).splitlines()[0].removesuffix(",").split(",")
    places = list(range(len(names)))
    draw.shuffle(places)
    cut = [[cell.strip('",') for cell in row] for row in rows]
    moved = [",".join(f'"{row[place]}"' for place in places) for row in (names, *cut)]
    assert read("\n".join([*moved, ""])).only(*COLUMNS) == got.only(*COLUMNS)


@settings(max_examples=10, deadline=None)
@given(cells=files, place=st.integers(0, 10**6))
def test_a_line_twice_is_refused_wherever_it_stands(cells, place: int) -> None:
    lines = lines_of(cells)
    lines.append(lines[place % len(lines)])
    with pytest.raises(BadFileError, match="1 line is there more than once") as error:
        read(gacc(*lines))
    assert f"rows {place % (len(lines) - 1) + 2} and {len(lines) + 1}" in error.value.where
