"""The rows of a file, checked and typed, under the names of their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import by_code
from entrepot.sources.comtrade.layouts import END
from entrepot.sources.comtrade.rules import FLOWS, rules
from entrepot.sources.comtrade.words import CELL
from entrepot.sources.parquet import cell_text, read_parquet, reading, verify_parquet
from entrepot.sources.strict import Rule, literal, quoted, read_text, verify
from entrepot.sources.temp_tables import keep, offer

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.comtrade.file import File

__all__ = ["recheck", "stage"]

# Where Parquet has numbers in these columns they are tested later, on the cells made from them:
# six times fewer. A code of a part that no cell has makes a cell of its own, so none is missed.
_LATER = ("reporter", "partner", "partner2", "mot", "unit", "cif", "fob", "mass", "quantity")
_LATER_TYPES = ("INTEGER", "BIGINT", "SMALLINT", "DOUBLE", "FLOAT", "BOOLEAN")


def stage(connection: duckdb.DuckDBPyConnection, file: File) -> dict[str, frozenset[str]]:
    """Check every row and offer the rows as `File.rows`; return what occurs in columns of codes.

    Raises
    ------
    BadFileError
        Naming file, row, column and value of the first cell that cannot be read.
    """
    if file.delim:
        names = list(file.types)
        checks = rules(file.columns)
        if END in file.types:
            checks += (Rule(END, "a cell more than the header has", ""),)
        seen = verify(connection, file.path, file.name, names, checks, file.delim)
        source = read_text(file.path, names, file.delim)
    else:
        now = {role: name for role, name in file.columns.items() if not _is_later(file, role)}
        seen = verify_parquet(connection, file.path, file.name, file.types, rules(now))
        source = read_parquet(file.path)
    occurs = {role: seen[name] for role, name in file.columns.items() if name in seen}
    typed = f"SELECT {_typed(file, occurs)} FROM {source}"
    with reading(file.name):
        (keep if file.is_kept else offer)(connection, file.rows, typed)
    return occurs


def _is_later(file: File, role: str) -> bool:
    kind = file.types[file.columns[role]]
    yes_no = kind == "BOOLEAN" and role in ("mass_estimated", "quantity_estimated", "original")
    flag = role == "flag" and "mass_estimated" in file.columns
    return yes_no or flag or (role in _LATER and kind in _LATER_TYPES)


def recheck(connection: duckdb.DuckDBPyConnection, file: File, *, table: str = CELL) -> None:
    """Check numbers of Parquet that `stage` left for later, on the cells made from them.

    Raises
    ------
    BadFileError
        Naming file, row, column and value.
    """
    if file.delim:
        return
    codes = ", ".join(sorted(by_code("comtrade"), key=int))
    amounts = " OR ".join(
        f"NOT isfinite({name}) OR {name} < 0"
        for name in ("value", "cif", "fob", "mass", "quantity")
    )
    [(partners, numbers)] = connection.execute(f"""
        SELECT list(DISTINCT reporter) || list(DISTINCT partner), count(*) FILTER ({amounts})
        FROM {table}""").fetchall()
    if numbers or {str(code) for code in partners or ()} - set(codes.split(", ")):
        verify_parquet(connection, file.path, file.name, file.types, rules(file.columns))
        raise BadFileError("rows that cannot be read", where=file.name)


def _typed(file: File, occurs: dict[str, frozenset[str]]) -> str:
    """Return SQL for the columns of the rows; texts are changed only where some need it."""
    year = _whole(file, "period")
    customs = _text(file, "customs", occurs)
    columns = {
        "period": year,
        "told_freq": _text(file, "freq", occurs),
        "reporter": _whole(file, "reporter"),
        "partner": _whole(file, "partner"),
        "flow": _flow(file, occurs),
        "product": _product(file, occurs),
        "edition": f"nullif(nullif({_text(file, 'edition', occurs)}, ''), 'HS')",
        "original": _yes(file, "original") if "original" in file.columns else "true",
        "customs": f"CASE WHEN {customs} = 'C00' THEN '' ELSE {customs} END",
        "mot": f"coalesce({_whole(file, 'mot')}, 0)",
        "partner2": f"coalesce({_whole(file, 'partner2')}, 0)",
        "value": _number(file, "value"),
        "cif": _number(file, "cif"),
        "fob": _number(file, "fob"),
        "mass": f"nullif({_number(file, 'mass')}, 0)",
        "quantity": f"nullif({_number(file, 'quantity')}, 0)",
        "unit": _whole(file, "unit"),
        "mass_estimated": _estimated(file, "mass", "4"),
        "quantity_estimated": _estimated(file, "quantity", "2"),
    }
    return ", ".join(f"{sql} AS {name}" for name, sql in columns.items())


def _flow(file: File, occurs: dict[str, frozenset[str]]) -> str:
    text = _text(file, "flow", occurs)
    if all(FLOWS.get(one) == one for one in occurs.get("flow", ["1"])):
        return text
    cases = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in FLOWS.items())
    return f"CASE {text} {cases} END"


def _product(file: File, occurs: dict[str, frozenset[str]]) -> str:
    """Return SQL for codes with the zero in front that programs lose: HS has even lengths only."""
    code = _text(file, "product", occurs)
    if all(one == "TOTAL" or (one.isdigit() and len(one) % 2 == 0) for one in occurs["product"]):
        return code
    return (
        f"CASE WHEN {code} = '9999AA' THEN '999999' WHEN length({code}) % 2 = 1 AND "
        f"{code} <> 'TOTAL' THEN '0' || {code} ELSE {code} END"
    )


def _text(file: File, role: str, occurs: dict[str, frozenset[str]]) -> str:
    """Return SQL for a text; without blanks around it, where some have them."""
    column = file.columns.get(role)
    if not column:
        return "''"
    kind = file.types[column]
    clean = role in occurs and all(one and one == one.strip() for one in occurs[role])
    return quoted(column) if clean and kind == "VARCHAR" else cell_text(column, kind)


def _whole(file: File, role: str) -> str:
    column = file.columns.get(role)
    if not column:
        return "NULL::INTEGER"
    kind = file.types[column]
    if kind == "INTEGER":
        return quoted(column)
    cell = f"trim({quoted(column)})" if kind == "VARCHAR" and file.delim else quoted(column)
    whole = f"try_cast({cell} AS INTEGER)"
    if kind not in _LATER_TYPES:
        return whole
    # A number that is no code (0.4, infinity) is none of the codes: the nearest may be a total's.
    return f"CASE WHEN {whole} = {cell} THEN {whole} WHEN {cell} IS NOT NULL THEN -2 END"


def _number(file: File, role: str) -> str:
    column = file.columns.get(role)
    if not column:
        return "NULL::DOUBLE"
    text = file.types[column] == "VARCHAR"
    cell = f"nullif(trim({quoted(column)}), '')" if text else quoted(column)
    return f"{cell}::DOUBLE"


def _yes(file: File, role: str) -> str:
    column = file.columns[role]
    kind = file.types[column]
    return (
        quoted(column)
        if kind == "BOOLEAN"
        else f"lower({cell_text(column, kind)}) IN ('true', '1')"
    )


def _estimated(file: File, role: str, flag: str) -> str:
    """Return SQL for whether an amount is estimated: its own column, else the flag of old files."""
    if f"{role}_estimated" in file.columns:
        return _yes(file, f"{role}_estimated")
    if "flag" in file.columns:
        column = file.columns["flag"]
        return f"{cell_text(column, file.types[column])}[1] IN ({literal(flag)}, '6')"
    return "NULL::BOOLEAN"
