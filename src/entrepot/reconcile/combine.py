"""One value from two reports, or from one, with an interval; both reports stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import NoEvidenceError
from entrepot.reconcile.freight import Freight, estimate_freight
from entrepot.reconcile.gap import gaps
from entrepot.reconcile.odds import Odds, fixed_point, implied
from entrepot.reconcile.pairing import pair
from entrepot.reconcile.statements import WITH_DISTANCE, combined, history, silent
from entrepot.reconcile.variance import Variances, variances

if TYPE_CHECKING:
    import duckdb

    from entrepot.reconcile.gap import Gap

__all__ = ["By", "Reconciled", "forget", "reconcile"]

Scores = Literal["variances", "fixed_point"]
By = Literal["all", "year", "chapter"]
PART = 1_000
"""Cells told by both from which a year or a chapter has error variances of its own."""
_PART: dict[By, str] = {"all": "''", "year": "year(period)::VARCHAR", "chapter": "left(product, 2)"}


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
    learnt
        Cells of the official data that weights were learnt from; 0 if they say too little.
    counts
        Cells told by both, by the exporter and by the importer, with their value.
    """

    rows: duckdb.DuckDBPyRelation
    freight: Freight | None
    odds: Odds
    variances: Variances
    counts: dict[str, tuple[int, float]]
    parts: dict[str, Variances]
    learnt: int


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
    tellers: duckdb.DuckDBPyRelation | None = None,
) -> Reconciled:
    """Reconcile two reports of each flow.

    Parameters
    ----------
    connection
        Where the relations live. Temporary tables are made in it, which the result rests on until
        the next call or `forget`.
    rows
        Canonical flows, each told by one side; see `pair`.
    distances
        Exporter, importer, `weighted_distance_km`, `is_contiguous`; needed to take freight off.
    official
        Flows of an official reconciliation of the same cells (`value_usd`), from which the weights
        are learnt; where fewer than `FEWEST` cells say something, `odds` or `scores` count.
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
    tellers
        Who tells anything at all in which period, from `tellers_of` all goods, where `rows` have
        some only; None takes it from `rows`.

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
        _keep(connection, connection.sql(WITH_DISTANCE), "_far")
        source = "_far"
        freight = estimate_freight(connection.table(source))
        log_freight = f"CASE WHEN importer_valuation = 'FOB' THEN 0.0 ELSE {freight.sql()} END"
    found = gaps(connection.table(source), log_freight)
    spread = variances(found)
    given = odds is not None
    if odds is None:
        odds = fixed_point(found) if scores == "fixed_point" else spread.odds()
    learnt = 0
    if official is not None:
        odds, learnt = _learnt(connection, official, odds)
    parts = _parts(gaps(connection.table(source), log_freight, _PART[by])) if by != "all" else {}
    measured = official is None and not given and scores == "variances"
    _register(connection, odds, spread, parts, own_odds=measured)
    _keep(connection, connection.sql(history(source, log_freight)), "_history")
    if tellers is not None:
        _keep(connection, tellers, "_tellers")
    for side in ("exporter", "importer"):
        quiet = connection.sql(silent(source, side, tellers is not None))
        _keep(connection, quiet, f"_silent_{side}s")
    result = connection.sql(combined(source, log_freight, odds, spread, _own(by, parts)))
    counts = result.aggregate("told_by, count(*), sum(value_usd)", "told_by").fetchall()
    return Reconciled(
        result,
        freight,
        odds,
        spread,
        {side: (int(cells), float(value)) for side, cells, value in sorted(counts)},
        parts,
        learnt,
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


TABLES = (
    "_pairs", "_distances", "_far", "_official", "_history", "_tellers",
    "_silent_exporters", "_silent_importers",
)  # fmt: skip
"""Temporary tables that a result rests on."""


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what the last result of a connection rests on; its rows cannot be read after that."""
    for name in TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {name}")


def _keep(
    connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, name: str
) -> None:
    """Run a relation once and keep it under a name."""
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    relation.create(name)


def _learnt(
    connection: duckdb.DuckDBPyConnection, official: duckdb.DuckDBPyRelation, odds: Odds
) -> tuple[Odds, int]:
    """Return the odds that official values imply, and from how many cells; else the odds given."""
    _keep(connection, official, "_official")
    cells = connection.sql(f"""
        SELECT exporter, importer, value_exporter_usd, value_importer_usd, o.value_usd
        FROM _pairs JOIN _official o USING (period, freq, exporter, importer, product)
        WHERE value_exporter_usd IS NOT NULL AND value_importer_usd IS NOT NULL
          AND o.value_usd >= 20000 AND _pairs.nomenclature = o.nomenclature
        ORDER BY hash(exporter, importer, product, period) LIMIT {LEARNT}""").fetchall()
    if len(cells) < FEWEST:
        return odds, 0
    return implied(cells), len(cells)


FEWEST = 1_000
"""Cells of an official reconciliation below which nothing is learnt from it."""
LEARNT = 300_000
"""Cells that are enough to learn some four hundred effects from."""


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
            # Who is known from few cells is not known to be good: an error on top.
            variance = overall | {
                name: value + own.errors[side, name] for name, value in getattr(own, side).items()
            }
            for area in sorted(effects.keys() | variance.keys()):
                columns["part"].append(part)
                columns["area"].append(area)
                columns["effect"].append(effects.get(area, 0.0))
                columns["variance"].append(variance.get(area, own.typical))
        connection.register(name, pa.table(columns))
