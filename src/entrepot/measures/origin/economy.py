"""A world of sectors that buy from each other, as arrays."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from entrepot.errors import MissingExtraError, RequestError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import numpy as np

    Codes = np.ndarray[Any, np.dtype[np.integer[Any]]]
    Numbers = np.ndarray[Any, np.dtype[np.float64]]
    Places = np.ndarray[Any, np.dtype[np.intp]]


@dataclass(frozen=True, eq=False)
class Economy:
    """Sectors of areas, n in all, in any order.

    Attributes
    ----------
    areas, sectors
        Codes that occur.
    area_of, sector_of
        Place in these of each of the n.
    coefficients
        n x n: what the column buys of the row for one unit of its output.
    output
        n: what each makes, in any unit of money.
    parts
        Areas that are parts of another, ``{"CN1": "CHN", "CN2": "CHN"}``. Everything is computed on
        parts and added up afterwards, because parts differ in what they buy.
    final
        n x `names`: what final use in each area, parts together, buys of each; None where that is
        not known by area, and flows are inputs alone.
    """

    areas: tuple[str, ...]
    sectors: tuple[str, ...]
    area_of: Codes
    sector_of: Codes
    coefficients: Numbers
    output: Numbers
    parts: Mapping[str, str] = field(default_factory=dict)
    final: Numbers | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Areas with parts added up."""
        return tuple(dict.fromkeys(self.parts.get(code, code) for code in self.areas))

    @cached_property
    def name_of(self) -> Codes:
        """Place in `names` of each of the n."""
        import numpy as np

        names = self.names
        positions = [names.index(self.parts.get(code, code)) for code in self.areas]
        return np.array(positions, dtype=np.intp)[self.area_of]

    @cached_property
    def value_added(self) -> Numbers:
        """n: output less inputs, for one unit of output; 1 where nothing is made."""
        rest: Numbers = 1 - self.coefficients.sum(axis=0)
        return rest

    def wanted(self, codes: Collection[str]) -> list[int]:
        """Return the places in `areas` of some areas, which may be named by part or whole.

        Raises
        ------
        UnknownNameError
            For an area that the economy has not.
        """
        known = {*self.areas, *self.names}
        for code in sorted(codes):
            if code not in known:
                raise UnknownNameError("area of the economy", code, known)
        pairs = enumerate(self.areas)
        return [n for n, code in pairs if code in codes or self.parts.get(code) in codes]

    def places(self, codes: Collection[str], sectors: Collection[str] | None = None) -> Places:
        """Return which of the n belong to some areas and, unless None, to some sectors.

        Raises
        ------
        UnknownNameError
            For an area or a sector that the economy has not.
        """
        import numpy as np

        chosen = np.isin(self.area_of, self.wanted(codes))
        if sectors is not None:
            for code in sorted(sectors):
                if code not in self.sectors:
                    raise UnknownNameError("sector of the economy", code, self.sectors)
            known = [n for n, code in enumerate(self.sectors) if code in sectors]
            chosen &= np.isin(self.sector_of, known)
        return np.flatnonzero(chosen)

    def added_up(self, by_sector: Numbers) -> Numbers:
        """Return the sums by `names` of n rows of numbers."""
        import numpy as np

        found = np.zeros((len(self.names), *by_sector.shape[1:]))
        np.add.at(found, self.name_of, by_sector)
        return found


def economy(
    inputs: Numbers,
    output: Numbers,
    labels: Sequence[tuple[str, str]],
    *,
    final: Numbers | None = None,
    areas: Sequence[str] | None = None,
    parts: Mapping[str, str] | None = None,
) -> Economy:
    """Return the economy of a table of values.

    Parameters
    ----------
    inputs
        n x n: what the column buys of the row, in the unit of `output`.
    output
        n.
    labels
        n pairs of area and sector.
    final, areas
        n x areas: what final use in each of `areas` buys, and the order of its columns; an area
        with parts is named as a whole.
    parts
        Areas that are parts of another.

    Raises
    ------
    RequestError
        If sizes do not fit, a number is not finite, output is below zero, something buys inputs
        and makes nothing, or a final use is not that of an area with sectors.
    """
    import numpy as np

    count = len(labels)
    if inputs.shape != (count, count) or output.shape != (count,) or len(set(labels)) != count:
        raise RequestError(
            f"{count} labels, inputs of {inputs.shape}, output of {output.shape}",
            why="each pair of area and sector has one row, one column and one output",
        )
    _require_numbers(inputs, output, labels)
    codes = tuple(dict.fromkeys(area for area, _ in labels))
    sectors = tuple(dict.fromkeys(sector for _, sector in labels))
    # Column by column: A_ij is what j buys of i for one unit of its output.
    coefficients = np.divide(inputs, output, out=np.zeros(inputs.shape), where=output > 0)
    world = Economy(
        codes,
        sectors,
        np.array([codes.index(area) for area, _ in labels], dtype=np.intp),
        np.array([sectors.index(sector) for _, sector in labels], dtype=np.intp),
        coefficients,
        output,
        dict(parts or {}),
    )
    if final is None:
        return world
    return replace(world, final=_by_area(final, areas or world.names, world.names, count))


def _require_numbers(inputs: Numbers, output: Numbers, labels: Sequence[tuple[str, str]]) -> None:
    import numpy as np

    # A sum is finite only if all of a column is; a mask of n x n would take as much memory again.
    wrong = ~np.isfinite(inputs.sum(axis=0)) | ~np.isfinite(output)
    wrong |= (output < 0) | ((output == 0) & inputs.any(axis=0))
    if wrong.any():
        area, sector = labels[int(np.flatnonzero(wrong)[0])]
        raise RequestError(
            "a sector without output, or with a number that is none",
            where=f"{area} {sector}",
            why="inputs are taken for one unit of output, which has to be there",
        )


def _by_area(final: Numbers, given: Sequence[str], codes: Sequence[str], count: int) -> Numbers:
    """Return final use with its columns in the order of `codes`; others must not be there."""
    import numpy as np

    if final.shape != (count, len(given)) or not np.isfinite(final).all():
        raise RequestError(f"final use of {final.shape} for {count} rows and {len(given)} areas")
    strange = sorted(set(given) - set(codes))
    if strange:
        raise RequestError(
            f"{', '.join(strange)}: final use of an area that makes nothing",
            hint="give it to an area with sectors; parts of an area have it together",
        )
    found = np.zeros((count, len(codes)))
    for place, code in enumerate(given):
        found[:, codes.index(code)] += final[:, place]
    return found


# One factorisation of the economy, from which every origin is found, made when one is asked.


@dataclass(frozen=True, eq=False)
class Solved:
    """An economy with what its equations are solved by.

    Attributes
    ----------
    economy
        The economy.
    make
        Returns the triangular factors of the transpose of I - A, as SciPy keeps them. Only origins
        need them: a cut-off finds its balance with `nearly`, unless that leads nowhere.
    """

    economy: Economy
    make: Callable[[], tuple[Any, Any]]

    @cached_property
    def factors(self) -> tuple[Any, Any]:
        """Factors of the transpose of I - A; for 4,000 sectors they take seconds and 128 MB."""
        return self.make()

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

    @cached_property
    def _at_home(self) -> tuple[Places, Numbers]:
        """Places of each area's sectors, and its (I - A)^-1 if it bought nothing abroad.

        Areas with fewer sectors than others are filled up with one that is not there, place n.
        """
        import numpy as np

        world = self.economy
        own = [np.flatnonzero(world.area_of == place) for place in range(len(world.areas))]
        places = np.full((len(own), max(map(len, own))), len(world.output), dtype=np.intp)
        blocks = np.tile(np.eye(places.shape[1]), (len(own), 1, 1))
        for place, here in enumerate(own):
            places[place, : len(here)] = here
            blocks[place, : len(here), : len(here)] -= world.coefficients[np.ix_(here, here)]
        return places, np.asarray(np.linalg.inv(blocks), dtype=np.float64)

    def nearly(self, right: Numbers, *, transposed: bool) -> Numbers:
        """Return about what `solve` does of n numbers, as if nobody bought inputs abroad.

        Most inputs are from home, so that an iteration needs a few more rounds with it, and none
        of the factors.
        """
        import numpy as np

        places, blocks = self._at_home
        # The zero is what the sector that is not there asks for.
        given = np.append(right, 0.0)[places]
        ways = blocks if transposed else blocks.transpose(0, 2, 1)
        found = np.empty(len(right) + 1)
        found[places] = np.matmul(ways, given[:, :, None])[:, :, 0]
        return found[:-1]


def solved(world: Economy) -> Solved:
    """Return the economy ready for every question, see `factors`, whose errors it raises."""
    made = factors(world)
    return Solved(world, lambda: made)


def factors(world: Economy) -> tuple[Any, Any]:
    """Return the triangular factors of an economy; for 4,000 sectors it takes seconds and 128 MB.

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
    # A copy: the factors overwrite it.
    matrix = -world.coefficients
    matrix[np.diag_indices_from(matrix)] += 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LinAlgWarning)  # a zero in the factors is refused below
        # The transpose lies in memory as LAPACK wants it, so that nothing is copied.
        made: tuple[Any, Any] = lu_factor(matrix.T, overwrite_a=True, check_finite=False)
    if np.diagonal(made[0]).all():
        # An economy that can deliver one unit of everything has positive output everywhere.
        needed = Solved(world, lambda: made).output_for(np.ones(len(world.output)))
        if np.isfinite(needed).all() and (needed > 0).all():
            return made
    raise RequestError(
        "sectors need more inputs than they make",
        why="with such coefficients no output is enough, so origins have no meaning",
        hint="check units and signs of inputs and output",
    )
