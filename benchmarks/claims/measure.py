"""Texts made, checked and counted."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import yaml
from benchmarks.claims.rule import left_for, pinned
from benchmarks.claims.slips import KINDS, Slip, slips_of
from benchmarks.claims.texts import Item, document, text, truth, write
from benchmarks.claims.world import World, make

from entrepot.claims import check, parse_document
from entrepot.errors import EntrepotError

if TYPE_CHECKING:
    from entrepot.claims.document import Claim, Document
    from entrepot.claims.known import Facts

__all__ = ["Tally", "in_parts", "measure"]


PART = 50
MARGIN = 0.003
"""A number this near to what is possible may have been cut, not rounded: no one can tell."""


@dataclass
class Made:
    """A text with its slips, and which of them can be seen and named."""

    world: World
    facts: Facts
    document: Document
    slips: list[Slip] = field(default_factory=list)
    nameable: list[bool] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)


def _lists() -> defaultdict[str, list[Any]]:
    return defaultdict(list)


@dataclass
class Tally:
    """Counts by kind, and the texts that went wrong."""

    made: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    nameable: Counter[str] = field(default_factory=Counter)
    first: Counter[str] = field(default_factory=Counter)
    third: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    untouched: int = 0
    alarms: int = 0
    claims: int = 0
    seconds: float = 0.0
    wrong: defaultdict[str, list[Any]] = field(default_factory=_lists)

    def add(self, other: Tally) -> None:
        """Add the counts of another part."""
        for name in ("made", "seen", "nameable", "first", "third", "left_out"):
            getattr(self, name).update(getattr(other, name))
        for name in ("untouched", "alarms", "claims", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def in_parts(count: int, seed: int) -> Tally:
    """Measure in parts of fifty texts, two at a time; each part has a seed of its own."""
    sizes = [min(PART, count - start) for start in range(0, count, PART)]
    whole = Tally()
    with ProcessPoolExecutor(max_workers=2) as pool:
        for part in pool.map(_part, sizes, range(seed, seed + len(sizes))):
            whole.add(part)
    return whole


def _part(count: int, seed: int) -> Tally:
    tally = measure(count, seed)
    tally.wrong.clear()  # texts and answers are for whoever looks into one part
    return tally


def measure(count: int, seed: int) -> Tally:
    """Make, check and count texts: a quarter without, half with one, a quarter with two slips."""
    chance = random.Random(seed)
    tally = Tally()
    kinds = list(KINDS)
    done = 0
    while done < count:
        slips = (0, 1, 1, 2)[done % 4]
        made = _made(slips, kinds, chance, tally)
        if made is None:
            continue
        done += 1
        _count(made, tally)
    return tally


def _made(slips: int, kinds: list[str], chance: random.Random, tally: Tally) -> Made | None:
    world = make(chance, with_facts=chance.random() < 0.7)
    items = write(world, chance)
    if len(items) < 4:
        return None
    raw = document(items, world)
    true = _read(raw)
    if true is None:
        return None
    if not slips:
        return Made(world, world.facts(), true, raw=raw)
    chosen: list[Slip] = []
    nameable: list[bool] = []
    # The kinds made least often so far come first, so that all are tried about equally.
    order = sorted(kinds, key=lambda kind: (tally.made[kind], chance.random()))
    for kind in order:
        found = _seen(kind, items, raw, true, world, chosen, chance, tally)
        if found is not None:
            chosen.append(found[0])
            nameable.append(found[1])
            if len(chosen) == slips:
                break
    if len(chosen) < slips:
        return None
    numbers = {name: number for slip in chosen for name, number in slip.numbers.items()}
    claims = [one | {"says": numbers.get(one["id"], one["says"])} for one in raw["claims"]]
    changed = raw | {"claims": claims}
    read = _read(changed)
    if read is None:
        return None
    return Made(world, world.facts(), read, chosen, nameable, changed)


def _seen(
    kind: str,
    items: list[Item],
    raw: dict[str, Any],
    true: Document,
    world: World,
    before: list[Slip],
    chance: random.Random,
    tally: Tally,
) -> tuple[Slip, bool] | None:
    """Return a slip of a kind that can be seen in principle, and whether it can be named."""
    taken = {name for slip in before for name in slip.numbers}
    rows = len(world.rows)
    for slip in slips_of(kind, items, world, chance):
        if taken & slip.numbers.keys():
            continue
        facts = world.facts()
        claims = [one | {"says": slip.numbers.get(one["id"], one["says"])} for one in raw["claims"]]
        read = _read(raw | {"claims": claims})
        if read is None:
            continue
        away = taken | slip.numbers.keys()
        others = [claim for claim in true.claims if claim.id not in away]
        left = {n: left_for(true.by_id[n], others, facts) for n in slip.numbers}
        room = {n: left[n].widened(MARGIN) for n in left}
        outside = [n for n in slip.numbers if not read.by_id[n].interval.meets(room[n])]
        if outside:
            named = all(pinned(true.by_id[n], left[n]) for n in slip.numbers)
            if kind == "spot_rate":
                named = named and any("-" in str(period) for period in _rates(facts, world))
            named = named and all(_known(item, others, world, facts) for item in slip.needs)
            return slip, named
        tally.left_out[kind] += 1
        del world.rows[rows:]
    return None


def _known(item: Item, others: list[Claim], world: World, facts: Facts) -> bool:
    """Whether other claims and published levels pin a number that the text does not give."""
    value = truth(item, world)
    if value is None:
        return False
    number = text(item, value, random.Random(0), plain=True)
    read = _read(document([replace(item, name="x", number=number)], world))
    if read is None:
        return False
    claim = read.claims[0]
    return pinned(claim, left_for(claim, others, facts))


def _rates(facts: Facts, world: World) -> list[str]:
    """Return the periods for which the checker is told a rate of exchange."""
    return [str(row.period) for row in facts.statements.rates[world.money]]


def _read(raw: dict[str, Any]) -> Document | None:
    try:
        return parse_document(yaml.safe_dump(raw))
    except EntrepotError:
        return None


def _count(made: Made, tally: Tally) -> None:
    start = time.process_time()
    found = check(made.document, facts=made.facts)
    tally.seconds += time.process_time() - start
    tally.claims += len(made.document.claims)
    if not made.slips:
        tally.untouched += 1
        if found.found_something:
            tally.alarms += 1
            tally.wrong["alarm"].append((made, found))
        return
    by_id = {item.id: item for item in found.claims}
    for slip, nameable in zip(made.slips, made.nameable, strict=True):
        tally.made[slip.kind] += 1
        bad = [by_id[n] for n in slip.numbers if by_id[n].verdict in ("differs", "cannot_hold")]
        if found.found_something:
            tally.seen[slip.kind] += 1
        else:
            tally.wrong[f"unseen {slip.kind}"].append((made, found))
        if nameable:
            tally.nameable[slip.kind] += 1
            named = [[one.kind for one in item.slips] for item in bad if item.slips]
            tally.first[slip.kind] += any(kinds[0] == slip.kind for kinds in named)
            tally.third[slip.kind] += any(slip.kind in kinds[:3] for kinds in named)
            if not any(kinds[0] == slip.kind for kinds in named):
                tally.wrong[f"named {slip.kind}"].append((made, found))
