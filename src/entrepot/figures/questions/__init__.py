"""What each measure asks of the rows of a source, and the measure put to them.

A module for each kind of measure has both: how its measures are asked, and the functions that put
them to the rows.
"""

from entrepot.figures.questions import (
    change,
    cutoff,
    event,
    flags,
    flows,
    growth,
    indicators,
    leverage,
    loss,
    lost,
    money,
    origin,
    passed_on,
    path,
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
    **path.QUESTIONS,
    **rerouted.QUESTIONS,
    **lost.QUESTIONS,
    **triple.QUESTIONS,
    **passed_on.QUESTIONS,
    **money.QUESTIONS,
    **event.QUESTIONS,
    **series.QUESTIONS,
    **origin.QUESTIONS,
}


def of(measure: str) -> Question:
    """Return how a measure is asked; its name was checked before."""
    return QUESTIONS[measure]
