"""What the commands about lists of goods draw on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.cli.common import table
from entrepot.cli.goods_match_draw import followed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from rich.console import Console

    from entrepot.goods import GoodsList, ListEntry
    from entrepot.goods.history import Diff, ListedPeriod
    from entrepot.goods.update import ListChange

__all__ = [
    "draw_diff",
    "draw_history",
    "draw_list",
    "draw_missing",
]

FRAGMENT = "A fragment: a code that is not here may be on the list all the same. [list-fragment]"
MOST = 9000
"""Lists of a user without days are read until the end of days."""
SHOWN = 10
"""Entries of a list that are shown of what an edition changes."""
PROXY = "A code is a proxy and no classification: the law describes goods in words. [legal-note]"


def draw_missing(gaps: list[dict[str, str]], screen: Console) -> None:
    """Draw what of the law could not be established."""
    rows = [[gap["jurisdiction"], gap["title"], gap["known"]] for gap in gaps]
    screen.print(table("", ["of", "not established", "what is known"], rows))


def draw_list(
    held: GoodsList,
    entries: tuple[ListEntry, ...],
    data: dict[str, Any],
    to: str,
    screen: Console,
) -> None:
    """Draw a list, or a part of one, with what each code is in another edition."""
    from rich.text import Text

    screen.print(Text(held.title, style="bold"))
    outrun = _outrun([data["outrun"]]) if data["outrun"] else ""
    fragment = FRAGMENT if held.is_fragment else ""
    for words in filter(None, (held.act.about, held.complete, PROXY, outrun, fragment)):
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


def _since(entry: ListEntry) -> str:
    """Return the day it was listed, or by which it was; nothing for one of a user without days."""
    from entrepot.goods.own import ALWAYS

    if entry.seen_from == ALWAYS:
        return ""
    return str(entry.adopted or f"by {entry.seen_from}")


def _row(entry: ListEntry, data: dict[str, Any], to: str) -> list[str]:
    code = f"{entry.code} ex" if entry.ex else entry.code
    until = str(entry.valid_to or "")
    if entry.wind_down:
        until = f"{until} (contracts until {entry.wind_down})".strip()
    since = _since(entry)
    if entry.applies and entry.applies != entry.adopted:
        since += f", applies {entry.applies}"
    return [
        code,
        entry.nomenclature,
        entry.part,
        entry.wording,
        since,
        until,
        f"{entry.act} ({entry.certainty})".strip(),
        followed(entry.code, data[to]),
    ]


def draw_diff(found: Diff, screen: Console) -> None:
    """Draw what came onto a list, left it or changed."""
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
    if found.outrun:
        screen.print(Text(_outrun(found.outrun)))
    if found.fragments:
        screen.print(Text(f"{', '.join(found.fragments)}: {FRAGMENT[2].lower()}{FRAGMENT[3:]}"))
    if found.unsettled:
        screen.print(
            Text(
                f"{len(found.unsettled)} codes may have been on the list on one of these days "
                "without being counted: no text that was read settles it ("
                f"{', '.join(found.unsettled[:12])}"
                f"{' ...' if len(found.unsettled) > 12 else ''})"
            )
        )


def draw_edition(data: dict[str, Any], changed: Sequence[ListChange], screen: Console) -> None:
    """Draw what an edition of the lists changes, and how it is taken."""
    from rich.text import Text

    screen.print(Text(f"Edition of {data['made']}, before: {data['made_before']}"))
    if data["note"]:
        screen.print(Text(data["note"]))
    rows = [
        [
            *(one.list, one.kind, str(one.until_before or ""), str(one.until or "")),
            *(str(len(one.added)), str(len(one.removed))),
        ]
        for one in changed
    ]
    columns = ["list", "", "read until", "now", "added", "removed"]
    screen.print(table("", columns, rows, right=(4, 5)) if rows else "It changes nothing.")
    cells = [
        [mark, one.list, *_short(entry)]
        for one in changed
        for mark, entries in (("+", one.added), ("-", one.removed))
        for entry in entries[:SHOWN]
    ]
    if cells:
        screen.print(table("", ["", "list", "code", "part", "what it is", "text"], cells))
    if any(max(len(one.added), len(one.removed)) > SHOWN for one in changed):
        screen.print(f"Of each list {SHOWN} are shown; all with --json.")
    screen.print(Text(f"SHA-256 {data['sha256']}"))
    used = "It is in use now; entrepot goods update --back returns to the lists that ship."
    ask = "Compare this hash with the publisher's, then take it: --take and its first 12 digits."
    screen.print(used if data["taken"] else ask)


def _short(entry: ListEntry) -> list[str]:
    code = f"{entry.code} ex" if entry.ex else entry.code
    day = _since(entry).removeprefix("by ")
    return [code, entry.part, entry.wording, ", ".join(filter(None, (entry.act, day)))]


def draw_history(code: str, found: tuple[ListedPeriod, ...], screen: Console) -> None:
    """Draw on which lists a code was, and when."""
    from rich.text import Text

    rows = [
        [
            seen.of.id,
            seen.entry.code + (" ex" if seen.entry.ex else ""),
            seen.entry.nomenclature,
            seen.entry.part,
            _from(seen.entry),
            str(seen.entry.valid_to or ""),
            "" if seen.of.known_until.year > MOST else str(seen.of.known_until),
            seen.entry.act,
            seen.entry.certainty,
            seen.match,
        ]
        for seen in found
    ]
    if not rows:
        screen.print(
            Text(f"{code} is on none of the lists, as far as they were read. {_how_far()}")
        )
        return
    columns = ["list", "code", "edition", "part", "since", "until", "read until"]
    columns += ["text", "certainty", "covers"]
    screen.print(table("", columns, rows))
    screen.print(Text(_how_far()))
    screen.print(Text(PROXY))


def _outrun(lists: Sequence[str]) -> str:
    return f"Read until: {', '.join(lists)}. What changed after is not known."


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
        f"Read: {read}. What is listed after that day is not known. "
        f"Fragments only: {fragments}. What was not read: entrepot goods list --missing."
    )
