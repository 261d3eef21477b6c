"""Output of constant elasticity from bundles of inputs, exact, with its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from entrepot.measures.origin.economy import Numbers

__all__ = ["mean_of", "power_of"]

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
    with np.errstate(divide="ignore"):
        if abs(power) < NEAR_ONE:
            logs: Numbers = (weights * np.log(some)).sum(axis=0, where=used)
            return np.exp(logs)
    # Over the input that weighs most, so that no power becomes too large for a number.
    first = some.min(axis=0) if power < 0 else some.max(axis=0)
    ratio = np.divide(some, first, out=np.ones(some.shape), where=first > 0)
    raised = 1 / ratio if power == -1 else ratio if power == 1 else ratio**power
    total = (weights * raised).sum(axis=0, where=used)
    made: Numbers = first * np.where(used.any(axis=0), total, 1.0) ** (1 / power)
    return made
