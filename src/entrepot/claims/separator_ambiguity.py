"""Numbers whose point or comma may group thousands or part decimals: both readings are tried."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.evidence import evidence
from entrepot.claims.evidence_verdict import standing
from entrepot.claims.units import in_data_units
from entrepot.errors import RequestError
from entrepot.model.display import NBSP

if TYPE_CHECKING:
    from entrepot.claims.document import Claim, Document, Source
    from entrepot.claims.numbers import Says
    from entrepot.claims.reference_levels import ReferenceLevels

__all__ = ["either_reading"]

_RANKS = {"differs": 0, "not_enough_evidence": 1, "supported": 2}


def either_reading(document: Document, facts: ReferenceLevels) -> tuple[Document, dict[str, str]]:
    """Choose the reading of each unclear number that others support, and say what was chosen.

    Parameters
    ----------
    document
        The claims; nearly always none of them is unclear.
    facts
        What is in print.

    Returns
    -------
    Document, dict
        The document with the readings chosen, and a note by the id of each unclear claim. Where
        evidence does not decide, the first reading stays, and the note says so.
    """
    notes: dict[str, str] = {}
    claims: list[Claim] = []
    for claim in document.claims:
        chosen, note = _chosen(claim, document.source, facts)
        claims.append(chosen)
        if note:
            notes[claim.id] = note
    return (replace(document, claims=tuple(claims)) if notes else document), notes


def _chosen(claim: Claim, source: Source, facts: ReferenceLevels) -> tuple[Claim, str]:
    other = claim.says.other
    if other is None:
        return claim, ""
    first = f"the point or comma is read as in {_plain(claim.says)}"
    try:
        interval = in_data_units(other, claim.quantity)
    except RequestError:
        return claim, f"{first}: {_plain(other)} cannot be such a number"
    instead = claim.saying(replace(other, other=claim.says), interval)
    verdicts = [_verdict(one, source, facts) for one in (claim, instead)]
    if _RANKS[verdicts[0]] == _RANKS[verdicts[1]]:
        undecided = f"{_plain(other)} was tried too, and evidence does not tell which"
        return claim, f"{first}, but {undecided}"
    if _RANKS[verdicts[0]] > _RANKS[verdicts[1]]:
        taken, left = claim, instead
    else:
        taken, left = instead, claim
    supported = "supported" in verdicts
    why = "others support" if supported else "others do not contradict"
    also = "they do not" if supported else "they do"
    note = f"the point or comma is read as in {_plain(taken.says)}, which {why}"
    return taken, f"{note}, and {_plain(left.says)} {also}"


def _verdict(claim: Claim, source: Source, facts: ReferenceLevels) -> str:
    return standing(claim, evidence(claim, source, facts)).verdict


def _plain(says: Says) -> str:
    return f"{says.value:,.12g}".replace(",", NBSP)
