"""A specification curve that stands alone, of a share or of any other number that has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.figures.show import headline
from entrepot.model.display import range_text
from entrepot.report.alone.foot import foot
from entrepot.report.alone.parts import Alone
from entrepot.report.sections import spread

if TYPE_CHECKING:
    from entrepot.figures import Figure

__all__ = ["curve"]

DECK = "Each column is one definition: a dot computed, a ring in print; choices below."


def curve(figure: Figure) -> Alone:
    """Return the specifications of a Figure, sorted by value.

    Raises
    ------
    RequestError
        If there is one definition only.
    """
    found = figure.specifications
    if found is None or len(found.items) < 2:
        raise RequestError(
            f"{figure.definition.measure} of this has one value and no other definition",
            why="a chart of one number shows how far it moves",
            hint="add --curve, or ask something that is drawn over the years: import_share",
        )
    picture = spread.picture(figure, found)
    unit = getattr(picture.drawn, "unit", "%")
    words = {"%": "Per cent", "times": "Times", "index": "Index", "points": "Points"}
    return Alone(
        _title(figure),
        f"{words.get(unit, unit)}. {DECK}",
        picture,
        foot(figure),
        tuple(
            {"value": item.value, "unit": figure.unit} | dict(item.choices) for item in found.items
        ),
        (figure,),
    )


def _title(figure: Figure) -> str:
    """Return what it is about, and how far its definitions lie apart."""
    ends = range_text(figure.low, figure.high, figure.unit)
    return f"{headline(figure)}: {ends}" if ends else headline(figure)
