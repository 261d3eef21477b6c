"""What every command shares: options, output, and how errors leave the program."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli.streams import note, shows_progress
from entrepot.errors import BadFileError, OutsideError, RequestError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.console import Console

    from entrepot.lake import Lake

__all__ = [
    "JsonOption",
    "LakeOption",
    "LakeOrAddress",
    "chosen_engine",
    "console",
    "emit",
    "facts",
    "open_lake",
    "open_new_lake",
    "open_on_engine",
    "progress",
    "read_text_file",
    "require_lake",
    "say_if_empty",
    "saying_new_folder",
    "table",
]

LakeOption = Annotated[
    Path | None,
    typer.Option(
        "--lake",
        help="Folder of the lake (also ENTREPOT_LAKE); default: your data folder.",
        show_default=False,
    ),
]
LakeOrAddress = Annotated[
    str | None,
    typer.Option(
        "--lake",
        metavar="PATH",
        help="Folder of the lake (also ENTREPOT_LAKE); on Spark also an address: s3a://bucket/lake.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def open_lake(folder: Path | str | None) -> Lake:
    """Open the lake that `--lake`, the environment or the default names, to read it.

    Where none was named, or only by the environment, there may be none: a note says so.

    Raises
    ------
    BadFileError
        If `--lake` names a folder that does not exist.
    """
    from entrepot.lake import Lake

    require_lake(folder)
    held = Lake.open(folder)
    if folder is None and not held.path.is_dir():
        note(f"note: no lake in {held.path}; only what ships with the program can answer")
    return held


def open_new_lake(folder: Path | None) -> Lake:
    """Open a lake to add to it; there need be none yet."""
    from entrepot.lake import Lake

    return Lake.open(folder)


def require_lake(folder: Path | str | None) -> None:
    """Refuse a folder that `--lake` names and that is not there; addresses are let through.

    Raises
    ------
    BadFileError
        If it names a folder that does not exist: other data would answer in its place.
    """
    from entrepot.settings import Settings

    if folder is not None:
        chosen = Settings.read(folder, anywhere=True)
        if chosen.address is None and not chosen.lake.is_dir():
            raise BadFileError(
                "no such folder",
                where=f"--lake {folder}",
                why="a lake that is not there would be answered for by other data",
                hint=f"check the spelling; to make it: entrepot data add baci FILE --lake {folder}",
            )


def say_if_empty(held: Lake, place: str | None) -> None:
    """Say on standard error that the lake that was named is empty: something else answered."""
    if (place or held.path.is_dir()) and not held.holdings():
        note(f"note: no data loaded in {held.path}; only what ships with the program can answer")


@contextmanager
def saying_new_folder(target: Path) -> Iterator[None]:
    """Say on standard error that a folder was made for a file: its name may have been a slip."""
    was_there = target.parent.exists()
    yield
    if not was_there:
        note(f"note: made the folder {target.parent}")


def chosen_engine(engine: str | None) -> str:
    """Return the engine that `--engine`, the environment or the default names.

    Raises
    ------
    UnknownNameError
        If there is no such engine.
    """
    from entrepot.settings import ENGINES, Settings

    chosen = engine or Settings.read(anywhere=True).engine
    if chosen not in ENGINES:
        raise UnknownNameError("engine", chosen, ENGINES, hint=f"engines: {', '.join(ENGINES)}")
    return chosen


def open_on_engine(engine: str, place: str | None, master: str | None) -> Lake:
    """Open a lake to be read with DuckDB or Spark.

    Raises
    ------
    RequestError
        For a master without Spark, or an address without it.
    """
    if engine == "spark":
        from entrepot.lake.on_spark import SparkLake

        require_lake(place)
        return SparkLake.open(place, master=master)
    if master:
        raise RequestError("--master is for Spark", hint="add --engine spark")
    return open_lake(place)


def console(file: IO[str] | None = None, *, stderr: bool = False) -> Console:
    """Return a rich console for results, or for progress and warnings with `stderr`.

    With `file`, what is drawn goes there, as wide and colourful as standard output.
    """
    from rich.console import Console

    on_screen = (sys.stderr if stderr else sys.stdout).isatty() or None
    wide = None if on_screen or os.environ.get("COLUMNS", "").isdigit() else 100
    return Console(file=file, stderr=stderr, force_terminal=on_screen, width=wide, highlight=False)


def emit(data: Any, render: Callable[[Console], None], *, as_json: bool) -> None:
    """Print `data` as JSON, or let `render` draw it on the console.

    Parameters
    ----------
    data
        Plain JSON types, or an object with ``to_dict``.
    render
        Draws the same for a reader.
    as_json
        What ``--json`` says.

    Raises
    ------
    OutsideError
        If standard output cannot be written. A reader that has seen enough (``| head``) is no
        error: the command goes on and keeps its exit code.
    """
    if as_json:
        plain = data.to_dict() if hasattr(data, "to_dict") else data
        text = json.dumps(plain, ensure_ascii=False, indent=1, default=str) + "\n"
    else:
        drawn = io.StringIO()  # rich would end the program itself when a pipe is closed
        render(console(drawn))
        text = drawn.getvalue()
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        raise OutsideError("the result cannot be printed", why=str(error)) from error


def table(
    title: str,
    columns: list[str],
    rows: list[list[str]],
    *,
    right: tuple[int, ...] = (),
    by_rank: bool = False,
) -> Any:
    """Return a table in the look of the project; it breaks no word, see `fitting`."""
    from entrepot.cli.fitting import FittedTable

    return FittedTable(title, columns, rows, right, by_rank)


def facts(rows: Iterable[tuple[str, str]], *, bold: str = "") -> Any:
    """Return label and text side by side, one fact a line; the one labelled `bold` stands out."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, text in rows:
        grid.add_row(label, Text(text, style="bold" if label == bold else ""))
    return grid


def read_text_file(path: Path) -> str:
    """Return the text of a small file that the user wrote.

    Raises
    ------
    BadFileError
        If it is not there, or not text in UTF-8.
    """
    from entrepot.files import read_text

    return read_text(path)


@contextmanager
def progress(words: str) -> Iterator[Callable[[str], None]]:
    """Show on a terminal that work goes on; yields a function that changes the words."""
    if not shows_progress():
        yield lambda _: None
        return
    with console(stderr=True).status(words) as status:
        yield lambda text: status.update(text)
