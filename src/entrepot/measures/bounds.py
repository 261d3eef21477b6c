"""What the largest shares alone say about the Herfindahl-Hirschman index.

Let s_1 >= ... >= s_k be the k largest shares, R = 1 - Σ s_i what is left, and c = s_k. Each of the
others has between nothing and c, or it would be among the k. The sum of squares is convex, so it is
least where R is spread evenly (over n - k suppliers: R²/(n - k); over any number: as near to
nothing as one likes) and largest at a corner: as many suppliers of size c as fit, q = floor(R/c),
and one with what remains, r = R - qc, which together give (R - r) c + r². Both ends are reached, or
come as near as one likes: no narrower bounds exist.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_list
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["HHI_BOUNDS", "Bounds", "hhi_bounds", "hhi_bounds_of"]

# Printed shares are rounded: three of 33.33 % and one of 0.01 % may add up to a little over one.
_SLACK = 1e-9

HHI_BOUNDS = MeasureMetadata(
    id="hhi_bounds",
    title="bounds of the index from the largest shares",
    function="hhi_bounds_of",
    inputs="rows with the k largest shares of each market; optionally the number of suppliers",
    columns=(
        ("hhi_low", "least index that fits, above 0 to 1"),
        ("hhi_high", "largest index that fits, above 0 to 1"),
        ("known_share", "sum of the shares given, 0 to 1"),
        ("known_suppliers", "number of shares given, k"),
    ),
    unit="index",
    range="above 0 to 1",
    null_rule=(
        "null where a share is missing, not above 0, or infinite, where the shares exceed 1, and "
        "where so many suppliers of at most the least given share cannot make up the rest"
    ),
    formula=(
        "Σ s_i² + R²/(n - k) <= H <= Σ s_i² + (R - r) s_k + r², with R = 1 - Σ s_i and r the "
        "remainder of R / s_k; without n the lower end is Σ s_i²"
    ),
    reference="derived here: extremes of a convex function; checked by going through all cases",
    frames_only=True,
)


class Bounds(NamedTuple):
    """Least and largest value that fit what is known."""

    low: float
    high: float


def hhi_bounds(share: float | Sequence[float], n: int | None = None) -> Bounds:
    """Return the sharp bounds of the Herfindahl-Hirschman index.

    Parameters
    ----------
    share
        Share of the largest supplier, 0 to 1, or the k largest shares in any order.
    n
        Number of suppliers with a value above zero, where it is known.

    Returns
    -------
    Bounds
        ``low`` and ``high``. An end may be reached only in the limit, e.g. the lower one without
        `n`, where the rest is spread over ever more suppliers.

    Raises
    ------
    RequestError
        If a share is not above 0 and at most 1, if they exceed 1 together, or if `n` suppliers
        cannot have these largest shares.

    Examples
    --------
    >>> low, high = hhi_bounds(0.8)
    >>> round(low, 3), round(high, 3)
    (0.64, 0.68)
    >>> low, high = hhi_bounds([0.5, 0.3], n=4)
    >>> round(low, 3), round(high, 3)
    (0.36, 0.38)
    """
    shares = [share] if isinstance(share, (int, float)) else list(share)
    if not shares or not all(0 < one <= 1 for one in shares):
        raise RequestError(
            f"shares are above 0 and at most 1: {', '.join(map(str, shares)) or 'none given'}",
            hint="divide per cent by 100",
        )
    known, least, count = math.fsum(shares), min(shares), len(shares)
    if known > 1 + _SLACK:
        raise RequestError(f"the shares add up to {known:.6g}, which is more than the whole")
    rest = max(0.0, 1 - known)
    squares = math.fsum(one * one for one in shares)
    low = squares
    if n is not None:
        others = n - count
        if others < 0 or rest > others * least + _SLACK:
            raise RequestError(
                f"{n} suppliers cannot have these largest shares",
                why=f"{rest:.6g} is left for {max(others, 0)} others of at most {least:.6g} each",
                hint="leave n out, or check which shares are the largest",
            )
        low += rest * rest / others if others else 0.0
    last = math.fmod(rest, least)
    high = squares + (rest - last) * least + last * last
    return Bounds(min(low, 1.0), min(max(low, high), 1.0))


def hhi_bounds_of(
    frame: FrameT,
    *,
    by: str | Sequence[str],
    share: str = "share",
    suppliers: str | None = None,
) -> FrameT:
    """Return the sharp bounds of the index of each market, from its largest shares.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with one row for each share that is known. They must be
        the largest of their market: one row for the top share, three for the top three.
    by
        Columns that make a market.
    share
        Column of shares, 0 to 1.
    suppliers
        Column with the number of suppliers of the market, the same in each of its rows.

    Returns
    -------
    frame
        The keys, ``hhi_low``, ``hhi_high``, ``known_share`` and ``known_suppliers``.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type. Shares that no market can have give
        nulls, not an error, so that one bad row does not stop a table.
    """
    keys = as_list(by)
    texts = [suppliers] if suppliers else []

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        one = nw.col(share)
        if suppliers and not rows.collect_schema()[suppliers].is_numeric():
            raise RequestError("numbers of suppliers are no numbers", where=f"column {suppliers}")
        number = nw.col(suppliers) if suppliers else nw.lit(None)
        parts = rows.select(
            *keys,
            one.alias("__share"),
            (one * one).alias("__square"),
            nw.when(one.is_null() | ~(one > 0)).then(1).otherwise(0).alias("__bad"),
            number.cast(nw.Float64).alias("__n"),
        )
        sums = aggregate(
            parts,
            keys,
            nw.col("__share").sum().alias("__known"),
            nw.col("__share").min().alias("__least"),
            nw.col("__share").count().alias("__count"),
            nw.col("__square").sum(),
            nw.col("__bad").sum(),
            nw.col("__n").min(),
        )
        return _bounded(sums, keys, counted=suppliers is not None)

    makes = [name for name, _ in HHI_BOUNDS.columns]
    return run_on_frame(frame, step, keys=keys, texts=texts, value=share, makes=makes)


def _bounded(sums: nw.LazyFrame[Any], keys: Sequence[str], *, counted: bool) -> nw.LazyFrame[Any]:
    known, least, squares = nw.col("__known"), nw.col("__least"), nw.col("__square")
    rest = nw.when(known < 1).then(1 - known).otherwise(0.0)
    others = nw.col("__n") - nw.col("__count")
    sound = (nw.col("__bad") == 0) & (nw.col("__count") > 0) & (known <= 1 + _SLACK)
    if counted:
        sound = sound & (others >= 0) & (rest <= others * least + _SLACK)
        spread = nw.when(others > 0).then(rest * rest / others).otherwise(0.0)
    else:
        spread = nw.lit(0.0)
    found = sums.with_columns(
        nw.when(sound).then(squares + spread).alias("__low"),
        nw.when(sound).then(rest % least).alias("__last"),
        rest.alias("__rest"),
    )
    low, last = nw.col("__low"), nw.col("__last")
    high = squares + (nw.col("__rest") - last) * least + last * last
    ends = found.with_columns(high.alias("__high"))
    return ends.select(
        *keys,
        _at_most_one(low).alias("hhi_low"),
        _at_most_one(nw.max_horizontal("__low", "__high")).alias("hhi_high"),
        nw.when(nw.col("__count") > 0).then(known).alias("known_share"),
        nw.col("__count").cast(nw.Int64).alias("known_suppliers"),
    )


def _at_most_one(end: nw.Expr) -> nw.Expr:
    return nw.when(end > 1).then(1.0).otherwise(end)
