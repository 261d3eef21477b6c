"""Amounts in the columns of a table: one unit for all, and no known amount shown as zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.model.display import MINUS, MONEY, SCALES, decimals, number, per_cent
from entrepot.report.parts import RangeBar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from entrepot.figures import Figure

_MILLION = 1e6
_NOTHING = 1e-12
"""Part of the largest amount below which a difference is an error of the arithmetic."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How the amounts of one table are printed.

    Attributes
    ----------
    unit
        In words, as it stands in the caption.
    size, decimals
        One of that unit in the unit of the data; places behind the point from one upwards.
    nothing
        Below this an amount is zero.
    """

    unit: str
    size: float
    decimals: int
    nothing: float

    def text(self, value: object, *, sign: bool = False) -> str:
        """Return the digits of a number, at least two that are no zeros; nothing for no number."""
        if not isinstance(value, (int, float)):
            return ""
        # What is left over from adding and subtracting much larger amounts is zero.
        if abs(value) <= self.nothing:
            return "0"
        shown = value / self.size
        # Below one of the unit two significant digits: USD 17,000 in millions is 0.017, never 0.0.
        text = number(shown, 2)
        if abs(shown) >= 1:
            text = f"{shown:,.{self.decimals}f}".replace("-", MINUS)
        return f"+{text}" if sign and value > 0 else text


def amounts_of(unit: str, values: Iterable[object]) -> Amounts:
    """Return how to print amounts: money by the million where the largest is as much.

    Parameters
    ----------
    unit
        Of the data.
    values
        Every amount of the table; what is no number is passed over.

    Examples
    --------
    >>> shown = amounts_of("USD", [2.5e9, 17_000.0, None])
    >>> shown.unit, shown.text(2.5e9), shown.text(17_000.0), shown.text(0.0), shown.text(None)
    ('USD m', '2,500.0', '0.017', '0', '')
    """
    largest = max((abs(one) for one in values if isinstance(one, (int, float))), default=0.0)
    nothing = largest * _NOTHING
    if unit not in MONEY:
        return Amounts(unit, 1.0, 1, nothing)
    if largest < _MILLION:
        return Amounts(unit, 1.0, 0, nothing)
    return Amounts(f"{unit} m", _MILLION, 1, nothing)


def change_of(row: Mapping[str, Any]) -> float:
    """Return what one supplier sold more, in the unit of the Figure; below zero if it sold less."""
    return float(row["value_after"]) - float(row["value_before"])


def changes(figure: Figure) -> dict[str, float]:
    """Return the same by supplier."""
    return {str(row["exporter"]): change_of(row) for row in figure.table}


# The range bar of a card: which part is computed, which printed, on which scale.


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
        # The key is whether it was printed.
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
    if min(values) < 0 or max(values) == 0:
        return None
    end, text = _scale(figure.unit, max(values))
    return RangeBar(
        ends=("0", text),
        value=figure.value / end,
        computed=_scaled(computed, end),
        published=_scaled(printed, end),
    )


def _scaled(ends: Ends | None, end: float) -> Ends | None:
    return (ends[0] / end, ends[1] / end) if ends else None


def _scale(unit: str, highest: float) -> tuple[float, str]:
    if unit == "share":
        return 1.0, "100 %"
    end = round_up(highest)
    if unit in MONEY:
        factor, word = next(((f, w) for f, w in SCALES if end >= f), (1.0, ""))
        return end, f"{number(end / factor, 1)} {word}".strip()
    return end, f"{number(end, 1)} times" if unit == "ratio" else f"{number(end, 1)} %"


def round_up(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, 50 ... at or above a value.

    Examples
    --------
    >>> round_up(3.7), round_up(5.24e9), round_up(14)
    (5.0, 10000000000.0, 20.0)
    """
    power = 1.0
    # By steps: a logarithm may fall just below the
    # power (math.log(1000, 10) is 2.9999999999999996).
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
    places: int | None = None
    """Most digits behind the point; None for as many as three significant ones need."""

    def of(self, value: float) -> float:
        """Return a value in what the axis counts in."""
        return value * self.factor

    def text(self, value: float, *, sign: bool = False) -> str:
        """Return its digits, three of them significant, with its sign if asked."""
        shown = self.of(value)
        if (
            self.places is not None
            and self.word != "%"
            and decimals(shown, self.word) > self.places
        ):
            least = 10.0**-self.places
            mark = MINUS if value < 0 else "+" if sign and value > 0 else ""
            if 0 < abs(shown) < least / 2:
                return f"{'>' if value < 0 else '<'}{mark}{least:g}"
            return f"{mark}{abs(shown):.{self.places}f}"
        digits = per_cent(shown) if self.word == "%" else number(shown)
        return f"+{digits}" if sign and value > 0 else digits


def scale_of(unit: str, largest: float) -> Scale:
    """Return the scale of values of a unit, the largest of which says how many zeros to leave out.

    Examples
    --------
    >>> scale_of("share", 0.5).word, scale_of("USD", 5.2e9).word
    ('%', 'USD bn')
    """
    if unit in ("share", "relative"):
        return Scale(100.0, "%")
    if unit == "share_points":
        return Scale(100.0, "points")
    if unit in MONEY:
        # From 999.5 million on three digits round to 1,000 million, so a billion is the unit.
        fits = ((size, name) for size, name in SCALES if abs(largest) >= size * 0.9995)
        size, name = next(fits, (1.0, ""))
        return Scale(1.0 / size, f"{unit} {name}".strip())
    words = {"percent": "%", "ratio": "times", "index": "index", "count": "number"}
    return Scale(1.0, words.get(unit, unit))
