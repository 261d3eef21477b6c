"""Answers from rows of a flow source in the lake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.figures import caveats
from entrepot.figures.estimate import Answer, Estimate, Missing
from entrepot.figures.figure import Evidence
from entrepot.figures.variants import GOODS_VARIANTS, territories, territory
from entrepot.model.areas import area_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.definition import Definition
    from entrepot.goods import Selection
    from entrepot.lake import Holding, Lake
    from entrepot.model.period import Period

__all__ = ["answer"]

COLUMNS = {"value": "value_usd", "mass": "mass_kg"}
UNITS = {"value": "USD", "mass": "kg"}


@dataclass(frozen=True, slots=True)
class _Total:
    """A sum over cells: None when no cell holds a value."""

    amount: float | None
    rows: int
    told_by: dict[str, int]


def answer(definition: Definition, lake: Lake, holding: Holding) -> Answer | Missing:
    """Answer from the rows of `holding`.

    Alternatives are the variants of the goods list and the same with or without Hong Kong.
    """
    refusal = _refusal(definition, holding)
    if refusal:
        return Missing(refusal)
    main = _estimate(definition, "family", lake, holding)
    if isinstance(main, Missing):
        return main
    selection = _selection(definition, "family", holding)
    estimates, spans = [main], []
    for variant in _variants(selection):
        other = _estimate(definition, variant, lake, holding)
        if isinstance(other, Estimate):
            estimates.append(other)
            spans.append("codes whose edition changed in or out")
    for choice in territories(definition):
        other = _estimate(choice, "family", lake, holding) if _held(choice, lake, holding) else None
        if isinstance(other, Estimate):
            estimates.append(other)
            spans.append("Hong Kong in or out")
    return Answer(
        estimates=tuple(estimates),
        caveats=tuple(_caveats(selection, holding)),
        spans=tuple(dict.fromkeys(spans)),
    )
