"""Months in which some reporters are late: the same reporters throughout, or last year's value.

A total over months grows when a reporter joins and falls when one is late. A fixed panel keeps only
those who report every month; carrying fills a missing month with the same month a year before, and
flags it as estimated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from entrepot.errors import NoEvidenceError
from entrepot.reconciliation.pairing import over

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb

Panel = Literal["as_reported", "fixed", "carried"]
PANELS: tuple[Panel, ...] = ("as_reported", "fixed", "carried")

_REPORTER = "CASE reported_by WHEN 'importer' THEN importer ELSE exporter END"
# Imports and exports are panels of their own, and so is each frequency.
_FIXED = f"""
WITH reports AS (SELECT DISTINCT freq, period, reported_by, {_REPORTER} AS reporter FROM flows),
spans AS (SELECT freq, count(DISTINCT period) AS n FROM reports GROUP BY freq),
whole AS (
    SELECT reports.freq, reported_by, reporter FROM reports JOIN spans USING (freq)
    GROUP BY reports.freq, reported_by, reporter, n HAVING count(*) = n
)
SELECT flows.* FROM flows JOIN whole w
    ON w.freq = flows.freq AND w.reported_by = flows.reported_by AND w.reporter = {{reporter}}
"""
# Only periods in which somebody reports are filled, and only from rows as delivered: `reports` is
# of `flows`, so that a carried value is never carried on.
_CARRIED = f"""
WITH reports AS (SELECT DISTINCT freq, period, reported_by, {_REPORTER} AS reporter FROM flows),
spans AS (SELECT DISTINCT freq, period FROM reports),
late AS (
    SELECT s.freq, s.period, y.reported_by, y.reporter
    FROM spans s JOIN reports y ON y.freq = s.freq AND y.period = s.period - INTERVAL 1 YEAR
    ANTI JOIN reports t ON t.freq = s.freq AND t.period = s.period
         AND t.reported_by = y.reported_by AND t.reporter = y.reporter
)
SELECT * FROM flows
UNION ALL
SELECT flows.* REPLACE (l.period AS period, true AS is_estimated)
FROM flows JOIN late l ON flows.freq = l.freq AND flows.period = l.period - INTERVAL 1 YEAR
     AND flows.reported_by = l.reported_by AND {{reporter}} = l.reporter
"""


def panel(rows: duckdb.DuckDBPyRelation, kind: Panel) -> duckdb.DuckDBPyRelation:
    """Return reports with the same reporters behind every period.

    Parameters
    ----------
    rows
        Canonical flows, each reported by one side; every frequency is a panel of its own.
    kind
        ``as_reported``: as they are; ``fixed``: of those who report every period; ``carried``: a
        reporter that is late in a period has what it reported of the same time a year before, with
        `is_estimated` true. A value is carried once: what was estimated is not carried on.

    Raises
    ------
    NoEvidenceError
        If nobody reports every period, for a fixed panel.
    """
    if kind == "as_reported":
        return rows
    # After the join both tables have these names; the expression has to say whose it reads.
    reporter = _REPORTER.replace("reported_by", "flows.reported_by")
    reporter = reporter.replace("THEN importer", "THEN flows.importer").replace(
        "ELSE exporter", "ELSE flows.exporter"
    )
    if kind == "carried":
        return over(rows, "flows", _CARRIED.format(reporter=reporter))
    found = over(rows, "flows", _FIXED.format(reporter=reporter))
    if not found.limit(1).fetchall():
        raise NoEvidenceError(
            "no reporter reports every period",
            hint="name fewer periods, or carry last year's values: --panel carried",
        )
    return found


def reporters_of(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Return who reports anything in which period: period, freq, reported_by, area."""
    return over(
        rows, "flows", f"SELECT DISTINCT period, freq, reported_by, {_REPORTER} AS area FROM flows"
    )


# What reporters keep back: why a side may not report a flow although it reports others.


PARTNERS = ("XNES", "XSECRET", "XSPECIAL")
"""Partners that stand for countries which are not named."""
HOWS = ("heading", "chapter", "partner", "goods")
"""In what a flow may be of which a side reports nothing; the first that applies is taken.

``heading``, ``chapter``
    The side reports four or two digits of the same partner, without the lines under them.
``partner``
    It reports the same code of a partner that is not named.
``goods``
    It reports goods that are not specified (9999..) of the same partner.
"""
ENOUGH = 0.5
"""Share of the other side's report that has to be there, to hold the flow."""

NON_REPORTING = """,
CASE WHEN value_importer_usd IS NULL THEN 'importer'
     WHEN value_exporter_usd IS NULL THEN 'exporter' END AS silent_side,
CASE silent_side WHEN 'importer' THEN importer WHEN 'exporter' THEN exporter END AS silent_area,
CASE silent_side WHEN 'importer' THEN exporter WHEN 'exporter' THEN importer END AS silent_partner,
coalesce(value_exporter_usd, value_importer_usd) AS told_usd"""
"""More columns of paired cells: who reports nothing, null where both report."""

_PARTNER = "CASE reported_by WHEN 'importer' THEN exporter ELSE importer END"


def withheld(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Return what reporters give in place of lines that they keep back.

    Parameters
    ----------
    rows
        Canonical flows, each reported by one side, of all goods.

    Returns
    -------
    duckdb.DuckDBPyRelation
        `how`, `period`, `freq`, `reported_by`, `area`, `partner` (null: any), `product` (null:
        any) and
        `most_usd`, as much as may be in it.
    """
    names = ", ".join(f"'{name}'" for name in PARTNERS)
    # Order matters: a row of an unnamed partner is that, even if it is of a heading or of 9999.
    how = f"""CASE WHEN {_PARTNER} IN ({names}) THEN 'partner'
                   WHEN product LIKE '9999%' THEN 'goods'
                   WHEN product = 'TOTAL' THEN NULL
                   WHEN length(product) = 4 THEN 'heading'
                   WHEN length(product) = 2 THEN 'chapter' END"""
    return over(
        rows,
        "flows",
        f"""
        SELECT how, period, freq, reported_by, area, CASE WHEN how <> 'partner' THEN partner END
                   AS partner,
               CASE WHEN how <> 'goods' THEN product END AS product, sum(value_usd) AS most_usd
        FROM (SELECT *, {_REPORTER} AS area, {_PARTNER} AS partner, {how} AS how FROM flows)
        WHERE how IS NOT NULL AND value_usd > 0 GROUP BY ALL""",
    )


def suppressed_in(hows: Collection[str], source: str) -> tuple[str, str]:
    """Return SQL for in what a flow may be that one side does not report, and the joins it needs.

    Parameters
    ----------
    hows
        Those that there are in the table ``own.withheld``; none needs nothing.
    source
        Name of the paired cells in the query, with the columns of `NON_REPORTING`.
    """
    there = [how for how in HOWS if how in hows]
    if not there:
        return "NULL::VARCHAR", ""
    partner = f"{{how}}_s.partner = {source}.silent_partner"
    # A heading has the same partner, an unnamed partner the same code, 9999 the same partner only.
    match = {
        "heading": f"{partner} AND {{how}}_s.product = left({source}.product, 4)",
        "chapter": f"{partner} AND {{how}}_s.product = left({source}.product, 2)",
        "partner": f"{{how}}_s.product = {source}.product",
        "goods": partner,
    }
    joins = [
        f"""
        LEFT JOIN (FROM own.withheld WHERE how = '{how}') AS {how}_s
             ON {how}_s.period = {source}.period AND {how}_s.freq = {source}.freq
             AND {how}_s.reported_by = {source}.silent_side AND {how}_s.area = {source}.silent_area
             AND {match[how].format(how=how)}"""
        for how in there
    ]
    # In the order of `HOWS`: CASE takes the first that holds enough.
    enough = [
        f"WHEN {how}_s.most_usd >= {ENOUGH} * {source}.told_usd THEN '{how}'" for how in there
    ]
    return f"CASE {' '.join(enough)} END", "".join(joins)
