"""`entrepot chart`: a Figure as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from entrepot.cli.common import LakeOption, open_lake
from entrepot.cli.keys import Measure, with_keys

__all__ = ["chart"]


Out = Annotated[
    Path, typer.Option("--out", help="File to write: .svg or .png.", show_default=False)
]


@with_keys
def chart(
    *,
    measure: Measure,
    out: Out,
    curve: Annotated[
        bool, typer.Option("--curve", help="Every combination of defensible choices.")
    ] = False,
    lake: LakeOption = None,
    **keys: Any,
) -> None:
    """Draw an event study, or how far a share moves under other definitions.

    Example: entrepot chart import_share --importer RUS --exporter CHN --period 2023 --out share.svg
    """
    from entrepot.figures import ask
    from entrepot.report.one_chart import picture_of, require_suffix, write_chart

    require_suffix(out)
    figure = ask(measure, lake=open_lake(lake), curve=curve, **keys)
    picture_of(figure)
    typer.echo(write_chart(figure, out))
