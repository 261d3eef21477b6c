"""What the reports hide: goods that one side reports and the other, who would have to, does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures import Definition
from entrepot.model.areas import WORLD, area_name, area_phrase
from entrepot.model.display import NBSP, figure_value, joined, number
from entrepot.reconcile.hidden import FAR, LEAST
from entrepot.report import two_reports, words
from entrepot.report.hidden_words import (
    amount,
    counted,
    label,
    largest,
    lines_that_ended,
    over_all_goods,
    when,
)
from entrepot.report.origins import source_name
from entrepot.report.parts import Command, Gap, Note, Remark, Section, Sentence, Table
from entrepot.report.silence import why_not
from entrepot.report.tellers import of_reports

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.reconcile.hidden import TwoReports
    from entrepot.report.book import Book, Subject
    from entrepot.report.two_reports import Compared

__all__ = ["commands", "section"]

NAME, EYEBROW = "hidden", "What the reports hide"
CHECK = "entrepot data check"
_YEARS, _ROWS, _SUPPLIERS = 5, 5, 4
_MILLION = 1e6


def section(book: Book, subject: Subject) -> Section | None:
    """Return the largest differences between two reports, or why nothing can be compared.

    None where the lake holds no single reports: then nothing is read.
    """
    held = of_reports(book.lake)
    if not held or WORLD in (subject.importer, subject.supplier):
        return None
    asked = Definition.build(
        "value",
        importer=subject.importer,
        exporter=subject.supplier,
        goods=subject.goods,
        period=subject.period,
    )
    last = subject.period.end.year
    compared = two_reports.compare(asked, (last - _YEARS + 1, last), book.lake, _SUPPLIERS)
    pair, others = compared.pair, compared.others
    why = why_not(subject, asked, pair, held)
    book.lean_on(name for one in (*compared.goods, *compared.totals) for name in _sources(one))
    if not compared.goods and not pair.totals:
        return Section(NAME, EYEBROW, Remark("No two reports can be compared"), gap=why)
    shown = pair if pair.apart else others
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=_title(subject, pair, others),
        deck=_deck(compared),
        table=_table(subject, shown.apart[:_ROWS]),
        notes=tuple(_notes(subject, pair, others, compared, why)),
        source=(_source(compared),),
        reports=compared,
    )


def commands(part: Section | None) -> tuple[Command, ...]:
    """Return the lines that give the larger report of the first row again, and all of the lake."""
    if part is None:
        return ()
    found = []
    compared = part.reports
    for one in (*compared.pair.apart, *compared.others.apart)[:1] if compared else ():
        out = one.told_out_usd >= one.told_in_usd
        least, most = (
            (one.told_out_usd, one.most_out_usd) if out else (one.told_in_usd, one.most_in_usd)
        )
        if least == most:  # in dollars, as the question is
            line = (
                f"entrepot ask value --importer {one.importer} --exporter {one.exporter} "
                f"--goods {one.product} --period {one.year} "
                f"--source {one.source_out if out else one.source_in} "
                f"--told-by {'exporter' if out else 'importer'}"
            )
            found.append(Command("the report that the other side does not show", line))
    return (*found, Command("what all reports of the lake hide", CHECK))


def _sources(one: TwoReports) -> tuple[str, str]:
    return one.source_out, one.source_in


def _title(subject: Subject, pair: Compared, others: Compared) -> Sentence | Remark:
    if pair.apart:
        return _apart(pair, "that can be compared")
    if pair.goods and others.apart:
        text = f"Both sides show what {subject.seller} sent; on other suppliers they lie apart"
        return Sentence(f"{text}, {when(pair.goods)}", (*pair.goods, *others.goods))
    if pair.goods:
        text = f"Both sides show {counted(pair.goods, pair.goods)} that can be compared"
        return Sentence(f"{text}, {when(pair.goods)}", pair.goods)
    if others.apart:
        return _apart(others, f"that others than {subject.seller} sent")
    if others.goods:
        return Remark(f"No report of {subject.seller} can be compared, and others agree")
    return Remark("Only totals over all goods can be compared")


def _apart(found: Compared, which: str) -> Sentence:
    text = f"One side shows next to nothing of {counted(found.apart, found.goods)} {which}"
    return Sentence(f"{text}, {when(found.goods)}", found.goods)


def _deck(compared: Compared) -> str:
    first, last = compared.years
    return (
        f"Goods of a year that both sides could tell, {first} to {last}, and that one reports with "
        f"{number(LEAST / _MILLION, 1)}{NBSP}million USD or more. Next to nothing: less than a "
        f"{FAR:g}th of that, or none."
    )


def _table(subject: Subject, rows: Sequence[TwoReports]) -> Table | None:
    """Return both reports of each row; what all rows share stands in the caption."""
    if not rows:
        return None
    sellers, buyers, years = (
        sorted({getattr(one, name) for one in rows}) for name in ("exporter", "importer", "year")
    )
    columns = {"From": sellers, "To": buyers, "Year": years}
    kept = [name for name, found in columns.items() if len(found) > 1]
    seller, buyer = (
        area_name(found[0]) if len(found) == 1 else side
        for side, found in (("Exporter", sellers), ("Importer", buyers))
    )
    shared = (
        f" from {area_phrase(sellers[0])}" if len(sellers) == 1 else "",
        f" to {area_phrase(buyers[0])}" if len(buyers) == 1 else "",
        f" in {years[0]}" if len(years) == 1 else "",
    )
    largest_of = "The largest difference"
    if len(rows) > 1:
        largest_of = f"The {words.cardinal(len(rows))} largest differences"
    return Table(
        caption=f"{largest_of}{''.join(shared)}, million USD",
        head=("Good", *kept, f"{seller} reports", f"{buyer} reports", "Apart by"),
        numeric=(False, *(name == "Year" for name in kept), True, True, True),
        units=("", *("" for _ in kept), "million USD", "million USD", "million USD"),
        rows=tuple(_row(subject, one, kept) for one in rows),
        name="",
    )


def _row(subject: Subject, one: TwoReports, kept: Sequence[str]) -> tuple[str, ...]:
    cells = {"From": area_name(one.exporter), "To": area_name(one.importer), "Year": f"{one.year}"}
    return (
        label(subject, one),
        *(cells[name] for name in kept),
        amount(one.told_out_usd, one.most_out_usd),
        amount(one.told_in_usd, one.most_in_usd),
        number(one.gap_usd / _MILLION),
    )


def _notes(
    subject: Subject, pair: Compared, others: Compared, compared: Compared, why: Gap | None
) -> Iterator[Note]:
    shown = pair if pair.apart else others
    if shown.apart:
        first = largest(subject, shown.apart[0])
        yield Note("The largest", (*first, *lines_that_ended(shown.apart)))
    far = tuple(one for one in pair.totals if one.rules)
    if flows := far or (() if compared.goods else pair.totals):
        yield Note("Over all goods", (over_all_goods(flows),))
    if pair.apart and (said := list(_suppliers(others, compared.suppliers))):
        yield Note("Other main suppliers", tuple(said))
    if why is not None:
        yield Note("What cannot be compared", (Remark(f"{words.capital(why.why)}."),))
    text = (
        "A difference is no proof: goods in transit, recording by origin and another code make it "
        "too. It says that a figure of this flow depends on whose report it is. Lines that end, "
        f"values that repeat and round numbers are looked for in the whole lake by **{CHECK}**."
    )
    yield Note("How to read it", (Remark(text),))


def _suppliers(others: Compared, names: Sequence[str]) -> Iterator[Sentence]:
    """Say of each of the importer's other main suppliers what is next to nothing on one side."""
    for name in names:
        found = others.of([name])
        if not found.apart:
            continue
        gap = figure_value(sum(one.gap_usd for one in found.apart), "USD")
        share = counted(found.apart, found.goods)
        text = f"{area_phrase(name)}: {share}, {gap} apart."
        yield Sentence(words.capital(text), found.goods)


def _source(compared: Compared) -> str:
    rows = (*compared.goods, *compared.totals)
    names = dict.fromkeys(source_name(name) for one in rows for name in _sources(one))
    euros = ""
    if any(
        (one.told_out_usd, one.told_in_usd) != (one.most_out_usd, one.most_in_usd) for one in rows
    ):
        euros = " Reports in euros: at the least and at the highest rate since 1999."
    return f"Rows of {joined(list(names))}, as each side reports them, freight left in.{euros}"
