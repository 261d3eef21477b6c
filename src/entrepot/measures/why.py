"""Why a share changed: a table of causes that leaves no rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.change import apart, begins_within
from entrepot.measures.door import FrameT, through_door
from entrepot.measures.extra import marked, ordered
from entrepot.measures.grouped import as_codes, as_list
from entrepot.measures.logmean import divided
from entrepot.measures.passport import Passport
from entrepot.measures.why_parts import CAUSES, cells, contributions, of_market, parts

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from entrepot.model.period import Period

__all__ = ["CHANGE_OF_SHARE", "change_of_share"]

_LONG = ("cause", "contribution", "part")
Method = Literal["shift_share", "divisia"]
_MEANINGS = {
    "from_supplier": "the supplier sold more or less of a product",
    "from_others": "suppliers that stayed sold less or more of a product",
    "from_exits": "suppliers that sold in the base and nothing in the period",
    "from_entries": "suppliers that sold nothing in the base",
    "from_basket": "purchases moved between products, new and dead ones included",
    "from_edition": "all of the above for products that rest on marked rows",
}

CHANGE_OF_SHARE = Passport(
    id="change_of_share",
    title="why a share of imports changed",
    function="change_of_share",
    inputs=(
        "rows with supplier, time and value, all suppliers of the market; the supplier, a period "
        "and its base; a column of products and a column of marks if there are such"
    ),
    columns=(
        ("change", "share - share_base, the sum of the causes, -1 to 1"),
        ("share_base", "the supplier's share in the base, 0 to 1"),
        ("share", "the supplier's share in the period, 0 to 1"),
        *((name, f"{meaning}; part of the change") for name, meaning in _MEANINGS.items()),
    ),
    unit="share",
    range="-1 to 1",
    null_rule=(
        "missing values are left out; all null where the market has no trade in the period or the "
        "base, a supplier's total for a product is negative or infinite, or the supplier's rows "
        "of one of the two are all missing values; another supplier whose rows are all missing "
        "counts as one that stayed"
    ),
    formula=(
        "Δs = Σ_k w_k (own_k - others_k) + Σ_k (s̄_k - s̄) Δb_k; own_k = W_k Δln c_k, others_k = "
        "W_k Δln o_k = W_k Σ_j Δo_jk / L(o_k), W_k = Δs_k / Δln(c_k / o_k), L the logarithmic "
        "mean; w_k = b̄_k, or L(b_k s_k) / L(s_k) for divisia; b_k product k's part of all imports"
    ),
    reference=(
        "within and between: Foster, Haltiwanger and Krizan (2001), in New Developments in "
        "Productivity Analysis; logarithmic mean and its limits at zero: Ang and Liu (2007), "
        "Energy Policy 35(1)"
    ),
)


def change_of_share(
    frame: FrameT,
    *,
    exporter: str | Collection[str],
    period: str | int | Period,
    base: str | int | Period,
    by: str | Sequence[str] = ("importer",),
    product: str | None = None,
    mark: str | None = None,
    method: Method = "shift_share",
    per_product: bool = False,
    long: bool = False,
    time: str = "period",
    supplier: str = "exporter",
    value: str = "value_usd",
) -> FrameT:
    """Split the change of a supplier's share into causes that add up to it.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier.
    exporter
        Code of the supplier, or several that count as one.
    period, base
        Year, quarter, month or span; the rows that begin in it are added up.
    by
        Columns that make a market, without time, supplier and product.
    product
        Column of products. Without it there is no basket that could move.
    mark
        Column of true and false: whether a row rests on a code that is split or ambiguous
        between editions. What a product with a marked row contributes stands under
        ``from_edition`` and nowhere else.
    method
        ``shift_share`` weighs products by the mean of their parts in the basket, ``divisia`` by
        logarithmic means.
    per_product
        One row a product instead of one a market. Its ``share`` and ``share_base`` are those
        within the product; ``change`` is what it adds to the change of the market's share.
    long
        One row a cause: the keys, ``cause``, ``contribution`` (as a share) and ``part``, its part
        of the change, null where the change is zero.
    time, supplier, value
        Columns with times, suppliers and values.

    Returns
    -------
    frame
        The keys, ``change``, ``share_base``, ``share`` and the causes, all as shares (0.01 is one
        percentage point).

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, periods that overlap, or products asked
        for without their column.

    Notes
    -----
    A supplier left or entered if it did so in the market as a whole; one that gave up a single
    product is one that sold less. To see those, put the product among the keys.
    """
    keys = as_list(by)
    now, then = apart(period, base)
    if method not in get_args(Method):
        raise RequestError(f"method is {method!r}", hint=" or ".join(get_args(Method)))
    if per_product and product is None:
        raise RequestError("per_product without a product", hint="name the column of products")
    goods = [product] if product else []
    shown = [*keys, *goods] if per_product else keys
    divisia = method == "divisia"

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dtype = rows.collect_schema()[time]
        chosen = rows.select(
            *dict.fromkeys([*keys, *goods, supplier]),
            nw.when(begins_within(now, time, dtype)).then(1).alias("__rows_now"),
            nw.when(begins_within(then, time, dtype)).then(1).alias("__rows_then"),
            nw.when(begins_within(now, time, dtype)).then(nw.col(value)).alias("__now"),
            nw.when(begins_within(then, time, dtype)).then(nw.col(value)).alias("__then"),
            marked(rows, mark).alias("__mark"),
        ).filter((nw.col("__rows_now") == 1) | (nw.col("__rows_then") == 1))
        sold = cells(chosen, [*keys, *goods], supplier, as_codes(exporter))
        found = contributions(parts(sold, keys, goods, supplier), keys, divisia=divisia)
        if not per_product:
            found = of_market(found, keys)
        return found.select(*shown, "change", "share_base", "share", *CAUSES)

    made = [*(name for name, _ in CHANGE_OF_SHARE.columns), *_LONG]
    read = [supplier, time, *([] if per_product else goods), *([mark] if mark else [])]
    asked = {supplier: as_codes(exporter)}
    result = through_door(frame, step, keys=shown, texts=read, value=value, makes=made, areas=asked)
    return _long(result, shown) if long else result


def _long(frame: FrameT, keys: list[str]) -> FrameT:
    """Return one row a cause."""
    rows: Any = nw.from_native(cast("Any", frame))
    index = [*keys, "change"]
    if rows.implementation.is_spark_like():  # a concat would work out every cause from the start
        found = rows.unpivot(CAUSES, index=index, variable_name="cause", value_name="contribution")
    else:  # which DuckDB cannot do: it leaves out what is null
        found = nw.concat(
            [
                rows.select(*index, nw.lit(name).alias("cause"), nw.col(name).alias("contribution"))
                for name in CAUSES
            ]
        )
    part = divided(nw.col("contribution"), nw.col("change")).alias("part")
    found = found.select(*keys, "cause", "contribution", part)
    kept = isinstance(frame, (nw.DataFrame, nw.LazyFrame))
    return ordered(cast("FrameT", found if kept else found.to_native()), [*keys, "cause"])
