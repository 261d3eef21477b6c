"""What was published about the pair and does not fit: numbers that cannot both be true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.published_checks import findings
from entrepot.figures import statements
from entrepot.report import phrasing
from entrepot.report.attribution import origin_name
from entrepot.report.parts import Gap, Link, Note, Remark, Section, Sentence, Table

if TYPE_CHECKING:
    from entrepot.claims.published_checks import Discrepancy
    from entrepot.claims.published_checks.discrepancy import Side
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.sources.published.read import Published

__all__ = ["section"]

NAME, EYEBROW = "print", "In print, and does not fit"
SHOWN, LINKED = 8, 4


def section(book: BriefContext, subject: Subject) -> Section:
    """Return the printed numbers of this pair that cannot both be true, the newest first."""
    rows = _rows(book, subject)
    pair = f"{subject.buyer} and {subject.seller}"
    if not rows:
        gap = Gap(
            f"numbers in print about {pair}",
            "none of the bundled ones is about this pair",
            f"entrepot published list --importer {subject.importer} --exporter {subject.supplier}",
        )
        return Section(NAME, EYEBROW, Remark("What others printed is not held"), gap=gap)
    found = sorted(
        (item for item in findings(rows) if item.kind == "conflict"),
        key=lambda item: (item.one.rows[0].period.end, item.id),
        reverse=True,
    )
    held = phrasing.count_word(len(rows), "number")
    if not found:
        ends = {1: "and nothing to hold it against", 2: "and neither contradicts the other"}
        none = ends.get(len(rows), "and none contradicts another")
        title = f"{phrasing.capital(held)} in print about {pair}, {none}"
        deck = "Numbers of one thing are compared, parts with their whole, growth with levels."
        return Section(NAME, EYEBROW, Sentence(title, tuple(rows)), deck=deck)
    book.show(_carriers(found[:SHOWN]))
    count = phrasing.count_word(len(found), "number")
    title = f"{phrasing.capital(count)} in print cannot be true beside others"
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=Sentence(title, _carriers(found)),
        deck=f"Of {held} in print about {pair}: what contradicts another, or a sum of others.",
        table=_table(found),
        notes=_notes(found),
        source=_source(found),
    )


def _rows(book: BriefContext, subject: Subject) -> list[Published]:
    """Return what is in print about the two, whichever way the goods go."""
    sides = {*subject.importer.split("+")}, {*subject.supplier.split("+")}
    return [
        row
        for row in statements("published", book.lake)
        if (row.importer in sides[0] and row.exporter in sides[1])
        or (row.importer in sides[1] and row.exporter in sides[0])
    ]


def _carriers(found: list[Discrepancy]) -> tuple[Published, ...]:
    rows = [row for item in found for side in (item.one, item.other) for row in side.rows]
    return tuple({row.id: row for row in rows}.values())


def _table(found: list[Discrepancy]) -> Table:
    return Table(
        caption="Numbers in print that do not meet"
        + (f", the newest {phrasing.cardinal(SHOWN)}" if len(found) > SHOWN else ""),
        head=("What", "Says", "Against it", "Why not both"),
        numeric=(False, False, False, False),
        rows=tuple(
            (phrasing.capital(item.what), _says(item.one), _says(item.other), item.because)
            for item in found[:SHOWN]
        ),
        units=("", "", "", ""),
        name="",
    )


def _says(side: Side) -> str:
    who = dict.fromkeys(origin_name(row.origin) for row in side.rows)
    return f"{side.text} ({', '.join(who)})"


def _notes(found: list[Discrepancy]) -> tuple[Note, ...]:
    likely_errors = [(item, item.likely_errors[0]) for item in found if item.likely_errors]
    notes = []
    if likely_errors:
        item, slip = likely_errors[0]
        rows = _carriers([item])
        notes.append(Note("Likely error", (Sentence(slip.text, rows),)))
    how = (
        "A contradiction says that one of two numbers is wrong or means something else, not which."
    )
    return (*notes, Note("How to read it", (Remark(how),)))


def _source(found: list[Discrepancy]) -> tuple[str | Link, ...]:
    named = {row.origin: row for row in reversed(_carriers(found[:SHOWN]))}
    parts: list[str | Link] = ["In print: "]
    for place, (origin, row) in enumerate(list(named.items())[:LINKED]):
        parts += [
            *(["; "] if place else []),
            Link(f"{origin_name(origin)} ({row.period})", row.url),
        ]
    rest = len(named) - LINKED
    parts.append(f"; {phrasing.count_word(rest, 'other')}." if rest > 0 else ".")
    return tuple(parts)
