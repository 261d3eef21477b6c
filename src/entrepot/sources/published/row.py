"""One published statement, and the words its columns may hold."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrepot.model.period import Period

__all__ = [
    "BASES",
    "COLUMNS",
    "CONFIDENCES",
    "FLOWS",
    "MEASURES",
    "PERS",
    "RELATIONS",
    "VALUATIONS",
    "Published",
]

_MONEY = ("USD", "CNY", "EUR", "RUB")
_RATES = tuple(f"{currency} per USD" for currency in ("CNY", "EUR", "RUB", "MXN", "HKD"))

MEASURES: dict[str, tuple[str, ...]] = {
    "value": _MONEY,
    "balance": _MONEY,
    "gdp": _MONEY,
    "value_change": _MONEY,
    "growth": ("percent",),
    "growth_gap": ("percent",),
    "price_growth": ("percent",),
    "price_gap": ("percent",),
    "quantity_growth": ("percent",),
    "quantity": ("t",),
    "import_share": ("share",),
    "export_share": ("share",),
    "trade_share": ("share",),
    "goods_share": ("share",),
    "world_share": ("share",),
    "offset_share": ("share",),
    "missing_trade_share": ("share",),
    "circumvention_share": ("share",),
    "share_change": ("points",),
    "substitution_ratio": ("ratio",),
    "exchange_rate": _RATES,
    "count": ("count",),
}
"""Measures, each with the units it may be stated in."""

FLOWS = ("one_way", "both", "balance", "na")
BASES = ("", "dispatch", "origin", "seller", "producer_hq")
RELATIONS = ("=", "about", "between", "more_than", "at_least", "less_than", "at_most")
"""From the most to the least exact."""
PERS = ("", "month", "3 months")
VALUATIONS = (
    *("", "FOB", "CIF", "FOB+CIF", "FOB-CIF", "BOP"),
    *("average", "fixing", "current prices"),
)
CONFIDENCES = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Published:
    """A number that somebody printed, and what it is a number of.

    Attributes
    ----------
    id
        Stable id of the row, e.g. ``"CR-001"``.
    measure
        One of `MEASURES`.
    reporter
        Whose books the number comes from: area code, empty if not known. In a ``trade_share`` it
        is the country whose trade is the whole, in a ``share_change`` the one whose imports or
        exports are.
    exporter, importer
        Areas; empty if there is none (an exchange rate) or if `partner_words` stands for it. In
        two-way trade and balances the exporter is the reporter; two-way trade has no direction.
    partner_words
        A partner that is no defined area ("Asia"), as printed. It never matches an area.
    flow
        ``one_way``, ``both`` (exports and imports together), ``balance`` (exports less imports)
        or ``na``.
    goods, goods_words
        Canonical goods key where the words mean exactly that, else empty; the words as printed.
    variant
        Which reading of the goods list; empty for the plain one.
    basis
        Whose goods, empty if not said: ``dispatch``, ``origin``, ``seller``, ``producer_hq``.
    period, base
        When; and what a change is measured against, None if there is none or nobody said.
    per
        ``month`` or ``3 months``: the number is for one such span within the period.
    relation
        How the words tie the number down: ``=``, ``about``, ``between``, ``more_than``,
        ``at_least``, ``less_than``, ``at_most``.
    value
        Stated value in `unit`; None for a range.
    low, high
        Ends of what digits and words leave open; None where they leave it open without end.
    printed
        The number as printed, words included.
    unit
        A currency (whole units), ``share`` (0 to 1), ``percent``, ``points``, ``ratio``,
        ``count``, ``t``, or e.g. ``CNY per USD``.
    currency
        Currency that a value is in or that a growth rate was computed in.
    valuation
        How the money was valued: ``FOB``, ``CIF``, ``FOB+CIF``, ``FOB-CIF``, ``BOP`` (balance of
        payments); for exchange rates ``average`` or ``fixing``; for GDP ``current prices``.
    publisher
        Who printed it.
    origin, origin_words
        Whose number it is: a short key that all copies of one release share; and in words.
    title, url, published_on, second_url
        Where and when it was printed; a second page that prints it too.
    confidence
        ``high``, ``medium`` or ``low`` (spot conversions, slips, superseded numbers).
    note
        What a reader should know.
    snapshot
        First digits of the hash of the file it was read from; empty if it comes with the program.
    """

    id: str
    measure: str
    reporter: str
    exporter: str
    importer: str
    partner_words: str
    flow: str
    goods: str
    goods_words: str
    variant: str
    basis: str
    period: Period
    base: Period | None
    per: str
    relation: str
    value: float | None
    low: float | None
    high: float | None
    printed: str
    unit: str
    currency: str
    valuation: str
    publisher: str
    origin: str
    origin_words: str
    title: str
    url: str
    published_on: str
    second_url: str
    confidence: str
    note: str
    snapshot: str = ""

    @property
    def spans(self) -> float:
        """How many spans of `per` the period has; one where the number is for all of it."""
        months = {"month": 1, "3 months": 3}
        return self.period.months / months[self.per] if self.per else 1.0

    @property
    def middle(self) -> float | None:
        """The number, or the middle of a range that was printed instead; None for neither."""
        if self.value is not None or self.low is None or self.high is None:
            return self.value
        return (self.low + self.high) / 2


COLUMNS = tuple(field.name for field in fields(Published) if field.name != "snapshot")
