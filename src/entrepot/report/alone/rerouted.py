"""Through whom it may have come: each hub a way as wide as what can have passed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.goods import goods_title
from entrepot.model.areas import area_name, area_phrase
from entrepot.model.display import NBSP
from entrepot.report import words
from entrepot.report.alone.foot import foot
from entrepot.report.alone.parts import Alone
from entrepot.report.pictures import Picture
from entrepot.report.scale import scale_of
from entrepot.report.single_pictures import Lane, Lanes

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.scale import Scale

__all__ = ["rerouted"]

MOST = 8
"""Hubs with a way of their own."""
TOGETHER = "All hubs together, chains as well"


def rerouted(figure: Figure) -> Alone:
    """Return what may have come through each hub alone, and through all of them together."""
    asked, unit = figure.definition, figure.unit
    ordered = sorted(figure.table, key=lambda row: (-float(row["high"]), str(row["hub"])))
    scale = scale_of(unit, _ends(figure)[2])
    lanes = [_lane(area_name(str(row["hub"])), _bounds(row), scale) for row in ordered[:MOST]]
    if len(ordered) > 1:
        lanes.append(_lane(TOGETHER, _ends(figure), scale, together=True))
    names = tuple(area_name(str(end)) for end in (asked.exporter, asked.importer))
    title = _title(figure)
    said = "; ".join(f"{lane.name} {lane.said}" for lane in lanes)
    return Alone(
        title,
        _deck(figure, len(ordered)),
        Picture(Lanes((names[0], names[1]), tuple(lanes)), f"{title}. {said}."),
        tuple(_foot(figure)),
        tuple(_rows(figure)),
        (figure,),
    )


def _bounds(row: dict[str, Any]) -> tuple[float, float, float]:
    low, value, high = (float(row[name]) for name in ("low", "matched", "high"))
    return low, value, high


def _ends(figure: Figure) -> tuple[float, float, float]:
    value = figure.required()
    low, high = (value if end is None else end for end in (figure.low, figure.high))
    return low, value, high


def _lane(
    name: str, bounds: tuple[float, float, float], scale: Scale, *, together: bool = False
) -> Lane:
    low, value, high = bounds
    matched = f"matched {scale.text(value)}{NBSP}{scale.word}" if high else ""
    return Lane(name, low, value, high, _between(low, high, scale), matched, together)


def _between(low: float, high: float, scale: Scale) -> str:
    """Return both bounds in words; a lower one of nothing bounds nothing."""
    if not high:
        return "nothing shows"
    most = f"{scale.text(high)}{NBSP}{scale.word}"
    if not low:
        return f"at most {most}"
    return most if low == high else f"{scale.text(low)} to {most}"


def _title(figure: Figure) -> str:
    """Say how much can have come through whom, as bounds."""
    asked = figure.definition
    low, _, high = _ends(figure)
    hubs = area_phrase(asked.hubs or "")
    way = f"have come to {area_phrase(asked.importer)} through {hubs}"
    goods = f"goods of {area_phrase(asked.exporter)}"
    when = str(asked.period).replace("..", " to ")
    if not high:
        return words.capital(f"none of {goods} shows to {way} in {when}")
    size = _between(low, high, scale_of(figure.unit, high))
    return words.capital(f"{size} of {goods} may {way} in {when}")


def _deck(figure: Figure, count: int) -> str:
    asked = figure.definition
    base = str(asked.base or asked.period.before()).replace("..", " to ")
    deck = f"{words.capital(goods_title(asked.goods))}, beyond the path of {base}. Width: what can "
    deck += (
        "have passed at most; solid: what must have; dotted: what came in and went out together."
    )
    if count > 1:
        deck += " Each hub is counted alone, so that they do not add up."
    if count > MOST:
        deck += f" {words.capital(words.count_word(count - MOST, 'other hub'))} not drawn."
    return deck


def _foot(figure: Figure) -> list[str]:
    """Return value, range and source, what limits the flow, and what no record says."""
    line, *rest = foot(figure)
    found = [line, *rest]
    if points := str(figure.details.get("choke_points", "")):
        found.append(f"What limits it: {points}.")
    return found + [note.text for note in figure.caveats if note.id == "rerouting"]


def _rows(figure: Figure) -> list[dict[str, Any]]:
    rows = [
        {"hub": row["hub"], "name": area_name(str(row["hub"])), "unit": figure.unit} | row
        for row in figure.table
    ]
    if len(rows) > 1:
        low, value, high = _ends(figure)
        bounds = {"low": low, "matched": value, "high": high}
        rows.append({"hub": "", "name": TOGETHER, "unit": figure.unit} | bounds)
    return rows
