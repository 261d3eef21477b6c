"""Evidence that was added up from tables in the lake: whose tables, for readers of a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.comparison import ADDED_UP
from entrepot.sources import is_own, source_ids, source_info

if TYPE_CHECKING:
    from entrepot.claims.comparison import Comparison

__all__ = ["address_of", "how_of", "source_of"]

_HOW = "added up from the tables of that source"


def how_of(item: Comparison) -> str:
    """Return how a number came about, in words that need no lake."""
    return _HOW if item.how == ADDED_UP else item.how


def source_of(item: Comparison) -> str:
    """Return whose number it is: of tables by their title and publisher, not by our id."""
    source = item.source.lower()
    if item.how != ADDED_UP or is_own(source) or source not in source_ids():
        return item.source
    info = source_info(source)
    if info.computed:
        return "two reports made one by Entrepôt"
    return f"{info.title.partition(',')[0]} ({info.publisher})"


def address_of(item: Comparison) -> str:
    """Return where it stands; of tables, the page of their publisher."""
    source = item.source.lower()
    if item.url or item.how != ADDED_UP or is_own(source) or source not in source_ids():
        return item.url
    info = source_info(source)
    return "" if info.computed else info.url
