"""The rows of a file, checked and typed, under the names of their roles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError
from entrepot.model.areas import by_code
from entrepot.model.product import EDITIONS
from entrepot.sources import source_info
from entrepot.sources.comtrade.file import END
from entrepot.sources.parquet import cell_text, read_parquet, reading, verify_parquet
from entrepot.sources.strict import NUMBER, Rule, literal, quoted, read_text, verify
from entrepot.sources.temp_tables import keep, offer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from entrepot.sources.comtrade.file import ComtradeFile

CELL = "comtrade_cell"
"""Name of the table with one row for a cell."""
SUMS = "comtrade_sums"
"""Name of the table of cells that reporters added up over partners or products."""
KEY = "period, reporter, partner, flow, product"
"""What tells cells apart."""
AMOUNTS = "edition, value, cif, fob, mass, quantity, unit, mass_estimated, quantity_estimated"
"""What is said of a cell."""
TOTAL = "customs = '' AND mot = 0 AND partner2 = 0"
"""What a row fulfils that is the total of its cell, by those codes that the file has."""


def rounding(rows: str, value: str) -> str:
    """Return SQL for how far a sum may be off because its rows were rounded to dollars.

    Parameters
    ----------
    rows, value
        SQL for the number of rows added, and for the sum.
    """
    # Half a dollar for each row, one for the total, and what DOUBLE loses in a long sum.
    return f"(1 + {rows} * 0.5 + 1e-9 * {value})"


def same(alias: str, columns: str) -> str:
    """Return SQL that says whether a row and one called `part` are of one cell."""
    # Nulls have to match nulls; with = a cell with one would never be found and be added twice.
    names = [name.strip() for name in columns.split(",")]
    return " AND ".join(f"{alias}.{name} IS NOT DISTINCT FROM part.{name}" for name in names)


def bare(cell: object) -> str:
    """Return a code without zeros in front."""
    return str(cell).lstrip("0")


def cell_words(key: Sequence[Any]) -> str:
    """Return a cell in words, from the columns of `KEY`."""
    period, reporter, partner, flow, product = key[:5]
    return f"{period}, reporter {reporter}, partner {partner}, flow {flow}, product {product}"


CELL_WORDS = (
    "concat(period, ', reporter ', reporter, ', partner ', partner, ', flow ', flow, "
    "', product ', product)"
)
"""SQL for a cell in words."""


def wanted(key: Sequence[Any]) -> dict[str, set[str]]:
    """Return the cells that rows of a cell have, by role."""
    period, reporter, partner, flow, product = key[:5]
    return {
        "period": {bare(period)},
        "reporter": {bare(reporter)},
        "partner": {bare(partner)},
        "flow": {bare(code) for code, one in FLOWS.items() if one == flow},
        "product": {bare(product)},
    }


def usd(value: float) -> str:
    """Return an amount for a finding."""
    return f"USD {value:,.0f}"


# Where Parquet has numbers in these columns they are tested later, on the cells made from them:
# six times fewer. A code of a part that no cell has makes a cell of its own, so none is missed.
_LATER = ("reporter", "partner", "partner2", "mot", "unit", "cif", "fob", "mass", "quantity")
_LATER_TYPES = ("INTEGER", "BIGINT", "SMALLINT", "DOUBLE", "FLOAT", "BOOLEAN")


def stage(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> dict[str, frozenset[str]]:
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
            # Every row ends with a comma, so the cell behind it must be empty in all of them.
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
        # A view of a Parquet file reads it at every use; damage then shows inside `reading` of the
        # caller.
        (keep if file.is_kept else offer)(connection, file.rows, typed)
    return occurs


def _is_later(file: ComtradeFile, role: str) -> bool:
    kind = file.types[file.columns[role]]
    # A BOOLEAN cannot be wrong, and an old flag next to the newer columns is not used.
    yes_no = kind == "BOOLEAN" and role in ("mass_estimated", "quantity_estimated", "original")
    flag = role == "flag" and "mass_estimated" in file.columns
    return yes_no or flag or (role in _LATER and kind in _LATER_TYPES)


def recheck(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile, *, table: str = CELL
) -> None:
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
    # Only now each row is tested, to name the first wrong one; the error below is for the
    # impossible case that the cells are wrong and no row is.
    if numbers or {str(code) for code in partners or ()} - set(codes.split(", ")):
        verify_parquet(connection, file.path, file.name, file.types, rules(file.columns))
        raise BadFileError("rows that cannot be read", where=file.name)


def _typed(file: ComtradeFile, occurs: dict[str, frozenset[str]]) -> str:
    """Return SQL for the columns of the rows; texts are changed only where some need it."""
    year = _integer(file, "period")
    customs = _text(file, "customs", occurs)
    columns = {
        "period": year,
        "told_freq": _text(file, "freq", occurs),
        "reporter": _integer(file, "reporter"),
        "partner": _integer(file, "partner"),
        "flow": _flow(file, occurs),
        "product": _product(file, occurs),
        # HS is what Comtrade writes for "as reported": it names no edition.
        "edition": f"nullif(nullif({_text(file, 'edition', occurs)}, ''), 'HS')",
        "original": _yes(file, "original") if "original" in file.columns else "true",
        # A file without the column reads as empty: one test serves for both.
        "customs": f"CASE WHEN {customs} = 'C00' THEN '' ELSE {customs} END",
        "mot": f"coalesce({_integer(file, 'mot')}, 0)",
        "partner2": f"coalesce({_integer(file, 'partner2')}, 0)",
        "value": _number(file, "value"),
        "cif": _number(file, "cif"),
        "fob": _number(file, "fob"),
        # Where a weight or quantity is not known, Comtrade has zero.
        "mass": f"nullif({_number(file, 'mass')}, 0)",
        "quantity": f"nullif({_number(file, 'quantity')}, 0)",
        "unit": _integer(file, "unit"),
        "mass_estimated": _estimated(file, "mass", "4"),
        "quantity_estimated": _estimated(file, "quantity", "2"),
    }
    return ", ".join(f"{sql} AS {name}" for name, sql in columns.items())


def _flow(file: ComtradeFile, occurs: dict[str, frozenset[str]]) -> str:
    text = _text(file, "flow", occurs)
    # Codes of today need no CASE; where it is not known what occurs, "1" makes sure there is one.
    if all(FLOWS.get(one) == one for one in occurs.get("flow", ["1"])):
        return text
    cases = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in FLOWS.items())
    return f"CASE {text} {cases} END"


def _product(file: ComtradeFile, occurs: dict[str, frozenset[str]]) -> str:
    """Return SQL for codes with the zero in front that programs lose: HS has even lengths only."""
    code = _text(file, "product", occurs)
    if all(one == "TOTAL" or (one.isdigit() and len(one) % 2 == 0) for one in occurs["product"]):
        return code
    return (
        f"CASE WHEN {code} = '9999AA' THEN '999999' WHEN length({code}) % 2 = 1 AND "
        f"{code} <> 'TOTAL' THEN '0' || {code} ELSE {code} END"
    )


def _text(file: ComtradeFile, role: str, occurs: dict[str, frozenset[str]]) -> str:
    """Return SQL for a text; without blanks around it, where some have them."""
    column = file.columns.get(role)
    if not column:
        return "''"
    kind = file.types[column]
    clean = role in occurs and all(one and one == one.strip() for one in occurs[role])
    return quoted(column) if clean and kind == "VARCHAR" else cell_text(column, kind)


def _integer(file: ComtradeFile, role: str) -> str:
    column = file.columns.get(role)
    if not column:
        return "NULL::INTEGER"
    kind = file.types[column]
    if kind == "INTEGER":
        return quoted(column)
    cell = f"trim({quoted(column)})" if kind == "VARCHAR" and file.delim else quoted(column)
    integer = f"try_cast({cell} AS INTEGER)"
    if kind not in _LATER_TYPES:
        return integer
    # A number that is no code (0.4, infinity) is none of the codes: the nearest may be a total's.
    return f"CASE WHEN {integer} = {cell} THEN {integer} WHEN {cell} IS NOT NULL THEN -2 END"


def _number(file: ComtradeFile, role: str) -> str:
    column = file.columns.get(role)
    if not column:
        return "NULL::DOUBLE"
    text = file.types[column] == "VARCHAR"
    cell = f"nullif(trim({quoted(column)}), '')" if text else quoted(column)
    return f"{cell}::DOUBLE"


def _yes(file: ComtradeFile, role: str) -> str:
    column = file.columns[role]
    kind = file.types[column]
    return (
        quoted(column)
        if kind == "BOOLEAN"
        else f"lower({cell_text(column, kind)}) IN ('true', '1')"
    )


def _estimated(file: ComtradeFile, role: str, flag: str) -> str:
    """Return SQL for whether an amount is estimated: its own column, else the flag of old files."""
    if f"{role}_estimated" in file.columns:
        return _yes(file, f"{role}_estimated")
    if "flag" in file.columns:
        column = file.columns["flag"]
        # The first sign: flags occur as 4 and as 4.0. 6 is both quantity and weight.
        return f"{cell_text(column, file.types[column])}[1] IN ({literal(flag)}, '6')"
    return "NULL::BOOLEAN"


# What each cell of a file of Comtrade must be.


FLOWS = {"1": "M", "2": "X", "3": "RX", "4": "RM"} | {
    code: code for code in ("M", "X", "RX", "RM", "DX", "FM", "MIP", "MOP", "XIP", "XOP")
}
"""Comtrade's flows, and the numbers that older files have for them."""

_LOST = "its trade would be lost from every total"
_UNKNOWN = "an unknown amount is empty"
_AGAIN = "look at the row, or use the file as Comtrade ships it"
_OPTIONAL = f"({NUMBER})?"
_YES_NO = frozenset(
    text for yes in ("true", "false") for text in (yes, yes.title(), yes.upper())
) | {"", "0", "1"}


def rules(columns: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return what cells must be.

    Parameters
    ----------
    columns
        Name of the column of each role in the file.
    """
    # The year is an argument so that a process that runs over New Year does not keep the old rules.
    made = {rule.column: rule for rule in _rules(date.today().year)}
    return tuple(
        replace(one, column=columns[role]) for role, one in made.items() if role in columns
    )


@cache
def _rules(year: int) -> tuple[Rule, ...]:
    """Return the rules by role, as they are in a year."""
    areas = _numbers(by_code("comtrade"))
    place = "if the area is new, it has to be added to model/areas.csv"
    return (
        Rule(
            "type",
            "not trade in goods",
            allowed=frozenset({"C"}),
            why="only commodities (C) are read; services have other codes and no weight",
            hint="ask Comtrade for typeCode C",
        ),
        Rule("freq", "neither a year (A) nor a month (M)", allowed=frozenset("AM"), hint=_AGAIN),
        Rule("period", "no year or month", allowed=_periods(year), why=_LOST, hint=_AGAIN),
        Rule("reporter", "unknown reporter", allowed=areas, why=_LOST, hint=place),
        Rule("partner", "unknown partner", allowed=areas, why=_LOST, hint=place),
        Rule(
            "partner2",
            "not a code of a second partner",
            "[0-9]{0,4}([.]0)?",
            repeats=True,
            hint=_AGAIN,
        ),
        Rule("customs", "not a customs procedure", "([A-Z][0-9]{2})?", repeats=True, hint=_AGAIN),
        Rule("mot", "not a mode of transport", "[0-9]{0,4}([.]0)?", repeats=True, hint=_AGAIN),
        Rule("flow", "unknown trade flow", allowed=frozenset(FLOWS), why=_LOST, hint=_AGAIN),
        Rule(
            "edition",
            "not an edition of the Harmonized System",
            allowed=frozenset(one.comtrade for one in EDITIONS) | {"HS"},
            why="SITC (S1 to S4), BEC and services count the same trade in other codes",
            hint="ask Comtrade for classification HS (clCode=HS); H0 to H6 are known",
        ),
        Rule("original", "neither true nor false", allowed=_YES_NO, hint=_AGAIN),
        Rule(
            "product",
            "not a product code of up to six digits",
            "[0-9]{1,6}|TOTAL|9999AA",
            repeats=True,
            why="longer codes are national tariff lines and differ from country to country",
            hint="ask Comtrade for TOTAL, AG2, AG4 or AG6, not for tariff lines",
        ),
        _rules_number("value", "not a value of zero or more", NUMBER, _LOST),
        _rules_number("cif", "not a value of zero or more", _OPTIONAL, _LOST),
        _rules_number("fob", "not a value of zero or more", _OPTIONAL, _LOST),
        _rules_number("mass", "not a weight of zero or more", _OPTIONAL, _UNKNOWN),
        _rules_number("quantity", "not a quantity of zero or more", _OPTIONAL, _UNKNOWN),
        Rule(
            "unit", "not a unit of quantity", "(-1|[0-9]{1,3}([.]0)?)?", repeats=True, hint=_AGAIN
        ),
        Rule("mass_estimated", "neither true nor false", allowed=_YES_NO, hint=_AGAIN),
        Rule("quantity_estimated", "neither true nor false", allowed=_YES_NO, hint=_AGAIN),
        Rule(
            "flag",
            "not a flag of estimation",
            allowed=frozenset({"", "0", "2", "4", "6", "0.0", "2.0", "4.0", "6.0"}),
            why="0 is no estimate, 2 quantity, 4 weight, 6 both",
            hint=_AGAIN,
        ),
    )


def _rules_number(role: str, what: str, pattern: str, why: str) -> Rule:
    return Rule(role, what, pattern, least=0.0, why=why, hint=_AGAIN)


def _numbers(codes: Mapping[str, str]) -> frozenset[str]:
    """Return codes as they are written, with zeros in front, or as decimals by a spreadsheet."""
    return frozenset(text for one in codes for text in (one, one.zfill(3), f"{one}.0"))


def _periods(last: int) -> frozenset[str]:
    first = int(source_info("comtrade").bounds.years.least or 0)
    years = range(first, last + 1)
    return frozenset(
        [f"{year}" for year in years]
        + [f"{year}{month:02}" for year in years for month in range(1, 13)]
    )
