"""Reconcile the reports of a source in the lake, and keep the result there as `reconciled`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, cast

import narwhals as nw

from entrepot.errors import OutsideError, RequestError
from entrepot.figures.availability import not_loaded
from entrepot.figures.editions import links_held
from entrepot.figures.reconcile_input import Reports, reports
from entrepot.figures.reconcile_result import Reconciliation, of_parts
from entrepot.files import drafted, require_target
from entrepot.lake import Lake, fetch
from entrepot.model.areas import area
from entrepot.reconcile import PANELS, By, Panel, bundled_odds, reconcile
from entrepot.sources import bring_in
from entrepot.sources.parquet import read_parquet

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    import duckdb

__all__ = ["SOURCE", "WEIGHTS", "Reconciliation", "reconcile_lake"]

SOURCE = "reconciled"
RELEASE = "computed"
OFFICIAL = "baci"
BY: tuple[By, ...] = ("all", "year", "chapter")
WEIGHTS = ("official", "variances", "fixed_point")
_BUNDLED = "what BACI of 2022 implies, as it ships with the package"
_BY_HEADING = (
    "The tables between editions are not in the lake: codes that one edition lacks were sought "
    "under their heading. Add them: entrepot data get concordance."
)
COUNTRIES = ("country", "territory")
_COLUMNS = """
period, freq, exporter, importer, product, nomenclature, value_usd, low_usd, high_usd,
weight_exporter, value_exporter_usd, value_importer_usd,
valuation, mass_kg, reported_by, is_reexport, is_estimated, kept_back
"""


def reconcile_lake(
    lake: Lake | str | os.PathLike[str] | None = None,
    *,
    source: str = "comtrade",
    period: str | int | None = None,
    goods: str = "all",
    reexports: bool = True,
    panel: str = "as_reported",
    weights: str = "official",
    by: str = "all",
    remove_freight: bool = False,
    out: Path | None = None,
    keep: bool = True,
) -> Reconciliation:
    """Make one value of two reports of each flow.

    Parameters
    ----------
    lake
        A lake or its folder; by default the one that the settings name.
    source, period, goods
        Whose reports; None takes every period held.
    reexports
        Whether what exporters tell as re-exports counts as theirs. BACI leaves out those of Hong
        Kong, through which much of Russia's chips come.
    panel
        Where some reporters are late in some months: ``as_reported``, ``fixed`` (those who tell
        every
        month) or ``carried`` (the same month a year before, flagged as estimated).
    weights
        ``official``: what BACI's own values imply, from BACI in the lake where it has the same
        cells, else from what ships with the package; ``variances``: from the gaps between the
        reports; ``fixed_point``: the Growth Lab's scores.
    by
        Whether error variances are of ``all`` trade, or of each ``year`` or ``chapter`` apart.
    remove_freight
        Whether importers' values are brought to the exporter's border by estimated freight.
    out
        File to write, ``.parquet`` or ``.csv``.
    keep
        Whether the result replaces what the lake holds as source `reconciled`.

    Raises
    ------
    NoEvidenceError
        If there are no such reports, or nothing is reported twice.
    RequestError
        For unknown weights, parts or panels, and for rows that are reconciled already.
    """
    _require_known(
        source, {"weights": (weights, WEIGHTS), "by": (by, BY), "panel": (panel, PANELS)}
    )
    if out is not None:
        _require_writable(out)
    held = lake if isinstance(lake, Lake) else Lake.open(lake)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder, f"{SOURCE}.parquet")
        with held.reading():
            told = reports(held, source, period, goods, cast("Panel", panel), reexports)
            if remove_freight:
                remove_freight = _has_freight(told)
            official, words = _official(held, weights, told.periods)
            with reconcile(
                held.connection,
                told.rows,
                tellers=told.tellers,
                kept=told.kept,
                moves=told.moves,
                distances=_distances(held) if remove_freight else None,
                official=official,
                odds=bundled_odds() if weights == "official" else None,
                remove_freight=remove_freight,
                scores="fixed_point" if weights == "fixed_point" else "variances",
                by=cast("By", by),
            ) as result:
                table = result.rows.project(_COLUMNS)
                table.write_parquet(str(kept), compression="zstd")
                held.require_unchanged()
                if out is not None:
                    _write(table, kept, out)
        before = sum(one.rows for one in held.holdings() if one.source == SOURCE and one.in_force)
        made = held.connection.sql(f"FROM {read_parquet(kept)}")
        unspecified, kept_back = _unspecified(made), _kept_back(made)
        if keep:
            held.add(SOURCE, [kept], replace=True, vintage=RELEASE)
    if official is not None and not result.learnt:
        words = _BUNDLED
    notes = [*told.notes, *of_parts(by, weights, told.periods, result)]
    if result.moved[0] and links_held(held) is None:
        notes.append(_BY_HEADING)
    return Reconciliation(
        source, told.periods, words, result, unspecified, kept_back, before, tuple(notes)
    )


def _require_known(source: str, options: dict[str, tuple[str, Sequence[str]]]) -> None:
    for name, (word, known) in options.items():
        if word not in known:
            raise RequestError(f"unknown {name} {word!r}", hint=f"one of: {', '.join(known)}")
    if source == SOURCE:
        raise RequestError(
            "these rows are reconciled already", hint="name the source of the reports: comtrade"
        )


def _has_freight(told: Reports) -> bool:
    if told.rows.filter("reported_by = 'importer' AND valuation <> 'FOB'").limit(1).fetchall():
        return True
    told.notes.append(
        "--freight remove has no effect: all importers report at the exporter's border."
    )
    return False


def _official(
    lake: Lake, weights: str, periods: tuple[str, ...]
) -> tuple[duckdb.DuckDBPyRelation | None, str]:
    """Return official values that weights can be learnt from, and in words where they come from."""
    if weights == "variances":
        return None, "error variances from the gaps between the reports"
    if weights == "fixed_point":
        return None, "the Growth Lab's scores from the gaps between the reports"
    if lake.holds(OFFICIAL):
        rows = lake.flows(OFFICIAL).filter(nw.col("freq") == "A", nw.col("reported_by") == "both")
        years = sorted({str(day)[:4] for (day,) in fetch(rows.select("period").unique())})
        if shared := [year for year in years if year in periods]:
            wanted = ("period", "freq", "exporter", "importer", "product", "nomenclature")
            return (
                rows.select(*wanted, "value_usd").to_native(),
                f"what BACI in the lake implies for {', '.join(shared)}",
            )
    return None, _BUNDLED


def _unspecified(table: duckdb.DuckDBPyRelation) -> tuple[int, float]:
    cells, total = 0, 0.0
    for side in ("exporter", "importer"):
        counted = table.aggregate(f"{side}, count(*), sum(value_usd)", side).fetchall()
        for name, count, value in counted:
            if area(name).kind not in COUNTRIES:
                cells, total = cells + count, total + value
    return cells, total


def _kept_back(table: duckdb.DuckDBPyRelation) -> dict[str, tuple[int, float]]:
    counted = table.filter("kept_back IS NOT NULL").aggregate(
        "kept_back, count(*), sum(value_usd)", "kept_back"
    )
    return {how: (cells, value) for how, cells, value in sorted(counted.fetchall())}


def _distances(lake: Lake) -> duckdb.DuckDBPyRelation:
    if not lake.holds("geodist"):
        distances = ("distances between countries", bring_in("geodist"))
        raise not_loaded([distances], otherwise="leave out --freight remove")
    found: duckdb.DuckDBPyRelation = lake.table("distances").to_native()
    return found


def _require_writable(out: Path) -> None:
    """Refuse before the work what cannot be written after it."""
    if out.suffix.lower() not in (".parquet", ".csv"):
        raise RequestError(
            f"cannot write {out.suffix or 'a file without a suffix'}",
            where=str(out),
            hint="name it .parquet or .csv",
        )
    require_target(out)
    if not out.absolute().parent.is_dir():
        raise OutsideError("no such folder", where=str(out.absolute().parent), hint="make it first")


def _write(table: duckdb.DuckDBPyRelation, kept: Path, out: Path) -> None:
    """Write the rows as Parquet or CSV, whole or not at all."""
    try:
        with drafted(out) as draft:
            if out.suffix.lower() == ".parquet":
                shutil.copyfile(kept, draft)
            else:
                table.write_csv(str(draft))
            draft.replace(out)
    except OSError as error:
        raise OutsideError(f"cannot be written: {error}", where=str(out)) from error
