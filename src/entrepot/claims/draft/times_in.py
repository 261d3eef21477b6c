"""The time expressions of a sentence: which are of trade, and which only something to compare."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.claims.draft.lexicon import cue_words
from entrepot.claims.draft.time import Time
from entrepot.claims.draft.times import Timing
from entrepot.claims.times import stepped, when

if TYPE_CHECKING:
    from entrepot.claims.times import TimeSpan
    from entrepot.model.period import Period

__all__ = ["is_record", "timing"]

_OPEN = {
    "en": r"\b(?:before|after|until|till|up to|prior to|ahead of|by|beyond|around|pre-|post-)"
    r"\s*(?:the )?(?:end of |start of )?$",
    "ru": r"(?<!\w)(?:до|после|около|вплоть до|накануне|к концу|ранее)\s+$",
    "de": r"\b(?:vor|nach|bis|ab|um|bis Ende|vor dem Jahr|nach dem Jahr|bis zum Jahr)\s+$",
    "zh": r"(?:截至|直到|到)$",
}
"""In front of a time: it is a bound, not the time that a number is of."""
_OPENED = {
    "en": r"s(?!\w)",
    "ru": r"-?(?:х|е)(?!\w)",
    "de": r"er(?!\w)",
    "zh": r"(?:之|以)?(?:前|后|来|起)|年代",
}
"""Behind a time: the nineties, 2022年之前."""
_RECORD = {
    "en": r"\b(?:(?!west\b|east\b)\w{2,}est|most|least|first|worst|lows?|highs?|record|time)\b"
    r"[^,;.\d]{0,40}$",
    "ru": r"\b(?:сам|наибольш|наименьш|максим|миним|впервые|рекорд|крупнейш|худш|лучш)\w*"
    r"[^,;.\d]{0,40}$",
    "de": r"\b(?:\w+ste[nrs]?|Höchst\w*|Tiefst\w*|Rekord\w*|erstmals|erste\w*)\b[^,;.\d]{0,40}$",
}
"""In front of "since 2020": nothing was measured against it."""


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
    open_base = False
    for found in when(text, published, language):
        if any(start < found.end and found.start < end for start, end in yoy):
            continue
        period = found.period
        is_base = base.search(text[max(found.start - 40, 0) : found.start]) is not None
        now = next((time.period for time in reversed(times) if not time.is_base), before)
        kind = "month_earlier" if is_base and found.kind == "last_month" else found.kind
        if now is not None and kind.endswith("_earlier"):
            period = stepped(now, kind)
        if is_base and is_record(found, text, language):
            continue
        if found.kind == "no_year" and period and now and _may_be_of_another(period, now, is_base):
            period = None
        open_base = open_base or (is_base and period is None)
        why = (
            "is of a fiscal year" if fiscal else _no_time(found, period, published, text, language)
        )
        if period is None or why:
            unclear.append(f"{text[found.start : found.end]!r} {why}")
            continue
        if found.ends:
            first, last = found.ends
            times.append(Time(first, found.start, found.end, is_base=True))
            times.append(Time(last, found.start, found.end, ends_range=True))
        else:
            guessed = found.kind == "no_year"
            times.append(Time(period, found.start, found.end, is_base, guessed=guessed))
    return Timing(text, tuple(times), tuple(yoy), tuple(unclear), open_base)


def _no_time(
    found: TimeSpan, period: Period | None, published: Period | None, text: str, language: str
) -> str:
    """Return why a time is none that a number may be of, empty if it may."""
    if period is None and published is None:
        return "depends on the text's date: give --date"
    if period is None:
        return "does not say which months or year"
    if _is_no_time_of_trade(found, period, text, language):
        return "is a day, or only a bound"
    if _not_over(period, published):
        return f"is not over when the text was published, {published}"
    return ""


def _not_over(period: Period, published: Period | None) -> bool:
    """Whether a period ends after the text was published: "this year", "by 2030"."""
    return published is not None and period.end > published.end


def _may_be_of_another(period: Period, now: Period, is_base: bool) -> bool:
    """Whether a month without a year may be of another year than what the text spoke of."""
    return period.end.year != now.end.year or (period.end < now.start and not is_base)


def is_record(found: TimeSpan, text: str, language: str) -> bool:
    """Whether a time says how long there was nothing like it: "the biggest drop since 2020"."""
    before, behind = text[max(found.start - 60, 0) : found.start], text[found.end :]
    if language == "zh":
        return re.match("以?来的?(?:最|首|新|单)", behind) is not None
    return re.search(_RECORD[language], before, re.IGNORECASE) is not None


def _is_no_time_of_trade(found: TimeSpan, period: Period, text: str, language: str) -> bool:
    """Whether it is the day of a message, a bound ("before 2022") or a decade."""
    if period.freq == "D":
        return True
    before, behind = text[max(found.start - 20, 0) : found.start], text[found.end :]
    opened = re.search(_OPEN[language], before, re.IGNORECASE) is not None
    return opened or re.match(_OPENED[language], behind) is not None
