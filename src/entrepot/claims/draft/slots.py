"""The slots that every kind of claim has: when, the number as written, and what to note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.draft import Refusal
from entrepot.claims.draft.near import borrowed_unit, is_former, year_on_year
from entrepot.claims.numbers import read_says
from entrepot.claims.schema import members_then
from entrepot.errors import EntrepotError
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entrepot.claims.draft.flows import Flow
    from entrepot.claims.draft.parsed_sentence import ParsedSentence
    from entrepot.claims.numbers import Span

_FELL = {"en": "fell", "ru": "упал на", "de": "sank um", "zh": "下降"}


def notes_on(flow: Flow, reading: ParsedSentence, number: Span) -> tuple[str, ...]:
    """Return what a reader of the draft should know about a claim."""
    notes = []
    if flow.certainty == "likely":
        notes.append(f"goods are described in words: {flow.title}")
    period = reading.timing.of(number, reading.numbers)
    if period is None:
        notes.append("the period is taken over from a sentence before")
    if any(time.guessed and time.period == period for time in reading.timing.times):
        notes.append("no year is said: the latest before the text was published")
    if number.says.other is not None:
        other = number.says.other.value
        notes.append(f"point or comma: read as {number.says.value:g}, could be {other:g}")
    return tuple(notes)


def notes_on_members(keys: Mapping[str, Any]) -> tuple[str, ...]:
    """Return of how many members the European Union is taken to be, where a claim names it."""
    inner = [value for value in keys.values() if isinstance(value, dict)]
    if inner:
        return tuple(dict.fromkeys(note for one in inner for note in notes_on_members(one)))
    named = {keys.get(name) for name in ("exporter", "importer", "area")}
    if "EU" not in named or "period" not in keys:
        return ()
    meant = members_then("EU", Period.parse(keys["period"]))
    return (f"EU is taken as {meant}, its members in {keys['period']}",) if meant != "EU" else ()


def level_period(number: Span, reading: ParsedSentence) -> Period:
    """Return the period of a level, which "between 2021 and 2024" does not say by itself.

    Raises
    ------
    Refusal
        If there is none.
    """
    if _of_former(number, reading):
        now, [former] = reading.context.period, reading.timing.own
        if now is not None and former.period == now.before():
            return now  # "5 bn against 4 bn a year earlier" goes on about the time named before
        raise Refusal("when is not said: the year is that of the number it is compared with")
    ranged = [time for time in reading.timing.times if time.ends_range]
    timing = reading.timing
    if not ranged and is_former(number, reading) and not timing.tied(number):
        return _former_period(number, reading)
    if not ranged and timing.of(number, reading.numbers) is None and timing.times:
        raise Refusal("which years it is of is not clear")
    if not ranged:
        return period_of(number, reading)
    like = [other for other in reading.numbers if other.says.unit == number.says.unit]
    base = reading.timing.base(number, reading.numbers)
    # "Rose from 5 to 8 bn between 2021 and 2024": two numbers, then one span of two years.
    if len(like) != 2 or base is None or len(ranged) != 1 or not ranged[0].start > like[1].end:
        raise Refusal("which year of several it is of is not clear")
    return base if number is like[0] else ranged[0].period


def _of_former(number: Span, reading: ParsedSentence) -> bool:
    """Whether the only time stands at a former level: "now 38 %, against 2 % in 2021"."""
    timing = reading.timing
    former = [other for other in reading.numbers if is_former(other, reading)]
    units = (number.says.unit, number.says.currency)
    grown = number.says.unit == "percent"  # "up 4 % from 641 m last year"
    like = [
        one for one in former if grown or (one.says.unit or borrowed_unit(one, reading)) in units
    ]
    tied = any(timing.tied(other) is not None for other in like)
    return len(timing.own) == 1 and tied and number not in former


def _former_period(number: Span, reading: ParsedSentence) -> Period:
    """Return the period of "from 9.5 % a year earlier": that of the number before, less a year."""
    place = reading.numbers.index(number)
    if place and year_on_year(number, reading):
        return level_period(reading.numbers[place - 1], reading).before()
    raise Refusal("when it was so before is not said")


def period_of(number: Span, reading: ParsedSentence) -> Period:
    """Return the period of a number.

    Raises
    ------
    Refusal
        If it is not said, or not clear.
    """
    if not number.says.currency and _of_former(number, reading):
        raise Refusal("when is not said: the year is that of the number it is compared with")
    period = reading.timing.of(number, reading.numbers)
    if period is not None:
        return period
    if reading.timing.unclear:
        raise Refusal(f"when is not clear: {', '.join(reading.timing.unclear)}")
    if reading.context.period is not None and not reading.timing.own:
        return reading.context.period
    raise Refusal("when is not said")


def check_base(base: Period, period: Period) -> None:
    """Refuse a base that does not lie before its period, or is not as long.

    Raises
    ------
    Refusal
        With which of the two it is.
    """
    if base.end >= period.start:
        raise Refusal("what it is measured against does not lie before it")
    if base.months != period.months:
        raise Refusal("what it is measured against is not as long as its own period")


def written(number: Span, reading: ParsedSentence, direction: int = 0) -> str:
    """Return the number as printed, with its direction where the text has that elsewhere.

    Raises
    ------
    Refusal
        If what would be written down would be read as another number.
    """
    printed = reading.sentence.text[number.start : number.end]
    value = number.says.value
    if direction < 0 and number.says.unit != "ratio":
        value = -abs(value)
    # Written and read back: only a phrase that a claims file reads as this very number will do.
    for phrase in (printed, f"-{printed}", f"{_FELL[reading.language]} {printed}"):
        try:
            read = read_says(phrase)
        except EntrepotError:
            continue
        if read.value == value and read.relation == number.says.relation:
            return phrase
    raise Refusal("the number could not be written as published")
