"""Goods: dated lists of controlled goods, product codes, and editions of the Harmonized System.

This is the only place that reads lists. It receives frames and knows no source and no lake.
"""

from entrepot.goods.editions import Link, link
from entrepot.goods.follow import Variant
from entrepot.goods.lists import GoodsList, ListEntry, ListSource, Tier, goods_list, goods_lists
from entrepot.goods.parse import goods_title
from entrepot.goods.rows import select
from entrepot.goods.selection import Selection, goods_selection

__all__ = [
    "GoodsList",
    "Link",
    "ListEntry",
    "ListSource",
    "Selection",
    "Tier",
    "Variant",
    "goods_list",
    "goods_lists",
    "goods_selection",
    "goods_title",
    "link",
    "select",
]
