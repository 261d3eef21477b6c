"""Codes that are in some editions only: what they hold begins or ends with the edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError
from entrepot.goods.editions import known_codes
from entrepot.lake import fetch
from entrepot.model.display import first_of, joined
from entrepot.model.product import NO_CODES, harmonized

if TYPE_CHECKING:
    from collections.abc import Iterable

    Frame = nw.LazyFrame[Any]

__all__ = ["renamed", "renamed_words", "without"]

SIX = 6


def renamed(
    rows: Frame, others: Frame | None = None, *, whose: nw.Expr | None = None
) -> tuple[list[str], list[str]]:
    """Return the products of rows, and of others, whose code is not in every edition of both.

    A code that was split or renumbered would be goods that ended and others that began.

    Parameters
    ----------
    whose
        Whose trade a row is: what is compared is of one area each. None: all are compared.

    Raises
    ------
    NoEvidenceError
        If that is every product of `rows`.
    """
    label = (nw.lit("all") if whose is None else whose).alias("__whose")
    told = [[] if one is None else _told(one, label) for one in (rows, others)]
    every: dict[str, set[str]] = {}
    for some in told:
        for area, edition, _ in some:
            every.setdefault(area, set()).add(edition)
    known = known_codes()
    mine, theirs = (
        sorted(
            {
                code
                for area, _, code in some
                if not every[area] <= known.get(code[:SIX], every[area])
            }
        )
        for some in told
    )
    if mine and len(mine) == len({code for *_, code in told[0]}):
        editions = joined(sorted(set[str]().union(*every.values())))
        raise NoEvidenceError(
            f"its goods are told in {editions}, and no code is in all of them",
            why="a code that is new would look like goods that are",
            hint="ask codes that are in both, or a source that keeps one edition, such as BACI",
        )
    return mine, theirs


def _told(rows: Frame, label: nw.Expr) -> list[tuple[str, str, str]]:
    """Return area, edition and code of every product, but for totals."""
    keys = ("__whose", "nomenclature", "product")
    found = fetch(rows.with_columns(label).select(*keys).unique())
    return [(area, harmonized(name).id, code) for area, name, code in found if name != NO_CODES]


def without(rows: Frame, products: Iterable[str]) -> Frame:
    """Leave products out."""
    codes = sorted(products)
    return rows.filter(~nw.col("product").is_in(codes)) if codes else rows


def renamed_words(codes: Iterable[str]) -> str:
    """Name what was left out, the first where there are many."""
    return first_of(sorted(codes))
