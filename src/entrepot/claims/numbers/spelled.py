"""Numbers in words, put together: "two hundred and fifty", "twenty-five", "four and a half"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrepot.claims.numbers.kinds import Token

__all__ = ["joined"]

_HUNDRED = 100.0
_LINKS = ("and", "dash")
_LARGE = 1e6


def joined(found: list[Token]) -> list[Token]:
    """Replace runs of number words by numbers, and halves and lone articles by what they add."""
    kept: list[Token] = []
    at = 0
    while at < len(found):
        token = found[at]
        if token.kind == "spelled":
            number, at = _number(found, at)
            kept.append(number)
            continue
        at += 1
        if token.kind == "half":
            if kept and kept[-1].kind == "number":
                kept[-1] = _with_half(kept[-1], token)
                continue
            sign = isinstance(token.value, float)  # ¾ stands alone, "and a half" does not
            token = replace(token, kind="fraction" if sign else "unknown")
        kept.append(_round(token, kept, found, at))
    return kept


def _number(found: list[Token], at: int) -> tuple[Token, int]:
    """Return the number that starts at a number word, and where the text goes on."""
    first = found[at]
    total = _worth(first)
    here = at + 1
    last = first
    while here < len(found):
        step = 1 if found[here].kind == "spelled" else 2
        link = found[here].kind == "range" and found[here].value in _LINKS
        place = here + step - 1
        if place >= len(found) or found[place].kind != "spelled" or (step > 1 and not link):
            break
        if step > 1 and found[here].value == "and" and total < _HUNDRED:
            break
        added = _added(total, _worth(found[place]))
        if added is None:
            break
        total, last, here = added, found[place], place + 1
    worth = 1.0 if total.is_integer() else 0.5
    number = replace(first, kind="number", value=total, end=last.end, step=worth)
    return replace(number, text=" ".join(part.text for part in found[at:here])), here


def _worth(token: Token) -> float:
    return token.value if isinstance(token.value, float) else 0.0


def _added(total: float, word: float) -> float | None:
    """Return what a number word makes of the number before it, or None if it begins another."""
    if word == _HUNDRED and 0 < total < 10:
        return total * _HUNDRED
    room = 10 if total % _HUNDRED else _HUNDRED
    if total >= 20 and total % 10 == 0 and 0 < word < room and word == int(word):
        return total + word
    return None


def _with_half(number: Token, half: Token) -> Token:
    part = _worth(half) or 0.5
    step, text = min(part, 1 - part), f"{number.text} {half.text}"
    return replace(number, value=_worth(number) + part, step=step, end=half.end, text=text)


def _round(token: Token, before: list[Token], found: list[Token], following: int) -> Token:
    """Read "a trillion" and "half a point" as round numbers; "a" elsewhere says nothing."""
    if token.kind == "one_scale":
        return _lone_scale(token, before, found, following)
    if token.kind != "round":
        return token
    after = found[following] if following < len(found) else None
    value = _worth(token)
    if value > 1:
        return replace(token, kind="number", step=0.2 * value)
    large = after is not None and after.kind == "scale" and after.value in (1e3, 1e6, 1e9, 1e12)
    if large or (value == 0.5 and after is not None and after.kind in ("unit", "currency")):
        return replace(token, kind="number", step=0.2 * value)
    return replace(token, kind="filler" if value == 1 else "unknown")


def _lone_scale(token: Token, before: list[Token], found: list[Token], following: int) -> Token:
    """Read "миллиард долларов" as one of them, "21 миллиард" as a scale."""
    if before and before[-1].kind in ("number", "scale"):
        return replace(token, kind="scale")
    after = found[following] if following < len(found) else None
    if after is not None and after.kind in ("currency", "unit"):
        return replace(token, kind="number", step=0.2 * _worth(token))
    return replace(token, kind="unknown")
