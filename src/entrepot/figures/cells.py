"""The rows of a source, asked by definition and selection of goods."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from entrepot import measures
from entrepot.figures.estimate import Missing
from entrepot.figures.figure import Evidence
from entrepot.goods import Selection, goods_selection, select
from entrepot.lake import fetch, whole_trade
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition
    from entrepot.figures.held import Held
    from entrepot.lake import Lake
    from entrepot.model.period import Period

__all__ = ["Cells", "Measured", "totals"]

Frame = nw.LazyFrame[Any]
Goods = tuple[Selection, ...]
"""The goods asked for, one selection for each nomenclature in the data."""
Side = Literal["importer", "exporter"]
SIDES: tuple[Side, Side] = ("importer", "exporter")


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
    return [(one_way, side) for side in SIDES if not _members(asked, side)]


@dataclass(frozen=True, slots=True)
class Measured:
    """The value of a measure's main column, and its other columns."""

    value: float
    details: dict[str, float]


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows of the deliveries in `held`, as one side told them.

    Attributes
    ----------
    lake, held
        Where the rows are.
    voice
        Whose reports count, ``importer`` or ``exporter``; None where rows are no single reports.
    """

    lake: Lake
    held: Held
    voice: Side | None = None

    def measure(self, asked: Definition, goods: Goods) -> Measured | Missing:
        """Evaluate the measure; Missing says why there is no value."""
        refusal = self._silent(asked) or self._few(asked, goods)
        if refusal is None and self.held.is_partial:
            refusal = self._thin(asked)
        if refusal:
            return refusal
        found = self._evaluate(asked, goods)
        value = found.value if found else None
        if found and value and not self.held.is_partial:
            return found
        strangers = self.strangers(asked, alone=not value)
        known = [members - strangers for side in SIDES if (members := _members(asked, side))]
        # Zero is an answer only about somebody whom the source knows, and a part of a group is
        # not the group.
        if not all(known) or (strangers and self.held.is_partial):
            names = ", ".join(sorted(strangers))
            return Missing(
                f"the lake's {self.held.source} holds nothing of {names} in {asked.period}"
            )
        return self._nothing(asked, goods) if found is None else found

    def editions(self, asked: Definition) -> tuple[str, ...]:
        """Return the nomenclatures of the rows that a question touches."""
        if len(self.held.nomenclatures) < 2:
            return self.held.nomenclatures
        found: set[str] = set()
        for whole in [asked.but(flow="one_way"), *(whole for whole, _ in totals(asked))]:
            rows = self._flow(whole, self._everything(), inside=True)
            found |= {name for (name,) in fetch(rows.select("nomenclature").unique())}
        return tuple(sorted(found)) or self.held.nomenclatures

    def not_delivered(self, asked: Definition, goods: Goods) -> frozenset[str]:
        """Return codes asked for that no row has, of anybody: the delivery may not cover them."""
        if not self.held.few_products:
            return frozenset()
        wanted = frozenset().union(*(one.codes or () for one in goods))
        rows = self._rows("importer", goods, asked.but(valuation=None))
        code = nw.col("product").str.slice(0, 6)
        return wanted - {name for (name,) in fetch(rows.select(code).unique())}

    def strangers(self, asked: Definition, *, alone: bool = False) -> frozenset[str]:
        """Return members of groups that trade nowhere in the periods; `alone`: any such area."""
        found: frozenset[str] = frozenset()
        for side in SIDES:
            members = _members(asked, side)
            if len(members) > 1 or (alone and members):
                found |= members - _names(
                    self._rows(side, self._everything(), asked), side, members
                )
        return found

    def evidence(self, asked: Definition, goods: Goods) -> Evidence:
        """Return how many rows stand behind the flow, and who told them."""
        counted = self._flow(asked, goods).group_by("told_by").agg(nw.len().alias("rows"))
        told = {str(side or "not said"): int(rows) for side, rows in fetch(counted)}
        return Evidence(
            source=self.held.source,
            snapshot=self.held.snapshot,
            rows=sum(told.values()),
            told_by=dict(sorted(told.items())),
        )

    def _evaluate(self, asked: Definition, goods: Goods) -> Measured | None:
        main = self._column(asked)
        table = self._table(asked, goods, main)
        names = table.collect_schema().names()
        if asked.measure != "value":
            main = measures.passport(asked.measure).columns[0][0]
        for row in fetch(table):
            found = {
                name: float(cell) for name, cell in zip(names, row, strict=True) if cell is not None
            }
            if main in found:
                return Measured(found.pop(main), found)
        return None

    def _table(self, asked: Definition, goods: Goods, column: str) -> Frame:
        """Return the measure's one row."""
        if asked.measure == "value":
            return measures.value(self._flow(asked, goods), by=[], value=column)
        buyers, sellers = asked.members("importer"), asked.members("exporter")
        if asked.measure == "growth":
            return measures.growth(
                self._flow(asked, goods),
                by=[],
                period=asked.period,
                base=asked.base or asked.period.before(),
                value=column,
            )
        if asked.measure == "asymmetry":
            rows = self._rows("importer", goods, asked).filter(
                _among("importer", asked) | _among("exporter", asked)
            )
            if not buyers & sellers:
                rows = rows.filter(_leaves(buyers), _leaves(sellers))
            return measures.asymmetry(rows, importer=buyers, exporter=sellers, by=[], value=column)
        [(whole, _)] = totals(asked)
        rows = self._flow(whole, goods, inside=bool(buyers & sellers))
        match asked.measure:
            case "import_share":
                return measures.import_share(rows, exporter=sellers, by=[], value=column)
            case "export_share":
                return measures.export_share(rows, importer=buyers, by=[], value=column)
            case "hhi":
                return measures.hhi(rows, by=[], value=column)
        return measures.concentration_ratio(rows, by=[], k=asked.k or 1, value=column)

    def _column(self, asked: Definition) -> str:
        if asked.quantity == "mass":
            return "mass_kg"
        return "value_usd" if self.held.currency == "USD" else "value_reported"

    def _rows(self, by: Side, goods: Goods, asked: Definition) -> Frame:
        """Return the goods in the period and base, without trade of an area with itself."""
        within = _within(asked.period) | _within(asked.base or asked.period)
        rows: Frame = select(self.lake.flows(self.held.source, by=by), goods)
        abroad = nw.col("exporter") != nw.col("importer")
        rows = rows.filter(within, nw.col("freq") == self.held.freq, abroad)
        if self.voice:
            rows = rows.filter(_in_books(self.voice, asked))
        if asked.valuation:
            rows = rows.filter(nw.col("valuation") == asked.valuation.upper())
        return rows

    def _flow(self, asked: Definition, goods: Goods, *, inside: bool = False) -> Frame:
        """Return the cells of the flow; ``both`` adds the way back.

        Several areas count as one, so their trade with the world is what leaves or enters them;
        `inside` keeps what they trade among each other, for a partner who is one of them.
        """
        rows = self._rows("exporter" if asked.importer == WORLD else "importer", goods, asked)
        there = _among("importer", asked) & _among("exporter", asked)
        if asked.flow == "both":
            back = asked.but(importer=asked.exporter, exporter=asked.importer)
            there = there | (_among("importer", back) & _among("exporter", back))
        groups = [_members(asked, side) for side in SIDES]
        if not inside and not all(groups):
            for group in groups:
                there = there & _leaves(group) if len(group) > 1 else there
        return rows.filter(there)

    def _everything(self) -> Goods:
        return (everything(),)

    def _silent(self, asked: Definition) -> Missing | None:
        """Refuse a voice that does not speak, or a group of which only some speak."""
        if self.voice is None:
            return None
        members = _members(asked, self.voice)
        tellers = _names(self._rows(self.voice, self._everything(), asked), self.voice, members)
        if absent := members - tellers:
            names = ", ".join(sorted(absent))
            return Missing(f"{names} did not report to {self.held.source} in {asked.period}")
        return None

    def _few(self, asked: Definition, goods: Goods) -> Missing | None:
        """Refuse all goods where the lake has some of them only."""
        if not self.held.few_products or any(one.codes is not None for one in goods):
            return None
        rows = self._rows("importer", goods, asked)
        [(count, digits, total)] = fetch(
            rows.select(
                nw.col("product").n_unique(),
                nw.col("product").str.len_chars().max().alias("digits"),
                (nw.col("product") == "TOTAL").any().alias("total"),
            )
        )
        if total or not count or count >= whole_trade(digits):
            return None
        return Missing(
            f"the lake's {self.held.source} has {count} product codes of {digits} digits in "
            f"{asked.period}, which are not all goods; name goods that it holds"
        )

    def _thin(self, asked: Definition) -> Missing | None:
        """Refuse a total of an extract to which one partner alone contributes."""
        for whole, side in totals(asked):
            names = _names(self._flow(whole, self._everything()), side, frozenset())
            if len(names) == 1:
                return Missing(
                    f"in the lake's {self.held.source}, {next(iter(names))} is the only {side}, "
                    f"so there is no total; add the whole {self.held.source}, not an extract"
                )
        return None

    def _nothing(self, asked: Definition, goods: Goods) -> Missing:
        wanted = min((len(c) for one in goods for c in one.codes or ()), default=0)
        if wanted and self.held.few_products:
            lengths = nw.col("product").str.len_chars().max()
            [(digits,)] = fetch(self._rows("importer", self._everything(), asked).select(lengths))
            if digits and digits < wanted:
                return Missing(
                    f"the lake's {self.held.source} has codes of {digits} digits, too coarse for "
                    f"{asked.goods}"
                )
        flow = (
            f"{self.held.source} records no {asked.goods} from {asked.exporter} to {asked.importer}"
        )
        if asked.measure == "growth":
            return Missing(f"{flow} in {asked.base} or in {asked.period}, so there is no growth")
        return Missing(f"{flow} in {asked.period}, which is not the same as zero")


def _members(asked: Definition, side: Side) -> frozenset[str]:
    """Return the areas on a side; none for the world, which is everybody."""
    text = asked.importer if side == "importer" else asked.exporter
    return frozenset() if text == WORLD else asked.members(side)


def _in_books(voice: Side, asked: Definition) -> nw.Expr:
    """Whether one side reported a row; of two-way trade, one country both directions."""
    told = nw.col("told_by")
    members = sorted(_members(asked, voice))
    if asked.flow == "one_way" or not members:
        return told == voice
    bought = (told == "importer") & nw.col("importer").is_in(members)
    return bought | (told == "exporter") & nw.col("exporter").is_in(members)


def _among(side: Side, asked: Definition) -> nw.Expr:
    members = _members(asked, side)
    return nw.col(side).is_in(sorted(members)) if members else ~nw.col(side).is_null()


def _leaves(group: frozenset[str]) -> nw.Expr:
    """Whether a row crosses the border of a group, or lies outside it."""
    return ~(nw.col("importer").is_in(sorted(group)) & nw.col("exporter").is_in(sorted(group)))


def _within(span: Period) -> nw.Expr:
    return (nw.col("period") >= span.start) & (nw.col("period") <= span.end)


def _names(rows: Frame, side: Side, among: frozenset[str]) -> frozenset[str]:
    """Return the areas on a side; `among` looks only for these, unless it is empty."""
    if among:
        rows = rows.filter(nw.col(side).is_in(sorted(among)))
    return frozenset(name for (name,) in fetch(rows.select(side).unique()))


@cache
def everything() -> Selection:
    """Return the selection of all goods, whatever the nomenclature."""
    return goods_selection("all")
