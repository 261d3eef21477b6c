"""What came in the place of trade that an event took away, against a path without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.question import BOTH, Question

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]

PRODUCT = ("product",)


def substitution(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return how much others made up for, over all products."""
    return measures.substitution_summary(_substituted(rows, asked, column))


def substitution_by_product(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the ratio of each product, the largest loss first."""
    return _largest(_substituted(rows, asked, column), "lost")


def _substituted(rows: Frame, asked: Definition, column: str) -> Frame:
    return measures.substitution_ratio(
        rows,
        importer=asked.members("importer"),
        losers=asked.members("exporter"),
        controls=asked.members("controls"),
        **_periods(asked),
        by=PRODUCT,
        value=column,
        least=asked.least or 0.0,
    )


def rerouting(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return how much of what was lost went to hubs, over all products."""
    return measures.substitution_summary(_rerouted(rows, asked, column))


def rerouting_by_product(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the ratio of each product, the largest loss first."""
    return _largest(_rerouted(rows, asked, column), "lost")


def _rerouted(rows: Frame, asked: Definition, column: str) -> Frame:
    return measures.rerouting_ratio(
        rows,
        target=asked.members("importer"),
        coalition=asked.members("exporter"),
        hubs=asked.members("hubs"),
        controls=asked.members("controls"),
        **_periods(asked),
        by=PRODUCT,
        value=column,
        least=asked.least or 0.0,
    )


def not_returned(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return what came back from nobody, all goods asked for together."""
    return _gone(rows, asked, column, by=())


def not_returned_by_product(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the same for each product, the most missed first."""
    names = ("product", "not_returned", "not_returned_low", "not_returned_high", "part", "path")
    more = ("value_before", "value_after")
    found = _gone(rows, asked, column, by=PRODUCT).select(*names, *more)
    return _largest(found, "not_returned")


def _gone(rows: Frame, asked: Definition, column: str, by: tuple[str, ...]) -> Frame:
    sets: dict[str, frozenset[str]] = {"as before": frozenset()}
    if controls := asked.members("controls"):
        sets = {"controls": controls} | sets
    return measures.import_substitution_proxy(
        rows,
        importer=asked.members("importer"),
        controls=sets,
        **_periods(asked),
        by=by,
        value=column,
        least=asked.least or 0.0,
    )


def _periods(asked: Definition) -> dict[str, Any]:
    return {"before": asked.base or asked.period.before(), "after": asked.period}


def _largest(rows: Frame, column: str) -> Frame:
    """Return the rows that have a number, the largest first."""
    known = rows.filter(~nw.col(column).is_null())
    return known.sort(column, "product", descending=[True, False])


_OBSERVED = (
    "reorientation",
    (
        "Set against a path without the event: what came before, times the growth at the controls, "
        "or as it was where none are named. Other controls give another answer; ask with several."
    ),
)

QUESTIONS = {
    "substitution_ratio": Question(
        "beside",
        BOTH,
        ("exporter", "base", "controls", "least"),
        substitution,
        "part of what {seller} no longer sells to {buyer} that others made up for",
        table=substitution_by_product,
        by_product=True,
        value="weighted_mean",
        notes=(_OBSERVED,),
    ),
    "rerouting_ratio": Question(
        "panel",
        BOTH,
        ("exporter", "base", "controls", "hubs", "least"),
        rerouting,
        "part of what {seller} no longer sells to {buyer} that goes to {hubs} instead",
        table=rerouting_by_product,
        by_product=True,
        needs=("hubs",),
        value="weighted_mean",
        notes=(_OBSERVED,),
    ),
    "import_substitution_proxy": Question(
        "beside",
        ("importer",),
        ("base", "controls", "least"),
        not_returned,
        "{buyers} imports that came back from nobody (a proxy)",
        table=not_returned_by_product,
        span="the path of the controls, and imports as they were",
        by_product=True,
        notes=(
            (
                "reorientation",
                (
                    "A proxy: home production, going without, stocks, prices and trade that nobody "
                    "reports look the same in it. And it hangs on the path without the event, "
                    "which is what came before, times the growth at the controls."
                ),
            ),
        ),
    ),
}
