"""The rows of a source, asked by definition and selection of goods."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final, TypeVar

import narwhals as nw

from entrepot.figures.asked_together import ANY_TIME, steps_together, together, whosever
from entrepot.figures.availability import availability_of, is_late
from entrepot.figures.definition import SIDES, other_side
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.questions import of as question
from entrepot.figures.questions.question import REIMPORTS, REST
from entrepot.figures.sides import Who, among, leaves, members_of, reach, reported_in, totals
from entrepot.figures.working_set import working_set
from entrepot.goods import Selection, goods_selection
from entrepot.goods.selection import wanted, weighted
from entrepot.lake import beside, cached, fetch, near, stored
from entrepot.model.areas import OUTSIDE_UNION, WORLD, area_set, areas
from entrepot.model.columns import flow_schema, schema
from entrepot.model.period import Period
from entrepot.model.product import TARIFFS, TOTAL
from entrepot.sources.shipments.persons import ERASED

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date

    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Definition, Side
    from entrepot.lake import Lake

T = TypeVar("T")
_FLOWS = tuple(flow_schema())
Frame = nw.LazyFrame[Any]
Goods = tuple[Selection, ...]
"""The goods asked for, one selection for each nomenclature in the data."""


@dataclass(frozen=True, slots=True)
class SourceRows:
    """Rows that are available, as one side reported them or reconciled from both.

    Attributes
    ----------
    lake, available
        Where the rows are.
    reported_by
        Side whose reports are used, ``importer`` or ``exporter``; None where rows are no single
        reports. Reconciled rows keep both reports, so that either side's can be used there, too.
    twofold
        Importers that report the same trade by origin and by consignment.
    non_reporting, for_non_reporting
        Of a blend, buyers and sellers asked about that do not report, and the sides that report in
        their place; see `with_non_reporting`.
    kept
        Rows read once, of the goods and areas that a question is about; None reads the lake.
    is_long
        Whether they are of more times than the question is.
    without_own
        Whether what a country reports of trade with itself is left out of totals.
    deliveries
        Snapshots whose rows alone are read; none names all of them.
    """

    lake: Lake
    available: Availability
    reported_by: Side | None = None
    twofold: frozenset[str] = frozenset()
    non_reporting: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    for_non_reporting: tuple[Side, ...] = ()
    kept: Frame | None = None
    is_long: bool = False
    without_own: bool = False
    deliveries: tuple[str, ...] = ()

    @property
    def is_blend(self) -> bool:
        """Whether a value may be made of both sides' reports."""
        return self.available.is_reconciled and self.reported_by is None

    def once(self, what: Hashable, asked: Definition, find: Callable[[], T]) -> T:
        """Find something out about the trade asked for, once in a state of a lake.

        `what` says what it is, and of which goods if it is of some.
        """
        # Rows in memory are of one question only, so
        # that the key would not say which rows they are.
        if self.kept is not None:
            return find()
        return self.lake.remembered.get((what, *self._said(), *_trade(asked)), find)

    def found_once(self, what: Hashable, asked: Definition) -> Any:
        """Return what `once` has found out; None as long as it has not."""
        if self.kept is not None:
            return None
        return self.lake.remembered.known((what, *self._said(), *_trade(asked)))

    def over_all(self, asked: Definition) -> tuple[SourceRows, Definition] | None:
        """Return rows and question of all times that are asked in one go; None where alone.

        They have to be alike: steps of the rows with the same areas, of deliveries of one kind.
        """
        times = self.times_of(asked)
        if not times or not steps_together().issuperset(asked.period.parts(self.available.freq)):
            return None
        there = self.available
        every = availability_of(self.lake, there.source, times)
        assert not isinstance(every, NoAnswer), "each of them is there by itself"
        available = next(one for one in every if one.freq == there.freq)
        combined = asked.but(period=Period(times[0].start, times[-1].end))
        return replace(self, available=available), combined

    def times_of(self, asked: Definition) -> tuple[Period, ...]:
        """Return all steps of which something is known in one go with the time asked about.

        Empty where it is asked alone.
        """
        there = self.available
        is_short = self.kept is not None and not self.is_long  # of one time only
        if asked.base or there.is_reconciled or self.twofold or is_short:
            return ()
        steps = frozenset(asked.period.parts(there.freq))
        family = ("times", *self._family(asked))
        known: tuple[Period, ...] = self.lake.found.get(family, ())
        if steps and not steps.issubset(known) and steps <= steps_together():
            every = sorted({*known, *steps_together()})
            known = tuple(one for one in every if self._are_alike(asked, one))
            self.lake.found[family] = known
        return known if steps and steps.issubset(known) and len(known) > 1 else ()

    def _family(self, asked: Definition) -> tuple[Hashable, ...]:
        """Return what rows and questions of several times have in common."""
        there = self.available
        kind = (there.freq, there.traits, there.currency, there.is_partial)
        # The source of the rows counts, whether it was asked for or chosen.
        alike = asked.but(period=ANY_TIME, source=None)
        return (
            there.source, *kind, self.reported_by, self.without_own, self.deliveries, alike
        )  # fmt: skip

    def is_step(self, asked: Definition) -> bool:
        """Whether the time asked about is one of several single steps that are asked in one go."""
        return asked.period.freq == self.available.freq and bool(self.times_of(asked))

    def _are_alike(self, asked: Definition, time: Period) -> bool:
        """Whether rows of another time can be added up in one go with those of this one."""
        if time.freq != self.available.freq or self.at(time) is None:
            return False
        other = asked.but(period=time)
        return all(other.members(side) == asked.members(side) for side in GROUPS)

    def at(self, time: Period) -> SourceRows | None:
        """Return the same rows of another time; None where they are of another kind."""
        found = availability_of(self.lake, self.available.source, [time])
        for one in () if isinstance(found, NoAnswer) else found:
            same = (one.freq, one.traits, one.currency, one.is_partial)
            here = self.available
            if same == (here.freq, here.traits, here.currency, here.is_partial):
                return replace(self, available=one)
        return None

    def by_time(
        self,
        what: Hashable,
        asked: Definition,
        find: Callable[[SourceRows, Definition], Mapping[date, T]],
    ) -> list[T]:
        """Return what is found of each step of the time asked for, where anything is.

        Where several times are asked in one go it is found of all of them at once. `find` gets
        the rows and the question, and returns what it found by first days; `what` says what, and
        of which goods.
        """
        steps = frozenset(asked.period.parts(self.available.freq))
        times, found = self.times_of(asked), self.lake.found
        key = (what, *self._family(asked))
        covered, known = found.get(key, (frozenset(), {})) if times else (frozenset(), {})
        if not steps or not steps <= covered:
            wide = self.over_all(asked)
            if wide is None:
                return list(find(self, asked).values())
            covered, known = frozenset(times), find(*wide)
            found[key] = covered, known
        days = self.available.starts(asked.period)
        return [known[day] for day in days if day in known]

    def by_family(self, what: Hashable, asked: Definition) -> dict[Any, Any]:
        """Return what was found of questions that differ in time and areas only, to be added to."""
        family = self._family(whosever(asked))
        found: dict[Any, Any] = self.lake.found.setdefault((what, *family), {})
        return found

    def _said(self) -> tuple[Hashable, ...]:
        """Return what says which rows these are."""
        kept_rows = (self.available.source, self.available.snapshot, self.available.freq)
        return (
            *kept_rows,
            self.deliveries,
            self.reported_by,
            self.twofold,
            self.non_reporting,
            self.for_non_reporting,
        )

    def with_non_reporting(self, asked: Definition) -> SourceRows:
        """Find out who does not report, where rows are made of both sides' reports."""
        if not self.is_blend:
            return self
        buyers, sellers = (self._non_reporting_on(side, asked) for side in SIDES)
        # Partners report for a side only if nobody named on it does: where one of a group reports,
        # the rows of that group are a mixture and no mirror of it.
        mirrored = (
            other_side(side)
            for side, names in zip(SIDES, (buyers, sellers), strict=True)
            if names and names == members_of(asked, side)
        )
        return replace(self, non_reporting=(buyers, sellers), for_non_reporting=tuple(mirrored))

    def as_reported_by(self, side: Side) -> SourceRows:
        """Return the reports of one side."""
        return replace(self, reported_by=side, kept=None)

    @property
    def is_of_reports(self) -> bool:
        """Whether rows are reports, or made of some: of who reports, and of nobody else."""
        return self.reported_by is not None or self.is_blend

    @property
    def mirrors(self) -> tuple[Side, ...]:
        """Sides that report for a country across: `reported_by`, or `for_non_reporting`."""
        return (self.reported_by,) if self.reported_by else self.for_non_reporting

    def _non_reporting_on(self, side: Side, asked: Definition) -> frozenset[str]:
        """Return the areas named on a side that tell nothing of it, at least at some time."""
        members = members_of(asked, side)
        if not members:
            return frozenset()
        # Not goods="all": that takes totals where there are any, and here any row at all will do.
        plain = asked.but(goods="", flow="one_way")
        known_reporters = self.as_reported_by(side)

        def reported() -> set[tuple[str, date]]:
            rows = known_reporters.rows(
                side, (everything(),), plain, among(side, asked), summed=True
            )
            groups = fetch(rows.group_by(side, "period").agg(nw.len()))
            return {(who, day) for who, day, _ in groups}

        found = known_reporters.once(f"reported by {side}", plain, reported)
        spans = [self.available.starts(span) for span in (asked.period, asked.base or asked.period)]
        # Of all goods a country trades some in every step, so a step
        # without a row was not reported. Of a delivery of few goods
        # a gap may be real: there one row in all the time is enough.
        if not self.available.few_products:
            spans = [[day] for days in spans for day in days]
        return frozenset(
            who
            for who in members
            for days in spans
            if all((who, day) not in found for day in days)
            or is_late([(who, day) in found for day in days])
        )

    def reports(self, by: Side) -> Frame:
        """Return rows of one report each, whatever the source keeps, of all goods and times."""
        rows = self.lake.flows(self.available.source, by=by)
        return both_sides(rows) if self.available.is_reconciled else rows

    def column(self, asked: Definition) -> str:
        """Return the column to add up."""
        if asked.quantity == "mass":
            return "mass_kg"
        return "value_usd" if self.available.currency == "USD" else "value_reported"

    def rows(
        self,
        by: Side,
        goods: Goods,
        asked: Definition,
        *whose: Who | nw.Expr,
        own: bool = False,
        all_partners: bool = False,
        summed: bool = False,
    ) -> Frame:
        """Return the goods in the period and base that pass further tests of who trades.

        `own`: with trade of an area with itself, too. `all_partners`: where a measure adds up all
        partners of a reporter, with all that the reporter's own total has; see `rest`. `summed`:
        whether sums over goods will do, which say of how many rows they are (`number_of_rows`).
        """
        wanted_ = wanted(goods)
        tests = [one.test if isinstance(one, Who) else one for one in whose]
        every = [*([] if wanted_ is None else [wanted_]), *tests]
        kept_rows = self.kept
        if kept_rows is not None:  # everything but the goods was chosen when they were read
            every += [_within(asked.period)] if self.is_long else []
            return weighted(
                kept_rows.filter(*every) if every else kept_rows, goods, self.column(asked)
            )
        who = [one for one in whose if isinstance(one, Who)]
        kept_rows = self._reported_rows(
            by, asked, self._read_before(goods, asked, who, summed=summed)
        )
        # A reporter's own total includes re-imports (China
        # from China): they have to be in the sum, too.
        own = own or (all_partners and bool(total_sides(asked)))
        every += self.when_and_whose(asked, own=own)
        # One filter: each step of a plan costs a millisecond.
        rows = kept_rows.filter(*every)
        if asked.goods == "all":
            rows = self.all_goods(rows, asked, *every)
        # `rest` has chosen goods and time itself; tests of who trades apply to its rows, too.
        more = rest(self, asked, goods) if all_partners else None
        if more is not None:
            more = more.filter(*tests) if tests else more
            rows = beside([rows.select(*_FLOWS), more], self.lake)
        if asked.named_by:
            # The name is the partner; lines without one are partners of whom nothing is known.
            name = given_name(asked.named_by)
            partner = nw.when(name.is_null()).then(nw.lit(REST)).otherwise(name)
            rows = rows.with_columns(partner.alias("exporter"))
        return weighted(rows, goods, self.column(asked))

    def when_and_whose(self, asked: Definition, *, own: bool) -> list[nw.Expr]:
        """Return what chooses the time and the reports, whatever the goods."""
        within = _within(asked.period)
        if asked.base and asked.base != asked.period:
            within = within | _within(asked.base)
        tests = [within, nw.col("freq") == self.available.freq, *self._one_basis(asked)]
        if not own:
            tests.append(nw.col("exporter") != nw.col("importer"))
        if self.reported_by:
            tests.append(reported_in(self.reported_by, asked))
        if asked.valuation:
            tests.append(nw.col("valuation") == asked.valuation.upper())
        if asked.line_value:
            tests.append(nw.col(_money(self)) >= asked.line_value)
        return tests + _of_lines(asked)

    def _read_before(
        self, goods: Goods, asked: Definition, who: Sequence[Who], *, summed: bool
    ) -> Frame | None:
        """Return rows in memory that have all of some trade; None where there are none."""
        kept = working_set(self.lake)
        # A measure that sets goods beside all others takes both from one engine.
        if kept is None or question(asked.measure).other_goods:
            return None
        return kept.rows(self.available, self.deliveries, goods, who, asked, summed=summed)

    def _reported_rows(self, by: Side, asked: Definition, read: Frame | None) -> Frame:
        """Return the source's rows, of a blend the reports of the side that is heard."""
        rows = read
        if rows is None:
            rows = self.lake.flows(
                self.available.source,
                by=by,
                deliveries=self.deliveries,
                times=_spans(asked),
                basis=asked.basis,
            )
        if not self.available.is_reconciled:
            return rows
        if self.reported_by is None:
            return with_error_parts(rows)
        return both_sides(rows) if asked.is_two_way else one_side(rows, self.reported_by)

    def _one_basis(self, asked: Definition) -> list[nw.Expr]:
        """Return what keeps one telling of what an importer tells by origin and by consignment."""
        origin = (nw.col("partner_basis") == "origin") & (nw.col("reported_by") == "importer")
        if self.available.is_register:  # which has every line once for each basis
            return [nw.col("partner_basis") == asked.basis]
        if asked.basis == "origin":
            return [origin]
        if not self.twofold:
            return []
        # when/otherwise and not `~(origin & twice)`: of a row without partner_basis, origin is
        # null, and so would be the negation, which a filter drops.
        reported_twice = nw.col("importer").is_in(sorted(self.twofold))
        return [~nw.when(origin).then(reported_twice).otherwise(nw.lit(False))]

    def flow(
        self,
        asked: Definition,
        goods: Goods,
        *,
        inside: bool = False,
        all_partners: bool = False,
        summed: bool = False,
    ) -> Frame:
        """Return the cells of the flow; ``both`` and ``balance`` add the way back.

        Several areas count as one, so their trade with the world is what leaves or enters them;
        `inside` keeps what they trade among each other, for a partner who is one of them.
        `all_partners` and `summed` are as in `rows`.
        """
        there = among("importer", asked) & among("exporter", asked)
        if asked.is_two_way:
            back = asked.but(importer=asked.exporter, exporter=asked.importer)
            there = there | (among("importer", back) & among("exporter", back))
        groups = [members_of(asked, side) for side in SIDES]
        # With areas on both sides nothing is inside: they are apart, or one is a member of the
        # other, whose trade with its own group is just what is asked for.
        if not inside and not all(groups):
            for group in groups:
                there = there & leaves(group) if len(group) > 1 else there
        # Rows are stored sorted by either side; the copy
        # sorted by the side that is named reads less.
        by: Side = "exporter" if asked.importer == WORLD else "importer"
        return self.rows(by, goods, asked, there, all_partners=all_partners, summed=summed)

    def all_goods(self, rows: Frame, asked: Definition, *tests: nw.Expr) -> Frame:
        """Leave out rows by product where the same flow has a total over all goods.

        By flow, not by report: a partner whose total is all that there is must not hide the others.
        """
        more = totals_of_pairs(self, asked, *tests)
        if more is None and not self.available.has_totals:
            return rows
        # With the reporting side in the key: a total that the importer gives must not hide lines
        # that the exporter alone reports of the same pair.
        keys = ["period", "exporter", "importer", "reported_by"]
        is_total = nw.col("product") == TOTAL
        every = rows.filter(is_total)
        if more is not None:
            rows = rows.select(*_FLOWS)
            every = beside([every.select(*_FLOWS), more], self.lake)
        parts = rows.filter(~is_total).join(every.select(keys), on=keys, how="anti")
        return nw.concat([every, parts])


def given_name(role: str) -> nw.Expr:
    """Return the name in a role of a register; null without one, also where it was erased.

    Erased names are no company: two of them together would be the largest one.
    """
    name = nw.col(role)
    return nw.when(name != ERASED).then(name)


def _of_lines(asked: Definition) -> list[nw.Expr]:
    """Return what chooses lines of a register by tariff line and company."""
    tests = []
    if asked.tariff_lines:
        line = nw.col("tariff_line")
        among_them = (line.str.starts_with(digits) for digits in asked.tariff_lines)
        tests.append(nw.any_horizontal(*among_them, ignore_nulls=True))
    # Where names are the partners, those asked about are some of them, and the others count, too.
    if asked.companies and not asked.named_by:
        role, names = asked.companies
        tests.append(nw.col(role).is_in(list(names)))
    return tests


def _trade(asked: Definition) -> tuple[Hashable, ...]:
    """Return what of a definition says whose trade it is and when, not of which goods."""
    whose = (asked.importer, asked.exporter, asked.controls, asked.hubs)
    return (
        *whose,
        asked.flow,
        asked.basis,
        asked.valuation,
        asked.period,
        asked.base,
        asked.goods == "all",
        asked.named_by,
        asked.company,
        asked.lines,
        asked.line_value,
    )


def _spans(asked: Definition) -> list[Period]:
    return [span for span in (asked.period, asked.base) if span]


def _within(span: Period) -> nw.Expr:
    return (nw.col("period") >= span.start) & (nw.col("period") <= span.end)


GROUPS: Final = ("importer", "exporter", "controls", "hubs")
"""Keys of a definition whose areas may be dated groups."""


def is_everything(goods: Goods) -> bool:
    """Whether all goods are asked for."""
    return any(one.codes is None for one in goods)


@cache
def everything() -> Selection:
    """Return the selection of all goods, whatever the nomenclature."""
    return goods_selection("all")


# What a total is of: the reporter's own total, the partners in the data, re-imports.


NOISE = 1e-9
"""Part of a total below which a difference is one of adding up binary numbers."""
_TYPES: dict[str, Any] = {
    "VARCHAR": nw.String, "DOUBLE": nw.Float64, "BOOLEAN": nw.Boolean, "DATE": nw.Date,
}  # fmt: skip


def total_sides(asked: Definition) -> tuple[Side, ...]:
    """Return the sides on which a measure adds up all partners, if what it needs is their sum."""
    how = question(asked.measure)
    if asked.is_two_way or how.both_reports or how.listed:
        return ()
    # A flow between two named areas needs no total; one to or from everybody is a total itself.
    if how.trade == "flow":
        sides = tuple(side for side in SIDES if not members_of(asked, side))
        return sides if len(sides) == 1 else ()
    if how.trade in ("market", "sales", "both") and how.divides:
        return tuple(side for _, side in totals(asked))
    return ()


def rest(cells: SourceRows, asked: Definition, goods: Goods) -> Frame | None:
    """Return what reporters' own totals have beyond the partners in the data, as rows of flows.

    None where nothing of that kind can be: no total is loaded, or the reports are not those of
    the side whose total is asked for.
    """
    found = compared(cells, asked, goods)
    if found is None:
        return None
    side = other_side(_summed(cells, asked)[0])
    money = _money(cells)
    # total and parts as in `compared`; their difference becomes one partner with the code REST.
    over = nw.col("total") - nw.col("parts")
    # What partners without a mass sent is in the total, and so in the rest: a sum of those that
    # have one would be compared with another such sum, or stand for all.
    weight = nw.col("total_mass") - nw.col("parts_mass").fill_null(0.0)
    is_more = over > nw.col("total") * NOISE
    of_mass = (weight > nw.col("total_mass") * NOISE).fill_null(value=False)
    rows = found.filter(is_more | of_mass if asked.quantity == "mass" else is_more)
    if question(asked.measure).columns:
        # A unit value of a difference of two sums is of no goods that anybody traded.
        rows = rows.filter(nw.col("count") == 0)
    made = {
        "freq": nw.lit(cells.available.freq),
        side: nw.col("reporter"),
        other_side(side): nw.lit(REST),
        "product": nw.col("unit"),
        money: nw.when(is_more).then(over).otherwise(0.0),
        "mass_kg": nw.when(weight > 0).then(weight),
        "reported_by": nw.lit(str(side)),
        "partner_basis": nw.when(nw.col("basis") != "").then(nw.col("basis")),
    }
    same = ("period", "nomenclature", "valuation")
    columns = []
    for name, kind in schema("flows").items():
        value = made.get(name, nw.col(name) if name in same else nw.lit(None))
        columns.append(value.cast(_TYPES[kind]).alias(name))
    return rows.select(*columns)


def totals_of_pairs(cells: SourceRows, asked: Definition, *tests: nw.Expr) -> Frame | None:
    """Return what reporters give as all their trade with a partner, as rows of flows.

    None where none is loaded, or a measure needs every product by itself.
    """
    if not cells.available.has_sums or _is_apart(asked) or asked.quantity != "value":
        return None
    sums = cells.lake.totals(cells.available.source)
    if sums is None:
        return None
    groups = [one.code for one in areas() if one.kind == "aggregate"]
    # Totals for the world or a group (EXT_EU27) are in the table, too, and are no trade of a pair.
    pairs = [~nw.col(side).is_in(groups) for side in SIDES]
    there = schema("totals")
    columns = (
        (nw.col(name) if name in there else nw.lit(None).cast(_TYPES[kind])).alias(name)
        for name, kind in schema("flows").items()
    )
    return sums.filter(*tests, nw.col("product") == TOTAL, *pairs).select(*columns)


def compared(cells: SourceRows, asked: Definition, goods: Goods) -> Frame | None:
    """Return reporters' own totals with the sum of the partners in the data, by goods and time.

    Returns
    -------
    Frame or None
        Of ``period``, ``reporter``, ``unit`` (the code, the heading or all goods), ``basis``,
        ``nomenclature``, ``valuation``, ``total``, ``total_mass``, ``exact_count`` (rows of this
        very unit), and of the partners ``parts``, ``parts_mass``, ``count`` (rows),
        ``compared_on`` (their basis; empty: all) and ``parts_valuation``. Where the total is added
        up from those of codes, partners are of these codes: the others have no total, and are
        compared with none.
    """
    if not cells.available.has_sums or not _summed(cells, asked):
        return None
    sums = cells.lake.totals(cells.available.source)
    if sums is None:
        return None
    if _is_apart(asked):  # as many rows as there are codes
        return _compared(cells, asked, goods, sums)
    # Few rows, which a figure, its range, its denominator and its caveats all need, and figures of
    # all partners: it is the same total, whoever of them is asked about.
    [everybody, *_] = _summed(cells, asked)
    own = _trade(asked.but(**{everybody: WORLD})), asked.quantity
    border = _crosses_border_of_union(asked, other_side(everybody))
    key = ("compared", everybody, border, goods, *own, *cells._said())
    found: Frame | None = cells.lake.found.get(key)
    if found is None:
        found = cached(_compared(cells, asked, goods, sums), cells.lake)
        cells.lake.found[key] = found
    return found


def _compared(cells: SourceRows, asked: Definition, goods: Goods, sums: Frame) -> Frame:
    [everybody, *_] = _summed(cells, asked)
    side = other_side(everybody)
    tests = [*cells.when_and_whose(asked, own=True), among(side, asked).test]
    if (selected := wanted(goods)) is not None:
        tests.append(selected)
    keys = ["period", "reporter", "unit", "basis"]
    # An empty text and not null: nulls do not join to each other.
    basis = nw.when(nw.col("partner_basis").is_null()).then(nw.lit(""))
    named = {
        "reporter": nw.col(side),
        "unit": compared_unit(goods, asked),
        "basis": basis.otherwise(nw.col("partner_basis")),
        "money": nw.col(_money(cells)),
        "mass": nw.col("mass_kg"),
    }
    news = [value.alias(name) for name, value in named.items()]
    mine = sums.filter(*tests).with_columns(*news)
    rows = cells.lake.flows(
        cells.available.source, by=side, times=_spans(asked), basis=asked.basis
    ).filter(*tests)
    if asked.goods == "all":
        rows = cells.all_goods(rows, asked, *tests)
    rows = rows.with_columns(*news)
    is_of_codes = _is_apart(asked) or not any(
        one.codes is None or one.prefixes or one.nomenclature[:-4] in TARIFFS for one in goods
    )

    def against(total: str, parts: Frame) -> Frame:
        here = mine.filter(nw.col(everybody) == total)
        is_extract = cells.available.few_products
        own = _totals(here, keys, is_extract=is_extract)

        def alone() -> _Lengths:
            lengths = _lengths(parts, here.filter(_is_line()))
            without = _parts_of_codes(parts, here, lengths, has_total=False, is_extract=is_extract)
            return lengths if fetch(without.select("unit").head(1)) else ()

        # Where each code is a unit of its own, the join below leaves out those without a total.
        if not is_of_codes and (
            lengths := cells.once(("without total", total, goods), asked, alone)
        ):
            parts = _parts_of_codes(parts, here, lengths, has_total=True, is_extract=is_extract)
        partners = _by_basis(parts, keys).rename({"basis": "compared_on"})
        on = [name if name != "basis" else "compared_on" for name in keys]
        joined = _on_their_basis(own, partners, keys).join(partners, on=on, how="left")
        # A total to which no partner fits (left join) has parts of zero, and all of it is the rest.
        zero = ("parts", "parts_mass", "count")
        return joined.with_columns(
            *(nw.when(nw.col(x).is_null()).then(0).otherwise(nw.col(x)).alias(x) for x in zero)
        )

    found = against(WORLD, rows)
    if not _crosses_border_of_union(asked, side):
        return found
    # The world has trade of the members with each other too, which is no trade of the Union.
    union = sorted(members_of(asked, side))
    if len(union) > 1:
        rows = rows.filter(~nw.col(everybody).is_in(union))
    outside = against(OUTSIDE_UNION, rows)
    names = found.collect_schema().names()
    reported = ["period", "reporter", "unit"]
    # A member that reports no total for outside the Union keeps the one for the world.
    others = found.join(outside.select(*reported).unique(), on=reported, how="anti")
    return nw.concat([outside.select(*names), others.select(*names)])


def _crosses_border_of_union(asked: Definition, side: Side) -> bool:
    """Whether a total is of trade that crosses the border of the European Union."""
    members = members_of(asked, side)
    if asked.basis == "origin" and side == "importer":
        return True  # members tell origins of what comes from outside alone
    return members == area_set("EU27", asked.period.end) and not (
        members & members_of(asked, other_side(side))
    )


_Lengths = tuple[tuple[int, ...], ...]


def _lengths(*rows: Frame) -> _Lengths:
    """Return of how many digits the codes of each of some rows are, the shortest first."""
    digits = nw.col("product").str.len_chars().alias("digits")
    return tuple(tuple(sorted(n for (n,) in fetch(one.select(digits).unique()))) for one in rows)


def _parts_of_codes(
    parts: Frame, sums: Frame, lengths: _Lengths, *, has_total: bool, is_extract: bool
) -> Frame:
    """Return the partners of what has a total, be it of the whole unit or of the code; or has not.

    A total of a heading is one of the codes under it, too, and a partner's heading is compared with
    totals of codes under it. Left out are partners in units of which there is no total at all.
    `lengths` are those of the codes of partners, and of the finest totals.
    """
    unit, code = ["period", "reporter", "unit"], nw.col("product")
    lines = sums.filter(_is_line()).select(*unit, "product")
    finer, coarser = (
        [(code.str.slice(0, length), length) for length in one] for one in reversed(lengths)
    )
    known = [
        (sums.filter(_is_exact(is_extract=is_extract)).select(*unit), None),
        *((lines, start) for start, _ in finer),
        *(
            (lines.with_columns(start.alias("product")), code)
            for start, length in coarser
            if length < max(lengths[1], default=0)
        ),
        (lines.select(*unit), None),
    ]
    for at, (marked, start) in enumerate(known):
        keys = unit if start is None else [*unit, "__code"]
        if start is not None:
            parts = parts.with_columns(start.alias("__code"))
            marked = marked.rename({"product": "__code"})
        once = marked.select(*keys).unique().with_columns(nw.lit(1).alias(f"__mark{at}"))
        parts = parts.join(once, on=keys, how="left")
    *of_total, of_any = (~nw.col(f"__mark{at}").is_null() for at in range(len(known)))
    # All goods of a partner in one row are compared with totals of whatever codes there are.
    of_codes = reduce(or_, of_total) | (of_any & (code == nw.col("unit")))
    return parts.filter(of_codes if has_total else of_any & ~of_codes)


def _is_exact(*, is_extract: bool) -> nw.Expr:
    """Return whether a total is of the whole unit that is asked for."""
    is_exact = nw.col("product") == nw.col("unit")
    if not is_extract:
        return is_exact
    # A heading whose finer codes are loaded is compared
    # by these; that of all goods always stands.
    return is_exact & (~nw.col("has_finer") | (nw.col("unit") == TOTAL))


def _is_line() -> nw.Expr:
    """Return whether a total is of a code, of which that of its unit may be added up."""
    return (nw.col("product") != nw.col("unit")) & ~nw.col("has_finer")


def _on_their_basis(own: Frame, partners: Frame, keys: list[str]) -> Frame:
    """Return totals with the basis of the partners that they are compared with.

    All partners are the same trade on every basis. A total by consignment beside partners by origin
    alone is thus their total: as one without partners it would be added to them.
    """
    cell = [name for name in keys if name != "basis"]
    own = own.with_columns(nw.col("basis").alias("compared_on"))
    names = own.collect_schema().names()
    here = own.join(partners.select(*cell, "compared_on"), on=[*cell, "compared_on"], how="semi")
    # One total in the cell: two without partners may be parts of one, and which is not known.
    single = own.group_by(*cell).agg(nw.len().alias("n")).filter(nw.col("n") == 1)
    apart = own.join(here, on=cell, how="anti")
    moved = apart.join(partners.select(*cell).unique(), on=cell, how="semi")
    moved = moved.join(single, on=cell, how="semi")
    moved = moved.with_columns(nw.lit("").alias("compared_on")).select(*names)
    kept = own.join(moved, on=keys, how="anti")
    return nw.concat([kept.select(*names), moved])


def _by_basis(rows: Frame, keys: list[str]) -> Frame:
    """Add up partners by what makes them partners; a total that does not say so is of all."""
    sums = (
        nw.col("money").sum().alias("parts"),
        nw.col("mass").sum().alias("parts_mass"),
        nw.col("money").count().alias("count"),
        nw.col("valuation").max().alias("parts_valuation"),
    )
    names = [*keys, "parts", "parts_mass", "count", "parts_valuation"]
    reported = rows.filter(nw.col("basis") != "").group_by(*keys).agg(*sums)
    # Each row counts twice, in the sum of its basis and in that of all: Eurostat's WORLD is imports
    # by origin from outside and by consignment from inside, so it is compared with both together.
    every = rows.with_columns(nw.lit("").alias("basis")).group_by(*keys).agg(*sums)
    return nw.concat([reported.select(*names), every.select(*names)])


def all_goods_totals(cells: SourceRows, asked: Definition, goods: Goods) -> float | None:
    """Return which part of reporters' own totals over all goods the partners in the data make up.

    None where a reporter has no such total (a row over all goods and partners) at some time.
    """
    found = compared(cells, asked, goods)
    if found is None:
        return None
    side = other_side(_summed(cells, asked)[0])
    spans = [asked.period, *([asked.base] if asked.base else [])]
    wanted_ = {
        (who, day)
        for who in members_of(asked, side)
        for span in spans
        for day in cells.available.starts(span)
    }
    is_exact = nw.col("exact_count") > 0
    rows = found.filter(is_exact).select("reporter", "period", "total", "parts")
    every = fetch(rows)
    if not wanted_ or wanted_ - {(who, day) for who, day, *_ in every}:
        return None
    total = sum(one for _, _, one, _ in every)
    return sum(parts for *_, parts in every) / total if total else None


def _totals(sums: Frame, keys: list[str], *, is_extract: bool) -> Frame:
    """Add up totals of one unit: the total of it if there is one, else those of its finest codes.

    Two files of one delivery may have the same total, each with some partners of it. Of an extract
    the total of a heading is of more codes than partners have, and those of its codes are taken.
    """
    # With is_reexport: a reporter's re-exports are a total of their own, not another copy of one.
    same = [*keys, "product", "has_finer", "nomenclature", "valuation"]
    once = sums.group_by(*same, "is_reexport").agg(
        nw.col("money").max().alias("money"), nw.col("mass").max().alias("mass")
    )
    is_exact, is_line = _is_exact(is_extract=is_extract), _is_line()
    split = once.with_columns(
        *(
            nw.when(which).then(nw.col(amount)).alias(f"{name}_{amount}")
            for name, which in (("exact", is_exact), ("line", is_line))
            for amount in ("money", "mass")
        )
    )
    names = [f"{name}_{amount}" for name in ("exact", "line") for amount in ("money", "mass")]
    added = split.group_by(*keys).agg(
        *(nw.col(name).sum() for name in names),
        nw.col("exact_money").count().alias("exact_count"),
        nw.col("line_money").count().alias("line_count"),
        nw.col("nomenclature").max(),
        nw.col("valuation").max(),
    )
    has_exact = nw.col("exact_count") > 0
    return added.filter(has_exact | (nw.col("line_count") > 0)).select(
        *keys,
        "nomenclature",
        "valuation",
        "exact_count",
        *(
            nw.when(has_exact)
            .then(nw.col(f"exact_{amount}"))
            .otherwise(nw.col(f"line_{amount}"))
            .alias(name)
            for name, amount in (("total", "money"), ("total_mass", "mass"))
        ),
    )


def compared_unit(goods: Goods, asked: Definition) -> nw.Expr:
    """Return what of the goods a total is compared for: all of them, a heading, a code."""
    product = nw.col("product")
    if _is_apart(asked):
        return product
    if any(one.codes is None for one in goods):
        return nw.lit(TOTAL)
    unit = product
    if any(one.nomenclature[:-4] in TARIFFS for one in goods):
        unit = product.str.slice(0, 6)  # lines of a tariff are parts of a code
    prefixes = {prefix for one in goods for prefix in one.prefixes}
    # Short prefixes first, so that a longer one wraps them and wins where both fit.
    for length in sorted({len(prefix) for prefix in prefixes}):
        start = product.str.slice(0, length)
        mine = sorted(prefix for prefix in prefixes if len(prefix) == length)
        unit = nw.when(start.is_in(mine)).then(start).otherwise(unit)
    return unit


def _is_apart(asked: Definition) -> bool:
    """Whether a measure needs every product by itself."""
    how = question(asked.measure)
    return how.by_product or how.keeps_products or bool(how.columns)


def _summed(cells: SourceRows, asked: Definition) -> tuple[Side, ...]:
    """Return the side over which the reports that are used have totals of their own, if any."""
    if cells.reported_by is None or cells.available.is_reconciled:
        return ()
    # Who reports has a total over the other side's countries; over its own side nobody counts one.
    return tuple(side for side in total_sides(asked) if side != cells.reported_by)


def _money(cells: SourceRows) -> str:
    return "value_usd" if cells.available.currency == "USD" else "value_reported"


def of_flow(asked: Definition) -> Definition:
    """Return the question about a flow alone, whatever a measure makes of it.

    The same question where a measure needs goods apart, or its sides have an area in common.
    """
    buyers, sellers = (members_of(asked, side) for side in SIDES)
    is_plain = question(asked.measure).trade in ("flow", "market", "sales", "both")
    if not is_plain or _is_apart(asked) or not (buyers and sellers) or buyers & sellers:
        return asked
    return asked.but(measure="value", k=None)


def called_reimports(rows: Frame, asked: Definition, *, without: bool = False) -> Frame:
    """Give what a country reports of trade with itself a partner of that name, or leave it out."""
    sides = total_sides(asked)
    if not sides:
        return rows
    is_own = nw.col("exporter") == nw.col("importer")
    if without:
        return rows.filter(~is_own)
    if len(sides) > 1:
        return rows  # either side of a row can be the partner; no supplier is named there
    partner = nw.col(sides[0])
    return rows.with_columns(
        nw.when(is_own).then(nw.lit(REIMPORTS)).otherwise(partner).alias(sides[0])
    )


ERRORS = ("__low", "__high")
"""Ends of the interval of a row, as parts of its value."""
APART = "__apart"
"""How many times the larger of the two reports of a row is the smaller; null without two."""


def one_side(rows: nw.LazyFrame[Any], side: Side) -> nw.LazyFrame[Any]:
    """Return what one side told, as rows of single reports."""
    reported = nw.col(f"value_{side}_usd")
    return rows.filter(~reported.is_null()).with_columns(
        reported.alias("value_usd"), nw.lit(side).alias("reported_by")
    )


def both_sides(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return what either side told: up to two rows for one."""
    return nw.concat([one_side(rows, side) for side in SIDES])


def with_error_parts(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Put the interval beside each value, as parts of it, so that weights of codes do no harm.

    So does how far the two reports are apart.
    """
    value = nw.col("value_usd")
    one, other = (nw.col(f"value_{side}_usd") for side in SIDES)
    ratio = nw.when((one > 0) & (other > 0)).then(one / other)
    parts = (
        # As ratios: weights of a converted list multiply
        # value_usd alone, and ends in dollars would stay.
        nw.when(value > 0).then(nw.col(column) / value).otherwise(1.0).alias(name)
        for name, column in zip(ERRORS, ("low_usd", "high_usd"), strict=True)
    )
    return rows.with_columns(*parts, nw.max_horizontal(ratio, 1 / ratio).alias(APART))


_READ = (
    "period", "freq", "exporter", "importer", "product", "nomenclature", "reported_by",
    "partner_basis", "valuation", "is_estimated",
)  # fmt: skip


def both_markets(
    cells: SourceRows, asked: Definition, goods: Goods, *, summed: bool = False
) -> Frame:
    """Return all that the importer buys and all that the exporter sells.

    Each side is read from the copy of the lake that is sorted by it: in one of them alone, the
    other side's rows lie everywhere.
    """
    buys, sells = among("importer", asked), among("exporter", asked)
    if cells.kept is not None:
        return cells.rows("importer", goods, asked, buys | sells)
    bought = cells.rows("importer", goods, asked, buys, all_partners=True, summed=summed)
    # ~buys: the flow between the two is in what was bought already, and would count twice.
    sold = cells.rows("exporter", goods, asked, sells, ~buys, all_partners=True, summed=summed)
    return beside([bought, sold], cells.lake)


@contextmanager
def reading_once(
    cells: SourceRows, asked: Definition, goods: Goods, further: Sequence[Definition] = ()
) -> Iterator[SourceRows]:
    """Read the rows that a measure of these goods needs once, for as long as the block runs.

    Parameters
    ----------
    cells, asked, goods
        Where the rows are, and which.
    further
        The same asked of other areas, whose rows are read in the same go.
    """
    # Everybody's rows are many, and of each time in files of its own: those of the others may never
    # be asked for.
    wide = None if question(asked.measure).trade == "world" else cells.over_all(asked)
    these = together()
    if wide is not None and these is not None:
        every, combined = wide
        others = tuple(one.but(period=combined.period) for one in further)
        key = (*every._said(), combined, goods, others)
        if key not in these.rows:
            read = _read_once(every, combined, goods, others)
            these.rows[key] = these.tables.enter_context(read)
        yield replace(cells, kept=these.rows[key], is_long=True)
        return
    with _read_once(cells, asked, goods, further) as frame:
        yield replace(cells, kept=frame)


def _read_once(
    cells: SourceRows, asked: Definition, goods: Goods, further: Sequence[Definition]
) -> AbstractContextManager[Frame]:
    columns = [*_READ, cells.column(asked), *question(asked.measure).columns]
    columns += (*ERRORS, APART) if cells.is_blend else ()
    if question(asked.measure).trade == "both" and not further:
        rows = both_markets(cells, asked, goods)
    else:
        by, _ = reach(asked)
        there = reduce(or_, (reach(one)[1] for one in (asked, *further)))
        rows = cells.rows(by, goods, asked, there, all_partners=True)
    if question(asked.measure).trade == "chain" and "source" in rows.collect_schema().names():
        columns.append("source")  # who tells a flow of a hub is said with where
    # What is compared with all other goods stays on the engine that these are on.
    keep = stored if question(asked.measure).other_goods else near
    return keep(rows.select(list(dict.fromkeys(columns))), cells.lake)
