"""`entrepot check`: the numbers of a text, put to the test."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entrepot.cli.check_draw import draw
from entrepot.cli.common import JsonOption, LakeOption, emit, open_lake

__all__ = ["check"]

File = Annotated[Path, typer.Argument(metavar="FILE", help="Claims file (.yaml).")]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="Also write the result here: .html, .md, .json, .txt, or .jsonld (ClaimReview).",
        show_default=False,
    ),
]
Note = Annotated[
    Path | None,
    typer.Option(
        "--note",
        help="Also write a note to an editor here (.txt): only what does not stand.",
        show_default=False,
    ),
]


def check(
    file: File,
    out: Out = None,
    note: Note = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a text's numbers against each other and against evidence.

    Exit code 1 when a claim differs or cannot hold.

    Example: entrepot check examples/russia-china-dependence.yaml
    """
    from entrepot.claims import check as run
    from entrepot.report.checked import check_note, format_of, write_check, write_note

    if out is not None:
        format_of(out)  # a name that cannot be written is refused before any work is done
    if note is not None:
        check_note(note)
    found = run(file, open_lake(lake))
    if out is not None:
        write_check(found, out)
    if note is not None:
        write_note(found, note)
    emit(found, lambda screen: draw(found, screen), as_json=as_json)
    if found.found_something:
        raise typer.Exit(1)
