"""What came out of a reconciliation, and which of its options came to nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.reconcile.combine import PART

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entrepot.reconcile import Reconciled

__all__ = ["KEPT_BACK", "Reconciliation", "of_parts"]

KEPT_BACK = {
    "heading": "reports the heading only",
    "chapter": "reports the chapter only",
    "partner": "reports the product, partners not named",
    "goods": "reports goods not specified",
}
"""What the side that is silent of a flow tells in its place, by `reconcile.withheld`."""


@dataclass(frozen=True)
class Reconciliation:
    """What was reconciled, and how.

    Attributes
    ----------
    source, periods
        Whose reports, of when.
    weights
        Where the weights come from, in words.
    result
        What the rows rest on; they are in the lake and in the file, and cannot be read here.
    unspecified
        Cells and value with a partner that is no country: areas not specified, bunkers, free zones.
        They stay rows of their own and are shared out among nobody.
    suppressed_in
        Cells and value told by one side, where the other tells something that may hold them; see
        `KEPT_BACK`.
    before
        Rows of an earlier result in the lake, of which those of the same periods gave way.
    notes
        Options that had no effect, and rules that stood in for better ones.
    """

    source: str
    periods: tuple[str, ...]
    weights: str
    result: Reconciled
    unspecified: tuple[int, float]
    suppressed_in: Mapping[str, tuple[int, float]]
    before: int
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        freight, tails = self.result.freight, self.result.tails
        return {
            "source": self.source,
            "periods": list(self.periods),
            "weights": self.weights,
            "cells": _each(self.result.counts),
            "rows_before": self.before,
            "unspecified": _counted(self.unspecified),
            "other_edition": _counted(self.result.moved),
            "suppressed_in": _each(self.suppressed_in),
            "freight": None
            if freight is None
            else {
                "coefficients": list(freight.coefficients),
                "standard_errors": list(freight.errors),
                "cells": freight.cells,
                "typical": freight.typical,
            },
            "typical_variance": self.result.variances.typical,
            "interval_deviations": self.result.level,
            "tails": {
                "freedom": None if math.isinf(tails.freedom) else tails.freedom,
                "scale": tails.scale,
            },
            "notes": list(self.notes),
        }


def _counted(found: tuple[int, float]) -> dict[str, Any]:
    return {"cells": found[0], "value_usd": found[1]}


def _each(found: Mapping[str, tuple[int, float]]) -> dict[str, Any]:
    return {name: _counted(one) for name, one in found.items()}


def of_parts(by: str, weights: str, periods: tuple[str, ...], result: Reconciled) -> list[str]:
    """Return what there is to say about variances of years or chapters apart."""
    if by == "all":
        return []
    if by == "year" and len({period[:4] for period in periods}) == 1:
        return ["--by year has no effect: the reports are of one year."]
    if not result.parts:
        return [(f"--by {by} has no effect: no {by} has {PART:,} cells that both sides report.")]
    if weights == "variances":
        return []
    return [f"--by {by} changes intervals only: {weights} weights are the same in every {by}."]
