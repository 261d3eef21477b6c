"""A share over time: a computed line with its band, printed boxes around it, a break."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from entrepot.errors import RequestError
from entrepot.figures import ask, ask_many, flow_sources
from entrepot.figures.citation import source_name
from entrepot.figures.figure import headline
from entrepot.goods import goods_title
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import NBSP, number, per_cent, range_text
from entrepot.report import phrasing
from entrepot.report.attribution import is_computed, when_of
from entrepot.report.breaks import break_of, not_drawn
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.cards import single_figure
from entrepot.report.charts import Chart
from entrepot.report.charts.alone import (
    NEEDED,
    StandaloneChart,
    asked_years,
    available_years,
    caveat_lines,
    partial_goods_lines,
    require_some,
    sources,
)
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
from entrepot.report.charts.paired_lines import MOST, Course, CoursePoint, Courses
from entrepot.report.charts.place import Box, LabelSpot, first_free, spots, text_width
from entrepot.sources.published.read import origin_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures import Figure, Panel
    from entrepot.figures.asking import Each
    from entrepot.lake import Lake
    from entrepot.report.breaks import Break
    from entrepot.report.charts.drawing import MarkLayer
    from entrepot.sources.published.read import Published

__all__ = [
    "NowcastPoint",
    "PublishedBox",
    "ShareLines",
    "SharePoint",
    "course_point",
    "direction_word",
    "ends_of",
    "nowcast_point",
    "nowcast_text",
    "published_box",
    "share_chart",
    "share_key",
    "share_point",
    "shares_chart",
]


def share_point(figure: Figure) -> SharePoint:
    """Return a computed share of a year in per cent, with its range."""
    value = figure.required() * 100
    if not phrasing.span(figure) or figure.low is None or figure.high is None:
        return SharePoint(figure.definition.period.year, value)
    return SharePoint(figure.definition.period.year, value, figure.low * 100, figure.high * 100)


def nowcast_point(figure: Figure) -> NowcastPoint:
    """Return a nowcast share of a year in per cent, with its intervals."""
    given = (figure.nowcast or {})["intervals"]
    near, far = (tuple(100 * end for end in given.get(level, ())) for level in ("80", "95"))
    value = 100 * (figure.value or 0.0)
    return NowcastPoint(figure.definition.period.year, value, (near[0], near[1]), far)


def published_box(row: Published) -> PublishedBox:
    """Return the box of a printed share; an open end is drawn open."""
    # "More than a third" has no upper end: the box then has no edge there.
    ends = [end * 100 for end in (row.low, row.middle, row.high) if end is not None]
    low, high = ends[0], ends[-1]
    value = ends[0] if row.middle is None else row.middle * 100
    start, end = row.period.start, row.period.end
    # Counted in months, the first from its beginning and the last to its end.
    months = (start.year * 12 + start.month - 1, end.year * 12 + end.month)
    # Half a year less, for the place of a year on the
    # axis is its middle: all of 2025 lies at 2025.0.
    middle = sum(months) / 24 - 0.5
    text = row.printed.replace(" %", "").replace("%", "").strip()
    text = text.replace("approximately ", "about ").replace("around ", "about ")
    who = origin_name(row.origin)
    digits = number(value).removesuffix(".0").removesuffix(".00")
    who = f"{who}, {when_of(row)}" if when_of(row) else who
    ends_open = ("up" if row.high is None else "", "down" if row.low is None else "")
    return PublishedBox(middle, low, high, text, digits, who, "".join(ends_open))


def ends_of(figure: Figure, between: str = "–") -> str:
    """Return a share in words, by its range where it has one."""
    if figure.specifications and figure.low is not None and figure.high is not None:
        return range_text(figure.low, figure.high, figure.unit, value=figure.value, between=between)
    return NBSP.join(phrasing.shown(figure))


def direction_word(before: Figure, after: Figure) -> str:
    """Return a word of direction if the ranges are apart, else one without."""
    (low0, high0), (low1, high1) = (
        (f.required() if f.low is None else f.low, f.required() if f.high is None else f.high)
        for f in (before, after)
    )
    # Ranges that overlap allow no direction: then the share "went" from one to the other.
    if low1 > high0:
        return "rose"
    return "fell" if high1 < low0 else "went"


def share_key(drawn: ShareLines) -> tuple[tuple[str, str], ...]:
    """Return the kinds of marks that occur, with what they mean."""
    found = []
    if drawn.series:
        found.append(("line" if len(drawn.series) > 1 else "dot", "computed"))
    found += [(mark, "other computed definitions") for mark in _range_marks(drawn)]
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
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


Boxes: TypeAlias = "Sequence[tuple[PublishedBox, Box]]"
BOX_WIDTH = {"wide": 15.0, "narrow": 11.0}
YEAR_WIDTH = {"wide": 46.0, "narrow": 34.0}
# Where a box may stand, in its own widths from its time: the nearest places first.
LANES = (0, 1, -1, 2, -2, 3, -3, 4, -4)
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
        *_label_layers(data, frame, boxes, narrow=name == "narrow"),
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
    return Frame(360, 440, left, 104 if named else 12, 58, 28, x0, x1, highest)


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


def _range_marks(data: ShareLines) -> list[str]:
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
    # Boxes stay on their side of the break. Without one the edge is the axis, which none may cross.
    edge = frame.x(data.broken.year + 0.5) if data.broken else 0.0
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
        for lane in LANES:
            centre = frame.x(item.at) + lane * (width + 2)
            box = Box(centre - width / 2, top, centre + width / 2, bottom)
            strays = box.right + 3 > edge if frame.x(item.at) < edge else box.left - 3 < edge
            strays |= box.right > frame.inner_width
            if not strays and not any(box.meets(other, 1.5) for _, other in placed):
                break
        # If no lane is free, the last one is taken: a box
        # that overlaps is better than one that is missing.
        placed.append((item, box))
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


EDGES = {"up": "bottom", "down": "top"}
"""The edge that a box with an open end has."""


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
    entries = [
        NameEntry(
            f"**{item.text}** {item.who}",
            box.right,
            _free_height(box, [other for other in every if other is not box]),
            "label-claim" if item.claim else "label",
        )
        for item, box in boxes
        if item.at > data.last - 0.5
    ]
    return draw_names(
        entries,
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


# Labels of the share chart: values at the line, names at the boxes.


LINE = 16.0


@dataclass(frozen=True, slots=True)
class Wish:
    """A label that wants a place near a mark; shorter words come later in `texts`."""

    texts: tuple[str, ...]
    mark: Box
    style: str

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
    printed = [Wish(*_joined(group, narrow=narrow), "label") for group in _groups(earlier)]
    # Whoever comes first takes the good places: try both orders, keep the fuller drawing.
    tries = [_placed(wishes, occupied, frame) for wishes in (series + printed, printed + series)]
    best = max(tries, key=lambda found: (len(found), sum(not wish.of_series for wish, _ in found)))
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


def _placed(wishes: list[Wish], occupied: list[Box], frame: Frame) -> list[tuple[Wish, LabelSpot]]:
    plot = Box(2, 2, frame.inner_width - 2, frame.inner_height - 2)
    used, found = list(occupied), []
    for wish in wishes:
        tries = (
            first_free(_near(text, wish, away=away), wish.mark, used, plot)
            for away in ((False, True) if wish.of_series else (True,))
            for text in wish.texts
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


def _joined(group: list[tuple[PublishedBox, Box]], *, narrow: bool) -> tuple[tuple[str, ...], Box]:
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
    return tuple(forms), around


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
    return [Box(x - 3, 0, x + 3, frame.inner_height)]


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


# A share over the years: what was computed from one source, what others printed around it.


PLAIN = {"importer", "exporter", "goods", "period", "source"}
"""Keys under which a share in print is one of the same definition."""


def share_chart(
    measure: str, lake: Lake, since: int | None, keys: dict[str, Any]
) -> StandaloneChart:
    """Return a share over the years held, with what others printed of it.

    Raises
    ------
    NoEvidenceError
        If neither the lake nor the bundled tables hold one.
    """
    rest = {name: value for name, value in keys.items() if name != "period"}
    asked = _asked(measure, lake, keys, rest)
    rows = _printed(measure, lake, asked, rest)
    years = asked_years({*available_years(lake), *(row.period.year for row in rows)}, keys, since)
    rows = [row for row in rows if row.period.year in years]
    series, beyond = _shares_series(measure, lake, years, rest)
    found = sorted({f.definition.period.year for f in series} | {r.period.year for r in rows})
    expected = _expected(measure, lake, found, keys)
    found += [expected.definition.period.year] if expected else []
    require_some(found, _what(asked), asked.reason or "none of the requested years is available")
    broken = break_of(asked.definition.importer, asked.definition.exporter, found[0], found[-1])
    lines = ShareLines(
        first=found[0],
        last=found[-1],
        series=tuple(share_point(figure) for figure in series),
        series_name="computed" if series else "",
        published=tuple(published_box(row) for row in rows),
        broken=broken,
        nowcast=nowcast_point(expected) if expected else None,
    )
    title = _shares_title(asked, series) + _beyond(series, rows)
    alt = _alt_text(title, rows, series)
    said = f"Nowcast, not reported: {nowcast_text(expected)}" if expected else ""
    alone = _alone(measure, lake, asked, series, rest)
    foot = (sources(series, _names(rows)), beyond, alone, said, *caveat_lines(series))
    return StandaloneChart(
        title,
        _deck(asked, lines, series),
        Chart(lines, " ".join(filter(None, (alt, said))), share_key(lines)),
        tuple(x for x in foot if x),
        (
            *(_computed(figure) for figure in series),
            *(_in_print(row) for row in rows),
            *([_computed(expected) | {"kind": "nowcast"}] if expected else []),
        ),
        tuple(series),
        tuple(rows),
    )


def _alone(
    measure: str, lake: Lake, asked: Figure, series: list[Figure], rest: dict[str, Any]
) -> str:
    """Say what the last year of a line is when it is asked alone, where that is another number.

    A line is of one source, which has most years; a figure is of the source that answers best.
    """
    if not series:
        return ""
    last = series[-1]
    if asked.definition.period != last.definition.period:
        asked = _asked(measure, lake, {"period": str(last.definition.period)}, rest)
    when = str(asked.definition.period)
    return single_figure(when, asked, last.value, "the line has one source for all years")


def _expected(measure: str, lake: Lake, found: list[int], keys: dict[str, Any]) -> Figure | None:
    """Return the nowcast of the year of the last month loaded, where it is after those drawn."""
    if not found or keys.get("period") is not None:
        return None
    expected = BriefContext(lake).nowcast(measure, **keys)
    return expected if expected and expected.definition.period.year > found[-1] else None


def nowcast_text(figure: Figure) -> str:
    """Return value, intervals and last month of a nowcast share, as the end of a sentence."""
    made = figure.nowcast or {}
    ends = ", ".join(
        f"{level}{NBSP}% interval {range_text(low, high, figure.unit, value=figure.value)}"
        for level, (low, high) in made["intervals"].items()
    )
    source = source_name(figure.definition.source or figure.evidence[0].source)
    return (
        f"{phrasing.about(figure)} in {figure.definition.period} ({ends}), estimated from months "
        f"up to {made['last_month']} ({source})."
    )


def shares_chart(
    measure: str, lake: Lake, since: int | None, keys: dict[str, Any], each: str
) -> StandaloneChart:
    """Return the shares of several sides over the years held, a line each.

    Parameters
    ----------
    each
        ``importer``, ``exporter`` or ``goods``: the key whose joined areas or codes are apart.

    Raises
    ------
    RequestError
        For another key, or too many lines.
    NoEvidenceError
        If nothing loaded answers.
    """
    if each not in ("importer", "exporter", "goods"):
        raise RequestError(
            f"no chart has a line for each {each}", hint="one of: importer, exporter, goods"
        )
    rest = {name: value for name, value in keys.items() if name != "period"}
    years = asked_years(available_years(lake, keys.get("source")), keys, since)
    require_some(years, f"shares by {each}", "a chart of several lines needs loaded data")
    panel = ask_many(
        measure,
        lake=lake,
        each=[cast("Each", each), "year"],
        period=f"{years[0]}..{years[-1]}",
        **rest,
    )
    lines = _by_side(panel, each)
    if not 2 <= len(lines) <= MOST:
        raise RequestError(
            f"{len(lines)} line{'s' if len(lines) > 1 else ''} in a chart of several",
            why=f"two to {MOST} can be read",
            hint=f"join so many, such as --{each} KAZ,KGZ,ARM, or leave out --each",
        )
    known = [figure for figures in lines.values() for figure in figures]
    require_some(
        [figure.definition.period.year for figure in known],
        f"shares by {each}",
        panel.figures[0].reason or "none of the requested years is available",
    )
    courses = tuple(
        Course(_side_name(each, code), tuple(map(course_point, figures)), _side_break(figures))
        for code, figures in lines.items()
    )
    drawn = sorted(figure.definition.period.year for figure in known)
    title = _lines_title(known[0], each, drawn)
    words = "; ".join(
        f"{one.name}: " + ", ".join(f"{spot.year}: {spot.text}{NBSP}%" for spot in one.spots)
        for one in courses
        if one.spots
    )
    asked = known[0].definition
    ranged = ", whisker: other definitions" if len(courses) == 2 else "; ranges are in the table"
    missing = [one.name for one in courses if not one.spots]
    absent = f"No share available: {', '.join(missing)}." if missing else ""
    notes = [
        phrasing.capital(note.text)
        for note in panel.caveats
        if note.id in ("several-sources", *NEEDED)
    ]
    return StandaloneChart(
        title,
        f"Per cent of {asked.quantity}; a line each{ranged}.",
        Chart(Courses(drawn[0], drawn[-1], courses), f"{title}. {words}.", ()),
        tuple(x for x in (sources(known), absent, *partial_goods_lines(known), *notes) if x),
        tuple({each: code} | _computed(figure) for code, some in lines.items() for figure in some),
        tuple(known),
    )


def _lines_title(one: Figure, each: str, years: list[int]) -> str:
    """Return what all lines are: "China’s share of imports, by importer, 2017 to 2023"."""
    asked = one.definition
    # The whole is the importer's imports or the exporter's exports; the part is the other side.
    denominator, part = (
        ("importer", "exporter") if asked.measure == "import_share" else ("exporter", "importer")
    )
    flow = "imports" if denominator == "importer" else "exports"
    goods = "" if each == "goods" else f", {goods_title(asked.goods)}"
    of = "" if each == denominator else f"{possessive(area_phrase(getattr(asked, denominator)))} "
    side = "Shares" if each == part else f"{possessive(area_phrase(getattr(asked, part)))} share"
    span = f"{years[0]} to {years[-1]}" if years[0] < years[-1] else f"{years[0]}"
    return f"{phrasing.capital(side)} of {of}{flow}{goods}, by {each}, {span}"


def _by_side(panel: Panel, each: str) -> dict[str, list[Figure]]:
    """Return the figures with a value of each side, oldest first; published ones are no line."""
    found: dict[str, list[Figure]] = {}
    for figure in panel:
        some = found.setdefault(str(getattr(figure.definition, each)), [])
        if figure.status == "ok" and is_computed(figure):
            some.append(figure)
    return found


def _side_name(each: str, code: str) -> str:
    return goods_title(code) if each == "goods" else area_name(code)


def _side_break(figures: list[Figure]) -> Break | None:
    if not figures:
        return None
    one, last = figures[0].definition, figures[-1].definition.period.year
    return break_of(one.importer, one.exporter, one.period.year, last)


def course_point(figure: Figure) -> CoursePoint:
    """Return a share of a year, with its range where it has one, as a point of a line."""
    value = figure.required() * 100
    ends: tuple[float | None, float | None] = (None, None)
    if phrasing.span(figure) and figure.low is not None and figure.high is not None:
        ends = figure.low * 100, figure.high * 100
    year, whose = figure.definition.period.year, str(figure.definition.source)
    return CoursePoint(
        year, value, phrasing.bounded(figure), whose, *ends, published=not is_computed(figure)
    )


def _asked(measure: str, lake: Lake, keys: dict[str, Any], rest: dict[str, Any]) -> Figure:
    """Return the Figure of the last year, which checks the question too."""
    last = keys.get("period") or max(available_years(lake), default=2023)
    found: Figure = ask(measure, lake=lake, period=last, nowcast=False, **rest)
    return found


def _subject(asked: Figure) -> Subject:
    one = asked.definition
    return Subject(one.importer, one.exporter, one.goods, one.period, fixed=True)


def _shares_series(
    measure: str, lake: Lake, years: list[int], rest: dict[str, Any]
) -> tuple[list[Figure], str]:
    """Return a computed Figure a year from the one source that answers most years.

    And, in words, which years only other sources have.
    """
    names = [rest["source"]] if rest.get("source") else [*flow_sources(lake), "computed"]
    best: list[Figure] = []
    known: dict[str, list[int]] = {}
    chosen = ""
    for source in names:
        keys = rest | {"source": source}
        found = [ask(measure, lake=lake, period=year, nowcast=False, **keys) for year in years]
        # Those in print are drawn as boxes, and must not be points of the line as well.
        found = [figure for figure in found if is_computed(figure)]
        known[source_name(source)] = [figure.definition.period.year for figure in found]
        if len(found) > len(best):
            best, chosen = found, source_name(source)
        if len(best) == len(years):
            break
    return best, not_drawn(known, chosen)


def _printed(measure: str, lake: Lake, asked: Figure, rest: dict[str, Any]) -> list[Published]:
    """Return what is in print under the same definition."""
    # Any further key (mass, a territory) makes it another share than those in print.
    if not {name for name, value in rest.items() if value is not None} <= PLAIN:
        return []
    if rest.get("source") not in (None, "published"):
        return []
    one = asked.definition
    found = BriefContext(lake).printed(measure, one.importer, one.exporter, one.goods)
    return [row for row in found if row.value is not None]


def _what(asked: Figure) -> str:
    """Return the share in words, without its time: "China’s share of Russia’s imports"."""
    name = headline(asked).split(",")[0]
    goods = asked.definition.goods
    return name if goods == "all" else f"{name} of {goods_title(goods)}"


def _shares_title(asked: Figure, series: list[Figure]) -> str:
    """Say where the share stood at both ends; a direction only if the ranges are apart."""
    what = _what(asked)
    if not series:
        return f"Published figures: {what}"
    before, after = series[0], series[-1]
    if before is after:
        return f"{what} was {ends_of(after)} in {after.definition.period}"
    then, now = (f"{ends_of(one)} in {one.definition.period}" for one in (before, after))
    return f"{what} {direction_word(before, after)} from {then} to {now}"


def _beyond(series: list[Figure], rows: list[Published]) -> str:
    """Say what is published beyond the line: of its last year, and of years after it."""
    if not series:
        return ""
    last = series[-1]
    later = [row for row in rows if row.period.start.year > last.definition.period.end.year]
    parts = [_of_last(last, rows)]
    if later:
        years = sorted({row.period.year for row in later})
        when = f"{years[0]}" if len(years) == 1 else f"{years[0]} to {years[-1]}"
        parts.append(f"{_published_span(later)} published for {when}")
    listed = "; ".join(part for part in parts if part)
    return f" (computed; {listed})" if listed else ""


def _of_last(last: Figure, rows: list[Published]) -> str:
    """Say what is published of the last computed year where it is not what was computed."""
    low = last.required() if last.low is None else last.low
    high = last.required() if last.high is None else last.high
    spans = [published_box(row) for row in rows if row.period == last.definition.period]
    if all(low * 100 <= one.low and one.high <= high * 100 for one in spans):
        return ""
    ends = sorted((one.low + one.high) / 2 for one in spans)
    return f"{range_text(ends[0], ends[-1], 'percent')} published"


def _published_span(rows: list[Published]) -> str:
    ends = sorted((one.low + one.high) / 2 for one in map(published_box, rows))
    return range_text(ends[0], ends[-1], "percent")


def _deck(asked: Figure, lines: ShareLines, series: list[Figure]) -> str:
    goods = goods_title(asked.definition.goods)
    quantity = asked.definition.quantity
    parts = [f"{phrasing.capital(goods)}, per cent of {quantity}"]
    if series:
        drawn = "line" if len(series) > 1 else "dot"
        ranged = (f", {mark}: other definitions" for mark in _range_marks(lines))
        parts.append(f"{drawn}: computed{''.join(ranged)}")
    if lines.published:
        parts.append("boxes: published, height: rounding interval")
    if lines.nowcast:
        parts.append("ring with broken line: nowcast, not reported, with 80 and 95 % interval")
    return "; ".join(parts) + f".{_broken(lines.broken)}"


def _broken(broken: Break | None) -> str:
    if broken is None:
        return ""
    return f" Up to {broken.year}: {broken.before}; from {broken.year + 1}: {broken.after}."


def _alt_text(title: str, rows: list[Published], series: list[Figure]) -> str:
    parts = [f"{title}."]
    if series:
        values = ", ".join(f"{f.definition.period}: {' '.join(phrasing.shown(f))}" for f in series)
        parts.append(f"Computed: {values}.")
    if rows:
        said = ", ".join(f"{r.period}: {r.printed} ({origin_name(r.origin)})" for r in rows)
        parts.append(f"Published: {said}.")
    return " ".join(parts)


def _names(rows: list[Published]) -> list[str]:
    return [origin_name(row.origin) for row in rows]


def _computed(figure: Figure) -> dict[str, Any]:
    return {
        "period": str(figure.definition.period),
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "unit": "share",
        "kind": "computed",
        "whose": source_name(figure.definition.source or figure.evidence[0].source),
        "range": figure.range,
    }


def _in_print(row: Published) -> dict[str, Any]:
    return {
        "period": str(row.period),
        "value": row.middle if row.middle is not None else row.value,
        "low": row.low,
        "high": row.high,
        "unit": "share",
        "kind": "published",
        "whose": origin_name(row.origin),
        "range": row.printed,
    }
