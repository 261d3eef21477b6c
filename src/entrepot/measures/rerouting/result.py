"""The result for rerouting: bounds, and what they are based on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

CHAIN_COLUMNS = {1: "high_one_hub", 2: "high_two_hubs", 3: "high_three_hubs"}
"""Names of the upper ends of chains, by the number of their hubs."""
Limit = Literal["", "in", "out", "others", "steps", "unknown"]


@dataclass(frozen=True, slots=True)
class Hub:
    """One hub; amounts in the unit of the values, over the whole period after the event.

    Attributes
    ----------
    hub
        Its code.
    bought
        What the origin sold it.
    excess_in, excess_out
        What it bought of the origin, and sold to the importer, above or below the path.
    others_in
        What it bought above or below its path of everybody else; None where no row says.
    matched
        What went out in the step in which it came in or the next: its part of the sum over hubs.
    low, high
        Bounds of what may have passed through it alone.
    share_of_in
        Part of what the origin sold it that was matched, 0 to 1; None if it bought nothing.
    alarm
        Whether more came in and went out than paths and chance explain; None where too few steps
        before the event say how large chance is, or no row says what others sold it.
    growth_to_zero
        How much more than on the highest path it had to grow by itself for one of its sides to be
        no excess: 0.5 for half as much again. None where no growth explains it.
    limit
        What keeps `low` at zero: ``in`` or ``out``, where growth and chance explain what came in
        or went out; ``others``, who can have supplied it; ``steps``, where nothing went out in the
        step in which it came in or the next; ``unknown``, where no row says what others sold.
        Empty where `low` is above zero.
    """

    hub: str
    bought: float
    excess_in: float
    excess_out: float
    others_in: float | None
    matched: float
    low: float
    high: float
    share_of_in: float | None
    alarm: bool | None
    growth_to_zero: float | None
    limit: Limit

    def to_dict(self) -> dict[str, Any]:
        """Return the columns, without those that are not known."""
        return {name: cell for name, cell in asdict(self).items() if cell is not None}


@dataclass(frozen=True, slots=True)
class Strait:
    """An edge that limits what can pass: ``origin`` and ``importer`` stand for the two ends."""

    seller: str
    buyer: str
    value: float


@dataclass(frozen=True, slots=True)
class Rerouted:
    """What may have come from the origin to the importer through hubs.

    Attributes
    ----------
    value
        What came in and went out beyond the paths, same product, same or next step.
    low
        The same beyond the highest path and chance, after the hub's own margin, and only as far as
        others cannot have supplied it.
    high
        What can at most have passed, through chains of hubs as well, beyond the lowest path.
    chains
        The same by the number of hubs, one to three, if everything went through chains of that
        length; they share flows, so that they do not add up to `high`. Nothing is sure of a chain:
        what one hub sells another can always be another's.
    alarm
        Whether `low` is above zero; None where chance is not known, or where it is zero and what
        others sold is not known of every hub.
    others_known
        Whether rows say of every hub what it bought from others, if only of other goods; `low`
        counts only hubs of which they do.
    hubs
        The largest first.
    products
        Product and what was matched of it, the largest first.
    straits
        Edges of the minimum cuts, added up over products, the largest first.
    unknown_products
        Products left out because a value is missing.
    """

    value: float
    low: float
    high: float
    chains: dict[int, float]
    alarm: bool | None
    others_known: bool
    hubs: tuple[Hub, ...]
    products: tuple[tuple[str, float], ...]
    straits: tuple[Strait, ...]
    unknown_products: int

    @property
    def table(self) -> tuple[dict[str, Any], ...]:
        """A row for each hub."""
        return tuple(one.to_dict() for one in self.hubs)

    def to_dict(self) -> dict[str, Any]:
        """Return the columns of its sheet, without those that are not known."""
        found: dict[str, Any] = {
            "rerouted": self.value,
            "rerouted_low": self.low,
            "rerouted_high": self.high,
            **{CHAIN_COLUMNS[hubs]: amount for hubs, amount in self.chains.items()},
            "excess_in": sum(one.excess_in for one in self.hubs),
            "excess_out": sum(one.excess_out for one in self.hubs),
        }
        if self.unknown_products:
            found["unknown_products"] = self.unknown_products
        if self.alarm is not None:
            found["alarm"] = "yes" if self.alarm else "no"
        return found
