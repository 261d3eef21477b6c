"""Customs registers: who stands on their lines, by value, and their totals beside statistics.

A share by name is of what is named. So the part of the value that has a name stands beside every
share, and each share is given twice: of the named part, and of all.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.figures.rows import NOISE, given_name
from entrepot.goods import goods_selection
from entrepot.goods.selection import wanted
from entrepot.lake import fetch, relation
from entrepot.lake.registers import NOT_SAID, added_up
from entrepot.model.areas import area_set
from entrepot.model.columns import PARTNER_BASES
from entrepot.model.period import Period
from entrepot.sources import is_register, split_address

if TYPE_CHECKING:
    from entrepot.figures.companies import CompanyTable
    from entrepot.lake import Lake

Role = Literal["sender", "receiver", "maker", "brand"]


@dataclass(frozen=True, slots=True)
class Name:
    """One name on the lines asked for.

    Attributes
    ----------
    name
        As in the register; a pseudonym for a natural person.
    value
        In the currency of the register.
    share_of_named, share
        Part of the value that has a name, and of all value; 0 to 1.
    lines
        Number of lines.
    first, last
        First day of the first and last month in which it is there.
    """

    name: str
    value: float
    share_of_named: float
    share: float
    lines: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class NamedCompanies:
    """The names of one role, the largest first.

    Attributes
    ----------
    source, role, currency
        Which register and column, and the currency of values.
    coverage
        Part of the value of all lines that names the role; 0 to 1.
    total
        Value of all lines asked for, named or not.
    hhi
        Concentration on the names, 0 to 1, lowest and highest: as if each line without a name had
        one of its own, and as if all of them were the largest's. None where a name, or the lines
        without one, add up to less than zero: corrections are no part of a market.
    names
        One for each name.
    """

    source: str
    role: Role
    currency: str
    coverage: float
    total: float
    hhi: tuple[float, float] | None
    names: tuple[Name, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain JSON types."""
        return {
            "source": self.source,
            "role": self.role,
            "currency": self.currency,
            "coverage": self.coverage,
            "total": self.total,
            "hhi": self.hhi and {"low": self.hhi[0], "high": self.hhi[1]},
            "names": [
                {
                    "name": one.name,
                    "value": one.value,
                    "share_of_named": one.share_of_named,
                    "share": one.share,
                    "lines": one.lines,
                    "first": one.first.isoformat(),
                    "last": one.last.isoformat(),
                }
                for one in self.names
            ],
        }


def register_names(
    lake: Lake,
    source: str,
    role: Role,
    *,
    goods: str = "all",
    period: str | None = None,
    since: str | None = None,
    partner: str | None = None,
    basis: str | None = None,
    companies: CompanyTable | None = None,
) -> NamedCompanies:
    """Return who stands on the lines of a register, by value, with how much of it is named.

    Parameters
    ----------
    source, role
        A register, and the column of names.
    goods
        Codes of the Harmonized System, or ``all``.
    period
        Months or years: ``2022``, ``2013..2022``.
    since
        Only names that are there for the first time in this month, or later. What is before the
        first month of the register is not known.
    partner, basis
        Only lines of this country on this basis, such as ``TWN`` by ``origin``.
    companies
        What names count as; see `entrepot.figures.companies`.

    Raises
    ------
    NoEvidenceError
        If the register is not loaded, has no such lines, or names nobody in this role.
    RequestError
        If the source is no register, or a country is without a basis.
    """
    if role not in get_args(Role):
        raise UnknownNameError("role", role, get_args(Role))
    if not is_register(source):
        raise RequestError(
            f"{source} is no customs register, and has no names",
            hint="name a register, such as shipments.peru; entrepot data list shows what is loaded",
        )
    if (partner is None) != (basis is None):
        raise RequestError(
            "a partner and a basis go together",
            why="a register keeps several countries on a line",
            hint="name both, such as --partner TWN --basis origin",
        )
    with lake.reading():
        [currency, *_] = dict.fromkeys(
            one.currency for one in lake.holdings() if one.source == split_address(source)[0]
        ) or [""]
        rows = lake.table("shipments", source=source).with_columns(given_name(role).alias(role))
        if (chosen := wanted((goods_selection(goods),))) is not None:
            rows = rows.filter(chosen)
        span = Period.parse(period) if period is not None else None
        if partner is not None and basis is not None:
            if basis not in PARTNER_BASES:
                raise UnknownNameError("basis", basis, PARTNER_BASES)
            # Members of a group are dated; without a period they are those of the latest list.
            codes = area_set(partner, span.end if span else date.max)
            rows = rows.filter(nw.col(basis).is_in(sorted(codes)))
        amount = "value_usd" if currency == "USD" else "value_reported"
        found = _added_up(rows, role, amount, span, companies)
    # fsum: thousands of lines in any order give the same digits.
    total = math.fsum(one.value for one in found.values())
    amounts = [one.value for name, one in found.items() if name is not None]
    named = math.fsum(amounts)
    if not named:
        raise NoEvidenceError(
            f"no line asked for names a {role}",
            where=source,
            hint="ask another role, other goods or another period",
        )
    start = Period.parse(since).start if since else date.min
    names = (
        Name(name, one.value, one.value / named, one.value / total, one.lines, one.first, one.last)
        for name, one in found.items()
        if name is not None and one.lines and one.seen >= start
    )
    ordered = sorted(names, key=lambda one: (-one.value, one.name))
    # Lines without a name, each somebody else's, add next to nothing to the squares (the lower
    # end); all of them on top of the largest are the upper end.
    squares, largest = math.fsum(one**2 for one in amounts), max(amounts)
    most = squares - largest**2 + (largest + total - named) ** 2
    is_market = min(*amounts, total - named) >= -NOISE * total
    hhi = (squares / total**2, most / total**2) if is_market else None
    return NamedCompanies(source, role, currency, named / total, total, hhi, tuple(ordered))


@dataclass(slots=True)
class _Sum:
    value: float = 0.0
    lines: int = 0
    first: date = date.max
    last: date = date.min
    seen: date = date.max

    def add(self, value: float, lines: int, first: date, last: date) -> None:
        self.value += value
        self.lines += lines
        self.first, self.last = min(self.first, first), max(self.last, last)


def _added_up(
    rows: nw.LazyFrame[Any],
    role: Role,
    amount: str,
    span: Period | None,
    companies: CompanyTable | None,
) -> dict[str | None, _Sum]:
    """Return by company what the lines add up to, and when each was first seen in any period.

    What a name counts as depends on the day, so names of the table are added up month by month.
    """
    sums = (
        nw.col(amount).sum().alias("value"),
        nw.len().alias("lines"),
        nw.col("period").min().alias("first"),
        nw.col("period").max().alias("last"),
    )
    dated = list(companies.names) if companies is not None else []
    is_dated = nw.col(role).is_in(dated)
    parts: list[tuple[nw.LazyFrame[Any], list[str]]] = [(rows, [role])]
    if companies is not None and dated:
        # is_in is null for a line without a name, which would fall out of both parts.
        others = rows.filter(~is_dated | nw.col(role).is_null())
        parts = [(others, [role]), (rows.filter(is_dated), [role, "period"])]
    found: dict[str | None, _Sum] = defaultdict(_Sum)
    for part, keys in parts:
        inside = part
        if span is not None:
            inside = part.filter(nw.col("period") >= span.start, nw.col("period") <= span.end)
        # The second round is over all time and only dates names found in the first: when each was
        # first seen, even before the period asked for.
        for frame, is_asked in ((inside, True), (part, False)):
            for name, *_, value, lines, first, last in fetch(frame.group_by(*keys).agg(*sums)):
                company = (
                    name if companies is None or name is None else companies.company(name, first)
                )
                if is_asked:
                    found[company].add(value, lines, first, last)
                elif company in found:
                    found[company].seen = min(found[company].seen, first)
    return found


# Totals by basis and period, beside trade statistics of the same country.


@dataclass(frozen=True, slots=True)
class BasisTotal:
    """What a register has of a year on one basis, and what a statistic has of the same goods.

    Attributes
    ----------
    basis
        What makes the partner: origin, dispatch, consignment, seller, port, destination.
    year, reporter, direction
        Of the trade; direction is ``import`` or ``export``.
    months
        Months of the year that the register has lines of.
    value, currency
        Sum of the lines, in US dollars or the currency of the register.
    unspecified
        Part of it whose lines do not say the country on this basis, 0 to 1.
    other_usd
        What the statistic has of the same codes; None where it has nothing of them in this year,
        has them in another edition, or the register counts in another currency.
    ratio
        Register over statistic; None without one.
    note
        Why there is no ratio, or what stands against it; empty if nothing does.
    """

    basis: str
    year: int
    reporter: str
    direction: str
    months: int
    value: float
    currency: str
    unspecified: float
    other_usd: float | None
    ratio: float | None
    note: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def register_totals(
    lake: Lake, source: str, *, against: str | None = None, period: str | None = None
) -> list[BasisTotal]:
    """Return the totals of a register by basis and year, beside a statistic of the same goods.

    Parameters
    ----------
    source
        A register: ``shipments.peru``.
    against
        A source of yearly flows: ``comtrade``, ``baci``. Its rows count where they are in the
        edition of the register's codes.
    period
        Years: ``2022``, ``2018..2022``.

    Raises
    ------
    NoEvidenceError
        If there is no line with a value, or one of the sources is not loaded.
    RequestError
        If the source is no register, or what it is compared with is one.
    """
    if not is_register(split_address(source)[0]):
        raise RequestError(f"{source} is no customs register", hint="name one: shipments.peru")
    if against and is_register(split_address(against)[0]):
        raise RequestError(
            f"{against} is a customs register too", hint="compare with a statistic: comtrade, baci"
        )
    with lake.reading():
        flows = lake.flows(source)
        years = nw.from_native(added_up(relation(flows, lake), "A")).lazy()
        months = flows.lazy()
        if period:
            span = Period.parse(period)
            years, months = (
                rows.filter(nw.col("period") >= span.start, nw.col("period") <= span.end)
                for rows in (years, months)
            )
        found = _totals(years)
        if not found:
            raise NoEvidenceError(
                f"{source} has no line with a value{f' in {period}' if period else ''}",
                hint="see what is loaded: entrepot data list",
            )
        counted = _months(months)
        codes = _codes(years)
        known = _others(lake, against, codes) if against else {}
    totals = []
    for (basis, year, reporter, direction, currency), (value, missing) in sorted(found.items()):
        other, note = known.get((year, reporter, direction), (None, ""))
        if against and currency != "USD":
            other, note = None, f"the register counts in {currency}, {against} in USD"
        here = counted[basis, year, reporter, direction]
        # The months of a register are not the year of a statistic: the ratio stays, with a note.
        if here < 12:
            note = f"{here} of 12 months; {note}".removesuffix("; ")
        if against and other is None and not note:
            note = f"{against} has none of these codes"
        ratio = value / other if other else None
        totals.append(
            BasisTotal(
                basis,
                year,
                reporter,
                direction,
                here,
                value,
                currency,
                missing / value,
                other,
                ratio,
                note,
            )
        )
    return totals


Key = tuple[str, int, str, str]  # basis, year, reporter, direction
_IS_EXPORT = nw.col("reported_by") == "exporter"


def _keyed(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add who reports, and the partner on the row's basis."""
    return rows.with_columns(
        # Bare texts are names of columns here; literals need nw.lit, as below.
        nw.when(_IS_EXPORT).then("exporter").otherwise("importer").alias("reporter"),
        nw.when(_IS_EXPORT).then("importer").otherwise("exporter").alias("partner"),
        nw.when(_IS_EXPORT).then(nw.lit("export")).otherwise(nw.lit("import")).alias("direction"),
        nw.col("period").dt.year().alias("year"),
        nw.coalesce(nw.col("currency"), nw.lit("USD")).alias("money"),
        nw.coalesce(nw.col("value_usd"), nw.col("value_reported")).alias("value"),
    )


_BY = ("partner_basis", "year", "reporter", "direction")


def _totals(years: nw.LazyFrame[Any]) -> dict[tuple[*Key, str], tuple[float, float]]:
    """Return value, and value of lines without a country, by basis and year."""
    missing = nw.when(nw.col("partner") == NOT_SAID).then(nw.col("value")).otherwise(nw.lit(0.0))
    rows = _keyed(years).with_columns(missing.alias("lacking"))
    sums = rows.group_by(*_BY, "money").agg(nw.col("value").sum(), nw.col("lacking").sum())
    # Without a value there is nothing to divide by, neither for the ratio nor for the part missing.
    # Rounded as `added_up` adds: the last digits of a sum of doubles are none of a line.
    return {tuple(key): (round(value, 6), missing) for *key, value, missing in fetch(sums) if value}


def _months(rows: nw.LazyFrame[Any]) -> dict[Key, int]:
    """Return of how many months there are lines, by basis and year; lines of a year are of all."""
    counts = _keyed(rows).group_by(*_BY, "freq").agg(nw.col("period").n_unique().alias("months"))
    found: dict[Key, int] = {}
    for *key, freq, months in fetch(counts):
        found[tuple(key)] = 12 if freq == "A" else max(months, found.get(tuple(key), 0))
    return found


def _codes(years: nw.LazyFrame[Any]) -> dict[tuple[int, str, str], set[tuple[str, str]]]:
    """Return the codes that a register has of a year, each with its edition."""
    rows = _keyed(years).select("year", "reporter", "direction", "product", "nomenclature").unique()
    found: dict[tuple[int, str, str], set[tuple[str, str]]] = {}
    for year, reporter, direction, product, edition in fetch(rows):
        found.setdefault((year, reporter, direction), set()).add((product, edition))
    return found


def _others(
    lake: Lake, against: str, codes: dict[tuple[int, str, str], set[tuple[str, str]]]
) -> dict[tuple[int, str, str], tuple[float | None, str]]:
    """Return what a statistic has of the same codes, or why that cannot be told."""
    found: dict[tuple[int, str, str], tuple[float | None, str]] = {}
    for (year, reporter, direction), asked in codes.items():
        own, partner = (
            ("exporter", "importer") if direction == "export" else ("importer", "exporter")
        )
        span = Period.parse(str(year))
        rows = lake.flows(against, by="importer").filter(
            nw.col("freq") == "A",
            nw.col("period") == span.start,
            nw.col(own) == reporter,
            nw.col(partner) != reporter,
            # "both" is what sources such as BACI say, which have one value for a flow.
            nw.col("reported_by").is_in([own, "both"]),
            nw.col("product").is_in(sorted(product for product, _ in asked)),
        )
        sums = fetch(rows.group_by("product", "nomenclature").agg(nw.col("value_usd").sum()))
        # Equal numbers of two editions can be other goods.
        fits = [value for product, edition, value in sums if (product, edition) in asked]
        others = sorted(
            {edition for product, edition, _ in sums if (product, edition) not in asked}
        )
        note = f"{against} has some of the codes in {', '.join(others)} only" if others else ""
        if len(fits) < len(asked) and fits and not note:
            note = f"{against} has {len(fits)} of the {len(asked)} codes"
        found[year, reporter, direction] = (sum(fits) if fits else None, note)
    return found
