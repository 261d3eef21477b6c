"""How much of the trade of a country that stopped reporting its partners still report.

Weights are what the partners had in the last year in which the country reported: by its own report
where there is one, else by the partner's. Coverage is the weight of those that report now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.reconciliation.pairing import over

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a country's trade in a base time is with partners that report in a period.

    Attributes
    ----------
    period
        First day of the period.
    product
        Product code, or empty for all goods.
    share
        0 to 1.
    base_usd
        Value in the base time that the share is of.
    is_own
        Whether the base is what the country itself reported; what partners reported leaves out
        those who reported nothing then either.
    non_reporting
        Partners that do not report, with their share of the base, the largest first.
    """

    period: date
    product: str
    share: float
    base_usd: float
    is_own: bool
    non_reporting: tuple[tuple[str, float], ...]


def coverage(
    rows: duckdb.DuckDBPyRelation,
    area: str,
    side: str,
    base: tuple[date, date],
    *,
    periods: Sequence[date] = (),
    by_product: bool = False,
) -> tuple[Coverage, ...]:
    """Return the coverage of every period after the base.

    Parameters
    ----------
    rows
        Canonical flows, each reported by one side, of the base time and after.
    area
        The country that stopped reporting.
    side
        On which side it stands: ``importer`` for its imports.
    base
        First day of the first and of the last period of the base time.
    periods
        First days of the periods to look at, also where nobody reports anything; none takes those
        in which somebody does.
    by_product
        For each product apart. Who reports a period at all reports all of its products: a flow that
        is not there is then none.

    Returns
    -------
    tuple of Coverage
        By period and product; empty where there is nothing in the base time.

    Raises
    ------
    ValueError
        If `side` is neither ``importer`` nor ``exporter``.
    """
    if side not in ("importer", "exporter"):
        raise ValueError(f"side is {side!r}")
    partner = "exporter" if side == "importer" else "importer"
    product = "product" if by_product else "''"
    first, last = base
    spans = "SELECT DISTINCT period FROM told"
    if periods:
        spans = " UNION ".join(f"SELECT DATE '{day}' AS period" for day in periods)
    # Crossed with all periods: a partner that reports nothing in one has a row there, not covered.
    sql = f"""
    WITH there AS (
        SELECT period, {partner} AS partner, {product} AS product, reported_by, value_usd FROM flows
        WHERE {side} = '{area}' AND {partner} <> '{area}' AND value_usd IS NOT NULL
          AND period BETWEEN DATE '{first}' AND DATE '{last}'
    ), own AS (
        SELECT coalesce(bool_or(reported_by = '{side}'), false) AS speaks FROM there
    ), base AS (
        SELECT partner, product, sum(value_usd) AS value FROM there, own
        WHERE reported_by = CASE WHEN speaks THEN '{side}' ELSE '{partner}' END
        GROUP BY ALL
    ), told AS (
        SELECT DISTINCT period, {partner} AS partner FROM flows
        WHERE reported_by = '{partner}' AND period > DATE '{last}'
    ), spans AS ({spans})
    SELECT s.period, b.product, b.partner, b.value, t.partner IS NOT NULL AS tells, own.speaks
    FROM spans s CROSS JOIN base b CROSS JOIN own
    LEFT JOIN told t ON t.period = s.period AND t.partner = b.partner
    ORDER BY s.period, b.product, b.value DESC, b.partner
    """
    found: dict[tuple[date, str], list[tuple[str, float, bool]]] = {}
    is_own = False
    for period, code, name, value, reports, speaks in over(rows, "flows", sql).fetchall():
        # The same in every row: it comes from the cross join.
        is_own = bool(speaks)
        found.setdefault((period, code), []).append((name, float(value), bool(reports)))
    return tuple(_of(period, code, is_own, rest) for (period, code), rest in found.items())


def _of(
    period: date, product: str, is_own: bool, partners: list[tuple[str, float, bool]]
) -> Coverage:
    total = sum(value for _, value, _ in partners)
    reported = sum(value for _, value, reports in partners if reports)
    return Coverage(
        period,
        product,
        reported / total if total else 0.0,
        total,
        is_own,
        tuple((name, value / total) for name, value, reports in partners if not reports and total),
    )
