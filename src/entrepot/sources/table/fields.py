"""What the texts of a column mean (areas, goods, flows, units, yes and no), each text once."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import RequestError, UnknownNameError, nearest
from entrepot.model.area_names import named_area, named_group, nearest_names
from entrepot.model.areas import WORLD, System, area, areas, by_code, known_areas, unknown_area
from entrepot.model.columns import read_table
from entrepot.model.display import MONEY
from entrepot.model.product import EDITIONS, NO_CODES, TOTAL, edition
from entrepot.sources.table.mapping import AREAS, MARKS, SYSTEMS, MappedColumn
from entrepot.sources.table.periods import in_order, spans
from entrepot.sources.text import group_of

if TYPE_CHECKING:
    from collections.abc import Mapping as Dictionary
    from collections.abc import Sequence

    from entrepot.sources.table.mapping import Mapping
    from entrepot.sources.table.plan import Plan, ValueColumns

BETWEEN = "\x1f"
"""Parts the cells of a text that is made of several."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something that the rows say.

    Attributes
    ----------
    name
        Role of its column; ``period`` also where it is made of years and months.
    places
        Columns whose cells make up its text.
    month
        Whether the value's own month follows them.
    """

    name: str
    places: tuple[int, ...]
    month: bool = False

    def text(self, row: Sequence[str], group: ValueColumns) -> str:
        """Return its text in a row of the file."""
        return BETWEEN.join([row[place] for place in self.places] + self._more(group))

    def sql(self) -> str:
        """Return SQL for the same."""
        parts = [f"c{place}" for place in self.places] + (["s_month"] if self.month else [])
        return f" || '{BETWEEN}' || ".join(parts)

    def _more(self, group: ValueColumns) -> list[str]:
        return [group.says["month"]] if self.month else []


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text means: one or two words of ours; or why its rows are left out."""

    words: tuple[str | None, ...]
    why: str = ""


def fields(plan: Plan) -> list[Field]:
    """Return what the rows of a file say, beside numbers."""
    places = plan.places
    found = [Field(role, (place,)) for role, place in places.items() if role not in _TIMES]
    if "year" in places:
        parts = [places[role] for role in ("year", "quarter", "month") if role in places]
        found.append(Field("period", tuple(parts), month="month" not in places and _own(plan)))
    elif "period" in places:
        parts = [places[role] for role in ("period", "freq") if role in places]
        found.append(Field("period", tuple(parts)))
    found += [Field(mark, (place,)) for mark in MARKS for place in plan.marks[mark]]
    return found


def meanings(field: Field, texts: Sequence[str], plan: Plan) -> dict[str, Meaning]:
    """Return the meaning of each text.

    Raises
    ------
    RequestError
        With the text as ``where``, for the first that has none.
    """
    columns = [plan.mapping.columns[plan.names[place]] for place in field.places]
    found: dict[str, Meaning] = {}
    rest = []
    # Sorted, so that of several unknown texts the same one is named every time.
    for text in sorted(texts):
        parts = text.split(BETWEEN)
        # Not strict: the month of a wide column follows the cells and has no column.
        if any(_is_left_out(part, column) for part, column in zip(parts, columns, strict=False)):
            found[text] = Meaning((None, None), "left-out")
        else:
            rest.append(text)
    if field.name == "period":
        return found | _periods(rest, columns, plan)
    for text in rest:
        try:
            found[text] = _meaning(field.name, text, columns[0], plan)
        except RequestError as error:
            error.where = text
            raise
    return found


def said(name: str, text: str, plan: Plan, freq: str | None) -> tuple[str | None, ...]:
    """Return the meaning of a word of the mapping itself."""
    if name == "period":
        span = spans([text], freq, plan.mapping.year_starts)[text]
        return (span.start, span.freq)
    if name in AREAS:
        code = str(own_area(text))
        # The world may be the partner of an entire file, whose rows are totals then; it never
        # reports.
        if area(code).kind == "aggregate" and not (code == WORLD and name != "reporter"):
            raise RequestError(
                f"{code} is a total, not an area",
                why="a total listed with its parts is never a row",
                hint=f"name the {name} itself",
            )
        return (code,)
    if name == "flow":
        return _flow(text)
    # model_construct skips the validation: a column of nothing but a role is enough here.
    return _meaning(name, text, MappedColumn.model_construct(role=name), plan).words


_TIMES = ("period", "year", "quarter", "month", "freq")


def _is_left_out(text: str, column: MappedColumn) -> bool:
    """Whether a cell is listed, or begins as one that is listed with a star at its end."""
    return any(
        text == one or (one.endswith("*") and text.startswith(one[:-1])) for one in column.leave_out
    )


def _own(plan: Plan) -> bool:
    return all("month" in group.says for group in plan.groups)


def _meaning(name: str, text: str, column: MappedColumn, plan: Plan) -> Meaning:
    if name in AREAS:
        code = own_area(column.own.get(text)) or area_of(_inside(text, column), column.codes)
        total = area(code).kind == "aggregate"
        return Meaning((None, code), "area-total") if total else Meaning((code,))
    if name == "product":
        product = product_of(text, column)
        level = plan.mapping.level
        other = level is not None and level != product.level
        return Meaning((product.code, str(product.level)), "other-level" if other else "")
    if name == "flow":
        flow = flow_of(text, column)
        within = flow.startswith("re") and plan.mapping.reexports == "within"
        return Meaning(_flow(flow), "part-of-flow" if within else "")
    if name in MARKS:
        return Meaning((mark_of(text, column, plan.mapping),))
    if name == "nomenclature":
        return Meaning((nomenclature_of(column.own.get(text, text)),))
    return Meaning((word_of(name, column.own.get(text, text), plan.mapping),))


def _flow(flow: str) -> tuple[str, str | None]:
    """Return import or export, and whether goods had come in before."""
    if flow in ("reexport", "reimport"):
        return flow.removeprefix("re"), "true"
    return flow, None


def _periods(texts: Sequence[str], columns: list[MappedColumn], plan: Plan) -> dict[str, Meaning]:
    by_freq: dict[str | None, dict[str, str]] = defaultdict(dict)
    for text in texts:
        parts = [
            column.own.get(part, part)
            for part, column in zip(text.split(BETWEEN), columns, strict=False)
        ] + text.split(BETWEEN)[len(columns) :]
        # By frequency: what a text means (2010-11: a month or a fiscal year) depends on the others
        # of its kind.
        freq = parts.pop() if columns[-1].role == "freq" else plan.mapping.freq
        by_freq[freq][text] = in_order(_spelled(parts, columns), columns[0].order)
    found: dict[str, Meaning] = {}
    for freq, spelled in by_freq.items():
        read = spans(spelled.values(), freq, plan.mapping.year_starts)
        found |= {text: Meaning((read[one].start, read[one].freq)) for text, one in spelled.items()}
    return found


def _spelled(parts: list[str], columns: list[MappedColumn]) -> str:
    """Return a year and what stands beside it as one text."""
    if len(parts) == 1:
        return parts[0]
    quarter = len(columns) > 1 and columns[1].role == "quarter"
    year, more = parts[0], parts[1]
    if quarter:
        more = re.sub(rf"(?<![0-9]){re.escape(year)}(?![0-9])", "", more).strip(" -/")  # "Q1 2023"
        return f"{year}-Q{more.upper().removeprefix('Q')}"
    return f"{year}-{more.zfill(2)}" if more.isdigit() else f"{more} {year}"


# Words of few kinds: flows, yes and no, FOB and CIF, units.


FLOW_WORDS = {
    "import": ("import", "imports", "imp", "m", "ввоз", "импорт", "им", "进口", "importation"),
    "export": ("export", "exports", "exp", "x", "вывоз", "экспорт", "эк", "出口", "exportation"),
    "reexport": ("re-export", "re-exports", "reexport", "rx", "реэкспорт", "复出口"),
    "reimport": ("re-import", "re-imports", "reimport", "rm", "реимпорт", "复进口"),
}
"""Words that mean one flow wherever they stand, where the mapping lists none."""

_WORDS = {
    "valuation": ("FOB", "CIF"),
    "partner_basis": ("destination", "origin", "consignment"),
    "reported_by": ("exporter", "importer", "both"),
}
_YES, _NO = ("true", "1", "yes", "y", "t"), ("false", "0", "no", "n", "f")


def flow_of(text: str, column: MappedColumn) -> str:
    """Return ``import``, ``export``, ``reexport`` or ``reimport``.

    Raises
    ------
    RequestError
        If the text is none of the words that the mapping lists, or, where it lists none, of
        those in common use.
    """
    listed = {
        "import": column.import_,
        "export": column.export,
        "reexport": column.reexport,
        "reimport": column.reimport,
    }
    # Words that the mapping lists replace the usual ones: a file may use M for something else.
    if any(listed.values()):
        found = [flow for flow, words in listed.items() if text in words]
    else:
        found = [flow for flow, words in FLOW_WORDS.items() if text.casefold() in words]
    if len(found) != 1:
        raise RequestError(
            "neither imports nor exports" if not found else "two flows at once",
            where=text,
            why="its trade would be lost, or go the wrong way",
            hint="say in the mapping how the column writes each: "
            "{role: flow, import: M, export: X}; leave_out for balances and totals",
        )
    return found[0]


def mark_of(text: str, column: MappedColumn, mapping: Mapping) -> str | None:
    """Return ``true``, ``false``, or None for a cell that says neither.

    Raises
    ------
    RequestError
        If the text is no mark.
    """
    if text == "" or text in mapping.missing:
        return None
    said = bool(column.yes or column.no)
    yes, no = (column.yes, column.no) if said else (_YES, _NO)
    word = text if said else text.casefold()
    if word in yes or word in no:
        return "true" if word in yes else "false"
    if said and not (column.yes and column.no):  # one is said; the other is everything else
        return "false" if column.yes else "true"
    raise RequestError(
        "neither yes nor no",
        where=text,
        hint="say in the mapping how the column writes each: {yes: [E], no: [A]}",
    )


def word_of(name: str, text: str, mapping: Mapping) -> str | None:
    """Return a word as our tables have it; None for a cell that says nothing.

    Raises
    ------
    RequestError
        If it has to be one of a few and is none.
    """
    if text == "" or text in mapping.missing:
        return None
    if name == "currency":
        if text.upper() in MONEY:
            return text.upper()
        raise RequestError(
            "not a currency", where=text, hint="codes of ISO 4217, such as USD, EUR or CAD"
        )
    known = _WORDS.get(name)
    if known is None:
        return text
    for word in known:
        if word.casefold() == text.casefold():
            return word
    near = nearest(text, known)
    raise RequestError(
        f"not one of {', '.join(known)}",
        where=text,
        hint=f"did you mean {near[0]}?"
        if near
        else f"say which with own: {{{text!r}: {known[0]}}}",
    )


# Areas as tables write them: by a system of codes, by name, or by a table of their own.


_TABLES: dict[str, tuple[System, ...]] = {
    "iso2": ("alpha2",),
    "eurostat": ("eurostat",),
    "gacc": ("gacc",),
    "imf": ("imf",),
    "baci": ("baci",),
    "comtrade": ("comtrade",),
    # UN Comtrade calls its codes M49, and has some that M49 has not: 842, 699, 757, 490.
    "m49": ("comtrade", "m49"),
}

_NATIONAL = ("brazil", "japan", "census", "canada")
"""Systems of one country's statistics; ``tools/area_names.py`` says from where."""
_LONGEST = 40


@cache
def system_codes(system: str) -> dict[str, str]:
    """Return our code for each code of a system, both as `area_of` compares them.

    Parameters
    ----------
    system
        A key of `entrepot.sources.table.mapping.SYSTEMS`, ``names`` left out.
    """
    if system in _NATIONAL:
        rows = read_table(
            Path(__file__).with_name("national_codes.csv"), ("system", "code", "area", "name")
        )
        return {_key(row["code"]): row["area"] for row in rows if row["system"] == system}
    if system == "iso3":
        own = {one.code: one.code for one in areas()}
        # Short names are old or other codes of three letters (ROM, PRC, DRC), which ours override.
        return {_key(name): code for name, code in by_code("name").items() if len(name) <= 3} | own
    # Later tables override: M49 itself is surer than Comtrade's own codes where both have one.
    return {
        _key(code): own_code
        for table in _TABLES[system]
        for code, own_code in by_code(table).items()
    }


def known_code(text: str, system: str) -> str | None:
    """Return our code for a code of a system, or None."""
    return system_codes(system).get(_key(text))


def area_of(text: str, codes: str | Dictionary[str, str] | None) -> str:
    """Return our code for what a cell says.

    Parameters
    ----------
    text
        The cell.
    codes
        System, or a table of the file's own; None: names, or ISO codes of three letters.

    Raises
    ------
    RequestError
        If it is not known.
    """
    if isinstance(codes, str) and codes.lower() != "names":
        found = known_code(text, codes.lower())
    elif codes is None or isinstance(codes, str):
        found = named_area(text) or (None if codes else system_codes("iso3").get(text))
    else:
        found = own_area({_key(code): area for code, area in codes.items()}.get(_key(text)))
    if found is None:
        raise _unknown(text, codes)
    return found


def own_area(code: str | None) -> str | None:
    """Return a code of ours that a mapping names, checked.

    Raises
    ------
    UnknownNameError
        If there is no such area.
    """
    if code is not None and code not in known_areas():
        raise unknown_area(code)
    return code


def _unknown(text: str, codes: str | Dictionary[str, str] | None) -> RequestError:
    if isinstance(codes, str):
        shown = SYSTEMS[codes.lower()]
        kind = "name of an area" if shown == "names" else f"area code of {shown}"
    else:
        kind = "area" if codes is None else "area code of the mapping's own table"
    named = codes is None or kind.startswith("name")
    near = nearest_names(text) if named else []
    cell = text if len(text) <= _LONGEST else "..."
    choice = f"own: {{{cell!r}: {near[0] if near else 'CODE'}}}"
    more = "if it is an area, say which in the mapping: "
    if group := named_group(text) if named else None:
        hint = f"{group} is a group of areas: leave_out: [{cell!r}] where its members are rows too"
    elif near:
        names = " or ".join(f"{code} ({known_areas()[code].name})" for code in near)
        hint = f"did you mean {names}? {more}{choice}; WLD if it is a total over all"
    else:
        total = f"WLD if it is a total over all areas, or leave_out: [{cell!r}] if over some"
        hint = f"{more}{choice}; {total}"
    return RequestError(
        f"unknown {kind}", where=text, why="its trade would be lost from every total", hint=hint
    )


def _key(code: str) -> str:
    """Return a code for comparing: spreadsheets lose zeros at the front, and some write 643.0."""
    plain = code.strip().upper().removesuffix(".0")
    # isascii, because isdigit holds for digits of other scripts, too.
    return plain.lstrip("0") or "0" if plain.isascii() and plain.isdigit() else plain


# Product codes as tables write them: inside words, without their zeros, on several levels.


NONE = NO_CODES
_LEVELS = (2, 4, 6, 8, 10)
_NATIONAL_LINES = (
    7,
    9,
    11,
    12,
)  # digits of national lines that no edition has: Japan's have nine
# The Combined Nomenclature began in 1988, with the Harmonized System.
_CN_YEARS = range(1988, 2100)


@dataclass(frozen=True, slots=True)
class Product:
    """A code, and the level it stands on in the file: its digits, or ``total``."""

    code: str
    level: int | str


def _inside(text: str, column: MappedColumn, inside: bool = True) -> str:
    """Return what the pattern of a column takes out of a cell.

    Raises
    ------
    RequestError
        If the cell is not of the pattern.
    """
    if not (column.pattern and inside):
        return text
    found = group_of(column.pattern, text)
    if found is None:
        what = "area" if column.role in AREAS else "product code"
        raise RequestError(
            f"no {what} where the pattern looks for one",
            where=text,
            why="names of another form may be in another unit" if what == "area" else "",
            hint=f"the pattern is {column.pattern}; or name the {what} with own",
        )
    return found


def product_of(text: str, column: MappedColumn) -> Product:
    """Return the product that a cell names.

    Raises
    ------
    RequestError
        If there is no code in it, or none of an existing chapter.
    """
    code = _inside(column.own.get(text, text), column, text not in column.own)
    # Spreadsheets mark a text with an apostrophe and print numbers with .0; 8542.31 and 85 42 are
    # codes.
    code = code.strip("' ").removesuffix(".0").replace(".", "").replace(" ", "")
    if code.upper() == TOTAL:
        return Product(TOTAL, "total")
    return _checked(_padded(code, column.pad), text, column)


def nomenclature_of(text: str) -> str:
    """Return the edition that a text names: ``HS2017``, ``H5``, ``HS17``, ``CN2022``, ``NONE``.

    Raises
    ------
    UnknownNameError
        For anything else.

    Examples
    --------
    >>> nomenclature_of("H5"), nomenclature_of("CN2022")
    ('HS2017', 'CN2022')
    """
    plain = text.strip().upper().replace(" ", "")
    if plain == NONE or (re.fullmatch("CN[0-9]{4}", plain) and int(plain[2:]) in _CN_YEARS):
        return plain
    try:
        return edition(plain).id
    except UnknownNameError as error:
        known = ", ".join(one.id for one in EDITIONS)
        raise UnknownNameError(
            "nomenclature", text, (), hint=f"one of {known}, CN2017 ... CN2026, NONE"
        ) from error


def _padded(code: str, pad: int | str | None) -> str:
    if pad == "even":
        return code.zfill(len(code) + len(code) % 2)
    return code.zfill(int(pad)) if pad else code


def _checked(code: str, text: str, column: MappedColumn) -> Product:
    if not (code.isascii() and code.isdigit()):
        raise RequestError(
            "not a product code",
            where=text,
            why="product codes are digits",
            hint="take it out of words with pattern: '([0-9]+)', name it with own: "
            f"{{{text!r}: TOTAL}}, or leave its rows out: leave_out: [{text!r}]",
        )
    level = len(code)
    if level not in _LEVELS and not (column.cut and level in _NATIONAL_LINES):
        raise RequestError(
            f"a product code of {level} digits",
            where=text,
            why="codes have 2, 4, 6, 8 or 10; spreadsheets lose the zero at the front",
            hint="add cut: 6 to the column, with repeated: sum, if these are national lines"
            if level in _NATIONAL_LINES
            else "add pad: 6 if all codes have six, or pad: even",
        )
    # Chapter 77 is kept free for later use by the Harmonized System.
    if code[:2] in ("00", "77"):
        raise RequestError(
            f"no such chapter: {code[:2]}",
            where=text,
            hint="chapters are 01 to 76 and 78 to 99; look at pad and pattern in the mapping",
        )
    return Product(code[: column.cut] if column.cut else code, level)
