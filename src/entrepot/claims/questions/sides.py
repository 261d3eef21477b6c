"""Whose trade a question is about: importer, exporter, hubs, and whose report."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from entrepot.claims.draft.lexicon import NOWHERE
from entrepot.claims.draft.scene import own_names
from entrepot.claims.question_forms import forms as _forms
from entrepot.claims.question_forms import sources_in
from entrepot.claims.question_measures import OTHER_SIDE, side_alone
from entrepot.claims.question_names import (
    MASK,
    are_compared,
    are_joined,
    areas_meant,
    blanked,
    by_side,
    is_shared,
    side_of,
)
from entrepot.claims.question_read import KEYS_IN_ORDER, Unsaid
from entrepot.model.areas import area_name, groups

if TYPE_CHECKING:
    from entrepot.claims.draft.sentences import Mark
    from entrepot.claims.question_read import QuestionState


def sides_of(
    state: QuestionState, places: list[Mark], goods: list[Mark], forms: set[str], measure: str
) -> dict[str, str]:
    """Return importer and exporter, each as codes joined by a plus, or empty."""
    if _is_its_own_partner(state, places, goods):
        why = "the question names one area as both sides: name the other one"
        one = places[0].value
        state.unsaid.append(Unsaid("importer", why, ((one, area_name(one)),)))
        return {}
    groups_ = by_side(places, state.said, state.language)
    groups_ = _with_compared(state, groups_, goods)
    gaps = [state.said[one.end : two.start] for some in groups_ for one, two in pairwise(some)]
    state.compares_sides = any(not are_joined(gap, state.language) for gap in gaps)
    state.has_adjective = any(some[0].form == "adj" for some in groups_)
    said: list[tuple[str, str, bool]] = []
    kinds = set()  # of the sides, where nothing else says who buys
    roles = [side_of(some, state.said, state.language, goods) for some in groups_]
    # India's share of exports to the United States is that of what these import; of *its* exports
    # it is not said who buys what.
    of_market = measure == "export_share" and set(roles) == _OF_MARKET
    state.is_of_market = of_market and not _OWN.search(state.said)
    for some, (role, sure) in zip(groups_, roles, strict=True):
        codes = "+".join(dict.fromkeys(mark.value for mark in some))
        named = {mark.value: state.plain[mark.start : mark.end] for mark in some}
        if len(named) > 1 and any("+" in one for one in named):
            state.sets[codes] = tuple(named.items())
        elif len(named) > 1:
            state.listed.add(codes)
        if not _is_clear(state, some):
            codes = ""
        kinds.add(role if role == "part" or sure else some[0].form)
        if role == "part":  # whose share it is: of imports it sells, of exports it buys
            is_of_exports = measure == "export_share" and not state.is_of_market
            role = "importer" if is_of_exports else "exporter"
        said.append((codes, role, sure))
    if len(said) > 2:
        names = tuple((codes, area_name(codes.split("+")[0])) for codes, *_ in said if codes)
        state.unsaid.append(Unsaid("importer", "the question names more than two sides", names))
        return {}
    # "Kazakh uranium: France's share of it": France buys it, or sells it to them.
    if kinds == {"part", "adj"} and goods and measure == "import_share" and not forms & _SIDED:
        said = [(codes, "", False) for codes, *_ in said]
    return _assigned(state, said, forms, measure)


def which_of(state: QuestionState, places: list[Mark]) -> str:
    """Return the set or group of whose countries one is asked for: which of the Baltic states."""
    sets = {one.code for one in groups()}
    for mark in places:
        if "+" not in mark.value and mark.value not in sets:
            continue
        # Names of sets may say that they are of countries: the Baltic states.
        country = _COUNTRY[state.language].search(state.plain, mark.start, mark.end)
        stands = f"{MASK} {country[0]}" if country else MASK
        text = state.plain[: mark.start] + stands + state.plain[mark.end :]
        if any(MASK in found[0] for found in _WHICH[state.language].finditer(text)):
            return mark.value
    return ""


_COUNTRY = {
    language: re.compile(words, re.IGNORECASE)
    for language, words in {
        "en": r"(?:member[ -])?(?:countr(?:y|ies)|states?|nations?|republics?|members?)\b",
        "de": "(?:l[aä]nd|staat|mitglied)[a-zäöü]*",
        "ru": "(?:стран|государств|республик)[а-я]*",
        "zh": "国家|成员国|[三四五六]国",
    }.items()
}
_WHICH = {
    language: re.compile(words.replace("{c}", _COUNTRY[language].pattern), re.IGNORECASE)
    for language, words in {
        "en": (
            r"\brank(?:ing|ed)?(?: of)? (?:the )?▮ {c}"
            r"|\bwho (?:in|of|among|within) (?:the )?▮"
            r"|\bwhich (?:(?:(?:ones? )?of (?:the )?)?▮ {c}|{c} (?:of|in|from|among) (?:the )?▮"
            r"|of (?:the )?▮ (?:is|was|depend|relie|buy|bought|import|export|sold|sell|suppl|did))"
        ),
        "de": (
            r"\b(?:rangliste|rangfolge|ranking) (?:der |von )?▮[- ]?{c}"
            r"|\bwer (?:in|von|unter|innerhalb) (?:der |den |des )?▮"
            r"|\bwelche[rsnm]? (?:(?:(?:der|von den|unter den) )?▮[- ]?{c}"
            r"|{c} (?:(?:in|aus|der|des) )?▮)"
        ),
        "ru": (
            r"\bрейтинг (?:стран )?▮"
            r"|\bкто (?:из|в|во|среди) (?:стран )?▮"
            r"|\bкак(?:ая|ой|ое|ую|ие|их|ими?) (?:(?:из )?▮ {c}|{c} (?:в |из )?▮)"
        ),
        "zh": (
            "▮ ?(?:{c})?.{0,20}排[名行]|哪[个些]▮ ?(?:{c})"
            "|▮ ?(?:{c})?(?:中|里|当中|之中|内部?)的?谁"
            "|▮ ?(?:{c})?(?:的|中的?|里的?)?哪[个些](?:国家|成员国|国)"
        ),
    }.items()
}


def _is_its_own_partner(state: QuestionState, places: list[Mark], goods: list[Mark]) -> bool:
    """Whether the only area that is named is said to buy and to sell: Turkey from Turkey."""
    if len(places) < 2 or len({mark.value for mark in places}) > 1:
        return False
    roles = {side_of([mark], state.said, state.language, goods)[0] for mark in places}
    return roles >= {"importer", "exporter"}


def _with_compared(
    state: QuestionState, groups_: list[list[Mark]], goods: list[Mark]
) -> list[list[Mark]]:
    """Return the sides, the last of three with the importer that it is compared with.

    Hungary's dependence on Russia is larger *than that of Slovakia*; a seller that is compared by
    its name alone is compared with the seller: China sold Russia more cars than Japan.
    """
    if len(groups_) != len(OTHER_SIDE) + 1:
        return groups_
    first, second, last = groups_
    gap = state.said[second[-1].end : last[0].start]
    if not are_compared(gap, state.language):
        return groups_
    roles = [side_of(one, state.said, state.language, goods) for one in (first, second)]
    if roles[0] == ("exporter", True) and not _OF_BUYER[state.language].search(gap):
        return [[*first, *last], second]
    sided = zip((first, second), roles, strict=True)
    buys = [one for one, (role, _) in sided if role == "importer"]
    if len(buys) != 1:
        return groups_
    return [[*one, *last] if one is buys[0] else one for one in (first, second)]


_OF_BUYER = {
    "en": re.compile(r"\bthan (?:to|in|for) (?:the )?$", re.IGNORECASE),
    "de": re.compile(r"\bals (?:nach|in|an|für) (?:die |den |das )?$", re.IGNORECASE),
    "ru": re.compile(r"\bчем (?:в|на|для) $", re.IGNORECASE),
    "zh": re.compile("比(?:向|对|往)$"),
}
"""In front of a second buyer: more to Japan than to Korea."""


def partners_of(state: QuestionState, places: list[Mark], *, in_order: bool) -> dict[str, str]:
    """Return the two sides of what is mutual: the first one exports, or imports `in_order`."""
    if not all(_is_clear(state, [mark]) for mark in places):
        return {}
    codes = list(dict.fromkeys(mark.value for mark in places))
    if len(codes) != 2:
        names = tuple((one, area_name(one)) for one in codes)
        why = (
            "the question does not say which two sides"
            if in_order
            else "trade in both directions is between two sides"
        )
        state.unsaid.append(Unsaid("importer", why, names))
        return {}
    first, second = codes if in_order else codes[::-1]
    return {"importer": first, "exporter": second}


def _is_clear(state: QuestionState, some: list[Mark]) -> bool:
    """Whether each name is of one area; else it is asked which."""
    for mark in some:
        text = state.plain[mark.start : mark.end]
        several = areas_meant(text, mark.value)
        if several or mark.value == NOWHERE:
            names = tuple((one, area_name(one)) for one in several)
            shared = mark.value != NOWHERE or is_shared(text)
            why = "may be several areas" if shared else "is not known here as a country or group"
            state.unsaid.append(Unsaid("importer", f"“{text}” {why}", names))
            state.is_unclear = True
            return False
    return True


def _assigned(
    state: QuestionState, said: list[tuple[str, str, bool]], forms: set[str], measure: str
) -> dict[str, str]:
    found = {"importer": "", "exporter": ""}
    if len(said) == 2:
        (one, first, sure), (two, second, other_sure) = said
        # "India oil Russia": only the order of the words would say who buys.
        if not (measure or sure or other_sure or forms or state.has_adjective):
            first = second = ""
        # Both on one side, or one on none: the surer decides, and the other gets what is left.
        if first == second or (sure and not second):
            if sure == other_sure and first and second:
                first = second = ""
            elif sure and first:
                second = OTHER_SIDE[first]
            elif other_sure and second:
                first = OTHER_SIDE[second]
        elif not first and second:
            first = OTHER_SIDE[second]
        elif first and not second:
            second = OTHER_SIDE[first]
        if first and second:
            # "Turkish fridges for Russia", and not "Germany's magnets from China": a share?
            to_importer = (sure if first == "importer" else other_sure) and state.has_adjective
            state.is_directed = (sure and other_sure) or to_importer
            return found | {first: one, second: two}
        names = tuple((codes, area_name(codes.split("+")[0])) for codes in (one, two) if codes)
        state.unsaid.append(Unsaid("importer", "which of the two imports is not clear", names))
        return {}
    return found | {side_alone(role, sure, forms): codes for codes, role, sure in said}


def hubs_in(state: QuestionState, places: list[Mark]) -> list[Mark]:
    """Return the areas through which goods come: via Turkey, sold to Turkey and passed on."""
    hubs = apart(state, "via", places)
    others = [one for one in places if one not in hubs]
    if hubs or len({one.value for one in others}) <= len(OTHER_SIDE):
        return hubs
    return apart(state, "passed_on", others)


def apart(state: QuestionState, kind: str, places: list[Mark]) -> list[Mark]:
    """Return the areas in a phrase of a kind, which are no side of the trade, and mask it."""
    found: list[Mark] = []
    for match in _forms(state.language)[kind].finditer(state.left):
        some = [one for one in places if match.start() <= one.start and one.end <= match.end()]
        if some:
            found += some
            state.left = blanked(state.left, *match.span())
            gap = " " * (match.end() - match.start())
            state.said = state.said[: match.start()] + gap + state.said[match.end() :]
    return found


def origin_of(
    state: QuestionState, reporters: list[Mark], keys: dict[str, str], forms: set[str]
) -> dict[str, str]:
    """Return the source and the reporting side that are named; a side left open is filled."""
    sources = sources_in(state.left, state.language)
    offices = [code for code, name in own_names("office").items() if name.search(state.left)]
    for name in own_names("office").values():
        state.left = name.sub(lambda found: MASK * len(found[0]), state.left)
    found = {"source": sources[0]} if len(sources) == 1 else {}
    named = [_reporter(state, mark, keys) for mark in reporters]
    if not all(named):
        return found
    who = list(dict.fromkeys(named or offices * (not sources)))
    if not who or sources:
        if len(sources) > 1:
            two = tuple((one, "") for one in sources)
            state.unsaid.append(Unsaid("words", "the question names several sources", two))
        return found
    open_sides = [name for name in KEYS_IN_ORDER[:2] if name not in keys]
    if len(who) == 1 and who[0] not in keys.values() and len(open_sides) == 1:
        keys |= {open_sides[0]: who[0]}
    elif len(who) == 1 and len(open_sides) == 2 and not state.unsaid:
        keys |= {side_alone("", sure=False, forms=forms) or "importer": who[0]}
    sides = [name for name in KEYS_IN_ORDER[:2] if keys.get(name) in who]
    if len(who) > 1 or not sides or "both" in forms:
        why = "reports are named, and which side they are of is not clear"
        state.unsaid.append(Unsaid("words", why, tuple((one, area_name(one)) for one in who)))
        return {}
    return {"reported_by": sides[0]}


def _reporter(state: QuestionState, mark: Mark, keys: dict[str, str]) -> str:
    """Return whose reports are named: of areas that share a name, the one that is a side."""
    meant = areas_meant(state.plain[mark.start : mark.end], mark.value) or (mark.value,)
    of_sides = [code for code in meant if code in keys.values()]
    if len(of_sides) == 1:
        return of_sides[0]
    return mark.value if _is_clear(state, [mark]) else ""


def is_both_ways(state: QuestionState, places: list[Mark]) -> bool:
    """Whether dependence is asked for in both directions: of A on B, and of B on A."""
    codes = [mark.value for mark in places]
    depends = _forms(state.language)["depend"].search(state.left)
    return bool(depends) and len(codes) == 4 and codes[:2] == codes[:1:-1] and codes[0] != codes[1]


_OF_MARKET = {("part", True), ("importer", True)}
_OWN = re.compile(r"\b(?:its|their|own|seine[nrms]?|ihre[nrms]?|сво(?:его|их|ей))\b", re.IGNORECASE)
_SIDED = {"import", "export", "depend", "top"}
"""Kinds of words that say of which side's trade a share is."""
