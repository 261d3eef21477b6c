"""Inputs: which ones a definition means and how else they may be counted, and their rows.

Rows of the input-output tables are from the lake if it holds the year, else from the package.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import narwhals as nw

from entrepot.errors import MissingExtraError, RequestError, UnknownNameError
from entrepot.figures.definition import territories, territory
from entrepot.figures.evidence import NoAnswer
from entrepot.lake import distinct, fetch
from entrepot.model.areas import WORLD
from entrepot.model.period import Period
from entrepot.sources import source_info, split_address
from entrepot.sources.icio import wheel
from entrepot.sources.icio.sectors import NOMENCLATURE, Sector, sector, sectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.figures.definition import Definition
    from entrepot.lake import InventoryItem, Lake

BASIS = "value_added"

GOODS = "inputs"
"""Goods of a definition that means inputs: ``inputs``, ``inputs:C26``, ``inputs:C26,C27``."""
ORIGIN = "origin"
"""The measure that only inputs can answer."""
_VARIED = {
    "import_share": ("home", "goods_only", "factories"),
    "export_share": ("home", "goods_only", "factories"),
    "asymmetry": ("goods_only", "factories"),
    "hhi": ("goods_only", "factories"),
    "cr": ("goods_only", "factories"),
    "value": ("goods_only",),
}
_SPANS = {
    "home": "domestic inputs counted or not",
    "goods_only": "services counted or not",
    "factories": "manufacturers or every sector",
}


@dataclass(frozen=True, slots=True)
class InputChoice:
    """One way to count.

    Attributes
    ----------
    asked
        The definition, whose areas may be another's.
    home
        Whether the total holds inputs from (or for) home.
    goods_only
        Whether services are left out.
    factories
        Whether manufacturing is the only buyer.
    """

    asked: Definition
    home: bool = False
    goods_only: bool = False
    factories: bool = False

    def named(self, goods: str) -> dict[str, str]:
        """Return what was chosen, as a specification carries it."""
        kind = "sold" if self.asked.measure == "export_share" else "bought"
        return {
            "goods": goods,
            "territory": territory(self.asked),
            "total": f"all inputs {kind}" if self.home else f"inputs {kind} abroad",
            "inputs": "goods" if self.goods_only else "goods and services",
            "buyers": "manufacturing" if self.factories else "every sector",
        }


def is_inputs(definition: Definition) -> bool:
    """Whether a definition is about inputs, by its goods, its source or its measure."""
    source = (definition.source or "").partition("@")[0]
    named = definition.goods.partition(":")[0] == GOODS or source == "icio"
    return named or definition.measure == ORIGIN


def own_sectors(source: str | None) -> bool:
    """Whether a source is one release, which says itself which sectors it has: ``icio@NAME``."""
    _, _, release = (source or "").partition("@")
    return bool(release) and release != "2025"


def goods_key(goods: str, source: str | None = None) -> str:
    """Return the goods of a definition about inputs in one spelling.

    Parameters
    ----------
    source
        Where they are asked of: a table of one's own has its own sectors.

    Raises
    ------
    RequestError
        For goods that are no inputs.
    UnknownNameError
        For an unknown sector.

    Examples
    --------
    >>> goods_key("all"), goods_key("inputs:c27,C26")
    ('inputs', 'inputs:C26,C27')
    """
    name, colon, codes = goods.strip().partition(":")
    if goods.strip().lower() in ("all", GOODS):
        return GOODS
    if name.strip().lower() != GOODS:
        raise RequestError(
            f"input-output tables know sectors, not {goods!r}",
            why="a sector makes many products, so its tables have no product codes",
            hint="ask for inputs, or for the inputs that a sector makes: inputs:C26",
        )
    own = own_sectors(source)
    wanted = {sector(one.strip().upper(), own=own).code for one in codes.split(",") if one.strip()}
    if colon and not wanted:
        raise RequestError(f"no sector in {goods!r}", hint="write inputs:C26, or inputs")
    order = list(sectors())
    # The table's own order; sectors of a user's table come first,
    # by name. So one set of sectors has one spelling, and one id.
    listed = sorted(wanted, key=lambda code: (order.index(code) if code in order else -1, code))
    return f"{GOODS}:{','.join(listed)}"


def made_by(goods: str) -> frozenset[str]:
    """Return the sectors that make the inputs of a key of `goods_key`; none for all sectors."""
    _, _, codes = goods.partition(":")
    return frozenset(codes.split(",")) if codes else frozenset()


def inputs_title(goods: str, buyer_sector: str | None = None) -> str:
    """Return a name for inputs as it stands in a sentence.

    Examples
    --------
    >>> inputs_title("inputs"), inputs_title("inputs:C26", "C29")
    ('inputs', 'inputs made by electronics, bought by motor vehicles')
    """
    _, _, codes = goods.partition(":")
    names = " and ".join(sector(code, own=True).name for code in codes.split(",")) if codes else ""
    made = f"inputs made by {names}" if names else "inputs"
    if not buyer_sector:
        return made
    return f"{made}{',' if names else ''} bought by {sector(buyer_sector, own=True).name}"


def choices(definition: Definition, *, kinds: bool = True) -> list[InputChoice]:
    """Return the ways to count, the headline first: bought abroad, every sector, everything.

    Parameters
    ----------
    kinds
        Whether it is known of every sector of the table if it makes goods, or is manufacturing.
    """
    open_ = [
        name
        for name in _VARIED[definition.measure]
        if (kinds or name == "home")
        # One buying sector is manufacturing or not: nothing to choose.
        and not (name == "factories" and definition.sector)
        and not (name == "goods_only" and not _mixed(definition.goods))
        and not (name == "home" and _among_members(definition))
    ]
    apart = [one for one in territories(definition) if not _among_members(one)]
    found = []
    for asked in (definition, *apart):
        for picked in itertools.product((False, True), repeat=len(open_)):
            found.append(InputChoice(asked, **dict(zip(open_, picked, strict=True))))
    return found


def _mixed(goods: str) -> bool:
    """Whether the inputs are both goods and services."""
    made = made_by(goods)
    # Two values, true and false: some make goods and some do not.
    return not made or len({sector(code, own=True).makes_goods for code in made}) == 2


def _among_members(definition: Definition) -> bool:
    """Whether one side is a part of the other, so that home is not what it seems."""
    return bool(definition.members("importer") & definition.members("exporter"))


def spans(made: Sequence[InputChoice]) -> Iterator[str]:
    """Yield in words what differs among the ways to count."""
    for name, words in _SPANS.items():
        if len({getattr(choice, name) for choice in made}) > 1:
            yield words
    if len({choice.asked for choice in made}) > 1:
        yield "with and without Hong Kong"


def sides(asked: Definition) -> tuple[frozenset[str], frozenset[str]]:
    """Return the areas that buy and those that sell; none for the world, which is everybody."""
    buyers = frozenset() if asked.importer == WORLD else asked.members("importer")
    sellers = frozenset() if asked.exporter == WORLD else asked.members("exporter")
    return buyers, sellers


SOURCE = "icio"
RELEASE = "2025"
INSTALL = "pip install 'entrepot[icio]'"
_MOST = 16  # tables kept for one lake; one has a megabyte or two

Frame = nw.LazyFrame[Any]


class Cell(NamedTuple):
    """Inputs that one area's sectors buy of another's.

    Attributes
    ----------
    sector
        The one that buys; empty where all are together.
    usd
        Whole USD, so that sums are exact in any order.
    rows
        How many rows they are from.
    """

    exporter: str
    importer: str
    sector: str
    makes_goods: bool
    is_factory: bool
    usd: float
    rows: int


# Weak: what was added up of a lake goes with it.
_CELLS: WeakKeyDictionary[Lake, dict[Any, tuple[dict[Any, list[Cell]], Any]]] = WeakKeyDictionary()
_SECTORS: WeakKeyDictionary[Lake, dict[Any, list[str]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class InputRows:
    """The inputs of one year.

    Attributes
    ----------
    lake
        Where the rows are, or whose connection computes.
    address
        The source as it was asked for: ``icio``, ``icio@2025``.
    snapshot
        First digits of the hash of the delivered bytes.
    period
        The year.
    economies
        Number of areas with an entry of their own.
    cut
        Area and sector of the buyers whose inputs were cut and put back.
    installed
        The table of the package; None where the lake has the rows.
    nomenclature
        Edition of the sectors.
    """

    lake: Lake
    address: str
    snapshot: str
    period: Period
    economies: int
    cut: frozenset[tuple[str, str]] = frozenset()
    installed: wheel.Installed | None = None
    nomenclature: str = NOMENCLATURE

    def sectors(self) -> dict[str, Sector]:
        """Return the sectors of the table by code; of the OECD's release of 2025, all of them."""
        if self.installed or self.nomenclature == NOMENCLATURE:
            return sectors()
        kept = _SECTORS.setdefault(self.lake, {})
        key = (self.address, self.snapshot, self.period)
        if key not in kept:
            rows = self._rows_by("exporter")
            kept[key] = sorted(
                {
                    str(code)
                    for name in ("sector", "buyer_sector")
                    for (code,) in distinct(rows, name)
                }
            )
        return {code: sector(code, own=True) for code in kept[key]}

    def require(self, codes: Iterable[str | None]) -> None:
        """Refuse sectors that the table has not.

        Raises
        ------
        UnknownNameError
            With the codes that look most like it.
        """
        known = self.sectors()
        for code in codes:
            if code is not None and code not in known:
                hint = f"{self.address} has {len(known)} sectors: {', '.join(known)}"
                raise UnknownNameError("sector", code, known, hint=hint)

    def known(self, areas: frozenset[str]) -> frozenset[str]:
        """Return those of `areas` that the tables have an entry for."""
        if self.installed:
            return areas & set(self.installed.table.grid.areas)
        rows = self._rows_by("exporter").filter(nw.col("exporter").is_in(sorted(areas)))
        return frozenset(code for (code,) in distinct(rows, "exporter"))

    def cells(
        self,
        importers: frozenset[str],
        exporters: frozenset[str],
        made: frozenset[str],
        sector: str | None,
        *,
        by_sector: bool,
    ) -> Sequence[Cell]:
        """Return what `importers` buy from anybody and `exporters` sell to anybody, added up.

        Own inputs are included. They are few thousand at most, and are kept for other questions.

        Parameters
        ----------
        made
            Sectors that make the inputs; none for all.
        sector
            The one that buys; None for all.
        by_sector
            Whether cells are told apart by the sector that buys, else by whether it manufactures.
        """
        kept = _CELLS.setdefault(self.lake, {})
        key = (self.snapshot, self.period, importers, exporters, made)
        if key not in kept:
            # Added up by sector once; coarser sums are made of these
            # few rows and kept in the dictionary next to them.
            kept[key] = {}, self._added_up(importers, exporters, made)
            while len(kept) > _MOST:
                del kept[next(iter(kept))]
        coarser, rows = kept[key]
        if (sector, by_sector) not in coarser:
            coarser[sector, by_sector] = self._coarser(rows, sector, by_sector=by_sector)
        return coarser[sector, by_sector]

    def _added_up(
        self, importers: frozenset[str], exporters: frozenset[str], made: frozenset[str]
    ) -> Sequence[tuple[Any, ...]]:
        goods = frozenset(code for code, one in self.sectors().items() if one.makes_goods)
        if self.installed:
            return self.installed.added_up(importers, exporters, made, goods)
        bought = self._rows_by("importer").filter(nw.col("importer").is_in(sorted(importers)))
        sold = self._rows_by("exporter").filter(
            nw.col("exporter").is_in(sorted(exporters)),
            # What the importers buy of the exporters is in `bought`, and would count twice.
            ~nw.col("importer").is_in(sorted(importers)),
        )
        rows = nw.concat([bought, sold])
        if made:
            rows = rows.filter(nw.col("sector").is_in(sorted(made)))
        found = (
            rows.with_columns(nw.col("sector").is_in(sorted(goods)).alias("makes_goods"))
            .group_by("exporter", "importer", "buyer_sector", "makes_goods")
            .agg(nw.col("value_usd").sum(), nw.len().alias("rows"))
            .select("exporter", "importer", "buyer_sector", "makes_goods", "value_usd", "rows")
        )
        return fetch(found)

    def _coarser(
        self, rows: Sequence[tuple[Any, ...]], sector: str | None, *, by_sector: bool
    ) -> list[Cell]:
        """Add up what no way of counting tells apart."""
        factories = {code for code, one in self.sectors().items() if one.is_manufacturing}
        found: dict[tuple[str, str, str, bool, bool], tuple[float, int]] = {}
        for exporter, importer, buyer, goods, usd, many in rows:
            if sector in (None, buyer):
                key = exporter, importer, buyer if by_sector else "", goods, buyer in factories
                before, count = found.get(key, (0.0, 0))
                found[key] = before + usd, count + many
        return [Cell(*key, *amounts) for key, amounts in found.items()]

    def _rows_by(self, by: Any) -> Frame:
        rows = self.lake.table("inputs", source=self.address, by=by)
        return rows.filter(nw.col("period") == self.period.start)


def input_years(lake: Lake) -> list[Period]:
    """Return the years for which inputs can be asked, the newest first."""
    found = {period for item in lake.holdings() if item.source == SOURCE for period in item.current}
    if wheel.installed_file():
        found.add(Period.parse(max(wheel.YEARS)))
    return sorted(found, reverse=True)


def input_rows(lake: Lake, period: Period, source: str | None = None) -> InputRows | NoAnswer:
    """Return where the inputs of a year are, or why there are none.

    Parameters
    ----------
    source
        ``icio`` or one release of it, ``icio@2025``.
    """
    address = source or SOURCE
    _, release = split_address(address)
    snapshots = [
        item
        for item in lake.holdings()
        if item.source == SOURCE
        and period in (item.current if release is None else item.periods)
        and release in (None, item.vintage)
    ]
    if snapshots:
        snapshot = "+".join(item.snapshot for item in snapshots)
        # The least of several: a text must not promise more economies than each file has.
        known = min(item.areas for item in snapshots)
        last = snapshots[-1]
        if last.vintage != RELEASE:  # an answer names the table that it is from
            address = f"{SOURCE}@{last.vintage}"
        return InputRows(
            lake, address, snapshot, period, known, _cut(snapshots), nomenclature=last.nomenclature
        )
    return _from_package(lake, period, address, release)


def _from_package(
    lake: Lake, period: Period, address: str, release: str | None
) -> InputRows | NoAnswer:
    try:
        table = wheel.installed()
    except MissingExtraError as error:
        return NoAnswer(f"{error.what}; {error.hint}")
    if table and period.is_year and period.year == table.year and release in (None, RELEASE):
        grid = table.table.grid
        cut = frozenset(grid.names(place) for place in table.table.cut)
        return InputRows(lake, address, table.snapshot, period, len(grid.areas), cut, table)
    years = ", ".join(str(year) for year in reversed(input_years(lake)))
    title = source_info(SOURCE).title.partition(",")[0]
    if years:
        return NoAnswer(f"{SOURCE} ({title}) is loaded for {years}, not for {period}")
    return NoAnswer(f"{SOURCE} ({title}) is not loaded. Load the year 2022 with: {INSTALL}")


def _cut(snapshots: list[InventoryItem]) -> frozenset[tuple[str, str]]:
    """Return what the finding of the load names: "ISL C21 x 1.210, CYP H51 x 1.072"."""
    named = (f.example for item in snapshots for f in item.findings if f.rule == "cut-columns")
    parts = (one.split() for text in named for one in text.split(", "))
    return frozenset((area, sector) for area, sector, *_ in parts)
