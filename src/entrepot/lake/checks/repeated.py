"""Values that reports do not have by chance: the same one again, and too many round ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake.checks.batches import batches
from entrepot.lake.checks.counted import CURRENCY, REPORTER, SIDE, VALUE
from entrepot.lake.checks.stake import amounts
from entrepot.lake.holding import spans
from entrepot.model.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from entrepot.lake.checks.counted import Counted
    from entrepot.model.period import Period

__all__ = ["CHANCE", "LEAST", "MANY", "ROUND", "SHARE", "check"]

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
_UNIT = 0.99  # of the values of a source are round: that is its unit, and nobody guessed
_FEWEST = 10  # round values, so that a few of them are no finding

_WHEN = "strftime(period, '%Y-%m')"
_EXACT = (
    f"{VALUE} >= {LEAST} AND {VALUE} % {ROUND} <> 0 AND product <> 'TOTAL' "
    "AND is_estimated IS NOT TRUE"
)
_Total = tuple[int, list[tuple[str, float]], tuple[float, str]]


def check(counted: Counted, source: str) -> Iterator[Finding]:
    """Warn of values that were copied, carried over or guessed."""
    place = f"{source} {spans(counted.periods(source))}"
    yield from _copied(counted, source, place)
    yield from _carried(counted, source, place)
    yield from _round(counted, source, place)


def _added(counted: Counted, queries: Iterator[str]) -> _Total:
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


def _in_batches(counted: Counted, source: str) -> Iterator[list[Period]]:
    periods = counted.periods(source)
    return batches(periods, [counted.count(source, period) for period in periods])


def _copied(counted: Counted, source: str, place: str) -> Iterator[Finding]:
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
    chance: there is one whole number in v for each of them to hit.
    """
    report = "freq, period, reporter, side, partner_basis, is_reexport, nomenclature, currency"
    cell = "concat(exporter, ' ', importer, ' ', product)"
    return f"""
        WITH shared AS (
            SELECT freq, period, {REPORTER} AS reporter, {SIDE} AS side, partner_basis, is_reexport,
                   nomenclature, {CURRENCY} AS currency, {VALUE} AS value, count(*) AS n,
                   min({cell}) AS first, max({cell}) AS last, count(mass_kg) = n
                       AND min(mass_kg) = max(mass_kg) AND min(mass_kg) >= {ROUND}
                       AND min(mass_kg) % {ROUND} <> 0 AS same_mass
            FROM ({rows.sql_query()}) WHERE {_EXACT} GROUP BY ALL),
        ranked AS (
            SELECT *, sum(n) OVER (PARTITION BY {report} ORDER BY value DESC) AS rank FROM shared)
        SELECT currency, sum(n), sum((n - 1) * value), max(value),
               max_by(concat({_WHEN}, ' ', reporter, ' ', side, ': ', n, ' cells with ',
                             printf('%.0f', value), ' ', currency, ', ', first, ' and ', last),
                      value)
        FROM ranked
        WHERE n > 1 AND (same_mass OR rank * rank / (2 * value) <= {CHANCE})
        GROUP BY currency"""


def _carried(counted: Counted, source: str, place: str) -> Iterator[Finding]:
    """Find cells that have one value in two periods that follow each other."""
    rows, stake, worst = _added(
        counted, (_same(counted, source, batch) for batch in _neighbours(counted, source))
    )
    if rows:
        text = (
            "Cells have the value of the period before, to the last digit: it was carried over, "
            f"or a longer period was divided ({amounts(stake)}). A change across them is not "
            "measured."
        )
        yield Finding("carried-over", "warning", place, rows, worst[1], text)


def _neighbours(counted: Counted, source: str) -> Iterator[list[Period]]:
    """Yield batches of periods of one frequency, each with the last one of the batch before."""
    by_freq: dict[str, list[Period]] = {}
    for period in counted.periods(source):
        by_freq.setdefault(period.freq, []).append(period)
    for periods in by_freq.values():
        last: list[Period] = []
        for batch in batches(periods, [counted.count(source, period) for period in periods]):
            yield last + batch
            last = batch[-1:]


def _same(counted: Counted, source: str, periods: Sequence[Period]) -> str:
    cell = "exporter, importer, told_by, partner_basis, is_reexport, nomenclature, product"
    last = f"DATE '{periods[0].start}'"
    following = f"period = before + to_months({len(periods[0].split(1))})"
    return f"""
        SELECT currency, count(*), sum(value), max(value),
               max_by(concat({_WHEN}, ' ', exporter, ' ', importer, ' ', product, ': ',
                             printf('%.0f', value), ' ', currency, ' as in ',
                             strftime(before, '%Y-%m')), value)
        FROM (SELECT period, {cell}, {CURRENCY} AS currency, {VALUE} AS value,
                     lag(period) OVER (PARTITION BY {cell}, {CURRENCY}, {VALUE} ORDER BY period)
                     AS before
              FROM ({counted.rows(source, periods).sql_query()}) WHERE {_EXACT})
        WHERE {following} AND period > {last} GROUP BY currency"""


def _round(counted: Counted, source: str, place: str) -> Iterator[Finding]:
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
