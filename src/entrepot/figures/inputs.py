"""Answers from input-output tables: what industries buy abroad, from whom, and for which sector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures import caveats, value_shares
from entrepot.figures.estimate import Answer, Estimate, Missing
from entrepot.figures.figure import Caveat, Evidence, Figure
from entrepot.figures.input_cells import InputCells
from entrepot.figures.input_choices import (
    choices,
    goods_key,
    inputs_title,
    is_inputs,
    made_by,
    own_sectors,
    sides,
    spans,
)
from entrepot.figures.input_rows import SOURCE, InputRows, input_rows, input_years
from entrepot.figures.io_tables import economy_of
from entrepot.figures.no_value import unanswered
from entrepot.figures.spread import ends_of, specifications, spread_of
from entrepot.model.areas import area_name
from entrepot.model.display import joined
from entrepot.sources.icio.sectors import sector as sector_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.definition import Definition
    from entrepot.lake import Lake

__all__ = ["MEASURES", "answer", "breakdown", "figure", "input_years", "inputs_title", "is_inputs"]

MEASURES = ("value", "import_share", "export_share", "asymmetry", "hhi", "cr")
REST = "XROW"


def answer(definition: Definition, lake: Lake) -> Answer | Missing:
    """Answer from the tables of inputs.

    The headline counts inputs that crossed a border, goods and services, for every sector. The
    alternatives count inputs from home too, goods only, manufacturers only, and Hong Kong in or
    out, in every combination.

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
    definition = definition.but(goods=goods_key(definition.goods, definition.source))
    if definition.basis == value_shares.BASIS:
        return _by_value_added(definition, lake)
    found = _cells(definition, lake)
    if isinstance(found, Missing):
        return found
    values = found.measured()
    if 0 not in values:
        return Missing(f"{SOURCE} has {_nothing(definition)}")
    estimates = [_estimate(found, number, values[number], definition) for number in sorted(values)]
    return Answer(
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
    return {} if isinstance(found, Missing) else found.by(by)


def figure(definition: Definition, lake: Lake) -> Figure:
    """Return the answer as a Figure, whose goods say that they are inputs."""
    definition = definition.but(
        goods=goods_key(definition.goods, definition.source),
        source=definition.source or SOURCE,
    )
    rows = input_rows(lake, definition.period, definition.source)
    if isinstance(rows, InputRows):
        definition = definition.but(source=rows.address)
    found = answer(definition, lake)
    if isinstance(found, Missing):
        return unanswered(definition, found.reason, of_reports=False)
    notes = [item for item in caveats.for_definition(definition) if item.id != "denominator-system"]
    head, definitions = found.estimates[0], specifications(found.estimates)
    ends = ends_of(found.estimates, definitions)
    return Figure(
        definition=definition,
        status="ok",
        value=head.value,
        unit=head.unit,
        details=head.details,
        low=ends[0] if ends else None,
        high=ends[1] if ends else None,
        range=", ".join(found.spans) if ends else None,
        specifications=definitions,
        spread=spread_of(found.estimates, definitions),
        evidence=head.evidence,
        caveats=(*found.caveats, *notes),
    )


def _cells(definition: Definition, lake: Lake) -> InputCells | Missing:
    """Return the cells that a question is about, areas without an entry left out."""
    if definition.sector:
        sector_of(definition.sector, own=own_sectors(definition.source))
    if refusal := _refusal(definition):
        return Missing(refusal)
    rows = input_rows(lake, definition.period, definition.source)
    if isinstance(rows, Missing):
        return rows
    rows.require((*made_by(definition.goods), definition.sector))
    kinds = all(one.kind for one in rows.sectors().values())
    return _unknown(definition, rows) or InputCells(rows, choices(definition, kinds=kinds))


def _unknown(definition: Definition, rows: InputRows) -> Missing | None:
    """Say that the tables have no entry for anybody on one side; None where they have."""
    strangers = _strangers(definition, rows)
    for group in sides(definition):
        if group and group <= strangers:
            names = joined([area_name(code) for code in sorted(group)])
            return Missing(
                f"{rows.address} has no entry of its own for {names}; "
                f"it knows {rows.economies} economies"
            )
    return None


def _by_value_added(definition: Definition, lake: Lake) -> Answer | Missing:
    refused = value_shares.refusal(definition) or _refusal(definition)
    if refused:
        return Missing(refused)
    if definition.sector:
        sector_of(definition.sector, own=own_sectors(definition.source))
    known = economy_of(lake, definition.period, definition.source)
    if isinstance(known, Missing):
        return known
    known.rows.require((*made_by(definition.goods), definition.sector))
    found = _unknown(definition, known.rows) or value_shares.answer(definition, known)
    if isinstance(found, Missing):
        return found
    more = (*found.caveats, *_about_sides(definition, known.rows))
    return Answer(found.estimates, more, found.spans)


def _refusal(definition: Definition) -> str | None:
    """Say why the tables cannot answer this kind of question at all."""
    if definition.measure not in MEASURES:
        return f"{SOURCE} answers {', '.join(MEASURES)}, not {definition.measure}"
    if definition.flow != "one_way":
        return f"{SOURCE} answers one direction at a time"
    if definition.basis not in ("dispatch", "origin", value_shares.BASIS):
        return f"{SOURCE} does not tell inputs by {definition.basis}"
    if definition.valuation is not None:
        return f"{SOURCE} is at basic prices, not {definition.valuation.upper()}"
    if definition.quantity != "value":
        return f"{SOURCE} holds values, not {definition.quantity}"
    if definition.currency not in ("", "USD"):
        return f"{SOURCE} is in USD, not {definition.currency}"
    if not any(sides(definition)):
        return f"{SOURCE} is asked for an importer or an exporter"
    return None


def _strangers(definition: Definition, rows: InputRows) -> frozenset[str]:
    members = frozenset().union(*sides(definition))
    return members - rows.known(members)


def _nothing(definition: Definition) -> str:
    what = inputs_title(definition.goods, definition.sector)
    return (
        f"no {what} from {definition.exporter} to {definition.importer} in {definition.period}, "
        "which is not the same as zero"
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
        unit=definition.unit,
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
    if strangers := _strangers(definition, rows):
        names = ", ".join(sorted(strangers))
        yield caveats.caveat("not-recorded", f"{rows.address} has no entry of its own for {names}.")
    texts = zip((definition.importer, definition.exporter), sides(definition), strict=True)
    for name, group in texts:
        if len(group) > 1:
            yield caveats.caveat(
                "inside-group",
                f"{area_name(name)} counts as one area: its members' inputs from each other are "
                "inputs from home.",
            )
