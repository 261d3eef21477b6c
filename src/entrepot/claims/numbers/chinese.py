"""Chinese numerals put together: 二千二百八十四亿, 1.63万亿, 3亿5000万."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.numbers.kinds import Token

__all__ = ["composed"]

_PARTS = ("digit", "place", "large", "point")
_NOTHING, _ONE, _ENOUGH = Decimal(0), Decimal(1), Decimal(10) ** 16
_VAGUE = frozenset("数几上成多第")


def composed(found: Sequence[Token]) -> list[Token]:
    """Replace runs of digits, places and large units by the number they make."""
    kept: list[Token] = []
    factors: dict[int, Decimal] = {}
    at = 0
    while at < len(found):
        if _opens(found, at):
            parts, at = _Parts.of(found, at)
            factors[len(kept)] = parts.factor
            kept += parts.tokens()
            continue
        token = found[at]
        if token.kind == "large" and _kind(found, at + 1) == "parts_of":  # 万分之三
            token = replace(token, kind="number", step=1.0)
        kept.append(replace(token, kind="unknown") if token.kind in _PARTS else token)
        at += 1
    for place, factor in factors.items():
        if factor == 1 and _kind(kept, place + 1) == "range":
            kept[place] = _scaled(kept[place], factors.get(place + 2, _ONE))
    return kept


def _scaled(number: Token, factor: Decimal) -> Token:
    """Give the first end of a range the large unit of the last: 2至3亿."""
    value = float(Decimal(str(number.value)) * factor)
    return replace(number, value=value, step=number.step * float(factor))


def _opens(found: Sequence[Token], at: int) -> bool:
    token = found[at]
    if token.kind != "place":
        return token.kind in ("number", "digit")
    after = found[at + 1].kind if at + 1 < len(found) else ""
    vague = at > 0 and found[at - 1].text in _VAGUE
    fraction = after == "parts_of"  # 十分之一, but 十分重要 is "very important"
    return fraction or (
        not vague and (after == "large" or (token.value == 10.0 and after == "digit"))
    )


@dataclass(slots=True)
class _Parts:
    """A number while it is read: above and below the last large unit."""

    used: list[Token] = field(default_factory=list)
    above: Decimal = _NOTHING
    section: Decimal = _NOTHING
    last: Decimal | None = None
    step: Decimal = _ONE
    large: Decimal = _NOTHING
    printed: bool = False
    more: Token | None = None

    @classmethod
    def of(cls, found: Sequence[Token], at: int) -> tuple[_Parts, int]:
        """Read from a place on; return also where the text goes on."""
        parts = cls()
        while at < len(found):
            size = parts._take(found, at)
            if not size:
                break
            parts.used += found[at : at + size]
            at += size
        return parts, at

    @property
    def factor(self) -> Decimal:
        """What the units at its end multiply its digits by."""
        sizes = [Decimal(str(part.value)) for part in self.used if part.kind in ("large", "place")]
        ends = bool(self.used) and self.used[-1].kind in ("large", "place")
        return math.prod(sizes, start=_ONE) if ends else _ONE

    def tokens(self) -> list[Token]:
        """Return the number, and "more than" where the text says 多 or 余 inside it."""
        first, final = self.used[0], self.used[-1]
        other = first.other
        value = float(self.above + self.section + (self.last or _NOTHING))
        if other and isinstance(first.value, float) and first.value:
            factor = value / first.value
            other = (other[0] * factor, other[1] * factor)
        number = replace(
            first,
            kind="number",
            value=value,
            step=0.2 * value if first.kind == "place" and first.value != 10.0 else float(self.step),
            end=final.end,
            text="".join(token.text for token in self.used),
            digits=self.printed,
            other=other,
        )
        return [number] if self.more is None else [number, replace(self.more, end=final.end)]

    def _take(self, found: Sequence[Token], at: int) -> int:
        """Take in what stands at a place; return how many tokens that was."""
        token = found[at]
        value = Decimal(str(token.value)) if isinstance(token.value, float) else _NOTHING
        match token.kind:
            case "number" if self.last is None and not self.section:
                self.last, self.step, self.printed = value, Decimal(str(token.step)), True
                return 1
            case "digit" if self.last is None:
                return self._digits(found, at)
            case "place" if self.used or _opens(found, at):
                return self._place(value)
            case "large" if self.last is not None or self.section or 0 < self.above < _ENOUGH:
                return self._large(value)
            case "after" if self.used and token.value == "more_than":
                following = found[at + 1].kind if at + 1 < len(found) else ""
                if following in ("place", "large") and self.more is None:
                    self.more = token
                    return 1
        return 0

    def _digits(self, found: Sequence[Token], at: int) -> int:
        text, here, point = "", at, False
        while here < len(found):
            token = found[here]
            if token.kind == "digit" and isinstance(token.value, float):
                text += f"{token.value:.0f}"
            elif token.kind == "point" and not point and _kind(found, here + 1) == "digit":
                text, point = text + ".", True
            else:
                break
            here += 1
        self.last = Decimal(text)
        self.step = _ONE.scaleb(-len(text.partition(".")[2]))
        return here - at

    def _place(self, worth: Decimal) -> int:
        if self.last is None and self.section and worth != 10:
            return 0
        self.section += (_ONE if self.last is None else self.last) * worth
        self.step = self.step * worth if self.printed else _ONE
        self.last = None
        return 1

    def _large(self, worth: Decimal) -> int:
        pending = self.section + (self.last or _NOTHING)
        if not pending:
            self.above *= worth
        elif self.large and worth > self.large:
            self.above = (self.above + pending) * worth
        else:
            self.above += pending * worth
        self.step *= worth
        self.section, self.last, self.large = _NOTHING, None, worth
        return 1


def _kind(found: Sequence[Token], at: int) -> str:
    return found[at].kind if at < len(found) else ""
