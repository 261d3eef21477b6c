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
from entrepot.reconciliation.pairing import over

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb
    import numpy as np

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class ReporterWeights:
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
        # math.exp overflows above 709; a weight is 0 or 1 to the last digit long before.
        odds = self.usual + self.exporter.get(exporter, 0.0) + self.importer.get(importer, 0.0)
        return 1 / (1 + math.exp(-max(-700.0, min(700.0, odds))))


def fixed_point(found: Sequence[PairGap]) -> ReporterWeights:
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
    for _ in range(25):
        for side in (0, 1):
            against = np.bincount(places[side], gap * scores[places[1 - side]], size)
            here = np.unique(places[side])
            # The floor is for a reporter that agrees with everybody to the last digit.
            scores[here] = partners[here] / np.maximum(against[here], 1e-12)
    # What the one side has too much the other has too little: only products of scores are known.
    for part in (slice(0, len(exporters)), slice(len(exporters), size)):
        scores[part] /= np.exp(np.mean(np.log(scores[part])))
    # A product of two scores is one over a gap: each side gets the root of the mean gap.
    scores /= math.sqrt(float(np.average(gap)))
    return ReporterWeights(
        dict(zip(exporters, map(float, scores[: len(exporters)]), strict=True)),
        {
            # e^a / (e^a + e^b) has the log odds a - b.
            name: -float(score)
            for name, score in zip(importers, scores[len(exporters) :], strict=True)
        },
        0.0,
    )


def implied(cells: Iterable[tuple[str, str, float, float, float]]) -> ReporterWeights:
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
        # Within 5 % of each other, the rounding of values decides what the weight seems to be.
        weight = (official - other) / (one - other)
        # At the ends the official value is one report alone, whose odds would be infinite.
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
        # A constant can move from exporters to importers: a ridge, or the matrix is singular.
        left[np.diag_indices(size)] += 1e-6 * max(float(weights.max()), 1.0)
        solved = np.linalg.solve(left, right)
        # Weights of one over the residual make least squares one of absolute deviations; the floor
        # keeps a cell that is fitted exactly from taking all the weight.
        weights = 1 / np.maximum(np.abs(odds - solved[places[0]] - solved[places[1]]), 1e-3)
    usual = float(np.median(solved[: len(exporters)]) + np.median(solved[len(exporters) :]))
    # The median of exporters: effects are counted from the median of their own side.
    half = usual - float(np.median(solved[len(exporters) :]))
    return ReporterWeights(
        {name: float(solved[place]) - half for name, place in first.items()},
        {name: float(solved[place]) - (usual - half) for name, place in second.items()},
        usual,
    )


def bundled_odds() -> ReporterWeights:
    """Return the odds that BACI of 2022 implies, by country and side.

    Recovered by `implied` from the reports and BACI's values of 31 products of 2022; on the half of
    the products that was not used, four cells in five come out within 5 % of BACI. A country that
    is not in it has no effect.
    """
    effects: dict[str, dict[str, float]] = {"exporter": {}, "importer": {}}
    for row in read_table(_FOLDER / "odds_baci_2022.csv", ("side", "area", "effect", "cells")):
        effects[row["side"]][row["area"]] = float(row["effect"])
    usual = effects["exporter"].pop("")
    return ReporterWeights(effects["exporter"], effects["importer"], usual)


# Error variances of reporters, from the gaps between two reports of one flow.


_FEW = 5.0
"""Cells that the mean of all reporters is worth beside a reporter's own."""
_ROUNDS = 12


@dataclass(frozen=True)
class Variances:
    """Error variances of log reports.

    Attributes
    ----------
    exporter, importer
        Variance by country, as exporter and as importer.
    typical
        That of a country for which there is no evidence.
    errors
        Standard errors, by side and country.
    cells
        Cells behind each, by side and country.
    """

    exporter: Mapping[str, float]
    importer: Mapping[str, float]
    typical: float
    errors: Mapping[tuple[str, str], float]
    cells: Mapping[tuple[str, str], int]

    def doubted(self, side: str) -> dict[str, float]:
        """Return the variances of a side with their standard errors on top.

        Who is known from few cells is not known to be good.
        """
        values: Mapping[str, float] = getattr(self, side)
        return {name: value + self.errors[side, name] for name, value in values.items()}

    def odds(self) -> ReporterWeights:
        """Return the odds of variance-minimising weights.

        The variance of a lognormal report relative to the truth is ``e^s (e^s - 1)``; weights are
        inverse to it (Gaulier and Zignago 2010, equation 3).
        """
        worth = {
            side: {name: -math.log(_relative(s)) for name, s in values.items()}
            for side, values in (("exporter", self.exporter), ("importer", self.importer))
        }
        usual = -math.log(_relative(self.typical))
        return ReporterWeights(
            {name: one - usual for name, one in worth["exporter"].items()},
            {name: usual - one for name, one in worth["importer"].items()},
            0.0,
        )


def variances(found: Sequence[PairGap]) -> Variances:
    """Return error variances by iterated non-negative weighted least squares.

    Raises
    ------
    NoEvidenceError
        If nothing was reported twice.
    """
    import numpy as np

    require(found)
    exporters, importers, places = places_of(found)
    cells = np.array([gap.cells for gap in found], dtype=float)
    # E[mean^2] = (s + t) 2/pi (1 + (pi/2 - 1) / n)
    squares = np.array([gap.log_gap for gap in found]) ** 2 * math.pi / 2
    squares /= 1 + (math.pi / 2 - 1) / cells
    typical = max(float(np.average(squares, weights=cells)) / 2, 1e-9)
    sizes = len(exporters), len(importers)
    solved = np.full(sum(sizes), typical)
    # The weight of `_FEW` cells of a typical pair (2 typical), by the formula in the loop.
    hold = _FEW / (2.02 * typical) ** 2
    for _ in range(_ROUNDS):
        fitted = np.maximum(solved[places[0]] + solved[places[1]], 1e-3 * typical)
        # The variance of a squared gap grows with the square of its mean. The part of `typical`
        # stops pairs that agree perfectly from deciding everything.
        weights = cells / (fitted + 0.02 * typical) ** 2
        solved = _additive(squares, weights, places, sizes, hold, typical)
    # Only sums of two variances show in gaps: what can move between the sides is fixed here.
    solved = _level(solved, len(exporters))
    errors = _errors(solved, cells, places)
    names = [
        *(("exporter", name) for name in exporters),
        *(("importer", name) for name in importers),
    ]
    counts = np.bincount(places[0], cells, len(names)) + np.bincount(places[1], cells, len(names))
    values = dict(zip(names, map(float, solved), strict=True))
    return Variances(
        {name: values["exporter", name] for name in exporters},
        {name: values["importer", name] for name in importers},
        typical,
        dict(zip(names, map(float, errors), strict=True)),
        dict(zip(names, map(int, counts), strict=True)),
    )


def _additive(
    squares: np.ndarray,
    weights: np.ndarray,
    places: np.ndarray,
    sizes: tuple[int, int],
    hold: float,
    typical: float,
) -> np.ndarray:
    """Solve for effects that add up, held to the typical one.

    An exporter's equation has no other exporter in it: they are eliminated, and what is left has
    half as many unknowns.
    """
    import numpy as np

    one, other = places[0], places[1] - sizes[0]
    # Weights as a table of exporters by importers: the off-diagonal block of the normal equations.
    cross = np.bincount(one * sizes[1] + other, weights, sizes[0] * sizes[1]).reshape(sizes)
    first, second = (cross.sum(axis=axis) + hold for axis in (1, 0))
    weighted = weights * squares
    right = [
        np.bincount(at, weighted, size) + hold * typical
        for at, size in ((one, sizes[0]), (other, sizes[1]))
    ]
    scaled = cross / first[:, None]
    importers = np.linalg.solve(np.diag(second) - cross.T @ scaled, right[1] - scaled.T @ right[0])
    return np.concatenate([(right[0] - cross @ importers) / first, importers])


def _level(solved: np.ndarray, exporters: int) -> np.ndarray:
    """Move what is open between the sides so that their best reporters are equally good."""
    import numpy as np

    best = [np.quantile(part, 0.1) for part in (solved[:exporters], solved[exporters:])]
    shift = (best[1] - best[0]) / 2
    moved = solved.copy()
    moved[:exporters] += shift
    moved[exporters:] -= shift
    floored: np.ndarray = np.maximum(moved, 1e-6)
    return floored


def _errors(solved: np.ndarray, cells: np.ndarray, places: np.ndarray) -> np.ndarray:
    import numpy as np

    fitted = solved[places[0]] + solved[places[1]]
    # The variance of a mean of half-normals, carried over to its square.
    noise = 4 * fitted**2 * (math.pi / 2 - 1) / cells
    weights = 1 / np.maximum(noise, 1e-12)
    own = np.bincount(places[0], weights, len(solved)) + np.bincount(
        places[1], weights, len(solved)
    )
    errors: np.ndarray = 1 / np.sqrt(np.maximum(own, 1e-12))
    return errors


def _relative(variance: float) -> float:
    """Return the variance of a lognormal report relative to the truth."""
    # e^600 at most, still a float; never zero, as its logarithm is taken next.
    return math.exp(min(variance, 300.0)) * math.expm1(min(variance, 300.0)) or 1e-12


# The gaps between two reports of one flow, pair by pair.


SMALLEST = 10_000.0
"""US dollars below which a cell is no evidence of anybody's reliability: rounding rules there."""
WIDEST = 3.0
"""Log gap above which two reports are of different things (20 times): no larger one counts more."""


@dataclass(frozen=True, slots=True)
class PairGap:
    """Gaps of one pair: cells with both reports, mean absolute log gap, mean relative gap.

    `part` is the year, chapter or half that they are of; empty for all.
    """

    exporter: str
    importer: str
    cells: int
    log_gap: float
    relative_gap: float
    part: str = ""


def gaps(
    pairs: duckdb.DuckDBPyRelation, freight: str = "0", part: str = "''"
) -> tuple[PairGap, ...]:
    """Return the gaps of every pair that reports some cells twice.

    Parameters
    ----------
    pairs
        From `pair`.
    freight
        SQL for the log freight that an importer's report has on top.
    part
        SQL for the part of the trade that each gap is of.
    """
    # tanh(|ln(m / x)| / 2) is |m - x| / (m + x), the relative gap.
    found = over(
        pairs,
        "pairs",
        f"""
        SELECT exporter, importer, count(*),
               avg(least(abs(gap), {WIDEST})), avg(abs(tanh(gap / 2))), {part}
        FROM (SELECT *, ln(value_importer_usd / value_exporter_usd) - ({freight}) AS gap FROM pairs
              WHERE value_exporter_usd > 0 AND value_importer_usd > 0
                AND greatest(value_exporter_usd, value_importer_usd) >= {SMALLEST})
        GROUP BY ALL ORDER BY ALL""",
    )
    return tuple(PairGap(*row) for row in found.fetchall())


def together(parts: Sequence[PairGap]) -> tuple[PairGap, ...]:
    """Return the gaps of every pair over all parts."""
    sums: dict[tuple[str, str], tuple[int, float, float]] = {}
    for one in parts:
        n, log, relative = sums.get((one.exporter, one.importer), (0, 0.0, 0.0))
        sums[one.exporter, one.importer] = (
            n + one.cells,
            log + one.cells * one.log_gap,
            relative + one.cells * one.relative_gap,
        )
    return tuple(
        PairGap(*pair, n, log / n, relative / n)
        for pair, (n, log, relative) in sorted(sums.items())
    )


def require(found: Sequence[PairGap]) -> None:
    """Refuse to measure anybody where nothing is reported twice."""
    if not found:
        raise NoEvidenceError(
            "no flow is reported by both sides",
            why="how reliable reporters are shows in the gaps between two reports",
            hint="add the reports of more countries",
        )


def places_of(found: Sequence[PairGap]) -> tuple[list[str], list[str], np.ndarray]:
    """Return exporters, importers, and for each gap the places of both in the two lists joined."""
    import numpy as np

    exporters = sorted({gap.exporter for gap in found})
    importers = sorted({gap.importer for gap in found})
    first = {name: place for place, name in enumerate(exporters)}
    second = {name: place + len(exporters) for place, name in enumerate(importers)}
    places = [[first[gap.exporter] for gap in found], [second[gap.importer] for gap in found]]
    return exporters, importers, np.array(places)
