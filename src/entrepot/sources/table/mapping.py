"""The mapping of a user's table: closed YAML: what each column is and how numbers stand."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from entrepot.errors import BadFileError, RequestError
from entrepot.model.closed_yaml import Title, WebAddress, parse_closed
from entrepot.model.display import MONEY
from entrepot.sources.strict import literal
from entrepot.sources.text import group_of

NAME = "mapping"
"""What a mapping is called in messages where its file is not known."""

TextList = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: value if isinstance(value, list | tuple) else [value]),
]
_SIGNS = {"tab": "\t", "comma": ",", "semicolon": ";"}
Delimiter = Annotated[
    str,
    BeforeValidator(lambda value: _SIGNS.get(value, value) if isinstance(value, str) else value),
    # One sign, and none that quotes cells or ends lines.
    Field(pattern='^[^"\\r\\n]$'),
]
Flow = Literal["import", "export", "reexport", "reimport"]
Basis = Literal["destination", "origin", "consignment"]
Valuation = Literal["FOB", "CIF"]
Freq = Literal["A", "Q", "M"]
ReportingSide = Literal["exporter", "importer", "both"]


def _start(said: object) -> date:
    """Return the first day of a year or month, or a day."""
    text = str(said)
    if re.fullmatch("[0-9]{4}(-[0-9]{2}){0,2}", text):
        with suppress(ValueError):  # the 30th of February
            return date.fromisoformat(text + "-01" * (2 - text.count("-")))
    raise RequestError(
        f"not the year, month or day when an edition begins: {text!r}",
        hint="write {2017: HS2017, 2022-07-01: HS2022}",
    )


def _distinct(said: object) -> object:
    """Refuse two editions from one day on, written in two ways."""
    found: dict[date, object] = {}
    for text in said if isinstance(said, dict) else ():
        if (first := found.setdefault(_start(text), text)) != text:
            raise RequestError(
                f"{first!r} and {text!r} are the same day",
                why="of two editions from one day on only one can be right",
                hint="leave one of the two out",
            )
    return said


Editions = Annotated[
    dict[Annotated[date, BeforeValidator(_start)], str], BeforeValidator(_distinct)
]


def _currency(text: str) -> str:
    if text not in MONEY:
        raise ValueError("not a currency of ISO 4217, such as USD, EUR or CAD")
    return text


class Constants(BaseModel):
    """What holds for a whole file, or for one column of numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    reporter: str | None = None
    partner: str | None = None
    exporter: str | None = None
    importer: str | None = None
    flow: Flow | None = None
    product: str | None = None
    nomenclature: str | None = None
    period: str | None = None
    month: str | None = None
    freq: Freq | None = None
    valuation: Valuation | None = None
    partner_basis: Basis | None = None
    reported_by: ReportingSide | None = None

    def constants(self) -> dict[str, str]:
        """Return what is said, by name."""
        return {name: value for name in CONSTANTS if (value := getattr(self, name)) is not None}


class MappedColumn(Constants):
    """What one column of the file is.

    Attributes
    ----------
    role
        See `Role`.
    codes
        How areas are written (``M49``, ``ISO3``, ``names`` ...), or a table of the file's own.
    own
        Own table on top: cell to what it means, for odd spellings; `leave_out` for rows to leave
        out.
    leave_out
        Cells whose rows are left out: totals beside their parts.
    order
        Of days in a column of periods: ``DMY`` (31/12/2024) or ``MDY`` (12/31/2024).
    pad
        Digits of a code whose zeros at the front were lost; ``even``: to the next even number.
    pattern
        Regular expression whose first group is the code, for codes inside words, or the area, for
        names with more behind them.
    cut
        Digits to keep of longer codes.
    import_, export, reexport, reimport
        How a column of flows writes each.
    currency, scale
        Of values: ISO 4217, and the number that each cell is multiplied by.
    unit
        Of a mass ``kg`` or ``t``; of a quantity any word.
    yes, no
        How a column of marks writes either.
    """

    role: Role
    codes: str | dict[str, str] | None = None
    own: dict[str, str] = Field(default_factory=dict)
    leave_out: TextList = ()
    order: Literal["DMY", "MDY"] | None = None
    # Nine: Japan's national lines.
    pad: Literal[2, 4, 6, 8, 9, 10, "even"] | None = None
    pattern: str | None = None
    cut: Literal[2, 4, 6, 8] | None = None
    import_: TextList = Field(default=(), alias="import")
    export: TextList = ()
    reexport: TextList = ()
    reimport: TextList = ()
    currency: Annotated[str, AfterValidator(_currency)] | None = None
    scale: Annotated[float, Field(gt=0, le=1e12, allow_inf_nan=False)] | None = None
    unit: str | None = None
    yes: TextList = ()
    no: TextList = ()

    # Before the fields are tested, in which "leave_out" would be an unknown area.
    @model_validator(mode="before")
    @classmethod
    def _leaves_out(cls, data: Any) -> Any:
        """Read cells of the own table that are to be left out, as a draft asks for them."""
        own = data.get("own") if isinstance(data, dict) else None
        out = [cell for cell, said in own.items() if said == "leave_out"] if own else []
        if not out or not isinstance(own, dict):
            return data
        known = data.get("leave_out") or []
        return data | {
            "own": {cell: said for cell, said in own.items() if cell not in out},
            "leave_out": [*([known] if isinstance(known, str) else known), *out],
        }

    @model_validator(mode="after")
    def _fits_its_role(self) -> MappedColumn:
        known = keys_of(self.role)
        fields = type(self).model_fields
        # Keys that were written; defaults go with every role.
        for name in sorted(self.model_fields_set - {"role"}):
            # `import` is a keyword of Python, so its field is import_.
            key = fields[name].alias or name
            if key not in known:
                raise RequestError(
                    f"{key!r} does not go with the role {self.role!r}",
                    why="an ignored key could hide a mistake",
                    hint=f"known here: {', '.join(known)}" if known else "leave it out",
                )
        if self.pattern is not None and _groups(self.pattern) != 1:
            raise RequestError(
                f"not a pattern with one group: {self.pattern!r}",
                hint=r"put the code into round brackets, such as '\[([0-9]+)\]'",
            )
        if self.pattern is not None:
            group_of(self.pattern, "")  # refuses what cannot be searched for
        if self.role == "mass" and self.unit not in ("kg", "t"):
            raise RequestError("a mass needs its unit", hint="add unit: kg or unit: t")
        if isinstance(self.codes, str) and self.codes.lower() not in SYSTEMS:
            raise RequestError(
                f"unknown system of area codes: {self.codes!r}",
                hint=f"one of {', '.join(SYSTEMS.values())}, or a table {{110: HKG}}",
            )
        return self


class Mapping(Constants):
    """What a whole file is; see docs/how-to/load-any-table.

    Attributes
    ----------
    id, title, publisher, licence, url
        What the table is called, and whose it is.
    encoding, delimiter, decimal, thousands
        How a text is written.
    header_row, header_rows, skip, first_row, last_row, sheet
        Row with the names of the columns (the first is 1), or the number of rows above it; how
        many rows make up the names, the last of which that is; first row that counts, where
        others stand between it and the names, and last one; sheet of a workbook, or table of a
        web page or JSON.
    year_starts
        Month in which fiscal years begin that are written 2022-23 (4: April to March). Such years
        are kept apart from calendar years.
    missing
        What stands in a cell without a number, besides nothing.
    level
        Digits of the product codes that are wanted where several levels stand in one file, or
        ``total``.
    select
        Column to values: rows with other values are left out.
    repeated
        What to do where several rows say one cell: ``refuse``, ``sum`` (they are parts that add
        up), ``once`` (they are copies: one is kept if all are equal) or ``totals`` (one is what
        the others add up to, and is kept).
    reexports
        ``within``: re-exports are part of the exports (and re-imports of the imports), so that
        their rows are left out; ``apart``: they are not.
    scope
        ``complete``: the table has all goods of the flows in it, however few codes they are. Where
        a row over all goods is there, too, the codes have to add up to it.
    currency, scale
        Of every column of values that does not say its own.
    editions
        Edition of the codes from a year, month or day on, where it changed: ``{2017: HS2017, 2022:
        HS2022}``; in place of `nomenclature`.
    columns, ignore
        Every column of the file, mapped, ignored, or looked at by `select`.
    wide
        What the columns are whose names are periods.
    """

    format: Literal[1]
    id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")] | None = None
    title: Title | None = None
    publisher: Title | None = None
    licence: Title | None = None
    url: WebAddress | None = None
    encoding: str | None = None
    delimiter: Delimiter = ","
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'", "’"] | None = None
    header_row: Annotated[int, Field(ge=1)] | None = None
    header_rows: Annotated[int, Field(ge=1, le=5)] = 1
    skip: Annotated[int, Field(ge=0)] | None = None
    first_row: Annotated[int, Field(ge=2)] | None = None
    last_row: Annotated[int, Field(ge=2)] | None = None
    sheet: str | None = None
    # From 2 on: a fiscal year that begins in January is a calendar year.
    year_starts: Annotated[int, Field(ge=2, le=12)] | None = None
    missing: TextList = ()
    level: Literal[2, 4, 6, 7, 8, 9, 10, 11, 12, "total"] | None = None
    select: dict[str, TextList] = Field(default_factory=dict)
    repeated: Literal["refuse", "sum", "once", "totals"] = "refuse"
    reexports: Literal["within", "apart"] = "within"
    scope: Literal["complete"] | None = None
    currency: Annotated[str, AfterValidator(_currency)] | None = None
    scale: Annotated[float, Field(gt=0, le=1e12, allow_inf_nan=False)] | None = None
    editions: Editions = Field(default_factory=dict)
    columns: dict[str, MappedColumn]
    wide: MappedColumn | None = None
    ignore: TextList = ()

    @model_validator(mode="after")
    def _makes_sense(self) -> Mapping:
        if self.header_row is not None and self.skip is not None:
            raise RequestError(
                "header_row and skip say the same", hint="keep header_row, and leave out skip"
            )
        if self.header_rows > self.head:
            raise RequestError(
                f"{self.header_rows} rows of names that end in row {self.head}",
                hint="header_row is the last of them",
            )
        if self.first_row and not self.head < self.first_row <= (self.last_row or self.first_row):
            raise RequestError(
                f"first_row {self.first_row} is not below row {self.head} with the names, or after "
                "last_row",
                hint="first_row and last_row are the first and the last row that counts",
            )
        if self.thousands == self.decimal:
            raise RequestError(
                f"{self.decimal!r} cannot part thousands and decimals at once",
                hint="say decimal and thousands as the file has them",
            )
        if self.editions and self.nomenclature is not None:
            raise RequestError(
                "nomenclature and editions say the same",
                hint="keep editions where the codes changed from a year on, else nomenclature",
            )
        for name, column in (*self.columns.items(), *([("wide", self.wide)] if self.wide else ())):
            if self.editions and (column.role == "nomenclature" or column.nomenclature):
                raise RequestError(
                    f"the nomenclature is said twice: by editions and by {name!r}",
                    hint="leave editions out, or ignore the column that says it",
                )
        if self.wide is not None and self.wide.role not in NUMBERS:
            raise RequestError("wide says what columns of numbers are", hint="write role: value")
        return self

    @property
    def head(self) -> int:
        """Row with the names of the columns; the first is 1."""
        return self.header_row or (self.skip or 0) + 1

    def counts(self, row: int) -> bool:
        """Whether a row is the names of the columns or below them, up to the last that counts."""
        is_between = self.head < row < (self.first_row or 0)
        return self.head <= row <= (self.last_row or row) and not is_between


def _groups(pattern: str) -> int:
    try:
        return re.compile(pattern).groups
    except re.error:
        return -1


# In the text and not in the parsed YAML: the answer lists lines, and comments hold the questions.
_OPEN = re.compile(r"\bTODO\b")


def read_mapping(text: str) -> Mapping:
    """Read the text of a mapping.

    Raises
    ------
    BadFileError
        With line and key; if a question of a draft is still open, with all of them.
    """
    if not text.strip():
        raise BadFileError(
            "the mapping is empty",
            where=NAME,
            why="it says what each column of the table is",
            hint="draft one: entrepot data map FILE > map.yaml (an empty file is left where that "
            "failed: what it said is on the screen)",
        )
    questions = [
        f"line {number}: {line.strip()}"
        for number, line in enumerate(text.splitlines(), 1)
        if _OPEN.search(line)
    ]
    if questions:
        raise BadFileError(
            f"{len(questions)} line{'s' if len(questions) > 1 else ''} of the draft still open",
            where=NAME,
            why="what a file does not say is never guessed",
            hint="answer in place of every TODO: " + " | ".join(questions),
        )
    return parse_closed(text, Mapping, name=NAME)


# What a column can be, and what can be said about it.


Role = Literal[
    "reporter",
    "partner",
    "exporter",
    "importer",
    "flow",
    "product",
    "nomenclature",
    "period",
    "year",
    "quarter",
    "month",
    "freq",
    "value",
    "currency",
    "mass",
    "quantity",
    "quantity_unit",
    "valuation",
    "partner_basis",
    "reported_by",
    "is_estimated",
    "is_reexport",
]
AREAS = ("reporter", "partner", "exporter", "importer")
NUMBERS = ("value", "mass", "quantity")
MARKS = ("is_estimated", "is_reexport")

CONSTANTS = (
    *("reporter", "partner", "exporter", "importer", "flow", "product", "nomenclature"),
    *("period", "month", "freq", "valuation", "partner_basis", "reported_by"),
)
"""What can be said once for a whole file, or for one column of numbers."""

SYSTEMS = {
    "m49": "M49",
    "comtrade": "comtrade",
    "baci": "BACI",
    "iso2": "ISO2",
    "iso3": "ISO3",
    "names": "names",
    "eurostat": "eurostat",
    "gacc": "GACC",
    "imf": "IMF",
    "japan": "japan",
    "brazil": "brazil",
    "census": "census",
    "canada": "canada",
}
"""Systems of area codes, as they are compared and as they are shown."""

_WORDS = ("own", "leave_out")
_KEYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(AREAS, ("codes", "pattern", *_WORDS)),
    "period": ("order", *_WORDS),
    "product": ("pad", "pattern", "cut", *_WORDS),
    "flow": ("import", "export", "reexport", "reimport", "leave_out"),
    "value": ("currency", "scale", *CONSTANTS),
    "mass": ("unit", "scale", *CONSTANTS),
    "quantity": ("unit", "scale", *CONSTANTS),
    **dict.fromkeys(MARKS, ("yes", "no")),
}


def keys_of(role: Role) -> tuple[str, ...]:
    """Return the keys that a column with a role may have beside it.

    Examples
    --------
    >>> keys_of("reporter")
    ('codes', 'pattern', 'own', 'leave_out')
    """
    return _KEYS.get(role, _WORDS)


BLANKS = " \t\u00a0\u2009\u202f"
"""What is taken off both ends of a cell."""


def number_pattern(mapping: Mapping) -> str:
    """Return the pattern of a number of zero or more, in the syntax that RE2 and Python share."""
    point = re.escape(mapping.decimal)
    # Fifteen digits fit a DOUBLE exactly.
    digits = "[0-9]{1,15}"
    if mapping.thousands:
        sign = _separator(mapping.thousands)
        grouped = f"[0-9]{{1,3}}(?:{sign}[0-9]{{3}}){{1,4}}"
        # India parts lakhs and crores: 1,23,45,678.
        indian = f"[0-9]{{1,2}}(?:{sign}[0-9]{{2}}){{1,5}}{sign}[0-9]{{3}}"
        digits = f"(?:{grouped}|{indian}|{digits})"
    # Some programs write three digits after the e: 2.50925e+007.
    return f"(?:{digits}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?0*[0-9]{{1,2}})?"


def number_sql(text: str, mapping: Mapping) -> str:
    """Return SQL for the number that a text of that pattern stands for."""
    for sign in _signs(mapping.thousands):
        text = f"replace({text}, {literal(sign)}, '')"
    if mapping.decimal != ".":
        text = f"replace({text}, {literal(mapping.decimal)}, '.')"
    return f"{text}::DOUBLE"


def is_missing(text: str, mapping: Mapping) -> bool:
    """Whether a cell says that there is no number."""
    return text == "" or text in mapping.missing


def missing_sql(text: str, mapping: Mapping) -> str:
    """Return SQL for the same."""
    return f"{text} IN ({', '.join(map(literal, ('', *mapping.missing)))})"


def is_number(text: str, mapping: Mapping) -> bool:
    """Whether a cell is a number as the mapping has them."""
    return re.fullmatch(number_pattern(mapping), text) is not None


def _signs(thousands: str | None) -> tuple[str, ...]:
    """Return the signs that part thousands; a blank may be narrow, or one that never breaks."""
    if thousands is None:
        return ()
    # Blanks that do not break, thin and narrow ones look like a blank and occur in one file.
    if thousands == " ":
        return (" ", "\u00a0", "\u2009", "\u202f")
    return ("'", "’") if thousands in ("'", "’") else (thousands,)


def _separator(thousands: str) -> str:
    return "[" + "".join(map(re.escape, _signs(thousands))) + "]"
