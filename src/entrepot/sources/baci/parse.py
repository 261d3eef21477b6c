"""Read CEPII BACI: `t,i,j,k,v,q` in thousand USD FOB and metric tons."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import area, by_code
from entrepot.sources import source_info
from entrepot.sources.baci.names import is_beside, is_named, named_table
from entrepot.sources.parser import Rows
from entrepot.sources.strict import NUMBER, Rule, find_rows, literal, read_text, verify
from entrepot.sources.unpack import header, members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import Delivery, Key, RawFile, Said

__all__ = ["rows", "tables"]

COLUMNS = {"t", "i", "j", "k", "v", "q"}


def tables(file: RawFile, scratch: Path, said: Said) -> Iterator[Delivery]:
    """Yield the year tables in a file, one at a time; the text of each goes when the next comes."""
    count = 0
    for member, label, path in members(file, scratch):
        inside = label != file.name
        if not (inside and is_beside(member)):
            if inside and not is_named(member):
                raise BadFileError(
                    "this is not a file of BACI",
                    where=label,
                    why="nothing is skipped in silence",
                    hint="give the zip as CEPII ships it, or the year files one by one",
                )
            count += 1
            # First of all: a file of another source should hear that, not what its name lacks.
            _require_columns(header(path, label), label)
            yield named_table(member, label, path, said)
        if path != file.path:
            path.unlink()
    if not count:
        raise BadFileError(
            "no year file in this archive",
            where=file.name,
            hint="look for members named like BACI_HS17_Y2022_V202501.csv",
        )


def rows(connection: duckdb.DuckDBPyConnection, table: Delivery) -> Rows:
    """Check every row and return them in canonical columns: whole USD, kg, six digits, ISO3."""
    columns = header(table.path, table.name)
    areas = {
        int(code): iso for code, iso in by_code("baci").items() if area(iso).kind != "aggregate"
    }
    verify(connection, table.path, table.name, columns, _rules(table, areas))
    codes = ", ".join(f"({code}, {literal(iso)})" for code, iso in sorted(areas.items()))
    relation = connection.sql(f"""
        WITH area(code, iso) AS (VALUES {codes})
        SELECT make_date(t::INTEGER, 1, 1) AS period, e.iso AS exporter, m.iso AS importer,
               lpad(trim(k), 6, '0') AS product, round(v::DOUBLE * 1000) AS value_usd,
               nullif(nullif(trim(q), ''), 'NA')::DOUBLE * 1000 AS mass_kg,
               {_told_by()} AS told_by
        FROM {read_text(table.path, columns)} AS cell
        JOIN area AS e ON e.code = cell.i::INTEGER
        JOIN area AS m ON m.code = cell.j::INTEGER""")
    same = {"freq": "A", "nomenclature": table.nomenclature, "valuation": "FOB"}
    return Rows(relation, same, lambda key: _locate(table, columns, areas, key))


def _locate(table: Delivery, columns: list[str], areas: dict[int, str], key: Key) -> str:
    t, i, j, k = (columns.index(name) for name in "tijk")
    period, _, exporter, importer, product, *_ = key
    found = find_rows(
        table.path,
        table.name,
        lambda row: (
            row[k].strip().zfill(6) == product
            and (areas[int(row[i])], areas[int(row[j])]) == (exporter, importer)
            and int(row[t]) == period.year
        ),
    )
    return f"{table.name}, rows {' and '.join(map(str, found))}"


def _require_columns(columns: list[str], name: str) -> None:
    missing = sorted(COLUMNS - set(columns))
    extra = [column for column in columns if column not in COLUMNS]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    found = [
        f"{word} {', '.join(which[:6])}{' ...' if len(which) > 6 else ''}"
        for word, which in (("missing", missing), ("not known", extra), ("twice", twice))
        if which
    ]
    if found:
        raise BadFileError(
            f"not the columns of BACI: {'; '.join(found)}",
            where=f"{name}, row 1",
            why="BACI has t,i,j,k,v,q: year, exporter, importer, product, thousand USD, tons",
            hint="check that this is a BACI data file, as CEPII ships it",
        )


def _rules(table: Delivery, areas: dict[int, str]) -> tuple[Rule, ...]:
    first = max(int(source_info("baci").bounds.years.least or 0), int(table.nomenclature[2:]))
    known = table.vintage[1:5].isdigit()
    last = int(table.vintage[1:5]) - 1 if known else date.today().year
    years = [table.year] if table.year else range(first, last + 1)
    span = f"{table.name} can hold {first} to {last}" if not table.year else "the name says another"
    codes = frozenset(text for code in areas for text in (f"{code}", f"{code:03}"))
    unknown = "its trade would be lost from every total"
    mass = "its mass would be lost; an unknown one is empty or NA"
    again = "look at the row, or use the file as CEPII ships it"
    hint = "is this a BACI file? if the area is new, it has to be added to model/areas.csv"
    return (
        Rule("t", "year out of bounds", allowed=frozenset(map(str, years)), why=span, hint=again),
        Rule("i", "unknown BACI area code", allowed=codes, why=unknown, hint=hint),
        Rule("j", "unknown BACI area code", allowed=codes, why=unknown, hint=hint),
        Rule("k", "not a product code of up to six digits", "[0-9]{1,6}", why=unknown, hint=again),
        Rule("v", "not a value of zero or more", NUMBER, why=unknown, hint=again),
        Rule("q", "not a quantity of zero or more", f"({NUMBER})?|NA", why=mass, hint=again),
    )


def _told_by() -> str:
    """Return SQL for who told a flow: the other side of an area that fell silent."""
    cases = [
        f"WHEN {side}.iso = {literal(quirk.silent)} AND t::INTEGER >= {quirk.since} "
        f"THEN {literal(other)}"
        for quirk in source_info("baci").quirks
        if quirk.silent
        for side, other in (("m", "exporter"), ("e", "importer"))
    ]
    return f"CASE {' '.join(cases)} ELSE 'both' END"
