"""Write scenarios in the format that the file's suffix names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.report.output import write_whole
from entrepot.report.scenario.tables import answer, tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from entrepot.figures.scenario import Scenario
    from entrepot.report.scenario.tables import ScenarioTable

__all__ = ["FORMATS", "check_name", "plain", "write_scenarios"]


FORMATS = (".html", ".md", ".json", ".svg")


def check_name(out: Path, files: Sequence[Path]) -> None:
    """Refuse a file name that cannot be written, before any work is done.

    Raises
    ------
    RequestError
        For an unknown suffix, or a file that is read.
    """
    if out.suffix.lower() not in FORMATS:
        raise RequestError(
            f"cannot write a scenario as {out.suffix or 'a file without a suffix'}",
            where=str(out),
            hint=f"end the name in {', '.join(FORMATS)}",
        )
    if out.resolve() in {file.resolve() for file in files}:
        raise RequestError(
            f"{out} is the scenario itself", why="it would be lost", hint="name another file"
        )


def write_scenarios(found: Sequence[Scenario], out: Path) -> Path:
    """Render scenarios and write them whole or not at all.

    Raises
    ------
    RequestError
        For an unknown suffix, or a ladder without the economy level.
    OutsideError
        If the disk refuses.
    """
    check_name(out, ())
    return write_whole(out, _rendered(found, out.suffix.lower()))


def plain(found: Sequence[Scenario]) -> dict[str, Any]:
    """Return scenarios as plain JSON types, each with its answer in words; several as a list."""
    data = [{"answer": answer(one)} | one.to_dict() for one in found]
    return data[0] if len(data) == 1 else {"scenarios": data}


def _rendered(found: Sequence[Scenario], suffix: str) -> str:
    if suffix == ".json":
        return json.dumps(plain(found), ensure_ascii=False, indent=1) + "\n"
    if suffix == ".md":
        return render_markdown(found)
    if suffix == ".svg":
        from entrepot.report.scenario.page import single_file

        return single_file(found)
    from entrepot.report.scenario.page import render_page

    return render_page(found)


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


def _table(table: ScenarioTable) -> str:
    return "\n".join(_lines(table))


def _lines(table: ScenarioTable) -> Iterator[str]:
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
