"""Which flow a share is a part of, and which numbers only go on from the one before."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.draft.draft import Refusal
from entrepot.claims.draft.flows import BALANCES, Flow, of_goods
from entrepot.claims.draft.lexicon import masked
from entrepot.claims.draft.near import clause, is_former

if TYPE_CHECKING:
    from entrepot.claims.draft.parsed_sentence import ParsedSentence
    from entrepot.claims.numbers import Span

SHARE_CUES = ("share", "accounts", "came", "went")
ACROSS = {"supply": "purchase", "purchase": "supply"}
"""What the other side does."""
_OWNER_FORMS = ("of", "adj", "origin")
_OWNED = re.compile(r"(?:['’]s?)?(?:\s+[\w-]+){0,2}\s+")
# Right behind a number: "36 % of", "36 % der", and in Russian the bare genitive.
_OF = {
    "en": r"\s*(?:of|in)\s+",
    "ru": r"\s*(?:от\s+|в\s+)?",
    "de": r"\s*(?:von\s+|der\s+|des\s+|(?:all|ihr|sein|dies)(?:er|es)\s+|an\s+)",
    "zh": r"\s*的?",
}
_GOODS = re.compile(
    r"\s*(?:of (?:its|their|all) (?:goods|products)|(?:всех |своих )товаров"
    r"|(?:seiner|ihrer|aller) (?:Waren|Güter))\b"
)
_A_GROWTH = re.compile(
    r"(?:growth|increase|rise|fall|decline|drop|gains?|(?:при)?рост\w*|паден\w+|сниж\w+|сокращ\w+"
    r"|увелич\w+|Wachstums?|Anstiegs?|Rückgangs?|Zuwachs\w*)$",
    re.IGNORECASE,
)
"""A fraction is of it: "half of the increase"."""
_OF_GROWTH = re.compile(
    r"(?:(?:при)?роста|спада|(?:паден|сниж\w+|сокращ\w+|увелич\w+|повыш\w+)ия)$", re.IGNORECASE
)
"""Per cent are of it: "70 % роста"."""
_BOUGHT = {
    "en": re.compile(
        r"\s*of (?:(?:all|the|these|those|such) )*([a-z][\w -]*?)"
        r"(?:,? (?:that|which)\b| (?=▮+ (?:imported|bought|purchased|acquired|obtained|received)\b)"
        r"| (?=(?:imported|bought|purchased|acquired|obtained|received) by\b))"
    ),
    "ru": re.compile(r"\s*(?:всех )?([а-яё][\w -]*?), котор\w+"),
    "de": re.compile(r"\s*(?:der|des|von|aller|den) ([\w -]+?), (?:die|der|das|welche\w?)\b"),
}
"""What a number is a part of, as far as it is the object of somebody's buying."""
_PLAIN = re.compile(
    r"(?:goods|products|merchandise|items|commodities|everything|all|товаров|продукции"
    r"|Waren|Güter|Produkte)"
)
"""Objects that are all goods."""
_NEAR = 70


def is_of_growth(number: Span) -> bool:
    """Whether a number says itself that it is a part of a growth: "half of the increase"."""
    pattern = _A_GROWTH if number.says.unit == "share" else _OF_GROWTH
    return pattern.search(number.says.text) is not None


def goes_on(number: Span, reading: ParsedSentence) -> Span | None:
    """Return the number that this one only adds to: "45 % from Mexico and 12 % from Peru"."""
    place = reading.numbers.index(number)
    if not place:
        return None
    earlier = reading.numbers[place - 1]
    cues = reading.found.of("up", "down", *SHARE_CUES)
    denominator = denominator_behind(earlier, reading)
    starts = [flow.start for flow in reading.flows if flow != denominator]
    starts += [cue.start for cue in cues]
    between = [start for start in starts if earlier.end <= start < number.start]
    areas = [area for area in reading.found.areas if area.start >= earlier.end]
    times = [time for time in reading.timing.own if earlier.end <= time.start]
    alike = earlier.says.unit == number.says.unit and not earlier.says.moved
    if alike and is_former(number, reading):
        return earlier
    return earlier if alike and (areas or times) and not between else None


def denominator_behind(number: Span, reading: ParsedSentence) -> Flow | None:
    """Return the flow that the number is said to be a part of: "36 % of Russia's imports"."""
    if reading.language == "zh":
        return None
    if not re.match(_OF[reading.language], reading.text[number.end :], re.IGNORECASE):
        return None
    _, end = clause(number, reading)
    limit = min(end, number.end + _NEAR)
    for flow in reading.flows:
        if number.end <= flow.start <= limit and flow.kind not in BALANCES:
            if any(number.end <= other.start < flow.start for other in reading.numbers):
                return None
            # "36 %, импорт …": in another case the flow is the subject of what follows.
            if reading.language == "ru" and not _genitive(number, flow, reading):
                break
            return _of_what_is_between(number, flow, reading)
    goods = [one for one in reading.found.goods if number.end <= one.start <= number.end + 45]
    buys = [
        flow
        for flow in reading.flows
        if goods and goods[0].end <= flow.start <= end and flow.kind in ("purchase", "import")
    ]
    if buys and goods[0].start - number.end <= 6:  # "90 % of the chips that Russia buys"
        return _of_what_is_between(number, buys[0], reading)
    if buys or _object(number, reading):
        return None  # of what somebody else bought, by a word that is not known here
    before = [flow for flow in reading.flows if flow.end <= number.start]
    names_goods = _GOODS.match(reading.text, number.end) is not None
    if (goods or names_goods) and before and before[-1].kind not in ("trade", *BALANCES):
        return before[-1]
    return None


def _of_what_is_between(number: Span, flow: Flow, reading: ParsedSentence) -> Flow:
    """Return the flow with the goods between a number and it: "90 % of the chips that X bought"."""
    if flow.goods != "all":
        return flow
    goods = [one for one in reading.found.goods if number.end <= one.start < flow.start]
    if goods:
        return of_goods(flow, goods)
    words = _object(number, reading)
    if not words or _PLAIN.fullmatch(words):
        return flow
    return replace(flow, goods=f"named:{words}", certainty="likely", title="not in the word list")


def _object(number: Span, reading: ParsedSentence) -> str:
    """Return what somebody is said to have bought, a number being a part of it; else nothing."""
    text = reading.text
    for area in reading.found.areas:
        text = masked(text, area.start, area.end)
    found = _BOUGHT[reading.language].match(text, number.end)
    return found[1] if found else ""


def _genitive(number: Span, flow: Flow, reading: ParsedSentence) -> bool:
    """Whether a Russian flow behind a number stands in the genitive: "36 % импорта"."""
    word = reading.text[flow.start : flow.end].lower()
    gap = reading.text[number.end : flow.start]
    return "," not in gap and re.search(r"(?:та|за|и|ок)(?: торговли)?$", word) is not None


def denominator_before(number: Span, reading: ParsedSentence) -> Flow | None:
    """Return the flow that a share was said to be of: "China's share of Russia's imports"."""
    start, end = clause(number, reading)
    cues = [cue for cue in reading.found.of(*SHARE_CUES) if start <= cue.start < end]
    flows = [flow for flow in reading.flows if start <= flow.start < end]
    flows = [flow for flow in flows if flow.kind not in BALANCES]
    if not flows:
        earlier = [flow for flow in reading.flows if flow.end <= number.start]
        shared = [cue for cue in reading.found.of("share") if cue.end <= number.start]
        return earlier[-1] if shared and earlier else None
    if not cues:
        return None
    # A noun names the denominator more surely than a verb such as "supplied".
    nouns = [flow for flow in flows if flow.kind in ("import", "export", "trade")]
    chosen = nouns or flows
    if len({(flow.kind, flow.owner) for flow in chosen}) > 1:
        close = [flow for flow in chosen if flow.start >= cues[0].start]
        if len(close) != 1:
            raise Refusal("of which flow the share is, is not clear")
        chosen = close
    return chosen[-1]


def whose_goods(
    denominator: Flow, sides: tuple[str, str], number: Span, reading: ParsedSentence
) -> str:
    """Return of whose goods a verb tells a part: "China supplied 90 % of Russia's chips".

    Raises
    ------
    Refusal
        If it is of something else that is theirs: "90 % of Russia's needs".
    """
    if denominator.kind not in ACROSS or denominator.end > number.start or reading.language == "zh":
        return ""
    bare = {area.value for area in reading.found.areas if area.form == "bare"}
    owners = [
        area
        for area in reading.found.areas
        if area.value in sides and area.form in _OWNER_FORMS and area.start >= number.end
    ]
    if not owners or not bare & {*sides} - {owners[0].value}:
        return ""
    behind = [goods for goods in reading.found.goods if goods.start >= owners[0].end]
    is_made = owners[0].form == "origin"  # "supplied 90 % of Russian chips": made by whom?
    if (is_made and denominator.kind == "supply") or not (
        behind and _OWNED.fullmatch(reading.between(owners[0].end, behind[0].start))
    ):
        raise Refusal("a share of what is not clear")
    return owners[0].value
