"""What rows of a source say apart from amounts: editions, reporters, codes that are missing."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.figures.asked_together import areas_beside, asked_beside
from entrepot.figures.definition import SIDES, other_side
from entrepot.figures.evidence import NOT_SAID, Evidence
from entrepot.figures.made_from import reports_of
from entrepot.figures.questions import of as question
from entrepot.figures.rows import everything, given_name, is_everything, of_flow
from entrepot.figures.sides import among, members_of, reach, totals, traded_by
from entrepot.figures.working_set import number_of_rows, working_set
from entrepot.lake import distinct, fetch
from entrepot.lake.merge import UNKNOWN
from entrepot.model.areas import WORLD, area_phrase, area_phrases
from entrepot.model.display import figure_value
from entrepot.model.product import TOTAL, harmonized, known_codes
from entrepot.sources import is_own, is_register, split_address

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
    from datetime import date

    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.rows import Frame, Goods, SourceRows
    from entrepot.figures.sides import Who
    from entrepot.model.period import Period

_MUCH_UNREPORTED = 0.05
"""Part of a group's trade, by the mirror report, of members without a report that is not left out.

A group's number without them is too small by about as much.
"""

_FEW = 3
"""Questions asked together of which each looks up the areas that it names."""


def editions_of(cells: SourceRows, asked: Definition) -> tuple[str, ...]:
    """Return the nomenclatures of the rows that a question touches."""
    # No row is read where there is nothing to choose from.
    if len(cells.available.nomenclatures) < 2:
        return cells.available.nomenclatures
    all_goods = (everything(),)
    if (kind := question(asked.measure).trade) in ("panel", "chain"):
        by, there = reach(asked)  # of everybody who is compared, who are no part of a total
        found = _editions(
            cells,
            f"editions of a {kind}",
            asked,
            lambda: cells.rows(by, all_goods, asked, there, summed=True),
        )
    else:
        # What is compared with a total is a part of it.
        total_flows = [total for total, _ in totals(asked)] or [asked.but(flow="one_way")]
        found = frozenset[str]().union(*(_editions_of_flow(cells, total) for total in total_flows))
    return tuple(sorted(found)) or cells.available.nomenclatures


def _editions_of_flow(cells: SourceRows, flow: Definition) -> frozenset[str]:
    return _editions(
        cells, "editions", flow, lambda: cells.flow(flow, (everything(),), inside=True, summed=True)
    )


def _editions(
    cells: SourceRows, what: str, asked: Definition, rows: Callable[[], Frame]
) -> frozenset[str]:
    def reported() -> frozenset[str]:
        return frozenset(name for (name,) in distinct(rows(), "nomenclature"))

    return cells.once(what, asked, reported)


def not_delivered(cells: SourceRows, asked: Definition, goods: Goods) -> frozenset[str]:
    """Return codes asked for that no row has, of anybody: the delivery may not cover them."""
    if not cells.available.few_products:
        return frozenset()
    wanted = frozenset[str]().union(*(one.codes or () for one in goods))
    if not wanted:
        return wanted
    lost = wanted - _codes_of_all_rows(cells, asked, goods)
    return lost - _codes_of_totals(cells, asked) if lost else lost


def _codes_of_totals(cells: SourceRows, asked: Definition) -> frozenset[str]:
    """Return codes, cut to six digits, that are loaded as totals over all partners."""
    sums = cells.lake.totals(cells.available.source) if cells.available.has_sums else None
    if sums is None:
        return frozenset()
    six = nw.col("product").str.slice(0, 6).alias("six")
    there = sums.filter(*cells.when_and_whose(asked.but(valuation=None), own=True))
    return frozenset(name for name, _ in fetch(there.group_by(six).agg(nw.len())))


def goods_scope(cells: SourceRows, asked: Definition, goods: Goods, absent: frozenset[str]) -> str:
    """Say of how many codes a number is, where only some of those asked for are loaded.

    Empty text where all codes are loaded, or as many of a heading as its edition has.
    """
    if not cells.available.few_products:
        return ""
    named = frozenset[str]().union(*(one.codes or () for one in goods))
    prefixes = tuple(sorted({prefix for one in goods for prefix in one.prefixes}))
    # Nothing lacks, or all codes do: the latter is refused elsewhere.
    if not (absent or prefixes) or (named and named <= absent):
        return ""
    loaded = _codes_of_all_rows(cells, asked, goods)
    editions = {harmonized(one.nomenclature).id for one in goods}
    wanted = named
    if prefixes:  # all codes that there are, of which a list needs none
        every = known_codes().items()
        wanted |= {code for code, of in every if code.startswith(prefixes) and of & editions}
    if loaded:
        loaded |= _codes_of_totals(cells, asked) & wanted
    if not loaded or not wanted - loaded:
        return ""
    return f"of the {len(loaded)} code{'s' * (len(loaded) != 1)} loaded"


def _codes_of_all_rows(cells: SourceRows, asked: Definition, goods: Goods) -> frozenset[str]:
    """Return the codes of six digits of all rows of the goods, whoever trades them."""
    # Of a register, whose lines are many, those of the goods alone are looked through.
    some = goods if cells.available.is_register else None
    return frozenset(
        code[:6]
        for edition, code in codes_there(cells, asked.of_all_lines.but(valuation=None), some)
        if any(one.has(code) for one in goods if len(goods) == 1 or edition == one.nomenclature)
    )


def codes_there(
    cells: SourceRows, asked: Definition, goods: Goods | None = None
) -> frozenset[tuple[str, ...]]:
    """Return nomenclature and code of all lines of goods, by default of all, whoever trades."""
    goods = goods or (everything(),)
    return _names(
        cells,
        ("codes", goods),
        # goods="" keeps the lines; "all" would put totals of pairs in their place.
        _of_anybody(cells, asked.but(measure="value", goods="", concordance="", k=None)),
        lambda read, one: read.rows("importer", goods, one, nw.col("product") != TOTAL),
        ("nomenclature", "product"),
    )


def has_rows(
    cells: SourceRows, asked: Definition, goods: Goods, *tests: nw.Expr, inside: bool = False
) -> bool:
    """Whether a flow has a row of the goods at any time; `inside` as in `SourceRows.flow`.

    `tests` are further ones, the same for all that is asked with `inside`, and without it.
    """

    def days(read: SourceRows, one: Definition) -> dict[date, bool]:
        rows = read.flow(one, goods, inside=inside, summed=True)
        return {day: True for (day,) in distinct(rows.filter(*tests) if tests else rows, "period")}

    flow = of_flow(asked)
    what = ("has rows", goods, inside, flow.measure, flow.quantity)
    return cells.once(what, flow, lambda: any(cells.by_time(what, flow, days)))


def steps_reported(
    cells: SourceRows, asked: Definition, span: Period
) -> dict[str, tuple[int, int]]:
    """Return who tells of some steps of a period only, with how many of how many.

    Only of a delivery of few goods, in which a step without a row may have been reported: nothing
    was traded in it. Elsewhere such a period is refused.
    """
    available, side = cells.available, cells.reported_by
    if not available.few_products or available.reporters is None or side is None:
        return {}
    reported = available.reporters[side]
    days = available.starts(span)
    counts = {
        who: sum((who, day) in reported for day in days) for who in sorted(members_of(asked, side))
    }
    return {who: (count, len(days)) for who, count in counts.items() if 0 < count < len(days)}


def named_share(cells: SourceRows, asked: Definition, goods: Goods, role: str) -> float:
    """Return which part of the amount on the lines asked about has a name in a role.

    It is of all names, whichever of them are asked about.
    """
    every = asked.but(company=None, by=None, base=None)
    # Of a share, the lines of its total.
    [total_flow, *_] = [one for one, _ in totals(every)] or [every]
    rows = cells.flow(total_flow, goods)
    amount = nw.col(cells.column(asked))
    is_named = nw.when(~given_name(role).is_null()).then(amount)
    [(named, total)] = fetch(
        rows.select(is_named.alias("named"), amount.alias("total")).select(
            nw.col("named").sum(), nw.col("total").sum()
        )
    )
    return float(named or 0.0) / float(total) if total else 0.0


def _vintage(cells: SourceRows) -> str:
    """Return the releases of the deliveries, the unknown left out."""
    name, _ = split_address(cells.available.source)
    used = cells.available.snapshot.split("+")
    found = {one.vintage for one in cells.lake.holdings(name) if one.snapshot in used}
    return ", ".join(sorted(found - {UNKNOWN, ""}))


def _title(cells: SourceRows) -> str:
    """Return what the newest delivery of the user's own table is called; else nothing.

    Of reconciled values, whose reports they were made from.
    """
    name, _ = split_address(cells.available.source)
    if not (is_own(name) or name == "reconciled"):
        return ""
    used = cells.available.snapshot.split("+")
    titles = [
        one.title if is_own(name) else reports_of(one.mapping)
        for one in cells.lake.holdings(name)
        if one.snapshot in used
    ]
    return titles[-1] if titles else ""


def evidence_of(cells: SourceRows, lines: Sequence[tuple[Any, ...]]) -> Evidence:
    """Return how many rows stand behind `amounts_by_code`, and who told them."""
    reported: dict[str, int] = {}
    by_basis: dict[str, float] = {}
    rows_by_basis: dict[str, float] = {}
    valuations: set[str | None] = set()
    for *_, side, basis, valued, count, amount, _ in lines:
        valuations.add(valued)
        reported[side or NOT_SAID] = reported.get(side or NOT_SAID, 0) + int(count)
        if side == "importer":
            name = basis or NOT_SAID
            by_basis[name] = by_basis.get(name, 0.0) + (amount or 0.0)
            rows_by_basis[name] = rows_by_basis.get(name, 0.0) + int(count)
    total, estimated = (sum(line[at] or 0.0 for line in lines) for at in (-2, -1))
    return Evidence(
        source=cells.available.source,
        snapshot=cells.available.snapshot,
        rows=sum(reported.values()),
        reported_by=dict(sorted(reported.items())),
        estimated=estimated / total if total else 0.0,
        vintage=_vintage(cells),
        title=_title(cells),
        # A report of nothing is on a basis, too.
        bases={} if cells.available.is_register else _parts(by_basis) or _parts(rows_by_basis),
        valued=(valuations.pop() or "") if len(valuations) == 1 else "",
    )


def amounts_by_code(cells: SourceRows, asked: Definition, goods: Goods) -> list[tuple[Any, ...]]:
    """Return edition and code, side, basis and valuation, rows, amount, and what is estimated.

    Of the flow, or of all that is compared.
    Of goods that are no list edition and code are empty: there may be thousands.
    """
    flow = of_flow(asked)
    steps = _amounts_by_pair(cells, asked, goods) if flow != asked else None
    if steps is None:
        steps = cells.by_time(
            ("told", goods), flow, lambda rows, one: _amounts_by_code(rows, one, goods)
        )
    return [line for step in steps for line in step]


def _amounts_by_pair(
    cells: SourceRows, asked: Definition, goods: Goods
) -> list[list[tuple[Any, ...]]] | None:
    """Return the lines of `amounts_by_code` by step, found for all pairs that are asked together.

    None where the question is asked alone, or who is asked about decides which rows are read.
    """
    each = [areas_beside(asked, side) for side in SIDES]
    is_plain = not (asked.is_two_way or cells.is_blend or cells.twofold)
    if not (is_plain and all(each) and any(len(areas) > 1 for areas in each)):
        return None
    what = ("evidence by pair", goods, *each)
    every = of_flow(asked).but(importer=WORLD, exporter=WORLD)
    known = cells.by_family(("by time", *what), every)
    when = asked.period, asked.base
    if when not in known:
        of = traded_by("importer", each[0]) & traded_by("exporter", each[1])

        def find(rows: SourceRows, one: Definition) -> dict[date, dict[tuple[str, str], list[Any]]]:
            read = replace(rows, kept=None).rows("importer", goods, one, of, summed=True)
            found: dict[date, dict[tuple[str, str], list[Any]]] = {}
            for day, *line, buyer, seller in _counted(rows, one, goods, read, SIDES):
                found.setdefault(day, {}).setdefault((buyer, seller), []).append(tuple(line))
            return found

        known[when] = cells.by_time(what, every, find)
    [pair] = product(*(members_of(asked, side) for side in SIDES))
    return [step.get(pair, []) for step in known[when]]


def _amounts_by_code(cells: SourceRows, asked: Definition, goods: Goods) -> dict[date, list[Any]]:
    if question(asked.measure).trade in ("own", "beside", "panel", "chain", "world"):
        by, there = reach(asked)
        rows = cells.rows(by, goods, asked, there, summed=True)
    else:
        rows = cells.flow(asked, goods, all_partners=True, summed=True)
    found: dict[date, list[Any]] = {}
    for day, *line in _counted(cells, asked, goods, rows):
        found.setdefault(day, []).append(tuple(line))
    return found


def _counted(
    cells: SourceRows, asked: Definition, goods: Goods, rows: Frame, more: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """Return by day the lines of `amounts_by_code`, with the cells of more columns behind each."""
    amount = nw.col(cells.column(asked))
    # Comtrade estimates masses and quantities, no values.
    is_of_this = asked.quantity == "mass" or cells.available.source != "comtrade"
    of_this = nw.col("is_estimated") & nw.lit(is_of_this)
    codes = [nw.col(name) for name in ("nomenclature", "product")]
    if not any(one.lists for one in goods):
        codes = [nw.lit("").alias(name) for name in ("nomenclature", "product")]
    keys = ("period", "nomenclature", "product", "reported_by", "partner_basis", "valuation")
    rows = rows.with_columns(*codes)
    counted = rows.group_by(*keys, *more).agg(
        number_of_rows(rows).alias("rows"),
        amount.sum().alias("amount"),
        nw.when(of_this).then(amount).sum().alias("estimated"),
    )
    return fetch(counted.select(*keys, "rows", "amount", "estimated", *more))


def having(cells: SourceRows, asked: Definition, goods: Goods) -> SourceRows:
    """Return the rows of the deliveries that have a flow of the goods; all where one alone counts.

    Whether partners are enough for a total is judged by these: a delivery of other goods may have
    all partners, and one of these goods a single one.
    """
    snapshots = cells.available.snapshot.split("+")
    # Deliveries of all goods are each a whole; by goods only a list or a query is one.
    if len(snapshots) == 1 or not cells.available.few_products or is_everything(goods):
        return cells

    def find() -> tuple[str, ...]:
        rows = replace(cells, kept=None).flow(asked, goods)
        return tuple(sorted(name for (name,) in distinct(rows, "snapshot")))

    found = cells.once(("deliveries", goods), asked, find)
    if not found or len(found) == len(snapshots):
        return cells
    # Who reports is known of all deliveries together: of some of them the rows say it.
    return replace(
        cells, kept=None, deliveries=found, available=replace(cells.available, reporters=None)
    )


def partners(cells: SourceRows, asked: Definition, side: Side) -> frozenset[str]:
    """Return the areas on a side of a flow of whatever goods, without those that trade nothing."""
    amount = nw.col(cells.column(asked))
    # What a row does not say may be trade; a row of zero says that there is none.
    trades = amount.is_null() | (amount != 0)
    other = other_side(side)
    beside = areas_beside(asked, other)
    if len(beside) > 1 and not asked.is_two_way:
        those = traded_by(other, beside)
        found = _names(
            cells,
            ("pairs", other, beside, asked.quantity),
            _of_areas(cells, _of_anybody(cells, asked)),
            lambda read, one: read.rows(other, (everything(),), one, those, summed=True).filter(
                trades
            ),
            (other, side),
        )
        mine = members_of(asked, other)
        return frozenset(name for who, name in found if who in mine)
    found = _names(
        cells,
        f"partners {side}",
        _of_areas(cells, asked),
        lambda _, one: cells.flow(one, (everything(),), summed=True).filter(trades),
        (side,),
    )
    return frozenset(name for (name,) in found)


def traders(cells: SourceRows, asked: Definition, side: Side) -> frozenset[str]:
    """Return the areas on a side of all rows of the time asked for."""
    return _areas(cells, "traders", _of_anybody(cells, asked), side)


def _of_anybody(cells: SourceRows, asked: Definition) -> Definition:
    """Return the same question about whoever trades, where that leaves the rows what they are."""
    # Of two-way trade whose reports are heard depends on who is asked about.
    if asked.is_two_way and cells.reported_by is not None:
        return asked
    everybody = {"importer": WORLD, "exporter": WORLD, "flow": "one_way"}
    return asked.but(**everybody, controls=None, hubs=None)


def areas_without_records(
    cells: SourceRows, asked: Definition, *, alone: bool = False
) -> dict[Side, frozenset[str]]:
    """Return members of groups that trade nowhere in the periods, by side; `alone`: any area."""
    found: dict[Side, frozenset[str]] = {}
    for side in SIDES:
        members = members_of(asked, side)
        if (len(members) > 1 or (alone and members)) and (
            absent := members - _known(cells, asked.of_all_lines, side)
        ):
            found[side] = absent
    return found


def words_without_records(unrecorded: Mapping[Side, Collection[str]], asked: Definition) -> str:
    """Return what a source has nothing of, by side: who buys nothing may sell all the same."""
    parts = []
    # The same register may have the area on another basis.
    basis = f" (basis: {asked.basis})" if is_register(asked.source or "") else ""
    for side, areas in unrecorded.items():
        trade = "trade" if asked.is_two_way else f"{side[:-2]}s"
        which = f"{asked.valuation.upper()} values of {trade}" if asked.valuation else trade
        parts.append(f"no {which} by {area_phrases(sorted(areas))}{basis}")
    return " and ".join(parts)


def unreported(
    cells: SourceRows, asked: Definition, goods: Goods
) -> tuple[frozenset[str], dict[str, float]]:
    """Return which of the areas asked for report any of the goods, and whose reports are missing.

    Few members of a group trade in everything, so that those are missing that the mirror report of
    the flow names, each with its part of what the mirror report has of all of them.
    """
    side = cells.reported_by
    assert side is not None, "the rows are one side's reports"
    one_way = asked.but(base=None, flow="one_way")
    read = replace(cells, kept=None)
    members = members_of(asked, side)
    reported = frozenset(
        one for (one,) in distinct(read.rows(side, goods, one_way, among(side, asked)), side)
    )
    if not reported or members <= reported:
        return reported, {}
    mirror = read.as_reported_by(other_side(side)).flow(one_way, goods)
    amounts = {
        one: amount or 0.0
        for one, amount in fetch(
            mirror.select(side, nw.col(read.column(asked)).alias("amount"))
            .group_by(side)
            .agg(nw.col("amount").sum())
        )
    }
    total = sum(amounts.values())
    return reported, {
        one: amount / total if total else 0.0
        for one, amount in sorted(amounts.items())
        if one in members - reported
    }


def words_unreported(cells: SourceRows, asked: Definition, goods: Goods) -> str:
    """Say which members of a group report none of the goods, where the group has much there.

    Its number is too small by about as much. Empty text where little or nothing is missing.
    """
    side, trade = cells.reported_by, question(asked.measure).trade
    if side is None or trade not in ("flow", "market", "sales") or len(members_of(asked, side)) < 2:
        return ""
    _, missing = unreported(cells, asked, goods)
    if sum(missing.values()) < _MUCH_UNREPORTED:
        return ""
    names = " and ".join(area_phrase(one) for one in missing)
    reports, it = ("report", "they have") if len(missing) > 1 else ("reports", "it has")
    part = figure_value(sum(missing.values()), "share")
    return f"{names} {reports} none of these goods; in the mirror report {it} {part} of this trade"


def _known(cells: SourceRows, asked: Definition, side: Side) -> frozenset[str]:
    """Return those of the areas asked for that trade at all, with whomever.

    What two countries' books say of both directions depends on both; else the other side is left
    out, so that a group is looked through once for all its partners.
    """
    members, kept = members_of(asked, side), working_set(cells.lake)
    if not asked.is_two_way:
        # Partners of the flow trade: where these were looked up, no row is read once more.
        for flow, summed in totals(asked):
            found = cells.found_once(f"partners {side}", _of_areas(cells, flow))
            if summed == side and members <= {name for (name,) in found or ()}:
                return members
        asked = asked.but(**{other_side(side): WORLD})
    is_read = kept is not None and kept.covers(members)
    # All of them are looked up, and once, where many are asked about whose trade is not read for
    # other questions: a few are found in a part of the files.
    if not is_read and len(asked_beside(asked)) > _FEW:
        return traders(cells, asked, side)
    who, other = traded_by(side, members), other_side(side)
    if kept and not is_read and kept.has_sums(other, cells.available, cells.deliveries):
        # Most of them trade with those whose trade is in memory: that is enough to know of them.
        near = traded_by(other, frozenset[str]().union(*kept.groups))
        if _areas(cells, "near", asked, side, who & near) == members:
            return members
    return _areas(cells, "known", asked, side, who)


def _areas(
    cells: SourceRows, what: str, asked: Definition, side: Side, *who: Who
) -> frozenset[str]:
    """Return the areas on a side of the rows that pass tests of who trades, found out once.

    `what` says which tests.
    """

    def rows(_: SourceRows, one: Definition) -> Frame:
        return cells.rows(side, (everything(),), one, *who, summed=True)

    found = _names(cells, f"{what} {side}", _of_areas(cells, asked), rows, (side,))
    return frozenset(name for (name,) in found)


def _of_areas(cells: SourceRows, asked: Definition) -> Definition:
    """Return the question of whose trade it is, whatever is measured of it."""
    how = question(asked.measure)
    if how.by_product or how.keeps_products:
        return asked
    goods = "all" if asked.goods == "all" and cells.available.has_all_goods else ""
    return asked.but(measure="value", goods=goods, concordance="", k=None)


def _names(
    cells: SourceRows,
    what: Hashable,
    asked: Definition,
    rows: Callable[[SourceRows, Definition], Frame],
    columns: tuple[str, ...],
) -> frozenset[tuple[str, ...]]:
    """Return what stands in some columns of some rows, found out once in a lake.

    `what` says which rows they are, beside the trade asked for. Where several times are asked in
    one go, they are read of all of them at once.
    """
    none: frozenset[tuple[str, ...]] = frozenset()
    now, then = asked.but(base=None), asked.but(period=asked.base or asked.period, base=None)
    if asked.base and all(cells.over_all(one) is not None for one in (now, then)):
        return none.union(*(_names(cells, what, one, rows, columns) for one in (now, then)))

    def by_time(read: SourceRows, one: Definition) -> dict[date, set[tuple[str, ...]]]:
        found: dict[date, set[tuple[str, ...]]] = {}
        for day, *names in distinct(rows(read, one), "period", *columns):
            found.setdefault(day, set()).add(tuple(names))
        return found

    return cells.once(what, asked, lambda: none.union(*cells.by_time(what, asked, by_time)))


def bases_of(rows: Frame, column: str) -> dict[str, float]:
    """Return the share of the value of imports as importers report them by what makes the partner.

    `NOT_SAID` is the share of rows that do not say it. Empty where nothing has a value.
    """
    reported = rows.filter(nw.col("reported_by") == "importer").group_by("partner_basis")
    sums = {
        str(basis or NOT_SAID): float(value or 0)
        for basis, value in fetch(reported.agg(nw.col(column).sum()))
    }
    return _parts(sums)


def _parts(sums: dict[str, float]) -> dict[str, float]:
    total = sum(sums.values())
    if not total:
        return {}
    return {basis: value / total for basis, value in sorted(sums.items())}


def reported_on_two_bases(cells: SourceRows, asked: Definition) -> frozenset[str]:
    """Return the importers that tell a cell of this trade by origin and by consignment."""
    # By the catalog, before any row is read.
    if not cells.available.bases >= {"origin", "consignment"}:
        return frozenset()
    plain = asked.but(goods="", basis="dispatch")

    def twice() -> frozenset[str]:
        rows = cells.rows("importer", (everything(),), plain)
        reported = rows.filter(nw.col("reported_by") == "importer")
        names: list[str] = []
        pair = ["period", "exporter", "importer"]
        # Pairs first: they are few, where cells are nearly as many as rows.
        for cell in (pair, [*pair, "product"]):
            bases = reported.group_by(*cell, "partner_basis").agg(nw.len().alias("rows"))
            found = bases.group_by(cell).agg(nw.len().alias("n")).filter(nw.col("n") > 1)
            names = sorted(name for (name,) in distinct(found, "importer"))
            if not names:
                break
            reported = reported.filter(nw.col("importer").is_in(names))
        return frozenset(names)

    return cells.once("two bases", plain, twice)
