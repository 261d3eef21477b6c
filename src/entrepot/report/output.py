"""Files written whole or not at all, and pages set by the typesetter."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from entrepot.errors import MissingExtraError, OutsideError
from entrepot.files import require_target

__all__ = ["typeset", "write_whole"]


def write_whole(target: Path, made: str | bytes) -> Path:
    """Write a file beside its place and move it there; missing folders are made.

    Raises
    ------
    OutsideError
        If something there is no plain file, or the disk refuses; what was there before stays.
    """
    require_target(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(made.encode() if isinstance(made, str) else made)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except OSError as error:
        raise OutsideError(
            f"cannot write {target}", why=str(error), hint="choose another place with --out"
        ) from error
    return target


def typeset(page: bytes, inputs: dict[str, str], **form: Any) -> bytes:
    """Return a page that Typst sets, its texts handed over as data and never as markup.

    Parameters
    ----------
    page
        The template.
    inputs
        What the template reads, by name.
    form
        What is made of it: ``format``, and for pictures ``ppi``, pixels to an inch.

    Raises
    ------
    MissingExtraError
        Without Typst.
    """
    try:
        import typst
    except ImportError as error:
        raise MissingExtraError("typst", "pdf") from error
    return bytes(typst.compile(page, sys_inputs=inputs, **form))
