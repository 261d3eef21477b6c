"""The claims part of a brief, before anybody renders it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrepot.report.parts import Link

__all__ = ["ORDER", "WORDS", "Arithmetic", "ClaimRow", "ClaimsPart", "ConflictBox", "counted"]

ORDER = ("inconsistent", "differs", "not_enough_evidence", "supported")
WORDS = {
    "inconsistent": "Inconsistent",
    "differs": "Differs",
    "not_enough_evidence": "Not enough evidence",
    "supported": "Supported",
}
_MANY = {"differs": "differ"}


def counted(verdict: str, count: int) -> str:
    """Return a count with its verdict: "2 inconsistent", "1 differs", "3 differ"."""
    many = _MANY.get(verdict, WORDS[verdict].lower())
    return f"{count} {WORDS[verdict].lower() if count == 1 else many}"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """One line of a sum: its name, the sum, and what comes out, empty where the sum says all."""

    name: str
    sum: str
    outcome: str
    holds: bool


@dataclass(frozen=True, slots=True)
class ConflictBox:
    """Claims that contradict each other, with the shortest arithmetic that shows it."""

    title: str
    lines: tuple[Arithmetic, ...]
    text: str


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim: what it says, what others say, the verdict and why.

    Attributes
    ----------
    claim
        The claim in words, its number strong.
    against
        What data and others say; empty if nothing does.
    slip
        The likely error, a sentence; empty if none was found.
    details
        Arithmetic and sources, opened on demand.
    """

    id: str
    claim: str
    against: str
    verdict: str
    why: str
    slip: str = ""
    qualifier: str = ""
    details: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def outcome(self) -> str:
        """Verdict with its qualifier: "Not enough evidence (quoted source only)"."""
        more = self.qualifier or self.slip
        return f"{WORDS[self.verdict]} ({more})" if more else WORDS[self.verdict]


@dataclass(frozen=True, slots=True)
class ClaimsPart:
    """All claims of a text, what is wrong first."""

    tally: tuple[tuple[str, int], ...]
    conflicts: tuple[ConflictBox, ...]
    rows: tuple[ClaimRow, ...]
    caption: str

    @property
    def more_conflicts(self) -> str:
        """What to call the conflicts after the first."""
        count = len(self.conflicts) - 1
        return f"{count} more such conflict{'s' if count > 1 else ''}"
