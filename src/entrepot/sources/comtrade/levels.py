"""Headings with their lines: the finest level of each reporter and partner counts.

A chapter is the sum of its headings, a heading of its subheadings, TOTAL of everything. A row is
a total where finer rows of the same report are under it; where there are none it stays, because
there is no other record of that trade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.columns import Finding
from entrepot.sources.comtrade.stage import CELL, KEY, cell_words, rounding, usd
from entrepot.sources.temp_tables import add, keep

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.comtrade.file import File

__all__ = ["ABOVE", "keep_finest"]

ABOVE = "comtrade_above"
"""Name of the table of cells that are sums of cells with finer codes."""

_LEVEL = "CASE product WHEN 'TOTAL' THEN 0 ELSE length(product) END"
_FINEST = 6
_REPORT = "period, reporter, partner, flow"


def keep_finest(connection: duckdb.DuckDBPyConnection, file: File) -> tuple[Finding, ...]:
    """Take out of the table of cells what is a sum of other cells; say where sums differ.

    What is taken out, of imports and exports as a whole, is the table `ABOVE`.
    """
    keep(
        connection,
        ABOVE,
        f"SELECT *, value AS below, 0::BIGINT AS n, 0 AS level FROM {CELL} LIMIT 0",
    )
    levels = [
        int(level)
        for (level,) in connection.execute(f"SELECT DISTINCT {_LEVEL} FROM {CELL}").fetchall()
    ]
    coarse = sorted(levels)[:-1]
    if not coarse:
        return _headings_left(connection, file) if levels and levels[0] < _FINEST else ()
    for level in reversed(coarse):  # finest first: sums are of what stays
        prefix = f"left(product, {level})" if level else "'TOTAL'"
        above = f"""
            SELECT above.*, below.value AS below, below.n AS n, {level} AS level
            FROM {CELL} AS above JOIN (
                SELECT {_REPORT}, {prefix} AS product, sum(value) AS value, count(*) AS n
                FROM {CELL} WHERE {_LEVEL} > {level} GROUP BY ALL
            ) AS below USING ({_REPORT}, product) WHERE {_LEVEL} = {level}"""
        add(connection, ABOVE, above)
        finer = f"""
            SELECT cell.* FROM {CELL} AS cell
            ANTI JOIN (FROM {ABOVE} WHERE level = {level}) AS above
            USING ({_REPORT}, product)"""
        keep(connection, CELL, finer)
    return (*_left_out(connection, file), *_headings_left(connection, file))


def _left_out(connection: duckdb.DuckDBPyConnection, file: File) -> tuple[Finding, ...]:
    found: list[Finding] = []
    off = f"abs(value - below) > {rounding('n', 'value')}"
    for rule, which, what in (
        ("totals-beside-lines", "level = 0", "Rows over all goods together"),
        ("headings-beside-lines", "level > 0", "Chapters and headings"),
    ):
        [(rows, value, differ, more)] = connection.execute(f"""
            SELECT count(*), coalesce(sum(value), 0), count(*) FILTER ({off}),
                   coalesce(sum(value - below) FILTER ({off} AND value > below), 0)
            FROM {ABOVE} WHERE {which}""").fetchall()
        if rows:
            text = f"{what} are sums of lines in the file: the lines count, and the sums were kept."
            found.append(Finding(rule, "note", file.name, int(rows), usd(value), text))
        if differ:
            one = connection.execute(f"""
                SELECT {KEY}, value, below FROM {ABOVE} WHERE {which} AND {off}
                ORDER BY abs(value - below) DESC, {KEY} LIMIT 1""").fetchall()[0]
            example = f"{cell_words(one)}: {usd(one[-2])}, its lines {usd(one[-1])}"
            text = (
                f"{what} are not the sum of the lines in the file, which were kept: lines are kept "
                f"back, or were not asked for. {usd(more)} are in no line."
            )
            level = "warning" if which == "level > 0" else "note"
            found.append(
                Finding(f"{rule}-differ", level, file.name, int(differ), example, text)  # type: ignore[arg-type]
            )
    return tuple(found)


def _headings_left(connection: duckdb.DuckDBPyConnection, file: File) -> tuple[Finding, ...]:
    """Say which rows are coarser than six digits because nothing finer is there."""
    [(rows, codes)] = connection.execute(f"""
        SELECT count(*), coalesce(string_agg(DISTINCT product, ', ' ORDER BY product), '')
        FROM {CELL} WHERE {_LEVEL} < {_FINEST}""").fetchall()
    if not rows:
        return ()
    text = (
        "Rows of chapters, headings or all goods together, without finer ones under them: they "
        "were kept as they are, and answer no question about six digits."
    )
    shown = codes if len(codes) <= 60 else f"{codes[:57]}..."
    return (Finding("coarse-products", "note", file.name, int(rows), shown, text),)
