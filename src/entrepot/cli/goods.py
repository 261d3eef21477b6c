"""`entrepot goods`: lists of controlled goods as dated law."""

from __future__ import annotations

from datetime import date
from pathlib import Path  # noqa: TC003 (Typer reads it)
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli import goods_match
from entrepot.cli.common import (
    JsonOption,
    LakeOption,
    complete_code,
    complete_edition,
    complete_goods,
)
from entrepot.cli.goods_match import converted
from entrepot.cli.output import emit, note, table
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from entrepot.goods import GoodsList, ListEntry
    from entrepot.goods.history import Diff, ListedPeriod
    from entrepot.goods.update import ListChange

app = typer.Typer(no_args_is_help=True)
app.command("match")(goods_match.match)
app.command("weights")(goods_match.weights)

ListName = Annotated[
    str,
    typer.Argument(
        metavar="LIST",
        help="chpl, a part chpl:4.B, or a file of yours: mine.csv",
        autocompletion=complete_goods,
    ),
]

DatedList = Annotated[
    str,
    typer.Argument(
        metavar="LIST@DATE",
        autocompletion=complete_goods,
    ),
]


@app.command("list")
def list_(
    missing: Annotated[
        bool, typer.Option("--missing", help="Show what could not be established.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the available lists, or what of the law could not be established.

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
            # A list of the user has no text that was read last.
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
    note = "Later changes are not known. +: a fragment; the full list has more codes."

    def render(screen: Console) -> None:
        screen.print(table("", columns, [[str(cell) for cell in row] for row in rows], right=(5,)))
        screen.print(note)

    emit(data, render, as_json=as_json)


@app.command()
def show(
    name: ListName,
    on: Annotated[str | None, typer.Option(help="List as of this date: 2024-02-23.")] = None,
    to: Annotated[
        str,
        typer.Option(help="HS edition to convert each code to.", autocompletion=complete_edition),
    ] = "HS2017",
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a list: parts, codes, dates, legal texts, and each code in another HS edition.

    Example: entrepot goods show chpl:4.B
    """
    from entrepot.goods.parse import parse

    text = name if on is None else f"{name}@{_day(on)}"
    # None for several goods in one text, which are refused below.
    [part] = parts if len(parts := parse(text)) == 1 else [None]
    if part is None or part.of is None:
        raise RequestError(f"not one list: {name!r}", hint="see: entrepot goods list")
    converted = goods_match.converted_entries(part.entries, to, lake)
    possible = [entry.to_dict() | {"status": "possible"} for entry in part.possible]
    entries = [
        entry.to_dict() | {"status": "listed", to: found}
        for entry, found in zip(part.entries, converted, strict=True)
    ]
    outrun = f"{part.of.id} ({part.of.known_until})" if part.after else None
    data = part.of.to_dict() | {"entries": entries + possible, "outrun": outrun}
    goods_list = part.of
    emit(
        data, lambda screen: draw_list(goods_list, part.entries, data, to, screen), as_json=as_json
    )


@app.command()
def diff(
    before: DatedList,
    after: DatedList,
    as_json: JsonOption = False,
) -> None:
    """Compare a list at two dates, or two lists: codes added, removed and changed.

    Example: entrepot goods diff chpl@2023-12-31 chpl@2024-02-23
    """
    from entrepot.goods.history import goods_diff

    found = goods_diff(before, after)
    emit(found, lambda screen: draw_diff(found, screen), as_json=as_json)


@app.command()
def history(
    code: Annotated[
        str,
        typer.Argument(
            metavar="CODE",
            help="2 to 10 digits: 854231; several with + or a comma.",
            autocompletion=complete_code,
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Show on which lists a code was, and when.

    Example: entrepot goods history 854231
    """
    from entrepot.goods.history import goods_history

    codes = [one.strip() for one in code.replace("+", ",").split(",")]
    found = {one: goods_history(one) for one in codes}
    several = len(found) > 1
    data = [
        seen.to_dict() | ({"asked": one} if several else {})
        for one, periods in found.items()
        for seen in periods
    ]

    def draw(screen: Console) -> None:
        for one, periods in found.items():
            if several:
                screen.print(f"\n{one}", style="bold")
            draw_history(one, periods, screen)

    emit(data, draw, as_json=as_json)


@app.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: code, nomenclature, ...")],
    as_json: JsonOption = False,
) -> None:
    """Store a list of your own under its name; the file is checked row by row.

    Example: entrepot goods add examples/my-list.csv
    """
    from entrepot.goods.library import add_own
    from entrepot.model.display import agreed
    from entrepot.sources.text import unfinished

    found = add_own(file)
    entries = agreed(len(found.history), "entry", "entries")
    if len(found.entries) < len(found.history):
        entries += f", {len(found.entries)} of them on it today"
    data = {"id": found.id, "codes": len(found.history), "nomenclatures": [*found.nomenclatures]}
    if unfinished(file):
        note("note: the last line has no line end: was the file cut off? Its code may lack digits")
    words = f"{found.id}: {entries}; ask with --goods {found.id}"
    emit(data, lambda screen: screen.print(words), as_json=as_json)
    if nameless := sorted({one.code for one in found.entries if one.names_no_goods}):
        note(
            f"note: {', '.join(nameless)} names no goods: countries use it for confidential or "
            "unspecified trade; it counts wherever data contain it"
        )


@app.command()
def update(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="An edition: a zip.", show_default=False)
    ] = None,
    take: Annotated[
        str | None, typer.Option(help="Accept the edition with this SHA-256 (12 digits or more).")
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="Return to the bundled lists.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what a newer edition of the lists changes, and use it on request.

    Example: entrepot goods update lists-2027-03-01.zip
    """
    from entrepot.goods import update as editions
    from entrepot.goods.library import lists_made

    if (file is None) != back:
        raise RequestError("name one edition, or --back", hint="entrepot goods update FILE")
    if file is None:
        editions.go_back()
        words = f"In use now: the bundled lists of {lists_made()}."
        emit({"made": str(lists_made())}, lambda screen: screen.print(words), as_json=as_json)
        return
    found = editions.read_edition(file)
    changed = editions.changes(found)
    # Before `take`, after which it is the day of the new edition.
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
    name: Annotated[
        str,
        typer.Argument(
            metavar="LIST", help="A list that you added.", autocompletion=complete_goods
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Remove a list that you added.

    Example: entrepot goods remove my-list
    """
    from entrepot.goods.own import remove_list

    remove_list(name)
    emit({"removed": name}, lambda screen: screen.print(f"{name} was removed"), as_json=as_json)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestError(f"not a date: {text!r}", hint="write 2024-02-23") from error


# Terminal output of the commands about lists of goods.


FRAGMENT = "A fragment: codes that are missing here may be on the list. [list-fragment]"
SHOWN = 10
"""Entries of a list that are shown of what an edition changes."""
PROXY = "A code is a proxy, not a classification: the law describes goods in words. [legal-note]"


def draw_missing(gaps: list[dict[str, str]], screen: Console) -> None:
    """Draw what could not be established about the law."""
    rows = [[gap["jurisdiction"], gap["title"], gap["known"]] for gap in gaps]
    screen.print(table("", ["of", "not established", "known"], rows))


def draw_list(
    goods_list: GoodsList,
    entries: tuple[ListEntry, ...],
    data: dict[str, Any],
    to: str,
    screen: Console,
) -> None:
    """Draw a list, or a part of one, with what each code is in another edition."""
    from rich.text import Text

    screen.print(Text(goods_list.title, style="bold"))
    outrun = _outrun([data["outrun"]]) if data["outrun"] else ""
    fragment = FRAGMENT if goods_list.is_fragment else ""
    for words in filter(None, (goods_list.act.about, goods_list.complete, PROXY, outrun, fragment)):
        screen.print(Text(words.strip()))
    shown = {entry.part for entry in entries}
    parts = [[part.id, part.short, part.meaning] for part in goods_list.parts if part.id in shown]
    if parts:
        screen.print(table("", ["part", "", "meaning"], parts))
    rows = [_row(entry, data["entries"][place], to) for place, entry in enumerate(entries)]
    columns = ["code", "edition", "part", "goods", "since", "until", "text", f"in {to}"]
    screen.print(table("", columns, rows))
    possible = [entry["code"] for entry in data["entries"] if entry["status"] == "possible"]
    if possible:
        screen.print(
            Text(
                f"Left out, because no text that was read settles them: {len(possible)} codes "
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
    for text in goods_list.act.texts:
        if text.id in {entry.act for entry in entries}:
            screen.print(Text(f"{text.id}: {text.title}, {text.url}", style="dim"))


def _since(entry: ListEntry) -> str:
    """Return the day it was listed, or by which it was; nothing for one of a user without days."""
    from entrepot.goods.own import ALWAYS

    if entry.seen_from == ALWAYS:
        return ""
    return str(entry.adopted or f"by {entry.seen_from}")


def _said_by(entry: ListEntry) -> str:
    """Return the text of an entry and how it is known; a list of the user may say neither."""
    return f"{entry.act} ({entry.certainty})".lstrip() if entry.certainty else entry.act


def _until(entry: ListEntry) -> str:
    """Return the last day on the list, and that of contracts from before it was listed."""
    until = str(entry.valid_to or "")
    return f"{until} (contracts until {entry.wind_down})".strip() if entry.wind_down else until


def _row(entry: ListEntry, data: dict[str, Any], to: str) -> list[str]:
    code = f"{entry.code} ex" if entry.ex else entry.code
    since = _since(entry)
    if entry.applies and entry.applies != entry.adopted:
        since += f", applies {entry.applies}"
    return [
        code,
        entry.nomenclature,
        entry.part,
        entry.wording,
        since,
        _until(entry),
        _said_by(entry),
        converted(data[to]),
    ]


def draw_diff(found: Diff, screen: Console) -> None:
    """Draw what came onto a list, left it or changed."""
    from rich.text import Text

    from entrepot.model.display import agreed

    screen.print(Text(f"{found.before} to {found.after}", style="bold"))
    rows = [["added", *_short(entry)] for entry in found.added]
    rows += [["removed", *_short(entry)] for entry in found.removed]
    rows += [
        ["changed", *_short(other)[:2], f"was {one.part or 'whole'}{' ex' if one.ex else ''}", ""]
        for one, other in found.changed
    ]
    if rows:
        screen.print(table("", ["change", "code", "part", "goods", "text"], rows))
    screen.print(
        f"{len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed"
    )
    if found.outrun:
        screen.print(Text(_outrun(found.outrun)))
    if found.fragments:
        # Without its `A `, for it goes on behind the names.
        screen.print(Text(f"{', '.join(found.fragments)}: {FRAGMENT[2].lower()}{FRAGMENT[3:]}"))
    if found.is_backwards:
        screen.print(Text("the first date is the later one: added and removed are read backwards"))
    shown = {entry.code for entry in (*found.added, *found.removed)}
    for codes, words in (
        (
            [code for code in found.unsettled if code in shown],
            (
                "may be on the list on both dates: no text that was read settles the "
                "day on which they came or left"
            ),
        ),
        (
            [code for code in found.unsettled if code not in shown],
            (
                "may have been listed on one of these dates but are excluded, because no text "
                "that was read settles it"
            ),
        ),
    ):
        if codes:
            listed = f"{', '.join(codes[:12])}{' ...' if len(codes) > 12 else ''}"
            screen.print(Text(f"{agreed(len(codes), 'code', 'codes')} {words} ({listed})"))


def draw_edition(data: dict[str, Any], changed: Sequence[ListChange], screen: Console) -> None:
    """Draw what an edition of the lists changes, and how to accept it."""
    from rich.text import Text

    screen.print(Text(f"Edition of {data['made']}, before: {data['made_before']}"))
    if data["note"]:
        screen.print(Text(data["note"]))
    rows = [
        [
            *(one.list, one.kind, str(one.until_before or ""), str(one.until or "")),
            *(str(len(one.added)), str(len(one.removed)), ", ".join(one.about)),
        ]
        for one in changed
    ]
    columns = ["list", "", "read until", "now", "added", "removed", "also changed"]
    screen.print(table("", columns, rows, right=(4, 5)) if rows else "It changes nothing.")
    cells = [
        [mark, one.list, *_short(entry)]
        for one in changed
        for mark, entries in (("+", one.added), ("-", one.removed))
        for entry in entries[:SHOWN]
    ]
    if cells:
        screen.print(table("", ["", "list", "code", "part", "goods", "text"], cells))
    if any(max(len(one.added), len(one.removed)) > SHOWN for one in changed):
        screen.print(f"The first {SHOWN} of each list are shown; all: --json.")
    screen.print(Text(f"SHA-256 {data['sha256']}"))
    used = "It is in use now; entrepot goods update --back returns to the bundled lists."
    ask = "Compare this hash with the publisher's, then accept: --take and its first 12 digits."
    screen.print(used if data["taken"] else ask)


def _short(entry: ListEntry) -> list[str]:
    code = f"{entry.code} ex" if entry.ex else entry.code
    day = _since(entry).removeprefix("by ")
    return [code, entry.part, entry.wording, ", ".join(filter(None, (entry.act, day)))]


def draw_history(code: str, found: tuple[ListedPeriod, ...], screen: Console) -> None:
    """Draw on which lists a code was, and when."""
    from rich.text import Text

    from entrepot.goods.history import texts_not_read

    unread = texts_not_read(code)
    where = ", ".join(sorted({one for several, _ in unread for one in several.split(", ")}))
    count = "a text that was" if len(unread) == 1 else f"{len(unread)} texts that were"
    said = f"Whether {count} not read ({where}) list it is not known: entrepot goods list --missing"
    rows = [
        [
            seen.of.id + (f":{seen.entry.part}" if seen.entry.part else ""),
            seen.entry.code + (" ex" if seen.entry.ex else ""),
            _from(seen.entry),
            _until(seen.entry),
            _said_by(seen.entry),
            seen.match,
            seen.entry.nomenclature,
        ]
        for seen in found
    ]
    if not rows:
        screen.print(
            Text(f"{code} is on none of the lists, as far as these were read. {_how_far()}")
        )
        if unread:
            screen.print(Text(said))
        return
    columns = ["list", "code", "since", "until", "text", "covers", "edition"]
    screen.print(table("", columns, rows, by_rank=True))
    titles = dict.fromkeys((one.of.id, one.of.act.jurisdiction, one.of.title) for one in found)
    for name, jurisdiction, title in titles:
        screen.print(Text(f"{name}: {jurisdiction}, {title}"))
    if any(seen.entry.valid_to is None for seen in found):
        screen.print(Text("Without a day under until: still on the list when it was last read."))
    screen.print(Text(_how_far()))
    if unread:
        screen.print(Text(said))
    screen.print(Text(PROXY))


def _outrun(lists: Sequence[str]) -> str:
    return f"Read until: {', '.join(lists)}. Later changes are not known."


def _from(entry: ListEntry) -> str:
    """Return the first day on the list: of application, where it is known."""
    return str(entry.starts) if entry.adopted or entry.applies else f"by {entry.starts}"


def _how_far() -> str:
    """Say until when lists were read, and which are fragments."""
    from entrepot.goods.library import bundled_lists

    until: dict[date, list[str]] = {}
    for one in bundled_lists():
        until.setdefault(one.known_until, []).append(one.id)
    fragments = ", ".join(one.id for one in bundled_lists() if one.is_fragment)
    read = "; ".join(f"{', '.join(ids)} until {day}" for day, ids in sorted(until.items()))
    return (
        f"Read: {read}. Later changes are not known. "
        f"Fragments only: {fragments}. Not read: entrepot goods list --missing."
    )
