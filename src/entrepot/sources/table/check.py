"""The first pass over a file: every cell is what the mapping says, and every text means something.

DuckDB looks at the whole file; only when it finds something is the file read again line by line
to say where.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, EntrepotError, RequestError
from entrepot.sources.strict import literal
from entrepot.sources.table.canon import says_something, selected
from entrepot.sources.table.cells import naming_the_row
from entrepot.sources.table.fields import BETWEEN, fields, meanings
from entrepot.sources.table.mapping import AREAS, is_missing, is_number, missing_sql, number_pattern
from entrepot.sources.table.plan import same_meaning
from entrepot.sources.temp_tables import is_small
from entrepot.sources.workbook import ERRORS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb

    from entrepot.sources.table.cells import Cells
    from entrepot.sources.table.fields import Field, Meaning
    from entrepot.sources.table.plan import Plan, ValueColumns

__all__ = ["Looked", "look"]

_NUMBERS = (("v", "value"), ("m", "mass"), ("q", "quantity"))


@dataclass(frozen=True, slots=True)
class Looked:
    """What the first pass found.

    Attributes
    ----------
    rows, others
        Rows of the file, and those that the mapping does not select.
    facts, empty
        Values, and places of values without one.
    lookups
        What each text of each field means.
    """

    rows: int
    others: int
    facts: int
    empty: int
    lookups: list[tuple[Field, dict[str, Meaning]]]


def look(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cells: Cells, texts: str, facts: str
) -> Looked:
    """Check every cell.

    Parameters
    ----------
    texts, facts
        SQL of the cells and of the facts.

    Raises
    ------
    BadFileError
        Naming file, row and column of the first cell that is not what it should be.
    """
    known = fields(plan)
    bad = " OR ".join(f"({_bad(sign, plan)})" for sign, _ in _NUMBERS)
    here = says_something(plan)
    # Without DISTINCT the plan is shorter, and a small file has few cells to sort out in Python.
    once = "" if is_small(cells.path) else "DISTINCT "
    lists = "".join(f", list({once}{field.sql()}) FILTER (WHERE here)" for field in known)
    with naming_the_row(connection, cells):
        others = _not_selected(connection, plan, texts)
        [(count, filled, wrong, *seen)] = connection.execute(
            f"SELECT count(*), count(*) FILTER (WHERE here), count(*) FILTER (WHERE bad){lists} "
            # Everything that is asked of the file in one pass: counts, wrong numbers, the texts of
            # each field.
            f"FROM (SELECT *, {here} AS here, {here} AND ({bad}) AS bad FROM ({facts}))"
        ).fetchall()
    # Cells are never null (see `Cells`), but for a damaged Parquet file.
    if any(None in (words or ()) for words in seen):
        raise _null(connection, cells)
    _one_of_each(connection, plan, cells, texts)
    # A fact for each group of each selected row.
    rows = count // len(plan.groups) + others
    if wrong:
        raise _first_number(connection, plan, cells)
    if not filled:
        raise _nothing(rows, others, cells, plan)
    lookups = [
        (field, _meanings(connection, plan, cells, field, list(dict.fromkeys(words or []))))
        for field, words in zip(known, seen, strict=True)
    ]
    return Looked(rows, others, filled, count - filled, lookups)


def _one_of_each(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cells: Cells, texts: str
) -> None:
    """Refuse a row of an area in which two columns of one meaning have a number."""
    who = [place for role, place in plan.places.items() if role in AREAS]
    for group in plan.groups:
        if group.value is None or not group.value.others:
            continue
        has = [f"(NOT ({missing_sql(f'c{n}', plan.mapping)}))::INT" for n in group.value.places]
        named = "".join(f" AND c{place} <> ''" for place in who)  # totals may have both
        [(both,)] = connection.execute(
            f"SELECT count(*) FROM ({texts}) "
            f"WHERE {selected(plan)} AND {' + '.join(has)} > 1{named}"
        ).fetchall()
        if not both:
            continue
        for number, row in cells.lines(connection):
            said = [n for n in group.value.places if not is_missing(row[n], plan.mapping)]
            if len(said) > 1 and all(row[place] for place in who):
                first, second, *_ = (plan.names[place] for place in said)
                raise same_meaning(first, second, f"{cells.label}, row {number}")


def _null(connection: duckdb.DuckDBPyConnection, cells: Cells) -> BadFileError:
    """Blame a file for a null: of a whole file, empty cells come as empty texts."""
    rows = (number for number, texts in cells.lines(connection) if None in texts)
    number = next(rows, None)
    return BadFileError(
        "damaged: a cell cannot be read",
        where=f"{cells.label}, row {number}" if number else cells.label,
        hint="download it again, or let the program that wrote it write it anew",
    )


def _not_selected(connection: duckdb.DuckDBPyConnection, plan: Plan, texts: str) -> int:
    if not plan.mapping.select:
        return 0
    query = f"SELECT count(*) FROM ({texts}) WHERE NOT ({selected(plan)})"
    [(count,)] = connection.execute(query).fetchall()
    return int(count)


def _bad(sign: str, plan: Plan) -> str:
    test = f"NOT regexp_full_match({sign}, {literal(number_pattern(plan.mapping))})"
    return (
        test
        if sign == "v" and plan.has_value
        else f"NOT ({missing_sql(sign, plan.mapping)}) AND {test}"
    )


def first_row(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    cells: Cells,
    wanted: Callable[[Sequence[str], ValueColumns], bool],
) -> tuple[int, list[str], ValueColumns] | None:
    """Return number, texts and group of the first value that fulfils a test."""
    chosen = {plan.names.index(name): set(texts) for name, texts in plan.mapping.select.items()}
    for number, row in cells.lines(connection):
        if any(row[place] not in texts for place, texts in chosen.items()):
            continue
        for group in plan.groups:
            texts = (row[number.of(row, plan.mapping)] for number in group.numbers)
            if not all(is_missing(text, plan.mapping) for text in texts) and wanted(row, group):
                return number, row, group
    return None


def _first_number(connection: duckdb.DuckDBPyConnection, plan: Plan, cells: Cells) -> EntrepotError:
    def place(row: Sequence[str], group: ValueColumns) -> int | None:
        for _, role in _NUMBERS:
            number = getattr(group, role)
            if number is None:
                continue
            place = number.of(row, plan.mapping)
            if not (is_missing(row[place], plan.mapping) or is_number(row[place], plan.mapping)):
                return int(place)
        return None

    found = first_row(connection, plan, cells, lambda row, group: place(row, group) is not None)
    if found is None:
        return BadFileError("a number that cannot be read", where=cells.label)
    number, row, group = found
    column = place(row, group) or 0
    return BadFileError(
        f"not a number of zero or more: {row[column]!r}",
        where=f"{cells.label}, row {number}, column {plan.names[column]!r}",
        why="its trade would be lost from every total",
        hint=_advice(row[column], plan),
    )


def _advice(text: str, plan: Plan) -> str:
    if text in ERRORS:
        return f"correct the formula in the workbook, or add to the mapping: missing: [{text!r}]"
    # A dash alone is a word for none.
    if text.startswith("-") and len(text) > 1:
        return "a flow of goods is never negative; leave balances out with select or ignore"
    if "," in text and plan.mapping.decimal == ".":
        return "if the comma parts decimals add decimal: ',', if it parts thousands thousands: ','"
    if re.fullmatch(r"[0-9]{16,}(?:\.[0-9]*)?|[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+", text):
        return "a number has at most 15 digits before the point, and an exponent of two: correct it"
    if any(sign in text for sign in " .'\u00a0") and any(sign.isdigit() for sign in text):
        return "say with decimal and thousands how the file writes numbers"
    return f"if it stands for no number, add it to the mapping: missing: [{text!r}]"


def _meanings(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    cells: Cells,
    field: Field,
    texts: list[str],
) -> dict[str, Meaning]:
    try:
        return meanings(field, texts, plan)
    except RequestError as error:
        text = error.where
        found = first_row(connection, plan, cells, lambda row, g: field.text(row, g) == text)
        columns = " and ".join(repr(plan.names[place]) for place in field.places)
        number = f", row {found[0]}" if found else ""
        raise BadFileError(
            f"{error.what}: {text.replace(BETWEEN, ' ')!r}",
            where=f"{cells.label}{number}, column {columns}",
            why=error.why,
            hint=error.hint,
        ) from error


def _nothing(rows: int, others: int, cells: Cells, plan: Plan) -> BadFileError:
    if rows and others == rows:
        chosen = "; ".join(f"{name}: {', '.join(t)}" for name, t in plan.mapping.select.items())
        return BadFileError(
            f"select leaves no row ({chosen})",
            where=f"mapping, select; {cells.label}",
            hint="write the values as the cells have them",
        )
    return BadFileError(
        "no row has a value" if rows else "the file has names of columns and no rows",
        where=cells.label,
        hint="correct header_row, missing or the column of the value in the mapping",
    )
