"""What one side reports and the other does not: hidden trade, and how much of it partners show.

`coverage` is for a country that stopped reporting. Its weights are what partners had in the last
year in which the country reported: by its own report where there is one, else by the partner's.
Coverage is the weight of those that report now.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import UnknownNameError
from entrepot.model.product import harmonized
from entrepot.reconciliation.pairing import over, pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import duckdb

DOLLARS: Mapping[str, tuple[float, float]] = {"USD": (1.0, 1.0), "EUR": (0.82, 1.60)}
"""What one unit of a currency has been worth, at least and at most, in US dollars. The euro's
reference rate was lowest on 26 October 2000 (0.8252) and highest on 15 July 2008 (1.5990). No rate
of ours converts a report: a gap counts if it is one at every rate in between."""

_REPORTER = "CASE reported_by WHEN 'exporter' THEN exporter ELSE importer END"
_PARTNER = "CASE reported_by WHEN 'exporter' THEN importer ELSE exporter END"
_REPORT_KEY = "period, freq, reported_by, reporter, nomenclature"


def mirrored(
    rows: duckdb.DuckDBPyRelation, dollars: Mapping[str, tuple[float, float]] = DOLLARS
) -> duckdb.DuckDBPyRelation:
    """Return both reports of each flow and good in each year, zero where a side reports none.

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
    pairs = pair(single, by_edition=True)
    # One query, for a relation cannot be joined with another by name.
    both = f"WITH single AS ({single.sql_query()}){_BOTH}"
    return over(pairs, "pairs", both)


def _shared(rows: duckdb.DuckDBPyRelation) -> str:
    """Return SQL for reports in dollars, by codes of six digits where they are longer."""
    kinds = over(rows, "flows", "SELECT DISTINCT nomenclature, source, reported_by FROM flows")
    found = kinds.fetchall()
    names = {name for name, *_ in found}
    # Names that refine an edition (CN2022): an edition itself, or a national list, stays as it is.
    read = {name: edition for name in names if (edition := _edition(name)) not in (None, name)}
    whens = "".join(f" WHEN '{name}' THEN '{edition}'" for name, edition in sorted(read.items()))
    edition = f"CASE nomenclature{whens} ELSE nomenclature END" if whens else "nomenclature"
    blended = {source for _, source, reported_by in found if reported_by == "both"}
    return (
        _SHARED.replace("<edition>", edition)
        .replace("<longer>", _listed(read))
        .replace("<blended>", _listed(blended))
    )


def _listed(names: Iterable[str]) -> str:
    # SQL has no empty list; no edition and no source is called ''.
    return ", ".join(f"'{name}'" for name in sorted(names)) or "''"


def _edition(name: str) -> str | None:
    try:
        return harmonized(name).id
    except UnknownNameError:
        return None


# `stretch` is the largest over the least worth of the currency, 1 for dollars. Codes of eight and
# ten digits are cut to six, in the edition of the Harmonized System that they refine.
_SHARED = f"""
WITH rates(coin, least, stretch) AS (VALUES {{dollars}})
SELECT * EXCLUDE (value_usd, product, nomenclature, coin, least),
       CASE WHEN nomenclature IN (<longer>) AND product <> 'TOTAL' THEN left(product, 6)
            ELSE product END AS product,
       CASE WHEN product = 'TOTAL' THEN 'NONE' ELSE <edition> END AS nomenclature,
       least * coalesce(value_usd, value_reported) AS value_usd,
       {_REPORTER} AS reporter, {_PARTNER} AS partner
FROM (SELECT period, freq, exporter, importer, product, nomenclature, value_usd, value_reported,
             CASE WHEN value_usd IS NULL THEN currency ELSE 'USD' END AS coin,
             mass_kg, valuation, reported_by, partner_basis, is_reexport, is_estimated, source
      FROM flows WHERE reported_by IN ('exporter', 'importer') AND exporter <> importer
      AND source NOT IN (<blended>))
JOIN rates USING (coin)
"""

_KEY = "exporter, importer, product, nomenclature, reported_by, partner_basis, is_reexport"
# One source a reporter, edition and year. A complete year (one of A, four of Q, twelve of M)
# becomes a row of the year, and months stay as well: a partner may have fewer than twelve.
_SINGLE = f"""
WITH counted AS (
    SELECT freq, reported_by, reporter, nomenclature, source, year(period) AS year, count(*) AS n,
           count(DISTINCT period) AS periods
    FROM shared GROUP BY ALL),
voice AS (
    SELECT reported_by, reporter, nomenclature, year, freq AS was, freq AS becomes,
           arg_max(source, (n, source)) AS source
    FROM counted WHERE freq <> 'A' GROUP BY ALL
    UNION ALL
    SELECT reported_by, reporter, nomenclature, year, arg_max(freq, rank), 'A',
           arg_max(source, rank)
    FROM (SELECT *, (n / periods, -periods, source) AS rank FROM counted
          WHERE (freq, periods) IN (('A', 1), ('Q', 4), ('M', 12))) GROUP BY ALL)
SELECT CASE WHEN becomes = was THEN period ELSE date_trunc('year', period)::DATE END AS period,
       becomes AS freq, {_KEY}, sum(value_usd) AS value_usd, sum(mass_kg) AS mass_kg,
       any_value(valuation) AS valuation, bool_or(is_estimated) AS is_estimated,
       any_value(shared.source) AS source, any_value(shared.reporter) AS reporter,
       any_value(shared.partner) AS partner, max(stretch) AS stretch
FROM shared JOIN voice USING (reported_by, reporter, nomenclature, source)
WHERE year = year(period) AND was = freq
GROUP BY ALL
"""

# Four semi joins: an empty cell is a zero only where its source has the good in this year and
# edition, and the partner at all. The least of A, M and Q prefers years to months. A code that both
# sides report in two editions is one good, compared in the edition in which most goods are.
_BOTH = f"""
, voices AS (
    SELECT {_REPORT_KEY}, any_value(source) AS source, max(stretch) AS stretch
    FROM single GROUP BY ALL),
goods AS (SELECT DISTINCT source, reported_by, year(period) AS year, nomenclature, product FROM
single),
partners AS (SELECT DISTINCT source, reported_by, partner FROM single),
reports AS (
    SELECT year(pairs.period) AS year, pairs.freq, pairs.exporter, pairs.importer, pairs.product,
           pairs.nomenclature,
           sum(coalesce(value_exporter_usd, 0)) AS told_out,
           sum(coalesce(value_importer_usd, 0)) AS told_in,
           sum(coalesce(value_exporter_usd, 0) * one.stretch) AS most_out,
           sum(coalesce(value_importer_usd, 0) * two.stretch) AS most_in,
           any_value(one.source) AS source_out, any_value(two.source) AS source_in
    FROM pairs
    JOIN voices AS one ON one.reported_by = 'exporter' AND one.reporter = pairs.exporter
         AND one.period = pairs.period AND one.freq = pairs.freq
         AND one.nomenclature = pairs.nomenclature
    JOIN voices AS two ON two.reported_by = 'importer' AND two.reporter = pairs.importer
         AND two.period = pairs.period AND two.freq = pairs.freq
         AND two.nomenclature = pairs.nomenclature
    GROUP BY ALL),
twofold AS (
SELECT reports.* FROM reports
SEMI JOIN goods ON goods.source = source_out AND goods.reported_by = 'exporter'
    AND goods.year = reports.year AND goods.nomenclature = reports.nomenclature
    AND goods.product = reports.product
SEMI JOIN goods AS bought ON bought.source = source_in AND bought.reported_by = 'importer'
    AND bought.year = reports.year AND bought.nomenclature = reports.nomenclature
    AND bought.product = reports.product
SEMI JOIN partners ON partners.source = source_out AND partners.reported_by = 'exporter'
    AND partners.partner = reports.importer
SEMI JOIN partners AS sellers ON sellers.source = source_in AND sellers.reported_by = 'importer'
    AND sellers.partner = reports.exporter
QUALIFY reports.freq = min(reports.freq)
    OVER (PARTITION BY reports.year, reports.exporter, reports.importer))
SELECT * EXCLUDE (same_edition)
FROM (SELECT *, count(*) OVER
             (PARTITION BY year, exporter, importer, nomenclature) AS same_edition FROM twofold)
QUALIFY row_number() OVER (
    PARTITION BY year, exporter, importer, product
    ORDER BY same_edition DESC, nomenclature DESC) = 1
"""


FAR = 10.0
"""Factor between two reports of a good and a year from which one of them is next to nothing. What
is reported twice is mostly nearer: of 31 ores and metals in 2022 half within 1.7, three in four
within 5.5 (Comtrade, 1 m USD and more)."""
LEAST = 1e6
"""US dollars of the larger report of a good."""
FACTOR = 2.0
"""Factor between two reports of all goods: partners, timing and freight even out in a total."""
LEAST_FLOW = 10e6
"""US dollars of the larger report of all goods."""
STEADY = 3
"""Years in a row with `LEAST` or more, after which a line does not end by accident."""
CONTINUES = 0.5
"""Of what a side reported last year the other still reports after it stopped."""


@dataclass(frozen=True, slots=True)
class MirrorGaps:
    """Cells of one kind of hidden trade, and the largest of them.

    Attributes
    ----------
    rule
        ``lost-in-transit``: the exporter names a destination that reports next to nothing;
        ``missing-export``: the importer names an exporter that reports next to nothing;
        ``hidden-line``: one side stopped to report a steady line that the other goes on reporting;
        ``mirror-gap``: the totals of a flow are far apart.
    freq
        Whether the reports are of years or of months (added up to years).
    sources
        Whose rows these are.
    years
        First and last.
    cells, compared
        Cells found, and cells large enough to be looked at.
    value_usd
        What the two sides differ by in the cells found, at least.
    year, exporter, importer, product
        The cell with the largest difference; the product of a total is ``TOTAL``.
    exporter_low_usd, importer_low_usd
        What exporter and importer report of it, at the least rate of their currencies.
    """

    rule: str
    freq: str
    sources: tuple[str, ...]
    years: tuple[int, int]
    cells: int
    compared: int
    value_usd: float
    year: int
    exporter: str
    importer: str
    product: str
    exporter_low_usd: float
    importer_low_usd: float


@dataclass(frozen=True, slots=True)
class MirrorPair:
    """What both sides report of a flow in a year, of one good or of all that both report.

    Attributes
    ----------
    year, freq
        As of `MirrorGaps`.
    exporter, importer, product, nomenclature
        The flow, and the good in its edition; ``TOTAL`` and ``NONE`` for all goods.
    exporter_low_usd, exporter_high_usd
        What the exporter reports, at the least and at the highest rate of its currency.
    importer_low_usd, importer_high_usd
        What the importer reports, in the same way.
    source_out, source_in
        Whose rows these are.
    gap_usd
        What they differ by, at least.
    rules
        Kinds of hidden trade that this is; none where the two reports are near enough.
    """

    year: int
    freq: str
    exporter: str
    importer: str
    product: str
    nomenclature: str
    exporter_low_usd: float
    exporter_high_usd: float
    importer_low_usd: float
    importer_high_usd: float
    source_out: str
    source_in: str
    gap_usd: float
    rules: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return asdict(self) | {"rules": list(self.rules)}


def in_goods(both: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Return the goods that are large enough to be compared, with `gap` and `rules`.

    Parameters
    ----------
    both
        From `mirrored`, with the years before: a line that ends is seen from them.

    Returns
    -------
    duckdb.DuckDBPyRelation
        Rows of `both` with `LEAST` or more on a side, the columns of `MirrorPair` in its order
        first.
    """
    rules = ", ".join(f"CASE WHEN {test} THEN '{rule}' END" for rule, test, _ in _RULES)
    return over(
        both,
        "kept",
        f"""
        WITH marked AS ({_MARKED}), large AS (FROM marked WHERE {_LARGE})
        SELECT {_FIRST}, greatest(over_out, over_in) AS gap,
               list_filter([{rules}], lambda rule: rule IS NOT NULL) AS rules
        FROM large""",
    )


def in_totals(both: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Return the flows that are large enough to be compared, columns as of `in_goods`."""
    return over(
        both,
        "kept",
        f"""
        WITH flows AS ({_SUMS}), large AS (FROM flows WHERE {_LARGE_FLOW})
        SELECT {_FIRST}, greatest(told_out - most_in, told_in - most_out) AS gap,
               CASE WHEN {_FAR_APART} THEN ['mirror-gap'] ELSE [] END AS rules
        FROM large""",
    )


def hidden(
    rows: duckdb.DuckDBPyRelation, dollars: Mapping[str, tuple[float, float]] = DOLLARS
) -> tuple[MirrorGaps, ...]:
    """Find what one side of trade does not show.

    Parameters
    ----------
    rows, dollars
        As in `mirrored`.
    """
    found = over(mirrored(rows, dollars), "mirrored", _ALL).fetchall()
    return tuple(
        MirrorGaps(rule, freq, tuple(sorted(set(sources))), (first, last), *rest)
        for rule, freq, sources, first, last, *rest in found
    )


# The rank breaks ties of the gap by year and names, so that every run names the same cell.
_SUMMED = """
SELECT rule, freq, flatten(list(DISTINCT [source_out, source_in])) AS sources,
       min(year), max(year), count(*), any_value(compared), sum(gap), arg_max(year, rank),
       arg_max(exporter, rank), arg_max(importer, rank), arg_max(product, rank),
       arg_max(told_out, rank), arg_max(told_in, rank)
FROM (SELECT *, (gap, -year, exporter, importer, product) AS rank FROM found)
GROUP BY rule, freq
"""

# `lag` counts rows, not years: each has to be as many years back as it is rows back.
_BEFORE = " AND ".join(
    f"lag(year, {back}) OVER line = year - {back} "
    f"AND lag(told_{{side}}, {back}) OVER line >= {LEAST}"
    for back in range(1, STEADY + 1)
)


def _stopped(side: str, other: str) -> str:
    """Return SQL: a side stopped to report a steady line that the other goes on reporting."""
    return (
        f"most_{side} = 0 AND {_BEFORE.format(side=side)} "
        "AND lag(nomenclature) OVER line = nomenclature "  # else its code may be another
        f"AND told_{other} >= {CONTINUES} * lag(most_{side}) OVER line"
    )


TWO_REPORTS = (
    "year", "freq", "exporter", "importer", "product", "nomenclature",
    "told_out", "most_out", "told_in", "most_in", "source_out", "source_in", "gap", "rules",
)  # fmt: skip
"""Columns of `in_goods` and `in_totals`, in the order of `MirrorPair`."""
_FIRST = ", ".join(TWO_REPORTS[:-2])

# Out of range `lag` is null, and so is the test: a line without a past has not ended.
_MARKED = f"""
    SELECT *, told_out - most_in AS over_out, told_in - most_out AS over_in,
           coalesce({_stopped("out", "in")} OR {_stopped("in", "out")}, false) AS stopped
    FROM kept WHERE product <> 'TOTAL'
    WINDOW line AS (
        PARTITION BY freq, exporter, importer, product ORDER BY year)"""
_LARGE = f"greatest(told_out, told_in) >= {LEAST}"
_RULES = (
    ("lost-in-transit", f"told_out >= {LEAST} AND told_out >= {FAR} * most_in", "over_out"),
    ("missing-export", f"told_in >= {LEAST} AND told_in >= {FAR} * most_out", "over_in"),
    ("hidden-line", "stopped", "greatest(over_out, over_in)"),
)
_FOUND = " UNION ALL ".join(
    f"SELECT '{rule}' AS rule, *, {gap} AS gap FROM large WHERE {test}"
    for rule, test, gap in _RULES
)
_CELLS = f"""
WITH marked AS ({_MARKED}),
large AS (
    SELECT *, count(*) OVER (PARTITION BY freq) AS compared FROM marked
    WHERE {_LARGE}),
found AS ({_FOUND})
{_SUMMED}"""

# A flow with a total of its own is compared by that alone: its goods are in it already. Codes of
# two editions overlap, so a sum is over those of one: that of most goods.
_SUMS = """
    SELECT year, freq, exporter, importer, any_value(source_out) AS source_out,
           any_value(source_in) AS source_in, 'TOTAL' AS product, 'NONE' AS nomenclature,
           sum(told_out) AS told_out, sum(told_in) AS told_in, sum(most_out) AS most_out,
           sum(most_in) AS most_in
    FROM (SELECT *, (product = 'TOTAL', goods, nomenclature) AS rank
          FROM (SELECT *, count(*) OVER
                       (PARTITION BY year, freq, exporter, importer, nomenclature) AS goods
                FROM kept)
          QUALIFY nomenclature = arg_max(nomenclature, rank)
              OVER (PARTITION BY year, freq, exporter, importer))
    GROUP BY ALL"""
_LARGE_FLOW = f"greatest(told_out, told_in) >= {LEAST_FLOW}"
_FAR_APART = f"told_out >= {FACTOR} * most_in OR told_in >= {FACTOR} * most_out"
_FLOWS = f"""
WITH flows AS ({_SUMS}),
large AS (
    SELECT *, greatest(told_out - most_in, told_in - most_out) AS gap,
           count(*) OVER (PARTITION BY freq) AS compared
    FROM flows WHERE {_LARGE_FLOW}),
found AS (SELECT 'mirror-gap' AS rule, * FROM large WHERE {_FAR_APART})
{_SUMMED}"""

# Materialised, because cells and flows each read it, and `mirrored` pairs all reports.
_ALL = f"""
WITH kept AS MATERIALIZED (FROM mirrored)
SELECT * FROM ({_CELLS} UNION ALL FROM ({_FLOWS})) ORDER BY rule, freq
"""


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
