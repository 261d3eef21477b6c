"""What every command shares: options, the lake, output, tables and streams."""

from __future__ import annotations

import inspect
import io
import json
import os
import re
import shlex
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, cast

import typer

from entrepot.errors import BadFileError, OutsideError, RequestError, UnknownNameError
from entrepot.files import in_words
from entrepot.model.area_names import as_codes
from entrepot.model.display import printable
from entrepot.model.keys import KEYS, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TextIO

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from entrepot.lake import Lake

__all__ = [
    "FORMATS",
    "EngineOption",
    "JsonOption",
    "LakeOption",
    "LakeOrAddress",
    "MasterOption",
    "Measure",
    "chosen_engine",
    "complete_area",
    "complete_goods",
    "complete_measure",
    "complete_source",
    "console",
    "default_of",
    "emit",
    "facts",
    "fitted",
    "is_quiet",
    "is_verbose",
    "log_file",
    "note",
    "open_lake",
    "open_new_lake",
    "open_on_engine",
    "progress",
    "quietly",
    "read_text_file",
    "require_lake",
    "say_if_empty",
    "saying_new_folder",
    "set_format",
    "streams",
    "table",
    "table_format",
    "trace",
    "verbosely",
    "with_keys",
]


LakeOption = Annotated[
    Path | None,
    typer.Option(
        "--lake",
        help="Lake folder (also ENTREPOT_LAKE), or s3://bucket/lake; default: your data folder.",
        show_default=False,
    ),
]
LakeOrAddress = Annotated[
    str | None,
    typer.Option(
        "--lake",
        metavar="PATH",
        help="Lake folder (also ENTREPOT_LAKE), or s3://bucket/lake; on Spark s3a://bucket/lake.",
        show_default=False,
    ),
]
EngineOption = Annotated[
    str | None,
    typer.Option(
        help="duckdb or spark (also ENTREPOT_ENGINE); default: duckdb.", show_default=False
    ),
]
MasterOption = Annotated[
    str | None,
    typer.Option(
        help="Spark master: local[2], spark://host:7077, yarn; default: local.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def default_of(name: str, usual: str) -> Callable[[], str]:
    """Return what finds the default of an option: the user's setting, else the usual one."""

    def find() -> str:
        from entrepot.settings import configured

        return configured().get(name, usual)

    return find


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
        note(f"note: no data loaded in {held.path}; only bundled data are available")
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
                why="other data would answer instead of the lake that you named",
                hint="check the spelling; to create it: "
                f"entrepot data add baci FILE --lake {folder}",
            )


def say_if_empty(held: Lake, place: str | None) -> None:
    """Say on standard error that the named lake is empty, so bundled data answered."""
    if (place or held.path.is_dir()) and not held.holdings():
        note(f"note: no data loaded in {held.path}; only bundled data are available")


def writable(named: Path | list[Path] | None) -> Path | list[Path] | None:
    """Refuse files to write that are folders, pipes or devices, before any work is done.

    The callback of every option that names such a file.
    """
    from entrepot.files import require_target

    for target in [named] if isinstance(named, Path) else named or ():
        require_target(target)
    return named


@contextmanager
def saying_new_folder(target: Path) -> Iterator[None]:
    """Say on standard error that a folder was created for a file: its name may be mistyped."""
    was_there = target.parent.exists()
    yield
    if not was_there:
        note(f"note: created the folder {target.parent}")


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


def open_on_engine(engine: str | None, place: Path | str | None, master: str | None) -> Lake:
    """Open a lake to be read with DuckDB or Spark, whichever is asked for or set.

    Raises
    ------
    RequestError
        For a master without Spark, or an address without it.
    """
    if chosen_engine(engine) == "spark":
        from entrepot.lake.on_spark import SparkLake

        require_lake(place)
        return SparkLake.open(place, master=master)
    if master:
        raise RequestError("--master is for Spark", hint="add --engine spark")
    return open_lake(place)


def console(
    file: IO[str] | None = None,
    *,
    stderr: bool = False,
    tables: list[FittedTable] | None = None,
) -> Console:
    """Return a rich console for results, or for progress and warnings with `stderr`.

    With `file`, what is drawn goes there, as wide and colourful as standard output. With `tables`,
    tables are put there and not drawn.
    """
    from rich.console import Console
    from rich.segment import Segment
    from rich.table import Table

    # Defined here, so that rich is imported only where something is drawn.
    class Plain(Console):
        """A console on which no text from a file commands the terminal."""

        def render(
            self, renderable: RenderableType, options: ConsoleOptions | None = None
        ) -> Iterable[Segment]:
            if tables is not None and isinstance(renderable, FittedTable):
                tables.append(renderable)
                return
            if tables is not None and isinstance(renderable, Table):
                tables.append(_cells_of(renderable))
                return
            for piece in super().render(renderable, options):
                yield piece if piece.control else Segment(printable(piece.text), piece.style)

    # None leaves it to rich, which knows variables such as FORCE_COLOR.
    on_screen = (sys.stderr if stderr else sys.stdout).isatty() or None
    # A pipe has no width to ask for, and the 80 columns that rich assumes would drop columns.
    wide = None if on_screen or os.environ.get("COLUMNS", "").isdigit() else 100
    return Plain(file=file, stderr=stderr, force_terminal=on_screen, width=wide, highlight=False)


def emit(
    data: Any, render: Callable[[Console], None], *, as_json: bool, result: Any = None
) -> None:
    """Print `data` as JSON, or let `render` draw it on the console.

    With ``--format csv``, ``md`` or ``xlsx`` the tables are printed in that form, and everything
    else that `render` draws goes to standard error.

    Parameters
    ----------
    data
        Plain JSON types, or an object with ``to_dict``.
    render
        Draws the same for a reader.
    as_json
        What ``--json`` says.
    result
        What has the rows with all their digits (``table_bytes``), if it is not `data`.

    Raises
    ------
    OutsideError
        If standard output cannot be written. A reader that has seen enough (``| head``) is no
        error: the command goes on and keeps its exit code.
    """
    form = _state["format"]
    if as_json or form == "json":
        plain = data.to_dict() if hasattr(data, "to_dict") else data
        text = json.dumps(plain, ensure_ascii=False, indent=1, default=str) + "\n"
    elif form:
        _emit_tables(data if result is None else result, render, form)
        return
    else:
        drawn = io.StringIO()  # rich would end the program itself when a pipe is closed
        render(console(drawn))
        text = drawn.getvalue()
    with _writing():
        sys.stdout.write(text)
        sys.stdout.flush()


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutsideError(
            "the result cannot be written to standard output", why=in_words(error)
        ) from error


FORMATS = ("csv", "json", "md", "xlsx")
"""What ``--format`` takes."""


def set_format(form: str | None) -> str | None:
    """Keep the form in which the tables of this command are wanted.

    Raises
    ------
    RequestError
        For another form, or a workbook on a terminal.
    """
    if form and form not in FORMATS:
        raise RequestError(f"no such format: {form}", hint=f"--format {', '.join(FORMATS)}")
    if form == "xlsx" and sys.stdout.isatty():
        raise RequestError(
            "a workbook cannot be shown on a terminal",
            hint="send it to a file: add > table.xlsx",
        )
    _state["format"] = form or ""
    return form


def table_format() -> str:
    """Return what ``--format`` said; empty for tables on a screen."""
    return str(_state["format"])


def _emit_tables(data: Any, render: Callable[[Console], None], form: str) -> None:
    """Print rows as they are where `data` has them, else the tables that `render` draws."""
    from entrepot.model.table_files import csv_text, markdown_text, workbook_bytes

    found: list[FittedTable] = []
    drawn = io.StringIO()
    render(console(drawn, tables=found))
    if hasattr(data, "table_bytes"):
        made = data.table_bytes(f".{form}")
    else:
        plain = [(one.title, *_plain_cells(one)) for one in found]
        if form == "xlsx":
            made = workbook_bytes(plain) if plain else b""
        else:
            write = csv_text if form == "csv" else markdown_text
            made = "\n".join(write(head, rows) for _, head, rows in plain).encode()
    for line in filter(None, map(str.rstrip, drawn.getvalue().splitlines())):
        note(line)
    with _writing():
        if form == "xlsx" and hasattr(sys.stdout, "buffer"):
            sys.stdout.flush()
            sys.stdout.buffer.write(made)
        else:
            sys.stdout.write(made.decode())
        sys.stdout.flush()


_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})*(\.\d+)?|[+-]?\d+(\.\d+)?")
_PERCENT = "\u00a0%"


def _plain_cells(one: FittedTable) -> tuple[list[str], list[list[Any]]]:
    """Return head and cells for programs: in columns of numbers, those that are some."""
    head, rows = list(one.columns), [list[Any](row) for row in one.rows]
    for at in one.right:
        cells = [row[at].replace("\u2212", "-").strip() for row in rows]
        known = [cell for cell in cells if cell not in _MISSING]
        # A unit that all cells have goes into the head, so that the cells are numbers.
        if known and all(cell.replace(_PERCENT, " %").endswith(" %") for cell in known):
            head[at] = f"{head[at]}, %" if head[at] else "%"
            cells = [cell.replace(_PERCENT, " %").removesuffix(" %") for cell in cells]
        for row, cell in zip(rows, cells, strict=True):
            row[at] = None if cell in _MISSING else _as_number(cell)
    return head, rows


_MISSING = ("", "\u2013", "-")


def _as_number(cell: str) -> Any:
    if not _GROUPED.fullmatch(cell):
        return cell
    plain = cell.replace(",", "")
    return float(plain) if "." in plain else int(plain)


def table(
    title: str,
    columns: list[str],
    rows: list[list[str]],
    *,
    right: tuple[int, ...] = (),
    by_rank: bool = False,
) -> Any:
    """Return a table in the look of the project; it breaks no word, see `fitting`."""
    return FittedTable(title, columns, rows, right, by_rank)


def _cells_of(drawn: Any) -> FittedTable:
    """Return the cells of a table of rich's; one without a head is of labels and texts."""
    columns = [list(map(str, one.cells)) for one in drawn.columns]
    heads = [str(one.header) for one in drawn.columns]
    if not any(heads):
        heads = ["what", "text", *("" for _ in heads[2:])][: len(heads)]
    right = tuple(at for at, one in enumerate(drawn.columns) if one.justify == "right")
    rows = [list(row) for row in zip(*columns, strict=True)]
    return FittedTable(str(drawn.title or ""), heads, rows, right)


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
    if is_verbose():
        trace(words)
        yield trace
        trace(f"done: {words}")
        return
    if not shows_progress():
        yield lambda _: None
        return
    with console(stderr=True).status(words) as status:
        yield lambda text: status.update(text)


MOST_LOG = 2**20
"""Bytes of the log file beyond which a new one begins; one older file is kept."""


def log_file() -> Path:
    """Return where ``--verbose`` writes."""
    import platformdirs

    named = os.environ.get("ENTREPOT_LOG")
    return Path(named or platformdirs.user_log_path("entrepot") / "entrepot.log").expanduser()


def verbosely(wanted: bool) -> None:
    """Begin a command, and say each step on standard error and in a file if wanted."""
    _state["verbose"] = time.monotonic() if wanted else 0.0
    if wanted:
        path = log_file()
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size > MOST_LOG:
                path.replace(path.with_suffix(".old.log"))
        trace(f"entrepot {shlex.join(sys.argv[1:])}")
        trace(f"Python {sys.version.split()[0]}, log in {path}")


def is_verbose() -> bool:
    """Whether ``--verbose`` was said."""
    return bool(_state["verbose"])


def trace(text: str) -> None:
    """Say a step with the seconds since the command began, if ``--verbose`` was said."""
    if not is_verbose():
        return
    line = f"{time.monotonic() - _state['verbose']:8.2f} s  {printable(text)}"
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
    with suppress(OSError), log_file().open("a", encoding="utf-8") as opened:
        opened.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}\n")


# A table that breaks no word: columns that do not fit are left out, and named below it.


BETWEEN, EDGES = 3, 2
"""Cells of a terminal between two columns, and at both ends of a line."""
WORDS = (40, 16)
"""Cells up to which a word is kept whole, and up to which where a column would go otherwise: an
address may be longer than any screen."""


def fitted(lines: Sequence[Sequence[str]], width: int, *, by_rank: bool = False) -> dict[int, int]:
    """Return the columns that fit without breaking a word of usual length, and their widths.

    What needs most room goes first, of several the last; the first column stays. With `by_rank`
    the columns stand in the order of their weight, and the last goes first.

    Parameters
    ----------
    lines
        Cells by row, the head among them.
    width
        Cells of a terminal.
    by_rank
        Whether the last column is the one that matters least.

    Returns
    -------
    dict
        Place and width of each column that fits.
    """
    from rich.cells import cell_len

    columns = list(zip(*lines, strict=True))
    most = [max(cell_len(part) for cell in one for part in cell.split("\n")) for one in columns]
    places = list(range(len(columns)))
    for longest in WORDS:
        least = [max(min(cell_len(word), longest) for word in _words(one)) for one in columns]
        # If it does not fit either way, the narrower widths stay, and columns are left out.
        if _needed(least) <= width:
            break
    while len(places) > 1 and _needed([least[place] for place in places]) > width:
        places.remove(max(places[1:], key=lambda place: (0 if by_rank else least[place], place)))
    found = {place: least[place] for place in places}
    room = width - _needed(list(found.values()))
    # Those that want little get all of it, the others what is left, alike.
    wants = sorted((max(most[place] - least[place], 0), place) for place in places)
    for number, (want, place) in enumerate(wants):
        more = max(min(want, room // (len(wants) - number)), 0)
        found[place] += more
        room -= more
    return found


def _needed(widths: Sequence[int]) -> int:
    return sum(widths) + BETWEEN * (len(widths) - 1) + EDGES


def _words(column: Sequence[str]) -> Iterator[str]:
    for cell in column:
        yield from re.split(r"[ \n]+", cell)


def _folded(cell: str, width: int) -> str:
    """Return a cell in lines of a width, broken at plain spaces only: "12.3\u00a0%" stays whole."""
    from rich.cells import cell_len, chop_cells

    lines: list[str] = []
    for line in cell.split("\n"):
        held = ""
        for word in line.split(" "):
            tried = f"{held} {word}" if held else word
            if held and cell_len(tried) > width:
                lines.append(held)
                tried = word
            *whole, held = chop_cells(tried, width) if cell_len(tried) > width else [tried]
            lines += whole
        lines.append(held)
    return "\n".join(lines)


@dataclass(frozen=True)
class FittedTable:
    """A table in the look of the project: no lines but one under the head.

    Attributes
    ----------
    title, columns, rows
        Words above it, its head, and its cells.
    right
        Places of the columns that stand on the right.
    by_rank
        Whether the last column is the one that matters least.
    """

    title: str
    columns: list[str]
    rows: list[list[str]]
    right: tuple[int, ...] = ()
    by_rank: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it as wide as the screen allows."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        widths = fitted([self.columns, *self.rows], options.max_width, by_rank=self.by_rank)
        found = Table(
            title=self.title or None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False
        )
        for place, width in widths.items():
            side = "right" if place in self.right else "left"
            found.add_column(
                _folded(self.columns[place], width),
                justify=side,  # type: ignore[arg-type]
                overflow="fold",
                width=width,
            )
        for row in self.rows:
            found.add_row(*(Text(_folded(row[place], width)) for place, width in widths.items()))
        yield found
        if gone := [name for place, name in enumerate(self.columns) if place not in widths]:
            words = f"no space for {', '.join(gone)}: widen the terminal, or add --json"
            yield Text(words, style="dim")


# Standard output and error: a reader that has seen enough ends the output, never the work.


_state: dict[str, Any] = {"quiet": False, "format": "", "verbose": 0.0}
_said: set[str] = set()


@contextmanager
def streams() -> Iterator[None]:
    """Within the block no closed stream is an error."""
    _fill_closed()
    usual = sys.stdout, sys.stderr
    # A full disk loses the result and is an error; behind standard error nobody could be warned.
    sys.stdout = cast("TextIO", _Stream(usual[0], ignores=(BrokenPipeError,)))
    sys.stderr = cast("TextIO", _Stream(usual[1], ignores=(OSError,)))
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):  # said where it was written; here it would hide the exit code
                stream.flush()
        sys.stdout, sys.stderr = usual


def quietly(wanted: bool) -> None:
    """Begin a command, and keep its progress and notes from standard error if wanted."""
    _state["quiet"] = wanted
    _said.clear()


def is_quiet() -> bool:
    """Whether ``--quiet`` was said."""
    return bool(_state["quiet"])


def shows_progress() -> bool:
    """Whether somebody looks at a terminal; a log or a mail needs no progress."""
    return not is_quiet() and sys.stderr.isatty() and not os.environ.get("CI")


def note(text: str) -> None:
    """Write a line on standard error that is no result, once, unless ``--quiet`` was said."""
    if is_verbose():
        trace(text)
    elif not is_quiet() and text not in _said:
        _said.add(text)
        sys.stderr.write(f"{printable(text)}\n")
        sys.stderr.flush()


class _Stream:
    """A text stream that goes nowhere once it was closed at its other end."""

    def __init__(self, stream: TextIO, ignores: tuple[type[OSError], ...]) -> None:
        self._stream = stream
        self._ignores = ignores

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            self._go_nowhere(error)
            return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            self._go_nowhere(error)

    def _go_nowhere(self, error: OSError) -> None:
        """Turn the file into the null device: what is buffered would fail again at the end."""
        with suppress(OSError, ValueError):  # not a file: in a test
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._stream.fileno())
            os.close(null)
        if not isinstance(error, self._ignores):
            raise error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _fill_closed() -> None:
    """Open the null device in place of standard streams that are closed from the start.

    Else the next file that is opened, which may be one of the lake, has the number of standard
    output, and whatever prints writes into it.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _begun(names: Iterable[tuple[str, str]], begun: str) -> list[tuple[str, str]]:
    """Return what a shell may complete, each with a line about it."""
    return [one for one in names if one[0].lower().startswith(begun.lower())]


def complete_measure(incomplete: str) -> list[tuple[str, str]]:
    """Return measures that begin like what was typed."""
    from entrepot.measures import all_metadata

    return _begun([(one.id, one.title) for one in all_metadata()], incomplete)


def complete_source(incomplete: str) -> list[tuple[str, str]]:
    """Return sources that begin like what was typed."""
    from entrepot.sources import source_ids, source_info

    return _begun([(name, source_info(name).title) for name in source_ids()], incomplete)


def complete_area(incomplete: str) -> list[tuple[str, str]]:
    """Return areas and groups that begin like what was typed behind the last plus."""
    from entrepot.model.areas import areas, groups

    before, plus, begun = incomplete.rpartition("+")
    names = [(one.code, one.name) for one in areas()]
    names += [(one.code, one.name) for one in groups()]
    return [(f"{before}{plus}{code}", name) for code, name in _begun(names, begun)]


def complete_goods(incomplete: str) -> list[tuple[str, str]]:
    """Return lists and headings that begin like what was typed."""
    from entrepot.goods import goods_lists
    from entrepot.goods.words import everyday_goods

    names = [("all", "all goods"), *((one.id, one.short) for one in goods_lists(skip_broken=True))]
    codes = [(one.goods, one.name) for one in everyday_goods() if one.goods.isdigit()]
    return _begun([*names, *codes], incomplete)


def _completes(name: str) -> Callable[[str], list[tuple[str, str]]] | None:
    if KEYS[name].areas:
        return complete_area
    return {"goods": complete_goods, "listed": complete_goods, "source": complete_source}.get(name)


Measure = Annotated[
    str,
    typer.Argument(
        metavar="MEASURE",
        help="Id (entrepot measure list), or a question.",
        autocompletion=complete_measure,
    ),
]


def with_keys(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the keys of a definition as options; it gets them as keywords.

    They come after what the command requires and before its own options.
    """
    own = inspect.signature(command, eval_str=True)
    mine = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for one in own.parameters.values()
        if one.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    first = [one for one in mine if one.default is inspect.Parameter.empty]
    keys = [_option(name, key) for name, key in KEYS.items()]
    found = [*first, *keys, *(one for one in mine if one not in first)]
    # Typer asks the signature and the annotations; the command takes the keys as `**keys`.
    command.__signature__ = own.replace(parameters=found)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in found} | {"return": None}
    return command


def _option(name: str, key: Key) -> inspect.Parameter:
    names = [f"--{one}" for one in (name.replace("_", "-"), *key.spellings)]
    read = as_codes if key.areas else None
    shown: Any = typer.Option(
        *names, help=key.help, show_default=False, callback=read, autocompletion=_completes(name)
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[key.kind | None, shown],
    )
