"""`entrepot chart`: one chart, or the list of all."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli.common import (
    EngineOption,
    JsonOption,
    LakeOrAddress,
    MasterOption,
    one_of,
    open_on_engine,
    saying_new_folder,
    with_keys,
    writable,
)
from entrepot.cli.output import emit
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.report.charts.catalogue import ChartKind


def _complete_chart(incomplete: str) -> list[tuple[str, str]]:
    from entrepot.report.charts.catalogue import CHARTS

    every = [(name, one.title) for one in CHARTS for name in one.asked]
    return [one for one in every if one[0].startswith(incomplete)]


Drawn = Annotated[
    str | None,
    typer.Argument(
        metavar="MEASURE",
        help="Chart to draw: import_share, map, reporters … List: entrepot chart.",
        show_default=False,
        autocompletion=_complete_chart,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="File to write: .svg, .png, or the table as .csv.",
        show_default=False,
        callback=writable,
    ),
]


@with_keys
def chart(
    *,
    measure: Drawn = None,
    out: Out = None,
    since: Annotated[
        int | None,
        typer.Option(help="First year shown; or --period 2019..2023.", show_default=False),
    ] = None,
    curve: Annotated[bool, typer.Option("--curve", help="Draw the specification curve.")] = False,
    each: Annotated[
        str | None,
        typer.Option(
            help="Of a share over the years: a line for each importer, exporter or goods.",
            autocompletion=one_of("importer", "exporter", "goods"),
            show_default=False,
        ),
    ] = None,
    narrow: Annotated[
        bool, typer.Option("--narrow", help="Draw for a phone or a text column, 392 wide.")
    ] = False,
    lake: LakeOrAddress = None,
    engine: EngineOption = None,
    master: MasterOption = None,
    as_json: JsonOption = False,
    **keys: Any,
) -> None:
    """Draw a chart: a share over time, suppliers, a map or a specification curve.

    Without MEASURE it lists every chart with an example command. The options are those of
    `entrepot ask`; a chart accepts those that its measure reads.

    Example: entrepot chart import_share --importer RUS --exporter CHN --since 2017 --out share.svg
    """
    if measure is None:
        _refuse_keys(keys | {"out": out, "since": since, "each": each, "curve": curve or None})
        _list(as_json=as_json)
        return
    from entrepot.report.standalone import chart as of_question
    from entrepot.report.standalone import require_suffix, write

    if out is None and not as_json:
        raise RequestError(
            "no output file given", hint="add --out share.svg, or --json for the numbers"
        )
    if out is not None:
        require_suffix(out)
    found = of_question(
        measure, open_on_engine(engine, lake, master), curve=curve, since=since, each=each, **keys
    )
    written = None
    if out is not None:
        with saying_new_folder(out):
            written = write(found, out, narrow=narrow)
    emit(
        found.to_dict() | ({} if written is None else {"file": str(written)}),
        lambda screen: screen.print(str(written), soft_wrap=True, markup=False),
        as_json=as_json,
    )


def _refuse_keys(given: dict[str, Any]) -> None:
    """Refuse options without a chart to apply to."""
    named = [name.replace("_", "-") for name, value in given.items() if value is not None]
    if named:
        raise RequestError(
            "no chart named",
            why=f"--{named[0]} needs a measure or chart to apply to",
            hint="name one, such as import_share; list all: entrepot chart",
        )


def _list(*, as_json: bool) -> None:
    """Print every chart: what it shows and a command."""
    from entrepot.report.charts.catalogue import CHARTS, ELSEWHERE

    every = (*CHARTS, *ELSEWHERE)
    emit([asdict(one) for one in every], lambda screen: _show(every, screen), as_json=as_json)


def _show(every: tuple[ChartKind, ...], screen: Console) -> None:
    from rich.padding import Padding
    from rich.text import Text

    for one in every:
        what = f"  ({', '.join(one.asked)})" if one.asked else ""
        screen.print(Text(one.title, style="bold").append(what, style="not bold"))
        screen.print(Padding(Text(f"{one.shows} Answers {one.answers}"), (0, 0, 0, 2)))
        screen.print(Text(f"  {one.example}", style="dim"), soft_wrap=True)
