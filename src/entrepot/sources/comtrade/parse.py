"""Read UN Comtrade: CSV, tabs, Parquet and JSON of its interface, and the CSV of before 2022."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.model.product import EDITIONS
from entrepot.sources.comtrade.answer import is_answer, table_of
from entrepot.sources.comtrade.canon import canonical, canonical_totals, cells_of_key
from entrepot.sources.comtrade.cells import make_cells
from entrepot.sources.comtrade.file import opened, places
from entrepot.sources.comtrade.levels import keep_finest
from entrepot.sources.comtrade.reexports import tell_reexports
from entrepot.sources.comtrade.stage import stage
from entrepot.sources.comtrade.world import leave_sums_out
from entrepot.sources.parquet import is_parquet, reading
from entrepot.sources.parser import Delivery, Rows
from entrepot.sources.unpack import members, text_in_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.comtrade.file import File
    from entrepot.sources.parser import RawFile, Said

__all__ = ["rows", "tables"]

LIMITS = (500, 100_000, 250_000)
"""Most rows that Comtrade sends at once: without a key, with one, and to institutions."""


def tables(file: RawFile, scratch: Path, said: Said) -> Iterator[Delivery]:
    """Yield the tables in a file, one at a time; what was unpacked goes when the next one comes."""
    edition = _edition(file, said)
    for _, label, path in members(file, scratch):
        text = _as_table(path, scratch, label)
        yield Delivery(text, label, edition, said.vintage or "unknown")
        for made in {path, text} - {file.path}:
            made.unlink(missing_ok=True)


def _as_table(path: Path, scratch: Path, label: str) -> Path:
    if is_parquet(path):
        return path
    # Names of countries in files of the page are in cp1252 (Türkiye); nothing that counts is.
    text = text_in_utf8(path, scratch, label, ("utf-8-sig", "cp1252"))
    return table_of(text, scratch, label) if is_answer(text) else text


def _edition(file: RawFile, said: Said) -> str:
    known = {name.upper(): one.id for one in EDITIONS for name in (one.id, one.comtrade, one.baci)}
    edition = known.get((said.nomenclature or "").upper(), "")
    if said.nomenclature and not edition:
        raise BadFileError(
            f"no edition of the Harmonized System: {said.nomenclature}",
            where=file.name,
            hint="write HS1992 ... HS2022",
        )
    if said.mapping:
        raise BadFileError(
            "a file of Comtrade says itself what its columns are",
            where=file.name,
            hint="leave --map out, or add it as a table: entrepot data add table",
        )
    return edition


def rows(connection: duckdb.DuckDBPyConnection, table: Delivery) -> Rows:
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
            *tell_reexports(connection, file),
        )
    relation = canonical(connection, file)
    return Rows(
        relation,
        {},
        lambda key: places(connection, file, cells_of_key(key)),
        findings=findings,
        totals=canonical_totals(connection, file),
    )


def _said(
    connection: duckdb.DuckDBPyConnection, file: File, occurs: dict[str, frozenset[str]]
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
    connection: duckdb.DuckDBPyConnection, file: File, occurs: dict[str, frozenset[str]]
) -> bool:
    """Whether a month is called a year or the other way round."""
    frequencies = occurs.get("freq", frozenset())
    if len(frequencies) == 1:
        size = 4 if "A" in frequencies else 6
        return any(len(one.strip()) != size for one in occurs["period"])
    rows = f"SELECT 1 FROM {file.rows} WHERE (told_freq = 'A') <> (period < 10000) LIMIT 1"
    return bool(frequencies and connection.execute(rows).fetchall())
