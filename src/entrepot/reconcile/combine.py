"""One value from two reports, or from one, with an interval; both reports stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from entrepot.errors import NoEvidenceError
from entrepot.reconcile.calibrate import HALF, tails
from entrepot.reconcile.freight import Freight, estimate_freight
from entrepot.reconcile.gap import gaps, together
from entrepot.reconcile.odds import Odds, fixed_point, implied
from entrepot.reconcile.pairing import pair
from entrepot.reconcile.scratch import Scratch
from entrepot.reconcile.statements import KEPT, WITH_DISTANCE, combined, history, silent
from entrepot.reconcile.variance import Variances, variances
from entrepot.reconcile.withheld import withheld

if TYPE_CHECKING:
    import duckdb

    from entrepot.reconcile.gap import Gap
    from entrepot.reconcile.tails import Tails

__all__ = ["By", "Reconciled", "reconcile"]

Scores = Literal["variances", "fixed_point"]
By = Literal["all", "year", "chapter"]
PART = 1_000
"""Cells told by both from which a year or a chapter has error variances of its own."""
_PART: dict[By, str] = {"all": "''", "year": "year(period)::VARCHAR", "chapter": "left(product, 2)"}


@dataclass(frozen=True)
class Reconciled:
    """Reconciled flows, and what they rest on; a context that drops them when it is left.

    Attributes
    ----------
    rows
        One row a cell: the key, `value_usd`, `low_usd`, `high_usd` (90 % interval; where a country
        tells nothing at all in a period, that of what it used to tell beside such a report, from
        cells of the same pair and chapter that both told),
        `weight_exporter`, `value_exporter_usd`, `value_importer_usd`, `log_freight`, `valuation`,
        `told_by`,
        `kept_back` (in what the side that tells nothing may have the flow; see `withheld`).
    freight
        None where importers' values were kept.
    odds
        By which reports were weighted.
    variances
        By which the intervals were drawn.
    tails
        How heavy the tails of errors are, by which intervals are the wider; see `Tails`.
    parts
        Variances of each year or chapter that has its own.
    learnt
        Cells of the official data that weights were learnt from; 0 if they say too little.
    counts
        Cells told by both, by the exporter and by the importer, with their value.
    moved
        Cells whose exporter told of them under a code that the importer's edition lacks, or that
        holds more there, and the value that went to them.
    """

    rows: duckdb.DuckDBPyRelation
    freight: Freight | None
    odds: Odds
    variances: Variances
    tails: Tails
    counts: dict[str, tuple[int, float]]
    parts: dict[str, Variances]
    learnt: int
    moved: tuple[int, float]
    scratch: Scratch

    @property
    def level(self) -> float:
        """Return the standard deviations to either side of one report that hold nine in ten."""
        return self.tails.level

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop the tables that the rows rest on; they cannot be read after that."""
        self.scratch.drop()


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
    moves: duckdb.DuckDBPyRelation | None = None,
    kept: duckdb.DuckDBPyRelation | None = None,
) -> Reconciled:
    """Reconcile two reports of each flow.

    Parameters
    ----------
    connection
        Where the relations live. Tables are made in it, in a schema of their own, which the result
        rests on until it is closed.
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
    moves
        Where the goods of a code are in another edition; see `pair`.
    kept
        What reporters keep back, from `withheld` all goods, where `rows` have some only; None takes
        it from `rows`.

    Raises
    ------
    NoEvidenceError
        If nothing is reported twice, or freight cannot be estimated.
    """
    if remove_freight and distances is None:
        raise NoEvidenceError(
            "freight is estimated from distances, of which none are given",
            hint="entrepot data get geodist, or keep the importers' values",
        )
    scratch = Scratch(connection)
    try:
        if moves is not None:
            moves = scratch.keep(moves, "moves")
        scratch.keep(pair(rows, moves), "pairs")
        freight = _freight(scratch, distances) if remove_freight and distances is not None else None
        scratch.keep(withheld(rows) if kept is None else kept, "withheld")
        known = {"official": official, "tellers": tellers}
        for name, relation in known.items():
            if relation is not None:
                scratch.keep(relation, name)
        there = frozenset(name for name, relation in known.items() if relation is not None)
        return _weighed(scratch, there, freight, odds, scores, by)
    except BaseException:
        scratch.drop()
        raise


def _freight(scratch: Scratch, distances: duckdb.DuckDBPyRelation) -> Freight:
    scratch.keep(distances, "distances")
    return estimate_freight(scratch.keep(scratch.query(WITH_DISTANCE), "far"))


def _weighed(
    scratch: Scratch,
    there: frozenset[str],
    freight: Freight | None,
    odds: Odds | None,
    scores: Scores,
    by: By,
) -> Reconciled:
    """Reconcile the pairs that are kept."""
    source, log_freight = "own.pairs", KEPT
    if freight is not None:
        source = "own.far"
        log_freight = f"CASE WHEN importer_valuation = 'FOB' THEN 0.0 ELSE {freight.sql()} END"
    cells = scratch.query(f"FROM {source}")
    halves = gaps(cells, log_freight, f"{HALF} || {_PART[by]}")
    found = together(halves)
    spread = variances(found)
    measured = odds is None and "official" not in there and scores == "variances"
    if odds is None:
        odds = fixed_point(found) if scores == "fixed_point" else spread.odds()
    odds, learnt = _learnt(scratch, odds) if "official" in there else (odds, 0)
    parts = _parts(halves) if by != "all" else {}
    part = _own(by, parts)
    _register(scratch, odds, spread, parts, own_odds=measured)
    for side in ("exporter", "importer"):
        quiet = scratch.query(silent(source, side, "tellers" in there))
        scratch.keep(quiet, f"silent_{side}s")
    scratch.keep(scratch.query(history(source, log_freight)), "history")
    heavy = tails(scratch, source, log_freight, halves, parts, part)
    hows = {how for (how,) in scratch.query("SELECT DISTINCT how FROM own.withheld").fetchall()}
    result = scratch.query(combined(source, log_freight, odds, spread, part, heavy, hows))
    [(moved, value)] = cells.aggregate("count(moved_usd), sum(moved_usd)").fetchall()
    counts = result.aggregate("told_by, count(*), sum(value_usd)", "told_by").fetchall()
    return Reconciled(
        result,
        freight,
        odds,
        spread,
        heavy,
        {side: (int(cells), float(value)) for side, cells, value in sorted(counts)},
        parts,
        learnt,
        (int(moved), float(value or 0.0)),
        scratch,
    )


def _parts(halves: tuple[Gap, ...]) -> dict[str, Variances]:
    """Return the variances of each part that has cells enough."""
    of: dict[str, list[Gap]] = {}
    for gap in halves:
        of.setdefault(gap.part[1:], []).append(gap)
    return {
        part: variances(together(some))
        for part, some in sorted(of.items())
        if sum(gap.cells for gap in some) >= PART
    }


def _own(by: By, parts: dict[str, Variances]) -> str:
    """Return SQL for the part whose variances a cell has; empty text for those of all."""
    if not parts:
        return "''"
    names = ", ".join(f"'{part}'" for part in parts)
    return f"CASE WHEN {_PART[by]} IN ({names}) THEN {_PART[by]} ELSE '' END"


def _learnt(scratch: Scratch, odds: Odds) -> tuple[Odds, int]:
    """Return the odds that official values imply, and from how many cells; else the odds given."""
    cells = scratch.query(f"""
        SELECT exporter, importer, value_exporter_usd, value_importer_usd, o.value_usd
        FROM own.pairs p JOIN own.official o USING (period, freq, exporter, importer, product)
        WHERE value_exporter_usd IS NOT NULL AND value_importer_usd IS NOT NULL
          AND o.value_usd >= 20000 AND p.nomenclature = o.nomenclature
        ORDER BY hash(exporter, importer, product, period) LIMIT {LEARNT}""").fetchall()
    if len(cells) < FEWEST:
        return odds, 0
    return implied(cells), len(cells)


FEWEST = 1_000
"""Cells of an official reconciliation below which nothing is learnt from it."""
LEARNT = 300_000
"""Cells that are enough to learn some four hundred effects from."""


def _register(
    scratch: Scratch, odds: Odds, spread: Variances, parts: dict[str, Variances], *, own_odds: bool
) -> None:
    """Give the engine the effects and variances of every country, by side and part.

    A part's own odds come from its variances; they include what is usual there.
    """
    import pyarrow as pa

    for side in ("exporter", "importer"):
        columns: dict[str, list[Any]] = {key: [] for key in ("part", "area", "effect", "variance")}
        overall: dict[str, float] = dict(getattr(spread, side))
        for part, own in {"": spread, **parts}.items():
            usual = own.odds() if part and own_odds else odds
            effects: dict[str, float] = dict(getattr(usual, side))
            variance = overall | own.doubted(side)
            for area in sorted(effects.keys() | variance.keys()):
                columns["part"].append(part)
                columns["area"].append(area)
                columns["effect"].append(effects.get(area, 0.0))
                columns["variance"].append(variance.get(area, own.typical))
        scratch.keep(scratch.connection.from_arrow(pa.table(columns)), f"{side}s")
