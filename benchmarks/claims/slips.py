"""Slips put into made texts on purpose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from benchmarks.claims.rows import state
from benchmarks.claims.texts import Item, Look, text, truth

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from benchmarks.claims.world import World

__all__ = ["KINDS", "Slip", "slips_of"]

_RATES = ("growth", "growth_both", "change", "price_growth")
_AMOUNTS = ("value", "both", "sum", "balance")


@dataclass(frozen=True)
class Slip:
    """A slip: its kind, what the claims would read, and numbers that must be known to name it."""

    kind: str
    numbers: dict[str, str]
    needs: tuple[Item, ...] = ()


def slips_of(kind: str, items: list[Item], world: World, chance: random.Random) -> Iterator[Slip]:
    """Yield all slips of a kind that could be made in a text, in random order."""
    if kind == "swapped":
        pairs = [
            (one, other)
            for n, one in enumerate(items)
            for other in items[n + 1 :]
            if one.kind == other.kind and one.money == other.money and one.number != other.number
        ]
        for one, other in chance.sample(pairs, len(pairs)):
            yield Slip(kind, {one.name: other.number, other.name: one.number})
        return
    for item in chance.sample(items, len(items)):
        number = _MADE[kind](item, world, chance)
        if number and number != item.number:
            yield Slip(kind, {item.name: number}, tuple(_needs(kind, item, world)))


def _needs(kind: str, item: Item, world: World) -> Iterator[Item]:  # noqa: C901
    """Yield what must be known to tell that a number is one of another definition."""
    value = replace(item, kind="value")
    whole = replace(value, partners=("WLD",))
    match kind:
        case "year" | "stale":
            yield replace(item, year=item.year - 1 if kind == "year" else item.year)
        case "direction" if item.kind in ("share", "change"):
            years = (item.year, item.year - 1)[: 1 + (item.kind == "change")]
            for one in (value, whole):
                yield from (replace(one, outward=not item.outward, year=year) for year in years)
        case "direction":
            yield replace(item, outward=not item.outward)
        case "denominator":
            yield from (value, replace(whole, outward=True), replace(whole, outward=False))
        case "mixed_years" if item.kind == "share":
            yield from (value, replace(whole, year=item.year - 1))
        case "mixed_years":
            yield from (value, replace(value, partners=item.partners[1:], year=item.year - 1))
        case "partial_period":
            yield replace(item, part=0 if item.part else world.months)
        case "currency":
            yield replace(item, money=world.money if item.money == "USD" else "USD")
        case "territory":
            yield replace(item, partners=(_other_area(item, world),))
        case "mean_median":
            other = {"median": "mean", "mean": "median"}
            yield replace(item, statistic=other[item.statistic])


def _of(look: Look, kinds: tuple[str, ...]) -> Callable[[Item, World, random.Random], str]:
    def made(item: Item, world: World, chance: random.Random) -> str:
        value = truth(item, world, look) if item.kind in kinds else None
        return "" if value is None else text(item, value, chance, plain=True)

    return made


def _sign(item: Item, world: World, chance: random.Random) -> str:
    if item.kind not in (*_RATES, "balance"):
        return ""
    for one, other in (("fell", "rose"), ("down", "up")):
        for a, b in ((one, other), (other, one)):
            if item.number.startswith(a):
                return item.number.replace(a, b, 1)
    if item.number.startswith("+"):
        return "-" + item.number[1:]
    if item.number.startswith("-"):
        return item.number[1:] if item.kind == "balance" else "+" + item.number[1:]
    return "-" + item.number


def _scale(item: Item, world: World, chance: random.Random) -> str:
    if item.kind not in _AMOUNTS:
        return ""
    words = ["million", "billion", "trillion"]
    for place, word in enumerate(words):
        if word in item.number:
            near = [words[n] for n in (place - 1, place + 1) if 0 <= n < 3]
            return item.number.replace(word, chance.choice(near))
    return ""


def _points(item: Item, world: World, chance: random.Random) -> str:
    now, base = truth(replace(item, kind="share"), world), None
    if item.kind == "change" and now is not None:
        base = truth(replace(item, kind="share"), world, Look(years=-1))
    if now is None or base is None:
        return ""
    return text(item, (now / base - 1) * 100, chance, plain=True)


def _currency(item: Item, world: World, chance: random.Random) -> str:
    if item.kind not in (*_AMOUNTS, "growth", "growth_both") or not world.other:
        return ""
    other = world.money if item.money == "USD" else "USD"
    value = truth(item, world, Look(money=other))
    return "" if value is None else text(item, value, chance, plain=True)


def _spot(item: Item, world: World, chance: random.Random) -> str:
    own = truth(item, world, Look(money=world.money)) if world.other else None
    if (
        item.kind not in _AMOUNTS
        or item.money != "USD"
        or own is None
        or item.year != world.years[-1]
    ):
        return ""
    months = [period for period in world.rates if "-" in period]
    if not months:
        return ""
    return text(item, own / world.rates[chance.choice(months)], chance, plain=True)


def _year(item: Item, world: World, chance: random.Random) -> str:
    value = truth(item, world, Look(years=-1))
    return "" if value is None else text(item, value, chance, plain=True)


def _mixed(item: Item, world: World, chance: random.Random) -> str:
    if item.kind not in ("share", "ratio"):
        return ""
    value = truth(item, world, Look(whole_years=-1))
    if value is None or (item.kind == "share" and value > 1):
        return ""
    return text(item, value, chance, plain=True)


def _digits(item: Item, world: World, chance: random.Random) -> str:
    places = [place for place, sign in enumerate(item.number) if sign.isdigit()]
    signs = list(item.number)
    way = chance.choice(("exchange", "exchange", "drop", "double"))
    if way == "exchange":
        pairs = [(a, b) for a, b in pairwise(places) if signs[a] != signs[b]]
        if not pairs:
            return ""
        a, b = chance.choice(pairs)
        signs[a], signs[b] = signs[b], signs[a]
    elif way == "drop":
        if len(places) < 3:
            return ""
        place = chance.choice(places)
        del signs[place]
    else:
        place = chance.choice(places)
        signs.insert(place, signs[place])
    number = "".join(signs)
    bad = ".  " in number or " ." in number or "$." in number or ". " in number
    start = number.lstrip("+-$ ")[:2]
    return "" if bad or start[:1] == "." or (start[:1] == "0" and start[1:2] != ".") else number


def _valuation(item: Item, world: World, chance: random.Random) -> str:
    value = truth(item, world) if item.kind == "value" else None
    if value is None or "WLD" in item.partners or item.money != "USD":
        return ""
    factor = chance.uniform(1.04, 1.09)
    return text(item, value * factor if item.outward else value / factor, chance, plain=True)


def _partial(item: Item, world: World, chance: random.Random) -> str:
    if item.kind not in ("value", "both", "growth", "share"):
        return ""
    look = Look(part=0 if item.part else world.months)
    value = truth(item, world, look)
    return "" if value is None else text(item, value, chance, plain=True)


def _denominator(item: Item, world: World, chance: random.Random) -> str:
    if item.kind != "share":
        return ""
    value = truth(item, world, Look(total=chance.choice(("both", "back"))))
    return "" if value is None or value > 1 else text(item, value, chance, plain=True)


def _stale(item: Item, world: World, chance: random.Random) -> str:
    """Print a first release, since revised: both releases are published."""
    if item.kind != "value" or item.money != "USD" or world.real or not world.rows:
        return ""
    value, now = truth(item, world, Look(first=True)), truth(item, world)
    if value is None or now is None or item.part or item.goods != "all":
        return ""
    partner = item.partners[0]
    sides = (world.home, partner) if item.outward else (partner, world.home)
    flow = (*sides, item.goods, str(item.year))
    held = [row for row in world.rows if row.id.startswith("-".join(flow) + f"-{world.home}-USD-")]
    if not held:
        return ""
    state(world, flow, value, world.home, chance, on=f"{item.year + 1}-01-14")
    return text(item, value, chance, plain=True)


def _other_area(item: Item, world: World) -> str:
    """Return the first partner with a territory that was out, or without one that was in."""
    if world.wider is None or item.partners[0] not in world.wider:
        return ""
    narrow, wide = world.wider
    return wide if item.partners[0] == narrow else narrow


def _territory(item: Item, world: World, chance: random.Random) -> str:
    other = _other_area(item, world)
    if not other or item.kind not in ("value", "growth", "share", "both"):
        return ""
    value = truth(item, world, Look(area=other))
    return "" if value is None else text(item, value, chance, plain=True)


def _mean_median(item: Item, world: World, chance: random.Random) -> str:
    other = {"median": "mean", "mean": "median"}.get(item.statistic)
    if item.kind != "price_growth" or other is None:
        return ""
    value = truth(item, world, Look(statistic=other))
    return "" if value is None else text(item, value, chance, plain=True)


_MADE: dict[str, Callable[[Item, World, random.Random], str]] = {
    "sign": _sign,
    "unit_scale": _scale,
    "percent_points": _points,
    "currency": _currency,
    "spot_rate": _spot,
    "year": _year,
    "mixed_years": _mixed,
    "direction": _of(Look(turned=True), ("value", "growth", "share", "change", "ratio")),
    "digits": _digits,
    "valuation": _valuation,
    "partial_period": _partial,
    "denominator": _denominator,
    "stale": _stale,
    "territory": _territory,
    "mean_median": _mean_median,
}
KINDS = ("swapped", *_MADE)
