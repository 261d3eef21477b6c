"""A map of partners without borders: one square an area, roughly at its place on a map.

The grid is our own (``world_grid.csv``): no geometry of anybody else stands behind it, and small
areas weigh as much to the eye as large ones.
"""

from __future__ import annotations

import csv
import itertools
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import RequestError
from entrepot.figures import ask, flow_sources
from entrepot.goods import goods_title
from entrepot.model.areas import area, area_name, area_phrase, area_set, possessive
from entrepot.model.display import NBSP, per_cent
from entrepot.report import phrasing
from entrepot.report.charts import Chart
from entrepot.report.charts.alone import (
    StandaloneChart,
    asked_years,
    available_years,
    caveat_lines,
    require_some,
    sources,
)
from entrepot.report.charts.drawing import labels, rects, render
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures import Definition, Figure
    from entrepot.lake import Lake
    from entrepot.report.charts.drawing import MarkLayer


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner on a map: its share in per cent and as printed, and its code for a tile.

    `short` is a code of two letters; `marked` is the one that the chart is about. Where each one's
    largest supplier is shown, `of_other` is one whose largest is not the one that the map names.
    """

    code: str
    short: str
    name: str
    share: float
    text: str
    marked: bool = False
    of_other: bool = False


STEPS = (1.0, 5.0, 10.0, 25.0)
"""Shares in per cent at which a darker step begins; the same on every map, to be compared."""


@dataclass(frozen=True, slots=True)
class World:
    """Who supplied, or who bought, by place.

    Attributes
    ----------
    partners
        Everybody of whom something is recorded, the largest first.
    own
        Codes and names of those whose partners they are.
    are
        What the partners are; shares of importers are those that the supplier has in each.
    steps
        Shares in per cent at which a darker step begins; the same on every map of a kind.
    nothing
        What a tile without a share says.
    """

    partners: tuple[Partner, ...]
    own: tuple[tuple[str, str], ...]
    are: Literal["suppliers", "buyers", "importers"] = "suppliers"
    steps: tuple[float, ...] = STEPS
    nothing: str = "nothing recorded"

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


OWN = {"suppliers": "the buyer", "buyers": "the seller", "importers": "the supplier"}
"""Whose partners they are."""
GAP = 2.0
LINE = 19.0
SWATCH = 22.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, largest partners in the list, and whether it stands below the map."""

    width: int
    listed: int
    below: bool


PLANS = {"wide": _Plan(852, 6, below=False), "narrow": _Plan(360, 6, below=True)}


@cache
def grid() -> dict[str, tuple[int, int]]:
    """Return the row and the column of each area's tile, from the north-west corner."""
    text = files("entrepot.report").joinpath("world_grid.csv").read_text(encoding="utf-8")
    return {
        code: (row, column)
        for row, cells in enumerate(csv.reader(text.splitlines()))
        for column, code in enumerate(cells)
        if code
    }


def _key_words(steps: Sequence[float]) -> list[str]:
    ends = [f"{step:g}" for step in steps]
    between = [f"{low} to {high}" for low, high in itertools.pairwise(ends)]
    return [f"under {ends[0]}", *between, f"{ends[-1]}{NBSP}% and more"]


def step_of(share: float, steps: Sequence[float] = STEPS) -> int:
    """Return the step of a share in per cent, 1 for the palest.

    Examples
    --------
    >>> [step_of(share) for share in (0.2, 1, 24.9, 25, 100)]
    [1, 2, 4, 5, 5]
    """
    return 1 + sum(share >= edge for edge in steps)


def _draw(data: World, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    pitch = plan.width / (1 + max(column for _, column in grid().values()))
    tall = pitch * (1 + max(row for row, _ in grid().values()))
    listed = data.partners[: plan.listed]
    layers = [*_tiles(data, pitch), *_codes(data, listed, plan, pitch)]
    if plan.below:
        key, end = _key(data, 0, tall + 24, plan.width)
        label, height = _listed(data, listed, 0, end + 30, plan.width, numbered=True)
    else:
        label, low = _listed(data, listed, 0, pitch * 16 + 22, pitch * 9.5, numbered=False)
        key, end = _key(data, pitch * 10.5, tall + 26, plan.width)
        height = max(low, end)
    height = round(height + 10)
    return render(
        [*layers, *label, *key], width=plan.width, height=height, name=name, alt_text=alt_text
    )


def _tiles(data: World, pitch: float) -> list[MarkLayer]:
    shares = {one.code: one for one in data.partners}
    own = dict(data.own)
    rows: dict[str, list[dict[str, Any]]] = {}
    said: dict[str, Any]
    for code, (row, column) in grid().items():
        x, y = column * pitch + GAP / 2, row * pitch + GAP / 2
        one = shares.get(code)
        if code in own:
            style, said = "tile-buyer", {"title": f"{own[code]}: {OWN[data.are]}"}
        elif one is None:
            style, said = "tile", {"title": f"{area_name(code)}: {data.nothing}"}
        else:
            style = f"step-{step_of(one.share, data.steps)}"
            said = {"title": f"{one.name}: {one.text}", "of": (one.name,)}
        place = {"x": x, "x2": x + pitch - GAP, "y": y, "y2": y + pitch - GAP}
        rows.setdefault(style, []).append(place | said)
    return [part for style in sorted(rows) for part in rects(rows[style], style=style)]


def _codes(data: World, listed: Sequence[Partner], plan: _Plan, pitch: float) -> list[MarkLayer]:
    """Write a code on the tiles that matter; on a small map, the number in the list below it."""
    found: list[MarkLayer] = []
    inks: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    own = {code for code, _ in data.own}
    label = {one.code: str(place) for place, one in enumerate(listed, start=1)}
    for one in data.partners:
        text = label.get(one.code, "") if plan.below else one.short
        wanted = one.marked or one.code in label or one.share >= data.steps[0]
        if one.code in own or one.code not in grid() or not text or not wanted:
            continue
        # Steps 4 and 5 stand out from the ground, dark on
        # light and light on dark, so words take its colour.
        style = "label-inverse" if step_of(one.share, data.steps) > 3 else "label-inside"
        inks.setdefault((style, one.marked), []).append(_centred(one.code, text, pitch))
    if not plan.below:  # whose partners they are, where it has no tone of its own
        for code, _ in data.own:
            place = _centred(code, area(code).alpha2, pitch)
            inks.setdefault(("label-inside", True), []).append(place)
    for (style, marked), rows in inks.items():
        found += labels(rows, style=style, bold=marked)
    return found


def _centred(code: str, text: str, pitch: float) -> dict[str, Any]:
    row, column = grid()[code]
    x, y = (column + 0.5) * pitch, (row + 0.5) * pitch + 4.6
    return {"x": x, "y": y, "text": text, "align": "center"}


def _listed(
    data: World,
    listed: Sequence[Partner],
    x: float,
    y: float,
    room: float,
    *,
    numbered: bool,
) -> tuple[list[MarkLayer], float]:
    """Name the largest partners with their shares; return the layers and where they end."""
    layers = labels([{"x": x, "y": y, "text": f"Largest {data.are}"}], style="note")
    wide = max((text_width(f"**{one.text}**") for one in listed), default=0.0)
    first = x + (20 if numbered else 0)
    for place, one in enumerate(listed, start=1):
        y += LINE
        style = "label-supplier" if one.marked else "label"
        if numbered:
            layers += labels([{"x": x, "y": y, "text": str(place)}], style="note")
        value = {"x": first + wide, "y": y, "text": one.text, "align": "right"}
        layers += labels([value], style=style, bold=True)
        code = "" if numbered or one.code not in grid() else f" ({one.short})"
        left = first + wide + 10
        text = cut(one.name, room - left - text_width(code), bold=one.marked) + code
        layers += labels([{"x": left, "y": y, "text": text}], style=style, bold=one.marked)
    return layers, y


def _key(data: World, x: float, y: float, width: float) -> tuple[list[MarkLayer], float]:
    """Explain the steps; return the layers and where they end."""
    styles = [*(f"step-{n}" for n in range(1, 6)), "tile", "tile-buyer"]
    words = [*_key_words(data.steps), data.nothing, OWN[data.are]]
    layers: list[MarkLayer] = []
    at = x
    for style, text in zip(styles, words, strict=True):
        size = SWATCH + 6 + text_width(text, 12.5)
        if at > x and at + size > width:
            at, y = x, y + LINE
        box = {"x": at + 1, "x2": at + SWATCH, "y": y - 10, "y2": y + 2}
        layers += rects([box], style=style)
        layers += labels([{"x": at + SWATCH + 6, "y": y, "text": text}], style="note")
        at += size + 16
    return layers, y


# A map of who supplied, or who bought, in one year: the darker a tile, the larger its share.


@dataclass(frozen=True, slots=True)
class _Way:
    """Which side is on the map: its column and that of whose partners they are, in words too."""

    partner: Literal["exporter", "importer"]
    own: Literal["importer", "exporter"]
    are: Literal["suppliers", "buyers"]
    one: str
    trade: str
    did: str


SUPPLIERS = _Way("exporter", "importer", "suppliers", "supplier", "imports", "made")
BUYERS = _Way("importer", "exporter", "buyers", "buyer", "exports", "took")


def map_chart(lake: Lake, keys: dict[str, Any]) -> StandaloneChart:
    """Return the map of an importer's suppliers in the newest year that is held.

    Raises
    ------
    RequestError
        If no importer is named, or the period is no year.
    NoEvidenceError
        If no year is held in which all suppliers are known.
    """
    rest = {name: v for name, v in keys.items() if name not in ("period", "exporter", "by", "k")}
    if not rest.get("importer"):
        raise RequestError(
            "a map of suppliers needs an importer",
            hint="add --importer RUS; for a map of buyers: entrepot chart rank",
        )
    years = asked_years(available_years(lake), keys, None)
    # A year that was asked for is not replaced by an older one.
    wanted = [years[-1]] if keys.get("period") and years else years[::-1]
    names = [rest["source"]] if rest.get("source") else flow_sources(lake)
    reason = "no flows of such a year are loaded"
    for year in wanted:
        for source in names:
            figure = ask("top_supplier", lake=lake, period=year, **(rest | {"source": source}))
            if figure.table:
                return of_suppliers(figure, keys.get("exporter"))
            reason = figure.reason or reason
    what = f"{possessive(area_phrase(str(rest['importer'])))} suppliers"
    require_some([], what, reason)
    raise AssertionError  # nothing to draw has been refused


def of_suppliers(figure: Figure, exporter: str | None = None) -> StandaloneChart:
    """Return the map of the suppliers of a Figure; `exporter` is the one that it is about."""
    return _placed(figure, SUPPLIERS, exporter)


def of_buyers(figure: Figure) -> StandaloneChart:
    """Return the map of who bought from the seller of a Figure, about the importer it names."""
    return _placed(figure, BUYERS, figure.definition.importer)


def _placed(figure: Figure, way: _Way, about: str | None) -> StandaloneChart:
    asked = figure.definition
    partners = _partners(figure, way, about)
    own = tuple((code, area_name(code)) for code in sorted(asked.members(way.own)))
    drawn = World(partners, tuple(one for one in own if one[0] in grid()), way.are)
    title = _title(asked, way, partners, about)
    deck = f"{phrasing.capital(goods_title(asked.goods))}, {asked.period}, "
    deck += f"per cent of all {way.are}{phrasing.by_quantity(asked.quantity)}. "
    deck += "Each area is one square, roughly at its place on a map."
    return StandaloneChart(
        title,
        deck,
        Chart(drawn, _alt_text(title, way, partners)),
        (sources([figure]), *_absent(partners), *caveat_lines([figure])),
        tuple(_rows(figure, way)),
        (figure,),
    )


def _partners(figure: Figure, way: _Way, about: str | None) -> tuple[Partner, ...]:
    """Return everybody with a value, the largest first; those of one asked group stand apart."""
    end = figure.definition.period.end
    whose = area_set(about, end) if about else frozenset()
    values = figure.amounts(way.partner)
    total = sum(values.values())
    ordered = sorted(values, key=lambda code: (-values[code], code))
    # "Areas not specified" may be the largest, and has no place on a map.
    largest = next((code for code in ordered if code in grid()), "")
    return tuple(
        Partner(
            code,
            area(code).alpha2 or code,
            area_name(code),
            100 * values[code] / total,
            f"{per_cent(100 * values[code] / total)}{NBSP}%",
            marked=code in whose if whose else code == largest,
        )
        for code in ordered
        if values[code] > 0
    )


def _title(asked: Definition, way: _Way, partners: tuple[Partner, ...], about: str | None) -> str:
    """Name the largest partner, and the place or the part of the one asked where it is another."""
    own = possessive(area_phrase(getattr(asked, way.own)))
    named = [one for one in partners if one.code in grid()]
    if not named:
        return phrasing.capital(f"{own} {way.are} in {asked.period}: none of them is named")
    first, marked = named[0], [one for one in named if one.marked]
    of_goods = f"of {goods_title(asked.goods)}" if asked.goods != "all" else ""
    if len(marked) > 1 and about is not None:
        part = f"{per_cent(sum(one.share for one in marked))}{NBSP}%"
        text = f"{area_phrase(about)} {way.did} {part} of {own} {way.trade} {of_goods}".rstrip()
        text += f" in {asked.period}; {area_phrase(first.code)} was the largest {way.one}"
        return phrasing.capital(f"{text}, with {first.text}")
    if not marked or marked[0] is first:
        text = f"{area_phrase(first.code)} was {own} largest {way.one} {of_goods}".rstrip()
        return phrasing.capital(f"{text} in {asked.period}, with {first.text}")
    place = phrasing.ordinal(named.index(marked[0]) + 1)
    text = f"{area_phrase(marked[0].code)} was {own} {place} largest {way.one} {of_goods}".rstrip()
    text += f" in {asked.period}, with {marked[0].text}; {area_phrase(first.code)} had {first.text}"
    return phrasing.capital(text)


def _absent(partners: tuple[Partner, ...]) -> tuple[str, ...]:
    """Say what has no tile: partners without a name, and areas that are no more."""
    without = [one for one in partners if one.code not in grid()]
    if not without:
        return ()
    share = per_cent(sum(one.share for one in without))
    names = ", ".join(one.name for one in without[:3])
    more = f" and {phrasing.count_word(len(without) - 3, 'other')}" if len(without) > 3 else ""
    return (f"Without a place on the map: {names}{more}, {share}{NBSP}% in all.",)


def _alt_text(title: str, way: _Way, partners: tuple[Partner, ...]) -> str:
    label = ", ".join(f"{one.name} {one.text}" for one in partners[:6])
    return f"{title}. Of {phrasing.count_word(len(partners), way.one)} the largest: {label}."


def _rows(figure: Figure, way: _Way) -> list[dict[str, Any]]:
    values = figure.amounts(way.partner)
    total = sum(values.values())
    return [
        {
            way.partner: code,
            "name": area_name(code),
            "value": value,
            "unit": figure.definition.amount_unit,
            "share": value / total,
        }
        for code, value in sorted(values.items(), key=lambda one: (-one[1], one[0]))
    ]
