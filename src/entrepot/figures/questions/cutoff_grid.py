"""The grid of a cut-off: what others could send instead, and how alike goods are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from entrepot import measures
from entrepot.model.areas import areas
from entrepot.model.display import NBSP

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from entrepot.figures.definition import Definition

__all__ = [
    *("AT_HEAD", "COLUMNS", "ELSEWHERE", "HEAD", "LEAST", "MORE"),
    *("Lost", "grid_of", "losses", "put", "sellers"),
]

DIVERT = (0.0, 0.05, 0.10, 0.25)
"""Parts of what others sell elsewhere that they could send instead."""
SHORT_RUN = (0.1, 0.3, 1.0)
"""Parts of an elasticity of many years that are there after a short time; 1: many years."""
LEAST = 1.25
"""Smallest elasticity that is taken from such a part: at one and below, the formula makes every
supplier essential, however small it is, and the loss of a whole cut is everything."""
HEAD = (0.10, 0.3)
"""What the value itself takes of both: somewhere inside the grid."""
MORE = f"{100 * min(DIVERT):.0f} to {100 * max(DIVERT):.0f}{NBSP}% of what they sell elsewhere"
AT_HEAD = f"{100 * HEAD[0]:.0f}{NBSP}%"
"""What others send instead, in words: over the grid, and for the value itself."""
ELSEWHERE = "elsewhere"
"""All other buyers, under one name."""
COLUMNS = ("product", "exporter", "importer", "amount", "elasticity", "elasticity_basis")


def grid_of(held: pa.Table, asked: Definition) -> tuple[pa.Table, str]:
    """Return the rows once for each point of the grid, and the name of the point of the value."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = SHORT_RUN if asked.sigma is None else (1.0,)
    tables = []
    for divert in DIVERT:
        for part in parts:
            used = pc.max_element_wise(
                pc.multiply(held["elasticity"], part), LEAST, skip_nulls=False
            )
            size = held.num_rows
            columns = {
                "point": pa.array([f"{divert} {part}"] * size, pa.string()),
                "divert": pa.array([divert] * size, pa.float64()),
                "sigma": used if asked.sigma is None else pa.array([asked.sigma] * size),
            }
            one = held
            for name, cells in columns.items():
                one = one.append_column(name, cells)
            tables.append(one)
    return pa.concat_tables(tables), f"{HEAD[0]} {HEAD[1] if asked.sigma is None else 1.0}"


def put(grid: pa.Table, asked: Definition, **more: Any) -> list[dict[str, Any]]:
    """Put points of the grid to the measure."""
    buys = asked.members("importer")
    keys: dict[str, Any] = {"sigma": "sigma", "divert": "divert", "value": "amount"}
    found: Any = measures.cutoff(
        nw.from_native(grid),
        importer=buys,
        exporter=sellers(asked),
        fixed_supply=[*_nowhere(), *asked.members("fixed_supply")],
        **keys | more,
    )
    return list(found.rows(named=True))


def _nowhere() -> list[str]:
    """Return areas not specified and the like; states of their time can send more."""
    return [one.code for one in areas() if one.kind in ("special", "aggregate")]


def sellers(asked: Definition) -> frozenset[str]:
    """Return who stops; a member of the buyer cannot."""
    return frozenset(asked.members("exporter") - asked.members("importer"))


class Lost(NamedTuple):
    """What is lost of one market: of its worth, None where that is not known; bill; who stops."""

    loss: float | None
    bill: float
    share: float


def losses(
    markets: Sequence[tuple[str, str, bool, float, float, float | None]], asked: Definition
) -> dict[tuple[float, float], dict[str, Lost]]:
    """Return what is lost of each market at each point of the grid, one area named on each side.

    Parameters
    ----------
    markets
        Name of the market, a supplier that sells to the buyer, whether it stops, what it sells to
        the buyer and elsewhere, and the elasticity.
    """
    import pyarrow as pa

    [buyer], [seller] = asked.members("importer"), asked.members("exporter")
    rows = [
        (market, seller if stops else exporter, importer, amount, elasticity)
        for market, exporter, stops, before, elsewhere, elasticity in markets
        for importer, amount in ((buyer, before), (ELSEWHERE, elsewhere))
    ]
    kinds = (pa.string(), pa.string(), pa.string(), pa.float64(), pa.float64())
    columns = zip(COLUMNS, zip(*rows, strict=True), kinds, strict=False)
    held = pa.table({name: pa.array(cells, kind) for name, cells, kind in columns})
    grid, _ = grid_of(held, asked)
    found: dict[tuple[float, float], dict[str, Lost]] = {}
    for row in put(grid, asked, by="point", detail="product"):
        divert, part = map(float, row["point"].split())
        lost = Lost(row["loss"], row["bill"], row["share"])
        found.setdefault((divert, part), {})[row["product"]] = lost
    return found
