"""What a question leaves open, and the words of it that were not understood."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from entrepot.claims.draft.lexicon import cue_words
from entrepot.claims.draft.sentences import Mark
from entrepot.claims.question_forms import CUES, CURRENCIES
from entrepot.claims.question_forms import forms as _forms
from entrepot.claims.question_measures import UNIT_FORMS, USUAL_MEASURES, no_direction, no_measure
from entrepot.claims.question_names import MASK, blanked, is_place, side_of
from entrepot.claims.question_read import KEYS_IN_ORDER, Unsaid
from entrepot.figures.sides import ended
from entrepot.model.area_names import named_area
from entrepot.model.areas import area_name, known_areas

if TYPE_CHECKING:
    from entrepot.claims.question_read import QuestionState
    from entrepot.model.areas import Area


def require(state: QuestionState, measure: str, keys: dict[str, str], forms: set[str]) -> None:
    """Say what a measure needs and the question has not."""
    if "of_world" in forms and "share" in forms and len({*KEYS_IN_ORDER[:2]} & keys.keys()) < 2:
        why = "a share of world trade is no measure: name the other side, or ask for values"
        state.unsaid = [Unsaid("measure", why, USUAL_MEASURES[:2])]
        return
    open_ = {one.key for one in state.unsaid}
    # "Imports from China" are those of one country; what all import are China's exports.
    if (
        measure in ("value", *CHANGES)
        and keys.keys() & {*KEYS_IN_ORDER[:2]} == {"exporter"}
        and "import" in forms
        and not forms & {"export", "of_world"}
        and "importer" not in open_
    ):
        state.unsaid.append(Unsaid("importer", "the question does not say which country imports"))
        open_.add("importer")
    if measure == "hhi" and "exporter" in keys and "importer" not in keys:
        why = "exports are concentrated on buyers, imports on suppliers"
        state.unsaid.append(Unsaid("measure", why, _OF_HHI))
        open_.add("importer")
    sides = [keys[name] for name in KEYS_IN_ORDER[:2] if name in keys]
    is_said = bool(forms & _FLOWS) and ("made" not in forms or bool(forms & DIRECTED))
    # A word that is not understood may say it.
    if measure == "value" and len(sides) == 1 and not is_said and not state.unknown:
        state.unsaid.append(no_direction(sides[0], forms))
    if not measure:
        state.unsaid.append(_unmeasured(state, forms))
    needed = _NEEDS.get(measure, ())
    for name in needed:
        # One question at a time: an unclear side is filed under "importer", asked about once.
        if name not in keys and not open_ & {"importer", name}:
            state.unsaid.append(_without_side(state, name, measure))
    if (
        measure in ("value", *CHANGES)
        and not {"importer", "exporter"} & set(keys)
        and "importer" not in open_
    ):
        state.unsaid.append(Unsaid("importer", "the question does not say whose trade"))


def take_unrecorded(state: QuestionState) -> None:
    """Say what no figure has, and mask the words: by rail, share of the dollar, an edition.

    Before goods and currencies are looked for: "by rail" is no steel rail.
    """
    found = _EDITION.search(state.left)
    if found:
        why = f"codes are read in the edition of the data; leave out “{found[0]}”"
        state.unsaid.append(Unsaid("words", why))
        state.left = blanked(state.left, *found.span())
    patterns = _forms(state.language)
    if found := patterns["counted_goods"].search(state.left):
        state.unsaid.append(Unsaid("measure", _COUNTED, (_RELIANT,)))
        state.left = blanked(state.left, *found.span())
    if found := patterns["paid_in"].search(state.left):
        why = f"in which currency trade is paid has no measure: leave out “{found[0]}”"
        state.unsaid.append(Unsaid("measure", why, (USUAL_MEASURES[1], _PUBLISHED)))
        state.left = blanked(state.left, *found.span())
    if found := patterns["carried"].search(state.left):
        why = f"how goods were carried is no part of a figure; leave out “{found[0]}”"
        state.unsaid.append(Unsaid("words", why))
        state.left = blanked(state.left, *found.span())


_COUNTED = "how many goods come from one supplier alone is no figure: their part of imports is one"
_RELIANT = ("reliant_goods", "share of imports in goods mostly from one supplier")


def _without_side(state: QuestionState, name: str, measure: str) -> Unsaid:
    """Return what is open where a side is needed and not named."""
    if name == "importer" and measure == "import_share" and asks_who(state):
        why = "countries are ranked within a group or among those that are named"
        return Unsaid(name, why, _RANKED)
    what = "which country imports" if name == "importer" else "which supplier"
    if measure == "export_share" and name == "importer":
        what = "which importer"
    return Unsaid(name, f"the question does not say {what}")


def _unmeasured(state: QuestionState, forms: set[str]) -> Unsaid:
    """Return why no measure is what the question asks."""
    if state.asks_for_goods:
        why = "the part that goods are of a trade is no figure: ask the value of both"
        return Unsaid("measure", why, _OF_GOODS)
    return no_measure(forms)


def unknown_words(state: QuestionState) -> list[str]:
    """Return the words that say nothing here."""
    for kind in _forms(state.language):
        if kind not in state.idle:
            state.take(kind)
    for kind in CUES:
        for (name, _), pattern in cue_words(state.language).items():
            if name == kind:
                state.left = pattern.sub(lambda found: MASK * len(found[0]), state.left)
    if state.language == "zh":
        return re.findall(r"[\u4e00-\u9fff]{1,}|[A-Za-z]{2,}|[£¥₽₹₩]", state.left)
    words = re.findall(r"[^\W\d_][\w-]*|\d[\d.,]*", state.left)
    # A lone letter is an ending that is left over ("Germany's"), a lone digit is not.
    found = [word for word in words if len(word) > 1 or word.isdigit()]
    return found + re.findall("[£¥₽₹₩]", state.left)


def without_places(
    state: QuestionState, unknown: list[str], goods: list[Mark], keys: dict[str, str]
) -> list[str]:
    """Return unknown words without names that stand where a country does, which it says.

    A name has a capital letter, which German gives goods as well; Chinese has none.
    """
    words = "|".join(map(re.escape, sorted(unknown, key=len, reverse=True)))
    if not words:
        return []
    # Several in a row are one name.
    text = words if state.language == "zh" else rf"(?<!\w)(?:{words})(?:[ -](?:{words}))*(?!\w)"
    places: list[str] = []
    for found in re.finditer(text, state.said):
        name = Mark("area", "", "name", *found.span())
        role, sure = side_of([name], state.said, state.language, goods)
        before, behind = state.said[: name.start], state.said[name.end :]
        # Imports of Germany, of Widgets: whose they are is known.
        is_open = sure and bool(role) and role not in keys
        if is_open and (_gone(found[0]) or is_place(found[0], before, behind, state.language)):
            places.append(found[0])
    for place in dict.fromkeys(places):
        gone = _gone(place)
        if gone:
            why = f"{ended([gone.code], date.max)}: name a country of today"
            names = tuple((one, area_name(one)) for one in gone.successors)
            state.unsaid.append(Unsaid("importer", why, names))
            continue
        why = f"“{place}” is not known here as a country or group"
        state.unsaid.append(Unsaid("importer", why))
    named = {word for place in places for word in place.split()}
    return [word for word in unknown if word not in named]


def _gone(name: str) -> Area | None:
    """Return the area with a name if it has ended: СССР."""
    found = known_areas().get(named_area(name) or "")
    return found if found is not None and found.valid_to is not None else None


def currency_of(state: QuestionState, forms: set[str], keys: dict[str, str]) -> dict[str, str]:
    """Return the currency that is named; units that do not fit are asked back."""
    named = [kind for kind in CURRENCIES if kind in forms]
    if "pound" in forms and "pounds" not in forms:
        why = "“pounds” may be a currency or a weight"
        state.unsaid.append(Unsaid("measure", why, _OF_POUNDS))
    if (
        "volume" in forms or ("count" in forms and not {"quantity", "hubs"} & keys.keys())
    ) and not forms & (UNIT_FORMS | {"price_or_volume"}):
        why = "a volume is a weight or a number of pieces"
        state.unsaid.append(Unsaid("measure", why, _OF_UNITS))
    if len(named) > 1:
        two = tuple((CURRENCIES[kind], kind) for kind in named)
        state.unsaid.append(Unsaid("measure", "the question names two currencies", two))
    elif named and "quantity" in keys and "price" not in forms:
        why = "the question names a currency and a weight or a number"
        state.unsaid.append(Unsaid("measure", why, _OF_UNITS))
    return {"currency": CURRENCIES[named[0]]} if named else {}


DIRECTED = {"import", "export", "both", "of_world"}
"""Kinds of words that say which way trade goes."""
CHANGES = ("growth", "price_index", "rerouted", "change_of_share")
"""Measures of a change, which need a base."""
_RANKED = tuple((code, area_name(code)) for code in ("EU27", "G7", "ASEAN", "OECD", "AFU"))
"""Groups whose members may be ranked: which EU countries depend most on it?"""
_WHO = {
    "en": (
        r"\b(?:who|which|what) (?:\w+ )?(?:countr|states?\b|nations?\b|econom)|^who\b"
        r"|\brank(?:ing)?\b"
    ),
    "de": r"\bwelche[srnm]? (?:\w+ )?(?:länder|land|staat)|^wer\b|rangliste|rangfolge|ranking",
    "ru": r"\bкак(?:ие|ая|ой) (?:[а-я]+ )?(?:стран|государств|экономик)|^кто\b|рейтинг|ранжир",
    "zh": "哪[些个几].{0,2}(?:国家|经济体|国)|谁|排名|排行",
}


def asks_who(state: QuestionState) -> bool:
    """Whether it is asked which countries: one that is named would be no answer."""
    return bool(re.search(_WHO[state.language], state.plain, re.IGNORECASE))


_EDITION = re.compile(r"(?<![A-Za-z])HS[ -]?(?:1988|1992|1996|2012|2017|2022)(?!\d)")
# 2002 and 2007 are headings as well (tomatoes, jams), and read as such.
_PUBLISHED = ("entrepot published list", "figures that others published")
_OF_UNITS = (("value", "in a currency"), ("mass", "in tonnes"), ("items", "in pieces"))
_OF_POUNDS = (("--currency GBP", "pounds sterling"), ("--quantity mass", "a weight, in kilograms"))
_NEEDS = {
    "import_share": ("importer", "exporter"),
    "export_share": ("exporter", "importer"),
    "hhi": ("importer",),
    "buyer_hhi": ("exporter",),
    "top_supplier": ("importer",),
    "cr": ("importer",),
    "rank": ("importer", "exporter"),
    "reliant_goods": ("importer", "exporter"),
    "geodep": ("importer",),
    "price_premium": ("importer", "exporter"),
    "rerouted": ("importer", "exporter"),
    "change_of_share": ("importer", "exporter"),
}
_FLOWS = DIRECTED | {"supply"}
_OF_HHI = (("buyer_hhi", "concentration of buyers"), ("hhi", "concentration of suppliers"))
_OF_GOODS = (
    ("value", "of these goods, then of all goods"),
    ("import_share", "what part of these goods a supplier supplies"),
)
