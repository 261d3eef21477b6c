"""Runs of tokens cut into number phrases: which words belong to which number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.numbers.kinds import ASIDE, CORES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.claims.numbers.kinds import Token

__all__ = ["pieces"]

_BEHIND = ("scale", "unit", "currency", "per", "after", "larger", "moved_after")
_BEFORE = (
    "sign",
    "currency",
    "unit",
    "relation",
    "level",
    "moved",
    "by",
    "per_before",
    "filler",
)


def pieces(found: Sequence[Token]) -> Iterator[list[Token]]:
    """Return the tokens of each number phrase in a text, in order, each as long as it can be."""
    run: list[Token] = []
    for token in found:
        if token.kind not in ASIDE:
            run.append(token)
            continue
        yield from _phrases(run)
        run = []
    yield from _phrases(run)


def _phrases(run: list[Token]) -> Iterator[list[Token]]:
    cores = [at for at, token in enumerate(run) if token.kind in CORES]
    free = 0
    skip = -1
    for place, core in enumerate(cores):
        if core <= skip:
            continue
        following = cores[place + 1] if place + 1 < len(cores) else len(run)
        start = _start(run, core, free)
        piece, end = _behind(run, core, following, run[max(start - 1, 0) : core])
        if following < len(run) and _joins(run, core, end, following, start):
            beyond = cores[place + 2] if place + 2 < len(cores) else len(run)
            tail, end = _behind(run, following, beyond, run[start:core])
            if start > free and run[start - 1].kind == "opens":
                start = _start(run, start - 1, free)
            piece = [*run[start:following], *tail]
            skip = following
        else:
            piece = [*run[start:core], *piece, *_borrowed(run, core, end, following)]
        free = end
        yield _trimmed(piece)


def _start(run: list[Token], core: int, free: int) -> int:
    """Return where the words that belong in front of a number begin."""
    seen: set[str] = set()
    at = core
    while at > free:
        kind = run[at - 1].kind
        if kind not in _BEFORE or (kind in seen and kind in ("relation", "moved", "by")):
            break
        if kind == "moved" and "level" in seen:
            break
        if kind in ("currency", "unit") and at < core and run[at].kind not in ("sign", "unit"):
            break
        seen.add(kind)
        at -= 1
        if kind == "moved":
            break
    return at


def _behind(
    run: list[Token], core: int, following: int, before: list[Token]
) -> tuple[list[Token], int]:
    """Return a number with the words behind it that belong to it, and where they end."""
    piece = [run[core]]
    moved = any(token.kind in ("moved", "range") for token in before)
    at = core + 1
    while at < following:
        token = run[at]
        if token.kind == "moved" and _says_more(run, core, at, following, moved=moved):
            moved = True
        elif (moved and token.kind == "moved_after") or (
            token.kind not in _BEHIND and not _ties(run, at, following)
        ):
            break
        piece.append(token)
        at += 1
    return piece, at


def _says_more(run: list[Token], core: int, at: int, following: int, *, moved: bool) -> bool:
    """Whether a rise or fall behind a number is told of that number."""
    if run[at].start == run[core].start:
        return True
    return not moved and not _leads(run, at, following)


def _ties(run: list[Token], at: int, following: int) -> bool:
    """Whether a word that says nothing stands between a number and its unit."""
    tie = run[at].kind == "filler" and run[at].text == "-"
    return tie and at + 1 < following and run[at + 1].kind in (*_BEHIND, "range")


def _leads(run: list[Token], at: int, following: int) -> bool:
    """Whether what stands at `at` belongs to the number that follows."""
    if following == len(run):
        return False
    return all(token.kind in (*_BEFORE, "range", "opens") for token in run[at + 1 : following])


def _joins(run: list[Token], core: int, end: int, following: int, start: int) -> bool:
    """Whether two numbers are the ends of one range."""
    link = run[end] if end < following else None
    if link is None or link.kind not in ("range", "out_of", "parts_of"):
        return False
    if any(token.kind not in ("currency", "sign", "unit") for token in run[end + 1 : following]):
        return False
    if link.kind != "range":
        return end == core + 1
    first, last = run[core], run[following]
    if first.kind != last.kind or not _rises(run, core, end, following):
        return False
    opened = run[start - 1].value if start and run[start - 1].kind == "opens" else None
    own = any(token.kind in ("unit", "currency") for token in run[core + 1 : end])
    moved = any(token.kind == "moved" for token in run[start:core])
    match link.value:
        case "and":
            return opened == "between"
        case "dash":
            return True
        case "level":
            return False
    return not (own and moved) and opened != "change"


def _borrowed(run: list[Token], core: int, end: int, following: int) -> list[Token]:
    """Return scale and unit of "from 27 to 34 per cent" for the first number, which has none."""
    if end >= following or following >= len(run) or run[core].kind != "number":
        return []
    link = run[end]
    between = run[end + 1 : following]
    if link.kind != "range" or link.value == "and" or run[following].kind != "number":
        return []
    if any(token.kind not in ("currency", "sign", "filler") for token in between):
        return []
    kinds = ("scale", "unit", "currency")
    own = {token.kind for token in (*run[max(core - 1, 0) : core], *run[core + 1 : end])}
    if own & {"scale", "unit"}:
        return []
    lent = [*between, *run[following + 1 : following + 4]]
    stop = next((at for at, token in enumerate(lent) if token.kind not in (*kinds, "sign")), None)
    place = run[core].end
    return [
        replace(token, start=place, end=place)
        for token in lent[:stop]
        if token.kind in kinds and not (token.kind == "currency" and "currency" in own)
    ]


def _rises(run: list[Token], core: int, end: int, following: int) -> bool:
    """Whether the second number is not below the first, and of one unit with it."""
    behind = run[following + 1 : following + 4]
    ahead = run[end + 1 : following]
    units = {token.value for token in run[core + 1 : end] if token.kind in ("unit", "currency")}
    after = {token.value for token in [*ahead, *behind] if token.kind in ("unit", "currency")}
    if units and after and not units & after:
        return False
    first, last = _worth(run, core, end), _worth(run, following, following + 2)
    if not any(token.kind == "scale" for token in run[core + 1 : end]):
        first = _plain(run[core])
        last = _plain(run[following])
    return first <= last


def _plain(token: Token) -> float:
    return token.value if isinstance(token.value, float) else 0.0


def _worth(run: list[Token], core: int, end: int) -> float:
    value = _plain(run[core])
    for token in run[core + 1 : end]:
        if token.kind == "scale":
            value *= _plain(token)
    return value


def _trimmed(piece: list[Token]) -> list[Token]:
    """Leave out words at either end that say nothing."""
    nothing = ("filler", "by", "range")
    start, end = 0, len(piece)
    while start < end - 1 and piece[start].kind in nothing:
        start += 1
    while end > start + 1 and piece[end - 1].kind in nothing:
        end -= 1
    return piece[start:end]
