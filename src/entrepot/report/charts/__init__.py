"""Charts: facts in, inline SVG out, two drawings each."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from entrepot.report.charts.beside import with_rows
from entrepot.report.pair.drawn import Courses
from entrepot.report.pictures import (
    Butterfly,
    Curve,
    EventSteps,
    Exposure,
    ShareLines,
    TierPanels,
)
from entrepot.report.scenario.drawn import Ladder, LossMap
from entrepot.report.single_pictures import Calendar, Lanes, Slope, Split, Stack, World

if TYPE_CHECKING:
    from entrepot.report.parts import Table
    from entrepot.report.pictures import Picture

__all__ = ["draw"]

DRAWN_BY: dict[type, str] = {
    ShareLines: "share",
    TierPanels: "tiers",
    Butterfly: "butterfly",
    Curve: "curve",
    Exposure: "exposure",
    EventSteps: "event",
    Stack: "stack",
    Slope: "slope",
    Split: "split",
    Calendar: "calendar",
    World: "world",
    Courses: "courses",
    Lanes: "lanes",
    Ladder: "ladder",
    LossMap: "loss_map",
}
"""The module that draws each kind of picture."""


def draw(picture: Picture, table: Table | None = None) -> tuple[str, str]:
    """Return the wide and the narrow drawing of a chart as inline SVG.

    With the table that stands beside it each mark says which row is its own.
    """
    module = import_module(f"entrepot.report.charts.{DRAWN_BY[type(picture.drawn)]}")
    wide, narrow = (
        with_rows(module.draw(picture.drawn, name=name, spoken=picture.spoken), table)
        for name in ("wide", "narrow")
    )
    return wide, narrow
