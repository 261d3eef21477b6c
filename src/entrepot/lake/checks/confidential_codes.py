"""Trade under codes that name no goods, and with partners that are no area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake.checks.amounts_affected import amounts
from entrepot.lake.checks.batches import batches
from entrepot.lake.checks.totals import CURRENCY, REPORTER, VALUE
from entrepot.lake.inventory import spans
from entrepot.model.areas import areas
from entrepot.model.columns import Finding
from entrepot.model.display import figure_value
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.lake.checks.totals import Totals

__all__ = ["LEAST", "NAMELESS", "SHARE", "check"]

SHARE = 0.05
"""Of a flow, from which what is hidden can change what is said of any good or partner in it."""
LEAST = 10e6
"""Whole units of currency that are hidden, at least."""
NAMELESS = (
    "(starts_with(nomenclature, 'HS') AND left(product, 2) IN ('98', '99')) OR "
    "(starts_with(nomenclature, 'CN') AND NOT regexp_full_match(product, '[0-9]*') OR "
    "starts_with(nomenclature, 'CN') AND starts_with(product, '99'))"
)
"""SQL: a code that names no goods. The convention leaves chapters 98 and 99 to countries, and
goods not specified (999999) go there; codes of the European Union with letters are confidential."""
_KNOWN = ("XBUNKERS", "XFREEZONES", "XHIGHSEAS", "XSTORES")  # no area, and no secret
_PARTNER = "CASE reported_by WHEN 'importer' THEN exporter ELSE importer END"


def check(counted: Totals, source: str) -> Iterator[Finding]:
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
        for period, freq, one, other, currency, hidden, whole in counted.fetch(f"""
            SELECT period, freq, exporter, importer, {CURRENCY} AS currency,
                   sum({VALUE}) FILTER ({NAMELESS}) AS hidden, sum({VALUE}) AS whole
            FROM ({rows})
            GROUP BY period, freq, exporter, importer, {CURRENCY}, reported_by, partner_basis
            HAVING hidden >= {LEAST} AND hidden >= {SHARE} * whole ORDER BY ALL"""):
            count += 1
            stake.append((currency, hidden))
            when = f"{period:%Y}" if freq == "A" else f"{period:%Y-%m}"
            words = f"{when} {one} {other}: {figure_value(hidden, currency)}"
            worst = max(worst, (hidden, f"{words}, {hidden / whole:.0%} of the flow"))
    if count:
        text = (
            f"Flows with {figure_value(LEAST, 'USD')} or more, and {SHARE:.0%} or more of their "
            f"value, under codes that name no goods ({amounts(stake)}): confidential, or not "
            "specified. What such a flow has of a single good is a lower bound."
        )
        yield Finding("hidden-goods", "warning", place, count, worst[1], text)


def _partners(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    """Hold trade with areas not specified against all trade of a reporter and period."""
    special = [one.code for one in areas() if one.kind == "special" and one.code not in _KNOWN]
    listed = ", ".join(map(literal, special))
    found = counted.fetch(f"""
        SELECT period, freq, {REPORTER} AS reporter, currency,
               sum(value) FILTER ({_PARTNER} IN ({listed})) AS hidden, sum(value) AS whole
        FROM sums WHERE source = {literal(source)}
        GROUP BY period, freq, {REPORTER}, currency, reported_by, partner_basis
        HAVING hidden >= {LEAST} AND hidden >= {SHARE} * whole
        ORDER BY hidden DESC, period, reporter""")
    if found:
        period, freq, reporter, currency, hidden, whole = found[0]
        when = f"{period:%Y}" if freq == "A" else f"{period:%Y-%m}"
        stake = amounts((row[3], row[4]) for row in found)
        text = (
            f"Reporters with {figure_value(LEAST, 'USD')} or more, and {SHARE:.0%} or more of their"
            f" trade, with partners that are no area ({stake}): kept back, or not specified. Their "
            "trade with any single partner is a lower bound."
        )
        example = (
            f"{when} {reporter}: {figure_value(hidden, currency)}, {hidden / whole:.0%} of its "
            "trade"
        )
        yield Finding("hidden-partner", "warning", place, len(found), example, text)
