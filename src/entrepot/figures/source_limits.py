"""What a source cannot be asked at all, and whose reports of it are heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.availability import BUNDLED
from entrepot.figures.definition import DOLLARS
from entrepot.figures.questions import of as question
from entrepot.figures.reconciled_caveats import mixed
from entrepot.goods.parse import has_list
from entrepot.lake.bundled import bundled_codes, is_bundled
from entrepot.model.areas import WORLD
from entrepot.model.display import first_of

if TYPE_CHECKING:
    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Definition
    from entrepot.figures.sides import Side

__all__ = ["reporting_sides", "unasked", "unknown"]


def unknown(definition: Definition, source: str) -> str:
    """Say why no source of flows can answer this kind of question; empty text if one can."""
    if definition.measure == "conversions":
        return f"{source} has one currency a report, and two are set beside each other"
    if definition.basis not in ("dispatch", "origin"):
        return f"{source} does not tell goods by {definition.basis}"
    if definition.quantity == "items":
        return f"{source} counts value and mass, not items"
    return _parts_of_headings(definition) if is_bundled(source) else ""


def _parts_of_headings(definition: Definition) -> str:
    """Say why headings cannot be asked of a few six-digit codes; empty text if none are."""
    codes = bundled_codes()
    asked = [] if has_list(definition.goods) else definition.goods.split(",")
    short = [code for code in asked if code.isdigit() and len(code) < 6]
    if not short:
        return ""
    there = sorted(code for code in codes if code.startswith(tuple(short)))
    which = f"of {', '.join(short)} only {first_of(there, 8)}" if there else f"none of {short[0]}"
    return f"{BUNDLED} has {len(codes)} six-digit codes, {which}; name codes, or load BACI"


def unasked(definition: Definition, source: str, deliveries: Availability) -> str:
    """Say why deliveries cannot answer, whatever rows they have; empty text if they can."""
    if definition.basis == "origin" and "origin" not in deliveries.bases:
        return f"{source} does not tell goods by origin"
    if definition.quantity == "value" and (refused := _other_currency(definition, deliveries)):
        return refused
    if definition.reported_by and not (deliveries.has_reports or deliveries.is_reconciled):
        return f"{source} does not keep what each side reports"
    if deliveries.is_reconciled and (lack := mixed(definition)):
        return f"{source} mixes what the two sides tell and has no {lack}"
    return ""


def _other_currency(definition: Definition, deliveries: Availability) -> str:
    """Say why money in this currency cannot be had; a share at one time is the same in any."""
    measure = definition.measure
    asked, held = definition.currency or DOLLARS, deliveries.currency
    if question(measure).in_dollars and not asked == held == "USD":
        return f"{deliveries.source} is in {held}; {measure} is told in USD"
    has_amounts = bool(question(measure).columns) or question(measure).levels
    is_level = definition.unit == asked or measure == "growth" or has_amounts
    if not is_level or asked == held:
        return ""
    return (
        f"{deliveries.source} is in {held}, not {asked}, and at which rate to convert is another "
        f"question (ask conversions); ask with --currency {held}"
    )


def reporting_sides(definition: Definition, deliveries: Availability) -> tuple[Side | None, ...]:
    """Return whose reports are heard, the better first; None is what was made of both.

    First comes who counted the total: the seller of what it sells, else the buyer.
    """
    if not (deliveries.has_reports or deliveries.is_reconciled):
        return (None,)
    if question(definition.measure).both_reports and not definition.reported_by:
        return (None,)
    sides: tuple[Side, Side] = ("importer", "exporter")
    if question(definition.measure).trade == "sales" or definition.importer == WORLD:
        sides = ("exporter", "importer")
    if definition.reported_by:
        return tuple(side for side in sides if side == definition.reported_by)
    if not deliveries.is_reconciled:
        return sides
    # Reconciled rows keep both values and one mass, which belongs to neither.
    by_mass = definition.quantity == "mass" or question(definition.measure).columns
    return (None,) if by_mass else (None, *sides)
