"""`entrepot draft`: claims drafted from the figures in a text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import JsonOption, LakeOption, open_lake, saying_new_folder, writable
from entrepot.cli.output import emit, note

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.claims.draft import ArticleDraft

File = Annotated[Path, typer.Argument(metavar="FILE", help="Article (.txt, .md), or - for stdin.")]
DateOption = Annotated[
    str,
    typer.Option(
        "--date",
        help="Publication date (2026-01-20); 'last year' is counted from it.",
        show_default=False,
    ),
]
PublisherOption = Annotated[
    str, typer.Option("--publisher", help="Publisher of the text.", show_default=False)
]


_STANDARD_INPUT = "standard input"


ReaderOption = Annotated[
    str,
    typer.Option(
        "--reader",
        envvar="ENTREPOT_READER",
        metavar="COMMAND",
        help="Additional reader: a program, or openai:URL#MODEL.",
        show_default=False,
        show_envvar=True,
    ),
]
DeskOption = Annotated[
    Path | None,
    typer.Option(
        "--desk",
        help="Write the reading desk (.html), to correct the draft in a browser.",
        callback=writable,
        show_default=False,
    ),
]


def draft(
    file: File,
    date: DateOption = "",
    publisher: PublisherOption = "",
    desk: DeskOption = None,
    reader: ReaderOption = "",
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draft claims from the figures in a text; those not interpreted are listed under todo.

    Prints a claims file. Compare it with the text, correct it, then: entrepot check FILE.

    Example: entrepot draft article.txt --date 2026-01-20 > article.yaml
    """
    if desk is not None:
        from entrepot.report.desk import check_desk, write_desk

        check_desk(desk)
    found = drafted(file, date, publisher, reader)
    if desk is not None:
        with saying_new_folder(desk):
            write_desk(found.article, desk, open_lake(lake), found)
    emit(found, lambda screen: _print(found, screen), as_json=as_json)
    note(_counted(found))


def drafted(
    file: Path,
    date: str,
    publisher: str,
    reader: str = "",
    *,
    text: str | None = None,
    to_check: bool = False,
) -> ArticleDraft:
    """Read an article and draft its claims, with an additional reader if one is named.

    `text` is what standard input had, where it was read already; the file is then ``-``.
    """
    from entrepot.claims.draft import article_of, draft, read_article

    if str(file) == "-":
        text = standard_input() if text is None else text
        article = article_of(text, name=_STANDARD_INPUT, date=date, publisher=publisher)
    else:
        article = read_article(file, date=date, publisher=publisher)
    if not reader:
        found = draft(article, to_check=to_check)
    else:
        from entrepot.claims.readers import draft_with, where_to

        note(f"the whole text is sent to {where_to(reader)}")
        found = draft_with(article, reader)
    # Of a report without a date nothing is read that "in June" says: two thirds of its numbers.
    if not article.date and found.left:
        note("the text says no date of its own; with --date YYYY-MM-DD more of it may be read")
    return found


def standard_input() -> str:
    """Return the text on standard input.

    Raises
    ------
    BadFileError
        If it is no text in UTF-8, or too long.
    """
    from entrepot.claims.draft import plain_text
    from entrepot.claims.draft.front import LARGEST

    if sys.stdin.isatty():
        note("reading the text from the terminal; end it with Ctrl-D")
    return plain_text(sys.stdin.buffer.read(4 * LARGEST + 1), name=_STANDARD_INPUT)


def _print(found: ArticleDraft, screen: Console) -> None:
    """Print the YAML as it is: a line that is cut would be another file."""
    from entrepot.claims.draft import as_yaml

    screen.file.write(as_yaml(found))


def _counted(found: ArticleDraft) -> str:
    if not found.claims and not found.left:
        return "no figure was found in the text"
    claims = f"{len(found.claims)} claim{'' if len(found.claims) == 1 else 's'} drafted"
    return f"{claims}, {len(found.left)} left under todo"
