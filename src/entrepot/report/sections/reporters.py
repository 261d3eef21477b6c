"""Who reports: which countries told which years, and who fell silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.areas import area_name, area_phrase, area_set, stopped
from entrepot.model.display import joined
from entrepot.report import phrasing
from entrepot.report.parts import Gap, Note, Remark, Section, Table
from entrepot.report.standalone.reporters import (
    ALIKE,
    DECK,
    calendar,
    fell_silent,
    rows_of,
    told_years,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from entrepot.model.period import Period
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.chart_data import Told
    from entrepot.report.standalone.reporters import Key, Months

__all__ = ["section"]

NAME, EYEBROW = "reporters", "Who reports"
YEARS, ROWS, NAMED = 10, 12, 6
ADD_REPORTS = "entrepot data add comtrade FILE"


def section(book: BriefContext, subject: Subject) -> Section:
    """Return who told which years of the trade that the lake holds, up to that of the brief."""
    last = subject.period.end.year
    every, sources = told_years(book.lake)
    years = sorted({year for one in every.values() for year in one.years if year <= last})[-YEARS:]
    told = {key: one for key, one in every.items() if one.years & {*years}}
    if not told:
        return Section(NAME, EYEBROW, Remark("Who reported when is not known"), gap=_gap(book))
    span = list(range(years[0], years[-1] + 1))
    sides = _sides(subject)
    rows = rows_of(told, span, sides)
    silent = fell_silent(told, last)
    title = _title(subject, told, silent, span)
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
        notes=tuple(_notes(subject, told, silent)),
        source=(f"Source: {', '.join(sources)}.",),
    )


def _gap(book: BriefContext) -> Gap:
    flows = [one for one in book.lake.holdings() if one.table == "flows" and one.counts]
    why = "the lake holds no trade"
    if flows:
        why = "what the lake holds comes as a whole and does not say who told it"
    return Gap("which countries reported, year by year", why, ADD_REPORTS)


def _sides(subject: Subject) -> frozenset[str]:
    """Return importer and supplier, where a side is few enough to have a row each."""
    found = (area_set(side, subject.period.end) for side in (subject.importer, subject.supplier))
    return frozenset().union(*(one for one in found if len(one) <= ALIKE))


def _title(
    subject: Subject, told: Mapping[Key, Months], silent: Mapping[Key, int], years: list[int]
) -> str:
    """Say who of the two publishes nothing any more, else how many others fell silent."""
    last = years[-1]
    gone = [
        f"{area_phrase(one.area)} has published no trade by partner since {one.last}"
        for one in stopped()
        if one.area in _sides(subject) and one.last.start.year <= last
    ]
    if gone:
        return phrasing.capital(joined(gone))
    count = len({area for _, area in told})
    if lost := {area for _, area in silent} | {*_ended(told, last)}:
        return (
            f"{phrasing.capital(phrasing.cardinal(len(lost)))} of "
            f"{phrasing.count_word(count, 'reporter')} stopped reporting"
        )
    if all(len(one.years & {*years}) == 1 for one in told.values()):
        number = phrasing.capital(phrasing.count_word(count, "reporter"))
        return f"{number}, each with data for one year only"
    return f"None of {phrasing.count_word(count, 'reporter')} stopped reporting in the loaded data"


def _ended(told: Mapping[Key, Months], last: int) -> dict[str, Period]:
    """Return who publishes nothing any more, whoever tells its trade since, with its last own."""
    areas = {area for _, area in told}
    return {one.area: one.last for one in stopped() if one.area in areas and one.last.year <= last}


def _notes(
    subject: Subject, told: Mapping[Key, Months], silent: Mapping[Key, int]
) -> Iterator[Note]:
    fell = []
    if silent:
        ends: dict[str, int] = {}
        for (_, area), year in silent.items():
            ends[area] = max(year, ends.get(area, 0))
        first = sorted(ends, key=lambda area: (area not in _sides(subject), ends[area], area))
        names = [f"{area_name(area)} (last {ends[area]})" for area in first[:NAMED]]
        if more := len(first) - NAMED:
            names += [phrasing.count_word(more, "other")] if more > 0 else []
        text = f"Told earlier years, and not the last that their source holds: {joined(names)}."
        fell.append(Remark(text))
    for area, period in _ended(told, subject.period.end.year).items():
        if area not in _sides(subject):
            text = f"{area_phrase(area)} has published no trade by partner since {period}"
            text += "; what a source has of it later are others’ reports and estimates."
            fell.append(Remark(phrasing.capital(text)))
    if fell:
        yield Note("Who fell silent", tuple(fell))
    absent = sorted(_sides(subject) - {area for _, area in told})
    if absent:
        names = [area_phrase(area) for area in absent]
        text = f"Of {joined(names)} no report is held, so what is known is what others report."
        yield Note("Who is not heard", (Remark(phrasing.capital(text)),))
    how = (
        "An absent report is no absence of trade: where one side is silent, a number is the other "
        "side’s alone, and nobody can check it."
    )
    yield Note("How to read it", (Remark(how, ("reporter-break",)),))


def _table(rows: list[Told], years: list[int]) -> Table:
    return Table(
        caption=f"Who told which years, {years[0]} to {years[-1]}",
        head=("Reporter", "Imports told", "Exports told", "Note"),
        numeric=(False, False, False, False),
        rows=tuple(
            (row.name, _spans(row.imports, years), _spans(row.exports, years), row.note)
            for row in rows
        ),
        units=("", "", "", ""),
    )


def _spans(parts: tuple[float, ...], years: list[int]) -> str:
    """Return the years told as spans; one of which months are missing says so."""
    spans: list[list[int]] = []
    for year in (year for year, part in zip(years, parts, strict=True) if part):
        if spans and spans[-1][1] == year - 1:
            spans[-1][1] = year
        else:
            spans.append([year, year])
    text = ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in spans)
    partly = [str(year) for year, part in zip(years, parts, strict=True) if 0 < part < 1]
    return f"{text} ({', '.join(partly)} in part)" if partly else text
