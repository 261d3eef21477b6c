"""`entrepot watch`: the same Figures again, and what moved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import JsonOption, LakeOption, emit, open_lake, progress, table
from entrepot.cli.streams import note
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.watching import FigureChange, Watched
    from entrepot.watching.run import WatchedFile

__all__ = ["watch"]

_STILL = 12
"""Figures that are shown though they did not move."""

File = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE]",
        help="Watch file or claims (.yaml), or saved Figures (.json); default: all watched before.",
        show_default=False,
    ),
]


def watch(
    file: File = None,
    remember: Annotated[
        bool,
        typer.Option(
            help="Whether the next time is compared with this one, or still with the last."
        ),
    ] = True,
    stop: Annotated[
        bool, typer.Option("--stop", help="Watch this file no more; evaluate nothing.")
    ] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate Figures or claims again, and say what moved and what it rests on now.

    The lake remembers what was seen of a watch file; saved Figures say it themselves.

    Exit code 1 when something moved; 3 when no Figure has a value.

    Example: entrepot watch examples/watch.yaml
    """
    from entrepot.watching import watch as run
    from entrepot.watching.run import stop as forget

    held = open_lake(lake)
    if stop:
        if file is None:
            raise RequestError("--stop needs a file", hint="name the one to watch no more")
        forget(file.name, held)
        note(f"{file.name} is watched no more")
        return
    with progress("watching") as say:
        found = run(file, lake=held, remember=remember, progress=say)
    emit(found, lambda screen: draw(found, screen), as_json=as_json)
    if found.summary["moved"]:
        raise typer.Exit(1)
    if all(one.is_unanswered for one in found.files):
        raise typer.Exit(3)


def draw(found: Watched, screen: Console) -> None:
    """Draw what moved on a terminal, file by file."""
    from rich.text import Text

    for one in found.files:
        screen.print(Text(one.title or one.name, style="bold"))
        screen.print(Text(_counted(one)))
        _draw_figures(one, screen)
        _draw_claims(one, screen)
        if one.gone:
            screen.print(Text(f"no more in the file: {', '.join(one.gone)}", style="dim"))
    if found.unremembered:
        screen.print(Text(f"not remembered: {found.unremembered}"))


def _draw_figures(one: WatchedFile, screen: Console) -> None:
    if not one.figures:
        return
    ordered = sorted(one.figures, key=lambda move: not move.what)
    ordered, more = ordered[: max(one.moved, _STILL)], len(ordered) - max(one.moved, _STILL)
    rows = [
        [f"{move.id}: {move.title}", move.then.shown if move.then else "", move.now.shown]
        for move in ordered
    ]
    if all(move.then is None for move in ordered):
        plain = [[name, now] for name, _, now in rows]
        screen.print(table("", ["Figure", "value"], plain, right=(1,)))
    else:
        full = [[*row, ", ".join(move.what)] for row, move in zip(rows, ordered, strict=True)]
        screen.print(table("", ["Figure", "then", "now", "moved"], full, right=(1, 2)))
    if more > 0:
        screen.print(f"and {more:,} more that did not move, see --json")
    _explain([move for move in ordered if move.what], screen)


def _draw_claims(one: WatchedFile, screen: Console) -> None:
    from rich.text import Text

    if not one.claims:
        return
    ordered = sorted(one.claims, key=lambda turn: not turn.is_moved)
    if all(turn.then is None for turn in ordered):
        rows = [[turn.id, turn.says, _words(turn.now)] for turn in ordered]
        screen.print(table("", ["claim", "says", "verdict"], rows))
    else:
        rows = [[turn.id, turn.says, _words(turn.then), _words(turn.now)] for turn in ordered]
        screen.print(table("", ["claim", "says", "then", "now"], rows))
    for turn in ordered:
        if turn.is_moved:
            screen.print(Text(f"{turn.id}: {turn.reason}"))


def _words(verdict: str | None) -> str:
    return (verdict or "").replace("_", " ")


def _counted(one: WatchedFile) -> str:
    """Return in a sentence how many moved."""
    parts = [
        f"{len(some)} {word}{'' if len(some) == 1 else 's'}"
        for some, word in ((one.figures, "Figure"), (one.claims, "claim"))
        if some
    ]
    every = " and ".join(parts)
    if one.new == len(one.figures) + len(one.claims):
        return f"{every}, watched from now on"
    since = f" since {one.since}" if one.since else ""
    new = f"; {one.new} not seen before" if one.new else ""
    return f"{one.moved or 'none'} of {every} moved{since}{new}"


def _explain(moved: list[FigureChange], screen: Console) -> None:
    """Say below the table what it has no room for; what is the same for several, once."""
    from rich.text import Text

    because: dict[str, list[str]] = {}
    for move in moved:
        if "range" in move.what and move.then:
            spans = [one.shown_range or "none" for one in (move.then, move.now)]
            screen.print(Text(f"{move.id}: range {spans[0]}, now {spans[1]}"))
        if move.now.value is None and move.now.reason:
            screen.print(Text(f"{move.id}: {move.now.reason}"))
        for text in move.because or ("what it names as evidence is the same",):
            because.setdefault(text, []).append(move.id)
    for text, names in because.items():
        more = f" and {len(names) - _STILL} more" if len(names) > _STILL else ""
        screen.print(Text(f"{text} ({', '.join(names[:_STILL])}{more})"))
