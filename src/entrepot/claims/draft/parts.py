"""Parts of a flow: "of which $50 bn were machines", and goods that are said of only a part."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.draft.draft import Refusal

if TYPE_CHECKING:
    from entrepot.claims.draft.flows import Flow
    from entrepot.claims.draft.mark import Mark
    from entrepot.claims.draft.reading import Reading
    from entrepot.claims.numbers import Span

__all__ = ["is_between_two", "is_said_of_goods", "part_named"]

_COPULA = {
    "en": r"\b(?:were|was|are|is|being|mainly|mostly|largely|consisted of|comprised)\s*"
    r"(?:made up of )?(?:mainly |mostly |largely )?$",
    "ru": r"(?:—|был[аио]?|составил[аио]?|составля[а-я]+|при[хш][а-я]+ на)\s*$",
    "de": r"\b(?:waren|war|sind|ist|bestand aus|bestanden aus)\s*$",
    "zh": r"(?:是|为|系)$",
}
_MADE_UP = {
    "en": r"\s*(?:alone |still |also |products )*(?:accounted|accounts|made up|makes? up"
    r"|constituted|comprised|represent(?:ed|s)?|formed|was|were|is|are|contributed)\b",
    "ru": r"\s*(?:составил|составля|обеспечи|занима|занял|приш|был)",
    "de": r"\s*(?:machte|stellte|entfiel|bildete|war|waren|trug|trugen)",
    "zh": r"\s*(?:出口|进口|产品|类|等)*(?:占|约占|为)",
}
_GERMAN_VERB = re.compile(r"\b(?:gingen|ging|gehen|geht|flossen|kamen|kam|kommen|kommt)\b")
"""German verbs that say where goods go or come from stand far from the country."""
_NEAR = 30
_AT_SHARE = 4
_VERB = re.compile(
    r"▮|[,;:—，；]|\b(?:came|come|comes|went|goes|go|was|were|is|are|accounted|accounts|by|made|makes"
    r"|shipped|sold|sent|bought|took|takes|stamm\w+|k[ao]m\w*|ging\w*|gehen|geht|entfiel\w*|auf)\b"
    r"|приш|приход|поступ|направ|шл[аио]|占|来自|流向|输往"
)


def part_named(flow: Flow, number: Span, reading: Reading) -> Flow:
    """Return the flow with the goods of the part that a number is said to be of.

    Raises
    ------
    Refusal
        If the part is not an amount of one kind of goods.
    """
    cues = [cue for cue in reading.found.of("part") if cue.end <= number.start]
    if not cues or flow.start > cues[-1].start:
        if _goods_behind(flow, reading):
            raise Refusal("which goods the number is of is not clear")
        return flow
    at = cues[-1]
    goods = {one.value: one for one in reading.found.goods if one.start >= at.end}
    behind = [other for other in reading.numbers if other.start >= at.end]
    areas = [area for area in reading.found.areas if area.start >= at.end]
    amount = number.says.currency or number.says.unit == "t"
    if len(goods) != 1 or len(behind) != 1 or areas or not amount or flow.goods != "all":
        raise Refusal("a part of the number before it: of what is not clear")
    one = next(iter(goods.values()))
    return replace(flow, goods=one.value, certainty=one.form, title=one.title)


def _goods_behind(flow: Flow, reading: Reading) -> bool:
    """Whether a sentence ends by saying what some part of the flow is: "... were machines"."""
    copula = _COPULA[reading.language]
    return any(
        one.start > flow.end
        and one.value == flow.goods
        and re.search(copula, reading.text[: one.start].rstrip("▮ ") + " ", re.IGNORECASE)
        for one in reading.found.goods
    )


def is_between_two(whole: Flow, reading: Reading) -> bool:
    """Whether a flow names both its sides itself: "China's exports to Russia"."""
    if reading.found.of("came", "went") or _GERMAN_VERB.search(reading.text):
        return False
    near = [
        area
        for area in reading.found.areas
        if area.value in whole.sides and _touches(area, whole, reading)
    ]
    its = [cue for cue in reading.found.of("its") if 0 <= whole.start - cue.end <= _NEAR]
    away = [area for area in near if area.start >= whole.end]
    return len({area.value for area in near}) > 1 or bool(its and away)


def _touches(area: Mark, whole: Flow, reading: Reading) -> bool:
    """Whether only goods, prepositions or another side stand between an area and a flow."""
    start, end = min(area.end, whole.end), max(area.start, whole.start)
    gap = reading.text[start:end]
    shared = any(start - _AT_SHARE <= cue.start < end for cue in reading.found.of("share"))
    apart = area.form in ("bare", "origin") or shared or len(gap) > _NEAR
    return not apart and not _VERB.search(gap)


def is_said_of_goods(reading: Reading) -> bool:
    """Whether goods without a country make up a part: "oil accounted for 70 % of exports"."""
    made_up = re.compile(_MADE_UP[reading.language], re.IGNORECASE)
    for goods in reading.found.goods:
        if not made_up.match(reading.text, goods.end):
            continue
        before = reading.text[: goods.start].rstrip()
        own = [area for area in reading.found.areas if area.end == len(before)]
        if not own and not any(_closes(flow.end, goods.start) for flow in reading.flows):
            return True
    return False


def _closes(end: int, start: int) -> bool:
    return 0 <= start - end <= 4
