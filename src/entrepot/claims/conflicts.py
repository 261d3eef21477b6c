"""The conflicts of a text for readers: who is to blame, the arithmetic, and what puts it right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.arithmetic import because
from entrepot.claims.result import Conflict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from entrepot.claims.error_patterns import ErrorContext
    from entrepot.claims.explain import Explanation

__all__ = ["conflicts_of"]


def conflicts_of(
    case: ErrorContext, explained: tuple[Explanation, ...], culprits: Collection[str]
) -> Iterator[Conflict]:
    """Yield the conflicts of a text, first those of which the best slips change most.

    Parameters
    ----------
    case
        The text.
    explained
        Sets of slips that explain what is wrong, best first.
    culprits
        Claims that cannot hold.
    """
    changed = frozenset(
        name for item in explained[:1] for one in item.proposals for name in one.names
    )
    order = sorted(case.conflicts, key=lambda one: (-len(one & changed), len(one), sorted(one)))
    for conflict in order:
        yield Conflict(
            claims=tuple(claim.id for claim in case.document.claims if claim.id in conflict),
            because=because(conflict, case.document.by_id, case.together),
            corrected=_corrected(conflict, case, explained),
            blamed=_blamed(conflict, explained, culprits),
        )


def _blamed(
    conflict: frozenset[str], explained: tuple[Explanation, ...], culprits: Collection[str]
) -> tuple[str, ...]:
    """Return what one slip of the best explanation changes, else all of it that cannot hold."""
    likely_errors = [
        p.names for item in explained[:1] for p in item.proposals if p.names & conflict
    ]
    alone = explained[0].unexplained & conflict if explained else frozenset[str]()
    chosen = max(likely_errors, key=lambda names: len(names & conflict), default=alone)
    return tuple(sorted(chosen or conflict & frozenset(culprits)))


def _corrected(
    conflict: frozenset[str], case: ErrorContext, explained: tuple[Explanation, ...]
) -> str:
    best = next((item for item in explained if item.names & conflict), None)
    if best is None or not best.proposals:
        return ""
    changed = {change.claim.id: change.claim for p in best.proposals for change in p.changes}
    if any(not change.corrected for p in best.proposals for change in p.changes):
        return ""
    system = case.together.replaced(changed)
    return because(conflict, case.document.by_id | changed, system, fits=True)
