"""Fixed points by Anderson mixing: the next guess weighs the last ones by what each missed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.limits import step

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.measures.origin.economy import Numbers

__all__ = ["Mixed", "mixed", "rounds"]

DEPTH = 6
"""How many earlier guesses are weighed."""


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """Where an iteration ended.

    Attributes
    ----------
    found
        The last guess.
    steps
        How often the map was asked.
    miss
        The largest step that the map would still take.
    reached
        Whether that is within the tolerance.
    """

    found: Numbers
    steps: int
    miss: float
    reached: bool


def mixed(
    step: Callable[[Numbers], Numbers], start: Numbers, *, within: float, most: int = 200
) -> Mixed:
    """Return a fixed point of x + step(x), where steps become zero.

    Parameters
    ----------
    step
        From a guess, n numbers, to how far it should move.
    start
        First guess.
    within
        Largest step that counts as none.
    most
        Steps after which it ends without success.

    Notes
    -----
    Anderson (1965), Journal of the ACM 12(4), second type: the combination of the last guesses
    whose steps are smallest by least squares. Where the step has grown tenfold, the history is
    dropped and the plain step taken.
    """
    import numpy as np

    guesses: deque[Numbers] = deque(maxlen=DEPTH + 1)
    moves: deque[Numbers] = deque(maxlen=DEPTH + 1)
    guess, best, miss = start, float("inf"), float("inf")
    for count in range(1, most + 1):
        move = step(guess)
        miss = float(np.abs(move).max(initial=0.0))
        if miss <= within:
            return Mixed(guess, count, miss, reached=True)
        if not np.isfinite(miss):
            break
        if miss > 10 * best:
            guesses.clear()
            moves.clear()
        best = min(best, miss)
        guesses.append(guess)
        moves.append(move)
        guess = guess + move
        if len(moves) > 1:
            turns = np.array([one - move for one in list(moves)[:-1]]).T
            ways = np.array([one - guesses[-1] for one in list(guesses)[:-1]]).T
            weights, *_ = np.linalg.lstsq(turns, -move, rcond=1e-12)
            guess = guess + (ways + turns) @ weights
    return Mixed(guess, count, miss, reached=False)


def rounds(
    aim: Callable[[Numbers], Numbers], start: Numbers, *, within: float, most: int = 600
) -> Mixed:
    """Return where plain rounds x, aim(x), aim(aim(x)) and so on lead; slow and sure.

    For maps that never rise from the start, which end at their largest fixed point.
    """
    import numpy as np

    guess, steps = start, 0
    while True:
        step()
        following = aim(guess)
        miss = float(np.abs(following - guess).max(initial=0.0))
        guess, steps = following, steps + 1
        if miss <= within or steps == most:
            return Mixed(guess, steps, miss, reached=miss <= within)
