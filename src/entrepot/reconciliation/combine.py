"""One value from two reports, or from one, with an interval; both reports stay."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, Self

from entrepot.errors import NoEvidenceError
from entrepot.reconciliation.pairing import CELL, Freight, estimate_freight, pair
from entrepot.reconciliation.panel import NON_REPORTING, suppressed_in, withheld
from entrepot.reconciliation.reporter_weights import (
    WIDEST,
    ReporterWeights,
    Variances,
    fixed_point,
    gaps,
    implied,
    together,
    variances,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import duckdb

    from entrepot.reconciliation.reporter_weights import PairGap

Scores = Literal["variances", "fixed_point"]
By = Literal["all", "year", "chapter"]
PART = 1_000
"""Cells reported by both from which a year or a chapter has error variances of its own."""
_PART: dict[By, str] = {"all": "''", "year": "year(period)::VARCHAR", "chapter": "left(product, 2)"}


@dataclass(frozen=True)
class Reconciled:
    """Reconciled flows, and what they rest on; a context that drops them when it is left.

    Attributes
    ----------
    rows
        One row a cell: the key, `value_usd`, `low_usd`, `high_usd` (90 % interval; where a country
        tells nothing at all in a period, that of what it used to tell beside such a report, from
        cells of the same pair and chapter that both reported),
        `weight_exporter`, `value_exporter_usd`, `value_importer_usd`, `log_freight`, `valuation`,
        `reported_by`,
        `suppressed_in` (in what the side that reports nothing may have the flow; see `withheld`).
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
        Cells reported by both, by the exporter and by the importer, with their value.
    moved
        Cells whose exporter reported them under a code that the importer's edition lacks, or that
        holds more there, and the value that went to them.
    """

    rows: duckdb.DuckDBPyRelation
    freight: Freight | None
    odds: ReporterWeights
    variances: Variances
    tails: Tails
    counts: dict[str, tuple[int, float]]
    parts: dict[str, Variances]
    learnt: int
    moved: tuple[int, float]
    scratch: ReconcileTables

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
    odds: ReporterWeights | None = None,
    remove_freight: bool = False,
    scores: Scores = "variances",
    by: By = "all",
    reporters: duckdb.DuckDBPyRelation | None = None,
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
        Canonical flows, each reported by one side; see `pair`.
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
        with fewer than `PART` cells that both report has those of all.
    reporters
        Who reports anything at all in which period, from `reporters_of` all goods, where `rows`
        have some only; None takes it from `rows`.
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
    scratch = ReconcileTables(connection)
    try:
        if moves is not None:
            # `pair` pastes them in as SQL text: a table is not computed anew where it is read.
            moves = scratch.keep(moves, "moves")
        scratch.keep(pair(rows, moves), "pairs")
        freight = _freight(scratch, distances) if remove_freight and distances is not None else None
        scratch.keep(withheld(rows) if kept is None else kept, "withheld")
        known = {"official": official, "reporters": reporters}
        for name, relation in known.items():
            if relation is not None:
                scratch.keep(relation, name)
        there = frozenset(name for name, relation in known.items() if relation is not None)
        return _weighted(scratch, there, freight, odds, scores, by)
    # Also on Ctrl-C: the connection is the caller's, who could not know of this schema.
    except BaseException:
        scratch.drop()
        raise


def _freight(scratch: ReconcileTables, distances: duckdb.DuckDBPyRelation) -> Freight:
    scratch.keep(distances, "distances")
    return estimate_freight(scratch.keep(scratch.query(WITH_DISTANCE), "far"))


def _weighted(
    scratch: ReconcileTables,
    there: frozenset[str],
    freight: Freight | None,
    odds: ReporterWeights | None,
    scores: Scores,
    by: By,
) -> Reconciled:
    """Reconcile the pairs that are kept."""
    source, log_freight = "own.pairs", KEPT
    if freight is not None:
        source = "own.far"
        log_freight = f"CASE WHEN importer_valuation = 'FOB' THEN 0.0 ELSE {freight.sql()} END"
    cells = scratch.query(f"FROM {source}")
    # A gap's part is one character for the half, then the year or chapter: hence `part[1:]` below.
    halves = gaps(cells, log_freight, f"{HALF} || {_PART[by]}")
    found = together(halves)
    # Also where odds are given: intervals always come from variances, whatever the weights.
    spread = variances(found)
    # Only weights from variances may differ by part; learnt or given ones are of all trade.
    measured = odds is None and "official" not in there and scores == "variances"
    if odds is None:
        odds = fixed_point(found) if scores == "fixed_point" else spread.odds()
    odds, learnt = _learnt(scratch, odds) if "official" in there else (odds, 0)
    parts = _parts(halves) if by != "all" else {}
    part = _own(by, parts)
    _register(scratch, odds, spread, parts, own_odds=measured)
    for side in ("exporter", "importer"):
        quiet = scratch.query(non_reporting(source, side, "reporters" in there))
        scratch.keep(quiet, f"silent_{side}s")
    scratch.keep(scratch.query(history(source, log_freight)), "history")
    heavy = tails(scratch, source, log_freight, halves, parts, part)
    # Asked first, because each kind that may occur costs the query below a join.
    hows = {how for (how,) in scratch.query("SELECT DISTINCT how FROM own.withheld").fetchall()}
    result = scratch.query(combined(source, log_freight, odds, spread, part, heavy, hows))
    [(moved, value)] = cells.aggregate("count(moved_usd), sum(moved_usd)").fetchall()
    counts = result.aggregate("reported_by, count(*), sum(value_usd)", "reported_by").fetchall()
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


def _parts(halves: tuple[PairGap, ...]) -> dict[str, Variances]:
    """Return the variances of each part that has cells enough."""
    of: dict[str, list[PairGap]] = {}
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


def _learnt(scratch: ReconcileTables, odds: ReporterWeights) -> tuple[ReporterWeights, int]:
    """Return the odds that official values imply, and from how many cells; else the odds given."""
    # In the order of a hash: the limit takes the same sample in every run, of all countries alike.
    # Editions must be equal: official data of another one may divide a code in another way.
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
    scratch: ReconcileTables,
    odds: ReporterWeights,
    spread: Variances,
    parts: dict[str, Variances],
    *,
    own_odds: bool,
) -> None:
    """Give the engine the effects and variances of every country, by side and part.

    A part's own odds come from its variances; they include what is usual there.
    """
    import pyarrow as pa

    for side in ("exporter", "importer"):
        columns: dict[str, list[Any]] = {key: [] for key in ("part", "area", "effect", "variance")}
        overall = spread.doubted(side)
        for part, own in {"": spread, **parts}.items():
            # The empty part is all trade, for cells whose year or chapter has too few of its own.
            usual = own.odds() if part and own_odds else odds
            effects: dict[str, float] = dict(getattr(usual, side))
            # A reporter without a cell in this part keeps the variance that it has over all trade.
            variance = overall | own.doubted(side)
            for area in sorted(effects.keys() | variance.keys()):
                columns["part"].append(part)
                columns["area"].append(area)
                columns["effect"].append(effects.get(area, 0.0))
                columns["variance"].append(variance.get(area, own.typical))
        scratch.keep(scratch.connection.from_arrow(pa.table(columns)), f"{side}s")


# How many standard deviations hold half of the gaps and nine in ten: of real errors more.


CALIBRATE_FEWEST = 200
"""Cells reported by both below which errors are taken for normal: a quantile of fewer is chance."""
ENOUGH = 500_000
"""Cells that are enough for a quantile."""
HALF = "(hash(exporter, importer, product) % 2)::VARCHAR"
"""Half that a cell belongs to: a flow to the same one in all years, for its gaps are alike."""


def tails(
    scratch: ReconcileTables,
    source: str,
    log_freight: str,
    halves: Sequence[PairGap],
    parts: Collection[str] = (),
    part: str = "''",
) -> Tails:
    """Return how heavy the tails of the gaps are, in standard deviations of theirs.

    Parameters
    ----------
    scratch
        Where the cells are.
    source
        Name of the table of cells.
    log_freight
        SQL for the log freight that an importer's report has on top.
    halves
        Gaps by `HALF` and part, written one after the other. Each half is held against variances
        from the other.
    parts
        Parts that have variances of their own.
    part
        SQL for the one of them that a cell is in, empty text for none.

    Returns
    -------
    Tails
        From the 50 % and 90 % quantiles of absolute log gaps over their standard deviations.
    """
    of_half = {half: [gap for gap in halves if gap.part[0] == half] for half in "01"}
    count = sum(gap.cells for gap in halves)
    if count < CALIBRATE_FEWEST or not all(of_half.values()):
        return Tails()
    # Each half gets the other's variances: estimated on the same gaps, they would fit them too well
    # and tails would look lighter than they are.
    learnt = {
        half + name: one
        for half, others in (("0", of_half["1"]), ("1", of_half["0"]))
        for name, one in _variances(others, parts).items()
    }
    for side in ("exporter", "importer"):
        scratch.keep(_table(scratch, learnt, side), f"half_{side}s")
    typical = " ".join(f"WHEN '{name}' THEN {one.typical!r}" for name, one in learnt.items())
    # Every n-th cell, n rounded up, by hash: about `ENOUGH`, and the same ones in every run.
    some = f"hash(period, product, importer, exporter) % {-(-count // ENOUGH)} = 0"
    [(found,)] = scratch.query(f"""
        SELECT quantile_cont(abs(gap) / sqrt(coalesce(x.variance, typical)
                                             + coalesce(m.variance, typical)), [0.5, 0.9])
        FROM (
            SELECT exporter, importer, {HALF} || {part} AS part, CASE part {typical} END AS typical,
                   ln(value_importer_usd / value_exporter_usd) - ({log_freight}) AS gap
            FROM {source}
            WHERE value_exporter_usd > 0 AND value_importer_usd > 0 AND {some}
        ) p
        LEFT JOIN own.half_exporters x ON x.area = p.exporter AND x.part = p.part
        LEFT JOIN own.half_importers m ON m.area = p.importer AND m.part = p.part""").fetchall()
    return Tails.fitted(*found) if found else Tails()


def _variances(half: Sequence[PairGap], parts: Collection[str]) -> dict[str, Variances]:
    """Return the variances of a half, of all its trade and of each part that has its own."""
    overall = variances(together(half) if parts else half)
    found = {"": overall}
    for name in parts:
        some = [gap for gap in half if gap.part[1:] == name]
        found[name] = variances(some) if some else overall
    return found


def _table(
    scratch: ReconcileTables, learnt: Mapping[str, Variances], side: str
) -> duckdb.DuckDBPyRelation:
    import pyarrow as pa

    rows = [
        {"part": name, "area": area, "variance": value}
        for name, one in learnt.items()
        for area, value in one.doubted(side).items()
    ]
    return scratch.connection.from_arrow(pa.Table.from_pylist(rows))


# What is asked of the engine to make one value of two reports: the SQL of `combine`.


STATEMENTS_ENOUGH = 20
"""Cells with both reports from which a gap between two countries in a chapter is known."""
KEPT = "0.0"
"""Log freight where importers' values are kept."""
OUTSIDE = 0.05
"""Share of gaps on either side that an interval leaves out."""


# Distances are at least 1 km, so that their logarithm is not negative. Left joins: a pair without a
# distance, or a product without a mass, stays; `Freight.sql` gives it the usual rate.
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
    """Return the band that holds nine gaps in ten of a pair and chapter where one does not report.

    A gap is what importers reported on top, in logs. The ends are the sorted gaps at ``(n + 1) p``,
    as they have to be for the next gap to lie between them nine times in ten; between two, by line.
    """
    # Lists count from 1, and from the end with a minus. With fewer than 19 gaps n would be 0, a
    # place that no list has; `STATEMENTS_ENOUGH` keeps it at 1 or more.
    return f"""
        WITH sorted AS (
            SELECT exporter, importer, left(product, 2) AS chapter, list(gap ORDER BY gap) AS gaps
            FROM (
                SELECT *, ln(value_importer_usd / value_exporter_usd) - ({log_freight}) AS gap
                FROM {source}
                WHERE value_exporter_usd > 0 AND value_importer_usd > 0
                  AND (exporter IN (SELECT area FROM own.silent_exporters)
                       OR importer IN (SELECT area FROM own.silent_importers))
            ) GROUP BY ALL HAVING count(*) >= {STATEMENTS_ENOUGH}
        ), placed AS (
            SELECT *, floor({OUTSIDE} * (len(gaps) + 1))::INTEGER AS n,
                   {OUTSIDE} * (len(gaps) + 1) - n AS rest FROM sorted
        )
        SELECT exporter, importer, chapter,
               gaps[n] + rest * (gaps[n + 1] - gaps[n]) AS least,
               gaps[-n] + rest * (gaps[-n - 1] - gaps[-n]) AS most
        FROM placed"""


def non_reporting(source: str, side: str, known: bool) -> str:
    """Return the countries, by period, that stand on a side and report nothing of it at all."""
    # Rows of some goods cannot show who reports nothing at all: then a list of all goods says it.
    if known:
        return f"""
            SELECT DISTINCT p.period, p.freq, p.{side} AS area FROM {source} p
            ANTI JOIN own.reporters t ON t.period = p.period AND t.freq = p.freq
                 AND t.reported_by = '{side}' AND t.area = p.{side}"""
    return f"""
        SELECT period, freq, {side} AS area FROM {source}
        GROUP BY ALL HAVING count(value_{side}_usd) = 0"""


def combined(
    source: str,
    log_freight: str,
    odds: ReporterWeights,
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
    suppressed, joins = suppressed_in(hows, "p")
    logs = (f"ln(nullif(value_{side}_usd, 0))" for side in ("importer", "exporter"))
    # Two reports further apart are of different things and say no more of each other's errors: the
    # interval would grow with the gap without end. It spans the intervals of both instead.
    gap = f"abs({' - '.join(logs)} - log_freight)"
    pair_level = tails.after(f"least({gap}, {WIDEST})", "(of_exporter + of_importer)")
    freight_removed = str(log_freight != KEPT).lower()
    # A gap of the past is what importers report on top: it carries an exporter's report to the
    # importer's. For an importer's report it turns its sign, and its ends.
    return f"""
SELECT {key.replace("p.", "")}, value_usd,
       -- Nulls do not count here: only reports that contradict each other have outer ends.
       least(value_usd * exp(least(0, coalesce(least_gap, -level * deviation))), least_of_either)
           AS low_usd,
       greatest(value_usd * exp(greatest(0, coalesce(most_gap, level * deviation))), most_of_either)
           AS high_usd,
       weight_exporter, value_exporter_usd, value_importer_usd, mass_kg, log_freight, reported_by,
       is_reexport, is_estimated, suppressed_in,
       -- made of an FOB and a CIF report it is neither, and says none
       CASE WHEN reported_by = 'exporter' OR {freight_removed} OR importer_valuation = 'FOB'
            THEN 'FOB' WHEN reported_by = 'importer' THEN 'CIF' END AS valuation
FROM (
    SELECT *,
           coalesce(weight_exporter * value_exporter_usd, 0)
           + coalesce((1 - weight_exporter) * value_importer_usd * exp(-log_freight), 0)
               AS value_usd,
           sqrt(weight_exporter ** 2 * of_exporter + (1 - weight_exporter) ** 2 * of_importer)
               AS deviation,
           -- one report, or one of zero beside it, says nothing of how good the other is
           coalesce(CASE reported_by WHEN 'both' THEN {pair_level} END, {tails.level!r}::DOUBLE) AS
           level,
           {outer_end("least", gap, -tails.level)} AS least_of_either,
           {outer_end("greatest", gap, tails.level)} AS most_of_either,
           -- weighed as the value is, so that a price per kilo stays one; unknown if one has none
           CASE reported_by WHEN 'exporter' THEN mass_exporter_kg WHEN 'importer' THEN
           mass_importer_kg
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
                    WHEN value_exporter_usd IS NULL THEN 'importer' ELSE 'both' END AS reported_by,
               mass_exporter_kg, mass_importer_kg, importer_valuation,
               CASE WHEN si.area IS NOT NULL THEN h.least
                    WHEN sx.area IS NOT NULL THEN -h.most END AS least_gap,
               CASE WHEN si.area IS NOT NULL THEN h.most
                    WHEN sx.area IS NOT NULL THEN -h.least END AS most_gap,
               {suppressed} AS suppressed_in
        FROM (SELECT *, {part} AS part{NON_REPORTING if hows else ""} FROM {source}) p
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


def outer_end(which: str, gap: str, level: float) -> str:
    """Return SQL for the outer end of the intervals that two reports have each by itself.

    Null where the two do not contradict each other. Each interval holds the truth nine times in
    ten, so that what spans both does so at least as often.
    """
    ends = ", ".join(
        f"value_{side}_usd * exp({log} + {level!r} * sqrt(of_{side}))"
        for side, log in (("exporter", "0"), ("importer", "-log_freight"))
    )
    return f"CASE WHEN {gap} > {WIDEST} THEN {which}({ends}) END"


# How heavy the tails of errors are, and what a gap says of the errors behind it.


NORMAL = 1.6448536269514722
"""Standard deviations to either side that hold 90 % of a normal distribution."""
_QUANTILES = (
    (1, 1.0000, 6.3138), (2, 0.8165, 2.9200), (3, 0.7649, 2.3534), (4, 0.7407, 2.1318),
    (5, 0.7267, 2.0150), (6, 0.7176, 1.9432), (8, 0.7064, 1.8595), (10, 0.6998, 1.8125),
    (15, 0.6912, 1.7531), (30, 0.6828, 1.6973), (math.inf, 0.6745, NORMAL),
)  # fmt: skip
"""Degrees of freedom, and what holds half and nine tenths of a Student distribution on either side
of its middle: its quantiles at 0.75 and 0.95, from any table of it."""


def _between(place: float, left: float, right: float, one: float, other: float) -> float:
    return one + (other - one) * (place - left) / (right - left)


def _widths(freedom: float) -> tuple[float, float]:
    """Return the two quantiles, between those of the table linearly in one over the freedom."""
    # Student's quantiles are nearly linear in one over the freedom, not in the freedom.
    place = 1 / freedom if freedom else math.inf
    for (left, *lows), (right, *highs) in pairwise(_QUANTILES):
        if left <= freedom <= right:
            ends = (1 / left, 0.0 if math.isinf(right) else 1 / right)
            half, nine = (
                _between(place, *ends, low, high) for low, high in zip(lows, highs, strict=True)
            )
            return half, nine
    raise ValueError(f"{freedom} degrees of freedom")


@dataclass(frozen=True, slots=True)
class Tails:
    """Errors as a Student distribution.

    Attributes
    ----------
    freedom
        Degrees of freedom: 1 has tails without a mean, infinity is normal.
    scale
        Its scale over the standard deviation that variances are counted in.
    """

    freedom: float = math.inf
    scale: float = 1.0

    @classmethod
    def fitted(cls, half: float, nine: float) -> Tails:
        """Return the distribution of which `half` and `nine` hold 50 % and 90 %.

        Parameters
        ----------
        half, nine
            Quantiles of absolute gaps over their standard deviations.

        Notes
        -----
        Between the tabled degrees of freedom the ratio of the two is met linearly in one over
        these. Thirty and more are taken for normal, which no sample tells from them; a ratio above
        that of a Cauchy distribution for Cauchy's. Normal errors are never taken for smaller than
        the variances have them.
        """
        ratio = nine / half if half > 0 else math.inf
        ratios = [(freedom, width / middle) for freedom, middle, width in _QUANTILES]
        # Thirty degrees and more: the second last row of the table.
        if ratio <= ratios[-2][1]:
            return cls(math.inf, max(1.0, nine / NORMAL))
        # Stays at 1 (Cauchy) where the ratio is above the table, and the loop finds no place.
        freedom = 1.0
        for (left, above), (right, below) in pairwise(ratios):
            if below <= ratio <= above:
                ends = (1 / left, 0.0 if math.isinf(right) else 1 / right)
                freedom = 1 / _between(ratio, above, below, *ends)
        return cls(freedom, nine / _widths(freedom)[1])

    @property
    def level(self) -> float:
        """Return the standard deviations that hold nine in ten where no gap is known."""
        return self.scale * (NORMAL if math.isinf(self.freedom) else _widths(self.freedom)[1])

    def after(self, gap: str, variance: str) -> str:
        """Return SQL for the standard deviations that hold nine in ten beside a known gap.

        Parameters
        ----------
        gap
            SQL for the log gap between two reports.
        variance
            SQL for the sum of the two error variances.
        """
        if math.isinf(self.freedom):
            return repr(self.level)
        # T(ν+1) c sqrt((ν + z²) / (ν + 1)): what is known of an error of this size once z, the gap
        # in units of its scale c, is known. Two equal reports narrow it, far ones widen it.
        nu = self.freedom
        width = _widths(nu + 1)[1] * self.scale
        squared = f"power({gap}, 2) / ({variance} * {self.scale**2!r})"
        return f"{width!r} * sqrt(({nu!r} + {squared}) / {nu + 1!r})"


# One count for the process: connections of one database share its schemas.
_NUMBERS = itertools.count()


class ReconcileTables:
    """Tables in a schema of their own, dropped together.

    Parameters
    ----------
    connection
        Where they are made; other reconciliations may be under way on it.

    Attributes
    ----------
    schema
        Its name, which no other in this process has.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.schema = f"reconcile_{next(_NUMBERS)}"
        connection.execute(f"CREATE SCHEMA {self.schema}")

    def keep(self, relation: duckdb.DuckDBPyRelation, name: str) -> duckdb.DuckDBPyRelation:
        """Run a relation once and return the table that holds what it says."""
        table = f"{self.schema}.{name}"
        # A relation is run anew by each query that reads it, and pairs are read several times.
        relation.create(table)
        return self.connection.table(table)

    def query(self, sql: str) -> duckdb.DuckDBPyRelation:
        """Return what a query says, in which ``own`` is the schema."""
        # `\b`: a name that merely ends in "own" is not the schema.
        return self.connection.sql(re.sub(r"\bown\.", f"{self.schema}.", sql))

    def drop(self) -> None:
        """Drop the tables; what rests on them cannot be read after that."""
        self.connection.execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")
