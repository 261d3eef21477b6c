"""Goods: dated lists of controlled goods, product codes, and editions of the Harmonized System.

This is the only place that reads lists. It receives frames and knows no source and no lake.
"""

from entrepot.goods.editions import CodeLink, link
from entrepot.goods.history import goods_diff, goods_history
from entrepot.goods.library import goods_list, goods_lists
from entrepot.goods.links import Family, Links
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
