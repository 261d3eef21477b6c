"""The inputs that a question is about, under every way to count them in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.input_choices import made_by, sides
from entrepot.lake import fetch
from entrepot.lake.system_errors import readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.input_choices import Choice
    from entrepot.figures.input_rows import InputRows

__all__ = ["InputCells"]

Frame = nw.LazyFrame[Any]
BUYERS, SELLERS = "buyers", "sellers"
"""Several areas count as one: their cells carry one name, which is no code of an area."""


@dataclass(frozen=True, slots=True)
class InputCells:
    """Inputs of one year.

    Attributes
    ----------
    rows
        Where they are.
    ways
        Ways to count, the headline first.
    """

    rows: InputRows
    ways: Sequence[Choice]

    def measured(self) -> dict[int, dict[str, float]]:
        """Return the columns of the measure for each way that has an answer, by its place.

        The first column is the measure's main one.
        """
        table = self._table(self._marked(self.ways), "way")
        names = table.collect_schema().names()[1:]
        found = {}
        for way, *cells in fetch(table):
            if cells[0] is not None:
                pairs = zip(names, cells, strict=True)
                found[int(way)] = {name: float(cell) for name, cell in pairs if cell is not None}
        return found

    def by(self, key: str) -> dict[str, float]:
        """Return the measure of the headline for each ``buyer_sector`` or ``exporter``."""
        table = self._table(self._marked(self.ways[:1], key), key)
        return {str(row[0]): float(row[1]) for row in fetch(table) if row[1] is not None}

    def count(self) -> int:
        """Return how many rows stand behind the flow of the headline."""
        buyers, sellers = sides(self.ways[0].asked)
        cells = self._cube().filter(nw.col("exporter") != nw.col("importer"))
        for column, group in (("importer", buyers), ("exporter", sellers)):
            if group:
                cells = cells.filter(nw.col(column).is_in(sorted(group)))
        for column, group in (("exporter", buyers), ("importer", sellers)):
            if group and not buyers & sellers:
                cells = cells.filter(~nw.col(column).is_in(sorted(group)))
        [(rows,)] = fetch(cells.select(nw.col("rows").sum()))
        return int(rows)

    def _factories(self) -> list[str]:
        known = self.rows.sectors().items()
        return sorted(code for code, one in known if one.is_manufacturing)

    def _cube(self) -> Frame:
        """Return the cells that any of the ways touches, so that one cube does for all."""
        asked = self.ways[0].asked
        groups = [sides(way.asked) for way in self.ways]
        buyers = frozenset[str]().union(*(group for group, _ in groups))
        sellers = frozenset[str]().union(*(group for _, group in groups))
        if asked.measure == "export_share":
            buyers = frozenset()
        elif asked.measure != "asymmetry" and buyers:  # what they buy is all that is looked at
            sellers = frozenset()
        cells = self.rows.cube(buyers, sellers, made_by(asked.goods))
        if asked.sector:
            cells = cells.filter(nw.col("buyer_sector") == asked.sector)
        return cells

    def _table(self, cells: Frame, key: str) -> Frame:
        """Return the measure by a key."""
        asked = self.ways[0].asked
        match asked.measure:
            case "value":
                return measures.value(cells.filter("bought", "sold", "abroad"), by=[key])
            case "import_share":
                bought = cells.filter("bought", "abroad")
                return measures.import_share(
                    bought, exporter=SELLERS, by=[key], supplier="supplier"
                )
            case "export_share":
                sold = cells.filter("sold", "abroad")
                return measures.export_share(sold, importer=BUYERS, by=[key], buyer="buyer")
            case "asymmetry":
                touched = cells.filter(nw.col("bought") | nw.col("sold"), nw.col("abroad"))
                return measures.asymmetry(
                    touched,
                    importer=BUYERS,
                    exporter=SELLERS,
                    by=[key],
                    supplier="supplier",
                    buyer="buyer",
                )
            case "hhi":
                suppliers = self._in_order(cells.filter("bought", "abroad"), key)
                return measures.hhi(suppliers, by=[key], unique_suppliers=True)
        bought = cells.filter("bought", "abroad")
        return measures.concentration_ratio(bought, by=[key], k=asked.k or 1)

    def _in_order(self, cells: Frame, key: str) -> Frame:
        """Return what each supplier sold, always in one order.

        Values are whole dollars, whose sums are exact in any order; their squares are not, and
        the same question is to have the same digits each time.
        """
        totals = cells.group_by(key, "exporter").agg(nw.col("value_usd").sum())
        with readable():
            table = totals.sort(key, "exporter").to_native().to_arrow_table()
        return nw.from_native(self.rows.lake.connection.from_arrow(table)).lazy()

    def _marked(self, ways: Sequence[Choice], key: str = "way") -> Frame:
        """Return cells for each way of counting, with what they are in it.

        ``bought`` and ``sold`` say whether buyers and sellers asked for did so, ``abroad`` whether
        the cell counts as crossing a border; ``supplier`` and ``buyer`` are the areas, with one
        name for all that count as one.
        """
        groups = [sides(way.asked) for way in ways]
        cells = _coarser(self._cube(), key, self._factories())
        options, areas = self._options(ways, groups)
        seller, buyer = (
            areas.select(
                "way",
                nw.col("area").alias(side),
                *(nw.col(x).alias(f"{side}_{x}") for x in ("buys", "sells")),
            )
            for side in ("exporter", "importer")
        )
        marked = (
            cells.join(options, how="cross")
            .filter(
                ~nw.col("goods_only") | nw.col("makes_goods"),
                ~nw.col("factories") | nw.col("is_factory"),
            )
            .join(seller, on=["way", "exporter"], how="left")
            .join(buyer, on=["way", "importer"], how="left")
        )
        flags = ("exporter_buys", "exporter_sells", "importer_buys", "importer_sells")
        marked = marked.with_columns(*(nw.col(flag).fill_null(False) for flag in flags))
        return _counted(marked)

    def _options(
        self, ways: Sequence[Choice], groups: Sequence[tuple[frozenset[str], frozenset[str]]]
    ) -> tuple[Frame, Frame]:
        """Return the ways to count, and which areas are asked for in each, as small tables."""
        import pyarrow as pa

        options = [
            {
                "way": number,
                "home": way.home,
                "goods_only": way.goods_only,
                "factories": way.factories,
                "any_buyer": not buyers,
                "any_seller": not sellers,
                "overlap": bool(buyers & sellers),
            }
            for number, (way, (buyers, sellers)) in enumerate(zip(ways, groups, strict=True))
        ]
        areas = [
            {"way": number, "area": area, "buys": area in buyers, "sells": area in sellers}
            for number, (buyers, sellers) in enumerate(groups)
            for area in sorted(buyers | sellers)
        ]
        connection = self.rows.lake.connection
        first, second = (
            nw.from_native(connection.from_arrow(pa.Table.from_pylist(rows))).lazy()
            for rows in (options, areas)
        )
        return first, second


def _coarser(cells: Frame, key: str, factories: list[str]) -> Frame:
    """Add up what no way of counting tells apart."""
    kept = ["exporter", "importer", "makes_goods", "is_factory"]
    if key == "buyer_sector":
        kept.append(key)
    return (
        cells.with_columns(nw.col("buyer_sector").is_in(factories).alias("is_factory"))
        .group_by(*kept)
        .agg(nw.col("value_usd").sum(), nw.col("rows").sum())
    )


def _counted(marked: Frame) -> Frame:
    """Say of each cell what it is; several areas count as one unless one side holds the other."""
    among = (nw.col("exporter_buys") & nw.col("importer_buys")) | (
        nw.col("exporter_sells") & nw.col("importer_sells")
    )
    inside = (nw.col("exporter") == nw.col("importer")) | (among & ~nw.col("overlap"))
    sold, bought = nw.col("exporter_sells"), nw.col("importer_buys")
    return marked.with_columns(
        (bought | nw.col("any_buyer")).alias("bought"),
        (sold | nw.col("any_seller")).alias("sold"),
        (~inside | nw.col("home")).alias("abroad"),
        nw.when(sold).then(nw.lit(SELLERS)).otherwise("exporter").alias("supplier"),
        nw.when(bought).then(nw.lit(BUYERS)).otherwise("importer").alias("buyer"),
    )
