"""How much of what disappeared came from elsewhere, or by another way, instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.change import apart
from entrepot.measures.counterfactual import NULL_RULE, REFERENCE, Sides, disjoint, ratios
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_codes, as_list
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from entrepot.model.period import Period

__all__ = [
    "SUBSTITUTION_RATIO",
    "SUBSTITUTION_SUMMARY",
    "substitution_ratio",
    "substitution_summary",
]

SUBSTITUTION_RATIO = MeasureMetadata(
    id="substitution_ratio",
    title="substitution ratio",
    function="substitution_ratio",
    inputs=(
        "rows with importer, exporter, time and value of the importer and of control importers; "
        "the suppliers that withdrew; the two periods"
    ),
    columns=(
        ("ratio", "additional over lost; 1 if others made up for all of it, above 1 for more"),
        ("additional", "what others supplied above their path, in the unit of the values"),
        ("lost", "what losers supplied below their path, in the unit of the values"),
        ("path_losers", "what losers would have supplied: base times growth at the controls"),
        ("path_others", "what others would have supplied: base times growth at the controls"),
    ),
    unit="ratio",
    range="any number; below 0 if the others supplied less than their path as well",
    null_rule=NULL_RULE,
    formula="SR_k = (M_o1 - M_o0 g_o) / (M_l0 g_l - M_l1), with g the growth at control importers",
    reference=REFERENCE,
)

SUBSTITUTION_SUMMARY = MeasureMetadata(
    id="substitution_summary",
    title="substitution ratios in sum",
    function="substitution_summary",
    inputs="a result of `substitution_ratio` or `rerouting_ratio`",
    columns=(
        ("weighted_mean", "mean ratio, weighted by what was lost: all additional over all lost"),
        ("median", "median ratio over products"),
        ("above_half", "part of the products with a ratio above one half, 0 to 1"),
        ("products", "products with a ratio"),
        ("without_ratio", "products without, mostly because nothing was lost"),
    ),
    unit="ratio",
    range="any number",
    null_rule="null where no product has a ratio",
    formula="Σ_k A_k / Σ_k L_k; med_k SR_k; |{k: SR_k > ½}| / K",
    reference=REFERENCE,
    frames_only=True,
)


def substitution_ratio(
    frame: FrameT,
    *,
    importer: str | Collection[str],
    losers: str | Collection[str],
    before: str | int | Period,
    after: str | int | Period,
    controls: str | Collection[str] = (),
    others: str | Collection[str] | None = None,
    by: str | Sequence[str] = ("product",),
    supplier: str = "exporter",
    buyer: str = "importer",
    time: str = "period",
    value: str = "value_usd",
    complete: bool = False,
    least: float = 0.0,
) -> FrameT:
    """Set additional imports from others against what disappeared from the losers.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read: imports of `importer` and of `controls`.
    importer
        Whose imports are looked at.
    losers
        Suppliers that withdrew, such as a coalition that sanctions.
    before, after
        Periods that are compared.
    controls
        Importers that the event did not reach. What losers, and others, sold to them grew by the
        factor that they would have grown by at `importer`. Without any, that factor is one.
    others
        Suppliers that may have stepped in; all but the losers and `importer` itself by
        default. A row without supplier is of nobody.
    by
        Columns that make a product.
    supplier, buyer, time, value
        Columns with exporters, importers, times and values.
    complete
        Promise that whatever has no row was not traded, in either period.
    least
        Value that controls must have bought before. Growth from next to nothing is no path: one
        product that goes from 100 to 1 m USD at the controls outweighs all others.

    Returns
    -------
    frame
        The keys and the columns of `SUBSTITUTION_RATIO`.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, periods that overlap, or a code that is
        on two sides.
    """
    buys, lose, calm = as_codes(importer), as_codes(losers), as_codes(controls)
    disjoint(importer=buys, controls=calm)
    disjoint(losers=lose, others=[] if others is None else as_codes(others))
    sold, bought = nw.col(supplier), nw.col(buyer)
    stepped = ~sold.is_in([*lose, *buys]) if others is None else sold.is_in(as_codes(others))
    parts = {
        "losers": bought.is_in(buys) & sold.is_in(lose),
        "others": bought.is_in(buys) & stepped,
    }
    if calm:
        parts["calm_losers"] = bought.is_in(calm) & sold.is_in(lose)
        parts["calm_others"] = bought.is_in(calm) & stepped
    sides = Sides(*apart(after, before), time, value, complete, least)
    growths = ("calm_losers", "calm_others") if calm else (None, None)
    return ratios(frame, sides, parts, growths, as_list(by), [supplier, buyer])


def substitution_summary(frame: FrameT, *, by: str | Sequence[str] = ()) -> FrameT:
    """Return median, weighted mean and the part above one half of ratios by product.

    Parameters
    ----------
    frame
        A result of `substitution_ratio` or `rerouting_ratio`.
    by
        Columns to keep apart, such as a year.

    Returns
    -------
    frame
        The keys and the columns of `SUBSTITUTION_SUMMARY`.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type.
    """
    keys = as_list(by)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        ratio = nw.col("ratio")
        marked = rows.select(
            *keys,
            ratio,
            nw.when(~ratio.is_null()).then(nw.col("lost")).alias("__lost"),
            nw.when(~ratio.is_null()).then(nw.col("additional")).alias("__additional"),
            nw.when(ratio > 0.5).then(1).alias("__above"),
            nw.when(ratio.is_null()).then(1).alias("__without"),
        )
        sums = aggregate(
            marked,
            keys,
            ratio.median().alias("median"),
            nw.col("__lost", "__additional").sum(),
            ratio.count().alias("products"),
            nw.col("__above", "__without").count(),
        )
        some, lost = nw.col("products") > 0, nw.col("__lost")
        return sums.select(
            *keys,
            (nw.col("__additional") / nw.when(some & (lost > 0)).then(lost)).alias("weighted_mean"),
            nw.when(some).then(nw.col("median")).alias("median"),
            (nw.col("__above") / nw.when(some).then(nw.col("products"))).alias("above_half"),
            nw.col("products"),
            nw.col("__without").alias("without_ratio"),
        )

    makes = [name for name, _ in SUBSTITUTION_SUMMARY.columns]
    texts = ["additional", "lost"]
    return run_on_frame(frame, step, keys=keys, texts=texts, value="ratio", makes=makes)
