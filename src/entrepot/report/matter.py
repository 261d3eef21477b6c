"""End matter: what words mean here, which sources were used, and how to get the same again."""

from __future__ import annotations

import shlex
from datetime import date
from typing import TYPE_CHECKING

from entrepot.report import words
from entrepot.report.definitions import command_for
from entrepot.report.origins import row_of
from entrepot.report.parts import Command, Term
from entrepot.sources import source_info

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures import Caveat, Figure
    from entrepot.goods import GoodsList
    from entrepot.lake import Holding
    from entrepot.report.book import Book, Subject
    from entrepot.report.cards import Headline

__all__ = ["caveats", "commands", "line_of", "sources", "state", "terms"]


def terms(subject: Subject, *, claims: bool, inputs: bool) -> tuple[Term, ...]:
    """Return the words of the page and what they mean."""
    found = []
    if listed := subject.listed:
        count = len(listed.entries)
        found.append(
            Term(
                words.capital(listed.short),
                f"{listed.title}, {count} codes of {' and '.join(listed.nomenclatures)}"
                f"{_in_parts(listed)}{_as_read(listed)}.",
            )
        )
    found += [
        Term(
            "Share",
            "Value supplied by one country over value imported from everyone: same goods, year "
            "and territory.",
        ),
        Term(
            "Range",
            "Lowest and highest value under the other definitions listed; not a confidence "
            "interval.",
        ),
        Term(
            "Weight ratio",
            "Supplier’s share of the importer’s imports over the importer’s share of the "
            "supplier’s exports.",
        ),
        Term(
            "Computed, published",
            "Computed: our own arithmetic on rows or on two printed numbers. Published: a number "
            "that somebody else printed, with its own digits.",
        ),
    ]
    if inputs:
        found.append(
            Term(
                "Input",
                "What an industry uses up to make something else: parts, materials, energy and "
                "services; no goods for households, and no machines.",
            )
        )
    if claims:
        found.append(
            Term(
                "Verdicts",
                "Cannot hold: contradicts the text’s other numbers. Differs: outside every "
                "defensible definition held. Untestable: evidence is missing. Holds: agrees with "
                "evidence other than its own source.",
            )
        )
    return tuple(found)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def sources(book: Book) -> tuple[Term, ...]:
    """Return every source used, with what was taken from it."""
    found = []
    for name, items in _by_source(book).items():
        info = source_info(name)
        whole = "an extract" if any(item.is_partial for item in items) else "the whole"
        text = (
            f"{info.publisher}; {items[0].nomenclature}, {_years(items)}, "
            f"{sum(item.rows for item in items):,} rows, {whole}, SHA-256 "
            f"{', '.join(item.snapshot for item in items)}. {info.licence}."
        )
        found.append(Term(info.title, text, info.url))
    used = {item.id: item for figure in book.figures for item in figure.evidence if item.id}
    printed = [row for name in sorted(used) if (row := row_of(used[name])) is not None]
    others = [row for row in printed if not row.id.startswith("CO-")]
    ours = [row for row in printed if row.id.startswith("CO-")]
    if others:
        origins = len({row.origin for row in others})
        text = (
            f"{words.count_word(len(others), 'number')} of "
            f"{words.count_word(origins, 'origin')} stand on this page; copies of one release "
            "count once."
        )
        found.append(Term("Published figures", words.capital(text)))
    if any(item.source == "icio" for figure in book.figures for item in figure.evidence):
        found += _inputs(book)
    if ours:
        text = f"{ours[0].origin_words}; {words.count_word(len(ours), 'result')} on this page."
        found.append(Term("Computed results", words.capital(text)))
    return tuple(found)


def _inputs(book: Book) -> list[Term]:
    """Return the tables of inputs, unless they stand among what the lake holds."""
    if book.lake.holds("icio"):
        return []
    info = source_info("icio")
    used = next(f for f in book.figures if f.evidence and f.evidence[0].source == "icio")
    text = (
        f"{info.publisher}; {used.definition.period}, read from the installed package "
        f"sanction-simulator, SHA-256 {used.evidence[0].snapshot}. {info.licence}."
    )
    return [Term(info.title, text, info.url)]


def _by_source(book: Book) -> dict[str, list[Holding]]:
    found: dict[str, list[Holding]] = {}
    for item in book.lake.holdings():
        found.setdefault(item.source, []).append(item)
    return found


def _years(items: list[Holding]) -> str:
    years = [period.year for item in items for period in item.periods]
    if not years:
        return ""
    first, last = min(years), max(years)
    return f"{first} to {last}" if first < last else f"{first}"


def _in_parts(listed: GoodsList) -> str:
    name = "tier" if listed.id == "chpl" else "part"
    return f" in {words.count_word(len(listed.parts), name)}" if listed.parts else ""


def _as_read(listed: GoodsList) -> str:
    return "" if listed.known_until == date.max else f", as of {_day(listed.known_until)}"


def state(
    book: Book, subject: Subject, found: Headline, claims: int | None
) -> tuple[tuple[str, str], ...]:
    """Return list, data, number of definitions and of claims, as pairs of word and text."""
    rows = []
    if listed := subject.listed:
        rows.append(("List", f"{listed.title}{_as_read(listed)}"))
    held = [f"{name.upper()} {_years(items)}".strip() for name, items in _by_source(book).items()]
    latest = [str(figure.definition.period) for figure in found if figure.status == "ok"]
    text = ", ".join(held) or "bundled tables only"
    rows.append(("Data", f"{text}; in print to {max(latest)}" if latest else text))
    specifications = found.share.specifications
    if specifications:
        rows.append(("Definitions", str(len(specifications.items))))
    if claims is not None:
        rows.append(("Claims", str(claims)))
    return tuple(rows)


def caveats(book: Book, found: Sequence[Figure]) -> tuple[Caveat, ...]:
    """Return each caveat once, in the order in which the cards need it, with the lead's words."""
    named: dict[str, Caveat] = {}
    for figure in (*found, *book.figures):
        for item in figure.caveats:
            named.setdefault(item.id, item)
    wanted = dict.fromkeys(
        item.id for figure in found if figure.status == "ok" for item in figure.caveats
    )
    beyond = ("reporter-break", "edition-break", "basis", "input-output")
    wanted |= {name: None for name in beyond if name in named}
    return tuple(named[name] for name in wanted)


def line_of(subject: Subject) -> str:
    """Return the command of the brief without its output file."""
    return (
        f"entrepot brief {subject.importer} --supplier {subject.supplier} "
        f"--goods {subject.goods} --period {subject.period}"
    )


def commands(
    subject: Subject, share: Figure, claims: str, of_inputs: Figure | None
) -> tuple[Command, ...]:
    """Return the lines that give the headline, inputs, this page, and the check again."""
    file = shlex.quote(claims)
    lines = [
        Command("the headline number", command_for(share.definition.but(base=None))),
        Command(
            "this page",
            line_of(subject) + (f" --claims {file}" if claims else "") + " --out brief.html",
        ),
    ]
    if claims:
        lines.append(Command("the claims", f"entrepot check {file}"))
    if of_inputs and of_inputs is not share:
        lines.append(Command("the share of inputs", command_for(of_inputs.definition)))
    return tuple(lines)
