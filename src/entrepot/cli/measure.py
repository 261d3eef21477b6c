"""`entrepot measure`: measures and their methodology sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import JsonOption, complete_measure
from entrepot.cli.output import emit, facts, table

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.measures import MeasureMetadata

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List every measure with its unit.

    Example: entrepot measure list
    """
    from entrepot.measures import all_metadata

    rows = [
        [item.id, item.title, item.unit, "Python" if item.frames_only else "ask, Python"]
        for item in all_metadata()
    ]
    columns = ["measure", "title", "unit", "available in"]
    data = [item.to_dict() for item in all_metadata()]
    emit(data, lambda screen: screen.print(table("", columns, rows)), as_json=as_json)


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(metavar="MEASURE", help="Measure id: hhi.", autocompletion=complete_measure),
    ],
    as_json: JsonOption = False,
) -> None:
    """Show a measure's methodology: inputs, unit, range, missing-value rule, formula.

    Example: entrepot measure show hhi
    """
    from entrepot.measures import measure_metadata

    found = measure_metadata(name)
    emit(found, lambda screen: _draw(found, screen), as_json=as_json)


def _draw(found: MeasureMetadata, screen: Console) -> None:
    from rich.text import Text

    screen.print(Text(f"{found.id}: {found.title}", style="bold"))
    rows = (
        ("inputs", found.inputs),
        ("unit", found.unit),
        ("range", found.range),
        ("no value when", found.null_rule),
        ("formula", found.formula),
        ("reference", found.reference),
        ("in Python", f"entrepot.measures.{found.function}"),
        *found.columns,
    )
    screen.print(facts(rows))
