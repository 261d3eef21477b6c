"""What is said of each claim: definition, evidence, arithmetic, likely error, evidence needed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.claims.loaded_evidence import address_of, how_of, source_of
from entrepot.claims.quantity import SHARES
from entrepot.claims.quantity_text import flow, period_of, span, subject, who
from entrepot.claims.statements import OWN_PUBLISHER
from entrepot.claims.verdict_text import number_of
from entrepot.model.display import NBSP
from entrepot.model.interval import Interval
from entrepot.report.check_report.text import one_line, web
from entrepot.report.parts import ORDER, PageLink
from entrepot.report.phrasing import capital

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims import Check, CheckedClaim
    from entrepot.claims.comparison import Comparison
    from entrepot.claims.document import Claim
    from entrepot.claims.quantity import Quantity

OUTCOMES = {"supports": "agrees", "allows": "is inconclusive", "contradicts": "does not agree"}
_IDLE = 100.0
"""Bounds so many times away from a number say nothing of it."""
_BASES = {
    "origin": "country of origin",
    "seller": "country of the seller",
    "producer_hq": "country of the producer’s headquarters",
    "value_added": "origin of value added",
}


@dataclass(frozen=True, slots=True)
class EntryEvidence:
    """One number beside a claim."""

    value: str
    outcome: str
    text: str
    links: tuple[PageLink, ...]


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One claim for a reader.

    Attributes
    ----------
    number
        Its place in the text.
    what
        What it is a number of, in words.
    would_say
        The number that the likeliest slip would make of it; empty if there is none.
    definition
        Pairs of a key and what it says.
    slips
        Pairs of a kind and a sentence, the likeliest first.
    implied
        What the text's other figures and published ones leave for it, in words; empty if nothing.
    counted
        Range across definitions and series, of what is supported; empty where its digits cover it.
    """

    id: str
    number: int
    what: str
    quote: str
    says: str
    verdict: str
    qualifier: str
    reason: str
    corrected: str
    definition: tuple[tuple[str, str], ...]
    evidence: tuple[EntryEvidence, ...]
    arithmetic: str
    likely_errors: tuple[tuple[str, str], ...]
    implied: str
    counted: str
    evidence_needed: str


def entries(check: Check) -> tuple[ReportEntry, ...]:
    """Return an entry a claim, in the order of the text."""
    return tuple(_entry(item, place, check) for place, item in enumerate(check.claims, start=1))


def worst_first(found: tuple[ReportEntry, ...]) -> tuple[ReportEntry, ...]:
    """Return entries with what cannot hold first; within a verdict in the order of the text."""
    return tuple(sorted(found, key=lambda entry: ORDER.index(entry.verdict)))


def _entry(item: CheckedClaim, place: int, check: Check) -> ReportEntry:
    return ReportEntry(
        id=item.id,
        number=place,
        what=_line(capital(_what(item.claim))),
        quote=_line(item.claim.quote),
        says=_line(item.says),
        verdict=item.verdict,
        qualifier=item.qualifier,
        reason=_line(item.reason),
        corrected=_line(item.likely_errors[0].corrected) if item.likely_errors else "",
        definition=tuple(_definition(item)),
        evidence=tuple(_evidence(one, check) for one in item.against),
        arithmetic=_line(item.arithmetic),
        likely_errors=tuple(
            (slip.kind.replace("_", " "), _line(slip.text)) for slip in item.likely_errors
        ),
        implied=left_by_others(item),
        counted=span(item.counted, item.claim.quantity.unit) if item.counted else "",
        # Where the reason says it, a second time would be none of its own.
        evidence_needed=_line("" if item.evidence_needed in item.reason else item.evidence_needed),
    )


def _line(text: str) -> str:
    """Return a text on one line, with its per cent signs kept on the line of their number."""
    return one_line(text).replace(" %", f"{NBSP}%")


def left_by_others(item: CheckedClaim) -> str:
    """Return what the other numbers leave for a claim; empty where that is anything at all."""
    if item.implied is None:
        return ""
    unit = item.claim.quantity.unit
    # What no value of this unit can go below, or a share above: a bound there says nothing.
    least = -100.0 if unit == "percent" else 0.0
    most = 1.0 if unit == "share" else math.inf
    low, high = item.implied.low, item.implied.high
    # A growth of 0 % would make any bound look a hundred times away.
    size = max(abs(item.claim.interval.middle), 1.0 if unit == "percent" else 0.0)
    # "More than a third" has an open end, so its middle may be infinite.
    known = math.isfinite(size)
    # Within a hundredth of the least, or a hundred times the number, nothing is said of it.
    idle_below = low <= least + 0.01 or (known and unit != "percent" and low < size / _IDLE)
    idle_above = high >= most - 0.01 or (known and high > size * _IDLE)
    if idle_below and idle_above:
        return ""
    # One end beyond all reason beside the other is what a bound left open, as by "more than".
    far = unit != "percent" and low < high / _IDLE
    open_below = low <= least + 0.01 or (idle_below and far)
    open_above = high >= most - 0.01 or (idle_above and far)
    low, high = -math.inf if open_below else low, math.inf if open_above else high
    return span(Interval(low, high), unit)


def _what(claim: Claim) -> str:
    """Return what a claim is a number of, with the whole of a share and both sides of a ratio."""
    quantity = claim.quantity
    if not quantity.of:
        return subject(claim)
    of = flow(quantity.of)
    match quantity.measure:
        case share if share in SHARES:
            of = f"{of}, as a share of {flow(quantity.to)}"
        case "share_change":
            of = f"change of {of}, as a share of {flow(quantity.to)}"
        case "growth":
            of = f"growth of {of}"
        case "ratio":
            of = f"{of} over {flow(quantity.to)}"
        case _:
            return subject(claim)
    return f"{of}, {period_of(quantity)}"


def _definition(item: CheckedClaim) -> Iterator[tuple[str, str]]:
    claim = item.claim
    quantity = claim.quantity
    yield "Measure", quantity.measure.replace("_", " ")
    if quantity.of:
        yield "Of", _line(flow(quantity.of))
        if quantity.to and quantity.measure != "growth":
            yield "Over" if quantity.measure == "ratio" else "Part of", _line(flow(quantity.to))
        yield "Period", period_of(quantity)
        yield from _kept(quantity, said=claim.reporter_stated)
    else:
        yield from ((name.replace("_", " ").capitalize(), value) for name, value in claim.keys)
    yield "Read as", span(claim.interval, quantity.unit)
    if claim.attributed_to:
        yield "Attributed to", _line(claim.attributed_to)


def _kept(quantity: Quantity, *, said: bool) -> Iterator[tuple[str, str]]:
    """Yield whose statistics, whose goods and which money."""
    level = next(quantity.levels())
    if quantity.unit != "share":
        yield "Counted in", "tonnes" if level.currency == "t" else level.currency
    if level.reporter:
        guess = "" if said else " (assumed; the text does not say)"
        yield "Statistics of", f"{who(level.reporter)}{guess}"
    if level.basis != "dispatch":
        yield "Goods counted by", _BASES[level.basis]


def _evidence(found: Comparison, check: Check) -> EntryEvidence:
    words = [source_of(found)]
    if found.how:
        words.append(how_of(found))
    if found.other_definition:
        words.append(f"other definition: {found.other_definition}")
    if found.own:
        words.append("the source that the text quotes")
    elif _is_same_publisher(found, check):
        words.append("an earlier text of the same publisher")
    return EntryEvidence(
        value=_line(number_of(found)),
        outcome=OUTCOMES[found.outcome],
        text=_line("; ".join(words)),
        links=tuple(_links(found)),
    )


def _is_same_publisher(found: Comparison, check: Check) -> bool:
    """Whether all that it rests on was printed by the publisher of the text itself."""
    name = check.source.publisher.casefold()
    printers = {statement.row.publisher.casefold() for statement in found.statements}
    return bool(name) and printers == {name}


def _links(found: Comparison) -> Iterator[PageLink]:
    seen: set[str] = set()
    for statement in found.statements:
        row = statement.row
        url = web(row.url)
        if url and url not in seen:
            seen.add(url)
            day = f", {row.published_on}" if row.published_on else ""
            # Who counted, and who printed it; a sum of our own is cited as the data set it is of.
            printer = "" if row.publisher == OWN_PUBLISHER else row.publisher
            counted = row.origin_words
            name = f"{counted}, in {printer}" if printer not in ("", counted) else counted
            yield PageLink(_line(f"{name}{day}"), url)
    if not found.statements and web(address_of(found)):
        yield PageLink(_line(source_of(found)), web(address_of(found)))
