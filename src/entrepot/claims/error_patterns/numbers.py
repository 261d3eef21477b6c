"""Likely errors in the number itself: its sign, scale, digits or money, per cent for points."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from entrepot.claims.error_patterns.context import (
    AROUND,
    Correction,
    KnownInterval,
    Proposal,
    at_least_once,
    covers,
    luck,
)
from entrepot.claims.numbers import read_says
from entrepot.claims.quantity import HOME, in_data_units
from entrepot.claims.quantity_text import claimed, like, span, stated
from entrepot.claims.statements import CUSTOMS_SLACK
from entrepot.errors import RequestError
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from entrepot.claims.document import Claim
    from entrepot.claims.error_patterns.context import KnownValues
    from entrepot.model.period import Period

# What an edit of digits may leave: no zero in front, no two marks in a row.
_WELL_FORMED = re.compile(r"(?:0|[1-9]\d*)(?:[.,]\d+)*")
A_DIGIT = "one digit wrong"
LEAST_DIGITS = 4
"""One wrong digit of three leads to one in seven of the numbers around: that says little."""
EXACT = 3
"""What leaves this many times the room of a number's digits (a sum of three such) pins them."""
_NAMES = ("thousands", "millions", "billions", "trillions")
# Factor, in how many ways such an error may happen, words, and more words for a text in Chinese.
_SCALES = (
    (1e3, 2, "a thousand times as much", ""),
    (1e-3, 2, "a thousandth", ""),
    (1e4, 6, "ten thousand times as much", ": 万 or 亿 misread"),
    (1e-4, 6, "a ten-thousandth", ": 万 or 亿 misread"),
    (1e6, 6, "a million times as much", ""),
    (1e-6, 6, "a millionth", ""),
    (10.0, 40, "ten times as much", ": 亿 is a tenth of a billion"),
    (0.1, 40, "a tenth", ": 亿 is a tenth of a billion"),
)
_CHINESE_SCALE = re.compile("[万萬亿億]")


def sign(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that a change or balance has the other sign."""
    signed = claim.quantity.measure == "balance" or claim.quantity.unit in ("percent", "points")
    # An interval around zero fits with either sign.
    if not signed or claim.interval.low <= 0 <= claim.interval.high:
        return
    says, ends = claim.says, claim.interval
    turned = replace(says, value=-says.value, low=-says.high, high=-says.low)
    right = claim.saying(turned, Interval(-ends.high, -ends.low))
    corrected = _shown(right) if says.relation != "=" else claimed(right)
    if claim.quantity.measure == "balance" and math.isfinite(ends.width):
        # "a surplus of $13.8 billion" names its side in words, not by a minus
        side = "surplus" if right.interval.low > 0 else "deficit"
        corrected = f"a {side} of {stated(abs(right.interval.middle), claim.quantity.unit)}"
    text = f"{claimed(claim)} has the wrong sign; it should read {corrected}."
    yield from view.number("sign", Correction(right, corrected, text), ways=1)


def unit_scale(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that an amount is off by the scale of its unit."""
    if claim.quantity.unit in ("percent", "points", "share", "ratio", "index", "rank"):
        return
    says = claim.says
    in_chinese = _CHINESE_SCALE.search(says.text)
    for factor, ways, words, chinese in _SCALES:
        scaled = replace(
            says,
            value=says.value * factor,
            low=says.low * factor,
            high=says.high * factor,
            step=says.step * factor,
        )
        right = claim.saying(scaled, claim.interval.scaled(factor))
        corrected = _shown(right)
        right = right.saying(replace(scaled, text=corrected), right.interval)
        scales = _scales_exchanged(says.value, factor)
        why = chinese if in_chinese else scales
        text = f"{claimed(claim)} fits as {corrected}, {words}{why}."
        yield from view.number("unit_scale", Correction(right, corrected, text), ways=ways)


def _scales_exchanged(value: float, factor: float) -> str:
    """Return which words of scale were exchanged for a factor of a thousand, else nothing."""
    if factor not in (1e3, 1e-3) or not value:
        return ""
    place = math.floor(math.log10(abs(value)) / 3)
    read, meant = place, place + (1 if factor > 1 else -1)
    if min(read, meant) < 1 or max(read, meant) > len(_NAMES):
        return ""
    return f": {_NAMES[read - 1]} for {_NAMES[meant - 1]}"


def _shown(claim: Claim) -> str:
    """Return what a claim says as a number, or as a bound where it is open on one side."""
    if math.isfinite(claim.interval.width):
        return stated(claim.interval.middle, claim.quantity.unit)
    return span(claim.interval, claim.quantity.unit)


def digits(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that two digits are exchanged, or one is dropped, doubled or wrong."""
    numeral = re.search(r"\d[\d.,]*\d|\d", claim.says.text)
    if numeral is None or claim.says.relation == "between":
        return
    meant = view.meant(claim)
    # Where less is known than is printed, one wrong digit leads to some number that fits.
    exact = any(known.width <= EXACT * claim.interval.width for known in meant)
    for rights, ways, words in _readings(claim, numeral[0]):
        # Edits that miss by far (a digit dropped in front) were never likely to fit by chance.
        near = sum(_is_near(one, known) for one in rights for known in meant[:1])
        if words == A_DIGIT and not exact:
            continue
        for right in rights:
            # Cheap first: hundreds of edits, of which few come near what is known.
            if not view.could_mean(right):
                continue
            corrected = claimed(right)
            because = f"{claimed(claim)} fits as {corrected}, {words}."
            change = Correction(right, corrected, because)
            finer = _finer(right, claim, meant)
            yield from view.number("digits", change, ways=ways * finer, tries=max(1, near))


def _finer(right: Claim, claim: Claim, meant: tuple[Interval, ...]) -> float:
    """Return how many numbers with the digits of a right one fit what is known: it is one of them.

    6.51 may be 6.351 with a digit dropped, but so it may be of ten numbers around 6.35: a digit
    more than is printed, and than is known, is a digit of choice.
    """
    if right.interval.width >= claim.interval.width:
        return 1.0
    known = min((one.width for one in meant if one.meets(right.interval)), default=0.0)
    most = claim.interval.width / right.interval.width
    return max(1.0, min(known / right.interval.width, most))


@lru_cache(maxsize=256)
def _readings(claim: Claim, numeral: str) -> tuple[tuple[tuple[Claim, ...], int, str], ...]:
    """Return what a claim may have meant to say, in how many ways each may go wrong, and how."""
    start, _, end = claim.says.text.partition(numeral)
    found = []
    for texts, ways, words in _edits(numeral):
        read = [_read(claim, start + text + end) for text in texts if _WELL_FORMED.fullmatch(text)]
        rights = (one for one in read if one is not None and one.interval != claim.interval)
        found.append((tuple(rights), ways, words))
    return tuple(found)


def _is_near(claim: Claim, known: Interval) -> bool:
    """Whether a number is one that chance could have hit as well as what is known."""
    said, standing = (claim.quantity.quotient(one).middle for one in (claim.interval, known))
    return not standing or 1 / AROUND <= abs(said / standing) <= AROUND


def _edits(numeral: str) -> Iterator[tuple[list[str], int, str]]:
    """Yield numerals that may have been meant, in how many ways each may go wrong, and how."""
    places = [place for place, sign in enumerate(numeral) if sign.isdigit()]

    def exchanged(one: int, other: int) -> str:
        signs = list(numeral)
        signs[one], signs[other] = signs[other], signs[one]
        return "".join(signs)

    # Neighbours are taken for the likelier exchange: fewer ways than far pairs, below.
    near = list(dict.fromkeys(exchanged(a, b) for a, b in itertools.pairwise(places)))
    pairs = [(a, b) for a in places for b in places if b > a]
    far = [text for a, b in pairs if (text := exchanged(a, b)) not in near]
    doubled = [
        numeral[:b] + numeral[b + 1 :]
        for a, b in itertools.pairwise(places)
        if numeral[a] == numeral[b]
    ]
    dropped = [
        numeral[:place] + digit + numeral[place:]
        for place in range(len(numeral) + 1)
        for digit in "0123456789"
    ]
    count = len(places)
    yield near, 2 * max(1, count - 1), "two digits exchanged"
    yield doubled, 3 * count, "a digit doubled"
    yield list(dict.fromkeys(dropped)), 3 * (count + 1), "a digit dropped"
    yield far, 8 * max(1, len(pairs)), "two digits exchanged"
    if count >= LEAST_DIGITS:
        wrong = [
            numeral[:place] + digit + numeral[place + 1 :]
            for place in places
            for digit in "0123456789"
            if digit != numeral[place]
        ]
        yield wrong, 9 * count, A_DIGIT


def _read(claim: Claim, text: str) -> Claim | None:
    try:
        says = read_says(text)
        return claim.saying(says, in_data_units(says, claim.quantity))
    except (RequestError, ValueError):  # no number, or none that there can be
        return None


def percent_points(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that per cent stand for points in the change of a share, or points for per cent."""
    then = claim.quantity.less
    if then is None:
        return
    for pin in view.pins(claim, then):
        base = pin.interval
        if base.low <= 0 or base.width > 0.1 * base.middle:  # then anything fits
            continue
        if claim.quantity.measure == "share_change":
            # d % of a share s are d × s points; both stay in the units of the data.
            meant = claim.interval * base
            words = f"{claim.says.text} is the change in per cent of {stated(base.middle, 'share')}"
        else:
            meant = claim.interval / base
            words = f"{claim.says.text} is the change in points from {stated(base.middle, 'share')}"
        corrected = _shown(claim.saying(claim.says, meant))
        says = replace(claim.says, text=corrected)
        change = Correction(claim.saying(says, meant), corrected, f"{words}; it reads {corrected}.")
        yield from view.number("percent_points", change, ways=1)


MONEY = ("USD", *HOME)
LATEST = timedelta(days=366)
"""How long after its period an amount may have been converted, where a text has no date."""


@dataclass(frozen=True, slots=True)
class _Rate:
    """Units of the other currency per dollar, and when."""

    value: float
    period: Period


def currency(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that the number is right in another currency."""
    own = claim.quantity.of[0][0].currency if claim.quantity.of else ""
    # In a share or ratio the currency cancels, so that a mistaken one changes nothing.
    if own not in MONEY or claim.quantity.cancels:
        return
    for other in MONEY:
        if other == own:
            continue
        quantity = claim.quantity.mapped(currency=other, reporter=_reporter(claim, other))
        pins = [*view.pins(claim, quantity), *_converted(claim, other, view)]
        if quantity.to:
            text = f"{claimed(claim)} is the change in {other}, not in {own}"
        else:
            there = _in_own_digits(replace(claim, quantity=quantity))
            text = f"the number is right in {other}, as {there}, not in {own}"
        source = _source_of(claim, other, view)
        # A currency that nothing in the text suggests needs a closer hit to be believed.
        tries = 2 if _is_at_hand(claim, other, view) else 12
        yield from view.other("currency", claim, pins, text, tries=tries, source=source)


def _in_own_digits(claim: Claim) -> str:
    """Return a number in its own digits with its currency, or as a bound."""
    if math.isfinite(claim.interval.width):
        return like(claim, claim.interval.middle)
    return span(claim.interval, claim.quantity.unit)


def _is_at_hand(claim: Claim, money: str, view: KnownValues) -> bool:
    """Whether a currency is that of a side, or one that the text counts in elsewhere."""
    level = claim.quantity.of[0][0]
    used = {one.currency for c in view.case.document.claims for one in c.quantity.levels()}
    return money == "USD" or HOME[money] in (level.exporter, level.importer) or money in used


def _reporter(claim: Claim, money: str) -> str:
    """Return whose statistics an amount in another currency would be of."""
    home, level = HOME.get(money, ""), claim.quantity.of[0][0]
    return home if home in (level.exporter, level.importer) else level.reporter


def _converted(claim: Claim, other: str, view: KnownValues) -> Iterator[KnownInterval]:
    """Yield the amount meant in another currency, at the rates of its period."""
    level = claim.quantity.of[0][0]
    rate = view.case.facts.flow_rate(other, level.currency, level.period)
    if rate is None or claim.quantity.to:
        return
    # Whoever reads one currency for another prints the amount as it was converted: all that a
    # flow's own months may do to its rate would let any number fit.
    rate = Interval.point(rate.middle).widened(CUSTOMS_SLACK)
    for known in view.meant(claim):
        # What is open by its own size would fit at any rate.
        if known.width < abs(known.middle):
            yield KnownInterval(known * rate, f"at the rate of {level.period}")


def spot_rate(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that an amount was converted at a rate from the end of its period or later."""
    own = claim.quantity.of[0][0].currency if claim.quantity.of else ""
    if claim.quantity.measure not in ("value", "balance") or own not in MONEY:
        return
    for other in MONEY if own == "USD" else ("USD",):
        for amount in _amounts(claim, other, view) if other != own else ():
            rates = list(_rates(other if own == "USD" else own, claim, view))
            yield from _at_one(claim, view, amount, other, rates)


def _at_one(
    claim: Claim, view: KnownValues, amount: Interval, other: str, rates: list[_Rate]
) -> Iterator[Proposal]:
    """Yield the nearest of the rates that fit: all that do are one explanation."""
    to_dollars = other != "USD"
    values = [(amount.scaled(1 / r.value if to_dollars else r.value), r) for r in rates]
    fitting = [(value, rate) for value, rate in values if value.meets(claim.interval)]
    right, corrected = view.right(claim)
    if not fitting or right is None:
        return
    middle = claim.interval.middle
    value, nearest = min(fitting, key=lambda pair: abs(pair[0].middle - middle))
    source = _source_of(claim, other, view)
    text = _text(claim, amount, other, nearest, value, view)
    change = Correction(right, corrected, text, source)
    # Over all rates tried, so that one lucky day of a hundred weighs little.
    hits = sum(covers(claim, one) for one, _ in fitting)
    hull = values[0][0]
    for one, _ in values:
        hull = hull.hull(one)
    # Rates of neighbouring days are no independent tries: their common span bounds the chance too.
    chance = min(at_least_once(luck(claim, value), len(rates)), luck(claim, hull))
    yield Proposal("spot_rate", (change,), chance, hits / len(rates) / view.open(claim))


def _amounts(claim: Claim, money: str, view: KnownValues) -> Iterator[Interval]:
    """Yield the amount in the other currency, as the text or its series has it."""
    same = claim.quantity.mapped(currency=money)
    for other in view.case.document.claims:
        alike = other.quantity.key() == same.key() and view.trusts(other.id)
        if alike and math.isfinite(other.interval.width):
            yield other.interval
    reporter = claim.quantity.mapped(currency=money, reporter=_reporter(claim, money))
    left = view.left(reporter)
    if left is not None and left.low > 0 and left.width < 0.02 * left.middle:
        yield left
    for known in view.case.facts.totals(same.of)[:1]:
        yield known.interval


def _source_of(claim: Claim, money: str, view: KnownValues) -> str:
    same = claim.quantity.mapped(currency=money).key()
    claims = view.case.document.claims
    return next((other.id for other in claims if other.quantity.key() == same), "")


def _rates(money: str, claim: Claim, view: KnownValues) -> Iterator[_Rate]:
    """Yield the rates of months and days from the period's last month to the publication."""
    period = claim.quantity.of[0][0].period
    published = view.case.document.source.published
    latest: date = published.end if published else period.end + LATEST
    # From the last month on: earlier rates are part of the period's own average.
    first = period.end.replace(day=1)
    for row in view.case.facts.statements.rates[money]:
        short = row.period.freq in ("M", "D")
        if short and row.value and first <= row.period.start and row.period.start <= latest:
            yield _Rate(row.value, row.period)


def _text(
    claim: Claim, amount: Interval, other: str, rate: _Rate, value: Interval, view: KnownValues
) -> str:
    when = f"of {rate.period}" if rate.period.freq == "D" else f"of {rate.period.start:%B %Y}"
    own = claim.quantity.of[0][0].currency
    period = claim.quantity.of[0][0].period
    text = (
        f"{stated(amount.middle, other)} at {rate.value:.3f} to the dollar, the rate {when}, "
        f"is {stated(value.middle, own)}"
    )
    unit = other if other != "USD" else own
    used = view.case.facts.rate(unit, period)
    if used is None:
        return f"{text}."
    right = amount.middle / used.middle if other != "USD" else amount.middle * used.middle
    return (
        f"{text}; at the rate customs used for {period}, {used.low:.2f} to {used.high:.2f}, "
        f"it is {stated(right, own)}."
    )
