"""Goods that are named in words only: what is in print about goods of that kind.

Words such as "sanctioned technology" name no list, so no number about them can be tested. What can
be said is which numbers are in print for goods of the kind, and how far definitions spread them.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from entrepot.claims.quantity_text import who
from entrepot.goods.parse import NAMED
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from entrepot.claims.quantity import Quantity
    from entrepot.claims.statements import Statement, Statements

__all__ = ["PublishedRange", "definition_of", "in_print"]

# Goods singled out by maker or route as well: a part of a list, not the list.
_PARTS = ("western", "via ", "through", "plants", "companies")


@dataclass(frozen=True, slots=True)
class PublishedRange:
    """What is in print about goods of a kind for the year with the most definitions.

    Attributes
    ----------
    kind
        E.g. ``"controlled goods"``.
    year
        The year.
    interval
        From the least to the greatest, in data units.
    statements
        One of each origin and definition, least first.
    """

    kind: str
    year: int
    interval: Interval
    statements: tuple[Statement, ...]


def in_print(quantity: Quantity, statements: Statements) -> PublishedRange | None:
    """Return what is in print for goods of the same kind; None if nothing is.

    Parameters
    ----------
    quantity
        A share, or the change of one, of goods that are named in words.
    statements
        Where to look.
    """
    kind = _kind(next(quantity.levels()).goods)
    if kind is None:
        return None
    by_year: defaultdict[int, list[Statement]] = defaultdict(list)
    for statement in statements.all:
        level = next(statement.quantity.levels())
        one_year = level.period.start.year == level.period.end.year
        if one_year and not statement.is_ours and _like(quantity, statement, kind):
            by_year[level.period.year].append(statement)
    if not by_year:
        return None
    definitions = Counter({year: len(set(map(_voice, held))) for year, held in by_year.items()})
    year = max(definitions, key=lambda one: (definitions[one], one))
    distinct = {_voice(statement): statement for statement in reversed(by_year[year])}
    held = sorted(distinct.values(), key=_middle)
    low, high = _middle(held[0]), _middle(held[-1])
    return PublishedRange(kind, year, Interval(low, high), tuple(held))


@cache
def _words() -> dict[str, tuple[str, ...]]:
    text = files("entrepot.claims").joinpath("kinds.csv").read_text(encoding="utf-8")
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in csv.DictReader(text.splitlines()):
        found[row["kind"]].append(row["word"])
    return {kind: tuple(words) for kind, words in found.items()}


def _kind(goods: str) -> str | None:
    text = goods.removeprefix(NAMED).lower()
    return next((kind for kind, words in _words().items() if any(w in text for w in words)), None)


def _like(quantity: Quantity, statement: Statement, kind: str) -> bool:
    share = quantity.less or quantity  # a change is a change of a share
    if statement.quantity.measure != share.measure or not statement.counts:
        return False
    if statement.exact is None:
        return False
    wanted, flows = _sides(quantity), _sides(statement.quantity)
    same = wanted[0] <= flows[0] and wanted[1] <= flows[1]
    held = next(statement.quantity.levels())
    words = statement.row.goods_words.lower()
    is_part = held.goods.startswith(NAMED) and any(part in words for part in _PARTS)
    goods = held.goods if not held.goods.startswith(NAMED) else words
    return same and not is_part and _kind(goods) == kind


def _sides(quantity: Quantity) -> tuple[frozenset[str], frozenset[str]]:
    """Return the exporters and importers of the part."""
    return (
        frozenset(level.exporter for level, _ in quantity.of),
        frozenset(level.importer for level, _ in quantity.of),
    )


def _voice(statement: Statement) -> tuple[object, ...]:
    basis = next(statement.quantity.levels()).basis
    return (statement.row.origin, *_sides(statement.quantity), basis, _middle(statement))


def _middle(statement: Statement) -> float:
    value = statement.row.value
    return statement.loose.middle if value is None else value


def definition_of(statement: Statement) -> str:
    """Return year, goods and basis of a statement in words."""
    row = statement.row
    basis = {"producer_hq": "producer's headquarters"}.get(row.basis, row.basis)
    parts = [str(row.period), row.goods_words or row.goods, *([f"by {basis}"] if basis else [])]
    if "+" in row.exporter:
        parts.append(f"from {who(row.exporter)}")
    return ", ".join(parts)
