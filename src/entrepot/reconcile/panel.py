"""Months in which some reporters are late: the same reporters throughout, or last year's value.

A total over months grows when a reporter joins and falls when one is late. A fixed panel keeps only
those who tell every month; carrying fills a missing month with the same month a year before, and
flags it as estimated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from entrepot.errors import NoEvidenceError
from entrepot.reconcile.pairing import over

if TYPE_CHECKING:
    import duckdb

__all__ = ["PANELS", "Panel", "panel", "tellers_of"]

Panel = Literal["as_told", "fixed", "carried"]
PANELS: tuple[Panel, ...] = ("as_told", "fixed", "carried")

_TELLER = "CASE told_by WHEN 'importer' THEN importer ELSE exporter END"
_FIXED = f"""
WITH told AS (SELECT DISTINCT freq, period, told_by, {_TELLER} AS teller FROM flows),
spans AS (SELECT freq, count(DISTINCT period) AS n FROM told GROUP BY freq),
whole AS (
    SELECT told.freq, told_by, teller FROM told JOIN spans USING (freq)
    GROUP BY told.freq, told_by, teller, n HAVING count(*) = n
)
SELECT flows.* FROM flows JOIN whole w
    ON w.freq = flows.freq AND w.told_by = flows.told_by AND w.teller = {{teller}}
"""
_CARRIED = f"""
WITH told AS (SELECT DISTINCT freq, period, told_by, {_TELLER} AS teller FROM flows),
spans AS (SELECT DISTINCT freq, period FROM told),
late AS (
    SELECT s.freq, s.period, y.told_by, y.teller
    FROM spans s JOIN told y ON y.freq = s.freq AND y.period = s.period - INTERVAL 1 YEAR
    ANTI JOIN told t ON t.freq = s.freq AND t.period = s.period
         AND t.told_by = y.told_by AND t.teller = y.teller
)
SELECT * FROM flows
UNION ALL
SELECT flows.* REPLACE (l.period AS period, true AS is_estimated)
FROM flows JOIN late l ON flows.freq = l.freq AND flows.period = l.period - INTERVAL 1 YEAR
     AND flows.told_by = l.told_by AND {{teller}} = l.teller
"""


def panel(rows: duckdb.DuckDBPyRelation, kind: Panel) -> duckdb.DuckDBPyRelation:
    """Return reports with the same reporters behind every period.

    Parameters
    ----------
    rows
        Canonical flows, each told by one side; every frequency is a panel of its own.
    kind
        ``as_told``: as they are; ``fixed``: of those who tell every period; ``carried``: a reporter
        that is late in a period has what it told of the same time a year before, with
        `is_estimated` true. A value is carried once: what was estimated is not carried on.

    Raises
    ------
    NoEvidenceError
        If nobody tells every period, for a fixed panel.
    """
    if kind == "as_told":
        return rows
    teller = _TELLER.replace("told_by", "flows.told_by")
    teller = teller.replace("THEN importer", "THEN flows.importer").replace(
        "ELSE exporter", "ELSE flows.exporter"
    )
    if kind == "carried":
        return over(rows, "flows", _CARRIED.format(teller=teller))
    found = over(rows, "flows", _FIXED.format(teller=teller))
    if not found.limit(1).fetchall():
        raise NoEvidenceError(
            "no reporter tells every period",
            hint="name fewer periods, or carry last year's values: --panel carried",
        )
    return found


def tellers_of(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Return who tells anything in which period: period, freq, told_by, area."""
    return over(
        rows, "flows", f"SELECT DISTINCT period, freq, told_by, {_TELLER} AS area FROM flows"
    )
