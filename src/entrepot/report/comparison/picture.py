"""The picture of a comparison: two shares over the years on one scale."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.goods import goods_title
from entrepot.model.areas import area_phrase, possessive
from entrepot.model.display import NBSP, joined
from entrepot.report import phrasing
from entrepot.report.attribution import is_computed
from entrepot.report.breaks import break_of, told_before_and_after
from entrepot.report.cards import source_on_card
from entrepot.report.chart_data import Picture
from entrepot.report.comparison.drawn import Course, Courses, Spot

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.comparison.found import Compared, Range

__all__ = ["answer", "breaks", "headings", "parts_apart", "picture", "undrawn"]


def picture(found: Compared) -> Picture | None:
    """Return the picture; None where no share is held, or both sides have the same course."""
    years = [figure.definition.period.year for course in found.courses for figure in course]
    if not years or found.sides[0].keys == found.sides[1].keys:
        return None
    first, second = (
        Course(name, tuple(map(_spot, course)), break_of(side, min(years), max(years)))
        for name, course, side in zip(found.names, found.courses, found.sides, strict=True)
    )
    return Picture(
        Courses(min(years), max(years), (first, second)), _spoken((first, second)), _key(found)
    )


def breaks(drawn: Picture) -> str:
    """Return where the reporters of a drawn side change; empty where nowhere."""
    assert isinstance(drawn.drawn, Courses)
    found = [one.broken for one in drawn.drawn.courses if one.broken and one.spots]
    return " ".join(dict.fromkeys(f"{told_before_and_after(one)}." for one in found))


def _spot(figure: Figure) -> Spot:
    value = figure.required() * 100
    ends: tuple[float | None, float | None] = (None, None)
    if phrasing.span(figure) and figure.low is not None and figure.high is not None:
        ends = figure.low * 100, figure.high * 100
    year, whose = figure.definition.period.year, str(figure.definition.source)
    return Spot(
        year, value, phrasing.bounded(figure), whose, *ends, printed=not is_computed(figure)
    )


def _spoken(courses: tuple[Course, Course]) -> str:
    parts = []
    for one in courses:
        told = ", ".join(f"{spot.year}: {spot.text}{NBSP}%" for spot in one.spots)
        parts.append(
            f"{phrasing.capital(one.name)}, {told}." if told else f"{one.name}: no share held."
        )
    return " ".join(parts)


def _key(found: Compared) -> tuple[tuple[str, str], ...]:
    drawn = [figure for course in found.courses for figure in course]
    key = []
    if any(is_computed(figure) for figure in drawn):
        key.append(("line", "computed"))
    if any(not is_computed(figure) for figure in drawn):
        key.append(("ring", "in print"))
    if any(phrasing.span(figure) for figure in drawn):
        key.append(("whisker", "other definitions of the same source"))
    return tuple(key)


# What a comparison says: which share is larger, or why that cannot be said.


def answer(found: Compared) -> str:
    """Return one or two sentences that compare the shares.

    A side is called larger under every definition only if the ranges of both over all that is
    held are apart, and in the same period, unless
    the periods are what is compared. Another source is named.
    """
    first, second = found.shares
    here, there = (
        told(figure, ends) for figure, ends in zip(found.shares, found.ranges, strict=True)
    )
    if first.status != "ok" and second.status != "ok":
        return "Nothing held says how large either share is."
    for figure, known, name in ((second, here, found.names[1]), (first, there, found.names[0])):
        if figure.status != "ok":
            return f"{known}. Of the other side, {name}, nothing held says the share."
    same_flow = found.sides[0].keys == found.sides[1].keys
    if first.definition.period != second.definition.period and not same_flow:
        return f"{here}. {there}. The periods differ."
    return f"{here}. {there}. {_order(found)}{_sources(first, second)}"


def told(figure: Figure, ends: Range) -> str:
    """Return a share with its range as a clause; an empty text without a value.

    "China’s share of Russia’s imports of all goods was 45.2 % (38.6 to 53.0 %) in 2023".
    """
    if figure.value is None:
        return ""
    one = figure.definition
    whose = f"{possessive(area_phrase(one.exporter))} share of"
    whose += f" {possessive(area_phrase(one.importer))} imports of {goods_title(one.goods)}"
    spread = phrasing.span(replace(figure, low=ends[0], high=ends[1])) if ends else ""
    range_ = f" ({spread})" if spread else ""
    value = NBSP.join(phrasing.shown(figure))
    return f"{phrasing.capital(whose)} was {value}{range_} in {one.period}"


def _order(found: Compared) -> str:
    first, second = found.ranges
    if first is None or second is None:
        return _order_of_values(found)
    if first[0] > second[1]:
        return f"Larger under every definition held: {found.names[0]}."
    if second[0] > first[1]:
        return f"Larger under every definition held: {found.names[1]}."
    return "The ranges meet, so which is larger depends on the definition."


def _order_of_values(found: Compared) -> str:
    """Say which value is larger where of a side a single one is held."""
    single = [name for name, ends in zip(found.names, found.ranges, strict=True) if ends is None]
    first, second = (figure.required() for figure in found.shares)
    larger = found.names[0] if first > second else found.names[1]
    order = "Both values are the same" if first == second else f"The larger value: {larger}"
    return (
        f"{order}. One definition alone is held of {' and of '.join(single)}, so nothing says "
        "whether another would turn it."
    )


def _sources(first: Figure, second: Figure) -> str:
    voices = [source_on_card(figure) for figure in (first, second)]
    if voices[0] == voices[1]:
        return ""
    return f" The sources differ: {voices[0]} and {voices[1]}."


def undrawn(found: Compared) -> str:
    """Return a sentence on the periods that were named and are not in the chart, if there are any.

    A named period is not drawn where nothing of it is held, or where the shares that are joined
    are of another source.
    """
    drawn = {figure.definition.period.year for course in found.courses for figure in course}
    named = dict.fromkeys(side.period for side in found.sides if side.period)
    lost = [str(one) for one in named if one.year not in drawn]
    return f"No share is held of {joined(lost)}, so the chart has other years." if lost else ""


def parts_apart(found: Compared) -> dict[int, str]:
    """Return why a side has no ratio of weights though it has both, by the Figure of the ratio."""
    rows = {row.figures[0].definition.measure: row.figures for row in found.rows[1:]}
    sides = zip(found.shares, rows["export_share"], rows["asymmetry"], strict=True)
    said = {}
    for share, weight, ratio in sides:
        voices = dict.fromkeys(source_on_card(one) for one in (share, weight) if one.status == "ok")
        if ratio.status != "ok" and len(voices) > 1:
            whose = " and ".join(one.removeprefix("from published: ") for one in voices)
            said[id(ratio)] = f"not divided, for its parts are of two books: {whose}"
    return said


def headings(found: Compared) -> tuple[str, str]:
    """Return what stands over the column of each side: its name and the period of its share."""
    first, second = (
        name if str(figure.definition.period) in name else f"{name}, {figure.definition.period}"
        for name, figure in zip(found.names, found.shares, strict=True)
    )
    return first, second
