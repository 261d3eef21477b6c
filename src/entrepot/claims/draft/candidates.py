"""What a number can be: candidates for its kind, flow, sides and period, each with features."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from entrepot.claims.draft.flows import FOR_WHOM
from entrepot.claims.draft.lexicon import NOWHERE
from entrepot.claims.draft.near import PARTICIPLE, stands_at
from entrepot.claims.draft.scene import (
    AT,
    CLAUSE_END,
    FAR,
    OWN_LAND,
    WEAK,
    Background,
    Gaps,
    Scene,
    ends_with,
    header_of,
)
from entrepot.claims.numbers import CURRENCIES
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.draft.sentences import Mark, Time
    from entrepot.claims.numbers import Span
    from entrepot.model.period import Period

SELLS = ("export", "supply")
BUYS = ("import", "purchase")
BALANCES = ("surplus", "deficit")
_TIGHT = 14
_CUES = ("up", "down", "share", "accounts", "came", "went", "price", "quantity", "level", "rank")
# What leads a number: by how much (a change), to what (a level), from what (a former level).
_BY = re.compile(r"(?:\bby|\bна|\bum|\bof|了)\s*$")
_TO = re.compile(
    r"(?:\bto|\bat|\bдо|\bauf|\bbei|至|到|达|为|reach\w*|total\w*|составил\w*|или)\s*$"
)
FROM = re.compile(
    r"(?:\bfrom|\bagainst|compared (?:with|to)|\bversus|\bпротив|\(с|\bс|\bnach|"
    # Behind a noun "von" is "of": "im Wert von 3 Mrd.", "ein Defizit von 3 Mrd.".
    r"(?:^|[,;(—–▮]|(?<!\w)[a-zäöüß\d]\w*)\s*\bvon|gegenüber|从|由|(?<![占同环])比)\s*$"
)
_BRACKET = re.compile(r"[(（]\s*$")
_LEADS = re.compile(r"\s*[:：]")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a number may be in one respect, and the features that speak for and against it."""

    value: tuple[str, ...]
    features: tuple[str, ...]


_OPENING = 5
_MORE = re.compile(r"\b(?:more|fewer|less|mehr|weniger|больше|меньше) $", re.IGNORECASE)
_WHEN = re.compile(r"\s*,?\s*(?:when|als|когда|in dem|в котором)\b[^,;.()▮]{0,60}$", re.IGNORECASE)
"""Between a time and a number of the clause that says what was then."""
_FARTHEST = 100
"""Letters beyond which a distance is far."""


def _bucket(distance: int) -> str:
    for limit in (3, 15, 40, _FARTHEST):
        if distance <= limit:
            return str(limit)
    return "far"


class _Place:
    """Where a mark stands beside a number or another mark."""

    __slots__ = ("breaks", "commas", "distance", "numbers", "side")

    def __init__(self, gaps: Gaps, start: int, end: int, at: int, to: int) -> None:
        if end <= at:
            self.side, low, high = "L", end, at
        elif start >= to:
            self.side, low, high = "R", to, start
        else:
            # Overlapping the number ("a surplus of 3 bn" as one phrase): inside, hence no distance.
            self.side, low, high = "I", start, start
        self.distance = high - low
        self.numbers = gaps.numbers(low, high)
        self.commas = gaps.commas(low, high)
        self.breaks = gaps.has_break(low, high)

    @property
    def counted(self) -> tuple[object, ...]:
        """What of it counts, where it is far."""
        return self.side, min(self.numbers, 3), min(self.commas, 3), self.breaks

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


def what_choices(number: Span, scene: Scene, memory: Background) -> list[Choice]:
    """Return what a number may be."""
    unit = number.says.unit
    options: tuple[str, ...]
    if unit in CURRENCIES or unit in ("t", "items"):
        # Units rule kinds out before anything is weighed: money is never a growth rate.
        options = ("level", "change", "other")
        if unit in CURRENCIES and _IS_MORE.match(scene.sentence.text, number.end):
            options = ("change",)
    elif unit in ("percent", "ratio", "share"):
        options = ("growth", "share", "goods", "ratio", "other")
        if unit == "percent" and (
            _leads_to_level(number, scene)
            or _rose_in_a_row(number, scene)
            or _is_a_rise(number, scene)
        ):
            options = ("growth",)
        if unit == "ratio" and _IS_A_MULTIPLE.search(
            scene.sentence.plain, number.start, number.end + _TIGHT
        ):
            options = ("growth",)
    elif unit == "points":
        options = ("points", "other")
    else:
        options = ("level", "growth", "share", "goods", "other")
    facts = _what_facts(number, scene, memory)
    return [Choice((one,), tuple(f"{one}|{fact}" for fact in facts)) for one in options]


_IS_A_MULTIPLE = re.compile(
    r"раза? (?:больше|меньше)(?!,? чем (?!год|в |за ))|mal (?:mehr|so viel)\b"
)
"""Behind a multiple of what there was a year before: "в 2,8 раза больше"."""
_MILLION = 1e6
_LEADING_TO = re.compile(
    r"\s*[,;—–]?\s*(?:to|до|auf|至|达到?|增至|降至|升至)\s*"
    r"(?:(?:about|around|nearly|almost|почти|около|rund|knapp|fast)\s|约|近)?\s*"
)


def _is_a_rise(number: Span, scene: Scene) -> bool:
    """Whether a rate stands with its noun: "saw an 84.5% increase"."""
    text = scene.apart.text
    led = ends_with(_ARTICLE, text, number.start)
    return led and _RISE.match(text, number.end) is not None


_ARTICLE = re.compile(r"\b(?:an?|its|their|the)(?: [a-z-]+)? $", re.IGNORECASE)
_RISE = re.compile(
    r"\s*(?:(?:year-on-year|annual|monthly|quarterly|y/y|yoy|further)\s+)?"
    r"(?:increase|decrease|rise|drop|decline|fall|gain|jump|surge|growth|plunge|slump|upturn)"
    r"(?! in (?:the |its )?share)\b"
)
_IS_MORE = re.compile(
    r"\s*(?:(?:increase|rise|gain|jump|decrease|decline|drop|fall|reduction)"
    r" (?:over|from|on|compared|against|since)|(?:more|less|higher|lower) than (?!half)"
    r"|(?:mehr|weniger) als(?! die Hälfte))\b"
)
"""Behind an amount that is a difference: "a $1.1 billion increase over December"."""


def _leads_to_level(number: Span, scene: Scene) -> bool:
    """Whether a rate leads to an amount: "in Peru by 10.5 %, to 3 bn"."""
    numbers = scene.apart.numbers
    at = numbers.index(number) + 1
    if at >= len(numbers):
        return False
    # "10,5%, до 127,8 млрд": what it is counted in was said before.
    says = numbers[at].says
    amount = says.unit in (*CURRENCIES, "t", "items") or (not says.unit and says.value >= _MILLION)
    if not amount:
        return False
    return _LEADING_TO.fullmatch(scene.apart.text, number.end, numbers[at].start) is not None


_IN_BRACKETS = re.compile(r"(?P<gap>[^()（）]{0,60})[(（]\s*[-+−–]?▮+\s*[)）]")
_UP_OR_DOWN = ("up", "down")


def _rose_in_a_row(number: Span, scene: Scene) -> bool:
    """Whether a row of rates in brackets ends in what rose: "to Peru (5 %) and Chile (3 %) fell".

    Any other number or word of a share in between, and it is not said of all of the row.
    """
    text = scene.apart.text
    if not ends_with(_BRACKET_SIGN, text, number.start):
        return False
    closed = _CLOSED.match(text, number.end)
    if closed is None:
        return False
    at = closed.end()
    while (following := _IN_BRACKETS.match(text, at)) and _SAME_ROW.fullmatch(following["gap"]):
        at = following.end()
    end = _CLAUSE_STOP.search(text, at)
    high = end.start() if end else len(text)
    cues = scene.apart.found.of(*_UP_OR_DOWN, "share", "accounts")
    near = [cue for cue in cues if at <= cue.start < high]
    return bool(near) and near[0].kind in _UP_OR_DOWN and not scene.gaps.numbers(at, near[0].start)


_BRACKET_SIGN = re.compile(r"[(（]\s*[-+−–]?$")
_CLOSED = re.compile(r"\s*[)）]")
_SAME_ROW = re.compile(r"[^;；.。!?]*")
_CLAUSE_STOP = re.compile(r"[,;:，；：.。]")


def _what_facts(number: Span, scene: Scene, memory: Background) -> list[str]:  # noqa: C901
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
    behind = text[number.end : number.end + FAR]
    if ends_with(_BRACKET, text, number.start):
        facts.append("bracket")
    for name, pattern in (("by", _BY), ("to", _TO), ("from", FROM)):
        if ends_with(pattern, text, number.start):
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
            # Another fact behind a comma or bracket, where a cue may belong to what comes next.
            close = not WEAK.search(gap)
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
    if unit in ("percent", "share", ""):
        goods = [one for one in scene.apart.found.goods if low <= one.start]
        lead = any(one.end <= number.start for one in goods)
        facts.append(f"goods:{'L' if lead else 'R' if goods else 'no'}")
        areas = [one for one in scene.areas if low <= one.start < high]
        facts.append(f"areas:{min(len(areas), 2)}")
        facts.append(f"areas:{min(len(areas), 2)}:goods:{'L' if lead else 'R' if goods else 'no'}")
    if not scene.apart.found.flows:
        facts.append("no-flow")
        if not scene.areas:
            facts.append("bare-sentence")
    return facts


def flow_choices(number: Span, what: str, scene: Scene, memory: Background) -> list[Choice]:  # noqa: C901
    """Return the flows that a number may belong to; the last of them that of the text before."""
    found: list[Choice] = []
    marks = scene.apart.found.flows
    if scene.sentence.language == "de" and (at_end := _participle_of(number, scene)) is not None:
        return [Choice((marks[at_end].value, str(at_end)), ("participle",))]
    if what == "level" and (balance := _balance_behind(number, scene)) is not None:
        return [Choice((marks[balance].value, str(balance)), ("participle",))]
    if (of_pair := _flow_of_pair(number, scene)) is not None:
        return [Choice((marks[of_pair].value, str(of_pair)), ("dealt",))]
    left = [place for place, mark in enumerate(marks) if mark.end <= number.start]
    right = [place for place, mark in enumerate(marks) if mark.start >= number.end]
    orders = {place: order for order, place in enumerate(reversed(left))}
    # 0 is the nearest on its side, counted outwards.
    orders |= {place: order for order, place in enumerate(right)}
    alike: dict[tuple[object, ...], tuple[str, ...]] = {}
    like = [one for one in scene.apart.numbers if one.says.unit == number.says.unit]
    dealt = bool(scene.apart.found.of("respectively"))
    for place, mark in enumerate(marks):
        at = _Place(scene.gaps, mark.start, mark.end, number.start, number.end)
        order = orders.get(place)
        is_dealt = dealt and len(like) == len(marks) and like[place] is number
        far = None
        # Far marks differ only in what is counted, so those alike share one list of features.
        if at.distance > _FARTHEST and order is not None:
            far = (mark.value, *at.counted, min(order, 3), is_dealt)
            if far in alike:
                found.append(Choice((mark.value, str(place)), alike[far]))
                continue
        features = at.features("f")
        if order is not None:
            features.append(f"f{at.side}o{min(order, 3)}")
            features.append(f"f{at.side}o{min(order, 2)}n{min(at.numbers, 2)}{what}")
        group = _group(mark.value)
        features += [f"g:{group}", f"g:{group}:{what}", f"{at.side}:{what}"]
        if mark.value in ("supply", "purchase"):
            features.append("weak")
        if what == "level" and group == "balance" and at.distance <= 20:
            features.append(f"bal{at.side}near")
        if _is_aside(mark.start, number.start, scene.apart.text):
            features.append("aside")
        if what in ("share", "goods") and at.side == "R" and at.distance <= 60 and not at.numbers:
            features.append("share-of")
        if is_dealt:
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
            if _MORE.search(scene.sentence.text, number.start, mark.start):
                features.append("R-more")  # "14.6 percent more imports"
        found.append(Choice((mark.value, str(place)), tuple(features)))
        if far is not None:
            alike[far] = found[-1].features
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


def _flow_of_pair(number: Span, scene: Scene) -> int | None:
    """Return the flow that one of two numbers is of: "exports and imports were 5 bn and 4 bn".

    Two rates behind them are of the same two flows in turn.
    """
    marks, text = scene.apart.found.flows, scene.apart.text
    place, row = row_of(number, scene)
    if len(row) != _PAIR:
        return None
    ahead = [at for at, one in enumerate(marks) if one.end <= row[0].start]
    if len(ahead) < _PAIR:
        return None
    first, second = ahead[-2:]
    if {marks[first].value, marks[second].value} != {"export", "import"}:
        return None
    if not _JOINED.fullmatch(text, marks[first].end, marks[second].start):
        return None
    behind = [one for one in scene.apart.numbers if marks[second].end <= one.start < row[0].start]
    if behind and not (
        scene.apart.found.of("respectively")
        and row_of(behind[0], scene)[1] == behind
        and len(behind) == _PAIR
    ):
        return None
    return (first, second)[place]


_PAIR = 2
_JOINED = re.compile(r"\s*(?:and|und|и|和|与|及|、)\s*(?:the |its )?(?:in|ex)?", re.IGNORECASE)


def _participle_of(number: Span, scene: Scene) -> int | None:
    """Return the verb at the end of a German clause: "Waren für 47 Mrd. Euro exportiert"."""
    text = scene.apart.text
    for place, mark in enumerate(scene.apart.found.flows):
        if mark.start >= number.end:
            gap = text[number.end : mark.start]
            verb = PARTICIPLE.fullmatch(text, mark.start, mark.end)
            return place if verb and not re.search("[,;:▮]", gap) else None
    return None


def _balance_behind(number: Span, scene: Scene) -> int | None:
    """Return the balance that a number stands right in front of: "a $3 bn deficit"."""
    for place, mark in enumerate(scene.apart.found.flows):
        if mark.start >= number.end:
            at_it = stands_at(number, mark.start, scene.apart.text)
            return place if mark.value in BALANCES and at_it else None
    return None


def _is_aside(place: int, number: int, text: str) -> bool:
    """Whether a place is in brackets that a number is not in: "surplus (exports less imports)"."""
    opening = max(text.rfind(sign, max(0, place - FAR), place) for sign in "(（")
    # An opening bracket that is closed again before the place is not around it.
    if opening < 0 or any(sign in text[opening:place] for sign in ")）"):
        return False
    closing = min((at for sign in ")）" if (at := text.find(sign, place)) >= 0), default=len(text))
    return not opening < number < closing


def _group(kind: str) -> str:
    if kind in SELLS:
        return "sell"
    if kind in BUYS:
        return "buy"
    return "balance" if kind in BALANCES else kind


def side_choices(  # noqa: C901
    number: Span, what: str, flow: Mark | None, kind: str, scene: Scene, memory: Background
) -> list[Choice]:
    """Return the pairs (whose flow it is, the other side) that a number may be of."""
    owners: dict[str, set[str]] = {}
    partners: dict[str, set[str]] = {}
    group = _group(kind)
    apart = _places_of_parts(number, scene)
    for area in _distinguishable(number, flow, scene):
        if area.start in apart:
            continue
        code = area.value
        if code == NOWHERE:
            # 我国 ("our country") is whatever country the text is about.
            code = memory.home if OWN_LAND.match(scene.apart.text, area.start) else NOWHERE
        facts = _side_facts(area, number, flow, scene)
        facts.append(f"{area.form}:{group}")
        facts.append(f"{area.form}:{what}:{group}")
        if code == WORLD:
            facts.append("world")
        owners.setdefault(code, set()).update(f"o:{one}" for one in facts)
        partners.setdefault(code, set()).update(f"p:{one}" for one in facts)
    # "The two countries" are the two that were named last.
    if len(memory.named) > 1 and scene.names_two:
        for code in memory.named[-2:]:
            owners.setdefault(code, set()).add("o:m:named")
            partners.setdefault(code, set()).add("p:m:named")
    context = "none" if not scene.areas else "some"
    origin = "flow" if flow is not None else "carry"
    for name, code in (
        ("home", memory.home),
        ("own", memory.owner),
        ("par", memory.partner),
        ("world", WORLD),
        ("topic", memory.topic),
    ):
        if not code:
            continue
        said = [f"m:{name}", f"m:{name}:{context}", f"m:{name}:{origin}:{context}"]
        said.append(f"m:{name}:{group}")
        said.append(f"m:{name}:a{min(memory.age, 3)}")
        said.append(f"m:{name}:{'many' if len(memory.named) > _MANY else 'few'}:{context}")
        if name == "topic":
            said = [f"m:topic:{memory.weight}", f"m:topic:{memory.weight}:{context}"]
            said.append(f"m:topic:{memory.weight}:{origin}:{context}")
        if name != "home" and memory.kind:
            said.append(f"m:{name}:{_group(memory.kind)}>{group}:{context}")
        if name in ("par", "world"):
            begun = "new" if scene.sentence.paragraph != memory.paragraph else "same"
            said.append(f"m:{name}:{group}:{begun}:{context}")
        if scene.names_the_country:
            said.append(f"m:{name}:country")
        if scene.apart.found.of("its"):
            said.append(f"m:{name}:its")
        if scene.apart.found.of("total", "external"):
            said.append(f"m:{name}:total")
        owners.setdefault(code, set()).update(f"o:{one}" for one in said)
        partners.setdefault(code, set()).update(f"p:{one}" for one in said)
    if flow is not None and (both := _stated_sides(flow, group, scene)):
        return [Choice(both, ("stated",))]
    if its := _its_owner(flow, scene, memory):
        owners = {code: facts for code, facts in owners.items() if code == its} or {its: {"its"}}
    fit, own, touching = _evidence(number, flow, group, scene)
    dealt = dealt_area(number, scene)
    pair = tuple(memory.named[-2:]) if scene.names_two else ()
    fresh = scene.sentence.paragraph != memory.paragraph
    header = header_of(scene)
    item = _item(number, scene, memory)
    named = {area.value for area in scene.areas}
    found = []
    # Sorted: sets of strings change their order from run to run, and sums of floats with it.
    of_owners = {code: sorted(facts) for code, facts in owners.items()}
    of_partners = {code: sorted(facts) for code, facts in partners.items()}
    subject = subject_of(flow, scene)
    doer = _doer_of(flow, scene) or _changer_of(flow, number, scene)
    if doer and doer in of_owners and kind in (*SELLS, *BUYS):
        of_owners = {doer: of_owners[doer]}
        # "Japan, which got two thirds from China": both sides stand with the verb.
        if len(set(fit)) == 1 and fit[0] in of_partners and fit[0] not in (doer, NOWHERE):
            of_partners = {fit[0]: of_partners[fit[0]]}
    doing = doer if kind in ("supply", "purchase") else ""
    impossible = _impossible(what, kind, doing, (set(owners), set(partners)), scene, memory)
    for owner, for_owner in of_owners.items():
        for partner, for_partner in of_partners.items():
            if owner == partner or (partner == subject and owner != WORLD):
                continue
            # A country does not trade with a market that it is a part of: CHN with CHN+HKG.
            if not set(owner.split("+")).isdisjoint(partner.split("+")):
                continue
            if (owner, partner) in impossible:
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
            if header and header != memory.home:
                joint.append("header" if partner == header else "no-header")
                if partner == header and owner == memory.home:
                    joint.append("header-home")
            if item:
                joint.append("item" if (owner, partner) == item else "no-item")
            if memory.home:
                homely = "o" if owner == memory.home else "p" if partner == memory.home else "n"
                there = "s" if memory.home in named else "x"
                joint += [f"home-{homely}:{there}", f"home-{homely}:{kind}"]
                if kind in ("supply", "purchase") and memory.trade:
                    joint.append(f"home-{homely}:{kind}:{memory.trade}")
                if memory.topic and {owner, partner} == {memory.home, memory.topic}:
                    joint.append(f"both:{memory.weight}:{context}")
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
                # A list goes on with one side and changes the other.
                kept = owner == memory.owner if side == "p" else partner == memory.partner
                if kept and side != "no":
                    joint.append(f"touch-{side}-keeps")
            if (owner, partner) == (memory.owner, memory.partner):
                joint.append(f"same:{context}:{origin}")
            if (partner, owner) == (memory.owner, memory.partner):
                joint.append(f"turned:{_group(memory.kind)}>{group}:{context}")
            if what == "share" and WORLD in (owner, partner):
                joint.append("share-world")
            if owner == WORLD:
                joint.append("world-owns")
            if NOWHERE in (owner, partner):
                joint.append("nowhere")
            found.append(Choice((owner, partner), (*for_owner, *for_partner, *joint)))
    return found


def _places_of_parts(number: Span, scene: Scene) -> set[int]:
    """Return where areas begin that are but of a part: "5 bn, of which 1 bn went to Peru"."""
    # Right behind a number the words are its own: "91 % of which went to Peru".
    cues = [
        one.start
        for one in scene.apart.found.of("part")
        if one.start >= number.end and scene.apart.text[number.end : one.start].strip()
    ]
    # "28 bn from Russia, followed by Peru (3 bn)": Peru is of the next number.
    next_items = _FOLLOWED.search(scene.apart.text, number.end)
    cues += [next_items.start()] if next_items else []
    found = {one.start for one in scene.areas if cues and one.start >= min(cues)}
    if scene.apart.found.of("agent", "rank"):
        ordered = (one for one in scene.areas if ends_with(_AFTER, scene.apart.text, one.start))
        found |= {one.start for one in ordered if touched(number, scene) != one.value}
    return found


_AFTER = re.compile(
    r"(?:\b(?:after|behind|ahead of|hinter|vor)|(?<!\w)(?:после|вслед за|перед|опередив|обогнав)"
    r") (?:the |den |der )?$|(?:仅次于|领先于)$",
    re.IGNORECASE,
)
"""In front of a country that has another place: "the next suppliers after Peru were ..."."""


_FOLLOWED = re.compile(
    r"\bfollowed by\b|\bgefolgt von\b|(?<!\w)(?:далее|затем|за (?:ним|ней|ними)) (?:идут|следуют)"
    r"|紧随其后|其次(?:是|为)",
    re.IGNORECASE,
)
"""In front of the further items of a list."""
_BEGINS = 8
"""Letters in which a sentence says that it is of a part of what stands before it."""
_OF_A_SIDE = re.compile("方$")


def _impossible(
    what: str, kind: str, doer: str, of: tuple[set[str], set[str]], scene: Scene, memory: Background
) -> set[tuple[str, str]]:
    """Return pairs that what was said before rules out.

    After "Egypt supplied 62 %", a further supplier supplied the same buyer and not Egypt: "South
    Africa, the second largest supplier, 18 %". 中方 is one side of two, so that the other is no
    world.
    """
    owners, partners = of
    named = {one.value for one in scene.areas}
    found: set[tuple[str, str]] = set()
    before = (memory.owner, memory.partner)
    sold, bought = before if memory.kind in SELLS else before[::-1]
    bilateral = memory.kind in (*SELLS, *BUYS) and WORLD not in before and "" not in before
    supplies = what in ("share", "rank") or any(
        one.value == "import" for one in scene.apart.found.of("agent")
    )
    # "Russia sold 19 Mt to China. Saudi Arabia supplied 13 Mt": to China; of a land that the text
    # is about, and whose exports it named, it may be a purchase.
    verbs = memory.kind in ("supply", "purchase") or scene.sentence.language == "zh"
    further = what != "share" and doer not in ("", *before) and (verbs or sold != memory.home)
    if bilateral and further and not named & {sold, bought} and not scene.apart.found.of("total"):
        same = bought if kind in SELLS else sold
        found |= {(doer, one) for one in partners if one != same}
    if bilateral and supplies and kind in BUYS and sold not in named and bought not in named:
        found |= {(sold, one) for one in partners}
    if bilateral and supplies and kind in SELLS and sold not in named and bought not in named:
        found |= {(one, sold) for one in owners}
    # After "Egypt bought 3 Mt" of the land of the text, what is bought is not bought by that.
    goes_on = kind == "purchase" and memory.kind in BUYS
    if goes_on and sold == memory.home and sold not in named:
        found |= {(sold, one) for one in partners}
    # "Bilateral trade" in a sentence on Peru is that of the land of the text with Peru, and "of
    # this, exports were 3 bn" behind trade with Peru of trade with Peru.
    goes_on = bool(memory.partner) and WORLD not in before and not named
    part = any(one.start < _BEGINS for one in scene.apart.found.of("part"))
    if (kind == "trade" and scene.names_two) or (goes_on and part and kind in (*SELLS, *BUYS)):
        found |= {(one, WORLD) for one in owners} | {(WORLD, one) for one in partners}
    text = scene.apart.text
    of_side = {one.value for one in scene.areas if _OF_A_SIDE.search(text[one.start : one.end])}
    if of_side and partners - of_side - {WORLD, NOWHERE}:
        found |= {(one, WORLD) for one in owners} | {(WORLD, one) for one in partners}
    # Something has to be left to choose from.
    return found if len(found) < len(owners) * len(partners) else set()


def _stated_sides(flow: Mark, group: str, scene: Scene) -> tuple[str, str] | None:
    """Return both sides where they stand at a flow: "Peru's imports from the EU", 德国对美出口."""
    text, chinese = scene.apart.text, scene.sentence.language == "zh"
    if group == "balance":
        for first, second in pairwise(scene.areas):
            # "The US-China trade deficit" is that of the first.
            pair = _HYPHEN.fullmatch(text, first.end, second.start)
            if pair and 0 <= flow.start - second.end <= _AT_FLOW:
                return first.value, second.value
    if of_market := sides_of_market(flow, scene):
        return of_market
    away = [
        one
        for one in scene.areas
        if one.form in _FITS.get(group, ())
        and 0 <= (flow.start - one.end if chinese else one.start - flow.end) <= _AT_FLOW
    ]
    if len(away) != 1:
        return None
    start = away[0].start if chinese else flow.start
    owners = [
        one
        for one in scene.areas
        if one.form in ("adj", "of", "bare")
        and 0 <= start - one.end <= _AT_FLOW
        and not re.search("[,，;；▮]", text[one.end : start])
    ]
    codes = {one.value for one in (*owners, *away)}
    if len(owners) != 1 or len(codes) != 2 or codes & {NOWHERE, WORLD}:
        return None
    listed = any(one.joined for one in scene.areas)
    return None if listed else (owners[0].value, away[0].value)


def sides_of_market(flow: Mark, scene: Scene) -> tuple[str, str] | None:
    """Return both sides at a market: "Peru was the main export market for Chile, with $3 bn"."""
    text = scene.apart.text
    agents = [one for one in scene.apart.found.of("agent") if one.start <= flow.start < one.end]
    if not agents:
        return None
    behind = [
        one
        for one in scene.areas
        if ends_with(FOR_WHOM, text, one.start)
        or (one.start >= agents[0].end and _FOR.fullmatch(text, agents[0].end, one.start))
    ]
    ahead = [
        one
        for one in scene.areas
        if one.end <= flow.start and one.form == "bare" and one not in behind
    ]
    codes = {one.value for one in (*ahead, *behind)}
    if len(behind) != 1 or len(ahead) != 1 or len(codes) != 2 or codes & {NOWHERE, WORLD}:
        return None
    return behind[0].value, ahead[0].value


_FOR = re.compile(r" (?:for|of|to) (?:the )?| (?:für|von) | для ")
_AT_FLOW = 10
_HYPHEN = re.compile("[-–]")


def _its_owner(flow: Mark | None, scene: Scene, memory: Background) -> str:
    """Return whose "its imports" are where the sentence before began with another country."""
    if flow is None or memory.subject in ("", memory.owner, memory.partner):
        return ""
    its = [one for one in scene.apart.found.of("its") if 0 <= flow.start - one.end <= 1]
    led = any(one.start < flow.start for one in scene.areas)
    return memory.subject if its and not led else ""


def subject_of(flow: Mark | None, scene: Scene) -> str:
    """Return the country right in front of a verb, which does it: "Russia supplied 28 %"."""
    if flow is None or flow.value not in ("supply", "purchase"):
        return ""
    if scene.sentence.language == "zh":
        return ""
    ahead = [one for one in scene.areas if one.form == "bare" and flow.start - one.end == 1]
    others = [one for one in scene.areas if one not in ahead]
    return ahead[0].value if ahead and ahead[0].value not in {o.value for o in others} else ""


_VERBS = {
    "en": r"(?:im|ex)ported|bought|purchased|got|sold|shipped|supplied|delivered",
    "de": r"(?:im|ex)portierten?|lieferten?|(?:ver)?kauften?|bezog(?:en)?",
    "ru": r"(?:им|экс)портировал[аио]?|(?:за|при)?купил[аио]?|закупал[аио]?|продал[аио]?"
    r"|приобрел[аио]?|поставил[аио]?|поставлял[аио]?|вв[её]з(?:л[аио])?|вывез(?:л[аио])?"
    r"|отгрузил[аио]?",
    "zh": r"供应|供货|供给",
}
"""Forms of a flow that have a subject: whoever does it."""
_VERB = {language: re.compile(words) for language, words in _VERBS.items()}
_WHICH = re.compile(
    r", (?:which|who)(?: (?:has|had|now|still|also|already))? |, котор(?:ый|ая|ое|ые) "
)
_FARTHEST_SUBJECT = {"ru": 40, "zh": 12}
_AND = re.compile(r"(?:\band|\bund|(?<!\w)и|[,，])\s*(?:the )?$")


def _doer_of(flow: Mark | None, scene: Scene) -> str:
    """Return the subject of a verb: "China imported", "exportierte China"; else empty."""
    text, language = scene.apart.text, scene.sentence.language
    if flow is None or language not in _VERB:
        return ""
    sides = [
        one for one in scene.areas if one.end == flow.start and _OF_A_SIDE.search(text[: one.end])
    ]
    if language == "zh" and sides:
        return sides[0].value  # 中方出口
    if not _VERB[language].fullmatch(text, flow.start, flow.end):
        return ""
    bare = [one for one in scene.areas if one.form == "bare" and one.value not in (NOWHERE, WORLD)]
    inverted = [one for one in bare if language == "de" and 0 <= one.start - flow.end <= 5]
    if inverted:
        return inverted[0].value
    farthest = _FARTHEST_SUBJECT.get(language, 1)
    ahead = [one for one in scene.areas if one.end <= flow.start][-1:]
    if not ahead or ahead[0] not in bare:
        return ""
    # "More than Japan, which got two thirds from China".
    if _WHICH.fullmatch(text, ahead[0].end, flow.start) and not ahead[0].joined:
        return ahead[0].value
    if flow.start - ahead[0].end > farthest:
        return ""
    between = text[ahead[0].end : flow.start]
    weak = language != "zh" and WEAK.search(between)
    if language == "zh" and not scene.gaps.begins_number(flow.end, flow.end + 3):
        return ""  # 供应 in front of no amount may be a noun
    if ahead[0].joined or weak or CLAUSE_END.search(between):
        return ""
    # "A and B imported": the subject is both.
    return "" if ends_with(_AND, text, ahead[0].start) else ahead[0].value


_CHANGES = {
    "en": re.compile(
        r"(?: (?:also|then|again|has|have|had))?"
        r" (?:increased|raised|boosted|expanded|reduced|cut|lowered|doubled|halved|stepped up)"
        r" (?:its |their )?(?:total |overall )?"
        r"|[^,;.()▮]{0,50}, with (?:its |total )?"
    ),
    "de": re.compile(
        r" (?:erhöhte|steigerte|senkte|verringerte|verdoppelte|halbierte|reduzierte)n?"
        r" (?:(?:seine|ihre|die) )?"
    ),
    "ru": re.compile(
        r"(?:[^,;.()▮]{0,40}, (?:но|и|а) он[ао]?|(?: также)?)"
        r" (?:нарастил|увеличил|сократил|снизил|удвоил|уменьшил|поднял)[аи]? (?:свои |свой )?"
        r"|, (?:увеличи|нарасти|сократи|снизи|удвои)вш[а-я]{2,3} (?:свои |свой )?"
        r"|(?: также)? (?:лидиру[а-я]+|лидировал[аи]?) по |(?: \w+)? на \w+ мест[ое] по "
    ),
}
"""Between a country and a flow that it changes: "Egypt also raised its purchases"."""


def _changer_of(flow: Mark | None, number: Span, scene: Scene) -> str:
    """Return the country that changed its own flow by a number; empty if the next one did."""
    pattern = _CHANGES.get(scene.sentence.language)
    if flow is None or pattern is None:
        return ""
    ahead = [one for one in scene.areas if one.end <= flow.start][-1:]
    if not ahead or ahead[0].form != "bare" or ahead[0].joined:
        return ""
    later = any(one.form == "bare" and flow.end <= one.start < number.start for one in scene.areas)
    if later or ahead[0].value in (NOWHERE, WORLD):
        return ""
    changed = pattern.fullmatch(scene.apart.text, ahead[0].end, flow.start)
    return ahead[0].value if changed else ""


_ITEM = re.compile(
    r"(?:['’]s)?的?\s*(?:[(（—–:：,，|-]|\b(?:at|with|—|на|in Höhe von|mit|для)\b)?\s*(?:"
    r"over |about |nearly |almost |почти |около |более |rund |knapp |约|近|达|为"
    r"|(?:紧随其后|次之|其次|排名第.|居第.)[,，])?"
)


def touched(number: Span, scene: Scene) -> str:
    """Return the area right in front of a number, whose item of a list it is; else empty."""
    text = scene.apart.text
    last = [area for area in scene.areas if area.end <= number.start][-1:]
    if not last or number.start - last[0].end > _TOUCHED:
        return ""
    close = _ITEM.fullmatch(text, last[0].end, number.start)
    ahead = [area for area in scene.areas if area.end <= last[0].start][-1:]
    if close and ahead and _FOLLOWS.fullmatch(text, ahead[0].end, last[0].start):
        last = ahead
    return last[0].value if close and last[0].value not in (NOWHERE, WORLD) else ""


_MANY = 3
"""Countries named so far beyond which a text is about trade with many."""
_TOUCHED = 20
_FOLLOWS = re.compile(
    r"\s*(?:follow(?:ed|s)|trail(?:ed|s)|replaced|overtook|folgt(?:e|en)? auf|следу(?:ет|ют) за)"
    r"\s*(?:the )?"
)
"""Between two countries of which the first has the number: "A followed B with 2 bn"."""


def _item(number: Span, scene: Scene, memory: Background) -> tuple[str, str] | None:
    """Return the sides that a number has if it goes on a list: "Italy (3 bn), Peru (2 bn)"."""
    area, (before, owner, partner) = touched(number, scene), memory.item
    if not area or not before or area == before:
        return None
    if before == partner and area != owner:
        return owner, area
    return (area, partner) if before == owner and area != partner else None


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


_TOUCHES = re.compile(r"(?:['’]s)?的?\s*[(（—–-]?\s*")


def _evidence(
    number: Span, flow: Mark | None, group: str, scene: Scene
) -> tuple[list[str], list[str], list[str]]:
    """Return the areas that by their form are the other side, own the flow, or touch the number."""
    text = scene.apart.text
    touching = [
        area.value
        for area in scene.areas
        if 0 <= number.start - area.end <= FAR and _TOUCHES.fullmatch(text, area.end, number.start)
    ]
    if flow is None:
        away = [area for area in scene.areas if area.form in _FITS.get(group, ())]
        return [area.value for area in away[-1:]], [], touching
    fits: list[str] = []
    gaps = scene.gaps
    apart = _places_of_parts(number, scene)
    last = gaps.number_before(number.start)
    # Sides named between the flow and its number outrank all others of that form.
    local = [
        area.value
        for area in scene.areas
        if area.form in _FITS.get(group, ()) and max(last, flow.end) <= area.start < number.start
    ]
    for area in scene.areas if not local else ():
        if area.form not in _FITS.get(group, ()) or area.start in apart:
            continue
        low, high = sorted((area.start, flow.start))
        # "Imported 5 Mt of soybeans from Brazil": its own number may stand between.
        own_alone = (
            flow.end <= number.start < area.start
            and gaps.numbers(low, high) == 1
            and not any(low < one.start < high for one in scene.apart.found.flows if one != flow)
        )
        if (own_alone or not gaps.begins_number(low, high)) and not gaps.has_break(low, high):
            fits.append(area.value)
    own = [
        area.value
        for area in scene.areas
        if (area.form in ("adj", "of", "bare") and 0 <= flow.start - area.end <= 3)
        or (area.form in _OWNS.get(group, ()) and 0 <= area.start - flow.end <= 12)
    ]
    if not own:
        low, _ = gaps.clause(flow.start, flow.start)
        # Without genitive or adjective, the last name before the flow in its clause is the subject.
        subjects = [
            area
            for area in scene.areas
            if area.form == "bare" and low <= area.start and area.end <= flow.start
        ]
        own = [subjects[-1].value] if subjects else []
    return local or fits, own, touching


def owns_balance(area: str, number: Span, flow: Mark, scene: Scene) -> bool:
    """Whether the words at a balance say whose it is: "the positive balance of Russia"."""
    _, own, _ = _evidence(number, flow, "balance", scene)
    return bool(area) and own[:1] == [area]


def row_of(number: Span, scene: Scene) -> tuple[int, list[Span]]:
    """Return the place of a number in its enumeration, and that; empty if it is not in the scene.

    Only numbers of its own unit are in it.
    """
    return scene.rows_of_numbers.get((number.start, number.end), (0, []))


def dealt_area(number: Span, scene: Scene) -> str:
    """Return the area that a number in a row has from a row of as many areas; else empty."""
    place, row = row_of(number, scene)
    if len(row) < 2:
        return ""
    fitting = [one for one in scene.rows_of_areas if len(one) == len(row)]
    return fitting[-1][place].value if fitting else ""


def _distinguishable(number: Span, flow: Mark | None, scene: Scene) -> Sequence[Mark]:
    """Return the areas, of those that are alike far from number and flow one on each side.

    Nothing tells them apart from where three numbers and commas stand between, or all that there
    are: set against every area of a long sentence, its numbers took the square of its length.
    """
    marks: list[Span | Mark] = [number] if flow is None else [number, flow]
    areas, gaps, ends = scene.areas, scene.gaps, len(scene.apart.text)

    def far(low: int, high: int, most: tuple[int, int]) -> bool:
        """Whether a gap has all that counts of what stands on its side of a mark."""
        return (
            high - low > _FARTHEST
            and gaps.numbers(low, high) >= min(3, gaps.numbers(*most))
            and gaps.commas(low, high) >= min(3, gaps.commas(*most))
            and gaps.has_break(low, high) == gaps.has_break(*most)
        )

    low, high = scene.places.beyond(min(one.start for one in marks), max(one.end for one in marks))
    low -= 2  # the last two in front of a number are told apart
    while low > 0 and not all(far(areas[low - 1].end, one.start, (0, one.start)) for one in marks):
        low -= 1
    while high < len(areas) and not all(
        far(one.end, areas[high].start, (one.end, ends)) for one in marks
    ):
        high += 1
    if low <= 1 and high >= len(areas) - 1:
        return areas
    return [
        *(areas[at] for at in scene.places.first(0, max(low, 0))),
        *areas[max(low, 0) : high],
        *(areas[at] for at in scene.places.first(high, len(areas))),
    ]


def _side_facts(area: Mark, number: Span, flow: Mark | None, scene: Scene) -> list[str]:
    facts = [f"f:{area.form}"]
    at = _Place(scene.gaps, area.start, area.end, number.start, number.end)
    facts += at.features("n")
    facts.append(f"n{at.side}n{min(at.numbers, 2)}:{area.form}")
    if at.distance <= 3 and at.side != "I":
        facts.append(f"touch{at.side}")
    leading = scene.places.between(area.start, number.start) if at.side == "L" else 0
    facts.append(f"last{at.side}{min(leading, 2)}")
    if flow is None:
        facts.append("no-flow")
        return facts
    to = _Place(scene.gaps, area.start, area.end, flow.start, flow.end)
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


def period_choices(number: Span, what: str, scene: Scene, memory: Background) -> list[Choice]:  # noqa: C901
    """Return the periods that a number may be of."""
    found: dict[str, set[str]] = {}
    text, times = scene.apart.text, scene.times
    former = ends_with(FROM, text, number.start)
    to_level = ends_with(_TO, text, number.start)
    earlier = any(
        0 <= start - number.end <= 12 and not WEAK.search(text[number.end : start])
        for start, _ in scene.earlier
    ) or any(0 <= number.start - end <= 12 and not number.says.moved for _, end in scene.earlier)
    own = [time for time in times if not time.is_base]
    left = [time for time in own if time.end <= number.start]
    # "... between 2017 and 2023. Imports tripled, from 42 bn": of the year that the span begins in.
    if former and not scene.times and memory.base is not None:
        return [Choice((str(memory.base),), ("yb:former",))]
    for time, said_of, numbers_at, opened in zip(
        times, scene.periods, scene.numbers_at_times, scene.opened_times, strict=True
    ):
        at = _Place(scene.gaps, time.start, time.end, number.start, number.end)
        facts = at.features("t")
        base = "B" if time.is_base else ""
        facts.append(f"t{base}{at.side}")
        facts.append(f"t{base}{at.side}n{min(at.numbers, 2)}:{what}")
        leads = _LEADS.match(text, time.end) is not None  # "$9 bn (2022: $8 bn)"
        if at.side == "R" and not leads and AT.fullmatch(text[number.end : time.start]):
            facts += [f"tight{base}", f"tight{base}:{what}"]
        if opened:
            facts.append("opened")
        if left and time is left[-1]:
            facts.append("last-left")
        if len(own) == 1 and not time.is_base:
            facts.append("only")
        if at.side == "L" and re.fullmatch(
            r"(?: года?)?\s*[(（]\s*", text[time.end : number.start]
        ):
            facts.append("opens-bracket")
        # "… 5 % in 2023": right behind another number, a time is most likely of that one.
        if any(one is not number for one in numbers_at):
            facts.append("of-other")
        # "Fell from 20.6 bn in 2022 to 2.3 bn": that time is of the first number alone.
        if to_level and any(
            one.end <= number.start and ends_with(FROM, text, one.start) for one in numbers_at
        ):
            facts.append("of-former")
        if time.ends_range:
            facts.append("ends")
        if at.side == "L" and _WHEN.fullmatch(text, time.end, number.start):
            facts.append("when-clause")
        if leads:
            facts.append(f"leads{at.side}")
        if former:
            facts.append(f"former{base}{at.side}")
        found.setdefault(said_of, set()).update(facts)
    if (so_far := _months_so_far(number, scene, memory)) is not None:
        return [Choice((str(so_far),), ("at-number",))]
    then = [period for period, facts in found.items() if "when-clause" in facts]
    if len(then) == 1:
        return [Choice((then[0],), tuple(sorted(found[then[0]])))]
    previous = next((one for one in reversed(scene.apart.numbers) if one.end <= number.start), None)
    pair = former and previous is not None and previous.says.unit == number.says.unit
    touches = any(
        re.fullmatch(r"\s*[(（]\s*", text[end : number.start])
        for _, end in scene.earlier
        if end <= number.start
    )
    dealt = dealt_time(number, scene)
    if dealt is not None:
        for one, said in found.items():
            said.add("deal" if one == dealt else "no-deal")
        if _is_dealt_here(number, scene):
            return [Choice((dealt,), tuple(sorted(found[dealt])))]
    context = "none" if not own else "some" if left else "ahead"
    main = None if memory.headed else memory.main
    for name, period in (("carry", memory.period), ("main", main)):
        if period is None:
            continue
        fresh = "new" if scene.sentence.paragraph != memory.paragraph else "same"
        facts = [f"{name}:{context}", f"{name}:{context}:{min(memory.period_age, 3)}"]
        facts.append(f"{name}:{context}:{fresh}")
        facts.append(f"{name}:{what}")
        if former or earlier:
            facts.append(f"{name}:former")
        found.setdefault(str(period), set()).update(facts)
        # "Against 8 bn a year earlier" never names its year: so it is added as a candidate.
        if what in ("share", "goods") and not (former or earlier or touches or pair):
            continue  # of a share no words say that it is of the year before
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
            said.add(f"yb:pair:{context}")
        found.setdefault(year, set()).update(said)
    nothing_yet = not own and memory.period is None and memory.main is None
    if memory.coming is not None and nothing_yet and what != "rank" and not _ENDS.search(text):
        found.setdefault(str(memory.coming), set()).update(("coming", f"coming:{what}"))
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
    # "...; in 2023 they rose 47 %": the time that opens a clause is that of its first number.
    low, _ = scene.gaps.clause(number.start, number.end)
    opening = [
        said
        for time, said in zip(times, scene.periods, strict=True)
        if low and low <= time.start <= low + _OPENING and time.end <= number.start
    ]
    if len(opening) == 1 and not scene.gaps.numbers(low, number.start):
        return [Choice((opening[0],), tuple(sorted(found[opening[0]])))]
    if what == "level" and former and (same := _same_part_before(number, left, scene, memory)):
        return [Choice((str(same),), ("yb:part",))]
    at_number = {
        said: time.is_base
        for time, said in zip(times, scene.periods, strict=True)
        if _is_at(number, time, scene)
    }
    if what == "level" and len(at_number) == 1 and dealt is None:
        [(said_at, is_base)] = at_number.items()
        # What a change is measured against is not what the text goes on about.
        return [Choice((said_at,), ("at-number", "tB") if is_base else ("at-number",))]
    if what == "level" and _has_year_before(number, scene):
        now = left[-1].period if left else memory.period or memory.main
        if now is not None:
            return [Choice((str(now.before()),), ("yb:behind",))]
    # "The year before, it had been 27 bn": what opens a clause is of all that it says.
    now = memory.period or memory.main
    opens = [
        # "At the same time", 同期 is no year before.
        low <= start <= low + _OPENING
        and end <= number.start
        and _YEAR.search(text, start, end)
        and not _COMPARES.match(text, start)
        for start, end in scene.earlier
    ]
    if now is not None and any(opens) and not any(low <= one.start < number.start for one in own):
        return [Choice((str(now.before()),), ("yb:opens",))]
    if now is not None and not left and _is_first_of_two(number, scene):
        return [Choice((str(now.before()),), ("yb:first",))]
    # "Grew by 5 % in the second quarter": right behind it, in words that tie them.
    tied = [
        said
        for time, said in zip(times, scene.periods, strict=True)
        if not time.is_base
        and time.start > number.end
        and what != "level"
        and "(" not in text[number.end : time.start]
        and AT.fullmatch(text, number.end, time.start)
        and not _LEADS.match(text, time.end)
        and not time.ends_range
    ]
    if len(tied) == 1 and dealt is None:
        return [Choice((tied[0],), tuple(sorted(found[tied[0]])))]
    # What was not over when the text was published was only begun to be counted.
    over = [period for period in found if not memory.is_ahead(period)]
    return [Choice((period,), tuple(sorted(found[period]))) for period in over or found]


_COUNTED_MONTHS = re.compile(
    r"\s*(?:in|over|за) (?:the )?(?P<count>\w+) (?:months|Monaten|месяц(?:ев|а))(?!\w)"
)
_COUNTS = {
    word: place
    for words in (
        "two three four five six seven eight nine ten eleven",
        "zwei drei vier fünf sechs sieben acht neun zehn elf",
        "два три четыре пять шесть семь восемь девять десять одиннадцать",
        "2 3 4 5 6 7 8 9 10 11",
    )
    for place, word in enumerate(words.split(), 2)
}


def _months_so_far(number: Span, scene: Scene, memory: Background) -> Period | None:
    """Return the months that a text is about where a number names how many: "in seven months"."""
    behind = _COUNTED_MONTHS.match(scene.apart.text, number.end)
    count = _COUNTS.get(behind["count"]) if behind else None
    for period in (memory.period, memory.main, *memory.spans):
        if period is not None and period.months == count and period.start.month == 1:
            return period
    return None


_TIME_BEHIND = {
    "en": re.compile(r"\s*(?:in|for|during|of) (?:the )?(?:year )?", re.IGNORECASE),
    "de": re.compile(r"\s*(?:im|in|von|vom|aus) (?:dem )?(?:Jahre? )?"),
    "ru": re.compile(r"\s*(?:в|за|по итогам) "),
    "zh": re.compile(r"(?!)"),
}
_TIME_AHEAD = re.compile(r"(?: года?)?\s*[(（]\s*|的(?:约|近)?")


def _same_part_before(
    number: Span, left: Sequence[Time], scene: Scene, memory: Background
) -> Period | None:
    """Return the part of a former year that is compared: of July "against 4 bn last year"."""
    now = left[-1].period if left else memory.period or memory.main
    text = scene.apart.text
    behind = [one.period for one in scene.times if 0 <= one.start - number.end <= _TIGHT]
    if now is None or now.freq == "A" or len(behind) != 1 or behind[0].freq != "A":
        return None
    time = next(one for one in scene.times if one.period == behind[0] and one.start >= number.end)
    before = now.before()
    inside = behind[0].start <= before.start and before.end <= behind[0].end
    relative = _LAST_YEAR.match(text, time.start) is not None
    return before if inside and relative and not WEAK.search(text, number.end, time.start) else None


_LAST_YEAR = re.compile(
    r"(?:the )?(?:last|previous|prior) year|(?:im )?Vorjahr|прошл|去年|上年", re.IGNORECASE
)


def _is_at(number: Span, time: Time, scene: Scene) -> bool:
    """Whether words tie an amount to a time: "5 bn in 2021", "than in 2022 (5 bn)", 2023年的5亿."""
    text = scene.apart.text
    if time.start >= number.end:
        behind = _TIME_BEHIND[scene.sentence.language]
        return behind.fullmatch(text, number.end, time.start) is not None
    return _TIME_AHEAD.fullmatch(text, time.end, number.start) is not None


_ENDS = re.compile(r"[.!?。！？][\"”’»)\]]*\s*$")
"""How a sentence ends that is no headline."""
_COMPARES = re.compile(
    r"\s*(?:compared|in comparison|relative|against|over|from|than"
    r"|im vergleich\b|verglichen|gegenüber"
    r"|(?:в|по) сравнен|относительно|与|同|较|比)",
    re.IGNORECASE,
)
"""How words begin that only say what a change is measured against."""
_YEAR = re.compile("[Yy]ear|год|[Jj]ahr|年")
_A_YEAR_BEFORE = re.compile(
    r"\s*,?\s*(?:(?:a|one) year (?:earlier|before|ago|previously)|(?:the )?year before"
    r"|годом (?:ранее|раньше)|год назад|ein Jahr (?:zuvor|früher|davor)|vor einem Jahr)(?!\w)"
)


def _has_year_before(number: Span, scene: Scene) -> bool:
    """Whether "a year before" stands right behind an amount: "a deficit of 3 bn a year before"."""
    return _A_YEAR_BEFORE.match(scene.apart.text, number.end) is not None


def _is_first_of_two(number: Span, scene: Scene) -> bool:
    """Whether a number is what another grew from, without a time: "from 4 bn to 5 bn"."""
    text, numbers = scene.apart.text, scene.apart.numbers
    at = numbers.index(number) if number in numbers else len(numbers)
    following = numbers[at + 1] if at + 1 < len(numbers) else None
    if following is None or following.says.unit != number.says.unit:
        return False
    between = text[number.end : following.start]
    return ends_with(FROM, text, number.start) and _THEN.fullmatch(between) is not None


_THEN = re.compile(
    r"\s*,?\s*(?:to|до|auf|升至|降至|增至|至|到)\s*(?:about |nearly |почти |rund |约)?"
)


def _is_dealt_here(number: Span, scene: Scene) -> bool:
    """Whether a row of times stands right behind numbers: "49 % and 50 % in 2001 and 2002"."""
    row = row_of(number, scene)[1]
    times = [one for one in scene.rows_of_times if len(one) == len(row)]
    return any(AT.fullmatch(scene.apart.text, row[-1].end, one[0].start) for one in times)


def dealt_time(number: Span, scene: Scene) -> str | None:
    """Return the period that a number in a row has from a row of as many periods."""
    place, row = row_of(number, scene)
    fitting = [one for one in scene.rows_of_times if len(one) == len(row) > 1]
    return str(fitting[-1][place].period) if fitting else None
