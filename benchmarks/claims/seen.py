"""What a text's own numbers exclude: linear programs over levels, one series apart from another.

Written to decide what a checker could see, before it is asked. `scipy` decides; nothing is taken
from the checker.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from benchmarks.claims.texts import SHARES
from scipy.optimize import linprog

if TYPE_CHECKING:
    from benchmarks.claims.levels import World
    from benchmarks.claims.texts import Claim

__all__ = ["contradicts", "nameable"]

Row = dict[object, float]
HUGE = 1e30


def contradicts(world: World, claims: list[Claim]) -> bool:
    """Whether no levels at all make all claims true."""
    return not _possible(world, claims)


def nameable(world: World, true: list[Claim], wrong: list[Claim]) -> bool:
    """Whether the text says which of its claims is wrong, and what it should be.

    It does when the text is possible without the changed claims, and without no other single one;
    and when what is left holds each changed number within three times its digits, or 2 %.
    """
    changed = [n for n, (a, b) in enumerate(zip(true, wrong, strict=True)) if a != b]
    rest = [one for n, one in enumerate(wrong) if n not in changed]
    for n in range(len(wrong)):
        if n not in changed and _possible(world, [c for m, c in enumerate(wrong) if m != n]):
            return False
    for n in changed:
        one = true[n]
        room = max(1.5 * (one.high - one.low), 0.02 * abs(one.high + one.low) / 2)
        middle = (one.high + one.low) / 2
        for low, high in ((-HUGE, middle - room), (middle + room, HUGE)):
            if _possible(world, [*rest, replace(one, low=low, high=high)]):
                return False
    return True


def wider(claim: Claim) -> Claim:
    """Return a claim whose digits reach one more width to either side."""
    width = claim.high - claim.low
    return replace(claim, low=claim.low - width, high=claim.high + width)


def _possible(world: World, claims: list[Claim]) -> bool:
    rows: list[tuple[Row, float]] = []  # sum of coefficient times level, at most the bound
    for claim in claims:
        _rows_of(world, claim, rows)
    _shares_of_levels(claims, rows)
    _structure(rows)
    names = sorted({name for row, _ in rows for name in row}, key=repr)
    if not names:
        return True
    place = {name: n for n, name in enumerate(names)}
    left = np.zeros((len(rows), len(names)))
    right = np.zeros(len(rows))
    for n, (row, bound) in enumerate(rows):
        for name, factor in row.items():
            left[n, place[name]] += factor
        right[n] = bound
    scale = np.abs(left).max(axis=1)
    scale[scale == 0] = 1.0
    found = linprog(
        np.zeros(len(names)), A_ub=left / scale[:, None], b_ub=right / scale, bounds=(0, None)
    )
    return bool(found.status != 2)


def _rows_of(world: World, claim: Claim, rows: list[tuple[Row, float]]) -> None:  # noqa: C901
    home, unit = world.home, 1e9
    series = claim.counted

    def total(**more: str) -> Row:
        row: Row = {}
        for flow in claim.flows(home, **more):
            row[series, *flow] = row.get((series, *flow), 0.0) + 1.0
        return row

    def between(row: Row, low: float, high: float) -> None:
        if high < HUGE:
            rows.append((row, high))
        if low > -HUGE:
            rows.append(({name: -factor for name, factor in row.items()}, -low))

    def part(above: Row, below: Row, low: float, high: float) -> None:
        for sign, bound in ((1.0, high), (-1.0, low)):
            if abs(bound) >= HUGE:
                continue
            row = {name: sign * factor for name, factor in above.items()}
            for name, factor in below.items():
                row[name] = row.get(name, 0.0) - sign * bound * factor
            rows.append((row, 0.0))

    if claim.kind == "value":
        between(total(), claim.low / unit, claim.high / unit)
    elif claim.kind == "balance":
        out = replace(claim, outward=True).flows(home)[0]
        back = replace(claim, outward=False).flows(home)[0]
        between({(series, *out): 1.0, (series, *back): -1.0}, claim.low / unit, claim.high / unit)
    elif claim.kind == "growth":
        part(total(), total(period=claim.base), 1 + claim.low, 1 + claim.high)
    elif claim.kind in SHARES:
        part(total(), total(partner="WLD"), claim.low, claim.high)
        between({("share", *_share(claim, claim.period)): 1.0}, claim.low, claim.high)
    elif claim.kind == "change":
        now, then = (("share", *_share(claim, when)) for when in (claim.period, claim.base))
        between({now: 1.0, then: -1.0}, claim.low, claim.high)
    elif claim.kind == "ratio":
        below = total(goods="all") if claim.to == "all" else total(partner=claim.to)
        part(total(), below, claim.low, claim.high)


def _shares_of_levels(claims: list[Claim], rows: list[tuple[Row, float]]) -> None:
    """Add what amounts in print leave for a share: a change of it is not linear in levels."""
    held: dict[tuple[object, ...], Claim] = {}
    for one in claims:
        if one.kind == "value" and not one.both and one.low > 0:
            held[_share(one, one.period)] = one
    for key, part in held.items():
        whole = held.get(_share(replace(part, partner="WLD"), part.period))
        if whole is None or part.partner == "WLD":
            continue
        rows.append(({("share", *key): 1.0}, part.high / whole.low))
        rows.append(({("share", *key): -1.0}, -part.low / whole.high))


def _share(claim: Claim, when: str) -> tuple[object, ...]:
    return (claim.counted, claim.outward, claim.partner, claim.goods, when)


def _structure(rows: list[tuple[Row, float]]) -> None:
    """Hold parts below wholes: a partner of the world, goods of all goods, months of a year."""
    names = {name for row, _ in rows for name in row if isinstance(name, tuple) and len(name) == 5}
    flows = {name for name in names if name[0] != "share"}
    for series, seller, buyer, goods, period in flows:
        for whole in (
            (series, "WLD", buyer, goods, period),
            (series, seller, "WLD", goods, period),
            (series, seller, buyer, "all", period),
            (series, seller, buyer, goods, period[:4]),
        ):
            if whole in flows and whole != (series, seller, buyer, goods, period):
                rows.append(({(series, seller, buyer, goods, period): 1.0, whole: -1.0}, 0.0))
