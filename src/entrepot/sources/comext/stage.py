"""From cells of text to typed lines: one row a line of the file, in a Parquet file of our own.

Whatever is asked of the lines afterwards (which countries, which codes, is a line there twice)
reads that file and not the text again. Lines of a small file stay in the connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.sources.comext.rules import INDICATORS
from entrepot.sources.parquet import read_parquet, reading
from entrepot.sources.strict import literal
from entrepot.sources.temp_tables import is_small, keep

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from entrepot.sources.comext.reading import Checked

__all__ = ["stage", "written"]

_UNIT = "supplementary unit of the code"  # tables do not name it
# One area, two codes in use: the same line may not be there under both.
_SAME = {"EL": "GR", "UK": "GB", "RS": "XS"}
_TELLS_APART = ("freq", "indicator", "procedure", "trade", "unit")


def stage(connection: duckdb.DuckDBPyConnection, file: Checked, raw: Path, target: Path) -> str:
    """Write the lines of a file, and return what to read them from.

    Columns: ``freq``, ``period``, ``reporter``, ``partner`` (codes or names), ``product``,
    ``is_import``, ``procedure``, ``trade``, ``unit``, ``flag``, ``tells_value`` (whether the line
    is one of values), ``value`` (EUR), ``mass`` (kg), ``quantity``, and ``mark``, the same in two
    lines that differ at most in country and number.

    Raises
    ------
    BadFileError
        If a part of the file that no rule looks at is damaged.
    """
    period, freq = _when(file)
    product = _product(file)
    cells = {
        "freq": freq,
        "period": period,
        "reporter": _country(file, "reporter"),
        "partner": _country(file, "partner"),
        "product": product,
        "is_import": f"{file.cell('flow')} IN ('1', 'IMPORT')",
        "procedure": file.cell("procedure"),
        "trade": file.cell("trade"),
        "flag": file.cell("flag"),
        **(_long(file) if file.form.long else _wide(file)),
        "mark": f"hash({', '.join([product, *_apart(file)])})",
    }
    columns = ", ".join(f"{sql} AS {name}" for name, sql in cells.items())
    with reading(file.name):
        return written(
            connection, "comext_line", f"SELECT {columns} FROM {file.table}", raw, target
        )


def written(
    connection: duckdb.DuckDBPyConnection, name: str, query: str, raw: Path, target: Path
) -> str:
    """Write the rows of a query; return what to read them from.

    Those of a small file are kept under a name in the connection, which is cheaper.
    """
    if is_small(raw):
        keep(connection, name, query)
        return name
    connection.sql(query).write_parquet(str(target))
    return read_parquet(target)


def _apart(file: Checked) -> list[str]:
    """Return the cells that tell a line apart, but for product and countries."""
    roles = [file.cell(role) for role in ("flow", "period", *_TELLS_APART)]
    return roles + [file.cells[name] for name in sorted(file.form.beside) if name in file.cells]


def _when(file: Checked) -> tuple[str, str]:
    cell = file.cell("period")
    year = f"left({cell}, 4)::INTEGER"
    if file.form.long:
        yearly, month = f"length({cell}) = 4", f"right({cell}, 2)::INTEGER"
    else:  # 202352: the whole of 2023, which annual extracts call 2023
        yearly = f"(length({cell}) = 4 OR right({cell}, 2) = '52')"
        month = f"right({cell}, 2)::INTEGER"
    start = f"make_date({year}, CASE WHEN {yearly} THEN 1 ELSE {month} END, 1)"
    return start, f"CASE WHEN {yearly} THEN 'A' ELSE 'M' END"


def _country(file: Checked, role: str) -> str:
    cell = file.cell(role)
    if file.form.labelled:
        return cell
    cases = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in _SAME.items())
    return f"CASE {cell} {cases} ELSE {cell} END"


def _product(file: Checked) -> str:
    """Return SQL for the code, with the zero that spreadsheets lose: levels have 2, 4, 6, 8."""
    cell = file.cell("product")
    if file.form.labelled and file.column("product") == "PRODUCT":
        cell = rf"regexp_extract({cell}, '\[([0-9A-Z]+)\]$', 1)"
    odd = f"{cell} <> 'TOTAL' AND length({cell}) % 2 = 1"
    return f"CASE WHEN {odd} THEN '0' || {cell} ELSE {cell} END"


def _number(cell: str) -> str:
    return f"nullif(nullif({cell}, ''), ':')::DOUBLE"


def _wide(file: Checked) -> dict[str, str]:
    numbers = {role: _number(file.cell(role)) for role in ("value", "mass", "quantity")}
    unit = f"nullif(nullif({file.cell('unit')}, ''), 'NO_SU')"
    return {"tells_value": "true", **numbers, "unit": unit}


def _long(file: Checked) -> dict[str, str]:
    which, amount = file.cell("indicator"), _number(file.cell("amount"))
    numbers = {}
    for role in ("value", "mass", "quantity"):
        cases = " ".join(
            f"WHEN {literal(name)} THEN {_times(amount, factor)}"
            for name, (mine, factor) in INDICATORS.items()
            if mine == role
        )
        numbers[role] = f"CASE {which} {cases} END"
    values = ", ".join(literal(name) for name, (role, _) in INDICATORS.items() if role == "value")
    return {"tells_value": f"{which} IN ({values})", **numbers, "unit": literal(_UNIT)}


def _times(number: str, factor: int) -> str:
    """Return SQL for a product to a thousandth: 1772.9 times 100 is 177290, not a hair more."""
    return number if factor == 1 else f"round({number} * {factor}, 3)"
