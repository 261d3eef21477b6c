"""One sentence: its numbers become claims, or say why they do not."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.draft.draft import Drafted, Left, Refusal, trouble_with
from entrepot.claims.draft.flows import Context
from entrepot.claims.draft.kinds import claim_of_number
from entrepot.claims.draft.lexicon import area_words
from entrepot.claims.draft.marks import codes_in, require_codes
from entrepot.claims.draft.near import currency_said_elsewhere, is_former
from entrepot.claims.draft.parsed_sentence import ParsedSentence, parse_sentence
from entrepot.claims.draft.ranks import Placed, claim_of_place, places_in
from entrepot.claims.draft.slots import notes_on_members
from entrepot.claims.numbers import SHARED_CURRENCIES, Span, number_spans, read_says
from entrepot.errors import RequestError
from entrepot.model.areas import areas

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.claims.draft.sentences import Sentence
    from entrepot.model.period import Period

OLDEST = 2
"""Sentences without a time of their own over which a period is still taken over."""
MOST = 40
"""Numbers in one sentence that are still read one by one."""
_SAME = 0.02  # "half of it, 51 %"
MOST_IN_TABLE = 4 * MOST
"""Runs of digits in one sentence, years among them, that are still looked at."""
_TABLE = "{} numbers in one sentence: a table or a list, which is not read"
_SIGN = "a number in brackets, which may be negative: write it with its sign, without brackets"
_BRACKETED = re.compile(
    r"[$€¥£₽] ?[(（\[]\d[\d.,]{0,20}[)）\]]"
    r"|[(（\[][$€¥£₽]?\d[\d.,]{0,20}[)）\]]\s?(?:[%％万亿]|(?:per ?cent|[mbt]r?illions?|bn|mn|m"
    r"|tons?|tonnes?|t|Mio|Mrd|Mill\w*|Prozent|млн|млрд|тыс|процент\w*)(?!\w))"
)
"""Behind a currency or in front of a unit; of a footnote "(2)" neither is true."""
_OTHER_UNIT = re.compile(
    r"(?<![\w.,:/@#-])\d[\d.,]*(?!(?:st|nd|rd|th|am|pm|er|ern|ый|ой|ая|ое|го|му|м|х|й|я|е)\b)"
    r"(?<=[.,]\d)[a-zа-я]{1,5}(?![\w.])"
    r"|(?<![\w.,:/@#-])\d{1,6}(?!(?:st|nd|rd|th|am|pm|er|ern|ый|ой|ая|ое|го|му|ти|ю)\b)"
    r"[a-zа-я]{2,5}(?![\w.])"
)
"""A number with a unit that no list here has: "40kt"; not "21st", "1990s", "5G"."""
_NO_UNIT = "a number in a unit that is not known here"
_DOUBLED = "two numbers that would both be of one thing: which is of what is not clear"
_FOREIGN = re.compile(r"up |[—–-] ")  # "made up 45 %", "in 2024 — 9 %", "imports - $9 bn"
_YEAR_AND_SIGN = re.compile(r"(?:19|20)\d\d\s*[$€¥£₽]?")  # "in 2024 $12 billion"


def read_sentence(
    sentence: Sentence, numbers: Sequence[Span], context: Context, published: Period | None
) -> tuple[list[Drafted], list[Left], Context]:
    """Return the claims of a sentence, what is left of it, and the context for the next one."""
    # An empty context behind it: what a table was about says nothing of the next sentence.
    if len(numbers) > MOST:
        why = _TABLE.format(len(numbers))
        return [], [_left(sentence, why, numbers)], Context()
    reading = parse_sentence(sentence, numbers, context, published)
    drafted: list[Drafted] = []
    left: dict[str, list[Span]] = {}
    places: list[Left] = []
    for number in reading.numbers:
        if not number.says.unit and not reading.flows and not reading.found.of("hhi", "share"):
            continue  # a count of something else: "18 packages"
        if not number.says.unit and reading.timing.covers(number):
            continue  # 1-11月
        try:
            claim = claim_of_number(number, reading)
            drafted.append(_placed(claim, number, sentence))
        except Refusal as refusal:
            left.setdefault(refusal.why, []).append(number)
    for placed in places_in(reading.text, reading.language):
        try:
            claim = claim_of_place(placed, reading)
            drafted.append(_placed(claim, placed, sentence))
        except Refusal as refusal:
            says = sentence.text[placed.start : placed.stop]
            place = sentence.place(placed.start, placed.end)
            places.append(Left(says, sentence.text, refusal.why, (place,)))
    drafted, doubled = _without_doubled(sorted(drafted, key=lambda claim: claim.place))
    for number in reading.numbers:
        if sentence.place(number.start, number.end) in doubled:
            left.setdefault(_DOUBLED, []).append(number)
    rest = [_left(sentence, why, numbers) for why, numbers in left.items()]
    return drafted, [*rest, *places], _after(reading, drafted)


def _placed(claim: Drafted, at: Span | Placed, sentence: Sentence) -> Drafted:
    """Return a claim with its place in the text, and of how many members the EU is in it.

    Raises
    ------
    Refusal
        If a claims file would refuse it, or it leaves out a customs code of the sentence.
    """
    require_codes(claim.keys, sentence.plain)
    if isinstance(at, Span) and claim.kind in ("value", "balance", "gdp"):
        claim = replace(claim, keys=claim.keys | currency_said_elsewhere(at))
    if why := trouble_with(claim):
        raise Refusal(why)
    notes = (*claim.notes, *notes_on_members(claim.keys))
    return replace(claim, notes=notes, place=sentence.place(at.start, at.end))


def _without_doubled(claims: Sequence[Drafted]) -> tuple[list[Drafted], set[tuple[int, int]]]:
    """Return the claims but those that give one thing two numbers, and the places of these."""
    said: defaultdict[tuple[str, str, str], list[float]] = defaultdict(list)
    named: dict[tuple[int, int], tuple[str, str, str]] = {}
    for claim in claims:
        if claim.kind == "rank":
            continue
        says = read_says(claim.says)
        # "Half" and "51 %" are one unit, so that `_SAME` can compare them.
        unit, times = ("percent", 100) if says.unit == "share" else (says.unit, 1)
        named[claim.place] = (claim.kind, repr(claim.keys), unit)
        said[named[claim.place]].append(says.value * times)
    doubled = {
        place
        for place, name in named.items()
        if max(said[name]) - min(said[name]) > _SAME * max(map(abs, said[name]))
    }
    return [claim for claim in claims if claim.place not in doubled], doubled


def table_in(sentence: Sentence) -> Left | None:
    """Return a sentence that is too full of digits to be looked at one by one as left."""
    runs = list(re.finditer(r"\d[\d.,]*", sentence.text))
    if len(runs) <= MOST_IN_TABLE:
        return None
    places = tuple(sentence.place(run.start(), run.end()) for run in runs)
    printed = "; ".join(run[0] for run in runs)
    return Left(printed, sentence.text, _TABLE.format(len(runs)), places)


def not_read_in(sentence: Sentence, numbers: Sequence[Span]) -> list[Left]:
    """Return numbers that are none of `numbers`, as left: "$(1,234) million", "[45] %", "40kt".

    Of brackets the sign is open: a balance sheet writes a negative number so, an editor's insertion
    too. Letters behind a number that are no unit here say nothing of what it counts.
    """
    return [
        left
        for pattern, why in ((_BRACKETED, _SIGN), (_OTHER_UNIT, _NO_UNIT))
        for left in _unread(pattern, why, sentence, numbers)
    ]


def _unread(
    pattern: re.Pattern[str], why: str, sentence: Sentence, numbers: Sequence[Span]
) -> Iterator[Left]:
    found = [
        one
        for one in pattern.finditer(sentence.text)
        if not any(number.start < one.end() and one.start() < number.end for number in numbers)
    ]
    if found:
        places = tuple(sentence.place(one.start(), one.end()) for one in found)
        yield Left("; ".join(one[0] for one in found), sentence.text, why, places)


def numbers_of(sentence: Sentence) -> list[Span]:
    """Return the numbers of a sentence, without a word or dash in front that is not theirs."""
    kept: list[Span] = []
    year: Span | None = None
    codes = codes_in(sentence.plain)
    for span in number_spans(sentence.plain, sentence.sure or None):
        if any(one.start <= span.start and span.end <= one.end for one in codes):
            continue
        if _YEAR_AND_SIGN.fullmatch(sentence.text[span.start : span.end]):
            year = span
            continue
        # "2023 $111 billion": the sign went to the year; it is the number's.
        if year is not None and year.end == span.start:
            span = _begun_at(span, span.start - 1, sentence)
        kept.append(_mended(span, sentence))
    return [_in_currency(span, sentence) for span in kept]


def _in_currency(span: Span, sentence: Sentence) -> Span:
    """Return an amount in dinars, kroner, pesos or rupees in those of the one country named.

    Of ¥ the whole text says whether yen or yuan are meant.
    """
    if span.says.unit == "¥":
        return replace(span, says=replace(span.says, unit=sentence.yen or "¥"))
    homes = {
        one.code: money
        for money in SHARED_CURRENCIES.get(span.says.unit, ())
        for one in areas()
        if one.alpha2 == money[:2]  # a currency's code begins with that of its country
    }
    if not homes:
        return span
    named = {
        entry.value
        for entry in area_words(span.language)
        if entry.value in homes and entry.pattern.search(sentence.plain)
    }
    if len(named) != 1:
        return span
    return replace(span, says=replace(span.says, unit=homes[named.pop()]))


def _begun_at(span: Span, start: int, sentence: Sentence) -> Span:
    """Return a number from another place on, if it can be read so: "2023 $111 billion"."""
    try:
        says = read_says(sentence.text[start : span.end], sentence.sure or None)
    except RequestError:  # markup in between: what was read stays
        return span
    return replace(span, start=start, says=says)


_THAN_HALF = re.compile(r" (?:mehr|weniger|more|less) (?:als|than)$")
_A_PART = re.compile(
    r" (?:die Hälfte|(?:ein|zwei|drei) (?:Drittel|Viertel|Fünftel)|half|an? (?:third|quarter|fifth)"
    r"|two[- ]thirds|three[- ]quarters)\b"
)


def _mended(span: Span, sentence: Sentence) -> Span:
    than = _THAN_HALF.search(sentence.text, span.start, span.end)
    if than and _A_PART.match(sentence.text, span.end):  # "with 70 bn more than half of exports"
        end = than.start()
        says = read_says(sentence.text[span.start : end], sentence.sure or None)
        return replace(span, end=end, says=says)
    foreign = _FOREIGN.match(sentence.text, span.start)
    if foreign is None or foreign.end() >= span.end:
        return span
    made = re.search(r"\bm(?:ade|akes?|aking) $", sentence.text[: span.start])
    # "Up 45 %" is a rise of the number; only "made up 45 %" is a verb of its own.
    if foreign[0].startswith("up") and not made:
        return span
    return _begun_at(span, foreign.end(), sentence)


def _left(sentence: Sentence, why: str, numbers: Sequence[Span]) -> Left:
    printed = "; ".join(sentence.text[number.start : number.end] for number in numbers)
    places = tuple(sentence.place(number.start, number.end) for number in numbers)
    return Left(printed, sentence.text, why, places)


def _after(reading: ParsedSentence, drafted: Sequence[Drafted]) -> Context:
    """Return what the next sentence may take over: flows of this one, a period a bit longer."""
    flows = tuple(flow for flow in reading.flows if flow.has_both_sides and not flow.trouble)
    before, own = reading.context, reading.timing.own
    former = [one for one in reading.numbers if is_former(one, reading)]
    # "Against 4 bn a year earlier": the text goes on about the time named before.
    ago = before.period.before() if before.period is not None else None
    if all(
        one.period == ago
        and (reading.timing.is_of(one, former) or _AGO.search(reading.text, one.start, one.end))
        for one in own
    ):
        own = []
    periods = {time.period for time in own}
    period, age = periods.pop() if len(periods) == 1 else None, 0
    usual = period.before() if period is not None else None
    compared = any(time.is_base and time.period != usual for time in reading.timing.times)
    if not own and not reading.timing.unclear and before.age < OLDEST:
        period, age, compared = before.period, before.age + 1, compared or before.compared
    return Context(flows, period, tuple(filter(None, map(_share_in, drafted))), age, compared)


_AGO = re.compile(
    r"earlier|before|ago\b|previous|same|Vorjahr|zuvor|früher|ранее|назад|раньше|аналогичн|同期",
    re.IGNORECASE,
)
"""A time by which something is compared with that of the text: "a year earlier"."""


def _share_in(claim: Drafted) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """Return the share that a claim is about, or about the change of."""
    kind, keys = claim.kind, claim.keys
    if kind == "change":
        kind, keys = next(iter(keys["of"].items()))
    if not kind.endswith("_share"):
        return None
    return kind, tuple((key, str(value)) for key, value in keys.items())
