"""Both reports of the flows that a brief is about, put side by side."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.figures.editions import goods_in
from entrepot.goods import select
from entrepot.lake import fetch, relation, stored
from entrepot.model.areas import known_areas
from entrepot.model.product import NO_CODES, TOTAL, harmonized
from entrepot.reconciliation.mirror_gaps import (
    DOLLARS,
    STEADY,
    TWO_REPORTS,
    MirrorPair,
    in_goods,
    in_totals,
    mirrored,
)
from entrepot.reconciliation.pairing import over

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from entrepot.figures import Definition
    from entrepot.figures.rows import Goods
    from entrepot.lake import InventoryItem, Lake
    from entrepot.lake.catalog import Order

Years = tuple[int, int]
_NO_AREA = ("special", "aggregate")


@dataclass(frozen=True, slots=True)
class ComparedReports:
    """What two sides report of some goods.

    Attributes
    ----------
    years
        First and last that was looked at.
    goods
        Goods of a flow and year of which both sides could tell, and one reports enough to be
        compared; the largest difference first.
    totals
        The same of flows over all goods that both sides report.
    suppliers
        The importer's other main suppliers that were looked at, the largest first.
    """

    years: Years
    goods: tuple[MirrorPair, ...] = ()
    totals: tuple[MirrorPair, ...] = ()
    suppliers: tuple[str, ...] = ()

    def of(self, exporters: Iterable[str]) -> ComparedReports:
        """Return what was compared of some exporters."""
        names = frozenset(exporters)
        goods, totals = (
            tuple(one for one in rows if one.exporter in names)
            for rows in (self.goods, self.totals)
        )
        return ComparedReports(self.years, goods, totals)

    @property
    def pair(self) -> ComparedReports:
        """What was compared of the exporters asked for."""
        rows = (*self.goods, *self.totals)
        return self.of({one.exporter for one in rows} - {*self.suppliers})

    @property
    def others(self) -> ComparedReports:
        """What was compared of the other suppliers."""
        return self.of(self.suppliers)

    @property
    def apart(self) -> tuple[MirrorPair, ...]:
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


def compare(asked: Definition, years: Years, lake: Lake, others: int = 0) -> ComparedReports:
    """Put both reports of each good of a flow side by side, by the rules of `entrepot data check`.

    Parameters
    ----------
    asked
        Importer, exporter and goods; the rest of it does not count.
    years
        First and last.
    lake
        A lake. Of what others than these areas trade, one row for each good is taken, to see what a
        source has at all.
    others
        How many of the importer's other suppliers of these goods to look at.
    """
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    # From the catalog alone, so that nothing is read where two reports cannot meet.
    loads = [one for one in of_reports(lake) if _speaks(one, years)]
    reported, by_product = (
        ReportersByYear.of(loads),
        ReportersByYear.of(one for one in loads if _editions(one)),
    )
    if not _reports(by_product.imports, buyers, years):
        others = 0  # only totals of the seller can be compared
    if not _reports(reported.imports, buyers, years) or not (
        others or _reports(reported.exports, sellers, years)
    ):
        return ComparedReports(years)
    try:
        goods, judged = _goods(asked, lake, loads)
    except (RequestError, NoEvidenceError):  # a list that cannot be followed into these editions
        return ComparedReports(years)
    # Twice: other suppliers are found in one set of sources, and bring sources of their own.
    reads = _Reads(lake, _telling(loads, sellers, buyers), years)
    suppliers = reads.suppliers(goods, buyers, sellers, others)
    every = sellers | {*suppliers}
    reads = _Reads(lake, _telling(loads, every, buyers), years)
    # Without the buyers among the sellers: trade within a group is no flow of its own here.
    flows = f"{_among('exporter', every - buyers)} AND {_among('importer', buyers)}"
    # Stored, since `mirrored` reads its rows several
    # times, which would each time go back to the files.
    with stored(nw.concat(reads.of(flows, goods, every, buyers)), lake) as rows:
        both = over(mirrored(rows.to_native()), "told", f"FROM told WHERE {flows}")
        with stored(nw.from_native(both), lake) as pairs:
            return ComparedReports(years, *_judged(pairs.to_native(), judged, years[0]), suppliers)


def _speaks(item: InventoryItem, years: Years) -> bool:
    first, last = years
    # `STEADY` years before the first: a line "ended" only if it was steady until then.
    return any(first - STEADY <= period.start.year <= last for period in item.current)


def _reports(reported: dict[str, set[int]], areas: frozenset[str], years: Years) -> bool:
    return any(years[0] <= year <= years[1] for name in areas for year in reported.get(name, ()))


def _telling(
    loads: list[InventoryItem], sellers: frozenset[str], buyers: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Return the sources in which sellers report what they sell, or buyers what they buy."""
    wanted = {f"{name}>" for name in sellers} | {f">{name}" for name in buyers}
    found = (one.source for one in loads if any(wanted & {*names} for _, names in one.slices))
    return tuple(dict.fromkeys(found))


def _among(column: str, names: Iterable[str]) -> str:
    # Codes of areas, which have no quotes. An empty IN () is no SQL; '' matches no area.
    listed = ", ".join(f"'{name}'" for name in sorted(names)) or "''"
    return f"{column} IN ({listed})"


def _goods(asked: Definition, lake: Lake, loads: list[InventoryItem]) -> tuple[Goods, Goods]:
    """Return the goods in the editions of the reports, and in those that codes are compared in."""
    read = {name: edition for one in loads for name, edition in _editions(one).items()}
    if not read:
        return (), ()
    editions, compared = tuple(read), tuple(dict.fromkeys(read.values()))
    goods = goods_in(asked, editions, lake)
    return goods, goods if compared == editions else goods_in(asked, compared, lake)


def _editions(item: InventoryItem) -> dict[str, str]:
    """Return the Harmonized System behind each nomenclature; totals have none behind theirs."""
    found = {}
    for name in item.nomenclature.split("+"):
        # A nomenclature without a Harmonized System behind it cannot be compared code by code.
        with suppress(UnknownNameError):
            if name not in ("", NO_CODES):
                found[name] = harmonized(name).id
    return found


@dataclass(frozen=True, slots=True)
class _Reads:
    """Reports of some sources, of the years asked for and of those that show a line before."""

    lake: Lake
    names: tuple[str, ...]
    years: Years

    def of(
        self, flows: str, goods: Goods, sellers: frozenset[str], buyers: frozenset[str]
    ) -> list[nw.LazyFrame[Any]]:
        """Return the reports of some flows, and what shows that an empty cell of them is a zero.

        That is one row for each good that the areas trade with others, and for each of the goods
        asked for that anybody trades: so a side speaks, and its source has the good. Of all goods
        it is seen from the rows of the areas alone.
        """
        bought, sold = _among("importer", buyers), _among("exporter", sellers)
        # The tests exclude each other, so that no row is read twice.
        parts = [
            self._read("importer", flows),
            self._read("importer", f"{bought} AND NOT ({flows})", "importer"),
            self._read("exporter", f"{sold} AND NOT {bought}", "exporter"),
        ]
        # None means all goods, of which the rows of everybody would be the whole source.
        if goods and all(one.codes is not None for one in goods):
            parts.append(self._read("importer", f"NOT {sold} AND NOT {bought}", "", goods))
        return parts

    def _read(
        self, by: Order, test: str, one_for: str | None = None, goods: Goods = ()
    ) -> nw.LazyFrame[Any]:
        """Return reports that pass a test, or one for each good, time and area on a side."""
        loads = nw.concat([self.lake.flows(name, by=by) for name in self.names])
        first, last = self.years
        what = "*"
        if one_for is not None:
            key = "period, freq, reported_by, nomenclature, product, source"
            # Any one row will do: it is looked at for being there, and not for its value.
            what = f"DISTINCT ON ({key}{f', {one_for}' if one_for else ''}) *"
        within = (
            f"{test} AND reported_by IN ('exporter', 'importer') "
            f"AND period >= DATE '{first - STEADY}-01-01' AND period <= DATE '{last}-12-31' "
            # Re-imports: Comtrade has rows of a country with itself.
            "AND exporter <> importer"
        )
        rows = select(loads, goods) if goods else loads
        chosen = relation(nw.from_native(rows.to_native().filter(within)), self.lake)
        return nw.from_native(over(chosen, "held", f"SELECT {what} FROM held"))

    def suppliers(
        self, goods: Goods, buyers: frozenset[str], sellers: frozenset[str], count: int
    ) -> tuple[str, ...]:
        """Return the largest exporters of the goods but the sellers, whoever reports them.

        Each counts by its largest report: two reports of one flow are no two flows. Reports count
        in dollars, at the least that their currency was worth; those in currencies that are not
        compared here do not count, see `mirrored`.
        """
        if not count or not goods:
            return ()
        loads = nw.concat([self.lake.flows(name, by="importer") for name in self.names])
        first, last = self.years
        chosen = nw.from_native(
            select(loads, goods)
            .to_native()
            .filter(
                f"{_among('importer', buyers)} AND NOT {_among('exporter', buyers | sellers)} "
                f"AND year(period) BETWEEN {first} AND {last} AND product <> '{TOTAL}'"
            )
        )
        value = nw.col("value_usd")
        for coin, (least, _) in DOLLARS.items():
            in_coin = nw.when(nw.col("currency") == coin).then(nw.col("value_reported") * least)
            value = nw.coalesce(value, in_coin)
        report = ("exporter", "source", "reported_by", "freq", "partner_basis")
        sums = chosen.lazy().group_by(*report).agg(value.sum().alias("value"))
        largest = sums.group_by("exporter").agg(nw.col("value").max()).drop_nulls("value")
        ranked = sorted(fetch(largest), key=lambda row: (-row[1], row[0]))
        areas = known_areas()
        named = (name for name, _ in ranked if name in areas and areas[name].kind not in _NO_AREA)
        return tuple(islice(named, count))


def _judged(
    both: duckdb.DuckDBPyRelation, goods: Goods, first: int
) -> tuple[tuple[MirrorPair, ...], tuple[MirrorPair, ...]]:
    """Return goods and totals, the largest difference first."""
    large = [nw.from_native(in_totals(both))]
    if goods:
        large.append(select(nw.from_native(in_goods(both)), goods))
    # Only now: years before the first were read to see which lines were steady.
    rows = fetch(nw.concat(large).filter(nw.col("year") >= first).select(TWO_REPORTS))
    # The last column is the list of rules; a tuple makes the pair hashable.
    found = sorted((MirrorPair(*(*row[:-1], tuple(row[-1]))) for row in rows), key=_rank)
    return (
        tuple(one for one in found if one.product != TOTAL),
        tuple(one for one in found if one.product == TOTAL),
    )


def _rank(one: MirrorPair) -> tuple[float, int, str, str, str]:
    return -one.gap_usd, -one.year, one.exporter, one.importer, one.product


@dataclass(frozen=True, slots=True)
class ReportersByYear:
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
    def of(cls, holdings: Iterable[InventoryItem]) -> ReportersByYear:
        """Return who reports in what is held."""
        found = cls({}, {}, {})
        for item in holdings:
            for period, names in item.slices:
                year = period.start.year
                found.years.setdefault(item.source, set()).add(year)
                for name in names:
                    # "DEU>" or ">DEU"; without an arrow it is
                    # "*", a source that names no reporters.
                    seller, arrow, buyer = name.partition(">")
                    reported = found.exports if seller else found.imports
                    if arrow:
                        reported.setdefault(seller or buyer, set()).add(year)
        return found


def of_reports(lake: Lake) -> tuple[InventoryItem, ...]:
    """Return what the lake holds of single reports by product; nothing is read for it."""
    return tuple(
        one
        for one in lake.holdings()
        # Rows that are all totals have no products to compare.
        if one.table == "flows" and one.counts and one.reporters and one.totals < one.rows
    )
