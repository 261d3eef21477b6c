"""Words that tell a part of a country's trade apart: companies, regions, ways of transport."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.claims.draft.attribution import MASK
from entrepot.claims.draft.lexicon import LANGUAGES, bounded
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from entrepot.claims.draft.scene import Scene
    from entrepot.claims.numbers import Span

_DATE_LINE = re.compile(
    r"(?:\d{1,2}月)?\d{1,2}日[电讯]|[电讯](?=[，：\s])|\s*\([A-Za-zА-я][\w ./-]{1,20}\)\s*[-–—:]"
)
"""Behind a city from where is reported: 上海2月20日电, "Shanghai (dpa) -"."""
_AREA = "□"
"""Stands for the name of an area, sign by sign."""
_CUT = {
    "en": re.compile(rf"[,;:.()—{MASK}]"),
    "ru": re.compile(rf"[,;:.()—{MASK}]"),
    "de": re.compile(rf"[,;:.()—{MASK}]"),
    "zh": re.compile(rf"[，,；;：:。、{MASK}]"),
}
_WHO = {
    "en": (
        r"(?:(?:\w+-)?(?:compan(?:y|ies)|firms?|enterprises?|corporations?|conglomerates?"
        r"|businesses|\w*makers?|manufacturers?|producers?|provinces?|regions?|cities"
        r"|(?<!member )(?<!Gulf )(?<!Baltic )states"
        r"|ports?|oblasts?|districts?|customers?|buyers|clients?|consumers?|neighbou?rs?"
        rf"|warehouses?|allies|members|military|army|troops))(?!\w)(?! of (?:the )?{_AREA})"
    ),
    "ru": (
        r"(?:[а-яё-]*(?:компани|предприяти|корпораци|производител|концерн)[а-яё]+"
        r"|[а-яё-]*(?:фирм(?:а|ы|у|е|ой|ам|ами|ах)?|регион[а-яё]*|провинци[а-яё]+)"
        r"|(?:[А-ЯЁ][а-яё-]+) (?:област|окру[гж]|кра[йюяе])[а-яё]*|федеральн[а-яё]+ округ[а-яё]*"
        rf"|клиент[а-яё]*|покупател[а-яё]+|потребител[а-яё]+|сосед(?!н[а-яё]+ {_AREA})[а-яё]*"
        r"|арми[а-яё]+)(?!\w)"
    ),
    "de": (
        r"(?:\w*(?:[Uu]nternehmen|[Ff]irm(?:a|en)|[Kk]onzerne?[ns]?|[Bb]etriebe?n?|bauern?"
        r"|[Hh]ersteller[ns]?|[Pp]roduzenten|[Pp]rovinz(?:en)?|[Rr]egion(?:en)?)"
        r"|(?:Bundes|Nachbar|Entwicklungs|Schwellen)l[äa]nd(?:er|ern)|St[äa]dt(?:en?)?|Häfen"
        r"|Kunden|Abnehmern?|Nachbarn|Armee|Militär|Streitkräften?)(?!\w)"
    ),
    "zh": (
        r"企业|公司|集团|厂商|车企|民企|国企|央企|外企|商家|客户|买家|省(?!钱)|市(?!场|值|价)"
        rf"|自治区|自由?贸易?(?:试验)?区|远东|(?<!{_AREA})(?:特区|特别行政区)|口岸"
        # Fifty countries are not the world.
        r"|(?<!两)个(?:国家|经济体)"
        # 国家地区, "countries and regions", and 出口地区, "a market", are no part of a country.
        rf"|(?<!{_AREA})(?<!国家)(?<!国家[和及或与、])(?<![出进]口)地区(?!生产总值)"
    ),
}
"""Whose trade is not all of a country's, or who is not all of its buyers."""
_HOW = {
    "en": (
        r"(?:by|via) (?:sea|rail(?:way)?|road|air|land|water|ship|truck|train|plane)(?!\w)"
        r"|overland|through (?:the port of )?[A-Z][a-z]+"
    ),
    "ru": (
        r"по морю|морем|по суше|(?:морск|железнодорожн|автомобильн|авиационн|водн)[а-яё]+"
        r" (?:пут[её]м|транспортом)|по железной дороге|(?:авто|авиа)[а-яё]*транспортом|поездами"
    ),
    "de": (
        r"auf dem (?:See|Land|Luft|Wasser|Schienen)weg|auf der Schiene"
        r"|per (?:Bahn|Schiff|Lkw|Flugzeug|Zug)(?!\w)"
    ),
    "zh": (
        r"海运|空运|陆运|水运|铁路|公路|航空运输|班列|跨境电商|一般贸易|加工贸易|边境(?:小额)?贸易"
        r"|市场采购|保税|易货"
    ),
}
"""One way of transport, or one procedure of customs."""
_BEHIND = {
    "en": rf"(?:[^,]{{0,40}}? )?(?:to|from|by|of|among) (?:[\w’'{_AREA}-]+ ){{0,3}}?{_WHO['en']}",
    "ru": rf"[^,]{{0,50}}? {_WHO['ru']}",
    "de": rf"[^,]{{0,50}}? {_WHO['de']}",
    "zh": rf"[^，]{{0,12}}?(?:{_WHO['zh']})",
}
_AHEAD = {
    "en": (
        rf"(?:^|(?<=[ -])){_WHO['en']}(?:['’]s?)? (?:(?!sa(?:y|id)\b|that\b)[a-z]+ ){{0,2}}$"
        rf"|(?:^|(?<= ))[Pp]arts? of (?:the )?{_AREA}+(?:['’]s?)? $"
    ),
    "ru": rf"(?:^|(?<=[ -])){_WHO['ru']} (?:[{_AREA}]+ |[а-яё]+ ){{0,2}}$",
    "de": rf"(?:^|(?<=[ -])){_WHO['de']} (?:[\w{_AREA}]+ ){{0,2}}$",
    "zh": rf"(?:{_WHO['zh']})[^，]{{0,12}}$",
}
_NET = {"en": r"\b[Nn]et $", "ru": "(?!)", "de": r"\b[Nn]etto-?$", "zh": "净$"}
_PLACE = {
    "en": "(?!)",
    "ru": (
        rf"(?: {_AREA}+)? (?:в|из|на) (?:[А-ЯЁ][а-яё-]+|(?!все |друг|иностр|зарубежн)"
        r"[а-яё-]+ (?:стран[ыу]|государства|рынк[аи])|страны [А-ЯЁа-яё]+)"
    ),
    "de": "(?!)",
    "zh": "(?!)",
}
"""Where goods go to, or come from, that is no area known here: "экспорт Китая в Сибирь"."""
_SOME = {
    "en": (
        rf"[^,;:]{{0,60}}? (?:to|from|with|among) (?:{MASK}+|dozens of|several|many|some|most)"
        rf" (?:[a-z]+ )?countries(?!\w)(?! (?:of|in) (?:the )?{_AREA})"
    ),
    "ru": (
        rf"[^,;:]{{0,60}}? (?:в|из|с) (?:{MASK}+|десятк[а-яё]+|нескольк[а-яё]+|многи[а-яё]+)"
        rf" (?:[а-яё]+ )?стран(?:ы|у|ах|ами)?(?![а-яё])(?! {_AREA})"
    ),
    "de": (
        rf"[^,;:]{{0,60}}? (?:in|aus|mit|an) (?:{MASK}+|vielen?|mehreren?|Dutzenden?)"
        rf" (?:[a-zäöü]+ )?(?:Ländern?|Staaten)(?!\w)(?! (?:der |des |in )?{_AREA})"
    ),
    "zh": "(?!)",
}
"""Fifty countries are not the world."""


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    behind = (_BEHIND[language], rf"[^,，]{{0,50}}?(?:{_HOW[language]})", _PLACE[language])
    ahead = (_AHEAD[language], _NET[language], rf"(?:{_HOW[language]})[^,，]{{0,12}}$")
    return tuple(re.compile(one) for one in ("|".join(behind), "|".join(ahead), _SOME[language]))


@cache
def _regions(language: str) -> re.Pattern[str]:
    rows = read_table(Path(__file__).with_name("regions.csv"), ("area", *LANGUAGES))
    return bounded("|".join(row[language] for row in rows if row[language]), language, exact=True)


def part_meant(number: Span, scene: Scene) -> str:
    """Return why a number is of a part of a trade, by the words beside it; empty if none says so.

    Parameters
    ----------
    number
        The number, with its place in the sentence.
    scene
        The sentence.
    """
    language = scene.sentence.language
    text = scene.apart.text
    start, end = scene.gaps.clause(number.start, number.end)
    for region in _regions(language).finditer(text, start, end):
        if not _DATE_LINE.match(text, region.end()):
            return _why(region[0])
    for area in scene.apart.found.areas:
        text = _covered(text, area.start, area.end, _AREA)
    for time in scene.times:
        text = _covered(text, time.start, time.end, " ")
    behind, ahead, some = _patterns(language)
    for flow in scene.apart.found.flows:
        if not start <= flow.start < end:
            continue
        cut = _CUT[language].search(text, flow.end)
        found = behind.match(text, flow.end, cut.start() if cut else end)
        found = found or some.match(text, flow.end, end)
        if found is None:
            cuts = list(_CUT[language].finditer(text, 0, flow.start))
            found = ahead.search(text[cuts[-1].end() if cuts else 0 : flow.start])
            before = flow.start - len(found.string) if found else 0
        else:
            before = 0
        if found:
            return _why(scene.sentence.text[before + found.start() : before + found.end()])
    return ""


def _why(words: str) -> str:
    return f"“{words.strip()}” may be a part of the trade, which no definition covers"


def _covered(text: str, start: int, end: int, sign: str) -> str:
    return text[:start] + sign * (end - start) + text[end:]
