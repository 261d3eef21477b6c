"""One published statement, and the words its columns may hold."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, NoReturn

from entrepot.errors import BadFileError, RequestError, nearest
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Mapping

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


# Strict reading of a table of published statements: every cell is checked at load.


_CHOICES: dict[str, tuple[str, ...]] = {
    "measure": tuple(MEASURES),
    "flow": FLOWS,
    "basis": BASES,
    "per": PERS,
    "relation": RELATIONS,
    "valuation": VALUATIONS,
    "confidence": CONFIDENCES,
}
_AREAS = r"(\w{3,9}(\+\w{3,9})*)?"
_DAY = r"(\d{4}(-\d\d(-\d\d)?)?)?"
_URL = r"(https?://\S+)?"
_PATTERNS = {
    # Two letters for the collection, then its own number.
    "id": re.compile(r"[A-Z]{2}-[\w.-]+"),
    "reporter": re.compile(_AREAS),
    "exporter": re.compile(_AREAS),
    "importer": re.compile(_AREAS),
    # A list of ours with an optional member, or codes of the Harmonized System: all, chpl:4.A,
    # 85,8542.
    "goods": re.compile(r"(all|[a-z]+(:[\w.]+)?|\d{2,6}(,\d{2,6})*)?"),
    "currency": re.compile(r"([A-Z]{3})?"),
    "printed": re.compile(r".+"),
    "publisher": re.compile(r".+"),
    "origin": re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*"),
    "url": re.compile(_URL),
    "second_url": re.compile(_URL),
    "published_on": re.compile(_DAY),
}
_FORMAT = "docs/reference/columns.md, table published, describes each column"
_WHY = "a statement read wrongly would be quoted wrongly"
_OPEN_ABOVE = ("more_than", "at_least")
_OPEN_BELOW = ("less_than", "at_most")


def parse_rows(text: str, name: str) -> tuple[Published, ...]:
    """Read CSV text into checked statements.

    Parameters
    ----------
    text
        The file, UTF-8, comma-separated, with the columns of `Published` in any order.
    name
        Name of the file, for messages.

    Raises
    ------
    BadFileError
        If a column is unknown, missing or twice there, a row has too many or too few cells, a
        cell holds what its column does not allow, cells contradict each other, or an id is not
        unique or not in order. The message names file, line and column.
    """
    reader = csv.reader(text.splitlines(), strict=True, skipinitialspace=True)
    try:
        header = next(reader, [])
        _check_header(header, name)
        found: list[Published] = []
        for cells in reader:
            where = f"{name}, line {reader.line_num}"
            if len(cells) != len(header):
                _refuse(f"{len(cells)} cells where the header has {len(header)}", where)
            row = _row(dict(zip(header, cells, strict=True)), where)
            if found and row.id <= found[-1].id:
                said = "twice" if row.id == found[-1].id else f"after {found[-1].id}"
                _refuse(f"id {row.id!r} stands {said}", f"{where}: id", "ids are unique, in order")
            found.append(row)
    except csv.Error as error:
        raise BadFileError(
            f"not a table: {error}", where=f"{name}, line {reader.line_num}", why=_WHY
        ) from error
    return tuple(found)


def _refuse(what: str, where: str, hint: str = "") -> NoReturn:
    page = "" if _FORMAT in hint else _FORMAT
    raise BadFileError(what, where=where, why=_WHY, hint="; ".join(filter(None, (hint, page))))


def _check_header(header: list[str], name: str) -> None:
    counts = Counter(header)
    unknown = [column for column in counts if column not in COLUMNS]
    near = {
        column: found[0] for column in unknown[:_SHOWN] if (found := nearest(column, COLUMNS, 1))
    }
    parts = (
        ("unknown", [repr(name) for name in unknown]),
        ("missing", [name for name in COLUMNS if name not in counts]),
        ("twice there", [name for name, count in counts.items() if count > 1]),
    )
    wrong = [f"{word}: {_some(names)}" for word, names in parts if names]
    if wrong:
        guess = "; ".join(f"{one!r} may be {other}" for one, other in near.items())
        _refuse(
            f"not the columns of published statements; {'; '.join(wrong)}",
            f"{name}, line 1",
            f"{guess}; {_FORMAT}" if guess else _FORMAT,
        )


_SHOWN = 20
"""Columns named in a message; a file may have a million of them."""


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _row(cells: dict[str, str], where: str) -> Published:
    _check_cells(cells, where)
    if cells["unit"] not in MEASURES[cells["measure"]]:
        expected = ", ".join(MEASURES[cells["measure"]])
        _refuse(f"{cells['measure']} in {cells['unit']!r}", f"{where}: unit", f"write {expected}")
    _check_sides(cells, where)
    period = _period(cells["period"], f"{where}: period")
    base = _period(cells["base"], f"{where}: base") if cells["base"] else None
    # A change is measured against an earlier time; a later base is a slip of the two columns.
    if base is not None and base.start >= period.start:
        _refuse(f"base {base} is not before {period}", f"{where}: base")
    numbers = {
        column: _number(cells[column], f"{where}: {column}") for column in ("value", "low", "high")
    }
    _check_relation(cells["relation"], numbers, where)
    _check_unit(cells, numbers, where)
    known = {**cells, **numbers, "period": period, "base": base}
    return Published(**known)  # type: ignore[arg-type]


def _check_cells(cells: dict[str, str], where: str) -> None:
    """Refuse a row with cells that their columns do not allow, all of them at once."""
    # All wrong cells of a row in one message, for whoever corrects it by hand.
    wrong = {column: _nearest(cells[column], known) for column, known in _CHOICES.items()}
    wrong = {column: hint for column, hint in wrong.items() if hint}
    wrong |= {
        column: "" for column, pattern in _PATTERNS.items() if not pattern.fullmatch(cells[column])
    }
    if not wrong:
        return
    hints = (
        f"{column}: {hint}" if len(wrong) > 1 else hint for column, hint in wrong.items() if hint
    )
    _refuse(
        f"not allowed: {', '.join(repr(cells[column]) for column in wrong)}",
        f"{where}: {', '.join(wrong)}",
        "; ".join(hints),
    )


def _nearest(text: str, allowed: tuple[str, ...]) -> str:
    """Return what could be meant; nothing where the text is allowed."""
    if text in allowed:
        return ""
    near = nearest(text, allowed, 1)
    return f"did you mean {near[0]}?" if near else f"one of: {', '.join(filter(None, allowed))}"


def _check_sides(cells: Mapping[str, str], where: str) -> None:
    """Check that a flow has two sides and goods, and that words stand for one side at most."""
    sides = [cells["exporter"], cells["importer"]]
    if cells["flow"] == "na":
        return
    if sides.count("") != (1 if cells["partner_words"] else 0):
        _refuse(
            "exporter or importer is missing, or named twice",
            f"{where}: exporter, importer, partner_words",
            "name both areas, or one and the other in partner_words",
        )
    if not cells["goods"] and not cells["goods_words"]:
        _refuse("no goods", f"{where}: goods, goods_words")


# Hundreds of rows share a few periods: each is parsed once.
_PERIODS: dict[str, Period] = {}


def _period(text: str, where: str) -> Period:
    if text not in _PERIODS:
        try:
            _PERIODS[text] = Period.parse(text)
        except RequestError as error:
            raise BadFileError(error.what, where=where, why=_WHY, hint=error.hint) from error
    return _PERIODS[text]


def _number(text: str, where: str) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        # Text and infinity are refused in one place.
        number = math.nan
    if not math.isfinite(number):
        _refuse(f"not a number: {text!r}", where)
    return number


def _check_relation(relation: str, numbers: Mapping[str, float | None], where: str) -> None:
    value, low, high = numbers["value"], numbers["low"], numbers["high"]
    if relation == "between":
        fits = value is None and low is not None and high is not None and low < high
    elif relation in _OPEN_ABOVE:
        fits = value is not None and value == low and high is None
    elif relation in _OPEN_BELOW:
        fits = value is not None and value == high and low is None
    else:
        fits = value is not None and low is not None and high is not None and low <= value <= high
    if not fits:
        _refuse(
            f"{relation!r} does not go with value {value}, low {low}, high {high}",
            f"{where}: relation, value, low, high",
        )


def _check_unit(cells: Mapping[str, str], numbers: Mapping[str, float | None], where: str) -> None:
    """Check that a share is one of 0 to 1, and that money has one currency."""
    unit, currency = cells["unit"], cells["currency"]
    if unit in _MONEY and currency not in ("", unit):
        _refuse(
            f"{cells['id']}: a value in {unit} with the currency {currency}",
            f"{where}: unit, currency",
            f"write {unit} in both columns, or {currency}, whichever the source has",
        )
    if unit != "share":
        return
    # The upper end of 100 % as printed is 1.005: only a range is judged by its ends.
    stated = ("value",) if numbers["value"] is not None else ("low", "high")
    for column in stated:
        number = numbers[column]
        if number is not None and not 0 <= number <= 1:
            _refuse(
                f"{cells['id']}: {number:g} is no share, which is a part of 1",
                f"{where}: {column}",
                f"write {number / 100:g} for {number:g} %"
                if 1 < number <= 100
                else "write a number from 0 to 1",
            )
