"""Worlds: levels of trade that a text is made of, by topic, and who counted them.

Nothing here is the checker's: levels come from files of data (where they are at hand), from what is
in print, or are made up.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

__all__ = ["EURO", "TOPICS", "Flow", "Series", "World", "make"]

Flow = tuple[str, str, str, str]  # exporter, importer, goods, period

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
EURO = {  # euros to the dollar, means of the year (European Central Bank)
    "2012": 0.778,
    "2013": 0.753,
    "2014": 0.753,
    "2015": 0.901,
    "2016": 0.903,
    "2017": 0.885,
    "2018": 0.847,
    "2019": 0.893,
    "2020": 0.876,
    "2021": 0.846,
    "2022": 0.950,
    "2023": 0.925,
    "2024": 0.924,
    "2025": 0.886,
}
MADE_UP = (  # countries whose trade nobody prints here: all their levels are invented
    *("BRA", "CHL", "PER", "COL", "ARG", "ECU", "URY", "EGY", "MAR", "TUN", "KEN", "GHA", "NGA"),
    *("ZAF", "THA", "MYS", "PHL", "BGD", "PAK", "LKA", "AUS", "NZL", "CAN", "NOR", "CHE", "ISR"),
    *("JOR", "SAU", "OMN", "QAT", "FRA", "ITA", "ESP", "POL", "CZE", "GRC", "DNK", "SWE", "FIN"),
)
IMF_PARTNERS = (
    *("DEU", "ITA", "FRA", "POL", "NLD", "TUR", "KAZ", "BLR", "IND", "KOR", "JPN", "USA", "ARM"),
    *("UZB", "SRB", "ARE", "VNM", "BRA", "EGY", "FIN"),
)
INSTITUTES = (  # none of which has a number of its own in print here
    *("Kiel Institute", "wiiw", "Rhodium Group", "MERICS", "DIW Berlin", "Natixis"),
)
IN_PRINT = ("CHN", "RUS", "DEU", "USA", "VNM", "JPN", "KOR", "IND", "TUR")
"""Countries whose offices may have numbers of their own in print: none is made up for these."""
WITH_CHINA_IN_PRINT = ("BRA", "THA", "MYS", "PHL", "AUS", "CHE", "ITA")
NOT_IN_PRINT = ("ministry of trade of {}", "chamber of commerce of {}", "port authority of {}")
CUSTOMS = {  # China and Russia, billions of dollars: what an institute would start from
    ("CHN", "RUS"): (49.7, 50.58, 67.57, 76.12, 110.97, 115.49, 103.31),
    ("RUS", "CHN"): (61.05, 57.18, 79.32, 114.15, 129.14, 129.32, 124.8),
    ("RUS", "WLD"): (424.0, 337.0, 493.0, 592.0, 425.0, 433.0, 419.0),
    ("WLD", "RUS"): (243.0, 232.0, 293.0, 255.0, 285.0, 283.0, 279.0),
}
CHIPS = ("8541", "8542", "8486", "8471", "8517", "8534")
MINERALS = ("250410", "380110", "811292")  # graphite; artificial graphite; gallium and others
MINERAL_PARTNERS = {
    "Germany": "DEU",
    "Japan": "JPN",
    "South Korea": "KOR",
    "Netherlands": "NLD",
    "United States": "USA",
    "USA": "USA",
    "India": "IND",
    "Poland": "POL",
    "Russia": "RUS",
    "Italy": "ITA",
    "France": "FRA",
    "Austria": "AUT",
    "Thailand": "THA",
    "Vietnam": "VNM",
}
NEIGHBOURS = {
    "Armenia": "ARM",
    "Georgia": "GEO",
    "Kazakhstan": "KAZ",
    "Kyrgyzstan": "KGZ",
    "Uzbekistan": "UZB",
    "Russian Federation": "RUS",
    "Russia": "RUS",
}
MEMBERS = {
    "Germany": "DEU",
    "Poland": "POL",
    "Lithuania": "LTU",
    "Italy": "ITA",
    "Latvia": "LVA",
    "Netherlands": "NLD",
    "Czechia": "CZE",
    "Belgium": "BEL",
    "France": "FRA",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Series:
    """Who counted: as the text names him, and whose books it says.

    Attributes
    ----------
    name
        Goes to ``attributed_to``; empty where the text names nobody.
    reporter
        Goes to ``reporter``; empty where the text does not say whose books.
    """

    name: str = ""
    reporter: str = ""


@dataclass
class World:
    """Levels in `money`, by exporter, importer, goods and period.

    Attributes
    ----------
    told
        Numbers of claims by name, where no levels stand behind them.
    prints
        Whether other numbers of the same trade are bundled with the checker.
    second
        The same trade as somebody else counts it, if the text has two series.
    parts
        Months of a year that are counted too, by year.
    wider
        A partner, and the territory that some count in it.
    """

    topic: str
    home: str
    partners: tuple[str, ...]
    years: tuple[str, ...]
    levels: dict[Flow, float] = field(default_factory=dict)
    money: str = "USD"
    goods: tuple[str, ...] = ("all",)
    series: Series = Series()
    second: Series | None = None
    others: dict[Flow, float] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    wider: tuple[str, str] | None = None
    prints: bool = False
    told: dict[str, float] = field(default_factory=dict)


def make(topic: str, chance: random.Random) -> World | None:
    """Return a world of a topic, or None where its data are not at hand."""
    world = TOPICS[topic](chance)
    if world is None:
        return None
    if chance.random() < 1 / 3:
        _second(world, chance)
    return world


def _second(world: World, chance: random.Random) -> None:
    """Count the same trade once more, as the other side does."""
    partner = world.partners[0]
    apart = chance.uniform(0.7, 1.35)
    if abs(apart - 1) < 0.03:
        apart += 0.06
    offices = ("{} customs", "statistics office of {}", "central bank of {}")
    named = chance.choice(NOT_IN_PRINT if partner in IN_PRINT else offices)
    world.second = Series(named.format(NAMES.get(partner, partner)), partner)
    for flow, value in world.levels.items():
        if partner in flow[:2]:
            world.others[flow] = value * apart * chance.uniform(0.97, 1.03)


def _invented(chance: random.Random) -> World:
    home, *partners = chance.sample(MADE_UP, 5)
    wider = None
    if chance.random() < 0.3 and home not in WITH_CHINA_IN_PRINT:
        partners[:2] = ["CHN", "HKG"]
        wider = ("CHN", "HKG")
    last = chance.randint(2014, 2024)
    years = tuple(str(last - back) for back in (2, 1, 0))
    world = World("invented", home, tuple(partners), years, wider=wider)
    size = 10 ** chance.uniform(8.3, 11)
    months = chance.randint(6, 10)
    for outward in (True, False):
        total = size * chance.uniform(4, 20)
        sizes = [total * chance.uniform(0.03, 0.2) for _ in partners]
        for year in years:
            total *= chance.uniform(0.82, 1.25)
            sizes = [one * chance.lognormvariate(0.02, 0.2) for one in sizes]
            for partner, value in zip((*partners, "WLD"), (*sizes, total), strict=True):
                sides = (home, partner) if outward else (partner, home)
                world.levels[(*sides, "all", year)] = value
                world.parts[year] = f"{year}-01..{year}-{months:02d}"
                part = value * months / 12 * chance.uniform(0.93, 1.05)
                world.levels[(*sides, "all", world.parts[year])] = part
    if chance.random() < 0.5:
        name = chance.choice(
            (f"statistics office of {NAMES.get(home, home)}", "UN Comtrade", "IMF")
        )
        world.series = Series(name, home if name.startswith("stat") else "")
    elif chance.random() < 0.5:
        world.series = Series("", home)
    return world


@cache
def _imf_rows() -> dict[Flow, float]:
    path = SHARED / "imf_imts_russia" / "RU_trade.csv"
    found: dict[Flow, float] = {}
    if not path.is_file():
        return found
    with path.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            code = row["COUNTERPART_COUNTRY.ID"]
            partner = "WLD" if code == "G001" else code
            sides = ("RUS", partner) if row["INDICATOR.ID"].startswith("X") else (partner, "RUS")
            for year in range(2016, 2025):
                if row.get(str(year)):
                    found[(*sides, "all", str(year))] = float(row[str(year)]) * 1e6
    return found


def _imf(chance: random.Random) -> World | None:
    rows = _imf_rows()
    if not rows:
        return None
    last = chance.randint(2018, 2024)
    years = tuple(str(last - back) for back in (2, 1, 0))
    partners = chance.sample(IMF_PARTNERS, 3)
    printed = chance.random() < 0.5
    if printed:
        partners.insert(0, "CHN")
    held = {
        flow: value
        for flow, value in rows.items()
        if flow[3] in years and value > 1e7 and ({flow[0], flow[1]} - {"RUS"}) <= {*partners, "WLD"}
    }
    world = World("imf", "RUS", tuple(partners), years, held, prints=printed)
    # what nobody prints may stand without a name; beside other prints the text says whose it is
    named = printed or chance.random() < 0.3
    world.series = Series("IMF") if named else Series()
    if not named:
        world.levels = {f: v for f, v in held.items() if "WLD" not in f}
    return world


@cache
def _baci_rows() -> dict[Flow, float]:
    path = SHARED / "baci_chn_rus" / "BACI_HS17_CHN_RUS_2017_2023.csv"
    found: dict[Flow, float] = {}
    if not path.is_file():
        return found
    names = {"156": "CHN", "643": "RUS"}
    with path.open() as file:
        for row in csv.DictReader(file):
            code = row["k"].zfill(6)
            for goods in ("all", code[:2], code[:4]):
                flow = (names[row["i"]], names[row["j"]], goods, row["t"])
                found[flow] = found.get(flow, 0.0) + float(row["v"]) * 1e3
    return found


def _of_goods(topic: str, codes: tuple[str, ...], chance: random.Random) -> World | None:
    rows = _baci_rows()
    if not rows:
        return None
    last = chance.randint(2019, 2023)
    years = tuple(str(last - back) for back in (2, 1, 0))
    goods = (*chance.sample(codes, 3), "all")
    levels = {f: v for f, v in rows.items() if f[2] in goods and f[3] in years and v > 1e6}
    world = World(topic, "CHN", ("RUS",), years, levels, goods=goods, prints=True)
    world.series = Series(chance.choice(("BACI", "CEPII")))
    return world


def _baci(chance: random.Random) -> World | None:
    return _of_goods("baci", ("84", "85", "87", "39", "73", "90", "94", "61", "29"), chance)


def _chips(chance: random.Random) -> World | None:
    return _of_goods("chips", CHIPS, chance)


@cache
def _mineral_rows() -> dict[Flow, float]:
    path = SHARED / "china_minerals_monthly" / "deep_dive_hs6_monthly.csv"
    found: dict[Flow, float] = {}
    if not path.is_file():
        return found
    with path.open() as file:
        for row in csv.DictReader(file):
            partner = MINERAL_PARTNERS.get(row["partner_name"])
            if partner is None:
                continue
            year, month, _ = row["period_dt"].split("-")
            half = f"{year}-01..{year}-06"
            for period in (year, half) if int(month) <= 6 else (year,):
                flow = ("CHN", partner, row["hs6"], period)
                found[flow] = found.get(flow, 0.0) + float(row["val"])
    return found


def _minerals(chance: random.Random) -> World | None:
    rows = _mineral_rows()
    if not rows:
        return None
    last = chance.randint(2019, 2024)
    years = tuple(str(last - back) for back in (2, 1, 0))
    goods = chance.choice(MINERALS)
    partners = tuple(chance.sample(sorted({f[1] for f in rows if f[2] == goods}), 4))
    parts = {year: f"{year}-01..{year}-06" for year in years}
    wanted = {*years, *parts.values()}
    levels = {
        f: v
        for f, v in rows.items()
        if f[1] in partners and f[2] == goods and f[3] in wanted and v > 1e5
    }
    world = World("minerals", "CHN", partners, years, levels, goods=(goods,), parts=parts)
    if chance.random() < 0.5:
        world.series = Series(
            chance.choice(("China's customs", "General Administration of Customs"))
        )
    return world


@cache
def _mirror_rows() -> dict[Flow, float]:
    path = SHARED / "eu_kyrgyz_mirror" / "eurostat_totals_long.csv"
    found: dict[Flow, float] = {}
    if not path.is_file():
        return found
    seen = set()
    with path.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            exporter = MEMBERS.get(row["REPORTER"].split(" (")[0])
            importer = NEIGHBOURS.get(row["PARTNER"].split(" (")[0])
            month, _, year = row["PERIOD"].partition(" ")
            key = (exporter, importer, row["PERIOD"])  # several folders hold the same cell
            if not (exporter and importer and "EXPORT" in row["FLOW"] and row["VALUE_IN_EUR"]):
                continue
            if key in seen:
                continue
            seen.add(key)
            number = MONTHS.index(month[:3]) + 1 if month[:3] in MONTHS else 0
            half = f"{year}-01..{year}-06"
            for period in (year, half) if 0 < number <= 6 else (year,):
                flow = (exporter, importer, "all", period)
                found[flow] = found.get(flow, 0.0) + float(row["VALUE_IN_EUR"])
    return found


def _mirror(chance: random.Random) -> World | None:
    rows = _mirror_rows()
    if not rows:
        return None
    last = chance.randint(2021, 2023)
    years = tuple(str(last - back) for back in (2, 1, 0))
    importer = chance.choice(sorted({flow[1] for flow in rows}))
    members = sorted({flow[0] for flow in rows})
    exporter = chance.choice(members)
    parts = {year: f"{year}-01..{year}-06" for year in years}
    wanted = {*years, *parts.values()}
    others = tuple(chance.sample(sorted({f[1] for f in rows} - {importer}), 2))
    levels = {
        f: v
        for f, v in rows.items()
        if f[0] == exporter and f[1] in (importer, *others) and f[3] in wanted and v > 1e5
    }
    world = World("mirror", exporter, (importer, *others), years, levels, "EUR", parts=parts)
    if chance.random() < 0.3:
        world.series = Series("Eurostat", "")
    else:
        world.series = Series("", exporter)
    _second(world, chance)  # the other side counts otherwise, always
    return world


def _institute(chance: random.Random) -> World:
    """China and Russia as an institute counts: customs' numbers are bundled, and differ."""
    last = chance.randint(2021, 2025)
    years = tuple(str(last - back) for back in (2, 1, 0))
    world = World("institute", "RUS", ("CHN",), years, prints=True)
    world.series = Series(chance.choice(INSTITUTES))
    factor = chance.choice((0.94, 0.965, 0.98, 1.02, 1.04, 1.06))
    for (exporter, importer), row in CUSTOMS.items():
        for year in years:
            value = row[int(year) - 2019] * 1e9 * factor * chance.uniform(0.985, 1.015)
            world.levels[exporter, importer, "all", year] = value
    return world


TOPICS = {
    "invented": _invented,
    "imf": _imf,
    "baci": _baci,
    "chips": _chips,
    "minerals": _minerals,
    "mirror": _mirror,
    "institute": _institute,
}

NAMES = {
    "BRA": "Brazil",
    "CHL": "Chile",
    "PER": "Peru",
    "COL": "Colombia",
    "ARG": "Argentina",
    "ECU": "Ecuador",
    "URY": "Uruguay",
    "EGY": "Egypt",
    "MAR": "Morocco",
    "TUN": "Tunisia",
    "KEN": "Kenya",
    "GHA": "Ghana",
    "NGA": "Nigeria",
    "ZAF": "South Africa",
    "THA": "Thailand",
    "MYS": "Malaysia",
    "PHL": "the Philippines",
    "BGD": "Bangladesh",
    "PAK": "Pakistan",
    "LKA": "Sri Lanka",
    "AUS": "Australia",
    "NZL": "New Zealand",
    "CAN": "Canada",
    "NOR": "Norway",
    "CHE": "Switzerland",
    "ISR": "Israel",
    "JOR": "Jordan",
    "OMN": "Oman",
    "SAU": "Saudi Arabia",
    "QAT": "Qatar",
    "FRA": "France",
    "ITA": "Italy",
    "ESP": "Spain",
    "POL": "Poland",
    "CZE": "Czechia",
    "GRC": "Greece",
    "DNK": "Denmark",
    "SWE": "Sweden",
    "FIN": "Finland",
    "CHN": "China",
    "HKG": "Hong Kong",
    "RUS": "Russia",
    "DEU": "Germany",
    "NLD": "the Netherlands",
    "TUR": "Turkey",
    "KAZ": "Kazakhstan",
    "BLR": "Belarus",
    "IND": "India",
    "KOR": "South Korea",
    "JPN": "Japan",
    "USA": "the United States",
    "ARM": "Armenia",
    "UZB": "Uzbekistan",
    "SRB": "Serbia",
    "VNM": "Vietnam",
    "ARE": "the United Arab Emirates",
    "AUT": "Austria",
    "GEO": "Georgia",
    "BEL": "Belgium",
    "KGZ": "Kyrgyzstan",
    "LTU": "Lithuania",
    "LVA": "Latvia",
    "WLD": "the world",
}
