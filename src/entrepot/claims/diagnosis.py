"""Which claims may be wrong: sets of them without which nothing is wrong any more."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["MOST", "hitting_sets"]

LARGEST = 4
MOST = 24
"""Sets that are looked through; a text that needs more has other troubles."""
FEW = 16
"""Among more claims than this, no more than two are laid anything to beside those that must."""


def hitting_sets(
    wrong: Collection[frozenset[str]], trusted: Collection[str]
) -> Iterator[frozenset[str]]:
    """Yield the minimal sets that share a claim with everything that is wrong, smallest first.

    Parameters
    ----------
    wrong
        Sets of claims of which one at least must be wrong.
    trusted
        Claims that evidence supports: in no set, unless all of a conflict is trusted.

    Examples
    --------
    >>> found = hitting_sets([frozenset("ab"), frozenset("bc")], [])
    >>> [sorted(names) for names in found]
    [['b'], ['a', 'c']]
    """
    held = set(trusted)
    open_ = [names - held or names for names in wrong]
    least = [names for names in open_ if not any(other < names for other in open_)]
    names = sorted(frozenset().union(*least)) if least else []
    forced = {next(iter(one)) for one in least if len(one) == 1}
    free = [name for name in names if name not in forced]
    found: list[frozenset[str]] = []
    for size in range(LARGEST + 1 if len(free) <= FEW else 3):
        for chosen in combinations(free, size):
            trial = forced.union(chosen)
            if len(found) >= MOST:
                break
            if any(other <= trial for other in found):
                continue
            if all(one & trial for one in least):
                found.append(frozenset(trial))
    yield from found
