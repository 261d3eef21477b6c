"""Files written whole or not at all, and pages set by the typesetter."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.errors import MissingExtraError, OutsideError
from entrepot.files import require_target
from entrepot.model.display import MINUS, NBSP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["csv_cell", "csv_text", "typeset", "write_whole"]


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


_NUMBER = re.compile(rf"[+\-{MINUS}]?\d[\d,]*(\.\d+)?([eE][+-]?\d+)?")
_SIGN = rf"[=+\-@{MINUS}\uff1d\uff0b\uff0d\uff20]"
_UNSEEN = r"[\s\x00-\x1f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"
_FORMULA = re.compile(rf"\A(?=[\t\n]|{_UNSEEN}{_SIGN})|(?<=[;\t\n])(?={_UNSEEN}{_SIGN})")
"""Where a cell begins like a formula: signs of any width, behind what nobody sees; also in the
middle, behind what is a border of cells where the list separator is a semicolon, or on pasting."""


def csv_text(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""Return a table as CSV that no spreadsheet takes for formulas.

    A text that begins like a formula gets an apostrophe before it; a number, also one with a true
    minus as a page has it, stays a number. What is not known stays empty.

    Examples
    --------
    >>> print(csv_text(["a", "b"], [["=1+1", -2.5], ["−3.1", None]]), end="")
    a,b
    '=1+1,-2.5
    -3.1,
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([csv_cell(name) for name in head])
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def csv_cell(cell: Any) -> Any:
    """Return a cell as `csv_text` writes it: no text that a spreadsheet takes for a formula."""
    if isinstance(cell, (dict, list, tuple)):
        cell = json.dumps(cell, ensure_ascii=False, default=str)
    if not isinstance(cell, str):
        return cell
    # A carriage return alone is not quoted, and begins a row elsewhere.
    text = cell.replace(NBSP, " ").replace("\r\n", "\n").replace("\r", "\n")
    if _NUMBER.fullmatch(text):
        return text.replace(MINUS, "-") if text.startswith(MINUS) else text
    return _FORMULA.sub("'", text)
