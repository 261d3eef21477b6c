"""What stands beside a claim that no published statement is about."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.build import HOME
from entrepot.claims.comparison import Comparison, compare
from entrepot.claims.document import Source
from entrepot.claims.unlisted_goods import definition_of, in_print

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.reference_levels import ReferenceLevels

__all__ = ["from_text", "in_print_beside"]


def from_text(
    claim: Claim, claims: Iterable[Claim], facts: ReferenceLevels
) -> Iterator[Comparison]:
    """Yield what the text itself has in another currency, at the rate of customs for the period.

    It can neither support nor contradict a claim, being of the same text: whether the two fit each
    other is for the text's conflicts to say.
    """
    quantity = claim.quantity
    if quantity.measure != "value" or quantity.unit not in ("USD", *HOME):
        return
    for other in claims:
        same = other.quantity.mapped(currency=quantity.unit)
        period = next(other.quantity.levels()).period if other.quantity.of else None
        if other.quantity.unit == quantity.unit or same.key() != quantity.key() or period is None:
            continue
        rate = facts.flow_rate(quantity.unit, other.quantity.unit, period)
        if rate is None or not math.isfinite(other.interval.width):
            continue
        value = other.interval * rate
        yield Comparison(
            value=value.middle,
            unit=quantity.unit,
            exact=value,
            loose=value,
            outcome="allows",
            own=False,
            how=f"{other.says.text} of the same text at the rate customs used for {period}",
            other_definition="",
            statements=(),
            source="the text itself",
            url="",
        )


def in_print_beside(claim: Claim, facts: ReferenceLevels) -> tuple[Comparison, ...]:
    """Return what is in print for goods of the kind a claim only names: context, no evidence."""
    found = in_print(claim.quantity, facts.statements) if claim.quantity.of else None
    return tuple(
        replace(
            compare(claim, Source(""), (statement,), statement.exact, statement.loose),
            outcome="allows",
            other_definition=definition_of(statement),
        )
        for statement in (found.statements if found else ())
    )
