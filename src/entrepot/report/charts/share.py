"""A share over time: a computed line with its band, printed boxes around it, a break."""

from __future__ import annotations

import itertools
import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from entrepot.report.charts import column, share_labels
from entrepot.report.charts.drawing import framed, labels, lines, marks, table
from entrepot.report.charts.frame import Frame, ticks
from entrepot.report.charts.place import Box, text_width
from entrepot.report.charts.svg import of_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.report.pictures import Point, Printed, ShareLines

__all__ = ["draw"]

BOX_WIDTH = {"wide": 15.0, "narrow": 11.0}
YEAR_WIDTH = {"wide": 46.0, "narrow": 27.0}
LANES = (0, 1, -1, 2, -2, 3, -3, 4, -4)
LOWEST_BOX = 5.0  # a printed 52.8 would otherwise be thinner than its own outline


def draw(data: ShareLines, *, name: str, spoken: str) -> str:
    """Return the drawing, ``wide`` or ``narrow``."""
    frame = _frame(data, name)
    boxes = _boxes(data, frame, BOX_WIDTH[name])
    layers = [
        *_ground(data, frame),
        *_grid(frame),
        *_axes(data, frame, name),
        *_series(data, frame),
        *_drawn_boxes(boxes),
        *_break_line(data, frame),
        *share_labels.draw(data, frame, boxes, narrow=name == "narrow"),
        *_latest(data, frame, boxes),
    ]
    return framed(layers, frame, name=name, spoken=spoken)


def _frame(data: ShareLines, name: str) -> Frame:
    tops = [item.high for item in data.printed]
    tops += [point.high or point.value for point in data.series]
    highest = ticks(max(tops, default=1.0) * 1.04, limit=100)[-1]
    side = 0.6 if data.last - data.first < 8 else 0.5  # boxes stand side by side in the first year
    x0, x1 = data.first - side, data.last + side
    left = max(48, round(_axis_width(ticks(highest, limit=100))) + 14)
    if name == "wide":
        return Frame(852, 440, left, 196, 44, 28, x0, x1, highest)
    return Frame(360, 440, left, 104, 58, 28, x0, x1, highest)


def _axis_width(values: list[float]) -> float:
    """Return the width of the longest number of the axis, all with the same decimals."""
    places = max(-int(Decimal(repr(value)).as_tuple().exponent) for value in values)
    return text_width(f"{values[-1]:.{max(0, places)}f}\u00a0%")


def _ground(data: ShareLines, frame: Frame) -> list[Any]:
    if not data.broken:
        return []
    row = {"x": frame.x(data.broken.year + 0.5), "x2": frame.inner_width, "y": 0}
    return marks("rect", [row | {"y2": frame.inner_height}], style="after")


def _grid(frame: Frame) -> list[Any]:
    rows = [
        {"x": 0, "x2": frame.inner_width, "y": frame.y(value), "y2": frame.y(value)}
        for value in ticks(frame.top_value, limit=100)[1:]
    ]
    return lines(rows, style="grid")


def _axes(data: ShareLines, frame: Frame, name: str) -> list[Any]:
    import altair as alt

    years = list(range(data.first, data.last + 1))
    values = ticks(frame.top_value, limit=100)
    full = "format(datum.value, 'd')"
    label = YEAR_WIDTH[name]
    step = math.ceil(len(years) * label / frame.inner_width)
    years = years[::-1][::step][::-1]
    if name == "narrow":
        full = (
            f"datum.value == {years[0]} || datum.value == {years[-1]} ? {full} : "
            "'\u2019' + slice(format(datum.value, 'd'), 2)"
        )
    unit = f"datum.value == {values[-1]} ? datum.label + '\u00a0%' : datum.label"
    blank = table([{"x": data.first, "y": 0}]).mark_point(opacity=0)
    x_axis = alt.Axis(values=years, labelExpr=full)
    y_axis = alt.Axis(values=values, labelExpr=unit)
    return [
        blank.encode(
            x=alt.X(field="x", type="quantitative", scale=_scale(frame.x0, frame.x1), axis=x_axis),
            y=alt.Y(field="y", type="quantitative", scale=_scale(0, frame.top_value), axis=y_axis),
        )
    ]


def _scale(low: float, high: float) -> Any:
    import altair as alt

    return alt.Scale(domain=[low, high], nice=False, zero=False)


def _series(data: ShareLines, frame: Frame) -> list[Any]:
    import altair as alt

    layers: list[Any] = []
    runs = list(_runs(data))
    x = alt.X(field="x", type="quantitative", scale=_scale(frame.x0, frame.x1))
    y = alt.Y(field="y", type="quantitative", scale=_scale(0, frame.top_value))
    for run in runs:
        rows = [
            {"x": point.year, "y": point.low, "y2": point.high}
            for point in run
            if point.low is not None
        ]
        if len(rows) > 1:
            band = table(rows).mark_area(style="interval")
            layers.append(band.encode(x=x, y=y, y2=alt.Y2(field="y2")))
    for before, after in itertools.pairwise(runs):
        if after[0].year != before[-1].year + 1:
            continue  # of a year that is missing nothing is known, not even a direction
        rows = [{"x": point.year, "y": point.value} for point in (before[-1], after[0])]
        across = table(rows).mark_line(style="across")
        layers.append(across.encode(x=x, y=y))
    for run in runs:
        dots: list[dict[str, Any]] = [
            {
                "x": point.year,
                "y": point.value,
                "title": of_row(f"{point.year}, computed: {point.value:.1f}\u00a0%", point.row),
            }
            for point in run
        ]
        base = table(dots).encode(x=x, y=y)
        layers.append(base.mark_line(style="supplier-line"))
        layers.append(
            base.mark_point(aria=True).encode(
                description=alt.Description(field="title", type="nominal")
            )
        )
    return layers


def _runs(data: ShareLines) -> Iterator[list[Point]]:
    """Yield stretches of the series that neither the break nor a missing year interrupts."""
    run: list[Point] = []
    for point in data.series:
        broken = data.broken is not None and run and run[-1].year <= data.broken.year < point.year
        if run and (broken or point.year != run[-1].year + 1):
            yield run
            run = []
        run.append(point)
    if run:
        yield run


def _boxes(data: ShareLines, frame: Frame, width: float) -> list[tuple[Printed, Box]]:
    """Return each printed number with its box; boxes that would overlap stand side by side."""
    edge = frame.x(data.broken.year + 0.5) if data.broken else 0.0
    placed: list[tuple[Printed, Box]] = []
    for item in sorted(data.printed, key=lambda item: (item.at, item.low, item.who)):
        top, bottom = frame.y(item.high), frame.y(item.low)
        if bottom - top < LOWEST_BOX:
            middle = (top + bottom) / 2
            top, bottom = middle - LOWEST_BOX / 2, middle + LOWEST_BOX / 2
        for lane in LANES:
            centre = frame.x(item.at) + lane * (width + 2)
            box = Box(centre - width / 2, top, centre + width / 2, bottom)
            strays = box.right + 3 > edge if frame.x(item.at) < edge else box.left - 3 < edge
            if not strays and not any(box.meets(other, 1.5) for _, other in placed):
                break
        placed.append((item, box))
    return placed


def _drawn_boxes(boxes: list[tuple[Printed, Box]]) -> list[Any]:
    layers: list[Any] = []
    for claim, style in ((False, "published"), (True, "claim")):
        rows = [
            {
                "x": box.left,
                "x2": box.right,
                "y": box.top,
                "y2": box.bottom,
                "title": of_row(_title(item), item.row),
            }
            for item, box in boxes
            if item.claim is claim
        ]
        layers += marks("rect", rows, style=style)
    return layers


def _title(item: Printed) -> str:
    """Return whose number a box is, of when, and the number, with a unit if it is all digits."""
    year = str(round(item.at))
    when = "" if year in item.who else f", {year}"
    unit = "" if re.search("[a-z]$", item.text) else "\u00a0%"
    return f"{item.who}{when}: {item.text}{unit}"


def _break_line(data: ShareLines, frame: Frame) -> list[Any]:
    if not data.broken:
        return []
    x = frame.x(data.broken.year + 0.5)
    rows = [{"x": x, "x2": x, "y": -14, "y2": frame.inner_height}]
    rooms = (frame.left + x - 9, frame.width - frame.left - x - 9)
    sides = ((data.broken.before, "right", -7), (data.broken.after, "left", 7))
    words = []
    for (text, align, shift), room in zip(sides, rooms, strict=True):
        parts = column.wrapped(text, room)
        first = -10 - 15 * (len(parts) - 1)
        words += [
            {"x": x + shift, "y": first + 15 * place, "text": part, "align": align}
            for place, part in enumerate(parts)
        ]
    return [*lines(rows, style="break"), *labels(words, style="note")]


def _latest(data: ShareLines, frame: Frame, boxes: list[tuple[Printed, Box]]) -> list[Any]:
    entries = [
        column.Entry(
            f"**{item.text}** {item.who}",
            box.right,
            (box.top + box.bottom) / 2,
            "label-claim" if item.claim else "label",
        )
        for item, box in boxes
        if item.at > data.last - 0.5
    ]
    return column.draw(
        entries,
        head=f"For {data.last}",
        x=frame.inner_width,
        room=frame.right,
        height=frame.inner_height,
    )
