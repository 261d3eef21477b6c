"""The range bar of a card: which part is computed, which printed, on which scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.model.display import MONEY, SCALES, number
from entrepot.report.parts import RangeBar

if TYPE_CHECKING:
    from entrepot.figures import Figure

__all__ = ["Scale", "bar_of", "errors_of", "round_up", "scale_of", "spans_of"]


Ends = tuple[float, float]


def spans_of(figure: Figure) -> tuple[Ends | None, Ends | None]:
    """Return the span of the computed and of the printed definitions, None where there are none.

    A Figure without other definitions has its own low and high on the side it belongs to.
    """
    if figure.specifications is None:
        ends = None
        if figure.low is not None and figure.high is not None:
            ends = (figure.low, figure.high)
        return (None, ends) if _printed(figure) else (ends, None)
    sides: dict[bool, list[float]] = {True: [], False: []}
    for item in figure.specifications.items:
        sides[item.choices.get("source") == "published"].append(item.value)
    return _hull(sides[False]), _hull(sides[True])


def errors_of(figure: Figure) -> Ends | None:
    """Return what the errors of reconciled reports leave open of a Figure; None for any other."""
    if figure.definition.source != "reconciled":
        return None
    return figure.spread.get("errors")


def _printed(figure: Figure) -> bool:
    return bool(figure.evidence) and figure.evidence[0].source == "published"


def _hull(values: list[float]) -> Ends | None:
    return (min(values), max(values)) if values else None


def bar_of(figure: Figure) -> RangeBar | None:
    """Return positions on the whole scale: a share always 0 to 100 %, others 0 to a round end.

    None for a negative value, which such a scale cannot show, and for nothing but zeros.
    """
    if figure.value is None:
        return None
    computed, printed = spans_of(figure)
    computed = _hull([*(computed or ()), *(errors_of(figure) or ())])
    values = [figure.value, *(computed or ()), *(printed or ())]
    shift = 100.0 if figure.unit == "percent" and figure.value >= 100 else 0.0
    if min(values) + shift < 0 or max(values) + shift == 0:
        return None
    end, text = _scale(figure.unit, max(values) + shift, shift)
    return RangeBar(
        ends=("0", text),
        value=(figure.value + shift) / end,
        computed=_scaled(computed, shift, end),
        printed=_scaled(printed, shift, end),
    )


def _scaled(ends: Ends | None, shift: float, end: float) -> Ends | None:
    return ((ends[0] + shift) / end, (ends[1] + shift) / end) if ends else None


def _scale(unit: str, highest: float, shift: float) -> tuple[float, str]:
    if unit == "share":
        return 1.0, "100 %"
    end = round_up(highest)
    if unit in MONEY:
        factor, word = next(((f, w) for f, w in SCALES if end >= f), (1.0, ""))
        return end, f"{number(end / factor, 1)} {word}".strip()
    if shift:
        return end, f"{number(end / 100, 1)} times"
    return end, f"{number(end, 1)} times" if unit == "ratio" else f"{number(end, 1)} %"


def round_up(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, 50 ... at or above a value.

    Examples
    --------
    >>> round_up(3.7), round_up(5.24e9), round_up(14)
    (5.0, 10000000000.0, 20.0)
    """
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


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
