"""Read CEPII BACI: `t,i,j,k,v,q` in thousand USD FOB and metric tons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import area, by_code
from entrepot.sources.baci.cells import canonical, careful, is_plain, quick
from entrepot.sources.baci.names import is_beside, is_named, named_table
from entrepot.sources.baci.rules import rules, told_by_of, years_of
from entrepot.sources.parser import Rows
from entrepot.sources.strict import find_rows, verify
from entrepot.sources.text import count_lines
from entrepot.sources.unpack import header, members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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
    years = years_of(table)
    areas = {
        text: iso
        for code, iso in by_code("baci").items()
        if area(iso).kind != "aggregate"
        for text in dict.fromkeys((f"{int(code)}", f"{int(code):03}"))
    }
    codes = {"t": [*map(str, years)], "i": [*areas], "j": [*areas]}
    reported_by = told_by_of(years)
    same = {"freq": "A", "nomenclature": table.nomenclature, "valuation": "FOB"}

    def read(way: Callable[..., str]) -> duckdb.DuckDBPyRelation:
        cells = way(table.path, columns, codes)
        return connection.sql(canonical(cells, years, [*areas.values()], reported_by))

    def again() -> duckdb.DuckDBPyRelation:
        verify(connection, table.path, table.name, columns, rules(table, codes))
        return read(careful)

    plain = is_plain(table.path)
    lines = count_lines(table.path, table.name)
    return Rows(
        read(quick) if plain else again(),
        same if reported_by else same | {"reported_by": "both"},
        lambda key: _locate(table, columns, areas, key),
        again=again if plain else None,
        count=lines - 1 if plain else None,
    )


def _locate(table: Delivery, columns: list[str], areas: dict[str, str], key: Key) -> str:
    t, i, j, k = (columns.index(name) for name in "tijk")
    period, _, exporter, importer, product, *_ = key
    found = find_rows(
        table.path,
        table.name,
        lambda row: (
            row[k].strip().zfill(6) == product
            and (areas[row[i].strip()], areas[row[j].strip()]) == (exporter, importer)
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
