"""The lake room: raw bytes by hash, canonical rows as Parquet; it checks and judges nothing."""

from entrepot.lake.fetch import fetch
from entrepot.lake.holding import Holding, LoadReport, spans
from entrepot.lake.lake import Lake

__all__ = ["Holding", "Lake", "LoadReport", "fetch", "spans"]
