"""What every sector of the world makes if inputs are missing: bundles, output, and round again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.limits import step
from entrepot.measures.cutoff.extraction import Mixed, mixing
from entrepot.measures.cutoff.rebuilt import bought_each, sold_each

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from entrepot.measures.cutoff.extraction import Back
    from entrepot.measures.cutoff.network import Network
    from entrepot.measures.cutoff.rebuilt import RebuiltTrade
    from entrepot.measures.origin.economy import Numbers, Solved

WITHIN = 1e-11
LEAST = 1e-9
"""Part of deliveries below which rounds are not followed."""
NOTHING = 1e-6
"""Part of deliveries that is none: those who lead nowhere else end near `LEAST`."""


@dataclass(frozen=True, slots=True, eq=False)
class Shortage:
    """Output after a cut-off.

    Attributes
    ----------
    network
        The network.
    output
        n: what each makes, in the unit of the economy.
    delivered
        n: part of an order that each delivers.
    bundle
        n: what inputs come to, of before.
    cushion
        Least by which bundles, all makers delivering in full, are above what would pull output
        to zero; None where nothing could. See `shortage`.
    over
        The most that orders exceed what a maker sold before, of that; zero by construction.
    miss
        By how much output misses what is sold, of the largest output.
    steps
        How often the two maps were asked.
    """

    network: Network
    output: Numbers
    delivered: Numbers
    bundle: Numbers
    cushion: float | None
    over: float
    miss: float
    steps: int

    @property
    def lost(self) -> Numbers:
        """n: output less than before."""
        found: Numbers = self.network.output - self.output
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Pass:
    """What is needed next: a pass over the table, for what is bought or for what is sold."""

    each: Callable[[Sequence[tuple[RebuiltTrade, Numbers]]], list[Numbers]]
    trade: RebuiltTrade
    parts: Numbers


def shortage(rebuilt: RebuiltTrade, *, inputs: float, outer: float) -> Shortage:
    """Return what every sector makes after a cut-off.

    Parameters
    ----------
    rebuilt
        Trade in inputs after it.
    inputs
        Elasticity of substitution between inputs, 0 to infinity.
    outer
        The same between all inputs together and the sector's own value added, above 0.

    Raises
    ------
    RequestError
        For an elasticity that is none, or where output goes to zero round by round.

    Notes
    -----
    After Bhattathiripad and Veetil (2026), Political Power in International Trade. A maker
    delivers h = (β + (1 - β) κ^r)^(1/r) of its orders, κ = (Σ_k ω_k θ_k^p)^(1/p), θ_k what arrives
    of input k, of before: makers behind it deliver h of the rebuilt trade. Exponents are 1 - 1/e.
    Output is what final use and others take: x = h z + h D, D orders of sectors that run at x.
    With r below zero output stays above zero for sure where κ, all h being one, is above
    (1 - β)^(-1/r): the cushion. Below it rounds may lead to zero, and then zero is the result.
    Orders never exceed what was sold before, since no sector runs above it, so that a limit to
    capacity has nothing to do. Who sold more than it made, out of stocks (z below zero), makes
    nothing where orders fall below what stocks give.
    """
    [found] = shortages([(rebuilt, inputs, outer)])
    if isinstance(found, RequestError):
        raise found
    return found


def shortages(
    asked: Sequence[tuple[RebuiltTrade, float, float]],
) -> list[Shortage | RequestError]:
    """Return what `shortage` does for several trades of one network, each with its elasticities.

    They go on side by side, so that the table is passed over once for some of them. What has no
    solution has its error.
    """
    lots = (asked[start : start + _BESIDE] for start in range(0, len(asked), _BESIDE))
    return [found for some in lots for found in _beside(some)]


_BESIDE = 24
"""How many are worked on at a time: each holds some numbers for every input and buyer."""


def _beside(
    asked: Sequence[tuple[RebuiltTrade, float, float]],
) -> Iterator[Shortage | RequestError]:
    ends: dict[int, Shortage | RequestError] = {}
    running = [_shortage(trade, inputs=inputs, outer=outer) for trade, inputs, outer in asked]
    answers: dict[int, Numbers | None] = dict.fromkeys(range(len(asked)))
    while answers:
        step()
        needed: dict[int, _Pass] = {}
        for place, answer in answers.items():
            try:
                # None starts it; a type checker knows no generator that takes nothing at first.
                needed[place] = running[place].send(answer)  # type: ignore[arg-type]
            except StopIteration as end:
                ends[place] = end.value
            except RequestError as error:
                ends[place] = error
        answers = {}
        for each in (bought_each, sold_each):
            mine = {place: one for place, one in needed.items() if one.each is each}
            if mine:
                found = each([(one.trade, one.parts) for one in mine.values()])
                answers |= zip(mine, found, strict=True)
    return (ends[place] for place in range(len(asked)))


def _shortage(
    rebuilt: RebuiltTrade, *, inputs: float, outer: float
) -> Generator[_Pass, Numbers, Shortage]:
    import numpy as np

    network = rebuilt.stopped.network
    if not outer > 0 or not np.isfinite(power_of(outer)):
        raise RequestError(
            f"an elasticity of {outer} between inputs and value added",
            why="with none at all, each loss goes round the world without an end",
            hint="0.2 is little, 0.5 usual",
        )
    # Deliveries are found as logarithms: a step can then never lead below nothing.
    share, floor = network.part, np.log(LEAST)
    # The first guess and the balance are asked about twice, and each takes a pass over the table.
    known: dict[bytes, Numbers] = {}

    def bundles(logs: Numbers) -> Generator[_Pass, Numbers, Numbers]:
        key = logs.tobytes()
        if key not in known:
            arrives = yield _Pass(bought_each, rebuilt, np.exp(logs))
            # In the place of what arrives: several of them are at work at a time.
            np.divide(arrives, network.bought, out=arrives, where=network.bill > 0)
            # By a last digit more may arrive than was bought; nobody makes more than before.
            known[key] = mean_of(network.bill, np.clip(arrives, 0, 1, out=arrives), inputs)
        return known[key]

    def delivered(bundle: Numbers) -> Numbers:
        return mean_of(np.array([1 - share, share]), np.array([np.ones(len(share)), bundle]), outer)

    def aim(logs: Numbers) -> Generator[_Pass, Numbers, Numbers]:
        part = delivered((yield from bundles(np.clip(logs, floor, 0.0))))
        found: Numbers = np.log(np.maximum(part, LEAST))
        return found

    def step_(logs: Numbers, back: Back) -> Generator[_Pass, Numbers, Numbers]:
        return back((yield from aim(logs)) - logs, transposed=False)

    start = np.zeros(len(share))
    found = yield from _balancing(network.solved, step_, start)
    # From full deliveries each round lowers them: slow, but it ends at the largest fixed point.
    if not found.reached:
        found = yield from _rounds(aim, start)
    _require(found)
    logs = np.clip(found.found, floor, 0.0)
    bundle = yield from bundles(logs)
    part = delivered(bundle)
    part[part <= NOTHING] = 0
    running = yield from _running(rebuilt, part)
    orders = yield _Pass(sold_each, rebuilt, running.found)
    made = part * np.maximum(network.final + orders, 0.0)
    sold = network.sold
    over = np.divide(orders - sold, sold, out=np.zeros(len(sold)), where=sold > 0)
    off = np.abs(made - running.found * network.output).max() / (network.output.max() or 1.0)
    return Shortage(
        network,
        made,
        part,
        bundle,
        _cushion((yield from bundles(np.zeros(len(share)))), share, outer),
        float(over.max()),
        float(off),
        found.steps + running.steps,
    )


def _running(rebuilt: RebuiltTrade, part: Numbers) -> Generator[_Pass, Numbers, Mixed]:
    """Return output of before at which sectors run: x = h (z + D x)."""
    import numpy as np

    network = rebuilt.stopped.network
    output, final = network.output, network.final

    def step_(running: Numbers, back: Back) -> Generator[_Pass, Numbers, Numbers]:
        orders = yield _Pass(sold_each, rebuilt, running)
        aim = part * np.maximum(final + orders, 0.0)
        move = back(aim - running * output, transposed=True)
        return np.divide(move, output, out=np.zeros(len(output)), where=output > 0)

    found = yield from _balancing(network.solved, step_, part.copy())
    _require(found)
    return found


def _balancing(
    solved: Solved,
    step_: Callable[[Numbers, Back], Generator[_Pass, Numbers, Numbers]],
    start: Numbers,
) -> Generator[_Pass, Numbers, Mixed]:
    """Return what `balanced` does, of a step that needs passes over the table."""
    for back in (solved.nearly, solved.solve):
        guesses = mixing(start, within=WITHIN)
        guess = next(guesses)
        while True:
            move = yield from step_(guess, back)
            try:
                guess = guesses.send(move)
            except StopIteration as end:
                found: Mixed = end.value
                break
        if found.reached:
            break
    return found


def _rounds(
    aim: Callable[[Numbers], Generator[_Pass, Numbers, Numbers]], start: Numbers
) -> Generator[_Pass, Numbers, Mixed]:
    """Return where plain rounds x, aim(x), aim(aim(x)) and so on lead; slow and sure.

    For maps that never rise from the start, which end at their largest fixed point.
    """
    import numpy as np

    guess, steps = start, 0
    while True:
        following = yield from aim(guess)
        miss = float(np.abs(following - guess).max(initial=0.0))
        guess, steps = following, steps + 1
        if miss <= WITHIN or steps == MOST_ROUNDS:
            return Mixed(guess, steps, miss, reached=miss <= WITHIN)


MOST_ROUNDS = 600
"""Plain rounds after which it ends without success."""


def _require(found: Mixed) -> None:
    if not found.reached:
        raise RequestError(
            f"no balance was found in {found.steps} steps (the last still moved {found.miss:.2g})",
            why="a cut that deep, with so little substitution, can pull output to zero",
            hint="raise the elasticities or the leak, or lower the friction",
        )


def _cushion(bundle: Numbers, share: Numbers, outer: float) -> float | None:
    import numpy as np

    power = power_of(outer)
    used = share > 0
    if power >= 0 or not used.any():
        return None
    # (1 - β)^(-1/r) of the notes, with 1 - β the share of inputs.
    return float((bundle - np.where(used, share, 0.0) ** (-1 / power))[used].min())


NEAR_ONE = 1e-9
"""How close to zero an exponent is that of the geometric mean, to as many digits."""


def power_of(elasticity: float) -> float:
    """Return the exponent that belongs to an elasticity of substitution, 1 - 1/e.

    Raises
    ------
    RequestError
        If the elasticity is below zero or no number.

    Examples
    --------
    >>> power_of(0.5), power_of(1), power_of(0)
    (-1.0, 0.0, -inf)
    """
    if not elasticity >= 0:
        raise RequestError(
            f"an elasticity of {elasticity}", why="inputs replace each other or do not", hint="0.5"
        )
    return 1 - 1 / elasticity if elasticity else -float("inf")


def mean_of(weights: Numbers, amounts: Numbers, elasticity: float) -> Numbers:
    """Return what is made of amounts of inputs, both k x n, of what was made before.

    Parameters
    ----------
    weights
        Shares in the bill before; columns add up to one, or to zero where nothing is used.
    amounts
        Of what was used before, 0 to 1.
    elasticity
        0: the scarcest input decides; 1: geometric mean; infinity: arithmetic mean.
    """
    import numpy as np

    power = power_of(elasticity)
    used = weights > 0
    some = np.where(used, amounts, 1.0)
    if power == -float("inf"):
        found: Numbers = some.min(axis=0)
        return found
    # An input at nothing has the logarithm -inf, and the mean comes out as zero, as it should.
    with np.errstate(divide="ignore"):
        if abs(power) < NEAR_ONE:
            logs: Numbers = (weights * np.log(some)).sum(axis=0, where=used)
            return np.exp(logs)
    # Over the input that weighs most, so that no power becomes too large for a number.
    first = some.min(axis=0) if power < 0 else some.max(axis=0)
    # What is smaller than any quotient by it can hold is as nothing.
    nothing = first <= np.finfo(float).tiny
    # In place from here on: for n x k numbers, room for a new array takes longer than to fill it.
    some[:, nothing] = 1.0
    some /= np.where(nothing, 1.0, first)
    # Elasticities of a half and of infinity need no power, which is slow on n x k numbers.
    if power == -1:
        np.divide(1.0, some, out=some)
    elif power != 1:
        some **= power
    some *= weights  # nothing weighs where nothing is used
    total = some.sum(axis=0)
    made: Numbers = first * np.where(used.any(axis=0), total, 1.0) ** (1 / power)
    return made
