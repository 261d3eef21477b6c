"""`entrepot goods`: lists of controlled goods and how they are followed into other editions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli.common import JsonOption, emit, table
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.goods import GoodsList, ListEntry

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

_HANDLING = {
    "same": "same code",
    "successor": "{other_code} stands for it",
    "no_safe_predecessor": "none",
    "content_changed": "same code, other content",
}


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """Show the lists held.

    Example: entrepot goods list
    """
    from entrepot.goods import goods_lists

    lists = goods_lists()
    data = [
        {
            "id": item.id,
            "title": item.title,
            "version": item.version.isoformat(),
            "nomenclature": item.nomenclature,
            "codes": len(item.entries),
            "tiers": [tier.id for tier in item.tiers],
        }
        for item in lists
    ]
    rows = [[str(cell) for cell in row.values() if not isinstance(cell, list)] for row in data]
    columns = ["list", "title", "version", "edition", "codes"]
    emit(data, lambda screen: screen.print(table("", columns, rows, right=(4,))), as_json=as_json)


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="LIST", help="chpl, or a part of it: chpl:4.B")],
    on: Annotated[str | None, typer.Option(help="Day: what was on the list then.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a list: tiers, codes, what they are, and how each is followed into HS2017.

    Example: entrepot goods show chpl:4.B
    """
    from entrepot.goods import goods_list

    head, colon, tier = name.partition(":")
    chosen = goods_list(head.lower())
    entries = chosen.part(tier) if colon else chosen.entries
    if on is not None:
        held = set(chosen.on(_day(on)))
        entries = tuple(entry for entry in entries if entry in held)
    data = chosen.to_dict() | {"entries": [_entry(entry) for entry in entries]}
    emit(data, lambda screen: _draw(chosen, data["entries"], screen), as_json=as_json)


def _entry(entry: ListEntry) -> dict[str, Any]:
    from entrepot.goods import link

    found = link(entry.code, entry.nomenclature, "HS2017")
    handling = (
        {"kind": found.kind, "code": found.other_code or None, "reason": found.reason}
        if found
        else {"kind": "not established", "code": None, "reason": ""}
    )
    return entry.to_dict() | {"HS2017": handling}


def _draw(chosen: GoodsList, entries: list[dict[str, Any]], screen: Console) -> None:
    from rich.text import Text

    screen.print(Text(f"{chosen.title}, version of {chosen.version}", style="bold"))
    screen.print(Text(f"{chosen.about}\n{chosen.certainty}"))
    if not entries:
        screen.print(Text("None of these codes is known to be on the list on that day."))
        return
    shown = {entry["tier"] for entry in entries}
    tiers = [[tier.id, tier.short, tier.meaning] for tier in chosen.tiers if tier.id in shown]
    screen.print(table("", ["tier", "", "meaning"], tiers))
    rows = [
        [entry["code"], entry["tier"], entry["description"], _words(entry["HS2017"])]
        for entry in entries
    ]
    columns = [chosen.nomenclature, "tier", "what it is", "in HS2017"]
    screen.print(table("", columns, rows))
    for entry in entries:
        if entry["HS2017"]["reason"]:
            screen.print(Text(f"{entry['code']}: {entry['HS2017']['reason']}"))
    for source in chosen.sources:
        screen.print(Text(f"{source.publisher}: {source.title}, {source.url}", style="dim"))


def _words(handling: dict[str, Any]) -> str:
    return _HANDLING.get(handling["kind"], "not established").format(other_code=handling["code"])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestError(f"not a day: {text!r}", hint="write 2024-02-23") from error
