"""Read GeoDist: how far apart two countries are, and whether they share a border."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.sources.geodist.check import codes, ends, noted, refuse_wrong
from entrepot.sources.geodist.stata import is_stata, read_stata
from entrepot.sources.parser import Delivery, Rows
from entrepot.sources.strict import literal, quoted
from entrepot.sources.temp_tables import keep, look_up
from entrepot.sources.unpack import members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb
    import pyarrow as pa

    from entrepot.sources.parser import Key, RawFile, Said

__all__ = ["rows", "tables"]

_PLACE = "place of the row"


def tables(file: RawFile, scratch: Path, said: Said) -> Iterator[Delivery]:
    """Yield the table in a file."""
    if said.nomenclature:
        raise BadFileError(
            "a nomenclature was named for a source without products",
            where=file.name,
            hint="leave it out",
        )
    for _, label, path in members(file, scratch):
        if not is_stata(path):
            raise BadFileError(
                "not a file of Stata",
                where=label,
                why="a failed download often leaves a web page under the name of the file",
                hint="give dist_cepii.dta as CEPII ships it",
            )
        held = read_stata(path, label)
        yield Delivery(path, label, "", said.vintage or "unknown", detail=held)
        if path != file.path:
            path.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: Delivery) -> Rows:
    """Check every row and return distances in km between areas as we code them."""
    import pyarrow as pa

    held: pa.Table = table.detail
    origin, destination = map(quoted, ends(held, table.name))
    area = look_up(connection, "geodist_area", codes())
    numbered = held.append_column(_PLACE, pa.array(range(1, held.num_rows + 1), pa.int64()))
    connection.register("geodist_cell", numbered)
    keep(  # asked many times below
        connection,
        "geodist_placed",
        f"""
        SELECT e.iso AS exporter, m.iso AS importer, dist::DOUBLE AS distance_km,
               distw::DOUBLE AS weighted_distance_km, contig::DOUBLE AS contig,
               {origin} AS from_code, {destination} AS to_code, {quoted(_PLACE)} AS place
        FROM geodist_cell LEFT JOIN {area} AS e ON e.code = {origin}
        LEFT JOIN {area} AS m ON m.code = {destination}""",
    )
    connection.unregister("geodist_cell")
    placed = connection.table("geodist_placed")
    refuse_wrong(placed, table.name)
    relation = placed.project(
        "exporter, importer, distance_km, weighted_distance_km, contig = 1 AS is_contiguous"
    )

    def locate(key: Key) -> str:
        exporter, importer = map(literal, key)
        same = placed.filter(f"exporter = {exporter} AND importer = {importer}")
        found = [place for (place,) in same.project("place").order("place").fetchall()]
        return f"{table.name}, observations {' and '.join(map(str, found))}"

    return Rows(relation, {}, locate, "distances", tuple(noted(placed, held, table.name)))
