"""Whether claims of all kinds can be true together, and what they leave for one of them.

Levels, sums, growth, shares and ratios are one linear system; changes of shares are branched on;
prices, quantities and values are linear in logarithms, a system of their own. Claims that share no
level are looked at apart.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

from entrepot.claims.group import COUNTED, ClaimGroup, Counts, weight_of
from entrepot.claims.levels import Linear, linear

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from entrepot.claims.document import Claim
    from entrepot.claims.quantity import Level, Quantity, Terms
    from entrepot.claims.statements import ReferenceLevels
    from entrepot.model.interval import Interval

SHORT = 14
"""Of this many claims all minimal conflicts are listed, of more those that tell who is wrong."""


class JointSystems:
    """Claims as systems that are loaded once and asked often.

    Parameters
    ----------
    claims
        The claims.
    facts
        What is known of levels that the claims take as given, and of rates of exchange.
    """

    def __init__(self, claims: Iterable[Claim], facts: ReferenceLevels) -> None:
        bundle = {claim.id: claim for claim in claims}
        self.linear: Linear = linear(bundle.values(), facts)
        self.groups = tuple(
            ClaimGroup(
                {n: bundle[n] for n in bundle if n in names},
                self.linear.part(names, levels),
                COUNTED,
            )
            for names, levels in _components(bundle, self.linear)
        )
        self._near: dict[Quantity, frozenset[str]] = {}

    def text_alone(self, *, with_known: bool) -> JointSystems:
        """Return the claims without rates and without what is printed of what they talk about.

        With or without the levels that they take as given.
        """
        counts = Counts(with_known=with_known, with_rates=False, with_printed=False)
        return self._with(tuple(group.counting(counts) for group in self.groups))

    def replaced(self, changed: Mapping[str, Claim]) -> JointSystems:
        """Return the same claims with other numbers for some of them."""
        groups = tuple(group.replaced(changed) for group in self.groups)
        return self._with(groups, self.linear.replaced(changed.values()))

    def _with(self, groups: tuple[ClaimGroup, ...], found: Linear | None = None) -> JointSystems:
        # Past `__init__`, which would build the system again; `_near` depends on levels only, not
        # on numbers, so it is shared.
        other = JointSystems.__new__(JointSystems)
        other.linear, other.groups, other._near = found or self.linear, groups, self._near
        return other

    def feasible(self, names: Collection[str]) -> bool:
        """Whether the claims named can hold together with what is known."""
        chosen = frozenset(names)
        return all(group.feasible(chosen & group.names) for group in self.groups)

    def bounds(self, quantity: Quantity, names: Collection[str]) -> Interval | None:
        """Return what the claims named leave for a quantity, in data units.

        Returns
        -------
        Interval or None
            None if they cannot hold together, or say nothing of its levels.
        """
        if not quantity.of or quantity.measure == "rank":
            return None
        chosen = frozenset(names)
        if quantity.measure in ("price_growth", "quantity_growth"):
            return self._price(quantity, chosen)
        for same in self._in_currencies(quantity):
            found = self._plain(same, chosen)
            if found is not None:
                return found
        return None

    @property
    def lists_all_conflicts(self) -> bool:
        """Whether `text_conflicts` lists all minimal conflicts: of many claims it need not."""
        return all(len(one.names) <= SHORT or one.feasible(one.names) for one in self.groups)

    def near(self, quantity: Quantity) -> frozenset[str]:
        """Return the claims that share levels with a quantity: bounds on it rest on no others."""
        if quantity not in self._near:
            kinds = _values(
                level.but(currency="")
                for one in (quantity, *([quantity.less] if quantity.less else []))
                for level in one.levels()
            )
            self._near[quantity] = frozenset().union(
                *(group.names for group in self.groups if kinds & group.flows)
            )
        return self._near[quantity]

    def _price(self, quantity: Quantity, names: frozenset[str]) -> Interval | None:
        for group in self.groups:
            if group.prices is not None:
                found = group.prices.bounds(quantity, names & group.names, group.solver)
                if found is not None:
                    return found
        return None

    def _plain(self, quantity: Quantity, names: frozenset[str]) -> Interval | None:
        raw = self._quotient(quantity.of, quantity.to, names)
        if raw is None:
            return None
        if quantity.less is None:
            return quantity.stated(raw)
        first = self._quotient(quantity.less.of, quantity.less.to, names)
        if first is None:
            return None
        if quantity.measure == "share_growth":
            return quantity.stated(raw / first) if first.low > 0 else None
        return (raw - first).scaled(100)

    def _quotient(self, of: Terms, to: Terms, names: frozenset[str]) -> Interval | None:
        group = self._group({level for level, _ in (*of, *to)})
        if group is not None:
            return group.bounds(of, to, names & group.names)
        # No constraint links the two groups, so dividing the intervals loses nothing.
        above, below = self._sum(of, names), self._sum(to, names)
        if above is None or below is None or below.low <= 0:
            return None
        return above / below

    def _sum(self, terms: Terms, names: frozenset[str]) -> Interval | None:
        group = self._group({level for level, _ in terms})
        if group is None or not terms:
            return None
        return group.bounds(terms, (), names & group.names)

    def _group(self, levels: set[Level]) -> ClaimGroup | None:
        return next((group for group in self.groups if levels <= group.levels), None)

    def _in_currencies(self, quantity: Quantity) -> list[Quantity]:
        """Return a quantity as it is, and where the currency cancels in every one of the text."""
        if not quantity.cancels:
            return [quantity]
        money = dict.fromkeys(level.currency for level in self.linear.levels())
        return [quantity.mapped(currency=currency) for currency in money]


def text_conflicts(system: JointSystems) -> tuple[frozenset[str], ...]:
    """Return all minimal sets of at least two claims that cannot hold together.

    Both with what is known and without: a claim that contradicts what is known all by itself is
    no conflict of the text, and must not hide one. Rates of exchange and what is printed of the
    very levels a text talks about are data, so what only they rule out is no conflict of the text
    either (`data_conflicts`).
    """
    alone = [system.text_alone(with_known=known) for known in (True, False)]
    several = [one for one in _conflicts(system, alone) if len(one) > 1]
    return _minimal(several)


def data_conflicts(
    system: JointSystems, known: Collection[frozenset[str]]
) -> tuple[frozenset[str], ...]:
    """Return the further minimal sets that rates of exchange or levels in print rule out.

    `known` are those that are wrong already.
    """
    found = _minimal(_conflicts(system, [system]))
    return tuple(one for one in found if not any(other <= one for other in known))


def _conflicts(system: JointSystems, asked: Iterable[JointSystems]) -> set[frozenset[str]]:
    conflicts: set[frozenset[str]] = set()
    for one in asked:
        for group, other in zip(system.groups, one.groups, strict=True):
            # The full system is the tightest: where all of it holds, no looser one can fail.
            if not group.feasible(group.names):
                conflicts |= set(_of_group(other))
    return conflicts


def _minimal(found: Collection[frozenset[str]]) -> tuple[frozenset[str], ...]:
    minimal = [one for one in found if not any(other < one for other in found)]
    return tuple(sorted(minimal, key=lambda one: (len(one), sorted(one))))


def _of_group(group: ClaimGroup) -> tuple[frozenset[str], ...]:
    if group.feasible(group.names):
        return ()
    if len(group.names) <= SHORT:
        return minimal_conflicts(group.names, _oracle(group))
    return telling_conflicts(group.names, _oracle(group), costly=group.costly)


def _oracle(group: ClaimGroup) -> Feasible:
    return lambda names: group.feasible(frozenset(names))


def _components(
    claims: Mapping[str, Claim], found: Linear
) -> list[tuple[frozenset[str], frozenset[Level]]]:
    """Return claims in groups that share no level, so that no conflict spans two of them."""
    groups = [(frozenset({name}), _touched(claim, found)) for name, claim in claims.items()]
    # Rows without a claim join groups too: "part <= total" can make two claims conflict.
    links = [frozenset(level for level, _ in row.terms) for row in (*found.facts(), *found.rates)]
    merged: list[tuple[frozenset[str], frozenset[Level]]] = []
    for names, levels in (*groups, *((frozenset[str](), _values(link)) for link in links)):
        near = [bundle for bundle in merged if bundle[1] & levels]
        merged = [bundle for bundle in merged if not bundle[1] & levels]
        together = names.union(*(bundle[0] for bundle in near))
        merged.append((together, levels.union(*(bundle[1] for bundle in near))))
    return [(names, levels) for names, levels in merged if names]


def _touched(claim: Claim, found: Linear) -> frozenset[Level]:
    quotients = found.quotients.get(claim.id, ())
    levels = {level for one in quotients for level, _ in (*one.of, *one.to)}
    if not quotients:
        quantities = [claim.quantity, *([claim.quantity.less] if claim.quantity.less else [])]
        own = {level for quantity in quantities for level in quantity.levels()}
        money = found.currencies if claim.quantity.less else ()
        levels = own | {level.but(currency=unit) for level in own for unit in money}
        if claim.quantity.measure in ("price_growth", "quantity_growth"):
            levels |= {weight_of(level) for level in own}
        rows = found.places.get(claim.id, ())
        levels |= {level for row in rows for level, _ in row.terms}  # type: ignore[misc]
    return _values(levels)


def _values(levels: Iterable[object]) -> frozenset[Level]:
    """Return levels with prices and quantities beside the value that they are factors of."""
    return frozenset(level.but(kind="value") for level in levels)  # type: ignore[attr-defined]


# Which claims cannot all be true: every minimal conflicting set, exactly.


Feasible = Callable[[Collection[str]], bool]
# A text with more conflicts has other troubles.
_MOST_MINIMAL, _MOST_TELLING = 100, 40


def minimal_conflicts(names: Collection[str], feasible: Feasible) -> tuple[frozenset[str], ...]:
    """Return all minimal sets of names that are not feasible, smallest first.

    Parameters
    ----------
    names
        What to choose from: some fifteen at most, since all subsets may be looked at.
    feasible
        Whether a subset can hold; every part of a feasible set must be feasible.

    Examples
    --------
    >>> found = minimal_conflicts("abc", lambda chosen: not {"a", "b"} <= set(chosen))
    >>> [sorted(conflict) for conflict in found]
    [['a', 'b']]
    """
    order = sorted(names)
    unexplored = _Map(order)
    found: list[frozenset[str]] = []
    # MARCO's scheme. Seeds are the largest left, so a feasible one is maximal and needs no growing.
    while len(found) < _MOST_MINIMAL and (seed := unexplored.largest()) is not None:
        if feasible(seed):
            unexplored.rule_out_subsets_of(seed)
        else:
            conflict = shrink(seed, feasible)
            found.append(conflict)
            unexplored.rule_out_supersets_of(conflict)
    return tuple(sorted(found, key=lambda conflict: (len(conflict), sorted(conflict))))


def telling_conflicts(
    names: Collection[str], feasible: Feasible, *, costly: Collection[str] = ()
) -> tuple[frozenset[str], ...]:
    """Return minimal conflicts, as many as it takes to tell which one or two names may be wrong.

    For long texts, which have thousands of minimal conflicts around one wrong number. Whenever
    leaving out one or two names ends all conflicts found, but not all there are, another is found
    among the rest (Reiter's hitting sets). Where more than two are wrong, conflicts are found that
    share no name with those before, so that all of the text is looked at.

    Parameters
    ----------
    names, feasible
        As for `minimal_conflicts`.
    costly
        Names that make it slow to decide: as few of them are kept as can be.
    """
    everything = frozenset(names)
    found: list[frozenset[str]] = []
    rest: frozenset[str] | None = everything
    while rest is not None and len(found) < _MOST_TELLING:
        found.append(shrink(rest, feasible, costly=costly))
        # Where no pair ends all conflicts found, drop all their names: the next is disjoint.
        ends = list(_hitting(found)) or [frozenset[str]().union(*found)]
        rest = next((everything - one for one in ends if not feasible(everything - one)), None)
    return tuple(sorted(found, key=lambda conflict: (len(conflict), sorted(conflict))))


def _hitting(found: list[frozenset[str]]) -> Iterator[frozenset[str]]:
    """Yield the minimal sets of one or two names that share one with each conflict."""
    names = sorted(frozenset().union(*found))
    single = [name for name in names if all(name in one for one in found)]
    yield from (frozenset({name}) for name in single)
    others = [name for name in names if name not in single]
    for pair in combinations(others, 2):
        if all(not one.isdisjoint(pair) for one in found):
            yield frozenset(pair)


def shrink(
    names: Collection[str], feasible: Feasible, *, costly: Collection[str] = ()
) -> frozenset[str]:
    """Return a minimal conflict inside an infeasible set: leave out whatever is not needed."""
    kept = sorted(names)
    cheap = [name for name in kept if name not in costly]
    dear = [name for name in kept if name in costly]
    # Each costly claim kept makes every later question slower: try none, then one.
    for few in ([], *([one] for one in dear)) if dear else ():
        if not feasible([*cheap, *few]):
            kept = sorted([*cheap, *few])
            break
    # Deletion: as subsets of a feasible set are feasible, one pass in any order is enough. Names
    # that can go together go together: what is left is the same as name by name.
    left = [kept]
    while left:
        block = left.pop()
        rest = [name for name in kept if name not in block]
        if not feasible(rest):
            kept = rest
        elif len(block) > 1:
            half = len(block) // 2
            left += [block[half:], block[:half]]
    return frozenset(kept)


class _Map:
    """The sets that nothing rules on yet, the largest first; each is looked at once."""

    def __init__(self, names: list[str]) -> None:
        self._bit = {name: 1 << place for place, name in enumerate(names)}
        self._sets = iter(_largest_first(len(names)))
        self._feasible: list[int] = []
        self._conflicts: list[int] = []

    def largest(self) -> frozenset[str] | None:
        """Return a largest such set, or None when all are ruled on."""
        for chosen in self._sets:  # what is ruled on stays so
            # Bit masks: a | b == b is "a is part of b".
            within = any(chosen | known == known for known in self._feasible)
            if not within and not any(chosen & part == part for part in self._conflicts):
                return frozenset(name for name, bit in self._bit.items() if chosen & bit)
        return None

    def rule_out_subsets_of(self, chosen: frozenset[str]) -> None:
        """Want at least one name from outside `chosen`."""
        self._feasible.append(self._bits(chosen))

    def rule_out_supersets_of(self, conflict: frozenset[str]) -> None:
        """Want at least one name of `conflict` left out."""
        self._conflicts.append(self._bits(conflict))

    def _bits(self, chosen: frozenset[str]) -> int:
        return sum(self._bit[name] for name in chosen)


@cache
def _largest_first(count: int) -> tuple[int, ...]:
    # At most 2**14 (`SHORT`), sorted once for all texts.
    return tuple(sorted(range(1 << count), key=lambda chosen: (-chosen.bit_count(), chosen)))
