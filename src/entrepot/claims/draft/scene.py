"""A sentence taken apart, whose trade a text is about, and the times that it names."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from entrepot.claims.draft.flows import Context, flows_of
from entrepot.claims.draft.lexicon import NOWHERE, areas_begun_in, cue_words, short_names
from entrepot.claims.draft.parsed_sentence import parse_sentence
from entrepot.claims.draft.sentences import Mark, Time
from entrepot.claims.draft.times import (
    counts_a_run,
    day_span,
    days_to_days,
    ends_in_number,
    is_compared,
    is_record,
    names_an_event,
    up_to_a_day,
)
from entrepot.claims.times.parts import fiscal_times
from entrepot.model.areas import WORLD
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from entrepot.claims.draft.lexicon import Entry
    from entrepot.claims.draft.parsed_sentence import ParsedSentence
    from entrepot.claims.draft.sentences import GoodsItem, Sentence
    from entrepot.claims.numbers import Span
    from entrepot.model.period import Period

CLAUSE_END = re.compile(
    r"[;；:：—–]|\b(?:while|whereas|but|тогда как|während)\b|, (?:а|но|aber|wobei) |。|，而|但"
)
_SEMICOLON = re.compile("[;；]")
WEAK = re.compile("[,，、(（)）]")
OWN_LAND = re.compile("我国|国内|本国")
AT = re.compile(
    r"\s*[(（]?\s*(?:(?:in|im|on|for|during|by|за|во?|на|по итогам|of|от)\s+)?"
    r"(?:the |dem |den )?(?:year |Jahre? )?"
    r"(?:(?:period|time|Zeitraum|Monaten|период[а-я]*) "
    r"(?:(?:between|from|of|zwischen|von|vom|со?) )?)?",
    re.IGNORECASE,
)
"""What stands between a number and the time right behind it."""
_THE_COUNTRY = re.compile(
    r"\b(?:this|the) (?:(?:(?:North|South|East|West|Central|Southeast|Latin)[- ]?){0,2}"
    r"(?:Asian|African|European|American) )?(?:country|nation|bloc)\b"
    r"|\b(?:стран[аыеу]|республик[аиеу])\b"
    r"|\bdas Land\b|该国|两国",
    re.IGNORECASE,
)
_TWO = re.compile(
    r"\b(?:two|both) (?:countries|sides|nations)|\b(?:[Bb]ilateral|[Tt]wo-way)"
    r"|(?:двух|двумя|обеих|обеими) стран|между странами|двусторон|взаимн|обоюдн"
    r"|beide[nr]? (?:L[äa]nder|Staaten|Seiten)|[Bb]eiderseitig|[Bb]ilateral|两国|双边"
)
_LINK = re.compile(r"\s*(?:[,、，]|and|und|и|和|与|及|以及|, and)?\s*(?:[a-zа-я ]{0,4})?")
# In front of a time: it is a bound then ("before 2022"), hardly the period of a number.
_OPENED = re.compile(
    r"\b(?:before|after|until|till|prior to|by|since|до|после|vor|nach|bis|seit|с)\s+"
    r"(?:the |end of |dem )*$"
    # "The highest since comparable data became available in 1979".
    r"|\b(?:since|following|seit(?:dem)?|впервые с|с момента)\b[^,;.()]{0,60}$"
    # "Максимальных с ноября прошлого года".
    r"|(?<!\w)с (?:\w+[ая]|ма[яй]) $",
    re.IGNORECASE,
)
FAR = 200
"""Letters beyond which nothing is looked for in front of a number or behind it."""


def ends_with(pattern: re.Pattern[str], text: str, end: int) -> bool:
    """Whether a text up to a place ends with a pattern, of which a part is read: it may be long."""
    return pattern.search(text, max(0, end - FAR), end) is not None


_M = TypeVar("_M", "Mark", Time, "Span")


@dataclass
class Background:
    """What the text was about so far.

    `trade` is whether of exports or of imports, `weighed` the goods that were named last, `subject`
    the country that the last sentence began with, `aside` whether the last time was but a part of
    what the text is about ("in December alone"), `coming` the first time that the text names, for a
    headline without one, `spoken` the trade that a sentence without a number was about, `group`
    the group of countries that was named last, unless others were spoken of since, `lately` the
    areas of the last sentence, `last_item` which area the last number of a sentence was of, whose
    flow it was and the other side, `entry` that of the sentence before, `spans` the times that the
    last sentence with a time named, `headed` that of the line that leads to the items of a list,
    `pair` who traded with whom in the sentence before, `wholes` whose exports (or imports) a share
    was one of.
    """

    home: str = ""
    topic: str = ""
    weight: str = ""
    item: tuple[str, str, str] = ("", "", "")
    kind: str = ""
    trade: str = ""
    owner: str = ""
    partner: str = ""
    goods: str = "all"
    weighed: str = ""
    period: Period | None = None
    main: Period | None = None
    age: int = 0
    period_age: int = 0
    what: str = ""
    base: Period | None = None
    paragraph: int = 0
    named: list[str] = field(default_factory=list)
    subject: str = ""
    aside: bool = False
    coming: Period | None = None
    spoken: tuple[str, str, str, str] | None = None
    group: str = ""
    entry: tuple[str, str, str] = ("", "", "")
    pair: frozenset[str] = frozenset()
    last_item: tuple[str, str, str] = ("", "", "")
    lately: set[str] = field(default_factory=set)
    spans: Sequence[Period] = ()
    headed: Period | None = None
    wholes: set[tuple[str, bool]] = field(default_factory=set)
    published: Period | None = None

    def is_ahead(self, period: str) -> bool:
        """Whether a period was not over when the text was published."""
        from entrepot.model.period import Period

        if self.published is None:
            return False
        return (Period.parse(period).end - self.published.end).days > DAYS_AHEAD


_LONGEST_BREAK = 12
"""More letters than any end of a clause has."""


class Gaps:
    """What stands between two places of a sentence.

    Every number is set against every mark: found anew for each pair, it took the cube of the length
    of a sentence.
    """

    def __init__(self, text: str, numbers: Sequence[Span]) -> None:
        self._text = text
        self._starts = [one.start for one in numbers]
        self._ends = [one.end for one in numbers]
        self._weak = [found.start() for found in WEAK.finditer(text)]
        self._breaks = [found.span() for found in CLAUSE_END.finditer(text)]
        self._clauses = [start for start, _ in self._breaks]

    def numbers(self, low: int, high: int) -> int:
        """Return how many numbers stand between two places."""
        # All sorted once: each question is two binary searches.
        return max(0, bisect_right(self._ends, high) - bisect_left(self._starts, low))

    def number_before(self, place: int) -> int:
        """Return where the last number ends that stands before a place; 0 without one."""
        at = bisect_right(self._ends, place)
        return self._ends[at - 1] if at else 0

    def number_behind(self, place: int) -> int:
        """Return where the first number begins that stands behind a place; the end without one."""
        at = bisect_left(self._starts, place)
        return self._starts[at] if at < len(self._starts) else len(self._text)

    def begins_number(self, low: int, high: int) -> bool:
        """Whether a number begins between two places."""
        return bisect_left(self._starts, high) > bisect_left(self._starts, low)

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """Return where the clause of a place begins and ends."""
        before = bisect_right(self._breaks, start, key=itemgetter(1))
        behind = bisect_left(self._clauses, end)
        low = self._breaks[before - 1][1] if before else 0
        high = self._clauses[behind] if behind < len(self._clauses) else len(self._text)
        return low, high

    def is_next_clause(self, number: Span, place: int) -> bool:
        """Whether a place behind a number is in a later clause, which has numbers of its own."""
        if place < number.end or not any(one > place for one in self._starts):
            return False
        return _SEMICOLON.search(self._text, number.end, place) is not None

    def commas(self, low: int, high: int) -> int:
        """Return how many commas and brackets stand between two places."""
        return bisect_left(self._weak, high) - bisect_left(self._weak, low)

    def has_break(self, low: int, high: int) -> bool:
        """Whether a clause ends between two places, read as if nothing stood around them."""
        if high <= low:
            return False
        at = bisect_left(self._clauses, low)
        if at < len(self._breaks) and self._breaks[at][1] <= high:
            return True
        text = self._text
        return (
            CLAUSE_END.match(text[low : min(high, low + _LONGEST_BREAK)]) is not None
            or CLAUSE_END.search(text, max(low, high - _LONGEST_BREAK), high) is not None
        )


class AreaPlaces:
    """Where the areas of a sentence stand, in the order of the text."""

    def __init__(self, areas: Sequence[Mark], text: str) -> None:
        self._starts = [one.start for one in areas]
        self._ends = [one.end for one in areas]
        self._alike: dict[tuple[str, str, bool], list[int]] = {}
        for place, one in enumerate(areas):
            own = one.value == NOWHERE and OWN_LAND.match(text, one.start) is not None
            self._alike.setdefault((one.value, one.form, own), []).append(place)

    def between(self, start: int, end: int) -> int:
        """Return how many areas begin behind one place and end in front of another."""
        return max(0, bisect_right(self._ends, end) - bisect_right(self._starts, start))

    def beyond(self, start: int, end: int) -> tuple[int, int]:
        """Return how many areas end in front of a place, and which first begins behind another."""
        return bisect_right(self._ends, start), bisect_left(self._starts, end)

    def first(self, low: int, high: int) -> list[int]:
        """Return the first of all that are alike among the areas from one to another, in order."""
        found = []
        for places in self._alike.values():
            at = bisect_left(places, low)
            if at < len(places) and places[at] < high:
                found.append(places[at])
        return sorted(found)


_THERE = {
    "en": re.compile(
        r"\b(?:(?P<off>from)|to|in) (?:there|that country)\b"
        r"|\b(?:went|go(?:es)?|sold|sent|shipped) there\b"
    ),
    "de": re.compile(
        r"\b(?:(?P<off>von dort|dorther|dortigen?(?= (?:Einfuhr|Import)))|dorthin|dahin"
        r"|dortigen?(?= (?:Ausfuhr|Export|Liefer)))\b",
        re.IGNORECASE,
    ),
    "ru": re.compile(
        r"(?<!\w)(?:(?P<off>оттуда|из этой страны)|туда|в эту страну)(?!\w)", re.IGNORECASE
    ),
    "zh": re.compile(r"(?!)"),
}
"""Words for a country named before: "importierte von dort", "экспорт туда"."""


CONTINUES = {
    "en": re.compile(
        r"(?:(?P<this>That|This|These(?: figures)?)|They) (?:was|were|is|are|represent(?:s|ed)?"
        r"|mark(?:s|ed)?|amount(?:s|ed)|total(?:s|led|ed)|compares?|rose|fell|grew|reached|stood"
        r"|came|increased|decreased|climbed|dropped|declined)\b"
        r"|The (?:increase|rise|growth|gain|decline|decrease|fall|drop|figure|total|amount|value)"
        r" (?:was|is|reached|came|stood|amounted|rose|fell|totall?ed)\b"
    ),
    "de": re.compile(
        r"(?P<this>Das|Dies)(?: (?:ist|sind|war|waren|entspr[ia]ch\w*|bedeute\w+))\b"
        r"|Sie (?:erreichten|stiegen|sanken|fielen|wuchsen|beliefen|betrugen|lagen|summierten"
        r"|legten|nahmen|gingen|kletterten)\b"
        r"|(?:Der|Das) (?:Waren)?(?:[Ww]ert|[Aa]nstieg|[Zz]uwachs|[Rr]ückgang|[Pp]lus|[Mm]inus)\b"
        r"|Insgesamt (?:gab|war|waren|ergab)\b"
        r"|(?:Im Vergleich zum|Gegenüber(?: dem)?) \w+ (?:ist|sind|war|waren) das\b"
    ),
    "ru": re.compile(
        # More than the purchases from another country is no growth.
        r"(?P<this>Это)(?!.*, чем (?!(?:в|за|год|годом)(?!\w)))"
        r" (?:на|в|больше|меньше|почти|более)(?!\w)"
        r"|(?:Прирост|Рост|Снижение|Падение|Увеличение|Сокращение|Показатель|Сумма)"
        r" (?:состави|достиг|превыси|вырос|снизи|увеличи|сократи|оказал)\w*"
        r"|Он[аои]? (?:состави|достиг|превыси|вырос|снизи|увеличи|сократи)\w*"
    ),
    "zh": re.compile(r"(?:(?P<this>这一?数[字据]|该数[字据]|这)|[增降涨跌]幅)"),
}
"""How a sentence begins that goes on with the trade of the one before: "Das sind 8 % mehr"."""
_ONE_SIDE = "the other side is not named"
FOLLOWS = {
    "en": re.compile(
        # Whose imports or exports they are, a flow of its own would have to say.
        r"(?:It(?!.*\b(?:im|ex)ports?\b)|They|This|Next)"
        r" (?:is|are|was|were|came|comes) (?:followed by )?(?:the )?"
    ),
    "de": re.compile(
        r"(?:Es folg(?:en|t|ten|te)|(?:Dahinter|Danach) (?:folg\w+|k[oa]m\w*|lag\w*|lieg\w*))\b"
    ),
    "ru": re.compile(
        r"(?:Следом|Далее|Затем|За (?:ним|ней|ними))"
        r" (?:ид[её]т|идут|следу[ею]т|располож\w+|шл[аи]|ш[её]л)(?!\w)"
        r"|(?:Тройку|Пят[её]рку|Десятку) (?:лидеров )?(?:замыка\w+|замкнул\w*)"
        r"|(?:\w+ )?[Нн]а (?:втором|третьем|четв[её]ртом|пятом) месте(?!\w)"
    ),
    "zh": re.compile(r"(?:其次|紧随其后)"),
}
"""How a sentence begins that goes on with the list of the one before."""
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")


def spoken_of(scene: Scene, memory: Background) -> tuple[str, str, str, str] | None:
    """Return the one trade that a sentence without numbers is about: flow, sides, goods."""
    aside = [one.span() for one in _BRACKETS.finditer(scene.apart.text)]

    def here(start: int) -> bool:
        return not any(low <= start < high for low, high in aside)

    flows = [one for one in scene.apart.flows if one.kind and here(one.start)]
    if len(flows) != 1 or flows[0].kind not in ("export", "import"):
        return None
    flow = flows[0]
    if flow.trouble not in ("", _ONE_SIDE):
        return None
    sells = flow.kind == "export"
    owner, partner = (flow.exporter, flow.importer) if sells else (flow.importer, flow.exporter)
    if not partner and not (owner or scene.apart.found.of("total")):
        return None
    owner, partner = owner or memory.home, partner or WORLD
    named = {one.value for one in scene.areas if here(one.start)} - {WORLD}
    if not owner or owner == partner or not named <= {owner, partner, memory.home}:
        return None
    return flow.kind, owner, partner, flow.goods


_THESE = re.compile(
    r"(?:these|those) countries|diese[nr]? (?:Länder|Staaten)|эт(?:и|их|им|ими) стран",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"\b(?:other|remaining) countries|\b(?:übrigen?|andere[nr]?|restlichen) (?:Länder|Staaten)"
    r"|(?<!\w)(?:остальн|други|прочи)\w+ стран|其他国家",
    re.IGNORECASE,
)
"""Countries that are not those of the group named before."""


def with_places_named_before(scene: Scene, memory: Background) -> tuple[Mark, ...]:
    """Return the areas of a sentence with those that words such as "there" stand for."""
    found = [
        replace(one, value=memory.group)
        if memory.group and one.value == NOWHERE and _THESE.match(scene.apart.text, one.start)
        else one
        for one in scene.areas
    ]
    for there in _THERE[scene.sentence.language].finditer(scene.apart.text):
        here = [one.value for one in scene.areas if one.end <= there.start()]
        abroad = [one for one in (here or memory.named) if one not in (memory.home, WORLD, NOWHERE)]
        if abroad and not any(one.start == there.start() for one in found):
            form = "from" if there["off"] else "to"
            found.append(Mark("area", abroad[-1], form, *there.span()))
    return tuple(sorted(found, key=lambda one: one.start))


@dataclass
class Scene:
    """A sentence taken apart.

    Attributes
    ----------
    apart
        Its marks, speakers and numbers masked.
    areas
        The areas, the land of the text among them.
    listed
        The items of a list of goods, by the place of their amounts.
    """

    sentence: Sentence
    apart: ParsedSentence
    areas: tuple[Mark, ...]
    first: bool = False
    times: Sequence[Time] = ()
    earlier: Sequence[tuple[int, int]] = ()
    listed: Mapping[tuple[int, int], GoodsItem] = field(default_factory=dict)

    @cached_property
    def gaps(self) -> Gaps:
        """What stands between two places of it."""
        return Gaps(self.apart.text, self.apart.numbers)

    @cached_property
    def numbers_at_times(self) -> list[list[Span]]:
        """The numbers that each of its times stands right behind."""
        text, numbers = self.apart.text, self.apart.numbers
        return [
            [
                one
                for one in numbers
                if time.start >= one.end and AT.fullmatch(text, one.end, time.start)
            ]
            for time in self.times
        ]

    @cached_property
    def opened_times(self) -> list[bool]:
        """Of each of its times whether it is a bound, hardly the period of a number."""
        return [ends_with(_OPENED, self.apart.text, time.start) for time in self.times]

    @cached_property
    def periods(self) -> list[str]:
        """Its times as they are written."""
        return [str(time.period) for time in self.times]

    @cached_property
    def rows_of_numbers(self) -> dict[tuple[int, int], tuple[int, list[Span]]]:
        """By place the enumeration of numbers of one unit that a number is in, and where there."""
        units: dict[str, list[Span]] = {}
        for one in self.apart.numbers:
            units.setdefault(one.says.unit, []).append(one)
        return {
            (one.start, one.end): (at, row)
            for like in units.values()
            for row in _rows(like, self.apart.text)
            for at, one in enumerate(row)
        }

    @cached_property
    def rows_of_areas(self) -> list[list[Mark]]:
        """The enumerations of its areas."""
        return _rows(self.areas, self.apart.text)

    @cached_property
    def rows_of_times(self) -> list[list[Time]]:
        """The enumerations of its times, without those that a change is measured against."""
        return _rows([one for one in self.times if not one.is_base], self.apart.text)

    @cached_property
    def names_two(self) -> bool:
        """Whether it speaks of two countries named before."""
        return _TWO.search(self.apart.text) is not None

    @cached_property
    def names_the_country(self) -> bool:
        """Whether it speaks of a country named before."""
        return _THE_COUNTRY.search(self.apart.text) is not None

    @cached_property
    def places(self) -> AreaPlaces:
        """Where its areas are."""
        return AreaPlaces(self.areas, self.apart.text)


def _rows(marks: Sequence[_M], text: str) -> list[list[_M]]:
    """Return marks by enumeration."""
    rows: list[list[_M]] = []
    for mark in marks:
        if rows and _LINK.fullmatch(text[rows[-1][-1].end : mark.start]):
            rows[-1].append(mark)
        else:
            rows.append([mark])
    return rows


def scenes(
    sentences: Sequence[Sentence],
    numbers: Sequence[Sequence[Span]],
) -> list[Scene]:
    """Take sentences apart."""
    found = []
    for place, (sentence, spans) in enumerate(zip(sentences, numbers, strict=True)):
        # Without context or date: what was said before is weighed here, not filled in by rules.
        apart = parse_sentence(sentence, spans, Context(), None)
        apart = _with_agents(_with_one_market(apart))
        areas = tuple(
            one
            for one in apart.found.areas
            if not (
                _is_superlative(one, apart)
                or ends_with(_EVENT, apart.text, one.start)
                or _AFFECTED.match(apart.text, max(0, one.start - 1))
            )
        )
        found.append(Scene(sentence, apart, areas, place == 0))
    return _named_in_full(found)


def _named_in_full(found: list[Scene]) -> list[Scene]:
    """Read one sign of a country as the one that a Chinese text names in full: 中加, of 加纳."""
    often: dict[str, Counter[str]] = {}
    for scene in found:
        if scene.sentence.language == "zh":
            for one in scene.areas:
                name = scene.sentence.plain[one.start : one.end].removesuffix("方")
                if len(name) > 1 and one.value not in (WORLD, NOWHERE):
                    often.setdefault(name[0], Counter())[one.value] += 1
    # Of two such names, 加纳 and 加蓬, the one that the text is about.
    full = {
        sign: {code for code, count in codes.items() if count * _OFTEN > codes.total()}
        for sign, codes in often.items()
    }
    alone = {
        sign: next(iter(codes))
        for sign, codes in full.items()
        if len(codes) == 1 and sign not in short_names()
    }
    return [_with_full_names(_with_signs(scene, alone), full) for scene in found]


_FORMS = {"对": "to", "向": "to", "输": "to", "自": "from", "从": "from"}


def _with_signs(scene: Scene, alone: Mapping[str, str]) -> Scene:
    """Read the first sign of a country named in full as it, at a word of trade: 占乌出口额."""
    if not alone or scene.sentence.language != "zh":
        return scene
    plain, known = scene.sentence.plain, scene.apart.found.areas
    sign = re.compile(
        f"(?:(?<=[占对向输自从与])|(?<![\u4e00-\u9fff])|(?<=其中))([{''.join(alone)}])"
        "(?=出口|进口|外贸|贸易|最大|第.大)"
    )
    new = [
        Mark(
            "area",
            alone[one[1]],
            _FORMS.get(plain[one.start() - 1 : one.start()], "of"),
            *one.span(),
        )
        for one in sign.finditer(plain)
        if not any(area.start < one.end() and one.start() < area.end for area in known)
    ]
    if not new:
        return scene
    every = tuple(sorted((*known, *new), key=lambda one: one.start))
    found = replace(scene.apart.found, areas=every)
    flows = flows_of(scene.apart.text, scene.sentence.language, found)
    apart = replace(scene.apart, found=found, flows=tuple(flows))
    areas = tuple(sorted((*scene.areas, *new), key=lambda one: one.start))
    return Scene(scene.sentence, apart, areas, scene.first)


_OFTEN = 3
"""A name with less than this part of all that begin alike is named in passing."""


def _with_full_names(scene: Scene, full: Mapping[str, set[str]]) -> Scene:
    plain = scene.sentence.plain

    def meant(one: Mark) -> Mark:
        name = plain[one.start : one.end].removesuffix("方")
        codes = full.get(name, set())
        known = one.value in codes or len(name) != 1 or len(codes) != 1
        return one if known else replace(one, value=next(iter(codes)))

    def split(one: Mark) -> tuple[Mark, ...]:
        """Return the two of 中巴 apart, where the text names the second in full."""
        name = plain[one.start : one.end]
        first, codes = short_names().get(name[:1], ""), full.get(name[1:], set())
        if one.value != NOWHERE or len(name) != _TWO_SIGNS or len(codes) != 1 or not first:
            return (meant(one),)
        middle = one.start + 1
        return (
            Mark("area", first, "between", one.start, middle),
            Mark("area", next(iter(codes)), "between", middle, one.end),
        )

    areas = tuple(part for one in scene.areas for part in split(one))
    if areas == scene.areas:
        return scene
    every = tuple(part for one in scene.apart.found.areas for part in split(one))
    found = replace(scene.apart.found, areas=every)
    flows = flows_of(scene.apart.text, scene.sentence.language, found)
    apart = replace(scene.apart, found=found, flows=tuple(flows))
    return Scene(scene.sentence, apart, areas, scene.first)


_TWO_SIGNS = 2
_WITH = re.compile(
    r"(?P<within>\s*[(（]\s*(?:含|包括|及|including |incl\.? |inklusive |einschließlich |включая )"
    r"|加)|\s*(?:和|与|及|暨|and|und|и)\s*(?:the )?"
)
_CLOSES = re.compile(r"\s*[)）]")


def _with_one_market(apart: ParsedSentence) -> ParsedSentence:
    """Return a sentence with China and Hong Kong as one side: 对中国大陆与香港出口, "(含香港)".

    Whatever counts them together has one number for both; two numbers in a row are one of each.
    """
    areas, text = list(apart.found.areas), apart.text
    for first, second in pairwise(apart.found.areas):
        between = _WITH.fullmatch(text, first.end, second.start)
        if (first.value, second.value) != tuple(own_names("one_side")) or between is None:
            continue
        place = areas.index(first)
        listed = first.joined or any(one.joined for one in areas[place + 2 : place + 3])
        rows = _rows([one for one in apart.numbers if one.start > second.end], text)
        # "Trade between China and Hong Kong" is that of one with the other.
        sides = first.form == "between" or (first.form == "bare" and len(areas) == 2)
        if not between["within"] and (sides or listed or any(len(row) > 1 for row in rows)):
            continue
        closes = _CLOSES.match(text, second.end) if between["within"] else None
        end = closes.end() if closes else second.end
        areas[place : place + 2] = [replace(first, value="+".join(own_names("one_side")), end=end)]
    if len(areas) == len(apart.found.areas):
        return apart
    found = replace(apart.found, areas=tuple(areas))
    flows = flows_of(text, apart.sentence.language, found)
    return replace(apart, found=found, flows=tuple(flows))


def _with_agents(apart: ParsedSentence) -> ParsedSentence:
    """Return a sentence whose suppliers and buyers are flows: "suppliers were A (4 bn), B (2 bn)".

    Only here: the rules read "the largest buyer of Russian oil" as a place and nothing else.
    """
    # "The biggest source of imports": the flow is but a part of the word.
    known = [
        (one.start, one.end)
        for one in apart.found.flows
        if not any(two.start < one.start <= one.end == two.end for two in apart.found.of("agent"))
    ]
    agents = [
        Mark("flow", one.value, "", one.start, one.end)
        for one in apart.found.of("agent")
        if not any(start < one.end and one.start < end for start, end in known)
        and not _IN_THE_WORLD.match(apart.text, one.end)
        # "Russian exporters" sell themselves: they are nobody's suppliers.
        and not any(
            area.form in ("adj", "origin") and 0 <= one.start - area.end <= 1
            for area in apart.found.areas
        )
    ]
    if not agents:
        return apart
    whole = [one for one in apart.found.flows if (one.start, one.end) in known]
    every = sorted((*whole, *agents), key=lambda one: one.start)
    found = replace(apart.found, flows=tuple(every))
    flows = flows_of(apart.text, apart.sentence.language, found)
    return replace(apart, found=found, flows=tuple(flows))


_IN_THE_WORLD = re.compile(r"\s*(?:in the world|worldwide|globally|в мире|weltweit|der Welt)")
_EVENT = re.compile(
    # "War" alone is German for "was": "größter Abnehmer war Polen".
    r"(?:\b(?:(?:invasion|invading|attack|aggression)\w*|war(?= (?:in|on|with|against)\b))"
    r"|(?<!\w)(?:вторжени|войн|агресси|спецопераци)\w*"
    r"|\w*(?:[Kk]rieg|[Aa]ngriff|[Üü]berfall|[Ii]nvasion)\w*)"
    r" (?:of |in |on |against |в |на |против |gegen |auf )?(?:the |der |die )?$",
    re.IGNORECASE,
)
"""In front of a country where something happened that is no trade: "the invasion of Ukraine"."""
_AFFECTED = re.compile("受[^，,。；;]{0,24}(?:影响|冲击|拖累)")
"""Around a country that something came from, which is no trade: 受美国需求影响."""
_SUPERLATIVE = re.compile(
    r"(?:['’]s)?\s*(?:\w+[- ])?(?:largest|biggest|top|leading|no\. ?1)\b|的?(?:第.{1,2}大|最大)"
    r"|\s+(?:economy|demand|supply chains?|prices?)\b|的?(?:供应链|产业链|经济|景气|需求|局势)"
    r"|\s+(?:экономик|спрос|цен(?!тр))\w*",
    re.IGNORECASE,
)
_LARGEST = re.compile(
    r"(?:крупнейш|больш|größte|wichtigste)\w*(?:\s+\w+){0,2}\s+(?:in |в )?(?:der )?$"
)


def _is_superlative(area: Mark, apart: ParsedSentence) -> bool:
    """Whether the world is no side: "the world's largest importer", "global demand"."""
    if area.value != WORLD:
        return False
    text = apart.text
    return (
        _SUPERLATIVE.match(text, area.end) is not None
        or _LARGEST.search(text, max(0, area.start - 40), area.start) is not None
    )


_OFFICE = (
    r"customs|statisti[ck]|ministry|bureau|census|department|ministerium|таможен|таможн|статисти"
    r"|министерств|минторг|минэкономик|ведомств|бюро|Statisti[ck]|Zoll|Bundesamt|海关|统计|财政[部厅]|商务部|商务厅|工贸部|贸易部"
)
_ANY_OFFICE = re.compile(_OFFICE, re.IGNORECASE)
_INSTITUTE = {
    "en": re.compile(
        rf"(?:['’]s)? (?:(?:[A-Z][\w&]+|of|the) ){{0,3}}?(?:{_OFFICE})", re.IGNORECASE
    ),
    "ru": re.compile(rf"\w* (?:[а-я]+ ){{0,2}}?(?:{_OFFICE})", re.IGNORECASE),
    "de": re.compile(rf"\w*[ -](?:{_OFFICE})", re.IGNORECASE),
    "zh": re.compile(rf"[^对从,，。]{{0,2}}(?:{_OFFICE})"),
}
_OFFICE_OF = re.compile(
    rf"(?:{_OFFICE})\w*(?: [\w-]+){{0,2}}?(?: of| von| in|)(?: the)? $", re.IGNORECASE
)
_FIRMS = re.compile(
    r"[a-zа-я]{0,4}\s+(?:(?:[\w-]+)\s+)?(?:firms?|companies|exporters?|importers?|economy|businesses|"
    r"Unternehme[nr]|Firmen|Exporteure|Importeure|Exportwirtschaft|Außenwirtschaft|Wirtschaft|"
    r"Aussenhandel|Außenhandel|компани|экспорт[её]р|импорт[её]р|предприяти|экономик)"
    r"|(?:企业|公司|外贸|出口商|进口商)",
)


def _names_who_trades(plain: str) -> bool:
    """Whether a sentence names an office or firms, whose country may be that of the text."""
    return (_ANY_OFFICE.search(plain) or _FIRMS.search(plain)) is not None


_OWN = ("code", "kind", "words")
"""Columns of ``offices.csv``: offices whose name has no country, cities of date lines, press."""


@cache
def own_names(kind: str) -> dict[str, re.Pattern[str]]:
    """Return by country the names of its offices or press, or how a date line of it begins."""
    rows = read_table(Path(__file__).with_name("offices.csv"), _OWN)
    around = r"(?:^|\n)\s*(?:{})\W{{1,3}}(?=\w+ \d|\d|\()" if kind == "city" else "{}"
    words: dict[str, list[str]] = {}
    for row in rows:
        if row["kind"] == kind:
            words.setdefault(row["code"], []).append(row["words"])
    return {code: re.compile(around.format("|".join(names))) for code, names in words.items()}


def home_of(found: Sequence[Scene], text: str) -> str:
    """Return the country whose trade the text is about: the one that most flows belong to."""
    owners: Counter[str] = Counter()
    named_at_all = _named_at_all(found)
    for place, scene in enumerate(found):
        # Headline and lead count double; names in lines of a list are partners.
        early = 2 if place < 3 else 1
        plain = scene.sentence.plain
        listed = LISTED.match(plain) is not None
        for area in scene.areas:
            if area.value in (WORLD, NOWHERE):
                continue
            agents = {one.start for one in scene.apart.found.of("agent")}
            flows = [one for one in scene.apart.found.flows if one.start not in agents]
            owns = area.form in ("adj", "of", "bare") and not listed
            near = any(0 <= flow.start - area.end <= 60 for flow in flows)
            behind = area.form == "of" and any(0 <= area.start - flow.end <= 3 for flow in flows)
            # "Importer of Vietnamese rice", "закупки российского зерна".
            behind = behind or (
                area.form == "adj"
                and any(0 <= area.start - flow.end <= 4 for flow in scene.apart.found.flows)
            )
            behind = behind or _is_buyer(area, scene)
            # "The main supplier was India": the land of the text is the one that it supplied.
            owns = owns and not (agents and not flows and area.form == "bare")
            owners[area.value] += early * (2 if owns and (near or behind) else 1 if owns else 0)
            owners[area.value] += 4 * behind
            # "Vietnamese rice", "российское зерно": where goods come from, whoever bought them.
            made = any(0 <= one.start - area.end <= 1 for one in scene.apart.found.goods)
            # "Турция закупила", "по закупкам российского зерна": whoever is bought from.
            bought = any(
                one.value == "purchase" and 0 <= area.start - one.end <= 1 for one in flows
            )
            from_it = area.form == "adj" or (area.form == "origin" and bought)
            owners[area.value] += 3 * (made and from_it and not listed)
            # "Поставки российского зерна", whoever buys it.
            sold = any(0 <= area.start - one.end <= 1 for one in flows if one.value == "supply")
            owners[area.value] += 3 * early * (made and area.form == "origin" and sold)
        of_offices = (
            named_at_all.get(scene.sentence.language, ()) if _names_who_trades(plain) else ()
        )
        for entry in of_offices:
            for named in entry.pattern.finditer(plain):
                of_land = _INSTITUTE[scene.sentence.language].match(plain, named.end())
                behind_it = _OFFICE_OF.search(plain, max(named.start() - 60, 0), named.start())
                owners[entry.value] += 6 * early if of_land or behind_it else 0
                # "Schweizer Unternehmen": whose trade it is where no country is named.
                if entry.form == "adj":
                    owners[entry.value] += 2 * early * bool(_FIRMS.match(plain, named.end()))
    plain = "".join(scene.sentence.plain for scene in found)
    own = Counter[str]()
    for kind, weight in (("office", 6), ("city", 4), ("press", 4)):
        for code, name in own_names(kind).items():
            own[code] += weight * max(name.search(text) is not None, name.search(plain) is not None)
    if any(OWN_LAND.search(scene.apart.text) for scene in found):
        return _own_land(own, text)
    owners.update(own)
    # Deleting from a Counter is no error where the key is missing.
    del owners[NOWHERE], owners[WORLD]
    (first, most), _, (_, third) = (*owners.most_common(3), ("", 0), ("", 0), ("", 0))[:3]
    # About as many words for three countries: whose trade a bare "exports" is of cannot be told.
    return first if most > _AHEAD * third else ""


def _own_land(own: Mapping[str, int], text: str) -> str:
    """Return whose "our country" is: of the offices and cities named; empty where it is open.

    Traditional signs are written in Taiwan, Hong Kong and abroad, of China as well.
    """
    most = max(own.get(code, 0) for code in own_names("our_country"))
    named = [code for code in own_names("our_country") if own.get(code, 0) == most]
    if len(named) == 1:
        return named[0]
    scripts = (one for one in cue_words("zh").items() if one[0][0] == "script")
    traditional = any(sign.search(text) for _, sign in scripts)
    return "" if most or traditional else "CHN"


_BUYERS = 60
"""Letters between imports and the country that they come into."""
_BY = re.compile(r"\bby (?:the )?$")


def _is_buyer(area: Mark, scene: Scene) -> bool:
    """Whether words say that a country buys: "импорт станков в Россию", "China's main supplier"."""
    text = scene.apart.text
    if area.form == "of":
        suppliers = (one for one in scene.apart.found.of("agent") if one.value == "import")
        return any(
            0 <= one.start - area.end <= _BUYERS // 2 and not WEAK.search(text, area.end, one.start)
            for one in suppliers
        )
    led = area.form == "to" or (area.form == "bare" and ends_with(_BY, text, area.start))
    return led and any(
        flow.value == "import"
        and 0 <= area.start - flow.end <= _BUYERS
        and not scene.gaps.begins_number(flow.end, area.start)
        and not scene.gaps.has_break(flow.end, area.start)
        and not WEAK.search(text, flow.end, area.start)
        for flow in scene.apart.found.flows
    )


def _named_at_all(found: Sequence[Scene]) -> dict[str, list[Entry]]:
    """Return by language the areas that sentences with an office or firms name: few of all."""
    texts: dict[str, list[str]] = {}
    for scene in found:
        if _names_who_trades(scene.sentence.plain):
            texts.setdefault(scene.sentence.language, []).append(scene.sentence.plain)
    # The sign between sentences is no part of any word and no space, so that none begins there.
    joined = {language: "\0".join(plain) for language, plain in texts.items()}
    return {
        language: [entry for entry in areas_begun_in(text, language) if entry.pattern.search(text)]
        for language, text in joined.items()
    }


_AHEAD = 1.1


LISTED = re.compile(r"\s*(?:[-–—•*·>]|\d{1,2}[.)])\s")


def topic_of(found: Sequence[Scene], home: str) -> tuple[str, str]:
    """Return the other country of a text about two, and how much of it is about that one.

    ``title`` where a headline, or a first sentence without an amount, names these two alone.
    """
    named: Counter[str] = Counter()
    early: list[str] = []
    counted = False
    for scene in found:
        if any(scene.apart.found.of("part")) and not early:
            continue
        for area in scene.areas:
            if area.value not in (WORLD, NOWHERE, home):
                named[area.value] += 1
                if not counted and area.value not in early:
                    early.append(area.value)
        # Only what is named before the first number is the opening of the text.
        counted = counted or any(one.says.unit for one in scene.apart.numbers)
    if len(early) != 1:
        return "", ""
    share = named[early[0]] / named.total()
    head = found[0]
    quiet = not any(one.says.unit for one in head.apart.numbers)
    if quiet and share >= _TITLE and {one.value for one in head.areas} == {home, early[0]}:
        return early[0], "title"
    return early[0], "all" if share >= _MOSTLY else "half" if share >= _HALF else "some"


_MOSTLY, _TITLE, _HALF = 0.8, 0.65, 0.5


def header_of(scene: Scene) -> str:
    """Return the area that a line is about: "• Italy: exports 3.1 bn", 对东盟方面; else empty."""
    text = scene.apart.text
    start = found.end() if (found := LISTED.match(text)) else len(text) - len(text.lstrip())
    first = next(iter(scene.areas), None)
    if (
        first is None
        or first.value == NOWHERE
        or _LED_BY.fullmatch(text, start, first.start) is None
    ):
        return ""
    return first.value if _HEADS.match(text, first.end) else ""


_LED_BY = re.compile("[对自从向]?")
_HEADS = re.compile(r"\s*[:：|]|(?:市场)?方面[,，]")


_GOODS_ITEM = re.compile(
    r"\s*(?P<item>(?:[-–—•*·]|\d{1,2}[.)])\s+)?(?P<head>[^:：,，.;；▮]{1,60}?)\s*(?:[:：]|\s[-–—]\s)"
)


def is_item_of_goods(scene: Scene, number: int) -> bool:
    """Whether a line is about goods, and a share in it of all goods: "• Wheat: 24 % of imports"."""
    text, found = scene.apart.text, scene.apart.found
    head = _GOODS_ITEM.match(text)
    if head is None or scene.areas or _OF_ITS_KIND.search(text, head.end(), number):
        return False
    heads = [one for one in found.goods if head.start("head") <= one.start < head.end("head")]
    return bool(heads) and not any(head.end() <= one.start < number for one in found.goods)


_OF_ITS_KIND = re.compile(
    r"同类|该类|此类|这类|\b(?:such|these|those|solcher|dieser)\b|(?<!\w)(?:таких|этих)(?!\w)"
)


_GERMAN = "(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)"
_DAYS = re.compile(
    r"\b(?:first|initial) (?P<n>\d{1,2}|ten|twenty) days of (?P<m1>[A-Z][a-z]{2,8})"
    r"|\b(?:compared (?:to|with)|against|than in|versus) (?P<c1>[A-Z][a-z]{2,8})(?! \d)"
    r"|\b(?:[Gg]egenüber(?: dem)?|[Ii]m Vergleich (?:zum|mit(?: dem)?)|verglichen mit(?: dem)?) "
    r"(?P<c2>[A-ZÄÖÜ][a-zäöü]{2,8})\b(?! \d)"
    r"|\b(?P<m3>[A-Z][a-z]{2,8}) alone\b"
    # "January exports", "der vergangene Februar", "Februar-Exporte": the latest that was over.
    r"|\b(?P<m4>(?:Jan|Febr)uary|March|April|May|June|July|August|(?:Sept|Nov|Dec)ember|October)"
    r"(?:['’]s)? (?:trade |goods |merchandise )?"
    r"(?:exports?|imports?|shipments|deficit|surplus|trade)\b"
    rf"|\b(?:vergangene|vorige|letzte)[nrm]? (?P<m5>{_GERMAN})\b(?! \d)"
    rf"|\b(?P<m6>{_GERMAN})-?(?:[Ee]xporte?n?|[Ii]mporte?n?|[Aa]usfuhren|[Ee]infuhren|[Zz]ahlen)\b"
    r"|\b(?P<m2>[A-Z][a-z]{2,8})\.? (?P<a>\d{1,2})[-–](?P<b>\d{1,2})(?![\d,])"
    r"|(?<![\d年])(?P<zm>1[0-2]|0?[1-9])月(?:份)?(?:的)?[前头首](?P<zn>\d{1,2}|二?十)[天日]"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_GERMAN_MONTHS = {"mär": "mar", "mai": "may", "okt": "oct", "dez": "dec"}
_LATEST = ("c1", "c2", "m3", "m4", "m5", "m6")
"""Groups of a month without a year."""
_WORDS = {"ten": 10, "twenty": 20, "十": 10, "二十": 20}


def times_of(  # noqa: C901
    text: str, language: str, published: Period | None, memory: Background
) -> tuple[list[Time], list[tuple[int, int]]]:
    """Return the periods that a sentence names, and where it says "a year earlier"."""
    from entrepot.claims.times import stepped, when

    words = cue_words(language)
    earlier = [match.span() for match in words[("yoy", "")].finditer(text)]
    base = _base_pattern(language)
    times: list[Time] = []
    if language == "en":
        fiscal, same = fiscal_times(text, published, memory.home)
        times += [
            replace(one, is_base=base.search(text[max(one.start - 40, 0) : one.start]) is not None)
            for one in fiscal
        ]
        earlier += same
    for days in _DAYS.finditer(text):
        if any(one.start < days.end() and days.start() < one.end for one in times):
            continue
        if days["b"] and ends_in_number(text, language, days.end()):
            continue
        period = _days(days, published)
        if compared := next((one for one in ("c1", "c2") if days[one]), ""):
            if period is not None:
                times.append(Time(period, *days.span(compared), is_base=True))
        elif period is not None:
            before = base.search(text[max(days.start() - 40, 0) : days.start()]) is not None
            times.append(Time(period, days.start(), days.end(), before))
    times += [
        replace(one, is_base=base.search(text[max(one.start - 40, 0) : one.start]) is not None)
        for one in days_to_days(text, language, published)
        if not _overlaps(one, times)
    ]
    # What the patterns here read must not be read again, in part, by the general rules.
    already_read = [(time.start, time.end) for time in times] + earlier + up_to_a_day(text)
    for found in when(text, published, language):
        if any(start < found.end and found.start < end for start, end in already_read):
            continue
        # "По сравнению с январём": the preposition is read as part of the time.
        compares = ends_with(_COMPARES_WITH, text, found.start + 2)
        lead = found.start + (2 if compares else 0)
        before = base.search(text[max(found.start - 40, 0) : lead]) is not None
        if (before or language == "zh") and is_record(found, text, language):
            continue
        if counts_a_run(text, found.start, found.end):
            continue
        before = before or is_compared(text, found.start, found.end)
        before = before or _MULTIPLIED.match(text, found.end) is not None
        period = found.period
        kind = found.kind
        # "Over the same period, imports tripled" goes on with the span of the sentence before.
        if kind == "same_period" and _GOES_ON.search(text, 0, found.start):
            continue
        if kind in ("year_earlier", "same_period"):
            earlier.append((found.start, found.end))
            continue
        now = next((time.period for time in reversed(times) if not time.is_base), memory.period)
        if kind == "last_month" and before:
            kind = "month_earlier"
        if kind.endswith("_earlier"):
            period = stepped(now, kind) if now is not None else None
            before = True
        if period is None or period.freq == "D":
            continue
        if names_an_event(text, found.start, period, published):
            continue
        dated = [time.period.end.year for time in times if not (time.is_base or time.guessed)]
        if kind == "no_year" and dated:
            # "In Q1 2024 ... and in Q2": of the year that the sentence names.
            while period is not None and period.end.year > dated[-1]:
                period = stepped(period, "year_earlier")
            if period is None:
                continue
        elif kind == "no_year" and published is not None:
            period = _nearly_over(period, published)
        if published is not None and period.end > published.end and period.start > published.end:
            continue
        if found.ends:
            times.append(Time(found.ends[0], found.start, found.end, is_base=True))
            times.append(Time(found.ends[1], found.start, found.end, ends_range=True))
        else:
            times.append(Time(period, found.start, found.end, before, guessed=kind == "no_year"))
    return _tied(sorted(times, key=lambda time: time.start), text), earlier


def _overlaps(time: Time, others: Sequence[Time]) -> bool:
    return any(one.start < time.end and time.start < one.end for one in others)


_GOES_ON = re.compile(
    r"(?:^|[;,:])\W*(?:(?:and|but|while|und|während|а|и) )?"
    r"(?:over|during|in|at|throughout|for|im|in|während|за|в)(?: (?:the|dem|des|den))?\s*$",
    re.IGNORECASE,
)
_COMPARES_WITH = re.compile(r"сравнени[ию] с $")
_MULTIPLIED = re.compile(r"(?:同期)?的(?:约|近)?[\d.]+倍")
_OF_YEAR = re.compile(r"\s*(?:periods?|months?|период[аеу]?)?\s*(?:of|in|,)?\s*")


def _tied(times: list[Time], text: str) -> list[Time]:
    """Read months and the year behind them as one: "January-June period of 2020"."""
    from entrepot.claims.times import stepped

    found: list[Time] = []
    for time in times:
        last = found[-1] if found else None
        if last is not None and last.guessed and time.period.freq == "A":
            gap = text[last.end : time.start]
            if _OF_YEAR.fullmatch(gap) and "period" in gap:
                period: Period | None = last.period
                # Enough for any year in print, and an end where stepping back never gets there.
                for _ in range(30):
                    if period is None or period.end.year <= time.period.end.year:
                        break
                    period = stepped(period, "year_earlier")
                if period is not None:
                    found[-1] = Time(period, last.start, time.end, last.is_base)
                    continue
        found.append(time)
    return found


def _nearly_over(period: Period, published: Period) -> Period:
    """Return the same months a year later where these end within days of the publication."""
    from entrepot.model.period import Period

    try:
        later = Period(
            period.start.replace(year=period.start.year + 1),
            period.end.replace(year=period.end.year + 1),
        )
    except ValueError:
        return period
    ahead = (later.end - published.end).days
    most = DAYS_AHEAD if later.months > 1 else _A_MONTH_AHEAD
    return later if 0 < ahead <= most else period


DAYS_AHEAD = 12
"""Days before its end from which on a text speaks of a quarter as of one that is over."""
_A_MONTH_AHEAD = 8


_BELOW = (
    r"(?:unter|über) (?:jene[mnr]|de[mnr]) (?:des|vom|im)"
    r"|(?:ниже|выше)(?: уровня| показател\w+)?(?: за)?(?: весь)?|(?:меньше|больше) уровня"
)
_MONTH_OF = r"(?:(?:перв|последн|аналогичн)\w+ (?:месяц|квартал|полугоди|период)\w*\s*)?"
"""Words of a base that leave a month out: "against the first month of last year"."""


@cache
def _base_pattern(language: str) -> re.Pattern[str]:
    pattern = cue_words(language)[("base", "")].pattern
    edge = "" if language == "zh" else r"(?<!\w)"
    return re.compile(
        rf"{edge}(?:{pattern}|{_BELOW})\s*(?:the |dem |der |im |in |в |the year )?"
        rf"(?:(?:the )?whole |за весь |весь |(?:im )?ganzen )?{_MONTH_OF}$",
        re.IGNORECASE,
    )


def _days(found: re.Match[str], published: Period | None) -> Period | None:
    """Return "the first 20 days of May", "May 1-20": the latest that were over."""
    from entrepot.model.period import Period

    latest = next((found[one] for one in _LATEST if found[one]), "")
    name = found["m1"] or found["m2"] or latest
    name = _GERMAN_MONTHS.get(name[:3].lower(), name[:3].lower())
    if (name not in _MONTHS and not found["zm"]) or published is None:
        return None
    month = int(found["zm"]) if found["zm"] else _MONTHS.index(name) + 1
    if latest:
        # A month that is still to come in the year of publication is one of the year before.
        year = published.end.year - (month > published.end.month)
        return Period.parse(f"{year}-{month:02d}")
    first = int(found["a"] or 1)
    count = found["n"] or found["zn"]
    last = int(found["b"] or _WORDS.get(count, 0) or count)
    for year in (published.end.year, published.end.year - 1):
        period = day_span((year, month, first), (year, month, last))
        if period is not None and period.end <= published.end:
            return period
    return None
