"""From the unit of a Figure to what an axis counts in: per cent, billions, times."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.model.display import MONEY, SCALES, number

__all__ = ["Scale", "scale_of"]


@dataclass(frozen=True, slots=True)
class Scale:
    """What values are multiplied by, and the word that then stands behind them."""

    factor: float
    word: str

    def of(self, value: float) -> float:
        """Return a value in what the axis counts in."""
        return value * self.factor

    def text(self, value: float, *, sign: bool = False) -> str:
        """Return its digits, three of them significant, with its sign if asked."""
        digits = number(self.of(value))
        return f"+{digits}" if sign and value > 0 else digits


def scale_of(unit: str, largest: float) -> Scale:
    """Return the scale of values of a unit, the largest of which says how many zeros to leave out.

    Examples
    --------
    >>> scale_of("share", 0.5), scale_of("USD", 5.2e9).word
    (Scale(factor=100.0, word='%'), 'bn USD')
    """
    if unit in ("share", "relative"):
        return Scale(100.0, "%")
    if unit == "share_points":
        return Scale(100.0, "points")
    if unit in MONEY:
        fits = ((size, name) for size, name in SCALES if abs(largest) >= size * 0.9995)
        size, name = next(fits, (1.0, ""))
        return Scale(1.0 / size, f"{name} {unit}".strip())
    words = {"percent": "%", "ratio": "times", "index": "index", "count": "number"}
    return Scale(1.0, words.get(unit, unit))
