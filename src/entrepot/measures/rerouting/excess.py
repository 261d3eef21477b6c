"""What would have been traded without the event, in several ways, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.limits import step
from entrepot.measures.rerouting.cells import total
from entrepot.measures.student import student_quantile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from entrepot.measures.rerouting.cells import Chain, Edge, Flows, Weights

CONFIDENCE = 0.95
ENOUGH = 4
"""Steps before the event from which they say how far a path is off by chance."""


@dataclass(frozen=True, slots=True)
class Excess:
    """What one seller sold to one buyer beside the paths without the event, after it.

    Attributes
    ----------
    actual
        Values by product, a number for each step.
    path, least, most
        The path of the best set of controls, the lowest and the highest of all sets.
    chance
        By product, how far the sum of `actual` may lie from that of a path by chance, 19 times in
        20, on the path of which that is most; infinite where too few steps before the event say.
    chance_of_all
        The same for all products together, whose errors partly cancel.
    """

    actual: dict[str, list[float]]
    path: dict[str, list[float]]
    least: dict[str, list[float]]
    most: dict[str, list[float]]
    chance: dict[str, float]
    chance_of_all: float

    def signed(self, product: str) -> list[float]:
        """Return what lies above the path, below zero where less was traded."""
        return _less(self.actual[product], self.path[product])

    def signed_surely(self, product: str) -> list[float]:
        """Return what lies above the highest path, below zero where less was traded."""
        return _less(self.actual[product], self.most[product])

    def central(self, product: str) -> list[float]:
        """Return what lies above the path, step by step."""
        return [max(0.0, one) for one in self.signed(product)]

    def surely(self, product: str) -> list[float]:
        """Return what lies above the highest path, step by step."""
        return [max(0.0, one) for one in self.signed_surely(product)]

    def at_least(self, product: str) -> float:
        """Return what the period has above the highest path and above chance."""
        return max(0.0, sum(self.signed_surely(product)) - _finite(self.chance[product]))

    def at_least_of_all(self) -> float:
        """Return the same for all products together, those below their path counted in."""
        above = sum(sum(self.signed_surely(product)) for product in self.actual)
        return max(0.0, above - _finite(self.chance_of_all))

    def at_most(self, product: str) -> float:
        """Return what may at most lie above the path: the lowest path, and chance on top."""
        row, path = self.actual[product], self.least[product]
        steps = sum(max(0.0, one) for one in _less(row, path))
        spread = sum(_less(row, path)) + _finite(self.chance[product])
        # By steps or over the period, whichever allows more; and no more than was traded at all.
        return min(sum(row), max(steps, spread))

    def growth_to_explain(self) -> float | None:
        """Return how much more than on the highest path trade had to grow, less one.

        None where that path is nothing, so that no growth of it explains anything.
        """
        most = sum(map(sum, self.most.values()))
        return sum(map(sum, self.actual.values())) / most - 1 if most else None

    @property
    def value(self) -> float:
        """Return the sum over products and steps of what lies above or below the path."""
        return sum(sum(self.signed(product)) for product in self.actual)


def _less(row: Sequence[float], path: Sequence[float]) -> list[float]:
    return [one - other for one, other in zip(row, path, strict=True)]


def _finite(chance: float) -> float:
    """Return the allowance for chance, none where nothing says how large it is."""
    return chance if math.isfinite(chance) else 0.0


def excess_of(edge: Edge, flows: Flows, others: Flows | None, chain: Chain) -> Excess:
    """Compare an edge with its paths, product by product.

    Every path is what was traded before, times the growth of a reference: nothing (as before), the
    same product sold by the same seller to controls, all other goods on the same edge (so that a
    hub may grow), and both (the triple difference). The best is the last of these there is.

    Parameters
    ----------
    edge
        Seller and buyer.
    flows
        The goods asked about.
    others
        Goods that the event did not touch; None where there are none.
    """
    before, steps = chain.steps_before, flows.steps
    found = Excess({}, {}, {}, {}, {}, 0.0)
    every: list[tuple[list[float], list[list[float]]]] = []
    known = _references(edge, flows, others, chain)
    for product in sorted(flows.cells.get(edge, {})):
        row = flows.of(edge, product)
        ways = [_scaled(row, one, before) for one in known.of(product)]
        # References come the best last.
        best = ways[-1]
        found.actual[product], found.path[product] = row[before:], best[before:]
        for ends, pick in ((found.least, min), (found.most, max)):
            ends[product] = [pick(way[step] for way in ways) for step in range(before, steps)]
        every.append((row, ways))
        found.chance[product] = _most_chance(row, ways, before)
    of_all = _most_chance(total([row for row, _ in every], steps), _together(every, steps), before)
    return replace(found, chance_of_all=of_all)


def _together(
    every: Sequence[tuple[list[float], list[list[float]]]], steps: int
) -> list[list[float]]:
    """Return the ways of all products added up; a product that has fewer goes on with its best."""
    longest = max((len(ways) for _, ways in every), default=0)
    return [
        total([ways[min(place, len(ways) - 1)] for _, ways in every], steps)
        for place in range(longest)
    ]


@dataclass(frozen=True, slots=True)
class _References:
    """What the trade on an edge may have grown with.

    Attributes
    ----------
    seller, flows, chain
        Whose sales these are, and of what.
    sets
        Sets of controls, the best first, each with what they bought of other goods from the seller;
        None where that was nothing in some step.
    own
        Other goods on the same edge; None where there were none before.
    """

    seller: str
    flows: Flows
    chain: Chain
    sets: list[tuple[Weights, list[float] | None]]
    own: list[float] | None

    def of(self, product: str) -> Iterator[list[float]]:
        """Yield series whose growth a product would have shared, the best last.

        Controls that bought less than `chain.least` before the event give no growth.
        """
        before, least = self.chain.steps_before, self.chain.least
        yield [1.0] * self.flows.steps
        calm = [
            (row, other_goods)
            # Reversed, as sets have the best first and this yields it last.
            for weights, other_goods in reversed(self.sets)
            if _counts(row := self.flows.over(self.seller, weights, product), before, least)
        ]
        yield from (row for row, _ in calm)
        if self.own is None:
            return
        yield self.own
        for row, other_goods in calm:
            if other_goods is not None:
                # Controls' growth in it, times the hub's in other goods over the controls' in
                # those.
                mixed = [a * b / c for a, b, c in zip(row, self.own, other_goods, strict=True)]
                # Growth of what was nothing before says nothing.
                if _counts(mixed, before):
                    yield mixed


def _references(edge: Edge, flows: Flows, others: Flows | None, chain: Chain) -> _References:
    seller, buyer = edge
    sets: list[tuple[Weights, list[float] | None]] = []
    for weights in _sets(edge, flows, chain):
        other_goods = others.all_goods(seller, weights) if others else []
        sets.append(
            (weights, other_goods if other_goods and all(one > 0 for one in other_goods) else None)
        )
    own = others.all_goods(seller, {buyer: 1.0}) if others else []
    is_known = bool(own) and _counts(own, chain.steps_before)
    return _References(seller, flows, chain, sets, own if is_known else None)


def _sets(edge: Edge, flows: Flows, chain: Chain) -> list[Weights]:
    """Return the sets of controls with the weights of their members, the best first."""
    sets: list[Weights] = [dict.fromkeys(sorted(one), 1.0) for one in chain.controls.values()]
    if not chain.synthetic:
        return sets
    before = chain.steps_before
    seller, buyer = edge
    target = flows.all_goods(seller, {buyer: 1.0})[:before]
    rows = {one: flows.all_goods(seller, {one: 1.0})[:before] for one in sorted(chain.calm)}
    if sum(target) and any(map(sum, rows.values())):
        sets.append(synthetic_weights(target, rows))
    return sets


def _counts(row: Sequence[float], before: int, least: float = 0.0) -> bool:
    """Whether a reference was something before the event."""
    return sum(row[:before]) > 0 and sum(row[:before]) >= least


def _scaled(row: Sequence[float], reference: Sequence[float], before: int) -> list[float]:
    """Return the path that has the sum of `row` before the event and the shape of a reference."""
    factor = sum(row[:before]) / sum(reference[:before])
    return [factor * one for one in reference]


@cache
def _quantile(freedom: int) -> float:
    return student_quantile(CONFIDENCE, freedom)


def _most_chance(row: Sequence[float], ways: Sequence[Sequence[float]], before: int) -> float:
    """Return the largest allowance for chance of all ways, for any may be the one that holds."""
    return max(
        (_chance(_less(row[:before], way[:before]), way, before) for way in ways), default=0.0
    )


def _chance(errors: Sequence[float], path: Sequence[float], before: int) -> float:
    """Return how far the sum of the steps after may lie from its path, as those before did.

    The errors grow with the path; their mean is known from as many steps as there are before.
    """
    if before < ENOUGH:
        return math.inf
    after = len(path) - before
    spread = math.sqrt(sum(one * one for one in errors) / (before - 1))
    if not spread:
        return 0.0
    # A sum of n steps has n times the variance of one, and n²/m more because the path's level is
    # known from m steps before: √(n + n²/m).
    growth = (sum(path[before:]) / after) / (sum(path[:before]) / before)
    return _quantile(before - 1) * spread * growth * math.sqrt(after + after * after / before)


# A synthetic control: the mixture of controls that moved as a hub did before the event.


ROUNDS = 10
"""Faces that are tried at most, for each control."""
CLOSE = 1e-12


def synthetic_weights(
    target: Sequence[float], controls: Mapping[str, Sequence[float]]
) -> dict[str, float]:
    """Return weights of controls, 0 to 1 and 1 in sum, whose mixture is nearest to a target.

    Every series is divided by its mean first, so that growth and season count and not size. The
    squared distance is made least by an active set: exact on each face of the simplex, from face
    to face as long as it falls (Lawson and Hanson 1974, Solving Least Squares Problems); the method
    is that of Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical
    Association 105, without covariates.

    Parameters
    ----------
    target
        Steps before the event.
    controls
        The same steps of each control. Those that bought nothing then are left out.

    Returns
    -------
    dict
        Weights of the series as they were given: a mixture of amounts, for which each weight is
        divided by the mean of its control.

    Raises
    ------
    RequestError
        If the target was nothing, or no control was something.
    """
    import numpy as np

    known = {name: row for name, row in controls.items() if sum(row) > 0}
    if not known or not sum(target) > 0:
        raise RequestError(
            "no synthetic control of what was not traded before the event",
            hint="give controls that bought before, or leave it out",
        )
    rows = np.array([np.asarray(row, float) / np.mean(row) for row in known.values()]).T
    y = np.asarray(target, float) / np.mean(target)
    weights = _nearest(rows, y)
    return {
        name: float(weight / np.mean(row))
        for (name, row), weight in zip(known.items(), weights, strict=True)
        if weight > 0
    }


def _nearest(rows: Any, y: Any) -> Any:
    """Return the point of the simplex that makes |rows w - y| least, face by face."""
    import numpy as np

    gram, pull = rows.T @ rows, rows.T @ y
    count = len(pull)
    weights = np.zeros(count)
    # The nearest single control: |r - y|² / 2 = r'r / 2 - r'y, up to what is the same for all.
    face = [int(np.argmin(np.diag(gram) / 2 - pull))]
    weights[face] = 1.0
    for _ in range(ROUNDS * count):
        step()
        point = np.zeros(count)
        point[face] = _on_face(gram[np.ix_(face, face)], pull[face])
        if (point[face] > 0).all():
            weights = point
            slope = gram @ weights - pull
            # At the solution, all on the face have one slope and none outside has a lower one.
            gain = slope[face].mean() - slope
            gain[face] = 0.0
            if gain.max() <= CLOSE * max(1.0, float(np.abs(pull).max())):
                break
            face = [*face, int(gain.argmax())]
            continue
        out = [place for place in face if point[place] <= 0]
        # As far as to the first weight that would fall below zero.
        way = min(weights[one] / max(weights[one] - point[one], CLOSE) for one in out)
        weights = np.maximum(weights + way * (point - weights), 0.0)
        face = [one for one in face if one not in out or weights[one] > CLOSE]
        weights[[one for one in range(count) if one not in face]] = 0.0
    return weights / weights.sum()


def _on_face(gram: Any, pull: Any) -> Any:
    """Return the point that makes the distance least with a sum of one and no other limit."""
    import numpy as np

    count = len(pull)
    system = np.ones((count + 1, count + 1))
    system[:count, :count], system[count, count] = gram, 0.0
    # A Lagrange multiplier for the sum; least squares, because two controls may have moved alike.
    return np.linalg.lstsq(system, np.append(pull, 1.0), rcond=None)[0][:count]


# When it began: the step from which a flow is another one, with an interval.


EDGE = 3
"""Steps at either end in which no change is looked for: a mean of fewer says little."""
TIMING_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Began:
    """A change of level.

    Attributes
    ----------
    step
        Place of the first step of the new level.
    low, high
        Steps between which it lies, 19 times in 20.
    factor
        New level over old, beside the reference; infinite if there was nothing before.
    p_value
        How often a flow without a change shows one that large somewhere, 0 to 1.
    """

    step: int
    low: int
    high: int
    factor: float
    p_value: float


def began(
    values: Sequence[float],
    reference: Sequence[float] | None = None,
    *,
    draws: int = 499,
    seed: int = 833,
) -> Began:
    """Find the step from which a flow has another level, and say how sure it is.

    Each step is taken in turn as the first of a new level, by Poisson pseudo maximum likelihood on
    amounts; the one that fits best is the answer. How far it may be off, and whether there is a
    change at all, is simulated: flows with the errors of this one, with the change that was found
    and without any. Errors are taken to be independent from step to step.

    Parameters
    ----------
    values
        Amounts, zero or more, one for each step, in order.
    reference
        Amounts above zero that the flow would move with, such as sales to controls.
    draws, seed
        Simulated flows of each kind.

    Raises
    ------
    RequestError
        For fewer than nine steps, amounts below zero or all zero, or a reference that is not
        above zero throughout.
    """
    import numpy as np

    y = np.asarray(values, dtype=float)
    z = np.ones(len(y)) if reference is None else np.asarray(reference, dtype=float)
    _require(y, z)
    random = np.random.default_rng(seed)
    gain, first = _best(y[None, :], z)
    step = int(first[0])
    mean = _mean(y, z, step)
    same = z * y.sum() / z.sum()
    # 2 and 1: levels the errors were taken around, so many degrees of freedom they lack.
    moved = _best(_drawn(mean, y, 2, draws, random), z)[1]
    still = _best(_drawn(same, y, 1, draws, random), z)[0]
    low, high = np.quantile(
        moved - step, [(1 - TIMING_CONFIDENCE) / 2, (1 + TIMING_CONFIDENCE) / 2]
    )
    before, after = (y[part].sum() / z[part].sum() for part in (slice(step), slice(step, None)))
    return Began(
        step=step,
        # The ends change sides: a draw that comes out late says that this step may be late as well.
        low=max(EDGE, int(np.floor(step - high))),
        high=min(len(y) - EDGE, int(np.ceil(step - low))),
        factor=float(after / before) if before else float("inf"),
        p_value=float((1 + (still >= gain[0] * (1 - 1e-9)).sum()) / (draws + 1)),
    )


def _require(y: Any, z: Any) -> None:
    if len(y) < 3 * EDGE or len(z) != len(y):
        raise RequestError(
            f"{len(y)} steps and {len(z)} of the reference",
            hint=f"give {3 * EDGE} steps or more, and a reference for each",
        )
    if not ((y >= 0).all() and y.sum() > 0 and (z > 0).all()):
        raise RequestError(
            "a value is missing or below zero, all are zero, or a reference is not above zero",
            why="a change of level is a ratio of amounts",
            hint="leave the flow out, or give other controls",
        )


def _best(flows: Any, z: Any) -> tuple[Any, Any]:
    """Return for each flow, one a row, the largest gain in likelihood and the step it is at.

    Of a flow in two parts with means in proportion to `z`, the log-likelihood is, up to what does
    not depend on the step, Σ Y log(Y / Z) over the parts.
    """
    import numpy as np

    places = np.arange(EDGE, flows.shape[1] - EDGE + 1)
    below, flow_total = np.cumsum(flows, axis=1)[:, places - 1], flows.sum(axis=1, keepdims=True)
    shares = np.cumsum(z)[places - 1], z.sum()

    def term(amount: Any, size: Any) -> Any:
        # The limit of Y log Y at zero is zero, where its logarithm is none.
        safe = np.where(amount > 0, amount, 1.0)
        return np.where(amount > 0, amount * np.log(safe / size), 0.0)

    gains = term(below, shares[0]) + term(flow_total - below, shares[1] - shares[0])
    gains = (gains - term(flow_total, shares[1])) / flow_total
    best = gains.argmax(axis=1)
    return gains[np.arange(len(gains)), best], places[best]


def _mean(y: Any, z: Any, step: int) -> Any:
    import numpy as np

    parts = (slice(step), slice(step, None))
    return np.concatenate([z[part] * y[part].sum() / z[part].sum() for part in parts])


def _drawn(mean: Any, y: Any, levels: int, draws: int, random: Any) -> Any:
    """Draw flows with this mean, and a variance in proportion to it, as the errors of `y` have."""
    import numpy as np

    positive = mean > 0
    squares = ((y - mean)[positive] ** 2 / mean[positive]).sum()
    spread = max(squares / max(1, positive.sum() - levels), 1e-9 * mean.max())
    found = np.zeros((draws, len(mean)))
    # Gamma with shape μ/φ and scale φ: mean μ, variance φ μ, and never below zero.
    found[:, positive] = random.gamma(mean[positive] / spread, spread, (draws, positive.sum()))
    # With a tiny shape every step of a draw may be zero, which has no likelihood.
    found[found.sum(axis=1) == 0] = mean
    return found
