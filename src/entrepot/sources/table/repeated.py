"""Several rows that say one cell: refused, added up or taken once, as the mapping says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding, key_columns
from entrepot.model.display import agreed
from entrepot.sources.parquet import reading
from entrepot.sources.table.canonical_sql import CANONICAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from entrepot.sources.table.cells import Cells
    from entrepot.sources.table.plan import Plan

KEYS = tuple(name for name in key_columns("flows") if name in CANONICAL)
_SAME = ("nomenclature", "valuation", "currency")
_MONEY = ("value_usd", "value_reported")
MONEY = f"coalesce({', '.join(_MONEY)}, mass_kg, quantity)"
"""SQL for the money of a row in whatever currency; of a table without money, for its mass."""
_PROVED = 3  # flows in which parts add up to a total, so that they hardly do so by chance
_ALL = 0.9
_ROUNDING = 1e-4


def one_row_a_cell(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cells: Cells, rows: str
) -> tuple[str, tuple[Finding, ...]]:
    """Return SQL for rows of which no two have one key, and what was done for that.

    Parameters
    ----------
    rows
        SQL of the canonical rows that count.

    Raises
    ------
    BadFileError
        If rows are repeated and the mapping does not say what that means, or they are not what
        it says.
    """
    keys = ", ".join(KEYS)
    [(count, surplus)] = connection.execute(
        f"SELECT count(*), coalesce(sum(n), 0) - count(*) FROM "
        f"(SELECT count(*) AS n FROM ({rows}) GROUP BY {keys} HAVING n > 1)"
    ).fetchall()
    # The usual case: nothing is grouped, and the query stays as it was.
    if not count:
        return f"SELECT {', '.join(CANONICAL)} FROM ({rows})", ()
    wrong = {
        "refuse": "true",
        # Copies agree in money; of a table without money, mass and quantity are compared instead.
        "once": _differs((*_MONEY, *_SAME, *(() if plan.has_value else ("mass_kg", "quantity")))),
        "sum": _differs(_SAME),
        "totals": f"{_differs(_SAME)} OR NOT ({_has_total(plan)})",
    }
    # Before other tests: rows that add up to a total pass all of them.
    if plan.mapping.repeated == "sum":
        _refuse_double(connection, cells, rows)
    _refuse(connection, plan, cells, rows, wrong[plan.mapping.repeated], int(count))
    first = connection.execute(
        f"SELECT {keys}, count(*) AS n FROM ({rows}) GROUP BY {keys} HAVING n > 1 "
        f"ORDER BY {keys} LIMIT 1"
    ).fetchall()[0]
    how = plan.mapping.repeated
    rule, text = _DONE[how]
    finding = Finding(
        rule=rule,
        level="warning",
        place=cells.label,
        count=int(surplus),
        example=f"{first[-1]} rows: {_shown(first[:-1])}",
        text=f"Several rows say one flow ({agreed(count, 'flow', 'flows')}); {text}",
    )
    if how == "totals":
        packed = ", ".join(f"{name} := {name}" for name in CANONICAL)
        # The largest row as it is, with its own mass and unit.
        largest = f"SELECT arg_max(struct_pack({packed}), {MONEY}) AS one FROM ({rows})"
        return f"SELECT one.* FROM ({largest} GROUP BY {keys})", (finding,)
    return f"SELECT {_merged(how == 'sum')} FROM ({rows}) GROUP BY {keys}", (finding,)


_DONE = {
    "sum": ("parts-added", "they were added up, because the mapping says that they are parts."),
    "once": (
        "copies-dropped",
        "they are equal, and one of each was kept, because the mapping says so.",
    ),
    "totals": (
        "totals-kept",
        "the largest of each was kept: the others add up to it, once or several times over.",
    ),
}


def _has_total(plan: Plan) -> str:
    """Return SQL for whether the rows of a flow but the largest add up to it, once or more often.

    Each cell may be rounded to a unit of its own.
    """
    unit = plan.unit
    # 2 where one breakdown is listed with its total, 3 where two are, 4 for two that are crossed.
    times = f"round(sum({MONEY}) / nullif(max({MONEY}), 0))"
    apart = f"abs(sum({MONEY}) - {times} * max({MONEY}))"
    slack = f"greatest({_ROUNDING} * max({MONEY}), {unit / 2!r} * count(*))"
    return f"max({MONEY}) = 0 OR ({times} >= 2 AND {apart} <= {slack})"


def _refuse_double(connection: duckdb.DuckDBPyConnection, cells: Cells, rows: str) -> None:
    """Refuse to add up rows of which one is what the others add up to: it would double all."""
    several, like = _like_totals(connection, rows)
    if several >= _PROVED and like >= _ALL * several:
        raise BadFileError(
            f"a total is listed with its parts in {like:,} of {several:,} flows: the others add up "
            "to the largest",
            where=f"{cells.label}; mapping, repeated: sum",
            why="adding them up would count everything twice",
            hint="say repeated: totals, which keeps the largest where the others add up to it; or "
            "keep the totals with select: {COLUMN: VALUE}",
        )


def rows_of(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    cells: Cells,
    rows: str,
    names: Sequence[str],
    key: Sequence[object],
) -> list[int]:
    """Return the numbers of the rows of the file (at most ten) that say a cell.

    Parameters
    ----------
    rows
        SQL of canonical rows with their cells.
    names, key
        Columns and what they hold.

    Raises
    ------
    BadFileError
        If a column that is ignored is damaged.
    """
    found = _lines(connection, plan, cells, rows, names, key)
    return [number for number, _ in found]


def _lines(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    cells: Cells,
    rows: str,
    names: Sequence[str],
    key: Sequence[object],
) -> list[tuple[int, list[str]]]:
    """Return numbers and texts of the rows of the file (at most ten) that say a cell."""
    # Keys have nulls (is_reexport), which = would never find.
    tests = " AND ".join(f"{name} IS NOT DISTINCT FROM ?" for name in names)
    read = plan.read
    texts = ", ".join(f"c{place}" for place in read)
    with reading(cells.label):
        found = connection.execute(
            f"SELECT DISTINCT {texts} FROM ({rows}) WHERE {tests} LIMIT 10", list(key)
        ).fetchall()
    # SQL has no numbers of rows of a text; rows are found again by their cells, in order of the
    # file.
    wanted = {tuple(row) for row in found}
    lines: list[tuple[int, list[str]]] = []
    for number, row in cells.lines(connection):
        if tuple(row[place] for place in read) in wanted:
            lines.append((number, row))
            if len(lines) == 10:
                break
    return lines


def _refuse(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    cells: Cells,
    rows: str,
    wrong: str,
    count: int,
) -> None:
    keys = ", ".join(KEYS)
    found = connection.execute(
        f"SELECT {keys} FROM ({rows}) GROUP BY {keys} HAVING count(*) > 1 AND ({wrong}) "
        f"ORDER BY {keys} LIMIT 1"
    ).fetchall()
    if not found:
        return
    lines = _lines(connection, plan, cells, rows, KEYS, found[0])
    how = {
        "refuse": agreed(count, "flow has several rows", "flows have several rows each"),
        "once": "rows of one flow are not equal",
        "sum": "rows of one flow differ in nomenclature, valuation or currency",
        "totals": "of the rows of one flow, none is what the others add up to",
    }[plan.mapping.repeated]
    apart = _differences(plan, [row for _, row in lines])
    why = ["totals with their parts would count twice, and one of two parts alone too little"]
    why += [f"these rows differ in {apart}, which the mapping ignores"] if apart else []
    why += [sums] if (sums := _sums(connection, rows)) else []
    raise BadFileError(
        f"{how}, such as {_shown(found[0])}",
        where=f"{cells.label}, rows {' and '.join(str(number) for number, _ in lines)}",
        why="; ".join(why),
        hint="keep the totals with select: {COLUMN: VALUE}; or say repeated: sum if the rows are "
        "parts that add up, repeated: once if they are copies, repeated: totals if one is what "
        "the others add up to",
    )


def _differences(plan: Plan, lines: Sequence[Sequence[str]]) -> str:
    """Return the columns, not read, in which rows of one flow differ, and what stands there."""
    read = set(plan.read)
    found = []
    for place, name in enumerate(plan.names):
        texts = list(dict.fromkeys(row[place] for row in lines))
        if place not in read and len(texts) > 1:
            found.append(f"{name} ({', '.join(repr(text) for text in texts[:3])})")
    return ", ".join(found[:4])


def _sums(connection: duckdb.DuckDBPyConnection, rows: str) -> str:
    """Say in how many flows the largest row is what the others add up to."""
    several, like = _like_totals(connection, rows)
    if not like:
        return ""
    return (
        f"of {several:,} flows with three rows or more the others add up to the largest in "
        f"{like:,}, as parts do with their total (a file of UN Comtrade is read so "
        "by: entrepot data add comtrade FILE)"
    )


def _like_totals(connection: duckdb.DuckDBPyConnection, rows: str) -> tuple[int, int]:
    """Return flows with three rows or more, and those whose largest is what the others add up to.

    They do so several times over where one total is broken down in several ways.
    """
    keys = ", ".join(KEYS)
    most, total = (f"{end}({MONEY})" for end in ("max", "sum"))
    [(several, like)] = connection.execute(
        # Three rows at least: of two equal rows each is what the other adds up to.
        "SELECT count(*), count(*) FILTER (times > 1.5 AND abs(times - round(times)) < "
        f"{_ROUNDING}) FROM (SELECT {total} / nullif({most}, 0) AS times FROM ({rows}) "
        f"GROUP BY {keys} HAVING count(*) > 2)"
    ).fetchall()
    return int(several), int(like)


def _differs(names: Sequence[str]) -> str:
    """Return SQL for whether rows of one key differ in one of some columns."""
    # DISTINCT skips nulls, so a null together with a value has a test of its own.
    tests = [f"count(DISTINCT {name}) > 1 OR count({name}) NOT IN (0, count(*))" for name in names]
    return " OR ".join(tests)


def _merged(summed: bool) -> str:
    """Return SQL for the columns of rows of one key, made one."""
    columns = []
    for name in CANONICAL:
        if name in KEYS:
            columns.append(name)
        elif name in _MONEY:
            how = f"round(sum({name}), 2)" if summed else f"max({name})"
            columns.append(f"{how} AS {name}")
        elif name == "mass_kg":
            columns.append(_total(name, summed, "count(mass_kg) = count(*)"))
        elif name == "quantity":
            columns.append(_total(name, summed, _ONE_UNIT))
        elif name == "quantity_unit":
            columns.append(f"CASE WHEN {_ONE_UNIT} THEN max(quantity_unit) END AS quantity_unit")
        elif name == "is_estimated":
            columns.append("bool_or(is_estimated) AS is_estimated")
        else:
            columns.append(f"max({name}) AS {name}")
    return ", ".join(columns)


_ONE_UNIT = "count(quantity) = count(*) AND count(DISTINCT quantity_unit) = 1"


def _total(name: str, summed: bool, known: str) -> str:
    """Return SQL for a sum; it is not known where one part is not."""
    how = f"round(sum({name}), 6)" if summed else f"max({name})"
    return f"CASE WHEN {known} THEN {how} END AS {name}"


def _shown(key: Sequence[object]) -> str:
    return ", ".join(str(part) for part in key if part is not None)
