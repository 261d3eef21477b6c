"""What an event study compares with what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from entrepot.errors import RequestError

__all__ = ["Design", "Role"]

Role = Literal["product", "partner", "time"]
Effects = tuple[tuple[Role, ...], ...]

_ROLES = ("product", "partner", "time")
_TWO_WAY: Effects = (("product", "partner"), ("partner", "time"))
_THREE_WAY: Effects = (*_TWO_WAY, ("product", "time"))


@dataclass(frozen=True, slots=True)
class Design:
    """Columns of the frame, event window, fixed effects and clusters.

    Attributes
    ----------
    product, partner, time, value
        Columns: goods, the other side of the flow (destinations of an exporter's sales, or
        exporters to one market), times (dates, years or text such as ``2022-03``), and values.
    event
        Column with the day or period in which the product was listed, null if it never was; one
        for each product.
    exposed
        Column that says of each partner whether listing bears on it, true or 1: the target, or
        hubs. None: on every partner.
    frequency
        ``"M"``, ``"Q"`` or ``"A"``: steps in which the time from the event is counted.
    window
        First and last step; what lies beyond is counted with the end (binned).
    reference
        Step that the others are compared with.
    effects
        Fixed effects, each a combination of roles. By default product x partner and partner x
        time, and product x time as well where only some partners are exposed.
    cluster
        Roles over which errors may be correlated; two are two-way clusters.
    zeros
        Whether a pair of product and partner that trades in some step traded nothing in those of
        which there is no row. False leaves such steps out, which is right only if absence means
        that nobody looked.
    """

    product: str = "product"
    partner: str = "importer"
    time: str = "period"
    event: str = "event"
    value: str = "value_usd"
    exposed: str | None = None
    frequency: Literal["M", "Q", "A"] = "M"
    window: tuple[int, int] = (-12, 12)
    reference: int = -1
    effects: Effects | None = None
    cluster: tuple[Role, ...] = ("product", "partner")
    zeros: bool = False

    def __post_init__(self) -> None:
        first, last = self.window
        if not (first <= self.reference < 0 <= last and first < last):
            raise RequestError(
                f"window {first} to {last} with reference {self.reference}",
                why="leads and lags are told from the step before the event",
                hint="window=(-12, 12), reference=-1: the reference lies in the window before 0",
            )
        if self.frequency not in ("M", "Q", "A"):
            raise RequestError(f"frequency {self.frequency!r}", hint="M, Q or A")
        for role in (*self.cluster, *(role for effect in self.fixed for role in effect)):
            if role not in _ROLES:
                raise RequestError(f"role {role!r}", hint=f"one of {', '.join(_ROLES)}")
        if not self.fixed or not 1 <= len(self.cluster) <= 2:
            raise RequestError(
                "no fixed effects, or not one or two clusters",
                hint="leave effects and cluster as they are, or name at least one",
            )

    @property
    def fixed(self) -> Effects:
        """Fixed effects, by default those that fit `exposed`."""
        if self.effects is not None:
            return self.effects
        return _THREE_WAY if self.exposed else _TWO_WAY

    @property
    def steps(self) -> list[int]:
        """Steps of the window that have a coefficient."""
        first, last = self.window
        return [step for step in range(first, last + 1) if step != self.reference]
