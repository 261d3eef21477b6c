"""Trade after a cut-off: what is displaced is rebuilt with those that still trade, as far as it is.

What a buyer buys of an input, and what a maker sells of it, both fall by the friction of what
stopped; what is left is spread so that trade keeps the proportions it had, seller by seller and
buyer by buyer (biproportional scaling, RAS; Bacharach 1970).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.limits import step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.measures.cutoff.network import StoppedTrade
    from entrepot.measures.origin.economy import Numbers, Places

WITHIN = 1e-12
"""Largest miss of a seller's total, of the largest total, that counts as none."""
MOST = 100
"""Steps after which it cannot be done."""
FALLS = 3
"""By what a miss has to fall in a step, or slopes are made exact."""
FARTHEST, HALVED = 2.0, 30
"""Longest step of log u, and how often it is halved at most."""


@dataclass(frozen=True, slots=True, eq=False)
class RebuiltTrade:
    """Trade in inputs after a cut-off: Z = u Ẑ v, Ẑ what did not stop.

    Attributes
    ----------
    stopped
        What stopped.
    friction
        Part of it that is not rebuilt.
    u
        For each input, a number for each of its makers.
    v
        k x n: a number for each input and buyer.
    steps, miss
        How often totals were compared, and the largest miss of one, of the largest total.
    """

    stopped: StoppedTrade
    friction: float
    u: list[Numbers]
    v: Numbers
    steps: int
    miss: float

    def bought(self, delivered: Numbers) -> Numbers:
        """Return k x n: what each buys of each input if makers deliver a part, n numbers, of it."""
        return bought_each([(self, delivered)])[0]

    def sold(self, running: Numbers) -> Numbers:
        """Return n: what each sells as an input if buyers run at a part, n numbers, of before."""
        return sold_each([(self, running)])[0]


def bought_each(asked: Sequence[tuple[RebuiltTrade, Numbers]]) -> list[Numbers]:
    """Return what `RebuiltTrade.bought` does for several trades of one network.

    Every input is read once for all of them: to read the table takes longer than to add it up.
    """
    import numpy as np

    network = asked[0][0].stopped.network
    every = [np.empty((len(network.rows), len(network.output))) for _ in asked]
    for place, rows in enumerate(network.rows):
        sent = np.array([trade.u[place] * delivered[rows] for trade, delivered in asked])
        arrives = sent @ network.coefficients[rows]
        arrives *= network.buying
        for (trade, _), from_it, line, found in zip(asked, sent, arrives, every, strict=True):
            sellers, buyers, gone = trade.stopped.blocks[place]
            if len(sellers):
                line[buyers] -= from_it[sellers] @ gone
            np.multiply(line, trade.v[place], out=found[place])
    return every


def sold_each(asked: Sequence[tuple[RebuiltTrade, Numbers]]) -> list[Numbers]:
    """Return what `RebuiltTrade.sold` does for several trades of one network; as `bought_each`."""
    import numpy as np

    network = asked[0][0].stopped.network
    every = [np.zeros(len(network.output)) for _ in asked]
    for place, rows in enumerate(network.rows):
        use = np.array([trade.v[place] * running for trade, running in asked])
        sales = (use * network.buying) @ network.coefficients[rows].T
        for (trade, _), of_it, line, found in zip(asked, use, sales, every, strict=True):
            sellers, buyers, gone = trade.stopped.blocks[place]
            if len(sellers):
                line[sellers] -= gone @ of_it[buyers]
            found[rows] = trade.u[place] * line
    return every


def rebuilt(stopped: StoppedTrade, friction: float) -> RebuiltTrade:
    """Return trade in inputs after a cut-off.

    Parameters
    ----------
    friction
        Part of what stopped that is not rebuilt, 0 (all of it is) to 1 (none).

    Raises
    ------
    RequestError
        If it is no such part, or what is left cannot be spread like that.
    """
    import numpy as np

    if not 0 <= friction <= 1:
        raise RequestError(f"friction is {friction}", hint="a part from 0 to 1: 0.3 is 30 %")
    network = stopped.network
    u = [np.ones(len(network.sold[rows])) for rows in network.rows]
    v = np.ones(network.bought.shape)
    steps, miss = 0, 0.0
    for place, (sellers, _, gone) in enumerate(stopped.blocks):
        if friction < 1 and len(sellers) and gone.any():
            block = _block(stopped, place, friction)
            u[place], v[place], count, worst = _spread(block)
            steps, miss = max(steps, count), max(miss, worst)
            if not worst <= WITHIN:
                raise _impossible(network.economy.sectors[place])
    return RebuiltTrade(stopped, friction, u, v, steps, miss)


def _impossible(sector: str) -> RequestError:
    return RequestError(
        "what stopped cannot be rebuilt with those that still trade",
        where=f"input {sector}",
        why="the cut leaves groups that trade inside only, which lose unlike sales and purchases",
        hint="let some trade leak (leak: 0.1), or rebuild nothing (friction: 1)",
    )


@dataclass(frozen=True, eq=False)
class _Block:
    """One input: m makers and n buyers, `coefficients` times `buying` less `gone`."""

    coefficients: Numbers
    buying: Numbers
    sellers: Places
    buyers: Places
    gone: Numbers
    to_sell: Numbers
    to_buy: Numbers
    bought: Numbers
    closeness: Numbers

    @cached_property
    def elsewhere(self) -> Numbers:
        """How much makers meet, m x m, at buyers that are not concerned, before the cut."""
        before = self._before(self.buyers)
        before *= _over_root(self.bought[self.buyers])
        found: Numbers = self.closeness - before @ before.T
        return found

    @cached_property
    def concerned(self) -> Numbers:
        """What makers sell to buyers concerned after the cut, before it is rebuilt."""
        found = self._before(self.buyers)
        found[self.sellers] -= self.gone
        return found

    @cached_property
    def everywhere(self) -> Numbers:
        """The same to all buyers."""
        import numpy as np

        found = self.coefficients * self.buying
        found[np.ix_(self.sellers, self.buyers)] -= self.gone
        return found

    def _before(self, buyers: Places) -> Numbers:
        found = self.coefficients[:, buyers]
        found *= self.buying[buyers]
        return found

    def columns(self, u: Numbers) -> Numbers:
        found: Numbers = (u @ self.coefficients) * self.buying
        found[self.buyers] -= u[self.sellers] @ self.gone
        return found

    def lines(self, v: Numbers) -> Numbers:
        found: Numbers = self.coefficients @ (v * self.buying)
        found[self.sellers] -= self.gone @ v[self.buyers]
        return found

    def slopes(self, u: Numbers, v: Numbers, sold: Numbers, *, exact: bool) -> Numbers:
        """Return how totals of makers move with log u.

        Not `exact`: buyers not concerned are taken as before the cut, which is quick and, for cuts
        that are small beside a market, close.
        """
        import numpy as np

        here = slice(None) if exact else self.buyers
        sales = self.everywhere if exact else self.concerned
        # A matrix times its own transpose, of which only one half is worked out.
        after = sales * (v[here] * _over_root(self.to_buy[here]))
        after *= u[:, None]
        found: Numbers = -(after @ after.T)
        if not exact:
            found -= self.elsewhere
        # d(u Z v)/d log u is the total itself, less what v gives back as buyers' totals are kept.
        found[np.diag_indices_from(found)] += sold
        return found

    def distance(self, u: Numbers, total: Numbers) -> float:
        """Return what is smallest where all totals are met; convex in log u."""
        import numpy as np

        there, active = self.to_buy > 0, self.to_sell > 0
        with np.errstate(divide="ignore", invalid="ignore"):  # where it cannot be done
            bought, sold = np.log(total[there]), np.log(u[active])
            return float(self.to_buy[there] @ bought - self.to_sell[active] @ sold)


def _over_root(bought: Numbers) -> Numbers:
    """Return one over the root of each number, and zero where it is none."""
    import numpy as np

    return np.divide(1.0, np.sqrt(bought), out=np.zeros(len(bought)), where=bought > 0)


def _block(stopped: StoppedTrade, place: int, friction: float) -> _Block:
    """Return one input with what its makers and buyers come to.

    What only reached somebody by trade that stopped whole is rebuilt by nobody.
    """
    import numpy as np

    network = stopped.network
    rows = network.rows[place]
    sellers, buyers, gone = stopped.blocks[place]
    sold, bought = network.sold[rows], network.bought[place]
    # Up to rounding: sums of coefficients times output do not come back to the last digit.
    no_seller = bought[buyers] - gone.sum(axis=0) <= WITHIN * bought[buyers]
    no_buyer = sold[sellers] - gone.sum(axis=1) <= WITHIN * sold[sellers]
    lost = gone * np.where(no_buyer[:, None] | no_seller, 1.0, friction)
    to_sell, to_buy = sold.copy(), bought.copy()
    to_sell[sellers] -= lost.sum(axis=1)
    to_buy[buyers] -= lost.sum(axis=0)
    to_sell[sellers[no_buyer]] = 0
    to_buy[buyers[no_seller]] = 0
    return _Block(
        network.coefficients[rows],
        network.buying,
        sellers,
        buyers,
        gone,
        to_sell,
        to_buy,
        bought,
        network.closeness[place],
    )


def _spread(block: _Block) -> tuple[Numbers, Numbers, int, float]:
    """Return u and v of an input, how many steps it took, and the largest miss of a total.

    v follows from u, so that buyers' totals are always met; u is found by Newton's method, with
    slopes that are exact once the quick ones no longer do, and steps no longer than is good.
    """
    import numpy as np

    u = np.ones(len(block.to_sell))
    active = block.to_sell > 0
    if not active.any():
        return u, np.zeros(len(block.to_buy)), 0, 0.0
    scale = float(block.to_sell.max())
    # All u times a number and all v over it change no total, so that slopes alone are singular;
    # this adds the missing direction and moves no solution.
    pin = np.outer(block.to_sell, block.to_sell) / block.to_sell.sum()
    total, steps, exact, before = block.columns(u), 0, False, np.inf
    while True:
        step()
        steps += 1
        there = (block.to_buy > 0) & (total > 0)
        v = np.divide(block.to_buy, total, out=np.zeros(len(total)), where=there)
        sold = u * block.lines(v)
        off = np.where(active, block.to_sell - sold, 0.0)
        worst = float(np.abs(off).max()) / scale
        if worst <= WITHIN or steps == MOST or not np.isfinite(worst):
            return u, v, steps, worst
        # Quick slopes stay as far off as they are: once they fail, all that follow are exact.
        exact, before = exact or worst > before / FALLS, worst
        slopes = block.slopes(u, v, sold, exact=exact) + pin
        # A maker without anything to sell gets an equation of its own, and keeps its u.
        slopes[~active] = 0
        slopes[:, ~active] = 0
        slopes[~active, ~active] = 1
        try:
            turn = np.linalg.solve(slopes, off)
        except np.linalg.LinAlgError:  # groups that trade inside only: no slope joins them
            return u, v, steps, np.inf
        u, total = _farther(block, u, total, np.clip(turn, -FARTHEST, FARTHEST))


def _farther(block: _Block, u: Numbers, total: Numbers, turn: Numbers) -> tuple[Numbers, Numbers]:
    """Return u after a step, halved until it comes nearer, and what buyers then get."""
    import numpy as np

    start = block.distance(u, total)
    # Near the end a good step changes the distance by less than its rounding.
    slack = 1e-13 * float(block.to_buy.sum())
    for _ in range(HALVED):
        longer = u * np.exp(turn)
        there = block.columns(longer)
        if block.distance(longer, there) <= start + slack:
            break
        turn = turn / 2
    return longer, there
