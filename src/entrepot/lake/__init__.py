"""The lake: raw bytes by hash, canonical rows as Parquet, all or nothing; it knows no economics."""

from entrepot.lake.fetch import (
    beside,
    cached,
    distinct,
    fetch,
    few_rows,
    near,
    own_table,
    relation,
    stored,
)
from entrepot.lake.inventory import InventoryItem, LoadReport, codes_of_all_goods, spans
from entrepot.lake.lake import Lake

__all__ = [
    "InventoryItem",
    "Lake",
    "LoadReport",
    "beside",
    "cached",
    "codes_of_all_goods",
    "distinct",
    "fetch",
    "few_rows",
    "near",
    "own_table",
    "relation",
    "spans",
    "stored",
]
