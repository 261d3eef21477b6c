"""Files whose text has to be taken out before it can be read: pages, PDF, word processors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["check_readable", "check_text"]

_SAVE = "copy the article's own words into a file that ends in .txt, and name that"
_FORMATS = {
    **dict.fromkeys((".html", ".htm", ".xhtml", ".mhtml"), "a web page"),
    ".pdf": "a PDF",
    **dict.fromkeys((".docx", ".doc", ".odt", ".rtf", ".pages"), "a file of a word processor"),
    **dict.fromkeys((".xlsx", ".xls", ".ods", ".csv", ".tsv"), "a table"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".gif"), "a picture"),
    **dict.fromkeys((".eml", ".msg", ".epub"), "a mail or book"),
}
_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)


def check_readable(path: Path) -> None:
    """Refuse a file whose name says that it is neither plain text nor a claims file.

    Raises
    ------
    BadFileError
        With what it is, and what to do.
    """
    what = _FORMATS.get(path.suffix.lower())
    if what is not None and path.is_file():
        raise BadFileError(
            f"this is {what}, not a plain text",
            where=str(path),
            why="what stands around the words there would be read as sentences of the article",
            hint=_SAVE,
        )


def check_text(text: str, name: str) -> None:
    """Refuse the source of a web page as text.

    Raises
    ------
    BadFileError
        If it begins as a page does.
    """
    if _PAGE.match(text):
        raise BadFileError("this is the source of a web page", where=name, hint=_SAVE)
