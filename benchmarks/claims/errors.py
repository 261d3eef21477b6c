"""One error of each kind that print makes, put into a text that was right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from benchmarks.claims.levels import EURO
from benchmarks.claims.texts import SHARES, Claim, amount, number, truth

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from benchmarks.claims.levels import World

__all__ = ["KINDS", "Error", "spoil", "wanted"]


@dataclass(frozen=True)
class Error:
    """What was done to a text.

    Attributes
    ----------
    claims
        As they read now.
    accepted
        The kinds that name the error rightly.
    known
        Whether the text has the number that was taken for another one: else no kind can be told.
    """

    kind: str
    claims: tuple[Claim, ...]
    accepted: frozenset[str]
    known: bool = True


def _target(world: World, kind: str, chance: random.Random) -> list[Claim]:
    """Return the claims an error needs in the text: the first is the one to spoil."""
    last, before = world.years[-1], world.years[-2]
    partner, goods = world.partners[0], world.goods[0]
    outward = chance.random() < 0.5 or world.topic in ("minerals", "mirror")
    share = "export_share" if outward else "import_share"
    value = Claim("value", partner, outward, last, goods=goods)
    then = replace(value, period=before)
    growth = Claim("growth", partner, outward, last, before, goods=goods)
    whole = [Claim("value", "WLD", way, when) for way in (outward, not outward) for when in (last,)]
    of_world = Claim(share, partner, outward, last)
    around = [value, then, growth, *_twice(world, value, before)]
    chance.shuffle(around)
    if kind == "mixed_years" and chance.random() < 0.5:
        return [growth, *around, replace(value, period=world.years[-3])]
    if kind in ("denominator", "mixed_years"):
        totals = [*whole, Claim("value", "WLD", outward, before)]
        return [of_world, *around, *totals]
    if kind == "percent_points":
        shares = [of_world, replace(of_world, period=before)]
        totals = [Claim("value", "WLD", outward, when) for when in (last, before)]
        change = Claim("change", partner, outward, last, before, decimals=2)
        return [change, *shares, value, then, *totals]
    if kind == "territory" and world.wider:
        narrow, more = world.wider
        first = replace(value, partner=narrow)
        return [
            first,
            replace(first, partner=more),
            replace(first, period=before),
            replace(growth, partner=narrow),
            replace(of_world, partner=narrow),
            *whole,
        ]
    if kind == "partial_period" and world.parts:
        return [value, replace(value, period=world.parts[last]), *around]
    if kind == "direction":
        return [value, replace(value, outward=not outward), *around]
    if kind in ("sign", "stale"):
        first = growth
        if kind == "sign" and goods == "all" and chance.random() < 0.3:
            first = Claim("balance", partner, True, last)
        if kind == "stale" and goods == "all" and chance.random() < 0.4:
            return [of_world, replace(of_world, period=before), growth, *around, *whole]
        return [first, *around, replace(growth, period=before, base=world.years[-3])]
    return [around[0], *around[1:]]


def _twice(world: World, value: Claim, before: str) -> list[Claim]:
    """Return claims that say once more what the levels of two years are: so one can be blamed."""
    found = []
    for one in (value, replace(value, period=before)):
        if value.goods == "all" and world.topic != "mirror":
            found += [replace(one, outward=not one.outward), replace(one, both=True)]
        elif "all" in world.goods:
            found += [replace(one, goods="all"), replace(one, kind="ratio", to="all")]
        else:
            other = world.partners[1]
            found += [replace(one, partner=other), replace(one, kind="ratio", to=other)]
    if value.goods == "all" and world.topic != "mirror":
        found.append(Claim("balance", value.partner, True, value.period))
    return found


def wanted(world: World, kind: str, chance: random.Random) -> list[Claim]:
    """Return the claims that a text needs for an error; none where the world cannot have it."""
    if kind == "territory" and not world.wider:
        return []
    if kind == "partial_period" and not world.parts:
        return []
    return [one for one in _target(world, kind, chance) if truth(world, one) is not None]


def spoil(
    kind: str, world: World, claims: list[Claim], lang: str, chance: random.Random
) -> Error | None:
    """Return the text with one error of a kind in its own series; None if it has no place."""
    places = [n for n, one in enumerate(claims) if not one.counted]
    chance.shuffle(places)
    for n in places:
        error = HOW[kind](world, claims, n, lang, chance)
        if error is not None and error.claims != tuple(claims):
            return error
    return None


def _put(
    kind: str,
    claims: list[Claim],
    new: dict[int, Claim],
    also: tuple[str, ...] = (),
    *,
    known: bool = True,
) -> Error:
    found = [new.get(n, one) for n, one in enumerate(claims)]
    return Error(kind, tuple(found), frozenset((kind, *also)), known)


def _has(claims: list[Claim], wanted_: Claim) -> bool:
    keys = ("kind", "partner", "outward", "period", "base", "both", "goods", "to", "counted")
    return any(all(getattr(one, k) == getattr(wanted_, k) for k in keys) for one in claims)


def _with(claim: Claim, value: float, lang: str, chance: random.Random) -> Claim:
    says, low, high = number(claim, value, lang, chance)
    return replace(claim, says=says, low=low, high=high)


def _unit_scale(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    one, value = claims[n], truth(world, claims[n])
    if one.kind not in ("value", "balance") or value is None:
        return None
    size = abs(value)
    powers = (12, 8, 4) if lang == "zh" else (12, 9, 6)
    own = next((p for p in powers if size >= 10**p), None)
    near = [p for p in powers if own is not None and abs(p - own) in (3, 4)]
    if not near:
        return None
    says, low, high = number(one, value, lang, chance, power=chance.choice(near))
    return _put("unit_scale", claims, {n: replace(one, says=says, low=low, high=high)})


def _sign(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    one, value = claims[n], truth(world, claims[n])
    if one.kind not in ("growth", "change", "balance") or not value:
        return None
    if one.kind == "growth" and value > 0.95:
        return None  # nothing falls by more than all
    return _put("sign", claims, {n: _with(one, -value, lang, chance)})


def _year(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    one = claims[n]
    if one.kind not in ("value", *SHARES) or one.period not in world.years:
        return None
    others = [year for year in world.years if abs(int(year) - int(one.period)) == 1]
    year = chance.choice(others)
    value = truth(world, replace(one, period=year))
    if value is None:
        return None
    also = ("stale",) if year < one.period else ()
    known = _has(claims, replace(one, period=year))
    return _put("year", claims, {n: _with(one, value, lang, chance)}, also, known=known)


def _stale(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    """Print the rate or share of last year once more."""
    one = claims[n]
    if one.kind not in ("growth", *SHARES) or one.period != world.years[-1]:
        return None
    back = replace(one, period=world.years[-2], base=world.years[-3] if one.base else "")
    value = truth(world, back)
    if value is None or (one.kind == "growth" and not -0.95 < value < 4):
        return None
    new = {n: _with(one, value, lang, chance)}
    return _put("stale", claims, new, ("year",), known=_has(claims, back))


def _digits(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    one, value = claims[n], truth(world, claims[n])
    if value is None:
        return None
    spots = [m for m, sign in enumerate(one.says) if sign.isdigit()]
    if len(spots) < 3:
        return None
    says, way = list(one.says), chance.choice(("exchange", "exchange", "drop", "double"))
    pairs = [m for m, k in pairwise(spots) if k == m + 1]
    if way == "exchange":
        pairs = [m for m in pairs if says[m] != says[m + 1] and says[m + 1] != "0"]
        if not pairs:
            return None
        m = chance.choice(pairs)
        says[m], says[m + 1] = says[m + 1], says[m]
    elif way == "drop":
        whole = [m for m in spots if m + 1 < len(says) and says[m + 1].isdigit()]
        if not whole:
            return None
        del says[chance.choice(whole)]
    else:
        m = spots[0]
        says.insert(m, says[m])
    text = "".join(says)
    shown, word = _digits_of(text), _digits_of(one.says)
    if not shown or shown == word or not float(word) or (shown[0] == "0" and shown[1] != "."):
        return None
    factor = float(shown) / float(word)
    middle = (one.low + one.high) / 2 * factor
    half = (one.high - one.low) / 2 * 10.0 ** (_after(word) - _after(shown))
    if one.kind == "growth" and middle < -0.95:
        return None
    new = replace(one, says=text, low=middle - half, high=middle + half)
    return _put("digits", claims, {n: new})


def _digits_of(text: str) -> str:
    found = "".join(sign for sign in text.replace(",", ".") if sign.isdigit() or sign == ".")
    found = found.rstrip(".")
    return found if found.count(".") <= 1 and found.strip(".") else ""


def _after(number_: str) -> int:
    return len(number_.partition(".")[2])


def _swapped(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    one = claims[n]
    others = [
        m
        for m, two in enumerate(claims)
        if m != n and two.kind == one.kind and not two.counted and two.says != one.says
    ]
    if not others or one.kind in ("ratio", "change"):
        return None
    m = chance.choice(others)
    two = claims[m]
    return _put(
        "swapped",
        claims,
        {
            n: replace(one, says=two.says, low=two.low, high=two.high),
            m: replace(two, says=one.says, low=one.low, high=one.high),
        },
    )


def _denominator(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    """Divide by trade both ways instead of one."""
    one = claims[n]
    if one.kind not in SHARES:
        return None
    part = amount(world, one, one.flows(world.home))
    whole = amount(world, one, replace(one, both=True).flows(world.home, partner="WLD"))
    if part is None or not whole:
        return None
    if chance.random() < 0.3:
        back = amount(world, one, replace(one, outward=not one.outward).flows(world.home, "WLD"))
        whole = back or whole
    totals = [Claim("value", "WLD", way, one.period) for way in (True, False)]
    known = all(_has(claims, total) for total in totals)
    return _put("denominator", claims, {n: _with(one, part / whole, lang, chance)}, known=known)


def _territory(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    one = claims[n]
    if one.kind != "value" or not world.wider or one.partner != world.wider[0]:
        return None
    value = truth(world, one)
    more = truth(world, replace(one, partner=world.wider[1]))
    if value is None or more is None:
        return None
    known = _has(claims, replace(one, partner=world.wider[1]))
    return _put("territory", claims, {n: _with(one, value + more, lang, chance)}, known=known)


def _valuation(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    """Print the other side's count, with or without freight."""
    one, value = claims[n], truth(world, claims[n])
    if one.kind != "value" or value is None or one.both or one.partner == "WLD":
        return None
    freight = chance.uniform(1.04, 1.1)
    exporter_counts = one.outward
    value = value * freight if exporter_counts else value / freight
    return _put("valuation", claims, {n: _with(one, value, lang, chance)})


def _currency(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    one, value = claims[n], truth(world, claims[n])
    rate = EURO.get(one.period[:4])
    if one.kind not in ("value", "balance") or value is None or rate is None:
        return None
    value = value * rate if one.money == "USD" else value / rate
    return _put("currency", claims, {n: _with(one, value, lang, chance)})


def _percent_points(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    one = claims[n]
    if one.kind != "change":
        return None
    share = "export_share" if one.outward else "import_share"
    now = truth(world, replace(one, kind=share))
    then = truth(world, replace(one, kind=share, period=one.base, base=""))
    if not now or not then:
        return None
    return _put("percent_points", claims, {n: _with(one, now / then - 1, lang, chance)})


def _mixed_years(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    one = claims[n]
    before = str(int(one.period[:4]) - 1)
    if one.period not in world.years[1:]:
        return None
    if one.kind in SHARES:
        above = amount(world, one, one.flows(world.home))
        below = amount(world, one, one.flows(world.home, partner="WLD", period=before))
    elif one.kind == "growth" and one.period == world.years[-1]:
        above = amount(world, one, one.flows(world.home))
        below = amount(world, one, one.flows(world.home, period=world.years[-3]))
        if above is None or not below or not -0.95 < above / below - 1 < 4:
            return None
        base = replace(one, kind="value", period=world.years[-3], base="")
        new = {n: _with(one, above / below - 1, lang, chance)}
        return _put("mixed_years", claims, new, known=_has(claims, base))
    else:
        return None
    if above is None or not below:
        return None
    total = Claim("value", "WLD", one.outward, before)
    new = {n: _with(one, above / below, lang, chance)}
    return _put("mixed_years", claims, new, known=_has(claims, total))


def _direction(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    one = claims[n]
    if one.kind not in ("value", "growth") or one.both:
        return None
    value = truth(world, replace(one, outward=not one.outward))
    if value is None or (one.kind == "growth" and not -0.95 < value < 4):
        return None
    known = _has(claims, replace(one, outward=not one.outward))
    return _put("direction", claims, {n: _with(one, value, lang, chance)}, known=known)


def _partial_period(
    world: World, claims: list[Claim], n: int, lang: str, chance: random.Random
) -> Error | None:
    one = claims[n]
    part = world.parts.get(one.period)
    if one.kind != "value" or part is None:
        return None
    value = truth(world, replace(one, period=part))
    if value is None:
        return None
    known = _has(claims, replace(one, period=part))
    return _put("partial_period", claims, {n: _with(one, value, lang, chance)}, known=known)


HOW: dict[str, Callable[[World, list[Claim], int, str, random.Random], Error | None]] = {
    "unit_scale": _unit_scale,
    "sign": _sign,
    "year": _year,
    "digits": _digits,
    "stale": _stale,
    "swapped": _swapped,
    "denominator": _denominator,
    "territory": _territory,
    "valuation": _valuation,
    "currency": _currency,
    "percent_points": _percent_points,
    "mixed_years": _mixed_years,
    "direction": _direction,
    "partial_period": _partial_period,
}
KINDS = tuple(HOW)
