"""Numerals that are no quantities: years, dates, ordinals, codes, marks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.numbers.tokens import Token

__all__ = ["left_out"]

_WEIGHS = ("scale", "unit", "currency")
_FIRST_YEAR, _LAST_YEAR = 1800.0, 2100.0
_LINKS = frozenset({",", "and", "or", "-", "/", "&", "to"})


def left_out(found: Sequence[Token], text: str) -> list[Token]:
    """Return the tokens with numerals that are no quantities made unknown."""
    kept = list(found)
    code_before = False
    for at, token in enumerate(kept):
        if token.kind != "number":
            if token.text not in _LINKS:
                code_before = False
            continue
        is_code = _is_code(kept, at) or (code_before and not _weighs(kept, at))
        if is_code or _is_out(kept, at, text):
            kept[at] = replace(token, kind="unknown")
        code_before = is_code
    return kept


def _is_out(found: Sequence[Token], at: int, text: str) -> bool:
    token = found[at]
    if _weighs(found, at) or _shares(found, at):
        return False
    if not token.digits:
        return True
    return (
        _is_year(token)
        or _is_date(found, at)
        or _is_mark(found, at, text)
        or _is_stuck(found, at, text)
        or _next_kind(found, at) in ("time", "ending")
    )


def _weighs(found: Sequence[Token], at: int) -> bool:
    """Whether a scale, unit or currency stands with the number, or with the end of its range."""
    if at and found[at - 1].kind == "currency":
        return True
    for step in (1, 2, 3):
        if at + step >= len(found):
            return False
        kind = found[at + step].kind
        if kind in _WEIGHS:
            return True
        if kind not in ("range", "number", "sign") and found[at + step].text != "-":
            return False
    return False


def _shares(found: Sequence[Token], at: int) -> bool:
    around = [*found[max(at - 1, 0) : at], *found[at + 1 : at + 2]]
    return any(token.kind in ("out_of", "parts_of") for token in around)


def _is_year(token: Token) -> bool:
    return token.text.isdigit() and _FIRST_YEAR <= _value(token) <= _LAST_YEAR


def _is_date(found: Sequence[Token], at: int) -> bool:
    near = [*found[max(at - 2, 0) : at], *found[at + 1 : at + 3]]
    months = [token for token in near if token.kind == "month"]
    return bool(months) and _value(found[at]) <= 31


def _is_mark(found: Sequence[Token], at: int, text: str) -> bool:
    """Whether it is a footnote mark, an item of a list, a time of day or a fraction of signs."""
    before = found[at - 1].text if at else "\n"
    after = found[at + 1].text if at + 1 < len(found) else ""
    if (before, after) in (("[", "]"), ("(", ")")):
        return True
    if after in (":", "/") or before in (":", "/", "#"):
        return True
    line = text.rfind("\n", 0, found[at].start) + 1
    starts = not text[line : found[at].start].strip()
    return starts and after in (".", ")")


def _is_stuck(found: Sequence[Token], at: int, text: str) -> bool:
    """Whether letters touch it: G7, 5G, 3rd, Il-76."""
    token = found[at]
    lead = text[max(token.start - 2, 0) : token.start]
    if lead[-1:].isalpha() or (lead[-1:] in "-–‑" and lead[:1].isalpha() and len(lead) > 1):
        return True
    tail = text[token.end : token.end + 1]
    return tail.isalpha() and ord(tail) < 0x3000


def _is_code(found: Sequence[Token], at: int) -> bool:
    before = [token for token in found[max(at - 2, 0) : at] if token.text != "."]
    return bool(before) and before[-1].kind == "code" and found[at].digits


def _next_kind(found: Sequence[Token], at: int) -> str:
    for token in found[at + 1 : at + 3]:
        if token.text != "-":
            return token.kind
    return ""


def _value(token: Token) -> float:
    return token.value if isinstance(token.value, float) else 0.0
