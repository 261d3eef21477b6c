"""What a comparison says: which share is larger, or why that cannot be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.goods import goods_title
from entrepot.model.areas import area_phrase, possessive
from entrepot.model.display import NBSP
from entrepot.report import words
from entrepot.report.cards import source_on_card

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.pair.found import Compared

__all__ = ["answer", "headings", "told"]


def answer(found: Compared) -> str:
    """Return one or two sentences that compare the shares.

    A side is called larger only if the ranges of both are apart, and in the same period, unless
    the periods are what is compared. Another source is named.
    """
    first, second = found.shares
    if first.status != "ok" and second.status != "ok":
        return "Nothing held says how large either share is."
    for here, there, name in ((first, second, found.names[1]), (second, first, found.names[0])):
        if there.status != "ok":
            return f"{told(here)}. Of the other side, {name}, nothing held says the share."
    same_flow = found.sides[0].keys == found.sides[1].keys
    if first.definition.period != second.definition.period and not same_flow:
        return f"{told(first)}. {told(second)}. The periods differ."
    return f"{told(first)}. {told(second)}. {_order(found)}{_sources(first, second)}"


def told(figure: Figure) -> str:
    """Return a share with its range as a clause.

    "China’s share of Russia’s imports of all goods was 45.2 % in 2023".
    """
    one = figure.definition
    whose = f"{possessive(area_phrase(one.exporter))} share of"
    whose += f" {possessive(area_phrase(one.importer))} imports of {goods_title(one.goods)}"
    spread = words.span(figure)
    ends = f" ({spread})" if spread else ""
    value = NBSP.join(words.shown(figure))
    return f"{words.capital(whose)} was {value}{ends} in {one.period}"


def _order(found: Compared) -> str:
    first, second = (_ends(figure) for figure in found.shares)
    if first[0] > second[1]:
        return f"Larger under every definition held: {found.names[0]}."
    if second[0] > first[1]:
        return f"Larger under every definition held: {found.names[1]}."
    return "The ranges meet, so which is larger depends on the definition."


def _ends(figure: Figure) -> tuple[float, float]:
    value = figure.required()
    return (
        value if figure.low is None else figure.low,
        value if figure.high is None else figure.high,
    )


def _sources(first: Figure, second: Figure) -> str:
    voices = [source_on_card(figure) for figure in (first, second)]
    if voices[0] == voices[1]:
        return ""
    return f" The sources differ: {voices[0]} and {voices[1]}."


def headings(found: Compared) -> tuple[str, str]:
    """Return what stands over the column of each side: its name and the period of its share."""
    first, second = (
        name if str(figure.definition.period) in name else f"{name}, {figure.definition.period}"
        for name, figure in zip(found.names, found.shares, strict=True)
    )
    return first, second
