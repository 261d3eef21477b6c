"""Steps that both measures of power share: imports of two partners, both ways, by product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.extra import numbers
from entrepot.measures.grouped import aggregate
from entrepot.measures.sides import Side, side_sums

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ENDS", "both_ways", "by_product", "covered", "each_sum", "of_total", "sound"]

ENDS = ((0, ""), (1, "_back"))


def both_ways(
    rows: nw.LazyFrame[Any], codes: tuple[list[str], list[str]], supplier: str, buyer: str
) -> tuple[nw.LazyFrame[Any], tuple[Side, Side]]:
    """Return the imports of both and, for each, the other as the part asked about."""
    ours, theirs = codes
    rows = rows.filter(nw.col(buyer).is_in([*ours, *theirs]))
    return rows, (
        Side("__us", nw.col(buyer).is_in(ours), nw.col(supplier).is_in(theirs)),
        Side("__them", nw.col(buyer).is_in(theirs), nw.col(supplier).is_in(ours)),
    )


def by_product(
    rows: nw.LazyFrame[Any],
    keys: Sequence[str],
    value: str,
    sides: Sequence[Side],
    elasticity: float | str,
    above: float,
) -> nw.LazyFrame[Any]:
    """Add up by product; ``__theta`` is null where it is not usable."""
    if isinstance(elasticity, str):
        rows = numbers(rows, elasticity)
    given = nw.col(elasticity) if isinstance(elasticity, str) else nw.lit(elasticity)
    rows = rows.with_columns(given.alias("__low")).with_columns(nw.col("__low").alias("__high"))
    ends = (nw.col("__low").min(), nw.col("__high").max())
    found = side_sums(rows, keys, value, sides, *ends)
    low, high = nw.col("__low"), nw.col("__high")
    usable = (low == high) & (low > above) & high.is_finite()
    found = found.with_columns(nw.when(usable).then(low).alias("__theta"))
    return found.with_columns(
        column
        for side in sides
        for column in (
            nw.when((side.part >= 0) & (side.rest >= 0) & side.total.is_finite())
            .then(0)
            .otherwise(1)
            .alias(f"{side.name}_bad"),
            nw.when(~nw.col("__theta").is_null()).then(side.part).alias(f"{side.name}_usable"),
        )
    )


def each_sum(
    found: nw.LazyFrame[Any], keys: Sequence[str], sides: Sequence[Side], *more: str
) -> nw.LazyFrame[Any]:
    """Add the products up."""
    words = ("part", "rest", "loss", "usable", "bad", "rows", "known", *more)
    return aggregate(
        found, keys, *(nw.col(f"{side.name}_{word}").sum() for side in sides for word in words)
    )


def sound(side: Side) -> nw.Expr:
    """Whether the side has imports, none of them negative or infinite, and told of the other's."""
    return side.defined & (nw.col(f"{side.name}_bad") == 0)


def of_total(side: Side, word: str) -> nw.Expr:
    """Return a sum over the side's imports, null where the side has no answer."""
    weighed = (nw.col(f"{side.name}_usable") > 0) | (side.part == 0)
    return nw.when(sound(side) & weighed).then(nw.col(f"{side.name}_{word}") / side.total)


def covered(sides: Sequence[Side]) -> list[nw.Expr]:
    """Return the part of what is bought from the other whose products have an elasticity."""
    return [
        nw.when(side.defined & (side.part > 0))
        .then(nw.col(f"{side.name}_usable") / nw.when(side.part > 0).then(side.part))
        .alias(f"covered{end}")
        for side, (_, end) in zip(sides, ENDS, strict=True)
    ]
