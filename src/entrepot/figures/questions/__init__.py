"""What each measure asks of the rows of a source, and the measure put to them.

A module for each kind of measure has both: how its measures are asked, and the functions that put
them to the rows.
"""

from entrepot.figures.questions import (
    change,
    counterfactual,
    cutoff,
    event,
    flags,
    flows,
    growth,
    indicators,
    leverage,
    loss,
    missing_arrivals,
    money,
    origin,
    pass_through,
    prices,
    rerouted,
    series,
    suppliers,
    triple,
)
from entrepot.figures.questions.question import Question

__all__ = ["QUESTIONS", "Question", "of"]

QUESTIONS: dict[str, Question] = {
    **flows.QUESTIONS,
    **suppliers.QUESTIONS,
    **leverage.QUESTIONS,
    **change.QUESTIONS,
    **flags.QUESTIONS,
    **prices.QUESTIONS,
    **growth.QUESTIONS,
    **indicators.QUESTIONS,
    **loss.QUESTIONS,
    **cutoff.QUESTIONS,
    **counterfactual.QUESTIONS,
    **rerouted.QUESTIONS,
    **missing_arrivals.QUESTIONS,
    **triple.QUESTIONS,
    **pass_through.QUESTIONS,
    **money.QUESTIONS,
    **event.QUESTIONS,
    **series.QUESTIONS,
    **origin.QUESTIONS,
}


def of(measure: str) -> Question:
    """Return how a measure is asked; its name was checked before."""
    return QUESTIONS[measure]
