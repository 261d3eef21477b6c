"""Claims of a made text: what each is about, what is true, and how it is printed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from benchmarks.claims.levels import NAMES, Series

if TYPE_CHECKING:
    import random

    from benchmarks.claims.levels import Flow, World

__all__ = ["Claim", "document", "number", "printed", "truth", "write"]

AMOUNTS = ("value", "balance", "sum")
SHARES = ("export_share", "import_share", "trade_share")
Terms = dict["tuple[int, Flow]", float]


@dataclass(frozen=True)
class Claim:
    """One number of a text.

    Attributes
    ----------
    kind
        As in a claims file; ``change`` is of a share.
    outward
        Exports of the country written about, else its imports.
    both
        Trade both ways.
    shift
        Digits after the point are for `printed`; what the words stand for is `low` to `high`.
    counted
        0 for the text's own series, 1 for the second.
    """

    kind: str
    partner: str
    outward: bool
    period: str
    base: str = ""
    both: bool = False
    goods: str = "all"
    to: str = ""
    counted: int = 0
    decimals: int = 1
    money: str = "USD"
    name: str = ""
    says: str = ""
    low: float = 0.0
    high: float = 0.0

    def flows(self, home: str, partner: str = "", period: str = "", goods: str = "") -> list[Flow]:
        """Return the levels that are added up."""
        partner, goods = partner or self.partner, goods or self.goods
        period = period or self.period
        out: Flow = (home, partner, goods, period)
        back: Flow = (partner, home, goods, period)
        return [out, back] if self.both else [out if self.outward else back]


def amount(world: World, claim: Claim, flows: list[Flow]) -> float | None:
    """Return the sum of levels as the claim's series has them."""
    table = world.others if claim.counted else world.levels
    values = [table.get(flow) for flow in flows]
    return None if None in values else math.fsum(v for v in values if v is not None)


def truth(world: World, claim: Claim) -> float | None:
    """Return the number of a claim: money, or parts of one; None where the world lacks it."""
    if claim.name in world.told:
        return world.told[claim.name]
    home = world.home

    def of(**more: str) -> float | None:
        return amount(world, claim, claim.flows(home, **more))

    if claim.kind == "value":
        return of()
    if claim.kind == "balance":
        out = amount(world, claim, replace(claim, outward=True).flows(home))
        back = amount(world, claim, replace(claim, outward=False).flows(home))
        return None if out is None or back is None else out - back
    if claim.kind == "growth":
        now, then = of(), of(period=claim.base)
        return None if now is None or not then else now / then - 1
    if claim.kind in SHARES:
        part, whole = of(), of(partner="WLD")
        return None if part is None or not whole else part / whole
    if claim.kind == "change":
        parts = [of(), of(period=claim.base)]
        wholes = [of(partner="WLD"), of(partner="WLD", period=claim.base)]
        if None in parts or None in wholes or not all(wholes):
            return None
        return parts[0] / wholes[0] - parts[1] / wholes[1]  # type: ignore[operator]
    if claim.kind == "ratio":
        to = of(goods=claim.to) if claim.to == "all" else of(partner=claim.to)
        part = of()
        return None if part is None or not to else part / to
    raise ValueError(claim.kind)


# ---------------------------------------------------------------------------------- numbers


WORDS = {
    "en": {12: "trillion", 9: "billion", 6: "million", 3: "thousand", 0: ""},
    "de": {12: "Billionen", 9: "Milliarden", 6: "Millionen", 3: "Tausend", 0: ""},
    "ru": {12: "трлн", 9: "млрд", 6: "млн", 3: "тыс.", 0: ""},
    "zh": {12: "万亿", 8: "亿", 4: "万", 0: ""},
}
MONEY = {
    "en": {"USD": "dollars", "EUR": "euros", "CNY": "yuan"},
    "de": {"USD": "Dollar", "EUR": "Euro", "CNY": "Yuan"},
    "ru": {"USD": "долларов", "EUR": "евро", "CNY": "юаней"},
    "zh": {"USD": "美元", "EUR": "欧元", "CNY": "元"},
}
UP = {"en": ("up ", "rose "), "de": ("plus ",), "ru": ("выросли на ",), "zh": ("增长",)}
DOWN = {"en": ("down ", "fell "), "de": ("minus ",), "ru": ("снизились на ",), "zh": ("下降",)}
POINTS = {
    "en": " percentage points",
    "de": " Prozentpunkte",
    "ru": " процентного пункта",
    "zh": "个百分点",
}


def _digits(value: float, decimals: int, lang: str) -> str:
    shown = f"{abs(value):.{decimals}f}"
    return shown.replace(".", ",") if lang in ("de", "ru") else shown


def number(
    claim: Claim, value: float, lang: str, chance: random.Random, *, power: int | None = None
) -> tuple[str, float, float]:
    """Print a number, and say from where to where its digits reach.

    `power` prints an amount with the word of another power of ten, the digits left alone.
    """
    size = abs(value)
    if claim.kind in AMOUNTS:
        names = WORDS[lang]
        own = next((p for p in names if size >= 10**p), 0)
        scaled = size / 10.0**own
        digits = max(0, claim.decimals + 1 - len(str(int(scaled))))
        shown = _digits(scaled, digits, lang)
        word = names[own if power is None else power]
        half = 0.5 * 10.0 ** (own - digits)
        text = _money(shown, word, claim.money, lang, chance)
        sign = "-" if value < 0 else ""
        middle = float(f"{scaled:.{digits}f}") * 10.0**own * (-1 if value < 0 else 1)
        factor = 1.0 if power is None else 10.0 ** (power - own)
        return sign + text, (middle - half) * factor, (middle + half) * factor
    if claim.kind == "ratio" and claim.to != "all":
        shown = f"{value:.{claim.decimals + 1}f}"
        half = 0.5 * 10.0 ** -(claim.decimals + 1)
        middle = float(shown)
        return f"{shown} times" if lang != "zh" else f"{shown}倍", middle - half, middle + half
    decimals = claim.decimals
    if claim.kind in (*SHARES, "ratio") and value and value * 100 < 1:
        decimals = max(decimals, 1 - math.floor(math.log10(value * 100)))
    shown = _digits(value * 100, decimals, lang)
    half = 0.5 * 10.0**-decimals / 100
    middle = round(value * 100, decimals) / 100
    per = {"en": " %", "de": " Prozent", "ru": " %", "zh": "%"}[lang]
    if claim.kind == "change":
        per = POINTS[lang]
        if lang == "zh":
            text = ("上升" if value >= 0 else "下降") + shown + per
            return text, middle - half, middle + half
    if claim.kind in ("growth", "change"):
        if chance.random() < 0.5 and claim.kind == "growth" and middle:
            text = chance.choice((UP if value > 0 else DOWN)[lang]) + shown + per
        else:
            text = ("+" if value >= 0 else "-") + shown + per
        return text, middle - half, middle + half
    return shown + per, middle - half, middle + half


def _money(shown: str, word: str, money: str, lang: str, chance: random.Random) -> str:
    mark = {"USD": "$", "EUR": "€"}.get(money, "")
    if lang == "zh":
        return f"{shown}{word}{MONEY['zh'][money]}"
    if mark and lang in ("en", "ru") and chance.random() < 0.5:
        return f"{mark}{shown} {word}".strip()
    return " ".join(f"{shown} {word} {MONEY[lang][money]}".split())


def printed(world: World, claim: Claim, lang: str, chance: random.Random) -> Claim | None:
    """Return a claim with its true number in print; None where there is none to print."""
    value = truth(world, claim)
    if value is None or (claim.kind == "growth" and not -0.95 < value < 4):
        return None
    if claim.kind in (*AMOUNTS, *SHARES, "ratio") and not abs(value) > 1e-5:
        return None
    says, low, high = number(claim, value, lang, chance)
    return replace(claim, says=says, low=low, high=high)


# ------------------------------------------------------------------------------------ texts


def write(world: World, lang: str, chance: random.Random, wanted: list[Claim]) -> list[Claim]:
    """Return the claims of a text: those wanted, some around them, and of the other series."""
    more = chance.randint(2, 5) if wanted else chance.randint(5, 10)
    plans = wanted + chance.sample(_plans(world), min(len(_plans(world)), more))
    made: dict[Any, Claim] = {}
    for plan in plans:
        decimals = plan.decimals
        if plan.kind in AMOUNTS:
            decimals = chance.choice((2, 2, 3))
        elif plan.kind == "growth":
            decimals = 1
        one = printed(world, replace(plan, decimals=decimals, money=world.money), lang, chance)
        if one is not None:
            made.setdefault(replace(plan, decimals=0), one)
    if world.second is not None:
        for plan in chance.sample(_plans(world), len(_plans(world)))[:4]:
            if plan.kind in ("value", "growth", "balance") and plan.partner == world.partners[0]:
                plan = replace(plan, counted=1, decimals=2 if plan.kind != "growth" else 1)
                one = printed(world, replace(plan, money=world.money), lang, chance)
                if one is not None:
                    made.setdefault(replace(plan, decimals=0), one)
    found = list(made.values())
    chance.shuffle(found)
    return [replace(one, name=f"c{n}") for n, one in enumerate(found)]


def _plans(world: World) -> list[Claim]:
    last, before = world.years[-1], world.years[-2]
    partner = world.partners[0]
    plans = []
    for goods in world.goods:
        for outward in (True, False):
            plans += [
                Claim("value", partner, outward, last, goods=goods),
                Claim("value", partner, outward, before, goods=goods),
                Claim("growth", partner, outward, last, before, goods=goods),
            ]
            if goods != "all" and "all" in world.goods:
                plans.append(Claim("ratio", partner, outward, last, goods=goods, to="all"))
    if world.goods[0] != "all" and "all" not in world.goods:
        for other in world.partners[1:]:
            plans += [
                Claim("value", other, True, last, goods=world.goods[0]),
                Claim("growth", other, True, last, before, goods=world.goods[0]),
                Claim("ratio", partner, True, last, goods=world.goods[0], to=other),
            ]
        plans += _of_parts(world, partner)
        return plans
    plans += [
        Claim("value", partner, True, last, both=True),
        Claim("growth", partner, True, last, before, both=True),
        Claim("balance", partner, True, last),
        Claim("growth", partner, True, before, world.years[-3]),
        Claim("value", partner, True, world.years[-3]),
    ]
    for outward in (True, False):
        share = "export_share" if outward else "import_share"
        plans += [
            Claim(share, partner, outward, last),
            Claim(share, partner, outward, before),
            Claim("change", partner, outward, last, before),
            Claim("value", "WLD", outward, last),
            Claim("value", "WLD", outward, before),
            Claim("growth", "WLD", outward, last, before),
        ]
    for other in world.partners[1:3]:
        plans += [
            Claim("value", other, True, last),
            Claim("growth", other, True, last, before),
            Claim("ratio", partner, True, last, to=other),
        ]
    return plans + _of_parts(world, partner)


def _of_parts(world: World, partner: str) -> list[Claim]:
    if not world.parts:
        return []
    now, then = (world.parts[year] for year in (world.years[-1], world.years[-2]))
    goods = world.goods[0]
    return [
        Claim("value", partner, True, now, goods=goods),
        Claim("growth", partner, True, now, then, goods=goods),
    ]


# ------------------------------------------------------------------------------------- file


def document(world: World, claims: list[Claim], lang: str, chance: random.Random) -> dict[str, Any]:
    """Return the claims file of a text."""
    quotes = chance.random() < 0.85
    shipments = chance.random() < 0.5
    year = int(world.years[-1]) + 1
    return {
        "format": 1,
        "source": {"title": "A text", "publisher": "A paper", "date": f"{year}-06-20"},
        "claims": [_entry(world, one, lang, quotes=quotes, shipments=shipments) for one in claims],
    }


def _entry(
    world: World, claim: Claim, lang: str, *, quotes: bool, shipments: bool
) -> dict[str, Any]:
    series = world.second if claim.counted and world.second else world.series
    entry: dict[str, Any] = {"id": claim.name}
    if quotes:
        entry["quote"] = _quote(world, claim, lang, series, shipments=shipments)
    entry |= _definition(world, claim, series)
    entry["says"] = claim.says
    if series.name:
        entry["attributed_to"] = series.name
    return entry


def _definition(world: World, claim: Claim, series: Series) -> dict[str, Any]:
    home = world.home

    def flow(partner: str, goods: str) -> dict[str, Any]:
        sides = (home, partner) if claim.outward or claim.both else (partner, home)
        keys: dict[str, Any] = {"exporter": sides[0], "importer": sides[1], "period": claim.period}
        if goods != "all":
            keys["goods"] = goods
        if claim.both:
            keys["flow"] = "both"
        if series.reporter:
            keys["reporter"] = series.reporter
        return keys

    one = flow(claim.partner, claim.goods)
    if claim.kind == "value":
        return {"value": one}
    if claim.kind == "balance":
        return {"balance": one | {"currency": claim.money}}
    if claim.kind == "growth":
        return {"growth": one | {"base": claim.base, "currency": claim.money}}
    if claim.kind in SHARES:
        one.pop("reporter", None)
        return {claim.kind: one}
    if claim.kind == "change":
        one.pop("reporter", None)
        share = "export_share" if claim.outward else "import_share"
        return {"change": {"of": {share: one}, "base": claim.base}}
    to = flow(claim.partner, "all") if claim.to == "all" else flow(claim.to, claim.goods)
    return {"ratio": {"of": one, "to": to}}


WHAT = {
    "de": {"growth": "Veränderung", "value": "Wert", "balance": "Saldo", "ratio": "Verhältnis"},
    "ru": {"growth": "изменение", "value": "объём", "balance": "сальдо", "ratio": "отношение"},
    "zh": {"growth": "同比", "value": "金额", "balance": "差额", "ratio": "倍数"},
}


def _quote(world: World, claim: Claim, lang: str, series: Series, *, shipments: bool) -> str:
    """Return the sentence a number stands in; as a line of a table where it is not English."""
    sides = [NAMES.get(side, side) for side in (world.home, claim.partner)]
    if not claim.outward:
        sides.reverse()
    seller, buyer = sides
    if lang != "en":
        share = {"de": "Anteil", "ru": "доля", "zh": "占比"}[lang]
        what = WHAT[lang].get(claim.kind, share)
        return f"{what}, {claim.goods}, {claim.period}: {claim.says}"
    goods = f" of goods {claim.goods}" if claim.goods != "all" else ""
    if claim.both:
        trade = f"Trade between {seller} and {buyer}"
    elif shipments:
        trade = f"Shipments{goods} from {seller} to {buyer}"
    else:
        trade = f"{seller[:1].upper()}{seller[1:]}'s exports{goods} to {buyer}"
    tail = f", according to {series.name}" if series.name else ""
    if claim.kind == "value":
        return f"{trade} came to {claim.says} in {claim.period}{tail}."
    if claim.kind == "growth":
        return f"{trade}, {claim.period}: {claim.says}{tail}."
    return f"{trade}, {claim.kind.replace('_', ' ')} in {claim.period}: {claim.says}{tail}."
