"""A share over time: a computed line with its band, printed boxes around it, a break."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from entrepot.model.display import number
from entrepot.report.charts import column
from entrepot.report.charts.drawing import (
    Frame,
    area,
    framed,
    labels,
    lines,
    path,
    points,
    rects,
    ticks,
)
from entrepot.report.charts.place import Box, Spot, first_free, spots, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.report.chart_data import Point, Printed, ShareLines
    from entrepot.report.charts.drawing import Marks

    Boxes = Sequence[tuple[Printed, Box]]

__all__ = ["draw"]


BOX_WIDTH = {"wide": 15.0, "narrow": 11.0}
YEAR_WIDTH = {"wide": 46.0, "narrow": 34.0}
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
        *_label_layers(data, frame, boxes, narrow=name == "narrow"),
        *_latest(data, frame, boxes),
    ]
    return framed(layers, frame, name=name, spoken=spoken)


def _frame(data: ShareLines, name: str) -> Frame:
    tops = [item.high for item in data.printed]
    tops += [point.high or point.value for point in data.series]
    highest = ticks(max(tops, default=1.0) * 1.04, limit=100)[-1]
    side = 0.6 if data.last - data.first < 8 else 0.5  # boxes stand side by side in the first year
    x0, x1 = data.first - side, data.last + side
    left = max(48, round(max(map(text_width, _axis_words(ticks(highest, limit=100))))) + 14)
    named = any(item.at > data.last - 0.5 for item in data.printed)  # beside the plot
    if name == "wide":
        return Frame(852, 440, left, 196 if named else 24, 44, 28, x0, x1, highest)
    return Frame(360, 440, left, 104 if named else 12, 58, 28, x0, x1, highest)


def _axis_words(values: list[float]) -> list[str]:
    """Return the numbers of the axis, all with the same decimals, the unit at the top."""
    places = max(-int(Decimal(repr(value)).as_tuple().exponent) for value in values)
    words = [f"{value:.{max(0, places)}f}" for value in values]
    return [*words[:-1], f"{words[-1]}\u00a0%"]


def _ground(data: ShareLines, frame: Frame) -> list[Marks]:
    if not data.broken:
        return []
    row = {"x": frame.x(data.broken.year + 0.5), "x2": frame.inner_width, "y": 0}
    return rects([row | {"y2": frame.inner_height}], style="after")


def _grid(frame: Frame) -> list[Marks]:
    rows = [
        {"x": 0, "x2": frame.inner_width, "y": frame.y(value), "y2": frame.y(value)}
        for value in ticks(frame.top_value, limit=100)[1:]
    ]
    return lines(rows, style="grid")


def _axes(data: ShareLines, frame: Frame, name: str) -> list[Marks]:
    years = list(range(data.first, data.last + 1))
    values = ticks(frame.top_value, limit=100)
    step = math.ceil(len(years) * YEAR_WIDTH[name] / frame.inner_width)
    shown = years[::-1][::step][::-1]
    full = shown if name == "wide" else (shown[0], shown[-1])
    below = [
        {"x": frame.x(year), "y": frame.inner_height + 18, "align": "center"}
        | {"text": str(year) if year in full else f"\u2019{year % 100:02d}"}
        for year in shown
    ]
    beside = [
        {"x": -8, "y": frame.y(value) + 4, "text": text, "align": "right"}
        for value, text in zip(values, _axis_words(values), strict=True)
    ]
    base = {"x": 0, "x2": frame.inner_width, "y": frame.inner_height, "y2": frame.inner_height}
    return [*lines([base], style="base"), *labels(below + beside, style="note")]


def _series(data: ShareLines, frame: Frame) -> list[Marks]:
    runs = list(_runs(data))
    layers: list[Marks] = []
    for run in runs:
        band = [
            {"x": frame.x(point.year), "y": frame.y(point.low), "y2": frame.y(point.high)}
            for point in run
            if point.low is not None and point.high is not None
        ]
        layers += area(band, style="interval") if len(band) > 1 else []
    for before, after in itertools.pairwise(runs):
        if after[0].year == before[-1].year + 1:  # else not even a direction is known
            (x, y), (x2, y2) = _place(before[-1], frame), _place(after[0], frame)
            layers += lines([{"x": x, "y": y, "x2": x2, "y2": y2}], style="across")
    for run in runs:
        places = [_place(point, frame) for point in run]
        rows = [{"x": x, "y": y} for x, y in places]
        layers += path(rows, style="supplier-line") if len(rows) > 1 else []
        dots = [
            row | {"title": f"{point.year}, computed: {point.value:.1f}\u00a0%", "row": point.row}
            for row, point in zip(rows, run, strict=True)
        ]
        layers += points(dots, style="supplier", size=46)
    return layers


def _place(point: Point, frame: Frame) -> tuple[float, float]:
    return frame.x(point.year), frame.y(point.value)


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


def _drawn_boxes(boxes: list[tuple[Printed, Box]]) -> list[Marks]:
    layers: list[Marks] = []
    for claim, style in ((False, "published"), (True, "claim")):
        rows = [
            {
                "x": box.left,
                "x2": box.right,
                "y": box.top,
                "y2": box.bottom,
                "title": _title(item),
                "row": item.row,
            }
            for item, box in boxes
            if item.claim is claim
        ]
        layers += rects(rows, style=style)
    return layers


def _title(item: Printed) -> str:
    """Return whose number a box is, of when, and the number, with a unit if it is all digits."""
    year = str(round(item.at))
    when = "" if year in item.who else f", {year}"
    unit = "" if re.search("[a-z]$", item.text) else "\u00a0%"
    return f"{item.who}{when}: {item.text}{unit}"


def _break_line(data: ShareLines, frame: Frame) -> list[Marks]:
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


def _latest(data: ShareLines, frame: Frame, boxes: list[tuple[Printed, Box]]) -> list[Marks]:
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


# Labels of the share chart: values at the line, names at the boxes.


LINE = 16.0


@dataclass(frozen=True, slots=True)
class Wish:
    """A label that wants a place near a mark; shorter words come later in `texts`."""

    texts: tuple[str, ...]
    mark: Box
    of_series: bool


def _label_layers(data: ShareLines, frame: Frame, boxes: Boxes, *, narrow: bool) -> list[Marks]:
    """Return the label layers; a label that finds no free place is left to the table."""
    taken = [box for _, box in boxes] + list(_line_boxes(data, frame)) + _break_box(data, frame)
    earlier = [(item, box) for item, box in boxes if item.at <= data.last - 0.5]
    series = list(_series_wishes(data, frame, narrow=narrow))
    printed = [Wish(*_joined(group, narrow=narrow), False) for group in _groups(earlier)]
    # Whoever comes first takes the good places: try both orders, keep the fuller drawing.
    tries = [_placed(wishes, taken, frame) for wishes in (series + printed, printed + series)]
    best = max(tries, key=lambda found: (len(found), sum(not wish.of_series for wish, _ in found)))
    rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for wish, spot in best:
        rows[wish.of_series] += [
            {"x": x, "y": y, "text": text, "align": spot.align} for x, y, text in spot.rows
        ]
    return [
        *lines([_leader(spot) for _, spot in best if spot.corridor], style="leader"),
        *labels(rows[False], style="label"),
        *labels(rows[True], style="label-supplier", bold=True),
    ]


def _placed(wishes: list[Wish], taken: list[Box], frame: Frame) -> list[tuple[Wish, Spot]]:
    plot = Box(2, 2, frame.inner_width - 2, frame.inner_height - 2)
    used, found = list(taken), []
    for wish in wishes:
        tries = (
            first_free(spots(text, wish.mark, bold=wish.of_series), wish.mark, used, plot)
            for text in wish.texts
        )
        spot = next((spot for spot in tries if spot), None)
        if spot:
            used.append(spot.box)
            found.append((wish, spot))
    return found


def _leader(spot: Spot) -> dict[str, float]:
    """Return the line down the corridor of a label that does not touch its mark."""
    way = spot.corridor or spot.box
    x = (way.left + way.right) / 2
    return {"x": x, "x2": x, "y": way.top, "y2": way.bottom}


def _groups(boxes: Boxes) -> list[list[tuple[Printed, Box]]]:
    """Join numbers of one year that stand too close for a label each."""
    groups: list[list[tuple[Printed, Box]]] = []
    for item, box in sorted(boxes, key=lambda pair: (round(pair[0].at), -pair[1].top)):
        last = groups[-1][-1] if groups else None
        near = last and round(last[0].at) == round(item.at) and last[1].top - box.top < LINE * 0.8
        if near:
            groups[-1].append((item, box))
        else:
            groups.append([(item, box)])
    return groups


def _joined(group: list[tuple[Printed, Box]], *, narrow: bool) -> tuple[tuple[str, ...], Box]:
    around = Box(
        min(box.left for _, box in group),
        min(box.top for _, box in group),
        max(box.right for _, box in group),
        max(box.bottom for _, box in group),
    )
    texts = list(dict.fromkeys(item.text for item, _ in group))
    if len(texts) == 1:
        shown = texts[0]
    else:
        digits = sorted((item.digits for item, _ in group), key=float)
        shown = f"{digits[0]} to {digits[-1]}"
    names = list(dict.fromkeys(item.who for item, _ in group))
    short = names[0] if len(names) == 1 else f"{len(names)} in print"
    full = [] if narrow and len(names) > 1 else [", ".join(names)]
    forms = [
        form for who in (*full, short) for form in (f"{who} **{shown}**", f"{who}\n**{shown}**")
    ]
    return tuple(forms), around


def _line_boxes(data: ShareLines, frame: Frame) -> Iterator[Box]:
    """Yield small boxes along the line and its points, which labels must not cover."""
    places = [(frame.x(point.year), frame.y(point.value)) for point in data.series]
    for x, y in places:
        yield Box(x - 4, y - 4, x + 4, y + 4)
    for (x0, y0), (x1, y1) in itertools.pairwise(places):
        for step in range(1, 8):
            x, y = x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8
            yield Box(x - 2, y - 2, x + 2, y + 2)


def _break_box(data: ShareLines, frame: Frame) -> list[Box]:
    if not data.broken:
        return []
    x = frame.x(data.broken.year + 0.5)
    return [Box(x - 3, 0, x + 3, frame.inner_height)]


def _series_wishes(data: ShareLines, frame: Frame, *, narrow: bool) -> Iterator[Wish]:
    for point in _named(data):
        texts = [number(point.value)]
        if point is data.series[-1] and data.series_name and not narrow:
            texts.insert(0, f"{data.series_name} {texts[0]}")
        x, y = frame.x(point.year), frame.y(point.value)
        yield Wish(tuple(texts), Box(x - 4, y - 4, x + 4, y + 4), True)


def _named(data: ShareLines) -> list[Point]:
    """Return the points that carry a value: the ends, and both sides of the break."""
    if not data.series:
        return []
    chosen = {data.series[0].year, data.series[-1].year}
    if data.broken:
        before = [point.year for point in data.series if point.year <= data.broken.year]
        after = [point.year for point in data.series if point.year > data.broken.year]
        chosen |= set(before[-1:]) | set(after[:1])
    return [point for point in data.series if point.year in chosen]
