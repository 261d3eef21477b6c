"""`entrepot reconcile`: two reports of each flow made one."""

from __future__ import annotations

import math
from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import JsonOption, LakeOption, emit, open_lake, progress, table

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.figures.reconcile_result import Reconciliation

__all__ = ["reconcile"]


def reconcile(
    source: Annotated[str, typer.Option(help="Whose reports.")] = "comtrade",
    period: Annotated[str | None, typer.Option(help="2022, 2022..2023; default: all held.")] = None,
    goods: Annotated[str, typer.Option(help="all, chpl, 85, 854231.")] = "all",
    reexports: Annotated[
        bool, typer.Option(help="Count what exporters tell as re-exports as theirs.")
    ] = True,
    panel: Annotated[
        str, typer.Option(help="Late reporters: as_reported, fixed or carried (a year before).")
    ] = "as_reported",
    weights: Annotated[
        str, typer.Option(help="official (what BACI implies), variances or fixed_point.")
    ] = "official",
    by: Annotated[str, typer.Option(help="Variances of all trade, each year or chapter.")] = "all",
    freight: Annotated[
        str, typer.Option(help="keep importers' values, or remove estimated freight from them.")
    ] = "keep",
    out: Annotated[Path | None, typer.Option(help="Write the result: .parquet or .csv.")] = None,
    keep: Annotated[
        bool, typer.Option(help="Keep the result in the lake as source reconciled.")
    ] = True,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make one value, with an interval, of what exporter and importer report.

    Example: entrepot reconcile --source comtrade --period 2022
    """
    from entrepot.errors import RequestError
    from entrepot.figures.reconcile import reconcile_lake

    if freight not in ("keep", "remove"):
        raise RequestError(f"unknown freight {freight!r}", hint="keep or remove")
    with progress("reconciling"):
        found = reconcile_lake(
            open_lake(lake),
            source=source,
            period=period,
            goods=goods,
            reexports=reexports,
            panel=panel,
            weights=weights,
            by=by,
            remove_freight=freight == "remove",
            out=out,
            keep=keep,
        )
    emit(found, lambda screen: _draw(found, out, keep, screen), as_json=as_json)


def _cells(counted: tuple[int, float]) -> str:
    return f"{counted[0]:,} cells ({counted[1] / 1e9:,.1f} bn USD)"


def _draw(found: Reconciliation, out: Path | None, keep: bool, screen: Console) -> None:
    from entrepot.figures.reconcile_result import KEPT_BACK

    rows = [
        [side, f"{cells:,}", f"{value / 1e9:,.1f}"]
        for side, (cells, value) in found.result.counts.items()
    ]
    screen.print(table("", ["told by", "cells", "bn USD"], rows, right=(1, 2)))
    screen.print(f"Periods: {', '.join(found.periods)}. Weights: {found.weights}.")
    if freight := found.result.freight:
        screen.print(
            f"Freight: typically {100 * freight.typical:.1f} % of the value, from "
            f"{freight.cells:,} cells."
        )
    tails = found.result.tails
    shape = "normal" if math.isinf(tails.freedom) else f"Student, {tails.freedom:.1f} degrees"
    screen.print(
        f"Intervals: {found.result.level:.2f} standard deviations to either side of one report, "
        f"less beside one that agrees (errors: {shape})."
    )
    for counted, words in (
        (found.unspecified, "have a partner that is no country; they stay rows of their own."),
        (
            found.result.moved,
            "were told under other codes by the exporter, who reports in another edition.",
        ),
    ):
        if counted[0]:
            screen.print(f"{_cells(counted)} {words}")
    if found.suppressed_in:
        each = "; ".join(
            f"{KEPT_BACK[how]}: {_cells(one)}" for how, one in found.suppressed_in.items()
        )
        screen.print(f"Told by one side, while the other keeps lines back and {each}.")
    for note in found.notes:
        screen.print(note)
    made = sum(count for count, _ in found.result.counts.values())
    if keep and found.before > made:
        screen.print(
            f"The {found.before:,} rows that were kept before gave way where they are of the same "
            f"periods, to {made:,}: add --no-keep to only try."
        )
    if keep:
        screen.print(
            f"Kept in the lake: ask takes it first; --source {found.source} asks the single "
            "reports."
        )
    if out:
        screen.print(f"written: {out}")
