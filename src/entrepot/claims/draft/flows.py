"""Which flows a sentence is about: who sells, who buys, which goods.

Sides that a sentence leaves out are taken over only where nothing else can be meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from entrepot.claims.draft.areas import (
    compound,
    says_nothing,
    unknown_area,
    unknown_before,
    unknown_goods,
    unknown_object,
)
from entrepot.claims.draft.lexicon import MASK, NOWHERE, cue_words, masked
from entrepot.claims.question_goods import goods_of_words
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.claims.draft.marks import Marks
    from entrepot.claims.draft.sentences import Mark
    from entrepot.model.period import Period

SELLS = ("export", "supply")
BALANCES = ("surplus", "deficit")
_NEAR = 40
_OWN = ("adj", "of")
_FROM = ("from", "origin")
_TO = ("to", "with")
_BREAK = {
    "en": re.compile(r"[;:—]|, (?:while|but|whereas|and|with)\b|\bwhile\b|\bwhereas\b"),
    "ru": re.compile(r"[;:—]|, (?:а|но|тогда как|при этом|и)\b"),
    "de": re.compile(r"[;:—]|, (?:während|aber|wobei|doch)\b|\bwährend\b"),
    "zh": re.compile("[；;:：]|，(?:而|但)"),
}


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow that a sentence speaks of; a side that it does not name is empty.

    Attributes
    ----------
    kind
        ``export``, ``import``, ``supply``, ``purchase``, ``trade``, ``surplus`` or ``deficit``.
    exporter, importer
        Codes; of trade and balances the exporter is the country whose it is.
    owner
        The country that the sentence says the flow belongs to ("China's exports").
    others
        Areas that stand with the flow and are no side of it.
    goods, certainty, title
        What is traded; the certainty is empty where no goods are named.
    trouble
        Why the sides cannot be told, empty if they can.
    choices
        Areas of which each number has its own: "$12 bn from A and $5 bn from B".
    """

    kind: str
    start: int
    end: int
    exporter: str = ""
    importer: str = ""
    owner: str = ""
    others: tuple[str, ...] = ()
    goods: str = "all"
    certainty: str = ""
    title: str = ""
    trouble: str = ""
    choices: tuple[Mark, ...] = ()

    @property
    def sides(self) -> tuple[str, str]:
        """Both sides."""
        return self.exporter, self.importer

    @property
    def has_both_sides(self) -> bool:
        """Whether both sides are known."""
        return bool(self.exporter and self.importer)


def flows_of(text: str, language: str, found: Marks) -> list[Flow]:
    """Return the flows of a sentence with the sides that it names itself."""
    assigned: list[list[Mark]] = [[] for _ in found.flows]
    for area in found.areas:
        place = _flow_of(area, found.flows, text, language)
        if place is not None:
            assigned[place].append(area)
    flows = []
    for flow, areas in zip(found.flows, assigned, strict=True):
        if any(one.start <= flow.start < one.end for one in found.of("agent")):
            areas = [_of_market(area, flow, text) for area in areas]
        read = _sided(flow, areas, _external(flow, found, text), text)
        flows.append(_with_goods(read, flow, found, text, language))
    away = [area for area in found.areas if area.form in (*_FROM, *_TO, "between")]
    return _apart(flows, text, language) if away else flows


FOR_WHOM = re.compile(r"(?:\b[Ff]or|\b[Ff]ür|(?<!\w)[Дд]ля) (?:the )?$")
"""In front of whose market or source something is: "For Chile, Peru is the main market"."""


def _of_market(area: Mark, flow: Mark, text: str) -> Mark:
    """Return an area at a market or source in its part: "Peru was the export market for Chile"."""
    away, own = ("to", "of") if flow.value in SELLS else ("from", "of")
    if FOR_WHOM.search(text, max(0, area.start - _NEAR), area.start):
        return replace(area, form=own)
    if area.form == "bare" and area.end <= flow.start:
        return replace(area, form=away)
    behind = area.start >= flow.end and area.form in (*_TO, *_FROM, "origin")
    return replace(area, form=own) if behind else area


def _apart(flows: list[Flow], text: str, language: str) -> list[Flow]:
    """Refuse "exports and imports to and from B": the first would have the world as partner."""
    words = cue_words(language)[("and", "")]
    done = list(flows)
    for place, (one, other) in enumerate(pairwise(flows)):
        joined = words.fullmatch(text[one.end : other.start].strip()) is not None
        if joined and not one.has_both_sides:
            done[place] = replace(one, trouble="which areas two flows share is not clear")
    return done


def _external(flow: Mark, found: Marks, text: str) -> bool:
    near = text[max(flow.start - 12, 0) : flow.end]
    german = "außen" in near.lower()
    return german or any(
        cue.start <= flow.end and flow.start - cue.end <= 3 for cue in found.of("external")
    )


def _flow_of(area: Mark, flows: Sequence[Mark], text: str, language: str) -> int | None:
    """Return the place of the flow that an area belongs to."""
    behind = [n for n, flow in enumerate(flows) if flow.end <= area.start]
    ahead = [n for n, flow in enumerate(flows) if flow.start >= area.end]
    first, last = (ahead[0] if ahead else None), (behind[-1] if behind else None)

    def clear(place: int | None) -> bool:
        if place is None:
            return False
        flow = flows[place]
        gap = text[min(area.end, flow.end) : max(area.start, flow.start)]
        part = cue_words(language)[("part", "")]  # "of which $50 bn were machines"
        is_part = flow.end <= area.start and part.search(gap) is not None
        return not is_part and not _BREAK[language].search(gap)

    behind_it = area.form in ("to", "from", "with", "between") or (
        area.form == "of" and _follows(area, flows, text)
    )
    # "Exports to X" looks back, "X's exports" ahead; in Chinese sides stand in front of the flow.
    order = (last, first) if behind_it and language != "zh" else (first, last)
    for place in order:
        if place is not None and clear(place):
            return place
    return None


def _follows(area: Mark, flows: Sequence[Mark], text: str) -> bool:
    """Whether a genitive stands right behind a flow: "exports of China", "импорт России"."""
    behind = [flow for flow in flows if flow.end <= area.start]
    if not behind or text[area.end - 2 : area.end] in ("'s", "’s", "s'", "s’"):
        return False
    return area.start - behind[-1].end <= _NEAR


def _sided(flow: Mark, areas: list[Mark], external: bool, text: str) -> Flow:
    """Return a flow with the sides that its areas give it."""
    read = Flow(flow.value, flow.start, flow.end)
    if any(area.value == NOWHERE for area in areas):
        return replace(read, trouble=unknown_area(areas, text))
    for forms in (_FROM, _TO):
        several = [area for area in areas if area.form in forms]
        # Two sources not tied by "and" belong to two numbers: each number picks its own later.
        if len({area.value for area in several if not area.joined}) > 1:
            rest = [area for area in areas if area not in several]
            return replace(_sided(flow, rest, external, text), choices=tuple(several))
    if flow.value in ("trade", *BALANCES):
        return _two_way(read, areas, external)
    return _one_way(read, areas)


def _one_way(read: Flow, areas: list[Mark]) -> Flow:
    """Return exports or imports with their sides: own first, then whom they come from or go to."""
    sells = read.kind in SELLS
    owners = _codes(area for area in areas if area.form in _OWN)
    subjects = _codes(area for area in areas if area.form == "bare")
    sources = _codes(area for area in areas if area.form in _FROM)
    targets = _codes(area for area in areas if area.form in _TO)
    # First the side whose flow it is: who exports, or who imports.
    first, second = (sources, targets) if sells else (targets, sources)
    names = owners or subjects
    others = [code for code in subjects if owners and code not in owners]
    if not first or not names or first == names:
        names = names or first
    elif not second and (not sells or len(names) == 1):
        # "Russia's supplies from China", "imports of China into Russia"
        names, second = first, names
    else:
        others += first
    adjectives = _codes(area for area in areas if area.form == "adj")
    if not sells and not second and len(owners) == 2 and len(adjectives) == 1:
        second, names = adjectives, [code for code in owners if code not in adjectives]
    apart = {area.value for area in areas if area.form in (*_OWN, "bare") and not area.joined}
    if len(names) > 1 and len(apart & set(names)) > 1:
        return replace(read, trouble="who sells and who buys is not clear")
    owner = _sum(owners or subjects)
    return replace(_settled(read, sells, names, second), owner=owner, others=tuple(others))


def _settled(read: Flow, sells: bool, first: list[str], second: list[str]) -> Flow:
    one, two = _sum(first), _sum(second)
    exporter, importer = (one, two) if sells else (two, one)
    if exporter and set(exporter.split("+")) & set(importer.split("+")):
        return replace(read, trouble="the same country on both sides")
    return replace(read, exporter=exporter, importer=importer)


def _two_way(read: Flow, areas: list[Mark], external: bool) -> Flow:
    partners = _codes(area for area in areas if area.form in ("with", "from", "to"))
    sides = _codes(area for area in areas if area.form == "between")
    owners = _codes(area for area in areas if area.form in ("adj", "of"))
    subjects = _codes(area for area in areas if area.form == "bare")
    if len(sides) == 2:
        return replace(read, exporter=sides[0], importer=sides[1])
    if len(sides) > 2:
        return replace(read, trouble="trade among more than two")
    names = owners or subjects
    if len(names) == 2 and not partners and read.kind == "trade":
        return replace(read, exporter=names[0], importer=names[1])
    if len(names) > 1:
        return replace(read, trouble="whose trade it is is not clear")
    owner = names[0] if names else ""
    partners = [code for code in partners if code != owner]
    partner = _sum(partners) or (WORLD if external and owner else "")
    if owner and read.kind in BALANCES and not partner:
        partner = ""
    others = tuple(code for code in subjects if owners and code not in owners)
    return replace(read, exporter=owner, importer=partner, owner=owner, others=others)


def _codes(areas: Iterable[Mark]) -> list[str]:
    return list(dict.fromkeys(area.value for area in areas))


def _sum(codes: Sequence[str]) -> str:
    """Return several areas as one; the world and a part of it are not one."""
    return "+".join(codes) if WORLD not in codes else WORLD


def _with_goods(read: Flow, flow: Mark, found: Marks, text: str, language: str) -> Flow:
    """Return the flow with the goods that stand with it."""
    near: list[Mark] = []
    for goods in found.goods:
        # As if "to": goods too look back to their flow, unless one touches them below.
        place = _flow_of(replace(goods, form="to"), found.flows, text, language)
        ahead = [one for one in found.flows if one.start >= goods.end]
        behind = [one for one in found.flows if 0 <= goods.start - one.end <= 1]
        if language == "zh" and behind:  # "进口石油"
            place = found.flows.index(behind[0])
        elif ahead and ahead[0].start - goods.end <= 2:  # "chip imports", "Chipexporte"
            place = found.flows.index(ahead[0])
        if place is not None and found.flows[place] is flow:
            near.append(goods)
    if not near:
        return _with_unknown_goods(read, found, text, language)
    apart = len({goods.value for goods in near}) > 1
    # A masked number between two goods: each may have its own.
    if apart and MASK in text[near[0].end : near[-1].start]:
        return replace(read, trouble="which goods a number is of is not clear")
    return of_goods(read, near)


def of_goods(flow: Flow, named: Sequence[Mark]) -> Flow:
    """Return a flow with goods that are named, all of them where there are several."""
    kinds = list(dict.fromkeys(goods.value for goods in named))
    if len(kinds) > 1:
        sure = all(goods.form == "sure" for goods in named)
        if sure and not any(kind.startswith("named:") for kind in kinds):
            return replace(flow, goods=",".join(kinds), certainty="sure")
        words = " and ".join(kind.removeprefix("named:") for kind in kinds)
        return replace(flow, goods=f"named:{words}", certainty="likely", title="several goods")
    one = named[0]
    return replace(flow, goods=one.value, certainty=one.form, title=one.title)


def _with_unknown_goods(read: Flow, found: Marks, text: str, language: str) -> Flow:
    """Return the flow with goods that no list here has, in the text's own words."""
    for area in found.areas:  # "Exporte von Dänemark" names no goods
        text = masked(text, area.start, area.end)
    behind, before = text[read.end :], text[: read.start]
    words = unknown_goods(behind, language) or compound(before, language)
    words = words or unknown_object(text, read.start, read.end, language)
    if words and not says_nothing(words):
        code = code_of(words, language)
        title = f"HS {code}" if code else "not in the word list"
        return replace(read, goods=code or f"named:{words}", certainty="likely", title=title)
    if language == "zh" and (word := unknown_subject(before)):
        if code := code_of(word, language):
            return replace(read, goods=code, certainty="likely", title=f"HS {code}")
        return replace(read, trouble=f"{word!r} may name goods, and no code is known for it")
    word = unknown_before(before, language)
    if _RANKED.fullmatch(word) and _ITS_PARTNER.match(behind):
        return read  # "the leading export destination"
    if word and not any(0 <= read.start - area.end <= 1 for area in found.areas):
        if code := code_of(word, language):
            return replace(read, goods=code, certainty="likely", title=f"HS {code}")
        return replace(read, trouble=f"{word!r} may name goods, and no code is known for it")
    return read


def unknown_subject(before: str) -> str:
    """Return the Chinese words between a seller and its buyer in front of a flow that may be goods.

    Examples
    --------
    >>> unknown_subject("▮▮家具对▮▮")
    '家具'
    >>> unknown_subject("▮▮全年对▮▮")
    ''
    """
    match = _SUBJECT.search(before)
    return match[1] if match else ""


_SUBJECT = re.compile(
    r"▮的?(?!商品|货物|产品|全部|总体|整体|累计|合计|直接|主要|仍|也|已|还|都|均|又|再|则|共|总|仅|只|方面"
    r"|外贸|贸易|海关|地区|内地|大陆|本土|特别行政区|[^▮]*(?:[年月季日期度]|以来|期间|继续|持续|分别|之?[前后内]))"
    r"([\u4e00-\u9fff]{2,10}?)[对向]▮+的?(?:货物|商品)?$"
)


_RANKED = re.compile(
    r"leading|main|top|key|major|primary|principal|chief|largest|biggest|first|second|third|fourth",
    re.IGNORECASE,
)
_ITS_PARTNER = re.compile(r" (?:market|destination|partner|customer|buyer|source|supplier)s?\b")


def code_of(words: str, language: str) -> str:
    """Return the code that words mean in a question too, and nothing else; empty without one."""
    found = {
        goods
        for goods, start, end in goods_of_words(words, language)
        if (start, end) == (0, len(words))
    }
    return found.pop() if len(found) == 1 else ""


_NEAR_SUM = 12


@dataclass(frozen=True, slots=True)
class Context:
    """What the sentence before was about.

    Attributes
    ----------
    flows
        Its flows, sides filled in.
    period
        Its period, if it was about one only.
    shares
        Shares it gave, as keys of a claims file by measure.
    age
        Sentences since the period was said.
    compared
        Whether the period was compared with another than the year before.
    """

    flows: tuple[Flow, ...] = ()
    period: Period | None = None
    shares: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    age: int = 0
    compared: bool = False

    @property
    def pair(self) -> frozenset[str] | None:
        """The two countries it was about, if it was about exactly two."""
        return _pair(self.flows)

    def in_new_paragraph(self) -> Context:
        """Return what a new paragraph may take over: no part of a year, which is said again."""
        part = self.period is not None and self.period.freq != "A"
        return replace(self, period=None) if part else self

    @property
    def home(self) -> str:
        """The country that all its flows belong to, if there is one."""
        return _home(self.flows)


def completed(flows: Sequence[Flow], context: Context, found: Marks) -> list[Flow]:
    """Return the flows of a sentence with both sides, or with the trouble that keeps one open."""
    done: list[Flow] = []
    for flow in flows:
        if flow.trouble or flow.has_both_sides or flow.choices:
            done.append(flow)
        else:
            done.append(_with_earlier_goods(_filled(flow, done, context, found), done, context))
    return done


def _with_earlier_goods(flow: Flow, earlier: Sequence[Flow], context: Context) -> Flow:
    """Return a flow that took over a side with the goods that go with it."""
    if flow.goods != "all" or flow.trouble:
        return flow
    before = [one for one in (earlier or context.flows) if one.goods != "all"]
    if not before:
        return flow
    last = before[-1]
    if earlier and last.sides == flow.sides:
        return replace(flow, goods=last.goods, certainty=last.certainty, title=last.title)
    return replace(flow, trouble=f"whether it is of {last.goods.removeprefix('named:')} or all")


def _filled(flow: Flow, earlier: Sequence[Flow], context: Context, found: Marks) -> Flow:
    known = flow.exporter or flow.importer
    if known and _is_total(flow, found):
        return _with(flow, WORLD)
    same = _pair(earlier)
    before = context.pair
    if not known:
        return _unnamed(flow, earlier, context, found)
    if same and known in same:
        return _with(flow, next(iter(same - {known})))
    if before and known in before:
        if known == flow.owner:
            return replace(
                flow, trouble=f"whether all of it or that between {_named(before)} is not said"
            )
        return _with(flow, next(iter(before - {known})))
    if other := _as_before(flow, earlier or context.flows, found):
        return _with(flow, other)
    # Flows of this very sentence rule out those of the one before.
    home = _home(earlier) or ("" if earlier else context.home)
    if known != flow.owner and home and home != known and flow.kind not in BALANCES:
        return _with(flow, home)
    if flow.others:
        return replace(flow, trouble="who sells and who buys is not clear")
    # "China's exports rose" with nobody else in sight are those to the world.
    if known == flow.owner and flow.kind != "trade" and not same:
        return _with(flow, WORLD)
    return replace(flow, trouble="the other side is not named")


def _as_before(flow: Flow, pool: Sequence[Flow], found: Marks) -> str:
    """Return whom a further seller sold to: "A sold 19 Mt to B. C supplied 13 Mt"; else empty."""
    does = flow.kind in ("supply", "purchase") and any(
        one.form == "bare" and one.value in flow.sides and one.end <= flow.start
        for one in found.areas
    )
    alike = [one for one in pool if one.kind == flow.kind and WORLD not in one.sides]
    if not does or not alike or not all(one.has_both_sides for one in alike):
        return ""
    others = {one.importer if flow.exporter else one.exporter for one in alike}
    return others.pop() if len(others) == 1 else ""


def _unnamed(flow: Flow, earlier: Sequence[Flow], context: Context, found: Marks) -> Flow:
    pool = earlier if any(one.has_both_sides for one in earlier) else context.flows
    pair, home = _pair(pool), _home(pool)
    if pair is None:
        named = any(one.has_both_sides for one in pool)
        return replace(flow, trouble="whose it is is not said" if named else "no country is named")
    first, second = _ordered(pool, pair)
    if flow.kind == "trade":
        return replace(flow, exporter=first, importer=second)
    if not home:
        return replace(flow, trouble=f"which of {_named(pair)} is meant is not clear")
    other = next(iter(pair - {home}))
    if flow.kind in SELLS or flow.kind in BALANCES:
        return replace(flow, exporter=home, importer=other, owner=home)
    return replace(flow, exporter=other, importer=home, owner=home)


def _with(flow: Flow, other: str) -> Flow:
    """Return the flow with its open side filled in."""
    if flow.exporter:
        return replace(flow, importer=other)
    return replace(flow, exporter=other)


def _is_total(flow: Flow, found: Marks) -> bool:
    return any(
        (cue.start >= flow.start and cue.end <= flow.end) or 0 <= flow.start - cue.end <= _NEAR_SUM
        for cue in found.of("total")
    )


def _pair(flows: Sequence[Flow]) -> frozenset[str] | None:
    pairs = {
        frozenset(flow.sides) for flow in flows if flow.has_both_sides and WORLD not in flow.sides
    }
    return pairs.pop() if len(pairs) == 1 else None


def _home(flows: Sequence[Flow]) -> str:
    known = [flow for flow in flows if flow.has_both_sides and WORLD not in flow.sides]
    homes = {flow.owner for flow in known if flow.owner}
    return homes.pop() if len(homes) == 1 else ""


def _ordered(flows: Sequence[Flow], pair: frozenset[str]) -> tuple[str, str]:
    first = next(flow.sides for flow in flows if frozenset(flow.sides) == pair)
    return first[0], first[1]


def _named(pair: frozenset[str]) -> str:
    return " and ".join(sorted(pair))
