"""One estimate of a source: a measure under one set of choices, with the rows behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.figures.editions import uncertain_code_shares
from entrepot.figures.estimate import Estimate, Missing
from entrepot.figures.insufficient_data import refusal
from entrepot.figures.intervals import drawn_ends, interval
from entrepot.figures.questions import of as question
from entrepot.figures.row_facts import evidence_of
from entrepot.figures.run_measure import measure
from entrepot.figures.sides import totals
from entrepot.figures.variants import territory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures.cells import Cells, Frame, Goods
    from entrepot.figures.definition import Definition
    from entrepot.figures.run_measure import Measured
    from entrepot.reconcile import Coverage

__all__ = ["elsewhere", "followed", "headline", "with_nonreporters_carried"]

EDITIONS = "how the list is followed into the edition"
HONG_KONG = "Hong Kong in or out"
SILENT = "silent partners in or out"


def headline(
    definition: Definition,
    goods: Goods,
    cells: Cells,
    *,
    kept: Cells | None = None,
    found: Measured | Missing | None = None,
) -> Estimate | Missing:
    """Return the estimate that is told first, with its table, interval and evidence.

    `kept` has the rows in memory, and what refuses was asked before; `found` is what the measure
    found there.
    """
    found = found or measure(cells, definition, goods, kept=kept, with_table=True)
    if isinstance(found, Missing):
        return found
    read = kept or cells
    low, high = found.low, found.high
    ends = drawn_ends(read, definition, goods)
    if low is None:
        low, high = ends.pop("", None) or interval(read, definition, goods)
    beside: dict[str, float | str] = {
        f"{name}_{end}": ends[name][place]
        for name in found.details
        for place, end in enumerate(("low", "high"))
        if name in ends
    }
    return replace(
        _estimate(found, definition, goods, cells),
        low=low,
        high=high,
        is_range=low is not None,
        details=found.details | beside,
        evidence=(evidence_of(read, definition, goods),),
        uncertain_code_shares=uncertain_code_shares(read, definition, goods),
    )


def followed(
    definition: Definition,
    every: Sequence[Goods],
    cells: Cells,
    values: Sequence[Measured | Missing],
) -> Iterator[tuple[str, Estimate]]:
    """Yield the same with the list followed in other ways, of which the measure found `values`."""
    for goods, found in zip(every, values, strict=True):
        if not isinstance(found, Missing):
            yield EDITIONS, _estimate(found, definition, goods, cells)


def elsewhere(
    beside: Sequence[Definition], goods: Goods, cells: Cells, read: Frame | None = None
) -> Iterator[tuple[str, Estimate]]:
    """Yield the same asked of other areas; `read` has their rows, if they were read already."""
    for choice in beside:
        heard = cells.hearing(choice)
        if refusal(heard, choice, goods):
            continue
        kept = replace(heard, kept=read) if read else None
        found = measure(heard, choice, goods, kept=kept)
        if not isinstance(found, Missing):
            yield HONG_KONG, _estimate(found, choice, goods, heard)


def with_nonreporters_carried(
    definition: Definition, cells: Cells, main: Estimate, covered: Coverage
) -> Iterator[tuple[str, Estimate]]:
    """Yield a share of a total in which silent partners have what they had, which is in values."""
    is_share = question(definition.measure).is_part and definition.quantity == "value"
    side = totals(definition)[0][1] if is_share else None
    if covered.share < 1 and side in cells.mirrors:
        choices = main.choices | {"total": "silent partners as before"}
        yield SILENT, replace(main, value=main.value * covered.share, choices=choices, evidence=())


def _estimate(found: Measured, definition: Definition, goods: Goods, cells: Cells) -> Estimate:
    words = definition.goods
    concordance = "weighted" if any(one.weights for one in goods) else goods[0].variant
    if concordance != "family":
        words = f"{words} ({concordance})"
    choices = {
        "source": cells.held.source,
        "goods": words,
        "territory": territory(definition),
    }
    if side := cells.voice or definition.reported_by:
        choices["report"] = f"{side}'s"
    return Estimate(
        value=found.value,
        unit=definition.unit,
        low=found.low,
        high=found.high,
        is_range=found.low is not None,
        details=found.details,
        table=found.table,
        choices=choices,
    )
