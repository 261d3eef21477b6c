"""The drawing of a share over time: a line with its band, printed boxes around it, a break."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from entrepot.model.display import per_cent
from entrepot.report.charts.drawing import (
    Frame,
    NameEntry,
    area,
    draw_names,
    framed,
    labels,
    lines,
    path,
    points,
    rects,
    ticks,
    wrapped,
)
from entrepot.report.charts.place import Box, LabelSpot, first_free, spots, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.report.breaks import Break
    from entrepot.report.charts.drawing import MarkLayer


def share_key(drawn: ShareLines) -> tuple[tuple[str, str], ...]:
    """Return the kinds of marks that occur, with what they mean."""
    found = []
    if drawn.series:
        found.append(("line" if len(drawn.series) > 1 else "dot", "computed"))
    found += [(mark, "other computed definitions") for mark in range_marks(drawn)]
    if any(not item.claim for item in drawn.published):
        found.append(("printed", "published, height: rounding interval"))
    if any(item.claim for item in drawn.published):
        found.append(("claim", "the claim under check"))
    if drawn.nowcast:
        found.append(("nowcast", "nowcast, not reported; lines: 80 and 95 % interval"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class SharePoint:
    """A computed value of a year with its range in per cent, and its `row` as in `Printed`."""

    year: int
    value: float
    low: float | None = None
    high: float | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class PublishedBox:
    """A published number as the interval that its digits leave open.

    Attributes
    ----------
    at
        Middle of its period, as a year with decimals: 2025.0 is the whole of 2025.
    low, high
        Interval in per cent.
    text, digits
        The number as printed, e.g. ``"52.8"`` or ``"over 33"``; and its digits alone, ``"33"``.
    who
        Short name of whose number it is, with the months if it is not a whole year.
    open
        ``up`` or ``down`` for a bound, whose other end nobody published.
    claim, row
        Whether this is the claim under check; its row in the table beside, if any, from 0 on.
    """

    at: float
    low: float
    high: float
    text: str
    digits: str
    who: str
    open: str = ""
    claim: bool = False
    row: int | None = None


@dataclass(frozen=True, slots=True)
class NowcastPoint:
    """What a year that is not reported in full is estimated at, in per cent.

    `near` are the ends of the 80 % interval, `far` those of the 95 % interval, if there is one.
    """

    year: int
    value: float
    near: tuple[float, float]
    far: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ShareLines:
    """A share over time: one computed series, printed points around it, a reporter break.

    `height` is that of the wide drawing, less where a page has room for less. `nowcast` is of a
    year after those of the series, and no point of its line.
    """

    first: int
    last: int
    series: tuple[SharePoint, ...]
    series_name: str
    published: tuple[PublishedBox, ...]
    broken: Break | None = None
    height: int = 440
    nowcast: NowcastPoint | None = None

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing of the size with this name: one of `SIZES`, or ``wide``."""
        return _draw(self, name, alt_text)


Boxes: TypeAlias = "Sequence[tuple[PublishedBox, Box]]"
BOX_WIDTH = {"wide": 15.0, "medium": 13.0, "flat": 13.0, "narrow": 11.0, "low": 11.0}
YEAR_WIDTH = {"wide": 46.0, "medium": 40.0, "flat": 40.0, "narrow": 34.0, "low": 34.0}
SIZES = {
    "medium": (600, 400, 150, 20),
    "flat": (600, 240, 150, 20),
    "narrow": (360, 440, 104, 12),
    "low": (340, 220, 104, 12),
}
"""Width, height, and the room at the right with names there and without."""
# Where a box may stand, in its own widths from its time: the nearest places first.
LANES = tuple(lane for step in range(8) for lane in dict.fromkeys((step, -step)))
EDGES = {"up": "bottom", "down": "top"}
"""The edge that a box with an open end has."""
OPEN = 16.0
"""Height of a box without an edge on the side where its end is not known."""
LOWEST_BOX = 5.0  # a printed 52.8 would otherwise be thinner than its own outline


def _draw(data: ShareLines, name: str, alt_text: str) -> str:
    frame = _frame(data, name)
    boxes = _boxes(data, frame, BOX_WIDTH[name])
    layers = [
        *_ground(data, frame),
        *_grid(frame),
        *_axes(data, frame, name),
        *_series(data, frame),
        *_nowcast(data, frame),
        *_drawn_boxes(boxes),
        *_break_line(data, frame),
        *_label_layers(data, frame, boxes, narrow=name in ("narrow", "low")),
        *_latest(data, frame, boxes),
    ]
    return framed(layers, frame, name=name, alt_text=alt_text)


def _frame(data: ShareLines, name: str) -> Frame:
    tops = [item.high for item in data.published]
    tops += [point.high or point.value for point in data.series]
    tops += [max(data.nowcast.near + data.nowcast.far)] if data.nowcast else []
    # Four per cent more, so that a label finds room above the highest mark.
    highest = ticks(max(tops, default=1.0) * 1.04, limit=100)[-1]
    side = 0.6 if data.last - data.first < 8 else 0.5  # boxes stand side by side in the first year
    x0, x1 = data.first - side, data.last + side
    left = max(48, round(max(map(text_width, _axis_words(ticks(highest, limit=100))))) + 14)
    named = any(item.at > data.last - 0.5 for item in data.published)  # beside the plot
    if name == "wide":
        return Frame(852, data.height, left, 196 if named else 24, 44, 28, x0, x1, highest)
    width, height, names, none = SIZES[name]
    return Frame(width, height, left, names if named else none, 58, 28, x0, x1, highest)


def _axis_words(values: list[float]) -> list[str]:
    """Return the numbers of the axis, all with the same decimals, the unit at the top."""
    # Digits behind the point as Python prints the number: 2.5 has one, whatever its binary form is.
    places = max(-int(Decimal(repr(value)).as_tuple().exponent) for value in values)
    words = [f"{value:.{max(0, places)}f}" for value in values]
    return [*words[:-1], f"{words[-1]}\u00a0%"]


def _ground(data: ShareLines, frame: Frame) -> list[MarkLayer]:
    if not data.broken:
        return []
    row = {"x": frame.x(data.broken.year + 0.5), "x2": frame.inner_width, "y": 0}
    return rects([row | {"y2": frame.inner_height}], style="after")


def _grid(frame: Frame) -> list[MarkLayer]:
    rows = [
        {"x": 0, "x2": frame.inner_width, "y": frame.y(value), "y2": frame.y(value)}
        for value in ticks(frame.top_value, limit=100)[1:]
    ]
    return lines(rows, style="grid")


def _axes(data: ShareLines, frame: Frame, name: str) -> list[MarkLayer]:
    years = list(range(data.first, data.last + 1))
    values = ticks(frame.top_value, limit=100)
    step = math.ceil(len(years) * YEAR_WIDTH[name] / frame.inner_width)
    # Counted from the newest year, which always has its name.
    shown = years[::-1][::step][::-1]
    full = shown if name == "wide" else (shown[0], shown[-1])
    below = [
        {"x": frame.x(year), "y": frame.inner_height + 18, "align": "center"}
        | {"text": str(year) if year in full else f"\u2019{year % 100:02d}"}
        for year in shown
    ]
    at_left = [
        {"x": -8, "y": frame.y(value) + 4, "text": text, "align": "right"}
        for value, text in zip(values, _axis_words(values), strict=True)
    ]
    base = {"x": 0, "x2": frame.inner_width, "y": frame.inner_height, "y2": frame.inner_height}
    return [*lines([base], style="base"), *labels(below + at_left, style="note")]


def _series(data: ShareLines, frame: Frame) -> list[MarkLayer]:
    runs = list(_runs(data))
    layers: list[MarkLayer] = []
    for run in runs:
        band = [
            {"x": frame.x(point.year), "y": frame.y(point.low), "y2": frame.y(point.high)}
            for point in run
            if point.low is not None and point.high is not None
        ]
        layers += area(band, style="interval") if len(band) > 1 else _whisker(band)
    for before, after in itertools.pairwise(runs):
        if after[0].year == before[-1].year + 1:  # else not even a direction is known
            (x, y), (x2, y2) = _place(before[-1], frame), _place(after[0], frame)
            layers += lines([{"x": x, "y": y, "x2": x2, "y2": y2}], style="across")
    for run in runs:
        places = [_place(point, frame) for point in run]
        rows = [{"x": x, "y": y} for x, y in places]
        layers += path(rows, style="supplier-line") if len(rows) > 1 else []
        dots = [
            row
            | {"title": f"{point.year}, computed: {per_cent(point.value)}\u00a0%", "row": point.row}
            for row, point in zip(rows, run, strict=True)
        ]
        layers += points(dots, style="supplier", size=46)
    return layers


def _whisker(ends: Sequence[dict[str, float]]) -> list[MarkLayer]:
    """Return the range of a year that has no neighbour to draw a band to."""
    rows = [row | {"x2": row["x"]} for row in ends]
    return [*lines(rows, style="whisker-under"), *lines(rows, style="whisker")]


def range_marks(data: ShareLines) -> list[str]:
    """Return the marks that ranges are drawn with."""
    ranged = [sum(point.low is not None for point in run) for run in _runs(data)]
    band = ["band"] if any(number > 1 for number in ranged) else []
    return [*band, "whisker"] if 1 in ranged else band


def _nowcast(data: ShareLines, frame: Frame) -> list[MarkLayer]:
    """Return a nowcast in its own colour, with broken lines: no mark of a reported value."""
    one = data.nowcast
    if one is None:
        return []
    x = frame.x(one.year)
    far = (
        [{"x": x, "x2": x, "y": frame.y(one.far[0]), "y2": frame.y(one.far[1])}] if one.far else []
    )
    near = {"x": x, "x2": x, "y": frame.y(one.near[0]), "y2": frame.y(one.near[1])}
    title = (
        f"{one.year}, nowcast, not reported: {one.value:.1f}\u00a0%, 80\u00a0% interval "
        f"{one.near[0]:.1f} to {one.near[1]:.1f}\u00a0%"
    )
    return [
        *lines(far, style="nowcast-far"),
        *lines([near], style="nowcast-line"),
        *points([{"x": x, "y": frame.y(one.value), "title": title}], style="nowcast-ring", size=80),
    ]


def _place(point: SharePoint, frame: Frame) -> tuple[float, float]:
    return frame.x(point.year), frame.y(point.value)


def _runs(data: ShareLines) -> Iterator[list[SharePoint]]:
    """Yield stretches of the series that neither the break nor a missing year interrupts."""
    run: list[SharePoint] = []
    for point in data.series:
        broken = data.broken is not None and run and run[-1].year <= data.broken.year < point.year
        if run and (broken or point.year != run[-1].year + 1):
            yield run
            run = []
        run.append(point)
    if run:
        yield run


def _boxes(data: ShareLines, frame: Frame, width: float) -> list[tuple[PublishedBox, Box]]:
    """Return each printed number with its box; boxes that would overlap stand side by side."""
    # Boxes stay between the axis and the right end, and on their side of the break.
    edge = frame.x(data.broken.year + 0.5) if data.broken else None
    placed: list[tuple[PublishedBox, Box]] = []
    # Sorted, so that the same rows give the same drawing whatever order they come in.
    for item in sorted(data.published, key=lambda item: (item.at, item.low, item.who)):
        top, bottom = frame.y(item.high), frame.y(item.low)
        if bottom - top < LOWEST_BOX:
            middle = (top + bottom) / 2
            top, bottom = middle - LOWEST_BOX / 2, middle + LOWEST_BOX / 2
        if item.open in ("up", "down"):
            at = frame.y(item.low if item.open == "up" else item.high)
            top, bottom = (at - OPEN, at) if item.open == "up" else (at, at + OPEN)
        first, last = 3.0, float(frame.inner_width)
        if edge is not None:
            first, last = (first, edge - 3) if frame.x(item.at) < edge else (edge + 3, last)
        every = [
            Box(centre - width / 2, top, centre + width / 2, bottom)
            for centre in (frame.x(item.at) + lane * (width + 2) for lane in LANES)
        ]
        tries = [box for box in every if first <= box.left and box.right <= last] or every[:1]
        free = (box for box in tries if not any(box.meets(other, 1.5) for _, other in placed))
        # If no lane is free, the nearest one is taken: a box
        # that overlaps is better than one that is missing.
        placed.append((item, next(free, tries[0])))
    return placed


def _drawn_boxes(boxes: list[tuple[PublishedBox, Box]]) -> list[MarkLayer]:
    layers: list[MarkLayer] = []
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
            if item.claim is claim and item.open not in EDGES
        ]
        layers += rects(rows, style=style)
    for item, box in boxes:
        if item.open in EDGES:
            layers += _open(item, box)
    return layers


def _open(item: PublishedBox, box: Box) -> list[MarkLayer]:
    """Draw the edge that is known, and the sides towards the end that is not."""
    row = {"x": box.left, "x2": box.right, "y": box.top, "y2": box.bottom}
    known = box.bottom if item.open == "up" else box.top
    edges = [{"x": box.left, "x2": box.right, "y": known, "y2": known}]
    edges += [{"x": x, "x2": x, "y": box.top, "y2": box.bottom} for x in (box.left, box.right)]
    return [
        *rects(
            [row | {"title": _title(item), "row": item.row}],
            style="claim" if item.claim else "ground-open",
        ),
        *lines(edges, style="whisker"),
    ]


def _title(item: PublishedBox) -> str:
    """Return whose number a box is, of when, and the number, with a unit if it is all digits."""
    year = str(round(item.at))
    when = "" if year in item.who else f", {year}"
    unit = "" if re.search("[a-z]$", item.text) else "\u00a0%"
    return f"{item.who}{when}: {item.text}{unit}"


def _break_line(data: ShareLines, frame: Frame) -> list[MarkLayer]:
    if not data.broken:
        return []
    x = frame.x(data.broken.year + 0.5)
    rows = [{"x": x, "x2": x, "y": -14, "y2": frame.inner_height}]
    rooms = (frame.left + x - 9, frame.width - frame.left - x - 9)
    sides = ((data.broken.before, "right", -7), (data.broken.after, "left", 7))
    words = []
    for (text, align, shift), room in zip(sides, rooms, strict=True):
        parts = wrapped(text, room)
        first = -10 - 15 * (len(parts) - 1)
        words += [
            {"x": x + shift, "y": first + 15 * place, "text": part, "align": align}
            for place, part in enumerate(parts)
        ]
    return [*lines(rows, style="break"), *labels(words, style="note")]


def _latest(
    data: ShareLines, frame: Frame, boxes: list[tuple[PublishedBox, Box]]
) -> list[MarkLayer]:
    every = [box for _, box in boxes]
    # One label for boxes of one publisher and one number; its leader starts at the last of them.
    entries = {
        (item.text, item.who): NameEntry(
            f"**{item.text}** {item.who}",
            box.right,
            _free_height(box, [other for other in every if other is not box]),
            "label-claim" if item.claim else "label",
        )
        for item, box in sorted(boxes, key=lambda pair: pair[1].right)
        if item.at > data.last - 0.5
    }
    return draw_names(
        list(entries.values()),
        head=f"For {data.last}",
        x=frame.inner_width,
        room=frame.right,
        height=frame.inner_height,
    )


def _free_height(box: Box, others: Sequence[Box]) -> float:
    """Return where a leader may start that runs right without meeting the box of another."""
    middle, half = (box.top + box.bottom) / 2, (box.bottom - box.top) / 2 - 2
    places = [middle + half * part for part in (0, -0.5, 0.5, -1, 1)]
    behind = [other for other in others if other.right > box.right]
    free = (y for y in places if not any(other.top - 2 < y < other.bottom + 2 for other in behind))
    return next(free, middle)


LINE = 16.0


@dataclass(frozen=True, slots=True)
class Wish:
    """A label that wants a place near a mark; shorter words come later in `texts`.

    `bare` are words that it has where no other label leaves it room for more.
    """

    texts: tuple[str, ...]
    mark: Box
    style: str
    bare: tuple[str, ...] = ()

    @property
    def of_series(self) -> bool:
        """Whether it is no label of a published number."""
        return self.style != "label"


def _label_layers(data: ShareLines, frame: Frame, boxes: Boxes, *, narrow: bool) -> list[MarkLayer]:
    """Return the label layers; a label that finds no free place is left to the table."""
    occupied = [box for _, box in boxes] + list(_line_boxes(data, frame)) + _break_box(data, frame)
    earlier = [(item, box) for item, box in boxes if item.at <= data.last - 0.5]
    series = list(_series_wishes(data, frame, narrow=narrow))
    series += _nowcast_wish(data, frame)
    printed = [_joined(group, narrow=narrow) for group in _groups(earlier)]
    # Whoever comes first takes the good places: try both orders, keep the fuller drawing; with
    # numbers alone where words would take the room of other numbers.
    bare = [replace(wish, texts=wish.bare) for wish in printed]
    orders = (series + printed, printed + series, series + bare, bare + series)
    best = max((_placed(wishes, occupied, frame) for wishes in orders), key=_fullness)
    rows: dict[str, list[dict[str, Any]]] = {
        style: [] for style in ("label", "label-supplier", "label-nowcast")
    }
    for wish, spot in best:
        rows[wish.style] += [
            {"x": x, "y": y, "text": text, "align": spot.align} for x, y, text in spot.rows
        ]
    return [
        *lines([_leader(spot) for _, spot in best if spot.corridor], style="leader"),
        *labels(rows["label"], style="label"),
        *labels(rows["label-supplier"], style="label-supplier", bold=True),
        *labels(rows["label-nowcast"], style="label-nowcast", bold=True),
    ]


def _fullness(found: list[tuple[Wish, LabelSpot]]) -> tuple[int, int, int]:
    """Rank a drawing by its boxes with a label, by those with more than a number, by labels.

    The line can be read at the axis; a box without words cannot.
    """
    boxes = [(wish, spot) for wish, spot in found if not wish.of_series]
    return len(boxes), sum(spot.text not in wish.bare for wish, spot in boxes), len(found)


def _placed(wishes: list[Wish], occupied: list[Box], frame: Frame) -> list[tuple[Wish, LabelSpot]]:
    plot = Box(2, 2, frame.inner_width - 2, frame.inner_height - 2)
    used = list(occupied)
    found: list[tuple[Wish, LabelSpot]] = []
    for wish, texts in [
        *((one, one.texts) for one in wishes),
        *((one, one.bare) for one in wishes),
    ]:
        if any(one is wish for one, _ in found):
            continue
        tries = (
            first_free(_near(text, wish, away=away), wish.mark, used, plot)
            for away in ((False, True) if wish.of_series else (True,))
            for text in texts
        )
        spot = next((spot for spot in tries if spot), None)
        if spot:
            used.append(spot.box)
            found.append((wish, spot))
    return found


def _near(text: str, wish: Wish, *, away: bool) -> Iterator[LabelSpot]:
    """Yield places of a label; of the line first those at its mark, also for fewer words.

    A value of the line that stands away from it, beside a box, is read as that of the box.
    """
    found = spots(text, wish.mark, bold=wish.of_series)
    return found if away else (spot for spot in found if spot.corridor is None)


def _leader(spot: LabelSpot) -> dict[str, float]:
    """Return the line down the corridor of a label that does not touch its mark."""
    way = spot.corridor or spot.box
    x = (way.left + way.right) / 2
    return {"x": x, "x2": x, "y": way.top, "y2": way.bottom}


def _groups(boxes: Boxes) -> list[list[tuple[PublishedBox, Box]]]:
    """Join numbers of one year that stand too close for a label each."""
    groups: list[list[tuple[PublishedBox, Box]]] = []
    for item, box in sorted(boxes, key=lambda pair: (round(pair[0].at), -pair[1].top)):
        last = groups[-1][-1] if groups else None
        # Boxes come from the bottom up (y grows downwards), hence the last one less this one.
        near = last and round(last[0].at) == round(item.at) and last[1].top - box.top < LINE * 0.8
        if near:
            groups[-1].append((item, box))
        else:
            groups.append([(item, box)])
    return groups


def _joined(group: list[tuple[PublishedBox, Box]], *, narrow: bool) -> Wish:
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
    short = names[0] if len(names) == 1 else f"{len(names)} published"
    full = [] if narrow and len(names) > 1 else [", ".join(names)]
    forms = [
        form for who in (*full, short) for form in (f"{who} **{shown}**", f"{who}\n**{shown}**")
    ]
    # The number alone where nothing else fits: whose it is, the table says.
    *start, end = shown.rsplit(" ", 1)
    lower = [f"**{start[0]}**\n**{end}**"] if start else []
    return Wish(tuple(forms), around, "label", (f"**{shown}**", *lower))


def _line_boxes(data: ShareLines, frame: Frame) -> Iterator[Box]:
    """Yield small boxes along the line and its points, which labels must not cover."""
    places = [(frame.x(point.year), frame.y(point.value)) for point in data.series]
    for x, y in places:
        yield Box(x - 4, y - 4, x + 4, y + 4)
    for run in _runs(data):
        ends = [point for point in run if point.low is not None and point.high is not None]
        for point in ends if len(ends) == 1 else ():
            x, low, high = frame.x(point.year), point.low or 0.0, point.high or 0.0
            yield Box(x - 2, frame.y(high), x + 2, frame.y(low))
    for (x0, y0), (x1, y1) in itertools.pairwise(places):
        # Boxes have no slope, so a line is followed by seven small ones.
        for step in range(1, 8):
            x, y = x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8
            yield Box(x - 2, y - 2, x + 2, y + 2)


def _break_box(data: ShareLines, frame: Frame) -> list[Box]:
    if not data.broken:
        return []
    x = frame.x(data.broken.year + 0.5)
    return [Box(x - 1, 0, x + 1, frame.inner_height)]


def _series_wishes(data: ShareLines, frame: Frame, *, narrow: bool) -> Iterator[Wish]:
    for point in _named(data):
        texts = [per_cent(point.value)]
        if point is data.series[-1] and data.series_name and not narrow:
            texts.insert(0, f"{data.series_name} {texts[0]}")
        x, y = frame.x(point.year), frame.y(point.value)
        yield Wish(tuple(texts), Box(x - 4, y - 4, x + 4, y + 4), "label-supplier")


def _nowcast_wish(data: ShareLines, frame: Frame) -> list[Wish]:
    if data.nowcast is None:
        return []
    x, ends = frame.x(data.nowcast.year), data.nowcast.near + data.nowcast.far
    mark = Box(x - 7, frame.y(max(ends)), x + 7, frame.y(min(ends)))
    said = per_cent(data.nowcast.value)
    return [Wish((f"nowcast {said}", f"nowcast\n{said}", said), mark, "label-nowcast")]


def _named(data: ShareLines) -> list[SharePoint]:
    """Return the points that carry a value: the ends, and both sides of the break."""
    if not data.series:
        return []
    chosen = {data.series[0].year, data.series[-1].year}
    if data.broken:
        before = [point.year for point in data.series if point.year <= data.broken.year]
        after = [point.year for point in data.series if point.year > data.broken.year]
        # Slices, for one side of the break may have no points.
        chosen |= set(before[-1:]) | set(after[:1])
    return [point for point in data.series if point.year in chosen]
