"""What a pattern of errors may look at, and what it proposes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from entrepot.claims.comparison import ADDED_UP, compared, standing
from entrepot.claims.evidence import evidence
from entrepot.claims.numbers import leading_step
from entrepot.claims.quantity_text import like, span
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from entrepot.claims.comparison import Comparison, EvidenceVerdict
    from entrepot.claims.document import Claim, Document
    from entrepot.claims.joint_consistency import JointSystems
    from entrepot.claims.quantity import Quantity
    from entrepot.claims.statements import ReferenceLevels

AROUND = 1.5
"""A wrong number by chance lies within this factor of the true one."""
MOST_LUCK = 0.6
"""What random numbers would fit this often says nothing."""
A_PLACE = 0.3
"""How likely a random place would fit: few are named beyond the third."""
LEAST = 1e-6
NARROW = 0.2
"""What is meant is named as one number if it is known to this part of itself."""


@dataclass(frozen=True)
class ErrorContext:
    """A text under check.

    Attributes
    ----------
    document, facts
        Its claims, and what is known.
    together
        The claims as systems.
    found, standings
        Evidence of each claim, and where it stands by that alone.
    conflicts
        All minimal sets of claims that cannot hold together.
    by_data
        The further ones that rates of exchange or levels in print rule out.
    """

    document: Document
    facts: ReferenceLevels
    together: JointSystems
    found: Mapping[str, tuple[Comparison, ...]]
    standings: Mapping[str, EvidenceVerdict]
    conflicts: tuple[frozenset[str], ...]
    by_data: tuple[frozenset[str], ...] = ()

    @cached_property
    def wrong(self) -> tuple[frozenset[str], ...]:
        """What has to be explained: the conflicts, and each claim that differs from evidence."""
        alone = (
            frozenset({n})
            for n, candidate in self.standings.items()
            if candidate.verdict == "differs"
        )
        return (*alone, *self.conflicts, *self.by_data)


@dataclass(frozen=True, slots=True)
class Correction:
    """One claim put right: the claim as it would be, how that is printed, and one sentence."""

    claim: Claim
    corrected: str
    text: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An error that may have happened.

    Attributes
    ----------
    kind
        Id of the error.
    changes
        The claims it would put right.
    chance
        How often an error of this kind would fit as well if the numbers were random.
    fit
        How likely the number printed is, if this is what happened: how closely what is known of
        the number meant (or of the other definition) is hit, over the number of errors of this kind
        that could have happened. A number of another definition says nothing of the number meant;
        so it gains where nothing pins that.
    """

    kind: str
    changes: tuple[Correction, ...]
    chance: float
    fit: float
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        names = frozenset(change.claim.id for change in self.changes)
        # The only way past `frozen`; computed once, as it is asked for in every search.
        object.__setattr__(self, "names", names)


def corrected(claim: Claim, value: float) -> Claim:
    """Return the claim as it would read with another value, at its own precision."""
    text = like(claim, value)
    # Shares are kept as parts of one, but printed in per cent.
    step = claim.says.step * (0.01 if claim.quantity.unit == "share" else 1.0)
    # A claim without digits ("half") has no step: then three digits of the corrected number.
    half = max(step, leading_step(value) / 100) / 2
    says = replace(claim.says, text=text, relation="=")
    return claim.saying(says, Interval(value - half, value + half))


def open_to(claim: Claim, known: Interval) -> tuple[Claim, str]:
    """Return the claim as it would read by what is known of it, and how that is printed.

    One number where it is known closely, else from where to where; nothing where it is open.
    """
    ends = claim.quantity.quotient(known)
    size = max(abs(ends.low), abs(ends.high))
    if not math.isfinite(known.width):
        return claim.saying(claim.says, known), ""
    if ends.width <= NARROW * size:
        right = corrected(claim, known.middle)
        return right.saying(right.says, known.hull(right.interval)), right.says.text
    return claim.saying(claim.says, known), span(known, claim.quantity.unit)


def room(claim: Claim) -> Interval:
    """Return what a claim says with its open side closed: nobody says "over five" of twelve."""
    low, high = claim.interval.low, claim.interval.high
    if math.isinf(high) and math.isfinite(low):
        # The worth of the first digit, but a fifth at least: 1 of 9 would be too little.
        high = low + max(leading_step(low), abs(low) * 0.2)
    elif math.isinf(low) and math.isfinite(high):
        low = high - max(leading_step(high), abs(high) * 0.2)
    return Interval(low, high)


def luck(claim: Claim, known: Interval | None = None) -> float:
    """Return how likely a random number would fit what a claim says.

    That is the room its digits leave, and what is known leaves, against all numbers within a
    factor of `AROUND`; a growth is taken as the factor it is (0.966 for -3.4 %), a change in
    points against twenty points.
    """
    if claim.quantity.unit == "rank":
        return A_PLACE
    said = claim.quantity.quotient(room(claim))
    width = said.width
    middle = abs(said.middle)
    if known is not None:
        candidate = claim.quantity.quotient(known)
        width += candidate.width
        # By the larger of the two: against a tiny middle any width would look like luck.
        middle = max(middle, abs(candidate.middle)) if math.isfinite(candidate.width) else middle
    if claim.quantity.unit == "points":
        middle = max(middle, 20.0)
    if not math.isfinite(width) or not middle:
        return 1.0
    # Of numbers between middle / AROUND and middle × AROUND; never zero, since logarithms follow.
    return min(1.0, max(width / (middle * (AROUND - 1 / AROUND)), LEAST))


# What is known of numbers when some claims of a text are taken to be right and others not.


LEAST_OPEN = 0.2
"""Numbers of two years or flows are alike: no number is quite open where another is known."""
EVERYTHING = Interval(float("-inf"), float("inf"))


@dataclass(frozen=True, slots=True)
class KnownInterval:
    """What is known of a quantity, and who says so."""

    interval: Interval
    words: str


@dataclass
class CaseCache:
    """What was worked out for a case already, whichever claims are trusted."""

    printed: dict[object, tuple[KnownInterval, ...]] = field(default_factory=dict)
    left: dict[object, Interval | None] = field(default_factory=dict)
    meant: dict[object, tuple[Interval, ...]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    """Claims on whose being trusted or not something depended since this was emptied."""


@dataclass(frozen=True)
class KnownValues:
    """A case with some claims trusted.

    Attributes
    ----------
    case
        The case.
    kept
        Ids of the claims that are taken to be right.
    memory
        What was worked out for the case already.
    """

    case: ErrorContext
    kept: frozenset[str]
    memory: CaseCache

    def trusts(self, name: str) -> bool:
        """Whether a claim is taken to be right."""
        self.memory.asked.add(name)
        return name in self.kept

    def without(self, *names: str) -> KnownValues:
        """Return the view that trusts these claims no longer."""
        return replace(self, kept=self.kept - set(names))

    def left(self, quantity: Quantity) -> Interval | None:
        """Return what the trusted claims and known levels leave for a quantity."""
        self.memory.asked |= self.case.together.near(quantity)
        key = (quantity, self.kept)
        if key not in self.memory.left:
            self.memory.left[key] = self.case.together.bounds(quantity, self.kept)
        return self.memory.left[key]

    def pins(
        self, claim: Claim, quantity: Quantity, *, anywhere: bool = False
    ) -> tuple[KnownInterval, ...]:
        """Return what is known of a quantity other than that of the claim.

        From what is published of the claim's series (`anywhere`: of any), and from the trusted
        claims of the text where they bound it from both sides.
        """
        # Without keys or speaker: asked is what the other quantity is, not who said this one.
        probe = replace(claim, quantity=quantity, keys=(), attributed_to="")
        asked = (quantity, anywhere)
        if asked not in self.memory.printed:
            found = evidence(
                probe, self.case.document.source, self.case.facts, of_series=not anywhere
            )
            self.memory.printed[asked] = tuple(
                KnownInterval(item.exact, item.how or item.source)
                for item in found
                if item.exact is not None
            )
        left = self.left(quantity)
        pins = self.memory.printed[asked]
        if left is not None and luck(probe, left) <= MOST_LUCK:
            pins = (*pins, KnownInterval(left, "the text's other numbers"))
        return pins

    def meant(self, claim: Claim) -> tuple[Interval, ...]:
        """Return what the number of a claim should lie in: by each piece of evidence, else text."""
        self.memory.asked |= self.case.together.near(claim.quantity)
        key = (claim.id, self.kept)
        if key not in self.memory.meant:
            self.memory.meant[key] = self._meant(claim)
        return self.memory.meant[key]

    def _meant(self, claim: Claim) -> tuple[Interval, ...]:
        left = self.left(claim.quantity) or EVERYTHING
        ends, alike = self._ends(claim)
        if not alike and luck(claim, left) <= MOST_LUCK:
            return (left,)  # another country's count says less of a number than its own text
        fitting = tuple(_shared(end, left) for end in ends if end.meets(left))
        if not fitting and claim.attributed_to and luck(claim, left) <= MOST_LUCK:
            own = any(item.own for item in self.case.found[claim.id])
            return ends if own else (left,)  # who is quoted may count otherwise than others
        return fitting or ends or (left,)

    def _ends(self, claim: Claim) -> tuple[tuple[Interval, ...], bool]:
        """Return what each piece of evidence says that the number of a claim lies in.

        And whether that evidence is of the claim's own definition.
        """
        candidate = [item for item in self.case.found[claim.id] if item.exact is not None]
        candidate = [item for item in candidate if item.statements or item.how == ADDED_UP]
        own = [item for item in candidate if item.own]
        same = own or [item for item in candidate if not item.other_definition]
        ends = (item.exact for item in same or candidate)
        return tuple(end for end in ends if end is not None), bool(same)

    def number(
        self,
        kind: str,
        change: Correction,
        *,
        ways: float,
        tries: float = 0.0,
        others: Iterable[Correction] = (),
    ) -> Iterator[Proposal]:
        """Yield that a number was meant to read otherwise, if what is known agrees.

        Parameters
        ----------
        kind
            Id of the error.
        change
            The claim as it would read.
        ways
            How many numbers an error of this kind could have made of the right one.
        tries
            How many right numbers were tried for the one printed; as many, if not told.
        others
            Claims that change with it.
        """
        changes = (change, *others)
        fit, chance, view = 1.0, 1.0, self
        for one in changes:
            known, hit = max(
                ((known, _hit(one.claim, known)) for known in view.meant(one.claim)),
                key=lambda pair: pair[1],
            )
            if hit <= 0 or not self.agrees(one.claim):
                return
            fit *= hit
            chance *= luck(one.claim, known)
            if one is not changes[-1]:
                # The second claim of an exchange is judged with the first already put right.
                view = view.replacing(one.claim)
        # An error that could have made ten numbers explains each a tenth as well.
        yield Proposal(kind, changes, at_least_once(chance, tries or ways), fit / ways)

    def replacing(self, claim: Claim) -> KnownValues:
        """Return the view that trusts a claim as it would read."""
        together = self.case.together.replaced({claim.id: claim})
        case = replace(self.case, together=together)
        # Prints do not depend on what is trusted; what the claims leave does, so that starts empty.
        memory = CaseCache(self.memory.printed, asked=self.memory.asked)
        return KnownValues(case, self.kept | {claim.id}, memory)

    def open(self, claim: Claim) -> float:
        """Return how likely a number is by what is known of it: one if that pins it."""
        said = claim.quantity.quotient(room(claim)).width
        known = min(claim.quantity.quotient(known).width for known in self.meant(claim))
        return max(min(1.0, said / known if known else 1.0), LEAST_OPEN)

    def other(
        self,
        kind: str,
        claim: Claim,
        pins: Iterable[KnownInterval],
        text: str,
        *,
        tries: float,
        source: str = "",
    ) -> Iterator[Proposal]:
        """Yield that a number is one of another definition, if that definition leads to it."""
        candidate = list(pins)
        fits = [(covers(claim, pin.interval), pin) for pin in candidate]
        fit, pin = max(fits, key=lambda pair: pair[0], default=(0.0, None))
        if pin is None or fit <= 0:
            return
        right, corrected = self.right(claim)
        if right is None:
            return
        change = Correction(right, corrected, _ended(text, corrected), source)
        chance = at_least_once(luck(claim, pin.interval), tries)
        yield Proposal(kind, (change,), chance, fit / self.open(claim) / max(tries, 1.0))

    def right(self, claim: Claim) -> tuple[Claim | None, str]:
        """Return a claim as it should read by what is known, and how that is printed.

        None if what is known does not say that the number is wrong.
        """
        known = self.meant(claim)[0]
        if covers(claim, known) >= 1:
            return None, ""
        best = self.case.standings[claim.id].best
        if best is not None and best.exact is not None and best.exact.meets(known):
            known = _shared(best.exact, known)
        return open_to(claim, known)

    def could_mean(self, claim: Claim) -> bool:
        """Whether a claim as it would read lies where its number should, to look no further."""
        return any(claim.interval.meets(known) for known in self.meant(claim))

    def could_ever_mean(self, claim: Claim) -> bool:
        """Whether it could under any view that trusts at least what this one does."""
        ends, alike = self._ends(claim)
        known = ends if alike else (*ends, self.left(claim.quantity) or EVERYTHING)
        return any(claim.interval.meets(one) for one in known)

    def agrees(self, claim: Claim) -> bool:
        """Whether evidence agrees with a claim as it would read, or at least does not disagree.

        A quoted source's own number counts here: the question is what the text meant to say.
        """
        again = self._again(claim)
        own = [item for item in again if item.own]
        if own:
            return any(item.outcome == "supports" for item in own)
        return standing(claim, again).verdict != "differs"

    def _again(self, claim: Claim) -> list[Comparison]:
        return [
            replace(item, outcome=compared(claim.interval, item.exact, item.loose))
            for item in self.case.found[claim.id]
        ]


def at_least_once(chance: float, tries: float) -> float:
    """Return how likely one of several tries fits by chance."""
    return float(1.0 - (1.0 - min(chance, 1.0)) ** tries)


def _ended(text: str, corrected: str) -> str:
    return f"{text}; it should read {corrected}." if corrected else f"{text}."


def _shared(one: Interval, other: Interval) -> Interval:
    return Interval(max(one.low, other.low), min(one.high, other.high))


def _hit(claim: Claim, known: Interval) -> float:
    """Return which part of the narrower of a number's digits and what is known lies in the other.

    One where the number is hit, less at the edges.
    """
    if not claim.interval.meets(known):
        return 0.0
    said = room(claim)
    both = min(said.high, known.high) - max(said.low, known.low)
    least = min(said.width, known.width)
    if least == 0:
        return 1.0
    # Touching by an end alone: a hundredth if what is known is the coarser, else no hit.
    return both / least if both > 1e-6 * least else 0.01 * (known.width > said.width)


def covers(claim: Claim, known: Interval) -> float:
    """Return which part of what is known of another definition the digits of a number cover."""
    said = room(claim)
    if known.width == float("inf") or not claim.interval.meets(known):
        return 0.0
    if known.width == 0 or (said.low <= known.low and known.high <= said.high):
        return 1.0
    both = min(said.high, known.high) - max(said.low, known.low)
    return float(both / known.width) if both > 1e-6 * min(said.width, known.width) else 0.0
