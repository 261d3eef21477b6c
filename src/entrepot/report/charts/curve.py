"""A specification curve: values sorted above, one row of dots an option below."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.figures.citation import source_name
from entrepot.figures.definition import AS_ASKED
from entrepot.figures.evidence import in_order, rounded
from entrepot.figures.figure import headline
from entrepot.goods import goods_title
from entrepot.model.areas import area_name
from entrepot.model.display import (
    MINUS,
    joined,
    number,
    per_cent,
    range_text,
    with_unit,
)
from entrepot.report import phrasing
from entrepot.report.amounts import errors_of, scale_of
from entrepot.report.attribution import is_computed
from entrepot.report.charts import Chart
from entrepot.report.charts.alone import StandaloneChart, caveat_lines, sources, spread_line
from entrepot.report.charts.drawing import (
    Frame,
    framed,
    labels,
    lines,
    points,
    ticks_between,
    wrapped,
)
from entrepot.report.charts.place import Box, first_free, spots, text_width
from entrepot.report.parts import BriefSentence
from entrepot.sources import source_ids, split_address
from entrepot.sources.published.parse import origin_name

if TYPE_CHECKING:
    from entrepot.figures import Figure, Specification, Specifications
    from entrepot.report.amounts import Scale
    from entrepot.report.charts.drawing import MarkLayer


def curve_picture(share: Figure, found: Specifications) -> Chart:
    """Return the specifications of a share, or of any other number, as a picture."""
    items, dimensions = by_value(found)
    headline = _headline(items, share)
    scale = scale_of(share.unit, max(abs(item.value) for item in items))
    curve = Curve(
        columns=tuple(_column_of(item, dimensions, item is headline, scale) for item in items),
        dimensions=tuple(
            CurveDimension(
                DIMENSIONS.get(name, phrasing.capital(name)),
                tuple(_option(name, o, items, scale) for o in options),
            )
            for name, options in dimensions.items()
        ),
        unit=scale.word,
    )
    title = definitions_title(share, len(items)).text
    return Chart(curve, _alt_text(title, items, scale), _curve_key(curve, share))


def by_value(found: Specifications) -> tuple[list[Specification], dict[str, list[str]]]:
    """Return the specifications by value, and what they differ in."""
    items = in_order(found.items)
    return items, _dimensions(items)


def _dimensions(items: list[Specification]) -> dict[str, list[str]]:
    """Return the choices that differ, each with its options in the order of their medians."""
    found: dict[str, list[str]] = {}
    # Known choices in their fixed order, then whatever others there are.
    for name in DIMENSIONS | dict.fromkeys(key for item in items for key in item.choices):
        # A choice that a definition does not have is an option of its own, the empty one.
        options = dict.fromkeys(item.choices.get(name, "") for item in items)
        # What some do not say, and all others say alike, is no choice between them.
        if len({option_words(name, option) for option in options} - {"not stated"}) > 1:
            found[name] = sorted(
                options, key=lambda option: (_option_median(name, option, items), option)
            )
    if "origin" in found and "source" in found:
        del found["source"]  # whose number it is says already whether it was printed
    return found


def _option_median(name: str, option: str, items: list[Specification]) -> float:
    return rounded(statistics.median(i.value for i in items if i.choices.get(name, "") == option))


def _option(name: str, option: str, items: list[Specification], scale: Scale) -> CurveOption:
    return CurveOption(option_words(name, option), scale.of(_option_median(name, option, items)))


def _column_of(
    item: Specification, dimensions: dict[str, list[str]], headline: bool, scale: Scale
) -> CurveColumn:
    picks = tuple(options.index(item.choices.get(name, "")) for name, options in dimensions.items())
    printed = item.choices.get("source") == "published"
    value = scale.of(item.value)
    said = "; ".join(option_words(name, item.choices.get(name, "")) for name in dimensions)
    text = per_cent(value) if scale.word == "%" else number(value)
    return CurveColumn(
        value=value,
        text=text.removesuffix(".0") if printed else text,
        picks=picks,
        published=printed,
        headline=headline,
        title=f"{with_unit(text, scale.word)}: {said}",
    )


def _headline(items: list[Specification], share: Figure) -> Specification:
    """Return the definition that the headline has: its value and source, the plainest goods.

    A curve adds the same amounts up in another order, so that the last digits may differ.
    """
    source, value = share.evidence[0].source, share.required()
    # By value and source: a curve has no mark of its own for the headline.
    fitting = [
        item
        for item in items
        if math.isclose(item.value, value, rel_tol=1e-9)
        and item.choices.get("source", source) == source
    ]
    if not fitting:
        return min(items, key=lambda item: abs(item.value - value))
    # The plainest goods have the shortest name: "chpl", and not "chpl (upper)".
    return min(fitting, key=lambda item: len(item.choices.get("goods", "")))


def definitions_title(share: Figure, count: int) -> BriefSentence:
    """Return what the definitions of a figure give together."""
    name = phrasing.capital(phrasing.count_word(count, "definition"))
    what = "share" if share.unit == "share" else "number"
    ends, beyond = _ends(share)
    if not beyond and not phrasing.span(share):  # they agree, or their ends read alike
        return BriefSentence(
            f"{name} of one {what} all give {with_unit(*phrasing.shown(share))}", (share,)
        )
    given = share.ends_text(*ends)
    text = f"{name} of one {what} give {given}{beyond}"
    return BriefSentence(text, (share,))


def _ends(share: Figure) -> tuple[tuple[float, float], str]:
    """Return the ends of the definitions, and in words what errors of reports leave open."""
    errors = errors_of(share)
    values = [item.value for item in share.specifications.items] if share.specifications else []
    if errors is None or not values:
        return (share.low or 0.0, share.high or 0.0), ""
    said = f"; the errors of the reports allow {range_text(*errors, share.unit, value=share.value)}"
    return (min(values), max(values)), said


def _alt_text(title: str, items: list[Specification], scale: Scale) -> str:
    values = ", ".join(scale.text(item.value) for item in items)
    unit = "per cent" if scale.word == "%" else scale.word
    return f"{title}. Specification curve, values sorted, {unit}: {values}."


def _curve_key(curve: Curve, share: Figure) -> tuple[tuple[str, str], ...]:
    found = []
    if any(not column.published for column in curve.columns):
        found.append(("dot", "computed"))
    if any(column.published and not column.headline for column in curve.columns):
        found.append(("ring", "published"))
    kind = "computed" if is_computed(share) else "published"
    found.append(("dot-large" if is_computed(share) else "ring-supplier", f"headline, {kind}"))
    return tuple(found)


DIMENSIONS = {
    "origin": "Primary source",
    "source": "Source",
    "goods": "Goods",
    "followed": "Conversion of the list",
    "concordance": "Conversion of the list",
    "territory": "Territory",
    "total": "Denominator",
    "report": "Reporter",
    "quantity": "Quantity",
    "valuation": "Valuation",
    "basis": "Partner attribution",
    "window": "Time",
}
VARIANTS = {
    "same_code": "same code in both editions",
    "without_changed": "without codes that changed",
    "without_partial": "without codes listed in part",
    "upper": "upper bound: all of every family touched",
    "lower": "lower bound: families listed in full only",
    "weighted": "split by trade weights",
    "": "all that can be converted",
}
CONVERSIONS = VARIANTS | {"family": "families and clean successors"}
SOURCES = {"published": "published figures", "computed": "bundled results"}


def option_words(name: str, option: str) -> str:
    """Return an option in words."""
    match name:
        case "origin":
            names = {"": "loaded rows", "BACI": "BACI, divided by a published total"}
            return names.get(option) or origin_name(option)
        case "source":
            is_one = split_address(option)[0] in source_ids()
            return SOURCES.get(option) or (source_name(option) if is_one else option)
        case "goods":
            return _goods(option)
        case "followed":
            return CONVERSIONS.get(option, option)
        case "territory":
            if option in ("", AS_ASKED):
                return option or "not stated"
            return " to ".join(area_name(side) for side in option.split(" to "))
    return option or "not stated"


def _goods(option: str) -> str:
    """Return how a list is followed, and which part of it where it is one."""
    # "chpl:4.B (upper)": which goods, and how the list is followed.
    base, _, variant = option.partition(" (")
    followed = VARIANTS.get(variant.rstrip(")"), option)
    if ":" not in base:
        return followed
    name, *more = (part.partition(":") for part in base.split(","))
    if more and all(other[0] == name[0] for other in more):
        tiers = f"tiers {joined([one[2] for one in (name, *more)])}"
        base_name = f"{goods_title(name[0])}, {tiers}"
        return f"{base_name}, {followed}" if variant else base_name
    return f"{goods_title(base)}, {followed}" if variant else goods_title(base)


DECK = "Each column is one definition; the dots below show its choices."


def curve_chart(figure: Figure) -> StandaloneChart:
    """Return the specifications of a Figure, sorted by value.

    Raises
    ------
    RequestError
        If there is one definition only.
    """
    found = figure.specifications
    if found is None or len(found.items) < 2:
        raise RequestError(
            f"{figure.definition.measure} has only one definition here",
            why="this chart shows the sensitivity of a figure to definitions",
            hint="add --curve, or choose a chart over the years: import_share",
        )
    picture = curve_picture(figure, found)
    unit = getattr(picture.drawn, "unit", "%")
    words = {"%": "Per cent", "times": "Times", "index": "Index", "points": "Points"}
    printed, sets = other_sources(figure)
    return StandaloneChart(
        _curve_title(figure),
        f"{words.get(unit, unit)}. {DECK}",
        picture,
        (
            spread_line(figure),
            sources([figure], [*map(origin_name, printed)], [*sets, *_computed_from(figure)]),
            *caveat_lines([figure]),
        ),
        tuple(
            {"value": item.value, "unit": figure.unit} | dict(item.choices) for item in found.items
        ),
        (figure,),
    )


def other_sources(figure: Figure) -> tuple[list[str], list[str]]:
    """Return whose published figures and which data sets a curve has beside those of its Figure."""
    items = figure.specifications.items if figure.specifications else ()
    own = {one for each in figure.evidence for one in (each.origin, each.source)}
    named = dict.fromkeys(
        (one.choices.get("source", ""), one.choices.get("origin", "")) for one in items
    )
    printed = [origin for by, origin in named if by == "published" and origin not in own]
    sets = [by for by, _ in named if split_address(by)[0] in source_ids() and by != "published"]
    return printed, [one for one in dict.fromkeys(sets) if split_address(one)[0] not in own]


def _computed_from(figure: Figure) -> list[str]:
    """Return of which data sets bundled results of a curve are, which need not be loaded."""
    items = figure.specifications.items if figure.specifications else ()
    found = dict.fromkeys(
        one.choices.get("origin", "").lower()
        for one in items
        if one.choices.get("source") == "computed"
    )
    own = {each.source for each in figure.evidence}
    return [name for name in found if name in source_ids() and name not in own]


def _curve_title(figure: Figure) -> str:
    """Return what it is about, and how far its definitions lie apart."""
    ends, beyond = _ends(figure)
    text = figure.ends_text(*ends) if figure.range_text else ""
    return f"{headline(figure)}: {text}{beyond}" if text else headline(figure)


@dataclass(frozen=True, slots=True)
class CurveColumn:
    """One definition: its value in the unit of the curve, and the option of each choice."""

    value: float
    text: str
    picks: tuple[int, ...]
    published: bool
    headline: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class CurveOption:
    """One option of a dimension, with the median value of the definitions that take it."""

    name: str
    median: float


@dataclass(frozen=True, slots=True)
class CurveDimension:
    """A choice that definitions differ in."""

    name: str
    options: tuple[CurveOption, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A specification curve: columns sorted by value, one row of dots an option.

    `unit` stands at the axis; values are in it.
    """

    columns: tuple[CurveColumn, ...]
    dimensions: tuple[CurveDimension, ...]
    unit: str = "%"

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


ROW, HEAD, LINE = 20, 30, 15


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, height of the plot, widest label column; the word before a median."""

    width: int
    plot: int
    names: int
    median_word: str


PLANS = {"wide": _Plan(852, 250, 230, "median "), "narrow": _Plan(360, 220, 128, "")}


def _draw(data: Curve, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    rows, depth = _rows(data, plan)
    names = [part for *_, parts in rows for part in parts]
    frame = _frame(data, plan, names, depth)
    layers = [
        *_grid(data, frame),
        *_drop(data, frame, depth),
        *_dots(data, frame),
        *_values(data, frame),
        *_choices(data, rows, frame, plan),
    ]
    return framed(layers, frame, name=name, alt_text=alt_text)


def _rows(data: Curve, plan: _Plan) -> tuple[list[tuple[int, int, float, list[str]]], float]:
    """Return (dimension, option, height of its first line, name in lines) and the depth used."""
    found = []
    top = float(plan.plot) + 16
    for place, dimension in enumerate(data.dimensions):
        top += HEAD
        for index, option in enumerate(dimension.options):
            parts = wrapped(option.name, plan.names, most=2)
            found.append((place, index, top, parts))
            top += ROW + LINE * (len(parts) - 1)
    return found, top


def _median(plan: _Plan, option: CurveOption, unit: str) -> str:
    text = per_cent(option.median) if unit == "%" else number(option.median)
    return f"{plan.median_word}{text}"


def _frame(data: Curve, plan: _Plan, names: list[str], depth: float) -> Frame:
    """Leave room for the widest name on the left and the widest median on the right."""
    left = max(48, round(max(text_width(name) for name in names)) + 12)
    values = _ticks(data)
    medians = [
        _median(plan, option, data.unit) for one in data.dimensions for option in one.options
    ]
    right = round(max(text_width(text) for text in medians)) + 14
    height = round(depth) + 24
    return Frame(
        plan.width,
        height,
        left,
        right,
        24,
        height - 24 - plan.plot,
        0,
        len(data.columns),
        values[-1],
        values[0],
    )


def _ticks(data: Curve) -> list[float]:
    """Return what the axis names; a share never goes beyond the whole."""
    values = [column.value for column in data.columns]
    found = ticks_between(min(values), max(values), at_most=5)
    is_share = data.unit == "%" and max(values) <= 100
    return [value for value in found if not is_share or value <= 100]


def _grid(data: Curve, frame: Frame) -> list[MarkLayer]:
    values = _ticks(data)
    rows = [
        {"x": 0, "x2": frame.inner_width, "y": frame.y(value), "y2": frame.y(value)}
        for value in values
    ]
    # `ticks_between` always has a zero.
    zero = values.index(0)
    places = max(len(f"{value:g}".partition(".")[2]) for value in values)
    texts = [
        {
            "x": -8,
            "y": frame.y(value) + 4,
            "text": f"{value:,.{places}f}".replace("-", MINUS),
            "align": "right",
        }
        for value in values
    ]
    layers = [
        *lines([row for row in rows if row is not rows[zero]], style="grid"),
        *lines(rows[zero : zero + 1], style="base"),
    ]
    if data.unit != "%":
        unit = {"x": -frame.left, "y": -12, "text": data.unit}
        return [*layers, *labels([unit, *texts], style="note")]
    texts[-1] |= {"text": f"{texts[-1]['text']}\u00a0%"}
    return [*layers, *labels(texts, style="note")]


def _x(frame: Frame, place: int) -> float:
    return frame.x(place + 0.5)


def _drop(data: Curve, frame: Frame, depth: float) -> list[MarkLayer]:
    """Drop the headline through all rows, so that its choices can be read off."""
    rows = [
        {
            "x": _x(frame, place),
            "x2": _x(frame, place),
            "y": frame.y(column.value),
            "y2": depth - 14,
        }
        for place, column in enumerate(data.columns)
        if column.headline
    ]
    return lines(rows, style="headline")


def _size(data: Curve, frame: Frame, most: int) -> float:
    """Return the area of a dot that leaves its neighbours to be seen, where there are many."""
    # A dot may overlap its neighbours by a fifth; the size of a dot is an area, hence the square.
    return max(10.0, min(most, (1.2 * frame.inner_width / len(data.columns)) ** 2))


def _dots(data: Curve, frame: Frame) -> list[MarkLayer]:
    layers: list[MarkLayer] = []
    size = _size(data, frame, 60)
    # The headline last, so that no other dot covers it.
    for kind in ((False, False), (True, False), (False, True), (True, True)):
        rows = [
            {
                "x": _x(frame, place),
                "y": frame.y(column.value),
                "title": column.title,
                "row": place,
            }
            for place, column in enumerate(data.columns)
            if (column.published, column.headline) == kind
        ]
        printed, headline = kind
        style = ("supplier-ring" if headline else "published") if printed else "supplier"
        layers += points(rows, style=style, size=110 if headline else size)
    return layers


def _values(data: Curve, frame: Frame) -> list[MarkLayer]:
    """Print the headline, the lowest and the highest value."""
    last = len(data.columns) - 1
    chosen = [place for place, column in enumerate(data.columns) if column.headline]
    chosen += [place for place in (0, last) if place not in chosen]
    dots = [
        Box(_x(frame, n) - 6, frame.y(c.value) - 6, _x(frame, n) + 6, frame.y(c.value) + 6)
        for n, c in enumerate(data.columns)
    ]
    occupied = list(dots)
    plot = Box(-2, -18, frame.inner_width + frame.right, frame.inner_height)
    layers: list[MarkLayer] = []
    for place in chosen:
        column = data.columns[place]
        text = _value(column)
        spot = first_free(spots(text, dots[place], bold=True), dots[place], occupied, plot)
        if spot:
            occupied.append(spot.box)
            x, y, _ = spot.rows[0]
            style = "label-supplier" if column.headline else "label"
            row = {"x": x, "y": y, "text": text, "align": spot.align}
            layers += labels([row], style=style, bold=True)
    return layers


def _value(column: CurveColumn) -> str:
    return f"headline {column.text}" if column.headline else column.text


def _choices(
    data: Curve, rows: list[tuple[int, int, float, list[str]]], frame: Frame, plan: _Plan
) -> list[MarkLayer]:
    layers: list[MarkLayer] = []
    heads, names, medians, tracks = [], [], [], []
    dots: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for place, index, top, parts in rows:
        dimension = data.dimensions[place]
        if index == 0:
            heads.append({"x": -frame.left, "y": top - 16, "text": dimension.name})
        for line, part in enumerate(parts):
            y = top + LINE * line + 4
            names.append({"x": -10, "y": y, "text": part, "align": "right"})
        tracks.append({"x": 0, "x2": frame.inner_width, "y": top, "y2": top})
        words = _median(plan, dimension.options[index], data.unit)
        medians.append({"x": frame.inner_width + 8, "y": top + 4, "text": words})
        for column, spec in enumerate(data.columns):
            if spec.picks[place] == index:
                dots[spec.headline].append({"x": _x(frame, column), "y": top})
    layers += lines(tracks, style="grid")
    layers += points(dots[False], style="context", size=_size(data, frame, 44))
    layers += points(dots[True], style="supplier", size=60)
    layers += labels(heads, style="label", bold=True)
    return [*layers, *labels(names, style="note"), *labels(medians, style="note")]
