"""Keep the rows of a frame whose product is in a selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import narwhals as nw

from entrepot.errors import RequestError, UnknownNameError
from entrepot.goods.selection import Selection
from entrepot.model.product import TARIFFS

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["select", "wanted", "weighted"]

FrameT = TypeVar("FrameT")
_FEW = 8
"""Prefixes up to which each is compared by itself; of hundreds, each would be asked of each row."""


def select(
    frame: FrameT,
    selection: Selection | Sequence[Selection],
    *,
    product: str = "product",
    nomenclature: str = "nomenclature",
) -> FrameT:
    """Return the rows of `frame` whose product is selected; the same kind of frame as came in.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read.
    selection
        From `goods_selection`, in the nomenclature of the frame; several where it mixes editions,
        one each.
    product
        Column with product codes as text, zeros kept.
    nomenclature
        Column that says in which edition a code is to be read; needed for several selections.

    Raises
    ------
    UnknownNameError
        If there is no such column.
    RequestError
        If the column is not text: numbers have lost their leading zeros.
    """
    selections = [selection] if isinstance(selection, Selection) else list(selection)
    rows = nw.from_native(frame)  # type: ignore[call-overload]
    schema = rows.collect_schema()
    for column in (product, nomenclature)[: min(len(selections), 2)]:
        if column not in schema:
            raise UnknownNameError("column", column, schema.names())
    if schema[product] not in (nw.String, nw.Categorical, nw.Enum):
        raise RequestError(
            f"product codes are {schema[product]}, not text",
            where=f"column {product}",
            why="numbers lose the leading zero, so 010620 would be looked for as 10620",
            hint="read them as text, or turn them into text and pad to six digits",
        )
    codes = nw.col(product)
    if schema[product] != nw.String:  # categories have no order to compare by
        codes = codes.cast(nw.String)
    test = _of_any(selections, codes, nomenclature)
    if test is None:
        return frame
    kept = rows.filter(test)
    native = kept if isinstance(frame, (nw.DataFrame, nw.LazyFrame)) else kept.to_native()
    return cast("FrameT", native)


def wanted(selections: Sequence[Selection]) -> nw.Expr | None:
    """Return the test by which `select` keeps canonical rows; None where it keeps all.

    With it rows can be filtered by other things in the same step.
    """
    return _of_any(selections, nw.col("product"), "nomenclature")


def _of_any(selections: Sequence[Selection], codes: nw.Expr, nomenclature: str) -> nw.Expr | None:
    if all(one.codes is None for one in selections):
        return None
    tests = [_wanted(one, codes) for one in selections]
    if len(selections) > 1:
        editions = nw.col(nomenclature)
        tests = [
            (editions == one.nomenclature) & test
            for one, test in zip(selections, tests, strict=True)
        ]
    return nw.any_horizontal(*tests, ignore_nulls=True)


def _wanted(selection: Selection, column: nw.Expr) -> nw.Expr:
    codes, prefixes = selection.codes, set(selection.prefixes)
    if codes is None:
        return ~column.is_null()
    tests = []
    if codes and selection.nomenclature[:-4] in TARIFFS:
        tests.append(column.str.slice(0, 6).is_in(sorted(codes)))
    elif codes:
        tests.append(column.is_in(sorted(codes)))
    if len(prefixes) <= _FEW:
        # A range, and not starts_with, lets Parquet skip the row groups that hold other products.
        tests += [(column >= prefix) & (column < _after(prefix)) for prefix in sorted(prefixes)]
    else:
        lengths = sorted({len(prefix) for prefix in prefixes})
        tests += [
            column.str.slice(0, length).is_in(sorted(p for p in prefixes if len(p) == length))
            for length in lengths
        ]
    return nw.any_horizontal(*tests, ignore_nulls=True) if tests else column.is_null() & False


def _after(prefix: str) -> str:
    """Return the least text above everything that begins with `prefix`."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def weighted(
    frame: nw.LazyFrame[Any],
    selections: Sequence[Selection],
    *columns: str,
    product: str = "product",
    nomenclature: str = "nomenclature",
) -> nw.LazyFrame[Any]:
    """Multiply amounts by the weights of selections that have some; other rows stay."""
    six = nw.col(product).str.slice(0, 6)
    for one in selections:
        if not one.weights:
            continue
        # One lookup, and not a condition for each code, which would nest as deep as a list is long.
        factor = six.replace_strict(dict(one.weights), default=1.0, return_dtype=nw.Float64)
        if len(selections) > 1:
            here = nw.col(nomenclature) == one.nomenclature
            factor = nw.when(here).then(factor).otherwise(nw.lit(1.0))
        frame = frame.with_columns((nw.col(name) * factor).alias(name) for name in columns)
    return frame
