"""Reports of a source in the lake, with what is known of all goods before some are chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.errors import NoEvidenceError
from entrepot.figures.edition_shifts import moves
from entrepot.figures.editions import links_held
from entrepot.goods import goods_selection, select
from entrepot.model.period import Period
from entrepot.model.product import NO_CODES, harmonized
from entrepot.reconcile import Panel, panel, tellers_of, withheld

if TYPE_CHECKING:
    import duckdb

    from entrepot.goods import Links
    from entrepot.lake import Lake

__all__ = ["Reports", "reports"]

_NOBODY_LATE = {
    "fixed": "every reporter tells every period",
    "carried": "nobody is late who told a year before",
}


@dataclass(frozen=True)
class Reports:
    """Reports to reconcile.

    Attributes
    ----------
    rows
        Those of the goods asked for.
    tellers, kept
        Who tells anything at all, and what they keep back, seen on all goods.
    moves
        Where goods are in another edition; None if all are in one.
    periods
        Years or months covered.
    notes
        Options that had no effect.
    """

    rows: duckdb.DuckDBPyRelation
    tellers: duckdb.DuckDBPyRelation
    kept: duckdb.DuckDBPyRelation
    moves: duckdb.DuckDBPyRelation | None
    periods: tuple[str, ...]
    notes: list[str]


def reports(
    lake: Lake,
    source: str,
    period: str | int | None,
    goods: str,
    kind: Panel,
    reexports: bool,
) -> Reports:
    """Return the reports to reconcile; see `reconcile_lake` for the parameters.

    Raises
    ------
    NoEvidenceError
        If the lake has no such reports.
    """
    if not lake.holds(source):
        raise NoEvidenceError(
            f"the lake holds no {source}", hint=f"entrepot data add {source} FILE"
        )
    notes: list[str] = []
    native = _balanced(lake, source, period, kind, notes)
    tellers, kept = tellers_of(native), withheld(native)
    links = links_held(lake)
    if goods != "all":
        native = _chosen(native, goods, links)
    spans = native.select("period", "freq", "reported_by", "nomenclature").distinct().fetchall()
    if not spans:
        raise NoEvidenceError(
            f"the lake's {source} has no such reports", hint="see: entrepot data list"
        )
    names = {str(day)[:7] if freq != "A" else str(day)[:4] for day, freq, *_ in spans}
    if not reexports:
        native = _without_reexports(native, notes)
    return Reports(native, tellers, kept, _moves(lake, spans, links), tuple(sorted(names)), notes)


def _balanced(
    lake: Lake, source: str, period: str | int | None, kind: Panel, notes: list[str]
) -> duckdb.DuckDBPyRelation:
    """Return the reports of a period, by the same reporters throughout if that is asked for."""
    rows = lake.flows(source).filter(nw.col("nomenclature") != NO_CODES)
    within = "true"
    if period is not None:
        span = Period.parse(period)
        within = f"period BETWEEN DATE '{span.start}' AND DATE '{span.end}'"
        first = span.start.replace(year=span.start.year - (kind == "carried"))
        rows = rows.filter(nw.col("period") >= first, nw.col("period") <= span.end)
    told: duckdb.DuckDBPyRelation = rows.to_native()
    found = panel(told, kind).filter(within)
    if kind != "as_reported":
        before, now = (len(tellers_of(one).fetchall()) for one in (told.filter(within), found))
        if before == now:
            notes.append(f"--panel {kind} has no effect: {_NOBODY_LATE[kind]}.")
    return found


def _chosen(
    rows: duckdb.DuckDBPyRelation, goods: str, links: Links | None
) -> duckdb.DuckDBPyRelation:
    editions = sorted(name for (name,) in rows.select("nomenclature").distinct().fetchall())
    known = tuple(dict.fromkeys(harmonized(name).id for name in editions))
    return select(
        rows,
        [
            goods_selection(goods, nomenclature=name, links=links, editions=known)
            for name in editions
        ],
    )


def _without_reexports(rows: duckdb.DuckDBPyRelation, notes: list[str]) -> duckdb.DuckDBPyRelation:
    if not rows.filter("reported_by = 'exporter' AND is_reexport").limit(1).fetchall():
        notes.append("--no-reexports has no effect: no exporter tells re-exports apart.")
    return rows.filter("reported_by <> 'exporter' OR is_reexport IS NOT TRUE")


def _moves(
    lake: Lake, spans: list[tuple[object, ...]], links: Links | None
) -> duckdb.DuckDBPyRelation | None:
    """Return where goods are in another edition, for editions that meet in a period."""
    import pyarrow as pa

    pairs = {
        (str(one[3]), str(other[3]))
        for one in spans
        for other in spans
        if one[:2] == other[:2] and (one[2], other[2]) == ("exporter", "importer")
    }
    found = moves(pairs, links)
    if not found:
        return None
    names = ("nomenclature", "product", "to_nomenclature", "to_product")
    columns = map(list, zip(*found, strict=True))
    return lake.connection.from_arrow(pa.table(dict(zip(names, columns, strict=True))))
