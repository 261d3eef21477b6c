"""What a table of distances must be, and what is noted about one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import areas
from entrepot.model.columns import Finding
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import pyarrow as pa

__all__ = ["TODAY", "codes", "ends", "noted", "refuse_wrong"]

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


def ends(held: pa.Table, name: str) -> tuple[str, str]:
    """Return the columns of the two ends of a distance.

    Raises
    ------
    BadFileError
        If they, or distances and borders, are missing or of another type.
    """
    import pyarrow.types as kind

    columns = held.column_names
    pair = next((one for one in _ENDS if {*one, *_READ} <= set(columns)), None)
    texts = {one.name for one in held.schema if kind.is_string(one.type) or _is_large(one.type)}
    numbers = {one.name for one in held.schema if _is_number(one.type)}
    folded = {name.casefold() for name in columns}  # SQL does not tell `dist` from `DIST`
    whole = len(folded) == len(columns) and set(_READ) <= numbers
    if pair is None or not (whole and set(pair) <= texts):
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
    firsts = ", ".join(f"min(place) FILTER (WHERE {test})" for test, _ in tests.values())
    [places] = placed.aggregate(firsts).fetchall()
    for (what, (_, value)), place in zip(tests.items(), places, strict=True):
        if place is not None:
            [(text,)] = placed.filter(f"place = {place}").project(value).fetchall()
            raise BadFileError(
                f"{what}: {text}",
                where=f"{name}, observation {place}",
                why="a distance that is lost or wrong moves whoever is compared by it",
                hint="if the area is new, it has to be added to model/areas.csv",
            )


def noted(placed: duckdb.DuckDBPyRelation, held: pa.Table, name: str) -> Iterator[Finding]:
    """Yield codes that were read as others, and columns that were not read."""
    old = ", ".join(map(literal, TODAY))
    query = f"from_code IN ({old}) OR to_code IN ({old})"
    [(count,)] = placed.filter(query).aggregate("count(*)").fetchall()
    if count:
        words = ", ".join(f"{before} {after}" for before, after in TODAY.items())
        text = "Codes of the 1990s were read as the present ones."
        yield Finding("old-codes", "note", name, count, words, text)
    read = {*_READ, *_IGNORED, *_ENDS[0], *_ENDS[1]}
    if extra := [column for column in held.column_names if column not in read]:
        text = "Columns that are not known here were not read."
        yield Finding("columns-not-read", "note", name, len(extra), ", ".join(extra[:5]), text)
