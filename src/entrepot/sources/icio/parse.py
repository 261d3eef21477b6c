"""Read the OECD's inter-country input-output tables: its own CSV, or the file of the package."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import BALANCED, Finding
from entrepot.sources.digest import sha256_of
from entrepot.sources.icio.arrays import KNOWN, NEEDED, benchmark, read_arrays
from entrepot.sources.icio.grid import cells, relation, together
from entrepot.sources.icio.labels import industries
from entrepot.sources.icio.notes import about
from entrepot.sources.icio.release import is_release, read_release
from entrepot.sources.icio.sectors import EARLIER, NOMENCLATURE, OWN, edition_of
from entrepot.sources.icio.wheel import INSIDE, PACKAGE
from entrepot.sources.parser import Delivery, RawFile, Rows
from entrepot.sources.unpack import header, members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.icio.arrays import Benchmark
    from entrepot.sources.icio.grid import Cells
    from entrepot.sources.parser import Key, Said

__all__ = ["rows", "tables"]

RELEASE = "2025"
_AREAS = {67: "2021", 77: "2023"}
"""Releases with 45 sectors by their areas, the rest of the world included."""
_YEAR = re.compile(r"(?:^|[^0-9])((?:19|20)[0-9]{2})(?:_[A-Z]+)?\.csv(?:\.gz)?$", re.IGNORECASE)
_BESIDE = re.compile(r"read_?me", re.IGNORECASE)
_STEP = 400  # rows of four thousand columns at a time


def tables(file: RawFile, scratch: Path, said: Said) -> Iterator[Delivery]:
    """Yield the table of each year in a file; what was unpacked goes when the next one comes."""
    if arrays := _arrays(file, scratch):
        sha256 = sha256_of(arrays)
        if sha256 not in KNOWN:
            raise BadFileError(
                "not the file of sanction-simulator 0.1.4",
                where=f"{file.name}, SHA-256 {sha256[:12]}",
                why="the file does not say which year it is, nor what was left out",
                hint="pip install 'entrepot[icio]' brings the right one; or give the OECD's CSV",
            )
        vintage = said.vintage or RELEASE
        yield Delivery(arrays, file.name, NOMENCLATURE, vintage, KNOWN[sha256], detail="arrays")
        return
    for member, label, path in members(file, scratch):
        if not (label != file.name and _BESIDE.match(member)):
            yield _release(member, label, path, said)
        if path != file.path:
            path.unlink()


def _arrays(file: RawFile, scratch: Path) -> Path | None:
    """Return the arrays in a file, unpacked from a wheel if need be; None if it holds none."""
    try:
        with zipfile.ZipFile(file.path) as archive:
            names = set(archive.namelist())
            if {f"{name}.npy" for name in NEEDED} <= names:
                return file.path
            if f"{PACKAGE}/{INSIDE}" in names:
                target = scratch / "arrays.npz"
                with archive.open(f"{PACKAGE}/{INSIDE}") as source, target.open("wb") as copy:
                    copy.write(source.read(2**28))  # what is longer is not the file we know
                return target
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError):
        return None  # the CSV's reader says what is wrong
    return None


def _release(member: str, label: str, path: Path, said: Said) -> Delivery:
    names = header(path, label)
    if not is_release(names):
        raise BadFileError(
            "this is not a table of the OECD's inter-country input-output tables",
            where=f"{label}, row 1",
            why="the first column holds labels such as AUS_A01, a column OUT ends the table",
            hint="give 2022_SML.csv or 2022.csv, or the zip that holds it, as the OECD ships it",
        )
    named = _YEAR.search(member)
    if not named:
        raise BadFileError(
            "which year is it?",
            where=label,
            why="the table itself does not say",
            hint="name the file as the OECD does: 2022_SML.csv or 2022.csv",
        )
    nodes = industries(names[1:], label, "column").values()
    edition = edition_of({node.sector for node in nodes})
    if said.nomenclature not in (None, edition):
        raise BadFileError(
            f"sectors of {edition}, not of {said.nomenclature}",
            where=f"{label}, row 1",
            why="the labels of the columns say which sectors they are",
            hint=f"leave --nomenclature out, or write --nomenclature {edition}",
        )
    vintage = said.vintage or _vintage(edition, len({node.area for node in nodes}), label)
    return Delivery(path, label, edition, vintage, int(named[1]), detail="release")


def _vintage(edition: str, areas: int, label: str) -> str:
    """Return the release that a table is of; its number of areas tells the two earlier apart."""
    if edition == NOMENCLATURE:
        return RELEASE
    if edition == EARLIER and areas in _AREAS:
        return _AREAS[areas]
    what = "your own table" if edition == OWN else "one of the OECD's earlier releases"
    raise BadFileError(
        "which table is it?",
        where=f"{label}, {areas} areas",
        why=f"its sectors are those of {what}, and answers name the table that they are from",
        hint="give it a name: --vintage 2023, or --vintage mine; then ask --source icio@mine",
    )


def rows(connection: duckdb.DuckDBPyConnection, table: Delivery) -> Rows:
    """Read every input of a table: whole USD, own sectors included, zeros left out."""
    if table.year is None:
        raise ValueError(f"no year for {table.name}")
    if table.detail == "arrays":
        held = benchmark(read_arrays(table.path, table.name), table.name)
        grid, found, findings = held.grid, _everything(held), about(held, table.name)
    else:
        grid, found, findings = read_release(table.path, table.name)
    if table.nomenclature != NOMENCLATURE:  # its size is not that of the release of 2025
        text = "Rows add up to output, so no seller's sales are missing, whatever the table's size."
        labels = f"{len(grid.sectors)} sectors, {len(grid.areas)} areas"
        findings += (Finding(BALANCED, "note", table.name, len(grid.area_of), labels, text),)
    return Rows(
        relation=relation(connection, grid, found, table.year, "icio_delivery"),
        same={"nomenclature": table.nomenclature},
        locate=_locate,
        table="inputs",
        findings=findings,
    )


def _locate(key: Key) -> str:
    _, exporter, sector, importer, buyer_sector = key
    return f"row {exporter}_{sector}, column {importer}_{buyer_sector}"


def _everything(held: Benchmark) -> Cells:
    import numpy as np

    everybody = np.arange(len(held.grid.area_of))
    steps = [everybody[start : start + _STEP] for start in range(0, len(everybody), _STEP)]
    return together(
        [cells(held.grid, held.block(some, everybody), some, everybody) for some in steps]
    )
