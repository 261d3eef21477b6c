"""The specification curve of inputs: who sent them, and where their value was added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import MissingExtraError, NoEvidenceError
from entrepot.figures.curve.spread import Found, of_curve
from entrepot.figures.estimate import Missing
from entrepot.figures.figure import Specification
from entrepot.figures.inputs import answer
from entrepot.figures.value_shares import BASIS

if TYPE_CHECKING:
    from entrepot.figures.curve.territories import Left
    from entrepot.figures.definition import Definition
    from entrepot.figures.figure import Specifications
    from entrepot.lake import Lake

__all__ = ["of_inputs"]


def of_inputs(definition: Definition, lake: Lake) -> Specifications:
    """Return every way to count, by dispatch and by value added.

    Raises
    ------
    NoEvidenceError
        If the tables answer neither.
    """
    found: list[Found] = []
    left: Left = []
    for basis in ("dispatch", BASIS):
        try:
            told = answer(definition.but(basis=basis), lake)
        except MissingExtraError as error:
            told = Missing(str(error))
        if isinstance(told, Missing):
            left.append((f"counted by {basis.replace('_', ' ')}", told.reason))
            continue
        for number, one in enumerate(told.estimates):
            choices = {"counted": "by dispatch"} | one.choices
            is_asked = number == 0 and basis == definition.basis
            found.append(Found(Specification(choices, one.value), is_asked))
    if not found:
        reasons = "; ".join(f"{what}: {why}" for what, why in left)
        raise NoEvidenceError("no specification can be evaluated", why=reasons)
    return of_curve(found, left)
