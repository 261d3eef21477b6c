"""What every sector of the world makes if inputs are missing: bundles, output, and round again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.measures.cutoff.extraction import balanced, rounds

if TYPE_CHECKING:
    from entrepot.measures.cutoff.extraction import Back, Mixed
    from entrepot.measures.cutoff.network import Network
    from entrepot.measures.cutoff.rebuilt import RebuiltTrade
    from entrepot.measures.origin.economy import Numbers

__all__ = ["Shortage", "mean_of", "power_of", "shortage"]


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
    weights = np.divide(
        network.bought,
        network.bought.sum(axis=0),
        out=np.zeros(network.bought.shape),
        where=network.bought > 0,
    )

    # The first guess and the balance are asked about twice, and each takes a pass over the table.
    known: dict[bytes, Numbers] = {}

    def bundles(logs: Numbers) -> Numbers:
        key = logs.tobytes()
        if key not in known:
            known[key] = arriving(logs)
        return known[key]

    def arriving(logs: Numbers) -> Numbers:
        arrives = rebuilt.bought(np.exp(logs))
        kept = np.divide(arrives, network.bought, out=np.ones(arrives.shape), where=weights > 0)
        # What arrives may exceed what was bought by a last digit; nobody makes more than before.
        return mean_of(weights, np.clip(kept, 0, 1, out=kept), inputs)

    def delivered(bundle: Numbers) -> Numbers:
        return mean_of(np.array([1 - share, share]), np.array([np.ones(len(share)), bundle]), outer)

    def aim(logs: Numbers) -> Numbers:
        part = delivered(bundles(np.clip(logs, floor, 0.0)))
        found: Numbers = np.log(np.maximum(part, LEAST))
        return found

    start = np.zeros(len(share))
    found = balanced(
        network.solved,
        lambda logs, back: back(aim(logs) - logs, transposed=False),
        start,
        within=WITHIN,
    )
    # From full deliveries each round lowers them: slow, but it ends at the largest fixed point.
    found = found if found.reached else rounds(aim, start, within=WITHIN)
    _require(found)
    logs = np.clip(found.found, floor, 0.0)
    bundle = bundles(logs)
    part = delivered(bundle)
    part[part <= NOTHING] = 0
    running = _running(rebuilt, part)
    orders = rebuilt.sold(running.found)
    made = part * np.maximum(network.final + orders, 0.0)
    sold = network.sold
    over = np.divide(orders - sold, sold, out=np.zeros(len(sold)), where=sold > 0)
    off = np.abs(made - running.found * network.output).max() / (network.output.max() or 1.0)
    return Shortage(
        network,
        made,
        part,
        bundle,
        _cushion(bundles(np.zeros(len(share))), share, outer),
        float(over.max()),
        float(off),
        found.steps + running.steps,
    )


def _running(rebuilt: RebuiltTrade, part: Numbers) -> Mixed:
    """Return output of before at which sectors run: x = h (z + D x)."""
    import numpy as np

    network = rebuilt.stopped.network
    output, final = network.output, network.final

    def step(running: Numbers, back: Back) -> Numbers:
        aim = part * np.maximum(final + rebuilt.sold(running), 0.0)
        move = back(aim - running * output, transposed=True)
        return np.divide(move, output, out=np.zeros(len(output)), where=output > 0)

    found = balanced(network.solved, step, part.copy(), within=WITHIN)
    _require(found)
    return found


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
    ratio = np.divide(some, first, out=np.ones(some.shape), where=first > 0)
    # Elasticities of a half and of infinity need no power, which is slow on n x k numbers.
    raised = 1 / ratio if power == -1 else ratio if power == 1 else ratio**power
    total = (weights * raised).sum(axis=0, where=used)
    made: Numbers = first * np.where(used.any(axis=0), total, 1.0) ** (1 / power)
    return made
