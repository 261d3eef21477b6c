"""Goods as a part of a flow: "oil accounted for 70 % of Russia's exports to India"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.draft import Drafted, Refusal
from entrepot.claims.draft.near import clause, is_added, is_former
from entrepot.claims.draft.slots import level_period, notes_on, written
from entrepot.claims.draft.unmarked import unmarked
from entrepot.claims.draft.wholes import SHARE_CUES, is_of_growth, whole_before, whole_behind

if TYPE_CHECKING:
    from entrepot.claims.draft.reading import Reading
    from entrepot.claims.numbers import Span

__all__ = ["part_by_goods"]


_LINKS = {
    "en": (
        "its|all|total|a|an|about|around|nearly|almost|some|over|only|just|and|value|by value"
        "|(?:up|down) from"
    ),
    "ru": "от|с|со|и|около|примерно|почти|более|только|общ[а-я]+|состав(?:ил[аои]?|ляет)",
    "de": "rund|etwa|fast|nur|gut|über|gesamten?|auf|zu|am|aus|ein(?:en)?",
    "zh": "约|近|达|超过|总额|的|到|至|对|从|自|向",
}
"""Words between goods, number and flow, beside those that change nothing anywhere."""


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
    if is_of_growth(number):
        raise Refusal("a part of a growth, which no kind of claim is about")
    if len(goods) != 1:
        raise Refusal("what part of a flow some goods are: which goods is not clear")
    if whole is None or whole.trouble or not whole.whole:
        raise Refusal("what part of a flow some goods are: of which flow is not clear")
    if whole.kind == "trade":
        raise Refusal("what part of trade both ways some goods are: write it as ratio")
    if whole.goods not in ("all", goods[0].value):
        raise Refusal("what part of a flow some goods are: of which goods the flow is")
    if other := _beside(reading, (start, end)):
        raise Refusal(f"what part some goods are is not plainly said: {other!r} may change it")
    period = str(level_period(number, reading))
    flow: dict[str, Any] = {"exporter": whole.exporter, "importer": whole.importer}
    keys = {"of": {**flow, "goods": goods[0].value, "period": period}}
    keys["to"] = {**flow, "period": period}
    notes = notes_on(replace(whole, certainty=""), reading, number)
    if goods[0].form == "likely":
        notes = (f"goods are described in words: {goods[0].title}", *notes)
    quote = reading.sentence.text
    return Drafted("ratio", keys, written(number, reading), quote, reading.attributed_to, notes)


def _beside(reading: Reading, within: tuple[int, int]) -> str:
    """Return what stands in the clause and may change of what the goods are a part."""
    known = [(flow.start, flow.end) for flow in reading.flows]
    known += [(cue.start, cue.end) for cue in reading.found.of(*SHARE_CUES)]
    return unmarked(reading, within, _LINKS, known)
