"""Share over time: what was computed, and what different publishers printed around it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.figures import flow_sources
from entrepot.model.display import NBSP, number
from entrepot.report import phrasing
from entrepot.report.attribution import is_computed, origin_name, when_of
from entrepot.report.breaks import break_of, told_before_and_after
from entrepot.report.cards import percent_span
from entrepot.report.chart_data import Picture, Point, Printed, ShareLines
from entrepot.report.missing_value import lacking
from entrepot.report.parts import Gap, Remark, Section, Sentence
from entrepot.report.sections import beside

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.chart_data import Break
    from entrepot.sources.published.read import Published

__all__ = ["apart", "ends_of", "key", "point", "printed_point", "section", "series_of"]

NAME, EYEBROW = "share", "Share over time"
MOST_YEARS = 12


def section(book: BriefContext, subject: Subject, claims: tuple[Printed, ...] = ()) -> Section:
    """Return the share of all imports over time, or a gap that says what is missing.

    Parameters
    ----------
    book, subject
        Where to ask, and what about.
    claims
        Claims under check that state such a share.
    """
    said = book.printed("import_share", subject.importer, subject.supplier)
    rows = [row for row in said if row.value is not None]
    book.show(rows)
    series = series_of(book, subject)
    what = f"{subject.sellers} share of {subject.buyers} imports"
    if not rows and not series:
        lacks = lacking(
            book,
            book.ask(
                "import_share",
                importer=subject.importer,
                exporter=subject.supplier,
                period=subject.period,
            ),
        )
        gap = Gap(f"{what} by year", lacks.why, lacks.command)
        return Section(NAME, EYEBROW, Remark(f"{what} is not known"), gap=gap)
    years = [row.period.year for row in rows] + [figure.definition.period.year for figure in series]
    first, last = min(years), max(years)
    broken = break_of(subject, first, last)
    places = beside.places(rows, series)
    drawn = ShareLines(
        first=first,
        last=last,
        series=tuple(replace(point(figure), row=places[id(figure)]) for figure in series),
        series_name="computed" if series else "",
        printed=tuple(replace(printed_point(row), row=places[id(row)]) for row in rows) + claims,
        broken=broken,
    )
    title = _title(book, subject, series, first, last)
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=title,
        deck=f"{phrasing.capital(what)} of all goods, per cent of value{_deck(broken)}.",
        picture=Picture(drawn, beside.spoken(title.text, what, rows, series), key(drawn)),
        table=beside.table(phrasing.capital(what), rows, series),
        notes=beside.notes(rows, broken),
        source=beside.source(rows, series),
    )


def series_of(book: BriefContext, subject: Subject) -> list[Figure]:
    """Return one computed Figure a year, all from the one source that answers most years.

    What two sources count differs by more than most changes of a year.
    """
    keys = {"importer": subject.importer, "exporter": subject.supplier}
    years = sorted(book.years()[:MOST_YEARS])
    best: list[int] = []
    chosen = ""
    for source in (*flow_sources(book.lake), "computed"):
        known = [
            year
            for year in years
            if is_computed(book.value("import_share", period=year, source=source, **keys))
        ]
        if len(known) > len(best):
            best, chosen = known, source
        if len(best) == len(years):
            break
    return [book.ask("import_share", period=year, source=chosen, **keys) for year in best]


def point(figure: Figure) -> Point:
    """Return a computed share of a year in per cent, with its range."""
    value = figure.required() * 100
    if not phrasing.span(figure) or figure.low is None or figure.high is None:
        return Point(figure.definition.period.year, value)
    return Point(figure.definition.period.year, value, figure.low * 100, figure.high * 100)


def printed_point(row: Published) -> Printed:
    """Return the box of a printed share; an open end is not drawn, the words say it."""
    ends = [end * 100 for end in (row.low, row.middle, row.high) if end is not None]
    low, high = ends[0], ends[-1]
    value = ends[0] if row.middle is None else row.middle * 100
    start, end = row.period.start, row.period.end
    months = (start.year * 12 + start.month - 1, end.year * 12 + end.month)
    middle = sum(months) / 24 - 0.5
    text = row.printed.replace(" %", "").replace("%", "").strip()
    text = text.replace("approximately ", "about ").replace("around ", "about ")
    who = origin_name(row.origin)
    digits = number(value).removesuffix(".0").removesuffix(".00")
    who = f"{who}, {when_of(row)}" if when_of(row) else who
    return Printed(middle, low, high, text, digits, who)


def _title(
    book: BriefContext, subject: Subject, series: list[Figure], first: int, last: int
) -> Sentence | Remark:
    """Say where the share stood at both ends, with a direction only if the ranges are apart.

    What was computed is compared with what was computed; what others print later is said apart.
    """
    ends = []
    for year in (first, last):
        figure = book.ask(
            "import_share", importer=subject.importer, exporter=subject.supplier, period=year
        )
        if figure.status == "ok":
            ends.append(figure)
    if not ends:
        return Remark(f"What others printed of {subject.sellers} share of {subject.buyers} imports")
    if len(ends) == 1 and len(series) > 1 and len({one.evidence[0].source for one in series}) == 1:
        ends = [series[0], series[-1]]
    if len(ends) == 1 or first == last:
        return _at(subject, ends[-1])
    before, after = ends
    if is_computed(before) is is_computed(after):
        return Sentence(_moved(subject, before, after), (before, after), ("reporter-break",))
    printed = after if is_computed(before) else before
    said = f"in print for {printed.definition.period}: {ends_of(printed, ' to ')}"
    alike = [one for one in series if one.evidence[0].source == series[-1].evidence[0].source]
    if len(alike) < 2:
        one = before if printed is after else after
        return Sentence(f"{_at(subject, one).text}; {said}", (one, printed), ("reporter-break",))
    start, end = alike[0], alike[-1]
    text = f"{_moved(subject, start, end)}; {said}"
    return Sentence(text, (start, end, printed), ("reporter-break",))


def _at(subject: Subject, figure: Figure) -> Sentence:
    text = f"{subject.sellers} share was {ends_of(figure)} in {figure.definition.period}"
    return Sentence(subject.headed(phrasing.capital(text)), (figure,))


def _moved(subject: Subject, before: Figure, after: Figure) -> str:
    then, now = (f"{ends_of(figure)} in {figure.definition.period}" for figure in (before, after))
    text = f"{subject.sellers} share {apart(before, after)} from {then} to {now}"
    return subject.headed(phrasing.capital(text))


def ends_of(figure: Figure, between: str = "–") -> str:
    """Return a share in words, by its range where it has one."""
    if figure.specifications and figure.low is not None and figure.high is not None:
        return percent_span(figure.low, figure.high, between)
    return NBSP.join(phrasing.shown(figure))


def apart(before: Figure, after: Figure) -> str:
    """Return a word of direction if the ranges are apart, else one without."""
    (low0, high0), (low1, high1) = (
        (f.required() if f.low is None else f.low, f.required() if f.high is None else f.high)
        for f in (before, after)
    )
    if low1 > high0:
        return "rose"
    return "fell" if high1 < low0 else "went"


def _deck(broken: Break | None) -> str:
    if broken is None:
        return ""
    return f". {told_before_and_after(broken)}"


def key(drawn: ShareLines) -> tuple[tuple[str, str], ...]:
    """Return the kinds of marks that occur, with what they mean."""
    found = []
    if drawn.series:
        found.append(("line", "computed"))
    if any(point.low is not None for point in drawn.series):
        found.append(("band", "other computed definitions"))
    if any(not item.claim for item in drawn.printed):
        found.append(("printed", "in print, as tall as its digits leave open"))
    if any(item.claim for item in drawn.printed):
        found.append(("claim", "the claim under check"))
    return tuple(found)
