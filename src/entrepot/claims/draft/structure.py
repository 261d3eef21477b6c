"""The structural reading: all that a text allows a number to be, weighed by what stands where.

Rules read a sentence by itself. Here each number gets candidates for what it is (level, growth,
share), for its flow, for the two sides, and for its period: from its own sentence and from what the
text was about before. Every candidate has features (distance in clauses and numbers, the form of a
name, what was said before), and weights, learned from labelled articles by
``benchmarks/reading.py``, say which candidate is the likeliest and how likely.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from entrepot.claims.draft.complete import Context
from entrepot.claims.draft.lexicon import NOWHERE, area_words, cue_words
from entrepot.claims.draft.reading import taken_apart
from entrepot.claims.draft.time import Time
from entrepot.claims.draft.times_in import is_record
from entrepot.claims.numbers import CURRENCIES
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from entrepot.claims.draft.mark import Mark
    from entrepot.claims.draft.reading import Reading as Apart
    from entrepot.claims.draft.sentences import Sentence
    from entrepot.claims.numbers import Span
    from entrepot.model.period import Period

__all__ = ["DAYS_AHEAD", "Choice", "Guess", "Memory", "Scene", "guesses", "scenes"]

_M = TypeVar("_M", "Mark", Time)
SELLS = ("export", "supply")
BUYS = ("import", "purchase")
BALANCES = ("surplus", "deficit")
_STRONG = re.compile(
    r"[;；:：—–]|\b(?:while|whereas|but|тогда как|während)\b|, (?:а|но|aber|wobei) |。|，而|但"
)
_WEAK = re.compile("[,，、(（)）]")
_TIGHT = 14
_CUES = ("up", "down", "share", "accounts", "came", "went", "price", "quantity", "level", "rank")
_BY = re.compile(r"(?:\bby|\bна|\bum|\bof|了)\s*$")
_TO = re.compile(
    r"(?:\bto|\bat|\bдо|\bauf|\bbei|至|到|达|为|reach\w*|total\w*|составил\w*|или)\s*$"
)
_FROM = re.compile(
    r"(?:\bfrom|\bagainst|compared (?:with|to)|\bversus|\bпротив|\(с|\bс|\bnach|\bvon|"
    r"gegenüber|从|由|比)\s*$"
)
_AT = re.compile(
    r"\s*[(（]?\s*(?:(?:in|im|on|for|during|by|за|во?|на|по итогам|of|от)\s+)?(?:the |dem )?",
    re.IGNORECASE,
)
_OPENED = re.compile(
    r"\b(?:before|after|until|till|prior to|by|since|до|после|vor|nach|bis|seit|с)\s+"
    r"(?:the |end of |dem )*$",
    re.IGNORECASE,
)
_OWN_LAND = re.compile("我国|国内|本国")
_THE_COUNTRY = re.compile(
    r"\b(?:this|the) (?:country|nation|bloc)\b|\b(?:стран[аыеу]|республик[аиеу])\b"
    r"|\bdas Land\b|该国|两国",
    re.IGNORECASE,
)
_TWO = re.compile(
    r"\b(?:two|both) (?:countries|sides|nations)|двух стран|beide[nr]? L[äa]nder|两国"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a number may be in one respect, and the features that speak for and against it."""

    value: tuple[str, ...]
    features: tuple[str, ...]


@dataclass
class Memory:
    """What the text was about so far."""

    home: str = ""
    kind: str = ""
    owner: str = ""
    partner: str = ""
    goods: str = "all"
    period: Period | None = None
    main: Period | None = None
    age: int = 0
    period_age: int = 0
    what: str = ""
    base: Period | None = None
    paragraph: int = 0
    named: list[str] = field(default_factory=list)


@dataclass
class Scene:
    """A sentence taken apart.

    Attributes
    ----------
    apart
        Its marks, speakers and numbers masked.
    areas
        The areas, the land of the text among them.
    """

    sentence: Sentence
    apart: Apart
    areas: tuple[Mark, ...]
    first: bool = False
    times: Sequence[Time] = ()
    earlier: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest reading of a number, and how likely each part of it is.

    Attributes
    ----------
    what
        ``level``, ``growth``, ``share``, ``change``, ``points``, ``ratio`` or ``other``.
    kind
        The flow: ``export``, ``trade``, ``deficit`` ...
    chances
        Probability of each part among its candidates.
    others
        The next candidates of each part.
    """

    number: Span
    what: str
    kind: str
    owner: str
    partner: str
    period: Period | None
    base: Period | None
    goods: str
    certainty: str
    chances: Mapping[str, float]
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: tuple[str, ...] = ()

    @property
    def sides(self) -> tuple[str, str]:
        """Exporter and importer; of trade and balances the owner first."""
        if self.kind in BUYS:
            return self.partner, self.owner
        return self.owner, self.partner


@cache
def weights() -> dict[str, dict[str, float]]:
    """Return the learned weights by part and feature."""
    text = Path(__file__).with_name("weights.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, float]] = json.loads(text)
    return found


def scenes(
    sentences: Sequence[Sentence],
    numbers: Sequence[Sequence[Span]],
) -> list[Scene]:
    """Take sentences apart."""
    found = []
    for place, (sentence, spans) in enumerate(zip(sentences, numbers, strict=True)):
        apart = taken_apart(sentence, spans, Context(), None)
        found.append(Scene(sentence, apart, apart.found.areas, place == 0))
    return found


_INSTITUTE = re.compile(
    r"\W{0,3}\w*\W?(?:customs|statistic|ministry|bureau|census|department|таможен|статистич|министерств|ведомств"
    r"|бюро|Statistik|Zoll|Bundesamt|海关|统计|财政部)",
    re.IGNORECASE,
)


def home_of(found: Sequence[Scene], text: str) -> str:
    """Return the country whose trade the text is about: the one that most flows belong to."""
    owners: Counter[str] = Counter()
    for place, scene in enumerate(found):
        early = 2 if place < 3 else 1
        plain = scene.sentence.plain
        for area in scene.areas:
            if area.value in (WORLD, NOWHERE):
                continue
            owns = area.form in ("adj", "of", "bare")
            near = any(0 <= flow.start - area.end <= 60 for flow in scene.apart.found.flows)
            owners[area.value] += early * (2 if owns and near else 1 if owns else 0)
        for entry in area_words(scene.sentence.language):
            for named in entry.pattern.finditer(plain):
                if _INSTITUTE.match(plain, named.end()):
                    owners[entry.value] += 6
    if any(_OWN_LAND.search(scene.apart.text) for scene in found):
        scripts = (one for one in cue_words("zh").items() if one[0][0] == "script")
        return next((value for (_, value), sign in scripts if sign.search(text)), "CHN")
    del owners[NOWHERE], owners[WORLD]
    return owners.most_common(1)[0][0] if owners and owners.most_common(1)[0][1] else ""


_DAYS = re.compile(
    r"\b(?:first|initial) (?P<n>\d{1,2}|ten|twenty) days of (?P<m1>[A-Z][a-z]{2,8})"
    r"|\b(?P<f1>[A-Z][a-z]{2,8})(?:[-–—]| to | through )(?P<f2>[A-Z][a-z]{2,8})(?: of)? "
    r"(?P<fy>20\d\d)-\d\d\b"
    r"|\b(?:compared (?:to|with)|against|than in|versus) (?P<c1>[A-Z][a-z]{2,8})(?! \d)"
    r"|\b(?P<m2>[A-Z][a-z]{2,8})\.? (?P<a>\d{1,2})[-–](?P<b>\d{1,2})(?![\d,])"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDS = {"ten": 10, "twenty": 20}


def times_of(  # noqa: C901
    text: str, language: str, published: Period | None, memory: Memory
) -> tuple[list[Time], list[tuple[int, int]]]:
    """Return the periods that a sentence names, and where it says "a year earlier"."""
    from entrepot.claims.times import stepped, when

    words = cue_words(language)
    earlier = [match.span() for match in words[("yoy", "")].finditer(text)]
    base = _base_pattern(language)
    times: list[Time] = []
    for days in _DAYS.finditer(text):
        period = _days(days, published)
        if days["c1"]:
            if period is not None:
                times.append(Time(period, days.start("c1"), days.end("c1"), is_base=True))
        elif period is not None:
            before = base.search(text[max(days.start() - 40, 0) : days.start()]) is not None
            times.append(Time(period, days.start(), days.end(), before))
    taken = [(time.start, time.end) for time in times] + earlier
    for found in when(text, published, language):
        if any(start < found.end and found.start < end for start, end in taken):
            continue
        before = base.search(text[max(found.start - 40, 0) : found.start]) is not None
        if (before or language == "zh") and is_record(found, text, language):
            continue
        period = found.period
        kind = found.kind
        if kind in ("year_earlier", "same_period"):
            earlier.append((found.start, found.end))
            continue
        now = next((time.period for time in reversed(times) if not time.is_base), memory.period)
        if kind == "last_month" and before:
            kind = "month_earlier"
        if kind.endswith("_earlier"):
            period = stepped(now, kind) if now is not None else None
            before = True
        if period is None or period.freq == "D":
            continue
        if kind == "no_year" and published is not None:
            period = _nearly_over(period, published)
        if published is not None and period.end > published.end and period.start > published.end:
            continue
        if found.ends:
            times.append(Time(found.ends[0], found.start, found.end, is_base=True))
            times.append(Time(found.ends[1], found.start, found.end, ends_range=True))
        else:
            times.append(Time(period, found.start, found.end, before, guessed=kind == "no_year"))
    return _tied(sorted(times, key=lambda time: time.start), text), earlier


_OF_YEAR = re.compile(r"\s*(?:periods?|months?|период[аеу]?)?\s*(?:of|in|,)?\s*")


def _tied(times: list[Time], text: str) -> list[Time]:
    """Read months and the year behind them as one: "January-June period of 2020"."""
    from entrepot.claims.times import stepped

    found: list[Time] = []
    for time in times:
        last = found[-1] if found else None
        if last is not None and last.guessed and time.period.freq == "A":
            gap = text[last.end : time.start]
            if _OF_YEAR.fullmatch(gap) and "period" in gap:
                period: Period | None = last.period
                for _ in range(30):
                    if period is None or period.end.year <= time.period.end.year:
                        break
                    period = stepped(period, "year_earlier")
                if period is not None:
                    found[-1] = Time(period, last.start, time.end, last.is_base)
                    continue
        found.append(time)
    return found


def _nearly_over(period: Period, published: Period) -> Period:
    """Return the same months a year later where these end within days of the publication."""
    from entrepot.model.period import Period

    try:
        later = Period(
            period.start.replace(year=period.start.year + 1),
            period.end.replace(year=period.end.year + 1),
        )
    except ValueError:
        return period
    ahead = (later.end - published.end).days
    most = DAYS_AHEAD if later.months > 1 else _A_MONTH_AHEAD
    return later if 0 < ahead <= most else period


DAYS_AHEAD = 12
"""Days before its end from which on a text speaks of a quarter as of one that is over."""
_A_MONTH_AHEAD = 3


@cache
def _base_pattern(language: str) -> re.Pattern[str]:
    pattern = cue_words(language)[("base", "")].pattern
    edge = "" if language == "zh" else r"(?<!\w)"
    return re.compile(
        rf"{edge}(?:{pattern})\s*(?:the |dem |der |im |in |в |the year )?$", re.IGNORECASE
    )


def _days(found: re.Match[str], published: Period | None) -> Period | None:
    """Return "the first 20 days of May", "May 1-20": the latest that were over."""
    from entrepot.model.period import Period

    if found["fy"]:
        first, last = (found[key][:3].lower() for key in ("f1", "f2"))
        if first not in _MONTHS or last not in _MONTHS:
            return None
        ends = [_MONTHS.index(one) + 1 for one in (first, last)]
        years = [int(found["fy"]) + (month < 4) for month in ends]
        if ends[1] < ends[0] and years[1] == years[0]:
            return None
        return Period.parse(f"{years[0]}-{ends[0]:02d}..{years[1]}-{ends[1]:02d}")
    name = (found["m1"] or found["m2"] or found["c1"])[:3].lower()
    if name not in _MONTHS or published is None:
        return None
    month = _MONTHS.index(name) + 1
    if found["c1"]:
        year = published.end.year - (month > published.end.month)
        return Period.parse(f"{year}-{month:02d}")
    first = int(found["a"] or 1)
    last = int(found["b"] or _WORDS.get(found["n"], 0) or found["n"])
    for year in (published.end.year, published.end.year - 1):
        try:
            period = Period(date(year, month, first), date(year, month, last))
        except ValueError:
            return None
        if period.end <= published.end:
            return period
    return None


def _bucket(distance: int) -> str:
    for limit in (3, 15, 40, 100):
        if distance <= limit:
            return str(limit)
    return "far"


class _Place:
    """Where a mark stands beside a number or another mark."""

    __slots__ = ("breaks", "commas", "distance", "numbers", "side")

    def __init__(self, scene: Scene, start: int, end: int, at: int, to: int) -> None:
        if end <= at:
            self.side, low, high = "L", end, at
        elif start >= to:
            self.side, low, high = "R", to, start
        else:
            self.side, low, high = "I", start, start
        gap = scene.apart.text[low:high]
        self.distance = high - low
        self.numbers = sum(low <= one.start and one.end <= high for one in scene.apart.numbers)
        self.commas = len(_WEAK.findall(gap))
        self.breaks = _STRONG.search(gap) is not None

    def features(self, name: str) -> list[str]:
        side = f"{name}{self.side}"
        found = [
            f"{side}n{min(self.numbers, 3)}",
            f"{side}d{_bucket(self.distance)}",
            f"{side}c{min(self.commas, 3)}",
        ]
        if self.breaks:
            found.append(f"{side}b")
        return found


def what_choices(number: Span, scene: Scene, memory: Memory) -> list[Choice]:
    """Return what a number may be."""
    unit = number.says.unit
    options: tuple[str, ...]
    if unit in CURRENCIES or unit in ("t", "items"):
        options = ("level", "change", "other")
    elif unit in ("percent", "ratio", "share"):
        options = ("growth", "share", "ratio", "other")
    elif unit == "points":
        options = ("points", "other")
    else:
        options = ("level", "growth", "share", "other")
    facts = _what_facts(number, scene, memory)
    return [Choice((one,), tuple(f"{one}|{fact}" for fact in facts)) for one in options]


def _what_facts(number: Span, scene: Scene, memory: Memory) -> list[str]:  # noqa: C901
    text, numbers = scene.apart.text, scene.apart.numbers
    unit = number.says.unit
    kind = "money" if unit in CURRENCIES else unit or "bare"
    place = numbers.index(number)
    low = numbers[place - 1].end if place else 0
    high = numbers[place + 1].start if place + 1 < len(numbers) else len(text)
    facts = ["all", f"u:{kind}"]
    if number.says.moved:
        facts += ["moved", f"moved:{kind}"]
    if number.says.per:
        facts.append("per")
    printed = scene.sentence.text[number.start : number.end]
    if re.match(r"[-+−–]", printed):
        facts.append("signed")
    before, behind = text[: number.start], text[number.end :]
    if re.search(r"[(（]\s*$", before):
        facts.append("bracket")
    for name, pattern in (("by", _BY), ("to", _TO), ("from", _FROM)):
        if pattern.search(before):
            facts.append(name)
            facts.append(f"{name}:{kind}")
    seen = set()
    for cue in scene.apart.found.cues:
        if cue.kind not in _CUES and cue.kind not in ("gdp", "other", "investment", "future"):
            continue
        if low <= cue.start and cue.end <= number.start:
            seen.add((cue.start, "L", cue.kind))
        elif number.end <= cue.start < high:
            gap = text[number.end : cue.start]
            close = not _WEAK.search(gap)
            seen.add((cue.start, "R" if close else "F", cue.kind))
    left = sorted(one for one in seen if one[1] == "L")
    facts += [f"L:{name}" for _, _, name in left]
    if left:
        facts.append(f"Lnear:{left[-1][2]}")
    facts += [f"{side}:{name}" for _, side, name in seen if side != "L"]
    if re.match(r"\s*(?:of|от|der|des|von|aller)\b", behind) and any(
        0 <= flow.start - number.end <= 60 for flow in scene.apart.found.flows
    ):
        facts.append("of-flow")
    if place:
        gap = text[low : number.start]
        near = len(gap) <= 15
        facts.append(f"prev:{memory.what}" + (":near" if near else ""))
        same = numbers[place - 1].says.unit == unit
        if same:
            facts.append(f"same:{memory.what}" + (":near" if near else ""))
    else:
        facts.append("no-prev")
    if not scene.apart.found.flows:
        facts.append("no-flow")
        if not scene.areas:
            facts.append("bare-sentence")
    return facts


def flow_choices(number: Span, what: str, scene: Scene, memory: Memory) -> list[Choice]:  # noqa: C901
    """Return the flows that a number may belong to; the last of them that of the text before."""
    found: list[Choice] = []
    marks = scene.apart.found.flows
    left = [mark for mark in marks if mark.end <= number.start]
    right = [mark for mark in marks if mark.start >= number.end]
    like = [one for one in scene.apart.numbers if one.says.unit == number.says.unit]
    dealt = bool(scene.apart.found.of("respectively"))
    for place, mark in enumerate(marks):
        at = _Place(scene, mark.start, mark.end, number.start, number.end)
        features = at.features("f")
        order = left[::-1].index(mark) if mark in left else None
        if order is None and mark in right:
            order = right.index(mark)
        if order is not None:
            features.append(f"f{at.side}o{min(order, 3)}")
            features.append(f"f{at.side}o{min(order, 2)}n{min(at.numbers, 2)}{what}")
        group = _group(mark.value)
        features += [f"g:{group}", f"g:{group}:{what}", f"{at.side}:{what}"]
        if mark.value in ("supply", "purchase"):
            features.append("weak")
        if what == "level" and group == "balance" and at.distance <= 20:
            features.append(f"bal{at.side}near")
        if what == "share" and at.side == "R" and at.distance <= 60 and not at.numbers:
            features.append("share-of")
        if dealt and len(like) == len(marks) and like[place] is number:
            features.append("dealt")
        if not left and not right:
            features.append("inside")
        if at.side == "R" and left:
            features.append("R-though-left")
        if (
            at.side == "R"
            and at.distance <= 25
            and "," not in scene.apart.text[number.end : mark.start]
        ):
            features += ["R-adjacent", f"R-adjacent:{group}:{what}"]
        found.append(Choice((mark.value, str(place)), tuple(features)))
    if memory.kind:
        features = [f"carry{min(memory.age, 3)}", f"carry:{_group(memory.kind)}"]
        features.append("carry:none" if not marks else "carry:some")
        if marks and not left:
            features.append("carry:ahead")
        if scene.areas:
            features.append("carry:areas")
        features.append(f"carry:{what}")
        found.append(Choice((memory.kind, "carry"), tuple(features)))
    return found


def _group(kind: str) -> str:
    if kind in SELLS:
        return "sell"
    if kind in BUYS:
        return "buy"
    return "balance" if kind in BALANCES else kind


def side_choices(  # noqa: C901
    number: Span, what: str, flow: Mark | None, kind: str, scene: Scene, memory: Memory
) -> list[Choice]:
    """Return the pairs (whose flow it is, the other side) that a number may be of."""
    owners: dict[str, set[str]] = {}
    partners: dict[str, set[str]] = {}
    group = _group(kind)
    for area in scene.areas:
        code = area.value
        if code == NOWHERE:
            code = memory.home if _OWN_LAND.match(scene.apart.text, area.start) else NOWHERE
        facts = _side_facts(area, number, flow, scene)
        facts.append(f"{area.form}:{group}")
        facts.append(f"{area.form}:{what}:{group}")
        if code == WORLD:
            facts.append("world")
        owners.setdefault(code, set()).update(f"o:{one}" for one in facts)
        partners.setdefault(code, set()).update(f"p:{one}" for one in facts)
    if len(memory.named) > 1 and _TWO.search(scene.apart.text):
        for code in memory.named[-2:]:
            owners.setdefault(code, set()).add("o:m:named")
            partners.setdefault(code, set()).add("p:m:named")
    context = "none" if not scene.areas else "some"
    carried = "flow" if flow is not None else "carry"
    for name, code in (
        ("home", memory.home),
        ("own", memory.owner),
        ("par", memory.partner),
        ("world", WORLD),
    ):
        if not code:
            continue
        said = [f"m:{name}", f"m:{name}:{context}", f"m:{name}:{carried}:{context}"]
        said.append(f"m:{name}:{group}")
        said.append(f"m:{name}:a{min(memory.age, 3)}")
        if name != "home" and memory.kind:
            said.append(f"m:{name}:{_group(memory.kind)}>{group}:{context}")
        if _THE_COUNTRY.search(scene.apart.text):
            said.append(f"m:{name}:country")
        if scene.apart.found.of("its"):
            said.append(f"m:{name}:its")
        if scene.apart.found.of("total", "external"):
            said.append(f"m:{name}:total")
        owners.setdefault(code, set()).update(f"o:{one}" for one in said)
        partners.setdefault(code, set()).update(f"p:{one}" for one in said)
    fit, own, touching = _evidence(number, flow, group, scene)
    dealt = dealt_area(number, scene)
    pair = tuple(memory.named[-2:]) if _TWO.search(scene.apart.text) else ()
    fresh = scene.sentence.paragraph != memory.paragraph
    found = []
    for owner, for_owner in owners.items():
        for partner, for_partner in partners.items():
            if owner == partner:
                continue
            joint = []
            if fit:
                joint.append(
                    "fit" if partner in fit else "fit-owner" if owner in fit else "not-fit"
                )
                joint.append(f"{joint[-1]}:{group}")
            if dealt:
                joint.append(
                    "deal" if partner == dealt else "deal-o" if owner == dealt else "no-deal"
                )
            if len(pair) == 2:
                joint.append("two" if {owner, partner} == set(pair) else "not-two")
            if fresh and partner == memory.partner != WORLD and not scene.areas:
                joint.append("stays-in-new-paragraph")
            if own:
                joint.append("adj" if owner in own else "not-adj")
            if touching:
                side = "p" if partner in touching else "o" if owner in touching else "no"
                joint.append(f"touch-{side}")
                joint.append(f"touch-{side}:{'fit' if fit else ''}{'own' if own else ''}")
                kept = owner == memory.owner if side == "p" else partner == memory.partner
                if kept and side != "no":
                    joint.append(f"touch-{side}-keeps")
            if (owner, partner) == (memory.owner, memory.partner):
                joint.append(f"same:{context}:{carried}")
            if (partner, owner) == (memory.owner, memory.partner):
                joint.append(f"turned:{_group(memory.kind)}>{group}:{context}")
            if what == "share" and WORLD in (owner, partner):
                joint.append("share-world")
            if owner == WORLD:
                joint.append("world-owns")
            if NOWHERE in (owner, partner):
                joint.append("nowhere")
            found.append(
                Choice((owner, partner), (*sorted(for_owner), *sorted(for_partner), *joint))
            )
    return found


_OWNS = {
    "sell": ("of", "from", "origin"),
    "buy": ("of", "to"),
    "trade": ("of",),
    "balance": ("of",),
}
_FITS = {
    "sell": ("to",),
    "buy": ("from", "origin"),
    "trade": ("with", "between", "to"),
    "balance": ("with", "between", "to"),
}


def _evidence(
    number: Span, flow: Mark | None, group: str, scene: Scene
) -> tuple[list[str], list[str], list[str]]:
    """Return the areas that by their form are the other side, own the flow, or touch the number."""
    text = scene.apart.text
    touching = [
        area.value
        for area in scene.areas
        if area.end <= number.start
        and re.fullmatch(r"(?:['’]s)?的?\s*[(（—–-]?\s*", text[area.end : number.start])
    ]
    if flow is None:
        away = [area for area in scene.areas if area.form in _FITS.get(group, ())]
        return [area.value for area in away[-1:]], [], touching
    fits: list[str] = []
    last = max((one.end for one in scene.apart.numbers if one.end <= number.start), default=0)
    local = [
        area.value
        for area in scene.areas
        if area.form in _FITS.get(group, ()) and max(last, flow.end) <= area.start < number.start
    ]
    for area in scene.areas if not local else ():
        if area.form not in _FITS.get(group, ()):
            continue
        low, high = sorted((area.start, flow.start))
        crossed = any(low <= one.start < high for one in scene.apart.numbers)
        if not crossed and not _STRONG.search(text[low:high]):
            fits.append(area.value)
    own = [
        area.value
        for area in scene.areas
        if (area.form in ("adj", "of", "bare") and 0 <= flow.start - area.end <= 3)
        or (area.form in _OWNS.get(group, ()) and 0 <= area.start - flow.end <= 12)
    ]
    if not own:
        low = max((m.end() for m in _STRONG.finditer(text) if m.end() <= flow.start), default=0)
        subjects = [
            area
            for area in scene.areas
            if area.form == "bare" and low <= area.start and area.end <= flow.start
        ]
        own = [subjects[-1].value] if subjects else []
    return local or fits, own, touching


_LINK = re.compile(r"\s*(?:[,、，]|and|und|и|和|与|及|以及|, and)?\s*(?:[a-zа-я ]{0,4})?")


def row_of(
    one: Mark | Span | Time, row: Sequence[Mark | Span | Time], text: str
) -> tuple[int, int]:
    """Return the place of a mark in its enumeration, and how long that is."""
    at = list(row).index(one)
    low = high = at
    while low and _LINK.fullmatch(text[row[low - 1].end : row[low].start]):
        low -= 1
    while high + 1 < len(row) and _LINK.fullmatch(text[row[high].end : row[high + 1].start]):
        high += 1
    return at - low, high - low + 1


def dealt_area(number: Span, scene: Scene) -> str:
    """Return the area that a number in a row has from a row of as many areas; else empty."""
    text = scene.apart.text
    like = [one for one in scene.apart.numbers if one.says.unit == number.says.unit]
    place, count = row_of(number, like, text)
    if count < 2:
        return ""
    fitting = [row for row in _rows(scene.areas, text) if len(row) == count]
    return fitting[-1][place].value if fitting else ""


def _rows(marks: Sequence[_M], text: str) -> list[list[_M]]:
    """Return marks by enumeration."""
    rows: list[list[_M]] = []
    for mark in marks:
        if rows and _LINK.fullmatch(text[rows[-1][-1].end : mark.start]):
            rows[-1].append(mark)
        else:
            rows.append([mark])
    return rows


def _side_facts(area: Mark, number: Span, flow: Mark | None, scene: Scene) -> list[str]:
    facts = [f"f:{area.form}"]
    at = _Place(scene, area.start, area.end, number.start, number.end)
    facts += at.features("n")
    facts.append(f"n{at.side}n{min(at.numbers, 2)}:{area.form}")
    if at.distance <= 3 and at.side != "I":
        facts.append(f"touch{at.side}")
    leading = [
        one
        for one in scene.areas
        if (one.end <= number.start and one.start > area.start) and at.side == "L"
    ]
    facts.append(f"last{at.side}{min(len(leading), 2)}")
    if flow is None:
        facts.append("no-flow")
        return facts
    to = _Place(scene, area.start, area.end, flow.start, flow.end)
    facts += to.features("w")
    facts.append(f"w{to.side}:{area.form}")
    facts.append(f"w{to.side}n{min(to.numbers, 2)}:{area.form}")
    if to.distance <= 3:
        facts.append(f"own{to.side}")
        facts.append(f"own{to.side}:{area.form}")
    between = min(flow.start, number.start) <= area.start < max(flow.end, number.end)
    if between:
        facts.append("between")
        facts.append(f"between:{area.form}")
    return facts


def period_choices(number: Span, what: str, scene: Scene, memory: Memory) -> list[Choice]:  # noqa: C901
    """Return the periods that a number may be of."""
    found: dict[str, set[str]] = {}
    text, times = scene.apart.text, scene.times
    before = text[: number.start]
    former = _FROM.search(before) is not None
    earlier = any(
        0 <= start - number.end <= 12 and not _WEAK.search(text[number.end : start])
        for start, _ in scene.earlier
    ) or any(0 <= number.start - end <= 12 and not number.says.moved for _, end in scene.earlier)
    own = [time for time in times if not time.is_base]
    left = [time for time in own if time.end <= number.start]
    for time in times:
        at = _Place(scene, time.start, time.end, number.start, number.end)
        facts = at.features("t")
        base = "B" if time.is_base else ""
        facts.append(f"t{base}{at.side}")
        facts.append(f"t{base}{at.side}n{min(at.numbers, 2)}:{what}")
        leads = re.match(r"\s*[:：]", text[time.end :]) is not None  # "$9 bn (2022: $8 bn)"
        if at.side == "R" and not leads and _AT.fullmatch(text[number.end : time.start]):
            facts += [f"tight{base}", f"tight{base}:{what}"]
        if _OPENED.search(text[: time.start]):
            facts.append("opened")
        if left and time is left[-1]:
            facts.append("last-left")
        if len(own) == 1 and not time.is_base:
            facts.append("only")
        if time.ends_range:
            facts.append("ends")
        if leads:
            facts.append(f"leads{at.side}")
        if former:
            facts.append(f"former{base}{at.side}")
        found.setdefault(str(time.period), set()).update(facts)
    at_number = scene.apart.numbers.index(number)
    previous = scene.apart.numbers[at_number - 1] if at_number else None
    pair = former and previous is not None and previous.says.unit == number.says.unit
    touches = any(
        re.fullmatch(r"\s*[(（]\s*", text[end : number.start])
        for _, end in scene.earlier
        if end <= number.start
    )
    dealt = dealt_time(number, own, scene)
    if dealt is not None:
        for one, said in found.items():
            said.add("deal" if one == dealt else "no-deal")
    context = "none" if not own else "some" if left else "ahead"
    for name, period in (("carry", memory.period), ("main", memory.main)):
        if period is None:
            continue
        facts = [f"{name}:{context}", f"{name}:{context}:{min(memory.period_age, 3)}"]
        facts.append(f"{name}:{what}")
        if former or earlier:
            facts.append(f"{name}:former")
        found.setdefault(str(period), set()).update(facts)
        year = str(period.before())
        said = {f"yb:{name}"}
        if former:
            said.add("yb:former")
        if earlier:
            said.add("yb:earlier")
        if former and earlier:
            said.add("yb:both")
        if touches:
            said.add("yb:touch")
        if pair:
            said.add("yb:pair")
        found.setdefault(year, set()).update(said)
    for time in left[-1:]:
        said = {"yb:own"}
        if former:
            said.add("yb:former")
        if earlier:
            said.add("yb:earlier")
        if touches:
            said.add("yb:touch")
        if pair:
            said.add("yb:pair")
        found.setdefault(str(time.period.before()), set()).update(said)
    from entrepot.claims.times import stepped

    for cue in scene.apart.found.of("mom"):
        now = left[-1].period if left else memory.period
        if now is not None and re.fullmatch(r"\s*[(（]\s*", text[cue.end : number.start] or "-"):
            before_it = stepped(now, "month_earlier")
            if before_it is not None:
                found.setdefault(str(before_it), set()).add("mb:touch")
    return [Choice((period,), tuple(sorted(facts))) for period, facts in found.items()]


def dealt_time(number: Span, times: Sequence[Time], scene: Scene) -> str | None:
    """Return the period that a number in a row has from a row of as many periods."""
    text = scene.apart.text
    like = [one for one in scene.apart.numbers if one.says.unit == number.says.unit]
    place, count = row_of(number, like, text)
    fitting = [row for row in _rows(times, text) if len(row) == count > 1]
    return str(fitting[-1][place].period) if fitting else None


def weighed(
    part: str, choices: Sequence[Choice], learned: Mapping[str, Mapping[str, float]]
) -> list[tuple[float, Choice]]:
    """Return the choices with their probabilities, the likeliest first."""
    if not choices:
        return []
    table = learned.get(part, {})
    scores = [sum(table.get(one, 0.0) for one in choice.features) for choice in choices]
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return sorted(
        ((power / total, choice) for power, choice in zip(powers, choices, strict=True)),
        key=lambda one: -one[0],
    )


class Recorder:
    """Keeps the candidates of every decision; a training run uses it."""

    def __init__(self) -> None:
        self.seen: list[tuple[Scene, Span, str, list[Choice], dict[str, str]]] = []

    def add(
        self, scene: Scene, number: Span, part: str, choices: list[Choice], more: dict[str, str]
    ) -> None:
        """Keep the candidates of one part of one number."""
        self.seen.append((scene, number, part, choices, more))


def guesses(
    found: Sequence[Scene],
    home: str,
    published: Period | None,
    learned: Mapping[str, Mapping[str, float]] | None = None,
    recorder: Recorder | None = None,
) -> list[tuple[Scene, Guess]]:
    """Return the likeliest reading of every number of the text."""
    memory = Memory(home=home)
    learned = weights() if learned is None else learned
    done: list[tuple[Scene, Guess]] = []
    for scene in found:
        scene.times, scene.earlier = times_of(
            scene.apart.unnamed, scene.sentence.language, published, memory
        )
        for number in scene.apart.numbers:
            last = done[-1][1] if done and done[-1][0] is scene else None
            guess = _guess(number, scene, memory, last, learned, recorder)
            if guess is not None:
                done.append((scene, guess))
        _remember_sentence(scene, memory)
    return done


def _guess(  # noqa: C901
    number: Span,
    scene: Scene,
    memory: Memory,
    before: Guess | None,
    learned: Mapping[str, Mapping[str, float]],
    recorder: Recorder | None,
) -> Guess | None:
    if not number.says.unit and any(
        one.start <= number.start and number.end <= one.end for one in scene.times
    ):
        return None
    chances: dict[str, float] = {}
    others: dict[str, tuple[str, ...]] = {}

    def choose(part: str, choices: list[Choice], **more: str) -> Choice | None:
        if recorder is not None:
            recorder.add(scene, number, part, choices, more)
        ranked = weighed(part, choices, learned)
        if not ranked:
            chances[part] = 0.0
            return None
        chances[part] = ranked[0][0]
        others[part] = tuple("|".join(one.value) for _, one in ranked[1:4])
        return ranked[0][1]

    chosen = choose("what", what_choices(number, scene, memory))
    what = chosen.value[0] if chosen else "other"
    if recorder is None and before is not None and linked(number, before.number, scene):
        return _linked(number, what, before, scene, memory, {**before.chances, **chances})
    flow = choose("flow", flow_choices(number, what, scene, memory), what=what)
    mark = None
    kind = ""
    if flow is not None:
        kind = flow.value[0]
        if flow.value[1] != "carry":
            mark = scene.apart.found.flows[int(flow.value[1])]
    sides = choose(
        "sides",
        side_choices(number, what, mark, kind, scene, memory) if kind else [],
        what=what,
        kind=kind,
    )
    owner, partner = sides.value if sides else ("", "")
    when = choose("period", period_choices(number, what, scene, memory), what=what)
    from entrepot.model.period import Period

    period = Period.parse(when.value[0]) if when else None
    goods, certainty = _goods(number, mark, scene, memory)
    guess = Guess(
        number,
        what,
        kind,
        owner,
        partner,
        period,
        _base(number, what, scene, period, memory),
        goods,
        certainty,
        chances,
        others,
        _flags(number, scene, before),
    )
    memory.what = what
    if what != "other" and kind and owner:
        memory.kind, memory.owner, memory.partner = kind, owner, partner
        memory.goods, memory.age = goods, 0
        if period is not None and not _FROM.search(scene.apart.text[: number.start]):
            if memory.main is None:
                memory.main = period
            memory.period, memory.period_age = period, 0
    return guess


_LINKED = re.compile(
    r"\s*(?:[(（]|(?:,?\s*(?:to|до|auf|and (?:amounted|reached) to|,? reaching|to reach"
    r"|и составил[аио]?|[,，]?达到?|至|[,，]同比)"
    r"\s*(?:about|around|nearly|roughly|over|около|почти|rund|knapp|fast)?))\s*"
    r"|[^,;()（]{0,14}\s(?:to|до|auf)\s+|[^,;()（]{0,14},? до\s+"
    r"|[^,;()（]{0,18}[(（]\s*(?:to |до )?"
)


def linked(number: Span, before: Span, scene: Scene) -> bool:
    """Whether a number is of the same as the one before: "rose 5 % to $3 bn", "$3 bn (+5 %)"."""
    text = scene.apart.text
    units = before.says.unit == "percent", number.says.unit == "percent"
    if units[0] == units[1] or number.start < before.end:
        return False
    gap = text[before.end : number.start]
    found = scene.apart.found
    starts = [one.start for one in (*scene.areas, *found.flows, *found.goods)]
    starts += [time.start for time in scene.times]
    free = not any(before.end <= start < number.start for start in starts)
    return free and _LINKED.fullmatch(gap) is not None


def _linked(
    number: Span,
    what: str,
    before: Guess,
    scene: Scene,
    memory: Memory,
    chances: Mapping[str, float],
) -> Guess:
    """Return the reading of a number that goes with the one before it."""
    memory.what = what
    flags = tuple(sorted({*_flags(number, scene, before), *before.flags, "linked"}))
    base = _base(number, what, scene, before.period, memory)
    return replace(before, number=number, what=what, base=base, chances=dict(chances), flags=flags)


def _remember_sentence(scene: Scene, memory: Memory) -> None:
    memory.age += 1
    memory.period_age += 1
    memory.paragraph = scene.sentence.paragraph
    for area in scene.areas:
        if area.value not in (NOWHERE, WORLD):
            memory.named = [one for one in memory.named if one != area.value] + [area.value]
    if not scene.apart.numbers:
        own = {time.period for time in scene.times if not time.is_base}
        if len(own) == 1 and (scene.apart.found.flows or scene.areas):
            memory.period, memory.period_age = own.pop(), 1
            memory.main = memory.main or memory.period
        flows = [flow for flow in scene.apart.flows if flow.kind]
        areas = [area.value for area in scene.areas if area.value not in (NOWHERE, WORLD)]
        if flows and areas and not memory.kind:
            memory.kind, memory.owner = flows[0].kind, areas[0]
            memory.partner = areas[1] if len(areas) > 1 and areas[1] != areas[0] else WORLD


def _goods(number: Span, mark: Mark | None, scene: Scene, memory: Memory) -> tuple[str, str]:
    if mark is None:
        named = [one for one in scene.apart.found.goods if one.end <= number.start]
        if named and not scene.apart.found.flows:
            return named[-1].value, "likely"
        return memory.goods, "inferred"
    flow = scene.apart.flows[scene.apart.found.flows.index(mark)]
    if flow.goods != "all":
        return flow.goods, flow.certainty
    return "all", ""


def _base(
    number: Span, what: str, scene: Scene, period: Period | None, memory: Memory
) -> Period | None:
    """Return what a change is measured against where the text says another than the year before."""
    if period is None or what not in ("growth", "points"):
        return None
    from entrepot.claims.times import stepped

    text = scene.apart.text
    low = max((one.end for one in scene.apart.numbers if one.end <= number.start), default=0)
    high = min(
        (one.start for one in scene.apart.numbers if one.start >= number.end), default=len(text)
    )
    named = [
        time
        for time in scene.times
        if time.is_base and (low <= time.start < high) and time.period != period
    ]
    ranged = [time for time in scene.times if time.ends_range and time.period == period]
    if ranged:
        named = [time for time in scene.times if time.is_base and time.start == ranged[0].start]
    if named:
        memory.base = named[0].period
        return named[0].period
    steps = {"M": "month_earlier", "Q": "quarter_earlier"}
    near = [cue for cue in scene.apart.found.of("mom") if low <= cue.start < high]
    if near and period.freq in steps:
        return stepped(period, steps[period.freq])
    year_before = any(low <= start < high for start, _ in scene.earlier)
    carried = memory.base is not None and period == memory.period and not scene.times
    if carried and not year_before and memory.base is not None and memory.base < period:
        return memory.base
    memory.base = None
    return None


_MADE = re.compile(
    r"\b(?:production|output|mined|produced|refin\w+|capacity|reserves|consum\w+)\b"
    r"|добы[а-я]+|переработ[а-я]+|выпуск|производств|произв[а-я]+|потребл[а-я]+|индекс|мощност"
    r"|[Pp]roduktion|[Ff]örder|verbrauch|Verbrauch|[Ii]ndex|产量|生产|储量|指数|产能|消费|日均",
)
_COUNTED_OTHERWISE = re.compile(
    r"\b(?:index|per[- ]day|working[- ]day|daily)\b|индекс|среднесуточн|[Ii]ndex|指数|日均",
    re.IGNORECASE,
)
_PRICED = re.compile(r"(?:均价|价格|单价|\bprices?|цен[аеуы]\b|[Pp]reise?n?\b)[^,，;；]{0,12}$")
_OTHERS = re.compile(
    r"\b(?:other|remaining|rest of|non-)\b|\b(?:другие|других|остальн)|\b(?:übrige|andere)"
    r"|其他|其它",
    re.IGNORECASE,
)
_VETOES = (
    *("future", "negated", "other", "services", "reexport", "omitted", "adjusted", "mean", "per"),
    *("compared", "investment", "gdp", "route", "part", "price", "quantity", "pointed", "fiscal"),
)


def _flags(number: Span, scene: Scene, before: Guess | None) -> tuple[str, ...]:
    """Return what makes a reading less sure."""
    text = scene.apart.text
    low = max((m.end() for m in _STRONG.finditer(text) if m.end() <= number.start), default=0)
    high = min(
        (m.start() for m in _STRONG.finditer(text) if m.start() >= number.end), default=len(text)
    )
    found = {
        cue.kind
        for cue in scene.apart.found.cues
        if cue.kind in _VETOES and low <= cue.start < high
    }
    if any(area.value == NOWHERE for area in scene.areas):
        found.add("nowhere")
    last = max((one.end for one in scene.apart.numbers if one.end <= number.start), default=0)
    made = _MADE.search(text, max(low, last), min(high, number.end + 25))
    if _COUNTED_OTHERWISE.search(text, max(low, last), min(high, number.end + 25)):
        found.add("made")
    traded = any(max(low, last) <= one.start < number.start for one in scene.apart.found.flows)
    if not traded and (made or (before is not None and "made" in before.flags)):
        found.add("made")
    if re.search(_PRICED, text[max(low, last) : number.start]):
        found.add("priced")
    if _OTHERS.search(text[low:high]):
        found.add("others")
    return tuple(sorted(found))
