"""Why a number is none that a claim can be drafted of: forms of speech that the rules leave.

Among them are words that tell a part of a country's trade apart: companies, regions, transport.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.claims.draft.areas import unknown_before
from entrepot.claims.draft.draft import Refusal
from entrepot.claims.draft.lexicon import LANGUAGES, MASK, bounded, masked
from entrepot.claims.draft.near import clause, governs, is_expected, is_part_of_no_country
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from entrepot.claims.draft.parsed_sentence import ParsedSentence
    from entrepot.claims.draft.scene import Scene
    from entrepot.claims.draft.sentences import Mark
    from entrepot.claims.numbers import Span

_CLOSE = 6
_OF_GOODS = re.compile(
    r" of (?:the |all |its |their )?| (?:der |des |aller )| (?:всех )?(?=[а-яё])|的"
)
"""Words between a share and the goods that are the whole of it."""
_USED = re.compile(
    r"(?: that| which)?(?: the)? [A-Z]\w+ (?:has |had |now )?"
    r"(?:consume[sd]?|uses?|used|burns|burned|burnt)(?!\w)"
)
_BOUGHT = re.compile(
    r"(?: that| which)?(?: the)? [A-Z]\w+ (?:has |had |now )?"
    r"(?:imports?|imported|buys?|bought|purchase[sd]?)(?!\w)"
)
_ANYWHERE = {
    "reexport": "re-exports or re-imports, which no claim separates from other trade",
    "omitted": "something is left out of it, which a definition cannot say",
    "adjusted": "an adjusted number: trade statistics are not adjusted",
    "pointed": "which goods are meant is not said here but somewhere else",
    "reverse": "which way the trade goes is not clear",
}
"""What a sentence with such a word anywhere is left for."""


def of_nothing_here(number: Span, reading: ParsedSentence) -> str:
    """Return why no claim can be drafted of a number, empty if nothing says so."""
    if is_expected(number, reading):
        return "what is expected or planned, not what was: nothing to test yet"
    if why := of_the_sentence(reading):
        return why
    for rule in (_of_the_clause, _averaged, of_a_difference, _next_to_a_rank):
        if why := rule(number, reading):
            return why
    return ""


_NEUTRAL = re.compile(
    r"\b(?:trade balance|balance of (?:foreign )?trade)\b|[Ss]aldos?\b|(?<!\w)сальдо(?!\w)",
    re.IGNORECASE,
)
"""A balance whose name does not say whether it is a surplus."""
_IS = r"(?:\b(?:is|was|were|are|turned|remained|stayed|became)|(?<!\w)(?:был|стал|оста)\w+) "
_OF_IT = (
    r" (?:(?:foreign |external )?(?:trade )?balance|(?:Außen)?(?:Handels)?(?:bilanz)?saldo"
    r"|(?:Außen)?Handelsbilanz|(?:(?:внешне)?торгов\w+ )?(?:сальдо|баланс))"
)
_PLUS = re.compile(
    r"\bsurplus|[Üü]berschuss|\bpositiv\b|\b(?:Handels)?[Pp]lus\b|профицит|(?<!\w)плюс|顺差|盈余|出超"
    rf"|{_IS}(?:positive|favou?rable|положительн\w+)(?!\w)"
    rf"|\b(?:positive[nrs]?|favou?rable|положительн\w+){_OF_IT}",
    re.IGNORECASE,
)
_MINUS = re.compile(
    r"\bdeficit|[Dd]efizit|\bnegativ\b|Fehlbetrag|дефицит|逆差|赤字|入超"
    r"|(?<!exports )(?<!exporte )(?<!ausfuhren )(?<!\w)(?:minus\b|(?<!экспорт )минус)"
    rf"|{_IS}(?:negative|adverse|unfavou?rable|отрицательн\w+)(?!\w)"
    rf"|\b(?:negative[nrs]?|adverse|unfavou?rable|отрицательн\w+){_OF_IT}",
    re.IGNORECASE,
)
"""Adjectives only where they are of the balance: growth may be negative, too."""


def balance_sign(number: Span, printed: str, text: str) -> int:
    """Return -1 where a balance without a sign is said to be a deficit, else 0.

    Raises
    ------
    Refusal
        If nothing says whether "a trade balance of 3 bn" is a surplus or a deficit.
    """
    if not _NEUTRAL.search(text) or printed.startswith(("-", "+", "−", "–")):
        return 0
    plus, minus = _PLUS.search(text), _MINUS.search(text)
    if (plus is None) == (minus is None):
        raise Refusal("whether it is a surplus or a deficit is not clear")
    return -1 if minus and number.says.value > 0 else 0


_WHOLE_WITHIN = 60
"""Letters behind a share in which the whole is named."""


def check_denominator(number: Span, reading: ParsedSentence) -> None:
    """Refuse a share of goods that no list here has: "30 % of Brazil's agriculture exports".

    Raises
    ------
    Refusal
        If a word in front of the flow behind the share may name such goods.
    """
    text, found = reading.text, reading.found
    whole = next((one for one in found.flows if one.start >= number.end), None)
    if whole is None or whole.start - number.end > _WHOLE_WITHIN:
        return
    lead = text[number.end : whole.start]
    if MASK in lead or any(number.end <= one.start < whole.start for one in found.goods):
        return
    if unknown_before(lead, reading.language) and not any(
        0 <= whole.start - area.end <= 1 for area in found.areas
    ):
        raise Refusal("a share of what is not clear")


_SINCE = re.compile(
    r"\bsince (?:(?:the|its|their|that|[A-Z][\w.]+['’]s) [a-z]+|(?:joining|entering|signing)\b"
    r"|(?:[A-Z]\w+ )?(?:joined|entered|signed|invaded)\b)"
    r"|\bseit (?:de[mr]|seine[mr]|ihre[mr]|Beginn|Anfang|Ende) [\w-]+"
    r"|(?<!\w)(?:с момента|со врем[её]ни?|со дня|с начала) [\w-]+"
    r"|自[^,，。;；\d]{2,15}(?:以来|以後|后)",
    re.IGNORECASE,
)
"""An event since which something grew, at a time that is not said."""
_SINCE_A_TIME = re.compile(
    r"\b(?:year|month|start|beginning|end|same|previous|last|first|second|third|fourth|Jahr\w*"
    r"|Vorjahr\w*|Monat\w*|Quartal\w*)\b|(?<!\w)(?:года?|месяца|этого|текущего|прошлого)(?!\w)|年初",
    re.IGNORECASE,
)


_BEFORE_AN_EVENT = re.compile(
    r"\b(?:than|with|from|to|below|above) (?:(?:levels? )?before the (?:war|invasion|pandemic"
    r"|crisis|sanctions|embargo)|(?:its |the )?"
    r"pre-(?:war|invasion|pandemic|crisis|sanctions|covid))"
    r"|\b(?:als|zu|gegenüber) (?:den Zeiten |dem Stand )?vor (?:dem (?:Krieg|Embargo|Überfall)"
    r"|der (?:Invasion|Pandemie|Krise)|den Sanktionen)|Vorkriegs|Vorkrisen|Vor-Corona"
    r"|(?<!\w)(?:довоенн|допандемийн|докризисн|досанкционн)\w+|чем до (?:войны|пандемии|санкций)"
    r"|(?:战争|战|疫情|危机|制裁)前",
    re.IGNORECASE,
)


def is_since_an_event(text: str, low: int, high: int) -> bool:
    """Whether something moved since or against an event: "since joining", "than before the war"."""
    against = (one for one in _BEFORE_AN_EVENT.finditer(text) if not _is_remark(one, text))
    return any(against) or any(
        not _SINCE_A_TIME.search(text, found.start(), found.end() + 12)
        for found in _SINCE.finditer(text, low, high)
    )


def _is_remark(event: re.Match[str], text: str) -> bool:
    """Whether a level is set beside one before an event: "in 2024, below pre-war levels"."""
    ahead = text[max(event.start() - _REMARK, 0) : event.start() + len("below ")]
    return _BESIDE.search(ahead) is not None


_REMARK = 50
_BESIDE = re.compile(
    r"[,–—]\s*(?:(?:still|well|far|even|yet|but|and|thus|remaining|und|damit|noch|weiter|immer|deutlich"
    r"|weit|но|всё|все|ещё|еще|значительно|намного) )*(?:(?:below|above|unter|über|ниже|выше)\b)"
    r"[^,\d▮]{0,12}$"
)


_WHOLE = re.compile(
    r"(?:\b(?:exports?|imports?|trade|shipments|purchases|sales|deliveries|lieferungen)\b"
    r"|(?:ex|im)porte?n?\b|(?:aus|ein)fuhr(?:en)?\b|(?:экс|им)порт[ау]?\b|\b[вы]+воз[ау]?\b"
    r"|поставок\b|[出进]口总?额?|贸易总?额?)"
    rf"(?:[^\d{MASK}.;:()（）]|\b(?:19|20)\d\d\b)*$",
    re.IGNORECASE,
)
"""A trade, and all that is said of it up to a number."""
_PART_SAID = re.compile(
    r"\b(?:or|oder|или|namely|reach\w*|amount\w*|came|is|are|was|were|rose|fell|grew)\b|[即或]",
    re.IGNORECASE,
)


def check_whole(number: Span, numbers: Sequence[Span], goods: Sequence[Mark], text: str) -> None:
    """Refuse a level with goods that are said to be a part of the trade that it is of.

    Raises
    ------
    Refusal
        "Cars were 11 % of exports to Russia of $110 bn": $110 bn is of all goods.
    """
    if all(one.says.moved or one.says.unit not in ("percent", "share") for one in numbers):
        return
    whole = _WHOLE.search(text, 0, number.start)
    if whole is None or _PART_SAID.search(whole[0]):
        return
    if not any(whole.start() <= one.start < number.start for one in goods):
        raise Refusal("which goods a number is of is not clear")


def check_part(number: Span, goods: Sequence[Mark], text: str) -> None:
    """Refuse goods as the part of a trade where the share is *of* them.

    Raises
    ------
    Refusal
        "Beijing supplies 90 % of the chips": of whose chips is not said, and they are no part of
        a trade in all goods.
    """
    behind = _OF_GOODS.match(text, number.end)
    if behind and any(one.start == behind.end() for one in goods):
        raise Refusal("a share of these goods: whose imports or exports they are is not clear")


def is_of_purchases(number: Span, reading: ParsedSentence, exporter: str) -> bool:
    """Whether a share is of goods that somebody buys: "90 % of the chips Moscow imports".

    Raises
    ------
    Refusal
        If the one who buys them is the side that would sell them.
    """
    text = reading.text
    behind = _OF_GOODS.match(text, number.end)
    for one in reading.found.goods if behind else ():
        bought = _BOUGHT.match(text, one.end)
        if behind and bought and one.start == behind.end():
            if any(
                area.value == exporter and bought.start() <= area.start < bought.end()
                for area in reading.found.areas
            ):
                raise Refusal("whose imports or exports the share is of, is not clear")
            return True
    return False


def check_is_of_country(number: Span, reading: ParsedSentence) -> None:
    """Refuse a share of what is no country: 其中民营企业占六成."""
    if is_part_of_no_country(number, reading):
        raise Refusal("a part of the number before it: of what is not clear")


def check_used(number: Span, reading: ParsedSentence) -> None:
    """Refuse a share of what a country uses: what it makes itself is a part of that.

    Raises
    ------
    Refusal
        "Russia provided 30 % of the gas Italy consumed".
    """
    behind = _OF_GOODS.match(reading.text, number.end)
    for one in reading.found.goods if behind else ():
        if behind and one.start == behind.end() and _USED.match(reading.text, one.end):
            raise Refusal("a share of what a country uses, which is not its imports alone")


def of_the_sentence(reading: ParsedSentence) -> str:
    """Return why no claim can be drafted of any number of a sentence, empty if nothing says so."""
    for kind, why in _ANYWHERE.items():
        if reading.found.of(kind):
            return why
    for cue in reading.found.of("route"):
        # "Via" needs a country behind it; words such as "transit" say it alone.
        if not cue.value or _next_to_area(cue, reading):
            return "trade via another country, which no definition covers"
    parts = [cue for cue in reading.found.of("part") if not _leads_to_a_flow(cue, reading)]
    if any(_next_to_area(cue, reading) for cue in parts):
        return "a country is counted in or is a part, which is not clear"
    return ""


def _leads_to_a_flow(cue: Mark, reading: ParsedSentence) -> bool:
    """Whether a flow with both its sides named follows: "其中，中国对俄罗斯出口1109.7亿美元"."""
    if reading.language != "zh":
        return False
    for flow in reading.flows:
        if flow.start >= cue.end:
            words = reading.between(cue.end, flow.start).lstrip("，, ")
            sides = {
                area.value for area in reading.found.areas if cue.end <= area.start < flow.start
            }
            unbroken = not re.search("[▮，,；;、。]", words)
            return (
                unbroken and flow.has_both_sides and not flow.trouble and sides == set(flow.sides)
            )
    return False


def _next_to_area(cue: Mark, reading: ParsedSentence) -> bool:
    return any(0 <= area.start - cue.end <= _CLOSE for area in reading.found.areas)


def _of_the_clause(number: Span, reading: ParsedSentence) -> str:
    if _here("per", number, reading) and not _is_of_a_price(number, reading):
        return "a number for each of something, not of trade as a whole"
    if _here("compared", number, reading):
        return "it is said of how fast something grew, not of the trade itself"
    if _here("lately", number, reading) and not _here_timed(number, reading):
        return "it is of the last years or months: of which is not said"
    if _here("either", number, reading):
        return "one number or another: which is not said"
    if _here("services", number, reading):
        return "services are no goods: nothing here covers them"
    if other := _here("other", number, reading):
        word = reading.text[other[0].start : other[0].end]
        return f"it may be a number of {word!r}, not of trade"
    if any(governs(cue, number, reading) for cue in _here("negated", number, reading)):
        return "the sentence denies something, and what is not clear"
    start, end = clause(number, reading)
    flows = [flow for flow in reading.flows if start <= flow.start < end]
    if _here("investment", number, reading) and not flows:
        return "not a number of trade in goods"
    return ""


def _is_of_a_price(number: Span, reading: ParsedSentence) -> bool:
    """Whether what rose by so much is a price: "paid 87 % more per unit"."""
    each = any(
        _UNIT.fullmatch(reading.text, one.start, one.end) for one in _here("per", number, reading)
    )
    rate = number.says.unit in ("percent", "ratio")
    return each and rate and bool(_here("price", number, reading))


_UNIT = re.compile(r"per unit|apiece|pro Stück|за (?:штуку|единицу)", re.IGNORECASE)


def _here_timed(number: Span, reading: ParsedSentence) -> bool:
    start, end = clause(number, reading)
    return any(start <= time.start < end for time in reading.timing.own)


def _averaged(number: Span, reading: ParsedSentence) -> str:
    """Refuse averages and rates a year: one number that stands for several periods."""
    if number.says.per:
        # "2 bn a month" becomes the amount of its period; "3 % a year" is of no one period.
        adds_up = number.says.currency or number.says.unit == "t"
        return "" if adds_up else "a rate for each of several periods"
    printed = reading.sentence.text[number.start : number.end]
    mean = any(governs(cue, number, reading) for cue in _here("mean", number, reading))
    if mean or re.search(r"(?i)averag|средн|durchschnitt|均", printed):
        return "an average: of which numbers, or over what time, is not clear"
    return ""


_DIFFERENCE = re.compile(
    r"\b[Dd]ifferen(?:ce|z)|\bthe (?:gap|distance) (?:between|to)\b|(?<!\w)разниц|差距|相差"
)


def of_a_difference(number: Span, reading: ParsedSentence) -> str:
    """Refuse how far two amounts are apart, which is the trade of neither."""
    cut = clause(number, reading)[0]
    counted = (one for one in reading.numbers if one.says.unit)  # no years
    before = max((one.end for one in counted if one.end <= number.start), default=0)
    if _DIFFERENCE.search(reading.text, max(cut, before), number.start):
        return "a difference: of which two amounts is not clear"
    return ""


def _next_to_a_rank(number: Span, reading: ParsedSentence) -> str:
    """Refuse a bare number at a word of order: "ranked 3rd", "among the top 5"."""
    if _here("rank", number, reading) and number.says.unit in ("", "ratio"):
        return "a rank, or a number next to one: which is not clear"
    return ""


def _here(kind: str, number: Span, reading: ParsedSentence) -> list[Mark]:
    start, end = clause(number, reading)
    return [cue for cue in reading.found.of(kind) if start <= cue.start < end]


_PLAIN = {
    "en": "the|in|of|to|for|from|was|were|is|are|again|still|also|year",
    "ru": "в|на|для|из|год|году|года|был[аои]?|снова|вновь|также|по-прежнему",
    "de": (
        "der|die|das|den|dem|des|im|in|an|von|für|aus|nach|Jahre?|war(?:en)?|ist|sind"
        "|wieder|erneut|weiterhin|auch"
    ),
    "zh": "是|为|了|的|年|在|仍|依然",
}
"""Words that change nothing, whatever they stand beside."""


def unmarked(
    reading: ParsedSentence,
    within: tuple[int, int],
    words: Mapping[str, str],
    known: Iterable[tuple[int, int]],
) -> str:
    """Return the words of a stretch that are read as nothing, empty if there are none.

    Parameters
    ----------
    reading
        The sentence; its areas, goods and times are read.
    within
        Where the stretch begins and ends.
    words
        More words that change nothing, a pattern a language.
    known
        Places that are read beside these.
    """
    rest = reading.text
    marks = [(mark.start, mark.end) for mark in (*reading.found.areas, *reading.found.goods)]
    times = [(time.start, time.end) for time in reading.timing.times]
    for start, end in (*marks, *times, *known):
        rest = masked(rest, start, end)
    start, end = within
    pattern = _pattern(reading.language, words[reading.language])
    return " ".join(pattern.sub(" ", rest[start:end]).split())


@cache
def _pattern(language: str, more: str) -> re.Pattern[str]:
    words = f"{_PLAIN[language]}|{more}"
    if language != "zh":
        words = rf"(?<![\w-])(?:{words})(?![\w-])"
    return re.compile(rf"{words}|[{MASK}.,，。()（）«»\"“”]+", re.IGNORECASE)


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
