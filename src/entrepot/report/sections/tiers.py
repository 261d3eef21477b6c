"""Values of goods by tier and year, asked of one source, and the unit that fits them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.report.definitions import part_name
from entrepot.report.origins import row_of

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.book import Book, Subject

__all__ = ["Tier", "Unit", "source_of", "tier_of", "tiers_of", "years_of"]

MOST_YEARS = 8
MANY = 8


@dataclass(frozen=True, slots=True)
class Tier:
    """A part of the goods with its value in each year."""

    code: str
    name: str
    values: dict[int, Figure]

    @property
    def is_one_voice(self) -> bool:
        """Whether one country's own books, named in print, stand behind every year."""
        rows = [row_of(item) for figure in self.values.values() for item in figure.evidence]
        books = {row.reporter if row else "" for row in rows}
        return len(books) == 1 and "" not in books

    def change(self, first: int, last: int) -> float | None:
        """Return the change between two years in USD; None unless both are held."""
        if first not in self.values or last not in self.values:
            return None
        return self.values[last].required() - self.values[first].required()


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit and one number of decimals for every panel and column."""

    name: str
    scale: float
    decimals: int

    @classmethod
    def of(cls, tiers: list[Tier]) -> Unit:
        """Return the unit in which the largest value has three digits or four."""
        highest = max(f.required() for tier in tiers for f in tier.values.values())
        name, scale = ("m USD", 1e6) if highest < 2e10 else ("bn USD", 1e9)
        size = highest / scale
        return cls(name, scale, 0 if size >= 100 else 1 if size >= 10 else 2)

    def amount(self, figure: Figure) -> str:
        """Return a value in this unit."""
        return f"{figure.required() / self.scale:,.{self.decimals}f}"


def years_of(book: Book, subject: Subject) -> list[int]:
    """Return the years worth asking: up to the headline's, the newest ones."""
    years = [year for year in book.years() if year <= subject.period.year]
    return sorted(years[:MOST_YEARS])


def source_of(book: Book, subject: Subject) -> str | None:
    """Return the source that answers for the headline's year: every bar is to come from it."""
    figure = book.value(
        "value",
        importer=subject.importer,
        exporter=subject.supplier,
        goods=subject.goods,
        period=subject.period,
    )
    return figure.definition.source if figure.status == "ok" else None


def tier_of(
    book: Book, subject: Subject, code: str, goods: str, years: list[int], source: str | None
) -> Tier:
    """Return goods with the value of every year that the source holds."""
    found = {}
    for year in years:
        figure = book.value(
            "value",
            importer=subject.importer,
            exporter=subject.supplier,
            goods=goods,
            period=year,
            source=source,
        )
        if figure.status == "ok":
            found[year] = figure
    return Tier(code, part_name(goods), found)


def tiers_of(book: Book, subject: Subject, years: list[int], source: str | None) -> list[Tier]:
    """Return the tiers of a whole list that have two years at least; none for other goods.

    A list of many parts is not drawn by them: nobody can tell so many lines apart.
    """
    listed = subject.listed
    if listed is None or subject.goods != listed.id or len(listed.parts) > MANY:
        return []
    asked = [
        tier_of(book, subject, tier.id, f"{listed.id}:{tier.id}", years, source)
        for tier in listed.parts
    ]
    return [tier for tier in asked if len(tier.values) > 1]
