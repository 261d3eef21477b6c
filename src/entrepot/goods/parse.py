"""Read the words a user writes for goods."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from entrepot.errors import RequestError, UnknownNameError
from entrepot.goods.editions import known_prefixes
from entrepot.goods.lists import ListEntry, goods_list, goods_lists
from entrepot.model.product import product_prefix

__all__ = ["NAMED", "Part", "goods_title", "parse"]

NAMED = "named:"
"""What stands before goods, or a partner, that a text names in words without a code."""
_DIGITS = re.compile(r"\d[\d. ]*")


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a comma-separated request.

    Attributes
    ----------
    entries
        For a list or a tier: its entries.
    """

    kind: Literal["all", "list", "code"]
    key: str
    title: str
    entries: tuple[ListEntry, ...] = ()


def parse(text: str) -> tuple[Part, ...]:
    """Return the parts of `text`, each once, in the order given.

    Raises
    ------
    UnknownNameError
        For a list, tier or code that does not exist.
    RequestError
        For empty text, goods named in words only, or digits that are no HS code.
    """
    if text.strip().lower().startswith(NAMED):
        raise RequestError(
            f"these goods are named in words only: {text.strip()[len(NAMED) :].strip()!r}",
            why="words do not say which product codes are meant, so rows cannot be chosen",
            hint="name a list such as chpl, or product codes, to compute something comparable",
        )
    items = [item.strip() for item in text.split(",") if item.strip()]
    if not items:
        raise RequestError("no goods given", hint="write all, chpl, chpl:4.B, 85 or 854231")
    return tuple({part.key: part for part in map(_part, items)}.values())


def goods_title(text: str) -> str:
    """Return a name for goods as it stands in a sentence.

    Examples
    --------
    >>> goods_title("chpl:4.B")
    'high-priority goods, tier 4.B (machine tools)'
    >>> goods_title("854231,8542")
    'processors and controllers (chips) (HS 854231), HS 8542'
    """
    if text.strip().lower().startswith(NAMED):
        return text.strip()[len(NAMED) :].strip()
    return ", ".join(part.title for part in parse(text))


def _part(item: str) -> Part:
    if item.lower() == "all":
        return Part("all", "all", "all goods")
    if _DIGITS.fullmatch(item):
        return _code(re.sub(r"[. ]", "", item))
    name, colon, tier = item.partition(":")
    known = [found.id for found in goods_lists()]
    if name.lower() not in known:
        raise UnknownNameError(
            "goods",
            item,
            ["all", *known],
            hint=f"goods are all, a list ({', '.join(known)}), a tier (chpl:4.B) or codes (8542)",
        )
    chosen = goods_list(name.lower())
    if not colon:
        return Part("list", chosen.id, chosen.short, chosen.entries)
    entries = chosen.part(tier.strip())
    label = tier.strip().upper()
    title = f"{chosen.short}, tier {label} ({chosen.tier_title(label)})"
    return Part("list", f"{chosen.id}:{label}", title, entries)


def _code(digits: str) -> Part:
    product_prefix(digits)
    known = known_prefixes(len(digits))
    if digits not in known:
        raise UnknownNameError("product code", digits, known)
    return Part("code", digits, _code_title(digits))


def _code_title(code: str) -> str:
    for found in goods_lists():
        for entry in found.entries:
            if entry.code == code:
                return f"{entry.description} (HS {code})"
    return f"HS chapter {code}" if len(code) == 2 else f"HS {code}"
