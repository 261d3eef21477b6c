"""Partners that are sums of partners: kept apart, after they were compared with what they sum.

Comtrade prints the world (0) beside the partners. An area is an aggregate where model/areas.csv
says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import area, by_code
from entrepot.model.columns import Finding
from entrepot.sources.comtrade.stage import CELL, KEY, SUMS, cell_words, rounding, usd
from entrepot.sources.temp_tables import keep, leave_out

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.comtrade.file import File

__all__ = ["leave_sums_out"]

_WORLD = 0


def leave_sums_out(connection: duckdb.DuckDBPyConnection, file: File) -> tuple[Finding, ...]:
    """Move aggregates from the table of cells to `TOTALS`, and say what they add up to.

    A report of a group of countries, and what it says, is left out.

    Raises
    ------
    BadFileError
        If nothing but groups of countries is in the file.
    """
    sums = sorted(int(k) for k, v in by_code("comtrade").items() if area(v).kind == "aggregate")
    listed = ", ".join(map(str, sums))
    side = f"(partner IN ({listed}) OR reporter IN ({listed}))"
    mine = f"partner IN ({listed}) AND reporter NOT IN ({listed}) AND flow IN ('M', 'X')"
    keep(connection, SUMS, f"SELECT *, false AS has_finer FROM {CELL} WHERE {mine}")
    [(rows, other, world, groups, value)] = connection.execute(f"""
        SELECT count(*) FILTER ({side}), count(*) FILTER (NOT {side}),
               count(*) FILTER ({mine} AND partner = {_WORLD}),
               count(*) FILTER ({side} AND partner <> {_WORLD}),
               coalesce(sum(value) FILTER ({side} AND partner <> {_WORLD}), 0)
        FROM {CELL}""").fetchall()
    if rows and not other and not world:
        raise BadFileError(
            "totals over groups of countries only",
            where=file.name,
            why="a flow has two countries; a group counted as one would make shares wrong",
            hint="ask Comtrade for all partners (partnerCode=all), or for World",
        )
    found = _world(connection, file, side) if rows else ()
    if groups:
        text = (
            "Groups of countries, as reporter or partner, overlap with their members: they are not "
            "counted as trade."
        )
        found += (Finding("groups-left-out", "note", file.name, int(groups), usd(value), text),)
    if rows:
        leave_out(connection, CELL, side)
    return found


def _world(connection: duckdb.DuckDBPyConnection, file: File, side: str) -> tuple[Finding, ...]:
    cell = KEY.replace("partner, ", "")
    world = f"""
        SELECT {KEY.replace("partner", f"{_WORLD} AS partner")},
               max(value) FILTER (partner = {_WORLD}) AS value,
               coalesce(sum(value) FILTER (NOT {side}), 0) AS partners,
               count(*) FILTER (NOT {side}) AS n
        FROM {CELL} GROUP BY {cell} HAVING count(*) FILTER (partner = {_WORLD}) > 0"""
    keep(connection, "comtrade_world", world)
    off = f"n > 0 AND abs(value - partners) > {rounding('n', 'value')}"
    [(rows, total, differ, less, more, alone, lost)] = connection.execute(f"""
        SELECT count(*), coalesce(sum(value), 0), count(*) FILTER ({off}),
               coalesce(sum(value - partners) FILTER ({off} AND value > partners), 0),
               coalesce(sum(partners - value) FILTER ({off} AND value < partners), 0),
               count(*) FILTER (n = 0), coalesce(sum(value) FILTER (n = 0), 0)
        FROM comtrade_world""").fetchall()
    found: list[Finding] = []
    if rows:
        text = (
            f"Totals over all partners were kept apart and compared with the partners: {differ:,} "
            f"of {rows - alone:,} differ by more than rounding."
        )
        example = f"{usd(total)} in all"
        found.append(Finding("world-totals", "note", file.name, int(rows), example, text))
    if differ:
        text = (
            f"The total over all partners is not the sum of the partners in the file: {usd(less)} "
            f"are with no partner, {usd(more)} with partners and not in the total. Shares are of "
            "the total."
        )
        example = _example(connection, off, "abs(value - partners)")
        found.append(Finding("world-differs", "warning", file.name, int(differ), example, text))
    if alone:
        text = (
            f"For these products the file has the total over all partners and no partner: "
            f"{usd(lost)} count as partners not in the data."
        )
        example = _example(connection, "n = 0", "value")
        found.append(Finding("world-alone", "warning", file.name, int(alone), example, text))
    return tuple(found)


def _example(connection: duckdb.DuckDBPyConnection, which: str, order: str) -> str:
    one = connection.execute(
        f"SELECT {KEY}, value, partners FROM comtrade_world WHERE {which} "
        f"ORDER BY {order} DESC, {KEY} LIMIT 1"
    ).fetchall()[0]
    return f"{cell_words(one)}: {usd(one[-2])}, its partners {usd(one[-1])}"
