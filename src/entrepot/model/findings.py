"""Findings: what was noticed about data, as rows that a report can show."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["COMPLETE", "Finding", "Level"]

COMPLETE = "complete-by-mapping"
"""Rule of a delivery that its mapping says has all goods of its flows."""
Level = Literal["note", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that did not hold somewhere.

    Attributes
    ----------
    rule
        Short id of the rule, e.g. ``"duplicate-cell"``.
    level
        ``error``: a result could be wrong; ``warning``: rows were left out or look odd;
        ``note``: worth knowing.
    place
        File, table, column or period.
    count
        Rows concerned.
    example
        One of them, as text.
    text
        One sentence for a reader.
    """

    rule: str
    level: Level
    place: str
    count: int
    example: str
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON types."""
        return asdict(self)
