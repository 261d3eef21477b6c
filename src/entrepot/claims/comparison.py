"""One piece of evidence on a claim: whether it supports, allows or contradicts it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from entrepot.claims.attribution import is_own
from entrepot.claims.quantity import SHARES
from entrepot.claims.statements import REVISED
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.document import Claim, Source
    from entrepot.claims.statements import Statement

Outcome = Literal["supports", "allows", "contradicts"]
ADDED_UP = "rows of the lake"
"""How evidence came about that was added up from tables, not taken from print."""
TEXT_ITSELF = "the text itself"
"""The source of what another claim of the same text comes to, which is evidence of nothing."""
COARSE = 3.0
"""Evidence that leaves open this many times what the claim does cannot support it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One piece of evidence on a claim.

    Attributes
    ----------
    value, unit
        The number, in data units.
    exact, loose
        What it leaves open by its digits (None if one-sided), and by its words.
    outcome
        ``supports`` (meets the claim to the digits), ``allows`` (too coarse or too vague to say),
        ``contradicts``.
    own
        Whether it is the number of the very source that the claim quotes.
    how
        Empty if printed as such, else how it follows.
    other_definition
        What is different from the definition of the claim, in words; empty if nothing is known to
        be.
    statements
        The published rows behind it; empty for data of the lake.
    source, url
        Where it stands.
    """

    value: float
    unit: str
    exact: Interval | None
    loose: Interval
    outcome: Outcome
    own: bool
    how: str
    other_definition: str
    statements: tuple[Statement, ...]
    source: str
    url: str

    @property
    def origins(self) -> tuple[str, ...]:
        """Whose numbers it rests on."""
        return tuple(dict.fromkeys(statement.row.origin for statement in self.statements))

    @property
    def confidence(self) -> int:
        """0 for high, 1 for medium, as the least certain of the statements."""
        order = ("high", "medium", "low")
        return max((order.index(s.row.confidence) for s in self.statements), default=1)

    @property
    def coarseness(self) -> float:
        """How wide it is relative to its size."""
        size = abs(self.value) if self.unit != "percent" else 100 + self.value
        return (self.exact or self.loose).width / size if size else math.inf

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "value": self.value,
            "unit": self.unit,
            "source": self.source,
            "url": self.url,
            "outcome": self.outcome,
            "own_source": self.own,
            "how": self.how,
            "other_definition": self.other_definition,
            "rows": [statement.row.id for statement in self.statements],
        }


def compare(
    claim: Claim,
    source: Source,
    statements: tuple[Statement, ...],
    exact: Interval | None,
    loose: Interval,
    *,
    how: str = "",
    other: str = "",
) -> Comparison:
    """Return published statements comparable with a claim.

    Parameters
    ----------
    claim, source
        The claim and the text it is from.
    statements
        What the number rests on; the first is named.
    exact, loose
        What it leaves open by its digits, and by its words.
    how
        Empty if it was printed as such, else how it follows.
    other
        In what its definition differs from the claim's, if it does.
    """
    first = statements[0].row
    names = claim.attributed_to or source.publisher
    # Relative room has no meaning around zero, so balances get none.
    if claim.quantity.measure == "value" and claim.interval.low > 0:
        loose = loose.widened(REVISED)
    middle = exact or loose
    value = first.value if not how and not first.per else None
    if value is None:
        value = middle.middle if math.isfinite(middle.width) else max(middle.low, 0.0)
    origins = dict.fromkeys(statement.row.origin_words for statement in statements)
    is_sum = how or statements[0].is_own_result
    printed = "" if is_sum else f", in {first.publisher}"
    return Comparison(
        value=value,
        unit=_unit(claim),
        exact=exact,
        loose=loose,
        outcome=_in_print(claim, exact) or compared(claim.interval, exact, loose),
        own=any(is_own(names, statement.row) for statement in statements),
        how=how,
        other_definition=other,
        statements=statements,
        source=f"{'; '.join(origins)}{printed}",
        url=first.url,
    )


def _in_print(claim: Claim, exact: Interval | None) -> Literal["supports"] | None:
    """Return that a number with more digits than a fine print rounds to it: 240.11 is 240.1.

    A print is fine if it leaves open no more than a later release may move.
    """
    if exact is None or not _overlap(claim.interval, exact):
        return None
    # A growth is fine or coarse as the factor 1 + g: +0.1 % is no coarser than +10 %.
    size = 100.0 if claim.quantity.unit == "percent" else 0.0
    return "supports" if exact.width <= REVISED * abs(size + exact.middle) else None


def _unit(claim: Claim) -> str:
    """Return the unit to show: of a ratio that is printed in per cent, that of a share."""
    in_parts = claim.says.unit in ("percent", "share") and not claim.says.moved
    return "share" if claim.quantity.unit == "ratio" and in_parts else claim.quantity.unit


def compared(claim: Interval, exact: Interval | None, loose: Interval) -> Outcome:
    """Return what evidence that leaves `exact` or `loose` open says about a claim.

    Examples
    --------
    >>> from entrepot.model.interval import Interval
    >>> compared(Interval(26.5, 27.5), Interval(29.5, 30.5), Interval(27, 33))
    'allows'
    """
    if exact is None:
        if claim.low <= loose.low and loose.high <= claim.high:  # "over 36 %" is over a third
            return "supports"
    elif _overlap(claim, exact):
        return "supports" if exact.width <= COARSE * claim.width else "allows"
    return "allows" if _overlap(claim, loose) else "contradicts"


def _overlap(one: Interval, other: Interval) -> bool:
    """Whether two intervals share more than an end: 27.5 is printed 28, not 27."""
    low, high = max(one.low, other.low), min(one.high, other.high)
    narrower = min(one.width, other.width)
    # A point or an open side has no width to measure an overlap by.
    if narrower == 0 or math.isinf(narrower):
        return low <= high
    # Not just > 0: ends that are equal in decimals can overlap by float noise.
    return high - low > 1e-6 * narrower


# Where a claim stands by evidence alone, before the text's other claims are looked at.


MIRROR = 3.0
"""How many times one country's count of all goods may be another's."""
MIRROR_OF_GOODS = 8.0
"""The same of goods of some codes, which are classified and routed in other ways as well."""


@dataclass(frozen=True, slots=True)
class EvidenceVerdict:
    """What evidence says of a claim.

    Attributes
    ----------
    verdict
        ``supported``, ``differs`` or ``not_enough_evidence``.
    why
        ``agrees``, ``agrees-otherwise`` (under another definition), ``misquoted``, ``disagrees``,
        ``alone`` (disagrees, but may be of another series unless an error explains it),
        ``as-quoted``, ``between`` (other definitions), ``other-series``, ``too-round``,
        ``otherwise-only`` or ``nothing``.
    best
        The piece of evidence that decides; None if there is none.
    is_gross
        Whether the claim is further from all evidence than two series of one flow can be.
    """

    verdict: Literal["supported", "differs", "not_enough_evidence"]
    why: str
    best: Comparison | None = None
    is_gross: bool = False


def standing(claim: Claim, found: Sequence[Comparison]) -> EvidenceVerdict:
    """Return where a claim stands.

    A source is no evidence for itself. A claim that quotes its source wrongly *differs*, whatever
    else is published; one that quotes it rightly is *supported* only if somebody else agrees. What
    others count refutes no quotation, unless it lies further off than two series of one flow do.

    Parameters
    ----------
    claim
        The claim.
    found
        Evidence, the most telling first.
    """
    own = [item for item in found if item.own]
    others = [item for item in found if not item.own]
    # Order is the rule: misquotation first, then support, and only then refutation.
    quoted = _first(own, "supports")
    if quoted is None and (wrong := _misquoted(claim, own)):
        return EvidenceVerdict("differs", "misquoted", wrong)
    same = [item for item in others if not item.other_definition]
    if agreeing := _first(same, "supports"):
        return EvidenceVerdict("supported", "agrees", agreeing)
    if agreeing := _first(others, "supports"):
        return EvidenceVerdict("supported", "agrees-otherwise", agreeing)
    if quoted:
        return EvidenceVerdict("not_enough_evidence", "as-quoted", quoted)
    if claim.attributed_to:
        disagreeing = _beyond_any_mirror(claim, others)
    else:
        disagreeing = _refuting(claim, same, others)
    if disagreeing:
        gross = _beyond_any_mirror(claim, others) is not None
        return EvidenceVerdict("differs", "disagrees", disagreeing, gross)
    # What the quoted source itself has, and leaves open, is told where nobody else has anything.
    return _open(claim, same, others) if others else _open_by_own(own)


def _open(
    claim: Claim, same: Sequence[Comparison], others: Sequence[Comparison]
) -> EvidenceVerdict:
    """Return why evidence neither supports a claim nor refutes it."""
    if claim.attributed_to and same and all(item.outcome == "contradicts" for item in same):
        return EvidenceVerdict("not_enough_evidence", "other-series", same[0])
    if same:
        why = "too-round" if _first(same, "allows") else "between"
        return EvidenceVerdict("not_enough_evidence", why, same[0])
    if others:
        return EvidenceVerdict("not_enough_evidence", "otherwise-only", others[0])
    return EvidenceVerdict("not_enough_evidence", "nothing")


def _open_by_own(own: Sequence[Comparison]) -> EvidenceVerdict:
    """Return where what the quoted source alone has leaves a claim."""
    if not own:
        return EvidenceVerdict("not_enough_evidence", "nothing")
    best = next((item for item in own if not item.other_definition), own[0])
    why = "otherwise-only" if best.other_definition else "too-round"
    return EvidenceVerdict("not_enough_evidence", why, best)


def _misquoted(claim: Claim, own: Sequence[Comparison]) -> Comparison | None:
    """Return what the quoted source has instead, unless its own levels lead to what is quoted."""
    derived = any(one.how and one.exact and claim.interval.meets(one.exact) for one in own)
    same = [one for one in own if not one.other_definition]
    return None if derived else _first(same, "contradicts")


def _refuting(
    claim: Claim, same: Sequence[Comparison], others: Sequence[Comparison]
) -> Comparison | None:
    """Return what refutes an unattributed claim, if anything does.

    A number between those that others have may be of yet another series: only one that lies
    outside the range of all that measure the quantity differs. A part over its total in the same
    books refutes a share whatever shares others publish, of totals that they seldom state.
    """
    contradicting = [item for item in same if item.outcome == "contradicts"]
    if not contradicting:
        return _beyond_any_mirror(claim, others) if not same else None
    computed = next((item for item in contradicting if item.how), None)
    if claim.quantity.measure in SHARES and computed is not None:
        return computed
    # All of them, other definitions as well: anything between their ends may be a series unseen.
    ends = [item.loose for item in others]
    low, high = min(end.low for end in ends), max(end.high for end in ends)
    return None if claim.interval.meets(Interval(low, high)) else contradicting[0]


def _beyond_any_mirror(claim: Claim, others: Sequence[Comparison]) -> Comparison | None:
    """Return what refutes an amount, though by another definition, if it is far beyond all.

    Two countries count one flow up to a factor of two apart, seldom three.
    """
    if claim.quantity.measure != "value" or not others:
        return None
    if any(item.outcome != "contradicts" for item in others):
        return None
    all_goods = all(level.goods == "all" for level in claim.quantity.levels())
    most = MIRROR if all_goods else MIRROR_OF_GOODS
    low = min(item.loose.low for item in others) / most
    high = max(item.loose.high for item in others) * most
    beyond = claim.interval.low > high or claim.interval.high < low
    return others[0] if beyond else None


def _first(found: Sequence[Comparison], outcome: str) -> Comparison | None:
    return next((item for item in found if item.outcome == outcome), None)
