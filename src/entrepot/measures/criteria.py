"""Criteria with thresholds: which hold, by how much, and what is a near miss.

Several definitions of a dependent product share this shape, and the rules for what is not known:
one criterion that surely fails decides, whatever is not known of the others; otherwise one that is
not known leaves the verdict open.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["NO_EXPORTS", "check", "imports_over_exports", "index_of", "judged"]

# What CEPII writes for imports over exports where there are none of the latter.
NO_EXPORTS = 9999.0

# A value that exceeds its threshold in the last digits only does so by rounding: in thousands or
# in units, a product gets one verdict.
_ROUNDING = 1e-12


def check(thresholds: Sequence[float], tolerance: float, count: int = 3) -> tuple[float, ...]:
    """Return the thresholds, or say what is wrong with them or with the tolerance.

    Raises
    ------
    RequestError
        If there are not `count` finite thresholds above zero, or `tolerance` is not between 0 and
        1.
    """
    found = tuple(float(one) for one in thresholds)
    if len(found) != count or not all(math.isfinite(one) and one > 0 for one in found):
        raise RequestError(
            f"thresholds are {', '.join(map(str, found)) or 'none'}",
            hint=f"give {count} numbers above zero, one a criterion",
        )
    if not 0 < tolerance < 1:
        raise RequestError(
            f"tolerance is {tolerance}",
            hint="give the part of a threshold that a near miss may lack, e.g. 0.1",
        )
    return found


def judged(
    rows: nw.LazyFrame[Any],
    criteria: Mapping[str, str],
    thresholds: Sequence[float],
    tolerance: float,
) -> nw.LazyFrame[Any]:
    """Add each criterion's verdict and margin, whether all hold, and whether it is a near miss.

    Parameters
    ----------
    rows
        Rows with the values.
    criteria
        Name of each criterion with its column of values.
    thresholds
        One for each; a criterion holds where its value is higher.
    tolerance
        Part of the threshold by which the one criterion that fails may miss.

    Returns
    -------
    frame
        The rows with ``<name>``, ``<name>_margin`` (value over threshold, less one), ``met`` and
        ``near_miss``.
    """
    names = list(criteria)
    marked = rows.with_columns(
        *(
            (nw.col(column) > threshold * (1 + _ROUNDING)).alias(name)
            for (name, column), threshold in zip(criteria.items(), thresholds, strict=True)
        ),
        *(
            (nw.col(column) / threshold - 1).alias(f"{name}_margin")
            for (name, column), threshold in zip(criteria.items(), thresholds, strict=True)
        ),
    )
    misses = [
        _all(
            ~nw.col(name),
            nw.col(f"{name}_margin") > -tolerance,
            *(nw.col(other) for other in names if other != name),
        )
        for name in names
    ]
    near = misses[0]
    for miss in misses[1:]:
        near = near | miss
    return marked.with_columns(
        _all(*(nw.col(name) for name in names)).alias("met"), near.alias("near_miss")
    )


def index_of(total: nw.Expr, squares: nw.Expr) -> nw.Expr:
    """Return the Herfindahl-Hirschman index, null where it has no meaning."""
    return nw.when((total > 0) & squares.is_finite()).then(squares / (total * total))


def imports_over_exports(imports: nw.Expr, exports: nw.Expr) -> nw.Expr:
    """Return imports over exports: 9999 where exports are zero, 0 where imports are.

    Null where either is not known, negative or infinite.
    """
    known = (imports >= 0) & (exports >= 0) & (imports + exports).is_finite()
    ratio = nw.when(exports > 0).then(imports / exports).otherwise(NO_EXPORTS)
    return nw.when(known & (imports > 0)).then(ratio).otherwise(nw.when(known).then(0.0))


def _all(*parts: nw.Expr) -> nw.Expr:
    found = parts[0]
    for part in parts[1:]:
        found = found & part
    return found
