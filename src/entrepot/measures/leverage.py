"""How unequal the dependence of two trading partners is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_codes, as_list
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["ASYMMETRY", "asymmetry"]

ASYMMETRY = MeasureMetadata(
    id="asymmetry",
    title="asymmetry of dependence",
    function="asymmetry",
    inputs=(
        "rows with exporter, importer and value: everything the importer buys and everything the "
        "exporter sells; the two partners"
    ),
    columns=(
        ("asymmetry", "import_share over export_share, a ratio; 1 is balance"),
        ("import_share", "the exporter's part of the importer's imports, 0 to 1"),
        ("export_share", "the importer's part of the exporter's exports, 0 to 1"),
    ),
    unit="ratio",
    range="above 0; above 1 the importer leans more on the exporter than the reverse",
    null_rule=(
        "missing values are left out; null where the partners' trade is zero or not known, or a "
        "part is negative or infinite"
    ),
    formula="A = (m_ij / Σ_j m_ij) / (m_ij / Σ_i m_ij), with m_ij imports of i from j",
    reference="Hirschman (1945), National Power and the Structure of Foreign Trade",
)


def asymmetry(
    frame: FrameT,
    *,
    importer: str | Collection[str],
    exporter: str | Collection[str],
    by: str | Sequence[str] = ("period",),
    supplier: str = "exporter",
    buyer: str = "importer",
    value: str = "value_usd",
) -> FrameT:
    """Compare how much `importer` leans on `exporter` with the reverse.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with all imports of `importer` and all exports of
        `exporter`; other rows do no harm.
    importer, exporter
        Codes as they stand in the frame, or several that count as one.
    by
        Columns to compare by.
    supplier, buyer, value
        Columns with exporters, importers and values.

    Returns
    -------
    frame
        The keys, ``asymmetry`` (a ratio), ``import_share`` and ``export_share`` (0 to 1).

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type.
    """
    keys = as_list(by)
    sellers, buyers = as_codes(exporter), as_codes(importer)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        sold = nw.when(nw.col(supplier).is_in(sellers)).then(1).otherwise(0)
        bought = nw.when(nw.col(buyer).is_in(buyers)).then(1).otherwise(0)
        marked = rows.with_columns(sold.alias("__sold"), bought.alias("__bought"))
        side = nw.col("__sold") * 2 + nw.col("__bought")
        parted = marked.select(
            *keys,
            nw.when(side == 3).then(nw.col(value)).alias("__both"),
            nw.when(side == 1).then(nw.col(value)).alias("__bought_elsewhere"),
            nw.when(side == 2).then(nw.col(value)).alias("__sold_elsewhere"),
        )
        names = ("__both", "__bought_elsewhere", "__sold_elsewhere")
        sums = aggregate(parted, keys, *(nw.col(name).sum() for name in names))
        both, bought_, sold_ = (nw.col(name) for name in names)
        defined = (both > 0) & (bought_ >= 0) & (sold_ >= 0) & (both + bought_ + sold_).is_finite()
        return sums.select(
            *keys,
            nw.when(defined).then((both + sold_) / (both + bought_)).alias("asymmetry"),
            nw.when(defined).then(both / (both + bought_)).alias("import_share"),
            nw.when(defined).then(both / (both + sold_)).alias("export_share"),
        )

    makes = [name for name, _ in ASYMMETRY.columns]
    texts, asked = [supplier, buyer], {supplier: sellers, buyer: buyers}
    return run_on_frame(frame, step, keys=keys, texts=texts, value=value, makes=makes, areas=asked)
