"""Write a brief in the format that the file's suffix names."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import OutsideError, RequestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.report.parts import Brief

__all__ = ["FORMATS", "format_of", "write"]

FORMATS = (".html", ".md", ".json")


def format_of(path: Path) -> Callable[[Brief], str]:
    """Return the renderer for a file name.

    Raises
    ------
    RequestError
        For a suffix that no renderer writes.
    """
    from entrepot.report.render_html import render_html
    from entrepot.report.render_json import render_json
    from entrepot.report.render_markdown import render_markdown

    renderers = dict(zip(FORMATS, (render_html, render_markdown, render_json), strict=True))
    suffix = path.suffix.lower()
    if suffix not in renderers:
        raise RequestError(
            f"no brief is written as {suffix or 'a file without suffix'}",
            where=str(path),
            hint=f"end the name in {', '.join(FORMATS)}",
        )
    return renderers[suffix]


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
    OutsideError
        If the disk refuses.
    """
    target = Path(path)
    text = format_of(target)(brief)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except OSError as error:
        raise OutsideError(
            f"cannot write {target}", why=str(error), hint="choose another place with --out"
        ) from error
    return target
