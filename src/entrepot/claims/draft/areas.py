"""The areas that a sentence names, and their part in it: seller, buyer, owner, subject."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.claims.draft.lexicon import (
    NOWHERE,
    areas_begun_in,
    cue_words,
    short_names,
)
from entrepot.claims.draft.sentences import Mark, longest

if TYPE_CHECKING:
    from collections.abc import Sequence


def unknown_area(areas: Sequence[Mark], text: str) -> str:
    """Return the reason that an area is none of ours, with the words of the text for it."""
    words = next((text[one.start : one.end] for one in areas if one.value == NOWHERE), "")
    said = f"“{words}”" if words else "what the text names"
    return f"{said} is not known here as a country or group"


_ARTICLES = {
    "en": r"(?:the |mainland |neighbou?ring |(?:countries|member states) (?:of|in) )*",
    "ru": r"(?:стран(?:ы|у|ой|ам|ами|ах)? |соседн[а-я]+ )*",
    "de": r"(?:der |den |die |dem |Länder[n]? |(?:Mitglied)?[Ss]taaten |Mitgliedsl[aä]nder[n]? "
    r"|benachbarte[nr]? |Volksrepublik )*",
    "zh": "",
}
_POSSESSIVE = {"en": re.compile(r"['’]s?(?!\w)"), "zh": re.compile("的")}
PREPOSITIONS = ("between", "to", "from", "with", "of")
# One character such as 中 or 美 is a country only in front of these: it is part of many words.
_BETWEEN_TWO = "(?=两国|双边|贸易|经贸|之间|货物|商品贸易|进出口)"
_WITH_STRANGER = "(?<!其)[中俄美欧](?![国方的各总外在与和对元洲盟货双两之进])"
"""Starts the short form of two countries whose second may be unknown, or of several names: 中巴."""
# "В Китае" is where, "в Китай" where to: the preposition alone does not decide.
_LOCATIVE = re.compile(r"(?:ии|[а-яё]е)$")


def areas_in(text: str, language: str, flows: list[Mark], goods: list[Mark]) -> list[Mark]:
    """Return the areas that a sentence names, each with its part in it."""
    found = [
        Mark("area", entry.value, entry.form, match.start(), match.end())
        for entry in areas_begun_in(text, language)
        for match in entry.pattern.finditer(text)
    ]
    found = [_unless_a_part(mark, text) for mark in found]
    if language == "zh":
        found += shortened(text)
    no_country = cue_words(language)[("notcountry", "")]
    unknown = _unknown(text, language, flows, goods)
    placed: list[Mark] = []
    named = longest([*found, *unknown, *others_in(text, language, found)])
    for place, mark in enumerate(named):
        # "China's embassy", "Russian roubles": in front of such a noun a name is no side of trade.
        gap = re.match(r"['’]s? |[- ]?", text[mark.end :])
        if gap and no_country.match(text, mark.end + gap.end()):
            continue
        in_list = goes_on_to_and(named[place:], text, language)
        placed.append(_placed(mark, placed, text, language, flows, goods, in_list=in_list))
    return _hyphened(placed, text)


_LEFT_OUT = re.compile(
    r"(?:\b(?:outside|not (?:in|part of|members? of|belonging to))(?: of)?(?: the)? |\bnon-"
    r"|\b(?:nicht (?:zu[rm]?|in|der|die|den)|außerhalb (?:der|des|von)) "
    r"|(?<!\w)(?:вне|за пределами|не вход\w+ в) )$",
    re.IGNORECASE,
)
_TOWARDS = "(?:north|south|east|west)(?:[ -]?(?:east|west))?(?:ern)?"
_PART_BEFORE = re.compile(
    rf"(?:\b(?:(?:{_TOWARDS}|central|inner|greater|air|bank of)|(?:parts?|{_TOWARDS}) of(?: the)?) "
    r"|\b(?:(?:Nord|Süd)?(?:osten|westen)|Norden|Süden|(?:nörd|süd|öst|west)lich\w*)"
    r" (?:von |der |des )?"
    r"|(?<!\w)(?:(?:северо-|юго-)?(?:север|юг|восток|запад)[а-я]{0,3}"
    r"|(?:северн|южн|восточн|западн|центральн)[а-я]+) )$",
    re.IGNORECASE,
)
_PART_BEHIND = re.compile("[东西南北中]部|[南北]方|[东西][南北]|沿海|内陆|某")
"""A region of a country, or a company that is called after one."""


_OF_GOODS = re.compile(r"\bparts? of(?: the)? $", re.IGNORECASE)


def _is_owner(mark: Mark, text: str) -> bool:
    """Whether an area owns or made what stands behind it: "part of Germany's imports"."""
    return mark.form == "adj" or _POSSESSIVE["en"].match(text, mark.end) is not None


def _unless_a_part(mark: Mark, text: str) -> Mark:
    """Read what is not the country that it names as no area known here.

    That is what is outside of it ("outside the euro area") and a part of it ("South China").
    """
    left = max(mark.start - 30, 0)
    for beside in (_LEFT_OUT, _PART_BEFORE):
        match = beside.search(text, left, mark.start)
        if match and not (_OF_GOODS.search(match[0]) and _is_owner(mark, text)):
            return replace(mark, value=NOWHERE, start=match.start())
    match = _PART_BEHIND.match(text, mark.end)
    return replace(mark, value=NOWHERE, end=match.end()) if match else mark


def _hyphened(placed: list[Mark], text: str) -> list[Mark]:
    """Read two areas with a dash between them as the two sides of trade."""
    # "China-Russia trade", "торговля Россия — Китай".
    tied = {
        place + step
        for place in range(len(placed) - 1)
        if text[placed[place].end : placed[place + 1].start] in ("-", "–", "—")
        for step in (0, 1)
    }
    return [
        replace(mark, form="between") if place in tied else mark
        for place, mark in enumerate(placed)
    ]


def shortened(text: str) -> list[Mark]:
    """Return areas in Chinese one-character form, read only where nothing else can be meant."""
    short = short_names()
    signs = "".join(short)
    found = []
    # 加 is Canada, but also the second half of 增加, 参加 and 更加.
    for match in re.finditer(f"(?:(?<=[增参更])加)?([{signs}]{{2,}}){_BETWEEN_TWO}", text):
        start, end = match.span(1)
        if end - start > 2:  # 中蒙俄贸易 is of three
            found.append(Mark("area", NOWHERE, "noun", start, end))
            continue
        found += [
            Mark("area", short[text[place]], "between", place, place + 1)
            for place in (start, end - 1)
        ]
    for match in re.finditer(f"{_WITH_STRANGER}(?![{signs}])[\u4e00-\u9fff]{_BETWEEN_TWO}", text):
        found.append(Mark("area", NOWHERE, "noun", match.start(), match.end()))
    # 对俄出口, 自美进口, 占哈进口: one character between a preposition and a word of trade.
    for match in re.finditer(
        f"(?<=[对自从向输占])([{signs}])(?=[出进贸货商的供采])|([{signs}])方(?![面式法案向针])",
        text,
    ):
        place = match.lastindex or 1
        if place == 2:  # 哈方: the side of one of two countries
            found.append(Mark("area", short[match[2]], "noun", match.start(), match.end()))
            continue
        found.append(Mark("area", short[match[1]], "noun", match.start(1), match.end(1)))
    # 华 stands for China in 对华贸易 and the like.
    for match in re.finditer("(?<=[对自从在输])华", text):
        found.append(Mark("area", "CHN", "noun", match.start(), match.end()))
    return found


def _placed(
    mark: Mark,
    before: list[Mark],
    text: str,
    language: str,
    flows: list[Mark],
    goods: list[Mark],
    *,
    in_list: bool,
) -> Mark:
    """Return the mark of an area with its part in the sentence."""
    if mark.form == "between":
        return mark
    if mark.form == "adj":
        return _adjective(mark, text, language, flows, goods)
    joined = _joined(before, mark, text, language, in_list=in_list)
    if joined is not None:
        return replace(mark, form=joined, joined=True)
    left = text[max(mark.start - 60, 0) : mark.start]
    hint = _preposition(left, language)
    if hint == "to" and language == "zh" and _IMPORTS.match(text, mark.end):
        hint = "from"  # 对华进口: somebody's imports from China
    possessive = _possessive(mark, text, language)
    if possessive:
        form = hint if hint and language == "zh" else "of"
        return replace(mark, form=form, end=possessive)
    if hint == "to" and language == "en" and any(0 <= one.start - mark.end <= 1 for one in flows):
        return replace(mark, form="of")  # "the first estimate for EU exports"
    if hint:
        return replace(mark, form=_turned(hint, mark, text, language))
    return replace(mark, form=_unprepared(mark, text, language, flows, goods))


def _possessive(mark: Mark, text: str, language: str) -> int:
    """Return where a name with its genitive ends: "Russia's", "Russlands"; 0 if it has none."""
    if language == "de":
        name = text[mark.start : mark.end]
        # "Russlands", but not "Laos": without its s it must be a name as well.
        genitive = name.endswith("s") and any(
            entry.form == "noun" and entry.pattern.fullmatch(name[:-1])
            for entry in areas_begun_in(name, "de")
        )
        return mark.end if genitive else 0
    pattern = _POSSESSIVE.get(language)
    match = pattern.match(text, mark.end) if pattern else None
    if match is None:
        return 0
    return mark.end if language == "zh" else match.end()


def _turned(hint: str, mark: Mark, text: str, language: str) -> str:
    """Return what a preposition means where its name has another case or a participle behind."""
    if hint in ("from", "of") and language == "de" and _PARTICIPLE.match(text, mark.end):
        return "of"  # "der von Russland importierten Chips"
    name, left = text[mark.start : mark.end], text[: mark.start]
    if hint == "to" and language == "ru" and _BOUGHT_IN.search(left):
        return "from"  # "закупив в РФ"
    if hint == "to" and language == "ru" and _LOCATIVE.search(name):  # "в Китае", not "в Китай"
        return "to" if re.search(r"(?:^|\W)на\s+$", left, re.IGNORECASE) else "of"
    return hint


_IMPORTS = re.compile("的?(?:贸易)?进口")
_BOUGHT_IN = re.compile(r"(?<!\w)(?:(?:за|при)?купи|закупа|приобре)[а-я]+ во? $", re.IGNORECASE)
_PARTICIPLE = re.compile(
    r"\s+(?:importiert|exportiert|gekauft|bezogen|verkauft|geliefert|eingeführt|ausgeführt)"
    r"e[nrsm]?\b"
)


def _unprepared(mark: Mark, text: str, language: str, flows: list[Mark], goods: list[Mark]) -> str:
    """Return the part of a name without preposition: a genitive behind its noun, or a subject."""
    behind = [flow for flow in flows if flow.end <= mark.start]
    if behind and language in ("ru", "de"):
        start = max(
            [behind[-1].end, *(one.end for one in goods if behind[-1].end < one.end <= mark.start)]
        )
        gap = text[start : mark.start]
        article = r"\s+(?:[а-яё]{5,}\s+)?" if language == "ru" else r"\s+(?:der|des)\s+"
        if re.fullmatch(article, gap, re.IGNORECASE):
            return "of"
    return "bare"


@cache
def _left(language: str, kind: str) -> re.Pattern[str] | None:
    words = cue_words(language).get((kind, ""))
    if words is None:
        return None
    edge = "" if language == "zh" else r"\s+"
    article = _ARTICLES[language]
    return re.compile(f"{words.pattern}{edge}{article}$", re.IGNORECASE)


def _preposition(left: str, language: str) -> str:
    for kind in PREPOSITIONS:
        pattern = _left(language, kind)
        if pattern is not None and pattern.search(left):
            return kind
    return ""


def _joined(
    before: list[Mark], mark: Mark, text: str, language: str, *, in_list: bool
) -> str | None:
    """Return the part of the area that an "and", or the comma of a list, ties this one to."""
    if not before:
        return None
    gap = text[before[-1].end : mark.start].strip()
    words = cue_words(language)[("and", "")]
    if language == "en":
        gap = gap.removesuffix("the").strip()
    if not words.fullmatch(gap.removeprefix(",").strip()) and not (in_list and gap in COMMAS):
        return None
    # "Russian and China's exports" are not one side.
    if before[-1].form == "adj":
        return None
    return before[-1].form


def _adjective(mark: Mark, text: str, language: str, flows: list[Mark], goods: list[Mark]) -> Mark:
    """Tell an adjective of goods, which says where they are from, from one of a flow."""
    rest = text[mark.end :]
    plain = _THINGS[language].match(rest)
    flow = next((one for one in flows if one.start >= mark.end), None)
    if plain and flow and language != "zh":
        behind = min(mark.end + plain.end(), flow.start)
        if _OF_FLOW.fullmatch(text, behind, flow.start):
            return mark  # "German goods imports": of all goods
    thing = next((one for one in goods if one.start >= mark.end), None)
    if plain or (thing and thing.start - mark.end <= 30 and (not flow or thing.start < flow.start)):
        if flow and thing and flow.start - thing.end <= 2 and not plain:
            return mark  # "Russian chip imports"
        return replace(mark, form="origin")
    return mark


_OF_FLOW = re.compile(r"\w*[ -]?")
_THINGS = {
    "en": re.compile(r"[- ]\s*(?:made )?(?:goods|products|wares|components|technology|suppliers)"),
    "ru": re.compile(r"\s+(?:товар|продукци|компонент|технологи)"),
    "de": re.compile(r"\s+(?:Waren|Güter|Produkte|Komponenten|Technologie)"),
    "zh": re.compile("(?:商品|产品|货物)"),
}


def _unknown(text: str, language: str, flows: list[Mark], goods: list[Mark]) -> list[Mark]:
    """Return names that stand where a country would and are none that is known."""
    found: list[Mark] = []
    if language == "zh":
        for match in _STRANGER.finditer(text):
            found.append(Mark("area", NOWHERE, "noun", match.start(), match.start() + 1))
        return found
    for flow in flows:
        owner = _BEFORE_FLOW[language].search(text, 0, flow.start)
        if owner:
            found.append(Mark("area", NOWHERE, "noun", owner.start(1), owner.end(1)))
        pattern = _BEHIND_FLOW[language].match(text, flow.end)
        if pattern is None and language == "en" and _SOLD.fullmatch(text, flow.start, flow.end):
            pattern = _BEHIND_AMOUNT.match(text, flow.end)
        if pattern and not _is_traded(pattern, flow, goods):
            found.append(Mark("area", NOWHERE, "noun", pattern.start(1), pattern.end(1)))
    return found


def _is_traded(word: re.Match[str], flow: Mark, goods: list[Mark]) -> bool:
    """Whether a capital word behind a flow is what is traded: "экспорт СПГ", "экспорт СУГ из"."""
    known = any(one.start < word.end(1) and word.start(1) < one.end for one in goods)
    short = flow.value == "export" and TRADED_SHORT.match(word.string, word.start(1)) is not None
    return known or short


_NO_PLACE = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|Waren|Gütern"
)
_CAPITAL = rf"((?!(?:{_NO_PLACE})\b)[A-ZА-ЯЁÄÖÜ][\w-]+)"
_SOME_LANDS = {
    "en": r"(?!(?:foreign|overseas|international|global|world|all|external|other)\b)"
    r"(?!(?:two|both|our)\b)"
    r"[a-z][\w-]+ (?:markets|countries|economies|nations|destinations)\b",
    "ru": r"(?!(?:все|иностранн|зарубежн|мировы|внешни|други|обе|обои|двух|наши)[а-яё]*)"
    r"[а-яё-]+(?:[иы]е|[иы]х|ти) (?:рынк[иов]+|стран[ы]?|государств[а]?)\b",
    "de": r"(?!(?:alle|ausländische|fremde|internationale|andere|beide)[nr]?\b)"
    r"[a-zäöü][\wäöüß-]+ (?:Märkten?|Ländern?|Staaten|Volkswirtschaften)\b",
}
"""Countries that words tell apart and no name: "exports to emerging markets"."""


def _behind(prepositions: str, language: str) -> re.Pattern[str]:
    either = _CAPITAL.removesuffix(")") + f"|{_SOME_LANDS[language]})"
    return re.compile(prepositions + either)


# Whatever stands between a preposition and the flow, where no known name was found.
_STRANGER = re.compile(r"(?<=[对自从向])[\u4e00-\u9fff]{2,8}?(?=出口|进口|的出口)")
_BEFORE_FLOW = {
    "en": re.compile(rf"(?<![\w.-]){_CAPITAL}['’]s (?:(?:total|goods|merchandise|overall) )?$"),
    "ru": re.compile(r"(?!)"),
    "de": re.compile(r"(?!)"),
}
"""A name that owns what is traded: a country, a capital or a company that is not known here."""
_BEHIND_FLOW = {
    "en": _behind(r" (?:to|from|with|between) (?:the )?", "en"),
    "ru": _behind(r" (?:(?:в|из|с|со|между) |на (?=[а-яё]))?", "ru"),
    "de": _behind(
        " (?:(?:nach|aus|mit|zwischen) (?:der |dem |den )?|(?:in|auf) (?:die )?(?=[a-zäöü]))", "de"
    ),
}


_SOLD = re.compile(r"(?:export|import|shipp|suppli|deliver|purchas)ed|sold|bought", re.IGNORECASE)
_BEHIND_AMOUNT = re.compile(
    rf"(?=[^,;()]{{0,80}}?[\d▮])(?:(?!\b(?:to|from|by|up|down)\b)[^,;()]){{1,80}}?"
    rf" (?:to|from) (?:the )?{_CAPITAL}"
)
"""The side behind an amount: "exported goods worth 3 bn dollars to X"."""


# Lists of areas: which belong together, and members that are no area known here.


COMMAS = (",", "、")
_SOME = (
    "other|its|their|the|several|some|many|most|all|various|neighbou?ring|elsewhere|beyond|a|an|one"
)
_LANDS = "countries|states|nations|economies|markets|partners|neighbou?rs|republics|members|places"
_OTHERS = {
    "en": re.compile(
        rf",? (?:and|or|as well as) ((?:(?:{_SOME}|\w+)\s+){{0,3}}(?:{_LANDS})|elsewhere|others"
        r"|(?:the )?rest of)"
    ),
    "ru": re.compile(
        r",? (?:и|или|а также) ((?:[а-яё]+ ){0,3}(?:стран[а-я]*|государств[а-я]*|партн[её]р[а-я]*"
        r"|республик[а-я]*|рынк[а-я]+|сосед[а-я]+)|друг(?:ие|их|ими))(?!\w)"
    ),
    "de": re.compile(
        r",? (?:und|oder|sowie) ((?:[\wäöüß]+ ){0,3}(?:Länder[n]?|Staaten|Märkte[n]?|Nachbar[a-z]*"
        r"|Republiken|Partner[n]?)|anderswo|andere[n]?)\b"
    ),
    "zh": re.compile("(等(?:国|地|多国|国家|地区|经济体|[一二三四五六七八九十]国))"),
}
_MONTHS = r"(?:January|February|March|April|June|July|August|September|October|November|December)\b"
_NOT_KNOWN_HERE = {
    "en": re.compile(rf"(?:,|,? and|,? or) ((?!{_MONTHS})[A-Z][a-zé]{{3,}})(?=,| and\b| or\b)"),
    "ru": re.compile(r"(?:,|,? и) ([А-ЯЁ][а-яё]{3,})(?=,| и )"),
}
"""A name in the middle of a list."""
_LAST = {
    "en": re.compile(rf",? and ((?!{_MONTHS})[A-Z][a-zé]{{3,}})"),
    "ru": re.compile(r",? и ([А-ЯЁ][а-яё]{3,})"),
    "de": re.compile(r" und ([A-ZÄÖÜ][a-zäöüß]+(?:land|ien|stan|reich|ei))\b"),
}
"""The name at the end of one."""


def goes_on_to_and(marks: Sequence[Mark], text: str, language: str) -> bool:
    """Whether only commas part the first mark from an "and" between two marks.

    In Chinese the comma of a list (、) needs none.
    """
    words = cue_words(language)[("and", "")]
    first = marks[0]
    if language == "zh" and text[: first.start].endswith("、"):
        return True
    for one, other in pairwise(marks):
        gap = text[one.end : other.start].strip().removesuffix(" the")
        if words.fullmatch(gap.removeprefix(",").strip()):
            return True
        if gap not in COMMAS:
            return False
    return False


def others_in(text: str, language: str, areas: Sequence[Mark]) -> list[Mark]:
    """Return what stands in a list behind an area and is none: "Russia and other countries"."""
    found: list[Mark] = []
    known = [(area.start, area.end) for area in areas]
    patterns = [
        _OTHERS[language],
        *(by[language] for by in (_NOT_KNOWN_HERE, _LAST) if language in by),
    ]
    for area in areas:
        for pattern in patterns:
            match = pattern.match(text, area.end)
            if match and not any(s < match.end(1) and match.start(1) < e for s, e in known):
                found.append(Mark("area", NOWHERE, "noun", match.start(1), match.end(1)))
    return found


# Words beside a flow that are no goods of the word list: kept as words, never dropped.


_FOLDER = Path(__file__).parent
_NO_GOODS = frozenset(
    (
        *("them", "it", "there", "here", "such", "one", "ones", "us", "what", "who", "some", "any"),
        *("туда", "оттуда", "там", "них", "неё", "нее", "него", "это", "этого", "этих", "после"),
        *("dort", "dorthin", "davon", "dahin", "ihnen", "sie", "es", "das", "die", "der", "dem"),
        *("只有", "仍然", "缩小", "縮小", "扩大", "擴大", "其中", "这些", "它们", "当地", "增速"),
    )
)
"""Words beside those of `_PLAIN` that point at something or carry on, in any language."""
_PLAIN = frozenset((_FOLDER / "plain_words.txt").read_text(encoding="utf-8").split("\n"))
"""English words in front of a flow that say nothing about goods."""
_STARTS = "|".join(
    (_FOLDER / "plain_starts.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
)
"""How words behind a flow begin that are no goods, where they bend."""
_NEXT = (
    "to|from|in|into|and|were|was|fell|rose|by|worth|with|for|that|which|at|last|this|during|since|"
    "over|totall?ed|reached|grew|dropped"
)
_GERMAN_TIMES = (
    "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|"
    "Anfang|Mitte|Ende"
)
TRADED_SHORT = re.compile(r"[А-ЯЁ]{2,}(?= из [А-ЯЁ▮])")
"""Goods in capital letters behind an export, whose seller follows: "экспорт СУГ из России"."""
_BEHIND = {
    "en": re.compile(
        # Not the words that mean all goods.
        r" of ((?!(?:goods|products|all|merchandise|items|everything)\b)[a-z][a-z-]+"
        rf"(?: (?!(?:{_NEXT})\b)[a-z][a-z-]+){{0,2}})\b"
    ),
    "ru": re.compile(rf" ((?!{_STARTS})[а-яё][а-яё-]*|{TRADED_SHORT.pattern})"),
    "de": re.compile(
        rf" von ((?!(?:Waren|Gütern|Produkten|{_GERMAN_TIMES})\b)[A-ZÄÖÜ][a-zäöüß-]+)"
    ),
}
_BEFORE = {
    "en": re.compile(r"(?:(?<![\w-])([a-z]+(?:-[a-z]+)*)|^([A-Z][a-z]+(?:-[a-z]+)*)) $"),
    "de": re.compile(r"(?<![\w-])([A-ZÄÖÜ][a-zäöüß]+-)$"),
}


def unknown_goods(behind: str, language: str) -> str:
    """Return what a flow is said to be of, behind it: "exports of toys"; empty if nothing."""
    pattern = _BEHIND.get(language)
    match = pattern.match(behind) if pattern else None
    if match is None or (language == "ru" and _ADVERB.fullmatch(match[1])):
        return ""  # "экспорт резко вырос"
    return "" if _is_adjective(match[1], language) else match[1]


_ADVERB = re.compile(r"[а-яё]{3,}(?<!кака)о")


def unknown_before(before: str, language: str) -> str:
    """Return the word in front of a flow that may name goods: "toy exports"; empty if none."""
    pattern = _BEFORE.get(language)
    match = pattern.search(before) if pattern else None
    word = (match[1] or match[2]) if match and language == "en" else match[1] if match else ""
    return "" if word.lower() in _PLAIN else word


def says_nothing(words: str) -> bool:
    """Whether words that stand where goods would are none: "imports of the euro area"."""
    return all(word in _PLAIN or word in _NO_GOODS for word in words.lower().split())


def word_before(before: str) -> str:
    """Return the English word in small letters in front, if it is none that says nothing."""
    match = re.search(r"(?<![\w'’-])([a-z]+(?:-[a-z]+)*) $", before)
    return match[1] if match and match[1] not in _PLAIN else ""


def _is_adjective(word: str, language: str) -> bool:
    """Whether a Russian word is no noun in the genitive plural or singular."""
    if language != "ru":
        return False
    verb = r"(?:л|ла|ли|ло|лся|лась|лись|лось|ет|ют|ит|ат|ут|ся|сь)$"
    return re.search(verb, word) is not None


def compound(before: str, language: str) -> str:
    """Return what a German flow is joined to: the toys of "Spielzeugexporte"; empty if nothing."""
    match = re.search(r"(?<!\w)([A-ZÄÖÜ][a-zäöüß]+)$", before) if language == "de" else None
    return match[1] if match else ""


def unknown_object(text: str, start: int, end: int, language: str) -> str:
    """Return what a verb of trade has as its object, if it is no good of the word list.

    Parameters
    ----------
    text
        The sentence; numbers and areas are masked.
    start, end
        Place of the flow, a verb or a Chinese flow, which has its goods right behind it.

    Examples
    --------
    >>> unknown_object("Japan imported rice worth ▮▮ from ▮▮▮", 6, 14, "en")
    'rice'
    """
    flow, behind = text[start:end], text[end:]
    verb, pattern = _VERBS.get(language), _OBJECTS[language]
    if verb is not None and not verb.search(flow):
        return ""
    match = pattern.match(behind)
    word = match[1] if match else ""
    if language == "zh" and (
        _MOVES.search(word) or any(cue.match(word) for cue in cue_words("zh").values())
    ):
        return ""  # 分别为, 环比增长, 因而扩大至
    return "" if word in _PLAIN or _is_adjective(word, language) else word


_MOVES = re.compile(
    r"^(?:因[而此]|随[之即后]|由此|于是|遂|进[一而]|反[而倒]|却|故)|[至到为达了]$"
    r"|[扩缩收][大减小窄]|[上下回攀飙骤锐猛激剧暴][升降落涨跌减增滑]|增[长加至]|减少|萎缩|翻"
)
"""Chinese words of a verb, with what joins it to the sentence before: no goods."""
_VERBS = {
    "en": re.compile(r"(?:ed|ing|bought|buys?|sold|sells?|gets?|got|ships|receives)$"),
    "ru": re.compile(r"(?:л|ла|ли|ло|ет|ют|ит|ят)$"),
    "de": re.compile(r"^[a-z]"),
}
_WHEN = r"(?:\s+(?:im Jahr )?\d{4}|\s+(?:in|в|за)\s+\d{4}(?:\s+год[ау]?)?)"
_OBJECTS = {
    "en": re.compile(
        rf"(?:\s+▮+|{_WHEN})*(?: of)? ((?!(?:{_NEXT}|goods|products|merchandise|items|half|most)\b)"
        r"[a-z][a-z-]+)"
    ),
    "ru": re.compile(
        # Over masked sides, numbers and years to the first word that could be goods.
        rf"(?:\s+(?:в|из|у|на|за|с)\s+▮+|\s+▮+|{_WHEN})*\s+((?!{_STARTS})[а-яё]{{3,}})"
    ),
    "de": re.compile(
        rf"(?:\s+(?:aus|nach|in|an)(?: der| die)?\s+▮+|\s+▮+|{_WHEN}|\s+(?:noch|für|rund))*"
        rf"\s+((?!(?:Waren|Güter|Produkte|Prozent|Jahr|Wert|Höhe|Deutschland|{_GERMAN_TIMES})\b)"
        r"[A-ZÄÖÜ][a-zäöüß-]+)"
    ),
    "zh": re.compile(
        r"((?![额总量同比增下减约达为的中有占商货产至到了和与也较则比仅超近共等受创呈首再继累从自对向在其来流份由降升]"
        r"|相当|等于|接近|合计|折合|折算|金额|数[量额]|规模|互抵|表现|统计|比重|[年月][增减])"
        r"[\u4e00-\u9fff]{2,6}?)(?=▮|[，。；、]|同比|环比|分别)"
    ),
}
