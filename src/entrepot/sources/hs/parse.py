"""Read what codes of the Harmonized System hold: a tree with headings, or a list of products."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.model.product import TOTAL
from entrepot.sources.hs.kinds import Kind, edition_of, kind_of, release_of, total_of
from entrepot.sources.parser import Delivery, Rows
from entrepot.sources.strict import Rule, find_rows, read_text, verify
from entrepot.sources.unpack import header, members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import Key, RawFile, Said

__all__ = ["rows", "tables"]

_ROMAN = "[IVX]{1,5}"


def tables(file: RawFile, scratch: Path, said: Said) -> Iterator[Delivery]:
    """Yield the tables in a file, one at a time."""
    for member, label, path in members(file, scratch):
        kind = kind_of(header(path, label), label)
        total = total_of(path, label, kind) if kind.is_tree else None
        edition = edition_of(kind, member, label, said, total)
        vintage = said.vintage or release_of(member) or "unknown"
        yield Delivery(path, label, edition, vintage, detail=kind)
        if path != file.path:
            path.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: Delivery) -> Rows:
    """Check every row and return codes with their description and the code one level above."""
    kind: Kind = table.detail
    verify(connection, table.path, table.name, kind.columns, _rules(kind))
    if kind.is_tree:
        _refuse_other_tree(table, kind)
    source = read_text(table.path, kind.columns)
    section = f"nullif(trim(section), '{TOTAL}')" if kind.is_tree else "NULL::VARCHAR"
    # Codes of a list have six digits, and may have lost a zero; those of a tree are complete.
    code = "trim(hscode)" if kind.is_tree else "lpad(trim(code), 6, '0')"
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
    return Rows(relation, same, locate, "products", tuple(_total_left_out(table, kind)))


def _rules(kind: Kind) -> tuple[Rule, ...]:
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


def _refuse_other_tree(table: Delivery, kind: Kind) -> None:
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


def _total_left_out(table: Delivery, kind: Kind) -> Iterator[Finding]:
    place = kind.columns.index(kind.code)
    found = _rows_with(table, lambda row: row[place].strip() == TOTAL) if kind.is_tree else []
    if found:
        text = "The total over all goods was left out: it is no product."
        yield Finding("total", "note", table.name, len(found), f"row {found[0]}", text)


def _rows_with(table: Delivery, wanted: Callable[[list[str]], bool]) -> list[int]:
    return find_rows(table.path, table.name, wanted)
