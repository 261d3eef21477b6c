"""Short names of claims for a narrow screen, where the user gave none: "trade CHN–RUS 2025"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.quantity_text import period_of
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.claims.document import Claim
    from entrepot.claims.quantity import Quantity

__all__ = ["labels"]

_PLAIN = ("value", "balance")
"""Measures whose name says no more than their flow does."""


def labels(claims: Iterable[Claim]) -> dict[str, str]:
    """Return a short name of each claim by its id, numbered where it repeats.

    Examples
    --------
    >>> from entrepot.claims import parse_document
    >>> text = '''
    ... format: 1
    ... source: {title: A sentence}
    ... claims:
    ...   - id: value-chn-rus-2025
    ...     value: {exporter: CHN, importer: RUS, flow: both, period: 2025}
    ...     says: $228 billion
    ...   - id: growth-chn-rus-2025
    ...     growth: {exporter: CHN, importer: RUS, period: 2025}
    ...     says: fell 10%
    ... '''
    >>> list(labels(parse_document(text).claims).values())
    ['trade CHN–RUS 2025', 'growth of exports CHN–RUS 2025']
    """
    seen: dict[str, int] = {}
    named: dict[str, str] = {}
    for claim in claims:
        label = _label(claim)
        seen[label] = seen.get(label, 0) + 1
        named[claim.id] = label if seen[label] == 1 else f"{label} ({seen[label]})"
    return named


def _label(claim: Claim) -> str:
    quantity = claim.quantity
    if not quantity.of:
        return claim.id
    measure = quantity.measure
    level = quantity.of[0][0]
    words = measure.replace("_", " ")
    flow = _flow(quantity)
    if "_share" in measure or quantity.less:
        flow = f"{words} {level.exporter}–{level.importer}"
    elif measure not in _PLAIN:
        flow = f"{words} of {flow}"
    goods = "" if level.goods == "all" else f" {level.goods.removeprefix(NAMED)}"
    return f"{flow}{goods} {_years(quantity)}"


def _flow(quantity: Quantity) -> str:
    levels = [level for level, _ in quantity.of]
    first = levels[0]
    if first.kind == "gdp":
        return f"GDP {first.exporter}"
    if first.turned() in levels:
        if quantity.measure == "balance":
            return f"balance {first.exporter}–{first.importer}"
        sides = sorted({first.exporter, first.importer} - {WORLD})
        return f"trade {'–'.join(sides)}"
    if first.exporter == WORLD:
        return f"imports {first.importer}"
    if first.importer == WORLD:
        return f"exports {first.exporter}"
    return f"exports {first.exporter}–{first.importer}"


def _years(quantity: Quantity) -> str:
    """Return the period; a growth over the year before needs no base."""
    period = quantity.of[0][0].period
    usual = quantity.measure.endswith("growth") and quantity.to
    if usual and quantity.to[0][0].period == period.before():
        return str(period)
    return period_of(quantity)
