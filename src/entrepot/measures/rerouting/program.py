"""Which dollar went through which hub, so that none is counted twice; and the result for rerouting.

A linear program gives bounds. The result has them and what they are based on.
"""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import NoEvidenceError
from entrepot.limits import left
from entrepot.limits import step as in_time
from entrepot.measures.rerouting.cells import IMPORTER, ORIGIN, OTHERS
from entrepot.measures.rerouting.excess import excess_of

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterator, Mapping

    from entrepot.measures.rerouting.cells import Chain, Edge, Flows
    from entrepot.measures.rerouting.excess import Excess

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


Cell = tuple[str, str, int]
"""Hub, product, step."""
LARGEST = 1e4
"""What the largest limit is scaled to; the solver's tolerance is 1e-7."""


@dataclass(frozen=True, slots=True)
class FlowLimits:
    """How much may pass, in the unit of the values at the border of the origin.

    Attributes
    ----------
    came, went
        By hub, product and step, what came in and what went out beyond the paths; a hub and
        product without an entry had nothing.
    of_product, of_hub
        By hub and product, and by hub, what may pass over all steps.
    sold, bought
        By product and step, what the origin sold to all hubs together, and the importer bought of
        them: a dollar that one hub lost and another won passed once.
    """

    came: Mapping[Cell, float]
    went: Mapping[Cell, float]
    of_product: Mapping[tuple[str, str], float] = field(default_factory=dict)
    of_hub: Mapping[str, float] = field(default_factory=dict)
    sold: Mapping[tuple[str, int], float] = field(default_factory=dict)
    bought: Mapping[tuple[str, int], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MatchedFlow:
    """The most that can be matched, and one way to match it.

    Attributes
    ----------
    value
        The sum.
    by_hub, by_product
        Where it passes; of several ways that give the same sum, one.
    """

    value: float
    by_hub: dict[str, float]
    by_product: dict[str, float]


def matched(limits: FlowLimits) -> MatchedFlow:
    """Match what came with what went of the same product, in the same or the next step.

    The maximum of Σ r_hkts over hubs h, products k and steps t <= s <= t + 1, where every limit
    holds for the sum of those r it is about.

    Raises
    ------
    NoEvidenceError
        If the solver finds no solution.
    """
    variables = [
        (hub, product, step, after)
        for (hub, product, step), amount in limits.came.items()
        # No variable without something on both sides: there are far more cells than pairs of them.
        for after in (step, step + 1)
        if amount > 0 and limits.went.get((hub, product, after), 0.0) > 0
    ]
    if not variables:
        return MatchedFlow(0.0, {}, {})
    found = most_of(*_rows(variables, limits))
    by_hub: dict[str, float] = {}
    by_product: dict[str, float] = {}
    for (hub, product, *_), amount in zip(variables, found, strict=True):
        by_hub[hub] = by_hub.get(hub, 0.0) + amount
        by_product[product] = by_product.get(product, 0.0) + amount
    return MatchedFlow(sum(found), by_hub, by_product)


def _rows(
    variables: list[tuple[str, str, int, int]], limits: FlowLimits
) -> tuple[int, list[list[int]], list[float]]:
    """Return how many variables there are, and of each limit its variables and its size."""
    rows: dict[Hashable, list[int]] = {}
    sizes: dict[Hashable, float] = {}
    for place, (hub, product, step, after) in enumerate(variables):
        for kind, known, key in (
            ("came", limits.came, (hub, product, step)),
            ("went", limits.went, (hub, product, after)),
            ("product", limits.of_product, (hub, product)),
            ("hub", limits.of_hub, hub),
            ("sold", limits.sold, (product, step)),
            ("bought", limits.bought, (product, after)),
        ):
            if key in known:
                rows.setdefault((kind, key), []).append(place)
                sizes[kind, key] = known[key]  # type: ignore[index]  # each has keys of its own
    return len(variables), list(rows.values()), list(sizes.values())


def most_of(count: int, rows: list[list[int]], sizes: list[float]) -> list[float]:
    """Return amounts, zero or more, whose sum is the largest where sums of some are limited.

    Parameters
    ----------
    count
        Amounts there are.
    rows, sizes
        Of each limit the places of the amounts it is about, and its size, above zero; every
        amount is in one.

    Raises
    ------
    NoEvidenceError
        If the solver finds no solution.
    """
    import highspy
    import numpy as np

    # The tolerance is absolute: amounts of 1e9 dollars or of 1e3 would be solved unlike.
    scale = LARGEST / max(sizes)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = count, len(rows)
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = np.ones(count)
    program.col_lower_ = np.zeros(count)
    program.col_upper_ = np.full(count, highspy.kHighsInf)
    program.row_lower_ = np.full(len(rows), -highspy.kHighsInf)
    program.row_upper_ = scale * np.array(sizes)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    program.a_matrix_.index_ = np.array([one for row in rows for one in row], np.int32)
    program.a_matrix_.value_ = np.ones(sum(map(len, rows)))
    # The public class prints a banner before it can be told not to; its base class does not.
    model: Any = highspy._Highs()  # type: ignore[attr-defined]
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    if (seconds := left()) is not None:
        model.setOptionValue("time_limit", seconds)
    model.passModel(program)
    model.run()
    # First, or a solver that ran out of time would be called one without a solution.
    in_time()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise NoEvidenceError(
            "the linear program of hubs has no solution",
            why=str(model.modelStatusToString(model.getModelStatus())),
            hint="ask fewer products or hubs, and report the case",
        )
    # The solver may return a little less than zero.
    return [max(0.0, one) / scale for one in model.getSolution().col_value]


# All that hubs bought and sold beyond the paths, and the limits that follow from it.


MOST_MARGIN = 1.0
"""What a hub adds at most, as a part of what it paid, where nobody says: it doubles the price."""


class Excesses:
    """The excess of every edge of a chain.

    Parameters
    ----------
    flows, others
        The goods asked about, and goods that the event did not touch.
    chain
        Who may pass goods on to whom.
    margin
        What hubs add at most, as a part of what they paid; None where nobody says.

    Attributes
    ----------
    others_known
        Hubs of which some row says what others sold them.
    """

    def __init__(
        self, flows: Flows, others: Flows | None, chain: Chain, margin: float | None
    ) -> None:
        self.hubs = chain.hubs
        self.products = flows.products
        self.price = 1 + (margin or 0.0)
        self.most_price = 1 + (MOST_MARGIN if margin is None else margin)
        # Both ways: what one hub sells the other is another flow than the reverse.
        between = list(itertools.permutations(chain.hubs, 2))
        came = [(seller, hub) for hub in chain.hubs for seller in (ORIGIN, OTHERS)]
        went = [(hub, IMPORTER) for hub in chain.hubs]
        self.edges: dict[Edge, Excess] = {
            edge: excess_of(edge, flows, others, chain) for edge in (*came, *between, *went)
        }
        # Rows of other goods do as well: they show that the hub's purchases are in the data at all.
        self.others_known = frozenset(
            buyer
            for known in (flows, others)
            if known
            for (seller, buyer), goods in known.cells.items()
            if seller != ORIGIN and buyer in chain.hubs and goods
        ).difference(chain.non_reporting)

    def central(self) -> FlowLimits:
        """Return what came and went above the best path."""
        came = self._cells("came", "central", 1.0)
        went = self._cells("went", "central", self.price)
        sold, bought = self._net("came", "signed", 1.0), self._net("went", "signed", self.price)
        return FlowLimits(came, went, sold=sold, bought=bought)

    def surely(self, hubs: Collection[str]) -> FlowLimits:
        """Return what came and went above the highest path and chance, and not from others.

        What went out has to exceed what may have come from others, and from other hubs.
        """
        price = self.most_price
        of_product, of_hub = {}, {}
        for hub in hubs:
            into, out = self.edges[ORIGIN, hub], self.edges[hub, IMPORTER]
            of_hub[hub] = min(into.at_least_of_all(), out.at_least_of_all() / price)
            for product in into.actual.keys() & out.actual.keys():
                # The margin first: others' supplies have none of this hub's (docs, rerouting).
                left = out.at_least(product) / price - self._from_others(hub, product)
                of_product[hub, product] = max(0.0, min(into.at_least(product), left))
        came = {
            cell: amount
            for cell, amount in self._cells("came", "surely", 1.0).items()
            if of_product.get(cell[:2])
        }
        went = self._cells("went", "surely", price)
        return FlowLimits(
            came,
            went,
            of_product,
            of_hub,
            self._net("came", "signed_surely", 1.0),
            self._net("went", "signed_surely", price),
        )

    def _from_others(self, hub: str, product: str) -> float:
        sellers = [OTHERS, *(other for other in self.hubs if other != hub)]
        sold = (self.edges[seller, hub] for seller in sellers)
        return sum(one.at_most(product) for one in sold if product in one.actual)

    def capacity(self, product: str) -> dict[Edge, float]:
        """Return what can at most have passed along each edge but those from others."""
        return {
            edge: one.at_most(product)
            for edge, one in self.edges.items()
            if edge[0] != OTHERS and product in one.actual
        }

    def alone(self, hub: str) -> float:
        """Return what can at most have passed through one hub and no other."""
        into, out = self.edges[ORIGIN, hub], self.edges[hub, IMPORTER]
        return sum(
            min(into.at_most(product), out.at_most(product))
            for product in into.actual.keys() & out.actual.keys()
        )

    def growth_to_zero(self, hub: str) -> float | None:
        """Return how much more a hub had to grow, less one, for either of its sides to be usual.

        None where both sides were nothing before, so that no growth explains them.
        """
        sides = (self.edges[ORIGIN, hub], self.edges[hub, IMPORTER])
        known = [one.growth_to_explain() for one in sides]
        return min((one for one in known if one is not None), default=None)

    def limit(self, hub: str) -> Limit:
        """Return what keeps the lower end of a hub at zero, if anything does."""
        if not self.edges[ORIGIN, hub].at_least_of_all():
            return "in"
        if not self.edges[hub, IMPORTER].at_least_of_all():
            return "out"
        if hub not in self.others_known:
            return "unknown"
        return "" if any(self.surely([hub]).of_product.values()) else "others"

    def _side(self, side: str) -> Iterator[tuple[str, Excess]]:
        for hub in self.hubs:
            yield hub, self.edges[(ORIGIN, hub) if side == "came" else (hub, IMPORTER)]

    def _cells(self, side: str, kind: str, price: float) -> dict[tuple[str, str, int], float]:
        return {
            (hub, product, step): amount / price
            for hub, one in self._side(side)
            for product in one.actual
            for step, amount in enumerate(getattr(one, kind)(product))
            if amount > 0
        }

    def _net(self, side: str, kind: str, price: float) -> dict[tuple[str, int], float]:
        """Return by product and step what all hubs together bought, or sold, above the paths."""
        found: dict[tuple[str, int], float] = {}
        for _, one in self._side(side):
            for product in one.actual:
                for step, amount in enumerate(getattr(one, kind)(product)):
                    # Signed, so that what one hub lost is set against what another won.
                    found[product, step] = found.get((product, step), 0.0) + amount / price
        return {key: max(0.0, amount) for key, amount in found.items()}
