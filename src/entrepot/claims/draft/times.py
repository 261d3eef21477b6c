"""When: which time expression belongs to which number, and what it is measured against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.claims.draft.lexicon import cue_words
from entrepot.claims.times import when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.numbers import Span
    from entrepot.model.period import Period

__all__ = ["Time", "Timing", "timing"]

_TIGHT = 14


@dataclass(frozen=True, slots=True)
class Time:
    """A time expression and its place.

    Attributes
    ----------
    is_base
        Whether a change is measured against it.
    ends_range
        Whether it is the second of "between 2020 and 2023".
    guessed
        Whether the year is not said: the latest that was over.
    """

    period: Period
    start: int
    end: int
    is_base: bool = False
    ends_range: bool = False
    guessed: bool = False


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
        Time expressions that could not be resolved, as printed.
    """

    text: str
    times: tuple[Time, ...]
    year_before: tuple[tuple[int, int], ...]
    unclear: tuple[str, ...]

    @property
    def own(self) -> list[Time]:
        """The times that are no base of a change."""
        return [time for time in self.times if not time.is_base]

    def tied(self, number: Span) -> Period | None:
        """Return the period that stands right at a number."""
        for time in self.own:
            gap = self.text[number.end : time.start]
            if 0 <= time.start - number.end <= _TIGHT and _is_tight(gap):
                return time.period
            if time.end <= number.start and re.fullmatch("的?", self.text[time.end : number.start]):
                return time.period  # "2021年的2%"
        return None

    def of(self, number: Span, numbers: Sequence[Span]) -> Period | None:
        """Return the period that a number is of, if the sentence says it."""
        own = self.own
        if (tied := self.tied(number)) is not None:
            return tied
        if ends := self._of_levels(number, numbers):
            return ends[1]
        taken = {time for time in own if self._is_of_another(time, number, numbers)}
        free = [time for time in own if time not in taken]
        before = [time for time in free if time.end <= number.start]
        if before:
            return before[-1].period
        if free:
            return free[0].period
        only = {time.period for time in own}
        return only.pop() if len(only) == 1 else None

    def base(self, number: Span, numbers: Sequence[Span]) -> Period | None:
        """Return what a change is measured against, if the sentence says it."""
        ends = self._of_levels(number, numbers)
        if ends is not None:
            return ends[0]
        bases = [time for time in self.times if time.is_base]
        after = [time for time in bases if time.start >= number.end]
        chosen = after[0] if after else (bases[-1] if bases else None)
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
            and 0 <= time.start - other.end <= _TIGHT
            and _is_tight(self.text[other.end : time.start])
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


def timing(text: str, language: str, published: Period | None, before: Period | None) -> Timing:
    """Return the times of a sentence.

    Parameters
    ----------
    text
        The sentence.
    language
        Its language.
    published
        When the text was published, which "last year" is measured from; None if not known.
    before
        What the sentence before was about, which "a year earlier" is measured from.
    """
    words = cue_words(language)
    yoy = [(match.start(), match.end()) for match in words[("yoy", "")].finditer(text)]
    edge = "" if language == "zh" else r"(?<!\w)"
    base = re.compile(
        rf"{edge}(?:{words[('base', '')].pattern})\s*(?:the |dem |der |im |in |в |the year )?$",
        re.IGNORECASE,
    )
    fiscal = words[("fiscal", "")].search(text) is not None
    times: list[Time] = []
    unclear: list[str] = []
    for found in when(text, published, language):
        if any(start < found.end and found.start < end for start, end in yoy):
            continue
        period = found.period
        if period is None and found.kind == "year_earlier" and before is not None:
            period = before.before()
        if period is None or fiscal or _not_over(period, published):
            unclear.append(text[found.start : found.end])
            continue
        is_base = base.search(text[max(found.start - 40, 0) : found.start]) is not None
        if found.ends:
            first, last = found.ends
            times.append(Time(first, found.start, found.end, is_base=True))
            times.append(Time(last, found.start, found.end, ends_range=True))
        else:
            guessed = found.kind == "no_year"
            times.append(Time(period, found.start, found.end, is_base, guessed=guessed))
    return Timing(text, tuple(times), tuple(yoy), tuple(unclear))


def _not_over(period: Period, published: Period | None) -> bool:
    """Whether a period ends after the text was published: "this year", "by 2030"."""
    return published is not None and period.end > published.end
