"""Goods as a part of a flow: "oil accounted for 70 % of Russia's exports to India"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.draft import Drafted, Refusal
from entrepot.claims.draft.near import clause, is_added, is_former
from entrepot.claims.draft.slots import level_period, notes_on, written
from entrepot.claims.draft.wholes import whole_before, whole_behind

if TYPE_CHECKING:
    from entrepot.claims.draft.reading import Reading
    from entrepot.claims.numbers import Span

__all__ = ["part_by_goods"]


def part_by_goods(number: Span, reading: Reading) -> Drafted:
    """Return what part of a flow some goods are: a ratio of the flow of them to all of it.

    Raises
    ------
    Refusal
        If goods, flow or period are not clear.
    """
    start, end = clause(number, reading)
    goods = [one for one in reading.found.goods if start <= one.start < end]
    whole = whole_behind(number, reading) or whole_before(number, reading)
    if is_added(number, reading) or is_former(number, reading):
        raise Refusal("how much the part that some goods are has changed: since when is not clear")
    if len(goods) != 1:
        raise Refusal("what part of a flow some goods are: which goods is not clear")
    if whole is None or whole.trouble or not whole.whole:
        raise Refusal("what part of a flow some goods are: of which flow is not clear")
    if whole.kind == "trade":
        raise Refusal("what part of trade both ways some goods are: write it as ratio")
    if whole.goods not in ("all", goods[0].value):
        raise Refusal("what part of a flow some goods are: of which goods the flow is")
    period = str(level_period(number, reading))
    flow: dict[str, Any] = {"exporter": whole.exporter, "importer": whole.importer}
    keys = {"of": {**flow, "goods": goods[0].value, "period": period}}
    keys["to"] = {**flow, "period": period}
    notes = notes_on(replace(whole, certainty=""), reading, number)
    if goods[0].form == "likely":
        notes = (f"goods are named in words: {goods[0].title}", *notes)
    quote = reading.sentence.text
    return Drafted("ratio", keys, written(number, reading), quote, reading.attributed_to, notes)
