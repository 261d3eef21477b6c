"""Who supplied, year by year: a bar of the whole a year, the supplier at the base."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial
from operator import eq
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.figures import flow_sources
from entrepot.figures.citation import source_name
from entrepot.figures.questions.question import is_named
from entrepot.goods import goods_title
from entrepot.model.areas import area_name, area_phrase, area_set, possessive
from entrepot.model.display import NBSP, joined, per_cent
from entrepot.report import phrasing
from entrepot.report.breaks import break_of, not_drawn
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.charts import Chart
from entrepot.report.charts.alone import (
    StandaloneChart,
    asked_years,
    available_years,
    caveat_lines,
    require_some,
    sources,
)
from entrepot.report.charts.drawing import (
    Frame,
    NameEntry,
    break_marks,
    draw_names,
    framed,
    labels,
    lines,
    rects,
)
from entrepot.report.charts.place import text_width

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from entrepot.figures import Figure
    from entrepot.lake import Lake
    from entrepot.report.breaks import Break
    from entrepot.report.charts.drawing import MarkLayer


@dataclass(frozen=True, slots=True)
class Layer:
    """One supplier: its share in per cent in each year of a stack, None where nothing is held.

    `marked` is the one that the chart is about; `rest` all without a layer of their own; `tone` is
    that of its country on every chart, `pale` where a larger one here has it too.
    """

    name: str
    shares: tuple[float | None, ...]
    marked: bool = False
    rest: bool = False
    tone: int = 1
    pale: bool = False


@dataclass(frozen=True, slots=True)
class Stack:
    """Who supplied, year by year; layers from the base up, each year 100 per cent."""

    years: tuple[int, ...]
    layers: tuple[Layer, ...]
    broken: Break | None = None

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing of the size with this name, one of `PLANS`."""
        return _draw(self, name, alt_text)


GAP = 0.26
"""Part of a year's room that stays free between two bars."""
WIDEST = 64.0
LEAST = 0.001
TEXT = 17.0
"""Least height of a part that carries its value."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, height, and the room for names on the right."""

    width: int
    height: int
    names: int
    two_digits: bool


PLANS = {
    "wide": _Plan(852, 430, 210, two_digits=False),
    "flat": _Plan(600, 240, 160, two_digits=False),
    "narrow": _Plan(360, 430, 122, two_digits=True),
    "low": _Plan(340, 240, 138, two_digits=True),
}


def _draw(data: Stack, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    first, last = data.years[0] - 0.5, data.years[-1] + 0.5
    head = 44 if data.broken else 12
    # On a narrow drawing the words on both sides of the break take a second line.
    head += 15 if data.broken and plan.two_digits else 0
    frame = Frame(plan.width, plan.height, 54, plan.names, head, 28, first, last, 100)
    layers = [
        *_grid(frame),
        *_years(data, frame, plan),
        *_bars(data, frame),
        *_values(data, frame),
        *(break_marks(data.broken, frame) if data.broken else []),
        *_names(data, frame),
    ]
    return framed(layers, frame, name=name, alt_text=alt_text)


def _grid(frame: Frame) -> list[MarkLayer]:
    values = (0, 25, 50, 75, 100)
    rows = [{"x": 0, "x2": frame.inner_width, "y": frame.y(v), "y2": frame.y(v)} for v in values]
    texts = [
        {
            "x": -8,
            "y": frame.y(v) + 4,
            "text": f"{v}\u00a0%" if v == 100 else str(v),
            "align": "right",
        }
        for v in values
    ]
    return [
        *lines(rows[1:], style="grid"),
        *lines(rows[:1], style="base"),
        *labels(texts, style="note"),
    ]


def _years(data: Stack, frame: Frame, plan: _Plan) -> list[MarkLayer]:
    """Name the years, all of them or every second, third ... counted from the last."""
    count = data.years[-1] - data.years[0] + 1
    room = frame.inner_width / count
    wide = text_width("2024") + 10
    narrow = plan.two_digits and count > 2
    step = 1
    while room * step < (text_width("\u201924") + 6 if narrow else wide):
        step += 1
    rows = []
    for year in range(data.years[-1], data.years[0] - 1, -step):
        text = f"\u2019{year % 100:02d}" if narrow else str(year)
        row = {"x": frame.x(year), "y": frame.inner_height + 18, "text": text, "align": "center"}
        rows.append(row)
    return labels(rows, style="note")


def _half(frame: Frame) -> float:
    return min(frame.inner_width / (frame.x1 - frame.x0) * (1 - GAP), WIDEST) / 2


def _spans(data: Stack, place: int) -> list[tuple[Layer, float, float]]:
    """Return the layers of a year with their ends, from the base up."""
    found, base = [], 0.0
    for layer in data.layers:
        share = layer.shares[place]
        if share is not None:
            found.append((layer, base, base + share))
            base += share
    return found


def _bars(data: Stack, frame: Frame) -> list[MarkLayer]:
    half = _half(frame)
    rows: dict[str, list[dict[str, Any]]] = {}
    for place, year in enumerate(data.years):
        for layer, low, high in _spans(data, place):
            if high <= low:
                continue
            row = {
                "x": frame.x(year) - half,
                "x2": frame.x(year) + half,
                "y": frame.y(high),
                "y2": frame.y(low),
                "title": f"{layer.name}, {year}: {per_cent(high - low)}\u00a0%",
                "of": (layer.name, str(year)),
            }
            rows.setdefault(_style(layer), []).append(row)
    return [part for style, found in rows.items() for part in rects(found, style=style)]


def _style(layer: Layer) -> str:
    """Give a country its tone; blue is the one that the chart is about."""
    if layer.marked:
        return "supplier"
    return "rest" if layer.rest else f"tone-{layer.tone}{'-pale' * layer.pale}"


def _values(data: Stack, frame: Frame) -> list[MarkLayer]:
    """Print the share inside the blue part where it has room."""
    rows = []
    for place, year in enumerate(data.years):
        for layer, low, high in _spans(data, place):
            text = per_cent(high - low)
            fits = frame.y(low) - frame.y(high) >= TEXT
            if layer.marked and fits and text_width(f"**{text}**", 13) <= 2 * _half(frame) - 2:
                y = frame.y(high) + 14
                rows.append({"x": frame.x(year), "y": y, "text": text, "align": "center"})
    return labels(rows, style="label-inverse", bold=True)


def _share(value: float) -> str:
    """Return a share; one that is next to nothing needs no row of zeros."""
    return per_cent(value) if value == 0 or value >= LEAST else f"under {LEAST:g}"


def _names(data: Stack, frame: Frame) -> list[MarkLayer]:
    """Name each layer beside the last bar, with its share in that year."""
    right = frame.x(data.years[-1]) + _half(frame)
    entries = [
        NameEntry(
            f"**{_share(high - low)}** {layer.name}",
            right,
            frame.y((low + high) / 2),
            "label-supplier" if layer.marked else "label",
        )
        for layer, low, high in _spans(data, len(data.years) - 1)
    ]
    return draw_names(
        entries,
        head=f"In {data.years[-1]}",
        x=frame.inner_width,
        room=frame.right,
        height=frame.inner_height,
    )


# Who supplied over the years: the shares of the largest suppliers of one importer.


NAMED = 4
"""Suppliers with a name of their own beside the one that the chart is about."""

Shares = dict[str, float]

TONES = dict(
    zip(
        (
            *("CHN", "USA", "DEU", "JPN", "KOR", "RUS", "FRA", "IND", "ITA", "TUR", "NLD", "VNM"),
            *("GBR", "BLR", "POL", "KAZ", "TWN", "MEX", "CAN", "BRA", "ESP", "BEL", "CHE", "MYS"),
            *("SGP", "THA", "IDN", "AUS", "SAU", "ARE", "SWE", "NOR", "DNK", "CZE", "AUT", "UZB"),
        ),
        itertools.cycle(range(1, 7)),
        strict=False,
    )
)
"""Tones of large traders, so that those that often stand together differ."""


def tone_of(code: str) -> int:
    """Return the tone of a country, the same on every chart.

    Examples
    --------
    >>> tone_of("DEU"), tone_of("DEU") == tone_of("JPN")
    (3, False)
    """
    return TONES.get(code) or 1 + sum(map(ord, code)) % 6


def stack_chart(lake: Lake, since: int | None, keys: dict[str, Any]) -> StandaloneChart:
    """Return the suppliers of an importer, year by year.

    Raises
    ------
    RequestError
        If no importer is named.
    NoEvidenceError
        If no year is held in which all suppliers are known.
    """
    rest = {name: v for name, v in keys.items() if name not in ("period", "exporter", "by", "k")}
    if not rest.get("importer"):
        raise RequestError("a chart of suppliers needs an importer", hint="add --importer RUS")
    years = asked_years(available_years(lake), keys, since)
    found, note = found_years(BriefContext(lake), years, rest)
    what = f"{possessive(area_phrase(str(rest['importer'])))} suppliers"
    require_some(list(found), what, note)
    return of_years(found, keys.get("exporter"), beyond=note)


def of_years(
    found: dict[int, Figure], exporter: str | None = None, *, beyond: str = ""
) -> StandaloneChart:
    """Return the suppliers of Figures by year.

    Parameters
    ----------
    found
        By year, all of one source.
    exporter
        The one that the chart is about; the largest where none is.
    beyond
        Which years only other sources have, in words.
    """
    shares = {year: _shares(figure) for year, figure in found.items()}
    last = found[max(found)]
    marked = exporter or _largest(shares[max(shares)])
    whose = area_set(marked, last.definition.period.end)
    names = _named(shares, whose)
    asked = last.definition
    subject = Subject(asked.importer, marked, asked.goods, asked.period, fixed=True)
    broken = break_of(subject.importer, subject.supplier, min(found), max(found), found.values())
    drawn = Stack(tuple(found), _layers(shares, marked, whose, names), broken)
    without = {year: _missing(shares, whose, year) for year in (min(found), max(found))}
    title = _title(subject, drawn, without)
    return StandaloneChart(
        title,
        _deck(subject, drawn, asked.quantity),
        Chart(drawn, _alt_text(title, drawn)),
        tuple(x for x in (sources(found.values()), beyond, *caveat_lines(found.values())) if x),
        tuple(_rows(found)),
        tuple(found.values()),
    )


def found_years(
    context: BriefContext, years: list[int], keys: dict[str, Any]
) -> tuple[dict[int, Figure], str]:
    """Return the Figure of each year from one source, the one that answers most of them.

    Parameters
    ----------
    context
        Where to ask.
    years, keys
        What is asked: a year is asked of those that hold something of it.

    Returns
    -------
    dict, str
        Figures by year, and why there is none, or which years only other sources have.
    """
    lake = context.lake
    names = [keys["source"]] if keys.get("source") else flow_sources(lake)
    best: dict[int, Figure] = {}
    known: dict[str, list[int]] = {}
    chosen = ""
    reasons: list[str] = []
    for source in names:
        # By the catalog, so that years without data cost no query.
        available = [year for year in years if year in available_years(lake, source)]
        given = keys | {"source": source}
        context.prepare("top_supplier", available, ranged=True, **given)
        asked = {year: context.ask("top_supplier", period=year, **given) for year in available}
        found = {year: figure for year, figure in asked.items() if figure.table}
        reasons += [figure.reason for figure in asked.values() if figure.reason][-1:]
        known[source_name(source)] = list(found)
        if len(found) > len(best):
            best, chosen = found, source_name(source)
        if len(best) == len(years):
            break
    if best:
        return best, not_drawn(known, chosen)
    return best, "; ".join(reasons) or "no flows of such a year are loaded"


def _shares(figure: Figure) -> Shares:
    """Return the share of each supplier in per cent."""
    values = figure.amounts("exporter")
    total = sum(values.values())
    return {name: 100 * value / total for name, value in values.items()}


def _largest(shares: Shares) -> str:
    # Sorted first, so that of equals the same one is
    # chosen each time; a partner with a name comes before.
    return max(sorted(shares), key=lambda name: (is_named(name), shares[name]))


def _named(shares: dict[int, Shares], whose: frozenset[str]) -> list[str]:
    """Return the largest suppliers of the last year: none is among the others that is larger."""
    last = shares[max(shares)]
    found = [name for name in last if name not in whose and is_named(name)]
    return sorted(found, key=lambda name: (-last[name], name))[:NAMED]


def _layers(
    shares: dict[int, Shares], marked: str, whose: frozenset[str], names: list[str]
) -> tuple[Layer, ...]:
    def over(fits: Callable[[str], bool]) -> tuple[float, ...]:
        return tuple(
            sum(share for name, share in one.items() if fits(name)) for one in shares.values()
        )

    found = [Layer(area_name(marked), over(lambda name: name in whose), marked=True)]
    used: set[int] = set()
    for one in names:
        tone = tone_of(one)
        part = over(partial(eq, one))
        found.append(Layer(area_name(one), part, tone=tone, pale=tone in used))
        used.add(tone)
    rest = {name for one in shares.values() for name in one} - whose - set(names)
    if rest:
        last = shares[max(shares)]
        count = sum(1 for name in rest if last.get(name))
        name = f"others ({count})" if count else "others"
        found.append(Layer(name, over(lambda one: one in rest), rest=True))
    return tuple(found)


MUCH = 0.05
"""Part of a group's share in some year from which a member without a row in another is named."""


def _missing(shares: Mapping[int, Shares], group: Collection[str], year: int) -> str:
    """Name members of a group that have much of its share in another year, and no row in one."""
    lost = [
        name
        for name in sorted(group)
        if not shares[year].get(name)
        and any(
            there.get(name, 0.0) >= MUCH * sum(there.get(one, 0.0) for one in group) > 0
            for there in shares.values()
        )
    ]
    # A single supplier without a row has no share to be told.
    return f" without {joined([*map(area_phrase, lost)])}" if 0 < len(lost) < len(group) else ""


def _title(subject: Subject, drawn: Stack, without: Mapping[int, str]) -> str:
    """Say what the marked supplier had at both ends, and which of its members has no row there."""
    layer = drawn.layers[0]
    goods = "imports" if subject.goods == "all" else f"imports of {subject.goods_name}"
    then, now = layer.shares[0], layer.shares[-1]
    denominator = f"{subject.buyers} {goods}"
    text = f"{phrasing.capital(subject.seller)} supplied {_stack_share(now)} of {denominator}"
    text += f" in {drawn.years[-1]}{without[drawn.years[-1]]}"
    if len(drawn.years) == 1:
        return text
    return f"{text}, {_stack_share(then)} in {drawn.years[0]}{without[drawn.years[0]]}"


def _stack_share(value: float | None) -> str:
    return f"{per_cent(value or 0.0)}{NBSP}%"


def _deck(subject: Subject, drawn: Stack, quantity: str) -> str:
    gaps = [y for y in range(drawn.years[0], drawn.years[-1]) if y not in drawn.years]
    text = f"{phrasing.capital(goods_title(subject.goods))}, per cent of all suppliers"
    text += f"{phrasing.by_quantity(quantity)}, each year 100."
    if count := sum(1 for layer in drawn.layers if not layer.marked and not layer.rest):
        whose = (
            f"the {phrasing.cardinal(count)} largest others" if count > 1 else "the largest other"
        )
        text += f" Other than {subject.seller}: {whose} of {drawn.years[-1]}."
    if drawn.broken:
        text += f" Up to {drawn.broken.year}: {drawn.broken.before}; from "
        text += f"{drawn.broken.year + 1}: {drawn.broken.after}."
    return text + (f" Not available: {', '.join(map(str, gaps))}." if gaps else "")


def _alt_text(title: str, drawn: Stack) -> str:
    last = ", ".join(f"{one.name} {_stack_share(one.shares[-1])}" for one in drawn.layers)
    # The number of others is that of the last year.
    first = ", ".join(
        f"{'others' if one.rest else one.name} {_stack_share(one.shares[0])}"
        for one in drawn.layers
    )
    text = f"{title}. In {drawn.years[-1]}: {last}."
    return text if len(drawn.years) == 1 else f"{text} In {drawn.years[0]}: {first}."


def _rows(found: dict[int, Figure]) -> list[dict[str, Any]]:
    rows = []
    for year, figure in found.items():
        shares = _shares(figure)
        for name, value in figure.amounts("exporter").items():
            rows.append(
                {
                    "year": year,
                    "exporter": name,
                    "name": area_name(name),
                    "value": value,
                    "unit": figure.definition.amount_unit,
                    "share": shares[name] / 100,
                }
            )
    return rows
