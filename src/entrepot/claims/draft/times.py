"""When: which time expression belongs to which number, and what it is measured against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.claims.draft.apart import (
    are_joined,
    beside,
    check_brackets,
    joined_times,
    may_be_of,
)
from entrepot.claims.draft.draft import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.draft.time import Time
    from entrepot.claims.numbers import Span
    from entrepot.model.period import Period

__all__ = ["Timing"]

_TIGHT = 14
_LEADS = re.compile(r"\s*[—–-]?\s*(?:на|до|um|by|auf|only|nur|лишь)?\s*[-+$€£¥₽]?\d")


@dataclass(frozen=True)
class Timing:
    """The times of a sentence.

    Attributes
    ----------
    times
        In the order of the sentence.
    year_before
        Places of words such as "year on year".
    unclear
        Time expressions that could not be resolved, as printed, each with why.
    open_base
        Whether a change is measured against one of these.
    """

    text: str
    times: tuple[Time, ...]
    year_before: tuple[tuple[int, int], ...]
    unclear: tuple[str, ...]
    open_base: bool = False

    @property
    def own(self) -> list[Time]:
        """The times that are no base of a change."""
        return [time for time in self.times if not time.is_base]

    def covers(self, number: Span) -> bool:
        """Whether a number is but a part of a time: the 1 of 1-11月."""
        return any(one.start <= number.start and number.end <= one.end for one in self.times)

    def tied(self, number: Span) -> Period | None:
        """Return the period that stands right at a number."""
        time = self._tied(number)
        return time.period if time else None

    def _tied(self, number: Span) -> Time | None:
        for time in self.own:
            if not may_be_of(time, number, self.text):
                continue
            if self._stands_behind(time, number):
                return time
            if time.end <= number.start and re.fullmatch("的?", self.text[time.end : number.start]):
                return time  # "2021年的2%"
        return None

    def of(self, number: Span, numbers: Sequence[Span]) -> Period | None:
        """Return the period that a number is of, if the sentence says it.

        Raises
        ------
        Refusal
            If the sentence says several and does not say which.
        """
        if ends := self._of_levels(number, numbers):
            return ends[1]
        time = self._nearest(number, numbers)
        group = next((group for group in joined_times(self.times, self.text) if time in group), ())
        if group:
            return self._dealt(number, numbers, group)
        check_brackets(number, numbers, self.own, time, self.text)
        return time.period if time else None

    def _stands_behind(self, time: Time, number: Span) -> bool:
        """Whether a time stands right behind a number: behind a comma only if it leads no other.

        "In March it fell by 2 %, in April by 13 %": April is of the second number.
        """
        gap = self.text[number.end : time.start]
        if not (0 <= time.start - number.end <= _TIGHT and _is_tight(gap)):
            return False
        led = any(one.end <= number.start for one in self.own)
        leads = _LEADS.match(self.text, time.end) is not None
        return "," not in gap or not (led or leads)

    def _nearest(self, number: Span, numbers: Sequence[Span]) -> Time | None:
        if (tied := self._tied(number)) is not None:
            return tied
        own = beside(number, self.own, self.text)
        free = [time for time in own if not self._is_of_another(time, number, numbers)]
        before = [time for time in free if time.end <= number.start]
        if before:
            return before[-1]
        if free:
            return free[0]
        return own[0] if len({time.period for time in own}) == 1 else None

    def _dealt(self, number: Span, numbers: Sequence[Span], group: Sequence[Time]) -> Period:
        """Return the period of "in 2022 and 2023 ... 27 % and 36 %" that the number is of."""
        like = [
            other
            for other in numbers
            if other.says.unit == number.says.unit
            and ((tied := self._tied(other)) is None or tied in group)
        ]
        paired = len(like) == len(group) and are_joined(like, self.text)
        if not paired or any(time.is_base for time in group):
            raise Refusal("which of several years the number is of is not clear")
        return group[like.index(number)].period

    def base(self, number: Span, numbers: Sequence[Span]) -> Period | None:
        """Return what a change is measured against, if the sentence says it."""
        ends = self._of_levels(number, numbers)
        if ends is not None:
            return ends[0]
        bases = [time for time in self.times if time.is_base]
        after = [time for time in bases if time.start >= number.end]
        chosen = after[0] if after else (bases[-1] if bases else None)
        if chosen is None and self.open_base:
            raise Refusal("what it is measured against is not clear")
        if any(chosen in group for group in joined_times(self.times, self.text)):
            raise Refusal("which of several years it is measured against is not clear")
        return chosen.period if chosen else None

    def _of_levels(self, number: Span, numbers: Sequence[Span]) -> tuple[Period, Period] | None:
        """Return the two periods of "fell by a third, from 9 bn in 2023 to 6 bn in 2024"."""
        if number.says.moved == 0 or len(self.own) != 2 or self.times != tuple(self.own):
            return None
        one, two = self.own
        tied = all(self._is_of_another(time, number, numbers) for time in (one, two))
        if not tied or one.period == two.period:
            return None
        first, last = sorted((one.period, two.period))
        return first, last

    def _is_of_another(self, time: Time, number: Span, numbers: Sequence[Span]) -> bool:
        return any(
            other is not number
            and may_be_of(time, other, self.text)
            and self._stands_behind(time, other)
            and other.start > number.start - 200
            and _own_time(self, other) is time
            and len(self.times) > 1
            for other in numbers
        )


def _own_time(timing: Timing, number: Span) -> Time | None:
    behind = [time for time in timing.times if time.start >= number.end]
    return behind[0] if behind else None


def _is_tight(gap: str) -> bool:
    """Whether only a preposition or bracket stands between a number and its time."""
    words = r"(?:in|im|on|for|during|over|of|the|year|Jahr|Jahre|в|за|по итогам|на|год[ау]?|\(|,)"
    return re.fullmatch(rf"\s*(?:{words}\s*)*", gap, re.IGNORECASE) is not None
