"""The Figures about inputs that a brief shows: both directions, by sector and by origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.figures import Definition, inputs
from entrepot.figures.definition import territory
from entrepot.model.areas import WORLD
from entrepot.report.parts import Gap
from entrepot.report.phrasing import capital
from entrepot.sources.icio.sectors import sector

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.model.period import Period
    from entrepot.report.brief_context import BriefContext, Subject

__all__ = ["Bought", "Direction", "Sector", "bought", "of_all_inputs", "sector_name"]

INSTALL = "pip install 'entrepot[icio]'"
_SECTORS, _ORIGINS = 8, 4
_LEAST = 0.01  # of all imported inputs: what a smaller sector buys is rough


@dataclass(frozen=True, slots=True)
class Sector:
    """A buying sector: its code, the seller's share of what it bought abroad, and the value."""

    code: str
    share: float
    value_usd: float


@dataclass(frozen=True, slots=True)
class Direction:
    """What one country's industries buy from another's.

    Attributes
    ----------
    buyer, seller
        Codes as in the brief.
    share, value, total
        The seller's share of the inputs bought abroad, what it sold, and all that was bought
        abroad.
    sectors
        The buying sectors that the seller weighs most for, of those that buy at least one per
        cent of the total.
    first
        The seller's share of what the first of them bought abroad; None without sectors.
    """

    buyer: str
    seller: str
    share: Figure
    value: Figure
    total: Figure
    sectors: tuple[Sector, ...]
    first: Figure | None


@dataclass(frozen=True, slots=True)
class Bought:
    """Both directions, with how concentrated the importer's origins are and who they are.

    Attributes
    ----------
    ratio
        Weight of the supplier for the importer over the reverse, in one flow.
    origins
        Code and share of the largest origins, the largest first.
    """

    there: Direction
    back: Direction
    ratio: Figure
    hhi: Figure
    origins: tuple[tuple[str, Figure], ...]

    @property
    def period(self) -> Period:
        """The year of all of it."""
        return self.there.share.definition.period


def bought(book: BriefContext, subject: Subject) -> Bought | Gap:
    """Ask for inputs in the year of the brief, else the newest year that is held."""
    years = inputs.input_years(book.lake)
    before = [year for year in years if year <= subject.period]
    period = next(iter(before if subject.fixed and before else years), subject.period)
    there = _direction(book, subject.importer, subject.supplier, period)
    if isinstance(there, Gap):
        return there
    back = _direction(book, subject.supplier, subject.importer, period)
    if isinstance(back, Gap):
        return back
    ratio = book.inputs(
        "asymmetry", importer=subject.importer, exporter=subject.supplier, period=period
    )
    return Bought(
        there=there,
        back=back,
        ratio=ratio,
        hhi=book.inputs("hhi", importer=subject.importer, period=period),
        origins=_origins(book, subject.importer, period),
    )


def _direction(book: BriefContext, buyer: str, seller: str, period: Period) -> Direction | Gap:
    share = book.inputs("import_share", importer=buyer, exporter=seller, period=period)
    value = book.inputs("value", importer=buyer, exporter=seller, period=period)
    total = book.inputs("value", importer=buyer, period=period)
    for figure in (share, value, total):
        if figure.status != "ok":
            install = INSTALL if not inputs.input_years(book.lake) else ""
            why = f"{figure.reason}.".replace("icio has", "the OECD has")
            return Gap("Inputs that industries buy abroad", why, install)
    sectors = _sectors(book, buyer, seller, period)
    first = None
    if sectors:
        first = book.inputs(
            "import_share",
            importer=buyer,
            exporter=seller,
            sector=sectors[0].code,
            period=period,
        )
    return Direction(buyer, seller, share, value, total, sectors, first)


def _sectors(book: BriefContext, buyer: str, seller: str, period: Period) -> tuple[Sector, ...]:
    """Return the sectors of the buyer that the seller weighs most for."""

    def by_sector(measure: str, exporter: str) -> dict[str, float]:
        asked = Definition.build(measure, importer=buyer, exporter=exporter, period=period)
        return inputs.breakdown(asked, book.lake, "buyer_sector")

    shares = by_sector("import_share", seller)
    values = by_sector("value", seller)
    totals = by_sector("value", WORLD)
    least = _LEAST * sum(totals.values())
    large = [code for code in values if totals.get(code, 0.0) >= least and shares[code] > 0]
    chosen = sorted(large, key=lambda code: (-shares[code], code))[:_SECTORS]
    return tuple(Sector(code, shares[code], values[code]) for code in chosen)


def _origins(book: BriefContext, buyer: str, period: Period) -> tuple[tuple[str, Figure], ...]:
    asked = Definition.build("value", importer=buyer, period=period)
    values = inputs.breakdown(asked, book.lake, "exporter")
    largest = sorted(values, key=lambda code: (-values[code], code))[:_ORIGINS]
    return tuple(
        (code, book.inputs("import_share", importer=buyer, exporter=code, period=period))
        for code in largest
    )


def of_all_inputs(share: Figure) -> float | None:
    """Return the share when inputs from home count too, all else as in the headline."""
    specifications = share.specifications
    if specifications is None:
        return None
    plain = {"inputs": "goods and services", "buyers": "every sector"}
    plain |= {"territory": territory(share.definition), "total": "all inputs bought"}
    found = [item.value for item in specifications.items if plain.items() <= item.choices.items()]
    return found[0] if len(found) == 1 else None


def sector_name(code: str) -> str:
    """Return a sector as it heads a row."""
    return capital(sector(code, own=True).name)
