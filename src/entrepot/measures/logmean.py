"""Logarithmic means and guarded arithmetic, which decompositions that leave no rest are made of.

The logarithmic mean L(a, b) = (a - b) / ln(a / b) turns a difference into a logarithm times a
weight. Written like that it loses its digits where a is close to b, so a series takes over there.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["divided", "log_mean", "log_ratio", "logit_weight", "pick"]

_NEAR = 0.01


def pick(*cases: tuple[nw.Expr, Any], otherwise: Any = None) -> nw.Expr:
    """Return the value of the first of `cases` whose condition holds."""
    found = otherwise
    for condition, value in reversed(cases):
        found = nw.when(condition).then(value).otherwise(found)
    return cast("nw.Expr", found)


def divided(part: nw.Expr, whole: nw.Expr) -> nw.Expr:
    """Return ``part / whole``, null where `whole` is zero."""
    return part / nw.when(whole != 0).then(whole)


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
    return nw.when(number >= 0).then(number).sqrt()


def _series(log: nw.Expr) -> nw.Expr:
    """Return sinh(x/2) / (x/2) for small x; what is left out is below 1e-17."""
    square = log * log
    return 1 + square / 24 + square * square / 1920
