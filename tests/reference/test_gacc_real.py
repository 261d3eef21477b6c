"""A real export of the Chinese customs query against plain Python on the same bytes."""

from __future__ import annotations

import csv
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.model.areas import by_code
from entrepot.sources.gacc import parse
from entrepot.sources.parser import FileOptions
from read_flows import Read, read_flows

if TYPE_CHECKING:
    from pathlib import Path

MAPPING = "format: 1\nflow: export\nperiod: '2024-03'\n"  # made up: the file does not say


@pytest.fixture(scope="module")
def got(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    path = shared_data / "formats" / "gacc_export_sample.csv"
    return read_flows(
        parse, path, tmp_path_factory.mktemp("gacc") / "s", FileOptions(mapping=MAPPING)
    )


@pytest.fixture(scope="module")
def lines(shared_data: Path) -> list[list[str]]:
    path = shared_data / "formats" / "gacc_export_sample.csv"
    with path.open(encoding="gb18030", newline="") as opened:
        _, *rows = csv.reader(opened)
    return rows


def test_every_dollar_by_partner_and_six_digits(got: Read, lines: list[list[str]]) -> None:
    expected: dict[tuple[str, str], int] = defaultdict(int)
    for row in lines:
        expected[by_code("gacc")[row[2]], row[0][:6]] += int(row[12].replace(",", ""))
    found = {(row["importer"], row["product"]): row["value_usd"] for row in got.rows}
    assert found == expected
    assert len(found) == 3_544
    assert sum(found.values()) == 5_989_236_757


def test_weights_and_pieces(got: Read, lines: list[list[str]]) -> None:
    mass: dict[tuple[str, str], list[float | None]] = defaultdict(list)
    pieces: dict[tuple[str, str], list[float | None]] = defaultdict(list)
    for row in lines:
        key = by_code("gacc")[row[2]], row[0][:6]
        units = {row[9]: float(row[8]), row[11]: float(row[10])}
        mass[key].append(units.get("Kilogram"))
        pieces[key].append(units.get("Number of item"))
    known: dict[Any, Any] = {}
    for row in got.rows:
        key = row["importer"], row["product"]
        weight = None if None in mass[key] else sum(filter(None, mass[key])) or None
        count = None if None in pieces[key] else sum(filter(None, pieces[key])) or None
        assert (row["mass_kg"], row["quantity"]) == (weight, count), key
        assert row["quantity_unit"] == ("items" if count else None)
        known[key] = weight
    assert sum(weight is not None for weight in known.values()) == 3_524
    assert sum(weight for weight in known.values() if weight) == 1_937_728_604
    assert got.found["mass-unknown"].count == 20


def test_what_is_said_of_the_file(got: Read) -> None:
    assert got.found["cut-off"].level == "warning"
    assert "8,322 of 10,000 lines" in got.found["lines-added"].text
    assert got.found["own-goods"].count == 4
    assert set(got.found) == {"cut-off", "lines-added", "mass-unknown", "own-goods"}


def test_every_partner_is_known(got: Read, lines: list[list[str]]) -> None:
    assert len({row["importer"] for row in got.rows}) == len({row[2] for row in lines}) == 189
