"""Exports of one side to several others, month by month, read at once.

`ask` answers for one pair and one month. A chart of twelve countries over four years has six
hundred of them, so one query adds up what `ask` adds up for each: one side's reports of one source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.errors import NoEvidenceError
from entrepot.figures.availability import availability_of, flow_sources
from entrepot.figures.breakdown import definition_for_all
from entrepot.figures.definition import other_side
from entrepot.figures.editions import goods_in
from entrepot.figures.no_value import reporting_sides
from entrepot.figures.nowcast_series import run_of_months
from entrepot.figures.row_facts import editions_of
from entrepot.figures.rows import SourceRows
from entrepot.figures.run_measure import main_column, rows_of
from entrepot.goods.parse import goods_words
from entrepot.lake import fetch
from entrepot.model.areas import area_name, area_set
from entrepot.model.period import Period
from entrepot.sources import is_register, split_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Definition, Side
    from entrepot.lake import Lake

__all__ = ["MonthByMonth", "month_by_month"]

_LATEST = Period.parse("2999-12")


@dataclass(frozen=True, slots=True)
class MonthByMonth:
    """Months of several flows, in one unit and of one side's reports.

    Attributes
    ----------
    definition
        What was asked, with the source that answers and its currency; the importer is the world.
    months
        From the first to the last, without a gap.
    values
        By importer, a value a month: in whole units of money or in kilograms. None where nothing is
        recorded, which is not zero, or where a part has no weight.
    reported_by
        Whose reports these are; None for what is made of both.
    """

    definition: Definition
    months: tuple[Period, ...]
    values: dict[str, tuple[float | None, ...]]
    reported_by: Side | None


def month_by_month(
    lake: Lake,
    exporter: str,
    importers: Sequence[str],
    goods: str,
    *,
    quantity: str = "value",
    first: Period | None = None,
    last: Period | None = None,
    most: int = 48,
) -> MonthByMonth:
    """Return exports by month to each importer, from the best source that has months.

    Parameters
    ----------
    exporter, importers
        Codes of areas or of groups.
    quantity
        ``value`` or ``mass``.
    first, last
        Months to begin and to end with; without them the newest months of the source.
    most
        Months at most where no first one is named.

    Raises
    ------
    NoEvidenceError
        If no source has months of these goods from this exporter.
    """
    keys = {"exporter": exporter, "goods": goods, "quantity": quantity}
    for source in flow_sources(lake):
        name = split_address(source)[0]
        until = last or _LATEST
        months = [] if is_register(name) else run_of_months(lake, source, until)
        months = [one for one in months if first is None or one.start >= first.start]
        months = months[-most:] if first is None else months
        if not months:
            continue
        span = Period(months[0].start, months[-1].end)
        asked = definition_for_all("value", lake, **keys, period=str(span), source=source)
        if found := _of_source(asked, importers, tuple(months), lake):
            return found
    of = f"{area_name(exporter)}’s exports of {goods_words(goods)}"
    raise NoEvidenceError(
        f"no months of {of} are loaded",
        why="this chart needs data by month: those of UN Comtrade, Comext or a customs service",
        hint="load monthly data: entrepot data add comtrade FILE",
    )


def _of_source(
    asked: Definition, importers: Sequence[str], months: tuple[Period, ...], lake: Lake
) -> MonthByMonth | None:
    with lake.reading():
        there = availability_of(lake, asked.source or "", [asked.period])
        monthly = [one for one in there if one.freq == "M"] if isinstance(there, tuple) else []
        if not monthly or (monthly[0].few_products and asked.goods == "all"):
            return None
        asked = asked.but(currency=asked.currency or monthly[0].currency)
        # Of what a country sells, it reports itself; a partner's report has the other valuation.
        sides = reporting_sides(asked, monthly[0])
        for side in sorted(sides, key=lambda one: one != "exporter"):
            values = _by_month(asked, importers, months, monthly[0], side, lake)
            if any(one is not None for row in values.values() for one in row):
                return MonthByMonth(asked, months, values, side)
    return None


def _by_month(
    asked: Definition,
    importers: Sequence[str],
    months: tuple[Period, ...],
    monthly: Availability,
    side: Side | None,
    lake: Lake,
) -> dict[str, tuple[float | None, ...]]:
    cells = SourceRows(lake, monthly, side)
    selected = goods_in(asked, editions_of(cells, asked), lake)
    column = main_column(cells, asked)
    across = other_side("exporter")
    rows = rows_of(cells, asked, selected)
    lacking = nw.col(column).is_null().cast(nw.Int64).sum().alias("lacking")
    sums = rows.group_by(across, "period").agg(nw.col(column).sum(), lacking)
    place = {month.start: at for at, month in enumerate(months)}
    known: dict[str, list[float | None]] = {}
    partly: set[tuple[str, int]] = set()
    for name, day, amount, missing in fetch(sums):
        if day not in place:
            continue
        # A sum without the part that has no weight would be too small, of a group as well.
        if missing or amount is None:
            partly.add((str(name), place[day]))
        else:
            known.setdefault(str(name), [None] * len(months))[place[day]] = float(amount)
    return {one: _together(one, known, partly, months) for one in importers}


def _together(
    code: str,
    known: Mapping[str, Sequence[float | None]],
    partly: Set[tuple[str, int]],
    months: tuple[Period, ...],
) -> tuple[float | None, ...]:
    """Return the months of an area, of a group those of its members together."""
    found: list[float | None] = []
    for at, month in enumerate(months):
        members = sorted(area_set(code, month.start))
        some = [known[one][at] for one in members if one in known]
        values = [one for one in some if one is not None]
        is_partly = any((one, at) in partly for one in members)
        found.append(sum(values) if values and not is_partly else None)
    return tuple(found)
