"""When: which time expression belongs to which number, and what it is measured against."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

from entrepot.claims.draft.draft import Refusal
from entrepot.claims.draft.lexicon import cue_words
from entrepot.claims.draft.sentences import Time
from entrepot.claims.numbers import number_spans
from entrepot.claims.times import stepped, when
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.numbers import Span
    from entrepot.claims.times import TimeSpan
    from entrepot.model.period import Period

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

    def is_of(self, time: Time, numbers: Sequence[Span]) -> bool:
        """Whether a time stands right at one of some numbers."""
        return any(self._tied(one) is time for one in numbers)

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
        own = candidate_times(number, self.own, self.text)
        free = [time for time in own if not self._is_of_another(time, number, numbers)]
        before = [time for time in free if time.end <= number.start]
        # In front first: what stands right behind the number was looked for already (`_tied`).
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
        # A base mostly follows its number: "fell by 5 % from 2023".
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
        # Both years belong to levels, so the change between them has no time of its own.
        tied = all(self._is_of_another(time, number, numbers) for time in (one, two))
        if not tied or one.period == two.period:
            return None
        first, last = sorted((one.period, two.period))
        return first, last

    def _is_of_another(self, time: Time, number: Span, numbers: Sequence[Span]) -> bool:
        # What costs least comes first: this is asked of every pair of times and numbers.
        return len(self.times) > 1 and any(
            other is not number
            and 0 <= time.start - other.end <= _TIGHT
            # Far enough back that no such number can matter; it spares the regular expressions.
            and other.start > number.start - 200
            and may_be_of(time, other, self.text)
            and self._stands_behind(time, other)
            and _own_time(self, other) is time
            for other in numbers
        )


def _own_time(timing: Timing, number: Span) -> Time | None:
    behind = [time for time in timing.times if time.start >= number.end]
    return behind[0] if behind else None


def _is_tight(gap: str) -> bool:
    """Whether only a preposition or bracket stands between a number and its time."""
    words = r"(?:in|im|on|for|during|over|of|the|year|Jahr|Jahre|в|за|по итогам|на|год[ау]?|\(|,)"
    return re.fullmatch(rf"\s*(?:{words}\s*)*", gap, re.IGNORECASE) is not None


# What is told apart: times and numbers that stand in a row, and what stands in brackets.


# Pairs without a bracket inside: of nested ones the innermost.
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


def candidate_times(number: Span, times: Sequence[Time], text: str) -> list[Time]:
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
    """Return where the brackets around a place are, if it stands in any."""
    spans = _brackets(text)
    at = bisect_left(spans, place, key=itemgetter(0)) - 1
    return spans[at] if at >= 0 and place < spans[at][1] else None


@lru_cache(maxsize=16)
def _brackets(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in _BRACKETS.finditer(text)]


def _has_amount(bracket: str, time: Time, start: int) -> bool:
    rest = bracket[: time.start - start] + bracket[time.end - start :]
    return re.search(r"\d", rest) is not None


def _behind_number(bracket: int, numbers: Sequence[Span], text: str) -> bool:
    before = [number for number in numbers if number.end <= bracket]
    return bool(before) and not text[before[-1].end : bracket].strip()


# The time expressions of a sentence: which are of trade, and which only something to compare.


_OPEN = {
    "en": r"\b(?:before|after|until|till|up to|prior to|ahead of|by|beyond|around|(?<!\d )through"
    r"|pre-|post-)\s*(?:the )?(?:end of |start of )?$",
    "ru": r"(?<!\w)(?:до|по|после|около|вплоть до|накануне|к концу|ранее)\s+$",
    "de": r"\b(?:vor|nach|bis|ab|um|bis Ende|vor dem Jahr|nach dem Jahr|bis zum Jahr)\s+$",
    "zh": r"(?:截至|直到|到)$",
}
"""In front of a time: it is a bound, not the time that a number is of."""
_AS_OF = {"en": r"\bas (?:of|at)\s+$", "ru": "(?!)", "de": r"\b(?:per|Stand)\s+$", "zh": "(?!)"}
"""In front of a month: what stands there is of the year until then. "As of 2022" is of 2022."""
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


_SOME_TIME = re.compile(
    r"(?:\b(?:since|seit)|(?<!\w)со?)\s+(?:the |dem |der )?(?:early|late|mid|spring|summer|autumn"
    r"|fall|winter|(?:start|end|beginning|middle) of|Frühjahr|Sommer|Herbst|Winter|Anfang|Ende"
    r"|Mitte|весны|лета|осени|зимы|начала|конца|середины)(?: of)?[ -]$",
    re.IGNORECASE,
)
_MEETING = re.compile(r"份?的?(?:例行)?(?:新闻)?(?:发布会|记者会|吹风会)")


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
        rf"{edge}(?:{words[('base', '')].pattern})"
        r"\s*(?:the (?:year )?|dem (?:Jahr )?|der |im |in |в )?$",
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
        # A window: anchored at its end, the pattern would look at all of a sentence for each time.
        is_base = base.search(text[max(found.start - 40, 0) : found.start]) is not None
        now = next((time.period for time in reversed(times) if not time.is_base), before)
        kind = "month_earlier" if is_base and found.kind == "last_month" else found.kind
        if now is not None and kind.endswith("_earlier"):
            period = stepped(now, kind)
        if is_base and is_record(found, text, language):
            continue
        if counts_a_run(text, found.start, found.end):
            continue
        if period is not None and names_an_event(text, found.start, period, published):
            continue
        is_base = is_base or is_compared(text, found.start, found.end)
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


SPLIT_YEAR = "may be a fiscal year or two calendar years"


def _no_time(
    found: TimeSpan, period: Period | None, published: Period | None, text: str, language: str
) -> str:
    """Return why a time is none that a number may be of, empty if it may."""
    if found.kind == "split_year":
        return SPLIT_YEAR
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
    if period.freq == "D" or any(
        start < found.start <= end for start, end in up_to_a_day(text[: found.start])
    ):
        return True
    before, behind = text[max(found.start - 20, 0) : found.start], text[found.end :]
    words = _OPEN[language] if period.freq == "A" else f"{_OPEN[language]}|{_AS_OF[language]}"
    opened = re.search(words, before, re.IGNORECASE) is not None
    # "Through the first eleven months of 2019" says itself since when it was counted.
    opened = opened and _FIRST_MONTHS.match(text, found.start) is None
    return opened or re.match(_OPENED[language], behind) is not None


_FIRST_MONTHS = re.compile(r"(?:the )?first \w+ (?:months|quarters)\b", re.IGNORECASE)
_RUN_BEGINS = re.compile(r"(?:[从自]|截至|截止到?)$")
_RUN = re.compile(r"(?:份)?(?:开始|起)|[^。;；]{0,14}连续")


_SINCE_EVENT = re.compile(
    r"(?:\b(?:since|seit)\b(?! (?:dem Jahr|the year) $)|с момента|со времени)"
    r"(?:(?!\b(?:since|seit)\b)[^,;:.\d]){4,60}$",
    re.IGNORECASE,
)
_BEGINNING = re.compile(r"start|begin|anfang|начал|early|end\b|Ende", re.IGNORECASE)
_COMPARES = re.compile(r"[与和跟同][^,，。;；]{0,40}$")
_COMPARED = re.compile(r"(?:的?(?:水平)?)?相比")


_UP_TO_A_DAY = re.compile(
    r"\b(?:until|till|up to|through|as of|by) (?:the )?"
    r"(?:\d{1,2}(?:st|nd|rd|th)? (?:of )?[A-Z][a-z]{2}|[A-Z][a-z]{2,8}\.? \d{1,2}\b(?!\d))"
    r"|\b[Bb]is (?:zum |einschließlich )?\d{1,2}\. ?(?:\d{1,2}\.|[A-ZÄÖÜ][a-zäöü]{2})"
    r"|(?<!\w)(?:[Дд]о|[Пп]о|[Нн]а) \d{1,2}(?:-е)? "
    r"(?:янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек)"
    r"|截至(?:\d{4}年)?\d{1,2}月\d{1,2}日"
)
_OF_A_DAY = 12
"""Characters in which the rest of a month and its year stand behind a day."""


def up_to_a_day(text: str) -> list[tuple[int, int]]:
    """Return where a text says that something is counted up to a day: "bis zum 29. September"."""
    return [(found.start(), found.end() + _OF_A_DAY) for found in _UP_TO_A_DAY.finditer(text)]


_MONTHS = {
    "en": (
        "Jan(?:uary)? Feb(?:ruary)? Mar(?:ch)? Apr(?:il)? May June? July? Aug(?:ust)? "
        "Sep(?:t(?:ember)?)? Oct(?:ober)? Nov(?:ember)? Dec(?:ember)?"
    ),
    "de": (
        "Jan(?:uar)?|Jänner Feb(?:ruar)?|Feber Mär(?:z)? Apr(?:il)? Mai Juni? Juli? Aug(?:ust)? "
        "Sep(?:t(?:ember)?)? Okt(?:ober)? Nov(?:ember)? Dez(?:ember)?"
    ),
    "ru": (
        "янв(?:аря)? фев(?:раля)? мар(?:та)? апр(?:еля)? мая июн[яь]? июл[яь]? авг(?:уста)? "
        "сен(?:тября)? окт(?:ября)? ноя(?:бря)? дек(?:абря)?"
    ),
}
_MONTH = {
    language: rf"(?:{'|'.join(words.split())})(?!\w)\.?" for language, words in _MONTHS.items()
}
_DAY = r"(?P<{0}>[0-3]?\d)"
_DAYS_TO_DAYS = {
    language: re.compile(pattern)
    for language, pattern in {
        "en": (
            rf"\b(?:[Bb]etween|[Ff]rom) (?P<m>{_MONTH['en']}) {_DAY.format('a')}(?:st|nd|rd|th)?"
            rf" (?:and|to|through|until|till) (?:(?P<n>{_MONTH['en']}) )?"
            rf"{_DAY.format('b')}(?:st|nd|rd|th)?(?!\d)(?:,? (?P<y>20\d\d))?"
        ),
        "de": (
            rf"\b[Vv]om {_DAY.format('a')}\.(?: (?P<m>{_MONTH['de']}))? bis(?: zum)? "
            rf"{_DAY.format('b')}\. (?P<n>{_MONTH['de']})(?: (?P<y>20\d\d))?"
        ),
        "ru": (
            rf"(?<!\w)[Сс] {_DAY.format('a')}(?: (?P<m>{_MONTH['ru']}))? по {_DAY.format('b')} "
            rf"(?P<n>{_MONTH['ru']})(?: (?P<y>20\d\d)(?: года)?)?"
        ),
        "zh": (
            r"(?:(?P<y>20\d\d)年)?(?P<m>\d{1,2})月" + _DAY.format("a") + r"日?[至到\-—~]"
            r"(?:(?P<n>\d{1,2})月)?" + _DAY.format("b") + "日"
        ),
    }.items()
}
"""From a day to a day: "с 1 июля по 19 сентября", "between February 24 and June 3"."""


def days_to_days(text: str, language: str, published: Period | None) -> list[Time]:
    """Return the times from a day to a day; without a year the latest that was over."""
    found = []
    for match in _DAYS_TO_DAYS[language].finditer(text):
        if ends_in_number(text, language, match.end()):
            continue
        last = _month(match["n"] or match["m"], language)
        first = _month(match["m"] or match["n"], language)
        turns = first > last
        years: list[int] = []
        if match["y"]:  # Chinese has the year in front, of the first day, and others behind
            years = [int(match["y"]) + (turns and language == "zh")]
        elif published is not None:
            years = [published.end.year, published.end.year - 1]
        for year in years:
            days = day_span((year - turns, first, match["a"]), (year, last, match["b"]))
            if days is not None and (published is None or days.end <= published.end):
                found.append(Time(days, *match.span()))
                break
    return found


def ends_in_number(text: str, language: str, end: int) -> bool:
    """Whether what looks like a day is part of a number: from May 10 to 15 | percent."""
    return any(one.start < end < one.end for one in number_spans(text, language))


def day_span(first: tuple[int, int, str | int], last: tuple[int, int, str | int]) -> Period | None:
    """Return the time between two days, each as year, month, day; None if there is no such."""
    from entrepot.model.period import Period

    one, two = (f"{year}-{month:02}-{int(day):02}" for year, month, day in (first, last))
    try:
        return Period.parse(f"{one}..{two}")
    except RequestError:  # no such day, or it ends before it begins
        return None


def _month(words: str, language: str) -> int:
    if language == "zh":
        return int(words)
    months = _MONTHS[language].split()
    name = words.removesuffix(".")
    return next(at for at, one in enumerate(months, 1) if re.fullmatch(one, name))


def is_compared(text: str, start: int, end: int) -> bool:
    """Whether words around a time say that it is only compared with: 与…的去年相比."""
    return (
        _COMPARED.match(text, end) is not None
        and _COMPARES.search(text, max(start - 45, 0), start) is not None
    )


_BEGUN = re.compile(
    r"\b(?:following|after|since|before) (?:the |its )?(?:start|launch|outbreak|introduction"
    r"|imposition|signing|release) (?:of [^,.;\d]{0,30} )?in $"
    r"|\b(?:nach|seit) (?:dem |der )?(?:Beginn|Start|Einführung|Ausbruch|Verhängung)"
    r" (?:[^,.;\d]{0,30} )?im? $"
    r"|(?<!\w)после (?:начала|введения|запуска|объявления) (?:[^,.;\d]{0,30} )?в $",
    re.IGNORECASE,
)
"""In front of the time at which something else began."""


def names_an_event(text: str, start: int, period: Period, published: Period | None) -> bool:
    """Whether a time is that of an event: "since the enlargement of 2004", of a year long past.

    Or that of what began then: "introduced following the start in August 2023 of the release".
    """
    if _BEGUN.search(text[max(start - 70, 0) : start]):
        return True
    if published is None or period.freq != "A" or published.end.year - period.end.year < 2:
        return False
    since = _SINCE_EVENT.search(text[max(start - 70, 0) : start])
    return since is not None and _BEGINNING.search(since.group()) is None


def counts_a_run(text: str, start: int, end: int) -> bool:
    """Whether a time only bounds how long something went on: 从去年10月开始连续6个月下滑.

    Or how long there was nothing like it ("a record since summer 2023"), or when it was said.
    """
    begun = _RUN_BEGINS.search(text, max(start - 3, 0), start)
    since = _SOME_TIME.search(text, max(start - 40, 0), start)
    runs = begun is not None and _RUN.match(text, end) is not None
    return runs or since is not None or _MEETING.match(text, end) is not None
