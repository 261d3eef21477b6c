"""Every specification of a curve against plain Python over the rows that it should be made of."""

from __future__ import annotations

import itertools
import math
import random
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest

import entrepot as ep
from entrepot.goods import goods_selection
from entrepot.lake import Lake
from entrepot.model.areas import area, by_code
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from entrepot.goods import Variant

NAMES = {156: "CHN", 344: "HKG", 446: "MAC", 276: "DEU", 250: "FRA", 643: "RUS", 792: "TUR"}
SMALL = {
    code: name
    for name, code in {name: int(code) for code, name in by_code("comtrade").items()}.items()
    if area(name).kind == "country" and name not in NAMES.values() and area(name).valid_to is None
}
"""So many report that a total may be added up of what they tell."""
NOBODY = {899: "XNES", 837: "XBUNKERS"}
CODES = ("854231", "854232", "848210", "901320")
YEARS = range(2017, 2023)
EDITIONS = {year: ("H6", "HS2022") if year == 2022 else ("H5", "HS2017") for year in YEARS}
PLACES = ({"CHN"}, {"CHN", "HKG"}, {"CHN", "HKG", "MAC"})
LEVELS = ("out", "members", "own")


class Row(NamedTuple):
    """A report as it was written into the file."""

    seller: str
    buyer: str
    code: str
    year: int
    value: float
    mass: float
    voice: str


def _rows() -> Iterator[tuple[dict[str, Any], Row]]:
    """Yield trade of everybody with everybody, with areas not specified, bunkers and re-imports."""
    draw = random.Random(11)
    main, small = [*NAMES, *NOBODY], list(SMALL)[:60]
    pairs = [*itertools.product(main, main), *itertools.product(small, (156, 276))]
    pairs += [(buyer, seller) for seller, buyer in pairs[len(main) ** 2 :]]
    places = itertools.product(YEARS, pairs, CODES, "XM")
    for year, (seller, buyer), code, flow in places:
        reporter, partner = (seller, buyer) if flow == "X" else (buyer, seller)
        if reporter in NOBODY or (seller == buyer and flow == "X"):
            continue
        if draw.random() < (0.2 if seller != buyer else 0.5) and {156, 276} != {seller, buyer}:
            continue
        if partner in NOBODY and code == "848210":
            continue  # so that without them these goods are the same
        value = round(draw.lognormvariate(9, 1), 2)
        mass = round(value / draw.uniform(2, 30), 2)
        made = row(value, flow=flow, reporter=reporter, partner=partner, product=code)
        made |= {"period": year, "netWgt": mass, "classificationCode": EDITIONS[year][0]}
        names = NAMES | NOBODY | SMALL
        voice = "exporter's" if flow == "X" else "importer's"
        yield made, Row(names[seller], names[buyer], code, year, value, mass, voice)


MADE = list(_rows())
ROWS = [one for _, one in MADE]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("choices")
    file = folder / "reports.csv"
    file.write_text(text_of([made for made, _ in MADE]))
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [file])
    return lake


class Way(NamedTuple):
    """Who counts in a specification, and when."""

    buyers: frozenset[str]
    sellers: frozenset[str]
    voice: str
    years: frozenset[int]
    then: frozenset[int]
    countries: bool
    level: str
    codes: frozenset[tuple[int, str]]
    both_ways: bool = False

    def counts(self, one: Row) -> bool:
        """Whether a report counts."""
        if self.both_ways:  # one country's books of both directions
            books = self.buyers if self.voice == "importer's" else self.sellers
            heard = (one.buyer if one.voice == "importer's" else one.seller) in books
        else:
            heard = one.voice == self.voice
        if not heard or (one.year, one.code) not in self.codes:
            return False
        if one.year not in self.years | self.then:
            return False
        if self.countries and {one.seller, one.buyer} & set(NOBODY.values()):
            return False
        if one.seller == one.buyer:
            return self.level == "own"
        inside = any({one.seller, one.buyer} <= side for side in (self.buyers, self.sellers))
        return self.level != "out" or not inside


Cells = list[tuple[str, str, bool, float]]
"""Seller, buyer, whether of the period, amount; members of a side under one name."""


def _cells(way: Way, amount: str) -> Cells:
    here = dict.fromkeys(way.buyers, "buyers") | dict.fromkeys(way.sellers, "sellers")
    size = len(way.years)  # an average, of the period and of the base
    return [
        (
            here.get(one.seller, one.seller),
            here.get(one.buyer, one.buyer),
            one.year in way.years,
            getattr(one, amount) / size,
        )
        for one in ROWS
        if way.counts(one)
    ]


def _sum(cells: Cells, seller: str = "", buyer: str = "", now: bool = True) -> float | None:
    found = [v for s, b, n, v in cells if seller in ("", s) and buyer in ("", b) and n is now]
    return math.fsum(found) if found else None


def _over(one: float | None, other: float | None) -> float | None:
    return (one or 0.0) / other if other else None


def _by(cells: Cells, at: str, *, now: bool = True, **keys: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for seller, buyer, of_period, amount in cells:
        sides = {"seller": seller, "buyer": buyer}
        if of_period is now and keys.items() <= sides.items():
            found[sides[at]] = found.get(sides[at], 0.0) + amount
    return found


def _import_share(cells: Cells) -> float | None:
    return _over(_sum(cells, "sellers", "buyers"), _sum(cells, "", "buyers"))


def _export_share(cells: Cells) -> float | None:
    return _over(_sum(cells, "sellers", "buyers"), _sum(cells, "sellers"))


def _hhi(cells: Cells) -> float | None:
    parts = _by(cells, "seller", buyer="buyers")
    total = sum(parts.values())
    return sum((part / total) ** 2 for part in parts.values()) if total else None


def _cr(cells: Cells) -> float | None:
    parts = sorted(_by(cells, "seller", buyer="buyers").values(), reverse=True)
    return sum(parts[:2]) / sum(parts) if parts else None


def _countries(parts: dict[str, float]) -> dict[str, float]:
    return {name: part for name, part in parts.items() if name not in NOBODY.values()}


def _top(cells: Cells) -> float | None:
    parts = _countries(_by(cells, "seller", buyer="buyers"))
    return max(parts.values()) / sum(parts.values()) if parts else None


def _salience(cells: Cells) -> float | None:
    flow = _sum(cells, "sellers", "buyers") or 0.0
    bought, sold = _sum(cells, "", "buyers"), _sum(cells, "sellers")
    return math.sqrt(flow / bought * flow / sold) if bought and sold else None


def _asymmetry(cells: Cells) -> float | None:
    return _over(_sum(cells, "sellers"), _sum(cells, "", "buyers"))


def _rank(cells: Cells) -> float | None:
    parts = _countries(_by(cells, "buyer", seller="sellers"))
    return 1 + sum(part > parts["buyers"] for part in parts.values())


def _change(cells: Cells) -> float | None:
    parts = [
        _over(_sum(cells, "sellers", "buyers", now), _sum(cells, "", "buyers", now))
        for now in (True, False)
    ]
    return None if None in parts else parts[0] - parts[1]


def _replaced(cells: Cells) -> float | None:
    after, before = (_by(cells, "seller", now=now, buyer="buyers") for now in (True, False))
    moves = [after.get(name, 0.0) - before.get(name, 0.0) for name in after | before]
    gained = sum(move for move in moves if move > 0)
    return min(gained, -sum(move for move in moves if move < 0))


def _flow(cells: Cells) -> float | None:
    return _sum(cells, "sellers", "buyers")


def _both(cells: Cells) -> float | None:
    return (_sum(cells, "sellers", "buyers") or 0) + (_sum(cells, "buyers", "sellers") or 0)


def _growth(cells: Cells) -> float | None:
    now, then = (_sum(cells, "sellers", "buyers", when) for when in (True, False))
    return 100 * (now / then - 1) if now is not None and then else None


def _power(cells: Cells) -> float | None:
    """Return the difference of dependences, with one elasticity of two for every product."""
    here = (_sum(cells, "sellers", "buyers") or 0) / 2 / (_sum(cells, "", "buyers") or 1)
    return here - (_sum(cells, "buyers", "sellers") or 0) / 2 / (_sum(cells, "", "sellers") or 1)


ALL = {"partners", "total", "territory", "quantity", "window"}
CASES: dict[str, tuple[dict[str, Any], Callable[[Cells], float | None], set[str]]] = {
    "import_share": ({"importer": "DEU", "exporter": "CHN"}, _import_share, ALL),
    "export_share": ({"importer": "DEU", "exporter": "CHN"}, _export_share, ALL),
    "hhi": ({"importer": "CHN"}, _hhi, ALL),
    "cr": ({"importer": "DEU+FRA", "k": 2}, _cr, ALL - {"territory"}),
    "top_supplier": ({"importer": "CHN"}, _top, {"territory", "quantity", "window"}),
    "salience": ({"importer": "DEU", "exporter": "CHN"}, _salience, ALL),
    "asymmetry": ({"importer": "DEU+FRA", "exporter": "CHN"}, _asymmetry, ALL),
    "rank": ({"importer": "DEU", "exporter": "CHN"}, _rank, {"territory", "quantity", "window"}),
    "change_of_share": ({"importer": "DEU", "exporter": "CHN", "base": 2019}, _change, ALL),
    "reorientation": (
        {"importer": "CHN", "base": 2019},
        _replaced,
        {"territory", "partners", "window"},
    ),
    "retaliation_exposure": (
        {"importer": "DEU+FRA", "exporter": "CHN"},
        _both,
        {"territory", "window"},
    ),
    "value": ({"importer": "DEU", "exporter": "CHN"}, _flow, {"territory", "window"}),
    "value both": (
        {"importer": "DEU", "exporter": "CHN", "flow": "both"},
        _both,
        {"territory", "window"},
    ),
    "growth": (
        {"importer": "CHN", "exporter": "DEU", "base": 2019},
        _growth,
        {"territory", "window"},
    ),
}


def _codes(goods: str, follow: str, editions: Sequence[str]) -> frozenset[tuple[int, str]]:
    """Return which codes are meant in which year."""
    found = set()
    for year in YEARS:
        name = EDITIONS[year][1]
        if name in editions:
            chosen = goods_selection(
                goods,
                nomenclature=name,
                variant=cast("Variant", follow),
                editions=editions,
            )
            found |= {(year, code) for code in CODES if chosen.weight_of(code)}
    return frozenset(found)


def _way(measure: str, keys: dict[str, Any], goods: str, said: dict[str, str]) -> Way:
    """Return who and what counts, from the words of a specification."""
    sides = {
        side: set(str(keys.get(side, "")).split("+")) - {""} for side in ("importer", "exporter")
    }
    for side, names in sides.items():
        if "CHN" in names:
            sides[side] = set(said["territory"].split("+"))
    long = said["window"] == "three-year average"
    years = set(range(2020, 2023)) if long else {2022}
    base = keys.get("base")
    then = set() if base is None else set(range(base - 2, base + 1)) if long else {base}
    editions = sorted({EDITIONS[year][1] for year in years | then})
    level = {"as told": "out", "members' trade in it": "members"}.get(said["total"], "own")
    day = said.get("listed", "as known").removeprefix("on ")
    text = said.get("goods", goods)
    if day != "as known":
        text = ",".join(f"{part}@{day}" for part in text.split(","))
    return Way(
        frozenset(sides["importer"]),
        frozenset(sides["exporter"]),
        said["report"],
        frozenset(years),
        frozenset(then),
        said["partners"] == "countries only",
        level,
        _codes(text, said.get("followed", "family"), editions),
        keys.get("flow") == "both",
    )


@pytest.mark.parametrize("goods", ["854231", "848210", "chpl"])
@pytest.mark.parametrize("name", CASES)
def test_each_is_what_its_rows_give_in_plain_python(lake: Lake, name: str, goods: str) -> None:
    keys, plain, choices = CASES[name]
    figure = ep.ask(name.split()[0], lake=lake, goods=goods, period=2022, curve=True, **keys)
    assert figure.specifications is not None, figure.reason
    items = figure.specifications.items
    for item in items:
        way = _way(name, keys, goods, item.choices)
        expected = plain(_cells(way, item.choices["quantity"]))
        assert item.value == pytest.approx(expected, rel=1e-9, abs=1e-12), item
    for choice in ALL - choices:
        assert len({item.choices[choice] for item in items}) == 1, choice
    varied = choices - ({"partners"} if goods == "848210" else set())
    for choice in varied:
        assert len({item.choices[choice] for item in items}) > 1, choice


@pytest.mark.parametrize("goods", ["854231", "848210"])
@pytest.mark.parametrize("name", CASES)
def test_no_combination_is_dropped_and_none_counted_twice(
    lake: Lake, name: str, goods: str
) -> None:
    """Their number is that of the different sets of rows that all combinations have."""
    keys, plain, choices = CASES[name]
    figure = ep.ask(name.split()[0], lake=lake, goods=goods, period=2022, curve=True, **keys)
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
            "total": {"out": "as told", "members": "members' trade in it"}.get(level, "own"),
            "report": voice,
        }
        way = _way(name, keys, goods, said)
        relevant = _relevant(name, way)
        for amount in ("value", "mass") if "quantity" in choices else ("value",):
            if plain(_cells(way, amount)) is not None:
                found.add((relevant, long, amount))
    assert len(items) == len(found)


def _relevant(name: str, way: Way) -> frozenset[tuple[Row, bool, bool]]:
    """Return the rows that a measure looks at, each with the sides that it stands on."""
    market = name in (
        "import_share",
        "hhi",
        "cr",
        "top_supplier",
        "change_of_share",
        "reorientation",
    )
    kept = []
    for one in ROWS:
        bought, sold = one.buyer in way.buyers, one.seller in way.sellers
        if not way.counts(one):
            continue
        if market and not bought:
            continue
        if name in ("export_share", "rank") and not sold:
            continue
        if name in ("salience", "asymmetry") and not (bought or sold):
            continue
        if name in ("value", "growth") and not (bought and sold):
            continue
        if name in ("value both", "retaliation_exposure") and not (
            (bought and sold) or (one.seller in way.buyers and one.buyer in way.sellers)
        ):
            continue
        kept.append((one, bought, sold))
    return frozenset(kept)
