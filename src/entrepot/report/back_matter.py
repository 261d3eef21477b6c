"""End matter: what words mean here, what stands in the head, and how to get the same again."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.model.display import joined
from entrepot.report import phrasing
from entrepot.report.definitions import command_for
from entrepot.report.parts import Command, Term
from entrepot.report.sources_used import data_held, data_used

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures import Caveat, Figure
    from entrepot.goods import GoodsList
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.cards import Headline
    from entrepot.report.parts import Brief

__all__ = ["caveats", "commands", "dated", "day_words", "line_of", "read_date", "state", "terms"]


def terms(subject: Subject, *, claims: bool, inputs: bool) -> tuple[Term, ...]:
    """Return the words of the page and what they mean."""
    found = []
    if listed := subject.listed:
        count = len(listed.entries)
        found.append(
            Term(
                phrasing.capital(listed.short),
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
                "Inconsistent: contradicts the text’s other figures. Differs: outside every "
                "defensible definition available. Not enough evidence: data are missing. "
                "Supported: agrees with "
                "evidence other than its own source.",
            )
        )
    return tuple(found)


def day_words(day: date) -> str:
    """Return a day as it is written out: 30 November 2026."""
    return f"{day.day} {day:%B %Y}"


def _in_parts(listed: GoodsList) -> str:
    name = "tier" if listed.id == "chpl" else "part"
    return f" in {phrasing.count_word(len(listed.parts), name)}" if listed.parts else ""


def _as_read(listed: GoodsList) -> str:
    return "" if listed.known_until == date.max else f", as of {day_words(listed.known_until)}"


def state(
    book: BriefContext, subject: Subject, found: Headline, claims: int | None
) -> tuple[tuple[str, str], ...]:
    """Return list, data, number of definitions and of claims, as pairs of word and text."""
    rows = []
    if listed := subject.listed:
        rows.append(("List", f"{listed.title}{_as_read(listed)}"))
    latest = [
        str(figure.definition.period)
        for figure in found
        if figure.status == "ok" and any(item.id for item in figure.evidence)
    ]
    text = ", ".join(data_used(book)) or "bundled tables only"
    if not data_used(book) and (held := data_held(book)):
        text += f"; the lake holds {joined(held)}, and nothing of this in it"
    rows.append(("Data", f"{text}; in print to {max(latest)}" if latest else text))
    specifications = found.share.specifications
    if specifications:
        rows.append(("Definitions", str(len(specifications.items))))
    if claims is not None:
        rows.append(("Claims", str(claims)))
    return tuple(rows)


def caveats(book: BriefContext, found: Sequence[Figure]) -> tuple[Caveat, ...]:
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
    line = f"entrepot brief {subject.importer} --supplier {subject.supplier} "
    line += f"--goods {subject.goods}"
    return f"{line} --period {subject.period}" if subject.when else line


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


def read_date(text: str) -> date:
    """Return a day written as 2026-11-30.

    Raises
    ------
    RequestError
        If it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestError(
            f"{text!r} is no day", why=str(error), hint="write it as --date 2026-11-30"
        ) from error


def dated(brief: Brief, day: date) -> Brief:
    """Return the brief with a date in its head and in the command that gives it again."""
    line = f"{brief.line} --date {day}"
    return replace(
        brief,
        date=day.isoformat(),
        state=(*brief.state, ("Date", day_words(day))),
        line=line,
        commands=tuple(
            replace(item, line=line + item.line.removeprefix(brief.line))
            if item.line.startswith(brief.line)
            else item
            for item in brief.commands
        ),
    )
