"""Which likely errors explain what is wrong, alone or together, and which explain it best.

What is wrong is laid to sets of claims without which nothing is wrong (a diagnosis); for each claim
of a set the errors are looked for that lead from what is known to what is printed. Sets of errors
are ranked by how likely they make the printed numbers: how common each error is, in how many ways
it could have happened, and how closely the number is hit. An error of no kind stands beside them,
under which every number is as likely as another: what does not beat it explains nothing.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from itertools import combinations, islice
from typing import TYPE_CHECKING

from entrepot.claims.error_patterns import ERROR_PATTERNS, CaseCache, KnownValues
from entrepot.claims.error_patterns.context import MOST_LUCK, luck

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from entrepot.claims.document import Claim
    from entrepot.claims.error_patterns import Correction, ErrorContext, Proposal

OF_A_KIND = -2.0
"""Logarithm (of ten) of how often a number of a text is an error of a given kind."""
NO_KIND = -2.5
"""The same for an error of no kind."""
TRUSTED = -3.0
"""The same for a claim to be wrong though evidence agrees with it."""
AGAIN = 0.5
"""How much likelier one kind of error is where it happened already: one cause, two claims."""
_ALONE = ("swapped", "digits", "valuation")
"""Kinds that one claim says nothing about in another."""
A_KIND = 0.03
"""How much less likely a kind is than the next commoner one."""
ORDER = {kind: place for place, kind in enumerate(ERROR_PATTERNS)}
EQUAL = 0.2
"""Explanations whose fit differs by no more cannot be told apart."""
CLOSE = 0.35
"""Explanations this near the best are as good as it."""
# Likeliest options of one claim, and combinations of a set of claims, that are looked at: their
# product grows with each claim.
KEPT = 8
CHECKED = 24
MOST_WIDER = 24
"""Sets with one claim more that are looked through where no other set explains."""
FEW_COSTLY = 2
"""So many changes of shares are cheap; beside more, as many times fewer sets are looked through."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Slips that explain together.

    Attributes
    ----------
    proposals
        The errors.
    unexplained
        Claims that are wrong for a reason of no kind.
    score
        Logarithm of how likely they make the text, up to a constant.
    """

    proposals: tuple[Proposal, ...]
    unexplained: frozenset[str]
    score: float

    @property
    def fit(self) -> float:
        """The score without what is said of a kind before anything is known of the text."""
        return self.score + sum(A_KIND * ORDER[one.kind] for one in self.proposals)

    @property
    def names(self) -> frozenset[str]:
        """Ids of the claims that the errors change, and of those wrong for a reason of no kind."""
        return self.unexplained.union(*(proposal.names for proposal in self.proposals))


@dataclass(frozen=True, slots=True)
class _Option:
    proposal: Proposal | None
    names: frozenset[str]
    score: float


@dataclass(frozen=True, slots=True)
class _Looked:
    """Options of a claim, the claims they depend on, and which of those were taken as wrong."""

    asked: frozenset[str]
    wrong: frozenset[str]
    options: list[_Option]


def explanations(case: ErrorContext) -> tuple[tuple[Explanation, ...], bool]:
    """Return the sets of errors that explain all that is wrong, best first.

    Where no error is likelier than one of no kind, the first has none; what is less likely than the
    best of those explains nothing and is left out.

    Returns
    -------
    tuple, bool
        The explanations, and whether all sets of claims were looked through.
    """
    if not case.wrong:
        return (), True
    trusted = {
        name
        for name, options_chosen in case.standings.items()
        if options_chosen.verdict == "supported"
    }
    search = _Search(case)
    sets = list(hitting_sets(case.wrong, trusted))
    complete = 0 < len(sets) < MOST
    if len(sets) > search.within_reach(MOST):
        sets, complete = sets[: search.within_reach(MOST)], False
    found = [item for names in sets for item in search.of(names)]
    # Two errors can sit in one conflict, where a minimal set holds only one of them.
    if not any(not item.unexplained for item in found):
        most = search.within_reach(MOST_WIDER)
        wider = list(islice(_wider(case, sets, trusted), most + 1))
        complete = complete and len(wider) <= most
        found += [item for names in wider[:most] for item in search.of(names)]
    return _ranked(found), complete


def _ranked(found: Iterable[Explanation]) -> tuple[Explanation, ...]:
    """Return each explanation once, the likeliest first, down to an error of no kind."""
    best: dict[tuple[object, ...], Explanation] = {}
    for item in found:
        likely_errors = sorted(
            (p.kind, *sorted(p.names), p.changes[0].corrected) for p in item.proposals
        )
        # The same errors can come from several sets of claims: kept once, with the best score.
        key = (*likely_errors, item.unexplained if not likely_errors else ())
        if key not in best or best[key].score < item.score:
            best[key] = item
    ranked = sorted(best.values(), key=lambda item: -item.score)
    plain = next((place for place, item in enumerate(ranked) if not item.proposals), len(ranked))
    if plain or not ranked:  # more errors than sets of claims are looked through for
        return tuple(item for item in ranked[:plain] if item.proposals)
    return _plainest([item for item in ranked if not item.proposals])


def _plainest(ranked: list[Explanation]) -> tuple[Explanation, ...]:
    """Return the explanations without errors that take the fewest claims to be wrong."""
    fewest = min(len(item.unexplained) for item in ranked)
    return tuple(item for item in ranked if len(item.unexplained) == fewest)


def is_close(one: Explanation, best: Explanation) -> bool:
    """Whether an explanation is as good as the best; without errors all are."""
    return not best.proposals or one.score >= best.score - CLOSE


def undecided(name: str, found: Sequence[Explanation]) -> dict[str, Correction]:
    """Return the kinds of error that explain a claim equally well, where there are several.

    Parameters
    ----------
    name
        Id of the claim.
    found
        The explanations of its text, best first.

    Returns
    -------
    dict
        For each kind how it corrects the claim; empty where one kind fits best.
    """
    best = found[0] if found else None
    equal = {
        proposal.kind: change
        # Reversed, so that the best of a kind overwrites worse ones; the order comes back below.
        for one in reversed(found)
        if best and one.names == best.names and one.fit >= best.fit - EQUAL
        for proposal in one.proposals
        for change in proposal.changes
        if change.claim.id == name
    }
    return dict(reversed(equal.items())) if len(equal) > 1 else {}


def _wider(
    case: ErrorContext, sets: list[frozenset[str]], trusted: set[str]
) -> Iterator[frozenset[str]]:
    """Yield sets with one claim more: two errors may stand in one conflict."""
    seen: set[frozenset[str]] = set()
    # Smallest first, so these six are the simplest diagnoses.
    for names in sets[:6]:
        for one in case.wrong:
            if len(one) > 1 and one & names:
                for other in sorted(one - names - trusted):
                    wider = names | {other}
                    if wider not in seen:
                        seen.add(wider)
                        yield wider


class _Search:
    """Slips for the claims of a set, each looked for once for the same trusted claims."""

    def __init__(self, case: ErrorContext) -> None:
        self._case = case
        self._memory = CaseCache()
        self._everybody = frozenset(case.document.by_id)
        self._found: dict[str, list[_Looked]] = {}

    def within_reach(self, most: int) -> int:
        """Return how much of a search to do where each step takes long: fewer for more changes."""
        costly = max((len(group.costly) for group in self._case.together.groups), default=0)
        # Never none: two sets are tried however costly.
        return max(2, most * FEW_COSTLY // max(FEW_COSTLY, costly))

    def of(self, names: frozenset[str]) -> Iterator[Explanation]:
        """Yield the explanations that lay everything to these claims."""
        view = KnownValues(self._case, self._everybody - names, self._memory)
        options = {name: self._known_options(name, names, view) for name in names}
        for score, options_chosen in _likeliest(sorted(names), options, self.within_reach(CHECKED)):
            proposals = tuple(
                option.proposal for option in options_chosen if option.proposal is not None
            )
            if not proposals or self._fit_together(names, proposals):
                unexplained = names - frozenset().union(*(p.names for p in proposals))
                yield Explanation(proposals, unexplained, score)

    def _known_options(self, name: str, names: frozenset[str], view: KnownValues) -> list[_Option]:
        """Return the options of a claim, looked for once while all they depend on is the same."""
        found = self._found.setdefault(name, [])
        for options_chosen in found:
            # Options depend only on the claims asked about: a set that takes the same of them to be
            # wrong gives the same options.
            if options_chosen.asked & names == options_chosen.wrong:
                return options_chosen.options
        # `_options` notes in it which claims it asks about; what others asked must not count.
        self._memory.asked.clear()
        options = self._options(self._case.document.by_id[name], view)
        asked = frozenset(self._memory.asked)
        found.append(_Looked(asked, asked & names, options))
        return options

    def _options(self, claim: Claim, view: KnownValues) -> list[_Option]:
        cost = TRUSTED if self._case.standings[claim.id].verdict == "supported" else 0.0
        # An error of no kind hits the number by luck alone; more easily where little is known.
        by_chance = math.log10(luck(claim) / view.open(claim))
        none = _Option(None, frozenset({claim.id}), cost + NO_KIND + by_chance)
        found = [
            _Option(proposal, proposal.names, cost + _likely(proposal))
            for propose in ERROR_PATTERNS.values()
            for proposal in propose(claim, view)
            if proposal.chance <= MOST_LUCK
        ]
        good = sorted((one for one in found if one.score > none.score), key=lambda o: -o.score)
        return [*good[:KEPT], none]

    def _fit_together(self, names: frozenset[str], proposals: tuple[Proposal, ...]) -> bool:
        """Whether the claims put right and all others can be true together."""
        changed = {change.claim.id: change.claim for p in proposals for change in p.changes}
        if len(names) == 1 and len(changed) == 1:  # then the others' bounds have said so
            return True
        wrong = names - changed.keys()
        system = self._case.together.replaced(changed)
        return system.feasible(self._everybody - wrong)


def _likely(proposal: Proposal) -> float:
    """Return how likely an error is: by its kind, the commoner first, and by how it fits."""
    # 1e-12 stands for "impossible": the logarithm of zero would poison every sum.
    return OF_A_KIND - A_KIND * ORDER[proposal.kind] + math.log10(max(proposal.fit, 1e-12))


OptionSet = tuple[_Option, ...]


def _likeliest(
    names: list[str], options: dict[str, list[_Option]], most: int
) -> list[tuple[float, OptionSet]]:
    """Return the likeliest ways to lay something to each claim, best first, with their scores.

    Of some ten thousand ways most are left before they are whole: what is chosen so far, and the
    best of all that can be added, is less likely than what is already known.
    """
    # An exchange stands for two claims, so that what a claim adds may be nothing instead.
    best = {name: max(0.0, *(option.score for option in options[name])) for name in names}
    found: list[tuple[float, int, OptionSet]] = []  # a heap, the least likely first
    count = 0

    def add(options_chosen: OptionSet, covered: frozenset[str], total: float) -> None:
        nonlocal count
        rest = [name for name in names if name not in covered]
        if not rest:
            count += 1
            # -count breaks ties in favour of what came first, before options, which do not compare.
            entry = total + AGAIN * min(_again(options_chosen), 2), -count, options_chosen
            if len(found) < most:
                heapq.heappush(found, entry)
            elif entry > found[0]:
                heapq.heapreplace(found, entry)
            return
        # An upper bound of what is still to come; 1e-9 keeps ties that float noise would drop.
        more = 2 * AGAIN + sum(best[name] for name in rest[1:]) + 1e-9
        for option in options[rest[0]]:
            if option.names.isdisjoint(covered):
                if len(found) == most and total + option.score + more < found[0][0]:
                    continue
                add((*options_chosen, option), covered | option.names, total + option.score)

    add((), frozenset(), 0.0)
    ordered = sorted(found, key=lambda entry: (-entry[0], -entry[1]))
    return [(score, options_chosen) for score, _, options_chosen in ordered]


def _again(options_chosen: Iterable[_Option]) -> int:
    """Return how often a kind of error happened before."""
    kinds = [option.proposal.kind for option in options_chosen if option.proposal is not None]
    return sum(one == other and one not in _ALONE for one, other in combinations(kinds, 2))


LARGEST = 4
MOST = 24
"""Sets that are looked through; a text that needs more has other troubles."""
FEW = 16
"""Among more claims than this, no more than two are laid anything to beside those that must."""


def hitting_sets(
    wrong: Collection[frozenset[str]], trusted: Collection[str]
) -> Iterator[frozenset[str]]:
    """Yield the minimal sets that share a claim with everything that is wrong, smallest first.

    Parameters
    ----------
    wrong
        Sets of claims of which one at least must be wrong.
    trusted
        Claims that evidence supports: in no set, unless all of a conflict is trusted.

    Examples
    --------
    >>> found = hitting_sets([frozenset("ab"), frozenset("bc")], [])
    >>> [sorted(names) for names in found]
    [['b'], ['a', 'c']]
    """
    options_chosen = set(trusted)
    # `or names`: where all of a conflict is trusted, one of them is wrong all the same.
    open_ = [names - options_chosen or names for names in wrong]
    least = [names for names in open_ if not any(other < names for other in open_)]
    names = sorted(frozenset().union(*least)) if least else []
    forced = {next(iter(one)) for one in least if len(one) == 1}
    free = [name for name in names if name not in forced]
    found: list[frozenset[str]] = []
    for size in range(LARGEST + 1 if len(free) <= FEW else 3):
        for chosen in combinations(free, size):
            trial = forced.union(chosen)
            if len(found) >= MOST:
                break
            # Sizes ascend, so a set that contains one already found is not minimal.
            if any(other <= trial for other in found):
                continue
            if all(one & trial for one in least):
                found.append(frozenset(trial))
    yield from found
