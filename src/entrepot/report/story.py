"""What a brief says: Figures and claims in, facts and sentences out. How it looks is elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import entrepot
from entrepot.model.groups import pinned
from entrepot.model.period import Period
from entrepot.report import matter
from entrepot.report.answer import answer, title_of
from entrepot.report.book import Book, Subject
from entrepot.report.cards import cards, headline
from entrepot.report.parts import Brief
from entrepot.report.sections import both_ways, by_tier, over_time, spread, unknown, verdicts

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from pathlib import Path

    from entrepot.claims import Document
    from entrepot.lake import Lake

__all__ = ["brief"]


def brief(
    importer: str,
    supplier: str,
    goods: str = "chpl",
    period: str | int | Period | None = None,
    lake: Lake | str | os.PathLike[str] | None = None,
    claims: Path | str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Brief:
    """Describe one country's dependence on another with whatever is held.

    Parameters
    ----------
    importer, supplier
        Areas as in a definition: ``RUS``, ``CHN+HKG``, a dated group.
    goods
        ``all``, a list, a part of one, or codes.
    period
        Year of the headline; None takes the newest that is held, and lets the cards about all
        goods look at later years.
    lake
        A lake or its folder; None takes the one that the settings name.
    claims
        A claims file to check and show; None for none.
    progress
        Told in a few words what is being done.

    Raises
    ------
    UnknownNameError
        For an unknown area, list or code.
    BadFileError
        For a claims file that cannot be read.
    """
    from entrepot.lake import Lake

    document = _document(claims)
    with (lake if isinstance(lake, Lake) else Lake.open(lake)).reading() as held:
        book = Book(held)
        subject = _subject(book, importer, supplier, goods, period)
        return _described(book, subject, document, str(claims or ""), progress)


def _described(
    book: Book,
    subject: Subject,
    document: Document | None,
    claims: str,
    progress: Callable[[str], None],
) -> Brief:
    progress("asking the headline Figures")
    found = headline(book, subject)
    checked = None
    if document is not None:
        from entrepot.claims import check

        progress("checking the claims")
        checked = check(document, book.lake)
    progress("setting shares, goods and weights side by side")
    sections = (
        over_time.section(book, subject, verdicts.boxes(checked, subject) if checked else ()),
        by_tier.section(book, subject),
        both_ways.section(book, subject, found.ratio),
        spread.section(book, subject, found.share),
        *([verdicts.section(checked)] if checked else []),
        unknown.section(book, subject, found, verdicts.gaps(checked) if checked else ()),
    )
    return Brief(
        title=title_of(subject),
        answer=answer(book, subject, found, checked.summary if checked else None),
        state=matter.state(book, subject, found, len(checked.claims) if checked else None),
        cards=cards(book, subject, found),
        sections=sections,
        caveats=matter.caveats(book, found),
        terms=matter.terms(subject, claims=checked is not None),
        sources=matter.sources(book),
        commands=matter.commands(subject, found, claims),
        figures=book.figures,
        line=matter.line_of(subject),
        version=entrepot.__version__,
        check=checked.to_dict() if checked else None,
    )


def _document(claims: Path | str | None) -> Document | None:
    """Read the claims before anything else, so that a bad file is refused at once."""
    if claims is None:
        return None
    from entrepot.claims import read_document

    return read_document(claims)


def _subject(
    book: Book, importer: str, supplier: str, goods: str, period: str | int | Period | None
) -> Subject:
    years = [Period.parse(year) for year in book.years()]
    headline = years[0] if period is None else Period.parse(period)
    importer, supplier = (
        pinned(side, headline.end, years[-1].start) for side in (importer, supplier)
    )
    if period is None:
        headline = _newest(book, importer, supplier, goods)
    return Subject(importer, supplier, goods, headline, fixed=period is not None)


def _newest(book: Book, importer: str, supplier: str, goods: str) -> Period:
    """Return the newest year with a share, else with a value, else the newest held at all."""
    years = [Period.parse(year) for year in book.years()]
    keys = {"importer": importer, "exporter": supplier, "goods": goods}
    for measure in ("import_share", "value"):
        figure = book.first(measure, years, **keys)
        if figure.status == "ok":
            return figure.definition.period
    return years[0]
