"""What rows that say one flow can be: a total beside its parts, parts, or copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.sources.table.draft.trial import Trial, read_with
from entrepot.sources.table.draft.write import scalar

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.sources.parser import RawFile

__all__ = ["QUESTION", "Ways", "only"]

QUESTION = "are these rows parts (sum) or copies (once)?"


@dataclass(frozen=True, slots=True)
class Ways:
    """Which ways to read such rows the file allows.

    Attributes
    ----------
    totals
        Columns that nobody reads, with the cell that looks like a total over the others.
    by_totals
        What came of reading the rows of the totals alone.
    every
        What came of adding up all rows.
    read
        Of ``sum`` and ``once``, those with which the file is read.
    """

    totals: dict[str, str]
    by_totals: Trial
    every: Trial
    read: tuple[str, ...]

    @classmethod
    def found(
        cls, file: RawFile, scratch: Path, says: dict[str, Any], totals: dict[str, str]
    ) -> Ways:
        """Try every way on a file; `says` is a mapping in which nothing is open."""
        tried = {way: read_with(file, scratch, says | {"repeated": way}) for way in _WAYS}
        alone = read_with(file, scratch, only(says, totals)) if totals else Trial()
        read = tuple(way for way, trial in tried.items() if trial.error is None)
        return cls(totals, alone, tried["sum"], read)

    @property
    def settled(self) -> bool:
        """Whether every flow has a total, and no breakdown comes to more than the totals."""
        most = self.by_totals.money * 2 ** len(self.totals)
        whole = 0 < self.by_totals.rows == self.every.rows
        return whole and self.every.money <= most * _ROUNDING

    def remarks(self, trial: Trial) -> list[str]:
        """Return what is to be known for an answer, a line each."""
        assert trial.error is not None
        lines = [f"{trial.error.what} ({trial.error.where})", *trial.error.why.split("; ")]
        if self.by_totals.rows:
            cells = ", ".join(f"{scalar(name)}: {scalar(c)}" for name, c in self.totals.items())
            lines.append(
                f"or, in place of this line, select: {{{cells}}}, which keeps "
                f"{self.by_totals.rows:,} of {self.every.rows:,} flows, if these are totals"
            )
        return lines


_WAYS = ("sum", "once")
_ROUNDING = 1.001


def only(says: dict[str, Any], totals: dict[str, str]) -> dict[str, Any]:
    """Return a mapping that keeps the rows of totals alone."""
    ignore = [name for name in says["ignore"] if name not in totals]
    return says | {"select": dict(totals), "ignore": ignore}
