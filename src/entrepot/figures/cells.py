"""The rows of a source, asked by definition and selection of goods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import narwhals as nw

from entrepot.figures.both_reports import both_sides, errors_beside, one_side
from entrepot.figures.sides import SIDES, among, in_books, leaves, members_of, other_side
from entrepot.figures.whole import rest, total_sides, totals_of_pairs
from entrepot.goods import Selection, goods_selection
from entrepot.goods.selection import wanted, weighted
from entrepot.lake import fetch
from entrepot.model.areas import WORLD
from entrepot.model.columns import flow_schema
from entrepot.model.product import TOTAL

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import date

    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Definition
    from entrepot.figures.sides import Side
    from entrepot.lake import Lake
    from entrepot.model.period import Period

__all__ = [
    "Cells",
    "Frame",
    "Goods",
    "everything",
    "is_everything",
]

T = TypeVar("T")
_FLOWS = tuple(flow_schema())
Frame = nw.LazyFrame[Any]
Goods = tuple[Selection, ...]
"""The goods asked for, one selection for each nomenclature in the data."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows of the deliveries in `held`, as one side told them or reconciled from both.

    Attributes
    ----------
    lake, held
        Where the rows are.
    voice
        Whose reports count, ``importer`` or ``exporter``; None where rows are no single reports.
        Reconciled rows keep both reports, so that each side can be heard there, too.
    twofold
        Importers that tell the same trade by origin and by consignment.
    quiet, for_silent
        Of a blend, who of those asked about tells nothing, buyers and sellers apart, and the sides
        across from where nobody does; see `hearing`.
    kept
        Rows read once, of the goods and areas that a question is about; None reads the lake.
    without_own
        Whether what a country reports of trade with itself is left out of totals.
    """

    lake: Lake
    held: Availability
    voice: Side | None = None
    twofold: frozenset[str] = frozenset()
    quiet: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    for_silent: tuple[Side, ...] = ()
    kept: Frame | None = None
    without_own: bool = False

    @property
    def is_blend(self) -> bool:
        """Whether a value may be made of both sides' reports."""
        return self.held.is_reconciled and self.voice is None

    def once(self, what: str, asked: Definition, find: Callable[[], T]) -> T:
        """Find something out about the trade asked for, whatever the goods, once in a lake."""
        if self.kept is not None:
            return find()
        return self.lake.remembered.get((what, *self._said(), *_trade(asked)), find)

    def _said(self) -> tuple[Hashable, ...]:
        """Return what says which rows these are."""
        held = (self.held.source, self.held.snapshot, self.held.freq)
        return (*held, self.voice, self.twofold, self.quiet, self.for_silent)

    def hearing(self, asked: Definition) -> Cells:
        """Find out who tells nothing, where rows are made of both sides' reports."""
        if not self.is_blend:
            return self
        buyers, sellers = (self._silent_on(side, asked) for side in SIDES)
        mute = (
            other_side(side)
            for side, names in zip(SIDES, (buyers, sellers), strict=True)
            if names and names == members_of(asked, side)
        )
        return replace(self, quiet=(buyers, sellers), for_silent=tuple(mute))

    def told(self, side: Side) -> Cells:
        """Return the reports of one side."""
        return replace(self, voice=side, kept=None)

    @property
    def is_of_reports(self) -> bool:
        """Whether rows are reports, or made of some: of who reports, and of nobody else."""
        return self.voice is not None or self.is_blend

    @property
    def mirrors(self) -> tuple[Side, ...]:
        """Sides whose reports stand for a country across: the voice, in a blend `for_silent`."""
        return (self.voice,) if self.voice else self.for_silent

    def _silent_on(self, side: Side, asked: Definition) -> frozenset[str]:
        """Return the areas named on a side that tell nothing of it, at least at some time."""
        members = members_of(asked, side)
        if not members:
            return frozenset()
        plain = asked.but(goods="", flow="one_way")
        heard = self.told(side)

        def told() -> set[tuple[str, date]]:
            rows = heard.rows(side, (everything(),), plain, among(side, asked))
            groups = fetch(rows.group_by(side, "period").agg(nw.len()))
            return {(who, day) for who, day, _ in groups}

        found = heard.once(f"told by {side}", plain, told)
        spans = [self.held.starts(span) for span in (asked.period, asked.base or asked.period)]
        if not self.held.few_products:
            spans = [[day] for days in spans for day in days]
        return frozenset(
            who for who in members for days in spans if all((who, day) not in found for day in days)
        )

    def reports(self, by: Side) -> Frame:
        """Return rows of one report each, whatever the source keeps, of all goods and times."""
        rows = self.lake.flows(self.held.source, by=by)
        return both_sides(rows) if self.held.is_reconciled else rows

    def column(self, asked: Definition) -> str:
        """Return the column to add up."""
        if asked.quantity == "mass":
            return "mass_kg"
        return "value_usd" if self.held.currency == "USD" else "value_reported"

    def rows(
        self,
        by: Side,
        goods: Goods,
        asked: Definition,
        *tests: nw.Expr,
        own: bool = False,
        whole: bool = False,
    ) -> Frame:
        """Return the goods in the period and base that pass further tests of who trades.

        `own`: with trade of an area with itself, too. `whole`: where a measure adds up all partners
        of a reporter, with all that the reporter's own total has; see `figures.whole`.
        """
        wanted_ = wanted(goods)
        every = [*([] if wanted_ is None else [wanted_]), *tests]
        held = self.kept
        if held is not None:  # everything but the goods was chosen when they were read
            return weighted(held.filter(*every) if every else held, goods, self.column(asked))
        held = self._told(by, asked)
        own = own or (whole and bool(total_sides(asked)))
        every += self.when_and_whose(asked, own=own)
        # One filter: each step of a plan costs a millisecond.
        rows = held.filter(*every)
        if asked.goods == "all":
            rows = self.all_goods(rows, asked, *every)
        more = rest(self, asked, goods) if whole else None
        if more is not None:
            rows = nw.concat([rows.select(*_FLOWS), more.filter(*tests) if tests else more])
        return weighted(rows, goods, self.column(asked))

    def when_and_whose(self, asked: Definition, *, own: bool) -> list[nw.Expr]:
        """Return what chooses the time and the reports, whatever the goods."""
        within = _within(asked.period)
        if asked.base and asked.base != asked.period:
            within = within | _within(asked.base)
        tests = [within, nw.col("freq") == self.held.freq, *self._one_basis(asked)]
        if not own:
            tests.append(nw.col("exporter") != nw.col("importer"))
        if self.voice:
            tests.append(in_books(self.voice, asked))
        if asked.valuation:
            tests.append(nw.col("valuation") == asked.valuation.upper())
        return tests

    def _told(self, by: Side, asked: Definition) -> Frame:
        """Return the source's rows, of a blend the reports of the side that is heard."""
        rows = self.lake.flows(self.held.source, by=by)
        if not self.held.is_reconciled:
            return rows
        if self.voice is None:
            return errors_beside(rows)
        return both_sides(rows) if asked.flow == "both" else one_side(rows, self.voice)

    def _one_basis(self, asked: Definition) -> list[nw.Expr]:
        """Return what keeps one telling of what an importer tells by origin and by consignment."""
        origin = (nw.col("partner_basis") == "origin") & (nw.col("reported_by") == "importer")
        if asked.basis == "origin":
            return [origin]
        if not self.twofold:
            return []
        told_twice = nw.col("importer").is_in(sorted(self.twofold))
        return [~nw.when(origin).then(told_twice).otherwise(nw.lit(False))]

    def flow(
        self, asked: Definition, goods: Goods, *, inside: bool = False, whole: bool = False
    ) -> Frame:
        """Return the cells of the flow; ``both`` adds the way back.

        Several areas count as one, so their trade with the world is what leaves or enters them;
        `inside` keeps what they trade among each other, for a partner who is one of them. `whole`
        is as in `rows`.
        """
        there = among("importer", asked) & among("exporter", asked)
        if asked.flow == "both":
            back = asked.but(importer=asked.exporter, exporter=asked.importer)
            there = there | (among("importer", back) & among("exporter", back))
        groups = [members_of(asked, side) for side in SIDES]
        if not inside and not all(groups):
            for group in groups:
                there = there & leaves(group) if len(group) > 1 else there
        by: Side = "exporter" if asked.importer == WORLD else "importer"
        return self.rows(by, goods, asked, there, whole=whole)

    def all_goods(self, rows: Frame, asked: Definition, *tests: nw.Expr) -> Frame:
        """Leave out rows by product where the same flow has a total over all goods.

        By flow, not by report: a partner whose total is all that there is must not hide the others.
        """
        more = totals_of_pairs(self, asked, *tests)
        if more is None and not self.held.has_totals:
            return rows
        keys = ["period", "exporter", "importer", "reported_by"]
        is_total = nw.col("product") == TOTAL
        every = rows.filter(is_total)
        if more is not None:
            rows = rows.select(*_FLOWS)
            every = nw.concat([every.select(*_FLOWS), more])
        parts = rows.filter(~is_total).join(every.select(keys), on=keys, how="anti")
        return nw.concat([every, parts])


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
    )


def _within(span: Period) -> nw.Expr:
    return (nw.col("period") >= span.start) & (nw.col("period") <= span.end)


def is_everything(goods: Goods) -> bool:
    """Whether all goods are asked for."""
    return any(one.codes is None for one in goods)


@cache
def everything() -> Selection:
    """Return the selection of all goods, whatever the nomenclature."""
    return goods_selection("all")
