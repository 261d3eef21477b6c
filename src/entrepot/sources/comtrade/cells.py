"""One row for a cell: the total by its codes, never the sum of a total and its parts.

A cell is what a reporter says of one flow: frequency, period, reporter, partner, flow, edition and
product. Comtrade repeats it by customs procedure, mode of transport and second partner; the total
over each of them has a code of its own (C00, 0 and 0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.model.display import agreed
from entrepot.sources.comtrade.file import places
from entrepot.sources.comtrade.stage import (
    AMOUNTS,
    CELL,
    KEY,
    TOTAL,
    cell_words,
    recheck,
    rounding,
    same,
    usd,
    wanted,
)
from entrepot.sources.temp_tables import add, keep

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.comtrade.file import ComtradeFile


def make_cells(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> tuple[Finding, ...]:
    """Make the table of cells and say what was done for it.

    Raises
    ------
    BadFileError
        If a reporter has two classifications at once, if two rows say different things of one
        cell, or if totals cannot be told from their parts.
    """
    # Codes that the file lacks are read as those of the total, so there every row passes.
    keep(connection, CELL, f"SELECT {KEY}, {AMOUNTS} FROM {file.rows} WHERE {TOTAL}")
    rows, different = _counted(connection, file.rows)
    cells, apart = _counted(connection, CELL)
    parts = rows - cells
    found: tuple[Finding, ...] = ()
    _require_one_edition(connection, file)
    if apart < cells:
        # Without the codes rows of one cell are a total and its parts; with them, copies.
        found += resolve_sums(connection, file) if file.lacks else _once(connection, file, cells)
        cells, _ = _counted(connection, CELL)
    # Some cell has parts only; the edition is tested again because their rows bring editions along.
    if different > cells:
        found += add_parts(connection, file)
        parts -= _counted(connection, PART)[0]
        _require_one_edition(connection, file)
    recheck(connection, file)
    return (*_left_out(connection, file, parts), *found)


def _left_out(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile, parts: int
) -> tuple[Finding, ...]:
    if not parts:
        return ()
    text = (
        "Rows by customs procedure, mode of transport or second partner are parts of a total that "
        "is in the file: the total was taken by its codes, the parts were left out."
    )
    example = f"{_counted(connection, CELL)[0]:,} totals"
    return (Finding("parts-left-out", "note", file.name, parts, example, text),)


def _counted(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int]:
    """Return the number of rows and of different cells, which are told apart by a hash: quick."""
    # Distinct hashes of eight bytes are cheaper than distinct keys of five columns; a collision
    # could at most hide a cell that stands twice.
    query = f"SELECT count(*), count(DISTINCT hash({KEY})) FROM {table}"
    [(rows, different)] = connection.execute(query).fetchall()
    return int(rows), int(different)


def _once(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile, before: int
) -> tuple[Finding, ...]:
    """Drop copies of a row; refuse two rows that differ."""
    example = connection.execute(
        f"SELECT {KEY} FROM {CELL} GROUP BY {KEY} HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
    ).fetchall()[0]
    # Joined downloads overlap: rows that agree in all amounts are one.
    keep(connection, CELL, f"SELECT DISTINCT * FROM {CELL}")
    left, apart = _counted(connection, CELL)
    if apart < left:
        [one] = connection.execute(
            f"SELECT {KEY}, min(value), max(value) FROM {CELL} GROUP BY {KEY} "
            "HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
        ).fetchall()
        raise BadFileError(
            f"two different totals for one cell: {cell_words(one)}, USD {one[-2]:,.0f} and "
            f"USD {one[-1]:,.0f}",
            where=places(connection, file, wanted(one)),
            why="one of them may be an older version; adding them would count the trade twice",
            hint="give each download on its own, or find out which row is right",
        )
    dropped = before - left
    text = "Rows were in the file more than once, word for word; each was taken once."
    words = cell_words(example)
    return (Finding("repeated-rows", "warning", file.name, dropped, words, text),)


def _require_one_edition(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> None:
    query = f"SELECT min(edition), max(edition), count(*) - count(edition) FROM {CELL}"
    [(first, last, unknown)] = connection.execute(query).fetchall()
    # Several editions may occur in one file, of different years or reporters; not in one report.
    if first != last:
        _require_one_each(connection, file)
    if unknown and not file.edition:
        raise BadFileError(
            "the edition of the product codes is not known",
            where=file.name,
            why="one code means different goods in different editions",
            hint="add --nomenclature HS2022 (or HS1992 ... HS2017): the edition the data came in",
        )


def _require_one_each(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> None:
    """Refuse two editions in one report."""
    twice = connection.execute(f"""
        SELECT period, reporter, flow, list_sort(list(DISTINCT edition)) AS editions FROM {CELL}
        GROUP BY period, reporter, flow HAVING count(DISTINCT edition) > 1
        ORDER BY ALL LIMIT 1""").fetchall()
    if twice:
        period, reporter, flow, editions = twice[0]
        raise BadFileError(
            f"one report in two classifications: {' and '.join(editions)} (reporter {reporter}, "
            f"{period}, flow {flow})",
            where=file.name,
            why="the same trade would be counted once in each",
            hint="give the file of each classification on its own",
        )


# Cells without a row for the total: their parts are added up where that is certain.


PART = "comtrade_part"
"""Name of the rows that are parts of a cell without a row for its total."""

# The total's code of each dimension, as `stage` writes it (C00 becomes empty).
_DIMENSIONS = {"customs": "''", "mot": "0", "partner2": "0"}
_NAMES = {"customs": "customs procedure", "mot": "mode of transport", "partner2": "second partner"}
# Which dimensions a row is broken down by: rows of one breakdown add up to the cell.
_BREAKDOWN = " || ".join(
    f"CASE WHEN {name} = {total} THEN '' ELSE '{name} ' END" for name, total in _DIMENSIONS.items()
)


def add_parts(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> tuple[Finding, ...]:
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
            SELECT 1 FROM {CELL} AS cell WHERE {same("cell", KEY)})"""
    keep(connection, PART, parts)
    # Before anything is added up: NaN in Parquet would spread into every sum.
    recheck(connection, file, table=PART)
    _require_all_modes(connection, file)
    _require_one_row(connection, file)
    # An amount that one part lacks is not known of the sum; count skips nulls.
    both = ", ".join(
        f"CASE WHEN count({name}) = count(*) THEN sum({name}) END AS {name}"
        for name in ("cif", "fob", "mass")
    )
    # Transport has codes for groups (2000 water) beside their members (2100 sea).
    nested = (
        "count(DISTINCT mot) > count(DISTINCT mot // 1000) AND bool_or(mot > 0 AND mot % 1000 = 0)"
    )
    # One row for each cell and breakdown: by customs alone, by transport alone, by both crossed ...
    added = f"""
        SELECT {KEY}, breakdown, any_value(edition) AS edition, sum(value) AS value, {both},
               CASE WHEN count(quantity) = count(*) AND min(unit) = max(unit) THEN sum(quantity)
                   END AS quantity, min(unit) AS unit,
               bool_or(mass_estimated) AS mass_estimated,
               bool_or(quantity_estimated) AS quantity_estimated, count(*) AS n,
               {nested} AS is_nested
        FROM {PART} GROUP BY {KEY}, breakdown"""
    keep(connection, "comtrade_added", added)
    # Every breakdown is complete or none is sure: they have to agree within rounding, then the
    # first by name gives all amounts together, so that value and mass are of the same rows.
    combined = f"""
        SELECT {KEY}, arg_min(struct_pack({_packed()}), breakdown) AS one, sum(n) AS n,
               count(*) AS breakdowns, max(value) - min(value) AS apart, max(value) AS value,
               max(value) - min(value) <= {rounding("sum(n)", "max(value)")} AND
                   NOT bool_or(is_nested) AS is_clear
        FROM comtrade_added GROUP BY {KEY}"""
    keep(connection, "comtrade_whole", combined)
    names = ", ".join(f"one.{name.strip()}" for name in AMOUNTS.split(","))
    add(connection, CELL, f"SELECT {KEY}, {names} FROM comtrade_whole WHERE is_clear")
    return (*_added(connection, file), *_unclear(connection, file))


def _packed() -> str:
    return ", ".join(f"{name.strip()} := {name.strip()}" for name in AMOUNTS.split(","))


def _require_all_modes(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> None:
    """Refuse a choice of one part: every row by air, every row of one customs procedure."""
    given = {name: total for name, total in _DIMENSIONS.items() if name not in file.lacks}
    parts = ", ".join(f"count(*) FILTER ({name} <> {total})" for name, total in given.items())
    ends = ", ".join(
        f"{end}({name}) FILTER ({name} <> {total})"
        for name, total in given.items()
        for end in ("min", "max")
    )
    if not given:
        return
    # Parts without a total are counted in PART, but their codes are compared over all rows of the
    # file.
    [counts] = connection.execute(f"SELECT {parts} FROM {PART}").fetchall()
    [codes] = connection.execute(f"SELECT {ends} FROM {file.rows}").fetchall()
    for name, count, one, last in zip(given, counts, codes[::2], codes[1::2], strict=True):
        if count and one == last:
            raise BadFileError(
                f"rows of one {_NAMES[name]} only ({one}), and none for the total",
                where=file.name,
                why="a part of the trade would be taken for all of it",
                hint="ask Comtrade for customsCode C00, motCode 0 and partner2Code 0",
            )


def _require_one_row(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> None:
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


def _added(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> tuple[Finding, ...]:
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


def _unclear(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> tuple[Finding, ...]:
    unclear = connection.execute(f"""
        SELECT {KEY}, value, apart FROM comtrade_whole WHERE NOT is_clear
        ORDER BY value DESC, {KEY}""").fetchall()
    if not unclear:
        return ()
    one, lost = unclear[0], sum(row[-2] for row in unclear)
    example = f"{cell_words(one)}: breakdowns differ by {usd(one[-1])}"
    [(cells, value)] = connection.execute(f"SELECT count(*), sum(value) FROM {CELL}").fetchall()
    # Both shares, because few cells may have most of the value and many next to none.
    if len(unclear) > UNCLEAR * cells or lost > UNCLEAR * (value or 0):
        raise BadFileError(
            f"no row for the total, and its parts do not agree: {example}",
            where=places(connection, file, wanted(one)),
            why=f"so it is in {len(unclear):,} cells; a part could be missing or counted twice",
            hint="ask Comtrade for customsCode C00, motCode 0 and partner2Code 0 as well",
        )
    text = (
        f"{agreed(len(unclear), 'cell has', 'cells have')} no row for the total, and parts that do "
        f"not agree or overlap; left out, {usd(lost)}."
    )
    return (Finding("unclear-cells", "warning", file.name, len(unclear), example, text),)


# Files that have lost the codes: the total is the row that the others of its cell add up to.


UNCLEAR = 0.01
"""Share of cells, and of their value, that may be left out as unclear; above it no file is read."""


def resolve_sums(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> tuple[Finding, ...]:
    """Keep the total of each cell, leave out cells in which no row is the sum of the others.

    Raises
    ------
    BadFileError
        If more than `UNCLEAR` of the cells or of their value is left out.
    """
    # Rounding of each row is half a step; a bound in dollars would be too wide for thousandths.
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
    # Each dimension that is not coded repeats a cell's trade: rows add up to 2, 4 or 8 times the
    # total where one, two or three of them are broken down and crossed; log2 finds which.
    times = f"2 ** least(greatest(round(log2(sum(value) / any_value(top))), 0), {len(file.lacks)})"
    # top = 0 is a cell that reports zero in every row; log2 of 0/0 would make it unclear.
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
    return (*_resolved(connection, file), *_sums_unclear(connection, file))


def _step(connection: duckdb.DuckDBPyConnection) -> float:
    """Return what values are rounded to: whole dollars, or thousandths."""
    [(are_integers,)] = connection.execute(
        f"SELECT bool_and(value = trunc(value)) FROM {CELL}"
    ).fetchall()
    return 1.0 if are_integers else 0.001


def _resolved(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> tuple[Finding, ...]:
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


def _sums_unclear(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> tuple[Finding, ...]:
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
