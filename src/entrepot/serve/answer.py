"""What goes back: bytes of one kind, or rows that are written in the form that is asked for."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.report.output import csv_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

__all__ = ["PARQUET", "AnswerRows", "ServedAnswer", "as_html", "as_json", "as_svg"]

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
    """

    body: bytes
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRows:
    """A table to save: its columns, its rows with all digits, and the name of the file."""

    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    name: str

    def written(self, form: str) -> ServedAnswer:
        """Return the table as a file, ``csv`` or ``parquet``."""
        if form == "parquet":
            return ServedAnswer(self._parquet(), PARQUET, f"{self.name}.parquet")
        text = csv_text(self.head, self.rows)
        return ServedAnswer(text.encode(), "text/csv; charset=utf-8", f"{self.name}.csv")

    def _parquet(self) -> bytes:
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = [_column([row[place] for row in self.rows]) for place in range(len(self.head))]
        out = io.BytesIO()
        pq.write_table(pa.table(dict(zip(self.head, columns, strict=True))), out)
        return out.getvalue()


def _column(cells: list[Any]) -> pa.Array:
    """Return a column of one kind: of numbers or truths where all cells are, else of texts."""
    import pyarrow as pa

    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds and (kinds <= {int, float} or kinds == {bool}):
        return pa.array(cells, pa.float64() if float in kinds else None)
    return pa.array([_text(cell) for cell in cells], pa.string())


def _text(cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    return json.dumps(cell, ensure_ascii=False, default=str).strip('"')


def as_html(text: str) -> ServedAnswer:
    """Return a page."""
    return ServedAnswer(text.encode(), "text/html; charset=utf-8")


def as_json(data: Any) -> ServedAnswer:
    """Return data as JSON with all digits."""
    text = json.dumps(data, ensure_ascii=False, indent=1, default=str, allow_nan=False)
    return ServedAnswer(f"{text}\n".encode(), "application/json")


def as_svg(text: str, name: str) -> ServedAnswer:
    """Return a drawing to save."""
    return ServedAnswer(text.encode(), "image/svg+xml", f"{name}.svg")
