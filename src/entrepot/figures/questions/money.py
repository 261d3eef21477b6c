"""One value in two currencies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError
from entrepot.figures.questions.question import Question

if TYPE_CHECKING:
    import narwhals as nw

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]


def conversions(rows: Frame, asked: Definition, column: str) -> Frame:
    """Refuse rows of a source, each of which is in one currency; see `figures.converted`."""
    raise NoEvidenceError(
        "a report is held in one currency, and two of it are set beside each other"
    )


QUESTIONS = {
    "conversions": Question(
        "flow",
        (),
        ("exporter", "spot"),
        conversions,
        "dollars of exports from {seller} to {buyer}",
        needs=("spot",),
        in_dollars=True,
    ),
}
