"""What commands print: tables in every form, JSON, progress, notes and the streams they go to."""

from __future__ import annotations

import codecs
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
from typing import IO, TYPE_CHECKING, Any, cast

from entrepot.errors import OutsideError, RequestError
from entrepot.files import expanded, in_words
from entrepot.model.display import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import TextIO

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult


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
        What has the rows with all their digits (``table_bytes``), or a list of what is drawn as
        text, if it is not `data`.

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
        plain = [(one.title, *_plain_cells(one)) for one in found] or _rows_of(data)
        if form == "csv" and len(plain) > 1:
            # A file of comma-separated values has one head: readers stop at a second.
            note(f"the longest of {len(plain)} tables; all: --format md or xlsx")
            plain = [max(plain, key=lambda one: len(one[2]))]
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


def _rows_of(data: Any) -> list[tuple[str, list[str], list[list[Any]]]]:
    """Return a table of what is drawn as text: a list of things with the same facts."""
    if not (isinstance(data, list) and data and all(isinstance(one, dict) for one in data)):
        return []
    heads = list(data[0])
    cells = [[_joined(one.get(name)) for name in heads] for one in data]
    return [("", heads, cells)]


def _joined(cell: Any) -> Any:
    if isinstance(cell, dict):
        return cell.get("text") or json.dumps(cell, ensure_ascii=False, default=str)
    if isinstance(cell, list | tuple):
        within = "; " if any(isinstance(one, dict) for one in cell) else ", "
        return within.join(str(_joined(one)) for one in cell)
    return cell


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


def pace(done: float, total: float, seconds: float, before: float = 0) -> str:
    """Return how much of a work is done, and how long the rest takes at the speed until now.

    Parameters
    ----------
    before
        What had been done when the `seconds` began, such as what an earlier run downloaded.

    Examples
    --------
    >>> pace(30, 40, 90), pace(0, 40, 0.1), pace(30, 40, 10, before=20)
    ('75 %, 30 s left', '0 %', '75 %, 10 s left')
    """
    percent = f"{100 * done / total:.0f} %"
    # The first moments say little of the rest.
    if done <= before or seconds < 1:
        return percent
    left = seconds * (total - done) / (done - before)
    amount = f"{left / 60:.0f} min" if left >= 90 else f"{left:.0f} s"
    return f"{percent}, {amount} left"


def counting(say: Callable[[str], None], total: int, begins: str) -> Callable[[str], None]:
    """Return what says each step with its file, percent and time left, where there are several.

    Parameters
    ----------
    total
        Number of files.
    begins
        How the first step of each file begins.
    """
    if total < 2:
        return say
    started, count = time.monotonic(), 0

    def counted(text: str) -> None:
        nonlocal count
        count = min(count + text.startswith(begins), total)
        done = max(count - 1, 0)
        say(f"file {count} of {total}, {pace(done, total, time.monotonic() - started)}: {text}")

    return counted


MOST_LOG = 2**20
"""Bytes of the log file beyond which a new one begins; one older file is kept."""


def log_file() -> Path:
    """Return where ``--verbose`` writes."""
    import platformdirs

    named = os.environ.get("ENTREPOT_LOG")
    return expanded(named or platformdirs.user_log_path("entrepot") / "entrepot.log")


def verbosely(wanted: bool) -> None:
    """Begin a command, and say each step on standard error and in a file if wanted."""
    _state["verbose"] = time.monotonic() if wanted else 0.0
    if wanted:
        path = log_file()
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size > MOST_LOG:
                path.replace(path.with_suffix(".old.log"))
        trace(f"entrepot {shlex.join(without_secrets(sys.argv[1:]))}")
        trace(f"Python {sys.version.split()[0]}, log in {path}")


_SECRET = ("--token", "--reader")
"""Options whose values no log keeps: a secret, and a command or an address that may have one."""
_HIDDEN = "***"


def without_secrets(words: Sequence[str]) -> list[str]:
    """Return the words of a command as a log may keep them.

    Examples
    --------
    >>> without_secrets(["serve", "--token", "abc", "--token=abc", "--port", "80"])
    ['serve', '--token', '***', '--token=***', '--port', '80']
    >>> without_secrets(["data", "erase", "Jane Doe", "--yes"])
    ['data', 'erase', '***']
    """
    if list(words[:2]) == ["data", "erase"]:
        # The name is to be gone from this machine, and may stand before and behind the options.
        return [*words[:2], _HIDDEN]
    found = []
    for before, word in zip(("", *words), words, strict=False):
        name, sign, _ = word.partition("=")
        if name in _SECRET and sign:
            found.append(f"{name}={_HIDDEN}")
        else:
            found.append(_HIDDEN if before in _SECRET else word)
    return found


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
        current = ""
        for word in line.split(" "):
            tried = f"{current} {word}" if current else word
            if current and cell_len(tried) > width:
                lines.append(current)
                tried = word
            *full, current = chop_cells(tried, width) if cell_len(tried) > width else [tried]
            lines += full
        lines.append(current)
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


def _for_programs(stream: TextIO) -> None:
    """Have results for a file or a program in UTF-8, whatever the language of the terminal is.

    In Latin-1, JSON is read by no program, and drafted claims not by `entrepot check`.
    """
    if (
        isinstance(stream, io.TextIOWrapper)
        and not stream.isatty()
        and not os.environ.get("PYTHONIOENCODING")  # the user's own word for it
        and codecs.lookup(stream.encoding).name != "utf-8"
    ):
        stream.reconfigure(encoding="utf-8")


@contextmanager
def streams() -> Iterator[None]:
    """Within the block no closed stream is an error."""
    _fill_closed()
    for stream in (sys.stdout, sys.stderr):
        # A sign that the terminal lacks is written as its number: neither lost nor fatal.
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")
    _for_programs(sys.stdout)
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
