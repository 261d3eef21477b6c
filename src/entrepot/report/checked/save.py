"""Write a check in the format that the file's suffix names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.report.checked.claim_review import render_jsonld
from entrepot.report.checked.markdown import render_markdown
from entrepot.report.checked.note import render_note
from entrepot.report.checked.page import render_page
from entrepot.report.written import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from entrepot.claims import Check
    from entrepot.report.checked.text import Article

__all__ = ["FORMATS", "check_note", "format_of", "write_check", "write_note"]

FORMATS = (".html", ".md", ".json", ".jsonld", ".txt")
NOTES = (".txt",)


def format_of(path: Path) -> Callable[[Check, Article | None], str]:
    """Return the renderer for a file name.

    Raises
    ------
    RequestError
        For a suffix that no renderer writes.
    """
    renderers: dict[str, Callable[[Check, Article | None], str]] = {
        ".html": render_page,
        ".md": render_markdown,
        ".json": lambda check, _: f"{check.to_json()}\n",
        ".jsonld": lambda check, _: render_jsonld(check),
        ".txt": lambda check, _: f"{check}\n",
    }
    suffix = path.suffix.lower()
    if suffix not in renderers:
        raise RequestError(
            f"cannot write a check as {suffix or 'a file without a suffix'}",
            where=str(path),
            hint=f"end the name in {', '.join(FORMATS)}",
        )
    return renderers[suffix]


def check_note(path: Path) -> None:
    """Refuse a note that could not be written.

    Raises
    ------
    RequestError
        For a suffix that is not of plain text.
    """
    if path.suffix.lower() not in NOTES:
        raise RequestError(
            f"cannot write a note as {path.suffix or 'a file without a suffix'}",
            where=str(path),
            hint="it is plain text: end the name in .txt",
        )


def write_check(check: Check, path: Path, article: Article | None = None) -> Path:
    """Render a check and write it whole or not at all.

    Parameters
    ----------
    check
        What to write.
    path
        Where; the suffix decides the format.
    article
        The whole text with the places of the claims, if the check came from one.

    Raises
    ------
    RequestError
        For an unknown suffix.
    OutsideError
        If the disk refuses.
    """
    return write_whole(path, format_of(path)(check, article))


def write_note(check: Check, path: Path) -> Path:
    """Write the note to an editor; raises as `write_check` does."""
    check_note(path)
    return write_whole(path, render_note(check))
