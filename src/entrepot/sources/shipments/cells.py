"""From the kept text of a register to canonical columns: SQL of every cell, and its checks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.area_names import completed_name, named_area
from entrepot.model.areas import areas
from entrepot.model.columns import read_table
from entrepot.model.product import EDITIONS
from entrepot.sources.shipments.layout import AREAS, NAMES, NUMBERS, SAME, Field_, Layout
from entrepot.sources.shipments.persons import may_name
from entrepot.sources.strict import enum, file_literal, literal, quoted, sorted_enum
from entrepot.sources.temp_tables import keep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import duckdb

    from entrepot.sources.parser import FileTable

FREE_ZONE = "XFREEZONES"
_TEXT, _NUMBER = "text_", "number_"
"""What columns of `RegisterCells.lines` are called before their role."""
_DAY, _CODE, _ALL_DIGITS = "read_day", "read_code", "read_digits"
_DIGITS = {"%d%m%Y": 8, "%Y%m%d": 8, "%m%d%Y": 8, "%d%m%y": 6, "%y%m%d": 6}
"""Digits of days without signs between them."""
_STEPS = {"M": "month", "A": "year"}
# zona franca, z. libre, free port, zone franche, Freizone, serbest bölge, свободная зона.
_ZONES = re.compile(
    r"(\bz(ona|\.)? ?(franca|libre)|free (zone|port)|zone franche|freizone|serbest b|свободн)",
    re.IGNORECASE,
)
_LISTED = (
    "item", "sub_item", "regime", "office", "invoice_currency", "incoterm", "quantity_unit",
    "tariff_code",
)  # fmt: skip
"""Roles whose texts repeat as a rule."""
_FEW = 5_000  # texts of a column that are kept as numbers of a list, which are quicker to sort
_TEXTS = (
    "declaration", "item", "sub_item", "regime", "office", "invoice_currency", "incoterm",
    "quantity_unit", "tariff_code",
)  # fmt: skip


@dataclass(slots=True)
class RegisterCells:
    """The kept text of a register, with the SQL of its canonical columns.

    Attributes
    ----------
    connection, table, layout, row
        Where it is read, the kept file, its layout, and the column with the row.
    unknown
        Of each column of areas, the texts that name no known area, with their number of rows.
    zones
        Texts that name a free zone.
    kinds
        Of each canonical column of few texts, the type that lists them.
    """

    connection: duckdb.DuckDBPyConnection
    table: FileTable
    layout: Layout
    row: str
    unknown: dict[str, dict[str, int]] = field(default_factory=dict)
    zones: dict[str, dict[str, int]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """SQL of the kept text."""
        return f"read_parquet({file_literal(self.table.path)}, hive_partitioning=false)"

    @property
    def lines(self) -> str:
        """SQL of the lines: the text of each role, and numbers, day and code as they are read.

        In subqueries, so that each is computed once, however often it is asked for.
        """
        names = {f"{_TEXT}{one.role}": name for name, one in self.layout.columns.items()}
        bare = (f"{self.layout.bare(name)} AS {text}" for text, name in names.items())
        said = (f"{self.layout.or_nothing(text)} AS {text}" for text in names)
        # 8542.31.00.00, 8542 3100 and 85423100A (a check letter) are digits with signs between.
        digits = f"regexp_replace({self.text('tariff_code')}, '[^0-9]', '', 'g')"
        read = {_DAY: self._day(), _CODE: self._line_code()}
        read |= {f"{_NUMBER}{role}": self._read(role) for role in NUMBERS if self.layout.of(role)}
        columns = ", ".join(f"{value} AS {name}" for name, value in read.items())
        return (
            f"(SELECT *, {columns} "
            f"FROM (SELECT *, {digits} AS {_ALL_DIGITS} "
            f"FROM (SELECT {self.row}, {SAME}, {', '.join(said)} "
            f"FROM (SELECT {self.row}, {SAME}, {', '.join(bare)} FROM {self.file})) "
            "AS line) AS line)"
        )

    def text(self, role: str) -> str:
        """Return SQL for a cell; null where the file has no such column or says nothing."""
        return f"line.{_TEXT}{role}" if self.layout.of(role) else "NULL::VARCHAR"

    def number(self, role: str) -> str:
        """Return SQL for a number; null where there is none, and where it cannot be read."""
        if not self.layout.of(role):
            return "NULL::DOUBLE"
        scale = self._column(role).scale
        return f"line.{_NUMBER}{role}" + (f" * {scale!r}" if scale else "")

    def _read(self, role: str) -> str:
        cell = self.text(role)
        if self.layout.thousands:
            cell = f"replace({cell}, {literal(self.layout.thousands)}, '')"
        if self.layout.decimal == ",":
            cell = f"replace({cell}, ',', '.')"
        # TRY_CAST here, because `require_read` names the first that could not be read.
        return f"TRY_CAST({cell} AS DOUBLE)"

    def _column(self, role: str) -> Field_:
        return self.layout.columns[str(self.layout.of(role))]

    def _day(self) -> str:
        """Return SQL for the day of a line, from its text."""
        if self.layout.of("date"):
            form = self.layout.day_form
            cell = self.text("date")
            if digits := _DIGITS.get(form):  # a day of one digit that was kept as a number
                cell = f"lpad({cell}, greatest(length({cell}), {digits})::INT, '0')"
            return f"TRY_CAST(try_strptime({cell}, {literal(form)}) AS DATE)"
        year, month = (f"TRY_CAST({self.text(role)} AS INT)" for role in ("year", "month"))
        # Two digits are years of this century.
        year = f"(CASE WHEN {year} < 100 THEN 2000 + {year} ELSE {year} END)"
        # TRY, because a month 13 is an error of the engine, and has to be one of the file.
        return f"TRY(make_date({year}, {month if self.layout.of('month') else 1}, 1))"

    def _line_code(self) -> str:
        """Return SQL for the digits of a tariff code; a check letter at its end is no digit."""
        pad = self._column("tariff_code").pad
        if not pad:
            return _ALL_DIGITS
        # Tariffs have an even number of digits, shorter codes as well.
        lost = f"length({_ALL_DIGITS}) < {pad} AND length({_ALL_DIGITS}) % 2 = 1"
        return f"CASE WHEN {lost} THEN '0' || {_ALL_DIGITS} ELSE {_ALL_DIGITS} END"

    def edition(self, day: str) -> str:
        """Return SQL for the edition of the Harmonized System in use on a day."""
        since = {one.in_force: one.id for one in EDITIONS}
        if own := self.layout.nomenclature:
            # Countries apply an edition late: from the layout's first day on only its own dates
            # count.
            since = {start: name for start, name in since.items() if start < min(own)} | own
        cases = " ".join(
            f"WHEN {day} >= DATE '{start}' THEN {literal(since[start])}"
            # Newest first, as the first WHEN that holds decides.
            for start in sorted(since, reverse=True)
        )
        return f"CASE {cases} END"

    def prepare(self) -> None:
        """Find out what the words of areas mean, and which columns have few texts."""
        self._look_up_areas()
        self._list_texts()

    def _unread(self) -> dict[str, str]:
        """Return SQL of what cannot be read with certainty, by the role of its cell."""
        bad = {}
        for role in NUMBERS:
            if self.layout.of(role):
                # 'nan' for a text that is no number, so that isfinite refuses it with infinity.
                number = f"isfinite(coalesce({self.number(role)}, 'nan'))"
                bad[role] = f"({self.text(role)} IS NOT NULL AND NOT {number})"
        days = "date" if self.layout.of("date") else "year"
        # A year of no edition is a slip of a digit, and next year's customs have no lines yet.
        last = date.today().year + 1
        no_day = f"coalesce({self.edition(_DAY)} IS NULL OR year({_DAY}) > {last}, true)"
        bad[days] = f"({self.text(days)} IS NOT NULL AND {no_day})"
        # The blank at the end makes a second key of the same column; `_refuse` strips it.
        bad[f"{days} "] = f"({self.text(days)} IS NULL AND {self.text('tariff_code')} IS NOT NULL)"
        for role in ("status", "direction"):
            if self.layout.of(role):
                words = ", ".join(map(literal, self._column(role).words)) or "NULL"
                cell = self.text(role)
                bad[role] = f"({cell} IS NOT NULL AND {cell} NOT IN ({words}))"
        return bad

    def require_read(self, lines: str) -> None:
        """Refuse a number, a day or a word that cannot be read, in lines that `sql` gave.

        Raises
        ------
        BadFileError
            With row, column and text of the first bad cell.
        """
        found = self.connection.execute(f"SELECT 1 FROM {lines} WHERE unread LIMIT 1").fetchall()
        if not found:
            return
        for role, test in self._unread().items():
            query = f"SELECT count(*) FROM {self.lines} AS line WHERE {test}"
            [(count,)] = self.connection.execute(query).fetchall()
            if count:
                self._refuse(role, test, count)

    def _refuse(self, role: str, test: str, count: int) -> None:
        name = str(self.layout.of(role.strip()))
        [(row, text)] = self.connection.execute(
            f"SELECT {self.row}, {quoted(name)} FROM {self.file} WHERE {self.row} = "
            f"(SELECT min({self.row}) FROM {self.lines} AS line WHERE {test})"
        ).fetchall()
        what = {
            "date": "not a day as the layout has it",
            "year": "not a year, or not one with this month",
            "status": "a status that the layout does not know",
            "direction": "a direction that the layout does not know",
        }.get(role, "no day on a line with a tariff code" if role.endswith(" ") else "not a number")
        # A name in a wrong column would stand in every log; the row says where it is.
        shown = "a text that may be a name" if may_name(text) else repr(text)
        raise BadFileError(
            f"{what}: {shown} ({count:,} rows)",
            where=f"{self.table.name}, row {row}, column {name}",
            why="what a cell means is never guessed, and a line left out would be missing in sums",
            hint="look at the row; if all are like it, the layout needs another form or word",
        )

    def _look_up_areas(self) -> None:
        codes: list[tuple[str, str, str]] = []
        for role in AREAS:
            if not self.layout.of(role):
                continue
            cell = self.text(role)
            # Each different text once: a register of millions of lines has some hundred names of
            # countries.
            texts = self.connection.execute(
                # In an order, so that findings name the same ones of equal frequency every time.
                f"SELECT {cell}, count(*) FROM {self.lines} AS line GROUP BY 1 ORDER BY 2 DESC, 1"
            ).fetchall()
            known = _meanings(self._column(role), role)
            for text, count in texts:
                if text is None:
                    continue
                code = known(text)
                if code is None:
                    self.unknown.setdefault(role, {})[text] = count
                    continue
                if code == FREE_ZONE:
                    self.zones.setdefault(role, {})[text] = count
                codes.append((role, text, code))
        # VALUES must not be empty; no cell is an empty text after `text`.
        values = ", ".join(f"({', '.join(map(literal, one))})" for one in codes) or "('', '', '')"
        keep(
            self.connection,
            "register_area",
            f"SELECT role, text, code::{enum(sorted({'', *(one[2] for one in codes)}))} AS code "
            f"FROM (VALUES {values}) AS area(role, text, code)",
        )

    def _list_texts(self) -> None:
        """Find the columns of few texts, so that their cells are kept as numbers of a list."""
        cells = {role: self.text(role) for role in _LISTED if self.layout.of(role)}
        cells |= {"tariff_line": _CODE, "product": f"left({_CODE}, 6)"}
        if self.layout.of("port"):
            cells["port_name"] = self.text("port")
        counts = ", ".join(f"approx_count_distinct({cell})" for cell in cells.values())
        [found] = self.connection.execute(f"SELECT {counts} FROM {self.lines} AS line").fetchall()
        few = [name for name, count in zip(cells, found, strict=True) if count <= _FEW]
        lists = ", ".join(f"list(DISTINCT {cells[name]})" for name in few)
        if not few:
            return
        [texts] = self.connection.execute(f"SELECT {lists} FROM {self.lines} AS line").fetchall()
        for name, some in zip(few, texts, strict=True):
            # Without a text there is nothing to list.
            if there := [text for text in some or () if text is not None]:
                self.kinds[name] = sorted_enum(there)

    def alike(self) -> dict[str, str]:
        """Return the columns that have one text in all lines; see `sql`."""
        layout = self.layout
        out = {
            "freq": layout.freq,
            "reporter": layout.reporter,
            "value_kind": self._column("value").kind,
        }
        if layout.language:
            out["language"] = layout.language
        if layout.currency != "USD":
            out["currency"] = layout.currency
        if not layout.of("direction"):
            out["direction"] = layout.direction or ""
        if layout.valuation_of_exports is None:
            out["valuation"] = layout.valuation
        return out

    def sql(self) -> str:
        """Return SQL of all lines in the canonical columns that differ from line to line.

        Those of `alike` and those that are null in all lines are not there. ``why`` says why a line
        is left out, ``unread`` whether it has a cell that `require_read` refuses.
        """
        there = [role for role in AREAS if self.layout.of(role)]
        day, code = _DAY, _CODE
        has: set[str] = {one.role for one in self.layout.columns.values()}
        texts = (*_TEXTS, *NAMES, "description")
        out: dict[str, str] = {role: self.text(role) for role in texts if role in has}
        out |= {role: f"{role}.code" for role in there}
        out |= self._of_exports(there)
        amount = self.number("value")
        money = "value_usd" if self.layout.currency == "USD" else "value_reported"
        status = self._word("status", "NULL::VARCHAR")
        out |= {
            "period": f"date_trunc('{_STEPS[self.layout.freq]}', {day})::DATE",
            "row": self.row,
            "direction": self._direction(),
            "status": status,
            "tariff_line": code,
            "product": f"left({code}, 6)",
            "nomenclature": f"({self.edition(day)})::{enum(sorted(one.id for one in EDITIONS))}",
            money: amount,
            "valuation": self._valuation(),
        }
        if "date" in has:
            out["date"] = day
        if "port" in has:
            out["port_name"] = self.text("port")
        if "invoice_value" in has:
            out["invoice_value"] = self.number("invoice_value")
        # Zero is no weight of goods: kept, it would make prices infinite.
        weights = [role for role in ("mass_kg", "gross_kg", "quantity") if role in has]
        out |= {role: f"nullif({self.number(role)}, 0)" for role in weights}
        if self._column("value").kind == "header":
            # The value of a declaration counts once, on the first of its lines.
            first = (
                f"row_number() OVER (PARTITION BY {self.text('declaration')}, {day} "
                f"ORDER BY {self.row}) = 1"
            )
            out["header_value"] = f"CASE WHEN NOT {first} THEN {amount} END"
            out[money] = f"CASE WHEN {first} THEN {amount} END"
        out["why"] = (
            f"CASE WHEN {status} = 'annulled' THEN 'annulled' "
            # After annulled lines, for these keep their day; `require_read` refuses a line with a
            # code and no day.
            f"WHEN {day} IS NULL THEN 'footer' "
            f"WHEN {code} IS NULL OR length({code}) < 6 THEN 'no-code' END"
        )
        out = {
            name: f"({value})::{self.kinds[name]}" if name in self.kinds else value
            for name, value in out.items()
            if name not in self.alike()
        }
        unread = f"coalesce({' OR '.join(self._unread().values())}, false)"
        out |= {"day": day, "same": f"line.{SAME}", "unread": unread}
        cells = ", ".join(f"{value} AS {name}" for name, value in out.items())
        # One small table for all roles: a text may mean an area in one column and none in another.
        joins = " ".join(
            f"LEFT JOIN register_area AS {role} "
            f"ON {role}.role = {literal(role)} AND {role}.text = {self.text(role)}"
            for role in there
        )
        return f"SELECT {cells} FROM {self.lines} AS line {joins}"

    def _direction(self) -> str:
        return self._word("direction", literal(self.layout.direction or ""))

    def _valuation(self) -> str:
        usual, exports = self.layout.valuation, self.layout.valuation_of_exports
        if exports is None:
            return literal(usual)
        is_export = f"{self._direction()} = 'export'"
        return f"CASE WHEN {is_export} THEN {literal(exports)} ELSE {literal(usual)} END"

    def _of_exports(self, there: list[str]) -> dict[str, str]:
        """Return SQL of countries that mean something else on lines of exports."""
        out = {}
        for role in there:
            if (other := self._column(role).exports) is None:
                continue
            out[role] = f"CASE WHEN {self._direction()} = 'import' THEN {role}.code END"
            if other != "none":
                out[other] = f"CASE WHEN {self._direction()} = 'export' THEN {role}.code END"
        return out

    def _word(self, role: str, otherwise: str) -> str:
        if not self.layout.of(role):
            return otherwise
        cases = " ".join(
            f"WHEN {literal(word)} THEN {literal(meaning)}"
            for word, meaning in self._column(role).words.items()
        )
        return f"CASE {self.text(role)} {cases} END"


def area_in_words(text: str, role: str) -> str | None:
    """Return the area that a text names, as a layout without keys of its own reads it."""
    return _meanings(Field_.model_validate({"role": role}), role)(text)


def _meanings(column: Field_, role: str) -> Callable[[str], str | None]:
    """Return what finds the area of a text; None where it is not known."""
    table: Mapping[str, str] = {}
    if column.codes == "alpha2":
        table = {one.alpha2: one.code for one in areas() if one.alpha2}
    elif column.codes == "eurostat":
        table = {code: one.code for one in areas() for code in one.eurostat}
    elif column.codes not in (None, "names"):
        table = _codes(column.codes)
    places = _codes("ports")

    def meaning(text: str) -> str | None:
        if text in column.own:
            return column.own[text]
        if table:
            return table.get(text)
        # Some columns write something else and a dash before the name of a port.
        if role == "port" and column.codes != "names":
            known = places.get(text.upper()) or places.get(text.upper().partition("-")[2])
            # A place and its country, such as Busan,South Korea.
            _, comma, country = text.rpartition(",")
            return known or (named_area(country.strip()) if comma else None)
        if _ZONES.search(text):
            return FREE_ZONE
        return named_area(text) or completed_name(text)

    return meaning


@cache
def _codes(name: str) -> dict[str, str]:
    """Return a table of codes that comes with the layouts."""
    path = Path(str(files("entrepot.sources.shipments"))) / "codes" / f"{name}.csv"
    return {row["code"]: row["area"] for row in read_table(path, ("code", "area"))}
