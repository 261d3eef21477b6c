"""Which chart is drawn of what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.figures import ask, bundled_for
from entrepot.figures.figure import headline
from entrepot.figures.input_choices import inputs_title
from entrepot.figures.questions import QUESTIONS
from entrepot.goods import goods_title
from entrepot.measures import passports
from entrepot.model.areas import area_name, area_phrase
from entrepot.model.display import MINUS, NBSP, figure_value, number, range_text
from entrepot.report import phrasing
from entrepot.report.bars import scale_of
from entrepot.report.chart_data import EventSteps, Exposed, Exposure, Lane, Lanes, Picture, Step
from entrepot.report.sections import sensitivity
from entrepot.report.standalone.catalogue import DRAWN
from entrepot.report.standalone.parts import Alone, foot
from entrepot.report.standalone.reporters import reporters
from entrepot.report.standalone.shares import shares
from entrepot.report.standalone.slope import slope
from entrepot.report.standalone.split import split
from entrepot.report.standalone.stack import stack
from entrepot.report.standalone.weights import weights
from entrepot.report.standalone.world import of_buyers, world

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.lake import Lake
    from entrepot.report.bars import Scale

__all__ = ["chart", "of_figure"]


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
    title = _rerouted_title(figure)
    said = "; ".join(f"{lane.name} {lane.said}" for lane in lanes)
    return Alone(
        title,
        _deck(figure, len(ordered)),
        Picture(Lanes((names[0], names[1]), tuple(lanes)), f"{title}. {said}."),
        tuple(_rerouted_foot(figure)),
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


def _rerouted_title(figure: Figure) -> str:
    """Say how much can have come through whom, as bounds."""
    asked = figure.definition
    low, _, high = _ends(figure)
    hubs = area_phrase(asked.hubs or "")
    way = f"have come to {area_phrase(asked.importer)} through {hubs}"
    goods = f"goods of {area_phrase(asked.exporter)}"
    when = str(asked.period).replace("..", " to ")
    if not high:
        return phrasing.capital(f"none of {goods} shows to {way} in {when}")
    size = _between(low, high, scale_of(figure.unit, high))
    return phrasing.capital(f"{size} of {goods} may {way} in {when}")


def _deck(figure: Figure, count: int) -> str:
    asked = figure.definition
    base = str(asked.base or asked.period.before()).replace("..", " to ")
    deck = (
        f"{phrasing.capital(goods_title(asked.goods))}, beyond the path of {base}. Width: what can "
    )
    deck += (
        "have passed at most; solid: what must have; dotted: what came in and went out together."
    )
    if count > 1:
        deck += " Each hub is counted alone, so that they do not add up."
    if count > MOST:
        deck += f" {phrasing.capital(phrasing.count_word(count - MOST, 'other hub'))} not drawn."
    return deck


def _rerouted_foot(figure: Figure) -> list[str]:
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


NAMED = 10


def origin(figure: Figure) -> Alone:
    """Return where the value added in a flow of inputs was added, home first."""
    asked = figure.definition
    home = [row for row in figure.table if not row["foreign"]]
    abroad = [row for row in figure.table if row["foreign"]]
    named = sorted(abroad, key=lambda row: (-float(row["share"]), str(row["origin"])))
    groups = (
        (f"Added in {area_phrase(asked.exporter)}", tuple(map(_bar, home))),
        ("Added elsewhere", (*map(_bar, named[:NAMED]), *_rest(named[NAMED:]))),
    )
    drawn = Exposure(tuple((name, bars) for name, bars in groups if bars))
    title = _origin_title(figure, named)
    deck = (
        f"{phrasing.capital(inputs_title(asked.goods, asked.sector))}, {asked.period}: per cent of "
    )
    deck += "the value of the flow, and value; added once, at the border of the flow."
    return Alone(
        title,
        deck,
        Picture(drawn, _spoken(title, home + named)),
        foot(figure),
        tuple(figure.table),
        (figure,),
    )


def _bar(row: dict[str, Any]) -> Exposed:
    share = float(row["share"]) * 100
    money = figure_value(float(row["value_added_usd"]), "USD")
    return Exposed(str(row["name"]), share, number(share), money)


def _rest(rows: list[dict[str, Any]]) -> tuple[Exposed, ...]:
    """Return all whom no bar names as one."""
    if not rows:
        return ()
    share, money = (sum(float(row[key]) for row in rows) for key in ("share", "value_added_usd"))
    name = phrasing.count_word(len(rows), "other")
    bar = Exposed(name, share * 100, number(share * 100), figure_value(money, "USD"))
    return (bar,)


def _origin_title(figure: Figure, named: list[dict[str, Any]]) -> str:
    """Say how much was added elsewhere, in its range, and where most of all."""
    asked = figure.definition
    buyer = "abroad" if asked.importer == "WLD" else f"to {area_phrase(asked.importer)}"
    value = figure_value(figure.value, "share")
    text = f"{value} of what {area_phrase(asked.exporter)} sold {buyer} was added elsewhere"
    if named and named[0]["share"]:
        share = number(float(named[0]["share"]) * 100)
        text += f", {share}{NBSP}% in {area_phrase(str(named[0]['origin']))}"
    return phrasing.capital(text)


def _spoken(title: str, rows: list[dict[str, Any]]) -> str:
    told = ", ".join(
        f"{area_name(str(row['origin']))} {number(float(row['share']) * 100)}{NBSP}%"
        for row in rows[: NAMED + 1]
    )
    return f"{title}. Value added by where it was added: {told}."


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
    picture = sensitivity.picture(figure, found)
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
