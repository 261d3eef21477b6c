"""What is asked of the engine to make one value of two reports: the SQL of `combine`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.reconcile.gap import WIDEST
from entrepot.reconcile.pairing import CELL

if TYPE_CHECKING:
    from entrepot.reconcile.odds import Odds
    from entrepot.reconcile.variance import Variances

__all__ = ["ENOUGH", "LEVEL", "WITH_DISTANCE", "combined", "history", "silent"]

LEVEL = 1.6448536269514722
"""Standard deviations to either side that hold 90 % of a normal distribution."""
ENOUGH = 20
"""Cells with both reports from which a gap between two countries in a chapter is known."""


WITH_DISTANCE = """
SELECT p.*, ln(greatest(weighted_distance_km, 1)) AS log_km, is_contiguous AS border,
       ln(u.unit_value) AS log_unit_value
FROM _pairs p
LEFT JOIN _distances USING (exporter, importer)
LEFT JOIN (
    SELECT product, median(value_exporter_usd / mass_exporter_kg) AS unit_value FROM _pairs
    WHERE mass_exporter_kg > 0 AND value_exporter_usd > 0 GROUP BY product
) u USING (product)
"""


def history(source: str, log_freight: str) -> str:
    """Return the usual gap of each pair and chapter: what importers told on top, in logs."""
    return f"""
        SELECT exporter, importer, left(product, 2) AS chapter, median(gap) AS usual,
               stddev_samp(greatest(-{WIDEST}, least({WIDEST}, gap))) AS spread
        FROM (SELECT *, ln(value_importer_usd / value_exporter_usd) - ({log_freight}) AS gap
              FROM {source} WHERE value_exporter_usd > 0 AND value_importer_usd > 0)
        GROUP BY ALL HAVING count(*) >= {ENOUGH}"""


def silent(source: str, side: str, known: bool) -> str:
    """Return the countries, by period, that stand on a side and tell nothing of it at all."""
    if known:
        return f"""
            SELECT DISTINCT p.period, p.freq, p.{side} AS area FROM {source} p
            ANTI JOIN _tellers t ON t.period = p.period AND t.freq = p.freq
                 AND t.told_by = '{side}' AND t.area = p.{side}"""
    return f"""
        SELECT period, freq, {side} AS area FROM {source}
        GROUP BY ALL HAVING count(value_{side}_usd) = 0"""


def combined(source: str, log_freight: str, odds: Odds, spread: Variances, part: str) -> str:
    """Return reports with value, interval and weight, cell by cell."""
    key = ", ".join(f"p.{name}" for name in CELL)
    return f"""
SELECT {key.replace("p.", "")}, value_usd,
       value_usd * exp(least(0, shift) - {LEVEL} * deviation) AS low_usd,
       value_usd * exp(greatest(0, shift) + {LEVEL} * deviation) AS high_usd,
       weight_exporter, value_exporter_usd, value_importer_usd, mass_kg, log_freight, told_by,
       is_reexport, is_estimated
FROM (
    SELECT *,
           coalesce(weight_exporter * value_exporter_usd, 0)
           + coalesce((1 - weight_exporter) * value_importer_usd * exp(-log_freight), 0)
               AS value_usd,
           coalesce(silent_spread, sqrt(weight_exporter ** 2 * of_exporter
                                        + (1 - weight_exporter) ** 2 * of_importer)) AS deviation,
           coalesce(silent_shift, 0) AS shift,
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
               mass_exporter_kg, mass_importer_kg,
               CASE WHEN si.area IS NOT NULL OR sx.area IS NOT NULL THEN h.spread END
                   AS silent_spread,
               CASE WHEN si.area IS NOT NULL THEN h.usual
                    WHEN sx.area IS NOT NULL THEN -h.usual END AS silent_shift
        FROM (SELECT *, {part} AS part FROM {source}) p
        LEFT JOIN _silent_importers si
             ON si.period = p.period AND si.freq = p.freq AND si.area = p.importer
        LEFT JOIN _silent_exporters sx
             ON sx.period = p.period AND sx.freq = p.freq AND sx.area = p.exporter
        LEFT JOIN _history h ON h.exporter = p.exporter AND h.importer = p.importer
             AND h.chapter = left(p.product, 2)
        LEFT JOIN _exporters x ON x.area = p.exporter AND x.part = p.part
        LEFT JOIN _importers m ON m.area = p.importer AND m.part = p.part
    )
)"""
