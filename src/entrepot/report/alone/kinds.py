"""Which chart is drawn of what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.figures import ask, bundled_for
from entrepot.figures.questions import QUESTIONS
from entrepot.measures import passports
from entrepot.report.alone.catalogue import DRAWN
from entrepot.report.alone.curve import curve
from entrepot.report.alone.event import event
from entrepot.report.alone.origin import origin
from entrepot.report.alone.reporters import reporters
from entrepot.report.alone.rerouted import rerouted
from entrepot.report.alone.shares import shares
from entrepot.report.alone.slope import slope
from entrepot.report.alone.split import split
from entrepot.report.alone.stack import stack
from entrepot.report.alone.weights import weights
from entrepot.report.alone.world import of_buyers, world

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.lake import Lake
    from entrepot.report.alone.parts import Alone

__all__ = ["chart", "of_figure"]

OVER_TIME = ("import_share", "export_share")
SUPPLIERS = ("top_supplier", "hhi", "cr")
NO_MEASURE = ("map", "reporters")
ONE = {
    "event_study": event,
    "origin": origin,
    "rank": of_buyers,
    "reorientation": slope,
    "rerouted": rerouted,
    "value_change": split,
}


def chart(
    measure: str, lake: Lake, *, curve: bool = False, since: int | None = None, **keys: Any
) -> Alone:
    """Return the chart of what was asked.

    Parameters
    ----------
    measure
        Id of a measure, ``map`` or ``reporters``.
    curve
        Whether to draw every combination of defensible choices.
    since
        First year of a chart over the years.
    **keys
        Keys of the definition; `period` is the last year of a chart over the years.

    Raises
    ------
    UnknownNameError
        If there is no such measure.
    RequestError
        If nothing is drawn of it, or the keys make no sense.
    NoEvidenceError
        If nothing that is held answers.
    """
    given = {name: value for name, value in keys.items() if value is not None}
    _require_known(measure)
    if curve and measure in NO_MEASURE:
        raise RequestError(f"{measure} has no other definitions", hint="leave out --curve")
    over_years = not curve and measure in ("reporters", "asymmetry", *OVER_TIME, *SUPPLIERS)
    if since is not None and not over_years:
        raise RequestError(
            f"--since has no meaning for {'a curve' if curve else measure}",
            why="this chart shows one period",
            hint="leave it out, or name a base with --base 2021",
        )
    shown = bundled_for(lake, str(given.get("goods", "all")), given.get("source"))
    if measure == "map":
        with lake.reading(bundled=shown):
            return world(lake, given)
    if not over_years:
        _require_drawn(measure)
        return of_figure(ask(measure, lake=lake, curve=curve, **given))
    with lake.reading(bundled=shown):
        return _over_years(measure, lake, since, given)


def _over_years(measure: str, lake: Lake, since: int | None, given: dict[str, Any]) -> Alone:
    by = given.get("by")
    if measure == "reporters":
        return reporters(lake, since, given)
    if measure in SUPPLIERS or (measure == "import_share" and by == "exporter"):
        return stack(lake, since, given)
    if by is not None:
        raise RequestError(
            f"{measure} is not drawn by {by}", hint="draw import_share --by exporter, or no --by"
        )
    if measure == "asymmetry":
        return weights(lake, since, given)
    return shares(measure, lake, since, given)


def of_figure(figure: Figure) -> Alone:
    """Return the chart of one Figure.

    Raises
    ------
    NoEvidenceError
        If the Figure has no value.
    RequestError
        If nothing about it can be drawn.
    """
    _require_drawn(figure.definition.measure)
    if figure.value is None:
        raise NoEvidenceError("there is nothing to draw", why=figure.reason or "no value is held")
    one = ONE.get(figure.definition.measure)
    curved = figure.definition.measure != "origin"  # its choices are borders, told below it
    alternatives = curved and bool(figure.specifications and figure.specifications.whole)
    if one is not None and not alternatives and (figure.table or figure.details):
        return one(figure)
    return curve(figure)


def _require_drawn(measure: str) -> None:
    """Refuse a measure of which there is no picture, before anything is computed."""
    how = QUESTIONS.get(measure)
    if measure not in ONE and how is not None and not how.has_curve:
        raise RequestError(f"nothing is drawn of {measure}", hint=f"drawn are: {DRAWN}")


def _require_known(measure: str) -> None:
    """Refuse what is no measure, and say what can be drawn."""
    known = [*NO_MEASURE, *QUESTIONS]
    if measure in known or measure in {item.id for item in passports()}:
        return
    raise UnknownNameError("measure", measure, known, hint=f"drawn are: {DRAWN}")
