"""What a kilogram of goods was worth: unit values by exporter in one year, and year by year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from entrepot import measures
from entrepot.figures.availability import availability_of, bundled_for, flow_sources
from entrepot.figures.breakdown import VALUED_ONCE, definition_for_all
from entrepot.figures.editions import goods_in
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.row_facts import editions_of
from entrepot.figures.rows import SourceRows
from entrepot.figures.run_measure import dicts, rows_of
from entrepot.model.period import Period
from entrepot.model.product import NO_CODES
from entrepot.sources import split_address

if TYPE_CHECKING:
    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Definition
    from entrepot.lake import Lake


@dataclass(frozen=True, slots=True)
class ExporterPrice:
    """One exporter: its code, value per kilogram, value of the rows kept, and of all its rows."""

    code: str
    unit_value: float
    kept: float
    value: float


@dataclass(frozen=True, slots=True)
class ExporterPrices:
    """Unit values of one source and year, the largest exporter first.

    Attributes
    ----------
    definition
        What was asked, with the source that answers.
    parts
        Exporters with a unit value.
    without
        Codes of exporters without one: no weight, or only weights that say nothing of a price.
    """

    definition: Definition
    parts: tuple[ExporterPrice, ...]
    without: tuple[str, ...]

    @property
    def is_reported(self) -> bool:
        """Whether values and weights are exporters' own reports."""
        return split_address(self.definition.source or "")[0] not in VALUED_ONCE


def exporter_prices(lake: Lake, *, goods: str, period: str) -> ExporterPrices | None:
    """Return unit values by exporter, from the first source with weights; None where none has any.

    Sources with one value for each flow come first, then exporters' reports.

    Parameters
    ----------
    goods
        One code of six digits: over several, a unit value would mix prices.
    """
    asked = definition_for_all("value", lake, goods=goods, period=period)
    with lake.reading(bundled=bundled_for(lake, asked.goods, asked.source)):
        sources = flow_sources(lake)
        # sorted() is stable: the order of preference stays among sources of a kind.
        for source in sorted(sources, key=lambda one: split_address(one)[0] not in VALUED_ONCE):
            there = availability_of(lake, source, [asked.period])
            for one in () if isinstance(there, NoAnswer) else there:
                if found := _of(asked.but(source=source), lake, one):
                    return found
    return None


@dataclass(frozen=True, slots=True)
class UnitValueYears:
    """Unit values of one exporter year by year, from one source.

    Attributes
    ----------
    definition
        What was asked: the exporter, and the importer, which is the world unless an extract has no
        more than that one; the period is that of all years.
    years
        Year and unit value, the oldest first.
    is_blend
        Whether values are made of both sides' reports.
    """

    definition: Definition
    years: tuple[tuple[int, float], ...]
    is_blend: bool


_NEWEST = 12
"""Years that are followed."""


def unit_value_years(lake: Lake, *, goods: str, exporter: str) -> UnitValueYears | None:
    """Return an exporter's unit values year by year; None where no source has two years with any.

    The source with most years answers; of equals, in the order of `exporter_prices`. Of an extract,
    which has not all buyers, only the largest flow is followed.

    Parameters
    ----------
    goods
        One code of six digits.
    """
    asked = definition_for_all("value", lake, goods=goods, period=str(Period.parse(2000)))
    asked = asked.but(exporter=exporter)
    found: list[UnitValueYears] = []
    for source in sorted(
        flow_sources(lake), key=lambda one: split_address(one)[0] not in VALUED_ONCE
    ):
        years = sorted(
            {
                period.year
                for one in lake.holdings(source)
                for period in one.current
                if period.is_year
            }
        )[-_NEWEST:]
        if len(years) < 2:
            continue
        span = Period.parse(f"{years[0]}..{years[-1]}")
        there = availability_of(lake, source, [Period.parse(year) for year in years])
        for one in () if isinstance(there, NoAnswer) else there:
            if series := _years_of(asked.but(source=source, period=span), lake, one):
                found.append(series)
                break
    return max(found, key=lambda one: len(one.years), default=None)  # the first of equals


def _years_of(asked: Definition, lake: Lake, there: Availability) -> UnitValueYears | None:
    cells = SourceRows(lake, there)
    is_blend = split_address(there.source)[0] in VALUED_ONCE
    if not is_blend:
        cells = cells.as_reported_by("exporter")
    with lake.reading():
        editions = tuple(name for name in editions_of(cells, asked) if name != NO_CODES)
        if not editions:
            return None
        column = cells.column(asked)
        rows = rows_of(cells, asked, goods_in(asked, editions, lake))
        flows = measures.unit_values(rows, value=column, estimated="is_estimated").rows
        if there.is_partial:
            # An extract has not all buyers: their sum would be of whoever happens to be in it.
            sizes = {
                str(row["importer"]): float(row[column])
                for row in dicts(measures.value(flows, by=["importer"], value=column))
                if column in row
            }
            if not sizes:
                return None
            asked = asked.but(importer=max(sizes, key=lambda code: (sizes[code], code)))
            flows = flows.filter(nw.col("importer") == asked.importer)
        keys = ["product", "period"]
        rules = measures.PriceFilters(same_partners=None, mad=None)
        each = measures.unit_values(flows, by=keys, partner=None, value=column, filters=rules).rows
        found = [(row["period"].year, float(row["unit_value"])) for row in dicts(each)]
    return UnitValueYears(asked, tuple(sorted(found)), is_blend) if len(found) > 1 else None


def _of(asked: Definition, lake: Lake, there: Availability) -> ExporterPrices | None:
    if there.is_partial:
        return None  # an extract is not all trade of an exporter
    cells = SourceRows(lake, there)
    if split_address(there.source)[0] not in VALUED_ONCE:
        cells = cells.as_reported_by("exporter")
    editions = tuple(name for name in editions_of(cells, asked) if name != NO_CODES)
    if not editions:
        return None
    rows = rows_of(cells, asked, goods_in(asked, editions, lake))
    column = cells.column(asked)
    sums = dicts(measures.value(rows, by=["exporter"], value=column))
    sizes = {str(row["exporter"]): float(row[column]) for row in sums if column in row}
    # A price is judged flow by flow; what passes is added up for each exporter.
    flows = measures.unit_values(rows, value=column, estimated="is_estimated").rows
    keys = ["exporter", "product", "period"]
    rules = measures.PriceFilters(same_partners=None, mad=None)
    each = measures.unit_values(flows, by=keys, partner=None, value=column, filters=rules).rows
    parts = [
        ExporterPrice(
            code := str(row["exporter"]),
            float(row["unit_value"]),
            float(row[column]),
            sizes.get(code, float(row[column])),
        )
        for row in dicts(each)
    ]
    if not parts:
        return None
    parts.sort(key=lambda one: (-one.value, one.code))
    known = {one.code for one in parts}
    without = sorted((code for code in sizes if code not in known), key=lambda code: -sizes[code])
    return ExporterPrices(asked, tuple(parts), tuple(without))
