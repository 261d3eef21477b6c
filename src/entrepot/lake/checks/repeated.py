"""Values that reports do not have by chance: the same one again, and too many round ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake.checks.files import batches
from entrepot.lake.checks.implausible_rows import amounts
from entrepot.lake.checks.totals import CURRENCY, REPORTER, SIDE, VALUE, when
from entrepot.lake.inventory import spans
from entrepot.model.columns import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from entrepot.lake.checks.totals import Totals
    from entrepot.model.period import Period

LEAST = 100_000.0
"""Whole units of currency: smaller values have too few digits to be told apart."""
ROUND = 1000
"""Values that this divides have too few digits as well, and are counted by themselves."""
SHARE = 0.05
"""Of a reporter's values may be round: one in a thousand is by chance."""
MANY = 100
"""Values of a reporter from which a share of round ones is told."""
CHANCE = 1e-4
"""Pairs of equal values that a report may be expected to have by chance, where they count."""
MORE = 3.0
"""Times as many carried values as by chance. Prices that hardly move double what is expected."""
_MONTHS = {"A": 12, "F": 12, "Q": 3, "M": 1}
_FEW = 3  # carried values of a source, so that one that just came out the same is no finding
_UNIT = 0.99  # of the values of a source are round: that is its unit, and nobody guessed
_TOP = 1000  # the rank of a value of 5 bn that is no accident
_FEWEST = 10  # round values, so that a few of them are no finding

_EXACT = (
    f"{VALUE} >= {LEAST} AND {VALUE} % {ROUND} <> 0 AND product <> 'TOTAL' "
    "AND is_estimated IS NOT TRUE"
)
_Total = tuple[int, list[tuple[str, float]], tuple[float, str]]


def check_repeated(counted: Totals, source: str) -> Iterator[Finding]:
    """Warn of values that were copied, carried over or guessed."""
    place = f"{source} {spans(counted.periods(source))}"
    yield from _copied(counted, source, place)
    yield from _repeated_values(counted, source, place)
    yield from _round(counted, source, place)


def _added(counted: Totals, queries: Iterator[str]) -> _Total:
    """Add up rows of currency, count, value, largest value and example."""
    rows = 0
    stake: list[tuple[str, float]] = []
    worst: tuple[float, str] = (0.0, "")
    for query in queries:
        for currency, count, value, most, example in counted.fetch(query):
            rows += int(count)
            stake.append((currency, value))
            worst = max(worst, (most, example))
    return rows, stake, worst


def _in_batches(counted: Totals, source: str) -> Iterator[list[Period]]:
    periods = counted.periods(source)
    return batches(periods, [counted.count(source, period) for period in periods])


def _copied(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    """Find cells of one reporter and period with one value, where that is no accident."""
    queries = (_twice(counted.rows(source, batch)) for batch in _in_batches(counted, source))
    rows, stake, worst = _added(counted, queries)
    if rows:
        text = (
            "Cells of one reporter and period have the same value to the last digit, and the same "
            f"mass or so large a value that this is no accident: one flow may stand there twice "
            f"({amounts(stake)} too much, if so)."
        )
        yield Finding("repeated-value", "warning", place, rows, worst[1], text)


def _twice(rows: duckdb.DuckDBPyRelation) -> str:
    """Return SQL for values that several cells of a report share.

    Where `rank` cells have a value of v or more, about rank ** 2 / 2 v pairs of them are equal by
    chance: there is one whole number in v for each of them to hit. Only the `_TOP` largest of a
    report can be so few.
    """
    report = "freq, period, reporter, side, partner_basis, is_reexport, nomenclature, currency"
    ends = ", ".join(f"{end}(one.{what}) AS {end}_{what}" for end in ("min", "max")
                     for what in ("product", "partner"))  # fmt: skip
    return f"""
        WITH told AS (
            SELECT freq, period, {REPORTER} AS reporter, {SIDE} AS side, partner_basis, is_reexport,
                   nomenclature, {CURRENCY} AS currency, {VALUE} AS value, mass_kg, product,
                   CASE reported_by WHEN 'importer' THEN exporter ELSE importer END AS partner
            FROM ({rows.sql_query()}) WHERE {_EXACT}),
        weighed AS (
            SELECT {report}, value, count(*) AS n, {ends.replace("one.", "")} FROM told
            WHERE mass_kg >= {ROUND} AND mass_kg % {ROUND} <> 0
            GROUP BY {report}, value, mass_kg HAVING n > 1),
        large AS (
            SELECT {report}, unnest(max_by(struct_pack(value, product, partner), value, {_TOP}))
                   AS one FROM told GROUP BY {report}),
        ranked AS (
            SELECT {report}, one.value AS value, count(*) AS n, {ends},
                   sum(count(*)) OVER (PARTITION BY {report} ORDER BY one.value DESC) AS rank
            FROM large GROUP BY {report}, one.value),
        shared AS (
            SELECT * FROM weighed UNION ALL
            SELECT * EXCLUDE (rank) FROM ranked
            WHERE n > 1 AND rank * rank / (2 * value) <= {CHANCE}),
        found AS (
            SELECT {report}, value, max(n) AS n, min(min_product) AS first,
                   max(max_product) AS last, min(min_partner) AS here, max(max_partner) AS there
            FROM shared GROUP BY {report}, value)
        SELECT currency, sum(n), sum((n - 1) * value), max(value),
               max_by(concat({when()}, ' ', reporter, ' ', side, ': ', n, ' cells with ',
                             currency, printf(' %.0f', value), ', ',
                             CASE WHEN first = last THEN concat(first, ' ', here, ' and ', there)
                                  ELSE concat(first, ' and ', last) END), value)
        FROM found GROUP BY currency"""


def _repeated_values(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    """Find cells that have one value in two periods that follow each other."""
    rows, chance = 0, 0.0
    stake: list[tuple[str, float]] = []
    worst: tuple[float, str] = (0.0, "")
    for batch in _neighbours(counted, source):
        for currency, expected, count, value, most, example in counted.fetch(
            _same(counted, source, batch)
        ):
            chance += expected
            if count:
                rows += count
                stake.append((currency, value))
                worst = max(worst, (most, example))
    if rows >= _FEW + MORE * chance:
        text = (
            "Cells have the value of the period before, to the last digit, where "
            f"{'none' if chance < 0.5 else f'about {chance:,.0f}'} would by chance: it was carried "
            f"over, or a longer period was divided ({amounts(stake)}). A change across them is not "
            "measured."
        )
        yield Finding("carried-over", "warning", place, rows, worst[1], text)


def _neighbours(counted: Totals, source: str) -> Iterator[list[Period]]:
    """Yield batches of periods of one frequency, each with the last one of the batch before."""
    by_freq: dict[str, list[Period]] = {}
    for period in counted.periods(source):
        by_freq.setdefault(period.freq, []).append(period)
    for periods in by_freq.values():
        last: list[Period] = []
        for batch in batches(periods, [counted.count(source, period) for period in periods]):
            yield last + batch
            last = batch[-1:]


def _same(counted: Totals, source: str, periods: Sequence[Period]) -> str:
    """Return SQL for cells with one value in two periods, and how many would have by chance.

    A value that grows by a third or so, up or down, hits any whole number v once in v times.
    """
    cell = "exporter, importer, reported_by, partner_basis, is_reexport, nomenclature, product"
    # One number sorts faster than eight texts; of ten million two are one in 400,000 lakes.
    line = f"OVER (PARTITION BY hash({cell}, {CURRENCY}) ORDER BY period)"
    last = f"DATE '{periods[0].start}'"
    following = f"period = before + to_months({_MONTHS[periods[0].freq]})"
    return f"""
        SELECT currency, sum(1 / value), count(*) FILTER (same), sum(value) FILTER (same),
               max(value) FILTER (same),
               max_by(concat({when()}, ' ', exporter, ' ', importer, ' ', product, ': ',
                             currency, printf(' %.0f', value), ' as in ',
                             {when("before")}), value) FILTER (same)
        FROM (SELECT freq, period, exporter, importer, product, {CURRENCY} AS currency,
                     {VALUE} AS value,
                     lag(period) {line} AS before, lag({VALUE}) {line} = {VALUE} AS same
              FROM ({counted.rows(source, periods).sql_query()}) WHERE {_EXACT})
        WHERE {following} AND period > {last} GROUP BY currency"""


def _round(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    """Find reporters with more round values than there are by chance.

    Where nearly all values of a source are round they are so by its own unit, and nobody guessed.
    """
    rows = counted.rows(source).filter(f"{VALUE} >= {LEAST} AND product <> 'TOTAL'").sql_query()
    is_round = f"{VALUE} % {ROUND} = 0"
    found = counted.fetch(f"""
        SELECT {REPORTER} AS reporter, {SIDE} AS side, {CURRENCY} AS currency, count(*) AS n,
               count(*) FILTER ({is_round}) AS even, sum({VALUE}) FILTER ({is_round}) AS value
        FROM ({rows}) GROUP BY ALL ORDER BY value DESC NULLS LAST, reporter, side""")
    if sum(row[4] for row in found) >= _UNIT * sum(row[3] for row in found):
        return
    odd = [row for row in found if row[3] >= MANY and row[4] >= max(_FEWEST, SHARE * row[3])]
    if odd:
        reporter, side, _, n, even, *_ = odd[0]
        stake = amounts((row[2], row[5]) for row in odd)
        text = (
            f"{len(odd)} reporters have round values (whole thousands, {stake}) in more than "
            f"{SHARE:.0%} of their cells of {LEAST:,.0f} or more, where one in a thousand is so by "
            "chance: they are rounded or estimated."
        )
        example = f"{reporter} {side}".strip() + f": {even:,} of {n:,} values"
        total = sum(row[4] for row in odd)
        yield Finding("round-values", "warning", place, total, example, text)
