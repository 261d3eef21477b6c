"""Numbers of and beside gross domestic product: "14 % of Armenia's GDP"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.areas import areas_in
from entrepot.claims.draft.attribution import masked
from entrepot.claims.draft.draft import Drafted, Refusal
from entrepot.claims.draft.flows import BALANCES
from entrepot.claims.draft.lexicon import NOWHERE, cue_words
from entrepot.claims.draft.near import clause, flow_of_number, is_added, moves, unit_beside
from entrepot.claims.draft.slots import level_period, notes_on, written
from entrepot.claims.numbers import CURRENCIES
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.draft.mark import Mark
    from entrepot.claims.draft.reading import Reading
    from entrepot.claims.numbers import Span

__all__ = ["Product", "claim_of_product", "products_in", "without_owners"]

_BEFORE = {"en": r"\s*(?:annual |nominal )?", "ru": r"\s+", "de": r"\s*", "zh": "的?"}
_BEHIND = {
    "en": r"\s+of\s+(?:the\s+)?",
    "ru": r"\s+",
    "de": r"\s+(?:(?:von|der|des)\s+)?",
    "zh": r"(?!)",
}
_OF = {
    "en": r"\s+of\s+(?:the\s+)?(?:annual |nominal )?",
    "ru": r"\s*(?:от\s+)?(?:его |её |ее |их )?",
    "de": r"\s*(?:des|der|vom|von)?\s*",
    "zh": r"(?!)",
}
_TO = {"zh": "(?:总量|总值)?的?(?:大约|约|近|约为)?"}
_SIDED = ("of", "adj")


@dataclass(frozen=True, slots=True)
class Product:
    """Words for gross domestic product, and whose it is: a code, ``its``, or empty if not said.

    Attributes
    ----------
    start, end
        With the name of the owner.
    whose
        Place of that name.
    """

    start: int
    end: int
    owner: str
    whose: tuple[int, int]


def products_in(text: str, language: str) -> tuple[Product, ...]:
    """Return what a sentence says of gross domestic product."""
    words = list(cue_words(language)[("gdp", "")].finditer(text))
    if not words:
        return ()
    areas = areas_in(text, language, [], [])
    return tuple(_product(word, areas, text, language) for word in words)


def _product(word: re.Match[str], areas: Sequence[Mark], text: str, language: str) -> Product:
    for area in areas:
        ahead = area.end <= word.start() and (language == "zh" or area.form in _SIDED)
        if ahead and re.fullmatch(_BEFORE[language], text[area.end : word.start()]):
            return Product(area.start, word.end(), area.value, (area.start, area.end))
        behind = area.start >= word.end()
        if behind and re.fullmatch(_BEHIND[language], text[word.end() : area.start]):
            return Product(word.start(), area.end, area.value, (area.start, area.end))
    for its in cue_words(language)[("its", "")].finditer(text, 0, word.start()):
        if not text[its.end() : word.start()].strip():
            return Product(its.start(), word.end(), "its", (its.start(), its.start()))
    return Product(word.start(), word.end(), "", (word.start(), word.start()))


def without_owners(text: str, products: tuple[Product, ...]) -> str:
    """Return a sentence in which whose product it is cannot be taken for a side of trade."""
    for product in products:
        text = masked(text, *product.whose)
    return text


def _product_at(number: Span, reading: Reading) -> Product | None:
    """Return the product that a number is of or beside: no other number stands in between."""
    start, end = clause(number, reading)
    for product in reading.products:
        if not start <= product.start < end:
            continue
        begin, stop = min(number.end, product.end), max(number.start, product.start)
        between = [one for one in reading.numbers if begin <= one.start < stop]
        owned = [one for one in reading.numbers if _is_part(one, product, reading)]
        if not between and (number in owned or not owned):
            return product
    return None


def _is_part(number: Span, product: Product, reading: Reading) -> bool:
    """Whether a number is said to be a part of the product: "4 % of GDP", "GDP的4%"."""
    text, language = reading.text, reading.language
    if number.end <= product.start:
        return re.fullmatch(_OF[language], text[number.end : product.start]) is not None
    behind = _TO.get(language)
    return behind is not None and (
        re.fullmatch(behind, text[product.end : number.start]) is not None
    )


def claim_of_product(number: Span, reading: Reading) -> Drafted | None:
    """Return the claim of a number of or beside gross domestic product; None if it is of trade.

    Raises
    ------
    Refusal
        With what is not clear; nothing is guessed.
    """
    product = _product_at(number, reading)
    if product is None:
        return None
    unit = number.says.unit
    if unit in CURRENCIES or unit_beside(number, reading) in CURRENCIES:
        return _amount(number, product, reading)
    if unit not in ("percent", "share") or not _is_part(number, product, reading):
        raise Refusal("a number at GDP that is no part of it: of what is not clear")
    if moves(number, reading) and is_added(number, reading):
        raise Refusal("a change in parts of GDP, which no kind of claim is about")
    flow = flow_of_number(number, reading)
    if flow.kind in BALANCES:
        raise Refusal("a balance compared with GDP, which no kind of claim covers")
    area = flow.owner if product.owner == "its" else product.owner
    if not area or area not in flow.sides:
        raise Refusal("whose GDP it is, is not said, or it is of neither side")
    keys: dict[str, Any] = {"exporter": flow.exporter, "importer": flow.importer, "area": area}
    if flow.goods != "all":
        keys["goods"] = flow.goods
    if flow.kind == "trade":
        keys["flow"] = "both"
    keys["period"] = str(level_period(number, reading))
    notes = notes_on(flow, reading, number)
    quote = reading.sentence.text
    return Drafted("gdp_share", keys, written(number, reading), quote, reading.attributed_to, notes)


def _amount(number: Span, product: Product, reading: Reading) -> Drafted:
    start, end = clause(number, reading)
    places = [flow.start for flow in reading.flows]
    places += [area.start for area in reading.found.areas]
    apart = number.start < product.end or any(start <= place < end for place in places)
    if apart or product.owner in ("", "its", WORLD, NOWHERE) or is_added(number, reading):
        raise Refusal("an amount at GDP: whose, or of what, is not clear")
    keys = {"area": product.owner, "period": str(level_period(number, reading))}
    if borrowed := unit_beside(number, reading):
        keys["currency"] = borrowed
    quote = reading.sentence.text
    return Drafted("gdp", keys, written(number, reading), quote, reading.attributed_to)
