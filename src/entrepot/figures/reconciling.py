"""Reconcile the reports of a source in the lake, and keep the result there as `reconciled`."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError, OutsideError, RequestError
from entrepot.figures.editions import links_held
from entrepot.goods import goods_selection, select
from entrepot.lake import Lake, fetch
from entrepot.model.areas import area
from entrepot.model.period import Period
from entrepot.model.product import NO_CODES, harmonized
from entrepot.reconcile import PANELS, By, Panel, bundled_odds, reconcile, tellers_of
from entrepot.reconcile import panel as balanced

if TYPE_CHECKING:
    import os

    import duckdb

    from entrepot.reconcile import Reconciled

__all__ = ["SOURCE", "WEIGHTS", "Reconciliation", "reconcile_lake"]

SOURCE = "reconciled"
RELEASE = "computed"
OFFICIAL = "baci"
BY: tuple[By, ...] = ("all", "year", "chapter")
WEIGHTS = ("official", "variances", "fixed_point")
_BUNDLED = "what BACI of 2022 implies, as it ships with the package"
COUNTRIES = ("country", "territory")
_COLUMNS = """
period, freq, exporter, importer, product, nomenclature, value_usd, low_usd, high_usd,
weight_exporter, value_exporter_usd, value_importer_usd,
CASE WHEN told_by = 'importer' AND log_freight = 0 THEN 'CIF' ELSE 'FOB' END AS valuation,
mass_kg, told_by, is_reexport, is_estimated
"""


@dataclass(frozen=True)
class Reconciliation:
    """What was reconciled, and how.

    Attributes
    ----------
    source, periods
        Whose reports, of when.
    weights
        Where the weights come from, in words.
    result
        The rows and what they rest on.
    unspecified
        Cells and value with a partner that is no country: areas not specified, bunkers, free zones.
        They stay rows of their own and are shared out among nobody.
    before
        Rows of an earlier result in the lake, of which those of the same periods gave way.
    """

    source: str
    periods: tuple[str, ...]
    weights: str
    result: Reconciled
    unspecified: tuple[int, float]
    before: int

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        freight = self.result.freight
        return {
            "source": self.source,
            "periods": list(self.periods),
            "weights": self.weights,
            "cells": {
                side: {"cells": cells, "value_usd": value}
                for side, (cells, value) in self.result.counts.items()
            },
            "rows_before": self.before,
            "unspecified": {"cells": self.unspecified[0], "value_usd": self.unspecified[1]},
            "freight": None
            if freight is None
            else {
                "coefficients": list(freight.coefficients),
                "standard_errors": list(freight.errors),
                "cells": freight.cells,
                "typical": freight.typical,
            },
            "typical_variance": self.result.variances.typical,
        }


def reconcile_lake(
    lake: Lake | str | os.PathLike[str] | None = None,
    *,
    source: str = "comtrade",
    period: str | int | None = None,
    goods: str = "all",
    reexports: bool = True,
    panel: str = "as_told",
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
        Where some reporters are late in some months: ``as_told``, ``fixed`` (those who tell every
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
        For unknown weights.
    """
    if weights not in WEIGHTS:
        raise RequestError(f"unknown weights {weights!r}", hint=f"one of: {', '.join(WEIGHTS)}")
    if out is not None:
        _require_writable(out)
    if by not in BY:
        raise RequestError(f"unknown by {by!r}", hint=f"one of: {', '.join(BY)}")
    if panel not in PANELS:
        raise RequestError(f"unknown panel {panel!r}", hint=f"one of: {', '.join(PANELS)}")
    held = lake if isinstance(lake, Lake) else Lake.open(lake)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder, f"{SOURCE}.parquet")
        with held.reading():
            rows, tellers, periods = _reports(held, source, period, goods, panel)
            if not reexports:
                rows = rows.filter("told_by <> 'exporter' OR is_reexport IS NOT TRUE")
            official, words = _official(held, weights, periods)
            result = reconcile(
                held.connection,
                rows,
                tellers=tellers,
                distances=_distances(held) if remove_freight else None,
                official=official,
                odds=bundled_odds() if weights == "official" else None,
                remove_freight=remove_freight,
                scores="fixed_point" if weights == "fixed_point" else "variances",
                by=by,
            )
            table = result.rows.project(_COLUMNS)
            table.write_parquet(str(kept), compression="zstd")
            if out is not None:
                _write(table, kept, out)
            unspecified = _unspecified(table)
            result.close()
        before = sum(one.rows for one in held.holdings() if one.source == SOURCE and one.in_force)
        if keep:
            held.add(SOURCE, [kept], replace=True, vintage=RELEASE)
    if official is not None and not result.learnt:
        words = _BUNDLED
    return Reconciliation(source, periods, words, result, unspecified, before)


def _reports(
    lake: Lake, source: str, period: str | int | None, goods: str, panel: Panel
) -> tuple[duckdb.DuckDBPyRelation, duckdb.DuckDBPyRelation, tuple[str, ...]]:
    """Return the reports to reconcile, who tells anything at all, and the periods covered.

    Who is late or silent is seen on all goods, before some are chosen.
    """
    if not lake.holds(source):
        raise NoEvidenceError(
            f"the lake holds no {source}", hint=f"entrepot data add {source} FILE"
        )
    rows = lake.flows(source).filter(nw.col("nomenclature") != NO_CODES)
    span = None if period is None else Period.parse(period)
    if span is not None:
        first = span.start.replace(year=span.start.year - (panel == "carried"))
        rows = rows.filter(nw.col("period") >= first, nw.col("period") <= span.end)
    native: duckdb.DuckDBPyRelation = balanced(rows.to_native(), panel)
    if span is not None:
        native = native.filter(f"period BETWEEN DATE '{span.start}' AND DATE '{span.end}'")
    tellers = tellers_of(native)
    if goods != "all":
        editions = sorted(name for (name,) in native.select("nomenclature").distinct().fetchall())
        links = links_held(lake)
        native = select(
            native,
            [
                goods_selection(
                    goods, nomenclature=name, links=links, editions=_harmonized(editions)
                )
                for name in editions
            ],
        )
    spans = native.select("period", "freq").distinct().fetchall()
    if not spans:
        raise NoEvidenceError(
            f"the lake's {source} has no such reports", hint="see: entrepot data list"
        )
    names = {str(day)[:7] if freq != "A" else str(day)[:4] for day, freq in spans}
    return native, tellers, tuple(sorted(names))


def _harmonized(editions: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(harmonized(name).id for name in editions))


def _official(
    lake: Lake, weights: str, periods: tuple[str, ...]
) -> tuple[duckdb.DuckDBPyRelation | None, str]:
    """Return official values that weights can be learnt from, and in words where they come from."""
    if weights == "variances":
        return None, "error variances from the gaps between the reports"
    if weights == "fixed_point":
        return None, "the Growth Lab's scores from the gaps between the reports"
    if lake.holds(OFFICIAL):
        rows = lake.flows(OFFICIAL).filter(nw.col("freq") == "A", nw.col("told_by") == "both")
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


def _distances(lake: Lake) -> duckdb.DuckDBPyRelation:
    if not lake.holds("geodist"):
        raise NoEvidenceError(
            "freight is estimated from distances, of which the lake holds none",
            hint="entrepot data add geodist dist_cepii.dta, or leave out --freight remove",
        )
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
    if not out.absolute().parent.is_dir():
        raise OutsideError("no such folder", where=str(out.absolute().parent), hint="make it first")


def _write(table: duckdb.DuckDBPyRelation, kept: Path, out: Path) -> None:
    """Write the rows as Parquet or CSV, whole or not at all."""
    draft = out.with_name(f".{out.name}.draft")
    try:
        if out.suffix.lower() == ".parquet":
            shutil.copyfile(kept, draft)
        else:
            table.write_csv(str(draft))
        draft.replace(out)
    except OSError as error:
        raise OutsideError(f"cannot be written: {error}", where=str(out)) from error
    finally:
        draft.unlink(missing_ok=True)
