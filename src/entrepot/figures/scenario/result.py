"""What a scenario comes to: losses with their ends, and everything they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entrepot.figures.figure import Caveat, Evidence, Figure
    from entrepot.figures.scenario.schema import ScenarioFile

__all__ = ["Between", "EconomyLoss", "Loss", "SalesLoss", "Scenario"]


@dataclass(frozen=True, slots=True)
class Between:
    """A value and the ends over all assumptions; None where one value stands alone."""

    value: float
    low: float | None = None
    high: float | None = None

    def to_dict(self) -> dict[str, float | None]:
        """Return as plain JSON types."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Loss:
    """What somebody, or a sector of theirs, loses.

    Attributes
    ----------
    who
        ``target``, ``imposes``, ``others`` or ``world``: on which side.
    code, name
        Of the side, the area or the sector.
    output_usd
        Output before, USD.
    lost_usd, lost_share
        Output lost, USD and of output before; below zero for a gain.
    value_added_usd
        Value added lost with it, at the rates of before.
    """

    who: str
    code: str
    name: str
    output_usd: float
    lost_usd: Between
    lost_share: Between
    value_added_usd: Between

    @property
    def is_some(self) -> bool:
        """Whether something is lost, under one set of assumptions at least."""
        return max(self.lost_usd.value, self.lost_usd.high or 0.0) > 0

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        amounts = ("lost_usd", "lost_share", "value_added_usd")
        plain = {name: getattr(self, name) for name in ("who", "code", "name", "output_usd")}
        return plain | {name: getattr(self, name).to_dict() for name in amounts}


@dataclass(frozen=True, slots=True)
class EconomyLoss:
    """Output lost because inputs are missing.

    Attributes
    ----------
    stopped_usd
        Trade that stops, USD, what leaks left out.
    sides, areas, sectors
        Losses of the sides; of every area, the largest part lost first; of sectors of target and
        of who imposes.
    alone
        By assumption and side: ends of the part of output lost if it alone is changed.
    solutions
        How many sets of assumptions were worked out.
    left_out
        Those that have no solution, with the reason.
    checks
        Of the value: ``miss`` of the balance, of the largest output; ``over``, orders above what
        was sold before; ``cushion``; ``steps``.
    """

    evidence: Evidence
    stopped_usd: float
    sides: tuple[Loss, ...]
    areas: tuple[Loss, ...]
    sectors: tuple[Loss, ...]
    alone: dict[str, dict[str, tuple[float, float]]]
    solutions: int
    left_out: tuple[dict[str, Any], ...]
    checks: dict[str, float | None]

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        lists = ("sides", "areas", "sectors")
        return {
            "evidence": self.evidence.to_dict(),
            "stopped_usd": self.stopped_usd,
            **{name: [one.to_dict() for one in getattr(self, name)] for name in lists},
            "alone": self.alone,
            "solutions": self.solutions,
            "left_out": [_plain(one) for one in self.left_out],
            "checks": self.checks,
        }


@dataclass(frozen=True, slots=True)
class SalesLoss:
    """Output lost because sales are lost, by extraction; no range: it has no elasticities.

    Attributes
    ----------
    stopped_usd, unmet_usd
        Trade that stops, and what of it nobody replaces, USD.
    sides, areas
        Losses of the sides, and of every area, the largest part lost first.
    """

    evidence: Evidence
    stopped_usd: float
    unmet_usd: float
    sides: tuple[Loss, ...]
    areas: tuple[Loss, ...]
    checks: dict[str, float | None]

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "evidence": self.evidence.to_dict(),
            "stopped_usd": self.stopped_usd,
            "unmet_usd": self.unmet_usd,
            "sides": [one.to_dict() for one in self.sides],
            "areas": [one.to_dict() for one in self.areas],
            "checks": self.checks,
        }


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario with its results; levels that were not asked for are None.

    Attributes
    ----------
    file
        The scenario, with every assumption.
    goods
        Figures of the goods level: one for each direction that stops.
    """

    file: ScenarioFile
    economy: EconomyLoss | None
    extraction: SalesLoss | None
    goods: tuple[Figure, ...]
    caveats: tuple[Caveat, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no level that was asked for has a value."""
        levels = self.economy is None and self.extraction is None
        return levels and all(one.value is None for one in self.goods)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "scenario": _plain(self.file.model_dump(mode="json")),
            "economy": self.economy and self.economy.to_dict(),
            "extraction": self.extraction and self.extraction.to_dict(),
            "goods": [one.to_dict() for one in self.goods],
            "caveats": [one.to_dict() for one in self.caveats],
        }


def _plain(data: Any) -> Any:
    """Return data with an infinite elasticity as text, which JSON has and a file may hold."""
    if isinstance(data, dict):
        return {name: _plain(one) for name, one in data.items()}
    if isinstance(data, list):
        return [_plain(one) for one in data]
    return str(data) if data == float("inf") else data
