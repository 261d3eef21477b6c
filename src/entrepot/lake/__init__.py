"""The lake: raw bytes by hash, canonical rows as Parquet, all or nothing; it knows no economics."""

from entrepot.lake.fetch import fetch, relation, stored
from entrepot.lake.inventory import InventoryItem, LoadReport, spans, whole_trade
from entrepot.lake.lake import Lake

__all__ = [
    "InventoryItem",
    "Lake",
    "LoadReport",
    "fetch",
    "relation",
    "spans",
    "stored",
    "whole_trade",
]
