"""Which dollar went through which hub: a linear program, so that none is counted twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError
from entrepot.limits import left
from entrepot.limits import step as in_time

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

__all__ = ["Limits", "Matched", "matched", "most_of"]

Cell = tuple[str, str, int]
"""Hub, product, step."""
LARGEST = 1e4
"""What the largest limit is scaled to; the solver's tolerance is 1e-7."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may pass, in the unit of the values at the border of the origin.

    Attributes
    ----------
    came, went
        By hub, product and step, what came in and what went out beyond the paths; a hub and
        product without an entry had nothing.
    of_product, of_hub
        By hub and product, and by hub, what may pass over all steps.
    sold, bought
        By product and step, what the origin sold to all hubs together, and the importer bought of
        them: a dollar that one hub lost and another won passed once.
    """

    came: Mapping[Cell, float]
    went: Mapping[Cell, float]
    of_product: Mapping[tuple[str, str], float] = field(default_factory=dict)
    of_hub: Mapping[str, float] = field(default_factory=dict)
    sold: Mapping[tuple[str, int], float] = field(default_factory=dict)
    bought: Mapping[tuple[str, int], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matched:
    """The most that can be matched, and one way to match it.

    Attributes
    ----------
    value
        The sum.
    by_hub, by_product
        Where it passes; of several ways that give the same sum, one.
    """

    value: float
    by_hub: dict[str, float]
    by_product: dict[str, float]


def matched(limits: Limits) -> Matched:
    """Match what came with what went of the same product, in the same or the next step.

    The maximum of Σ r_hkts over hubs h, products k and steps t <= s <= t + 1, where every limit
    holds for the sum of those r it is about.

    Raises
    ------
    NoEvidenceError
        If the solver finds no solution.
    """
    variables = [
        (hub, product, step, after)
        for (hub, product, step), amount in limits.came.items()
        for after in (step, step + 1)
        if amount > 0 and limits.went.get((hub, product, after), 0.0) > 0
    ]
    if not variables:
        return Matched(0.0, {}, {})
    found = most_of(*_rows(variables, limits))
    by_hub: dict[str, float] = {}
    by_product: dict[str, float] = {}
    for (hub, product, *_), amount in zip(variables, found, strict=True):
        by_hub[hub] = by_hub.get(hub, 0.0) + amount
        by_product[product] = by_product.get(product, 0.0) + amount
    return Matched(sum(found), by_hub, by_product)


def _rows(
    variables: list[tuple[str, str, int, int]], limits: Limits
) -> tuple[int, list[list[int]], list[float]]:
    """Return how many variables there are, and of each limit its variables and its size."""
    rows: dict[Hashable, list[int]] = {}
    sizes: dict[Hashable, float] = {}
    for place, (hub, product, step, after) in enumerate(variables):
        for kind, known, key in (
            ("came", limits.came, (hub, product, step)),
            ("went", limits.went, (hub, product, after)),
            ("product", limits.of_product, (hub, product)),
            ("hub", limits.of_hub, hub),
            ("sold", limits.sold, (product, step)),
            ("bought", limits.bought, (product, after)),
        ):
            if key in known:
                rows.setdefault((kind, key), []).append(place)
                sizes[kind, key] = known[key]  # type: ignore[index]  # each has keys of its own
    return len(variables), list(rows.values()), list(sizes.values())


def most_of(count: int, rows: list[list[int]], sizes: list[float]) -> list[float]:
    """Return amounts, zero or more, whose sum is the largest where sums of some are limited.

    Parameters
    ----------
    count
        Amounts there are.
    rows, sizes
        Of each limit the places of the amounts it is about, and its size, above zero; every
        amount is in one.

    Raises
    ------
    NoEvidenceError
        If the solver finds no solution.
    """
    import highspy
    import numpy as np

    scale = LARGEST / max(sizes)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = count, len(rows)
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = np.ones(count)
    program.col_lower_ = np.zeros(count)
    program.col_upper_ = np.full(count, highspy.kHighsInf)
    program.row_lower_ = np.full(len(rows), -highspy.kHighsInf)
    program.row_upper_ = scale * np.array(sizes)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    program.a_matrix_.index_ = np.array([one for row in rows for one in row], np.int32)
    program.a_matrix_.value_ = np.ones(sum(map(len, rows)))
    # The public class prints a banner before it can be told not to; its base class does not.
    model: Any = highspy._Highs()  # type: ignore[attr-defined]
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    if (seconds := left()) is not None:
        model.setOptionValue("time_limit", seconds)
    model.passModel(program)
    model.run()
    in_time()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise NoEvidenceError(
            "the linear program of hubs has no solution",
            why=str(model.modelStatusToString(model.getModelStatus())),
            hint="ask fewer products or hubs, and report the case",
        )
    return [max(0.0, one) / scale for one in model.getSolution().col_value]
