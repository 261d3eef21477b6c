"""When it began: the step from which a flow is another one, with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["EDGE", "Began", "began"]

EDGE = 3
"""Steps at either end in which no change is looked for: a mean of fewer says little."""
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Began:
    """A change of level.

    Attributes
    ----------
    step
        Place of the first step of the new level.
    low, high
        Steps between which it lies, 19 times in 20.
    factor
        New level over old, beside the reference; infinite if there was nothing before.
    p_value
        How often a flow without a change shows one that large somewhere, 0 to 1.
    """

    step: int
    low: int
    high: int
    factor: float
    p_value: float


def began(
    values: Sequence[float],
    reference: Sequence[float] | None = None,
    *,
    draws: int = 499,
    seed: int = 833,
) -> Began:
    """Find the step from which a flow has another level, and say how sure it is.

    Each step is taken in turn as the first of a new level, by Poisson pseudo maximum likelihood on
    amounts; the one that fits best is the answer. How far it may be off, and whether there is a
    change at all, is simulated: flows with the errors of this one, with the change that was found
    and without any. Errors are taken to be independent from step to step.

    Parameters
    ----------
    values
        Amounts, zero or more, one for each step, in order.
    reference
        Amounts above zero that the flow would move with, such as sales to controls.
    draws, seed
        Simulated flows of each kind.

    Raises
    ------
    RequestError
        For fewer than nine steps, amounts below zero or all zero, or a reference that is not
        above zero throughout.
    """
    import numpy as np

    y = np.asarray(values, dtype=float)
    z = np.ones(len(y)) if reference is None else np.asarray(reference, dtype=float)
    _require(y, z)
    random = np.random.default_rng(seed)
    gain, first = _best(y[None, :], z)
    step = int(first[0])
    mean = _mean(y, z, step)
    same = z * y.sum() / z.sum()
    moved = _best(_drawn(mean, y, 2, draws, random), z)[1]
    still = _best(_drawn(same, y, 1, draws, random), z)[0]
    low, high = np.quantile(moved - step, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    before, after = (y[part].sum() / z[part].sum() for part in (slice(step), slice(step, None)))
    return Began(
        step=step,
        low=max(EDGE, int(np.floor(step - high))),
        high=min(len(y) - EDGE, int(np.ceil(step - low))),
        factor=float(after / before) if before else float("inf"),
        p_value=float((1 + (still >= gain[0] * (1 - 1e-9)).sum()) / (draws + 1)),
    )


def _require(y: Any, z: Any) -> None:
    if len(y) < 3 * EDGE or len(z) != len(y):
        raise RequestError(
            f"{len(y)} steps and {len(z)} of the reference",
            hint=f"give {3 * EDGE} steps or more, and a reference for each",
        )
    if not ((y >= 0).all() and y.sum() > 0 and (z > 0).all()):
        raise RequestError(
            "a value is missing or below zero, all are zero, or a reference is not above zero",
            why="a change of level is a ratio of amounts",
            hint="leave the flow out, or give other controls",
        )


def _best(flows: Any, z: Any) -> tuple[Any, Any]:
    """Return for each flow, one a row, the largest gain in likelihood and the step it is at.

    Of a flow in two parts with means in proportion to `z`, the log-likelihood is, up to what does
    not depend on the step, Σ Y log(Y / Z) over the parts.
    """
    import numpy as np

    places = np.arange(EDGE, flows.shape[1] - EDGE + 1)
    below, whole = np.cumsum(flows, axis=1)[:, places - 1], flows.sum(axis=1, keepdims=True)
    shares = np.cumsum(z)[places - 1], z.sum()

    def term(amount: Any, size: Any) -> Any:
        safe = np.where(amount > 0, amount, 1.0)
        return np.where(amount > 0, amount * np.log(safe / size), 0.0)

    gains = term(below, shares[0]) + term(whole - below, shares[1] - shares[0])
    gains = (gains - term(whole, shares[1])) / whole
    best = gains.argmax(axis=1)
    return gains[np.arange(len(gains)), best], places[best]


def _mean(y: Any, z: Any, step: int) -> Any:
    import numpy as np

    parts = (slice(step), slice(step, None))
    return np.concatenate([z[part] * y[part].sum() / z[part].sum() for part in parts])


def _drawn(mean: Any, y: Any, levels: int, draws: int, random: Any) -> Any:
    """Draw flows with this mean, and a variance in proportion to it, as the errors of `y` have."""
    import numpy as np

    positive = mean > 0
    squares = ((y - mean)[positive] ** 2 / mean[positive]).sum()
    spread = max(squares / max(1, positive.sum() - levels), 1e-9 * mean.max())
    found = np.zeros((draws, len(mean)))
    found[:, positive] = random.gamma(mean[positive] / spread, spread, (draws, positive.sum()))
    found[found.sum(axis=1) == 0] = mean
    return found
