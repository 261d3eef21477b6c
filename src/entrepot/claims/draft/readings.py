"""Every number of a text and what it is said to be: for a person to correct, a check to take.

Two readings are made of each number: by rules, which read a sentence by itself, and by structure,
which weighs all that the text allows. Only what is sure, or what both say, is a claim.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import compress, groupby
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.arithmetic import cross_checks
from entrepot.claims.draft.candidates import BALANCES, BUYS, SELLS
from entrepot.claims.draft.draft import Drafted, Left, Refusal
from entrepot.claims.draft.frames import OLDEST_FRAME, Framed, framed, framed_place
from entrepot.claims.draft.judge import (
    AGAINST,
    OF_TOTAL,
    WHICH,
    claim_of_guess,
    is_of_the_other,
    is_of_total,
)
from entrepot.claims.draft.marks import require_codes
from entrepot.claims.draft.reading import MOST_IN_TABLE, numbers_of, table_in
from entrepot.claims.draft.refused import part_meant
from entrepot.claims.draft.scene import DAYS_AHEAD, Scene, home_of, scenes
from entrepot.claims.draft.sentences import Sentence, sentences
from entrepot.claims.draft.structure import StructuralReading, guesses, of_both, of_second, weights
from entrepot.claims.draft.sureness import (
    FIRM,
    SURE,
    agrees,
    check_goods_of_share,
    facts_of,
    facts_with_neighbours,
    facts_with_text,
    is_certain,
    missing,
    score_of,
    sureness,
)
from entrepot.claims.numbers import read_says
from entrepot.claims.quantity import COUNTED_IN
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from entrepot.claims.draft.front import Article

_HALF = 0.5
LED = 0.7
"""How sure the structure has to be of such a share where the rules read another."""
FRAMED, PLACED = 0.65, 0.55
"""How sure the structure has to be of a share, and of a place, that its pattern reads alike."""
BY_WORDS = 0.8
"""How probable all parts have to be of an item of a list, and of what goes on by its words."""
_BY_WORDS = ("flag:listed", "flag:goes-on")
_ALIKE = 0.02
_STATED, _INFERRED = 0.9, 0.75
_BY_RULES = (
    *("gdp", "gdp_share", "hhi", "cr", "change", "rank", "ratio"),
    *("import_share", "export_share", "trade_share"),
)
"""Kinds that the rules read in full or leave."""
_OPEN = (
    "since when is not said: the sentence before",
    "whether the share or the trade changed by it",
)
"""Reasons of the rules that no other reading settles."""
_SAID_OTHERWISE = (
    "an average: ",
    "trade via another country",
    "a growth over years: ",
    "a part by quantity",
    "what is expected or planned",
)
"""Reasons of the rules that are words of the sentence, which a likely structure does not undo."""
_CONFUSED = re.compile(
    "the same country on both sides"
    "|“(?:我国|国内|本国|[中俄美欧].|эт[а-я]+ стран[а-я]*|(?:these|those) countries"
    "|diese[nr]? \\w+)” is not known here"
    # A base, which words in brackets compare with, and no time of the number.
    "|when is not clear: '(?:год назад|a year (?:ago|earlier)|ein Jahr zuvor)' does not say"
)
"""Reasons of the rules that are nothing against a reading of the text as a whole."""
_NOT_OVER = "is not over when the text was published"
_TABLE = "a table or a list, which is not read"
_SHARES = ("import_share", "export_share", "trade_share")


@dataclass(frozen=True, slots=True)
class ReadingField:
    """One part of what a number is said to be.

    Attributes
    ----------
    value
        What was understood, in the words of a claims file; empty where nothing was.
    certainty
        ``stated`` in the sentence, ``inferred`` from what is around it, ``best guess``, ``open``.
    candidates
        What else it may be, the likeliest first.
    """

    value: str
    certainty: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A number of a text and what it is said to be.

    Attributes
    ----------
    index
        From 1, in the order of the text.
    start, end
        Its place in the text of the article: ``text[start:end]`` is `says`.
    says
        As published.
    sentence
        Where its sentence begins and ends.
    state
        ``interpreted``: a claim that is tested. ``open``: understood in part, or not surely enough,
        and never tested. ``not_interpreted``. ``not_trade``: a number of something else.
    claim
        An entry of a claims file; None where some key is missing.
    fields
        What was understood by key: measure, exporter, importer, flow, goods, period, base ...
    confidence
        How probable it is that all of it is right; None where nothing was estimated.
    why
        Why it is not tested; empty if it is.
    """

    index: int
    start: int
    end: int
    says: str
    sentence: tuple[int, int]
    state: str
    claim: Mapping[str, Any] | None = None
    fields: Mapping[str, ReadingField] = field(default_factory=dict)
    confidence: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Structured:
    """What the structure of the text says of one number."""

    guess: StructuralReading
    scene: Scene
    claim: Drafted | None
    why: str
    sure: float
    facts: Mapping[str, float] = field(default_factory=dict)
    certain: bool = False


def structured(
    article: Article,
    rules: Mapping[tuple[int, int], Drafted | str],
    learned: Mapping[str, Mapping[str, float]] | None = None,
) -> dict[tuple[int, int], Structured]:
    """Return what the structure of a text says of its numbers, by place."""
    learned = weights() if learned is None else learned
    cut = [one for one in sentences(article.text) if table_in(one) is None]
    numbers = [numbers_of(one) for one in cut]
    # "Half, half, half ...": a table in words is none of digits, each set against the others.
    few = [len(spans) <= MOST_IN_TABLE for spans in numbers]
    found = scenes(list(compress(cut, few)), list(compress(numbers, few)))
    home = home_of(found, article.text)
    read = guesses(found, home, article.published, of_both(learned))
    seconds = _second_readings(found, home, article, learned)
    frames = _frames(read, home)
    done: dict[tuple[int, int], Structured] = {}
    instead: dict[tuple[int, int], list[Structured]] = {}
    earlier: list[StructuralReading] = []
    # By sentence; the objects themselves are mutable and cannot be compared by value.
    for _, group in groupby(read, key=lambda one: id(one[0])):
        here = list(group)
        like = [guess for _, guess in here]
        for scene, guess in here:
            place = scene.sentence.place(guess.number.start, guess.number.end)
            frame = frames.get(place)
            done[place] = _claimed(guess, scene, (like, earlier), article, frame)
            if done[place].claim is not None:
                others = (
                    _claimed(one, scene, (like, earlier), article, frame) for one in guess.instead
                )
                instead[place] = [one for one in others if one.claim is not None]
        earlier += like
    _choose_whole(done, instead, rules, (frames, seconds), learned)
    # Before arithmetic: a rate of tonnes must not be compared with levels in money.
    done = _said_again(done)
    sums = cross_checks(
        {
            place: (one.claim, one.guess.number.says)
            for place, one in done.items()
            if one.claim is not None
        }
    )
    facts = {
        place: facts_of(
            *(one.guess, one.scene, one.claim, rules.get(place), sums.get(place, ())),
            frames.get(place),
            seconds.get(place),
        )
        for place, one in done.items()
    }
    read_as_claims = {place: facts[place] for place, one in done.items() if one.claim is not None}
    facts |= facts_with_text(read_as_claims)
    alike: dict[tuple[int, frozenset[str], str], list[tuple[int, int]]] = {}
    for place, one in done.items():
        key = id(one.scene), frozenset(one.guess.sides), str(one.guess.period)
        alike.setdefault(key, []).append(place)
    for places in alike.values():
        # A second round: what supports a neighbour speaks for the same sides and period here.
        for place, said in zip(
            places, facts_with_neighbours([facts[one] for one in places]), strict=True
        ):
            done[place] = _weighed(done[place], said, learned)
    return _without_unlikely_clashes(done, learned)


def _weighed(
    one: Structured, facts: Mapping[str, float], learned: Mapping[str, Mapping[str, float]]
) -> Structured:
    """Return a reading with how sure its facts make it."""
    sure, certain = sureness(facts, learned), is_certain(facts, learned)
    return replace(one, sure=sure, facts=facts, certain=certain)


def _without_unlikely_clashes(
    done: dict[tuple[int, int], Structured], learned: Mapping[str, Mapping[str, float]]
) -> dict[tuple[int, int], Structured]:
    """Forget that a number clashes with readings of others that are rather wrong than right."""
    likely = {
        place: (one.claim, one.guess.number.says)
        for place, one in done.items()
        if one.claim is not None and (one.certain or one.sure >= _HALF)
    }
    if not any("sums:clash" in done[place].facts for place in likely):
        return done
    again = cross_checks(likely)
    for place in likely:
        facts = done[place].facts
        if "sums:clash" in facts and "clash" not in again.get(place, ()):
            kept = {name: size for name, size in facts.items() if name != "sums:clash"}
            done[place] = _weighed(done[place], kept, learned)
    return done


def _second_readings(
    found: Sequence[Scene],
    home: str,
    article: Article,
    learned: Mapping[str, Mapping[str, float]],
) -> dict[tuple[int, int], StructuralReading]:
    """Return what weights that were learned on other texts make of each number, by place."""
    second = of_second(learned)
    if not second:
        return {}
    # Anew: which times a sentence names depends on what was read before it.
    again = [Scene(one.sentence, one.apart, one.areas, one.first) for one in found]
    read = guesses(again, home, article.published, second, alternatives=False)
    return {scene.sentence.place(one.number.start, one.number.end): one for scene, one in read}


def _claimed(
    guess: StructuralReading,
    scene: Scene,
    beside: tuple[Sequence[StructuralReading], Sequence[StructuralReading]],
    article: Article,
    frame: Framed | None,
) -> Structured:
    """Return what a reading says as a claim; `beside` are those of its sentence and before it."""
    try:
        _check_over(guess, article)
        claim = _with_goods(claim_of_guess(guess, scene, *beside), frame)
        check_goods_of_share(claim, guess, scene)
        require_codes(claim.keys, scene.sentence.plain)
    except Refusal as refusal:
        return Structured(guess, scene, None, refusal.why, 0.0)
    return Structured(guess, scene, claim, "", 0.0)


_OF_KINDS = ("kind:", "as:")
_JOINT, _FIRST = 0.3, 0.5
"""What the probability of all parts counts beside facts, and the likeliest parts beside others."""


def _choose_whole(
    done: dict[tuple[int, int], Structured],
    instead: Mapping[tuple[int, int], Sequence[Structured]],
    rules: Mapping[tuple[int, int], Drafted | str],
    beside: tuple[Mapping[tuple[int, int], Framed], Mapping[tuple[int, int], StructuralReading]],
    learned: Mapping[str, Mapping[str, float]],
) -> None:
    """Put another reading in place of the one of the likeliest parts, where the whole is likelier.

    Parts are chosen one by one; which claim they make together, and whether rules and patterns
    read it too, is known only of the whole. Arithmetic has no say: a wrong sum would hide itself.
    `beside` are the patterns of shares and the second reader's readings.
    """
    frames, seconds = beside
    for place, others in instead.items():
        # One of each claim, the likeliest: the first.
        options = {repr(one.claim): one for one in (*others[::-1], done[place])}
        if len(options) < 2:
            continue
        scored = []
        for one in options.values():
            facts = facts_of(
                *(one.guess, one.scene, one.claim, rules.get(place), ()),
                *(frames.get(place), seconds.get(place)),
            )
            # Which kinds are read right most often is nothing that speaks for one of them here.
            facts = {name: size for name, size in facts.items() if not name.startswith(_OF_KINDS)}
            score = score_of(facts, learned, "said")
            score += _JOINT * math.log(max(math.prod(one.guess.chances.values()), 1e-9))
            scored.append((score + _FIRST * (one is done[place]), one))
        done[place] = max(scored, key=lambda pair: pair[0])[1]


def _with_goods(claim: Drafted, frame: Framed | None) -> Drafted:
    """Return a share with the goods of its pattern, where that alone knows them."""
    if frame is None or frame.goods == "all" or claim.kind not in _SHARES:
        return claim
    alike = (claim.keys["exporter"], claim.keys["importer"]) == frame.sides
    if "goods" in claim.keys or not alike:
        return claim
    period = {"period": claim.keys["period"]}
    return replace(claim, keys={**claim.keys, "goods": frame.goods} | period)


def _frames(
    read: Sequence[tuple[Scene, StructuralReading]], home: str
) -> dict[tuple[int, int], Framed]:
    """Return shares as their patterns read them, by place."""
    found: dict[tuple[int, int], Framed] = {}
    last: Framed | None = None
    level: StructuralReading | None = None
    total: StructuralReading | None = None
    age, old, scene_of_last = 0, 0, None
    for scene, guess in read:
        if scene is not scene_of_last:
            age, level, scene_of_last = age + 1, None, scene
            old += 1
            if old > OLDEST_FRAME:
                total = None
            if age > OLDEST_FRAME:
                last = None
        if guess.what == "rank":
            if place := framed_place(guess, scene, home):
                found[scene.sentence.place(guess.number.start, guess.number.end)] = place
            continue
        frame = framed(guess.number, scene, home, last, level, total)
        if frame is not None:
            found[scene.sentence.place(guess.number.start, guess.number.end)] = frame
            last, age = frame, 0
        if guess.what == "level":
            level = guess
            if guess.partner == WORLD and guess.kind in (*SELLS, *BUYS):
                total, old = guess, 0
    return found


def _check_over(guess: StructuralReading, article: Article) -> None:
    published = article.published
    if published is None or guess.period is None:
        return
    if (guess.period.end - published.end).days > DAYS_AHEAD:
        raise Refusal(f"its period is not over when the text was published, {published}")


def _counted(one: Structured) -> str:
    """Return the unit of a level; cubic feet and terawatt-hours, which no claim has, are tonnes."""
    unit = one.guess.number.says.unit
    return unit or ("t" if "weighed" in one.guess.flags else "")


def _said_again(
    found: dict[tuple[int, int], Structured],
) -> dict[tuple[int, int], Structured]:
    """Read a rate as the body says: of tonnes, where it gives tonnes alone of the goods."""
    units: dict[str, set[bool]] = {}
    for one in found.values():
        if one.guess.what == "level" and one.guess.goods != "all":
            units.setdefault(one.guess.goods, set()).add(_counted(one) in COUNTED_IN.values())
    amounts = {_counted(one) for one in found.values() if one.guess.what == "level"}
    # A text that counts in tonnes alone says nothing of money.
    only_weights = bool(amounts) and amounts <= set(COUNTED_IN.values())
    by_quantity = {
        (one.guess.number.says.value, one.guess.sides)
        for one in found.values()
        if one.claim is not None and one.claim.kind == "quantity_growth"
    }
    for place, one in found.items():
        claim = one.claim
        again = (one.guess.number.says.value, one.guess.sides) in by_quantity
        again = again or units.get(one.guess.goods) == {True}
        again = again or (only_weights and one.guess.goods != "all")
        if claim is not None and claim.kind == "growth" and again:
            keys = {key: value for key, value in claim.keys.items() if key != "currency"}
            changed = replace(claim, kind="quantity_growth", keys=keys)
            found[place] = replace(one, claim=changed)
    return found


def merged(
    article: Article, claims: Sequence[Drafted], left: Sequence[Left]
) -> tuple[list[Drafted], list[Left], tuple[Reading, ...]]:
    """Return claims, what is left, and all readings: what the rules read, weighed by structure."""
    rules: dict[tuple[int, int], Drafted | str] = {one.place: one for one in claims}
    for one in left:
        rules |= dict.fromkeys(one.places, one.why)
    structure = structured(article, rules)
    kept: dict[tuple[int, int], Drafted] = {}
    why: dict[tuple[int, int], tuple[str, str]] = {}
    for place in sorted({*rules, *structure}):
        read = structure.get(place)
        chosen, reason = _chosen(rules.get(place), read)
        if (
            chosen is None
            and read is not None
            # Places ascend, so the greatest one kept is the number just before.
            and _goes_on(read, kept.get(max(kept, default=place)))
        ):
            chosen = read.claim
        if (
            chosen is not None
            and read is not None
            and (part := part_meant(read.guess.number, read.scene))
        ):
            why[place] = part, ""
        elif chosen is not None:
            kept[place] = replace(chosen, alone=_is_alone(chosen, rules.get(place), read))
        elif reason:
            # What is rather wrong than right would be copied: it is no hint.
            likely = read.claim if read is not None and read.sure >= _HALF else None
            why[place] = reason, said(likely) if likely else ""
    spans = list(sentences(article.text))
    for place in _contradicting(kept, claims):
        del kept[place]
        why[place] = (
            "two numbers that would both be of one thing: which is of what is not clear",
            "",
        )
    kept = _attributed_on(kept, spans)
    rest = _left(article, why, spans)
    every = tuple(_readings(article, kept, why, structure, spans))
    return list(kept.values()), rest, every


def with_claims(
    article: Article, read: Sequence[Reading], claims: Sequence[Drafted]
) -> tuple[Reading, ...]:
    """Return readings with those of more claims in place of what was read of their numbers."""
    spans = list(sentences(article.text))
    starts = [one.start for one in spans]
    known = {(one.start, one.end): one for one in read}
    for claim in claims:
        low, high = claim.place
        entry, same = _entry(claim), known.get(claim.place)
        if same is not None and same.state == "interpreted" and same.claim == entry:
            continue
        # Whatever overlaps goes: a reader may cut the same number longer or shorter.
        for place in [one for one in known if one[0] < high and low < one[1]]:
            del known[place]
        sentence = spans[bisect_right(starts, low) - 1]
        within = sentence.start, sentence.start + len(sentence.printed)
        says, fields = article.text[low:high], _fields_of(claim, None)
        known[claim.place] = Reading(0, low, high, says, within, "interpreted", entry, fields)
    return tuple(replace(known[place], index=at) for at, place in enumerate(sorted(known), 1))


def _attributed_on(
    kept: Mapping[tuple[int, int], Drafted], spans: Sequence[Sentence]
) -> dict[tuple[int, int], Drafted]:
    """Return claims with the source of the sentence before, where they are of the same two sides.

    A text names its source once and goes on with its numbers. Another source's numbers would say
    so; of other countries, or in another paragraph, nothing is known.
    """
    starts = [one.start for one in spans]
    found = dict(kept)
    named: dict[int, str] = {}
    for place, claim in kept.items():
        if claim.attributed_to:
            named.setdefault(bisect_right(starts, place[0]) - 1, claim.attributed_to)
    last: tuple[int, frozenset[str], str] | None = None
    for place, claim in sorted(kept.items()):
        at = bisect_right(starts, place[0]) - 1
        sides = _sides(claim.keys)
        if claim.attributed_to:
            last = at, sides, claim.attributed_to
        elif last is not None and at not in named and sides == last[1]:
            near = at - last[0] <= 1 and spans[at].paragraph == spans[last[0]].paragraph
            if near:
                found[place] = replace(claim, attributed_to=last[2])
                last = at, sides, last[2]
    return found


def _sides(keys: Mapping[str, Any]) -> frozenset[str]:
    """Return the areas of a claim, whichever of them sells."""
    found: set[str] = set()
    for key, value in keys.items():
        if isinstance(value, dict):
            found |= _sides(value)
        elif key in ("exporter", "importer"):
            found.add(str(value))
    return frozenset(found)


def _contradicting(
    kept: Mapping[tuple[int, int], Drafted], by_rules: Sequence[Drafted]
) -> list[tuple[int, int]]:
    """Return the places of structural readings that give one thing another number than the text."""
    sure = {(claim.place, claim.kind, repr(claim.keys)) for claim in by_rules}
    named: dict[str, list[tuple[tuple[int, int], Drafted]]] = {}
    for place, claim in kept.items():
        if claim.kind != "rank":
            # "163 bn yuan (23 bn dollars)" is one amount in two currencies, and no contradiction.
            unit = read_says(claim.says).currency
            named.setdefault(f"{claim.kind} {claim.keys!r} {unit}", []).append((place, claim))
    found = []
    for same in named.values():
        values = [_value(claim) for _, claim in same]
        if max(values) - min(values) > _ALIKE * max(map(abs, values)):
            found += [
                place
                for place, claim in same
                if (claim.place, claim.kind, repr(claim.keys)) not in sure
            ]
    return found


def _value(claim: Drafted) -> float:
    says = read_says(claim.says)
    return says.value * (100 if says.unit == "share" else 1)


def _chosen(  # noqa: C901
    rules: Drafted | str | None, structure: Structured | None
) -> tuple[Drafted | None, str]:
    """Return the claim that a number makes, or why it makes none."""
    by_structure = structure.claim if structure else None
    sure = structure.sure if structure else 0.0
    if structure and isinstance(rules, Drafted) and rules.kind in ("value", "growth"):
        sides = {rules.keys.get("exporter", WORLD), rules.keys.get("importer", WORLD)}
        if is_of_total(sides, structure.guess, structure.scene):
            return None, OF_TOTAL
    if structure and isinstance(rules, Drafted) and rules.kind in _SHARES[:2]:
        seller, buyer = rules.keys["exporter"], rules.keys["importer"]
        owned = (seller, buyer) if rules.kind == "export_share" else (buyer, seller)
        if is_of_the_other(structure.guess.number, owned, structure.scene):
            rules = WHICH
    if isinstance(rules, Drafted):
        led = structure is not None and structure.sure >= LED and is_framed(structure)
        if rules.kind in _SHARES and by_structure and led:
            # Two readings against one: "63 % импорта станков в Россию" is of Russia's imports.
            return (rules if agrees(by_structure, rules) else by_structure), ""
        # Kinds and sums of areas that the structure has no words for cannot be confirmed by it.
        summed = "+" in repr(rules.keys)
        if structure and by_structure is None and structure.why in AGAINST and not summed:
            return None, structure.why
        if by_structure is None or rules.kind in _BY_RULES or summed:
            return rules, ""
        if agrees(by_structure, rules):
            return rules, ""
        # Rules read China and Hong Kong as two sides where a text counts them as one market.
        one_market = "+" in repr(by_structure.keys) and sure >= SURE
        if sure >= FIRM or one_market or _agree_but_basis(by_structure, rules):
            return by_structure, ""
        # Both sides and the only time stand in the sentence: nothing was carried over.
        if structure and by_structure.kind == rules.kind and _says_all(rules, structure.scene):
            return rules, ""
        return None, f"it may be {said(rules)}, or something else"
    if isinstance(rules, str) and _is_final(rules, structure):
        return None, rules
    if isinstance(rules, str) and _is_goodsless(rules, by_structure):
        return None, rules
    # Where the rules have a reason against it, and do not just miss something: surer than else.
    open_to_all = not isinstance(rules, str) or missing(rules) or _CONFUSED.match(rules)
    least = SURE if open_to_all else FIRM
    led = structure is not None and (sure >= least or structure.certain)
    if led and structure and isinstance(rules, str) and "sums:clash" in structure.facts:
        # "Rose 5 % and fell 3 %": words alone do not say which of two numbers is meant.
        led = bool(_SUPPORTING & structure.facts.keys())
    if by_structure is not None and structure and led and not _says_nothing(structure):
        return by_structure, ""
    if by_structure is not None and structure and is_framed(structure):
        return by_structure, ""
    if by_structure is not None and structure and _is_read_alike(rules, structure):
        return by_structure, ""
    if rules is None and structure is not None and by_structure is None:
        return None, structure.why if structure.guess.what != "other" else ""
    return None, rules or "not sure enough"


def _is_final(why: str, structure: Structured | None) -> bool:
    """Whether no other reading settles why the rules left a number."""
    if _NOT_OVER in why and structure is not None:
        # "This year": then no year before it is meant either.
        return structure.guess.period not in {time.period for time in structure.scene.times}
    return why.startswith((*_OPEN, *_SAID_OTHERWISE)) or why.endswith(_TABLE)


def _is_goodsless(why: str, claim: Drafted | None) -> bool:
    """Whether the rules met a word that may name goods, and a claim has none: "gadget exports"."""
    return (
        why.endswith("no code is known for it")
        and claim is not None
        and "goods" not in repr(claim.keys)
    )


def is_framed(structure: Structured) -> bool:
    """Whether the pattern of a share or list says what the structure does, which is not unsure."""
    if not structure.facts.keys().isdisjoint(_BY_WORDS):
        likely = min(structure.guess.chances.values()) >= BY_WORDS
        return likely and "sums:clash" not in structure.facts
    least = PLACED if structure.guess.what == "rank" else FRAMED
    return "frame:same" in structure.facts and structure.sure >= least


ALIKE, LIKELY = 0.75, 0.5
"""How probable each part, and the whole, have to be of what two readers read alike."""


def _is_read_alike(rules: Drafted | str | None, structure: Structured) -> bool:
    """Whether a second reader reads all parts alike, each likely, and nothing speaks against them.

    Of shares and places patterns are asked instead. Where the rules have a reason against it and do
    not just miss something, two readers overlook it alike: "grew twice as fast as".
    """
    facts = structure.facts
    open_to_all = rules is None or (
        isinstance(rules, str)
        and (_CONFUSED.match(rules) is not None or missing(rules) not in ("", "who"))
    )
    return (
        structure.guess.what in ("level", "growth")
        and "second:same" in facts
        and facts.keys().isdisjoint(_GAINSAID)
        and structure.sure >= LIKELY
        and min(structure.guess.chances.values()) >= ALIKE
        and open_to_all
        # "In yuan": the structure gives a rate no currency that words say.
        and not structure.scene.apart.found.of("currency")
        and not _says_nothing(structure)
    )


_GAINSAID = (
    *("sums:clash", "sums:no-rate", "sums:no-sum", "sums:no-balance"),
    *("flag:nowhere", "flag:goods-about"),
)
_SUPPORTING = frozenset(f"sums:{name}" for name in ("rate", "sum", "balance", "share", "twice"))


def _says_nothing(structure: Structured) -> bool:
    """Whether a sentence names no flow and no country, and no sum supports its number.

    "Rents rose by 12 %" in a text on trade is not a number of the trade before it.
    """
    facts = structure.facts.keys()
    return "nothing-named" in facts and "flag:goes-on" not in facts and not _SUPPORTING & facts


def _is_likely(read: Structured) -> bool:
    """Whether a desk shows a reading as what a number likely is."""
    return read.claim is not None and read.sure >= _HALF and not _says_nothing(read)


def _is_alone(chosen: Drafted, rules: Drafted | str | None, structure: Structured | None) -> bool:
    """Whether one reading alone says what a claim says, or a code is only near its words."""
    if _is_near(chosen):
        return True
    if structure is None or structure.claim is None:
        return False
    if chosen.kind == "rank" and structure.guess.certainty == "inferred":
        return True  # by the goods that the text named last, or by all
    if isinstance(rules, Drafted) and agrees(rules, structure.claim):
        return False
    if isinstance(rules, Drafted) and _agree_but_basis(structure.claim, rules):
        return False
    # What a sentence goes on with is read once, by whatever reads it.
    framed = is_framed(structure) and structure.facts.keys().isdisjoint(_BY_WORDS)
    supported = _SUPPORTING & structure.facts.keys() or framed or structure.certain
    return not (agrees(chosen, structure.claim) and supported)


def _is_near(claim: Drafted) -> bool:
    """Whether the goods of a claim are a code that comes near its words: permanent magnets."""
    goods = [str(one) for key, one in _leaves(claim.keys) if key == "goods"]
    in_words = any(note.startswith("goods are described in words") for note in claim.notes)
    return in_words and any(not one.startswith(NAMED) for one in goods)


def _leaves(keys: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in keys.items():
        if isinstance(value, dict):
            yield from _leaves(value)
        else:
            yield key, value


def _agree_but_basis(by_structure: Drafted, rules: Drafted) -> bool:
    """Whether only the structure saw that a growth is one of tonnes or pieces."""
    by_quantity = by_structure.kind == "quantity_growth" and rules.kind == "growth"
    return by_quantity and agrees(replace(by_structure, kind="growth"), rules)


def _goes_on(read: Structured | None, last: Drafted | None) -> bool:
    """Whether a number of a row is read as the one before it, but for what is dealt out."""
    if read is None or read.claim is None or last is None or read.sure < _HALF:
        return False
    if not {"dealt-area", "dealt-time"} & set(read.guess.flags):
        return False
    mine, keys = read.claim.keys, last.keys
    differ = [key for key in {*mine, *keys} - {"currency"} if mine.get(key) != keys.get(key)]
    # Exactly one key: a row deals out countries or years, not both.
    return read.claim.kind == last.kind and len(differ) == 1


def _says_all(claim: Drafted, scene: Scene) -> bool:
    """Whether a sentence names both sides that the rules read in it, and no time but theirs."""
    keys = claim.keys
    while "period" not in keys:
        keys = next(value for value in keys.values() if isinstance(value, dict))
    named = {area.value for area in scene.areas}
    timed = {str(time.period) for time in scene.times}
    sides = {keys.get("exporter", WORLD), keys.get("importer", WORLD)}
    return sides <= named and timed == {keys["period"]}


def said(claim: Drafted) -> str:
    """Return a claim in a few words: for a person who has to decide."""
    keys = claim.keys
    while "period" not in keys:
        keys = next(value for value in keys.values() if isinstance(value, dict))
    goods = keys.get("goods", "")
    sides = f"{keys.get('exporter', WORLD)} to {keys.get('importer', WORLD)}"
    what = f", {goods.removeprefix('named:')}" if goods else ""
    return f"{claim.kind.replace('_', ' ')}, {sides}{what}, {keys['period']}"


def _left(
    article: Article, why: Mapping[tuple[int, int], tuple[str, str]], spans: Sequence[Sentence]
) -> list[Left]:
    """Return the numbers that are no claims, those of one sentence and one reason together."""
    starts = [one.start for one in spans]
    found: dict[tuple[int, str, str], list[tuple[int, int]]] = {}
    for place, (reason, read_as) in why.items():
        at = bisect_right(starts, place[0]) - 1
        found.setdefault((at, reason, read_as), []).append(place)
    return [
        Left(
            "; ".join(" ".join(article.text[low:high].split()) for low, high in places),
            spans[at].text,
            reason,
            tuple(places),
            read_as,
        )
        for (at, reason, read_as), places in found.items()
    ]


def _readings(
    article: Article,
    kept: Mapping[tuple[int, int], Drafted],
    why: Mapping[tuple[int, int], tuple[str, str]],
    structure: Mapping[tuple[int, int], Structured],
    spans: Sequence[Sentence],
) -> Iterator[Reading]:
    starts = [one.start for one in spans]
    for index, place in enumerate(sorted({*kept, *why, *structure}), 1):
        sentence = spans[bisect_right(starts, place[0]) - 1]
        low, high = sentence.start, sentence.start + len(sentence.printed)
        read, claim = structure.get(place), kept.get(place)
        if claim is not None:
            state, fields = "interpreted", _fields_of(claim, read)
        elif read is not None and _is_likely(read):
            state, fields = "open", _fields(read)
        elif place in why or (read is not None and read.guess.what != "other"):
            state, fields = "not_interpreted", _fields(read) if read else {}
        else:
            state, fields = "not_trade", {}
        shown = claim or (read.claim if read is not None and state == "open" else None)
        yield Reading(
            index,
            place[0],
            place[1],
            article.text[place[0] : place[1]],
            (low, high),
            state,
            _entry(shown) if shown is not None else None,
            fields,
            round(read.sure, 2) if read is not None and read.claim is not None else None,
            why.get(place, ("", ""))[0],
        )


def _entry(claim: Drafted) -> dict[str, Any]:
    """Return a claim as an entry of a claims file, without its id."""
    entry: dict[str, Any] = {"quote": claim.quote, claim.kind: claim.keys, "says": claim.says}
    if claim.attributed_to:
        entry["attributed_to"] = claim.attributed_to
    return entry | ({"read_once": True} if claim.alone else {})


def _fields_of(claim: Drafted, read: Structured | None) -> dict[str, ReadingField]:
    """Return the fields of a claim, with what else the structure would allow."""
    guessed = _fields(read) if read is not None else {}
    flat = dict(claim.keys)
    while "period" not in flat:
        inner = next(value for value in flat.values() if isinstance(value, dict))
        flat = {**{k: v for k, v in flat.items() if not isinstance(v, dict)}, **inner}
    fields = {"measure": ReadingField(claim.kind, "stated")}
    for key, value in flat.items():
        if not isinstance(value, dict):
            same = guessed.get(key)
            alike = same is not None and same.value == str(value)
            fields[key] = (
                replace(same, value=str(value))
                if same and alike
                else ReadingField(str(value), "stated")
            )
    if claim.attributed_to:
        fields["attributed_to"] = ReadingField(claim.attributed_to, "stated")
    return fields


def _fields(read: Structured) -> dict[str, ReadingField]:
    """Return what the structure says as fields, with how sure each is."""
    guess, others = read.guess, read.guess.others
    measure = read.claim.kind if read.claim is not None else _measure(guess)
    fields = {"measure": ReadingField(measure, _certainty(guess, "what", measure, here=True))}
    named = {area.value for area in read.scene.areas}
    seller, buyer = guess.sides
    # Pairs are (owner, other side); of imports the owner is the importer.
    turned = guess.kind in ("import", "purchase")
    pairs = [tuple(one.split("|")) for one in others.get("sides", ())]
    for key, value, at in (("exporter", seller, int(turned)), ("importer", buyer, int(not turned))):
        more = tuple(
            dict.fromkeys(pair[at] for pair in pairs if len(pair) == 2 and pair[at] != value)
        )
        fields[key] = ReadingField(
            value, _certainty(guess, "sides", value, here=value in named), more
        )
    if guess.kind == "trade":
        fields["flow"] = ReadingField("both", _certainty(guess, "flow", "both", here=True))
    period = str(guess.period) if guess.period is not None else ""
    here = any(str(time.period) == period for time in read.scene.times)
    fields["period"] = ReadingField(
        period, _certainty(guess, "period", period, here=here), others.get("period", ())
    )
    if guess.base is not None:
        fields["base"] = ReadingField(str(guess.base), "inferred")
    fields["goods"] = ReadingField(
        guess.goods, "stated" if guess.certainty in ("sure", "likely") else "inferred"
    )
    if read.scene.apart.attributed_to:
        fields["attributed_to"] = ReadingField(read.scene.apart.attributed_to, "stated")
    return fields


def _measure(guess: StructuralReading) -> str:
    if guess.what == "level":
        return "balance" if guess.kind in BALANCES else "value"
    return {"growth": "growth", "share": "import_share", "goods": "ratio", "points": "change"}.get(
        guess.what, ""
    )


def _certainty(guess: StructuralReading, part: str, value: str, *, here: bool) -> str:
    if not value:
        return "open"
    chance = guess.chances.get(part, 0.0)
    if chance < _INFERRED:
        return "best guess"
    return "stated" if here and chance >= _STATED else "inferred"
