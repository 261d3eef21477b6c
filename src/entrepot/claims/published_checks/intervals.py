"""A printed statement as an interval on something that can be compared."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.claims.quantity import SHARES
from entrepot.claims.quantity_text import flow, period_of, who
from entrepot.model.display import figure_value
from entrepot.model.interval import Interval
from entrepot.sources.published.read import significant_digits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.claims.statements import Statement
    from entrepot.sources.published.row import Published

__all__ = ["MOST_DIGITS", "PublishedInterval", "as_printed", "size"]

MOST_DIGITS = 6
"""Of a number in a sentence; some are printed to the cent."""

_KINDS = {"price_growth": "prices of ", "quantity_growth": "the quantity of "}
_SHARE_OF = {
    "import_share": "imports of {}",
    "export_share": "exports of {}",
    "trade_share": "trade of {}",
}


@dataclass(frozen=True, slots=True)
class PublishedInterval:
    """One printed number.

    Attributes
    ----------
    row
        As printed.
    statement
        The same as a sum of levels; None where it is none (a GDP, a count).
    interval
        What digits and words leave open, in data units, for the whole period.
    """

    row: Published
    statement: Statement | None
    interval: Interval

    @property
    def books(self) -> str:
        """Whose statistics it comes from; empty if nobody said and nothing implies it."""
        return self.row.reporter or (self.statement.books if self.statement else "")

    def key(self) -> tuple[object, ...]:
        """Return what two numbers share that are about the same thing, whoever counted it."""
        row = self.row
        sides: tuple[object, ...] = (row.exporter, row.importer)
        if row.flow == "both":
            sides = (frozenset(sides),)
        # A share of two-way trade, or the change of a share, is of the reporter's; so is a GDP.
        whose = row.reporter if row.measure in ("trade_share", "share_change", "gdp") else ""
        goods = row.goods or row.goods_words.casefold()
        money = row.currency if row.measure == "growth" else row.unit
        words = row.partner_words.casefold()
        return (row.measure, row.flow, sides, words, whose, goods, row.period, row.base, money)

    @property
    def what(self) -> str:
        """What it is a number of: "trade between China and Russia, 2024"."""
        return _named(self)


def as_printed(row: Published, statement: Statement | None) -> PublishedInterval | None:
    """Return a row as something to compare.

    None if it leaves everything open, or counts something that only its note names.
    """
    if row.measure == "count" or (row.low is None and row.high is None):
        return None
    low = -math.inf if row.low is None else row.low * row.spans
    high = math.inf if row.high is None else row.high * row.spans
    return PublishedInterval(row, statement, Interval(low, high))


def _named(printed: PublishedInterval) -> str:
    row, statement = printed.row, printed.statement
    if statement is None:
        return _plain(row)
    quantity = statement.quantity
    what = f"{_KINDS.get(quantity.measure, '')}{flow(quantity.of)}"
    if quantity.measure in SHARES:
        whole = quantity.to[0][0]
        home = whole.exporter if quantity.measure == "export_share" else whole.importer
        if quantity.measure == "trade_share":
            home = row.reporter
        of = _SHARE_OF[quantity.measure].format(who(home))
        such = "" if row.goods == "all" else "all such "
        what = f"{what}, as a share of {such}{of}"
    if quantity.measure == "growth":
        what = f"growth of {what} in {row.currency}" if row.currency else f"growth of {what}"
    return f"{what}, {period_of(quantity)}"


def _plain(row: Published) -> str:
    what = "GDP" if row.measure == "gdp" else row.measure.replace("_", " ")
    goods = row.goods_words or row.goods
    sides = [who(area) for area in (row.exporter, row.importer) if area] or [who(row.reporter)]
    route = f" of {sides[0]}" if len(sides) == 1 else f" from {sides[0]} to {sides[1]}"
    return f"{what}{f' of {goods}' if goods and goods != 'all' else ''}{route}, {row.period}"


def size(value: float, unit: str, rows: Iterable[Published]) -> str:
    """Return what comes out of printed numbers, with as many digits as the most exact of them.

    Noughts behind the point that nobody printed are left out.
    """
    digits = max(significant_digits(row.printed) for row in rows)
    text = figure_value(value, unit, min(max(digits, 3), MOST_DIGITS))
    return re.sub(r"(\.\d*?)0+(?!\d)", lambda found: found[1].rstrip("."), text)
