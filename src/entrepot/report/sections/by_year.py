"""Suppliers over the years: everybody's part of each year, and who moved over all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.goods import goods_title
from entrepot.model.areas import area_phrase, possessive
from entrepot.report import phrasing
from entrepot.report.chart_data import Stack
from entrepot.report.parts import Gap, Note, Remark, Section, Sentence, Table
from entrepot.report.sections.suppliers import moved
from entrepot.report.standalone.parts import held_years
from entrepot.report.standalone.stack import found_years, of_years

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.chart_data import Break

__all__ = ["section"]

NAME, EYEBROW = "by_year", "Suppliers over the years"
YEARS = 10


def section(book: BriefContext, subject: Subject) -> Section | None:
    """Return the suppliers of the goods by year, or of all goods where only those are known.

    None where no year of suppliers is held, for the map says why.
    """
    found = _found(book, subject)
    if not found:
        return None
    if len(found) == 1:
        [year] = found
        what = f"{subject.buyers} suppliers in other years than {year}"
        title = Remark("How the suppliers changed is not known")
        why = "the lake holds all suppliers of that one year"
        return Section(NAME, EYEBROW, title, gap=Gap(what, why))
    drawn = of_years(found, subject.supplier)
    figures = tuple(found.values())
    ends = (figures[0], figures[-1])
    stacked = drawn.picture.drawn
    assert isinstance(stacked, Stack)
    broken = stacked.broken
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=Sentence(
            subject.headed(drawn.title, ends[1].definition.goods),
            ends,
            ("reporter-break",) if broken else (),
        ),
        deck=drawn.deck,
        picture=drawn.picture,
        table=_table(ends[1], stacked),
        notes=_notes(subject, ends, broken),
        source=(" ".join(drawn.foot),),
    )


def _found(book: BriefContext, subject: Subject) -> dict[int, Figure]:
    last = subject.period.end.year
    years = [year for year in held_years(book.lake) if last - YEARS < year <= last]
    best: dict[int, Figure] = {}
    for goods in dict.fromkeys((subject.goods, "all")):
        keys = {"importer": subject.importer, "goods": goods}
        found, _ = found_years(book.ask, book.lake, years, keys)
        if len(found) > 1:
            return found
        best = best or found
    return best


def _table(last: Figure, drawn: Stack) -> Table:
    asked = last.definition
    rows = tuple(
        (
            phrasing.capital(layer.name),
            *("" if share is None else f"{share:.1f}" for share in layer.shares),
        )
        for layer in drawn.layers
    )
    whose = phrasing.capital(possessive(area_phrase(asked.importer)))
    return Table(
        caption=f"{whose} suppliers of {goods_title(asked.goods)}: share of each year, per cent",
        head=("Supplier", *(str(year) for year in drawn.years)),
        numeric=(False, *(True for _ in drawn.years)),
        rows=rows,
        units=("", *("per cent" for _ in drawn.years)),
    )


def _across(said: Sentence, ends: tuple[Figure, Figure], broken: Break | None) -> Sentence:
    """Name both reporters of a change that goes across a break."""
    if broken is None:
        return said
    first, last = (str(figure.definition.period) for figure in ends)
    text = said.text.replace(
        f"From {first} to {last}", f"From {first} ({broken.before}) to {last} ({broken.after})"
    )
    return replace(said, text=text, caveats=("reporter-break",))


def _notes(subject: Subject, ends: tuple[Figure, Figure], broken: Break | None) -> tuple[Note, ...]:
    notes = []
    if ends[1].definition.goods != subject.goods:
        what = (
            f"Of {subject.goods_name} no two years are held, so these suppliers are of all goods."
        )
        notes.append(Note("What is shown", (Remark(what),)))
    if said := moved(*ends):
        notes.append(Note("Over all these years", (_across(said, ends, broken),)))
    how = (
        "Each column is all of a year’s imports. A supplier’s part can grow because it sells more "
        "or because others sell less; the values are in the table of who was replaced by whom."
    )
    return (*notes, Note("How to read it", (Remark(how),)))
