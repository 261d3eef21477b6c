"""Read what codes of the Harmonized System hold: a tree with headings, or a list of products."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.model.product import EDITIONS, TOTAL
from entrepot.sources.parser import FileTable, ParsedRows
from entrepot.sources.strict import Rule, find_rows, read_text, verify
from entrepot.sources.text import header
from entrepot.sources.unpack import members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import FileOptions, Key, RawFile

_ROMAN = "[IVX]{1,5}"


def tables(file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
    """Yield the tables in a file, one at a time."""
    for member, label, path in members(file, scratch):
        kind = kind_of(header(path, label), label)
        total = total_of(path, label, kind) if kind.is_tree else None
        edition = edition_of(kind, member, label, options, total)
        vintage = options.vintage or release_of(member) or "unknown"
        yield FileTable(path, label, edition, vintage, detail=kind)
        if path != file.path:
            path.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row and return codes with their description and the code one level above."""
    kind: DescriptionFile = table.detail
    verify(connection, table.path, table.name, kind.columns, _rules(kind))
    if kind.is_tree:
        _refuse_other_tree(table, kind)
    source = read_text(table.path, kind.columns)
    section = f"nullif(trim(section), '{TOTAL}')" if kind.is_tree else "NULL::VARCHAR"
    # Codes of a list have six digits, and may have lost a zero; those of a tree are complete.
    code = "trim(hscode)" if kind.is_tree else "lpad(trim(code), 6, '0')"
    # [:-3] takes off the last two digits: DuckDB's slices include their end.
    relation = connection.sql(f"""
        SELECT {code} AS product,
               CASE WHEN length({code}) > 2 THEN {code}[:-3] END AS parent,
               {section} AS section, trim(description) AS description
        FROM {source} WHERE trim({kind.code}) <> '{TOTAL}'""")
    place = kind.columns.index(kind.code)

    def locate(key: Key) -> str:
        found = _rows_with(
            table, lambda row: row[place].strip().zfill(0 if kind.is_tree else 6) == key[1]
        )
        return f"{table.name}, rows {' and '.join(map(str, found))}"

    same = {"nomenclature": table.nomenclature}
    return ParsedRows(relation, same, locate, "products", tuple(_total_left_out(table, kind)))


def _rules(kind: DescriptionFile) -> tuple[Rule, ...]:
    again = "compare the row with the file as it was published"
    words = Rule("description", "no description", ".*[^ ].*", hint=again)
    lost = "a product without its code cannot be found"
    if not kind.is_tree:
        return (Rule("code", "not a code of six digits", "[0-9]{5,6}", why=lost), words)
    code = f"(([0-9]{{2}}){{1,3}}|{TOTAL})"
    return (
        Rule("hscode", "not a code of two, four or six digits", code, why=lost, hint=again),
        Rule("parent", "not a code", f"(([0-9]{{2}}){{1,2}}|{TOTAL})", hint=again),
        Rule("section", "not a Roman numeral", f"({_ROMAN}|{TOTAL})", hint=again),
        words,
    )


def _refuse_other_tree(table: FileTable, kind: DescriptionFile) -> None:
    """Refuse a tree in which a code does not begin with its parent."""
    code, parent = kind.columns.index("hscode"), kind.columns.index("parent")

    def is_other(row: list[str]) -> bool:
        text = row[code].strip()
        above = text[:-2] if len(text) in (4, 6) else TOTAL
        return row[parent].strip() != above

    if found := _rows_with(table, is_other):
        raise BadFileError(
            "the parent is not the code without its last two digits",
            where=f"{table.name}, row {found[0]}, column parent",
            why="codes or parents may have lost a zero",
            hint="use the file as it was published",
        )


def _total_left_out(table: FileTable, kind: DescriptionFile) -> Iterator[Finding]:
    place = kind.columns.index(kind.code)
    found = _rows_with(table, lambda row: row[place].strip() == TOTAL) if kind.is_tree else []
    if found:
        text = "The total over all goods was left out: it is no product."
        yield Finding("total", "note", table.name, len(found), f"row {found[0]}", text)


def _rows_with(table: FileTable, wanted: Callable[[list[str]], bool]) -> list[int]:
    return find_rows(table.path, table.name, wanted)


# The two files of descriptions that are read, and which edition each is of.


"""Code of a tree's total over everything, and its word for no section and no parent."""

_BACI = re.compile(r"product_codes_HS(\d\d)(?:_(V\d{6}\w*))?", re.IGNORECASE)
_TOTAL = re.compile(r"Total of all HS ?(\d{4}) commodities")
_SECTION_NAMES = {"section", "name"}
_TREE = {"section", "hscode", "description", "parent", "level"}
_LIST = {"code", "description"}


@dataclass(frozen=True, slots=True)
class DescriptionFile:
    """A file of descriptions.

    Attributes
    ----------
    code
        Column with the code.
    is_tree
        Whether it has chapters, headings and sections too (UN Comtrade's tree, as
        datasets/harmonized-system hands it on), or only codes of six digits (CEPII's list).
    columns
        Names in the header, in order.
    """

    code: str
    is_tree: bool
    columns: tuple[str, ...]


def kind_of(columns: Sequence[str], where: str) -> DescriptionFile:
    """Return what a file is, by the names in its header.

    Raises
    ------
    BadFileError
        If it is neither.
    """
    # A name that stands twice makes it no table that is known.
    names = set(columns) if len(set(columns)) == len(columns) else set()
    if names == _TREE:
        return DescriptionFile("hscode", True, tuple(columns))
    if names == _LIST:
        return DescriptionFile("code", False, tuple(columns))
    if names == _SECTION_NAMES:
        raise BadFileError(
            "names of sections, no products",
            where=where,
            hint="give harmonized-system.csv alone: each product there names its section",
        )
    raise BadFileError(
        f"not a table of descriptions: {', '.join(columns[:8])}",
        where=f"{where}, row 1",
        why="known are section, hscode, description, parent, level; and code, description",
        hint="give harmonized-system.csv, or product_codes_HS17_V202501.csv out of BACI's zip",
    )


def release_of(name: str) -> str | None:
    """Return the release of BACI in the name of its list, or None."""
    found = _BACI.search(name)
    return found[2].upper() if found and found[2] else None


def edition_of(
    kind: DescriptionFile, name: str, where: str, options: FileOptions, total: str | None
) -> str:
    """Return the edition that a file is of: named in it, by it or by the user.

    Parameters
    ----------
    kind, name
        What the file is, and its name.
    where
        What a reader calls it: with the archive it lay in.
    options
        What the user said.
    total
        Description of the total in a tree, which names the edition.

    Raises
    ------
    BadFileError
        If file and user disagree, or neither names an edition that exists.
    """
    by_year = {str(one.year): one.id for one in EDITIONS}
    by_digits = {one.baci[2:]: one.id for one in EDITIONS}
    found = _TOTAL.fullmatch(total or "") if kind.is_tree else _BACI.search(name)
    # The tree writes 2017, BACI's name 17; another number is kept, and refused with its name below.
    named = (by_year | by_digits).get(found[1], f"HS{found[1]}") if found else None
    if options.nomenclature and named and options.nomenclature != named:
        raise BadFileError(
            f"the edition asked for is {options.nomenclature}, the file is of {named}",
            where=where,
            hint="leave the option out, or give the file that was meant",
        )
    edition = named or options.nomenclature
    if edition is None or edition not in by_year.values():
        raise BadFileError(
            f"no edition of the Harmonized System: {edition}"
            if edition
            else "the edition of the codes is not known",
            where=where,
            why="one code means different goods in different editions",
            hint="add --nomenclature HS2017 (or HS1992 ... HS2022)",
        )
    return edition


def total_of(path: Path, name: str, kind: DescriptionFile) -> str | None:
    """Return the description of the total in a tree, or None.

    Raises
    ------
    BadFileError
        If the file cannot be read as text.
    """
    code, words = kind.columns.index(kind.code), kind.columns.index("description")
    found: list[str] = []

    def is_total(row: list[str]) -> bool:
        if len(row) == len(kind.columns) and row[code].strip() == TOTAL:
            found.append(row[words].strip())
        # Searches all rows and selects none: the total stands anywhere.
        return False

    find_rows(path, name, is_total)
    return found[0] if found else None
