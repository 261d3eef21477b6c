"""Measures: pure functions from a frame of trade rows to a frame of numbers, with passports.

Any frame that Narwhals reads goes in, the same kind comes out:

>>> import pyarrow as pa
>>> import entrepot as ep
>>> rows = pa.table({"year": [2023] * 3, "exporter": ["A", "B", "C"], "value_usd": [5, 3, 2]})
>>> round(ep.measures.hhi(rows, by=["year"])["hhi"][0].as_py(), 3)
0.38

This is the only place with arithmetic on trade rows. It knows no source and no lake.
"""

from entrepot.measures.change import growth
from entrepot.measures.concentration import concentration_ratio, hhi
from entrepot.measures.dependence import export_share, import_share
from entrepot.measures.leverage import asymmetry
from entrepot.measures.passport import Passport
from entrepot.measures.passports import passport, passports
from entrepot.measures.totals import value, without_own_trade

__all__ = [
    "Passport",
    "asymmetry",
    "concentration_ratio",
    "export_share",
    "growth",
    "hhi",
    "import_share",
    "passport",
    "passports",
    "value",
    "without_own_trade",
]
