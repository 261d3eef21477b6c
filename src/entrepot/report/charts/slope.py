"""Suppliers before and after: a line each, named and numbered at both ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.goods import goods_title
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import figure_value, with_unit
from entrepot.report import phrasing
from entrepot.report.amounts import change_of, scale_of
from entrepot.report.breaks import break_of, reporters_before_and_after
from entrepot.report.charts import Chart
from entrepot.report.charts.alone import StandaloneChart, foot
from entrepot.report.charts.drawing import Frame, framed, labels, lines, points, ticks, wrapped
from entrepot.report.charts.place import cut, spread, text_width

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.amounts import Scale
    from entrepot.report.breaks import Break
    from entrepot.report.charts.drawing import MarkLayer


@dataclass(frozen=True, slots=True)
class SlopeLine:
    """One supplier before and after, in the unit of the slope, with both values as printed.

    A text is empty where nothing is recorded, which is not the same as zero. `marked` gained most,
    and `lost` lost most.
    """

    name: str
    before: float
    after: float
    texts: tuple[str, str]
    marked: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Slope:
    """Suppliers at two times on one scale.

    Attributes
    ----------
    times
        What stands over both ends.
    unit
        What the axis counts.
    broken
        Where reporters change between the two times; only dots lead across.
    """

    times: tuple[str, str]
    lines: tuple[SlopeLine, ...]
    unit: str
    broken: Break | None = None

    @property
    def is_log(self) -> bool:
        """Whether the scale is logarithmic: on a linear one most lines would lie on the base."""
        most = max((max(line.before, line.after) for line in self.lines), default=0.0)
        low = sum(max(line.before, line.after) < FLAT * most for line in self.lines)
        return 2 * low > len(self.lines)

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


FLAT = 0.25
"""Part of the scale below which lines can hardly be told apart where there are several."""
ROW = 18.0
LEADER = 18.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, least height, and room at either side; whether names stand on the left too."""

    width: int
    height: int
    left: int
    right: int
    twice: bool


PLANS = {
    "wide": _Plan(852, 440, 250, 250, twice=True),
    "narrow": _Plan(360, 440, 84, 164, twice=False),
}


def _draw(data: Slope, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    height = max(plan.height, round(ROW * len(data.lines)) + 90)
    ends = [end for line in data.lines for end in (line.before, line.after)]
    top, bottom = ticks(max(ends, default=1.0) or 1.0)[-1], 0.0
    if data.is_log:
        # What is not recorded has no logarithm: it lies at the lower edge.
        known = [end for end in ends if end > 0]
        top, bottom = math.log10(max(known) * 1.1), math.log10(min(known) / 1.3)
    head = 76 if data.broken else 40
    frame = Frame(
        plan.width, height + head - 40, plan.left, plan.right, head, 16, 0, 1, top, bottom
    )
    layers = [
        *_poles(data, frame),
        *_break(data, frame),
        *_strokes(data, frame),
        *_ends(data, frame, plan, after=False),
        *_ends(data, frame, plan, after=True),
    ]
    return framed(layers, frame, name=name, alt_text=alt_text)


def _at(value: float, data: Slope, frame: Frame) -> float:
    """Return the height of a value."""
    if not data.is_log:
        return frame.y(value)
    return frame.y(math.log10(value) if value > 0 else frame.bottom_value)


def _break(data: Slope, frame: Frame) -> list[MarkLayer]:
    if data.broken is None:
        return []
    middle = frame.inner_width / 2
    row = {"x": middle, "x2": middle, "y": -26, "y2": frame.inner_height}
    words = []
    for text, x, align, room in (
        (data.broken.before, middle - 7, "right", frame.left + middle - 9),
        (data.broken.after, middle + 7, "left", frame.width - frame.left - middle - 9),
    ):
        parts = wrapped(text, room, most=2)
        words += [
            {"x": x, "y": -46 - 15 * (len(parts) - 1 - place), "text": part, "align": align}
            for place, part in enumerate(parts)
        ]
    return [*lines([row], style="break"), *labels(words, style="note")]


def _poles(data: Slope, frame: Frame) -> list[MarkLayer]:
    rows = [{"x": x, "x2": x, "y": 0, "y2": frame.inner_height} for x in (0, frame.inner_width)]
    base = {"x": 0, "x2": frame.inner_width, "y": frame.inner_height, "y2": frame.inner_height}
    wide = text_width(f"**{data.times[0]}**") > frame.left
    first = {"x": -frame.left} if wide else {"x": 0, "align": "right"}
    heads = [
        {"y": -20, "text": data.times[0]} | first,
        {"x": frame.inner_width, "y": -20, "text": data.times[1]},
    ]
    return [
        *lines(rows, style="divider"),
        *lines([] if data.is_log else [base], style="base"),
        *labels(heads, style="label", bold=True),
    ]


def _strokes(data: Slope, frame: Frame) -> list[MarkLayer]:
    layers: list[MarkLayer] = []
    # The marked ones last, so that they lie on top.
    for kind in ("other", "lost", "marked"):
        found = [line for line in data.lines if _kind(line) == kind]
        rows = [
            {"x": 0, "x2": frame.inner_width, "y": _at(one.before, data, frame)}
            | {"y2": _at(one.after, data, frame)}
            for one in found
        ]
        ends = [one.texts for one in found]
        for known in (False, True):
            part = [
                row
                for row, reported in zip(rows, ends, strict=True)
                if (all(reported) and data.broken is None) is known
            ]
            layers += lines(part, style=(SOLID if known else DOTTED)[kind])
        dots = [
            {
                "x": x,
                "y": _at(value, data, frame),
                "title": _title(line, text, when, data),
                "of": (line.name, when),
            }
            for line in found
            for x, value, text, when in (
                (0, line.before, line.texts[0], data.times[0]),
                (frame.inner_width, line.after, line.texts[1], data.times[1]),
            )
        ]
        layers += points(dots, style=DOTS[kind], size=46)
    return layers


def _title(line: SlopeLine, text: str, when: str, data: Slope) -> str:
    return f"{line.name}, {when}: {with_unit(text, data.unit) if text else 'none'}"


# A line that goes to where nothing is recorded, or across a change of reporter, is dotted.
SOLID = {"marked": "supplier-line", "lost": "lost-line", "other": "other-line"}
DOTTED = {"marked": "across", "lost": "lost-across", "other": "leader-dotted"}
DOTS = {"marked": "supplier", "lost": "tip", "other": "context"}


def _kind(line: SlopeLine) -> str:
    return "marked" if line.marked else "lost" if line.lost else "other"


def _ends(data: Slope, frame: Frame, plan: _Plan, *, after: bool) -> list[MarkLayer]:
    """Put value and name beside each end, moved apart, with a leader to its dot."""
    side = 1 if after else 0
    x, way, align = (frame.inner_width, 1, "left") if after else (0, -1, "right")
    room = (plan.right if after else plan.left) - LEADER - 8
    ordered = sorted(data.lines, key=lambda line: (-_value(line, side), line.name))
    wanted = [_at(_value(line, side), data, frame) for line in ordered]
    centres = spread(wanted, [ROW] * len(ordered), 0, frame.inner_height)
    layers: list[MarkLayer] = []
    leaders = []
    for line, mark, centre in zip(ordered, wanted, centres, strict=True):
        bare = not after and not plan.twice
        text = _text(line, side, room, bare=bare)
        row = {"x": x + way * (LEADER + 4), "y": centre + 4.5, "text": text, "align": align}
        style = "label-supplier" if line.marked else "label"
        layers += labels([row], style=style, bold=line.marked or line.lost)
        leaders.append({"x": x + way * 5, "y": mark, "x2": x + way * (LEADER + 1), "y2": centre})
    return [*lines(leaders, style="leader"), *layers]


def _value(line: SlopeLine, side: int) -> float:
    return line.after if side else line.before


def _text(line: SlopeLine, side: int, room: float, *, bare: bool) -> str:
    """Return value and name, the value nearer to the line; of a long name a part has to do."""
    value = line.texts[side] or "none"
    if bare:
        return value
    bold = line.marked or line.lost
    name = cut(line.name, room - text_width(f"{value} ", bold=bold), bold=bold)
    return f"{value} {name}" if side else f"{name} {value}"


# Who took the place of whom: suppliers before and after, the largest changes named.


MOST = 8
"""Suppliers with a line of their own."""


def slope_chart(figure: Figure) -> StandaloneChart:
    """Return the suppliers of a reorientation before and after."""
    asked = figure.definition
    who = asked.named_by or "exporter"  # names of a register are no areas
    rows = sorted(figure.table, key=lambda row: (-abs(change_of(row)), str(row[who])))
    # If nothing changed at all, level lines still show who supplies.
    moved = [row for row in rows if change_of(row)] or rows
    shown = moved[:MOST]
    highest = max(float(row[end]) for row in shown for end in ("value_before", "value_after"))
    scale = scale_of(figure.unit, highest)
    gained, lost = max(shown, key=change_of), min(shown, key=change_of)
    lines = tuple(
        SlopeLine(
            str(row[who]) if asked.named_by else area_name(str(row[who])),
            scale.of(float(row["value_before"])),
            scale.of(float(row["value_after"])),
            (_said(row["value_before"], scale), _said(row["value_after"], scale)),
            marked=row is gained and change_of(row) > 0,
            lost=row is lost and change_of(row) < 0,
        )
        for row in shown
    )
    base = asked.base.start.year if asked.base else asked.period.year
    broken = break_of(asked.importer, "", base, asked.period.end.year, [figure])
    drawn = Slope((f"{asked.base}", f"{asked.period}"), lines, scale.word, broken)
    title = _slope_title(figure, shown, scale)
    rest = len(rows) - len(shown)
    deck = f"{phrasing.capital(goods_title(asked.goods))}, {scale.word}, the largest changes"
    deck += f"; {phrasing.count_word(rest, 'other')} not drawn." if rest else "."
    if not all(all(line.texts) for line in lines):
        deck += " “none” and dotted: not recorded, which does not mean zero."
    deck += " Logarithmic scale: equal slopes are equal rates." if drawn.is_log else ""
    deck += f" {reporters_before_and_after(broken)}." if broken else ""
    return StandaloneChart(
        title,
        deck,
        Chart(drawn, _alt_text(title, lines, drawn)),
        (_summed(figure), *foot(figure)[1:]),
        tuple(_row(row, figure.unit, asked.named_by) for row in figure.table),
        (figure,),
    )


def _said(value: float, scale: Scale) -> str:
    # Zero in such a table means that no row was there.
    return scale.text(float(value)) if value else ""


def _slope_title(figure: Figure, shown: list[dict[str, Any]], scale: Scale) -> str:
    """Name who gained and who lost most, each only if it did."""
    asked = figure.definition
    buyers = phrasing.capital(possessive(area_phrase(asked.importer)))
    kind = f"imports by {asked.named_by}" if asked.named_by else "suppliers"
    parts = []
    for row, word in ((max(shown, key=change_of), "gained"), (min(shown, key=change_of), "lost")):
        change = change_of(row)
        if change > 0 if word == "gained" else change < 0:
            size = with_unit(scale.text(abs(change)), scale.word)
            name = row[asked.named_by] if asked.named_by else area_phrase(str(row["exporter"]))
            parts.append(f"{name} {word} {size}")
    listed = ", ".join(parts) or f"no {asked.named_by or 'supplier'} gained or lost"
    return f"{buyers} {kind}, {asked.period} against {asked.base}: {listed}"


def _summed(figure: Figure) -> str:
    found = {
        name: figure_value(float(value), figure.unit)
        for name, value in figure.details.items()
        if isinstance(value, (int, float)) and name in ("lost", "gained", "not_replaced")
    }
    return (
        f"In all, those that sold less lost {found['lost']}, those that sold more gained "
        f"{found['gained']}; {found['not_replaced']} was not replaced."
        if len(found) == 3
        else f"In all {figure_value(figure.value, figure.unit)} changed hands."
    )


def _alt_text(title: str, lines: tuple[SlopeLine, ...], drawn: Slope) -> str:
    ends = ([text or "none" for text in line.texts] for line in lines)
    values = "; ".join(f"{one.name} {a} to {b}" for one, (a, b) in zip(lines, ends, strict=True))
    return f"{title}. {drawn.unit}, {drawn.times[0]} to {drawn.times[1]}: {values}."


def _row(row: dict[str, Any], unit: str, named_by: str | None) -> dict[str, Any]:
    code = str(row[named_by or "exporter"])
    who = {named_by: code} if named_by else {"exporter": code, "name": area_name(code)}
    return (
        who
        | {"unit": unit}
        | {
            name: row[name]
            for name in ("value_before", "value_after", "share_before", "share_after")
        }
    )
