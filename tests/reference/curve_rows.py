"""Made-up reports of everybody, as they are written into a file and as plain rows."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any, NamedTuple

from entrepot.model.areas import area, by_code
from made_comtrade import row

if TYPE_CHECKING:
    from collections.abc import Iterator

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


class Row(NamedTuple):
    """A report as it was written into the file."""

    seller: str
    buyer: str
    code: str
    year: int
    value: float
    mass: float
    voice: str


def made() -> Iterator[tuple[dict[str, Any], Row]]:
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


MADE = list(made())
ROWS = [one for _, one in MADE]
