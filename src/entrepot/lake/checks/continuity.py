"""What does not go on from one period to the next: releases, reporters, numbers of rows, values."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from entrepot.lake.checks.implausible_rows import amounts
from entrepot.lake.checks.totals import CURRENCY, REPORTER, SIDE, VALUE
from entrepot.lake.inventory import spans
from entrepot.lake.merge import current_partitions
from entrepot.model.columns import Finding
from entrepot.model.display import figure_value
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.lake.catalog import Catalog, Partition
    from entrepot.lake.checks.totals import Totals
    from entrepot.model.period import Period
    from entrepot.sources.info import SourceInfo

FEW = 0.5
"""Fewer rows than this part of either neighbour are too few."""
JUMP = 10.0
"""A reporter's total that grows or falls by more than this factor may be in other units."""
LARGE = 100e6
"""Totals below this, in whole units of their currency, may jump."""


class _Series(NamedTuple):
    """Sums of one teller, by period."""

    reporter: str
    side: str
    currency: str
    rows: dict[Period, int]
    values: dict[Period, float]


def releases(catalog: Catalog) -> Iterator[Finding]:
    """Warn where rows of several releases or editions count: a change may be a revision.

    A table without periods, such as descriptions of products, is made of editions.
    """
    dated = (item.source for item in catalog.snapshots if item.table in ("flows", "inputs"))
    for source in dict.fromkeys(dated):
        parts = [part for part in current_partitions(catalog.of(source)) if part.counts]
        for name, word in (("vintage", "releases"), ("nomenclature", "editions")):
            times: dict[str, set[Period]] = {}
            for part in parts:
                period = part.partition.period
                times.setdefault(getattr(part.snapshot, name), set()).update(
                    {period} if period else ()
                )
            if len(times) > 1:
                yield Finding(
                    f"mixed-{name}",
                    "warning",
                    source,
                    len(times),
                    "; ".join(
                        f"{value} {spans(sorted(years))}".strip()
                        for value, years in sorted(times.items())
                    ),
                    f"Periods come from different {word}: a change between them may be a revision.",
                )


def check_continuity(counted: Totals, source: str) -> Iterator[Finding]:
    """Warn where a source does not go on from one period to the next."""
    by_freq: dict[str, list[Period]] = {}
    for period in counted.periods(source):
        by_freq.setdefault(period.freq, []).append(period)
    for freq, periods in by_freq.items():
        series = _series(counted, source, freq, periods)
        place = f"{source} {spans(periods)}"
        yield from _stopped_reporting(place, series, periods)
        yield from _gaps(place, series, periods)
        yield from _few_rows(place, series, periods)
        yield from _jumps(place, series, periods)


def _series(counted: Totals, source: str, freq: str, periods: Sequence[Period]) -> list[_Series]:
    starts = {period.start: period for period in periods}
    found: dict[tuple[str, str, str], _Series] = {}
    where = f"source = {literal(source)} AND freq = {literal(freq)}"
    both = counted.fetch(f"SELECT 1 FROM sums WHERE {where} AND reported_by = 'both' LIMIT 1")
    # What reconciles two reports may take one of them alone where the other is missing: there a
    # seller is not silent because its report is.
    reporter, side = ("exporter", "''") if both else (REPORTER, SIDE)
    for name, flow, currency, start, rows, value in counted.fetch(f"""
        SELECT {reporter} AS reporter, {side} AS side, currency, period, sum(n), sum(value)
        FROM sums WHERE {where} GROUP BY ALL ORDER BY ALL"""):
        key = (name, flow, currency)
        one = found.setdefault(key, _Series(name, flow, currency, {}, {}))
        one.rows[starts[start]] = int(rows)
        one.values[starts[start]] = value or 0.0
    return list(found.values())


def _name(one: _Series) -> str:
    return f"{one.reporter} ({one.side})" if one.side else one.reporter


def _largest(series: Sequence[_Series]) -> _Series:
    return max(series, key=lambda one: max(one.values.values()))


def _stopped_reporting(
    place: str, series: list[_Series], periods: Sequence[Period]
) -> Iterator[Finding]:
    gone = [one for one in series if max(one.rows) < periods[-1]]
    if gone:
        one = _largest(gone)
        text = (
            "Some reporters have no data for the latest periods. Totals over all reporters fall "
            "for that reason alone, and growth rates across the gap are not like for like."
        )
        example = f"{_name(one)}, the last is {max(one.rows)}"
        yield Finding("stopped-reporting", "warning", place, len(gone), example, text)


def _gaps(place: str, series: list[_Series], periods: Sequence[Period]) -> Iterator[Finding]:
    with_gap = [one for one in series if _holes(one, periods)]
    if with_gap:
        one = _largest(with_gap)
        text = (
            "Some reporters have gaps within the series. Data for those periods are missing, not "
            "zero."
        )
        example = f"{_name(one)}, not in {spans(_holes(one, periods))}"
        yield Finding("gap", "warning", place, len(with_gap), example, text)


def _holes(one: _Series, periods: Sequence[Period]) -> list[Period]:
    first, last = min(one.rows), max(one.rows)
    return [period for period in periods if first < period < last and period not in one.rows]


def _few_rows(place: str, series: list[_Series], periods: Sequence[Period]) -> Iterator[Finding]:
    rows = [sum(one.rows.get(period, 0) for one in series) for period in periods]
    few: list[tuple[float, int, int]] = []
    for at, count in enumerate(rows):
        adjacent = min([*rows[max(0, at - 1) : at], *rows[at + 1 : at + 2]], default=0)
        if count < FEW * adjacent:
            few.append((count / adjacent, at, adjacent))
    if few:
        _, at, adjacent = min(few)
        text = f"Far fewer rows than before and after (less than {FEW:.0%} of either)."
        example = f"{rows[at]:,} rows in {periods[at]}, {adjacent:,} in an adjacent period"
        yield Finding("few-rows", "warning", place, len(few), example, text)


def _jumps(place: str, series: list[_Series], periods: Sequence[Period]) -> Iterator[Finding]:
    found: list[tuple[float, str]] = []
    for one in series:
        for old, new in pairwise(periods):
            before, after = one.values.get(old, 0.0), one.values.get(new, 0.0)
            low, high = sorted((before, after))
            if low > 0 and high >= LARGE and high > JUMP * low:
                amounts = (figure_value(v, one.currency) for v in (before, after))
                words = f"{_name(one)} {old} to {new}: {' to '.join(amounts)}"
                found.append((high / low, words))
    if found:
        text = (
            f"The total of a reporter changes by more than a factor of {JUMP:g} from one period to "
            "the next: are both in the same unit, and is neither an extract?"
        )
        yield Finding("jump", "warning", place, len(found), max(found)[1], text)


def coverage(info: SourceInfo, parts: Sequence[Partition]) -> tuple[Finding, ...]:
    """Say whether a delivery is an extract: too few areas, or too few rows, in some period."""
    found: list[Finding] = []
    for name, expected in (
        ("reporters", info.bounds.reporters),
        ("exporters", info.bounds.exporters),
        ("importers", info.bounds.importers),
        ("rows", info.bounds.rows),
    ):
        numbers = [(_number(part, name), part.period) for part in parts if part.period]
        few = [(n, period) for n, period in numbers if n < (expected.least or 0)]
        many = [(n, period) for n, period in numbers if expected.most and n > expected.most]
        if few and not found:
            least, period = min(few)
            found.append(
                Finding(
                    "partial-source",
                    "warning",
                    spans([period for _, period in few]),
                    len(few),
                    f"{_count(least, name)} in {period}" if len(few) > 1 else "",
                    f"This is an extract of {info.title.partition(',')[0]}: {_count(least, name)}, "
                    f"where a complete period has at least {expected.least:,.0f}. A share of a "
                    "total cannot be taken from it, only flows between the areas it covers.",
                )
            )
        if many:
            most, period = max(many)
            text = f"More {name} than {expected.most:,.0f}: is this the file it seems to be?"
            place = spans([period for _, period in many])
            example = f"{_count(most, name)} in {period}"
            found.append(Finding("too-many", "warning", place, len(many), example, text))
    return tuple(found)


def _number(part: Partition, name: str) -> int:
    if name == "reporters":
        return len({text.strip(">") for text in part.slices if ">" in text})
    return int(getattr(part, name))


def _count(number: int, plural: str) -> str:
    return f"{number:,} {plural.removesuffix('s') if number == 1 else plural}"


TIMES = 20.0
"""Trade with a partner that is over so many times as much as in any year before is out of
proportion."""
PART = 0.01
"""Smaller parts of what the reporter trades in all are left alone."""
SHARED = 5.0
"""Times as much that another report or source must have for the same flow to bear it out."""


def check_partners(counted: Totals, source: str) -> Iterator[Finding]:
    """Warn of partners who in one year became many times as large as ever before."""
    found = counted.fetch(f"""
        WITH flows AS (
            SELECT {REPORTER} AS reporter, {SIDE} AS side, exporter, importer, reported_by,
            currency,
                   year(period) AS year, sum(value) AS value
            FROM sums WHERE source = {literal(source)} AND freq = 'A' GROUP BY ALL
        ), series AS (
            SELECT *, sum(value) OVER (PARTITION BY reporter, side, currency, year) AS whole,
                   max(value) OVER earlier AS most, max(year) OVER earlier AS last
            FROM flows
            WINDOW earlier AS (
                PARTITION BY exporter, importer, reported_by, currency ORDER BY year
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            )
        ), others AS (
            SELECT source, reported_by, exporter, importer, currency, year(period) AS year,
                   sum(value) AS value
            FROM sums WHERE freq = 'A' GROUP BY ALL
        )
        SELECT reporter, side, if(reporter = importer, exporter, importer), year, last, most,
               value, currency
        FROM series
        WHERE last = year - 1 AND most > 0 AND value >= {LARGE} AND value > {TIMES} * most
          AND value > {PART} * whole
          AND NOT EXISTS (
              SELECT 1 FROM others AS now JOIN others AS before
              USING (source, reported_by, exporter, importer, currency)
              WHERE now.exporter = series.exporter AND now.importer = series.importer
                AND (now.source <> {literal(source)} OR now.reported_by <> series.reported_by)
                AND now.year = series.year AND before.year = series.last
                AND now.value > {SHARED} * before.value
          )
        ORDER BY value / most DESC, reporter, side, 3, year""")
    if found:
        reporter, side, partner, year, last, most, value, currency = found[0]
        place = f"{source} {spans(counted.periods(source))}"
        which = f" ({side})" if side else ""
        amounts = " to ".join(figure_value(float(one), currency) for one in (most, value))
        text = (
            f"Trade with one partner is over {TIMES:g} times as much as in any year before, at "
            f"least {PART:.0%} of all the reporter trades, and no other loaded report supports it: "
            "it may be imputed, or recorded under the wrong partner."
        )
        example = f"{reporter}{which} with {partner}, {last} to {year}: {amounts}"
        yield Finding("partner-jump", "warning", place, len(found), example, text)


# Lines that were steady and are gone, while their reporter, good and partner are all still there.


STEADY = {"A": 3, "Q": 6, "M": 12}
"""Periods in a row that make a line steady: three years, or a year of months with its seasons."""
GONE = {"A": 1, "Q": 2, "M": 3}
"""Periods without it: a month or two may be an order that came late."""
LEAST = {"A": 1e6, "Q": 250e3, "M": 100e3}
"""Whole units of currency in each of the steady periods: smaller lines come and go."""
SPREAD = 10.0
"""Largest of the steady periods over the smallest; what swings more was never steady."""

_LINE = "reporter, side, partner, scheme, product, partner_basis, currency"


def check_discontinued(counted: Totals, source: str) -> Iterator[Finding]:
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
