"""Which slips explain what is wrong, and which explains it best."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.claims.comparison import compared
from entrepot.claims.levels import linear
from entrepot.claims.slips import SLIPS
from entrepot.claims.solver import Solver
from entrepot.claims.standing import standing

if TYPE_CHECKING:
    from entrepot.claims.slips import Case, Change, Proposal

__all__ = ["Explanation", "explanations"]

MOST_LUCK = 0.5
"""A slip that random numbers would fit this often explains nothing."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A proposal that explains: the conflicts it ends, and how well it ranks (less is better)."""

    proposal: Proposal
    ends: frozenset[int]
    rank: tuple[float, ...]


def explanations(case: Case) -> tuple[Explanation, ...]:
    """Return the slips that explain something, best first.

    A slip explains when after it the conflicts it touches are gone, but for those that another
    wrong number makes, the claims it changes agree with evidence, and nothing that agreed before
    disagrees. Ranked by what it explains per change, then by how common it is, then by how seldom
    random numbers would fit as well.
    """
    found = [
        explanation
        for commonness, slip in enumerate(SLIPS.values())
        for proposal in slip(case)
        if (explanation := _explains(proposal, case, commonness)) is not None
    ]
    return tuple(sorted(found, key=lambda item: item.rank))


def _explains(proposal: Proposal, case: Case, commonness: int) -> Explanation | None:
    if proposal.chance > MOST_LUCK or not all(_agrees(c, case) for c in proposal.changes):
        return None
    changed = {change.claim.id: change.claim for change in proposal.changes}
    claims = [changed.get(claim.id, claim) for claim in case.document.claims]
    touched = [n for n, conflict in enumerate(case.conflicts) if conflict & proposal.names]
    solver = Solver(linear(claims, case.facts).system())
    kept = {
        name
        for name, held in case.standings.items()
        if held.verdict == "holds" or name in proposal.names
    }
    ends = frozenset(n for n in touched if solver.feasible(case.conflicts[n]))
    wrong = {name for name, held in case.standings.items() if held.verdict == "differs"}
    also_wrong = wrong - proposal.names  # a conflict with another wrong number ends with that one
    left = [n for n in touched if n not in ends]
    if left and not all(_agrees(change, case, surely=True) for change in proposal.changes):
        return None
    if not all(case.conflicts[n] & also_wrong for n in left):
        return None
    if touched and not solver.feasible(kept):
        return None
    suspects = {claim.id for claim in case.suspects()}
    explained = len(ends) + len(suspects & proposal.names)
    if not explained:
        return None
    rank = (-explained / len(changed), float(commonness), proposal.chance)
    return Explanation(proposal, ends, rank)


def _agrees(change: Change, case: Case, *, surely: bool = False) -> bool:
    """Whether evidence agrees with the claim put right.

    A quoted source's own number counts here: the question is what the text meant to say. Where a
    conflict ends without evidence for every claim in it, it is enough that none disagrees, unless
    it has to be sure.
    """
    claim = change.claim
    again = [
        replace(item, outcome=compared(claim.interval, item.exact, item.loose))
        for item in case.found[claim.id]
    ]
    if any(item.own and item.outcome == "supports" for item in again):
        return True
    verdict = standing(claim, again).verdict
    if verdict == "untestable" and not surely:
        return claim.id in case.in_conflict
    return verdict == "holds"
