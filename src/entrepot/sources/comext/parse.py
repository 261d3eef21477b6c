"""Read Eurostat Comext: bulk files and tables of DS-045409 and DS-059341, at their finest level."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.product import TOTAL
from entrepot.sources.comext.areas import areas_of, sums_of
from entrepot.sources.comext.lines import Lines, between_two, summed
from entrepot.sources.comext.notes import about_codes, about_flows, about_groups, about_headings
from entrepot.sources.comext.reading import checked
from entrepot.sources.comext.stage import stage, written
from entrepot.sources.comext.totals import require_once, without_parts
from entrepot.sources.parquet import is_parquet
from entrepot.sources.parser import FileTable, ParsedRows
from entrepot.sources.temp_tables import keep_small
from entrepot.sources.unpack import members, text_in_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.comext.notes import Code
    from entrepot.sources.parser import FileOptions, RawFile

__all__ = ["rows", "tables"]

_COLUMNS = (
    "period, freq, exporter, importer, product, nomenclature, value_reported, valuation, "
    "mass_kg, quantity, quantity_unit, reported_by, partner_basis, is_estimated"
)
_TOTALS = (
    "period, freq, exporter, importer, product, nomenclature, value_reported, 'EUR' AS currency, "
    "valuation, mass_kg, reported_by, partner_basis, has_finer"
)


def tables(file: RawFile, scratch: Path, said: FileOptions) -> Iterator[FileTable]:
    """Yield the tables in a file, one at a time; what was unpacked goes when the next one comes."""
    _require_nothing_said(file, said)
    for place, (_, label, path) in enumerate(members(file, scratch)):
        if not is_parquet(path):  # in columns that are not read, too
            text_in_utf8(path, scratch, label, ("utf-8-sig",))
        own = (scratch / f"comext-lines-{place}.parquet", scratch / f"comext-flows-{place}.parquet")
        yield FileTable(path, label, "", said.vintage or "unknown", detail=own)
        for one in own:
            one.unlink(missing_ok=True)
        if path != file.path:
            path.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row; return flows in EUR by member state, partner, code of goods and period."""
    file = checked(connection, table)
    own, added = table.detail
    staged = stage(connection, file, table.path, own)
    counts = {role: _counts(connection, staged, role) for role in ("reporter", "partner")}
    who = {role: areas_of(file, role, found) for role, found in counts.items()}
    roles = {file.form.roles.get(column) for column in file.cells}
    query = between_two(staged, who["reporter"], who["partner"])
    sums = sums_of(who["partner"])
    lines = Lines(
        keep_small(connection, "comext_single", query, table.path),
        summed(staged, who["reporter"], sums),
        has_trade="trade" in roles,
        has_flag="flag" in roles,
    )
    codes = _codes(connection, lines.single)
    level = _level(codes or _codes(connection, lines.sums), table)
    lines = replace(lines, level=level if codes else level or 8)  # chapters of the world alone
    require_once(connection, file, lines.named)
    has_totals = bool(sums) or any(_is_above(code, lines.level) for code, *_ in codes)
    if has_totals:
        require_once(connection, file, lines.totalled)
    lines, found = without_parts(connection, file, lines)
    flows = connection.sql(
        f"SELECT * FROM {written(connection, 'comext_flow', lines.flows, table.path, added)}"
    )
    findings = (
        *(
            one
            for role in counts
            for one in about_groups(role, counts[role], who[role], table.name)
        ),
        *about_codes(codes, lines.level, table.name),
        *about_headings(connection, lines, codes, table.name),
        *found,
        *about_flows(flows, table.name),
    )
    relation = flows.filter("value_reported IS NOT NULL").project(_COLUMNS)
    totals = connection.sql(lines.totals).project(_TOTALS) if has_totals else None
    return ParsedRows(relation, {"currency": "EUR"}, lambda _: "", findings=findings, totals=totals)


def _counts(connection: duckdb.DuckDBPyConnection, staged: str, column: str) -> dict[str, int]:
    query = f"SELECT {column}, count(*) FROM {staged} GROUP BY ALL"
    return dict(connection.execute(query).fetchall())


def _codes(connection: duckdb.DuckDBPyConnection, lines: str) -> list[Code]:
    query = f"SELECT product, count(*), coalesce(sum(value), 0) FROM ({lines}) GROUP BY ALL"
    return connection.execute(query).fetchall()


def _level(codes: list[Code], table: FileTable) -> int:
    """Return the number of digits of the finest codes; 0 if there are totals of all goods only."""
    sizes = {0 if code == TOTAL else len(code) for code, *_ in codes}
    for level in (8, 6, 0):
        if level in sizes:
            return level
    raise BadFileError(
        "no line of six or eight digits" if sizes else "no line of two single countries",
        where=table.name,
        why="headings, chapters and groups of countries are totals; their parts are what is kept",
        hint="ask Eurostat for member states, partners one by one and codes of 6 or 8 digits",
    )


def _is_above(code: str, level: int) -> bool:
    """Whether goods are a total of lines that count."""
    return bool(level) and (code == TOTAL or len(code) < level)


def _require_nothing_said(file: RawFile, said: FileOptions) -> None:
    if said.nomenclature or said.mapping:
        raise BadFileError(
            "the files of Comext say themselves what their columns and codes are",
            where=file.name,
            why="each year has its own edition of the Combined Nomenclature",
            hint="leave --nomenclature and --map out",
        )
