"""What a measure is, in fields that documentation and screens read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Unit = Literal["USD", "share", "percent", "points", "index", "ratio", "count", "flag"]
"""Units that a screen can print (`entrepot.model.display`): a ``share`` is 0 to 1 and shown in per
cent, ``points`` are percentage points, a ``count`` is how many, a ``flag`` is 0 or 1."""


@dataclass(frozen=True, slots=True)
class MeasureMetadata:
    """Description of a measure.

    Attributes
    ----------
    id, title
        Name in a definition, and in a sentence.
    function
        Name of the function in `entrepot.measures`.
    inputs
        What the frame must hold and what is asked.
    columns
        Columns of the result besides the keys, each with its meaning and unit.
    unit, range
        Unit of the main column, which is the first, and the values it can take.
    null_rule
        When there is no answer, and what missing rows count as.
    formula
        Symbols as in the literature.
    reference
        Where the formula comes from.
    frames_only
        Whether it is a function of frames that `ask` does not evaluate.
    """

    id: str
    title: str
    function: str
    inputs: str
    columns: tuple[tuple[str, str], ...]
    unit: Unit
    range: str
    null_rule: str
    formula: str
    reference: str
    frames_only: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return asdict(self) | {"columns": dict(self.columns)}
