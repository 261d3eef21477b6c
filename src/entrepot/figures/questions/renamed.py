"""Codes that are in some editions only: what they hold begins or ends with the edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError
from entrepot.goods.editions import known_codes
from entrepot.lake import fetch
from entrepot.model.display import joined
from entrepot.model.product import NO_CODES, harmonized

if TYPE_CHECKING:
    from collections.abc import Iterable

    Frame = nw.LazyFrame[Any]

__all__ = ["renamed", "renamed_words", "without"]

NAMED = 5
"""Codes left out that are named."""
SIX = 6


def renamed(rows: Frame, others: Frame | None = None) -> tuple[list[str], list[str]]:
    """Return the products of rows, and of others, whose code is not in every edition of both.

    A code that was split or renumbered would be goods that ended and others that began.

    Raises
    ------
    NoEvidenceError
        If that is every product of `rows`.
    """
    told = [[] if one is None else _told(one) for one in (rows, others)]
    every = {edition for some in told for edition, _ in some}
    mine, theirs = (sorted({code for _, code in some if _lacks(code, every)}) for some in told)
    if mine and len(mine) == len({code for _, code in told[0]}):
        raise NoEvidenceError(
            f"its goods are told in {joined(sorted(every))}, and no code is in all of them",
            why="a code that is new would look like goods that are",
            hint="ask codes that are in both, or a source that keeps one edition, such as BACI",
        )
    return mine, theirs


def _told(rows: Frame) -> list[tuple[str, str]]:
    """Return edition and code of every product, but for totals."""
    pairs = fetch(rows.select("nomenclature", "product").unique())
    return [(harmonized(name).id, str(code)) for name, code in pairs if name != NO_CODES]


def _lacks(code: str, every: set[str]) -> bool:
    return not every <= known_codes().get(code[:SIX], every)


def without(rows: Frame, products: Iterable[str]) -> Frame:
    """Leave products out."""
    codes = sorted(products)
    return rows.filter(~nw.col("product").is_in(codes)) if codes else rows


def renamed_words(codes: Iterable[str]) -> str:
    """Name what was left out, the first where there are many."""
    names = sorted(codes)
    first = ", ".join(names[:NAMED])
    return f"{first} and {len(names) - NAMED} more" if len(names) > NAMED else first
