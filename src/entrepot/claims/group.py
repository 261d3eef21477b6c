"""Claims that share levels, loaded once and asked often: what can hold, and what they leave.

Value, quantity and price of one flow belong together: a change in two of them fixes the third. In
logarithms their changes are linear: the value of a flow is its quantity times its price, in every
period. What the text's levels leave for the change of a value counts too.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from entrepot.claims.levels import Quotient
from entrepot.claims.quantity_text import claimed, stated
from entrepot.claims.solver import Constraint, Solver, System
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping

    from entrepot.claims.document import Claim
    from entrepot.claims.levels import Linear
    from entrepot.claims.quantity import Level, Quantity, Terms

_MEASURES = ("growth", "quantity_growth", "price_growth")


def implied_prices(claims: Iterable[Claim]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield claims of value and quantity, and what they mean for the price of a unit."""
    for available in _sets(claims):
        if set(available) == {"growth", "quantity_growth"}:
            value, quantity = available["growth"], available["quantity_growth"]
            above, below = _factor(value), _factor(quantity)
            if below.low > 0:
                price = (above.middle / below.middle - 1) * 100
                text = (
                    f"{claimed(value)} in value and {claimed(quantity)} in quantity mean "
                    f"{stated(price, 'percent')} for the price of a unit "
                    f"({above.middle:.3g} / {below.middle:.3g} = {above.middle / below.middle:.3g})"
                )
                yield (value.id, quantity.id), text


def price_arithmetic(claims: Iterable[Claim]) -> str:
    """Return the product of quantity and price beside the value, empty if they are not three."""
    for available in _sets(claims):
        if len(available) == len(_MEASURES):
            value, quantity, price = (available[measure] for measure in _MEASURES)
            product = _factor(quantity) * _factor(price)
            result = (product.middle - 1) * 100
            return (
                f"{_factor(quantity).middle:.3g} × {_factor(price).middle:.3g} = "
                f"{product.middle:.3g}, so the value changed by {stated(result, 'percent')}, "
                f"not {claimed(value)}"
            )
    return ""


def price_system(claims: Iterable[Claim]) -> PriceSystem | None:
    """Return the claims about prices and quantities as a system; None if there are none."""
    available = [
        claim
        for claim in claims
        if claim.quantity.measure in _MEASURES and len(claim.quantity.of) == 1
        if claim.quantity.of[0][0].kind in ("price", "volume", "value")
    ]
    # Values alone are linear in levels already; logarithms would add nothing.
    if not any(claim.quantity.measure != "growth" for claim in available):
        return None
    return PriceSystem(available)


class PriceSystem:
    """Changes of values, quantities and prices as differences of logarithms."""

    def __init__(self, claims: list[Claim]) -> None:
        self._rows = {
            claim.id: row for claim in claims if (row := _row(claim.quantity, claim.interval))
        }
        of_prices = [c for c in claims if c.quantity.measure != "growth"]
        self._pairs = dict.fromkeys(
            (_value(c.quantity.of[0][0]), _value(c.quantity.to[0][0])) for c in of_prices
        )
        self._names = frozenset(claim.id for claim in of_prices)

    def feasible(self, names: frozenset[str], levels: Solver) -> bool:
        """Whether the claims named can hold, with what the levels leave for changes of values."""
        if not names & self._names:
            return True
        # Built for each set of claims: what the levels leave for values differs with the set.
        return Solver(self._system(names, levels)).feasible(names)

    def bounds(self, quantity: Quantity, names: frozenset[str], levels: Solver) -> Interval | None:
        """Return what the claims named leave for a change, in per cent."""
        if len(quantity.of) != 1:
            return None
        one, base = _plain(quantity.of[0][0]), _plain(quantity.to[0][0])
        found = Solver(self._system(names, levels)).bounds(((one, 1.0), (base, -1.0)), (), names)
        if found is None:
            return None
        # Beyond e^50 no trade has grown; exp would overflow from 710 on.
        ends = [math.exp(end) if end < 50 else math.inf for end in (found.low, found.high)]
        return quantity.stated(Interval(*ends))

    def _system(self, names: frozenset[str], levels: Solver) -> System:
        claims = {name: (row,) for name, row in self._rows.items() if name in names}
        known: list[Constraint] = []
        touched: dict[Level, None] = {}
        for one, base in self._pairs:
            touched |= {one: None, base: None}
            # From the other system: what the levels leave for these changes, as bounds here.
            for kind, counted in (("value", (one, base)), ("volume", _weights(one, base))):
                if not counted:
                    continue
                room = levels.bounds(((counted[0], 1.0),), ((counted[1], 1.0),), names)
                if room is not None and room.low > 0:
                    now, then = (_plain(level.but(kind=kind)) for level in (one, base))
                    known.append(_between(now, then, room))
        for level in touched:
            parts = [_plain(level.but(kind=kind)) for kind in ("volume", "price")]
            # log value - log volume - log price = 0.
            terms = ((level, 1.0), *((part, -1.0) for part in parts))
            known.append(Constraint(terms, 0.0, 0.0))
        return System(claims, tuple(known))


def _value(level: Level) -> Level:
    return level.but(kind="value")


def _weights(one: Level, base: Level) -> tuple[Level, ...]:
    """Return what the quantities of a value weigh; of all goods a quantity is no weight."""
    if one.goods == "all":
        return ()
    return tuple(weight_of(level) for level in (one, base))


def weight_of(level: Level) -> Level:
    """Return the weight of the goods of a level."""
    return level.but(kind="mass", currency="t")


def _plain(level: Level) -> Level:
    """Return a level for logarithms: a quantity has no currency."""
    return level.but(currency="") if level.kind == "volume" else level


def _row(quantity: Quantity, interval: Interval) -> Constraint | None:
    one, base = _plain(quantity.of[0][0]), _plain(quantity.to[0][0])
    room = quantity.quotient(interval)
    return _between(one, base, room) if room.high > 0 else None


def _between(one: Level, base: Level, room: Interval) -> Constraint:
    # A factor of zero or less (a fall by all of it) is no bound from below.
    ends = [math.log(end) if 0 < end < math.inf else -math.inf for end in (room.low, room.high)]
    high = ends[1] if room.high < math.inf else math.inf
    return Constraint(((one, 1.0), (base, -1.0)), ends[0], high)


def _sets(claims: Iterable[Claim]) -> Iterator[dict[str, Claim]]:
    """Yield the claims of each flow and pair of periods, by measure."""
    found: defaultdict[tuple[object, ...], dict[str, Claim]] = defaultdict(dict)
    for claim in claims:
        if claim.quantity.measure in _MEASURES and len(claim.quantity.of) == 1:
            level, base = claim.quantity.of[0][0], claim.quantity.to[0][0]
            what = (level.exporter, level.importer, level.goods, level.period, base.period)
            measure = claim.quantity.measure
            if level.kind == "mass":
                # Tonnes of everything are no quantity that a price could be of.
                if level.goods == "all":
                    continue
                measure = "quantity_growth"
            if level.kind != "items":
                found[what].setdefault(measure, claim)
    yield from found.values()


def _factor(claim: Claim) -> Interval:
    interval = claim.interval
    return Interval(1 + interval.low / 100, 1 + interval.high / 100)


@dataclass(frozen=True)
class Counts:
    """What counts: levels the text takes as given, those it talks about, and rates."""

    with_known: bool = True
    with_rates: bool = True
    with_printed: bool = True


COUNTED = Counts()
OPEN = 1e4
"""A total that may grow so many times is open: such a factor spoils the digits of a system."""
OTHER_MONEY = 0.002
"""How far the change of a share in one currency may lie from that in another."""


class ClaimGroup:
    """Claims that share levels, loaded once and asked often."""

    def __init__(self, claims: Mapping[str, Claim], found: Linear, counts: Counts) -> None:
        self.claims = dict(claims)
        self.names = frozenset(claims)
        self.linear = found
        self.counts = counts
        self.levels = frozenset(found.levels())
        self._asked: dict[frozenset[str], bool] = {}
        self._relaxed: dict[frozenset[str], Solver] = {}
        self._shares: dict[tuple[ShareShift, frozenset[str]], Interval | None] = {}
        self._growths: dict[tuple[Terms, Terms, frozenset[str]], Interval | None] = {}
        self._near: dict[ShareShift, frozenset[str]] = {}
        self._left: dict[tuple[Terms, Terms, frozenset[str]], Interval | None] = {}

    def counting(self, counts: Counts) -> ClaimGroup:
        """Return the same claims with or without known levels and rates."""
        return self if counts == self.counts else ClaimGroup(self.claims, self.linear, counts)

    def replaced(self, changed: Mapping[str, Claim]) -> ClaimGroup:
        """Return the same claims with other numbers for some of them."""
        mine = {name: claim for name, claim in changed.items() if name in self.claims}
        if not mine:
            return self
        return ClaimGroup(self.claims | mine, self.linear.replaced(mine.values()), self.counts)

    def feasible(self, names: frozenset[str]) -> bool:
        """Whether the claims named can hold together."""
        if names not in self._asked:
            self._asked[names] = self._feasible(names)
        return self._asked[names]

    def _feasible(self, names: frozenset[str]) -> bool:
        # Cheapest first: one linear solve, then logarithms, then branching.
        if not self.solver.feasible(names):
            return False
        if self.prices is not None and not self.prices.feasible(names, self.solver):
            return False
        return all(
            can_hold(changes, names - changes.keys(), self._started(changes, names), self._system)
            for changes in self._changes(names)
        )

    def _started(
        self, changes: Mapping[str, ShareShift], names: frozenset[str]
    ) -> dict[str, ShareStart | None]:
        """Return what the linear claims among those named leave for shares before their changes.

        What is left for the share itself is asked of the claims about its own flow and total: the
        others bound it little, and so it is known for most sets of claims already.
        """
        linear = names - self.costly
        found: dict[str, ShareStart | None] = {}
        for name, change in changes.items():
            near = linear & self._about(change)
            if (change, near) not in self._shares:
                self._shares[change, near] = first_share(change, self.solver, near)
            share = self._shares[change, near]
            key = (change.after[1], change.before[1], linear)
            if key not in self._growths:
                self._growths[key] = self.solver.bounds(*key)
            growth = _believed(self._growths[key])
            found[name] = None if share is None else ShareStart(share, growth)
        return found

    def _about(self, change: ShareShift) -> frozenset[str]:
        """Return the linear claims that are about nothing but the flow and the total of a share."""
        if change not in self._near:
            of = {level for side in (*change.after, *change.before) for level, _ in side}
            self._near[change] = frozenset(
                name
                for name, shifts in self.linear.quotients.items()
                if any({level for level, _ in (*one.of, *one.to)} <= of for one in shifts)
            )
        return self._near[change]

    def _changes(self, names: frozenset[str]) -> Iterator[dict[str, ShareShift]]:
        """Yield the changes of shares among the claims named, in each currency that is counted."""
        for shifts in self._shifts:
            changes = {name: shifts[name] for name in sorted(names & shifts.keys())}
            if changes:
                yield changes

    def bounds(self, of: Terms, to: Terms, names: frozenset[str]) -> Interval | None:
        """Return what the claims named leave for a quotient, or for a sum."""
        asked = (of, to, names)
        if asked not in self._left:
            self._left[asked] = self._bounds(of, to, names)
        return self._left[asked]

    def _bounds(self, of: Terms, to: Terms, names: frozenset[str]) -> Interval | None:
        if not any(self._changes(names)):
            return self.solver.bounds(of, to, names)
        if names not in self._relaxed:
            more: dict[str, tuple[Constraint, ...]] = {}
            for changes in self._changes(names):
                found = relaxed(changes, self._started(changes, names))
                more |= {name: (*more.get(name, ()), *rows) for name, rows in found.items()}
            self._relaxed[names] = Solver(self._system(more))
        return self._relaxed[names].bounds(of, to, names)

    def _system(self, more: dict[str, tuple[Constraint, ...]]) -> System:
        return self.linear.system(
            with_known=self.counts.with_known,
            with_rates=self.counts.with_rates,
            with_printed=self.counts.with_printed,
            more=more,
        )

    @cached_property
    def flows(self) -> frozenset[Level]:
        """Its levels, whatever is counted of them and in what money."""
        own = (level for claim in self.claims.values() for level in claim.quantity.levels())
        return frozenset(one.but(currency="", kind="value") for one in (*self.levels, *own))

    @cached_property
    def solver(self) -> Solver:
        """The linear claims."""
        return Solver(self._system({}))

    @cached_property
    def prices(self) -> PriceSystem | None:
        """The claims about prices and quantities."""
        return price_system(self.claims.values())

    @cached_property
    def costly(self) -> frozenset[str]:
        """Claims that take more than one linear system to decide."""
        return frozenset(name for shifts in self._shifts for name in shifts)

    @cached_property
    def _shifts(self) -> list[dict[str, ShareShift]]:
        found = []
        for currency in self.linear.currencies:
            slack = 0.0 if currency == self.linear.currencies[0] else OTHER_MONEY
            shifts = {
                name: share_shift(claim, currency, slack) for name, claim in self.claims.items()
            }
            found.append({name: change for name, change in shifts.items() if change is not None})
        return found


def _believed(growth: Interval | None) -> Interval:
    """Return what is known of the growth of a total, open at the ends that say nothing."""
    if growth is None:
        return Interval(0.0, math.inf)
    low = growth.low if growth.low > 1 / OPEN else 0.0
    return Interval(low, growth.high if growth.high < OPEN else math.inf)


# Changes of a share: not linear in levels, so decided by branching on the share before.


MOST_BRANCHES = 24
"""A set that takes more is taken to be possible: no alarm without proof."""
FINEST = 0.02
"""Branches narrower than this part of what the digits leave are taken to be possible."""


@dataclass(frozen=True, slots=True)
class ShareStart:
    """What the share before lies in, and by how much its total may have grown."""

    share: Interval
    growth: Interval

    def sharing(self, share: Interval) -> ShareStart:
        """Return the same with the share in a branch."""
        return ShareStart(share, self.growth)


@dataclass(frozen=True, slots=True)
class ShareShift:
    """A change of a share: from ``before`` to ``after``, by a difference or by a factor."""

    after: tuple[Terms, Terms]
    before: tuple[Terms, Terms]
    bounds: Interval
    by_factor: bool

    def ends(self, first: Interval) -> Interval:
        """Return the bounds of the share after, if that before lies in `first`."""
        moved = first * self.bounds if self.by_factor else first + self.bounds
        return Interval(max(moved.low, 0.0), max(moved.high, 0.0))

    def is_satisfied_by(self, first: float, last: float) -> bool:
        """Whether two shares satisfy it."""
        low = first * self.bounds.low if self.by_factor else first + self.bounds.low
        high = first * self.bounds.high if self.by_factor else first + self.bounds.high
        # Shares here are quotients of solver values, so its tolerance comes back enlarged.
        room = 1e-7 + 1e-6 * abs(last)
        return low - room <= last <= high + room

    def constraints(self, start: ShareStart) -> Iterator[Constraint]:
        """Yield both shares as linear constraints, the first in a branch."""
        # Two shares bound apart, then one row that links them by the growth of the denominator.
        yield from Quotient(*self.before, start.share).constraints()
        yield from Quotient(*self.after, self.ends(start.share)).constraints()
        for end, growth, low, high in (
            (self.bounds.low, start.growth.low, 0.0, math.inf),
            (self.bounds.high, start.growth.high, -math.inf, 0.0),
        ):
            if math.isfinite(end) and math.isfinite(growth):
                yield Constraint(self._linking_terms(end, growth), low, high)

    def _linking_terms(self, end: float, growth: float) -> Terms:
        """Return the part after less what it would be by an end of the change, as terms.

        With parts p, P and totals w, W before and after, P / W - p / w = d is P = (W / w) p + d W.
        """
        # W / w is not linear, so an end of its range replaces it: valid because p >= 0.
        factor = growth * end if self.by_factor else growth
        before = tuple((level, -factor * weight) for level, weight in self.before[0])
        moved = tuple((level, -end * weight) for level, weight in self.after[1])
        return (*self.after[0], *before, *(() if self.by_factor else moved))


def share_shift(claim: Claim, currency: str, slack: float = 0.0) -> ShareShift | None:
    """Return a change of a share in one currency; None for a claim of another kind.

    `slack` is how far it may lie off, as a part of one, where the currency is not that meant.
    """
    if claim.quantity.less is None or not claim.quantity.of:
        return None
    quantity = claim.quantity.mapped(currency=currency)
    then = claim.quantity.less.mapped(currency=currency)
    by_factor = quantity.measure == "share_growth"
    bounds = quantity.quotient(claim.interval) if by_factor else claim.interval.scaled(0.01)
    wide = Interval(bounds.low - slack, bounds.high + slack)
    return ShareShift((quantity.of, quantity.to), (then.of, then.to), wide, by_factor)


def can_hold(
    changes: dict[str, ShareShift],
    names: Collection[str],
    starts: Mapping[str, ShareStart | None],
    system: Callable[[dict[str, tuple[Constraint, ...]]], System],
) -> bool:
    """Whether changes of shares can hold together with linear claims.

    Parameters
    ----------
    changes
        The changes of shares.
    names
        The linear claims.
    starts
        What they leave for each share before its change (`ShareStart`).
    system
        Gives the linear system with more claims.
    """
    shifts = {name: start for name, start in starts.items() if start is not None}
    if len(shifts) < len(changes):
        return False
    asked = _ShareGroup(changes, shifts, names, system)
    # Depth first, halving the widest share that is broken.
    branches = [asked.widest]
    tried = 0
    while branches:
        tried += 1
        if tried > MOST_BRANCHES:
            return True
        branch = branches.pop()
        shares = asked.within(branch)
        if shares is None:
            continue
        # The relaxed solution may satisfy the changes as it stands: then nothing needs a cut.
        broken = [name for name in changes if not changes[name].is_satisfied_by(*shares[name])]
        widest = max(broken, key=lambda name: branch[name].width, default=None)
        if widest is None or branch[widest].width < FINEST * _room(changes[widest]):
            return True
        if asked.within({name: Interval.point(shifts.middle) for name, shifts in branch.items()}):
            return True  # with the shares before fixed, the bounds are exact
        low, high, cut = branch[widest].low, branch[widest].high, branch[widest].middle
        halves = [branch | {widest: Interval(low, cut)}, branch | {widest: Interval(cut, high)}]
        # Last in, first out: the half with the solution just found comes next.
        branches += halves if shares[widest][0] > cut else reversed(halves)
    return False


class _ShareGroup:
    """Changes of shares with linear claims, loaded once and asked within many bounds."""

    def __init__(
        self,
        changes: dict[str, ShareShift],
        starts: dict[str, ShareStart],
        names: Collection[str],
        system: Callable[[dict[str, tuple[Constraint, ...]]], System],
    ) -> None:
        self._changes = changes
        self._starts = starts
        self._names = [*names, *changes]
        self.widest = {name: start.share for name, start in starts.items()}
        self._current = self.widest
        self._solver = Solver(
            system({n: tuple(change.constraints(starts[n])) for n, change in changes.items()})
        )

    def within(self, first: dict[str, Interval]) -> dict[str, tuple[float, float]] | None:
        """Return shares before and after that can be, with those before so bound."""
        for name, change in self._changes.items():
            # The model stays loaded: only rows of shares whose bounds moved are rewritten.
            if self._current[name] != first[name]:
                start = self._starts[name].sharing(first[name])
                self._solver.restate(name, tuple(change.constraints(start)))
        self._current = first
        if not self._solver.feasible(self._names):
            return None
        values = self._solver.values()
        return {name: _shares(change, values) for name, change in self._changes.items()}


def relaxed(
    changes: dict[str, ShareShift], starts: Mapping[str, ShareStart | None]
) -> dict[str, tuple[Constraint, ...]]:
    """Return linear constraints that changes of shares imply, in addition to linear claims."""
    return {
        name: tuple(changes[name].constraints(shifts))
        for name, shifts in starts.items()
        if shifts is not None
    }


def first_share(change: ShareShift, plain: Solver, names: Collection[str]) -> Interval | None:
    """Return what the share before a change lies in, by linear claims; None if in nothing.

    Parameters
    ----------
    change
        The change of a share.
    plain, names
        The linear claims, loaded, and those of them that count.
    """
    # None also where no claim mentions these levels: then a share is just 0 to 1.
    before = plain.bounds(*change.before, names) or Interval(0.0, 1.0)
    after = plain.bounds(*change.after, names) or Interval(0.0, 1.0)
    low, high = max(before.low, 0.0), min(before.high, 1.0)
    if change.by_factor:
        if change.bounds.low > 0:
            high = min(high, after.high / change.bounds.low)
        if change.bounds.high > 0:
            low = max(low, after.low / change.bounds.high)
    else:
        low, high = (
            max(low, after.low - change.bounds.high),
            min(high, after.high - change.bounds.low),
        )
    return Interval(low, high) if low <= high else None


def _room(change: ShareShift) -> float:
    width = change.bounds.width
    # "More than 5 points" has no width, and an exact change none to divide by.
    return max(min(width, 1.0), 1e-6)


def _shares(change: ShareShift, values: dict[Hashable, float]) -> tuple[float, float]:
    return _share(*change.before, values), _share(*change.after, values)


def _share(of: Terms, to: Terms, values: dict[Hashable, float]) -> float:
    total = sum(values[level] * weight for level, weight in to)
    return sum(values[level] * weight for level, weight in of) / total if total else 0.0
