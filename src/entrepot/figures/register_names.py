"""Who stands on the lines of a customs register: senders, receivers, makers and brands by value.

A share by name is of what is named. So the part of the value that has a name stands beside every
share, and each share is given twice: of the named part, and of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.goods import goods_selection
from entrepot.goods.selection import wanted
from entrepot.lake import fetch
from entrepot.model.period import Period
from entrepot.sources import is_register, split_address

if TYPE_CHECKING:
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
    names
        One for each name.
    """

    source: str
    role: Role
    currency: str
    coverage: float
    total: float
    names: tuple[Name, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain JSON types."""
        return {
            "source": self.source,
            "role": self.role,
            "currency": self.currency,
            "coverage": self.coverage,
            "total": self.total,
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

    Raises
    ------
    NoEvidenceError
        If the register is not loaded, has no such lines, or names nobody in this role.
    RequestError
        If the source is no register.
    """
    if role not in get_args(Role):
        raise UnknownNameError("role", role, get_args(Role))
    if not is_register(source):
        raise RequestError(
            f"{source} is no customs register, and has no names",
            hint="name a register, such as shipments.peru; entrepot data list shows what is loaded",
        )
    with lake.reading():
        [currency, *_] = dict.fromkeys(
            one.currency for one in lake.holdings() if one.source == split_address(source)[0]
        ) or [""]
        rows = lake.table("shipments", source=source)
        if (chosen := wanted((goods_selection(goods),))) is not None:
            rows = rows.filter(chosen)
        amount = "value_usd" if currency == "USD" else "value_reported"
        first_seen = rows.group_by(role).agg(nw.col("period").min().alias("seen"))
        if period is not None:
            span = Period.parse(period)
            rows = rows.filter(nw.col("period") >= span.start, nw.col("period") <= span.end)
        found = fetch(
            rows.group_by(role).agg(
                nw.col(amount).sum().alias("value"),
                nw.len().alias("lines"),
                nw.col("period").min().alias("first"),
                nw.col("period").max().alias("last"),
            )
        )
        seen = dict(fetch(first_seen))
    total = sum(value for _, value, *_ in found)
    named = sum(value for name, value, *_ in found if name is not None)
    if not found or not named:
        raise NoEvidenceError(
            f"no line asked for names a {role}",
            where=source,
            hint="ask another role, other goods or another period",
        )
    start = Period.parse(since).start if since else date.min
    names = (
        Name(str(name), value, value / named, value / total, lines, first, last)
        for name, value, lines, first, last in found
        if name is not None and seen[name] >= start
    )
    ordered = sorted(names, key=lambda one: (-one.value, one.name))
    return NamedCompanies(source, role, currency, named / total, total, tuple(ordered))
