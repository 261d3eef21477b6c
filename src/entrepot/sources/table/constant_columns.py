"""Columns that say one thing in all rows, or nothing: the lake stores none of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError
from entrepot.sources.table.canon import CANONICAL

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FILLED", "WORDS", "one_word"]

WORDS = ("freq", "nomenclature", "money_in", "valuation", "reported_by", "partner_basis")
"""What rows say in a word or two; ``money_in`` becomes the currency."""
FILLED = ("mass_kg", "quantity", "quantity_unit", "is_reexport", "is_estimated")
"""What may be empty in all rows."""


def one_word(kinds: Sequence[dict[str, Any]], where: str) -> tuple[dict[str, str], list[str]]:
    """Return the columns with one word in all rows, and the names of those that differ.

    Parameters
    ----------
    kinds
        Kinds of rows that count, from `entrepot.sources.table.account.account`.

    Raises
    ------
    BadFileError
        If values are in several currencies: one delivery is in one, or its sums mean nothing.
    """
    said = {name: {kind[name] for kind in kinds} for name in WORDS}
    if len(said["money_in"]) > 1:
        raise _currencies(kinds, where)
    [currency] = said.pop("money_in")
    same = {name: next(iter(words)) for name, words in said.items() if len(words) == 1}
    same = {name: word for name, word in same.items() if word is not None}
    empty = {name for name in FILLED if not any(kind[f"has_{name}"] for kind in kinds)}
    empty |= {name for name, words in said.items() if words == {None}}
    empty |= {"currency", "value_usd" if currency not in ("USD", None) else "value_reported"}
    empty |= {"value_usd"} if currency is None else set()
    differing = [name for name in CANONICAL if name not in same and name not in empty]
    return same | ({} if currency in ("USD", None) else {"currency": currency}), differing


def _currencies(kinds: Sequence[dict[str, Any]], where: str) -> BadFileError:
    found = Counter[str]()
    for kind in kinds:
        found[kind["money_in"]] += kind["count"]
    return BadFileError(
        "values in several currencies: "
        + ", ".join(f"{count:,} in {one}" for one, count in sorted(found.items())),
        where=where,
        why="one delivery is in one currency; nothing is converted at a rate of ours",
        hint="keep one with select, and add the file again with the other under another id",
    )
