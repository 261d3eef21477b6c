"""What a number is a number of: the kind of claim, and its keys."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.denominators import is_of_growth
from entrepot.claims.draft.draft import Drafted, Refusal
from entrepot.claims.draft.flows import BALANCES, Flow
from entrepot.claims.draft.lexicon import NOWHERE
from entrepot.claims.draft.near import (
    borrowed_unit,
    clause,
    cue_near,
    flow_of_number,
    is_added,
    moves,
    unit_refused,
    year_on_year,
)
from entrepot.claims.draft.parsed_sentence import _OF, GdpMention
from entrepot.claims.draft.refused import (
    balance_sign,
    check_whole,
    is_since_an_event,
    of_nothing_here,
)
from entrepot.claims.draft.shares import (
    is_of_the_share,
    is_share,
    points_between,
    share_of_number,
    stands_at_a_share,
)
from entrepot.claims.draft.slots import check_base, level_period, notes_on, period_of, written
from entrepot.claims.numbers import CURRENCIES
from entrepot.claims.quantity import COUNTED_IN
from entrepot.claims.times import stepped
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from entrepot.claims.draft.parsed_sentence import ParsedSentence
    from entrepot.claims.numbers import Span
    from entrepot.model.period import Period

_TO = {"zh": "(?:总量|总值)?的?(?:大约|约|近|约为)?"}


def _product_at(number: Span, reading: ParsedSentence) -> GdpMention | None:
    """Return the product that a number is of or beside: no other number stands in between."""
    start, end = clause(number, reading)
    for product in reading.products:
        if not start <= product.start < end:
            continue
        begin, stop = min(number.end, product.end), max(number.start, product.start)
        between = [one for one in reading.numbers if begin <= one.start < stop]
        owned = [one for one in reading.numbers if _is_part(one, product, reading)]
        # Where one number is said to be of GDP, the others of the clause are not.
        if not between and (number in owned or not owned):
            return product
    return None


def _is_part(number: Span, product: GdpMention, reading: ParsedSentence) -> bool:
    """Whether a number is said to be a part of the product: "4 % of GDP", "GDP的4%"."""
    text, language = reading.text, reading.language
    if number.end <= product.start:
        return re.fullmatch(_OF[language], text[number.end : product.start]) is not None
    behind = _TO.get(language)
    return behind is not None and (
        re.fullmatch(behind, text[product.end : number.start]) is not None
    )


def claim_of_product(number: Span, reading: ParsedSentence) -> Drafted | None:
    """Return the claim of a number of or beside gross domestic product; None if it is of trade.

    Raises
    ------
    Refusal
        With what is not clear; nothing is guessed.
    """
    product = _product_at(number, reading)
    if product is None:
        return None
    unit = number.says.unit
    if unit in CURRENCIES or borrowed_unit(number, reading) in CURRENCIES:
        return _amount_at_gdp(number, product, reading)
    if unit not in ("percent", "share") or not _is_part(number, product, reading):
        raise Refusal("a number at GDP that is no part of it: of what is not clear")
    if moves(number, reading) and is_added(number, reading):
        raise Refusal("a change in parts of GDP, which no kind of claim is about")
    flow = flow_of_number(number, reading)
    if flow.kind in BALANCES:
        raise Refusal("a balance compared with GDP, which no kind of claim covers")
    area = flow.owner if product.owner == "its" else product.owner
    if not area or area not in flow.sides:
        raise Refusal("whose GDP it is, is not said, or it is of neither side")
    keys: dict[str, Any] = {"exporter": flow.exporter, "importer": flow.importer, "area": area}
    if flow.goods != "all":
        keys["goods"] = flow.goods
    if flow.kind == "trade":
        keys["flow"] = "both"
    keys["period"] = str(level_period(number, reading))
    notes = notes_on(flow, reading, number)
    quote = reading.sentence.text
    return Drafted("gdp_share", keys, written(number, reading), quote, reading.attributed_to, notes)


def _amount_at_gdp(number: Span, product: GdpMention, reading: ParsedSentence) -> Drafted:
    start, end = clause(number, reading)
    places = [flow.start for flow in reading.flows]
    places += [area.start for area in reading.found.areas]
    # An amount in front of GDP, or with a flow or country in its clause, may be one of trade.
    apart = number.start < product.end or any(start <= place < end for place in places)
    if apart or product.owner in ("", "its", WORLD, NOWHERE) or is_added(number, reading):
        raise Refusal("an amount at GDP: whose, or of what, is not clear")
    keys = {"area": product.owner, "period": str(level_period(number, reading))}
    if borrowed := borrowed_unit(number, reading):
        keys["currency"] = borrowed
    quote = reading.sentence.text
    return Drafted("gdp", keys, written(number, reading), quote, reading.attributed_to)


_ADJACENT = 12
_A_YEAR = 12
GROWTHS = ("growth", "price_growth", "quantity_growth")


def claim_of_number(number: Span, reading: ParsedSentence) -> Drafted:
    """Return the claim that a number makes.

    Raises
    ------
    Refusal
        With what is not clear; nothing is guessed.
    """
    if why := of_nothing_here(number, reading):
        raise Refusal(why)
    if claim := claim_of_product(number, reading):
        return claim
    says = number.says
    counted = says.unit in CURRENCIES or says.unit in _QUANTITIES
    if counted or borrowed_unit(number, reading) in CURRENCIES:
        return _amount(number, reading)
    if says.unit == "points":
        return share_of_number(number, reading, change=True)
    borrowed = borrowed_unit(number, reading)
    if says.unit == "" and not borrowed and not cue_near(number, reading, "hhi"):
        raise Refusal("a number without a unit")
    if cue_near(number, reading, "hhi"):
        return _concentration(number, reading)
    if is_share(number, reading):
        return share_of_number(number, reading, change=False)
    if says.unit not in ("", "percent", "share", "ratio"):
        raise Refusal(unit_refused(says.unit))
    if says.unit == "ratio" and not moves(number, reading):
        return _ratio(number, reading)
    return _growth(number, reading)


_MAINLY = {
    "en": (
        r"(?:mainly|mostly|primarily|chiefly) ([a-z-]+(?: and [a-z-]+)?)"
        r" (?:worth|valued at|for) "
    ),
    "de": (
        r"(?:hauptsächlich|vor allem|überwiegend) ([A-ZÄÖÜ][\w-]+(?: und [\w-]+)?)"
        r" (?:im Wert von|für) "
    ),
    "ru": (
        r"(?:главным образом|в основном|преимущественно) ([а-яё-]+(?: и [а-яё-]+)?)"
        r" на (?:сумму )?"
    ),
    "zh": r"(?!)",
}
"""In front of an amount: of which goods it is."""
_LONGEST = 100


def _amount(number: Span, reading: ParsedSentence) -> Drafted:
    flow = flow_of_number(number, reading)
    window = reading.text[max(0, number.start - _LONGEST) : number.start]
    mainly = re.search(rf"(?<!\w){_MAINLY[reading.language]}$", window)
    if mainly and flow.goods == "all":
        raise Refusal(f"{mainly[1]!r} may name goods, and no code is known for it")
    if flow.kind not in BALANCES and is_added(number, reading):
        raise Refusal("a change in money or tonnes, which no kind of claim is about")
    like = [
        other
        for other in reading.numbers
        if other.says.unit == number.says.unit or borrowed_unit(other, reading)
    ]
    if len(like) > 1 and reading.found.of("came", "went", "accounts"):
        raise Refusal("which amount is the whole and which the part is not clear")
    if cue_near(number, reading, "price"):
        raise Refusal("a price, not a value of trade")
    keys = _flow_keys(flow)
    if flow.kind in BALANCES:
        # A balance is of both ways by its kind; the key would be refused.
        keys.pop("flow", None)
        printed = reading.sentence.text[number.start : number.end]
        surplus = flow.kind != "deficit"
        says = written(
            number, reading, balance_sign(number, printed, reading.text) if surplus else -1
        )
        return _claim("balance", keys, says, number, reading, flow)
    says = written(number, reading)
    if borrowed := borrowed_unit(number, reading):
        keys["currency"] = borrowed
    if quantity := _QUANTITIES.get(number.says.unit):
        keys["quantity"] = quantity
    return _claim("value", keys, says, number, reading, flow)


_QUANTITIES = {unit: name for name, unit in COUNTED_IN.items()}


def _growth(number: Span, reading: ParsedSentence) -> Drafted:
    direction = moves(number, reading)
    if not direction:
        raise Refusal("per cent of what, or since when, is not clear")
    at_share = cue_near(number, reading, "share") and not _is_share_of_next(number, reading)
    if at_share or stands_at_a_share(number, reading):
        return _growth_of_share(number, reading)
    if number.says.relation == "comparable":
        raise Refusal("a comparison in words, which is no growth")
    if is_of_growth(number):
        raise Refusal("a part of a growth, which no kind of claim is about")
    flow = flow_of_number(number, reading)
    if flow.kind in BALANCES:
        raise Refusal("the growth of a balance, which no kind of claim is about")
    keys = _flow_keys(flow)
    kind = _growth_of(number, reading)
    says = written(number, reading, direction)
    currency = _currency(number, flow, reading) if kind == "growth" else ""
    if currency:
        keys["currency"] = currency
    drafted = _claim(kind, {**keys, **_since(number, reading)}, says, number, reading, flow)
    if kind == "growth" and not currency:
        unsaid = "the currency of the rate is not said: without one it is taken as in dollars"
        drafted = replace(drafted, notes=(*drafted.notes, unsaid))
    return drafted


def _is_share_of_next(number: Span, reading: ParsedSentence) -> bool:
    """Whether all shares near a growth are said of the number behind: 增长4%，占进口的14%."""
    start, end = clause(number, reading)
    cues = [cue for cue in reading.found.of("share") if start <= cue.start < end]
    return all(
        _NEW_PART.search(reading.text, number.end, cue.start) is not None
        and any(one.start >= cue.end and one.says.unit == "percent" for one in reading.numbers)
        for cue in cues
    )


_NEW_PART = re.compile("[,，]")


def _growth_of_share(number: Span, reading: ParsedSentence) -> Drafted:
    if shares := points_between(number, reading):
        raise Refusal(f"per cent for points? {shares} are points of the share")
    if not is_of_the_share(number, reading):
        raise Refusal(
            "whether the share or the trade changed by it is not clear: "
            "if the share, write it as change, relative: true"
        )
    return share_of_number(number, reading, change=True)


def _since(number: Span, reading: ParsedSentence) -> dict[str, str]:
    """Return the base of a growth as keys, none where it is the year before.

    Raises
    ------
    Refusal
        If it is of several years and nothing says since when, or its base is none.
    """
    base, period = _base(number, reading), period_of(number, reading)
    if base is None:
        if period.months > _A_YEAR:
            raise Refusal("a growth over years: from the first to the last, or of all: not clear")
        event = is_since_an_event(reading.text, *clause(number, reading))
        if event and not reading.timing.year_before:
            raise Refusal("since which year it grew is not clear")
        return {}
    check_base(base, period)
    return {"base": str(base)}


def _base(number: Span, reading: ParsedSentence) -> Period | None:
    """Return what a growth is measured against; None if nothing says it.

    Raises
    ------
    Refusal
        If it is the month or quarter before, and the period is none.
    """
    base = reading.timing.base(number, reading.numbers)
    if base is not None:
        return base
    if reading.context.compared and not reading.timing.times and not reading.timing.year_before:
        raise Refusal("since when is not said: the sentence before compares with another year")
    steps = {cue.value for cue in reading.found.of("mom")}
    if steps and not year_on_year(number, reading):
        period = period_of(number, reading)
        kind = {"M": "month_earlier", "Q": "quarter_earlier"}.get(period.freq, "")
        before = stepped(period, kind) if period.freq in steps else None
        if before is None:
            raise Refusal("the month or quarter it is measured against is not clear")
        return before
    return period_of(number, reading).before() if year_on_year(number, reading) else None


def _growth_of(number: Span, reading: ParsedSentence) -> str:
    """Return whether a value, a price or a quantity grew: where both are named, the nearer one."""
    start, end = clause(number, reading)
    named = [cue for cue in reading.found.of("price", "quantity") if start <= cue.start < end]
    before = [cue for cue in named if cue.end <= number.start]
    chosen = (before[-1:] or named[:1])[:1]
    return f"{chosen[0].kind}_growth" if chosen else "growth"


def _currency(number: Span, flow: Flow, reading: ParsedSentence) -> str:
    """Return the currency of a growth rate where the sentence says it.

    Either in words, or by an amount of the same flow beside it: "fell 6.5 % to 1.63 trillion yuan".
    """
    start, end = clause(number, reading)
    cues = reading.found.of("currency")
    said = {cue.value for cue in cues if start <= cue.start < end}
    like = [other for other in reading.numbers if other.says.unit == number.says.unit]
    # Several rates of several flows: a currency in words is of the one right in front of it.
    if len(said) > 1 or (said and len({_flow_or_none(one, reading) for one in like}) > 1):
        said = {cue.value for cue in cues if 0 <= cue.start - number.end <= _ADJACENT}
        if len(said) != 1:
            raise Refusal("in which currency it grew is not clear")
    if said:
        return said.pop()
    amounts = [other for other in reading.numbers if other.says.currency]
    amounts = [other for other in amounts if _flow_or_none(other, reading) == flow]
    currencies = {other.says.currency for other in amounts if start <= other.start < end}
    if len(currencies) == 1:
        return currencies.pop()
    if cues:
        # "In yuan terms, exports … and imports …": in front of all numbers it holds for all.
        leads = all(cue.end <= reading.numbers[0].start for cue in cues)
        if not leads or len({cue.value for cue in cues}) > 1:
            raise Refusal("in which currency it grew is not clear")
        return cues[0].value
    currencies = {other.says.currency for other in amounts}
    return currencies.pop() if len(currencies) == 1 else ""


def _flow_or_none(number: Span, reading: ParsedSentence) -> Flow | None:
    try:
        return flow_of_number(number, reading)
    except Refusal:
        return None


def _concentration(number: Span, reading: ParsedSentence) -> Drafted:
    flow = flow_of_number(number, reading)
    if flow.kind not in ("import", "purchase") or not flow.importer:
        raise Refusal("whose imports the concentration is of is not clear")
    keys = _flow_keys(flow)
    keys.pop("exporter", None)
    says = written(number, reading)
    return _claim("hhi", keys, says, number, reading, flow)


def _ratio(number: Span, reading: ParsedSentence) -> Drafted:
    """Read "A's exports to B were five times its exports to C", or five times an amount."""
    if sides := adjacent_amounts(number, reading):
        return _of_amounts(number, *sides, reading)
    before = [flow for flow in reading.flows if flow.end <= number.start]
    after = [flow for flow in reading.flows if flow.start >= number.end]
    if not before or not after:
        raise Refusal("a multiple of what is not clear")
    of, to = before[-1], after[0]
    for flow in (of, to):
        if flow.trouble or not flow.has_both_sides:
            raise Refusal(flow.trouble or "a multiple of what is not clear")
    period = str(period_of(number, reading))
    keys = {name: {**_flow_keys(flow), "period": period} for name, flow in (("of", of), ("to", to))}
    says = written(number, reading)
    notes = notes_on(of, reading, number)
    return Drafted("ratio", keys, says, reading.sentence.text, reading.attributed_to, notes)


def _of_amounts(number: Span, one: Span, other: Span, reading: ParsedSentence) -> Drafted:
    """Read "$12.3 billion in 2023, ten times the $6.5 billion of 2021"."""
    of, to = _amount(one, reading), _amount(other, reading)
    if "balance" in (of.kind, to.kind) or of.keys == to.keys:
        raise Refusal("a multiple of what is not clear")
    money = one.says.currency
    keys = {
        name: {**claim.keys, **({"currency": money} if money in CURRENCIES else {})}
        for name, claim in (("of", of), ("to", to))
    }
    says = written(number, reading)
    return Drafted("ratio", keys, says, reading.sentence.text, reading.attributed_to, of.notes)


def _flow_keys(flow: Flow) -> dict[str, Any]:
    """Return the keys of a flow as a claims file has them, without the period."""
    keys: dict[str, Any] = {"exporter": flow.exporter, "importer": flow.importer}
    if flow.goods != "all":
        keys["goods"] = flow.goods
    if flow.kind == "trade":
        keys["flow"] = "both"
    return keys


def _claim(
    kind: str, keys: dict[str, Any], says: str, number: Span, reading: ParsedSentence, flow: Flow
) -> Drafted:
    if kind not in GROWTHS and "goods" in keys:
        check_whole(number, reading.numbers, reading.found.goods, reading.text)
    when = period_of if kind in GROWTHS else level_period
    keys = {**keys, "period": str(when(number, reading))}
    notes = notes_on(flow, reading, number)
    return Drafted(kind, keys, says, reading.sentence.text, reading.attributed_to, notes)


_BEFORE = {
    "en": r"[^,;:]*,\s*(?:or |that is |which is |which was )?",
    "de": r"[^,;:]*,\s*(?:also |das ist |das sind |und damit )?(?:das )?",
}
"""Between an amount and a multiple in apposition to it, without a subject of its own."""
_OF_THEM = {"en": r"\s*(?:of )?(?:the|that of)\s*", "de": r"\s*(?:von|der|die|den)\s*"}


def adjacent_amounts(number: Span, reading: ParsedSentence) -> tuple[Span, Span] | None:
    """Return the two amounts that a multiple says are so many times each other, the larger first.

    None where it stands between no two amounts in one currency, or something else is named between.
    """
    place = reading.numbers.index(number)
    if reading.language not in _OF_THEM or not 0 < place < len(reading.numbers) - 1:
        return None
    # Amount, multiple, amount: "$9 bn, three times the $3 bn".
    one, other = reading.numbers[place - 1], reading.numbers[place + 1]
    if not one.says.currency or one.says.currency != other.says.currency:
        return None
    if any(one.end <= flow.start < number.start for flow in reading.flows):
        return None
    before = reading.between(one.end, number.start)
    behind = reading.between(number.end, other.start)
    leads = re.fullmatch(_BEFORE[reading.language], before, re.IGNORECASE)
    return (one, other) if leads and re.fullmatch(_OF_THEM[reading.language], behind) else None
