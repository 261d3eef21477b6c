"""A customs register beside trade statistics of the same country: totals by basis and period."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.lake import fetch, relation
from entrepot.lake.registers import NOT_SAID, added_up
from entrepot.model.period import Period
from entrepot.sources import is_register, split_address

if TYPE_CHECKING:
    from entrepot.lake import Lake

__all__ = ["BasisTotal", "register_totals"]


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
    for (year, reporter, direction), wanted in codes.items():
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
            nw.col("product").is_in(sorted(product for product, _ in wanted)),
        )
        sums = fetch(rows.group_by("product", "nomenclature").agg(nw.col("value_usd").sum()))
        # Equal numbers of two editions can be other goods.
        fits = [value for product, edition, value in sums if (product, edition) in wanted]
        others = sorted(
            {edition for product, edition, _ in sums if (product, edition) not in wanted}
        )
        note = f"{against} has some of the codes in {', '.join(others)} only" if others else ""
        if len(fits) < len(wanted) and fits and not note:
            note = f"{against} has {len(fits)} of the {len(wanted)} codes"
        found[year, reporter, direction] = (sum(fits) if fits else None, note)
    return found
