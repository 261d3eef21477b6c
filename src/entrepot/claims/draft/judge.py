"""What a structural reading says as a claim, or why it is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.areas import unknown_area
from entrepot.claims.draft.candidates import (
    BALANCES,
    BUYS,
    SELLS,
    row_of,
    sides_of_market,
    subject_of,
)
from entrepot.claims.draft.draft import Drafted, Refusal, trouble_with
from entrepot.claims.draft.frames import is_part_of_two
from entrepot.claims.draft.lexicon import NOWHERE
from entrepot.claims.draft.near import currency_said_elsewhere, moves, unit_refused
from entrepot.claims.draft.refused import (
    balance_sign,
    check_denominator,
    check_is_of_country,
    check_part,
    check_used,
    check_whole,
    is_of_purchases,
    is_since_an_event,
    of_a_difference,
)
from entrepot.claims.draft.scene import OWN_LAND, ends_with, is_item_of_goods
from entrepot.claims.draft.slots import notes_on_members, written
from entrepot.claims.draft.structure import in_row, is_of_former
from entrepot.claims.draft.sureness import CARRIED, check_carried
from entrepot.claims.draft.times import SPLIT_YEAR, up_to_a_day
from entrepot.claims.numbers import CURRENCIES, SHARED_CURRENCIES
from entrepot.claims.quantity import COUNTED_IN
from entrepot.claims.times import when
from entrepot.model.areas import WORLD, known_areas

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.claims.draft.scene import Scene
    from entrepot.claims.draft.sentences import Mark, Time
    from entrepot.claims.draft.structure import StructuralReading
    from entrepot.claims.numbers import Span
    from entrepot.model.period import Period

_HARD = {
    "future": "what is expected or planned, not what was: nothing to test yet",
    "services": "services are no goods: nothing here covers them",
    "reexport": "re-exports or re-imports, which no claim separates from other trade",
    "adjusted": "an adjusted number: trade statistics are not adjusted",
    "made": "of production, use or an index, not of trade",
    "per": "a number for each of something, not of trade as a whole",
    "either": "one number or another: which is not said",
    "mean": "an average: of which numbers, or over what time, is not clear",
    "negated": "the sentence denies something, and what is not clear",
}
_NOT_SAID = {
    "other": "what it is a number of is not clear",
    "change": "a change in money or tonnes, which no kind of claim is about",
    "ratio": "a ratio of two numbers: of which is not clear",
    "points": "since when the share changed, or of what, is not clear",
}


WHICH = "which country named before is meant is not clear"
_ITEM = "which of several countries in a row it is of is not clear"
_ALL = "whether it is foreign trade with one country or all is not clear"
_WITH_WHOM = "whether it is of trade with one country named before or of all is not clear"
_SO_FAR = "it is of the year so far: of which months is not clear"
_OF_WHAT = "an amount by weight or number: of which goods is not clear"
_GREW = "since which year it grew is not clear"
_A_PRICE = "a price, not a value of trade"
_EACH = "a rate for each of several periods"
_A_YEAR = "a rate for each year of several"
_YEARS_AGO = "of a time some years before: which is not said"
_OF_BALANCE = "whether it is a balance is not clear"
_TOGETHER = "a number of several countries together"
_BALANCE_GREW = "the growth of a balance, which no kind of claim is about"
AGAINST = frozenset(
    (
        *(_OF_BALANCE, _TOGETHER, _YEARS_AGO, _BALANCE_GREW, _A_YEAR, *CARRIED),
        *(WHICH, _ITEM, _ALL, _WITH_WHOM, _SO_FAR, _GREW, _OF_WHAT, _A_PRICE, _NOT_SAID["change"]),
    )
)
"""Reasons that speak against the rules' reading too: the words of the sentence contradict it."""


def claim_of_guess(  # noqa: C901
    guess: StructuralReading,
    scene: Scene,
    like: Sequence[StructuralReading],
    earlier: Sequence[StructuralReading] = (),
) -> Drafted:
    """Return what a reading says as a claim.

    Parameters
    ----------
    guess
        The reading.
    scene
        Its sentence.
    like
        The readings of the numbers of the sentence, this one among them.
    earlier
        The readings before that sentence.

    Raises
    ------
    Refusal
        If a claims file cannot say it.
    """
    number, apart, text = guess.number, scene.apart, scene.apart.text
    if why := _NOT_SAID.get(guess.what):
        raise Refusal(why)
    if why := of_a_difference(number, apart):
        raise Refusal(why)
    if not guess.kind or not guess.owner:
        raise Refusal("who sells and who buys is not clear")
    if guess.owner == WORLD and guess.kind not in BALANCES and guess.kind != "trade":
        raise Refusal("whose it is is not said")
    at = [time for time in scene.times if time.period == guess.period]
    if at and all(time.is_base and _is_base_of(time, guess, scene) for time in at):
        raise Refusal("when is not said: only what it is measured against")
    if _of_many_years(guess, scene):
        raise Refusal("which of several years the number is of is not clear")
    if _is_right_behind_another(guess, scene):
        raise Refusal("who sells and who buys is not clear")
    if NOWHERE in guess.sides or _is_ours(guess, scene):
        raise Refusal(unknown_area(scene.areas, apart.text))
    if guess.period is None:
        raise Refusal("when is not said")
    _check_sides(guess, scene)
    check_carried(guess, scene, like, earlier)
    if _is_one_of_several(guess, scene):
        raise Refusal(_TOGETHER)
    if _is_by_another(guess, scene):
        raise Refusal("who sells and who buys is not clear")
    _check_span(guess, scene)
    _check_when(guess, scene)
    if guess.what == "share" and is_of_the_other(number, (guess.owner, guess.partner), scene):
        raise Refusal(WHICH)
    if guess.what == "growth" and _is_yearly(guess, scene):
        raise Refusal(_A_YEAR)
    if hard := [_HARD[flag] for flag in guess.flags if flag in _HARD]:
        raise Refusal(hard[0])
    if guess.what == "level" and guess.kind not in BALANCES and _LEFT.match(text, number.end):
        raise Refusal(_OF_BALANCE)
    if guess.what == "level" and (number.says.value == 0 or _is_rate_in_money(number, scene)):
        raise Refusal(_NOT_SAID["change"])
    if guess.what in ("share", "goods") and _is_change_in_per_cent(number, scene):
        raise Refusal("what it is a number of is not clear")
    if guess.what == "level" and _EACH_MONTH.search(text, number.end):
        raise Refusal(_EACH)
    if guess.what == "level" and (
        _CHANGED_BY.search(apart.text, 0, number.start)
        or _MORE_THAN.match(apart.text, number.end)
        or _A_CHANGE.search(scene.sentence.text, number.start, number.end)
    ):
        raise Refusal(_NOT_SAID["change"])
    # A weight is never one of all goods.
    if guess.what == "level" and guess.goods != "all" and number.says.unit in CURRENCIES:
        check_whole(number, apart.numbers, apart.found.goods, apart.text)
    if len(row_of(number, scene)[1]) > 1 and (" and " in guess.goods or "," in guess.goods):
        raise Refusal("which of several numbers is of which goods is not clear")
    if "priced" in guess.flags and guess.what == "level":
        raise Refusal(_A_PRICE)
    if "lately" in guess.flags and not at:
        raise Refusal("it is of the last years or months: of which is not said")
    if number.says.per:
        raise Refusal(_EACH)
    keys = _flow_keys(guess)
    if guess.what == "rank":
        return _place(guess, scene, keys)
    kind, body, direction = _kind(guess, scene, like, earlier, keys)
    return _written(guess, scene, kind, body, written(number, apart, direction))


_LEFT = re.compile(
    r"\s*(?:(?!(?:and|with|an?|the|from|to|of|in|for|against|or|while|but)\b)[a-z-]+ ){0,3}"
    r"(?:deficit|surplus)\b"
)
"""Behind an amount that is a balance: "ran a $25 bn trade-in-goods deficit"."""
_EACH_MONTH = re.compile(
    r"\bfor (?:the )?\w+ (?:consecutive|straight|successive) (?:months|years)\b"
)


_OR = re.compile(r"\s*,?\s*(?:or|oder|или|即)\s*")
_OPENED = re.compile(r"[^,;()（）]{0,12}[(（]\s*")


_RIGHT_BEHIND = re.compile("(?:总?[额值])?(?:为|达到?|共|约)?[(（]?")
"""What stands between a flow and the number right behind it."""


def _is_right_behind_another(guess: StructuralReading, scene: Scene) -> bool:
    """Whether a number right behind a flow was read of others: 超过对美出口(745亿美元)."""
    at, text = guess.number.start, scene.apart.text
    before = [
        flow.start
        for flow in scene.apart.found.flows
        if flow.end < at and _RIGHT_BEHIND.fullmatch(text, flow.end, at)
    ]
    return any(area.end in before and area.value not in guess.sides for area in scene.areas)


_OURS = re.compile("[Oo]ur\\b|[Uu]nser|[Нн]аш")


def _is_ours(guess: StructuralReading, scene: Scene) -> bool:
    """Whether "our exports" took a country that the sentence does not name for its owner."""
    named = {area.value for area in scene.areas}
    unnamed = any(side not in named for side in guess.sides)
    return unnamed and any(
        area.value == NOWHERE and _OURS.match(scene.apart.text, area.start) for area in scene.areas
    )


def _is_rate_in_money(number: Span, scene: Scene) -> bool:
    """Whether an amount is by how much something changed: "rose 7 %, or 48 mn NZD (36 mn USD)"."""
    text, numbers = scene.apart.text, scene.apart.numbers
    at = numbers.index(number)
    if at > 1 and _OPENED.fullmatch(text, numbers[at - 1].end, number.start):
        at -= 1
    rate = numbers[at - 1] if at else None
    if rate is None or rate.says.unit != "percent" or not direction_of(rate, scene):
        return False
    return _OR.fullmatch(text, rate.end, numbers[at].start) is not None


def _is_change_in_per_cent(number: Span, scene: Scene) -> bool:
    """Whether a rate says again by how much something changed: "falling by 19,000 t, or 9.4 %"."""
    text, numbers = scene.apart.text, scene.apart.numbers
    at = numbers.index(number)
    before = numbers[at - 1] if at else None
    return (
        before is not None
        and _OR.fullmatch(text, before.end, number.start) is not None
        and _CHANGED_BY.search(text, 0, before.start) is not None
    )


def _is_base_of(time: Time, guess: StructuralReading, scene: Scene) -> bool:
    """Whether a time says what a number is measured against: "3 bn (22 % more than in 2022)"."""
    number = guess.number
    behind = time.start >= number.end and scene.gaps.begins_number(number.end, time.start)
    return guess.what != "level" or behind


_MORE_THAN = re.compile(
    r"\s*(?:(?:increase|decrease|rise|drop|decline|fall|gain|jump) (?:over|from|on|compared)"
    r"|(?:more|less|higher|lower) than|(?:mehr|weniger) als|(?:больше|меньше),? чем)\b"
)
"""Behind an amount by which something changed: "a $1 bn increase over December"."""
_A_CHANGE = re.compile(r" (?:increase|decrease|rise|drop|decline|jump|gain)$")
_CHANGED_BY = re.compile(r"\b(?:by|um)\s+(?:[a-zäöüß-]+\s+){0,2}$")
"""In front of an amount by which something changed: "rose by a record $5 bn"."""
_THERE = re.compile(
    r"\b(?:dorthin|dorther|dortigen?|von dort|nach dort|thither"
    r"|(?:exports?|imports?|shipments?|sales|deliver(?:y|ies)|sold|shipped|exported) (?:to |from )?"
    r"there(?! (?:is|are|was|were|has|have)\b)"
    r"|from there|(?:the|this) region|(?:der|die|dieser?|diese) Region)\b"
    r"|(?<!\w)(?:туда|оттуда|(?:этот|этого|этим) регион\w*)(?!\w)|[对向往自从]那里|该地区",
    re.IGNORECASE,
)
"""Countries named before and meant here: with them the other side is not the world."""
_FOREIGN_TRADE = re.compile(
    r"Au(?:ß|ss)enhandel|\b(?:foreign|external|overseas) trade\b|внешн\w+ торгов|внешнеторгов"
    r"|внешнеэкономич|外贸|对外贸易",
    re.IGNORECASE,
)
"""One country's trade with all others, unless another is named with it."""


def _check_sides(guess: StructuralReading, scene: Scene) -> None:
    """Refuse sides that the words of the sentence speak against.

    Raises
    ------
    Refusal
        If "there" stands for a side that was not found, if a side is but a later item of a list,
        or if the foreign trade of one country was read as trade with one named before.
    """
    text, number = scene.apart.text, guess.number
    if WORLD in guess.sides and _THERE.search(text, *scene.gaps.clause(number.start, number.end)):
        raise Refusal(WHICH)
    named = {area.value for area in scene.areas}
    if any(OWN_LAND.match(text, area.start) for area in scene.areas):
        named.add(guess.home)
    # Of "the two countries", or of those that a text is about, a list need not name the first.
    known = scene.names_two or guess.topic
    if not known and any(_is_of_later(side, number, scene) for side in guess.sides):
        raise Refusal(_ITEM)
    carried = set(guess.sides) - named - {WORLD}
    if len(carried) == 1 and WORLD not in guess.sides and _FOREIGN_TRADE.search(text):
        raise Refusal(_ALL)
    if "passed-over" in guess.flags:
        raise Refusal(_WITH_WHOM)
    seller, buyer = guess.sides
    there = _THERE.search(text, *scene.gaps.clause(number.start, number.end))
    ahead = [one for one in scene.apart.found.flows if one.end <= number.start]
    at_market = bool(ahead) and sides_of_market(ahead[-1], scene) == (guess.owner, guess.partner)
    if (
        not there
        and not at_market
        and guess.kind in (*SELLS, *BUYS)
        and (
            _is_only(seller, ("to",), number, scene, goes_back=guess.what == "level")
            or _is_only(buyer, ("from", "origin"), number, scene, goes_back=True)
        )
    ):
        raise Refusal("who sells and who buys is not clear")
    if guess.kind == "supply" and _is_market(seller, number, scene):
        raise Refusal("who sells and who buys is not clear")
    if len(carried) == 2 and not (guess.topic or scene.names_two) and scene.apart.found.flows:
        raise Refusal(_WITH_WHOM)
    if guess.what in ("level", "growth") and is_of_total(guess.sides, guess, scene):
        raise Refusal(OF_TOTAL)


_IS_TO = re.compile(
    r"\s+(?:is|was|are|were|remain(?:s|ed)|(?:has )?become|became|matter(?:s|ed))\b"
    r"[^,;:.]*\s(?:to|for|of)(?: the)?\s"
    r"|\s+(?:ist|war|bleibt|blieb|wurde)\b[^,;:.]*\s"
    r"|\s+(?:[—–-]|был[аои]?|явля\w+|оста\w+|стал[аои]?)[^,;:.]*\s"
    r"|(?:[仍也曾]?[是为]|成为)"
)
"""Between two countries, the second of which is "it" then: "Kenya is of use to Japan"."""
_ITS_NEAR = 45


def is_of_the_other(number: Span, sides: tuple[str, str], scene: Scene) -> bool:
    """Whether "its" is the partner's: "Kenya is a source of goods to Japan, 6 % of its imports".

    `sides` are who was read as its owner, and the other.
    """
    text = scene.apart.text
    its = (one for one in scene.apart.found.of("its") if abs(one.start - number.end) <= _ITS_NEAR)
    before = [one for one in scene.areas if one.start < number.start]
    if next(its, None) is None or [one.value for one in before] != [*sides]:
        return False
    owner, partner = before
    relative = _RELATIVE.search(text, partner.end, number.start)
    return relative is None and _IS_TO.fullmatch(text, owner.end, partner.start) is not None


_RELATIVE = re.compile(r"\b(?:which|that|who|whose|die|der|das)\b|(?<!\w)котор", re.IGNORECASE)


def _is_one_of_several(guess: StructuralReading, scene: Scene) -> bool:
    """Whether a side is one of countries with an "and" between them, and the number of all."""
    number = guess.number
    if guess.what == "share" and _COMBINED.search(scene.apart.text, 0, number.start):
        return True
    if len(row_of(number, scene)[1]) > 1 or "dealt-area" in guess.flags:
        return False
    low, high = scene.gaps.number_before(number.start), scene.gaps.number_behind(number.end)
    rows = [row for row in scene.rows_of_areas if low <= row[0].start and row[-1].end <= high]
    return any(
        len({one.value for one in row}) > 1
        and row[-1].joined
        and row[-1].form in ("to", "from", "with")
        and len({one.value for one in row} & set(guess.sides)) == 1
        for row in rows
    )


_COMBINED = re.compile(
    r"\b(?:combined|joint|collective) (?:\w+ )?share\b|\bgemeinsame[nrms]? (?:\w+)?[Aa]nteil"
    r"|(?<!\w)(?:совокупн|суммарн|общ)\w+ дол[яюией]+(?!\w)|合计占|共占|总占比",
    re.IGNORECASE,
)
"""A share of several countries together."""


def _is_by_another(guess: StructuralReading, scene: Scene) -> bool:
    """Whether the verb in front says that another sold or bought: "China bought 72 % of it"."""
    ahead = [one for one in scene.apart.found.flows if one.end <= guess.number.start]
    if not ahead or scene.gaps.begins_number(ahead[-1].end, guess.number.start):
        return False
    subject = subject_of(ahead[-1], scene)
    seller, buyer = guess.sides
    if not subject or guess.kind not in (*SELLS, *BUYS):
        return False
    return subject != (seller if ahead[-1].value == "supply" else buyer)


def _is_of_later(side: str, number: Span, scene: Scene) -> bool:
    """Whether a sentence names a side only as a later item of a list, or in its next clause."""
    marks = [area for area in scene.areas if area.value == side]
    # "Imports rose to 3 bn; from China came 1 bn": the country is of the next clause alone.
    return bool(marks) and (
        all(_is_later_item(one.start, one.end, number, scene) for one in marks)
        or all(scene.gaps.is_next_clause(number, one.start) for one in marks)
    )


def _is_only(
    code: str, forms: tuple[str, ...], number: Span, scene: Scene, *, goes_back: bool = False
) -> bool:
    """Whether all that names a country up to the next number says where goods go, or come from."""
    marks = [
        one
        for one in scene.areas
        if one.value == code and not scene.gaps.begins_number(number.end, one.start)
    ]
    return (
        bool(marks)
        and all(one.form in forms for one in marks)
        and not (goes_back and _goes_back(marks, number, scene))
    )


def _goes_back(marks: Sequence[Mark], number: Span, scene: Scene) -> bool:
    """Whether the way back follows: "exports to Peru were 3 bn and imports 5 bn" are from Peru."""
    ahead = [one for one in scene.apart.found.flows if one.end <= number.start]
    if len(ahead) < 2 or {ahead[-1].value, ahead[-2].value} != {"export", "import"}:
        return False
    at_first = all(0 <= one.start - ahead[-2].end <= _AT_FLOW for one in marks)
    between = ahead[-1].start, number.start
    return at_first and not any(between[0] <= one.start < between[1] for one in scene.areas)


_AT_FLOW = 10


_IN_A_LAND = re.compile(r"\b(?:in|in the|in den|in der)\s+$|(?<!\w)во? $")


def _is_market(code: str, number: Span, scene: Scene) -> bool:
    """Whether all that names a seller up to the next number says where it is sold: "in Peru"."""
    marks = [
        one
        for one in scene.areas
        if one.value == code and not scene.gaps.begins_number(number.end, one.start)
    ]
    return bool(marks) and all(ends_with(_IN_A_LAND, scene.apart.text, one.start) for one in marks)


OF_TOTAL = "of a total, and the other side is not said"


def is_of_total(sides: Iterable[str], guess: StructuralReading, scene: Scene) -> bool:
    """Whether sides have one country that a sentence, which speaks of a total, does not name."""
    apart = scene.apart
    flows = [one for one in apart.found.flows if one.end <= guess.number.start]
    if not flows or WORLD in sides:
        return False
    total = any(0 <= flows[-1].start - one.end <= 1 for one in apart.found.of("total"))
    named = {one.value for one in scene.areas}
    return total and bool(set(sides) - named - {guess.home})


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=\s*(?:год|year|年|[,)]|\s))")
_WHICH_YEAR = "a time is named in front of it that was not understood"
_TO_DATE = re.compile(
    r"\b(?:start|beginning) of the year\b|\byear[- ]to[- ]date\b|с начала (?:\w+ )?года"
    r"|seit (?:dem )?Jahres(?:beginn|anfang)|年初(?:以来|至今)?|今年累计",
    re.IGNORECASE,
)
_SINCE = re.compile(r"(?:\b(?:since|seit)|(?<!\w)со? |自)\s*$", re.IGNORECASE)
_SOME_YEARS = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|a few|several|\d{1,2})",
    r"(?:zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|wenigen|einigen|\d{1,2})",
    r"(?:два|две|три|четыре|пять|шесть|семь|восемь|девять|десять|несколько|\d{1,2})",
)
_IN_YEARS = re.compile(
    rf"\b(?:in|over|within|during) (?:just |only |the (?:same |past |last )?|those |these )*"
    rf"{_SOME_YEARS[0]} years\b"
    rf"|\b(?:in|binnen|innerhalb von) (?:nur |den )*{_SOME_YEARS[1]} Jahren\b"
    rf"|(?<!\w)за (?:эти )?{_SOME_YEARS[2]} (?:года|лет)(?!\w)|[两三四五六七八九十\d]年[间内来里]",
    re.IGNORECASE,
)
"""A span of years over which something grew."""
_YEARS_BEFORE = re.compile(
    rf"\b{_SOME_YEARS[0]} years (?:earlier|before|ago|previously)\b"
    rf"|\b{_SOME_YEARS[1]} Jahre (?:zuvor|früher|davor)\b|\bvor {_SOME_YEARS[1]} Jahren\b"
    rf"|(?<!\w){_SOME_YEARS[2]} (?:года|лет) (?:назад|ранее)(?!\w)|[两三四五六七八九十\d]年前",
    re.IGNORECASE,
)
_MEANWHILE = re.compile(
    r"\b(?:over|in|during) (?:that|this|the same) (?:time|period|span)\b|\bin dieser Zeit\b"
    r"|(?<!\w)за (?:это время|этот период|тот же период)(?!\w)|在此期间|这期间",
    re.IGNORECASE,
)
_BY_INDEX = re.compile(
    r"(?:数量|物量)指数[^。;；]*$|\b(?:volume|quantity) index\b[^.;]*$"
    r"|\b(?:Mengen|Volumen)index\b[^.;]*$|индекс\w* физическ[^.;]*$",
    re.IGNORECASE,
)


def _split_year(scene: Scene) -> str:
    """Return a time such as 2023-24 that no words of the sentence settle; else nothing."""
    text = scene.apart.text
    for one in when(text, None, scene.sentence.language):
        if one.kind == "split_year" and not any(
            time.start < one.end and one.start < time.end for time in scene.times
        ):
            return text[one.start : one.end]
    return ""


_UP_TO_A_DAY = "it counts up to a day, and since when is not said"


def _is_up_to_a_day(guess: StructuralReading, scene: Scene) -> bool:
    """Whether a bound is nearer in front of a number than its period: "bis zum 29. September"."""
    text, number = scene.apart.text, guess.number
    bounds = [
        (start, end)
        for start, end in up_to_a_day(text[: number.start])
        if not any(time.start < end and start < time.end for time in scene.times)
    ]
    named = [one.start for one in scene.times if one.period == guess.period]
    return bool(bounds) and not any(bounds[-1][1] <= one for one in named)


def _check_span(guess: StructuralReading, scene: Scene) -> None:
    """Refuse a period or base that the words of the sentence speak against.

    Raises
    ------
    Refusal
        If a number of the year so far was read as of a month, a growth since a year as one of the
        last year, or a growth of an index as one of value.
    """
    text, number, period = scene.apart.text, guess.number, guess.period
    if period is None:
        return
    low = scene.gaps.number_before(number.start)
    if not any(time.period == period for time in scene.times) and any(
        not any(time.start <= year.start() < time.end for time in scene.times)
        for year in _YEAR.finditer(scene.sentence.text, 0, number.start)
    ):
        raise Refusal(_WHICH_YEAR)
    if _is_up_to_a_day(guess, scene):
        raise Refusal(_UP_TO_A_DAY)
    if found := _split_year(scene):
        raise Refusal(f"{found!r} {SPLIT_YEAR}")
    is_year_so_far = period.start.month == 1 and period.start != period.end and period.months > 1
    if _TO_DATE.search(text, low, number.start) and not is_year_so_far:
        raise Refusal(_SO_FAR)
    if "fiscal" in guess.flags and period.start.month == 1 and period.months >= 12:
        raise Refusal("a fiscal year, read as one of the calendar")
    if guess.what != "growth":
        return
    if _BY_INDEX.search(text[: number.start]):
        raise Refusal(_HARD["made"])
    if guess.base is None and not scene.earlier and _is_over_years(guess, scene, period):
        raise Refusal(_GREW)


_YEARLY = re.compile(
    r"\bannuali[sz]ed\b|\bcompound(?:ed)? (?:annual|yearly)|\bCAGR\b|\b(?:per annum|p\.a\.)"
    r"|\b(?:annually|each year|every year)\b|\baverage annual\b"
    r"|\bannualisiert|\bjährlich\b|\b(?:pro|je|jedes) Jahr\b|[Jj]ahresdurchschnitt"
    r"|(?<!\w)(?:ежегодно|каждый год|среднегодов\w+|в пересч[её]те на год)(?!\w)"
    r"|年化|年均|每年|逐年|年复合|复合(?:年)?增",
    re.IGNORECASE,
)
"""A rate for each year, whatever time stands beside it."""
_A_RATE = re.compile(
    r"\b(?:annual|yearly) (?:\w+ )?(?:rate|pace)\b|\bjährliche[nr]? (?:\w+)?(?:rate|tempo)\b"
    r"|(?<!\w)(?:ежегодн|годов)\w+ темп",
    re.IGNORECASE,
)
"""So is this of a span of years; of one year it is the rate of that year."""


def _is_yearly(guess: StructuralReading, scene: Scene) -> bool:
    """Whether a rate is one for each year: "at an annualised rate of 4 % from 2000 to 2020"."""
    within = scene.gaps.clause(guess.number.start, guess.number.end)
    if _YEARLY.search(scene.sentence.plain, *within):
        return True
    spans = guess.base is not None or any(time.ends_range for time in scene.times)
    return spans and _A_RATE.search(scene.sentence.plain, *within) is not None


def _is_over_years(guess: StructuralReading, scene: Scene, period: Period) -> bool:
    """Whether something is said to have grown since long ago, since an event, or over years."""
    text, number = scene.apart.text, guess.number
    return (
        any(
            time.period.end < period.before().start
            and time.start < number.start
            and _SINCE.search(text, max(time.start - 8, 0), time.start)
            for time in scene.times
        )
        or is_since_an_event(text, *scene.gaps.clause(number.start, number.end))
        or _IN_YEARS.search(text) is not None
    )


def _check_when(guess: StructuralReading, scene: Scene) -> None:
    """Refuse a period where words say that it is another, which they do not name.

    Raises
    ------
    Refusal
        At "five years earlier", "over that time", and where a time is that of another number.
    """
    text, number = scene.apart.text, guess.number
    at = [time for time in scene.times if time.period == guess.period]
    timed = bool(at)
    if at and all(ends_with(_BOUND, text, time.start) for time in at):
        raise Refusal("a bound of a time, not when it was")
    if not timed and _YEARS_BEFORE.search(text, 0, number.start):
        raise Refusal(_YEARS_AGO)
    if not timed and guess.what == "share" and _MEANWHILE.search(text, 0, number.start):
        raise Refusal(_WHICH_YEAR)
    if is_of_former(guess.number, guess.period, scene):
        raise Refusal("when is not said: the time is that of another number")


_BOUND = re.compile(
    r"(?:\b(?:before|after|until|till|prior to|vor|bis|nach)|(?<!\w)(?:до|после)) $", re.IGNORECASE
)


def _is_later_item(start: int, end: int, number: Span, scene: Scene) -> bool:
    """Whether an area has a number of its own in brackets, in an enumeration behind this one."""
    if start < number.end or not re.search(r"[,;，；、]", scene.apart.text[number.end : start]):
        return False
    opened = re.match(r"\s*[(（]\s*[-+$€£¥]?", scene.apart.text[end:])
    return opened is not None and any(
        one.start in (end + opened.end(), end + opened.end() - 1) for one in scene.apart.numbers
    )


def _written(
    guess: StructuralReading, scene: Scene, kind: str, body: dict[str, Any], says: str
) -> Drafted:
    """Return a claim in its place; raises `Refusal` if a claims file would refuse it."""
    notes = notes_on_members(body)
    if guess.certainty == "likely":
        notes = ("goods are described in words", *notes)
    place = scene.sentence.place(guess.number.start, guess.number.end)
    said = scene.apart.attributed_to
    claim = Drafted(kind, body, says, scene.sentence.text, said, notes, place)
    if why := trouble_with(claim):
        raise Refusal(why)
    return claim


def _place(guess: StructuralReading, scene: Scene, keys: dict[str, Any]) -> Drafted:
    """Return the claim of a place among suppliers or buyers."""
    if "goods-open" in guess.flags:
        raise Refusal("of which goods the place is, is not clear")
    if WORLD in guess.sides:
        raise Refusal("who has the place, or among whose suppliers or buyers, is not clear")
    led = ends_with(_ANOTHER_PLACE, scene.sentence.plain, guess.number.start)
    if led or any(_is_competitor(side, scene) for side in guess.sides):
        raise Refusal("who has the place, or among whose suppliers or buyers, is not clear")
    if {"quantity", "negated"} & set(guess.flags) or scene.apart.text.rstrip().endswith(
        ("?", "？")
    ):
        raise Refusal("a place that is denied, asked for, or by quantity")
    if _ONE_OF.search(scene.apart.text):
        raise Refusal("one of several at the top, or of a part of the countries")
    passing = ends_with(_APPOSED, scene.apart.text, guess.number.start)
    if passing and not any(time.period == guess.period for time in scene.times):
        raise Refusal("a place named in passing: of when it is is not clear")
    if _NO_LONGER.search(scene.apart.text):
        raise Refusal("a place that was lost, or had since a year: of when it is is not clear")
    keys["among"] = "suppliers" if guess.kind in BUYS else "buyers"
    _check_time(guess, scene)
    # To the end, behind `among`: the order in which a claims file is written.
    keys["period"] = keys.pop("period")
    says = scene.sentence.text[guess.number.start : guess.number.end]
    return _written(guess, scene, "rank", keys, says)


def _is_competitor(code: str, scene: Scene) -> bool:
    """Whether a country is but named as one with another place: "the largest, ahead of Peru"."""
    marks = [one for one in scene.areas if one.value == code]
    return bool(marks) and all(ends_with(_IN_ORDER, scene.apart.text, one.start) for one in marks)


_ANOTHER_PLACE = re.compile(
    r"\b(?:\w+(?:th|first|second|third)|\d+(?:st|nd|rd|th)|joint|or|oder)[ -]$|(?<!\w)или $"
    # "From rank 11 to rank 46 of the main suppliers": the one of before, and words of the last.
    r"|\b(?:von|from)(?: dem| the)? $|(?<!\w)со? $|\b(?:Rang|Platz) \w+ (?:der|von) $"
)
"""In front of words of a place, which they make another: "twelfth largest", "second or third"."""
_APPOSED = re.compile(
    r", (?:the|its|their|de[mnrs]|die|das)(?: (?:bei weitem|mit Abstand|by far))? $"
)
"""In front of a place in an apposition: "exports to Peru, the largest buyer of it, rose"."""
_IN_ORDER = re.compile(
    r"(?:\b(?:ahead of|behind|followed by|vor|hinter|gefolgt von)"
    r"|(?<!\w)(?:перед|опередив|обогнав|уступая|после)) (?:the |der |den |dem )?$",
    re.IGNORECASE,
)
_NO_LONGER = re.compile(
    r"\b(?:replac|overt[ao]|displac|oust|no longer|formerly|used to be|lost )"
    r"|\bonce (?:the|its|[A-Z]\w+['’]s)\b"
    r"|\b[Ss]ince (?:19|20)\d\d|abgelöst|verdrängt|überholt|verloren|ehemals|[Ss]eit (?:19|20)\d\d"
    r"|лишил|потерял|утратил|уступил[аои]? (?:место|перв)|вытесн|сменил|обогнал|\bс (?:19|20)\d\d"
    r"|\b(?:traditionally|long been|always been|traditionell|seit jeher)\b|традиционно"
    r"|传统上|历来|一直[是为]"
    r"|取代|曾[是为经]|失去|不再|从\d{4}年(?:开始|起)|自\d{4}年(?:以来|起)",
    re.IGNORECASE,
)
"""A place that changed hands, or that somebody has had for years: of no one time."""


_ONE_OF = re.compile(
    r"\bone of\b|\bamong (?:the|its) (?:top|largest|biggest|main)|\boutside\b"
    r"|\btop (?:\d|ten|five|three)"
    r"|\ba (?:leading|top|main|major|primary)\b|\bein(?:e[nrms]?)? (?:führende|wichtige)[nrms]?\b"
    r"|\b[Ee]ine[rsm]? der\b|\bzu den\b|\baußerhalb\b|\b(?:один|одна|одним|одной) из\b|\bв числе\b"
    r"|\bвне\b|за пределами|之一|以外|之外|前(?:三|五|十)大"
)


def _check_time(guess: StructuralReading, scene: Scene) -> None:
    """Refuse a share or place whose only time is a bound, or stands behind another number."""
    number = guess.number
    every = zip(scene.times, scene.opened_times, strict=True)
    bounds = {one.start: opened for one, opened in every if one.period == guess.period}
    at = [one for one in scene.times if one.period == guess.period]
    if not at:
        return
    if all(bounds.values()):
        raise Refusal("a bound of a time, not when it was")
    near = [one for one in at if one.start < number.start]
    near += [one for one in at if not scene.gaps.begins_number(number.end, one.start)]
    row = in_row(number, scene)
    if not near and len(row) == 1 and not scene.apart.found.of("share"):
        raise Refusal("when is not said")


def _of_many_years(guess: StructuralReading, scene: Scene) -> bool:
    """Whether years stand in a row, and not as many numbers: which is of which is not clear."""
    of_it = (row for row in scene.rows_of_times if any(time.period == guess.period for time in row))
    years = len(next(of_it, ()))
    return years > 1 and len(row_of(guess.number, scene)[1]) != years


def _flow_keys(guess: StructuralReading) -> dict[str, Any]:
    exporter, importer = guess.sides
    keys: dict[str, Any] = {"exporter": exporter, "importer": importer}
    if guess.goods != "all":
        keys["goods"] = guess.goods
    if guess.kind == "trade":
        keys["flow"] = "both"
    keys["period"] = str(guess.period)
    return keys


def _kind(
    guess: StructuralReading,
    scene: Scene,
    like: Sequence[StructuralReading],
    earlier: Sequence[StructuralReading],
    keys: dict[str, Any],
) -> tuple[str, dict[str, Any], int]:
    """Return kind, keys and direction of a claim."""
    number = guess.number
    unit = number.says.unit
    if guess.what == "level":
        if not unit and (currency := _borrowed_currency(guess, scene, like, earlier)):
            keys["currency"] = currency
        elif unit in SHARED_CURRENCIES:
            raise Refusal(unit_refused(unit))
        elif unit not in CURRENCIES and unit not in _QUANTITIES:
            raise Refusal("a number without a unit that a claims file has")
        else:
            keys |= currency_said_elsewhere(number)
        if unit in _QUANTITIES:
            keys["quantity"] = _QUANTITIES[unit]
            if "goods" not in keys:
                raise Refusal(_OF_WHAT)
        if guess.kind in BALANCES:
            return "balance", keys, _sign_of_balance(guess, scene)
        return "value", keys, 0
    if guess.what == "growth":
        return _growth(guess, scene, like, earlier, keys)
    _check_time(guess, scene)
    check_denominator(guess.number, scene.apart)
    if "quantity" in guess.flags or _is_of_weights(guess, scene):
        pieces = any(one.says.unit == COUNTED_IN["items"] for one in scene.apart.numbers)
        keys["quantity"] = "items" if pieces else "mass"
    return (*_share(guess, scene, keys), 0)


def _sign_of_balance(guess: StructuralReading, scene: Scene) -> int:
    """Return -1 for a deficit; refuse goods that are said to be of no balance."""
    if guess.goods != "all" and not any(one.value in BALANCES for one in scene.apart.found.flows):
        raise Refusal(_OF_BALANCE)
    if guess.kind == "deficit":
        return -1
    number = guess.number
    printed = scene.sentence.text[number.start : number.end]
    return balance_sign(number, printed, scene.apart.text)


def _is_of_weights(guess: StructuralReading, scene: Scene) -> bool:
    """Whether the amounts in front of a share are weights: "imported 9 Mt, of which 70 % ..."."""
    before = [one for one in scene.apart.numbers if one.end <= guess.number.start]
    units = [one.says.unit for one in before if one.says.unit not in ("percent", "share", "")]
    return bool(units) and units[-1] in _QUANTITIES


_QUANTITIES = {unit: name for name, unit in COUNTED_IN.items()}
_SCALED = 1e6


def _borrowed_currency(
    guess: StructuralReading,
    scene: Scene,
    like: Sequence[StructuralReading],
    earlier: Sequence[StructuralReading],
) -> str:
    """Return the currency that a number without one has from the one before: "5 bn euros, 3 bn"."""
    if "¥" in scene.sentence.text[guess.number.start : guess.number.end]:
        # A currency's code begins with that of its country.
        home = known_areas().get(guess.home)
        return next((one for one in ("JPY", "CNY") if home and one[:2] == home.alpha2), "")
    # Below a million a bare number is as likely a count.
    if abs(guess.number.says.value) < _SCALED:
        return ""
    before = [
        one.number.says.currency
        for one in like
        if one.number.says.currency and one.number.end <= guess.number.start
    ]
    if not before:
        used = {one.number.says.currency for one in earlier} - {""}
        return used.pop() if len(used) == 1 else ""
    return before[-1]


def _growth(
    guess: StructuralReading,
    scene: Scene,
    like: Sequence[StructuralReading],
    earlier: Sequence[StructuralReading],
    keys: dict[str, Any],
) -> tuple[str, dict[str, Any], int]:
    if guess.kind in BALANCES:
        raise Refusal(_BALANCE_GREW)
    direction = direction_of(guess.number, scene)
    if not direction:
        raise Refusal("whether it rose or fell is not clear")
    kind = basis_of(guess, scene, like, earlier)
    if kind == "quantity_growth" and "goods" not in keys:
        _add_weighed(guess, scene, keys)
        said = scene.apart.found.of("quantity") or _IN_BASIS.match(
            scene.apart.text, guess.number.end
        )
        if "goods" not in keys and not said:
            raise Refusal(_OF_WHAT)
    if guess.base is not None:
        if guess.period is not None and guess.base.end >= guess.period.start:
            raise Refusal("what it is measured against does not lie before it")
        keys["base"] = str(guess.base)
    if kind == "growth":
        currencies = {
            one.number.says.currency
            for one in like
            if one.number.says.currency and one.sides == guess.sides and one.what == "level"
        }
        if len(currencies) == 1:
            keys["currency"] = currencies.pop()
    return kind, keys, direction


def _add_weighed(guess: StructuralReading, scene: Scene, keys: dict[str, Any]) -> None:
    """Add the goods whose quantity grew, named last in the sentence or before it."""
    here = [one.value for one in scene.apart.found.goods if one.end <= guess.number.start]
    if goods := (here[-1] if here else guess.weighed):
        keys["goods"] = goods
    elif _NUMBER_OF.search(scene.apart.text, 0, guess.number.start):
        raise Refusal(_OF_WHAT)


def direction_of(number: Span, scene: Scene) -> int:
    """Return 1 or -1 where the text says that something rose or fell by the number, else 0."""
    apart = scene.apart
    if found := moves(number, apart):
        return found
    text = apart.text
    if number.says.unit == "ratio" and number.says.value > 0:
        printed = scene.sentence.text[number.start : number.end + _FAR]
        if _TIMES.search(printed):
            return -1 if number.says.smaller else 1
    place, row = row_of(number, scene)
    if place:
        # In a row only the first has the verb: "rose by 5 %, 3 % and 2 %".
        return moves(row[0], apart)
    if led := _COLON.search(text, 0, number.start):  # "grew faster: by 22 %"
        cues = [one for one in apart.found.of("up", "down") if one.end <= led.start()]
        if cues and not scene.gaps.begins_number(cues[-1].end, led.start()):
            return 1 if cues[-1].kind == "up" else -1
    before = [one for one in apart.numbers if one.end <= number.start]
    if before and re.fullmatch(r"\s*[(（]\s*", text[before[-1].end : number.start]):
        return moves(before[-1], apart)
    behind = re.match(r"\s*(?:year[- ]on[- ]year |on-year )?\w*\s*(\w+)", text[number.end :])
    for cue in apart.found.of("up", "down"):
        if behind and 0 <= cue.start - number.end <= 20:
            return 1 if cue.kind == "up" else -1
    return _carried_direction(number, scene)


_COLON = re.compile(r"[:：—–]\s*(?:аж |even )?(?:на|by|um)\s*$")
_TIMES = re.compile(
    r"times (?:as (?:much|many|high|large)|more|higher|less|lower|(?:the |that |what )[^,;.]*)"
    r"|раза? (?:больше|меньше|выше|ниже)|(?:вдвое|втрое|вчетверо) (?:больше|меньше|выше|ниже)"
    r"|mal (?:so (?:viel|hoch)|mehr|höher)|倍$|倍[,，。;；]"
)
"""A multiple of what there was before."""


def _carried_direction(number: Span, scene: Scene) -> int:
    """Return the direction of the rate before, which goes on: "rose by 5 %, imports by 3 %"."""
    apart = scene.apart
    same = [one for one in apart.numbers if one.says.unit == number.says.unit == "percent"]
    before = [one for one in same if one.end <= number.start]
    led = _LED.search(apart.text, max(number.start - _FAR, 0), number.start)
    if not before or led is None:
        return 0
    if any(before[-1].end <= cue.start < number.start for cue in apart.found.of("up", "down")):
        return 0
    return moves(before[-1], apart)


_LED = re.compile(r"(?:\b(?:by|um)|(?<!\w)на|[(（])\s*$")


_FAR = 30
"""Numbers back to which an amount still says of what a rate is."""
_QUANTITY_UNITS = ("t", "pieces", "items", "m3", "barrels", "kWh")
_NUMBER_OF = re.compile(r"\bnumber of\b|(?<!\w)числ[оа]\b|\bZahl der\b|\bStückzahl")
_IN_BASIS = re.compile(
    r"\s*(?:[\w-]+ ){0,2}?"
    r"(?:(?P<value>(?:in|by)(?: terms of)? value\b|(?:по|в) стоимост\w+|wertmäßig)"
    r"|(?:in|by)(?: terms of)? (?:volume|quantity|weight)\b"
    r"|(?:in|by) (?:volume|quantity) terms|(?:в|по) (?:натуральн|физическ)\w+|по объ[её]му|по весу"
    r"|mengenmäßig)"
)
"""Behind a rate: of what it is."""
_LED_BASIS = re.compile(
    r"(?<!\w)(?:[Ii]n (?:terms of )?(?:volume|quantity|weight)(?: terms)?|[Mm]engenmäßig"
    r"|[Вв] (?:физическом|натуральном) (?:выражении|объ[её]ме))(?!\w)|按(?:数量|重量)计"
)
"""In front of a rate: of what it is."""
_PIECES = re.compile(
    r"\s*(?:块|台|辆|件|units|pieces|[Tt][Ww]h|ft3|куб|баррел|штук|Stück|Tonnen|тонн|bcm)"
)


def basis_of(  # noqa: C901
    guess: StructuralReading,
    scene: Scene,
    like: Sequence[StructuralReading],
    earlier: Sequence[StructuralReading],
) -> str:
    """Return whether a value, a quantity or a price grew."""
    number, text = guess.number, scene.apart.text
    numbers = scene.apart.numbers
    at = numbers.index(number)
    first = numbers.index(in_row(number, scene)[0])
    low = numbers[first - 1].end if first else 0
    named = [
        cue for cue in scene.apart.found.of("price", "quantity") if low <= cue.start < number.start
    ]
    if said := _IN_BASIS.match(text, number.end):
        return "growth" if said["value"] else "quantity_growth"
    if _LED_BASIS.search(text, low, number.start):
        return "quantity_growth"
    if _DEARER.match(text, number.end) or _BECAME_DEAR.search(text, low, number.start):
        return "price_growth"
    if named:
        return f"{named[-1].kind}_growth"
    if contrast := _basis_by_contrast(text, low, number.start):
        return contrast
    behind = numbers[at + 1] if at + 1 < len(numbers) else None
    before = numbers[at - 1] if at else None
    near = []
    if behind is not None:
        gap = text[number.end : behind.start]
        if len(gap) <= 40 and re.search(
            r"(?:\bto|\bдо|\bauf|至|达|составил\w*|reach\w+|total\w+|[(（])[^,;]{0,12}$", gap
        ):
            near.append(behind)
    if before is not None and len(text[before.end : number.start]) <= 25:
        near.append(before)
    if behind is not None and len(text[number.end : behind.start]) <= 40:
        near.append(behind)
    priced = {one.number.start for one in like if "priced" in one.flags}
    for other in near:
        if other.start in priced:
            return "price_growth"
        if other.says.unit in CURRENCIES:
            return "growth"
        if other.says.unit in _QUANTITY_UNITS or _PIECES.match(text, other.end):
            return "quantity_growth"
    same = [one for one in like if one.what == "level" and one.sides == guess.sides]
    if same and all(one.number.says.unit in _QUANTITY_UNITS for one in same):
        return "quantity_growth"
    if same:
        return "growth"
    # Backwards from the last reading.
    amounts = (
        one for one in earlier[:-_FAR:-1] if one.what == "level" and one.goods == guess.goods
    )
    last = next(amounts, None)
    if last is not None and (last.number.says.unit in _QUANTITY_UNITS or "weighed" in last.flags):
        return "quantity_growth"
    return "growth"


_DEARER = re.compile(r"\s*(?:teurer|billiger|дороже|дешевле|more expensive|cheaper|dearer)\b")
_BECAME_DEAR = re.compile(
    r"(?:verteuert|verbillig|подорожал|подешевел|涨价|降价|[均单]价|价格)[^,，;；.。]{0,25}$"
)
_BASIS = re.compile(
    r"(?P<volume>\bvolumes?\b|\btonnage\b|(?<!\w)объ[её]м\w*|\bMengen?\w*|数量)"
    r"|\bvalues?\b|(?<!\w)стоимост\w*|\bWert\w*|金额|价值",
    re.IGNORECASE,
)


def _basis_by_contrast(text: str, low: int, number: int) -> str:
    """Return which grew in a sentence that sets volume against value; empty if it sets none."""
    if len({one["volume"] is None for one in _BASIS.finditer(text)}) < 2:
        return ""
    said = [one for one in _BASIS.finditer(text) if low <= one.start() < number]
    return "" if not said else "quantity_growth" if said[-1]["volume"] else "growth"


def _check_part_of_goods(number: Span, goods: str, scene: Scene) -> None:
    """Refuse goods as a part where a share is of them: "2 % of all crude oil imports"."""
    behind = [one for one in scene.apart.found.goods if one.start >= number.end]
    if any(
        one.value == goods and 0 <= flow.start - one.end <= 1
        for one in behind
        for flow in scene.apart.found.flows
    ):
        raise Refusal("whose imports or exports the share is of, is not clear")


def _share(
    guess: StructuralReading, scene: Scene, keys: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    check_used(guess.number, scene.apart)
    exporter, importer = keys["exporter"], keys["importer"]
    two = WORLD not in (exporter, importer)
    # Without goods, "exports to Peru made up 32 % of all exports" is Peru's share.
    of_goods = guess.what == "goods" and (guess.goods != "all" or scene.apart.found.goods)
    of_goods = of_goods or is_item_of_goods(scene, guess.number.start)
    if of_goods or not two or is_part_of_two(guess.number, scene, guess.home):
        if guess.goods == "all":
            ahead = [one for one in scene.apart.found.goods if one.end <= guess.number.start]
            goods = ahead[-1:] or list(scene.apart.found.goods[:1])
            if not goods:
                raise Refusal("a share of what is not clear")
            keys["goods"] = goods[0].value
        if guess.kind in BALANCES:
            raise Refusal("a share of a balance, which no kind of claim is about")
        _check_part_of_goods(guess.number, keys["goods"], scene)
        check_part(guess.number, scene.apart.found.goods, scene.apart.text)
        return "ratio", {"of": dict(keys), "to": {k: v for k, v in keys.items() if k != "goods"}}
    check_is_of_country(guess.number, scene.apart)
    of_bought = is_of_purchases(guess.number, scene.apart, exporter)
    if guess.kind == "supply":
        # "Russia supplied 30 %" in a text about the buyer's trade is a share of its imports.
        if guess.partner == guess.home or of_bought:
            return "import_share", keys
        check_part(guess.number, scene.apart.found.goods, scene.apart.text)
    # "China bought 30 % of it" in a text about the seller's trade is a share of its exports.
    if guess.kind in SELLS or (guess.kind == "purchase" and guess.partner == guess.home):
        return "export_share", keys
    if guess.kind in BUYS:
        return "import_share", keys
    if guess.kind == "trade":
        keys.pop("flow", None)
        keys["reporter"] = guess.owner
        return "trade_share", keys
    raise Refusal("a share of a balance, which no kind of claim is about")
