"""Published statements in the form of claims, so that like is compared with like."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

from entrepot.claims.attribution import is_own
from entrepot.claims.numbers import read_says
from entrepot.claims.quantity import HOME, SHARES, Level, Quantity, Terms, share_of, terms_of
from entrepot.errors import EntrepotError
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD, stopped_in
from entrepot.model.interval import Interval
from entrepot.model.period import Period
from entrepot.sources.published.parse import ranked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.lake import Lake
    from entrepot.sources.published.row import Published

OWN_PUBLISHER = "Entrepôt"
NOBODYS = ("BACI", "OEC")
"""Origins of values that reconcile the reports of both sides: as neither reported them."""
RECONCILED = 0.1
"""How far a value that reconciles two reports may lie from either of them."""
# Suffixes of the kind of a level ("price-median"): a mean must not meet a median.
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
    def reporter(self) -> str:
        """Whose statistics it comes from; empty if not known."""
        return next(self.quantity.levels()).reporter

    @property
    def is_own_result(self) -> bool:
        """Whether it is our own result rather than somebody else's print."""
        return self.row.publisher == OWN_PUBLISHER

    @property
    def is_reconciled(self) -> bool:
        """Whether it comes from values that reconcile two reports, hence from no reporter."""
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
        # Best first: `_rate` takes the first row of a period.
        for row in ranked(kept):
            if row.measure == "exchange_rate" and row.unit == f"{row.currency} per USD":
                self.rates[row.currency].append(row)
        self.origins = frozenset(one.row.origin for one in self.all)
        self._named_origins: dict[str, frozenset[str]] = {}
        self._by_key: defaultdict[object, list[Statement]] = defaultdict(list)
        self._named: defaultdict[object, list[Statement]] = defaultdict(list)
        for statement in self.all:
            self._by_key[statement.quantity.key()].append(statement)
            if any(_is_named(level) for level in statement.quantity.levels()):
                self._named[_but_words(statement.quantity)].append(statement)

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
            found = (one.row.origin for one in self.all if is_own(name, one.row))
            self._named_origins[name] = frozenset(found)
        return self._named_origins[name]

    def of_series(self, quantity: Quantity) -> tuple[Statement, ...]:
        """Return the statements of a quantity in its own series; in all, if it has none."""
        level = next(quantity.levels(), None)
        found = self.about(quantity)
        if level is None or level.series is None:
            return found
        return tuple(one for one in found if one.row.origin in level.series.origins)

    def periods_of(self, level: Level) -> Iterable[Period]:
        """Return the periods for which a number of the flow of a level is in print."""
        return self._periods.get(level.any_time(), {})

    def about(self, quantity: Quantity) -> tuple[Statement, ...]:
        """Return the statements of this very quantity, whoever counted it."""
        if not any(_is_named(level) for level in quantity.levels()):
            return tuple(self._by_key[quantity.key()])
        return tuple(
            statement
            for statement in self._named.get(_but_words(quantity), ())
            if all(map(_same_words, _words(quantity), _words(statement.quantity)))
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
        found = [statement for statement in self.of_series(quantity) if statement.counts]
        return tuple(one for one in found if not any(_replaces(two, one, day) for two in found))


@cache
def bundled() -> Statements:
    """Return the statements that come with the package, published and computed."""
    from entrepot.sources.published.parse import published

    return Statements(published("all"))


def known_statements(lake: Lake | None) -> Statements:
    """Return the bundled statements and those of the user's own that a lake holds."""
    if lake is None or not lake.holds("published"):
        return bundled()
    from entrepot.figures.statements import statements

    return Statements(statements("all", lake))


def named_alike(wanted: str, printed: str) -> bool:
    """Whether all words of `wanted` stand in `printed`, whatever their endings.

    Examples
    --------
    >>> named_alike("export-controlled goods", "same export-controlled goods (median)")
    True
    >>> named_alike("sanctioned technology", "export-controlled goods")
    False
    """
    printed_words = _stems(printed)
    wanted_words = _stems(wanted)
    return bool(wanted_words) and wanted_words <= printed_words


def _stems(text: str) -> frozenset[str]:
    # The point keeps codes such as 8542.31 in one piece.
    words = re.findall(r"[a-z0-9.]{3,}", text.lower().removeprefix(NAMED))
    # Six letters stand in for a stemmer: "control", "controls" and "controlled" are one.
    return frozenset(word[:6] for word in words if word not in _SMALL_WORDS)


def _replaces(later: Statement, first: Statement, day: str) -> bool:
    """Whether one is a later release of the other's origin, as sure, with another number."""
    # The same number printed again is a copy, not a revision.
    if later.exact is None or first.exact is None or later.exact.meets(first.exact):
        return False
    one, two = first.row, later.row
    same = (one.origin, first.reporter) == (two.origin, later.reporter)
    # Less is surer here; an uncertain print must not replace a certain one.
    sure = ("high", "medium", "low").index
    # ISO dates compare as text; an undated print is neither earlier nor later than any.
    is_later = "" < one.published_on < two.published_on and (not day or two.published_on <= day)
    return same and is_later and sure(two.confidence) <= sure(one.confidence)


def _is_named(level: Level) -> bool:
    return any(part.startswith(NAMED) for part in (level.goods, level.exporter, level.importer))


def _but_words(quantity: Quantity) -> object:
    """Return what two quantities have to share that are one but for words for goods and areas."""
    return (
        quantity.measure,
        *(
            tuple((level.period, level.basis, weight) for level, weight in terms)
            for terms in (quantity.of, quantity.to)
        ),
    )


def _words(quantity: Quantity) -> Iterator[str]:
    for level in quantity.levels():
        yield from (level.goods, level.exporter, level.importer)


def _same_words(wanted: str, printed: str) -> bool:
    if wanted.startswith(NAMED) and printed.startswith(NAMED):
        return named_alike(wanted, printed)
    return wanted == printed


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
    # "About" widens what the words allow, not what the printed digits say.
    elif row.relation == "about":
        exact = _digits(row) or loose
    if quantity.measure in SHARES:  # a part is at most its total, whatever "more than" leaves open
        loose = Interval(max(low, 0.0), min(high, 1.0))
    if row.origin in NOBODYS:
        loose = loose.widened(RECONCILED)
    # "So much a month" is compared as the amount of its period.
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
    # The step of the last digit, from the printed unit ("billion") to that of the row.
    half = abs(row.value) * says.step / abs(says.value) / 2
    return Interval(row.value - half, row.value + half)


def _quantity(row: Published) -> Quantity | None:
    if row.measure == "gdp":
        money = row.currency or "USD"
        gdp = Level(row.reporter, WORLD, "all", row.period, money, row.reporter, kind="gdp")
        return Quantity("value", ((gdp, 1.0),)) if row.reporter and not row.variant else None
    level = _level(row)
    statistic = _STATISTICS.get(row.variant, "")
    # Any other variant is a definition that no claim can state.
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
    # A yuan figure of China's trade is from China's statistics, said or not.
    reporter = row.reporter or (home if home in (exporter, importer) else "")
    return Level(
        exporter=exporter,
        importer=importer,
        goods=row.goods or f"{NAMED}{row.goods_words}",
        period=row.period,
        currency=row.currency or "USD",
        reporter=reporter,
        basis=row.basis or "dispatch",
    )


REVISED = 0.005
"""How far a later release may have moved a level: a gap that small refutes no amount."""


# Levels that are known: printed, or a sum or difference of printed ones in the same books.


CUSTOMS_SLACK = 0.003
"""How far the rate of one total may lie from the year's, since months weigh differently."""
AVERAGE_SLACK = 0.015
"""How far customs' rate of a year may lie from the average of market rates."""
FLOW_SLACK = 0.008
"""How far the rate of one flow may lie beyond that of the totals.

In a year when a currency moves by a tenth, flows that are sold in different months are counted at
rates up to a hundredth apart.
"""

REVISION = {"high": 0.02, "medium": 0.06, "low": 1.0}
"""How far later releases move a level, by how sure its first print is.

Chinese customs moved 2022 by 1.5 % before 2023 was compared with it, and 2015 by 6 %.
"""
MIXED_SLACK = 0.005
"""How far two origins lie apart that count the same trade for the same books."""
SPAN_SLACK = 0.01
"""How far two origins lie apart over a span of years that each revised at another time."""


@dataclass(frozen=True, slots=True)
class ReferenceLevel:
    """What is known of a level, or of a sum of levels.

    Attributes
    ----------
    terms
        The levels, with weights.
    interval
        What it lies in, in whole units of the currency.
    statements
        What it rests on.
    how
        Empty if printed as such, else how it follows, in words.
    """

    terms: Terms
    interval: Interval
    statements: tuple[Statement, ...]
    how: str = ""

    @property
    def origins(self) -> frozenset[str]:
        """Whose numbers it rests on."""
        return frozenset(statement.row.origin for statement in self.statements)

    @property
    def reporter(self) -> str:
        """Whose statistics it comes from; empty if not known."""
        return self.statements[0].reporter

    @property
    def is_sure(self) -> bool:
        """Whether it was printed as such, and nothing is unsure about the print."""
        return not self.how and all(s.row.confidence == "high" for s in self.statements)

    @property
    def revision(self) -> float:
        """How far later releases may have moved it, as a part of it."""
        return max(REVISION[statement.row.confidence] for statement in self.statements)


class ReferenceLevels:
    """What the statements say about levels and rates of exchange."""

    def __init__(self, statements: Statements) -> None:
        self.statements = statements
        # Per instance: a decorated method would keep every instance alive.
        self.known = lru_cache(maxsize=None)(self._known)
        self.printed = lru_cache(maxsize=None)(self._printed)
        self.rate = lru_cache(maxsize=None)(self._rate)

    def _printed(self, level: Level) -> tuple[ReferenceLevel, ...]:
        """Return what was printed of a level itself, the best of each origin and books."""
        return tuple(_one_an_origin(self._printed_sum(((level, 1.0),))))

    def _known(self, level: Level) -> tuple[ReferenceLevel, ...]:
        """Return what is known of a level, whoever counted it; printed before derived.

        Derived is: two-way trade less the other way; a span of years less the other years; a
        printed share of a printed total. Only where the same books hold nothing printed.
        """
        printed = self.printed(level)
        known_reporters = {known.reporter for known in printed}
        derived = [*self._by_difference(level), *self._by_years(level), *self._by_share(level)]
        return (
            *printed,
            *_one_an_origin(known for known in derived if known.reporter not in known_reporters),
        )

    def totals(self, terms: Terms) -> tuple[ReferenceLevel, ...]:
        """Return what is known of a sum of levels: printed as a whole, or part by part.

        Parts are added only within one set of books, and from as few origins as can be.
        """
        if len(terms) == 1:
            return self.known(terms[0][0])
        printed = list(self._printed_sum(terms))
        known_reporters = {known.reporter for known in printed}
        # Every combination of origins; those of several reporters are dropped below.
        parts = itertools.product(*(self.known(level) for level, _ in terms))
        summed = [
            _summed(terms, chosen)
            for chosen in parts
            if len({known.reporter for known in chosen}) == 1
            and chosen[0].reporter not in known_reporters
        ]
        return (*_one_an_origin(printed), *_fewest_origins(summed))

    def _printed_sum(self, terms: Terms) -> Iterator[ReferenceLevel]:
        for statement in self.statements.current(Quantity("value", terms)):
            if statement.exact is not None:
                yield ReferenceLevel(terms, statement.exact, (statement,))

    def in_currency(self, level: Level) -> tuple[ReferenceLevel, ...]:
        """Return what is known of a level, if need be converted at the customs' own rate."""
        return self.sum_in_currency(((level, 1.0),))

    def sum_in_currency(self, terms: Terms) -> tuple[ReferenceLevel, ...]:
        """Return what is known of a sum, if need be converted at the customs' own rate."""
        level = terms[0][0]
        found = self.totals(terms)
        known_reporters = {known.reporter for known in found}
        if level.currency == "USD":
            others = [unit for unit, home in HOME.items() if home == level.reporter]
        else:
            others = ["USD"]
        home = level.reporter if level.currency == "USD" else HOME.get(level.currency)
        for other in others:
            rate = self.flow_rate(level.currency, other, level.period)
            if rate is not None:
                there = tuple((one.but(currency=other), weight) for one, weight in terms)
                found += tuple(
                    ReferenceLevel(
                        known.terms, known.interval * rate, known.statements, "converted"
                    )
                    for known in self.totals(there)
                    # Only statistics kept in that currency: others convert at rates unknown here.
                    if known.reporter == home and known.reporter not in known_reporters
                )
        return found

    def _rate(self, currency: str, period: Period) -> Interval | None:
        """Return units of currency per dollar that customs used over a period.

        From pairs of one quantity printed in both currencies; else from the average of market
        rates, which is less exact.
        """
        if currency == "USD":
            return Interval.point(1.0)
        implied = list(self._implied(currency, period))
        if implied:
            low, high = max(rate.low for rate in implied), min(rate.high for rate in implied)
            # Rates without a common value: two releases or flows, so all between them is possible.
            if low > high:
                low, high = min(r.low for r in implied), max(r.high for r in implied)
            return Interval(low, high).widened(CUSTOMS_SLACK)
        rates = [row.value for row in self.statements.rates[currency] if row.period == period]
        if not rates or rates[0] is None:
            return None
        return Interval.point(rates[0]).widened(AVERAGE_SLACK)

    def flow_rate(self, currency: str, other: str, period: Period) -> Interval | None:
        """Return units of one currency for one of another that a single flow may be counted at."""
        rates = [self.rate(unit, period) for unit in (currency, other)]
        if rates[0] is None or rates[1] is None:
            return None
        # Both are units per dollar, so the dollar cancels.
        return (rates[0] / rates[1]).widened(FLOW_SLACK)

    def _implied(self, currency: str, period: Period) -> Iterator[Interval]:
        for statement in self.statements.all:
            quantity = statement.quantity
            first = next(quantity.levels())
            if first.currency != currency or first.period != period or not statement.counts:
                continue
            if quantity.measure != "value" or statement.exact is None:
                continue
            for other in self.statements.about(quantity.mapped(currency="USD")):
                if other.counts and other.exact and other.reporter == statement.reporter:
                    yield statement.exact / other.exact

    def _by_difference(self, level: Level) -> Iterator[ReferenceLevel]:
        """Yield two-way trade less the other way, from one origin if one has both."""
        there, back = ((level, 1.0),), ((level.turned(), 1.0),)
        pairs = [
            (sum_, part)
            for sum_ in self._printed_sum((*there, *back))
            for part in self.printed(level.turned())
            # What is left must be above zero for certain: rounding can eat a small flow.
            if sum_.reporter == part.reporter and sum_.interval.low > part.interval.high
        ]
        alone = [pair for pair in pairs if pair[0].origins == pair[1].origins]
        for sum_, part in alone or pairs:
            rest = sum_.interval - part.interval
            if not alone:  # two origins count a little differently
                reach = MIXED_SLACK * sum_.interval.high
                rest = Interval(max(rest.low - reach, 0.0), rest.high + reach)
            rows = (*sum_.statements, *part.statements)
            yield ReferenceLevel(there, rest, rows, "two-way trade less the other way")

    def _by_years(self, level: Level) -> Iterator[ReferenceLevel]:
        if not level.period.is_year:
            return
        # A print such as "2022 and 2023 together" gives either year, less the other.
        for other in (level.period.before(), Period.parse(level.period.year + 1)):
            first, last = sorted((level.period, other))
            span = level.but(period=Period(first.start, last.end))
            then = level.but(period=other)
            for sum_ in self.printed(span):
                for part in (*self.printed(then), *self._by_share(then)):
                    rest = sum_.interval - part.interval
                    if part.origins != sum_.origins:  # two origins revise at other times
                        reach = SPAN_SLACK * sum_.interval.high
                        rest = Interval(rest.low - reach, rest.high + reach)
                    if rest.low >= 0 and part.reporter == sum_.reporter:
                        rows = (*sum_.statements, *part.statements)
                        how = f"{span.period} less {other}"
                        yield ReferenceLevel(((level, 1.0),), rest, rows, how)

    def _by_share(self, level: Level) -> Iterator[ReferenceLevel]:
        for name in SHARES[:2]:
            side = "exporter" if name == "import_share" else "importer"
            home = level.importer if name == "import_share" else level.exporter
            if WORLD in (level.exporter, level.importer):
                continue
            # Whose total a share is of is plain only where there is one: once a country has
            # stopped reporting, those who count it have totals a third apart.
            one_total = not stopped_in(home.split("+"), level.period)
            for share in self.statements.of_series(share_of(name, level, ((level, 1.0),))):
                for sum_ in self.printed(level.but(**{side: WORLD})):
                    # Who reconciles two reports has totals of his own, which customs never counted.
                    same = share.row.origin in sum_.origins or (
                        not share.is_reconciled
                        and (
                            share.reporter == sum_.reporter or (share.reporter == "" and one_total)
                        )
                    )
                    if share.counts and share.exact and same:
                        rows = (*sum_.statements, share)
                        part = sum_.interval * share.exact
                        yield ReferenceLevel(((level, 1.0),), part, rows, "its share of the total")


def _one_an_origin(found: Iterable[ReferenceLevel]) -> Iterator[ReferenceLevel]:
    """Yield the narrowest of each origin and books: copies of one number count once."""
    best: dict[tuple[object, str], ReferenceLevel] = {}
    for known in found:
        origin_key = (known.origins, known.reporter)
        narrowest = best.get(origin_key)
        # Widths that differ by float noise only keep the first, so the answer does not flicker.
        if narrowest is None or known.interval.width < narrowest.interval.width * (1 - 1e-9):
            best[origin_key] = known
    yield from sorted(best.values(), key=lambda known: (known.how, known.interval.width))


def _summed(terms: Terms, chosen: tuple[ReferenceLevel, ...]) -> ReferenceLevel:
    total = Interval.point(0.0)
    for (_, weight), known in zip(terms, chosen, strict=True):
        total = total + known.interval.scaled(weight)
    rows = {s.row.id: s for known in chosen for s in known.statements}
    return ReferenceLevel(terms, total, tuple(rows.values()), "added up")


def _fewest_origins(found: list[ReferenceLevel]) -> Iterator[ReferenceLevel]:
    """Yield those that mix no more origins than they must."""
    fewest = {
        reporter: min(len(known.origins) for known in found if known.reporter == reporter)
        for reporter in {known.reporter for known in found}
    }
    yield from (known for known in found if len(known.origins) == fewest[known.reporter])
