"""Whose number it is, in a word or two, and the printed row behind a Figure."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from entrepot.claims.quantity_text import claimed, subject
from entrepot.figures.citation import source_name
from entrepot.model.areas import area_phrase
from entrepot.model.display import figure_value, joined
from entrepot.sources.published.read import origin_name, published

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.claims import Check
    from entrepot.claims.result import ConflictBlock
    from entrepot.figures import Evidence, Figure
    from entrepot.figures.scenario import Scenario
    from entrepot.reconciliation.mirror_gaps import MirrorPair
    from entrepot.report.parts import SentenceEvidence
    from entrepot.sources.published.read import Published

__all__ = [
    "also_conflicting",
    "evidence_line",
    "evidence_lines",
    "evidence_of",
    "in_one_reporter",
    "is_computed",
    "likely_cause",
    "printed_row",
    "row_of",
    "when_of",
]


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@cache
def _rows() -> dict[str, Published]:
    return {row.id: row for row in published("all")}


def row_of(evidence: Evidence) -> Published | None:
    """Return the published or computed row behind a Figure."""
    # A row of a user's own file comes with the evidence; bundled ones are looked up.
    return evidence.statement or _rows().get(evidence.id)


def printed_row(figure: Figure) -> Published | None:
    """Return the row that printed a Figure's value; None if it was computed or derived."""
    # Two rows behind a value mean that it was derived from them and printed by nobody.
    if len(figure.evidence) != 1 or figure.evidence[0].source != "published":
        return None
    return row_of(figure.evidence[0])


def is_computed(figure: Figure) -> bool:
    """Whether the headline is our own arithmetic rather than somebody's printed number."""
    return figure.status == "ok" and printed_row(figure) is None


def when_of(row: Published) -> str:
    """Return the months of a period that is not a whole year ("Jan–Oct"), else nothing."""
    period = row.period
    if period.is_year or period.freq == "D":
        return ""
    if period.start.year != period.end.year:
        return f"{period.start.year}–{period.end.year}"
    first, last = _MONTHS[period.start.month - 1], _MONTHS[period.end.month - 1]
    return first if first == last else f"{first}–{last}"


def in_one_reporter(block: ConflictBlock) -> str:
    """Return what to add to "cannot all be true" of what two countries may count; else nothing."""
    return " within one country’s statistics" if block.first.unless else ""


def likely_cause(block: ConflictBlock, check: Check) -> str:
    """Return which numbers a conflict is laid to; empty where nothing tells who is wrong."""
    if not block.blamed:
        return ""
    return f"Inconsistent with the other figures: {joined(_named(block.blamed, check))}"


def also_conflicting(block: ConflictBlock, check: Check) -> str:
    """Return with which further numbers the blamed do not fit; empty if with none."""
    if not block.also_against:
        return ""
    it = "It also conflicts" if len(block.blamed) == 1 else "They also conflict"
    return f"{it} with {joined(_named(block.also_against, check))}"


def _named(names: Iterable[str], check: Check) -> list[str]:
    claims = {item.id: item.claim for item in check.claims}
    return [f"{subject(claims[name])} ({claimed(claims[name])})" for name in names]


# What carries a sentence, in a line each: a Figure, a printed number, two reports, a scenario.


def evidence_lines(items: Iterable[SentenceEvidence]) -> list[str]:
    """Return a line for each piece of evidence, in their order, once each."""
    return list(dict.fromkeys(evidence_line(item) for item in items))


def evidence_line(item: SentenceEvidence) -> str:
    """Return what is counted, its value with the range, and whose number it is."""
    # Here, as below: a check of a text names printed numbers alone, and goes without measures.
    from entrepot.figures.figure import Figure
    from entrepot.figures.scenario.result import Scenario
    from entrepot.reconciliation.mirror_gaps import MirrorPair

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
    from entrepot.figures.figure import headline

    if figure.value is None:
        return f"{headline(figure)}: not available"
    ends = figure.range_text
    value = figure.value_text
    if figure.definition.measure == "top_supplier":  # a share of imports has the others below it
        value += " of all named suppliers"
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
        f" ({loss.lost_share.range_text('share') or 'no range'})"
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
