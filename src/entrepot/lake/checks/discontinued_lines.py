"""Lines that were steady and are gone, while their reporter, good and partner are all still there.

What is forbidden ends like this, and so does what a reporter no longer shows. The other side's
report can tell which; where it is held, `entrepot.reconcile.mirror_gaps` looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake.checks.amounts_affected import amounts
from entrepot.lake.checks.totals import CURRENCY, REPORTER, SIDE, VALUE
from entrepot.lake.inventory import spans
from entrepot.model.columns import Finding
from entrepot.model.display import figure_value
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.lake.checks.totals import Totals
    from entrepot.model.period import Period

__all__ = ["GONE", "LEAST", "SPREAD", "STEADY", "check"]

STEADY = {"A": 3, "Q": 6, "M": 12}
"""Periods in a row that make a line steady: three years, or a year of months with its seasons."""
GONE = {"A": 1, "Q": 2, "M": 3}
"""Periods without it: a month or two may be an order that came late."""
LEAST = {"A": 1e6, "Q": 250e3, "M": 100e3}
"""Whole units of currency in each of the steady periods: smaller lines come and go."""
SPREAD = 10.0
"""Largest of the steady periods over the smallest; what swings more was never steady."""

_LINE = "reporter, side, partner, scheme, product, partner_basis, currency"


def check(counted: Totals, source: str) -> Iterator[Finding]:
    """Warn of a reporter's steady lines that end from one period to the next."""
    by_freq: dict[str, list[Period]] = {}
    for period in counted.periods(source):
        by_freq.setdefault(period.freq, []).append(period)
    for freq, periods in by_freq.items():
        if freq in STEADY and len(periods) >= STEADY[freq] + GONE[freq]:
            yield from _vanished(counted, source, freq, periods)


def _vanished(
    counted: Totals, source: str, freq: str, periods: Sequence[Period]
) -> Iterator[Finding]:
    found = counted.fetch(_query(counted, source, freq, periods))
    if found:
        at, reporter, side, partner, product, _, value = found[0]
        currency = found[0][5]
        words = {"A": "years", "Q": "quarters", "M": "months"}[freq]
        stake = amounts((row[5], row[6]) for row in found)
        text = (
            f"Lines that were steady for {STEADY[freq]} {words} are gone, while their reporter goes"
            f" on and others have the good and the partner ({stake} in those {words}): forbidden, "
            "or no longer shown. Zero trade does not follow."
        )
        example = (
            f"{reporter} {side} {partner} {product}".replace("  ", " ")
            + f": {figure_value(value, currency)} in {STEADY[freq]} {words} before {periods[at]}"
        )
        place = f"{source} {spans(periods)}"
        yield Finding("vanished-line", "warning", place, len(found), example, text)


def _query(counted: Totals, source: str, freq: str, periods: Sequence[Period]) -> str:
    """Return SQL for the lines that are gone and since when, the largest first.

    Periods are numbered, and large rows alone are put in order; all rows are read once more to see
    what is still there. Lines go on through editions, but none ends where its reporter changes to
    another: what its code was may be in others.
    """
    steady, gone = STEADY[freq], GONE[freq]
    order = ", ".join(f"({at}, {literal(p.start)}::DATE)" for at, p in enumerate(periods))
    return f"""
        WITH times(turn, period) AS (VALUES {order}),
        told AS (
            SELECT turn, {REPORTER} AS reporter, {SIDE} AS side,
                   CASE reported_by WHEN 'importer' THEN exporter ELSE importer END AS partner,
                   nomenclature, regexp_extract(nomenclature, '^[A-Z]+') AS scheme, product,
                   partner_basis, {CURRENCY} AS currency, {VALUE} AS value
            FROM ({counted.rows(source, periods).sql_query()}) JOIN times USING (period)
            WHERE {VALUE} > 0 AND product <> 'TOTAL'),
        large AS (
            SELECT *, lead(turn) OVER line AS next,
                   lag(turn, {steady - 1}) OVER line AS first,
                   min(value) OVER recent AS least, max(value) OVER recent AS most,
                   sum(value) OVER recent AS total
            FROM (SELECT {_LINE}, turn, max(nomenclature) AS edition, sum(value) AS value
                  FROM told GROUP BY ALL
                  HAVING sum(value) >= {LEAST[freq]})
            WINDOW line AS (PARTITION BY {_LINE} ORDER BY turn),
                   recent AS (PARTITION BY {_LINE} ORDER BY turn
                              ROWS BETWEEN {steady - 1} PRECEDING AND CURRENT ROW)),
        ended AS (
            SELECT *, unnest(range(turn + 1, turn + {gone} + 1)) AS after FROM large
            WHERE first = turn - {steady - 1} AND (next IS NULL OR next > turn + {gone})
              AND turn + {gone} < {len(periods)} AND most <= {SPREAD} * least)
        SELECT turn + 1 AS since, reporter, side, partner, product, currency, total
        FROM ended
        SEMI JOIN (SELECT DISTINCT reporter AS who, side AS way, nomenclature, scheme AS kind,
                          turn AS time FROM told) AS speaks
            ON who = reporter AND way = side AND kind = scheme AND time = after
               AND (after > turn + 1 OR nomenclature = edition)
        SEMI JOIN (SELECT DISTINCT side, scheme, product, turn AS after FROM told) AS good
            USING (side, scheme, product, after)
        SEMI JOIN (SELECT DISTINCT side, partner, turn AS after FROM told) AS area
            USING (side, partner, after)
        ANTI JOIN (SELECT DISTINCT reporter, side, partner, scheme, product, turn AS after
                   FROM told SEMI JOIN (SELECT DISTINCT reporter, partner, product FROM ended)
                   USING (reporter, partner, product)) AS still
            USING (reporter, side, partner, scheme, product, after)
        GROUP BY ALL HAVING count(*) = {gone}
        ORDER BY total DESC, since, reporter, side, partner, product"""
