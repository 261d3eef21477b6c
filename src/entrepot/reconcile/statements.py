"""What is asked of the engine to make one value of two reports: the SQL of `combine`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.reconcile.pairing import CELL
from entrepot.reconcile.withheld import SILENT, kept_back

if TYPE_CHECKING:
    from collections.abc import Collection

    from entrepot.reconcile.odds import Odds
    from entrepot.reconcile.tails import Tails
    from entrepot.reconcile.variance import Variances

__all__ = ["ENOUGH", "KEPT", "WITH_DISTANCE", "combined", "history", "silent"]

ENOUGH = 20
"""Cells with both reports from which a gap between two countries in a chapter is known."""
KEPT = "0.0"
"""Log freight where importers' values are kept."""
OUTSIDE = 0.05
"""Share of gaps on either side that an interval leaves out."""


WITH_DISTANCE = """
SELECT p.*, ln(greatest(weighted_distance_km, 1)) AS log_km, is_contiguous AS border,
       ln(u.unit_value) AS log_unit_value
FROM own.pairs p
LEFT JOIN own.distances USING (exporter, importer)
LEFT JOIN (
    SELECT product, median(value_exporter_usd / mass_exporter_kg) AS unit_value FROM own.pairs
    WHERE mass_exporter_kg > 0 AND value_exporter_usd > 0 GROUP BY product
) u USING (product)
"""


def history(source: str, log_freight: str) -> str:
    """Return the band that holds nine gaps in ten of each pair and chapter where one is silent.

    A gap is what importers told on top, in logs. The ends are the sorted gaps at ``(n + 1) p``, as
    they have to be for the next gap to lie between them nine times in ten; between two, by line.
    """
    return f"""
        WITH sorted AS (
            SELECT exporter, importer, left(product, 2) AS chapter, list(gap ORDER BY gap) AS gaps
            FROM (
                SELECT *, ln(value_importer_usd / value_exporter_usd) - ({log_freight}) AS gap
                FROM {source}
                WHERE value_exporter_usd > 0 AND value_importer_usd > 0
                  AND (exporter IN (SELECT area FROM own.silent_exporters)
                       OR importer IN (SELECT area FROM own.silent_importers))
            ) GROUP BY ALL HAVING count(*) >= {ENOUGH}
        ), placed AS (
            SELECT *, floor({OUTSIDE} * (len(gaps) + 1))::INTEGER AS n,
                   {OUTSIDE} * (len(gaps) + 1) - n AS rest FROM sorted
        )
        SELECT exporter, importer, chapter,
               gaps[n] + rest * (gaps[n + 1] - gaps[n]) AS least,
               gaps[-n] + rest * (gaps[-n - 1] - gaps[-n]) AS most
        FROM placed"""


def silent(source: str, side: str, known: bool) -> str:
    """Return the countries, by period, that stand on a side and tell nothing of it at all."""
    if known:
        return f"""
            SELECT DISTINCT p.period, p.freq, p.{side} AS area FROM {source} p
            ANTI JOIN own.tellers t ON t.period = p.period AND t.freq = p.freq
                 AND t.told_by = '{side}' AND t.area = p.{side}"""
    return f"""
        SELECT period, freq, {side} AS area FROM {source}
        GROUP BY ALL HAVING count(value_{side}_usd) = 0"""


def combined(
    source: str,
    log_freight: str,
    odds: Odds,
    spread: Variances,
    part: str,
    tails: Tails,
    hows: Collection[str],
) -> str:
    """Return reports with value, interval and weight, cell by cell.

    `tails` says how many standard deviations to either side of a value hold nine in ten; `hows` in
    what reporters keep lines back, see `withheld`.
    """
    key = ", ".join(f"p.{name}" for name in CELL)
    held, joins = kept_back(hows, "p")
    logs = (f"ln(nullif(value_{side}_usd, 0))" for side in ("importer", "exporter"))
    beside = tails.after(f"({' - '.join(logs)} - log_freight)", "(of_exporter + of_importer)")
    taken_off = str(log_freight != KEPT).lower()
    return f"""
SELECT {key.replace("p.", "")}, value_usd,
       value_usd * exp(least(0, coalesce(least_gap, -level * deviation))) AS low_usd,
       value_usd * exp(greatest(0, coalesce(most_gap, level * deviation))) AS high_usd,
       weight_exporter, value_exporter_usd, value_importer_usd, mass_kg, log_freight, told_by,
       is_reexport, is_estimated, kept_back,
       CASE WHEN told_by = 'importer' AND NOT {taken_off} AND importer_valuation <> 'FOB' THEN 'CIF'
            ELSE 'FOB' END AS valuation
FROM (
    SELECT *,
           coalesce(weight_exporter * value_exporter_usd, 0)
           + coalesce((1 - weight_exporter) * value_importer_usd * exp(-log_freight), 0)
               AS value_usd,
           sqrt(weight_exporter ** 2 * of_exporter + (1 - weight_exporter) ** 2 * of_importer)
               AS deviation,
           -- one report, or one of zero beside it, says nothing of how good the other is
           coalesce(CASE told_by WHEN 'both' THEN {beside} END, {tails.level!r}::DOUBLE) AS level,
           -- weighed as the value is, so that a price per kilo stays one; unknown if one has none
           CASE told_by WHEN 'exporter' THEN mass_exporter_kg WHEN 'importer' THEN mass_importer_kg
                ELSE weight_exporter * mass_exporter_kg + (1 - weight_exporter) * mass_importer_kg
           END AS mass_kg
    FROM (
        SELECT {key}, value_exporter_usd, value_importer_usd, is_reexport, is_estimated,
               coalesce(x.variance, {spread.typical!r}) AS of_exporter,
               coalesce(m.variance, {spread.typical!r}) AS of_importer,
               CASE WHEN value_importer_usd IS NULL THEN 0 ELSE {log_freight} END AS log_freight,
               CASE WHEN value_importer_usd IS NULL THEN 1.0
                    WHEN value_exporter_usd IS NULL THEN 0.0
                    ELSE 1 / (1 + exp(-greatest(-700, least(700,
                        {odds.usual!r} + coalesce(x.effect, 0) + coalesce(m.effect, 0)))))
               END AS weight_exporter,
               CASE WHEN value_importer_usd IS NULL THEN 'exporter'
                    WHEN value_exporter_usd IS NULL THEN 'importer' ELSE 'both' END AS told_by,
               mass_exporter_kg, mass_importer_kg, importer_valuation,
               CASE WHEN si.area IS NOT NULL THEN h.least
                    WHEN sx.area IS NOT NULL THEN -h.most END AS least_gap,
               CASE WHEN si.area IS NOT NULL THEN h.most
                    WHEN sx.area IS NOT NULL THEN -h.least END AS most_gap,
               {held} AS kept_back
        FROM (SELECT *, {part} AS part{SILENT if hows else ""} FROM {source}) p
        LEFT JOIN own.silent_importers si
             ON si.period = p.period AND si.freq = p.freq AND si.area = p.importer
        LEFT JOIN own.silent_exporters sx
             ON sx.period = p.period AND sx.freq = p.freq AND sx.area = p.exporter
        LEFT JOIN own.history h ON h.exporter = p.exporter AND h.importer = p.importer
             AND h.chapter = left(p.product, 2)
        LEFT JOIN own.exporters x ON x.area = p.exporter AND x.part = p.part
        LEFT JOIN own.importers m ON m.area = p.importer AND m.part = p.part{joins}
    )
)"""
