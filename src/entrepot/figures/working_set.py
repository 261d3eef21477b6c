"""The rows that many questions about a few areas need, read once and kept in memory.

A brief asks some hundred questions about two countries. Their trade is read a few times: of all
goods added up by pair and year, of the goods asked about row by row. Questions are then answered
from these tables by the same expressions as from the lake, whatever engine reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import EntrepotError
from entrepot.figures.definition import CHINA, SIDES
from entrepot.goods import merged
from entrepot.goods.selection import wanted
from entrepot.lake import relation, stored
from entrepot.model.areas import WORLD, area_set
from entrepot.model.columns import schema
from entrepot.model.product import TARIFFS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.sides import Who
    from entrepot.goods import Selection
    from entrepot.lake import Lake
    from entrepot.model.period import Period

ROWS = "__rows"
"""Column that says of how many rows a row is the sum; a row of a source has none."""
_FREQ = "A"
_KEYS = (
    "period", "exporter", "importer", "nomenclature", "valuation", "reported_by", "partner_basis",
    "is_estimated",
)  # fmt: skip
_UNREAD = ("quantity", "quantity_unit", "currency", "is_reexport", "source")
"""Columns that no question about trade reads; they are null in what is kept."""
_LINES = 200_000
"""Lines of a register, by each basis, that are brought from another engine: some 100 MB."""
_OF_BOTH = ("value_exporter_usd", "value_importer_usd", "low_usd", "high_usd", "weight_exporter")
"""Columns that only reconciled rows have."""
_TYPES: dict[str, Any] = {
    "VARCHAR": nw.String, "DOUBLE": nw.Float64, "BOOLEAN": nw.Boolean, "DATE": nw.Date,
}  # fmt: skip
Frame = nw.LazyFrame[Any]
_Where = tuple["Side", frozenset[str]]
Choices = Callable[["Definition", tuple[str, ...], "Lake"], Iterable["Selection"]]
"""From a question, editions and a lake to goods."""


@dataclass(slots=True)
class _Goods:
    """Rows of goods, as they were asked for: one part after the other.

    Attributes
    ----------
    known
        Codes and the beginnings of codes of which all rows are there.
    tests
        What the parts so far have, so that no row is in two.
    rows
        All parts in one: to bind them takes longer than to read them.
    """

    known: set[tuple[str, str]] = field(default_factory=set)
    tests: list[nw.Expr] = field(default_factory=list)
    rows: Frame | None = None

    def not_known(self, goods: Iterable[Selection]) -> list[Selection]:
        """Return what of some selections is not known yet, each code once."""
        every = (_without(one, self.known) for one in merged(goods))
        return [one for one in every if one.codes or one.prefixes]


@dataclass(slots=True)
class Kept:
    """Tables of the trade of some areas, each read when it is first needed.

    Attributes
    ----------
    groups
        Whose trade, with whomever: what each of them buys and what it sells. They have no area in
        common.
    choices
        What the choices of a curve select of the goods of a question.
    """

    lake: Lake
    groups: tuple[frozenset[str], ...]
    choices: Choices
    _tables: ExitStack
    _sums: dict[tuple[Any, ...], Frame] = field(default_factory=dict)
    _goods: dict[tuple[Any, ...], _Goods] = field(default_factory=dict)

    def rows(
        self,
        there: Availability,
        deliveries: tuple[str, ...],
        goods: Sequence[Selection],
        tests: Iterable[Who],
        asked: Definition,
        *,
        summed: bool,
    ) -> Frame | None:
        """Return rows among which are all that pass some tests of who trades; None where none are.

        Parameters
        ----------
        there, deliveries
            Which rows of the lake are meant.
        goods
            Rows of other goods are not needed now; of a list, those that another choice selects
            are read in the same go.
        asked
            The question that they are for.
        summed
            Whether sums over all goods will do, where all are asked for.
        """
        if there.is_register:
            return self._lines_of(there, deliveries)
        places = self._places(tests)
        everything = any(one.codes is None for one in goods)
        if not places or there.freq != _FREQ:
            return None
        if everything and (not summed or there.is_reconciled or there.has_all_goods):
            return None
        if not everything and not any(one.codes or one.prefixes for one in goods):
            return None
        found: list[Frame] = []
        bought = frozenset[str]().union(*(who for side, who in places if side == "importer"))
        for place in places:
            if everything:
                rows = self._summed(place, there, deliveries)
            else:
                rows = self._of_goods(place, there, deliveries, goods, asked)
            # What they sell to those whose purchases are here as well is among these.
            is_twice = bought and place[0] == "exporter"
            found.append(
                rows.filter(~nw.col("importer").is_in(sorted(bought))) if is_twice else rows
            )
        return nw.concat(found)

    def has_sums(self, side: Side, there: Availability, deliveries: tuple[str, ...]) -> bool:
        """Whether all that these areas buy, or sell, is added up already."""
        rows = (there.source, there.currency, deliveries)
        return all(((side, group), *rows) in self._sums for group in self.groups)

    def covers(self, areas: frozenset[str]) -> bool:
        """Whether all trade of some areas is here."""
        return bool(areas) and areas <= frozenset[str]().union(*self.groups)

    def _places(self, tests: Iterable[Who]) -> list[_Where]:
        """Return the fewest sides and groups whose tables have all rows that pass the tests."""
        fit = [
            [
                (side, group)
                for group in self.groups
                for side in SIDES
                if any(side == one and group & areas for one, areas in bound)
            ]
            for test in tests
            for bound in test.bounds
            if all(self.covers(areas) for _, areas in bound)
        ]
        # Of as many the first: most questions are about what somebody buys.
        return min(fit, key=len, default=[])

    def _read(
        self, place: _Where, there: Availability, deliveries: tuple[str, ...], *tests: nw.Expr
    ) -> Frame:
        side, group = place
        rows = self.lake.flows(there.source, by=side, deliveries=deliveries)
        return rows.filter(nw.col(side).is_in(sorted(group)), nw.col("freq") == _FREQ, *tests)

    def _keep(self, rows: Frame) -> Frame:
        # Put into DuckDB, whatever engine read them.
        here: Frame = nw.from_native(relation(rows, self.lake)).lazy()
        return self._tables.enter_context(stored(here, self.lake))

    def _lines_of(self, there: Availability, deliveries: tuple[str, ...]) -> Frame | None:
        """Return all lines of a register where few of them are on an engine that plans long."""
        lines = sum(one.rows for one in self.lake.holdings(there.source))
        if not self.lake.plans_long or lines * len(there.bases) > _LINES:
            return None
        key = (there.source, deliveries)
        if key not in self._sums:
            self._sums[key] = self._keep(self.lake.flows(there.source, deliveries=deliveries))
        return self._sums[key]

    def _summed(self, place: _Where, there: Availability, deliveries: tuple[str, ...]) -> Frame:
        key = (place, there.source, there.currency, deliveries)
        if key not in self._sums:
            money = "value_usd" if there.currency == "USD" else "value_reported"
            self._sums[key] = self._keep(_added_up(self._read(place, there, deliveries), money))
        return self._sums[key]

    def _of_goods(
        self,
        place: _Where,
        there: Availability,
        deliveries: tuple[str, ...],
        goods: Sequence[Selection],
        asked: Definition,
    ) -> Frame:
        found = self._goods.setdefault((place, there.source, deliveries), _Goods())
        new = found.not_known(goods)
        if new:
            # Ranges are found from these a moment later, and one pass takes as long as another.
            more = self.choices(asked, tuple(one.nomenclature for one in goods), self.lake)
            new = found.not_known((*goods, *more))
        if new:
            tests = [test for one in new if (test := wanted((one,))) is not None]
            test = reduce(or_, tests)
            others = (~one for one in found.tests)
            rows = self._read(place, there, deliveries, test, *others)
            unread = _UNREAD if there.is_reconciled else (*_UNREAD, *_OF_BOTH)
            names = [name for name in schema("flows") if name not in unread]
            part = _with_all_columns(self._keep(rows.select(*names)), names)
            found.rows = part if found.rows is None else nw.concat([found.rows, part])
            found.tests.append(test)
            found.known.update(item for one in new for item in _items(one))
        assert found.rows is not None, "goods of which nothing is known are read"
        return found.rows


def _items(goods: Selection) -> set[tuple[str, str]]:
    # Of a tariff a code stands for all lines of it; elsewhere for itself.
    kind = "line" if goods.nomenclature[:-4] in TARIFFS else "code"
    codes = {(kind, code) for code in goods.codes or ()}
    return codes | {("prefix", prefix) for prefix in goods.prefixes}


def _without(goods: Selection, known: set[tuple[str, str]]) -> Selection:
    """Return what of a selection is not known yet."""
    headings = tuple(text for kind, text in known if kind == "prefix")
    new = {(kind, text) for kind, text in _items(goods) - known if not text.startswith(headings)}
    codes = frozenset(text for kind, text in new if kind != "prefix")
    prefixes = frozenset(text for kind, text in new if kind == "prefix")
    return replace(goods, codes=codes, prefixes=prefixes)


def _added_up(rows: Frame, money: str) -> Frame:
    """Add up rows over their goods; what has no amount stays apart, so that it stays unknown."""
    amounts = (money, "mass_kg")
    flags = {name: f"__no_{name}" for name in amounts}
    sums = (
        rows.with_columns(nw.col(name).is_null().alias(flag) for name, flag in flags.items())
        .group_by(*_KEYS, *flags.values())
        .agg(*(nw.col(name).sum() for name in amounts), nw.len().alias(ROWS))
    )
    known = (nw.when(~nw.col(flag)).then(nw.col(name)).alias(name) for name, flag in flags.items())
    there = sums.select(
        *_KEYS, *known, nw.lit(_FREQ).alias("freq"), nw.lit("").alias("product"), ROWS
    )
    return _with_all_columns(there, [*_KEYS, *amounts, "freq", "product"], ROWS)


def _with_all_columns(rows: Frame, names: Collection[str], *more: str) -> Frame:
    """Return rows with all columns of flows, null where there is none of that name."""
    every = (
        nw.col(name) if name in names else nw.lit(None).cast(_TYPES[kind]).alias(name)
        for name, kind in schema("flows").items()
    )
    return rows.select(*every, *more)


def number_of_rows(rows: Frame) -> nw.Expr:
    """Return the number of rows of a source, to be asked of groups."""
    return nw.col(ROWS).sum() if ROWS in rows.collect_schema().names() else nw.len()


_KEPT: ContextVar[Kept | None] = ContextVar("working_set", default=None)


def working_set(lake: Lake) -> Kept | None:
    """Return the tables that are kept of a lake, if any are."""
    kept = _KEPT.get()
    return kept if kept is not None and kept.lake is lake else None


@contextmanager
def working_on(
    lake: Lake, *groups: frozenset[str], choices: Choices = lambda *_: ()
) -> Iterator[None]:
    """Keep what is read of the trade of some groups of areas for as long as the block runs.

    `choices` are as in `Kept`.
    """
    apart: list[frozenset[str]] = []
    for group in groups:
        apart.append(group.difference(*apart))
    with lake.reading(), ExitStack() as tables:
        kept = Kept(lake, tuple(one for one in apart if one), choices, tables)
        token = _KEPT.set(kept if kept.groups else None)
        try:
            yield
        finally:
            _KEPT.reset(token)


def areas_of(text: str, times: Sequence[Period]) -> frozenset[str]:
    """Return all areas that a text stands for at some times, and all that may count as China.

    The world is none of them: its trade is everybody's.
    """
    found: set[str] = set()
    for time in times if text != WORLD else ():
        with suppress(EntrepotError):  # a group that had no members at that time
            found |= area_set(text, time.end)
    return frozenset(found) | frozenset(CHINA[-1]) if found & set(CHINA[0]) else frozenset(found)
