"""Worlds: true and consistent levels of trade of one country, real or made up."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.claims.rows import publish

from entrepot.claims.known import Facts
from entrepot.claims.quantity import Level
from entrepot.claims.statements import Statements, bundled
from entrepot.model.period import Period

if TYPE_CHECKING:
    import random

    from entrepot.sources.published.row import Published

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
COUNTRIES = (
    *("BRA", "CHL", "PER", "MEX", "IND", "IDN", "VNM", "THA", "MYS", "TUR", "EGY", "ZAF", "NGA"),
    *("KAZ", "UZB", "KGZ", "ARM", "GEO", "DEU", "FRA", "ITA", "ESP", "POL", "GBR", "JPN", "KOR"),
    *("AUS", "CAN", "USA", "ARG", "COL", "SAU", "ARE", "PAK", "BGD", "PHL", "SGP", "NOR", "CHE"),
)
TERRITORIES = (("CHN", "HKG"), ("CHN", "TWN"), ("EU27", "GBR"))
GOODS = ("8482", "8542", "8471", "2709", "7208")
SOURCES = ("made", "made", "imf", "baci", "published")
RATES = {"CNY": (7.0, 0.05), "EUR": (0.92, 0.04), "RUB": (85.0, 0.15)}
_MEMBERS = ("DEU", "FRA", "ITA", "ESP", "POL", "EU27", "GBR")
MONEY = {"CHN": "CNY", "EU27": "EUR", "RUS": "RUB"}

Flow = tuple[str, str, str, str]  # exporter, importer, goods, period


@dataclass
class World:
    """True levels in dollars, in the books of `home`, and what is published of them.

    Attributes
    ----------
    levels
        Dollars by exporter, importer, goods and period.
    mirror
        The same as partners count it (CIF for FOB, or the other way round).
    other
        The levels in the country's own money.
    rates
        Own money per dollar, by year, month or day.
    prices
        Change of the price of `priced`, exports or imports of the first partner alike, by the
        statistic that it is a change of: the unit value is named by an empty text.
    wider
        A partner, and the same with a territory that is now in, now out of its statistics.
    rows
        What is published.
    """

    source: str
    home: str
    partners: tuple[str, ...]
    years: tuple[int, ...]
    levels: dict[Flow, float] = field(default_factory=dict)
    mirror: dict[Flow, float] = field(default_factory=dict)
    other: dict[Flow, float] = field(default_factory=dict)
    first: dict[Flow, float] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    prices: dict[str, float] = field(default_factory=dict)
    priced: str = ""
    wider: tuple[str, str] | None = None
    rows: list[Published] = field(default_factory=list)
    real: bool = False
    months: int = 8

    @property
    def money(self) -> str:
        """The country's own money, if the checker knows it."""
        return MONEY.get(self.home, "")

    def facts(self) -> Facts:
        """Return what the checker is told is in print."""
        return Facts(bundled() if self.real else Statements(self.rows))


def make(chance: random.Random, *, with_facts: bool) -> World:
    """Return a world of a kind that the data at hand allow."""
    kinds = [kind for kind in SOURCES if kind != "imf" or _imf()]
    kinds = [kind for kind in kinds if kind != "baci" or (SHARED / "baci_chn_rus").is_dir()]
    kind = chance.choice(kinds)
    world = {"made": _made, "imf": _real_imf, "baci": _real_baci, "published": _published}[kind](
        chance
    )
    _finish(world, chance, with_facts=with_facts)
    return world


def _made(chance: random.Random) -> World:
    home = chance.choice((*COUNTRIES, "CHN", "EU27", "CHN", "RUS"))
    partners = tuple(chance.sample([code for code in COUNTRIES if code != home], 4))
    last = chance.randint(2012, 2024)
    wider = None
    if chance.random() < 0.4:
        narrow, more = chance.choice(TERRITORIES)
        last = max(last, 2022)  # the Union of 27
        others = [code for code in partners if code not in _MEMBERS]
        if home not in (narrow, more, *_MEMBERS) and len(others) >= 2:
            partners, wider = (narrow, more, *others[:2]), (narrow, f"{narrow}+{more}")
    world = World("made", home, partners, (last - 2, last - 1, last), wider=wider)
    size = 10 ** chance.uniform(9, 11.5)
    for outward in (True, False):
        total = size * chance.uniform(4, 30) * chance.uniform(0.7, 1.4)
        sizes = [total * chance.uniform(0.02, 0.2) for _ in partners]
        for year in world.years:
            total *= chance.uniform(0.8, 1.25)
            sizes = [one * chance.lognormvariate(0.02, 0.2) for one in sizes]
            for partner, value in zip((*partners, "WLD"), (*sizes, total), strict=True):
                world.levels[_flow(home, partner, str(year), outward=outward)] = value
    return world


@cache
def _imf() -> dict[Flow, float]:
    path = SHARED / "imf_imts_russia" / "RU_trade.csv"
    if not path.is_file():
        return {}
    found: dict[Flow, float] = {}
    with path.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            partner = {"G001": "WLD"}.get(
                row["COUNTERPART_COUNTRY.ID"], row["COUNTERPART_COUNTRY.ID"]
            )
            if partner not in (*COUNTRIES, "CHN", "WLD"):
                continue
            outward = row["INDICATOR.ID"].startswith("X")
            for year in range(2016, 2025):
                if row.get(str(year)):
                    flow = _flow("RUS", partner, str(year), outward=outward)
                    found[flow] = float(row[str(year)]) * 1e6
    return found


def _real_imf(chance: random.Random) -> World:
    last = chance.randint(2018, 2024)
    years = (last - 2, last - 1, last)
    whole = [
        partner
        for partner in (*COUNTRIES, "CHN")
        if all(
            _imf().get(_flow("RUS", partner, str(year), outward=way), 0.0) > 1e8
            for year in years
            for way in (True, False)
        )
    ]
    partners = tuple(chance.sample(whole, 4))
    world = World("imf", "RUS", partners, years)
    for partner in (*partners, "WLD"):
        for year in years:
            for way in (True, False):
                flow = _flow("RUS", partner, str(year), outward=way)
                world.levels[flow] = _imf()[flow]
    return world


@cache
def _baci() -> dict[Flow, float]:
    found: dict[Flow, float] = {}
    path = SHARED / "baci_chn_rus" / "BACI_HS17_CHN_RUS_2017_2023.csv"
    names = {"156": "CHN", "643": "RUS"}
    with path.open() as file:
        for row in csv.DictReader(file):
            for goods in ("all", row["k"].zfill(6)[:2]):
                flow = (names[row["i"]], names[row["j"]], goods, row["t"])
                found[flow] = found.get(flow, 0.0) + float(row["v"]) * 1e3
    return found


def _real_baci(chance: random.Random) -> World:
    """Trade of China with Russia in all goods and some chapters, as BACI reconciles it."""
    last = chance.randint(2019, 2023)
    world = World("baci", "CHN", ("RUS",), (last - 2, last - 1, last))
    chapters = chance.sample(("84", "85", "87", "39", "73", "90", "94", "61"), 3)
    for goods in ("all", *chapters):
        for year in world.years:
            for exporter, importer in (("CHN", "RUS"), ("RUS", "CHN")):
                flow = (exporter, importer, goods, str(year))
                if _baci().get(flow):
                    world.levels[flow] = _baci()[flow]
    return world


def _published(chance: random.Random) -> World:
    """Levels that Chinese customs printed, beside all bundled statements."""
    facts = Facts(bundled())
    last = chance.choice((2023, 2024, 2025))
    found: dict[Flow, float] = {}
    for year in (last - 2, last - 1, last):
        for partner in ("RUS", "USA", "MEX", "EU27", "JPN", "KOR", "VNM", "WLD", "IND", "DEU"):
            for way in (True, False):
                flow = _flow("CHN", partner, str(year), outward=way)
                level = Level(flow[0], flow[1], "all", Period.parse(year), "USD", "CHN")
                held = [known for known in facts.printed(level) if known.books == "CHN"]
                held = [known for known in held if "GACC" in known.origins]
                if held and held[0].interval.width < 0.002 * held[0].interval.middle:
                    found[flow] = held[0].interval.middle
    partners = {side for flow in found for side in flow[:2]} - {"CHN", "WLD"}
    return World(
        "published", "CHN", tuple(sorted(partners)), (last - 2, last - 1, last), found, real=True
    )


def _flow(home: str, partner: str, period: str, *, outward: bool) -> Flow:
    return (home, partner, "all", period) if outward else (partner, home, "all", period)


def _finish(world: World, chance: random.Random, *, with_facts: bool) -> None:
    """Add months, mirrors, first releases, rates and what is published."""
    world.months = chance.randint(6, 10)
    if not world.real:
        _money(world, chance)
    if world.source == "made" and chance.random() < 0.5:
        _prices(world, chance)
    for flow, value in list(world.levels.items()):
        exporter, importer, goods, period = flow
        world.mirror[flow] = value * chance.uniform(1.03, 1.35)
        world.first[flow] = value * chance.choice((0.985, 1.013, 0.96, 1.025))
        if world.source == "made" and goods == "all":
            part = f"{period}-01..{period}-{world.months:02d}"
            factor = world.months / 12 * chance.uniform(0.93, 1.05)
            world.levels[exporter, importer, goods, part] = value * factor
            _own_money(world, (exporter, importer, goods, part), value * factor, period, chance)
        _own_money(world, flow, value, period, chance)
    if with_facts and not world.real:
        publish(world, chance)


def _prices(world: World, chance: random.Random) -> None:
    """Add a price that rose: a few dear products pull the mean above the median."""
    median = chance.uniform(-15, 90)
    mean = median + chance.uniform(4, 60)
    world.priced = chance.choice(GOODS)
    world.prices = {"": median + chance.uniform(-25, 40), "median": median, "mean": mean}


def _money(world: World, chance: random.Random) -> None:
    unit = world.money
    if not unit:
        return
    rate, spread = RATES[unit]
    for year in world.years:
        rate *= chance.uniform(1 - spread, 1 + spread)
        world.rates[str(year)] = rate
    for month in ("12",):
        world.rates[f"{world.years[-1]}-{month}"] = rate * chance.uniform(0.95, 1.06)
    for month in ("01", "02", "03"):
        world.rates[f"{world.years[-1] + 1}-{month}"] = rate * chance.uniform(0.93, 1.07)


def _own_money(world: World, flow: Flow, value: float, year: str, chance: random.Random) -> None:
    if world.rates:
        world.other[flow] = value * world.rates[year] * chance.uniform(0.996, 1.004)
