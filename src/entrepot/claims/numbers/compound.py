"""Numbers printed in two parts: "2 млрд 300 млн", "1 Milliarde 200 Millionen", 七成五."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.numbers.kinds import Token

__all__ = ["compounded"]

_LEAST = 1000.0
"""How many times larger the scale of the first part is."""
_SCALES = ("scale", "one_scale")


def compounded(found: Sequence[Token]) -> list[Token]:
    """Return the tokens with the two parts of one number put together."""
    kept: list[Token] = []
    at = 0
    while at < len(found):
        parts = _of_two_scales(found, at) or _of_tenths(found, at)
        if parts is None:
            kept.append(found[at])
            at += 1
            continue
        put, size = parts
        kept += put
        at += size
    return kept


def _of_two_scales(found: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """Read whole thousands of millions with the millions behind them as one number of these."""
    window = found[at : at + 4]
    if [token.kind for token in window[::2]] != ["number", "number"]:
        return None
    if len(window) < 4 or any(token.kind not in _SCALES for token in window[1::2]):
        return None
    first, _, last, small = window
    worth = [token.value if isinstance(token.value, float) else 0.0 for token in window]
    times = worth[1] / worth[3] if worth[3] else 0.0
    whole = first.step == 1 and worth[0].is_integer()
    if not whole or times < _LEAST or not 0 < worth[2] < times:
        return None
    value = worth[0] * times + worth[2]
    number = replace(last, value=value, start=first.start, text=first.text, other=None)
    return [number, replace(small, kind="scale")], 4


def _of_tenths(found: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """Read the tenth of a tenth that stands behind 成: 七成五 is 75 %, 一成半 is 15 %."""
    window = found[at : at + 4]
    if [token.kind for token in window[:3]] != ["number", "tenths", "unit"] or len(window) < 4:
        return None
    first, tenths, unit, last = window
    touches = first.end == tenths.start and tenths.end == last.start
    value = 5.0 if last.text == "半" else last.value if last.kind == "number" else None
    if not touches or not isinstance(value, float) or not 0 < value < 10 or last.digits:
        return None
    if not isinstance(first.value, float) or not first.value.is_integer():
        return None
    number = replace(first, value=first.value + value / 10, step=0.1)
    return [number, tenths, replace(unit, end=last.end)], 4
