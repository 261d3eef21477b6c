"""What a set of specifications says together: how far they lie apart, and which choice does it."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, NamedTuple

from entrepot.figures.figure import Specifications

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.figure import Specification

__all__ = ["FOLLOWS", "Found", "alone", "explained", "of_curve"]

FOLLOWS = ("valuation", "basis")
"""What nobody chose: it comes with the source and with whose report is heard, and no part of the
variance is its own."""


class Found(NamedTuple):
    """A specification, and whether one source answers the question as it was asked in it."""

    item: Specification
    is_asked: bool


def of_curve(every: Sequence[Found], left: Sequence[tuple[str, str]]) -> Specifications:
    """Return the specifications sorted by value, with what each choice does.

    What each does alone starts from the question as it was asked, in the first source that answers
    it; where none does, there is nothing to start from.
    """
    items = [one.item for one in every]
    head = next((one.item for one in every if one.is_asked), None)
    ordered = sorted(items, key=lambda item: (item.value, sorted(item.choices.items())))
    parts = explained(ordered)
    most = max(parts, key=lambda name: parts[name], default=None)
    return Specifications(
        items=tuple(ordered),
        moves_most=most if most and parts[most] > 0 else None,
        explained=parts,
        left_out=tuple(dict.fromkeys(left)),
        alone=alone(head, items) if head else {},
    )


def alone(head: Specification, items: Sequence[Specification]) -> dict[str, tuple[float, float]]:
    """Return the ends of the value over what differs from `head` in one choice.

    Sources differ in whose reports they have. So another source that tells of other reports is
    one choice, of the report.
    """
    found: dict[str, list[float]] = {}
    for item in items:
        names = (head.choices.keys() | item.choices.keys()) - set(FOLLOWS)
        other = [name for name in names if head.choices.get(name) != item.choices.get(name)]
        if set(other) == {"source", "report"}:
            other = ["report"]
        if len(other) == 1:
            found.setdefault(other[0], [head.value]).append(item.value)
    ends = {name: (min(found[name]), max(found[name])) for name in head.choices if name in found}
    return {name: (low, high) for name, (low, high) in ends.items() if low < high}


def explained(items: Sequence[Specification]) -> dict[str, float]:
    """Return the share of the variance of the values that each choice explains alone.

    For each choice the variance between the means of its options over the whole variance (the
    correlation ratio; with all combinations there, the first-order index of Sobol). They add up to
    less than one where choices act together, and can to more where combinations are missing.

    Returns
    -------
    dict
        By choice, 0 to 1, the largest first; choices that never differ are left out, and what
        follows from others.
    """
    values = [item.value for item in items]
    if len(values) < 2:
        return {}
    mean = statistics.fmean(values)
    whole = sum((value - mean) ** 2 for value in values)
    found: dict[str, float] = {}
    names = dict.fromkeys(name for item in items for name in item.choices)
    for name in [name for name in names if name not in FOLLOWS]:
        options: dict[str, list[float]] = {}
        for item in items:
            options.setdefault(item.choices.get(name, ""), []).append(item.value)
        if len(options) > 1:
            between = sum(
                len(some) * (statistics.fmean(some) - mean) ** 2 for some in options.values()
            )
            found[name] = between / whole if whole else 0.0
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
