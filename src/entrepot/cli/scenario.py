"""`entrepot scenario`: what if trade stopped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import JsonOption, LakeOption, emit, open_lake, progress, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from entrepot.figures.scenario import Scenario

__all__ = ["scenario"]

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Scenario files (.yaml), side by side.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", help="Also write it here: .html, .md, .json, or .svg.", show_default=False
    ),
]


def scenario(
    files: Files, out: Out = None, lake: LakeOption = None, as_json: JsonOption = False
) -> None:
    """Work out what a cut-off would do: to goods, and to every sector of the world.

    Several files are set side by side. Exit code 3: the goods of one are not held, and it asks
    for nothing else.

    Example: entrepot scenario examples/cut-off.yaml
    """
    from entrepot.figures.scenario import evaluate_scenario, read_scenario
    from entrepot.report.scenario.save import check_name, write_scenarios

    if out is not None:
        check_name(out, files)
    held = open_lake(lake)
    asked = [read_scenario(file) for file in files]
    with progress("scenario") as say:
        found = []
        for one in asked:
            say(one.title)
            found.append(evaluate_scenario(one, held))
    if out is not None:
        write_scenarios(found, out)
    data = [one.to_dict() for one in found]
    emit(
        data[0] if len(data) == 1 else {"scenarios": data},
        lambda screen: draw(found, screen),
        as_json=as_json,
    )
    if any(one.is_empty for one in found):
        raise typer.Exit(3)


def draw(found: Sequence[Scenario], screen: Console) -> None:
    """Draw scenarios on a terminal."""
    from rich.text import Text

    from entrepot.report.scenario.tables import tables_of

    if len(found) == 1:
        screen.print(Text(f"{found[0].file.title}, {found[0].file.period}", style="bold"))
    for one in tables_of(found):
        right = tuple(range(one.right, len(one.columns)))
        columns, rows = list(one.columns), [list(row) for row in one.rows]
        screen.print(table(one.title, columns, rows, right=right))
    texts = dict.fromkeys(f"{note.text} [{note.id}]" for one in found for note in one.caveats)
    for text in texts:
        screen.print(Text(text, style="dim"))
