"""Rows out of the lake, for other programs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.lake import store
from entrepot.lake.outside import guarded
from entrepot.model.areas import WORLD, area_set
from entrepot.model.period import Period

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import narwhals as nw

__all__ = ["export"]


def export(
    connection: duckdb.DuckDBPyConnection,
    rows: nw.LazyFrame[duckdb.DuckDBPyRelation],
    target: Path,
    *,
    importer: str | None = None,
    exporter: str | None = None,
    period: str | None = None,
) -> int:
    """Filter rows and write them; see `entrepot.lake.Lake.export`.

    Raises
    ------
    RequestError
        If the file is neither CSV nor Parquet, or its folder does not exist.
    NoEvidenceError
        If no row is left.
    """
    if target.suffix not in (".csv", ".parquet"):
        raise RequestError(
            f"cannot write this kind of file: {target.name}", hint="end it in .csv or .parquet"
        )
    if not target.parent.is_dir():
        raise RequestError("no such folder", where=str(target.parent), hint="make it first")
    kept = _kept(rows, importer, exporter, period)
    draft = target.with_name(f".{target.stem}.new{target.suffix}")
    try:
        with guarded(target.parent):
            count = store.export(connection, kept.to_native(), draft)
            if not count:
                raise NoEvidenceError(
                    "no row is held for this", hint="see what is held: entrepot data list"
                )
            draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return count


def _kept(
    rows: nw.LazyFrame[duckdb.DuckDBPyRelation],
    importer: str | None,
    exporter: str | None,
    period: str | None,
) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
    import narwhals as nw

    span = Period.parse(period) if period else None
    on = span.end if span else date.today()  # as in a definition
    for side, text in (("importer", importer), ("exporter", exporter)):
        if text and text != WORLD:
            rows = rows.filter(nw.col(side).is_in(sorted(area_set(text, on))))
    if span:
        rows = rows.filter(nw.col("period") >= span.start, nw.col("period") <= span.end)
    return rows
