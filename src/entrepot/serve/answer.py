"""What goes back: bytes of one kind, and how numbers and tables are written."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.model.display import MINUS, NBSP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Answer", "as_csv", "as_html", "as_json", "as_svg", "csv_text"]

_NUMBER = re.compile(rf"[+\-{MINUS}]?\d[\d,]*(\.\d+)?([eE][+-]?\d+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\n", MINUS)


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer.

    Attributes
    ----------
    kind
        Media type.
    name
        File to save it as; empty to show it.
    """

    body: bytes
    kind: str
    name: str = ""


def as_html(text: str) -> Answer:
    """Return a page."""
    return Answer(text.encode(), "text/html; charset=utf-8")


def as_json(data: Any) -> Answer:
    """Return data as JSON with all digits."""
    text = json.dumps(data, ensure_ascii=False, indent=1, default=str, allow_nan=False)
    return Answer(f"{text}\n".encode(), "application/json")


def as_svg(text: str, name: str) -> Answer:
    """Return a drawing to save."""
    return Answer(text.encode(), "image/svg+xml", f"{name}.svg")


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> Answer:
    """Return a table to save."""
    return Answer(csv_text(head, rows).encode(), "text/csv; charset=utf-8", f"{name}.csv")


def csv_text(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""Return a table as CSV that no spreadsheet takes for formulas.

    A text that begins like a formula gets an apostrophe before it; a number, also one with a true
    minus as a page has it, stays a number.

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
    if isinstance(cell, (dict, list)):
        cell = json.dumps(cell, ensure_ascii=False)
    if not isinstance(cell, str):
        return cell
    # A carriage return alone is not quoted, and begins a row elsewhere.
    text = cell.replace(NBSP, " ").replace("\r\n", "\n").replace("\r", "\n")
    if _NUMBER.fullmatch(text):
        return text.replace(MINUS, "-") if text.startswith(MINUS) else text
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
