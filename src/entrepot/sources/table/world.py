"""Totals over the world, held against the partners beside them before they are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.areas import WORLD
from entrepot.model.findings import Finding
from entrepot.sources.strict import literal
from entrepot.sources.table.codes import area_of, own_area

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from entrepot.sources.table.cells import Cells
    from entrepot.sources.table.check import Looked
    from entrepot.sources.table.plan import Plan

__all__ = ["against_world"]

_SIDES = (("exporter", "importer"), ("importer", "exporter"))
_KEYS = ("period", "freq", "product", "nomenclature", "told_by", "partner_basis", "is_reexport")
_SLACK = 0.005
"""Part of a total by which rounded partners may differ from it."""


def against_world(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    cells: Cells,
    looked: Looked,
    rows: tuple[str, str],
) -> Iterator[Finding]:
    """Yield by how much partners differ from a total over the world that stands beside them.

    Parameters
    ----------
    rows
        SQL of all canonical rows, and of those that are kept, one a cell.
    """
    every, kept = rows
    if not (texts := _texts(plan, looked)):
        return
    total = "sum" if plan.mapping.repeated == "sum" else "max"
    keys = ", ".join(_KEYS)
    same = " AND ".join(f"w.{key} IS NOT DISTINCT FROM p.{key}" for key in (*_KEYS, "money_in"))
    whys = ", ".join(literal(f"area-total: {text}") for text in texts)
    sums = " UNION ALL ".join(
        f"""SELECT p.period, p.product, p.{told} AS who, w.money, p.money AS parts, p.money_in
        FROM (SELECT {keys}, {told}, money_in, {total}(money) AS money FROM ({every})
              WHERE why IN ({whys}) AND {other} IS NULL GROUP BY ALL) AS w
        JOIN (SELECT {keys}, {told}, coalesce(currency, 'USD') AS money_in,
                     sum(coalesce(value_usd, value_reported)) AS money
              FROM ({kept}) GROUP BY ALL) AS p
          ON w.{told} = p.{told} AND {same}"""
        for other, told in _SIDES
    )
    [(count, short, over, differ, example)] = connection.execute(f"""
        WITH world AS (
            SELECT *, money - parts AS gap, abs(gap) > {_SLACK} * money AS off FROM ({sums}))
        SELECT count(*), count(*) FILTER (off AND gap > 0), count(*) FILTER (off AND gap < 0),
               count(*) FILTER (off), arg_max([who, product, period::VARCHAR,
                   money::DOUBLE::VARCHAR, parts::DOUBLE::VARCHAR, money_in],
                   abs(gap) / nullif(money, 0)) FILTER (off)
        FROM world""").fetchall()
    if not differ:
        return
    who, product, period, money, parts, currency = example
    shown = (
        f"{who} {product} {period}: world {float(money):,.0f} {currency}, "
        f"partners {float(parts):,.0f} {currency}"
    )
    text = (
        f"The total over all partners is not the sum of the partners in the file: in {short:,} of "
        f"{count:,} totals they fall short of it, in {over:,} they exceed it. Partners were kept; "
        "where they fall short, shares of their sum are too high."
    )
    yield Finding("world-differs", "warning", cells.label, int(differ), shown, text)


def _texts(plan: Plan, looked: Looked) -> list[str]:
    """Return the texts of the file that mean the world."""
    found = []
    for field, held in looked.lookups:
        totals = [text for text, meaning in held.items() if meaning.why == "area-total"]
        for text in totals:
            column = plan.column(field.name)
            if (own_area(column.own.get(text)) or area_of(text, column.codes)) == WORLD:
                found.append(text)
    return list(dict.fromkeys(found))
