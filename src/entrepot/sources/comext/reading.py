"""One checked file of Comext, text or Parquet, as cells of text that SQL can name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.sources.parquet import (
    cell_text,
    find_parquet_rows,
    is_parquet,
    parquet_types,
    read_parquet,
    reading,
    verify_parquet,
)
from entrepot.sources.strict import NUMBER, Rule, find_rows, literal, quoted, read_text, verify
from entrepot.sources.temp_tables import is_small, keep
from entrepot.sources.text import column_faults, header

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import FileTable


@dataclass(frozen=True, slots=True)
class Checked:
    """A file whose every cell follows its rule.

    Attributes
    ----------
    form, name
        Its shape, and its name for messages.
    table
        SQL to select from.
    cells
        SQL for the text of a cell, by the name of its column in capitals.
    rows
        Returns the numbers of the rows whose cells are the given texts, by name of column.
    """

    form: Form
    name: str
    table: str
    cells: dict[str, str]
    rows: Callable[[Mapping[str, str]], list[int]]

    def cell(self, role: str) -> str:
        """Return SQL for the text of the cell with a role; an empty one if there is no column."""
        named = (column for column in self.cells if self.form.roles.get(column) == role)
        return self.cells.get(next(named, ""), "''")

    def column(self, role: str) -> str:
        """Return the name of the column with a role, in capitals."""
        return next(column for column in self.cells if self.form.roles.get(column) == role)


def checked(connection: duckdb.DuckDBPyConnection, table: FileTable) -> Checked:
    """Check every cell of a file.

    Raises
    ------
    BadFileError
        If it has not the columns of Comext, or naming the first row that breaks a rule.
    """
    if is_parquet(table.path):
        return _parquet(connection, table)
    columns = header(table.path, table.name)
    form = form_of(columns, table.name)
    verify(connection, table.path, table.name, columns, rules(form, columns))
    places = {column.upper(): place for place, column in enumerate(columns)}

    def rows(wanted: Mapping[str, str]) -> list[int]:
        return find_rows(
            table.path,
            table.name,
            lambda row: all(row[places[key]].strip() == text for key, text in wanted.items()),
        )

    cells = {name.upper(): f"trim(coalesce({quoted(name)}, ''))" for name in columns}
    return Checked(form, table.name, read_text(table.path, columns), cells, rows)


def _parquet(connection: duckdb.DuckDBPyConnection, table: FileTable) -> Checked:
    types = parquet_types(connection, table.path, table.name)
    form = form_of(list(types), table.name)
    verify_parquet(connection, table.path, table.name, types, rules(form, list(types)))
    cells = {name.upper(): cell_text(name, kind) for name, kind in types.items()}

    def rows(wanted: Mapping[str, str]) -> list[int]:
        condition = " AND ".join(f"{cells[key]} = {literal(text)}" for key, text in wanted.items())
        return find_parquet_rows(connection, table.path, table.name, condition)

    return Checked(form, table.name, read_parquet(table.path), cells, rows)


# The shapes in which the figures of Comext reach a user, told apart by their columns.


_CLASSES = "PRODUCT_SITC PRODUCT_BEC PRODUCT_BEC5 PRODUCT_SECTION"


@dataclass(frozen=True, slots=True)
class Form:
    """One shape.

    Attributes
    ----------
    name
        For messages.
    roles
        What each column is, by its name in capitals: ``reporter``, ``partner``, ``product``,
        ``flow``, ``period``; then either ``value``, ``mass``, ``quantity`` side by side or
        ``indicator`` and ``amount`` below each other; ``procedure``, ``trade``, ``unit``,
        ``flag``, ``freq``, ``dataset``.
    needed
        Roles without which it cannot be read.
    classifications
        Further columns that tell lines apart: other classifications of the goods.
    ignored
        Columns that say nothing that is kept.
    labelled
        Whether countries are written as names.
    """

    name: str
    roles: dict[str, str]
    needed: frozenset[str]
    classifications: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    labelled: bool = False

    @property
    def long(self) -> bool:
        """Whether values and quantities stand below each other."""
        return "indicator" in self.roles.values()


_CELL = frozenset({"reporter", "partner", "product", "flow", "period"})
_LABELLED = {
    "REPORTER": "reporter",
    "PARTNER": "partner",
    "FLOW": "flow",
    "INDICATOR": "indicator",
    "MONTH": "period",
    "VALUE_EUR": "amount",
}
_LONG = _CELL | {"indicator", "amount"}

FORMS = (
    Form(
        "a bulk file (full_v2_*.dat)",
        {
            "REPORTER": "reporter",
            "PARTNER": "partner",
            "TRADE_TYPE": "trade",
            "PRODUCT_NC": "product",
            "FLOW": "flow",
            "STAT_PROCEDURE": "procedure",
            "SUPPL_UNIT": "unit",
            "PERIOD": "period",
            "VALUE_EUR": "value",
            "QUANTITY_KG": "mass",
            "QUANTITY_SUPPL_UNIT": "quantity",
        },
        _CELL | {"value"},
        frozenset(f"{_CLASSES} PRODUCT_CPA21 PRODUCT_CPA22".split()),
        frozenset({"VALUE_NAC"}),
    ),
    Form(
        "an older bulk file (full*.dat)",
        {
            "DECLARANT_ISO": "reporter",
            "PARTNER_ISO": "partner",
            "TRADE_TYPE": "trade",
            "PRODUCT_NC": "product",
            "FLOW": "flow",
            "STAT_REGIME": "procedure",
            "SUPP_UNIT": "unit",
            "PERIOD": "period",
            "VALUE_IN_EUROS": "value",
            "QUANTITY_IN_KG": "mass",
            "SUP_QUANTITY": "quantity",
        },
        _CELL | {"value"},
        frozenset(
            f"{_CLASSES} PRODUCT_CPA2002 PRODUCT_CPA2008 PRODUCT_CPA2_1 DECLARANT PARTNER".split()
        ),
    ),
    Form(
        "a table of DS-045409 or DS-059341 (SDMX-CSV)",
        {
            "DATAFLOW": "dataset",
            "STRUCTURE_ID": "dataset",
            "FREQ": "freq",
            "REPORTER": "reporter",
            "PARTNER": "partner",
            "PRODUCT": "product",
            "FLOW": "flow",
            "INDICATORS": "indicator",
            "TIME_PERIOD": "period",
            "OBS_VALUE": "amount",
            "OBS_FLAG": "flag",
        },
        _LONG | {"dataset"},  # other data sets code their products in the same column otherwise
        ignored=frozenset({"LAST UPDATE", "STRUCTURE", "CONF_STATUS"}),
    ),
    Form(
        "a table with names of countries and a column of codes",
        {**_LABELLED, "CODE": "product"},
        _LONG,
        ignored=frozenset({"PRODUCT"}),
        labelled=True,
    ),
    Form(
        "a table with names of countries and codes in brackets",
        {**_LABELLED, "PRODUCT": "product"},
        _LONG,
        labelled=True,
    ),
)


def form_of(columns: Sequence[str], name: str) -> Form:
    """Return the shape that has these columns.

    Raises
    ------
    BadFileError
        If none has all of them, or a column is there twice.
    """
    names = [column.upper() for column in columns]
    for form in FORMS:
        if form.needed <= {form.roles.get(one) for one in names}:
            _require_known(form, names, name)
            return form
    raise BadFileError(
        f"not the columns of Comext: {', '.join(columns[:8])}{' ...' if len(columns) > 8 else ''}",
        where=f"{name}, row 1",
        why="known are bulk files (REPORTER, PARTNER, PRODUCT_NC, FLOW, PERIOD, VALUE_EUR ... or "
        "DECLARANT_ISO, PARTNER_ISO, ... VALUE_IN_EUROS) and tables of DS-045409 or DS-059341 "
        "(DATAFLOW, freq, reporter, partner, product, flow, indicators, TIME_PERIOD, OBS_VALUE)",
        hint="ask Eurostat for SDMX-CSV with codes, not labels; any other table can be added to "
        "the source `table` with a mapping",
    )


def _require_known(form: Form, names: list[str], name: str) -> None:
    known = {*form.roles, *form.classifications, *form.ignored}
    extra = [one for one in names if one not in known]
    roles = [form.roles[one] for one in names if one in form.roles]
    twice = sorted({one for one in names if names.count(one) > 1}) + sorted(
        {f"the {role}" for role in roles if roles.count(role) > 1}
    )
    if faults := column_faults(extra=extra, twice=twice):
        raise BadFileError(
            f"columns of {form.name}, but: {faults}",
            where=f"{name}, row 1",
            why="an unknown column may split one flow into several lines",
            hint="use the file as Eurostat ships it",
        )


# What each cell of a file of Comext must be, by the role of its column.


INDICATORS = {
    "VALUE_IN_EUROS": ("value", 1),
    "VALUE_EUR": ("value", 1),
    "QUANTITY_IN_100KG": ("mass", 100),
    "QUANTITY_KG": ("mass", 1),
    "SUPPLEMENTARY_QUANTITY": ("quantity", 1),
    "QUANTITY_SUPPL_UNIT": ("quantity", 1),
}
"""Role of an indicator, and what one unit of it is in euro or kg."""
# No file with an 8 is known.
PROCEDURES = frozenset("12345679")
TOTAL_PROCEDURE = "4"
"""In older files all procedures together; the others are its parts."""

_YEAR = "(19[89][0-9]|20[0-9]{2})"
_MONTH = "(0[1-9]|1[0-2])"
_MISSING = f"({NUMBER})?|:"
_LOST = "its trade would be lost from every total"
_AGAIN = "look at the row, or use the file as Eurostat ships it"
# Letters only behind the chapter, and only in even lengths: 39XXXXXX, 99SSS100, 39XX. Digits of odd
# length have lost the zero in front in a spreadsheet.
_CODE = "(TOTAL|[0-9]{1,8}|[0-9]{2}[0-9A-Z]{2}|[0-9]{2}[0-9A-Z]{4}|[0-9]{2}[0-9A-Z]{6})"


def rules(form: Form, columns: Sequence[str]) -> tuple[Rule, ...]:
    """Return the rules for the columns that a file has."""
    # Not kept, but tested and part of the mark: under a confidential code they separate two lines.
    classifications = dict.fromkeys(form.classifications, "class")
    found = [(column, (form.roles | classifications).get(column.upper())) for column in columns]
    return tuple(_rule(column, role, form) for column, role in found if role)


def _rule(column: str, role: str, form: Form) -> Rule:
    what, pattern, allowed = _rules(form)[role]
    return Rule(column, what, pattern, allowed, why=_LOST, hint=_AGAIN)


def _rules(form: Form) -> dict[str, tuple[str, str, frozenset[str] | None]]:
    area = (".+", "no country") if form.labelled else ("[A-Z][A-Z0-9_]+", "not a country code")
    number = ("neither a number of zero or more nor empty", _MISSING, None)
    anything = ".*"
    return {
        "reporter": (area[1], area[0], None),
        "partner": (area[1], area[0], None),
        "product": ("not a product code", _product(form), None),
        "flow": ("not a flow", anything, _flows(form)),
        "period": ("not a period", _period(form), None),
        "procedure": ("unknown statistical procedure", anything, PROCEDURES),
        "trade": ("unknown type of trade", "[A-Z]", None),
        "unit": ("not a unit", "[A-Za-z0-9_/ .-]*", None),
        "value": number,
        "mass": number,
        "quantity": number,
        "amount": number,
        "indicator": ("unknown indicator", anything, frozenset(INDICATORS)),
        "class": ("not a code of a classification", "[0-9A-Za-z ._/-]*", None),
        "flag": ("not a flag", "[a-z]{0,3}", None),
        "freq": ("not a frequency that is read here, A or M", anything, frozenset("AM")),
        "dataset": (
            "neither DS-045409 nor DS-059341",
            r"(ESTAT:)?(DS|ds)-(045409|059341)([(].*[)])?",
            None,
        ),
    }


def _product(form: Form) -> str:
    in_brackets = form.labelled and "CODE" not in form.roles
    # The last brackets are the code: names of goods have brackets too.
    return rf".*\[{_CODE}\]" if in_brackets else _CODE


def _flows(form: Form) -> frozenset[str]:
    return frozenset({"IMPORT", "EXPORT"} if form.labelled else {"1", "2"})


def _period(form: Form) -> str:
    if not form.long:
        # 52 is Eurostat's month of a complete year.
        return f"{_YEAR}({_MONTH}|52)?"
    return f"{_YEAR}(-{_MONTH})?"


# From cells of text to typed lines: one row a line of the file, in a Parquet file of our own.


_UNIT = "supplementary unit of the code"  # tables do not name it
# One area, two codes in use: the same line may not be there under both.
_SAME = {"EL": "GR", "UK": "GB", "RS": "XS"}
# The flag is not among them: one line with two flags is still one line twice.
_LINE_KEY = ("freq", "indicator", "procedure", "trade", "unit")


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
    product = _stage_product(file)
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
    roles = [file.cell(role) for role in ("flow", "period", *_LINE_KEY)]
    return roles + [
        file.cells[name] for name in sorted(file.form.classifications) if name in file.cells
    ]


def _when(file: Checked) -> tuple[str, str]:
    cell = file.cell("period")
    year = f"left({cell}, 4)::INTEGER"
    if file.form.long:
        yearly, month = f"length({cell}) = 4", f"right({cell}, 2)::INTEGER"
    else:  # 202352: the whole of 2023, which annual extracts call 2023
        yearly = f"(length({cell}) = 4 OR right({cell}, 2) = '52')"
        month = f"right({cell}, 2)::INTEGER"
    # CASE keeps the month 52, or the year's own digits, from reaching make_date.
    start = f"make_date({year}, CASE WHEN {yearly} THEN 1 ELSE {month} END, 1)"
    return start, f"CASE WHEN {yearly} THEN 'A' ELSE 'M' END"


def _country(file: Checked, role: str) -> str:
    cell = file.cell(role)
    if file.form.labelled:
        return cell
    cases = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in _SAME.items())
    return f"CASE {cell} {cases} ELSE {cell} END"


def _stage_product(file: Checked) -> str:
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
    # Products of decimals carry noise in DOUBLE: 0.07 * 100 is 7.000000000000001.
    return number if factor == 1 else f"round({number} * {factor}, 3)"
