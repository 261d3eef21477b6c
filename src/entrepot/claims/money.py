"""Growth of which a text does not say in what money: it may be in any that its sides count in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.build import HOME
from entrepot.claims.evidence import evidence
from entrepot.claims.standing import standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.document import Claim, Document, Source
    from entrepot.claims.known import Facts

__all__ = ["either_money"]


def either_money(document: Document, facts: Facts) -> tuple[Document, dict[str, str]]:
    """Choose the money of each growth that does not say its own, and say what was chosen.

    The first guess is the one money in which the text counts trade of the same areas, else the
    dollar. Another that a side's statistics are kept in is taken where the number holds in it and
    not in the first: growth in yuan and in dollars differ by what the rate moved, and a text that
    leaves the money out is not wrong for that.

    Parameters
    ----------
    document
        The claims.
    facts
        What is in print.

    Returns
    -------
    Document, dict
        The document with the money chosen, and a note by the id of each claim that was not read
        in dollars.
    """
    notes: dict[str, str] = {}
    claims: list[Claim] = []
    for claim in document.claims:
        if not _is_unsaid(claim):
            claims.append(claim)
            continue
        said = _said_of(claim, document)
        readings = list(dict.fromkeys((*said, "USD", *_kept_in(claim))))
        held = (money for money in readings if _holds(_in(claim, money), document.source, facts))
        chosen = next(held, readings[0])
        claims.append(_in(claim, chosen))
        if chosen != "USD":
            why = "as the text counts" if chosen in said else "which others bear out"
            notes[claim.id] = f"no money is said; it is read in {chosen}, {why}"
    return (replace(document, claims=tuple(claims)) if notes else document), notes


def _holds(claim: Claim, source: Source, facts: Facts) -> bool:
    return standing(claim, evidence(claim, source, facts)).verdict == "holds"


def _is_unsaid(claim: Claim) -> bool:
    """Whether a claim is growth of values, and neither its keys nor its words say in what."""
    levels = list(claim.quantity.levels())
    return (
        claim.quantity.measure == "growth"
        and "currency" not in dict(claim.keys)
        and all(level.currency == "USD" and level.kind == "value" for level in levels)
    )


def _said_of(claim: Claim, document: Document) -> list[str]:
    """Return the money in which the text counts trade of the same areas, if it is one only."""
    areas = _areas(claim)
    found = {
        level.currency
        for other in document.claims
        if not _is_unsaid(other) and other.quantity.measure in ("value", "growth", "balance")
        for level in other.quantity.levels()
        if level.currency in (*HOME, "USD") and {level.exporter, level.importer} <= areas
    }
    return list(found) if len(found) == 1 else []


def _kept_in(claim: Claim) -> Iterator[str]:
    """Yield the money that the statistics of an area of the claim are kept in."""
    areas = _areas(claim)
    yield from (money for money, home in HOME.items() if home in areas)


def _areas(claim: Claim) -> set[str]:
    return {side for level in claim.quantity.levels() for side in (level.exporter, level.importer)}


def _in(claim: Claim, money: str) -> Claim:
    if money == "USD":
        return claim
    grown = replace(
        claim,
        quantity=claim.quantity.mapped(currency=money),
        keys=(*claim.keys, ("currency", money)),
    )
    return grown if claim.books_said else grown.counted_by(HOME[money])
