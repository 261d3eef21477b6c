"""The lake: raw bytes by hash, canonical rows as Parquet, all or nothing; it knows no economics."""

from entrepot.lake.fetch import fetch, relation, stored
from entrepot.lake.few import whole_trade
from entrepot.lake.holding import Holding, LoadReport, spans
from entrepot.lake.lake import Lake

__all__ = ["Holding", "Lake", "LoadReport", "fetch", "relation", "spans", "stored", "whole_trade"]
