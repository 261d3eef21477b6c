"""Dependence flags from their definitions, row by row in exact fractions.

Rows are dictionaries with whole values. Nothing here knows Narwhals, DuckDB or the package, and a
verdict is a comparison of fractions: 0.4 is 2/5.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]
Limits = tuple[Fraction, Fraction, Fraction]

GEODEP: Limits = (Fraction(2, 5), Fraction(2, 5), Fraction(1))
CDI: Limits = (Fraction(2, 5), Fraction(1, 2), Fraction(1))
TOLERANCE = Fraction(1, 10)


def total(rows: Iterable[Row]) -> int | None:
    known = [row["value_usd"] for row in rows if row["value_usd"] is not None]
    return sum(known) if known else None


def index(rows: Iterable[Row]) -> Fraction | None:
    sums: dict[Any, int] = defaultdict(int)
    for row in rows:
        sums[row["exporter"]] += row["value_usd"] or 0
    whole = sum(sums.values())
    if whole <= 0 or min(sums.values()) < 0:
        return None
    return sum((Fraction(one, whole) ** 2 for one in sums.values()), Fraction(0))


def ratio(bought: int | None, sold: int | None) -> Fraction | None:
    if bought is None or sold is None or bought < 0 or sold < 0:
        return None
    if bought == 0:
        return Fraction(0)
    return Fraction(bought, sold) if sold else Fraction(9999)


def amount(rows: list[Row], *, year_has_rows: bool) -> int | None:
    """Sum of the rows; zero where only this product has none; unknown where the year has none."""
    if rows:
        return total(rows)
    return 0 if year_has_rows else None


def conjunction(parts: list[bool | None]) -> bool | None:
    if any(part is False for part in parts):
        return False
    return None if None in parts else True


def judge(values: list[Fraction | None], limits: Limits) -> Row:
    """Verdicts, margins, whether all hold, and the near miss: tried with every unknown verdict."""
    verdicts = [None if v is None else v > t for v, t in zip(values, limits, strict=True)]
    margins = [None if v is None else v / t - 1 for v, t in zip(values, limits, strict=True)]
    close = [
        None if v is None else v > t * (1 - TOLERANCE) for v, t in zip(values, limits, strict=True)
    ]
    misses: list[bool | None] = []
    for place in range(3):
        failed = None if verdicts[place] is None else not verdicts[place]
        others = [verdicts[other] for other in range(3) if other != place]
        misses.append(conjunction([failed, close[place], *others]))
    near = True if True in misses else (None if None in misses else False)
    return {
        "verdicts": verdicts,
        "margins": margins,
        "met": conjunction(verdicts),
        "near_miss": near,
    }


def pick(rows: list[Row], **keys: Any) -> list[Row]:
    return [row for row in rows if all(row[name] == value for name, value in keys.items())]


def geodep(
    imports: list[Row], exports: list[Row], world: list[Row], limits: Limits = GEODEP
) -> dict[tuple[str, str, int], Row]:
    """Result by country, product and year."""
    found: dict[tuple[str, str, int], Row] = {}
    for country, product, year in sorted(
        {(row["country"], row["product"], row["year"]) for row in imports}
    ):
        bought = pick(imports, country=country, product=product, year=year)
        sold = pick(exports, country=country, product=product, year=year)
        reports = bool(pick(exports, country=country, year=year))
        values = [
            index(bought),
            index(pick(world, product=product, year=year)),
            ratio(total(bought), amount(sold, year_has_rows=reports)),
        ]
        found[country, product, year] = {"values": values, **judge(values, limits)}
    covered = {(row["country"], row["year"]) for row in imports}
    for (country, product, year), one in found.items():
        states: list[bool | None] = []
        for when in (year - 2, year - 1, year):
            if (country, product, when) in found:
                states.append(found[country, product, when]["met"])
            else:
                states.append(False if (country, when) in covered else None)
        held, open_ = states.count(True), states.count(None)
        one["years_met"], one["years_known"] = held, 3 - open_
        one["dependent"] = True if held >= 2 else (False if held + open_ < 2 else None)
    return found


def cdi(
    imports: list[Row], exports: list[Row], members: set[str], limits: Limits = CDI
) -> dict[tuple[str, int], Row]:
    """Result by product and year."""
    found: dict[tuple[str, int], Row] = {}
    for product, year in sorted({(row["product"], row["year"]) for row in imports}):
        bought = pick(imports, product=product, year=year)
        outside = [row for row in bought if row["exporter"] not in members]
        inside = [row for row in bought if row["exporter"] in members]
        traded = any(row["exporter"] in members for row in pick(imports, year=year))
        reports = bool(pick(exports, year=year))
        out = amount(outside, year_has_rows=True)
        within = amount(inside, year_has_rows=traded)
        sold = amount(pick(exports, product=product, year=year), year_has_rows=reports)
        share = None
        if out is not None and within is not None and out >= 0 and within >= 0 and out + within:
            share = Fraction(out, out + within)
        values = [index(outside), share, ratio(out, sold)]
        found[product, year] = {"values": values, **judge(values, limits)}
    return found


def churn(
    flags: dict[tuple[str, int], bool | None], lag: int
) -> dict[tuple[str, int], tuple[str | None, bool | None, bool | None]]:
    """Status, flag before and flag after, by product and later year."""
    years = {year for _, year in flags}
    products = {product for product, _ in flags}
    found = {}
    for year in years:
        if year - lag not in years:
            continue
        for product in products:
            before = flags.get((product, year - lag), False)
            after = flags.get((product, year), False)
            if before is not True and after is not True:
                continue
            status = None
            if before is not None and after is not None:
                status = "stayed" if before and after else ("left" if before else "entered")
            found[product, year] = (status, before, after)
    return found
