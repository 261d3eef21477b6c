"""The shortest sum that a reader can redo to see that claims cannot hold together."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING

from entrepot.claims.draft.lexicon import cue_words
from entrepot.claims.group import price_arithmetic
from entrepot.claims.levels import is_part
from entrepot.claims.numbers.text import language_of
from entrepot.claims.quantity_text import claimed, flow, period_of, span, stated, subject, who
from entrepot.claims.result import Conflict
from entrepot.model.display import figure_value, joined, number
from entrepot.sources.published.parse import origin_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from entrepot.claims.document import Claim
    from entrepot.claims.joint_consistency import JointSystems
    from entrepot.claims.levels import Linear, Quotient
    from entrepot.claims.quantity import Level, Quantity, Terms

_MOST = 6
"""Digits of a result that are worth printing."""


def because(
    conflict: Collection[str],
    claims: Mapping[str, Claim],
    system: JointSystems,
    *,
    fits: bool = False,
) -> str:
    """Return the arithmetic of a conflict.

    Two numbers of one quantity need none. Else the growth of a total from that of its parts, where
    their weights are known; the claim that the others lead to in the fewest steps; or the bounds
    that they put on it.

    Parameters
    ----------
    conflict
        Ids of the claims.
    claims, system
        The claims, and the systems they make.
    fits
        Return instead the arithmetic by which the claims agree, empty if there is none so short.
    """
    if len({claims[name].quantity for name in conflict}) == 1 and not fits:
        return _two_of_one(sorted(conflict), claims)
    if (prices := price_arithmetic(claims[name] for name in sorted(conflict))) and not fits:
        return prices
    if not fits and (more := _more_than_total([claims[name] for name in sorted(conflict)])):
        return more
    found = system.linear
    # Sums in the order of how plain they are; of one kind the shortest.
    for texts in (
        _weighted(conflict, claims, found, fits=fits),
        _chained(conflict, claims, found, fits=fits),
    ):
        if best := min(texts, key=len, default=""):
            return best
    return "" if fits else _implied(conflict, claims, system)


def _two_of_one(conflict: list[str], claims: Mapping[str, Claim]) -> str:
    numbers = joined([claimed(claims[name]) for name in conflict])
    return f"{subject(claims[conflict[0]])}: the text has {numbers}"


def _more_than_total(claims: list[Claim]) -> str:
    found = part_and_total(claims)
    return more_than(*found) if found else ""


def _compared(value: float, claim: Claim) -> tuple[str, bool]:
    """Return the words that compare a result with what the text says, and whether it fits."""
    fits = claim.interval.holds(value)
    said = claimed(claim)
    if claim.says.relation != "=":
        words = "is" if fits else "is not"
    elif fits:
        words = "rounds to" if _digits(_result(value, claim)) > _digits(said) else "agrees with"
    else:
        words = "does not round to"
    return f"which {words} {said}", fits


def _result(value: float, claim: Claim) -> str:
    """Return a result with at least as many digits as the claim it is compared with."""
    unit = claim.quantity.unit
    digits = min(max(_digits(claimed(claim)), 3) if claim.says.relation == "=" else 3, _MOST)
    # A step of a sum has a digit more than a value on its own, so that its rounding is seen.
    return stated(value, unit, digits + (unit in ("percent", "share") and digits == 3))


def _digits(text: str) -> int:
    """Return how many digits a number is printed with, without zeros that lead it."""
    return len(re.sub(r"\D", "", text).lstrip("0"))


def _weighted(
    conflict: Collection[str], claims: Mapping[str, Claim], found: Linear, *, fits: bool
) -> Iterator[str]:
    """Yield the growth of a total as the weighted growth of its parts."""
    for name in sorted(conflict):
        joint = claims[name]
        if joint.quantity.measure != "growth" or len(joint.quantity.of) < 2:
            continue
        parts = [
            part for level, _ in joint.quantity.of if (part := _growth(level, conflict, claims))
        ]
        # Weights are those of the base: growth of a sum is Σ w_k g_k with w_k = v_k0 / Σ v_0.
        bases = [found.known.get(level) for level, _ in joint.quantity.to]
        sizes = [base.middle for base in bases if base is not None]
        if not len(parts) == len(sizes) == len(joint.quantity.of):
            continue
        shares = [size / sum(sizes) for size in sizes]
        pairs = list(zip(shares, parts, strict=True))
        result = math.fsum(share * part.interval.middle for share, part in pairs)
        words, agrees = _compared(result, joint)
        if agrees == fits:
            rates = [claimed(part).removesuffix("\u00a0%") for part in parts]
            terms = " + ".join(
                f"{number(share)} × ({rate})" for share, rate in zip(shares, rates, strict=True)
            )
            weights = joined([number(share * 100) for share in shares])
            base = joint.quantity.to[0][0].period
            yield (
                f"{terms} = {_result(result, joint)}, {words}; "
                f"{weights}\u00a0% are the {base} weights"
            )


def _growth(level: Level, conflict: Collection[str], claims: Mapping[str, Claim]) -> Claim | None:
    for name in sorted(conflict):
        quantity = claims[name].quantity
        if quantity.measure == "growth" and quantity.of == ((level, 1.0),):
            return claims[name]
    return None


def _chained(
    conflict: Collection[str], claims: Mapping[str, Claim], found: Linear, *, fits: bool
) -> Iterator[str]:
    """Yield, for each claim that the others lead to, their steps and the result."""
    chain = Derivation(claims, found)
    for name in sorted(conflict):
        others = frozenset(conflict) - {name}
        for quotient in found.quotients.get(name, ()):
            top = chain.total(quotient.of, others)
            bottom = chain.total(quotient.to, others)
            if top is None or bottom is None or (quotient.to and bottom.value <= 0):
                continue
            # A sum that leaves a claim of the conflict out would not show why that one is in it.
            if top.used | bottom.used != others:
                continue
            raw = top.value / bottom.value if quotient.to else top.value
            result = claims[name].quantity.stated_value(raw)
            words, agrees = _compared(result, claims[name])
            if agrees == fits:
                # The line of a sum names who published its parts.
                by = [
                    chain.publishers(level for level, _ in terms) if len(terms) == 1 else ""
                    for terms in (quotient.of, quotient.to)
                ]
                last = _last(claims[name], quotient, (top.value, bottom.value), by, result)
                # The same step can serve numerator and denominator: shown once.
                steps = dict.fromkeys((*top.sums, *bottom.sums))
                yield "; ".join([*steps, f"{last}, {words}"])


def _last(
    claim: Claim, quotient: Quotient, values: tuple[float, float], by: list[str], result: float
) -> str:
    unit, money = claim.quantity.unit, quotient.of[0][0].currency
    if not quotient.to:
        return f"that makes {_result(result, claim)}"
    over = " / ".join(
        f"{figure_value(value, money)}{who}" for value, who in zip(values, by, strict=True)
    )
    return f"{over}{' − 1' if unit == 'percent' else ''} = {_result(result, claim)}"


def _implied(conflict: Collection[str], claims: Mapping[str, Claim], system: JointSystems) -> str:
    """Return the bounds that the other claims put on one of them."""
    # From the text alone to all data: the first that shows it needs the fewest outside facts.
    for asked in (system.text_alone(with_known=False), system.text_alone(with_known=True), system):
        for name in sorted(conflict, key=lambda one: (len(claims[one].quantity.of), one)):
            claim, others = claims[name], set(conflict) - {name}
            bounds = asked.bounds(claim.quantity, others)
            if bounds is None or bounds.meets(claim.interval):
                continue
            about = f"{flow(claim.quantity.of)}, {period_of(claim.quantity)}"
            return (
                f"the others leave {span(bounds, claim.quantity.unit)} for {about}; "
                f"the text says {claimed(claim)}"
            )
    return "no values of the flows they are about satisfy them all"


# What some claims imply for a level, step by step, as sums that a reader can redo.


# Steps: each tries every claim that is left, so the work multiplies with each of them.
DEPTH = 4


@dataclass(frozen=True, slots=True)
class Step:
    """A value, the claims it took, and the sums that led to it."""

    value: float
    used: frozenset[str] = frozenset()
    sums: tuple[str, ...] = ()


@dataclass(frozen=True)
class Derivation:
    """Claims that may be solved for levels, beside levels that are known."""

    claims: Mapping[str, Claim]
    found: Linear

    def total(self, terms: Terms, allowed: frozenset[str]) -> Step | None:
        """Return a sum of levels, using only the claims allowed; None if they do not suffice."""
        steps = [self.value(level, allowed, DEPTH) for level, _ in terms]
        if any(step is None for step in steps):
            return None
        known = [step for step in steps if step is not None]
        values = [step.value * weight for step, (_, weight) in zip(known, terms, strict=True)]
        total = math.fsum(values)
        used = frozenset(name for step in known for name in step.used)
        sums = tuple(text for step in known for text in step.sums)
        if len(terms) > 1:
            money = terms[0][0].currency
            plus = " + ".join(figure_value(value, money) for value in values)
            what = f"{flow(terms)} in {terms[0][0].period}"
            by = self.publishers(level for level, _ in terms)
            sums = (*sums, f"{what}: {plus} = {figure_value(total, money)}{by}")
        return Step(total, used, sums)

    def value(self, level: Level, allowed: frozenset[str], depth: int = DEPTH) -> Step | None:
        """Return a level: known, or solved from one of the claims allowed in the fewest steps."""
        if level in self.found.known:
            return Step(self.found.known[level].middle)
        if depth == 0:
            return None
        steps = [
            step
            for name in sorted(allowed)
            for quotient in self.found.quotients.get(name, ())
            if (step := self._solved(level, name, quotient, allowed - {name}, depth - 1))
        ]
        return min(steps, key=lambda step: len(step.sums), default=None)

    def _solved(
        self, level: Level, name: str, quotient: Quotient, rest: frozenset[str], depth: int
    ) -> Step | None:
        """Solve one claim for one of its levels, the others being known or solved."""
        terms = (*quotient.of, *quotient.to)
        others = [one for one, _ in terms if one != level]
        if len(others) == len(terms) or not self._is_a_number(name, quotient):
            return None
        steps = {one: self.value(one, rest, depth) for one in others}
        known = {one: step for one, step in steps.items() if step is not None}
        if len(known) < len(others):
            return None
        # of / to = rate, or of = rate for a sum, solved for the one level that is open.
        rate = quotient.bounds.middle
        above = math.fsum(known[one].value * weight for one, weight in quotient.of if one != level)
        below = math.fsum(known[one].value * weight for one, weight in quotient.to if one != level)
        is_part = any(one == level for one, _ in quotient.of)
        expected = rate * below if quotient.to else rate
        value = expected - above if is_part else above / rate - below
        # Trade below zero: the chain itself is in the conflict, and as a step it would mislead.
        if value <= 0:
            return None
        sides = (quotient.of, quotient.to) if is_part else (quotient.to, quotient.of)
        added, base = ([one for one, _ in side if one != level] for side in sides)
        text = _line(
            level,
            self.claims[name],
            quotient,
            (above, below, value),
            is_part=is_part,
            by=(self.publishers(added), self.publishers(base)),
        )
        used = frozenset({name}).union(*(step.used for step in known.values()))
        return Step(value, used, (*(s for step in known.values() for s in step.sums), text))

    def publishers(self, levels: Iterable[Level]) -> str:
        """Return, in brackets, who published levels that are not from the text; else nothing."""
        levels = tuple(levels)
        if any(level not in self.found.known for level in levels):
            return ""
        names = dict.fromkeys(
            origin_name(statement.row.origin)
            for level in levels
            for item in self.found.sources.get(level, ())
            for statement in item.statements
        )
        when = dict.fromkeys(str(level.period) for level in levels)
        return f" ({', '.join((*names, *when))})" if names else ""

    def _is_a_number(self, name: str, quotient: Quotient) -> bool:
        """Whether the claim states one number rather than a side, a range or a likeness."""
        bounds = quotient.bounds
        one = self.claims[name].says.relation in ("=", "about", "nearly", "just_over")
        return one and math.isfinite(bounds.width) and bounds.middle > 0


def _line(
    level: Level,
    claim: Claim,
    quotient: Quotient,
    values: tuple[float, float, float],
    *,
    is_part: bool,
    by: tuple[str, str],
) -> str:
    """Return one line: what is computed, from which numbers, and the result."""
    above, below, value = values
    money = level.currency

    def shown(amount: float) -> str:
        return figure_value(amount, money)

    rest = above if is_part else below
    sign = "−" if rest > 0 else "+"  # of a balance the other way counts below zero
    minus = f" {sign} {shown(abs(rest))}{by[0]}" if rest and (is_part or quotient.to) else ""
    base = below if is_part else above
    if not quotient.to:
        start = claimed(claim)
    elif claim.quantity.unit == "percent":
        rate = claimed(claim).lstrip("−+")
        sign = "+" if claim.interval.middle >= 0 else "−"
        start = f"{shown(base)}{by[1]} {'×' if is_part else '/'} (1 {sign} {rate})"
    else:
        start = f"{shown(base)}{by[1]} {'×' if is_part else '/'} {claimed(claim)}"
    result = f" = {shown(value)}" if minus or quotient.to else ""
    return f"{flow(((level, 1.0),))} in {level.period}: {start}{minus}{result}"


# A part that is more than its total, though each may be true as another country counts.


@dataclass(frozen=True, slots=True)
class PartExceedsTotal:
    """A part that is more than its total: the claim, and the conflict that it makes."""

    part: Claim
    total: Claim
    conflict: Conflict


def parts_over_total(
    claims: Iterable[Claim], known: Collection[frozenset[str]], wrong: Collection[str]
) -> Iterator[PartExceedsTotal]:
    """Yield parts that are more than their totals, taken to be counted by two countries.

    Parameters
    ----------
    claims
        The claims.
    known
        Conflicts found already: what contains one of them is not reported again.
    wrong
        Claims that are wrong for another reason: they are left out.
    """
    for pair in combinations(claims, 2):
        names = frozenset(claim.id for claim in pair)
        if not names.isdisjoint(wrong) or any(one <= names for one in known):
            continue
        if _say_whose(*pair) or (found := part_and_total(pair)) is None:
            continue
        part, total = found
        unless = _unless(part, total)
        because = f"{more_than(part, total)}; {unless}"
        yield PartExceedsTotal(part, total, Conflict((part.id, total.id), because, unless=unless))


def part_and_total(claims: Collection[Claim]) -> tuple[Claim, Claim] | None:
    """Return a part that is more than its total, and that total; None unless two claims are so."""
    pairs = permutations(claims) if len(claims) == 2 else ()
    return next(((part, total) for part, total in pairs if _exceeds(part, total)), None)


def _exceeds(part: Claim, total: Claim) -> bool:
    """Whether an amount is more than another that contains it, whoever counts the two."""
    one, other = part.quantity, total.quantity
    # The intervals must be apart: "12" and "about 11.9" may be the same after rounding.
    if {one.measure, other.measure} != {"value"} or part.interval.low <= _most(total):
        return False
    # Two numbers of one level are no part and total: whether they agree is known already.
    return one.unit == other.unit and one != other and _contains(other, one)


def _most(claim: Claim) -> float:
    """Return how much an amount may be if its last digits were cut: 32.476 is printed 32.47."""
    if claim.says.relation != "=" or not math.isfinite(claim.interval.width):
        return claim.interval.high
    # A printed number is the middle of half a step to each side, and was cut within a whole step.
    return claim.interval.middle + claim.interval.width


def notes_of(found: Iterable[PartExceedsTotal]) -> Iterator[tuple[str, str]]:
    """Yield what to say beside each part, by its id."""
    for one in found:
        yield one.part.id, f"{more_than(one.part, one.total)}: {one.conflict.unless}"


def _contains(total: Quantity, part: Quantity) -> bool:
    """Whether each flow of a part lies in a flow of a total, no two in the same one."""
    inside = [
        {place for place, (level, _) in enumerate(total.of) if _lies_in(one, level)}
        for one, _ in part.of
    ]
    # Two parts in one flow may overlap, so their sum could exceed it without contradiction.
    apart = len(frozenset().union(*inside)) == sum(len(places) for places in inside)
    added = all(weight > 0 for _, weight in (*part.of, *total.of))
    return added and apart and all(inside)


def _lies_in(part: Level, total: Level) -> bool:
    alike = (part.kind, part.basis) == (total.kind, total.basis)
    return alike and (part.but(reporter="") == total.but(reporter="") or is_part(part, total))


def _say_whose(one: Claim, other: Claim) -> bool:
    """Whether the text says of both numbers whose they are, and they are not of one source."""
    named = {claim.attributed_to.casefold() for claim in (one, other)} - {""}
    both_known = all(claim.reporter_stated or claim.by_words for claim in (one, other))
    return len(named) > 1 or (both_known and _reporter(one) != _reporter(other))


def _reporter(claim: Claim) -> str:
    return next(claim.quantity.levels()).reporter


def more_than(part: Claim, total: Claim) -> str:
    """Return that a part is more than its total, with both numbers."""
    return (
        f"{claimed(part)} ({subject(part)}) is more than the {claimed(total)} "
        f"({subject(total)}) that it is a part of"
    )


def _unless(part: Claim, total: Claim) -> str:
    said = [claim.reporter_stated for claim in (part, total)]
    if any(said) and not all(said):
        other, counter = ("second", part) if said[0] else ("first", total)
        return (
            f"both can be true only if the {other} is not the count of {who(_reporter(counter))}, "
            "which the text does not say"
        )
    reporter = [who(_reporter(claim)) for claim in (part, total)]
    if "" in reporter or reporter[0] == reporter[1]:
        return "both can be true only if two countries count them, which the text does not say"
    return (
        f"both can be true only if the first is the count of {reporter[0]} and the second that of "
        f"{reporter[1]}, which the text does not say"
    )


# Two numbers that a verb joins, and that move the other way: "fell from 36 to 41 per cent".


def against_words(claims: Iterable[Claim]) -> Iterator[Conflict]:
    """Yield two numbers of one sentence that its verb says the contrary of.

    Only "VERB from A to B" and "VERB to B from A", whose numbers are of one quantity at two times.
    """
    for pair in combinations(claims, 2):
        if pair[0].quote != pair[1].quote or not _are_two_times(*pair):
            continue
        for start, end in permutations(pair):
            verb, moved = _verb_between(start, end)
            up, down = (
                start.interval.high < end.interval.low,
                end.interval.high < start.interval.low,
            )
            if (moved > 0 and down) or (moved < 0 and up):
                than = "less" if down else "more"
                text = f"{claimed(end)} is {than} than {claimed(start)}"
                yield Conflict((start.id, end.id), f"the sentence says “{verb}”, and {text}")


def _are_two_times(one: Claim, other: Claim) -> bool:
    first, second = one.quantity, other.quantity
    if first.measure not in ("value", "import_share", "export_share", "share"):
        return False
    day = next(first.levels()).period
    return first != second and first.mapped(period=day) == second.mapped(period=day)


_JOINED_BY = {
    "en": (r"(?:\w+ ){0,2}from (?:a )?$", r"to (?:a |an )?$"),
    "de": (r"(?:\w+ ){0,2}von $", r"auf $"),
    "ru": (r"(?:[а-яё]+ ){0,2}со? $", r"до $"),
}
"""What stands in front of the number at the start, and in front of that at the end."""
_DENIED = re.compile(r"\b(?:not|never|nor|without|nicht|kein\w*|ohne|не|ни|без)\b|n['’]t\b", re.I)
_COMPARED = frozenset(
    [
        "more",
        "less",
        "higher",
        "lower",
        "fewer",
        "mehr",
        "weniger",
        "höher",
        "nahm",
        "nahmen",
        "больше",
    ]
)


def _verb_between(start: Claim, end: Claim) -> tuple[str, int]:
    """Return the verb that leads from one number to the other, and whether it is up or down."""
    quote, language = start.quote, language_of(start.quote)
    places = [quote.find(one.says.text) for one in (start, end)]
    if language not in _JOINED_BY or min(places) < 0:
        return "", 0
    first, last = sorted(((places[0], start), (places[1], end)), key=lambda one: one[0])
    from_, to = _JOINED_BY[language]
    leads, links = (from_, to) if first[1] is start else (to, from_)
    before = quote[: first[0]]
    between = quote[first[0] + len(first[1].says.text) : last[0]]
    if not re.search(rf"(?:^|[\s,]){links}", between, re.IGNORECASE) or re.search(
        "[;:.] ", between
    ):
        return "", 0
    for moved, name in ((1, "up"), (-1, "down")):
        for (kind, _), cues in cue_words(language).items():
            for cue in cues.finditer(before) if kind == name else ():
                # Nothing but an adverb stands between the verb and the first number.
                is_next = re.fullmatch(rf"\s{leads}", before[cue.end() :], re.IGNORECASE)
                denied = _DENIED.search(before[max(cue.start() - 25, 0) : cue.start()])
                if is_next and not denied and cue[0].lower() not in _COMPARED:
                    return cue[0], moved
    return "", 0
