"""What sellers lose if trade stops and buyers go without it, or buy elsewhere (extraction)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from entrepot.measures.cutoff.network import Network, StoppedTrade
    from entrepot.measures.origin.economy import Numbers, Places, Solved

    Replace = Callable[[Numbers], Numbers]
    Back = Callable[..., Numbers]

OTHERS = "others"
"""Everybody who sold the input to the buyer before, in proportion, the buyer's own too."""
# Of output over that of before, the unit of the iteration.
WITHIN = 1e-12
# Parts such as 0.7 + 0.2 + 0.1 come to a little over one in binary.
SLACK = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Extraction:
    """Output if some trade in inputs stops and buyers need as many inputs as before or fewer.

    Attributes
    ----------
    network
        The network.
    output
        n: what each makes, in the unit of the economy.
    unmet
        What stopped and nobody replaces, in that unit, at the output of before.
    miss
        By how much output misses what is sold, of the largest output.
    steps
        How often the map was asked.
    """

    network: Network
    output: Numbers
    unmet: float
    miss: float
    steps: int

    @property
    def lost(self) -> Numbers:
        """n: output less than before; below zero for who gains."""
        found: Numbers = self.network.output - self.output
        return found


def extraction(stopped: StoppedTrade, replaced: Mapping[str, float]) -> Extraction:
    """Return output if trade stops, and parts of it are bought from others.

    Parameters
    ----------
    stopped
        What stops.
    replaced
        Part of what stops that each area sells instead, its sector of the same name; `OTHERS` for
        all who sold to the buyer before. What is left to one is bought from nobody.

    Raises
    ------
    UnknownNameError
        For an area that the economy has not.
    RequestError
        For parts that are not between 0 and 1, or come to more than one; for an area that replaces
        itself; or if no balance is found.

    Notes
    -----
    x = (I - A*)^-1 f with final use f as before: buyers make what is asked of them, with fewer
    bought inputs; nobody makes less than nothing, though some sold out of stocks. It tells what
    sellers lose by lost sales, not what buyers lose by lost inputs (Dietzenbacher, van Burken and
    Kondo 2019, Economic Systems Research 31(2), for extraction with replacement by others).
    """
    import numpy as np

    network = stopped.network
    _check(replaced)
    _check_others(stopped, replaced)
    rules = [_rule(stopped, place, replaced) for place in range(len(network.rows))]
    output = network.output

    def orders(running: Numbers) -> Numbers:
        found: Numbers = network.coefficients @ (running * network.buying)
        for rows, (sellers, buyers, gone), rule in zip(
            network.rows, stopped.blocks, rules, strict=True
        ):
            if not len(sellers):
                continue
            # What is missing follows buyers' output: sellers lose it, others get what is replaced.
            change = rule(gone.sum(axis=0) * running[buyers])
            change[sellers] -= gone @ running[buyers]
            found[rows] += change
        return found

    def step(running: Numbers, back: Back) -> Numbers:
        # Final use is below zero where more was sold than made, out of stocks; output never is.
        aim = np.maximum(network.final + orders(running), 0.0)
        # A plain round passes a miss on to one tier of suppliers; `back` to all tiers at once.
        move = back(aim - running * output, transposed=True)
        return np.divide(move, output, out=np.zeros(len(output)), where=output > 0)

    found = balanced(network.solved, step, np.ones(len(output)), within=WITHIN)
    made = np.maximum(network.final + orders(found.found), 0.0)
    off = float(np.abs(made - found.found * output).max() / (output.max() or 1.0))
    if not found.reached:
        raise RequestError(f"no balance was found in {found.steps} steps", why=f"off by {off:.2g}")
    # At the output of before, as `unmet` is: `running` would mix in what demand lost.
    met = sum(
        float(rule(gone.sum(axis=0)).sum())
        for (_, _, gone), rule in zip(stopped.blocks, rules, strict=True)
    )
    return Extraction(network, made, stopped.total - met, off, found.steps)


def _check(replaced: Mapping[str, float]) -> None:
    for code, part in replaced.items():
        if not 0 <= part <= 1:
            raise RequestError(f"{code} replaces {part}", hint="a part from 0 to 1: 0.4 is 40 %")
    if (total := sum(replaced.values())) > 1 + SLACK:
        raise RequestError(
            f"those who replace come to {total:g}",
            why="more would be bought than before",
            hint="parts come to one at most; what is left is not replaced",
        )


def _check_others(stopped: StoppedTrade, replaced: Mapping[str, float]) -> None:
    world = stopped.network.economy
    cut = set(world.area_of[stopped.parts.any(axis=1)].tolist())
    named = {code for code in replaced if code != OTHERS}
    if own := sorted(code for code in named if cut & set(world.wanted([code]))):
        raise RequestError(
            f"{', '.join(own)} sells instead of what it no longer sells",
            why="what a cut stops is sold by others or not replaced",
            hint=f"name others, or give the part to {OTHERS}",
        )


def _rule(stopped: StoppedTrade, place: int, replaced: Mapping[str, float]) -> Replace:
    """Return how what each buyer lacks of an input becomes orders to its makers."""
    import numpy as np

    network = stopped.network
    rows, world = network.rows[place], network.economy
    sellers, buyers, gone = stopped.blocks[place]
    areas = world.area_of[rows]
    count = len(network.sold[rows])
    named = np.zeros(count)
    for code, part in replaced.items():
        if code != OTHERS:
            here = np.flatnonzero(np.isin(areas, world.wanted([code])))
            size = network.output[rows][here]
            # Within an area with parts (export processing), by the size of each part.
            named[here] += part * size / size.sum() if size.sum() else 0.0
    left = _left(network, rows, sellers, buyers, gone) * replaced.get(OTHERS, 0.0)

    def rule(missing: Numbers) -> Numbers:
        found: Numbers = left @ missing + named * missing.sum()
        return found

    return rule


def _left(
    network: Network, rows: Places | slice, sellers: Places, buyers: Places, gone: Numbers
) -> Numbers:
    """Return m x buyers: of what a buyer buys of the input of makers not cut, the part of each."""
    import numpy as np

    block = network.coefficients[rows][:, buyers] * network.buying[buyers]
    # Who is cut off from a buyer replaces nothing there, not even with the part that leaks.
    block[sellers] = np.where(gone > 0, 0.0, block[sellers])
    total = block.sum(axis=0)
    found: Numbers = np.divide(block, total, out=np.zeros(block.shape), where=total > 0)
    return found


# Fixed points by Anderson mixing: the next guess weighs the last ones by what each missed.


DEPTH = 6
"""How many earlier guesses are combined."""


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


def mixed(step: Callable[[Numbers], Numbers], start: Numbers, *, within: float) -> Mixed:
    """Return a fixed point of x + step(x), where steps become zero; see `mixing`."""
    guesses = mixing(start, within=within)
    guess = next(guesses)
    while True:
        try:
            guess = guesses.send(step(guess))
        except StopIteration as end:
            found: Mixed = end.value
            return found


_MOST_STEPS = 200
"""Steps after which it ends without success."""


def mixing(start: Numbers, *, within: float) -> Generator[Numbers, Numbers, Mixed]:
    """Yield guesses, n numbers, each answered by how far it should move, until that is nowhere.

    Parameters
    ----------
    start
        First guess.
    within
        Largest step that counts as none.

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
    for count in range(1, _MOST_STEPS + 1):
        move = yield guess
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
        # The plain step; the weights below correct it by what earlier steps missed.
        guess = guess + move
        if len(moves) > 1:
            turns = np.array([one - move for one in list(moves)[:-1]]).T
            ways = np.array([one - guesses[-1] for one in list(guesses)[:-1]]).T
            # Small singular values are cut: near the fixed point the last moves are parallel.
            weights, *_ = np.linalg.lstsq(turns, -move, rcond=1e-12)
            guess = guess + (ways + turns) @ weights
    return Mixed(guess, count, miss, reached=False)


def balanced(
    solved: Solved, step: Callable[[Numbers, Back], Numbers], start: Numbers, *, within: float
) -> Mixed:
    """Return a fixed point of a step that passes a miss on to suppliers or buyers, with `back`.

    `back` is `Solved.nearly`, and `Solved.solve` only where that reaches no balance: the factors
    of an economy take seconds.
    """
    found = mixed(lambda guess: step(guess, solved.nearly), start, within=within)
    if found.reached:
        return found
    return mixed(lambda guess: step(guess, solved.solve), start, within=within)
