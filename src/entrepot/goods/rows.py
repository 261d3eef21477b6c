"""Keep the rows of a frame whose product is in a selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import narwhals as nw

from entrepot.errors import RequestError, UnknownNameError

if TYPE_CHECKING:
    from entrepot.goods.selection import Selection

__all__ = ["select"]

FrameT = TypeVar("FrameT")


def select(frame: FrameT, selection: Selection, *, product: str = "product") -> FrameT:
    """Return the rows of `frame` whose product is selected; the same kind of frame as came in.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read.
    selection
        From `goods_selection`, in the nomenclature of the frame.
    product
        Column with product codes as text, zeros kept.

    Raises
    ------
    UnknownNameError
        If there is no such column.
    RequestError
        If the column is not text: numbers have lost their leading zeros.
    """
    rows = nw.from_native(frame)  # type: ignore[call-overload]
    schema = rows.collect_schema()
    if product not in schema:
        raise UnknownNameError("column", product, schema.names())
    if schema[product] not in (nw.String, nw.Categorical, nw.Enum):
        raise RequestError(
            f"product codes are {schema[product]}, not text",
            where=f"column {product}",
            why="numbers lose the leading zero, so 010620 would be looked for as 10620",
            hint="read them as text, or turn them into text and pad to six digits",
        )
    if selection.codes is None:
        return frame
    codes = nw.col(product)
    if schema[product] != nw.String:  # categories have no order to compare by
        codes = codes.cast(nw.String)
    kept = rows.filter(_wanted(selection.codes, selection.prefixes, codes))
    native = kept if isinstance(frame, (nw.DataFrame, nw.LazyFrame)) else kept.to_native()
    return cast("FrameT", native)


def _wanted(codes: frozenset[str], prefixes: frozenset[str], column: nw.Expr) -> nw.Expr:
    tests = [column.is_in(sorted(codes))] if codes else []
    # A range, and not starts_with, lets Parquet skip the row groups that hold other products.
    tests += [(column >= prefix) & (column < _after(prefix)) for prefix in sorted(prefixes)]
    return nw.any_horizontal(*tests, ignore_nulls=True) if tests else column.is_null() & False


def _after(prefix: str) -> str:
    """Return the least text above everything that begins with `prefix`."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
