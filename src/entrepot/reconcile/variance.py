"""Error variances of reporters, from the gaps between two reports of one flow.

With reports ``V e^u`` and ``V e^v``, u and v normal with variances ``s`` of the exporter and ``t``
of the importer, the mean absolute log gap is ``sqrt(2/pi (s + t))``; the squares of these means are
decomposed into effects of exporters and importers (Gaulier and Zignago 2010 decompose the means
themselves, which do not add up). The gaps leave one number open: what is taken from all exporters
can be given to all importers. It is closed by the rule that the best exporters and the best
importers are equally good (BACI sets both to nothing).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.reconcile.gap import places_of, require
from entrepot.reconcile.reporter_weights import Odds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from entrepot.reconcile.gap import Gap

__all__ = ["Variances", "variances"]

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

    def odds(self) -> Odds:
        """Return the odds of variance-minimising weights.

        The variance of a lognormal report relative to the truth is ``e^s (e^s - 1)``; weights are
        inverse to it (Gaulier and Zignago 2010, equation 3).
        """
        worth = {
            side: {name: -math.log(_relative(s)) for name, s in values.items()}
            for side, values in (("exporter", self.exporter), ("importer", self.importer))
        }
        usual = -math.log(_relative(self.typical))
        return Odds(
            {name: one - usual for name, one in worth["exporter"].items()},
            {name: usual - one for name, one in worth["importer"].items()},
            0.0,
        )


def variances(found: Sequence[Gap]) -> Variances:
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
    hold = _FEW / (2.02 * typical) ** 2
    for _ in range(_ROUNDS):
        fitted = np.maximum(solved[places[0]] + solved[places[1]], 1e-3 * typical)
        weights = cells / (fitted + 0.02 * typical) ** 2
        solved = _additive(squares, weights, places, sizes, hold, typical)
    solved = _level(solved, len(exporters))
    errors = _errors(squares, solved, cells, places)
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
    cross = np.bincount(one * sizes[1] + other, weights, sizes[0] * sizes[1]).reshape(sizes)
    first, second = (cross.sum(axis=axis) + hold for axis in (1, 0))
    told = weights * squares
    right = [
        np.bincount(at, told, size) + hold * typical
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


def _errors(
    squares: np.ndarray, solved: np.ndarray, cells: np.ndarray, places: np.ndarray
) -> np.ndarray:
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
    return math.exp(min(variance, 300.0)) * math.expm1(min(variance, 300.0)) or 1e-12
