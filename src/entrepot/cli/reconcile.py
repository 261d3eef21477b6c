"""`entrepot reconcile`: one value from the two reports of each flow."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from entrepot.cli.common import (
    EngineOption,
    JsonOption,
    LakeOrAddress,
    MasterOption,
    complete_goods,
    complete_source,
    one_of,
    open_on_engine,
    writable,
)
from entrepot.cli.output import emit, progress, table

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.figures.reconcile import Reconciliation


def reconcile(
    source: Annotated[
        str,
        typer.Option(
            help="Source of the two reports.",
            autocompletion=complete_source,
        ),
    ] = "comtrade",
    period: Annotated[
        str | None, typer.Option(help="2022, 2022..2023; default: all loaded.")
    ] = None,
    goods: Annotated[
        str,
        typer.Option(
            help="Goods: all, chpl, 85, 854231.",
            autocompletion=complete_goods,
        ),
    ] = "all",
    reexports: Annotated[
        bool, typer.Option(help="Count re-exports as exports of the reporter.")
    ] = True,
    panel: Annotated[
        str,
        typer.Option(
            help="Late reporters: as_reported, fixed (same set), carried forward.",
            autocompletion=one_of("as_reported", "fixed", "carried"),
        ),
    ] = "as_reported",
    weights: Annotated[
        str,
        typer.Option(
            help="official (what BACI implies), variances or fixed_point.",
            autocompletion=one_of("official", "variances", "fixed_point"),
        ),
    ] = "official",
    by: Annotated[
        str,
        typer.Option(
            help="Estimate variances over: all, year or chapter.",
            autocompletion=one_of("all", "year", "chapter"),
        ),
    ] = "all",
    freight: Annotated[
        str,
        typer.Option(
            help="CIF/FOB margin of imports: keep, or remove the estimate.",
            autocompletion=one_of("keep", "remove"),
        ),
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
    from entrepot.figures.reconcile import reconcile_lake

    with progress("reconciling"):
        found = reconcile_lake(
            open_on_engine(engine, lake, master),
            source=source,
            period=period,
            goods=goods,
            reexports=reexports,
            panel=cast("Any", panel),
            weights=cast("Any", weights),
            by=cast("Any", by),
            freight=cast("Any", freight),
            out=out,
            keep=keep,
        )
    emit(found, lambda screen: _draw(found, screen), as_json=as_json)


def _draw(found: Reconciliation, screen: Console) -> None:
    screen.print(table("", *found.counts, right=(1, 2)))
    for line in found.lines:
        screen.print(line)
