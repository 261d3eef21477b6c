"""Tables as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

from entrepot.model.display import MINUS, NBSP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["csv_text"]

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
    writer.writerow([_cell(name) for name in head])
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _cell(cell: Any) -> Any:
    if isinstance(cell, (dict, list, tuple)):
        cell = json.dumps(cell, ensure_ascii=False, default=str)
    if not isinstance(cell, str):
        return cell
    # A carriage return alone is not quoted, and begins a row elsewhere.
    text = cell.replace(NBSP, " ").replace("\r\n", "\n").replace("\r", "\n")
    if _NUMBER.fullmatch(text):
        return text.replace(MINUS, "-") if text.startswith(MINUS) else text
    return _FORMULA.sub("'", text)
