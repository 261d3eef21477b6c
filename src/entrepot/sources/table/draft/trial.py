"""Try a draft on its file before anybody answers what is open, so that no answer is in vain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.engine import connect
from entrepot.errors import EntrepotError
from entrepot.sources.parser import FileOptions
from entrepot.sources.table.draft.questions import TODO, Questions
from entrepot.sources.table.draft.write import as_yaml
from entrepot.sources.table.parse import rows, tables

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.model.columns import Finding
    from entrepot.sources.parser import ParsedRows, RawFile

__all__ = ["Trial", "read_with", "stand_ins"]

_ANSWERS = {
    "reporter": "ATA",
    "partner": "BVT",
    "exporter": "ATA",
    "importer": "ATA",
    "flow": "import",
    "reported_by": "importer",
    "valuation": "FOB",
    "period": "2024",
    "product": "TOTAL",
    "year_starts": 4,
    "order": "DMY",
    "decimal": ".",
    "currency": "USD",
    "scale": 1,
}
"""What stands for an answer while a draft is tried; areas that hardly a table has."""

_BY_CHOICE = ("encoding", "sheet", "yes", "unit")


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of reading a file with a draft: rows, money, findings; or why it was refused."""

    rows: int = 0
    money: float = 0.0
    findings: tuple[Finding, ...] = ()
    error: EntrepotError | None = None

    def is_empty_at(self, row: int) -> bool:
        """Whether it was refused because a row names no area."""
        error = self.error
        return (
            error is not None
            and error.what.endswith(": ''")
            and "name of an area" in error.what
            and f"row {row}," in error.where
        )

    @property
    def is_of_the_file(self) -> bool:
        """Whether it was refused for its rows, which no answer changes."""
        error = self.error
        return error is not None and ("row " in error.where or "several rows" in error.what)

    @property
    def is_repeated(self) -> bool:
        """Whether it was refused because several rows say one flow."""
        return self.error is not None and "repeated: once" in self.error.hint


def read_with(file: RawFile, scratch: Path, says: dict[str, Any]) -> Trial:
    """Read a whole file with a mapping in which nothing is open."""
    found: list[Finding] = []
    count, money = 0, 0.0
    said = FileOptions(mapping=as_yaml(says, Questions(), []))
    try:
        with connect() as connection:
            for table in tables(file, scratch, said):
                read = rows(connection, table)
                found += [*table.findings, *read.findings]
                here, value = _counted(read)
                count, money = count + here, money + value
    except EntrepotError as error:
        return Trial(error=error)
    return Trial(count, money, tuple(found))


def _counted(read: ParsedRows) -> tuple[int, float]:
    """Return how many rows there are, and their money in whatever currency they have it."""
    known = [name for name in ("value_usd", "value_reported") if name in read.relation.columns]
    money = f"coalesce(sum(coalesce({', '.join(known)})), 0)" if known else "0"
    [(count, value)] = read.relation.aggregate(f"count(*), {money}").fetchall()
    return int(count), float(value)


def stand_ins(says: dict[str, Any], asks: Questions) -> dict[str, Any] | None:
    """Return a mapping with some answer in every open place; None where none can stand in.

    Whether rows are read, and whether several say one flow, hardly depends on the answers. What
    is read with them is thrown away.
    """
    found = {key: _answer(key, held, key, asks) for key, held in says.items()}
    for key in ("wide", "columns"):
        if isinstance(says.get(key), dict):
            found[key] = _of_columns(key, says[key], asks)
    return None if _open(found) or "columns" in asks.asked else found


def _of_columns(key: str, held: dict[str, Any], asks: Questions) -> dict[str, Any]:
    if key == "wide":
        return _of_column(held, key, asks)
    return {name: _of_column(keys, f"columns.{name}", asks) for name, keys in held.items()}


def _of_column(keys: dict[str, Any], place: str, asks: Questions) -> dict[str, Any]:
    found = {key: _answer(key, held, f"{place}.{key}", asks) for key, held in keys.items()}
    own = found.get("own")
    if isinstance(own, dict) and TODO in own.values():
        unknown = [cell for cell, area in own.items() if area == TODO]
        found["own"] = {cell: area for cell, area in own.items() if area != TODO}
        found["leave_out"] = [*found.get("leave_out", []), *unknown]
    return found


def _answer(key: str, held: Any, place: str, asks: Questions) -> Any:
    question = asks.asked.get(place)
    if question is None:
        return held
    choices = [choice.strip("'") for choice in question.choices if choice != "..."]
    if key == "leave_out":
        return choices
    if key == "level":
        return choices[-1] if choices[-1] == "total" else int(choices[-1])
    if key == "pad":
        return int(choices[0])
    if key == "nomenclature":
        return "CN2024" if "CN2024" in choices[:1] else "HS2022"
    if key in _BY_CHOICE:
        return choices[0]
    return _ANSWERS.get(key, held)


def _open(held: Any) -> bool:
    if isinstance(held, dict):
        return any(map(_open, held.values()))
    return TODO in held if isinstance(held, list) else held == TODO
