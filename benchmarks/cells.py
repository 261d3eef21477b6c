"""The cells that trade, and numbers that belong to them, as SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shape

if TYPE_CHECKING:
    import duckdb


def weights(connection: duckdb.DuckDBPyConnection, system: str, rows: int) -> None:
    """Make the tables `seller`, `buyer` and `good` with their weights."""
    for name, members in (
        ("seller", shape.exporters(system)),
        ("buyer", shape.importers(system)),
        ("good", shape.products(rows)),
    ):
        code = "VARCHAR" if name == "good" else "INTEGER"
        cells = ", ".join(f"({one.place}, '{one.code}', {one.weight!r})" for one in members)
        connection.execute(f"""
            CREATE TEMP TABLE {name} AS
            SELECT place::BIGINT AS place, code::{code} AS code, weight::DOUBLE AS weight
            FROM (VALUES {cells}) AS t(place, code, weight)""")


def cells(year: int, density: float = shape.DENSITY) -> str:
    """Return SQL for the cells of a year: seller, buyer, good, number of the cell, its value.

    The value is in thousand USD: lognormal with a heavy tail, larger where more is traded.
    """
    return f"""
        SELECT i, j, k, cell, greatest(0.001, exp(
                   1.0 + 0.95 * ln(weight) + 1.6 * {normal("k", 0, 9)}
                   + 2.9 * {normal("cell", year, 2)})) AS v
        FROM (SELECT seller.code AS i, buyer.code AS j, good.code AS k,
                     seller.weight * buyer.weight * good.weight AS weight,
                     (seller.place * {shape.AREAS} + buyer.place) * {shape.PRODUCTS} + good.place
                     AS cell
              FROM seller, buyer, good WHERE seller.place <> buyer.place)
        WHERE {uniform("cell", year, 1)} < 1 - exp(-{density!r} * weight)"""


def uniform(cell: str, year: int, seed: int) -> str:
    """Return SQL for a number above 0 and up to 1 that belongs to a cell."""
    return f"((hash({cell}, {year}, {seed}) >> 11) + 1) / 9007199254740992.0"


def normal(cell: str, year: int, seed: int) -> str:
    """Return SQL for a standard normal number that belongs to a cell (Box and Muller)."""
    length = f"sqrt(-2 * ln({uniform(cell, year, seed)}))"
    return f"{length} * cos(2 * pi() * {uniform(cell, year, seed + 1)})"
