"""Which statistical series a claim belongs to: who counted, by attribution, words and agreement.

Numbers of two institutions measure two things, so only numbers of one series can prove each other
wrong. A claim that is attributed belongs to the series of whoever is quoted. What a text attributes
to nobody is one series of its own, which is that of the primary sources that it agrees with.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.claims.attribution import _same_name
from entrepot.claims.quantity import Series
from entrepot.claims.statements import REVISED
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from entrepot.claims.comparison import Comparison, EvidenceVerdict
    from entrepot.claims.document import Claim
    from entrepot.claims.statements import ReferenceLevels, Statements

SEVERAL = 2
"""So many numbers that a source has otherwise are no error: the text takes them of another."""
APART = 0.1
"""How far apart two series of one flow often lie: CIF and FOB, two ways to count."""


def in_series(
    claims: Sequence[Claim],
    standings: Mapping[str, EvidenceVerdict],
    agreed: Agreement,
    facts: ReferenceLevels,
) -> tuple[Claim, ...]:
    """Return claims with the series that each belongs to.

    Parameters
    ----------
    claims
        The claims of a text.
    standings
        What evidence says of each.
    agreed
        Which primary sources the text may take its unattributed numbers of (`series_of_text`).
    facts
        What is published.
    """
    quoted = _quoted(claims, facts.statements)
    # A source of which nothing can be compared may fit, unless those that can be do not.
    nothing = not agreed.fitting and not agreed.rejected
    usable = facts.statements.origins if agreed.having or nothing else frozenset[str]()
    usable -= agreed.rejected
    if not agreed.having and any(
        standings[claim.id].verdict == "differs" and not claim.attributed_to for claim in claims
    ):
        usable = agreed.fitting
    # Whoever has other numbers than those that the text's own lead to counts otherwise throughout.
    unattributed = (standings[claim.id] for claim in claims if not claim.attributed_to)
    otherwise = (one.best.origins for one in unattributed if one.why == "other-series" and one.best)
    usable = usable.difference(*otherwise)
    own = Series("", usable)
    return tuple(
        _in(claim, quoted[claim.attributed_to] if claim.attributed_to else own) for claim in claims
    )


def _in(claim: Claim, series: Series) -> Claim:
    return replace(claim, quantity=claim.quantity.mapped(series=series))


def _quoted(claims: Iterable[Claim], statements: Statements) -> dict[str, Series]:
    """Return the series of each name that the text quotes; names of one institution share one."""
    found: dict[str, Series] = {}
    for name in dict.fromkeys(claim.attributed_to for claim in claims if claim.attributed_to):
        # "GACC" and "Chinese customs" quoted in one text must not become two series.
        same = next((series for other, series in found.items() if _same_name(name, other)), None)
        found[name] = same or Series(name, statements.origins_of(name))
    return found


def series_of_text(claims: Iterable[Claim], found: Mapping[str, Sequence[Comparison]]) -> Agreement:
    """Return which primary sources an unattributed text may take its numbers of.

    Not of those that have several of them otherwise, and few as the text has. What a source has of
    another claim of the text counts as its number: two numbers exchanged are still its own. A text
    that agrees with no source takes its numbers of a series that nobody published here.
    """
    free = [claim for claim in claims if not claim.attributed_to]
    has: dict[str, dict[str, list[Interval]]] = {}
    for claim in free:
        for item in found[claim.id]:
            # Loaded rows have no origin, and a text's own source agrees with it trivially.
            if item.exact is not None and item.statements and not item.own:
                for origin in item.origins:
                    has.setdefault(origin, {}).setdefault(claim.id, []).append(item.exact)
    fits, misses = Counter[str](), Counter[str]()
    for origin, numbers in has.items():
        for claim in free:
            if claim.id in numbers:
                fit = _is_of(claim, numbers[claim.id]) or _is_exchanged(claim, free, numbers)
                (fits if fit else misses)[origin] += 1
    rejected = frozenset(o for o in has if misses[o] >= SEVERAL and misses[o] > 2 * fits[o])
    agreeing = frozenset(o for o in fits if fits[o] > misses[o])
    return Agreement(frozenset(fits) - rejected, agreeing, frozenset(has) - rejected, rejected)


def _is_of(claim: Claim, numbers: Iterable[Interval]) -> bool:
    """Whether a claim has one of the numbers, or one that a later release may have made of it."""
    room = REVISED if claim.quantity.measure == "value" else 0.0
    return any(claim.interval.meets(one.widened(room)) for one in numbers)


def _is_exchanged(
    claim: Claim, claims: Iterable[Claim], numbers: Mapping[str, Sequence[Interval]]
) -> bool:
    """Whether a claim has the number that a source has of another claim of its kind."""
    kind = (claim.quantity.measure, claim.quantity.unit)
    return any(
        claim.interval.meets(one)
        for other in claims
        if (other.quantity.measure, other.quantity.unit) == kind
        for one in numbers.get(other.id, ())
    )


@dataclass(frozen=True, slots=True)
class Agreement:
    """Which primary sources a text may take its numbers of.

    Attributes
    ----------
    having
        Those that have one of them at least.
    agreeing
        Those that have more of them than they have otherwise.
    fitting, rejected
        Those that it may take them of, and those that it does not.
    """

    having: frozenset[str]
    agreeing: frozenset[str]
    fitting: frozenset[str]
    rejected: frozenset[str]

    def refutes(self, origins: Collection[str], *, backed: bool) -> bool:
        """Whether figures of these sources may refute a number of the text.

        `backed` is whether the text's other numbers lead to it.
        """
        # The text demonstrably uses another series than this one.
        if self.rejected & set(origins) and not self.fitting & set(origins):
            return False
        return bool(self.agreeing & set(origins)) or not backed

    def leaves_open(self, claim: Claim, found: Sequence[Comparison]) -> bool:
        """Whether a refuted amount may be of another series all the same, if no error explains it.

        So it may where a text agrees with nobody, up to what two series of one flow may lie apart.
        """
        if self.having or claim.quantity.measure != "value":
            return False
        ends = [one.loose for one in found]
        low, high = min(end.low for end in ends), max(end.high for end in ends)
        return claim.interval.meets(Interval(low, high).widened(APART))

    def refuting(self, found: Sequence[Comparison]) -> Comparison | None:
        """Return what a source of the text's other numbers has, if it refutes this one.

        Whatever leaves room for the number in the series of others.
        """
        comparisons = [
            one for one in found if self.having.issuperset(one.origins) and one.statements
        ]
        # What a source printed counts before what follows from it.
        comparisons = [one for one in comparisons if not one.how] or comparisons
        if not comparisons or any(one.outcome != "contradicts" for one in comparisons):
            return None
        return next((one for one in comparisons if not one.other_definition), None)
