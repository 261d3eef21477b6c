"""Which statistical series a claim belongs to: who counted, by attribution, words and agreement.

Numbers of two institutions measure two things, so only numbers of one series can prove each other
wrong. A claim that is attributed belongs to the series of whoever is quoted. What a text attributes
to nobody is one series of its own, which is that of the primary sources that it agrees with.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.claims.quantity import Series
from entrepot.model.areas import WORLD, areas
from entrepot.model.columns import read_table
from entrepot.model.interval import Interval
from entrepot.model.reporting import stopped_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from entrepot.claims.comparison import Comparison
    from entrepot.claims.document import Claim
    from entrepot.claims.evidence_verdict import EvidenceVerdict
    from entrepot.claims.reference_levels import ReferenceLevels
    from entrepot.claims.statements import Statement, Statements
    from entrepot.model.period import Period

__all__ = ["Agreement", "by_words", "in_series", "is_own", "publisher_of", "series_of_text"]

SEVERAL = 2
"""So many numbers that a source has otherwise are no error: the text takes them of another."""
APART = 0.1
"""How far apart two series of one flow often lie: CIF and FOB, two ways to count."""
REVISED = 0.005
"""How far a later release may have moved a level: a gap that small refutes no amount."""

# Words that many names share, by their first four letters: institute, economic, policy ...
_GENERIC = frozenset(
    (
        *("inst", "econ", "poli", "cent", "rese", "univ", "inte", "trad", "labo", "stud"),
        *("foun", "repo", "bank", "mini", "nati", "stat", "offi", "agen", "serv", "fede"),
        *("bure", "comm", "worl", "fund", "deve", "asso", "depa", "grou", "coun"),
    )
)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    rows = read_table(Path(__file__).with_suffix(".csv"), ("what", "pattern"))
    return {row["what"]: re.compile(row["pattern"], re.IGNORECASE) for row in rows}


def publisher_of(name: str) -> str:
    """Return the area whose statistics an office that is quoted keeps; empty if it is not known.

    Examples
    --------
    >>> publisher_of("Eurostat"), publisher_of("a newspaper")
    ('EU27', '')
    """
    areas = [what for what, pattern in _patterns().items() if name and pattern.search(name)]
    found = [area for area in areas if area not in ("bought", "sold")]
    return found[0] if len(found) == 1 else ""


def by_words(quote: str, says: str, exporter: str, importer: str, period: Period) -> str:
    """Return the side whose statistics a sentence means, empty where its words do not tell.

    What is imported is counted by the importer, what is exported by the exporter. Of several words
    the one nearest before the number counts. Once a side has stopped to publish, a number can only
    be of the other's.

    Examples
    --------
    >>> from entrepot.model.period import Period
    >>> text = "A's imports from B were $438.9 billion."
    >>> by_words(text, "$438.9 billion", "B", "A", Period.parse("2024"))
    'A'
    """
    patterns = _patterns()
    place = quote.find(says) if says else -1
    words = [(m.start(), importer) for m in patterns["bought"].finditer(quote)]
    words += [(m.start(), exporter) for m in patterns["sold"].finditer(quote)]
    if not words or WORLD in (exporter, importer):
        return ""
    before = [word for word in words if word[0] < place]
    side = max(before)[1] if before else min(words)[1]
    if stopped_in(side.split("+"), period):
        return importer if side == exporter else exporter
    return side


def is_own(names: str, statement: Statement) -> bool:
    """Whether a published figure is of the source named, to whichever detail either is named."""
    row = statement.row
    return bool(names) and _same_source(names, row.origin, row.origin_words)


@cache
def _same_source(names: str, origin: str, words: str) -> bool:
    if re.search(rf"\b{re.escape(origin)}\b", names, re.IGNORECASE):
        return True
    return _same_name(names, words)


def _same_name(one: str, other: str) -> bool:
    """Whether the words of one name stand in the other: all, or those that tell names apart."""
    first, second = _stems(one), _stems(other)
    if not first - _GENERIC or not second - _GENERIC:  # "World Bank" has no word of its own
        words = [" ".join(re.findall(r"\w{3,}", text.lower())) for text in (one, other)]
        return any(a.removeprefix("the ") in b for a, b in (words, words[::-1]) if a)
    if first <= second or second <= first:
        return True
    first, second = first - _GENERIC, second - _GENERIC
    told = (first & second) - _of_areas()
    return bool(told) and (first <= second or second <= first)


def _stems(text: str) -> frozenset[str]:
    words = re.findall(r"\w{3,}", text.lower())
    return frozenset(word[:4] for word in words if word not in ("the", "and", "for"))


@cache
def _of_areas() -> frozenset[str]:
    """Return how names of areas begin: two offices of one country are two sources."""
    return frozenset().union(*(_stems(area.name) for area in areas()))


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
    held = (standings[claim.id] for claim in claims if not claim.attributed_to)
    otherwise = (one.best.origins for one in held if one.why == "other-series" and one.best)
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
        same = next((held for other, held in found.items() if _same_name(name, other)), None)
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
    taken = frozenset(o for o in fits if fits[o] > misses[o])
    return Agreement(frozenset(fits) - rejected, taken, frozenset(has) - rejected, rejected)


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
    taken
        Those that have more of them than they have otherwise.
    fitting, rejected
        Those that it may take them of, and those that it does not.
    """

    having: frozenset[str]
    taken: frozenset[str]
    fitting: frozenset[str]
    rejected: frozenset[str]

    def refutes(self, origins: Collection[str], *, backed: bool) -> bool:
        """Whether figures of these sources may refute a number of the text.

        `backed` is whether the text's other numbers lead to it.
        """
        if self.rejected & set(origins) and not self.fitting & set(origins):
            return False
        return bool(self.taken & set(origins)) or not backed

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
        theirs = [one for one in found if self.having.issuperset(one.origins) and one.statements]
        theirs = [one for one in theirs if not one.how] or theirs
        if not theirs or any(one.outcome != "contradicts" for one in theirs):
            return None
        return next((one for one in theirs if not one.other_definition), None)
