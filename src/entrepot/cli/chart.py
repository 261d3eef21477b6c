"""`entrepot chart`: what was asked as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from entrepot.cli.common import JsonOption, LakeOption, emit, open_lake
from entrepot.cli.keys import with_keys
from entrepot.errors import RequestError

__all__ = ["chart"]

Drawn = Annotated[
    str,
    typer.Argument(
        metavar="MEASURE",
        help="Id of a measure, or map: where suppliers are; or reporters: who reported when.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", help="File to write: .svg or .png, or its table as .csv.", show_default=False
    ),
]


@with_keys
def chart(
    *,
    measure: Drawn,
    out: Out = None,
    since: Annotated[
        int | None,
        typer.Option(
            help="First year of a chart over the years; --period is the last.", show_default=False
        ),
    ] = None,
    curve: Annotated[
        bool, typer.Option("--curve", help="Every combination of defensible choices.")
    ] = False,
    narrow: Annotated[
        bool, typer.Option("--narrow", help="Drawn for a phone or a column, 392 wide.")
    ] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
    **keys: Any,
) -> None:
    """Draw a share over the years, suppliers, a map, weights, a change taken apart, or a curve.

    Example: entrepot chart import_share --importer RUS --exporter CHN --since 2017 --out share.svg
    """
    from entrepot.report.alone import chart as of_question
    from entrepot.report.alone import require_suffix, write

    if out is None and not as_json:
        raise RequestError("where to?", hint="add --out share.svg, or --json for the numbers")
    if out is not None:
        require_suffix(out)
    found = of_question(measure, open_lake(lake), curve=curve, since=since, **keys)
    written = None if out is None else write(found, out, narrow=narrow)
    emit(
        found.to_dict() | ({} if written is None else {"file": str(written)}),
        lambda screen: screen.print(str(written), soft_wrap=True, markup=False),
        as_json=as_json,
    )
