"""Which readings of a text bear each other out: levels that make a printed rate, sum or balance.

Whether a number was read rightly shows in its sums: where a rate, its level and the level before
it, or exports, imports and their balance are all printed and fit to the last digit, they were
hardly taken for something else. Two numbers for one thing speak against both.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise, product
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from entrepot.claims.numbers import CURRENCIES
from entrepot.model.areas import WORLD
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from entrepot.claims.draft.draft import Drafted
    from entrepot.claims.numbers import Says

Place = tuple[int, int]
_ALIKE = 0.02
_MOST_LEVELS = 40
"""Numbers for one thing beyond which no arithmetic is looked for: some of them fit by chance, and
the work would grow with the cube of the text."""


@dataclass(frozen=True, slots=True)
class _Level:
    """A printed level: who to whom, what, when, and the values that its digits allow."""

    place: Place
    low: float
    high: float
    value: float


_Key = tuple[str, str, str, str, str, str]
"""Kind of level, exporter, importer, goods, period, unit."""


def cross_checks(read: Mapping[Place, tuple[Drafted, Says]]) -> dict[Place, set[str]]:
    """Return for each reading what other readings of the text say of it.

    Returns
    -------
    dict
        ``rate``, ``sum``, ``balance`` or ``share`` where arithmetic with other numbers holds,
        ``twice`` where the same is said again, ``clash`` where another number is given for it.
    """
    every: defaultdict[_Key, list[_Level]] = defaultdict(list)
    rates: list[tuple[Place, Drafted, Says]] = []
    found: defaultdict[Place, set[str]] = defaultdict(set)
    for place, (claim, says) in read.items():
        if claim.kind in ("value", "balance"):
            for key in _level_keys(claim, says):
                every[key].append(
                    _Level(place, abs(says.low), abs(says.high), abs(says.value))
                    # Sizes only: one text writes a deficit as −5 bn, another as a deficit of 5 bn.
                    if says.value >= 0
                    else _Level(place, abs(says.high), abs(says.low), abs(says.value))
                )
        else:
            rates.append((place, claim, says))
    _said_again(every.values(), found)
    levels = {key: group for key, group in every.items() if len(group) <= _MOST_LEVELS}
    _rates(rates, levels, found)
    _sums(levels, found)
    _same_rates(rates, found)
    return found


def _level_keys(claim: Drafted, says: Says) -> Iterable[_Key]:
    keys = claim.keys
    exporter, importer = keys.get("exporter", WORLD), keys.get("importer", WORLD)
    unit = keys.get("currency") or says.unit
    rest = (str(keys.get("goods", "all")), _period(keys["period"]), unit)
    if claim.kind == "balance":
        first, last = sorted((exporter, importer))
        yield ("balance", first, last, *rest)
    elif keys.get("flow") == "both":
        first, last = sorted((exporter, importer))
        yield ("both", first, last, *rest)
    else:
        yield ("one", exporter, importer, *rest)


def _period(text: Any) -> str:
    period = Period.parse(str(text))
    # "2024" and "2024-01..2024-12" are one period however they are written.
    return f"{period.start}/{period.end}"


def _said_again(groups: Iterable[Sequence[_Level]], found: dict[Place, set[str]]) -> None:
    for group in groups:
        for at, one in enumerate(group):
            for other in group[at + 1 :]:
                same = one.low < other.high and other.low < one.high
                near = abs(one.value - other.value) <= _ALIKE * max(one.value, other.value)
                for place in (one.place, other.place):
                    found[place].add("twice" if same or near else "clash")


def _rates(
    rates: Sequence[tuple[Place, Drafted, Says]],
    levels: Mapping[_Key, Sequence[_Level]],
    found: dict[Place, set[str]],
) -> None:
    for place, claim, says in rates:
        if claim.kind in ("import_share", "export_share"):
            _share(place, claim, says, levels, found)
        if claim.kind not in ("growth", "quantity_growth"):
            continue
        rate, step = _rate_of(says)
        for one, other in _compared(claim, levels):
            # The least and most that both levels' digits allow, then a step of the rate's own.
            low = (one.low / other.high - 1) * 100 if other.high else 0.0
            high = (one.high / other.low - 1) * 100 if other.low else 0.0
            fits = low - step <= rate <= high + step
            for at in (place, one.place, other.place):
                found[at].add("rate" if fits else "no-rate")


def _rate_of(says: Says) -> tuple[float, float]:
    """Return a rate in per cent with the worth of its last digit."""
    moved = says.moved or (-1 if says.value < 0 else 1)
    if says.unit == "percent":
        return moved * abs(says.value), says.step
    # "1.5 times" is a rise by 50 %.
    return moved * abs(says.value * 100 - 100), says.step * 100


def _compared(
    claim: Drafted, levels: Mapping[_Key, Sequence[_Level]]
) -> Iterator[tuple[_Level, _Level]]:
    """Yield the levels of a rate's own period with those of its base."""
    keys = claim.keys
    now = Period.parse(keys["period"])
    base = Period.parse(keys["base"]) if keys.get("base") else now.before()
    for (kind, seller, buyer, goods, period, unit), group in levels.items():
        both = keys.get("flow") == "both"
        if kind != ("both" if both else "one") or goods != str(keys.get("goods", "all")):
            continue
        # Rates of value go with money, rates of quantity with tonnes and pieces.
        if (unit in CURRENCIES) != (claim.kind == "growth") or period != f"{now.start}/{now.end}":
            continue
        if _same_sides(kind, (seller, buyer), keys):
            before = (kind, seller, buyer, goods, f"{base.start}/{base.end}", unit)
            yield from product(group, levels.get(before, ()))


def _same_sides(kind: str, sides: tuple[str, str], keys: Mapping[str, Any]) -> bool:
    mine = keys.get("exporter", WORLD), keys.get("importer", WORLD)
    return sorted(mine) == list(sides) if kind == "both" else mine == sides


def _share(
    place: Place,
    claim: Drafted,
    says: Says,
    levels: Mapping[_Key, Sequence[_Level]],
    found: dict[Place, set[str]],
) -> None:
    keys = claim.keys
    exporter, importer = keys["exporter"], keys["importer"]
    size = says.value * (100 if says.unit == "share" else 1)
    total_sides = (WORLD, importer) if claim.kind == "import_share" else (exporter, WORLD)
    for (kind, seller, buyer, goods, period, unit), group in levels.items():
        if kind != "one" or (seller, buyer) != (exporter, importer):
            continue
        if period != _period(keys["period"]) or goods != str(keys.get("goods", "all")):
            continue
        for one in group:
            for other in levels.get(("one", *total_sides, goods, period, unit), ()):
                share = 100 * one.value / other.value if other.value else 0.0
                fits = abs(share - size) <= max(says.step, 0.02 * size)
                for at in (place, one.place, other.place):
                    found[at].add("share" if fits else "no-share")


def _sums(levels: Mapping[_Key, Sequence[_Level]], found: dict[Place, set[str]]) -> None:
    """Set exports and imports against two-way trade and the balance."""
    for (kind, seller, buyer, goods, period, unit), group in levels.items():
        # Each pair of directions once.
        if kind != "one" or seller > buyer:
            continue
        back = levels.get(("one", buyer, seller, goods, period, unit), ())
        trade = levels.get(("both", seller, buyer, goods, period, unit), ())
        balance = levels.get(("balance", seller, buyer, goods, period, unit), ())
        for one in group:
            for other in back:
                for total in trade:
                    fits = one.low + other.low <= total.high and total.low <= one.high + other.high
                    for level in (one, other, total):
                        found[level.place].add("sum" if fits else "no-sum")
                for left in balance:
                    # Sizes again: which of the two sides has the surplus is not compared.
                    low = min(abs(one.low - other.high), abs(one.high - other.low))
                    high = max(abs(one.low - other.high), abs(one.high - other.low))
                    fits = low <= left.high and left.low <= high
                    for level in (one, other, left):
                        found[level.place].add("balance" if fits else "no-balance")


def _same_rates(rates: Sequence[tuple[Place, Drafted, Says]], found: dict[Place, set[str]]) -> None:
    named: defaultdict[str, list[tuple[Place, float]]] = defaultdict(list)
    for place, claim, says in rates:
        keys = {key: value for key, value in claim.keys.items() if key != "currency"}
        if claim.kind != "rank":
            size = says.value * (100 if says.unit == "share" else 1)
            named[f"{claim.kind} {keys!r}"].append((place, abs(size)))
    for group in named.values():
        group.sort(key=itemgetter(1))
        least, most = group[0][1], group[-1][1]
        for (place, value), (other, another) in pairwise(group):
            if _are_alike(value, another):
                # What is next to it is nearest: no other need be looked at.
                found[place].add("twice")
                found[other].add("twice")
        for place, value in group:
            if not (_are_alike(least, value) and _are_alike(value, most)):
                found[place].add("clash")


def _are_alike(low: float, high: float) -> bool:
    return high - low <= _ALIKE * high
