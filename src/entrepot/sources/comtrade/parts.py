"""Cells without a row for the total: their parts are added up where that is certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.sources.comtrade.file import places
from entrepot.sources.comtrade.stage import recheck
from entrepot.sources.comtrade.sums import UNCLEAR
from entrepot.sources.comtrade.words import (
    AMOUNTS,
    CELL,
    KEY,
    TOTAL,
    cell_words,
    rounding,
    usd,
    wanted,
)
from entrepot.sources.temp_tables import add, keep

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.comtrade.file import File

__all__ = ["PART", "add_parts"]

PART = "comtrade_part"
"""Name of the rows that are parts of a cell without a row for its total."""

_DIMENSIONS = {"customs": "''", "mot": "0", "partner2": "0"}
_NAMES = {"customs": "customs procedure", "mot": "mode of transport", "partner2": "second partner"}
# Which dimensions a row is broken down by: rows of one breakdown add up to the cell.
_BREAKDOWN = " || ".join(
    f"CASE WHEN {name} = {total} THEN '' ELSE '{name} ' END" for name, total in _DIMENSIONS.items()
)


def add_parts(connection: duckdb.DuckDBPyConnection, file: File) -> tuple[Finding, ...]:
    """Add cells that have no row for their total, each from one breakdown of it.

    Several breakdowns have to agree. A breakdown of which the whole file has one code only is a
    choice that somebody made (air freight only), never a total.

    Raises
    ------
    BadFileError
        If the file is such a choice, if two rows differ for one part, or if too many cells are
        unclear.
    """
    parts = f"""
        SELECT DISTINCT {KEY}, customs, mot, partner2, {AMOUNTS}, {_BREAKDOWN} AS breakdown
        FROM {file.rows} AS part WHERE NOT ({TOTAL}) AND NOT EXISTS (
            SELECT 1 FROM {CELL} AS cell WHERE {_same_cell()})"""
    keep(connection, PART, parts)
    recheck(connection, file, table=PART)
    _require_all_modes(connection, file)
    _require_one_row(connection, file)
    both = ", ".join(
        f"CASE WHEN count({name}) = count(*) THEN sum({name}) END AS {name}"
        for name in ("cif", "fob", "mass")
    )
    # Transport has codes for groups (2000 water) beside their members (2100 sea).
    nested = (
        "count(DISTINCT mot) > count(DISTINCT mot // 1000) AND bool_or(mot > 0 AND mot % 1000 = 0)"
    )
    added = f"""
        SELECT {KEY}, breakdown, any_value(edition) AS edition, sum(value) AS value, {both},
               CASE WHEN count(quantity) = count(*) AND min(unit) = max(unit) THEN sum(quantity)
                   END AS quantity, min(unit) AS unit,
               bool_or(mass_estimated) AS mass_estimated,
               bool_or(quantity_estimated) AS quantity_estimated, count(*) AS n,
               {nested} AS is_nested
        FROM {PART} GROUP BY {KEY}, breakdown"""
    keep(connection, "comtrade_added", added)
    whole = f"""
        SELECT {KEY}, arg_min(struct_pack({_packed()}), breakdown) AS one, sum(n) AS n,
               count(*) AS breakdowns, max(value) - min(value) AS apart, max(value) AS value,
               max(value) - min(value) <= {rounding("sum(n)", "max(value)")} AND
                   NOT bool_or(is_nested) AS is_clear
        FROM comtrade_added GROUP BY {KEY}"""
    keep(connection, "comtrade_whole", whole)
    names = ", ".join(f"one.{name.strip()}" for name in AMOUNTS.split(","))
    add(connection, CELL, f"SELECT {KEY}, {names} FROM comtrade_whole WHERE is_clear")
    return (*_added(connection, file), *_unclear(connection, file))


def _packed() -> str:
    return ", ".join(f"{name.strip()} := {name.strip()}" for name in AMOUNTS.split(","))


def _same_cell() -> str:
    return " AND ".join(
        f"cell.{name.strip()} IS NOT DISTINCT FROM part.{name.strip()}" for name in KEY.split(",")
    )


def _require_all_modes(connection: duckdb.DuckDBPyConnection, file: File) -> None:
    """Refuse a choice of one part: every row by air, every row of one customs procedure."""
    told = {name: total for name, total in _DIMENSIONS.items() if name not in file.lacks}
    parts = ", ".join(f"count(*) FILTER ({name} <> {total})" for name, total in told.items())
    ends = ", ".join(
        f"{end}({name}) FILTER ({name} <> {total})"
        for name, total in told.items()
        for end in ("min", "max")
    )
    if not told:
        return
    [counts] = connection.execute(f"SELECT {parts} FROM {PART}").fetchall()
    [codes] = connection.execute(f"SELECT {ends} FROM {file.rows}").fetchall()
    for name, count, one, last in zip(told, counts, codes[::2], codes[1::2], strict=True):
        if count and one == last:
            raise BadFileError(
                f"rows of one {_NAMES[name]} only ({one}), and none for the total",
                where=file.name,
                why="a part of the trade would be taken for all of it",
                hint="ask Comtrade for customsCode C00, motCode 0 and partner2Code 0",
            )


def _require_one_row(connection: duckdb.DuckDBPyConnection, file: File) -> None:
    part = f"{KEY}, customs, mot, partner2"
    twice = connection.execute(
        f"SELECT {part} FROM {PART} GROUP BY {part} HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
    ).fetchall()
    if twice:
        raise BadFileError(
            f"two different rows for one part of a cell: {cell_words(twice[0])}",
            where=places(connection, file, wanted(twice[0])),
            why="adding both could count the same trade twice",
            hint="give each download on its own, or find out which row is right",
        )


def _added(connection: duckdb.DuckDBPyConnection, file: File) -> tuple[Finding, ...]:
    [(cells, rows, value, proved)] = connection.execute("""
        SELECT count(*), sum(n), sum(value), count(*) FILTER (breakdowns > 1)
        FROM comtrade_whole WHERE is_clear""").fetchall()
    if not cells:
        return ()
    text = (
        f"{cells:,} cells have no row for their total: their parts by customs procedure, mode of "
        f"transport or second partner were added up, {rows:,} rows. In {proved:,} of them two "
        "breakdowns agree; the others hold all parts that the file has."
    )
    return (Finding("parts-added", "warning", file.name, int(cells), usd(value), text),)


def _unclear(connection: duckdb.DuckDBPyConnection, file: File) -> tuple[Finding, ...]:
    unclear = connection.execute(f"""
        SELECT {KEY}, value, apart FROM comtrade_whole WHERE NOT is_clear
        ORDER BY value DESC, {KEY}""").fetchall()
    if not unclear:
        return ()
    one, lost = unclear[0], sum(row[-2] for row in unclear)
    example = f"{cell_words(one)}: breakdowns differ by {usd(one[-1])}"
    [(cells, value)] = connection.execute(f"SELECT count(*), sum(value) FROM {CELL}").fetchall()
    if len(unclear) > UNCLEAR * cells or lost > UNCLEAR * (value or 0):
        raise BadFileError(
            f"no row for the total, and its parts do not agree: {example}",
            where=places(connection, file, wanted(one)),
            why=f"so it is in {len(unclear):,} cells; a part could be missing or counted twice",
            hint="ask Comtrade for customsCode C00, motCode 0 and partner2Code 0 as well",
        )
    text = (
        f"{len(unclear):,} cells have no row for their total, and parts of them that do not agree "
        f"or overlap; they were left out, {usd(lost)}."
    )
    return (Finding("unclear-cells", "warning", file.name, len(unclear), example, text),)
