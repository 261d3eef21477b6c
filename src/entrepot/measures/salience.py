"""How much two partners matter to each other, and how evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import as_codes, as_list
from entrepot.measures.logmean import divided
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.sides import Side, side_sums

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["SALIENCE", "salience"]

Basis = Literal["trade", "flow"]

SALIENCE = MeasureMetadata(
    id="salience",
    title="salience, symmetry and interdependence of two partners",
    function="salience",
    inputs=("rows with exporter, importer and value: all trade of both partners; the two partners"),
    columns=(
        ("salience", "geometric mean of the two shares, 0 to 1"),
        ("symmetry", "1 - |difference| of the two shares, 0 to 1"),
        ("interdependence", "salience times symmetry, 0 to 1"),
        ("difference", "share of the country less share of the partner, -1 to 1"),
        ("ratio", "share of the country over share of the partner; 1 is balance"),
        ("share", "the trade with each other as part of the country's, 0 to 1"),
        ("share_partner", "the trade with each other as part of the partner's, 0 to 1"),
    ),
    unit="share",
    range="0 to 1",
    null_rule=(
        "missing values are left out; null where one of the shares has no value: no trade at all, "
        "a negative or infinite part, or rows with each other that are all missing values; the "
        "ratio also where the partner's share is zero"
    ),
    formula=(
        "S = √(TS_i TS_j); symmetry 1 - |TS_i - TS_j|; interdependence S (1 - |TS_i - TS_j|), "
        "with TS_i = trade_ij / trade_i; difference TS_i - TS_j"
    ),
    reference=(
        "Barbieri (1996), Journal of Peace Research 33(1); difference and ratio: Hirschman (1945), "
        "National Power and the Structure of Foreign Trade"
    ),
)


def salience(
    frame: FrameT,
    *,
    country: str | Collection[str],
    partner: str | Collection[str],
    basis: Basis = "trade",
    by: str | Sequence[str] = ("period",),
    supplier: str = "exporter",
    buyer: str = "importer",
    value: str = "value_usd",
) -> FrameT:
    """Return how much `country` and `partner` matter to each other.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with all trade of both; other rows do no harm.
    country, partner
        Codes as they stand in the frame, or several that count as one.
    basis
        ``trade``: both directions, as Barbieri has it; trade between the members of one side
        counts once in its total. ``flow``: what the country buys from the partner, as part of all
        it buys and of all the partner sells, the two shares of `asymmetry`.
    by
        Columns to compare by.
    supplier, buyer, value
        Columns with exporters, importers and values.

    Returns
    -------
    frame
        The keys, ``salience``, ``symmetry``, ``interdependence``, ``difference``, ``ratio``,
        ``share`` and ``share_partner``.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or a code on both sides.
    """
    keys = as_list(by)
    ours, theirs = two_sides(country, partner)
    if basis not in get_args(Basis):
        raise RequestError(f"basis is {basis!r}", hint=" or ".join(get_args(Basis)))

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        rows = rows.with_columns(
            *(
                nw.when(nw.col(column).is_in(codes)).then(1).otherwise(0).alias(name)
                for name, column, codes in (
                    ("__we_buy", buyer, ours),
                    ("__we_sell", supplier, ours),
                    ("__they_buy", buyer, theirs),
                    ("__they_sell", supplier, theirs),
                )
            )
        )
        we_buy, we_sell = nw.col("__we_buy") == 1, nw.col("__we_sell") == 1
        they_buy, they_sell = nw.col("__they_buy") == 1, nw.col("__they_sell") == 1
        bought = we_buy & they_sell
        both = bought | (we_sell & they_buy)
        if basis == "trade":
            sides = Side("__us", we_buy | we_sell, both), Side("__them", they_buy | they_sell, both)
        else:
            sides = Side("__us", we_buy, bought), Side("__them", they_sell, bought)
        found = side_sums(rows, keys, value, sides)
        found = found.with_columns(sides[0].share.alias("__a"), sides[1].share.alias("__b"))
        return _selected(found, keys)

    makes = [name for name, _ in SALIENCE.columns]
    texts = [supplier, buyer]
    looked = texts if basis == "trade" else [buyer]  # of the country's sales `flow` has none
    asked = dict.fromkeys(looked, as_codes(country))
    return run_on_frame(frame, step, keys=keys, texts=texts, value=value, makes=makes, areas=asked)


def two_sides(
    country: str | Collection[str], partner: str | Collection[str]
) -> tuple[list[str], list[str]]:
    """Return the codes of both.

    Raises
    ------
    RequestError
        If a code is on both sides.
    """
    ours, theirs = as_codes(country), as_codes(partner)
    if twice := sorted(set(ours) & set(theirs)):
        raise RequestError(
            f"{', '.join(twice)} on both sides",
            why="trade of an area with itself is no foreign trade",
            hint="name two sides that have no member in common",
        )
    return ours, theirs


def _selected(found: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    one, other = nw.col("__a"), nw.col("__b")
    mean, symmetry = (one * other).sqrt(), 1 - (one - other).abs()
    return found.select(
        *keys,
        mean.alias("salience"),
        nw.when(~other.is_null()).then(symmetry).alias("symmetry"),
        (mean * symmetry).alias("interdependence"),
        (one - other).alias("difference"),
        divided(one, other).alias("ratio"),
        nw.when(~other.is_null()).then(one).alias("share"),
        nw.when(~one.is_null()).then(other).alias("share_partner"),
    )
