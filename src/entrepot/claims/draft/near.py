"""What stands near a number: its flow, its direction, and what makes it no number of trade."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.draft.draft import Refusal
from entrepot.claims.draft.lexicon import cue_words
from entrepot.claims.draft.parts import part_named
from entrepot.claims.draft.rows import dealt_flow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.draft.flows import Flow
    from entrepot.claims.draft.mark import Mark
    from entrepot.claims.draft.reading import Reading
    from entrepot.claims.numbers import Span

__all__ = [
    "clause",
    "cue_near",
    "flow_of_number",
    "is_added",
    "is_expected",
    "is_former",
    "is_reached",
    "moves",
    "nearest_area",
    "unit_beside",
    "year_on_year",
]

_CLAUSE = {
    "en": r"[;:—–]|, (?:while|but|whereas|and|with|as|though|although)\b|\bwhile\b|\bwhereas\b",
    "ru": r"[;:—–]|, (?:а|но|тогда как|при этом|и|хотя)\b|\bтогда как\b",
    "de": r"[;:—–]|, (?:während|aber|wobei|doch|und)\b|\bwährend\b",
    "zh": "[；;：:]|，",
}
_CLOSE = 45
_LARGE = 1e6
_FORMER = {
    "en": r"(?:\bfrom|\bagainst|compared (?:with|to)|\bversus|\bafter|instead of)\s*$",
    "ru": r"(?:\bс|\bпротив|по сравнению с|\bпосле|вместо)\s*$",
    "de": r"(?:\bnach|gegenüber|verglichen mit|im Vergleich zu|\bstatt)\s*$",
    "zh": r"(?:从|由|自)(?:\d{4}年的?)?\s*$",
}
_TO = {
    "en": r"\s*(?:in \d{4} )?to (?:just |only |about )?",
    "ru": r"\s*(?:в \d{4} году )?до ",
    "de": r"\s*(?:im Jahr )?(?:\d{4} )?auf ",
    "zh": r"(?:升至|降至|上升到|下降到|至|到)",
}
_ADDED = {
    "en": r"\bby\s*$",
    "ru": r"\bна\s*$",
    "de": r"\bum\s*$",
    "zh": r"(?:增加|减少|增长|下降|多|少)了?\s*$",
}
_ADVERBS = {
    "en": "just|only|about|around|nearly|almost|some|roughly|a record|an? estimated|a mere|over",
    "ru": "лишь|только|всего|около|примерно|почти|рекордных|рекордные|порядка",
    "de": "nur|rund|etwa|knapp|fast|noch|nur noch|gut|circa",
}


def clause(number: Span, reading: Reading) -> tuple[int, int]:
    """Return where the clause of a number begins and ends; a dash before it is but a verb."""
    start, end = 0, len(reading.text)
    for found in re.finditer(_CLAUSE[reading.language], reading.text):
        if found.end() <= number.start:
            stands_for_verb = found[0] in "—–" and _leads_to(number, found.end(), reading)
            start = start if stands_for_verb else found.end()
        elif found.start() >= number.end:
            end = found.start()
            break
    return start, end


def _leads_to(number: Span, start: int, reading: Reading) -> bool:
    """Whether only "to", "about" and the like stand between a place and a number."""
    words = rf"\s*(?:(?:до|на|to|at|by|auf|um)\s+)?(?:(?:{_ADVERBS.get(reading.language, '')})\s+)?"
    return re.fullmatch(words, reading.text[start : number.start], re.IGNORECASE) is not None


def flow_of_number(number: Span, reading: Reading) -> Flow:
    """Return the flow that a number is of.

    Raises
    ------
    Refusal
        If there is none, or its sides are not clear.
    """
    flow = _nearest(number, reading)
    if flow is None:
        flow = _taken_over(reading)
    flow = part_named(flow, number, reading)
    if flow.choices:
        flow = _chosen(flow, number, reading)
    if flow.trouble:
        raise Refusal(flow.trouble)
    if not flow.whole:
        raise Refusal("who sells and who buys is not clear")
    return dealt_flow(flow, number, reading)


def _chosen(flow: Flow, number: Span, reading: Reading) -> Flow:
    """Return the flow with the area that stands at the number."""
    area = nearest_area(number, flow.choices, reading)
    if area.form in ("from", "origin"):
        return replace(flow, exporter=area.value, choices=())
    return replace(flow, importer=area.value, choices=())


def nearest_area(number: Span, areas: Sequence[Mark], reading: Reading) -> Mark:
    """Return the one of several areas that belongs to a number: right behind it, else before it.

    Raises
    ------
    Refusal
        If none does.
    """
    numbers = reading.numbers
    place = numbers.index(number)
    following = numbers[place + 1].start if place + 1 < len(numbers) else len(reading.text)
    leading = numbers[place - 1].end if place else 0
    behind = [
        area
        for area in areas
        if number.end <= area.start < following
        and not re.search("[,;，；]", reading.text[number.end : area.start])
    ]
    ahead = [area for area in areas if leading <= area.start < number.start]
    if len(behind) == 1 and not (len(ahead) == 1 and place == 0 and len(areas) == len(numbers) > 1):
        return behind[0]
    if len(ahead) == 1:
        return ahead[0]
    if ahead and all(area.joined for area in ahead[1:]):
        return replace(ahead[0], value="+".join(area.value for area in ahead))
    raise Refusal("which country the number belongs to is not clear")


def _nearest(number: Span, reading: Reading) -> Flow | None:
    start, end = clause(number, reading)
    before = [flow for flow in reading.flows if flow.start <= number.start]
    after = [flow for flow in reading.flows if flow.start > number.start]
    here = [flow for flow in before if flow.start >= start]
    if here:
        return _with_respect(here, number, reading)
    ahead = [
        flow for flow in after if flow.end <= end and not _number_between(flow, number, reading)
    ]
    if ahead:
        return ahead[0]
    return before[-1] if before else None


def _with_respect(here: list[Flow], number: Span, reading: Reading) -> Flow:
    """Return the flow of a number behind several; "respectively" deals numbers out in order."""
    if len(here) == 1:
        return here[0]
    like = [
        other
        for other in reading.numbers
        # "surplus of $3.5 billion" is a number with the word of its flow
        if other.says.unit == number.says.unit and other.end > here[-1].end
    ]
    if reading.found.of("respectively"):
        if len(like) != len(here) or number not in like:
            raise Refusal("which number belongs to which is not clear")
        return here[like.index(number)]
    if _both(here[-2], here[-1], reading):
        raise Refusal("which of two flows it is of is not clear")
    return here[-1]


def _both(one: Flow, other: Flow, reading: Reading) -> bool:
    """Whether "and" ties two flows of different sides with no number in between."""
    words = cue_words(reading.language)[("and", "")]
    gap = reading.text[one.end : other.start]
    apart = one.whole and other.whole and one.sides != other.sides
    return apart and "▮" not in gap and "," not in gap and words.search(gap) is not None


def _number_between(flow: Flow, number: Span, reading: Reading) -> bool:
    return any(number.end <= other.start < flow.start for other in reading.numbers)


def _taken_over(reading: Reading) -> Flow:
    """Return the flow of the sentence before, where this one names none and could mean no other."""
    context = reading.context
    here = {area.value for area in reading.found.areas}
    if len(context.flows) != 1 or (here and not here <= set(context.flows[0].sides)):
        raise Refusal("what it is a number of is not clear")
    if here or not reading.found.of("it"):
        raise Refusal("what it is a number of is not clear")
    if reading.found.goods:
        raise Refusal("what these goods have to do with trade is not clear")
    return context.flows[0]


def cue_near(number: Span, reading: Reading, *kinds: str) -> bool:
    """Whether a cue stands in the clause of a number."""
    start, end = clause(number, reading)
    return any(start <= cue.start < end for cue in reading.found.of(*kinds))


def unit_beside(number: Span, reading: Reading) -> str:
    """Return the unit that a bare number shares with another: "from 9.5 to 1.7 per cent".

    An amount may share the currency of one before it: "fell to €518 billion from 626 billion".
    """
    if number.says.unit:
        return ""
    place = reading.numbers.index(number)
    after = reading.numbers[place + 1] if place + 1 < len(reading.numbers) else None
    if after is not None and after.says.unit in ("percent", "points"):
        link = reading.text[number.end : after.start]
        return after.says.unit if re.fullmatch(_TO[reading.language], link) else ""
    before = reading.numbers[place - 1] if place else None
    if before is not None and number.says.value >= _LARGE:
        return before.says.currency or (unit_beside(before, reading) if _is_money(before) else "")
    return ""


def _is_money(number: Span) -> bool:
    """Whether a bare number is large enough to be an amount whose currency was said before."""
    return not number.says.unit and number.says.value >= _LARGE


def year_on_year(number: Span, reading: Reading) -> bool:
    """Whether the clause measures a change against the year before."""
    start, end = clause(number, reading)
    return any(start <= place < end for place, _ in reading.timing.year_before)


def is_former(number: Span, reading: Reading) -> bool:
    """Whether a number is what there was before: "9 %, down from 9.5 % in 2022"."""
    before, after = reading.text[: number.start], reading.text[number.end :]
    if reading.language == "de" and re.search(r"\bvon\s*$", before):
        return re.match(r"[^,;]{0,30}\bauf\b", after) is not None  # "von 9 auf 6 Prozent"
    return re.search(_FORMER[reading.language], before) is not None


def moves(number: Span, reading: Reading) -> int:
    """Return 1 or -1 where the text says that something rose or fell by the number, else 0."""
    if is_former(number, reading) or is_reached(number, reading):
        return 0
    if number.says.moved:
        return number.says.moved
    printed = reading.sentence.text[number.start : number.end]
    if re.match(r"[-+−–]", printed):
        return -1 if number.says.value < 0 else 1
    if cue_words(reading.language)[("multiple", "")].search(printed):
        return -1 if 0 < number.says.value < 1 else 1
    start, end = clause(number, reading)
    near = [cue for cue in reading.found.of("up", "down") if start <= cue.start < end]
    before = [cue for cue in near if cue.end <= number.start]
    after = [cue for cue in near if 0 <= cue.start - number.end <= _CLOSE]
    close = [*before[-1:], *after[:1]]
    ways = {cue.kind for cue in (before[-1:] or close)}
    if len(ways) != 1:
        return 0
    return 1 if ways == {"up"} else -1


def is_reached(number: Span, reading: Reading) -> bool:
    """Whether the text says what something rose or fell to, not by how much: "fell to 15 %"."""
    level = cue_words(reading.language)[("level", "")].pattern
    before, printed = reading.text[: number.start], reading.sentence.text[number.start : number.end]
    edge = "" if reading.language == "zh" else rf"(?:\s+(?:{_ADVERBS[reading.language]}))?\s*"
    leads = re.search(rf"(?:{level}){edge}$", before, re.IGNORECASE) is not None
    return leads or (number.says.moved == 0 and re.match(level, printed, re.IGNORECASE) is not None)


def is_added(number: Span, reading: Reading) -> bool:
    """Whether an amount is by how much something changed, not how much there was."""
    before = reading.text[: number.start]
    printed = reading.sentence.text[number.start : number.end]
    by = re.search(_ADDED[reading.language], before, re.IGNORECASE) is not None
    if by and reading.language == "ru":  # "товаров на 214 млн" is what there was
        by = moves(number, reading) != 0 and not re.search(r"товар\w*\s+на\s*$", before)
    return by or number.says.moved != 0 or printed[:1] in "+-−"


def is_expected(number: Span, reading: Reading) -> bool:
    """Whether the clause speaks of what may come."""
    # "превысит" is a word of the number itself
    own = cue_words(reading.language)[("future", "")]
    return cue_near(number, reading, "future") or own.search(number.says.text) is not None
