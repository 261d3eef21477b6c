"""An event study, step by step from the day of listing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.show import headline
from entrepot.model.display import MINUS, figure_value, range_text
from entrepot.report.alone.foot import foot
from entrepot.report.alone.parts import Alone
from entrepot.report.pictures import EventSteps, Picture, Step

if TYPE_CHECKING:
    from entrepot.figures import Figure

__all__ = ["event"]

COUNTED = (("listed_products", "goods listed"), ("other_products", "others"))


def event(figure: Figure) -> Alone:
    """Return the steps of an event study, and the finding in a sentence."""
    unit = str(figure.details["steps_of"]).removesuffix("s")
    steps = tuple(_step(row) for row in figure.table)
    reference = next(int(row["step"]) for row in figure.table if row.get("is_reference"))
    drawn = EventSteps(steps, unit, "listing", reference, figure.value)
    spread_words = range_text(figure.low, figure.high, figure.unit)
    spoken = f"{headline(figure)}: {figure_value(figure.value, figure.unit)} on average after it"
    spoken += f", 95 % interval {spread_words}. " if spread_words else ". "
    values = ", ".join(
        f"{one.step:+d}: {figure_value(one.value, 'percent')}".replace("-", MINUS)
        for one in steps
        if one.value is not None
    )
    deck = (
        f"Listed goods against others: change from the {unit} before the listing, per "
        "cent, with 95 % intervals; the scale is logarithmic"
    )
    picture = Picture(drawn, f"{spoken}By {unit} from the listing: {values}.")
    return Alone(headline(figure), deck, picture, _foot(figure), figure.table, (figure,))


def _step(row: dict[str, object]) -> Step:
    low, high = row.get("low_pct"), row.get("high_pct")
    value = row.get("change_pct")
    return Step(
        step=int(str(row["step"])),
        value=None if value is None else float(str(value)),
        low=None if low is None else float(str(low)),
        high=None if high is None else float(str(high)),
        binned=bool(row.get("is_binned")),
    )


def _foot(figure: Figure) -> tuple[str, ...]:
    """Return value with range, source, and how many goods stand behind it."""
    line, source, *rest = foot(figure)
    counted = [
        f"{figure.details[name]:,.0f} {words}"
        for name, words in COUNTED
        if isinstance(figure.details.get(name), (int, float))
    ]
    return (line, " ".join([source, *([f"{', '.join(counted)}."] if counted else [])]), *rest)
