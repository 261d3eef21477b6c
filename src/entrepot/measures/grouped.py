"""Small steps that several measures share.

They follow the rules of the engine: a column is made first and aggregated after, a division is
guarded, a window names a complete order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = [
    *("NUMBERS", "TRANSLATE", "aggregate", "as_codes", "as_list", "known_sum", "supplier_totals")
]

NUMBERS = "a number such as 156 is another area in another table of codes"
TRANSLATE = (
    "translate the column and the codes asked for: "
    'entrepot.model.areas.by_code("baci") has our code for each of BACI\'s, as text'
)


def as_list(by: str | Sequence[str]) -> list[str]:
    """Return column names as a list; one name may come as plain text."""
    return [by] if isinstance(by, str) else list(by)


def as_codes(codes: str | Collection[str]) -> list[str]:
    """Return area codes as a sorted list; ``"CHN+HKG"`` means both.

    Raises
    ------
    RequestError
        For numbers, such as BACI's 156: the same number is another area in another table.
    """
    several = codes.split("+") if isinstance(codes, str) else codes
    if not isinstance(several, Iterable) or not all(isinstance(one, str) for one in several):
        raise RequestError(f"not codes of areas as text: {codes!r}", why=NUMBERS, hint=TRANSLATE)
    return sorted(set(several))


def aggregate(rows: nw.LazyFrame[Any], keys: Sequence[str], *parts: nw.Expr) -> nw.LazyFrame[Any]:
    """Aggregate by `keys`, or over all rows where there are none."""
    return rows.group_by(*keys).agg(*parts) if keys else rows.select(*parts)


def known_sum(total: str, known: str) -> nw.Expr:
    """Return column `total`, null where no value is known: Narwhals sums nothing to zero."""
    return nw.when(nw.col(known) > 0).then(nw.col(total))


def supplier_totals(
    rows: nw.LazyFrame[Any], keys: Sequence[str], supplier: str, value: str
) -> nw.LazyFrame[Any]:
    """Add up each supplier's rows.

    A supplier none of whose values is known comes out as zero. That is safe for measures of
    concentration, where such a supplier has no part either way, and only for them.
    """
    return aggregate(rows, [*keys, supplier], nw.col(value).sum())
