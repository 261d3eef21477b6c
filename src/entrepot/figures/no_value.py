"""The Figure of a question that nothing held answers: no value, a reason, and no idle caveat.

A caveat tells how a value may mislead. Where there is none, only what bears on the reason is told:
who fell silent, and codes that name no goods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures import caveats
from entrepot.figures.figure import Figure

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

__all__ = ["unanswered"]


def unanswered(definition: Definition, reason: str, *, of_reports: bool = True) -> Figure:
    """Return a Figure without a value.

    Parameters
    ----------
    definition
        The question.
    reason
        What is missing, and how to get it.
    of_reports
        Whether reports of trade were asked, which a country can stop; estimated tables were not.
    """
    silent = caveats.for_definition(definition, answered=False)
    return Figure(
        definition=definition,
        status="insufficient_data",
        value=None,
        unit=definition.unit,
        caveats=(*silent, *caveats.no_codes(definition)) if of_reports else (),
        reason=reason,
    )
