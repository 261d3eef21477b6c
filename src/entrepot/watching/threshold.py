"""By how much a value has to change before somebody wants to be told."""

from __future__ import annotations

import re
from dataclasses import dataclass

from entrepot.errors import RequestError

__all__ = ["Threshold"]

_FORM = re.compile(r"(\d+(?:\.\d+)?)\s*(%|points?)")
_SLACK = 1e-9
"""What is lost where two shares are taken from each other: 0.12 less 0.10 is above 0.02."""
_POINTS = {"share": 0.01, "share_points": 0.01, "percent": 1.0}
"""What a point is in units of the data."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A change that is passed: ``5 %`` of what the value was, or ``2 points``.

    Attributes
    ----------
    size
        In per cent, or in points.
    in_points
        Whether it is a difference of two shares, or of two percentages.
    """

    size: float
    in_points: bool
    point: float = 0.0

    @classmethod
    def parse(cls, text: str, unit: str) -> Threshold:
        """Read what somebody wrote for a value of a unit.

        Raises
        ------
        RequestError
            If it is no such change, or points of what has none.

        Examples
        --------
        >>> Threshold.parse("2 points", "share").is_passed(0.50, 0.53)
        True
        >>> Threshold.parse("5 %", "USD").is_passed(100.0, 104.0)
        False
        """
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise RequestError(
                f"{text!r} is no size of a change", hint="write 2 points (of a share), or 5 %"
            )
        in_points = found[2] != "%"
        if in_points and unit not in _POINTS:
            raise RequestError(
                f"{text}: what is asked has no points, its unit is {unit}",
                hint=f"write {found[1]} %",
            )
        return cls(float(found[1]), in_points, _POINTS.get(unit, 0.0))

    def is_passed(self, then: float, now: float) -> bool:
        """Whether two values lie farther apart."""
        most = self.size * self.point if self.in_points else abs(then) * self.size / 100
        return abs(now - then) > most * (1 + _SLACK)
