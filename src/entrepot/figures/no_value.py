"""When loaded rows are no answer: who does not report, which goods are not there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures import caveats
from entrepot.figures.absent_members import times_recorded
from entrepot.figures.availability import (
    PRINTED,
    RECONCILED,
    availability_of,
    flow_sources,
    is_late,
    of_lake,
)
from entrepot.figures.definition import DOLLARS, SIDES, chosen_lines, other_side
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.figure import Figure
from entrepot.figures.goods_caveats import pooled
from entrepot.figures.input_rows import BASIS
from entrepot.figures.mirror import FLOOR, mirror_coverage, too_little
from entrepot.figures.questions import of as question
from entrepot.figures.questions import unit_of
from entrepot.figures.questions.question import CHANGES, REST
from entrepot.figures.row_facts import codes_there, has_rows, having, partners, traders
from entrepot.figures.rows import (
    NOISE,
    all_goods_totals,
    compared,
    everything,
    is_everything,
)
from entrepot.figures.sides import among, members_of, reach, totals
from entrepot.goods import select
from entrepot.goods.parse import has_list
from entrepot.lake import codes_of_all_goods, distinct, fetch
from entrepot.lake.inventory import SOURCE as BUNDLED
from entrepot.lake.inventory import bundled_codes, is_bundled
from entrepot.model.areas import WORLD, area_phrase, area_phrases
from entrepot.model.display import figure_value, first_of
from entrepot.model.product import TOTAL
from entrepot.sources import is_own, is_register

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set
    from datetime import date

    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.rows import Goods, SourceRows

COMPLETE = 0.005
"""Part of a reported total by which all its lines may fall short of it."""

FEW_PARTNERS = 30
"""Partners in all of a delivery of official statistics below which it is a query for some of them.

A month of Comext has 240, a year of UN Comtrade 220; what a query for seven of them leaves of a
member state's exports says nothing of the share of one.
"""
SOME_REPORTERS = 10
"""Reporters who would name more partners than `FEW_PARTNERS` if all of theirs were there."""
MANY_REPORTERS = 60
"""Reports of fewer areas are no total of one that does not report.

In BACI 2022 (31 minerals, metals and magnets) the 60 largest exporters hold 99 % of all trade, and
of what each of the 60 largest importers buys nine times out of ten more than 92 %; 40 exporters
hold 96 % and 85 %. Of Russia's trade in the IMF's series the 60 largest partners hold 96 to 99 %,
the 40 largest 90 to 96 %. But any 60, picked by chance, hold a third: who passes still carries a
caveat that says how many they are, and which of the largest traders are not among them.
"""


def refusal(cells: SourceRows, asked: Definition, goods: Goods) -> NoAnswer | None:
    """Say why the rows held cannot answer, before anything is added up."""
    found = non_reporting_refusal(cells, asked)
    # The catalog has who reports at all; by valuation or basis only the rows themselves say it.
    if found is None and _picks(cells, asked) and cells.reported_by:
        found = _absent(cells, asked, _read(cells, asked, cells.reported_by))
    # The catalog is asked before any row is read.
    found = found or _mirrored(cells, asked, goods) or _few(cells, asked, goods)
    found = found or _unlike(cells, asked, goods) or _one_direction(cells, asked, goods)
    found = found or _more_than_partners(cells, asked, goods)
    if found or not (cells.available.is_partial or cells.is_of_reports):
        return found
    return _thin(cells, asked, goods)


def non_reporting_refusal(cells: SourceRows, asked: Definition) -> NoAnswer | None:
    """Refuse a side that does not speak, or not all the time, or a group of which some are silent.

    A delivery of some goods can have nothing in a month; then it need speak at some time only, but
    not fall silent for good halfway. The catalog knows who speaks. Most sources held have nothing
    to do with a question, and reading their rows would take a hundred times longer.
    """
    if cells.is_blend:
        return _neither(cells, asked)
    if cells.reported_by is None or not members_of(asked, cells.reported_by):
        return None
    if cells.reported_by == "importer" and asked.importer != WORLD:
        # Whoever is set beside the importer has to tell what it buys, too.
        for other in _also_buying(asked):
            across = asked.but(
                importer=other, exporter=WORLD, controls=None, hubs=None, measure="hhi"
            )
            if found := non_reporting_refusal(cells, across):
                return found
    if cells.available.reporters is None:
        return _absent(cells, asked, _read(cells, asked, cells.reported_by))
    reported: Set[tuple[str, date]] = cells.available.reporters[cells.reported_by]
    if asked.is_two_way:  # one country's books of both directions
        reported = cells.available.reporters["importer"] & cells.available.reporters["exporter"]
    return _absent(cells, asked, reported)


def _also_buying(asked: Definition) -> list[str]:
    """Return who else counts as an importer."""
    match question(asked.measure).trade:
        case "purchases":
            return [asked.exporter]
        case "beside" | "panel" | "chain":
            sets = asked.control_sets
            return [*sets, *([asked.hubs] if asked.hubs else [])]
    return []


def _neither(cells: SourceRows, asked: Definition) -> NoAnswer | None:
    """Refuse trade of which nobody tells: some who are silent stand on both sides."""
    non_reporting = [sorted(names) for names in cells.non_reporting]
    if not all(non_reporting):
        return None
    who = " nor ".join(area_phrases(names) for names in non_reporting)
    return NoAnswer(
        f"neither {who} reported{_values(asked)} to {cells.available.source} in {asked.period}",
        "silent",
    )


def _values(asked: Definition) -> str:
    """Say which values were asked for: who reports only others is not silent."""
    return f" {asked.valuation.upper()} values" if asked.valuation else ""


def _absent(
    cells: SourceRows, asked: Definition, reported: Set[tuple[str, date]]
) -> NoAnswer | None:
    """Name the members who tell nothing in some period."""
    assert cells.reported_by is not None
    members = members_of(asked, cells.reported_by)
    # Without a base the same period is looked at twice, which finds nothing new.
    for span in (asked.period, asked.base or asked.period):
        starts = cells.available.starts(span)
        # One group of all steps, or each step by itself;
        # a member is absent if it has nothing in a group.
        spans = [starts] if cells.available.few_products else [[start] for start in starts]
        for days in spans:
            absent = sorted(
                who for who in members if all((who, day) not in reported for day in days)
            )
            if absent:
                form = (
                    "%Y" if cells.available.freq == "A" else "%Y-%m"
                )  # a fiscal year by its first month
                when = span if len(starts) == len(days) else f"{days[0]:{form}}"
                what = _not_reported(cells, asked, absent, days)
                return NoAnswer(
                    f"{area_phrases(absent)} did not report{what} to "
                    f"{cells.available.source} in {when}{_who_reports(cells, absent)}",
                    "silent",
                )
        late = {
            who: next(day for day in starts if (who, day) not in reported)
            for who in sorted(members)
            if is_late([(who, day) in reported for day in starts])
        }
        if late:
            form = "%Y" if cells.available.freq == "A" else "%Y-%m"
            since = min(late.values())
            what = f"did not report{_values(asked)} to {cells.available.source}"
            return NoAnswer(
                f"{area_phrases(late)} {what} from {since:{form}} to the end of {span}",
                "silent",
            )
    return None


def _not_reported(
    cells: SourceRows, asked: Definition, absent: list[str], days: Sequence[date]
) -> str:
    """Return what areas did not report: of who reports the other direction then, which one."""
    sides = cells.available.reporters or {}
    reported = {side: {who for who, day in every if day in days} for side, every in sides.items()}
    if asked.valuation or not any(set(absent) & known for known in reported.values()):
        return _values(asked)
    if asked.is_two_way:
        lacking = [side for side in SIDES if set(absent) - reported.get(side, set())]
    else:
        lacking = [cells.reported_by] if cells.reported_by else []
    return f" {' and '.join(f'{side[:-2]}s' for side in lacking)}" if lacking else ""


def _who_reports(cells: SourceRows, absent: list[str]) -> str:
    """Say whose reports a source has, where they are few and none is by who is absent."""
    sides = cells.available.reporters or {}
    known = sorted({who for reported in sides.values() for who, _ in reported})
    if not 0 < len(known) <= _FEW_NAMED or not set(known).isdisjoint(absent):
        return ""
    return f", which has reports of {area_phrases(known)} only"


_FEW_NAMED = 3
"""Reporters of a source that a message names."""


def _picks(cells: SourceRows, asked: Definition) -> bool:
    """Whether a question takes some of the reports only, so that the catalog cannot tell."""
    # A line of a register is there on every basis.
    is_of_basis = asked.basis != "dispatch" and not cells.available.is_register
    return bool(asked.valuation or is_of_basis or cells.twofold)


def _read(cells: SourceRows, asked: Definition, side: Side) -> Set[tuple[str, date]]:
    """Return who tells something in which period, by the rows themselves."""

    def reported() -> Set[tuple[str, date]]:
        rows = cells.rows(side, (everything(),), asked.of_all_lines)
        groups = fetch(rows.group_by(side, "period").agg(nw.len()))
        return {(who, day) for who, day, _ in groups}

    # A measure may need every product by itself, and then has no totals over them.
    what = ("reports", side, asked.measure, asked.quantity)
    return cells.once(what, asked.of_all_lines, reported)


def _mirrored(cells: SourceRows, asked: Definition, goods: Goods) -> NoAnswer | None:
    """Refuse the total of an area that did not report it, added up from few partners' reports."""
    mirrored = [(flow, side) for flow, side in totals(asked) if side in cells.mirrors]
    # A register has all lines of its own side, and no reports of the other.
    if not mirrored or cells.available.is_register:
        return None
    total_flow, side = mirrored[0]
    cells = having(cells, total_flow, goods)
    # None as well where the catalog does not know
    # reporters (tables of one's own): rows are read then.
    known = None if _picks(cells, asked) else cells.available.reporters
    known_reporters = cells if cells.reported_by else cells.as_reported_by(side)
    reporters = {who for who, _ in (known[side] if known else _read(known_reporters, asked, side))}
    covered = mirror_coverage(cells, asked)  # says more than a count does, where it is known
    if covered:
        return None if covered.share >= FLOOR else too_little(covered, cells)
    if len(reporters) >= MANY_REPORTERS:
        return None
    other = "imports" if side == "exporter" else "exports"
    who = asked.importer if side == "exporter" else asked.exporter
    count = f"{len(reporters) or 'no'} {side}{'s' * (len(reporters) != 1)}"
    return NoAnswer(
        f"{cells.available.source} has reports of {count} in {asked.period}, "
        f"too few to add up all {other} of {area_phrase(who)}"
    )


def not_reconciled(cells: SourceRows, asked: Definition, goods: Goods) -> NoAnswer | None:
    """Refuse goods of which only some were reconciled, while the lake holds reports of others."""
    if not cells.available.few_products or is_everything(goods):
        return None
    # Six digits: reconciled rows have codes of the Harmonized System, national lines are longer.
    code = nw.col("product").str.slice(0, 6).alias("six")
    within = (nw.col("period") >= asked.period.start) & (nw.col("period") <= asked.period.end)

    def codes(source: str) -> frozenset[str]:
        def find() -> frozenset[str]:
            rows = select(cells.lake.flows(source), goods).filter(within)
            return frozenset(name for name, _ in fetch(rows.group_by(code).agg(nw.len())))

        # Whoever trades: each figure about these goods asks the same of every source.
        return cells.lake.remembered.get(("codes of", source, goods, asked.period), find)

    here = codes(cells.available.source)
    there = {name: codes(name) - here for name in flow_sources(cells.lake) if name != RECONCILED}
    if not (lost := sorted(set[str]().union(*there.values()))):
        return None
    some = first_of(lost, 3)
    what = (
        f"{('only some' if here else 'none')} of {asked.goods} was reconciled, but "
        "the loaded sources have"
    )
    if any(names and _are_reports(cells, asked, source) for source, names in there.items()):
        return NoAnswer(f"{what} reports of {some}; run entrepot reconcile again, for all goods")
    return NoAnswer(f"{what} other rows of {some}, no reports to reconcile")


def _are_reports(cells: SourceRows, asked: Definition, source: str) -> bool:
    found = availability_of(cells.lake, source, [asked.period])
    return not isinstance(found, NoAnswer) and any(one.has_reports for one in found)


def _few(cells: SourceRows, asked: Definition, goods: Goods) -> NoAnswer | None:
    """Refuse all goods where the lake has some of them only, and a flow without its total."""
    if not cells.available.few_products or not is_everything(goods):
        return None
    if question(asked.measure).listed:
        return None  # goods are compared with each other, and never added up
    lines = {code for _, code in codes_there(cells, asked)}
    count, digits = len(lines), max(map(len, lines), default=0)
    # No lines at all means totals only, and a total over all goods needs no lines.
    if not count or count >= codes_of_all_goods(digits):
        return None
    if question(asked.measure).trade == "chain":
        return _some_goods(cells, asked, lines)  # no flow of it is the one between the two
    # An extract may still be all trade of a country that trades
    # little: its lines then make up the total that it reports itself.
    proven = all_goods_totals(cells, asked, goods)
    if proven is not None and proven >= 1 - COMPLETE:
        return None
    how = question(asked.measure)
    # A flow to or from the world.
    if proven is not None and how.trade == "flow" and not all(map(members_of, [asked] * 2, SIDES)):
        return None  # it is the total itself
    # A total of all goods is the whole, but what a partner has of it may be lines only.
    every = proven is None or how.bounds_rest
    flows = (asked, *(total_flow for total_flow, _ in totals(asked) if every))
    # `flow` takes a pair's total where there is one: a line that is left is of a pair without one.
    is_line = nw.col("product") != TOTAL
    if not any(has_rows(cells, one, goods, is_line, inside=True) for one in flows):
        return None
    return _some_goods(cells, asked, lines, proven)


def _unlike(cells: SourceRows, asked: Definition, goods: Goods) -> NoAnswer | None:
    """Refuse to compare a reporter's own total at one time with a sum of its partners at another.

    Where the partners make up all of the total, the two are the same thing. Unit values are of
    partners alone, and a total without a mass adds none.
    """
    is_of_prices = bool(question(asked.measure).columns)
    found = compared(cells, asked, goods) if asked.base and not is_of_prices else None
    if found is None or asked.base is None:
        return None
    of = "_mass" if asked.quantity == "mass" else ""
    rows = fetch(
        found.filter(~nw.col(f"total{of}").is_null()).select(
            "reporter", "period", f"total{of}", nw.col(f"parts{of}").fill_null(0.0)
        )
    )
    totals_: dict[str, dict[date, tuple[float, float]]] = {}
    for who, day, total, parts in rows:
        one, other = totals_.setdefault(who, {}).get(day, (0.0, 0.0))
        totals_[who][day] = one + total, other + parts
    for who, by_day in sorted(totals_.items()):
        lacks = [
            span
            for span in (asked.base, asked.period)
            if not by_day.keys() >= {*cells.available.starts(span)}
        ]
        every, sums = (sum(pair[at] for pair in by_day.values()) for at in (0, 1))
        if len(lacks) != 1 or every - sums <= every * COMPLETE:
            continue
        [without] = lacks
        there = asked.period if without == asked.base else asked.base
        return NoAnswer(
            f"{of_lake(cells.available.source)} has the total that {area_phrase(who)} reports "
            f"itself in {there} and not in {without}; its partners of {there} make up "
            f"{figure_value(sums / every, 'share')} of it: {asked.measure} would compare a total "
            "with a sum of partners; load the total, or ask for the two values"
        )
    return None


def _some_goods(
    cells: SourceRows, asked: Definition, lines: set[str], proven: float | None = None
) -> NoAnswer:
    count, digits = len(lines), max(map(len, lines))
    # As --goods takes them; more with spaces, for a line without any ran out of a printed page.
    few = ",".join(sorted(lines)) if count <= _IN_A_LINE else first_of(sorted(lines), _NAMED)
    codes = f"{count} product code{'' if count == 1 else 's'} of {digits} digits ({few})"
    there = f"{of_lake(cells.available.source)} has {codes} in {asked.period}"
    if proven is not None:
        return NoAnswer(
            f"{there}, {figure_value(proven, 'share')} of the reported total of all goods; ask for "
            "goods that it has, or load the partner's row for all goods (TOTAL)"
        )
    return NoAnswer(f"{there}, not all goods; ask for goods that it has")


def _thin(cells: SourceRows, asked: Definition, goods: Goods) -> NoAnswer | None:
    """Refuse a total to which one partner alone contributes: an extract, or a query for one."""
    if cells.available.is_partial and question(asked.measure).trade in ("world", "own"):
        return NoAnswer(
            f"{cells.available.source} is loaded as an extract, and {asked.measure} needs the "
            f"trade of all countries; load the whole {cells.available.source}"
        )
    if cells.available.is_partial and (absent := _absent_hubs(cells, asked)):
        return NoAnswer(
            f"{cells.available.source} is loaded as an extract, without what "
            f"{area_phrases(absent)} buys or sells; load the whole {cells.available.source}"
        )
    for total_flow, side in totals(asked):
        there = having(cells, total_flow, goods)
        names = partners(there, total_flow, side)
        if found := _is_query(cells, asked, goods, there, total_flow, side):
            return found
        if not names and cells.available.has_sums and question(asked.measure).divides:
            who = asked.importer if side == "exporter" else asked.exporter
            return NoAnswer(
                f"of {area_phrase(who)}, {cells.available.source} has totals over all partners "
                f"only, and {asked.measure} needs partners; load a file with all partners, or "
                "ask for value"
            )
        is_one = (
            len(names) == 1 and not cells.available.is_register
        )  # which is of one country anyway
        if is_one and not _has_total(cells, asked, total_flow, goods, side):
            of_what = f" of {asked.goods}" if there.deliveries else ""
            # Others may be importers, too, of what somebody else sells.
            is_sold = side == "importer"
            whose = total_flow.exporter if is_sold else total_flow.importer
            of_what += (
                "" if whose == WORLD else f" {'from' if is_sold else 'to'} {area_phrase(whose)}"
            )
            return NoAnswer(
                f"in {of_lake(cells.available.source)}, {area_phrase(next(iter(names)))} is the "
                f"only {side}{of_what}, so there is no total; "
                f"add the whole {cells.available.source}, not an extract"
            )
    return None


def _is_query(
    cells: SourceRows,
    asked: Definition,
    goods: Goods,
    there: SourceRows,
    total_flow: Definition,
    side: Side,
) -> NoAnswer | None:
    """Refuse a total of a query for a few partners, at either time of a change."""
    how = question(asked.measure)
    if not (how.divides or how.trade == "flow"):
        return None
    for time in asked.times:
        flow, one = (it.but(period=time, base=None) for it in (total_flow, asked))
        if not is_extract_of_partners(there, flow, side) or _has_total(
            cells, one, flow, goods, side
        ):
            continue
        known = sorted(traders(there, flow, side))
        when = f" in {time}" if asked.base else ""
        return NoAnswer(
            f"{of_lake(cells.available.source)} has {len(known)} {side}s only{when} "
            f"({first_of(known, _NAMED)}) and no total over all, so a total of these would be "
            f"far too small; add all partners of {cells.available.source}"
        )
    return None


def is_extract_of_partners(cells: SourceRows, asked: Definition, side: Side) -> bool:
    """Whether official reports are those of a query for a few partners on a side."""
    source = cells.available.source
    if not cells.is_of_reports or cells.is_blend or is_own(source) or is_register(source):
        return False
    few = 0 < len(traders(cells, asked, side)) < FEW_PARTNERS
    # Of one reporter or a few, trade with few may be all there is; a caveat counts the partners.
    return few and len(traders(cells, asked, other_side(side))) >= SOME_REPORTERS


def _one_direction(cells: SourceRows, asked: Definition, goods: Goods) -> NoAnswer | None:
    """Refuse two-way trade of which one direction is not recorded: the other is half of it."""
    if not asked.is_two_way:
        return None
    ways = [(asked.exporter, asked.importer), (asked.importer, asked.exporter)]
    tests = [
        (among("exporter", one).test & among("importer", one).test).alias(name)
        for name, one in zip(
            ("forth", "back"),
            (asked.but(exporter=seller, importer=buyer) for seller, buyer in ways),
            strict=True,
        )
    ]
    for time in asked.times:
        rows = cells.flow(asked.but(period=time, base=None), goods)
        there = fetch(rows.select(*tests).select(nw.col("forth").max(), nw.col("back").max()))
        # Where neither is recorded, `nothing` says so.
        if any(there[0]) and not all(there[0]):
            absent, known = ways if there[0][1] else reversed(ways)
            what = "nothing" if is_everything(goods) else f"no {asked.goods}"
            return NoAnswer(
                f"{cells.available.source} records {what} from {_called(absent[0])} to "
                f"{_called(absent[1])} in {time}, only the other direction (--exporter {known[0]} "
                f"--importer {known[1]} without --flow {asked.flow}); “not recorded” does not mean "
                "zero"
            )
    return None


def _more_than_partners(cells: SourceRows, asked: Definition, goods: Goods) -> NoAnswer | None:
    """Refuse two-way trade with all partners where a total of the reporter's own has more.

    Partners are added up in both directions, and of one or both some are not loaded.
    """
    if not asked.is_two_way or WORLD not in (asked.importer, asked.exporter):
        return None
    for seller, buyer in ((asked.exporter, asked.importer), (asked.importer, asked.exporter)):
        side: Side = "importer" if seller == WORLD else "exporter"
        way = asked.but(exporter=seller, importer=buyer, flow="one_way")
        found = compared(replace(cells, reported_by=side), way, goods)
        if found is None:
            continue
        sums = (nw.col(name).sum() for name in ("total", "parts"))
        [(total, parts)] = fetch(found.select(*sums))
        if total and total - (parts or 0.0) > COMPLETE * total:
            who, what = (seller, "exports") if side == "exporter" else (buyer, "imports")
            lacks = figure_value(1 - (parts or 0.0) / total, "share")
            return NoAnswer(
                f"{of_lake(cells.available.source)} lacks partners with {lacks} of the {what} that "
                f"{area_phrase(who)} reports in all, and two-way trade adds up partners; load all "
                f"partners, or ask for each direction: --exporter {who} --importer {WORLD}, "
                f"--importer {who} --exporter {WORLD}"
            )
    return None


def _has_total(
    cells: SourceRows, asked: Definition, total_flow: Definition, goods: Goods, side: Side
) -> bool:
    """Whether all that one partner trades is in totals of the reporter's own."""
    found = None if side == cells.reported_by else compared(cells, asked, goods)
    if found is None or not fetch(found.select("reporter").head(1)):
        return False
    trade = cells.flow(total_flow, goods).filter(nw.col(side) != REST)
    mass = "_mass" if asked.quantity == "mass" else ""
    [(parts,)] = fetch(found.select(nw.col(f"parts{mass}").sum()))
    [(whole,)] = fetch(trade.select(nw.col(cells.column(asked)).sum()))
    return bool(parts >= (whole or 0.0) * (1 - NOISE))


def _absent_hubs(cells: SourceRows, asked: Definition) -> list[str]:
    """Return the hubs that no row has as a buyer, or none as a seller."""
    if question(asked.measure).trade != "chain":
        return []
    by, there = reach(asked)
    rows = cells.rows(by, (everything(),), asked.but(goods=""), there)
    reported = fetch(rows.group_by("exporter", "importer").agg(nw.len()))
    sellers, buyers = {one for one, _, _ in reported}, {other for _, other, _ in reported}
    return sorted(asked.members("hubs") - (sellers & buyers))


def _called(who: str) -> str:
    """Return how a side stands in a sentence."""
    return "the world" if who == WORLD else area_phrase(who)


def nothing(cells: SourceRows, asked: Definition, goods: Goods) -> NoAnswer:
    """Say what it means that no row fits: no code left, codes too coarse, or nothing recorded."""
    # None is every code, an empty set none: conversion lost all of the list.
    if all(one.codes is not None and not one.codes and not one.prefixes for one in goods):
        why = next((f": {why} ({code})" for one in goods for code, why in one.missing), "")
        editions = " and ".join(sorted({one.nomenclature for one in goods}))
        return NoAnswer(f"no code of {asked.goods} is left in {editions}{why}")
    if oils := pooled(cells.available.source, goods):
        of_list = any(one.lists for one in goods)
        rest = f"no other code of {asked.goods} is traded: " if of_list else ""
        return NoAnswer(rest + oils[0].text.removesuffix("."))
    if (
        cells.available.few_products
        and not is_everything(goods)
        and (lost := _none_of(cells, asked, goods))
    ):
        return lost
    what = "nothing" if is_everything(goods) else f"no {asked.goods}"
    what = ", ".join((what, *chosen_lines(asked)))
    sides = (_called(asked.exporter), _called(asked.importer))
    flow = f"{cells.available.source} records {what} from {sides[0]} to {sides[1]}"
    if asked.measure in CHANGES | {"change_of_share"}:
        what = "growth" if "growth" in asked.measure else "change"
        there, missing = times_recorded(cells, asked, goods)
        when = " or in ".join(map(str, missing))
        only = f", only in {there[0]}" if there else ""
        return NoAnswer(f"{flow} in {when}{only}, so there is no {what}")
    return NoAnswer(f"{flow} in {asked.period}; “not recorded” does not mean zero")


def _none_of(cells: SourceRows, asked: Definition, goods: Goods) -> NoAnswer | None:
    """Say that a delivery of few products has none of the goods, whoever trades them."""
    rows = cells.rows("importer", (everything(),), asked)
    there = sorted(code for (code,) in distinct(rows, "product") if code is not None)
    digits, count = max(map(len, there), default=0), len(there)
    # Prefixes are left out: a heading can be found in
    # codes of any length that is not below its own.
    wanted = min((len(c) for one in goods for c in one.codes or ()), default=0)
    if digits and digits < wanted:
        return NoAnswer(
            f"{of_lake(cells.available.source)} has codes of {digits} digits, too coarse for "
            f"{asked.goods}"
        )
    if not count or fetch(cells.rows("importer", goods, asked).select("product").head(1)):
        return None
    return NoAnswer(
        f"{of_lake(cells.available.source)} has {count} product code{'s' * (count != 1)} in "
        f"{asked.period}, none of them of {asked.goods}; add its rows of these goods"
        f" (loaded: {first_of(there, _NAMED)})"
    )


_IN_A_LINE = 4
_NAMED = 12
"""Codes that are named where nothing else is loaded: two lines of a terminal."""


_INPUTS = (
    "no trade source has goods by value added, input-output tables do: ask --goods "
    "inputs, or inputs:C26 for what one sector made"
)


def in_lines(found: Mapping[str, NoAnswer], asked: Definition) -> str:
    """Return one line for each source that could have answered; the others share two lines.

    Parameters
    ----------
    found
        What each source that was asked lacks, the preferred one first.
    asked
        The question.
    """
    # A lake may have dozens of sources; those that lack the same thing share a line.
    apart = {name: item for name, item in found.items() if item.kind}
    lines = [item.reason for name, item in found.items() if name not in apart]
    if asked.basis == BASIS:
        trade = [line for line in lines if line.endswith(f"has no goods by {BASIS}")]
        lines = [_INPUTS, *(line for line in lines if line not in trade)] if trade else lines
    when = f"{asked.base} and {asked.period}" if asked.base else f"{asked.period}"
    values = _values(asked)
    sides = f"neither {_called(asked.importer)} nor {_called(asked.exporter)}"
    no_report = f"{sides} reported{values} for {when} to"
    if asked.reported_by:
        side = asked.importer if asked.reported_by == "importer" else asked.exporter
        no_report = f"{_called(side)} did not report{values} for {when} to"
    # Who does not report is nearer to the question than that no figure is published.
    silent = _alike(apart, "silent", no_report)
    bundled = [item.reason for name, item in found.items() if name in PRINTED]
    lines = [line for line in lines if line not in bundled]
    time = _alike(apart, "time", f"not loaded for {when}:")
    return "\n".join([*lines, *silent, *bundled, *time])


def _alike(apart: Mapping[str, NoAnswer], kind: str, words: str) -> list[str]:
    """Return what sources of one kind lack, in one line; none where there are no such sources."""
    alike = {name: item for name, item in apart.items() if item.kind == kind}
    if len(alike) < 2:
        return [item.reason for item in alike.values()]
    named = [f"{name} ({item.there})" if item.there else name for name, item in alike.items()]
    return [f"{words} {', '.join(named)}"]


# What a source cannot be asked at all, and whose reports of it are heard.


def unknown(definition: Definition, source: str) -> str:
    """Say why no source of flows can answer this kind of question; empty text if one can."""
    if definition.measure == "conversions":
        return f"{source} has one currency a report, and the measure compares two"
    if definition.basis not in ("dispatch", "origin") and not is_register(source):
        return f"{source} has no goods by {definition.basis}"
    if definition.quantity == "items":
        return f"{source} can be asked for value and mass, not for items"
    return _parts_of_headings(definition) if is_bundled(source) else ""


def _parts_of_headings(definition: Definition) -> str:
    """Say why headings cannot be asked of a few six-digit codes; empty text if none are."""
    codes = bundled_codes()
    asked = [] if has_list(definition.goods) else definition.goods.split(",")
    short = [code for code in asked if code.isdigit() and len(code) < 6]
    if not short:
        return ""
    there = sorted(code for code in codes if code.startswith(tuple(short)))
    which = f"of {', '.join(short)} only {first_of(there, 8)}" if there else f"none of {short[0]}"
    return f"{BUNDLED} has {len(codes)} six-digit codes, {which}; name codes, or load BACI"


def unasked(definition: Definition, source: str, deliveries: Availability) -> str:
    """Say why deliveries cannot answer, whatever rows they have; empty text if they can."""
    if deliveries.is_register and definition.basis not in deliveries.bases:
        there = ", ".join(sorted(deliveries.bases))
        return f"{source} has no goods by {definition.basis} here; it has: {there}"
    if definition.basis == "origin" and "origin" not in deliveries.bases:
        return f"{source} has no goods by origin"
    if definition.quantity == "value" and (refused := _other_currency(definition, deliveries)):
        return refused
    if definition.reported_by and not (deliveries.has_reports or deliveries.is_reconciled):
        return f"{source} does not keep what each side reports"
    if deliveries.is_reconciled and (lack := mixed(definition)):
        return f"{source} reconciles the two sides' reports and has no {lack}"
    return ""


def _other_currency(definition: Definition, deliveries: Availability) -> str:
    """Say why money in this currency cannot be had; a share at one time is the same in any."""
    measure = definition.measure
    asked, money = definition.currency or DOLLARS, deliveries.currency
    if question(measure).in_dollars and not asked == money == "USD":
        return f"{deliveries.source} is in {money}; {measure} needs USD"
    has_amounts = bool(question(measure).columns) or question(measure).levels
    # Growth is a ratio too, but of two times: in another
    # currency it contains the change of the rate.
    is_level = unit_of(definition) == asked or measure == "growth" or has_amounts
    if not is_level or asked == money:
        return ""
    return (
        f"{deliveries.source} is in {money}, not {asked}, and at which rate to convert is another "
        f"question (ask conversions); ask with --currency {money}"
    )


def reporting_sides(definition: Definition, deliveries: Availability) -> tuple[Side | None, ...]:
    """Return whose reports are heard, the better first; None is what was made of both.

    First comes who counted the total: the seller of what it sells, else the buyer.
    """
    if not (deliveries.has_reports or deliveries.is_reconciled):
        return (None,)
    if question(definition.measure).both_reports and not definition.reported_by:
        return (None,)
    sides: tuple[Side, Side] = ("importer", "exporter")
    # The total of a share of exports is what the exporter counted.
    if (
        question(definition.measure).trade == "sales"
        or definition.importer == WORLD
        or definition.flow == "balance"  # of the exporter, by its own books
    ):
        sides = ("exporter", "importer")
    if definition.reported_by:
        return tuple(side for side in sides if side == definition.reported_by)
    if deliveries.is_register and deliveries.reporters:
        # One country's lines: no partner of it ever reports there.
        known = {who for reported in deliveries.reporters.values() for who, _ in reported}
        own = [side for side in sides if known & set(members_of(definition, side))]
        return tuple(own) or sides
    if not deliveries.is_reconciled:
        return sides
    # Reconciled rows keep both values and one mass, which belongs to neither.
    by_mass = definition.quantity == "mass" or question(definition.measure).columns
    return (None,) if by_mass else (None, *sides)


def mixed(definition: Definition) -> str:
    """Name what a question asks for that such rows mix; empty text for none.

    A value is a mean of one with and one without freight, and the mass one of both sides' masses.
    """
    if definition.valuation:
        return f"values {definition.valuation}"
    by_mass = definition.quantity == "mass" or "mass_kg" in question(definition.measure).columns
    return "mass by side" if definition.reported_by and by_mass else ""


def unanswered(definition: Definition, reason: str, *, of_reports: bool = True) -> Figure:
    """Return a Figure without a value.

    Parameters
    ----------
    definition
        The question.
    reason
        What is missing, and how to get it.
    of_reports
        Whether reports of trade were asked, which a country can stop; estimated tables were not.
    """
    on_definition = caveats.for_definition(definition, answered=False)
    return Figure(
        definition=definition,
        status="insufficient_data",
        value=None,
        unit=unit_of(definition),
        caveats=(*on_definition, *caveats.no_codes(definition)) if of_reports else (),
        reason=reason,
    )
