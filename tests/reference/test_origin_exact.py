"""Value-added origin against Borin and Mancini's formulas in exact fractions, inverse by inverse.

No code of ours computes here: matrices of fractions are inverted by Gauss and Jordan, with and
without the inputs that cross the border, as the formulas say.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

import entrepot as ep
from entrepot.measures.origin import Solved, economy, origin_matrix, solved

if TYPE_CHECKING:
    from collections.abc import Callable

AREAS = ("A", "B", "C")
NODES = [(area, sector) for area in AREAS for sector in ("farm", "plant")]
INPUTS = [
    [10, 20, 5, 8, 2, 4],
    [15, 40, 6, 30, 3, 12],
    [4, 9, 12, 18, 1, 7],
    [6, 25, 9, 50, 5, 21],
    [2, 11, 3, 6, 8, 10],
    [1, 17, 2, 14, 4, 30],
]
FINAL = [[30, 5, 4], [60, 22, 15], [3, 40, 6], [19, 80, 11], [2, 3, 25], [7, 9, 44]]
OUTPUT = [sum(row) + sum(final) for row, final in zip(INPUTS, FINAL, strict=True)]
A = [[Fraction(x, out) for x, out in zip(row, OUTPUT, strict=True)] for row in INPUTS]
V = [1 - sum(A[i][j] for i in range(6)) for j in range(6)]
Matrix = list[list[Fraction]]


def inverse(matrix: Matrix) -> Matrix:
    """Invert by Gauss and Jordan."""
    size = len(matrix)
    wide = [row[:] + [Fraction(int(i == j)) for j in range(size)] for i, row in enumerate(matrix)]
    for column in range(size):
        pivot = next(i for i in range(column, size) if wide[i][column])
        wide[column], wide[pivot] = wide[pivot], wide[column]
        wide[column] = [x / wide[column][column] for x in wide[column]]
        for i in range(size):
            if i != column:
                factor = wide[i][column]
                wide[i] = [x - factor * y for x, y in zip(wide[i], wide[column], strict=True)]
    return [row[size:] for row in wide]


def leontief(without: Callable[[int, int], bool]) -> Matrix:
    """Return (I - A)^-1 without the cells that are named."""
    return inverse(
        [
            [Fraction(int(i == j)) - (0 if without(i, j) else A[i][j]) for j in range(6)]
            for i in range(6)
        ]
    )


EVERY = leontief(lambda i, j: False)


def by_hand(
    exporter: str, importers: tuple[str, ...], made: str | None, perimeter: str
) -> tuple[Fraction, dict[str, Fraction], dict[str, Fraction]]:
    """Return the flow, value added counted once by origin, and counted again."""
    area = [node[0] for node in NODES]
    rows = [i for i in range(6) if area[i] == exporter and made in (None, NODES[i][1])]
    e = [
        Fraction(
            sum(INPUTS[i][j] for j in range(6) if area[j] in importers)
            + sum(FINAL[i][AREAS.index(name)] for name in importers)
            if i in rows
            else 0
        )
        for i in range(6)
    ]

    def crosses(i: int, j: int) -> bool:
        if perimeter == "exporter":
            return area[i] == exporter and area[j] != exporter
        if perimeter == "bilateral":
            return area[i] == exporter and area[j] in importers
        return i in rows and area[j] in importers

    star = leontief(crosses)
    once, again = dict.fromkeys(AREAS, Fraction(0)), dict.fromkeys(AREAS, Fraction(0))
    for i, j in itertools.product(range(6), range(6)):
        once[area[i]] += V[i] * star[i][j] * e[j]
        again[area[i]] += V[i] * (EVERY[i][j] - star[i][j]) * e[j]
    return sum(e, Fraction(0)), once, again


@pytest.fixture(scope="module")
def world() -> Solved:
    final = np.array(FINAL, dtype=float)
    return solved(
        economy(np.array(INPUTS, dtype=float), np.array(OUTPUT, dtype=float), NODES, final=final)
    )


CASES = [
    (exporter, importers, made, perimeter)
    for exporter in AREAS
    for importers in (
        *[(other,) for other in AREAS if other != exporter],
        tuple(other for other in AREAS if other != exporter),
    )
    for made in (None, "plant")
    for perimeter in ("flow", "bilateral", "exporter")
]


@pytest.mark.parametrize(("exporter", "importers", "made", "perimeter"), CASES)
def test_every_border_and_every_flow(
    world: Solved, exporter: str, importers: tuple[str, ...], made: str | None, perimeter: str
) -> None:
    gross, once, again = by_hand(exporter, importers, made, perimeter)
    found = ep.measures.value_added_origin(
        world,
        [exporter],
        importers,
        made=None if made is None else [made],
        perimeter=perimeter,  # one of the three
    )
    assert sum(once.values()) + sum(again.values()) == gross  # exactly, in fractions
    assert found.gross == pytest.approx(float(gross), rel=1e-14)
    for place, name in enumerate(found.names):
        assert found.once[place] == pytest.approx(float(once[name]), rel=1e-12)
        assert found.again[place] == pytest.approx(float(again[name]), rel=1e-10, abs=1e-13)
    assert found.dva == pytest.approx(float(once[exporter]), rel=1e-12)
    assert found.ddc == pytest.approx(float(again[exporter]), rel=1e-10)
    abroad = [name for name in AREAS if name != exporter]
    assert found.fva == pytest.approx(float(sum(once[name] for name in abroad)), rel=1e-12)
    assert found.fdc == pytest.approx(float(sum(again[name] for name in abroad)), rel=1e-10)


@pytest.mark.parametrize("perimeter", ["bilateral", "exporter"])
def test_the_matrix_of_everybody(world: Solved, perimeter: str) -> None:
    found = origin_matrix(world, perimeter)
    for i, j in itertools.permutations(range(3), 2):
        gross, once, again = by_hand(AREAS[i], (AREAS[j],), None, perimeter)
        assert found.gross[i, j] == pytest.approx(float(gross), rel=1e-14)
        for k, name in enumerate(AREAS):
            assert found.once[k, i, j] == pytest.approx(float(once[name]), rel=1e-12)
            assert found.again[k, i, j] == pytest.approx(float(again[name]), rel=1e-9)
    assert not np.diagonal(found.gross).any()


def test_two_areas_of_one_sector_on_paper() -> None:
    """A sells 20 to B and B sells 30 to A, both make 100: V = 0.7 and 0.8.

    Without A's sales to B, one unit from A holds 0.7 from A and 0.3 * 0.8 from B; with them each is
    1 / (1 - 0.2 * 0.3) times as much.
    """
    inputs = np.array([[0.0, 20.0], [30.0, 0.0]])
    world = solved(economy(inputs, np.array([100.0, 100.0]), [("A", "x"), ("B", "x")]))
    found = ep.measures.value_added_origin(world, ["A"], ["B"])
    parts = (found.gross, found.dva, found.ddc, found.fva, found.fdc)
    more = 1 / 0.94 - 1
    assert parts == pytest.approx((20, 14, 14 * more, 4.8, 4.8 * more), rel=1e-12)
    assert 14 * (1 + more) + 4.8 * (1 + more) == pytest.approx(20 * (0.7 + 0.24) / 0.94)
    assert found.foreign_share == pytest.approx(0.24, rel=1e-12)
