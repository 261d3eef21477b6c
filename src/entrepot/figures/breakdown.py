"""One question for every country, or every code, at once: the same measure over the same rows.

`ask` answers for one importer in a tenth of a second, which is half a minute for all that a map
shows. A measure takes columns to answer by, so one query gives what `ask` gives for each, without
ranges. Only rows that are reconciled are asked, for there every area is counted in one way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import narwhals as nw

from entrepot import measures
from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.availability import RECONCILED, availability_of, bundled_for, flow_sources
from entrepot.figures.definition import SIDES, Definition, other_side
from entrepot.figures.editions import goods_in
from entrepot.figures.no_value import reporting_sides
from entrepot.figures.nowcast_series import run_of_months
from entrepot.figures.questions import of as question
from entrepot.figures.row_facts import editions_of, goods_scope, not_delivered
from entrepot.figures.rows import SourceRows
from entrepot.figures.run_measure import dicts, main_column, rows_of
from entrepot.figures.validate import checked
from entrepot.goods.parse import goods_words
from entrepot.lake import fetch
from entrepot.lake.inventory import SOURCE as BUNDLED
from entrepot.model.areas import WORLD, area_name, area_set
from entrepot.model.period import Period
from entrepot.model.product import NO_CODES, TOTAL
from entrepot.sources import is_register, split_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Side
    from entrepot.lake import Lake

Over = Literal["importer", "exporter", "product"]
MEASURES: Mapping[str, tuple[Over, ...]] = {
    "import_share": ("importer", "exporter", "product"),
    "top_supplier": ("importer", "product"),
    "hhi": ("importer", "product"),
    "value": ("importer", "exporter", "product"),
}
"""Measures that are broken down, and by which columns."""
VALUED_ONCE = (RECONCILED, "baci", BUNDLED)
"""Sources in which each flow has one value, made of both reports."""
COVERED = 0.8
"""Least part of several importers' trade that a side has to report for its shares to count."""
_SOMEBODY = ("USA", "CHN", "DEU")
"""Stand for a side that is the world while a question is checked: `ask` wants it to be named."""


@dataclass(frozen=True, slots=True)
class BreakdownPart:
    """What one member answers.

    Attributes
    ----------
    code
        Area or product.
    value
        What `ask` gives for it; shares are 0 to 1.
    traded
        Value of everything that a share is of, in the currency of the data.
    details
        Further columns of the measure.
    """

    code: str
    value: float
    traded: float
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A question and its answer for each member, the largest value first.

    Attributes
    ----------
    definition
        What was asked, with the source that answers; the side broken down is the world.
    over
        Column of the members.
    total
        Value of all trade behind it.
    """

    definition: Definition
    over: Over
    parts: tuple[BreakdownPart, ...]
    total: float

    @property
    def concentration(self) -> float:
        """Return the Herfindahl-Hirschman index of shares that add up to one."""
        return sum(one.value**2 for one in self.parts)

    def definition_of(self, code: str) -> Definition:
        """Return the definition of one member, for `ask`."""
        key = "goods" if self.over == "product" else self.over
        return self.definition.but(**{key: code})


def breakdown(measure: str, over: Over, lake: Lake, **keys: Any) -> Breakdown:
    """Evaluate a measure for every importer, exporter or product of a year.

    Parameters
    ----------
    measure
        One of `MEASURES`. A share by exporter, with the world as importer, is that of all imports.
    over
        What to answer by.
    **keys
        Keys of the definition without the one that is broken down. Without a source, the best one
        that is reconciled answers.

    Raises
    ------
    RequestError
        If the measure is not broken down in this way.
    NoEvidenceError
        If no reconciled rows of the period are loaded or bundled.
    """
    if over not in MEASURES.get(measure, ()):
        raise RequestError(f"{measure} is not broken down by {over}")
    asked = definition_for_all(measure, lake, **keys)
    with lake.reading(bundled=bundled_for(lake, asked.goods, asked.source)):
        for source in [asked.source] if asked.source else flow_sources(lake):
            if split_address(source)[0] not in VALUED_ONCE:
                continue
            there = availability_of(lake, source, [asked.period])
            deliveries = there if isinstance(there, tuple) else ()
            for one in deliveries:
                if found := _over(asked.but(source=source), over, lake, one):
                    return found
    raise NoEvidenceError(
        f"no reconciled rows of {asked.goods} in {asked.period} are loaded",
        why="a comparison of all countries needs rows in which each flow has one value",
        hint="load BACI: entrepot data add baci FILE",
    )


def shares_as_reported(
    found: Breakdown, lake: Lake, codes: Sequence[str] = ()
) -> dict[Side, dict[str, float]]:
    """Return the shares of a breakdown again, as each side reports them.

    From the first source with single reports of all the goods; empty without one. By exporters'
    reports, those who do not report count in the total as importers report them, and have no share
    of their own. Of importers only their own reports are asked. A side that reports too little of
    the trade of several importers has no shares.

    Parameters
    ----------
    found
        Import shares by exporter or importer, or largest suppliers by product.
    codes
        Of products, those that are asked for.
    """
    with lake.reading():
        for source in flow_sources(lake):
            if split_address(source)[0] in VALUED_ONCE:
                continue
            there = availability_of(lake, source, [found.definition.period])
            for one in there if isinstance(there, tuple) else ():
                if one.has_reports and not one.is_partial:
                    asked = found.definition.but(source=source)
                    shares = _as_reported(found, asked, SourceRows(lake, one), codes)
                    if any(shares.values()):
                        return shares
    return {}


def _as_reported(
    found: Breakdown, asked: Definition, cells: SourceRows, codes: Sequence[str]
) -> dict[Side, dict[str, float]]:
    editions = tuple(name for name in editions_of(cells, asked) if name != NO_CODES)
    goods = goods_in(asked, editions, cells.lake)
    few = cells.available.few_products
    if few and (asked.goods == "all" or not_delivered(cells, asked, goods)):
        return {}
    if few and goods_scope(cells, asked, goods, frozenset({""})):
        return {}  # shares of other goods than those asked for
    if found.over == "importer":
        parts, _ = _parts(asked, "importer", cells.as_reported_by("importer"))
        return {"importer": {one.code: one.value for one in parts}}
    tops = {one.code: str(one.details["top_supplier"]) for one in found.parts if one.details}
    by = ("exporter",) if found.over == "exporter" else ("product", "exporter")
    wanted = asked.but(goods=",".join(codes)) if codes else asked
    sizes = {side: _sizes(wanted, cells.as_reported_by(side), by) for side in SIDES}
    known = cells.available.reporters
    reporters = {who for who, _ in known["exporter"]} if known else None
    own = {
        key: size
        for key, size in sizes["exporter"].items()
        if not reporters or key[-1] in reporters
    }
    silent = {
        key: size
        for key, size in sizes["importer"].items()
        if (key[-1] not in reporters if reporters is not None else key not in own)
    }
    sides: tuple[tuple[Side, _Sizes, _Sizes], ...] = (
        ("importer", sizes["importer"], {}),
        ("exporter", own, silent),
    )
    shares: dict[Side, dict[str, float]] = {}
    all_trade = sum(one.traded for one in found.parts if not codes or one.code in codes)
    several = len(asked.members("importer")) != 1
    for side, reported, others in sides:
        totals: dict[tuple[str, ...], float] = {}
        for key, size in (*reported.items(), *others.items()):
            totals[key[:-1]] = totals.get(key[:-1], 0.0) + size
        if several and sum(totals.values()) < COVERED * all_trade:
            continue
        shares[side] = {
            key[0]: size / totals[key[:-1]]
            for key, size in reported.items()
            if size and (len(by) == 1 or tops.get(key[0]) == key[1])
        }
    return shares


_Sizes: TypeAlias = "dict[tuple[str, ...], float]"


def _sizes(asked: Definition, cells: SourceRows, by: Sequence[str]) -> _Sizes:
    editions = tuple(name for name in editions_of(cells, asked) if name != NO_CODES)
    if not editions and asked.goods != "all":
        return {}
    rows = rows_of(cells, asked, goods_in(asked, editions, cells.lake))
    column = cells.column(asked)
    sums = dicts(measures.value(rows, by=list(by), value=column))
    return {
        tuple(str(row[name]) for name in by): float(row[column]) for row in sums if column in row
    }


def largest_goods(found: Breakdown, lake: Lake) -> dict[str, str]:
    """Return the product of the largest value in the trade of each member; empty of one code.

    Parameters
    ----------
    found
        Import shares of one supplier by importer.
    """
    asked = found.definition
    with lake.reading(bundled=bundled_for(lake, asked.goods, asked.source)):
        there = availability_of(lake, asked.source or "", [asked.period])
        for one in there if isinstance(there, tuple) else ():
            sizes = _sizes(
                asked.but(measure="value"), SourceRows(lake, one), (found.over, "product")
            )
            largest: dict[str, tuple[float, str]] = {}
            products = {product for _, product in sizes} - {TOTAL}
            for (code, product), size in sizes.items():
                if product in products:
                    largest[code] = max(largest.get(code, (0.0, "")), (size, product))
            if len(products) > 1:
                return {code: product for code, (_, product) in largest.items()}
    return {}


def definition_for_all(measure: str, lake: Lake, **keys: Any) -> Definition:
    """Complete and check a definition as `ask` does; the side broken down is the world again."""
    asked = Definition.build(measure, **keys)
    needed = question(asked.measure).names
    free = [side for side in SIDES if side in needed and getattr(asked, side) == WORLD]
    others = (one for one in _SOMEBODY if one not in (asked.importer, asked.exporter))
    with lake.reading(bundled=bundled_for(lake, asked.goods, asked.source)):
        # Not strict: more names than free sides, so that
        # one that is asked about can be passed over.
        full = checked(asked.but(**dict(zip(free, others, strict=False))), lake)
    return full.but(**dict.fromkeys(free, WORLD))


def _over(asked: Definition, over: Over, lake: Lake, there: Availability) -> Breakdown | None:
    if there.is_partial or (there.few_products and asked.goods == "all"):
        return None  # an extract is not all trade of anybody
    parts, total = _parts(asked, over, SourceRows(lake, there))
    return Breakdown(asked, over, tuple(parts), total) if parts else None


def _parts(asked: Definition, over: Over, cells: SourceRows) -> tuple[list[BreakdownPart], float]:
    editions = tuple(name for name in editions_of(cells, asked) if name != NO_CODES)
    if not editions and asked.goods != "all":
        return [], 0.0
    goods = goods_in(asked, editions, cells.lake)
    rows = rows_of(cells, asked, goods)
    if over == "product":
        rows = rows.filter(nw.col("product") != TOTAL)
    column = cells.column(asked)
    sums = dicts(measures.value(rows, by=[over], value=column))
    sizes = {str(row[over]): float(row[column]) for row in sums if column in row}
    total = sum(sizes.values())
    # Shares of all exporters have one denominator: dividing their sums is the measure itself.
    if asked.measure == "value" or over == "exporter":
        divisor = 1.0 if asked.measure == "value" else total
        parts = [
            BreakdownPart(code, size / divisor, size, {}) for code, size in sizes.items() if divisor
        ]
    else:
        main = main_column(cells, asked)
        found = dicts(question(asked.measure).run(rows, asked, column, by=[over]))
        parts = [
            BreakdownPart(
                code := str(row.pop(over)), float(row.pop(main)), sizes.get(code, 0.0), row
            )
            for row in found
            if main in row
        ]
    parts.sort(key=lambda one: (-one.value, one.code))
    return parts, total


# Exports of one side to several others, month by month, read at once. A chart of twelve countries
# over four years has six hundred pairs and months: one query adds up what `ask` adds up for each.

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
