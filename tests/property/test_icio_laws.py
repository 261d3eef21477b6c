"""Laws of reading input-output tables: order, parts and wrapping change nothing."""

from __future__ import annotations

import functools
import gzip
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engine import connect
from entrepot.errors import EntrepotError
from entrepot.sources.icio.parse import rows, tables
from entrepot.sources.parser import FileOptions, RawFile
from made_icio import made_up, text_of

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

CONNECTION = functools.cache(lambda: connect(threads=1))
Cells = dict[tuple[str, ...], float]


def read(content: bytes, name: str = "2022_SML.csv") -> Cells:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        columns = ("exporter", "sector", "importer", "buyer_sector", "value_usd")
        cells: Cells = {}
        for delivery in tables(RawFile(path, name), Path(folder), FileOptions()):
            found = rows(CONNECTION(), delivery)
            cells |= {row[:4]: row[4] for row in found.relation.select(*columns).fetchall()}
    return cells


def joined(lines: Iterable[Iterable[str]]) -> bytes:
    return ("\n".join(",".join(line) for line in lines) + "\n").encode()


def near(one: Cells, other: Cells) -> bool:
    """Whether two tables are the same to the dollar that text of eight decimals leaves open."""
    return one.keys() == other.keys() and all(abs(one[k] - other[k]) <= 1 for k in one)


@given(seed=st.integers(0, 10_000), order=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_order_of_rows_and_columns_does_not_matter(seed: int, order: random.Random) -> None:
    lines = [line.split(",") for line in text_of(made_up(seed)).splitlines()]
    body, columns = lines[1:], list(range(1, len(lines[0])))
    order.shuffle(body)
    order.shuffle(columns)
    shuffled = [[line[0], *(line[place] for place in columns)] for line in (lines[0], *body)]
    assert read(joined(shuffled)) == read(joined(lines))


@given(seed=st.integers(0, 10_000), both=st.booleans())
@settings(max_examples=15, deadline=None)
def test_a_country_in_parts_is_the_country(seed: int, both: bool) -> None:
    areas = ("CHN", "DEU", "MEX", "ROW")
    split = {"CHN": ("CN1", "CN2")} | ({"MEX": ("MX1", "MX2")} if both else {})
    whole, parts = (text_of(made_up(seed, areas), s, digits=8).encode() for s in (None, split))
    assert near(read(parts), read(whole))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_another_wrapping_is_the_same_table(seed: int) -> None:
    text = text_of(made_up(seed))
    plain = read(text.encode())
    assert read(text.replace("\n", "\r\n").encode()) == plain
    assert read(b"\xef\xbb\xbf" + text.encode()) == plain
    assert read(gzip.compress(text.encode()), "2022_SML.csv.gz") == plain
    quoted = "\n".join(
        ",".join(f'"{cell}"' if place == 0 else cell for place, cell in enumerate(line.split(",")))
        for line in text.splitlines()
    )
    assert read(quoted.encode()) == plain


@given(
    seed=st.integers(0, 3),
    place=st.integers(0, 3_000),
    piece=st.sampled_from(["", "-", "9", "x", ",", '"', "\n", "e9", "\0", "é", "CN1_", "1e999"]),
    drop=st.integers(0, 6),
)
@settings(max_examples=150, deadline=None)
def test_a_damaged_text_is_refused_or_adds_up(seed: int, place: int, piece: str, drop: int) -> None:
    """A changed digit is either noticed, or too small to miss in the row's total."""
    text = text_of(made_up(seed))
    at = place % len(text)
    try:
        found = read((text[:at] + piece + text[at + drop :]).encode())
    except EntrepotError:
        return
    whole = read(text.encode())
    assert sum(found.values()) == pytest.approx(sum(whole.values()), rel=5e-3)
