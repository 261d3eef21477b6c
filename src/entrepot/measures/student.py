"""Intervals by Student's t, in plain Python, with as many degrees of freedom as clusters leave."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterable

NEARLY_NORMAL = 5000
STEPS = 500
# Stands for a denominator of zero in Lentz's method, which would end it.
SMALL = 1e-300


def degrees_of_freedom(adds: Iterable[float]) -> float:
    """Return (Σ γ)² / Σ γ² - 1, the effective number of clusters less one.

    γ is what a cluster `adds` to the variance of an estimate if its rows are independent. Where a
    few clusters have most of the weight, or few are treated, there are fewer of them than there
    seem to be (Carter, Schnepel and Steigerwald 2017, Review of Economics and Statistics 99).
    """
    parts = list(adds)
    squares = math.fsum(part**2 for part in parts)
    return math.fsum(parts) ** 2 / squares - 1 if squares > 0 else 0.0


def half_width(error: float, degrees: float, confidence: float) -> float | None:
    """Return half the width of an interval; None with less than one degree of freedom."""
    if not error > 0 or not degrees >= 1:
        return None
    return error * student_quantile(confidence, degrees)


def student_quantile(confidence: float, freedom: float) -> float:
    """Return t with P(-t < T < t) = `confidence` for Student's T, by bisection.

    Above `NEARLY_NORMAL` degrees of freedom, the normal quantile with its first correction, which
    is off by less than 1e-7. Infinity where a fraction of a degree leaves an end beyond all floats.

    Raises
    ------
    RequestError
        If `confidence` is not between 0 and 1, or there is no degree of freedom.
    """
    if not 0 < confidence < 1 or not freedom > 0:
        raise RequestError(
            f"no quantile of Student's t for {confidence} with {freedom} degrees of freedom",
            hint="confidence lies between 0 and 1; two clusters or more leave a degree of freedom",
        )
    if freedom > NEARLY_NORMAL:
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        return z + (z**3 + z) / (4 * freedom)
    low, high, tails = 0.0, 1.0, 1 - confidence
    # With one degree of freedom and 99.9 % the quantile is above 600: no fixed upper end does.
    while _outside(high, freedom) > tails:
        low, high = high, 2 * high
        if math.isinf(high):
            return math.inf
    # More than the 53 binary digits of a float.
    for _ in range(60):
        middle = low + (high - low) / 2
        if _outside(middle, freedom) > tails:
            low = middle
        else:
            high = middle
    return low + (high - low) / 2


def _outside(t: float, freedom: float) -> float:
    """Return P(T < -t or T > t), an incomplete beta function (Abramowitz and Stegun 1964, 26.7.1).

    The tails and not what lies between them, of which a float near 1 would keep few digits.
    """
    if t == 0:
        return 1.0
    a, b = 0.5, freedom / 2
    # In logarithms: t² and a gamma function (from 172 on) overflow.
    square = 2 * math.log(t) - math.log(freedom)
    # ln(1 + t² / freedom); beyond exp(40) the 1 is lost in a float anyway.
    log_sum = square if square > 40 else math.log1p(math.exp(square))
    part, rest = math.exp(square - log_sum), math.exp(-log_sum)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    scale += a * (square - log_sum) - b * log_sum
    # On the other side of this the fraction converges slowly, and that of the complement fast.
    if part < (a + 1) / (a + b + 2):
        return 1 - math.exp(scale) * _fraction(part, a, b) / a
    return math.exp(scale) * _fraction(rest, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Return the continued fraction of the incomplete beta function (26.5.8), by Lentz's way."""
    front, back = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    found = back
    for m in range(1, STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            back = 1 / ((1 + term * back) or SMALL)
            front = (1 + term / front) or SMALL
            found *= front * back
        if abs(front * back - 1) < 1e-15:
            break
    return found
