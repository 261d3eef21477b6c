"""What a total is of: the reporter's own total, the partners in the data, re-imports.

A reporter's own total (table ``totals``) is what its partners are compared with, for the same goods
and time. What it has beyond the partners in the data becomes a row under a partner of its own,
`REST`, so that every measure divides by the total without knowing of it. What a country reports of
trade with itself is a partner of its own too, `REIMPORTS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.figures.questions import of as question
from entrepot.figures.questions.question import REIMPORTS, REST
from entrepot.figures.sides import SIDES, among, members_of, other_side, totals
from entrepot.goods.selection import wanted
from entrepot.lake import fetch
from entrepot.model.areas import OUTSIDE_UNION, WORLD, area_set, areas
from entrepot.model.columns import schema
from entrepot.model.product import TARIFFS, TOTAL

if TYPE_CHECKING:
    from entrepot.figures.cells import Cells, Frame, Goods
    from entrepot.figures.definition import Definition
    from entrepot.figures.sides import Side

__all__ = [
    "all_goods_totals",
    "called_reimports",
    "compared",
    "rest",
    "total_sides",
    "totals_of_pairs",
    "unit_of",
]

_NOISE = 1e-9
"""Part of a total below which a difference is one of adding up binary numbers."""
_TYPES: dict[str, Any] = {
    "VARCHAR": nw.String, "DOUBLE": nw.Float64, "BOOLEAN": nw.Boolean, "DATE": nw.Date,
}  # fmt: skip


def total_sides(asked: Definition) -> tuple[Side, ...]:
    """Return the sides on which a measure adds up all partners, if what it needs is their sum."""
    how = question(asked.measure)
    if asked.flow != "one_way" or how.both_reports or how.listed:
        return ()
    if how.trade == "flow":
        sides = tuple(side for side in SIDES if not members_of(asked, side))
        return sides if len(sides) == 1 else ()
    if how.trade in ("market", "sales", "both") and how.divides:
        return tuple(side for _, side in totals(asked))
    return ()


def rest(cells: Cells, asked: Definition, goods: Goods) -> Frame | None:
    """Return what reporters' own totals have beyond the partners in the data, as rows of flows.

    None where nothing of that kind can be: no total is loaded, or the reports are not those of
    the side whose total is asked for.
    """
    found = compared(cells, asked, goods)
    if found is None:
        return None
    side = other_side(_summed(cells, asked)[0])
    money = _money(cells)
    over = nw.col("total") - nw.col("parts")
    weight = nw.col("total_mass") - nw.col("parts_mass")
    whole_mass = (nw.col("known_mass") == nw.col("count")) & (weight >= 0)
    rows = found.filter(over > nw.col("total") * _NOISE)
    if question(asked.measure).columns:
        # A unit value of a difference of two sums is of no goods that anybody traded.
        rows = rows.filter(nw.col("count") == 0)
    made = {
        "freq": nw.lit(cells.held.freq),
        side: nw.col("reporter"),
        other_side(side): nw.lit(REST),
        "product": nw.col("unit"),
        money: over,
        "mass_kg": nw.when(whole_mass & (weight > 0)).then(weight),
        "reported_by": nw.lit(str(side)),
        "partner_basis": nw.when(nw.col("basis") != "").then(nw.col("basis")),
    }
    same = ("period", "nomenclature", "valuation")
    columns = []
    for name, kind in schema("flows").items():
        value = made.get(name, nw.col(name) if name in same else nw.lit(None))
        columns.append(value.cast(_TYPES[kind]).alias(name))
    return rows.select(*columns)


def totals_of_pairs(cells: Cells, asked: Definition, *tests: nw.Expr) -> Frame | None:
    """Return what reporters give as all their trade with a partner, as rows of flows.

    None where none is loaded, or a measure needs every product by itself.
    """
    if not cells.held.has_sums or _is_apart(asked) or asked.quantity != "value":
        return None
    sums = cells.lake.totals(cells.held.source)
    if sums is None:
        return None
    groups = [one.code for one in areas() if one.kind == "aggregate"]
    pairs = [~nw.col(side).is_in(groups) for side in SIDES]
    there = schema("totals")
    columns = (
        (nw.col(name) if name in there else nw.lit(None).cast(_TYPES[kind])).alias(name)
        for name, kind in schema("flows").items()
    )
    return sums.filter(*tests, nw.col("product") == TOTAL, *pairs).select(*columns)


def compared(cells: Cells, asked: Definition, goods: Goods) -> Frame | None:
    """Return reporters' own totals with the sum of the partners in the data, by goods and time.

    Returns
    -------
    Frame or None
        Of ``period``, ``reporter``, ``unit`` (the code, the heading or all goods), ``basis``,
        ``nomenclature``, ``valuation``, ``total``, ``total_mass``, ``exact_count`` (rows of this
        very unit), and of the partners ``parts``, ``parts_mass``, ``count`` (rows) and
        ``known_mass`` (of how many the mass is known).
    """
    if not cells.held.has_sums or not _summed(cells, asked):
        return None
    sums = cells.lake.totals(cells.held.source)
    if sums is None:
        return None
    [everybody, *_] = _summed(cells, asked)
    side = other_side(everybody)
    tests = [*cells.when_and_whose(asked, own=True), among(side, asked)]
    if (selected := wanted(goods)) is not None:
        tests.append(selected)
    keys = ["period", "reporter", "unit", "basis"]
    basis = nw.when(nw.col("partner_basis").is_null()).then(nw.lit(""))
    named = {
        "reporter": nw.col(side),
        "unit": unit_of(goods, asked),
        "basis": basis.otherwise(nw.col("partner_basis")),
        "money": nw.col(_money(cells)),
        "mass": nw.col("mass_kg"),
    }
    news = [value.alias(name) for name, value in named.items()]
    mine = sums.filter(*tests).with_columns(*news)
    rows = cells.lake.flows(cells.held.source, by=side).filter(*tests)
    if asked.goods == "all":
        rows = cells.all_goods(rows, asked, *tests)
    rows = rows.with_columns(*news)

    def against(total: str, parts: Frame) -> Frame:
        own = _totals(
            mine.filter(nw.col(everybody) == total), keys, is_extract=cells.held.few_products
        )
        joined = own.join(_by_basis(parts, keys), on=keys, how="left")
        zero = ("parts", "parts_mass", "count", "known_mass")
        return joined.with_columns(
            *(nw.when(nw.col(x).is_null()).then(0).otherwise(nw.col(x)).alias(x) for x in zero)
        )

    found = against(WORLD, rows)
    if not _crosses_border_of_union(asked, side):
        return found
    # The world has trade of the members with each other too, which is no trade of the Union.
    union = sorted(members_of(asked, side))
    if len(union) > 1:
        rows = rows.filter(~nw.col(everybody).is_in(union))
    outside = against(OUTSIDE_UNION, rows)
    names = found.collect_schema().names()
    told = ["period", "reporter", "unit"]
    others = found.join(outside.select(*told).unique(), on=told, how="anti")
    return nw.concat([outside.select(*names), others.select(*names)])


def _crosses_border_of_union(asked: Definition, side: Side) -> bool:
    """Whether a total is of trade that crosses the border of the European Union."""
    members = members_of(asked, side)
    if asked.basis == "origin" and side == "importer":
        return True  # members tell origins of what comes from outside alone
    return members == area_set("EU27", asked.period.end) and not (
        members & members_of(asked, other_side(side))
    )


def _by_basis(rows: Frame, keys: list[str]) -> Frame:
    """Add up partners by what makes them partners; a total that does not say so is of all."""
    sums = (
        nw.col("money").sum().alias("parts"),
        nw.col("mass").sum().alias("parts_mass"),
        nw.col("money").count().alias("count"),
        nw.col("mass").count().alias("known_mass"),
    )
    names = [*keys, "parts", "parts_mass", "count", "known_mass"]
    told = rows.filter(nw.col("basis") != "").group_by(*keys).agg(*sums)
    every = rows.with_columns(nw.lit("").alias("basis")).group_by(*keys).agg(*sums)
    return nw.concat([told.select(*names), every.select(*names)])


def all_goods_totals(cells: Cells, asked: Definition, goods: Goods) -> float | None:
    """Return which part of reporters' own totals over all goods the partners in the data make up.

    None where a reporter has no such total (a row over all goods and partners) at some time.
    """
    found = compared(cells, asked, goods)
    if found is None:
        return None
    side = other_side(_summed(cells, asked)[0])
    spans = [asked.period, *([asked.base] if asked.base else [])]
    wanted_ = {
        (who, day)
        for who in members_of(asked, side)
        for span in spans
        for day in cells.held.starts(span)
    }
    is_exact = nw.col("exact_count") > 0
    rows = found.filter(is_exact).select("reporter", "period", "total", "parts")
    every = fetch(rows)
    if not wanted_ or wanted_ - {(who, day) for who, day, *_ in every}:
        return None
    total = sum(one for _, _, one, _ in every)
    return sum(parts for *_, parts in every) / total if total else None


def _totals(sums: Frame, keys: list[str], *, is_extract: bool) -> Frame:
    """Add up totals of one unit: the total of it if there is one, else those of its finest codes.

    Two files of one delivery may have the same total, each with some partners of it. Of an extract
    the total of a heading is of more codes than partners have, and those of its codes are taken.
    """
    same = [*keys, "product", "has_finer", "nomenclature", "valuation"]
    once = sums.group_by(*same, "is_reexport").agg(
        nw.col("money").max().alias("money"), nw.col("mass").max().alias("mass")
    )
    is_exact = nw.col("product") == nw.col("unit")
    if is_extract:
        is_exact = is_exact & (~nw.col("has_finer") | (nw.col("unit") == TOTAL))
    is_line = (nw.col("product") != nw.col("unit")) & ~nw.col("has_finer")
    split = once.with_columns(
        *(
            nw.when(which).then(nw.col(amount)).alias(f"{name}_{amount}")
            for name, which in (("exact", is_exact), ("line", is_line))
            for amount in ("money", "mass")
        )
    )
    names = [f"{name}_{amount}" for name in ("exact", "line") for amount in ("money", "mass")]
    added = split.group_by(*keys).agg(
        *(nw.col(name).sum() for name in names),
        nw.col("exact_money").count().alias("exact_count"),
        nw.col("line_money").count().alias("line_count"),
        nw.col("nomenclature").max(),
        nw.col("valuation").max(),
    )
    has_exact = nw.col("exact_count") > 0
    return added.filter(has_exact | (nw.col("line_count") > 0)).select(
        *keys,
        "nomenclature",
        "valuation",
        "exact_count",
        *(
            nw.when(has_exact)
            .then(nw.col(f"exact_{amount}"))
            .otherwise(nw.col(f"line_{amount}"))
            .alias(name)
            for name, amount in (("total", "money"), ("total_mass", "mass"))
        ),
    )


def unit_of(goods: Goods, asked: Definition) -> nw.Expr:
    """Return what of the goods a total is compared for: all of them, a heading, a code."""
    product = nw.col("product")
    if _is_apart(asked):
        return product
    if any(one.codes is None for one in goods):
        return nw.lit(TOTAL)
    unit = product
    if any(one.nomenclature[:-4] in TARIFFS for one in goods):
        unit = product.str.slice(0, 6)  # lines of a tariff are parts of a code
    prefixes = {prefix for one in goods for prefix in one.prefixes}
    for length in sorted({len(prefix) for prefix in prefixes}):
        start = product.str.slice(0, length)
        mine = sorted(prefix for prefix in prefixes if len(prefix) == length)
        unit = nw.when(start.is_in(mine)).then(start).otherwise(unit)
    return unit


def _is_apart(asked: Definition) -> bool:
    """Whether a measure needs every product by itself."""
    how = question(asked.measure)
    return how.by_product or how.keeps_products or bool(how.columns)


def _summed(cells: Cells, asked: Definition) -> tuple[Side, ...]:
    """Return the side over which the reports that are used have totals of their own, if any."""
    if cells.voice is None or cells.held.is_reconciled:
        return ()
    return tuple(side for side in total_sides(asked) if side != cells.voice)


def _money(cells: Cells) -> str:
    return "value_usd" if cells.held.currency == "USD" else "value_reported"


def called_reimports(rows: Frame, asked: Definition, *, without: bool = False) -> Frame:
    """Give what a country reports of trade with itself a partner of that name, or leave it out."""
    sides = total_sides(asked)
    if not sides:
        return rows
    is_own = nw.col("exporter") == nw.col("importer")
    if without:
        return rows.filter(~is_own)
    if len(sides) > 1:
        return rows  # either side of a row can be the partner; no supplier is named there
    partner = nw.col(sides[0])
    return rows.with_columns(
        nw.when(is_own).then(nw.lit(REIMPORTS)).otherwise(partner).alias(sides[0])
    )
