"""Whose value added is in a flow: asked of input-output tables, never of rows of trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from entrepot.errors import RequestError
from entrepot.figures.questions.question import Question

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

__all__ = ["QUESTIONS"]


def origin(rows: Any, asked: Definition, column: str) -> NoReturn:
    """Refuse rows of trade, which do not say what goods were made of.

    Raises
    ------
    RequestError
        Always.
    """
    raise RequestError(
        "rows of trade do not say where value was added",
        why="that takes what every sector buys to make something",
        hint="ask input-output tables: --source icio",
    )


QUESTIONS = {
    "origin": Question(
        "flow",
        ("exporter",),
        ("exporter",),
        origin,
        "foreign value added in what {seller} sells to {buyer}",
    ),
}
