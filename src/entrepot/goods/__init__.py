"""Goods: dated lists of controlled goods, product codes, and editions of the Harmonized System.

This is the only place that reads lists. It receives frames and knows no source and no lake.
The names are imported when first used: codes are parsed, and lists shown, without a frame.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entrepot.goods.history import goods_diff, goods_history
    from entrepot.goods.library import goods_list, goods_lists
    from entrepot.goods.links import CodeLink, Family, Links, link
    from entrepot.goods.list_conversion import Variant
    from entrepot.goods.lists import GoodsList, ListEntry, ListPart, ListText
    from entrepot.goods.match import Match, Matcher
    from entrepot.goods.parse import goods_title
    from entrepot.goods.selection import Selection, goods_selection, merged, select
    from entrepot.goods.weights import ConversionWeights, convert, estimate_weights

__all__ = [
    "CodeLink",
    "ConversionWeights",
    "Family",
    "GoodsList",
    "Links",
    "ListEntry",
    "ListPart",
    "ListText",
    "Match",
    "Matcher",
    "Selection",
    "Variant",
    "convert",
    "estimate_weights",
    "goods_diff",
    "goods_history",
    "goods_list",
    "goods_lists",
    "goods_selection",
    "goods_title",
    "link",
    "merged",
    "select",
]

_HOMES = {
    **dict.fromkeys(("goods_diff", "goods_history"), "history"),
    **dict.fromkeys(("goods_list", "goods_lists"), "library"),
    **dict.fromkeys(("CodeLink", "Family", "Links", "link"), "links"),
    "Variant": "list_conversion",
    **dict.fromkeys(("GoodsList", "ListEntry", "ListPart", "ListText"), "lists"),
    **dict.fromkeys(("Match", "Matcher"), "match"),
    "goods_title": "parse",
    **dict.fromkeys(("Selection", "goods_selection", "merged", "select"), "selection"),
    **dict.fromkeys(("ConversionWeights", "convert", "estimate_weights"), "weights"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
