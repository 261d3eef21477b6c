"""A change taken apart: from the value before, step by step, to the value after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.goods import goods_title
from entrepot.model.areas import area_phrase
from entrepot.model.display import decimals, in_currency, with_unit
from entrepot.report import phrasing
from entrepot.report.amounts import scale_of
from entrepot.report.charts import Chart
from entrepot.report.charts.alone import StandaloneChart, foot
from entrepot.report.charts.drawing import labels, lines, rects, render, wrapped
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.amounts import Scale
    from entrepot.report.charts.drawing import MarkLayer


@dataclass(frozen=True, slots=True)
class ChangePart:
    """One step from one value to another: how much, as printed, and its range where there is one.

    A `total` starts at zero; other parts start where the one before ended. `range` are both ends
    of its range in words.
    """

    name: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    total: bool = False
    range: str = ""


@dataclass(frozen=True, slots=True)
class ChangeSplit:
    """A change taken apart, the values before and after at both ends, on one scale."""

    parts: tuple[ChangePart, ...]
    unit: str

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


BAR, LINE, TOP = 24, 16, 26


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, room for names, height of a row; names above their bar where it is narrow."""

    width: int
    names: int
    row: int
    above: bool


PLANS = {"wide": _Plan(852, 230, 44, above=False), "narrow": _Plan(360, 0, 56, above=True)}


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to places: where zero lies, and units of drawing per unit of value."""

    zero: float
    factor: float

    def x(self, value: float) -> float:
        """Return the place of a value."""
        return self.zero + value * self.factor


def _draw(data: ChangeSplit, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    starts = _starts(data.parts)
    scale = _scale(data, starts, plan)
    height = TOP + plan.row * len(data.parts) + 4
    unit = {"x": 0 if plan.above else plan.names + 12, "y": 14, "text": data.unit}
    layers = labels([unit], style="note")
    bases, ties = [], []
    for place, (part, start) in enumerate(zip(data.parts, starts, strict=True)):
        top = TOP + plan.row * place + (plan.row - BAR if plan.above else (plan.row - BAR) / 2)
        layers += _row(part, start, top, plan, scale)
        around = 3 if plan.above else (plan.row - BAR) / 2
        ends = {"y": top - around, "y2": top + BAR + around}
        bases.append({"x": scale.zero, "x2": scale.zero} | ends)
        if place + 1 < len(data.parts):
            x = scale.x(start + part.value)
            ties.append({"x": x, "x2": x, "y": top + BAR, "y2": top + plan.row})
    layers = [*lines(bases, style="base"), *lines(ties, style="leader"), *layers]
    return render(layers, width=plan.width, height=height, name=name, alt_text=alt_text)


def _starts(parts: tuple[ChangePart, ...]) -> list[float]:
    found, level = [], 0.0
    for part in parts:
        level = 0.0 if part.total else level
        found.append(level)
        level += part.value
    return found


def _ends(part: ChangePart, start: float) -> tuple[float, float]:
    """Return how far a part reaches on both sides, its range included."""
    places = [start, start + part.value]
    places += [start + end for end in (part.low, part.high) if end is not None]
    return min(places), max(places)


def _scale(data: ChangeSplit, starts: list[float], plan: _Plan) -> _Scale:
    """Leave room for the value of each part beyond its farthest end."""
    ends = [_ends(part, start) for part, start in zip(data.parts, starts, strict=True)]
    low, high = min(0.0, *(end[0] for end in ends)), max(0.0, *(end[1] for end in ends))
    words = max(text_width(f"**{part.text}**") + _beyond(part) for part in data.parts) + 12
    left = 2 if plan.above else plan.names + 12
    factor = (plan.width - left - words) / ((high - low) or 1.0)
    return _Scale(left - low * factor, factor)


def _row(part: ChangePart, start: float, top: float, plan: _Plan, scale: _Scale) -> list[MarkLayer]:
    x, x2 = sorted((scale.x(start), scale.x(start + part.value)))
    # A step of nearly nothing is still a line that can be seen.
    bar = {"x": x, "x2": max(x2, x + 1), "y": top, "y2": top + BAR}
    said = {"title": f"{part.name}: {part.text}", "of": (part.name,)}
    layers = rects([bar | said], style=_style(part))
    if part.low is not None and part.high is not None:
        layers += _whisker(start + part.low, start + part.high, top + BAR / 2, scale)
    far = scale.x(_ends(part, start)[1])
    value = {"x": far + 8, "y": top + BAR / 2 + 4.5, "text": part.text}
    range_label = value | {"x": far + 16 + text_width(f"**{part.text}**"), "text": part.range}
    style = "label-supplier" if part.total else "label"
    layers += labels([value], style=style, bold=True)
    return [*layers, *labels([range_label], style="note"), *_name(part, top, plan)]


def _beyond(part: ChangePart) -> float:
    """Return the room that the range takes after the value."""
    return text_width(part.range, 12.5) + 8 if part.range else 0.0


def _style(part: ChangePart) -> str:
    """Fill the ends in blue and what was added in grey; what was taken away is hollow."""
    if part.total:
        return "supplier"
    return "context" if part.value >= 0 else "context-printed"


def _whisker(low: float, high: float, y: float, scale: _Scale) -> list[MarkLayer]:
    near, far = scale.x(low), scale.x(high)
    rows = [{"x": near, "x2": far, "y": y, "y2": y}]
    rows += [{"x": x, "x2": x, "y": y - 4, "y2": y + 4} for x in (near, far)]
    return [*lines(rows, style="whisker-under"), *lines(rows, style="whisker")]


def _name(part: ChangePart, top: float, plan: _Plan) -> list[MarkLayer]:
    style = "label-supplier" if part.total else "label"
    if plan.above:
        row = {"x": 0, "y": top - 7, "text": cut(part.name, plan.width)}
        return labels([row], style=style)
    texts = [cut(text, plan.names) for text in wrapped(part.name, plan.names, most=2)]
    first = top + BAR / 2 + 4.5 - LINE * (len(texts) - 1) / 2
    rows = [
        {"x": plan.names, "y": first + LINE * n, "text": text, "align": "right"}
        for n, text in enumerate(texts)
    ]
    return labels(rows, style=style)


# A change of value taken apart: prices, quantities, new goods, goods that are gone.


STEPS = (
    ("price_usd", "Prices (unit values)"),
    ("quantity_usd", "Quantities"),
    ("new_usd", "New goods"),
    ("gone_usd", "Goods that are gone"),
    ("unsplit_usd", "Not split: no weight, or a jump in price"),
)


def split_chart(figure: Figure) -> StandaloneChart:
    """Return the steps from the value of the base to the value of the period."""
    asked = figure.definition
    before, after = _money(figure, "value_base_usd"), _money(figure, "value_usd")
    scale = _scale_of(figure)
    parts = (
        _part(f"Value in {asked.base}", before, scale, total=True),
        *(
            _part(name, _money(figure, key), scale, *_range(figure, key))
            for key, name in STEPS
            # A step of nothing is no step.
            if _money(figure, key)
        ),
        _part(f"Value in {asked.period}", after, scale, total=True),
    )
    title = _title(figure, scale)
    said = "; ".join(f"{part.name}: {part.text}" for part in parts)
    deck = (
        f"{phrasing.capital(goods_title(asked.goods))}, {scale.word}; filled: added, hollow: taken "
    )
    deck += f"away. A price is a unit value, {figure.unit} a kilogram."
    return StandaloneChart(
        title,
        deck,
        Chart(ChangeSplit(parts, scale.word), f"{title}. {scale.word}: {said}."),
        (f"Change {foot(figure)[0]}", *foot(figure)[1:]),
        tuple(_rows(figure)),
        (figure,),
    )


def _scale_of(figure: Figure) -> Scale:
    before, after = _money(figure, "value_base_usd"), _money(figure, "value_usd")
    # By the steps: a change of 78.5 million is not 0.0785 billion for what it is a part of.
    steps = [abs(_money(figure, key)) for key, _ in STEPS]
    scale = scale_of(figure.unit, max([*steps, abs(after - before)]) or max(before, after))
    # As many decimals as the ends have: others would say nothing beside them.
    places = max(1, *(decimals(scale.of(end), scale.word) for end in (before, after)))
    return replace(scale, places=places)


def causes(figure: Figure) -> str:
    """Say what prices and quantities added or took, in the chart's unit; empty for neither."""
    scale = _scale_of(figure)
    signs = [
        (name, _money(figure, key))
        for key, name in (("price_usd", "prices"), ("quantity_usd", "quantities"))
    ]
    return ", ".join(
        f"{name} {'added' if v > 0 else 'took'} {with_unit(scale.text(abs(v)), scale.word)}"
        for name, v in signs
        if v
    )


def _money(figure: Figure, name: str) -> float:
    value = figure.details.get(in_currency(name, figure.definition.currency))
    return float(value) if isinstance(value, (int, float)) else 0.0


def _range(figure: Figure, key: str) -> tuple[float | None, float | None]:
    named = in_currency(key, figure.definition.currency)
    ends = (figure.details.get(f"{named}_low"), figure.details.get(f"{named}_high"))
    low, high = (float(end) if isinstance(end, (int, float)) else None for end in ends)
    return low, high


def _part(
    name: str,
    value: float,
    scale: Scale,
    low: float | None = None,
    high: float | None = None,
    *,
    total: bool = False,
) -> ChangePart:
    first, last = (None if end is None else scale.of(end) for end in (low, high))
    text = scale.text(value, sign=not total)
    ends = [scale.text(end, sign=not total) for end in (low, high) if end is not None]
    spread = " to ".join(ends) if len(ends) == 2 else ""
    return ChangePart(name, scale.of(value), text, first, last, total=total, range=spread)


def _title(figure: Figure, scale: Scale) -> str:
    """Say by how much the value moved, and what prices and quantities did, in the chart's unit."""
    asked, change = figure.definition, figure.required()
    seller, buyer = area_phrase(asked.exporter), area_phrase(asked.importer)
    flow = f"Exports from {seller} to {buyer}"
    word = "did not change" if not change else "rose by" if change > 0 else "fell by"
    size = f" {with_unit(scale.text(abs(change)), scale.word)}" if change else ""
    text = f"{flow} {word}{size} from {asked.base:–} to {asked.period:–}"
    listed = causes(figure)
    return f"{text}: {listed}" if listed else text


def _rows(figure: Figure) -> list[dict[str, object]]:
    asked = figure.definition
    names = (
        ("value_base_usd", f"Value in {asked.base}"),
        *STEPS,
        ("value_usd", f"Value in {asked.period}"),
    )
    return [
        {
            "part": name,
            "value": figure.details.get(key),
            "low": figure.details.get(f"{key}_low"),
            "high": figure.details.get(f"{key}_high"),
            "unit": figure.unit,
        }
        # Columns are called by their currency: value_usd, value_eur.
        for key, name in ((in_currency(key, asked.currency), name) for key, name in names)
    ]
