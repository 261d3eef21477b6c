"""Sections of the page of goods: each country's largest supplier, dates on lists, unit values."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from entrepot.figures.citation import source_name
from entrepot.goods import goods_lists
from entrepot.goods.parse import goods_words, spaced_code
from entrepot.model.areas import WORLD, area, area_name, area_phrase, possessive
from entrepot.model.display import (
    NBSP,
    agreed,
    day_text,
    figure_value,
    joined,
    number,
    per_cent,
    split_unit,
    with_unit,
)
from entrepot.report.amounts import round_up
from entrepot.report.attribution import source_line
from entrepot.report.breaks import break_between, reporters_before_and_after
from entrepot.report.charts import BriefTable, Chart
from entrepot.report.charts.dots import Dot, Dots
from entrepot.report.charts.list_dates import ListDates, ListRow, ListSpan
from entrepot.report.charts.ranked import RankedBar, RankedBars
from entrepot.report.charts.value_line import LinePoint, ValueLine
from entrepot.report.charts.world import Partner
from entrepot.report.charts.world_shapes import BOUNDARIES, WorldShapes
from entrepot.report.overview import (
    COUNTED,
    NAMED,
    SHOWN,
    PageCard,
    goods_of,
    is_place,
    money,
    over_half,
    percent_cell,
    scope,
    spread_between,
    threshold,
)
from entrepot.report.parts import Note, RangeBar, Remark, Section
from entrepot.report.phrasing import capital
from entrepot.sources import bring_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from entrepot.figures.breakdown import Breakdown, BreakdownPart
    from entrepot.figures.definition import Side
    from entrepot.figures.exporter_prices import ExporterPrices, UnitValueYears
    from entrepot.goods import GoodsList
    from entrepot.goods.history import ListedPeriod
    from entrepot.lake import Lake
    from entrepot.report.overview import Spread

STEPS = (25.0, 50.0, 75.0)
"""Shares of the largest supplier in per cent at which a darker step begins."""


def goods_cards(
    sold: Breakdown,
    bought: Breakdown,
    reported: Mapping[Side, Mapping[str, float]],
    prices: ExporterPrices | None,
    listed: Sequence[str],
) -> tuple[PageCard, ...]:
    """Return the numbers at the head of the page of goods.

    Parameters
    ----------
    sold
        Shares of world exports by exporter.
    bought
        Shares of the largest exporter by importer.
    reported
        By reporting side, each exporter's share of all exports (`shares_as_reported`).
    listed
        Short names of the lists of controlled goods that have the goods, in the order of listing.
    """
    return (
        _share_card(sold, reported),
        _concentration_card(sold),
        _half_card(bought),
        _price_card(sold, prices),
        _lists_card(listed),
    )


def _share_card(sold: Breakdown, reported: Mapping[Side, Mapping[str, float]]) -> PageCard:
    first, asked = sold.parts[0], sold.definition
    said = {side: shares[first.code] for side, shares in reported.items() if first.code in shares}
    spread = spread_between(first.value, said.values())
    definition = "By value, re-exports included."
    if said:
        each = [f"as {side}s report {figure_value(share, 'share')}" for side, share in said.items()]
        definition += f" {capital(joined(each))}."
    value, unit = split_unit(first.value, "share")
    return PageCard(
        f"{capital(possessive(area_phrase(first.code)))} share of world exports, {asked.period}",
        value,
        unit,
        _range_words(spread, is_compared=bool(said)),
        definition,
        "reconciled",
        source_name(asked.source or ""),
        RangeBar(
            ("0", f"100{NBSP}%"),
            first.value,
            (spread.low, spread.high) if spread else None,
            None,
        ),
    )


def _range_words(spread: Spread | None, *, is_compared: bool) -> str:
    if spread:
        return f"{spread.text}{NBSP}%"
    why = "the reports of both sides agree" if is_compared else "only one value available"
    return f"no range: {why}"


def _concentration_card(sold: Breakdown) -> PageCard:
    index = sold.concentration
    return PageCard(
        "Concentration of exporters (HHI)",
        number(index, 2),
        "",
        f"as {number(1 / index, 2)} equal exporters",
        f"Sum of the squared shares of {len(sold.parts)} exporters; 1 is one exporter.",
        "computed",
        source_name(sold.definition.source or ""),
        RangeBar(("0", "1"), index, None, None),
    )


def _half_card(bought: Breakdown) -> PageCard:
    asked = bought.definition
    seller = area_phrase(asked.exporter)
    most, every = over_half(bought)
    more, all_of = over_half(bought, SHOWN)
    size, least = (threshold(each, asked.currency) for each in (COUNTED, SHOWN))
    return PageCard(
        f"Importers with over half from {seller}",
        str(most),
        f"of {every}",
        f"{more} of {all_of} of {least} or more",
        f"Importers of {size} or more, without {seller}.",
        "computed",
        source_name(asked.source or ""),
        RangeBar(("0", str(every)), most / every, None, None) if every else None,
    )


def _price_card(sold: Breakdown, prices: ExporterPrices | None) -> PageCard:
    first = sold.parts[0].code
    name = f"{capital(possessive(area_phrase(first)))} export unit value"
    name += f", {prices.definition.currency} a kg" if prices else ""
    parts = [one for one in prices.parts if is_place(one.code)][:NAMED] if prices else []
    own = next((one for one in parts if one.code == first), None)
    if prices is None or own is None:
        several = len(sold.definition.goods) != 6
        return PageCard(
            name,
            "–",
            "",
            "several codes: a unit value would mix prices"
            if several
            else f"no weights available for {area_phrase(first)}",
            "Value over weight, of single six-digit codes."
            if several
            else "Value over weight, from data with weights.",
            "missing",
            command="" if several else bring_in("comtrade"),
        )
    low = min(parts, key=lambda one: one.unit_value)
    high = max(parts, key=lambda one: one.unit_value)
    end = round_up(high.unit_value)
    ends = [f"{number(one.unit_value)} ({area_name(one.code)})" for one in (low, high)]
    return PageCard(
        name,
        number(own.unit_value),
        "",
        " to ".join(ends),
        f"Value over weight. The range is that of the {len(parts)} largest exporters with "
        "weights, whose goods differ.",
        "reported" if prices.is_reported else "reconciled",
        f"{source_name(prices.definition.source or '')}, {prices.definition.period}",
        RangeBar(
            ("0", number(end, 1)),
            own.unit_value / end,
            (low.unit_value / end, high.unit_value / end),
            None,
        ),
    )


def _lists_card(listed: Sequence[str]) -> PageCard:
    every = len(goods_lists(skip_broken=True))
    # Their annexes are in the chart below.
    short = list(dict.fromkeys(name.partition(" (")[0] for name in listed))
    named = [*short[:2], *([f"{len(short) - 2} more"] if len(short) > 2 else [])]
    return PageCard(
        "Lists of controlled goods",
        str(len(listed)),
        f"of {every}",
        capital(joined(named)) if named else "on none that was read",
        "Lists with these codes or their headings, now or before. The law’s text decides.",
        "published",
        "dated lists",
    )


def over_half_of(supplier: str, of: str, shares: Mapping[str, BreakdownPart]) -> str:
    """Return where a supplier had more than half of the imports, of the importers that are named.

    Parameters
    ----------
    of
        The goods: ``" of metal permanent magnets"``; empty for all.
    shares
        By importer, of one year.
    """
    seller = capital(area_phrase(supplier))
    if not shares:
        return f"{possessive(seller)} share of imports{of}"
    if len(shares) == 1:
        [(code, share)] = shares.items()
        buyer = possessive(area_phrase(code))
        return f"{seller} supplied {figure_value(share.value, 'share')} of {buyer} imports{of}"
    over = sum(share.value > 0.5 for share in shares.values())
    where = f"{over} of {len(shares)}" if over else f"none of {len(shares)}"
    return f"{seller} supplied more than half of imports{of} in {where} importers"


def ranked_shares(shares: Mapping[str, BreakdownPart], currency: str | None) -> RankedBars:
    """Return the shares of a supplier in several importers as bars, the first one marked."""
    bars = (
        RankedBar(
            *(area_name(code), 100 * one.value, None, None),
            (figure_value(one.value, "share"), money(one.traded)),
            marked=place == 0,
        )
        for place, (code, one) in enumerate(shares.items())
    )
    return RankedBars(tuple(bars), ("Importer", "Share", f"Imports, {currency} m"))


def largest_suppliers(found: Breakdown, lake: Lake) -> Section | None:
    """Return the map of each country's largest supplier of goods; None where nobody has one.

    Parameters
    ----------
    found
        The largest supplier by importer.
    """
    asked, when = found.definition, found.definition.period
    parts = [
        one
        for one in found.parts
        if one.traded >= SHOWN and is_place(one.code) and "top_supplier" in one.details
    ]
    parts.sort(key=lambda one: (-one.traded, one.code))
    tops = {one.code: str(one.details["top_supplier"]) for one in parts}
    # A country is not among those that it supplies: re-imports are no dependence.
    counted = [
        tops[one.code] for one in parts if one.traded >= COUNTED and tops[one.code] != one.code
    ]
    if not counted:
        return None
    [(first, most), *others] = Counter(counted).most_common()
    tied = [first, *(name for name, count in others if count == most)]
    others_than = [one.code for one in parts if one.traded >= COUNTED and one.code != first]
    counted = others_than if len(tied) == 1 else counted
    partners = tuple(
        Partner(
            one.code,
            area(one.code).alpha2 or one.code,
            area_name(one.code),
            100 * one.value,
            f"{area_name(tops[one.code])} {figure_value(one.value, 'share')}",
            of_other=tops[one.code] != first,
        )
        for one in parts
    )
    least, size = (threshold(each, asked.currency) for each in (SHOWN, COUNTED))
    drawn = WorldShapes(
        partners, (), "importers", STEPS, f"under {least} or no data", area_name(first)
    )
    of = goods_of(found)
    was = "was" if len(tied) == 1 else "were each"
    title = f"{capital(joined([area_phrase(one) for one in tied]))} {was} the largest supplier{of} "
    title += f"to {most} of {len(counted)} {'other ' if len(tied) == 1 else ''}countries"
    deck = (
        f"The largest supplier{of} to each country and its share of imports, {when}, per cent of "
        f"value. Counted: importers of {size} or more."
    )
    listed = ", ".join(f"{one.name}: {one.text}" for one in partners[:6])
    table = BriefTable(
        f"Largest supplier by importer{of}, {when}",
        ("Importer", "Largest supplier", "Share, %", f"Imports, {asked.currency} m"),
        (False, False, True, True),
        tuple(
            (
                area_name(one.code),
                area_name(tops[one.code]),
                percent_cell(one.value),
                money(one.traded),
            )
            for one in parts
        ),
        ("", "", "per cent", f"{asked.currency} m"),
        "Table of this map",
    )
    return Section(
        "largest",
        "Largest supplier by importer",
        Remark(title),
        deck,
        Chart(drawn, f"{title}. Largest importers: {listed}."),
        table,
        (),
        (*source_line(asked.source or "", when, lake, *scope(found)), f" {BOUNDARIES}"),
    )


# Dates on lists.


def list_dates(
    code: str, seen: Sequence[ListedPeriod], asked_of: Sequence[GoodsList]
) -> Section | None:
    """Return the times of a code on lists as bars; None for a code on no list.

    Parameters
    ----------
    seen
        Every stretch of time on a list.
    asked_of
        Lists that have a row even if the code is not on them.
    """
    if not seen:
        return None
    lists: dict[str, GoodsList] = {}
    spans: dict[str, list[ListSpan]] = {}
    for one in sorted(seen, key=lambda one: one.entry.starts):
        lists[one.of.id] = one.of
        _add(spans.setdefault(one.of.id, []), one)
    absent = [one for one in asked_of if one.id not in lists]
    rows = [_row_of(lists[name], found) for name, found in spans.items()]
    rows += [_row_without(one, code.split(",")) for one in absent]
    first = min(spans, key=lambda name: spans[name][0].start)
    start = spans[first][0].start
    title = f"On {agreed(len(spans), 'list', 'lists')}, the first from {day_text(start)}"
    if not any(span.is_exact for span in spans[first][:1]):
        title = f"On {agreed(len(spans), 'list', 'lists')}, the first by {day_text(start)}"
    listed = joined([f"{row.name} ({row.spans[-1].text})" for row in rows if row.spans][:4])
    deck = (
        f"Lists with HS {spaced_code(code)} or its heading. A bar begins when the act applies and "
        "ends when the code left the list; an arrow ends when the list was last read."
    )
    key = [("supplier", "listed")]
    every = [span for found in spans.values() for span in found]
    if any(span.in_part for span in every):
        key.append(("supplier-blended", "in part: the text decides"))
    if not all(span.is_exact for span in every):
        key.append(("ring-supplier", "listed by then, may be earlier"))
    return Section(
        "list-dates",
        "Lists and dates",
        Remark(title),
        deck,
        Chart(ListDates(tuple(rows)), f"{title}. {listed}.", tuple(key)),
        None,
        (Note("Codes are a proxy", (Remark("A law describes goods in words, not by code."),)),),
    )


def _add(spans: list[ListSpan], one: ListedPeriod) -> None:
    """Add a stretch of time, to the last one where it goes on from there."""
    entry, is_part = one.entry, one.match != "whole"
    end = entry.valid_to or max(one.of.known_until, entry.starts)
    start, exact = entry.starts, bool(entry.adopted or entry.applies)
    if spans and start <= spans[-1].end + timedelta(days=1):
        last = spans.pop()
        start, exact = last.start, last.is_exact
        end, is_part = max(end, last.end), is_part and last.in_part
    goes_on = end >= one.of.known_until
    text = f"{'since' if exact else 'by'} {day_text(start)}"
    if not goes_on:
        text = f"{day_text(start)} to {day_text(end)}"
    spans.append(ListSpan(start, end, goes_on, exact, is_part, text))


def _row_of(one: GoodsList, spans: Sequence[ListSpan]) -> ListRow:
    name, _, note = capital(one.short).partition(" (")
    until = f"read until {day_text(one.known_until)}"
    note = f"{note.rstrip(')')}, {until}" if note else capital(until)
    return ListRow(name, note, tuple(spans))


def _row_without(one: GoodsList, codes: Sequence[str]) -> ListRow:
    """Return the row of a list on which no code was seen, which need not mean that none is."""
    row = _row_of(one, [])
    if one.is_fragment:
        return row._replace(absent="not known: only fragments of the list were read")
    # Of a text that was replaced before the list was last read, the later ones tell.
    unread = [text for code in codes for text in one.not_read(code)]
    if any(text.until >= one.known_until for text in unread):
        return row._replace(absent="not known: a text that may list it was not read")
    return row


# What a kilogram was worth.


_BASKETS = (
    "A unit value compares baskets, not like with like: dearer goods under one code read as a "
    "higher price."
)


def prices_by_exporter(found: ExporterPrices | None, lake: Lake) -> Section | None:
    """Return unit values of the largest exporters as dots; None for fewer than three."""
    parts = [one for one in found.parts if is_place(one.code)][:NAMED] if found else []
    if found is None or len(parts) < 3:
        return None
    asked, when = found.definition, found.definition.period
    unit = f"{asked.currency} a kg"
    largest, second = parts[:2]
    shown = sorted(parts, key=lambda one: (-one.unit_value, one.code))
    dots = tuple(
        Dot(area_name(one.code), one.unit_value, number(one.unit_value), marked=one is largest)
        for one in shown
    )
    goods = goods_words(asked.goods)
    ours, theirs = (number(one.unit_value) for one in (largest, second))
    title = f"{capital(possessive(area_phrase(largest.code)))} exports were worth "
    title += f"{with_unit(ours, unit)}, "
    title += f"{possessive(area_phrase(second.code))} {theirs}"
    deck = f"Value over weight of {goods}, {when}: the {len(dots)} largest exporters with weights."
    notes = [
        Note(
            "How to read it",
            (Remark(_BASKETS),),
        )
    ]
    without = [code for code in found.without if is_place(code)][:3]
    if without:
        named = joined([area_name(code) for code in without])
        notes.append(
            Note("Left out", (Remark(f"{named}: no weight that says something of a price."),))
        )
    table = BriefTable(
        capital(f"unit values of {goods}, {when}"),
        ("Exporter", unit, f"Value, {asked.currency} m", "Of it with a weight, %"),
        (False, True, True, True),
        tuple(
            (
                area_name(one.code),
                number(one.unit_value),
                money(one.value),
                per_cent(100 * one.kept / one.value),
            )
            for one in found.parts
            if is_place(one.code) and one.value
        ),
        ("", unit, f"{asked.currency} m", "per cent"),
    )
    reported = "exporters' reports" if found.is_reported else "reconciled"
    return Section(
        "prices",
        "Price",
        Remark(title),
        deck,
        Chart(
            Dots(dots, unit),
            f"{title}. {', '.join(f'{dot.name} {dot.text}' for dot in dots[:5])}.",
            (("supplier", "largest exporter"), ("context", "others")),
        ),
        table,
        tuple(notes),
        source_line(
            asked.source or "", when, lake, f"HS {spaced_code(asked.goods)}", unit, "FOB", reported
        ),
    )


def prices_over_time(found: UnitValueYears | None, lake: Lake) -> Section | None:
    """Return unit values of an exporter year by year as a line; None for fewer than two years."""
    if found is None:
        return None
    asked, years = found.definition, found.years
    unit = f"{asked.currency} a kg"
    (first, then), (last, now) = years[0], years[-1]
    seller, buyer = area_phrase(asked.exporter), area_phrase(asked.importer)
    to = "" if asked.importer == WORLD else f" to {buyer}"
    peak, top = max(years, key=lambda one: one[1])
    title = f"{capital(possessive(seller))} exports{to} were worth "
    title += f"{with_unit(number(then), unit)} in {first}, {number(now)} in {last}"
    goods = goods_words(asked.goods)
    deck = f"Value over weight of {goods}, {first} to {last}, in current {asked.currency}."
    if peak not in (first, last):
        deck += f" The highest was {number(top)} in {peak}."
    broken = break_between([asked.importer, asked.exporter], first, last, is_blend=found.is_blend)
    notes = [Note("How to read it", (Remark(_BASKETS),))]
    if broken is not None:
        notes.append(
            Note(
                "A change of reporter",
                (
                    Remark(
                        f"{reporters_before_and_after(broken)}. The change between the two years "
                        "may reflect the change of reporter."
                    ),
                ),
            )
        )
    points = tuple(LinePoint(year, value, number(value)) for year, value in years)
    table = BriefTable(
        capital(f"unit values of {goods}, {first} to {last}"),
        ("Year", unit),
        (False, True),
        tuple((str(year), number(value)) for year, value in years),
        ("", unit),
    )
    return Section(
        "prices-over-time",
        "Price over time",
        Remark(title),
        deck,
        Chart(ValueLine(points, unit, broken), f"{title}."),
        table,
        tuple(notes),
        source_line(
            asked.source or "",
            f"{first} to {last}",
            lake,
            f"HS {spaced_code(asked.goods)}",
            unit,
            "FOB",
            "reconciled" if found.is_blend else "exporters' reports",
        ),
    )
