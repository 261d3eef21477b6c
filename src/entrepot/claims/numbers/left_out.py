"""Numerals that are no quantities: years, dates, spans of time, ordinals, codes, marks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.numbers.kinds import Token

__all__ = ["without_other_numerals"]

_WEIGHS = ("scale", "unit", "currency", "per")
_FIRST_YEAR, _LAST_YEAR = 1800.0, 2100.0
_LINKS = frozenset({",", "and", "or", "-", "/", "&", "to", "и", "или", "und", "oder", "、", "和"})
_SENTENCE_ENDS = frozenset(".;。；")
_HAN = "\u3000"


def without_other_numerals(found: Sequence[Token], text: str) -> list[Token]:
    """Return the tokens with numerals that are no quantities made unknown.

    Parameters
    ----------
    found
        The tokens of a text.
    text
        The text.
    """
    kept = list(found)
    code_before = False
    for at, token in enumerate(kept):
        if token.kind == "comparable" and token.value == "loose":  # "the same goods"
            kept[at] = replace(token, kind="unknown")
        if token.kind != "number":
            code_before = code_before and token.text in _LINKS
            continue
        code_before = _is_code(kept, at) or (code_before and not _weighs(kept, at))
        if code_before or _is_out(kept, at, text):
            kept[at] = replace(token, kind="unknown")
    return kept


def _is_out(found: Sequence[Token], at: int, text: str) -> bool:
    token = found[at]
    if _is_year(token) and not _is_more(found, at):
        return not _weighs(found, at, through_range=_rises_to_its_like(found, at))
    if _is_date(found, at) or _parted(found, at):
        return True
    if _weighs(found, at) or _shares(found, at):
        return False
    return (
        not token.digits
        or _is_dashed(found, at)
        or _is_mark(found, at, text)
        or _is_stuck(token, text)
        or _next_kind(found, at) in ("time", "ending")
    )


def _weighs(found: Sequence[Token], at: int, *, through_range: bool = True) -> bool:
    """Whether a scale, unit or currency stands with the number, or with the end of its range."""
    if at and (found[at - 1].kind == "currency" or found[at - 1].value == "percent"):
        return True
    here = at + 1
    while here < len(found) and (found[here].kind == "after" or _is_tie(found[here])):
        here += 1
    if here >= len(found):
        return False
    if found[here].kind in _WEIGHS:
        return True
    if not through_range or found[here].kind != "range" or here + 1 >= len(found):
        return False
    opened = any(token.value == "between" for token in found[max(at - 3, 0) : at])
    if found[here].value == "and" and not opened:
        return False
    end = here + 2 if found[here + 1].kind in ("currency", "sign") else here + 1
    is_end = end < len(found) and found[end].kind == "number"
    return is_end and _weighs(found, end, through_range=False)


def _rises_to_its_like(found: Sequence[Token], at: int) -> bool:
    """Whether a number like a year opens a range to another: 1800 to 1900 thousand dollars."""
    after = found[at + 1 : at + 4]
    if not after or after[0].kind != "range":
        return False
    last = next((token for token in after[1:] if token.kind == "number"), None)
    return last is not None and _is_year(last) and _value(last) >= _value(found[at])


def _is_tie(token: Token) -> bool:
    return token.kind == "filler" and token.text == "-"


def _shares(found: Sequence[Token], at: int) -> bool:
    around = [*found[max(at - 1, 0) : at], *found[at + 1 : at + 2]]
    return any(token.kind in ("out_of", "parts_of") for token in around) and not _is_year(found[at])


def _is_year(token: Token) -> bool:
    return token.text.isdigit() and _FIRST_YEAR <= _value(token) <= _LAST_YEAR


def _is_more(found: Sequence[Token], at: int) -> bool:
    return at + 1 < len(found) and found[at + 1].kind == "after"


def _is_date(found: Sequence[Token], at: int) -> bool:
    """Whether a month stands beside it: 14 January, January 14th, 14. Januar, 1月14日."""
    if _value(found[at]) > 31 or found[at].step != 1:
        return False
    after = [token for token in found[at + 1 : at + 3] if token.text not in (".", "of")]
    month_after = bool(after) and after[0].kind == "month"
    if found[at + 1 : at + 2] and found[at + 1].kind == "ending":
        month_after = any(token.kind == "month" for token in found[at + 2 : at + 4])
    month_before = at > 0 and found[at - 1].kind == "month"
    return month_after or (month_before and not _weighs(found, at))


def _parted(found: Sequence[Token], at: int) -> bool:
    """Whether it is a time of day, or a part of a date: 10:30, 24/7, 14/01/2026."""
    token = found[at]
    for step in (-1, 1):
        mark, beyond = at + step, at + 2 * step
        if 0 <= mark < len(found) and 0 <= beyond < len(found) and found[mark].text in (":", "/"):
            touching = found[mark].end - found[mark].start + 0 == 1 and (
                found[mark].start == token.end or found[mark].end == token.start
            )
            if touching and (found[beyond].digits or found[beyond].kind == "number"):
                return True
    return False


def _is_dashed(found: Sequence[Token], at: int) -> bool:
    """Whether it is a piece of a date with dashes or the end of a span of years: 2026-01-14."""
    text = found[at].text
    if text.isdigit() and text.startswith("0") and len(text) > 1:
        return True
    before = found[at - 2 : at] if at > 1 else []
    if len(before) < 2 or before[1].text not in ("-", "–", "‑"):
        return False
    leads = _is_year(before[0]) or (before[0].text.startswith("0") and before[0].digits)
    return leads and before[0].end == before[1].start and before[1].end == found[at].start


def _is_mark(found: Sequence[Token], at: int, text: str) -> bool:
    """Whether it is a footnote mark or the number of an item."""
    before = found[at - 1].text if at else ""
    after = found[at + 1].text if at + 1 < len(found) else ""
    if (before, after) in (("[", "]"), ("(", ")"), ("（", "）")) or before == "#":
        return True
    if not found[at].text.isdigit():
        return False
    line = text.rfind("\n", 0, found[at].start) + 1
    starts = before in _SENTENCE_ENDS or not text[line : found[at].start].strip()
    return starts and after in (".", ")", "、") and at + 2 < len(found)


def _is_stuck(token: Token, text: str) -> bool:
    """Whether letters touch it: G7, 5G, Il-76."""
    lead = text[max(token.start - 2, 0) : token.start]
    tail = text[token.end : token.end + 1]
    if _letter(lead[-1:]) or _letter(tail):
        return True
    return len(lead) == 2 and lead[1] in "-‐‑–" and _letter(lead[0])


def _letter(sign: str) -> bool:
    return sign.isalpha() and sign < _HAN


def _is_code(found: Sequence[Token], at: int) -> bool:
    before = [token for token in found[max(at - 2, 0) : at] if token.text != "."]
    return bool(before) and before[-1].kind == "code"


def _next_kind(found: Sequence[Token], at: int) -> str:
    for token in found[at + 1 : at + 3]:
        if token.text != "-":
            return token.kind
    return ""


def _value(token: Token) -> float:
    return token.value if isinstance(token.value, float) else 0.0
