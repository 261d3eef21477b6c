"""Write a brief in the format that the file's suffix names."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import MissingExtraError, RequestError
from entrepot.report.output import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.report.parts import Brief

__all__ = ["FORMATS", "format_of", "write"]

FORMATS = (".html", ".pdf", ".xlsx", ".md", ".json")
_RENDERERS = {
    ".html": "html",
    ".pdf": "pdf",
    ".xlsx": "xlsx",
    ".md": "markdown",
    ".json": "json",
}
_NEEDED = {".pdf": ("typst", "typst", "pdf"), ".xlsx": ("xlsxwriter", "XlsxWriter", "excel")}


def format_of(path: Path) -> Callable[[Brief], str | bytes]:
    """Return the renderer for a file name.

    Raises
    ------
    RequestError
        For a suffix that no renderer writes.
    MissingExtraError
        For a format whose library is not installed.
    """
    suffix = path.suffix.lower()
    if suffix not in _RENDERERS:
        raise RequestError(
            f"no brief is written as {suffix or 'a file without suffix'}",
            where=str(path),
            hint=f"end the name in {', '.join(FORMATS)}",
        )
    if suffix in _NEEDED:
        module, library, extra = _NEEDED[suffix]
        if find_spec(module) is None:
            raise MissingExtraError(library, extra)
    name = f"render_{_RENDERERS[suffix]}"
    found: Callable[[Brief], str | bytes] = getattr(import_module(f"entrepot.report.{name}"), name)
    return found


def write(brief: Brief, path: Path | str) -> Path:
    """Render a brief and write it whole or not at all.

    Parameters
    ----------
    brief
        What to write.
    path
        Where; the suffix decides the format. Missing folders are made.

    Raises
    ------
    RequestError
        For an unknown suffix.
    MissingExtraError
        For a format whose library is not installed.
    OutsideError
        If the disk refuses.
    """
    target = Path(path)
    return write_whole(target, format_of(target)(brief))
