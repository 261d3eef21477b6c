"""Both reports of the flows that a brief is about, put side by side, and who reports at all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.editions import goods_in
from entrepot.goods import select
from entrepot.lake import fetch, stored
from entrepot.model.area_table import known_areas
from entrepot.model.product import NO_CODES, TOTAL, harmonized
from entrepot.reconcile.hidden import STEADY, TWO_REPORTS, TwoReports, in_goods, in_totals
from entrepot.reconcile.pairing import over
from entrepot.reconcile.voices import mirrored

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from entrepot.figures import Definition
    from entrepot.figures.cells import Goods
    from entrepot.lake import Holding, Lake
    from entrepot.lake.layout import Order

__all__ = ["Compared", "Tellers", "compare", "of_reports"]

Years = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tellers:
    """Who reports what in which years, by the catalog: nothing is read for it.

    Attributes
    ----------
    exports, imports
        Years in which an area reports what it sells, and what it buys, for some of them at least.
    years
        Years of which somebody reports, by source.
    """

    exports: dict[str, set[int]]
    imports: dict[str, set[int]]
    years: dict[str, set[int]]

    @classmethod
    def of(cls, holdings: Iterable[Holding]) -> Tellers:
        """Return who reports in what is held."""
        found = cls({}, {}, {})
        for item in holdings:
            for period, names in item.slices:
                year = period.start.year
                found.years.setdefault(item.source, set()).add(year)
                for name in names:
                    seller, arrow, buyer = name.partition(">")
                    told = found.exports if seller else found.imports
                    if arrow:
                        told.setdefault(seller or buyer, set()).add(year)
        return found


@dataclass(frozen=True, slots=True)
class Compared:
    """What two sides report of some goods.

    Attributes
    ----------
    years
        First and last that was looked at.
    goods
        Goods of a flow and year of which both sides could tell, and one reports enough to be
        compared; the largest difference first.
    totals
        The same of flows over all goods that both sides tell of.
    suppliers
        The importer's other main suppliers that were looked at, the largest first.
    """

    years: Years
    goods: tuple[TwoReports, ...] = ()
    totals: tuple[TwoReports, ...] = ()
    suppliers: tuple[str, ...] = ()

    def of(self, exporters: Iterable[str]) -> Compared:
        """Return what was compared of some exporters."""
        names = frozenset(exporters)
        goods, totals = (
            tuple(one for one in rows if one.exporter in names)
            for rows in (self.goods, self.totals)
        )
        return Compared(self.years, goods, totals)

    @property
    def pair(self) -> Compared:
        """What was compared of the exporters asked for."""
        rows = (*self.goods, *self.totals)
        return self.of({one.exporter for one in rows} - {*self.suppliers})

    @property
    def others(self) -> Compared:
        """What was compared of the other suppliers."""
        return self.of(self.suppliers)

    @property
    def apart(self) -> tuple[TwoReports, ...]:
        """Goods whose two reports are far apart."""
        return tuple(one for one in self.goods if one.rules)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types; goods that are near enough are counted."""
        return {
            "years": list(self.years),
            "suppliers": list(self.suppliers),
            "compared": len(self.goods),
            "goods": [one.to_dict() for one in self.apart],
            "totals": [one.to_dict() for one in self.totals],
        }


def of_reports(lake: Lake) -> tuple[Holding, ...]:
    """Return what the lake holds of single reports; nothing is read for it."""
    return tuple(
        one for one in lake.holdings() if one.table == "flows" and one.counts and one.reporters
    )


def compare(asked: Definition, years: Years, lake: Lake, others: int = 0) -> Compared:
    """Put both reports of each good of a flow side by side, by the rules of `entrepot data check`.

    Parameters
    ----------
    asked
        Importer, exporter and goods; the rest of it does not count.
    years
        First and last.
    lake
        A lake. Rows of the areas asked for are read, and others only to see which goods a source
        has at all.
    others
        How many of the importer's other suppliers of these goods to look at.
    """
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    held = [one for one in of_reports(lake) if _speaks(one, years)]
    told = Tellers.of(held).imports
    if not any(years[0] <= year <= years[1] for name in buyers for year in told.get(name, ())):
        return Compared(years)
    try:
        goods, judged = _goods(asked, lake, held)
    except (RequestError, NoEvidenceError):  # a list that cannot be followed into these editions
        return Compared(years)
    reads = _Reads(lake, _telling(held, sellers, buyers), years)
    with stored(reads.of("importer", _among("importer", buyers)), lake) as bought:
        suppliers = _suppliers(bought, goods, buyers | sellers, years[0], others)
        every = sellers | {*suppliers}
        sold = f"{_among('exporter', every)} AND NOT {_among('importer', buyers)}"
        parts = [bought, reads.of("exporter", sold)]
        if more := set(_telling(held, every)) - {*reads.names}:
            others_only = _Reads(lake, tuple(sorted(more)), years)
            parts.append(others_only.of("exporter", _among("exporter", every)))
            reads = _Reads(lake, (*reads.names, *others_only.names), years)
        parts += reads.elsewhere(goods, every, buyers)
        flows = f"{_among('exporter', every - buyers)} AND {_among('importer', buyers)}"
        with stored(nw.concat(parts), lake) as rows:
            both = over(mirrored(rows.to_native()), "told", f"FROM told WHERE {flows}")
            with stored(nw.from_native(both), lake) as pairs:
                return Compared(years, *_judged(pairs.to_native(), judged, years[0]), suppliers)


def _speaks(item: Holding, years: Years) -> bool:
    first, last = years
    return any(first - STEADY <= period.start.year <= last for period in item.in_force)


def _telling(
    held: list[Holding], sellers: frozenset[str], buyers: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Return the sources in which sellers report what they sell, or buyers what they buy."""
    wanted = {f"{name}>" for name in sellers} | {f">{name}" for name in buyers}
    found = (one.source for one in held if any(wanted & {*names} for _, names in one.slices))
    return tuple(dict.fromkeys(found))


def _among(column: str, names: Iterable[str]) -> str:
    listed = ", ".join(f"'{name}'" for name in sorted(names)) or "''"
    return f"{column} IN ({listed})"


def _goods(asked: Definition, lake: Lake, held: list[Holding]) -> tuple[Goods, Goods]:
    """Return the goods in the editions of the reports, and in those that codes are compared in."""
    names = dict.fromkeys(name for one in held for name in one.nomenclature.split("+"))
    editions = tuple(name for name in names if name not in ("", NO_CODES))
    if not editions:
        return (), ()
    compared = tuple(dict.fromkeys(harmonized(name).id for name in editions))
    goods = goods_in(asked, editions, lake)
    return goods, goods if compared == editions else goods_in(asked, compared, lake)


@dataclass(frozen=True, slots=True)
class _Reads:
    """Reports of some sources, of the years asked for and of those that show a line before."""

    lake: Lake
    names: tuple[str, ...]
    years: Years

    def of(self, by: Order, test: str) -> nw.LazyFrame[Any]:
        """Return the reports that pass a test in SQL, from the copy sorted by a side."""
        held = nw.concat([self.lake.flows(name, by=by) for name in self.names])
        return nw.from_native(over(held.to_native(), "held", self._query(test)))

    def _query(self, test: str) -> str:
        first, last = self.years
        return (
            f"SELECT * FROM held WHERE {test} AND told_by IN ('exporter', 'importer') "
            f"AND period >= DATE '{first - STEADY}-01-01' AND period <= DATE '{last}-12-31'"
        )

    def elsewhere(
        self, goods: Goods, sellers: frozenset[str], buyers: frozenset[str]
    ) -> list[nw.LazyFrame[Any]]:
        """Return a row for each of the goods that a source has, whoever trades it.

        A side's empty cell is a zero where its source has the good from anybody. Of all goods that
        is seen from the rows of the areas alone.
        """
        if not goods or any(one.codes is None for one in goods):
            return []
        held = nw.concat([self.lake.flows(name) for name in self.names])
        strangers = f"NOT {_among('exporter', sellers)} AND NOT {_among('importer', buyers)}"
        key = "period, freq, told_by, nomenclature, product, source"
        one = self._query(f"{strangers} AND exporter <> importer")
        one = one.replace("SELECT *", f"SELECT DISTINCT ON ({key}) *")
        return [nw.from_native(over(select(held, goods).to_native(), "held", one))]


def _suppliers(
    bought: nw.LazyFrame[Any], goods: Goods, but: frozenset[str], first: int, count: int
) -> tuple[str, ...]:
    """Return the largest exporters of the goods, whoever tells of them."""
    if not count or not goods:
        return ()
    sums = over(
        select(bought, goods).to_native(),
        "bought",
        f"SELECT exporter, sum(coalesce(value_usd, value_reported)) FROM bought WHERE "
        f"product <> '{TOTAL}' AND year(period) >= {first} AND NOT {_among('exporter', but)} "
        "GROUP BY exporter",
    )
    ranked = sorted(fetch(nw.from_native(sums)), key=lambda row: (-(row[1] or 0.0), row[0]))
    areas = known_areas()
    named = (name for name, _ in ranked if areas[name].kind not in ("special", "aggregate"))
    return tuple(islice(named, count))


def _judged(
    both: duckdb.DuckDBPyRelation, goods: Goods, first: int
) -> tuple[tuple[TwoReports, ...], tuple[TwoReports, ...]]:
    """Return goods and totals, the largest difference first."""
    large = [nw.from_native(in_totals(both))]
    if goods:
        large.append(select(nw.from_native(in_goods(both)), goods))
    rows = fetch(nw.concat(large).filter(nw.col("year") >= first).select(TWO_REPORTS))
    found = sorted((TwoReports(*(*row[:-1], tuple(row[-1]))) for row in rows), key=_rank)
    return (
        tuple(one for one in found if one.product != TOTAL),
        tuple(one for one in found if one.product == TOTAL),
    )


def _rank(one: TwoReports) -> tuple[float, int, str, str, str]:
    return -one.gap_usd, -one.year, one.exporter, one.importer, one.product
