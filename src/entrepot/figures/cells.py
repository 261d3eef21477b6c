"""The rows of a source, asked by definition and selection of goods."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from entrepot.figures.figure import Evidence
from entrepot.goods import Selection, goods_selection, select
from entrepot.goods.rows import weighted
from entrepot.lake import fetch, stored
from entrepot.model.areas import WORLD
from entrepot.model.product import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.definition import Definition
    from entrepot.figures.held import Held
    from entrepot.lake import Lake
    from entrepot.model.period import Period

__all__ = [
    "SIDES",
    "Cells",
    "Frame",
    "Goods",
    "Side",
    "among",
    "everything",
    "is_everything",
    "leaves",
    "members_of",
    "names_on",
    "totals",
]

Frame = nw.LazyFrame[Any]
Goods = tuple[Selection, ...]
"""The goods asked for, one selection for each nomenclature in the data."""
Side = Literal["importer", "exporter"]
SIDES: tuple[Side, Side] = ("importer", "exporter")


_READ = (
    "period", "freq", "exporter", "importer", "product", "nomenclature", "told_by",
    "partner_basis", "valuation",
)  # fmt: skip


def totals(asked: Definition) -> list[tuple[Definition, Side]]:
    """Return the flows that a measure adds up over everybody on one side, with that side."""
    everybody: list[tuple[Definition, Side]] = [
        (asked.but(importer=WORLD), "importer"),
        (asked.but(exporter=WORLD), "exporter"),
    ]
    match asked.measure:
        case "export_share":
            return everybody[:1]
        case "import_share" | "hhi" | "cr":
            return everybody[1:]
        case "asymmetry":
            return everybody
    one_way = asked.but(flow="one_way")
    return [(one_way, side) for side in SIDES if not members_of(asked, side)]


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows of the deliveries in `held`, as one side told them.

    Attributes
    ----------
    lake, held
        Where the rows are.
    voice
        Whose reports count, ``importer`` or ``exporter``; None where rows are no single reports.
    twofold
        Importers that tell the same trade by origin and by consignment.
    kept
        Rows read once, of the goods and areas that a question is about; None reads the lake.
    """

    lake: Lake
    held: Held
    voice: Side | None = None
    twofold: frozenset[str] = frozenset()
    kept: Frame | None = None

    @contextmanager
    def reading_once(self, asked: Definition, goods: Goods) -> Iterator[Cells]:
        """Read the rows that a measure of these goods needs once, for as long as the block runs."""
        by, there = _reach(asked)
        columns = [*_READ, self.column(asked)]
        rows = self.rows(by, goods, asked).filter(there).select(list(dict.fromkeys(columns)))
        with stored(rows, self.lake) as frame:
            yield replace(self, kept=frame)

    def editions(self, asked: Definition) -> tuple[str, ...]:
        """Return the nomenclatures of the rows that a question touches."""
        if len(self.held.nomenclatures) < 2:
            return self.held.nomenclatures
        found: set[str] = set()
        for whole in [asked.but(flow="one_way"), *(whole for whole, _ in totals(asked))]:
            rows = self.flow(whole, (everything(),), inside=True)
            found |= {name for (name,) in fetch(rows.select("nomenclature").unique())}
        return tuple(sorted(found)) or self.held.nomenclatures

    def not_delivered(self, asked: Definition, goods: Goods) -> frozenset[str]:
        """Return codes asked for that no row has, of anybody: the delivery may not cover them."""
        if not self.held.few_products:
            return frozenset()
        wanted = frozenset().union(*(one.codes or () for one in goods))
        rows = self.rows("importer", goods, asked.but(valuation=None))
        code = nw.col("product").str.slice(0, 6)
        return wanted - {name for (name,) in fetch(rows.select(code).unique())}

    def strangers(self, asked: Definition, *, alone: bool = False) -> frozenset[str]:
        """Return members of groups that trade nowhere in the periods; `alone`: any such area."""
        found: frozenset[str] = frozenset()
        for side in SIDES:
            members = members_of(asked, side)
            if len(members) > 1 or (alone and members):
                found |= members - names_on(self.rows(side, (everything(),), asked), side, members)
        return found

    def evidence(self, asked: Definition, goods: Goods) -> Evidence:
        """Return how many rows stand behind the flow, and who told them."""
        counted = self.flow(asked, goods).group_by("told_by").agg(nw.len().alias("rows"))
        told = {str(side or "not said"): int(rows) for side, rows in fetch(counted)}
        return Evidence(
            source=self.held.source,
            snapshot=self.held.snapshot,
            rows=sum(told.values()),
            told_by=dict(sorted(told.items())),
        )

    def column(self, asked: Definition) -> str:
        """Return the column to add up."""
        if asked.quantity == "mass":
            return "mass_kg"
        if asked.told_by and not self.held.has_reports:  # reconciled rows keep both reports
            return f"value_{asked.told_by}_usd"
        return "value_usd" if self.held.currency == "USD" else "value_reported"

    def rows(self, by: Side, goods: Goods, asked: Definition) -> Frame:
        """Return the goods in the period and base, without trade of an area with itself."""
        if self.kept is not None:  # everything below but the goods was chosen when they were read
            return weighted(select(self.kept, goods), goods, self.column(asked))
        within = _within(asked.period) | _within(asked.base or asked.period)
        held = self.lake.flows(self.held.source, by=by)
        rows: Frame = weighted(select(held, goods), goods, self.column(asked))
        abroad = nw.col("exporter") != nw.col("importer")
        rows = rows.filter(within, nw.col("freq") == self.held.freq, abroad)
        if self.voice:
            rows = rows.filter(_in_books(self.voice, asked))
        if asked.told_by and not self.voice:
            rows = rows.filter(~nw.col(self.column(asked)).is_null())
        rows = self._one_basis(rows, asked)
        if asked.valuation:
            rows = rows.filter(nw.col("valuation") == asked.valuation.upper())
        return _no_parts(rows) if self.held.has_totals and asked.goods == "all" else rows

    def _one_basis(self, rows: Frame, asked: Definition) -> Frame:
        """Keep one telling of what an importer tells by origin and by consignment."""
        origin = (nw.col("partner_basis") == "origin") & (nw.col("told_by") == "importer")
        if asked.basis == "origin":
            return rows.filter(origin)
        if not self.twofold:
            return rows
        told_twice = nw.col("importer").is_in(sorted(self.twofold))
        return rows.filter(~nw.when(origin).then(told_twice).otherwise(nw.lit(False)))

    def by_origin(self, asked: Definition) -> bool:
        """Whether the flow is told, at least in part, by where goods were made."""
        if "origin" not in self.held.bases:
            return False
        rows = self.flow(asked, (everything(),)).filter(nw.col("told_by") == "importer")
        return ("origin",) in fetch(rows.select("partner_basis").unique())

    def told_twice(self, asked: Definition) -> frozenset[str]:
        """Return the importers that tell a cell of this trade by origin and by consignment."""
        if not self.held.bases >= {"origin", "consignment"}:
            return frozenset()
        cell = ["period", "exporter", "importer", "product"]
        rows = self.rows("importer", (everything(),), asked.but(goods="", basis="dispatch"))
        told = rows.filter(nw.col("told_by") == "importer").group_by(cell)
        twice = told.agg(nw.col("partner_basis").n_unique().alias("n")).filter(nw.col("n") > 1)
        return frozenset(name for (name,) in fetch(twice.select("importer").unique()))

    def flow(self, asked: Definition, goods: Goods, *, inside: bool = False) -> Frame:
        """Return the cells of the flow; ``both`` adds the way back.

        Several areas count as one, so their trade with the world is what leaves or enters them;
        `inside` keeps what they trade among each other, for a partner who is one of them.
        """
        rows = self.rows("exporter" if asked.importer == WORLD else "importer", goods, asked)
        there = among("importer", asked) & among("exporter", asked)
        if asked.flow == "both":
            back = asked.but(importer=asked.exporter, exporter=asked.importer)
            there = there | (among("importer", back) & among("exporter", back))
        groups = [members_of(asked, side) for side in SIDES]
        if not inside and not all(groups):
            for group in groups:
                there = there & leaves(group) if len(group) > 1 else there
        return rows.filter(there)


def members_of(asked: Definition, side: Side) -> frozenset[str]:
    """Return the areas on a side; none for the world, which is everybody."""
    text = asked.importer if side == "importer" else asked.exporter
    return frozenset() if text == WORLD else asked.members(side)


def _reach(asked: Definition) -> tuple[Side, nw.Expr]:
    """Return the rows that a measure may touch, and the copy of the lake that finds them fast."""
    buyers, sellers = (among(side, asked) for side in SIDES)
    there: nw.Expr
    by: Side
    match asked.measure:
        case "export_share":
            there, by = sellers, "exporter"
        case "asymmetry":
            there, by = buyers | sellers, "importer"
        case "value" | "growth":
            there, by = buyers & sellers, "exporter" if asked.importer == WORLD else "importer"
        case _:
            there, by = buyers, "importer"
    if asked.flow == "both":
        back = asked.but(importer=asked.exporter, exporter=asked.importer, flow="one_way")
        return by, there | _reach(back)[1]
    return by, there


def _in_books(voice: Side, asked: Definition) -> nw.Expr:
    """Whether one side reported a row; of two-way trade, one country both directions."""
    told = nw.col("told_by")
    members = sorted(members_of(asked, voice))
    if asked.flow == "one_way" or not members:
        return told == voice
    bought = (told == "importer") & nw.col("importer").is_in(members)
    return bought | (told == "exporter") & nw.col("exporter").is_in(members)


def among(side: Side, asked: Definition) -> nw.Expr:
    """Whether a row has one of the areas asked for on a side."""
    members = members_of(asked, side)
    return nw.col(side).is_in(sorted(members)) if members else ~nw.col(side).is_null()


def leaves(group: frozenset[str]) -> nw.Expr:
    """Whether a row crosses the border of a group, or lies outside it."""
    return ~(nw.col("importer").is_in(sorted(group)) & nw.col("exporter").is_in(sorted(group)))


def _within(span: Period) -> nw.Expr:
    return (nw.col("period") >= span.start) & (nw.col("period") <= span.end)


def names_on(rows: Frame, side: Side, among: frozenset[str]) -> frozenset[str]:
    """Return the areas on a side; `among` looks only for these, unless it is empty."""
    if among:
        rows = rows.filter(nw.col(side).is_in(sorted(among)))
    return frozenset(name for (name,) in fetch(rows.select(side).unique()))


def _no_parts(rows: Frame) -> Frame:
    """Leave out rows by product where the same flow has a total over all goods.

    By flow, not by report: a partner whose total is all that there is must not hide the others.
    """
    keys = ["period", "exporter", "importer", "told_by"]
    is_total = nw.col("product") == TOTAL
    totals_of = rows.filter(is_total).select(keys).unique()
    parts = rows.filter(~is_total).join(totals_of, on=keys, how="anti")
    return nw.concat([rows.filter(is_total), parts])


def is_everything(goods: Goods) -> bool:
    """Whether all goods are asked for."""
    return any(one.codes is None for one in goods)


@cache
def everything() -> Selection:
    """Return the selection of all goods, whatever the nomenclature."""
    return goods_selection("all")
