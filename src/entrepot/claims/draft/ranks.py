"""Places in an order: "Kazakhstan was Italy's third-largest supplier of crude oil"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.draft import Drafted, Refusal
from entrepot.claims.draft.lexicon import NOWHERE
from entrepot.claims.draft.near import clause
from entrepot.claims.draft.refused import of_the_sentence, unmarked
from entrepot.claims.draft.slots import level_period
from entrepot.claims.numbers import PLACES, SHORT_PLACES, Span, read_place
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.draft.parsed_sentence import ParsedSentence
    from entrepot.claims.draft.sentences import Mark

_PARTNERS = {
    "en": {
        "suppliers": (
            r"supplier|exporter(?= to\b)|import (?:source|partner|origin)"
            r"|source(?:s)? of (?:(?:the )?[\w.]+ )?imports|provider|country of origin"
        ),
        "buyers": r"buyer|customer|importer(?= of\b)|market"
        r"|export (?:market|destination|partner|customer)|destination"
        r"|purchaser|taker",
        "both": r"(?:(?:trade|trading|commercial|economic) )?partner",
    },
    "ru": {
        "suppliers": r"поставщик(?:а|у|ом|е)?|экспорт[её]р(?:а|у|ом|е)?(?= в )",
        "buyers": (
            r"покупател(?:ь|я|ю|ем|е)|импорт[её]р(?:а|у|ом|е)?"
            r"|(?:экспортн[а-я]+ )?рын(?:ок|ка|ку|ком|ке)(?: сбыта)?"
        ),
        "both": r"(?:(?:внешне)?торгов[а-я]+ |экономическ[а-я]+ )?партн[её]р(?:а|у|ом|е)?",
    },
    "de": {
        "suppliers": r"(?:[A-Z][a-zäöü]+-?)?[Ll]ieferant(?:en)?|(?:Import|Einfuhr)partner(?:s)?"
        r"|(?:Herkunfts|Liefer|Ursprungs)land(?:es)?|(?:Import|Einfuhr|Bezugs)quelle",
        "buyers": r"Abnehmer(?:land|landes|s)?|Käufer(?:s)?|Kunden?"
        r"|(?:Export|Absatz)m[aä]rkt(?:e?s)?|(?:Export|Ausfuhr|Ziel|Bestimmungs|Empfänger)land(?:es)?|Exportziel(?:s)?",
        "both": r"(?:Handels)?[Pp]artner(?:s)?",
    },
    "zh": {
        "suppliers": "供应(?:国|方|商|地)|进口来源(?:国|地)?|进口国(?!家)(?=来源)"
        "|来源[国地]|供货[国方]",
        "buyers": "出口(?:市场|目的[地国]国?|对象国?)|买家|买方|买主|客户|目的[地国]|购买国",
        "both": "(?:贸易|经贸)?伙伴国?",
    },
}
_SINGLE = {
    "en": r"(?:single |foreign |overseas |external )?",
    "ru": r"(?:внешн[а-я]+ |зарубежн[а-я]+ |иностранн[а-я]+ )?",
    "de": r"(?:ausländische[rnms]? )?",
    "zh": "的?",
}
_GOODS = {"en": r"(?:[\w-]+ ){0,2}?", "ru": "", "de": "", "zh": "[\u4e00-\u9fff]{0,8}?"}
_ASIDE = {
    "en": r"(?:(?:just |right )?(?:after|behind|ahead of|before)|followed by|overtaking|with)",
    "ru": r"(?:сразу )?(?:после|за|вслед за|уступая(?: только| лишь)?|опережая|опередив|обогнав)",
    "de": r"(?:knapp |gleich )?(?:nach|hinter|vor|gefolgt von)",
    "zh": "(?:仅)?次于|超过|领先于|其次[为是]|居于",
}
"""In front of a country that has another place: "second-largest supplier after B"."""
_LINKS = {
    "en": (
        "(?:has )?become|became|remained|remains|stayed|by far|by value|after|behind|ahead|and"
        "|followed|by|before|overtaking|world['’]s|the world"
    ),
    "ru": (
        "после|вслед|за|уступая|только|лишь|сразу|опережая|опередив|обогнав|и|стал[аои]?|явля(?:ется|лся|лась|лось)"
        "|оста(?:ется|[её]тся|лся|лась|лось|вался|валась|валось)"
    ),
    "de": "wurden?|blieb(?:en)?|bleibt|nach|hinter|vor|gefolgt|von|und|knapp|gleich",
    "zh": "成为|成了|成|再次|仅次于|次于|和",
}
"""Words between a place and who has it, beside those that change nothing anywhere."""
# (?!) never matches: the language has no such form.
_OWNER_BEFORE = {"en": r"\s*", "ru": r"(?!)", "de": r"\s*", "zh": "的?"}
_OWNER_BEHIND = {
    "en": r"\s+(?:of|to|for)\s+(?:the\s+)?",
    "ru": r"\s+(?:(?:в|на|для)\s+)?",
    "de": r"\s+(?:(?:von|für|an|der|des)\s+)?(?:der\s+)?",
    "zh": r"(?!)",
}
_GOODS_BEHIND = {
    "en": r"\s+of\s+",
    "ru": r"\s+",
    "de": r"\s+(?:von|für)\s+",
    "zh": r"(?!)",
}
_SIDED_BEFORE = ("of", "adj")


@dataclass(frozen=True, slots=True)
class Placed:
    """A place in a sentence.

    Attributes
    ----------
    start, end
        Of the words of the place: "third-largest".
    stop
        Where its noun ends: "third-largest supplier".
    among
        ``suppliers``, ``buyers`` or ``both``.
    """

    start: int
    end: int
    stop: int
    among: str


def places_in(text: str, language: str) -> list[Placed]:
    """Return the places among suppliers, buyers or partners that a sentence names."""
    found = []
    for match in _pattern(language).finditer(text):
        among = next(name for name in ("suppliers", "buyers", "both") if match[name])
        found.append(Placed(match.start("place"), match.end("place"), match.end(), among))
    return found


@cache
def _pattern(language: str) -> re.Pattern[str]:
    edge = "" if language == "zh" else r"(?!\w)"
    lead = "" if language == "zh" else r"(?<!\w)"
    between = "" if language == "zh" else r"\s+"
    nouns = "|".join(f"(?P<{name}>{words})" for name, words in _PARTNERS[language].items())
    return re.compile(
        rf"{lead}(?P<place>{PLACES[language]}){between}{_SINGLE[language]}{_GOODS[language]}"
        rf"(?:{nouns}){edge}",
        re.IGNORECASE,
    )


_BARE = {
    "en": r"(?:rank(?:ed|s|ing)?|came|comes|coming|placed)\s+(?:in )?(?:the )?(?P<place>{})(?!\w)"
    r"|(?:in|took|takes|taking)\s+(?:the )?(?P<other>{})(?= place\b)",
    "ru": r"(?<!\w)(?P<place>{})(?!\w)",
    "de": r"(?<!\w)(?P<place>{})(?!\w)",
    "zh": r"(?:名列|位列|位居|列|居|排名?|排在)(?:各国|全球|世界)?(?P<place>{})",
}


@cache
def _bare_pattern(language: str) -> re.Pattern[str]:
    words = SHORT_PLACES[language]
    return re.compile(_BARE[language].replace("{}", words), re.IGNORECASE)


def bare_places_in(reading: ParsedSentence, trade: str) -> list[Placed]:
    """Return places without a noun, among what the sentence or the text before is about.

    Parameters
    ----------
    reading
        The sentence.
    trade
        ``import`` or ``export`` where the text before is about one of them.
    """
    found = []
    text = reading.sentence.plain
    for match in _bare_pattern(reading.language).finditer(text):
        name = "place" if match["place"] else "other"
        start, end = match.span(name)
        kinds = [flow.value for flow in reading.found.flows if flow.start < start] or [
            flow.value for flow in reading.found.flows
        ]
        kind = kinds[-1] if kinds else trade
        if kind in _AMONG:
            found.append(Placed(start, end, end, _AMONG[kind]))
    return found


_AMONG = {"import": "suppliers", "export": "buyers", "purchase": "buyers"}
"""Among whom a place is one; whoever is first by its purchases is so among buyers."""


def claim_of_place(placed: Placed, reading: ParsedSentence) -> Drafted:
    """Return the claim that a place makes.

    Raises
    ------
    Refusal
        With what is not clear; nothing is guessed.
    """
    text = reading.sentence.text
    says = text[placed.start : placed.end]
    if placed.among == "both":
        raise Refusal("a place among partners in trade both ways, which no kind of claim is about")
    span = Span(placed.start, placed.end, read_place(says), reading.language)
    # Any word not known to change nothing ("among", "once") may turn the meaning: then it is left.
    if other := _modifier(placed, clause(span, reading), reading):
        raise Refusal(f"which country has this place is not certain: {other!r} may change it")
    # The place counts as a number, so that the rules for times and clauses apply to it.
    reading = replace(reading, numbers=tuple(sorted((*reading.numbers, span), key=_start)))
    if why := of_the_sentence(reading):
        raise Refusal(why)
    start, end = clause(span, reading)
    if any(start <= cue.start < end for cue in reading.found.of("negated", "future", "quantity")):
        raise Refusal("a place that is denied, expected, or by quantity")
    owner, ranked = _sides(placed, reading, start, end)
    goods = _goods(placed, owner, reading, (start, end))
    sides = (ranked, owner.value) if placed.among == "suppliers" else (owner.value, ranked)
    keys: dict[str, Any] = {"exporter": sides[0], "importer": sides[1]}
    if goods is not None:
        keys["goods"] = goods.value
    keys |= {"among": placed.among, "period": str(level_period(span, reading))}
    notes = (
        [f"goods are described in words: {goods.title}"] if goods and goods.form == "likely" else []
    )
    if reading.timing.of(span, reading.numbers) is None:
        notes.append("the period is taken over from a sentence before")
    return Drafted("rank", keys, says, text, reading.attributed_to, tuple(notes))


def _start(span: Span) -> int:
    return span.start


def _modifier(placed: Placed, within: tuple[int, int], reading: ParsedSentence) -> str:
    """Return what stands in the clause of a place and may change what is said of it."""
    start, end = within
    if reading.text.rstrip().endswith(("?", "？")):
        return "?"
    for number in reading.numbers:
        apart = number.end <= placed.start or placed.stop <= number.start
        if start <= number.start < end and apart and not reading.timing.covers(number):
            return reading.sentence.text[number.start : number.end]
    return unmarked(reading, within, _LINKS, ((placed.start, placed.stop),))


def _sides(placed: Placed, reading: ParsedSentence, start: int, end: int) -> tuple[Mark, str]:
    """Return whose supplier or buyer it is, and who is at that place."""
    areas = [area for area in reading.found.areas if start <= area.start < end]
    areas = without_asides(areas, reading)
    owners = [area for area in areas if is_owner(area, placed, reading)]
    ranked = {area.value for area in areas if area not in owners}
    if len(owners) != 1 or len(ranked) != 1:
        raise Refusal("who has the place, or among whose suppliers or buyers, is not clear")
    codes = {owners[0].value, *ranked}
    if len(codes) != 2 or codes & {NOWHERE, WORLD}:
        raise Refusal("a place in the world, or of an area that is not known here")
    return owners[0], ranked.pop()


def without_asides(areas: Sequence[Mark], reading: ParsedSentence) -> list[Mark]:
    """Return the areas but those that have another place: "after China and India"."""
    kept: list[Mark] = []
    aside = _aside(reading.language)
    last: Mark | None = None
    for area in areas:
        gap = reading.text[last.end if last is not None else 0 : area.start]
        listed = last is not None and re.fullmatch(_AND, gap, re.IGNORECASE) is not None
        if aside.search(gap) or (listed and last is not None and last not in kept):
            last = area
            continue
        kept.append(area)
        last = area
    return kept


_AND = r"\s*(?:,|、|and|und|и|和|与|, and)?\s*(?:the )?"


@cache
def _aside(language: str) -> re.Pattern[str]:
    lead = "" if language == "zh" else r"(?<!\w)"
    article = r"(?:\s+(?:the|de[nmr]|die))?\s*" if language != "zh" else ""
    return re.compile(rf"{lead}{_ASIDE[language]}{article}$", re.IGNORECASE)


def is_owner(area: Mark, placed: Placed, reading: ParsedSentence) -> bool:
    """Whether an area stands right at a place: "Italy's largest supplier", "supplier to Italy"."""
    language = reading.language
    if area.end <= placed.start:
        gap = reading.text[area.end : placed.start]
        if language == "zh":  # 俄罗斯原油的第二大买家
            ahead = [one for one in reading.found.goods if area.end == one.start < placed.start]
            gap = reading.text[ahead[0].end : placed.start] if ahead else gap
        sided = language == "zh" or area.form in _SIDED_BEFORE
        return sided and re.fullmatch(_OWNER_BEFORE[language], gap) is not None
    if area.start < placed.stop:
        return False
    gap = reading.text[placed.stop : area.start]
    goods = [one for one in reading.found.goods if placed.stop <= one.start < area.start]
    if goods and re.fullmatch(_GOODS_BEHIND[language], gap[: goods[0].start - placed.stop]):
        gap = reading.text[goods[0].end : area.start]
    return re.fullmatch(_OWNER_BEHIND[language], gap) is not None


def _goods(
    placed: Placed, owner: Mark, reading: ParsedSentence, within: tuple[int, int]
) -> Mark | None:
    """Return the goods of a place, None where it is of all of them."""
    start, end = within
    near = [one for one in reading.found.goods if start <= one.start < end]
    inside = [one for one in near if placed.end <= one.start < placed.stop]
    # "Supplier to Italy of crude oil": goods may follow the noun or its owner.
    at = owner.end if owner.start >= placed.stop and owner.form == "origin" else placed.stop
    link = r"\s*" if at == owner.end else _GOODS_BEHIND[reading.language]
    behind = [
        one
        for one in near
        if one.start >= at and re.fullmatch(link, reading.text[at : one.start]) is not None
    ]
    ahead = [one for one in near if reading.language == "zh" and one.start == owner.end]
    named = inside or behind or ahead
    if len(near) > 1 or near != named:
        raise Refusal("of which goods the place is, is not clear")
    if named:
        return named[0]
    if has_other_words(placed, reading.text, reading.language) or any(
        flow.goods != "all" for flow in reading.context.flows
    ):
        raise Refusal("of which goods the place is, is not clear")
    return None


def has_other_words(placed: Placed, text: str, language: str) -> bool:
    """Whether words that are no goods of the lists stand in front of the noun: "arms supplier"."""
    words = "|".join(_PARTNERS[language].values())
    edge = "" if language == "zh" else r"\s+"
    plain = rf"{edge}{_SINGLE[language]}(?:{words})"
    return re.fullmatch(plain, text[placed.end : placed.stop], re.IGNORECASE) is None
