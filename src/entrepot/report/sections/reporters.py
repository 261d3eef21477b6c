"""Who reports: which countries reported which years, and who stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.areas import area_name, area_phrase, area_set, stopped
from entrepot.model.display import joined
from entrepot.report import phrasing
from entrepot.report.charts import BriefTable
from entrepot.report.charts.calendar import (
    ALIKE,
    DECK,
    calendar,
    rows_of,
    stopped_reporting_in,
    year_spans,
    years_reported,
)
from entrepot.report.parts import DataGap, Note, Remark, Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from entrepot.model.period import Period
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.charts.calendar import Key, Months, ReporterYears

NAME, EYEBROW = "reporters", "Reporting countries"
YEARS, ROWS, NAMED = 10, 12, 6
ADD_REPORTS = "entrepot data add comtrade FILE"


def section(context: BriefContext, subject: Subject) -> Section:
    """Return who reported which years of the trade that the lake holds, up to that of the brief."""
    last = subject.period.end.year
    every, _ = years_reported(context.lake)
    there = {year for one in every.values() for year in one.all_years}
    years = sorted(year for year in there if year <= last)[-YEARS:]
    reported = {key: one for key, one in every.items() if one.years & {*years}}
    if not reported:
        return Section(
            NAME, EYEBROW, Remark("The reporting calendar is not available"), gap=_gap(context)
        )
    # The calendar is no Figure, and its sources would count as not used at the end of the page.
    shown = list(dict.fromkeys(source for source, _ in reported))
    context.show_calendar_of(shown)
    span = list(range(years[0], years[-1] + 1))
    sides = _sides(subject)
    rows = rows_of(reported, span, sides)
    ended = stopped_reporting_in(reported, last)
    title = _title(subject, reported, ended, span)
    picture, left = calendar(title, rows, span, ROWS)
    more = (
        f" {phrasing.capital(phrasing.count_word(left, 'more row'))} in the table." if left else ""
    )
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=Remark(title),
        deck=f"{DECK}{more}",
        picture=picture,
        table=_table(rows, span),
        notes=tuple(_notes(subject, reported, ended)),
        source=(f"Source: {', '.join(_data_sets(context, shown))}.",),
    )


def _data_sets(context: BriefContext, sources: list[str]) -> list[str]:
    return [name for one in sources for name in years_reported(context.lake, one)[1]]


def _gap(context: BriefContext) -> DataGap:
    flows = [one for one in context.lake.holdings() if one.table == "flows" and one.counts]
    why = "no trade data are loaded"
    if flows:
        why = "the loaded data do not say which country reported them"
    return DataGap("which countries reported, year by year", why, ADD_REPORTS)


def _sides(subject: Subject) -> frozenset[str]:
    """Return importer and supplier, where a side is few enough to have a row each."""
    found = (area_set(side, subject.period.end) for side in (subject.importer, subject.supplier))
    # A group of many would fill the calendar with its members.
    return frozenset().union(*(one for one in found if len(one) <= ALIKE))


def _title(
    subject: Subject, reported: Mapping[Key, Months], ended: Mapping[Key, int], years: list[int]
) -> str:
    """Say who of the two publishes nothing any more, else how many others stopped."""
    last = years[-1]
    gone = [
        f"{area_phrase(one.area)} has published no trade by partner since {one.last}"
        for one in stopped()
        if one.area in _sides(subject) and one.last.start.year <= last
    ]
    if gone:
        return phrasing.capital(joined(gone))
    count = len({area for _, area in reported})
    if lost := {area for _, area in ended} | {*_ended(reported, last)}:
        return (
            f"{phrasing.capital(phrasing.cardinal(len(lost)))} of "
            f"{phrasing.count_word(count, 'reporter')} stopped reporting"
        )
    # With one year each nobody can have stopped, and to say so would reassure without reason.
    if all(len(one.years & {*years}) == 1 for one in reported.values()):
        number = phrasing.capital(phrasing.count_word(count, "reporter"))
        return f"{number}, each with data for one year only"
    return f"None of {phrasing.count_word(count, 'reporter')} stopped reporting in the loaded data"


def _ended(reported: Mapping[Key, Months], last: int) -> dict[str, Period]:
    """Return who publishes nothing any more, whoever reports its trade since, with its last own."""
    areas = {area for _, area in reported}
    return {one.area: one.last for one in stopped() if one.area in areas and one.last.year <= last}


def _notes(
    subject: Subject, reported: Mapping[Key, Months], ended: Mapping[Key, int]
) -> Iterator[Note]:
    fell = []
    if ended:
        ends: dict[str, int] = {}
        for (_, area), year in ended.items():
            # The latest over all sources: who is missing in one may report to another.
            ends[area] = max(year, ends.get(area, 0))
        # Sides of the brief first, then who stopped longest ago.
        first = sorted(ends, key=lambda area: (area not in _sides(subject), ends[area], area))
        names = [f"{area_name(area)} (last {ends[area]})" for area in first[:NAMED]]
        if more := len(first) - NAMED:
            names += [phrasing.count_word(more, "other")] if more > 0 else []
        text = (
            "Reported in earlier years, but not in the latest year of their source: "
            f"{joined(names)}."
        )
        fell.append(Remark(text))
    for area, period in _ended(reported, subject.period.end.year).items():
        if area not in _sides(subject):
            text = f"{area_phrase(area)} has published no trade by partner since {period}"
            text += "; later data in a source are partner-reported data and estimates."
            fell.append(Remark(phrasing.capital(text)))
    if fell:
        yield Note("Stopped reporting", tuple(fell))
    absent = sorted(_sides(subject) - {area for _, area in reported})
    if absent:
        names = [area_phrase(area) for area in absent]
        text = (
            f"No reports by {joined(names)} are available: their trade is known from partners only."
        )
        yield Note("Non-reporting countries", (Remark(phrasing.capital(text)),))
    how = (
        "A missing report does not mean no trade. Where one side does not report, a figure comes "
        "from the other side alone and cannot be cross-checked."
    )
    yield Note("How to read it", (Remark(how, ("reporter-break",)),))


def _table(rows: list[ReporterYears], years: list[int]) -> BriefTable:
    return BriefTable(
        caption=f"Who reported which of the years {years[0]} to {years[-1]}",
        head=("Reporter", "Imports reported", "Exports reported", "Note"),
        numeric=(False, False, False, False),
        rows=tuple(
            (row.name, _spans(row.imports, years), _spans(row.exports, years), row.note)
            for row in rows
        ),
        units=("", "", "", ""),
    )


def _spans(parts: tuple[float, ...], years: list[int]) -> str:
    """Return the years reported as spans; one of which months are missing says so."""
    text = year_spans([year for year, part in zip(years, parts, strict=True) if part])
    partly = [str(year) for year, part in zip(years, parts, strict=True) if 0 < part < 1]
    return f"{text} ({', '.join(partly)} in part)" if partly else text
