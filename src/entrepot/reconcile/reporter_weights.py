"""Weights of two reports as odds, and two ways to them that need no error variances.

`fixed_point`
    Scores of the Growth Lab: a reporter is reliable when it agrees with reliable partners.
`implied`
    What an official reconciliation must have used: where it lies between the two reports, its
    weight is known, and the logarithm of the odds of the weights is an effect of the exporter plus
    one of the importer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError
from entrepot.model.columns import read_table
from entrepot.reconcile.gap import places_of, require

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np

    from entrepot.reconcile.gap import Gap

__all__ = ["Odds", "bundled_odds", "fixed_point", "implied"]

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Odds:
    """Weights of two reports: the log odds of the exporter's are its effect plus the importer's.

    Attributes
    ----------
    exporter, importer
        Effects by country; one that is not there has none.
    usual
        Log odds where both have none.
    """

    exporter: Mapping[str, float]
    importer: Mapping[str, float]
    usual: float

    def weight(self, exporter: str, importer: str) -> float:
        """Return the weight of the exporter's report, 0 to 1."""
        odds = self.usual + self.exporter.get(exporter, 0.0) + self.importer.get(importer, 0.0)
        return 1 / (1 + math.exp(-max(-700.0, min(700.0, odds))))


def fixed_point(found: Sequence[Gap], rounds: int = 25) -> Odds:
    """Return the Growth Lab's reliability scores as odds of weights.

    An exporter's score is its number of partners over the sum of its relative gaps, each times the
    score of the partner; importers likewise; 25 rounds from one. The weight of the exporter's
    report is ``e^a / (e^a + e^b)`` of the two scores.

    Raises
    ------
    NoEvidenceError
        If nothing was reported twice.

    Notes
    -----
    Growth Lab Working Paper 251 (2025). Each side is scored on the gaps of its own flows.
    """
    import numpy as np

    require(found)
    exporters, importers, places = places_of(found)
    gap = np.array([one.relative_gap for one in found])
    size = len(exporters) + len(importers)
    scores = np.ones(size)
    partners = np.bincount(places[0], minlength=size) + np.bincount(places[1], minlength=size)
    for _ in range(rounds):
        for side in (0, 1):
            against = np.bincount(places[side], gap * scores[places[1 - side]], size)
            here = np.unique(places[side])
            scores[here] = partners[here] / np.maximum(against[here], 1e-12)
    # What the one side has too much the other has too little: only products of scores are known.
    for part in (slice(0, len(exporters)), slice(len(exporters), size)):
        scores[part] /= np.exp(np.mean(np.log(scores[part])))
    scores /= math.sqrt(float(np.average(gap)))
    return Odds(
        dict(zip(exporters, map(float, scores[: len(exporters)]), strict=True)),
        {
            name: -float(score)
            for name, score in zip(importers, scores[len(exporters) :], strict=True)
        },
        0.0,
    )


def implied(cells: Iterable[tuple[str, str, float, float, float]]) -> Odds:
    """Return the odds that an official reconciliation implies.

    Parameters
    ----------
    cells
        Exporter, importer, the exporter's report, the importer's, and the official value. Cells
        whose two reports are close, or whose official value is not between them, say nothing.

    Raises
    ------
    NoEvidenceError
        If no cell says anything.

    Notes
    -----
    Least absolute deviations, by reweighted least squares: some official values follow one report
    alone, and these must not count.
    """
    import numpy as np

    rows = []
    for exporter, importer, one, other, official in cells:
        if min(one, other, official) <= 0 or abs(math.log(other / one)) < 0.05:
            continue
        weight = (official - other) / (one - other)
        if 1e-3 < weight < 1 - 1e-3:
            rows.append((exporter, importer, math.log(weight / (1 - weight))))
    if not rows:
        raise NoEvidenceError(
            "no cell of the official data lies between two reports",
            hint="give reports and official values of the same year, edition and goods",
        )
    exporters = sorted({row[0] for row in rows})
    importers = sorted({row[1] for row in rows})
    first = {name: place for place, name in enumerate(exporters)}
    second = {name: place + len(exporters) for place, name in enumerate(importers)}
    places = np.array([[first[row[0]] for row in rows], [second[row[1]] for row in rows]])
    odds = np.array([row[2] for row in rows])
    size = len(exporters) + len(importers)
    weights: np.ndarray = np.ones(len(rows))
    solved: np.ndarray = np.zeros(size)
    for _ in range(60):
        left = np.zeros((size, size))
        for one in (0, 1):
            for other in (0, 1):
                np.add.at(left, (places[one], places[other]), weights)
        right = sum(np.bincount(places[one], weights * odds, size) for one in (0, 1))
        left[np.diag_indices(size)] += 1e-6 * max(float(weights.max()), 1.0)
        solved = np.linalg.solve(left, right)
        weights = 1 / np.maximum(np.abs(odds - solved[places[0]] - solved[places[1]]), 1e-3)
    usual = float(np.median(solved[: len(exporters)]) + np.median(solved[len(exporters) :]))
    half = usual - float(np.median(solved[len(exporters) :]))
    return Odds(
        {name: float(solved[place]) - half for name, place in first.items()},
        {name: float(solved[place]) - (usual - half) for name, place in second.items()},
        usual,
    )


def bundled_odds() -> Odds:
    """Return the odds that BACI of 2022 implies, by country and side.

    Recovered by `implied` from the reports and BACI's values of 31 products of 2022; on the half of
    the products that was not used, four cells in five come out within 5 % of BACI. A country that
    is not in it has no effect.
    """
    effects: dict[str, dict[str, float]] = {"exporter": {}, "importer": {}}
    for row in read_table(_FOLDER / "odds_baci_2022.csv", ("side", "area", "effect", "cells")):
        effects[row["side"]][row["area"]] = float(row["effect"])
    usual = effects["exporter"].pop("")
    return Odds(effects["exporter"], effects["importer"], usual)
