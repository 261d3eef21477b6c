"""`entrepot data show`: one source, or one snapshot of it, with what was noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import JsonOption, LakeOption, emit, facts, open_lake
from entrepot.cli.data_picture import print_picture
from entrepot.cli.data_tables import print_findings, print_holdings, say, state_of

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.lake import Holding
    from entrepot.sources import SourceInfo

__all__ = ["EXAMPLE", "show"]

EXAMPLE = "Example: entrepot data show baci@V202501"


def show(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="Id of a source, or of a release: baci@V202501.")
    ],
    snapshot: Annotated[
        str | None, typer.Option(help="Only this one; its first digits are enough.")
    ] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a source: terms, what is held of it, who reports when, what was noticed at loading."""
    from entrepot.sources import source_info, split_address

    name, release = split_address(source)
    info = source_info(name)
    with open_lake(lake).reading() as lake_:
        asked = release or snapshot or lake_.holds(name)
        held = lake_.holdings(source, snapshot=snapshot) if asked else ()
        pictures = lake_.pictures(source, snapshot=snapshot) if held else ()
    data = {
        "source": info.model_dump(mode="json"),
        "state": state_of(info, held=bool(held)),
        "holdings": [item.to_dict() for item in held],
        "pictures": [picture.to_dict() for picture in pictures],
        "findings": [
            {"vintage": item.vintage, "snapshot": item.snapshot} | finding.to_dict()
            for item in held
            for finding in item.findings
        ],
    }

    def render(screen: Console) -> None:
        screen.print(facts(_about(info, held)))
        if not held:
            say(screen, f"{name}: {state_of(info, held=False)}.")
            return
        screen.print()
        print_holdings(screen, held)
        for picture in pictures:
            screen.print()
            print_picture(screen, picture)
        screen.print()
        print_findings(screen, (finding for item in held for finding in item.findings))

    emit(data, render, as_json=as_json)


def _about(info: SourceInfo, held: tuple[Holding, ...]) -> list[tuple[str, str]]:
    title = next((item.title for item in held if item.title), info.title)
    return [
        ("source", f"{info.id}: {title}"),
        ("publisher", info.publisher),
        ("licence", info.licence),
        ("cite as", info.citation),
        ("where", info.url),
        ("covers", info.coverage),
        ("rhythm", info.rhythm),
        *((f"note: {quirk.id}", quirk.text) for quirk in info.quirks),
    ]
