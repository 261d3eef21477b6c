"""Who reports what in which years, by the catalog of a lake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.lake import Holding, Lake

__all__ = ["Tellers", "of_reports"]


@dataclass(frozen=True, slots=True)
class Tellers:
    """Who reports what in which years, by the catalog: nothing is read for it.

    Attributes
    ----------
    exports, imports
        Years in which an area reports what it sells, and what it buys, for some of them at least.
    years
        Years of which somebody reports, by source.
    """

    exports: dict[str, set[int]]
    imports: dict[str, set[int]]
    years: dict[str, set[int]]

    @classmethod
    def of(cls, holdings: Iterable[Holding]) -> Tellers:
        """Return who reports in what is held."""
        found = cls({}, {}, {})
        for item in holdings:
            for period, names in item.slices:
                year = period.start.year
                found.years.setdefault(item.source, set()).add(year)
                for name in names:
                    seller, arrow, buyer = name.partition(">")
                    told = found.exports if seller else found.imports
                    if arrow:
                        told.setdefault(seller or buyer, set()).add(year)
        return found


def of_reports(lake: Lake) -> tuple[Holding, ...]:
    """Return what the lake holds of single reports by product; nothing is read for it."""
    return tuple(
        one
        for one in lake.holdings()
        if one.table == "flows" and one.counts and one.reporters and one.totals < one.rows
    )
