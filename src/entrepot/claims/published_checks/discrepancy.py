"""How two published figures of one thing are related."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from entrepot.claims.quantity import SHARES
from entrepot.claims.quantity_text import flow, period_of, who
from entrepot.claims.statements import REVISION
from entrepot.model.display import figure_value
from entrepot.model.interval import Interval
from entrepot.model.period import Period
from entrepot.sources.published.parse import ranked, significant_digits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.claims.result import LikelyError
    from entrepot.claims.statements import Statement, Statements
    from entrepot.sources.published.row import Published

Kind = Literal["conflict", "unstated", "other_definition"]
KINDS: tuple[Kind, ...] = ("conflict", "unstated", "other_definition")


@dataclass(frozen=True, slots=True)
class Side:
    """A number and what it rests on.

    Attributes
    ----------
    text
        The number as printed, or what comes out of a sum of printed ones.
    rows
        The printed rows; one where it was printed as such.
    """

    text: str
    rows: tuple[Published, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "says": self.text,
            "rows": [
                {
                    "id": row.id,
                    "printed": row.printed,
                    "publisher": row.publisher,
                    "origin": row.origin,
                    "published_on": row.published_on,
                    "confidence": row.confidence,
                    "url": row.url,
                }
                for row in self.rows
            ],
        }


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Two numbers of one thing that do not meet.

    Attributes
    ----------
    kind
        ``conflict``: both state one definition, and cannot both be true under it. ``unstated``:
        no definition makes both true, and at least one does not say which it means.
        ``other_definition``: they say that they count different things.
    what
        What both are numbers of.
    one, other
        The number that is weaker by its record, and what stands against it.
    because
        The arithmetic, with numbers.
    definition
        What differs or is left unsaid; empty in a conflict.
    also
        Ids of further rows of the same thing that `one` cannot be true with.
    likely_errors
        The likeliest first.
    """

    kind: Kind
    what: str
    one: Side
    other: Side
    because: str
    definition: str = ""
    also: tuple[str, ...] = ()
    likely_errors: tuple[LikelyError, ...] = field(default=())

    @property
    def id(self) -> str:
        """Id of the row that stands against the others."""
        return self.one.rows[0].id

    @property
    def rows(self) -> frozenset[str]:
        """Ids of all rows of both sides."""
        return frozenset(row.id for side in (self.one, self.other) for row in side.rows)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "id": self.id,
            "kind": self.kind,
            "what": self.what,
            "one": self.one.to_dict(),
            "other": self.other.to_dict(),
            "because": self.because,
            "definition": self.definition,
            "also_against": list(self.also),
            "likely_errors": [error.to_dict() for error in self.likely_errors],
        }

    def to_row(self) -> dict[str, str]:
        """Return as a row of a table: both sides in words, each with its publisher and address."""
        sides = {"one": self.one, "other": self.other}
        return {
            "id": self.id,
            "kind": self.kind,
            "what": self.what,
            **{name: side.text for name, side in sides.items()},
            "because": self.because,
            "definition": self.definition,
            **{
                f"{name}_{field}": "; ".join(
                    dict.fromkeys(getattr(row, field) for row in side.rows)
                )
                for name, side in sides.items()
                for field in ("publisher", "url")
            },
            "likely_errors": "; ".join(error.text for error in self.likely_errors),
        }


# A printed statement as an interval on something that can be compared.


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
    def reporter(self) -> str:
        """Whose statistics it comes from; empty if nobody said and nothing implies it."""
        return self.row.reporter or (self.statement.reporter if self.statement else "")

    def key(self) -> tuple[object, ...]:
        """Return what two numbers share that are about the same thing, whoever counted it."""
        row = self.row
        sides: tuple[object, ...] = (row.exporter, row.importer)
        if row.flow == "both":
            # Trade between A and B is trade between B and A.
            sides = (frozenset(sides),)
        # A share of two-way trade, or the change of a share, is of the reporter's; so is a GDP.
        whose = row.reporter if row.measure in ("trade_share", "share_change", "gdp") else ""
        goods = row.goods or row.goods_words.casefold()
        # A rate is in per cent whatever its currency, and in another currency it is another rate.
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
        total = quantity.to[0][0]
        home = total.exporter if quantity.measure == "export_share" else total.importer
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
    # 1.630 becomes 1.63 and 2.00 becomes 2, while 1.05 and 100 stay.
    return re.sub(r"(\.\d*?)0+(?!\d)", lambda found: found[1].rstrip("."), text)


# Whether two printed numbers say that they count the same thing.


ONE_RELEASE = 31
"""Days within which numbers of one statistic are taken to be of one release."""
_OWN_ESTIMATES = ("gdp", "world_share")


@dataclass(frozen=True, slots=True)
class DefinitionGap:
    """What two numbers say differently, and what only one of them, or neither, says."""

    stated: tuple[str, ...]
    unsaid: tuple[str, ...]


def difference(one: PublishedInterval, other: PublishedInterval) -> DefinitionGap:
    """Return in what the definitions of two numbers of one key differ.

    Copies of one origin are of one definition, unless they say otherwise.
    """
    stated: list[str] = []
    unsaid: list[str] = []
    for name, first, second in _keys(one, other):
        if first and second and first != second:
            stated.append(f"{name}: {first} and {second}")
        # Two prints that both leave the total out do not thereby mean the same one.
        elif first != second or (name == "total" and not first):
            unsaid.append(name)
    same_origin = one.row.origin == other.row.origin
    if is_later_release(one, other):
        stated.append(f"release: {one.row.published_on} and {other.row.published_on}")
    return DefinitionGap(tuple(stated), () if same_origin else tuple(unsaid))


def _keys(one: PublishedInterval, other: PublishedInterval) -> list[tuple[str, str, str]]:
    first, second = one.row, other.row
    keys = [
        ("books", _reporter_name(one), _reporter_name(other)),
        ("list", first.variant, second.variant),
    ]
    if first.measure not in SHARES:
        keys.append(("valuation", first.valuation, second.valuation))
    if first.goods != "all" or first.measure in SHARES:
        keys.append(("basis", first.basis, second.basis))
    if first.measure in SHARES and first.origin != second.origin:
        keys.append(("total", first.reporter, second.reporter))
    if first.measure in _OWN_ESTIMATES:
        keys.append(("estimate", first.origin_words, second.origin_words))
    return keys


def _reporter_name(printed: PublishedInterval) -> str:
    return who(printed.reporter) if printed.reporter else ""


def is_later_release(one: PublishedInterval, other: PublishedInterval) -> bool:
    """Whether two numbers may be an earlier and a later release of one statistic.

    They are dated more than a month apart, and no farther from each other than later releases
    have moved numbers of the better one's certainty.
    """
    days = days_between(one.row, other.row)
    if days is None or days <= ONE_RELEASE:
        return False
    reach = min(REVISION[row.confidence] for row in (one.row, other.row))
    return one.row.measure in _OWN_ESTIMATES or gap(one.interval, other.interval) <= reach


def gap(one: Interval, other: Interval) -> float:
    """Return how far apart two intervals lie, as a part of the larger; 0 where they meet."""
    # Only one of the two differences can be positive.
    apart = max(one.low - other.high, other.low - one.high, 0.0)
    ends = [abs(end) for end in (one.low, one.high, other.low, other.high)]
    finite = [end for end in ends if end != float("inf")]
    return apart / max(finite) if apart else 0.0


def days_between(one: Published, other: Published) -> int | None:
    """Return how many days lie between two prints at least; None where one has no date."""
    if not one.published_on or not other.published_on:
        return None
    first, last = sorted(
        (Period.parse(one.published_on), Period.parse(other.published_on)),
        key=lambda period: period.start,
    )
    return (last.start - first.end).days


# What is akin to a printed number: its copies, its other currencies, its other releases.


@dataclass(frozen=True, slots=True)
class Relatives:
    """What is in print of one thing, sorted by how it is akin to one number of it.

    Attributes
    ----------
    row
        The number.
    copies
        The same release in other outlets: one voice with it.
    other_releases
        The same origin, more than a month earlier or later.
    other_currencies
        The same origin in another currency: the same statement said again.
    other_origins
        Others' numbers of the same thing: independent of it, unless they say otherwise.
    conversions
        The number of another currency, converted by an outlet at a market rate.
    """

    row: Published
    copies: tuple[Published, ...]
    other_releases: tuple[Published, ...]
    other_currencies: tuple[Published, ...]
    other_origins: tuple[Published, ...]
    conversions: tuple[Published, ...]

    @property
    def first(self) -> Published:
        """The earliest dated print of the release; the number itself if none is dated."""
        dated = [one for one in (self.row, *self.copies) if one.published_on]
        return min(dated, key=lambda one: (one.published_on, one.id)) if dated else self.row

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types: the ids of each kind."""
        groups = ("copies", "other_releases", "other_currencies", "other_origins", "conversions")
        return {
            "id": self.row.id,
            "first_print": self.first.id,
            **{name: [row.id for row in getattr(self, name)] for name in groups},
        }


def relatives(statement: Statement, statements: Statements) -> Relatives:
    """Return what is akin to a printed number.

    Parameters
    ----------
    statement
        The number.
    statements
        Where to look. Our own results are left out.
    """
    row = statement.row
    comparable = [one for one in statements.about(statement.quantity) if not one.is_own_result]
    same = [one.row for one in comparable if one.row.id != row.id]
    akin = [other for other in same if other.origin == row.origin]
    money = statement.quantity.unit
    others = [other for other in same if other.origin != row.origin]
    return Relatives(
        row=row,
        copies=ranked(other for other in akin if not _is_other_release(row, other)),
        other_releases=ranked(other for other in akin if _is_other_release(row, other)),
        other_currencies=ranked(_in_currencies(statement, statements, money)),
        other_origins=ranked(other for other in others if not is_conversion(other)),
        conversions=ranked(other for other in others if is_conversion(other)),
    )


def _in_currencies(statement: Statement, statements: Statements, money: str) -> Iterable[Published]:
    for currency in ("USD", "CNY", "EUR", "RUB"):
        if currency == money or money not in ("USD", "CNY", "EUR", "RUB"):
            continue
        for other in statements.about(statement.quantity.mapped(currency=currency)):
            if other.row.origin == statement.row.origin and not other.is_own_result:
                yield other.row


def is_conversion(row: Published) -> bool:
    """Whether an outlet made the number from another currency at a market rate."""
    # A naming rule of the published rows: an outlet's own conversion is an origin by itself.
    return row.origin.endswith("-CONVERSION")


def _is_other_release(one: Published, other: Published) -> bool:
    apart = days_between(one, other)
    return apart is not None and apart > ONE_RELEASE
