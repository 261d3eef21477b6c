"""One value from two reports, or from one, with an interval; both reports stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import NoEvidenceError
from entrepot.reconcile.freight import Freight, estimate_freight
from entrepot.reconcile.gap import WIDEST, gaps
from entrepot.reconcile.odds import Odds, fixed_point, implied
from entrepot.reconcile.pairing import CELL, pair
from entrepot.reconcile.variance import Variances, variances

if TYPE_CHECKING:
    import duckdb

    from entrepot.reconcile.gap import Gap

__all__ = ["By", "Reconciled", "reconcile"]

Scores = Literal["variances", "fixed_point"]
By = Literal["all", "year", "chapter"]
PART = 1_000
"""Cells told by both from which a year or a chapter has error variances of its own."""
_PART: dict[By, str] = {"all": "''", "year": "year(period)::VARCHAR", "chapter": "left(product, 2)"}
LEVEL = 1.6448536269514722
"""Standard deviations to either side that hold 90 % of a normal distribution."""


@dataclass(frozen=True)
class Reconciled:
    """Reconciled flows, and what they rest on.

    Attributes
    ----------
    rows
        One row a cell: the key, `value_usd`, `low_usd`, `high_usd` (90 % interval; where a country
        tells nothing at all in a period, that of what it used to tell beside such a report, from
        cells of the same pair and chapter that both told),
        `weight_exporter`, `value_exporter_usd`, `value_importer_usd`, `log_freight`, `told_by`.
    freight
        None where importers' values were kept.
    odds
        By which reports were weighted.
    variances
        By which the intervals were drawn.
    parts
        Those of each year or chapter that has its own.
    counts
        Cells told by both, by the exporter and by the importer, with their value.
    """

    rows: duckdb.DuckDBPyRelation
    freight: Freight | None
    odds: Odds
    variances: Variances
    counts: dict[str, tuple[int, float]]
    parts: dict[str, Variances]


def reconcile(
    connection: duckdb.DuckDBPyConnection,
    rows: duckdb.DuckDBPyRelation,
    *,
    distances: duckdb.DuckDBPyRelation | None = None,
    official: duckdb.DuckDBPyRelation | None = None,
    odds: Odds | None = None,
    remove_freight: bool = False,
    scores: Scores = "variances",
    by: By = "all",
) -> Reconciled:
    """Reconcile two reports of each flow.

    Parameters
    ----------
    connection
        Where the relations live; temporary tables are made in it.
    rows
        Canonical flows, each told by one side; see `pair`.
    distances
        Exporter, importer, `weighted_distance_km`, `is_contiguous`; needed to take freight off.
    official
        Flows of an official reconciliation of the same cells (`value_usd`), from which the weights
        are learnt; where it says nothing, `odds` or `scores` count.
    odds
        Weights that are known already, such as `bundled_odds`; None measures them by `scores`.
    remove_freight
        Whether importers' reports are brought to the exporter's border first. BACI as published in
        2024 does not: values that the importer alone reports stand in it as they are.
    scores
        How reliability is measured where nothing official says it.
    by
        Whether error variances are of ``all`` trade, or of each ``year`` or ``chapter`` apart; one
        with fewer than `PART` cells that both tell has those of all.

    Raises
    ------
    NoEvidenceError
        If nothing is reported twice, or freight cannot be estimated.
    """
    _keep(connection, pair(rows), "_pairs")
    freight = None
    log_freight = "0.0"
    source = "_pairs"
    if remove_freight:
        if distances is None:
            raise NoEvidenceError(
                "freight is estimated from distances, of which none are given",
                hint="entrepot data add geodist FILE, or keep the importers' values",
            )
        _keep(connection, distances, "_distances")
        _keep(connection, connection.sql(_WITH_DISTANCE), "_far")
        source = "_far"
        freight = estimate_freight(connection.table(source))
        log_freight = f"CASE WHEN importer_valuation = 'FOB' THEN 0.0 ELSE {freight.sql()} END"
    found = gaps(connection.table(source), log_freight)
    spread = variances(found)
    given = odds is not None
    if odds is None:
        odds = fixed_point(found) if scores == "fixed_point" else spread.odds()
    if official is not None:
        odds = _learnt(connection, official, odds)
    parts = _parts(gaps(connection.table(source), log_freight, _PART[by])) if by != "all" else {}
    measured = official is None and not given and scores == "variances"
    _register(connection, odds, spread, parts, own_odds=measured)
    _keep(connection, connection.sql(_history(source, log_freight)), "_history")
    for side in ("exporter", "importer"):
        _keep(connection, connection.sql(_silent(source, side)), f"_silent_{side}s")
    combined = connection.sql(_combined(source, log_freight, odds, spread, _own(by, parts)))
    counts = combined.aggregate("told_by, count(*), sum(value_usd)", "told_by").fetchall()
    return Reconciled(
        combined,
        freight,
        odds,
        spread,
        {side: (int(cells), float(value)) for side, cells, value in sorted(counts)},
        parts,
    )


def _parts(found: tuple[Gap, ...]) -> dict[str, Variances]:
    """Return the variances of each part that has cells enough."""
    of: dict[str, list[Gap]] = {}
    for gap in found:
        of.setdefault(gap.part, []).append(gap)
    return {
        part: variances(some)
        for part, some in sorted(of.items())
        if sum(gap.cells for gap in some) >= PART
    }


def _own(by: By, parts: dict[str, Variances]) -> str:
    """Return SQL for the part whose variances a cell has; empty text for those of all."""
    if not parts:
        return "''"
    names = ", ".join(f"'{part}'" for part in parts)
    return f"CASE WHEN {_PART[by]} IN ({names}) THEN {_PART[by]} ELSE '' END"


def _keep(
    connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, name: str
) -> None:
    """Run a relation once and keep it under a name."""
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    relation.create(name)


def _learnt(
    connection: duckdb.DuckDBPyConnection, official: duckdb.DuckDBPyRelation, odds: Odds
) -> Odds:
    """Return the odds that official values imply; those of others where they say nothing."""
    _keep(connection, official, "_official")
    cells = connection.sql(f"""
        SELECT exporter, importer, value_exporter_usd, value_importer_usd, o.value_usd
        FROM _pairs JOIN _official o USING (period, freq, exporter, importer, product)
        WHERE value_exporter_usd IS NOT NULL AND value_importer_usd IS NOT NULL
          AND o.value_usd >= 20000 AND _pairs.nomenclature = o.nomenclature
        ORDER BY hash(exporter, importer, product, period) LIMIT {LEARNT}""").fetchall()
    try:
        return implied(cells)
    except NoEvidenceError:
        return odds


LEARNT = 300_000
"""Cells that are enough to learn some four hundred effects from."""

_WITH_DISTANCE = """
SELECT p.*, ln(greatest(weighted_distance_km, 1)) AS log_km, is_contiguous AS border,
       ln(u.unit_value) AS log_unit_value
FROM _pairs p
LEFT JOIN _distances USING (exporter, importer)
LEFT JOIN (
    SELECT product, median(value_exporter_usd / mass_exporter_kg) AS unit_value FROM _pairs
    WHERE mass_exporter_kg > 0 AND value_exporter_usd > 0 GROUP BY product
) u USING (product)
"""


def _register(
    connection: duckdb.DuckDBPyConnection,
    odds: Odds,
    spread: Variances,
    parts: dict[str, Variances],
    *,
    own_odds: bool,
) -> None:
    """Give the engine the effects and variances of every country, by side and part.

    A part's own odds come from its variances; they include what is usual there.
    """
    import pyarrow as pa

    for side, name in (("exporter", "_exporters"), ("importer", "_importers")):
        columns: dict[str, list[Any]] = {key: [] for key in ("part", "area", "effect", "variance")}
        overall: dict[str, float] = dict(getattr(spread, side))
        for part, own in {"": spread, **parts}.items():
            usual = own.odds() if part and own_odds else odds
            effects: dict[str, float] = dict(getattr(usual, side))
            variance = overall | dict(getattr(own, side))
            for area in sorted(effects.keys() | variance.keys()):
                columns["part"].append(part)
                columns["area"].append(area)
                columns["effect"].append(effects.get(area, 0.0))
                columns["variance"].append(variance.get(area, own.typical))
        connection.register(name, pa.table(columns))


ENOUGH = 20
"""Cells with both reports from which a gap between two countries in a chapter is known."""


def _history(source: str, log_freight: str) -> str:
    """Return the usual gap of each pair and chapter: what importers told on top, in logs."""
    return f"""
        SELECT exporter, importer, left(product, 2) AS chapter, median(gap) AS usual,
               stddev_samp(greatest(-{WIDEST}, least({WIDEST}, gap))) AS spread
        FROM (SELECT *, ln(value_importer_usd / value_exporter_usd) - ({log_freight}) AS gap
              FROM {source} WHERE value_exporter_usd > 0 AND value_importer_usd > 0)
        GROUP BY ALL HAVING count(*) >= {ENOUGH}"""


def _silent(source: str, side: str) -> str:
    """Return the countries, by period, that stand on a side and tell nothing of it at all."""
    return f"""
        SELECT period, freq, {side} AS area FROM {source}
        GROUP BY ALL HAVING count(value_{side}_usd) = 0"""


def _combined(source: str, log_freight: str, odds: Odds, spread: Variances, part: str) -> str:
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
           coalesce(silent_shift, 0) AS shift
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
               coalesce(mass_importer_kg, mass_exporter_kg) AS mass_kg,
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
