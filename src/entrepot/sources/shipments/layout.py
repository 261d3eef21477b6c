"""The layout of a customs register: closed YAML that says what each column is."""

from __future__ import annotations

import re
from datetime import date  # noqa: TC003  pydantic reads it
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from entrepot.errors import BadFileError, RequestError, UnknownNameError
from entrepot.model.areas import areas
from entrepot.model.closed_yaml import Closed, Title, WebAddress, parse_closed
from entrepot.model.columns import columns as dictionary
from entrepot.model.display import MONEY
from entrepot.model.product import EDITIONS, edition_on
from entrepot.sources.strict import literal, quoted
from entrepot.sources.table.mapping import Delimiter, TextList  # noqa: TC001  pydantic reads them
from entrepot.sources.text import MAX_RECORD, encoding_of

if TYPE_CHECKING:
    from collections.abc import Sequence

ROW = "__row"
"""Column of the kept text: the row of the delivered file."""
SAME = "__same"
"""Column of the kept text that is alike in lines that are alike in all columns of the file."""
AREAS = ("origin", "dispatch", "consignment", "seller", "port", "destination")
"""Roles of columns that name a country (of a port, its place), each kept by itself."""
NAMES = ("sender", "receiver", "receiver_number", "maker", "brand")
"""Roles of columns that say who sent, received or made the goods."""
NUMBERS = ("value", "invoice_value", "mass_kg", "gross_kg", "quantity")
"""Roles of columns of numbers."""
Role = Literal[
    "declaration", "item", "sub_item", "status", "direction", "regime", "office",
    "date", "year", "month", "tariff_code", "description",
    "origin", "dispatch", "consignment", "seller", "port", "destination",
    "sender", "receiver", "receiver_number", "maker", "brand",
    "value", "invoice_value", "invoice_currency", "incoterm",
    "mass_kg", "gross_kg", "quantity", "quantity_unit",
]  # fmt: skip
_WORDS = {
    "status": ("final", "preliminary", "corrected", "annulled"),
    "direction": ("import", "export"),
}
"""What the words of a column may stand for."""
_ONLY = {
    "pad": ("tariff_code",),
    "words": ("status", "direction"),
    "form": ("date",),
    "own": AREAS,
    "exports": AREAS,
    "codes": AREAS,
    "person": ("receiver_number",),
    "kind": ("value",),
    "scale": NUMBERS,
    "label": tuple(name for name in NAMES if name != "receiver_number"),
}
"""Roles that a key of a column goes with; others go with all."""


MOST_WORDS = 200
"""Words of a cell that says nothing; every cell is compared with each of them."""
# A sign of strftime that DuckDB lacks would be an error of the engine, not of the layout.
_FORM = re.compile(r"([^%\0]|%(%|-?[dmyHIMSj]|[aAbBYpfgzZUWcxX]))+")
"""Signs of a form of days that the engine has."""


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression ({error})") from None
    return text


def _form(text: str) -> str:
    if not _FORM.fullmatch(text):
        raise ValueError("not a form of days such as %d.%m.%Y")
    return text


def _encoding(name: str) -> str:
    try:
        encoding_of(name)
    except (LookupError, ValueError):
        raise ValueError(f"unknown encoding: {name!r}") from None
    return name


class Field_(Closed):  # noqa: N801  pydantic has the other name
    """What one column of a register is.

    Attributes
    ----------
    role
        What it is, by the name of a column of the table ``shipments``.
    at
        In a file of fixed width, first and last character of the column; the first of a line is 1.
    pad
        Digits of a tariff code, where zeros at the front may be lost: a shorter code with an odd
        number of digits gets one.
    words
        How a column of status or direction writes each: ``{DEFINITIVO: final}``.
    form
        How days are written, in the signs of strftime: ``%d/%m/%Y``.
    own, codes
        Names or codes of areas beyond the known names; a table of codes by its name (``alpha2``,
        ``eurostat``, ``chile``), or ``names`` for a port that is given by its country.
    exports
        What a country is on lines of exports, if not the same: the ``destination``, or ``none``.
    person
        Regular expression that tax numbers of natural persons fulfil.
    kind
        Whether a value is that of the ``item``, or that of the ``header`` repeated on each item.
    scale
        What each number is multiplied by.
    label
        What stands in front of each name in its cell, and is no part of it: ``MARCA:``.
    """

    role: Role
    at: tuple[int, int] | None = None
    pad: Annotated[int, Field(ge=6, le=14)] | None = None
    words: dict[str, str] = Field(default_factory=dict)
    form: Annotated[str, AfterValidator(_form)] | None = None
    own: dict[str, str] = Field(default_factory=dict)
    codes: str | None = None
    exports: Literal["destination", "none"] | None = None
    person: Annotated[str, AfterValidator(_pattern)] | None = None
    kind: Literal["item", "header"] = "item"
    scale: Annotated[float, Field(gt=0, le=1e12, allow_inf_nan=False)] | None = None
    label: Annotated[str, Field(min_length=1, max_length=100)] = ""

    @model_validator(mode="after")
    def _fits_its_role(self) -> Field_:
        # Keys that were written; defaults go with every role.
        for key in sorted(self.model_fields_set & set(_ONLY)):
            if self.role not in _ONLY[key]:
                raise RequestError(
                    f"{key!r} does not go with the role {self.role!r}",
                    why="an ignored key could hide a mistake",
                    hint=f"it goes with: {', '.join(_ONLY[key])}",
                )
        if self.role in _WORDS and not self.words:
            raise RequestError(
                f"a column of {self.role} without words",
                why="what its cells mean is not guessed",
                hint=f"write words: {{WORD: {_WORDS[self.role][0]}}}",
            )
        if self.codes is not None and self.codes not in code_tables():
            raise UnknownNameError("table of codes", self.codes, code_tables())
        for word, meaning in self.words.items():
            if meaning not in _WORDS[self.role]:
                raise RequestError(
                    f"{word}: {meaning} is no {self.role}",
                    hint=f"one of: {', '.join(_WORDS[self.role])}",
                )
        known = {one.code for one in areas() if one.kind != "aggregate"}
        for word, code in self.own.items():
            if code not in known:
                raise RequestError(
                    f"{word}: {code} is no area", hint="write a code such as TWN, or XFREEZONES"
                )
        # Bytes count from 1, as descriptions of fixed-width files have them.
        if self.at and not 1 <= self.at[0] <= self.at[1] <= MAX_RECORD:
            raise RequestError(f"bytes {self.at[0]} to {self.at[1]}", hint="write at: [1, 9]")
        return self


class Layout(Closed):
    """What a file of a register is.

    Attributes
    ----------
    format, register, title, publisher, url
        Version of these keys; which register, and whose.
    reporter, direction
        Area whose customs keep it; import or export, where no column says it.
    known_from
        From what the meaning of its columns is known.
    encodings, delimiter, decimal, thousands, header
        How a text is written; whether its first line names its columns.
    sheet
        Sheet of a workbook; the first one if left out.
    nomenclature
        Edition of the Harmonized System from a day on, as the country applied it; where left out
        the edition in force worldwide.
    freq
        ``M``; ``A`` where lines are sums of a year.
    quotes
        Whether a cell may stand in quotation marks; if not, they are signs like others.
    join_lines
        Whether a line with too few cells goes on in the next one.
    lines_above, lines_below
        Lines above and below all others that are no records, such as a title and a count; the line
        of names is none of them.
    valuation, valuation_of_exports, currency
        What the column of values is.
    language
        Of descriptions, ISO 639.
    missing
        What stands in a cell that says nothing.
    titles
        Names of the columns in their order, of a file without a line of names.
    columns
        Columns that are read; all others are not kept.
    """

    format: Literal[1]
    register_: Annotated[str, Field(alias="register", pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
    title: Title
    publisher: Title = ""
    url: WebAddress = ""
    known_from: str = ""
    reporter: str
    direction: Literal["import", "export"] | None = None
    encodings: Annotated[
        tuple[Annotated[str, AfterValidator(_encoding)], ...],
        BeforeValidator(lambda value: value if isinstance(value, list | tuple) else [value]),
    ] = ("utf-8-sig",)
    delimiter: Delimiter = ","
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = None
    header: bool = True
    quotes: bool = True
    join_lines: bool = False
    lines_above: Annotated[int, Field(ge=0, le=100)] = 0
    lines_below: Annotated[int, Field(ge=0, le=100)] = 0
    sheet: str | None = None
    nomenclature: dict[date, str] = Field(default_factory=dict)
    freq: Literal["M", "A"] = "M"
    valuation: Literal["FOB", "CIF"]
    valuation_of_exports: Literal["FOB", "CIF"] | None = None
    currency: str = "USD"
    language: str | None = None
    missing: Annotated[TextList, Field(max_length=MOST_WORDS)] = ()
    titles: TextList = ()
    columns: dict[str, Field_]

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_validator(mode="after")
    def _makes_sense(self) -> Layout:
        if self.reporter not in {one.code for one in areas() if one.kind != "aggregate"}:
            raise RequestError(
                f"{self.reporter} is no area", hint="write the code of a country, such as PER"
            )
        if self.currency not in MONEY:
            raise RequestError(
                f"{self.currency} is no currency", hint="a code of ISO 4217, such as USD"
            )
        for name in self.columns:
            if not name.strip() or name in (ROW, SAME):
                raise RequestError(
                    f"{name!r} is no name of a column",
                    hint="one without a name is called by its place: column 3",
                )
        roles = [one.role for one in self.columns.values()]
        if twice := sorted({role for role in roles if roles.count(role) > 1}):
            raise RequestError(
                f"two columns with the role {twice[0]}",
                why="one would be passed over",
                hint="keep the one that is meant",
            )
        self._require_columns(roles)
        editions = {one.id for one in EDITIONS}
        if wrong := sorted(set(self.nomenclature.values()) - editions):
            raise RequestError(f"{wrong[0]} is no edition", hint=", ".join(sorted(editions)))
        fixed = [one.at is not None for one in self.columns.values()]
        if any(fixed) and not all(fixed):
            raise RequestError(
                "some columns have bytes and some have none", hint="write at: for all of them"
            )
        if not (self.header or self.titles or all(fixed)):
            raise RequestError("a file without a line of names needs titles")
        return self

    def _require_columns(self, roles: Sequence[str]) -> None:
        """Refuse a layout without which a line says nothing of trade."""
        need = ["tariff_code", "value"] + (["year"] if self.freq == "A" else [])
        absent = [role for role in need if role not in roles]
        if not {"date", "year"} & set(roles):
            absent.append("date")
        if self.direction is None and "direction" not in roles:
            absent.append("direction")
        if not set(AREAS) & set(roles):
            absent.append("a country: " + ", ".join(AREAS))
        if absent:
            raise RequestError(
                f"no column is {absent[0]}", why="a line without it says nothing of trade"
            )

    @property
    def fixed(self) -> bool:
        """Whether columns are by their place in a line."""
        return all(one.at is not None for one in self.columns.values())

    def of(self, role: str) -> str | None:
        """Return the name of the column with a role; None if there is none."""
        return next((name for name, one in self.columns.items() if one.role == role), None)

    def said(self, name: str) -> str:
        """Return SQL for a cell without its label, null where it says nothing.

        Words for nothing are compared without the blanks around, and behind the label.
        """
        return self.or_nothing(self.bare(name))

    def bare(self, name: str) -> str:
        """Return SQL for a cell without its label and the blanks around; see `said`."""
        cell = _trimmed(quoted(name))
        if label := self.columns[name].label if name in self.columns else "":
            after = f"trim(substring({cell}, {len(label) + 1}))"
            cell = f"CASE WHEN starts_with({cell}, {literal(label)}) THEN {after} ELSE {cell} END"
        return cell

    def or_nothing(self, cell: str) -> str:
        """Return SQL for a bare cell, null where it says nothing: `cell` is there twice."""
        words = ", ".join(map(literal, ("", *self.missing)))
        return f"CASE WHEN {cell} IN ({words}) THEN NULL ELSE {cell} END"

    @property
    def day_form(self) -> str:
        """Return how days are written, in the signs of strftime."""
        name = self.of("date")
        return (self.columns[name].form if name else None) or "%Y-%m-%d"

    @property
    def bases(self) -> tuple[str, ...]:
        """Return the countries that the register has of a line."""
        there: set[str] = {one.role for one in self.columns.values()}
        there |= {one.exports or "" for one in self.columns.values()}
        return tuple(role for role in AREAS if role in there)

    def edition(self, day: date) -> str:
        """Return the edition of the Harmonized System that the register used on a day."""
        since = [start for start in self.nomenclature if start <= day]
        return self.nomenclature[max(since)] if since else edition_on(day).id


def _trimmed(cell: str) -> str:
    """Return SQL for a cell without the blanks around: `cell` is there five times."""
    # Most texts are ASCII without a blank at an end: to trim them reads each sign, and copies all.
    blank = f"{cell} LIKE ' %' OR {cell} LIKE '% ' OR strlen({cell}) <> length({cell})"
    return f"CASE WHEN {blank} THEN trim({cell}) ELSE {cell} END"


def read_layout(text: str, name: str = "mapping") -> Layout:
    """Read the text of a layout.

    Raises
    ------
    BadFileError
        With line and key.
    """
    return parse_closed(text, Layout, name=name)


@cache
def code_tables() -> tuple[str, ...]:
    """Return the names of the tables of codes that a layout can name."""
    folder = Path(str(files("entrepot.sources.shipments"))) / "codes"
    return ("alpha2", "eurostat", "names", *sorted(path.stem for path in folder.glob("*.csv")))


@cache
def known_layouts() -> dict[str, Layout]:
    """Return the layouts that come with the program, by the name of their file."""
    folder = Path(str(files("entrepot.sources.shipments"))) / "layouts"
    return {
        path.stem: read_layout(path.read_text(encoding="utf-8"), path.name)
        for path in sorted(folder.glob("*.yml"))
    }


def known_registers(register: str) -> tuple[Layout, ...]:
    """Return the layouts of a register that come with the program.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    found = tuple(one for one in known_layouts().values() if one.register_ == register)
    if found:
        return found
    names = sorted({one.register_ for one in known_layouts().values()})
    raise UnknownNameError(
        "register",
        register,
        names,
        hint=f"known registers: {', '.join(names)}; for another add a layout: --map LAYOUT.yaml",
    )


def fitting(layouts: tuple[Layout, ...], names: list[str], where: str) -> Layout:
    """Return the layout whose columns a file has.

    Raises
    ------
    BadFileError
        If none fits; names what is missing from the nearest one.
    """
    lacks = [(sorted(set(one.columns) - set(names)), one) for one in layouts]
    # The nearest is only for the message: a layout fits with all of its columns or not at all.
    lack, best = min(lacks, key=lambda pair: len(pair[0]))
    if not lack:
        # The first in order of their files, where several fit.
        return next(one for absent, one in lacks if not absent)
    raise BadFileError(
        f"columns that {best.title} has are not there: {', '.join(lack[:5])}",
        where=where,
        why="the register may have changed its layout",
        hint="write a layout for this file, and add it with --map LAYOUT.yaml",
    )


def canonical() -> dict[str, str]:
    """Return name and type of the columns that a parser gives."""
    return {
        one.name: one.type
        for one in dictionary("shipments")
        if one.name not in ("source", "snapshot")
    }
