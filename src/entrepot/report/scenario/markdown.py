"""Scenarios as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.report.scenario.answer import answer
from entrepot.report.scenario.tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures.scenario import Scenario
    from entrepot.report.scenario.tables import Table

__all__ = ["render_markdown"]


def render_markdown(found: Sequence[Scenario]) -> str:
    """Return scenarios as Markdown: tables, then what to know."""
    title = found[0].file.title if len(found) == 1 else "Scenarios side by side"
    parts = [f"# {_plain(title)}"]
    for one in found:
        name = f"**{_plain(one.file.title)}.** " if len(found) > 1 else ""
        parts.append(f"{name}{_plain(answer(one))}")
    parts += [f"## {one.title}\n\n{_table(one)}" for one in tables_of(found)]
    notes = dict.fromkeys(note.text for one in found for note in one.caveats)
    parts.append("## What to know\n\n" + "\n".join(f"- {text}" for text in notes))
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    return "\n".join(_lines(table))


def _lines(table: Table) -> Iterator[str]:
    rule = ("---:" if n >= table.right else "---" for n in range(len(table.columns)))
    yield _line(table.columns)
    yield _line(tuple(rule))
    for row in table.rows:
        yield _line(row)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    """Return text that cannot be read as markup of its own."""
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
