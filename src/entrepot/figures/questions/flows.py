"""Values, growth and shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot import measures
from entrepot.figures.questions.question import AMOUNT, BOTH, CHANGE, PART, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    import narwhals as nw

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]


def value(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Add up the flow."""
    return measures.value(rows, by=by, value=column)


def growth(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Compare the flow with that of the base."""
    base = asked.base or asked.period.before()
    return measures.growth(rows, by=by, period=asked.period, base=base, value=column)


def import_share(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return the sellers' part of all imports."""
    sellers = asked.members("exporter")
    return measures.import_share(rows, exporter=sellers, by=by, value=column)


def export_share(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return the buyers' part of all exports."""
    buyers = asked.members("importer")
    return measures.export_share(rows, importer=buyers, by=by, value=column)


QUESTIONS = {
    "value": Question(
        "flow",
        (),
        ("exporter",),
        value,
        "exports from {seller} to {buyer}",
        choices=AMOUNT,
        has_interval=True,
    ),
    "growth": Question(
        "flow",
        (),
        ("exporter", "base"),
        growth,
        "growth of exports from {seller} to {buyer}",
        choices=CHANGE,
        has_interval=True,
    ),
    "import_share": Question(
        "market",
        BOTH,
        ("exporter",),
        import_share,
        "{sellers} share of {buyers} imports",
        divides=True,
        choices=PART,
        has_interval=True,
        is_part=True,
    ),
    "export_share": Question(
        "sales",
        BOTH,
        ("exporter",),
        export_share,
        "{buyers} share of {sellers} exports",
        divides=True,
        choices=PART,
        has_interval=True,
        is_part=True,
    ),
}
