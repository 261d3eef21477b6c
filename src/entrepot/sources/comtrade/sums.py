"""Files that have lost the codes: the total is the row that the others of its cell add up to.

With the codes gone a cell has its total and the parts of it, by up to three dimensions that cross
each other, so that all rows together are 1, 2, 4 or 8 times the total. Where they are, the largest
row is the total. Where they are not, nothing says which row counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.sources.comtrade.file import places
from entrepot.sources.comtrade.words import CELL, KEY, cell_words, usd, wanted
from entrepot.sources.temp_tables import keep

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.comtrade.file import File

__all__ = ["UNCLEAR", "resolve_sums"]

UNCLEAR = 0.01
"""Share of cells, and of their value, that may be left out as unclear; above it no file is read."""


def resolve_sums(connection: duckdb.DuckDBPyConnection, file: File) -> tuple[Finding, ...]:
    """Keep the total of each cell, leave out cells in which no row is the sum of the others.

    Raises
    ------
    BadFileError
        If more than `UNCLEAR` of the cells or of their value is left out.
    """
    step = _step(connection)
    # The amounts of rows that all have the largest value count if they agree.
    same = ", ".join(
        f"CASE WHEN min({name}) FILTER (value = top) IS NOT DISTINCT FROM "
        f"max({name}) FILTER (value = top) THEN max({name}) FILTER (value = top) END AS {name}"
        for name in ("cif", "fob", "mass", "quantity", "unit")
    )
    flags = ", ".join(
        f"bool_or({name}) FILTER (value = top) AS {name}"
        for name in ("mass_estimated", "quantity_estimated")
    )
    times = f"2 ** least(greatest(round(log2(sum(value) / any_value(top))), 0), {len(file.lacks)})"
    sums = f"""
        SELECT {KEY}, any_value(edition) AS edition, any_value(top) AS value, {same}, {flags},
               count(*) AS n, sum(value) AS added,
               any_value(top) = 0 OR abs(sum(value) - any_value(top) * {times})
                   <= {step} / 2 * (count(*) + {times}) + 1e-9 * sum(value) AS is_clear
        FROM (SELECT *, max(value) OVER (PARTITION BY {KEY}) AS top FROM {CELL})
        GROUP BY {KEY}"""
    keep(connection, "comtrade_sum", sums)
    clear = "SELECT * EXCLUDE (n, added, is_clear) FROM comtrade_sum WHERE is_clear"
    keep(connection, CELL, clear)
    return (*_resolved(connection, file), *_unclear(connection, file))


def _step(connection: duckdb.DuckDBPyConnection) -> float:
    """Return what values are rounded to: whole dollars, or thousandths."""
    [(whole,)] = connection.execute(f"SELECT bool_and(value = trunc(value)) FROM {CELL}").fetchall()
    return 1.0 if whole else 0.001


def _resolved(connection: duckdb.DuckDBPyConnection, file: File) -> tuple[Finding, ...]:
    [(cells, rows, value, added)] = connection.execute(
        "SELECT count(*), sum(n) - count(*), sum(value), sum(added) FROM comtrade_sum "
        "WHERE is_clear AND n > 1"
    ).fetchall()
    if not cells:
        return ()
    words = ", ".join({"customs": "customs procedure", "mot": "mode of transport"}.get(
        role, "second partner") for role in file.lacks)  # fmt: skip
    text = (
        f"The file has no codes for {words}, but rows by them: in {cells:,} cells the largest row "
        f"is the sum of the others and was taken as the total; {rows:,} rows that are parts of it "
        "were left out."
    )
    if value:  # cells that report trade of zero, whatever the parts, have no multiple of it
        text += f" Added up, those cells would hold {added / value:.2f} times their trade."
    example = f"{usd(value)} taken, {usd(added - value)} left out"
    return (Finding("totals-by-sums", "warning", file.name, int(rows), example, text),)


def _unclear(connection: duckdb.DuckDBPyConnection, file: File) -> tuple[Finding, ...]:
    [(cells, value, unclear, lost)] = connection.execute("""
        SELECT count(*), sum(value), count(*) FILTER (NOT is_clear),
               coalesce(sum(value) FILTER (NOT is_clear), 0) FROM comtrade_sum""").fetchall()
    if not unclear:
        return ()
    one = connection.execute(
        f"SELECT {KEY}, value, added, n FROM comtrade_sum WHERE NOT is_clear "
        f"ORDER BY value DESC, {KEY} LIMIT 1"
    ).fetchall()[0]
    example = f"{cell_words(one)}: {one[-1]} rows, {usd(one[-3])} the largest, {usd(one[-2])} all"
    if unclear > UNCLEAR * cells or lost > UNCLEAR * value:
        raise BadFileError(
            f"several rows for one cell, and no row is the sum of the others: {example}",
            where=places(connection, file, wanted(one)),
            why=f"so it is in {unclear:,} of {cells:,} cells; taking one row loses trade, adding "
            "them counts it twice",
            hint="give a file with customsCode, motCode and partner2Code",
        )
    text = (
        f"In {unclear:,} cells no row is the sum of the others, so that nothing says which counts; "
        f"they were left out, {usd(lost)} by their largest rows."
    )
    return (Finding("unclear-cells", "warning", file.name, int(unclear), example, text),)
