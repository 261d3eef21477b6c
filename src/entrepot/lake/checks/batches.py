"""How much is checked by one query: many small months at once, one large year alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["TOGETHER", "batches"]

T = TypeVar("T")

TOGETHER = 5_000_000
"""Rows of one query, unless one item has more: what has to be told apart must fit in memory."""


def batches(items: Sequence[T], rows: Sequence[int], most: int = TOGETHER) -> Iterator[list[T]]:
    """Yield items in their order, so many together as have up to `most` rows.

    Examples
    --------
    >>> list(batches("abcd", [1, 2, 9, 1], most=4))
    [['a', 'b'], ['c'], ['d']]
    """
    batch: list[T] = []
    total = 0
    for item, count in zip(items, rows, strict=True):
        if batch and total + count > most:
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += count
    if batch:
        yield batch
