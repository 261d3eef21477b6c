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
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.claims.draft.candidates import (
    BALANCES,
    BUYS,
    FROM,
    SELLS,
    Choice,
    dealt_area,
    dealt_time,
    flow_choices,
    owns_balance,
    period_choices,
    side_choices,
    touched,
    what_choices,
)
from entrepot.claims.draft.lexicon import NOWHERE, areas_begun_in
from entrepot.claims.draft.lists import goods_items
from entrepot.claims.draft.near import governs
from entrepot.claims.draft.ranks import Placed, bare_places_in, has_other_words, places_in
from entrepot.claims.draft.reading import MOST
from entrepot.claims.draft.scene import (
    CONTINUES,
    FOLLOWS,
    LISTED,
    OTHERS,
    WEAK,
    Background,
    Scene,
    ends_with,
    spoken_of,
    times_of,
    topic_of,
    with_places_named_before,
)
from entrepot.claims.draft.sentences import Mark
from entrepot.claims.numbers import CURRENCIES, Span, read_place
from entrepot.claims.quantity import COUNTED_IN
from entrepot.claims.times import stepped
from entrepot.model.areas import WORLD, is_group
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from entrepot.claims.draft.flows import Flow
    from entrepot.claims.draft.sentences import GoodsItem


@dataclass(frozen=True, slots=True)
class StructuralReading:
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
    weighed
        The goods that the text named last.
    home, topic
        Whose trade the text is about; where the two sides are those that it opens with, how much of
        it is about both.
    instead
        Other readings of the number as a whole: other parts, each likely enough.
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
    home: str = ""
    topic: str = ""
    weighed: str = ""
    instead: tuple[StructuralReading, ...] = ()

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


def with_probabilities(
    part: str, choices: Sequence[Choice], learned: Mapping[str, Mapping[str, float]]
) -> list[tuple[float, Choice]]:
    """Return the choices with their probabilities, the likeliest first."""
    if not choices:
        return []
    table = learned.get(part, {})
    known: dict[tuple[str, ...], float] = {}  # far from a number many are alike
    for choice in choices:
        if choice.features not in known:
            known[choice.features] = sum(table.get(one, 0.0) for one in choice.features)
    scores = [known[choice.features] for choice in choices]
    top = max(scores)
    # Softmax with the largest score taken off, which changes nothing and cannot overflow.
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return sorted(
        ((power / total, choice) for power, choice in zip(powers, choices, strict=True)),
        key=lambda one: -one[0],
    )


def of_second(
    learned: Mapping[str, Mapping[str, float]],
) -> dict[str, Mapping[str, float]]:
    """Return the weights of the second reader, which were learned on other texts."""
    start = "second:"
    return {key.removeprefix(start): one for key, one in learned.items() if key.startswith(start)}


def of_both(learned: Mapping[str, Mapping[str, float]]) -> dict[str, Mapping[str, float]]:
    """Return the mean of what two readers learned, each on texts that the other does not know.

    What one of them took from its texts by chance, the mean has but half of.
    """
    second = of_second(learned)
    mean = {
        part: {
            name: (learned[part].get(name, 0.0) + table.get(name, 0.0)) / 2
            for name in {**learned[part], **table}
        }
        for part, table in second.items()
    }
    return {**learned, **mean}


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
    *,
    alternatives: bool = True,
) -> list[tuple[Scene, StructuralReading]]:
    """Return the likeliest reading of every number of the text."""
    topic, weight = topic_of(found, home)
    memory = Background(home=home, topic=topic, weight=weight, published=published)
    learned = weights() if learned is None else learned
    memory.coming = _first_period(found, memory)
    done: list[tuple[Scene, StructuralReading]] = []
    for scene in found:
        if memory.aside and scene.sentence.paragraph != memory.paragraph:
            memory.period, memory.aside = memory.main, False
        scene.times, scene.earlier = times_of(
            scene.apart.unnamed, scene.sentence.language, published, memory
        )
        scene.areas = with_places_named_before(scene, memory)
        scene.listed = goods_items(scene)
        if scene.apart.numbers and not LISTED.match(scene.apart.text):
            memory.headed = None
        memory.period = memory.headed or memory.period
        memory.pair = frozenset((memory.owner, memory.partner)) if memory.age <= 1 else frozenset()
        memory.entry, memory.last_item = memory.last_item, ("", "", "")
        here: list[StructuralReading] = []
        done += [
            (scene, _guess_place(one, scene, memory, learned, recorder))
            for one in placed_in(scene, memory)
        ]
        # With more numbers it is a table, none of which is read: see `read_sentence`.
        numbers = scene.apart.numbers if len(scene.apart.numbers) <= MOST else ()
        for number in numbers:
            # Without a flow there is no trade to be of another.
            before = copy(memory) if scene.apart.found.flows or memory.kind else memory
            guess = _guess(number, scene, memory, here, learned, recorder)
            if guess is not None:
                # A training run needs the candidates of the parts alone.
                unsure = alternatives and recorder is None and _may_be_another(guess)
                instead = _instead(number, scene, before, here, learned) if unsure else ()
                if instead or guess.instead:
                    guess = replace(guess, instead=instead)
                here.append(guess)
                done.append((scene, guess))
        _remember_sentence(scene, memory)
    return done


def _first_period(found: Sequence[Scene], memory: Background) -> Period | None:
    """Return the first time that a text names, where its first sentence names none."""
    for at, scene in enumerate(found[:_HEAD_OF_TEXT]):
        times, _ = times_of(
            scene.apart.unnamed, scene.sentence.language, memory.published, copy(memory)
        )
        own = [time.period for time in times if not time.is_base]
        if own:
            return own[0] if at else None
    return None


_HEAD_OF_TEXT = 4
"""Sentences that may stand before the one which says when: headline, subtitle, date line."""


def placed_in(scene: Scene, memory: Background) -> list[Placed]:
    """Return the places among suppliers or buyers that a sentence names."""
    found = places_in(scene.sentence.plain, scene.sentence.language)
    bare = [
        one
        for one in bare_places_in(scene.apart, memory.trade)
        if not any(one.start < other.stop and other.start < one.stop for other in found)
    ]
    return [one for one in [*found, *bare] if one.among != "both"]


def _guess_place(
    placed: Placed,
    scene: Scene,
    memory: Background,
    learned: Mapping[str, Mapping[str, float]],
    recorder: Recorder | None,
) -> StructuralReading:
    """Return the likeliest reading of a place: a supplier is one of whoever buys."""
    words = scene.sentence.text[placed.start : placed.end]
    number = Span(placed.start, placed.end, read_place(words), scene.sentence.language)
    kind = "import" if placed.among == "suppliers" else "export"
    mark = Mark("flow", kind, "", placed.start, placed.stop)
    chances = {"what": 1.0, "flow": 1.0}
    others: dict[str, tuple[str, ...]] = {}
    chosen: dict[str, tuple[str, ...]] = {}
    for part, choices in (
        ("sides", side_choices(number, "rank", mark, kind, scene, memory)),
        ("period", period_choices(number, "rank", scene, memory)),
    ):
        if recorder is not None:
            recorder.add(scene, number, part, choices, {"what": "rank", "kind": kind})
        ranked = with_probabilities(part, choices, learned)
        chances[part] = ranked[0][0] if ranked else 0.0
        others[part] = tuple("|".join(one.value) for _, one in ranked[1:4])
        if ranked:
            chosen[part] = ranked[0][1].value
    owner, partner = chosen.get("sides", ("", ""))
    period = Period.parse(chosen["period"][0]) if "period" in chosen else None
    goods, certainty = _goods_of_place(placed, scene, memory)
    flags = _flags(number, scene, None) + (("goods-open",) if goods == "?" else ())
    goods = "all" if goods == "?" else goods
    return StructuralReading(
        *(number, "rank", kind, owner, partner, period, None, goods, certainty),
        *(chances, others, flags, memory.home),
    )


def _goods_of_place(placed: Placed, scene: Scene, memory: Background) -> tuple[str, str]:
    """Return the goods by which a place is one, "?" where they are not clear, and how certain."""
    here, language = scene.apart.found.goods, scene.sentence.language
    named = [one for one in here if placed.end <= one.start < placed.stop + 20]
    if not named and language == "zh":  # 俄罗斯原油的第二大买家
        named = [one for one in here if placed.start - 1 <= one.end <= placed.start]
    if named:
        return named[0].value, named[0].form
    if _ALL_GOODS.search(scene.apart.text, placed.end, placed.stop + 30):
        return "all", ""
    behind = _OF_SOMETHING.match(scene.apart.text, placed.stop)
    of_area = behind and any(one.start < behind.end() <= one.end for one in scene.areas)
    if behind and not of_area:  # "supplier of honey"
        return "?", ""
    other = placed.end < placed.stop and has_other_words(placed, scene.apart.text, language)
    # "The largest supplier was Peru" in a text about copper: of what was named last.
    about = {one.value for one in here} or {memory.goods}
    if other or len(about) > 1 or (memory.age > 1 and about != {"all"}):
        return "?", ""
    goods = about.pop()
    return goods, "" if goods == "all" else "inferred"


_OF_SOMETHING = re.compile(
    r" of (?!(?:the|its|their|all|both)\b)[a-z]+| (?:von|für) [A-ZÄÖÜ][a-zäöüß]+"
)
_ALL_GOODS = re.compile(
    r"\b(?:goods|products|merchandise|Waren|Güter|Erzeugnisse)\b|(?<!\w)(?:товаров|продукции)(?!\w)"
)
"""Behind a place: it is one by all goods, not by those that were named before."""


def _guess(  # noqa: C901
    number: Span,
    scene: Scene,
    memory: Background,
    here: Sequence[StructuralReading],
    learned: Mapping[str, Mapping[str, float]],
    recorder: Recorder | None,
) -> StructuralReading | None:
    before = here[-1] if here else None
    # "Germany 3 Mt (40 %), Peru 2 Mt": a list goes on with the last number of the same unit.
    alike = next((one for one in here[::-1] if one.number.says.unit == number.says.unit), None)
    # The digits of a date ("14" of 14 January) are no number to be read.
    if not number.says.unit and any(
        one.start <= number.start and number.end <= one.end for one in scene.times
    ):
        return None
    chances: dict[str, float] = {}
    others: dict[str, tuple[str, ...]] = {}

    def choose(part: str, choices: list[Choice], **more: str) -> Choice | None:
        if recorder is not None:
            recorder.add(scene, number, part, choices, more)
        ranked = with_probabilities(part, choices, learned)
        if not ranked:
            chances[part] = 0.0
            return None
        chances[part] = ranked[0][0]
        others[part] = tuple("|".join(one.value) for _, one in ranked[1:4])
        return ranked[0][1]

    chosen = choose("what", what_choices(number, scene, memory))
    what = chosen.value[0] if chosen else "other"
    continued = whole = False
    item = scene.listed.get((number.start, number.end)) if recorder is None else None
    last = scene.listed.get((before.number.start, before.number.end)) if before else None
    if item is not None and before is not None and last is not None and last.flow == item.flow:
        return replace(before, number=number, goods=item.goods, certainty=item.certainty)
    if before is not None and _is_converted(number, before.number, scene):
        return replace(before, number=number)
    # A training run takes no short cut: it needs the candidates of every number.
    if recorder is None and before is not None and linked(number, before.number, scene):
        return _linked(number, what, before, scene, memory, {**before.chances, **chances})
    if recorder is None and alike is not None and (area := _listed(number, alike, scene)):
        # The next item replaces the side that the last one named, but hardly the land of the text:
        # "Germany was the main market of Turkish exports with $2 bn, followed by Iraq with $1 bn".
        first = _area_of(alike.number, scene) == alike.owner
        first = first and (alike.owner != alike.home or alike.partner == WORLD)
        return replace(
            alike,
            number=number,
            owner=area if first else alike.owner,
            partner=alike.partner if first else area,
            flags=(*_flags(number, scene, alike), *{"goes-on"}.intersection(alike.flags)),
        )
    alike = _goes_with(number, what, here, scene) if recorder is None and not item else None
    levels = item is not None and number.says.unit not in ("percent", "ratio", "share")
    if item is not None and levels and (trade := _listed_trade(item, scene, memory)):
        what, (kind, owner, partner) = "level", trade
        goods, certainty = item.goods, item.certainty
        chances |= {"what": _BY_LIST, "flow": _BY_LIST, "sides": _BY_LIST}
        others["sides"] = _other_sides(number, what, (kind, owner, partner), scene, memory, learned)
    elif recorder is None and what in _GOES_ON and (goes_on := going_on(number, scene, memory)):
        kind, owner, partner, of_goods = goes_on
        goods, certainty = _weighed_goods(number, (of_goods, "inferred"), scene, memory)
        continued = True
        chances |= {"flow": _BY_LIST, "sides": _BY_LIST}
        others["sides"] = _other_sides(number, what, (kind, owner, partner), scene, memory, learned)
    elif alike is not None:
        kind, owner, partner = alike.kind, alike.owner, alike.partner
        goods, certainty = _weighed_goods(number, (alike.goods, alike.certainty), scene, memory)
        chances |= {part: alike.chances.get(part, 0.0) for part in ("flow", "sides")}
        others |= {part: alike.others.get(part, ()) for part in ("flow", "sides")}
    else:
        flows = flow_choices(number, what, scene, memory)
        if item is not None and item.flow in scene.apart.found.flows:
            at = scene.apart.found.flows.index(item.flow)
            flows = [one for one in flows if one.value[1] == str(at)] or flows
        flow = choose("flow", flows, what=what)
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
        if kind in BALANCES and mark is not None and owns_balance(partner, number, mark, scene):
            owner, partner = partner, owner
        whole = _is_whole(number, what, mark, (owner, partner), scene, memory)
        partner = WORLD if whole else partner
        goods, certainty = _goods(number, mark, scene, memory)
    whens = period_choices(number, what, scene, memory)
    if item is not None and not scene.times and memory.period and memory.period_age <= 1:
        whens = [one for one in whens if one.value == (str(memory.period),)] or whens
    when = choose("period", whens, what=what)
    if alike is not None and what == "growth" and (same := _grown(number, here, scene)) is not None:
        when = None
        chances["period"] = same.chances.get("period", 0.0)
        period = same.period
    else:
        period = Period.parse(when.value[0]) if when else None
    guess = _whole(
        *(number, what, (kind, owner, partner), (goods, certainty), period, when),
        *(chances, others, scene, memory, before),
    )
    if item is not None:
        flags = tuple(one for one in guess.flags if one not in _OF_OTHER_WORDS)
        guess = replace(guess, goods=item.goods, certainty=item.certainty, flags=(*flags, "listed"))
    if whole:
        flags = tuple(one for one in guess.flags if one != "passed-over")
        guess = replace(guess, flags=flags)
    # "Trade was 17 bn. Of this, China's exports were 6 bn": with whom the trade was.
    begins = any(one.start < _OPENING for one in scene.apart.found.of("part"))
    of_pair = recorder is None and begins and WORLD not in memory.pair and what in _GOES_ON
    if continued or (of_pair and {owner, partner} == memory.pair):
        guess = replace(guess, flags=(*guess.flags, "goes-on"))
    period = guess.period
    if what == "growth" and guess.base is None:
        guess = replace(guess, base=_led_base(guess, here, scene) or _of_levels(guess, here, scene))
    memory.what = what
    area = touched(number, scene)
    if what == "level" and not area:
        area = _area_of(number, scene)
    if owner and area in (owner, partner):
        memory.item = memory.last_item = area, owner, partner
    if what == "share" and kind in (*SELLS, *BUYS):
        memory.wholes.add((owner, kind in SELLS))
    if what != "other" and kind and owner and "passed-over" not in guess.flags:
        memory.kind, memory.owner, memory.partner = kind, owner, partner
        memory.trade = kind if kind in ("export", "import") else memory.trade
        memory.goods, memory.age = goods, 0
        # Not carried on: a number of the year before must not set the year of what follows.
        former = when is not None and any(
            one.startswith(("yb:", "mb:", "tB")) for one in when.features
        )
        inherited = when is not None and any(
            one.startswith(("carry:", "last-left")) for one in when.features
        )
        # "5.1 bn in 2023 after 4.8 bn in 2022": the text goes on about 2023.
        compared = (
            period is not None
            and memory.main is not None
            and period == memory.main.before()
            and any(one.period == memory.main for one in here)
        )
        if (
            period is not None
            and (inherited or not former)
            and not compared
            and not ends_with(FROM, scene.apart.text, number.start)
            and not _is_of_once(period, scene)
            and not is_of_former(number, period, scene)
        ):
            if memory.main is None:
                memory.main = period
            memory.period, memory.period_age = period, 0
    return guess


_ONCE = re.compile(r"[^,，;；。▮]{0,12}曾|[^,;.▮]{0,30}\b(?:once|had (?:once )?been)\b")


def _is_of_once(period: Period, scene: Scene) -> bool:
    """Whether what was at a time is said to be over: the text does not go on about that time."""
    at = [time for time in scene.times if time.period == period]
    return bool(at) and all(_ONCE.match(scene.apart.text, time.end) for time in at)


def _whole(
    number: Span,
    what: str,
    trade: tuple[str, str, str],
    goods: tuple[str, str],
    period: Period | None,
    when: Choice | None,
    chances: Mapping[str, float],
    others: Mapping[str, tuple[str, ...]],
    scene: Scene,
    memory: Background,
    before: StructuralReading | None,
) -> StructuralReading:
    """Return a reading of chosen parts; `trade` is the flow, whose it is, and the other side."""
    kind, owner, partner = trade
    of_before = what == "level" and _is_of_before(number, scene, when)
    if of_before and period is not None:
        month = _SAME_DAYS.search(scene.apart.text, max(number.start - 12, 0), number.start)
        period = stepped(period, "month_earlier") if month else period.before()
    flags = [*_flags(number, scene, before)]
    flags += ["of-before"] if of_before else []
    flags += ["time-ahead"] if when is not None and "coming" in when.features else []
    flags += ["former"] if _is_former(number, scene, when) else []
    flags += ["passed-over"] if WORLD in (owner, partner) and _was_of_two(scene, memory) else []
    flags += ["goods-about"] if goods[0] == "all" and _names_goods(scene, memory) else []
    return StructuralReading(
        *(number, what, kind, owner, partner, period, _base(number, what, scene, period, memory)),
        *(*goods, chances, others, tuple(flags), memory.home),
        memory.weight if {owner, partner} == {memory.home, memory.topic} else "",
        memory.weighed,
    )


def _may_be_another(guess: StructuralReading) -> bool:
    """Whether a reading makes a claim of its parts, and another of them may be the likelier one."""
    whole = bool(guess.kind and guess.owner and guess.period) and "listed" not in guess.flags
    claims = guess.what in ("level", "growth", "share", "goods")
    return whole and claims and math.prod(guess.chances.values()) < _PLAIN


_PLAIN = 0.7
"""Probability of all parts from which on no other reading is looked for."""
_LEAST, _LEAST_OF_ALL = 0.03, 0.01
"""Probabilities below which a part, and all parts together, make no other reading."""
_FIRST = 4


def _instead(
    number: Span,
    scene: Scene,
    memory: Background,
    here: Sequence[StructuralReading],
    learned: Mapping[str, Mapping[str, float]],
) -> tuple[StructuralReading, ...]:
    """Return the readings of a number whose parts are together likely enough."""
    found: list[StructuralReading] = []
    before = here[-1] if here else None
    for chance, one in with_probabilities("what", what_choices(number, scene, memory), learned):
        what = one.value[0]
        if what == "other" or chance < _LEAST:
            continue
        whens = with_probabilities("period", period_choices(number, what, scene, memory), learned)
        for parts, trade, goods in _trades(number, what, chance, scene, memory, learned):
            so_far = math.prod(parts.values())
            for likely, when in whens[:_FIRST]:
                if so_far * likely < _LEAST_OF_ALL:
                    break
                period = Period.parse(when.value[0])
                chances = {**parts, "period": likely}
                # A copy: what a number is measured against is remembered of the likeliest alone.
                found.append(
                    _whole(
                        *(number, what, trade, goods, period, when, chances, {}, scene),
                        *(copy(memory), before),
                    )
                )
    return tuple(found)


def _trades(
    number: Span,
    what: str,
    likely: float,
    scene: Scene,
    memory: Background,
    learned: Mapping[str, Mapping[str, float]],
) -> Iterator[tuple[dict[str, float], tuple[str, str, str], tuple[str, str]]]:
    """Yield flows with their sides and goods, and how likely they are."""
    flows = with_probabilities("flow", flow_choices(number, what, scene, memory), learned)
    for chance, flow in flows[:_FIRST]:
        if likely * chance < _LEAST:
            return
        kind, place = flow.value
        mark = None if place == "carry" else scene.apart.found.flows[int(place)]
        goods = _goods(number, mark, scene, memory)
        pairs = side_choices(number, what, mark, kind, scene, memory)
        for of_pair, pair in with_probabilities("sides", pairs, learned)[: _FIRST + 1]:
            if likely * chance * of_pair < _LEAST / 2:
                break
            owner, partner = pair.value
            if kind in BALANCES and mark is not None:
                turned = owns_balance(partner, number, mark, scene)
                owner, partner = (partner, owner) if turned else (owner, partner)
            parts = {"what": likely, "flow": chance, "sides": of_pair}
            yield parts, (kind, owner, partner), goods


def _goes_with(
    number: Span, what: str, here: Sequence[StructuralReading], scene: Scene
) -> StructuralReading | None:
    """Return the reading before a number that is of the same trade, if nothing between is another.

    "Grew by 25 %, from $4 bn to $5 bn", "$5 bn, against $4 bn a year earlier, up 25 %".
    """
    last = here[-1] if here else None
    kinds = ("level", "growth")
    if last is None or what not in kinds or last.what not in kinds or not last.owner:
        return None
    if number.start - last.number.end > _SAME_TRADE or scene.apart.found.of("respectively"):
        return None
    units = [one.says.unit in CURRENCIES for one in (number, last.number)]
    if what == last.what and (what == "growth" or units[0] != units[1]):
        return None  # two rates are of two things
    found, text = scene.apart.found, scene.apart.text
    low, high = last.number.end, number.start
    marks = (*scene.areas, *found.flows, *found.goods, *found.of("part", "price", "services"))
    if any(low <= one.start < high for one in marks) or scene.gaps.has_break(low, high):
        return None
    if any(number.start <= one.start < number.end for one in found.flows):
        return None  # "imports of 3 bn, a deficit of 1 bn"
    # Several flows in front of a row of numbers: each may have its own.
    flows = [one for one in found.flows if one.end <= last.number.start]
    if len(flows) > 1 and not scene.gaps.numbers(flows[-2].end, flows[-1].start):
        joined = text[flows[-2].end : flows[-1].start]
        if len(joined) <= _ITEM_GAP and not re.search("[,;，；▮]", joined):
            return None
    return last


def _grown(
    number: Span, here: Sequence[StructuralReading], scene: Scene
) -> StructuralReading | None:
    """Return the level that a growth right behind it led to: "$5 bn, against $4 bn, up 25 %"."""
    last = here[-1]
    # "Against $4 bn last year, up 25 %": the time of the former level is not that of the rate.
    low = last.number.end + (_TIME_OF_FORMER if "former" in last.flags else 0)
    if last.what != "level" or any(low <= time.start for time in scene.times):
        return None
    if any(last.number.end <= start for start, _ in scene.earlier):
        return None
    led = [
        one
        for one in here
        if one.what == "level"
        and "former" not in one.flags
        and (one.sides, one.kind) == (last.sides, last.kind)
    ]
    return led[-1] if led and led[-1].period is not None else None


_TIME_OF_FORMER = 4


def _is_former(number: Span, scene: Scene, when: Choice | None) -> bool:
    """Whether a number is what there was before, to compare with."""
    by_time = when is not None and any(one.startswith("yb:") for one in when.features)
    return by_time or ends_with(FROM, scene.apart.text, number.start)


def _was_of_two(scene: Scene, memory: Background) -> bool:
    """Whether a sentence names no country and no total, and the text was about trade of two."""
    named = {area.value for area in scene.areas}
    if named - {memory.home} or scene.apart.found.of("total", "external"):
        return False
    if memory.partner == WORLD and memory.home in named and memory.age <= 1:
        return False  # "Uzbekistan's turnover was 81 bn. In particular, exports from Uzbekistan"
    if memory.topic and memory.weight in ("all", "title"):
        return True
    begins = any(one.start < _OPENING for one in scene.apart.found.of("part"))
    here = begins or memory.paragraph == scene.sentence.paragraph
    goes_on = not named and here and memory.age <= 1
    return goes_on and bool(memory.owner) and WORLD not in (memory.owner, memory.partner)


_OPENING = 8
"""Letters in which a sentence says that it is of a part of what stands before it."""


def _names_goods(scene: Scene, memory: Background) -> bool:
    """Whether goods are named in a sentence or before it, and no total of all goods."""
    named = bool(scene.apart.found.goods or memory.weighed)
    return named and not scene.apart.found.of("total", "external")


_SAME_TRADE = 60
_OPENED = re.compile(r"\s*[(（]\s*")
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
    # A rate and its level make a pair; two rates or two levels do not.
    if units[0] == units[1] or number.start < before.end:
        return False
    gap = text[before.end : number.start]
    found = scene.apart.found
    of_before = (end for _, end in scene.earlier if before.end < end)
    if any(_OPENED.fullmatch(text, end, number.start) for end in of_before):
        return False  # "8 % more than a year before ($3 bn)"
    starts = [one.start for one in (*scene.areas, *found.flows, *found.goods)]
    starts += [time.start for time in scene.times if not time.is_base]
    # Any country, flow, goods or time in between may be the subject of something new.
    free = not any(before.end <= start < number.start for start in starts)
    bases = [time for time in scene.times if before.end <= time.start < number.start]
    if free and bases:  # "fell 2 % from May to $4 bn", but not "less than in 2022 ($5 bn)"
        if re.fullmatch(r"\s*[(（]\s*", text[bases[-1].end : number.start]):
            return False
        return _LINKED.fullmatch(text, bases[-1].end, number.start) is not None
    return free and _LINKED.fullmatch(gap) is not None


def _is_converted(number: Span, before: Span, scene: Scene) -> bool:
    """Whether an amount is the one before it in another currency: "A$9 bn ($6 bn)"."""
    currencies = before.says.currency, number.says.currency
    if "" in currencies or currencies[0] == currencies[1] or number.start < before.end:
        return False
    if abs(number.says.value) < _DEAR:  # "(1 dollar is about 144 yen)"
        return False
    return _ALSO.fullmatch(scene.apart.text, before.end, number.start) is not None


_ALSO = re.compile(
    r"\s*[(（]\s*(?:or |i\.e\. |that is )?"
    r"(?:about |around |some |rund |etwa |около |примерно |约|合)?"
)
_NEXT = re.compile(
    r"(?:\s*(?:in|over|за) (?:the )?\w+ (?:months|Monaten|месяц\w*))?"
    r"(?:\s*[(（][^()（）]{0,25}[)）])?[)）]?\s*[,;、，；]?\s*"
    r"(?:and|und|sowie|и|和|以及|followed by|gefolgt von)?\s*"
    r"(?:the|von|mit|from|to|из|в|de[rmn]|die)?\s*"
)


def _area_of(number: Span, scene: Scene) -> str:
    """Return the area that stands in front of a number, with no other number in between."""
    before = [area for area in scene.areas if area.end <= number.start]
    if not before or scene.gaps.begins_number(before[-1].end, number.start):
        return ""
    return before[-1].value if before[-1].value not in (NOWHERE, WORLD) else ""


def _listed(number: Span, before: StructuralReading, scene: Scene) -> str:
    """Return the area whose item of a list a number is: "Peru supplied 28 %, Chile 24 %"."""
    area, last = touched(number, scene), _area_of(before.number, scene)
    alike = number.says.unit == before.number.says.unit and before.what in ("level", "share")
    if not area or not alike or last not in before.sides or area in before.sides:
        return ""
    start = next(one.start for one in reversed(scene.areas) if one.end <= number.start)
    found = scene.apart.found
    starts = [one.start for one in (*found.flows, *found.goods)]
    starts += [one.start for one in scene.times]
    if any(before.number.end <= one < number.start for one in starts):
        return ""
    close = start - before.number.end <= _ITEM_GAP
    return area if close and _NEXT.fullmatch(scene.apart.text, before.number.end, start) else ""


_ITEM_GAP = 30


def _linked(
    number: Span,
    what: str,
    before: StructuralReading,
    scene: Scene,
    memory: Background,
    chances: Mapping[str, float],
) -> StructuralReading:
    """Return the reading of a number that goes with the one before it."""
    memory.what = what
    flags = tuple(sorted({*_flags(number, scene, before), *before.flags, "linked"}))
    base = _base(number, what, scene, before.period, memory)
    goods, certainty = _weighed_goods(number, (before.goods, before.certainty), scene, memory)
    return replace(
        before,
        number=number,
        what=what,
        base=base,
        chances=dict(chances),
        flags=flags,
        goods=goods,
        certainty=certainty,
    )


def _remember_sentence(scene: Scene, memory: Background) -> None:
    memory.age += 1
    if scene.sentence.paragraph != memory.paragraph:
        memory.item = "", "", ""
    memory.aside = memory.aside or _ALONE.search(scene.apart.text) is not None
    memory.period_age += 1
    goes_on = scene.sentence.paragraph == memory.paragraph
    memory.paragraph = scene.sentence.paragraph
    goods = [one.value for one in scene.apart.found.goods]
    memory.weighed = goods[-1] if goods else memory.weighed
    opening = next((one for one in scene.areas if not scene.apart.text[: one.start].strip()), None)
    if opening is not None:
        alone = opening.form in ("bare", "of") and opening.value not in (NOWHERE, WORLD)
        memory.subject = opening.value if alone else ""
    elif said := scene.apart.attributed_to:  # "Kyrgyzstan shows the same pattern."
        names = areas_begun_in(said, scene.sentence.language)
        memory.subject = next((one.value for one in names if one.pattern.fullmatch(said)), "")
    memory.spans = [one.period for one in scene.times if not one.is_base] or memory.spans
    memory.lately = {one.value for one in scene.areas} - {WORLD}
    for area in scene.areas:
        if area.value not in (NOWHERE, WORLD):
            # Last named last, for "the two countries".
            memory.named = [one for one in memory.named if one != area.value] + [area.value]
    groups = {one.value for one in scene.areas if is_group(one.value) and one.value != WORLD}
    memory.group = groups.pop() if len(groups) == 1 else "" if groups else memory.group
    if OTHERS.search(scene.apart.text):
        memory.group = ""
    _remember_time(scene, memory, goes_on=goes_on)
    memory.spoken = None if scene.apart.numbers else spoken_of(scene, memory)
    if not scene.apart.numbers:
        named = [one.value for one in scene.apart.found.flows if one.value in ("export", "import")]
        memory.trade = named[-1] if len(set(named)) == 1 else memory.trade
        flows = [flow for flow in scene.apart.flows if flow.kind]
        areas = [area.value for area in scene.areas if area.value not in (NOWHERE, WORLD)]
        if len({flow.kind for flow in flows}) == 1 and scene.apart.text.rstrip().endswith(
            (":", "：")
        ):
            _remember_heading(flows[0], memory)
        elif flows and areas and not memory.kind:
            memory.kind, memory.owner = flows[0].kind, areas[0]
            memory.partner = areas[1] if len(areas) > 1 and areas[1] != areas[0] else WORLD


def _remember_time(scene: Scene, memory: Background, *, goes_on: bool) -> None:
    """Remember the one time of a sentence; `goes_on` is whether its paragraph began before it."""
    every = zip(scene.times, scene.opened_times, strict=True)
    own = {time.period for time, opened in every if not (time.is_base or opened)}
    if len(own) != 1:
        return
    period = own.pop()
    heads = not scene.apart.text.rstrip().endswith((".", "!", "?", "…", "。", "！", "？"))
    about = scene.apart.found.flows or scene.areas or scene.first or heads
    if not scene.apart.numbers and about:
        memory.period, memory.period_age = period, 1
        memory.headed = period if heads else None
        # "Im Schlussquartal war der Handel rückläufig": said in passing, for its paragraph.
        passing = memory.main is not None and _is_part(period, memory.main)
        memory.aside = memory.aside or (goes_on and passing)
    if scene.first or (about and not scene.apart.numbers):
        memory.main = memory.main or period


def _is_part(period: Period, whole: Period) -> bool:
    """Whether a time is but a part of another."""
    return period != whole and whole.start <= period.start and period.end <= whole.end


def _remember_heading(flow: Flow, memory: Background) -> None:
    """Go on with the flow of a heading: "Main exports:" is of the land that the text is about."""
    sells = flow.kind in SELLS
    first, second = (flow.exporter, flow.importer) if sells else (flow.importer, flow.exporter)
    pair = (memory.owner, memory.partner)
    owner = first or memory.home or memory.owner
    known = next((one for one in pair if one != owner), "") if owner in pair else ""
    memory.kind, memory.owner = flow.kind, owner
    memory.partner = second or (known if first in ("", memory.home) else "") or WORLD
    memory.goods, memory.age = flow.goods, 0


def _goods(number: Span, mark: Mark | None, scene: Scene, memory: Background) -> tuple[str, str]:
    """Return the goods of a number, and how certain they are."""
    found = _goods_said(number, mark, scene, memory)
    if found[0] == "all" and (head := _HEAD.match(scene.apart.text)):
        # "• Barley: 2 Mt": what the line is about, unless that is a country or a flow, or the
        # head of a sentence: "For comparison: trade with Peru was ...".
        marks = (*scene.areas, *scene.apart.found.flows)
        listed = head["item"] or all(one.start >= number.start for one in marks)
        of_line = listed and head.end() <= number.start
        if of_line and not any(one.start < head.end("goods") for one in marks):
            return f"named:{head['goods'].strip().lower()}", "likely"
    return _weighed_goods(number, found, scene, memory)


def _weighed_goods(
    number: Span, found: tuple[str, str], scene: Scene, memory: Background
) -> tuple[str, str]:
    """Return the goods of a weight, which is of some: of those that were named last."""
    if found[0] == "all" and number.says.unit in COUNTED_IN.values():
        named = [one.value for one in scene.apart.found.goods if one.end <= number.start]
        if goods := (named[-1] if named else memory.weighed):
            return goods, "inferred"
    return found


_ALONE = re.compile(
    r"\b(?:in|for) [A-Z][a-z]+ alone\b|\b(?:alle?in|separately) (?:im|in)\b|\b[Ii]m \w+ allein\b"
    r"|(?<!\w)(?:[Оо]тдельно|только) (?:за|в) \w+е?\b|当月|单月"
)
"""A part of the time that a text is about: "in December alone"."""
_HEAD = re.compile(
    r"\s*(?P<item>[-–—•*·]|\d{1,2}[.)])?\s*(?P<goods>[^\W\d][^:：,，.;；()（）\d▮]{1,30}?)"
    r"(?:[:：]| (?:was|were|is|are|remain(?:s|ed)?) (?:the |its |their )?(?:\w+ )?"
    r"(?:largest|biggest|main|top|leading|principal) (?:export|import)s?\b)"
)


def _goods_said(
    number: Span, mark: Mark | None, scene: Scene, memory: Background
) -> tuple[str, str]:
    if mark is None:
        named = [one for one in scene.apart.found.goods if one.end <= number.start]
        if named:
            return named[-1].value, "likely"
        return memory.goods, "inferred"
    flow = scene.apart.flows[scene.apart.found.flows.index(mark)]
    if flow.goods != "all":
        return flow.goods, flow.certainty
    counted = [
        one
        for one in scene.apart.numbers
        if one.end <= number.start
        and (one.says.unit in COUNTED_IN.values() or _COUNTED_IN.match(scene.apart.text, one.end))
    ]
    if counted and mark.value == memory.kind and memory.goods != "all":
        marks = (*scene.areas, *scene.apart.found.goods)
        if not any(counted[-1].end <= one.start < number.start for one in marks):
            return memory.goods, "inferred"  # 出口集成电路1410亿块;出口总金额为4993亿元
    # "Purchases rose by 12 % to $9 bn" right behind a sentence on coal: it is of coal.
    goes_on = memory.paragraph == scene.sentence.paragraph and memory.age <= 1
    if goes_on and not (scene.areas or scene.apart.found.of("total", "external")):
        by_value = mark.value in ("supply", "purchase") or _IN_VALUE.search(scene.apart.text)
        return (memory.goods, "inferred") if by_value else ("all", "")
    return "all", ""


_IN_VALUE = re.compile(
    r"в (?:стоимостн|денежн)[а-я]+ выражении|\b(?:in value terms|by value|wertmäßig)\b|总?金额",
    re.IGNORECASE,
)


def _base(
    number: Span, what: str, scene: Scene, period: Period | None, memory: Background
) -> Period | None:
    """Return what a change is measured against where the text says another than the year before."""
    if period is None or what not in ("growth", "points"):
        return None
    text = scene.apart.text
    row = in_row(number, scene)
    low = max((one.end for one in scene.apart.numbers if one.end <= row[0].start), default=0)
    high = min(
        (one.start for one in scene.apart.numbers if one.start >= row[-1].end), default=len(text)
    )
    named = [
        time
        for time in scene.times
        if time.is_base and (low <= time.start < high) and time.period != period
    ]
    # "Between 2021 and 2024": both times start at one place, the first of them is the base.
    ranged = [time for time in scene.times if time.ends_range and time.period == period]
    if ranged:
        named = [time for time in scene.times if time.is_base and time.start == ranged[0].start]
    if named:
        base = _as_long(named[0].period, period)
        memory.base = base
        return base
    steps = {"M": "month_earlier", "Q": "quarter_earlier"}
    near = [cue for cue in scene.apart.found.of("mom") if low <= cue.start < high]
    year_before = any(low <= start < high for start, _ in scene.earlier)
    if year_before and near and near[0].start >= row[-1].end:
        near = []  # 同比增长7.4%,环比增长3.0%: the second is said of the next number
    if near and period.freq in steps:
        return stepped(period, steps[period.freq])
    inherited = memory.base is not None and period == memory.period and not scene.times
    if inherited and not year_before and memory.base is not None and memory.base < period:
        return memory.base
    # A base lives until a sentence with a time of its own, or "a year earlier".
    memory.base = None
    return None


def _led_base(
    guess: StructuralReading, here: Sequence[StructuralReading], scene: Scene
) -> Period | None:
    """Return the base that stands in front of two rates: "against May, A rose 3 % and B 1 %"."""
    last = next((one for one in here[::-1] if one.what == "growth"), None)
    if last is None or last.base is None or last.period != guess.period:
        return None
    low, high = last.number.end, scene.gaps.number_behind(guess.number.end)
    bases = [time.start for time in scene.times if time.is_base]
    bases += [cue.start for cue in scene.apart.found.of("mom")]
    own = any(low <= start < high for start, _ in scene.earlier)
    own = own or any(low <= time.start < high for time in scene.times)
    led = any(start < last.number.start for start in bases)
    led = led and not any(low <= start < high for start in bases)
    return last.base if led and not own else None


def _is_whole(
    number: Span,
    what: str,
    flow: Mark | None,
    sides: tuple[str, str],
    scene: Scene,
    memory: Background,
) -> bool:
    """Whether a flow is named as that of which a share was one: then it is of all trade.

    "China took 33 % of Peru's exports ... Peru's exports totalled $60 bn."
    """
    owner, partner = sides
    if flow is None or what not in _GOES_ON or partner in {one.value for one in scene.areas}:
        return False
    owns = any(
        one.value == owner and one.form in ("adj", "of") and 0 <= flow.start - one.end <= _AT_FLOW
        for one in scene.areas
    )
    one_way = flow.value in ("export", "import")
    return owns and one_way and (owner, flow.value == "export") in memory.wholes


_AT_FLOW = 20
_GOES_ON = ("level", "growth")


def _other_sides(
    number: Span,
    what: str,
    trade: tuple[str, str, str],
    scene: Scene,
    memory: Background,
    learned: Mapping[str, Mapping[str, float]],
) -> tuple[str, ...]:
    """Return the sides that a number may have instead of those that words state."""
    kind, *stated = trade
    pairs = with_probabilities(
        "sides", side_choices(number, what, None, kind, scene, memory), learned
    )
    return tuple("|".join(one.value) for _, one in pairs if [*one.value] != stated)[:3]


def going_on(number: Span, scene: Scene, memory: Background) -> tuple[str, str, str, str] | None:
    """Return the trade that a sentence goes on with: "That is 8 % more", "Прирост составил 23 %".

    It names no flow and no country of its own up to the number, and stands in the same paragraph.
    """
    if followed := _following(number, scene, memory):
        return followed
    marks = (*scene.areas, *scene.apart.found.flows)
    led = CONTINUES[scene.sentence.language].match(scene.sentence.plain)
    if led is None or any(one.start < number.start for one in marks):
        return None
    # "Das waren 8 % mehr" may open a paragraph, "Sie stiegen" is of its own.
    if scene.sentence.paragraph - memory.paragraph > (led["this"] is not None):
        return None
    if memory.spoken is not None:
        return memory.spoken
    if not memory.kind or not memory.owner or memory.kind in BALANCES or memory.age > 1:
        return None
    if not memory.lately <= {memory.owner, memory.partner, memory.home}:
        return None
    return memory.kind, memory.owner, memory.partner, memory.goods


def _following(number: Span, scene: Scene, memory: Background) -> tuple[str, str, str, str] | None:
    """Return the trade of the next item of a list: "Es folgen Peru (8 bn) und Chile (7 bn)"."""
    found, text = scene.apart.found, scene.apart.text
    next_one = FOLLOWS[scene.sentence.language].match(text)
    before, owner, partner = memory.entry
    near = scene.sentence.paragraph - memory.paragraph <= 1 and memory.age <= 1
    if next_one is None or not near or memory.kind not in (*SELLS, *BUYS):
        return None
    ahead = [one for one in scene.areas if one.start < number.start]
    if len(ahead) != 1 or any(one.start < number.start for one in found.flows):
        return None
    area = ahead[0].value
    if not before or area in (owner, partner, NOWHERE, WORLD):
        return None
    # The land of the text stays: its buyers or suppliers are listed, whoever stood at the number.
    stays = memory.home if memory.home in (owner, partner) else ""
    first = before == owner if not stays else stays == partner
    sides = (area, partner) if first else (owner, area)
    return memory.kind, *sides, memory.goods


_BY_LIST = 0.97
"""How probable the parts are that a list of goods states."""
_OF_OTHER_WORDS = ("made", "goods-about", "priced")
"""What the words of an item would say of its number: "refined petroleum ($295 million)"."""


def _listed_trade(item: GoodsItem, scene: Scene, memory: Background) -> tuple[str, str, str] | None:
    """Return flow and sides of a list that names no country: it goes on with the trade before it.

    "India's exports to Peru were $7 bn. The main products exported were tea ($5 m) ...".
    """
    kind, owner, partner = item.flow.value, memory.owner, memory.partner
    if scene.areas or not owner or memory.age > 1:
        return None
    if memory.kind == "trade":  # whose exports they are: those of the land of the text
        pair = (memory.home, partner if owner == memory.home else owner)
        return (kind, *pair) if memory.home in (owner, partner) else None
    if memory.kind not in (*SELLS, *BUYS):
        return None
    same = (memory.kind in SELLS) == (kind in SELLS)
    return (kind, owner, partner) if same or WORLD not in (owner, partner) else None


def _of_levels(
    guess: StructuralReading, here: Sequence[StructuralReading], scene: Scene
) -> Period | None:
    """Return the time of the level that a rate is from: "4 bn in 2021; in 2023 1 bn, 75 % less".

    Only where the two levels make the rate, and nothing says "than a year before".
    """
    if scene.earlier or guess.period is None or guess.number.says.unit != "percent":
        return None
    levels = {
        one.period: one.number.says.value
        for one in here
        if one.what == "level"
        and one.period is not None
        # Of the same trade, in the same money.
        and (one.sides, one.kind, one.goods) == (guess.sides, guess.kind, guess.goods)
    }
    units = {one.number.says.unit for one in here if one.what == "level"}
    now, usual = levels.pop(guess.period, 0.0), guess.period.before()
    former = [one for one in levels if one.end < guess.period.start and one.freq == usual.freq]
    if len(units) != 1 or len(former) != 1 or former[0] == usual or not levels[former[0]]:
        return None
    change = 100 * abs(now / levels[former[0]] - 1)
    return former[0] if abs(change - abs(guess.number.says.value)) <= _HALF_POINT else None


_HALF_POINT = 0.5
"""Per cent up to which a printed rate is that of two printed levels."""


def _as_long(base: Period, period: Period) -> Period:
    """Return a base; of a part of a year "than last year" means the same part of that year."""
    before = period.before()
    if base.freq == "A" and period.freq != "A" and base.start <= before.start <= base.end:
        return before
    return base


_COPULA = re.compile(r"\s*(?:的|水平)?\s*(?:为|是|仅为|[(（:：])\s*|\s*(?:was|were|[(:])\s*")
_SAME_DAYS = re.compile(r"上(?:个)?月(?:同期)?(?:的)?(?:为|[(（])\s*$")


def _is_of_before(number: Span, scene: Scene, when: Choice | None) -> bool:
    """Whether a level right behind "a year earlier" was read as of another time: 上年同期为9吨."""
    text = scene.apart.text
    facts = when.features if when is not None else ()
    if _SAME_DAYS.search(text, max(number.start - 12, 0), number.start):
        return not any(one.startswith("mb:") for one in facts)
    behind = any(
        0 <= number.start - end <= 12 and _COPULA.fullmatch(text, end, number.start)
        for _, end in scene.earlier
    )
    return behind and not any(one.startswith(("yb:", "tB")) for one in facts)


def in_row(number: Span, scene: Scene) -> list[Span]:
    """Return the rates that what stands around one of them is of: "24 % and close to 18 %"."""
    text = scene.apart.text
    like = [one for one in scene.apart.numbers if one.says.unit == number.says.unit]
    if number not in like:  # a place, which is no number of the sentence
        return [number]
    at = low = high = like.index(number)
    while low and _ROW.fullmatch(text, like[low - 1].end, like[low].start):
        low -= 1
    while high + 1 < len(like) and _ROW.fullmatch(text, like[high].end, like[high + 1].start):
        high += 1
    return like[low : high + 1] if low < at or at < high else [number]


def _is_each(cue: Mark, number: Span, scene: Scene) -> bool:
    """Whether "per tonne" stands with a number, and not with the price behind it."""
    text = scene.apart.text
    if cue.start >= number.end:
        return WEAK.search(text, number.end, cue.start) is None
    return WEAK.search(text, cue.end, number.start) is None and not scene.gaps.numbers(
        cue.end, number.start
    )


_ROW = re.compile(
    r"\s*(?:,|、|and|und|и|和|与|及|, and)\s*"
    r"(?:(?:close to|about|nearly|almost|around|rund|около|почти)\s*)?"
)
_MADE = re.compile(
    r"\b(?:production|output|mined|produced|refin\w+|capacity|reserves|consum\w+)\b"
    r"|добы[а-я]+|переработ[а-я]+|выпуск|производств|произв[а-я]+|потребл[а-я]+|индекс|мощност"
    r"|[Pp]roduktion|[Ff]örder|verbrauch|Verbrauch|[Ii]ndex|产量|生产|储量|指数|产能|消费|日均",
)
_COUNTED_OTHERWISE = re.compile(
    r"\b(?:index|per[- ]day|working[- ]day|daily)\b|индекс|среднесуточн|[Ii]ndex|指数|日均",
    re.IGNORECASE,
)
_PRICED = re.compile(
    r"(?:(?:均价|价格|单价|到岸价|每(?:公斤|千克|吨|桶|辆)|\b(?:prices?|costs?|fetch(?:ed|es))\b|цен[аеуы]\b"
    r"|(?:стоил|обходил|обошл)[а-я]*|[Pp]reise?n?\b|kostete?n?\b)[^,，;；]{0,12}"
    r"|(?:стоил|обходил|обошл|kostete?n?\b|\bcost\b)[^;；]{0,60})$"
)
_DEAR = 1e5
"""An amount of money below it is a price, not trade between countries."""
_EACH = re.compile(
    r"\s*(?:per|an?|pro|je|за|на|/|每)\s*(?:kg|kilo\w*|tonn?e?|barrel|ounce|MWh|т\b|тонн\w*"
    r"|кило\w*|баррел\w*|千克|公斤|吨|桶)",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:other|remaining|rest of|non-)\b|\b(?:другие|других|остальн)|\b(?:übrige|andere)"
    r"|其他|其它",
    re.IGNORECASE,
)
_COUNTED_IN = re.compile(
    r"\s*(?:块|台|辆|件|units|pieces|[Tt][Ww]h|ft3|cubic|куб|баррел|barrels|bcm|штук|Stück|Tonnen"
    r"|tonnes|tons|тонн)"
)
"""Behind a number that is no amount of money."""
_VETOES = (
    *("future", "negated", "other", "services", "reexport", "omitted", "adjusted", "mean", "per"),
    *(
        "compared",
        "lately",
        "either",
        "investment",
        "gdp",
        "route",
        "part",
        "price",
        "quantity",
        "pointed",
        "fiscal",
    ),
)


def _is_dated(cue: Mark, scene: Scene) -> bool:
    """Whether a word is part of a time that was read: "FY24" of "July to January of FY24"."""
    dated = [*((one.start, one.end) for one in scene.times), *scene.earlier]
    return any(start < cue.end and cue.start < end for start, end in dated)


def _flags(number: Span, scene: Scene, before: StructuralReading | None) -> tuple[str, ...]:
    """Return what makes a reading less sure."""
    text = scene.apart.text
    low, high = scene.gaps.clause(number.start, number.end)
    found = {
        cue.kind
        for cue in scene.apart.found.cues
        if cue.kind in _VETOES
        and low <= cue.start < high
        and (cue.kind != "per" or _is_each(cue, number, scene))
        and not (cue.kind == "fiscal" and _is_dated(cue, scene))
        and (cue.kind not in ("mean", "negated") or governs(cue, number, scene.apart))
    }
    if any(area.value == NOWHERE for area in scene.areas):
        found.add("nowhere")
    last = scene.gaps.number_before(number.start)
    made = _MADE.search(text, max(low, last), min(high, number.end + 25))
    if _COUNTED_OTHERWISE.search(text, max(low, last), min(high, number.end + 25)):
        found.add("made")
    traded = any(max(low, last) <= one.start < number.start for one in scene.apart.found.flows)
    if not traded and (made or (before is not None and "made" in before.flags)):
        found.add("made")
    says = number.says
    small = bool(says.currency) and 0 < abs(says.value) < _DEAR and not says.per
    if (
        small
        or re.search(_PRICED, text[max(low, last) : number.start])
        or _EACH.match(text, number.end)
    ):
        found.add("priced")
    if _COUNTED_IN.match(text, number.end):
        found.add("weighed")
    if _OTHERS.search(text[low:high]):
        found.add("others")
    if dealt_area(number, scene):
        found.add("dealt-area")
    if dealt_time(number, scene):
        found.add("dealt-time")
    return tuple(sorted(found))


def is_of_former(number: Span, period: Period | None, scene: Scene) -> bool:
    """Whether the time of a number stands at one to compare with: "3 bn against 2 bn in 2023"."""
    at = [
        numbers
        for time, numbers in zip(scene.times, scene.numbers_at_times, strict=True)
        if time.period == period
    ]
    return bool(at) and all(
        numbers
        and number not in numbers
        and all(
            one.start > number.start and ends_with(FROM, scene.apart.text, one.start)
            for one in numbers
        )
        for numbers in at
    )
