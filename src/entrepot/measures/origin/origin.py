"""Whose value added is in a gross flow: domestic and foreign, counted once and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.measures.origin.flow import crossed, flow
from entrepot.measures.passport import Passport

if TYPE_CHECKING:
    from collections.abc import Collection

    from entrepot.measures.origin.economy import Numbers
    from entrepot.measures.origin.flow import Perimeter
    from entrepot.measures.origin.solved import Solved

__all__ = ["ORIGIN", "Origin", "value_added_origin"]

ORIGIN = Passport(
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
        An economy, see `entrepot.measures.origin.solved`.
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
