"""`entrepot data map`: a mapping drafted by looking at a file."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import JsonOption, emit, progress
from entrepot.cli.streams import note

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["EXAMPLE", "map_"]

EXAMPLE = "Example: entrepot data map trade.csv > map.yaml"


def map_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV, Excel, HTML, JSON or Parquet.")
    ],
    areas: Annotated[
        Path | None,
        typer.Option(
            metavar="TABLE",
            help="Table of the file's own country codes: codes and ISO codes or names.",
        ),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Sheet of a workbook, or table of a page or JSON."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Draft the mapping of a table of your own: which column is what, and what is still open."""
    from entrepot.sources.table.draft.draft import draft_mapping

    with progress(f"looking at {file.name}"):
        draft = draft_mapping(file, areas=areas, sheet=sheet)
    if draft.questions:
        note(f"{len(draft.questions)} open: answer in place of every TODO")
    else:
        note(f"nothing open: the draft reads {draft.rows:,} rows")
    for one in draft.findings:
        note(f"{one.level}: {one.text} ({one.place}: {one.example})")

    def render(screen: Console) -> None:
        # As it is, and never wrapped: it goes into a file.
        screen.file.write(draft.text)

    emit(draft, render, as_json=as_json)
