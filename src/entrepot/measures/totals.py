"""Value of trade: the sum of the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import narwhals as nw

from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_list, known_sum
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["VALUE", "value", "without_own_trade"]

VALUE = MeasureMetadata(
    id="value",
    title="value of trade",
    function="value",
    inputs="rows with a value; keys to add up by",
    columns=(("value_usd", "sum of the rows, in the unit of the column that was added up"),),
    unit="USD",
    range="any number; trade is not negative, corrections can be",
    null_rule="missing values are left out; null where none is known, never zero",
    formula="V = Σ v",
    reference="definition",
)


def value(frame: FrameT, *, by: str | Sequence[str], value: str = "value_usd") -> FrameT:
    """Add up values by keys.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read; the result is of the same kind.
    by
        Columns to add up by; an empty list adds up everything.
    value
        Column of values.

    Returns
    -------
    frame
        The keys and a column named as `value`, in its unit. Null where no value is known.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type.
    """
    keys = as_list(by)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        sums = aggregate(
            rows,
            keys,
            nw.col(value).sum().alias("__total"),
            nw.col(value).count().alias("__known"),
        )
        return sums.select(*keys, known_sum("__total", "__known").alias(value))

    return run_on_frame(frame, step, keys=keys, value=value)


def without_own_trade(
    frame: FrameT, *, exporter: str = "exporter", importer: str = "importer"
) -> FrameT:
    """Return the rows whose exporter and importer differ; a row without one of them is left out.

    Measures keep own trade (goods that return, free zones, members of one group) unless this is
    called first, because leaving rows out is a choice that a definition must name.

    Raises
    ------
    narwhals.exceptions.ColumnNotFoundError
        If a column is missing.
    """
    rows: Any = nw.from_native(cast("Any", frame))
    # Said aloud, because pandas takes nothing for different from everything.
    known = ~nw.col(exporter).is_null() & ~nw.col(importer).is_null()
    kept = rows.filter(known & (nw.col(exporter) != nw.col(importer)))
    found: FrameT = kept if isinstance(frame, (nw.DataFrame, nw.LazyFrame)) else kept.to_native()
    return found
