"""Two sides that report in different editions: what one tells of a code that the other lacks.

The exporter's report under an old code and the importer's under the new ones that took its place
are two reports of the same goods. Left where they are, each would be told by one side, and count
twice in a total. So the exporter's report goes to the importer's codes, divided as the importer
divides them.
"""

from __future__ import annotations

__all__ = ["CELL", "MASS", "moved"]

CELL = ("period", "freq", "exporter", "importer", "product", "nomenclature")
"""What makes a cell: the flow that two countries may both report."""
MASS = "CASE WHEN bool_and(mass_kg IS NOT NULL OR value_usd = 0) THEN sum(mass_kg) END"
"""SQL for the mass of rows added up, null where one that has a value has no mass."""
_FLOW = ", ".join(CELL[:4])
_KEY = ", ".join(CELL)


def moved(exporters: str, importers: str, moves: str) -> str:
    """Return SQL for exporters' reports under the importers' codes, with `moved_usd`.

    Parameters
    ----------
    exporters, importers
        SQL for the reports of a side, one row a cell.
    moves
        SQL for where the goods of a code are in another edition; see `pair`.
    """
    return f"""
        WITH move AS MATERIALIZED ({moves}),
        touched AS MATERIALIZED (SELECT product FROM move UNION SELECT to_product FROM move),
        -- Most codes are the same in both editions: only the others are looked at row by row.
        x AS MATERIALIZED (SELECT * FROM ({exporters}) SEMI JOIN touched USING (product)),
        away AS MATERIALIZED (
            SELECT x.* REPLACE (m.product AS product, m.nomenclature AS nomenclature),
                   x.product AS was, x.nomenclature AS edition,
                   -- a sum of nothing divides nothing: equal parts
                   coalesce(m.value_usd / nullif(sum(m.value_usd) OVER cell, 0),
                            1 / count(*) OVER cell) AS part
            FROM x JOIN move ON move.nomenclature = x.nomenclature AND move.product = x.product
            JOIN (SELECT * FROM ({importers}) SEMI JOIN touched USING (product)) AS m
                 ON m.period = x.period AND m.freq = x.freq AND m.exporter = x.exporter
                 AND m.importer = x.importer AND m.nomenclature = move.to_nomenclature
                 AND m.product = move.to_product
            WINDOW cell AS (
                PARTITION BY x.period, x.freq, x.exporter, x.importer, x.product, x.nomenclature)
        ), left_alone AS MATERIALIZED (
            SELECT * FROM x ANTI JOIN (
                SELECT DISTINCT {_FLOW}, was AS product, edition AS nomenclature FROM away
            ) USING ({_KEY})
        )
        SELECT *, NULL::DOUBLE AS moved_usd
        FROM ({exporters}) ANTI JOIN touched USING (product)
        UNION ALL BY NAME
        SELECT *, NULL::DOUBLE AS moved_usd
        FROM left_alone ANTI JOIN away USING ({_FLOW}, product)
        UNION ALL BY NAME
        SELECT {_FLOW}, product, any_value(nomenclature) AS nomenclature,
               sum(value_usd) AS value_usd, {MASS} AS mass_kg,
               any_value(valuation) AS valuation, any_value(partner_basis) AS partner_basis,
               bool_and(is_reexport) AS is_reexport, bool_or(is_estimated) AS is_estimated,
               sum(moved_usd) AS moved_usd
        FROM (
            SELECT * EXCLUDE (was, edition, part)
                     REPLACE (value_usd * part AS value_usd, mass_kg * part AS mass_kg,
                              is_estimated OR part < 1 AS is_estimated),
                   CASE WHEN product <> was THEN value_usd * part END AS moved_usd
            FROM away
            UNION ALL BY NAME
            -- a code that both editions have is told under its own number, too
            SELECT *, NULL::DOUBLE AS moved_usd
            FROM left_alone SEMI JOIN away USING ({_FLOW}, product)
        )
        GROUP BY {_FLOW}, product"""
