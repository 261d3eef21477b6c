"""What goes back: bytes of one kind, or rows that are written in the form that is asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.model.table_files import TableAbout, table_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

PARQUET = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class ServedAnswer:
    """The body of an answer.

    Attributes
    ----------
    kind
        Media type.
    name
        File to save it as; empty to show it.
    is_passing
        Whether it is of another state of the lake than was asked: it is not kept.
    """

    body: bytes
    kind: str
    name: str = ""
    is_passing: bool = False


@dataclass(frozen=True, slots=True)
class AnswerRows:
    """A table to save: its columns, its rows with all digits, and the name of the file."""

    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    name: str

    def written(self, form: str) -> ServedAnswer:
        """Return the table as a file, ``csv`` or ``parquet``."""
        end = "parquet" if form == "parquet" else "csv"
        rows = [dict(zip(self.head, row, strict=True)) for row in self.rows]
        body = table_bytes(f".{end}", rows, TableAbout(self.name), head=self.head)
        kind = PARQUET if end == "parquet" else "text/csv; charset=utf-8"
        return ServedAnswer(body, kind, f"{self.name}.{end}")


def as_html(text: str) -> ServedAnswer:
    """Return a page."""
    return ServedAnswer(text.encode(), "text/html; charset=utf-8")


def as_json(data: Any) -> ServedAnswer:
    """Return data as JSON with all digits."""
    # NaN is no JSON: an error here is better than an answer that browsers refuse to parse.
    text = json.dumps(data, ensure_ascii=False, indent=1, default=str, allow_nan=False)
    return ServedAnswer(f"{text}\n".encode(), "application/json")


def as_svg(text: str, name: str) -> ServedAnswer:
    """Return a drawing to save."""
    return ServedAnswer(text.encode(), "image/svg+xml", f"{name}.svg")
