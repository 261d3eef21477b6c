"""Whose value added is in what one area's industries buy from another, from input-output tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.figures import caveats
from entrepot.figures.estimate import Estimate, Missing
from entrepot.figures.figure import Caveat, Evidence, Figure
from entrepot.figures.input_choices import GOODS, inputs_title, made_by, own_sectors, sides
from entrepot.figures.input_rows import SOURCE
from entrepot.figures.io_tables import economy_of
from entrepot.figures.no_value import unanswered
from entrepot.figures.spread import ends_of, specifications, spread_of
from entrepot.figures.variants import territories, territory
from entrepot.measures.origin import value_added_origin
from entrepot.model.areas import area_name
from entrepot.model.display import joined
from entrepot.sources.icio.sectors import sector as sector_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.definition import Definition
    from entrepot.figures.io_tables import Known
    from entrepot.lake import Lake
    from entrepot.measures.origin import Origin
    from entrepot.measures.origin.origin import Perimeter

__all__ = ["figure"]

REST = "XROW"
ALL = "all"
MILLION = 1e6
BORDERS: dict[Perimeter, str] = {
    "flow": "of the flow",
    "bilateral": "between the two",
    "exporter": "of the exporter",
}


def figure(definition: Definition, lake: Lake, *, asked_of: str = GOODS) -> Figure:
    """Return the foreign value added in a flow of inputs as a Figure.

    The headline counts value once, at the border of the flow. The alternatives take a wider
    border, count value at every crossing, and put Hong Kong in or out.

    Parameters
    ----------
    definition
        Checked: its goods are ``inputs``, or ``inputs:C26`` for what a sector made; its sector
        is the one that buys; an importer ``WLD`` is everybody but the exporter.
    asked_of
        The goods as they were asked for: of all goods, inputs are answered, and a caveat says so.
    lake
        Asked first; where it does not hold the year, the installed package is.

    Raises
    ------
    UnknownNameError
        For an unknown sector.
    RequestError
        If an area is on both sides.
    """
    if definition.sector:
        sector_of(definition.sector, own=own_sectors(definition.source))
    _require_apart(definition)
    definition = definition.but(source=definition.source or SOURCE)
    known = economy_of(lake, definition.period, definition.source)
    if isinstance(known, Missing):
        return unanswered(definition, known.reason, of_reports=False)
    known.rows.require((*made_by(definition.goods), definition.sector))
    definition = definition.but(source=known.rows.address)
    strangers = _strangers(definition, known)
    for group in sides(definition):
        if group and group <= strangers:
            names = joined([area_name(code) for code in sorted(group)])
            return unanswered(
                definition,
                f"{known.rows.address} has no entry of its own for {names}; it knows "
                f"{known.rows.economies} economies",
                of_reports=False,
            )
    estimates = list(_estimates(definition, known))
    if not estimates:
        what = inputs_title(definition.goods, definition.sector)
        flow = f"from {definition.exporter} to {definition.importer} in {definition.period}"
        return unanswered(
            definition,
            f"{known.rows.address} has no {what} {flow}, so there is no origin of it",
            of_reports=False,
        )
    found = _figure(definition, known, estimates, strangers)
    return replace(found, caveats=(_inputs_only(), *found.caveats)) if asked_of == ALL else found


def _inputs_only() -> Caveat:
    return caveats.caveat(
        "input-output",
        "Asked of all goods, answered of what industries buy, goods and services: goods for final "
        "use are left out. Write --goods inputs, or inputs:C26 for what one sector made.",
    )


def _figure(
    definition: Definition, known: Known, estimates: list[Estimate], strangers: frozenset[str]
) -> Figure:
    head, definitions = estimates[0], specifications(estimates)
    ends = ends_of(estimates, definitions)
    spans = "which border counts, value counted once or at every crossing"
    if len({item.choices["territory"] for item in estimates}) > 1:
        spans += ", Hong Kong in or out"
    return Figure(
        definition=definition,
        status="ok",
        value=head.value,
        unit=head.unit,
        details=head.details,
        low=ends[0] if ends else None,
        high=ends[1] if ends else None,
        range=spans if ends else None,
        specifications=definitions,
        spread=spread_of(estimates, definitions),
        evidence=head.evidence,
        table=head.table,
        caveats=(*_caveats(known, strangers), *caveats.for_definition(definition)),
    )


def _require_apart(definition: Definition) -> None:
    importers, exporters = sides(definition)
    if both := sorted(importers & exporters):
        raise RequestError(
            f"{joined([area_name(code) for code in both])} on both sides",
            why="what an area sells to itself crosses no border, so nothing in it is foreign",
            hint="name areas that do not overlap as --exporter and --importer",
        )


def _strangers(definition: Definition, known: Known) -> frozenset[str]:
    return frozenset[str]().union(*sides(definition)) - set(known.solved.economy.names)


def _estimates(definition: Definition, known: Known) -> Iterator[Estimate]:
    """Yield the headline and every other way to count, as far as there is a flow."""
    apart = [one for one in territories(definition) if not frozenset.intersection(*sides(one))]
    for asked in (definition, *apart):
        for border in BORDERS:
            found = _origin(asked, known, border)
            share = found.foreign_share
            if share is None and asked is definition:
                return  # an alternative must not take the place of the headline
            if share is None:
                break
            head = asked is definition and border == "flow"
            yield _estimate(asked, known, found, BORDERS[border], head=head)
            if border == "flow":
                every = (found.fva + found.fdc) / found.gross
                choices = _named(asked, BORDERS[border], "at every crossing")
                yield Estimate(value=every, unit="share", choices=choices)


def _origin(asked: Definition, known: Known, border: Perimeter) -> Origin:
    importers, exporters = sides(asked)
    names = set(known.solved.economy.names)
    made = made_by(asked.goods)
    return value_added_origin(
        known.solved,
        exporters & names,
        importers & names if importers else None,
        made=None if ":" not in asked.goods else made,
        used=[asked.sector] if asked.sector else None,
        perimeter=border,
    )


def _named(asked: Definition, border: str, counted: str) -> dict[str, str]:
    return {
        "source": asked.source or SOURCE,
        "goods": asked.goods,
        "territory": territory(asked),
        "border": border,
        "counted": counted,
    }


def _estimate(
    asked: Definition, known: Known, found: Origin, border: str, *, head: bool
) -> Estimate:
    choices = _named(asked, border, "once")
    value = found.fva / found.gross
    if not head:
        return Estimate(value=value, unit="share", choices=choices)
    details = {
        "gross_usd": found.gross,
        "dva_usd": found.dva,
        "ddc_usd": found.ddc,
        "fva_usd": found.fva,
        "fdc_usd": found.fdc,
        "value_added_lost_usd": found.dva + found.fva,
        "output_lost_usd": float(found.lost.sum()),
    }
    sectors = len(known.solved.economy.output)
    return Estimate(
        value=value,
        unit="share",
        choices=choices,
        evidence=(Evidence(known.rows.address, known.rows.snapshot, sectors),),
        details={name: MILLION * number for name, number in details.items()},
        table=tuple(_row(row, found) for row in found.rows()),
    )


def _row(row: dict[str, Any], found: Origin) -> dict[str, Any]:
    return {
        "origin": row["origin"],
        "name": area_name(row["origin"]),
        "foreign": row["origin"] not in found.home,
        "share": row["once"] / found.gross,
        "value_added_usd": MILLION * row["once"],
        "again_usd": MILLION * row["again"],
    }


def _caveats(known: Known, strangers: frozenset[str]) -> Iterator[Caveat]:
    text = (
        "Value added by where it was added, after Borin and Mancini, on estimated tables: inputs "
        "of industries alone, and what goes to one buyer is made like what goes to any other. "
        "Goods that only pass through are another quantity; never add re-exports to it."
    )
    if REST not in known.solved.economy.names:
        text += (
            f" Inputs from outside the {known.rows.economies} economies, and taxes on inputs, "
            "count as the buyer's own, so the foreign share is too low rather than too high."
        )
    else:
        text += " Taxes on inputs count as the buyer's own."
    yield caveats.caveat("origin", text)
    if strangers:
        names = ", ".join(sorted(strangers))
        yield caveats.caveat(
            "not-recorded", f"{known.rows.address} has no entry of its own for {names}."
        )
