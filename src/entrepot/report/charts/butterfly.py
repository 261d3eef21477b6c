"""Both directions of dependence: two bars a row on one scale, the year in the middle."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from entrepot.errors import NoEvidenceError
from entrepot.figures import ask, flow_sources
from entrepot.goods import goods_title
from entrepot.model.display import joined, per_cent
from entrepot.report import phrasing
from entrepot.report.amounts import errors_of
from entrepot.report.attribution import is_computed, row_of, source_on_card
from entrepot.report.breaks import NOT_SHOWN, not_drawn
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.charts import Chart
from entrepot.report.charts.alone import StandaloneChart, asked_years, caveat_lines, sources
from entrepot.report.charts.drawing import labels, lines, rects, render, wrapped
from entrepot.report.charts.place import text_width
from entrepot.sources.published.parse import origin_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence

    from entrepot.figures import Figure
    from entrepot.lake import Lake
    from entrepot.report.charts.drawing import MarkLayer
    from entrepot.report.parts import SentenceEvidence
    from entrepot.sources.published.row import Published


@dataclass(frozen=True, slots=True)
class ShareSide:
    """One bar of a butterfly, in per cent, with its range and whether it was printed.

    `opens` says which ends of the range are published bounds, beyond which the value may lie.
    """

    value: float
    text: str
    low: float | None = None
    high: float | None = None
    range: str = ""
    published: bool = False
    opens: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, slots=True)
class YearShares:
    """Both sides of one flow in a year; a note in words, and the same for a narrow drawing."""

    year: str
    left: ShareSide | None
    right: ShareSide | None
    note: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class MutualFlow:
    """Goods going one way, seen from both ends."""

    title: str
    left: str
    right: str
    rows: tuple[YearShares, ...]

    @property
    def gaps(self) -> dict[str, str]:
        """Years that are left out before a row, in words, by the year of the row."""
        found = {}
        for one, other in itertools.pairwise(self.rows):
            if one.year.isdigit() and other.year.isdigit():
                first, last = int(one.year) + 1, int(other.year) - 1
                if first <= last:
                    words = str(first) if first == last else f"{first} to {last}"
                    found[other.year] = f"{words} not shown"
        return found


@dataclass(frozen=True, slots=True)
class Butterfly:
    """Both directions of dependence on one scale."""

    flows: tuple[MutualFlow, ...]

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


BAR = 20
LINE = 17
GAP = 22
"""Height of the mark for years that are left out."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, half the gap for the year, height of a row, whether ranges are printed."""

    width: int
    gap: int
    row: int
    ranges: bool

    @property
    def centre(self) -> float:
        """Where the years stand."""
        return self.width / 2

    @property
    def room(self) -> float:
        """Length that a bar and the words beyond it may take."""
        return self.width / 2 - self.gap - 2


PLANS = {
    "wide": _Plan(852, 34, 30, ranges=True),
    "narrow": _Plan(360, 27, 40, ranges=False),
}


def _draw(data: Butterfly, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    scale = _scale(list(_sides(data)), plan)
    layers: list[MarkLayer] = []
    top = 0.0
    for flow in data.flows:
        drawn, top = _flow(flow, plan, scale, top)
        layers += drawn
    height = round(top - 16)
    return render(layers, width=plan.width, height=height, name=name, alt_text=alt_text)


def _sides(data: Butterfly) -> Iterator[ShareSide]:
    for flow in data.flows:
        for row in flow.rows:
            yield from (side for side in (row.left, row.right) if side)


def _end(side: ShareSide) -> float:
    return max(side.value, side.high or 0.0)


def _scale(sides: list[ShareSide], plan: _Plan) -> float:
    """Return drawing units per point, so that the longest bar and its words have room."""
    scale = plan.room / max((_end(side) for side in sides), default=1.0)
    for _ in range(4):  # a shorter bar may push its value outside, which takes room again
        needed = [(plan.room - _beyond(side, scale, plan), _end(side)) for side in sides]
        scale = min((scale, *(room / end for room, end in needed if end > 0)))
    return scale


HEAD = 5
"""Length of the arrow at an open end of a whisker."""
CLEAR = 24
"""Units between a value inside its bar and the lower end of the whisker."""


def _fits(side: ShareSide, scale: float) -> bool:
    """Whether the value has room inside its bar, clear of the whisker.

    A number that ends where a whisker begins is read as that end, though it is the value.
    """
    clear = 14 if side.low is None else 7 + CLEAR
    # A whisker covers the bar from its lower end on.
    free = side.value if side.low is None else min(side.value, side.low)
    return free * scale > text_width(f"**{side.text}**") + clear


def _beyond(side: ShareSide, scale: float, plan: _Plan) -> float:
    """Return the width of the words past the end of a bar and its whisker."""
    first, more = _far(side, plan, fits=_fits(side, scale))
    value = text_width(f"**{first}**") + 8 if first else 0.0
    return value + (text_width(more, 12.5) + 8 if more else 0.0)


def _far(side: ShareSide, plan: _Plan, *, fits: bool) -> tuple[str, str]:
    """Return what stands past the end of a bar and its whisker: the value, and its range.

    The value only where it has no room inside the bar; the range of a narrow drawing is below.
    """
    return ("" if fits else side.text), side.range if plan.ranges else ""


def _flow(flow: MutualFlow, plan: _Plan, scale: float, top: float) -> tuple[list[MarkLayer], float]:
    """Return the layers of one flow and where the next may start."""
    room = plan.centre - plan.gap
    heads = [wrapped(text, room - 6, most=3) for text in (flow.left, flow.right)]
    depth = max(len(parts) for parts in heads)
    layers = lines([{"x": 0, "x2": plan.width, "y": top + 1, "y2": top + 1}], style="divider")
    title = {"x": 0, "y": top + 21, "text": flow.title}
    layers += labels([title], style="label", bold=True)
    first = top + 21 + LINE + 5
    left = [
        {"x": room - 4, "y": first + LINE * n, "text": text, "align": "right"}
        for n, text in enumerate(heads[0])
    ]
    right = [
        {"x": plan.centre + plan.gap + 4, "y": first + LINE * n, "text": text}
        for n, text in enumerate(heads[1])
    ]
    layers += labels(left, style="label-supplier") + labels(right, style="label")
    start = first + LINE * (depth - 1) + 12
    for row in flow.rows:
        if words := flow.gaps.get(row.year):
            layers += _gap(words, plan, start)
            start += GAP
        layers += _row(flow, row, plan, scale, start)
        start += plan.row
    return layers, start + 24


def _gap(words: str, plan: _Plan, top: float) -> list[MarkLayer]:
    """Mark years that are left out: rows above and below are not of neighbouring years."""
    y, half = top + 4, text_width(words, 12.5) / 2 + 10
    rows = [
        {"x": x, "x2": x2, "y": y, "y2": y}
        for x, x2 in ((0, plan.centre - half), (plan.centre + half, plan.width))
    ]
    text = {"x": plan.centre, "y": y + 4.5, "text": words, "align": "center"}
    return [*lines(rows, style="grid"), *labels([text], style="note")]


def _row(
    flow: MutualFlow, row: YearShares, plan: _Plan, scale: float, top: float
) -> list[MarkLayer]:
    baseline = top + BAR / 2 + 4.5
    year = {"x": plan.centre, "y": baseline, "text": row.year, "align": "center"}
    layers = labels([year], style="label", bold=True)
    for side, sign, whose in ((row.left, -1, flow.left), (row.right, 1, flow.right)):
        start = plan.centre + sign * plan.gap
        if side is None:
            align = "right" if sign < 0 else "left"
            layers += labels([_at(start + sign * 4, baseline, "not known", align)], style="note")
        else:
            layers += _side(side, start, sign, scale, top, plan, (whose, row.year))
    return layers + _note(row, plan, scale, baseline)


def _note(row: YearShares, plan: _Plan, scale: float, y: float) -> list[MarkLayer]:
    """Put a note at the right end, the short one where the long one has no room."""
    used = plan.centre + plan.gap
    if row.right:
        used += _end(row.right) * scale + _beyond(row.right, scale, plan)
    for note in (row.note, row.short) if plan.ranges else (row.short,):
        if note and used + text_width(note) + 12 < plan.width:
            return [*labels([_at(plan.width, y, note, "right")], style="label")]
    return []


def _at(x: float, y: float, text: str, align: str) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "align": align}


def _side(
    side: ShareSide,
    start: float,
    sign: int,
    scale: float,
    top: float,
    plan: _Plan,
    words: tuple[str, str],
) -> list[MarkLayer]:
    """Draw one bar; its words are whose weight it is where, and the year."""
    length, far = side.value * scale, _end(side) * scale
    ends = sorted((start, start + sign * length))
    title = f"{', '.join(words)}: {side.text}\u00a0%"
    if side.range:
        title += ", range " + re.sub(r"(?<=\d)(?= or |$)", "\u00a0%", side.range)
    bar = {"x": ends[0], "x2": ends[1], "y": top, "y2": top + BAR} | {"title": title, "of": words}
    layers = rects([bar], style=_style(side, sign))
    if side.low is not None and side.high is not None:
        low, high = (start + sign * end * scale for end in (side.low, side.high))
        layers += _whisker(low, high, top + BAR / 2, side.opens)
    return layers + _texts(
        side, start, sign, far, top + BAR / 2 + 4.5, plan, fits=_fits(side, scale)
    )


def _style(side: ShareSide, sign: int) -> str:
    if sign < 0:
        return "supplier-blended" if side.published else "supplier"
    return "context-printed" if side.published else "context"


def _whisker(low: float, high: float, y: float, opens: tuple[bool, bool]) -> list[MarkLayer]:
    """Draw a range with a cap at each end, or where it goes on an arrow."""
    rows = [{"x": low, "x2": high, "y": y, "y2": y}]
    for end, other, is_open in ((low, high, opens[0]), (high, low, opens[1])):
        if is_open:
            back = end + math.copysign(HEAD, other - end)
            rows += [{"x": back, "x2": end, "y": y + away, "y2": y} for away in (-4, 4)]
        else:
            rows.append({"x": end, "x2": end, "y": y - 4, "y2": y + 4})
    return [*lines(rows, style="whisker-under"), *lines(rows, style="whisker")]


def _texts(
    side: ShareSide, start: float, sign: int, far: float, y: float, plan: _Plan, *, fits: bool
) -> list[MarkLayer]:
    """Put the value inside its bar near the year if it fits, else past its end; then its range."""
    align = "right" if sign < 0 else "left"
    layers: list[MarkLayer] = []
    if fits:
        style = "label-inside" if side.published else "label-inverse"
        layers += labels([_at(start + sign * 7, y, side.text, align)], style=style, bold=True)
    first, more = _far(side, plan, fits=fits)
    if side.range and not plan.ranges:
        below = _at(start + sign * 2, y + 17, side.range, align)
        layers += labels([below], style="note")
    if first:
        place = _at(start + sign * (far + 7), y, first, align)
        layers += labels([place], style="label", bold=True)
    if more:
        beyond = far + 7 + (text_width(f"**{first}**") + 7 if first else 0.0)
        layers += labels([_at(start + sign * beyond, y, more, align)], style="note")
    return layers


# Both weights of one flow in a year, as one question: a ratio is of the books of its parts.


T = TypeVar("T")
SHARES = ("import_share", "export_share")


@dataclass(frozen=True, slots=True)
class MutualShares:
    """The supplier's weight in imports and the importer's in exports, in one year of one flow.

    Attributes
    ----------
    imports, exports
        Both weights; None where nothing is held.
    whose
        Whose number each is.
    ratio
        The first over the second, where it is made of these two; else None.
    evidence
        What carries both weights.
    """

    imports: ShareSide | None
    exports: ShareSide | None
    whose: tuple[str, str]
    ratio: Figure | None
    evidence: tuple[SentenceEvidence, ...]


def mutual_shares(
    context: BriefContext, importer: str, exporter: str, year: int, *, ranged: bool = True
) -> MutualShares:
    """Return both weights of the flow from one to the other, those that their ratio is made of."""
    pair = {"importer": importer, "exporter": exporter, "period": year}
    # The ratio first: its parts are shares of one source, which two questions may not be.
    ratio = context.value("asymmetry", **pair)
    shares = [(context.ask if ranged else context.value)(measure, **pair) for measure in SHARES]
    parts = _parts(ratio)
    if not parts:
        known = tuple(one for one in shares if one.value is not None)
        first, second = (_alone(one) for one in shares)
        return MutualShares(first, second, (_whose(shares[0]), _whose(shares[1])), None, known)
    first, second = (_ranged(one, share) for (one, _), share in zip(parts, shares, strict=True))
    whose = (parts[0][1], parts[1][1])
    return MutualShares(first, second, whose, ratio, (ratio, *_rows(ratio)))


def prepare_shares(
    context: BriefContext, importer: str, exporter: str, years: Sequence[int], *, ranged: bool
) -> None:
    """Evaluate in one go what `mutual_shares` asks of each of some years."""
    for measure in SHARES if ranged else ("asymmetry", *SHARES):
        context.prepare(measure, years, ranged=ranged, importer=importer, exporter=exporter)


def of_one_source(years: Mapping[int, T], whose: Callable[[T], Hashable]) -> dict[int, T]:
    """Return the years that are of one source: that of most years, the newest of several.

    A rise from one source to another may be nothing but their difference.
    """
    counts: dict[Hashable, tuple[int, int]] = {}
    for year, one in years.items():
        count, newest = counts.get(whose(one), (0, 0))
        counts[whose(one)] = (count + 1, max(newest, year))
    # By count, then by the newest year: a tuple compares in this order.
    most = max(counts, key=lambda name: counts[name], default=None)
    return {year: one for year, one in years.items() if whose(one) == most}


def years_of_others(
    years: Mapping[int, T],
    whose: Callable[[T], tuple[str, ...]],
    shown: Collection[int],
    chosen: tuple[str, ...],
) -> str:
    """Return, in words, which years `of_one_source` left out, and whose they are."""
    if not shown:
        return ""
    known = {_names(chosen): list(shown)}
    for year, one in years.items():
        if year not in shown:
            known.setdefault(_names(whose(one)), []).append(year)
    return not_drawn(known, _names(chosen))


def years_left_out(notes: Mapping[MutualFlow, str]) -> list[str]:
    """Return what `years_of_others` says of each flow, with the flow where they differ."""
    said = {flow: note for flow, note in notes.items() if note}
    if len(set(said.values())) < 2:
        return [*said.values()][:1]
    return [
        note.replace(NOT_SHOWN, f"{NOT_SHOWN} of {flow.title[0].lower()}{flow.title[1:]}", 1)
        for flow, note in said.items()
    ]


def _names(whose: tuple[str, ...]) -> str:
    return joined([*dict.fromkeys(one for one in whose if one)])


def _whose(figure: Figure) -> str:
    return source_on_card(figure).removeprefix("from published: ")


def _parts(ratio: Figure) -> list[tuple[ShareSide, str]]:
    """Return the two shares that a ratio is made of, without ranges, each with whose it is.

    Empty where it has none.
    """
    if ratio.value is None:
        return []
    values = [ratio.details.get(measure) for measure in SHARES]
    if all(isinstance(one, float) for one in values):
        return [(_computed(float(one)), _whose(ratio)) for one in values if one is not None]
    found = [(_of_rows(rows, ratio), origin_name(rows[0].origin)) for rows in _shares(ratio)]
    if len(found) != len(SHARES):
        return []
    # Only if they give the ratio: the evidence may be of another derivation.
    return found if math.isclose(found[0][0].value / found[1][0].value, ratio.value) else []


def _shares(ratio: Figure) -> Iterator[tuple[Published, ...]]:
    """Yield the rows of each share in print: the share itself, or a flow and the total of it."""
    rows = iter(_rows(ratio))
    for row in rows:
        # From the same iterator: a flow takes the row after it along, which is its total.
        used = (row,) if row.unit == "share" else (row, *itertools.islice(rows, 1))
        if any(not one.value for one in used) or (row.unit != "share" and len(used) < 2):
            return
        yield used


def _rows(ratio: Figure) -> tuple[Published, ...]:
    found = (row_of(item) for item in ratio.evidence)
    return tuple(row for row in found if row is not None)


def _computed(value: float) -> ShareSide:
    return ShareSide(100 * value, per_cent(100 * value))


def _of_rows(rows: tuple[Published, ...], ratio: Figure) -> ShareSide:
    """Return a share as it was printed, or in three digits if it is our own result."""
    row, *total = rows
    value = float(row.value or 0.0)
    if total:
        return _computed(value / float(total[0].value or math.nan))
    if ratio.evidence[0].source != "published":
        return _computed(value)
    found = re.search(r"\d+(?:[.,](\d+))?", row.printed)
    decimals = len(found[1]) if found and found[1] else 0
    return ShareSide(100 * value, f"{100 * value:.{decimals}f}", published=True)


def _alone(share: Figure) -> ShareSide | None:
    """Return a share that is known by itself, with its range."""
    if share.value is None:
        return None
    return _ranged(
        ShareSide(100 * share.value, phrasing.bounded(share), published=not is_computed(share)),
        share,
    )


def _ranged(side: ShareSide, share: Figure) -> ShareSide:
    """Return a side with the range over all definitions of its share, where that holds it."""
    spread = phrasing.span_like(share) if share.specifications or errors_of(share) else ""
    if not spread or share.low is None or share.high is None:
        return side
    ends = [float(end) for end in re.findall(r"[\d.]+", spread)]
    shown = re.search(r"[\d.]+", side.text)
    if shown is None:
        return side
    # A whisker that does not contain its own value would look like an error of the drawing. Of a
    # range that is open on one side, its text has one end.
    value, opens = float(shown[0]), share.opens(share.low, share.high)
    if not ((opens[0] or ends[0] <= value) and (opens[1] or value <= ends[-1])):
        return side
    return replace(
        side,
        low=100 * share.low,
        high=100 * share.high,
        range=spread,
        opens=opens,
    )


# Who depends on whom: the weight of both sides in each other's trade, year by year.


MOST = 6
"""Years that are drawn, the newest ones."""

Pair = tuple["Figure", "Figure"]


def mutual_shares_chart(lake: Lake, since: int | None, keys: dict[str, Any]) -> StandaloneChart:
    """Return both weights in the flow that was asked for, and in the one back.

    Raises
    ------
    NoEvidenceError
        If no year is held in which either weight is known.
    """
    rest = {name: value for name, value in keys.items() if name != "period"}
    years = asked_years(BriefContext(lake).years(), keys, since)
    last = keys.get("period") or max(years, default=2023)
    ratio = ask("asymmetry", lake=lake, period=last, **rest)
    (there, beyond), (back, beyond_back) = (
        _pairs(lake, years, rest, forward=forward) for forward in (True, False)
    )
    if not there and not back:
        why = ratio.reason or "none of the requested years is available"
        raise NoEvidenceError("no data for a chart of asymmetry", why=why)
    asked = ratio.definition
    subject = Subject(asked.importer, asked.exporter, asked.goods, asked.period, fixed=True)
    left_out = {
        _weights_flow(subject, pairs, forward=forward): note
        for pairs, note, forward in ((there, beyond, True), (back, beyond_back, False))
        if pairs
    }
    flows = tuple(left_out)
    drawn = _drawn_ratio(there)
    title = _title(subject, drawn)
    figures = [figure for pairs in (there, back) for pair in pairs.values() for figure in pair]
    known = tuple(figure for figure in figures if figure.value is not None)
    deck = (
        f"{phrasing.capital(goods_title(subject.goods))}: weight of each in the other’s trade, per "
    )
    deck += "cent, one scale. Filled: computed; pale or hollow: published."
    return StandaloneChart(
        title,
        deck,
        Chart(Butterfly(flows), shares_alt_text(title, flows)),
        (sources(known), *years_left_out(left_out), *caveat_lines(known)),
        tuple(_weights_row(figure) for figure in known),
        known,
    )


def _drawn_ratio(pairs: dict[int, Pair]) -> tuple[int, float] | None:
    """Return the newest year in which both weights are drawn, with the first over the second.

    The question for the ratio alone may be answered by another source, or of another year, than
    what is drawn; a reader who divides one bar by the other must find what the title says.
    """
    both = [year for year, pair in pairs.items() if all(one.status == "ok" for one in pair)]
    if not both:
        return None
    part, other = (one.required() for one in pairs[max(both)])
    return (max(both), part / other) if part and other else None


def _pairs(
    lake: Lake, years: list[int], rest: dict[str, Any], *, forward: bool
) -> tuple[dict[int, Pair], str]:
    """Return by year the supplier's weight for the importer, and the reverse, in one flow.

    All years are of one source: that of most of them, or of the newest. And, in words, which years
    only others have.
    """
    measures = ("import_share", "export_share")
    keys = dict(rest)
    if not forward:
        measures = ("export_share", "import_share")
        keys |= {"importer": rest.get("exporter"), "exporter": rest.get("importer")}
    context = BriefContext(lake)
    every = _known_pairs(context, years, measures, keys)
    shown = of_one_source(every, _weights_whose)
    chosen = next((_weights_whose(pair) for pair in shown.values()), ())
    named = {one.definition.source for pair in shown.values() for one in pair if one.status == "ok"}
    if len(named) == 1 and named <= set(flow_sources(lake)):
        # It may also have years for which another comes first.
        keys |= {"source": named.pop()}
        shown = _known_pairs(context, years, measures, keys)
    beyond = years_of_others(every, _weights_whose, shown, chosen)
    # The newest ones, and of these the oldest first.
    newest = sorted(sorted(shown, reverse=True)[:MOST])
    ranged = ([context.ask(name, period=year, **keys) for name in measures] for year in newest)
    pairs = {year: (left, right) for year, (left, right) in zip(newest, ranged, strict=True)}
    return pairs, beyond


def _known_pairs(
    context: BriefContext, years: list[int], measures: tuple[str, str], keys: dict[str, Any]
) -> dict[int, Pair]:
    """Return the years in which both weights are known; where there is none, those with one."""
    found: dict[int, Pair] = {}
    for year in years:
        left, right = (context.value(name, period=year, **keys) for name in measures)
        if left.status == "ok" or right.status == "ok":
            found[year] = (left, right)
    complete = {
        year: pair for year, pair in found.items() if all(one.status == "ok" for one in pair)
    }
    return complete or found


def _weights_whose(pair: Pair) -> tuple[str, ...]:
    """Return whose numbers both weights are."""
    return tuple(_whose(one) for one in pair)


def _weights_flow(subject: Subject, pairs: dict[int, Pair], *, forward: bool) -> MutualFlow:
    kinds = ("imports", "exports") if forward else ("exports", "imports")
    return MutualFlow(
        title=f"Goods going to {subject.buyer if forward else subject.seller}",
        left=f"{subject.seller} in {subject.buyers} {kinds[0]}",
        right=f"{subject.buyer} in {subject.sellers} {kinds[1]}",
        rows=tuple(
            YearShares(str(year), _weights_side(left), _weights_side(right))
            for year, (left, right) in pairs.items()
        ),
    )


def _weights_side(figure: Figure) -> ShareSide | None:
    if figure.value is None:
        return None
    text, printed = phrasing.bounded(figure), not is_computed(figure)
    ranged = phrasing.span_like(figure) if figure.specifications else ""
    if not ranged or figure.low is None or figure.high is None:
        return ShareSide(figure.value * 100, text, published=printed)
    ends, opens = (figure.low * 100, figure.high * 100), figure.opens(figure.low, figure.high)
    return ShareSide(figure.value * 100, text, *ends, ranged, printed, opens)


def _title(subject: Subject, drawn: tuple[int, float] | None) -> str:
    """Say which side weighs more, by the two weights that are drawn."""
    if drawn is None:
        return f"Mutual trade shares of {subject.seller} and {subject.buyer}"
    year, ratio = drawn
    more, less = subject.seller, subject.buyer
    if ratio < 1:
        more, less = less, more
    times = phrasing.ratio_words(max(ratio, 1 / ratio))
    return phrasing.capital(f"{more} was {times} as important for {less} as the reverse in {year}")


def shares_alt_text(title: str, flows: tuple[MutualFlow, ...]) -> str:
    """Return title and latest shares for those who do not see the chart."""
    parts = [f"{title}."]
    for flow in flows:
        row = flow.rows[-1]
        for name, side in ((flow.left, row.left), (flow.right, row.right)):
            if side:
                ranged = f" ({side.range})" if side.range else ""
                parts.append(f"{name}, {row.year}: {side.text} %{ranged}.")
        parts += [f"{phrasing.capital(gap)}." for gap in flow.gaps.values()]
    return " ".join(parts)


def _weights_row(figure: Figure) -> dict[str, Any]:
    asked = figure.definition
    return {
        "measure": asked.measure,
        "importer": asked.importer,
        "exporter": asked.exporter,
        "period": str(asked.period),
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "unit": figure.unit,
        "kind": "computed" if is_computed(figure) else "published",
    }
