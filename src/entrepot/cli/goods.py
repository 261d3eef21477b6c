"""`entrepot goods`: lists of controlled goods as dated law."""

from __future__ import annotations

from datetime import date
from pathlib import Path  # noqa: TC003 (Typer reads it)
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli import goods_match
from entrepot.cli.common import JsonOption, LakeOption, emit, table
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.goods import GoodsList, ListEntry
    from entrepot.goods.history import Diff, Seen

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)
app.command("match")(goods_match.match)
app.command("weights")(goods_match.weights)

ListName = Annotated[
    str, typer.Argument(metavar="LIST", help="chpl, a part chpl:4.B, or a file of yours: mine.csv")
]
PROXY = "A code list is a proxy and no classification: the law describes goods in words."


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
        emit(gaps, lambda screen: _draw_missing(gaps, screen), as_json=as_json)
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
            one["codes"],
        ]
        for one in data
    ]
    columns = ["list", "title", "of", "begins", "read until", "codes"]
    emit(
        data,
        lambda screen: screen.print(
            table("", columns, [[str(cell) for cell in row] for row in rows], right=(5,))
        ),
        as_json=as_json,
    )


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
    data = part.of.to_dict() | {"entries": entries + possible}
    held = part.of
    emit(data, lambda screen: _draw(held, part.entries, data, to, screen), as_json=as_json)


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
    emit(found, lambda screen: _draw_diff(found, screen), as_json=as_json)


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
    emit(data, lambda screen: _draw_history(code, found, screen), as_json=as_json)


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


def _draw_missing(gaps: list[dict[str, str]], screen: Console) -> None:
    rows = [[gap["jurisdiction"], gap["title"], gap["known"]] for gap in gaps]
    screen.print(table("", ["of", "not established", "what is known"], rows))


def _draw(
    held: GoodsList,
    entries: tuple[ListEntry, ...],
    data: dict[str, Any],
    to: str,
    screen: Console,
) -> None:
    from rich.text import Text

    screen.print(Text(held.title, style="bold"))
    for words in (held.act.about, held.complete, PROXY):
        if words:
            screen.print(Text(words.strip()))
    shown = {entry.part for entry in entries}
    parts = [[part.id, part.short, part.meaning] for part in held.parts if part.id in shown]
    if parts:
        screen.print(table("", ["part", "", "meaning"], parts))
    rows = [_row(entry, data["entries"][place], to) for place, entry in enumerate(entries)]
    columns = ["code", "edition", "part", "what it is", "since", "until", "text", f"in {to}"]
    screen.print(table("", columns, rows))
    possible = [entry["code"] for entry in data["entries"] if entry["status"] == "possible"]
    if possible:
        screen.print(
            Text(
                f"Not settled by any text that was read, and so left out: {len(possible)} codes "
                f"({', '.join(possible[:12])}{' ...' if len(possible) > 12 else ''})"
            )
        )
    reasons = {
        f"{entry['code']}: {one['reason']}"
        for entry in data["entries"][: len(entries)]
        for one in entry[to]
        if one["reason"]
    }
    for reason in sorted(reasons)[:20]:
        screen.print(Text(reason))
    if len(reasons) > 20:
        screen.print(Text(f"... and {len(reasons) - 20} more, with --json"))
    for text in held.act.texts:
        if text.id in {entry.act for entry in entries}:
            screen.print(Text(f"{text.id}: {text.title}, {text.url}", style="dim"))


def _row(entry: ListEntry, data: dict[str, Any], to: str) -> list[str]:
    code = f"{entry.code} ex" if entry.ex else entry.code
    until = str(entry.valid_to or "")
    if entry.wind_down:
        until = f"{until} (contracts until {entry.wind_down})".strip()
    since = str(entry.adopted or f"by {entry.seen_from}")
    if entry.applies and entry.applies != entry.adopted:
        since += f", applies {entry.applies}"
    return [
        code,
        entry.nomenclature,
        entry.part,
        entry.wording,
        since,
        until,
        f"{entry.act} ({entry.certainty})",
        goods_match.words(entry.code, data[to]),
    ]


def _draw_diff(found: Diff, screen: Console) -> None:
    from rich.text import Text

    screen.print(Text(f"{found.before} to {found.after}", style="bold"))
    rows = [["+", *_short(entry)] for entry in found.added]
    rows += [["-", *_short(entry)] for entry in found.removed]
    rows += [
        ["~", *_short(other)[:2], f"was {one.part or 'whole'}{' ex' if one.ex else ''}", ""]
        for one, other in found.changed
    ]
    if rows:
        screen.print(table("", ["", "code", "part", "what it is", "text"], rows))
    screen.print(
        f"{len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed"
    )
    if found.unsettled:
        screen.print(
            Text(
                f"{len(found.unsettled)} codes may have been on either: no text that was read "
                f"settles it ({', '.join(found.unsettled[:12])}"
                f"{' ...' if len(found.unsettled) > 12 else ''})"
            )
        )


def _short(entry: ListEntry) -> list[str]:
    code = f"{entry.code} ex" if entry.ex else entry.code
    return [code, entry.part, entry.wording, f"{entry.act}, {entry.adopted or entry.seen_from}"]


def _draw_history(code: str, found: tuple[Seen, ...], screen: Console) -> None:
    rows = [
        [
            seen.of.id,
            seen.entry.code + (" ex" if seen.entry.ex else ""),
            seen.entry.nomenclature,
            seen.entry.part,
            str(seen.entry.adopted or f"by {seen.entry.seen_from}"),
            str(seen.entry.valid_to or ""),
            seen.entry.act,
            seen.entry.certainty,
            seen.match,
        ]
        for seen in found
    ]
    if not rows:
        screen.print(f"{code} is on none of the lists held; see: entrepot goods list --missing")
        return
    columns = ["list", "code", "edition", "part", "since", "until", "text", "certainty", "covers"]
    screen.print(table("", columns, rows))
    screen.print(PROXY)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestError(f"not a day: {text!r}", hint="write 2024-02-23") from error
