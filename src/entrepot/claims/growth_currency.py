"""Growth of which a text does not say in what money: it may be in any that its sides count in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.comparison import standing
from entrepot.claims.evidence import evidence
from entrepot.claims.quantity import HOME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.document import Claim, Document, Source
    from entrepot.claims.statements import ReferenceLevels


def either_money(document: Document, facts: ReferenceLevels) -> tuple[Document, dict[str, str]]:
    """Choose the money of each growth that does not say its own, and say what was chosen.

    The first guess is the one money in which the text counts trade of the same areas, else the
    dollar. Another that a side's statistics are kept in is taken where more of the rates between
    the same areas hold in it: growth in yuan and in dollars differ by what the rate moved, and a
    text that leaves the money out is not wrong for that. A rate that holds in yet another money is
    read in that one, unless it is the rate of another claim, with which it was exchanged.

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
    chosen: dict[str, Claim] = {}
    for alike in _alike(document):
        said = _said_of(alike[0], document)
        # In order of preference: `max` and `next` below take the first of equals.
        readings = list(dict.fromkeys((*said, "USD", *_kept_in(alike[0]))))
        supported = {
            (claim.id, money): _is_supported(_in(claim, money), document.source, facts)
            for claim in alike
            for money in readings
        }
        # One text counts in one money: that in which most of its rates hold.
        common = max(readings, key=lambda money: sum(supported[claim.id, money] for claim in alike))
        for claim in alike:
            money = next((one for one in (common, *readings) if supported[claim.id, one]), common)
            # Two rates that changed places each fit in another currency now and then, by chance.
            if money != common and _is_of_another(claim, alike, common, document.source, facts):
                money = common
            chosen[claim.id] = _in(claim, money)
            if money != "USD":
                why = (
                    "which other sources support"
                    if supported[claim.id, money]
                    else "as the text counts"
                )
                notes[claim.id] = f"no money is said; it is read in {money}, {why}"
    claims = tuple(chosen.get(claim.id, claim) for claim in document.claims)
    return (replace(document, claims=claims) if notes else document), notes


def mixed_money(said: Document, read: Document) -> dict[str, str]:
    """Return what to remark where rates of the same trade had to be read in several moneys.

    Parameters
    ----------
    said, read
        The document before and after `either_money`.

    Returns
    -------
    dict
        The money by the id of each such claim; empty where each trade has rates in one.
    """
    found: dict[str, str] = {}
    for alike in _alike(said):
        unsaid = {one.id: _money(read.by_id[one.id]) for one in alike}
        stated = {
            one.id: _money(one)
            for one in said.claims
            if one.quantity.measure == "growth" and one.id not in unsaid
            if _trade(one) == _trade(alike[0])
        }
        # Where the text names this money for a rate of the same trade, it is said well enough.
        if set(unsaid.values()) - set(stated.values()) and len({*(unsaid | stated).values()}) > 1:
            found |= unsaid | stated
    return found


def _money(claim: Claim) -> str:
    return next(claim.quantity.levels()).currency


def _trade(claim: Claim) -> tuple[object, ...]:
    """Return between which areas a rate is, and from when to when."""
    times = tuple(terms[0][0].period for terms in (claim.quantity.of, claim.quantity.to))
    return frozenset(_areas(claim)), times


def _alike(document: Document) -> list[list[Claim]]:
    """Return the claims that say no money, those of the same areas, period and base together."""
    explicit = any(
        claim.quantity.measure == "growth" and "currency" in dict(claim.keys)
        for claim in document.claims
    )
    found: dict[object, list[Claim]] = {}
    for claim in document.claims:
        # Without a quote the keys are all there is: where others name a money, none is the dollar.
        if _is_unsaid(claim) and (claim.quote or not explicit):
            found.setdefault(_trade(claim), []).append(claim)
    return list(found.values())


def _is_of_another(
    claim: Claim, alike: list[Claim], money: str, source: Source, facts: ReferenceLevels
) -> bool:
    """Whether a rate is that of another of the claims: two exchanged rates are not two moneys."""
    return any(
        _is_supported(_in(other.saying(claim.says, claim.interval), money), source, facts)
        for other in alike
        if other.id != claim.id and other.interval != claim.interval
    )


def _is_supported(claim: Claim, source: Source, facts: ReferenceLevels) -> bool:
    return standing(claim, evidence(claim, source, facts)).verdict == "supported"


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
    # Choosing yuan means Chinese statistics: nobody else publishes rates in them.
    return grown if claim.reporter_stated else grown.counted_by(HOME[money])
