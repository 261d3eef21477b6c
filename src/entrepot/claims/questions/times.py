"""When a question is about: one period, its base, or what is open about it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from entrepot.claims.draft.times import SPLIT_YEAR, timing
from entrepot.claims.question_forms import count_in, split_years, years_meant
from entrepot.claims.question_forms import forms as _forms
from entrepot.claims.question_names import MASK, are_joined, areas_in, blanked
from entrepot.claims.question_read import Unsaid
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from entrepot.claims.draft.sentences import Time
    from entrepot.claims.question_read import QuestionState


def with_years(words: str, language: str, today: date) -> str:
    """Return a question with "two years ago" as that year, read like one that is printed.

    In a question about a change it is where the change begins. A year of which there are no data
    stays in words, which are not understood.
    """
    if language == "en":  # "in 2023 may have" is no month
        words = _MAY.sub("might", words)
    if not _YEAR.search(words):  # with a year, it is the one before
        words = _YEAR_BEFORE.sub(lambda found: _LAST_YEAR[found.lastgroup or ""], words)
    patterns = _forms(language)
    # 近五年前三大 are the largest three, not a time.
    text = patterns["largest_k"].sub(lambda found: MASK * len(found[0]), words)
    is_change = any(patterns[kind].search(text) for kind in ("growth", "develop"))
    for found in reversed([*patterns["years_ago"].finditer(text)]):
        year = today.year - count_in(found[0], language)
        if year < _FIRST_YEAR:
            continue
        bare, alone, since = _YEAR_IN[language]
        if not _IN_FRONT.search(text[: found.start()]):
            bare = since if is_change else alone
        words = words[: found.start()] + bare.format(year) + words[found.end() :]
    return words


def period_said(state: QuestionState) -> str:
    """Return the period that is named, empty where it is open."""
    text = state.left
    if state.language == "zh":  # 2021年中国 is not the middle of 2021, 比较2022年 no base
        text = _COMPARE_ZH.sub(lambda found: MASK * len(found[0]), text)
        for mark in areas_in(text, state.language):
            text = blanked(text, mark.start, mark.end)
        # 占比 is a share, and its 比 no word in front of a base.
        text = _SHARE_ZH.sub(lambda found: MASK * len(found[0]), text)
        text = text.replace("来自", MASK * 2)  # 2022年来自 is no 年来
        text = _AFTER_ZH.sub("以来", text)
    if counted := _counted_years(state) or _since_zh(state, text):
        return counted
    if split := next(split_years(text, state.language), None):
        state.left = state.timed = blanked(state.left, *split)
        said = text[slice(*split)]
        years = years_meant(said)
        why = SPLIT_YEAR if ".." in years[0][0] else "begins in a month that differs by country"
        state.unsaid.append(Unsaid("period", f"“{said}” {why}", years))
        return ""
    text = _AFTER.sub(_since, text)
    found = timing(text, state.language, Period.parse(state.today.isoformat()), None)
    spans = [(one.start, one.end) for one in found.times]
    for span in spans:
        state.left = blanked(state.left, *span)
    # What follows a masked year and is part of its name: 年, 年度, г., году.
    state.timed = state.left
    state.left = re.sub(
        r"(?<=▮)年度?|(?<=▮)\s*г(?:од[а-я]*|г)?\.?(?!\w)|(?<=▮)-(?:го|му|м|й|х|е|ом)(?!\w)",
        lambda m: MASK * len(m[0]),
        state.left,
    )
    # "Where does it come from in 2021" has no base.
    times = [
        replace(one, is_base=False)
        if one.is_base and (_not_base(text[: one.start], found.times) or _is_span(one))
        else one
        for one in found.times
    ]
    if one := _as_span(state, times, text) or _until(state, times, text):
        return one
    if not times and (until := _UNTIL_YEAR.search(state.left)):
        state.left = state.timed = blanked(state.left, *until.span())
        why = f"“{until[0]}” does not say since when"
        state.unsaid.append(Unsaid("period", why, ((until["year"], "that year alone"),)))
        return ""
    if one := _of_one(state, times, text):
        return one
    if not times and _forms(state.language)["latest"].search(state.left):
        state.take("latest")
        return "now"
    state.unsaid.append(_no_period(state, times))
    return ""


def _of_one(state: QuestionState, times: Sequence[Time], text: str) -> str:
    """Return the only time that is named, or the years since it."""
    if len(times) != 1:
        return ""
    if not times[0].is_base and not times[0].guessed:
        return str(times[0].period)
    is_since = _SINCE_BEFORE.search(text[: times[0].start])
    return _since_year(times[0], state.today) if is_since else ""


def average_over(state: QuestionState, years: int, period: str) -> str:
    """Return the period of a question for an average over years, which is no measure: empty."""
    end = _UNTIL_YEAR.search(state.left)
    if end and not period:  # "a mean of three years up to 2022"
        state.left = state.timed = blanked(state.left, *end.span())
        state.unsaid = [one for one in state.unsaid if one.key != "period"]
        period = end["year"]
    elif not period and _LATELY.search(state.said):  # "averaged over the last five years"
        state.unsaid = [one for one in state.unsaid if one.key != "period"]
        period = "now"
    elif any(one.key == "period" for one in state.unsaid):
        return period
    last = Period.parse(period).end.year if period != "now" else state.today.year - 1
    span = period if ".." in period else f"{last - years + 1}..{last}"
    why = "an average over several years is no measure: ask for one period, or for each year of it"
    state.unsaid.append(Unsaid("period", why, ((span, "as one period"),)))
    return ""


def _counted_years(state: QuestionState) -> str:
    """Return the years of "the last five years" or "the 2010s"; empty if none are meant."""
    last = _forms(state.language)["last_years"].search(state.left)
    decade = None if last else _DECADE.search(state.left)
    found = last or decade
    if not found:
        return ""
    state.left = state.timed = blanked(state.left, *found.span())
    if last:
        end = state.today.year - 1
        many = 10 if _DECADE_LAST.search(last[0]) else count_in(last[0], state.language)
        start = end + 1 - many
    else:
        start = int(found["decade"]) * 10
        end = min(start + 9, state.today.year - 1)
    return str(Period(Period.parse(start).start, Period.parse(end).end))


def _until(state: QuestionState, times: Sequence[Time], text: str) -> str:
    """Return the span of "since 2018 up to 2023": its end stands apart from its start."""
    if len(times) != 1 or not times[0].is_base:
        return ""
    end = _UNTIL_YEAR.search(text, times[0].end)
    if not end or int(end["year"]) <= times[0].period.end.year:
        return ""
    state.left = state.timed = blanked(state.left, *end.span())
    return str(Period(times[0].period.start, Period.parse(end["year"]).end))


def _as_span(state: QuestionState, times: Sequence[Time], text: str) -> str:
    """Return one span for several times that belong together; empty if they do not."""
    grows = _forms(state.language)["growth"].search(state.left)
    if len(times) == 2 and (two := _parts_of_years(times, text, grows=bool(grows))):
        state.base = two[0]
        return two[1]
    if len(times) == 2 and (one := _as_one(times, text)):
        state.compares = True
        return one
    # "Growth 2020 2022": from the one to the other.
    if len(times) == 2 and grows and not any(one.guessed or one.is_base for one in times):
        early, late = sorted(one.period for one in times)
        return str(Period(early.start, late.end))
    # "2021, 2022 and 2023": each of them.
    prices = _forms(state.language)["price"].search(state.left)
    if len(times) > 1 and (
        one := _in_a_row(times, text, state.language, with_gaps=not (grows or prices))
    ):
        state.compares = True
        return one
    # "Who replaced it after 2021? (2023)": from the one to the other.
    since = len(times) == 2 and times[0].is_base and not times[1].is_base
    if since and _forms(state.language)["replaced"].search(state.left):
        return str(Period(times[0].period.start, times[1].period.end))
    # "From 2019 to 2022": a base and an end make one span.
    if len(times) == 2 and times[0].is_base and times[1].ends_range:
        return str(Period(times[0].period.start, times[1].period.end))
    return ""


def _parts_of_years(times: Sequence[Time], text: str, *, grows: bool) -> tuple[str, str] | None:
    """Return two parts of years that are compared, the earlier first.

    What lies between them is no part of either: the first half of 2024 and that of 2023.
    """
    early, late = sorted(one.period for one in times)
    first, second = sorted(times, key=lambda one: one.start)
    # "Rise between the first quarters of two years": what is compared need not be said.
    compares = grows or _AGAINST.search(text[first.end : second.start])
    compares = compares or _AGAINST_BEHIND.match(text, second.end)
    whole = [one for one in (early, late) if one.split(12)]
    if whole or not compares or early.end >= late.start:
        return None
    return (str(early), str(late)) if len(early.split(1)) == len(late.split(1)) else None


def asks_year(state: QuestionState) -> bool:
    """Whether it is asked in which year something happened."""
    return bool(_ASKS_YEAR[state.language].search(state.plain))


def _no_period(state: QuestionState, times: Sequence[Time]) -> Unsaid:
    """Return what is open about the period."""
    if not times and asks_year(state):
        why = "a year is read off a series: say from which year to which, 2015 to 2025"
        return Unsaid("period", why, tuple((one, "") for one in state.years))
    named = list(dict.fromkeys(str(one.period) for one in times if not one.guessed))
    if len(times) != 1:
        why = "the question names several periods" if times else "the question names no period"
    elif times[0].is_base:  # the end is open: what is loaded says which it can be
        why, named = "the question does not say until when", []
    else:
        why = "the question names no year"
    return Unsaid("period", why, tuple((one, "") for one in named or state.years))


def change_over(state: QuestionState, period: str, forms: set[str]) -> dict[str, str]:
    """Return period and base of a change: both ends of a span, or a year and the one before."""
    if period == "now":
        return {}
    full_period = Period.parse(period)
    years = full_period.split(12)
    if not years and _YEAR_ON_YEAR.search(state.said):
        before = (f"{day.year - 1}-{day.month:02}" for day in (full_period.start, full_period.end))
        return {"period": period, "base": str(Period.parse("..".join(before)))}
    if not years:
        state.unsaid.append(Unsaid("period", "the question does not say since when"))
        return {}
    first, last = years[0], years[-1]
    if first == last:  # "grew in 2022" is over the year before
        first = Period.parse(last.start.year - 1)
    elif "yearly" in forms and len(years) > 2:
        why = "growth is over the whole span, and not per year"
        state.unsaid.append(Unsaid("period", why, ((str(last), f"since {first}, in all"),)))
    return {"period": str(last), "base": str(first)}


def _since_zh(state: QuestionState, text: str) -> str:
    """Return the years since the only one that is named, in Chinese."""
    found = _SINCE_ZH.search(text) if state.language == "zh" else None
    if not found or len(_YEAR.findall(text)) > 1 or int(found["year"]) >= state.today.year - 1:
        return ""
    state.left = state.timed = blanked(state.left, *found.span())
    return f"{found['year']}..{state.today.year - 1}"


def _since_year(time: Time, today: date) -> str:
    """Return the years since one, until the last that is over, as of the last five years."""
    years = time.period.split(12)
    if (
        not time.is_base
        or time.guessed
        or len(years) != 1
        or time.period.end.year >= today.year - 1
    ):
        return ""
    return str(Period(time.period.start, Period.parse(today.year - 1).end))


def _since(found: re.Match[str]) -> str:
    """Return "since" for "after" a year, as long as it was: what came after is measured from it."""
    return _SINCE[found["after"].lower()].rjust(len(found[0]))


def _not_base(before: str, times: Sequence[Time]) -> bool:
    """Whether a year is no base: bought *in* 2021, or the only one, on which all is based."""
    return bool(_IN.search(before) or (len(times) == 1 and _BASED_ON.search(before)))


def _is_span(time: Time) -> bool:
    """Whether a time is several years, which are no base: how it evolved over 2018-2022."""
    return len(time.period.split(12)) > 1


def _as_one(times: Sequence[Time], text: str) -> str:
    """Return one span for two times that are two ends of it; empty if they are not."""
    first, second = sorted(times, key=lambda one: one.start)
    gap = text[first.end : second.start]
    for one, other in ((first, second), (second, first)):
        # "Since 2017? Years 2017 to 2023": the span says it again.
        if one.is_base and one.period.start == other.period.start:
            return str(other.period)
    early, late = sorted((first.period, second.period))
    compares = _AGAINST.search(gap) or _AGAINST_BEHIND.match(text, second.end)
    if _UNTIL.fullmatch(gap) or (early.end < late.start and compares):
        return str(Period(early.start, late.end))
    return ""


def _in_a_row(times: Sequence[Time], text: str, language: str, *, with_gaps: bool) -> str:
    """Return the span of years that are listed, each after the one before; empty if not.

    With gaps it has the years between them as well, which a growth or a price would not be of.
    """
    for one, two in pairwise(times):
        later = two.period.start.year - one.period.start.year
        follows = later == 1 or (with_gaps and later > 1)
        listed = are_joined(text[one.end : two.start].removeprefix("年"), language)
        if not (follows and listed) or one.guessed or two.guessed:
            return ""
        if any(len(time.period.split(12)) != 1 for time in (one, two)):
            return ""
    return str(Period(times[0].period.start, times[-1].period.end))


_ASKS_YEAR = {
    language: re.compile(words, re.IGNORECASE)
    for language, words in {
        "en": (
            r"^(?:and |so |since |until )?when (?:did|was|were|has|have|is|does|do|will)\b"
            r"|\b(?:which|what) years?\b"
        ),
        "de": r"^(?:seit |ab |bis )?wann\b|\bwelche[mns]? jahr(?:en?)?\b",
        "ru": r"^(?:с |до )?(?:когда|каких пор)\b|\bкак(?:ом|ого|ие|ой|их) год[ауыо]?\b",
        "zh": "哪一?年|什么时候|何时|几时",
    }.items()
}
_MAY = re.compile(r"(?<=\b(?:19|20)\d\d )may(?= (?!\d))")
_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR_BEFORE = re.compile(
    r"\b(?:(?P<de>(?:im|des|vom) Vorjahr(?:e?s)?|im Jahr davor)"
    r"|(?<!with )(?<!than )(?<!over )(?<!against )(?<!on )(?<!to )"
    r"(?P<en>(?:in )?the (?:previous|preceding|prior) year)"
    r"|(?P<ru>(?:за |в )предыдущ(?:ий|ем) год[уа]?))\b|(?P<zh>上一年度?|上年度?)",
    re.IGNORECASE,
)
_LAST_YEAR = {"en": "last year", "de": "im letzten Jahr", "ru": "в прошлом году", "zh": "去年"}
_DECADE_LAST = re.compile("decade|jahrzehnt|десятилет|十年", re.IGNORECASE)
_FIRST_YEAR = 1900
_YEAR_IN = {
    "en": ("{}", "in {}", "since {}"),
    "de": ("{}", "{}", "seit {}"),
    "ru": ("{} году", "в {} году", "с {} года"),
    "zh": ("{}年", "{}年", "自{}年"),
}
"""A year behind a word that says how it is meant, one alone, and one where a change begins."""
_IN_FRONT = re.compile(
    r"\b(?:since|from|with|to|than|against|over|versus|vs|between|and|or|until|till|of|by|in|as of"
    r"|seit|gegenüber|zu|mit|als|von|zwischen|und|oder|bis|im|с|со|чем|относительно|против|к|и|или"
    r"|между|до)\.? $|(?:与|和|跟|同|比|较|自|从|到|至|于|在)$",
    re.IGNORECASE,
)
_AFTER = re.compile(r"\b(?P<after>after|nach|после)(?= (?:dem jahr )?(?:19|20)\d\d(?!\d))", re.I)
_AFTER_ZH = re.compile(r"(?<=\d年)(?:之后|以后)")
_SINCE_ZH = re.compile("[自从]?(?P<year>(?:19|20)\\d\\d)年?(?:以来|至今|到现在|起至今|起)")
_YEAR_ON_YEAR = re.compile(
    r"同比|\bvorjahres|\byear[- ]on[- ]year\b|\byoy\b"
    r"|\bsame (?:period|quarter|month|half)(?: of the| a)? (?:previous|last|preceding|prior|year)"
    r"|\bгод к году\b|\bгодом ранее\b|\bаналогичн[а-я]+ (?:период|квартал|месяц)",
    re.IGNORECASE,
)
"""Words of a part of a year that is compared with the same part of the year before."""
_SINCE_BEFORE = re.compile(
    r"\b(?:since|seit|с) (?:the )?(?:(?:year|jahr|dem jahr) )?$", re.IGNORECASE
)
_SINCE = {"after": "since", "nach": "seit", "после": "с"}
_UNTIL = re.compile(
    r"[\s,]*(?:through|thru|till|until|up to|bis einschließlich|bis zum jahr|по|до|至|到)\s*",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:than|compared?|comparison|relative|vergleichs(?:jahr|basis|wert)|against|versus|vs|relative|als|verglichen|vergleich|gegenüber|чем"
    r"|сравн[а-я]+|относительно|против|к|gegen|from|over|basis(?:jahr)?|base(?: year)?"
    r"|баз(?:а|у|е|ой|ов[а-я]+)|v|or|oder|или)\b|比|较|对|是|为基|还是",
    re.IGNORECASE,
)
"""Words between two years of which one is the base of a change."""
_AGAINST_BEHIND = re.compile(
    "年?(?:相比|相较|比|为基)| (?:taken )?as (?:the )?base| (?:год )?за базу| als basis",
    re.IGNORECASE,
)
"""The same behind the second of two years: in 2023, with 2021 as base."""
_SHARE_ZH = re.compile("占比|比例|比重|比率|百分比")
_DECADE = re.compile(
    r"(?:\b(?:in|over|during|of|der|die|den|в) )?(?:the |den )?(?<!\d)(?P<decade>(?:19|20)\d)0"
    r"(?:s\b|er(?:[- ]?jahren?)?\b|-[хе](?: годах| годы| годов)?|年代)",
    re.IGNORECASE,
)
_COMPARE_ZH = re.compile("^请?(?:比较|对比)(?:一下)?")
_IN = re.compile(r"\b(?:in|during|im|в) (?:the years? |jahre?n? )?$", re.IGNORECASE)
_BASED_ON = re.compile(
    r"\b(?:based on|on the basis of|on a basis of|auf (?:der )?(?:basis|grundlage)(?: von)?"
    r"|на (?:базе|основе)|по базе) (?:data (?:of|for|from) |daten von |данных за )?$|以$",
    re.IGNORECASE,
)
_LATELY = re.compile(r"\b(?:last|past|letzten|vergangenen|последни[ех]|прошлые)\b|近|过去", re.I)
_UNTIL_YEAR = re.compile(
    r"(?:\b(?:up to|until|till|through|thru|to|by|bis(?: einschließlich)?|до|по) "
    r"(?:and including )?(?:the )?(?:year |jahr )?|[到至])(?P<year>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
