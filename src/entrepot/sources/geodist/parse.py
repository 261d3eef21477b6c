"""Read GeoDist: how far apart two countries are, and whether they share a border."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, MissingExtraError
from entrepot.model.areas import areas
from entrepot.model.columns import Finding
from entrepot.sources.parser import FileTable, ParsedRows
from entrepot.sources.strict import literal, quoted
from entrepot.sources.temp_tables import keep, look_up
from entrepot.sources.unpack import members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb
    import pyarrow as pa

    from entrepot.sources.parser import FileOptions, Key, RawFile

_PLACE = "place of the row"


def tables(file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
    """Yield the table in a file."""
    if options.nomenclature:
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
        detail = read_stata(path, label)
        yield FileTable(path, label, "", options.vintage or "unknown", detail=detail)
        if path != file.path:
            path.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row and return distances in km between areas as we code them."""
    import pyarrow as pa

    detail: pa.Table = table.detail
    origin, destination = map(quoted, ends(detail, table.name))
    area = look_up(connection, "geodist_area", codes())
    numbered = detail.append_column(_PLACE, pa.array(range(1, detail.num_rows + 1), pa.int64()))
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
    # An area that is not known joins to null and is refused next, with its observation.
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

    return ParsedRows(relation, {}, locate, "distances", tuple(noted(placed, detail, table.name)))


# What a table of distances must be, and what is noted about one.


TODAY = {"PAL": "PSE", "ROM": "ROU", "TMP": "TLS", "YUG": "SRB", "ZAR": "COD"}
"""Codes that GeoDist has from the 1990s. Its YUG has the area of Serbia and Montenegro."""

_ENDS = (("exporter", "importer"), ("iso_o", "iso_d"))
_READ = ("contig", "dist", "distw")
_IGNORED = {
    "comlang_off", "comlang_ethno", "colony", "comcol", "curcol", "col45", "smctry", "distcap",
    "distwces",
}  # fmt: skip
_FARTHEST = 20_100
"""km; half way round the Earth is 20,020, and no average of distances can be longer."""


def codes() -> dict[str, str]:
    """Return our code for each code that GeoDist may have."""
    known = {one.code for one in areas() if one.kind != "aggregate"}
    return {code: code for code in known} | TODAY


def ends(detail: pa.Table, name: str) -> tuple[str, str]:
    """Return the columns of the two ends of a distance.

    Raises
    ------
    BadFileError
        If they, or distances and borders, are missing or of another type.
    """
    import pyarrow.types as kind

    columns = detail.column_names
    pair = next((one for one in _ENDS if {*one, *_READ} <= set(columns)), None)
    texts = {one.name for one in detail.schema if kind.is_string(one.type) or _is_large(one.type)}
    numbers = {one.name for one in detail.schema if _is_number(one.type)}
    folded = {name.casefold() for name in columns}  # SQL does not tell `dist` from `DIST`
    is_complete = len(folded) == len(columns) and set(_READ) <= numbers
    if pair is None or not (is_complete and set(pair) <= texts):
        raise BadFileError(
            f"not the columns of GeoDist: {', '.join(columns[:8])}",
            where=name,
            why=f"needed are {' and '.join(_ENDS[0])} (or {' and '.join(_ENDS[1])}) as text, "
            f"{', '.join(_READ)} as numbers",
            hint="give dist_cepii.dta as CEPII ships it",
        )
    return pair


def _is_large(one: pa.DataType) -> bool:
    import pyarrow.types as kind

    return bool(kind.is_large_string(one))


def _is_number(one: pa.DataType) -> bool:
    import pyarrow.types as kind

    return bool(kind.is_floating(one) or kind.is_integer(one))


def refuse_wrong(placed: duckdb.DuckDBPyRelation, name: str) -> None:
    """Refuse the first row with an area, a distance or a border that cannot be.

    Raises
    ------
    BadFileError
        Naming the row and the value.
    """
    far = f"BETWEEN 0 AND {_FARTHEST}"
    tests = {
        "unknown area code": (
            "exporter IS NULL OR importer IS NULL",
            "from_code || ' ' || to_code",
        ),
        "not a distance in km": (f"NOT distance_km {far}", "distance_km"),
        "not a weighted distance in km": (
            f"NOT weighted_distance_km {far}",
            "weighted_distance_km",
        ),
        "contig neither 0 nor 1": ("contig IS NULL OR contig NOT IN (0, 1)", "contig"),
    }
    # All tests in one pass; NOT of a null is null, so an area or border has its own IS NULL test
    # and a missing distance passes: of some pairs the weighted one is not known.
    firsts = ", ".join(f"min(place) FILTER (WHERE {test})" for test, _ in tests.values())
    [places] = placed.aggregate(firsts).fetchall()
    for (what, (_, value)), place in zip(tests.items(), places, strict=True):
        if place is not None:
            [(text,)] = placed.filter(f"place = {place}").project(value).fetchall()
            raise BadFileError(
                f"{what}: {text}",
                where=f"{name}, observation {place}",
                why="a missing or wrong distance changes every comparison that uses it",
                hint="if the area is new, it has to be added to model/areas.csv",
            )


def noted(placed: duckdb.DuckDBPyRelation, detail: pa.Table, name: str) -> Iterator[Finding]:
    """Yield codes that were read as others, and columns that were not read."""
    old = ", ".join(map(literal, TODAY))
    query = f"from_code IN ({old}) OR to_code IN ({old})"
    [(count,)] = placed.filter(query).aggregate("count(*)").fetchall()
    if count:
        words = ", ".join(f"{before} {after}" for before, after in TODAY.items())
        text = "Codes of the 1990s were read as the present ones."
        yield Finding("old-codes", "note", name, count, words, text)
    read = {*_READ, *_IGNORED, *_ENDS[0], *_ENDS[1]}
    if extra := [column for column in detail.column_names if column not in read]:
        text = "Columns that are not known here were not read."
        yield Finding("columns-not-read", "note", name, len(extra), ", ".join(extra[:5]), text)


_NEW = b"<stata_dta>"  # Stata 13 and later
# The first byte is the version of the format, the second the order of bytes.
_OLD = (b"\x71", b"\x72", b"\x73")  # Stata 8 to 12
_MOST_BYTES = 2**26
"""Sixty times the file that CEPII ships: such a table is read as a whole."""


def is_stata(path: Path) -> bool:
    """Whether a file looks like one of Stata, judged by its content."""
    with path.open("rb") as opened:
        start = opened.read(len(_NEW))
    return start == _NEW or (start[:1] in _OLD and start[1:2] in (b"\x01", b"\x02"))


def read_stata(path: Path, where: str) -> pa.Table:
    """Return the table in a file of Stata; a missing number is null.

    Parameters
    ----------
    path, where
        The file, and its name for messages.

    Raises
    ------
    BadFileError
        If it is damaged, or larger than 64 MiB.
    MissingExtraError
        If the extra ``stata`` is not installed.
    """
    import pyarrow as pa

    if path.stat().st_size > _MOST_BYTES:
        raise BadFileError(
            f"a file of Stata with {path.stat().st_size:,} bytes",
            where=where,
            hint="dist_cepii.dta has 1.5 million bytes; is this the file that was meant?",
        )
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtraError("pandas", "stata") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UnicodeWarning)  # texts that were guessed
            # Numbers as stored: pandas would turn a labelled column into words.
            frame = pd.read_stata(path, convert_dates=False, convert_categoricals=False)
        return pa.Table.from_pandas(frame, preserve_index=False)
    except Exception as error:  # on a damaged file it trips over anything, StopIteration even
        raise BadFileError(
            f"the file of Stata cannot be read ({str(error) or type(error).__name__})",
            where=where,
            hint="download it again and compare its size with the publisher's",
        ) from error
