"""`entrepot brief`: one country's dependence on another, as a page."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from entrepot.cli.common import (
    EngineOption,
    JsonOption,
    LakeOrAddress,
    MasterOption,
    complete_area,
    complete_goods,
    default_of,
    open_on_engine,
    say_if_empty,
    saying_new_folder,
    writable,
)
from entrepot.cli.output import emit, progress, table
from entrepot.errors import MissingExtraError
from entrepot.model.area_names import as_codes

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from entrepot.lake import Lake
    from entrepot.report import Brief

Importer = Annotated[
    str,
    typer.Argument(
        metavar="IMPORTER",
        help="Importing country or group: RUS, EU27, KAZ+KGZ.",
        callback=as_codes,
        autocompletion=complete_area,
    ),
]
Supplier = Annotated[
    str,
    typer.Option(
        "--supplier",
        help="Supplying country or group: CHN, CHN+HKG, coalition.",
        callback=as_codes,
        autocompletion=complete_area,
        default_factory=default_of("supplier", "CHN"),
        show_default="your setting, else CHN",
    ),
]
Goods = Annotated[
    str | None,
    typer.Option(
        "--goods",
        help="Goods: all, chpl, chpl:4.B, 85, 8542.",
        autocompletion=complete_goods,
        default_factory=default_of("goods", None),
        show_default="your setting, else chpl for Russia and Belarus, all for others",
    ),
]
Year = Annotated[
    str | None,
    typer.Option(
        "--period", help="Headline year; default: the latest available.", show_default=False
    ),
]
Claims = Annotated[
    Path | None,
    typer.Option("--claims", help="Claims file to check and include.", show_default=False),
]
Day = Annotated[
    str | None,
    typer.Option(
        "--date", help="Date to show on the brief: 2026-11-30; default: none.", show_default=False
    ),
]
Out = Annotated[
    list[Path] | None,
    typer.Option(
        "--out",
        help="File to write (repeatable): .html, .pdf, .xlsx, .pptx, .md, .json; a note: .docx.",
        callback=writable,
        show_default=False,
    ),
]


Form = Annotated[
    Literal["brief", "note"],
    typer.Option("--form", help="The whole brief, or a note: one A4 page for decisions."),
]


def brief(
    importer: Importer,
    supplier: Supplier,
    goods: Goods,
    period: Year = None,
    claims: Claims = None,
    date: Day = None,
    form: Form = "brief",
    out: Out = None,
    as_json: JsonOption = False,
    lake: LakeOrAddress = None,
    engine: EngineOption = None,
    master: MasterOption = None,
) -> None:
    """Write a brief on one country's dependence on another.

    The suffix of --out sets the format: HTML, PDF, workbook, slides, Markdown or JSON. Default:
    brief-RUS.html.

    Exit code 3 when no headline figure has a value: the brief then lists what is missing.

    With --form note it is one page for decisions: HTML, PDF, DOCX or JSON. It is dated today unless
    --date says otherwise, and takes no claims.

    Example: entrepot brief RUS --supplier CHN --goods chpl --period 2023 --out brief.html
    """
    if form == "note":
        where = partial(open_on_engine, engine, lake, master)
        _note(importer, supplier, goods, period, claims, date, out, where, as_json=as_json)
        return
    from entrepot.report import brief as compose
    from entrepot.report import write
    from entrepot.report.parts import format_of
    from entrepot.report.render_json import as_dict

    targets = out or [Path(f"brief-{importer.replace('+', '-')}.html")]
    _require_formats(targets, format_of)
    with progress("opening the lake") as say:
        opened = open_on_engine(engine, lake, master)
        found = compose(importer, supplier, goods, period, opened, claims, say, date)
        if out or not as_json:
            say("drawing the page")
            for target in targets:
                with saying_new_folder(target):
                    write(found, target)
    emit(as_dict(found), lambda screen: draw(found, targets, screen), as_json=as_json)
    say_if_empty(opened, str(lake) if lake else None)
    if all(card.figure.status != "ok" for card in found.cards):
        raise typer.Exit(3)


def _note(
    importer: str,
    supplier: str,
    goods: str | None,
    period: str | None,
    claims: Path | None,
    date: str | None,
    out: list[Path] | None,
    where: Callable[[], Lake],
    *,
    as_json: bool,
) -> None:
    """Write the one page; the clock is looked at here and nowhere below."""
    import datetime

    from rich.text import Text

    from entrepot.errors import RequestError
    from entrepot.report.note import note
    from entrepot.report.render_note import note_format

    if claims is not None:
        raise RequestError(
            "a note takes no claims file",
            why="its one page does not list verdicts",
            hint=f"leave out --form note, or check the file: entrepot check {claims}",
        )
    targets = out or [Path(f"note-{importer.replace('+', '-')}.html")]
    _require_formats(targets, note_format)
    with progress("opening the lake") as say:
        opened = where()
        today = date or datetime.datetime.now(datetime.UTC).date().isoformat()
        found = note(importer, supplier, goods, period, opened, say, today)
        if out or not as_json:
            say("drawing the page")
            for target in targets:
                with saying_new_folder(target):
                    found.save(target)

    def draw_note(screen: Console) -> None:
        screen.print(Text(str(found)))
        for target in targets:
            screen.print(Text(f"written: {target}"))

    emit(found.to_dict(), draw_note, as_json=as_json)
    say_if_empty(opened, None)
    if all(one.card.figure.status != "ok" for one in found.numbers):
        raise typer.Exit(3)


def _require_formats(targets: list[Path], form: Callable[[Path], object]) -> None:
    """Refuse a name that cannot be written before any work is done; name all that is missing."""
    missing = []
    for target in targets:
        try:
            form(target)
        except MissingExtraError as error:
            missing.append(error)
    if missing:
        libraries, extras = (
            dict.fromkeys(one.library for one in missing),
            dict.fromkeys(one.extra for one in missing),
        )
        raise MissingExtraError(",".join(libraries), ",".join(extras))


def draw(found: Brief, targets: list[Path], screen: Console) -> None:
    """Draw paths, headline figures and verdicts on a terminal."""
    from rich.text import Text

    from entrepot.model.display import with_unit
    from entrepot.report.parts import counted, plain

    screen.print(Text(found.title, style="bold"))
    screen.print(Text(plain(" ".join(sentence.text for sentence in found.answer))))
    rows = [
        [card.name, with_unit(card.value, card.unit), card.range, f"{card.tag}: {card.source}"]
        for card in found.cards
    ]
    screen.print(table("", ["headline figure", "value", "range", "source"], rows, right=(1,)))
    for section in found.sections:
        if section.claims:
            counts = ", ".join(counted(*pair) for pair in section.claims.tally)
            screen.print(Text(f"Claims: {counts}", style="bold"))
            claims = [
                [row.outcome, plain(row.claim), plain(row.against)] for row in section.claims.rows
            ]
            screen.print(table("", ["verdict", "claim", "evidence"], claims))
    for target in targets:
        screen.print(Text(f"written: {target}"))
