"""The rows that any specification of a question needs, read once and kept in memory."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions import of as question
from entrepot.figures.sides import SIDES, members_of, reach
from entrepot.lake import fetch, stored
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.figures.cells import Cells, Frame, Goods
    from entrepot.figures.curve.choices import GoodsChoice
    from entrepot.figures.definition import Definition
    from entrepot.figures.sides import Side
    from entrepot.goods import Selection

__all__ = ["AMOUNTS", "cut", "evaluated"]

AMOUNTS = ("value", "mass")
Key = tuple[int, int]
"""Which goods and which territory, by their numbers."""


@contextmanager
def cut(
    cells: Cells, asked: Sequence[Definition], choices: Sequence[GoodsChoice]
) -> Iterator[Frame]:
    """Read the cells that any of the questions about any of the goods needs.

    Yields
    ------
    Frame
        Of ``product``, ``nomenclature``, ``exporter``, ``importer``, ``now`` (whether it is of the
        period, not of the base), ``value``, ``mass``, ``weighed``, the value of what has a mass,
        and of how many rows each amount is known.
    """
    widest = max(asked, key=lambda one: len(one.exporter) + len(one.importer))
    by, there = reach(widest)
    rows = cells.rows(by, _union(choices), widest).filter(there)
    now = nw.col("period") >= asked[0].period.start
    value, mass = nw.col(cells.column(widest)), nw.col("mass_kg")
    summed = (
        rows.with_columns(
            now.alias("now"),
            value.alias("value"),
            mass.alias("mass"),
            nw.when(~mass.is_null()).then(value).alias("weighed"),
            value.alias("value_known"),
            mass.alias("mass_known"),
        )
        .group_by("product", "nomenclature", "exporter", "importer", "now")
        .agg(
            *(nw.col(name).sum() for name in ("value", "mass", "weighed")),
            *(nw.col(f"{name}_known").count() for name in AMOUNTS),
        )
    )
    with stored(summed, cells.lake) as kept:
        yield kept


def _union(choices: Sequence[GoodsChoice]) -> Goods:
    """Return one selection for each nomenclature, with everything that any choice selects."""
    found: dict[str, Selection] = {}
    for choice in choices:
        for one in choice.goods:
            so_far = found.setdefault(one.nomenclature, replace(one, weights=()))
            if so_far.codes is None or one.codes is None:
                found[one.nomenclature] = replace(so_far, codes=None)
                continue
            found[one.nomenclature] = replace(
                so_far, codes=so_far.codes | one.codes, prefixes=so_far.prefixes | one.prefixes
            )
    return tuple(found.values())


def evaluated(
    cells: Cells,
    kept: Frame,
    amount: str,
    asked: Sequence[Definition],
    choices: Sequence[GoodsChoice],
) -> dict[Key, float]:
    """Return the measure under each choice of goods and territory; none where it has no value."""
    first, names = asked[0], _names(asked)
    rows = _by_territory(cells, _by_goods(cells, kept, amount, choices), asked)
    # Each side goes by one name in these rows, whatever its territory.
    found = question(first.measure).run(
        rows, first.but(**names), "amount", by=["goods", "territory"]
    )
    main = "amount" if first.measure == "value" else measures.passport(first.measure).columns[0][0]
    table = fetch(found.select("goods", "territory", main))
    return {(goods, place): float(x) for goods, place, x in table if x is not None}


def _by_goods(cells: Cells, kept: Frame, amount: str, choices: Sequence[GoodsChoice]) -> Frame:
    """Return the amount of each choice of goods, by exporter, importer and time."""
    keys = ["exporter", "importer", "now"]
    if all(one.codes is None for choice in choices for one in choice.goods):
        summed = kept.group_by(*keys).agg(
            nw.col(amount).sum().alias("amount"), nw.col(f"{amount}_known").sum().alias("known")
        )
        return _known_only(summed).with_columns(nw.lit(0).alias("goods"))
    patterns: dict[tuple[tuple[int, float], ...], int] = {}
    lines = []
    for edition, code in fetch(kept.select("nomenclature", "product").unique()):
        weights = (
            (number, one.weight_of(code))
            for number, choice in enumerate(choices)
            for one in choice.goods
            if one.nomenclature == edition
        )
        which = tuple((number, weight) for number, weight in weights if weight)
        lines.append((edition, code, patterns.setdefault(which, len(patterns))))
    members = [
        (number, goods, weight) for which, number in patterns.items() for goods, weight in which
    ]
    if not members:
        return kept.select(*keys, nw.col(amount).alias("amount"), nw.lit(0).alias("goods")).head(0)
    of = _table(cells, lines, "nomenclature", "product", "pattern")
    counts = _table(cells, members, "pattern", "goods", "weight")
    by_pattern = (
        kept.join(of, on=["nomenclature", "product"])
        .group_by("pattern", *keys)
        .agg(nw.col(amount).sum().alias("amount"), nw.col(f"{amount}_known").sum().alias("known"))
    )
    weighed = by_pattern.join(counts, on="pattern").with_columns(
        (nw.col("amount") * nw.col("weight")).alias("amount")
    )
    summed = weighed.group_by("goods", *keys).agg(nw.col("amount").sum(), nw.col("known").sum())
    return _known_only(summed)


def _known_only(rows: Frame) -> Frame:
    """Return amounts that are null where no row has one: a sum over nothing is zero."""
    return rows.with_columns(
        nw.when(nw.col("known") > 0).then(nw.col("amount")).alias("amount")
    ).drop("known")


def _names(asked: Sequence[Definition]) -> dict[Side, str]:
    """Return what all areas on a side are called: the first that every territory has."""
    found: dict[Side, str] = {}
    for side in SIDES:
        if shared := frozenset.intersection(*(members_of(one, side) for one in asked)):
            found[side] = min(shared)
    return found


def _needed(asked: Definition, named: Iterable[Side]) -> list[Side]:
    """Return the sides of which only the areas asked about are needed."""
    match question(asked.measure).trade:
        case "market":
            return ["importer"]
        case "sales":
            return ["exporter"]
        case "both":
            return []
    return list(named)


def _by_territory(cells: Cells, rows: Frame, asked: Sequence[Definition]) -> Frame:
    """Return the rows once for each territory, in which the areas of a side have one name."""
    first = asked[0]
    found = rows.join(
        _table(cells, [(number,) for number in range(len(asked))], "territory"), how="cross"
    )
    here = {side: ~nw.col(f"{side}_is_{side}").is_null() for side in SIDES}
    named = _names(asked)
    for side in named:
        members = [
            (number, area, 1)
            for number, one in enumerate(asked)
            for area in sorted(members_of(one, side))
        ]
        for place in SIDES:
            marks = _table(cells, members, "territory", place, f"{place}_is_{side}")
            found = found.join(marks, on=["territory", place], how="left")
        # Several areas count as one, so what they trade among each other is no trade.
        found = found.filter(
            nw.any_horizontal(
                *(nw.col(f"{place}_is_{side}").is_null() for place in SIDES), ignore_nulls=False
            )
        )
    for side in _needed(first, named):
        found = found.filter(here[side])
    base = (first.base or first.period).start
    day = nw.when(nw.col("now")).then(nw.lit(first.period.start)).otherwise(nw.lit(base))
    names = (
        nw.when(here[side]).then(nw.lit(named[side])).otherwise(nw.col(side)).alias(side)
        for side in named
    )
    return found.with_columns(*names, day.alias("period"))


def _table(cells: Cells, rows: Sequence[tuple[Any, ...]], *names: str) -> Frame:
    """Return a few rows of our own as a frame beside those of the lake."""
    listed = ", ".join(
        "(" + ", ".join(literal(x) if isinstance(x, str) else repr(x) for x in row) + ")"
        for row in rows
    )
    query = f"SELECT * FROM (VALUES {listed}) AS t({', '.join(names)})"
    return nw.from_native(cells.lake.connection.sql(query))
