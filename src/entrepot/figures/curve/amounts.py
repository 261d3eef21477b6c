"""What can be added up at a time, and what its values are: FOB or CIF, by which partner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.questions import of as question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from entrepot.figures.curve.rows import ReportedSlice
    from entrepot.figures.curve.time_windows import Timed

__all__ = ["WEIGHED", "amounts", "basis", "valuation"]

WEIGHED = 0.9
"""Share of the value that needs a mass for a measure of mass to stand for the same goods."""
NEARLY_ALL = 0.99
"""Share of the value whose valuation or basis is taken for that of all of it."""
MIXED, NOT_SAID = "mixed", "not said"

Left = list[tuple[str, str]]


def amounts(timed: Timed, said: Sequence[ReportedSlice], left: Left) -> list[str]:
    """Return what can be added up: value, and mass where some has one.

    Whether enough of it has one is another matter for each specification.
    """
    asked, cells = timed.span.asked, timed.cells
    if asked.quantity == "mass":
        return ["mass"]
    if "quantity" not in question(asked.measure).choices:
        return ["value"]
    what = f"{timed.name}: mass, {timed.span.words}"
    if cells.held.is_reconciled and cells.voice:
        left.append((what, "reconciled rows keep both values, one mass"))
        return ["value"]
    if any(one.weighed for one in _at(timed, said)):
        return ["value", "mass"]
    left.append((what, "0 % of the value has a mass, too little"))
    return ["value"]


def valuation(timed: Timed, said: Sequence[ReportedSlice]) -> str:
    """Return whether values are FOB or CIF."""
    if timed.cells.held.is_reconciled:
        return "as reported" if timed.cells.voice else MIXED
    return _said(timed, said, lambda one: one.valuation)


def basis(timed: Timed, said: Sequence[ReportedSlice]) -> str:
    """Return what makes the partner: destination, origin or consignment."""
    return _said(timed, said, lambda one: one.basis)


def _said(
    timed: Timed, said: Sequence[ReportedSlice], of: Callable[[ReportedSlice], str | None]
) -> str:
    there = _at(timed, said)
    sums: dict[str, float] = {}
    for one in there:
        name = of(one) or NOT_SAID
        sums[name] = sums.get(name, 0.0) + one.value
    most = max(sums, key=lambda name: sums[name], default=NOT_SAID)
    return most if sums.get(most, 0.0) >= NEARLY_ALL * sum(sums.values()) else MIXED


def _at(timed: Timed, said: Sequence[ReportedSlice]) -> list[ReportedSlice]:
    spans = [period for _, period in timed.span.times]
    return [one for one in said if any(span.start <= one.period <= span.end for span in spans)]
