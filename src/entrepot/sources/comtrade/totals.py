"""Headings with their lines: the finest level of each reporter and partner counts.

A chapter is the sum of its headings, a heading of its subheadings, TOTAL of everything. A row is
a total where finer rows of the same report are under it; where there are none it stays, because
there is no other record of that trade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import area, by_code
from entrepot.model.columns import Finding, Level
from entrepot.sources.comtrade.stage import (
    AMOUNTS,
    CELL,
    CELL_WORDS,
    KEY,
    SUMS,
    cell_words,
    rounding,
    same,
    usd,
)
from entrepot.sources.temp_tables import add, keep, leave_out, offer
from entrepot.sources.totals import compare_totals

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.comtrade.file import ComtradeFile
    from entrepot.sources.totals import Example

ABOVE = "comtrade_above"
"""Name of the table of cells that are sums of cells with finer codes."""

_LEVEL = "CASE product WHEN 'TOTAL' THEN 0 ELSE length(product) END"
_FINEST = 6
_REPORT = "period, reporter, partner, flow"


def keep_finest(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> tuple[Finding, ...]:
    """Take out of the table of cells what is a sum of other cells; say where sums differ.

    What is taken out, of imports and exports as a whole, is the table `ABOVE`.
    """
    # An empty table with the right columns, so that later steps need not ask whether it is there.
    keep(
        connection,
        ABOVE,
        f"SELECT *, value AS below, 0::BIGINT AS n, 0 AS level FROM {CELL} LIMIT 0",
    )
    levels = [
        int(level)
        for (level,) in connection.execute(f"SELECT DISTINCT {_LEVEL} FROM {CELL}").fetchall()
    ]
    # The finest level that occurs is never a sum of another.
    coarse = sorted(levels)[:-1]
    if not coarse:
        return _headings_left(connection, file) if levels and levels[0] < _FINEST else ()
    for level in reversed(coarse):  # finest first: sums are of what stays
        # Partner is part of the key: a chapter with World whose lines have single partners stays.
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


def _left_out(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> tuple[Finding, ...]:
    found: list[Finding] = []
    kinds: tuple[tuple[str, Level, str, str], ...] = (
        ("totals-with-lines", "note", "level = 0", "Rows over all goods together"),
        ("headings-with-lines", "warning", "level > 0", "Chapters and headings"),
    )
    for rule, level, which, what in kinds:
        cells = f"""
            SELECT {CELL_WORDS} AS cell, value AS total, below AS parts, n
            FROM {ABOVE} WHERE {which}"""
        sums = compare_totals(connection, cells, rounding("n", "total"))
        if sums.totals:
            text = f"{what} are sums of lines in the file. The lines count; the sums are kept."
            found.append(Finding(rule, "note", file.name, sums.totals, usd(sums.amount), text))
        if sums.largest:
            cell, total, lines = sums.largest
            example = f"{cell}: {usd(total)}, its lines {usd(lines)}"
            text = (
                f"{what} are not the sum of the lines in the file: some lines are suppressed, or "
                f"were not requested. {usd(sums.short_by)} are in no line. The sums are kept."
            )
            found.append(Finding(f"{rule}-differ", level, file.name, sums.differ, example, text))
    return tuple(found)


def _headings_left(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile
) -> tuple[Finding, ...]:
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


# Partners that are sums of partners: kept apart, after they were compared with what they sum.


_WORLD = 0


def leave_sums_out(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile
) -> tuple[Finding, ...]:
    """Move aggregates from the table of cells to `SUMS`, and say what they add up to.

    A report of a group of countries, and what it says, is left out.

    Raises
    ------
    BadFileError
        If nothing but groups of countries is in the file.
    """
    sums = sorted(int(k) for k, v in by_code("comtrade").items() if area(v).kind == "aggregate")
    listed = ", ".join(map(str, sums))
    side = f"(partner IN ({listed}) OR reporter IN ({listed}))"
    # Only complete imports and exports make totals; a total of re-exports is a part of one.
    mine = f"partner IN ({listed}) AND reporter NOT IN ({listed}) AND flow IN ('M', 'X')"
    keep(connection, SUMS, f"SELECT *, false AS has_finer FROM {CELL} WHERE {mine}")
    [(rows, other, world, groups, value)] = connection.execute(f"""
        SELECT count(*) FILTER ({side}), count(*) FILTER (NOT {side}),
               count(*) FILTER ({mine} AND partner = {_WORLD}),
               count(*) FILTER ({side} AND partner <> {_WORLD}),
               coalesce(sum(value) FILTER ({side} AND partner <> {_WORLD}), 0)
        FROM {CELL}""").fetchall()
    # World alone is accepted: it gives the denominator, with every partner missing from the data.
    if rows and not other and not world:
        raise BadFileError(
            "totals over groups of countries only",
            where=file.name,
            why="a flow has two countries; a group counted as one would make shares wrong",
            hint="ask Comtrade for all partners (partnerCode=all), or for World",
        )
    # Compared before the sums are taken out of the cells below.
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


def _world(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile, side: str
) -> tuple[Finding, ...]:
    others = KEY.replace("partner, ", "")
    cells = f"""
        SELECT {CELL_WORDS} AS cell, total, parts, n FROM (
            SELECT {KEY.replace("partner", f"{_WORLD} AS partner")},
                   max(value) FILTER (partner = {_WORLD}) AS total,
                   coalesce(sum(value) FILTER (NOT {side}), 0) AS parts,
                   count(*) FILTER (NOT {side}) AS n
            FROM {CELL} GROUP BY {others} HAVING count(*) FILTER (partner = {_WORLD}) > 0)"""
    sums = compare_totals(connection, cells, rounding("n", "total"))
    found: list[Finding] = []
    if sums.totals:
        text = (
            "Totals over all partners are kept apart and compared with the partners: "
            f"{sums.differ:,} of {sums.totals - sums.alone:,} differ by more than rounding."
        )
        example = f"{usd(sums.amount)} in all"
        found.append(Finding("world-totals", "note", file.name, sums.totals, example, text))
    if sums.largest:
        text = (
            "The total over all partners is not the sum of the partners in the file: "
            f"{usd(sums.short_by)} are with no partner, {usd(sums.over_by)} with partners and not "
            "in the total. Shares are of the total."
        )
        example = _example(sums.largest)
        found.append(Finding("world-differs", "warning", file.name, sums.differ, example, text))
    if sums.largest_alone:
        text = (
            "For these products the file has the total over all partners and no partner: "
            f"{usd(sums.alone_amount)} count as partners not in the data."
        )
        example = _example(sums.largest_alone)
        found.append(Finding("world-alone", "warning", file.name, sums.alone, example, text))
    return tuple(found)


def _example(largest: Example) -> str:
    cell, total, partners = largest
    return f"{cell}: {usd(total)}, its partners {usd(partners)}"


# Re-exports are a part of exports: the two are told apart, and never added.


FLOW = "comtrade_flow"
"""Name of the table of cells with `is_reexport`, flows M and X only."""

_PARTS = {"M": ("RM", "FM", "MIP", "MOP"), "X": ("DX", "XIP", "XOP")}
_CELL = KEY.replace("flow, ", "")
# x and r are structs that are null where the cell has no such flow: then this is null, neither true
# nor false. A hair above is rounding of the two values.
_FITS = "r.value <= x.value * (1 + 1e-9)"
_NAMES = [name.strip() for name in AMOUNTS.split(",")]


def split_reexports(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile
) -> tuple[Finding, ...]:
    """Make the table `FLOW`: exports split into own goods and re-exports where both are there."""
    flows = {flow for (flow,) in connection.execute(f"SELECT DISTINCT flow FROM {CELL}").fetchall()}
    if "RX" not in flows and "DX" not in flows:
        offer(connection, FLOW, _unsplit("'M', 'X'"))
        return _parts(connection, file, flows)
    keep(connection, "comtrade_told", _unsplit("'M'"))
    _split(connection)
    offer(connection, FLOW, "SELECT * FROM comtrade_told")
    return (*_found(connection, file), *_parts(connection, file, flows))


def _unsplit(flows: str) -> str:
    return f"SELECT *, NULL::BOOLEAN AS is_reexport FROM {CELL} WHERE flow IN ({flows})"


def _split(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the rows of exports: what is left of X after RX, and RX itself."""
    sides = ", ".join(
        f"any_value(struct_pack({_struct()})) FILTER (flow = '{code}') AS {name}"
        for code, name in (("X", "x"), ("RX", "r"), ("DX", "d"))
    )
    # A reporter of re-exports of a product with any partner reports them with every partner.
    exports = f"""
        SELECT *, bool_or(r IS NOT NULL) OVER (PARTITION BY period, reporter, product) AS told
        FROM (SELECT {_CELL}, {sides} FROM {CELL} WHERE flow IN ('X', 'RX', 'DX') GROUP BY {_CELL})
        """
    keep(connection, "comtrade_export", exports)
    key = KEY.replace("flow", "'X' AS flow")
    amounts = ", ".join(f"{{side}}.{name}" for name in _NAMES)
    rest = ", ".join(_rest(name) for name in _NAMES)
    # Four kinds, none of them in two: X as it stands, X less RX, RX, and DX where there is no X.
    reported = f"""
        SELECT {key}, {amounts.format(side="x")}, CASE WHEN r IS NULL AND told THEN false END
        FROM comtrade_export WHERE x IS NOT NULL AND (r IS NULL OR NOT ({_FITS}))
        UNION ALL
        SELECT {key}, {rest}, false
        FROM comtrade_export WHERE {_FITS} AND x.value - r.value > 0
        UNION ALL
        SELECT {key}, {amounts.format(side="r")}, true
        FROM comtrade_export WHERE r IS NOT NULL AND (x IS NULL OR {_FITS})
        UNION ALL
        SELECT {key}, {amounts.format(side="d")}, false
        FROM comtrade_export WHERE d IS NOT NULL AND x IS NULL"""
    add(connection, "comtrade_told", reported)


def _struct() -> str:
    return ", ".join(f"{name} := {name}" for name in _NAMES)


def _rest(name: str) -> str:
    """Return SQL for what is left of exports after re-exports; unknown if either is."""
    if name in ("edition", "unit"):
        return f"x.{name}"
    # A difference is estimated if either side is.
    if name.endswith("_estimated"):
        return f"x.{name} OR r.{name}"
    # Quantities in two units cannot be subtracted. Zero left of a positive value means not known.
    same = " AND x.unit IS NOT DISTINCT FROM r.unit" if name == "quantity" else ""
    return f"CASE WHEN x.{name} >= r.{name}{same} THEN nullif(x.{name} - r.{name}, 0) END"


def _found(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> tuple[Finding, ...]:
    [(both, value, larger, over, alone, only)] = connection.execute(f"""
        SELECT count(*) FILTER ({_FITS}), coalesce(sum(r.value) FILTER ({_FITS}), 0),
               count(*) FILTER (NOT ({_FITS})), coalesce(sum(r.value) FILTER (NOT ({_FITS})), 0),
               count(*) FILTER (r IS NOT NULL AND x IS NULL),
               coalesce(sum(r.value) FILTER (x IS NULL), 0)
        FROM comtrade_export""").fetchall()
    found: list[Finding] = []
    if both:
        text = (
            "Re-exports (RX) are a part of exports (X): each such cell became two rows, own goods "
            "and re-exports, that add up to its exports."
        )
        found.append(Finding("reexports-split", "note", file.name, int(both), usd(value), text))
    if larger:
        one = connection.execute(f"""
            SELECT {KEY.replace("flow", "'X' AS flow")}, x.value, r.value FROM comtrade_export
            WHERE NOT ({_FITS}) ORDER BY r.value - x.value DESC, {KEY} LIMIT 1""").fetchall()[0]
        example = f"{cell_words(one)}: exports {usd(one[-2])}, re-exports {usd(one[-1])}"
        text = (
            f"Re-exports are larger than the exports that they are a part of, {usd(over)} together:"
            " exports were kept whole, with is_reexport empty, and the re-exports left out."
        )
        found.append(
            Finding("reexports-above-exports", "warning", file.name, int(larger), example, text)
        )
    if alone:
        text = "Re-exports without exports of the same cell were kept, as re-exports."
        found.append(Finding("reexports-alone", "note", file.name, int(alone), usd(only), text))
    return tuple(found)


def _parts(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile, flows: set[str]
) -> tuple[Finding, ...]:
    """Say which flows were left out because they are parts of imports or exports."""
    found: list[Finding] = []
    for total, parts in _PARTS.items():
        here = [code for code in parts if code in flows]
        if not here:
            continue
        listed = ", ".join(f"'{code}'" for code in here)
        # Domestic exports without exports are a row of their own, see `_split`.
        [(rows, value, alone, lost)] = connection.execute(f"""
            SELECT count(*), coalesce(sum(value), 0), count(*) FILTER (NOT has),
                   coalesce(sum(value) FILTER (NOT has), 0)
            FROM (SELECT flow, value, EXISTS (
                      SELECT 1 FROM {CELL} AS other
                      WHERE other.flow = '{total}' AND {same("other", _CELL)}
                  ) AS has FROM {CELL} AS part WHERE flow IN ({listed}))
            WHERE has OR flow <> 'DX'""").fetchall()
        text = (
            f"{', '.join(here)} are parts of {'imports (M)' if total == 'M' else 'exports (X)'}, "
            "which hold them; they were left out."
        )
        if rows:
            found.append(Finding("parts-of-flows", "note", file.name, int(rows), usd(value), text))
        if alone:
            text = (
                f"{', '.join(here)} without the {total} of the same cell were left out too: a part "
                f"says nothing of the whole. {usd(lost)}."
            )
            found.append(
                Finding("parts-without-whole", "warning", file.name, int(alone), usd(lost), text)
            )
    return tuple(found)
