"""`entrepot watch`: the same figures again, and what changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import (
    EngineOption,
    JsonOption,
    LakeOrAddress,
    MasterOption,
    open_on_engine,
)
from entrepot.cli.output import emit, note, progress, table
from entrepot.errors import RequestError
from entrepot.model.display import first_of

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.watching import FigureChange, Observation, Watched
    from entrepot.watching.run import WatchedFile

_STILL = 12
"""Unchanged figures that are shown."""

File = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE]",
        help="Watch or claims file (.yaml) or saved figures (.json); default: all.",
        show_default=False,
    ),
]


def watch(
    file: File = None,
    remember: Annotated[
        bool,
        typer.Option(help="Compare the next run with this one, not with the last."),
    ] = True,
    stop: Annotated[
        bool, typer.Option("--stop", help="Stop watching this file; evaluate nothing.")
    ] = False,
    lake: LakeOrAddress = None,
    engine: EngineOption = None,
    master: MasterOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate figures or claims again; report what changed and which evidence changed.

    The lake stores the last values of a watch file; saved figures carry their own.

    Exit code 1 when something changed; 3 when no figure has a value.

    Example: entrepot watch examples/watch.yaml
    """
    from entrepot.watching import watch as run
    from entrepot.watching.run import stop as forget

    opened = open_on_engine(engine, lake, master)
    if stop:
        if file is None:
            raise RequestError("--stop needs a file", hint="name the file to stop watching")
        forget(file.name, opened)
        note(f"{file.name} is no longer watched")
        return
    with progress("watching") as say:
        found = run(file, lake=opened, remember=remember, progress=say)
    emit(found, lambda screen: draw(found, screen), as_json=as_json)
    if found.summary["changed"]:
        raise typer.Exit(1)
    if all(one.is_unanswered for one in found.files):
        raise typer.Exit(3)


def draw(found: Watched, screen: Console) -> None:
    """Draw what changed on a terminal, file by file."""
    from rich.text import Text

    for one in found.files:
        screen.print(Text(one.title or one.name, style="bold"))
        screen.print(Text(_counted(one, is_stored=found.is_stored)))
        _draw_figures(one, screen)
        _draw_claims(one, screen)
        for score in one.scores:
            screen.print(Text(score.text))
        if one.scores:
            screen.print(Text(one.record_text))
        if one.gone:
            screen.print(Text(f"no longer in the file: {', '.join(one.gone)}", style="dim"))
    if found.unremembered:
        screen.print(Text(f"not stored: {found.unremembered}"))


def _draw_figures(one: WatchedFile, screen: Console) -> None:
    if not one.figures:
        return
    ordered = sorted(one.figures, key=lambda move: not move.what)
    # All that changed, and unchanged ones only up to `_STILL` figures in all.
    ordered, more = ordered[: max(one.changed, _STILL)], len(ordered) - max(one.changed, _STILL)
    rows = [
        [f"{move.id}: {move.title}", _value(move.then) if move.then else "", _value(move.now)]
        for move in ordered
    ]
    if all(move.then is None for move in ordered):
        plain = [[name, now] for name, _, now in rows]
        screen.print(table("", ["figure", "value"], plain, right=(1,)))
    else:
        full = [[*row, ", ".join(move.what)] for row, move in zip(rows, ordered, strict=True)]
        screen.print(table("", ["figure", "before", "now", "changed"], full, right=(1, 2)))
    if more > 0:
        screen.print(f"and {more:,} more unchanged figures, see --json")
    _explain([move for move in ordered if move.what], screen)


def _draw_claims(one: WatchedFile, screen: Console) -> None:
    from rich.text import Text

    if not one.claims:
        return
    ordered = sorted(one.claims, key=lambda turn: not turn.is_changed)
    if all(turn.then is None for turn in ordered):
        rows = [[turn.id, turn.says, _words(turn.now)] for turn in ordered]
        screen.print(table("", ["claim", "says", "verdict"], rows))
    else:
        rows = [[turn.id, turn.says, _words(turn.then), _words(turn.now)] for turn in ordered]
        screen.print(table("", ["claim", "says", "before", "now"], rows))
    for turn in ordered:
        if turn.is_changed:
            screen.print(Text(f"{turn.id}: {turn.reason}"))


def _value(seen: Observation) -> str:
    """Return a value as shown; one that is no reported value says so."""
    return f"{seen.shown} (nowcast)" if seen.nowcast else seen.shown


def _words(verdict: str | None) -> str:
    return (verdict or "").replace("_", " ")


def _counted(one: WatchedFile, *, is_stored: bool) -> str:
    """Return in a sentence how many changed."""
    parts = [
        f"{len(some)} {word}{'' if len(some) == 1 else 's'}"
        for some, word in ((one.figures, "figure"), (one.claims, "claim"))
        if some
    ]
    every = " and ".join(parts)
    if one.new == len(one.figures) + len(one.claims):
        return f"{every}, {'watched from now on' if is_stored else 'compared with nothing yet'}"
    since = f" since {one.since}" if one.since else ""
    new = f"; {one.new} new" if one.new else ""
    return f"{one.changed or 'none'} of {every} changed{since}{new}"


def _explain(moved: list[FigureChange], screen: Console) -> None:
    """Say below the table what changed; a text that several figures share, once."""
    from rich.text import Text

    because: dict[str, list[str]] = {}
    for move in moved:
        if "range" in move.what and move.then:
            spans = [one.shown_range or "none" for one in (move.then, move.now)]
            screen.print(Text(f"{move.id}: range {spans[0]}, now {spans[1]}"))
        if move.now.value is None and move.now.reason:
            screen.print(Text(f"{move.id}: {move.now.reason}"))
        for text in move.because or ("the named evidence is unchanged",):
            because.setdefault(text, []).append(move.id)
    for text, names in because.items():
        screen.print(Text(f"{text} ({first_of(names, _STILL)})"))
