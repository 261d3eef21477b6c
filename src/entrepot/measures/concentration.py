"""How concentrated supply is: Herfindahl-Hirschman index and concentration ratio."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_list, supplier_totals
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

_NULL_RULE = (
    "missing values are left out; null where the total is zero or no value is known, and where a "
    "supplier's total is negative or infinite"
)

HHI = MeasureMetadata(
    id="hhi",
    title="concentration of suppliers (Herfindahl-Hirschman index)",
    function="hhi",
    inputs="rows with supplier and value, all suppliers of the market",
    columns=(
        ("hhi", "index, 1/n to 1"),
        ("hhi_normalised", "index, 0 (n equal suppliers) to 1; null for one supplier (0/0)"),
        ("effective_suppliers", "number of equal suppliers with the same hhi, 1/hhi"),
        ("suppliers", "suppliers with a value above zero, n"),
    ),
    unit="index",
    range="1/n to 1",
    null_rule=_NULL_RULE,
    formula="H = Σ_j s_j² = Σ_j m_j² / (Σ_j m_j)²; H* = (H - 1/n) / (1 - 1/n); effective 1/H",
    reference=(
        "Hirschman (1945), National Power and the Structure of Foreign Trade; numbers equivalent: "
        "Adelman (1969), Review of Economics and Statistics 51(1)"
    ),
)

BUYER_HHI = MeasureMetadata(
    id="buyer_hhi",
    title="concentration of buyers (Herfindahl-Hirschman index)",
    function="buyer_hhi",
    inputs="rows with buyer and value, all buyers of the exporter",
    columns=(
        ("buyer_hhi", "index, 1/n to 1"),
        ("buyer_hhi_normalised", "index, 0 (n equal buyers) to 1; null for one buyer (0/0)"),
        ("effective_buyers", "number of equal buyers with the same index, 1/buyer_hhi"),
        ("buyers", "buyers with a value above zero, n"),
    ),
    unit="index",
    range="1/n to 1",
    null_rule=_NULL_RULE.replace("supplier", "buyer"),
    formula="H = Σ_i s_i² with s_i the part of exports that goes to buyer i; as hhi",
    reference="as hhi",
)

CR = MeasureMetadata(
    id="cr",
    title="share of the k largest suppliers",
    function="concentration_ratio",
    inputs="rows with supplier and value, all suppliers of the market; k",
    columns=(
        ("cr", "sum of the k largest shares, 0 to 1"),
        ("suppliers", "number of suppliers with a value above zero"),
    ),
    unit="share",
    range="k/n to 1; 1 where there are no more than k suppliers",
    null_rule=_NULL_RULE,
    formula="CR_k = Σ_{j<=k} s_(j), with shares sorted from the largest",
    reference="definition",
)


def hhi(
    frame: FrameT,
    *,
    by: str | Sequence[str],
    supplier: str = "exporter",
    value: str = "value_usd",
    unique_suppliers: bool = False,
) -> FrameT:
    """Return the Herfindahl-Hirschman index of suppliers.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier.
    by
        Columns that make a market, e.g. ``["importer", "product", "year"]``.
    supplier, value
        Columns with suppliers and values. Several rows of one supplier are added up first; rows
        without supplier count as one supplier.
    unique_suppliers
        Promise that no supplier has two rows in a market, which saves that adding up. A broken
        promise gives an index that is too low.

    Returns
    -------
    frame
        The keys, ``hhi``, ``hhi_normalised``, ``effective_suppliers`` and ``suppliers``.
    """
    return _index_of(frame, as_list(by), supplier, value, HHI, is_added_up=unique_suppliers)


def _index_of(
    frame: FrameT,
    keys: list[str],
    party: str,
    value: str,
    sheet: MeasureMetadata,
    *,
    is_added_up: bool = False,
) -> FrameT:
    """Return the index over one side's parties, with the columns of a sheet."""
    main, normed, effective, counted = (name for name, _ in sheet.columns)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        totals = rows if is_added_up else supplier_totals(rows, keys, party, value)
        one = nw.col(value)
        # A negative supplier makes the sum of squares infinite, which marks the market as having
        # no index; that is cheaper than one more aggregate.
        square = nw.when(one < 0).then(nw.lit(math.inf)).otherwise(one * one)
        squared = totals.select(
            *keys,
            one.alias("__value"),
            square.alias("__square"),
            nw.when(one > 0).then(one).alias(counted),
        )
        sums = aggregate(
            squared,
            keys,
            nw.col("__value").sum(),
            nw.col("__square").sum(),
            nw.col(counted).count(),
        )
        total, squares = nw.col("__value"), nw.col("__square")
        index, count = nw.col(main), nw.col(counted)
        defined = (total > 0) & squares.is_finite()
        found = sums.select(
            *keys,
            nw.when(defined).then(squares / (total * total)).alias(main),
            count.cast(nw.Int64),
        )
        normalised = (index - 1 / count) / (1 - 1 / count)
        return found.select(
            *keys,
            main,
            nw.when(count > 1).then(normalised).alias(normed),
            (1 / index).alias(effective),
            counted,
        )

    makes = [name for name, _ in sheet.columns]
    return run_on_frame(frame, step, keys=keys, texts=[party], value=value, makes=makes)


def buyer_hhi(
    frame: FrameT,
    *,
    by: str | Sequence[str],
    buyer: str = "importer",
    value: str = "value_usd",
) -> FrameT:
    """Return the Herfindahl-Hirschman index of an exporter's buyers.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every buyer.
    by
        Columns that make one exporter's sales, e.g. ``["exporter", "product", "year"]``.
    buyer, value
        Columns with buyers and values. Several rows of one buyer are added up first; rows without
        buyer count as one buyer.

    Returns
    -------
    frame
        The keys, ``buyer_hhi``, ``buyer_hhi_normalised``, ``effective_buyers`` and ``buyers``.
    """
    return _index_of(frame, as_list(by), buyer, value, BUYER_HHI)


def concentration_ratio(
    frame: FrameT,
    *,
    by: str | Sequence[str],
    k: int,
    supplier: str = "exporter",
    value: str = "value_usd",
) -> FrameT:
    """Return the share of the `k` largest suppliers.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier.
    by
        Columns that make a market.
    k
        Number of suppliers, at least one.
    supplier, value
        Columns with suppliers and values. Several rows of one supplier are added up first.

    Returns
    -------
    frame
        The keys, ``cr``, 0 to 1, and ``suppliers``.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or `k` below one.
    """
    if k < 1:
        raise RequestError(f"k is {k}", hint="ask for the 1, 3 or 5 largest suppliers")
    keys = as_list(by)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        totals = supplier_totals(rows, keys, supplier, value)
        # Null without a positive value, which takes no place, wherever an engine sorts nulls.
        down = nw.when(nw.col(value) > 0).then(-nw.col(value))
        # Suppliers of equal size are told apart by name, so that every run counts the same ones.
        place = nw.col("__down").cum_count().over(*keys, order_by=["__down", supplier])
        placed = totals.with_columns(down.alias("__down")).with_columns(place.alias("__place"))
        largest = placed.select(
            *keys,
            nw.col(value).alias("__value"),
            nw.when(nw.col(value) > 0).then(nw.lit(1)).alias("suppliers"),
            nw.when(nw.col("__place") <= k).then(nw.col(value)).alias("__large"),
            nw.when(nw.col("__place") > k).then(nw.col(value)).alias("__small"),
        )
        sums = aggregate(
            largest,
            keys,
            nw.col("__value").sum().alias("__total"),
            nw.col("__value").min().alias("__least"),
            nw.col("__large").sum(),
            nw.col("__small").sum(),
            nw.col("suppliers").count(),
        )
        least, total = nw.col("__least"), nw.col("__total")
        defined = (total > 0) & total.is_finite() & (least >= 0)
        # Large and small are added up apart, so that rounding cannot make a ratio exceed one.
        large, small = nw.col("__large"), nw.col("__small")
        ratio = nw.when(defined).then(large / (large + small)).alias("cr")
        return sums.select(*keys, ratio, nw.col("suppliers").cast(nw.Int64))

    makes = [name for name, _ in CR.columns]
    return run_on_frame(frame, step, keys=keys, texts=[supplier], value=value, makes=makes)


# Who the largest supplier is, and how far ahead of the next.


TOP_SUPPLIER = MeasureMetadata(
    id="top_supplier",
    title="largest supplier and its lead",
    function="top_supplier",
    inputs="rows with supplier and value, all suppliers of the market",
    columns=(
        ("share", "the largest supplier's part of all imports, 0 to 1"),
        ("top_supplier", "its name; of suppliers of equal size the first by name"),
        ("second_share", "the next supplier's part, 0 to 1; 0 where there is no other"),
        ("second_supplier", "its name"),
        ("lead", "share less second_share, 0 (a tie) to 1 (the only supplier)"),
    ),
    unit="share",
    range="1/n to 1",
    null_rule=(
        "missing values are left out; null where the total is zero or no value is known, and where "
        "a supplier's total is negative or infinite; a share without a name belongs to the rows "
        "without supplier"
    ),
    formula="s_(1) = max_j m_j / Σ_j m_j; lead s_(1) - s_(2)",
    reference="definition",
)


def top_supplier(
    frame: FrameT,
    *,
    by: str | Sequence[str],
    supplier: str = "exporter",
    value: str = "value_usd",
) -> FrameT:
    """Return the largest supplier, its share, and its lead over the second.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier.
    by
        Columns that make a market.
    supplier, value
        Columns with suppliers and values. Several rows of one supplier are added up first; rows
        without supplier count as one supplier without a name.

    Returns
    -------
    frame
        The keys, ``share``, ``top_supplier``, ``second_share``, ``second_supplier`` and ``lead``.
        Suppliers of equal size come in the order of their names, so that every run names the same.
    """
    keys = as_list(by)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        totals = supplier_totals(rows, keys, supplier, value)
        ordered = totals.with_columns((-nw.col(value)).alias("__down"))
        place = nw.col("__down").cum_count().over(*keys, order_by=["__down", supplier])
        placed = ordered.with_columns(place.alias("__place"))
        first, second = nw.col("__place") == 1, nw.col("__place") == 2
        positive = nw.col(value) > 0
        parted = placed.select(
            *keys,
            nw.col(value).alias("__least"),
            nw.when(first).then(nw.col(value)).alias("__first"),
            nw.when(second).then(nw.col(value)).alias("__second"),
            nw.when(~first & ~second).then(nw.col(value)).alias("__rest"),
            nw.when(first).then(nw.col(supplier)).alias("__first_name"),
            nw.when(second & positive).then(nw.col(supplier)).alias("__second_name"),
        )
        sums = aggregate(
            parted,
            keys,
            nw.col("__least").min(),
            nw.col("__first").sum(),
            nw.col("__second").sum(),
            nw.col("__rest").sum(),
            # One row of each group has a name here: max picks it out.
            nw.col("__first_name").max(),
            nw.col("__second_name").max(),
        )
        # Parts are added up apart, so that rounding cannot make a share exceed one.
        one, two = nw.col("__first"), nw.col("__second")
        total = one + two + nw.col("__rest")
        defined = (total > 0) & total.is_finite() & (nw.col("__least") >= 0)
        return sums.select(
            *keys,
            nw.when(defined).then(one / total).alias("share"),
            nw.when(defined).then(nw.col("__first_name")).alias("top_supplier"),
            nw.when(defined).then(two / total).alias("second_share"),
            nw.when(defined).then(nw.col("__second_name")).alias("second_supplier"),
            nw.when(defined).then((one - two) / total).alias("lead"),
        )

    makes = [name for name, _ in TOP_SUPPLIER.columns]
    return run_on_frame(frame, step, keys=keys, texts=[supplier], value=value, makes=makes)


# What the largest shares alone say about the Herfindahl-Hirschman index.


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


class HhiBounds(NamedTuple):
    """Least and largest value that fit what is known."""

    low: float
    high: float


def hhi_bounds(share: float | Sequence[float], n: int | None = None) -> HhiBounds:
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
    # Printed shares may exceed one by their rounding (`_SLACK`).
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
        # The least: what is left, in equal parts. Squares are convex.
        low += rest * rest / others if others else 0.0
    # The most: as many others as large as the least known one as fit, and one with the remainder.
    last = math.fmod(rest, least)
    high = squares + (rest - last) * least + last * last
    # Rounding may leave the ends a digit above one, or in the wrong order.
    return HhiBounds(min(low, 1.0), min(max(low, high), 1.0))


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
            # Counted, not filtered out: one wrong share makes the answer of its market null.
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
