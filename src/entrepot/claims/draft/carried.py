"""What a reading took over from other sentences and must not have: then it is not sure.

A structural reading fills what its sentence leaves out from the text before it: a side, a period.
Here the words of the sentence and of the text are asked whether that can be. The reasons are as
good against the rules' reading: a number that may be of all trade is no number of trade of two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.claims.draft.candidates import BALANCES, BUYS, SELLS
from entrepot.claims.draft.draft import Refusal
from entrepot.claims.draft.lexicon import NOWHERE
from entrepot.claims.draft.scene import OWN_LAND, ends_with
from entrepot.model.areas import WORLD, group, is_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.draft.draft import Drafted
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
    earlier: Sequence[StructuralReading],
) -> None:
    """Refuse a reading that took over what the words around it speak against.

    Parameters
    ----------
    guess
        The reading.
    scene
        Its sentence.
    earlier
        The readings before that sentence.

    Raises
    ------
    Refusal
        With one of `CARRIED`.
    """
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
    if _FOLLOWED.match(scene.apart.text) and _carried(guess, scene):
        raise Refusal(_NEXT)
    if _is_of_all_or_one(guess, scene, earlier):
        raise Refusal(_ALL_OR_ONE)


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
    flows = [one for one in scene.apart.found.flows if one.value in ways]
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
    if not carried:
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
