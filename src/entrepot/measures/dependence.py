"""How much of a market one supplier has, and how much of a supplier's sales one buyer takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.frame_adapter import FrameT, is_absent, run_on_frame
from entrepot.measures.grouped import aggregate, as_codes, as_list
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["EXPORT_SHARE", "IMPORT_SHARE", "export_share", "import_share"]

_NULL_RULE = (
    "null where the total is zero, where a part is negative or infinite, and where the partner's "
    "rows are all missing values, and where no row of the frame names the partner; zero where the "
    "partner has rows in other markets of the frame and none in this one"
)

IMPORT_SHARE = MeasureMetadata(
    id="import_share",
    title="share of imports",
    function="import_share",
    inputs="rows with supplier and value, all suppliers of the market; the supplier asked about",
    columns=(("share", "the supplier's part of all imports, 0 to 1"),),
    unit="share",
    range="0 to 1",
    null_rule=_NULL_RULE,
    formula="s = m_j / Σ_j m_j, with m_j imports from supplier j",
    reference="definition",
)

EXPORT_SHARE = MeasureMetadata(
    id="export_share",
    title="share of exports",
    function="export_share",
    inputs="rows with buyer and value, all buyers of the exporter; the buyer asked about",
    columns=(("share", "the buyer's part of all exports, 0 to 1"),),
    unit="share",
    range="0 to 1",
    null_rule=_NULL_RULE,
    formula="s = x_i / Σ_i x_i, with x_i exports to buyer i",
    reference="definition",
)


def import_share(
    frame: FrameT,
    *,
    exporter: str | Collection[str],
    by: str | Sequence[str] = ("importer", "period"),
    supplier: str = "exporter",
    value: str = "value_usd",
) -> FrameT:
    """Return the share of imports that comes from `exporter`.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier, not only of `exporter`.
    exporter
        Code of the supplier as it stands in the frame, or several that count as one (``"CHN+HKG"``
        or a collection). Groups such as EU27 must be resolved to members first.
    by
        Columns that make a market.
    supplier, value
        Columns with suppliers and values. A row without supplier counts in the total.

    Returns
    -------
    frame
        The keys and ``share``, 0 to 1.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type.
    """
    return _share(frame, exporter, by, supplier, value)


def export_share(
    frame: FrameT,
    *,
    importer: str | Collection[str],
    by: str | Sequence[str] = ("exporter", "period"),
    buyer: str = "importer",
    value: str = "value_usd",
) -> FrameT:
    """Return the share of exports that goes to `importer`.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every buyer, not only of `importer`.
    importer
        Code of the buyer as it stands in the frame, or several that count as one.
    by
        Columns that make one exporter's sales.
    buyer, value
        Columns with buyers and values. A row without buyer counts in the total.

    Returns
    -------
    frame
        The keys and ``share``, 0 to 1.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type.
    """
    return _share(frame, importer, by, buyer, value)


def _share(
    frame: FrameT,
    partner: str | Collection[str],
    by: str | Sequence[str],
    side: str,
    value: str,
) -> FrameT:
    keys, codes = as_list(by), as_codes(partner)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        nowhere = is_absent(frame, side, codes)
        # Part and rest are added up apart, so that rounding cannot make a share exceed one.
        asked = nw.col(side).is_in(codes)
        parted = rows.select(
            *keys,
            nw.when(asked).then(nw.col(value)).alias("__part"),
            nw.when(asked).then(nw.lit(None, nw.Float64)).otherwise(value).alias("__rest"),
            nw.when(asked).then(1).alias("__rows"),
        )
        sums = aggregate(
            parted,
            keys,
            nw.col("__part").sum().alias("__sum"),
            nw.col("__part").count().alias("__known"),
            nw.col("__rest").sum(),
            nw.col("__rows").count(),
        )
        part, rest = nw.col("__sum"), nw.col("__rest")
        zero = (nw.col("__rows") == 0) & nw.lit(not nowhere)
        answered = (nw.col("__known") > 0) | zero
        defined = (part >= 0) & (rest >= 0) & (part + rest > 0) & (part + rest).is_finite()
        return sums.select(
            *keys, nw.when(answered & defined).then(part / (part + rest)).alias("share")
        )

    asked = {side: codes}
    return run_on_frame(
        frame, step, keys=keys, texts=[side], value=value, makes=["share"], areas=asked
    )
