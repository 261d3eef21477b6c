"""Rows that may be right and look odd: trade with oneself, weights without value, equal values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake.checks.files import batches
from entrepot.lake.checks.totals import CURRENCY, REPORTER, SIDE, VALUE, when
from entrepot.lake.inventory import spans
from entrepot.model.areas import areas
from entrepot.model.columns import Finding
from entrepot.model.display import figure_value
from entrepot.model.product import NATIONAL
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import duckdb

    from entrepot.lake.checks.totals import Totals
    from entrepot.model.period import Period

PARTNERS = 5
"""So many partners with one unit value, to a part in 20,000, are no accident."""
_MOST = 0.95  # of the codes of an edition: a source that uses so many is no extract
_AMOUNT = f"{CURRENCY}, printf('%.0f', {VALUE})"
_ROW = f"concat_ws(' ', {when()}, exporter, importer, product, {_AMOUNT})"
_PRICE = f"({VALUE}) / mass_kg"
_PARTNER = "CASE reported_by WHEN 'importer' THEN exporter ELSE importer END"


def check_implausible(
    counted: Totals, source: str, codes: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    """Warn of odd rows of a source."""
    place = f"{source} {spans(counted.periods(source))}"
    yield from _single(counted, source, place)
    yield from _shared_prices(counted, source, place)
    yield from _codes(counted, source, place, codes)


def _single(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    """Warn of rows that are odd by themselves."""
    rules = (
        (
            "own-trade",
            "exporter = importer",
            (
                "An area trades with itself: goods that come back, or two areas under one code. "
                "A sum over its partners includes it."
            ),
        ),
        (
            "mass-without-value",
            f"{VALUE} = 0 AND (mass_kg > 0 OR quantity > 0)",
            "Goods without a value: small values may be rounded to zero, and no price follows.",
        ),
    )
    rows = counted.rows(source)
    counts = ", ".join(f"count(*) FILTER ({test})" for _, test, _ in rules)
    [found] = rows.aggregate(counts).fetchall()
    for (rule, test, text), count in zip(rules, found, strict=True):
        if count:
            [(example,)] = rows.filter(test).aggregate(f"max_by({_ROW}, {VALUE})").fetchall()
            yield Finding(rule, "warning", place, count, str(example), text)


def _shared_prices(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    """Warn of weights that were made from values: many partners with one price."""
    group = (
        f"freq, period, reported_by, {REPORTER}, nomenclature, product, {CURRENCY}, "
        f"round(ln({_PRICE}) * 20000)"
    )
    prices = rows = 0
    worst: tuple[int, str] = (0, "")
    periods = counted.periods(source)
    for batch in batches(periods, [counted.count(source, period) for period in periods]):
        priced = counted.rows(source, batch).filter(
            f"{VALUE} >= 1000 AND mass_kg >= 100 AND is_estimated IS NOT TRUE "
            "AND product <> 'TOTAL'"
        )
        shared = priced.aggregate(
            f"count(*) AS n, min({_PARTNER}) AS first, max({_PARTNER}) AS last, freq, period, "
            f"{REPORTER} AS reporter, product, min({_PRICE}) AS price, {CURRENCY} AS currency",
            group,
        ).filter(f"n >= {PARTNERS} AND first <> last")
        words = (
            f"concat({when()}, ' ', reporter, ' ', product, ': ', n, "
            "' partners at ', currency, ' ', printf('%.6g', price), ' a kg')"
        )
        [(some, count, most, example)] = shared.aggregate(
            f"count(*), sum(n), max(n), max_by({words}, n)"
        ).fetchall()
        if some:
            prices, rows = prices + some, rows + int(count)
            worst = max(worst, (most, example))
    if prices:
        text = (
            f"Rows of at least {PARTNERS} partners share one unit value ({prices:,} such values): "
            "their weights were estimated from their values. Prices and weights of these rows say "
            "nothing."
        )
        yield Finding("shared-price", "warning", place, rows, worst[1], text)


def _codes(
    counted: Totals, source: str, place: str, codes: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    """Warn of codes that their edition does not have, and note those that nobody uses."""
    rows = counted.rows(source).filter("regexp_full_match(product, '[0-9]{6}')")
    groups = rows.aggregate(f"nomenclature, product, count(*), sum({VALUE}), {CURRENCY}")
    used: dict[str, set[str]] = {}
    strange: list[tuple[float, int, str, str]] = []
    for edition, product, count, value, currency in groups.fetchall():
        used.setdefault(edition, set()).add(product)
        if edition in codes and product not in codes[edition] and product[:2] not in NATIONAL:
            strange.append((value or 0.0, count, f"{product} of {edition}", currency))
    if strange:
        value, _, name, currency = max(strange)
        names = len({name for *_, name, _ in strange})
        some = f"{names} product codes do" if names > 1 else "One product code does"
        text = (
            f"{some} not exist in the edition that the rows are said to be in: the edition may be "
            "another, or a country may use a code of its own."
        )
        example = f"{name}, {figure_value(value, currency)}"
        total = sum(count for _, count, _, _ in strange)
        yield Finding("unknown-code", "warning", place, total, example, text)
    for edition, there in used.items():
        unused = sorted(codes.get(edition, frozenset()) - there)
        if unused and len(there) >= _MOST * len(codes[edition]):
            text = f"Codes of {edition} that no row has; all others are there."
            yield Finding("unused-code", "note", place, len(unused), unused[0], text)


# Unit values outside any plausible band: another unit, another currency, another good.


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
"""Whole units of currency: below, a price is made by rounding, and equal values are chance."""
_LIGHT = 100  # kg
NARROWEST = 0.1
"""Least spread of log prices that counts: bullion all but has one price."""

_LOG = f"ln(({VALUE}) / mass_kg)"
_GOODS = "freq, period, reported_by, nomenclature, product"


def check_prices(counted: Totals, source: str) -> Iterator[Finding]:
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
                             ': ', currency, ' ', printf('%.4g', exp(price)), ' a kg, median ',
                             printf('%.4g', exp(middle))), value)
        FROM priced JOIN usual USING ({_GOODS}, currency)
        WHERE abs(price - middle) > greatest({FAR} * spread, ln({APART}))
        GROUP BY currency"""


def amounts(found: Iterable[tuple[str, float]]) -> str:
    """Return amounts by currency, the largest first; currencies are never added up.

    Examples
    --------
    >>> amounts([("EUR", 300), ("USD", 900), ("EUR", 200)]).split()
    ['USD', '900', 'and', 'EUR', '500']
    """
    sums: dict[str, float] = {}
    for currency, value in found:
        sums[currency] = sums.get(currency, 0.0) + value
    largest = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return " and ".join(figure_value(value, currency) for currency, value in largest)


# Trade under codes that name no goods, and with partners that are no area.


SHARE = 0.05
"""Of a flow, from which what is hidden can change what is said of any good or partner in it."""
LEAST_HIDDEN = 10e6
"""Whole units of currency that are hidden, at least."""
NAMELESS = (
    "(starts_with(nomenclature, 'HS') AND left(product, 2) IN ('98', '99')) OR "
    "(starts_with(nomenclature, 'CN') AND NOT regexp_full_match(product, '[0-9]*') OR "
    "starts_with(nomenclature, 'CN') AND starts_with(product, '99'))"
)
"""SQL: a code that names no goods. The convention leaves chapters 98 and 99 to countries, and
goods not specified (999999) go there; codes of the European Union with letters are confidential."""
_KNOWN = ("XBUNKERS", "XFREEZONES", "XHIGHSEAS", "XSTORES")  # no area, and no secret


def check_confidential(counted: Totals, source: str) -> Iterator[Finding]:
    """Warn where the goods or the partners of a flow are kept back."""
    place = f"{source} {spans(counted.periods(source))}"
    yield from _goods(counted, source, place)
    yield from _partners(counted, source, place)


def _goods(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    """Hold codes without a name against all codes of the same two areas and period."""
    periods = counted.periods(source)
    count = 0
    stake: list[tuple[str, float]] = []
    worst: tuple[float, str] = (0.0, "")
    for batch in batches(periods, [counted.count(source, period) for period in periods]):
        rows = counted.rows(source, batch).filter("product <> 'TOTAL'").sql_query()
        for period, freq, one, other, currency, hidden, total in counted.fetch(f"""
            SELECT period, freq, exporter, importer, {CURRENCY} AS currency,
                   sum({VALUE}) FILTER ({NAMELESS}) AS hidden, sum({VALUE}) AS whole
            FROM ({rows})
            GROUP BY period, freq, exporter, importer, {CURRENCY}, reported_by, partner_basis
            HAVING hidden >= {LEAST_HIDDEN} AND hidden >= {SHARE} * whole ORDER BY ALL"""):
            count += 1
            stake.append((currency, hidden))
            when = f"{period:%Y}" if freq == "A" else f"{period:%Y-%m}"
            words = f"{when} {one} {other}: {figure_value(hidden, currency)}"
            worst = max(worst, (hidden, f"{words}, {hidden / total:.0%} of the flow"))
    if count:
        text = (
            f"Flows of {_least(stake)} or more with {SHARE:.0%} or more of "
            f"their value under codes that name no goods ({amounts(stake)}): confidential or not "
            "specified. The value of any single good in such a flow is a lower bound."
        )
        yield Finding("hidden-goods", "warning", place, count, worst[1], text)


def _least(stake: Iterable[tuple[str, float]]) -> str:
    """Return the least amount that counts, which is the same number in every currency."""
    money = {currency for currency, _ in stake}
    if len(money) == 1:
        return figure_value(LEAST_HIDDEN, money.pop())
    return f"{LEAST_HIDDEN:,.0f} in the currency of the report"


def _partners(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    """Hold trade with areas not specified against all trade of a reporter and period."""
    special = [one.code for one in areas() if one.kind == "special" and one.code not in _KNOWN]
    listed = ", ".join(map(literal, special))
    found = counted.fetch(f"""
        SELECT period, freq, {REPORTER} AS reporter, currency,
               sum(value) FILTER ({_PARTNER} IN ({listed})) AS hidden, sum(value) AS whole
        FROM sums WHERE source = {literal(source)}
        GROUP BY period, freq, {REPORTER}, currency, reported_by, partner_basis
        HAVING hidden >= {LEAST_HIDDEN} AND hidden >= {SHARE} * whole
        ORDER BY hidden DESC, period, reporter""")
    if found:
        period, freq, reporter, currency, hidden, total = found[0]
        when = f"{period:%Y}" if freq == "A" else f"{period:%Y-%m}"
        each = [(row[3], row[4]) for row in found]
        stake = amounts(each)
        text = (
            f"Reporters with {_least(each)} or more and {SHARE:.0%} or more "
            f"of it with partners that are no area ({stake}): suppressed or not specified. Their "
            "trade with any single partner is a lower bound."
        )
        example = (
            f"{when} {reporter}: {figure_value(hidden, currency)}, {hidden / total:.0%} of its "
            "trade"
        )
        yield Finding("hidden-partner", "warning", place, len(found), example, text)


ROUND = 1000
"""Values that this divides have too few digits as well, and are counted by themselves."""
ROUND_SHARE = 0.05
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
    odd = [row for row in found if row[3] >= MANY and row[4] >= max(_FEWEST, ROUND_SHARE * row[3])]
    if odd:
        reporter, side, _, n, even, *_ = odd[0]
        stake = amounts((row[2], row[5]) for row in odd)
        text = (
            f"{len(odd)} reporters have round values (whole thousands, {stake}) in more than "
            f"{ROUND_SHARE:.0%} of their cells of {LEAST:,.0f} or more, where one in a thousand is "
            "so by chance: they are rounded or estimated."
        )
        example = f"{reporter} {side}".strip() + f": {even:,} of {n:,} values"
        total = sum(row[4] for row in odd)
        yield Finding("round-values", "warning", place, total, example, text)
