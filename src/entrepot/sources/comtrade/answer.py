"""JSON of Comtrade's interface, written as the table that its CSV would be."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, NoReturn

from entrepot.errors import BadFileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MAX_ANSWER", "is_answer", "table_of"]

MAX_ANSWER = 384 * 2**20
"""Bytes of one answer; 250,000 rows, the most that the interface sends, have about 300 million."""
_TOP = {"data", "count", "error", "elapsedTime"}


def is_answer(path: Path) -> bool:
    """Whether a text begins as JSON does."""
    with path.open("rb") as opened:
        return opened.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def table_of(path: Path, scratch: Path, where: str) -> Path:
    """Return the rows of an answer as a CSV file in which row 2 is the first of them.

    Raises
    ------
    BadFileError
        If it is not an answer of Comtrade, says that there was an error, or is not complete.
    """
    if path.stat().st_size > MAX_ANSWER:
        raise BadFileError(
            f"an answer of more than {MAX_ANSWER // 2**20} MiB", where=where, hint="split it"
        )
    records = _records(_loaded(path, where), where)
    names = list(dict.fromkeys(name for record in records for name in record))
    target = scratch / f"{path.stem}.answer.csv"
    try:
        with target.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(names)
            for place, record in enumerate(records):
                writer.writerow([_cell(record.get(name), where, place, name) for name in names])
    except UnicodeEncodeError as error:
        raise BadFileError(
            "text with half of a sign, which JSON can write and nothing else",
            where=where,
            hint="download it again",
        ) from error
    return target


def _loaded(path: Path, where: str) -> Any:
    try:
        with path.open(encoding="utf-8-sig") as opened:
            return json.load(opened, parse_constant=_no_number, object_pairs_hook=_record)
    except (ValueError, RecursionError) as error:
        raise BadFileError(
            f"not JSON, or cut off ({str(error)[:200]})",
            where=where,
            why="rows at its end would be missing without a word",
            hint="download it again",
        ) from error


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("one name twice in one place, and nothing says which counts")
    return record


def _records(answer: Any, where: str) -> list[dict[str, Any]]:
    records = answer if isinstance(answer, list) else None
    if isinstance(answer, dict):
        _require_whole(answer, where)
        records = answer["data"]
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise BadFileError(
            "not a list of rows",
            where=where,
            why='an answer of Comtrade is {"data": [...], "count": ..., "error": ""}',
            hint="give the answer as it came",
        )
    if not records:
        raise BadFileError(
            "an answer without rows",
            where=where,
            why="Comtrade has nothing for what was asked, or not yet",
            hint="ask for another period, reporter or product",
        )
    return records


def _require_whole(answer: dict[str, Any], where: str) -> None:
    if answer.get("error"):
        raise BadFileError(
            f"Comtrade answered with an error: {str(answer['error'])[:200]}",
            where=where,
            hint="ask again, for less at a time",
        )
    extra = sorted(answer.keys() - _TOP)
    if "data" not in answer or extra:
        raise BadFileError(
            "not an answer of Comtrade's interface: "
            + (f"unknown {', '.join(extra[:6])}" if "data" in answer else "it has no data"),
            where=where,
            why='expected {"data": [...], "count": ..., "error": ""}',
            hint="answers of the interface before 2022 (dataset, validation) are not read",
        )
    count, data = answer.get("count"), answer["data"]
    if isinstance(data, list) and count is not None and count != len(data):
        raise BadFileError(
            f"{len(data):,} rows, where the answer counts {str(count)[:20]}",
            where=where,
            why="the rest would be missing without a word",
            hint="ask for less at a time, so that all rows come",
        )


def _cell(value: Any, where: str, place: int, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | int | float | str):
        return str(value)
    raise BadFileError(
        f"a {type(value).__name__} where a number or text is expected",
        where=f"{where}, item {place + 1} of data, {name}",
        hint="give the answer as it came",
    )
