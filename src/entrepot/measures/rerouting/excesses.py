"""All that hubs bought and sold beyond the paths, and the limits that follow from it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from entrepot.measures.rerouting.chain import IMPORTER, ORIGIN, OTHERS
from entrepot.measures.rerouting.paths import excess_of
from entrepot.measures.rerouting.program import Limits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from entrepot.measures.rerouting.cells import Edge, Flows
    from entrepot.measures.rerouting.chain import Chain
    from entrepot.measures.rerouting.paths import Excess
    from entrepot.measures.rerouting.result import Limit

__all__ = ["MOST_MARGIN", "Excesses"]

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
        between = list(itertools.permutations(chain.hubs, 2))
        came = [(seller, hub) for hub in chain.hubs for seller in (ORIGIN, OTHERS)]
        went = [(hub, IMPORTER) for hub in chain.hubs]
        self.edges: dict[Edge, Excess] = {
            edge: excess_of(edge, flows, others, chain) for edge in (*came, *between, *went)
        }
        self.others_known = frozenset(
            buyer
            for known in (flows, others)
            if known
            for (seller, buyer), goods in known.cells.items()
            if seller != ORIGIN and buyer in chain.hubs and goods
        ).difference(chain.silent)

    def central(self) -> Limits:
        """Return what came and went above the best path."""
        came = self._cells("came", "central", 1.0)
        went = self._cells("went", "central", self.price)
        sold, bought = self._net("came", "signed", 1.0), self._net("went", "signed", self.price)
        return Limits(came, went, sold=sold, bought=bought)

    def surely(self, hubs: Collection[str]) -> Limits:
        """Return what came and went above the highest path and chance, and not from others.

        What went out has to exceed what may have come from others, and from other hubs.
        """
        price = self.most_price
        of_product, of_hub = {}, {}
        for hub in hubs:
            into, out = self.edges[ORIGIN, hub], self.edges[hub, IMPORTER]
            of_hub[hub] = min(into.at_least_of_all(), out.at_least_of_all() / price)
            for product in into.actual.keys() & out.actual.keys():
                left = out.at_least(product) / price - self._from_others(hub, product)
                of_product[hub, product] = max(0.0, min(into.at_least(product), left))
        came = {
            cell: amount
            for cell, amount in self._cells("came", "surely", 1.0).items()
            if of_product.get(cell[:2])
        }
        went = self._cells("went", "surely", price)
        return Limits(
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
                    found[product, step] = found.get((product, step), 0.0) + amount / price
        return {key: max(0.0, amount) for key, amount in found.items()}
