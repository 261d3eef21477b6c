"""What a kilogram of goods was worth, exporter by exporter: unit values of one year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot import measures
from entrepot.figures.availability import availability_of, bundled_for, flow_sources
from entrepot.figures.breakdown import VALUED_ONCE, definition_for_all
from entrepot.figures.editions import goods_in
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.row_facts import editions_of
from entrepot.figures.rows import SourceRows
from entrepot.figures.run_measure import dicts, rows_of
from entrepot.model.product import NO_CODES
from entrepot.sources import split_address

if TYPE_CHECKING:
    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Definition
    from entrepot.lake import Lake

__all__ = ["ExporterPrice", "ExporterPrices", "exporter_prices"]


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
