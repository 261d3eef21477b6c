"""What a source answers: one value for one set of choices, with the rows behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from entrepot.figures.figure import Caveat, Evidence
    from entrepot.model.period import Period

__all__ = ["Answer", "Estimate", "Missing"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value under one set of choices.

    Attributes
    ----------
    value, unit
        In the units of the data (share 0 to 1, growth in per cent, whole units of money).
    choices
        What was decided: ``source``, ``goods``, ``territory``, ``origin``, ``total`` and so on.
    low, high
        Interval that printed digits, a printed range or the errors of reconciled rows leave open;
        None for other computed values, and where the text gives one end only ("more than 70 %").
    is_range
        Whether it is a range of its own: printed as one, the value then its middle, or of errors.
    details
        Other columns of the measure, such as the effective number of suppliers beside an HHI.
    uncertain_code_shares
        Share of the value on codes of a list that one should know about; see `Figure`.
    table
        A row for each product or partner, where the measure has some.
    """

    value: float
    unit: str
    choices: dict[str, str]
    evidence: tuple[Evidence, ...] = ()
    low: float | None = None
    high: float | None = None
    is_range: bool = False
    details: dict[str, float | str] = field(default_factory=dict)
    uncertain_code_shares: dict[str, float] | None = None
    table: tuple[dict[str, Any], ...] = ()

    @property
    def ends(self) -> tuple[float, float]:
        """What it adds to a range of definitions: a range of its own both ends, else the value."""
        if self.is_range and self.low is not None and self.high is not None:
            return self.low, self.high
        return self.value, self.value


@dataclass(frozen=True, slots=True)
class Answer:
    """Estimates of one source: the first is its headline, the others its alternatives.

    `spans` says in words what the alternatives vary; `base` what was looked at beside the period,
    where that is less than was asked for; `denominator` and `scope` are as in a `Figure`;
    `currency` is what its rows count values in.
    """

    estimates: tuple[Estimate, ...]
    caveats: tuple[Caveat, ...] = ()
    spans: tuple[str, ...] = ()
    base: Period | None = None
    denominator: dict[str, Any] | None = None
    scope: dict[str, str] = field(default_factory=dict)
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a source cannot answer, and what would help.

    Attributes
    ----------
    reason
        In words.
    kind
        ``time``: it is not held for all of it; ``silent``: no side of the trade reports to it.
        Many sources held have nothing to do with a question; what is alike is said once.
    there
        Of ``time``: what is held, and what of it could be asked.
    """

    reason: str
    kind: Literal["", "time", "silent"] = ""
    there: str = ""
