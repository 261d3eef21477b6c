"""How heavy the tails of errors are, and what a gap says of the errors behind it.

Errors of trade reports differ in size from cell to cell far more than from country to country:
most pairs of reports are close, a few are worlds apart. A Student distribution says so in one
number: an error is normal, with a variance that a cell draws for itself, inverse gamma with as many
degrees of freedom. Its two reports share that draw, so that the gap between them tells of it: two
reports that agree are better known than the average, two that do not are less (the posterior of a
normal variance under its conjugate prior; Gelman and others, Bayesian Data Analysis, section 2.6).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["NORMAL", "Tails"]

NORMAL = 1.6448536269514722
"""Standard deviations to either side that hold 90 % of a normal distribution."""
_QUANTILES = (
    (1, 1.0000, 6.3138), (2, 0.8165, 2.9200), (3, 0.7649, 2.3534), (4, 0.7407, 2.1318),
    (5, 0.7267, 2.0150), (6, 0.7176, 1.9432), (8, 0.7064, 1.8595), (10, 0.6998, 1.8125),
    (15, 0.6912, 1.7531), (30, 0.6828, 1.6973), (math.inf, 0.6745, NORMAL),
)  # fmt: skip
"""Degrees of freedom, and what holds half and nine tenths of a Student distribution on either side
of its middle: its quantiles at 0.75 and 0.95, from any table of it."""


def _between(place: float, left: float, right: float, one: float, other: float) -> float:
    return one + (other - one) * (place - left) / (right - left)


def _widths(freedom: float) -> tuple[float, float]:
    """Return the two quantiles, between those of the table linearly in one over the freedom."""
    place = 1 / freedom if freedom else math.inf
    for (left, *lows), (right, *highs) in pairwise(_QUANTILES):
        if left <= freedom <= right:
            ends = (1 / left, 0.0 if math.isinf(right) else 1 / right)
            half, nine = (
                _between(place, *ends, low, high) for low, high in zip(lows, highs, strict=True)
            )
            return half, nine
    raise ValueError(f"{freedom} degrees of freedom")


@dataclass(frozen=True, slots=True)
class Tails:
    """Errors as a Student distribution.

    Attributes
    ----------
    freedom
        Degrees of freedom: 1 has tails without a mean, infinity is normal.
    scale
        Its scale over the standard deviation that variances are counted in.
    """

    freedom: float = math.inf
    scale: float = 1.0

    @classmethod
    def fitted(cls, half: float, nine: float) -> Tails:
        """Return the distribution of which `half` and `nine` hold 50 % and 90 %.

        Parameters
        ----------
        half, nine
            Quantiles of absolute gaps over their standard deviations.

        Notes
        -----
        Between the tabled degrees of freedom the ratio of the two is met linearly in one over
        these. Thirty and more are taken for normal, which no sample tells from them; a ratio above
        that of a Cauchy distribution for Cauchy's. Normal errors are never taken for smaller than
        the variances have them.
        """
        ratio = nine / half if half > 0 else math.inf
        ratios = [(freedom, width / middle) for freedom, middle, width in _QUANTILES]
        if ratio <= ratios[-2][1]:
            return cls(math.inf, max(1.0, nine / NORMAL))
        freedom = 1.0
        for (left, above), (right, below) in pairwise(ratios):
            if below <= ratio <= above:
                ends = (1 / left, 0.0 if math.isinf(right) else 1 / right)
                freedom = 1 / _between(ratio, above, below, *ends)
        return cls(freedom, nine / _widths(freedom)[1])

    @property
    def level(self) -> float:
        """Return the standard deviations that hold nine in ten where no gap is known."""
        return self.scale * (NORMAL if math.isinf(self.freedom) else _widths(self.freedom)[1])

    def after(self, gap: str, variance: str) -> str:
        """Return SQL for the standard deviations that hold nine in ten beside a known gap.

        Parameters
        ----------
        gap
            SQL for the log gap between two reports.
        variance
            SQL for the sum of the two error variances.
        """
        if math.isinf(self.freedom):
            return repr(self.level)
        nu = self.freedom
        width = _widths(nu + 1)[1] * self.scale
        squared = f"power({gap}, 2) / ({variance} * {self.scale**2!r})"
        return f"{width!r} * sqrt(({nu!r} + {squared}) / {nu + 1!r})"
