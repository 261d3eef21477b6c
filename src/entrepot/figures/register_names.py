"""Who stands on the lines of a customs register: senders, receivers, makers and brands by value.

A share by name is of what is named. So the part of the value that has a name stands beside every
share, and each share is given twice: of the named part, and of all.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.figures.rows import NOISE, given_name
from entrepot.goods import goods_selection
from entrepot.goods.selection import wanted
from entrepot.lake import fetch
from entrepot.model.areas import area_set
from entrepot.model.columns import PARTNER_BASES
from entrepot.model.period import Period
from entrepot.sources import is_register, split_address

if TYPE_CHECKING:
    from entrepot.figures.companies import CompanyTable
    from entrepot.lake import Lake

__all__ = ["Name", "NamedCompanies", "Role", "register_names"]

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
