"""What a source answers: one value for one set of choices, with the rows behind it."""

from __future__ import annotations

import itertools
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from entrepot.figures.figure import Specification, Specifications

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.figure import Caveat, Evidence
    from entrepot.model.period import Period

__all__ = ["Answer", "Estimate", "Missing", "specifications", "spread_of"]


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
    rests_on
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
    rests_on: dict[str, float] | None = None
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
    where that is less than was asked for; `denominator` and `scope` are as in a `Figure`.
    """

    estimates: tuple[Estimate, ...]
    caveats: tuple[Caveat, ...] = ()
    spans: tuple[str, ...] = ()
    base: Period | None = None
    denominator: dict[str, Any] | None = None
    scope: dict[str, str] = field(default_factory=dict)


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


def spread_of(estimates: Sequence[Estimate]) -> dict[str, tuple[float, float]]:
    """Return how far each cause moves the first estimate by itself, and all of them together.

    Returns
    -------
    dict
        ``errors``: the interval that the errors of reports or a sample leave open, or that was
        printed; each choice: the ends over estimates that differ from the first in it alone;
        ``together``: the ends over everything. Causes that move nothing are left out.
    """
    head = estimates[0]
    found: dict[str, list[float]] = {"errors": list(head.ends)}
    for item in estimates[1:]:
        names = head.choices.keys() | item.choices.keys()
        other = [name for name in names if head.choices.get(name) != item.choices.get(name)]
        if len(other) == 1:
            found.setdefault(other[0], [head.value]).append(item.value)
    found["together"] = [end for item in estimates for end in item.ends]
    return {name: (min(ends), max(ends)) for name, ends in found.items() if min(ends) < max(ends)}


def specifications(estimates: Sequence[Estimate]) -> Specifications | None:
    """Return the estimates as a specification curve; None when there are fewer than two."""
    if len(estimates) < 2:
        return None
    items = sorted(
        (Specification(choices=item.choices, value=item.value) for item in estimates),
        key=lambda item: (item.value, sorted(item.choices.items())),
    )
    return Specifications(items=tuple(items), moves_most=_moves_most(items))


def _moves_most(items: Sequence[Specification]) -> str | None:
    """Name the choice with the largest median move when it alone is changed, if any moves it."""
    moves: dict[str, list[float]] = {}
    for one, other in itertools.combinations(items, 2):
        names = one.choices.keys() | other.choices.keys()
        changed = [name for name in names if one.choices.get(name) != other.choices.get(name)]
        if len(changed) == 1:
            moves.setdefault(changed[0], []).append(abs(one.value - other.value))
    medians = {name: statistics.median(moves[name]) for name in sorted(moves)}
    most = max(medians, key=medians.__getitem__, default=None)
    return most if most and medians[most] > 0 else None
