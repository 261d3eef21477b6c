"""`entrepot screen`: a list of shipments against dated lists of controlled goods."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import (
    EngineOption,
    JsonOption,
    LakeOrAddress,
    MasterOption,
    complete_area,
    complete_edition,
    complete_goods,
    one_of,
    open_on_engine,
    writable,
)
from entrepot.cli.output import emit, note, progress, table
from entrepot.errors import NoEvidenceError, RequestError

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.figures.screening import Screening

_SHOWN = 20


def screen(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX or Parquet.")],
    code: Annotated[str, typer.Option(help="Column with product codes.")] = "",
    on: Annotated[str, typer.Option("--date", help="Column with dates, or one date.")] = "",
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            help="Column of the country of dispatch, or a country.",
            autocompletion=complete_area,
        ),
    ] = "",
    to: Annotated[
        str,
        typer.Option(
            help="Column of the destination, or a country.",
            autocompletion=complete_area,
        ),
    ] = "",
    origin: Annotated[str, typer.Option(help="Column of the country of origin.")] = "",
    via: Annotated[str, typer.Option(help="Column of the route.")] = "",
    consignee: Annotated[str, typer.Option(help="Column of the consignee.")] = "",
    value: Annotated[str, typer.Option(help="Column of the value.")] = "",
    mass: Annotated[str, typer.Option(help="Column of the mass in kg.")] = "",
    description: Annotated[str, typer.Option(help="Column of the goods in words.")] = "",
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook.")] = "",
    edition: Annotated[
        str,
        typer.Option(
            help="What codes are read in: CN, CN2025, HS2022; default: by date.",
            autocompletion=complete_edition,
        ),
    ] = "",
    dates: Annotated[
        str,
        typer.Option(
            help="How 03/04/2025 is read: DMY or MDY; default: as the file shows.",
            autocompletion=one_of("DMY", "MDY"),
        ),
    ] = "",
    against: Annotated[
        list[str] | None,
        typer.Option(
            help="List to screen against (repeatable); default: all.",
            autocompletion=complete_goods,
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop if a row cannot be read.")] = False,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            help="Write .xlsx or .json, or all lines as .csv or .parquet (repeatable).",
            callback=writable,
        ),
    ] = None,
    lake: LakeOrAddress = None,
    engine: EngineOption = None,
    master: MasterOption = None,
    as_json: JsonOption = False,
) -> None:
    """Screen shipments: which were listed on their date, by which country, in which direction.

    Example: entrepot screen shipments.csv --edition CN --out screening.xlsx
    """
    from entrepot.goods.screening import UNREADABLE
    from entrepot.report.screening import ask_screening, require_form, save_screening
    from entrepot.report.screening_text import as_data

    for target in out or ():
        require_form(target)  # a name that cannot be written is refused before any work is done
        if target.resolve() == file.resolve():
            raise RequestError(
                f"{file.name} would be overwritten",
                where=str(target),
                hint="choose another file name",
            )
    opened = open_on_engine(engine, lake, master)
    with progress("screening"):
        found = ask_screening(
            file,
            code=code,
            date=on,
            from_=from_,
            to=to,
            origin=origin,
            via=via,
            consignee=consignee,
            value=value,
            mass=mass,
            description=description,
            sheet=sheet,
            edition=edition,
            dates=dates,
            against=against or (),
            strict=strict,
            lake=opened,
        ).screening
    for target in out or ():
        for said in save_screening(found, target):
            note(f"note: {said}")
    emit(
        as_data(found) if as_json else None,
        lambda console: draw(found, console, is_written=bool(out)),
        as_json=as_json,
    )
    if found.sums[1]:
        raise typer.Exit(1)
    if found.sums[UNREADABLE] and found.sums[UNREADABLE] == sum(found.sums.values()):
        raise typer.Exit(NoEvidenceError.exit_code)  # nothing was screened


def draw(found: Screening, console: Console, *, is_written: bool = False) -> None:
    """Draw sums, the matrix, the first hits, and what could not be read."""
    from rich.text import Text

    from entrepot.figures.screening import LEGAL
    from entrepot.goods.screening import STATUSES
    from entrepot.model.display import day_text
    from entrepot.report.screening_text import reasons, summary_line, title_of

    console.print(Text(title_of(found), style="bold"))
    console.print(Text(summary_line(found)))
    sums = [f"{found.sums[grade]:,} {status}" for grade, status in STATUSES.items()]
    console.print(Text("; ".join(sums) + "."))
    rows = [
        [one.jurisdiction, one.direction]
        + [
            f"{one.counts.get(grade, 0):,}" if any(one.counts.values()) else "–"
            for grade in (1, 2, 3, 4)
        ]
        + [one.read_until]
        for one in found.matrix
        if any(one.counts.values()) or one.regime is None
    ]
    if rows:
        heads = [
            "jurisdiction",
            "direction",
            "listed",
            "in part",
            "not known",
            "not listed",
            "read until",
        ]
        console.print(table("", heads, rows, right=(2, 3, 4, 5)))
        if any(
            sum(one.counts.get(grade, 0) for one in found.matrix) != found.sums[grade]
            for grade in (1, 2, 3, 4)
        ):
            console.print(
                Text("A shipment screened in several directions is in several rows of this table.")
            )
    hits = found.rows(0, min(_SHOWN, found.sums[1] + found.sums[2])).to_pylist()
    if hits:
        heads = ["row", "date", "code", "route", "status", "by", "entry", "listed", "signs"]
        cells = [
            [
                str(one["row"]), day_text(one["date"]) if one["date"] else "–", one["code"],
                f"{one['from']}→{one['to']}", one["status"].partition(":")[0],
                f"{one['jurisdiction']} {one['direction']}",
                (one["entry"] or "").partition("; also ")[0], one["listed_code"] or "–",
                "–" if one["signs"] is None else str(one["signs"]),
            ]
            for one in hits
        ]  # fmt: skip
        console.print(table("", heads, cells, by_rank=True))
        if (more := found.sums[1] + found.sums[2] - len(hits)) > 0:
            where = "" if is_written else ": --out screening.xlsx"
            console.print(Text(f"{_rows(more)} more listed or in part{where}"))
    for reason, count, first in reasons(found)[:8]:
        console.print(Text(f"Not readable: {reason}, {_rows(count)}, such as {first}"))
    for said in found.notes:
        console.print(Text(said))
    if not is_written:
        console.print(
            Text("With your columns: --out screening.xlsx (hits), or .csv or .parquet (all lines).")
        )
    console.print(Text(LEGAL))


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"
