"""Read input-output tables: the OECD's own CSV, the file of the package, or layouts of others."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from entrepot.errors import BadFileError
from entrepot.files import open_zip
from entrepot.model.columns import BALANCED, Finding
from entrepot.sources.icio.layouts import (
    is_figaro,
    is_pymrio,
    read_adb,
    read_figaro,
    read_pymrio,
    write,
)
from entrepot.sources.icio.release import industries, is_release, read_release
from entrepot.sources.icio.sectors import (
    EARLIER,
    NOMENCLATURE,
    OWN,
    cells,
    edition_of,
    relation,
    together,
)
from entrepot.sources.icio.wheel import CAP, INSIDE, KNOWN, NEEDED, PACKAGE, benchmark, read_arrays
from entrepot.sources.parser import FileTable, ParsedRows, RawFile
from entrepot.sources.text import about_end, header
from entrepot.sources.unpack import members, sha256_of
from entrepot.sources.workbook import is_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.icio.layouts import Square
    from entrepot.sources.icio.sectors import Cells
    from entrepot.sources.icio.wheel import Benchmark
    from entrepot.sources.parser import FileOptions, Key

RELEASE = "2025"
_AREAS = {67: "2021", 77: "2023"}
"""Releases with 45 sectors by their areas, the rest of the world included."""
# 2022_SML.csv, 2022.csv, figaro_2021_v2.csv.gz: the year and at most a kind or version end the
# name, for a name may begin with a year of release.
_YEAR = re.compile(
    r"(?:^|[^0-9])((?:19|20)[0-9]{2})(?:_[A-Z]+)?(?:_v[0-9]+)?\.(?:csv|zip|xlsx)(?:\.gz)?$",
    re.IGNORECASE,
)
_README = re.compile(r"read_?me", re.IGNORECASE)
_STEP = 400  # rows of four thousand columns at a time


def tables(file: RawFile, scratch: Path, said: FileOptions) -> Iterator[FileTable]:
    """Yield the table of each year in a file; what was unpacked goes when the next one comes."""
    # Workbooks, folders of pymrio and the package's arrays are all zip archives, so each is looked
    # for before an archive of CSV files is unpacked.
    if is_workbook(file.path):
        yield _rewritten(file.name, file.name, read_adb(file.path, file.name), scratch, said)
        return
    if is_pymrio(file.path):
        yield _rewritten(file.name, file.name, read_pymrio(file, scratch), scratch, said)
        return
    if arrays := _arrays(file, scratch):
        sha256 = sha256_of(arrays)
        # By checksum and not by name: the year and the rule for cut columns are known of this one
        # file.
        if sha256 not in KNOWN:
            raise BadFileError(
                "not the file of sanction-simulator 0.1.4",
                where=f"{file.name}, SHA-256 {sha256[:12]}",
                why="the file does not say which year it is, nor what was left out",
                hint="pip install 'entrepot[icio]' brings the right one; or give the OECD's CSV",
            )
        vintage = said.vintage or RELEASE
        yield FileTable(arrays, file.name, NOMENCLATURE, vintage, KNOWN[sha256], detail="arrays")
        return
    for member, label, path in members(file, scratch):
        if label != file.name and _README.match(member):
            pass
        elif is_figaro(header(path, label)):
            found = _rewritten(member, label, read_figaro(path, label), scratch, said)
            yield replace(found, findings=(*found.findings, *about_end(path, label)))
        else:
            yield _release(member, label, path, said)
        if path != file.path:
            path.unlink()


def _arrays(file: RawFile, scratch: Path) -> Path | None:
    """Return the arrays in a file, unpacked from a wheel if need be; None if it holds none."""
    try:
        with open_zip(file.path) as archive:
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


def _rewritten(
    member: str, label: str, table: Square, scratch: Path, said: FileOptions
) -> FileTable:
    """Return a table in another layout, written as the OECD's in million USD."""
    rate = None
    if said.mapping:
        rate = _dollar_rate(said.mapping)
    if rate is None and table.currency != "USD":
        raise BadFileError(
            f"the table is in {table.currency}",
            where=label,
            why="answers from input-output tables are in US dollars, and no rate is ours to choose",
            hint=f"say what one {table.currency} was worth that year: --rate DOLLARS "
            "(shares do not depend on it)",
        )
    if rate is not None and table.currency == "USD":
        raise BadFileError("a rate for a table in US dollars", where=label, hint="leave --rate out")
    written = scratch / "rewritten.csv"
    write(table, written, rate or 1.0)
    found = _release(f"{table.year}.csv" if table.year else member, label, written, said)
    if rate is None:
        return found
    text = "Values in another currency were turned into US dollars at the rate that was given."
    words = f"{table.currency} 1 = USD {rate:g}"
    return replace(found, findings=(Finding("rate-given", "note", label, 1, words, text),))


def _dollar_rate(mapping: str) -> float:
    """Return what one unit of a table's currency was worth, as the text of a mapping says it.

    Raises
    ------
    BadFileError
        If it says none, or something else.
    """
    # Here: few give a rate, and this library takes a tenth of a short command to import.
    from pydantic import Field

    from entrepot.model.closed_yaml import Closed, parse_closed

    class Rate(Closed):
        rate: Annotated[float, Field(gt=0, allow_inf_nan=False)]

    return parse_closed(mapping, Rate, name="mapping").rate


def _release(member: str, label: str, path: Path, said: FileOptions) -> FileTable:
    names = header(path, label)
    if not is_release(names):
        raise BadFileError(
            "this is not a table of the OECD's inter-country input-output tables",
            where=f"{label}, row 1",
            why="the first column has labels such as AUS_A01, a column OUT ends the table",
            hint="give 2022_SML.csv or 2022.csv, or the zip with it, as the OECD publishes it; "
            "tables of FIGARO, pymrio and the ADB as they are",
        )
    named = _YEAR.search(member)
    if not named:
        raise BadFileError(
            "which year is it?",
            where=label,
            why="the table itself does not say",
            hint="end the name of the file with the year: 2022_SML.csv, 2022.csv, mine_2022.zip",
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
    return FileTable(path, label, edition, vintage, int(named[1]), detail="release")


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


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Read every input of a table: whole USD, own sectors included, zeros left out."""
    if table.year is None:
        raise ValueError(f"no year for {table.name}")
    if table.detail == "arrays":
        stored = benchmark(read_arrays(table.path, table.name), table.name)
        grid, found, findings = stored.grid, _everything(stored), about(stored, table.name)
    else:
        grid, found, findings = read_release(table.path, table.name)
    # The size of other tables is not that of the release of 2025, whatever their sectors.
    if table.nomenclature != NOMENCLATURE or table.vintage != RELEASE:
        text = "Rows add up to output, so no seller's sales are missing, whatever the table's size."
        labels = f"{len(grid.sectors)} sectors, {len(grid.areas)} areas"
        findings += (Finding(BALANCED, "note", table.name, len(grid.area_of), labels, text),)
    return ParsedRows(
        relation=relation(connection, grid, found, table.year, "icio_delivery"),
        same={"nomenclature": table.nomenclature},
        locate=_locate,
        table="inputs",
        findings=findings,
    )


def _locate(key: Key) -> str:
    _, exporter, sector, importer, buyer_sector = key
    return f"row {exporter}_{sector}, column {importer}_{buyer_sector}"


def _everything(stored: Benchmark) -> Cells:
    import numpy as np

    everybody = np.arange(len(stored.grid.area_of))
    steps = [everybody[start : start + _STEP] for start in range(0, len(everybody), _STEP)]
    return together(
        # 400 rows at a time: the dense table has 3,879 x 3,879 cells of 8 bytes, and its copy as
        # many.
        [cells(stored.grid, stored.block(some, everybody), some, everybody) for some in steps]
    )


def about(stored: Benchmark, name: str) -> tuple[Finding, ...]:
    """Return what a reader of the package's table has to know; `name` is that of its file."""
    labels = [
        f"{' '.join(stored.grid.names(place))} x {by:.3f}" for place, by in stored.cut.items()
    ]
    part = sum(float(stored.output[place]) for place in stored.cut) / float(stored.output.sum())
    return (
        Finding(
            "no-rest-of-world",
            "warning",
            name,
            1,
            f"USD {stored.inputs.sum() / 1e6:.1f} tn of inputs, 103.4 in the whole table",
            "The package's makers left out the rest of the world: what the 80 economies buy from "
            "others is in no total, so shares of imported inputs are upper bounds.",
        ),
        Finding(
            "cut-columns",
            "note",
            name,
            len(stored.cut),
            ", ".join(labels),
            f"The package's makers cut inputs at {CAP:.0%} of output in these columns, which make "
            f"{part:.1g} of all output; what was cut off follows from the sellers' rows and was "
            "put back.",
        ),
    )
