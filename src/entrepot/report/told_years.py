"""Which reporter told which years, from the catalog of the lake."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from entrepot.report.origins import source_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entrepot.lake import Holding, Lake

__all__ = ["Key", "Months", "fell_silent", "told_years"]

Key = tuple[str, str]
"""Source and reporter."""


@dataclass
class Months:
    """Months that a reporter told, by year, of imports and of exports."""

    imports: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    exports: dict[int, float] = field(default_factory=lambda: defaultdict(float))

    def parts(self, years: list[int]) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return the told part of each year."""
        found = [
            tuple(min(1.0, side.get(year, 0.0) / 12) for year in years)
            for side in (self.imports, self.exports)
        ]
        return found[0], found[1]

    @property
    def years(self) -> frozenset[int]:
        """Years of which anything was told."""
        return frozenset(
            year for side in (self.imports, self.exports) for year, months in side.items() if months
        )


def told_years(
    lake: Lake,
    source: str | None = None,
    wanted: Mapping[str, frozenset[str] | None] | None = None,
) -> tuple[dict[Key, Months], list[str]]:
    """Return for each source and reporter the months told, and the sources with deliveries.

    Parameters
    ----------
    source
        The only one to look at; None for all.
    wanted
        Reporters of imports under ``importer``, of exports under ``exporter``; None for everybody.
    """
    found: dict[Key, Months] = defaultdict(Months)
    sources: dict[str, None] = {}
    for item in lake.holdings(source):
        if item.table == "flows" and item.reporters:
            sources[f"{source_name(item.source)} {item.snapshot}"] = None
            _count(item, wanted or {}, found)
    return dict(found), list(sources)


def _count(
    item: Holding, wanted: Mapping[str, frozenset[str] | None], found: dict[Key, Months]
) -> None:
    """Add what a delivery tells; a year and its months are not told twice, see `Months`."""
    nobody = all(names is None for names in wanted.values())
    for period, slices in item.slices:
        for name in slices:
            seller, arrow, buyer = name.partition(">")
            side = "exporter" if seller else "importer"
            names = wanted.get(side)
            area = seller or buyer
            if not arrow or not (nobody or (names is not None and area in names)):
                continue
            months = found[item.source, area]
            kept = months.exports if seller else months.imports
            kept[period.year] += period.months


def fell_silent(told: Mapping[Key, Months], last: int) -> dict[Key, int]:
    """Return who told earlier years and not the last that its source holds, with its last year.

    Parameters
    ----------
    told
        Months by source and reporter.
    last
        Years after it do not count.
    """
    newest: dict[str, int] = {}
    for (source, _), one in told.items():
        ends = [year for year in one.years if year <= last]
        newest[source] = max([newest.get(source, 0), *ends])
    found = {}
    for key, one in told.items():
        own = max((year for year in one.years if year <= last), default=0)
        if 0 < own < newest[key[0]]:
            found[key] = own
    return found
