"""All findings of a collection of printed statements, what cannot both be true first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.published_checks.derived_values import sums
from entrepot.claims.published_checks.discrepancy import KINDS, Discrepancy
from entrepot.claims.published_checks.intervals import PublishedInterval, as_printed
from entrepot.claims.published_checks.likely_error import likely_slips
from entrepot.claims.published_checks.money import growth_in_two_currencies
from entrepot.claims.published_checks.parts import parts
from entrepot.claims.published_checks.period_sums import series
from entrepot.claims.published_checks.same_quantity import pairs
from entrepot.claims.published_checks.shares import shares
from entrepot.claims.reference_levels import ReferenceLevels
from entrepot.claims.statements import OURS, Statements
from entrepot.sources.published.row import CONFIDENCES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.sources.published.row import Published

__all__ = ["findings", "printed_numbers"]


def findings(rows: Iterable[Published]) -> tuple[Discrepancy, ...]:
    """Return the printed numbers of one thing that do not meet.

    Compared are numbers of one thing with each other; a two-way total with its two directions; a
    growth rate or share with the levels it is of; a span of months with its parts; a part with its
    whole; shares of different partners with all of it; growth in one currency with that in another.
    Our own results are left out.

    Parameters
    ----------
    rows
        Printed statements.

    Returns
    -------
    tuple of Finding
        Conflicts first, then pairs of which a definition is unsaid, then pairs that say that they
        count different things. Each conflict with its likely slips.
    """
    kept = tuple(rows)
    statements = Statements(kept)
    facts = ReferenceLevels(statements)
    numbers = printed_numbers(kept, statements)
    held = {number.row.id: number for number in numbers}
    found = [
        *(*pairs(numbers), *series(numbers), *sums(numbers, facts), *parts(numbers)),
        *(*shares(numbers), *growth_in_two_currencies(numbers, facts)),
    ]
    explained = [_explained(item, held, facts) for item in found]
    once = _once(sorted(explained, key=lambda item: (KINDS.index(item.kind), _weakness(item))))
    return tuple(sorted(once, key=lambda item: (KINDS.index(item.kind), item.what, item.id)))


def _weakness(item: Discrepancy) -> int:
    """Return how uncertain the least certain of the rows is that a number is held against."""
    return max(CONFIDENCES.index(row.confidence) for row in item.other.rows)


def printed_numbers(
    rows: Iterable[Published], statements: Statements
) -> tuple[PublishedInterval, ...]:
    """Return the rows that can be compared, our own results left out."""
    by_id = {statement.row.id: statement for statement in statements.all}
    found = (as_printed(row, by_id.get(row.id)) for row in rows if row.publisher != OURS)
    return tuple(number for number in found if number is not None)


def _explained(
    item: Discrepancy, held: dict[str, PublishedInterval], facts: ReferenceLevels
) -> Discrepancy:
    """Return a finding with its slips; a conversion is no later release of what it converts."""
    released = item.definition.startswith("release:") and len(item.other.rows) == 1
    if item.likely_errors or not (item.kind == "conflict" or released):
        return item
    likely_errors = likely_slips(held[item.id], facts)
    if item.kind == "conflict":
        return replace(item, likely_errors=likely_errors)
    if any(slip.kind == "spot_rate" for slip in likely_errors):
        return replace(item, kind="conflict", definition="", likely_errors=likely_errors)
    return item


def _once(order: Iterable[Discrepancy]) -> Iterable[Discrepancy]:
    """Yield each number's conflict once, and of two that rest on the same rows the first."""
    conflicting: set[str] = set()
    seen: set[frozenset[str]] = set()
    for item in order:
        if item.rows in seen or item.id in conflicting:
            continue
        seen.add(item.rows)
        if item.kind == "conflict":
            conflicting.add(item.id)
        yield item
