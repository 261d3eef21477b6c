"""What goes back: bytes of one kind, rows in the form that is asked for, or an error.

An error is a problem document (RFC 9457): what, where, why, hint, and an HTTP status.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import (
    ADDRESS,
    DamagedLakeError,
    EntrepotError,
    MissingExtraError,
    NoEvidenceError,
    OutsideError,
    RequestError,
    as_spelled,
)
from entrepot.model.table_files import TableAbout, table_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from entrepot.errors import Spelling

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


class BadAddressError(RequestError):
    """An address that cannot be read: an unknown key, one given twice, one that is missing."""


class NotFoundError(RequestError, LookupError):
    """An address at which there is nothing."""


class TooLargeError(RequestError):
    """A request that is larger than what is read."""


class WrongFormError(RequestError):
    """A text in a form that is not read here."""


class UnauthorizedError(RequestError):
    """A request without the token."""


class ForeignPageError(RequestError):
    """A form that another site sends."""


class BusyError(OutsideError):
    """More questions than can be answered at once."""


class TooLongError(OutsideError):
    """A question that takes longer than it may."""


class AtWorkError(OutsideError):
    """A question that is still at work; asking again has its answer when it is there.

    Attributes
    ----------
    found
        What it has found so far, a line each, the last one last.
    seconds
        Since its turn came; None while it waits for it.
    """

    found: tuple[str, ...] = ()
    seconds: float | None = None


MEDIA = "application/problem+json"
KINDS: tuple[tuple[type[Exception], int, str], ...] = (
    (BadAddressError, 400, "The address cannot be read"),
    (UnauthorizedError, 401, "The token is missing or wrong"),
    (ForeignPageError, 403, "Another site sent this"),
    (NotFoundError, 404, "There is nothing here"),
    (NoEvidenceError, 404, "No available data answer this question"),
    (TooLargeError, 413, "The request is too large"),
    (WrongFormError, 415, "The form of the text is not supported"),
    (AtWorkError, 202, "The answer is being computed"),
    (BusyError, 503, "Too many questions at once"),
    (TooLongError, 503, "The question takes too long"),
    (DamagedLakeError, 503, "The data of this server cannot be read"),
    (RequestError, 422, "The question cannot be answered as asked"),
    (MissingExtraError, 503, "A library is missing on the server"),
    (OutsideError, 503, "Something outside failed"),
)
"""Kinds of errors, the most special first, each with its status and title."""
_LONGEST = 600
"""Characters of one part of a problem: what a text says wrongly may be as long as the text."""
# Word for word as the hint in `goods/parse.py` has it.
_NOT_HERE = ", a file of yours (mine.csv)"
"""Goods that a terminal offers; a server would read a file of its own."""


def kinds() -> list[tuple[str, int, str]]:
    """Return anchor, status and title of every kind of problem, for a page."""
    return [(_anchor(kind), status, title) for kind, status, title in KINDS]


def problem(error: Exception, lake: Path, spelling: Spelling = ADDRESS) -> dict[str, Any]:
    """Return an error as a problem document.

    Parameters
    ----------
    error
        One of ours; of another only its kind is told.
    lake
        Folder whose place nobody outside needs to know.
    spelling
        How who asks writes the keys of a question.
    """
    kind, status, title = next(
        (found for found in KINDS if isinstance(error, found[0])), (Exception, 500, "A defect")
    )
    if not isinstance(error, EntrepotError):
        error = EntrepotError("the server broke off", hint="its log says more")
    hint = error.hint.replace(_NOT_HERE, "") if error.hint else error.hint
    found: dict[str, Any] = {
        "type": f"/docs#{_anchor(kind)}",
        "title": title,
        "status": status,
        "detail": error.what,
    }
    parts = {"where": error.where, "why": error.why, "hint": hint}
    shown = found | {name: text for name, text in parts.items() if text}
    folder = str(lake)
    return {
        # After all parts are there: a message of the engine may name the folder in any of them.
        name: _short(as_spelled(text.replace(folder, "the lake"), spelling))
        if isinstance(text, str)
        else text
        for name, text in shown.items()
    }


def _short(text: str) -> str:
    # Both ends: the beginning says what is wrong, the end often what to do.
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} ... {text[-half:]}"


def _anchor(kind: type[Exception]) -> str:
    """Return the name of a kind: ``bad-address``."""
    words = re.findall("[A-Z][a-z]+", kind.__name__.removesuffix("Error"))
    return "-".join(words).lower()
