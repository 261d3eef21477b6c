"""How tables lie in the lake: sort orders, folders, and what a later delivery can replace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from entrepot.model.columns import key_columns

if TYPE_CHECKING:
    from entrepot.model.columns import Table
    from entrepot.model.period import Period

__all__ = ["SLICE", "Order", "folder_of", "orders"]

Order = Literal["importer", "exporter"]
# Two copies, because a question about one importer and a question about one exporter each want
# the rows of its own side next to each other (8 to 19 times faster; see ARCHITECTURE.md).
ORDERS: dict[str, dict[str, tuple[str, ...]]] = {
    "totals": {"key": ("exporter", "importer", "product")},
    "flows": {
        "importer": ("importer", "product", "exporter"),
        "exporter": ("exporter", "product", "importer"),
    },
    "inputs": {
        "importer": ("importer", "buyer_sector", "exporter", "sector"),
        "exporter": ("exporter", "sector", "importer", "buyer_sector"),
    },
}
# What a later delivery can take the place of; everything where nothing stands here.
_REPORT = (
    "CASE reported_by WHEN 'exporter' THEN exporter || '>' "
    "WHEN 'importer' THEN '>' || importer ELSE '*' END"
)
SLICE = {
    "flows": _REPORT,
    "totals": _REPORT,  # a total stops counting with the report that it is of
    "products": "nomenclature",
    "elasticities": "nomenclature",
    "correlations": "from_nomenclature || '>' || to_nomenclature || ' ' || kind",
}


def orders(table: Table) -> dict[str, tuple[str, ...]]:
    """Return the sort orders that a table is kept in, by name."""
    return ORDERS.get(table) or {"key": key_columns(table)}


def folder_of(table: Table, order: str, source: str, period: Period | None) -> str:
    """Return where files of one period lie inside the lake.

    The sort orders have separate roots, so that other programs can read either whole root without
    counting rows twice; months and years lie apart for the same reason.
    """
    if period is None:
        return f"{table}/source={source}"
    when = f"freq={period.freq}/period={period.start.isoformat()}"
    return f"{table}/by-{order}/source={source}/{when}"
