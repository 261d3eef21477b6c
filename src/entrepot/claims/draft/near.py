"""What stands near a number: its flow, its direction, and what makes it no number of trade."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from entrepot.claims.draft.draft import Refusal
from entrepot.claims.draft.flows import BALANCES
from entrepot.claims.draft.lexicon import cue_words
from entrepot.claims.draft.times import are_joined, joined_times
from entrepot.claims.numbers import SHARED_CURRENCIES, read_says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.draft.flows import Flow
    from entrepot.claims.draft.parsed_sentence import ParsedSentence
    from entrepot.claims.draft.sentences import Mark
    from entrepot.claims.numbers import Span

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


def clause(number: Span, reading: ParsedSentence) -> tuple[int, int]:
    """Return where the clause of a number begins and ends; a dash before it is but a verb."""
    text = reading.text
    breaks = _breaks(text, reading.language)
    before = bisect_right(breaks, number.start, key=itemgetter(1))
    behind = bisect_left(breaks, number.end, lo=before, key=itemgetter(0))
    end = breaks[behind][0] if behind < len(breaks) else len(text)
    for low, start in reversed(breaks[:before]):
        if text[low:start] not in "—–" or not _leads_to(number, start, reading):
            return start, end
    return 0, end


@lru_cache(maxsize=16)
def _breaks(text: str, language: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(_CLAUSE[language], text)]


def governs(cue: Mark, number: Span, reading: ParsedSentence) -> bool:
    """Whether a denial or an average of its clause is said of a number.

    It is of what follows, or of the number right in front of it; where another stands between, it
    is said of that. A level in brackets at its own time is what it is, whatever is denied.
    """
    text = reading.text
    counted = [one for one in reading.numbers if one.says.unit]
    if cue.start < number.start:
        between = cue.end, number.start
        if _ON_AVERAGE.fullmatch(text, cue.start, cue.end):
            return True  # an adverb is of all that follows
    else:
        between = number.end, cue.start
        if any(_leads_on(other, cue, text) for other in counted):
            return False  # "at $33 bn, which makes a daily average of $1 bn"
    if any(between[0] <= one.start and one.end <= between[1] for one in counted):
        return False
    if _HOWEVER.search(text, *between):
        return False
    level = number.says.currency or number.says.unit == "t"
    ahead = text[max(number.start - 12, 0) : number.start]
    return not (cue.kind == "negated" and level and _AT_ITS_TIME.search(ahead))


def _leads_on(number: Span, cue: Mark, text: str) -> bool:
    """Whether a number follows a word in its own phrase: "a daily average of $1 bn"."""
    return number.start >= cue.end and _PHRASE.fullmatch(text, cue.end, number.start) is not None


_ON_AVERAGE = re.compile(
    r"on average|im (?:Durchschnitt|Schnitt|Mittel)|durchschnittlich|в среднем|平均", re.IGNORECASE
)
_PHRASE = re.compile(r"[^,;:.()（），；。]{0,40}")
_HOWEVER = re.compile(
    r"\b(?:although|though|but|however|aber|obwohl|obgleich|doch)\b"
    r"|(?<!\w)(?:хотя|но|однако)(?!\w)|虽然|但"
)
_AT_ITS_TIME = re.compile(r"\d{4}\)?年?\s*[(（]$")
"""In front of a level in brackets behind a year: "in January 2022 (€18.3 billion)"."""


def _leads_to(number: Span, start: int, reading: ParsedSentence) -> bool:
    """Whether only "to", "about" and the like stand between a place and a number."""
    words = rf"\s*(?:(?:до|на|to|at|by|auf|um)\s+)?(?:(?:{_ADVERBS.get(reading.language, '')})\s+)?"
    return re.fullmatch(words, reading.text[start : number.start], re.IGNORECASE) is not None


def flow_of_number(number: Span, reading: ParsedSentence) -> Flow:
    """Return the flow that a number is of.

    Raises
    ------
    Refusal
        If there is none, or its sides are not clear.
    """
    flow = _nearest(number, reading)
    if flow is None:
        flow = _from_context(reading)
    flow = part_named(flow, number, reading)
    own = bool(flow.choices)
    if own:
        flow = _chosen(flow, number, reading)
    if flow.trouble:
        raise Refusal(flow.trouble)
    if not flow.has_both_sides:
        raise Refusal("who sells and who buys is not clear")
    dealt = dealt_flow(flow, number, reading)
    if not own and dealt == flow and _passes_another(flow, number, reading):
        raise Refusal("which country the number belongs to is not clear")
    return dealt


def _passes_another(flow: Flow, number: Span, reading: ParsedSentence) -> bool:
    """Whether a country stands between a flow and a number that is no side of it.

    "Imports from Peru were 8 bn, 41 % more, and from Chile 5 bn": the last is not of Peru.
    """
    between = [
        area.value
        for area in reading.found.areas
        if area.form in ("from", "to")
        and area.end <= number.start
        and any(flow.end <= one.start and one.end <= area.start for one in reading.numbers)
    ]
    return bool(between) and between[-1] not in {
        *flow.exporter.split("+"),
        *flow.importer.split("+"),
        flow.exporter,
        flow.importer,
    }


def _chosen(flow: Flow, number: Span, reading: ParsedSentence) -> Flow:
    """Return the flow with the area that stands at the number."""
    area = nearest_area(number, flow.choices, reading)
    if area.form in ("from", "origin"):
        return replace(flow, exporter=area.value, choices=())
    return replace(flow, importer=area.value, choices=())


def nearest_area(number: Span, areas: Sequence[Mark], reading: ParsedSentence) -> Mark:
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
    # Behind, unless as many countries as numbers begin with a country: "A 5 bn, B 3 bn".
    if len(behind) == 1 and not (len(ahead) == 1 and place == 0 and len(areas) == len(numbers) > 1):
        return behind[0]
    if len(ahead) == 1:
        return ahead[0]
    if ahead and all(area.joined for area in ahead[1:]):
        return replace(ahead[0], value="+".join(area.value for area in ahead))
    raise Refusal("which country the number belongs to is not clear")


def _nearest(number: Span, reading: ParsedSentence) -> Flow | None:
    start, end = clause(number, reading)
    before = [flow for flow in reading.flows if flow.start <= number.start]
    after = [flow for flow in reading.flows if flow.start > number.start]
    if reading.language == "de" and after and _ends_in(after[0], number, reading):
        return after[0]
    if after and after[0].kind in BALANCES and stands_at(number, after[0].start, reading.text):
        return after[0]
    here = [flow for flow in before if flow.start >= start]
    if here:
        return _with_respect(here, number, reading)
    ahead = [
        flow for flow in after if flow.end <= end and not _number_between(flow, number, reading)
    ]
    if ahead:
        return ahead[0]
    return before[-1] if before else None


def stands_at(number: Span, place: int, text: str) -> bool:
    """Whether a word stands right behind a number: "a $3 bn deficit", 128亿美元的盈余."""
    return re.fullmatch(r"\s*的?", text[number.end : place]) is not None


PARTICIPLE = re.compile(r"(?:im|ex)portiert|(?:aus|ein)geführt|geliefert|bezogen|gekauft|verkauft")
"""The verb at the end of a German clause: "Waren für 47 Mrd. Euro exportiert"."""


def _ends_in(flow: Flow, number: Span, reading: ParsedSentence) -> bool:
    """Whether a flow behind a number is the verb that its clause ends in."""
    text = reading.text
    verb = PARTICIPLE.fullmatch(text, flow.start, flow.end)
    between = re.search("[,;:▮]", text[number.end : flow.start])
    return verb is not None and between is None


def _with_respect(here: list[Flow], number: Span, reading: ParsedSentence) -> Flow:
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


def _both(one: Flow, other: Flow, reading: ParsedSentence) -> bool:
    """Whether "and" ties two flows of different sides with no number in between."""
    words = cue_words(reading.language)[("and", "")]
    gap = reading.text[one.end : other.start]
    apart = one.has_both_sides and other.has_both_sides and one.sides != other.sides
    return apart and "▮" not in gap and "," not in gap and words.search(gap) is not None


def _number_between(flow: Flow, number: Span, reading: ParsedSentence) -> bool:
    return any(number.end <= other.start < flow.start for other in reading.numbers)


def _from_context(reading: ParsedSentence) -> Flow:
    """Return the flow of the sentence before, where this one names none and could mean no other."""
    context = reading.context
    here = {area.value for area in reading.found.areas}
    if len(context.flows) != 1 or (here and not here <= set(context.flows[0].sides)):
        raise Refusal("what it is a number of is not clear")
    # Only a pronoun refers back; a sentence that merely names nothing is about something else.
    if here or not reading.found.of("it"):
        raise Refusal("what it is a number of is not clear")
    if reading.found.goods:
        raise Refusal("what these goods have to do with trade is not clear")
    return context.flows[0]


def cue_near(number: Span, reading: ParsedSentence, *kinds: str) -> bool:
    """Whether a cue stands in the clause of a number."""
    start, end = clause(number, reading)
    return any(start <= cue.start < end for cue in reading.found.of(*kinds))


def borrowed_unit(number: Span, reading: ParsedSentence) -> str:
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
    # Below a million a bare number may be a count, an index or a year.
    if before is not None and number.says.value >= _LARGE:
        return before.says.currency or (borrowed_unit(before, reading) if _is_money(before) else "")
    return ""


def currency_said_elsewhere(number: Span) -> dict[str, str]:
    """Return the key that says which dinars, kroner, pesos or rupees an amount is in."""
    says = number.says
    if not says.currency or read_says(says.text, number.language).unit == says.unit:
        return {}
    return {"currency": says.currency} if says.currency in _SHARED else {}


def unit_refused(unit: str) -> str:
    """Return why a number in a unit makes no claim: of dinars, that no one country is named."""
    if unit == "¥":
        return "an amount in ¥, and whether that is yen or yuan is not clear"
    if unit in SHARED_CURRENCIES:
        return f"an amount in a {unit}, without one country named that has it"
    return f"a number in {unit}, which no kind of claim is about"


_SHARED = {one for every in SHARED_CURRENCIES.values() for one in every}


def _is_money(number: Span) -> bool:
    """Whether a bare number is large enough to be an amount whose currency was said before."""
    return not number.says.unit and number.says.value >= _LARGE


def year_on_year(number: Span, reading: ParsedSentence) -> bool:
    """Whether the clause measures a change against the year before."""
    start, end = clause(number, reading)
    return any(start <= place < end for place, _ in reading.timing.year_before)


def is_former(number: Span, reading: ParsedSentence) -> bool:
    """Whether a number is what there was before: "9 %, down from 9.5 % in 2022"."""
    before, after = reading.text[: number.start], reading.text[number.end :]
    if reading.language == "de" and re.search(r"\bvon\s*$", before):
        return re.match(r"[^,;]{0,30}\bauf\b", after) is not None  # "von 9 auf 6 Prozent"
    return re.search(_FORMER[reading.language], before) is not None


def moves(number: Span, reading: ParsedSentence) -> int:
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
    # The verb in front outranks one behind: "fell by 5 %, then rose".
    ways = {cue.kind for cue in (before[-1:] or close)}
    if len(ways) != 1:
        return 0
    return 1 if ways == {"up"} else -1


def is_reached(number: Span, reading: ParsedSentence) -> bool:
    """Whether the text says what something rose or fell to, not by how much: "fell to 15 %"."""
    level = cue_words(reading.language)[("level", "")].pattern
    before, printed = reading.text[: number.start], reading.sentence.text[number.start : number.end]
    edge = "" if reading.language == "zh" else rf"(?:\s+(?:{_ADVERBS[reading.language]}))?\s*"
    leads = re.search(rf"(?:{level}){edge}$", before, re.IGNORECASE) is not None
    return leads or (number.says.moved == 0 and re.match(level, printed, re.IGNORECASE) is not None)


def is_added(number: Span, reading: ParsedSentence) -> bool:
    """Whether an amount is by how much something changed, not how much there was."""
    before = reading.text[: number.start]
    printed = reading.sentence.text[number.start : number.end]
    by = re.search(_ADDED[reading.language], before, re.IGNORECASE) is not None
    if by and reading.language == "ru":  # "товаров на 214 млн" is what there was
        by = moves(number, reading) != 0 and not re.search(r"товар\w*\s+на\s*$", before)
    return by or number.says.moved != 0 or printed[:1] in "+-−"


def is_expected(number: Span, reading: ParsedSentence) -> bool:
    """Whether the clause speaks of what may come."""
    # "превысит" is a word of the number itself
    own = cue_words(reading.language)[("future", "")]
    return cue_near(number, reading, "future") or own.search(number.says.text) is not None


# Rows of numbers: "to A, B and C were $1 bn, $2 bn and $3 bn", dealt out one to one or left.


_UNCLEAR = "which of several numbers belongs to which is not clear"


def dealt_flow(flow: Flow, number: Span, reading: ParsedSentence) -> Flow:
    """Return the flow with the one of its areas that a number of a row belongs to.

    Raises
    ------
    Refusal
        If there are not as many times, flows or areas as numbers, or of more than one of these.
    """
    exporter, importer = (dealt_part(side, number, reading) for side in flow.sides)
    if len(_row(number, reading)) == 1:
        _check_respectively(number, reading)
        return flow
    several = [side for side in flow.sides if "+" in side]
    # Numbers can be dealt out over one thing: areas, or times, or flows.
    if len(several) + _is_otherwise_dealt(number, reading) != 1:
        raise Refusal(_UNCLEAR)
    return replace(flow, exporter=exporter, importer=importer)


def dealt_part(codes: str, number: Span, reading: ParsedSentence) -> str:
    """Return the one of several areas that a number of a row belongs to; one alone as it is.

    Raises
    ------
    Refusal
        If there are not as many areas as numbers.
    """
    row = _row(number, reading)
    parts = codes.split("+")
    if len(row) == 1 or len(parts) == 1 or _is_otherwise_dealt(number, reading):
        return codes
    if len(parts) != len(row):
        raise Refusal(_UNCLEAR)
    return parts[row.index(number)]


def _row(number: Span, reading: ParsedSentence) -> list[Span]:
    """Return the numbers that stand in a row with one, itself among them."""
    text = reading.sentence.text
    numbers, place = reading.numbers, reading.numbers.index(number)
    first = last = place
    while first and _alike(numbers[first - 1], number, text, numbers[first]):
        first -= 1
    while last + 1 < len(numbers) and _alike(numbers[last + 1], number, text, numbers[last]):
        last += 1
    return list(numbers[first : last + 1])


def _alike(other: Span, number: Span, text: str, neighbour: Span) -> bool:
    """Whether a number has the same unit, or none, and only "and" or a comma in between."""
    pair = (other, neighbour) if other.start < neighbour.start else (neighbour, other)
    units = {other.says.unit, number.says.unit} - {""}
    return len(units) < 2 and are_joined(pair, text)


def _is_otherwise_dealt(number: Span, reading: ParsedSentence) -> bool:
    """Whether there are as many times, or flows, as numbers in the row."""
    size = len(_row(number, reading))
    times = joined_times(reading.timing.times, reading.timing.text)
    before = [flow for flow in reading.flows if flow.end <= number.start]
    in_order = bool(reading.found.of("respectively")) and len(before) > 1
    return any(len(row) == size for row in times) or (in_order and len(before) == size)


def _check_respectively(number: Span, reading: ParsedSentence) -> None:
    """Refuse a number that "respectively" gives to nothing that the rules can deal out."""
    if not reading.found.of("respectively"):
        return
    like = [other for other in reading.numbers if other.says.unit == number.says.unit]
    before = [flow for flow in reading.flows if flow.end <= number.start]
    if len(like) != len(before) or len(before) < 2:
        raise Refusal(_UNCLEAR)


# Parts of a flow: "of which $50 bn were machines", and goods that are said of only a part.


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


def part_named(flow: Flow, number: Span, reading: ParsedSentence) -> Flow:
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


def _goods_behind(flow: Flow, reading: ParsedSentence) -> bool:
    """Whether a sentence ends by saying what some part of the flow is: "... were machines"."""
    copula = _COPULA[reading.language]
    return any(
        one.start > flow.end
        and one.value == flow.goods
        and re.search(copula, reading.text[: one.start].rstrip("▮ ") + " ", re.IGNORECASE)
        for one in reading.found.goods
    )


def is_between_two(between: Flow, reading: ParsedSentence) -> bool:
    """Whether a flow names both its sides itself: "China's exports to Russia"."""
    if reading.found.of("came", "went") or _GERMAN_VERB.search(reading.text):
        return False
    near = [
        area
        for area in reading.found.areas
        if area.value in between.sides and _touches(area, between, reading)
    ]
    its = [cue for cue in reading.found.of("its") if 0 <= between.start - cue.end <= _NEAR]
    away = [area for area in near if area.start >= between.end]
    return len({area.value for area in near}) > 1 or bool(its and away)


def _touches(area: Mark, between: Flow, reading: ParsedSentence) -> bool:
    """Whether only goods, prepositions or another side stand between an area and a flow."""
    start, end = min(area.end, between.end), max(area.start, between.start)
    gap = reading.text[start:end]
    shared = any(start - _AT_SHARE <= cue.start < end for cue in reading.found.of("share"))
    apart = area.form in ("bare", "origin") or shared or len(gap) > _NEAR
    return not apart and not _VERB.search(gap)


def is_said_of_goods(reading: ParsedSentence) -> bool:
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


_PART_OF_IT = re.compile(
    r"(?:其中，?[^，。；：]{1,24}?|，[^，。；：]{0,12}(?:企业|产品|商品|设备|一般贸易|加工贸易))"
    r"(?:分别|合计|总共|共|大?约|仅|就|已|则)?"
    r"占(?:据|到|了|比|约|近|逾|超过?|总[额值量]|[进出]口|贸易|的|比[重例]|份额|为|达|[▮和及与、])*$"
)


def is_part_of_no_country(number: Span, reading: ParsedSentence) -> bool:
    """Whether what makes up a part is no country: 其中机电产品占六成, 其中民营企业占六成."""
    if reading.language != "zh":
        return False
    said = _PART_OF_IT.search(reading.text[: number.start])
    return said is not None and not any(
        said.start() <= area.start < said.end() for area in reading.found.areas
    )
