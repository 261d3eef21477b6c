"""The areas that a sentence names, and their part in it: seller, buyer, owner, subject."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from entrepot.claims.draft.lexicon import NOWHERE, area_words, cue_words, short_names
from entrepot.claims.draft.lists import COMMAS, goes_on_to_and, others_in
from entrepot.claims.draft.mark import Mark, longest
from entrepot.claims.draft.unknown import TRADED_SHORT

__all__ = ["PREPOSITIONS", "areas_in", "shortened"]

_ARTICLES = {
    "en": r"(?:the |mainland |neighbou?ring |countries (?:of|in) )*",
    "ru": r"(?:стран(?:ы|у|ой|ам|ами|ах)? |соседн[а-я]+ )*",
    "de": r"(?:der |den |die |dem |Länder[n]? |Staaten |benachbarte[nr]? |Volksrepublik )*",
    "zh": "",
}
_POSSESSIVE = {"en": re.compile(r"['’]s?(?!\w)"), "zh": re.compile("的")}
PREPOSITIONS = ("between", "to", "from", "with", "of")
_BETWEEN_TWO = "(?=两国|双边|贸易|经贸|之间|货物|商品贸易|进出口)"
_WITH_STRANGER = "(?<!其)[中俄美欧](?![国方的各总外在与和对元洲盟货双两之进])"
"""Starts the short form of two countries whose second may be unknown, or of several names: 中巴."""
_LOCATIVE = re.compile(r"(?:ии|[а-яё]е)$")


def areas_in(text: str, language: str, flows: list[Mark], goods: list[Mark]) -> list[Mark]:
    """Return the areas that a sentence names, each with its part in it."""
    found = [
        Mark("area", entry.value, entry.form, match.start(), match.end())
        for entry in area_words(language)
        for match in entry.pattern.finditer(text)
    ]
    if language == "zh":
        found += shortened(text)
    no_country = cue_words(language)[("notcountry", "")]
    unknown = _unknown(text, language, flows, goods)
    placed: list[Mark] = []
    named = longest([*found, *unknown, *others_in(text, language, found)])
    for place, mark in enumerate(named):
        gap = re.match(r"['’]s? |[- ]?", text[mark.end :])
        if gap and no_country.match(text, mark.end + gap.end()):
            continue
        in_list = goes_on_to_and(named[place:], text, language)
        placed.append(_placed(mark, placed, text, language, flows, goods, in_list=in_list))
    return _hyphened(placed, text)


def _hyphened(placed: list[Mark], text: str) -> list[Mark]:
    """Read two areas with a dash between them as the two sides of trade."""
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
    for match in re.finditer(f"(?<=[对自从向输])([{signs}])(?=[出进贸货商的供采])", text):
        found.append(Mark("area", short[match[1]], "noun", match.start(1), match.end(1)))
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
    possessive = _possessive(mark, text, language)
    if possessive:
        form = hint if hint and language == "zh" else "of"
        return replace(mark, form=form, end=possessive)
    if hint:
        return replace(mark, form=_turned(hint, mark, text, language))
    return replace(mark, form=_unprepared(mark, text, language, flows, goods))


def _possessive(mark: Mark, text: str, language: str) -> int:
    """Return where a name with its genitive ends: "Russia's", "Russlands"; 0 if it has none."""
    if language == "de":
        name = text[mark.start : mark.end]
        genitive = name.endswith("s") and any(
            entry.form == "noun" and entry.pattern.fullmatch(name[:-1])
            for entry in area_words("de")
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
    if hint == "to" and language == "ru" and _LOCATIVE.search(name):  # "в Китае", not "в Китай"
        return "to" if re.search(r"(?:^|\W)на\s+$", left, re.IGNORECASE) else "of"
    return hint


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
    if before[-1].form == "adj":
        return None
    return before[-1].form


def _adjective(mark: Mark, text: str, language: str, flows: list[Mark], goods: list[Mark]) -> Mark:
    """Tell an adjective of goods, which says where they are from, from one of a flow."""
    rest = text[mark.end :]
    plain = _THINGS[language].match(rest)
    flow = next((one for one in flows if one.start >= mark.end), None)
    thing = next((one for one in goods if one.start >= mark.end), None)
    if plain or (thing and thing.start - mark.end <= 30 and (not flow or thing.start < flow.start)):
        if flow and thing and flow.start - thing.end <= 2 and not plain:
            return mark  # "Russian chip imports"
        return replace(mark, form="origin")
    return mark


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
_STRANGER = re.compile(r"(?<=[对自从向])[\u4e00-\u9fff]{2,8}?(?=出口|进口|的出口)")
_BEFORE_FLOW = {
    "en": re.compile(rf"(?<![\w.-]){_CAPITAL}['’]s (?:(?:total|goods|merchandise|overall) )?$"),
    "ru": re.compile(r"(?!)"),
    "de": re.compile(r"(?!)"),
}
"""A name that owns what is traded: a country, a capital or a company that is not known here."""
_BEHIND_FLOW = {
    "en": re.compile(rf" (?:to|from|with|between) (?:the )?{_CAPITAL}"),
    "ru": re.compile(rf" (?:(?:в|из|с|со|между) )?{_CAPITAL}"),
    "de": re.compile(rf" (?:nach|aus|mit|zwischen) (?:der |dem |den )?{_CAPITAL}"),
}
