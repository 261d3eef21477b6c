"""`entrepot brief`: one country's dependence on another, as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import (
    JsonOption,
    LakeOption,
    emit,
    open_lake,
    progress,
    say_if_empty,
    saying_new_folder,
    table,
)
from entrepot.model.areas import as_codes

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.report import Brief

__all__ = ["brief", "draw"]

Importer = Annotated[
    str,
    typer.Argument(metavar="IMPORTER", help="Who buys: RUS, EU27, KAZ+KGZ.", callback=as_codes),
]
Supplier = Annotated[
    str,
    typer.Option("--supplier", help="Who sells: CHN, CHN+HKG, coalition.", callback=as_codes),
]
Goods = Annotated[str, typer.Option("--goods", help="all, chpl, chpl:4.B, 85, 8542.")]
Year = Annotated[
    str | None,
    typer.Option(
        "--period", help="Year of the headline; default: the newest held.", show_default=False
    ),
]
Claims = Annotated[
    Path | None,
    typer.Option("--claims", help="Claims file to check and show.", show_default=False),
]
Day = Annotated[
    str | None,
    typer.Option(
        "--date", help="Day to print on it: 2026-11-30; default: none.", show_default=False
    ),
]
Out = Annotated[
    list[Path] | None,
    typer.Option(
        "--out",
        help="File to write: .html, .pdf, .xlsx, .md or .json; again for further files; default: "
        "brief-RUS.html.",
        show_default=False,
    ),
]


def brief(
    importer: Importer,
    supplier: Supplier = "CHN",
    goods: Goods = "chpl",
    period: Year = None,
    claims: Claims = None,
    date: Day = None,
    out: Out = None,
    as_json: JsonOption = False,
    lake: LakeOption = None,
) -> None:
    """Write a brief on one country's dependence on another.

    As a page, a PDF or a workbook, or as text and JSON: the suffix of --out decides.

    Exit code 3 when no headline Figure has a value: the page then says what is missing.

    Example: entrepot brief RUS --supplier CHN --goods chpl --period 2023 --out brief.html
    """
    from entrepot.report import brief as tell
    from entrepot.report import write
    from entrepot.report.parts import format_of
    from entrepot.report.render_json import as_dict

    targets = out or [Path(f"brief-{importer.replace('+', '-')}.html")]
    for target in targets:
        format_of(target)  # a name that cannot be written is refused before any work is done
    with progress("opening the lake") as say:
        held = open_lake(lake)
        told = tell(importer, supplier, goods, period, held, claims, say, date)
        if out or not as_json:
            say("drawing the page")
            for target in targets:
                with saying_new_folder(target):
                    write(told, target)
    emit(as_dict(told), lambda screen: draw(told, targets, screen), as_json=as_json)
    say_if_empty(held, str(lake) if lake else None)
    if all(card.figure.status != "ok" for card in told.cards):
        raise typer.Exit(3)


def draw(told: Brief, targets: list[Path], screen: Console) -> None:
    """Draw paths, headline Figures and verdicts on a terminal."""
    from rich.text import Text

    from entrepot.report.parts import counted, plain

    screen.print(Text(told.title, style="bold"))
    screen.print(Text(plain(" ".join(sentence.text for sentence in told.answer))))
    rows = [
        [card.name, f"{card.value} {card.unit}".strip(), card.range, f"{card.tag}: {card.source}"]
        for card in told.cards
    ]
    screen.print(table("", ["headline Figure", "value", "range", "from"], rows, right=(1,)))
    for section in told.sections:
        if section.claims:
            counts = ", ".join(counted(*pair) for pair in section.claims.tally)
            screen.print(Text(f"Claims: {counts}", style="bold"))
            claims = [
                [row.outcome, plain(row.claim), plain(row.against)] for row in section.claims.rows
            ]
            screen.print(table("", ["verdict", "claim", "data and others say"], claims))
    for target in targets:
        screen.print(Text(f"written: {target}"))
