"""What a number is a number of, in one form for claims and for published statements alike.

Everything is about *levels*: the value of one flow in one period, currency and set of books. A
value is a sum of levels; a growth, share or ratio is one sum over another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from entrepot.goods.parse import NAMED
from entrepot.model.interval import Interval
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "COUNTED_IN",
    "DIMENSIONLESS",
    "PRICES",
    "SHARES",
    "Level",
    "Quantity",
    "Series",
    "Terms",
    "moved_by",
    "terms_of",
]

SHARES = ("import_share", "export_share", "trade_share")
PERCENT = ("growth", "price_growth", "quantity_growth", "share_growth")
DIMENSIONLESS = (*SHARES, "ratio")
PRICES = ("price", "price-mean", "price-median")
COUNTED_IN = {"mass": "t", "items": "pieces"}
"""Units of levels that are no money."""
_NAMED = ("price_growth", "rank", "share_growth")
"""Measures that the same levels do not tell apart from others."""


@dataclass(frozen=True, slots=True)
class Series:
    """A statistical series: one institution's numbers, which only they can prove wrong.

    Attributes
    ----------
    name
        Who is quoted, as the text names it; empty for numbers that the text attributes to nobody.
    origins
        Primary sources of published figures that belong to it; empty if none of them does.
    """

    name: str = ""
    origins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Level:
    """The true value of one flow, not below zero.

    Attributes
    ----------
    exporter, importer, goods
        As in a definition; ``named:...`` for what is only named in words.
    period
        When.
    currency
        What it is counted in; ``t`` for tonnes.
    books
        Area whose statistics count it; empty if nobody said and nothing implies it.
    basis
        Whose goods: ``dispatch``, ``origin`` and so on.
    kind
        ``value``, ``mass``, ``items``, ``volume`` (what a change of quantity is a change of),
        ``gdp`` (of the exporter), or ``price``, ``price-mean``, ``price-median`` (which add up
        with nothing; a plain price is that of a unit).
    series
        The statistical series that a text's number belongs to; None for what is published and
        for questions to all that is: two series' numbers of one flow are two levels.
    """

    exporter: str
    importer: str
    goods: str
    period: Period
    currency: str = "USD"
    books: str = ""
    basis: str = "dispatch"
    kind: str = "value"
    series: Series | None = None

    def but(self, **changes: object) -> Level:
        """Return a copy with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def members(self) -> tuple[Level, ...]:
        """Return the flows that a sum of areas such as ``CHN+HKG`` stands for.

        An area does not trade with itself: from CHN+RUS to CHN+RUS is their two-way trade.
        """
        if any(side.startswith(NAMED) for side in (self.exporter, self.importer)):
            return (self,)
        flows = tuple(
            self.but(exporter=exporter.strip(), importer=importer.strip())
            for exporter in self.exporter.split("+")
            for importer in self.importer.split("+")
        )
        return tuple(flow for flow in flows if flow.exporter != flow.importer) or flows

    def any_time(self) -> tuple[str, ...]:
        """Return what it is the flow of, whenever, whoever counts it and in what money."""
        return (self.exporter, self.importer, self.goods, self.basis, self.kind)

    def turned(self) -> Level:
        """Return the flow the other way round."""
        return self.but(exporter=self.importer, importer=self.exporter)


Terms = tuple[tuple[Level, float], ...]


def terms_of(level: Level, back: float = 0.0) -> Terms:
    """Return a flow as terms, its members apart; with `back`, the way back too, so weighted."""
    there = tuple((member, 1.0) for member in level.members())
    return (*there, *((member.turned(), back) for member, _ in there)) if back else there


def moved_by(period: Period, years: int) -> Period:
    """Return the same span some whole years later, or earlier if negative."""
    whole_months = period.start.day == 1 and (period.end + timedelta(days=1)).day == 1
    form = "%m" if whole_months else "%m-%d"
    ends = (f"{day.year + years}-{day.strftime(form)}" for day in (period.start, period.end))
    return Period.parse("..".join(ends).replace("-02-29", "-02-28"))


@dataclass(frozen=True, slots=True)
class Quantity:
    """A sum of levels, or one sum over another.

    Attributes
    ----------
    measure
        ``value``, ``balance``, ``growth``, ``import_share``, ``export_share``, ``trade_share``,
        ``ratio``, ``price_growth``, ``quantity_growth``, ``share_change`` (in points),
        ``share_growth`` (in per cent), ``rank``, or the id of another measure, which then has no
        terms.
    of, to
        Levels with weights; `to` is empty for a plain sum.
    less
        For a change of a share: the share it is measured against.
    """

    measure: str
    of: Terms = ()
    to: Terms = ()
    less: Quantity | None = None

    @property
    def unit(self) -> str:
        """Unit of the number in data: share, percent, points, ratio, index, or a currency."""
        if self.measure in SHARES:
            return "share"
        if self.measure in PERCENT:
            return "percent"
        other = {"ratio": "ratio", "asymmetry": "ratio", "share_change": "points", "rank": "rank"}
        if self.measure in other:
            return other[self.measure]
        return self.of[0][0].currency if self.of else "index"

    @property
    def is_linear(self) -> bool:
        """Whether bounds on it are linear constraints on levels that add up."""
        additive = all(level.kind not in (*PRICES, "volume") for level in self.levels())
        return bool(self.of) and self.less is None and additive and self.measure != "rank"

    @property
    def cancels(self) -> bool:
        """Whether the currency cancels, so that it does not matter which one is counted in."""
        return self.measure in DIMENSIONLESS or self.less is not None

    def levels(self) -> Iterator[Level]:
        """Yield its levels, those divided by last."""
        for level, _ in (*self.of, *self.to):
            yield level

    def mapped(self, **changes: object) -> Quantity:
        """Return a copy with fields of every level changed."""
        return replace(
            self,
            of=tuple((level.but(**changes), weight) for level, weight in self.of),
            to=tuple((level.but(**changes), weight) for level, weight in self.to),
            less=self.less.mapped(**changes) if self.less else None,
        )

    def shifted(self, years: int) -> Quantity:
        """Return the same quantity some whole years later, or earlier if negative."""

        def moved(terms: Terms) -> Terms:
            return tuple((level.but(period=moved_by(level.period, years)), w) for level, w in terms)

        less = self.less.shifted(years) if self.less else None
        return replace(self, of=moved(self.of), to=moved(self.to), less=less)

    def quotient(self, interval: Interval) -> Interval:
        """Return bounds in data units (growth in per cent) as bounds on ``of / to``."""
        if self.measure not in PERCENT:
            return interval
        return Interval(1 + interval.low / 100, 1 + interval.high / 100)

    def stated(self, interval: Interval) -> Interval:
        """Return bounds on ``of / to`` as bounds in data units."""
        return Interval(self.stated_value(interval.low), self.stated_value(interval.high))

    def stated_value(self, value: float) -> float:
        """Return a value of ``of / to`` in data units."""
        return (value - 1) * 100 if self.measure in PERCENT else value

    def key(self) -> tuple[object, ...]:
        """Return what two numbers must share to be about the same thing, whoever counted it.

        Books are left out. So is the currency where it cancels, within one period; not in a
        growth: a rate in yuan is another than in dollars.
        """
        return _key(self)


@lru_cache(maxsize=4096)
def _key(quantity: Quantity) -> tuple[object, ...]:
    same_time = len({level.period for level in quantity.levels()}) == 1
    changes: dict[str, object] = {"books": "", "series": None}
    if quantity.to and same_time and quantity.measure in DIMENSIONLESS:
        changes["currency"] = "-"
    plain = quantity.mapped(**changes)
    less = plain.less.key() if plain.less else None
    named = quantity.measure if not quantity.of or quantity.measure in _NAMED else ""
    return (named, frozenset(plain.of), frozenset(plain.to), less)
