"""What carries a sentence, in a line each: a Figure, a printed number, two reports, a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures import Figure
from entrepot.figures.figure import headline
from entrepot.figures.scenario import Scenario
from entrepot.model.areas import area_phrase
from entrepot.model.display import figure_value, range_text
from entrepot.reconcile.mirror_gaps import MirrorPair
from entrepot.report.attribution import origin_name, row_of, source_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.figures.figure import Evidence
    from entrepot.report.parts import Carrier

__all__ = ["carrier", "carriers", "evidence_of"]


def carriers(items: Iterable[Carrier]) -> list[str]:
    """Return a line for each carrier, in their order, once each."""
    return list(dict.fromkeys(carrier(item) for item in items))


def carrier(item: Carrier) -> str:
    """Return what is counted, its value with the range, and whose number it is."""
    if isinstance(item, Figure):
        return _figure(item)
    if isinstance(item, MirrorPair):
        return _reports(item)
    if isinstance(item, Scenario):
        return _scenario(item)
    return f"{origin_name(item.origin)}, {item.period}: {item.printed} (row {item.id})"


def evidence_of(figure: Figure) -> str:
    """Return the evidence of a Figure: whose rows or printed row, which snapshot, where."""
    return "; ".join(dict.fromkeys(_evidence(item) for item in figure.evidence))


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return f"{headline(figure)}: not held"
    ends = range_text(figure.low, figure.high, figure.unit)
    value = figure_value(figure.value, figure.unit)
    if figure.definition.measure == "top_supplier":  # a share of imports has the others below it
        value += " of all suppliers with a name"
    spread = f" ({ends})" if ends and figure.low != figure.high else ""
    names = dict.fromkeys(
        origin_name(item.origin) if item.origin else source_name(item.source)
        for item in figure.evidence
    )
    return f"{headline(figure)}: {value}{spread}; {', '.join(names)}"


def _reports(pair: MirrorPair) -> str:
    sold, bought = (
        figure_value(value, "USD") if value else "nothing"
        for value in (pair.exporter_low_usd, pair.importer_low_usd)
    )
    what = f"{pair.nomenclature} {pair.product}" if pair.nomenclature != "NONE" else "all goods"
    seller, buyer = area_phrase(pair.exporter), area_phrase(pair.importer)
    return f"{what}, {pair.year}: {seller} reports {sold}, {buyer} {bought}"


def _scenario(found: Scenario) -> str:
    parts = [
        f"{loss.name} loses {figure_value(loss.lost_share.value, 'share')} of output"
        f" ({range_text(loss.lost_share.low, loss.lost_share.high, 'share') or 'no range'})"
        for loss in (found.economy.sides if found.economy else ())
        if loss.who == "target"
    ]
    return f"Scenario of {found.file.period}, {found.file.title}: {', '.join(parts)}"


def _evidence(item: Evidence) -> str:
    row = row_of(item)
    if row is None:
        return f"{source_name(item.source)}, {item.rows:,} rows, SHA-256 {item.snapshot}"
    where = f", {item.url}" if item.url else ""
    return f"{origin_name(item.origin)}: {row.printed} (row {item.id}{where})"
