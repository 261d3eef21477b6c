"""Rows out of the lake, for other programs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.files import drafted, require_target
from entrepot.lake import store
from entrepot.lake.system_errors import guarded
from entrepot.model.areas import WORLD, area_set
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Callable
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
    ready: Callable[[], None],
) -> int:
    """Filter rows and write them; see `entrepot.lake.Lake.export`.

    `ready` is called before the file gets its name: it raises if the rows must not be used.

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
    require_target(target)
    kept = _kept(rows, importer, exporter, period)
    with (
        guarded(target.parent, elsewhere="name a file on another disk"),
        drafted(target) as draft,
    ):
        count = store.export(connection, kept.to_native(), draft, target.suffix)
        if not count:
            raise NoEvidenceError(
                "no row is held for this", hint="see what is held: entrepot data list"
            )
        ready()
        draft.replace(target)
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
    there = rows.collect_schema()
    asked = {"importer": importer, "exporter": exporter, "period": period}
    for name, text in asked.items():
        if text and (name not in there or (name == "period" and there[name] != nw.Date)):
            raise RequestError(
                f"this table has no {name} to choose by", hint="export all of it, and choose there"
            )
    for side in ("importer", "exporter"):
        text = asked[side]
        if text and text != WORLD:
            rows = rows.filter(nw.col(side).is_in(sorted(area_set(text, on))))
    if span:
        rows = rows.filter(nw.col("period") >= span.start, _ends_in(span, dated="freq" in there))
    return rows


def _ends_in(span: Period, *, dated: bool) -> nw.Expr:
    """Whether a row that starts in a span ends in it too: half a year holds no year."""
    import narwhals as nw

    lengths = {"A": 12, "F": 12, "Q": 3, "M": 1} if dated else {"A": 12}
    tests = []
    for freq, months in lengths.items():
        month = span.end.year * 12 + span.end.month - months  # of the last start, from 0
        if (span.end + timedelta(days=1)).day > 1:
            month -= 1
        last = date(month // 12, month % 12 + 1, 1)
        if freq == "F":  # may begin within a month
            last = Period(span.end, span.end).before().start + timedelta(days=1)
        test = nw.col("period") <= last
        tests.append(test & (nw.col("freq") == freq) if dated else test)
    return nw.any_horizontal(*tests, ignore_nulls=True)
