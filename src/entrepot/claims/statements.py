"""Published statements in the form of claims, so that like is compared with like."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from entrepot.claims.build import HOME, share_of
from entrepot.claims.numbers import read_says
from entrepot.claims.quantity import SHARES, Level, Quantity, terms_of
from entrepot.claims.series import is_own
from entrepot.errors import EntrepotError
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD
from entrepot.model.interval import Interval
from entrepot.sources.published.read import ranked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.lake import Lake
    from entrepot.model.period import Period
    from entrepot.sources.published.row import Published

__all__ = [
    "OURS",
    "RECONCILED",
    "Statement",
    "Statements",
    "bundled",
    "known_statements",
    "named_alike",
]

OURS = "Entrepôt"
NOBODYS = ("BACI", "OEC")
"""Origins of values that reconcile the reports of both sides: in the books of neither."""
RECONCILED = 0.1
"""How far a value that reconciles two reports may lie from either of them."""
_STATISTICS = {"median": "-median", "mean": "-mean", "average": "-mean"}
_SMALL_WORDS = frozenset({"the", "and", "for", "from", "with", "goods", "products", "items"})


@dataclass(frozen=True, slots=True)
class Statement:
    """A published number and what it is a number of.

    Attributes
    ----------
    exact
        What its digits leave open; None where only one side is said.
    loose
        The same with "about" and "more than" taken at their word.
    """

    row: Published
    quantity: Quantity
    exact: Interval | None
    loose: Interval

    @property
    def books(self) -> str:
        """Whose statistics it comes from; empty if not known."""
        return next(self.quantity.levels()).books

    @property
    def is_ours(self) -> bool:
        """Whether it is our own result rather than somebody else's print."""
        return self.row.publisher == OURS

    @property
    def is_reconciled(self) -> bool:
        """Whether it comes from values that reconcile two reports, hence from nobody's books."""
        return self.row.origin in NOBODYS

    @property
    def counts(self) -> bool:
        """Whether it is evidence: spot conversions and slips are kept, but are none."""
        return self.row.confidence != "low"


class Statements:
    """Statements, found by what they are about; rates of exchange apart, by currency."""

    def __init__(self, rows: Iterable[Published]) -> None:
        kept = tuple(rows)
        self.all = tuple(found for row in kept if (found := _statement(row)) is not None)
        self.rates: defaultdict[str, list[Published]] = defaultdict(list)
        for row in ranked(kept):
            if row.measure == "exchange_rate" and row.unit == f"{row.currency} per USD":
                self.rates[row.currency].append(row)
        self.origins = frozenset(one.row.origin for one in self.all)
        self._named_origins: dict[str, frozenset[str]] = {}
        self._by_key: defaultdict[object, list[Statement]] = defaultdict(list)
        self._named: defaultdict[str, list[Statement]] = defaultdict(list)
        for statement in self.all:
            self._by_key[statement.quantity.key()].append(statement)
            if any(_is_named(level) for level in statement.quantity.levels()):
                self._named[statement.quantity.measure].append(statement)

    @cached_property
    def _periods(self) -> dict[tuple[str, ...], dict[Period, None]]:
        found: defaultdict[tuple[str, ...], dict[Period, None]] = defaultdict(dict)
        for statement in self.all:
            for level, _ in statement.quantity.of:
                found[level.any_time()][level.period] = None
        return dict(found)

    def origins_of(self, name: str) -> frozenset[str]:
        """Return the primary sources that a name means, to whichever detail it names them."""
        if name not in self._named_origins:
            found = (one.row.origin for one in self.all if is_own(name, one))
            self._named_origins[name] = frozenset(found)
        return self._named_origins[name]

    def of_series(self, quantity: Quantity) -> tuple[Statement, ...]:
        """Return the statements of a quantity in its own series; in all, if it has none."""
        level = next(quantity.levels(), None)
        held = self.about(quantity)
        if level is None or level.series is None:
            return held
        return tuple(one for one in held if one.row.origin in level.series.origins)

    def periods_of(self, level: Level) -> Iterable[Period]:
        """Return the periods for which a number of the flow of a level is in print."""
        return self._periods.get(level.any_time(), {})

    def about(self, quantity: Quantity) -> tuple[Statement, ...]:
        """Return the statements of this very quantity, whoever counted it."""
        if not any(_is_named(level) for level in quantity.levels()):
            return tuple(self._by_key[quantity.key()])
        return tuple(
            statement
            for statement in self._named[quantity.measure]
            if _same_but_for_words(quantity, statement.quantity)
        )

    def current(self, quantity: Quantity, day: str = "") -> tuple[Statement, ...]:
        """Return the statements that count of a quantity, less those that were revised since.

        Parameters
        ----------
        quantity
            What they are about.
        day
            Releases after this day (ISO form) replace none before it; none is, if empty.
        """
        held = [statement for statement in self.of_series(quantity) if statement.counts]
        return tuple(one for one in held if not any(_replaces(two, one, day) for two in held))


@cache
def bundled() -> Statements:
    """Return the statements that come with the package, published and computed."""
    from entrepot.sources.published.read import published

    return Statements(published("all"))


def known_statements(lake: Lake | None) -> Statements:
    """Return the bundled statements and those of the user's own that a lake holds."""
    if lake is None or not lake.holds("published"):
        return bundled()
    from entrepot.figures import statements

    return Statements(statements("all", lake))


def named_alike(wanted: str, held: str) -> bool:
    """Whether all words of `wanted` stand in `held`, whatever their endings.

    Examples
    --------
    >>> named_alike("export-controlled goods", "same export-controlled goods (median)")
    True
    >>> named_alike("sanctioned technology", "export-controlled goods")
    False
    """
    held_words = _stems(held)
    wanted_words = _stems(wanted)
    return bool(wanted_words) and wanted_words <= held_words


def _stems(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z0-9.]{3,}", text.lower().removeprefix(NAMED))
    return frozenset(word[:6] for word in words if word not in _SMALL_WORDS)


def _replaces(later: Statement, first: Statement, day: str) -> bool:
    """Whether one is a later release of the other's origin, as sure, with another number."""
    if later.exact is None or first.exact is None or later.exact.meets(first.exact):
        return False
    one, two = first.row, later.row
    same = (one.origin, first.books) == (two.origin, later.books)
    sure = ("high", "medium", "low").index
    is_later = "" < one.published_on < two.published_on and (not day or two.published_on <= day)
    return same and is_later and sure(two.confidence) <= sure(one.confidence)


def _is_named(level: Level) -> bool:
    return any(part.startswith(NAMED) for part in (level.goods, level.exporter, level.importer))


def _same_but_for_words(wanted: Quantity, held: Quantity) -> bool:
    pairs = [*zip(wanted.of, held.of, strict=False), *zip(wanted.to, held.to, strict=False)]
    return (len(wanted.of), len(wanted.to)) == (len(held.of), len(held.to)) and all(
        weight == other
        and one.period == two.period
        and one.basis == two.basis
        and all(
            _same_words(getattr(one, name), getattr(two, name))
            for name in ("goods", "exporter", "importer")
        )
        for (one, weight), (two, other) in pairs
    )


def _same_words(wanted: str, held: str) -> bool:
    if wanted.startswith(NAMED) and held.startswith(NAMED):
        return named_alike(wanted, held)
    return wanted == held


def _statement(row: Published) -> Statement | None:
    try:
        quantity = _quantity(row)
    except EntrepotError:  # e.g. a share of the world in itself: nothing a claim could be about
        return None
    if quantity is None or (row.value is None and row.low is None):
        return None
    low = -math.inf if row.low is None else row.low
    high = math.inf if row.high is None else row.high
    loose = Interval(low, high)
    exact: Interval | None = loose
    if math.isinf(low) or math.isinf(high):
        exact = None
    elif row.relation == "about":
        exact = _digits(row) or loose
    if quantity.measure in SHARES:  # a part is at most its whole, whatever "more than" leaves open
        loose = Interval(max(low, 0.0), min(high, 1.0))
    if row.origin in NOBODYS:
        loose = loose.widened(RECONCILED)
    if row.per == "month" and quantity.measure == "value":
        months = next(quantity.levels()).period.months
        exact, loose = exact.scaled(months) if exact else None, loose.scaled(months)
    return Statement(row, quantity, exact, loose)


def _digits(row: Published) -> Interval | None:
    """Return what the printed digits leave open, whatever "about" adds."""
    try:
        says = read_says(row.printed)
    except EntrepotError:
        return None
    if row.value is None or not says.value:
        return None
    half = abs(row.value) * says.step / abs(says.value) / 2
    return Interval(row.value - half, row.value + half)


def _quantity(row: Published) -> Quantity | None:
    if row.measure == "gdp":
        money = row.currency or "USD"
        gdp = Level(row.reporter, WORLD, "all", row.period, money, row.reporter, kind="gdp")
        return Quantity("value", ((gdp, 1.0),)) if row.reporter and not row.variant else None
    level = _level(row)
    statistic = _STATISTICS.get(row.variant, "")
    if level is None or (row.variant and not statistic) or row.per not in ("", "month"):
        return None
    terms = terms_of(level, {"both": 1.0, "balance": -1.0}.get(row.flow, 0.0))
    match row.measure:
        case "value" | "balance":
            return Quantity(row.measure, terms)
        case "quantity":
            return Quantity("value", terms).mapped(kind="mass", currency="t")
        case "growth" | "price_growth" | "quantity_growth" if row.base is not None:
            kind = {"price_growth": "price", "quantity_growth": "volume"}.get(row.measure, "value")
            kind += statistic if row.measure == "price_growth" else ""
            grown = Quantity(row.measure, terms).mapped(kind=kind)
            return Quantity(row.measure, grown.of, grown.mapped(period=row.base).of)
        case share if share in SHARES:
            return share_of(share, level, terms, row.reporter)
        case "share_change" if row.base is not None and row.reporter:
            name = "import_share" if row.reporter == row.importer else "export_share"
            now = share_of(name, level, terms)
            return Quantity("share_change", now.of, now.to, now.mapped(period=row.base))
    return None


def _level(row: Published) -> Level | None:
    named = f"{NAMED}{row.partner_words}" if row.partner_words else ""
    exporter, importer = row.exporter or named, row.importer or named
    if not exporter or not importer:
        return None
    home = HOME.get(row.currency, "")
    books = row.reporter or (home if home in (exporter, importer) else "")
    return Level(
        exporter=exporter,
        importer=importer,
        goods=row.goods or f"{NAMED}{row.goods_words}",
        period=row.period,
        currency=row.currency or "USD",
        books=books,
        basis=row.basis or "dispatch",
    )
