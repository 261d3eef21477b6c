"""Statements of the published table, found by exactly what they state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.sources.published.parse import matching, published, ranked

if TYPE_CHECKING:
    from entrepot.sources.published.parse import Kind
    from entrepot.sources.published.row import Published

FLOWS = {
    "trade_share": "both",
    "balance": "balance",
    "exchange_rate": "na",
    "gdp": "na",
    "world_share": "na",
}
"""What a measure is usually about; every other one is about one way."""


def stating(
    measure: str,
    exporter: str | None = None,
    importer: str | None = None,
    goods: str | None = None,
    period: str | int | None = None,
    *,
    kind: Kind = "published",
    **keys: str,
) -> tuple[Published, ...]:
    """Return the statements of exactly this, best first; None leaves a key open."""
    exact = {"measure": measure, "per": "", "flow": FLOWS.get(measure, "one_way")} | keys
    if goods is not None:
        exact["goods"] = goods
    rows = published(kind)
    return ranked(matching(rows, exporter=exporter, importer=importer, period=period, **exact))
