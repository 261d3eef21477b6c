"""Labels of the share chart: values at the line, names at the boxes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.model.display import number
from entrepot.report.charts.drawing import labels, lines
from entrepot.report.charts.place import Box, Spot, first_free, spots

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.report.charts.drawing import Marks
    from entrepot.report.charts.frame import Frame
    from entrepot.report.pictures import Point, Printed, ShareLines

    Boxes = Sequence[tuple[Printed, Box]]

__all__ = ["draw"]

LINE = 16.0


@dataclass(frozen=True, slots=True)
class Wish:
    """A label that wants a place near a mark; shorter words come later in `texts`."""

    texts: tuple[str, ...]
    mark: Box
    of_series: bool


def draw(data: ShareLines, frame: Frame, boxes: Boxes, *, narrow: bool) -> list[Marks]:
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
