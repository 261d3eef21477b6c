"""What was published about the pair and does not fit: numbers that cannot both be true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.published_checks import findings
from entrepot.figures.statements import statements
from entrepot.report import phrasing
from entrepot.report.charts import BriefTable
from entrepot.report.parts import BriefSentence, DataGap, Note, PageLink, Remark, Section
from entrepot.sources.published.parse import origin_name

if TYPE_CHECKING:
    from entrepot.claims.published_checks import Discrepancy
    from entrepot.claims.published_checks.discrepancy import Side
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.sources.published.row import Published

NAME, EYEBROW = "print", "Conflicting published figures"
SHOWN, LINKED = 8, 4


def section(context: BriefContext, subject: Subject) -> Section:
    """Return the printed numbers of this pair that cannot both be true, the newest first."""
    rows = _rows(context, subject)
    pair = f"{subject.buyer} and {subject.seller}"
    if not rows:
        gap = DataGap(
            f"published figures on {pair}",
            "none of the bundled published figures covers this pair",
            f"entrepot published list --importer {subject.importer} --exporter {subject.supplier}",
        )
        return Section(NAME, EYEBROW, Remark("No published figures are available"), gap=gap)
    found = sorted(
        (item for item in findings(rows) if item.kind == "conflict"),
        key=lambda item: (item.one.rows[0].period.end, item.id),
        reverse=True,
    )
    counted = phrasing.count_word(len(rows), "published figure")
    if not found:
        ends = {1: "with nothing to compare it with", 2: "and neither contradicts the other"}
        none = ends.get(len(rows), "and none contradicts another")
        title = f"{phrasing.capital(counted)} on {pair}, {none}"
        deck = "Compared: figures of the same quantity, parts with totals, growth with levels."
        return Section(NAME, EYEBROW, BriefSentence(title, tuple(rows)), deck=deck)
    context.show(_published_rows(found[:SHOWN]))
    count = phrasing.count_word(len(found), "published figure")
    title = f"{phrasing.capital(count)} contradicted by others"
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=BriefSentence(title, _published_rows(found)),
        deck=f"Of {counted} on {pair}: those that contradict another figure or a sum of others.",
        table=_table(found),
        notes=_notes(found),
        source=_source(found),
    )


def _rows(context: BriefContext, subject: Subject) -> list[Published]:
    """Return what is in print about the two, whichever way the goods go."""
    # Of CHN+HKG figures on either are of interest.
    sides = {*subject.importer.split("+")}, {*subject.supplier.split("+")}
    return [
        row
        for row in statements("published", context.lake)
        if (row.importer in sides[0] and row.exporter in sides[1])
        or (row.importer in sides[1] and row.exporter in sides[0])
    ]


def _published_rows(found: list[Discrepancy]) -> tuple[Published, ...]:
    rows = [row for item in found for side in (item.one, item.other) for row in side.rows]
    # A row may be in several conflicts.
    return tuple({row.id: row for row in rows}.values())


def _table(found: list[Discrepancy]) -> BriefTable:
    return BriefTable(
        caption="Published figures that do not agree"
        + (f", the newest {phrasing.cardinal(SHOWN)}" if len(found) > SHOWN else ""),
        head=("Quantity", "One figure", "The other", "Why they conflict"),
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
        item, error = likely_errors[0]
        rows = _published_rows([item])
        notes.append(Note("Likely error", (BriefSentence(error.text, rows),)))
    how = (
        "A conflict shows that one of the two figures is wrong or defined differently, not "
        "which one."
    )
    return (*notes, Note("How to read it", (Remark(how),)))


def _source(found: list[Discrepancy]) -> tuple[str | PageLink, ...]:
    # Reversed, so that of several rows of one origin the newest gives the link.
    named = {row.origin: row for row in reversed(_published_rows(found[:SHOWN]))}
    parts: list[str | PageLink] = ["Published: "]
    for place, (origin, row) in enumerate(list(named.items())[:LINKED]):
        parts += [
            *(["; "] if place else []),
            PageLink(f"{origin_name(origin)} ({row.period})", row.url),
        ]
    rest = len(named) - LINKED
    parts.append(f"; {phrasing.count_word(rest, 'other')}." if rest > 0 else ".")
    return tuple(parts)
