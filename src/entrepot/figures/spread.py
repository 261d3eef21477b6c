"""What a set of specifications says together: how far they lie apart, and which choice does it."""

from __future__ import annotations

import math
import statistics
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from entrepot.figures.evidence import Specification, Specifications

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.figures.evidence import Estimate

SAME, NOTHING = 1e-9, 1e-12
"""How far two sums of the same amounts may be apart: relatively, and of a change that is none."""

CHOICE_NAMES = {
    "origin": "primary source",
    "followed": "list conversion",
    "listed": "date of the list",
    "window": "averaging",
}
"""Choices in words, where their key would not be understood on a screen."""
FOLLOWS = ("valuation", "basis")
"""What nobody chose: it comes with the source and with whose report is heard, and no part of the
variance is its own."""


class FoundSpecification(NamedTuple):
    """A specification, and whether one source answers the question as it was asked in it."""

    item: Specification
    is_asked: bool


def specifications(
    estimates: Sequence[Estimate],
    curve: Sequence[FoundSpecification] = (),
    left: Sequence[tuple[str, str]] = (),
) -> Specifications:
    """Return every definition of a number sorted by value, with what each choice does.

    What each choice does alone starts from the headline.

    Parameters
    ----------
    estimates
        Of the sources, the headline first.
    curve
        Specifications worked out together, of which one may be the headline again: it counts once.
    left
        What could not be evaluated, and why.

    """
    head = estimates[0]
    items = [Specification(one.choices, one.value, open_end=one.open_end) for one in estimates]
    for one in curve:
        # A curve adds the same amounts up in another order.
        same = is_same(one.item.value, head.value)
        item = replace(one.item, value=head.value) if same else one.item
        # The curve names more choices than the headline does, so its specification takes the place.
        # Only the one of the same report: the other side's may have the same value, as a rank has.
        if one.is_asked and same and _is_of_the_same_rows(item, head):
            items[0] = item
        else:
            items.append(item)
    ordered = in_order(items)
    parts = explained(ordered)
    most = max(parts, key=lambda name: parts[name], default=None)
    return Specifications(
        items=tuple(ordered),
        most_influential=most if most and parts[most] > 0 else None,
        explained=parts,
        left_out=tuple(dict.fromkeys(left)),
        alone=alone(items[0], items),
    )


def _is_of_the_same_rows(item: Specification, head: Estimate) -> bool:
    """Whether a specification is of the source and of the side's report of the headline."""
    report = head.choices.get("report", item.choices.get("report"))
    return (item.choices["source"], item.choices.get("report")) == (
        head.choices.get("source"),
        report,
    )


def in_order(items: Iterable[Specification]) -> list[Specification]:
    """Return definitions by value, and those of one value by their choices."""
    return sorted(items, key=lambda item: (rounded(item.value), sorted(item.choices.items())))


def rounded(value: float) -> float:
    """Return a value to order by.

    Sums of the same rows differ in the last digits from run to run, and so would the order of
    definitions that have one value.
    """
    return float(f"{value:.12g}")


def ends_of(
    estimates: Sequence[Estimate], found: Specifications | None
) -> tuple[float, float] | None:
    """Return the lowest and the highest of all definitions, each with its own interval.

    None where they are the same number.
    """
    ends = [end for one in estimates for end in one.ends]
    for item in found.items if found else ():
        ends += item.ends or (item.value,)
    return None if is_same(min(ends), max(ends)) else (min(ends), max(ends))


def spread_of(
    estimates: Sequence[Estimate], found: Specifications | None
) -> dict[str, tuple[float, float]]:
    """Return how far each cause moves the headline by itself, and all of them together.

    Returns
    -------
    dict
        ``errors``: the interval that the errors of reports or a sample leave open, or that was
        printed; each choice: the ends over specifications that differ from the headline in it
        alone; ``together``: the ends over everything. Causes that move nothing are left out.
    """
    causes = {"errors": estimates[0].ends} | (found.alone if found else {})
    together = ends_of(estimates, found)
    causes |= {"together": together} if together else {}
    return {name: ends for name, ends in causes.items() if not is_same(*ends)}


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
    return {name: pair for name, pair in ends.items() if not is_same(*pair)}


def is_same(one: float, other: float) -> bool:
    """Whether two numbers are sums of the same amounts, added up in another order."""
    return math.isclose(one, other, rel_tol=SAME, abs_tol=NOTHING)


def explained(items: Sequence[Specification]) -> dict[str, float]:
    """Return the share of the variance of the values that each choice explains alone.

    For each choice the variance between the means of its options over the whole variance (the
    correlation ratio; with all combinations there, the first-order index of Sobol). They add up to
    less than one where choices act together, and can to more where combinations are missing. A
    specification that does not say what it chose, as a published figure may not, counts for none
    of the options.

    Returns
    -------
    dict
        By choice, 0 to 1, the largest first; choices that never differ are left out, and what
        follows from others.
    """
    values = [item.value for item in items]
    if len(values) < 2:
        return {}
    middle = statistics.fmean(values)
    # What differs in the last digits only is one number, added up in another order.
    differs = not is_same(min(values), max(values))
    total = sum((value - middle) ** 2 for value in values) if differs else 0.0
    found: dict[str, float] = {}
    names = dict.fromkeys(name for item in items for name in item.choices)
    for name in [name for name in names if name not in FOLLOWS]:
        options: dict[str, list[float]] = {}
        for item in items:
            if name in item.choices:
                options.setdefault(item.choices[name], []).append(item.value)
        if len(options) > 1:
            # The mean over those that state this choice, which may be fewer than all.
            mean = statistics.fmean(value for some in options.values() for value in some)
            between = sum(
                len(some) * (statistics.fmean(some) - mean) ** 2 for some in options.values()
            )
            found[name] = between / total if total else 0.0
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
