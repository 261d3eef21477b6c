"""One factorisation of the economy, from which every question is answered."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import MissingExtraError, RequestError

if TYPE_CHECKING:
    from entrepot.measures.origin.economy import Economy, Numbers

__all__ = ["Solved", "solved"]


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """An economy with I - A in triangular factors.

    Attributes
    ----------
    economy
        The economy.
    factors
        Of the transpose, as SciPy keeps them.
    """

    economy: Economy
    factors: tuple[Any, Any]

    def output_for(self, use: Numbers) -> Numbers:
        """Return the output of every sector, n or n x k, behind some final use: B times `use`."""
        return self.solve(use, transposed=True)

    def solve(self, right: Numbers, *, transposed: bool) -> Numbers:
        """Return what the factors turn into `right`; threads may share them."""
        from scipy.linalg import lu_solve

        triangles, pivots = self.factors
        # SciPy adds one to every pivot while it solves, in the very array that it is given, and
        # lets other threads run meanwhile: two at once wrote past the end of memory.
        own = triangles, pivots.copy()
        found: Numbers = lu_solve(own, right, trans=int(transposed), check_finite=False)
        return found


def solved(world: Economy) -> Solved:
    """Return the economy ready for questions; for 4,000 sectors it takes seconds and 256 MB more.

    Raises
    ------
    MissingExtraError
        If SciPy is not installed.
    RequestError
        If the economy cannot make what it uses (Hawkins and Simon 1949).
    """
    import numpy as np

    try:
        from scipy.linalg import LinAlgWarning, lu_factor
    except ImportError as error:
        raise MissingExtraError("scipy", "icio") from error
    matrix = -world.coefficients
    matrix[np.diag_indices_from(matrix)] += 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LinAlgWarning)  # a zero in the factors is refused below
        # The transpose lies in memory as LAPACK wants it, so that nothing is copied.
        factors = lu_factor(matrix.T, overwrite_a=True, check_finite=False)
    found = Solved(world, factors)
    if np.diagonal(factors[0]).all():
        needed = found.output_for(np.ones(len(world.output)))
        if np.isfinite(needed).all() and (needed > 0).all():
            return found
    raise RequestError(
        "sectors need more inputs than they make",
        why="with such coefficients no output is enough, so origins have no meaning",
        hint="check units and signs of inputs and output",
    )
