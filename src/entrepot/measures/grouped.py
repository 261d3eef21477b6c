"""Small steps that several measures share.

They follow the rules of the engine: a column is made first and aggregated after, a division is
guarded, a window names a complete order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

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
    # Narwhals groups by one key at least.
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


# One partner against the rest, for several questions over the same rows.


@dataclass(frozen=True)
class SideSums:
    """A total and the part of it that is asked about.

    Attributes
    ----------
    name
        Prefix of the columns that are made.
    within
        Which rows make the total.
    asked
        Which of them are the part.
    """

    name: str
    within: nw.Expr
    asked: nw.Expr

    @property
    def part(self) -> nw.Expr:
        """Sum of what is asked about."""
        return nw.col(f"{self.name}_part")

    @property
    def rest(self) -> nw.Expr:
        """Sum of all else."""
        return nw.col(f"{self.name}_rest")

    @property
    def total(self) -> nw.Expr:
        """Part and rest, which are added up apart so that no share exceeds one."""
        return self.part + self.rest

    @property
    def share(self) -> nw.Expr:
        """Part of the total, null where `defined` is false."""
        return nw.when(self.defined).then(self.part / self.total)

    @property
    def defined(self) -> nw.Expr:
        """Whether there is a share: nothing negative, a total, and the part is not all missing."""
        known, rows = nw.col(f"{self.name}_known"), nw.col(f"{self.name}_rows")
        sound = (self.part >= 0) & (self.rest >= 0) & (self.total > 0) & self.total.is_finite()
        return sound & ((known > 0) | (rows == 0))


def side_sums(
    rows: nw.LazyFrame[Any],
    keys: Sequence[str],
    value: str,
    sides: Sequence[SideSums],
    *more: nw.Expr,
) -> nw.LazyFrame[Any]:
    """Add up part and rest of each side by `keys`; `more` are further aggregates."""
    marks = rows.with_columns(
        *(
            # A condition on null (a row without supplier) is no part: it counts with the rest.
            nw.when(flag).then(1).otherwise(0).alias(f"{side.name}_{word}")
            for side in sides
            for word, flag in (("in", side.within), ("of", side.asked))
        )
    )
    parted, added = [], []
    for side in sides:
        within, asked = nw.col(f"{side.name}_in") == 1, nw.col(f"{side.name}_of") == 1
        other = nw.col(f"{side.name}_of") == 0
        parted += [
            nw.when(within & asked).then(nw.col(value)).alias(f"{side.name}_part"),
            nw.when(within & other).then(nw.col(value)).alias(f"{side.name}_rest"),
            nw.when(within & asked).then(1).alias(f"{side.name}_rows"),
        ]
        added += [
            nw.col(f"{side.name}_part").count().alias(f"{side.name}_known"),
            nw.col(f"{side.name}_part").sum(),
            nw.col(f"{side.name}_rest").sum(),
            nw.col(f"{side.name}_rows").count(),
        ]
    return aggregate(marks.with_columns(*parted), keys, *added, *more)


# Below it, both (a - b) and ln(a / b) are differences of near equals, and their quotient loses
# digits; the series has all of them.
_NEAR = 0.01


def pick(*cases: tuple[nw.Expr, Any], otherwise: Any = None) -> nw.Expr:
    """Return the value of the first of `cases` whose condition holds."""
    found = otherwise
    # From the last to the first, so that the first condition ends up outermost.
    for condition, value in reversed(cases):
        found = nw.when(condition).then(value).otherwise(found)
    return cast("nw.Expr", found)


def divided(part: nw.Expr, total: nw.Expr) -> nw.Expr:
    """Return ``part / total``, null where `total` is zero."""
    return part / nw.when(total != 0).then(total)


def log_ratio(above: nw.Expr, below: nw.Expr) -> nw.Expr:
    """Return ``ln(above / below)``, null unless both are positive."""
    return nw.when((above > 0) & (below > 0)).then(above / below).log(math.e)


def log_mean(one: nw.Expr, other: nw.Expr) -> nw.Expr:
    """Return the logarithmic mean of two numbers that are not negative.

    It lies between the geometric and the arithmetic mean, is `one` where both are equal, and has
    the limit zero where one of them is zero.
    """
    log = log_ratio(one, other)
    far = (one - other) / nw.when(log.abs() >= _NEAR).then(log)
    # L(a, b) = √(ab) sinh(x/2) / (x/2) with x = ln(a / b).
    near = _root(one) * _root(other) * _series(log)
    return pick((log.abs() < _NEAR, near), ((one > 0) & (other > 0), far), otherwise=0.0)


def logit_weight(parts: Sequence[nw.Expr], change: nw.Expr, log: nw.Expr) -> nw.Expr:
    """Return the change of a share over the change of its logit.

    Parameters
    ----------
    parts
        Share and rest in the base, share and rest in the period; all positive.
    change, log
        Change of the share, and of ln(share / rest).
    """
    far = change / nw.when(log.abs() >= _NEAR).then(log)
    near = _series(log)
    for part in parts:
        near = near * _root(part)
    return nw.when(log.abs() < _NEAR).then(near).otherwise(far)


def _root(number: nw.Expr) -> nw.Expr:
    # Engines may compute both branches of a condition: of a negative number there is no root.
    return nw.when(number >= 0).then(number).sqrt()


def _series(log: nw.Expr) -> nw.Expr:
    """Return sinh(x/2) / (x/2) for small x; what is left out is below 1e-17."""
    square = log * log
    return 1 + square / 24 + square * square / 1920
