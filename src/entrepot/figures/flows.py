"""Answers from rows of a flow source in the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures import caveats
from entrepot.figures.cells import Cells, totals
from entrepot.figures.estimate import Answer, Estimate, Missing
from entrepot.figures.held import held
from entrepot.figures.variants import territories, territory
from entrepot.goods import goods_selection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.definition import Definition
    from entrepot.figures.figure import Caveat
    from entrepot.goods import Selection, Variant
    from entrepot.lake import Lake

__all__ = ["answer"]

EDITIONS = "codes whose edition changed in or out"
HONG_KONG = "Hong Kong in or out"
TOO_SMALL = {
    "value": ", so this total is too small",
    "growth": ", so this compares totals that are too small",
    "import_share": ", so the total is too small and this is an upper bound",
    "export_share": ", so the total is too small and this is an upper bound",
}
NO_BOUND = ", so the total is too small and this may be far too high or too low"
OTHER_VARIANTS: tuple[Variant, ...] = ("same_code", "without_changed")


def answer(definition: Definition, lake: Lake, source: str) -> Answer | Missing:
    """Answer from the rows of `source`.

    The headline follows a list into the edition of the data; the alternatives are the other
    variants of the list and the same with or without Hong Kong, where the rows hold it.
    """
    refusal = _refusal(definition, source)
    if refusal:
        return Missing(refusal)
    periods = [span for span in (definition.period, definition.base) if span]
    deliveries = held(lake, source, periods)
    if isinstance(deliveries, Missing):
        return deliveries
    cells = Cells(lake, deliveries)
    selection = goods_selection(definition.goods, nomenclature=deliveries.nomenclature)
    main = _estimate(definition, selection, cells, main=True)
    if isinstance(main, Missing):
        return main
    others = list(_alternatives(definition, selection, cells))
    return Answer(
        estimates=(main, *(estimate for _, estimate in others)),
        caveats=(*caveats.for_goods(selection), *_about_rows(definition, cells)),
        spans=tuple(dict.fromkeys(span for span, _ in others)),
    )


def _refusal(definition: Definition, source: str) -> str | None:
    """Say why the source cannot answer this kind of question at all."""
    if definition.basis != "dispatch":
        return f"{source} does not tell goods by {definition.basis}"
    if definition.valuation not in (None, "fob"):
        return f"{source} is valued FOB, not {str(definition.valuation).upper()}"
    if definition.quantity == "items":
        return f"{source} counts value and mass, not items"
    if definition.currency != "USD":
        return f"{source} is in USD, not {definition.currency}"
    return None


def _alternatives(
    definition: Definition, selection: Selection, cells: Cells
) -> Iterator[tuple[str, Estimate]]:
    edition = cells.held.nomenclature
    for variant in OTHER_VARIANTS if selection.edition_sensitive or selection.substituted else ():
        other = goods_selection(definition.goods, nomenclature=edition, variant=variant)
        if other.codes and other.codes != selection.codes:
            found = _estimate(definition, other, cells)
            if isinstance(found, Estimate):
                yield EDITIONS, found
    for choice in territories(definition):
        other_side = _estimate(choice, selection, cells)
        if isinstance(other_side, Estimate):
            yield HONG_KONG, other_side


def _estimate(
    definition: Definition, selection: Selection, cells: Cells, *, main: bool = False
) -> Estimate | Missing:
    found = cells.measure(definition, selection)
    if isinstance(found, Missing):
        return found
    goods = definition.goods
    if selection.variant != "family":
        goods = f"{goods} ({selection.variant})"
    return Estimate(
        value=found.value,
        unit=definition.unit,
        details=found.details,
        choices={
            "source": cells.held.source,
            "goods": goods,
            "territory": territory(definition),
        },
        evidence=(cells.evidence(definition, selection),) if main else (),
    )


def _about_rows(definition: Definition, cells: Cells) -> Iterator[Caveat]:
    """Yield what follows from which rows there are, and which of them make up a total."""
    wholes = totals(definition)
    if cells.held.is_partial:
        text = f"The lake holds {cells.held.source} for {cells.held.areas} exporters only"
        consequence = TOO_SMALL.get(definition.measure, NO_BOUND) if wholes else ""
        yield caveats.caveat("partial-source", f"{text}{consequence}.")
    buyers, sellers = definition.members("importer"), definition.members("exporter")
    sides = ((definition.importer, buyers), (definition.exporter, sellers))
    several = {text for text, group in sides if len(group) > 1}
    if not several:
        return
    if strangers := cells.strangers(definition):
        names = ", ".join(sorted(strangers))
        yield caveats.caveat("not-recorded", f"{cells.held.source} records no trade of {names}.")
    summed = {area for whole, _ in wholes for area in (whole.importer, whole.exporter)}
    if names := " and ".join(sorted(several & summed)):
        kept = "part of its total, as the partner is a member" if buyers & sellers else "left out"
        yield caveats.caveat(
            "inside-group", f"{names} counts as one area; trade among its members is {kept}."
        )
