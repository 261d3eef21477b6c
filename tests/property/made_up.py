"""A made-up world of trade, its statistics as published rows, and texts about it."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from entrepot.claims import Document, parse_document
from entrepot.claims.statements import ReferenceLevels, Statements
from entrepot.model.period import Period
from entrepot.sources.published.row import Published

HOME, PARTNERS, YEARS = "BRA", ("ARG", "CHL", "ZAF"), (2016, 2017)
Flow = tuple[str, str, int]


def row(
    measure: str, exporter: str, importer: str, year: int, value: float, **more: object
) -> Published:
    """One published row to the thousand, or as told."""
    fields: dict[str, object] = {
        "id": f"{measure}-{exporter}-{importer}-{year}-{more.get('currency', 'USD')}",
        "measure": measure,
        "reporter": HOME,
        "exporter": exporter,
        "importer": importer,
        "partner_words": "",
        "flow": "one_way",
        "goods": "all",
        "goods_words": "",
        "variant": "",
        "basis": "",
        "period": Period.parse(year),
        "base": None,
        "per": "",
        "relation": "=",
        "value": value,
        "low": value - 5e2,
        "high": value + 5e2,
        "printed": f"{value / 1e9:.6f} bn",
        "unit": "USD",
        "currency": "USD",
        "valuation": "FOB",
        "publisher": "Gazette",
        "origin": "SECEX",
        "origin_words": "Brazilian customs",
        "title": "",
        "url": "",
        "published_on": "2018-01-15",
        "second_url": "",
        "confidence": "high",
        "note": "",
    }
    return Published(**(fields | more))


@dataclass(frozen=True)
class World:
    """Levels of every flow in whole dollars."""

    levels: dict[Flow, float]

    def of(self, exporter: str, importer: str, year: int) -> float:
        if exporter == "WLD":
            return sum(self.levels[p, HOME, year] for p in PARTNERS) * 3
        if importer == "WLD":
            return sum(self.levels[HOME, p, year] for p in PARTNERS) * 3
        return self.levels[exporter, importer, year]

    def both(self, partner: str, year: int) -> float:
        return self.of(HOME, partner, year) + self.of(partner, HOME, year)

    def growth(self, exporter: str, importer: str) -> float:
        return (self.of(exporter, importer, 2017) / self.of(exporter, importer, 2016) - 1) * 100

    def rows(self) -> list[Published]:
        found = [row("value", e, i, year, value) for (e, i, year), value in self.levels.items()]
        for year in YEARS:
            found.append(row("value", HOME, "WLD", year, self.of(HOME, "WLD", year)))
            found.append(row("value", "WLD", HOME, year, self.of("WLD", HOME, year)))
        return found


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Levels of 5 to 400 bn that change by a twentieth to the double from year to year."""
    levels: dict[Flow, float] = {}
    for partner in PARTNERS:
        for exporter, importer in ((HOME, partner), (partner, HOME)):
            start = draw(st.integers(5_000, 400_000)) * 1e6
            factor = draw(st.integers(600, 1900)) / 1000
            levels[exporter, importer, 2016] = start
            levels[exporter, importer, 2017] = round(start * factor / 1e6) * 1e6
    return World(levels)


def growth_claim(name: str, exporter: str, importer: str, value: float, **more: str) -> str:
    extra = "".join(f", {key}: {word}" for key, word in more.items())
    keys = f"exporter: {exporter}, importer: {importer}, period: 2017{extra}"
    return f"  - {{id: {name}, growth: {{{keys}}}, says: {value:+.1f} %}}"


def honest(world: World, partner: str) -> list[str]:
    """A paragraph on the trade with one partner, rounded as a newspaper would."""
    there, back = world.growth(HOME, partner), world.growth(partner, HOME)
    both = (world.both(partner, 2017) / world.both(partner, 2016) - 1) * 100
    share = world.of(HOME, partner, 2017) / world.of(HOME, "WLD", 2017) * 100
    other = next(p for p in PARTNERS if p != partner)
    ratio = world.of(HOME, partner, 2017) / world.of(HOME, other, 2017)
    part = f"exporter: {HOME}, importer: {partner}, period: 2017"
    level = f"{world.both(partner, 2017) / 1e9:.1f} bn USD"
    return [
        growth_claim("there", HOME, partner, there),
        growth_claim("back", partner, HOME, back),
        growth_claim("both", HOME, partner, both, flow="both"),
        f"  - {{id: level, value: {{{part}, flow: both}}, says: {level}}}",
        f"  - {{id: share, export_share: {{{part}}}, says: {share:.1f} %}}",
        ratio_claim(partner, other, ratio),
    ]


def ratio_claim(partner: str, other: str, value: float) -> str:
    of, to = (f"{{exporter: {HOME}, importer: {one}, period: 2017}}" for one in (partner, other))
    return f"  - {{id: ratio, ratio: {{of: {of}, to: {to}}}, says: {value:.2f} times}}"


def document(lines: list[str]) -> Document:
    return parse_document("\n".join(["format: 1", "source: {title: made up}", "claims:", *lines]))


def facts(rows: list[Published]) -> ReferenceLevels:
    return ReferenceLevels(Statements(rows))
