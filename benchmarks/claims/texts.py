"""Claims of a made text: what each is about, what is true, and how a newspaper prints it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

    from benchmarks.claims.world import Flow, World

__all__ = ["Item", "document", "printed", "truth", "write"]


@dataclass(frozen=True)
class Item:
    """One claim: its kind, its flows and period, and how it is printed.

    Attributes
    ----------
    kind
        ``value``, ``both``, ``balance``, ``growth``, ``growth_both``, ``share``, ``change``,
        ``ratio``, ``sum`` or ``price_growth``.
    partners
        One, or more for a sum or ratio; several areas counted as one are joined by a plus.
    outward
        Exports of the country written about, else its imports.
    digits
        Significant digits of an amount, or decimals of a rate.
    """

    name: str
    kind: str
    partners: tuple[str, ...]
    outward: bool
    year: int
    goods: str = "all"
    money: str = "USD"
    part: int = 0
    digits: int = 3
    says_books: bool = False
    statistic: str = ""
    number: str = ""


@dataclass(frozen=True)
class Look:
    """How to look at a world: with a slip of definition, or none."""

    years: int = 0
    whole_years: int = 0
    turned: bool = False
    mirrored: bool = False
    money: str = ""
    part: int | None = None
    total: str = ""
    first: bool = False
    area: str = ""
    statistic: str = ""


def truth(item: Item, world: World, look: Look = Look()) -> float | None:  # noqa: C901
    """Return the number of a claim, or of another definition of it; None if the world lacks it."""
    year = item.year + look.years
    part = item.part if look.part is None else look.part

    def level(partner: str, outward: bool, when: int) -> float | None:
        if look.area and partner == item.partners[0]:
            partner = look.area
        parts = [one_area(area, outward, when) for area in partner.split("+")]
        return None if None in parts else math.fsum(part for part in parts if part is not None)

    def one_area(partner: str, outward: bool, when: int) -> float | None:
        if look.turned:
            outward = not outward
        period = f"{when}-01..{when}-{part:02d}" if part else str(when)
        sides = (world.home, partner) if outward else (partner, world.home)
        flow: Flow = (*sides, item.goods, period)
        if look.mirrored:
            return world.mirror.get(flow)
        if look.first:
            return world.first.get(flow)
        money = look.money or item.money
        table = world.levels if money == "USD" else world.other
        return table.get(flow)

    def amount(when: int) -> float | None:
        ways = (True, False) if item.kind in ("both", "growth_both", "balance") else (item.outward,)
        found = [level(partner, way, when) for partner in item.partners for way in ways]
        if any(value is None for value in found):
            return None
        values = [value for value in found if value is not None]
        return values[0] - values[1] if item.kind == "balance" else math.fsum(values)

    def share(when: int) -> float | None:
        above = level(item.partners[0], item.outward, when)
        ways = {"": (item.outward,), "both": (True, False), "back": (not item.outward,)}
        whole = [level("WLD", way, when + look.whole_years) for way in ways[look.total]]
        if above is None or any(value is None for value in whole):
            return None
        return above / math.fsum(value for value in whole if value is not None)

    match item.kind:
        case "value" | "both" | "balance" | "sum":
            return amount(year)
        case "growth" | "growth_both":
            now, base = amount(year), amount(year - 1)
            return None if now is None or base is None else (now / base - 1) * 100
        case "share":
            return share(year)
        case "change":
            now, base = share(year), share(year - 1)
            return None if now is None or base is None else (now - base) * 100
        case "price_growth":
            return world.prices.get(look.statistic or item.statistic)
        case "ratio":
            above = level(item.partners[0], item.outward, year)
            below = level(item.partners[1], item.outward, year + look.whole_years)
            return None if above is None or below is None else above / below
    return None


def write(world: World, chance: random.Random) -> list[Item]:  # noqa: C901
    """Return the claims of a text: a few about one pair and year, and some around them."""
    last = world.years[-1]
    partner = chance.choice(world.partners)
    says_books = chance.random() < 0.5 and world.source in ("made", "imf")
    money = world.money if world.other and chance.random() < 0.4 else "USD"
    outward = chance.random() < 0.5
    other = chance.choice([one for one in world.partners if one != partner] or [partner])

    def item(kind: str, **more: Any) -> Item:
        fields = {
            "kind": kind,
            "partners": (partner,),
            "outward": outward,
            "year": last,
            "goods": "all",
            "money": "USD",
            "says_books": says_books,
            "digits": chance.choice((3, 3, 4))
            if kind in ("value", "both", "balance", "sum")
            else 1,
        }
        return Item("", **(fields | more))

    plans = [
        item("value"),
        item("value", year=last - 1),
        item("growth"),
        item("value", outward=not outward),
        item("growth", outward=not outward),
        item("both"),
        item("growth_both"),
        item("balance"),
        item("share"),
        item("change", digits=chance.choice((1, 2))),
        item("share", year=last - 1),
        item("value", partners=("WLD",)),
        item("growth", partners=("WLD",)),
        item("value", year=last - 2),
        item("growth", year=last - 1),
    ]
    if other != partner:
        plans += [
            item("value", partners=(other,)),
            item("ratio", partners=(partner, other)),
            item("sum", partners=(partner, other)),
            item("growth", partners=(other,)),
            item("share", partners=(other,)),
        ]
    if world.wider:
        narrow, wide = world.wider
        for area in (narrow, wide):
            plans += [item(kind, partners=(area,)) for kind in ("value", "growth", "share")]
    if world.prices:
        plans += [
            item("price_growth", statistic=kind, goods=world.priced, partners=world.partners[:1])
            for kind in world.prices
        ]
    if world.other:
        plans += [item("value", money=world.money), item("growth", money=world.money)] * 2
    if world.source == "made" and world.months:
        plans += [item("value", part=world.months), item("growth", part=world.months)]
    if world.source == "baci":
        chapters = sorted({flow[2] for flow in world.levels} - {"all"})
        for chapter in chapters[:2]:
            plans += [item("value", goods=chapter), item("growth", goods=chapter)]
    chosen = chance.sample(plans, min(len(plans), chance.randint(6, 12)))
    del money
    found: dict[str, Item] = {}
    for plan in chosen:
        value = truth(plan, world)
        if value is not None:
            key = repr(plan)
            found[key] = printed(plan, value, chance)
    return [replace(one, name=f"c{n}") for n, one in enumerate(found.values())]


def printed(item: Item, value: float, chance: random.Random) -> Item:
    """Return a claim with its number as a newspaper prints it."""
    return replace(item, number=text(item, value, chance))


def text(item: Item, value: float, chance: random.Random, *, plain: bool = False) -> str:
    """Return a number in words and digits."""
    if item.kind in ("value", "both", "sum", "balance"):
        return _amount(item, value, chance)
    if item.kind == "share":
        decimals = item.digits if value < 0.1 or chance.random() < 0.5 else 0
        if value:  # two digits that count, at the least
            decimals = max(decimals, 1 - math.floor(math.log10(value * 100)))
        return f"{value * 100:.{decimals}f} %"
    if item.kind == "ratio":
        if value >= 2 and not plain and chance.random() < 0.25 and value % 1 < 0.4:
            return f"more than {math.floor(value)} times"
        return f"{value:.{item.digits + 1}f} times"
    if item.kind == "change":
        return f"{value:+.{item.digits}f} percentage points"
    rate = f"{abs(value):.{item.digits}f} %"
    words = ("fell ", "down ") if value < 0 else ("rose ", "up ")
    if not plain and chance.random() < 0.3 and float(rate[:-2]) != 0:
        return f"{chance.choice(words)}{rate}"
    return f"{value:+.{item.digits}f} %"


def _amount(item: Item, value: float, chance: random.Random) -> str:
    size = abs(value)
    names = ((12, "trillion"), (9, "billion"), (6, "million"), (3, "thousand"), (0, ""))
    power, word = next((10.0**p, w) for p, w in names if size >= 10**p or not p)
    whole = len(str(int(size / power)))
    decimals = max(0, item.digits - whole)
    shown = f"{size / power:.{decimals}f}"
    money = {"USD": "dollars", "CNY": "yuan", "EUR": "euros", "RUB": "roubles"}
    sign = "-" if value < 0 else ""
    if item.money == "USD" and chance.random() < 0.5:
        return f"{sign}${shown} {word}".strip()
    return " ".join(f"{sign}{shown} {word} {money[item.money]}".split())


def document(items: list[Item], world: World) -> dict[str, Any]:
    """Return the claims file of a text."""
    claims = [{"id": item.name, "says": item.number} | _definition(item, world) for item in items]
    return {
        "format": 1,
        "source": {"title": "A made text", "date": f"{world.years[-1] + 1}-04-20"},
        "claims": claims,
    }


def _definition(item: Item, world: World) -> dict[str, Any]:  # noqa: C901
    year = item.year

    def flow(partner: str, when: int | None = None) -> dict[str, Any]:
        at = year if when is None else when
        sides = (world.home, partner) if item.outward else (partner, world.home)
        period = f"{at}-01..{at}-{item.part:02d}" if item.part else str(at)
        keys: dict[str, Any] = {"exporter": sides[0], "importer": sides[1], "period": period}
        if item.goods != "all":
            keys["goods"] = item.goods
        if item.says_books:
            keys["reporter"] = world.home
        return keys

    base = f"{year - 1}-01..{year - 1}-{item.part:02d}" if item.part else str(year - 1)
    one = flow(item.partners[0])
    both = {"exporter": world.home, "importer": item.partners[0], "flow": "both"}
    share = "export_share" if item.outward else "import_share"
    plain = {key: value for key, value in one.items() if key != "reporter"}
    match item.kind:
        case "value":
            return {"value": one}
        case "both":
            return {"value": one | both}
        case "balance":
            sides = {"exporter": world.home, "importer": item.partners[0]}
            return {"balance": one | sides | {"currency": item.money}}
        case "growth":
            return {"growth": one | {"base": base, "currency": item.money}}
        case "growth_both":
            return {"growth": one | both | {"base": base, "currency": item.money}}
        case "share":
            return {share: plain}
        case "change":
            return {"change": {"of": {share: plain}, "base": base}}
        case "ratio":
            return {"ratio": {"of": one, "to": flow(item.partners[1])}}
        case "price_growth":
            named = {"statistic": item.statistic} if item.statistic else {}
            return {"price_growth": one | named | {"base": base}}
        case "sum":
            return {"sum": {"of": [flow(partner) for partner in item.partners]}}
    raise ValueError(item.kind)
