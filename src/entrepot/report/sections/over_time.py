"""Share over time: what was computed, and what different publishers published."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from entrepot.figures import flow_sources
from entrepot.figures.citation import data_set, source_name
from entrepot.goods import goods_title
from entrepot.model.display import NBSP, with_unit
from entrepot.report import phrasing
from entrepot.report.attribution import is_computed
from entrepot.report.breaks import break_of, not_drawn, reporters_before_and_after
from entrepot.report.charts import BriefTable, Chart
from entrepot.report.charts.share import (
    direction_word,
    ends_of,
    nowcast_point,
    nowcast_text,
    published_box,
    share_point,
)
from entrepot.report.charts.share_lines import PublishedBox, ShareLines, share_key
from entrepot.report.missing_value import missing_value
from entrepot.report.parts import BriefSentence, DataGap, Note, PageLink, Remark, Section
from entrepot.sources.published.parse import origin_name

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.model.period import Period
    from entrepot.report.breaks import Break
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.sources.published.row import Published

NAME, EYEBROW = "share", "Share over time"
MOST_YEARS = 12


def section(
    context: BriefContext, subject: Subject, claims: tuple[PublishedBox, ...] = ()
) -> Section:
    """Return the share of imports over time, of the goods themselves where two years are known.

    Where they are not, it is that of all goods, and says so; or a gap says what is missing.

    Parameters
    ----------
    context, subject
        Where to ask, and what about.
    claims
        Claims under check that state such a share.
    """
    known = charted(context, subject)
    goods, rows, series = known.goods, known.rows, known.series
    context.show(rows)
    claims = claims if goods == "all" else ()  # claims are of all goods
    what = f"{subject.sellers} share of {subject.buyers} imports"
    if not rows and not series:
        lacks = missing_value(
            context,
            context.ask(
                "import_share",
                importer=subject.importer,
                exporter=subject.supplier,
                period=subject.period,
            ),
        )
        gap = DataGap(f"{what} by year", lacks.why, lacks.command)
        return Section(NAME, EYEBROW, Remark(f"{what} is not known"), gap=gap)
    years = [row.period.year for row in rows] + [figure.definition.period.year for figure in series]
    first, last = min(years), max(years)
    broken = break_of(subject.importer, subject.supplier, first, last, series, published=bool(rows))
    places = table_places(rows, series)
    expected = nowcast_after(context, subject, goods, series)
    drawn = ShareLines(
        first=first,
        last=max(last, expected.definition.period.year) if expected else last,
        series=tuple(replace(share_point(figure), row=places[id(figure)]) for figure in series),
        series_name="computed" if series else "",
        published=tuple(replace(published_box(row), row=places[id(row)]) for row in rows) + claims,
        broken=broken,
        nowcast=nowcast_point(expected) if expected else None,
    )
    title = _title(context, subject, goods, series, first, last)
    of = goods_title(goods)
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=title,
        deck=f"{phrasing.capital(what)} of {of}, per cent of value{_deck(broken)}.",
        picture=Chart(drawn, alt_text(title.text, what, rows, series, expected), share_key(drawn)),
        table=table(f"{phrasing.capital(what)}, {of}", rows, series),
        notes=(*notes(rows, broken), *([nowcast_note(expected)] if expected else [])),
        source=source_line(rows, series, known.beyond),
    )


@dataclass(frozen=True, slots=True)
class ChartedShare:
    """The goods whose share is charted, published and computed, and which years others have."""

    goods: str
    rows: list[Published]
    series: list[Figure]
    beyond: str


def charted(context: BriefContext, subject: Subject) -> ChartedShare:
    """Return what is charted: the goods of the brief where two years are computed, else all."""
    if subject.goods != "all":
        series, beyond = series_of(context, subject, subject.goods)
        if len(series) > 1:
            return ChartedShare(
                subject.goods, _rows(context, subject, subject.goods), series, beyond
            )
    return ChartedShare("all", _rows(context, subject, "all"), *series_of(context, subject))


def _rows(context: BriefContext, subject: Subject, goods: str) -> list[Published]:
    said = context.printed("import_share", subject.importer, subject.supplier, goods)
    return [row for row in said if row.value is not None]


def series_of(
    context: BriefContext, subject: Subject, goods: str = "all"
) -> tuple[list[Figure], str]:
    """Return one computed Figure a year, all from the one source that answers most years.

    And, in words, which years only other sources have: what two sources count differs by more
    than most changes of a year.
    """
    keys: dict[str, Any] = {
        "importer": subject.importer,
        "exporter": subject.supplier,
        "goods": goods,
    }
    years = sorted(context.years()[:MOST_YEARS])
    best: list[int] = []
    every: dict[str, list[int]] = {}
    chosen = ""
    for source in (*flow_sources(context.lake), "computed"):
        context.prepare("import_share", years, source=source, **keys)
        known = [
            year
            for year in years
            # Without ranges: they are asked of the chosen source alone, below.
            if is_computed(context.value("import_share", period=year, source=source, **keys))
        ]
        every[source_name(source)] = known
        if len(known) > len(best):
            best, chosen = known, source
        if len(best) == len(years):
            break
    context.prepare("import_share", best, ranged=True, source=chosen, **keys)
    series = [context.ask("import_share", period=year, source=chosen, **keys) for year in best]
    return series, not_drawn(every, source_name(chosen))


def nowcast_after(
    context: BriefContext, subject: Subject, goods: str, series: list[Figure]
) -> Figure | None:
    """Return the nowcast of the share in a year after those computed; None without one."""
    found = context.nowcast(
        "import_share", importer=subject.importer, exporter=subject.supplier, goods=goods
    )
    years = [one.definition.period.year for one in series]
    # Of a year that is computed from another source there is a value, which comes first.
    return found if found and found.definition.period.year > max(years, default=0) else None


def nowcast_note(figure: Figure) -> Note:
    """Say apart from everything that is reported what a year is estimated at."""
    return Note(
        f"Nowcast for {figure.definition.period}, not reported",
        (BriefSentence(phrasing.capital(nowcast_text(figure)), (figure,)), Remark(NOWCAST_MEANS)),
    )


NOWCAST_MEANS = (
    "A nowcast is an estimate from the months so far; its intervals were tested on earlier years. "
    "It is not part of any other number here."
)


def _title(
    context: BriefContext,
    subject: Subject,
    goods: str,
    series: list[Figure],
    first: int,
    last: int,
) -> BriefSentence | Remark:
    """Say where the share stood at both ends, with a direction only if the ranges are apart.

    What was computed is compared with what was computed; what others print later is said apart.
    """
    ends = []
    for year in (first, last):
        figure = context.ask(
            "import_share",
            importer=subject.importer,
            exporter=subject.supplier,
            goods=goods,
            period=year,
        )
        if figure.status == "ok":
            ends.append(figure)
    if not ends:
        return Remark(f"Published figures of {subject.sellers} share of {subject.buyers} imports")
    # One end has nothing but the series does: its own ends are compared instead.
    if len(ends) == 1 and len(series) > 1 and len({one.evidence[0].source for one in series}) == 1:
        ends = [series[0], series[-1]]
    if len(ends) == 1 or first == last:
        return _at(subject, goods, ends[-1])
    before, after = ends
    if is_computed(before) is is_computed(after):
        text = _moved(subject, goods, before, after)
        return BriefSentence(text, (before, after), ("reporter-break",))
    printed = after if is_computed(before) else before
    said = f"published for {printed.definition.period}: {ends_of(printed, ' to ')}"
    # Only years of one source: a rise between two sources may be their difference.
    alike = [one for one in series if one.evidence[0].source == series[-1].evidence[0].source]
    if len(alike) < 2:
        one = before if printed is after else after
        return BriefSentence(
            f"{_at(subject, goods, one).text}; {said}", (one, printed), ("reporter-break",)
        )
    start, end = alike[0], alike[-1]
    text = f"{_moved(subject, goods, start, end)}; {said}"
    return BriefSentence(text, (start, end, printed), ("reporter-break",))


def _at(subject: Subject, goods: str, figure: Figure) -> BriefSentence:
    text = f"{subject.sellers} share was {ends_of(figure)} in {figure.definition.period}"
    return BriefSentence(subject.headed(phrasing.capital(text), goods), (figure,))


def _moved(subject: Subject, goods: str, before: Figure, after: Figure) -> str:
    then, now = (f"{ends_of(figure)} in {figure.definition.period}" for figure in (before, after))
    text = f"{subject.sellers} share {direction_word(before, after)} from {then} to {now}"
    return subject.headed(phrasing.capital(text), goods)


def _deck(broken: Break | None) -> str:
    if broken is None:
        return ""
    return f". {reporters_before_and_after(broken)}"


# Beside the share chart: what is read out, the table, the notes and the source line.


SHOWN_LINKS = 4


def alt_text(
    title: str,
    what: str,
    rows: list[Published],
    series: list[Figure],
    expected: Figure | None = None,
) -> str:
    """Return finding and values for somebody who cannot see the chart."""
    parts = [f"{title}. {what}, per cent."]
    if series:
        values = ", ".join(
            f"{f.definition.period}: {with_unit(*phrasing.shown(f))}" for f in series if f.value
        )
        parts.append(f"Computed: {values}.")
    if rows:
        values = ", ".join(
            f"{r.period}: {r.printed} ({origin_name(r.origin)})" for r in _ordered(rows)
        )
        parts.append(f"Published: {values}.")
    if expected:
        parts.append(f"Nowcast, not reported: {nowcast_text(expected)}")
    return " ".join(parts)


def _ends(row: Published) -> str:
    low, high = (None if end is None else f"{end * 100:.4g}" for end in (row.low, row.high))
    if low is None or high is None:
        return f"{low} or more" if high is None else f"up to {high}"
    return low if low == high else f"{low} to {high}"


def table(what: str, rows: list[Published], series: list[Figure]) -> BriefTable:
    """Return every computed and printed value by period."""
    lines = []
    for figure in series:
        value = phrasing.shown(figure)[0]
        lines.append((str(figure.definition.period), value, phrasing.span_like(figure), "computed"))
    for row in _ordered(rows):
        printed = row.printed.replace(" %", "")
        lines.append((str(row.period), printed, _ends(row), origin_name(row.origin)))
    return BriefTable(
        caption=f"{what}, per cent",
        head=("Period", "Share", "Range (rounding or definitions)", "Source"),
        numeric=(False, True, True, False),
        units=("", "per cent", "per cent", ""),
        # Stable, and by the same key as `table_places`: marks of the chart point to rows by number.
        rows=tuple(sorted(lines, key=lambda line: line[0])),
    )


def table_places(rows: list[Published], series: list[Figure]) -> dict[int, int]:
    """Return the row of the table, from 0 on, of each computed and printed value, by identity."""
    periods = [(str(one.definition.period), id(one)) for one in series]
    # In the order in which `table` collects its lines.
    periods += [(str(row.period), id(row)) for row in _ordered(rows)]
    ordered = sorted(periods, key=lambda pair: pair[0])
    return {which: place for place, (_, which) in enumerate(ordered)}


def notes(rows: list[Published], broken: Break | None) -> tuple[Note, ...]:
    """Say how to read the boxes, and which numbers are farthest apart."""
    how = []
    if rows:
        how.append(Remark("Each box is a published figure; its height is the rounding interval."))
    if broken:
        line = (
            "The dotted line marks a change of reporter. Name both reporters when you compare "
            "across it."
        )
        how.append(Remark(line, ("reporter-break",)))
    notes = [Note("How to read it", tuple(how))] if how else []
    crowded = _most_disputed(rows)
    if len(crowded) > 1:
        year = crowded[0].period.year
        said = ", ".join(
            f"{origin_name(row.origin)} {row.printed.replace(' ', NBSP)}" for row in crowded
        )
        text = f"Published figures for {year}: {said}."
        notes.append(
            Note(
                "Why they differ",
                (
                    BriefSentence(text, tuple(crowded), ("denominator-system",)),
                    Remark(
                        "They use different denominators, and some are valued CIF.", ("valuation",)
                    ),
                ),
            )
        )
    return tuple(notes)


def _most_disputed(rows: list[Published]) -> list[Published]:
    """Return the printed shares of the whole year whose numbers are farthest apart."""
    by_year: dict[Period, dict[str, Published]] = {}
    for row in rows:
        if row.period.is_year:
            # One number for each origin: its copies do not dispute.
            by_year.setdefault(row.period, {}).setdefault(row.origin, row)

    def width(found: dict[str, Published]) -> float:
        values = [row.middle for row in found.values() if row.middle is not None]
        return max(values) - min(values) if values else 0.0

    best = max(by_year.values(), key=width, default={})
    return sorted(best.values(), key=_size)


def source_line(
    rows: list[Published], series: list[Figure], beyond: str = ""
) -> tuple[str | PageLink, ...]:
    """Return where the values stand, the newest printed ones as links; years of other sources."""
    found: list[str | PageLink] = []
    if series:
        names = dict.fromkeys(
            f"{origin_name(item.origin)} over published totals"
            if item.origin
            else data_set(item.source, item.vintage, item.title)
            for figure in series
            for item in figure.evidence
        )
        found.append(f"Computed: {', '.join(names)}. " + (f"{beyond} " if beyond else ""))
    if rows:
        found.append("Published: ")
        latest = sorted(rows, key=lambda row: (row.period.end, row.id), reverse=True)
        # The newest row of each origin: in reversed order the last one assigned is the newest.
        named = list({row.origin: row for row in reversed(latest)}.values())[::-1][:SHOWN_LINKS]
        for place, row in enumerate(named):
            found += [
                *(["; "] if place else []),
                PageLink(f"{origin_name(row.origin)} ({row.period})", row.url),
            ]
        rest = len({row.origin for row in rows}) - len(named)
        found.append(
            f"; {phrasing.count_word(rest, 'other')} in the table below." if rest > 0 else "."
        )
    return tuple(found)


def _ordered(rows: list[Published]) -> list[Published]:
    return sorted(rows, key=lambda row: (row.period.start, row.period.end, _size(row), row.id))


def _size(row: Published) -> float:
    """Return what to sort a printed share by; words without a number come last."""
    return math.inf if row.middle is None else row.middle
