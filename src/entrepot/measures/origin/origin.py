"""Whose value added is in a gross flow: domestic and foreign, counted once and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from entrepot.errors import RequestError, UnknownNameError
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection

    from entrepot.measures.origin.economy import Economy, Numbers, Places, Solved

ORIGIN = MeasureMetadata(
    id="origin",
    title="foreign value added in a flow",
    function="value_added_origin",
    inputs="an input-output table with output; an exporter, and an importer, sectors, or both",
    columns=(
        ("foreign_share", "foreign value added, counted once, of the gross flow, 0 to 1"),
        ("gross_usd", "the gross flow, USD"),
        ("dva_usd", "domestic value added, counted once, USD"),
        ("ddc_usd", "domestic double counting, USD"),
        ("fva_usd", "foreign value added, counted once, USD"),
        ("fdc_usd", "foreign double counting, USD"),
    ),
    unit="share",
    range="0 to 1; beyond it only where value added of a sector is below zero",
    null_rule="null where there is no such flow; an area or sector that is not there is an error",
    formula=(
        "FVA = Σ_{t≠s} V_t B*_ts e, FDC = Σ_{t≠s} V_t (B_ts - B*_ts) e, DVA = V_s B*_ss e, "
        "DDC = V_s (B_ss - B*_ss) e; B = (I - A)^-1, B* the same without inputs that cross the "
        "border of the flow; the four add up to the flow"
    ),
    reference=(
        "Borin and Mancini (2019), World Bank policy research working paper 8804, source-based "
        "decomposition; Los, Timmer and de Vries (2016), American Economic Review 106(7), for the "
        "same by extraction"
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Value added in a gross flow by the area where it was added.

    Attributes
    ----------
    gross
        The flow, in the unit of output.
    names
        Areas, m in all.
    once
        m: value added, counted when it first crosses the border.
    again
        m: the same, counted at later crossings.
    home
        Codes of the exporter.
    lost
        m: output that would not be made if the flow stopped and nothing took its place.
    """

    gross: float
    names: tuple[str, ...]
    once: Numbers
    again: Numbers
    home: frozenset[str]
    lost: Numbers

    @property
    def dva(self) -> float:
        """Domestic value added, counted once."""
        return self._sum(self.once, at_home=True)

    @property
    def ddc(self) -> float:
        """Domestic double counting."""
        return self._sum(self.again, at_home=True)

    @property
    def fva(self) -> float:
        """Foreign value added, counted once."""
        return self._sum(self.once, at_home=False)

    @property
    def fdc(self) -> float:
        """Foreign double counting."""
        return self._sum(self.again, at_home=False)

    @property
    def foreign_share(self) -> float | None:
        """Foreign value added, counted once, of the flow; None where nothing flows."""
        return self.fva / self.gross if self.gross else None

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each area with anything in the flow, the largest first."""
        found = [
            {"origin": name, "once": float(once), "again": float(again)}
            for name, once, again in zip(self.names, self.once, self.again, strict=True)
            if once or again
        ]
        return sorted(found, key=lambda row: (-row["once"], row["origin"]))

    def _sum(self, numbers: Numbers, *, at_home: bool) -> float:
        pairs = zip(self.names, numbers, strict=True)
        return float(sum(number for name, number in pairs if (name in self.home) == at_home))


def value_added_origin(
    solved: Solved,
    exporters: Collection[str],
    importers: Collection[str] | None = None,
    *,
    made: Collection[str] | None = None,
    used: Collection[str] | None = None,
    perimeter: Perimeter = "flow",
) -> Origin:
    """Return whose value added is in a flow, after Borin and Mancini, source-based.

    Parameters
    ----------
    solved
        An economy, see `entrepot.measures.origin.economy`.
    exporters, importers
        Areas; several on one side count as one. No importers: everybody else.
    made, used
        Sectors that sell, and sectors that buy; None for all. With `used`, final use is left out.
    perimeter
        Border at whose later crossings value is counted again: ``flow`` (the sectors of the flow),
        ``bilateral`` (all sectors of the two sides), ``exporter`` (everything it sells abroad).

    Raises
    ------
    UnknownNameError
        For an area, a sector or a perimeter that is not there.
    RequestError
        If an area is on both sides.

    Notes
    -----
    Value added is output less the inputs in the table, so that taxes on inputs, and inputs from
    outside the table, count as the buyer's own. What is counted once is what an extraction of the
    flow would take from value added (Los, Timmer and de Vries 2016).
    """
    world = solved.economy
    asked = flow(world, exporters, importers, made=made, used=used, perimeter=perimeter)
    every, first = crossed(solved, asked)
    rate = world.value_added
    once = world.added_up(rate * first)
    return Origin(
        gross=float(asked.values.sum()),
        names=world.names,
        once=once,
        again=world.added_up(rate * every) - once,
        home=asked.home,
        lost=world.added_up(first),
    )


# Whose value added is in what everybody sells to everybody.


@dataclass(frozen=True, slots=True, eq=False)
class OriginMatrix:
    """Value added by origin, exporter and importer.

    Attributes
    ----------
    names
        Areas, m in all.
    gross
        m x m: what the row sells to the column; own sales are zero.
    once, again
        m x m x m by origin, exporter, importer: value added, counted when it first crosses the
        border, and at later crossings. Together, over origins, they are `gross`.
    """

    names: tuple[str, ...]
    gross: Numbers
    once: Numbers
    again: Numbers


def origin_matrix(
    solved: Solved, perimeter: Literal["bilateral", "exporter"] = "exporter"
) -> OriginMatrix:
    """Return whose value added is in every flow between two areas, all sectors together.

    Parameters
    ----------
    solved
        An economy.
    perimeter
        Border at whose later crossings value is counted again: that of the exporter with
        everybody, so that a row of importers adds up, or that of each pair.

    Raises
    ------
    UnknownNameError
        For another perimeter.
    """
    import numpy as np

    if perimeter not in ("bilateral", "exporter"):
        raise UnknownNameError("perimeter", perimeter, ("bilateral", "exporter"))
    world = solved.economy
    names, owner = world.names, world.name_of
    sales = _sales(world)
    size = len(names)
    once, again = (np.zeros((size, size, size)) for _ in range(2))
    gross = np.zeros((size, size))
    rate = world.value_added[:, None]
    for place in range(size):
        sellers = np.flatnonzero(owner == place)
        sold = sales[sellers]
        # What an area sells to itself crosses no border.
        sold[:, place] = 0
        behind = solved.output_for(_unit(len(owner), sellers))
        content = world.added_up(rate * behind)
        gross[place] = sold.sum(axis=0)
        # `behind` serves both counts: one solution with k columns an area is all the work there is.
        once[:, place] = content @ _first(world, sellers, behind, sold, place, perimeter)
        again[:, place] = content @ sold - once[:, place]
    return OriginMatrix(names, gross, once, again)


def _sales(world: Economy) -> Numbers:
    """Return n x m: what each sector sells to each area."""
    import numpy as np

    names, owner = world.names, world.name_of
    found = np.zeros((len(owner), len(names)))
    for place in range(len(names)):
        buyers = np.flatnonzero(owner == place)
        found[:, place] = world.coefficients[:, buyers] @ world.output[buyers]
        if world.final is not None:
            found[:, place] += world.final[:, place]
    return found


def _unit(count: int, sellers: Places) -> Numbers:
    import numpy as np

    # Column by column in memory, as LAPACK solves it.
    found = np.zeros((count, len(sellers)), order="F")
    found[sellers, np.arange(len(sellers))] = 1
    return found


def _first(
    world: Economy, sellers: Places, behind: Numbers, sold: Numbers, place: int, perimeter: Any
) -> Numbers:
    """Return what is sold to each area less what crosses the border again; see `crossed`."""
    import numpy as np

    owner, unit = world.name_of, np.eye(len(sellers))
    inputs = world.coefficients[sellers]
    if perimeter == "exporter":
        abroad = owner != place
        # (I + R B E)^-1 e of `crossed`, for all importers at once, as they share the border.
        found: Numbers = np.linalg.solve(unit + inputs[:, abroad] @ behind[abroad], sold)
        return found
    found = np.zeros(sold.shape)
    for other in np.flatnonzero(sold.any(axis=0)):
        buyers = owner == other
        again = inputs[:, buyers] @ behind[buyers]
        found[:, other] = np.linalg.solve(unit + again, sold[:, other])
    return found


# A gross flow from some areas to others, and the border at which it is counted.


Perimeter = Literal["flow", "bilateral", "exporter"]
"""What has to be crossed twice to be counted twice: the border of the flow itself (its sectors),
that between the two sides, or that between the exporter and everybody."""


@dataclass(frozen=True, slots=True, eq=False)
class GrossFlow:
    """What k sectors of the exporter sell.

    Attributes
    ----------
    sellers
        Places of the sectors at the border, k.
    values
        What each of them sells in the flow, k.
    buyers
        Places of the sectors on the other side of the border.
    home
        Codes of the exporter.
    """

    sellers: Places
    values: Numbers
    buyers: Places
    home: frozenset[str]


def flow(
    world: Economy,
    exporters: Collection[str],
    importers: Collection[str] | None = None,
    *,
    made: Collection[str] | None = None,
    used: Collection[str] | None = None,
    perimeter: Perimeter = "flow",
) -> GrossFlow:
    """Return a flow of the economy.

    Parameters
    ----------
    world
        The economy.
    exporters, importers
        Areas; several on one side count as one, so their trade with each other is at home.
        No importers: everybody else.
    made, used
        Sectors that sell, and sectors that buy; None for all. With `used`, final use is left out.
    perimeter
        Border at which the flow is counted.

    Raises
    ------
    UnknownNameError
        For an area, a sector or a perimeter that is not there.
    RequestError
        If an area is on both sides, or final use is asked of a part of an area.
    """
    import numpy as np

    if perimeter not in get_args(Perimeter):
        raise UnknownNameError("perimeter", perimeter, get_args(Perimeter))
    home = world.places(exporters)
    abroad = np.setdiff1d(np.arange(len(world.output)), home)
    other = abroad if importers is None else world.places(importers)
    if both := np.intersect1d(home, other).size:
        raise RequestError(
            f"{both} sectors are on both sides",
            why="what an area sells to itself crosses no border",
            hint="name different areas as exporter and importer",
        )
    sellers = world.places(exporters, made)
    codes = [world.areas[n] for n in np.unique(world.area_of[other])]
    buyers = other if used is None else world.places(codes, used)
    values = world.coefficients[np.ix_(sellers, buyers)] @ world.output[buyers]
    if world.final is not None and used is None:
        values = values + _final(world, world.final, sellers, other)
    names = frozenset(world.names[n] for n in np.unique(world.name_of[home]))
    if perimeter == "flow":
        return GrossFlow(sellers, values, buyers, names)
    # A wider border has more sellers; those outside the flow sell nothing in it.
    by_sector = np.zeros(len(world.output))
    by_sector[sellers] = values
    return GrossFlow(home, by_sector[home], other if perimeter == "bilateral" else abroad, names)


def _final(world: Economy, final: Numbers, sellers: Places, buyers: Places) -> Numbers:
    """Return what final use of the buyers' areas takes of each seller."""
    import numpy as np

    owner = world.name_of
    names = np.unique(owner[buyers])
    # Final use is known by area: a part of one, or some of its sectors, has none of its own.
    if np.isin(owner, names).sum() != len(buyers):
        raise RequestError(
            "final use of a part of an area is not known",
            why="tables give it for the whole area",
            hint="name the whole area as importer, or the sectors that buy",
        )
    found: Numbers = final[np.ix_(sellers, names)].sum(axis=1)
    return found


def crossed(solved: Solved, asked: GrossFlow) -> tuple[Numbers, Numbers]:
    """Return the output of every sector behind a flow: counted at each crossing, and once.

    B e is the first. The second is (I - A*)^-1 e, where A* lacks the inputs that cross the border:
    A* = A - E R, with E the columns of the unit matrix of the k sellers and R their inputs to the
    buyers. By the formula of Woodbury it is B E (I + R B E)^-1 e, so that the factors of I - A do
    for every border.

    Returns
    -------
    all, once
        n numbers each, in the unit of output.
    """
    import numpy as np

    count = len(asked.sellers)
    unit = np.zeros((len(solved.economy.output), count), order="F")
    unit[asked.sellers, np.arange(count)] = 1
    behind = solved.output_for(unit)
    inputs = solved.economy.coefficients[np.ix_(asked.sellers, asked.buyers)]
    again = inputs @ behind[asked.buyers]
    first = np.linalg.solve(np.eye(count) + again, asked.values)
    return behind @ asked.values, behind @ first
