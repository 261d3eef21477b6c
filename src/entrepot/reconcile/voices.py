"""Who speaks of what: reports in terms that both sides share, one voice for each reporter.

A cell that one side does not report is a zero of that side only if the side speaks: of that period,
in that edition, of that good and of that partner. Everything else is not held, and no zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import UnknownNameError
from entrepot.model.product import harmonized
from entrepot.reconcile.pairing import over, pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

__all__ = ["DOLLARS", "mirrored"]

DOLLARS: Mapping[str, tuple[float, float]] = {"USD": (1.0, 1.0), "EUR": (0.82, 1.60)}
"""What one unit of a currency has been worth, at least and at most, in US dollars. The euro's
reference rate was lowest on 26 October 2000 (0.8252) and highest on 15 July 2008 (1.5990). No rate
of ours converts a report: a gap counts if it is one at every rate in between."""

_TELLER = "CASE told_by WHEN 'exporter' THEN exporter ELSE importer END"
_PARTNER = "CASE told_by WHEN 'exporter' THEN importer ELSE exporter END"
_VOICE = "period, freq, told_by, teller, nomenclature"


def mirrored(
    rows: duckdb.DuckDBPyRelation, dollars: Mapping[str, tuple[float, float]] = DOLLARS
) -> duckdb.DuckDBPyRelation:
    """Return both reports of each flow and good in each year, zero where a side tells of none.

    Parameters
    ----------
    rows
        Canonical flows of any sources; one that reconciles reports is left out. A reporter that
        several sources hold speaks by the one with the most rows.
    dollars
        Least and most that a unit of each currency was worth; rows in others are left out.

    Returns
    -------
    duckdb.DuckDBPyRelation
        Of `year`, `freq`, `exporter`, `importer`, `product`, `nomenclature`; `told_out`, what the
        exporter reports, and `told_in`, the importer, in US dollars at the least rate; `most_out`
        and `most_in` at the most; `source_out` and `source_in`. Twelve months are a year; where a
        side has fewer, the months of which both speak are added up, and `freq` is ``M``. Cells of
        which one side does not speak are left out.
    """
    listed = ", ".join(
        f"('{name}', {least!r}::DOUBLE, {most / least!r}::DOUBLE)"
        for name, (least, most) in dollars.items()
    )
    shared = over(rows, "flows", _shared(rows).format(dollars=listed))
    single = over(shared, "shared", _SINGLE)
    pairs = pair(single)
    # One query, for a relation cannot be joined with another by name.
    both = f"WITH single AS ({single.sql_query()}){_BOTH}"
    return over(pairs, "pairs", both)


def _shared(rows: duckdb.DuckDBPyRelation) -> str:
    """Return SQL for reports in dollars, by codes of six digits where they are longer."""
    kinds = over(rows, "flows", "SELECT DISTINCT nomenclature, source, told_by FROM flows")
    found = kinds.fetchall()
    names = {name for name, *_ in found}
    read = {name: edition for name in names if (edition := _edition(name)) not in (None, name)}
    whens = "".join(f" WHEN '{name}' THEN '{edition}'" for name, edition in sorted(read.items()))
    edition = f"CASE nomenclature{whens} ELSE nomenclature END" if whens else "nomenclature"
    blended = {source for _, source, told_by in found if told_by == "both"}
    return (
        _SHARED.replace("<edition>", edition)
        .replace("<longer>", _listed(read))
        .replace("<blended>", _listed(blended))
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names)) or "''"


def _edition(name: str) -> str | None:
    try:
        return harmonized(name).id
    except UnknownNameError:
        return None


_SHARED = f"""
WITH rates(coin, least, stretch) AS (VALUES {{dollars}})
SELECT * EXCLUDE (value_usd, product, nomenclature, coin, least),
       CASE WHEN nomenclature IN (<longer>) AND product <> 'TOTAL' THEN left(product, 6)
            ELSE product END AS product,
       CASE WHEN product = 'TOTAL' THEN 'NONE' ELSE <edition> END AS nomenclature,
       least * coalesce(value_usd, value_reported) AS value_usd,
       {_TELLER} AS teller, {_PARTNER} AS partner
FROM (SELECT period, freq, exporter, importer, product, nomenclature, value_usd, value_reported,
             CASE WHEN value_usd IS NULL THEN currency ELSE 'USD' END AS coin,
             mass_kg, valuation, told_by, partner_basis, is_reexport, is_estimated, source
      FROM flows WHERE told_by IN ('exporter', 'importer') AND exporter <> importer
      AND source NOT IN (<blended>))
JOIN rates USING (coin)
"""

_KEY = "exporter, importer, product, nomenclature, told_by, partner_basis, is_reexport"
_SINGLE = f"""
WITH counted AS (
    SELECT freq, told_by, teller, nomenclature, source, year(period) AS year, count(*) AS n,
           count(DISTINCT period) AS periods
    FROM shared GROUP BY ALL),
voice AS (
    SELECT told_by, teller, nomenclature, year, freq AS was, freq AS becomes,
           arg_max(source, (n, source)) AS source
    FROM counted WHERE freq <> 'A' GROUP BY ALL
    UNION ALL
    SELECT told_by, teller, nomenclature, year, arg_max(freq, rank), 'A', arg_max(source, rank)
    FROM (SELECT *, (n / periods, -periods, source) AS rank FROM counted
          WHERE (freq, periods) IN (('A', 1), ('Q', 4), ('M', 12))) GROUP BY ALL)
SELECT CASE WHEN becomes = was THEN period ELSE date_trunc('year', period)::DATE END AS period,
       becomes AS freq, {_KEY}, sum(value_usd) AS value_usd, sum(mass_kg) AS mass_kg,
       any_value(valuation) AS valuation, bool_or(is_estimated) AS is_estimated,
       any_value(shared.source) AS source, any_value(shared.teller) AS teller,
       any_value(shared.partner) AS partner, max(stretch) AS stretch
FROM shared JOIN voice USING (told_by, teller, nomenclature, source)
WHERE year = year(period) AND was = freq
GROUP BY ALL
"""

_BOTH = f"""
, voices AS (
    SELECT {_VOICE}, any_value(source) AS source, max(stretch) AS stretch
    FROM single GROUP BY ALL),
goods AS (SELECT DISTINCT source, told_by, year(period) AS year, nomenclature, product FROM single),
partners AS (SELECT DISTINCT source, told_by, partner FROM single),
told AS (
    SELECT year(pairs.period) AS year, pairs.freq, pairs.exporter, pairs.importer, pairs.product,
           pairs.nomenclature,
           sum(coalesce(value_exporter_usd, 0)) AS told_out,
           sum(coalesce(value_importer_usd, 0)) AS told_in,
           sum(coalesce(value_exporter_usd, 0) * one.stretch) AS most_out,
           sum(coalesce(value_importer_usd, 0) * two.stretch) AS most_in,
           any_value(one.source) AS source_out, any_value(two.source) AS source_in
    FROM pairs
    JOIN voices AS one ON one.told_by = 'exporter' AND one.teller = pairs.exporter
         AND one.period = pairs.period AND one.freq = pairs.freq
         AND one.nomenclature = pairs.nomenclature
    JOIN voices AS two ON two.told_by = 'importer' AND two.teller = pairs.importer
         AND two.period = pairs.period AND two.freq = pairs.freq
         AND two.nomenclature = pairs.nomenclature
    GROUP BY ALL)
SELECT told.* FROM told
SEMI JOIN goods ON goods.source = source_out AND goods.told_by = 'exporter'
    AND goods.year = told.year AND goods.nomenclature = told.nomenclature
    AND goods.product = told.product
SEMI JOIN goods AS bought ON bought.source = source_in AND bought.told_by = 'importer'
    AND bought.year = told.year AND bought.nomenclature = told.nomenclature
    AND bought.product = told.product
SEMI JOIN partners ON partners.source = source_out AND partners.told_by = 'exporter'
    AND partners.partner = told.importer
SEMI JOIN partners AS sellers ON sellers.source = source_in AND sellers.told_by = 'importer'
    AND sellers.partner = told.exporter
QUALIFY told.freq = min(told.freq) OVER (PARTITION BY told.year, told.exporter, told.importer)
"""
