"""Numbers of and beside gross domestic product: "14 % of Armenia's GDP"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.draft import Drafted, Refusal
from entrepot.claims.draft.flows import BALANCES
from entrepot.claims.draft.lexicon import NOWHERE
from entrepot.claims.draft.near import borrowed_unit, clause, flow_of_number, is_added, moves
from entrepot.claims.draft.parsed_sentence import _OF, GdpMention
from entrepot.claims.draft.slots import level_period, notes_on, written
from entrepot.claims.numbers import CURRENCIES
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from entrepot.claims.draft.parsed_sentence import ParsedSentence
    from entrepot.claims.numbers import Span

_TO = {"zh": "(?:总量|总值)?的?(?:大约|约|近|约为)?"}


def _product_at(number: Span, reading: ParsedSentence) -> GdpMention | None:
    """Return the product that a number is of or beside: no other number stands in between."""
    start, end = clause(number, reading)
    for product in reading.products:
        if not start <= product.start < end:
            continue
        begin, stop = min(number.end, product.end), max(number.start, product.start)
        between = [one for one in reading.numbers if begin <= one.start < stop]
        owned = [one for one in reading.numbers if _is_part(one, product, reading)]
        # Where one number is said to be of GDP, the others of the clause are not.
        if not between and (number in owned or not owned):
            return product
    return None


def _is_part(number: Span, product: GdpMention, reading: ParsedSentence) -> bool:
    """Whether a number is said to be a part of the product: "4 % of GDP", "GDP的4%"."""
    text, language = reading.text, reading.language
    if number.end <= product.start:
        return re.fullmatch(_OF[language], text[number.end : product.start]) is not None
    behind = _TO.get(language)
    return behind is not None and (
        re.fullmatch(behind, text[product.end : number.start]) is not None
    )


def claim_of_product(number: Span, reading: ParsedSentence) -> Drafted | None:
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
    if unit in CURRENCIES or borrowed_unit(number, reading) in CURRENCIES:
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


def _amount(number: Span, product: GdpMention, reading: ParsedSentence) -> Drafted:
    start, end = clause(number, reading)
    places = [flow.start for flow in reading.flows]
    places += [area.start for area in reading.found.areas]
    # An amount in front of GDP, or with a flow or country in its clause, may be one of trade.
    apart = number.start < product.end or any(start <= place < end for place in places)
    if apart or product.owner in ("", "its", WORLD, NOWHERE) or is_added(number, reading):
        raise Refusal("an amount at GDP: whose, or of what, is not clear")
    keys = {"area": product.owner, "period": str(level_period(number, reading))}
    if borrowed := borrowed_unit(number, reading):
        keys["currency"] = borrowed
    quote = reading.sentence.text
    return Drafted("gdp", keys, written(number, reading), quote, reading.attributed_to)
