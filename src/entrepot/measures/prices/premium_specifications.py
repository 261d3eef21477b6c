"""A buyer's premium under several bounds and estimators at once, without intervals."""

from __future__ import annotations

import math
from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING, Any

from entrepot.measures.change import apart
from entrepot.measures.grouped import as_codes, as_list
from entrepot.measures.prices.contrasts import (
    Contrast,
    Roles,
    check_quantity,
    check_trim,
    contrasts,
)
from entrepot.measures.prices.estimate import mean_gap

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from entrepot.model.period import Period

__all__ = ["premiums_under"]


def premiums_under(
    frame: Any,
    *,
    group: str,
    buyer: str | Collection[str],
    period: str | int | Period,
    base: str | int | Period,
    trims: Sequence[float | None],
    by: str | Sequence[str] = (),
    product: str = "product",
    importer: str = "importer",
    time: str = "period",
    value: str = "value_usd",
    quantity: str = "mass_kg",
) -> Iterator[tuple[Any, float | None, str, float]]:
    """Yield premiums of each group of rows: group, bound, estimator and premium, ratio less 1.

    The rows are read once; each bound and each estimator is that of `price_premium` with the same
    columns. Estimators are ``median``, ``did`` and ``did, weighted``. A group in which no product
    is left has none.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read.
    group
        Column whose values are answered apart.
    trims
        Bounds on either side's change of price, None for no bound.
    buyer, period, base, by, product, importer, time, value, quantity
        As in `price_premium`.

    Raises
    ------
    UnknownNameError, RequestError
        As in `price_premium`.
    """
    check_quantity(frame, quantity)
    for trim in trims:
        check_trim(trim)
    items = (*as_list(by), product)
    roles = Roles(items, product, importer, time, value, quantity, group=group)
    found, _ = contrasts(frame, roles, as_codes(buyer), apart(period, base), trim=None, min_rows=1)
    groups: dict[Any, list[Contrast]] = defaultdict(list)
    for item in found:
        groups[item.group].append(item)
    for name, items_there in groups.items():
        for trim in trims:
            far = math.inf if trim is None else math.log(trim)
            kept = [one for one in items_there if max(abs(one.buyer), abs(one.others)) <= far]
            for estimator, beta in _estimates(kept):
                yield name, trim, estimator, math.expm1(beta)


def _estimates(kept: Sequence[Contrast]) -> Iterator[tuple[str, float]]:
    if not kept:
        return
    yield "median", median(one.gap for one in kept)
    for weighted, name in ((False, "did"), (True, "did, weighted")):
        yield name, mean_gap(kept, None, weighted=weighted)
