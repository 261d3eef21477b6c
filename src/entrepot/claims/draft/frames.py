"""The second reading of a share: who the part is and whose imports or exports the denominator is.

The rules of `shares` read a share from its own sentence or not at all. A text names the total once
("Kenya imported fertilisers for 310 million dollars") and then deals out parts of it ("Russia
supplied 28 %, Saudi Arabia 24 %"). Here the pattern of a share is filled from what stands around
it: the total behind the number or at the word "share", else that of the share before, else the
trade of the country that the text is about. It is made without the weights of the structural
reading, so that the two can confirm each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.claims.draft.candidates import BALANCES, BUYS, touched
from entrepot.claims.draft.denominators import denominator_before, denominator_behind, is_of_growth
from entrepot.claims.draft.draft import Refusal
from entrepot.claims.draft.lexicon import NOWHERE
from entrepot.claims.draft.near import (
    borrowed_unit,
    is_added,
    is_between_two,
    is_part_of_no_country,
)
from entrepot.claims.draft.ranks import is_owner, places_in, without_asides
from entrepot.claims.draft.scene import OWN_LAND, is_item_of_goods
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.draft.flows import Flow
    from entrepot.claims.draft.scene import Scene
    from entrepot.claims.draft.sentences import Mark
    from entrepot.claims.draft.structure import StructuralReading
    from entrepot.claims.numbers import Span


@dataclass(frozen=True, slots=True)
class Framed:
    """A share as its pattern reads it.

    Attributes
    ----------
    number
        The number.
    kind
        ``import``, ``export`` or ``trade``: what the denominator is.
    owner, part
        Whose denominator it is, and which country the part is of; no country where it is of goods.
    goods
        What is traded, as far as the pattern says it; else ``all``.
    certain
        Whether goods are named, or a total without any stands with the share: "of all exports". A
        part of what a sentence before was about may be one of goods that no list here has.
    """

    number: Span
    kind: str
    owner: str
    part: str
    goods: str
    certain: bool = True

    @property
    def sides(self) -> tuple[str, str]:
        """Exporter and importer; of trade the owner first."""
        return (self.part, self.owner) if self.kind == "import" else (self.owner, self.part)


_WORDS = ("share", "accounts", "came", "went", "took", "depends")
# Between an amount and the share that it is: "$265 million, or 85 per cent", "3.0 млн тонн (40%)".
_APPOSED = re.compile(
    r"\s*[(（]?\s*(?:[,，]?\s*(?:or|that is|i\.e\.|oder|das sind|das entspricht|или|то есть|即"
    r"|相当于)?"
    r"\s*(?:nearly|about|almost|roughly|around|more than|rund|etwa|knapp|fast|gut|около|почти"
    r"|примерно|более|约|近|超过)?)?\s*"
)
_AT_SHARE = re.compile(
    r"(?:['’]s)?\s*(?:own )?|\s*(?:of |der |des |von |на |у )?(?:the )?|的|所", re.IGNORECASE
)
_FOR = re.compile(r"(?:^|[,;] )(?:[Ff]or|[Bb]ei|[Dd]ля|[Ii]m Fall|[Ii]n the case of)\s+(?:the )?$")
_OF_GROWTH = re.compile(
    r"\s*(?:of |des |der )?(?:the |its |this )?"
    r"(?:growth|increase|rise|gains?|decline|fall|drop|surge)\b"
    r"|\s*(?:des |der )?(?:Anstiegs?|Zuwachs|Wachstums?|Rückgangs?)"
    r"|\s*(?:при)?роста\b|的?(?:增长|增量|下降)"
)
_SUCH = re.compile(
    r"\b(?:such|these|those|this kind|[Ss]olche[rn]?|[Dd]iese[rnm]?|таких|этих|этого вида)\b"
    r"[^,;]{0,25}$|(?:同类|该类|此类|这类)[^,，;；]{0,8}$"
)
"""In front of a total whose goods are named elsewhere: "84 % of such imports"."""
_SIGNED = re.compile(r"[-−–+]")
_BREAK = re.compile("[;；。]")
_AWAY = ("from", "to", "origin", "with")
_FAR, _NEAR, _BEHIND, _LINK = 45, 40, 12, 6
_FEW = 3
OLDEST_FRAME = 2
"""Sentences over which a denominator is kept."""


def framed(  # noqa: C901
    number: Span,
    scene: Scene,
    home: str,
    last: Framed | None,
    level: StructuralReading | None,
    total: StructuralReading | None = None,
) -> Framed | None:
    """Return a share as its pattern reads it, None where there is no such pattern.

    Parameters
    ----------
    number
        A number in per cent, or a fraction.
    scene
        Its sentence.
    home
        The country that the text is about.
    last
        The share before it, of this sentence or one of the last.
    level
        What the structure reads of the last amount of the sentence in front.
    total
        The last amount of all that a country bought or sold, of goods that the text named.
    """
    apart = scene.apart
    unit = number.says.unit or borrowed_unit(number, apart)
    signed = _SIGNED.match(scene.sentence.text, number.start) is not None
    if unit not in ("percent", "share") or number.says.moved or signed or is_added(number, apart):
        return None
    if any(one.value == WORLD for one in apart.found.areas):
        return None  # a share of the world's trade, or of all that somebody trades with it
    if is_of_growth(number) or _OF_GROWTH.match(apart.text, number.end):
        return None
    if _is_listed_change(number, scene) or is_part_of_no_country(number, apart):
        return None
    low, high = _around(number, scene)
    areas = _named(scene, home)
    cues = [one for one in apart.found.of(*_WORDS) if low <= one.start < high]
    denominator = _denominator(number, scene)
    behind_it = level
    if level is not None and not _is_apposed(number, level, scene):
        level = None
    verb = _verb(number, scene, areas, (low, high))
    goes_on = last is not None and _goes_on(number, last, scene, areas)
    part_of = _part_of(number, scene)
    if not (cues or denominator or level or goes_on or part_of or (verb and (last or total))):
        return None
    if denominator is None and part_of is None and _is_of_which(number, scene):
        return None  # a part of an amount of other words: "flowers for $1.3 bn, of which A took"
    flow = (
        denominator
        if denominator is not None and denominator.kind in ("import", "export")
        else None
    )
    pointed = denominator is not None and _SUCH.search(apart.text, 0, denominator.start) is not None
    if flow is not None and _is_of_goods(number, flow, scene, areas):
        return _of_goods(number, flow, scene)
    if flow is not None and _says_of_what(flow, scene):
        return None
    here = flow is not None or (last is not None and last.certain and last.number in apart.numbers)
    if level is not None and (denominator is None or flow is not None):
        found = _of_level(number, level, denominator, home)
        if found is not None and is_item_of_goods(scene, number.start):
            return replace(found, part="") if found.goods != "all" else None
        return found and replace(found, certain=found.goods != "all" or (here and not pointed))
    if apart.found.of("took") and apart.found.of("its"):
        return None  # "China took 27 % of its exports": whose they are stands elsewhere
    if denominator is None and any(_FOR.search(apart.text, 0, one.start) for one in areas):
        return None  # "for Japan the share was 60 %": of whose imports, not of whose goods
    parts = _parts(number, scene, areas, (low, high))
    if denominator is not None and denominator.kind in ("import", "export", "trade"):
        kind, goods = denominator.kind, denominator.goods
        owner = _owner(denominator, _at_share(number, scene, areas, low), scene, areas)
        owner = owner or (verb or ("", ""))[1] or home
        if behind_it is not None and not set(parts) - {owner}:
            parts = [one for one in behind_it.sides if one != WORLD]
    elif last is not None and (goes_on or cues or verb) and (not verb or verb[0] == last.kind):
        kind, owner, goods = last.kind, last.owner, last.goods
        if verb and verb[1]:
            owner, goods = verb[1], "all"
        parts = parts if set(parts) - {owner} else [last.part]
    elif part_of is not None:
        kind, goods = part_of.kind, part_of.goods
        owner = _owner(part_of, [], scene, areas) or _subject(part_of, areas) or home
    elif total is not None and denominator is None and (not verb or verb[0] == _side_of(total)):
        kind, owner, goods = _side_of(total), total.owner, total.goods
    elif verb and (cues or denominator):
        kind, owner = verb[0], verb[1] or home
        goods = denominator.goods if denominator is not None else "all"
    else:
        return None
    part = next((one for one in parts if one != owner), "")
    certain = goods != "all" or (
        here if denominator is None else denominator.kind not in ("supply", "purchase")
    )
    certain = certain and (goods != "all" or not pointed)
    return Framed(number, kind, owner, part, goods, certain) if owner else None


def _is_listed_change(number: Span, scene: Scene) -> bool:
    """Whether a rate in brackets is of a list of changes: "the largest reductions: Peru (47 %)"."""
    apart = scene.apart
    opened = re.search(r"[(（]\s*$", apart.text[: number.start]) is not None
    moved = any(one.end <= number.start for one in apart.found.of("up", "down"))
    return opened and moved and not apart.found.of(*_WORDS) and not apart.found.flows


def _side_of(total: StructuralReading) -> str:
    return "import" if total.kind in BUYS else "export"


def _named(scene: Scene, home: str) -> list[Mark]:
    """Return the areas of a sentence, "our country" as the one that the text is about."""
    text = scene.apart.text
    return [
        replace(one, value=home) if home and OWN_LAND.match(text, one.start) else one
        for one in scene.areas
        if one.value not in (WORLD, NOWHERE) or (home and OWN_LAND.match(text, one.start))
    ]


def _around(number: Span, scene: Scene) -> tuple[int, int]:
    """Return the stretch whose words may be of a number: up to the numbers around it.

    A dash or colon ends none: "Доля России в импорте – 26,5 %".
    """
    text = scene.apart.text
    low, high = scene.gaps.number_before(number.start), scene.gaps.number_behind(number.end)
    breaks = [one.end() for one in _BREAK.finditer(text, low, number.start)]
    closes = _BREAK.search(text, number.end, high)
    return breaks[-1] if breaks else low, closes.start() if closes else high


def _goes_on(number: Span, last: Framed, scene: Scene, areas: Sequence[Mark]) -> bool:
    """Whether a number goes on with the share before: the next of a list, or what it rose to."""
    if not {number.says.unit, last.number.says.unit} <= {"percent", "share", ""}:
        return False
    if touched(number, scene):
        return True
    if last.number not in scene.apart.numbers or last.number.end > number.start:
        return False
    gap = last.number.end, number.start
    between = {one.value for one in areas if gap[0] <= one.start < gap[1]}
    if any(0 <= one.start - number.end <= _LINK and one.form in _AWAY for one in areas):
        return True
    if gap[1] - gap[0] > _FAR:
        return False
    found = scene.apart.found
    new = any(gap[0] <= one.start < gap[1] for one in (*found.flows, *found.goods))
    return between <= {last.owner, last.part} or (len(between) == 1 and not new)


def _is_of_which(number: Span, scene: Scene) -> bool:
    return any(one.end <= number.start for one in scene.apart.found.of("part"))


def _part_of(number: Span, scene: Scene) -> Flow | None:
    """Return the flow that a number is a part of by "of which": "imported 12 t, of which Japan"."""
    cues = [one for one in scene.apart.found.of("part") if one.end <= number.start]
    if not cues:
        return None
    before = [
        one
        for one in scene.apart.flows
        if one.end <= cues[-1].start and one.kind in ("import", "export")
    ]
    return before[-1] if before else None


def _is_apposed(number: Span, level: StructuralReading, scene: Scene) -> bool:
    """Whether a share says of an amount in front what part it is."""
    text = scene.apart.text
    if level.what != "level" or level.kind in BALANCES or level.number.end > number.start:
        return False
    low = level.number.end
    if _APPOSED.fullmatch(text, low, number.start):
        return True
    cues = [
        one for one in scene.apart.found.of("share", "accounts") if low <= one.start < number.start
    ]
    starts = [one.start for one in (*scene.areas, *scene.apart.found.flows)]
    starts += [one.start for one in scene.times]
    return bool(cues) and not any(low <= start < cues[0].start for start in starts)


def _of_level(
    number: Span, level: StructuralReading, denominator: Flow | None, home: str
) -> Framed | None:
    """Return the share that says what part an amount is."""
    seller, buyer = level.sides
    kind = (
        denominator.kind
        if denominator is not None
        else "import"
        if level.kind in BUYS
        else "export"
    )
    if denominator is None and level.kind == "trade":
        return None
    if denominator is None and level.kind in ("supply", "purchase"):
        kind = "import" if buyer == home else "export"
    owner, part = (buyer, seller) if kind == "import" else (seller, buyer)
    if owner == WORLD or (part == WORLD and level.goods == "all"):
        return None
    return Framed(number, kind, owner, "" if part == WORLD else part, level.goods)


def _is_of_goods(number: Span, denominator: Flow, scene: Scene, areas: Sequence[Mark]) -> bool:
    """Whether goods are what is a part of the trade between two countries."""
    if scene.sentence.language == "zh":
        cues = [one.end for one in scene.apart.found.of("share") if one.end <= number.start]
        at = max(cues, default=denominator.start)
        return any(at <= one.start < denominator.start and one.form in _AWAY for one in areas)
    ahead = any(one.end <= number.start for one in scene.apart.found.goods)
    return ahead and is_between_two(denominator, scene.apart)


def is_part_of_two(number: Span, scene: Scene, home: str) -> bool:
    """Whether goods are what is a part: 榴莲进口146亿元，占自越农产品进口的32.8%."""
    denominator = _denominator(number, scene) if scene.sentence.language == "zh" else None
    return denominator is not None and _is_of_goods(number, denominator, scene, _named(scene, home))


def _says_of_what(denominator: Flow, scene: Scene) -> bool:
    """Whether goods behind trade between two are said of the part: "40 % of exports were oil"."""
    goods = scene.apart.found.goods
    apart = any(one.start > denominator.end + 2 for one in goods)
    return apart and is_between_two(denominator, scene.apart)


def _of_goods(number: Span, denominator: Flow, scene: Scene) -> Framed | None:
    """Return what part of the trade between two countries some goods are."""
    goods = [one.value for one in scene.apart.found.goods]
    if len(set(goods)) != 1:
        return None
    return Framed(number, denominator.kind, denominator.exporter, "", goods[0])


def _denominator(number: Span, scene: Scene) -> Flow | None:
    """Return the flow that a sentence says a number is a part of."""
    if scene.sentence.language == "zh":
        cues = [one for one in scene.apart.found.of("share") if one.end <= number.start]
        at = cues[-1].end if cues else number.start
        behind = [one for one in scene.apart.flows if at <= one.start and one.end <= number.start]
        if behind:  # 来自中国的进口占韩国进口总额的22.3%
            return behind[-1]
        ahead = [one for one in scene.apart.flows if one.end <= number.start]
        if ahead and scene.apart.text[ahead[-1].end : number.start] == "的":  # 樱桃出口的91%
            return ahead[-1]
    try:
        return denominator_behind(number, scene.apart) or denominator_before(number, scene.apart)
    except Refusal:
        return None


def _verb(
    number: Span, scene: Scene, areas: Sequence[Mark], within: tuple[int, int]
) -> tuple[str, str] | None:
    """Return whether a verb says that a part came in or went out, and of whom if it says that."""
    found, (low, high) = scene.apart.found, within
    near = [one for one in areas if low <= one.start < high]
    bare = [one.value for one in near if one.form == "bare" and one.end <= number.start]
    subject = bare[-1] if bare else ""
    away = {one.form for one in near}
    for cue in found.of("came", "went", "took", "depends"):
        if low <= cue.start < high:
            if cue.kind == "depends":
                ahead = [one.value for one in areas if one.end <= cue.start]
                behind = [one.value for one in areas if one.form == "of" and one.start >= cue.end]
                return "import", (ahead[-1:] or behind[:1] or [""])[0]
            return "import" if cue.kind == "came" else "export", ""
    for flow in found.flows:
        if not low <= flow.start < high:
            continue
        if flow.value == "purchase" and flow.start < number.start:
            comes = "from" in away or bool(found.of("its"))
            return ("import", subject) if comes else ("export", "")
        if flow.value == "supply" and flow.start < number.start:
            return ("export", subject) if "to" in away else ("import", "")
        if flow.value in ("import", "export") and flow.start >= number.end:
            form = "from" if flow.value == "import" else "to"
            if any(number.end <= one.start < flow.start and one.form == form for one in near):
                return flow.value, ""
    return None


def _owner(denominator: Flow, parts: Sequence[str], scene: Scene, areas: Sequence[Mark]) -> str:
    """Return whose the denominator is: who stands at it, else whoever it is said of by "its"."""
    text = scene.apart.text
    others = [one for one in areas if one.value not in parts]
    ahead = [
        one
        for one in others
        if one.end <= denominator.start
        and denominator.start - one.end <= _NEAR
        and (
            one.form in ("adj", "of")
            or scene.sentence.language == "zh"
            or (one.form == "bare" and denominator.start - one.end <= 1)
        )
        and not re.search("[,，;；▮占]", text[one.end : denominator.start])
    ]
    if ahead:
        return ahead[-1].value
    forms = ("of", "adj", "to" if denominator.kind == "import" else "origin")
    behind = [
        one
        for one in others
        if 0 <= one.start - denominator.end <= _NEAR
        and one.form in forms
        and not re.search("[,，;；▮]", text[denominator.end : one.start])
    ]
    if behind:
        return behind[0].value
    its = any(one.end <= denominator.start for one in scene.apart.found.of("its"))
    return _subject(denominator, areas) if its else ""


def _subject(denominator: Flow, areas: Sequence[Mark]) -> str:
    """Return the only country that is a subject in front of a flow."""
    bare = {one.value for one in areas if one.form == "bare" and one.end <= denominator.start}
    return bare.pop() if len(bare) == 1 else ""


def _parts(number: Span, scene: Scene, areas: Sequence[Mark], within: tuple[int, int]) -> list[str]:
    """Return the countries that a share may be of, the likeliest first."""
    (low, high), text = within, scene.apart.text
    found = _at_share(number, scene, areas, low)
    here = [one for one in areas if low <= one.start < high]
    behind = [
        one
        for one in reversed(here)
        if one.start >= number.end
        and one.form in _AWAY
        and not re.search("[,，;；()（）]", text[number.end : one.start])
    ]
    # Right behind a number outranks in front of it: "28 % to A, 15 % to B".
    found += [one.value for one in behind if one.start - number.end <= _LINK]
    found += filter(None, (touched(number, scene),))
    found += [one.value for one in behind]
    before = [one for one in reversed(here) if one.end <= number.start]
    found += [one.value for one in before if one.form in _AWAY]
    found += [one.value for one in before if one.form not in _AWAY]
    if not found:  # "with a share of 10 % of all exports Peru remained ..."
        subjects = (one for one in here if one.start >= number.end and one.form == "bare")
        first = next(subjects, None)
        if first is not None and not re.search("[,，;；]", text[number.end : first.start]):
            found = [first.value]
    start, end = scene.gaps.clause(number.start, number.end)
    around = {one.value for one in areas if start <= one.start < end}
    return [*found, *(sorted(around) if len(around) < _FEW else ())]


def _at_share(number: Span, scene: Scene, areas: Sequence[Mark], low: int) -> list[str]:
    """Return the countries right at the word "share", the one in front of it first."""
    found: list[str] = []
    for cue in scene.apart.found.of("share", "depends"):
        if low <= cue.start < number.start:
            at = [one for one in areas if _is_at(one, cue, scene)]
            ahead = [one.value for one in at if one.end <= cue.start][-1:]
            found += ahead or [one.value for one in at if one.start >= cue.end]
    return found


def _is_at(area: Mark, cue: Mark, scene: Scene) -> bool:
    """Whether an area stands right at the word "share", or behind "depends on"."""
    text = scene.apart.text
    if cue.kind == "depends":
        return 0 <= area.start - cue.end <= _BEHIND
    if area.end <= cue.start:
        # 中国在德国进口中的占比, 俄罗斯占: what is between 在 and the word is the total.
        gap = text[area.end : cue.start]
        return _AT_SHARE.fullmatch(gap) is not None or (
            scene.sentence.language == "zh" and gap.startswith("在") and "，" not in gap
        )
    if scene.sentence.language == "zh" or area.form == "adj":
        return False
    return _AT_SHARE.fullmatch(text, cue.end, area.start) is not None


def framed_place(guess: StructuralReading, scene: Scene, home: str) -> Framed | None:
    """Return who has a place, and among whose suppliers or buyers, as the sentence shows it."""
    number, apart = guess.number, scene.apart
    start, end = scene.gaps.clause(number.start, number.end)
    here = [one for one in _named(scene, home) if start <= one.start < end]
    here = without_asides(here, apart)
    found = places_in(apart.sentence.plain, apart.language)
    placed = next((one for one in found if one.start == number.start), None)
    owners = [one for one in here if placed is not None and is_owner(one, placed, apart)]
    owner = owners[0].value if owners else home
    others = [one for one in here if one.value != owner]
    behind = [
        one
        for one in others
        if 0 <= one.start - number.end <= _FAR
        and not _ANY_BREAK.search(apart.text, number.end, one.start)
    ]
    before = [one for one in others if one.end <= number.start]
    ranked = (
        before[-1:] if before and not _OPENS.search(apart.text[: number.start]) else behind[:1]
    ) or before[-1:]
    if not owner or not ranked:
        return None
    kind = "import" if guess.kind in BUYS else "export"
    return Framed(number, kind, owner, ranked[0].value, guess.goods)


_ANY_BREAK = re.compile("[,，;；:：。]")
_OPENS = re.compile(r"(?:^|[.。]\s*)[^,，]{0,12}$")
"""A place near the beginning of its sentence: whoever has it follows."""


def plain_sides(guess: StructuralReading, scene: Scene, home: str) -> str:
    """Return whether the words next to a number say the sides that a reading has.

    Returns
    -------
    str
        ``both`` or ``owner`` where they name both sides, or whose flow it is, ``against`` where
        they name another, and empty where they name nobody.
    """
    number, text = guess.number, scene.apart.text
    flows = scene.apart.found.flows
    left = [one for one in flows if one.end <= number.start]
    if not left:
        return ""
    flow = left[-1]
    if scene.gaps.has_break(flow.end, number.start) or scene.gaps.numbers(flow.end, number.start):
        return ""
    areas = _named(scene, home)
    start, _ = scene.gaps.clause(flow.start, flow.start)
    owners = [
        one.value
        for one in areas
        if start <= one.start
        and one.end <= flow.start
        and one.form in ("adj", "of", "bare")
        and flow.start - one.end <= _NEAR
        and not re.search("[,，▮]", text[one.end : flow.start])
    ]
    away = [
        one.value for one in areas if flow.end <= one.start < number.start and one.form in _AWAY
    ]
    owner = owners[-1] if owners else home
    if not owner or (not owners and not away):
        return ""
    if owner != guess.owner:
        return "against"
    if not away:
        return "owner"
    return "both" if away[-1] == guess.partner else "against"
