"""Numbers printed in several parts: "2 млрд 300 млн", 七成五, "three tenths of a percent"."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.numbers.kinds import Token

__all__ = ["compounded"]

_LEAST = 1000.0
"""How many times larger the scale of the first part is."""
_SCALES = ("scale", "one_scale")
_ARTICLES = ("of", "a", "one", "eines")
_AND = ("and", "и", "und", "целых", "целая", "целые")
_BACK = 4
"""How many tokens before a number the word that opens a range may stand."""
_TENTHS = re.compile(r"tenths?$|десят\w+$|zehntel$")


def compounded(found: Sequence[Token]) -> list[Token]:
    """Return the tokens with the two parts of one number put together."""
    kept: list[Token] = []
    at = 0
    while at < len(found):
        parts = next(filter(None, (read(found, at) for read in _READ)), None)
        if parts is None:
            kept.append(found[at])
            at += 1
            continue
        put, size = parts
        kept += put
        at += size
    return kept


def _of_two_scales(found: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """Read whole thousands of millions with the millions behind them as one number.

    In the larger scale, which the first number of a range shares: "between 2 and 3 bn 200 mln".
    """
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
    value = float(Decimal(str(worth[0])) + Decimal(str(worth[2])) / Decimal(times))
    step = float(Decimal(str(last.step)) / Decimal(times))
    number = replace(last, value=value, step=step, start=first.start, text=first.text, other=None)
    return [number, replace(small, kind="scale", value=worth[1])], 4


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


def _of_a_percent(found: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """Read "three tenths of a percent", which is no part of a whole, as 0.3 %."""
    here = at + 1
    while here < len(found) and found[here].text in _ARTICLES:
        here += 1
    unit = found[here] if here < len(found) else None
    small = unit is not None and unit.kind == "unit" and unit.value in ("percent", "points")
    if found[at].kind != "fraction" or here == at + 1 or unit is None or not small:
        return None
    return [found[at], unit], here + 1 - at


def _and_tenths(found: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """Read "двенадцать и три десятых" as one number; other parts behind a number as none."""
    first, here = found[at], at + 1
    while here < len(found) and found[here].text in _AND:
        here += 1
    part = found[here] if here < len(found) else None
    if first.kind != "number" or here == at + 1 or part is None or part.kind != "fraction":
        return None
    whole, tenths = first.value, part.value
    plain = isinstance(whole, float) and whole.is_integer() and not first.digits
    opened = any(token.kind == "opens" for token in found[max(at - _BACK, 0) : at])
    if opened or not plain or not isinstance(tenths, float) or not _TENTHS.search(part.text):
        return [replace(first, kind="unknown", end=part.end)], here + 1 - at
    text = " ".join(token.text for token in found[at : here + 1])
    value = float(Decimal(str(whole)) + Decimal(str(tenths)))
    return [replace(first, value=value, step=0.1, end=part.end, text=text)], here + 1 - at


_READ = (_of_two_scales, _of_tenths, _of_a_percent, _and_tenths)
