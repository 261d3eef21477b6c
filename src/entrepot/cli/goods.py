"""`entrepot goods`: lists of controlled goods as dated law."""

from __future__ import annotations

from datetime import date
from pathlib import Path  # noqa: TC003 (Typer reads it)
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli import goods_match
from entrepot.cli.common import JsonOption, LakeOption, emit, table
from entrepot.cli.goods_draw import (
    draw_diff,
    draw_edition,
    draw_history,
    draw_list,
    draw_missing,
)
from entrepot.cli.streams import note
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)
app.command("match")(goods_match.match)
app.command("weights")(goods_match.weights)

ListName = Annotated[
    str, typer.Argument(metavar="LIST", help="chpl, a part chpl:4.B, or a file of yours: mine.csv")
]


@app.command("list")
def list_(
    missing: Annotated[
        bool, typer.Option("--missing", help="Show what could not be established instead.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the lists held, or what of the law could not be established.

    Example: entrepot goods list
    """
    from entrepot.goods import goods_lists
    from entrepot.goods.library import acts

    if missing:
        gaps = [
            {"act": act.id, "jurisdiction": act.jurisdiction, "title": gap.title}
            | {"known": gap.known, "url": gap.url}
            for act in acts()
            for gap in act.missing
        ]
        emit(gaps, lambda screen: draw_missing(gaps, screen), as_json=as_json)
        return
    data = [
        {
            "id": item.id,
            "title": item.title,
            "jurisdiction": item.act.jurisdiction,
            "direction": item.direction,
            "begins": item.begins.isoformat(),
            "known_until": None if item.known_until == date.max else item.known_until.isoformat(),
            "nomenclatures": list(item.nomenclatures),
            "is_fragment": item.is_fragment,
            "complete": item.complete,
            "codes": len({entry.code for entry in item.entries}),
            "entries": len(item.history),
            "parts": [part.id for part in item.parts],
        }
        for item in goods_lists()
    ]
    rows = [
        [
            one["id"],
            one["title"],
            one["jurisdiction"],
            one["begins"],
            one["known_until"] or "",
            f"{one['codes']}+" if one["is_fragment"] else one["codes"],
        ]
        for one in data
    ]
    columns = ["list", "title", "of", "begins", "read until", "codes"]
    note = "What is listed after the day it was read until is not known. +: a fragment, with more."

    def render(screen: Console) -> None:
        screen.print(table("", columns, [[str(cell) for cell in row] for row in rows], right=(5,)))
        screen.print(note)

    emit(data, render, as_json=as_json)


@app.command()
def show(
    name: ListName,
    on: Annotated[str | None, typer.Option(help="Day: what was on the list then.")] = None,
    to: Annotated[str, typer.Option(help="Edition into which each code is followed.")] = "HS2017",
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a list: parts, codes, since when, from which text, and how each is followed.

    Example: entrepot goods show chpl:4.B
    """
    from entrepot.goods.parse import parse

    text = name if on is None else f"{name}@{_day(on)}"
    [part] = parts if len(parts := parse(text)) == 1 else [None]
    if part is None or part.of is None:
        raise RequestError(f"not one list: {name!r}", hint="see: entrepot goods list")
    followed = goods_match.followed_entries(part.entries, to, lake)
    possible = [entry.to_dict() | {"status": "possible"} for entry in part.possible]
    entries = [
        entry.to_dict() | {"status": "listed", to: found}
        for entry, found in zip(part.entries, followed, strict=True)
    ]
    outrun = f"{part.of.id} ({part.of.known_until})" if part.after else None
    data = part.of.to_dict() | {"entries": entries + possible, "outrun": outrun}
    held = part.of
    emit(data, lambda screen: draw_list(held, part.entries, data, to, screen), as_json=as_json)


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="LIST@DATE")],
    after: Annotated[str, typer.Argument(metavar="LIST@DATE")],
    as_json: JsonOption = False,
) -> None:
    """Show what came onto a list, left it or changed, between two days or two lists.

    Example: entrepot goods diff chpl@2023-12-31 chpl@2024-02-23
    """
    from entrepot.goods.history import goods_diff

    found = goods_diff(before, after)
    emit(found, lambda screen: draw_diff(found, screen), as_json=as_json)


@app.command()
def history(
    code: Annotated[str, typer.Argument(metavar="CODE", help="2 to 10 digits: 854231")],
    as_json: JsonOption = False,
) -> None:
    """Show on which lists a code was, and when.

    Example: entrepot goods history 854231
    """
    from entrepot.goods.history import goods_history

    found = goods_history(code)
    data = [seen.to_dict() for seen in found]
    emit(data, lambda screen: draw_history(code, found, screen), as_json=as_json)


@app.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: code, nomenclature, ...")],
    as_json: JsonOption = False,
) -> None:
    """Keep a list of your own, to be asked by its name; the file is checked row by row.

    Example: entrepot goods add examples/my-list.csv
    """
    from entrepot.goods.library import add_own

    found = add_own(file)
    data = {"id": found.id, "codes": len(found.entries), "nomenclatures": [*found.nomenclatures]}
    words = f"{found.id}: {len(found.entries)} entries; ask with --goods {found.id}"
    emit(data, lambda screen: screen.print(words), as_json=as_json)
    if nameless := sorted({one.code for one in found.entries if one.names_no_goods}):
        note(
            f"note: {', '.join(nameless)}: no goods, but where countries put what is secret or not "
            "specified; it counts wherever data have it"
        )


@app.command()
def update(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="An edition: a zip.", show_default=False)
    ] = None,
    take: Annotated[
        str | None, typer.Option(help="Its SHA-256, to take it: 12 digits at least.")
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="Go back to the lists that ship.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what a newer edition of the lists changes, and take it in their place.

    Example: entrepot goods update lists-2027-03-01.zip
    """
    from entrepot.goods import update as editions
    from entrepot.goods.library import lists_made

    if (file is None) != back:
        raise RequestError("name one edition, or --back", hint="entrepot goods update FILE")
    if file is None:
        editions.go_back()
        words = f"In use now: the lists that ship, of {lists_made()}."
        emit({"made": str(lists_made())}, lambda screen: screen.print(words), as_json=as_json)
        return
    found = editions.read_edition(file)
    changed = editions.changes(found)
    before = lists_made()
    if take is not None:
        editions.take(found, take)
    data = {
        "made": found.made.isoformat(),
        "made_before": before.isoformat(),
        "note": found.note,
        "sha256": found.digest,
        "taken": take is not None,
        "changes": [one.to_dict() for one in changed],
    }
    emit(data, lambda screen: draw_edition(data, changed, screen), as_json=as_json)


@app.command()
def remove(
    name: Annotated[str, typer.Argument(metavar="LIST", help="A list that you added.")],
    as_json: JsonOption = False,
) -> None:
    """Forget a list that you added.

    Example: entrepot goods remove my-list
    """
    from entrepot.goods.own import remove_list

    remove_list(name)
    emit({"removed": name}, lambda screen: screen.print(f"{name} is forgotten"), as_json=as_json)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestError(f"not a day: {text!r}", hint="write 2024-02-23") from error
