"""What a sentence names: areas with their part in it, flows, goods, customs codes, cue words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.areas import PREPOSITIONS, areas_in, word_before
from entrepot.claims.draft.draft import Refusal
from entrepot.claims.draft.lexicon import cue_words, goods_words
from entrepot.claims.draft.sentences import Mark, longest
from entrepot.errors import EntrepotError
from entrepot.goods.parse import NAMED, parse
from entrepot.model.product import EDITIONS, known_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SHORT = r"(?:(?<![A-Za-z])(?:HS|HTS|CN|KN|TARIC)(?![A-Za-z])|ТН ?ВЭД(?: ЕАЭС| ТС)?)"
_TARIFF = (
    rf"(?:{_SHORT}|(?i:\b(?:customs|tariff|commodity|harmoni[sz]ed system|zolltarif|waren|zoll)"
    r"|(?<!\w)товарн[а-яё]+)|海关|商品|税则)"
)
_CODES = (
    r"(?:(?i:\b(?:(?:waren|zoll)?codes?|(?:sub-?)?headings?|(?:zoll)?tarifnummern?"
    r"|(?:waren|zoll)nummern?)\b|(?<!\w)(?:код[а-я]*|(?:суб)?позици[а-я]+(?= \d{4})))"
    r"|编码|编号|税号|品目)"
)
_OF_A_LIST = (
    r"(?i:\b(?:chapters?|items?|lines?|numbers?|kapiteln?|(?:unter)?positionen|(?:unter)?position"
    r"|nummern?)\b|(?<!\w)групп[а-я]+|章)"
)
_GAP = r"[-–\s:№#\"“„«(（]{0,8}(?:(?:No|Nr)\b\.?\s{0,3})?"
# Repetitions end soon: a text that repeats such a word would be read from each to the end.
CODE = re.compile(
    rf"(?P<named>(?:(?:{_TARIFF}{_GAP}){{0,3}}{_CODES}{_GAP}"
    rf"(?:(?:(?i:по|товар[а-я]*)|{_SHORT}){_GAP}){{0,3}}"
    rf"|(?:{_TARIFF}{_GAP}){{1,3}}{_OF_A_LIST}{_GAP}|(?P<short>{_SHORT}){_GAP}))?"
    # 8542, 8542.31 or 854231; not a part of a number, a percentage or an amount.
    r"(?<![\d.,])(?P<code>\d{4}(?:[. ]\d{2}){1,3}|\d{2,})(?![\d%]|[.,]\d| ?%"
    r"|[ -](?i:per ?cent|prozent|процент|[mb]illion|trillion|bn\b|mn\b|mrd|mio|млн|млрд|тыс))"
)
"""Digits that may be a code, and the words that say so (``named``)."""
_AND = re.compile(r"\s*(?:[,/&、]|[,]?\s*(?:and|or|und|oder|и|или)\s|和|及|或)\s*")
_UP_TO = re.compile(r"\s*(?:[-–—]|(?:up )?to\s|through\s|bis\s|по\s|до\s|至|到)\s*")
_YEARS = frozenset(str(one.year) for one in EDITIONS)
_SHORT_EDITIONS = frozenset(one.baci for one in EDITIONS)
_HAS_TARIFF = re.compile(_TARIFF)


@dataclass(frozen=True, slots=True)
class NamedCodes:
    """Codes that stand together, as goods of a definition; `trouble` says why they are none."""

    goods: str
    start: int
    end: int
    trouble: str = ""


def digits_of(match: re.Match[str]) -> str:
    """Return the digits of a match of `CODE`."""
    return re.sub(r"\D", "", match["code"])


def is_code(digits: str) -> bool:
    """Whether some edition of the Harmonized System has such a chapter, heading or subheading."""
    return len(digits) in (2, 4, 6) and digits in known_prefixes(len(digits))


def is_like_year(digits: str) -> bool:
    """Whether four digits are far oftener a year than a heading (1901 to 2009: malt, juices)."""
    return len(digits) == 4 and digits[:2] in ("19", "20")


@lru_cache(maxsize=512)
def codes_in(text: str) -> tuple[NamedCodes, ...]:
    """Return the codes that a sentence calls codes, those joined by "and" or a comma together.

    Examples
    --------
    >>> [one.goods for one in codes_in("Exports of HS 8541, 8542.31 and CN 85 fell")]
    ['8541,854231,85']
    """
    found: list[NamedCodes] = []
    for match in CODE.finditer(text):
        one = _named(match)
        gap = text[found[-1].end : match.start()] if found else ""
        if found and _UP_TO.fullmatch(gap) and (one or _may_follow(match)):
            trouble = "a span of customs codes, which is not read"
        elif found and _AND.fullmatch(gap) and (one or _may_follow(match)):
            # "HS 84 and 85": whether the second is a chapter or a count is not said.
            short = one is None and len(digits_of(match)) == 2
            trouble = "which customs codes are meant is not clear" if short else ""
            trouble = trouble or (one.trouble if one else "")
        else:
            found += [one] if one else []
            continue
        last = found[-1]
        goods = f"{last.goods},{digits_of(match)}"
        found[-1] = replace(last, goods=goods, end=match.end(), trouble=last.trouble or trouble)
    return tuple(found)


def _named(match: re.Match[str]) -> NamedCodes | None:
    """Return a code that is called one; None for digits alone, and for the year of an edition."""
    digits = digits_of(match)
    if match["named"] is None:
        return None
    trouble = ""
    if match["short"] and is_like_year(digits):
        if not is_code(digits):
            return None
        if digits in _YEARS:
            trouble = f"whether {digits} is a heading or an edition is not clear"
    elif f"HS{digits}" in _SHORT_EDITIONS and match[0] == f"HS{digits}":
        trouble = f"whether HS{digits} is a chapter or an edition is not clear"
    elif len(digits) == 2 and not _HAS_TARIFF.search(match["named"]):
        trouble = f"whether {digits} is a customs code is not clear"
    try:
        parse(digits)
    except EntrepotError as error:
        trouble = error.what
    return NamedCodes(digits, match.start(), match.end(), trouble)


def _may_follow(match: re.Match[str]) -> bool:
    digits = digits_of(match)
    return is_code(digits) and not is_like_year(digits)


_NO_GOODS = re.compile(
    r".*(?<!\d)\d{4,6}(?!\d).*"
    r"|(?:Ex|Im)porteure?n?|Firmen|Unternehmen|Hersteller|Händler|Mengen?|Umfang|Volumen|Warenwert"
    r"|exporters?|importers?|firms|companies|producers|traders|volumes?|quantit(?:y|ies)"
    r"|(?:экс|им)порт[её]р\w*|компани\w*|предприяти\w*|производител\w*|объ[её]м\w*"
    r"|企业|公司|厂商|数量",
    re.IGNORECASE,
)
"""Words for who trades or how much, and a word with a code in it: none names the goods."""


def require_codes(keys: Mapping[str, Any], text: str) -> None:
    """Refuse a definition without the codes that its sentence names.

    Raises
    ------
    Refusal
        Also where what is named is no code.
    """
    named = codes_in(text)
    for one in named:
        if one.trouble:
            raise Refusal(one.trouble)
    every = list(_goods_keys(keys))
    if any(_NO_GOODS.fullmatch(one.removeprefix(NAMED)) for one in every if one.startswith(NAMED)):
        raise Refusal("which goods are meant is not clear")
    goods = [one for one in every if not one.startswith(NAMED)]
    if named and not goods:
        raise Refusal(f"whether it is of the customs code {named[0].goods} is not clear")


def _goods_keys(keys: Mapping[str, Any]) -> Iterator[str]:
    for key, value in keys.items():
        if isinstance(value, dict):
            yield from _goods_keys(value)
        elif key == "goods":
            yield str(value)


@dataclass(frozen=True)
class Marks:
    """The marks of a sentence, by kind, each in the order of the sentence."""

    areas: tuple[Mark, ...]
    flows: tuple[Mark, ...]
    goods: tuple[Mark, ...]
    cues: tuple[Mark, ...]

    def of(self, *kinds: str) -> list[Mark]:
        """Return the cues of some kinds."""
        return [cue for cue in self.cues if cue.kind in kinds]


LETTER = re.compile(r"[^\W\d_]")
"""What every name and cue has; a sentence without one is a row of signs and digits."""


@lru_cache(maxsize=512)  # a text of one short sentence over and over is read once
def marks(text: str, language: str) -> Marks:
    """Return the marks of a sentence; what was masked in it with spaces has none."""
    if not LETTER.search(text):  # every mark is a word, and each of them is looked for
        return Marks((), (), (), ())
    cues = _cues(text, language)
    flows = _flows(text, language, cues)
    goods = _goods(text, language)
    areas = areas_in(text, language, flows, goods)
    kept = tuple(cue for cue in cues if cue.kind != "flow")
    return Marks(tuple(areas), tuple(flows), tuple(goods), kept)


def _cues(text: str, language: str) -> list[Mark]:
    found = [
        Mark(kind, value, "", match.start(), match.end())
        for (kind, value), pattern in cue_words(language).items()
        if kind not in (*PREPOSITIONS, "and")
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda mark: (mark.start, -mark.end))


def _flows(text: str, language: str, cues: list[Mark]) -> list[Mark]:
    """Return the flows; a balance is the longer word where both are read ("trade surplus")."""
    found = [cue for cue in cues if cue.kind == "flow"]
    if language == "de":
        found += _joined_flows(text)
    # "trade" in "trade ministry" and "出口管制" (export control) is no flow.
    found = [mark for mark in found if not _NO_FLOW[language].match(text, mark.end)]
    kept = [mark for mark in longest(found) if not _BALANCE_OF.search(text[: mark.start])]
    return [mark for place, mark in enumerate(kept) if not _of_another(place, kept, text)]


def _of_another(place: int, flows: list[Mark], text: str) -> bool:
    """Whether a word of trade only says more of the flow in front of it.

    "A deficit in trade with Peru"; "imports from Peru, with a turnover of": of imports.
    """
    if not place or flows[place].value != "trade":
        return False
    mark, before = flows[place], flows[place - 1].value
    gap = text[flows[place - 1].end : mark.start]
    turnover = text[mark.start : mark.end].lower() == "turnover" or (
        # "The largest export market for Peru, with a trade turnover of 3 bn": of exports.
        text[mark.start : mark.end].lower() == "trade turnover"
        and _MARKET_WITH.match(gap) is not None
    )
    turnover = turnover and before in _ONE_WAY
    if before not in _BALANCES and not turnover:
        return False
    return len(gap) <= _NEAR and not re.search("[,;:▮，；：]" if not turnover else "[;:▮]", gap)


def _joined_flows(text: str) -> list[Mark]:
    """Return German flows that end a longer word: Chipexporte, Gasimporte."""
    return [
        Mark("flow", flow, "", match.start(), match.end())
        for flow, pattern in _GERMAN_ENDS.items()
        for match in pattern.finditer(text)
    ]


_GERMAN_ENDS = {
    # Small letters in front: the flow is the end of a compound, not a word by itself.
    "export": re.compile(r"(?<=[a-zäöüß])(?:exporte?n?|ausfuhr(?:en)?)(?!\w)"),
    "import": re.compile(r"(?<=[a-zäöüß])(?:importe?n?|einfuhr(?:en)?)(?!\w)"),
    "supply": re.compile(r"(?<=[a-zäöüß])lieferung(?:en)?(?!\w)"),
}
_BALANCES = ("surplus", "deficit")
_ONE_WAY = ("export", "import", "supply", "purchase")
_NEAR = 40
_MARKET_WITH = re.compile(r" (?:market|destination|customer)s?\b[^,;]*, with ")
_BALANCE_OF = re.compile(
    r"(?:balance (?:of|in) (?:its |their )?|(?:сальдо|баланс[а-я]*)(?: во?)?(?: [а-я]+ой)? "
    r"|Saldo (?:im|des) )$",
    re.IGNORECASE,
)
"""In front of trade: a balance whose sign is not said."""
_NO_FLOW = {
    "en": re.compile(r"[- ](?:controls?|ministry|minister|war|deal|agreement|licen[cs]e|ban|route"
                     r"|policy|data|representative|body|talks|chains?|show|fair|barriers?|(?:im)?balance)"),
    "ru": re.compile(r" (?:политик|войн|соглашени|представител)"),
    "de": re.compile(r"(?:s?kontroll|sministerium|sabkommen|skrieg)|-Kontroll"),
    "zh": re.compile("管制|部|战|协定|协议|政策|商|伙伴|差额|平衡|失衡"),
}  # fmt: skip


def _goods(text: str, language: str) -> list[Mark]:
    codes = [
        Mark("goods", one.goods, "sure", one.start, one.end)
        for one in codes_in(text)
        if not one.trouble
    ]
    words = longest(
        Mark("goods", entry.value, entry.form, match.start(), match.end(), entry.title)
        for entry in goods_words(language)
        for match in entry.pattern.finditer(text)
    )
    # "Chips (HS 8542)": the code says which.
    words = [one for one in words if not any(_touch(one, code, text) for code in codes)]
    found = longest([*codes, *words])
    offices = [one.span() for one in _OFFICE.finditer(text)] if language == "en" else []
    reasons = [one.span() for one in _REASON[language].finditer(text)]
    return [
        mark if mark in codes else _in_phrase(mark, text, language)
        for mark in found
        if not any(low <= mark.start < high for low, high in (*offices, *reasons))
    ]


def _touch(words: Mark, code: Mark, text: str) -> bool:
    """Whether words stand right before a code, or right behind it in brackets."""
    first, last = sorted((words, code), key=lambda one: one.start)
    gap = text[first.end : last.start]
    return re.fullmatch(r"[\s(（\[,:–—-]*", gap) is not None


_OFFICE = re.compile(
    r"\b(?:Ministry|Department|Bureau|Office|Agency|Administration|Institute) (?:of|for) (?:the )?"
    r"[A-Z][\w-]+(?:(?:, and |, | and | & )[A-Z][\w-]+)*"
    r"|▮(?:, [A-Z][\w-]+)*,? and [A-Z][\w-]+(?=,)"  # what is left of one that is quoted
)
"""An office whose name has goods in it: "Ministry of Trade, Industry and Energy"."""
_UP_TO_FLOW = r"(?:(?!\b(?:[Ee]xport|[Ii]mport|shipment|sales|[Aa]usfuhr|[Ee]infuhr))[^;.▮])*+"
_REASON = {
    "en": re.compile(
        r"\b(?:(?:driven|fuell?ed|boosted|bolstered|supported|buoyed|helped|hit|hurt) (?:\w+ )?by"
        rf"|on the back of|thanks to|(?:due|owing) to|demand for|prices? (?:of|for))\b{_UP_TO_FLOW}"
        r"\.?\s*$"
    ),
    "de": re.compile(
        rf"\b(?:[Dd]ank|[Ww]egen|[Aa]ufgrund|[Ii]nfolge|Nachfrage nach)\b{_UP_TO_FLOW}\.?\s*$"
    ),
    "ru": re.compile(
        r"(?<!\w)(?:благодаря|за сч[её]т|из-за|спрос[а-я]* на|цен[а-я]* на)(?!\w)"
        r"(?:(?!экспорт|импорт|поставк|закуп|ввоз|вывоз|продаж)[^;.▮])*+\.?\s*$"
    ),
    "zh": re.compile(r"(?:得益于|由于|受益于|归因于)(?:(?!出口|进口)[^；。▮])*+。?\s*$"),
}
"""Why trade moved, at the end of a sentence: goods there are not those that the numbers are of."""


def _in_phrase(mark: Mark, text: str, language: str) -> Mark:
    """Return goods with the words that make other goods of them: olive oil, car parts."""
    start, end = mark.start, mark.end
    before = word_before(text[:start]) if language == "en" else ""
    # "fell oil" is a verb before its goods, "olive oil" other goods.
    if before and not _steers(text, start, language):
        start -= len(before) + 1
    after = _PARTS[language].match(text, end)
    end = after.end() if after else end
    if (start, end) == (mark.start, mark.end):
        return mark
    words = text[start:end].strip()
    return Mark("goods", f"named:{words}", "likely", start, end, "not in the word list")


def _steers(text: str, start: int, language: str) -> bool:
    """Whether the word in front of goods is a verb or measure of the rules."""
    return any(
        match.end() == start - 1
        for pattern in cue_words(language).values()
        for match in pattern.finditer(text, max(start - 40, 0), start - 1)
    )


_PARTS = {
    "en": re.compile(
        r" (?:parts|components|equipment|machinery|accessories|industry|makers?|plants?|tankers?"
        r"|pipes?|wafers?|turbines?|tools)(?!\w)"
    ),
    "ru": re.compile(r"(?!)"),
    "de": re.compile(r"-?(?:teile[n]?|komponenten|zubehör)(?!\w)"),
    "zh": re.compile("零部件|零件|配件|制造设备|生产设备"),
}
