"""Measures of made-up reports under each choice of a curve, in plain Python."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from curve_rows import CODES, EDITIONS, NOBODY, ROWS, YEARS, Row

from entrepot.figures.curve.evaluate import curve
from entrepot.figures.evidence import Specifications, alone, explained
from entrepot.goods import goods_selection

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.figures import Definition
    from entrepot.goods import Variant
    from entrepot.lake import Lake

NOBODY_CODES = frozenset(NOBODY.values())
PLACES = ({"CHN"}, {"CHN", "HKG"}, {"CHN", "HKG", "MAC"})
LEVELS = ("out", "members", "own")


def curved(definition: Definition, lake: Lake) -> Specifications:
    """Return the specifications of the rows of a lake alone, what others printed left out."""
    with lake.reading():
        found, left = curve(definition, lake)
    items = sorted((one.item for one in found), key=lambda item: item.value)
    asked = next((one.item for one in found if one.is_asked), None)
    return Specifications(
        items=tuple(items),
        most_influential=None,
        explained=explained(items),
        left_out=tuple(left),
        alone=alone(asked, items) if asked else {},
    )


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
        if not heard or (one.year not in self.years and one.year not in self.then):
            return False
        if self.countries and (one.seller in NOBODY_CODES or one.buyer in NOBODY_CODES):
            return False
        if one.seller == one.buyer:
            return self.level == "own"
        if self.level != "out":
            return True
        return not any(
            one.seller in side and one.buyer in side for side in (self.buyers, self.sellers)
        )


Cells = list[tuple[str, str, bool, float]]
"""Seller, buyer, whether of the period, amount; members of a side under one name."""


def cells_of(way: Way, amount: str) -> Cells:
    here = dict.fromkeys(way.buyers, "buyers") | dict.fromkeys(way.sellers, "sellers")
    size = len(way.years)  # an average, of the period and of the base
    return [
        (
            here.get(one.seller, one.seller),
            here.get(one.buyer, one.buyer),
            one.year in way.years,
            getattr(one, amount) / size,
        )
        for one in counted(way)
    ]


@cache
def rows_of(codes: frozenset[tuple[int, str]]) -> list[Row]:
    """Return the rows of some codes, each in its year, as they come in the file."""
    return [one for one in ROWS if (one.year, one.code) in codes]


@cache
def counted(way: Way) -> list[Row]:
    """Return the rows that count: once for values and masses, and for all measures."""
    return [one for one in rows_of(way.codes) if way.counts(one)]


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
    return {name: part for name, part in parts.items() if name not in NOBODY_CODES}


def _top(cells: Cells) -> float | None:
    every = _by(cells, "seller", buyer="buyers")
    parts = [part for name, part in _countries(every).items() if name != "buyers"]
    return max(parts) / sum(every.values()) if parts else None


def _salience(cells: Cells) -> float | None:
    flow = _sum(cells, "sellers", "buyers") or 0.0
    bought, sold = _sum(cells, "", "buyers"), _sum(cells, "sellers")
    return math.sqrt(flow / bought * flow / sold) if bought and sold else None


def _asymmetry(cells: Cells) -> float | None:
    return _over(_sum(cells, "sellers"), _sum(cells, "", "buyers"))


def _rank(cells: Cells) -> float | None:
    parts = _countries(_by(cells, "buyer", seller="sellers"))
    others = [part for name, part in parts.items() if name != "sellers"]
    return 1 + sum(part > parts["buyers"] for part in others)


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


def _balance(cells: Cells) -> float | None:
    return (_sum(cells, "sellers", "buyers") or 0) - (_sum(cells, "buyers", "sellers") or 0)


def _growth(cells: Cells) -> float | None:
    now, then = (_sum(cells, "sellers", "buyers", when) for when in (True, False))
    return 100 * (now / then - 1) if now is not None and then else None


ALL = {"partners", "total", "territory", "quantity", "window"}
CASES: dict[str, tuple[dict[str, Any], Callable[[Cells], float | None], set[str]]] = {
    "import_share": ({"importer": "DEU", "exporter": "CHN"}, _import_share, ALL),
    "export_share": ({"importer": "DEU", "exporter": "CHN"}, _export_share, ALL),
    "hhi": ({"importer": "CHN"}, _hhi, ALL),
    "cr": ({"importer": "DEU+FRA", "k": 2}, _cr, ALL),
    "top_supplier": ({"importer": "CHN"}, _top, ALL),
    "salience": ({"importer": "DEU", "exporter": "CHN"}, _salience, ALL),
    "asymmetry": ({"importer": "DEU+FRA", "exporter": "CHN"}, _asymmetry, ALL),
    "rank": ({"importer": "DEU", "exporter": "CHN"}, _rank, {"territory", "quantity", "window"}),
    "change_of_share": ({"importer": "DEU", "exporter": "CHN", "base": 2019}, _change, ALL),
    "reorientation": (
        {"importer": "CHN", "base": 2019},
        _replaced,
        {"territory", "partners"},
    ),
    "retaliation_exposure": (
        {"importer": "DEU+FRA", "exporter": "CHN"},
        _both,
        {"territory"},
    ),
    "value": ({"importer": "DEU", "exporter": "CHN"}, _flow, {"territory"}),
    "value both": (
        {"importer": "DEU", "exporter": "CHN", "flow": "both"},
        _both,
        {"territory"},
    ),
    "value balance": (
        {"importer": "DEU", "exporter": "CHN", "flow": "balance"},
        _balance,
        {"territory"},
    ),
    "growth": (
        {"importer": "CHN", "exporter": "DEU", "base": 2019},
        _growth,
        {"territory"},
    ),
}


@cache
def codes_of(goods: str, concordance: str, editions: tuple[str, ...]) -> frozenset[tuple[int, str]]:
    """Return which codes are meant in which year."""
    found = set()
    for year in YEARS:
        name = EDITIONS[year][1]
        if name in editions:
            chosen = goods_selection(
                goods,
                nomenclature=name,
                variant=cast("Variant", concordance),
                editions=editions,
            )
            found |= {(year, code) for code in CODES if chosen.weight_of(code)}
    return frozenset(found)


KEPT = {
    "import_share": ("importer",),
    "hhi": ("importer",),
    "cr": ("importer",),
    "top_supplier": ("importer",),
    "change_of_share": ("importer",),
    "export_share": ("exporter",),
    "rank": ("exporter",),
    "salience": ("importer", "exporter"),
    "asymmetry": ("importer", "exporter"),
}
"""Sides of which a total is taken."""
LEVEL_OF = {
    "without re-imports": "out",
    "members' trade in it": "members",
    "members' trade and re-imports in it": "own",
    "re-imports in it": "own",
}


def usual_level(measure: str, sides: dict[str, set[str]]) -> str:
    """Return what counts of trade inside a side by default: a country's re-imports do."""
    kept = KEPT.get(measure, ())
    return "own" if kept and all(len(sides[side]) == 1 for side in kept) else "out"


def way_of(measure: str, keys: dict[str, Any], goods: str, said: dict[str, str]) -> Way:
    """Return who and what counts, from the words of a specification."""
    sides = {
        side: set(str(keys.get(side, "")).split("+")) - {""} for side in ("importer", "exporter")
    }
    for side, names in sides.items():
        # Of suppliers that are told apart, those of a territory count as one.
        as_one = not names and side == "exporter" and said["territory"].startswith("CHN+")
        if "CHN" in names or (as_one and "CHN" not in sides["importer"]):
            sides[side] = set(said["territory"].split("+"))
    long = said["window"] == "three-year average"
    years = set(range(2020, 2023)) if long else {2022}
    base = keys.get("base")
    then = set() if base is None else set(range(base - 2, base + 1)) if long else {base}
    editions = tuple(sorted({EDITIONS[year][1] for year in years | then}))
    level = LEVEL_OF.get(said["total"]) or usual_level(measure, sides)
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
        codes_of(text, said.get("followed", "family"), editions),
        keys.get("flow") in ("both", "balance"),
    )


def looked_at(name: str, way: Way) -> frozenset[tuple[Row, bool, bool]]:
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
    for one in counted(way):
        bought, sold = one.buyer in way.buyers, one.seller in way.sellers
        if market and not bought:
            continue
        if name in ("export_share", "rank") and not sold:
            continue
        if name in ("salience", "asymmetry") and not (bought or sold):
            continue
        if name in ("value", "growth") and not (bought and sold):
            continue
        if name in ("value both", "value balance", "retaliation_exposure") and not (
            (bought and sold) or (one.seller in way.buyers and one.buyer in way.sellers)
        ):
            continue
        kept.append((one, bought, sold))
    return frozenset(kept)
