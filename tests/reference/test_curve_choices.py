"""Every specification of a curve against plain Python over the rows that it should be made of."""

from __future__ import annotations

import itertools
from functools import cache
from typing import TYPE_CHECKING

import pytest
from curve_plain import ALL, CASES, LEVELS, PLACES, cells_of, looked_at, way_of
from curve_rows import MADE

import entrepot as ep
from entrepot.lake import Lake
from made_comtrade import text_of

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def curves(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], ep.Figure]:
    """Return what asks for the curve of a case and goods, each once."""
    folder = tmp_path_factory.mktemp("choices")
    file = folder / "reports.csv"
    file.write_text(text_of([made for made, _ in MADE]))
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [file])

    @cache
    def asked(name: str, goods: str) -> ep.Figure:
        keys = CASES[name][0]
        return ep.ask(name.split()[0], lake=lake, goods=goods, period=2022, curve=True, **keys)

    return asked


@pytest.mark.parametrize("goods", ["854231", "848210", "chpl"])
@pytest.mark.parametrize("name", CASES)
def test_each_is_what_its_rows_give_in_plain_python(
    curves: Callable[[str, str], ep.Figure], name: str, goods: str
) -> None:
    keys, plain, choices = CASES[name]
    figure = curves(name, goods)
    assert figure.specifications is not None, figure.reason
    items = figure.specifications.items
    for item in items:
        way = way_of(name, keys, goods, item.choices)
        expected = plain(cells_of(way, item.choices["quantity"]))
        assert item.value == pytest.approx(expected, rel=1e-9, abs=1e-12), item
    for choice in ALL - choices:
        assert len({item.choices[choice] for item in items}) == 1, choice
    # Of these bearings, the file has no partner without a name.
    varied = choices - ({"partners"} if goods == "848210" else set())
    for choice in varied:
        assert len({item.choices[choice] for item in items}) > 1, choice


@pytest.mark.parametrize("goods", ["854231", "848210"])
@pytest.mark.parametrize("name", CASES)
def test_no_combination_is_dropped_and_none_counted_twice(
    curves: Callable[[str, str], ep.Figure], name: str, goods: str
) -> None:
    """Their number is that of the different sets of rows that all combinations have."""
    keys, plain, choices = CASES[name]
    figure = curves(name, goods)
    assert figure.specifications is not None
    items = figure.specifications.items
    found = set()
    for place, countries, level, long, voice in itertools.product(
        PLACES if "territory" in choices else PLACES[:1],
        (False, True) if "partners" in choices else (False,),
        LEVELS if "total" in choices else LEVELS[:1],
        (False, True) if "window" in choices else (False,),
        {item.choices["report"] for item in items},
    ):
        said = {
            "territory": "+".join(sorted(place)),
            "window": "three-year average" if long else "as asked",
            "partners": "countries only" if countries else "all",
            "total": {
                "out": "without re-imports" if "total" in choices else "as reported",
                "members": "members' trade in it",
                "own": "re-imports in it",
            }[level],
            "report": voice,
        }
        # A territory of which one area is in no row, in the longest time, is none.
        longest = "three-year average" if "window" in choices else "as asked"
        every = way_of(name, keys, goods, said | {"window": longest, "total": "re-imports in it"})
        areas = {area for one, *_ in looked_at(name, every) for area in (one.seller, one.buyer)}
        if len(place) > 1 and not place <= areas:
            continue
        way = way_of(name, keys, goods, said)
        relevant = looked_at(name, way)
        for amount in ("value", "mass") if "quantity" in choices else ("value",):
            if plain(cells_of(way, amount)) is not None:
                found.add((relevant, long, amount))
    assert len(items) == len(found)
