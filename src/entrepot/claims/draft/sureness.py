"""How sure a structural reading is: facts, their weights, and what numbers beside it say."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

from entrepot.claims.draft.candidates import BALANCES, BUYS, SELLS
from entrepot.claims.draft.draft import Drafted
from entrepot.claims.draft.frames import plain_sides
from entrepot.model.areas import WORLD
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from entrepot.claims.draft.frames import Framed
    from entrepot.claims.draft.scene import Scene
    from entrepot.claims.draft.structure import StructuralReading

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
