"""`entrepot check`: the numbers of a text, put to the test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.check_draw import draw
from entrepot.cli.common import JsonOption, LakeOption, emit, open_lake, saying_new_folder
from entrepot.cli.draft import DateOption, PublisherOption, drafted
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from entrepot.claims.document import Document
    from entrepot.report.check_report import ArticleText

__all__ = ["check"]

File = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="Claims file (.yaml), or an article (.txt, .md)."),
]
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

All = Annotated[
    bool,
    typer.Option("--all", help="Reasons of all claims, not only of those that are wrong."),
]


def check(
    file: File,
    out: Out = None,
    note: Note = None,
    everything: All = False,
    date: DateOption = "",
    publisher: PublisherOption = "",
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a text's numbers against each other and against evidence.

    Of an article the claims are drafted first; what was not understood is listed, not tested.

    On a terminal: what is wrong with its reasons, the rest in one line each (--all: all reasons).

    Exit code 1 when a claim differs or cannot hold.

    Example: entrepot check examples/russia-china-dependence.yaml
    """
    from entrepot.claims import check as run
    from entrepot.claims.labels import labels
    from entrepot.report.check_report import check_note, format_of, write_check, write_note

    if out is not None:
        format_of(out)  # a name that cannot be written is refused before any work is done
    if note is not None:
        check_note(note)
    _apart(file, out, note)
    document, article = _read(file, date, publisher)
    found = run(document, open_lake(lake))
    if out is not None:
        with saying_new_folder(out):
            write_check(found, out, article)
    if note is not None:
        with saying_new_folder(note):
            write_note(found, note)
    ids = {claim.id: claim.id for claim in document.claims}
    names = labels(document.claims) if article is not None else ids
    emit(found, lambda screen: draw(found, screen, names, everything=everything), as_json=as_json)
    if found.found_something:
        raise typer.Exit(1)


def _apart(*files: Path | None) -> None:
    """Refuse one name for two files, of which the second would take the place of the first.

    Raises
    ------
    RequestError
        If two of the names mean one file.
    """
    named = [file for file in files if file is not None]
    places = [file.resolve() for file in named]
    for place, file in enumerate(named):
        if places[place] in places[:place]:
            raise RequestError(
                f"{file} is named twice",
                why="what is written would take the place of what is read or written before",
                hint="name another file with --out or --note",
            )


def _read(file: Path, date: str, publisher: str) -> tuple[Document, ArticleText | None]:
    """Read a claims file, or draft the claims of an article.

    Raises
    ------
    RequestError
        For a date or publisher of a claims file, which says its own.
    """
    from entrepot.claims.verdict import TEXTS, read_document

    if file.suffix.lower() not in TEXTS:
        if date or publisher:
            raise RequestError(
                "--date and --publisher are for an article",
                where=str(file),
                hint="write them under source in the claims file",
            )
        return read_document(file), None
    from entrepot.claims.draft import as_document
    from entrepot.report.check_report import ArticleText

    draft = drafted(file, date, publisher, to_check=True)
    return as_document(draft), ArticleText.of(draft)
