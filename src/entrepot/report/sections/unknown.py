"""What is not known: gaps that follow from Figures without a value, lists, and claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.figures import flow_sources, links_held
from entrepot.goods import goods_selection
from entrepot.report import words
from entrepot.report.breaks import break_of
from entrepot.report.definitions import ADD_DATA, command_for, name_of
from entrepot.report.parts import Gap, Remark, Section

if TYPE_CHECKING:
    from entrepot.report.book import Book, Subject
    from entrepot.report.cards import Headline

__all__ = ["section"]

NAME, EYEBROW = "gaps", "What is not known"
BASES = {
    "origin": "Where the goods were made",
    "producer_hq": "Whose companies made the goods",
}


def section(
    book: Book, subject: Subject, found: Headline, untestable: tuple[Gap, ...] = ()
) -> Section:
    """Return what would narrow the ranges; claims that cannot be tested come last."""
    gaps = [
        *_figures(subject, found),
        *_total(book, subject, found),
        *_reporter(subject),
        *_codes(book, subject),
        *_bases(book, subject),
        *untestable,
    ]
    count = words.count_word(len(gaps), "thing")
    title = f"{words.capital(count)} would narrow the ranges" if gaps else "No gap was found"
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=Remark(title),
        deck="Missing evidence is named, never filled in.",
        gaps=tuple(gaps),
    )


def _figures(subject: Subject, found: Headline) -> list[Gap]:
    names = [name_of(subject, figure) for figure in found if figure.status != "ok"]
    if not names:
        return []
    count = words.count_word(len(names), "headline Figure")
    why = f"Neither the lake nor the bundled tables hold: {'; '.join(names)}."
    return [Gap(words.capital(count), why, ADD_DATA)]


def _total(book: Book, subject: Subject, found: Headline) -> list[Gap]:
    """Say that no total is held, unless the lake has given one to a headline share."""
    held_sources = flow_sources(book.lake)
    shares = (item.source for share in (found.share, found.overall) for item in share.evidence)
    if not set(held_sources).isdisjoint(shares):
        return []
    names = " and ".join(source.upper() for source in sorted(held_sources))
    held = f"The lake has no total in {names}" if names else "The lake is empty"
    return [
        Gap(
            words.capital(f"{subject.buyers} imports from everyone, by product"),
            f"{held}, so a share rests on totals that others printed.",
            ADD_DATA,
        )
    ]


def _reporter(subject: Subject) -> list[Gap]:
    broken = break_of(subject, subject.period.year - 5, subject.period.year)
    if broken is None:
        return []
    return [
        Gap(
            f"{words.capital(broken.before)} after {broken.year}",
            "They are not published by partner and product, so nobody can set them beside the "
            "partners’ reports.",
        )
    ]


def _codes(book: Book, subject: Subject) -> list[Gap]:
    flows = [item for item in book.lake.holdings() if item.table == "flows"]
    editions = [name for item in flows for name in item.nomenclature.split("+")]
    edition = next((name for name in editions if name.startswith("HS")), "HS2017")
    if subject.listed is None:
        return []
    links = links_held(book.lake)
    try:
        missing = goods_selection(subject.goods, nomenclature=edition, links=links).missing
    except RequestError as error:
        what, why = f"The list in {edition}", f"{words.capital(error.what)}."
        return [Gap(what, why, "entrepot data get concordance")]
    if not missing:
        return []
    codes = ", ".join(code for code, _ in missing)
    what = words.count_word(len(missing), "code")
    return [
        Gap(
            f"{words.capital(what)} of the list",
            f"{codes} cannot be followed in {edition} and are left out.",
            f"entrepot goods show {subject.listed.id}",
        )
    ]


def _bases(book: Book, subject: Subject) -> list[Gap]:
    gaps = []
    for basis, what in BASES.items():
        figure = book.ask(
            "import_share",
            importer=subject.importer,
            exporter=subject.supplier,
            goods=subject.goods,
            period=subject.period,
            basis=basis,
        )
        if figure.status != "ok":
            text = f"No share of {subject.goods_name} on this basis is held for {subject.period}."
            gaps.append(Gap(what, text, command_for(figure.definition) + f" --basis {basis}"))
    return gaps
