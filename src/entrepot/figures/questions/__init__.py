"""What each measure asks of the rows of a source, and the measure put to them.

A module for each kind of measure has both: how its measures are asked, and the functions that put
them to the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.questions import (
    counterfactual,
    cutoff,
    event,
    flows,
    hubs,
    prices,
    rerouted,
    suppliers,
)
from entrepot.figures.questions.question import Question
from entrepot.measures import measure_metadata

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

__all__ = ["QUESTIONS", "Question", "of", "unit_of"]

QUESTIONS: dict[str, Question] = {
    **flows.QUESTIONS,
    **suppliers.QUESTIONS,
    **prices.QUESTIONS,
    **cutoff.QUESTIONS,
    **counterfactual.QUESTIONS,
    **rerouted.QUESTIONS,
    **hubs.QUESTIONS,
    **event.QUESTIONS,
}


def of(measure: str) -> Question:
    """Return how a measure is asked; its name was checked before."""
    return QUESTIONS[measure]


def unit_of(asked: Definition) -> str:
    """Return the unit of the answer: a currency, ``kg`` or ``items``, else the measure's."""
    how = QUESTIONS.get(asked.measure)
    return how.unit_of(asked) if how else measure_metadata(asked.measure).unit
