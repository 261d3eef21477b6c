"""Read UN Comtrade: CSV, tabs, Parquet and JSON of its interface, and the CSV of before 2022."""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import area, by_code
from entrepot.model.columns import Finding
from entrepot.model.product import EDITIONS
from entrepot.sources.comtrade.cells import make_cells
from entrepot.sources.comtrade.file import is_answer, opened, places, table_of
from entrepot.sources.comtrade.stage import AMOUNTS, KEY, SUMS, bare, stage
from entrepot.sources.comtrade.totals import (
    ABOVE,
    FLOW,
    keep_finest,
    leave_sums_out,
    split_reexports,
)
from entrepot.sources.parquet import is_parquet, reading
from entrepot.sources.parser import FileTable, ParsedRows
from entrepot.sources.strict import literal
from entrepot.sources.temp_tables import look_up
from entrepot.sources.text import text_in_utf8
from entrepot.sources.unpack import members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.comtrade.file import ComtradeFile
    from entrepot.sources.parser import FileOptions, Key, RawFile

LIMITS = (500, 100_000, 250_000)
"""Most rows that Comtrade sends at once: without a key, with one, and to institutions."""


def tables(file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
    """Yield the tables in a file, one at a time; what was unpacked goes when the next one comes."""
    edition = _edition(file, options)
    for _, label, path in members(file, scratch):
        text = _as_table(path, scratch, label)
        yield FileTable(text, label, edition, options.vintage or "unknown")
        for made in {path, text} - {file.path}:
            made.unlink(missing_ok=True)


def _as_table(path: Path, scratch: Path, label: str) -> Path:
    if is_parquet(path):
        return path
    # Names of countries in files of the page are in cp1252 (Türkiye); nothing that counts is.
    text = text_in_utf8(path, scratch, label, ("utf-8-sig", "cp1252"))
    return table_of(text, scratch, label) if is_answer(text) else text


def _edition(file: RawFile, options: FileOptions) -> str:
    known = {name.upper(): one.id for one in EDITIONS for name in (one.id, one.comtrade, one.baci)}
    edition = known.get((options.nomenclature or "").upper(), "")
    if options.nomenclature and not edition:
        raise BadFileError(
            f"no edition of the Harmonized System: {options.nomenclature}",
            where=file.name,
            hint="write HS1992 ... HS2022",
        )
    if options.mapping:
        raise BadFileError(
            "a file of Comtrade says itself what its columns are",
            where=file.name,
            hint="leave --map out, or add it as a table: entrepot data add table",
        )
    return edition


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row; return one for each flow that was reported, in USD and kg."""
    file = opened(connection, table)
    # Damage in a column of Parquet shows when the column is first read, which may be late.
    with reading(file.name) if is_parquet(file.path) else nullcontext():
        occurs = stage(connection, file)
        findings = (
            *_said(connection, file, occurs),
            *make_cells(connection, file),
            *keep_finest(connection, file),
            *leave_sums_out(connection, file),
            *split_reexports(connection, file),
        )
    relation = canonical(connection, file)
    return ParsedRows(
        relation,
        {},
        lambda key: places(connection, file, cells_of_key(key)),
        findings=findings,
        totals=canonical_totals(connection, file),
    )


def _said(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile, occurs: dict[str, frozenset[str]]
) -> Iterator[Finding]:
    """Say what the rows as a whole say: that they may be cut off, or were converted."""
    [(count, converted)] = connection.execute(
        f"SELECT count(*), count(*) FILTER (NOT original) FROM {file.rows}"
    ).fetchall()
    editions = sorted(one.id for one in EDITIONS if one.comtrade in occurs.get("edition", ()))
    other = [name for name in editions if name != file.edition]
    if file.edition and other:
        raise BadFileError(
            f"the edition asked for is {file.edition}, the file says {' and '.join(other)}",
            where=file.name,
            hint="leave --nomenclature out: the file knows",
        )
    if _is_mixed_up(connection, file, occurs):
        raise BadFileError(
            "rows whose period is not of their frequency",
            where=file.name,
            why="a year (2023) with freqCode M, or a month (202301) with A, cannot be read",
            hint="use the file as Comtrade ships it",
        )
    # Exactly a limit: one row more would have been cut off too, one fewer was not.
    if count in LIMITS:
        text = (
            f"The file has {count:,} rows, exactly as many as Comtrade sends at once: it is most "
            "likely cut off. Ask for less at a time."
        )
        yield Finding("maybe-cut-off", "warning", file.name, count, f"{count:,} rows", text)
    if converted:
        text = (
            "The reporter used another edition of the Harmonized System and the UN converted these "
            "rows: goods that changed their code may stand in the wrong one."
        )
        yield Finding(
            "converted-edition", "note", file.name, int(converted), ", ".join(editions), text
        )


def _is_mixed_up(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile, occurs: dict[str, frozenset[str]]
) -> bool:
    """Whether a month is called a year or the other way round."""
    frequencies = occurs.get("freq", frozenset())
    # The usual case needs no pass over the rows: texts of periods that occur are known from the
    # test.
    if len(frequencies) == 1:
        size = 4 if "A" in frequencies else 6
        return any(len(one.strip()) != size for one in occurs["period"])
    rows = f"SELECT 1 FROM {file.rows} WHERE (told_freq = 'A') <> (period < 10000) LIMIT 1"
    return bool(frequencies and connection.execute(rows).fetchall())


# Cells of Comtrade in canonical columns: who gave what to whom, and what the value is.


_UNITS = {
    2: "square metres",
    3: "1000 kWh",
    4: "metres",
    5: "items",
    6: "pairs",
    7: "litres",
    8: "kg",
    9: "1000 items",
    10: "packages",
    11: "dozens",
    12: "cubic metres",
    13: "carats",
}
# Comtrade's codes for "not available" and "no quantity".
_NO_UNIT = (-1, 1)


def canonical(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> duckdb.DuckDBPyRelation:
    """Return the flows in canonical columns, unread; values as reported, in whole or broken USD."""
    area_table = look_up(connection, "comtrade_area", _areas(), "INTEGER")
    units = " ".join(f"WHEN {code} THEN {literal(word)}" for code, word in _UNITS.items())
    none = ", ".join(map(str, _NO_UNIT))
    # An amount without a unit says nothing, so neither is kept.
    has_quantity = f"quantity IS NOT NULL AND unit IS NOT NULL AND unit NOT IN ({none})"
    return connection.sql(f"""
        SELECT {_common(file)},
               CASE WHEN {has_quantity} THEN quantity END AS quantity,
               CASE WHEN {has_quantity} THEN
                    CASE unit {units} ELSE 'unit ' || unit || ' of Comtrade' END
                    END AS quantity_unit,
               is_reexport,
               CASE WHEN mass_estimated IS NOT NULL OR quantity_estimated IS NOT NULL
                    THEN coalesce(mass_estimated AND mass IS NOT NULL, false)
                      OR coalesce(quantity_estimated AND {has_quantity}, false)
                    END AS is_estimated
        FROM {FLOW} AS cell JOIN {area_table} AS here ON here.code = reporter
        JOIN {area_table} AS there ON there.code = partner""")


def canonical_totals(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile
) -> duckdb.DuckDBPyRelation:
    """Return what reporters added up over partners or products, in columns of ``totals``."""
    area_table = look_up(connection, "comtrade_area", _areas(), "INTEGER")
    partners = look_up(connection, "comtrade_partner", _areas(aggregates=True), "INTEGER")
    # Totals over goods (ABOVE) have finer rows by the way they were made; of those over partners
    # `keep_finest` has already moved the coarse ones to ABOVE.
    amounts = f"{KEY}, {AMOUNTS}"
    return connection.sql(f"""
        SELECT {_common(file)}, has_finer
        FROM (SELECT {amounts}, has_finer FROM {SUMS} UNION ALL BY NAME
              SELECT {amounts}, true AS has_finer FROM {ABOVE} WHERE flow IN ('M', 'X')) AS cell
        JOIN {area_table} AS here ON here.code = reporter
        JOIN {partners} AS there ON there.code = partner""")


def _common(file: ComtradeFile) -> str:
    """Return SQL for the columns that flows and totals have in common."""
    editions = " ".join(f"WHEN '{one.comtrade}' THEN '{one.id}'" for one in EDITIONS)
    # A period is 2023 or 202301: below 10000 it is a year.
    year = "CASE WHEN cell.period < 10000 THEN cell.period ELSE cell.period // 100 END"
    month = "CASE WHEN cell.period < 10000 THEN 1 ELSE cell.period % 100 END"
    # The valuation follows from which of cif and fob the primary value equals: imports of Canada
    # and Mexico are FOB. Where both equal it or none is there, the flow's usual one is taken.
    return f"""
               make_date({year}, {month}, 1) AS period,
               CASE WHEN cell.period < 10000 THEN 'A' ELSE 'M' END AS freq,
               CASE flow WHEN 'X' THEN here.iso ELSE there.iso END AS exporter,
               CASE flow WHEN 'X' THEN there.iso ELSE here.iso END AS importer,
               product,
               CASE edition {editions} ELSE {literal(file.edition)} END AS nomenclature,
               value AS value_usd,
               CASE WHEN flow = 'M' AND fob = value AND (cif IS NULL OR cif <> value) THEN 'FOB'
                    WHEN flow = 'M' THEN 'CIF'
                    WHEN cif = value AND (fob IS NULL OR fob <> value) THEN 'CIF'
                    ELSE 'FOB' END AS valuation,
               mass AS mass_kg,
               CASE flow WHEN 'X' THEN 'exporter' ELSE 'importer' END AS reported_by,
               CASE flow WHEN 'X' THEN 'destination' ELSE 'origin' END AS partner_basis"""


@cache
def _areas(*, aggregates: bool = False) -> dict[int, str]:
    """Return our code for each code of Comtrade that is no total; with `aggregates` for all."""
    return {
        int(k): v
        for k, v in by_code("comtrade").items()
        if aggregates or area(v).kind != "aggregate"
    }


def cells_of_key(key: Key) -> dict[str, set[str]]:
    """Return the cells, by role, that rows have which became the rows with a canonical key."""
    period, freq, exporter, importer, product, reported_by, *_ = key
    # The reporter's own code of the two; an area may have several codes of Comtrade.
    here, there = (exporter, importer) if reported_by == "exporter" else (importer, exporter)
    time = f"{period:%Y}" if freq == "A" else f"{period:%Y%m}"
    return {
        "period": {time},
        "reporter": {bare(code) for code in area(here).comtrade},
        "partner": {bare(code) for code in area(there).comtrade},
        "flow": {"X", "RX", "DX", "2", "3"} if reported_by == "exporter" else {"M", "1"},
        "product": {bare(product)},
    }
