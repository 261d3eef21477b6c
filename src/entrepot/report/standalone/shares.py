"""A share over the years: what was computed from one source, what others printed around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.figures import ask, flow_sources
from entrepot.figures.figure import headline
from entrepot.goods import goods_title
from entrepot.report import phrasing
from entrepot.report.attribution import is_computed, origin_name, source_name
from entrepot.report.breaks import break_of
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.cards import percent_span
from entrepot.report.chart_data import Picture, ShareLines
from entrepot.report.sections.over_time import apart, ends_of, key, point, printed_point
from entrepot.report.standalone.parts import (
    Alone,
    asked_years,
    held_years,
    require_some,
    sources,
    told_caveats,
)

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.lake import Lake
    from entrepot.report.chart_data import Break
    from entrepot.sources.published.read import Published

__all__ = ["shares"]

PLAIN = {"importer", "exporter", "goods", "period", "source"}
"""Keys under which a share in print is one of the same definition."""


def shares(measure: str, lake: Lake, since: int | None, keys: dict[str, Any]) -> Alone:
    """Return a share over the years held, with what others printed of it.

    Raises
    ------
    NoEvidenceError
        If neither the lake nor the bundled tables hold one.
    """
    rest = {name: value for name, value in keys.items() if name != "period"}
    asked = _asked(measure, lake, keys, rest)
    rows = _printed(measure, lake, asked, rest)
    years = asked_years({*held_years(lake), *(row.period.year for row in rows)}, keys, since)
    rows = [row for row in rows if row.period.year in years]
    series = _series(measure, lake, years, rest)
    found = sorted({f.definition.period.year for f in series} | {r.period.year for r in rows})
    require_some(found, _what(asked), asked.reason or "no year that was asked for is held")
    broken = break_of(_subject(asked), found[0], found[-1])
    lines = ShareLines(
        first=found[0],
        last=found[-1],
        series=tuple(point(figure) for figure in series),
        series_name="computed" if series else "",
        printed=tuple(printed_point(row) for row in rows),
        broken=broken,
    )
    title = _title(asked, series) + _beyond(series, rows)
    return Alone(
        title,
        _deck(asked, lines, series),
        Picture(lines, _spoken(title, rows, series), key(lines)),
        tuple(x for x in (sources(series, _names(rows)), *told_caveats(series)) if x),
        (*(_computed(figure) for figure in series), *(_in_print(row) for row in rows)),
        tuple(series),
    )


def _asked(measure: str, lake: Lake, keys: dict[str, Any], rest: dict[str, Any]) -> Figure:
    """Return the Figure of the last year, which checks the question too."""
    last = keys.get("period") or max(held_years(lake), default=2023)
    return ask(measure, lake=lake, period=last, **rest)


def _subject(asked: Figure) -> Subject:
    one = asked.definition
    return Subject(one.importer, one.exporter, one.goods, one.period, fixed=True)


def _series(measure: str, lake: Lake, years: list[int], rest: dict[str, Any]) -> list[Figure]:
    """Return a computed Figure a year from one source: the one that answers most years."""
    names = [rest["source"]] if rest.get("source") else [*flow_sources(lake), "computed"]
    best: list[Figure] = []
    for source in names:
        keys = rest | {"source": source}
        found = [ask(measure, lake=lake, period=year, **keys) for year in years]
        found = [figure for figure in found if is_computed(figure)]
        if len(found) > len(best):
            best = found
        if len(best) == len(years):
            break
    return best


def _printed(measure: str, lake: Lake, asked: Figure, rest: dict[str, Any]) -> list[Published]:
    """Return what is in print under the same definition."""
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


def _title(asked: Figure, series: list[Figure]) -> str:
    """Say where the share stood at both ends; a direction only if the ranges are apart."""
    what = _what(asked)
    if not series:
        return f"In print: {what}"
    before, after = series[0], series[-1]
    if before is after:
        return f"{what} was {ends_of(after)} in {after.definition.period}"
    then, now = (f"{ends_of(one)} in {one.definition.period}" for one in (before, after))
    return f"{what} {apart(before, after)} from {then} to {now}"


def _beyond(series: list[Figure], rows: list[Published]) -> str:
    """Say what is in print of the last computed year where it lies beyond what was computed."""
    if not series:
        return ""
    last = series[-1]
    low = last.required() if last.low is None else last.low
    high = last.required() if last.high is None else last.high
    spans = [printed_point(row) for row in rows if row.period == last.definition.period]
    if all(low * 100 <= one.low and one.high <= high * 100 for one in spans):
        return ""
    ends = sorted((one.low + one.high) / 2 for one in spans)
    shown = percent_span(ends[0] / 100, ends[-1] / 100)
    return f" (computed; {shown} in print)"


def _deck(asked: Figure, lines: ShareLines, series: list[Figure]) -> str:
    goods = goods_title(asked.definition.goods)
    quantity = asked.definition.quantity
    parts = [f"{phrasing.capital(goods)}, per cent of {quantity}"]
    if series:
        ranged = any(one.low is not None for one in lines.series)
        parts.append("line: computed" + (", band: other definitions" if ranged else ""))
    if lines.printed:
        parts.append("boxes: in print, as tall as their digits leave open")
    return "; ".join(parts) + f".{_broken(lines.broken)}"


def _broken(broken: Break | None) -> str:
    if broken is None:
        return ""
    return f" Up to {broken.year}: {broken.before}; from {broken.year + 1}: {broken.after}."


def _spoken(title: str, rows: list[Published], series: list[Figure]) -> str:
    parts = [f"{title}."]
    if series:
        values = ", ".join(f"{f.definition.period}: {' '.join(phrasing.shown(f))}" for f in series)
        parts.append(f"Computed: {values}.")
    if rows:
        said = ", ".join(f"{r.period}: {r.printed} ({origin_name(r.origin)})" for r in rows)
        parts.append(f"In print: {said}.")
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
        "kind": "in print",
        "whose": origin_name(row.origin),
        "range": row.printed,
    }
