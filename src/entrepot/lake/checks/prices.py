"""Unit values outside any plausible band: another unit, another currency, another good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake.checks.amounts_affected import amounts
from entrepot.lake.checks.batches import batches
from entrepot.lake.checks.totals import CURRENCY, VALUE, when
from entrepot.lake.inventory import spans
from entrepot.model.columns import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.lake.checks.totals import Totals

__all__ = ["APART", "CELLS", "FAR", "LEAST", "NARROWEST", "check"]

CELLS = 30
"""Prices of one good and period: fewer tell nothing about what is usual (a spread estimated from
30 is wrong by a fifth)."""
FAR = 7.0
"""Robust standard deviations from the median. In normal noise nobody is there; prices have longer
tails, and of 31 ores and metals in 2022 two in 100 are (Comtrade), seven in 1,000 also `APART`."""
APART = 10.0
"""And this factor from the median: goods of one code differ by less in kind and quality, while a
wrong unit (tons, pieces, thousands) is off by more."""
LEAST = 100_000.0
"""Whole units of currency below which a price is made by rounding."""
_LIGHT = 100  # kg
NARROWEST = 0.1
"""Least spread of log prices that counts: bullion all but has one price."""

_LOG = f"ln(({VALUE}) / mass_kg)"
_GOODS = "freq, period, reported_by, nomenclature, product"


def check(counted: Totals, source: str) -> Iterator[Finding]:
    """Warn of values per kilo far from those of all others in the same good and period.

    The distance from the median is measured in median absolute deviations, so that what is odd does
    not make itself usual. Masses that the publisher estimated are left to it.
    """
    periods = counted.periods(source)
    rows = 0
    stake: list[tuple[str, float]] = []
    worst: tuple[float, str] = (0.0, "")
    for batch in batches(periods, [counted.count(source, period) for period in periods]):
        priced = counted.rows(source, batch).filter(
            f"{VALUE} >= {LEAST} AND mass_kg >= {_LIGHT} AND is_estimated IS NOT TRUE "
            "AND product <> 'TOTAL'"
        )
        for currency, count, value, most, example in counted.fetch(_odd(priced.sql_query())):
            rows += count
            stake.append((currency, value))
            worst = max(worst, (most, example))
    if rows:
        text = (
            f"Rows whose value per kilo is more than {APART:g} times or less than a "
            f"{APART:g}th of the median of their good and period, and more than {FAR:g} robust "
            f"standard deviations off ({amounts(stake)}): the mass may be in other units, or the "
            "value or the code another good's. A mean price with them says little."
        )
        place = f"{source} {spans(periods)}"
        yield Finding("odd-price", "warning", place, rows, worst[1], text)


def _odd(priced: str) -> str:
    """Return SQL that gives currency, rows, value, largest value and example of odd prices."""
    return f"""
        WITH priced AS (
            SELECT {_GOODS}, exporter, importer, {CURRENCY} AS currency, {VALUE} AS value,
                   {_LOG} AS price FROM ({priced})),
        usual AS (
            SELECT {_GOODS}, currency, median(price) AS middle,
                   greatest(1.4826 * mad(price), {NARROWEST}) AS spread
            FROM priced GROUP BY ALL HAVING count(*) >= {CELLS})
        SELECT currency, count(*), sum(value), max(value),
               max_by(concat({when()}, ' ', exporter, ' ', importer, ' ', product,
                             ': ', printf('%.4g', exp(price)), ' ', currency, ' a kg, median ',
                             printf('%.4g', exp(middle))), value)
        FROM priced JOIN usual USING ({_GOODS}, currency)
        WHERE abs(price - middle) > greatest({FAR} * spread, ln({APART}))
        GROUP BY currency"""
