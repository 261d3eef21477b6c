"""Shares, and changes of shares: which part of whose total."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.areas import unknown_area
from entrepot.claims.draft.denominators import (
    ACROSS,
    SHARE_CUES,
    denominator_before,
    denominator_behind,
    goes_on,
    is_of_growth,
    whose_goods,
)
from entrepot.claims.draft.draft import Drafted, Refusal
from entrepot.claims.draft.flows import SELLS, Flow
from entrepot.claims.draft.lexicon import NOWHERE
from entrepot.claims.draft.near import (
    borrowed_unit,
    clause,
    cue_near,
    dealt_part,
    is_added,
    is_between_two,
    is_former,
    is_said_of_goods,
    moves,
    nearest_area,
    year_on_year,
)
from entrepot.claims.draft.refused import (
    check_denominator,
    check_is_of_country,
    check_used,
    unmarked,
)
from entrepot.claims.draft.slots import check_base, level_period, notes_on, period_of, written
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from entrepot.claims.draft.parsed_sentence import ParsedSentence
    from entrepot.claims.draft.sentences import Mark
    from entrepot.claims.numbers import Span

_NEAR = 70
_RELATIVE = re.compile(r"\b(?:which|who|котор[а-я]+)\b|, (?:die|der|das) ")
"""A word that stands for the area before it, so that the subject is another."""


def is_share(number: Span, reading: ParsedSentence) -> bool:
    """Whether a number in per cent, or a fraction, is a part of a total."""
    unit = number.says.unit or borrowed_unit(number, reading)
    if unit not in ("percent", "share", "ratio"):
        return False
    if number.says.unit == "ratio" or number.says.moved:
        return False
    if denominator_behind(number, reading) is not None:
        return True
    if (earlier := goes_on(number, reading)) is not None:
        return is_share(earlier, reading)
    if cue_near(number, reading, *SHARE_CUES):
        return not (moves(number, reading) and is_added(number, reading))
    again = reading.context.shares and reading.found.of("it") and not reading.flows
    return bool(again) and not is_added(number, reading)


def share_of_number(number: Span, reading: ParsedSentence, *, change: bool) -> Drafted:
    """Return a share, or the change of one in points or in per cent of it.

    Raises
    ------
    Refusal
        If part, total or period are not clear.
    """
    if cue_near(number, reading, "quantity"):
        raise Refusal("a part by quantity, which no kind of claim is about")
    check_used(number, reading)
    check_denominator(number, reading)
    if is_said_of_goods(reading):
        return part_by_goods(number, reading)
    check_is_of_country(number, reading)
    kind, keys, flow = _share(number, reading)
    text = reading.sentence.text
    says = written(number, reading, moves(number, reading) if change else 0)
    period = (period_of if change else level_period)(number, reading)
    keys = {**keys, "period": str(period)}
    notes = notes_on(flow, reading, number) if flow else ()
    if not change:
        return Drafted(kind, keys, says, text, reading.attributed_to, notes)
    base = reading.timing.base(number, reading.numbers)
    if base is None and year_on_year(number, reading):
        base = period.before()
    if base is None:
        by_hand = ": write it as change, relative: true" if number.says.unit != "points" else ""
        raise Refusal(f"since when the share changed is not said{by_hand}")
    check_base(base, period)
    body: dict[str, Any] = {"of": {kind: keys}, "base": str(base)}
    if number.says.unit != "points":
        body["relative"] = True
    return Drafted("change", body, says, text, reading.attributed_to, notes)


def _share(number: Span, reading: ParsedSentence) -> tuple[str, dict[str, Any], Flow | None]:
    denominator = denominator_behind(number, reading) or denominator_before(number, reading)
    earlier = None if denominator_behind(number, reading) else goes_on(number, reading)
    first = number
    # Back along "45 % from A, 12 % from B" to the number that says of what they are shares.
    while earlier is not None:
        first = earlier
        denominator = (
            denominator_behind(earlier, reading)
            or denominator_before(earlier, reading)
            or denominator
        )
        earlier = goes_on(earlier, reading)
    if denominator is None:
        return _same_again(reading)
    _check_is_of_a_country(denominator, number, reading)
    owner, part = _part(denominator, number, reading)
    if goods_owner := whose_goods(denominator, (owner, part), first, reading):
        other = owner if goods_owner == part else part
        return _keys_of(replace(denominator, kind=ACROSS[denominator.kind]), (goods_owner, other))
    return _keys_of(denominator, (owner, dealt_part(part, number, reading)))


def _check_is_of_a_country(denominator: Flow, number: Span, reading: ParsedSentence) -> None:
    """Refuse a part of trade between two countries, or of a part."""
    if is_between_two(denominator, reading):
        raise Refusal("a part of trade between two countries: by what, or of which whole")
    moved = reading.found.of("up", "down")
    if any(number.end <= cue.start < denominator.start for cue in moved):
        raise Refusal("a part of a growth, which no kind of claim is about")
    if any(cue.end <= number.start for cue in reading.found.of("part")):
        raise Refusal("a part of a part: of what is not clear")
    others = [flow for flow in reading.flows if flow.end <= denominator.start]
    others = [flow for flow in others if flow.kind in ("export", "import", "trade")]
    if denominator.start < number.start and any(flow.goods != denominator.goods for flow in others):
        raise Refusal("of which flow the share is, is not clear")


def _same_again(reading: ParsedSentence) -> tuple[str, dict[str, Any], Flow | None]:
    """Return the share of the sentence before, where this one names nothing new."""
    named = reading.found.areas or reading.found.goods or reading.flows
    known = {(kind, _but_period(keys)) for kind, keys in reading.context.shares}
    if named or len(known) != 1 or not reading.found.of("it"):
        raise Refusal("a share of what is not clear")
    kind, keys = known.pop()
    return kind, dict(keys), None


def _but_period(keys: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in keys if key != "period")


def _part(denominator: Flow, number: Span, reading: ParsedSentence) -> tuple[str, str]:
    """Return (whose total it is, who the part of it is)."""
    start, end = clause(number, reading)
    areas = [area for area in reading.found.areas if start <= area.start < end]
    # A clause with one country needs the other from the rest of the sentence.
    if len({area.value for area in areas}) < 2 or goes_on(number, reading):
        areas = list(reading.found.areas)
    if any(area.value == NOWHERE for area in areas):
        raise Refusal(unknown_area(areas, reading.text))
    owner = _owner(denominator, areas, reading)
    parts = list(dict.fromkeys(area.value for area in areas if area.value not in (owner, WORLD)))
    if len(parts) == 2 and any(area.joined for area in areas):
        return owner, "+".join(parts)
    if not parts and reading.context.pair and owner in reading.context.pair:
        raise Refusal("whose share it is, is not said")
    if len(parts) > 1:
        away = [area for area in areas if area.form in ("from", "to", "origin")]
        if {area.value for area in away} == set(parts):
            return owner, nearest_area(number, away, reading).value
        if (subject := _own_subject(number, areas, reading)) is not None:
            return owner, subject
    if len(parts) != 1:
        raise Refusal(
            "whose share it is, is not clear" if parts else "whose share it is, is not said"
        )
    return owner, parts[0]


def _own_subject(number: Span, areas: list[Mark], reading: ParsedSentence) -> str | None:
    """Return the subject that stands between the number before and this one, if it is one.

    "India took 38 % of exports, China 47 %": each number has its own.
    """
    place = reading.numbers.index(number)
    leading = reading.numbers[place - 1].end if place else 0
    bare = [area for area in areas if area.form == "bare"]
    ahead = [area for area in bare if leading <= area.start < number.start]
    return ahead[0].value if len(ahead) == 1 else None


def _owner(denominator: Flow, areas: list[Mark], reading: ParsedSentence) -> str:
    """Return the country whose imports, exports or trade are the total."""
    parts = [area for area in areas if _is_part(area, denominator, reading)]
    shared = {area.value for area in parts}
    named = [area for area in areas if area.value not in shared]
    near = [area for area in areas if area not in parts and _belongs(area, denominator, reading)]
    if len({area.value for area in near}) == 1:
        return near[0].value
    its = [
        cue
        for cue in reading.found.of("its")
        if cue.end <= denominator.start and denominator.start - cue.end <= _NEAR
    ]
    subjects = {area.value for area in named if area.form == "bare"}
    if its and denominator.kind in SELLS and _follows_took(its[-1], reading):
        # "China took 27 % of its exports": who takes is not who exports
        sellers = {area.value for area in reading.found.areas} - subjects - {WORLD}
        if len(sellers) != 1 or len(subjects) != 1 or _RELATIVE.search(reading.sentence.text):
            raise Refusal("whose exports the share is of, is not clear")
        return sellers.pop()
    if (its or denominator.kind in ("purchase", "supply") or not near) and len(subjects) == 1:
        return subjects.pop()
    if len({area.value for area in named}) == 1 and shared:
        return named[0].value
    raise Refusal("whose imports or exports the share is of, is not clear")


def _follows_took(its: Mark, reading: ParsedSentence) -> bool:
    """Whether the verb before "its" says that somebody takes."""
    before = [cue for cue in reading.found.of("took") if cue.end <= its.start]
    return bool(before) and its.start - before[-1].end <= _NEAR


def _is_part(area: Mark, denominator: Flow, reading: ParsedSentence) -> bool:
    """Whether an area stands at the word "share", or goods come from or go to it."""
    if area.form in ("from", "to", "with"):
        return True
    if area.form == "origin":
        return denominator.kind not in SELLS
    if _leads_to_flow(area, reading):
        return False
    return any(_at_share(area, cue, reading) for cue in reading.found.of("share"))


def _at_share(area: Mark, cue: Mark, reading: ParsedSentence) -> bool:
    """Whether an area stands right before or behind the word "share"."""
    if area.end <= cue.start:
        before = reading.between(area.end, cue.start).strip()
        return before in ("", "的") or (area.form == "bare" and before == "在")
    if area.start < cue.end or reading.language == "zh" or area.form == "adj":
        return False
    after = reading.between(cue.end, area.start)
    return re.fullmatch(r"\s*(?:of |der |des |von )?(?:the )?", after) is not None


def _leads_to_flow(area: Mark, reading: ParsedSentence) -> bool:
    """Whether a flow follows, with at most its goods in between: "share of US chip imports"."""
    ahead = [flow for flow in reading.flows if flow.start >= area.end]
    if reading.language == "zh" or not ahead or area.form == "bare":
        return False
    gap = reading.between(area.end, ahead[0].start)
    return re.fullmatch(r"(?:\s+[\w-]+){0,2}\s+", gap) is not None and not re.search(
        r"\b(?:in|of|an|am|в|на|von|der|den)\b", gap
    )


def _belongs(area: Mark, denominator: Flow, reading: ParsedSentence) -> bool:
    """Whether an area is a genitive or adjective of the flow."""
    if reading.language == "zh":
        gap = (
            reading.between(area.end, denominator.start) if area.end <= denominator.start else None
        )
        return (
            gap is not None and re.fullmatch(r"的?(?:全部|总|对外|商品|货物|年)*", gap) is not None
        )
    if area.form in ("adj", "of", "origin"):
        if area.end <= denominator.start:
            return denominator.start - area.end <= _NEAR
        return area.start - denominator.end <= _NEAR
    if area.form == "bare" and area.end <= denominator.start:
        return re.fullmatch(r"\s*", reading.between(area.end, denominator.start)) is not None
    return False


def _keys_of(denominator: Flow, sides: tuple[str, str]) -> tuple[str, dict[str, Any], Flow]:
    owner, part = sides
    keys: dict[str, Any] = {"goods": denominator.goods} if denominator.goods != "all" else {}
    if denominator.kind == "trade":
        found = {"exporter": owner, "importer": part, **keys, "reporter": owner}
        return "trade_share", found, denominator
    if denominator.kind in SELLS:
        return "export_share", {"exporter": owner, "importer": part, **keys}, denominator
    return "import_share", {"importer": owner, "exporter": part, **keys}, denominator


# Changes of a share in per cent of it: "the share rose by 0.8 per cent".


_OTHER_SUBJECT = re.compile(
    r"\b(?:which|who|as|because|котор[а-я]+|так как|поскольку|da|weil|als)\b|, (?:die|der|das) "
)
"""A word behind which something else may have risen: "a share of imports, which rose"."""
_AFTER_LEVEL = re.compile(
    r"[,(—–]\s*(?:an? |ein |eine |einen )?"
    r"(?:increase|rise|gain|fall|drop|decline|plus|minus|anstieg|zuwachs|rückgang)?"
    r"\s*(?:of|by|von|um)?\s*$",
    re.IGNORECASE,
)
"""Between a level and its change: "36 per cent, a rise of 0.8 per cent"."""

_BY_ITSELF = re.compile(
    r"[,(—–，]\s*(?:an? |eine?[nm]? |что |это )?(?:increase|rise|gain|fall|drop|decline|up|down"
    r"|plus|minus|anstieg|zuwachs|rückgang|(?:при)?рост|спад|паден\w+|снижен\w+|увелич\w+|снизи\w+"
    r"|выросши\w+|на|增长|上升|提高|增加|下降|减少)",
    re.IGNORECASE,
)
"""A change of what stands before it, without a subject of its own: "53 per cent, a rise of"."""


def is_of_the_share(number: Span, reading: ParsedSentence) -> bool:
    """Whether it is surely the share, not the trade it is a part of, that rose or fell."""
    start, end = clause(number, reading)
    shares = [cue for cue in reading.found.of("share") if start <= cue.start < end]
    if len(shares) != 1 or shares[0].end > number.start:
        return False
    share = shares[0]
    between = reading.between(share.end, number.start)
    moved = [cue for cue in reading.found.of("up", "down") if start <= cue.start < end]
    if _OTHER_SUBJECT.search(between) or len([one for one in moved if one.end <= number.start]) > 1:
        return False
    if any(not _is_of_the_share(flow.start, share.start, reading) for flow in reading.flows):
        return False
    leading = [other for other in reading.numbers if other.end <= number.start]
    return not leading or _AFTER_LEVEL.fullmatch(between[leading[-1].end - share.end :]) is not None


def _is_of_the_share(flow: int, share: int, reading: ParsedSentence) -> bool:
    """Whether a flow stands where the total of a share does: behind it, in Chinese before it."""
    return flow < share if reading.language == "zh" else share < flow


def stands_at_a_share(number: Span, reading: ParsedSentence) -> bool:
    """Whether a change is said of the share before it: "53 per cent of imports, a rise of"."""
    place = reading.numbers.index(number)
    if not place or not is_share(reading.numbers[place - 1], reading):
        return False
    share = reading.numbers[place - 1]
    if not _BY_ITSELF.search(reading.sentence.text, share.end, number.end):
        return False
    denominator = denominator_behind(share, reading)
    since = [flow for flow in reading.flows if share.end <= flow.start < number.start]
    return all(flow == denominator for flow in since)


def points_between(number: Span, reading: ParsedSentence) -> str:
    """Return the two shares that lie a number of per cent apart in points, as an equation."""
    shares = [one for one in reading.numbers if one.end <= number.start and is_share(one, reading)]
    if len(shares) != 2 or any(one.says.unit != "percent" for one in (*shares, number)):
        return ""
    low, high = sorted(share.says.value for share in shares)
    # Each of three rounded numbers may be half its last digit off.
    slack = (number.says.step + sum(share.says.step for share in shares)) / 2
    if abs(high - low - abs(number.says.value)) > slack:
        return ""
    return f"{high:g} less {low:g} per cent"


_LINKS = {
    "en": (
        "its|all|total|a|an|about|around|nearly|almost|some|over|only|just|and|value|by value"
        "|(?:up|down) from"
    ),
    "ru": "от|с|со|и|около|примерно|почти|более|только|общ[а-я]+|состав(?:ил[аои]?|ляет)",
    "de": "rund|etwa|fast|nur|gut|über|gesamten?|auf|zu|am|aus|ein(?:en)?",
    "zh": "约|近|达|超过|总额|的|到|至|对|从|自|向",
}
"""Words between goods, number and flow, beside those that change nothing anywhere."""


def part_by_goods(number: Span, reading: ParsedSentence) -> Drafted:
    """Return what part of a flow some goods are: a ratio of the flow of them to all of it.

    Raises
    ------
    Refusal
        If goods, flow or period are not clear.
    """
    start, end = clause(number, reading)
    goods = [one for one in reading.found.goods if start <= one.start < end]
    denominator = denominator_behind(number, reading) or denominator_before(number, reading)
    if is_added(number, reading) or is_former(number, reading):
        raise Refusal("how much the part that some goods are has changed: since when is not clear")
    if is_of_growth(number):
        raise Refusal("a part of a growth, which no kind of claim is about")
    if len(goods) != 1:
        raise Refusal("what part of a flow some goods are: which goods is not clear")
    if denominator is None or denominator.trouble or not denominator.has_both_sides:
        raise Refusal("what part of a flow some goods are: of which flow is not clear")
    if denominator.kind == "trade":
        raise Refusal("what part of trade both ways some goods are: write it as ratio")
    if denominator.goods not in ("all", goods[0].value):
        raise Refusal("what part of a flow some goods are: of which goods the flow is")
    if other := _modifier(reading, (start, end)):
        raise Refusal(f"which part these goods are is not certain: {other!r} may change it")
    period = str(level_period(number, reading))
    flow: dict[str, Any] = {"exporter": denominator.exporter, "importer": denominator.importer}
    keys = {"of": {**flow, "goods": goods[0].value, "period": period}}
    keys["to"] = {**flow, "period": period}
    notes = notes_on(replace(denominator, certainty=""), reading, number)
    if goods[0].form == "likely":
        notes = (f"goods are described in words: {goods[0].title}", *notes)
    quote = reading.sentence.text
    return Drafted("ratio", keys, written(number, reading), quote, reading.attributed_to, notes)


def _modifier(reading: ParsedSentence, within: tuple[int, int]) -> str:
    """Return what stands in the clause and may change of what the goods are a part."""
    known = [(flow.start, flow.end) for flow in reading.flows]
    known += [(cue.start, cue.end) for cue in reading.found.of(*SHARE_CUES)]
    return unmarked(reading, within, _LINKS, known)
