"""Answers from input-output tables: what industries buy abroad, from whom, and for which sector."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from entrepot import measures
from entrepot.figures import caveats, value_added
from entrepot.figures.evidence import Caveat, Estimate, Evidence, NoAnswer, SourceAnswer
from entrepot.figures.input_rows import (
    BASIS,
    SOURCE,
    Cell,
    InputRows,
    choices,
    goods_key,
    input_rows,
    inputs_title,
    made_by,
    own_sectors,
    sides,
    spans,
)
from entrepot.figures.questions import unit_of
from entrepot.figures.value_added import economy_of
from entrepot.lake import fetch, few_rows
from entrepot.model.areas import area_name
from entrepot.model.display import joined
from entrepot.sources.icio.sectors import sector as sector_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import narwhals as nw

    from entrepot.figures.definition import Definition
    from entrepot.figures.input_rows import InputChoice
    from entrepot.lake import Lake

MEASURES = ("value", "import_share", "export_share", "asymmetry", "hhi", "cr")
REST = "XROW"


def answer(
    definition: Definition,
    lake: Lake,
    source: str = SOURCE,
    *,
    alone: bool = False,
) -> SourceAnswer | NoAnswer:
    """Answer from the tables of inputs.

    The headline counts inputs that crossed a border, goods and services, for every sector. The
    alternatives count domestic inputs too, goods only, manufacturers only, and Hong Kong in or
    out, in every combination; they cost little, so that `alone` changes nothing.

    Parameters
    ----------
    definition
        Its goods are ``inputs``, ``all`` (the same), or ``inputs:C26`` for what a sector made;
        its sector is the one that buys.
    lake
        Asked first; where it does not hold the year, the installed package is.

    Raises
    ------
    RequestError, UnknownNameError
        For goods that are no inputs, or an unknown sector.
    """
    definition = definition.but(goods=goods_key(definition.goods, definition.source), source=source)
    rows = input_rows(lake, definition.period, source)
    if isinstance(rows, InputRows):
        definition = definition.but(source=rows.address)
    ask = _by_value_added if definition.basis == BASIS else _by_rows
    return replace(ask(definition, lake), source=definition.source or source, is_estimated=True)


def _by_rows(definition: Definition, lake: Lake) -> SourceAnswer | NoAnswer:
    found = _cells(definition, lake)
    if isinstance(found, NoAnswer):
        return found
    values = found.measured()
    if 0 not in values:
        return NoAnswer(f"{SOURCE} has {_nothing(definition)}")
    estimates = [_estimate(found, number, values[number], definition) for number in sorted(values)]
    return SourceAnswer(
        estimates=tuple(estimates),
        caveats=tuple(_caveats(definition, found)),
        spans=tuple(spans([found.ways[number] for number in values])),
    )


def breakdown(definition: Definition, lake: Lake, by: str) -> dict[str, float]:
    """Return the headline of `answer` for each ``buyer_sector`` or ``exporter``, in no order.

    Empty where `answer` would be Missing. For each sector, it is what `answer` gives when asked
    for that sector alone.
    """
    definition = definition.but(goods=goods_key(definition.goods, definition.source))
    found = _cells(definition, lake)
    return {} if isinstance(found, NoAnswer) else found.by(by)


def _cells(definition: Definition, lake: Lake) -> InputCells | NoAnswer:
    """Return the cells that a question is about, areas without an entry left out."""
    if definition.sector:
        sector_of(definition.sector, own=own_sectors(definition.source))
    if refusal := _refusal(definition):
        return NoAnswer(refusal)
    rows = input_rows(lake, definition.period, definition.source)
    if isinstance(rows, NoAnswer):
        return rows
    rows.require((*made_by(definition.goods), definition.sector))
    # In a table of one's own it is not known which sectors make goods: no “goods only” then.
    kinds = all(one.kind for one in rows.sectors().values())
    ways = _distinguishable(choices(definition, kinds=kinds), rows)
    return _unknown(definition, rows) or InputCells(rows, ways)


def _distinguishable(ways: Sequence[InputChoice], rows: InputRows) -> list[InputChoice]:
    """Leave out what the tables cannot tell from another way: with an area that they do not have.

    The headline comes first and stays.
    """
    found: dict[tuple[object, ...], InputChoice] = {}
    for way in ways:
        absent = _without_entry(way.asked, rows)
        there = tuple(group - absent for group in sides(way.asked))
        found.setdefault((*there, way.home, way.goods_only, way.factories), way)
    return list(found.values())


def _unknown(definition: Definition, rows: InputRows) -> NoAnswer | None:
    """Say that the tables have no entry for anybody on one side; None where they have."""
    without_entry = _without_entry(definition, rows)
    for group in sides(definition):
        if group and group <= without_entry:
            names = joined([area_name(code) for code in sorted(group)])
            return NoAnswer(
                f"{rows.address} has no entry of its own for {names}; "
                f"it knows {rows.economies} economies"
            )
    return None


def _by_value_added(definition: Definition, lake: Lake) -> SourceAnswer | NoAnswer:
    refused = value_added.refusal(definition) or _refusal(definition)
    if refused:
        return NoAnswer(refused)
    if definition.sector:
        sector_of(definition.sector, own=own_sectors(definition.source))
    known = economy_of(lake, definition.period, definition.source)
    if isinstance(known, NoAnswer):
        return known
    known.rows.require((*made_by(definition.goods), definition.sector))
    found = _unknown(definition, known.rows) or value_added.shares(definition, known)
    if isinstance(found, NoAnswer):
        return found
    more = (*found.caveats, *_about_sides(definition, known.rows))
    return SourceAnswer(found.estimates, more, found.spans)


def _refusal(definition: Definition) -> str | None:
    """Say why the tables cannot answer this kind of question at all."""
    if definition.measure not in MEASURES:
        return f"{SOURCE} answers {', '.join(MEASURES)}, not {definition.measure}"
    if definition.is_two_way:
        return f"{SOURCE} answers one direction at a time"
    if definition.basis not in ("dispatch", "origin", BASIS):
        return f"{SOURCE} has no inputs by {definition.basis}"
    if definition.valuation is not None:
        return f"{SOURCE} is at basic prices, not {definition.valuation.upper()}"
    if definition.quantity != "value":
        return f"{SOURCE} has values, not {definition.quantity}"
    if definition.currency not in ("", "USD"):
        return f"{SOURCE} is in USD, not {definition.currency}"
    if not any(sides(definition)):
        return f"{SOURCE} is asked for an importer or an exporter"
    return None


def _without_entry(definition: Definition, rows: InputRows) -> frozenset[str]:
    members = frozenset().union(*sides(definition))
    return members - rows.known(members)


def _nothing(definition: Definition) -> str:
    what = inputs_title(definition.goods, definition.sector)
    return (
        f"no {what} from {definition.exporter} to {definition.importer} in "
        f"{definition.period}; “not recorded” does not mean zero"
    )


def _estimate(
    found: InputCells, number: int, columns: dict[str, float], definition: Definition
) -> Estimate:
    main, *others = columns
    evidence = (
        Evidence(found.rows.address, found.rows.snapshot, found.count()) if number == 0 else None
    )
    return Estimate(
        value=columns[main],
        unit=unit_of(definition),
        choices={"source": found.rows.address} | found.ways[number].named(definition.goods),
        evidence=(evidence,) if evidence else (),
        details={name: columns[name] for name in others},
    )


def _caveats(definition: Definition, found: InputCells) -> Iterator[Caveat]:
    made = made_by(definition.goods)
    services = (
        ""
        if made and all(sector_of(code, own=True).makes_goods for code in made)
        else " services included,"
    )
    text = (
        f"Inputs of industries in {definition.period},{services} goods for final use left out; "
        "estimated for whole sectors, with imports shared out among buyers in proportion."
    )
    if not found.rows.known(frozenset({REST})):
        text += (
            f" Countries outside the {found.rows.economies} of the table are in no total, so "
            "shares are upper bounds."
        )
    buyers = {way.asked.members("importer") for way in found.ways}
    for area, code in sorted(found.rows.cut):
        if any(area in group for group in buyers) and definition.sector in (None, code):
            text += (
                f" Inputs of {sector_of(code, own=True).name} in {area_name(area)} were cut in the "
                "source and are put back from the sellers' rows."
            )
    yield caveats.caveat("input-output", text)
    yield from _about_sides(definition, found.rows)


def _about_sides(definition: Definition, rows: InputRows) -> Iterator[Caveat]:
    if without_entry := _without_entry(definition, rows):
        names = ", ".join(sorted(without_entry))
        yield caveats.caveat("not-recorded", f"{rows.address} has no entry of its own for {names}.")
    buyers, sellers = sides(definition)
    for name, group in ((definition.importer, buyers), (definition.exporter, sellers)):
        if len(group) > 1:
            kept = (
                "part of its total, as the partner is a member"
                if buyers & sellers
                else "counted as domestic inputs"
            )
            yield caveats.caveat(
                "inside-group",
                f"{area_name(name)} counts as one area: its members' inputs from each other are "
                f"{kept}.",
            )


# The inputs that a question is about, under every way to count them in one pass.


BUYERS, SELLERS, OTHERS = "buyers", "sellers", "others"
"""Several areas count as one: what they trade carries one name, which is no code of an area."""


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
    ways: Sequence[InputChoice]

    def measured(self) -> dict[int, dict[str, float]]:
        """Return the columns of the measure for each way that has an answer, by its place.

        The first column is the measure's main one.
        """
        table = self._table(self.ways, "way")
        # The first column is the key; the order of the
        # rest is that of the measure, its main one first.
        names = table.collect_schema().names()[1:]
        found = {}
        for way, *cells in fetch(table):
            if cells[0] is not None:
                pairs = zip(names, cells, strict=True)
                found[int(way)] = {name: float(cell) for name, cell in pairs if cell is not None}
        return found

    def by(self, key: str) -> dict[str, float]:
        """Return the measure of the headline for each ``buyer_sector`` or ``exporter``."""
        table = self._table(self.ways[:1], key)
        return {str(row[0]): float(row[1]) for row in fetch(table) if row[1] is not None}

    def count(self) -> int:
        """Return how many rows stand behind the flow of the headline."""
        buyers, sellers = sides(self.ways[0].asked)
        # A member and its group (Germany from the EU): trade inside the group is what is asked for.
        apart = not buyers & sellers
        return sum(
            cell.rows
            for cell in self._cells("way")
            if cell.exporter != cell.importer
            and (not buyers or cell.importer in buyers)
            and (not sellers or cell.exporter in sellers)
            and not (apart and (cell.exporter in buyers or cell.importer in sellers))
        )

    def _cells(self, key: str) -> Sequence[Cell]:
        """Return the cells that any of the ways touches, so that they are read once for all."""
        asked = self.ways[0].asked
        groups = [sides(way.asked) for way in self.ways]
        buyers = frozenset[str]().union(*(group for group, _ in groups))
        sellers = frozenset[str]().union(*(group for _, group in groups))
        # What sellers sell to everybody is the denominator: buyers choose nothing.
        if asked.measure == "export_share":
            buyers = frozenset()
        elif asked.measure != "asymmetry" and buyers:  # what they buy is all that is looked at
            sellers = frozenset()
        return self.rows.cells(
            buyers, sellers, made_by(asked.goods), asked.sector, by_sector=key == "buyer_sector"
        )

    def _table(self, ways: Sequence[InputChoice], key: str) -> nw.LazyFrame[Any]:
        """Return the measure by a key."""
        asked = self.ways[0].asked
        cells = self._marked(ways, key)
        match asked.measure:
            case "value":
                return measures.value(cells, by=[key])
            case "import_share":
                return measures.import_share(cells, exporter=SELLERS, by=[key], supplier="supplier")
            case "export_share":
                return measures.export_share(cells, importer=BUYERS, by=[key], buyer="buyer")
            case "asymmetry":
                return measures.asymmetry(
                    cells,
                    importer=BUYERS,
                    exporter=SELLERS,
                    by=[key],
                    supplier="supplier",
                    buyer="buyer",
                )
            case "hhi":
                return measures.hhi(cells, by=[key], unique_suppliers=True, supplier="supplier")
        return measures.concentration_ratio(cells, by=[key], k=asked.k or 1, supplier="supplier")

    def _marked(self, ways: Sequence[InputChoice], key: str) -> nw.LazyFrame[Any]:
        """Return what the measure adds up in each way of counting, as few rows as do for it.

        Shares and values are of those asked for and everybody else; measures of suppliers have
        each by itself. Rows are always in one order: values are whole dollars, whose sums are
        exact in any, but sums of their squares are not, and the same question is to have the same
        digits each time.
        """
        measure = self.ways[0].asked.measure
        wanted, cells = _WANTED.get(measure, _bought), self._cells(key)
        apart = measure in ("hhi", "cr")
        found: dict[tuple[int | str, str, str], float] = defaultdict(float)
        for number, way in enumerate(ways):
            for cell, sold, bought in _counted(way, cells, wanted):
                group: int | str = number
                if key != "way":
                    group = cell.sector if key == "buyer_sector" else cell.exporter
                seller = cell.exporter if apart else SELLERS if sold else OTHERS
                found[group, seller, BUYERS if bought else OTHERS] += cell.usd
        rows = sorted(found.items())
        columns: dict[str, tuple[str, list[Any]]] = {
            "supplier": ("VARCHAR", [seller for (_, seller, _), _ in rows]),
            "buyer": ("VARCHAR", [buyer for (_, _, buyer), _ in rows]),
            key: ("BIGINT" if key == "way" else "VARCHAR", [group for (group, *_), _ in rows]),
            "value_usd": ("DOUBLE", [usd for _, usd in rows]),
        }
        return few_rows(self.rows.lake, columns)


def _bought(bought: bool, sold: bool) -> bool:
    return bought


_WANTED: dict[str, Callable[[bool, bool], bool]] = {
    "value": lambda bought, sold: bought and sold,
    "export_share": lambda bought, sold: sold,
    "asymmetry": lambda bought, sold: bought or sold,
}
"""Whether a measure adds a cell up, by whether those asked for bought it, and sold it."""


def _counted(
    way: InputChoice, cells: Sequence[Cell], wanted: Callable[[bool, bool], bool]
) -> Iterator[tuple[Cell, bool, bool]]:
    """Yield cells that count as crossing a border, and whether those asked for sold and bought.

    Several areas count as one unless one side holds the other.
    """
    buyers, sellers = sides(way.asked)
    overlap = bool(buyers & sellers)
    for cell in cells:
        if (way.goods_only and not cell.makes_goods) or (way.factories and not cell.is_factory):
            continue
        bought, sold = cell.importer in buyers, cell.exporter in sellers
        if not wanted(bought or not buyers, sold or not sellers):
            continue
        # Both ends in one group: for the group it is a domestic input.
        among = (cell.exporter in buyers and bought) or (sold and cell.importer in sellers)
        inside = cell.exporter == cell.importer or (among and not overlap)
        if way.home or not inside:
            yield cell, sold, bought
