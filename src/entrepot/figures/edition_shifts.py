"""Where the goods of a code are in another edition, for two reports that are in two of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.goods.editions import known_codes
from entrepot.goods.links import steps
from entrepot.model.product import EDITIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from entrepot.goods import Links

    Reached = Mapping[str, frozenset[str]]

__all__ = ["Move", "moves"]

Move = tuple[str, str, str, str]
"""Edition and code of the exporter's report, edition and code of the importer's."""


def moves(pairs: Iterable[tuple[str, str]], links: Links | None) -> tuple[Move, ...]:
    """Return where reports of one edition go when the other side reports in another.

    Parameters
    ----------
    pairs
        Edition of the exporter's reports, and of the importer's; names that are no editions of the
        Harmonized System are left out.
    links
        Tables between editions; where one is missing, codes of one heading are taken to share
        their goods.

    Returns
    -------
    tuple of Move
        For a code that the other edition lacks: the codes that took its place and are new there,
        or else the only one that it is now a part of. For a code that both have and out of which
        new codes were cut: itself and these, where they hold nothing else.
    """
    known = {one.id for one in EDITIONS}
    found: list[Move] = []
    for own, other in sorted(set(pairs)):
        if own == other or not {own, other} <= known:
            continue
        reached = _reached(own, other, links)
        goes = _by_heading(own, other) if reached is None else _by_links(own, other, *reached)
        found += [(own, code, other, target) for code, target in goes]
    return tuple(sorted(found))


def _codes(name: str) -> frozenset[str]:
    return frozenset(code for code, there in known_codes().items() if name in there)


def _by_heading(own: str, other: str) -> Iterator[tuple[str, str]]:
    here, there = _codes(own), _codes(other)
    new: dict[str, list[str]] = defaultdict(list)
    for code in there - here:
        new[code[:4]].append(code)
    for code in here - there:
        for target in new[code[:4]]:
            yield code, target


def _by_links(own: str, other: str, forward: Reached, back: Reached) -> Iterator[tuple[str, str]]:
    here, there = _codes(own), _codes(other)
    new = there - here
    for code in here - there:
        now = forward.get(code, frozenset()) & there
        targets = now & new or (now if len(now) == 1 else frozenset())
        for target in targets:
            yield code, target
    for code in here & there:
        now = forward.get(code, frozenset())
        cut = {one for one in now & new if back[one] == {code}}
        if cut and code in now:
            for target in (code, *cut):
                yield code, target


def _reached(own: str, other: str, links: Links | None) -> tuple[Reached, Reached] | None:
    """Return the codes that each code leads to, and back; None if a table is missing."""
    if links is None:
        return None
    path = steps(own, other)
    try:
        kept = [links.kept(*step) for step in path]
    except RequestError:
        return None
    newer_first: Reached = {}
    older_first: Reached = {}
    for place, step in enumerate(kept):  # newest first
        down, up = defaultdict(set), defaultdict(set)
        for new, old in step:
            down[new].add(old)
            up[old].add(new)
        newer_first = _then(newer_first, down) if place else _frozen(down)
        older_first = _then(up, older_first) if place else _frozen(up)
    forward, back = newer_first, older_first
    return (forward, back) if path[0][0] == own else (back, forward)


def _then(one: Mapping[str, Iterable[str]], other: Mapping[str, Iterable[str]]) -> Reached:
    return {
        code: frozenset(end for between in one[code] for end in other.get(between, ()))
        for code in one
    }


def _frozen(links: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    return {code: frozenset(targets) for code, targets in links.items()}
