"""Sections of the pages of a country and of goods: who supplies, which goods, who depends.

Each takes a `Breakdown`, which is what `ask` gives for every country or code, or Figures, and says
of what it is on one line: publisher, data set, vintage, year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import floor, log10
from typing import TYPE_CHECKING, NamedTuple

from entrepot.figures.questions.question import REIMPORTS
from entrepot.goods.parse import goods_words, spaced_code
from entrepot.model.areas import WORLD, area, area_name, area_phrase, area_set, possessive
from entrepot.model.display import (
    MINUS,
    NBSP,
    figure_value,
    joined,
    number,
    per_cent,
    range_text,
    small_part,
)
from entrepot.report.attribution import source_line
from entrepot.report.charts import BriefTable, Chart
from entrepot.report.charts.ranked import RANGE, RankedBar, RankedBars
from entrepot.report.charts.value_line import LinePoint, ValueLine
from entrepot.report.charts.world import Partner, World, grid
from entrepot.report.charts.world_shapes import BOUNDARIES, WorldShapes
from entrepot.report.parts import Note, Remark, Section
from entrepot.report.phrasing import capital, count_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from entrepot.figures import Figure
    from entrepot.figures.breakdown import Breakdown, BreakdownPart
    from entrepot.figures.definition import Side
    from entrepot.lake import Lake
    from entrepot.report.parts import RangeBar

SHOWN = 1e5
"""Imports in the currency of the data below which a share says little and is not on a map."""
COUNTED = 1e6
"""Imports from which on a country counts in a title."""
SEEN = 5e-4
"""Share from which on it is 0.1 % of something: a smaller one has no bar of its own."""
STEPS = (10.0, 25.0, 50.0, 75.0)
"""Fixed steps of maps of dependence in per cent, so that maps of different goods compare."""
NAMED = 12
"""Bars with a name; the others are one bar."""
GOODS = 14
"""Bars of the most dependent goods."""
_NOWHERE = "not by country"
"""Bar of all that is of no country: areas not specified, re-imports, partners not loaded."""


@dataclass(frozen=True, slots=True)
class PageCard:
    """A number at the head of a page, in the parts of a `Card` but without a Figure behind it.

    Attributes
    ----------
    range
        The range in words, why there is none, or how to read the value.
    tag
        ``reconciled``, ``reported``, ``computed``, ``published`` or ``missing``.
    """

    name: str
    value: str
    unit: str
    range: str
    definition: str
    tag: str
    source: str = ""
    bar: RangeBar | None = None
    command: str = ""
    caveats: tuple[str, ...] = ()


class Spread(NamedTuple):
    """The ends of a share under other definitions, and how a table prints them."""

    low: float
    high: float
    text: str


def spread_between(value: float, others: Iterable[float]) -> Spread | None:
    """Return the range of a share and of what else it may be; None where all print alike."""
    every = [value, *others]
    low, high = min(every), max(every)
    text = range_text(low, high, "share", value=value).removesuffix(f"{NBSP}%")
    return Spread(low, high, text) if _percent(low) != _percent(high) else None


def _percent(share: float) -> str:
    return figure_value(share, "share")


def is_place(code: str) -> bool:
    """Whether an area is a country or territory: not the world, a total or unspecified areas."""
    return code != WORLD and area(code).kind in ("country", "territory")


def by_country(parts: Iterable[BreakdownPart]) -> tuple[list[BreakdownPart], list[BreakdownPart]]:
    """Return the parts of countries, and those of areas that are none.

    The second are trade all the same: areas not specified, re-imports, partners not in the data.
    """
    listed = list(parts)
    # As the measures have it: no such area has a place among suppliers.
    nowhere = [one for one in listed if not is_place(one.code)]
    return [one for one in listed if is_place(one.code)], nowhere


def largest_known(found: Breakdown) -> str:
    """Return “largest”, or “largest known” where what is of no country may be more of another.

    Re-imports are left out of it: nobody else supplied them.
    """
    countries, others = by_country(found.parts)
    first, second, *_ = [*(one.value for one in countries), 0.0, 0.0]
    unknown = sum(one.value for one in others if one.code != REIMPORTS)
    return "largest known" if unknown > first - second else "largest"


def money(value: float) -> str:
    """Return millions: in three digits up to a billion, from there on with all of their digits."""
    text = number(value / 1e6) if value < 1e9 else f"{value / 1e6:,.0f}"
    return small_part(value / 1e6, text)


def percent_cell(share: float) -> str:
    """Return a share in a table of many rows, in per cent without the sign."""
    return small_part(100 * share, per_cent(100 * share))


def threshold(value: float, currency: str) -> str:
    """Return a limit that we chose, of one digit: USD 1 m, not USD 1.00 m, which looks measured."""
    return figure_value(value, currency, digits=1)


def _round(value: float) -> float:
    """Return the nearest number with one digit that is not zero."""
    size = 10.0 ** floor(log10(value)) if value > 0 else 1.0
    return round(value / size) * size


def goods_of(found: Breakdown) -> str:
    """Return the goods as the end of a sentence; nothing for all goods."""
    goods = found.definition.goods
    return "" if goods == "all" else f" of {goods_words(goods)}"


def suppliers_of(
    found: Breakdown,
    lake: Lake,
    ranged: Mapping[str, Spread | None] | None = None,
    *,
    most: int = NAMED,
    before: Breakdown | None = None,
    compared: str = "",
) -> Section:
    """Return the suppliers of a country, or of all importers, as ranked bars.

    Parameters
    ----------
    found
        Import shares by exporter; the importer is the world for exporters of goods.
    ranged
        By supplier, the range of its share, where it is known already.
    most
        Bars with a name.
    before
        The same of an earlier year from the same source, for the change of each share.
    compared
        What the ranges compare, for the source line, where it is not other definitions.
    """
    asked, when = found.definition, found.definition.period
    of_world = asked.importer == WORLD
    known = ranged or {}
    parts = [one for one in found.parts if one.value > 0]
    countries, nowhere = by_country(parts)
    named, others = countries[:most], countries[most:]
    unit, told = _amounts(asked.currency, parts)
    bars = [
        _supplier_bar(one, known.get(one.code), told, marked=not at) for at, one in enumerate(named)
    ]
    name = f"{len(others)} others" if len(others) > 1 else count_word(len(others), "other")
    bars += [
        _rest_bar(words, rest, told)
        for words, rest in ((name, others), (_NOWHERE, nowhere))
        if rest
    ]
    heads: tuple[str, ...] = (
        "Exporter" if of_world else "Supplier",
        "Share",
        RANGE,
        unit,
    )
    is_ranged = any(bar.low is not None for bar in bars)
    if not is_ranged:
        heads = (heads[0], heads[1], heads[3])
        bars = [replace(bar, cells=(bar.cells[0], bar.cells[2])) for bar in bars]
    if before is not None:
        then = {one.code: one.value for one in before.parts}
        gone = [*(then.get(one.code, 0.0) for one in named)]
        past = [sum(one.value for one in by_country(before.parts)[1])] if nowhere else []
        # The others of this year, whoever was among the named before.
        gone += [1.0 - sum(gone) - sum(past)] if others else []
        gone += past
        now = [
            *(one.value for one in named),
            *(sum(one.value for one in rest) for rest in (others, nowhere) if rest),
        ]
        heads += (f"Since {before.definition.period}",)
        bars = [
            replace(bar, cells=(*bar.cells, _points(after - earlier)))
            for bar, after, earlier in zip(bars, now, gone, strict=True)
        ]
    who = capital(area_phrase(named[0].code)) if named else "No country"
    largest, of = largest_known(found), goods_of(found)
    if of_world:
        title = f"{who} was the {largest} exporter{of} in {when}"
        deck = f"Share of world exports{of} by value, {when}, per cent."
    else:
        buyer = possessive(area_phrase(asked.importer))
        title = f"{who} was {buyer} {largest} supplier{of} in {when}"
        deck = f"Share of {buyer} imports{of} by value, {when}, per cent."
    deck += f" In all {figure_value(found.total, asked.currency)}."
    if before is not None:
        deck += f" Last column: change since {before.definition.period}, in percentage points."
    listed = ", ".join(f"{area_name(one.code)} {_percent(one.value)}" for one in named[:5])
    table = _supplier_table(
        capital(f"{'exporters' if of_world else 'suppliers'}{of}, {when}"),
        (heads[0], unit),
        [*countries, *nowhere],
        known if is_ranged else None,
        told,
    )
    key = [("supplier", "largest"), ("context", "others")]
    if is_ranged:
        key.append(("whisker", f"range: {compared}" if compared else "range across definitions"))
    return Section(
        "suppliers",
        "Who supplies the world" if of_world else "Suppliers",
        Remark(title),
        deck,
        Chart(RankedBars(tuple(bars), heads), f"{title}. {listed}.", tuple(key)),
        table,
        (_how_to_read(of_world=of_world, compared=compared), *_of_no_country(nowhere)),
        source_line(asked.source or "", when, lake, *scope(found)),
    )


def _amounts(currency: str, parts: Sequence[BreakdownPart]) -> tuple[str, Callable[[float], str]]:
    """Return unit and digits of a column of amounts: none in millions where none is one."""
    if max((one.traded for one in parts), default=COUNTED) >= COUNTED:
        return f"{currency} m", money
    # Whole units: of what is worth five dollars there are no cents.
    return currency, partial(number, digits=1)


def _rest_bar(name: str, rest: Sequence[BreakdownPart], told: Callable[[float], str]) -> RankedBar:
    share, sold = sum(one.value for one in rest), sum(one.traded for one in rest)
    cells = (_percent(share), "–", told(sold))
    return RankedBar(name, 100 * share, None, None, cells, is_rest=True)


def _of_no_country(nowhere: Sequence[BreakdownPart]) -> tuple[Note, ...]:
    if not nowhere:
        return ()
    listed = joined([f"{area_name(one.code)} {_percent(one.value)}" for one in nowhere])
    return (Note(capital(_NOWHERE), (Remark(f"{capital(listed)} of the total."),)),)


def _supplier_table(
    caption: str,
    heads: tuple[str, str],
    parts: Sequence[BreakdownPart],
    ranged: Mapping[str, Spread | None] | None,
    told: Callable[[float], str],
) -> BriefTable:
    """Return suppliers with share, range where there are any, and value."""
    who, money_head = heads
    if ranged is None:
        rows = [(area_name(one.code), percent_cell(one.value), told(one.traded)) for one in parts]
        head: tuple[str, ...] = (who, "Share, %", money_head)
        units: tuple[str, ...] = ("", "per cent", money_head)
        return BriefTable(caption, head, (False, True, True), tuple(rows), units)
    cells = [
        (
            *(area_name(one.code), percent_cell(one.value)),
            spread.text if (spread := ranged.get(one.code)) else "",
            told(one.traded),
        )
        for one in parts
    ]
    head = (who, "Share, %", "Range, %", money_head)
    units = ("", "per cent", "per cent", money_head)
    return BriefTable(caption, head, (False, True, True, True), tuple(cells), units)


def _points(change: float) -> str:
    """Return a change of a share in points, with its sign."""
    text = per_cent(abs(100 * change))
    sign = "" if text == "0" else "+" if change > 0 else MINUS
    return f"{sign}{text}"


def _supplier_bar(
    one: BreakdownPart, spread: Spread | None, told: Callable[[float], str], *, marked: bool
) -> RankedBar:
    return RankedBar(
        area_name(one.code),
        100 * one.value,
        100 * spread.low if spread else None,
        100 * spread.high if spread else None,
        (_percent(one.value), spread.text if spread else "–", told(one.traded)),
        marked=marked,
    )


def _how_to_read(*, of_world: bool, compared: str = "") -> Note:
    spans = f" The line spans the share {compared}." if compared else ""
    compared_with = f"the share {compared}" if compared else "other defensible definitions"
    text = (
        f"The bar is the share of all importers' purchases.{spans} Re-exports are included: a "
        "country that trades goods on counts as their exporter."
        if of_world
        else f"The bar is the share; the line, where there is one, spans {compared_with}. It is "
        "not a confidence interval. A dash: no other value, or the same."
    )
    return Note("How to read it", (Remark(text),))


def scope(found: Breakdown) -> tuple[str, ...]:
    """Return the codes and how the trade is valued, as a chart states them."""
    goods = found.definition.goods
    code = f"HS {spaced_code(goods)}" if goods.isdigit() else ""
    codes = goods.split(",")
    if len(codes) > 1:
        code = f"{len(codes)} HS codes"
    return tuple(filter(None, (code, f"{found.definition.currency}, FOB, reconciled")))


# A map: the share of one supplier in the imports of every country.


def over_half(found: Breakdown, least: float = COUNTED) -> tuple[int, int]:
    """Return how many importers of some size get more than half from one supplier, and of all."""
    sellers = found.definition.members("exporter")
    counted = [
        one
        for one in found.parts
        # Without the suppliers themselves, which import from each other where they are a group.
        if one.traded >= least and is_place(one.code) and one.code not in sellers
    ]
    return sum(one.value > 0.5 for one in counted), len(counted)


def dependence_map(
    found: Breakdown, lake: Lake, about: str = "", *, tiles: bool = False
) -> Section:
    """Return the map of a supplier's share in the imports of each country.

    Parameters
    ----------
    found
        Import shares of one supplier by importer.
    about
        The importer that the page is about, if any.
    tiles
        One square a country instead of outlines, so that small countries are seen.
    """
    asked, when = found.definition, found.definition.period
    sellers = sorted(asked.members("exporter"))
    marked = area_set(about, when.end) if about else frozenset()
    parts = [
        one
        for one in found.parts
        if one.traded >= SHOWN and is_place(one.code) and one.code not in sellers
    ]
    parts.sort(key=lambda one: (-one.traded, one.code))
    partners = tuple(
        Partner(
            one.code,
            area(one.code).alpha2 or one.code,
            area_name(one.code),
            100 * one.value,
            _percent(one.value),
            marked=one.code in marked,
        )
        for one in parts
    )
    own = tuple((code, area_name(code)) for code in sellers if code in grid())
    least, counted = (threshold(each, asked.currency) for each in (SHOWN, COUNTED))
    way = World if tiles else WorldShapes
    drawn = way(partners, own, "importers", STEPS, f"under {least} or no data")
    seller, of = area_phrase(asked.exporter), goods_of(found)
    most, every = over_half(found)
    title = f"In {most} of {every} importing countries, {seller} supplied more than half"
    deck = (
        f"{capital(possessive(seller))} share of imports{of}, {when}, per cent of value. Counted: "
        f"importers of {counted} or more."
    )
    deck += " Each country is one square, roughly where it lies." if tiles else ""
    listed = ", ".join(f"{one.name} {one.text}" for one in partners[:6])
    table = BriefTable(
        f"{capital(possessive(seller))} share of imports{of}, {when}",
        ("Importer", "Share, %", f"Imports, {asked.currency} m"),
        (False, True, True),
        tuple((area_name(one.code), percent_cell(one.value), money(one.traded)) for one in parts),
        ("", "per cent", f"{asked.currency} m"),
        "Table of this map",
    )
    return Section(
        "map",
        "Dependence by importer",
        Remark(title),
        deck,
        Chart(drawn, f"{title}. Largest importers: {listed}."),
        table,
        (),
        (
            *source_line(asked.source or "", when, lake, *scope(found)),
            *(() if tiles else (f" {BOUNDARIES}",)),
        ),
    )


# Goods of one country by their largest supplier, and who depends on the country.


def _as_said(
    one: BreakdownPart, reported: Mapping[Side, Mapping[str, float]]
) -> tuple[float | None, float | None, str]:
    """Return the ends of a share as each side reports it, in per cent, and the text of both."""
    said = [shares[one.code] for shares in reported.values() if one.code in shares]
    spread = spread_between(one.value, said)
    return (100 * spread.low, 100 * spread.high, spread.text) if spread else (None, None, "–")


def _without(bars: Sequence[RankedBar], heads: Sequence[str], empty: Sequence[str]) -> RankedBars:
    """Return bars without those columns that say nothing of any of them."""
    kept = [
        at
        for at, head in enumerate(heads[1:])
        if head not in empty or any(bar.cells[at] not in ("", "–") for bar in bars)
    ]
    cells = [replace(bar, cells=tuple(bar.cells[at] for at in kept)) for bar in bars]
    return RankedBars(tuple(cells), (heads[0], *(heads[at + 1] for at in kept)))


def dependent_goods(
    found: Breakdown, lake: Lake, reported: Mapping[Side, Mapping[str, float]] | None = None
) -> Section | None:
    """Return the goods of which a country gets most from one supplier; None of a single code.

    Parameters
    ----------
    reported
        By reporting side, the share of the same supplier in each product (`shares_as_reported`).
    """
    asked, when = found.definition, found.definition.period
    parts = [one for one in found.parts if one.traded >= SHOWN and "top_supplier" in one.details]
    # With a single code the page of the country says the same already.
    if len(parts) < 2:
        return None
    tops = [str(one.details["top_supplier"]) for one in parts[:GOODS] if one.value > 0.5]
    # dict.fromkeys keeps the order of first mention, so
    # that of equals the more dependent good decides.
    often = max(dict.fromkeys(tops), key=tops.count, default="")
    largest = "Largest supplier"
    said = {one.code: _as_said(one, reported or {}) for one in parts[:GOODS]}
    bars = tuple(
        RankedBar(
            capital(goods_words(one.code)),
            100 * one.value,
            *said[one.code][:2],
            (_percent(one.value), said[one.code][2], area_name(top), money(one.traded)),
            marked=top == often and tops.count(often) > 1,
        )
        for one in parts[:GOODS]
        if (top := str(one.details["top_supplier"]))
    )
    half = sum(one.value > 0.5 for one in parts)
    buyer = area_phrase(asked.importer)
    title = f"For {half:,} of {len(parts):,} goods, one supplier had more than half"
    deck = (
        f"Share of the largest supplier in {possessive(buyer)} imports of each six-digit code, "
        f"{when}, per cent. The {len(bars)} most dependent goods of those with imports of "
        f"{threshold(SHOWN, asked.currency)} or more."
    )
    key = [
        ("context", "another country" if any(bar.marked for bar in bars) else "largest supplier")
    ]
    if any(bar.marked for bar in bars):
        key.insert(0, ("supplier", f"{area_name(often)} is the largest supplier"))
    if any(bar.low is not None for bar in bars):
        key.append(("whisker", "range: as either side reports it"))
    table = BriefTable(
        f"Goods by share of the largest supplier, {when}",
        ("Goods", "HS code", "Share, %", "Range, %", largest, f"{asked.currency} m"),
        (False, False, True, True, False, True),
        tuple(
            (
                capital(goods_words(one.code)),
                spaced_code(one.code),
                percent_cell(one.value),
                said[one.code][2] if one.code in said else "",
                area_name(str(one.details["top_supplier"])),
                money(one.traded),
            )
            for one in parts[:100]
        ),
        ("", "", "per cent", "per cent", "", f"{asked.currency} m"),
        "Table of this chart" if len(parts) <= 100 else "Table of the first 100 goods",
    )
    drawn = _without(bars, ("Goods", "Share", RANGE, largest, f"{asked.currency} m"), (RANGE,))
    return Section(
        "dependent-goods",
        "Most dependent goods",
        Remark(title),
        deck,
        Chart(replace(drawn, beside=largest), f"{title}. First {bars[0].name}.", tuple(key)),
        table,
        (),
        source_line(asked.source or "", when, lake, f"{asked.currency}, FOB, reconciled"),
    )


def dependents(
    found: Breakdown,
    lake: Lake,
    reported: Mapping[Side, Mapping[str, float]] | None = None,
    mostly: Mapping[str, str] | None = None,
) -> Section | None:
    """Return the countries in whose imports a supplier has the largest shares.

    Parameters
    ----------
    reported
        By reporting side, the shares again (`shares_as_reported`).
    mostly
        By importer, the code of which it gets most from the supplier (`largest_goods`).
    """
    asked, when = found.definition, found.definition.period
    sellers = asked.members("exporter")
    # Grows with the trade that is shown, or the smallest
    # importers of a large exporter would fill the list.
    least = max(COUNTED, _round(found.total / 1e4))
    parts = [
        one
        for one in found.parts
        if one.value and one.traded >= least and is_place(one.code) and one.code not in sellers
    ][:NAMED]
    if not parts:
        return None
    seller, of = area_phrase(asked.exporter), goods_of(found)
    said = {one.code: _as_said(one, reported or {}) for one in parts}
    first = capital(area_phrase(parts[0].code))
    most = [max(one.value, (said[one.code][1] or 0.0) / 100) for one in parts]
    if max(most) < 0.01:
        # Bars would differ by what rounds to nothing.
        return Section(
            "dependents",
            f"Who depends on {seller}",
            # Of smaller importers nothing is said: some may have got more.
            Remark(f"No large importer got as much as 1{NBSP}% of its imports{of} from {seller}"),
            f"The largest share was {_percent(parts[0].value)}, that of {first}. Importers of "
            f"{threshold(least, asked.currency)} or more, {when}.",
            source=source_line(asked.source or "", when, lake, *scope(found)),
        )
    parts = parts[: 1 + max(at for at, share in enumerate(most) if share >= SEEN)]
    goods = {code: capital(goods_words(product)) for code, product in (mostly or {}).items()}
    bars = tuple(
        RankedBar(
            area_name(one.code),
            100 * one.value,
            *said[one.code][:2],
            (_percent(one.value), said[one.code][2], money(one.traded), goods.get(one.code, "–")),
            marked=not place,
        )
        for place, one in enumerate(parts)
    )
    title = f"{first} got {_percent(parts[0].value)} of its imports{of} from {seller}"
    deck = (
        f"{capital(possessive(seller))} share of each country's imports{of}, {when}, per cent. "
        f"Importers of {threshold(least, asked.currency)} or more."
    )
    heads = ("Importer", "Share", RANGE, f"Imports, {asked.currency} m", "Mostly")
    drawn = _without(bars, heads, (RANGE, "Mostly"))
    key = [("whisker", "range: as the importer reports it")]
    if any(bar.cells[3] != "–" for bar in bars):
        deck += f" Mostly: the code of which it got most from {seller}."
    table = BriefTable(
        f"Importers by share from {seller}, {when}",
        ("Importer", "Share, %", "Range, %", f"Imports, {asked.currency} m", "Mostly"),
        (False, True, True, True, False),
        tuple(
            (
                area_name(one.code),
                percent_cell(one.value),
                said[one.code][2],
                money(one.traded),
                capital(goods_words(code)) if (code := (mostly or {}).get(one.code)) else "",
            )
            for one in parts
        ),
        ("", "per cent", "per cent", f"{asked.currency} m", ""),
    )
    return Section(
        "dependents",
        f"Who depends on {seller}",
        Remark(title),
        deck,
        Chart(
            drawn,
            f"{title}.",
            tuple(key) if any(bar.low is not None for bar in bars) else (),
        ),
        table,
        (),
        source_line(asked.source or "", when, lake, *scope(found)),
    )


def concentration(figures: Sequence[Figure], lake: Lake) -> Section | None:
    """Return the concentration of suppliers by year, the newest marked; None for fewer than two."""
    known = sorted(
        (one for one in figures if one.value is not None), key=lambda one: one.definition.period
    )
    if len(known) < 2:  # one bar is no course of time
        return None
    last = known[-1]
    asked = last.definition
    # 1 / HHI: so many suppliers of equal size have this concentration.
    equal = number(1 / last.value, 2) if last.value else "–"
    line = tuple(
        LinePoint(
            one.definition.period.year,
            one.value or 0.0,
            number(one.value or 0.0, 2),
            one.low,
            one.high,
        )
        for one in known
    )
    buyer = possessive(area_phrase(asked.importer))
    title = f"In {asked.period}, {buyer} suppliers were as concentrated as {equal} equal suppliers"
    of = "" if asked.goods == "all" else f" of {goods_words(asked.goods)}"
    deck = (
        f"Concentration (Herfindahl-Hirschman index) of {buyer} suppliers{of}; 1 is one supplier."
    )
    heads = ("Year", "HHI", "Equal suppliers")
    table = BriefTable(
        f"Concentration of suppliers{of}",
        heads,
        (False, True, True),
        tuple(
            (str(one.year), one.text, number(1 / one.value, 2) if one.value else "–")
            for one in line
        ),
        ("", "index, 0 to 1", "number"),
    )
    return Section(
        "concentration",
        "Concentration over time",
        Remark(title),
        deck,
        Chart(ValueLine(line, "HHI"), f"{title}."),
        table,
        (),
        source_line(
            asked.source or "",
            f"{known[0].definition.period} to {asked.period}",
            lake,
        ),
    )
