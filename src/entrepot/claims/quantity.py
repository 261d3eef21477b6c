"""What a number is a number of, in one form for claims and for published statements alike.

Everything is about *levels*: the value of one flow in one period, currency and reporter. A
value is a sum of levels; a growth, share or ratio is one sum over another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from entrepot.claims.numbers.says import SHARED_CURRENCIES
from entrepot.errors import RequestError
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD
from entrepot.model.interval import Interval
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.numbers import Says

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
    reporter
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
    reporter: str = ""
    basis: str = "dispatch"
    kind: str = "value"
    series: Series | None = None

    def but(self, **changes: Any) -> Level:
        """Return it with some fields changed."""
        # Most of what is asked for is so already, and a copy takes longer than to look.
        for name, value in changes.items():
            if getattr(self, name) != value:
                # `replace` asks each field what it is, which takes longer than all the rest.
                fields = {name: getattr(self, name) for name in Level.__slots__}
                return Level(**fields | changes)
        return self

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
        # WLD to WLD is all trade: it alone survives being "with itself".
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
    # 29 February has no counterpart a year away.
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
        """Return it with fields of every level changed."""
        of = tuple((level.but(**changes), weight) for level, weight in self.of)
        to = tuple((level.but(**changes), weight) for level, weight in self.to)
        less = self.less.mapped(**changes) if self.less else None
        return Quantity(self.measure, of, to, less)

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

        The reporter is left out. So is the currency where it cancels, within one period; not in a
        growth: a rate in yuan is another than in dollars.
        """
        return _key(self)


@lru_cache(maxsize=4096)
def _key(quantity: Quantity) -> tuple[object, ...]:
    same_time = len({level.period for level in quantity.levels()}) == 1
    any_money = bool(quantity.to) and same_time and quantity.measure in DIMENSIONLESS

    def plain(terms: Terms) -> frozenset[object]:
        # Sets, not tuples: CHN+HKG and HKG+CHN are one quantity.
        return frozenset(
            (level.any_time(), level.period, "-" if any_money else level.currency, weight)
            for level, weight in terms
        )

    less = quantity.less and _key(quantity.less)
    named = quantity.measure if not quantity.of or quantity.measure in _NAMED else ""
    return (named, plain(quantity.of), plain(quantity.to), less)


HOME = {"CNY": "CHN", "RUB": "RUS", "EUR": "EU27"}
"""Whose statistics are kept in a currency."""


def share_of(measure: str, level: Level, terms: Terms, whose: str = "") -> Quantity:
    """Return the share that a flow has in the imports, exports or trade it belongs to.

    Parameters
    ----------
    measure
        ``import_share``, ``export_share`` or ``trade_share``.
    level, terms
        The flow, and the same as terms.
    whose
        For two-way trade: whose trade is the total.

    Raises
    ------
    RequestError
        If the share has no total beyond its part, or a trade share does not say whose trade.
    """
    if measure == "trade_share":
        if not whose or whose not in (level.exporter, level.importer):
            raise RequestError(
                "a share of two-way trade does not say whose trade is the whole",
                hint="add reporter, the code of the country whose trade it is",
            )
        # The denominator is all trade of that country, exports and imports.
        sold = level.but(exporter=whose, importer=WORLD)
        return Quantity(measure, terms, ((sold, 1.0), (sold.turned(), 1.0)))
    # In an import share the exporter is opened to the world; the importer is whose total it is.
    side = "exporter" if measure == "import_share" else "importer"
    if getattr(level, side) == WORLD or getattr(level.turned(), side) == WORLD:
        raise RequestError(f"{measure} needs an importer and an exporter", hint="name both sides")
    return Quantity(measure, terms, terms_of(level.but(**{side: WORLD})))


# What a number phrase says about a quantity, in the units of the data.


_HUNDRED_PERCENT = 100.0
_POINTS = 1e4
"""What an index of concentration counts to where shares are in per cent, squared."""
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}
_UNITS = {
    "share": ("percent", "share", ""),
    "percent": ("percent", "share", "ratio", ""),
    "points": ("points", ""),
    "ratio": ("ratio", "share", "percent", ""),
    "index": ("", "percent", "share"),
}


def in_data_units(says: Says, quantity: Quantity, *, stated: bool = True) -> Interval:
    """Return what a phrase says about a quantity, in the units of the data.

    Parameters
    ----------
    says, quantity
        The phrase and what it is about.
    stated
        Whether the definition states the currency, so that the phrase need not.

    Raises
    ------
    RequestError
        If the phrase has a unit that the quantity cannot have, is a share beyond 0 and 1, says
        that something changed where the quantity is no change, or is a number per month or year of
        something that does not add up over time.
    """
    unit = quantity.unit
    if says.moved and not _may_move(quantity):
        raise RequestError(
            f"{says.text!r} is a change, not a number of this kind ({quantity.measure})",
            why="how much something rose or fell does not say how much it is",
            hint="write growth, or the change of a share (kind change); or what it rose or fell to",
        )
    if unit not in _UNITS:
        # A balance has a negative weight, so it alone may lie below zero.
        if says.value < 0 and all(weight > 0 for _, weight in quantity.of):
            raise RequestError(
                f"trade below zero: {says.text!r}",
                why="only a balance can be negative",
                hint="if it is a change, write growth; if exports less imports, write balance",
            )
        period = next(quantity.levels()).period
        return _amount(says, unit, period, stated=stated)
    _refuse_other_kinds(says, quantity)
    interval = _scaled(says, unit)
    if says.per:
        interval = _over_time(says, interval, quantity)
    if unit == "share":
        return _share(says, interval)
    if unit == "index":
        return _index(says, interval, quantity.measure)
    if unit == "percent":
        # Only the upper end: "fell 99.9 %" may round below −100, which is clipped, not refused.
        if interval.high < -_HUNDRED_PERCENT:
            raise RequestError(
                f"a fall by more than all there was: {says.text!r}",
                why="trade cannot fall by more than 100 %",
                hint="if it is five times smaller, write it so; check the point or comma",
            )
        return Interval(max(interval.low, -_HUNDRED_PERCENT), interval.high)
    return interval


def _refuse_other_kinds(says: Says, quantity: Quantity) -> None:
    """Refuse a phrase with a unit that a quantity cannot have."""
    unit = quantity.unit
    if says.unit not in _UNITS[unit] and says.relation != "comparable":
        raise RequestError(
            f"{says.text!r} is not a number of this kind ({quantity.measure})",
            why=f"it is in {says.unit or 'plain numbers'}, {quantity.measure} in {unit}",
            hint="a change of a share is in points (kind change), growth and shares in per cent",
        )
    if says.smaller and quantity.measure != "ratio" and unit != "percent":
        raise RequestError(
            f"{says.text!r} is not a number of this kind ({quantity.measure})",
            why="it sets two amounts side by side",
            hint="write a ratio of the two amounts",
        )


def _may_move(quantity: Quantity) -> bool:
    """Whether a rise or fall says how much a quantity is; a deficit is a fall of a balance."""
    return quantity.measure == "balance" or quantity.unit in ("percent", "points", "ratio", "rank")


def _scaled(says: Says, unit: str) -> Interval:
    match unit, says.unit:
        # A bare 27 is per cent, a bare 0.27 a part of one.
        case "share", "" if abs(says.value) > 1:
            return says.interval.scaled(0.01)
        case "ratio", "percent" | "share" if says.moved:  # "a fifth more" is 1.2 times
            part = says.interval.scaled(0.01 if says.unit == "percent" else 1.0)
            return Interval(1 + part.low, 1 + part.high)
        case "share" | "ratio" | "index", "percent":
            return says.interval.scaled(0.01)
        case "percent", "share":
            return says.interval.scaled(100)
        # "Doubled" is a growth of 100 %, "five times smaller" one of −80 %.
        case "percent", "ratio":
            times = _inverse(says.interval) if says.smaller else says.interval
            return Interval((times.low - 1) * 100, (times.high - 1) * 100)
    return says.interval


def _inverse(times: Interval) -> Interval:
    """Return what is left of something that is so many times smaller."""
    return Interval(1 / times.high, 1 / times.low if times.low > 0 else math.inf)


def _over_time(says: Says, interval: Interval, quantity: Quantity) -> Interval:
    """Return a change of so much a month or year as one since its base: growth compounds."""
    steps = _steps(says.per, quantity)
    if steps is None:
        raise RequestError(
            f"so much a {says.per}: {says.text!r}",
            why=f"{quantity.measure} does not add up over time, or not over its period and base",
            hint=f"leave out the {says.per}, or give a base a whole number of {says.per}s before",
        )
    if quantity.unit == "points":
        return interval.scaled(steps)
    # Clipped at −100 %: an even power would turn a larger loss into a gain.
    ends = (
        (1 + max(end, -_HUNDRED_PERCENT) / 100) ** steps for end in (interval.low, interval.high)
    )
    low, high = ((times - 1) * 100 for times in ends)
    return Interval(low, high)


def _steps(per: str, quantity: Quantity) -> int | None:
    """Return how many months, quarters or years a change spans; None if it is none of those."""
    base = quantity.less.of if quantity.less else quantity.to
    if quantity.unit not in ("percent", "points") or per not in _MONTHS or not base:
        return None
    now, then = quantity.of[0][0].period.start, base[0][0].period.start
    months = (now.year - then.year) * 12 + now.month - then.month
    if now.day != then.day or months <= 0 or months % _MONTHS[per]:
        return None
    return months // _MONTHS[per]


def _index(says: Says, interval: Interval, measure: str) -> Interval:
    """Return an index between 0 and 1; of concentration also where it counts to 10 000."""
    # An HHI is printed as 0.25, 25 % or 2 500.
    value = says.value / 100 if says.unit == "percent" else says.value
    scale = _POINTS if measure == "hhi" else _HUNDRED_PERCENT
    if says.unit == "" and 1 < value <= scale:
        value, interval = value / scale, interval.scaled(1 / scale)
    if not 0 <= value <= 1:
        raise RequestError(
            f"{measure} of {says.text!r}",
            why=f"it lies between 0 and 1, or between 0 and {scale:.0f} where it is written so",
            hint="check the number and its point or comma",
        )
    return Interval(max(interval.low, 0.0), min(interval.high, 1.0))


def _share(says: Says, interval: Interval) -> Interval:
    value = says.value / 100 if says.unit == "percent" or says.value > 1 else says.value
    beyond = value > 1 or (value == 1 and says.relation in ("more_than", "just_over"))
    if beyond or value < 0:
        raise RequestError(
            f"a share {'above one' if beyond else 'below zero'}: {says.text!r}",
            why=f"a part cannot be {'larger than its whole' if beyond else 'less than nothing'}",
            hint="if it is a growth or a multiple, write growth or ratio",
        )
    return Interval(max(interval.low, 0.0), min(interval.high, 1.0))


def _amount(says: Says, unit: str, period: Period, *, stated: bool) -> Interval:
    if says.unit == "" and not stated:
        raise RequestError(
            f"no currency: {says.text!r}",
            why="yuan and dollars are not the same number",
            hint="write the currency as published, or add currency to the definition",
        )
    shared = SHARED_CURRENCIES.get(says.unit, ())
    if shared and not (stated and unit in shared):
        raise RequestError(
            f"not clear whose {says.unit}: {says.text!r}",
            why="several countries have a currency of this name",
            hint=f"add currency to the definition, such as currency: {shared[0]}",
        )
    if says.unit not in (unit, "") and not shared:
        raise RequestError(
            f"{says.text!r} is in {says.unit}, the definition in {unit}",
            why="one number has one unit",
            hint="leave currency out of the definition, or make the two agree",
        )
    spans = _spans(says.per, period) if says.per else 1.0
    interval = says.interval.scaled(spans) if spans != 1 else says.interval
    # "Under 5 billion" has no lower end, and trade none below zero.
    # A balance can be: "a deficit of more than 5 billion" has no lower end.
    if math.isinf(interval.low) and interval.high > 0:
        return Interval(0.0, interval.high)
    return interval


def _spans(per: str, period: Period) -> float:
    """Return how many days, weeks, months, quarters or years a period has."""
    if per in _MONTHS:
        return period.months / _MONTHS[per]
    return ((period.end - period.start).days + 1) / _DAYS[per]
