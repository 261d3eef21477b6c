"""Which rows count: the same in Python, which tells combinations apart, and in the engine."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, cast

import pytest

from entrepot.figures.curve.choices import kinds, territory_choices
from entrepot.figures.curve.measured import Alike, by_way
from entrepot.figures.curve.partner_choices import ABROAD, MEMBERS, OWN, PartnerChoice, widest
from entrepot.figures.definition import Definition
from entrepot.figures.rows import SourceRows
from entrepot.lake import Lake, fetch, few_rows

if TYPE_CHECKING:
    from pathlib import Path

AREAS = ("CHN", "HKG", "MAC", "DEU", "FRA", "TUR", "XNES")
PAIRS = list(itertools.product(AREAS, AREAS))
CASES: list[tuple[str, dict[str, Any]]] = [
    *(
        (name, {"importer": "DEU+FRA", "exporter": "CHN"})
        for name in ("import_share", "export_share", "salience", "asymmetry", "value")
    ),
    ("import_share", {"importer": "CHN", "exporter": "DEU"}),
    ("hhi", {"importer": "CHN"}),
    ("elastic_power", {"importer": "DEU", "exporter": "CHN"}),
    ("retaliation_exposure", {"importer": "DEU+FRA", "exporter": "CHN"}),
    ("value", {"exporter": "CHN"}),
    ("value", {"importer": "CHN"}),
    ("value", {"importer": "DEU", "exporter": "CHN", "flow": "both"}),
    ("value", {"exporter": "CHN", "flow": "both"}),
    ("value", {"importer": "CHN", "flow": "both"}),
    ("value", {"flow": "both"}),
]


@pytest.mark.parametrize(("measure", "keys"), CASES)
def test_the_engine_keeps_the_rows_that_have_a_place(
    tmp_path: Path, measure: str, keys: dict[str, Any]
) -> None:
    asked = Definition.build(measure, period=2022, goods="848210", **keys)
    places = territory_choices(asked)
    ways = [
        PartnerChoice(words, place, inside, only)
        for words, place in places
        for inside in (ABROAD, MEMBERS, OWN)
        for only in (False, True)
    ]
    cells = SourceRows(Lake.open(tmp_path / "lake"), cast("Any", None))
    amounts: Any = ("DOUBLE", [1.0] * len(PAIRS))
    rows = few_rows(
        cells.lake,
        {
            "goods": ("INTEGER", list(range(len(PAIRS)))),  # a number of its own for each row
            "exporter": ("VARCHAR", [one for one, _ in PAIRS]),
            "importer": ("VARCHAR", [other for _, other in PAIRS]),
            "now": ("BOOLEAN", [True] * len(PAIRS)),
            "value": amounts,
            "mass": amounts,
            "weighed": amounts,
        },
    )
    every = list(itertools.product(range(len(PAIRS)), range(len(ways))))
    alike = Alike.of(ways, None)
    kept = set(fetch(by_way(cells, rows, asked, ways, every, alike).select("goods", "way")))
    [kind] = kinds(rows, [[place for _, place in places]])
    expected = {
        (row, at)
        for row in range(len(PAIRS))
        for at, way in enumerate(ways)
        if way.place_of(kind[row][0]) is not None
    }
    assert kept == expected
    assert len(expected) not in (0, len(PAIRS) * len(ways)), "some rows count, and some do not"


def test_the_widest_territory_has_the_most_areas_not_the_longest_name() -> None:
    """The coalition is dozens of areas in one word."""
    named = [
        Definition.build("value", importer=who, exporter="CHN", period=2023, goods="848210")
        for who in ("DEU+FRA+ITA+ESP", "coalition")
    ]
    assert widest(named).importer == "coalition"
