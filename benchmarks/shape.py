"""What world trade looks like in rows: few exporters and few products make most of it.

A cell (exporter, importer, product) is traded with probability 1 - exp(-DENSITY * a * b * g), where
a, b and g are weights of the three with heavy tails and mean one. With 226 areas and 5,000 products
that makes 11 million rows a year, as CEPII BACI has; the largest exporter fills half a million of
them and the smallest a few thousand. Fewer rows are asked for by taking every n-th product, so that
cells keep their number of suppliers.
"""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.goods import goods_selection
from entrepot.model.areas import area, by_code
from entrepot.model.product import known_codes

AREAS, PRODUCTS = 226, 5_000
FULL_YEAR = 11_000_000
DENSITY = 0.0685
EDITION, LIST = "HS2017", "chpl"
# In order of their exports, so that the heavy end of the tail has the names it has in life.
LARGEST = """
    CHN USA DEU JPN NLD KOR ITA FRA HKG GBR CAN MEX BEL IND ESP SGP RUS VNM POL CHE THA TUR AUS
    MYS BRA CZE AUT IDN SWE SAU IRL ARE HUN DNK ZAF SVK NOR PHL ROU PRT"""


@dataclass(frozen=True)
class Member:
    """A code with its weight: how much more of the world's rows it has than the average."""

    place: int
    code: str
    weight: float


def exporters(system: str = "baci", count: int = AREAS) -> list[Member]:
    """Return areas by code of `system`, weighted as exporters: a steep tail."""
    return _weighted(_areas(system, count), power=1.7, flat=8)


def importers(system: str = "baci", count: int = AREAS) -> list[Member]:
    """Return areas weighted as importers: everybody buys, so the tail is flatter."""
    return _weighted(_areas(system, count), power=1.0, flat=10)


def products(rows: int = FULL_YEAR) -> list[Member]:
    """Return product codes with weights; as many of them as `rows` a year need.

    The codes of the list that is asked for (`LIST`) are always among them.
    """
    known = sorted(code for code, editions in known_codes().items() if EDITION in editions)
    # A heavy product can stand in any chapter: codes are ranked by a step that visits all of them.
    step = 1_637
    ranked = [known[(place * step) % len(known)] for place in range(PRODUCTS)]
    every = max(1, round(FULL_YEAR / rows))
    listed = goods_selection(LIST, nomenclature=EDITION).codes
    weighted = enumerate(_weighted(ranked, power=0.9, flat=100))
    return [
        one for place, one in weighted if place % every == every // 2 or one.code in (listed or ())
    ]


def _areas(system: str, count: int) -> list[str]:
    codes = {
        iso: code
        for code, iso in by_code(system).items()
        if area(iso).kind in ("country", "territory")
    }
    largest = LARGEST.split()
    rest = sorted(set(codes) - set(largest))
    return [codes[iso] for iso in [*largest, *rest][:count]]


def _weighted(codes: list[str], *, power: float, flat: int) -> list[Member]:
    raw = [1 / (place + flat) ** power for place in range(len(codes))]
    mean = sum(raw) / len(raw)
    pairs = enumerate(zip(codes, raw, strict=True))
    return [Member(place, code, one / mean) for place, (code, one) in pairs]
