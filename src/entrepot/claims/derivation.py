"""What some claims imply for a level, step by step, as sums that a reader can redo."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.claims.quantity_text import claimed, flow
from entrepot.model.display import figure_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entrepot.claims.document import Claim
    from entrepot.claims.levels import Linear, Quotient
    from entrepot.claims.quantity import Level, Terms

__all__ = ["Derivation", "Step"]

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
            sums = (*sums, f"{what}: {plus} = {figure_value(total, money)}")
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
        rate = quotient.bounds.middle
        above = math.fsum(known[one].value * weight for one, weight in quotient.of if one != level)
        below = math.fsum(known[one].value * weight for one, weight in quotient.to if one != level)
        is_part = any(one == level for one, _ in quotient.of)
        whole = rate * below if quotient.to else rate
        value = whole - above if is_part else above / rate - below
        if value <= 0:
            return None
        text = _line(level, self.claims[name], quotient, (above, below, value), is_part=is_part)
        used = frozenset({name}).union(*(step.used for step in known.values()))
        return Step(value, used, (*(s for step in known.values() for s in step.sums), text))

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
) -> str:
    """Return one line: what is computed, from which numbers, and the result."""
    above, below, value = values
    money = level.currency

    def shown(amount: float) -> str:
        return figure_value(amount, money)

    rest = above if is_part else below
    sign = "−" if rest > 0 else "+"  # of a balance the other way counts below zero
    minus = f" {sign} {shown(abs(rest))}" if rest and (is_part or quotient.to) else ""
    base = below if is_part else above
    if not quotient.to:
        start = claimed(claim)
    elif claim.quantity.unit == "percent":
        rate = claimed(claim).lstrip("−+")
        sign = "+" if claim.interval.middle >= 0 else "−"
        start = f"{shown(base)} {'×' if is_part else '/'} (1 {sign} {rate})"
    else:
        start = f"{shown(base)} {'×' if is_part else '/'} {claimed(claim)}"
    result = f" = {shown(value)}" if minus or quotient.to else ""
    return f"{flow(((level, 1.0),))} in {level.period}: {start}{minus}{result}"
