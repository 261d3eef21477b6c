"""A brief as Markdown in the GitHub flavour: the same words, numbers and tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.model.display import in_markdown
from entrepot.report.parts import counted
from entrepot.report.phrasing import capital

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.report.charts import BriefTable
    from entrepot.report.parts import (
        Brief,
        BriefSentence,
        Card,
        ClaimsPart,
        DataGap,
        PageLink,
        Remark,
        Section,
    )


def render_markdown(brief: Brief) -> str:
    """Return the brief as Markdown text."""
    parts = [f"# {_escaped(brief.title)}"]
    parts.append(" ".join(_said(brief, sentence) for sentence in brief.answer))
    parts.append(" · ".join(_escaped(f"{name}: {text}") for name, text in brief.state))
    parts.append("## Headline figures")
    parts.append(_grid(("Figure", "Value", "Range", "What is counted", "From"), _cards(brief)))
    for section in brief.sections:
        parts += _section(brief, section)
    parts += _end(brief)
    return brief.public("\n\n".join(part for part in parts if part)) + "\n"


def _escaped(text: str) -> str:
    """Keep Markdown's own signs from being read, on one line; marks for strong words stay."""
    # A single star would begin words that are slanted, a pair is ours.
    return re.sub(r"(?<!\*)\*(?!\*)|_", lambda found: f"\\{found[0]}", in_markdown(text))


def _said(brief: Brief, item: BriefSentence | Remark) -> str:
    return _escaped(item.text) + _numbers(brief, item.caveats)


def _numbers(brief: Brief, caveats: Iterable[str]) -> str:
    numbers = ", ".join(str(number) for number, _ in brief.numbered(caveats))
    return f" [{numbers}]" if numbers else ""


def _cards(brief: Brief) -> Iterator[tuple[str, ...]]:
    for card in brief.cards:
        value = f"**{card.whole}**"
        counted = _counted(card) + _numbers(brief, card.caveats)
        yield card.name, value, card.range, counted, f"{card.tag}: {card.source}"


def _counted(card: Card) -> str:
    return f"{card.definition} To get it: {card.command}" if card.command else card.definition


def _address(url: str) -> str:
    """Return an address as a link, or as text where signs in it would end the link."""
    return "" if not url else f" {_escaped(url)}" if re.search(r"[\s<>]", url) else f" <{url}>"


def _grid(
    head: Iterable[str], rows: Iterable[Iterable[str]], numeric: tuple[bool, ...] = ()
) -> str:
    titles = list(head)
    right = numeric or tuple(False for _ in titles)
    lines = [f"| {' | '.join(_escaped(title) for title in titles)} |"]
    lines.append(f"|{'|'.join('---:' if one else '---' for one in right)}|")
    lines += [f"| {' | '.join(_escaped(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _section(brief: Brief, section: Section) -> Iterator[str]:
    yield f"## {_escaped(section.title.text)}"
    yield f"*{_escaped(section.eyebrow)}.* {_escaped(section.deck)}".strip()
    if section.table:
        yield _table(section.table)
    for note in section.notes:
        text = " ".join(_said(brief, item) for item in note.body)
        yield f"**{_escaped(note.title)}.** {text}"
    if section.source:
        yield "".join(_piece(piece) for piece in section.source)
    if section.claims:
        yield from _claims(section.claims)
    if section.gap:
        yield f"Missing: {_gap(section.gap)}"
    if section.gaps:
        yield "\n".join(f"- {_gap(gap)}" for gap in section.gaps)


def _table(table: BriefTable) -> str:
    return f"{_escaped(table.caption)}:\n\n{_grid(table.head, table.rows, table.numeric)}"


def _piece(piece: str | PageLink) -> str:
    if isinstance(piece, str):
        return _escaped(piece)
    return f"[{_escaped(piece.text)}]({piece.url})" if piece.url else _escaped(piece.text)


def _gap(gap: DataGap) -> str:
    command = f" `{gap.command}`" if gap.command else ""
    why = f"{capital(gap.why).rstrip('.')}."
    return f"**{_escaped(gap.what)}.** {_escaped(why)}{command}"


def _claims(part: ClaimsPart) -> Iterator[str]:
    yield ", ".join(counted(verdict, count) for verdict, count in part.tally) + "."
    for box in part.conflicts:
        lines = [
            f"- {line.name}: {'; '.join(filter(None, (line.sum, line.outcome)))}"
            for line in box.lines
        ]
        yield "\n".join([f"**{_escaped(box.title)}**", "", *map(_escaped, lines)])
        yield _escaped(box.text)
    rows = []
    for row in part.rows:
        why = f"{row.why} **Likely error: {row.likely_error}.**" if row.likely_error else row.why
        rows.append((row.claim, row.against, row.outcome, why))
    yield _grid(("Claim", "Data and others say", "Verdict", "Why"), rows)


def _end(brief: Brief) -> Iterator[str]:
    yield "## Caveats"
    yield (
        "\n".join(
            f"{place}. {_escaped(item.text)}" for place, item in enumerate(brief.caveats, start=1)
        )
        or "No figure has a value, so there are no caveats."
    )
    yield "## Definitions"
    yield "\n".join(f"- **{_escaped(term.name)}**: {_escaped(term.text)}" for term in brief.terms)
    if brief.sources:
        yield "## Sources"
        yield "\n".join(
            f"- **{_escaped(term.name)}**: {_escaped(term.text)}" + _address(term.url)
            for term in brief.sources
        )
    yield "## Reproduce"
    # Not escaped: inside of a code block nothing is
    # read as Markdown, and backslashes would be copied.
    lines = "\n".join(f"# {' '.join(item.what.split())}\n{item.line}" for item in brief.commands)
    yield f"```sh\n{lines}\n```"
    yield f"Written by Entrepôt {brief.version}."
