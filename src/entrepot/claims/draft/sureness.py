"""How sure a structural reading is: facts, their weights, and what numbers beside it say.

A structural reading fills what its sentence leaves out from the text before it: a side, a period.
The words of the sentence and of the text are asked whether that can be; what was taken over and
must not be, makes it not sure. The reasons are as good against the rules' reading: a number that
may be of all trade is no number of trade of two.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

from entrepot.claims.draft.candidates import BALANCES, BUYS, SELLS
from entrepot.claims.draft.draft import Drafted, Refusal
from entrepot.claims.draft.frames import plain_sides
from entrepot.claims.draft.lexicon import NOWHERE
from entrepot.claims.draft.scene import OWN_LAND, ends_with
from entrepot.model.areas import WORLD, group, is_group
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from entrepot.claims.draft.frames import Framed
    from entrepot.claims.draft.scene import Scene
    from entrepot.claims.draft.sentences import Mark
    from entrepot.claims.draft.structure import StructuralReading

_ALL_OR_ONE = "whether it is of all trade or of that with a country named before is not clear"
_TURNED = "who sells and who buys is not clear: the sentence names one side, and as the other"
_OWN_MEMBER = "trade of a group with one of its members, which the sentence does not say"
_OF_TWO = "trade of two countries, and the other one is not named"
_NEXT = "which side of the trade named before goes on is not clear"
_AS_ANOTHER = "it compares one country with another, not a time with one before"
_INCLUDED = "a country together with another one"
_PART_OF_WHAT = "a share of what is not clear: the sentence names no trade both ways"
_OF_WHICH_GOODS = "of which goods the share is, is not clear"
CARRIED = frozenset(
    (
        *(_ALL_OR_ONE, _TURNED, _OWN_MEMBER, _OF_TWO, _NEXT, _AS_ANOTHER),
        *(_INCLUDED, _PART_OF_WHAT, _OF_WHICH_GOODS),
    )
)
"""Reasons that speak against the rules' reading too."""


def check_carried(
    guess: StructuralReading,
    scene: Scene,
    like: Sequence[StructuralReading],
    earlier: Sequence[StructuralReading],
) -> None:
    """Refuse a reading that took over what the words around it speak against.

    Parameters
    ----------
    guess
        The reading.
    scene
        Its sentence.
    like
        The readings of the numbers of the sentence, this one among them.
    earlier
        The readings before that sentence.

    Raises
    ------
    Refusal
        With one of `CARRIED`.
    """
    if "goes-on" in guess.flags:
        return  # of the trade of the sentence before, by its own words
    for why, holds in (
        (_INCLUDED, _is_included),
        (_AS_ANOTHER, _is_as_another),
        (_TURNED, _is_turned),
        (_OWN_MEMBER, _is_own_member),
    ):
        if holds(guess, scene):
            raise Refusal(why)
    if WORLD in guess.sides and guess.what != "rank" and _is_of_two(scene):
        raise Refusal(_OF_TWO)
    if guess.what == "share" and guess.kind == "trade" and not _speaks_of_trade(scene):
        raise Refusal(_PART_OF_WHAT)
    if _leaves_goods_out(guess, scene, like, earlier):
        raise Refusal(_OF_WHICH_GOODS)
    if _supplier_buys(guess, scene):
        raise Refusal(_TURNED)
    if _FOLLOWED.match(scene.apart.text) and _carried(guess, scene):
        raise Refusal(_NEXT)
    if _is_of_all_or_one(guess, scene, earlier):
        raise Refusal(_ALL_OR_ONE)


def _leaves_goods_out(
    guess: StructuralReading,
    scene: Scene,
    like: Sequence[StructuralReading],
    earlier: Sequence[StructuralReading],
) -> bool:
    """Whether a number would be of all goods, though the trade spoken of is one in some goods.

    "Exports of chips to Kazakhstan rose fourfold, while those to Russia fell": of chips, or of all?
    A share, and whatever is in the same sentence, goes on with the goods that were named.
    """
    if guess.goods != "all" or guess.what not in ("share", "growth", "level"):
        return False
    if scene.apart.found.of("total", "external"):
        return False
    before = [one for one in like if one.number.end <= guess.number.start]
    if guess.what == "share":
        # Of goods that its sentence names the share may be a part: then all are the whole.
        before = [] if scene.apart.found.goods else [*earlier[-_REACH:], *before]
    elif before and any(one.start > before[-1].number.end for one in scene.apart.found.goods):
        return False
    ways = BUYS if guess.kind in BUYS else SELLS if guess.kind in SELLS else (guess.kind,)
    return any(
        one.goods not in ("", "all") and one.owner == guess.owner and one.kind in ways
        for one in before
    )


_REACH = 6
"""Numbers back to which a share is of the goods that were named."""


def _supplier_buys(guess: StructuralReading, scene: Scene) -> bool:
    """Whether who is called a supplier was read as buying."""
    if guess.kind not in (*SELLS, *BUYS) or guess.what not in ("level", "growth", "share"):
        return False
    agents = {one.value for one in scene.apart.found.of("agent")}
    bare = {one.value for one in scene.areas if one.form == "bare"}
    seller, buyer = guess.sides
    if buyer not in bare or seller == WORLD:
        return False
    verbs = scene.apart.found.flows
    supplied = bool(verbs) and all(
        one.value == "supply" and _SUPPLIED.fullmatch(scene.apart.text, one.start, one.end)
        for one in verbs
    )
    # "Russia supplied 28 %, Morocco 17 %": who is named sells, whatever was said before.
    return (agents == {"import"} and guess.what != "share") or (
        supplied and seller not in {one.value for one in scene.areas}
    )


_SUPPLIED = re.compile(r"supplied|delivered|provided|lieferten?|поставил[аи]?", re.IGNORECASE)


def _is_of_two(scene: Scene) -> bool:
    """Whether a sentence speaks of two countries: "bilateral trade", 中方 as one side of two."""
    text = scene.apart.text
    return scene.names_two or any(text[one.start : one.end].endswith("方") for one in scene.areas)


def _speaks_of_trade(scene: Scene) -> bool:
    return any(one.value == "trade" for one in scene.apart.found.flows)


def _named(scene: Scene, home: str) -> set[str]:
    own = {home} if any(OWN_LAND.match(scene.apart.text, a.start) for a in scene.areas) else set()
    return own | {one.value for one in scene.areas} - {WORLD, NOWHERE}


def _carried(guess: StructuralReading, scene: Scene) -> set[str]:
    return set(guess.sides) - _named(scene, guess.home) - {WORLD}


_INCLUDING = re.compile(
    r"\s*[(（]\s*(?:含|包括|including |incl\.? |inklusive |einschließlich |включая |вместе с )"
)


def _is_included(guess: StructuralReading, scene: Scene) -> bool:
    """Whether a side is a country that brackets add another to: 对大陆(含香港)出口."""
    text = scene.apart.text
    for area in scene.areas:
        added = _INCLUDING.match(text, area.end)
        within = [one for one in scene.areas if added and 0 <= one.start - added.end() <= 1]
        if within and {area.value, within[0].value} & set(guess.sides):
            return True
    return False


_THAN = re.compile(
    r"\s*(?:(?:so|as) (?:viel|hoch|much|many|high|large)\w* )?"
    r"(?:больше|меньше|выше|ниже|more|less|higher|lower|mehr|weniger|höher)?,?\s*"
    r"(?:чем|than|as|als|wie|that of|those of|the)\b"
)


def _is_as_another(guess: StructuralReading, scene: Scene) -> bool:
    """Whether a multiple is one of another country's number: "twice as much as from Iraq"."""
    if guess.what != "growth" or guess.number.says.unit not in ("ratio", "share"):
        return False
    printed = scene.sentence.text[guess.number.start :]
    than = _THAN.search(scene.apart.text, guess.number.start, guess.number.end + _NEAR)
    if than is None or not _TIMES_AS.match(printed):
        return False
    return any(0 <= one.start - than.end() <= _NEAR for one in scene.areas)


_TIMES_AS = re.compile(
    r"(?:в )?[\w,.]+ (?:раза?|times|mal)\b|вдвое|втрое|twice|doppelt|dreimal|double", re.IGNORECASE
)
_NEAR = 40


def _is_turned(guess: StructuralReading, scene: Scene) -> bool:
    """Whether the doer of the sentence was read as the other side of somebody carried over.

    "Poland was the main buyer, its imports rose to $3 bn" behind a sentence on Russia's exports.
    """
    if guess.what not in ("level", "growth") or guess.owner == WORLD:
        return False
    if guess.kind not in (*SELLS, *BUYS):
        return False
    named = _named(scene, guess.home)
    if guess.owner in named or guess.partner not in named:
        return False
    marks = [one for one in scene.areas if one.value == guess.partner]
    if any(one.form != "bare" for one in marks):
        # "Car imports from Japan" in a text about a third country, named last by chance.
        known = guess.owner == guess.home or guess.topic or scene.names_two or not guess.home
        return not known and guess.home not in guess.sides
    ways = BUYS if guess.kind in BUYS else SELLS
    agents = scene.apart.found.of("agent")
    flows = [
        one
        for one in scene.apart.found.flows
        # "Germany was the leading export destination": it does not export.
        if one.value in ways and not any(a.start <= one.start < a.end for a in agents)
    ]
    bare = [one for one in scene.areas if one.form == "bare"]
    return any(_does(area, flow, scene) for area in bare for flow in flows)


def _does(area: Mark, flow: Mark, scene: Scene) -> bool:
    """Whether a country stands in front of a flow as its subject, or right behind its verb."""
    text = scene.apart.text
    if area.start >= flow.end:
        return _VERB.fullmatch(text, flow.start, flow.end) is not None and (
            area.start - flow.end <= 1 or not scene.gaps.has_break(flow.end, area.start)
        )
    leads = not text[: area.start].strip() or ends_with(_AS_WELL, text, area.start)
    return leads and not scene.gaps.begins_number(area.end, flow.start)


_VERB = re.compile(r"(?:за|при)?(?:купил|купал)и|импортировали|экспортировали|поставили|продали")
_AS_WELL = re.compile(r"(?:\bas well as|\band|\bwhile|[,;]) (?:the )?$")


def _is_own_member(guess: StructuralReading, scene: Scene) -> bool:
    """Whether one side is a group that was carried over and has the other as a member."""
    first, second = guess.sides
    carried = _carried(guess, scene)
    return any(
        whole in carried
        and is_group(whole)
        and any(part == one.area for one in group(whole).memberships)
        for whole, part in ((first, second), (second, first))
    )


_FOLLOWED = re.compile(
    r"\s*(?:(?:It|They|This) (?:was|were|is) followed by\b|(?:Dahinter|Danach|Es) folg\w+\b"
    r"|(?:Следом|Далее|Затем|За ним) (?:идут|идет|идёт|следу\w+)|其次)"
)


def _is_of_all_or_one(
    guess: StructuralReading, scene: Scene, earlier: Sequence[StructuralReading]
) -> bool:
    """Whether the other side was carried over where all trade may be meant.

    "India's exports rose to 220 bn" names whose it is and nobody else; "imports rose to 76 bn"
    goes on with all trade if the text has spoken of that.
    """
    if guess.what not in ("level", "growth") or WORLD in guess.sides or scene.names_two:
        return False
    carried, named = _carried(guess, scene), _named(scene, guess.home)
    if not carried or _is_of_one_pair(guess, earlier):
        return False
    # "Imports fell to 8 bn, as coal from Chile was cheap": what is named behind is not meant.
    ahead = {one.value for one in scene.areas if one.start < guess.number.end}
    named = {one for one in named if one in ahead or one in guess.sides or one == guess.home}
    flows = scene.apart.found.flows
    if guess.partner in carried and guess.owner in named and len(named) == 1:
        own = [one for one in scene.areas if one.value == guess.owner]
        return guess.kind not in ("supply", "purchase") and any(
            flow.value in ("export", "import", "trade", *BALANCES)
            and area.form in ("adj", "of", "bare")
            and 0 <= flow.start - area.end <= _AT_FLOW
            for flow in flows
            for area in own
        )
    if named:
        return False
    of_all = [one for one in earlier if WORLD in one.sides and set(one.sides) & set(guess.sides)]
    return bool(of_all)


def _is_of_one_pair(guess: StructuralReading, earlier: Sequence[StructuralReading]) -> bool:
    """Whether all that a text said before is of the trade of two countries: then this is too."""
    traded = [one for one in earlier if one.owner and one.kind and one.what != "other"]
    pair = set(guess.sides)
    return len(traded) >= _OF_A_PAIR and all(set(one.sides) == pair for one in traded)


_OF_A_PAIR = 3
"""Numbers after which a text of two countries is taken to be of their trade."""
_AT_FLOW = 24


def check_goods_of_share(claim: Drafted, guess: StructuralReading, scene: Scene) -> None:
    """Refuse a share of goods that are named only at the next number: "85 % of A and 86 % of B".

    Raises
    ------
    Refusal
        If its own goods, right behind it, are not understood.
    """
    goods, number = claim.keys.get("goods"), guess.number
    marks = [one for one in scene.apart.found.goods if one.value == goods]
    own = _OF_ITS.match(scene.apart.text, number.end)
    behind = [one for one in marks if scene.gaps.begins_number(number.end, one.start)]
    if guess.what == "share" and own and marks and len(behind) == len(marks):
        raise Refusal(_OF_WHICH_GOODS)


_OF_ITS = re.compile(r"\s*(?:of|der|des|aller|von)\s+(?!(?:the|all|its|their)\b)[a-zäöü]*\s*\w")


SURE, FIRM = 0.80, 0.86
"""From which probability on a reading is a claim, and where the rules speak against it; chosen by
``benchmarks/reading.py``."""
_MANY_AREAS, _MANY_NUMBERS = 3, 6


def facts_of(  # noqa: C901
    guess: StructuralReading,
    scene: Scene,
    claim: Drafted | None,
    rules: Drafted | str | None,
    sums: Iterable[str] = (),
    frame: Framed | None = None,
    second: StructuralReading | None = None,
) -> dict[str, float]:
    """Return what speaks for and against a reading.

    Few facts and numbers: with one for each step of a probability and each reason of the rules, the
    weights learned the texts by heart.

    Parameters
    ----------
    rules
        What the rules read of the number: a claim, the reason why not, or None.
    sums
        What the other numbers of the text say of it.
    frame
        What the pattern of a share reads of it.
    second
        What the second reader makes of it.
    """
    parts = {part: guess.chances.get(part, 0.0) for part in ("what", "flow", "sides", "period")}
    facts = {f"odds:{part}": _log_odds(chance) for part, chance in parts.items()}
    # A reading is as weak as its weakest part, and weaker if several are weak.
    facts["odds:least"] = _log_odds(min(parts.values()))
    facts["odds:all"] = _log_odds(math.prod(parts.values()))
    named = {area.value for area in scene.areas}
    here = "here" if guess.owner in named else "carried"
    there = "world" if guess.partner == WORLD else "here" if guess.partner in named else "carried"
    timed = any(time.period == guess.period for time in scene.times)
    seen = ["all", f"kind:{_group(guess.kind)}", f"owner:{here}", f"partner:{there}"]
    seen += [f"sides:{here}:{there}:{guess.what}", "period:here" if timed else "period:carried"]
    seen += [f"flag:{flag}" for flag in guess.flags]
    seen += [f"sums:{one}" for one in sums]
    if named and there != "here" and here == "carried":
        seen.append("areas-passed-over")
    if scene.times and not timed:
        seen.append("times-passed-over")
    if not scene.apart.found.flows and "linked" not in guess.flags:
        seen.append("flow:carried" if named else "nothing-named")
    if guess.topic and "carried" in (here, there):
        seen.append(f"topic:{guess.topic}")
    if claim is not None:
        seen.append(f"as:{claim.kind}")
        money = any(one.says.currency for one in scene.apart.numbers)
        if claim.kind == "growth" and "goods" in claim.keys and not money:
            seen.append("growth-of-what")
        seen += [key for key in ("goods", "base") if key in claim.keys]
    if isinstance(rules, Drafted):
        alike = claim is not None and agrees(claim, rules)
        seen.append("rules:same" if alike else "rules:other")
    else:
        seen.append(f"rules:{missing(rules) or 'against'}" if rules else "rules:none")
    if guess.what in ("level", "growth") and (plain := plain_sides(guess, scene, guess.home)):
        seen.append(f"plain:{plain}")
    if second is not None and guess.what != "rank":
        apart = differs(guess, second)
        sure = _log_odds(math.prod(second.chances.values()))
        facts["second:odds"] = -sure if apart else sure
        seen += [f"second:{part}" for part in apart or ("same",)]
    if claim is not None and (claim.kind.endswith("_share") or frame is not None):
        seen.append(f"frame:{'none' if frame is None else _framed(claim, frame)}")
    if len(named) > _MANY_AREAS:
        seen.append("many-areas")
    if len(scene.apart.numbers) > _MANY_NUMBERS:
        seen.append("many-numbers")
    return facts | dict.fromkeys(seen, 1.0)


def differs(one: StructuralReading, other: StructuralReading) -> tuple[str, ...]:
    """Return the parts in which two readings of a number are not the same."""
    mutual = ("trade", *BALANCES)
    sides, others = (
        tuple(sorted(guess.sides)) if guess.kind in mutual else guess.sides
        for guess in (one, other)
    )
    same = {
        "what": one.what == other.what,
        "sides": sides == others and _flow_of(one.kind) == _flow_of(other.kind),
        "period": (one.period, one.base) == (other.period, other.base),
    }
    return tuple(part for part, alike in same.items() if not alike)


def _flow_of(kind: str) -> str:
    """Return whether a flow goes one way, both ways, or is their balance."""
    return "one" if kind in (*SELLS, *BUYS) else "balance" if kind in BALANCES else kind


def _framed(claim: Drafted, frame: Framed) -> str:
    """Return whether the pattern of a share says what a claim says."""
    keys = claim.keys
    if not frame.certain and "goods" not in keys:
        return "vague"
    if claim.kind == "ratio":
        goods = keys["of"].get("goods", "all") if isinstance(keys.get("of"), dict) else "all"
        return "same" if not frame.part and goods != "all" else "other"
    sides = keys.get("exporter"), keys.get("importer")
    if claim.kind == "rank":
        return "same" if sides == frame.sides else "other"
    return "same" if (claim.kind, sides) == (f"{frame.kind}_share", frame.sides) else "other"


_SUMS = ("rate", "sum", "balance", "share", "twice")
_AGAINST = ("clash", "no-rate", "no-sum", "no-share", "no-balance")
_NEIGHBOUR_FACTS = {
    "beside:borne-out": {f"sums:{one}" for one in _SUMS},
    "beside:gainsaid": {f"sums:{one}" for one in _AGAINST},
    "beside:rules": {"rules:same"},
}


def facts_with_neighbours(alike: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """Return facts of readings of the same sides and period in a sentence, each with the others'.

    Each says what it has to all others at once: one by one, it took the square of a sentence.
    """
    said = [
        [name for name, signs in _NEIGHBOUR_FACTS.items() if signs & one.keys()] for one in alike
    ]
    counts = Counter(name for names in said for name in names)
    return [
        {**facts, **{name: 1.0 for name in _NEIGHBOUR_FACTS if counts[name] > (name in own)}}
        for facts, own in zip(alike, said, strict=True)
    ]


_P = TypeVar("_P")


def facts_with_text(read: Mapping[_P, Mapping[str, float]]) -> dict[_P, dict[str, float]]:
    """Return facts of the readings of a text, each with how well the others of it are read.

    A text whose other numbers are read surely, and borne out by sums, is one of the plain kind.
    """
    odds = [one["odds:all"] for one in read.values()]
    borne = [_borne_out(one) for one in read.values()]
    total, supported, others = math.fsum(odds), sum(borne), max(len(read) - 1, 1)
    return {
        place: {
            **one,
            "text:odds": (total - one["odds:all"]) / others,
            "text:borne-out": (supported - _borne_out(one)) / others,
        }
        for place, one in read.items()
    }


def _borne_out(facts: Mapping[str, float]) -> bool:
    return not _NEIGHBOUR_FACTS["beside:borne-out"].isdisjoint(facts)


_MISSING = {
    "country": "no country is named",
    "side": "the other side is not named",
    "whose": "whose it is is not said",
    "when": "when is not said",
    "twice": "two numbers that would both be of one thing",
    "what": "what it is a number of is not clear",
    "percent": "per cent of what, or since when",
    "who": "who sells",
    "share": "whose share it is",
    "of what": "a share of what is not clear",
    "bracket": "when the number in brackets",
    "goods": "whether it is of",
    "exports": "whose imports or exports the share is of",
}
"""What a sentence may leave open and the text around it says: by how the reason begins."""


def missing(why: str) -> str:
    """Return what the rules did not find in the sentence; empty where they have another reason."""
    return next((name for name, words in _MISSING.items() if why.startswith(words)), "")


def _group(kind: str) -> str:
    return "sell" if kind in SELLS else "buy" if kind in BUYS else kind


def _log_odds(chance: float) -> float:
    """Return how sure a part is, in thirds of its log odds, which are about as large as a fact."""
    # Clipped: the odds of 0 and 1 are infinite.
    chance = min(max(chance, _RARE), 1 - _RARE)
    return math.log(chance / (1 - chance)) / 3


_RARE = 1e-4


def agrees(one: Drafted, other: Drafted) -> bool:
    """Whether two readings of a number say the same but for goods and currency."""
    return one.kind == other.kind and _bare(one.keys) == _bare(other.keys)


def _bare(keys: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in keys.items():
        if key in ("goods", "currency"):
            continue
        found[key] = _bare(value) if isinstance(value, dict) else value
    if found.get("base") and found["base"] == str(Period.parse(found["period"]).before()):
        del found["base"]  # what a growth without a base is measured against
    if found.get("flow") == "both":
        # Two-way trade is the same whichever side comes first.
        found["sides"] = frozenset((found.pop("exporter", ""), found.pop("importer", "")))
    return found


def is_certain(facts: Mapping[str, float], learned: Mapping[str, Mapping[str, float]]) -> bool:
    """Whether words and structure alone say what a number is, whatever its sums say.

    Arithmetic that fits speaks for a reading. Where it does not fit, a text may be in error: that
    must not make its numbers unsure, or no wrong sum would ever be found.
    """
    sure = sureness(without_sums(facts), learned, "said")
    plain = not facts.keys().isdisjoint(("plain:both", "plain:owner"))
    # Shares and places are confirmed by their patterns, not by a second look at the structure.
    of_trade = not facts.keys().isdisjoint(_OF_TRADE) and "flag:goods-about" not in facts
    return of_trade and sure >= (CERTAIN_OF_SIDES if plain else CERTAIN)


def without_sums(facts: Mapping[str, float]) -> dict[str, float]:
    """Return what words and structure say of a reading."""
    return {name: size for name, size in facts.items() if not name.startswith(_OF_SUMS)}


CERTAIN, CERTAIN_OF_SIDES = 0.9, 0.88
_OF_TRADE = tuple(f"as:{kind}" for kind in ("value", "balance", "growth", "quantity_growth"))
_OF_SUMS = ("sums:", "beside:borne-out", "beside:gainsaid", "text:borne-out")


def sureness(
    facts: Mapping[str, float], learned: Mapping[str, Mapping[str, float]], part: str = "sure"
) -> float:
    """Return how probable it is that all of a reading is right.

    `part` is the table to use: ``sure``, or ``said`` for facts without arithmetic.
    """
    # Logistic; beyond ±30 it is 0 or 1 to all digits, and exp could overflow.
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score_of(facts, learned, part)))))


def score_of(
    facts: Mapping[str, float], learned: Mapping[str, Mapping[str, float]], part: str
) -> float:
    """Return the log odds that all of a reading is right."""
    table = learned.get(part) or learned.get("sure", {})
    return sum(table.get(fact, 0.0) * size for fact, size in facts.items())
