"""Countries that stopped publishing their trade, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.model.columns import read_table
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Stopped", "stopped", "stopped_in"]

_COLUMNS = ("area", "last_month", "note", "source")


@dataclass(frozen=True, slots=True)
class Stopped:
    """A reporter that fell silent: last month with data by partner, why, and who says so."""

    area: str
    last: Period
    note: str
    source: str


@cache
def stopped() -> tuple[Stopped, ...]:
    """Return every reporter known to have stopped."""
    rows = read_table(Path(__file__).with_name("stopped.csv"), _COLUMNS)
    return tuple(
        Stopped(row["area"], Period.parse(row["last_month"]), row["note"], row["source"])
        for row in rows
    )


def stopped_in(areas: Iterable[str], period: Period) -> tuple[Stopped, ...]:
    """Return those of `areas` that no longer reported all of `period`."""
    wanted = set(areas)
    return tuple(item for item in stopped() if item.area in wanted and period.end > item.last.end)
