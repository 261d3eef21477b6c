"""The chart of a share over time: which values of which source it shows, and its words."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, cast

from entrepot.errors import RequestError
from entrepot.figures import ask, ask_many, flow_sources
from entrepot.figures.citation import source_name
from entrepot.figures.figure import headline
from entrepot.goods import goods_title
from entrepot.goods.parse import goods_words
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import NBSP, number, range_text, with_unit
from entrepot.model.period import Period
from entrepot.report import phrasing
from entrepot.report.attribution import is_computed, single_figure, when_of
from entrepot.report.breaks import break_of, not_drawn
from entrepot.report.brief_context import BriefContext
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
from entrepot.report.charts.calendar import year_spans
from entrepot.report.charts.paired_lines import MOST, Course, CoursePoint, Courses
from entrepot.report.charts.share_lines import (
    NowcastPoint,
    PublishedBox,
    ShareLines,
    SharePoint,
    range_marks,
    share_key,
)
from entrepot.sources.published.parse import origin_name

if TYPE_CHECKING:
    from entrepot.figures import Figure, Panel
    from entrepot.figures.asking import Each
    from entrepot.lake import Lake
    from entrepot.report.breaks import Break
    from entrepot.sources.published.row import Published


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
        return figure.ends_text(figure.low, figure.high, between=between)
    return with_unit(*phrasing.shown(figure))


def direction_word(before: Figure, after: Figure) -> str:
    """Return a word of direction if the ranges are apart, else one without."""
    (low0, high0), (low1, high1) = _reach(before), _reach(after)
    # Ranges that overlap allow no direction: then the share "went" from one to the other.
    if low1 > high0:
        return "rose"
    return "fell" if high1 < low0 else "went"


def _reach(figure: Figure) -> tuple[float, float]:
    """Return between which ends a share may lie; beyond an end that is a bound nothing is known."""
    low = figure.required() if figure.low is None else figure.low
    high = figure.required() if figure.high is None else figure.high
    below, above = figure.opens(low, high)
    return -inf if below else low, inf if above else high


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
    pair = asked.definition.importer, asked.definition.exporter
    broken = break_of(*pair, found[0], found[-1], series, published=bool(rows))
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
    absent = _absent(found, since, keys.get("period"))
    foot = (sources(series, _names(rows)), absent, beyond, alone, said, *caveat_lines(series))
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


def _absent(found: list[int], since: int | None, period: str | None) -> str:
    """Name the years that were asked for by the first or the last one, and have no share."""
    first = found[0] if since is None else since
    last = found[-1] if period is None else Period.parse(period).year
    missing = [year for year in range(first, last + 1) if year not in found]
    return f"No share available: {year_spans(missing)}." if missing else ""


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
    return break_of(one.importer, one.exporter, one.period.year, last, figures)


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
    # Codes are in the line below the title.
    return name if goods == "all" else f"{name} of {goods_words(goods)}"


def _shares_title(asked: Figure, series: list[Figure]) -> str:
    """Say where the share stood at both ends; a direction only if the ranges are apart."""
    what = _what(asked)
    if not series:
        return f"Published figures: {what}"
    before, after = series[0], series[-1]
    if before is after:
        return f"{what} was {ends_of(after, ' to ')} in {after.definition.period}"
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
    return f"{_span_of(spans)} published"


def _published_span(rows: list[Published]) -> str:
    return _span_of([published_box(row) for row in rows])


def _span_of(boxes: list[PublishedBox]) -> str:
    """Return the ends of published shares; one that is a bound ("more than 36 %") stays open."""
    ends = sorted(((one.low + one.high) / 2, one.open) for one in boxes)
    (low, below), (high, above) = ends[0], ends[-1]
    return range_text(low, high, "percent", open_ends=(below == "down", above == "up"))


def _deck(asked: Figure, lines: ShareLines, series: list[Figure]) -> str:
    goods = goods_title(asked.definition.goods)
    quantity = asked.definition.quantity
    parts = [f"{phrasing.capital(goods)}, per cent of {quantity}"]
    if series:
        drawn = "line" if len(series) > 1 else "dot"
        ranged = (f", {mark}: other definitions" for mark in range_marks(lines))
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
