"""What is told apart: times and numbers that stand in a row, and what stands in brackets."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from entrepot.claims.draft.draft import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.draft.time import Time
    from entrepot.claims.numbers import Span

__all__ = ["are_joined", "beside", "check_brackets", "joined_times", "may_be_of"]

_BRACKETS = re.compile(r"[(（\[][^()（）\[\]]*[)）\]]")
_AND = r"(?:&|\b(?:and|or|und|oder|sowie|и|или)\b|[和与及或])"
_LINK = r"(?:\s|\b(?:in|im|the|year|Jahr|for|also|then|в|за|году|год|г\.)(?!\w))*"
_JOINED = re.compile(rf"{_LINK}[,、，]?\s*(?:[,、，/]|{_AND}{_LINK})\s*", re.IGNORECASE)
_BETWEEN_NUMBERS = re.compile(rf"\s*(?:(?:[,、，/]|{_AND})\s*)+", re.IGNORECASE)


def joined_times(times: Sequence[Time], text: str) -> list[tuple[Time, ...]]:
    """Return the rows of two or more times with only "and" or a comma between them."""
    rows: list[list[Time]] = []
    for time in times:
        last = rows[-1][-1] if rows else None
        if last and not time.ends_range and _JOINED.fullmatch(text[last.end : time.start]):
            rows[-1].append(time)
        else:
            rows.append([time])
    return [tuple(row) for row in rows if len({time.period for time in row}) > 1]


def are_joined(numbers: Sequence[Span], text: str) -> bool:
    """Whether numbers stand in a row with only "and" or a comma between them."""
    gaps = [text[one.end : other.start] for one, other in pairwise(numbers)]
    return all(_BETWEEN_NUMBERS.fullmatch(gap) for gap in gaps)


def may_be_of(time: Time, number: Span, text: str) -> bool:
    """Whether brackets let a time and a number belong together: "$9 bn (2022: $8 bn) in 2023"."""
    round_time, round_number = _bracket(time.start, text), _bracket(number.start, text)
    if round_time == round_number:
        return True
    if round_time:  # what stands in brackets with a number of its own is of that number
        return not _has_amount(text[slice(*round_time)], time, round_time[0])
    return True


def beside(number: Span, times: Sequence[Time], text: str) -> list[Time]:
    """Return the times that a number may be of: those in its own brackets before all others."""
    able = [time for time in times if may_be_of(time, number, text)]
    here = _bracket(number.start, text)
    inside = [time for time in able if _bracket(time.start, text) == here]
    return inside if here and inside else able


def check_brackets(
    number: Span, numbers: Sequence[Span], own: Sequence[Time], chosen: Time | None, text: str
) -> None:
    """Refuse where brackets set a second time or number beside the first.

    Raises
    ------
    Refusal
        If the number stands in brackets without a time of its own, beside one like it, or a time
        in brackets is beside another one and at no number.
    """
    here = _bracket(number.start, text)
    at = _bracket(chosen.start, text) if chosen else None
    like = [other for other in numbers if other.says.unit == number.says.unit]
    outside = [other for other in like if _bracket(other.start, text) != here]
    if here and at != here and outside:
        raise Refusal("when the number in brackets is of is not clear")
    apart = {time.period for time in own if may_be_of(time, number, text)}
    bracketed = [
        time
        for time in own
        if (place := _bracket(time.start, text))
        and place != here
        and may_be_of(time, number, text)
        and not _behind_number(place[0], numbers, text)
    ]
    if bracketed and len(apart) > 1:
        raise Refusal("which of two times the number is of, one in brackets, is not clear")


def _bracket(place: int, text: str) -> tuple[int, int] | None:
    return next(
        (found.span() for found in _BRACKETS.finditer(text) if found.start() < place < found.end()),
        None,
    )


def _has_amount(bracket: str, time: Time, start: int) -> bool:
    rest = bracket[: time.start - start] + bracket[time.end - start :]
    return re.search(r"\d", rest) is not None


def _behind_number(bracket: int, numbers: Sequence[Span], text: str) -> bool:
    before = [number for number in numbers if number.end <= bracket]
    return bool(before) and not text[before[-1].end : bracket].strip()
