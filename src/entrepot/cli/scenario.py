"""`entrepot scenario`: effects of a supply cut-off, under assumptions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import JsonOption, LakeOption, open_lake, writable
from entrepot.cli.output import emit, note, progress, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from entrepot.figures.scenario import Scenario

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Scenario files (.yaml), compared side by side."),
]
Out = Annotated[
    list[Path] | None,
    typer.Option(
        "--out",
        help="File to write (repeatable): .html, .md, .json or .svg.",
        show_default=False,
        callback=writable,
    ),
]


All = Annotated[
    bool, typer.Option("--all", help="Show sectors, all levels by area and every assumption.")
]


def scenario(
    files: Files,
    out: Out = None,
    complete: All = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Estimate what a supply cut-off would do to goods and to every sector of 80 economies.

    Several files are compared side by side. Exit code 3: data for the goods of one file are not
    loaded, and it asks for nothing else.

    Example: entrepot scenario examples/cut-off.yaml
    """
    from entrepot.figures.scenario import evaluate_scenario, read_scenario
    from entrepot.report.scenario_page import check_name, plain, write_scenarios

    for target in out or ():
        check_name(target, files)
    opened = open_lake(lake)
    asked = [read_scenario(file) for file in files]
    with progress("scenario") as say:
        found = []
        for one in asked:
            say(one.title)
            found.append(evaluate_scenario(one, opened))
    for target in out or ():
        write_scenarios(found, target)
        note(f"written: {target}")
    emit(plain(found), lambda screen: draw(found, screen, complete=complete), as_json=as_json)
    if any(one.is_empty for one in found):
        raise typer.Exit(3)


def draw(found: Sequence[Scenario], screen: Console, *, complete: bool = False) -> None:
    """Draw scenarios on a terminal: results, then tables, then assumptions and caveats."""
    from rich.text import Text

    from entrepot.report.scenario_tables import answer, in_lines, short_tables, stops, tables_of

    for one in found:
        screen.print(Text(f"{one.file.title}, {one.file.period}", style="bold"))
        screen.print(Text(f"{answer(one)}\n"))
    is_short = len(found) == 1 and not complete
    for part in short_tables(found[0]) if is_short else tables_of(found):
        right = tuple(range(part.right, len(part.columns)))
        columns, rows = list(part.columns), [list(row) for row in part.rows]
        screen.print(table(part.title, columns, rows, right=right, by_rank=is_short))
    if is_short:
        for line in (f"{stops(found[0].file)}.", *in_lines(found[0])):
            screen.print(Text(line))
    texts = dict.fromkeys(f"{note.text} [{note.id}]" for one in found for note in one.caveats)
    for text in texts:
        screen.print(Text(text, style="dim"))
    if is_short:
        screen.print(Text("more: --all, --json, or --out report.html", style="dim"))
