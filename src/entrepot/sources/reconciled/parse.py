"""Read what `entrepot reconcile` wrote: reconciled flows in canonical columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, UnknownNameError
from entrepot.files import from_json
from entrepot.model.areas import area
from entrepot.model.display import agreed
from entrepot.sources.parquet import is_parquet, read_parquet, reading, require_modest
from entrepot.sources.parser import FileTable, ParsedRows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import FileOptions, Key, RawFile

COLUMNS = {
    "period": "DATE",
    "freq": "VARCHAR",
    "exporter": "VARCHAR",
    "importer": "VARCHAR",
    "product": "VARCHAR",
    "nomenclature": "VARCHAR",
    "value_usd": "DOUBLE",
    "low_usd": "DOUBLE",
    "high_usd": "DOUBLE",
    "weight_exporter": "DOUBLE",
    "value_exporter_usd": "DOUBLE",
    "value_importer_usd": "DOUBLE",
    "valuation": "VARCHAR",
    "mass_kg": "DOUBLE",
    "reported_by": "VARCHAR",
    "is_reexport": "BOOLEAN",
    "is_estimated": "BOOLEAN",
}
# IS NULL comes first: a comparison with null is null, and a filter would let the row pass.
_BROKEN = {
    "value_usd": "value_usd IS NULL OR NOT isfinite(value_usd) OR value_usd < 0",
    "low_usd": "low_usd IS NULL OR NOT (low_usd <= value_usd) OR low_usd < 0",
    "high_usd": "high_usd IS NULL OR NOT isfinite(high_usd) OR NOT (high_usd >= value_usd)",
    "weight_exporter": "weight_exporter IS NULL OR NOT (weight_exporter BETWEEN 0 AND 1)",
    "reported_by": "reported_by IS NULL OR reported_by NOT IN ('exporter', 'importer', 'both')",
    "freq": "freq IS NULL OR freq NOT IN ('A', 'Q', 'M')",
    # Made of an FOB and a CIF report, a value is neither.
    "valuation": "coalesce(valuation NOT IN ('FOB', 'CIF'), reported_by <> 'both')",
    "period": "period IS NULL",
    "product": "product IS NULL OR NOT regexp_full_match(product, '[0-9]{2,10}|TOTAL')",
    "nomenclature": "nomenclature IS NULL OR nomenclature = ''",
    # A report is there exactly when its side is among those that reported.
    "value_exporter_usd": "(value_exporter_usd IS NULL) <> (reported_by = 'importer')",
    "value_importer_usd": "(value_importer_usd IS NULL) <> (reported_by = 'exporter')",
}


def tables(file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
    """Yield the file itself."""
    if options.mapping:
        made_of(options.mapping)
    if not is_parquet(file.path):
        raise BadFileError(
            "not a Parquet file", where=file.name, hint="give what entrepot reconcile --out wrote"
        )
    require_modest(file.path, file.name)
    yield FileTable(file.path, file.name, "", options.vintage or "unknown")


def made_of(text: str) -> tuple[str, frozenset[str]]:
    """Return the source that values were made from, and its loaded files, as kept with them.

    Raises
    ------
    BadFileError
        If it is something else.
    """
    try:
        kept = from_json(text)
        return str(kept["source"]), frozenset(map(str, kept["files"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BadFileError(
            "reconciled takes no mapping",
            where="mapping",
            hint="leave it out: entrepot reconcile keeps what the values were made from",
        ) from error


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row and return them."""
    with reading(table.name):
        relation = connection.sql(f"FROM {read_parquet(table.path)}")
        there = dict(zip(relation.columns, map(str, relation.types), strict=True))
        for name, kind in COLUMNS.items():
            if there.get(name) != kind:
                raise BadFileError(
                    f"column {name} is {there.get(name, 'missing')}, not {kind}",
                    where=table.name,
                    hint="give what entrepot reconcile --out wrote, as Parquet",
                )
        for name, test in _BROKEN.items():
            [(count, example)] = relation.filter(test).aggregate(
                f"count(*), any_value({name}::VARCHAR)"
            ).fetchall()  # fmt: skip
            if count:
                raise BadFileError(
                    f"{agreed(count, 'row has', 'rows have')} a {name} that cannot be: {example}",
                    where=f"{table.name}, column {name}",
                    hint="run entrepot reconcile again; do not change its file",
                )
        for side in ("exporter", "importer"):
            for (name,) in relation.select(side).distinct().fetchall():
                _require_area(name, f"{table.name}, column {side}")

    def locate(key: Key) -> str:
        return ", ".join(str(part) for part in key if part is not None)

    return ParsedRows(relation.project(", ".join(COLUMNS)), {}, locate)


def _require_area(name: str | None, where: str) -> None:
    try:
        known = name is not None and area(name).kind != "aggregate"
    except UnknownNameError:
        known = False
    if not known:
        raise BadFileError(f"not an area: {name!r}", where=where, hint="do not change the file")
