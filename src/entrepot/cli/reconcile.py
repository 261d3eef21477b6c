"""`entrepot reconcile`: one value from the two reports of each flow."""

from __future__ import annotations

import math
from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import (
    EngineOption,
    JsonOption,
    LakeOrAddress,
    MasterOption,
    emit,
    open_on_engine,
    progress,
    table,
    writable,
)

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.figures.reconcile import Reconciliation

__all__ = ["reconcile"]


def reconcile(
    source: Annotated[str, typer.Option(help="Source of the two reports.")] = "comtrade",
    period: Annotated[
        str | None, typer.Option(help="2022, 2022..2023; default: all loaded.")
    ] = None,
    goods: Annotated[str, typer.Option(help="Goods: all, chpl, 85, 854231.")] = "all",
    reexports: Annotated[
        bool, typer.Option(help="Count re-exports as exports of the reporter.")
    ] = True,
    panel: Annotated[
        str, typer.Option(help="Late reporters: as_reported, fixed (same set), carried forward.")
    ] = "as_reported",
    weights: Annotated[
        str, typer.Option(help="official (what BACI implies), variances or fixed_point.")
    ] = "official",
    by: Annotated[str, typer.Option(help="Estimate variances over: all, year or chapter.")] = "all",
    freight: Annotated[
        str, typer.Option(help="CIF/FOB margin of imports: keep, or remove the estimate.")
    ] = "keep",
    out: Annotated[
        Path | None, typer.Option(help="Write the result: .parquet or .csv.", callback=writable)
    ] = None,
    keep: Annotated[
        bool, typer.Option(help="Store the result in the lake as source reconciled.")
    ] = True,
    lake: LakeOrAddress = None,
    engine: EngineOption = None,
    master: MasterOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reconcile exporters' and importers' reports into one value with an interval.

    Example: entrepot reconcile --source comtrade --period 2022
    """
    from entrepot.errors import RequestError
    from entrepot.figures.reconcile import reconcile_lake

    if freight not in ("keep", "remove"):
        raise RequestError(f"unknown value {freight!r} of --freight", hint="write keep or remove")
    with progress("reconciling"):
        found = reconcile_lake(
            open_on_engine(engine, lake, master),
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
    from entrepot.figures.reconcile import KEPT_BACK

    rows = [
        [side, f"{cells:,}", f"{value / 1e9:,.1f}"]
        for side, (cells, value) in found.result.counts.items()
    ]
    screen.print(table("", ["reported by", "cells", "bn USD"], rows, right=(1, 2)))
    screen.print(f"Periods: {', '.join(found.periods)}. Weights: {found.weights}.")
    if freight := found.result.freight:
        screen.print(
            f"CIF/FOB margin: typically {100 * freight.typical:.1f} % of the value, estimated from "
            f"{freight.cells:,} cells."
        )
    tails = found.result.tails
    # Student's t with infinitely many degrees of freedom is the normal distribution.
    shape = "normal" if math.isinf(tails.freedom) else f"Student, {tails.freedom:.1f} degrees"
    screen.print(
        f"Intervals: {found.result.level:.2f} standard deviations on either side of a single "
        f"report, less where the two reports agree (errors: {shape})."
    )
    for counted, words in (
        (found.unspecified, "have a partner that is not a country; they remain separate rows."),
        (
            found.result.moved,
            "are under other codes in the exporter's report, which uses another HS edition.",
        ),
    ):
        if counted[0]:
            screen.print(f"{_cells(counted)} {words}")
    if found.suppressed_in:
        each = "; ".join(
            f"{KEPT_BACK[how]}: {_cells(one)}" for how, one in found.suppressed_in.items()
        )
        screen.print(f"Reported by one side, while the other suppresses lines and {each}.")
    for note in found.notes:
        screen.print(note)
    made = sum(count for count, _ in found.result.counts.values())
    if keep and found.before > made:
        screen.print(
            f"{made:,} rows replaced the {found.before:,} stored before, in the same periods. "
            f"To try without storing: --no-keep."
        )
    if keep:
        screen.print(
            f"Stored in the lake. ask uses it first; --source {found.source} asks for the single "
            "reports."
        )
    if out:
        screen.print(f"written: {out}")
